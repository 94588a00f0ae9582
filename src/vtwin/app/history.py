"""Learn a plant from its records, and judge a twin by records it has not seen."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vtwin.base.errors import Problem, Refused, Where
from vtwin.base.units import counted

if TYPE_CHECKING:
    from vtwin.history.figures import Estimate, Gap
    from vtwin.history.learn import Rehearsal
    from vtwin.history.planning import Trial
    from vtwin.history.quality import QualityReport
    from vtwin.history.runs import CellFit
    from vtwin.history.validity import Validity

#: Called with what is being done and the share of it that is done, 0..1.
Progress = Callable[[str, float], None]
REPLICATIONS: Final = 20


@dataclass(frozen=True)
class LearnResult:
    """What learning made: the files written, and everything it has to say about them."""

    folder: Path
    files: tuple[Path, ...]
    source: str
    learned_until: dt.date
    judged_until: dt.date
    records: int
    quality: QualityReport
    parameters: tuple[Estimate, ...]
    gaps: tuple[Gap, ...]
    trials: tuple[Trial, ...]
    rehearsal: Rehearsal | None
    orders: int
    problems: tuple[Problem, ...] = ()  # warnings about the files read

    @property
    def scenario(self) -> Path:
        """The scenario file."""
        return self.folder / "scenario.yaml"

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {
            "folder": str(self.folder),
            "files": [str(file) for file in self.files],
            "source": self.source,
            "learned_until": self.learned_until.isoformat(),
            "judged_until": self.judged_until.isoformat(),
            "records": self.records,
            "orders": self.orders,
            "quality": self.quality.to_json(),
            "parameters": [e.to_json() for e in self.parameters],
            "gaps": [g.to_json() for g in self.gaps],
            "way_of_working": [t.to_json() for t in self.trials],
            "rehearsal": self.rehearsal.to_json() if self.rehearsal else None,
            "problems": [
                {"code": p.code, "what": p.what, "where": str(p.where), "hint": p.hint}
                for p in self.problems
            ],
        }


@dataclass(frozen=True)
class ValidityResult:
    """A twin judged by records it has not seen."""

    file: Path
    validity: Validity
    interrupted: bool = False

    def to_json(self) -> dict[str, Any]:
        """The judgement as plain data."""
        return self.validity.to_json() | {"interrupted": self.interrupted}


def learn(
    data: Path | str,
    mapping: Path | str,
    out: Path | str,
    until: dt.date | None = None,
    progress: Progress | None = None,
) -> LearnResult:
    """Read the records in ``data`` through ``mapping`` and write a scenario folder ``out``.

    Only what happened before ``until`` is used (None: everything). Nothing is written unless
    all of it can be.

    Raises:
        Refused: every problem of the mapping, the files and the folder (V401 to V421).
    """
    from vtwin.history import learn as learning
    from vtwin.history import quality as checks
    from vtwin.history import tables
    from vtwin.history.mapping import load

    data, mapping, out = Path(data), Path(mapping), Path(out)
    said = progress or (lambda what, share: None)
    said("reading the records", 0.0)
    learning.may_write(out)
    document = load(mapping)
    imported = tables.read_log(data, document)
    said("checking the records", 0.0)
    report = checks.check(imported, document)
    said("learning", 0.0)
    learned = learning.learn(
        imported.log,
        document,
        report,
        until,
        {"log": _way(out, data), "map": "mapping.yaml"},
        mapping.read_text(encoding="utf-8"),
        lambda share: said("learning", share),
    )
    files = learning.write(learned.files, out)
    warnings = _checked(out / learning.SCENARIO)
    return LearnResult(
        folder=out,
        files=files,
        source=document.source,
        learned_until=learned.start,
        judged_until=learned.end,
        records=learned.records,
        quality=report,
        parameters=tuple(learned.fits.estimates()),
        gaps=learned.fits.gaps,
        trials=learned.trials,
        rehearsal=learned.rehearsal,
        orders=len(learned.orders),
        problems=(*imported.warnings, *warnings),
    )


def _way(out: Path, data: Path) -> str:
    """How to get from the scenario to the records, as it is written into the scenario."""
    try:
        return Path(os.path.relpath(data.resolve(), out.resolve())).as_posix()
    except ValueError:  # another drive
        return data.resolve().as_posix()


def _checked(scenario: Path) -> tuple[Problem, ...]:
    """What `vtwin check` says of the scenario just written."""
    from vtwin.scenario.build import check

    return tuple(check(scenario))


def validate(
    scenario: Path | str,
    *,
    replications: int = REPLICATIONS,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ValidityResult:
    """Run a learned scenario over the time its ``history:`` names and judge it by the records.

    Raises:
        Refused: no or wrong ``history:`` (V422), records missing (V402) or without that time
            (V423), fewer than one replication (V551), or whatever is wrong with the scenario.
    """
    from vtwin.app.scenarios import find
    from vtwin.history import learn as learning
    from vtwin.history import planning, tables, validity
    from vtwin.history.mapping import load as load_mapping
    from vtwin.scenario.build import build
    from vtwin.scenario.load import load

    if replications < 1:
        what = f"{replications} replications cannot judge anything"
        raise Refused(Problem("V551", what, hint="at least 1, better 20"))
    said = progress or (lambda what, share: None)
    file = find(scenario)
    loaded = load(file)
    section = _history(loaded, file)
    said("reading the records", 0.0)
    mapping = load_mapping(section.map)
    imported = tables.read_log(section.log, mapping)
    known = imported.log.before(section.until)
    learning.horizon(imported.log, section.until)  # refuses a cut-off before the records
    draft = learning.make_draft(
        known, mapping, section.until, section.judge_until, planning.USUAL, {}
    )
    program = build(loaded, overrides=learning.judged_overrides(section.until, section.judge_until))
    short = build(
        loaded, overrides=learning.judged_overrides(section.until, section.judge_until, 0)
    )
    said("simulating", 0.0)
    runs = _runs(program, short, imported.log, section, replications, said, cancelled)
    rests = {o.name: o.quantity for o in program.orders if o.name in imported.log.orders}
    judged = validity.judge(
        program.name,
        imported.log,
        draft.fits,
        runs,
        rests,
        learning.worked_by(draft.fits),
        section.until,
        section.judge_until,
    )
    return ValidityResult(file, judged, interrupted=len(runs) < replications)


@dataclass(frozen=True)
class _Section:
    """The ``history:`` of a scenario, resolved."""

    log: Path
    map: Path
    until: dt.date
    judge_until: dt.date


def _history(loaded: Any, file: Path) -> _Section:
    from vtwin.scenario.load import required

    section: Mapping[str, Any] = required(loaded.resolve(None)).history
    where = Where(str(file), path="history")
    hint = (
        'as in history: {log: ../data, map: mapping.yaml, until: "2018-12-01", '
        'judge_until: "2019-01-01"}'
    )
    missing = [key for key in ("log", "map", "until", "judge_until") if key not in section]
    if missing:
        what = "says nothing of the records it is to be judged by"
        if section:
            what = f"history: {', '.join(missing)} is missing"
        raise Refused(Problem("V422", what, where, hint))
    days = []
    for key in ("until", "judge_until"):
        try:
            days.append(dt.date.fromisoformat(str(section[key])))
        except ValueError:
            what = f"history.{key}: '{section[key]}' is not a day"
            raise Refused(Problem("V422", what, where, hint)) from None
    if days[0] >= days[1]:
        raise Refused(Problem("V422", "history: judge_until must be after until", where, hint))
    folder = file.parent
    return _Section(folder / str(section["log"]), folder / str(section["map"]), days[0], days[1])


def _runs(
    program: Any,
    short: Any,
    log: Any,
    section: _Section,
    replications: int,
    said: Progress,
    cancelled: Callable[[], bool] | None,
) -> list[Any]:
    """One series per replication: days and totals from runs that end with the judged time,
    completion dates from runs that go on after it.
    """
    from vtwin.history import validity
    from vtwin.studies.run_many import run_many

    wanted = range(replications)
    first = run_many(
        short,
        wanted,
        on_progress=lambda share: said("simulating", share / 2),
        cancelled=cancelled,
    )
    then = run_many(
        program,
        wanted,
        on_progress=lambda share: said("simulating", 0.5 + share / 2),
        cancelled=cancelled,
    )
    longer = {tally.replication: tally for tally in then}
    span = (section.until, section.judge_until)
    found = []
    for tally in first:
        if tally.replication in longer:
            inside = validity.simulated(short, tally, log, *span)
            after = validity.simulated(program, longer[tally.replication], log, *span)
            found.append(validity.with_dates(inside, after.done))
    if not found:
        raise KeyboardInterrupt
    return found


@dataclass(frozen=True)
class CellResult:
    """A cell learned from the state streams of its machines."""

    folder: Path
    files: tuple[Path, ...]
    source: str
    fit: CellFit
    runs: int
    whole: int
    problems: tuple[Problem, ...] = ()  # what `vtwin check` says of the scenario written

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {
            "folder": str(self.folder),
            "files": [str(file) for file in self.files],
            "source": self.source,
            "runs": self.runs,
            "whole": self.whole,
            "operations": [asdict(operation) for operation in self.fit.operations],
            "parameters": [self.fit.stop_every.to_json(), self.fit.away_every.to_json()],
            "set_ups_s": list(self.fit.set_ups),
        }


def learn_runs(data: Path | str, out: Path | str) -> CellResult:
    """Read the state streams in ``data`` (a file per part and operation) and write a scenario
    folder ``out``.

    Raises:
        Refused: V402 to V404 and V415 for the files, V421 for the folder.
    """
    from vtwin.history import cell
    from vtwin.history import learn as learning
    from vtwin.history import runs as streams

    data, out = Path(data), Path(out)
    learning.may_write(out)
    found = streams.read_runs(data)
    fit = streams.fit(found)
    source = data.resolve().name
    written = learning.write(cell.files(found, fit, source), out)
    whole = sum(run.whole for run in found)
    told = _checked(out / learning.SCENARIO)
    return CellResult(out, written, source, fit, len(found), whole, told)


def _cell(result: CellResult) -> list[str]:
    lines = [f"Learned from {counted(result.runs, 'run')}, {result.whole} without a stop", ""]
    lines += [
        f"  {o.part} OP{o.operation} on {o.machine}: {o.run_time:.0f} s, change of the part "
        f"{o.change.mean:.0f} s, {counted(o.runs, 'run')}"
        for o in result.fit.operations
    ]
    for e in (result.fit.stop_every, result.fit.away_every):
        span = "" if e.low is None or e.high is None else f" ({e.low:.2f} to {e.high:.2f})"
        lines.append(f"  work from {e.name} to {e.name}: {e.value:.2f} {e.unit}{span}, {e.how}")
    return [*lines, "", f"All of it is in {result.folder / 'parameters.md'}"]


def report_lines(result: LearnResult | ValidityResult | CellResult) -> list[str]:
    """The result as plain text, a line each."""
    if isinstance(result, CellResult):
        return _cell(result)
    return _learned(result) if isinstance(result, LearnResult) else _judged(result)


def _learned(result: LearnResult) -> list[str]:
    lines = [
        f"Learned from {counted(result.records, 'record')} before {result.learned_until}: "
        f"{result.source}",
        "",
        *result.quality.lines(),
        "",
        "Parameters (all of them in parameters.md)",
    ]
    for e in result.parameters[:5]:
        span = "" if e.low is None or e.high is None else f" ({e.low:.3g} to {e.high:.3g})"
        lines.append(
            f"  {e.name:<20} {e.value:.4g} {e.unit}{span}, {counted(e.rows, 'row')}, {e.confidence}"
        )
    counts: dict[str, int] = {}
    for e in result.parameters:
        counts[e.confidence] = counts.get(e.confidence, 0) + 1
    told = ", ".join(f"{counts[c]} {c}" for c in ("high", "fair", "low", "assumed") if c in counts)
    lines += [f"  {len(result.parameters)} figures in all: {told}", "", "Gaps"]
    lines += [f"  {g.name}: {g.used}; {g.why}" for g in result.gaps]
    if result.trials:
        lines += ["", "Way of working: place of the order taken in its list (0 on top, 0.5 chance)"]
        lines += [f"  {t.place:.3f} ± {t.half_width:.3f}  {t.way.says}" for t in result.trials[:5]]
    if result.rehearsal is not None:
        r = result.rehearsal
        lines.append(
            f"  rehearsed from {r.cut}: dates off by {r.dates:.1f} d (naive {r.naive_dates:.1f} "
            f"d), days by {r.days:.1%} (naive {r.naive_days:.1%})"
        )
    lines += ["", f"{counted(result.orders, 'open order')} until {result.judged_until}. Written:"]
    return [*lines, *(f"  {file}" for file in result.files)]


def _judged(result: ValidityResult) -> list[str]:
    judged = result.validity
    lines = [
        f"{judged.scenario}: learned before {judged.learned_until}, judged by the records up to "
        f"{judged.judged[1]} (not included), {counted(judged.replications, 'replication')}",
        "",
        f"{'':<20} {'records':>12} {'twin':>22} {'off by':>9} {'naive':>9} {'aim':>6}"
        f" {'sequence known':>15}",
    ]
    lines += [
        f"{line.measure:<20} {_number(line.records, line.unit):>12} "
        f"{_interval(line):>22} {_error(line, line.error):>9} "
        f"{_error(line, line.naive_error):>9} {_aim(line):>6} "
        f"{_error(line, line.known_sequence):>15}"
        for line in judged.lines
    ]
    return [*lines, "", *judged.sentences]


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:.2%}" if unit == "share" else f"{value:,.0f}"


def _interval(line: Any) -> str:
    mean, half = line.twin.mean, line.twin.half_width
    if mean is None:
        return ""
    return _shown(line, mean) + (f" ± {_shown(line, half)}" if half is not None else "")


def _shown(line: Any, value: float) -> str:
    if line.measure == "completion dates":
        return f"{value:.2f} d"
    return f"{value:.2%}" if line.unit in ("share", "MAPE") else f"{value:,.0f}"


def _error(line: Any, error: float | None) -> str:
    if error is None:
        return ""
    if line.measure == "completion dates":
        return f"{error:.1f} d"
    if line.unit == "share":
        return f"{100 * error:+.2f} pt"
    return f"{error:.1%}" if line.unit == "MAPE" else f"{error:+.1%}"


def _aim(line: Any) -> str:
    if line.aim is None:
        return ""
    return f"{line.aim:.0f} d" if line.measure == "completion dates" else f"{line.aim:.0%}"
