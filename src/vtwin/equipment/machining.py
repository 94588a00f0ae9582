"""Machining: turning and machining centres, grinding machines, cells with a pool of pallets.

A cycle is written, or follows from an NC program (``nc:``) and the drives of the machine, or from
stock and infeed when grinding; what comes with every part (loading, probing, the change of a
pallet) is added. Edges, bars and dressing stop the machine between two parts, by number or by
cutting time; the warm-up waits at the start of the shift for whoever does it, or comes before the
first part after standing (`warming`).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vtwin.base.draws import Distribution, constant
from vtwin.base.errors import Problem, Refused
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.kinds import OfAKind
from vtwin.plant.nc.clock import Drives, Split, program_time
from vtwin.plant.nc.path import Frame
from vtwin.plant.nc.program import CodeTimes, NcFile, Source
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import (
    Count,
    Duration,
    Power,
    RandomTime,
    Whole,
    refuse,
    within,
)

_EVERY: Final = frozenset(
    (
        *("cycle", "loading", "changeover", "working_power", "idle_power", "setup_power"),
        *("warm_up", "warm_up_after", "warm_up_by", "first_parts", "cooled_after"),
    )
)
_EDGES: Final = frozenset(
    ("edge_parts", "edge_time", "edge_change", "sister_tools", "edge_by", "probing", "probe_every")
)
_DRIVES: Final = frozenset(
    (
        *("rapid", "rapid_z", "acceleration", "cut_acceleration", "corner_tolerance", "settle"),
        *("block_time", "tool_change", "spindle_start", "spindle_speed", "program_start", "home"),
        *("codes", "rapid_override", "feed_override", "rotary"),
    )
)
_OWN: Final = {
    "turning_center": _EVERY
    | _EDGES
    | _DRIVES
    | {"bar_length", "part_length", "cut_off", "remnant", "bar_change", "bar_by"},
    "machining_center": _EVERY | _EDGES | _DRIVES,
    "pallet_cell": _EVERY - {"loading"} | _EDGES | _DRIVES | {"pallet_change"},
    "load_station": frozenset({"loading", "unloading", "idle_power", "working_power"}),
    "grinding_machine": _EVERY
    | {"infeed", "spark_out", "handling", "dress_every", "dressing", "wheel_dressings"}
    | {"wheel_change", "wheel_by", "probing", "probe_every"},
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "turning_center": (),
    "machining_center": (),
    "pallet_cell": ("pallet_change",),
    "load_station": (),
    "grinding_machine": (),
}
_EXAMPLES: Final = {"pallet_change": "12 s"}

#: Longer programs are a mistyped feed, s.
_LONGEST: Final = 30 * 86_400.0

Rapid = Annotated[float, within("speed", "24 m/min", "0.5 m/min", "150 m/min")]
Pull = Annotated[float, within("acceleration", "3 m/s2", "0.05 m/s2", "50 m/s2")]
Tolerance = Annotated[float, within("length", "0.01 mm", "0 mm", "1 mm")]
Speed = Annotated[float, within("rate", "12000 /min", "10 /min", "200000 /min")]
Height = Annotated[float, within("length", "400 mm", "0 mm", "5 m")]
Override = Annotated[float, within("share", "70 %", "1 %", "200 %")]
Bar = Annotated[float, within("length", "3 m", "0.2 m", "12 m")]
Part = Annotated[float, within("length", "45 mm", "1 mm", "3 m")]
Kerf = Annotated[float, within("length", "3 mm", "0 mm", "30 mm")]
Rest = Annotated[float, within("length", "150 mm", "0 mm", "2 m")]
Infeed = Annotated[float, within("speed", "0.01 mm/s", "0.0001 mm/s", "1 mm/s")]
Stock = Annotated[float, within("length", "0.3 mm", "0.001 mm", "10 mm")]


class MachineTool(OfAKind):
    """A machine tool, or the load station of a cell with pallets."""

    own = _OWN
    needed = _NEEDED
    examples = _EXAMPLES

    kind: Literal[
        "turning_center", "machining_center", "pallet_cell", "load_station", "grinding_machine"
    ] = Field(default="machining_center", description="what it is; the library's model says it")
    cycle: RandomTime | None = Field(
        default=None, description="time per cycle where no step and no NC program says it"
    )
    loading: Duration = Field(
        default=0.0, description="change of the part (load station: of all parts of a pallet)"
    )
    unloading: Duration = Field(
        default=0.0, description="load station: taking the finished parts off, where a step says so"
    )
    pallet_change: Duration | None = Field(
        default=None, description="pallet cell: the spindle stands while pallets are exchanged"
    )
    changeover: Duration = Field(default=0.0, description="new program, fixture and tools")
    probing: Duration = Field(default=0.0, description="measuring in the machine")
    probe_every: Count = Field(default=1, description="parts from one measuring to the next")
    edge_parts: Whole = Field(
        default=0, description="parts the edge that wears fastest is good for; 0: by time, or never"
    )
    edge_time: Duration = Field(
        default=0.0, description="working time it is good for instead; 0 s: by parts, or never"
    )
    edge_change: Duration = Field(default=0.0, description="stop to change (or turn) one edge")
    sister_tools: Whole = Field(
        default=0, description="spares in the magazine, used up before the machine stops for all"
    )
    edge_by: str | None = Field(
        default=None, description="skill of who changes edges; default: nobody needed"
    )
    bar_length: Bar | None = Field(default=None, description="bar feeder: length of a bar")
    part_length: Part | None = Field(default=None, description="bar feeder: length of a part")
    cut_off: Kerf = Field(default=0.003, description="bar feeder: width of the cut and facing")
    remnant: Rest = Field(default=0.15, description="bar feeder: rest of a bar that is thrown away")
    bar_change: Duration = Field(default=0.0, description="bar feeder: stop for the next bar")
    bar_by: str | None = Field(
        default=None, description="skill of who brings the next bar; default: the feeder has it"
    )
    infeed: Infeed | None = Field(
        default=None, description="grinding: mean infeed of the wheel, on the radius"
    )
    spark_out: Duration = Field(default=0.0, description="grinding: without infeed at the end")
    handling: Duration = Field(default=0.0, description="grinding: approach and retract per part")
    dress_every: Whole = Field(default=0, description="grinding: parts between dressings; 0: never")
    dressing: Duration = Field(default=0.0, description="grinding: one dressing")
    wheel_dressings: Whole = Field(
        default=0, description="grinding: dressings a wheel is good for; 0: it is never changed"
    )
    wheel_change: Duration = Field(default=0.0, description="grinding: new wheel, balanced")
    wheel_by: str | None = Field(
        default=None, description="skill of who changes the wheel; default: nobody needed"
    )
    warm_up: Duration = Field(
        default=0.0, description="warm-up programme of the spindle after a long standstill"
    )
    warm_up_after: Duration = Field(
        default=20 * 3600.0,
        description="with `warm_up_by`: time from one warm-up to the next at least; less than a "
        "day for one each day",
    )
    warm_up_by: str | None = Field(
        default=None,
        description="skill of who starts it: it waits until somebody is there; default: the "
        "machine by itself, before the first part after standing longer than `cooled_after`",
    )
    first_parts: Whole = Field(
        default=0, description="parts out of tolerance when it works again after standing"
    )
    cooled_after: Duration = Field(
        default=3600.0, description="how long it may stand and stays warm"
    )
    rapid: Rapid | None = Field(default=None, description="rapid traverse of X and Y")
    rapid_z: Rapid | None = Field(default=None, description="of Z; default: as X and Y")
    acceleration: Pull = Field(default=3.0, description="of the axes in rapid traverse")
    cut_acceleration: Pull = Field(default=1.0, description="along the path at feed rate")
    corner_tolerance: Tolerance = Field(
        default=0.00001, description="by how much a corner may be missed, up to 1 mm"
    )
    settle: Duration = Field(default=0.0, description="after each stroke that ends at a stand")
    block_time: Duration = Field(default=0.0, description="least time of a block at feed rate")
    tool_change: Duration = Field(
        default=0.0, description="exchange of the tool; spindle and ways are counted by themselves"
    )
    spindle_start: Duration = Field(
        default=0.0, description="from a stand to the greatest speed, or back"
    )
    spindle_speed: Speed = Field(default=10_000 / 60, description="greatest speed of the spindle")
    program_start: Duration = Field(default=0.0, description="from the key to the first block")
    home: Height = Field(
        default=0.4, description="way from the part to the reference point (G28, tool change)"
    )
    rotary: Annotated[float, within("rate", "25 /min", "0.1 /min", "1000 /min")] = Field(
        default=25 / 60, description="rotary axes: turns per time in rapid traverse"
    )
    codes: CodeTimes = Field(
        default={}, description="time of codes of the builder, or of others: {M8: 1.5 s}"
    )
    rapid_override: Override = Field(default=1.0, description="how the knob stands, 1 to 200 %")
    feed_override: Override = Field(default=1.0, description="how the knob stands, 1 to 200 %")
    working_power: Power = Field(default=0.0, description="while cutting")
    idle_power: Power = Field(default=0.0, description="switched on and not cutting")
    setup_power: Power | None = Field(default=None, description="during a change; default: idle")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.edge_parts and self.edge_time:
            what = "the life of an edge is said twice, by parts and by time"
            raise refuse("V707", what, "leave out `edge_parts` or `edge_time`")
        if (self.bar_length is None) != (self.part_length is None):
            hint = "write both `bar_length: 3 m` and `part_length: 45 mm`"
            raise refuse("V707", "parts per bar need the length of bar and part", hint)
        if self.bar_length is not None and parts_per_bar(self) == 0:
            what = f"not one part of {self.part_length} m comes out of a bar of {self.bar_length} m"
            raise refuse("V707", what, "a longer `bar_length`, or a shorter `remnant`")
        return self


class MachiningStep(BaseModel):
    """What a route step may say about machining."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    program: str | None = Field(
        default=None, description="name of the program; default: its file, else the operation"
    )
    nc: NcFile | None = Field(
        default=None, description="NC program beside the scenario whose time is the cycle"
    )
    stock: Stock | None = Field(
        default=None, description="grinding: what is ground off, on the radius"
    )
    unload: Literal["true", "false"] = Field(
        default="false", description="load station: finished parts are taken off, none put on"
    )
    per_cycle: Count | None = Field(
        default=None, description="parts in one clamping, all made in a cycle; default: one"
    )


