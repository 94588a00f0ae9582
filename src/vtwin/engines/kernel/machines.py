"""Machines: what one does with the item it has taken, and what can interrupt it."""

from __future__ import annotations

from vtwin.base.streams import binomial
from vtwin.engines.kernel.belts import (
    arrives,
    clear_away,
    count_up,
    go_on,
    hold,
    in_work,
    put_on,
    put_on_again,
)
from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.calendar import cancel, schedule
from vtwin.engines.kernel.carriers import give_back
from vtwin.engines.kernel.codes import (
    BLOCKED,
    ROW_FINISH,
    ROW_SETUP,
    ROW_START,
    SETUP,
    WAITING_OPERATOR,
    WORKING,
)
from vtwin.engines.kernel.floor import changed, forget, product_of
from vtwin.engines.kernel.handing import hand_over, look_again
from vtwin.engines.kernel.layout import (
    B_COUNTED,
    B_DUE,
    B_FIRST,
    B_MOVED,
    CELL_EXPECTED,
    CELL_SIZE,
    CELL_STREAM,
    E_NEXT,
    E_PRIORITY,
    E_STEP,
    F_CALENDAR_CLOCK,
    F_LEFT,
    F_LIFE,
    F_PLANNED,
    F_STRUCK,
    F_WAITS,
    H_NOW,
    H_PENDING,
    IT_MACHINE,
    IT_MATE,
    IT_ORDER,
    IT_QUANTITY,
    IT_SERIAL,
    IT_WAY,
    J_SLOT,
    M_AGEING,
    M_AGEING_COUNT,
    M_BEGUN,
    M_BELT,
    M_CYCLES,
    M_CYCLING,
    M_DOING,
    M_DOWN,
    M_FINISHES,
    M_FIT,
    M_HANDED,
    M_INDEX,
    M_ITEM,
    M_KEY,
    M_LEFT,
    M_ON_DUTY,
    M_OPEN,
    M_RUN_FROM,
    M_RUNNING,
    M_SERVICED,
    M_SETUP_COUNT,
    M_SETUP_HEADS,
    M_SETUP_KEYS,
    M_SETUP_NEXT,
    M_SETUP_SKILL,
    M_SETUP_TICKS,
    M_SETUPS,
    M_SLOT,
    M_SPEED,
    M_STATE,
    M_STRIKER,
    M_TASK,
    M_TOOL,
    M_UPKEEP,
    M_UPKEEP_COUNT,
    M_WAY,
    M_WHOLE,
    M_WORK,
    NOTHING,
    OP_FOLLOWING,
    OP_FORKS,
    OP_HEADS,
    OP_INDEX,
    OP_NEEDS,
    OP_PER_CYCLE,
    OP_REMAINING,
    OP_RETURNS,
    OP_SCRAP,
    OP_SETUP_KEY,
    OP_SKILL,
    OP_TOOL,
    OP_WAYS,
    OP_WEARS,
    OR_STARTED,
    PR_STOCK,
    T_CLAIMED,
    T_COMING,
    T_CREW_COUNT,
    W_BUSY,
    W_CYCLES,
    W_LOAD_STREAM,
    W_MACHINE,
    W_PIECES,
    W_PLAIN,
    W_SCRAP_STREAM,
    W_SCRAPPED,
    W_SIZE,
    W_STEP,
    W_STREAM,
    W_VISITS,
)
from vtwin.engines.kernel.memory import (
    FIELD,
    add,
    load,
    load_f,
    store,
    store_f,
)
from vtwin.engines.kernel.needs import take_needs
from vtwin.engines.kernel.queues import expect, expect_room
from vtwin.engines.kernel.releases import leave, scrap
from vtwin.engines.kernel.routing import onward
from vtwin.engines.kernel.rules import (
    at_speed,
    handed_over,
    repeated,
    shares,
)
from vtwin.engines.kernel.staff import (
    arrive,
    ask,
    crew_may_go_home,
    crew_speed,
    file_claim,
    is_complete,
    release_crew,
    resume,
    suspend,
    withdraw,
)
from vtwin.engines.kernel.stocks import is_open
from vtwin.engines.kernel.streams import draw, uniform
from vtwin.engines.kernel.tools import mount, wear
from vtwin.engines.kernel.trace import note
from vtwin.plant.primitives import NONE

# -- set-up tables (S-33) --------------------------------------------------------------------


@compiled
def _cell(machine: int, wanted: int) -> int:
    """The cell from the machine's present key to the wanted one, NOTHING if no set-up is due."""
    cells, present = load(machine, M_SETUPS), load(machine, M_KEY)
    if cells == NOTHING or present == NONE or wanted == NONE:
        return NOTHING
    place = (present * load(machine, M_SETUP_KEYS) + wanted) * CELL_SIZE
    cell = cells + place * FIELD
    return cell if load(cell, CELL_STREAM) != NONE else NOTHING


