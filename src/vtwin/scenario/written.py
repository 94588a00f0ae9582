"""What every entry of a scenario file has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Written(BaseModel):
    """Base of everything in a scenario: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class WithFamilyKeys(Written):
    """May hold the keys of an equipment family, which the family validates."""

    model_config = ConfigDict(frozen=True, extra="allow", arbitrary_types_allowed=True)
