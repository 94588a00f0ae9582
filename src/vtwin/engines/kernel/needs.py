"""What an operation takes beside its item before it can start: a kit, carriers (S-129, S-134)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.carriers import is_on, take_carrier
from vtwin.engines.kernel.codes import ROW_KIT
from vtwin.engines.kernel.floor import forget
from vtwin.engines.kernel.handing import fetch
from vtwin.engines.kernel.layout import (
    CA_FREE,
    E_IS_ORDER,
    E_NEXT,
    H_NOW,
    IT_QUANTITY,
    IT_SERIAL,
    KIT_PIECES,
    KIT_SIZE,
    KIT_STOCK,
    NOTHING,
    OP_KIT,
    OP_KIT_COUNT,
    OP_TAKES,
    OP_TAKES_COUNT,
    OR_LOT,
    OR_REMAINING,
    PR_MOMENT,
    STK_DOOR_FIRST,
    STK_INDEX,
    STK_LEVEL,
    STK_MOMENT,
    STK_OUTSIDE_FIRST,
    STK_PRODUCT,
    STK_TAKEN,
)
from vtwin.engines.kernel.memory import FIELD, add, load
from vtwin.engines.kernel.queues import take_out
from vtwin.engines.kernel.releases import leave
from vtwin.engines.kernel.stocks import fits
from vtwin.engines.kernel.sums import add_wide
from vtwin.engines.kernel.trace import note


@rare
def are_met(step: int, entry: int) -> int:
    """Whether the first who waits for an operation, item or order, could begin it."""
    if load(entry, E_IS_ORDER):
        pieces = min(load(entry, OR_LOT), load(entry, OR_REMAINING))
        return are_met_for(step, pieces, NOTHING)
    return are_met_for(step, load(entry, IT_QUANTITY), entry)


@rare
def are_met_for(step: int, pieces: int, item: int) -> int:
    """Whether there is a kit for so many pieces, and each carrier unless the item is on it."""
    kit = load(step, OP_KIT)
    for n in range(load(step, OP_KIT_COUNT)):
        part = kit + n * (KIT_SIZE * FIELD)
        if load(load(part, KIT_STOCK), STK_LEVEL) < load(part, KIT_PIECES) * pieces:
            return 0
    carriers = load(step, OP_TAKES)
    for n in range(load(step, OP_TAKES_COUNT)):
        carrier = load(carriers, n)
        if load(carrier, CA_FREE) == 0 and (item == NOTHING or not is_on(item, carrier)):
            return 0
    return 1


@rare
def take_needs(m: int, step: int, item: int) -> None:
    """The operation is started: everything is taken at once."""
    kit, pieces = load(step, OP_KIT), load(item, IT_QUANTITY)
    for n in range(load(step, OP_KIT_COUNT)):
        part = kit + n * (KIT_SIZE * FIELD)
        _take_out(m, load(part, KIT_STOCK), load(part, KIT_PIECES) * pieces, item)
    carriers = load(step, OP_TAKES)
    for n in range(load(step, OP_TAKES_COUNT)):
        take_carrier(m, item, load(carriers, n))


@compiled
def _take_out(m: int, stock: int, pieces: int, item: int) -> None:
    """An assembly takes pieces; who waits for the room comes in."""
    now = load(m, H_NOW)
    add(stock, STK_LEVEL, -pieces)
    add(stock, STK_TAKEN, pieces)
    add_wide(stock, STK_MOMENT, pieces, now)
    add_wide(load(stock, STK_PRODUCT), PR_MOMENT, pieces, now)
    note(m, ROW_KIT, load(stock, STK_INDEX), load(item, IT_SERIAL), pieces)
    entry = load(stock, STK_DOOR_FIRST)
    while entry != NOTHING and fits(stock, load(entry, IT_QUANTITY)):
        take_out(stock, STK_DOOR_FIRST, E_NEXT, entry)
        fetch(m, entry)
        leave(m, entry)
        forget(m, entry)
        entry = load(stock, STK_DOOR_FIRST)
    if entry != NOTHING:
        return
    entry = load(stock, STK_OUTSIDE_FIRST)
    while entry != NOTHING and fits(stock, load(entry, IT_QUANTITY)):
        take_out(stock, STK_OUTSIDE_FIRST, E_NEXT, entry)
        leave(m, entry)
        forget(m, entry)
        entry = load(stock, STK_OUTSIDE_FIRST)
