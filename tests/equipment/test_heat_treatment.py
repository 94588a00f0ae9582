"""Heat treatment against hand calculations: charges, ramps, quenches, energy."""

from pathlib import Path
from typing import ClassVar

import pytest

from vtwin.base.errors import Refused
from vtwin.engines.reference import simulate
from vtwin.equipment import heat_treatment
from vtwin.equipment.heat_treatment import FAMILY
from vtwin.plant.family import Step
from vtwin.plant.primitives import MachineState
from vtwin.scenario.build import build
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
CELL = CELLS / "heat_treatment" / "scenario.yaml"
#: Heat in a kilogramme of steel, kJ (see tests/plant/test_steel.py).
H850, H600 = 598.563, 335.738

CHAMBER = {
    "kind": "batch_furnace",
    "charge_mass": "800 kg",
    "charge_volume": "400 l",
    "basket_mass": "150 kg",
    "handling": "10 min",
    "heating_power": "160 kW",
    "efficiency": "95 %",
    "holding_power": "25 kW",
    "standby_power": "15 kW",
}
RECIPE = {"temperature": 850.0, "soak": 2700.0, "mass": 10.0}
#: 950 kg with the baskets, heated by (160 - 25) kW × 95 %: 73.9 min.
RAMP = 950 * H850 / (135 * 0.95)


def _params(**changes):
    return FAMILY.params.model_validate({**CHAMBER, **changes})


class TestHeatTreatment(FamilyContract):
    family = FAMILY
    scenario = CELL
    params: ClassVar = CHAMBER
    steps = (
        Step("hub/harden", None, RECIPE),
        Step("hub/normalise", None, {"temperature": 900.0, "mass": 10.0}),
    )

    def test_charge_when_reckoned_by_hand_then_handling_ramp_and_soak_add_up(self):
        cycle = self.lowered().steps[0].cycle.mean
        assert cycle == pytest.approx(600 + RAMP + 2700, rel=1e-5)  # 128.9 min

    def test_power_when_a_charge_is_in_then_it_is_holding_and_what_the_charge_takes(self):
        only = FAMILY.lower("f", _params(), self.steps[:1])
        mean = 25 + 950 * H850 / 0.95 / (600 + RAMP + 2700)  # 102.4 kW
        assert only.power_kw[MachineState.WORKING] == pytest.approx(mean, rel=1e-5)
        assert only.power_kw[MachineState.STARVED] == 25
        assert only.power_kw[MachineState.PLANNED_STOP] == 15


def test_charge_when_parts_are_bulky_then_their_room_limits_it():
    assert heat_treatment.charge_size(_params(), {"mass": 10.0}) == 80
    assert heat_treatment.charge_size(_params(), {"mass": 10.0, "volume": 0.008}) == 50
    assert heat_treatment.charge_size(_params(), {"mass": 0.1, "volume": 0.0001}) == 4000
    assert heat_treatment.charge_size(_params(), {"per_charge": 64, "mass": 10.0}) == 64


def test_ramp_when_the_rate_is_limited_then_it_takes_the_longer_time():
    """830 K at 300 °C/h are 9960 s, longer than the power needs."""
    slow = _params(heating_rate="300 °C/h")
    assert heat_treatment.ramp_time(slow, 950.0, 850.0) == pytest.approx(830 / 300 * 3600)
    quick = _params(heating_rate="20 °C/min")
    assert heat_treatment.ramp_time(quick, 950.0, 850.0) == pytest.approx(RAMP, rel=1e-5)


def test_batch_when_lowered_then_the_charge_is_in_the_words_of_the_language():
    words = FAMILY.step_words(_params(fill_wait="30 min"), {**RECIPE, "recipe": "Q850"})
    assert words == {"batch": {"size": 80, "wait": "1800.000000 s", "recipe": "Q850"}}


