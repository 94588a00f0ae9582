"""Those who wait: lines before the machines, doors, outside, and the way into output buffers.

Lists are linked through the entries themselves. A line of a station that serves first come,
first served is a list; otherwise it is a skew heap (Sleator and Tarjan, SIAM J. Comput. 15(1),
1986) by key and queue position. Only its first is ever looked at, so both give the same order.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import apart, compiled, rare
from vtwin.engines.kernel.codes import CRITICAL_RATIO, FIFO
from vtwin.engines.kernel.floor import mark
from vtwin.engines.kernel.layout import (
    BA_FIRST,
    BA_LAST,
    E_BEFORE,
    E_KEY,
    E_KEY_LOW,
    E_KIN_NEXT,
    E_NEXT,
    E_POSITION,
    E_PRIORITY,
    E_STEP,
    FL_FIRST,
    FL_LAST,
    H_NOW,
    IT_FINISHED,
    IT_FROM,
    IT_STUCK_NEXT,
    M_INDEX,
    M_STATION,
    NOTHING,
    OP_FIRST,
    OP_FLEET,
    OP_LAST,
    OP_RECIPE,
    OP_STANDING,
    OP_STATION,
    ST_DOOR_FIRST,
    ST_OUTPUT_PLACES,
    ST_OUTSIDE_FIRST,
    ST_OUTSIDE_LAST,
    ST_RULE,
    ST_STUCK_FIRST,
    STK_DOOR_FIRST,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.rules import critical_ratio

# -- lists: `head` is the record with the fields of the first and (one later) of the last; ---
# -- `link` the field of an entry that leads to the next and (one later) to the one before ---


@compiled
def insert_after(head: int, first: int, link: int, before: int, entry: int) -> None:
    """Put an entry behind another one of the list, or in front when ``before`` is NOTHING."""
    after = load(head, first) if before == NOTHING else load(before, link)
    store(entry, link, after)
    store(entry, link + 1, before)
    if before == NOTHING:
        store(head, first, entry)
    else:
        store(before, link, entry)
    if after == NOTHING:
        store(head, first + 1, entry)
    else:
        store(after, link + 1, entry)


@compiled
def take_out(head: int, first: int, link: int, entry: int) -> None:
    """Take an entry out of the list."""
    after, before = load(entry, link), load(entry, link + 1)
    if before == NOTHING:
        store(head, first, after)
    else:
        store(before, link, after)
    if after == NOTHING:
        store(head, first + 1, before)
    else:
        store(after, link + 1, before)


@compiled
def put_in_order(head: int, first: int, link: int, key: int, entry: int) -> None:
    """Put an entry into a list that leads only onward, by the number in its field ``key``."""
    number, before, after = load(entry, key), NOTHING, load(head, first)
    while after != NOTHING and load(after, key) < number:
        before, after = after, load(after, link)
    store(entry, link, after)
    if before == NOTHING:
        store(head, first, entry)
    else:
        store(before, link, entry)


@compiled
def _file(head: int, first: int, link: int, item: int) -> None:
    """File an item by (tick finished, machine): nearly always last, but for later rounds (S-22)."""
    finished, machine = load(item, IT_FINISHED), load(item, IT_FROM)
    before = load(head, first + 1)
    while (
        before != NOTHING
        and load(before, IT_FINISHED) == finished
        and load(before, IT_FROM) > machine
    ):
        before = load(before, link + 1)
    insert_after(head, first, link, before, item)


# -- doors and output buffers ----------------------------------------------------------------


@compiled
def expect(m: int, item: int, machine: int) -> None:
    """A machine has finished an item that has another operation (its step) before it (S-22)."""
    home, step = load(machine, M_STATION), load(item, E_STEP)
    fleet = load(step, OP_FLEET)
    if fleet != NOTHING and load(step, OP_STATION) != home:
        _call(m, item, machine, fleet)
    else:
        stand_at_door(m, item, load(machine, M_INDEX))
    _hold(m, item, home)


@compiled
def stand_at_door(m: int, item: int, rank: int) -> None:
    """An item stands at the door of its next operation from now on (S-22, S-152)."""
    step = load(item, E_STEP)
    station = load(step, OP_STATION)
    _stand(m, item, rank, station, ST_DOOR_FIRST)
    add(step, OP_STANDING, 1)
    mark(m, station)


@compiled
def expect_room(m: int, item: int, machine: int, stock: int) -> None:
    """A machine has finished an item that waits for room in its stock (S-127)."""
    _stand(m, item, load(machine, M_INDEX), stock, STK_DOOR_FIRST)
    _hold(m, item, load(machine, M_STATION))


@compiled
def _stand(m: int, item: int, rank: int, where: int, door: int) -> None:
    """A finished item stands at a door."""
    store(item, IT_FINISHED, load(m, H_NOW))
    store(item, IT_FROM, rank)
    _file(where, door, E_NEXT, item)


@compiled
def _hold(m: int, item: int, home: int) -> None:
    """A finished item wants into the output buffer meanwhile (S-24)."""
    if load(home, ST_OUTPUT_PLACES) != 0:
        _file(home, ST_STUCK_FIRST, IT_STUCK_NEXT, item)
        mark(m, home)


@rare
def _call(m: int, item: int, machine: int, fleet: int) -> None:
    """An item wants to be carried from now on (S-150); calls are kept in their order (S-151)."""
    now, index, urgency = load(m, H_NOW), load(machine, M_INDEX), load(item, E_PRIORITY)
    store(item, IT_FINISHED, now)
    store(item, IT_FROM, index)
    before = load(fleet, FL_LAST)
    while before != NOTHING and _calls_later(before, urgency, now, index):
        before = load(before, E_BEFORE)
    insert_after(fleet, FL_FIRST, E_NEXT, before, item)


@compiled
def _calls_later(item: int, urgency: int, now: int, machine: int) -> int:
    """Whether a call goes behind one of an urgency that is filed now by a machine."""
    other = load(item, E_PRIORITY)
    if other != urgency:
        return other < urgency
    return load(item, IT_FINISHED) == now and load(item, IT_FROM) > machine


@compiled
def leave_door(station: int, item: int) -> None:
    """An item at the door is let in."""
    take_out(station, ST_DOOR_FIRST, E_NEXT, item)
    add(load(item, E_STEP), OP_STANDING, -1)


@compiled
def leave_stuck(station: int, item: int) -> None:
    """An item no longer wants into the output buffer of its station."""
    take_out(station, ST_STUCK_FIRST, IT_STUCK_NEXT, item)


@compiled
def stand_outside(m: int, entry: int) -> None:
    """A released item or order stands outside the station of its operation (S-23)."""
    step = load(entry, E_STEP)
    station = load(step, OP_STATION)
    insert_after(station, ST_OUTSIDE_FIRST, E_NEXT, load(station, ST_OUTSIDE_LAST), entry)
    add(step, OP_STANDING, 1)
    mark(m, station)


@compiled
def leave_outside(station: int, entry: int) -> None:
    """An entry no longer stands outside."""
    take_out(station, ST_OUTSIDE_FIRST, E_NEXT, entry)
    add(load(entry, E_STEP), OP_STANDING, -1)


# -- lines -----------------------------------------------------------------------------------


@compiled
def goes_before(a: int, b: int) -> int:
    """Whether one entry of a line is ahead of another (S-25)."""
    key, other = load(a, E_KEY), load(b, E_KEY)
    if key != other:
        return key < other
    key, other = load(a, E_KEY_LOW), load(b, E_KEY_LOW)
    if key != other:
        return key < other
    return load(a, E_POSITION) < load(b, E_POSITION)


@apart
def _merged(a: int, b: int) -> int:
    """The root of one heap made of two: down the right spines, swapping children."""
    root, above = NOTHING, NOTHING
    while True:
        if a == NOTHING or (b != NOTHING and goes_before(b, a)):
            a, b = b, a
        if above == NOTHING:
            root = a
        else:
            store(above, E_NEXT, a)
        if b == NOTHING:
            return root
        rest = load(a, E_BEFORE)
        store(a, E_BEFORE, load(a, E_NEXT))
        above, a = a, rest


@compiled
def _is_list(rule: int) -> int:
    """Whether lines are lists: who comes first is first, or changes with time (S-92)."""
    return rule in (FIFO, CRITICAL_RATIO)


@rare
def most_urgent_first(m: int, step: int) -> None:
    """Bring the one with the least (critical ratio, due tick, position) to the head of a line."""
    now, best = load(m, H_NOW), load(step, OP_FIRST)
    if best == NOTHING:
        return
    least = critical_ratio(load(best, E_KEY), now, load(best, E_KEY_LOW))
    entry = load(best, E_NEXT)
    while entry != NOTHING:
        ratio = critical_ratio(load(entry, E_KEY), now, load(entry, E_KEY_LOW))
        if ratio < least or (ratio == least and _is_due_before(entry, best)):
            best, least = entry, ratio
        entry = load(entry, E_NEXT)
    if best != load(step, OP_FIRST):
        take_out(step, OP_FIRST, E_NEXT, best)
        insert_after(step, OP_FIRST, E_NEXT, NOTHING, best)


@compiled
def _is_due_before(a: int, b: int) -> int:
    if load(a, E_KEY) != load(b, E_KEY):
        return load(a, E_KEY) < load(b, E_KEY)
    return load(a, E_POSITION) < load(b, E_POSITION)


@compiled
def join_line(rule: int, step: int, entry: int) -> None:
    """An entry that has its key and position joins the line of its operation, by the rule of its
    station.
    """
    recipe = load(step, OP_RECIPE)
    if recipe != NOTHING:
        insert_after(recipe, BA_FIRST, E_KIN_NEXT, load(recipe, BA_LAST), entry)
    if _is_list(rule):
        insert_after(step, OP_FIRST, E_NEXT, load(step, OP_LAST), entry)
    else:
        store(entry, E_NEXT, NOTHING)
        store(entry, E_BEFORE, NOTHING)
        store(step, OP_FIRST, _merged(load(step, OP_FIRST), entry))


@compiled
def leave_line(station: int, step: int) -> None:
    """The first of a line leaves it."""
    first, recipe = load(step, OP_FIRST), load(step, OP_RECIPE)
    if recipe != NOTHING:
        take_out(recipe, BA_FIRST, E_KIN_NEXT, first)
    if _is_list(load(station, ST_RULE)):
        take_out(step, OP_FIRST, E_NEXT, first)
    else:
        store(step, OP_FIRST, _merged(load(first, E_NEXT), load(first, E_BEFORE)))
