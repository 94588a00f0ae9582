"""From the canonical log to a scenario a person would have written, with what each figure rests
on, what is missing, and why the twin works its orders in the sequence it does.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vtwin.base.errors import Problem, Refused, Where
from vtwin.base.units import counted
from vtwin.history import forecasts, planning, validity, writing
from vtwin.history.figures import Fits
from vtwin.history.fitting import fit
from vtwin.history.log import Log
from vtwin.history.mapping import MappingDocument
from vtwin.history.quality import QualityReport

#: Called with the share that is done.
Progress = Callable[[float], None]
SCENARIO: Final = "scenario.yaml"
#: Worked days each half of a rehearsal needs.
LEAST_DAYS: Final = 6


@dataclass(frozen=True)
class Learned:
    """A learned twin: the text of each file, what was fitted, how the way of working was
    chosen, and for whom (``start`` to ``end``).
    """

    files: Mapping[str, str]
    fits: Fits
    trials: tuple[planning.Trial, ...]
    rehearsal: Rehearsal | None
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
    trials, way = choose(known, mapping)
    draft = make_draft(known, mapping, start, end, way, history)
    _check_models(draft)
    scenario = writing.scenario(draft)
    rehearsed = rehearse(known, mapping, start, progress)
    if progress is not None:
        progress(1.0)
    return Learned(
        files={
            SCENARIO: scenario,
            "orders.csv": writing.orders_table(draft),
            "mapping.yaml": mapping_text,
            "parameters.md": parameters_page(draft, trials, rehearsed),
            "data-quality.md": quality.markdown(),
        },
        fits=draft.fits,
        trials=trials,
        rehearsal=rehearsed,
        start=start,
        end=end,
        orders=tuple(draft.orders),
        records=len(known.visits),
    )


def _check_models(draft: writing.Draft) -> None:
    """Refuse (V701) equipment models the library does not have."""
    from vtwin.scenario.library import beside

    library = beside(Path(SCENARIO))
    names = {writing.model_of(draft, m) for m in (*draft.machines, *draft.expected)}
    for name in sorted(name for name in names if name is not None):
        library.model(name, Where(path="equipment_model"))


def make_draft(
    known: Log,
    mapping: MappingDocument,
    start: dt.date,
    end: dt.date,
    way: planning.Way,
    history: Mapping[str, str],
) -> writing.Draft:
    """Everything the scenario of ``[start, end)`` is written from, out of a log that holds
    nothing later than ``start``. Raises Refused (V420) when no order is open.
    """
    tools = set(known.tools) | {v.tool for v in known.working() if v.tool}
    fits = fit(known, mapping, tools)
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
        priorities=planning.priorities(orders, way),
        mounted=planning.mounted(known, start),
        way=way,
        start=start,
        end=end,
        first=min(days),
        records=len(known.visits),
        history=dict(history) | {"until": start.isoformat(), "judge_until": end.isoformat()},
    )


def choose(known: Log, mapping: MappingDocument) -> tuple[tuple[planning.Trial, ...], planning.Way]:
    """The ways of working against the choices in the records, and the one that explains them
    best.
    """
    tools = set(known.tools) | {v.tool for v in known.working() if v.tool}
    fits = fit(known, mapping, tools)
    tried = planning.trials(planning.choices(known, mapping, fits))
    return tried, tried[0].way if tried else planning.USUAL


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The twin learned from the first half of the records and judged by the second: errors of
    its completion dates (d) and days (MAPE of good pieces), beside the naive forecast.
    """

    cut: dt.date
    way: str
    dates: float
    naive_dates: float
    days: float
    naive_days: float

    def to_json(self) -> dict[str, Any]:
        """The rehearsal as plain data."""
        return {
            "cut": self.cut.isoformat(),
            "way": self.way,
            "date_error_d": self.dates,
            "naive_date_error_d": self.naive_dates,
            "day_error": self.days,
            "naive_day_error": self.naive_days,
        }


