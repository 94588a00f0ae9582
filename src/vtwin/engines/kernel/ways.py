"""What a machine can do, and what it takes to do it next (S-25, S-33)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.layout import (
    CELL_EXPECTED,
    CELL_SIZE,
    CELL_STREAM,
    M_KEY,
    M_SETUP_KEYS,
    M_SETUPS,
    M_TOOL,
    NOTHING,
    OP_SETUP_KEY,
    OP_TOOL,
    OP_WAYS,
    W_MACHINE,
    W_SIZE,
)
from vtwin.engines.kernel.memory import (
    FIELD,
    load,
)
from vtwin.plant.primitives import NONE


@compiled
def setup_cell(machine: int, wanted: int) -> int:
    """The cell from the machine's present key to the wanted one, NOTHING if no set-up is due."""
    cells, present = load(machine, M_SETUPS), load(machine, M_KEY)
    if cells == NOTHING or present == NONE or wanted == NONE:
        return NOTHING
    place = (present * load(machine, M_SETUP_KEYS) + wanted) * CELL_SIZE
    cell = cells + place * FIELD
    return cell if load(cell, CELL_STREAM) != NONE else NOTHING


@compiled
def mismatch(machine: int, step: int) -> int:
    """0 when an operation needs neither another tool nor a set-up there, else 1 (S-25)."""
    tool = load(step, OP_TOOL)
    if tool != NOTHING and tool != load(machine, M_TOOL):
        return 1
    return 1 if setup_cell(machine, load(step, OP_SETUP_KEY)) != NOTHING else 0


@compiled
def expected_setup(machine: int, step: int) -> int:
    """Expected ticks of the set-up an operation would need there now (S-25)."""
    cell = setup_cell(machine, load(step, OP_SETUP_KEY))
    return 0 if cell == NOTHING else load(cell, CELL_EXPECTED)


@compiled
def way_on(step: int, machine: int) -> int:
    """An operation on a machine that can do it."""
    way = load(step, OP_WAYS)
    while load(way, W_MACHINE) != machine:
        way += W_SIZE * FIELD
    return way
