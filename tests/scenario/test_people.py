"""People in the language: crews, loading, tending, walking, absence, handing over."""

from __future__ import annotations

import pytest

from vtwin.base.units import ticks
from vtwin.plant.primitives import NONE, ShiftEnd
from vtwin.scenario.build import build, check
from vtwin.scenario.diff import describe
from vtwin.scenario.load import load

PLANT = """vtwin: 1
name: t
run: {{horizon: 40 h, replications: 1}}
calendars:
  day: {{daily: ["06:00-12:00", "13:00-18:00"], breaks: ["09:00-09:15"]}}
products:
  part: {{route: [{step}]}}
orders: [{{product: part, saturated: true}}]
equipment:
  lathe: {{{lathe}}}
people:
  joe: {{{joe}}}
"""
STEP = "{on: lathe, cycle: 5 min, operator: {skill: run, people: 2}, load: 30 s}"
LATHE = "count: 2, calendar: day, at: [4 m, 1 m], size: [2 m, 1 m]"
JOE = "count: 2, skills: [run], tends: 3, absence: 4 %, speed: 1.2 m/s, shift_end: hand_over, calendar: day"


def write(tmp_path, step=STEP, lathe=LATHE, joe=JOE):
    path = tmp_path / "t.yaml"
    path.write_text(PLANT.format(step=step, lathe=lathe, joe=joe), encoding="utf-8")
    return path


def test_people_when_everything_is_written_then_all_of_it_arrives(tmp_path):
    program = build(load(write(tmp_path)))
    worker, (operation,) = program.workers[0], program.operations
    assert (worker.tends, worker.absence, worker.speed) == (3, 0.04, 1200)
    assert worker.shift_end is ShiftEnd.HAND_OVER
    assert operation.heads == 2
    assert program.distributions[operation.load].mean == 30.0
    # the middle of 2 m by 1 m, the second machine 1.5 m beside the first
    assert [(m.x, m.y) for m in program.machines] == [(5000, 1500), (8500, 1500)]


def test_calendar_when_people_may_be_absent_then_it_knows_breaks_from_shifts(tmp_path):
    (calendar,) = build(load(write(tmp_path))).calendars
    assert [start for start, _ in calendar.open][:3] == [ticks(h * 3600) for h in (6, 9.25, 13)]
    assert calendar.resumes == tuple(ticks(h * 3600) for h in (9.25, 24 + 9.25))


def test_program_when_nobody_walks_or_is_absent_then_places_and_breaks_decide_nothing(tmp_path):
    program = build(load(write(tmp_path, joe="count: 2, skills: [run], calendar: day")))
    assert {(m.x, m.y) for m in program.machines} == {(0, 0)}
    assert program.calendars[0].resumes == ()


def test_operator_when_the_machine_says_it_then_its_steps_have_it(tmp_path):
    lathe = "operator: {skill: run, people: 2}, load: {exponential: {mean: 20 s}}"
    program = build(load(write(tmp_path, "{on: lathe, cycle: 5 min}", lathe, "count: 2, skills: [run]")))  # fmt: skip
    (operation,) = program.operations
    assert (operation.heads, program.distributions[operation.load].mean) == (2, 20.0)


def test_setup_and_repair_when_they_take_two_then_both_do(tmp_path):
    lathe = (
        "setup: {time: 5 min, by: {skill: run, people: 2}}, "
        "failures: {jam: {after: 9 h, repair: 1 h, by: {skill: run, people: 2}}}"
    )
    step = "{op: a, on: lathe, cycle: 1 min, setup: x}, {op: b, on: lathe, cycle: 1 min, setup: y}"
    program = build(load(write(tmp_path, step, lathe, "count: 2, skills: [run]")))
    assert (program.setups[0].heads, program.failures[0].heads) == (2, 2)
    assert program.operations[0].skill == NONE


@pytest.mark.parametrize(
    ("changed", "code", "what", "hint"),
    [
        ({"joe": "skills: [run]"}, "V372", "2 people with 'run' are needed at once", "count of joe"),
        ({"step": "{on: lathe, cycle: 1 s, load: 1 s}"}, "V371", "nobody who loads", "operator:"),
        ({"joe": "count: 2, skills: [run], absence: 4 %"}, "V373", "without shifts", "calendar:"),
        ({"lathe": "count: 2, calendar: day"}, "V374", "joe walk to 'lathe'", "at:"),
        ({"joe": "count: 2, skills: [run], speed: 0 m/s"}, "V203", "speed", "1.2 m/s"),
        ({"joe": "count: 2, skills: [run], tends: 0"}, "V203", "tends", ""),
        (
            {"step": "{on: lathe, cycle: 1 s, operator: {skill: run, heads: 2}}"},
            "V115", "'heads'", "people: 2",
        ),
        ({"step": "{on: lathe, cycle: 1 s, operator: {people: 2}}"}, "V117", "no skill", "skill:"),
        ({"step": "{on: lathe, cycle: 1 s, operator: [run]}"}, "V124", "a skill is due", "people: 2"),
    ],
)  # fmt: skip
def test_people_when_something_is_wrong_then_it_is_said(tmp_path, changed, code, what, hint):
    (problem,) = check(write(tmp_path, **changed))
    assert (problem.code, what in problem.what) == (code, True), problem
    assert hint in (problem.hint or "")
    assert problem.where.line


def test_walking_when_the_floor_is_illustrative_then_a_warning(tmp_path):
    path = write(tmp_path)
    path.write_text(path.read_text() + "layout: {illustrative: true}\n", encoding="utf-8")
    (problem,) = check(path)
    assert (problem.code, problem.severity) == ("V375", "warning")


def test_diff_when_people_change_then_in_words(tmp_path):
    before = load(write(tmp_path, joe="count: 2, skills: [run], calendar: day"))
    other = tmp_path / "other"
    other.mkdir()
    joe = "count: 2, skills: [run], calendar: day, tends: 3, absence: 4 %"
    assert describe(before, load(write(other, joe=joe))) == ["joe: tends 1 → 3", "joe: absence 0 % → 4 %"]  # fmt: skip
