"""Inspection: machine vision, coordinate measuring, gauge stations and checks by eye.

What is really defective is said where it is looked for (`defects`); what the inspection makes of
it follows from its false accepts and false rejects. A rejected part is scrap (`reaction: sort`),
goes back to an earlier step (`rework`, with `to`; an item of several pieces goes as a whole), or is
scrap and stops the station (`stop`).

A lot of several pieces may be judged by a sample of its own (`sample_size`, `accept`): so many
pieces are looked at, and with more rejects among them than accepted the whole lot goes back `to` a
step that screens it.

A stop is approximated: the station stands still for `stop_time` after every so many inspections as
come on average from one reject to the next, evenly spaced, while the rejected parts themselves are
drawn at random. The line before it stops when the places between are full, as lines do.

Time until the result is known: `evaluation` is part of the cycle (the next part waits). Where parts
wait for a result while the next ones are measured, send them through a station with `hold`: there
every part stays so long before it goes on, and the instrument is free.

Formulas for shares are those of elementary probability, for p defective parts, a share fa of them
accepted and a share fr of the good ones rejected: rejected p (1 - fa) + (1 - p) fr, and outgoing
defects (average outgoing quality) p fa / (1 - rejected).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from vtwin.base.draws import Distribution, constant, lognormal
from vtwin.base.errors import Problem, Refused
from vtwin.plant.family import (
    Family,
    Lowered,
    LoweredFailure,
    LoweredStep,
    Shape,
    SignalSpec,
    Step,
)
from vtwin.plant.primitives import FailureClock, MachineState
from vtwin.plant.quantities import Count, Duration, Power, RandomTime, Share, Whole, within

Reaction = Literal["sort", "rework", "stop"]
PartOfCycle = Annotated[float, within("time", "2 s", "0 s", "1 h")]
Variation = Annotated[float, within("share", "10 %", "0 %", "200 %")]
Hold = Annotated[float, within("time", "30 min", "0 s", "90 d")]
#: Inspections from one stop to the next that are as good as never.
_MOST: Final = 10**12
#: Pieces of a lot that is judged by a sample, at most.
LARGEST_LOT: Final = 10**6


class Inspection(BaseModel):
    """A station that looks at parts, or where they wait for its result."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    fixturing: PartOfCycle = Field(default=0.0, description="placing, aligning, removing, s")
    per_image: PartOfCycle = Field(default=0.0, description="lighting, image and its reading, s")
    per_point: PartOfCycle = Field(default=0.0, description="probing one point, way included, s")
    per_characteristic: PartOfCycle = Field(
        default=0.0, description="gauging or looking at one characteristic, s"
    )
    evaluation: PartOfCycle = Field(default=0.0, description="until the result is there, s")
    images: Whole = Field(default=0, description="images of a part where no step says it")
    points: Whole = Field(default=0, description="points probed where no step says it")
    characteristics: Whole = Field(
        default=0, description="characteristics of a part where no step says it"
    )
    variation: Variation = Field(
        default=0.0, description="standard deviation of the cycle over its mean; 0 %: always alike"
    )
    defects: Share = Field(
        default=0.0, description="share of parts really defective that it looks for"
    )
    false_accept: Share = Field(default=0.0, description="share of the defective ones it accepts")
    false_reject: Share = Field(default=0.0, description="share of the good ones it rejects")
    reaction: Reaction = Field(
        default="sort", description="what a reject means: scrap, back to a step, or a stop"
    )
    every: Count = Field(default=1, description="sampling: only every so many-th item stops here")
    stop_time: RandomTime = Field(
        default=constant(600.0), description="how long it stands still with `reaction: stop`"
    )
    stop_by: str | None = Field(
        default=None, description="skill of who clears a stop; default: nobody needed"
    )
    hold: Hold | None = Field(
        default=None, description="a waiting place: time until the result is known"
    )
    places: Count = Field(default=1000, description="with `hold`: items that wait at most")
    calibrate_every: Duration = Field(
        default=0.0, description="time from one calibration to the next; 0 s: none"
    )
    calibration: Duration = Field(default=900.0, description="how long a calibration takes, s")
    working_power: Power = Field(default=0.0, description="while inspecting")
    idle_power: Power = Field(default=0.0, description="switched on and waiting")


