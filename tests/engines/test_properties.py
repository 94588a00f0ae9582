"""What holds for every plant, on plants in which nearly everything ties."""

from __future__ import annotations

import hashlib
import random

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.plants import Plant, line
from tests.engines.random_plants import plants, traffic_plants
from vtwin.base.draws import empirical, exponential
from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import MachineState
from vtwin.plant.trace import Event, VehicleState

simulate = choose("reference", None).simulate
many = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
some = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def digest(tally):
    """Hash of everything in a trace."""
    h = hashlib.sha256()
    for column in ("time", "kind", "entity", "item", "value"):
        h.update(np.ascontiguousarray(getattr(tally.trace, column)).tobytes())
    return h.hexdigest()


@many
@given(plants())
def test_any_plant_then_states_partition_the_observed_time(plant):  # S-10
    tally = simulate(plant.program(), 0)
    assert (tally.machine_state >= 0).all()
    assert (tally.machine_state.sum(axis=1) == tally.observed).all()
    assert (tally.vehicle_state.sum(axis=1) == tally.observed).all()  # S-153


@many
@given(plants())
def test_any_plant_then_pieces_are_conserved(plant):  # S-60
    plant.warmup = 0
    tally = simulate(plant.program(), 0)
    inside = tally.product_released - tally.product_good - tally.product_scrap
    assert (inside >= 0).all()
    stored = [s.product for s in plant.program().stocks]
    in_stock = tally.product_good[stored] - tally.stock_taken  # S-128
    assert (in_stock >= 0).all()
    assert int(inside.sum() + in_stock.sum()) == tally.in_plant_at_end
    assert int(tally.series_good.sum()) == int(tally.product_good.sum())
    assert int(tally.series_cycles.sum()) == int(tally.mode_cycles.sum())
    assert sum(sum(h.values()) for h in tally.lead_hist) == int(tally.product_good.sum())


@some
@given(plants())
def test_any_plant_when_run_again_then_every_event_is_the_same(plant):
    first, again = (simulate(plant.program(), 3, trace=True) for _ in range(2))
    assert digest(first) == digest(again)


@some
@given(plants())
def test_any_plant_when_a_trace_is_kept_then_the_tally_is_the_same(plant):
    same(simulate(plant.program(), 1), simulate(plant.program(), 1, trace=True))


@some
@given(plants(), st.randoms(use_true_random=False))
def test_any_plant_when_written_in_another_order_then_every_event_is_the_same(plant, rng):  # S-04
    other = shuffled(plant, rng)
    assert digest(simulate(plant.program(), 0, trace=True)) == digest(
        simulate(other.program(), 0, trace=True)
    )


@some
@given(plants())
def test_any_plant_when_the_warm_up_is_cut_off_then_the_rest_is_the_whole_less_it(plant):  # S-70
    plant.warmup = 0
    whole = simulate(plant.program(), 0)
    if whole.stall:
        return
    plant.warmup = 77
    rest = simulate(plant.program(), 0)
    plant.warmup, plant.horizon = 0, 77
    start = simulate(plant.program(), 0)
    for name in ("machine_state", "mode_busy", "product_good", "worker_busy", "worker_duty", "worker_walk", "worker_teach", "worker_overtime", "worker_night", "skill_wait", "failure_down", "setup_time"):  # fmt: skip
        parts = getattr(start, name) + getattr(rest, name)
        assert (parts == getattr(whole, name)).all(), name
    # Waits are told in whole microseconds, rounded down: two parts lose at most one of them.
    lost = whole.station_wait - (start.station_wait + rest.station_wait)
    assert ((lost == 0) | (lost == 1)).all()
    np.testing.assert_allclose(
        start.product_wip_area + rest.product_wip_area, whole.product_wip_area
    )


@many
@given(plants())
def test_any_plant_then_the_trace_retells_the_tally(plant):  # S-73
    plant.warmup = 0
    program = plant.program()
    tally = simulate(program, 0, trace=True)
    rows = list(
        zip(*(getattr(tally.trace, c).tolist() for c in ("time", "kind", "entity", "item", "value")), strict=True)
    )  # fmt: skip
    assert [r[0] for r in rows] == sorted(r[0] for r in rows)
    states = np.zeros((len(program.machines), 7), dtype=np.int64)
    state = [first_state(program, m) for m in program.machines]
    since = [0] * len(state)
    tasks = [0] * len(program.workers)
    for time, kind, entity, _, value in rows:
        if kind == Event.STATE:
            states[entity, state[entity]] += time - since[entity]
            state[entity], since[entity] = value, time
        elif kind == Event.GRANT:
            tasks[entity] += 1
        elif kind == Event.FREE:
            tasks[entity] -= 1
        # Those he tends, and the repair of one machine that holds him (S-110, S-116).
        assert all(0 <= n <= w.tends + 1 for n, w in zip(tasks, program.workers, strict=True))
    for machine, last in enumerate(state):
        states[machine, last] += tally.ended - since[machine]
    assert (states == tally.machine_state).all()
    good = sum(r[4] for r in rows if r[1] == Event.LEAVE)
    assert good == int(tally.product_good.sum())
    assert sum(r[4] for r in rows if r[1] == Event.SCRAP) == int(tally.product_scrap.sum())


