"""Plants without chance against schedules that recursions give, to the tick."""

from __future__ import annotations

import random

import pytest

from tests.engines.plants import Plant, S
from tests.engines.rows import seconds, times
from tests.truth import schedules
from vtwin.plant.primitives import DispatchRule, MachineState
from vtwin.plant.trace import Event


@pytest.mark.parametrize("places", [(None, None, None), (0, 0, 0), (1, 2, 0), (None, 0, 3)])
@pytest.mark.parametrize("seed", range(4))
def test_flow_shop_of_orders_then_all_are_done_when_the_recursion_says(engine, places, seed):
    rng = random.Random(seed)
    work = [[rng.randint(1, 20) for _ in range(4)] for _ in range(30)]
    plant = Plant(horizon=5000.0)
    plant.station("s0")
    for j, limit in enumerate(places):
        plant.station(f"s{j + 1}", **({} if limit is None else {"input": limit}))
    for k, job in enumerate(work):
        plant.product(f"p{k:02}", *({"op": f"o{j}", "on": f"s{j}", "cycle": t} for j, t in enumerate(job)))  # fmt: skip
        plant.order(f"j{k:02}", f"p{k:02}", 1)
    tally = engine(plant.program(), 0)
    leave = schedules.flow_shop(work, list(places))
    assert (tally.order_done / S).tolist() == [job[-1] for job in leave]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("rule", "schedule"),
    [
        (DispatchRule.EDD, schedules.earliest_due),
        (DispatchRule.CRITICAL_RATIO, schedules.critical_ratio),
    ],
)
def test_jobs_with_due_dates_then_each_is_done_when_the_schedule_says(engine, rule, schedule, seed):
    rng = random.Random(seed)
    due = rng.sample(range(400), 25)
    jobs = {f"j{n:02}": (rng.randint(0, 120), rng.randint(1, 12), due[n]) for n in range(25)}
    plant = Plant(horizon=2000.0).station("m", rule=rule)
    for name, (release, work, by) in jobs.items():
        plant.product(f"p-{name}", {"op": "o", "on": "m", "cycle": work})
        plant.order(name, f"p-{name}", 1, release=release, due=by)
    program = plant.program()
    tally = engine(program, 0)
    done = {o.name: t / S for o, t in zip(program.orders, tally.order_done.tolist(), strict=True)}
    assert done == schedule(jobs)
    assert schedules.earliest_due(jobs) != schedules.critical_ratio(jobs)


HOURS = [(0, 40), (50, 95), (100, 137), (200, 203), (210, 300)]


@pytest.mark.parametrize("cycle", [1, 5, 7, 10, 44])
@pytest.mark.parametrize("finish", [False, True])
def test_machine_with_shifts_then_parts_come_when_the_calendar_lets_them(engine, cycle, finish):
    plant = Plant(horizon=400.0)
    plant.calendars["day"] = HOURS
    plant.station("m", calendar="day", finish=finish)
    plant.product("p", {"op": "o", "on": "m", "cycle": cycle}).saturated("p")
    tally = engine(plant.program(), 0, trace=True)
    rule = schedules.finished_when_completed if finish else schedules.finished_when_paused
    done = rule(HOURS, cycle)
    assert times(tally, Event.LEAVE) == done
    spent = seconds(tally)
    if finish:
        assert spent[MachineState.WORKING] == len(done) * cycle
    else:
        # What is begun and not finished stays in the machine after the last shift.
        assert spent[MachineState.WORKING] == sum(b - a for a, b in HOURS)
    assert sum(spent.values()) == 400


@pytest.mark.parametrize("finish", [False, True])
def test_operator_with_shifts_then_the_machine_makes_what_one_with_them_would(engine, finish):
    plant = Plant(horizon=400.0)
    plant.calendars["day"] = HOURS
    plant.station("m").worker("w#1", ["run"], calendar="day", pause=not finish)
    plant.product("p", {"op": "o", "on": "m", "cycle": 7, "skill": "run"}).saturated("p")
    rule = schedules.finished_when_completed if finish else schedules.finished_when_paused
    assert times(engine(plant.program(), 0, trace=True), Event.LEAVE) == rule(HOURS, 7)


def test_machine_that_changes_products_in_turn_then_set_ups_follow_their_order(engine):
    work, keys = [3, 5, 2, 4], "abcd"
    change = [[0, 6, 1, 9], [2, 0, 7, 1], [3, 4, 0, 8], [5, 1, 2, 0]]
    plant = Plant(horizon=1000.0).station("m", setup="t")
    plant.setups["t"] = {
        "keys": list(keys),
        "times": {(a, b): change[i][j] for i, a in enumerate(keys) for j, b in enumerate(keys) if a != b},
    }  # fmt: skip
    for name, t in zip(keys, work, strict=True):
        plant.product(name, {"op": "o", "on": "m", "cycle": t, "key": name}).saturated(name)
    tally = engine(plant.program(), 0)
    made = schedules.in_turn_with_setups(work, change, 1000)
    assert tally.product_good.tolist() == made
    assert int(tally.setups[0]) in (sum(made) - 1, sum(made))


@pytest.mark.parametrize("seed", range(4))
def test_orders_when_the_least_set_up_is_next_then_the_sequence_is_the_greedy_one(engine, seed):
    rng = random.Random(seed)
    keys = [f"k{n}" for n in range(9)]
    change = {(a, b): rng.randint(1, 500) for a in keys for b in keys if a != b}
    plant = Plant(horizon=9000.0).station("m", rule=DispatchRule.LEAST_SETUP, setup="t", key="k0")
    plant.setups["t"] = {"keys": keys, "times": change}
    for key in keys[1:]:
        plant.product(key, {"op": "o", "on": "m", "cycle": 3, "key": key})
        plant.order(f"o-{key}", key, 1)
    program = plant.program()
    tally = engine(program, 0)
    at, now, left, done = "k0", 0, set(keys[1:]), {}
    while left:
        at, before = min(left, key=lambda key: (change[at, key], key)), at
        left.remove(at)
        now += change[before, at] + 3
        done[f"o-{at}"] = now
    assert {o.name: t / S for o, t in zip(program.orders, tally.order_done, strict=True)} == done


def test_run_that_stops_at_a_count_then_it_ends_when_the_schedule_makes_the_last_part(engine):
    plant = Plant(horizon=400.0).stop(("p", 13))
    plant.calendars["day"] = HOURS
    plant.station("m", calendar="day")
    plant.product("p", {"op": "o", "on": "m", "cycle": 7}).saturated("p")
    tally = engine(plant.program(), 0)
    assert tally.ended == schedules.finished_when_paused(HOURS, 7)[12] * S
    assert int(tally.product_good[0]) == 13