class InspectionStep(BaseModel):
    """What a route step may say about inspection; else the station's own figures hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: Whole | None = Field(default=None, description="images of a part")
    points: Whole | None = Field(default=None, description="points probed on a part")
    characteristics: Whole | None = Field(default=None, description="characteristics of a part")
    defects: Share | None = Field(default=None, description="share of parts really defective")
    reaction: Reaction | None = Field(default=None, description="what a reject means here")
    to: str | None = Field(
        default=None, description="with `reaction: rework`: the step rejects go back to"
    )
    sample_size: Count | None = Field(
        default=None, description="pieces of a lot that are looked at; the lot is judged by them"
    )
    accept: Whole = Field(
        default=0, description="with `sample_size`: rejects among them with which the lot passes"
    )
    most: Whole | None = Field(
        default=None, description="how often a part may go back; then it is scrap; default: ever"
    )
    every: Count | None = Field(default=None, description="only every so many-th item stops here")


def rejected(defects: float, false_accept: float, false_reject: float) -> float:
    """Share of inspected parts that are rejected: the defective ones not accepted by mistake and
    the good ones rejected by mistake.
    """
    return defects * (1 - false_accept) + (1 - defects) * false_reject


def outgoing_defects(
    defects: float, false_accept: float, false_reject: float, every: int = 1
) -> float:
    """Share of defective parts among those that go on (average outgoing quality), when every
    ``every``-th part is inspected and rejects are taken out, or reworked and inspected again.
    0 if nothing goes on.
    """
    inspected = 1 / every
    out = inspected * rejected(defects, false_accept, false_reject)
    bad = defects * (1 - inspected + inspected * false_accept)
    return bad / (1 - out) if out < 1 else 0.0


def lot_passes(share: float, sample_size: int, accept: int) -> float:
    """Probability that a lot passes of whose pieces this share would be rejected: at most
    ``accept`` rejects among ``sample_size`` pieces (operating characteristic of a single sampling
    plan by attributes; binomial, so for lots much larger than the sample).
    """
    return math.fsum(
        math.comb(sample_size, found) * share**found * (1 - share) ** (sample_size - found)
        for found in range(min(accept, sample_size) + 1)
    )


def inspection_time(params: Inspection, attributes: Mapping[str, Any]) -> float:
    """Time in s for one part: fixturing, then images, points and characteristics one after
    another, then the evaluation; for a lot that is judged by a sample, of all pieces of it.
    """
    looking: float = (
        attributes.get("images", params.images) * params.per_image
        + attributes.get("points", params.points) * params.per_point
        + attributes.get("characteristics", params.characteristics) * params.per_characteristic
    )
    pieces: int = attributes.get("sample_size", 1)
    return pieces * (params.fixturing + looking + params.evaluation)


def _share(params: Inspection, attributes: Mapping[str, Any]) -> float:
    defects = attributes.get("defects", params.defects)
    return rejected(defects, params.false_accept, params.false_reject)


def _reaction(params: Inspection, attributes: Mapping[str, Any]) -> str:
    return str(attributes.get("reaction", params.reaction))


def _words(_name: str, params: Any) -> Mapping[str, Any]:
    words: dict[str, Any] = {}
    if params.hold is not None:
        # No pitch: parts are put down side by side, as they come.
        words["belt"] = {"travel": params.hold, "places": params.places, "pitch": 0.0}
    if params.calibrate_every > 0:
        calibration = {"every": constant(params.calibrate_every), "takes": params.calibration}
        words["maintenance"] = {"calibration": calibration}
    return words


def _step_words(params: Any, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    words: dict[str, Any] = {}
    every = attributes.get("every", params.every)
    if every > 1:
        words["sample"] = f"1/{every}"
    share = _share(params, attributes)
    if "sample_size" in attributes:
        share = 1 - lot_passes(share, attributes["sample_size"], attributes["accept"])
    if _reaction(params, attributes) == "rework" and "to" in attributes and share > 0:
        words["rework"] = {"to": attributes["to"], "chance": share}
        if "most" in attributes:
            words["rework"]["most"] = attributes["most"]
    return words


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    power = dict.fromkeys(MachineState, params.idle_power) | {
        MachineState.WORKING: params.working_power,
        MachineState.PLANNED_STOP: 0.0,
    }
    lowered = tuple(_step(name, params, step) for step in steps)
    return Lowered(lowered, failures=_stops(params, steps), power_kw=power)


def _stops(params: Inspection, steps: tuple[Step, ...]) -> tuple[LoweredFailure, ...]:
    """The stop after a reject as a failure on the clock of cycles: its life is the mean number
    of inspections from one reject to the next (the mean over the steps that stop).
    """
    shares = [
        _share(params, step.attributes)
        for step in steps
        if _reaction(params, step.attributes) == "stop"
    ]
    mean = sum(shares) / len(shares) if shares else 0.0
    if mean <= 0:
        return ()
    life = max(1, min(round(1 / mean), _MOST))
    return (
        LoweredFailure(
            mode="reject",
            after=constant(0.0),  # not drawn: it counts cycles
            clock=FailureClock.CYCLES,
            repair=params.stop_time,
            skill=params.stop_by,
            life=life,
        ),
    )


def _step(name: str, params: Inspection, step: Step) -> LoweredStep:
    reaction, back = _reaction(params, step.attributes), "to" in step.attributes
    if reaction == "rework" and not back:
        what = f"{name} does not know where rejects of {step.operation} go back to"
        hint = "write the step they are made anew at, such as `to: turn`"
        raise Refused(Problem("V117", what, hint=hint))
    if back and reaction != "rework":
        what = f"{name} sends no rejects of {step.operation} back: `to` has no meaning"
        raise Refused(Problem("V705", what, hint="write `reaction: rework`, or leave `to` out"))
    by_sample = "sample_size" in step.attributes
    if by_sample and reaction != "rework":
        what = (
            f"{name} judges whole lots of {step.operation} by a sample and cannot {reaction} them"
        )
        hint = "write `reaction: rework` and `to:` the step that screens a rejected lot"
        raise Refused(Problem("V705", what, hint=hint))
    scrap = 0.0 if reaction == "rework" else _share(params, step.attributes)
    pieces = LARGEST_LOT if by_sample else 1  # one cycle, whatever the lot
    return LoweredStep(cycle=_cycle(name, params, step), pieces_per_cycle=pieces, scrap=scrap)


def _cycle(name: str, params: Inspection, step: Step) -> Distribution:
    if step.cycle is not None:
        return step.cycle
    mean = inspection_time(params, step.attributes)
    if mean <= 0:
        what = f"{name} has nothing to look at for {step.operation}, and no time for it"
        hint = "say how much: `images: 4`, `points: 60` or `characteristics: 8`, or write `cycle:`"
        raise Refused(Problem("V703", what, hint=hint))
    return lognormal(mean, params.variation) if params.variation > 0 else constant(mean)


FAMILY = Family(
    name="inspection",
    params=Inspection,
    step=InspectionStep,
    lower=_lower,
    signals=(
        SignalSpec(
            "start",
            "in",
            "bool",
            "take the image, start the measuring program",
            "촬영 또는 측정 프로그램 시작",
        ),
        SignalSpec(
            "program", "in", "int", "number of the inspection program", "검사 프로그램 번호"
        ),
        SignalSpec("ready", "out", "bool", "ready for the next part", "다음 부품을 받을 준비가 됨"),
        SignalSpec("busy", "out", "bool", "a part is being inspected", "부품을 검사하는 중"),
        SignalSpec(
            "part_present",
            "out",
            "bool",
            "a part is in the fixture or field of view",
            "고정구 또는 시야에 부품이 있음",
        ),
        SignalSpec(
            "result_valid",
            "out",
            "bool",
            "the result below belongs to the last part",
            "아래 결과가 마지막 부품의 것임",
        ),
        SignalSpec(
            "accepted", "out", "bool", "the last part is within its limits", "마지막 부품이 합격임"
        ),
        SignalSpec(
            "deviation",
            "out",
            "float",
            "largest deviation of the last part, mm",
            "마지막 부품의 최대 편차, mm",
        ),
        SignalSpec(
            "rejects", "out", "int", "parts rejected since the last reset", "초기화 후 불합격 수"
        ),
        SignalSpec(
            "fault",
            "out",
            "bool",
            "camera, probe or gauge does not answer",
            "카메라, 프로브 또는 게이지가 응답하지 않음",
        ),
    ),
    shape=Shape(width=2.0, depth=1.5),
    doc={
        "en": "Machine vision, coordinate measuring, gauges and checks by eye: what they let pass",
        "ko": "머신 비전, 3차원 측정기, 게이지, 육안 검사: 무엇을 통과시키고 불합격시키는지",
    },
    words=_words,
    step_words=_step_words,
    states={
        MachineState.WORKING: {"en": "looks at an item or measures it", "ko": "검사 또는 측정"},
        MachineState.DOWN: {
            "en": "stopped after a reject, or calibrated",
            "ko": "불합격 후 정지 또는 교정",
        },
    },
)
