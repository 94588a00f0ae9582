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
    "V101": "a file is missing",
    "V102": "a path is no file that can be read",
    "V103": "a text file is larger than vtwin reads; put long tables into CSV files",
    "V104": "a text file is not UTF-8; save it as UTF-8",
    "V105": "the scenario file is empty; start with `vtwin: 1`",
    "V106": "the text is not YAML; check indentation, brackets and quotes of the line",
    "V107": "a mapping (`key: value`) is due, or a key is no name",
    "V108": "the same key is written twice",
    "V109": "YAML reads yes, no, on and off as true or false; quote names",
    "V110": "YAML reads 12:30:00 as a number; quote times of day, give durations a unit",
    "V111": "a number such as 1e3 or 010 means different things to different readers",
    "V112": "an unquoted date where no date is due",
    "V113": "aliases repeat more than a file may hold",
    "V114": "the file is nested too deeply",
    "V115": "a key (or column) is unknown here; the hint names the nearest one",
    "V116": "a word of the language that cannot be simulated yet",
    "V117": "something required is missing or has no value",
    "V118": "the file named by `extends` cannot be used",
    "V119": "files extend each other in a circle",
    "V120": "a dotted path in `set` or `remove` leads nowhere",
    "V121": "the scenario has no variant of this name",
    "V123": "tags, merge keys and several documents in one file are not used",
    "V124": "a value has the wrong shape: list, mapping or single value",
    "V125": "the version of the language is unknown to this vtwin",
    "V131": "a table is empty",
    "V132": "a table lacks a column",
    "V133": "a row or cell of a table cannot be read",
    "V134": "a comma in a number of a table; use decimal points and no thousands separators",
    "V135": "the dates of one column are written in several ways",
    # 2xx values and units
    "V201": "a quantity cannot be read; every quantity is a number with its unit",
    "V202": "a distribution that cannot be, or lacks a parameter",
    "V203": "a number is outside what is possible here",
    "V204": "a word is not one of those possible here",
    "V205": "a date cannot be read; write year-month-day",
    "V206": "a time window cannot be read; write 06:00-14:00 in quotes",
    # 3xx the plant as a whole
    "V301": "a calendar gives a day twice, or has a reserved name",
    "V302": "a warning: dates in a calendar of a run without a date",
    "V303": "a name leads to no equipment",
    "V304": "a name leads to no product",
    "V305": "a name leads to no calendar",
    "V306": "a name leads to no tool",
    "V307": "prices without a currency, or in another one than the plant's",
    "V308": "an id contains '#' or '/'",
    "V309": "an entry is both buffer and station",
    "V310": "a product has no route, or nothing is made at all",
    "V311": "a warning: a buffer without effect",
    "V312": "routes into one station disagree about the places in front of it",
    "V313": "machines that share a step or a queue differ in what must be alike",
    "V314": "an operation is twice in a route",
    "V315": "a step does not say where it is done",
    "V316": "a step is to be done on a buffer",
    "V317": "a tool fits none of the machines, or is mounted where it cannot be",
    "V318": "a step has no time per cycle",
    "V319": "a name leads to no carrier",
    "V320": "an order does not say what is ordered, or how it comes in",
    "V321": "nothing is ordered",
    "V322": "a date in a run that has none; write `start:` under `run:`",
    "V323": "an order is due before it is released",
    "V324": "an order or source has the name of another",
    "V325": "set-ups lack times, or know nothing of what is made",
    "V326": "an order is to be made where it cannot be",
    "V330": "warm-up, horizon and bin of a run do not fit together",
    "V331": "a skill is needed and nobody who has it is ever there",
    "V332": "a skill is needed that nobody has",
    "V333": "a warning: for part of a machine's hours nobody is there who can attend it",
    "V334": "a warning: a station nothing can reach",
    "V335": "a warning: a product nobody orders",
    "V336": "a route leads from a machine to itself and can never drain",
    "V337": "a warning: a ring of limited places in which everything can wait for everything",
    "V338": "a warning: orders outside the time of the run",
    "V340": "a warning: more is ordered than a station has working hours for",
    "V341": "endless release into steps that take no time",
    "V342": "a warning: all who can repair a machine may be held by others that wait for repair",
    "V343": "what wears out or is maintained does not say when, or says it twice",
    "V344": "a tool has no cavity that is open",
    "V350": "a batch that cannot be, or operations that share one and differ",
    "V351": "a product cannot be put together: its parts, their stock or what brings them in",
    "V352": "a warning: a carrier no step takes",
    "V353": "cards, places or permits with the name of a carrier",
    "V354": "a tariff whose hours overlap, are left out or have no price",
    "V360": "a belt that cannot be, or a step on it with what a belt cannot do",
    "V361": "a name leads to no transport, or to no point of the aisles",
    "V362": "the ways of a transport are not complete",
    "V363": "a warning: a transport that brings nothing",
    "V364": "a warning: more is to be brought than the vehicles have time for",
    "V365": "a battery that cannot be, or nothing to charge at its charger",
    "V366": "a warning: batteries may be empty before vehicles are at a charger",
    "V371": "a time of loading where nobody loads",
    "V372": "a crew is larger than the number of people who have the skill",
    "V373": "people are absent who have no shifts to miss",
    "V374": "people walk to a machine whose place is not given",
    "V375": "a warning: ways are walked on a floor whose places are not measured",
    "V376": "equipment that attends others has a word only a machine can have",
    "V378": "how a skill is learned cannot be, or nobody teaches it",
    "V379": "people may use a skill somewhere and cannot, or nobody may where it is needed",
    "V381": "ways on after a step: to an unknown step, or shares that are not all of the items",
    "V382": "busy times of arrivals that cannot be",
    "V383": "items go round and never come to an end",
    "V384": "a step no way leads to",
    "V385": "the first step of a route takes only some items",
    "V386": "a run ends by something that is not in the plant",
    "V387": "a shelf life where nothing waits, or a word of it without its time",
    "V388": "a process template: an unknown operation, or a composition above the whole",
    "V389": "products of one material differ in the size of its lots",
    "V391": "`reallocate` names a path that leads nowhere, or nothing that can be decided",
    "V392": "a range of what may be changed leaves no choice, or cannot be read",
    "V393": "limits that no design can keep, or not at once",
    "V394": "a goal or limit that cannot be measured in this plant",
    "V395": "a limit or price of what is not decided, or one that cannot be read",
    "V396": "`reallocate` leaves nothing to decide",
    "V397": "there is no such experiment, or nothing is varied in it",
    "V398": "a factor of an experiment that cannot be read, varied or written at its path",
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
    "V502": "there is no such engine",
    "V503": "the compiled kernel does not have what the plant uses",
    "V504": "the behaviour an equipment family brings cannot be loaded, or asks for the impossible",
    "V551": "the number of replications must be a whole number of at least 1, or auto",
    "V552": "a note after a run: no good piece left the plant after the warm-up",
    "V553": "a note after a run: more comes in than the plant can make, the queue only grows",
    "V554": "a note after a run: the plant stalled, everything waits for something else",
    "V555": "a note after a run: a machine had nothing to do in any replication",
    "V558": "a history is asked for of something that is not in the run",
    "V571": "workers keep dying; is the memory full?",
    "V572": "a cluster needs the package dask.distributed: pip install 'vtwin[cluster]'",
    "V573": "no cluster, or no worker, answers at the address given with --cluster",
    "V574": "the workers of the cluster have no vtwin, or another version of it",
    "V557": "a note after a run: machines wait for a tool that is away for renewal",
    "V556": "nothing to compare: the scenario has no variants and no other file was named",
    "V581": "a budget of replications that cannot be, or is too small to tell anything",
    "V582": "the scenario does not say what may be changed; write a `reallocate:` section",
    "V583": "today's plant, or every design tried, cannot run",
    "V584": "a sweep of no or of too many points, or one kind of design that does not suit it",
    "V585": "the file of a sweep holds another sweep, or cannot be read",
    "V586": "there is no such search, or the package it comes from is not installed",
    "V587": "nothing to balance: fewer than two stations do work, or there is no such product",
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
    "V661": "too many jobs wait in the web app; wait for one, or cancel one",
    "V662": "the port of the web app is taken; name another with --port",
    "V663": "the web app has no log-in yet and answers this computer only (127.0.0.1)",
    # 7xx equipment parameters
    "V701": "there is no equipment family or model of this name",
    "V702": "another package's equipment family cannot be loaded",
    "V703": "equipment lacks a time for a step",
    "V704": "an equipment model of a library is badly written",
    "V705": "an equipment parameter has no meaning for this kind of equipment",
    "V706": "a part needs more than the equipment can do",
    "V707": "parameters of a piece of equipment that do not go together",
    "V708": "a line of an NC program cannot be read",
    "V709": "a code of an NC program that is not followed, or not known",
    "V710": "a movement of an NC program that cannot be: an arc, a feed, a cycle",
    "V711": "a subprogram of an NC program is missing, or never ends",
    "V719": "a store or an area that no route passes as it must",
}
