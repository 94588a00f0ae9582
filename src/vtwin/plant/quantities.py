"""Typed fields for quantities a person writes: text with a unit becomes a base value.

Pydantic annotations shared by the scenario document and the equipment families. A number
that is already a Python number is taken as the base value, so a validated model validates
again. With ``context={"patch": True}`` a bad text becomes a harmless value instead of an
error: a second reading that lets the checks of the whole scenario go on and report the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from vtwin.base import draws, units
from vtwin.base.draws import Distribution
from vtwin.base.errors import did_you_mean


def refuse(
    code: str, what: str, hint: str | None = None, inside: tuple[Any, ...] = ()
) -> PydanticCustomError:
    """An error of one value, or of something ``inside`` it (keys and positions); the scenario
    layer adds file, line and column.
    """
    # pydantic's own types of this class are untyped in what they carry
    context: dict[str, Any] = {"what": what, "hint": hint, "inside": inside}
    return PydanticCustomError(code, "{what}", context)


@contextmanager
def inside(*steps: Any) -> Iterator[None]:
    """Refusals raised here are about something further inside the value."""
    try:
        yield
    except PydanticCustomError as error:
        told = error.context or {}
        deeper = (*steps, *told.get("inside", ()))
        raise refuse(error.type, told["what"], told.get("hint"), deeper) from None


@dataclass(frozen=True, eq=False)
class Reading:
    """How a field is read: ``read(value, context)`` raises what :func:`refuse` makes,
    ``harmless`` stands in for a bad value on a second reading, ``schema`` is JSON Schema,
    ``write`` gives what ``read`` reads back as the same value (a model dumped as JSON is what a
    person would have written). ``dimension``: of a quantity; ``low``, ``high``: its bounds as
    written, where it has any.
    """

    read: Callable[[Any, Mapping[str, Any]], Any]
    harmless: Any
    schema: dict[str, Any]
    write: Callable[[Any], Any] = lambda value: value
    dimension: str | None = None
    low: str | None = None
    high: str | None = None

    def _validate(self, value: Any, info: ValidationInfo) -> Any:
        context = info.context or {}
        try:
            return self.read(value, context)
        except PydanticCustomError:
            if context.get("patch"):
                return self.harmless
            raise

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        writing = core_schema.plain_serializer_function_ser_schema(self.write, when_used="json")
        return core_schema.with_info_plain_validator_function(self._validate, serialization=writing)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return dict(self.schema)


def _text_of(value: Any, example: str) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        raise refuse("V117", "has no value", f"write for example {example}")
    kind = "a list" if isinstance(value, list) else "a mapping"
    raise refuse("V124", f"{kind} where one value is due", f"write for example {example}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _quantity(
    dimension: str, example: str, *, most: float = math.inf, above_zero: bool = False
) -> Reading:
    def read(value: Any, context: Mapping[str, Any]) -> float:
        known = _is_number(value)
        number = float(value) if known else _parsed(_text_of(value, example), dimension)
        if number > most:
            raise refuse("V203", f"'{value}' is more than {high}", f"write for example {example}")
        if above_zero and number <= 0:
            raise refuse("V203", f"'{value}' must be more than zero", f"such as {example}")
        return number

    known = ", ".join(units.UNITS[dimension])
    schema = {
        "type": "string",
        "description": f"{dimension} with its unit ({known})",
        "examples": [example],
    }
    high = None if most == math.inf else "100 %" if dimension == "share" else "100 years"

    def write(value: float) -> str:
        return units.written(value, dimension)

    return Reading(read, 3.0e6 if above_zero else 1.0, schema, write, dimension, high=high)


def _parsed(text: str, dimension: str) -> float:
    try:
        return units.parse(text, dimension)
    except units.UnitError as error:
        raise refuse("V201", error.message, error.hint) from None


def _whole(least: int, example: str, most: int = 10**15) -> Reading:
    def read(value: Any, context: Mapping[str, Any]) -> int:
        if _is_number(value) and value == int(value):
            number = int(value)
        else:
            text = _text_of(value, example).strip()
            digits = text.split()[0] if text.count(" ") == 1 else text
            if not digits.lstrip("+-").isascii() or not digits.lstrip("+-").isdigit():
                raise refuse("V203", f"'{text}' is not a whole number", f"such as {example}")
            if digits != text:
                _parsed(text, "count")
            number = int(digits) if len(digits) < 20 else most + 1
        if number < least:
            raise refuse("V203", f"'{value}' is less than {least}", f"such as {example}")
        if number > most:
            raise refuse("V203", f"'{value}' is more than {most:,}", f"such as {example}")
        return number

    schema = {
        "anyOf": [{"type": "integer", "minimum": least}, {"type": "string"}],
        "description": f"a whole number, at least {least}",
        "examples": [int(example)],
    }
    return Reading(read, max(least, 1), schema, dimension="count")


def _number(example: str, *, above_zero: bool) -> Reading:
    def read(value: Any, context: Mapping[str, Any]) -> float:
        return plain_number(value, example, above_zero=above_zero)

    schema = {
        "type": "number",
        "description": "a plain number",
        "examples": [float(example)],
    }
    return Reading(read, 1.0, schema)


def plain_number(value: Any, example: str, *, above_zero: bool = False) -> float:
    """A number without a unit; ``20 %`` is 0.2. Raises what :func:`refuse` makes."""
    if _is_number(value):
        number = float(value)
    else:
        text = _text_of(value, example).strip()
        if text.endswith("%"):
            number = _parsed(text, "share")
        else:
            try:
                number = float(text)
            except ValueError:
                hint = f"write {text.replace(',', '.')}" if "," in text else f"such as {example}"
                raise refuse("V203", f"'{text}' is not a number", hint) from None
    if not math.isfinite(number):
        raise refuse("V203", f"'{value}' is not a finite number", f"such as {example}")
    if number < 0 or (above_zero and number == 0):
        least = "more than zero" if above_zero else "zero or more"
        raise refuse("V203", f"'{value}' must be {least}", f"such as {example}")
    return number


def reading_of(field: FieldInfo) -> Reading | None:
    """How a field of one value is read, may it be left out or not; None for words, text and
    whatever holds several values.
    """
    found = [m for m in field.metadata if isinstance(m, Reading)]
    for option in get_args(field.annotation):
        found += [m for m in get_args(option)[1:] if isinstance(m, Reading)]
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Amount:
    """Money: ``value`` in ``currency``, ``per`` (h, kWh, m2, kg, piece, month) or None."""

    value: float
    currency: str
    per: str | None = None

    def __str__(self) -> str:
        per = f"/{self.per}" if self.per else ""
        return f"{Decimal(repr(self.value)):f} {self.currency}{per}"


def money(value: Any, context: Mapping[str, Any]) -> Amount:
    """Money as written (``85 MKRW``). Raises what :func:`refuse` makes."""
    if isinstance(value, Amount):
        return value
    try:
        amount, currency = units.parse_money(_text_of(value, "85 MKRW"))
    except units.UnitError as error:
        raise refuse("V201", error.message, error.hint) from None
    return Amount(amount, currency)


def _text_schema(description: str, example: str) -> dict[str, Any]:
    return {"type": "string", "description": description, "examples": [example]}


def _price(*pers: str) -> Reading:
    example = f"32000 KRW/{pers[0]}" if pers else "32000 KRW/h"

    def read(value: Any, context: Mapping[str, Any]) -> Amount:
        if isinstance(value, Amount):
            return value
        try:
            price = Amount(*units.parse_price(_text_of(value, example)))
        except units.UnitError as error:
            raise refuse("V201", error.message, error.hint) from None
        if pers and price.per not in pers:
            raise refuse("V201", f"'{value}' is not a price per {pers[0]}", f"such as {example}")
        return price

    schema = _text_schema(f"a price per {pers[0]}" if pers else "a price", example)
    return Reading(read, Amount(0.0, "KRW", pers[0] if pers else None), schema, str)


#: kind -> its parameters in order; "time" carries a unit, "number" does not.
DISTRIBUTIONS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "constant": (("value", "time"),),
    "exponential": (("mean", "time"),),
    "uniform": (("low", "time"), ("high", "time")),
    "triangular": (("low", "time"), ("mode", "time"), ("high", "time")),
    "lognormal": (("mean", "time"), ("cv", "number")),
    "normal": (("mean", "time"), ("sd", "time")),
    "weibull": (("shape", "number"), ("scale", "time")),
    "gamma": (("mean", "time"), ("cv", "number")),
    "erlang": (("k", "whole"), ("mean", "time")),
    "empirical": (("values", "times"),),
    "trace": (("file", "text"), ("column", "text"), ("unit", "optional")),
}
_EXAMPLE: Final = "{lognormal: {mean: 3.2 min, cv: 0.2}}"


def random_time(value: Any, context: Mapping[str, Any] | None = None) -> Distribution:
    """A duration (``"3.2 min"``: always the same) or a mapping with one key, the
    distribution. ``trace`` asks ``context["column"](file, column) -> list[str]``. Raises what
    :func:`refuse` makes.
    """
    if isinstance(value, Distribution):
        return value
    if _is_number(value):
        return _made("constant", (float(value),))
    if not isinstance(value, Mapping):
        return _made("constant", (_parsed(_text_of(value, f"3.2 min or {_EXAMPLE}"), "time"),))
    if len(value) != 1:
        raise refuse("V202", "a random time has one key, its distribution", f"such as {_EXAMPLE}")
    kind, given = next(iter(value.items()))
    if kind not in DISTRIBUTIONS:
        hint = did_you_mean(kind, DISTRIBUTIONS) or "known: " + ", ".join(DISTRIBUTIONS)
        raise refuse("V202", f"there is no distribution '{kind}'", hint)
    parameters = _parameters(kind, given, context or {})
    try:
        return _made(kind, parameters)
    except PydanticCustomError as error:
        raise _in_its_words(kind, given, parameters, error) from None


def _in_its_words(
    kind: str, given: Mapping[str, Any], parameters: tuple[Any, ...], error: PydanticCustomError
) -> PydanticCustomError:
    """The refusal of a distribution with its times as they were written, not in seconds."""
    told = error.context or {}
    what = str(told["what"])
    for (name, sort), value in zip(DISTRIBUTIONS[kind], parameters, strict=True):
        if sort == "time":
            what = what.replace(f"{name} {value!r}", f"{name} {given[name]}")
            what = what.replace(f"not {value!r}", f"not {given[name]}")
    return refuse(error.type, what, told.get("hint"))


def is_distribution(value: Any) -> bool:
    """Whether a mapping is meant as a distribution (and not, say, as times per machine)."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    kind, given = next(iter(value.items()))
    names = {name for name, _ in DISTRIBUTIONS.get(kind, ())}
    return kind in DISTRIBUTIONS and isinstance(given, Mapping) and bool(names & set(given))


