from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import ValidationError

from vtwin.base.draws import constant
from vtwin.base.errors import Refused
from vtwin.base.units import TICKS_PER_SECOND
from vtwin.engines.reference import simulate
from vtwin.equipment.pressing import (
    FAMILY,
    coil_length,
    internal_change,
    sheet_use,
    start_up_scrap,
    strokes_per_coil,
)
from vtwin.plant.family import Step
from vtwin.plant.primitives import MachineState
from vtwin.scenario.build import build
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
CELL = CELLS / "pressing" / "scenario.yaml"
#: The cell without what happens by chance.
QUIET = {"equipment.press.feed_stop_every": "0 s", "equipment.press.die_break_every": "0 s"}


def _press(**keys):
    return FAMILY.params.model_validate(keys)


class TestPressing(FamilyContract):
    family = FAMILY
    scenario = CELL
    params: ClassVar = {
        "kind": "transfer",
        "force": "20000 kN",
        "strokes": "20 /min",
        "handling": "1 s",
        "parts_per_stroke": "2",
        "stations": "5",
        "die_change": "60 min",
        "external": "40 %",
        "start_up": "4",
        "feed": "500 mm",
        "coil_length": "1000 m",
        "coil_change": "10 min",
        "coil_by": "coiler",
        "feed_stop_every": "2 h",
        "feed_stop": {"lognormal": {"mean": "3 min", "cv": "0.5"}},
        "die_break_every": "300 h",
        "die_by": "toolmaker",
        "working_power": "280 kW",
        "setup_power": "50 kW",
        "idle_power": "70 kW",
        "start_power": "450 kW",
    }
    steps = (
        Step("a/press", None, {}, tool="A"),
        Step("b/press", None, {"strokes": 0.5, "parts_per_stroke": 1}, tool="B"),
        Step("c/press", None, {"material": "DC04"}, tool="A"),
        Step("d/press", constant(7.0), {}, tool="D"),
    )

    def test_cycle_when_given_in_strokes_then_it_is_their_time_and_the_standstill(self):
        steps = self.lowered().steps
        assert [step.cycle for step in steps] == [constant(s) for s in (4.0, 3.0, 4.0, 7.0)]
        assert [step.pieces_per_cycle for step in steps] == [2, 1, 2, 2]

    def test_die_change_when_split_then_only_the_internal_part_stops_the_press(self):
        # 60 min x (1 - 40 %), then 4 strokes thrown away and 4 more to fill five stations
        a, b, other, d = (step.setup_key for step in self.lowered().steps)
        times = self.lowered().setup_times
        assert internal_change(_press(**self.params)) == pytest.approx(2160)
        assert times[b, a].mean == pytest.approx(2160 + 8 * 4)
        assert times[a, b].mean == pytest.approx(2160 + 8 * 3)
        assert times[a, d].mean == pytest.approx(2160 + 8 * 7)
        assert times[a, other] == constant(600)  # the same die, another sheet

    def test_die_change_when_all_of_it_is_external_then_only_strokes_are_left(self):
        quick = _press(die_change="60 min", external="100 %", strokes="20 /min", start_up="2")
        lowered = FAMILY.lower("m", quick, self.steps[:2])
        assert {time.mean for time in lowered.setup_times.values()} == {4.0, 6.0}

    def test_words_when_a_coil_is_said_then_it_wears_by_strokes(self):
        words = FAMILY.words("m", _press(**self.params))
        assert words["tool"] == {
            "life": "2000 strokes",
            "change": constant(600.0),
            "by": "coiler",
        }
        assert set(words["failures"]) == {"misfeed", "die-breakage"}
        assert words["failures"]["die-breakage"]["by"] == "toolmaker"
        assert "by" not in words["failures"]["misfeed"]
        assert words["power"] == {"start": "450 kW for 20 s"}

    def test_words_when_sheets_are_fed_then_double_blanks_stop_the_press(self):
        words = FAMILY.words("m", _press(feed_stop_every="2 h"))
        assert list(words) == ["failures"]
        assert words["failures"]["double-blank"]["after"].mean == 7200

    def test_power_when_dies_are_changed_then_hydraulics_only(self):
        assert self.lowered().power_kw[MachineState.SETUP] == 50

    def test_coil_when_given_by_mass_then_its_length_is_that_of_the_strip(self):
        # 10 t / (1.2 m x 0.8 mm x 7850 kg/m3) = 1327 m; at 600 mm a stroke 2211 strokes
        assert coil_length(10_000, 1.2, 0.0008) == pytest.approx(1326.96, abs=0.01)
        press = _press(feed="600 mm", coil_mass="10 t", strip_width="1200 mm", thickness="0.8 mm")
        assert strokes_per_coil(press) == 2211
        assert strokes_per_coil(_press(feed="0.7 m", coil_length="700 m")) == 1000
        assert strokes_per_coil(_press()) == 0

    def test_sheet_when_parts_are_cut_from_the_strip_then_the_rest_is_skeleton(self):
        # 80 mm x 200 mm x 2 mm x 7850 kg/m3 = 251.2 g a stroke, 125.6 g a part
        press = _press(feed="80 mm", coil_length="800 m", strip_width="200 mm", thickness="2 mm")
        use = sheet_use(press, part_mass=0.0942, parts_per_stroke=2)
        assert use.gross == pytest.approx(0.1256)
        assert use.skeleton == pytest.approx(0.0314)
        assert use.yielded == pytest.approx(0.75)
        with pytest.raises(ValueError, match="out of"):
            sheet_use(press, part_mass=0.2, parts_per_stroke=2)
        with pytest.raises(ValueError, match="strip_width"):
            sheet_use(_press(), part_mass=0.1)

    def test_step_when_its_part_is_heavier_than_the_sheet_then_refused(self):
        press = _press(feed="80 mm", coil_length="800 m", strip_width="200 mm", thickness="2 mm")
        light, heavy = (
            Step("a/press", None, {"part_mass": mass, "parts_per_stroke": 2}) for mass in (0.1, 0.2)
        )
        assert FAMILY.lower("m", press, (light,)).steps[0].pieces_per_cycle == 2
        with pytest.raises(Refused, match=r"0\.2 kg out of 0\.126 kg"):
            FAMILY.lower("m", press, (heavy,))

    def test_start_up_when_two_parts_a_stroke_then_twice_the_scrap(self):
        assert start_up_scrap(_press(start_up="6", parts_per_stroke="2")) == 12

    @pytest.mark.parametrize(
        ("keys", "told"),
        [
            ({"strokes": "30 /s"}, r"1 /min to 1500 /min"),
            ({"force": "20 kN"}, r"50 kN to 120000 kN"),
            ({"thickness": "8 cm"}, r"0.05 mm to 20 mm"),
            ({"kind": "single", "stations": "3"}, "one station"),
            ({"kind": "tandem", "feed": "0.5 m", "coil_length": "900 m"}, "blanks"),
            ({"feed": "0.5 m"}, "coil is not enough"),
            ({"coil_mass": "10 t", "feed": "0.5 m", "thickness": "1 mm"}, "not enough"),
            ({"feed": "5 m", "coil_mass": "20 kg", "strip_width": "2 m", "thickness": "2 mm"},
             "one stroke takes 5 m"),
        ],
    )  # fmt: skip
    def test_parameters_when_they_cannot_be_then_refused_with_range_or_reason(self, keys, told):
        with pytest.raises(ValidationError, match=told):
            _press(**keys)


