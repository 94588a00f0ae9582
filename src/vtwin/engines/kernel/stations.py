"""Stations: letting in, starting, output buffers (S-20 to S-26): their share of phase C1."""

from __future__ import annotations

from vtwin.engines.kernel.batches import is_ready, set_clocks
from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.codes import CRITICAL_RATIO, FIFO, LEAST_SETUP, ROW_ARRIVE, SPT
from vtwin.engines.kernel.floor import mark_all
from vtwin.engines.kernel.handing import fetch, hand_over
from vtwin.engines.kernel.layout import (
    BA_MOST,
    BA_STEP_COUNT,
    BA_STEPS,
    E_DUE,
    E_IS_ORDER,
    E_JOINED,
    E_KEY,
    E_KEY_LOW,
    E_NEXT,
    E_POSITION,
    E_PRIORITY,
    E_STEP,
    H_NOW,
    H_PASS,
    IN_QUEUE,
    IT_MACHINE,
    IT_MATE,
    IT_OUTPUT,
    IT_QUANTITY,
    IT_SERIAL,
    M_FIT,
    M_ITEM,
    M_WAY_COUNT,
    M_WAYS,
    NOTHING,
    NOWHERE,
    OP_AHEAD,
    OP_FIRST,
    OP_FOLLOWING,
    OP_NEEDS,
    OP_PER_CYCLE,
    OP_RECIPE,
    OP_REFUSED,
    OP_TOOL,
    OP_WAY_COUNT,
    OP_WAYS,
    OR_LOT,
    OR_QUANTITY,
    OR_REMAINING,
    OR_STANDS,
    SO_LOT,
    SO_STEP,
    ST_ARRIVALS,
    ST_DOOR_FIRST,
    ST_HELD,
    ST_HELD_MOMENT,
    ST_INDEX,
    ST_IS_ENDLESS,
    ST_LINE_COUNT,
    ST_LINES,
    ST_MACHINE_COUNT,
    ST_MACHINES,
    ST_MATE_COUNT,
    ST_MATES,
    ST_MOMENT,
    ST_OUTPUT_PLACES,
    ST_OUTSIDE_FIRST,
    ST_PLACES,
    ST_POSITION,
    ST_QUEUED,
    ST_RECIPE_COUNT,
    ST_RULE,
    ST_START,
    ST_STUCK_FIRST,
    ST_SUPPLIES,
    ST_SUPPLY_COUNT,
    ST_TURN,
    ST_WAITED,
    START_FIRST,
    START_FROM_DOOR,
    W_EXPECTED,
    W_MACHINE,
    W_SIZE,
    W_STEP,
)
from vtwin.engines.kernel.machines import expected_setup, mismatch, take, way_on
from vtwin.engines.kernel.memory import FIELD, add, load, store
from vtwin.engines.kernel.needs import are_met, are_met_for
from vtwin.engines.kernel.queues import (
    join_line,
    leave_door,
    leave_line,
    leave_outside,
    leave_stuck,
    most_urgent_first,
)
from vtwin.engines.kernel.releases import count_lots, next_lot, source_item
from vtwin.engines.kernel.rules import critical_ratio, queue_key, queue_key_low, shares, work_ahead
from vtwin.engines.kernel.sums import add_wide
from vtwin.engines.kernel.tools import can_mount
from vtwin.engines.kernel.trace import note


@compiled
def settle_station(m: int, station: int) -> None:
    """Let in, start, and let in again until nothing more can move (S-20)."""
    if load(station, ST_STUCK_FIRST) != NOTHING:
        _fill_output(m, station)
    started = 1
    while started:
        if load(station, ST_QUEUED) < load(station, ST_PLACES) and (
            load(station, ST_DOOR_FIRST) != NOTHING or load(station, ST_OUTSIDE_FIRST) != NOTHING
        ):
            _admit(m, station)
        how = load(station, ST_START)
        if how == START_FIRST:
            started = _start_first(m, station)
        elif how == START_FROM_DOOR:
            started = _start_from_door(m, station)
        else:
            started = _start_by_rule(m, station)
    if load(station, ST_RECIPE_COUNT) != 0:
        set_clocks(m, station)


# -- letting in ------------------------------------------------------------------------------


@compiled
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
        _join(m, station, item)
        item = load(station, ST_DOOR_FIRST)
    entry = load(station, ST_OUTSIDE_FIRST)
    while entry != NOTHING and load(station, ST_QUEUED) < places:
        if not load(entry, E_IS_ORDER):
            leave_outside(station, entry)
            _join(m, station, entry)
        elif load(station, ST_IS_ENDLESS):
            leave_outside(station, entry)
            _join_order(m, station, entry)
        else:
            item = _lot_from_outside(m, station, entry)
            if item == NOTHING:
                return
            _join(m, station, item)
        entry = load(station, ST_OUTSIDE_FIRST)
    if load(station, ST_POSITION) != before:
        mark_all(m, load(station, ST_MATES), load(station, ST_MATE_COUNT))


@compiled
def _lot_from_outside(m: int, station: int, order: int) -> int:
    """The next lot of an order that stands outside; NOTHING when there is no room for it."""
    item = next_lot(m, order)
    if load(order, OR_REMAINING) == 0:
        store(order, OR_STANDS, NOWHERE)
        leave_outside(station, order)
    return item


