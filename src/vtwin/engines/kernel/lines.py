"""Joining the queue of a station and leaving it (S-25, S-61)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.codes import CRITICAL_RATIO, FIFO, ROW_ARRIVE, SPT
from vtwin.engines.kernel.layout import (
    E_DUE,
    E_IS_ORDER,
    E_JOINED,
    E_KEY,
    E_KEY_LOW,
    E_POSITION,
    E_PRIORITY,
    E_STEP,
    H_NOW,
    IN_QUEUE,
    IT_QUANTITY,
    IT_SERIAL,
    NOTHING,
    NOWHERE,
    OP_AHEAD,
    OP_FIRST,
    OP_FOLLOWING,
    OP_PER_CYCLE,
    OR_LOT,
    OR_QUANTITY,
    OR_REMAINING,
    OR_STANDS,
    ST_INDEX,
    ST_MOMENT,
    ST_POSITION,
    ST_QUEUED,
    ST_RULE,
    ST_WAITED,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.queues import (
    join_line,
    leave_line,
    leave_outside,
)
from vtwin.engines.kernel.releases import count_lots, next_lot
from vtwin.engines.kernel.rules import queue_key, queue_key_low, shares, work_ahead
from vtwin.engines.kernel.sums import add_wide
from vtwin.engines.kernel.trace import note


@rare
def lot_from_outside(m: int, station: int, order: int) -> int:
    """The next lot of an order that stands outside; NOTHING when there is no room for it."""
    item = next_lot(m, order)
    if load(order, OR_REMAINING) == 0:
        store(order, OR_STANDS, NOWHERE)
        leave_outside(station, order)
    return item


@compiled
def _take_position(m: int, station: int, entry: int, quantity: int) -> None:
    """The entry joins the line of its operation as the last one who came (S-25)."""
    position = load(station, ST_POSITION) + 1
    store(station, ST_POSITION, position)
    store(entry, E_JOINED, load(m, H_NOW))
    store(entry, E_POSITION, position)
    rule, step = load(station, ST_RULE), load(entry, E_STEP)
    if rule != FIFO:
        work, due = _work(rule, step, quantity), load(entry, E_DUE)
        store(entry, E_KEY, queue_key(rule, due, load(entry, E_PRIORITY), work))
        low = work if rule == CRITICAL_RATIO else queue_key_low(rule, due)
        store(entry, E_KEY_LOW, low)
    join_line(rule, step, entry)


@compiled
def _work(rule: int, step: int, quantity: int) -> int:
    """What a rule knows of the work on so many pieces: cycles, or microseconds to their end."""
    if rule == SPT:
        return shares(quantity, load(step, OP_PER_CYCLE))
    if rule != CRITICAL_RATIO:
        return 0
    total = 0
    while step != NOTHING:
        cycles = shares(quantity, load(step, OP_PER_CYCLE))
        total = work_ahead(total, cycles, load(step, OP_AHEAD))
        step = load(step, OP_FOLLOWING)
    return max(total, 1)


@compiled
def join(m: int, station: int, item: int) -> None:
    """An item joins the queue."""
    quantity = load(item, IT_QUANTITY)
    _take_position(m, station, item, quantity)
    count_lots(m, station, 1)
    note(m, ROW_ARRIVE, load(station, ST_INDEX), load(item, IT_SERIAL), quantity)


@rare
def join_order(m: int, station: int, order: int) -> None:
    """All lots of an order join as one entry (S-61)."""
    lot, remaining = load(order, OR_LOT), load(order, OR_REMAINING)
    store(order, OR_STANDS, IN_QUEUE)
    quantity = min(lot, load(order, OR_QUANTITY))
    _take_position(m, station, order, quantity)
    count_lots(m, station, shares(remaining, lot))
    note(m, ROW_ARRIVE, load(station, ST_INDEX), -1, remaining)


@compiled
def take_first(m: int, station: int, step: int) -> int:
    """Take the first of a line out of the queue; NOTHING when there is no room for its item."""
    first, now = load(step, OP_FIRST), load(m, H_NOW)
    add(station, ST_QUEUED, -1)
    add_wide(station, ST_MOMENT, 1, now)
    add_wide(station, ST_WAITED, 1, now - load(first, E_JOINED))
    if not load(first, E_IS_ORDER):
        leave_line(station, step)
        return first
    item = next_lot(m, first)
    if load(first, OR_REMAINING) == 0:
        leave_line(station, step)
        store(first, OR_STANDS, NOWHERE)
    return item


@compiled
def is_less(
    x: int, a: int, y: int, b: int, z: int, c: int, at: int, position: int, differs: int, other: int
) -> int:
    """Whether (x, y, z, at, differs) comes before (a, b, c, position, other)."""
    if x != a:
        return x < a
    if y != b:
        return y < b
    if z != c:
        return z < c
    if at != position:
        return at < position
    return differs < other
