"""Heat treatment: furnaces that take a charge at a time, furnaces with a belt, induction
hardening one by one, and quench tanks.

A recipe is a temperature, a heating rate and a soak; its times and the charge's size follow from
masses, powers and rates. A charge takes as long as a full one whatever is in it, for the furnace
is run by its programme; its energy is that of the full charge, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vtwin.base.draws import constant
from vtwin.base.errors import Problem, Refused
from vtwin.plant import steel
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape, SignalSpec, Step
from vtwin.plant.kinds import OfAKind, said
from vtwin.plant.primitives import MachineState
from vtwin.plant.quantities import Count, Duration, Power, TemperatureRate, Volume, refuse, within

_FURNACE: Final = frozenset(
    (
        *("charge_mass", "charge_volume", "heating_power", "efficiency", "holding_power"),
        *("standby_power", "from_temperature", "temperature", "soak", "quench", "heating_rate"),
    )
)
_OWN: Final = {
    "batch_furnace": _FURNACE | {"basket_mass", "fill_wait", "handling"},
    "belt_furnace": _FURNACE | {"mass", "volume"},
    "induction_hardener": frozenset(
        (
            *("heating_power", "efficiency", "holding_power", "standby_power", "handling"),
            *("temperature", "quench", "from_temperature"),
        )
    ),
    "quench_tank": frozenset(
        (
            *("charge_mass", "charge_volume", "fill_wait", "handling", "temperature"),
            *("bath", "cooling_rate", "drain", "working_power", "standby_power", "holding_power"),
        )
    ),
}
_NEEDED: Final = {
    "batch_furnace": ("charge_mass", "heating_power"),
    "belt_furnace": ("charge_mass", "heating_power", "mass"),
    "induction_hardener": ("heating_power",),
    "quench_tank": ("charge_mass", "cooling_rate"),
}
_CHARGED: Final = frozenset({"recipe", "temperature", "mass", "volume", "per_charge"})
_AT_STEP: Final = {
    "batch_furnace": _CHARGED | {"soak", "quench"},
    "belt_furnace": frozenset[str](),
    "induction_hardener": frozenset({"temperature", "quench", "heated_area", "case_depth"}),
    "quench_tank": _CHARGED,
}

_EXAMPLES: Final = {
    "charge_mass": "800 kg",
    "heating_power": "160 kW",
    "mass": "9 kg",
    "cooling_rate": "5 °C/s",
}

Temperature = Annotated[float, within("temperature", "850 °C", "100 °C", "1250 °C")]
ItemMass = Annotated[float, within("mass", "9 kg", "1 g", "20 t")]
Charge = Annotated[float, within("mass", "800 kg", "1 kg", "100 t")]
FurnacePower = Annotated[float, within("power", "160 kW", "1 kW", "20 MW")]
Depth = Annotated[float, within("length", "3 mm", "0.1 mm", "30 mm")]


class HeatTreatment(OfAKind):
    """A furnace, induction hardener or quench tank."""

    own = _OWN
    needed = _NEEDED
    examples = _EXAMPLES

    kind: Literal["batch_furnace", "belt_furnace", "induction_hardener", "quench_tank"] = Field(
        description="what it is; the model of the library says it"
    )
    charge_mass: Charge | None = Field(
        default=None, description="parts in a full charge, or on the belt at once, 1 kg to 100 t"
    )
    charge_volume: Volume | None = Field(
        default=None, description="room for parts, gaps between them taken off; default: by mass"
    )
    basket_mass: Annotated[float, within("mass", "120 kg", "0 kg", "20 t")] = Field(
        default=0.0, description="batch: baskets and racks, heated with every charge, up to 20 t"
    )
    fill_wait: Duration | None = Field(
        default=None,
        description="batch, tank: how long the first item waits for the charge to fill; "
        "default: until it is full",
    )
    handling: Duration = Field(default=0.0, description="charging and taking out")
    heating_power: FurnacePower | None = Field(
        default=None, description="power while heating, gas by its heat, 1 kW to 20 MW"
    )
    efficiency: Annotated[float, within("share", "90 %", "5 %", "100 %")] = Field(
        default=0.9,
        description="share of the power beyond holding that heats the charge: electric near 100 %, "
        "gas less by its flue gas, 5 to 100 %",
    )
    holding_power: Power = Field(default=0.0, description="power that keeps it hot while empty")
    standby_power: Power = Field(default=0.0, description="power off shift")
    working_power: Power = Field(default=0.0, description="tank: agitator, pump and cooler")
    from_temperature: Annotated[float, within("temperature", "20 °C", "0 °C", "1000 °C")] = Field(
        default=20.0, description="temperature of what comes in, 0 to 1000 °C"
    )
    temperature: Temperature | None = Field(
        default=None, description="of the recipe where no step says it, 100 to 1250 °C"
    )
    heating_rate: TemperatureRate | None = Field(
        default=None, description="fastest heating allowed; default: as fast as the power allows"
    )
    soak: Duration | None = Field(default=None, description="at temperature where no step says it")
    quench: Duration = Field(
        default=0.0, description="transfer and quench within the furnace line or the machine"
    )
    mass: ItemMass | None = Field(
        default=None, description="belt: mass of an item (a lot's, where pieces move together)"
    )
    volume: Volume | None = Field(default=None, description="belt: room an item takes")
    bath: Annotated[float, within("temperature", "60 °C", "0 °C", "600 °C")] = Field(
        default=60.0, description="tank: temperature at which the charge is taken out, 0 to 600 °C"
    )
    cooling_rate: TemperatureRate | None = Field(
        default=None, description="tank: mean cooling of the core, such as 5 °C/s"
    )
    drain: Duration = Field(default=0.0, description="tank: dripping off")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.heating_power is not None and self.heating_power <= self.holding_power:
            what = "holding takes all of the heating power: nothing is left for the charge"
            raise refuse("V203", what, "write more `heating_power`", ("heating_power",))
        return self


class HeatTreatmentStep(BaseModel):
    """What a route step may say about heat treatment: its recipe and the size of its items."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str | None = Field(
        default=None, description="steps with the same one at a furnace go in one charge"
    )
    temperature: Temperature | None = Field(
        default=None, description="of the recipe, 100 to 1250 °C; tank: on going in"
    )
    soak: Duration | None = Field(default=None, description="at temperature")
    quench: Duration | None = Field(default=None, description="transfer and quench")
    mass: ItemMass | None = Field(
        default=None, description="of an item, 1 g to 20 t (a lot's, where pieces move together)"
    )
    volume: Volume | None = Field(default=None, description="room an item takes in the charge")
    per_charge: Count | None = Field(
        default=None, description="items in a full charge; default: by mass and volume"
    )
    heated_area: Annotated[float, within("area", "60 cm2", "1 mm2", "10 m2")] | None = Field(
        default=None, description="induction: surface that is hardened, 1 mm2 to 10 m2"
    )
    case_depth: Depth | None = Field(
        default=None, description="induction: depth that is heated, 0.1 to 30 mm"
    )


