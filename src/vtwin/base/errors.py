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
    "V401": "the mapping document of plant records has a key, table, column or unit amiss",
    "V402": "a file or folder of plant records is missing or cannot be read",
    "V403": "a file is of a kind vtwin does not read, or is damaged",
    "V404": "a table of plant records is empty",
    "V405": "a CSV file is neither UTF-8 nor CP949; save it as 'CSV UTF-8'",
    "V406": "a warning: a CSV file was read as CP949 (Korean Windows)",
    "V407": "a row of a CSV file has more or fewer cells than the header",
    "V408": "a column the mapping names is missing from the file, or is there twice",
    "V409": "a cell is not a date",
    "V410": "dates could be day/month or month/day; say which in the mapping",
    "V411": "a warning: the dates of one column are written in several formats",
    "V412": "a cell is not a number; a decimal comma must be declared in the mapping",
    "V413": "a quantity must be a whole number, zero or more",
    "V414": "a warning: the same name is in a master table twice, the first was taken",
    "V415": "a record lacks what it cannot do without, or names an unknown shift",
    "V420": "the records cannot be learned from: nothing before the day asked for",
    "V421": "the folder for the learned scenario cannot be written, or holds something else",
    "V422": "a scenario does not say which records it is to be judged by",
    "V423": "the records hold nothing of the time the twin is to be judged by",
    # 5xx running
    "V501": "a draw is no time: negative, not a number or too long; check its distribution",
    "V502": "there is no such engine, or this version does not have it",
    "V551": "the number of replications must be a whole number of at least 1, or auto",
    "V552": "a note after a run: no good piece left the plant after the warm-up",
    "V553": "a note after a run: more comes in than the plant can make, the queue only grows",
    "V554": "a note after a run: the plant stalled, everything waits for something else",
    "V555": "a note after a run: a machine had nothing to do in any replication",
    "V571": "worker processes keep dying; is the memory full?",
    "V556": "nothing to compare: the scenario has no variants and no other file was named",
    "V599": "a mistake in vtwin itself; VTWIN_DEBUG=1 shows the details",
    # 6xx files, store and app
    "V601": "the run store cannot be opened for writing; name another place in VTWIN_STORE",
    "V602": "the disk of the run store is full or failing; nothing stored before is lost",
    "V603": "another program holds the run store; wait, or name another store",
    "V604": "the run store is damaged or no run store; move the file away",
    "V605": "the run store was written by a newer vtwin; update, or name another store",
    "V606": "this kind of run store is not supported here; PostgreSQL needs vtwin[postgres]",
    "V607": "the run store has no such run",
    "V608": "the run store failed; name another one, or run without keeping",
    "V651": "a result cannot be written where it was asked for; choose another folder",
    "V652": "no scenario of that name: a file, a folder with scenario.yaml or a shipped name",
    "V653": "the folder for a new scenario exists already",
    "V654": "the library has no such equipment model",
    # 7xx equipment parameters
}
