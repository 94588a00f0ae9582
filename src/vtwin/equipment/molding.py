"""Injection moulding: a machine of a clamping force, moulds with cavities, and the losses
between two jobs: another mould, or only another colour or resin.

How the language's words carry the trade:

* A shot is one cycle and makes as many pieces as the mould has open cavities (`cavities` and
  `blocked` at the tool). Its time is written at the mould or the step, or it follows from the
  phases: the machine knows how fast it opens, closes and is emptied, the mould what it needs to
  be filled, packed and cooled, which a wall thickness and a resin say.
* A dryer that gives less than the shots need makes the cycle longer.
* Another mould takes the change and the warm-up of its hot runner; another colour takes purge
  shots, more of them to a lighter one; another resin has to be dried, unless that is done ahead.
* After a change, or standing longer than the melt bears, the first shots are scrap (`restart`).
* A machine that has gone cold, after a weekend, is heated up before its next shot (`warming`).
* The take-out robot is in the mould for part of the cycle (`take_out`); one that serves several
  machines is equipment of its own (family `handling`, `serves:`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vtwin.base.draws import Distribution, constant
from vtwin.base.errors import Problem, Refused
from vtwin.plant import plastics
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import Duration, Mass, Power, RandomTime, Whole, refuse, within

Phase = Annotated[float, within("time", "3 s", "0 s", "10 min")]
Drying = Annotated[float, within("time", "4 h", "0 s", "24 h")]
Hopper = Annotated[float, within("mass", "100 kg", "1 kg", "5 t")]
ShotMass = Annotated[float, within("mass", "85 g", "0.01 g", "100 kg")]
Wall = Annotated[float, within("length", "2 mm", "0.2 mm", "30 mm")]
Celsius = Annotated[float, within("temperature", "230 °C", "0 °C", "450 °C")]


class InjectionMachine(BaseModel):
    """An injection moulding machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    clamping_force: Mass = Field(default=100_000.0, description="clamping force as a mass")
    cycle: RandomTime | None = Field(default=None, description="shot time where no mould says it")
    clamp: Phase = Field(default=0.0, description="closing the mould and building up the force")
    inject: Phase = Field(default=0.0, description="filling, where the step says nothing")
    pack: Phase = Field(default=0.0, description="holding pressure, where the step says nothing")
    recovery: Phase = Field(
        default=0.0, description="plasticizing the next shot, after packing, beside the cooling"
    )
    open: Phase = Field(default=0.0, description="opening the mould")
    eject: Phase = Field(default=0.0, description="ejecting, or pulling cores")
    take_out: Phase = Field(
        default=0.0, description="the take-out robot is in the open mould; default: parts fall"
    )
    rotation: Phase = Field(
        default=0.0, description="two components: the mould turns to the second barrel"
    )
    mould_change: Duration = Field(
        default=2400.0, description="from last good shot to machine ready, s"
    )
    colour_change: Duration = Field(
        default=900.0, description="cleaning for another colour in the same mould, s"
    )
    material_change: Duration = Field(
        default=0.0, description="on top of either when the resin is another, s"
    )
    purge_shots: Whole = Field(
        default=0, description="shots into the open when the colour changes, with either change"
    )
    purge_to_lighter: Whole | None = Field(
        default=None, description="the same to a lighter colour; default: as many"
    )
    purge_time: Phase = Field(default=10.0, description="one purge shot")
    colours: tuple[str, ...] = Field(
        default=(), description="colours from light to dark, as steps name them"
    )
    hot_runner: Duration = Field(
        default=0.0, description="warm-up of a mould's hot runner, where the step says nothing, s"
    )
    preheated: bool = Field(
        default=False, description="moulds are heated outside: no warm-up at the machine"
    )
    start_up: Duration = Field(
        default=0.0, description="running in after a mould change, as time without pieces"
    )
    restart_shots: Whole = Field(
        default=0, description="shots that are scrap after a change or after standing"
    )
    restart_after: Duration = Field(
        default=180.0, description="how long it may stand without that, s"
    )
    heat_up: Duration = Field(
        default=0.0, description="barrel and hot runner from cold to ready; 0 s: heated by a timer"
    )
    cold_after: Duration = Field(
        default=4 * 3600.0, description="how long it may stand and stays hot, s"
    )
    drying: Drying = Field(default=0.0, description="time the resin has to be dried, to 24 h")
    hopper: Hopper | None = Field(
        default=None,
        description="resin in the dryer, 1 kg to 5 t: gives `hopper` / `drying`; default: enough",
    )
    dried_ahead: bool = Field(
        default=True, description="the next resin is dried while the machine runs"
    )
    setter: str | None = Field(
        default=None, description="skill of who changes moulds and colours; default: nobody"
    )
    working_power: Power = Field(default=0.0, description="while moulding")
    setup_power: Power = Field(default=0.0, description="during a change, barrel hot")
    idle_power: Power = Field(default=0.0, description="standing with a hot barrel")
    standby_power: Power = Field(default=0.0, description="off shift: barrel kept warm, or off")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len(set(self.colours)) < len(self.colours):
            what = "a colour is twice in the order from light to dark"
            raise refuse("V707", what, "name each once", ("colours",))
        if self.hopper is not None and not self.drying:
            what = "a dryer's hopper says nothing without the time of drying"
            raise refuse("V707", what, "write `drying: 4 h`", ("hopper",))
        return self


