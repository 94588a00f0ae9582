"""Does the plant hold back the demand, or the demand the plant?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from vtwin.plant.primitives import ReleaseKind
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.measures import on_time

#: A plant that makes this share of what is asked of it cannot be told by its output.
KEEPS_UP = 0.97
#: From here on nothing worth mentioning is left undone or late.
IN_FULL = 0.995
#: Fewer bins of the work in process than this in each half say nothing about a trend.
_LEAST_BINS = 7

Limit: TypeAlias = Literal["demand", "due_dates"]


def limit(program: Program, tallies: Sequence[Tally]) -> Limit | None:
    """What limits a plant that keeps up with what is asked of it: "demand" when it makes all of
    it in time, "due_dates" when some of it is late or left over at the end; None when the plant
    does not keep up.
    """
    if not keeps_up(program, tallies):
        return None
    made = _made_of_orders(program, tallies)
    in_time = _in_time(program, tallies)
    in_full = min(share for share in (made, in_time, 1.0) if share is not None)
    return "demand" if in_full >= IN_FULL else "due_dates"


def keeps_up(program: Program, tallies: Sequence[Tally]) -> bool:
    """Whether the plant makes nearly all it is asked for, so that output cannot tell it from a
    faster one: no endless or level-controlled release, at least 97 % of the pieces ordered (of
    orders released before the horizon) are made, and of the pieces that came in by arrivals
    after the warm-up at least 97 % left again, or the plant keeps emptying as it did before.
    """
    if any(source.kind != ReleaseKind.ARRIVALS for source in program.sources):
        return False
    made = _made_of_orders(program, tallies)
    if made is not None and made < KEEPS_UP:
        return False
    if not program.sources:
        return made is not None
    released = sum(int(t.product_released.sum()) for t in tallies)
    left = sum(int(t.product_good.sum() + t.product_scrap.sum()) for t in tallies)
    return released > 0 and (left >= KEEPS_UP * released or _keeps_emptying(program, tallies))


def _keeps_emptying(program: Program, tallies: Sequence[Tally]) -> bool:
    """Whether the lowest work in process of the second half of the observed time is hardly above
    that of the first, measured by what came in meanwhile. A plant that closes on Sunday with
    two days of arrivals at its doors has kept up if it was as empty on Friday as a week ago.
    """
    begin = -(-program.run.warmup // program.run.bin)
    grown = came_in = 0.0
    for tally in tallies:
        series = tally.series_wip[begin : tally.bins_run(program.run.bin)]
        half = len(series) // 2
        if half < _LEAST_BINS:
            return False
        grown += float(series[half:].min() - series[:half].min())
        came_in += float(tally.product_released.sum()) / 2.0
    return grown <= (1.0 - KEEPS_UP) * came_in


def _made_of_orders(program: Program, tallies: Sequence[Tally]) -> float | None:
    """Share of the ordered pieces that were made; None without orders."""
    ordered = made = 0
    for index, order in enumerate(program.orders):
        if order.release < program.run.horizon:
            ordered += order.quantity * len(tallies)
            made += sum(min(int(t.order_good[index]), order.quantity) for t in tallies)
    return made / ordered if ordered else None


def _in_time(program: Program, tallies: Sequence[Tally]) -> float | None:
    """Mean on-time share; None where nothing was promised."""
    shares = [share for t in tallies if (share := on_time(program, t)[0]) is not None]
    return sum(shares) / len(shares) if shares else None
