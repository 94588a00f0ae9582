"""Items leave what holds them: machines, output buffers and vehicles."""

from __future__ import annotations

from vtwin.engines.kernel.belts import take_off
from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.codes import STARVED, VEHICLE_EMPTY
from vtwin.engines.kernel.fleets import drop, picked_up, reach
from vtwin.engines.kernel.floor import changed, mark
from vtwin.engines.kernel.layout import (
    H_NOW,
    H_PENDING,
    IT_MACHINE,
    IT_MATE,
    IT_OUTPUT,
    IT_VEHICLE,
    M_BELT,
    M_DOING,
    M_ITEM,
    M_STATION,
    M_TOOL,
    M_WAY,
    NOTHING,
    ST_HELD,
    ST_HELD_MOMENT,
    ST_OUTPUT_PLACES,
    V_CHARGER,
    V_ITEM,
    V_ON_LEG,
    V_STATE,
    V_WATCHES,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.queues import leave_stuck
from vtwin.engines.kernel.sums import add_wide
from vtwin.engines.kernel.tools import loosened
from vtwin.engines.kernel.traffic import leave_charger, want_on


@compiled
def look_again(m: int, machine: int) -> None:
    """A machine with nothing in hand: its station and those that want its tool are dirty."""
    mark(m, load(machine, M_STATION))
    tool = load(machine, M_TOOL)
    if tool != NOTHING:
        loosened(m, tool)


@compiled
def hand_over(m: int, machine: int, item: int) -> None:
    """An item has left the machine, which is free when it was the last one (S-125)."""
    if load(machine, M_BELT) != NOTHING:
        take_off(m, machine)
        return
    first, mate = load(machine, M_ITEM), load(item, IT_MATE)
    store(item, IT_MACHINE, NOTHING)
    if first != item or mate != NOTHING:
        _leave_batch(machine, first, item, mate)
        return
    store(machine, M_ITEM, NOTHING)
    store(machine, M_WAY, NOTHING)
    store(machine, M_DOING, STARVED)
    changed(m, machine)
    look_again(m, machine)


@rare
def _leave_batch(machine: int, first: int, item: int, mate: int) -> None:
    """The others of the batch stay in the machine."""
    store(item, IT_MATE, NOTHING)
    if first == item:
        store(machine, M_ITEM, mate)
        return
    while load(first, IT_MATE) != item:
        first = load(first, IT_MATE)
    store(first, IT_MATE, mate)


@compiled
def fetch(m: int, item: int) -> None:
    """Take an item from the machine, output buffer or vehicle that holds it."""
    machine, home = load(item, IT_MACHINE), load(item, IT_OUTPUT)
    if machine != NOTHING:
        home = load(machine, M_STATION)
        if load(home, ST_OUTPUT_PLACES) != 0:
            leave_stuck(home, item)
        hand_over(m, machine, item)
    elif home != NOTHING:
        store(item, IT_OUTPUT, NOTHING)
        add(home, ST_HELD, -1)
        add_wide(home, ST_HELD_MOMENT, 1, load(m, H_NOW))
        mark(m, home)
    elif load(item, IT_VEHICLE) != NOTHING:
        drop(m, load(item, IT_VEHICLE))


@rare
def vehicle_due(m: int, vehicle: int) -> None:
    """The end of a move (phase B, S-152), or what vehicles that drive leg by leg wait for."""
    if load(vehicle, V_WATCHES):
        store(vehicle, V_WATCHES, 0)
        return
    add(m, H_PENDING, -1)
    if load(vehicle, V_ON_LEG):
        store(vehicle, V_ON_LEG, 0)
        want_on(m, vehicle)
    elif load(vehicle, V_CHARGER) != NOTHING:
        leave_charger(m, vehicle)
    elif load(vehicle, V_STATE) == VEHICLE_EMPTY:
        fetch(m, load(vehicle, V_ITEM))
        picked_up(m, vehicle)
    else:
        reach(m, vehicle)
