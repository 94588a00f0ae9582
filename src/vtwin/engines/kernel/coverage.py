"""What the kernel cannot run yet, feature by feature.

A line here is the first half of a new feature: the reference engine has it, the kernel not.
Whoever teaches it to the kernel takes the line out. Nothing compiled is imported, so that
asking costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from vtwin.plant.primitives import (
    NEXT,
    NONE,
    DispatchRule,
)
from vtwin.plant.program import Program

Uses = Callable[[Program], bool]

#: An item knows its carriers by the bits of one number.
_KINDS = 60


_MISSING: tuple[tuple[str, Uses], ...] = (
    ("more than 60 kinds of carriers", lambda p: len(p.carriers) > _KINDS),
    (
        "routes that branch",
        lambda p: any(op.then != NEXT or op.branches or op.sample != 1 for op in p.operations),
    ),
    ("tools that wear", lambda p: any(tool.life for tool in p.tools)),
    (
        "dispatch by critical ratio",
        lambda p: any(s.rule is DispatchRule.CRITICAL_RATIO for s in p.stations),
    ),
    ("arrivals that follow a profile", lambda p: any(s.profile != NONE for s in p.sources)),
    ("conditions that end a run", lambda p: bool(p.run.stop)),
    ("machines with a behaviour of their own", lambda p: any(m.custom for m in p.machines)),
)


def unsupported(program: Program) -> list[str]:
    """What this program uses and the kernel does not have; empty if it can run it."""
    return [words for words, uses in _MISSING if uses(program)]