# --- Charges ----------------------------------------------------------------------------------


def charge_size(params: HeatTreatment, given: Mapping[str, Any]) -> int | None:
    """Items in a full charge: as many as its mass and its room allow, at least one; None if
    nobody says how heavy an item is.
    """
    if "per_charge" in given:
        return int(given["per_charge"])
    mass = given.get("mass", params.mass)
    if mass is None or params.charge_mass is None:
        return None
    most = floor(params.charge_mass / mass * (1 + 1e-12))
    volume = given.get("volume", params.volume)
    if volume and params.charge_volume is not None:
        most = min(most, floor(params.charge_volume / volume * (1 + 1e-12)))
    return int(max(most, 1))


def _full_mass(params: HeatTreatment, given: Mapping[str, Any]) -> float:
    """Steel in a full charge, baskets included, kg."""
    mass, size = given.get("mass", params.mass), charge_size(params, given)
    parts = mass * size if mass is not None and size is not None else params.charge_mass or 0.0
    return float(parts + params.basket_mass)


# --- Furnaces ---------------------------------------------------------------------------------


def net_power(params: HeatTreatment) -> float:
    """Power that heats the charge while the furnace heats, kW:
    ``(heating_power - holding_power) × efficiency``.
    """
    return ((params.heating_power or 0.0) - params.holding_power) * params.efficiency


def ramp_time(params: HeatTreatment, mass: float, temperature: float) -> float:
    """Time to bring ``mass`` kg to temperature, s: the longer of what the power needs
    (``m × (h(T) - h(T0)) / net power``, h of :func:`vtwin.plant.steel.enthalpy`) and what the
    heating rate allows (``(T - T0) / rate``).
    """
    start = params.from_temperature
    by_power = steel.heating_time(mass, temperature, net_power(params), start)
    by_rate = 0.0
    if params.heating_rate is not None:
        by_rate = (temperature - start) / params.heating_rate * 3600.0
    return max(by_power, by_rate, 0.0)