def drives(machine: MachineTool) -> Drives:
    """The drives of a machine in mm and s. Raises Refused (V703) if its rapid rate is not said."""
    if machine.rapid is None:
        what = "the time of an NC program needs the drives of its machine"
        hint = "write `rapid: 24 m/min`, or name a model that has it: vtwin library"
        raise Refused(Problem("V703", what, hint=hint))
    plane, along = machine.rapid * 1000, (machine.rapid_z or machine.rapid) * 1000
    pull = machine.acceleration * 1000
    return Drives(
        rapid=(plane, plane, along),
        acceleration=(pull, pull, pull),
        cut_acceleration=machine.cut_acceleration * 1000,
        corner=machine.corner_tolerance * 1000,
        block=machine.block_time,
        settle=machine.settle,
        tool_change=machine.tool_change,
        spindle_start=machine.spindle_start,
        spindle_top=machine.spindle_speed * 60,
        rotary=machine.rotary * 360,
        codes=tuple(sorted(machine.codes.items())),
        start=machine.program_start,
        rapid_override=machine.rapid_override,
        feed_override=machine.feed_override,
    )


def nc_time(machine: MachineTool, source: Source) -> Split:
    """Where the time of an NC program on a machine goes.

    Raises:
        Refused: V703 without drives; V708 to V711 with every line found wrong.
    """
    lathe, home = machine.kind == "turning_center", machine.home * 1000
    frame = Frame(
        home=(home if lathe else 0.0, 0.0, home),
        lathe=lathe,
        codes=frozenset(machine.codes),
    )
    split = program_time(source, frame, drives(machine))
    if split.total > _LONGEST:
        what = f"the program takes {split.total / 86_400:,.0f} days"
        raise Refused(Problem("V710", what, source.where(1), "check feeds (F) and dwells (G4)"))
    return split


