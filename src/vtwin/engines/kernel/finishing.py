"""The end of a set-up or operation, and where a finished item goes (S-35, S-45, S-64)."""

from __future__ import annotations

from vtwin.base.streams import binomial
from vtwin.engines.kernel.belts import (
    arrives,
    clear_away,
    count_up,
    go_on,
    hold,
)
from vtwin.engines.kernel.building import apart, compiled, rare
from vtwin.engines.kernel.carriers import give_back
from vtwin.engines.kernel.codes import (
    BLOCKED,
    ROW_FINISH,
    ROW_RESTART,
    ROW_STALE,
    SETUP,
    STARVED,
    WAITING_OPERATOR,
    WORKING,
)
from vtwin.engines.kernel.floor import changed, forget, product_of
from vtwin.engines.kernel.handing import hand_over
from vtwin.engines.kernel.layout import (
    B_COUNTED,
    B_DUE,
    B_FIRST,
    B_MOVED,
    E_NEXT,
    E_STEP,
    H_NOW,
    H_PENDING,
    IT_MATE,
    IT_QUANTITY,
    IT_SERIAL,
    IT_WAY,
    M_BEGUN,
    M_BELT,
    M_COLD,
    M_CYCLES,
    M_CYCLING,
    M_DOING,
    M_HANDED,
    M_INDEX,
    M_ITEM,
    M_LEFT,
    M_OPEN,
    M_OWED,
    M_RAN,
    M_RESTART,
    M_RUN_FROM,
    M_RUNNING,
    M_SETUP_COUNT,
    M_SETUP_TICKS,
    M_STANDS,
    M_TASK,
    M_THROWN,
    M_WARMED,
    M_WARMING,
    M_WAY,
    M_WHOLE,
    M_WORK,
    NOTHING,
    OP_FOLLOWING,
    OP_FORKS,
    OP_INDEX,
    OP_INSTEAD,
    OP_PER_CYCLE,
    OP_RETURNS,
    OP_RETURNS_COUNT,
    OP_SCRAP,
    OP_STALE,
    OP_WEARS,
    PR_STOCK,
    T_CLAIMED,
    W_BUSY,
    W_CYCLES,
    W_PIECES,
    W_RESTART,
    W_SCRAP_STREAM,
    W_SCRAPPED,
    W_SMOOTH,
    W_STEP,
    W_VISITS,
)
from vtwin.engines.kernel.machines import staff_operation, staffed
from vtwin.engines.kernel.memory import (
    add,
    load,
    load_f,
    store,
)
from vtwin.engines.kernel.queues import expect, expect_room, stand_at_door
from vtwin.engines.kernel.releases import leave, scrap
from vtwin.engines.kernel.routing import onward
from vtwin.engines.kernel.running import age, look, refresh, run_or_halt
from vtwin.engines.kernel.staff import (
    arrive,
    practise,
    release_crew,
    withdraw,
)
from vtwin.engines.kernel.stocks import is_open
from vtwin.engines.kernel.streams import uniform
from vtwin.engines.kernel.tools import wear
from vtwin.engines.kernel.trace import note
from vtwin.engines.kernel.ways import way_on
from vtwin.plant.primitives import NONE


@compiled
def machine_due(m: int, machine: int) -> None:
    """The timed event of a machine: what it does is done, or its crew is there."""
    way = load(machine, M_WAY)
    if load(machine, M_DOING) == WORKING and way != NOTHING and load(way, W_SMOOTH):
        _finish_smoothly(m, machine, way)
    else:
        _other_due(m, machine)


@compiled
def _finish_smoothly(m: int, machine: int, way: int) -> None:
    """`_finish` of what most operations are: on a machine that is no belt and knows no upkeep and
    no restart, of an item by itself, without a loading, scrap, a choice of ways, wear, a carrier
    to give back, an output buffer, a vehicle or a stock behind it.
    """
    item, step = load(machine, M_ITEM), load(way, W_STEP)
    add(m, H_PENDING, -1)
    store(machine, M_RUNNING, 0)
    store(machine, M_BEGUN, 0)
    age(machine, load(m, H_NOW) - load(machine, M_RUN_FROM))
    add(way, W_CYCLES, load(machine, M_CYCLES))
    add(way, W_BUSY, load(machine, M_WORK))
    _count(m, machine, item, way)
    practise(load(machine, M_TASK), load(machine, M_CYCLES))
    release_crew(m, load(machine, M_TASK))
    following = load(step, OP_FOLLOWING)
    if following == NOTHING:
        hand_over(m, machine, item)
        leave(m, item)
        forget(m, item)
    else:
        store(machine, M_DOING, BLOCKED)
        store(item, E_STEP, following)
        changed(m, machine)
        stand_at_door(m, item, load(machine, M_INDEX))
    if not load(machine, M_OPEN):
        refresh(m, machine)