@compiled
def mismatch(machine: int, step: int) -> int:
    """0 when an operation needs neither another tool nor a set-up there, else 1 (S-25)."""
    tool = load(step, OP_TOOL)
    if tool != NOTHING and tool != load(machine, M_TOOL):
        return 1
    return 1 if _cell(machine, load(step, OP_SETUP_KEY)) != NOTHING else 0


@compiled
def expected_setup(machine: int, step: int) -> int:
    """Expected ticks of the set-up an operation would need there now (S-25)."""
    cell = _cell(machine, load(step, OP_SETUP_KEY))
    return 0 if cell == NOTHING else load(cell, CELL_EXPECTED)


# -- running and halting ---------------------------------------------------------------------


@compiled
def _run(m: int, machine: int) -> None:
    """The set-up or operation in hand goes on, to its end or to the next failure."""
    now, left = load(m, H_NOW), load(machine, M_LEFT)
    store(machine, M_RUNNING, 1)
    store(machine, M_RUN_FROM, now)
    add(m, H_PENDING, 1)
    slot = load(machine, M_SLOT)
    if load(machine, M_DOING) == WORKING:
        ageing = load(machine, M_AGEING)
        for n in range(load(machine, M_AGEING_COUNT)):
            fault = load(ageing, n)
            if load(fault, F_LEFT) < left:  # at a tie the work is finished first (S-43)
                left = load(fault, F_LEFT)
                slot = load(fault, J_SLOT)
                store(machine, M_STRIKER, fault)
    schedule(m, slot, now + left)


@compiled
def _age(machine: int, ticks: int) -> None:
    """The failure modes on the operating clock have aged."""
    ageing = load(machine, M_AGEING)
    for n in range(load(machine, M_AGEING_COUNT)):
        add(load(ageing, n), F_LEFT, -ticks)
    upkeep = load(machine, M_UPKEEP)
    for n in range(load(machine, M_UPKEEP_COUNT)):
        fault = load(upkeep, n)
        if load(fault, F_LIFE) == 0:  # of the calendar clock nobody reads what is left
            add(fault, F_LEFT, -ticks)


@compiled
def _look(m: int, machine: int, cycles: int) -> None:
    """Cycles have been finished, or what was begun is lost: what is due strikes in this tick's B
    (S-100, S-101).
    """
    upkeep, now = load(machine, M_UPKEEP), load(m, H_NOW)
    for n in range(load(machine, M_UPKEEP_COUNT)):
        fault = load(upkeep, n)
        if load(fault, F_LIFE) > 0:
            add(fault, F_LEFT, -cycles)
        worn = load(fault, F_LEFT) <= 0 and not load(fault, F_CALENDAR_CLOCK)
        if load(fault, F_STRUCK) or not (worn or load(fault, F_WAITS)):
            continue
        if load(fault, F_PLANNED) and load(machine, M_BEGUN):
            store(fault, F_WAITS, 1)  # on a belt, until it is empty (S-103)
        else:
            schedule(m, load(fault, J_SLOT), now)


@compiled
def _halt(m: int, machine: int) -> None:
    """What runs stops; its timed event is gone already."""
    ran = load(m, H_NOW) - load(machine, M_RUN_FROM)
    store(machine, M_RUNNING, 0)
    add(machine, M_LEFT, -ran)
    add(m, H_PENDING, -1)
    if load(machine, M_DOING) == WORKING:
        _age(machine, ran)


@compiled
def _call_off(m: int, machine: int) -> None:
    """The timed event of what runs will not happen."""
    striker = load(machine, M_STRIKER)
    if striker != NOTHING:
        cancel(m, load(striker, J_SLOT))
        store(machine, M_STRIKER, NOTHING)
    else:
        cancel(m, load(machine, M_SLOT))


@compiled
def run_or_halt(m: int, machine: int) -> None:
    """Let the set-up or operation in hand run if it may, halt it if it may not (S-12)."""
    if load(machine, M_BELT) != NOTHING:
        count_up(m, machine)
        go_on(m, machine)
        return
    doing = load(machine, M_DOING)
    if load(machine, M_FIT) and WORKING <= doing <= SETUP and is_complete(load(machine, M_TASK)):
        if not load(machine, M_RUNNING):
            _run(m, machine)
    elif load(machine, M_RUNNING) and _has_work_left(m, machine):
        _call_off(m, machine)
        _halt(m, machine)