def parts_per_bar(machine: MachineTool) -> int:
    """Whole parts out of a bar: (bar - remnant) / (part + cut)."""
    if machine.bar_length is None or machine.part_length is None:
        return 0
    each = machine.part_length + machine.cut_off
    # A bar that is a whole number of parts must not lose one to rounding.
    return max(0, floor((machine.bar_length - machine.remnant) / each + 1e-9))


def grinding_time(machine: MachineTool, stock: float) -> float:
    """Seconds of a plunge: stock / infeed, spark-out, approach and retract."""
    return stock / (machine.infeed or 1.0) + machine.spark_out + machine.handling


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
    if params.setup_power is not None:
        power[MachineState.SETUP] = params.setup_power
    return Lowered(steps=lowered, setup_times=times, power_kw=power)


def _step(name: str, params: MachineTool, step: Step) -> LoweredStep:
    given = step.attributes
    cycle = step.cycle or _own_cycle(params, given) or params.cycle
    if cycle is None:
        what = f"{name} has no cycle time for {step.operation}"
        hint = "write `cycle: 3.2 min` at the step, or name its NC program: `nc: op10.nc`"
        raise Refused(Problem("V703", what, hint=hint))
    source = given.get("nc")
    key = given.get("program") or (source.name if source is not None else step.operation)
    return LoweredStep(
        cycle=_longer(cycle, _beside(params)),
        pieces_per_cycle=given.get("per_cycle") or 1,
        setup_key=key,
    )


