"""Forging: heaters that bring billets to temperature, and the hammers and presses that form and
trim them while they are hot.

How the language's words carry the trade:

* An induction heater hands out one billet after another; a gas furnace is a belt on which billets
  move one behind the other. Times are energy over power (:mod:`vtwin.plant.steel`).
* A billet waits for the hammer or press in the open and cools. Its window is the cooling time from
  ``heated_to`` to ``forge_above``; in front of the press there are only as many places as the
  press empties within that time, so in the flow no billet waits too long. Stops longer than the
  window catch those that wait there. They are not followed one by one: a share of all billets,
  waiting places x cycle / ``stops_every``, is found too cold when its turn comes. It takes one
  cycle of the press and goes back to be heated again (``reheat`` at the step) or is scrap.
* Dies are worn after ``die_life`` parts and changed for the next ones; another part at the press
  means other dies. A change takes the swap, and the preheating unless it is done outside.
"""

from __future__ import annotations

from math import floor
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from vtwin.base.draws import Distribution, constant
from vtwin.base.errors import Problem, Refused
from vtwin.plant import steel
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.kinds import OfAKind, said
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import Count, Duration, PositiveDuration, Power, Whole, refuse, within

HEATERS: Final = ("induction_heater", "gas_furnace")
#: Strokes or blows a minute that such a machine can make at all.
BLOW_RATES: Final = {
    "hammer": (10, 300),
    "mechanical_press": (5, 150),
    "screw_press": (3, 60),
    "trimming_press": (3, 120),
}
_HEATING: Final = frozenset(
    ("billet_mass", "from_temperature", "heating_power", "efficiency", "holding_power")
)
_HOT: Final = frozenset(("billet_diameter", "heated_to"))
_FORMING: Final = frozenset(
    (
        *("force", "blows", "blow_rate", "impressions", "transfer", "handling", "lubrication"),
        *("descaling", "die_change", "die_preheat", "preheated_outside", "die_life", "die_setter"),
        *("forge_above", "stops_every", "reheats", "working_power", "idle_power"),
    )
)
_OWN: Final = {
    "induction_heater": _HEATING | _HOT | {"standby_power"},
    "gas_furnace": _HEATING | _HOT | {"standby_power", "places", "time_per_mm"},
} | dict.fromkeys(BLOW_RATES, _FORMING | _HOT)
_NEEDED: Final = {
    "induction_heater": ("heating_power",),
    "gas_furnace": ("heating_power", "billet_mass", "billet_diameter", "places"),
} | dict.fromkeys(BLOW_RATES, ("blow_rate",))
_EXAMPLES: Final = {
    "heating_power": "500 kW",
    "billet_mass": "9 kg",
    "billet_diameter": "80 mm",
    "places": "90",
    "blow_rate": "60 /min",
}
_AT_STEP: Final = {
    "induction_heater": frozenset({"billet_mass"}),
    "gas_furnace": frozenset[str](),
} | dict.fromkeys(BLOW_RATES, frozenset({"blows", "impressions", "needs_force", "reheat"}))

BilletMass = Annotated[float, within("mass", "9 kg", "10 g", "5 t")]
Diameter = Annotated[float, within("length", "80 mm", "10 mm", "600 mm")]
HeaterPower = Annotated[float, within("power", "500 kW", "5 kW", "20 MW")]
PressForce = Annotated[float, within("force", "16000 kN", "100 kN", "500 MN")]