def test_belt_when_reckoned_by_hand_then_ramp_soak_and_quench_are_its_travel():
    """840 K at 35 °C/min are 24 min, with 25 min of soak and 6 min of quench 55 min; 400 kg of
    0.5 kg each are 800 on the belt, so 436 kg/h go through.
    """
    belt = FAMILY.params.model_validate(
        {
            "kind": "belt_furnace",
            "charge_mass": "400 kg",
            "heating_power": "220 kW",
            "efficiency": "90 %",
            "holding_power": "60 kW",
            "temperature": "860 °C",
            "heating_rate": "35 °C/min",
            "soak": "25 min",
            "quench": "6 min",
            "mass": "0.5 kg",
        }
    )
    assert FAMILY.words("belt", belt)["belt"] == {
        "travel": "3300.000000 s",
        "places": 800,
        "accumulating": False,
    }
    # 110 kW heat 400 kg in longer than that: the belt must go slower.
    weak = belt.model_copy(update={"heating_power": 120.0})
    assert heat_treatment.belt_time(weak) == pytest.approx(400 * 605.8 / (60 * 0.9), rel=1e-2)


def test_quench_when_reckoned_by_hand_then_the_fall_over_the_rate_is_the_time():
    """(850 - 80) K at 4 °C/s, a minute of handling, six of draining."""
    tank = FAMILY.params.model_validate(
        {
            "kind": "quench_tank",
            "charge_mass": "800 kg",
            "handling": "1 min",
            "bath": "80 °C",
            "cooling_rate": "4 °C/s",
            "drain": "6 min",
        }
    )
    assert heat_treatment.quench_time(tank, {"temperature": 850.0}) == pytest.approx(612.5)


def test_induction_when_reckoned_by_hand_then_the_layer_is_heated_and_quenched():
    """60 cm2 × 3 mm are 0.1413 kg; at 645 kJ/kg and 75 kW they take 1.2 s."""
    machine = FAMILY.params.model_validate(
        {
            "kind": "induction_hardener",
            "temperature": "920 °C",
            "heating_power": "150 kW",
            "efficiency": "50 %",
            "quench": "8 s",
            "handling": "12 s",
        }
    )
    layer = {"heated_area": 60e-4, "case_depth": 3e-3}
    (made,) = FAMILY.lower("m", machine, (Step("pin/harden", None, layer),)).steps
    heating = 7850 * 60e-4 * 3e-3 * (632.06 + 20 * 0.65) / 75
    assert made.cycle.mean == pytest.approx(12 + heating + 8, rel=1e-5)
    with pytest.raises(Refused) as refused:
        FAMILY.lower("m", machine, (Step("pin/harden", None, {"case_depth": 3e-3}),))
    assert refused.value.problems[0].code == "V703"


def test_cell_when_run_then_its_throughput_is_that_of_the_hand_calculation():
    """Charges of 80 follow one another in the furnace (7734 s); the last that counts has then
    been quenched (612.5 s) and tempered: 980 kg by (150 - 15) kW × 95 %, handling, 75 min.
    """
    program = build(load(CELL))
    tally = simulate(program, 0)
    harden = 600 + RAMP + 2700
    temper = 600 + 980 * H600 / (135 * 0.95) + 75 * 60
    charges = int((10 * 86_400 - 612.5 - temper) / harden)
    assert charges == 110
    assert tally.product_good.tolist() == [80 * charges]
    furnace = [m.name for m in program.machines].index("furnace")
    assert tally.machine_state[furnace, MachineState.WORKING] == tally.observed
    assert program.machines[furnace].power_kw[MachineState.WORKING] == pytest.approx(
        25 + 950 * H850 / 0.95 / harden, rel=1e-5
    )


