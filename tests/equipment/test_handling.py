from pathlib import Path
from typing import ClassVar

import pytest

from vtwin.base.draws import constant, lognormal
from vtwin.base.errors import Refused
from vtwin.engines.reference import simulate
from vtwin.equipment.handling import (
    FAMILY,
    machines_per_device,
    share_of_time,
    travel_time,
    visit_time,
)
from vtwin.plant.family import Step
from vtwin.scenario.build import build
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
MOTIONS = {
    "approach": "2 s",
    "grip": "1 s",
    "travel": "4 s",
    "release": "1 s",
    "turn": "1 s",
    "interlock": "4 s",
}


def _device(**more):
    return FAMILY.params.model_validate({**MOTIONS, **more})


class TestHandling(FamilyContract):
    family = FAMILY
    scenario = CELLS / "handling" / "scenario.yaml"
    params: ClassVar = {
        "approach": "2 s",
        "distance": "2 m",
        "speed": "1.5 m/s",
        "acceleration": "4 m/s2",
        "gripper": "double",
        "variation": "10 %",
        "payload": "20 kg",
        "gripper_mass": "3 kg",
        "part": "4 kg",
        "working_power": "3 kW",
    }
    steps = (
        Step("box/stack", None, {"pieces": 1, "part": 2.0}),
        Step("crate/stack", constant(9.0)),
    )


def test_way_when_it_is_long_then_full_speed_is_reached():
    assert travel_time(2.0, 1.0, 2.0) == pytest.approx(2.0 / 1.0 + 1.0 / 2.0)


def test_way_when_it_is_short_then_speed_is_a_triangle():
    assert travel_time(0.5, 2.0, 2.0) == pytest.approx(1.0)  # half of it at 2 m/s2 in 0.5 s
    assert travel_time(2.0, 2.0, 2.0) == pytest.approx(2.0)  # full speed just reached


def test_visit_when_a_part_is_exchanged_then_two_parts_are_moved():
    assert visit_time(_device()) == 4 + 2 * (2 + 1 + 4 + 1)


def test_visit_when_the_gripper_is_double_then_a_travel_is_saved_and_a_turn_spent():
    assert visit_time(_device(gripper="double")) == visit_time(_device()) - 4 + 1


def test_visit_when_the_finished_part_falls_out_then_one_part_is_moved():
    assert visit_time(_device(exchange="false")) == 4 + 2 + 1 + 4 + 1


def test_visit_when_it_was_measured_then_that_counts():
    values = {"empirical": {"values": ["17 s", "19 s", "24 s"]}}
    device = _device(serves=["m"], service=values)
    assert visit_time(device) == 20
    assert FAMILY.helper("r", device).load == device.service


def test_visit_when_it_varies_then_its_mean_is_that_of_the_motions():
    device = _device(serves="m", variation="20 %")
    assert FAMILY.helper("r", device).load == lognormal(20.0, 0.2)


def test_device_when_it_serves_nothing_then_it_is_a_station():
    assert FAMILY.helper("r", _device()) is None
    lowered = FAMILY.lower("r", _device(), (Step("box/stack", None, {"pieces": 4}),))
    (step,) = lowered.steps
    assert step.cycle == constant(4 + 2 + 1 + 4 + 1)
    assert step.pieces_per_cycle == 4


def test_payload_when_two_parts_are_held_at_once_then_both_count():
    heavy = {"payload": "20 kg", "gripper_mass": "3 kg", "part": "8 kg"}
    assert _device(**heavy).part == 8.0
    with pytest.raises(ValueError, match=r"2 x 8 kg .* are 22 kg, and the payload is 20 kg"):
        _device(**heavy, gripper="double")


def test_payload_when_a_step_has_heavier_parts_then_refused():
    device = _device(payload="20 kg", gripper_mass="2 kg")
    with pytest.raises(Refused) as refused:
        FAMILY.lower("r", device, (Step("box/stack", None, {"part": 5.0, "pieces": 4}),))
    (problem,) = refused.value.problems
    assert problem.code == "V706"
    assert "4 x 5 kg" in problem.what
    assert "22 kg or more" in problem.hint
    assert "4.5 kg or less" in problem.hint


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("approach", "2 h", "0 s to 1 h"),
        ("variation", "300 %", "0 % to 200 %"),
        ("payload", "3 s", "a time where a mass is due"),
    ],
)
def test_parameter_when_outside_its_range_then_the_range_is_told(key, value, told):
    with pytest.raises(ValueError, match=told):
        _device(**{key: value})


