"""Equipment of one family that comes in several kinds: which parameters are whose.

A forge has heaters and presses, transport vehicles and conveyors. They share a family and most of
what is done with them, but a key of one kind says nothing about another, and each kind has some
it cannot do without. A family says both in two tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from vtwin.plant.quantities import refuse


def said(kind: str) -> str:
    """A kind as people say it."""
    return kind.replace("_", " ")


def one(kind: str) -> str:
    """One of a kind: an area, a rack."""
    return f"{'an' if kind[0] in 'aeio' else 'a'} {said(kind)}"


class OfAKind(BaseModel):
    """Parameters of equipment whose ``kind``, the first field, decides which others it has.

    ``own``: kind -> its keys; ``needed``: kind -> those without which it is nothing;
    ``examples``: a needed key -> how it could be written. Refuses a key of another kind (V705)
    and a missing one (V117).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    own: ClassVar[Mapping[str, frozenset[str]]]
    needed: ClassVar[Mapping[str, tuple[str, ...]]]
    examples: ClassVar[Mapping[str, str]]

    @field_validator("*")
    @classmethod
    def _belongs(cls, value: Any, info: ValidationInfo) -> Any:
        """A key of another kind of equipment is no key of this one."""
        key, kind = info.field_name or "", info.data.get("kind")
        if kind is None or key == "kind" or key in cls.own[kind]:
            return value
        if value != cls.model_fields[key].default:
            hint = "known: " + ", ".join(sorted(cls.own[kind]))
            raise refuse("V705", f"{one(kind)} has no `{key}`", hint)
        return value

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        kind = self.kind  # type: ignore[attr-defined]  # every family has its own words for it
        for key in self.needed[kind]:
            if getattr(self, key) is None:
                what = f"{one(kind)} needs its `{key}`"
                raise refuse("V117", what, f"write `{key}: {self.examples[key]}`")
        return self
