"""Machining: turning centres and machining centres, one part in the spindle at a time."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from vtwin.base.draws import Distribution, constant
from vtwin.base.errors import Problem, Refused
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import Duration, Power, RandomTime


class MachiningCentre(BaseModel):
    """A CNC machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    cycle: RandomTime | None = Field(
        default=None, description="time per part where no step says it"
    )
    loading: Duration = Field(default=0.0, description="change of the part in the spindle")
    changeover: Duration = Field(default=0.0, description="new program, fixture and tools")
    working_power: Power = Field(default=0.0, description="while cutting")
    idle_power: Power = Field(default=0.0, description="switched on and not cutting")


class MachiningStep(BaseModel):
    """What a route step may say about machining."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    program: str | None = Field(
        default=None, description="NC program; default: product and operation"
    )


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    lowered = tuple(_step(name, params, step) for step in steps)
    keys = sorted({step.setup_key for step in lowered if step.setup_key is not None})
    times = {}
    if params.changeover > 0:
        change = constant(params.changeover)
        times = {(a, b): change for a in keys for b in keys if a != b}
    idle = params.idle_power
    power = dict.fromkeys(MachineState, idle) | {
        MachineState.WORKING: params.working_power,
        MachineState.PLANNED_STOP: 0.0,
    }
    return Lowered(steps=lowered, setup_times=times, power_kw=power)


def _step(name: str, params: MachiningCentre, step: Step) -> LoweredStep:
    cycle = step.cycle or params.cycle
    if cycle is None:
        what = f"{name} has no cycle time for {step.operation}"
        raise Refused(Problem("V703", what, hint="write `cycle: 3.2 min` at the step"))
    key = step.attributes.get("program") or step.operation
    return LoweredStep(cycle=_with_loading(cycle, params.loading), setup_key=key)


def _with_loading(cycle: Distribution, loading: float) -> Distribution:
    """Loading is part of every cycle; its share is the same at every draw."""
    if cycle.mean == 0:
        return constant(loading)
    return cycle if loading == 0 else cycle.scaled(1 + loading / cycle.mean)


FAMILY = Family(
    name="machining",
    params=MachiningCentre,
    step=MachiningStep,
    lower=_lower,
    signals=(
        SignalSpec("cycle_start", "in", "bool", "start the program", "프로그램 시작"),
        SignalSpec("feed_hold", "in", "bool", "hold all axes", "모든 축 이송 정지"),
        SignalSpec(
            "program", "out", "int", "number of the active program", "실행 중인 프로그램 번호"
        ),
        SignalSpec("in_cycle", "out", "bool", "a program is running", "프로그램 실행 중"),
        SignalSpec(
            "door_closed", "out", "bool", "the door is closed and locked", "문이 닫히고 잠김"
        ),
        SignalSpec("part_present", "out", "bool", "a part is clamped", "부품이 고정됨"),
        SignalSpec(
            "alarm", "out", "bool", "the controller stopped the machine", "제어기가 설비를 멈춤"
        ),
        SignalSpec("parts", "out", "int", "parts finished", "완성 수량"),
    ),
    shape=Shape(width=3.0, depth=2.2),
    doc={
        "en": "Turning and machining centres (CNC): one part at a time, change-over by program",
        "ko": "CNC 선반과 머시닝센터: 한 번에 한 부품, 프로그램에 따라 준비 교체",
    },
    states={
        MachineState.WORKING: {"en": "cuts, part change with it", "ko": "가공과 부품 교환"},
        MachineState.SETUP: {
            "en": "another program, fixture and tools",
            "ko": "프로그램, 고정구, 공구 교체",
        },
        MachineState.DOWN: {"en": "broken, or a tool is changed", "ko": "고장 또는 공구 교환"},
    },
)
