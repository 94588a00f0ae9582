"""Who is next: which item starts on which machine (S-25, S-26, S-63)."""

from __future__ import annotations

from vtwin.engines.kernel.batches import is_ready
from vtwin.engines.kernel.building import apart, compiled
from vtwin.engines.kernel.codes import CRITICAL_RATIO, FIFO, LEAST_SETUP, ROW_ARRIVE, SPT
from vtwin.engines.kernel.gathering import bring_company, gather, supply_company
from vtwin.engines.kernel.handing import fetch
from vtwin.engines.kernel.layout import (
    E_IS_ORDER,
    E_KEY,
    E_KEY_LOW,
    E_NEXT,
    E_POSITION,
    E_STEP,
    H_NOW,
    H_PASS,
    IT_MATE,
    IT_QUANTITY,
    IT_SERIAL,
    M_FIT,
    M_ITEM,
    M_WAY_COUNT,
    M_WAYS,
    NOTHING,
    OP_FIRST,
    OP_NEEDS,
    OP_RECIPE,
    OP_REFUSED,
    OP_TOOL,
    OP_WAY_COUNT,
    OP_WAYS,
    SO_LOT,
    SO_STEP,
    ST_ARRIVALS,
    ST_DOOR_FIRST,
    ST_INDEX,
    ST_LINE_COUNT,
    ST_LINES,
    ST_MACHINE_COUNT,
    ST_MACHINES,
    ST_OUTSIDE_FIRST,
    ST_RULE,
    ST_SUPPLIES,
    ST_SUPPLY_COUNT,
    ST_TURN,
    W_EXPECTED,
    W_MACHINE,
    W_SIZE,
    W_STEP,
)
from vtwin.engines.kernel.lines import is_less, lot_from_outside, take_first
from vtwin.engines.kernel.machines import take
from vtwin.engines.kernel.memory import FIELD, add, load, store
from vtwin.engines.kernel.needs import are_met, are_met_for
from vtwin.engines.kernel.queues import (
    leave_door,
    leave_outside,
    most_urgent_first,
)
from vtwin.engines.kernel.releases import source_item
from vtwin.engines.kernel.rules import critical_ratio
from vtwin.engines.kernel.tools import can_mount
from vtwin.engines.kernel.trace import note
from vtwin.engines.kernel.ways import expected_setup, mismatch


@compiled
def _is_free(machine: int) -> int:
    """Whether a machine has nothing in hand and may work."""
    return load(machine, M_ITEM) == NOTHING and load(machine, M_FIT)


@compiled
def _take_head(m: int, station: int, way: int) -> int:
    """The head of a line goes to work; whether there was room for an item."""
    item = take_first(m, station, load(way, W_STEP))
    if item == NOTHING:
        return 0
    if load(load(way, W_STEP), OP_RECIPE) != NOTHING and not gather(m, station, way, item):
        return 0
    take(m, item, way)
    return 1


@compiled
def start_first(m: int, station: int) -> int:
    """One line that every machine serves alike: its head, on the first free machine."""
    step = load(load(station, ST_LINES), 0)
    if load(step, OP_FIRST) == NOTHING and load(station, ST_SUPPLY_COUNT) == 0:
        return 0
    way = load(step, OP_WAYS)
    for _ in range(load(step, OP_WAY_COUNT)):
        if _is_free(load(way, W_MACHINE)):
            if load(step, OP_FIRST) == NOTHING:
                return _start_supply(m, station)
            return _take_head(m, station, way)
        way += W_SIZE * FIELD
    return 0


@apart
def start_by_rule(m: int, station: int) -> int:
    """The best pair of a free machine and a head of line by the station's rule (S-25)."""
    best = NOTHING
    a, b, c, position, other = 0, 0, 0, 0, 0  # its rank
    machines, rule = load(station, ST_MACHINES), load(station, ST_RULE)
    if rule == CRITICAL_RATIO and _has_free(station):
        for n in range(load(station, ST_LINE_COUNT)):
            most_urgent_first(m, load(load(station, ST_LINES), n))
    for n in range(load(station, ST_MACHINE_COUNT)):
        machine = load(machines, n)
        if not _is_free(machine):
            continue
        ways = load(machine, M_WAYS)
        for k in range(load(machine, M_WAY_COUNT)):
            way = load(ways, k)
            step = load(way, W_STEP)
            first = load(step, OP_FIRST)
            if first == NOTHING or not can_mount(machine, load(step, OP_TOOL)):
                continue
            if not _may_begin(m, step, first):
                continue
            x, y, z = load(first, E_KEY), load(first, E_KEY_LOW), 0
            if rule == FIFO:
                x, y = 0, 0
            elif rule == SPT:
                # The product of work and expected ticks, in two parts.
                expected = load(way, W_EXPECTED)
                y = x * (expected & 0x7FFFFFFF)
                x = x * (expected >> 31) + (y >> 31)
                y &= 0x7FFFFFFF
            elif rule == LEAST_SETUP:
                x, y, z = expected_setup(machine, step), x, y
            elif rule == CRITICAL_RATIO:
                x, y = critical_ratio(x, load(m, H_NOW), y), x
            at, differs = load(first, E_POSITION), mismatch(machine, step)
            if best == NOTHING or is_less(x, a, y, b, z, c, at, position, differs, other):
                best = way
                a, b, c, position, other = x, y, z, at, differs
    if best == NOTHING:
        return _start_supply(m, station)
    return _take_head(m, station, best)


