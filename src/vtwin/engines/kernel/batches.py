"""Batches: how many wait for one another, and how long (S-120 to S-124)."""

from __future__ import annotations

from typing import Final

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.calendar import cancel, schedule
from vtwin.engines.kernel.floor import mark
from vtwin.engines.kernel.layout import (
    BA_COUNT,
    BA_DUE,
    BA_FIRST,
    BA_LEAST,
    BA_MOST,
    BA_OLDEST,
    BA_SLOT,
    BA_STATION,
    BA_WAIT,
    E_IS_ORDER,
    E_JOINED,
    E_KIN_NEXT,
    E_NEXT,
    E_RELEASE,
    E_STEP,
    H_NOW,
    H_PENDING,
    IT_FINISHED,
    NEVER,
    NOTHING,
    OP_RECIPE,
    OR_LOT,
    OR_REMAINING,
    ST_DOOR_FIRST,
    ST_OUTSIDE_FIRST,
    ST_PLACES,
    ST_RECIPE_COUNT,
    ST_RECIPES,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.rules import shares
from vtwin.plant import primitives

_FOR_EVER: Final = primitives.NEVER


@compiled
def _lots(entry: int) -> int:
    """Items that an entry stands for."""
    if load(entry, E_IS_ORDER):
        return shares(load(entry, OR_REMAINING), load(entry, OR_LOT))
    return 1


@compiled
def _look(recipe: int) -> None:
    """How many items wait for a batch, counted to its most, and since when the first."""
    station, most = load(recipe, BA_STATION), load(recipe, BA_MOST)
    count, oldest = 0, _FOR_EVER
    if load(station, ST_PLACES) != 0:
        entry = load(recipe, BA_FIRST)
        if entry != NOTHING:
            oldest = load(entry, E_JOINED)
        while entry != NOTHING and count < most:
            count += _lots(entry)
            entry = load(entry, E_KIN_NEXT)
    else:
        entry = load(station, ST_DOOR_FIRST)
        while entry != NOTHING and count < most:
            if load(load(entry, E_STEP), OP_RECIPE) == recipe:
                count += 1
                oldest = min(oldest, load(entry, IT_FINISHED))
            entry = load(entry, E_NEXT)
        entry = load(station, ST_OUTSIDE_FIRST)
        while entry != NOTHING and count < most:
            if load(load(entry, E_STEP), OP_RECIPE) == recipe:
                count += _lots(entry)
                oldest = min(oldest, load(entry, E_RELEASE))
            entry = load(entry, E_NEXT)
    store(recipe, BA_COUNT, count)
    store(recipe, BA_OLDEST, oldest)


@rare
def is_ready(m: int, recipe: int) -> int:
    """Whether enough wait for a batch, or long enough (S-120)."""
    _look(recipe)
    count = load(recipe, BA_COUNT)
    if count >= load(recipe, BA_MOST):
        return 1
    waited = load(m, H_NOW) - load(recipe, BA_OLDEST)
    return count >= load(recipe, BA_LEAST) and waited >= load(recipe, BA_WAIT)


@rare
def set_clocks(m: int, station: int) -> None:
    """The station has settled: when the waits of its batches are over (S-122)."""
    recipes = load(station, ST_RECIPES)
    for n in range(load(station, ST_RECIPE_COUNT)):
        _set_clock(m, load(recipes, n))


@compiled
def _set_clock(m: int, recipe: int) -> None:
    due, wait = NEVER, load(recipe, BA_WAIT)
    if wait < _FOR_EVER:
        _look(recipe)
        count, over = load(recipe, BA_COUNT), load(recipe, BA_OLDEST) + wait
        if load(recipe, BA_LEAST) <= count < load(recipe, BA_MOST) and over > load(m, H_NOW):
            due = over
    before = load(recipe, BA_DUE)
    if due == before:
        return
    if before != NEVER:
        add(m, H_PENDING, -1)
    store(recipe, BA_DUE, due)
    if due != NEVER:
        add(m, H_PENDING, 1)
        schedule(m, load(recipe, BA_SLOT), due)
    else:
        cancel(m, load(recipe, BA_SLOT))


@rare
def batch_due(m: int, recipe: int) -> None:
    """The clock of a batch rings."""
    add(m, H_PENDING, -1)
    store(recipe, BA_DUE, NEVER)
    mark(m, load(recipe, BA_STATION))
