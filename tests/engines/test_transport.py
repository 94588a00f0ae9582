"""Vehicles between stations: small plants worked out by hand."""

from __future__ import annotations

from tests.engines.plants import Plant, S
from tests.engines.rows import of, seconds, times
from vtwin.plant.primitives import CallRule, MachineState
from vtwin.plant.trace import Event, VehicleState

BLOCKED, STARVED, WORKING = MachineState.BLOCKED, MachineState.STARVED, MachineState.WORKING


def pair(horizon, cycles=(4, 1), *, vehicles=("b",), places=5, **keys):
    """Machine a, then machine b, 3 s apart; every item is brought by the fleet."""
    plant = Plant(horizon=horizon).station("a", output=keys.pop("output", 0)).station("b", input=places)  # fmt: skip
    plant.product(
        "p",
        {"op": "1", "on": "a", "cycle": cycles[0]},
        {"op": "2", "on": "b", "cycle": cycles[1], "fleet": "cart"},
    )
    return plant.fleet("cart", {("a", "b"): 3}, {"a": "a", "b": "b"}, vehicles, **keys)


def moves(tally):
    """Every SEND, PICK, REACH and DROP as (s, kind, vehicle, item)."""
    kinds = (Event.SEND, Event.PICK, Event.REACH, Event.DROP)
    return [(t, k.name, e, i) for k in kinds for t, e, i, _ in of(tally, k)]


def test_vehicle_when_an_item_calls_then_it_comes_loads_carries_and_unloads(engine):  # S-152
    tally = engine(pair(30, load=1, unload=2).order("x", "p", 1).program(), 0, trace=True)
    assert moves(tally) == [
        (4, "SEND", 0, 0), (8, "PICK", 0, 0), (13, "REACH", 0, 0), (13, "DROP", 0, 0),
    ]  # fmt: skip
    assert times(tally, Event.START, 1) == [13]
    assert tally.vehicle_state.tolist() == [[21 * S, 4 * S, 5 * S, 0, 0, 0]]
    assert tally.vehicle_moves.tolist() == [1]
    assert tally.fleet_calls.tolist() == [1]
    assert tally.fleet_wait.tolist() == [4 * S]


def test_machine_when_its_item_waits_for_a_vehicle_then_it_is_blocked(engine):  # S-150
    tally = engine(pair(30).saturated("p").program(), 0, trace=True)
    # Called at 4, taken up at 7, brought at 10; called at 11, taken up at 14 …
    assert times(tally, Event.PICK) == [7, 14, 21, 28]
    assert times(tally, Event.REACH) == [10, 17, 24]
    assert seconds(tally, 0) == {WORKING: 4 + 4 + 4 + 4 + 2, BLOCKED: 3 + 3 + 3 + 3}


def test_machine_when_there_is_an_output_buffer_then_the_item_waits_there(engine):  # S-150, S-24
    tally = engine(pair(22, output=1).saturated("p").program(), 0, trace=True)
    assert times(tally, Event.PICK) == [7, 13, 19]
    assert times(tally, Event.START, 0) == [0, 4, 8, 13, 19]
    assert tally.station_output_area.tolist() == [3_000_000 + 5_000_000 + 6_000_000 + 3_000_000, 0]


def test_vehicle_when_there_is_no_room_then_it_waits_at_the_door(engine):  # S-152
    tally = engine(pair(40, cycles=(1, 20), places=0).saturated("p").program(), 0, trace=True)
    assert times(tally, Event.DROP) == [7, 27]
    assert times(tally, Event.REACH) == [7, 13, 33]
    assert tally.vehicle_state[0].tolist()[VehicleState.BLOCKED] == (27 - 13 + 40 - 33) * S


def test_door_when_a_vehicle_and_a_machine_come_at_one_tick_then_the_machine_goes_first(engine):
    # S-152
    plant = pair(40, cycles=(4, 5), places=0).station("z")
    plant.product("q", {"op": "1", "on": "z", "cycle": 10}, {"op": "2", "on": "b", "cycle": 5})
    tally = engine(plant.order("x", "p", 1).order("y", "q", 1).program(), 0, trace=True)
    assert times(tally, Event.REACH) == [10]
    starts = [(t, v) for t, e, _, v in of(tally, Event.START) if e == 1]
    assert starts == [(10, 3), (15, 1)]