def _own_cycle(params: MachineTool, given: Mapping[str, Any]) -> Distribution | None:
    """The cycle that follows from what the step says; None: it does not say."""
    if given.get("nc") is not None:
        return constant(nc_time(params, given["nc"]).total)
    if params.kind == "load_station":
        unload = given.get("unload") == "true"
        return constant(params.unloading if unload else params.loading)
    if given.get("stock") is not None and params.infeed is not None:
        return constant(grinding_time(params, given["stock"]))
    return None


def _beside(params: MachineTool) -> float:
    """What every cycle has beside the program, s."""
    if params.kind == "load_station":
        return 0.0
    probing = params.probing if params.probe_every == 1 else 0.0
    return params.loading + probing + (params.pallet_change or 0.0)


def _longer(cycle: Distribution, seconds: float) -> Distribution:
    """A cycle with a constant share beside it; that share is the same at every draw."""
    if cycle.mean == 0 or cycle.kind == "constant":
        return constant(cycle.mean + seconds)
    return cycle if seconds == 0 else cycle.scaled(1 + seconds / cycle.mean)


def _words(name: str, params: Any) -> Mapping[str, Any]:
    """Edges and wheels wear; bars, dressing, probing by samples and warm-up are planned stops."""
    planned: dict[str, Any] = {}
    words: dict[str, Any] = {}
    edges = 1 + params.sister_tools
    if params.edge_parts:
        life = f"{params.edge_parts * edges} pieces"
        words["tool"] = _wear(life, params.edge_change * edges, params.edge_by)
    if params.edge_time:
        every = {"every": constant(params.edge_time * edges), "clock": "operating"}
        planned["edges"] = every | _stop(params.edge_change * edges, params.edge_by)
    if params.bar_length is not None:
        every = {"every": f"{parts_per_bar(params)} pieces"}
        planned["bar"] = every | _stop(params.bar_change, params.bar_by)
    if params.dress_every:
        every = {"every": f"{params.dress_every} pieces"}
        planned["dressing"] = every | _stop(params.dressing, None)
        if params.wheel_dressings:
            life = f"{params.dress_every * params.wheel_dressings} pieces"
            words["tool"] = _wear(life, params.wheel_change, params.wheel_by)
    if params.probing and params.probe_every > 1:
        planned["probing"] = {"every": f"{params.probe_every} pieces"} | _stop(params.probing, None)
    if params.warm_up and params.warm_up_by is None:
        words["warming"] = {"takes": params.warm_up, "after": params.cooled_after}
    elif params.warm_up:
        every = {"every": constant(params.warm_up_after)}
        planned["warm-up"] = every | _stop(params.warm_up, params.warm_up_by)
    if planned:
        words["maintenance"] = planned
    if params.first_parts:
        words["restart"] = {"scrap": f"{params.first_parts} pieces", "after": params.cooled_after}
    return words


def _wear(life: str, seconds: float, by: str | None) -> dict[str, Any]:
    return {"life": life, "change": constant(seconds)} | ({"by": by} if by else {})


def _stop(seconds: float, by: str | None) -> dict[str, Any]:
    return {"takes": constant(seconds)} | ({"by": by} if by else {})


FAMILY = Family(
    name="machining",
    params=MachineTool,
    step=MachiningStep,
    lower=_lower,
    words=_words,
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
        SignalSpec("tool", "out", "int", "number of the tool in the spindle", "주축 공구 번호"),
        SignalSpec("bar_end", "out", "bool", "the bar is used up", "바 소재 소진"),
        SignalSpec(
            "pallet", "out", "int", "number of the pallet in the machine", "기계 안 팔레트 번호"
        ),
    ),
    shape=Shape(width=3.0, depth=2.2),
    doc={
        "en": "Turning and machining centres, grinding machines, pallet cells (CNC): time of NC "
        "programs, edges, bars, dressing, warm-up",
        "ko": "CNC 선반, 머시닝센터, 연삭기, 팔레트 셀: NC 프로그램 시간, 공구 수명, 바 피더, "
        "드레싱, 예열",
    },
    states={
        MachineState.WORKING: {"en": "cuts, part change with it", "ko": "가공과 부품 교환"},
        MachineState.SETUP: {
            "en": "another program, fixture and tools, warm-up after standing",
            "ko": "프로그램, 고정구, 공구 교체, 정지 후 예열",
        },
        MachineState.DOWN: {"en": "broken, or an edge is changed", "ko": "고장 또는 공구 교환"},
        MachineState.PLANNED_STOP: {
            "en": "off shift, next bar, dressing, warm-up",
            "ko": "비번, 바 교체, 드레싱, 예열",
        },
    },
)
