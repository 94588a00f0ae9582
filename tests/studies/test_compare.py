"""Comparisons: what is shown, what cannot be told, and how sure that is."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.engines.plants import Plant, exponential
from tests.results.hand import tally
from vtwin.results.kpi import measure
from vtwin.studies.compare import Verdict, choose_goal, compare, compare_tallies, difference
from vtwin.studies.proof import faster, proof


def _program(slow=60.0, seed=7, hours=20.0, **machines):
    made = Plant(horizon=hours * 3600, warmup=3600, bin=3600, seed=seed)
    made.station("a").station("b", input=3, **machines).station("c", input=3)
    cycles = {"a": 50.0, "b": slow, "c": 50.0}
    steps = [{"op": n, "on": n, "cycle": exponential(c)} for n, c in cycles.items()]
    return made.product("x", *steps).saturated("x").program()


@pytest.fixture(scope="module")
def study():
    plants = {"base": _program(), "quick": _program(50.0), "twin": _program(), "lame": _program(70)}
    return compare(plants, replications=8)


def test_identical_plants_then_they_cannot_be_told_apart(study):
    outcome = study.verdict.outcomes["twin"]
    assert outcome.call == "cannot_tell"
    assert outcome.identical
    assert outcome.more is None
    assert "twin cannot be told from the baseline" in study.verdict.sentence()


def test_a_better_plant_then_it_wins_and_the_worse_one_loses(study):
    verdict = study.verdict
    assert verdict.outcomes["quick"].call == "better"
    assert verdict.outcomes["lame"].call == "worse"
    assert verdict.best == "quick"
    assert verdict.possible_best == ("quick",)
    assert verdict.goal == "good_per_day"
    sentence = verdict.sentence()
    assert sentence.startswith("quick makes ")
    assert "more good parts per day" in sentence
    assert "fewer good parts per day" in sentence


def test_lower_is_better_then_the_call_is_turned(study):
    lame = study.differences["lame"]
    assert lame["throughput_per_h"].gain.mean < 0
    assert lame["lead_time_s"].gain.mean > 0
    assert lame["lead_time_s"].call == "worse"
    assert lame["unit_cost"].call == "undefined"


def test_deciding_intervals_then_they_are_wider_than_the_single_ones(study):
    single = study.differences["quick"]["good_per_day"].gain
    together = study.verdict.outcomes["quick"].gain
    assert together.confidence == pytest.approx(1 - 0.05 / 3)
    assert together.half_width > single.half_width
    assert together.mean == single.mean


def test_common_random_numbers_then_they_save_replications_and_say_how_many(study):
    assert study.verdict.outcomes["quick"].crn_gain > 2.0
    assert study.verdict.outcomes["twin"].crn_gain is None


def test_seed_when_plants_differ_in_it_then_all_run_with_the_baselines():
    study = compare({"base": _program(seed=3), "other": _program(seed=4)}, replications=3)
    assert study.verdict.outcomes["other"].identical
    assert study.seed == 3


def test_json_when_written_then_it_is_plain_and_complete(study):
    body = study.to_json()
    json.dumps(body, allow_nan=False)
    assert body["verdict"]["sentence"].endswith(".")
    assert set(body["results"]) == {"base", "quick", "twin", "lame"}
    assert set(body["differences"]) == {"quick", "twin", "lame"}
    assert body["results"]["quick"]["variant"] == "quick"
    assert body["results"]["base"]["variant"] is None


def test_one_replication_then_nothing_can_be_told():
    study = compare({"base": _program(), "quick": _program(40.0)}, replications=1)
    assert study.verdict.outcomes["quick"].call == "cannot_tell"
    assert "one replication" in study.verdict.sentence()
    assert study.verdict.best is None


def test_stopped_early_then_the_common_replications_are_compared():
    a, b = _program(), _program(50.0)
    from vtwin.studies.run_many import run_many

    study = compare_tallies(
        {"a": a, "b": b}, {"a": run_many(a, range(4)), "b": run_many(b, range(1, 6))}, "a"
    )
    assert study.replications == 3
    assert [m.replication for m in study.measures["b"]] == [1, 2, 3]
    with pytest.raises(KeyboardInterrupt):
        compare_tallies({"a": a, "b": b}, {"a": run_many(a, range(2)), "b": []}, "a")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"baseline": "nobody"}, "nobody"),
        ({"goal": "beauty"}, "beauty"),
        ({"goal": "busy"}, "busy"),
        ({"replications": 0}, "at least one"),
    ],
)
def test_what_cannot_be_compared_then_it_is_refused(given, message):
    program = _program()
    with pytest.raises(ValueError, match=message):
        compare({"a": program, "b": program}, **given)


def test_one_plant_then_there_is_nothing_to_compare():
    with pytest.raises(ValueError, match="two plants"):
        compare({"a": _program()})


def _ordered(done, due=1000):
    """Two orders, done at these seconds."""
    made = Plant(horizon=3600, bin=360).station("a")
    made.product("x", {"op": "1", "on": "a", "cycle": 10})
    for n in range(2):
        made.order(f"o{n}", "x", 5, due=due)
    program = made.program()
    found = tally(
        program, order_done=np.array(done) * 10**9, order_good=np.array([5 * (d > 0) for d in done])
    )
    return program, found


def _goal(*done):
    plants = {str(n): _ordered(each) for n, each in enumerate(done)}
    return choose_goal(
        {k: p for k, (p, _) in plants.items()},
        {k: [t] for k, (_, t) in plants.items()},
        {k: [measure(p, t)] for k, (p, t) in plants.items()},
    )[0]


def test_goal_when_demand_limits_every_plant_then_output_does_not_decide():
    assert _goal([500, 900], [500, 2000]) == "on_time"
    assert _goal([500, 900], [400, 800]) == "lead_time_s"
    assert _goal([500, 900], [500, -1]) == "good_per_day"


def _measures(values):
    program = _program(hours=2.0)
    blank = measure(program, tally(program))
    return [replace(blank, kpis={**blank.kpis, "good_per_day": v}) for v in values]


def test_more_replications_when_told_then_that_many_would_settle_it():
    rng = np.random.default_rng(5)
    base = rng.normal(100, 10, 400)
    other = base + rng.normal(1.0, 3.0, 400)
    first = difference("good_per_day", _measures(base[:10]), _measures(other[:10]), None, 0.95)
    assert first.call == "cannot_tell"
    assert first.more > 0
    total = 10 + first.more
    spread = np.std(other[:10] - base[:10], ddof=1)
    assert 1.9 * spread / np.sqrt(total) <= abs(first.gain.mean) < 3.5 * spread / np.sqrt(total - 1)


def test_calls_when_plants_are_equal_then_a_difference_is_claimed_as_rarely_as_promised():
    """A thousand comparisons of equal plants: about 5 % may be called different."""
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(1000):
        base = rng.normal(100, 5, 8)
        a, b = _values(base + rng.normal(0, 2, 8)), _values(base + rng.normal(0, 2, 8))
        wrong += difference("good_per_day", a, b, None, 0.95).call != "cannot_tell"
    assert 25 <= wrong <= 80  # binomial(1000, 0.05): 99.99 % lie within


_BLANK = None


def _values(values):
    global _BLANK
    if _BLANK is None:
        _BLANK = _measures([1.0])[0]
    return [replace(_BLANK, kpis={"good_per_day": float(v)}) for v in values]


def test_faster_when_an_entry_is_named_then_only_its_cycles_shrink():
    made = Plant(horizon=3600).station("a", count=2).station("b")
    steps = [{"op": n, "on": n, "cycle": 110} for n in "ab"]
    program = made.product("x", *steps).saturated("x").program()
    quick = faster(program, "a")
    planned = {
        program.machines[m.machine].name: m.planned_s for op in quick.operations for m in op.modes
    }
    assert planned == pytest.approx({"a#1": 100, "a#2": 100, "b": 110})
    means = {
        quick.machines[m.machine].name: quick.distributions[m.cycle].mean
        for op in quick.operations
        for m in op.modes
    }
    assert means == pytest.approx({"a#1": 100, "a#2": 100, "b": 110})
    assert quick.hash != program.hash
    with pytest.raises(ValueError, match="called 'z'"):
        faster(program, "z")


def test_faster_when_people_are_named_then_they_work_quicker():
    made = Plant().station("a").worker("op#1", {"run": 0.8}).worker("boss#1", ["run"])
    step = {"op": "1", "on": "a", "cycle": 10, "skill": "run"}
    program = made.product("x", step).saturated("x").program()
    speeds = {w.name: w.speeds for w in faster(program, "op").workers}
    assert speeds == {"op#1": (pytest.approx(0.88),), "boss#1": (1.0,)}


def test_proof_when_one_station_is_slower_then_it_gains_most():
    program = _program(70.0)
    found = proof(program, ["a", "b", "c"], 6)
    assert found.bottleneck == "b"
    assert found.gains["b"].gain.mean > found.gains["a"].gain.mean
    assert "b is the bottleneck" in found.sentence
    json.dumps(found.to_json(), allow_nan=False)


def test_proof_when_replications_of_the_plant_exist_then_they_are_used():
    program = _program(70.0, hours=3.0)
    from vtwin.studies.run_many import run_many

    base = run_many(program, range(4))
    again, fresh = proof(program, ["b"], 4, base=base), proof(program, ["b"], 4)
    assert again.gains["b"].gain == fresh.gains["b"].gain


def test_verdict_is_data_then_a_sentence_in_any_language_can_be_built(study):
    assert isinstance(study.verdict, Verdict)
    assert study.verdict.outcomes["quick"].gain.unit == "1/d"
    assert study.verdict.why_goal