def test_machines_per_robot_when_counted_then_the_next_one_would_wait():
    assert machines_per_device(20, 80) == 5
    assert machines_per_device(17, 80) == 5
    assert machines_per_device(20, 79) == 4
    assert share_of_time(2, 20, 80) == 0.4
    assert share_of_time(5, 20, 80) == 1.0
    assert share_of_time(7, 20, 80) == 1.0


def _run(variant=None):
    program = build(load(CELLS / "handling" / "scenario.yaml"), variant)
    tally = simulate(program, 0)
    (busy,) = (share / tally.observed for share in tally.worker_busy)
    return int(tally.product_good.sum()), busy


@pytest.mark.parametrize(
    ("variant", "machines", "visit"),
    [
        (None, 2, 20),
        ("double_gripper", 2, 17),
        ("five_machines", 5, 20),
        ("seven_machines", 7, 20),
    ],
)
def test_cell_when_run_then_output_and_robot_share_are_those_worked_out(variant, machines, visit):
    """9 h are observed; each machine makes a part per visit + 80 s, all together at most one per
    visit of the robot.
    """
    good, busy = _run(variant)
    per_machine = visit + 80
    interval = max(visit, per_machine / machines)
    assert good == pytest.approx(9 * 3600 / interval, abs=machines)  # begun in the warm-up
    assert busy == pytest.approx(share_of_time(machines, visit, 80), abs=visit / (9 * 3600))


PLANT = """\
vtwin: 1
name: a row with a gantry
run: {{horizon: 10 h}}
products: {{shaft: {{route: [{{on: a, cycle: 60 s}}, {{on: b, cycle: 60 s}}]}}}}
orders: [{{product: shaft, saturated: true}}]
equipment:
  a: {{at: [0 m, 0 m], input: 1}}
  b: {{at: [6 m, 0 m], input: 1}}
  gantry: {{model: handling/gantry_loader, serves: [a, b], part: {part}, rail: 2 m/s}}
"""


@pytest.fixture
def row(tmp_path):
    def written(part):
        file = tmp_path / "scenario.yaml"
        file.write_text(PLANT.format(part=part))
        return build(load(file))

    return written


def test_gantry_when_it_drives_between_machines_then_its_ways_take_time(row):
    program = row("12 kg")
    (gantry,) = program.workers
    assert gantry.speed == 2000
    tally = simulate(program, 0)
    good = int(tally.product_good.sum())
    assert good > 0
    # for every part one way to b and one back to a, 6 m at 2 m/s each
    assert tally.worker_walk[0] / 1e9 == pytest.approx(2 * 3 * good, abs=2 * 3)


def test_gantry_when_the_part_is_too_heavy_then_refused_with_its_place(row):
    with pytest.raises(Refused) as refused:
        row("20 kg")
    (problem,) = refused.value.problems
    assert problem.code == "V706"
    assert problem.what.startswith("2 x 20 kg")
    assert problem.where.path == "equipment.gantry"
    assert "17 kg or less" in problem.hint


def test_visit_when_measured_in_a_table_then_its_times_are_drawn(tmp_path):
    (tmp_path / "visits.csv").write_text("visit,length\n1,17\n2,19\n3,24\n")
    file = tmp_path / "scenario.yaml"
    trace = "{trace: {file: visits.csv, column: length, unit: s}}"
    text = (CELLS / "handling" / "scenario.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("part: 4 kg", f"service: {trace}"))
    program = build(load(file))
    (operation,) = program.operations
    assert program.distributions[operation.load].values == (17.0, 19.0, 24.0)


def test_visit_when_the_table_has_no_such_column_then_refused(tmp_path):
    (tmp_path / "visits.csv").write_text("visit,length\n1,17\n")
    file = tmp_path / "scenario.yaml"
    trace = "{trace: {file: visits.csv, column: lenght, unit: s}}"
    text = (CELLS / "handling" / "scenario.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("part: 4 kg", f"service: {trace}"))
    with pytest.raises(Refused, match="length"):
        build(load(file))
