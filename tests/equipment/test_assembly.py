from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import ValidationError

from vtwin.base.draws import constant, lognormal
from vtwin.base.errors import Refused
from vtwin.base.units import TICKS_PER_SECOND
from vtwin.engines.reference import simulate
from vtwin.equipment.assembly import FAMILY, balance, takt
from vtwin.plant.family import Step
from vtwin.plant.primitives import NONE
from vtwin.scenario.build import build
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
CELL = CELLS / "assembly" / "scenario.yaml"
STATIONS = ("kitting", "joining", "screwing", "testing")
#: Work content of the cell's steps: handling + picks, press strokes, rounds of two spindles, test.
WORK = (6 + 3 * 5, 8 + 3 * 3 + 4 * 6, 9 + 4 * 3 + 4 * 4, 8 + 25)
#: The cell without what happens by chance.
QUIET = {
    f"equipment.{name}.{key}": value
    for name in STATIONS
    for key, value in (("variation", "0 %"), ("andon_every", "0 s"))
}
NO_REWORK = {"products.hinge.route.test": {"op": "test", "on": "testing", "tests": "1"}}
SHIFT_S = 7.5 * 3600


class TestAssembly(FamilyContract):
    family = FAMILY
    scenario = CELL
    params: ClassVar = {
        "handling": "8 s",
        "pick": "3 s",
        "screw": "4 s",
        "spindles": "2",
        "press": "6 s",
        "test": "25 s",
        "changeover": "6 min",
        "andon_every": "75 min",
        "andon": {"lognormal": {"mean": "75 s", "cv": "0.7"}},
        "andon_by": "leader",
        "working_power": "1.6 kW",
        "idle_power": "0.5 kW",
    }
    steps = (
        Step("hinge/screw", None, {"picks": 4, "screws": 7}),
        Step("hinge/join", None, {"presses": 2, "extra": 5.0}),
        Step("hinge/test", None, {"tests": 1, "not_ok": 0.04, "rework_to": "screw"}),
        Step("lock/test", constant(20.0), {"tests": 1, "not_ok": 0.02}),
        Step("lock/join", None, {"presses": 1, "variant": "hinge"}),
    )

    def test_cycle_when_work_is_counted_then_it_is_the_sum_of_its_elements(self):
        # 8 + 4 x 3 + 4 rounds x 4 · 8 + 2 x 6 + 5 · 8 + 25 · as written · 8 + 6
        cycles = [step.cycle for step in self.lowered().steps]
        assert cycles == [constant(s) for s in (36.0, 25.0, 33.0, 20.0, 14.0)]

    def test_cycle_when_people_vary_then_it_does(self):
        params = FAMILY.params.model_validate({"pick": "3 s", "variation": "15 %"})
        lowered = FAMILY.lower("bench", params, (Step("a/b", None, {"picks": 10}),))
        assert lowered.steps[0].cycle == lognormal(30.0, 0.15)

    def test_changeover_when_two_products_share_a_variant_then_none_is_needed(self):
        assert set(self.lowered().setup_times) == {("hinge", "lock"), ("lock", "hinge")}
        keys = [step.setup_key for step in self.lowered().steps]
        assert keys == ["hinge", "hinge", "hinge", "lock", "hinge"]

    def test_not_ok_when_it_goes_back_then_it_is_no_scrap(self):
        assert [step.scrap for step in self.lowered().steps] == [0, 0, 0, 0.02, 0]
        back = FAMILY.step_words(None, {"not_ok": 0.04, "rework_to": "screw", "rework_most": 0})
        assert back == {"rework": {"to": "screw", "chance": 0.04, "most": 0}}
        assert FAMILY.step_words(None, {"not_ok": 0.02}) == {}

    def test_words_when_somebody_is_called_then_the_stop_needs_him(self):
        words = FAMILY.words("m", FAMILY.params.model_validate(self.params))
        assert words["failures"]["andon"]["by"] == "leader"
        assert words["failures"]["andon"]["after"].mean == 4500

    def test_step_when_it_has_no_work_then_refused(self):
        with pytest.raises(Refused) as refused:
            FAMILY.lower("bench", FAMILY.params.model_validate({}), (Step("a/b", None),))
        assert refused.value.problems[0].code == "V703"

    @pytest.mark.parametrize(
        ("model", "keys", "told"),
        [
            (FAMILY.params, {"screw": "5 min"}, "0 s to 2 min"),
            (FAMILY.params, {"variation": "140 %"}, "0 % to 100 %"),
            (FAMILY.step, {"not_ok": "104 %"}, "more than 100 %"),
            (FAMILY.step, {"rework_to": "screw"}, "nothing that is not ok"),
            (FAMILY.step, {"not_ok": "4 %", "rework_most": "2"}, "without `rework_to`"),
        ],
    )
    def test_parameters_when_they_cannot_be_then_refused(self, model, keys, told):
        with pytest.raises(ValidationError, match=told):
            model.model_validate(keys)


