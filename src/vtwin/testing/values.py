"""Values a person might write by mistake, and what the refusal must then say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from vtwin.base import units
from vtwin.plant.quantities import Reading, reading_of


@dataclass(frozen=True, slots=True)
class Slip:
    """A value nobody should get through. The refusal must hold all of ``says`` and, if there
    are any, one of ``names``.
    """

    key: str
    text: str
    says: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def untold(self, model: type[BaseModel], others: Mapping[str, Any]) -> str | None:
        """What is missing in the refusal of the value among others; None: nothing."""
        try:
            model.model_validate({**others, self.key: self.text})
        except ValidationError as error:
            found = [e for e in error.errors(include_url=False) if e["loc"][:1] == (self.key,)]
        else:
            return f"{self.key}: {self.text} is taken"
        if not found:
            return f"{self.key}: {self.text} is taken, something else is refused"
        context = found[0].get("ctx", {})
        hint = context.get("hint") or ""
        told = f"{context.get('what', found[0]['msg'])} ({hint})"
        complete = all(part in told for part in self.says) and hint
        if complete and (not self.names or any(name in told for name in self.names)):
            return None
        return f"{self.key}: {self.text} is refused with '{told}'"


def slips(model: type[BaseModel]) -> Iterator[Slip]:
    """For every quantity: a unit of something else, no unit, and what is out of its range."""
    for key, field in model.model_fields.items():
        reading = reading_of(field)
        if reading is not None and reading.dimension is not None:
            yield from _slips(key, reading, reading.dimension)


def _slips(key: str, reading: Reading, dimension: str) -> Iterator[Slip]:
    if dimension == "count":
        yield Slip(key, "2.5", ("whole number",))
        yield Slip(key, "-3")
        yield Slip(key, "3 kg", ("kg",))
        return
    known = tuple(units.UNITS[dimension])
    yield Slip(key, "3 min" if dimension == "mass" else "3 kg", names=known)
    yield Slip(key, "7", ("without a unit",), known)
    yield Slip(key, f"-1 {known[-1]}", (f"-1 {known[-1]}",))
    if reading.high is not None:
        bounds = tuple(bound for bound in (reading.low, reading.high) if bound is not None)
        most = 100 * 365.25 * 86_400 if bounds == ("100 years",) else None
        high = units.parse(reading.high, dimension) if most is None else most
        yield Slip(key, units.written(2 * high + 1, dimension), bounds)
    if reading.low is not None and units.parse(reading.low, dimension) > 0:
        low = units.parse(reading.low, dimension)
        yield Slip(key, units.written(low / 2, dimension), (reading.low, reading.high or ""))


__all__ = ["Slip", "slips"]
