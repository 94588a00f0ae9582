"""The order book as the plant knew it on a day, and the order in which it would be worked.

A planner's sequence is not in the records, so it is a rule: chosen among a few a planner could
follow, by how well each foretells the second half of the records it is learned from
(:mod:`vtwin.history.learn`), never on the time the twin is judged by.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vtwin.history.fitting import Fits, order_month
from vtwin.history.log import Log, OrderLine, in_sequence
from vtwin.history.mapping import MappingDocument


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """What is left of an order on the day the twin begins. ``work_h`` is machine time."""

    line: OrderLine
    rest: int
    release: dt.date
    tool: str
    work_h: float
    set_aside: bool = False


@dataclass(frozen=True, slots=True)
class WorkSequence:
    """A way to put an order book in sequence: key for sorting, and what it means."""

    name: str
    says: str
    key: Callable[[OpenOrder, Mapping[str, float]], tuple[float | str, ...]]


def _due(order: OpenOrder) -> int:
    return order.line.due.toordinal()


#: Priorities a planner could give. ``load`` is the work in h waiting for each tool.
SEQUENCES: Final = (
    WorkSequence(
        "receipt",
        "in the order in which orders came in",
        lambda o, load: (o.line.received.toordinal(), o.line.order),
    ),
    WorkSequence(
        "due",
        "earliest due date first, then order number",
        lambda o, load: (_due(o), o.line.order),
    ),
    WorkSequence(
        "due, then work",
        "earliest due date first, then the mould with most work waiting for it",
        lambda o, load: (_due(o), -load[o.tool], o.line.order),
    ),
    WorkSequence(
        "work",
        "the mould with most work waiting for it first, then due date",
        lambda o, load: (-load[o.tool], _due(o), o.line.order),
    ),
)


def sequence_named(name: str) -> WorkSequence:
    """The sequence of a name. Raises KeyError."""
    return {s.name: s for s in SEQUENCES}[name]


def next_working_day(day: dt.date, fits: Fits) -> dt.date:
    """The first worked day from ``day`` on, that day included."""
    for _ in range(60):
        if day.weekday() in fits.weekdays and day not in fits.closed:
            return day
        day += dt.timedelta(1)
    return day


def release_day(line: OrderLine, mapping: MappingDocument, fits: Fits) -> dt.date:
    """The first day an order may be worked: ``release_lag`` working days after receipt, and
    not before the month its number names where orders were seen to wait for it.
    """
    day = line.received
    for _ in range(fits.release_lag):
        day = next_working_day(day + dt.timedelta(1), fits)
    month = order_month(line.order, mapping) if fits.month_bound else None
    if month is not None and month > day:
        day = month
    return next_working_day(day, fits)


def open_orders(
    log: Log, mapping: MappingDocument, fits: Fits, start: dt.date, end: dt.date
) -> list[OpenOrder]:
    """Orders that may be worked in ``[start, end)``, with what visits before ``start`` left of
    them. Orders whose product has no tool are left out.
    """
    made: Counter[str] = Counter()
    for visit in log.visits:
        if visit.order and visit.date < start:
            made[visit.order] += visit.good
    current = {
        visits[-1].order
        for visits in in_sequence(tuple(v for v in log.working() if v.date < start)).values()
    }
    found = []
    for name, line in sorted(log.orders.items()):
        rest = line.quantity - made[name]
        release = max(release_day(line, mapping, fits), start)
        tools = log.tools_of(line.product)
        if rest <= 0 or release >= end or not tools:
            continue
        tool = _tool_for(tools, log, line.product, fits)
        if tool is None:
            continue
        aside = made[name] > 0 and name not in current
        found.append(OpenOrder(line, rest, release, tool, _work(rest, tool, fits), aside))
    return found


def _tool_for(tools: Sequence[str], log: Log, product: str, fits: Fits) -> str | None:
    """The tool last seen making the product, else the newest of those listed."""
    seen = [v.tool for v in log.working() if v.product == product and v.tool in tools]
    known = [tool for tool in tools if tool in fits.tools]
    return seen[-1] if seen and seen[-1] in fits.tools else known[-1] if known else None


def _work(pieces: int, tool: str, fits: Fits) -> float:
    found = fits.tools[tool]
    per_shot = found.cavities * (1 - found.scrap.value)
    return pieces / per_shot * found.cycle.value / 3600.0


def priorities(orders: Sequence[OpenOrder], sequence: WorkSequence) -> dict[str, int]:
    """Order -> priority, the largest for the first in sequence. Orders the plant has set aside
    for others come last: it has shown that they can wait.
    """
    load: Counter[str] = Counter()
    for order in orders:
        load[order.tool] += order.work_h  # type: ignore[assignment]
    ranked = sorted(orders, key=lambda o: (o.set_aside, *sequence.key(o, load)))
    return {order.line.order: len(ranked) - n for n, order in enumerate(ranked)}


def mounted(log: Log, start: dt.date) -> dict[str, str]:
    """Machine -> tool that was on it when ``start`` began; a tool is where it was used last."""
    last: dict[str, tuple[dt.date, int, str]] = {}
    for machine, visits in in_sequence(
        tuple(v for v in log.working() if v.date < start and v.tool)
    ).items():
        visit = visits[-1]
        last[machine] = (visit.date, visit.shift, visit.tool or "")
    taken: dict[str, str] = {}
    for machine, (_, _, tool) in sorted(last.items(), key=lambda kv: kv[1], reverse=True):
        if tool not in taken.values():
            taken[machine] = tool
    return dict(sorted(taken.items()))
