"""Machines: what one does with the item it has taken (S-30 to S-34)."""

from __future__ import annotations

from vtwin.engines.kernel.belts import (
    put_on,
)
from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.calendar import schedule
from vtwin.engines.kernel.codes import (
    ROW_SETUP,
    ROW_START,
    SETUP,
    WAITING_OPERATOR,
    WORKING,
)
from vtwin.engines.kernel.floor import changed
from vtwin.engines.kernel.layout import (
    CELL_STREAM,
    E_PRIORITY,
    E_STEP,
    H_NOW,
    H_PENDING,
    IT_FINISHED,
    IT_MACHINE,
    IT_MATE,
    IT_ORDER,
    IT_QUANTITY,
    IT_SERIAL,
    M_BEGUN,
    M_BELT,
    M_CYCLES,
    M_CYCLING,
    M_DOING,
    M_FIT,
    M_HANDED,
    M_INDEX,
    M_ITEM,
    M_KEY,
    M_LEFT,
    M_SETUP_HEADS,
    M_SETUP_NEXT,
    M_SETUP_SKILL,
    M_SLOT,
    M_SPEED,
    M_STATE,
    M_TASK,
    M_WAY,
    M_WHOLE,
    M_WORK,
    NOTHING,
    OP_INDEX,
    OP_NEEDS,
    OP_PER_CYCLE,
    OP_REMAINING,
    OP_SETUP_KEY,
    OP_SHELF,
    OP_TOOL,
    OR_STARTED,
    T_CREW_COUNT,
    W_HEADS,
    W_LOAD_STREAM,
    W_MACHINE,
    W_PLAIN,
    W_SKILL,
    W_STEP,
    W_STREAM,
)
from vtwin.engines.kernel.memory import (
    add,
    load,
    load_f,
    store,
    store_f,
)
from vtwin.engines.kernel.needs import take_needs
from vtwin.engines.kernel.rules import (
    at_speed,
    handed_over,
    repeated,
    shares,
)
from vtwin.engines.kernel.running import run_on, run_or_halt
from vtwin.engines.kernel.staff import (
    ask,
    crew_speed,
    suspend,
)
from vtwin.engines.kernel.streams import draw
from vtwin.engines.kernel.tools import mount
from vtwin.engines.kernel.trace import note
from vtwin.engines.kernel.ways import setup_cell
from vtwin.plant.primitives import NONE


@compiled
def take(m: int, item: int, way: int) -> None:
    """An item comes into the machine, with the others of its batch (S-121)."""
    if load(load(way, W_MACHINE), M_BELT) != NOTHING:
        if load(load(way, W_STEP), OP_NEEDS):
            take_needs(m, load(way, W_STEP), item)
        put_on(m, item, way)
        return
    machine, step = load(way, W_MACHINE), load(way, W_STEP)
    store(machine, M_ITEM, item)
    store(machine, M_WAY, way)
    store(item, IT_MACHINE, machine)
    mate = load(item, IT_MATE)
    while mate != NOTHING:
        store(mate, IT_MACHINE, machine)
        mate = load(mate, IT_MATE)
    quantity, per_cycle = load(item, IT_QUANTITY), load(step, OP_PER_CYCLE)
    cycles = 1 if quantity <= per_cycle else shares(quantity, per_cycle)
    store(machine, M_CYCLES, cycles)
    if load(way, W_PLAIN):
        _begin(m, machine, repeated(draw(m, load(way, W_STREAM)), cycles))
    else:
        _prepare(m, machine, step)


@compiled
def _prepare(m: int, machine: int, step: int) -> None:
    """Mount, then set up, then work, unless the item has waited too long (S-86)."""
    now = load(m, H_NOW)
    if now - load(load(machine, M_ITEM), IT_FINISHED) > load(step, OP_SHELF):
        add(m, H_PENDING, 1)
        schedule(m, load(machine, M_SLOT), now)
        return
    tool, key = load(step, OP_TOOL), load(step, OP_SETUP_KEY)
    if tool != NOTHING:
        mount(m, machine, tool)
    if load(step, OP_NEEDS):
        take_needs(m, step, load(machine, M_ITEM))
    cell = setup_cell(machine, key)
    if key != NONE:
        store(machine, M_KEY, key)
    if cell == NOTHING:
        staff_operation(m, machine)
        return
    store(machine, M_LEFT, draw(m, load(cell, CELL_STREAM)))
    skill = load(machine, M_SETUP_SKILL)
    if skill == NOTHING:
        _begin_setup(m, machine)
    else:
        store(machine, M_SETUP_NEXT, 1)
        _wait_for(m, machine, skill, load(machine, M_SETUP_HEADS), 1)


