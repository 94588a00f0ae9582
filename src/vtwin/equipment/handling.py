"""Handling: robots, gantries, forging manipulators and people who put parts into machines.

With `serves` a handling device makes nothing itself: it attends machines, one visit for each of
their operations, and several machines share it. A visit takes the finished part out and puts the
next one in; its time is part of the machine's operation (the finished part has left by then, so
the way out is counted with the part that comes in). Without `serves` it is a station of its own
that moves parts in a route step, such as from a pallet to a conveyor.

A device that serves has neither failures nor power of its own: write them at the machines.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from vtwin.base.draws import Distribution, constant, lognormal
from vtwin.base.errors import Problem, Refused
from vtwin.plant.family import Family, Helper, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import (
    Acceleration,
    Count,
    Length,
    Mass,
    MovingSpeed,
    Power,
    RandomTime,
    refuse,
    within,
)

Motion = Annotated[float, within("time", "3 s", "0 s", "1 h")]
Variation = Annotated[float, within("share", "10 %", "0 %", "200 %")]
Payload = Annotated[float, within("mass", "20 kg", "10 g", "100 t")]


def _one_or_several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Handler(BaseModel):
    """A device, or a person, that moves parts."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    serves: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = Field(
        default=(), description="machines it attends; none: it is a station that moves parts"
    )
    service: RandomTime | None = Field(
        default=None, description="time of one visit as measured; default: from its motions"
    )
    approach: Motion = Field(default=2.0, description="to the part, gripper empty, s")
    grip: Motion = Field(default=1.0, description="closing the gripper and making sure, s")
    travel: Motion | None = Field(
        default=None, description="with a part; default: from distance, speed and acceleration"
    )
    release: Motion = Field(default=1.0, description="setting down and opening the gripper, s")
    turn: Motion = Field(default=1.5, description="from one gripper of a double one to the other")
    interlock: Motion = Field(
        default=0.0, description="door, chuck and signals of the machine during a visit, s"
    )
    distance: Length = Field(default=2.0, description="way between machine and parts")
    speed: MovingSpeed = Field(default=1.0, description="fastest with a part")
    acceleration: Acceleration = Field(default=2.0, description="speeding up and slowing down")
    gripper: Literal["single", "double"] = Field(
        default="single", description="a double gripper brings the next part along"
    )
    exchange: bool = Field(
        default=True, description="a visit takes the finished part out, too; false: it falls out"
    )
    variation: Variation = Field(
        default=0.0, description="standard deviation of a visit over its mean; 0 %: always alike"
    )
    rail: MovingSpeed | None = Field(
        default=None, description="speed from machine to machine; default: that takes no time"
    )
    payload: Payload | None = Field(default=None, description="mass it carries, grippers included")
    gripper_mass: Mass = Field(default=0.0, description="mass of one gripper")
    part: Mass | None = Field(default=None, description="mass of the heaviest part it handles")
    working_power: Power = Field(default=0.0, description="as a station: while moving")
    idle_power: Power = Field(default=0.0, description="as a station: waiting, drives on")

    @model_validator(mode="after")
    def _carries_its_part(self) -> Handler:
        told = overload(self, self.part)
        if told is not None:
            raise refuse("V706", *told)
        if self.speed and not self.acceleration:
            raise refuse("V203", "without acceleration nothing moves", "such as 2 m/s2")
        return self


