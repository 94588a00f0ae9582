"""Failure modes of machines, their repair, and planned maintenance (S-44 to S-48, S-100 to
S-102).
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.calendar import cancel, schedule
from vtwin.engines.kernel.codes import REWORKED, ROW_FAIL, ROW_REPAIRED, SCRAPPED
from vtwin.engines.kernel.layout import (
    E_PRIORITY,
    F_AFTER,
    F_CALENDAR_CLOCK,
    F_DOWN_TICKS,
    F_HEADS,
    F_INDEX,
    F_LEFT,
    F_LIFE,
    F_MACHINE,
    F_PART,
    F_PLANNED,
    F_REPAIR,
    F_REPAIR_LEFT,
    F_RUN_FROM,
    F_RUNNING,
    F_SINCE,
    F_SIZE,
    F_SKILL,
    F_SLOT,
    F_SPEED,
    F_STRIKES,
    F_STRUCK,
    F_TASK,
    F_WAITS,
    H_FAULT_COUNT,
    H_FAULTS,
    H_NOW,
    H_PENDING,
    M_BEGUN,
    M_INDEX,
    M_ITEM,
    NOTHING,
    T_COMING,
    record,
)
from vtwin.engines.kernel.machines import (
    begin_again,
    break_down,
    is_in_process,
    lose_item,
    repaired,
)
from vtwin.engines.kernel.memory import (
    add,
    load,
    load_f,
    store,
    store_f,
)
from vtwin.engines.kernel.rules import (
    at_speed,
    handed_over,
)
from vtwin.engines.kernel.staff import (
    arrive,
    ask,
    crew_speed,
    file_claim,
    is_complete,
    release_crew,
)
from vtwin.engines.kernel.streams import draw
from vtwin.engines.kernel.trace import note


@compiled
def begin_faults(m: int) -> None:
    """Tick 0: every failure mode is as good as new."""
    for n in range(load(m, H_FAULT_COUNT)):
        _age(m, record(m, H_FAULTS, F_SIZE, n))


@compiled
def _age(m: int, fault: int) -> None:
    """Begin to age, as good as new (S-44, S-100)."""
    life = load(fault, F_LIFE)
    if life > 0:
        store(fault, F_LEFT, life)
        return
    after = draw(m, load(fault, F_AFTER))
    if load(fault, F_CALENDAR_CLOCK):
        schedule(m, load(fault, F_SLOT), load(m, H_NOW) + after)
    else:
        store(fault, F_LEFT, after)


@compiled
def fault_due(m: int, fault: int) -> None:
    """The timed event of a failure mode: it strikes, people come, or its repair ends. A planned one
    that is due waits until nothing is begun on the machine (S-101).
    """
    if load(load(fault, F_TASK), T_COMING):
        arrive(m, load(fault, F_TASK))
        repairers_came(m, fault)
    elif load(fault, F_STRUCK):
        _end(m, fault)
    elif load(fault, F_PLANNED) and load(load(fault, F_MACHINE), M_BEGUN):
        store(fault, F_WAITS, 1)
    else:
        _strike(m, fault)


@compiled
def _strike(m: int, fault: int) -> None:
    machine = load(fault, F_MACHINE)
    store(fault, F_STRUCK, 1)
    store(fault, F_WAITS, 0)
    store(fault, F_SINCE, load(m, H_NOW))
    add(fault, F_STRIKES, 1)
    note(m, ROW_FAIL, load(fault, F_INDEX), -1, load(machine, M_INDEX))
    break_down(m, machine, fault)
    if is_in_process(machine):
        part = load(fault, F_PART)
        if part == REWORKED:
            begin_again(m, machine)
        elif part == SCRAPPED:
            lose_item(m, machine)
    store(fault, F_REPAIR_LEFT, draw(m, load(fault, F_REPAIR)))
    skill = load(fault, F_SKILL)
    if skill == NOTHING:
        _run(m, fault)
    else:
        item = load(machine, M_ITEM)
        priority = 0 if item == NOTHING else load(item, E_PRIORITY)
        store_f(fault, F_SPEED, 0.0)
        ask(m, load(fault, F_TASK), skill, load(fault, F_HEADS), 1, priority, 0)


@compiled
def repairers_came(m: int, fault: int) -> None:
    """The people asked for are there (S-46), or others in their place (S-118)."""
    speed, before = crew_speed(load(fault, F_TASK)), load_f(fault, F_SPEED)
    left = load(fault, F_REPAIR_LEFT)
    if before == 0.0:
        store(fault, F_REPAIR_LEFT, at_speed(left, speed))
    else:
        store(fault, F_REPAIR_LEFT, handed_over(left, before, speed))
    store_f(fault, F_SPEED, speed)
    refresh_repair(m, fault)


@compiled
def leave_repair(m: int, fault: int) -> None:
    """At the end of a shift the crew leaves the repair to others, unless it ends now (S-118)."""
    task = load(fault, F_TASK)
    if load(fault, F_RUNNING):
        ran = load(m, H_NOW) - load(fault, F_RUN_FROM)
        if load(fault, F_REPAIR_LEFT) <= ran:
            return
        _halt(m, fault, ran)
    release_crew(m, task)
    file_claim(m, task)


@compiled
def refresh_repair(m: int, fault: int) -> None:
    """Somebody of the crew has come, gone home or come back (S-46)."""
    running = load(fault, F_RUNNING)
    if is_complete(load(fault, F_TASK)):
        if not running:
            _run(m, fault)
    elif running:
        ran = load(m, H_NOW) - load(fault, F_RUN_FROM)
        if load(fault, F_REPAIR_LEFT) > ran:  # else it ends in this instant (S-13)
            _halt(m, fault, ran)


@compiled
def _halt(m: int, fault: int, ran: int) -> None:
    store(fault, F_RUNNING, 0)
    add(fault, F_REPAIR_LEFT, -ran)
    add(m, H_PENDING, -1)
    cancel(m, load(fault, F_SLOT))


@compiled
def _run(m: int, fault: int) -> None:
    now = load(m, H_NOW)
    store(fault, F_RUNNING, 1)
    store(fault, F_RUN_FROM, now)
    add(m, H_PENDING, 1)
    schedule(m, load(fault, F_SLOT), now + load(fault, F_REPAIR_LEFT))


@compiled
def _end(m: int, fault: int) -> None:
    """The repair is over."""
    machine = load(fault, F_MACHINE)
    add(m, H_PENDING, -1)
    store(fault, F_RUNNING, 0)
    store(fault, F_STRUCK, 0)
    add(fault, F_DOWN_TICKS, load(m, H_NOW) - load(fault, F_SINCE))
    note(m, ROW_REPAIRED, load(fault, F_INDEX), -1, load(machine, M_INDEX))
    release_crew(m, load(fault, F_TASK))
    _age(m, fault)
    repaired(m, machine, fault)
