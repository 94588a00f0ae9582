"""What the kernel cannot run yet, feature by feature.

A line here is the first half of a new feature: the reference engine has it, the kernel not.
Whoever teaches it to the kernel takes the line out. Nothing compiled is imported, so that
asking costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from vtwin.plant.primitives import NEVER, NONE, UNLIMITED
from vtwin.plant.program import Program

Uses = Callable[[Program], bool]

#: An item knows its carriers by the bits of one number.
_KINDS = 60
#: An item counts all its rework in the bits of one number.
_BITS = 62


def _counts_much(program: Program, product: int) -> bool:
    own = (op for op in program.operations if op.product == product)
    limits = (branch.most for op in own for branch in op.branches)
    return sum(most.bit_length() for most in limits if most != UNLIMITED) > _BITS


def _differ(program: Program) -> bool:
    """Whether operations that share a batch have modes on different machines (S-120)."""
    machines: dict[int, set[int]] = {}
    for op in program.operations:
        able = {mode.machine for mode in op.modes}
        if op.batch != NONE and machines.setdefault(op.batch, able) != able:
            return True
    return False


#: Whole numbers that are multiplied with times stay below this, so that products fit.
LARGEST_COUNT = 2**31
#: Due dates and the ways to them, so that sums fit.
LATEST = 2**61


def _has_large_numbers(program: Program) -> bool:
    counts = [
        *(n for o in program.orders for n in (o.quantity, o.lot, abs(o.priority))),
        *(n for s in program.sources for n in (s.lot, s.level)),
        *(op.pieces_per_cycle for op in program.operations),
        *(machine.restart for machine in program.machines),
    ]
    ways = [abs(s.due_after) for s in program.sources if s.due_after != NEVER]
    ways += [abs(n) for o in program.orders for n in (o.due, o.release) if n != NEVER]
    return max(counts, default=0) >= LARGEST_COUNT or max(ways, default=0) >= LATEST


def _has_large_batteries(program: Program) -> bool:
    """Whether the content of a battery may pass what a field holds, drawn to the horizon."""
    made = [fleet.battery for fleet in program.fleets if fleet.battery is not None]
    drawn = [max(b.driving, b.standing, b.charging) * program.run.horizon for b in made]
    full = [abs(n) for b in made for n in (b.low, b.until)]
    full += [abs(vehicle.content) for vehicle in program.vehicles]
    return max(drawn, default=0) >= LATEST or max(full, default=0) >= LATEST


_MISSING: tuple[tuple[str, Uses], ...] = (
    ("numbers of 2^31 and more", _has_large_numbers),
    ("more than 60 kinds of carriers", lambda p: len(p.carriers) > _KINDS),
    ("batches done on machines of which some cannot do all of it", _differ),
    (
        "so many limits of rework",
        lambda p: any(_counts_much(p, n) for n in range(len(p.products))),
    ),
    ("batteries of 2^61 units and more", _has_large_batteries),
    ("machines with a behaviour of their own", lambda p: any(m.custom for m in p.machines)),
)


def unsupported(program: Program) -> list[str]:
    """What this program uses and the kernel does not have; empty if it can run it."""
    return [words for words, uses in _MISSING if uses(program)]
