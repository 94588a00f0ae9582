"""Vehicles that hold one another up on one-way aisles, and their batteries (S-154 to S-159)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.calendar import cancel, schedule
from vtwin.engines.kernel.codes import (
    ROW_CHARGE,
    ROW_CHARGED,
    ROW_ENTER,
    ROW_GO,
    ROW_HALT,
    ROW_RECHARGE,
    VEHICLE_CHARGING,
    VEHICLE_EMPTY,
    VEHICLE_HELD,
    VEHICLE_IDLE,
    VEHICLE_LOADED,
)
from vtwin.engines.kernel.layout import (
    BY_CHARGER_COUNT,
    BY_CHARGERS,
    BY_CHARGING,
    BY_DRIVING,
    BY_LOW,
    BY_STANDING,
    BY_UNTIL,
    CG_NODE,
    CG_SIZE,
    FL_BATTERY,
    FL_IDLE,
    FL_NODES,
    FL_TRAVEL,
    FL_VEHICLE_COUNT,
    FL_VEHICLES,
    FL_WAYS,
    H_NOW,
    H_PENDING,
    H_ROADS_CHANGED,
    H_VEHICLE_COUNT,
    H_VEHICLES,
    IT_SERIAL,
    LG_SIZE,
    LG_TICKS,
    LG_ZONE,
    NOTHING,
    V_CHARGER,
    V_CHARGER_AHEAD,
    V_CHARGES,
    V_CONTENT,
    V_FLAT,
    V_FLEET,
    V_INDEX,
    V_ITEM,
    V_LEG,
    V_LEGS,
    V_NEXT,
    V_NODE,
    V_OBSTACLE,
    V_ON_LEG,
    V_RESUMES,
    V_SINCE,
    V_SIZE,
    V_SLOT,
    V_STATE,
    V_THEN,
    V_TIMES,
    V_WANTING,
    V_WANTS,
    V_WATCHES,
    V_ZONE,
    WY_COUNT,
    WY_LEGS,
    WY_SIZE,
    Z_BOUND,
    Z_COUNT,
    Z_ENTRIES,
    Z_FIRST,
    Z_HELD,
    Z_INDEX,
    Z_LAST,
    Z_ROOM,
    record,
)
from vtwin.engines.kernel.memory import FIELD, add, load, store
from vtwin.engines.kernel.trace import note
from vtwin.plant.primitives import NONE


@compiled
def note_vehicle(m: int, vehicle: int, row: int, value: int) -> None:
    """Write a row of a vehicle, with the item it is on the way for or carries."""
    item = load(vehicle, V_ITEM)
    serial = NONE if item == NOTHING else load(item, IT_SERIAL)
    note(m, row, load(vehicle, V_INDEX), serial, value)


@compiled
def enters_state(m: int, vehicle: int, state: int) -> None:
    """Account for the state it was in, and for what that took of its battery."""
    now, before = load(m, H_NOW), load(vehicle, V_STATE)
    add(vehicle, V_TIMES + before, now - load(vehicle, V_SINCE))
    if load(load(vehicle, V_FLEET), FL_BATTERY) != NOTHING:
        store(vehicle, V_CONTENT, _content(m, vehicle))
    store(vehicle, V_STATE, state)
    store(vehicle, V_SINCE, now)


# -- driving (S-155) -------------------------------------------------------------------------


@compiled
def drive(m: int, vehicle: int, goal: int, then: int) -> None:
    """Drive to a node, and load or unload there."""
    fleet = load(vehicle, V_FLEET)
    way = load(vehicle, V_NODE) * load(fleet, FL_NODES) + goal
    if load(fleet, FL_WAYS) != NOTHING:
        _set_out(m, vehicle, load(fleet, FL_WAYS) + way * (WY_SIZE * FIELD), then)
    else:
        _wait_for(m, vehicle, load(load(fleet, FL_TRAVEL), way) + then)


@rare
def _set_out(m: int, vehicle: int, way: int, then: int) -> None:
    if load(vehicle, V_WATCHES):
        store(vehicle, V_WATCHES, 0)
        cancel(m, load(vehicle, V_SLOT))
    store(vehicle, V_LEG, load(way, WY_LEGS))
    store(vehicle, V_LEGS, load(way, WY_COUNT))
    store(vehicle, V_THEN, then)
    want_on(m, vehicle)


@compiled
def _wait_for(m: int, vehicle: int, ticks: int) -> None:
    add(m, H_PENDING, 1)
    schedule(m, load(vehicle, V_SLOT), load(m, H_NOW) + ticks)


@rare
def want_on(m: int, vehicle: int) -> None:
    """It wants on from now on."""
    store(vehicle, V_WANTING, 1)
    store(vehicle, V_WANTS, load(m, H_NOW))
    store(m, H_ROADS_CHANGED, 1)


@rare
def settle_roads(m: int) -> None:
    """Let vehicles drive on, then hold up the others (end of phase C, S-155, S-157)."""
    while True:
        chosen = NOTHING
        for n in range(load(m, H_VEHICLE_COUNT)):
            vehicle = record(m, H_VEHICLES, V_SIZE, n)
            if (
                load(vehicle, V_WANTING)
                and (chosen == NOTHING or load(vehicle, V_WANTS) < load(chosen, V_WANTS))
                and _in_the_way(vehicle) == NOTHING
            ):
                chosen = vehicle
        if chosen == NOTHING:
            break
        store(chosen, V_WANTING, 0)
        _go_on(m, chosen)
    store(m, H_ROADS_CHANGED, 0)
    for n in range(load(m, H_VEHICLE_COUNT)):
        vehicle = record(m, H_VEHICLES, V_SIZE, n)
        if load(vehicle, V_WANTING) and load(vehicle, V_STATE) != VEHICLE_HELD:
            _halt(m, vehicle)


@compiled
def _next_leg(vehicle: int) -> int:
    """The next leg, NOTHING at the goal."""
    if load(vehicle, V_LEGS) > 0:
        return load(vehicle, V_LEG)
    return load(vehicle, V_CHARGER) if load(vehicle, V_CHARGER_AHEAD) else NOTHING


@compiled
def _in_the_way(vehicle: int) -> int:
    """The zone that keeps it from going on: its own or that of its next leg."""
    zone = load(vehicle, V_ZONE)
    at_charger = load(vehicle, V_CHARGER) != NOTHING and load(vehicle, V_CHARGER_AHEAD) == 0
    if zone != NOTHING and load(zone, Z_FIRST) != vehicle and not at_charger:
        return zone
    leg = _next_leg(vehicle)
    if leg != NOTHING:
        zone = load(leg, LG_ZONE)
        if zone != NOTHING and load(zone, Z_COUNT) >= load(zone, Z_ROOM):
            return zone
    return NOTHING


@compiled
def _go_on(m: int, vehicle: int) -> None:
    """Drive the next leg, or be at the goal."""
    if load(vehicle, V_STATE) == VEHICLE_HELD:
        zone = load(vehicle, V_OBSTACLE)
        add(zone, Z_HELD, load(m, H_NOW) - load(vehicle, V_SINCE))
        enters_state(m, vehicle, load(vehicle, V_RESUMES))
        note_vehicle(m, vehicle, ROW_GO, load(zone, Z_INDEX))
        store(vehicle, V_OBSTACLE, NOTHING)
    leg = _next_leg(vehicle)
    if leg != NOTHING:
        if load(vehicle, V_LEGS) > 0:
            store(vehicle, V_LEG, leg + LG_SIZE * FIELD)
            add(vehicle, V_LEGS, -1)
        else:
            store(vehicle, V_CHARGER_AHEAD, 0)
        _be_in(m, vehicle, load(leg, LG_ZONE))
        store(vehicle, V_ON_LEG, 1)
        _wait_for(m, vehicle, load(leg, LG_TICKS))
    elif load(vehicle, V_CHARGER) != NOTHING:
        _begin_charge(m, vehicle)
    else:
        _wait_for(m, vehicle, load(vehicle, V_THEN))


@compiled
def _halt(m: int, vehicle: int) -> None:
    """Another vehicle is in the way."""
    zone = _in_the_way(vehicle)
    store(vehicle, V_OBSTACLE, zone)
    store(vehicle, V_RESUMES, load(vehicle, V_STATE))
    enters_state(m, vehicle, VEHICLE_HELD)
    note_vehicle(m, vehicle, ROW_HALT, load(zone, Z_INDEX))


@compiled
def _be_in(m: int, vehicle: int, zone: int) -> None:
    """Leave a zone and enter the next one."""
    before = load(vehicle, V_ZONE)
    if before == NOTHING and zone == NOTHING:
        return
    if before != NOTHING:
        _leave(before, vehicle)
        store(m, H_ROADS_CHANGED, 1)
    store(vehicle, V_NEXT, NOTHING)
    if zone != NOTHING:
        if load(zone, Z_COUNT) == 0:
            store(zone, Z_FIRST, vehicle)
        else:
            store(load(zone, Z_LAST), V_NEXT, vehicle)
        store(zone, Z_LAST, vehicle)
        add(zone, Z_COUNT, 1)
        add(zone, Z_ENTRIES, 1)
    store(vehicle, V_ZONE, zone)
    note_vehicle(m, vehicle, ROW_ENTER, NONE if zone == NOTHING else load(zone, Z_INDEX))


@compiled
def _leave(zone: int, vehicle: int) -> None:
    """Only at a charger is it not always the first."""
    add(zone, Z_COUNT, -1)
    if load(zone, Z_FIRST) == vehicle:
        store(zone, Z_FIRST, load(vehicle, V_NEXT))
        return
    before = load(zone, Z_FIRST)
    while load(before, V_NEXT) != vehicle:
        before = load(before, V_NEXT)
    store(before, V_NEXT, load(vehicle, V_NEXT))
    if load(zone, Z_LAST) == vehicle:
        store(zone, Z_LAST, before)


@rare
def stand_beside(m: int, vehicle: int) -> None:
    """It is free, and leaves the aisle to others (S-156)."""
    _be_in(m, vehicle, NOTHING)
    _watch(m, vehicle)


# -- the battery (S-158, S-159) --------------------------------------------------------------


@compiled
def _content(m: int, vehicle: int) -> int:
    """Units in its battery now."""
    battery, state = load(load(vehicle, V_FLEET), FL_BATTERY), load(vehicle, V_STATE)
    content = load(vehicle, V_CONTENT)
    if state == VEHICLE_CHARGING:
        return content
    draw = load(battery, BY_STANDING)
    if state in (VEHICLE_EMPTY, VEHICLE_LOADED):
        draw = load(battery, BY_DRIVING)
    return content - draw * (load(m, H_NOW) - load(vehicle, V_SINCE))


@compiled
def _watch(m: int, vehicle: int) -> None:
    """An event at the first tick at which little is left."""
    battery = load(load(vehicle, V_FLEET), FL_BATTERY)
    if battery == NOTHING:
        return
    spare, draw = load(vehicle, V_CONTENT) - load(battery, BY_LOW), load(battery, BY_STANDING)
    if draw > 0 and spare > 0:
        store(vehicle, V_WATCHES, 1)
        schedule(m, load(vehicle, V_SLOT), load(m, H_NOW) + (spare + draw - 1) // draw)


@rare
def begin_traffic(m: int) -> None:
    """Batteries run down from tick 0 on."""
    for n in range(load(m, H_VEHICLE_COUNT)):
        _watch(m, record(m, H_VEHICLES, V_SIZE, n))


@rare
def recharge(m: int, fleet: int) -> None:
    """Send free vehicles with little left to be charged (end of phase C, S-158)."""
    low = load(load(fleet, FL_BATTERY), BY_LOW)
    for n in range(load(fleet, FL_VEHICLE_COUNT)):
        vehicle = load(load(fleet, FL_VEHICLES), n)
        if load(vehicle, V_STATE) == VEHICLE_IDLE and _content(m, vehicle) <= low:
            _send_to_charger(m, fleet, vehicle)


@compiled
def _send_to_charger(m: int, fleet: int, vehicle: int) -> None:
    """Of chargers with the same way the first one stays."""
    battery = load(fleet, FL_BATTERY)
    ways = load(fleet, FL_TRAVEL) + load(vehicle, V_NODE) * load(fleet, FL_NODES) * FIELD
    best, taken_at_best, way_of_best = NOTHING, 0, 0
    for n in range(load(battery, BY_CHARGER_COUNT)):
        charger = load(battery, BY_CHARGERS) + n * (CG_SIZE * FIELD)
        zone, way = load(charger, LG_ZONE), load(ways, load(charger, CG_NODE))
        taken = int(load(zone, Z_BOUND) >= load(zone, Z_ROOM))
        if (
            best == NOTHING
            or taken < taken_at_best
            or (taken == taken_at_best and way < way_of_best)
        ):
            best, taken_at_best, way_of_best = charger, taken, way
    zone = load(best, LG_ZONE)
    add(zone, Z_BOUND, 1)
    store(vehicle, V_CHARGER, best)
    store(vehicle, V_CHARGER_AHEAD, 1)
    add(fleet, FL_IDLE, -1)
    enters_state(m, vehicle, VEHICLE_EMPTY)
    note_vehicle(m, vehicle, ROW_RECHARGE, load(zone, Z_INDEX))
    drive(m, vehicle, load(best, CG_NODE), 0)


@compiled
def _begin_charge(m: int, vehicle: int) -> None:
    battery = load(load(vehicle, V_FLEET), FL_BATTERY)
    enters_state(m, vehicle, VEHICLE_CHARGING)
    note_vehicle(m, vehicle, ROW_CHARGE, load(load(load(vehicle, V_CHARGER), LG_ZONE), Z_INDEX))
    content, brings = load(vehicle, V_CONTENT), load(battery, BY_CHARGING)
    add(vehicle, V_CHARGES, 1)
    add(vehicle, V_FLAT, int(content < 0))
    missing = max(0, load(battery, BY_UNTIL) - content)
    _wait_for(m, vehicle, (missing + brings - 1) // brings)


@rare
def leave_charger(m: int, vehicle: int) -> None:
    """It is charged, and free (phase B)."""
    fleet, charger = load(vehicle, V_FLEET), load(vehicle, V_CHARGER)
    zone = load(charger, LG_ZONE)
    enters_state(m, vehicle, VEHICLE_IDLE)
    store(vehicle, V_CONTENT, load(load(fleet, FL_BATTERY), BY_UNTIL))
    note_vehicle(m, vehicle, ROW_CHARGED, load(zone, Z_INDEX))
    store(vehicle, V_NODE, load(charger, CG_NODE))
    store(vehicle, V_CHARGER, NOTHING)
    add(zone, Z_BOUND, -1)
    add(fleet, FL_IDLE, 1)
    stand_beside(m, vehicle)