def test_recipe_when_parts_share_it_then_they_share_charges(tmp_path):
    step = "op: harden, on: f, recipe: Q850, temperature: 850 °C, soak: 45 min, mass: 10 kg"
    file = tmp_path / "plant.yaml"
    file.write_text(
        "vtwin: 1\nname: shop\nrun: {horizon: 5 d}\n"
        f"products: {{hub: {{route: [{{{step}}}]}}, pin: {{route: [{{{step}}}]}}}}\n"
        "orders: [{product: hub, every: 3 min}, {product: pin, every: 6 min}]\n"
        "equipment: {f: {model: heat_treatment/chamber_furnace, fill_wait: 1 h}}\n",
        encoding="utf-8",
    )
    program = build(load(file))
    (batch,) = program.batches
    assert (batch.name, batch.least, batch.most) == ("f/Q850", 1, 80)
    assert batch.wait == 3600 * 10**9
    tally = simulate(program, 0)
    assert tally.product_good.min() > 0


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        ({"charge_mass": "800 t"}, "V203", "outside 1 kg to 100 t"),
        ({"charge_mass": "800"}, "V201", "without a unit"),
        ({"heating_power": "850 °C"}, "V201", "where a power is due"),
        ({"temperature": "1600 °C"}, "V203", "outside 100 °C to 1250 °C"),
        ({"heating_rate": "5 °C"}, "V201", "is a temperature where a temperature rate is due"),
        ({"holding_power": "200 kW"}, "V203", "nothing is left for the charge"),
        ({"bath": "80 °C"}, "V705", "a batch furnace has no `bath`"),
        ({"heating_power": None}, "V117", "needs its `heating_power`"),
    ],
)
def test_parameter_when_wrong_then_it_is_refused_with_unit_and_range(tmp_path, changes, code, told):
    keys = {k: v for k, v in {**CHAMBER, **changes}.items() if v is not None}
    written = ", ".join(f"{key}: {value}" for key, value in keys.items())
    file = tmp_path / "plant.yaml"
    file.write_text(
        "vtwin: 1\nname: shop\nrun: {horizon: 8 h}\n"
        "products: {hub: {route: [{on: f, temperature: 850 °C, mass: 10 kg}]}}\n"
        "orders: [{product: hub, every: 5 min}]\n"
        f"equipment:\n  f: {{model: heat_treatment, {written}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(Refused) as refused:
        build(load(file))
    assert (code, True) in {(p.code, told in p.what) for p in refused.value.problems}, [
        str(p) for p in refused.value.problems
    ]


def test_lot_when_heavier_than_a_charge_then_refused():
    with pytest.raises(Refused) as refused:
        FAMILY.lower("f", _params(), (Step("hub/harden", None, {**RECIPE, "mass": 900.0}),))
    assert refused.value.problems[0].code == "V706"
    assert "takes 800 kg" in refused.value.problems[0].what


def test_step_when_it_says_what_a_belt_cannot_know_then_it_is_sent_to_the_furnace():
    belt = {"kind": "belt_furnace", "charge_mass": "400 kg", "heating_power": "220 kW"}
    params = FAMILY.params.model_validate({**belt, "mass": "0.5 kg", "soak": "25 min"})
    with pytest.raises(Refused) as refused:
        FAMILY.lower("belt", params, (Step("ring/harden", None, {"mass": 0.8}),))
    (problem,) = refused.value.problems
    assert problem.code == "V705"
    assert "write `mass` at 'belt'" in problem.hint


def test_belt_in_a_run_when_full_then_its_throughput_is_that_of_the_hand(tmp_path):
    """55 min on the belt, 400 kg of 0.5 kg: one ring each 4.125 s, 436 kg/h, from 3300 s on."""
    file = tmp_path / "plant.yaml"
    file.write_text(
        "vtwin: 1\nname: rings\nrun: {horizon: 8 h}\n"
        "products: {ring: {route: [{op: harden, on: belt}]}}\n"
        "orders: [{product: ring, saturated: true}]\n"
        "equipment: {belt: {model: heat_treatment/continuous_mesh_belt, temperature: 860 °C}}\n",
        encoding="utf-8",
    )
    tally = simulate(build(load(file)), 0)
    assert tally.product_good.tolist() == [1 + int((8 * 3600 - 3300 - 1e-9) // 4.125)]
