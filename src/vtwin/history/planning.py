"""The order book as the plant knew it on a day, and the order in which it would be worked.

A planner's sequence is not in the records, but every choice is: when a machine turned to
another order, which one was taken out of those it could have taken? Rules a planner could
follow are compared by how near the top of their list the chosen order stood. The rule is
picked on the records learned from, never on the time the twin is judged by.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vtwin.history.figures import Fits
from vtwin.history.log import Log, OrderLine, Visit, in_sequence
from vtwin.history.mapping import MappingDocument, order_month


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """What is left of an order on a day. ``work_h`` is machine time; ``set_aside`` when it was
    begun and then left for other orders.
    """

    line: OrderLine
    rest: int
    release: dt.date
    tool: str
    work_h: float
    set_aside: bool = False


Key = Callable[[OpenOrder, Mapping[str, float]], tuple[float | str, ...]]


@dataclass(frozen=True, slots=True)
class WorkSequence:
    """A way to put an order book in sequence: its key for sorting, and what it means."""

    name: str
    says: str
    key: Key


def _due(order: OpenOrder) -> int:
    return order.line.due.toordinal()


#: Sequences a planner could follow. ``load`` is the work in h waiting for each tool.
SEQUENCES: Final = (
    WorkSequence(
        "receipt",
        "the order that came in first",
        lambda o, load: (o.line.received.toordinal(), o.line.order),
    ),
    WorkSequence(
        "due",
        "the order due first, then by number",
        lambda o, load: (_due(o), o.line.order),
    ),
    WorkSequence(
        "due, then work",
        "the order due first, then the tool with most work waiting",
        lambda o, load: (_due(o), -load[o.tool], o.line.order),
    ),
    WorkSequence(
        "work",
        "the tool with most work waiting, then the order due first",
        lambda o, load: (-load[o.tool], _due(o), o.line.order),
    ),
    WorkSequence(
        "shortest",
        "the order with least work",
        lambda o, load: (o.work_h, o.line.order),
    ),
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way of working: what a machine looks for first, second and so on."""

    keep_tool: bool
    keep_material: bool
    aside_last: bool
    sequence: WorkSequence

    @property
    def dispatch(self) -> str:
        """The dispatch rule of the scenario language that does this."""
        return "least_setup" if self.keep_tool else "priority"

    @property
    def says(self) -> str:
        """The rule in words."""
        parts = []
        if self.keep_tool:
            parts.append("keep the tool")
        if self.keep_material:
            parts.append("keep the material")
        if self.aside_last:
            parts.append("orders once set aside last")
        return ", ".join([*parts, self.sequence.says])

    def key(self, order: OpenOrder, load: Mapping[str, float], tool: str | None,
            material: str | None) -> tuple[Any, ...]:  # fmt: skip
        """Where an order stands for a machine with this tool and material, smallest first."""
        return (
            self.keep_tool and order.tool != tool,
            self.keep_material and order.line.material != material,
            self.aside_last and order.set_aside,
            *self.sequence.key(order, load),
        )


WAYS: Final = tuple(
    Way(tool, material, aside, sequence)
    for sequence in SEQUENCES
    for tool, material, aside in (
        (True, True, True),
        (True, True, False),
        (True, False, True),
        (True, False, False),
        (False, False, True),
        (False, False, False),
    )
)
#: Taken where the records hold too few choices.
USUAL: Final = Way(True, False, True, SEQUENCES[1])
#: Choices needed to prefer one way to another.
LEAST_CHOICES: Final = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """How well a way of working explains the choices: mean place of the chosen order in the
    way's list, 0 = always on top, 0.5 = as good as chance.
    """

    way: Way
    place: float
    half_width: float
    choices: int

    def to_json(self) -> dict[str, Any]:
        """The trial as plain data."""
        return {
            "way": self.way.says,
            "dispatch": self.way.dispatch,
            "place": self.place,
            "half_width": self.half_width,
            "choices": self.choices,
        }


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
    tools = _tools(log, fits)
    found = []
    for name, line in sorted(log.orders.items()):
        rest = line.quantity - made[name]
        release = max(release_day(line, mapping, fits), start)
        tool = tools.get(line.product)
        if rest <= 0 or release >= end or tool is None:
            continue
        aside = made[name] > 0 and name not in current
        found.append(OpenOrder(line, rest, release, tool, _work(rest, tool, fits), aside))
    return found


