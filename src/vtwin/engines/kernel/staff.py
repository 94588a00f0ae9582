"""People: who is present, who is busy, and the claims for them (S-50 to S-59, S-110, S-111).

A machine and a failure mode each have one *task*, what they need people for. Open claims are a
list of tasks in the order in which they are met; the pass over them is in ``grants``.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import apart, compiled, rare
from vtwin.engines.kernel.calendar import (
    cancel,
    schedule,
)
from vtwin.engines.kernel.codes import PAUSE, ROW_FREE, ROW_GRANT
from vtwin.engines.kernel.layout import (
    H_CLAIM_FIRST,
    H_CLAIM_LAST,
    H_CLAIMS_CHANGED,
    H_GRANT_RULE,
    H_NOW,
    H_PENDING,
    L_ALONE,
    L_BESIDE,
    L_SPEED,
    L_STEPS,
    L_STEPS_LEFT,
    L_UNITS,
    M_INDEX,
    M_ON_DUTY,
    M_WORK_KIND,
    M_X,
    M_Y,
    NOTHING,
    P_BUSY,
    P_COMING,
    P_DUTY,
    P_INDEX,
    P_LEARNS,
    P_NIGHT,
    P_NIGHT_FROM,
    P_NIGHT_LENGTH,
    P_ON_SHIFT,
    P_OVERTIME,
    P_PACE,
    P_PLACED,
    P_PRESENT,
    P_SHIFT_END,
    P_SINCE,
    P_SPEEDS,
    P_TASK_COUNT,
    P_TASKS,
    P_TAUGHT,
    P_TEACHES,
    P_TEACHING,
    P_WALKED,
    P_X,
    P_Y,
    SK_INDEX,
    T_ALONE,
    T_BEFORE,
    T_CLAIMED,
    T_COMING,
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
    T_TAUGHT,
    T_WAITED,
    T_WALK_FROM,
    T_WALK_LEFT,
    T_WALKING,
    T_WORK,
    WORK_MACHINE,
)
from vtwin.engines.kernel.memory import (
    FIELD,
    add,
    load,
    load_f,
    store,
    store_f,
)
from vtwin.engines.kernel.queues import insert_after, take_out
from vtwin.engines.kernel.rules import (
    claim_key_2,
    claim_key_3,
    claim_key_4,
    night_ticks,
    walk,
)
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
    count = load(task, T_CREW_COUNT)
    if count > 0:
        crew = load(task, T_CREW)
        for n in range(count):
            if not load(load(crew, n), P_PRESENT):
                return 0
    return 1


@compiled
def send(m: int, task: int) -> int:
    """The crew that was chosen goes to work; ticks its longest way takes (S-114)."""
    crew = load(task, T_CREW)
    place = load(task, T_PLACE)
    longest = 0
    heads = load(task, T_HEADS)
    store(task, T_TAUGHT, has_new(task))
    for n in range(load(task, T_CREW_COUNT)):
        person = load(crew, n)
        add_up(m, person)
        if n >= heads:
            store(person, P_TEACHING, task)
        count = load(person, P_TASK_COUNT)
        store(load(person, P_TASKS), count, task)
        store(person, P_TASK_COUNT, count + 1)
        if place == NOTHING:
            note(m, ROW_GRANT, load(person, P_INDEX), -1, -1)
        else:
            note(m, ROW_GRANT, load(person, P_INDEX), -1, load(place, M_INDEX))
            longest = max(longest, _way(person, place))
    return longest


@compiled
def _way(person: int, place: int) -> int:
    """Ticks somebody needs to a machine; from now on that is where the next way begins."""
    x, y = load(place, M_X), load(place, M_Y)
    ticks = 0
    if load(person, P_PLACED):
        ticks = walk(load(person, P_X), load(person, P_Y), x, y, load(person, P_PACE))
    store(person, P_PLACED, 1)
    store(person, P_X, x)
    store(person, P_Y, y)
    return ticks


@compiled
def crew_speed(task: int) -> float:
    """That of the slowest of the crew in the skill it is wanted for (S-111), but for who
    teaches (S-57).
    """
    crew, skill = load(task, T_CREW), load(load(task, T_SKILL), SK_INDEX)
    speed = _speed(load(crew, 0), skill)
    for n in range(1, load(task, T_HEADS)):
        speed = min(speed, _speed(load(crew, n), skill))
    return speed


@compiled
def _speed(person: int, skill: int) -> float:
    """How fast somebody is now."""
    learning = load(load(person, P_LEARNS), skill)
    if learning != NOTHING:
        return load_f(learning, L_SPEED)
    return load_f(load(person, P_SPEEDS), skill)


# -- learning --------------------------------------------------------------------------------


@compiled
def is_new(person: int, skill: int) -> int:
    """Whether somebody does not work alone at a skill (its number) yet (S-57)."""
    learning = load(load(person, P_LEARNS), skill)
    return 1 if learning != NOTHING and load(learning, L_UNITS) < load(learning, L_ALONE) else 0


@compiled
def teaches(person: int, skill: int) -> int:
    """Whether learners may work beside somebody."""
    return load(load(person, P_TEACHES), skill)


@compiled
def has_new(task: int) -> int:
    """Whether somebody of the crew needs a veteran (S-57)."""
    crew, skill = load(task, T_CREW), load(load(task, T_SKILL), SK_INDEX)
    for n in range(load(task, T_CREW_COUNT)):
        if is_new(load(crew, n), skill):
            return 1
    return 0


@compiled
def has_teacher(task: int, but: int) -> int:
    """Whether somebody of the crew but this one teaches its skill."""
    crew, skill = load(task, T_CREW), load(load(task, T_SKILL), SK_INDEX)
    for n in range(load(task, T_CREW_COUNT)):
        person = load(crew, n)
        if person != but and teaches(person, skill):
            return 1
    return 0


@compiled
def practise(task: int, units: int) -> None:
    """So many units of work are done: those who learn are faster from now on (S-56)."""
    count = load(task, T_CREW_COUNT)
    if count != 0:
        crew, skill = load(task, T_CREW), load(load(task, T_SKILL), SK_INDEX)
        for n in range(count):
            person = load(crew, n)
            learning = load(load(person, P_LEARNS), skill)
            if learning != NOTHING:
                _practise(task, person, learning, units)


@rare
def _practise(task: int, person: int, learning: int, units: int) -> None:
    beside = has_teacher(task, person)
    _learn(learning, units * load(learning, L_BESIDE) if beside else units)


@compiled
def _learn(learning: int, units: int) -> None:
    add(learning, L_UNITS, units)
    total, step = load(learning, L_UNITS), load(learning, L_STEPS)
    while load(learning, L_STEPS_LEFT) > 0 and load(step, 0) <= total:
        store_f(learning, L_SPEED, load(step, 1) / 1000.0)
        step += 2 * FIELD
        add(learning, L_STEPS_LEFT, -1)
    store(learning, L_STEPS, step)


@rare
def set_out(m: int, task: int, ticks: int) -> None:
    """The crew is on its way so long."""
    crew = load(task, T_CREW)
    for n in range(load(task, T_CREW_COUNT)):
        store(load(crew, n), P_COMING, 1)
    store(task, T_COMING, 1)
    store(task, T_WALK_LEFT, ticks)
    _walk(m, task)


@rare
def _walk(m: int, task: int) -> None:
    now = load(m, H_NOW)
    store(task, T_WALKING, 1)
    store(task, T_WALK_FROM, now)
    add(m, H_PENDING, 1)
    schedule(m, load(task, T_SLOT), now + load(task, T_WALK_LEFT))


@rare
def _stop(m: int, task: int) -> None:
    store(task, T_WALKING, 0)
    add(m, H_PENDING, -1)
    cancel(m, load(task, T_SLOT))


@rare
def walk_or_stop(m: int, task: int) -> None:
    """Somebody of a crew on its way has gone home or come back."""
    walking = load(task, T_WALKING)
    if is_complete(task):
        if not walking:
            _walk(m, task)
    elif walking:
        passed = load(m, H_NOW) - load(task, T_WALK_FROM)
        if load(task, T_WALK_LEFT) > passed:  # else it arrives in this instant (S-13)
            add(task, T_WALK_LEFT, -passed)
            _stop(m, task)


@rare
def arrive(m: int, task: int) -> None:
    """The last of the crew is there."""
    add(m, H_PENDING, -1)
    store(task, T_WALKING, 0)
    store(task, T_COMING, 0)
    crew = load(task, T_CREW)
    for n in range(load(task, T_CREW_COUNT)):
        person = load(crew, n)
        add_up(m, person)
        store(person, P_COMING, 0)
    store(m, H_CLAIMS_CHANGED, 1)


@compiled
def release_crew(m: int, task: int) -> None:
    """The crew is free: the work is over, or left to others."""
    if load(task, T_CREW_COUNT) != 0:
        _release(m, task)


@apart
def _release(m: int, task: int) -> None:
    if load(task, T_COMING):
        store(task, T_COMING, 0)
        if load(task, T_WALKING):
            _stop(m, task)
    count, crew = load(task, T_CREW_COUNT), load(task, T_CREW)
    store(task, T_CREW_COUNT, 0)
    store(task, T_TAUGHT, 0)
    for n in range(count):
        _done(m, load(crew, n), task)


@rare
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
        if not load(person, P_ON_SHIFT):
            add(person, P_OVERTIME, passed)
        if load(person, P_NIGHT_LENGTH) != 0:
            add(person, P_NIGHT, night_between(person, now))
        if load(person, P_TASK_COUNT) != 0:
            add(person, P_BUSY, passed)
            if load(person, P_COMING):
                add(person, P_WALKED, passed)
            elif load(person, P_TEACHING) != NOTHING and load(person, P_TASK_COUNT) == 1:
                add(person, P_TAUGHT, passed)
    store(person, P_SINCE, now)


@compiled
def night_between(person: int, now: int) -> int:
    """Ticks of night since somebody was last looked at (S-59)."""
    start, length = load(person, P_NIGHT_FROM), load(person, P_NIGHT_LENGTH)
    return night_ticks(now, start, length) - night_ticks(load(person, P_SINCE), start, length)


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
    if load(tasks, count) == task:
        store(person, P_COMING, 0)
    if load(person, P_TEACHING) == task:
        store(person, P_TEACHING, NOTHING)
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
