"""The optimiser as a person uses it: an answer, a file, the same answer again."""

import json

import pytest

from vtwin.app.reallocation import optimise
from vtwin.base.errors import Problem, Refused
from vtwin.scenario import build, load

LINE = """\
vtwin: 1
name: three in a row
run: {horizon: 20 h, warmup: 2 h, replications: 8, seed: 5}
currency: KRW
line: [s1, b1, s2, b2, s3]
equipment:
  s1: {cycle: {exponential: {mean: 1 min}}}
  s2: {cycle: {exponential: {mean: 50 s}}}
  s3: {cycle: {exponential: {mean: 55 s}}}
  b1: {capacity: 6}
  b2: {capacity: 2}
reallocate:
  move: {equipment: [b1, b2]}
  range: {equipment.s1.count: 1..2, equipment.s3.count: 1..2}
  price: {equipment.s1.count: 80 MKRW, equipment.s3.count: 50 MKRW, piece: 2000 KRW}
  limit: {budget: <= 80 MKRW}
  goal: {maximise: good_per_day, within: 1 %}
variants:
  other: {set: {equipment.b1.capacity: 3}}
"""


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "line.yaml"
    file.write_text(LINE)
    return file


def _plan(found):
    body = found.to_json()
    return json.dumps([body["designs"], body["plan"], body["guarantee"]], sort_keys=True)


def test_optimise_when_budgeted_then_the_plan_wins_and_can_be_compared(scenario, tmp_path):
    out = tmp_path / "plans" / "plan.yaml"
    found = optimise(scenario, budget=150, store=False, out=out)
    best = found.outcome.best
    assert found.outcome.spent <= 150
    assert best.design.overrides["equipment.s1.count"] == "2"  # the slowest is doubled
    assert best.amounts["cost"] == 80e6
    assert best.gain.low > 0
    assert best.replications >= 5
    steps = found.plan.steps
    assert sum(step.cost for step in steps) == 80e6
    assert steps[-1].gain.mean == pytest.approx(best.gain.mean)
    assert found.plan.payback_days == pytest.approx(80e6 / (best.gain.mean * 2000))
    assert "at least 95 % the chosen design is within" in found.outcome.sentence
    assert "only the bound gap is known (here: " in found.outcome.sentence
    out.parent.mkdir()
    out.write_text(found.text)
    loaded = load.load(out)
    assert load.variants(loaded)[0] == "plan"
    assert "other" not in load.variants(loaded)
    built = build.build(loaded, "plan")
    own = build.build(load.load(scenario), overrides=best.design.overrides)
    assert built.hash == own.hash


def test_optimise_when_workers_differ_then_the_answer_does_not(scenario):
    one = optimise(scenario, budget=80, store=False, workers=1)
    two = optimise(scenario, budget=80, store=False, workers=2)
    assert _plan(one) == _plan(two)


def test_optimise_when_stopped_and_begun_again_then_the_plan_is_the_same(scenario, tmp_path):
    store = f"sqlite:///{tmp_path / 'store.db'}"
    whole = optimise(scenario, budget=80, store=False)
    spent = []

    def half():
        return bool(spent) and spent[-1] >= 40

    def progress(_, count, __):
        spent.append(count)

    first = optimise(scenario, budget=80, store=store, progress=progress, cancelled=half)
    assert first.interrupted
    assert "nothing is guaranteed" in first.outcome.sentence
    assert 40 <= first.outcome.spent < 80
    again = optimise(scenario, budget=80, store=store)
    assert _plan(again) == _plan(whole)
    assert again.outcome.spent == whole.outcome.spent
    assert whole.recalled == 0
    assert 40 <= again.recalled <= first.outcome.spent


@pytest.mark.parametrize("workers", [1, 2])
def test_optimise_when_stopped_within_a_replication_then_the_best_so_far_is_kept(scenario, workers):
    # Asked at every look of the engines, as after Ctrl-C: most of these come within a replication.
    spent, looks = [0], []

    def progress(_, count, __):
        spent.append(count)

    def stopped():
        looks.extend([1] if spent[-1] else [])
        return len(looks) > 20

    found = optimise(
        scenario, budget=80, store=False, workers=workers, progress=progress, cancelled=stopped
    )
    assert found.interrupted
    assert "nothing is guaranteed" in found.outcome.sentence
    body = found.to_json()
    assert body["designs"][0]["figures"]
    today = body["today"]  # shown as it was seen, never as another design was
    assert bool(today["figures"]) == (today["replications"] > 0)
    assert today["figures"] != body["designs"][0]["figures"]


def test_optimise_when_the_store_fails_on_the_way_then_the_plan_stands_and_it_is_said(
    scenario, tmp_path, monkeypatch
):
    def full(*_):
        raise Refused(Problem("V602", "the disk of the run store is full"))

    monkeypatch.setattr("vtwin.results.store.Store.keep_figures", full)
    found = optimise(scenario, budget=80, store=f"sqlite:///{tmp_path / 'store.db'}")
    assert _plan(found) == _plan(optimise(scenario, budget=80, store=False))
    (told,) = found.trouble
    assert told.severity == "warning"
    assert "figures are not kept: the disk" in told.what


def test_optimise_when_a_front_is_asked_for_then_no_point_is_beaten_in_every_goal(scenario):
    found = optimise(scenario, budget=200, store=False, front=True)
    points = found.front.points
    assert [goal.kpi for goal in found.front.goals] == ["good_per_day", "cost", "wip"]
    assert len(points) >= 3
    for one in points:
        for other in points:
            better = (
                other.figures["good_per_day"].mean > one.figures["good_per_day"].mean
                and other.figures["cost"].mean < one.figures["cost"].mean
                and other.figures["wip"].mean < one.figures["wip"].mean
            )
            assert not better
    assert all(p.certain == (not p.rivals) for p in points)
    json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.parametrize("budget", [0, -5, 10])
def test_optimise_when_the_budget_tells_nothing_then_it_is_refused(scenario, budget):
    with pytest.raises(Refused, match=r"V581.*at least 40"):
        optimise(scenario, budget=budget, store=False)


def test_optimise_when_limits_leave_nothing_then_they_are_named(scenario):
    scenario.write_text(LINE.replace("80 MKRW}\n  goal", "80 MKRW, changes: <= 1, "
                        "equipment.s1.count: = 2, equipment.s3.count: = 2}\n  goal"))  # fmt: skip
    with pytest.raises(Refused) as refused:
        optimise(scenario, budget=80, store=False)
    assert refused.value.problems[0].code == "V393"
    assert "equipment.s1.count" in str(refused.value)
    where = refused.value.problems[0].where
    assert where.file == str(scenario)
    assert "limit:" in scenario.read_text().splitlines()[where.line - 1]


def test_optimise_when_there_is_no_section_then_it_says_what_to_write(tmp_path):
    file = tmp_path / "plain.yaml"
    file.write_text(LINE[: LINE.index("reallocate:")])
    with pytest.raises(Refused, match=r"V582.*reallocate: \{range"):
        optimise(file, store=False)
