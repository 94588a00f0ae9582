"""Checks of the canonical log, one question each. None of them changes it."""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Final

from vtwin.base.errors import Where
from vtwin.base.units import counted
from vtwin.history.findings import EXAMPLES, Finding, finding_of
from vtwin.history.log import Log, Visit, in_sequence, line_of
from vtwin.history.mapping import MappingDocument

#: A shift counts as impossibly fast when its shots would need this many times its length at
#: the tool's usual cycle.
TOO_FAST: Final = 1.25


#: Shots above which two equal records of one machine cannot well be chance.
COPY_SHOTS: Final = 100


def of_log(log: Log, mapping: MappingDocument) -> list[Finding]:
    """Every check of the log, in order."""
    return [
        _blank(log),
        _idle_shots(log),
        _missing_records(log, mapping),
        _twice(log),
        _copied(log),
        _pieces(log),
        _balance(log),
        _cavities(log),
        _fast(log),
        _setting(log),
        _one_tool_two_machines(log),
        _changes(log),
        _misfits(log),
        _wrong_tool(log),
        _unknown_orders(log),
        _before_receipt(log),
        _order_balance(log),
        _interrupted(log),
        _round_figures(log),
        _scrap_equals_shots(log),
        _closed_days(log, mapping),
        _silent_machines(log),
    ]


def _blank(log: Log) -> Finding:
    bad = [v for v in log.visits if v.product is None]
    return finding_of(
        "Q01",
        "Does every record name what was made?",
        bad,
        len(log.visits),
        f"{len(bad)} records say only that a machine stood there: no order, product or tool",
        "a stop where an order the machine could have made was waiting, else time without work",
        "note",
    )


def _idle_shots(log: Log) -> Finding:
    bad = [v for v in log.working() if v.cycles == 0]
    return finding_of(
        "Q02",
        "Did every order on a machine make shots?",
        bad,
        len(log.working()),
        f"{counted(len(bad), 'shift')} with an order on the machine and no shot, no reason given",
        "counted as stops of the machine; a run of such shifts is one long stop",
        "note",
    )


def _missing_records(log: Log, mapping: MappingDocument) -> Finding:
    machines = sorted({v.machine for v in log.visits})
    days = sorted({v.date for v in log.visits if v.cycles > 0})
    there = {(v.date, v.shift, v.machine) for v in log.visits}
    gaps = [
        (day, shift, machine)
        for day in days
        for shift in range(len(log.shifts))
        for machine in machines
        if (day, shift, machine) not in there
    ]
    by_day = Counter(str(day) for day, _, _ in gaps)
    listed = ", ".join(f"{day} ({n})" for day, n in sorted(by_day.items())[:EXAMPLES])
    return finding_of(
        "Q03",
        "Is there a record for every machine and shift of a working day?",
        [Where() for _ in gaps],
        len(days) * len(log.shifts) * len(machines),
        f"{len(gaps)} machine-shifts without any record: {listed}",
        "taken as not worked; no shots are assumed",
    )


def _twice(log: Log) -> Finding:
    seen: dict[Any, Visit] = {}
    bad = []
    for visit in log.working():
        key = (visit.date, visit.shift, visit.machine, visit.order, visit.product, visit.tool)
        if key in seen:
            bad.append(visit)
        seen.setdefault(key, visit)
    return finding_of(
        "Q04",
        "Is each machine, shift and order recorded once?",
        bad,
        len(log.working()),
        f"{len(bad)} records repeat the machine, shift and order of another",
        "both kept; the figures of one shift add up",
    )


def copies(log: Log) -> list[tuple[Visit, ...]]:
    """Groups of records of one machine and product, in different shifts, that agree in shots,
    good pieces and every cause of scrap: at most one of each group was counted, the others
    were most likely copied. The first of a group is the earliest.
    """
    groups: dict[Any, list[Visit]] = defaultdict(list)
    for visit in log.working():
        if visit.cycles >= COPY_SHOTS:
            key = (visit.machine, visit.product, visit.cycles, visit.cavities, visit.good)
            groups[(*key, visit.scrap)].append(visit)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _copied(log: Log) -> Finding:
    groups = copies(log)
    bad = [visit for group in groups for visit in group[1:]]
    pairs = "; ".join(
        " = ".join(f"{v.machine} {v.date} shift {log.shifts[v.shift].name}" for v in group[:2])
        for group in groups[:2]
    )
    return finding_of(
        "Q05",
        "Are there records copied from another shift?",
        bad,
        len(log.working()),
        f"{len(bad)} records equal an earlier one of the same machine and product to the digit"
        f" ({counted(len(groups), 'group')}): {pairs}",
        "kept in the quantities (orders only add up with them); not used for the spread of "
        "rates and scrap, where they would feign certainty",
    )


