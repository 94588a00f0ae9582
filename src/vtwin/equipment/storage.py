"""Storage: places between machines where parts wait."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from vtwin.plant.family import Family, Lowered, Shape, SignalSpec, Step
from vtwin.plant.quantities import Whole


class Buffer(BaseModel):
    """A buffer of a fixed number of places."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    capacity: Whole = Field(default=10, description="places, in items")


class BufferStep(BaseModel):
    """A buffer needs nothing from a route step."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    return Lowered(steps=(), is_buffer=True, capacity=params.capacity)


FAMILY = Family(
    name="storage",
    params=Buffer,
    step=BufferStep,
    lower=_lower,
    signals=(
        SignalSpec("level", "out", "int", "items in the buffer", "버퍼의 재공 수"),
        SignalSpec("full", "out", "bool", "no place is free", "빈자리가 없음"),
        SignalSpec("empty", "out", "bool", "no item is waiting", "기다리는 것이 없음"),
    ),
    shape=Shape(width=2.0, depth=1.0),
    doc={
        "en": "A place where parts wait between machines",
        "ko": "설비 사이에서 부품이 대기하는 보관 장소",
    },
)