def rehearse(
    known: Log, mapping: MappingDocument, end: dt.date, progress: Progress | None = None
) -> Rehearsal | None:
    """Learn from the first half of the records, foretell the second, in one replication. None
    with too few days, or no order that ends in the second half.
    """
    days = sorted({v.date for v in known.visits if v.cycles})
    if len(days) < 2 * LEAST_DAYS:
        return None
    cut = days[len(days) // 2]
    before = known.before(cut)
    way = choose(before, mapping)[1]
    if progress is not None:
        progress(0.5)
    try:
        draft = make_draft(before, mapping, cut, end, way, {})
    except Refused:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (
            (SCENARIO, writing.scenario(draft)),
            ("orders.csv", writing.orders_table(draft)),
        ):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        run = _one_run(Path(folder) / SCENARIO, known, cut, end)
    rests = {o.line.order: o.rest for o in draft.orders}
    truth = validity.recorded(known, list(rests), cut, end)
    rate = forecasts.naive_rates(known, cut).good
    naive = forecasts.naive_dates(known, rests, rate, worked_by(draft.fits), cut)
    errors = (
        validity.date_error(truth.done, run.done),
        validity.date_error(truth.done, naive),
    )
    if errors[0] is None or errors[1] is None:
        return None
    flat = dict.fromkeys(truth.good, rate)
    return Rehearsal(
        cut,
        way.says,
        errors[0],
        errors[1],
        validity.mape(truth.good, run.good),
        validity.mape(truth.good, flat),
    )


def _one_run(path: Path, log: Log, start: dt.date, end: dt.date) -> forecasts.Series:
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


def parameters_page(
    draft: writing.Draft, trials: Sequence[planning.Trial], rehearsed: Rehearsal | None
) -> str:
    """All figures with their rows, intervals and confidence; the gaps; the ways of working."""
    fits = draft.fits
    needed = {f"tools.{tool}" for tool in draft.tools}
    lines = [
        "# Parameters",
        "",
        f"Learned from {counted(draft.records, 'record')}, {draft.first} to {draft.start}"
        " (not included).",
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
    if rehearsed is not None:
        lines += [
            "",
            f"Rehearsal inside the records: learned before {rehearsed.cut} ({rehearsed.way}), "
            f"judged after it. Completion dates off by {rehearsed.dates:.1f} d (naive forecast "
            f"{rehearsed.naive_dates:.1f} d), days by {rehearsed.days:.1%} (naive "
            f"{rehearsed.naive_days:.1%}).",
        ]
    return "\n".join([*lines, ""])


def _trials_table(trials: Sequence[planning.Trial]) -> list[str]:
    head = ["", "## Way of working", ""]
    if not trials:
        return [*head, f"Too few choices in the records; taken: {planning.USUAL.says}."]
    head += [
        f"{trials[0].choices} times a machine turned to another order while it could have taken "
        "others. Where did the order taken stand in the list of each way? 0 is always on top, "
        "0.5 is chance.",
        "",
        "| way of working | place of the order taken |",
        "|---|---:|",
    ]
    rows = [f"| {t.way.says} | {t.place:.3f} ± {t.half_width:.3f} |" for t in trials]
    return [*head, *rows, "", f"Taken: {trials[0].way.says}."]


def _show(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.2%}"
    return f"{value:.2f} {unit}".strip()


def may_write(folder: Path) -> None:
    """Refuse (V421) a folder that is a file, cannot be written, or holds a scenario somebody
    wrote. Tried by writing, since permissions alone do not tell; nothing is left of it.
    """
    where = Where(str(folder))
    old = folder / SCENARIO
    try:
        if folder.exists() and not folder.is_dir():
            raise Refused(Problem("V421", "is a file, not a folder", where))
        learned = not old.exists() or old.read_bytes().startswith(writing.HEAD.encode())
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise Refused(Problem("V421", what, where, "choose another folder")) from None
    if not learned:
        hint = "choose another folder"
        raise Refused(Problem("V421", "holds a scenario that was not learned", where, hint))
    try:
        with _beside(_standing(folder)):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from None


def _standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there already."""
    return next((p for p in (folder, *folder.absolute().parents) if p.exists()), folder)


def _beside(place: Path) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=place, prefix=".learning-")


def _unwritable(folder: Path, error: OSError) -> Refused:
    what = f"cannot be written: {error.strerror or error}"
    return Refused(Problem("V421", what, Where(str(folder)), "choose another folder"))


def write(files: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Put the files into a folder, all or none: written beside them first, then moved.

    Raises:
        Refused: V421, the folder cannot be written or holds a scenario somebody wrote.
    """
    may_write(folder)
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    try:
        with _beside(_standing(folder)) as beside:
            for name, text in files.items():
                (Path(beside) / name).write_text(text, encoding="utf-8", newline="\n")
            folder.mkdir(parents=True, exist_ok=True)
            for name in files:
                os.replace(Path(beside) / name, folder / name)
    except OSError as error:
        with suppress(OSError):
            for made in missing:
                for name in files:
                    (made / name).unlink(missing_ok=True)
                made.rmdir()
        raise _unwritable(folder, error) from None
    return tuple(folder / name for name in files)