class ForgingMachine(OfAKind):
    """A heater, hammer or press of a forge."""

    own = _OWN
    needed = _NEEDED
    examples = _EXAMPLES

    kind: Literal[
        "induction_heater",
        "gas_furnace",
        "hammer",
        "mechanical_press",
        "screw_press",
        "trimming_press",
    ] = Field(description="what it is; the model of the library says it")
    heated_to: Annotated[float, within("temperature", "1220 °C", "700 °C", "1300 °C")] = Field(
        default=1220.0, description="temperature of a heated billet, 700 to 1300 °C"
    )
    billet_diameter: Diameter | None = Field(
        default=None, description="round billet, 10 to 600 mm: heating and cooling time"
    )
    billet_mass: BilletMass | None = Field(
        default=None, description="heaters: mass of a billet, 10 g to 5 t"
    )
    from_temperature: Annotated[float, within("temperature", "20 °C", "0 °C", "700 °C")] = Field(
        default=20.0, description="heaters: temperature of what comes in, 0 to 700 °C"
    )
    heating_power: HeaterPower | None = Field(
        default=None,
        description="heaters: power drawn while heating, gas by its heat, 5 kW to 20 MW",
    )
    efficiency: Annotated[float, within("share", "60 %", "5 %", "95 %")] = Field(
        default=0.6, description="heaters: share of the power beyond holding that heats the billets"
    )
    holding_power: Power = Field(
        default=0.0, description="heaters: power that keeps it hot with nothing to heat"
    )
    standby_power: Power = Field(default=0.0, description="heaters: power off shift")
    places: Count | None = Field(
        default=None, description="furnace: billets in it, one behind the other"
    )
    time_per_mm: Annotated[float, within("time", "35 s", "5 s", "3 min")] = Field(
        default=35.0,
        description="furnace: time in it per mm of diameter, 5 s to 3 min, so that the core is hot",
    )
    force: PressForce | None = Field(
        default=None, description="forming: nominal force, 100 kN to 500 MN; parts need no more"
    )
    blows: Count = Field(default=1, description="forming: blows or strokes per part")
    blow_rate: Annotated[float, within("rate", "60 /min", "1 /min", "300 /min")] | None = Field(
        default=None,
        description="forming: blows or strokes while they follow one another: hammer 10 to 300, "
        "mechanical press 5 to 150, screw press 3 to 60, trimming press 3 to 120 /min",
    )
    impressions: Count = Field(default=1, description="forming: die impressions, one after another")
    transfer: Duration = Field(default=0.0, description="forming: from one impression to the next")
    handling: Duration = Field(
        default=0.0, description="forming: putting the part in and taking out"
    )
    lubrication: Duration = Field(
        default=0.0, description="forming: blowing out and spraying the dies"
    )
    descaling: Duration = Field(default=0.0, description="forming: taking the scale off the billet")
    die_change: Duration = Field(
        default=0.0, description="forming: last good part to dies mounted, without preheating"
    )
    die_preheat: Duration = Field(
        default=0.0, description="forming: bringing dies to 150 to 300 °C"
    )
    preheated_outside: bool = Field(
        default=False, description="forming: a second die set is preheated while the first works"
    )
    die_life: Count | None = Field(
        default=None, description="forming: parts until the dies are changed; default: for ever"
    )
    die_setter: str | None = Field(
        default=None, description="forming: skill of who changes dies; default: nobody"
    )
    forge_above: Annotated[float, within("temperature", "1080 °C", "600 °C", "1290 °C")] | None = (
        Field(
            default=None,
            description="forming: lowest temperature at the first blow, 600 to 1290 °C; with "
            "`billet_diameter` it limits the places in front",
        )
    )
    stops_every: PositiveDuration | None = Field(
        default=None,
        description="forming: mean time between stops longer than the billets' window; default: "
        "none catches any",
    )
    reheats: Whole = Field(
        default=1, description="forming: how often a billet may go back; then it is scrap"
    )
    working_power: Power = Field(default=0.0, description="forming: mean while forming")
    idle_power: Power = Field(default=0.0, description="forming: switched on, nothing to form")

    @field_validator("blow_rate")
    @classmethod
    def _possible(cls, value: float | None, info: ValidationInfo) -> float | None:
        low, high = BLOW_RATES.get(info.data.get("kind", ""), (0, 300))
        if value is not None and not low <= value * 60 <= high:
            what = (
                f"a {said(info.data['kind'])} makes {low} to {high} blows /min, not {60 * value:g}"
            )
            raise refuse("V203", what, f"write for example {(low + high) // 4} /min")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.heating_power is not None and self.heating_power <= self.holding_power:
            what = "holding takes all of the heating power: nothing is left for the billets"
            raise refuse("V203", what, "write more `heating_power`", ("heating_power",))
        if self.forge_above is not None and self.forge_above >= self.heated_to:
            what = f"forging above {self.forge_above:g} °C what is heated to {self.heated_to:g} °C"
            raise refuse("V203", what, "write a lower `forge_above`", ("forge_above",))
        return self


