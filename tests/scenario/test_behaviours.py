"""How a behaviour of its own gets into a Program: through a family, never through a key."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict

from vtwin.base.draws import constant
from vtwin.base.errors import Refused
from vtwin.engines.reference import simulate
from vtwin.equipment import catalog
from vtwin.plant.family import Family, Lowered, LoweredStep, Shape
from vtwin.scenario import build, load

TEXT = """vtwin: 1
name: s
run: {horizon: 1 h}
products: {p: {route: [{op: o, on: m, cycle: 1 min}]}}
orders: [{product: p, saturated: true}]
equipment: {m: {model: oven}}
"""


class _Nothing(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _lower(name, params, steps):
    made = tuple(LoweredStep(step.cycle or constant(60.0)) for step in steps)
    return Lowered(steps=made, custom="tests.engines.behaviours:oven")


OVEN = Family(
    "oven", _Nothing, _Nothing, _lower, (), Shape(1.0, 1.0), {"en": "an oven", "ko": "오븐"}
)


def test_family_when_it_names_a_behaviour_then_the_machine_has_it(write, monkeypatch):  # S-169
    monkeypatch.setattr(catalog, "family", lambda name: OVEN)
    program = build.build(load.load(write(TEXT)))
    assert program.machines[0].custom == "tests.engines.behaviours:oven"
    assert simulate(program, 0).mode_busy[0] == 60_000_000_000 * simulate(program, 0).mode_visits[0]


@pytest.mark.parametrize("key", ["custom", "behaviour"])
def test_scenario_when_it_names_a_behaviour_itself_then_the_key_is_unknown(write, key):  # S-169
    text = TEXT.replace("model: oven", f"cycle: 1 s, {key}: 'os:system'")
    with pytest.raises(Refused, match="V115"):
        build.build(load.load(write(text)))