def _cell(**overrides):
    return build(load(CELL), overrides=QUIET | overrides)


def test_cell_when_nothing_happens_by_chance_then_its_shift_is_the_one_calculated():
    program = _cell()
    tally = simulate(program, 0)
    # 10000/2 + 4000/2 strokes at 50 a minute, 4000 at 40 a minute
    strokes = 7000 * 1.2 + 4000 * 1.5
    # two die changes: 50 min x 70 %, 10 strokes thrown away, 7 to fill eight stations
    changes = 2 * 2100 + 17 * 1.5 + 17 * 1.2
    # 2.5 t / (200 mm x 2 mm x 7850) = 796.2 m = 9952 strokes: one change, after the 40th rack
    coil = 900
    assert tally.setups.tolist() == [2]
    assert tally.failures.tolist() == [1]
    assert tally.ended == (strokes + changes + coil) * TICKS_PER_SECOND
    assert tally.product_good.tolist() == [14000, 4000]


def test_cell_when_most_of_the_change_is_external_then_the_shift_ends_as_much_earlier():
    before, after = simulate(_cell(), 0), simulate(_cell(**{"equipment.press.external": "80 %"}), 0)
    assert before.ended - after.ended == 2 * 3000 * 0.5 * TICKS_PER_SECOND


def test_cell_when_first_strokes_are_pieces_then_they_are_scrap_of_the_lot_and_made_again():
    program = _cell(**{"equipment.press.start_up_after": "1 h"})
    tally = simulate(program, 0)
    # 10 strokes of the second campaign, of one part, and 10 of the third, of two; the press does
    # not stand for an hour otherwise
    assert tally.mode_restart.tolist() == tally.mode_scrap.tolist() == [20, 10]
    assert tally.product_good.tolist() == [14000, 4000]
    changes = 2 * 2100 + 7 * 1.5 + 7 * 1.2
    assert tally.ended == (7010 * 1.2 + 4010 * 1.5 + changes + 900) * TICKS_PER_SECOND