@apart
def _other_due(m: int, machine: int) -> None:
    doing = load(machine, M_DOING)
    if doing == WAITING_OPERATOR:
        arrive(m, load(machine, M_TASK))
        staffed(m, machine)
        return
    add(m, H_PENDING, -1)
    if load(machine, M_BELT) != NOTHING:
        _belt_due(m, machine)
        return
    if doing == STARVED:
        _put_aside(m, machine)
        return
    store(machine, M_RUNNING, 0)
    if load(machine, M_WARMING):
        _finish_warming(m, machine)
    elif doing == SETUP:
        _finish_setup(m, machine)
    elif load(machine, M_CYCLING) != NONE:
        _finish_loading(m, machine)
    else:
        _finish(m, machine)


@rare
def _belt_due(m: int, machine: int) -> None:
    """The timed event of a belt (S-144)."""
    belt = load(machine, M_BELT)
    store(belt, B_DUE, -1)
    count_up(m, machine)
    item = arrives(belt)
    if item != NOTHING:
        _reach_end(m, machine, belt, item)
        _look_after(m, machine, 1)
    go_on(m, machine)
    if not load(machine, M_OPEN):
        refresh(m, machine)


@compiled
def _look_after(m: int, machine: int, cycles: int) -> None:
    """Cycles of a belt are over, or its items lost: wear and maintenance (S-103)."""
    store(machine, M_BEGUN, load(load(machine, M_BELT), B_FIRST) != NOTHING)
    look(m, machine, cycles)


@compiled
def _reach_end(m: int, machine: int, belt: int, item: int) -> None:
    """The first item on a belt is through (S-142, S-146)."""
    way = load(item, IT_WAY)
    step, moved = load(way, W_STEP), load(belt, B_MOVED)
    hold(belt, item)
    add(way, W_VISITS, 1)
    add(way, W_CYCLES, 1)
    add(way, W_PIECES, load(item, IT_QUANTITY))
    add(way, W_BUSY, moved - load(belt, B_COUNTED))
    store(belt, B_COUNTED, moved)
    note(m, ROW_FINISH, load(machine, M_INDEX), load(item, IT_SERIAL), load(step, OP_INDEX))
    _send_on(m, machine, item, way)


@rare
def _finish_warming(m: int, machine: int) -> None:
    """The machine is warm, the operation may run (S-37)."""
    store(machine, M_WARMING, 0)
    store(machine, M_WARMED, load(m, H_NOW))
    changed(m, machine)
    run_or_halt(m, machine)


@compiled
def _finish_setup(m: int, machine: int) -> None:
    add(machine, M_SETUP_COUNT, 1)
    add(machine, M_SETUP_TICKS, load(machine, M_WORK))
    store(machine, M_COLD, 1)
    practise(load(machine, M_TASK), 1)
    release_crew(m, load(machine, M_TASK))
    staff_operation(m, machine)


@rare
def _finish_loading(m: int, machine: int) -> None:
    """The crew is free, the machine goes on without it (S-113)."""
    store(machine, M_RAN, load(m, H_NOW))
    age(machine, load(m, H_NOW) - load(machine, M_RUN_FROM))
    practise(load(machine, M_TASK), 1)
    release_crew(m, load(machine, M_TASK))
    cycle = load(machine, M_CYCLING)
    store(machine, M_LEFT, cycle)
    store(machine, M_WHOLE, cycle)
    store(machine, M_CYCLING, NONE)
    changed(m, machine)
    run_or_halt(m, machine)


@compiled
def _finish(m: int, machine: int) -> None:
    """The operation is done (S-35)."""
    item, way = load(machine, M_ITEM), load(machine, M_WAY)
    first = load(way, W_STEP)
    store(machine, M_BEGUN, 0)
    if load(machine, M_STANDS):
        _pay(m, machine)
    age(machine, load(m, H_NOW) - load(machine, M_RUN_FROM))
    add(way, W_CYCLES, load(machine, M_CYCLES))
    add(way, W_BUSY, load(machine, M_WORK))
    _count(m, machine, item, way)
    mate = load(item, IT_MATE)
    while mate != NOTHING:
        _count(m, machine, mate, way_on(load(mate, E_STEP), machine))
        mate = load(mate, IT_MATE)
    practise(load(machine, M_TASK), load(machine, M_CYCLES))
    release_crew(m, load(machine, M_TASK))
    while item != NOTHING:
        mate = load(item, IT_MATE)
        _send_on(m, machine, item, way)
        item = mate
        if item != NOTHING:
            way = way_on(load(item, E_STEP), machine)
    if load(first, OP_WEARS):
        wear(m, machine, load(machine, M_CYCLES))
    look(m, machine, load(machine, M_CYCLES))
    if not load(machine, M_OPEN):
        refresh(m, machine)  # what it finished after its shift is finished now


@compiled
def _pay(m: int, machine: int) -> None:
    """How many cycles of this operation are thrown away, and how many are still owed (S-36)."""
    store(machine, M_RAN, load(m, H_NOW))
    owed = load(machine, M_OWED)
    thrown = min(owed, load(machine, M_CYCLES))
    store(machine, M_THROWN, thrown)
    store(machine, M_OWED, min(owed - thrown, load(machine, M_RESTART)))