def _pieces(log: Log) -> Finding:
    bad = [v for v in log.working() if v.cavities is not None and v.pieces != v.cycles * v.cavities]
    return finding_of(
        "Q06",
        "Do pieces equal shots times cavities?",
        bad,
        len(log.working()),
        f"{counted(len(bad), 'record')} where they do not",
        "shots were taken as counted, pieces recomputed",
    )


def _balance(log: Log) -> Finding:
    bad = [v for v in log.working() if v.pieces - v.good != v.scrapped or v.good > v.pieces]
    return finding_of(
        "Q07",
        "Do the causes of scrap add up to pieces minus good pieces?",
        bad,
        len(log.working()),
        f"{counted(len(bad), 'record')} where they do not",
        "the difference counts as scrap without a cause",
    )


def _cavities(log: Log) -> Finding:
    def standard(visit: Visit) -> int | None:
        line = log.tools.get(visit.tool or "")
        return None if line is None else line.cavities

    used = [v for v in log.working() if v.cavities]
    bad = [v for v in used if (s := standard(v)) is not None and (v.cavities or 0) != s]
    lost = Counter(v.tool for v in bad)
    worst = ", ".join(f"{tool} ({n})" for tool, n in lost.most_common(3))
    return finding_of(
        "Q08",
        "Do tools run with all their cavities?",
        bad,
        len(used),
        f"{counted(len(bad), 'record')} with cavities shut, {counted(len(lost), 'tool')}: {worst}",
        "the cavities last in use are the tool's, the standard is kept as a comment",
        "note",
    )


def load_factor(visits: Iterable[Visit], log: Log) -> dict[tuple[dt.date, int, str], float]:
    """Shots times setting cycle over the length of the shift, per machine and shift."""
    found: dict[tuple[dt.date, int, str], float] = defaultdict(float)
    for visit in visits:
        line = log.tools.get(visit.tool or "")
        if visit.cycles and line is not None and line.cycle_s:
            length = log.shifts[visit.shift].length_s
            found[visit.date, visit.shift, visit.machine] += visit.cycles * line.cycle_s / length
    return dict(found)


def _fast(log: Log) -> Finding:
    factors = load_factor(log.visits, log)
    by_tool: dict[str, list[float]] = defaultdict(list)
    alone = Counter((v.date, v.shift, v.machine) for v in log.working())
    single = [v for v in log.working() if v.cycles and alone[v.date, v.shift, v.machine] == 1]
    for visit in single:
        factor = factors.get((visit.date, visit.shift, visit.machine))
        if factor is not None and visit.tool:
            by_tool[visit.tool].append(factor)
    bad = []
    for visit in single:
        seen = by_tool.get(visit.tool or "", [])
        factor = factors.get((visit.date, visit.shift, visit.machine))
        if factor and len(seen) >= 4 and factor > TOO_FAST * statistics.median(seen):
            bad.append(visit)
    return finding_of(
        "Q09",
        "Can the shots of a shift have been made in it?",
        bad,
        len(single),
        f"{counted(len(bad), 'shift')} with {TOO_FAST - 1:.0%} or more above the usual shots"
        " of their tool: miscounted, or booked for another shift",
        "kept in the quantities; the rate of a tool is a trimmed mean, which they do not move",
    )


