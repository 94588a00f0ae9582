"""Calendars: who goes on and off duty when (S-05, S-12, S-54)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.calendar import schedule
from vtwin.engines.kernel.codes import (
    HAND_OVER,
    PLANNED_STOP,
    ROW_STATE,
)
from vtwin.engines.kernel.jobs import (
    leave_job,
    refresh_job,
)
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
    P_ABSENCE,
    P_ABSENCE_STREAM,
    P_MISSING,
    P_ON_SHIFT,
    P_PRESENT,
    P_SHIFT_END,
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
    SH_RESUMES,
    SH_SIZE,
    SH_SLOT,
    T_COMING,
    T_WORK,
    WORK_MACHINE,
    record,
)
from vtwin.engines.kernel.memory import (
    add,
    load,
    load_f,
    store,
)
from vtwin.engines.kernel.running import leave_work, refresh
from vtwin.engines.kernel.staff import (
    add_up,
    stays,
    walk_or_stop,
)
from vtwin.engines.kernel.streams import uniform
from vtwin.engines.kernel.trace import note


@rare
def begin_shifts(m: int) -> None:
    """Tick 0: everything already is as its calendar says; that is no event."""
    for n in range(load(m, H_SHIFT_COUNT)):
        shift = record(m, H_SHIFTS, SH_SIZE, n)
        _set(m, shift)
        is_open = load(shift, SH_OPEN)
        for k in range(load(shift, SH_PERSON_COUNT)):
            person = load(load(shift, SH_PEOPLE), k)
            missing = 1 if is_open and _misses(m, person) else 0
            store(person, P_MISSING, missing)
            store(person, P_ON_SHIFT, is_open - missing)
            store(person, P_PRESENT, is_open - missing)
        if not is_open:
            for k in range(load(shift, SH_MACHINE_COUNT)):
                machine = load(load(shift, SH_MACHINES), k)
                store(machine, M_OPEN, 0)
                store(machine, M_ON_DUTY, 0)
                store(machine, M_FIT, 0)
                store(machine, M_STATE, PLANNED_STOP)
                note(m, ROW_STATE, load(machine, M_INDEX), -1, PLANNED_STOP)


@compiled
def _set(m: int, shift: int) -> None:
    """When the calendar changes next, if it does."""
    n = load(shift, SH_NEXT)
    if n < load(shift, SH_CHANGE_COUNT):
        schedule(m, load(shift, SH_SLOT), load(load(shift, SH_CHANGES), n))


@rare
def shift_due(m: int, shift: int) -> None:
    """A calendar opens or closes."""
    is_open = 1 - load(shift, SH_OPEN)
    store(shift, SH_OPEN, is_open)
    resumes = load(load(shift, SH_RESUMES), load(shift, SH_NEXT))
    add(shift, SH_NEXT, 1)
    for n in range(load(shift, SH_MACHINE_COUNT)):
        machine = load(load(shift, SH_MACHINES), n)
        store(machine, M_OPEN, is_open)
        refresh(m, machine)
    for n in range(load(shift, SH_PERSON_COUNT)):
        _change_person(m, load(load(shift, SH_PEOPLE), n), is_open, resumes)
    _set(m, shift)


@compiled
def _change_person(m: int, person: int, is_open: int, resumes: int) -> None:
    """The worker's calendar changes (S-54); ``resumes``: it opens after a break."""
    add_up(m, person)
    if is_open and not resumes:
        store(person, P_MISSING, 1 if _misses(m, person) and not load(person, P_PRESENT) else 0)
    on_shift = 1 if is_open and not load(person, P_MISSING) else 0
    store(person, P_ON_SHIFT, on_shift)
    if on_shift:
        _set_present(m, person, 1)
    elif load(person, P_PRESENT):
        if load(person, P_SHIFT_END) == HAND_OVER:
            _leave_all(m, person)
        if not stays(person):
            _set_present(m, person, 0)


@compiled
def _misses(m: int, person: int) -> int:
    """Whether somebody does not come to a shift that begins (S-117)."""
    absence = load_f(person, P_ABSENCE)
    if absence == 0.0:
        return 0
    return 1 if uniform(m, load(person, P_ABSENCE_STREAM)) < absence else 0


@rare
def somebody_misses(shift: int) -> int:
    """Whether somebody who keeps an open calendar is away: that may change at its next opening."""
    people = load(shift, SH_PEOPLE)
    for n in range(load(shift, SH_PERSON_COUNT)):
        if load(load(people, n), P_MISSING):
            return load(shift, SH_OPEN)
    return 0


@compiled
def _leave_all(m: int, person: int) -> None:
    """The shift is over: what does not end at this tick is left to others (S-118)."""
    tasks = load(person, P_TASKS)
    n = 0
    while n < load(person, P_TASK_COUNT):
        before, work = load(person, P_TASK_COUNT), load(load(tasks, n), T_WORK)
        if load(work, M_WORK_KIND) == WORK_MACHINE:
            leave_work(m, work)
        else:
            leave_job(m, work)
        if load(person, P_TASK_COUNT) == before:
            n += 1


@compiled
def _set_present(m: int, person: int, present: int) -> None:
    if load(person, P_PRESENT) == present:
        return
    add_up(m, person)
    store(person, P_PRESENT, present)
    tasks = load(person, P_TASKS)
    for n in range(load(person, P_TASK_COUNT)):
        task = load(tasks, n)
        work = load(task, T_WORK)
        if load(task, T_COMING):
            walk_or_stop(m, task)
        elif load(work, M_WORK_KIND) == WORK_MACHINE:
            refresh(m, work)
        else:
            refresh_job(m, work)
    if present:
        store(m, H_CLAIMS_CHANGED, 1)