@compiled
def _throw_away(m: int, machine: int, item: int, way: int) -> None:
    """What was made in the first cycles after standing is scrap (S-36)."""
    lost, cycles = load(item, IT_QUANTITY), load(machine, M_THROWN)
    step = load(way, W_STEP)
    if cycles < load(machine, M_CYCLES):
        lost = cycles * load(step, OP_PER_CYCLE)
    add(way, W_SCRAPPED, lost)
    add(way, W_RESTART, lost)
    note(m, ROW_RESTART, load(machine, M_INDEX), load(item, IT_SERIAL), load(step, OP_INDEX))
    scrap(m, item, lost, load(machine, M_INDEX))


@compiled
def _count(m: int, machine: int, item: int, way: int) -> None:
    """An item of what was done; cycles and their time are those of the first (S-123)."""
    add(way, W_VISITS, 1)
    add(way, W_PIECES, load(item, IT_QUANTITY))
    step = load(way, W_STEP)
    note(m, ROW_FINISH, load(machine, M_INDEX), load(item, IT_SERIAL), load(step, OP_INDEX))


@compiled
def _send_on(m: int, machine: int, item: int, way: int) -> None:
    """What becomes of an item whose operation is over (S-35, S-64)."""
    step = load(way, W_STEP)
    for n in range(load(step, OP_RETURNS_COUNT)):
        give_back(m, item, load(load(step, OP_RETURNS), n))
    if load(machine, M_THROWN):
        _throw_away(m, machine, item, way)
    if load_f(step, OP_SCRAP) > 0.0:
        _inspect(m, machine, item, way)
    following = load(step, OP_FOLLOWING)
    if load(step, OP_FORKS):
        following = onward(m, item, way)
    if load(item, IT_QUANTITY) == 0:
        hand_over(m, machine, item)
        forget(m, item)
    elif following == NOTHING:
        _finished(m, machine, item, step)
    else:
        _pass_on(m, machine, item, following)


@compiled
def _pass_on(m: int, machine: int, item: int, following: int) -> None:
    """The item in hand goes on to another operation as soon as there is room (S-22)."""
    store(machine, M_DOING, BLOCKED)
    store(item, E_STEP, following)
    changed(m, machine)
    expect(m, item, machine)


@compiled
def _put_aside(m: int, machine: int) -> None:
    """The item in hand had waited too long: it is scrap, or goes elsewhere (S-86)."""
    item = load(machine, M_ITEM)
    step, quantity = load(item, E_STEP), load(item, IT_QUANTITY)
    add(step, OP_STALE, quantity)
    note(m, ROW_STALE, load(machine, M_INDEX), load(item, IT_SERIAL), load(step, OP_INDEX))
    if load(step, OP_INSTEAD) != NOTHING:
        _pass_on(m, machine, item, load(step, OP_INSTEAD))
        return
    hand_over(m, machine, item)
    scrap(m, item, quantity, load(machine, M_INDEX))
    forget(m, item)


@compiled
def _finished(m: int, machine: int, item: int, step: int) -> None:
    """An item has no operation before it: it leaves, or waits for room in its stock (S-127)."""
    stock = load(product_of(m, step), PR_STOCK)
    if stock == NOTHING or is_open(stock, load(item, IT_QUANTITY)):
        hand_over(m, machine, item)
        leave(m, item)
        forget(m, item)
    else:
        store(machine, M_DOING, BLOCKED)
        changed(m, machine)
        expect_room(m, item, machine, stock)


@rare
def _inspect(m: int, machine: int, item: int, way: int) -> None:
    """Some of the pieces may be scrap (S-35)."""
    share = load_f(load(way, W_STEP), OP_SCRAP)
    lost = binomial(load(item, IT_QUANTITY), share, uniform(m, load(way, W_SCRAP_STREAM)))
    if lost > 0:
        add(way, W_SCRAPPED, lost)
        scrap(m, item, lost, load(machine, M_INDEX))


@compiled
def _lose_items(m: int, machine: int) -> None:
    """The items in work on a belt are scrap (S-145)."""
    item = clear_away(m, machine)
    while item != NOTHING:
        following = load(item, E_NEXT)
        scrap(m, item, load(item, IT_QUANTITY), load(machine, M_INDEX))
        forget(m, item)
        item = following
    _look_after(m, machine, 0)
    go_on(m, machine)
    if not load(machine, M_OPEN):
        refresh(m, machine)


@rare
def lose_item(m: int, machine: int) -> None:
    """The items in work are scrap (S-45)."""
    if load(machine, M_BELT) != NOTHING:
        _lose_items(m, machine)
        return
    item = load(machine, M_ITEM)
    task = load(machine, M_TASK)
    store(machine, M_BEGUN, 0)
    store(machine, M_HANDED, NONE)
    store(machine, M_CYCLING, NONE)
    if load(task, T_CLAIMED):
        withdraw(m, task)
    release_crew(m, task)
    while item != NOTHING:
        mate = load(item, IT_MATE)
        hand_over(m, machine, item)
        scrap(m, item, load(item, IT_QUANTITY), load(machine, M_INDEX))
        forget(m, item)
        item = mate
    look(m, machine, 0)
    if not load(machine, M_OPEN):
        refresh(m, machine)
