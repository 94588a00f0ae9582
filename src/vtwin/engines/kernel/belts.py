"""Belts: what moves on one, and when something happens there next (S-140 to S-146).

The items that have not reached the end are a list, the one that has is held. Belt time goes on
while the belt ticks; every change counts up to now, changes something, then goes on.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.calendar import cancel, schedule
from vtwin.engines.kernel.codes import BLOCKED, ROW_START, STARVED, WORKING
from vtwin.engines.kernel.floor import changed, mark
from vtwin.engines.kernel.layout import (
    B_ACCUMULATING,
    B_CLOCK,
    B_CLOCK_AT,
    B_CLOSED,
    B_COUNT,
    B_DUE,
    B_FIRST,
    B_HELD,
    B_LAST,
    B_LAST_IN,
    B_LAST_OUT,
    B_MOVED,
    B_PITCH,
    B_PLACES,
    B_TICKING,
    B_TRAVEL,
    E_NEXT,
    E_STEP,
    F_LEFT,
    F_LIFE,
    F_WAITS,
    H_NOW,
    H_PENDING,
    IT_ENTERED,
    IT_MACHINE,
    IT_ORDER,
    IT_SERIAL,
    IT_WAY,
    J_SLOT,
    M_AGEING,
    M_AGEING_COUNT,
    M_BEGUN,
    M_BELT,
    M_DOING,
    M_FIT,
    M_INDEX,
    M_ITEM,
    M_OPEN,
    M_RUNNING,
    M_SLOT,
    M_STATION,
    M_STRIKER,
    M_UPKEEP,
    M_UPKEEP_COUNT,
    NOTHING,
    OP_INDEX,
    OR_STARTED,
    W_MACHINE,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.queues import insert_after, take_out
from vtwin.engines.kernel.trace import note

#: No event: its alarm is not set.
_UNSET = -1


# -- where things are ------------------------------------------------------------------------


@compiled
def _reach(belt: int) -> int:
    """Belt time at which the first of those moving reaches the end (S-142)."""
    reach = load(load(belt, B_FIRST), IT_ENTERED) + load(belt, B_TRAVEL)
    if load(belt, B_ACCUMULATING):
        return max(reach, load(belt, B_LAST_OUT) + load(belt, B_PITCH))
    return reach


@compiled
def _stand(belt: int) -> int:
    """Belt time at which everything stands behind the one at the end (S-143)."""
    pitch = load(belt, B_PITCH)
    last = load(load(belt, B_LAST), IT_ENTERED) + load(belt, B_TRAVEL)
    return max(last - (load(belt, B_COUNT) - 1) * pitch, load(belt, B_LAST_OUT) + pitch)


@rare
def arrives(belt: int) -> int:
    """The item that has no way left and still counts as moving; NOTHING if there is none."""
    first = load(belt, B_FIRST)
    if first == NOTHING or load(belt, B_HELD) != NOTHING or _reach(belt) > load(belt, B_CLOCK):
        return NOTHING
    return first


@rare
def in_work(belt: int) -> int:
    """The first of the items that a failure finds in work (S-145); NOTHING if there is none."""
    there = arrives(belt)
    return load(belt, B_FIRST) if there == NOTHING else load(there, E_NEXT)


@compiled
def _would_move(belt: int) -> int:
    """Whether an item moves as long as the belt is fit (S-144)."""
    if load(belt, B_FIRST) == NOTHING:
        return 0
    if load(belt, B_HELD) == NOTHING:
        return 1
    return load(belt, B_ACCUMULATING) and _stand(belt) > load(belt, B_CLOCK)


# -- going on --------------------------------------------------------------------------------


@rare
def count_up(m: int, machine: int) -> None:
    """Belt time, and the ageing of the machine, up to now."""
    belt, now = load(machine, M_BELT), load(m, H_NOW)
    passed = now - load(belt, B_CLOCK_AT)
    store(belt, B_CLOCK_AT, now)
    if load(belt, B_TICKING):
        add(belt, B_CLOCK, passed)
    if load(machine, M_RUNNING):
        add(belt, B_MOVED, passed)
        ageing = load(machine, M_AGEING)
        for n in range(load(machine, M_AGEING_COUNT)):
            add(load(ageing, n), F_LEFT, -passed)
        upkeep = load(machine, M_UPKEEP)
        for n in range(load(machine, M_UPKEEP_COUNT)):
            fault = load(upkeep, n)
            if load(fault, F_LIFE) == 0:
                add(fault, F_LEFT, -passed)


@rare
def go_on(m: int, machine: int) -> None:
    """Decide what moves, whether the entry is open, and what is due next."""
    belt = load(machine, M_BELT)
    moves = _would_move(belt)
    held = load(belt, B_HELD) != NOTHING
    doing = STARVED
    if moves:
        doing = WORKING
    elif load(belt, B_COUNT):
        doing = BLOCKED
    store(machine, M_DOING, doing)
    store(machine, M_BEGUN, load(belt, B_FIRST) != NOTHING)
    changed(m, machine)
    fit = load(machine, M_FIT)
    store(belt, B_TICKING, fit and (load(belt, B_ACCUMULATING) or not held))
    _open_entry(m, machine, belt)
    _set_alarm(m, machine, belt)
    store(machine, M_RUNNING, moves and fit)
    _expect_strike(m, machine)


@compiled
def _is_held_back(machine: int) -> int:
    """Whether maintenance waits for the belt to be empty (S-103)."""
    upkeep = load(machine, M_UPKEEP)
    for n in range(load(machine, M_UPKEEP_COUNT)):
        if load(load(upkeep, n), F_WAITS):
            return 1
    return 0


@compiled
def _open_entry(m: int, machine: int, belt: int) -> None:
    """Open or close the entry: closed, it looks as if something were in hand (S-141)."""
    clear = load(belt, B_LAST_IN) + load(belt, B_PITCH)
    full = load(belt, B_COUNT) >= load(belt, B_PLACES) or load(belt, B_CLOCK) < clear
    if full or not load(machine, M_OPEN) or _is_held_back(machine):
        store(machine, M_ITEM, load(belt, B_CLOSED))
    elif load(machine, M_ITEM) != NOTHING:
        store(machine, M_ITEM, NOTHING)
        mark(m, load(machine, M_STATION))


@compiled
def _set_alarm(m: int, machine: int, belt: int) -> None:
    wait = _wait(belt)
    due = _UNSET if wait < 0 else load(m, H_NOW) + wait
    before = load(belt, B_DUE)
    if due == before:
        return
    store(belt, B_DUE, due)
    add(m, H_PENDING, (due >= 0) - (before >= 0))
    if due < 0:
        cancel(m, load(machine, M_SLOT))
    else:
        schedule(m, load(machine, M_SLOT), due)


@compiled
def _wait(belt: int) -> int:
    """Ticks until the next event of the belt if nothing else changes, -1 if there is none."""
    if arrives(belt) != NOTHING:
        return 0
    if not load(belt, B_TICKING):
        return -1
    clock, due = load(belt, B_CLOCK), -1
    if load(belt, B_FIRST) != NOTHING:
        if load(belt, B_HELD) == NOTHING:
            due = _reach(belt)
        elif _stand(belt) > clock:
            due = _stand(belt)
    clear = load(belt, B_LAST_IN) + load(belt, B_PITCH)
    if clear > clock and load(belt, B_COUNT) < load(belt, B_PLACES) and (due < 0 or clear < due):
        due = clear
    return due - clock if due >= 0 else -1


@compiled
def _expect_strike(m: int, machine: int) -> None:
    """The failure mode that is due first while something moves; the lower slot at a tie."""
    soonest = NOTHING
    if load(machine, M_RUNNING):
        ageing = load(machine, M_AGEING)
        for n in range(load(machine, M_AGEING_COUNT)):
            fault = load(ageing, n)
            if soonest == NOTHING or load(fault, F_LEFT) < load(soonest, F_LEFT):
                soonest = fault
    before = load(machine, M_STRIKER)
    if soonest == before:
        return
    if before != NOTHING:
        cancel(m, load(before, J_SLOT))
    store(machine, M_STRIKER, soonest)
    if soonest != NOTHING:
        schedule(m, load(soonest, J_SLOT), load(m, H_NOW) + load(soonest, F_LEFT))


# -- items -----------------------------------------------------------------------------------


@rare
def put_on(m: int, item: int, way: int) -> None:
    """An item enters (S-141)."""
    machine = load(way, W_MACHINE)
    belt = load(machine, M_BELT)
    count_up(m, machine)
    store(item, IT_MACHINE, machine)
    store(item, IT_WAY, way)
    store(item, IT_ENTERED, load(belt, B_CLOCK))
    store(belt, B_LAST_IN, load(belt, B_CLOCK))
    insert_after(belt, B_FIRST, E_NEXT, load(belt, B_LAST), item)
    add(belt, B_COUNT, 1)
    step = load(item, E_STEP)
    note(m, ROW_START, load(machine, M_INDEX), load(item, IT_SERIAL), load(step, OP_INDEX))
    order = load(item, IT_ORDER)
    if order != NOTHING and load(order, OR_STARTED) < 0:
        store(order, OR_STARTED, load(m, H_NOW))
    go_on(m, machine)


@rare
def hold(belt: int, item: int) -> None:
    """The first item is at the end."""
    take_out(belt, B_FIRST, E_NEXT, item)
    store(belt, B_HELD, item)


@rare
def take_off(m: int, machine: int) -> None:
    """The item at the end has left the belt."""
    belt = load(machine, M_BELT)
    count_up(m, machine)
    store(load(belt, B_HELD), IT_MACHINE, NOTHING)
    store(belt, B_HELD, NOTHING)
    add(belt, B_COUNT, -1)
    store(belt, B_LAST_OUT, load(belt, B_CLOCK))
    mark(m, load(machine, M_STATION))
    go_on(m, machine)


@rare
def put_on_again(m: int, machine: int) -> None:
    """The items in work begin again, a pitch after one another (S-145)."""
    belt = load(machine, M_BELT)
    entered, item = load(belt, B_CLOCK), in_work(belt)
    while item != NOTHING:
        store(item, IT_ENTERED, entered)
        store(belt, B_LAST_IN, entered)
        entered += load(belt, B_PITCH)
        item = load(item, E_NEXT)
    go_on(m, machine)


@rare
def clear_away(m: int, machine: int) -> int:
    """The items in work are off the belt, the entry is free; the first of them, which leads to
    the others.
    """
    belt = load(machine, M_BELT)
    lost = in_work(belt)
    item = lost
    while item != NOTHING:
        following = load(item, E_NEXT)
        take_out(belt, B_FIRST, E_NEXT, item)
        store(item, E_NEXT, following)
        store(item, IT_MACHINE, NOTHING)
        add(belt, B_COUNT, -1)
        item = following
    store(belt, B_LAST_IN, load(belt, B_CLOCK) - load(belt, B_PITCH))
    go_on(m, machine)
    mark(m, load(machine, M_STATION))
    return lost
