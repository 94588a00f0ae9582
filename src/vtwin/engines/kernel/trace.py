"""Rows of the trace (S-73)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.layout import (
    H_NOW,
    H_ROW_COUNT,
    H_ROW_LIMIT,
    H_ROWS,
    H_STATUS,
    OVERFLOWED,
    R_ENTITY,
    R_ITEM,
    R_KIND,
    R_SIZE,
    R_TIME,
    R_VALUE,
    record,
)
from vtwin.engines.kernel.memory import load, store


@compiled
def note(m: int, kind: int, entity: int, item: int, value: int) -> None:
    """Write a row if a trace was asked for."""
    if load(m, H_ROW_LIMIT) != 0:
        _write(m, kind, entity, item, value)


@rare
def _write(m: int, kind: int, entity: int, item: int, value: int) -> None:
    count = load(m, H_ROW_COUNT)
    if count == load(m, H_ROW_LIMIT):
        store(m, H_STATUS, OVERFLOWED)
        return
    row = record(m, H_ROWS, R_SIZE, count)
    store(row, R_TIME, load(m, H_NOW))
    store(row, R_KIND, kind)
    store(row, R_ENTITY, entity)
    store(row, R_ITEM, item)
    store(row, R_VALUE, value)
    store(m, H_ROW_COUNT, count + 1)