def _tools(log: Log, fits: Fits) -> dict[str, str]:
    """Product -> the tool last seen making it, else the newest of those listed."""
    seen = {v.product: v.tool for v in log.working() if v.tool in fits.tools}
    found = {}
    for product in {line.product for line in log.orders.values()}:
        known = [tool for tool in log.tools_of(product) if tool in fits.tools]
        tool = seen.get(product) or (known[-1] if known else None)
        if tool is not None:
            found[product] = tool
    return found


def _work(pieces: int, tool: str, fits: Fits) -> float:
    found = fits.tools[tool]
    per_shot = found.cavities * (1 - found.scrap.value)
    return pieces / per_shot * found.cycle.value / 3600.0


def _load(orders: Sequence[OpenOrder]) -> dict[str, float]:
    """Work in h waiting for each tool."""
    load: defaultdict[str, float] = defaultdict(float)
    for order in orders:
        load[order.tool] += order.work_h
    return load


def priorities(orders: Sequence[OpenOrder], way: Way) -> dict[str, int]:
    """Order -> priority, the largest for the first in sequence."""
    load = _load(orders)
    ranked = sorted(
        orders, key=lambda o: (way.aside_last and o.set_aside, *way.sequence.key(o, load))
    )
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


@dataclass(frozen=True, slots=True)
class Choice:
    """A machine turned to another order: the one taken, and those it could have taken."""

    taken: str
    options: tuple[OpenOrder, ...]
    load: Mapping[str, float]
    tool: str | None  # on the machine before
    material: str | None


def choices(log: Log, mapping: MappingDocument, fits: Fits) -> list[Choice]:
    """Every choice with at least two options. An option is an order that was released and not
    finished, whose tool fits the machine and was not in use on another.
    """
    by_slot: dict[tuple[dt.date, int], list[Visit]] = defaultdict(list)
    for visit in log.working():
        by_slot[visit.date, visit.shift].append(visit)
    made: Counter[str | None] = Counter()
    before: dict[tuple[dt.date, int], Counter[str | None]] = {}
    for slot in sorted(by_slot):
        before[slot] = Counter(made)
        for visit in by_slot[slot]:
            made[visit.order] += visit.good
    tools = _tools(log, fits)
    release = {o: release_day(line, mapping, fits) for o, line in log.orders.items()}
    found = []
    for visits in in_sequence(log.working()).values():
        for last, visit in itertools.pairwise(visits):
            if visit.order == last.order or visit.order not in log.orders:
                continue
            slot = (visit.date, visit.shift)
            choice = _choice(log, fits, tools, release, by_slot[slot], before[slot], last, visit)
            if len(choice.options) > 1:
                found.append(choice)
    return found


def _choice(
    log: Log,
    fits: Fits,
    tools: Mapping[str, str],
    release: Mapping[str, dt.date],
    here: Sequence[Visit],
    made: Mapping[str | None, int],
    last: Visit,
    visit: Visit,
) -> Choice:
    busy = {v.tool for v in here if v.machine != visit.machine}
    inside = Counter({v.order: v.good for v in here if v.machine == visit.machine})
    waiting, options = [], []
    for order, line in log.orders.items():
        rest = line.quantity - made.get(order, 0)
        tool = tools.get(line.product)
        taken = order == visit.order
        if tool is None or rest <= 0 or (release[order] > visit.date and not taken):
            continue
        opened = OpenOrder(
            line, rest, release[order], tool, _work(rest, tool, fits), made.get(order, 0) > 0
        )
        waiting.append(opened)
        ended = order == last.order and rest <= inside[order]
        fits_here = visit.machine in fits.tools[tool].machines and tool not in busy
        if taken or (fits_here and not ended):
            options.append(opened)
    return Choice(visit.order or "", tuple(options), _load(waiting), last.tool, last.material)


def place_of(choice: Choice, way: Way) -> float:
    """Where the order taken stands in a way's list: 0 on top, 1 last; ties share their place."""
    keys = {o.line.order: way.key(o, choice.load, choice.tool, choice.material)
            for o in choice.options}  # fmt: skip
    taken = keys[choice.taken]
    ahead = sum(key < taken for key in keys.values())
    tied = sum(key == taken for key in keys.values()) - 1
    return (ahead + tied / 2) / (len(keys) - 1)


def trials(found: Sequence[Choice]) -> tuple[Trial, ...]:
    """Every way of working against the choices, the best first; empty with too few."""
    if len(found) < LEAST_CHOICES:
        return ()
    made = []
    for way in WAYS:
        places = [place_of(choice, way) for choice in found]
        half = 1.959963984540054 * statistics.stdev(places) / math.sqrt(len(places))
        made.append(Trial(way, statistics.fmean(places), half, len(places)))
    return tuple(sorted(made, key=lambda t: t.place))
