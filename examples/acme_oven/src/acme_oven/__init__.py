"""Deck ovens: everything in them is baked at one temperature and put in and taken out together.

All that vtwin asks of a package: one frozen :class:`Family`, named under the entry point group
``vtwin.equipment``, and models in ``library/<family>/`` beside this module.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from vtwin.base.draws import constant
from vtwin.base.errors import Problem, Refused
from vtwin.plant.family import (
    Family,
    Lowered,
    LoweredStep,
    MachineState,
    Shape,
    SignalSpec,
    Step,
)
from vtwin.plant.quantities import Count, Duration, Power, within

Heat = Annotated[float, within("temperature", "220 °C", "80 °C", "320 °C")]
Rate = Annotated[float, within("temperature rate", "6 °C/min", "1 °C/min", "30 °C/min")]


class Oven(BaseModel):
    """What an entry of ``equipment:`` may say about an oven."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decks: Count = Field(default=3, description="decks, one above the other")
    trays_per_deck: Count = Field(default=4, description="trays side by side on a deck")
    loading: Duration = Field(default=120.0, description="putting trays in and taking them out")
    fill_wait: Duration | None = Field(
        default=None,
        description="how long the first tray waits for others; default: until the oven is full",
    )
    bake: Duration = Field(default=1800.0, description="time in the oven where no step says it")
    temperature: Heat = Field(default=220.0, description="where no step says it, 80 to 320 °C")
    heating_rate: Rate = Field(
        default=360.0, description="empty oven to a higher temperature, 1 to 30 °C/min"
    )
    cooling_rate: Rate = Field(
        default=180.0, description="empty oven to a lower temperature, 1 to 30 °C/min"
    )
    baking_power: Power = Field(default=0.0, description="mean while it bakes")
    holding_power: Power = Field(default=0.0, description="hot and empty")


class OvenStep(BaseModel):
    """What a step of a route may say about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bake: Duration | None = Field(default=None, description="time in the oven")
    temperature: Heat | None = Field(default=None, description="of the oven, 80 to 320 °C")
    trays: Count = Field(default=1, description="trays an item takes")


def temperature(oven: Oven, step: dict[str, Any]) -> float:
    """At which a step is done, °C."""
    return float(step.get("temperature") or oven.temperature)


def bake(oven: Oven, step: dict[str, Any]) -> float:
    """How long a step takes in the oven, s."""
    return float(step.get("bake") or oven.bake)


def load(oven: Oven, step: dict[str, Any]) -> int:
    """Items in a full oven."""
    return int(oven.decks * oven.trays_per_deck // step.get("trays", 1))


def change(oven: Oven, before: float, after: float) -> float:
    """From one temperature to another, s: ``|difference| / rate``."""
    rate = oven.heating_rate if after > before else oven.cooling_rate
    return abs(after - before) / rate * 3600.0


def _step(name: str, oven: Oven, step: Step) -> LoweredStep:
    own = dict(step.attributes)
    if load(oven, own) < 1:
        what = f"an item of {step.operation} takes {own['trays']} trays, and '{name}' has "
        what += f"{oven.decks * oven.trays_per_deck}"
        raise Refused(Problem("V706", what, hint="use a larger oven"))
    time = step.cycle or constant(oven.loading + bake(oven, own))
    return LoweredStep(time, setup_key=f"{temperature(oven, own):g} °C")


def _lower(name: str, params: Any, steps: tuple[Step, ...]) -> Lowered:
    made = tuple(_step(name, params, step) for step in steps)
    heats = {
        one.setup_key: temperature(params, dict(step.attributes))
        for one, step in zip(made, steps, strict=True)
        if one.setup_key is not None
    }
    changes = {
        (a, b): constant(change(params, heats[a], heats[b]))
        for a in sorted(heats)
        for b in sorted(heats)
        if a != b
    }
    power = dict.fromkeys(MachineState, params.holding_power) | {
        MachineState.WORKING: params.baking_power,
        MachineState.SETUP: params.baking_power,
        MachineState.PLANNED_STOP: 0.0,
    }
    return Lowered(made, setup_times=changes, power_kw=power)


def _step_words(params: Any, attributes: Any) -> dict[str, Any]:
    """An oven takes batches: items of one recipe, as many as there is room for."""
    own = dict(attributes)
    recipe = f"{temperature(params, own):g} C {bake(params, own):g} s"
    batch: dict[str, Any] = {"size": max(load(params, own), 1), "recipe": recipe}
    if params.fill_wait is not None:
        batch["wait"] = f"{params.fill_wait:.6f} s"
    return {"batch": batch}


FAMILY = Family(
    name="acme-oven",
    params=Oven,
    step=OvenStep,
    lower=_lower,
    step_words=_step_words,
    signals=(
        SignalSpec("start", "in", "bool", "begin to bake what is in", "안에 있는 것을 굽기 시작"),
        SignalSpec("setpoint", "in", "float", "temperature asked for, °C", "설정 온도, °C"),
        SignalSpec("temperature", "out", "float", "temperature of the decks, °C", "단의 온도, °C"),
        SignalSpec("door_closed", "out", "bool", "every door is closed", "모든 문이 닫힘"),
        SignalSpec("loads", "out", "int", "loads baked", "구운 횟수"),
    ),
    shape=Shape(width=2.4, depth=1.8),
    doc={
        "en": "Acme deck ovens: trays baked together, a change of temperature between recipes",
        "ko": "애크미 데크 오븐: 트레이를 함께 굽고, 레시피가 바뀌면 온도를 바꿈",
    },
    states={
        MachineState.WORKING: {"en": "bakes, loading with it", "ko": "굽기와 적재"},
        MachineState.SETUP: {"en": "heats up or cools down", "ko": "승온 또는 냉각"},
        MachineState.STARVED: {"en": "hot, waits for trays", "ko": "뜨거운 채 트레이를 기다림"},
    },
)