@compiled
def staff_operation(m: int, machine: int) -> None:
    """Nothing but the operation is left to do: with its operator, or at once (S-34)."""
    way = load(machine, M_WAY)
    skill = load(way, W_SKILL)
    if skill != NOTHING:
        _wait_for(m, machine, skill, load(way, W_HEADS), 0)
    else:
        work = repeated(draw(m, load(way, W_STREAM)), load(machine, M_CYCLES))
        _begin(m, machine, work)


@compiled
def _wait_for(m: int, machine: int, skill: int, heads: int, alone: int) -> None:
    """People with a skill are wanted."""
    item, task = load(machine, M_ITEM), load(machine, M_TASK)
    store(machine, M_DOING, WAITING_OPERATOR)
    changed(m, machine)
    remaining = load(load(item, E_STEP), OP_REMAINING)
    ask(m, task, skill, heads, alone, load(item, E_PRIORITY), remaining)
    if not load(machine, M_FIT):
        suspend(m, task)


@compiled
def staffed(m: int, machine: int) -> None:
    """The people asked for are there (S-50, S-114)."""
    changed(m, machine)
    before, speed = load_f(machine, M_SPEED), crew_speed(load(machine, M_TASK))
    store_f(machine, M_SPEED, speed)
    if load(machine, M_HANDED) != NONE:
        _take_over(m, machine, before, speed)
    elif load(machine, M_SETUP_NEXT):
        store(machine, M_SETUP_NEXT, 0)
        store(machine, M_LEFT, at_speed(load(machine, M_LEFT), speed))
        _begin_setup(m, machine)
    else:
        _begin_attended(m, machine, speed)


@compiled
def _begin_attended(m: int, machine: int, speed: float) -> None:
    """All of the operation goes at the crew's speed, or only its loading (S-113)."""
    way = load(machine, M_WAY)
    loading, load_stream = 0, load(way, W_LOAD_STREAM)
    if load_stream != NONE:
        loading = at_speed(draw(m, load_stream), speed)
    work = repeated(draw(m, load(way, W_STREAM)), load(machine, M_CYCLES))
    if load_stream == NONE:
        _begin(m, machine, at_speed(work, speed))
    else:
        store(machine, M_CYCLING, work)
        _begin(m, machine, loading)
        add(machine, M_WORK, work)


@rare
def _take_over(m: int, machine: int, before: float, speed: float) -> None:
    """Go on with what others have left (S-118)."""
    left = load(machine, M_LEFT)
    more = handed_over(left, before, speed) - left
    add(machine, M_WORK, more)
    add(machine, M_WHOLE, more)
    add(machine, M_LEFT, more)
    store(machine, M_DOING, load(machine, M_HANDED))
    store(machine, M_HANDED, NONE)
    run_or_halt(m, machine)


@compiled
def _begin_setup(m: int, machine: int) -> None:
    store(machine, M_DOING, SETUP)
    store(machine, M_BEGUN, 1)
    changed(m, machine)
    serial = load(load(machine, M_ITEM), IT_SERIAL)
    note(m, ROW_SETUP, load(machine, M_INDEX), serial, load(machine, M_KEY))
    store(machine, M_WORK, load(machine, M_LEFT))
    store(machine, M_WHOLE, load(machine, M_LEFT))
    run_or_halt(m, machine)


@compiled
def _begin(m: int, machine: int, work: int) -> None:
    """Begin the operation, which takes ``work`` ticks here."""
    item = load(machine, M_ITEM)
    store(machine, M_WORK, work)
    store(machine, M_WHOLE, work)
    store(machine, M_LEFT, work)
    store(machine, M_DOING, WORKING)
    store(machine, M_BEGUN, 1)
    if load(machine, M_STATE) != WORKING:
        changed(m, machine)
    while item != NOTHING:
        _started(m, machine, item)
        item = load(item, IT_MATE)
    if load(machine, M_FIT) and load(load(machine, M_TASK), T_CREW_COUNT) == 0:
        run_on(m, machine)
    else:
        run_or_halt(m, machine)


@compiled
def _started(m: int, machine: int, item: int) -> None:
    """The operation of an item begins."""
    step, order = load(item, E_STEP), load(item, IT_ORDER)
    note(m, ROW_START, load(machine, M_INDEX), load(item, IT_SERIAL), load(step, OP_INDEX))
    if order != NOTHING and load(order, OR_STARTED) < 0:
        store(order, OR_STARTED, load(m, H_NOW))