class HandlingStep(BaseModel):
    """What a route step on a handling station may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Mass | None = Field(default=None, description="mass of one part")
    pieces: Count = Field(default=1, description="parts taken in one grip")


def overload(device: Handler, part: float | None, pieces: int = 1) -> tuple[str, str] | None:
    """What is wrong and the likely fix if parts of this mass (kg) are too heavy, else None.

    A double gripper holds the finished and the next part at once.
    """
    if device.payload is None or part is None:
        return None
    hands = 2 if device.gripper == "double" else 1
    mass = hands * (device.gripper_mass + pieces * part)
    if mass <= device.payload:
        return None
    parts, grippers = hands * pieces, "gripper" if hands == 1 else "grippers"
    what = (
        f"{parts} x {part:g} kg of parts and {hands} x {device.gripper_mass:g} kg of {grippers} "
        f"are {mass:g} kg, and the payload is {device.payload:g} kg"
    )
    lighter = (device.payload / hands - device.gripper_mass) / pieces
    hint = f"a device for {mass:g} kg or more"
    if lighter > 0:
        hint += f", or a part of {lighter:g} kg or less"
    return what, hint


def travel_time(distance: float, speed: float, acceleration: float) -> float:
    """Time in s of a way in m from rest to rest at m/s and m/s2: a trapezoid of speed, or a
    triangle when the way is too short to reach full speed.
    """
    if distance * acceleration >= speed * speed:
        return distance / speed + speed / acceleration
    return 2 * math.sqrt(distance / acceleration)


def visit_time(device: Handler) -> float:
    """Mean time in s of one visit to a machine.

    One part is moved by approach, grip, travel and release. A visit that exchanges moves two, the
    finished one out and the next one in; a double gripper has the next one with it, which saves
    one travel and costs one turn of the gripper.
    """
    if device.service is not None:
        return device.service.mean
    moved = device.approach + device.grip + device.release
    travel = _travel(device)
    if not device.exchange:
        return device.interlock + moved + travel
    if device.gripper == "double":
        return device.interlock + 2 * moved + travel + device.turn
    return device.interlock + 2 * (moved + travel)


def machines_per_device(visit: float, alone: float) -> int:
    """Equal machines that one device attends without any of them ever waiting when all times
    are constant: each wants it for ``visit`` and then runs ``alone`` (s).
    """
    return int((visit + alone) / visit + 1e-9)


def share_of_time(machines: int, visit: float, alone: float) -> float:
    """Share of time the device is busy with so many equal machines that never lack work;
    with more than :func:`machines_per_device` of them it is all the time.
    """
    return min(1.0, machines * visit / (visit + alone))


def _travel(device: Handler) -> float:
    if device.travel is not None:
        return device.travel
    return travel_time(device.distance, device.speed, device.acceleration)


def _spread(mean: float, variation: float) -> Distribution:
    return lognormal(mean, variation) if mean > 0 and variation > 0 else constant(mean)


def _helper(_name: str, params: Any) -> Helper | None:
    if not params.serves:
        return None
    visit = params.service or _spread(visit_time(params), params.variation)
    people: Mapping[str, Any] = {"speed": params.rail} if params.rail else {}
    return Helper(params.serves, visit, people)


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    power = dict.fromkeys(MachineState, params.idle_power) | {
        MachineState.WORKING: params.working_power,
        MachineState.PLANNED_STOP: 0.0,
    }
    return Lowered(tuple(_step(name, params, step) for step in steps), power_kw=power)


def _step(name: str, params: Handler, step: Step) -> LoweredStep:
    pieces = step.attributes.get("pieces", 1)
    told = overload(params, step.attributes.get("part", params.part), pieces)
    if told is not None:
        raise Refused(Problem("V706", f"{name}, {step.operation}: {told[0]}", hint=told[1]))
    cycle = step.cycle or params.service
    if cycle is None:
        one_way = params.interlock + params.approach + params.grip + params.release
        cycle = _spread(one_way + _travel(params), params.variation)
    return LoweredStep(cycle=cycle, pieces_per_cycle=pieces)


SIGNALS: Final = (
    SignalSpec("start", "in", "bool", "begin a visit or move", "방문 또는 이송 시작"),
    SignalSpec(
        "machine_ready",
        "in",
        "bool",
        "the machine waits for parts, door open",
        "설비가 문을 열고 부품을 기다림",
    ),
    SignalSpec(
        "clear",
        "out",
        "bool",
        "out of the machine: it may close and start",
        "설비 밖으로 나옴: 문을 닫고 시작해도 됨",
    ),
    SignalSpec("gripper_closed", "out", "bool", "the gripper is closed", "그리퍼가 닫힘"),
    SignalSpec("part_held", "out", "bool", "a part is in the gripper", "그리퍼에 부품이 있음"),
    SignalSpec("at_home", "out", "bool", "in the home position", "원점 위치에 있음"),
    SignalSpec("fault", "out", "bool", "the controller stopped the device", "제어기가 장비를 멈춤"),
    SignalSpec("program", "out", "int", "number of the motion program", "동작 프로그램 번호"),
    SignalSpec("visits", "out", "int", "visits since the last reset", "초기화 후 방문 횟수"),
)

FAMILY = Family(
    name="handling",
    params=Handler,
    step=HandlingStep,
    lower=_lower,
    signals=SIGNALS,
    shape=Shape(width=2.5, depth=2.5),
    doc={
        "en": "Robots, gantries, manipulators and loading by hand, shared between machines",
        "ko": "여러 설비가 함께 쓰는 로봇, 갠트리, 단조 매니퓰레이터, 수작업 투입",
    },
    helper=_helper,
    states={
        MachineState.WORKING: {"en": "moves an item from place to place", "ko": "물건을 옮김"},
        MachineState.DOWN: {"en": "stopped by its controller", "ko": "제어기가 멈춤"},
    },
)
