"""Skills matrix, learning, authorisation and wages in the language."""

from __future__ import annotations

import pytest

from vtwin.base.errors import Refused
from vtwin.base.units import TICKS_PER_SECOND, ticks
from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import NONE
from vtwin.plant.trace import Event
from vtwin.results.measures import measure
from vtwin.scenario.build import build, check
from vtwin.scenario.load import load

PLANT = """vtwin: 1
name: t
run: {{horizon: {horizon}, replications: 1}}
currency: EUR
calendars:
  late: {{daily: ["02:00-10:00"]}}
  night: {{daily: ["20:00-02:00"]}}
products:
  x: {{route: [{{op: mill, on: {on}, cycle: 10 min, operator: {operator}}}]}}
  y: {{route: [{{op: mill, on: {on}, cycle: 10 min, operator: {operator}}}]}}
orders: [{{product: x, quantity: 2, lot: 1}}, {{product: y, quantity: 2, lot: 1}}]
equipment:
  mill-1: {{setup: {{time: 20 min, by: {by}, at_start: x}}}}
  mill-2: {{}}
people:
{people}
"""


def plant(tmp_path, *people, on="mill-1", by="setup", operator="run", horizon="1 d", more=""):
    path = tmp_path / "t.yaml"
    written = "\n".join(f"  {line}" for line in people)
    keys = {"on": on, "by": by, "operator": operator, "horizon": horizon}
    path.write_text(PLANT.format(people=written, **keys) + more, encoding="utf-8")
    return path


def told(path):
    return [(p.code, p.what, p.hint) for p in check(path) if p.severity == "error"]


def setups(path, engine="kernel"):
    """Minutes at which set-ups begin."""
    trace = choose(engine, build(load(path))).simulate(build(load(path)), 0, trace=True).trace
    return [t / 60 / TICKS_PER_SECOND for t in trace.time[trace.kind == Event.SETUP].tolist()]


# -- authorisation ---------------------------------------------------------------------------

OPERATOR = "operator: {count: 2, skills: [run]}"


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_setup_when_the_only_setter_there_may_not_then_it_waits_for_who_may(tmp_path, engine):
    chief = "chief: {skills: [setup], calendar: late}"
    anybody = plant(tmp_path, OPERATOR, "setter: {skills: [setup]}", chief)
    assert setups(anybody, engine) == [20]  # after two x of 10 min
    only_chief = plant(
        tmp_path, OPERATOR, "setter: {skills: [setup], may: {setup: [mill-2]}}", chief
    )
    assert setups(only_chief, engine) == [120]  # the chief comes at two


def test_authority_when_it_does_not_differ_then_the_program_is_the_same(tmp_path):
    free = build(load(plant(tmp_path, OPERATOR, "setter: {skills: [setup]}")))
    bound = build(
        load(plant(tmp_path, OPERATOR, 'setter: {skills: [setup], may: {setup: ["mill-*"]}}'))
    )
    assert free.hash == bound.hash


def test_authority_when_narrower_then_a_skill_of_its_own_is_wanted_of_those_who_may(tmp_path):
    path = plant(
        tmp_path,
        OPERATOR,
        "junior: {skills: [setup], may: {setup: mill-2}}",
        "setter: {skills: [setup]}",
    )
    program = build(load(path))
    (table,) = program.setups[:1]
    assert program.skills[table.skill] == "setup at mill-1"
    able = [w.name for w in program.workers if table.skill in w.skills]
    assert able == ["setter#1"]


@pytest.mark.parametrize(
    ("people", "code", "words", "hint"),
    [
        (["s: {skills: [setup], may: {setup: [mil-1]}}"], "V303", "'mil-1' is no equipment", "mill-1"),
        (["s: {skills: [setup], may: {fix: [mill-1]}}"], "V379", "may do 'fix' and cannot", "fix"),
        (["s: {skills: [setup], may: {setup: [mill-2]}}"], "V379", "nobody may do 'setup' at 'mill-1'", "add mill-1"),
    ],
)  # fmt: skip
def test_authority_when_it_leads_nowhere_then_it_is_told(tmp_path, people, code, words, hint):
    found = told(plant(tmp_path, OPERATOR, *people))
    assert any(c == code and words in what and hint in tip for c, what, tip in found), found


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_authority_when_a_step_has_machines_of_different_people_then_each_has_its_own(
    tmp_path, engine
):
    path = plant(
        tmp_path,
        "a: {skills: [run], may: {run: [mill-1]}}",
        "b: {skills: {run: 0.5, setup: 1}, may: {run: mill-2}}",
        on="[mill-1, mill-2]",
    )
    program = build(load(path))
    attended = [program.operations[0].attended(mode) for mode in program.operations[0].modes]
    assert [program.skills[a.skill] for a in attended] == ["run at mill-1", "run at mill-2"]
    trace = choose(engine, program).simulate(program, 0, trace=True).trace
    # Two x: a makes one in 10 min at mill-1, b the other in 20 min at mill-2; so with y, after
    # the set-up of mill-1 by b, who is busy until 20.
    ends = [
        (t / 60 / TICKS_PER_SECOND, program.machines[m].name)
        for t, m in zip(
            trace.time[trace.kind == Event.FINISH].tolist(),
            trace.entity[trace.kind == Event.FINISH].tolist(),
            strict=True,
        )
    ]
    assert ends[:2] == [(10, "mill-1"), (20, "mill-2")]


