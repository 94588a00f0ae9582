"""A program's arena before its first event; a copy of it is a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vtwin.base.draws import Distribution
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.arena import Fields, Table
from vtwin.engines.kernel.memory import FIELD


@dataclass(frozen=True, slots=True)
class Stream:
    """Who draws what: ``distribution`` is None for uniforms."""

    distribution: Distribution | None
    entity: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Template:
    """A program's arena before its first event, and where everything lies in it."""

    fields: Fields
    addresses: Fields  # numbers of the fields that hold addresses
    streams: tuple[Stream, ...]
    bins: int  # of a lead-time histogram
    machines: Table
    stations: Table
    steps: Table
    ways: Table
    products: Table
    faults: Table
    tasks: Table
    people: Table
    skills: Table
    tools: Table
    copies: Table
    sources: Table
    orders: Table
    shifts: Table
    meters: Table
    bands: Table
    batches: Table
    stocks: Table
    carriers: Table
    stored: tuple[int, ...]  # product of each stock
    carrier_counts: tuple[int, ...]
    fleets: Table
    vehicles: Table
    zones: Table
    shelved: tuple[int, ...]  # operations with a shelf life

    def copy(self, items: int, rows: int) -> Fields:
        """An arena of its own with room for so many items in the plant at a time and so many
        rows of the trace (0: none is written). Its addresses are true as long as it lives.
        """
        used = self.fields.size
        arena = np.zeros(used + items * at.IT_SIZE + rows * at.R_SIZE, dtype=np.int64)
        arena[:used] = self.fields
        m = arena.ctypes.data
        arena[self.addresses] += m
        end = used + items * at.IT_SIZE
        give_items(arena, m + used * FIELD, items)
        arena[at.H_ROWS] = end * FIELD
        arena[at.H_ROW_LIMIT] = rows
        arena[at.H_ROW_MARK] = rows // 2
        return arena


def give_items(arena: Fields, start: int, items: int) -> None:
    """New items come from a block of records at an address from now on; more are asked for
    when half of them were needed.
    """
    size = at.IT_SIZE * FIELD
    arena[at.H_FRESH_ITEM] = start
    arena[at.H_ITEM_MARK] = start + items // 2 * size
    arena[at.H_ITEMS_END] = start + items * size