class MoldingStep(BaseModel):
    """What a route step may say about moulding; the mould is the step's `tool`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    colour: str = Field(default="", description="colour of the material: another one means purging")
    material: str = Field(
        default="",
        description="resin: another one empties the machine; "
        + ", ".join(plastics.RESINS)
        + " are known to cool",
    )
    wall: Wall | None = Field(
        default=None, description="thickest wall, 0.2 to 30 mm: gives the cooling time"
    )
    cooling: Phase | None = Field(
        default=None, description="from the end of filling to stiff enough; default: by `wall`"
    )
    melt: Celsius | None = Field(default=None, description="melt; default: typical of the resin")
    mould: Celsius | None = Field(
        default=None, description="cavity surface; default: typical of the resin"
    )
    ejection: Celsius | None = Field(
        default=None, description="middle of the wall at ejection; default: typical of the resin"
    )
    inject: Phase | None = Field(default=None, description="filling this mould")
    pack: Phase | None = Field(default=None, description="holding pressure with this mould")
    recovery: Phase | None = Field(default=None, description="plasticizing a shot of this mould")
    shot_mass: ShotMass | None = Field(
        default=None, description="all cavities and runners, 0.01 g to 100 kg: load of the dryer"
    )
    needs_force: Mass | None = Field(
        default=None, description="clamping force it needs, as a mass such as 110 t"
    )
    hot_runner: Duration | None = Field(
        default=None, description="warm-up of this mould's hot runner, s"
    )


class Job(NamedTuple):
    """What a machine is set up for."""

    mould: str
    colour: str
    material: str
    hot_runner: float  # s


def key(mould: str, colour: str, material: str = "") -> str:
    """The set-up a machine is in with this mould, colour and resin."""
    return ", ".join(part for part in (mould, colour, material) if part)


# --- The cycle --------------------------------------------------------------------------------


def cooling(name: str, step: Step) -> float | None:
    """Cooling time of what a step says, s; None if it says neither that nor a wall.

    Raises:
        Refused: a wall of an unknown resin (V703) or impossible temperatures (V707).
    """
    given = step.attributes
    written: float | None = given.get("cooling")
    if written is not None or given.get("wall") is None:
        return written
    resin = plastics.RESINS.get(given.get("material", ""))
    if resin is None:
        what = f"how fast the wall of {step.operation} cools on '{name}' is not known"
        hint = f"write `material:` {', '.join(plastics.RESINS)}, or `cooling: 12 s`"
        raise Refused(Problem("V703", what, hint=hint))
    melt, mould, ejection = (
        own if (own := given.get(word)) is not None else getattr(resin, word)
        for word in ("melt", "mould", "ejection")
    )
    try:
        return plastics.cooling_time(given["wall"], resin.diffusivity, melt, mould, ejection)
    except ValueError:
        what = f"{step.operation}: melt {melt:g}, ejection {ejection:g}, mould {mould:g} °C"
        hint = "a wall cools from the melt to the ejection, which is above the mould"
        raise Refused(Problem("V707", what, hint=hint)) from None


def cycle_time(params: InjectionMachine, given: Mapping[str, Any], cooling: float) -> float:
    """Shot time from its phases, s: ``clamp + inject + pack + max(cooling − pack, recovery) +
    open + eject + take_out + rotation``. Holding pressure acts within the cooling, the screw
    turns after it.
    """
    inject, pack, recovery = (
        own if (own := given.get(word)) is not None else getattr(params, word)
        for word in ("inject", "pack", "recovery")
    )
    closed: float = inject + pack + max(cooling - pack, recovery)
    moving = params.clamp + params.open + params.eject + params.take_out + params.rotation
    return closed + moving


def drying_cycle(params: InjectionMachine, shot_mass: float | None) -> float:
    """Shot time at which the dryer keeps up, s: ``shot mass × drying / hopper``; 0: it always
    does.
    """
    if shot_mass is None or params.hopper is None:
        return 0.0
    return shot_mass * params.drying / params.hopper


def _cycle(name: str, params: InjectionMachine, step: Step) -> Distribution:
    if step.cycle is not None:
        return step.cycle
    cooled = cooling(name, step)
    if cooled is None:
        if params.cycle is not None:
            return params.cycle
        what = f"{name} has no shot time for {step.operation}"
        hint = "write `cycle: 18.9 s` at the mould or the step, or its `wall` and `material`"
        raise Refused(Problem("V703", what, hint=hint))
    shot = cycle_time(params, step.attributes, cooled)
    return constant(max(shot, drying_cycle(params, step.attributes.get("shot_mass"))))


# --- Changes ----------------------------------------------------------------------------------


def purge_shots(params: InjectionMachine, before: str, after: str) -> int:
    """Shots into the open from one colour to another."""
    if before == after:
        return 0
    order = params.colours
    lighter = before in order and after in order and order.index(after) < order.index(before)
    if lighter and params.purge_to_lighter is not None:
        return params.purge_to_lighter
    return params.purge_shots


def change_time(params: InjectionMachine, before: Job, after: Job) -> float:
    """Length of a change between two jobs, s."""
    change = params.colour_change
    if before.mould != after.mould:
        warm_up = 0.0 if params.preheated else after.hot_runner
        change = params.mould_change + warm_up + params.start_up
    change += purge_shots(params, before.colour, after.colour) * params.purge_time
    if before.material != after.material:
        change += params.material_change
        if not params.dried_ahead:
            change = max(change, params.drying)
    return change


# --- The family -------------------------------------------------------------------------------


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    lowered = tuple(_step(name, params, step) for step in steps)
    jobs = {
        made.setup_key or "": _job(params, step) for made, step in zip(lowered, steps, strict=True)
    }
    keys = sorted(jobs)
    fixed = lru_cache(maxsize=None)(constant)  # thousands of pairs share few lengths
    times = {
        (a, b): fixed(change_time(params, jobs[a], jobs[b])) for a in keys for b in keys if a != b
    }
    power = dict.fromkeys(MachineState, params.idle_power) | {
        MachineState.WORKING: params.working_power,
        MachineState.SETUP: params.setup_power or params.idle_power,
        MachineState.PLANNED_STOP: params.standby_power,
    }
    return Lowered(steps=lowered, setup_times=times, setup_skill=params.setter, power_kw=power)


def _job(params: InjectionMachine, step: Step) -> Job:
    given = step.attributes
    warm_up = given.get("hot_runner")
    return Job(
        step.tool or step.operation,
        given.get("colour", ""),
        given.get("material", ""),
        params.hot_runner if warm_up is None else warm_up,
    )


def _step(name: str, params: InjectionMachine, step: Step) -> LoweredStep:
    needed = step.attributes.get("needs_force")
    if needed is not None and needed > params.clamping_force:
        has = params.clamping_force / 1000
        what = f"{step.operation} needs {needed / 1000:g} t, and '{name}' clamps with {has:g} t"
        raise Refused(Problem("V706", what, hint="use a larger machine"))
    job = _job(params, step)
    setup = key(job.mould, job.colour, job.material)
    return LoweredStep(cycle=_cycle(name, params, step), setup_key=setup)


def _words(_name: str, params: Any) -> dict[str, Any]:
    words: dict[str, Any] = {}
    if params.restart_shots:
        scrap, after = f"{params.restart_shots} shots", f"{params.restart_after:.6f} s"
        words["restart"] = {"scrap": scrap, "after": after}
    if params.heat_up:
        words["warming"] = {"takes": params.heat_up, "after": params.cold_after}
    return words


FAMILY = Family(
    name="molding",
    params=InjectionMachine,
    step=MoldingStep,
    lower=_lower,
    words=_words,
    signals=(
        SignalSpec("cycle_start", "in", "bool", "begin automatic moulding", "자동 성형 시작"),
        SignalSpec(
            "robot_clear",
            "in",
            "bool",
            "the take-out robot is out of the mould",
            "취출 로봇이 금형 밖에 있음",
        ),
        SignalSpec("dryer_ready", "in", "bool", "the resin is dry", "수지가 건조됨"),
        SignalSpec(
            "mould_closed",
            "out",
            "bool",
            "the mould is closed under force",
            "금형이 형체력으로 닫힘",
        ),
        SignalSpec("mould_open", "out", "bool", "the robot may go in", "취출 로봇이 들어가도 됨"),
        SignalSpec("ejector_back", "out", "bool", "the ejector is back", "이젝터가 후퇴함"),
        SignalSpec(
            "heats_ready",
            "out",
            "bool",
            "all barrel zones are at temperature",
            "실린더 모든 구역이 설정 온도임",
        ),
        SignalSpec(
            "hot_runner_ready",
            "out",
            "bool",
            "all nozzles of the mould are at temperature",
            "금형의 모든 노즐이 설정 온도임",
        ),
        SignalSpec("shots", "out", "int", "shots since the last reset", "초기화 후 쇼트 수"),
        SignalSpec(
            "reject",
            "out",
            "bool",
            "a start-up shot: its parts are scrap",
            "기동 쇼트: 이 부품은 불량 처리",
        ),
        SignalSpec("cycle_time", "out", "float", "length of the last shot", "마지막 쇼트의 시간"),
        SignalSpec(
            "cushion",
            "out",
            "float",
            "melt left before the screw, mm",
            "스크루 앞에 남은 수지(쿠션), mm",
        ),
        SignalSpec("alarm", "out", "bool", "the machine stopped itself", "설비가 스스로 멈춤"),
    ),
    shape=Shape(width=5.0, depth=1.6),
    doc={
        "en": "Injection moulding machines: moulds with cavities, mould and colour changes, "
        "drying, scrap after stops",
        "ko": "사출 성형기: 캐비티가 있는 금형, 금형·색상 교체와 퍼지, "
        "수지 건조, 정지 후 기동 불량",
    },
    states={
        MachineState.WORKING: {"en": "one shot after another", "ko": "쇼트를 반복"},
        MachineState.SETUP: {
            "en": "mould or colour change, purging, heating up from cold",
            "ko": "금형 또는 색상 교체, 퍼지, 식은 뒤 승온",
        },
    },
)
