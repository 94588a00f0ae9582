"""Tools: where the copies are, who may have one (S-41, S-42), and their lives (S-105 to S-107)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.codes import ROW_MOUNT, ROW_RENEWED, ROW_UNMOUNT, ROW_WORN
from vtwin.engines.kernel.floor import mark, mark_all
from vtwin.engines.kernel.jobs import job_over, want
from vtwin.engines.kernel.layout import (
    C_AWAY,
    C_AWAY_TICKS,
    C_LIFE,
    C_NEXT,
    C_NUMBER,
    C_RENEW,
    C_RENEWALS,
    C_TOOL,
    C_USED,
    H_NOW,
    J_LEFT,
    J_SINCE,
    J_TASK,
    M_COPY,
    M_FIT,
    M_INDEX,
    M_ITEM,
    M_NEXT_HOLDER,
    M_STATION,
    M_TOOL,
    M_WAY_COUNT,
    M_WAYS,
    NOTHING,
    OP_FIRST,
    OP_STANDING,
    OP_SUPPLIED,
    OP_TOOL,
    ST_PLACES,
    ST_QUEUED,
    TL_FIRST_HOLDER,
    TL_FIRST_LOOSE,
    TL_FREE,
    TL_INDEX,
    TL_USER_COUNT,
    TL_USERS,
    TL_WEARS,
    W_STEP,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.queues import put_in_order
from vtwin.engines.kernel.staff import practise, release_crew
from vtwin.engines.kernel.streams import draw
from vtwin.engines.kernel.trace import note


@rare
def loosened(m: int, tool: int) -> None:
    """A copy may have become available: everybody who could use it looks again."""
    mark_all(m, load(tool, TL_USERS), load(tool, TL_USER_COUNT))


@compiled
def _could_use(machine: int, tool: int) -> int:
    """Whether something waits that the machine could do with its tool (S-42)."""
    station = load(machine, M_STATION)
    places = load(station, ST_PLACES)
    has_room = places == 0 or load(station, ST_QUEUED) < places
    ways = load(machine, M_WAYS)
    for n in range(load(machine, M_WAY_COUNT)):
        step = load(load(ways, n), W_STEP)
        if load(step, OP_TOOL) == tool and (
            load(step, OP_FIRST) != NOTHING
            or load(step, OP_SUPPLIED)
            or (has_room and load(step, OP_STANDING) > 0)
        ):
            return 1
    return 0


@compiled
def _giver(tool: int) -> int:
    """The first machine that gives the tool up, or NOTHING."""
    machine = load(tool, TL_FIRST_HOLDER)
    while machine != NOTHING:
        if load(machine, M_ITEM) == NOTHING and not (
            load(machine, M_FIT) and _could_use(machine, tool)
        ):
            return machine
        machine = load(machine, M_NEXT_HOLDER)
    return NOTHING


@rare
def _idle_holder(tool: int) -> int:
    """The first machine with the tool and nothing in hand (S-42)."""
    machine = load(tool, TL_FIRST_HOLDER)
    while load(machine, M_ITEM) != NOTHING:
        machine = load(machine, M_NEXT_HOLDER)
    return machine


@compiled
def can_mount(machine: int, tool: int) -> int:
    """Whether a machine needs no tool, has it or can get a copy at once (S-41)."""
    return (
        tool == NOTHING
        or load(machine, M_TOOL) == tool
        or load(tool, TL_FREE) > 0
        or _giver(tool) != NOTHING
    )


@compiled
def _unmount(machine: int) -> None:
    """The machine is no longer among those that hold its tool."""
    tool = load(machine, M_TOOL)
    here = load(tool, TL_FIRST_HOLDER)
    if here == machine:
        store(tool, TL_FIRST_HOLDER, load(machine, M_NEXT_HOLDER))
    else:
        while load(here, M_NEXT_HOLDER) != machine:
            here = load(here, M_NEXT_HOLDER)
        store(here, M_NEXT_HOLDER, load(machine, M_NEXT_HOLDER))
    store(machine, M_TOOL, NOTHING)


@compiled
def _hold(machine: int, tool: int) -> None:
    """The machine is among those that hold the tool, by index."""
    store(machine, M_TOOL, tool)
    put_in_order(tool, TL_FIRST_HOLDER, M_NEXT_HOLDER, M_INDEX, machine)


@compiled
def _take_loose(tool: int) -> int:
    """A loose copy is no longer loose: the one with the lowest number (S-105); NOTHING where
    copies do not wear out, and are not told apart.
    """
    add(tool, TL_FREE, -1)
    copy = load(tool, TL_FIRST_LOOSE)
    if copy != NOTHING:
        store(tool, TL_FIRST_LOOSE, load(copy, C_NEXT))
    return copy


@compiled
def _give_back(m: int, tool: int, copy: int) -> None:
    """A copy is loose."""
    add(tool, TL_FREE, 1)
    if load(tool, TL_WEARS):
        put_in_order(tool, TL_FIRST_LOOSE, C_NEXT, C_NUMBER, copy)
    loosened(m, tool)


@rare
def mount(m: int, machine: int, tool: int) -> None:
    """Mount a copy: a loose one, else that of the first machine that gives it up."""
    # An item that starts no longer keeps other machines' tools where they are (S-42).
    home = load(machine, M_STATION)
    users = load(tool, TL_USERS)
    for n in range(load(tool, TL_USER_COUNT)):
        station = load(users, n)
        if station != home:
            mark(m, station)
    before = load(machine, M_TOOL)
    if before == tool:
        return
    if load(tool, TL_FREE) > 0:
        copy = _take_loose(tool)
    else:
        giver = _giver(tool)
        if giver == NOTHING:
            giver = _idle_holder(tool)
        copy = load(giver, M_COPY)
        _unmount(giver)
        note(m, ROW_UNMOUNT, load(giver, M_INDEX), -1, load(tool, TL_INDEX))
    if before != NOTHING:
        _unmount(machine)
        _give_back(m, before, load(machine, M_COPY))
    _hold(machine, tool)
    store(machine, M_COPY, copy)
    note(m, ROW_MOUNT, load(machine, M_INDEX), -1, load(tool, TL_INDEX))


# -- lives -----------------------------------------------------------------------------------


@rare
def wear(m: int, machine: int, cycles: int) -> None:
    """The machine has finished cycles with its tool; a worn copy leaves it (S-106)."""
    tool, copy = load(machine, M_TOOL), load(machine, M_COPY)
    used = load(copy, C_USED) + cycles
    store(copy, C_USED, used)
    if used < load(copy, C_LIFE):
        return
    _unmount(machine)
    store(copy, C_AWAY, 1)
    store(copy, J_SINCE, load(m, H_NOW))
    note(m, ROW_WORN, load(tool, TL_INDEX), -1, load(copy, C_NUMBER))
    store(copy, J_LEFT, draw(m, load(copy, C_RENEW)))
    want(m, copy, 0)


@rare
def copy_due(m: int, copy: int) -> None:
    """The timed event of a copy: its renewal is over."""
    tool = load(copy, C_TOOL)
    job_over(m, copy)
    store(copy, C_USED, 0)
    store(copy, C_AWAY, 0)
    add(copy, C_AWAY_TICKS, load(m, H_NOW) - load(copy, J_SINCE))
    add(copy, C_RENEWALS, 1)
    note(m, ROW_RENEWED, load(tool, TL_INDEX), -1, load(copy, C_NUMBER))
    practise(load(copy, J_TASK), 1)
    release_crew(m, load(copy, J_TASK))
    _give_back(m, tool, copy)