def test_balance_when_four_stations_share_the_work_then_efficiency_is_work_over_paid_time():
    even = balance((30, 30, 30), 30)
    assert (even.efficiency, even.least, even.over) == (1.0, 3, ())
    # 21 + 41 + 37 + 33 = 132 s of work; at a takt of 45 s four stations are paid for 180 s
    line = balance(WORK, 45.0)
    assert line.efficiency == pytest.approx(132 / 180)
    assert line.least == 3
    # at a takt of 40 s the station of 41 s is too slow and sets the pace
    late = balance(WORK, 40.0)
    assert (late.cycle, late.over, late.least) == (41, (1,), 4)
    assert balance(WORK).cycle == 41
    # 20, 0, 4 and 8 s less than the slowest
    assert line.smoothness == pytest.approx((20**2 + 4**2 + 8**2) ** 0.5)
    assert even.smoothness == 0
    # two machines at the second: 20.5 s per piece, five paid for
    twice = balance((21, 20.5, 37, 33), 45.0, (1, 2, 1, 1))
    assert twice.content == 132
    assert twice.efficiency == pytest.approx(132 / (5 * 45))


@pytest.mark.parametrize("work", [(), (0.0, 0.0), (5.0, -1.0)])
def test_balance_when_there_is_no_work_then_refused(work):
    with pytest.raises(ValueError, match="stations"):
        balance(work)


def test_takt_when_nothing_is_wanted_then_refused():
    with pytest.raises(ValueError, match="takt"):
        takt(27_000, 0)


def _cell(**overrides):
    return build(load(CELL), overrides=QUIET | overrides)


def test_cell_when_its_target_and_calendar_are_read_then_they_give_the_takt():
    program = _cell()
    (calendar,) = program.calendars
    assert calendar.name == "day"
    assert program.products[0].name == "hinge"
    assert takt(SHIFT_S, program.products[0].target_per_day) == 45
    means = {
        machine.name: program.distributions[operation.modes[0].cycle].mean
        for operation in program.operations
        for machine in [program.machines[operation.modes[0].machine]]
    }
    assert tuple(means[name] for name in STATIONS) == WORK


def test_cell_when_nothing_happens_by_chance_then_the_slowest_station_sets_the_pace():
    tally = simulate(_cell(**NO_REWORK), 0)
    # Parts come with the first measured day: the first hinge takes all of its work, then one
    # comes every 41 s of nine shifts.
    assert tally.product_good[0] == 1 + (9 * SHIFT_S - sum(WORK)) // 41


def test_cell_when_four_in_a_hundred_do_not_pass_then_so_many_are_tested_again():
    program = _cell()
    tally = simulate(program, 0)
    visits = {
        operation.name: tally.mode_visits[n] for n, operation in enumerate(program.operations)
    }
    tests, screwed = visits["hinge/test"], visits["hinge/screw"]
    again = tests - visits["hinge/join"]
    # each test sends 4 % back: 5900 tests, 4 standard deviations of their number
    assert abs(again - 0.04 * tests) < 4 * (tests * 0.04 * 0.96) ** 0.5 + 12
    assert abs(tests - screwed) <= 12  # those between the two
    assert tally.product_scrap.sum() <= 3  # twice back and not ok again: 6 in 100,000


def test_cell_when_run_as_shipped_then_stops_and_variation_cost_a_few_of_a_hundred():
    tally = simulate(build(load(CELL)), 0)
    per_day = tally.product_good[0] / 9
    assert per_day < SHIFT_S / 41
    assert per_day > 600  # its target


def test_cell_when_people_are_missing_then_stations_wait_for_them():
    program = build(load(CELL), "three-people")
    assert all(operation.skill != NONE for operation in program.operations)
    tally = simulate(program, 0)
    # three people have 3 x 7.5 h a day, a hinge needs 132 s of them
    assert tally.product_good[0] / 9 < 3 * SHIFT_S / sum(WORK)
    assert tally.ended == 10 * 86_400 * TICKS_PER_SECOND
