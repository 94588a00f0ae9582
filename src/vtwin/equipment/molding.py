"""Injection moulding: a machine of a clamping force, moulds with cavities, and the losses
between two jobs: another mould, or only another colour.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from vtwin.base.draws import constant
from vtwin.base.errors import Problem, Refused
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import Duration, Mass, Power, RandomTime


class InjectionMachine(BaseModel):
    """An injection moulding machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    clamping_force: Mass = Field(default=100_000.0, description="clamping force as a mass")
    cycle: RandomTime | None = Field(default=None, description="shot time where no mould says it")
    mould_change: Duration = Field(
        default=2400.0, description="from last good shot to machine ready, s"
    )
    colour_change: Duration = Field(
        default=900.0, description="purging and cleaning for a colour, s"
    )
    material_change: Duration = Field(
        default=0.0, description="on top of either when the resin is another, s"
    )
    start_up: Duration = Field(default=0.0, description="shots thrown away after a mould change")
    working_power: Power = Field(default=0.0, description="while moulding")
    setup_power: Power = Field(default=0.0, description="during a change, barrel hot")
    idle_power: Power = Field(default=0.0, description="standing with a hot barrel")


class MoldingStep(BaseModel):
    """What a route step may say about moulding; the mould is the step's `tool`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    colour: str = Field(default="", description="colour of the material: another one means purging")
    material: str = Field(default="", description="resin: another one empties the machine")


def key(mould: str, colour: str, material: str = "") -> str:
    """The set-up a machine is in with this mould, colour and resin."""
    return ", ".join(part for part in (mould, colour, material) if part)


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    lowered = tuple(_step(name, params, step) for step in steps)
    jobs = {
        made.setup_key or "": (step.tool or step.operation, step.attributes.get("material", ""))
        for made, step in zip(lowered, steps, strict=True)
    }
    keys = sorted(jobs)
    fixed = lru_cache(maxsize=None)(constant)  # thousands of pairs share four lengths
    times = {(a, b): fixed(_change(params, jobs[a], jobs[b])) for a in keys for b in keys if a != b}
    power = dict.fromkeys(MachineState, params.idle_power) | {
        MachineState.WORKING: params.working_power,
        MachineState.SETUP: params.setup_power or params.idle_power,
        MachineState.PLANNED_STOP: 0.0,
    }
    return Lowered(steps=lowered, setup_times=times, power_kw=power)


def _change(params: InjectionMachine, before: tuple[str, str], after: tuple[str, str]) -> float:
    """Length of a change between two jobs (mould, resin), s."""
    another_mould = before[0] != after[0]
    change = params.mould_change + params.start_up if another_mould else params.colour_change
    return change + (params.material_change if before[1] != after[1] else 0.0)


def _step(name: str, params: InjectionMachine, step: Step) -> LoweredStep:
    cycle = step.cycle or params.cycle
    if cycle is None:
        what = f"{name} has no shot time for {step.operation}"
        raise Refused(Problem("V703", what, hint="write `cycle: 18.9 s` at the mould or the step"))
    mould = step.tool or step.operation
    given = step.attributes
    setup = key(mould, given.get("colour", ""), given.get("material", ""))
    return LoweredStep(cycle=cycle, setup_key=setup)


FAMILY = Family(
    name="molding",
    params=InjectionMachine,
    step=MoldingStep,
    lower=_lower,
    signals=(
        SignalSpec("cycle_start", "in", "bool", "begin automatic moulding"),
        SignalSpec("robot_clear", "in", "bool", "the take-out robot is out of the mould"),
        SignalSpec("mould_closed", "out", "bool", "the mould is closed under force"),
        SignalSpec("ejector_back", "out", "bool", "the ejector is back"),
        SignalSpec("heats_ready", "out", "bool", "all barrel zones are at temperature"),
        SignalSpec("shots", "out", "int", "shots since the last reset"),
        SignalSpec("cycle_time", "out", "float", "length of the last shot"),
        SignalSpec("alarm", "out", "bool", "the machine stopped itself"),
    ),
    shape=Shape(width=5.0, depth=1.6),
    doc={
        "en": "Injection moulding machines: moulds with cavities, mould and colour changes",
        "ko": "사출 성형기: 캐비티가 있는 금형, 금형 교체와 색상 교체",
    },
)
