"""What is wrong with the records, and what was done about it.

Each check says what it asked, how many rows it looked at, how many failed, what was done, and
names example rows. Checks never change the log: what to do about a finding is decided where
the figures are fitted, and told here.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from vtwin.base.errors import Problem, Where
from vtwin.base.units import counted
from vtwin.history import checks, sheets
from vtwin.history.findings import EXAMPLES, Finding, finding_of
from vtwin.history.log import line_of
from vtwin.history.mapping import MappingDocument
from vtwin.history.tables import Imported


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
        found = [f"Data quality: {counted(self.records, 'record')}, {self.first} to {self.last}"]
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
            f"{self.source}. {counted(self.records, 'record')}, {self.first} to {self.last}.",
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
        *checks.of_log(log, mapping),
        _broken_cells(imported),
        _master_twice(imported),
        *_comparisons(imported, mapping),
    ]
    days = [v.date for v in log.visits]
    return QualityReport(log.source, min(days), max(days), len(log.visits), tuple(findings))


def _broken_cells(imported: Imported) -> Finding:
    return finding_of(
        "Q23",
        "Are there failed formulas in the tables?",
        [where for _, where in imported.broken_cells],
        sum(len(s.rows) for found in imported.raw.values() for s in found),
        f"{counted(len(imported.broken_cells), 'cell')} with #REF! or the like",
        "read as not given",
    )


def _master_twice(imported: Imported) -> Finding:
    bad: list[Problem] = [w for w in imported.warnings if w.code == "V414"]
    lines = imported.log.products
    return finding_of(
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
    lengths = f"; {counted(len(mine), 'row')} here, {len(other)} there" if missing else ""
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
