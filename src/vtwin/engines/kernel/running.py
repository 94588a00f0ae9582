"""What lets the work of a machine run and what halts it (S-12, S-43, S-118)."""

from __future__ import annotations

from vtwin.engines.kernel.belts import (
    count_up,
    go_on,
    in_work,
    put_on_again,
)
from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.calendar import cancel, schedule
from vtwin.engines.kernel.codes import (
    SETUP,
    WAITING_OPERATOR,
    WORKING,
)
from vtwin.engines.kernel.floor import changed
from vtwin.engines.kernel.handing import look_again
from vtwin.engines.kernel.layout import (
    F_CALENDAR_CLOCK,
    F_LEFT,
    F_LIFE,
    F_PLANNED,
    F_STRUCK,
    F_WAITS,
    H_NOW,
    H_PENDING,
    J_SLOT,
    M_AGEING,
    M_AGEING_COUNT,
    M_BEGUN,
    M_BELT,
    M_COLD,
    M_COOLS,
    M_DOING,
    M_DOWN,
    M_FINISHES,
    M_FIT,
    M_HANDED,
    M_ITEM,
    M_LEFT,
    M_ON_DUTY,
    M_OPEN,
    M_OWED,
    M_PATIENCE,
    M_RAN,
    M_RESTART,
    M_RUN_FROM,
    M_RUNNING,
    M_SERVICED,
    M_SLOT,
    M_STANDS,
    M_STRIKER,
    M_TASK,
    M_UPKEEP,
    M_UPKEEP_COUNT,
    M_WARM_UP,
    M_WARMED,
    M_WARMING,
    M_WHOLE,
    NOTHING,
    T_CLAIMED,
    T_COMING,
)
from vtwin.engines.kernel.memory import (
    add,
    load,
    store,
)
from vtwin.engines.kernel.staff import (
    crew_may_go_home,
    file_claim,
    is_complete,
    release_crew,
    resume,
    suspend,
)


@compiled
def run_on(m: int, machine: int) -> None:
    """The set-up or operation in hand goes on, to its end or to the next failure."""
    now, left = load(m, H_NOW), load(machine, M_LEFT)
    store(machine, M_RUNNING, 1)
    store(machine, M_RUN_FROM, now)
    add(m, H_PENDING, 1)
    slot = load(machine, M_SLOT)
    if load(machine, M_DOING) == WORKING:
        if load(machine, M_STANDS) and _warms_up(m, machine, now):
            return
        ageing = load(machine, M_AGEING)
        for n in range(load(machine, M_AGEING_COUNT)):
            fault = load(ageing, n)
            if load(fault, F_LEFT) < left:  # at a tie the work is finished first (S-43)
                left = load(fault, F_LEFT)
                slot = load(fault, J_SLOT)
                store(machine, M_STRIKER, fault)
    schedule(m, slot, now + left)


@rare
def _warms_up(m: int, machine: int, now: int) -> int:
    """After standing, it is warmed up first (S-37), or cycles will be thrown away (S-36)."""
    warm, cools = load(machine, M_WARM_UP), load(machine, M_COOLS)
    if warm > 0 and now - max(load(machine, M_RAN), load(machine, M_WARMED)) > cools:
        store(machine, M_WARMING, 1)
        changed(m, machine)
        schedule(m, load(machine, M_SLOT), now + warm)
        return 1
    if load(machine, M_COLD) or now - load(machine, M_RAN) > load(machine, M_PATIENCE):
        add(machine, M_OWED, load(machine, M_RESTART))
        store(machine, M_COLD, 0)
    return 0


@compiled
def age(machine: int, ticks: int) -> None:
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
def look(m: int, machine: int, cycles: int) -> None:
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
    add(m, H_PENDING, -1)
    if load(machine, M_WARMING):  # in vain
        store(machine, M_WARMING, 0)
        changed(m, machine)
        return
    add(machine, M_LEFT, -ran)
    if load(machine, M_DOING) == WORKING:
        store(machine, M_RAN, load(m, H_NOW))
        age(machine, ran)


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
            run_on(m, machine)
    elif load(machine, M_RUNNING) and _has_work_left(m, machine):
        _call_off(m, machine)
        _halt(m, machine)


@compiled
def _has_work_left(m: int, machine: int) -> int:
    """Work with nothing left is not interrupted: it ends in this instant (S-13)."""
    left = load(machine, M_WARM_UP) if load(machine, M_WARMING) else load(machine, M_LEFT)
    return left > load(m, H_NOW) - load(machine, M_RUN_FROM)


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


@rare
def _claim_again(m: int, machine: int) -> None:
    """The crew is free, and the claim is filed anew with its key."""
    task = load(machine, M_TASK)
    release_crew(m, task)
    file_claim(m, task)
    if not load(machine, M_FIT):
        suspend(m, task)


@rare
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


@rare
def repaired(m: int, machine: int, fault: int) -> None:
    """A failure mode is over."""
    add(machine, M_DOWN, -1)
    add(machine, M_SERVICED, -load(fault, F_PLANNED))
    refresh(m, machine)


@rare
def is_in_process(machine: int) -> int:
    """Whether an item is in an operation that has begun, and is halted."""
    if load(machine, M_RUNNING):
        return 0
    belt = load(machine, M_BELT)
    if belt != NOTHING:
        return in_work(belt) != NOTHING
    return load(machine, M_DOING) == WORKING or load(machine, M_HANDED) == WORKING


@rare
def begin_again(m: int, machine: int) -> None:
    """The work done so far is lost, but not the loading (S-45, S-113)."""
    if load(machine, M_BELT) != NOTHING:
        put_on_again(m, machine)
    else:
        store(machine, M_LEFT, load(machine, M_WHOLE))
