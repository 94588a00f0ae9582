"""What is wrong with the records, and what was done about it.

Each check says what it asked, how many rows it looked at, how many failed, what was done, and
names example rows. Checks never change the log: what to do about a finding is decided where
the figures are fitted, and told here.
"""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from vtwin.base.errors import Problem, Where
from vtwin.history import sheets
from vtwin.history.log import Log, Visit, in_sequence, line_of
from vtwin.history.mapping import MappingDocument
from vtwin.history.tables import Imported

Severity = Literal["clean", "note", "warning"]
EXAMPLES: Final = 5
#: A shift counts as impossibly fast when its shots would need this many times its length at
#: the tool's usual cycle.
TOO_FAST: Final = 1.25
#: Shots above which two equal records of one machine cannot well be chance.
COPY_SHOTS: Final = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was asked, rows failing out of rows looked at, what was done."""

    check: str
    question: str
    severity: Severity
    rows: int
    of: int
    what: str
    done: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class QualityReport:
    """All checks of one set of records."""

    source: str
    first: dt.date
    last: dt.date
    records: int
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "source": self.source,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "records": self.records,
            "checks": [asdict(f) | {"examples": list(f.examples)} for f in self.findings],
        }

    def finding(self, check: str) -> Finding:
        """The finding of one check. KeyError if there is none of that name."""
        for finding in self.findings:
            if finding.check == check:
                return finding
        raise KeyError(check)

    def lines(self) -> list[str]:
        """The report as plain text, one finding after another."""
        found = [f"Data quality: {self.records} records, {self.first} to {self.last}"]
        for finding in self.findings:
            found.append(f"{finding.check}  {_mark(finding)}  {finding.what}")
            if finding.severity != "clean":
                found.append(f"      done: {finding.done}")
                if finding.examples:
                    found.append(f"      e.g. {', '.join(finding.examples)}")
        return found

    def markdown(self) -> str:
        """The report as a Markdown page."""
        head = [
            "# Data quality",
            "",
            f"{self.source}. {self.records} records, {self.first} to {self.last}.",
            "",
            "| check | asked | rows | found | done | examples |",
            "|---|---|---:|---|---|---|",
        ]
        rows = [
            f"| {f.check} | {f.question} | {f.rows} of {f.of} | {f.what} | {f.done} "
            f"| {', '.join(f.examples)} |"
            for f in self.findings
        ]
        return "\n".join([*head, *rows, ""])


def _mark(finding: Finding) -> str:
    return f"{finding.severity:<7} {finding.rows:>5} of {finding.of:<5}"


def check(imported: Imported, mapping: MappingDocument) -> QualityReport:
    """Run every check. Pure: the log is not changed."""
    log = imported.log
    findings = [
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
        _broken_cells(imported),
        _master_twice(imported),
        *_comparisons(imported, mapping),
    ]
    days = [v.date for v in log.visits]
    return QualityReport(log.source, min(days), max(days), len(log.visits), tuple(findings))


def _finding(
    check: str,
    question: str,
    bad: Sequence[Visit | Where],
    of: int,
    what: str,
    done: str,
    severity: Severity = "warning",
    *,
    rows: int | None = None,
) -> Finding:
    count = len(bad) if rows is None else rows
    places = [line_of(b.where if isinstance(b, Visit) else b) for b in bad[:EXAMPLES]]
    if count == 0:
        return Finding(check, question, "clean", 0, of, "none found", "nothing to do")
    return Finding(check, question, severity, count, of, what, done, tuple(filter(None, places)))


def _blank(log: Log) -> Finding:
    bad = [v for v in log.visits if v.product is None]
    return _finding(
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
    return _finding(
        "Q02",
        "Did every order on a machine make shots?",
        bad,
        len(log.working()),
        f"{len(bad)} shifts with an order on the machine and no shot, no reason given",
        "counted as stops of the machine; a run of such shifts is one long stop",
        "note",
    )


def open_slots(log: Log) -> list[tuple[dt.date, int]]:
    """Shifts in which at least one machine made a shot, in order."""
    return sorted({(v.date, v.shift) for v in log.visits if v.cycles > 0})


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
    return _finding(
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
    return _finding(
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
    return _finding(
        "Q05",
        "Are there records copied from another shift?",
        bad,
        len(log.working()),
        f"{len(bad)} records equal an earlier one of the same machine and product to the digit"
        f" ({len(groups)} groups): {pairs}",
        "kept in the quantities (orders only add up with them); not used for the spread of "
        "rates and scrap, where they would feign certainty",
    )


def _pieces(log: Log) -> Finding:
    bad = [v for v in log.working() if v.cavities is not None and v.pieces != v.cycles * v.cavities]
    return _finding(
        "Q06",
        "Do pieces equal shots times cavities?",
        bad,
        len(log.working()),
        f"{len(bad)} records where they do not",
        "shots were taken as counted, pieces recomputed",
    )


def _balance(log: Log) -> Finding:
    bad = [v for v in log.working() if v.pieces - v.good != v.scrapped or v.good > v.pieces]
    return _finding(
        "Q07",
        "Do the causes of scrap add up to pieces minus good pieces?",
        bad,
        len(log.working()),
        f"{len(bad)} records where they do not",
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
    return _finding(
        "Q08",
        "Do tools run with all their cavities?",
        bad,
        len(used),
        f"{len(bad)} records with cavities shut, {len(lost)} tools: {worst}",
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
    return _finding(
        "Q09",
        "Can the shots of a shift have been made in it?",
        bad,
        len(single),
        f"{len(bad)} shifts with {TOO_FAST - 1:.0%} or more above the usual shots of their tool:"
        " miscounted, or booked for another shift",
        "kept in the quantities; the rate of a tool is a trimmed mean, which they do not move",
    )


def _setting(log: Log) -> Finding:
    factors = load_factor(log.visits, log)
    bad = [key for key, factor in factors.items() if factor > 1.0]
    example = sorted(bad)[:EXAMPLES]
    at = [
        next(v.where for v in log.visits if (v.date, v.shift, v.machine) == key) for key in example
    ]
    return _finding(
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
    return _finding(
        "Q11",
        "Is a tool on one machine at a time?",
        bad,
        len(log.working()),
        f"{len(bad)} records of a tool that made shots on two machines in one shift",
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
    return _finding(
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
    return _finding(
        "Q13",
        "Did each tool run on a machine of a class it fits?",
        bad,
        len(log.working()),
        f"{len(bad)} records of a tool on a machine its master data exclude",
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
    return _finding(
        "Q14",
        "Was each product made with a tool listed for it?",
        bad,
        len(log.working()),
        f"{len(bad)} records with a tool not listed for the product",
        "the tool was added to those of the product",
    )


def _unknown_orders(log: Log) -> Finding:
    if not log.orders:
        return _finding("Q15", "Are the orders known?", [], 0, "", "")
    bad = [
        v
        for v in log.working()
        if (line := log.orders.get(v.order or "")) is None or line.product != v.product
    ]
    return _finding(
        "Q15",
        "Is every order made in the order book, and for that product?",
        bad,
        len(log.working()),
        f"{len(bad)} records for an order that is not in the book or is for another product",
        "counted as production without an order",
    )


def _before_receipt(log: Log) -> Finding:
    bad = [
        v
        for v in log.working()
        if (line := log.orders.get(v.order or "")) is not None and v.date < line.received
    ]
    return _finding(
        "Q16",
        "Is nothing made before its order was received?",
        bad,
        len(log.working()),
        f"{len(bad)} records before the day their order was received",
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
    return _finding(
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
    return _finding(
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
    finding = _finding(
        "Q21",
        "Do the notes on closed days agree with the records?",
        bad,
        len(span),
        f"{len(bad)} records on a day noted as closed",
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
    return _finding(
        "Q22",
        "Has every machine of the list a record?",
        [m.where for m in bad],
        len(log.machines),
        f"{len(bad)} machines without a record in this time: {since}",
        "left out of the plant",
        "note",
    )


def _broken_cells(imported: Imported) -> Finding:
    return _finding(
        "Q23",
        "Are there failed formulas in the tables?",
        [where for _, where in imported.broken_cells],
        sum(len(s.rows) for found in imported.raw.values() for s in found),
        f"{len(imported.broken_cells)} cells hold #REF! or the like",
        "read as not given",
    )


def _master_twice(imported: Imported) -> Finding:
    bad: list[Problem] = [w for w in imported.warnings if w.code == "V414"]
    lines = imported.log.products
    return _finding(
        "Q24",
        "Is each product, tool, machine and recipe in its table once?",
        [w.where for w in bad],
        len(lines) + len(imported.log.tools) + len(imported.log.materials),
        f"{len(bad)} names are there twice: {'; '.join(w.what for w in bad[:2])}",
        "the first was taken",
    )


def _comparisons(imported: Imported, mapping: MappingDocument) -> list[Finding]:
    from pathlib import Path

    found = []
    for number, comparison in enumerate(mapping.compare):
        ours = imported.raw[comparison.table]
        folder = Path(ours[0].file).parent
        theirs = [sheets.read(folder / file, comparison.sheet) for file in comparison.file]
        found.append(_compare(f"Q{30 + number}", comparison.file, ours, theirs, comparison.headers))
    return found


def _compare(
    check: str,
    names: tuple[str, ...],
    ours: Sequence[sheets.Sheet],
    theirs: Sequence[sheets.Sheet],
    renamed: dict[str, str],
) -> Finding:
    """Row by row in order of writing, cell by cell as a person reads it."""
    differences: Counter[str] = Counter()
    examples: list[str] = []
    mine = [(s, line, cells) for s in ours for line, cells in s.rows]
    other = [(s, line, cells) for s in theirs for line, cells in s.rows]
    header = ours[0].header
    for (sheet, line, cells), (copy, at, copied) in zip(mine, other, strict=False):
        for position, name in enumerate(header):
            there = renamed.get(name, name)
            if there not in copy.header:
                continue
            a = _plain(cells[position] if position < len(cells) else None)
            b = _plain(copied[copy.header.index(there)])
            if a != b:
                differences[name] += 1
                if len(examples) < EXAMPLES:
                    here = line_of(Where(sheet.file, line))
                    examples.append(f"{here} / {line_of(Where(copy.file, at))} {name}: {a} / {b}")
    missing = abs(len(mine) - len(other))
    total = sum(differences.values()) + missing
    listed = ", ".join(f"{name} ({n})" for name, n in differences.most_common(4))
    lengths = f"; {len(mine)} rows here, {len(other)} there" if missing else ""
    return Finding(
        check,
        f"Does {' + '.join(names)} say the same as {line_of(Where(ours[0].file))}?",
        "clean" if total == 0 else "warning",
        total,
        len(mine),
        f"{sum(differences.values())} cells differ: {listed}{lengths}"
        if total
        else f"all {len(mine)} rows agree",
        "the CSV tables were used" if total else "nothing to do",
        tuple(examples),
    )


def _plain(cell: Any) -> str:
    text = sheets.as_text(cell) or ""
    if text == "None":
        return ""
    if text.endswith(" 00:00:00"):
        text = text[:-9]
    try:
        number = float(text)
    except ValueError:
        return text
    days: Callable[[int], dt.date] = lambda n: dt.date(1899, 12, 30) + dt.timedelta(n)  # noqa: E731
    if 43_000 <= number <= 44_000 and number.is_integer():
        return days(int(number)).isoformat()
    return repr(number)