def charge_time(params: HeatTreatment, given: Mapping[str, Any]) -> float:
    """Time of a charge in a batch furnace, s: handling, ramp, soak, quench."""
    ramp = ramp_time(params, _full_mass(params, given), _temperature(params, given))
    soak = given.get("soak", params.soak or 0.0)
    return float(params.handling + ramp + soak + given.get("quench", params.quench))


def charge_power(params: HeatTreatment, given: Mapping[str, Any], cycle: float) -> float:
    """Mean power over a full charge that takes ``cycle`` s, kW: holding, and the heat the charge
    takes over the efficiency. Heating and soaking balance: what the charge takes in the ramp is
    all it takes.
    """
    heat = steel.heat(
        _full_mass(params, given), _temperature(params, given), params.from_temperature
    )
    return params.holding_power + max(heat, 0.0) / params.efficiency / max(cycle, 1e-9)


def belt_time(params: HeatTreatment) -> float:
    """Time of an item on the belt of a furnace, s: ramp, soak and quench; longer if the power
    does not heat a full belt in that time.
    """
    ramp = 0.0
    temperature = _temperature(params, {})
    if params.heating_rate is not None:
        ramp = (temperature - params.from_temperature) / params.heating_rate * 3600.0
    through = ramp + (params.soak or 0.0) + params.quench
    heating = steel.heating_time(
        _full_mass(params, {}), temperature, net_power(params), params.from_temperature
    )
    return max(through, heating)


# --- Induction hardening and quenching --------------------------------------------------------


def hardening_time(params: HeatTreatment, given: Mapping[str, Any]) -> float | None:
    """Time of one part, s: handling, heating the layer of ``heated_area × case_depth``, quench.
    None if the layer is not said.
    """
    if "heated_area" not in given or "case_depth" not in given:
        return None
    mass = steel.DENSITY * given["heated_area"] * given["case_depth"]
    power = (params.heating_power or 0.0) * params.efficiency
    start = params.from_temperature
    heating = steel.heating_time(mass, _temperature(params, given), power, start)
    return float(params.handling + heating + given.get("quench", params.quench))


def quench_time(params: HeatTreatment, given: Mapping[str, Any]) -> float:
    """Time of a charge in a quench tank, s: ``(T - T_bath) / cooling rate``, handling, drain."""
    rate = params.cooling_rate or 1.0
    fall = max(_temperature(params, given) - params.bath, 0.0)
    return params.handling + fall / rate * 3600.0 + params.drain


def _temperature(params: HeatTreatment, given: Mapping[str, Any]) -> float:
    """Of the recipe; a usual hardening temperature stands in where the family is only asked
    what it is.
    """
    return float(given.get("temperature") or params.temperature or 850.0)


# --- The family -------------------------------------------------------------------------------


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    lowered = tuple(_step(name, params, step) for step in steps)
    powers = [_working(params, step, made) for step, made in zip(steps, lowered, strict=True)]
    power = dict.fromkeys(MachineState, params.holding_power) | {
        MachineState.WORKING: sum(powers) / len(powers) if powers else _idle_working(params),
        MachineState.PLANNED_STOP: params.standby_power,
    }
    return Lowered(steps=lowered, power_kw=power)


def _working(params: HeatTreatment, step: Step, made: LoweredStep) -> float:
    """Power while this is done, kW. Of several recipes the machine has the mean, each counted
    once: power is by state, not by what is in the furnace.
    """
    if params.kind == "batch_furnace":
        return charge_power(params, step.attributes, made.cycle.mean)
    return _idle_working(params)


def _idle_working(params: HeatTreatment) -> float:
    if params.kind == "belt_furnace":
        return charge_power(params, {}, belt_time(params))
    if params.kind == "quench_tank":
        return params.working_power
    return params.heating_power or 0.0


def _step(name: str, params: HeatTreatment, step: Step) -> LoweredStep:
    given, kind = step.attributes, params.kind
    _known(name, params, step)
    if kind == "belt_furnace":
        return LoweredStep(step.cycle or constant(belt_time(params)))
    if step.cycle is not None:
        return LoweredStep(step.cycle)
    if given.get("temperature") is None and params.temperature is None:
        what = f"{name} does not know the recipe of {step.operation}"
        raise Refused(Problem("V703", what, hint="write `temperature: 850 °C` at the step"))
    if kind == "quench_tank":
        return LoweredStep(constant(quench_time(params, given)))
    if kind == "induction_hardener":
        time = hardening_time(params, given)
        if time is None:
            what = f"{name} does not know what is hardened in {step.operation}"
            hint = "write `heated_area: 60 cm2` and `case_depth: 3 mm` at the step"
            raise Refused(Problem("V703", what, hint=hint))
        return LoweredStep(constant(time))
    if charge_size(params, given) is None:
        what = f"{name} does not know how many items of {step.operation} make a charge"
        hint = "write `mass: 9 kg`, or `per_charge: 80`, at the step"
        raise Refused(Problem("V703", what, hint=hint))
    _fits(name, params, step)
    return LoweredStep(constant(charge_time(params, given)))


