"""Phase C2: people are sent to the claims, best claim first (S-50, S-51, S-57, S-110 to S-116)."""

from __future__ import annotations

from typing import Final

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.jobs import workers_came
from vtwin.engines.kernel.layout import (
    H_CLAIM_FIRST,
    H_CLAIMS_CHANGED,
    H_NOW,
    H_PASS,
    M_TASK,
    M_WORK_KIND,
    NOTHING,
    P_COMING,
    P_ON_SHIFT,
    P_PRESENT,
    P_TASK_COUNT,
    P_TASKS,
    P_TENDS,
    SK_ABLE,
    SK_ABLE_COUNT,
    SK_FEW_HEADS,
    SK_FEW_PASS,
    SK_FEW_TO_TEND_HEADS,
    SK_FEW_TO_TEND_PASS,
    SK_GRANTED,
    SK_INDEX,
    SK_TAUGHT,
    SK_WAITED,
    T_ALONE,
    T_CREW,
    T_CREW_COUNT,
    T_FROM,
    T_HEADS,
    T_NEXT,
    T_PLACE,
    T_SKILL,
    T_SUSPENDED,
    T_TAUGHT,
    T_WAITED,
    T_WORK,
    WORK_MACHINE,
)
from vtwin.engines.kernel.machines import staffed
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.staff import (
    has_new,
    has_teacher,
    is_new,
    send,
    set_out,
    teaches,
    withdraw,
)


@compiled
def grant(m: int) -> None:
    """Go through the open claims once; all of a crew are sent or nobody."""
    store(m, H_CLAIMS_CHANGED, 0)
    turn = load(m, H_PASS) + 1
    store(m, H_PASS, turn)
    task = load(m, H_CLAIM_FIRST)
    while task != NOTHING:
        after = load(task, T_NEXT)
        if not load(task, T_SUSPENDED) and _find_crew(task, turn):
            _meet(m, task)
        task = after


@compiled
def _meet(m: int, task: int) -> None:
    """The crew that was found goes to work for the claim."""
    skill, work = load(task, T_SKILL), load(task, T_WORK)
    add(skill, SK_GRANTED, 1)
    add(skill, SK_WAITED, load(task, T_WAITED) + load(m, H_NOW) - load(task, T_FROM))
    withdraw(m, task)
    ticks = send(m, task)
    if ticks > 0:
        set_out(m, task, ticks)
    elif load(work, M_WORK_KIND) == WORK_MACHINE:
        staffed(m, work)
    else:
        workers_came(m, work)


#: Instead of a pass: nothing is remembered of it.
_NO_TURN: Final = 0


@compiled
def _find_crew(task: int, turn: int) -> int:
    """Choose those who are sent to a task, with a veteran if somebody needs one (S-57); whether
    there are enough.
    """
    if not load(load(task, T_SKILL), SK_TAUGHT):
        return _choose(task, turn, 0)
    if not _choose(task, _NO_TURN, 0):
        return 0
    if not has_new(task) or has_teacher(task, NOTHING) or _add_teacher(task):
        return 1
    store(task, T_CREW_COUNT, 0)
    return _choose(task, _NO_TURN, 1)


@compiled
def _add_teacher(task: int) -> int:
    """The first who is free and teaches goes along; whether there is one."""
    skill, crew, count = load(task, T_SKILL), load(task, T_CREW), load(task, T_CREW_COUNT)
    able, number = load(skill, SK_ABLE), load(skill, SK_INDEX)
    for n in range(load(skill, SK_ABLE_COUNT)):
        person = load(able, n)
        # Nobody of the crew teaches it, so this is none of them.
        if teaches(person, number) and _is_idle(person):
            store(crew, count, person)
            store(task, T_CREW_COUNT, count + 1)
            return 1
    return 0


@compiled
def _is_barred(person: int, skill: int, experienced: int) -> int:
    """Whether somebody may not come because of what is still to be learned (S-57)."""
    if not load(skill, SK_TAUGHT) or not is_new(person, load(skill, SK_INDEX)):
        return 0
    return 1 if experienced or load(person, P_TASK_COUNT) != 0 else 0


