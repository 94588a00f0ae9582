"""Stations: letting in, starting, output buffers (S-20 to S-24): their share of phase C1."""

from __future__ import annotations

from vtwin.engines.kernel.batches import set_clocks
from vtwin.engines.kernel.building import apart, compiled
from vtwin.engines.kernel.floor import mark_all
from vtwin.engines.kernel.handing import fetch, hand_over
from vtwin.engines.kernel.layout import (
    E_IS_ORDER,
    H_NOW,
    IT_MACHINE,
    IT_OUTPUT,
    M_ITEM,
    NOTHING,
    ST_DOOR_FIRST,
    ST_HELD,
    ST_HELD_MOMENT,
    ST_IS_ENDLESS,
    ST_LONE,
    ST_MATE_COUNT,
    ST_MATES,
    ST_OUTPUT_PLACES,
    ST_OUTSIDE_FIRST,
    ST_PLACES,
    ST_POSITION,
    ST_QUEUED,
    ST_RECIPE_COUNT,
    ST_START,
    ST_STUCK_FIRST,
    START_FIRST,
    START_FROM_DOOR,
)
from vtwin.engines.kernel.lines import join, join_order, lot_from_outside
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.queues import (
    leave_door,
    leave_outside,
    leave_stuck,
)
from vtwin.engines.kernel.starting import start_by_rule, start_first, start_from_door
from vtwin.engines.kernel.sums import add_wide


@compiled
def settle_station(m: int, station: int) -> None:
    """Let in, start, and let in again until nothing more can move (S-20)."""
    if load(station, ST_STUCK_FIRST) != NOTHING:
        _fill_output(m, station)
    started, lone = 1, load(station, ST_LONE)
    while started:
        if load(station, ST_QUEUED) < load(station, ST_PLACES) and (
            load(station, ST_DOOR_FIRST) != NOTHING or load(station, ST_OUTSIDE_FIRST) != NOTHING
        ):
            _admit(m, station)
        if lone != NOTHING and load(lone, M_ITEM) != NOTHING:
            break
        how = load(station, ST_START)
        if how == START_FIRST:
            started = start_first(m, station)
        elif how == START_FROM_DOOR:
            started = start_from_door(m, station)
        else:
            started = start_by_rule(m, station)
    if load(station, ST_RECIPE_COUNT) != 0:
        set_clocks(m, station)


@apart
def _fill_output(m: int, station: int) -> None:
    """Finished items leave their machines for free output places (S-24)."""
    item = load(station, ST_STUCK_FIRST)
    while item != NOTHING and load(station, ST_HELD) < load(station, ST_OUTPUT_PLACES):
        leave_stuck(station, item)
        hand_over(m, load(item, IT_MACHINE), item)
        store(item, IT_OUTPUT, station)
        add(station, ST_HELD, 1)
        add_wide(station, ST_HELD_MOMENT, -1, load(m, H_NOW))
        item = load(station, ST_STUCK_FIRST)


@compiled
def _admit(m: int, station: int) -> None:
    """Everything there is room for joins the queue: who is inside first (S-22, S-23)."""
    before, places = load(station, ST_POSITION), load(station, ST_PLACES)
    item = load(station, ST_DOOR_FIRST)
    while item != NOTHING and load(station, ST_QUEUED) < places:
        leave_door(station, item)
        fetch(m, item)
        join(m, station, item)
        item = load(station, ST_DOOR_FIRST)
    entry = load(station, ST_OUTSIDE_FIRST)
    while entry != NOTHING and load(station, ST_QUEUED) < places:
        if not load(entry, E_IS_ORDER):
            leave_outside(station, entry)
            join(m, station, entry)
        elif load(station, ST_IS_ENDLESS):
            leave_outside(station, entry)
            join_order(m, station, entry)
        else:
            item = lot_from_outside(m, station, entry)
            if item == NOTHING:
                return
            join(m, station, item)
        entry = load(station, ST_OUTSIDE_FIRST)
    if load(station, ST_POSITION) != before:
        mark_all(m, load(station, ST_MATES), load(station, ST_MATE_COUNT))
