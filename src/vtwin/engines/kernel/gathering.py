"""Who goes with the first of a batch (S-121, S-124)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.codes import CRITICAL_RATIO, FIFO, LEAST_SETUP, SPT
from vtwin.engines.kernel.handing import fetch
from vtwin.engines.kernel.layout import (
    BA_MOST,
    BA_STEP_COUNT,
    BA_STEPS,
    E_IS_ORDER,
    E_KEY,
    E_KEY_LOW,
    E_NEXT,
    E_POSITION,
    E_STEP,
    H_NOW,
    IT_MATE,
    NOTHING,
    OP_FIRST,
    OP_RECIPE,
    OR_REMAINING,
    ST_DOOR_FIRST,
    ST_OUTSIDE_FIRST,
    ST_RULE,
    W_EXPECTED,
    W_MACHINE,
    W_STEP,
)
from vtwin.engines.kernel.lines import is_less, lot_from_outside, take_first
from vtwin.engines.kernel.memory import load, store
from vtwin.engines.kernel.queues import (
    leave_door,
    leave_outside,
    most_urgent_first,
)
from vtwin.engines.kernel.releases import source_item
from vtwin.engines.kernel.rules import critical_ratio
from vtwin.engines.kernel.ways import expected_setup, way_on


@rare
def gather(m: int, station: int, way: int, first: int) -> int:
    """Behind the first item of a batch come the others from the queue; whether there was room
    for them.
    """
    recipe, machine, last = load(load(way, W_STEP), OP_RECIPE), load(way, W_MACHINE), first
    for _ in range(load(recipe, BA_MOST) - 1):
        step = _next_of_batch(m, station, recipe, machine)
        if step == NOTHING:
            return 1
        item = take_first(m, station, step)
        if item == NOTHING:
            return 0
        store(last, IT_MATE, item)
        last = item
    return 1


@compiled
def _next_of_batch(m: int, station: int, recipe: int, machine: int) -> int:
    """The operation of a batch whose head is next on a machine; NOTHING when nobody waits."""
    best, a, b, c, position = NOTHING, 0, 0, 0, 0
    rule, steps = load(station, ST_RULE), load(recipe, BA_STEPS)
    for n in range(load(recipe, BA_STEP_COUNT)):
        step = load(steps, n)
        if rule == CRITICAL_RATIO:
            most_urgent_first(m, step)
        first = load(step, OP_FIRST)
        if first == NOTHING:
            continue
        expected = load(way_on(step, machine), W_EXPECTED)
        setup = expected_setup(machine, step) if rule == LEAST_SETUP else 0
        x = _part_of_key(rule, first, expected, setup, 0)
        y = _part_of_key(rule, first, expected, setup, 1)
        z = _part_of_key(rule, first, expected, setup, 2)
        if rule == CRITICAL_RATIO:
            x, y = critical_ratio(x, load(m, H_NOW), y), x
        at = load(first, E_POSITION)
        if best == NOTHING or is_less(x, a, y, b, z, c, at, position, 0, 0):
            best, a, b, c, position = step, x, y, z, at
    return best


@compiled
def _part_of_key(rule: int, first: int, expected: int, setup: int, part: int) -> int:
    """One of the three numbers by which the first of a line is compared (S-25)."""
    if rule == FIFO:
        return 0
    x, y = load(first, E_KEY), load(first, E_KEY_LOW)
    if rule == SPT:
        low = x * (expected & 0x7FFFFFFF)
        if part == 0:
            return x * (expected >> 31) + (low >> 31)
        return low & 0x7FFFFFFF if part == 1 else 0
    if rule == LEAST_SETUP:
        if part == 0:
            return setup
        return x if part == 1 else y
    if part == 0:
        return x
    return y if part == 1 else 0


@rare
def bring_company(m: int, station: int, recipe: int, first: int) -> int:
    """Behind the first item of a batch come those at the door, then those outside; whether
    there was room for them.
    """
    left, last = load(recipe, BA_MOST) - 1, first
    item = load(station, ST_DOOR_FIRST)
    while item != NOTHING and left > 0:
        following = load(item, E_NEXT)
        if load(load(item, E_STEP), OP_RECIPE) == recipe:
            leave_door(station, item)
            fetch(m, item)
            store(last, IT_MATE, item)
            last = item
            left -= 1
        item = following
    entry = load(station, ST_OUTSIDE_FIRST)
    while entry != NOTHING and left > 0:
        following = load(entry, E_NEXT)
        if load(load(entry, E_STEP), OP_RECIPE) != recipe:
            entry = following
            continue
        item = entry
        if load(entry, E_IS_ORDER):
            item = lot_from_outside(m, station, entry)
            if item == NOTHING:
                return 0
            if load(entry, OR_REMAINING) == 0:
                entry = following
        else:
            leave_outside(station, entry)
            entry = following
        store(last, IT_MATE, item)
        last = item
        left -= 1
    return 1


@rare
def supply_company(m: int, source: int, recipe: int, first: int) -> int:
    """Behind the first item of a batch come others of the same supply; whether there was room."""
    last = first
    for _ in range(load(recipe, BA_MOST) - 1):
        item = source_item(m, source)
        if item == NOTHING:
            return 0
        store(last, IT_MATE, item)
        last = item
    return 1