@compiled
def _has_work_left(m: int, machine: int) -> int:
    """Work with nothing left is not interrupted: it ends in this instant (S-13)."""
    return load(machine, M_LEFT) > load(m, H_NOW) - load(machine, M_RUN_FROM)


@compiled
def refresh(m: int, machine: int) -> None:
    """Something that decides whether the machine may work has changed (S-12)."""
    on_duty = load(machine, M_OPEN) or (load(machine, M_FINISHES) and load(machine, M_BEGUN))
    went = load(machine, M_ON_DUTY) and not on_duty
    store(machine, M_ON_DUTY, 1 if on_duty else 0)
    task = load(machine, M_TASK)
    fit = 1 if on_duty and load(machine, M_DOWN) == 0 else 0
    if fit != load(machine, M_FIT):
        store(machine, M_FIT, fit)
        if load(task, T_CLAIMED):
            if fit:
                resume(m, task)
            else:
                suspend(m, task)
        elif load(task, T_COMING):
            _claim_again(m, machine)  # nobody comes to a machine that cannot work (S-115)
        if load(machine, M_ITEM) == NOTHING:
            look_again(m, machine)
    if went:
        crew_may_go_home(m, task)
    changed(m, machine)
    run_or_halt(m, machine)


@compiled
def _claim_again(m: int, machine: int) -> None:
    """The crew is free, and the claim is filed anew with its key."""
    task = load(machine, M_TASK)
    release_crew(m, task)
    file_claim(m, task)
    if not load(machine, M_FIT):
        suspend(m, task)


@compiled
def leave_work(m: int, machine: int) -> None:
    """At the end of a shift the crew leaves what it does to others, unless it ends now (S-118)."""
    if load(machine, M_RUNNING):
        if not _has_work_left(m, machine):
            return
        _call_off(m, machine)
        _halt(m, machine)
    doing = load(machine, M_DOING)
    if WORKING <= doing <= SETUP:
        store(machine, M_HANDED, doing)
        store(machine, M_DOING, WAITING_OPERATOR)
    _claim_again(m, machine)
    changed(m, machine)


# -- taking an item (phase C1, S-30) ---------------------------------------------------------


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
    """Mount, then set up, then work."""
    tool, key = load(step, OP_TOOL), load(step, OP_SETUP_KEY)
    if tool != NOTHING:
        mount(m, machine, tool)
    if load(step, OP_NEEDS):
        take_needs(m, step, load(machine, M_ITEM))
    cell = _cell(machine, key)
    if key != NONE:
        store(machine, M_KEY, key)
    if cell == NOTHING:
        _staff_operation(m, machine)
        return
    store(machine, M_LEFT, draw(m, load(cell, CELL_STREAM)))
    skill = load(machine, M_SETUP_SKILL)
    if skill == NOTHING:
        _begin_setup(m, machine)
    else:
        store(machine, M_SETUP_NEXT, 1)
        _wait_for(m, machine, skill, load(machine, M_SETUP_HEADS), 1)


@compiled
def _staff_operation(m: int, machine: int) -> None:
    """Nothing but the operation is left to do: with its operator, or at once (S-34)."""
    way = load(machine, M_WAY)
    step = load(way, W_STEP)
    skill = load(step, OP_SKILL)
    if skill != NOTHING:
        _wait_for(m, machine, skill, load(step, OP_HEADS), 0)
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


@compiled
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
        _run(m, machine)
    else:
        run_or_halt(m, machine)


@compiled
def _started(m: int, machine: int, item: int) -> None:
    """The operation of an item begins."""
    step, order = load(item, E_STEP), load(item, IT_ORDER)
    note(m, ROW_START, load(machine, M_INDEX), load(item, IT_SERIAL), load(step, OP_INDEX))
    if order != NOTHING and load(order, OR_STARTED) < 0:
        store(order, OR_STARTED, load(m, H_NOW))


# -- the end of a set-up or operation (phase B) ----------------------------------------------


@compiled
def machine_due(m: int, machine: int) -> None:
    """The timed event of a machine: what it does is done, or its crew is there."""
    doing = load(machine, M_DOING)
    if doing == WAITING_OPERATOR:
        arrive(m, load(machine, M_TASK))
        staffed(m, machine)
        return
    add(m, H_PENDING, -1)
    if load(machine, M_BELT) != NOTHING:
        _belt_due(m, machine)
        return
    store(machine, M_RUNNING, 0)
    if doing == SETUP:
        _finish_setup(m, machine)
    elif load(machine, M_CYCLING) != NONE:
        _finish_loading(m, machine)
    else:
        _finish(m, machine)


