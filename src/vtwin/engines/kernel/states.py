"""The state of each machine, looked at when phase C is over (S-10, S-11)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.codes import DOWN, PLANNED_STOP, ROW_STATE, SETUP, WAITING_OPERATOR
from vtwin.engines.kernel.layout import (
    F_PLANNED,
    H_LIST,
    H_LISTED,
    H_NOW,
    H_ROW_LIMIT,
    J_RUNNING,
    M_DOING,
    M_DOWN,
    M_INDEX,
    M_LISTED,
    M_METER,
    M_ON_DUTY,
    M_SERVICED,
    M_SINCE,
    M_STATE,
    M_TASK,
    M_TIMES,
    M_UPKEEP,
    M_UPKEEP_COUNT,
    M_WARMING,
    NOTHING,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.meters import state_changes
from vtwin.engines.kernel.staff import is_complete
from vtwin.engines.kernel.trace import note


@compiled
def present_state(machine: int) -> int:
    """The one of the seven states a machine is in now (S-11)."""
    if not load(machine, M_ON_DUTY):
        return PLANNED_STOP
    if load(machine, M_DOWN):
        return DOWN if load(machine, M_DOWN) > load(machine, M_SERVICED) else _in_upkeep(machine)
    if not is_complete(load(machine, M_TASK)):
        return WAITING_OPERATOR
    return SETUP if load(machine, M_WARMING) else load(machine, M_DOING)


@rare
def _in_upkeep(machine: int) -> int:
    """Maintained, or waiting for those who do it (S-104)."""
    upkeep = load(machine, M_UPKEEP)
    for n in range(load(machine, M_UPKEEP_COUNT)):
        if load(load(upkeep, n), F_PLANNED) and load(load(upkeep, n), J_RUNNING):
            return PLANNED_STOP
    return WAITING_OPERATOR


@compiled
def account(m: int, machine: int) -> None:
    """Close the interval of the accounted state if the present one differs."""
    state = present_state(machine)
    before = load(machine, M_STATE)
    if state != before:
        now, meter = load(m, H_NOW), load(machine, M_METER)
        if meter != NOTHING:
            state_changes(meter, before, state, load(machine, M_SINCE), now)
        add(machine, M_TIMES + before, now - load(machine, M_SINCE))
        store(machine, M_SINCE, now)
        store(machine, M_STATE, state)
        note(m, ROW_STATE, load(machine, M_INDEX), -1, state)


@rare
def _sort_listed(m: int) -> None:
    """By machine index, the order of the rows of a trace (S-73)."""
    listed = load(m, H_LIST)
    for n in range(1, load(m, H_LISTED)):
        machine = load(listed, n)
        place = n
        while place > 0:
            before = load(listed, place - 1)
            if load(before, M_INDEX) < load(machine, M_INDEX):
                break
            store(listed, place, before)
            place -= 1
        store(listed, place, machine)


@compiled
def account_changed(m: int) -> None:
    """Look at every machine whose state may have changed."""
    if load(m, H_ROW_LIMIT) != 0:
        _sort_listed(m)
    listed = load(m, H_LIST)
    for n in range(load(m, H_LISTED)):
        machine = load(listed, n)
        store(machine, M_LISTED, 0)
        account(m, machine)
    store(m, H_LISTED, 0)
