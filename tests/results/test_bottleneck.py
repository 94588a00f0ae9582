"""The jury on plants whose bottleneck is known."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.engines.plants import Plant, exponential
from tests.results.hand import H, S, states, tally
from vtwin.engines.reference import simulate
from vtwin.plant.primitives import MachineState
from vtwin.plant.trace import Event, Trace
from vtwin.results.active import active_periods
from vtwin.results.bottleneck import jury, serial_line
from vtwin.results.demand import keeps_up, limit


def _line(*cycles, horizon=40.0, random=True):
    made = Plant(horizon=horizon * 3600, warmup=3600, bin=3600)
    route = []
    for number, cycle in enumerate(cycles, start=1):
        made.station(f"s{number}", **({"input": 5} if number > 1 else {}))
        time = exponential(cycle) if random else cycle
        route.append({"op": f"o{number}", "on": f"s{number}", "cycle": time})
    return made.product("x", *route).saturated("x").program()


def test_jury_when_one_station_is_slower_then_every_measure_names_it():
    program = _line(50.0, 70.0, 50.0)
    verdict = jury(program, [simulate(program, r, trace=r == 0) for r in range(3)])
    assert verdict.prime.name == "s2"
    assert verdict.agreed
    assert verdict.limit is None
    assert set(verdict.prime.votes) == {
        "utilisation", "queue", "active_period", "turning_point", "arrow",
    }  # fmt: skip
    assert verdict.prime.share == max(suspect.share for suspect in verdict.suspects)
    assert "no measure disagrees" in verdict.sentence
    json.dumps(verdict.to_json(), allow_nan=False)


def test_jury_when_nothing_was_traced_then_the_active_period_abstains_and_says_why():
    program = _line(50.0, 70.0)
    verdict = jury(program, [simulate(program, 0)])
    vote = next(v for v in verdict.votes if v.measure == "active_period")
    assert vote.suspect is None
    assert vote.why == "no replication was traced"
    assert all(suspect.share is None for suspect in verdict.suspects)


def test_jury_when_stations_are_equal_then_it_does_not_pretend_to_agree():
    program = _line(60.0, 60.0, 60.0, 60.0, horizon=3.0)
    verdict = jury(program, [simulate(program, r, trace=r == 0) for r in range(3)])
    assert not verdict.agreed
    assert "but" in verdict.sentence


def test_jury_when_maintenance_waits_for_people_then_they_are_the_limit_and_not_the_machine():
    made = Plant(horizon=36000, warmup=3600, bin=3600).worker("fitter#1", ["fit"])
    for name, life, takes in (("grinder", 5, 300), ("saw", 3, 1500)):
        made.station(name).product(f"of {name}", {"op": "1", "on": name, "cycle": 60})
        made.saturated(f"of {name}")
        made.failure(name, "dress", None, takes, life=life, planned=True, skill="fit")
    program = made.program()
    tallies = [simulate(program, r, trace=r == 0) for r in range(2)]
    verdict = jury(program, tallies)
    assert (verdict.prime.name, verdict.prime.kind) == ("fitter", "people")
    # Every 1800 s the grinder grinds 300, waits 1200 for who is at the saw, is dressed 300.
    grinder = tallies[0].machine_state[0] / tallies[0].machine_state[0].sum()
    assert grinder[MachineState.WAITING_OPERATOR] == pytest.approx(1200 / 1800)
    assert grinder[MachineState.PLANNED_STOP] == pytest.approx(300 / 1800)


def test_jury_when_people_are_the_limit_then_the_group_is_suspected():
    made = Plant(horizon=36000, bin=3600).station("a").station("b").worker("op#1", ["run"])
    for name in "ab":
        step = {"op": name, "on": name, "cycle": exponential(60), "skill": "run"}
        made.product(name, step).saturated(name)
    program = made.program()
    verdict = jury(program, [simulate(program, r) for r in range(3)])
    assert verdict.prime.name == "op"
    assert verdict.prime.kind == "people"


def test_jury_when_demand_is_the_limit_then_it_says_so():
    made = Plant(horizon=360000, bin=36000).station("a").station("b")
    steps = [{"op": n, "on": n, "cycle": exponential(20)} for n in "ab"]
    program = made.product("x", *steps).arrivals("x", exponential(100)).program()
    tallies = [simulate(program, r) for r in range(2)]
    assert keeps_up(program, tallies)
    verdict = jury(program, tallies)
    assert verdict.limit == "demand"
    assert verdict.sentence.startswith("Demand limits this plant")


def _shift_plant(every):
    """One machine, 10 s a piece, at work in the first half of each day of 2000 s."""
    made = Plant(horizon=20_000, bin=500).station("a", calendar="half")
    made.calendars["half"] = [(d * 2000, d * 2000 + 1000) for d in range(10)]
    return made.product("x", {"op": "1", "on": "a", "cycle": 10}).arrivals("x", every).program()


def test_demand_when_the_plant_closes_on_full_doors_then_it_still_keeps_up():
    """About 48 pieces, 5 % of all, come in while it is closed at the end; it can make one in 20 s."""
    program = _shift_plant(exponential(21))
    assert keeps_up(program, [simulate(program, r) for r in range(3)])


@pytest.mark.parametrize("every", [19, exponential(17)])
def test_demand_when_more_comes_in_than_a_shift_makes_then_the_plant_is_the_limit(every):
    program = _shift_plant(every)
    assert not keeps_up(program, [simulate(program, r) for r in range(3)])


def test_demand_when_orders_are_left_undone_then_the_plant_is_the_limit():
    made = Plant(horizon=36000, bin=3600).station("a")
    made.product("x", {"op": "1", "on": "a", "cycle": 10}).order("big", "x", 10_000)
    program = made.program()
    assert not keeps_up(program, [tally(program, order_good=np.array([3600]))])
    assert keeps_up(program, [tally(program, order_good=np.array([9800]))])


def test_limit_when_orders_are_made_late_then_due_dates_are_the_limit():
    made = Plant(horizon=36000, bin=3600).station("a")
    made.product("x", {"op": "1", "on": "a", "cycle": 10})
    made.order("early", "x", 1000, due=9_000).order("late", "x", 1000, due=15_000)
    program = made.program()
    done = {"early": 10_000, "late": 20_000}  # a piece takes 10: the second ends at 20,000
    results = simulate(program, 0)
    assert limit(program, [results]) == "due_dates"
    verdict = jury(program, [results])
    assert "not all in time" in verdict.sentence
    in_time = np.array([9_000 * S if o.name == "early" else 15_000 * S for o in program.orders])
    assert limit(program, [replace(results, order_done=in_time)]) == "demand"
    assert sorted(results.order_done.tolist()) == [t * S for t in sorted(done.values())]


def test_limit_when_arrivals_are_promised_sooner_than_made_then_due_dates_are_the_limit():
    made = Plant(horizon=36000, bin=3600).station("a")
    made.product("x", {"op": "1", "on": "a", "cycle": 10})
    late = made.arrivals("x", 20, due=5).program()
    assert limit(late, [simulate(late, 0)]) == "due_dates"
    made.sources["x:arrivals"]["due"] = 15
    kept = made.program()
    assert limit(kept, [simulate(kept, 0)]) == "demand"


def test_jury_when_nothing_ran_then_it_says_so():
    program = _line(50.0, 60.0)
    verdict = jury(program, [tally(program)])
    assert verdict.prime is None
    assert "Nothing was busy" in verdict.sentence


def test_serial_line_when_routes_branch_or_return_then_there_is_none():
    made = Plant().station("a").station("b").station("c")

    def steps(path):
        return [{"op": f"{n}{s}", "on": s, "cycle": 1} for n, s in enumerate(path)]

    made.product("x", *steps("ab")).product("y", *steps("bc"))
    assert serial_line(made.program()) == ("a", "b", "c")
    made.product("z", *steps("ac"))
    assert serial_line(made.program()) is None
    made.products.pop("z")
    made.product("w", *steps("bab"))
    assert serial_line(made.program()) is None


def _traced(program, *changes):
    """``changes``: (seconds, machine, state)."""
    columns = np.array([(t * S, int(Event.STATE), m, -1, int(s)) for t, m, s in changes]).T
    return tally(program, trace=Trace(*(np.ascontiguousarray(c) for c in columns)))


def test_active_period_when_a_shift_ends_then_it_goes_on_afterwards():
    program = _line(50.0, 50.0, horizon=2.0)  # warm-up 3600 s, horizon 7200 s
    working, stop = MachineState.WORKING, MachineState.PLANNED_STOP
    starved, blocked = MachineState.STARVED, MachineState.BLOCKED
    found = active_periods(
        program,
        _traced(
            program,
            (0, 0, working), (0, 1, starved),
            (4000, 0, stop), (5000, 0, working), (5100, 0, blocked),
            (6000, 1, working), (6100, 1, starved), (6200, 1, working), (6500, 1, starved),
        ),
    )  # fmt: skip
    # s1: 3600..4000 and 5000..5100 are one period of 500 s; s2: 100 s and 300 s.
    assert found.count == {"s1": 1, "s2": 2}
    assert found.mean_s["s1"][0] == pytest.approx(500.0)
    assert found.mean_s["s2"][0] == pytest.approx(200.0)
    # Momentary: s1 is active over 1500 s of clock time, s2 over 400 s, never together.
    assert found.momentary["s1"] == pytest.approx(1500 / 1900, abs=0.01)


def test_arrow_and_turning_point_when_worked_out_by_hand_then_they_point_where_told():
    program = _line(50.0, 50.0, 50.0, 50.0, horizon=11.0)
    observed = 10 * H
    rows = [
        states(observed, working=0.7, blocked=0.3),
        states(observed, working=0.7, blocked=0.2),  # starved 0.1
        states(observed, working=0.9, blocked=0.02),  # starved 0.08
        states(observed, working=0.7),  # starved 0.3
    ]
    votes = {
        v.measure: v for v in jury(program, [tally(program, machine_state=np.array(rows))]).votes
    }
    assert votes["turning_point"].suspect == "s3"
    # s1 blocked .3 > s2 starved .1: ->; s2 .2 > s3 .08: ->; s3 .02 < s4 .3: <-.
    assert votes["arrow"].suspect == "s3"
    assert votes["utilisation"].suspect == "s3"


def test_queue_when_it_stands_before_a_blocked_station_then_it_is_not_that_ones_fault():
    made = Plant(horizon=360000, warmup=3600, bin=36000).station("a").station("b", input=3)
    steps = [{"op": "1", "on": "a", "cycle": 20}, {"op": "2", "on": "b", "cycle": exponential(60)}]
    program = made.product("x", *steps).arrivals("x", exponential(50)).program()
    tallies = [simulate(program, r) for r in range(2)]
    queues = tallies[0].station_queue_area
    assert queues[0] > 10 * queues[1]  # they pile up before a, because b holds a up
    votes = {vote.measure: vote for vote in jury(program, tallies).votes}
    assert votes["queue"].suspect == "b"
