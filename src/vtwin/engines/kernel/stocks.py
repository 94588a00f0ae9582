"""Stocks: finished pieces of a component that wait for an assembly (S-127, S-128)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.floor import mark_all
from vtwin.engines.kernel.layout import (
    H_NOW,
    NOTHING,
    STK_DOOR_FIRST,
    STK_LEVEL,
    STK_MOMENT,
    STK_OUTSIDE_FIRST,
    STK_PLACES,
    STK_USER_COUNT,
    STK_USERS,
)
from vtwin.engines.kernel.memory import add, load
from vtwin.engines.kernel.sums import add_wide


@compiled
def fits(stock: int, pieces: int) -> int:
    """Whether there are places for so many more pieces."""
    return load(stock, STK_LEVEL) + pieces <= load(stock, STK_PLACES)


@rare
def is_open(stock: int, pieces: int) -> int:
    """Whether an item that is finished now may go in at once."""
    return (
        load(stock, STK_DOOR_FIRST) == NOTHING
        and load(stock, STK_OUTSIDE_FIRST) == NOTHING
        and fits(stock, pieces)
    )


@rare
def put_in(m: int, stock: int, pieces: int) -> None:
    """Good pieces come in; assemblies that take them look again."""
    add(stock, STK_LEVEL, pieces)
    add_wide(stock, STK_MOMENT, -pieces, load(m, H_NOW))
    mark_all(m, load(stock, STK_USERS), load(stock, STK_USER_COUNT))
