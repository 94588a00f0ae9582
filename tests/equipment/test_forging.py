"""Forging against hand calculations: heating, strokes, windows, die changes."""

from pathlib import Path
from typing import ClassVar

import pytest

from vtwin.base.draws import constant
from vtwin.base.errors import Refused
from vtwin.engines.reference import simulate
from vtwin.equipment import forging
from vtwin.equipment.forging import FAMILY
from vtwin.plant.family import Step
from vtwin.plant.primitives import MachineState
from vtwin.scenario.build import build
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
CELL = CELLS / "forging" / "scenario.yaml"
S = 10**9
#: Heat in a kilogramme of steel at 1220 °C, kJ (see tests/plant/test_steel.py).
H1220 = 840.06

PRESS = {
    "kind": "mechanical_press",
    "force": "25 MN",
    "blows": "3",
    "blow_rate": "60 /min",
    "impressions": "3",
    "transfer": "2.5 s",
    "handling": "5 s",
    "lubrication": "3 s",
    "descaling": "2 s",
    "die_life": "1000 pieces",
    "die_change": "20 min",
    "die_preheat": "10 min",
    "working_power": "140 kW",
    "idle_power": "45 kW",
}
FURNACE = {
    "kind": "gas_furnace",
    "billet_mass": "9 kg",
    "billet_diameter": "80 mm",
    "places": "90",
    "time_per_mm": "36 s",
    "heating_power": "1000 kW",
    "efficiency": "50 %",
    "holding_power": "200 kW",
}


def _params(**changes):
    return FAMILY.params.model_validate(changes)


def _press(**changes):
    return _params(**{**PRESS, **changes})


class TestForging(FamilyContract):
    family = FAMILY
    scenario = CELL
    params: ClassVar = PRESS
    steps = (
        Step("hub/forge", None, {}, tool="hub die"),
        Step("flange/forge", None, {"blows": 4, "impressions": 2}, tool="flange die"),
        Step("pin/forge", constant(9.0)),
    )

    def test_cycle_when_counted_by_hand_then_strokes_transfers_and_care_add_up(self):
        """Descaling 2 + in and out 5 + two transfers 2.5 + three strokes of 1 s + spraying 3."""
        hub, flange, pin = (step.cycle for step in self.lowered().steps)
        assert hub == constant(2 + 5 + 2 * 2.5 + 3 + 3)
        assert flange == constant(2 + 5 + 2.5 + 4 + 3)
        assert pin == constant(9.0)

    def test_change_when_the_part_is_another_then_dies_are_swapped_and_preheated(self):
        times = self.lowered().setup_times
        assert times["hub die", "flange die"] == constant(30 * 60)
        assert len(times) == 6

    def test_power_when_standing_then_the_flywheel_turns(self):
        power = self.lowered().power_kw
        assert power[MachineState.WORKING] == 140
        assert power[MachineState.STARVED] == power[MachineState.SETUP] == 45
        assert power[MachineState.PLANNED_STOP] == 0


def test_second_die_set_when_preheated_outside_then_the_press_only_swaps():
    assert forging.change_time(_press()) == 30 * 60
    outside = _press(preheated_outside="true")
    assert forging.change_time(outside) == 20 * 60
    assert FAMILY.words("press", outside)["tool"]["change"] == "1200.000000 s"


def test_induction_heater_when_reckoned_by_hand_then_energy_over_power_is_the_time():
    heater = _params(kind="induction_heater", heating_power="800 kW", efficiency="60 %")
    (made,) = FAMILY.lower("heater", heater, (Step("hub/heat", None, {"billet_mass": 9.0}),)).steps
    assert made.cycle.mean == pytest.approx(9 * H1220 / (800 * 0.6), rel=1e-4)  # 15.75 s


