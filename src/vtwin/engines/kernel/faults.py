"""Failure modes of machines, their repair, and planned maintenance (S-44 to S-48, S-100 to
S-102).
"""

from __future__ import annotations

from vtwin.engines.kernel.belts import count_up, go_on
from vtwin.engines.kernel.building import apart, compiled
from vtwin.engines.kernel.calendar import schedule
from vtwin.engines.kernel.codes import REWORKED, ROW_FAIL, ROW_REPAIRED, SCRAPPED
from vtwin.engines.kernel.finishing import lose_item
from vtwin.engines.kernel.jobs import job_over, want, workers_came
from vtwin.engines.kernel.layout import (
    E_PRIORITY,
    F_AFTER,
    F_CALENDAR_CLOCK,
    F_DOWN_TICKS,
    F_INDEX,
    F_LEFT,
    F_LIFE,
    F_MACHINE,
    F_PART,
    F_PLANNED,
    F_REPAIR,
    F_SIZE,
    F_STRIKES,
    F_STRUCK,
    F_WAITS,
    H_FAULT_COUNT,
    H_FAULTS,
    H_NOW,
    J_LEFT,
    J_SINCE,
    J_SLOT,
    J_TASK,
    M_BEGUN,
    M_BELT,
    M_INDEX,
    M_ITEM,
    NOTHING,
    T_COMING,
    record,
)
from vtwin.engines.kernel.memory import (
    add,
    load,
    store,
)
from vtwin.engines.kernel.running import begin_again, break_down, is_in_process, repaired
from vtwin.engines.kernel.staff import arrive, practise, release_crew
from vtwin.engines.kernel.streams import draw
from vtwin.engines.kernel.trace import note


@apart
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
        schedule(m, load(fault, J_SLOT), load(m, H_NOW) + after)
    else:
        store(fault, F_LEFT, after)


@apart
def fault_due(m: int, fault: int) -> None:
    """The timed event of a failure mode: it strikes, people come, or its repair ends. A planned one
    that is due waits until nothing is begun on the machine (S-101).
    """
    if load(load(fault, J_TASK), T_COMING):
        arrive(m, load(fault, J_TASK))
        workers_came(m, fault)
    elif load(fault, F_STRUCK):
        _end(m, fault)
    elif load(fault, F_PLANNED) and load(load(fault, F_MACHINE), M_BEGUN):
        store(fault, F_WAITS, 1)
        if load(load(fault, F_MACHINE), M_BELT) != NOTHING:  # its entry closes (S-103)
            count_up(m, load(fault, F_MACHINE))
            go_on(m, load(fault, F_MACHINE))
    else:
        _strike(m, fault)


@compiled
def _strike(m: int, fault: int) -> None:
    machine = load(fault, F_MACHINE)
    store(fault, F_STRUCK, 1)
    store(fault, F_WAITS, 0)
    store(fault, J_SINCE, load(m, H_NOW))
    add(fault, F_STRIKES, 1)
    note(m, ROW_FAIL, load(fault, F_INDEX), -1, load(machine, M_INDEX))
    break_down(m, machine, fault)
    if is_in_process(machine):
        part = load(fault, F_PART)
        if part == REWORKED:
            begin_again(m, machine)
        elif part == SCRAPPED:
            lose_item(m, machine)
    store(fault, J_LEFT, draw(m, load(fault, F_REPAIR)))
    item = load(machine, M_ITEM)
    want(m, fault, 0 if item == NOTHING else load(item, E_PRIORITY))


@compiled
def _end(m: int, fault: int) -> None:
    """The repair is over."""
    machine = load(fault, F_MACHINE)
    job_over(m, fault)
    store(fault, F_STRUCK, 0)
    add(fault, F_DOWN_TICKS, load(m, H_NOW) - load(fault, J_SINCE))
    note(m, ROW_REPAIRED, load(fault, F_INDEX), -1, load(machine, M_INDEX))
    practise(load(fault, J_TASK), 1)
    release_crew(m, load(fault, J_TASK))
    _age(m, fault)
    repaired(m, machine, fault)
