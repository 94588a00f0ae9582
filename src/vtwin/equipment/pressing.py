"""Press shop: sheet metal from the coil or from blanks, stroke by stroke.

A stroke is one cycle. A press of its own (blanking, transfer, progressive) runs through; a single
press and the presses of a tandem line stand still between two strokes while they are loaded and
unloaded. A coil lasts so many strokes and is changed between two racks; a die change stops the
press only for its internal part (SMED).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vtwin.base.draws import Distribution, constant, exponential
from vtwin.base.errors import Problem, Refused
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import (
    Count,
    Duration,
    Mass,
    Power,
    RandomTime,
    Share,
    Whole,
    refuse,
    within,
)

#: kg/m3
STEEL: Final = 7850.0

Rate = Annotated[float, within("rate", "20 /min", "1 /min", "1500 /min")]
PressForce = Annotated[float, within("force", "6300 kN", "50 kN", "120000 kN")]
Feed = Annotated[float, within("length", "0.6 m", "1 mm", "5 m")]
CoilLength = Annotated[float, within("length", "1300 m", "10 m", "10 km")]
CoilMass = Annotated[float, within("mass", "10 t", "20 kg", "40 t")]
StripWidth = Annotated[float, within("length", "1200 mm", "5 mm", "2500 mm")]
Thickness = Annotated[float, within("length", "0.8 mm", "0.05 mm", "20 mm")]


class Press(BaseModel):
    """A press, or presses that work as one line."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    kind: Literal["blanking", "single", "tandem", "transfer", "progressive"] = Field(
        default="single", description="how sheet goes through it; tandem: presses in a row as one"
    )
    force: PressForce = Field(default=6300.0, description="nominal force of the (first) press")
    strokes: Rate = Field(default=20 / 60, description="strokes per minute")
    handling: Duration = Field(
        default=0.0, description="standstill between two strokes to unload and load, s"
    )
    parts_per_stroke: Count = Field(
        default=1, description="parts per stroke; a step's or a die's `cavities` goes first"
    )
    stations: Count = Field(
        default=1, description="stations (or presses of the line) a part goes through"
    )
    die_change: Duration = Field(default=0.0, description="all the work of a die change, s")
    external: Share = Field(
        default=0.0, description="share of this work done while the press still runs (SMED)"
    )
    start_up: Whole = Field(
        default=0, description="strokes thrown away after a die change, until parts are good"
    )
    start_up_after: Duration | None = Field(
        default=None,
        description="how long it may stand until the first strokes are thrown away, too; then they "
        "are pieces of the lot and scrap; default: time of the die change",
    )
    feed: Feed | None = Field(default=None, description="strip used per stroke; the dies' mean")
    coil_length: CoilLength | None = Field(
        default=None, description="strip on a coil; default: from its mass, width and thickness"
    )
    coil_mass: CoilMass | None = Field(default=None, description="mass of a coil (steel)")
    strip_width: StripWidth | None = Field(default=None, description="width of the strip")
    thickness: Thickness | None = Field(default=None, description="thickness of the sheet")
    coil_change: Duration = Field(
        default=0.0, description="from the end of a coil to the next one threaded, s"
    )
    coil_by: str | None = Field(
        default=None, description="skill of who changes coils; default: nobody needed"
    )
    feed_stop_every: Duration = Field(
        default=0.0,
        description="mean running time between stops by double-blank detection (sheets) or by "
        "a misfeed (coil); 0 s: none",
    )
    feed_stop: RandomTime = Field(default=constant(120.0), description="length of such a stop")
    die_break_every: Duration = Field(
        default=0.0, description="mean running time between broken dies; 0 s: none"
    )
    die_repair: RandomTime = Field(
        default=constant(10800.0), description="repair of a broken die, or change to another"
    )
    die_by: str | None = Field(
        default=None, description="skill of who repairs a broken die; default: nobody needed"
    )
    working_power: Power = Field(default=0.0, description="while stroking")
    setup_power: Power = Field(default=0.0, description="during a die change")
    idle_power: Power = Field(default=0.0, description="flywheel turning, clutch open")
    start_power: Power = Field(default=0.0, description="while the flywheel comes up to speed")
    start_time: Duration = Field(default=20.0, description="how long that takes, s")

    @model_validator(mode="after")
    def _fits_together(self) -> Press:
        if self.kind in ("blanking", "single") and self.stations > 1:
            what = f"a {self.kind} press has one station, not {self.stations}"
            raise refuse("V707", what, "tandem, transfer and progressive have several")
        if self.takes_coil:
            if self.kind == "tandem":
                what = "a tandem line takes blanks, no coil"
                raise refuse("V707", what, "put a blanking press before it")
            length = self.length
            if length is None or self.feed is None:
                hint = "write `feed` and `coil_length`, or `coil_mass`, `strip_width`, `thickness`"
                raise refuse("V707", "what is said of the coil is not enough", hint)
            if self.feed > length:
                what = f"one stroke takes {self.feed:g} m and a coil has {length:.0f} m"
                raise refuse("V707", what, "a shorter `feed`, such as 600 mm")
        return self

    @property
    def takes_coil(self) -> bool:
        """Whether anything is said of a coil."""
        return self.feed is not None or self.coil_length is not None or self.coil_mass is not None

    @property
    def length(self) -> float | None:
        """Strip on a coil, m; None where it is not said."""
        if self.coil_length is not None or self.coil_mass is None:
            return self.coil_length
        if self.strip_width is None or self.thickness is None:
            return None
        return coil_length(self.coil_mass, self.strip_width, self.thickness)