def test_furnace_when_the_core_decides_then_the_diameter_gives_the_time():
    """36 s/mm × 80 mm = 48 min; 90 billets in 48 min are one each 32 s."""
    words = FAMILY.words("furnace", _params(**FURNACE))
    assert words["belt"] == {"travel": "2880.000000 s", "places": 90, "accumulating": False}
    power = FAMILY.lower("furnace", _params(**FURNACE), ()).power_kw
    assert power[MachineState.WORKING] == pytest.approx(200 + 9 * H1220 / 32 / 0.5, rel=1e-4)
    assert power[MachineState.BLOCKED] == 200


def test_furnace_when_the_burners_are_weak_then_billets_stay_longer():
    """(500 - 200) kW × 50 % = 150 kW heat a billet in 50.4 s, and 90 of them in 4536 s."""
    weak = _params(**{**FURNACE, "heating_power": "500 kW"})
    assert forging.furnace_time(weak) == pytest.approx(90 * 9 * H1220 / 150, rel=1e-4)


def test_window_when_billets_wait_then_there_are_only_as_many_places_as_stay_hot():
    """80 mm from 1220 to 1100 °C takes 64 s in air; the press takes one each 18 s."""
    press = _press(billet_diameter="80 mm", forge_above="1100 °C")
    assert forging.window(press) == pytest.approx(64.4, abs=0.1)
    assert FAMILY.words("press", press)["input"] == 3
    small = _press(billet_diameter="20 mm", forge_above="1100 °C")
    assert FAMILY.words("press", small)["input"] == 0
    assert "input" not in FAMILY.words("press", _press())


def test_cold_billets_when_stops_are_long_then_those_waiting_go_back_or_are_scrap():
    """Three of 18 s each, once in two hours: 54/7200 = 0.75 % of the billets."""
    press = _press(billet_diameter="80 mm", forge_above="1100 °C", stops_every="2 h")
    assert forging.cold_share(press) == pytest.approx(0.0075)
    words = FAMILY.step_words(press, {"reheat": "heat"})
    assert words == {"rework": {"to": "heat", "chance": "0.750000000 %", "most": 1}}
    assert FAMILY.step_words(press, {}) == {}
    scrapped = FAMILY.lower("press", press, (Step("hub/forge", None),)).steps[0]
    kept = FAMILY.lower("press", press, (Step("hub/forge", None, {"reheat": "heat"}),)).steps[0]
    assert (scrapped.scrap, kept.scrap) == (pytest.approx(0.0075), 0)


