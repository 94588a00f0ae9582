"""One-way aisles and batteries: small plants worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.engines.plants import Plant, S
from tests.engines.rows import of, times
from vtwin.plant.trace import Event, VehicleState

HELD, CHARGING = VehicleState.HELD, VehicleState.CHARGING
#: A loop of two aisles between the machines a and b, 4 s each.
LOOP = {("a", "b"): [("ab", 4)], ("b", "a"): [("ba", 4)]}


def loop(horizon, *, room=1, vehicles=("a", "a"), cycles=(1, 1), places=9, legs=LOOP, **keys):
    """Machine a, then machine b, in a loop of two one-way aisles."""
    plant = Plant(horizon=horizon, zones={"ab": room, "ba": room})
    plant.station("a", output=9).station("b", input=places)
    plant.product(
        "p",
        {"op": "1", "on": "a", "cycle": cycles[0]},
        {"op": "2", "on": "b", "cycle": cycles[1], "fleet": "cart"},
    )
    return plant.fleet("cart", {}, {"a": "a", "b": "b"}, vehicles, legs=legs, **keys)


def told(tally, *kinds):
    """Every row of some kinds as (s, kind, vehicle, value)."""
    return sorted((t, k.name, e, v) for k in kinds for t, e, _, v in of(tally, k))


def spent(tally, state):
    """Seconds of each vehicle in a state."""
    return [row[state] / S for row in tally.vehicle_state.tolist()]


def test_vehicle_when_the_aisle_is_full_then_it_waits_before_it(engine):  # S-155, S-157
    tally = engine(loop(30, unload=3).order("x", "p", 2).program(), 0, trace=True)
    # Taken up at 1 and 2; the first is in the aisle from 1 to 5 and unloads there until 8.
    assert times(tally, Event.PICK) == [1, 2]
    assert told(tally, Event.ENTER, Event.HALT, Event.GO) == [
        (1, "ENTER", 0, 0), (2, "HALT", 1, 0), (8, "ENTER", 0, -1), (8, "ENTER", 1, 0),
        (8, "GO", 1, 0), (15, "ENTER", 1, -1),
    ]  # fmt: skip
    assert times(tally, Event.DROP) == [8, 15]
    assert tally.vehicle_state.tolist() == [[23 * S, 0, 7 * S, 0, 0, 0], [17 * S, 0, 7 * S, 0, 6 * S, 0]]  # fmt: skip
    assert tally.zone_held.tolist() == [6 * S, 0]
    assert tally.zone_entries.tolist() == [2, 0]


def test_vehicle_when_the_one_ahead_unloads_then_it_waits_behind_it(engine):  # S-154, S-156
    tally = engine(loop(30, room=2, unload=3).order("x", "p", 2).program(), 0, trace=True)
    # Both are in the aisle; the second is at its end at 6 and stands behind the first until 8.
    assert told(tally, Event.HALT, Event.GO) == [(6, "HALT", 1, 0), (8, "GO", 1, 0)]
    assert times(tally, Event.DROP) == [8, 11]
    assert spent(tally, HELD) == [0, 2]


def test_vehicle_when_there_is_no_room_at_a_door_then_those_behind_wait_too(engine):  # S-156
    plant = loop(40, room=2, places=0, cycles=(1, 20), vehicles=("a", "a", "a"))
    tally = engine(plant.order("x", "p", 3).program(), 0, trace=True)
    # Let in at 5 and, after 20 s, at 25; the third stands behind the second until then.
    assert times(tally, Event.REACH) == [5, 6, 25]
    assert times(tally, Event.DROP) == [5, 25]
    assert told(tally, Event.HALT, Event.GO) == [
        (3, "HALT", 2, 0), (5, "GO", 2, 0), (9, "HALT", 2, 0), (25, "GO", 2, 0),
    ]  # fmt: skip
    assert spent(tally, VehicleState.BLOCKED) == [0, 19, 15]
    assert spent(tally, HELD) == [0, 0, 2 + 16]


@pytest.mark.parametrize(("vehicles", "apart"), [(1, 13), (2, 7), (3, 7), (5, 7)])
def test_loop_then_its_throughput_is_that_of_its_vehicles_or_of_its_aisle(engine, vehicles, apart):
    # Alone a vehicle takes 4 + 3 + 4 + 2 = 13 s; the aisle to b is taken for 4 + 3 = 7 s each time.
    plant = loop(400, vehicles=["a"] * vehicles, load=2, unload=3).saturated("p")
    drops = times(engine(plant.program(), 0, trace=True), Event.DROP)
    assert {b - a for a, b in pairwise(drops[5:])} == {apart}


def test_vehicles_when_two_aisles_meet_then_who_waits_longest_goes_first(engine):  # S-155
    plant = Plant(horizon=60, zones={"x": 1, "y": 1, "z": 1}).station("goal", input=9)
    # From x at 5, from y at 4; the aisle both want is taken from 1 until 11.
    starts = {"first": (1, [("z", 10)]), "x": (2, [("x", 3), ("z", 2)]), "y": (1, [("y", 3), ("z", 2)])}  # fmt: skip
    for name, (cycle, _) in starts.items():
        plant.station(name)
        plant.product(name, {"op": "1", "on": name, "cycle": cycle}, {"op": "2", "on": "goal", "cycle": 1, "fleet": "cart"})  # fmt: skip
        plant.order(name, name, 1)
    legs = {(name, "goal"): legs for name, (_, legs) in starts.items()}
    legs |= {(a, b): [(None, 50)] for a in starts for b in starts if a != b}
    at = {name: name for name in (*starts, "goal")}
    plant.fleet("cart", {}, at, list(starts), legs=legs)
    tally = engine(plant.program(), 0, trace=True)
    assert told(tally, Event.HALT, Event.GO) == [
        (4, "HALT", 2, 2), (5, "HALT", 1, 2), (11, "GO", 2, 2), (13, "GO", 1, 2),
    ]  # fmt: skip
    assert spent(tally, HELD) == [0, 8, 7]


def test_vehicles_when_they_want_on_at_one_tick_then_the_lower_index_goes_first(engine):  # S-155
    plant = loop(30, vehicles=("a", "a")).station("a2", output=9)
    plant.product("q", {"op": "1", "on": "a2", "cycle": 1}, {"op": "2", "on": "b", "cycle": 1, "fleet": "cart"})  # fmt: skip
    plant.fleets["cart"]["at"]["a2"] = "a"
    tally = engine(plant.order("x", "p", 1).order("y", "q", 1).program(), 0, trace=True)
    assert times(tally, Event.PICK) == [1, 1]
    assert told(tally, Event.HALT, Event.GO) == [(1, "HALT", 1, 0), (5, "GO", 1, 0)]


def test_vehicle_when_it_unloads_beside_the_aisle_then_the_aisle_is_free(engine):  # S-154
    legs = {("a", "b"): [("ab", 4), (None, 1)], ("b", "a"): [(None, 1), ("ba", 4)]}
    tally = engine(loop(30, unload=3, legs=legs).order("x", "p", 2).program(), 0, trace=True)
    # In the aisle from 1 to 5, at b at 6; the second may enter at 5 and is there at 10.
    assert told(tally, Event.HALT, Event.GO) == [(2, "HALT", 1, 0), (5, "GO", 1, 0)]
    assert times(tally, Event.DROP) == [9, 13]


def test_vehicle_when_another_fleet_is_in_the_aisle_then_it_waits_too(engine):  # S-154
    plant = loop(30, vehicles=("a",), unload=3).station("c", input=9)
    plant.product("q", {"op": "1", "on": "a", "cycle": 1}, {"op": "2", "on": "c", "cycle": 1, "fleet": "lift"})  # fmt: skip
    legs = {("a", "c"): [("ab", 2)], ("c", "a"): [("ba", 2)]}
    plant.fleet("lift", {}, {"a": "a", "c": "c"}, ("a",), legs=legs)
    tally = engine(plant.order("x", "p", 1).order("y", "q", 1).program(), 0, trace=True)
    assert told(tally, Event.HALT, Event.GO) == [(2, "HALT", 1, 0), (8, "GO", 1, 0)]
    assert times(tally, Event.DROP) == [8, 10]


def ring():
    """Three vehicles in a ring of three aisles, each of which wants into the next one."""
    plant = Plant(horizon=100, zones={"ab": 1, "bc": 1, "ca": 1}, places={"transport.cart": 9})
    legs = {}
    for here, there, on in (("a", "b", "c"), ("b", "c", "a"), ("c", "a", "b")):
        plant.station(here)
        legs[here, there] = [(here + there, 4)]
        legs[here, on] = [(here + there, 4), (there + on, 4)]
        plant.product(here, {"op": "1", "on": here, "cycle": 1}, {"op": "2", "on": on, "cycle": 1, "fleet": "cart"})  # fmt: skip
        plant.order(here, here, 1)
    return plant.fleet("cart", {}, {n: n for n in "abc"}, ["a", "b", "c"], legs=legs)


RING = (
    "cart#1 (plant.yaml:9) is held up for bc by cart#2",
    "cart#2 (plant.yaml:9) is held up for ca by cart#3",
    "cart#3 (plant.yaml:9) is held up for ab by cart#1",
)


def test_stall_when_vehicles_fill_a_ring_then_each_is_named(engine):  # S-80, S-157
    tally = engine(ring().program(), 0)
    assert tally.ended == 5 * S
    assert tally.stall == RING


def test_run_when_vehicles_fill_a_ring_and_others_go_on_then_it_is_told_at_the_end(engine):  # S-81
    plant = ring().station("other")
    plant.product("q", {"op": "1", "on": "other", "cycle": 1}).saturated("q")
    tally = engine(plant.program(), 0)
    assert tally.ended == 100 * S
    assert tally.stall == RING
    assert spent(tally, HELD) == [95, 95, 95]


def test_stall_when_a_vehicle_at_a_full_door_blocks_the_aisle_then_the_ring_is_told(engine):  # S-80
    plant = Plant(horizon=100, zones={"ab": 2, "ba": 2}).station("a", output=9)
    plant.station("b", input=0)
    plant.product("p", {"op": "1", "on": "a", "cycle": 1}, {"op": "2", "on": "b", "cycle": 3, "fleet": "cart"}, {"op": "3", "on": "a", "cycle": 1, "fleet": "cart"})  # fmt: skip
    plant.fleet("cart", {}, {"a": "a", "b": "b"}, ["a", "a"], legs=LOOP)
    tally = engine(plant.order("x", "p", 4).program(), 0)
    # The first is let in at 5 and calls at 8. By then its vehicle is on its way with the third,
    # which it takes up at 9; the second stands at the door with its item since 6.
    assert tally.ended == 13 * S
    assert tally.stall == (
        "b holds a part of 'p' and waits for a vehicle of cart",
        "cart#1 is held up for ab by cart#2",
        "cart#2 holds a part of 'p' and waits for room at b",
    )


# -- batteries -------------------------------------------------------------------------------


def driven(horizon, battery, *, vehicles=("a",), chargers=(("b", "charger"),), room=1, **keys):
    """Items are always there to be brought from a to b, 4 s each way, free for all."""
    plant = Plant(horizon=horizon, zones={"charger": room, "other": 1})
    plant.station("a", output=9).station("b", input=99)
    plant.product(
        "p",
        {"op": "1", "on": "a", "cycle": 1},
        {"op": "2", "on": "b", "cycle": 1, "fleet": "cart"},
    )
    legs = {("a", "b"): [(None, 4)], ("b", "a"): [(None, 4)]}
    battery = {"chargers": chargers, **battery}
    return plant.fleet("cart", {}, {"a": "a", "b": "b"}, vehicles, legs=legs, battery=battery, **keys)  # fmt: skip


def test_battery_when_it_is_low_then_the_vehicle_charges_and_comes_back(engine):  # S-158, S-159
    battery = {"charging": 4, "low": 10, "until": 50}
    tally = engine(driven(120, battery).saturated("p").program(), 0, trace=True)
    # Sent at 1; free at b at 5, 13, 21, 29, 37, 45 with 46, 38, 30, 22, 14, 6 left: 44 / 4 = 11 s.
    # Then free with 42, 34, 26, 18, 10 at 96 at last, and 40 / 4 = 10 s.
    assert told(tally, Event.RECHARGE, Event.CHARGE, Event.CHARGED) == [
        (45, "CHARGE", 0, 0), (45, "RECHARGE", 0, 0), (56, "CHARGED", 0, 0),
        (96, "CHARGE", 0, 0), (96, "RECHARGE", 0, 0), (106, "CHARGED", 0, 0),
    ]  # fmt: skip
    assert spent(tally, CHARGING) == [21]
    assert tally.vehicle_charges.tolist() == [2]
    assert tally.vehicle_flat.tolist() == [0]
    assert tally.zone_entries.tolist() == [2, 0]


def test_battery_when_a_vehicle_never_rests_then_it_drives_its_share_of_the_time(engine):  # S-159
    plant = driven(56 + 50 * 40, {"charging": 4, "low": 10, "until": 50}).saturated("p")
    plant.warmup = 56
    tally = engine(plant.program(), 0)
    # Driving 40 s takes what charging 10 s brings: 4 / (4 + 1) of the time on the floor.
    assert spent(tally, CHARGING) == [0.2 * 50 * 40]
    assert tally.vehicle_moves.tolist() == [5 * 40]


def test_battery_when_the_vehicle_stands_then_it_still_runs_down(engine):  # S-158
    battery = {"charging": 3, "low": 10, "until": 30, "standing": 2}
    tally = engine(driven(40, battery).program(), 0, trace=True)
    # 20 units at 2 a second; 4 s to the charger at 1 a second leave 6: 24 / 3 = 8 s.
    assert told(tally, Event.RECHARGE, Event.CHARGE) == [
        (10, "RECHARGE", 0, 0), (14, "CHARGE", 0, 0), (32, "CHARGE", 0, 0), (32, "RECHARGE", 0, 0),
    ]  # fmt: skip
    ends = tally.trace.time[tally.trace.kind == Event.CHARGED].tolist()
    assert ends == [22 * S, 32 * S + 6_666_666_667]  # 20 units at 3: the first tick that is enough


def test_charger_when_it_is_taken_then_the_next_vehicle_waits_for_it(engine):  # S-159, S-157
    battery = {"charging": 1, "low": 10, "until": 30, "content": [10, 10, 30]}
    plant = driven(60, battery, vehicles=("b", "b", "a"))
    tally = engine(plant.program(), 0, trace=True)
    assert told(tally, Event.CHARGE, Event.CHARGED) == [
        (0, "CHARGE", 0, 0), (20, "CHARGE", 1, 0), (20, "CHARGED", 0, 0), (40, "CHARGED", 1, 0),
    ]  # fmt: skip
    assert spent(tally, HELD) == [0, 20, 0]
    assert tally.zone_held.tolist() == [20 * S, 0]


def test_charger_when_it_has_two_places_then_vehicles_charge_side_by_side(engine):  # S-159
    battery = {"charging": 1, "low": 10, "until": 30, "content": [0, 10, 10]}
    tally = engine(driven(60, battery, vehicles=("b", "b", "b"), room=2).program(), 0, trace=True)
    # The first needs 30 s, the second 20 s, and the third comes after it.
    assert told(tally, Event.CHARGE, Event.CHARGED) == [
        (0, "CHARGE", 0, 0), (0, "CHARGE", 1, 0), (20, "CHARGE", 2, 0), (20, "CHARGED", 1, 0),
        (30, "CHARGED", 0, 0), (40, "CHARGED", 2, 0),
    ]  # fmt: skip
    assert spent(tally, HELD) == [0, 0, 20]


def test_charger_when_the_near_one_is_wanted_then_a_vehicle_goes_to_the_other(engine):  # S-158
    battery = {"charging": 1, "low": 10, "until": 30, "content": [10, 10, 10]}
    plant = driven(60, battery, vehicles=("b", "b", "b"), chargers=(("b", "charger"), ("a", "other")))  # fmt: skip
    tally = engine(plant.program(), 0, trace=True)
    assert told(tally, Event.RECHARGE) == [
        (0, "RECHARGE", 0, 0), (0, "RECHARGE", 1, 1), (0, "RECHARGE", 2, 0),
    ]  # fmt: skip
    # The second drives 4 s to it, which takes 4 units.
    assert told(tally, Event.CHARGED) == [(20, "CHARGED", 0, 0), (28, "CHARGED", 1, 1), (40, "CHARGED", 2, 0)]  # fmt: skip


def test_battery_when_there_was_too_little_for_a_move_then_that_is_counted(engine):  # S-158
    battery = {"charging": 2, "low": 1, "until": 6}
    tally = engine(driven(60, battery).order("x", "p", 3).program(), 0, trace=True)
    # From a to b takes 4 of 6; from b to a and back takes 8 of the 2 that are left.
    assert told(tally, Event.CHARGE, Event.CHARGED) == [
        (13, "CHARGE", 0, 0), (19, "CHARGED", 0, 0), (27, "CHARGE", 0, 0), (31, "CHARGED", 0, 0),
    ]  # fmt: skip
    assert tally.vehicle_flat.tolist() == [2]


def test_stall_when_only_batteries_run_down_then_it_is_still_a_stall(engine):  # S-158, S-80
    battery = {"charging": 3, "low": 10, "until": 30, "standing": 1}
    plant = driven(100, battery)
    plant.product("p", {"op": "1", "on": "a", "cycle": 1}, {"op": "2", "on": "a", "cycle": 1, "takes": "jig"})  # fmt: skip
    plant.carriers["jig"] = 0
    tally = engine(plant.order("x", "p", 1).program(), 0)
    assert tally.ended == 1 * S
    assert tally.stall != ()