def _parameters(kind: str, given: Any, context: Mapping[str, Any]) -> tuple[Any, ...]:
    if not isinstance(given, Mapping):
        raise refuse("V202", f"{kind} needs its parameters", _usage(kind))
    wanted = dict(DISTRIBUTIONS[kind])
    for name in given:
        if name not in wanted:
            what = f"{kind} has no parameter '{name}'"
            raise refuse("V202", what, did_you_mean(name, wanted) or _usage(kind))
    if kind == "trace":
        return (_trace(given, context),)
    found: list[Any] = []
    for name, sort in wanted.items():
        if name not in given:
            raise refuse("V202", f"{kind} needs '{name}'", _usage(kind))
        with inside(kind, name):
            found.append(_parameter(kind, name, sort, given[name]))
    return tuple(found)


def _parameter(kind: str, name: str, sort: str, value: Any) -> Any:
    if sort == "times":
        if not isinstance(value, list) or not value:
            raise refuse("V202", "empirical needs a list of values", _usage(kind))
        return tuple(_time(v, kind, name) for v in value)
    if sort == "time":
        return _time(value, kind, name)
    number = plain_number(value, "1.5" if sort == "number" else "3")
    if sort == "whole":
        if number != int(number) or number < 1:
            raise refuse("V202", f"{kind} needs a whole {name} of 1 or more", _usage(kind))
        return int(number)
    return number


