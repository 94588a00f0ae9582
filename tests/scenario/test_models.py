"""A family says what its equipment does in the words of the language; what is written goes first."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict

from vtwin.base.draws import constant
from vtwin.base.errors import Refused
from vtwin.equipment import catalog
from vtwin.plant.family import Family, Helper, Lowered, LoweredStep, Shape, SignalSpec
from vtwin.plant.primitives import NONE
from vtwin.scenario.build import build
from vtwin.scenario.load import load


class Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    trays: int = 4
    serves: tuple[str, ...] = ()
    strange: bool = False


class StepKeys(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    recipe: str = ""
    checked: int = 1


def _words(_name, params):
    if params.strange:
        return {"batches": 3}
    return {
        "batch": {"size": params.trays, "wait": "5 min"},
        "maintenance": {"clean": {"every": "8 h", "takes": "1 h"}},
    }


def _step_words(_params, attributes):
    words = {"sample": f"1/{attributes['checked']}"} if attributes.get("checked", 1) > 1 else {}
    return words | ({"batch": {"recipe": attributes["recipe"]}} if attributes["recipe"] else {})


def _helper(_name, params):
    if not params.serves:
        return None
    return Helper(params.serves, constant(6.0), {"speed": "0.5 m/s"})


OVEN = Family(
    name="oven",
    params=Params,
    step=StepKeys,
    lower=lambda name, params, steps: Lowered(
        tuple(LoweredStep(step.cycle or constant(60.0)) for step in steps)
    ),
    signals=(SignalSpec("on", "out", "bool", "it is on"),),
    shape=Shape(1.0, 1.0),
    doc={"en": "an oven", "ko": "오븐"},
    words=_words,
    step_words=_step_words,
    helper=_helper,
)


@pytest.fixture
def plant(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "family", lambda name: OVEN)

    def built(equipment: str, steps: str = "{on: oven}", more: str = ""):
        file = tmp_path / "plant.yaml"
        file.write_text(
            "vtwin: 1\nname: bakery\nrun: {horizon: 10 h}\n"
            f"products: {{loaf: {{route: [{steps}]}}}}\n"
            "orders: [{product: loaf, every: 3 min}]\n"
            f"equipment:\n{equipment}\n{more}"
        )
        return build(load(file))

    return built


def test_words_of_a_family_when_nothing_is_written_then_they_hold(plant):
    program = plant("  oven: {model: oven, trays: 6}")
    (batch,) = program.batches
    assert (batch.least, batch.most, batch.wait) == (1, 6, 300 * 10**9)
    assert [failure.name for failure in program.failures] == ["oven/clean"]


def test_words_of_a_family_when_written_otherwise_then_what_is_written_holds(plant):
    wash = "maintenance: {wash: {every: 4 h, takes: 10 min}}"
    program = plant(f"  oven: {{model: oven, batch: {{size: 2}}, {wash}}}")
    assert program.batches[0].most == 2
    assert [failure.name for failure in program.failures] == ["oven/clean", "oven/wash"]


def test_words_of_a_family_at_a_step_then_the_step_has_them(plant):
    steps = "{on: in, cycle: 1 min}, {on: oven, recipe: rye, checked: 3}"
    program = plant("  oven: {model: oven}\n  in: {}", steps)
    assert [operation.sample for operation in program.operations] == [1, 3]
    assert program.batches[0].name == "oven/rye"


def test_words_of_a_family_when_the_language_has_none_such_then_it_is_told(plant):
    with pytest.raises(Refused, match="V704"):
        plant("  oven: {model: oven, strange: true}")


def test_step_on_machines_whose_families_differ_then_it_must_be_written(plant):
    step = "{op: bake, on: [oven, plain], cycle: 2 min, recipe: rye}"
    with pytest.raises(Refused, match="V313"):
        plant("  oven: {model: oven}\n  plain: {}", step)


def test_helper_when_it_serves_a_machine_then_that_asks_for_it(plant):
    program = plant(
        "  robot: {model: oven, serves: [press], count: 2}\n  press: {cycle: 1 min, at: [4 m, 2 m]}",
        "{on: press}",
    )
    assert [worker.name for worker in program.workers] == ["robot#1", "robot#2"]
    assert program.workers[0].speed == 500
    assert [machine.name for machine in program.machines] == ["press"]
    (operation,) = program.operations
    assert operation.skill != NONE
    assert program.distributions[operation.load] == constant(6.0)


def test_helper_when_it_serves_what_is_not_there_then_it_is_told(plant):
    with pytest.raises(Refused, match="V303"):
        plant("  robot: {model: oven, serves: [pres]}\n  press: {cycle: 1 min}", "{on: press}")


def test_helper_when_it_has_what_only_a_machine_can_have_then_it_is_told(plant):
    with pytest.raises(Refused, match="V376"):
        plant(
            "  robot: {model: oven, serves: [press], power: {working: 2 kW}}\n  press: {cycle: 1 min}",
            "{on: press}",
        )