@compiled
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
    _look(m, machine, cycles)


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


@compiled
def _finish_setup(m: int, machine: int) -> None:
    add(machine, M_SETUP_COUNT, 1)
    add(machine, M_SETUP_TICKS, load(machine, M_WORK))
    release_crew(m, load(machine, M_TASK))
    _staff_operation(m, machine)


@compiled
def _finish_loading(m: int, machine: int) -> None:
    """The crew is free, the machine goes on without it (S-113)."""
    _age(machine, load(m, H_NOW) - load(machine, M_RUN_FROM))
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
    _age(machine, load(m, H_NOW) - load(machine, M_RUN_FROM))
    add(way, W_CYCLES, load(machine, M_CYCLES))
    add(way, W_BUSY, load(machine, M_WORK))
    _count(m, machine, item, way)
    mate = load(item, IT_MATE)
    while mate != NOTHING:
        _count(m, machine, mate, way_on(load(mate, E_STEP), machine))
        mate = load(mate, IT_MATE)
    release_crew(m, load(machine, M_TASK))
    while item != NOTHING:
        mate = load(item, IT_MATE)
        _send_on(m, machine, item, way)
        item = mate
        if item != NOTHING:
            way = way_on(load(item, E_STEP), machine)
    if load(first, OP_WEARS):
        wear(m, machine, load(machine, M_CYCLES))
    _look(m, machine, load(machine, M_CYCLES))
    if not load(machine, M_OPEN):
        refresh(m, machine)  # what it finished after its shift is finished now


@compiled
def _count(m: int, machine: int, item: int, way: int) -> None:
    """An item of what was done; cycles and their time are those of the first (S-123)."""
    add(way, W_VISITS, 1)
    add(way, W_PIECES, load(item, IT_QUANTITY))
    step = load(way, W_STEP)
    note(m, ROW_FINISH, load(machine, M_INDEX), load(item, IT_SERIAL), load(step, OP_INDEX))


@compiled
def way_on(step: int, machine: int) -> int:
    """An operation on a machine that can do it."""
    way = load(step, OP_WAYS)
    while load(way, W_MACHINE) != machine:
        way += W_SIZE * FIELD
    return way


@compiled
def _send_on(m: int, machine: int, item: int, way: int) -> None:
    """What becomes of an item whose operation is over (S-35, S-64)."""
    step = load(way, W_STEP)
    carrier = load(step, OP_RETURNS)
    if carrier != NOTHING:
        give_back(m, item, carrier)
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
        store(machine, M_DOING, BLOCKED)
        store(item, E_STEP, following)
        changed(m, machine)
        expect(m, item, machine)


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


@compiled
def _inspect(m: int, machine: int, item: int, way: int) -> None:
    """Some of the pieces may be scrap (S-35)."""
    share = load_f(load(way, W_STEP), OP_SCRAP)
    lost = binomial(load(item, IT_QUANTITY), share, uniform(m, load(way, W_SCRAP_STREAM)))
    if lost > 0:
        add(way, W_SCRAPPED, lost)
        scrap(m, item, lost, load(machine, M_INDEX))


# -- failures --------------------------------------------------------------------------------


@compiled
def break_down(m: int, machine: int, fault: int) -> None:
    """A failure mode strikes; one on the operating clock does so through the work."""
    add(machine, M_DOWN, 1)
    add(machine, M_SERVICED, load(fault, F_PLANNED))
    if load(machine, M_STRIKER) == fault:
        store(machine, M_STRIKER, NOTHING)
        if load(machine, M_BELT) == NOTHING:
            _halt(m, machine)
    refresh(m, machine)


@compiled
def repaired(m: int, machine: int, fault: int) -> None:
    """A failure mode is over."""
    add(machine, M_DOWN, -1)
    add(machine, M_SERVICED, -load(fault, F_PLANNED))
    refresh(m, machine)


@compiled
def is_in_process(machine: int) -> int:
    """Whether an item is in an operation that has begun, and is halted."""
    if load(machine, M_RUNNING):
        return 0
    belt = load(machine, M_BELT)
    if belt != NOTHING:
        return in_work(belt) != NOTHING
    return load(machine, M_DOING) == WORKING or load(machine, M_HANDED) == WORKING


@compiled
def begin_again(m: int, machine: int) -> None:
    """The work done so far is lost, but not the loading (S-45, S-113)."""
    if load(machine, M_BELT) != NOTHING:
        put_on_again(m, machine)
    else:
        store(machine, M_LEFT, load(machine, M_WHOLE))


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


@compiled
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
    _look(m, machine, 0)
    if not load(machine, M_OPEN):
        refresh(m, machine)
