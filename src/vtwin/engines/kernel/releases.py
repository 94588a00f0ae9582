"""How items get into the plant and out of it: sources, supplies, the order book (S-60 to S-65)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.calendar import schedule
from vtwin.engines.kernel.carriers import give_all_back
from vtwin.engines.kernel.codes import (
    ARRIVALS,
    CONWIP,
    ROW_LEAVE,
    ROW_LOT,
    ROW_ORDER_DONE,
    ROW_SCRAP,
)
from vtwin.engines.kernel.floor import enter, forget, lead_bin, mark, new_item, product_of
from vtwin.engines.kernel.layout import (
    E_DUE,
    E_JOINED,
    E_NEXT,
    E_PRIORITY,
    E_RELEASE,
    E_STEP,
    H_BOOK_NEXT,
    H_BOOK_SLOT,
    H_NOW,
    H_OPEN_ORDERS,
    H_ORDER_COUNT,
    H_ORDERS,
    H_PENDING,
    H_SOURCE_COUNT,
    H_SOURCES,
    IN_QUEUE,
    IT_CARRIERS,
    IT_ORDER,
    IT_QUANTITY,
    IT_SERIAL,
    IT_SOURCE,
    NOTHING,
    NOWHERE,
    OP_PRODUCT,
    OP_STATION,
    OR_DONE,
    OR_GOOD,
    OR_INDEX,
    OR_LOT,
    OR_OUTSTANDING,
    OR_QUANTITY,
    OR_REMAINING,
    OR_REPLACE,
    OR_SIZE,
    OR_STANDS,
    OR_TIME,
    OUTSIDE,
    PR_GOOD,
    PR_HISTOGRAM,
    PR_ITEMS,
    PR_LEAD,
    PR_MOMENT,
    PR_SCRAPPED,
    PR_STOCK,
    SO_DUE_AFTER,
    SO_KIND,
    SO_LEVEL,
    SO_LOT,
    SO_SIZE,
    SO_SLOT,
    SO_STEP,
    ST_ARRIVALS,
    ST_MOMENT,
    ST_QUEUED,
    STK_OUTSIDE_FIRST,
    STK_OUTSIDE_LAST,
    record,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.paces import next_arrival
from vtwin.engines.kernel.queues import insert_after, stand_outside
from vtwin.engines.kernel.rules import shares
from vtwin.engines.kernel.stocks import is_open, put_in
from vtwin.engines.kernel.sums import add_wide
from vtwin.engines.kernel.trace import note
from vtwin.plant.primitives import NEVER

# -- sources ---------------------------------------------------------------------------------


@compiled
def source_item(m: int, source: int) -> int:
    """The next item of a source enters the plant; NOTHING when there is no room for it."""
    now = load(m, H_NOW)
    step, lot, due = load(source, SO_STEP), load(source, SO_LOT), load(source, SO_DUE_AFTER)
    item = new_item(m, step, lot, now, due if due == NEVER else now + due)
    if item != NOTHING:
        enter(m, step, lot, load(item, IT_SERIAL))
    return item


@compiled
def _conwip_item(m: int, source: int) -> None:
    item = source_item(m, source)
    if item != NOTHING:
        store(item, IT_SOURCE, source)
        stand_outside(m, item)


@compiled
def _arrive(m: int, source: int) -> None:
    item = source_item(m, source)
    if item != NOTHING:
        if load(load(source, SO_STEP), OP_STATION) == NOTHING:
            _deliver(m, item)
        else:
            stand_outside(m, item)
    schedule(m, load(source, SO_SLOT), next_arrival(m, source))


@compiled
def source_due(m: int, source: int) -> None:
    """A timed event of a source (S-62)."""
    if load(source, SO_KIND) == ARRIVALS:
        _arrive(m, source)
    else:
        add(m, H_PENDING, -1)
        for _ in range(load(source, SO_LEVEL)):
            _conwip_item(m, source)


@rare
def begin_releases(m: int) -> None:
    """Tick 0: when each source and the order book have their first event."""
    for n in range(load(m, H_SOURCE_COUNT)):
        source = record(m, H_SOURCES, SO_SIZE, n)
        kind = load(source, SO_KIND)
        if kind == ARRIVALS:
            add(m, H_PENDING, 1)
            schedule(m, load(source, SO_SLOT), next_arrival(m, source))
        elif kind == CONWIP:
            add(m, H_PENDING, 1)
            schedule(m, load(source, SO_SLOT), 0)
    _book_next(m)


# -- orders ----------------------------------------------------------------------------------


@compiled
def count_lots(m: int, station: int, lots: int) -> None:
    """That many lots more wait in the queue."""
    add(station, ST_QUEUED, lots)
    add_wide(station, ST_MOMENT, -lots, load(m, H_NOW))
    add(station, ST_ARRIVALS, lots)


@rare
def _add_pieces(m: int, order: int, pieces: int) -> None:
    """Pieces of an order enter the plant, at its release or for others that were lost."""
    step = load(order, E_STEP)
    enter(m, step, pieces, -1)
    if load(step, OP_STATION) == NOTHING:
        _deliver_order(m, order, step, pieces)
        return
    lot, remaining = load(order, OR_LOT), load(order, OR_REMAINING)
    store(order, OR_REMAINING, remaining + pieces)
    add(order, OR_OUTSTANDING, pieces)
    stands = load(order, OR_STANDS)
    if stands == IN_QUEUE:
        more = shares(remaining + pieces, lot) - shares(remaining, lot)
        count_lots(m, load(step, OP_STATION), more)
    elif stands == NOWHERE:
        store(order, OR_STANDS, OUTSIDE)
        stand_outside(m, order)
    mark(m, load(step, OP_STATION))


@rare
def next_lot(m: int, order: int) -> int:
    """The next lot of an order becomes an item; NOTHING when there is no room for it."""
    remaining = load(order, OR_REMAINING)
    pieces = min(load(order, OR_LOT), remaining)
    item = new_item(m, load(order, E_STEP), pieces, load(order, E_RELEASE), load(order, E_DUE))
    if item != NOTHING:
        store(order, OR_REMAINING, remaining - pieces)
        store(item, E_PRIORITY, load(order, E_PRIORITY))
        store(item, E_JOINED, load(order, E_JOINED))
        store(item, IT_ORDER, order)
        note(m, ROW_LOT, load(order, OR_INDEX), load(item, IT_SERIAL), pieces)
    return item


@rare
def _gone(m: int, order: int, pieces: int) -> None:
    """Pieces of an order have left the plant, good or as scrap (S-64)."""
    outstanding = load(order, OR_OUTSTANDING) - pieces
    store(order, OR_OUTSTANDING, outstanding)
    if load(order, OR_DONE) < 0:
        good = load(order, OR_GOOD)
        if good >= load(order, OR_QUANTITY) or (not load(order, OR_REPLACE) and outstanding == 0):
            store(order, OR_DONE, load(m, H_NOW))
            add(m, H_OPEN_ORDERS, -1)
            note(m, ROW_ORDER_DONE, load(order, OR_INDEX), -1, good)


@compiled
def _book_next(m: int) -> None:
    """When the book has its next event."""
    n = load(m, H_BOOK_NEXT)
    if n < load(m, H_ORDER_COUNT):
        add(m, H_PENDING, 1)
        order = record(m, H_ORDERS, OR_SIZE, n)
        schedule(m, load(m, H_BOOK_SLOT), load(order, OR_TIME))


@rare
def book_due(m: int) -> None:
    """Orders are released (S-61)."""
    now = load(m, H_NOW)
    add(m, H_PENDING, -1)
    n = load(m, H_BOOK_NEXT)
    while n < load(m, H_ORDER_COUNT):
        order = record(m, H_ORDERS, OR_SIZE, n)
        if load(order, OR_TIME) > now:
            break
        store(order, E_RELEASE, now)
        _add_pieces(m, order, load(order, OR_QUANTITY))
        n += 1
    store(m, H_BOOK_NEXT, n)
    _book_next(m)


# -- bought parts (S-132) ---------------------------------------------------------------------


@rare
def _deliver(m: int, item: int) -> None:
    """A bought item goes into its stock, or waits for room there."""
    stock = load(product_of(m, load(item, E_STEP)), PR_STOCK)
    if is_open(stock, load(item, IT_QUANTITY)):
        leave(m, item)
        forget(m, item)
    else:
        insert_after(stock, STK_OUTSIDE_FIRST, E_NEXT, load(stock, STK_OUTSIDE_LAST), item)


@rare
def _deliver_order(m: int, order: int, step: int, pieces: int) -> None:
    """All lots of an order of bought parts are delivered."""
    add(order, OR_OUTSTANDING, pieces)
    while pieces > 0:
        lot = min(load(order, OR_LOT), pieces)
        item = new_item(m, step, lot, load(m, H_NOW), NEVER)
        if item == NOTHING:
            return
        store(item, IT_ORDER, order)
        note(m, ROW_LOT, load(order, OR_INDEX), load(item, IT_SERIAL), lot)
        pieces -= lot
        _deliver(m, item)


# -- out of the plant ------------------------------------------------------------------------


@compiled
def leave(m: int, item: int) -> None:
    """A finished item leaves the plant with its good pieces (S-64)."""
    now = load(m, H_NOW)
    step, quantity = load(item, E_STEP), load(item, IT_QUANTITY)
    product = product_of(m, step)
    lead = now - load(item, E_RELEASE)
    add(product, PR_GOOD, quantity)
    add(product, PR_ITEMS, 1)
    add_wide(product, PR_LEAD, quantity, lead)
    stock = load(product, PR_STOCK)
    if stock == NOTHING:
        add_wide(product, PR_MOMENT, quantity, now)
    else:
        put_in(m, stock, quantity)
    add(load(product, PR_HISTOGRAM), lead_bin(lead), quantity)
    note(m, ROW_LEAVE, load(step, OP_PRODUCT), load(item, IT_SERIAL), quantity)
    if load(item, IT_CARRIERS) != 0:
        give_all_back(m, item)
    order, source = load(item, IT_ORDER), load(item, IT_SOURCE)
    if order != NOTHING:
        add(order, OR_GOOD, quantity)
        _gone(m, order, quantity)
    if source != NOTHING:
        _conwip_item(m, source)


@compiled
def scrap(m: int, item: int, pieces: int, machine: int) -> None:
    """Pieces of an item become scrap at a machine (its index); an item without any piece left
    is gone (S-35), and pieces of an order are made again if it wants that (S-65).
    """
    product = product_of(m, load(item, E_STEP))
    add(product, PR_SCRAPPED, pieces)
    add_wide(product, PR_MOMENT, pieces, load(m, H_NOW))
    left = load(item, IT_QUANTITY) - pieces
    store(item, IT_QUANTITY, left)
    note(m, ROW_SCRAP, machine, load(item, IT_SERIAL), pieces)
    order, source = load(item, IT_ORDER), load(item, IT_SOURCE)
    if order != NOTHING:
        _gone(m, order, pieces)
        if load(order, OR_REPLACE):
            _add_pieces(m, order, pieces)
    if left == 0 and load(item, IT_CARRIERS) != 0:
        give_all_back(m, item)
    if source != NOTHING and left == 0:
        _conwip_item(m, source)
