"""Problems that teach: a code, a place, what is wrong and the likely fix.

Every refusal in vtwin is a :class:`Problem`; everything wrong with an input is collected
and raised at once as :class:`Refused`. ``CODES`` is the one table of codes, from which
``docs/errors.md`` is generated.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in something a person wrote: ``file:line:column`` (1-based) and a dotted path."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        if self.file is None:
            return self.path or ""
        position = ":".join(str(n) for n in (self.line, self.column) if n is not None)
        return f"{self.file}:{position}" if position else self.file


NOWHERE = Where()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``str(problem)`` is ``file:line:col  CODE  what  (hint)``."""

    code: str
    what: str
    where: Where = NOWHERE
    hint: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        place = str(self.where)
        head = f"{place}  {self.code}  {self.what}" if place else f"{self.code}  {self.what}"
        return f"{head}  ({self.hint})" if self.hint else head


class Refused(Exception):
    """Raised with every problem found; the command line turns it into stderr and exit code 1."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        found = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.problems: tuple[Problem, ...] = found
        super().__init__("\n".join(str(p) for p in found))

    def __reduce__(self) -> tuple[type[Refused], tuple[tuple[Problem, ...]]]:
        """Survive the way back from a worker process."""
        return (Refused, (self.problems,))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, or None when nothing is close."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A hint ``did you mean 'lathe-1'?`` or None."""
    close = nearest(name, known)
    return f"did you mean '{close}'?" if close else None


#: code -> what it means and what usually helps. Ranges: 1xx text and YAML, 2xx values and
#: units, 3xx the plant as a whole, 4xx plant records, 5xx running, 6xx files, store and app,
#: 7xx equipment parameters. Keep each range sorted.
CODES: dict[str, str] = {
    # 1xx text and YAML
    # 2xx values and units
    # 3xx the plant as a whole
    # 4xx plant records
    # 5xx running
    "V501": "a draw is no time: negative, not a number or too long; check its distribution",
    "V551": "the number of replications must be a whole number of at least 1, or auto",
    "V552": "a note after a run: no good piece left the plant after the warm-up",
    "V553": "a note after a run: more comes in than the plant can make, the queue only grows",
    "V554": "a note after a run: the plant stalled, everything waits for something else",
    "V555": "a note after a run: a machine had nothing to do in any replication",
    "V599": "a mistake in vtwin itself; VTWIN_DEBUG=1 shows the details",
    # 6xx files, store and app
    "V651": "a result cannot be written where it was asked for; choose another folder",
    "V652": "no scenario of that name: a file, a folder with scenario.yaml or a shipped name",
    "V653": "the folder for a new scenario exists already",
    "V654": "the library has no such equipment model",
    # 7xx equipment parameters
}