def test_authority_when_some_machines_have_the_same_people_then_they_want_the_same(tmp_path):
    path = plant(
        tmp_path,
        "a: {skills: [run], may: {run: [mill-1, mill-3]}}",
        "b: {skills: [run, setup]}",
        on="[mill-1, mill-2, mill-3]",
    )
    path.write_text(path.read_text().replace("mill-2: {}", "mill-2: {}\n  mill-3: {}"))
    program = build(load(path))
    attended = [program.operations[0].attended(mode) for mode in program.operations[0].modes]
    assert [program.skills[a.skill] for a in attended] == ["run", "run at mill-2", "run"]


def test_operator_when_machines_of_one_step_have_others_or_none_then_each_its_own(tmp_path):
    path = plant(tmp_path, OPERATOR, "s: {skills: [setup]}", on="[mill-1, mill-2, mill-3]")
    text = path.read_text().replace(", operator: run", "")
    mills = "mill-2: {operator: run, load: 1 min}\n  mill-3: {operator: {skill: run, people: 2}}"
    path.write_text(text.replace("mill-2: {}", mills), encoding="utf-8")
    program = build(load(path))
    operation = program.operations[0]
    found = [operation.attended(mode) for mode in operation.modes]
    run = program.skills.index("run")
    assert [(a.skill, a.heads) for a in found] == [(NONE, 1), (run, 1), (run, 2)]
    assert [a.load == NONE for a in found] == [True, False, True]
    assert operation.skill == NONE
    path.write_text(path.read_text().replace("mill-1: {", "mill-1: {load: 2 min, "))
    assert any(c == "V371" and "at mill-1" in what for c, what, _ in told(path))


# -- levels ----------------------------------------------------------------------------------


def test_skills_when_written_in_any_way_then_speeds_follow(tmp_path):
    skills = "{run: expert, setup: {level: 1}, fix: 0.85, test: {level: trainer, speed: 1.4}}"
    path = plant(tmp_path, f"joe: {{skills: {skills}}}")
    (joe,) = build(load(path)).workers
    names = build(load(path)).skills
    assert dict(zip([names[s] for s in joe.skills], joe.speeds, strict=True)) == {
        "run": 1.1, "setup": 0.7, "fix": 0.85, "test": 1.4,
    }  # fmt: skip
    assert [names[s] for s in joe.teaches] == ["test"]
    other = build(
        load(plant(tmp_path, f"joe: {{skills: {skills}}}", more="levels: {novice: 60 %}"))
    )
    assert other.workers[0].speeds[other.workers[0].skills.index(names.index("setup"))] == 0.6


def test_crew_when_it_wants_a_level_then_only_those_come_who_have_it(tmp_path):
    path = plant(
        tmp_path,
        OPERATOR,
        "novice: {skills: {setup: novice}}",
        "old: {skills: {setup: expert}, calendar: late}",
        by="{skill: setup, level: trained}",
    )
    assert setups(path) == [120]
    program = build(load(path))
    assert program.skills[program.setups[0].skill] == "setup (trained)"


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ("{level: 7}", "V203", "'7' is outside the levels 1 to 4"),
        ("expart", "V204", "'expart' is no level of a skill"),
        ("{learns: {to: trained}}", "V378", "one of `half` and `rate`"),
        ("{level: novice, learns: {rate: 30 %}}", "V203", "outside 50 % to 99 %"),
        ("{level: novice, learns: {half: 0}}", "V203", "no whole number from 1 to 1,000,000"),
        ("{level: expert, learns: {half: 9}}", "V378", "begins at 110% of the standard speed"),
        ("{level: novice, learns: {half: 9, alone_after: 5}}", "V378", "nobody teaches 'run'"),
        ("{level: novice, learns: {halv: 9}}", "V115", "unknown key 'halv'"),
    ],
)
def test_skill_when_it_cannot_be_then_it_is_refused_with_what_can(tmp_path, said, code, words):
    path = plant(tmp_path, f"joe: {{skills: {{run: {said}, setup: 1}}}}")
    assert any(c == code and words in what for c, what, _ in told(path)), told(path)


# -- learning --------------------------------------------------------------------------------


