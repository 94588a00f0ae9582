"""People: who is present, who is busy, and the claims for them (S-50 to S-55, S-110, S-111).

A machine and a failure mode each have one *task*, what they need people for. Open claims are a
list of tasks in the order in which they are met; the pass over them is in ``grants``.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.codes import PAUSE, ROW_FREE, ROW_GRANT
from vtwin.engines.kernel.layout import (
    H_CLAIM_FIRST,
    H_CLAIM_LAST,
    H_CLAIMS_CHANGED,
    H_GRANT_RULE,
    H_NOW,
    M_INDEX,
    M_ON_DUTY,
    M_WORK_KIND,
    NOTHING,
    P_BUSY,
    P_DUTY,
    P_INDEX,
    P_ON_SHIFT,
    P_PRESENT,
    P_SHIFT_END,
    P_SINCE,
    P_TASK_COUNT,
    P_TASKS,
    T_ALONE,
    T_BEFORE,
    T_CLAIMED,
    T_CREW,
    T_CREW_COUNT,
    T_FROM,
    T_HEADS,
    T_KEY,
    T_KEY_2,
    T_KEY_3,
    T_KEY_4,
    T_NEXT,
    T_PLACE,
    T_SKILL,
    T_SLOT,
    T_SUSPENDED,
    T_WAITED,
    T_WORK,
    WORK_MACHINE,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.queues import insert_after, take_out
from vtwin.engines.kernel.rules import claim_key_2, claim_key_3, claim_key_4
from vtwin.engines.kernel.trace import note

# -- claims ----------------------------------------------------------------------------------


@compiled
def _is_met_before(a: int, b: int) -> int:
    """Whether one claim is met before another (S-51)."""
    for part in range(T_KEY, T_KEY_4):
        mine, other = load(a, part), load(b, part)
        if mine != other:
            return 1 if mine < other else 0
    return 1 if load(a, T_KEY_4) < load(b, T_KEY_4) else 0


@compiled
def ask(
    m: int, task: int, skill: int, heads: int, alone: int, priority: int, remaining: int
) -> None:
    """File a claim for people with a skill; it is looked at in phase C2. ``alone``: a set-up or
    repair takes people alone, an operation may be tended; ``remaining``: operations the item
    still has to finish, 0 for a repair.
    """
    now, rule, slot = load(m, H_NOW), load(m, H_GRANT_RULE), load(task, T_SLOT)
    store(task, T_SKILL, skill)
    store(task, T_HEADS, heads)
    store(task, T_ALONE, alone)
    store(task, T_KEY, -priority)
    store(task, T_KEY_2, claim_key_2(rule, now, remaining))
    store(task, T_KEY_3, claim_key_3(rule, now, remaining, slot))
    store(task, T_KEY_4, claim_key_4(rule, slot))
    file_claim(m, task)


@compiled
def file_claim(m: int, task: int) -> None:
    """The claim takes its place among the open ones, by the key it has."""
    store(task, T_CLAIMED, 1)
    store(task, T_SUSPENDED, 0)
    store(task, T_FROM, load(m, H_NOW))
    store(task, T_WAITED, 0)
    before = load(m, H_CLAIM_LAST)
    while before != NOTHING and _is_met_before(task, before):
        before = load(before, T_BEFORE)
    insert_after(m, H_CLAIM_FIRST, T_NEXT, before, task)
    store(m, H_CLAIMS_CHANGED, 1)


@compiled
def withdraw(m: int, task: int) -> None:
    """The claim is met, or nobody is wanted any more."""
    store(task, T_CLAIMED, 0)
    take_out(m, H_CLAIM_FIRST, T_NEXT, task)


@compiled
def suspend(m: int, task: int) -> None:
    """The machine is off duty or down: nobody is sent, no waiting is counted (S-53)."""
    if not load(task, T_SUSPENDED):
        store(task, T_SUSPENDED, 1)
        add(task, T_WAITED, load(m, H_NOW) - load(task, T_FROM))


@compiled
def resume(m: int, task: int) -> None:
    """The machine is back; the claim has kept its place."""
    if load(task, T_SUSPENDED):
        store(task, T_SUSPENDED, 0)
        store(task, T_FROM, load(m, H_NOW))
        store(m, H_CLAIMS_CHANGED, 1)


# -- crews -----------------------------------------------------------------------------------


@compiled
def is_complete(task: int) -> int:
    """Whether everybody of the crew is present."""
    crew = load(task, T_CREW)
    for n in range(load(task, T_CREW_COUNT)):
        if not load(load(crew, n), P_PRESENT):
            return 0
    return 1


@compiled
def send(m: int, task: int) -> None:
    """The crew that was chosen goes to work."""
    crew = load(task, T_CREW)
    place = load(load(task, T_PLACE), M_INDEX)
    for n in range(load(task, T_CREW_COUNT)):
        person = load(crew, n)
        add_up(m, person)
        count = load(person, P_TASK_COUNT)
        store(load(person, P_TASKS), count, task)
        store(person, P_TASK_COUNT, count + 1)
        note(m, ROW_GRANT, load(person, P_INDEX), -1, place)


@compiled
def release_crew(m: int, task: int) -> None:
    """The work is over: the crew is free."""
    count = load(task, T_CREW_COUNT)
    if count != 0:
        store(task, T_CREW_COUNT, 0)
        crew = load(task, T_CREW)
        for n in range(count):
            _done(m, load(crew, n), task)


@compiled
def crew_may_go_home(m: int, task: int) -> None:
    """The machine goes off duty: nothing keeps those whose shift is over (S-54)."""
    crew = load(task, T_CREW)
    for n in range(load(task, T_CREW_COUNT)):
        person = load(crew, n)
        if load(person, P_PRESENT) and not load(person, P_ON_SHIFT) and not stays(person):
            add_up(m, person)
            store(person, P_PRESENT, 0)


# -- people ----------------------------------------------------------------------------------


@compiled
def add_up(m: int, person: int) -> None:
    """Add up duty and work to now, before anything about the worker changes (S-55)."""
    now = load(m, H_NOW)
    if load(person, P_PRESENT):
        passed = now - load(person, P_SINCE)
        add(person, P_DUTY, passed)
        if load(person, P_TASK_COUNT) != 0:
            add(person, P_BUSY, passed)
    store(person, P_SINCE, now)


@compiled
def stays(person: int) -> int:
    """Whether work keeps somebody who is present after the shift (S-54)."""
    if not load(person, P_PRESENT) or load(person, P_SHIFT_END) == PAUSE:
        return 0
    tasks = load(person, P_TASKS)
    for n in range(load(person, P_TASK_COUNT)):
        if _goes_on(load(load(tasks, n), T_WORK)):
            return 1
    return 0


@compiled
def _goes_on(work: int) -> int:
    """Whether work can go on at this time of the day: a repair always can (S-47)."""
    return 1 if load(work, M_WORK_KIND) != WORK_MACHINE else load(work, M_ON_DUTY)


@compiled
def _done(m: int, person: int, task: int) -> None:
    """A task is over: the worker is free, or goes home if the shift is over (S-54)."""
    add_up(m, person)
    tasks, count = load(person, P_TASKS), load(person, P_TASK_COUNT) - 1
    n = 0
    while load(tasks, n) != task:
        n += 1
    while n < count:
        store(tasks, n, load(tasks, n + 1))
        n += 1
    store(person, P_TASK_COUNT, count)
    store(person, P_PRESENT, 1 if load(person, P_ON_SHIFT) or stays(person) else 0)
    store(m, H_CLAIMS_CHANGED, 1)
    note(m, ROW_FREE, load(person, P_INDEX), -1, 0)
