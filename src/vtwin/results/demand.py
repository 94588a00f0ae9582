"""Does the plant hold back the demand, or the demand the plant?"""

from __future__ import annotations

from collections.abc import Sequence

from vtwin.plant.primitives import ReleaseKind
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally

#: A plant that makes this share of what is asked of it is held back by demand.
KEEPS_UP = 0.97


def demand_limited(program: Program, tallies: Sequence[Tally]) -> bool:
    """Whether the plant made what was asked of it, so that output cannot tell it from a faster
    one: no endless or level-controlled release, at least 97 % of the pieces ordered (of orders
    released before the horizon) are made, and at least 97 % of the pieces that came in by
    arrivals after the warm-up left again.
    """
    if any(source.kind != ReleaseKind.ARRIVALS for source in program.sources):
        return False
    ordered = made = 0
    for index, order in enumerate(program.orders):
        if order.release < program.run.horizon:
            ordered += order.quantity * len(tallies)
            made += sum(min(int(t.order_good[index]), order.quantity) for t in tallies)
    if made < KEEPS_UP * ordered:
        return False
    if not program.sources:
        return ordered > 0
    released = sum(int(t.product_released.sum()) for t in tallies)
    left = sum(int(t.product_good.sum() + t.product_scrap.sum()) for t in tallies)
    return released > 0 and left >= KEEPS_UP * released