def test_vehicles_when_several_are_free_then_the_nearest_comes(engine):  # S-151
    plant = pair(30, vehicles=("b", "a", "a")).order("x", "p", 2)
    tally = engine(plant.program(), 0, trace=True)
    # The second and third stand at a already: the second first, by its name.
    assert [(t, e) for t, e, _, _ in of(tally, Event.SEND)] == [(4, 1), (8, 2)]
    assert times(tally, Event.PICK) == [4, 8]


def far_and_near(rule):
    """Two machines call at 10 and at 11 while the only vehicle is on its way until 12."""
    plant = Plant(horizon=60).station("far").station("near").station("goal")
    for name, start, cycle in (("far", 0, 10), ("near", 0, 11), ("first", 0, 6)):
        if name == "first":
            plant.station("first")
        plant.product(
            name,
            {"op": "1", "on": name, "cycle": cycle},
            {"op": "2", "on": "goal", "cycle": 1, "fleet": "cart"},
        )
        plant.order(name, name, 1, release=start)
    ways = {("goal", "far"): 9, ("goal", "near"): 2, ("goal", "first"): 3, ("far", "near"): 9, ("far", "first"): 9, ("near", "first"): 9}  # fmt: skip
    at = {name: name for name in ("far", "near", "first", "goal")}
    return plant.fleet("cart", ways, at, ["goal"], rule=rule)


def test_calls_when_the_rule_is_the_longest_wait_then_the_older_call_goes_first(engine):  # S-151
    tally = engine(far_and_near(CallRule.LONGEST_WAIT).program(), 0, trace=True)
    assert times(tally, Event.SEND) == [6, 12, 30]
    assert times(tally, Event.PICK) == [9, 21, 32]


def test_calls_when_the_rule_is_the_nearest_then_the_shorter_way_goes_first(engine):  # S-151
    tally = engine(far_and_near(CallRule.NEAREST).program(), 0, trace=True)
    assert times(tally, Event.PICK) == [9, 14, 25]


def test_calls_when_an_order_is_more_urgent_then_it_goes_first(engine):  # S-151
    plant = far_and_near(CallRule.NEAREST)
    plant.orders[0]["priority"] = 1
    assert times(engine(plant.program(), 0, trace=True), Event.PICK) == [9, 21, 32]


def test_vehicle_when_all_ways_take_no_time_then_the_move_happens_in_later_rounds(engine):  # S-03
    plant = pair(20)
    plant.fleets["cart"]["ways"] = {("a", "b"): 0}
    tally = engine(plant.order("x", "p", 2).program(), 0, trace=True)
    assert times(tally, Event.START, 1) == [4, 8]
    assert seconds(tally, 0) == {WORKING: 8, STARVED: 12}


def test_item_when_its_next_operation_is_at_its_station_then_nothing_carries_it(engine):  # S-150
    plant = pair(20)
    plant.product("p", {"op": "1", "on": "a", "cycle": 4}, {"op": "2", "on": "a", "cycle": 1, "fleet": "cart"})  # fmt: skip
    tally = engine(plant.order("x", "p", 1).program(), 0, trace=True)
    assert times(tally, Event.LEAVE) == [5]
    assert times(tally, Event.SEND) == []


def test_stall_when_a_vehicle_waits_in_a_ring_then_it_is_named(engine):  # S-80
    plant = Plant(horizon=100, places={"transport.cart": 9}).station("a", input=0).station("b", input=0)  # fmt: skip
    for product, first, second in (("p", "a", "b"), ("q", "b", "a")):
        plant.product(
            product,
            {"op": "1", "on": first, "cycle": 4},
            {"op": "2", "on": second, "cycle": 1, "fleet": "cart"},
        )
        plant.saturated(product)
    plant.fleet("cart", {("a", "b"): 3}, {"a": "a", "b": "b"}, ["a"])
    tally = engine(plant.program(), 0)
    assert tally.stall == (
        "cart#1 (plant.yaml:9) holds a part of 'p' and waits for room at b",
        "b holds a part of 'q' and waits for a vehicle of cart (plant.yaml:9)",
    )
