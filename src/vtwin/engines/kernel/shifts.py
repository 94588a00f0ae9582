"""Calendars: who goes on and off duty when (S-05, S-12, S-54)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.calendar import schedule
from vtwin.engines.kernel.codes import PLANNED_STOP, ROW_STATE
from vtwin.engines.kernel.faults import refresh_repair
from vtwin.engines.kernel.layout import (
    H_CLAIMS_CHANGED,
    H_SHIFT_COUNT,
    H_SHIFTS,
    M_FIT,
    M_INDEX,
    M_ON_DUTY,
    M_OPEN,
    M_STATE,
    M_WORK_KIND,
    P_ON_SHIFT,
    P_PRESENT,
    P_TASK_COUNT,
    P_TASKS,
    SH_CHANGE_COUNT,
    SH_CHANGES,
    SH_MACHINE_COUNT,
    SH_MACHINES,
    SH_NEXT,
    SH_OPEN,
    SH_PEOPLE,
    SH_PERSON_COUNT,
    SH_SIZE,
    SH_SLOT,
    T_WORK,
    WORK_MACHINE,
    record,
)
from vtwin.engines.kernel.machines import refresh
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.staff import add_up, stays
from vtwin.engines.kernel.trace import note


@compiled
def begin_shifts(m: int) -> None:
    """Tick 0: everything already is as its calendar says; that is no event."""
    for n in range(load(m, H_SHIFT_COUNT)):
        shift = record(m, H_SHIFTS, SH_SIZE, n)
        _set(m, shift)
        if not load(shift, SH_OPEN):
            for k in range(load(shift, SH_MACHINE_COUNT)):
                machine = load(load(shift, SH_MACHINES), k)
                store(machine, M_OPEN, 0)
                store(machine, M_ON_DUTY, 0)
                store(machine, M_FIT, 0)
                store(machine, M_STATE, PLANNED_STOP)
                note(m, ROW_STATE, load(machine, M_INDEX), -1, PLANNED_STOP)
            for k in range(load(shift, SH_PERSON_COUNT)):
                person = load(load(shift, SH_PEOPLE), k)
                store(person, P_ON_SHIFT, 0)
                store(person, P_PRESENT, 0)


@compiled
def _set(m: int, shift: int) -> None:
    """When the calendar changes next, if it does."""
    n = load(shift, SH_NEXT)
    if n < load(shift, SH_CHANGE_COUNT):
        schedule(m, load(shift, SH_SLOT), load(load(shift, SH_CHANGES), n))


@compiled
def shift_due(m: int, shift: int) -> None:
    """A calendar opens or closes."""
    is_open = 1 - load(shift, SH_OPEN)
    store(shift, SH_OPEN, is_open)
    add(shift, SH_NEXT, 1)
    for n in range(load(shift, SH_MACHINE_COUNT)):
        machine = load(load(shift, SH_MACHINES), n)
        store(machine, M_OPEN, is_open)
        refresh(m, machine)
    for n in range(load(shift, SH_PERSON_COUNT)):
        _change_person(m, load(load(shift, SH_PEOPLE), n), is_open)
    _set(m, shift)


@compiled
def _change_person(m: int, person: int, is_open: int) -> None:
    """The worker's calendar changes (S-54)."""
    store(person, P_ON_SHIFT, is_open)
    if is_open:
        _set_present(m, person, 1)
    elif not stays(person):
        _set_present(m, person, 0)


@compiled
def _set_present(m: int, person: int, present: int) -> None:
    if load(person, P_PRESENT) == present:
        return
    add_up(m, person)
    store(person, P_PRESENT, present)
    tasks = load(person, P_TASKS)
    for n in range(load(person, P_TASK_COUNT)):
        work = load(load(tasks, n), T_WORK)
        if load(work, M_WORK_KIND) == WORK_MACHINE:
            refresh(m, work)
        else:
            refresh_repair(m, work)
    if present:
        store(m, H_CLAIMS_CHANGED, 1)