def _setting(log: Log) -> Finding:
    factors = load_factor(log.visits, log)
    bad = [key for key, factor in factors.items() if factor > 1.0]
    example = sorted(bad)[:EXAMPLES]
    at = [
        next(v.where for v in log.visits if (v.date, v.shift, v.machine) == key) for key in example
    ]
    return finding_of(
        "Q10",
        "Do machines keep to the setting cycle of their tool?",
        at,
        len(factors),
        f"{len(bad)} machine-shifts made more shots than the setting cycle allows in the whole"
        " shift: the setting in the tool list is not what is run",
        "the cycle is estimated from the shots, never taken from the setting, where shots exist",
        "note",
        rows=len(bad),
    )


def _one_tool_two_machines(log: Log) -> Finding:
    at: dict[Any, set[str]] = defaultdict(set)
    for visit in log.working():
        if visit.cycles:
            at[visit.date, visit.shift, visit.tool].add(visit.machine)
    bad = [v for v in log.working() if v.cycles and len(at[v.date, v.shift, v.tool]) > 1]
    return finding_of(
        "Q11",
        "Is a tool on one machine at a time?",
        bad,
        len(log.working()),
        f"{counted(len(bad), 'record')} of a tool that made shots on two machines in one shift",
        "taken as a move within the shift",
    )


def _changes(log: Log) -> Finding:
    seen = recorded = 0
    bad = []
    for visits in in_sequence(log.working()).values():
        for before, after in itertools.pairwise(visits):
            if before.tool == after.tool and before.product == after.product:
                continue
            seen += 1
            if before.tool_change or after.tool_change or before.colour_change:
                recorded += 1
            else:
                bad.append(after)
    return finding_of(
        "Q12",
        "Is every change of tool or colour recorded as one?",
        bad,
        seen,
        f"{len(bad)} of {seen} changes between consecutive orders of a machine carry no mark",
        "changes are taken from the sequence of tools and products, not from the marks",
    )


def _misfits(log: Log) -> Finding:
    bad = []
    for visit in log.working():
        tool, machine = log.tools.get(visit.tool or ""), log.machines.get(visit.machine)
        known = tool is not None and machine is not None and tool.fits and machine.size
        if known and machine is not None and tool is not None and machine.size not in tool.fits:
            bad.append(visit)
    return finding_of(
        "Q13",
        "Did each tool run on a machine of a class it fits?",
        bad,
        len(log.working()),
        f"{counted(len(bad), 'record')} of a tool on a machine its master data exclude",
        "the machine was added to those the tool may run on: it did",
    )


def _wrong_tool(log: Log) -> Finding:
    bad = [
        v
        for v in log.working()
        if (line := log.products.get(v.product or "")) is not None
        and line.tools
        and v.tool not in line.tools
    ]
    return finding_of(
        "Q14",
        "Was each product made with a tool listed for it?",
        bad,
        len(log.working()),
        f"{counted(len(bad), 'record')} with a tool not listed for the product",
        "the tool was added to those of the product",
    )


def _unknown_orders(log: Log) -> Finding:
    if not log.orders:
        return finding_of("Q15", "Are the orders known?", [], 0, "", "")
    bad = [
        v
        for v in log.working()
        if (line := log.orders.get(v.order or "")) is None or line.product != v.product
    ]
    return finding_of(
        "Q15",
        "Is every order made in the order book, and for that product?",
        bad,
        len(log.working()),
        f"{counted(len(bad), 'record')} for an order that is not in the book or is for another"
        " product",
        "counted as production without an order",
    )


def _before_receipt(log: Log) -> Finding:
    bad = [
        v
        for v in log.working()
        if (line := log.orders.get(v.order or "")) is not None and v.date < line.received
    ]
    return finding_of(
        "Q16",
        "Is nothing made before its order was received?",
        bad,
        len(log.working()),
        f"{counted(len(bad), 'record')} before the day their order was received",
        "the first day of production is taken as the day of release",
    )


def _order_balance(log: Log) -> Finding:
    good: Counter[str] = Counter()
    last: dict[str, Visit] = {}
    for visit in log.working():
        if visit.order:
            good[visit.order] += visit.good
            last[visit.order] = visit
    book = {o: line for o, line in log.orders.items() if o in good}
    exact = sum(good[o] == line.quantity for o, line in book.items())
    over = [last[o] for o, line in book.items() if good[o] > line.quantity]
    return Finding(
        "Q17",
        "Do the good pieces of an order add up to its quantity?",
        "note" if not over else "warning",
        exact,
        len(book),
        f"{exact} of {len(book)} orders with production add up to their quantity to the piece, "
        f"{len(over)} go beyond it: the last records of an order are written to fit",
        "the last shift of an order is not used for rates",
        tuple(line_of(v.where) for v in over[:EXAMPLES]),
    )


