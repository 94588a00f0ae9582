"""The commonest instant in one go: one machine hands its item on and works on with its next.

Where nothing else happens at a tick, and where the item finds room in a queue before a machine
that works or can take it (or leaves the plant), phases B and C come to this: nobody need stand at
a door, and no station be settled, unless somebody wants the place that gets free. The rows and the
sums are those of the long way (`finishing`, `stations`, `starting`), in the same order.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.calendar import next_time
from vtwin.engines.kernel.codes import ROW_ARRIVE, ROW_FINISH, STARVED, WORKING
from vtwin.engines.kernel.floor import changed, forget, mark
from vtwin.engines.kernel.layout import (
    E_STEP,
    H_CHANGED,
    H_FREE_ITEM,
    H_NOW,
    H_PENDING,
    H_ROW_LIMIT,
    H_STOP_COUNT,
    IT_CARRIERS,
    IT_FINISHED,
    IT_MACHINE,
    IT_QUANTITY,
    IT_SERIAL,
    IT_SOURCE,
    M_BEGUN,
    M_CYCLES,
    M_DOING,
    M_FIT,
    M_INDEX,
    M_ITEM,
    M_OPEN,
    M_RUN_FROM,
    M_RUNNING,
    M_STATE,
    M_STATION,
    M_WAY,
    M_WORK,
    NOTHING,
    OP_FIRST,
    OP_INDEX,
    ST_ARRIVALS,
    ST_DOOR_FIRST,
    ST_INDEX,
    ST_OUTSIDE_FIRST,
    ST_PLACES,
    ST_QUEUED,
    ST_SUPPLIES,
    ST_SUPPLY_COUNT,
    W_BUSY,
    W_CYCLES,
    W_MACHINE,
    W_ONWARD,
    W_PIECES,
    W_STEP,
    W_STRAIGHT,
    W_VISITS,
)
from vtwin.engines.kernel.lines import join, take_first
from vtwin.engines.kernel.machines import take
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.releases import leave, source_item
from vtwin.engines.kernel.running import age
from vtwin.engines.kernel.trace import note


@compiled
def go_straight(m: int, machine: int) -> int:
    """What happens when the work of a machine is done, if it is the commonest; whether it was."""
    way = load(machine, M_WAY)
    if (
        way == NOTHING
        or not load(way, W_STRAIGHT)
        or load(machine, M_STATE) != WORKING
        or not load(machine, M_OPEN)
        or load(m, H_CHANGED)
        or next_time(m) == load(m, H_NOW)
        or not _is_expected(m, load(machine, M_ITEM), load(way, W_ONWARD))
        or _looks_at_door(load(machine, M_STATION))
    ):
        return 0
    _finish(m, machine, way)
    _go_on(m, machine, way)
    if load(m, H_ROW_LIMIT) != 0:  # Python is asked to take rows when C is over
        store(m, H_CHANGED, 1)
    return 1


@compiled
def _is_expected(m: int, item: int, onward: int) -> int:
    """Whether an item that is done finds room before a machine that works or can take it, or
    leaves quietly.
    """
    if onward == NOTHING:
        return (
            load(item, IT_SOURCE) == NOTHING
            and load(item, IT_CARRIERS) == 0
            and load(m, H_STOP_COUNT) == 0
        )
    there = load(onward, W_MACHINE)
    station = load(there, M_STATION)
    return (
        (load(there, M_ITEM) != NOTHING or load(there, M_FIT))
        and load(station, ST_QUEUED) < load(station, ST_PLACES)
        and load(m, H_FREE_ITEM) != NOTHING  # else Python is asked for room when C is over
    )


@compiled
def _looks_at_door(station: int) -> int:
    """Whether the next item comes from the door, or from outside, straight to the machine."""
    return load(station, ST_PLACES) == 0 and (
        load(station, ST_DOOR_FIRST) != NOTHING or load(station, ST_OUTSIDE_FIRST) != NOTHING
    )


@compiled
def _finish(m: int, machine: int, way: int) -> None:
    """The operation is done, and its item goes on (S-35, S-22)."""
    item, step, now = load(machine, M_ITEM), load(way, W_STEP), load(m, H_NOW)
    add(m, H_PENDING, -1)
    age(machine, now - load(machine, M_RUN_FROM))
    add(way, W_VISITS, 1)
    add(way, W_CYCLES, load(machine, M_CYCLES))
    add(way, W_PIECES, load(item, IT_QUANTITY))
    add(way, W_BUSY, load(machine, M_WORK))
    note(m, ROW_FINISH, load(machine, M_INDEX), load(item, IT_SERIAL), load(step, OP_INDEX))
    onward = load(way, W_ONWARD)
    if onward == NOTHING:
        leave(m, item)
        forget(m, item)
        return
    there = load(onward, W_MACHINE)
    store(item, E_STEP, load(onward, W_STEP))
    store(item, IT_FINISHED, now)
    store(item, IT_MACHINE, NOTHING)
    join(m, load(there, M_STATION), item)
    if load(there, M_ITEM) == NOTHING:
        take(m, take_first(m, load(there, M_STATION), load(onward, W_STEP)), onward)
        store(m, H_CHANGED, 1)


@compiled
def _go_on(m: int, machine: int, way: int) -> None:
    """The machine takes its next item (S-25, S-63), and those who wanted its place may come; or
    there is none.
    """
    station, step = load(machine, M_STATION), load(way, W_STEP)
    if load(step, OP_FIRST) != NOTHING:
        item = take_first(m, station, step)
        if load(station, ST_DOOR_FIRST) != NOTHING or load(station, ST_OUTSIDE_FIRST) != NOTHING:
            mark(m, station)
            store(m, H_CHANGED, 1)
    elif load(station, ST_SUPPLY_COUNT) != 0:
        item = source_item(m, load(load(station, ST_SUPPLIES), 0))
        if item != NOTHING:
            add(station, ST_ARRIVALS, 1)
            serial, quantity = load(item, IT_SERIAL), load(item, IT_QUANTITY)
            note(m, ROW_ARRIVE, load(station, ST_INDEX), serial, quantity)
    else:
        store(machine, M_ITEM, NOTHING)
        store(machine, M_WAY, NOTHING)
        store(machine, M_RUNNING, 0)
        store(machine, M_BEGUN, 0)
        store(machine, M_DOING, STARVED)
        changed(m, machine)
        store(m, H_CHANGED, 1)
        return
    if item != NOTHING:
        take(m, item, way)
