"""Assembly: what people and cells put together, step by step of the work.

A station is said by its work elements (seconds per pick, screw, press stroke, test), a route step
by how many of each it needs. What is put together is the language's `parts:` and `kit:`; what a
test finds not ok goes back with `rework_to`, or is scrap.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vtwin.base.draws import Distribution, constant, exponential, lognormal
from vtwin.base.errors import Problem, Refused
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import Count, Duration, Power, RandomTime, Share, Whole, refuse, within

PickTime = Annotated[float, within("time", "3 s", "0 s", "10 min")]
ScrewTime = Annotated[float, within("time", "5 s", "0 s", "2 min")]
PressTime = Annotated[float, within("time", "6 s", "0 s", "5 min")]
TestTime = Annotated[float, within("time", "25 s", "0 s", "24 h")]
Variation = Annotated[float, within("share", "15 %", "0 %", "100 %")]


class AssemblyStation(BaseModel):
    """A place where parts are put together, tested or made ready."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    handling: Duration = Field(
        default=0.0, description="to take the workpiece, place, clamp and pass it on, s"
    )
    pick: PickTime = Field(default=0.0, description="to take one part and place it, s")
    screw: ScrewTime = Field(default=0.0, description="per screw, with fetching the next one, s")
    spindles: Count = Field(default=1, description="screws driven at once")
    press: PressTime = Field(default=0.0, description="per press stroke: insert, stroke, back, s")
    test: TestTime = Field(default=0.0, description="per test: connect, test, take off, s")
    variation: Variation = Field(
        default=0.0,
        description="coefficient of variation of the time, as people have it; 0 %: always alike",
    )
    changeover: Duration = Field(
        default=0.0, description="to another product: program, fixture and parts, s"
    )
    andon_every: Duration = Field(
        default=0.0, description="mean working time between short stops (andon); 0 s: none"
    )
    andon: RandomTime = Field(default=constant(60.0), description="length of a short stop")
    andon_by: str | None = Field(
        default=None, description="skill of who answers the call; default: nobody needed"
    )
    working_power: Power = Field(default=0.0, description="while working")
    idle_power: Power = Field(default=0.0, description="switched on and waiting")


