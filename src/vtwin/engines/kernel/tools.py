"""Tools: where the copies are and who may have one (S-41, S-42)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.codes import ROW_MOUNT
from vtwin.engines.kernel.floor import mark, mark_all
from vtwin.engines.kernel.layout import (
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
    TL_FREE,
    TL_INDEX,
    TL_USER_COUNT,
    TL_USERS,
    W_STEP,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.trace import note


@compiled
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
    index = load(machine, M_INDEX)
    before, after = NOTHING, load(tool, TL_FIRST_HOLDER)
    while after != NOTHING and load(after, M_INDEX) < index:
        before, after = after, load(after, M_NEXT_HOLDER)
    store(machine, M_NEXT_HOLDER, after)
    if before == NOTHING:
        store(tool, TL_FIRST_HOLDER, machine)
    else:
        store(before, M_NEXT_HOLDER, machine)


@compiled
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
        add(tool, TL_FREE, -1)
    else:
        _unmount(_giver(tool))
    if before != NOTHING:
        _unmount(machine)
        add(before, TL_FREE, 1)
        loosened(m, before)
    _hold(machine, tool)
    note(m, ROW_MOUNT, load(machine, M_INDEX), -1, load(tool, TL_INDEX))
