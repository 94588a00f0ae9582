"""What every part of the plant shares: dirty stations, states to account, items and products."""

from __future__ import annotations

from typing import Final

from vtwin.engines.kernel.bits import bit_length, lowest_bit
from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.codes import ROW_RELEASE
from vtwin.engines.kernel.layout import (
    E_DUE,
    E_JOINED,
    E_NEXT,
    E_PRIORITY,
    E_RELEASE,
    E_STEP,
    H_DIRTY,
    H_DIRTY_FIRST,
    H_DIRTY_WORDS,
    H_FREE_ITEM,
    H_FRESH_ITEM,
    H_ITEMS_END,
    H_LIST,
    H_LISTED,
    H_NOW,
    H_PRODUCTS,
    H_SERIAL,
    H_STATIONS,
    H_STATUS,
    IT_CARRIERS,
    IT_FINISHED,
    IT_MACHINE,
    IT_MATE,
    IT_ORDER,
    IT_OUTPUT,
    IT_QUANTITY,
    IT_SERIAL,
    IT_SIZE,
    IT_SOURCE,
    IT_TAKEN,
    IT_VEHICLE,
    M_LISTED,
    NOTHING,
    OP_PRODUCT,
    OVERFLOWED,
    PR_MOMENT,
    PR_RELEASED,
    PR_SIZE,
    ST_INDEX,
    ST_SIZE,
    record,
)
from vtwin.engines.kernel.memory import FIELD, add, load, store
from vtwin.engines.kernel.sums import add_wide
from vtwin.engines.kernel.trace import note
from vtwin.plant.primitives import NEVER
from vtwin.plant.trace import LEAD_BITS

_LEAD_BITS: Final = LEAD_BITS

# -- dirty stations (S-02) -------------------------------------------------------------------


@compiled
def mark(m: int, station: int) -> None:
    """The station may have something to move or to start."""
    index = load(station, ST_INDEX)
    word = index >> 6
    words = load(m, H_DIRTY)
    store(words, word, load(words, word) | (1 << (index & 63)))
    if word < load(m, H_DIRTY_FIRST):
        store(m, H_DIRTY_FIRST, word)


@compiled
def mark_all(m: int, stations: int, count: int) -> None:
    """Every station of a list of addresses is dirty."""
    for n in range(count):
        mark(m, load(stations, n))


@compiled
def next_dirty(m: int) -> int:
    """The dirty station with the lowest index, no longer dirty; NOTHING when none is."""
    words = load(m, H_DIRTY)
    word = load(m, H_DIRTY_FIRST)
    count = load(m, H_DIRTY_WORDS)
    while word < count:
        found = load(words, word)
        if found != 0:
            store(words, word, found & (found - 1))
            store(m, H_DIRTY_FIRST, word)
            return record(m, H_STATIONS, ST_SIZE, (word << 6) + lowest_bit(found))
        word += 1
    store(m, H_DIRTY_FIRST, word)
    return NOTHING


# -- states (S-10) ---------------------------------------------------------------------------


@compiled
def changed(m: int, machine: int) -> None:
    """The state of a machine may differ from the accounted one: look when C is over."""
    if not load(machine, M_LISTED):
        store(machine, M_LISTED, 1)
        count = load(m, H_LISTED)
        store(load(m, H_LIST), count, machine)
        store(m, H_LISTED, count + 1)


# -- items -----------------------------------------------------------------------------------


@compiled
def new_item(m: int, step: int, quantity: int, release: int, due: int) -> int:
    """An item that waits for an operation. NOTHING when there is no room for one: then the run
    is over, and to be run again with more.
    """
    item = load(m, H_FREE_ITEM)
    if item != NOTHING:
        store(m, H_FREE_ITEM, load(item, E_NEXT))
    else:
        item = load(m, H_FRESH_ITEM)
        if item == load(m, H_ITEMS_END):
            store(m, H_STATUS, OVERFLOWED)
            return NOTHING
        store(m, H_FRESH_ITEM, item + IT_SIZE * FIELD)
    serial = load(m, H_SERIAL)
    store(m, H_SERIAL, serial + 1)
    store(item, IT_SERIAL, serial)
    store(item, E_STEP, step)
    store(item, IT_QUANTITY, quantity)
    store(item, E_RELEASE, release)
    store(item, E_JOINED, release)
    store(item, E_DUE, due)
    store(item, E_PRIORITY, 0)
    store(item, IT_ORDER, NOTHING)
    store(item, IT_SOURCE, NOTHING)
    store(item, IT_MACHINE, NOTHING)
    store(item, IT_OUTPUT, NOTHING)
    store(item, IT_MATE, NOTHING)
    store(item, IT_FINISHED, NEVER)
    store(item, IT_CARRIERS, 0)
    store(item, IT_TAKEN, 0)
    store(item, IT_VEHICLE, NOTHING)
    return item


@compiled
def forget(m: int, item: int) -> None:
    """The item is gone: its record can be used again."""
    store(item, E_NEXT, load(m, H_FREE_ITEM))
    store(m, H_FREE_ITEM, item)


# -- products --------------------------------------------------------------------------------


@compiled
def product_of(m: int, step: int) -> int:
    """The record of the product an operation belongs to."""
    return record(m, H_PRODUCTS, PR_SIZE, load(step, OP_PRODUCT))


@compiled
def enter(m: int, step: int, quantity: int, serial: int) -> None:
    """Pieces enter the plant before an operation (S-60)."""
    product = product_of(m, step)
    add(product, PR_RELEASED, quantity)
    add_wide(product, PR_MOMENT, -quantity, load(m, H_NOW))
    note(m, ROW_RELEASE, load(step, OP_PRODUCT), serial, quantity)


@compiled
def lead_bin(ticks: int) -> int:
    """Histogram bin of a duration: `vtwin.plant.trace.lead_bin`."""
    shift = max(bit_length(ticks) - (_LEAD_BITS + 1), 0)
    return (shift << _LEAD_BITS) + (ticks >> shift)