class PressStep(BaseModel):
    """What a route step may say about pressing; the die is the step's `tool`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strokes: Rate | None = Field(
        default=None, description="strokes per minute with this die; default: the press's"
    )
    parts_per_stroke: Count | None = Field(
        default=None, description="parts per stroke of this die; default: the press's"
    )
    material: str = Field(
        default="", description="sheet: from another one the coil is changed, die or not"
    )
    part_mass: Mass | None = Field(
        default=None, description="mass of the finished part, for the yield of the sheet"
    )


def coil_length(mass: float, width: float, thickness: float, density: float = STEEL) -> float:
    """Strip on a coil, m, from its mass (kg), width and thickness (m)."""
    return mass / (width * thickness * density)


def strokes_per_coil(press: Press) -> int:
    """Whole strokes a coil is good for; 0: the press takes no coil."""
    if press.length is None or press.feed is None:
        return 0
    # A length that is a whole number of feeds must not lose one to rounding.
    return max(1, math.floor(press.length / press.feed + 1e-9))


def internal_change(press: Press) -> float:
    """What a die change stops the press for, s: its work without the external share."""
    return press.die_change * (1.0 - press.external)


@dataclass(frozen=True, slots=True)
class SheetUse:
    """Sheet per part, kg: what is taken from the strip, what becomes part, what is skeleton."""

    gross: float
    net: float

    @property
    def skeleton(self) -> float:
        """Scrap of the strip per part, kg."""
        return self.gross - self.net

    @property
    def yielded(self) -> float:
        """Share of the strip that becomes part."""
        return self.net / self.gross


def sheet_use(press: Press, part_mass: float, parts_per_stroke: int | None = None) -> SheetUse:
    """Sheet a part needs on a press with a strip, from width × thickness × feed of a stroke.

    Raises:
        ValueError: the strip is not said, or lighter than the parts made of it.
    """
    if press.feed is None or press.strip_width is None or press.thickness is None:
        raise ValueError("feed, strip_width and thickness say how much sheet a stroke takes")
    stroke = press.feed * press.strip_width * press.thickness * STEEL
    gross = stroke / (parts_per_stroke or press.parts_per_stroke)
    if part_mass > gross:
        raise ValueError(f"a part of {part_mass:g} kg out of {gross:.3g} kg of sheet")
    return SheetUse(gross, part_mass)


def start_up_scrap(press: Press, parts_per_stroke: int | None = None) -> int:
    """Parts thrown away after each die change."""
    return press.start_up * (parts_per_stroke or press.parts_per_stroke)


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    lowered = tuple(_step(params, step) for step in steps)
    jobs = {
        made.setup_key or "": (_die(step), step.attributes.get("material", ""), made.cycle.mean)
        for made, step in zip(lowered, steps, strict=True)
    }
    keys = sorted(jobs)
    fixed = lru_cache(maxsize=None)(constant)  # many pairs share few lengths
    changes = {(a, b): _change(params, jobs[a], jobs[b]) for a in keys for b in keys if a != b}
    power = dict.fromkeys(MachineState, params.idle_power) | {
        MachineState.WORKING: params.working_power,
        MachineState.SETUP: params.setup_power or params.idle_power,
        MachineState.PLANNED_STOP: 0.0,
    }
    times = {pair: fixed(change) for pair, change in changes.items() if change > 0}
    return Lowered(steps=lowered, setup_times=times, power_kw=power)


def _die(step: Step) -> str:
    return step.tool or step.operation


def _step(params: Press, step: Step) -> LoweredStep:
    given = step.attributes
    _check_sheet(params, step)
    material = given.get("material", "")
    return LoweredStep(
        cycle=step.cycle or cycle(params, given.get("strokes")),
        pieces_per_cycle=given.get("parts_per_stroke") or params.parts_per_stroke,
        setup_key=f"{_die(step)}, {material}" if material else _die(step),
    )


def _check_sheet(params: Press, step: Step) -> None:
    """A part cannot be heavier than the sheet it is cut from."""
    mass, pieces = step.attributes.get("part_mass"), step.attributes.get("parts_per_stroke")
    if mass is None or params.strip_width is None or params.thickness is None:
        return
    if params.feed is not None:
        try:
            sheet_use(params, mass, pieces)
        except ValueError as error:
            hint = "compare `part_mass` with feed, strip_width, thickness and parts_per_stroke"
            raise Refused(Problem("V706", str(error), hint=hint)) from None


def cycle(press: Press, strokes: float | None = None) -> Distribution:
    """Time from stroke to stroke: 1 / strokes (per second), and the standstill between."""
    return constant(1.0 / (strokes or press.strokes) + press.handling)


Job = tuple[str, str, float]  # die, sheet, mean cycle in s


def _change(params: Press, before: Job, after: Job) -> float:
    """How long the press stands between two jobs, s. Another coil is threaded beside the die
    change; then the stations fill, and the first strokes are thrown away, unless they are told
    as pieces (`restart`).
    """
    coil = params.coil_change if params.takes_coil and before[1] != after[1] else 0.0
    if before[0] == after[0]:
        return coil
    thrown = params.start_up if params.start_up_after is None else 0
    strokes = thrown + params.stations - 1
    return max(internal_change(params), coil) + strokes * after[2]


def _words(name: str, params: Any) -> Mapping[str, Any]:
    """Coils wear like a tool; stops of the feed and broken dies age with the running press."""
    words: dict[str, Any] = {}
    if params.takes_coil:
        words["tool"] = {
            "life": f"{strokes_per_coil(params)} strokes",
            "change": constant(params.coil_change),
        } | ({"by": params.coil_by} if params.coil_by else {})
    failures = {}
    if params.feed_stop_every > 0:
        stop = "misfeed" if params.takes_coil else "double-blank"
        after = exponential(params.feed_stop_every)
        failures[stop] = {"after": after, "repair": params.feed_stop}
    if params.die_break_every > 0:
        after = exponential(params.die_break_every)
        by = {"by": params.die_by} if params.die_by else {}
        failures["die-breakage"] = {"after": after, "repair": params.die_repair} | by
    if failures:
        words["failures"] = failures
    if params.start_up and params.start_up_after is not None:
        standing = params.start_up_after
        words["restart"] = {"scrap": f"{params.start_up} strokes", "after": standing}
    if params.start_power > 0:
        words["power"] = {"start": f"{params.start_power:g} kW for {params.start_time:g} s"}
    return words


FAMILY = Family(
    name="pressing",
    params=Press,
    step=PressStep,
    lower=_lower,
    words=_words,
    signals=(
        SignalSpec(
            "stroke_enable",
            "in",
            "bool",
            "clutch may close, guards and feed are clear",
            "클러치 허용, 방호 장치와 이송 장치 이상 없음",
        ),
        SignalSpec(
            "die_change",
            "in",
            "bool",
            "bolster out, dies are changed",
            "볼스터가 나와 금형 교체 중",
        ),
        SignalSpec("top_dead_centre", "out", "bool", "the slide is up", "슬라이드가 상사점에 있음"),
        SignalSpec("slide_angle", "out", "float", "angle of the crank, degrees", "크랭크 각도, 도"),
        SignalSpec(
            "force",
            "out",
            "float",
            "greatest force of the last stroke, kN",
            "마지막 행정의 최대 하중, kN",
        ),
        SignalSpec("strokes", "out", "int", "strokes since the last reset", "초기화 후 행정 수"),
        SignalSpec(
            "double_blank",
            "out",
            "bool",
            "two sheets, or a misfeed, were found",
            "두 장 겹침 또는 오이송 감지",
        ),
        SignalSpec("coil_end", "out", "bool", "the coil runs out", "코일이 끝나 감"),
        SignalSpec(
            "overload", "out", "bool", "the force limit stopped the press", "과부하로 프레스가 멈춤"
        ),
    ),
    shape=Shape(width=6.0, depth=4.0),
    doc={
        "en": "Presses for sheet metal: blanking, single, tandem, transfer and progressive; "
        "coils, dies and their change",
        "ko": "판재 프레스: 블랭킹, 단발, 탠덤, 트랜스퍼, 프로그레시브; 코일과 금형 교체",
    },
    states={
        MachineState.WORKING: {"en": "strokes", "ko": "행정을 반복"},
        MachineState.SETUP: {"en": "dies are changed, coil threaded", "ko": "금형 교체, 코일 걸기"},
        MachineState.DOWN: {
            "en": "double blank, broken die, coil change",
            "ko": "두 장 겹침, 금형 파손, 코일 교체",
        },
    },
)
