"""Independent second implementations: recurrences that need no calendar and no phases must
give the same ticks, event for event.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.plants import Plant, S, line
from vtwin.base import draws
from vtwin.base.draws import constant, empirical, exponential, gamma, uniform
from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import DispatchRule
from vtwin.plant.trace import Event


def happened(tally, kind):
    """{(entity, item): tick} of one kind of row."""
    trace = tally.trace
    rows = zip(trace.time, trace.kind, trace.entity, trace.item, strict=True)
    return {(int(e), int(i)): int(t) for t, k, e, i in rows if k == kind}


def tandem(cycles, buffers, parts, seed, replication):
    """Blocking after service: D(j,k) is when part k leaves station j (0-based), B(j,k) when it
    begins there. ``buffers[j]`` places before station j + 1.
    """
    stations = len(cycles)
    draw = [
        draws.times(cycles[j], seed, replication, f"s{j + 1}", f"cycle/part/op{j + 1}")
        for j in range(stations)
    ]
    begin = [[0] * parts for _ in range(stations)]
    finish = [[0] * parts for _ in range(stations)]
    leave = [[0] * parts for _ in range(stations)]
    for k in range(parts):
        for j in range(stations):
            arrived = leave[j - 1][k] if j else 0
            begin[j][k] = max(arrived, leave[j][k - 1] if k else 0)
            finish[j][k] = begin[j][k] + draw[j]()
            room = 0
            if j + 1 < stations:
                places = buffers[j]
                if places == 0 and k:
                    room = leave[j + 1][k - 1]
                elif places and k >= places:
                    room = begin[j + 1][k - places]
            leave[j][k] = max(finish[j][k], room)
    return begin, finish, leave[-1]


LATTICE = [constant(1.0), constant(2.0), empirical([1.0, 2.0]), empirical([0.0, 1.0, 3.0])]


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from([*LATTICE, exponential(1.0), uniform(0.5, 2.0), gamma(1.0, 0.5)]), min_size=1, max_size=5),
    st.data(),
)  # fmt: skip
def test_line_of_any_times_and_buffers_then_every_event_is_that_of_the_recurrence(cycles, data):
    engine = choose("reference", None).simulate
    buffers = [data.draw(st.integers(0, 3)) for _ in cycles[1:]]
    if all(c.mean == 0 for c in cycles):
        return
    tally = engine(line(cycles, buffers, 60.0, seed=3).program(), 1, trace=True)
    parts = int(tally.product_released[0])
    begin, finish, leave = tandem(cycles, buffers, parts, 3, 1)
    started, ended = happened(tally, Event.START), happened(tally, Event.FINISH)
    for j in range(len(cycles)):
        for k in range(parts):
            assert started.get((j, k)) == (begin[j][k] if begin[j][k] < 60 * S else None)
            assert ended.get((j, k)) == (finish[j][k] if finish[j][k] < 60 * S else None)
    assert int(tally.product_good[0]) == sum(t < 60 * S for t in leave)


def test_flow_shop_when_orders_are_released_at_once_then_completions_follow_the_recurrence(engine):
    # Permutation flow shop, unlimited queues: C(j,k) = max(C(j-1,k), C(j,k-1)) + p(j,k).
    times = {"a": (3, 2, 4), "b": (1, 5, 1), "c": (4, 1, 2), "d": (2, 2, 2)}
    plant = Plant(horizon=100)
    for j in range(3):
        plant.station(f"m{j}")
    for product, cycle in times.items():
        plant.product(product, *({"op": f"o{j}", "on": f"m{j}", "cycle": cycle[j]} for j in range(3)))  # fmt: skip
        plant.order(f"order {product}", product, 1)
    ready = [0, 0, 0]
    expected = []
    for product in sorted(times):
        done = 0
        for j in range(3):
            done = ready[j] = max(done, ready[j]) + times[product][j]
        expected.append(done * S)
    assert engine(plant.program(), 0).order_done.tolist() == expected


@pytest.mark.parametrize("servers", [1, 2, 4])
@pytest.mark.parametrize("service", [exponential(1.5), constant(1.5), empirical([1.0, 2.0])])
def test_parallel_machines_with_one_queue_then_they_follow_the_order_of_arrival(
    engine, servers, service
):
    # Kiefer-Wolfowitz with machines told apart: the next part goes to the machine free first,
    # of those free on its arrival to the one with the lowest index.
    plant = Plant(horizon=500).station("m", count=servers)
    plant.product("part", {"op": "op", "on": "m", "cycle": service})
    plant.arrivals("part", empirical([0.0, 0.5, 1.0, 2.5]))
    tally = engine(plant.program(), 2, trace=True)

    names = ["m"] if servers == 1 else [f"m#{n + 1}" for n in range(servers)]
    cycle = [draws.times(service, 7, 2, name, "cycle/part/op") for name in names]
    interval = draws.times(empirical([0.0, 0.5, 1.0, 2.5]), 7, 2, "part:arrivals", "interval")
    free = [0] * servers
    arrival, expected = interval(), {}
    k = 0
    while arrival < 500 * S:
        idle = [n for n in range(servers) if free[n] <= arrival]
        machine = min(idle) if idle else min(range(servers), key=lambda n: (free[n], n))
        begin = max(arrival, free[machine])
        if begin < 500 * S:
            expected[machine, k] = begin
        free[machine] = begin + cycle[machine]()
        arrival += interval()
        k += 1
    assert happened(tally, Event.START) == expected


@pytest.mark.parametrize("rule", [DispatchRule.EDD, DispatchRule.SPT, DispatchRule.PRIORITY])
def test_single_machine_with_orders_then_the_rule_orders_them(engine, rule):  # S-25
    plant = Plant(horizon=1000).station("m", rule=rule)
    spec = {"a": (5, 30, 1), "b": (3, 10, 3), "c": (8, 20, 2), "d": (3, 10, 3)}
    for name, (time, due, priority) in spec.items():
        plant.product(name, {"op": "op", "on": "m", "cycle": time})
        plant.order(f"o-{name}", name, 1, due=due, priority=priority)
    key = {
        DispatchRule.EDD: lambda n: spec[n][1],
        DispatchRule.SPT: lambda n: spec[n][0],
        DispatchRule.PRIORITY: lambda n: -spec[n][2],
    }[rule]
    clock, expected = 0, {}
    for name in sorted(sorted(spec), key=key):
        clock += spec[name][0]
        expected[name] = clock * S
    done = engine(plant.program(), 0).order_done.tolist()
    assert done == [expected[name] for name in sorted(spec)]


def test_calendar_when_a_machine_pauses_then_work_fills_exactly_the_open_time(engine):  # S-12
    shifts = [(10, 100), (130, 131), (200, 300), (400, 1000)]
    plant = Plant(horizon=600, calendars={"day": shifts})
    plant.station("m", calendar="day").product("part", {"op": "op", "on": "m", "cycle": 7})
    tally = engine(plant.saturated("part").program(), 0, trace=True)

    def clock(worked):  # the tick at which that much open time has passed
        for start, end in shifts:
            if worked <= (end - start):
                return (start + worked) * S
            worked -= end - start
        return None

    finished = sorted(happened(tally, Event.FINISH).values())
    expected = [clock(7 * (k + 1)) for k in range(len(finished) + 1)]
    assert finished == [t for t in expected if t is not None and t < 600 * S]
    states = defaultdict(int, zip(range(7), (tally.machine_state[0] // S).tolist(), strict=True))
    assert states[0] == 90 + 1 + 100 + 200
    assert states[6] == 600 - states[0]