class AssemblyStep(BaseModel):
    """What a route step needs of a station."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    picks: Whole = Field(default=0, description="parts taken and placed")
    screws: Whole = Field(default=0, description="screws driven")
    presses: Whole = Field(default=0, description="press strokes")
    tests: Whole = Field(default=0, description="tests")
    extra: Duration = Field(default=0.0, description="further work content, s")
    variant: str = Field(
        default="", description="what the station is set up for; default: the product"
    )
    not_ok: Share = Field(default=0.0, description="share that does not pass")
    rework_to: str | None = Field(
        default=None, description="operation where what did not pass goes; default: it is scrap"
    )
    rework_most: Whole | None = Field(
        default=None, description="times one may go back; then it is scrap; default: ever again"
    )

    @model_validator(mode="after")
    def _says_what_goes_back(self) -> AssemblyStep:
        for word, told in (("rework_to", self.rework_to), ("rework_most", self.rework_most)):
            if told is not None and self.not_ok == 0:
                raise refuse("V707", f"`{word}` and nothing that is not ok", "write `not_ok: 3 %`")
        if self.rework_most is not None and self.rework_to is None:
            raise refuse("V707", "`rework_most` without `rework_to`", "write where it goes back to")
        return self


def work_content(station: AssemblyStation, needs: Mapping[str, Any]) -> float:
    """Time of a step at a station, s: handling + picks + screws by rounds of the spindles +
    press strokes + tests + the rest.
    """
    rounds = math.ceil(needs.get("screws", 0) / station.spindles)
    elements: float = (
        needs.get("picks", 0) * station.pick
        + rounds * station.screw
        + needs.get("presses", 0) * station.press
        + needs.get("tests", 0) * station.test
        + needs.get("extra", 0.0)
    )
    return station.handling + elements


def takt(working_time: float, pieces: float) -> float:
    """Time per piece that meets a demand, s: working time of a period / pieces wanted in it.

    Raises:
        ValueError: nothing is wanted, or no time is worked.
    """
    if pieces <= 0 or working_time <= 0:
        raise ValueError("a takt needs time to work in and pieces to make")
    return working_time / pieces


@dataclass(frozen=True, slots=True)
class Balance:
    """How evenly work is spread over the stations of a line; ``work`` is the time of each
    station per piece, s, with all its machines; ``machines`` how many it has.

    ``efficiency`` = sum of the work of all machines / (machines × cycle of the line), the share
    of the paid time that is work; ``smoothness`` = √Σ(longest − each)² over the stations, 0 s
    where all take as long (Moodie and Young, "A heuristic method of assembly line balancing",
    Journal of Industrial Engineering 16, 1965); ``least`` is how many machines the work needs
    at the takt.
    """

    work: tuple[float, ...]
    takt: float
    machines: tuple[float, ...]

    @property
    def cycle(self) -> float:
        """The slowest station sets the pace; a line that is faster than the takt waits for it."""
        return max(*self.work, self.takt)

    @property
    def efficiency(self) -> float:
        """Line balance efficiency."""
        return self.content / (sum(self.machines) * self.cycle)

    @property
    def content(self) -> float:
        """Work in a piece, s of one machine."""
        return sum(time * n for time, n in zip(self.work, self.machines, strict=True))

    @property
    def smoothness(self) -> float:
        """Smoothness index, s."""
        longest = max(self.work)
        return math.sqrt(sum((longest - time) ** 2 for time in self.work))

    @property
    def least(self) -> int:
        """Machines without which the takt cannot be met."""
        return math.ceil(self.content / self.takt - 1e-9)

    @property
    def over(self) -> tuple[int, ...]:
        """Stations that take longer than the takt, by position."""
        late = self.takt * (1 + 1e-9)
        return tuple(i for i, time in enumerate(self.work) if time > late)


def balance(
    work: Sequence[float], takt_time: float = 0.0, machines: Sequence[float] = ()
) -> Balance:
    """The balance of a line whose stations take these times per piece, s; without a takt the
    slowest station sets the pace, without ``machines`` each has one.

    Raises:
        ValueError: no station, or no work.
    """
    if not work or min(work) < 0 or max(work) <= 0:
        raise ValueError("a line needs stations with work")
    return Balance(tuple(work), takt_time or max(work), tuple(machines) or (1.0,) * len(work))


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    lowered = tuple(_step(name, params, step) for step in steps)
    keys = sorted({step.setup_key or "" for step in lowered})
    times = {}
    if params.changeover > 0:
        change = constant(params.changeover)
        times = {(a, b): change for a in keys for b in keys if a != b}
    power = dict.fromkeys(MachineState, params.idle_power) | {
        MachineState.WORKING: params.working_power,
        MachineState.PLANNED_STOP: 0.0,
    }
    return Lowered(steps=lowered, setup_times=times, power_kw=power)


def _step(name: str, params: AssemblyStation, step: Step) -> LoweredStep:
    needs = step.attributes
    back = needs.get("rework_to") is not None
    return LoweredStep(
        cycle=step.cycle or _time(name, params, step),
        scrap=0.0 if back else needs.get("not_ok", 0.0),
        setup_key=needs.get("variant") or step.operation.partition("/")[0],
    )


def _time(name: str, params: AssemblyStation, step: Step) -> Distribution:
    mean = work_content(params, step.attributes)
    if mean <= 0:
        what = f"{name} has no work for {step.operation}"
        hint = "write `picks`, `screws`, `presses`, `tests` or `cycle: 40 s` at the step"
        raise Refused(Problem("V703", what, hint=hint))
    return lognormal(mean, params.variation) if params.variation > 0 else constant(mean)


def _words(name: str, params: Any) -> Mapping[str, Any]:
    """Short stops age with the work."""
    if params.andon_every == 0:
        return {}
    andon = {"after": exponential(params.andon_every), "repair": params.andon}
    return {"failures": {"andon": andon | ({"by": params.andon_by} if params.andon_by else {})}}


def _step_words(params: Any, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """What does not pass goes back."""
    to = attributes.get("rework_to")
    if to is None:
        return {}
    most = attributes.get("rework_most")
    back = {"to": to, "chance": attributes["not_ok"]}
    return {"rework": back | ({} if most is None else {"most": most})}


FAMILY = Family(
    name="assembly",
    params=AssemblyStation,
    step=AssemblyStep,
    lower=_lower,
    words=_words,
    step_words=_step_words,
    signals=(
        SignalSpec(
            "release", "in", "bool", "the workpiece may go on", "공작물을 다음으로 보내도 됨"
        ),
        SignalSpec("variant", "in", "int", "number of the variant to be built", "조립할 사양 번호"),
        SignalSpec("workpiece_present", "out", "bool", "a workpiece is clamped", "공작물이 고정됨"),
        SignalSpec(
            "torque", "out", "float", "torque of the last screw, Nm", "마지막 나사의 토크, Nm"
        ),
        SignalSpec(
            "press_force",
            "out",
            "float",
            "greatest force of the last press stroke, kN",
            "마지막 압입의 최대 하중, kN",
        ),
        SignalSpec(
            "ok",
            "out",
            "bool",
            "every element of the work was done within its limits",
            "모든 작업 요소가 한계 안에서 끝남",
        ),
        SignalSpec("andon", "out", "bool", "somebody called for help", "도움을 호출함(안돈)"),
        SignalSpec(
            "parts_low", "out", "bool", "a bin of parts must be filled up", "부품함을 채워야 함"
        ),
        SignalSpec("pieces", "out", "int", "workpieces finished", "완성한 공작물 수"),
    ),
    shape=Shape(width=2.0, depth=1.5),
    doc={
        "en": "Assembly stations, by hand or automatic: kitting, screwing, press fit, test, rework",
        "ko": "수동·자동 조립 공정: 키팅, 나사 체결, 압입, 시험, 재작업",
    },
    states={
        MachineState.WORKING: {"en": "picks, joins, screws, tests", "ko": "집기, 체결, 압입, 검사"},
        MachineState.SETUP: {"en": "change to another variant", "ko": "다른 사양으로 준비 교체"},
        MachineState.DOWN: {"en": "help was called, or it broke", "ko": "도움 호출 또는 고장"},
    },
)