def test_novice_when_he_learns_then_each_piece_is_done_when_the_formula_says(tmp_path):
    learns = "{speed: 0.5, learns: {to: 1.0, rate: 80 %}}"
    path = plant(tmp_path, f"joe: {{skills: {{run: {learns}, setup: 1}}}}", horizon="3 h")
    path.write_text(
        path.read_text().replace("orders: [", "orders: [{product: x, saturated: true}]\n#"),
        encoding="utf-8",
    )
    program = build(load(path))
    trace = choose("kernel", program).simulate(program, 0, trace=True).trace
    done = trace.time[trace.kind == Event.FINISH].tolist()
    # 10 min / speed, rounded to thousandths: 500, 625, 712, 781, 839, 890, 935, 977, then 1000
    speeds = [500, 625, 712, 781, 839, 890, 935, 977, 1000, 1000]
    expected, now = [], 0
    for speed in speeds:
        now += round(600 * TICKS_PER_SECOND * 1000 / speed)
        expected.append(now)
    assert done[:10] == expected
    assert done[1] == 36 * 60 * TICKS_PER_SECOND  # 20 min + 16 min


def test_learner_when_the_trainer_has_another_shift_then_it_is_told(tmp_path):
    learns = "{level: novice, learns: {half: 9, alone_after: 5}}"
    path = plant(
        tmp_path,
        OPERATOR,
        "boss: {skills: {setup: trainer}, calendar: late}",
        f"joe: {{skills: {{setup: {learns}}}, calendar: night}}",
    )
    # late is 2:00 to 10:00, night is 20:00 to 2:00
    assert [(c, what) for c, what, _ in told(path)] == [
        ("V378", "'joe' never do 'setup': they work beside a trainer at first, and boss is never "
         "there with them"),
    ]  # fmt: skip


def test_experience_when_skills_are_narrowed_then_it_counts_for_all_of_them(tmp_path):
    learns = "{level: novice, learns: {half: 9}}"
    path = plant(
        tmp_path,
        OPERATOR,
        f"joe: {{skills: {{setup: {learns}}}}}",
        "old: {skills: [setup], may: {setup: mill-2}}",
    )
    program = build(load(path))
    (curve,) = program.curves
    joe = next(w for w in program.workers if w.name == "joe#1")
    assert curve.name == "joe/setup"
    assert {n for n in joe.learns if n != NONE} == {0}
    assert joe.learns.count(0) == 2  # setup, and setup at mill-1


# -- wages -----------------------------------------------------------------------------------


def test_labour_when_paid_by_hand_then_nights_overtime_and_training_are_in_it(tmp_path):
    joe = (
        "joe: {skills: [run, setup], calendar: night, cost: 20 EUR/h, overtime: 50 %, "
        'night: {premium: 25 %, hours: "22:00-06:00"}, training: {cost: 730 EUR, lasts: 365 d}}'
    )
    path = plant(tmp_path, joe, horizon="2 d")
    path.write_text(path.read_text().replace("cycle: 10 min", "cycle: 3 h"), encoding="utf-8")
    program = build(load(path))
    tally = choose("kernel", program).simulate(program, 0)
    found = measure(program, tally)
    # x 0:00-3:00 (an hour over) and 20:00-23:00, set-up 23:00-23:20, y 23:20-2:20 (20 min over)
    # and 20:00-23:00; then he waits for work to the end of the run
    assert tally.worker_duty.tolist() == [ticks((3 + 6 + 4) * 3600 + 1200)]
    assert tally.worker_overtime.tolist() == [ticks(3600 + 1200)]
    assert tally.worker_night.tolist() == [ticks((3 + 4 + 2) * 3600 + 1200)]
    wages = 20 * (13 + 1 / 3 + 0.5 * (1 + 1 / 3) + 0.25 * (9 + 1 / 3))
    training = 2 * 2.0
    good = int(tally.product_good.sum())
    assert good == 4
    assert found.kpis["labour_cost_per_part"] == pytest.approx((wages + training) / good)
    assert found.people["joe"]["labour_cost_per_day"] == pytest.approx((wages + training) / 2)
    assert found.kpis["unit_cost"] == pytest.approx((wages + training) / good)


def test_overtime_when_he_stays_then_it_costs_its_premium(tmp_path):
    joe = "joe: {skills: [run, setup], calendar: late, cost: 20 EUR/h, overtime: 50 %}"
    path = plant(tmp_path, joe)
    path.write_text(path.read_text().replace("cycle: 10 min", "cycle: 5 h"), encoding="utf-8")
    program = build(load(path))
    tally = choose("reference", program).simulate(program, 0)
    # 2:00-7:00 and 7:00-12:00, two hours beyond the shift
    assert tally.worker_overtime.tolist() == [ticks(2 * 3600)]
    found = measure(program, tally)
    assert found.kpis["labour_cost_per_part"] == pytest.approx(20 * (10 + 0.5 * 2) / 2)
    assert found.people["joe"]["overtime"] == pytest.approx(0.2)
    assert sum(
        found.people["joe"][key] for key in ("at_work", "walking", "teaching", "idle")
    ) == pytest.approx(1.0)


def test_training_when_in_another_currency_then_it_is_refused(tmp_path):
    joe = "joe: {skills: [run, setup], training: {cost: 5 USD}}"
    with pytest.raises(Refused) as caught:
        build(load(plant(tmp_path, joe)))
    assert [p.code for p in caught.value.problems] == ["V307"]
