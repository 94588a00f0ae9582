"""Vehicles that carry items from station to station (S-150 to S-153)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.codes import (
    NEAREST,
    ROW_DROP,
    ROW_PICK,
    ROW_REACH,
    ROW_SEND,
    VEHICLE_BLOCKED,
    VEHICLE_EMPTY,
    VEHICLE_IDLE,
    VEHICLE_LOADED,
)
from vtwin.engines.kernel.layout import (
    E_NEXT,
    E_PRIORITY,
    E_STEP,
    FL_ANSWERED,
    FL_BATTERY,
    FL_FIRST,
    FL_IDLE,
    FL_INDEX,
    FL_LOAD,
    FL_NODES,
    FL_RULE,
    FL_SIZE,
    FL_TRAVEL,
    FL_UNLOAD,
    FL_VEHICLE_COUNT,
    FL_VEHICLES,
    FL_WAITED,
    FL_WAYS,
    H_FLEET_COUNT,
    H_FLEETS,
    H_NOW,
    H_ROADS_CHANGED,
    IT_FINISHED,
    IT_MACHINE,
    IT_OUTPUT,
    IT_VEHICLE,
    M_STATION,
    NOTHING,
    OP_STATION,
    ST_INDEX,
    ST_NODES,
    V_FLEET,
    V_HOME,
    V_ITEM,
    V_MOVES,
    V_NODE,
    V_RANK,
    V_STATE,
    record,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.queues import stand_at_door, take_out
from vtwin.engines.kernel.traffic import (
    drive,
    enters_state,
    note_vehicle,
    recharge,
    settle_roads,
    stand_beside,
)


@compiled
def _node(fleet: int, station: int) -> int:
    """Where a fleet's vehicles stop for a station."""
    return load(load(station, ST_NODES), load(fleet, FL_INDEX))


@compiled
def _ticks(fleet: int, node: int, station: int) -> int:
    """Ticks from a node to a station."""
    return load(load(fleet, FL_TRAVEL), node * load(fleet, FL_NODES) + _node(fleet, station))


@compiled
def _home(item: int) -> int:
    """The station an item that waits for a vehicle is at."""
    machine = load(item, IT_MACHINE)
    return load(item, IT_OUTPUT) if machine == NOTHING else load(machine, M_STATION)


@compiled
def _change(m: int, vehicle: int, state: int, row: int, station: int) -> None:
    enters_state(m, vehicle, state)
    note_vehicle(m, vehicle, row, load(station, ST_INDEX))


# -- answering calls (end of phase C, S-151) -------------------------------------------------


@rare
def answer_calls(m: int) -> None:
    """Send free vehicles to be charged and to open calls, and let vehicles drive on."""
    for n in range(load(m, H_FLEET_COUNT)):
        fleet = record(m, H_FLEETS, FL_SIZE, n)
        if load(fleet, FL_BATTERY) != NOTHING:
            recharge(m, fleet)
        while load(fleet, FL_FIRST) != NOTHING and load(fleet, FL_IDLE) > 0:
            _answer(m, fleet)
    if load(m, H_ROADS_CHANGED):
        settle_roads(m)


@compiled
def _answer(m: int, fleet: int) -> None:
    """Send the best pair of an open call and a free vehicle. Calls are in their order, the most
    urgent first, and so are vehicles: of pairs with the same way the first one stays.
    """
    item = load(fleet, FL_FIRST)
    urgency, nearest = load(item, E_PRIORITY), load(fleet, FL_RULE) == NEAREST
    best, chosen, way_of_best = item, NOTHING, 0
    while item != NOTHING and load(item, E_PRIORITY) == urgency:
        home = _home(item)
        for n in range(load(fleet, FL_VEHICLE_COUNT)):
            vehicle = load(load(fleet, FL_VEHICLES), n)
            if load(vehicle, V_STATE) == VEHICLE_IDLE:
                way = _ticks(fleet, load(vehicle, V_NODE), home)
                if chosen == NOTHING or way < way_of_best:
                    best, chosen, way_of_best = item, vehicle, way
        item = load(item, E_NEXT) if nearest else NOTHING
    take_out(fleet, FL_FIRST, E_NEXT, best)
    _send(m, fleet, chosen, best)


@compiled
def _send(m: int, fleet: int, vehicle: int, item: int) -> None:
    """A vehicle goes to take an item up."""
    home = _home(item)
    store(vehicle, V_ITEM, item)
    store(vehicle, V_HOME, home)
    _change(m, vehicle, VEHICLE_EMPTY, ROW_SEND, home)
    add(fleet, FL_IDLE, -1)
    drive(m, vehicle, _node(fleet, home), load(fleet, FL_LOAD))


# -- moving (phase B, S-152) -----------------------------------------------------------------


@rare
def picked_up(m: int, vehicle: int) -> None:
    """The item is on the vehicle and no longer where it was."""
    fleet, item, home = load(vehicle, V_FLEET), load(vehicle, V_ITEM), load(vehicle, V_HOME)
    now = load(m, H_NOW)
    add(fleet, FL_ANSWERED, 1)
    add(fleet, FL_WAITED, now - load(item, IT_FINISHED))
    store(item, IT_VEHICLE, vehicle)
    _change(m, vehicle, VEHICLE_LOADED, ROW_PICK, home)
    node = _node(fleet, home)
    store(vehicle, V_NODE, node)
    goal = load(load(item, E_STEP), OP_STATION)
    drive(m, vehicle, _node(fleet, goal), load(fleet, FL_UNLOAD))


@rare
def reach(m: int, vehicle: int) -> None:
    """The vehicle stands at the door of the next station."""
    item = load(vehicle, V_ITEM)
    goal = load(load(item, E_STEP), OP_STATION)
    _change(m, vehicle, VEHICLE_BLOCKED, ROW_REACH, goal)
    store(vehicle, V_NODE, _node(load(vehicle, V_FLEET), goal))
    stand_at_door(m, item, load(vehicle, V_RANK))


@rare
def drop(m: int, vehicle: int) -> None:
    """The item is let in (phase C1)."""
    item = load(vehicle, V_ITEM)
    store(item, IT_VEHICLE, NOTHING)
    _change(m, vehicle, VEHICLE_IDLE, ROW_DROP, load(load(item, E_STEP), OP_STATION))
    store(vehicle, V_ITEM, NOTHING)
    add(vehicle, V_MOVES, 1)
    add(load(vehicle, V_FLEET), FL_IDLE, 1)
    if load(load(vehicle, V_FLEET), FL_WAYS) != NOTHING:
        stand_beside(m, vehicle)
