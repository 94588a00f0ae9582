"""Where an item goes after an operation: branches, rework and samples (S-82 to S-85)."""

from __future__ import annotations

from vtwin.engines.kernel.building import apart, compiled
from vtwin.engines.kernel.codes import ROW_LIMIT
from vtwin.engines.kernel.layout import (
    BR_LIMIT,
    BR_MASK,
    BR_MOST,
    BR_SHIFT,
    BR_SIZE,
    BR_STEP,
    IT_QUANTITY,
    IT_SERIAL,
    IT_TAKEN,
    M_INDEX,
    NOTHING,
    OP_BRANCH_COUNT,
    OP_BRANCHES,
    OP_CAME,
    OP_FOLLOWING,
    OP_INDEX,
    OP_ROUTE_STREAM,
    OP_SAMPLE,
    W_MACHINE,
    W_SCRAPPED,
    W_STEP,
)
from vtwin.engines.kernel.memory import FIELD, add, load, load_f, store
from vtwin.engines.kernel.releases import scrap
from vtwin.engines.kernel.streams import uniform
from vtwin.engines.kernel.trace import note
from vtwin.plant.primitives import NONE


@apart
def onward(m: int, item: int, way: int) -> int:
    """Where an item goes that has ended an operation; NOTHING: it leaves, or is scrap."""
    step = load(way, W_STEP)
    target, branch = load(step, OP_FOLLOWING), NOTHING
    if load(step, OP_BRANCH_COUNT) != 0:
        branch = _branch(step, uniform(m, load(step, OP_ROUTE_STREAM)))
    if load(item, IT_QUANTITY) == 0:
        return NOTHING
    if branch != NOTHING:
        if not _may_take(item, branch):
            quantity, machine = load(item, IT_QUANTITY), load(load(way, W_MACHINE), M_INDEX)
            add(way, W_SCRAPPED, quantity)
            note(m, ROW_LIMIT, machine, load(item, IT_SERIAL), load(step, OP_INDEX))
            scrap(m, item, quantity, machine)
            return NOTHING
        target = load(branch, BR_STEP)
    return _stopping(target)


@compiled
def _branch(step: int, u: float) -> int:
    """The branch a draw stands for, NOTHING for the main way (S-83)."""
    branch = load(step, OP_BRANCHES)
    for _ in range(load(step, OP_BRANCH_COUNT)):
        if u < load_f(branch, BR_LIMIT):
            return branch
        branch += BR_SIZE * FIELD
    return NOTHING


@compiled
def _may_take(item: int, branch: int) -> int:
    """Count one more time on a branch with a limit; 0 when it is reached (S-84)."""
    most = load(branch, BR_MOST)
    if most == NONE:
        return 1
    taken, shift = load(item, IT_TAKEN), load(branch, BR_SHIFT)
    if (taken >> shift) & load(branch, BR_MASK) == most:
        return 0
    store(item, IT_TAKEN, taken + (1 << shift))
    return 1


@compiled
def _stopping(step: int) -> int:
    """Where an item that comes to an operation stops: there, or further along (S-85)."""
    while step != NOTHING and load(step, OP_SAMPLE) > 1:
        came = load(step, OP_CAME) + 1
        store(step, OP_CAME, came)
        if came % load(step, OP_SAMPLE) == 0:
            return step
        step = load(step, OP_FOLLOWING)
    return step