def _time(value: Any, kind: str, name: str) -> float:
    if _is_number(value):
        return float(value)
    text = _text_of(value, "3.2 min")
    if text.strip().startswith("-"):
        code = "V202"
        raise refuse(code, f"{kind} cannot have a negative {name}: '{text}'", "leave out the minus")
    return _parsed(text, "time")


def _trace(given: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[float, ...]:
    for name in ("file", "column"):
        if name not in given:
            raise refuse("V202", f"trace needs '{name}'", _usage("trace"))
    read = context.get("column")
    if read is None:
        raise refuse("V202", "a trace file can only be named in a scenario file")
    unit = str(given.get("unit") or "")
    cells = read(str(given["file"]), str(given["column"]))
    return tuple(_time(f"{cell} {unit}".strip(), "trace", "value") for cell in cells)


def _usage(kind: str) -> str:
    if kind == "empirical":
        return "write {empirical: {values: [3.1 min, 3.4 min, 2.9 min]}}"
    if kind == "trace":
        return "write {trace: {file: times.csv, column: cycle, unit: s}}"
    samples = {"time": "3 min", "number": "0.3", "whole": "3"}
    inner = ", ".join(f"{name}: {samples[sort]}" for name, sort in DISTRIBUTIONS[kind])
    if kind == "triangular":
        inner = "low: 2 min, mode: 3 min, high: 5 min"
    if kind == "uniform":
        inner = "low: 2 min, high: 5 min"
    return f"write {{{kind}: {{{inner}}}}}"


def _made(kind: str, parameters: tuple[Any, ...]) -> Distribution:
    maker = draws.empirical if kind == "trace" else getattr(draws, kind)
    try:
        made: Distribution = maker(*parameters)
    except ValueError as error:
        raise refuse("V202", str(error), _usage(kind)) from None
    return made


def written_time(value: Distribution) -> Any:
    """A random time as a scenario writes it; :func:`random_time` reads it back as the same."""
    if value.kind == "constant":
        return units.written(value.parameters[0], "time")
    if value.kind == "empirical":
        return {"empirical": {"values": [units.written(v, "time") for v in value.values]}}
    sorts = DISTRIBUTIONS[value.kind]
    told: dict[str, Any] = {}
    for (name, sort), number in zip(sorts, value.parameters, strict=True):
        whole = int(number) if sort == "whole" else number
        told[name] = units.written(number, "time") if sort == "time" else whole
    return {value.kind: told}


def random_time_schema() -> dict[str, Any]:
    """JSON Schema of a random time."""
    kinds = []
    plain = {
        "time": {"type": "string"},
        "number": {"type": ["number", "string"]},
        "whole": {"type": "integer", "minimum": 1},
        "times": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "text": {"type": "string"},
        "optional": {"type": "string"},
    }
    for kind, parameters in DISTRIBUTIONS.items():
        inner = {
            "type": "object",
            "properties": {name: plain[sort] for name, sort in parameters},
            "required": [name for name, sort in parameters if sort != "optional"],
            "additionalProperties": False,
        }
        kinds.append(
            {
                "type": "object",
                "properties": {kind: inner},
                "required": [kind],
                "additionalProperties": False,
            }
        )
    return {
        "description": "a duration (always the same) or {distribution: {parameters}}",
        "anyOf": [{"type": "string"}, *kinds],
        "examples": ["3.2 min", {"lognormal": {"mean": "3.2 min", "cv": 0.2}}],
    }


def within(dimension: str, example: str, low: str, high: str) -> Reading:
    """A quantity between two bounds, both written with their unit: an equipment parameter that
    cannot sensibly be otherwise.
    """
    least, most = units.parse(low, dimension), units.parse(high, dimension)
    inner = _quantity(dimension, example)

    def read(value: Any, context: Mapping[str, Any]) -> float:
        number = float(inner.read(value, context))
        if not least <= number <= most:
            what = f"'{value}' is outside {low} to {high}"
            raise refuse("V203", what, f"write for example {example}")
        return number

    described = f"{inner.schema['description']}, {low} to {high}"
    schema = inner.schema | {"description": described}
    harmless = units.parse(example, dimension)
    return Reading(read, harmless, schema, inner.write, dimension, low, high)


_CENTURY_S: Final = 100 * 365.25 * 86_400
DURATION: Final = _quantity("time", "3.2 min", most=_CENTURY_S)
Duration = Annotated[float, DURATION]
PositiveDuration = Annotated[float, _quantity("time", "20 d", most=_CENTURY_S, above_zero=True)]
LENGTH: Final = _quantity("length", "12 m")
COUNT: Final = _whole(1, "3")
#: More replications than this are a mistyped number.
MOST_REPLICATIONS: Final = 100_000
#: Larger seeds would not all be different ones to every reader of JSON.
MOST_SEED: Final = 10**15
REPLICATIONS: Final = _whole(1, "20", most=MOST_REPLICATIONS)
Length = Annotated[float, LENGTH]
Area = Annotated[float, _quantity("area", "8 m2")]
Speed = Annotated[float, _quantity("speed", "1.2 m/s")]
MovingSpeed = Annotated[float, _quantity("speed", "1.2 m/s", above_zero=True)]
POWER: Final = _quantity("power", "3 kW")
Power = Annotated[float, POWER]
Energy = Annotated[float, _quantity("energy", "1.2 kWh")]
Mass = Annotated[float, _quantity("mass", "130 t")]
Temperature = Annotated[float, _quantity("temperature", "850 °C")]
TemperatureRate = Annotated[float, _quantity("temperature rate", "5 °C/min", above_zero=True)]
Volume = Annotated[float, _quantity("volume", "2 l")]
Force = Annotated[float, _quantity("force", "16000 kN")]
Acceleration = Annotated[float, _quantity("acceleration", "4 m/s2")]
SHARE: Final = _quantity("share", "2 %", most=1.0)
PERCENT: Final = _quantity("share", "60 %")
Share = Annotated[float, SHARE]
Scale = Annotated[float, PERCENT]
Rate = Annotated[float, _quantity("rate", "450 /d")]
Number = Annotated[float, _number("0.8", above_zero=True)]
Whole = Annotated[int, _whole(0, "3")]
Seed = Annotated[int, _whole(0, "3", most=MOST_SEED)]
Count = Annotated[int, COUNT]
Heads = Annotated[int, _whole(0, "3", most=10_000)]
Machines = Annotated[int, _whole(1, "3", most=10_000)]
MONEY: Final = Reading(money, Amount(0.0, "KRW"), _text_schema("money", "85 MKRW"), str)
Money = Annotated[Amount, MONEY]
Price = Annotated[Amount, _price()]
PricePerHour = Annotated[Amount, _price("h")]
PRICE_PER_KWH: Final = _price("kWh")
PricePerKWh = Annotated[Amount, PRICE_PER_KWH]
PRICE_PER_KW: Final = _price("kW")
PricePerPiece = Annotated[Amount, _price("piece")]
PricePerArea = Annotated[Amount, _price("m2", "m2/month")]
RandomTime = Annotated[
    Distribution,
    Reading(
        random_time,
        Distribution("constant", (1.0,)),
        random_time_schema(),
        written_time,
        dimension="time",
    ),
]
