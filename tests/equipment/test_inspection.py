from functools import cache
from pathlib import Path
from statistics import mean, stdev
from typing import ClassVar

import pytest
from scipy.stats import t as student

from vtwin.base.draws import constant, lognormal
from vtwin.base.errors import Refused
from vtwin.engines.reference import simulate
from vtwin.equipment.inspection import (
    FAMILY,
    inspection_time,
    lot_passes,
    outgoing_defects,
    rejected,
)
from vtwin.plant.family import Step
from vtwin.plant.primitives import FailureClock, MachineState
from vtwin.scenario.build import build
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
CMM = {
    "fixturing": "120 s",
    "per_point": "2 s",
    "evaluation": "20 s",
    "false_accept": "2 %",
    "false_reject": "1 %",
}


def _station(**more):
    return FAMILY.params.model_validate({**CMM, **more})


class TestInspection(FamilyContract):
    family = FAMILY
    scenario = CELLS / "inspection" / "scenario.yaml"
    params: ClassVar = {
        **CMM,
        "variation": "5 %",
        "points": "40",
        "stop_time": {"exponential": {"mean": "10 min"}},
        "working_power": "2 kW",
        "idle_power": "0.8 kW",
    }
    steps = (
        Step("housing/measure", None, {"points": 60, "defects": 0.05}),
        Step("cover/measure", None, {"reaction": "rework", "to": "mill", "defects": 0.05}),
        Step("plate/measure", constant(90.0), {"reaction": "stop", "defects": 0.05}),
    )

    def test_cycle_when_a_step_counts_points_then_its_count_holds(self):
        housing, cover, plate = self.lowered().steps
        assert housing.cycle == lognormal(120 + 60 * 2 + 20, 0.05)
        assert cover.cycle == lognormal(120 + 40 * 2 + 20, 0.05)
        assert plate.cycle == constant(90.0)

    def test_rejects_when_reworked_then_they_are_no_scrap(self):
        housing, cover, plate = self.lowered().steps
        assert housing.scrap == plate.scrap == pytest.approx(0.05 * 0.98 + 0.95 * 0.01)
        assert cover.scrap == 0

    def test_stop_when_it_is_the_reaction_then_it_comes_once_per_mean_distance_of_rejects(self):
        (stop,) = self.lowered().failures
        assert stop.clock is FailureClock.CYCLES
        assert stop.life == 17  # 1 / 0.0585 = 17.09
        assert stop.repair.mean == pytest.approx(600)


def test_rejected_when_counted_by_hand_then_seen_defects_and_false_alarms():
    # of 1000 parts 40 are defective, 39.6 of them are seen; of 960 good ones 9.6 are refused
    assert rejected(0.04, 0.01, 0.01) == pytest.approx((39.6 + 9.6) / 1000)
    assert rejected(0.0, 0.3, 0.0) == 0
    assert rejected(1.0, 0.0, 0.5) == 1


def test_outgoing_defects_when_all_are_inspected_then_only_overlooked_ones_are_left():
    # 0.4 overlooked of the 950.8 that go on
    assert outgoing_defects(0.04, 0.01, 0.01) == pytest.approx(0.4 / 950.8)
    assert outgoing_defects(0.04, 0.0, 0.05) == 0
    assert outgoing_defects(1.0, 0.0, 0.0) == 0  # nothing goes on


def test_outgoing_defects_when_every_tenth_is_inspected_then_most_pass_unseen():
    # of 10000 parts 1000 are inspected: 50 are defective, 1 passes, 58.5 are taken out
    assert outgoing_defects(0.05, 0.02, 0.01, every=10) == pytest.approx((450 + 1) / (10000 - 58.5))


def test_lot_when_judged_by_a_sample_then_it_passes_as_the_binomial_says():
    assert lot_passes(0.05, 13, 0) == pytest.approx(0.95**13)
    assert lot_passes(0.05, 20, 1) == pytest.approx(0.95**20 + 20 * 0.05 * 0.95**19)
    assert lot_passes(0.0, 20, 0) == 1
    assert lot_passes(1.0, 20, 20) == pytest.approx(1)


def test_time_when_images_points_and_characteristics_are_wanted_then_they_add_up():
    station = _station(per_image="0.4 s", per_characteristic="3 s")
    looked = {"images": 5, "points": 10, "characteristics": 4}
    assert inspection_time(station, looked) == pytest.approx(120 + 2 + 20 + 12 + 20)


def test_step_when_it_is_sampled_then_the_language_has_a_word_for_it():
    assert FAMILY.step_words(_station(every="5"), {}) == {"sample": "1/5"}
    assert FAMILY.step_words(_station(every="5"), {"every": 20}) == {"sample": "1/20"}
    assert FAMILY.step_words(_station(), {"every": 1}) == {}


def test_step_when_rejects_are_reworked_then_they_go_back():
    attributes = {"reaction": "rework", "to": "mill", "most": 2, "defects": 0.05}
    words = FAMILY.step_words(_station(), attributes)
    assert words["rework"]["to"] == "mill"
    assert words["rework"]["chance"] == pytest.approx(0.0585)
    assert words["rework"]["most"] == 2


@pytest.mark.parametrize(
    ("attributes", "code", "told"),
    [
        ({"reaction": "rework"}, "V117", "to: turn"),
        ({"to": "mill"}, "V705", "reaction: rework"),
        ({"sample_size": 13, "accept": 0}, "V705", "screens a rejected lot"),
    ],
)
def test_reaction_when_incomplete_then_refused(attributes, code, told):
    with pytest.raises(Refused) as refused:
        FAMILY.lower("cmm", _station(points="8"), (Step("a/b", None, attributes),))
    (problem,) = refused.value.problems
    assert problem.code == code
    assert told in problem.hint


