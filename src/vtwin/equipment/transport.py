"""Transport: vehicles that fetch and bring items one at a time, and conveyors.

A vehicle is named under ``transport:`` of a scenario, a conveyor under ``equipment:``. What the
language knows of both (speed, loading, battery, places, pitch) is reckoned here from what a data
sheet says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from vtwin.base.draws import constant
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.kinds import OfAKind
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import Duration, Energy, Power, Share, within

_OWN: Final = {
    "vehicle": frozenset(
        (
            *("top_speed", "pick_up", "put_down"),
            *("running_time", "charging_time", "standing_draw", "battery_energy"),
        )
    ),
    "conveyor": frozenset(
        ("belt_speed", "length", "item_length", "gap", "accumulating", "driving_power")
    ),
}
_NEEDED: Final = {"vehicle": ("top_speed",), "conveyor": ("belt_speed", "length")}
_EXAMPLES: Final = {"top_speed": "1.2 m/s", "belt_speed": "0.25 m/s", "length": "12 m"}

Speed = Annotated[float, within("speed", "1.2 m/s", "0.05 m/s", "6 m/s")]
BeltSpeed = Annotated[float, within("speed", "0.25 m/s", "0.005 m/s", "5 m/s")]
Way = Annotated[float, within("length", "12 m", "0.2 m", "500 m")]
ItemLength = Annotated[float, within("length", "40 cm", "1 cm", "20 m")]


class Transport(OfAKind):
    """A vehicle or a conveyor."""

    own = _OWN
    needed = _NEEDED
    examples = _EXAMPLES

    kind: Literal["vehicle", "conveyor"] = Field(
        description="what it is; the model of the library says it"
    )
    top_speed: Speed | None = Field(
        default=None, description="vehicle: mean speed on its way, 0.05 to 6 m/s"
    )
    pick_up: Duration = Field(default=0.0, description="vehicle: time to take an item up")
    put_down: Duration | None = Field(
        default=None, description="vehicle: time to put it down; default: as to take it up"
    )
    running_time: Duration = Field(
        default=0.0, description="vehicle: hours a battery drives; 0 s: no battery"
    )
    charging_time: Duration = Field(
        default=3600.0, description="vehicle: time to charge it from empty, or to change it"
    )
    standing_draw: Share = Field(
        default=0.0, description="vehicle: what it draws standing, of what it draws driving"
    )
    battery_energy: Energy = Field(
        default=0.0, description="vehicle: energy a full battery holds; 0 kWh: not told"
    )
    belt_speed: BeltSpeed | None = Field(default=None, description="conveyor: 0.005 to 5 m/s")
    length: Way | None = Field(default=None, description="conveyor: from end to end, 0.2 to 500 m")
    item_length: ItemLength = Field(
        default=0.4, description="conveyor: an item in the direction of travel, 1 cm to 20 m"
    )
    gap: Annotated[float, within("length", "10 cm", "0 cm", "20 m")] = Field(
        default=0.0, description="conveyor: between two items at least, up to 20 m"
    )
    accumulating: bool = Field(
        default=True, description="conveyor: items close up; false: all stand when one must wait"
    )
    driving_power: Power = Field(default=0.0, description="conveyor: while it moves")


class TransportStep(BaseModel):
    """Transport needs nothing from a route step."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def places(params: Transport) -> int:
    """Items that fit on a conveyor, the first at its end: 1 + floor((length - item) / pitch)."""
    assert params.length is not None
    pitch = params.item_length + params.gap
    return 1 + max(0, int((params.length - params.item_length) / pitch + 1e-9))


def _words(_name: str, params: Any) -> Mapping[str, Any]:
    if params.kind == "vehicle":
        down = params.pick_up if params.put_down is None else params.put_down
        words: dict[str, Any] = {
            "speed": f"{params.top_speed:.6g} m/s",
            "load": f"{params.pick_up:.6g} s",
            "unload": f"{down:.6g} s",
        }
        if params.running_time and params.charging_time:
            words["battery"] = {
                "lasts": f"{params.running_time:.9g} s",
                "charge": f"{params.charging_time:.9g} s",
                "standing": f"{100 * params.standing_draw:.6g} %",
            }
            if params.battery_energy:
                words["battery"]["capacity"] = f"{params.battery_energy:.6g} kWh"
        return words
    pitch = (params.item_length + params.gap) / params.belt_speed
    travel = params.length / params.belt_speed
    count = places(params)
    if count > 1:
        pitch = min(pitch, travel / (count - 1))
    return {
        "belt": {
            "travel": f"{travel:.9g} s",
            "pitch": f"{pitch:.9g} s",
            "places": count,
            "accumulating": params.accumulating,
        }
    }


def _lower(_name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    moving = {MachineState.WORKING: params.driving_power}
    travel = params.length / params.belt_speed if params.kind == "conveyor" else 0.0
    made = tuple(LoweredStep(step.cycle or constant(travel)) for step in steps)
    return Lowered(made, power_kw=moving)


FAMILY = Family(
    name="transport",
    params=Transport,
    step=TransportStep,
    lower=_lower,
    signals=(
        SignalSpec(
            "call", "in", "int", "station that wants something fetched", "운반을 부른 작업장"
        ),
        SignalSpec("release", "in", "bool", "the way ahead is free", "앞길이 비어 있음"),
        SignalSpec(
            "position", "out", "int", "point of the network passed last", "마지막으로 지난 경로점"
        ),
        SignalSpec("loaded", "out", "bool", "an item is on it", "짐이 실려 있음"),
        SignalSpec("arrived", "out", "bool", "at its destination", "목적지에 도착함"),
        SignalSpec("battery", "out", "float", "charge left, %", "배터리 잔량, %"),
        SignalSpec(
            "blocked",
            "out",
            "bool",
            "something is in the way, or no room to put down",
            "길이 막혔거나 내릴 자리가 없음",
        ),
        SignalSpec("alarm", "out", "bool", "stopped by its own safety", "안전 장치가 멈춤"),
    ),
    shape=Shape(width=1.6, depth=0.9),
    doc={
        "en": "Vehicles (AGV, forklift, crane, cart) and conveyors",
        "ko": "운반 차량(AGV, 지게차, 크레인, 대차)과 컨베이어",
    },
    words=_words,
    states={
        MachineState.WORKING: {"en": "the belt moves items", "ko": "벨트가 물건을 나름"},
        MachineState.BLOCKED: {
            "en": "the first item cannot get off",
            "ko": "맨 앞 물건이 내리지 못함",
        },
        MachineState.STARVED: {"en": "the belt is empty", "ko": "벨트가 비어 있음"},
    },
)


__all__ = ["FAMILY", "Transport", "places"]
