"""One finding of a check: what was asked, what was found, what was done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from vtwin.base.errors import Where
from vtwin.history.log import Visit, line_of

Severity = Literal["clean", "note", "warning"]


EXAMPLES: Final = 5


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


def finding_of(
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
    """A finding about rows that fail (their number is ``rows`` where not all are at hand);
    clean when there is none.
    """
    count = len(bad) if rows is None else rows
    places = [line_of(b.where if isinstance(b, Visit) else b) for b in bad[:EXAMPLES]]
    if count == 0:
        return Finding(check, question, "clean", 0, of, "none found", "nothing to do")
    return Finding(check, question, severity, count, of, what, done, tuple(filter(None, places)))
