"""From the canonical log to a scenario a person would have written, with what each figure rests
on, what is missing, and why the twin works its orders in the sequence it does.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vtwin.base.errors import Problem, Refused, Where
from vtwin.history import planning, validity, writing
from vtwin.history.fitting import Fits, fit
from vtwin.history.log import Log
from vtwin.history.mapping import MappingDocument
from vtwin.history.quality import QualityReport

#: Called with the share that is done.
Progress = Callable[[float], None]
SCENARIO: Final = "scenario.yaml"
#: Ways of working tried on the records learned from: (dispatch rule, sequence of the book).
CANDIDATES: Final = (
    ("least_setup", "due"),
    ("least_setup", "due, then work"),
    ("least_setup", "work"),
    ("priority", "due"),
    ("priority", "due, then work"),
    ("priority", "work"),
)
#: Where the records learned from are cut in two: known before, foretold after.
CUTS: Final = (1 / 3, 1 / 2, 2 / 3)
#: Worked days a cut must leave on either side.
LEAST_DAYS: Final = 6
DEFAULT: Final = CANDIDATES[0]


@dataclass(frozen=True, slots=True)
class Trial:
    """A way of working, judged inside the records it was learned from: mean over the cuts."""

    dispatch: str
    sequence: str
    date_error: float  # days, mean absolute
    day_error: float  # MAPE of good pieces
    against_naive: float  # both, relative to the naive forecast, averaged; below 1 is better
    cuts: int

    def to_json(self) -> dict[str, Any]:
        """The trial as plain data."""
        return {
            "dispatch": self.dispatch,
            "sequence": self.sequence,
            "date_error_d": self.date_error,
            "day_error": self.day_error,
            "against_naive": self.against_naive,
            "cuts": self.cuts,
        }


@dataclass(frozen=True)
class Learned:
    """A learned twin: the text of each file, what was fitted, how the way of working was
    chosen, and for whom (``start`` to ``end``).
    """

    files: Mapping[str, str]
    fits: Fits
    trials: tuple[Trial, ...]
    start: dt.date
    end: dt.date
    orders: tuple[planning.OpenOrder, ...]
    records: int


def horizon(log: Log, until: dt.date | None) -> tuple[dt.date, dt.date]:
    """First day and end of the learned scenario: from the cut-off (or the day after the last
    record) to the end of the records, or else to the last due date.

    Raises:
        Refused: V420, nothing was produced before the cut-off.
    """
    days = sorted({v.date for v in log.visits if v.cycles})
    if not days:
        raise Refused(Problem("V420", "no record has any shots"))
    if until is None:
        until = days[-1] + dt.timedelta(1)
    if until <= days[0]:
        what = f"nothing was produced before {until}: the records begin on {days[0]}"
        raise Refused(Problem("V420", what, hint="choose a later day, or leave it out"))
    if days[-1] >= until:
        return until, _after(days[-1])
    due = [o.due for o in log.orders.values() if o.due >= until]
    return until, _after(max(due)) if due else until + dt.timedelta(28)


def _after(day: dt.date) -> dt.date:
    return day + dt.timedelta(1)


def learn(
    log: Log,
    mapping: MappingDocument,
    quality: QualityReport,
    until: dt.date | None,
    history: Mapping[str, str],
    mapping_text: str,
    progress: Progress | None = None,
) -> Learned:
    """Learn a twin from everything before ``until`` (all records when None).

    ``history`` is the ``history:`` section without the days, which are added here;
    ``mapping_text`` the mapping document as written, shipped beside the scenario. Raises
    Refused (V420) where there is nothing to learn from or nothing to do.
    """
    start, end = horizon(log, until)
    known = log.before(start)
    trials = choose(known, mapping, start, progress)
    best = min(trials, key=lambda t: t.against_naive) if trials else None
    way = (best.dispatch, best.sequence) if best else DEFAULT
    draft = make_draft(known, mapping, start, end, way, history)
    scenario = writing.scenario(draft)
    if progress is not None:
        progress(1.0)
    return Learned(
        files={
            SCENARIO: scenario,
            "orders.csv": writing.orders_table(draft),
            "mapping.yaml": mapping_text,
            "parameters.md": parameters_page(draft, trials),
            "data-quality.md": quality.markdown(),
        },
        fits=draft.fits,
        trials=trials,
        start=start,
        end=end,
        orders=tuple(draft.orders),
        records=len(known.visits),
    )


def make_draft(
    known: Log,
    mapping: MappingDocument,
    start: dt.date,
    end: dt.date,
    way: tuple[str, str],
    history: Mapping[str, str],
) -> writing.Draft:
    """Everything the scenario of ``[start, end)`` is written from, out of a log that holds
    nothing later than ``start``. Raises Refused (V420) when no order is open.
    """
    tools = set(known.tools) | {v.tool for v in known.working() if v.tool}
    fits = fit(known, mapping, tools)
    sequence = planning.sequence_named(way[1])
    orders = planning.open_orders(known, mapping, fits, start, end)
    if not orders:
        what = f"no order is open between {start} and {end}: there is nothing to simulate"
        raise Refused(Problem("V420", what, hint="are the orders in the mapping?"))
    days = [v.date for v in known.visits]
    return writing.Draft(
        log=known,
        mapping=mapping,
        fits=fits,
        orders=orders,
        priorities=planning.priorities(orders, sequence),
        mounted=planning.mounted(known, start),
        sequence=sequence,
        dispatch=way[0],
        start=start,
        end=end,
        first=min(days),
        records=len(known.visits),
        history=dict(history) | {"until": start.isoformat(), "judge_until": end.isoformat()},
    )


def choose(
    known: Log, mapping: MappingDocument, end: dt.date, progress: Progress | None = None
) -> tuple[Trial, ...]:
    """Try each way of working on the records themselves: learn from those before a cut,
    foretell those after it, at several cuts. Empty where there are too few days to try.
    """
    days = sorted({v.date for v in known.visits if v.cycles})
    cuts = sorted(
        {days[int(len(days) * c)] for c in CUTS if len(days) * min(c, 1 - c) >= LEAST_DAYS}
    )
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for number, cut in enumerate(cuts):
        before = known.before(cut)
        for position, way in enumerate(CANDIDATES):
            try:
                found.setdefault(way, []).append(_try(before, known, mapping, cut, end, way))
            except Refused:
                found.pop(way, None)  # nothing to do after this cut
                break
            if progress is not None:
                progress(0.95 * (number + (position + 1) / len(CANDIDATES)) / len(cuts))
    return tuple(
        Trial(
            *way,
            date_error=statistics.fmean(s[0] for s in scores),
            day_error=statistics.fmean(s[1] for s in scores),
            against_naive=statistics.fmean(s[2] for s in scores),
            cuts=len(scores),
        )
        for way, scores in found.items()
        if scores
    )


def _try(
    before: Log,
    known: Log,
    mapping: MappingDocument,
    cut: dt.date,
    end: dt.date,
    way: tuple[str, str],
) -> tuple[float, float, float]:
    draft = make_draft(before, mapping, cut, end, way, {})
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (
            (SCENARIO, writing.scenario(draft)),
            ("orders.csv", writing.orders_table(draft)),
        ):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        run = _one_run(Path(folder) / SCENARIO, known, cut, end)
    worked = worked_by(draft.fits)
    rests = {o.line.order: o.rest for o in draft.orders}
    truth = validity.recorded(known, list(rests), cut, end)
    rate = validity.naive_rates(known, cut).good
    naive = validity.naive_dates(known, rests, rate, worked, cut)
    dates = validity.date_error(truth.done, run.done)
    naive_dates = validity.date_error(truth.done, naive)
    days = validity.mape(truth.good, run.good)
    naive_days = validity.mape(truth.good, dict.fromkeys(truth.good, rate))
    if not dates or not naive_dates or not naive_days:
        raise Refused(Problem("V420", f"no order ends after {cut}"))
    return dates, days, (dates / naive_dates + days / naive_days) / 2


def _one_run(path: Path, log: Log, start: dt.date, end: dt.date) -> validity.Series:
    from vtwin.engines.choose import engine
    from vtwin.scenario.build import build
    from vtwin.scenario.load import load

    program = build(load(path), overrides=judged_overrides(start, end))
    tally = engine("auto", program).simulate(program, 0)
    return validity.simulated(program, tally, log, start, end)


def judged_overrides(
    start: dt.date, end: dt.date, after_d: int = validity.AFTER_D
) -> dict[str, object]:
    """What a run that is to be judged needs: daily bins, and time for late orders."""
    return {"run.horizon": f"{(end - start).days + after_d} d", "run.bin": "1 d"}


def worked_by(fits: Fits) -> Callable[[dt.date], bool]:
    """Whether a day is worked, as far as it was known."""
    return lambda day: day.weekday() in fits.weekdays and day not in fits.closed


def parameters_page(draft: writing.Draft, trials: Sequence[Trial]) -> str:
    """All figures with their rows, intervals and confidence; the gaps; the ways of working."""
    fits = draft.fits
    needed = {f"tools.{tool}" for tool in draft.tools}
    lines = [
        "# Parameters",
        "",
        f"Learned from {draft.records} records, {draft.first} to {draft.start} (not included).",
        "",
        "| parameter | value | 95 % interval | rows | confidence | how |",
        "|---|---:|---|---:|---|---|",
    ]
    for e in fits.estimates():
        if e.name.startswith("tools.") and e.name.rsplit(".", 1)[0] not in needed | {"tools"}:
            continue
        span = "" if e.low is None or e.high is None else f"{_show(e.low, e.unit)} to "
        span += "" if e.high is None or e.low is None else _show(e.high, e.unit)
        lines.append(
            f"| {e.name} | {_show(e.value, e.unit)} | {span} | {e.rows} | {e.confidence} "
            f"| {e.how} |"
        )
    lines += ["", "## Gaps", "", "| parameter | used | why |", "|---|---|---|"]
    lines += [f"| {g.name} | {g.used} | {g.why} |" for g in fits.gaps]
    shifts = ", ".join(f"shift {n} {r - 1:+.1%} ({rows})" for n, r, rows in fits.by_shift)
    lines += ["", "## Checked and left out", "", f"- Rate by shift: {shifts}."]
    different = [t for t, f in fits.tools.items() if f.by_machine]
    lines.append(
        "- Rate of a mould by machine: "
        + (f"differs for {', '.join(different)} and is written there." if different else
           "no mould has five full shifts on each of two machines that differ (95 %).")
    )  # fmt: skip
    lines += _trials_table(trials)
    return "\n".join([*lines, ""])


def _trials_table(trials: Sequence[Trial]) -> list[str]:
    if not trials:
        return ["", "## Way of working", "", f"Too few days to try; `{DEFAULT[0]}` was taken."]
    best = min(trials, key=lambda t: t.against_naive)
    says = planning.sequence_named(best.sequence).says
    head = [
        "",
        "## Way of working",
        "",
        "Each was tried inside the records learned from: known up to a cut, foretold after it "
        f"({best.cuts} cuts). Below 1 is better than the naive forecast.",
        "",
        "| dispatch | sequence of the book | dates off by | days off by | against naive |",
        "|---|---|---:|---:|---:|",
    ]
    rows = [
        f"| {t.dispatch} | {t.sequence} | {t.date_error:.1f} d | {t.day_error:.1%} "
        f"| {t.against_naive:.2f} |"
        for t in sorted(trials, key=lambda t: t.against_naive)
    ]
    return [*head, *rows, "", f"Taken: `{best.dispatch}`, {says}."]


def _show(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.2%}"
    return f"{value:.2f} {unit}".strip()


def write(files: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Put the files into a folder, all or none: written beside it first, then moved.

    Raises:
        Refused: V421, the folder cannot be written or holds a scenario somebody wrote.
    """
    where = Where(str(folder))
    old = folder / SCENARIO
    try:
        if folder.exists() and not folder.is_dir():
            raise Refused(Problem("V421", "is a file, not a folder", where))
        if old.exists() and not old.read_text(encoding="utf-8").startswith(writing.HEAD):
            hint = "choose another folder"
            raise Refused(Problem("V421", "holds a scenario that was not learned", where, hint))
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = not folder.exists()
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".learning-") as beside:
            for name, text in files.items():
                (Path(beside) / name).write_text(text, encoding="utf-8", newline="\n")
            folder.mkdir(exist_ok=True)
            try:
                for name in files:
                    os.replace(Path(beside) / name, folder / name)
            except OSError:
                if made:
                    for name in files:
                        (folder / name).unlink(missing_ok=True)
                    folder.rmdir()
                raise
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise Refused(Problem("V421", what, where, "choose another folder")) from None
    except UnicodeDecodeError:
        raise Refused(Problem("V421", "holds a scenario that was not learned", where)) from None
    return tuple(folder / name for name in files)