def _fits(name: str, params: HeatTreatment, step: Step) -> None:
    """One item is not more than a charge."""
    given = step.attributes
    for key, most, unit, factor in (
        ("mass", params.charge_mass, "kg", 1.0),
        ("volume", params.charge_volume, "l", 1000.0),
    ):
        value = given.get(key)
        if value is not None and most is not None and value > most:
            what = f"an item of {step.operation} has a {key} of {value * factor:g} {unit}, and "
            what += f"'{name}' takes {most * factor:g} {unit}"
            raise Refused(Problem("V706", what, hint="use a larger furnace, or smaller lots"))


def _known(name: str, params: HeatTreatment, step: Step) -> None:
    """The step says nothing that this kind of equipment cannot follow."""
    for key in sorted(step.attributes.keys() - _AT_STEP[params.kind]):
        kind = said(params.kind)
        what = f"{step.operation} says `{key}`, which '{name}', a {kind}, cannot know"
        hint = "leave it out"
        if params.kind == "belt_furnace" and key in _OWN[params.kind]:
            hint = f"write `{key}` at '{name}': everything on its belt is treated alike"
        raise Refused(Problem("V705", what, hint=hint))


def _words(_name: str, params: Any) -> dict[str, Any]:
    if params.kind != "belt_furnace":
        return {}
    travel = f"{belt_time(params):.6f} s"
    return {"belt": {"travel": travel, "places": charge_size(params, {}), "accumulating": False}}


def _step_words(params: Any, attributes: Mapping[str, Any]) -> dict[str, Any]:
    if params.kind not in ("batch_furnace", "quench_tank"):
        return {}
    size = charge_size(params, attributes)
    if size is None:
        return {}
    batch: dict[str, Any] = {"size": size}
    if params.fill_wait is not None:
        batch["wait"] = f"{params.fill_wait:.6f} s"
    if attributes.get("recipe"):
        batch["recipe"] = attributes["recipe"]
    return {"batch": batch}


FAMILY = Family(
    name="heat_treatment",
    params=HeatTreatment,
    step=HeatTreatmentStep,
    lower=_lower,
    words=_words,
    step_words=_step_words,
    signals=(
        SignalSpec(
            "start",
            "in",
            "bool",
            "begin the programme with the charge that is in",
            "장입된 것으로 프로그램 시작",
        ),
        SignalSpec("recipe", "in", "int", "number of the programme", "프로그램 번호"),
        SignalSpec("setpoint", "in", "float", "temperature asked for, °C", "설정 온도, °C"),
        SignalSpec(
            "temperature",
            "out",
            "float",
            "temperature of the chamber or zone, °C",
            "로 또는 구역 온도, °C",
        ),
        SignalSpec(
            "at_temperature",
            "out",
            "bool",
            "within the tolerance of the setpoint",
            "설정 온도의 허용 범위 안",
        ),
        SignalSpec("door_closed", "out", "bool", "the door is closed", "문이 닫힘"),
        SignalSpec(
            "heating",
            "out",
            "float",
            "share of the heating power in use",
            "사용 중인 가열 전력의 비율",
        ),
        SignalSpec(
            "quench_temperature",
            "out",
            "float",
            "temperature of the bath, °C",
            "담금질 욕 온도, °C",
        ),
        SignalSpec("belt_running", "out", "bool", "the belt moves", "벨트가 움직임"),
        SignalSpec("charges", "out", "int", "charges finished", "끝난 장입 수"),
        SignalSpec("alarm", "out", "bool", "the furnace stopped itself", "로가 스스로 멈춤"),
    ),
    shape=Shape(width=4.0, depth=3.5),
    doc={
        "en": "Heat treatment: batch and belt furnaces, induction hardening, quench tanks",
        "ko": "열처리: 배치로와 연속로, 고주파 경화, 담금질 탱크",
    },
    states={
        MachineState.WORKING: {
            "en": "heats, soaks or quenches a charge",
            "ko": "승온, 유지, 담금질",
        },
        MachineState.STARVED: {
            "en": "kept hot, waits until a charge is full",
            "ko": "온도 유지, 장입이 찰 때까지 대기",
        },
        MachineState.PLANNED_STOP: {"en": "off shift, kept warm", "ko": "비번, 보온"},
    },
)