@many
@given(st.one_of(traffic_plants(), plants()))
def test_any_plant_then_no_zone_has_more_vehicles_than_room(plant):  # S-154
    program = plant.program()
    tally = simulate(program, 0, trace=True)
    where = [-1] * len(program.vehicles)
    trace = tally.trace
    for kind, vehicle, zone in zip(*(c.tolist() for c in (trace.kind, trace.entity, trace.value)), strict=True):  # fmt: skip
        if kind == Event.ENTER:
            where[vehicle] = zone
            assert zone < 0 or where.count(zone) <= program.zones[zone].room
    entered = (trace.kind == Event.ENTER) & (trace.value >= 0)
    if not plant.warmup:
        assert np.bincount(trace.value[entered], minlength=len(program.zones)).tolist() == tally.zone_entries.tolist()  # fmt: skip
        held = tally.vehicle_state[:, VehicleState.HELD].sum()
        assert int(tally.zone_held.sum()) == int(held)  # S-170


@many
@given(plants())
def test_any_plant_then_people_walk_only_when_busy_and_are_busy_only_on_duty(plant):  # S-55
    tally = simulate(plant.program(), 0)
    assert (tally.worker_walk >= 0).all()
    assert (tally.worker_walk <= tally.worker_busy).all()
    assert (tally.worker_busy <= tally.worker_duty).all()
    assert (tally.worker_walk + tally.worker_teach <= tally.worker_busy).all()  # S-57
    assert (tally.worker_overtime <= tally.worker_duty).all()  # S-59
    assert (tally.worker_night <= tally.worker_duty).all()
    assert (tally.worker_duty <= tally.observed).all()


@some
@given(
    st.lists(st.sampled_from([exponential(1.0), empirical([0.5, 2.0])]), min_size=2, max_size=5),
    st.data(),
)
def test_line_when_a_buffer_grows_then_no_part_leaves_later(cycles, data):
    buffers = [data.draw(st.integers(0, 3)) for _ in cycles[1:]]
    bigger = list(buffers)
    bigger[data.draw(st.integers(0, len(buffers) - 1))] += 1
    small, big = (
        leaving(simulate(line(cycles, places, 80.0).program(), 0, trace=True))
        for places in (buffers, bigger)
    )
    assert len(big) >= len(small)
    assert all(b <= a for a, b in zip(small, big, strict=False))


@some
@given(plants())
def test_any_plant_when_something_unrelated_is_added_then_nothing_else_changes(plant):  # S-07
    plant.stops = [
        stop for stop in plant.stops if stop == "orders" or stop[0]
    ]  # not of all products
    before = plant.program()
    plant.station("a-lonely-machine", 2).product("x", {"op": "o", "on": "a-lonely-machine", "cycle": exponential(3.0)})  # fmt: skip
    plant.arrivals("x", exponential(2.0)).failure("a-lonely-machine#1", "jam", 9, 2)
    after = plant.program()
    a, b = simulate(before, 0), simulate(after, 0)
    if a.stopped < 0 and a.ended < before.run.horizon:
        return  # it stalled and would have ended there
    keep = [after.machines.index(m) for m in after.machines if "lonely" not in m.name]
    assert (b.machine_state[keep] == a.machine_state).all()
    products = [n for n, p in enumerate(after.products) if p.name != "x"]
    assert (b.product_good[products] == a.product_good).all()
    assert (b.order_done == a.order_done).all()


def same(a, b):
    for name in a.__dataclass_fields__:
        if name != "trace":
            np.testing.assert_equal(getattr(a, name), getattr(b, name), err_msg=name)


def leaving(tally):
    return tally.trace.time[tally.trace.kind == Event.LEAVE].tolist()


def first_state(program, machine):
    if machine.calendar >= 0:
        hours = program.calendars[machine.calendar].open
        if not hours or hours[0][0] > 0:
            return MachineState.PLANNED_STOP
    return MachineState.STARVED


def shuffled(plant: Plant, rng: random.Random) -> Plant:
    """The same plant written in another order."""
    other = Plant(plant.horizon, plant.warmup, plant.seed, plant.bin, plant.grant)
    other.demand, other.bands = plant.demand, plant.bands
    for name in ("stations", "machines", "failures", "calendars", "resumes", "products", "sources", "tools", "setups", "workers", "curves", "batches", "stocks", "carriers", "fleets", "zones"):  # fmt: skip
        items = list(getattr(plant, name).items())
        rng.shuffle(items)
        setattr(other, name, dict(items))
    other.orders = list(plant.orders)
    rng.shuffle(other.orders)
    other.stops = plant.stops
    return other