class ForgingStep(BaseModel):
    """What a route step may say about forging; the die is the step's `tool`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    billet_mass: BilletMass | None = Field(
        default=None, description="induction heater: mass of this product's billet, 10 g to 5 t"
    )
    blows: Count | None = Field(default=None, description="forming: blows per part")
    impressions: Count | None = Field(default=None, description="forming: impressions of its dies")
    needs_force: PressForce | None = Field(
        default=None, description="forming: force it needs, 100 kN to 500 MN"
    )
    reheat: str | None = Field(
        default=None, description="forming: operation to which billets go back that are too cold"
    )


def _seconds(seconds: float) -> str:
    """A time as a person writes it."""
    return f"{seconds:.6f} s"


# --- Heaters ----------------------------------------------------------------------------------


def billet_time(params: ForgingMachine, mass: float) -> float:
    """Time from one heated billet to the next that the power allows, s:
    ``m × (h(heated_to) - h(from)) / ((heating_power - holding) × efficiency)``, with the specific
    enthalpy h of :func:`vtwin.plant.steel.enthalpy`. An induction heater holds nothing while it
    heats: its losses are in its efficiency.
    """
    holding = params.holding_power if params.kind == "gas_furnace" else 0.0
    power = ((params.heating_power or 0.0) - holding) * params.efficiency
    return steel.heating_time(mass, params.heated_to, power, params.from_temperature)


def furnace_time(params: ForgingMachine) -> float:
    """Time of a billet in the furnace, s: the longer of what the core needs (``time_per_mm`` x
    diameter) and what the burners need for all billets in it (``places`` x :func:`billet_time`).
    """
    core = params.time_per_mm * 1000.0 * (params.billet_diameter or 0.0)
    return max(core, (params.places or 1) * billet_time(params, params.billet_mass or 0.0))


def furnace_power(params: ForgingMachine) -> float:
    """Power of a furnace that gives out billets as fast as it can, kW: holding and the heat of
    the billets over its efficiency. It is taken for the whole of WORKING, so a furnace that runs
    half empty seems to burn more than it does.
    """
    mass, pitch = params.billet_mass or 0.0, furnace_time(params) / (params.places or 1)
    heat = steel.heat(mass, params.heated_to, params.from_temperature)
    return params.holding_power + heat / pitch / params.efficiency


# --- Hammers and presses ----------------------------------------------------------------------


def forming_time(params: ForgingMachine, blows: int, impressions: int) -> float:
    """Time per part, s: descaling, in and out, ``blows / blow_rate``, a transfer between one
    impression and the next, and the care of the dies.
    """
    moving = params.handling + (impressions - 1) * params.transfer
    return params.descaling + moving + blows / (params.blow_rate or 1.0) + params.lubrication


def window(params: ForgingMachine) -> float | None:
    """How long a heated billet may wait in air, s (:func:`vtwin.plant.steel.cooling_time`);
    None if the limits are not said.
    """
    if params.forge_above is None or params.billet_diameter is None:
        return None
    return steel.cooling_time(params.billet_diameter, params.heated_to, params.forge_above)


def hot_places(params: ForgingMachine) -> int | None:
    """Billets that may wait in front: the last of n waits n cycles at most while the press runs."""
    allowed = window(params)
    cycle = forming_time(params, params.blows, params.impressions)
    return None if allowed is None or cycle <= 0 else floor(allowed / cycle)


def cold_share(params: ForgingMachine) -> float:
    """Share of the billets that a long stop catches waiting: ``places x cycle / stops_every``.

    An upper estimate, for the places need not be full when the press stops.
    """
    places = hot_places(params)
    if places is None or params.stops_every is None:
        return 0.0
    cycle = forming_time(params, params.blows, params.impressions)
    return min(places * cycle / params.stops_every, 1.0)


def change_time(params: ForgingMachine) -> float:
    """Press time of a die change, s: preheating counts unless a second set is hot already."""
    return params.die_change + (0.0 if params.preheated_outside else params.die_preheat)


# --- The family -------------------------------------------------------------------------------


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    lowered = tuple(_step(name, params, step) for step in steps)
    if params.kind in HEATERS:
        working = params.heating_power
        if params.kind == "gas_furnace":
            working = furnace_power(params)
        power = dict.fromkeys(MachineState, params.holding_power) | {
            MachineState.WORKING: working,
            MachineState.PLANNED_STOP: params.standby_power,
        }
        return Lowered(steps=lowered, power_kw=power)
    keys = sorted({step.setup_key for step in lowered if step.setup_key is not None})
    change = change_time(params)
    times = {}
    if change > 0:
        length = constant(change)
        times = {(a, b): length for a in keys for b in keys if a != b}
    power = dict.fromkeys(MachineState, params.idle_power) | {
        MachineState.WORKING: params.working_power,
        MachineState.PLANNED_STOP: 0.0,
    }
    return Lowered(steps=lowered, setup_times=times, setup_skill=params.die_setter, power_kw=power)


def _step(name: str, params: ForgingMachine, step: Step) -> LoweredStep:
    given = step.attributes
    for key in sorted(given.keys() - _AT_STEP[params.kind]):
        what = f"{step.operation} says `{key}`, which '{name}', a {said(params.kind)}, cannot know"
        hint = "leave it out"
        if key == "billet_mass":
            hint = "write `billet_mass` at the furnace: all billets in it take the same time"
        raise Refused(Problem("V705", what, hint=hint))
    if params.kind == "induction_heater":
        return LoweredStep(_heating(name, params, step))
    if params.kind == "gas_furnace":
        return LoweredStep(step.cycle or constant(furnace_time(params)))
    needed = given.get("needs_force")
    if needed is not None and params.force is not None and needed > params.force:
        what = f"{step.operation} needs {needed:g} kN, and '{name}' has {params.force:g} kN"
        raise Refused(Problem("V706", what, hint="use a larger press"))
    blows, impressions = given.get("blows", params.blows), given.get("impressions")
    cycle = step.cycle or constant(forming_time(params, blows, impressions or params.impressions))
    scrap = 0.0 if "reheat" in given else cold_share(params)
    return LoweredStep(cycle, scrap=scrap, setup_key=step.tool or step.operation)


def _heating(name: str, params: ForgingMachine, step: Step) -> Distribution:
    mass = step.attributes.get("billet_mass", params.billet_mass)
    if step.cycle is not None:
        return step.cycle
    if mass is None:
        what = f"{name} does not know how heavy the billets of {step.operation} are"
        raise Refused(Problem("V703", what, hint="write `billet_mass: 9 kg` at the step"))
    return constant(billet_time(params, mass))


def _words(_name: str, params: Any) -> dict[str, Any]:
    if params.kind == "gas_furnace":
        travel = _seconds(furnace_time(params))
        return {"belt": {"travel": travel, "places": params.places, "accumulating": False}}
    if params.kind in HEATERS:
        return {}
    words: dict[str, Any] = {}
    if params.die_life is not None:
        words["tool"] = {
            "life": f"{params.die_life} cycles",
            "change": _seconds(change_time(params)),
        } | ({"by": params.die_setter} if params.die_setter else {})
    places = hot_places(params)
    return words if places is None else words | {"input": places}


def _step_words(params: Any, attributes: Any) -> dict[str, Any]:
    back, share = attributes.get("reheat"), cold_share(params)
    if back is None or share == 0.0:
        return {}
    return {"rework": {"to": back, "chance": f"{100 * share:.9f} %", "most": params.reheats}}


FAMILY = Family(
    name="forging",
    params=ForgingMachine,
    step=ForgingStep,
    lower=_lower,
    words=_words,
    step_words=_step_words,
    signals=(
        SignalSpec(
            "cycle_start",
            "in",
            "bool",
            "release one billet, blow or stroke",
            "소재 하나 투입, 또는 한 번 타격",
        ),
        SignalSpec(
            "power_set", "in", "float", "heater: power asked for, kW", "가열로: 요구 전력, kW"
        ),
        SignalSpec(
            "billet_temperature",
            "out",
            "float",
            "pyrometer at the heater's exit, °C",
            "가열로 출구 온도계, °C",
        ),
        SignalSpec(
            "too_cold",
            "out",
            "bool",
            "the billet is below its window",
            "소재 온도가 허용 범위보다 낮음",
        ),
        SignalSpec("forming", "out", "bool", "ram or tup is moving", "램이 움직이는 중"),
        SignalSpec(
            "force",
            "out",
            "float",
            "greatest force of the last blow, kN",
            "마지막 타격의 최대 하중, kN",
        ),
        SignalSpec("die_temperature", "out", "float", "lower die, °C", "하부 금형 온도, °C"),
        SignalSpec(
            "die_parts", "out", "int", "parts since the dies were changed", "금형 교체 후 생산 수"
        ),
        SignalSpec("parts", "out", "int", "parts finished", "완성 수량"),
        SignalSpec("alarm", "out", "bool", "the machine stopped itself", "설비가 스스로 멈춤"),
    ),
    shape=Shape(width=5.0, depth=4.0),
    doc={
        "en": "Forging: billet heaters, hammers, presses and trimming, with dies that wear",
        "ko": "단조: 소재 가열로, 해머, 프레스, 트리밍과 마모되는 금형",
    },
    states={
        MachineState.WORKING: {"en": "heats, forms or trims", "ko": "가열, 성형, 트리밍"},
        MachineState.SETUP: {"en": "dies are changed and preheated", "ko": "금형 교체와 예열"},
        MachineState.DOWN: {
            "en": "broken, or billets too cold after it stood",
            "ko": "고장, 또는 소재가 식어 멈춤",
        },
        MachineState.PLANNED_STOP: {
            "en": "off shift, heater on standby",
            "ko": "비번, 가열로는 대기 전력",
        },
    },
)