def test_cell_when_the_press_stood_over_night_then_its_first_strokes_are_scrap():
    program = _cell(
        **{"equipment.press.start_up_after": "1 h", "equipment.press.calendar": "day"},
        calendars={"day": {"daily": ["00:00-01:00", "06:00-24:00"]}},
        run={"horizon": "30 h"},
    )
    # 3000 strokes of the first campaign before the night: 20 parts of the first lot after it
    assert simulate(program, 0).mode_restart.tolist() == [40, 10]


def test_cell_when_campaigns_alternate_all_day_then_changes_per_shift_are_as_calculated():
    program = _cell(
        orders=[
            {"product": f"bracket-{side}", "saturated": "true", "lot": str(lot)}
            for side, lot in (("left", 4000), ("right", 2000))
        ],
        run={"horizon": "40 h"},
    )
    tally = simulate(program, 0)
    # A pair of campaigns: 2000 strokes of 1.2 s, 2000 of 1.5 s, two changes; a coil of 9952
    # strokes is changed after five campaigns of 2000.
    pair = 2000 * 1.2 + 2000 * 1.5 + 2 * 2100 + 17 * 2.7
    with_coils = pair + 2 / 5 * 900
    whole, rest = divmod(40 * 3600, with_coils)
    assert rest < 2000 * 1.2 + 2100  # the last pair has not had its first change
    assert tally.setups[0] == 2 * whole  # 5.6 a shift
    assert tally.failures[0] == tally.mode_cycles.sum() // 10_000


def test_cell_when_run_as_shipped_then_stops_lengthen_the_shift_as_expected():
    program = build(load(CELL))
    quiet = simulate(_cell(), 0).ended
    ends = [simulate(program, n).ended for n in range(40)]
    # 4 h of strokes: on the mean 2 misfeeds of 3 min and 0.016 dies of 2 h
    expected = 14400 / 7200 * 180 + 14400 / 900_000 * 7200
    spread = (sum((end - sum(ends) / 40) ** 2 for end in ends) / 39) ** 0.5
    off = sum(ends) / 40 - quiet - expected * TICKS_PER_SECOND
    assert abs(off) < 3 * spread / 40**0.5


@pytest.mark.parametrize(("variant", "minutes"), [(None, 48), ("smed", 15)])
def test_press_line_when_run_then_its_changes_take_and_come_as_calculated(variant, minutes):
    program = build(load(CELLS.parent / "press_line" / "scenario.yaml"), variant)
    tally = simulate(program, 0)
    (blanking,) = [n for n, machine in enumerate(program.machines) if machine.name == "blanking"]
    # 60 min of work, 80 % or 25 % of it internal, and five blanks of 2.4 s thrown away
    each = (minutes * 60 + 5 * 2.4) * TICKS_PER_SECOND
    assert tally.setup_time[blanking] == pytest.approx(tally.setups[blanking] * each, rel=1e-12)
    # ten days; seven dies a day, the last of a day is the first of the next one
    assert tally.setups[blanking] == 60
    # 10 t / (1.2 m x 0.8 mm x 7850) = 1327 m are 1658 strokes of 800 mm; a stack of at most 250
    # is finished on the old coil
    strokes = sum(
        cycles
        for cycles, mode in zip(
            tally.mode_cycles,
            (mode for operation in program.operations for mode in operation.modes),
            strict=True,
        )
        if mode.machine == blanking
    )
    (coils,) = [
        int(tally.failures[n])
        for n, failure in enumerate(program.failures)
        if failure.name == "blanking/tool"
    ]
    assert strokes / (1658 + 249) - 1 <= coils <= strokes / 1658 + 1
    # the plan of a day: 1200 sides, 3000 pans, 600, 300 and 1500 strokes, 3000 door blanks
    assert strokes == pytest.approx(10 * 9600, rel=0.02)