@compiled
def _has_free(station: int) -> int:
    """Whether some machine could start something."""
    machines = load(station, ST_MACHINES)
    for n in range(load(station, ST_MACHINE_COUNT)):
        if _is_free(load(machines, n)):
            return 1
    return 0


@compiled
def _may_begin(m: int, step: int, first: int) -> int:
    """Whether kit and carrier are there, and enough for a batch."""
    if load(step, OP_NEEDS) and not are_met(step, first):
        return 0
    recipe = load(step, OP_RECIPE)
    return recipe == NOTHING or is_ready(m, recipe)


@compiled
def _way_unless_refused(m: int, first: int, turn: int) -> int:
    """A free machine's way for the operation of one who waits, sought once in a pass."""
    step = load(first, E_STEP)
    if load(step, OP_REFUSED) == turn:
        return NOTHING
    way = free_way(step) if _may_begin(m, step, first) else NOTHING
    if way == NOTHING:
        store(step, OP_REFUSED, turn)
    return way


@compiled
def start_from_door(m: int, station: int) -> int:
    """Without input places: the first of those waiting whom a free machine may take, from
    inside the plant, then from outside, then from a supply (S-26).
    """
    if not _has_free(station):
        return 0
    turn = load(m, H_PASS) + 1
    store(m, H_PASS, turn)
    item = load(station, ST_DOOR_FIRST)
    while item != NOTHING:
        way = _way_unless_refused(m, item, turn)
        if way != NOTHING:
            leave_door(station, item)
            fetch(m, item)
            return _enter(m, station, item, way)
        item = load(item, E_NEXT)
    entry = load(station, ST_OUTSIDE_FIRST)
    while entry != NOTHING:
        way = _way_unless_refused(m, entry, turn)
        if way != NOTHING:
            if not load(entry, E_IS_ORDER):
                leave_outside(station, entry)
                return _enter(m, station, entry, way)
            return _enter(m, station, lot_from_outside(m, station, entry), way)
        entry = load(entry, E_NEXT)
    return _start_supply(m, station)


@compiled
def _start_supply(m: int, station: int) -> int:
    """Endless supplies take turns, and only where nothing else waits (S-63)."""
    count = load(station, ST_SUPPLY_COUNT)
    n = load(station, ST_TURN)
    for _ in range(count):
        source = load(load(station, ST_SUPPLIES), n)
        n = n + 1 if n + 1 < count else 0
        step = load(source, SO_STEP)
        if load(step, OP_NEEDS) and not are_met_for(step, load(source, SO_LOT), NOTHING):
            continue
        way = free_way(step)
        if way != NOTHING:
            store(station, ST_TURN, n)
            item, recipe = source_item(m, source), load(step, OP_RECIPE)
            if item == NOTHING:
                return 0
            if recipe != NOTHING and not supply_company(m, source, recipe, item):
                return 0
            return _start(m, station, item, way)
    return 0


@compiled
def _enter(m: int, station: int, item: int, way: int) -> int:
    """One from the door or outside goes to a machine, with the others of its batch; whether
    there was an item.
    """
    if item == NOTHING:
        return 0
    recipe = load(load(way, W_STEP), OP_RECIPE)
    if recipe != NOTHING and not bring_company(m, station, recipe, item):
        return 0
    return _start(m, station, item, way)


@compiled
def _start(m: int, station: int, item: int, way: int) -> int:
    """Go straight to a machine, without a place in the queue."""
    here = item
    while here != NOTHING:
        add(station, ST_ARRIVALS, 1)
        note(m, ROW_ARRIVE, load(station, ST_INDEX), load(here, IT_SERIAL), load(here, IT_QUANTITY))
        here = load(here, IT_MATE)
    take(m, item, way)
    return 1


@compiled
def free_way(step: int) -> int:
    """The free machine that may take this operation: least to change, then first (S-25)."""
    found, way, tool = NOTHING, load(step, OP_WAYS), load(step, OP_TOOL)
    for _ in range(load(step, OP_WAY_COUNT)):
        machine = load(way, W_MACHINE)
        if _is_free(machine) and can_mount(machine, tool):
            if not mismatch(machine, step):
                return way
            if found == NOTHING:
                found = way
        way += W_SIZE * FIELD
    return found