@compiled
def _choose(task: int, turn: int, experienced: int) -> int:
    """Choose as many as a task wants, without a veteran; whether there are enough.
    ``experienced``: only those who need none.
    """
    place, skill, heads = load(task, T_PLACE), load(task, T_SKILL), load(task, T_HEADS)
    attended = place != NOTHING and load(load(place, M_TASK), T_CREW_COUNT) != 0
    if not load(task, T_ALONE):
        return _find_tending(task, skill, heads, turn, experienced)
    store(task, T_CREW_COUNT, 0)
    if attended:  # those who attend the machine to be repaired go first (S-116)
        _add_idle(task, skill, heads, load(place, M_TASK), experienced)
    elif _were_too_few(skill, heads, turn):
        return 0  # within one C2 people only get fewer
    _add_idle(task, skill, heads, NOTHING, experienced)
    if load(task, T_CREW_COUNT) == heads:
        return 1
    store(task, T_CREW_COUNT, 0)
    if not attended and turn != _NO_TURN:
        store(skill, SK_FEW_PASS, turn)
        store(skill, SK_FEW_HEADS, heads)
    return 0


@compiled
def _were_too_few(skill: int, heads: int, turn: int) -> int:
    """Whether so many free of other work could not be found in this pass already."""
    if turn == _NO_TURN or load(skill, SK_FEW_PASS) != turn:
        return 0
    return 1 if load(skill, SK_FEW_HEADS) <= heads else 0


@compiled
def _find_tending(task: int, skill: int, heads: int, turn: int, experienced: int) -> int:
    """Those with the fewest tasks, of those who may attend one more operation (S-110)."""
    known = turn != _NO_TURN and load(skill, SK_FEW_TO_TEND_PASS) == turn
    if known and load(skill, SK_FEW_TO_TEND_HEADS) <= heads:
        return 0
    able, count = load(skill, SK_ABLE), load(skill, SK_ABLE_COUNT)
    found, tasks, most = 0, 0, 1
    while tasks < most and found < heads:
        for n in range(count):
            person = load(able, n)
            most = max(most, load(person, P_TENDS))
            if found == heads or load(person, P_TASK_COUNT) != tasks:
                continue
            if _may_tend(person) and not _is_barred(person, skill, experienced):
                store(load(task, T_CREW), found, person)
                found += 1
        tasks += 1
    if found < heads:
        if turn != _NO_TURN:
            store(skill, SK_FEW_TO_TEND_PASS, turn)
            store(skill, SK_FEW_TO_TEND_HEADS, heads)
        return 0
    store(task, T_CREW_COUNT, found)
    return 1


@compiled
def _may_tend(person: int) -> int:
    """Whether somebody may attend one more operation (S-110)."""
    count = load(person, P_TASK_COUNT)
    if not load(person, P_ON_SHIFT) or (count > 0 and count >= load(person, P_TENDS)):
        return 0
    if load(person, P_COMING):
        return 0
    tasks = load(person, P_TASKS)
    for n in range(count):
        if load(load(tasks, n), T_ALONE) or load(load(tasks, n), T_TAUGHT):
            return 0
    return 1


@compiled
def _add_idle(task: int, skill: int, heads: int, attended: int, experienced: int) -> None:
    """Add people who have no task, or may leave this ``attended`` one to repair, to the crew."""
    able, crew, found = load(skill, SK_ABLE), load(task, T_CREW), load(task, T_CREW_COUNT)
    for n in range(load(skill, SK_ABLE_COUNT)):
        if found == heads:
            break
        person = load(able, n)
        may = _may_repair(person, attended) if attended != NOTHING else _is_idle(person)
        if may and not _is_barred(person, skill, experienced):
            store(crew, found, person)
            found += 1
    store(task, T_CREW_COUNT, found)


@compiled
def _is_idle(person: int) -> int:
    """Whether somebody may be given any task (S-50)."""
    return 1 if load(person, P_ON_SHIFT) and load(person, P_TASK_COUNT) == 0 else 0


@compiled
def _may_repair(person: int, attended: int) -> int:
    """Whether somebody is bound to a task and to no other set-up or repair (S-116)."""
    if not load(person, P_PRESENT) or load(person, P_COMING):
        return 0
    bound = 0
    tasks = load(person, P_TASKS)
    for n in range(load(person, P_TASK_COUNT)):
        task = load(tasks, n)
        if task == attended:
            bound = 1
        elif load(task, T_ALONE) or load(task, T_TAUGHT):
            return 0
    return bound