@compiled
def _take_position(m: int, station: int, entry: int, work: int) -> None:
    """The entry joins the line of its operation as the last one who came (S-25)."""
    position = load(station, ST_POSITION) + 1
    store(station, ST_POSITION, position)
    store(entry, E_JOINED, load(m, H_NOW))
    store(entry, E_POSITION, position)
    rule = load(station, ST_RULE)
    if rule != FIFO:
        due = load(entry, E_DUE)
        store(entry, E_KEY, queue_key(rule, due, load(entry, E_PRIORITY), work))
        low = work if rule == CRITICAL_RATIO else queue_key_low(rule, due)
        store(entry, E_KEY_LOW, low)
    join_line(station, load(entry, E_STEP), entry)


@compiled
def _work(station: int, step: int, quantity: int) -> int:
    """What a rule knows of the work on so many pieces: cycles, or microseconds to their end."""
    rule = load(station, ST_RULE)
    if rule == SPT:
        return shares(quantity, load(step, OP_PER_CYCLE))
    if rule != CRITICAL_RATIO:
        return 0
    total = 0
    while step != NOTHING:
        cycles = shares(quantity, load(step, OP_PER_CYCLE))
        total = work_ahead(total, cycles, load(step, OP_AHEAD))
        step = load(step, OP_FOLLOWING)
    return max(total, 1)


@compiled
def _join(m: int, station: int, item: int) -> None:
    """An item joins the queue."""
    quantity = load(item, IT_QUANTITY)
    _take_position(m, station, item, _work(station, load(item, E_STEP), quantity))
    count_lots(m, station, 1)
    note(m, ROW_ARRIVE, load(station, ST_INDEX), load(item, IT_SERIAL), quantity)


@compiled
def _join_order(m: int, station: int, order: int) -> None:
    """All lots of an order join as one entry (S-61)."""
    lot, remaining = load(order, OR_LOT), load(order, OR_REMAINING)
    store(order, OR_STANDS, IN_QUEUE)
    quantity = min(lot, load(order, OR_QUANTITY))
    _take_position(m, station, order, _work(station, load(order, E_STEP), quantity))
    count_lots(m, station, shares(remaining, lot))
    note(m, ROW_ARRIVE, load(station, ST_INDEX), -1, remaining)


@compiled
def _head(m: int, station: int, step: int) -> int:
    """Take the first of a line out of the queue; NOTHING when there is no room for its item."""
    first, now = load(step, OP_FIRST), load(m, H_NOW)
    add(station, ST_QUEUED, -1)
    add_wide(station, ST_MOMENT, 1, now)
    add_wide(station, ST_WAITED, 1, now - load(first, E_JOINED))
    if not load(first, E_IS_ORDER):
        leave_line(station, step)
        return first
    item = next_lot(m, first)
    if load(first, OR_REMAINING) == 0:
        leave_line(station, step)
        store(first, OR_STANDS, NOWHERE)
    return item


# -- who is next -----------------------------------------------------------------------------


@compiled
def _is_free(machine: int) -> int:
    """Whether a machine has nothing in hand and may work."""
    return load(machine, M_ITEM) == NOTHING and load(machine, M_FIT)


@compiled
def _take_head(m: int, station: int, way: int) -> int:
    """The head of a line goes to work; whether there was room for an item."""
    item = _head(m, station, load(way, W_STEP))
    if item == NOTHING:
        return 0
    if load(load(way, W_STEP), OP_RECIPE) != NOTHING and not _gather(m, station, way, item):
        return 0
    take(m, item, way)
    return 1


# -- batches (S-121, S-124) ------------------------------------------------------------------


@compiled
def _gather(m: int, station: int, way: int, first: int) -> int:
    """Behind the first item of a batch come the others from the queue; whether there was room
    for them.
    """
    recipe, machine, last = load(load(way, W_STEP), OP_RECIPE), load(way, W_MACHINE), first
    for _ in range(load(recipe, BA_MOST) - 1):
        step = _next_of_batch(m, station, recipe, machine)
        if step == NOTHING:
            return 1
        item = _head(m, station, step)
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
        if best == NOTHING or _is_less(x, a, y, b, z, c, at, position, 0, 0):
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


@compiled
def _bring_company(m: int, station: int, recipe: int, first: int) -> int:
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
            item = _lot_from_outside(m, station, entry)
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


@compiled
def _supply_company(m: int, source: int, recipe: int, first: int) -> int:
    """Behind the first item of a batch come others of the same supply; whether there was room."""
    last = first
    for _ in range(load(recipe, BA_MOST) - 1):
        item = source_item(m, source)
        if item == NOTHING:
            return 0
        store(last, IT_MATE, item)
        last = item
    return 1


# -- by rule ---------------------------------------------------------------------------------


@compiled
def _start_first(m: int, station: int) -> int:
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


@compiled
def _start_by_rule(m: int, station: int) -> int:
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
            if best == NOTHING or _is_less(x, a, y, b, z, c, at, position, differs, other):
                best = way
                a, b, c, position, other = x, y, z, at, differs
    if best == NOTHING:
        return _start_supply(m, station)
    return _take_head(m, station, best)


@compiled
def _is_less(
    x: int, a: int, y: int, b: int, z: int, c: int, at: int, position: int, differs: int, other: int
) -> int:
    """Whether (x, y, z, at, differs) comes before (a, b, c, position, other)."""
    if x != a:
        return x < a
    if y != b:
        return y < b
    if z != c:
        return z < c
    if at != position:
        return at < position
    return differs < other


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
def _start_from_door(m: int, station: int) -> int:
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
            return _enter(m, station, _lot_from_outside(m, station, entry), way)
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
            if recipe != NOTHING and not _supply_company(m, source, recipe, item):
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
    if recipe != NOTHING and not _bring_company(m, station, recipe, item):
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