def _interrupted(log: Log) -> Finding:
    runs: Counter[str] = Counter()
    machines: dict[str, set[str]] = defaultdict(set)
    for visits in in_sequence(log.working()).values():
        before: str | None = None
        for visit in visits:
            if visit.order != before and visit.order:
                runs[visit.order] += 1
            if visit.order:
                machines[visit.order].add(visit.machine)
            before = visit.order
    bad = sorted(o for o, n in runs.items() if n > 1)
    spread = sum(len(machines[o]) > 1 for o in bad)
    return Finding(
        "Q18",
        "Is an order made in one go?",
        "note" if bad else "clean",
        len(bad),
        len(runs),
        f"{len(bad)} of {len(runs)} orders were set aside and taken up again, {spread} of them on"
        f" another machine: {', '.join(bad[:EXAMPLES])}"
        if bad
        else "none found",
        "nothing in the records says why; orders set aside before the cut-off keep their rest",
    )


def _round_figures(log: Log) -> Finding:
    counted = [v for v in log.working() if v.good >= 1000]
    bad = [v for v in counted if v.good % 100 == 0]
    chance = 0.01 * len(counted)
    if len(bad) <= chance + 3 * chance**0.5 + 1:
        bad = []
    return finding_of(
        "Q19",
        "Are good pieces counted, or rounded?",
        bad,
        len(counted),
        f"{len(bad)} of {len(counted)} records end in 00 where one in a hundred would by chance:"
        " many counts are rounded to boxes",
        "kept; scrap per shift is uncertain by about a box",
    )


def _scrap_equals_shots(log: Log) -> Finding:
    bad = [
        v
        for v in log.working()
        if v.cycles >= 50 and any(count and count % v.cycles == 0 for _, count in v.scrap)
    ]
    return finding_of(
        "Q20",
        "Is scrap independent of the number of shots?",
        bad,
        len(log.working()),
        f"{len(bad)} records book exactly one or more pieces per shot as scrap: a bad cavity that "
        "was left running",
        "kept as scrap of the tool",
        "note",
    )


def closed_days(log: Log, mapping: MappingDocument) -> tuple[dt.date, ...]:
    """Days the plant's own notes mark as closed."""
    return tuple(sorted({n.date for n in log.notes if (n.note or "") in mapping.day_off}))


def _closed_days(log: Log, mapping: MappingDocument) -> Finding:
    closed = set(closed_days(log, mapping))
    days = {v.date for v in log.visits if v.cycles}
    bad = [v for v in log.visits if v.cycles and v.date in closed]
    first, last = min(days), max(days)
    span = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
    unsaid = [day for day in span if day not in days and day not in closed]
    finding = finding_of(
        "Q21",
        "Do the notes on closed days agree with the records?",
        bad,
        len(span),
        f"{counted(len(bad), 'record')} on a day noted as closed",
        "worked days are those with shots",
    )
    if not unsaid or not log.notes:
        return finding
    listed = ", ".join(str(day) for day in unsaid[:EXAMPLES])
    what = f"{finding.what}; {len(unsaid)} days without shots are not noted as closed: {listed}"
    return Finding("Q21", finding.question, "warning", len(bad) + len(unsaid), len(span), what,
                   "worked days are those with shots", finding.examples)  # fmt: skip


def _silent_machines(log: Log) -> Finding:
    there = {v.machine for v in log.visits}
    bad = [line for name, line in log.machines.items() if name not in there]
    since = ", ".join(f"{m.machine} (since {m.since})" for m in bad[:EXAMPLES])
    return finding_of(
        "Q22",
        "Has every machine of the list a record?",
        [m.where for m in bad],
        len(log.machines),
        f"{counted(len(bad), 'machine')} without a record in this time: {since}",
        "left out of the plant",
        "note",
    )