def test_cell_when_run_then_parts_and_die_changes_are_those_of_the_hand_calculation():
    """The press is never idle after the first billet (15.75 s): part k is forged at 15.75 + 18 k,
    half an hour later for each thousand before it, and trimmed in 7 + 2 s.
    """
    program = build(load(CELL))
    tally = simulate(program, 0)
    shift = 40 * 3600

    def trimmed(k: int) -> float:
        return 9 * H1220 / 480 + 18 * k + 1800 * ((k - 1) // 1000) + 9

    parts = next(k for k in range(1, 10_000) if trimmed(k) >= shift) - 1
    assert parts == 7298
    assert tally.product_good.tolist() == [parts]
    assert tally.failures.tolist()[0] == 7
    assert tally.failure_down.tolist()[0] == 7 * 1800 * S
    names = [mode.name for mode in program.failures]
    assert names[0] == "press/tool"


def test_cell_when_a_shift_is_reckoned_then_die_changes_are_as_by_hand():
    """1000 × 18 s + 30 min = 5.5 h from change to change: 8 / 5.5 = 1.45 a shift."""
    tally = simulate(build(load(CELL)), 0)
    assert tally.failures[0] / 5 == pytest.approx(8 / 5.5, abs=1 / 5)


def test_cold_billets_in_a_run_when_counted_then_their_share_is_that_of_the_hand(tmp_path):
    text = CELL.read_text(encoding="utf-8")
    text = text.replace("needs_force: 18 MN", "needs_force: 18 MN, reheat: heat")
    text = text.replace("die_life: 1000 pieces", "stops_every: 30 min")
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    program = build(load(file))
    tally = simulate(program, 0)
    visits = {op.name: 0 for op in program.operations}
    mode = 0
    for operation in program.operations:
        for _ in operation.modes:
            visits[operation.name] += int(tally.mode_visits[mode])
            mode += 1
    share = 3 * 18 / 1800
    forged, scrap = visits["hub/forge"], int(tally.product_scrap[0])
    back = forged - visits["hub/trim"] - scrap  # forged again later; a few are between the two
    sd = (forged * share * (1 - share)) ** 0.5
    assert back == pytest.approx(forged * share * (1 - share), abs=4 * sd + 2)
    # Of those that go back, one in `share` is too cold again: scrap.
    assert scrap == pytest.approx(forged * share**2, abs=4 * (forged * share**2) ** 0.5)


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        ({"heated_to": "1500 °C"}, "V203", "outside 700 °C to 1300 °C"),
        ({"heated_to": "1220"}, "V201", "without a unit"),
        ({"billet_diameter": "80 kg"}, "V201", "where a length is due"),
        ({"blow_rate": "200 /min"}, "V203", "5 to 150 blows /min"),
        ({"blow_rate": "900 /min"}, "V203", "outside 1 /min to 300 /min"),
        ({"force": "5 kN"}, "V203", "outside 100 kN to 500 MN"),
        ({"heating_power": "500 kW"}, "V705", "a mechanical press has no `heating_power`"),
        ({"forge_above": "1250 °C"}, "V203", "what is heated to 1220 °C"),
        ({"blow_rate": None}, "V117", "needs its `blow_rate`"),
        ({"blow_rte": "60 /min"}, "V115", "blow_rte"),
    ],
)
def test_parameter_when_wrong_then_it_is_refused_with_unit_and_range(tmp_path, changes, code, told):
    keys = {k: v for k, v in {**PRESS, **changes}.items() if v is not None}
    file = tmp_path / "plant.yaml"
    written = ", ".join(f"{key}: {value}" for key, value in keys.items())
    file.write_text(
        "vtwin: 1\nname: forge\nrun: {horizon: 8 h}\n"
        "products: {hub: {route: [{on: press}]}}\norders: [{product: hub, saturated: true}]\n"
        f"equipment:\n  press: {{model: forging, {written}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(Refused) as refused:
        build(load(file))
    assert (code, True) in {(p.code, told in p.what) for p in refused.value.problems}, [
        str(p) for p in refused.value.problems
    ]


def test_part_when_it_needs_more_force_than_the_press_has_then_refused():
    with pytest.raises(Refused) as refused:
        FAMILY.lower("press", _press(), (Step("hub/forge", None, {"needs_force": 30_000.0}),))
    assert refused.value.problems[0].code == "V706"
    assert "30000 kN" in refused.value.problems[0].what


def test_billet_when_nobody_says_its_mass_then_refused():
    heater = _params(kind="induction_heater", heating_power="800 kW")
    with pytest.raises(Refused) as refused:
        FAMILY.lower("heater", heater, (Step("hub/heat", None),))
    assert refused.value.problems[0].code == "V703"


@pytest.mark.parametrize("given", [{"billet_mass": 5.0}, {"blows": 3}, {"reheat": "heat"}])
def test_step_when_it_says_what_a_furnace_cannot_know_then_refused(given):
    with pytest.raises(Refused) as refused:
        FAMILY.lower("f", _params(**FURNACE), (Step("hub/heat", None, given),))
    assert refused.value.problems[0].code == "V705"


def test_furnace_in_a_run_when_it_is_the_slowest_then_its_throughput_is_that_of_the_hand(tmp_path):
    """90 billets in 48 min: one each 32 s (112.5/h) from 2880 s on; forged in 18, trimmed in 9."""
    text = CELL.read_text(encoding="utf-8").replace(", billet_mass: 9 kg", "")
    text = text.replace("forging/induction_heater", "forging/gas_furnace")
    text = text.replace("    die_life: 1000 pieces\n", "    die_life: 1000000 pieces\n")
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    tally = simulate(build(load(file)), 0)
    expected = 1 + ((40 * 3600 - 2880 - 18 - 9) // 32)
    assert tally.product_good.tolist() == [expected]