def test_cycle_when_there_is_nothing_to_look_at_then_refused():
    with pytest.raises(Refused) as refused:
        FAMILY.lower("eye", FAMILY.params.model_validate({}), (Step("a/b", None),))
    assert refused.value.problems[0].code == "V703"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("per_point", "2 h", "0 s to 1 h"),
        ("false_accept", "120 %", "more than 100 %"),
        ("hold", "1000 d", "0 s to 90 d"),
        ("fixturing", "3 mm", "a length where a time is due"),
    ],
)
def test_parameter_when_outside_its_range_then_the_range_is_told(key, value, told):
    with pytest.raises(ValueError, match=told):
        _station(**{key: value})


def _interval(values):
    """Mean and half width of its 99 % confidence interval."""
    half = student.ppf(0.995, len(values) - 1) * stdev(values) / len(values) ** 0.5
    return mean(values), half


@cache
def _tallies(variant):
    program = build(load(CELLS / "inspection" / "scenario.yaml"), variant)
    return [simulate(program, replication) for replication in range(5)]


SORTED = 0.04 * 0.99 + 0.96 * 0.01
SENT_BACK = 0.05 * 0.98 + 0.95 * 0.01


@pytest.mark.parametrize(
    ("variant", "mills", "sorted_out"),
    [
        (None, 60.0, SORTED),
        ("by_eye", 60.0, 0.04 * 0.85 + 0.96 * 0.02),
        # 20 looks, then 300 s: the mill finishes the part in hand (60 s less one look of 2.8 s)
        # and waits for the rest.
        ("line_stops", 20 * 3600 / (20 * 60 + 300 - (60 - 2.8)), SORTED),
    ],
)
def test_cell_when_run_then_output_is_what_is_not_rejected(variant, mills, sorted_out):
    """The mill begins ``mills`` parts an hour; a tenth of those that pass the camera is measured."""
    found, half = _interval([float(t.product_good.sum()) / 100 for t in _tallies(variant)])
    by_hand = mills * (1 - sorted_out) * (1 - SENT_BACK / 10)
    assert abs(found - by_hand) <= half
    assert half < 0.02 * by_hand


def test_cell_when_run_then_the_rejected_share_is_that_of_the_formula():
    shares = [float(t.product_scrap.sum()) / (100 * 60) for t in _tallies(None)]
    found, half = _interval(shares)
    assert abs(found - SORTED) <= half


PLANT = """\
vtwin: 1
name: parts wait for their result
run: {horizon: 20 h, warmup: 10 h}
products:
  shaft:
    route: [{on: lathe, cycle: 60 s}, {on: cmm, points: 5}, {on: room}]
orders: [{product: shaft, saturated: true}]
equipment:
  lathe: {}
  cmm: {model: inspection, fixturing: 20 s, per_point: 2 s, calibrate_every: 4 h}
  room: {model: inspection/hold_area, hold: 45 min}
"""


def test_hold_when_the_result_takes_long_then_parts_wait_and_the_instrument_is_free(tmp_path):
    file = tmp_path / "scenario.yaml"
    file.write_text(PLANT.replace(", calibrate_every: 4 h", ""))
    tally = simulate(build(load(file)), 0)
    good = int(tally.product_good.sum())
    assert good == 10 * 60  # one a minute, as without waiting
    assert float(tally.product_lead.sum()) / good == pytest.approx(60 + 30 + 45 * 60)


def test_calibration_when_due_then_the_station_is_maintained(tmp_path):
    file = tmp_path / "scenario.yaml"
    file.write_text(PLANT)
    (failure,) = build(load(file)).failures
    assert (failure.name, failure.planned) == ("cmm/calibration", True)


LOTS = """\
vtwin: 1
name: lots judged by a sample, rejected ones are screened
run: {horizon: 4000 h}
products:
  pin:
    lot: 500
    route:
      - {op: make, on: lathe, cycle: 1 s, next: check}
      - {op: screen, on: bench, characteristics: 1, defects: 5 %}
      - op: check
        on: gauge
        defects: 5 %
        sample_size: 20
        accept: 1
        reaction: rework
        to: screen
        most: 1000
orders: [{product: pin, conwip: 20}]
equipment:
  lathe: {output: unlimited}
  bench: {model: inspection, per_characteristic: 1 s, output: unlimited}
  gauge: {model: inspection, fixturing: 3 s, output: unlimited}
"""


def test_lots_when_judged_by_a_sample_then_the_share_sent_back_is_worked_out(tmp_path):
    """Every check looks at 20 pieces, 3 s each; of those checked, 1 - P(pass) are screened."""
    file = tmp_path / "scenario.yaml"
    file.write_text(LOTS)
    program = build(load(file))
    tally = simulate(program, 0)
    names = [operation.name for operation in program.operations]  # each has one mode
    visits = dict(zip(names, map(int, tally.mode_visits), strict=True))
    checked, screened = visits["pin/check"], visits["pin/screen"]
    back = 1 - lot_passes(0.05, 20, 1)
    deviation = (back * (1 - back) / checked) ** 0.5
    assert abs(screened / checked - back) <= 2.6 * deviation  # 99 %
    gauge = [machine.name for machine in program.machines].index("gauge")
    working = tally.machine_state[gauge][MachineState.WORKING.value]
    assert working / 1e9 == pytest.approx(checked * 20 * 3, abs=60)
