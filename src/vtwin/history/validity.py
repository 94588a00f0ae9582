"""The twin against records it has not seen, and against the plainest forecast there is.

The twin forecasts with the mean over its replications; the intervals say how far single
replications lie apart. The naive forecast is last period's mean rate per worked day, and for
completion dates the order book worked through at that rate in the order of receipt. Both know
the same: the records before the cut-off, the order book and the plant's calendar.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from vtwin.base.errors import Problem, Refused
from vtwin.base.units import TICKS_PER_SECOND
from vtwin.history.figures import Fits
from vtwin.history.forecasts import (
    Series,
    known_sequence,
    naive_dates,
    naive_rates,
    setting_s,
)
from vtwin.history.log import Log
from vtwin.results.statistics import Interval, interval

if TYPE_CHECKING:
    from vtwin.plant.program import Program
    from vtwin.plant.trace import Tally

DAY: Final = 86_400 * TICKS_PER_SECOND
#: What a good twin reaches: month, days (MAPE), completion dates (days).
AIMS: Final = {"month": 0.05, "days": 0.12, "dates": 2.0}
#: Replications go on after the judged time, so that late orders have a date.
AFTER_D: Final = 45


@dataclass(frozen=True, slots=True)
class Line:
    """One measure: the records, the twin (with its interval over replications), the naive
    forecast, the error of each, and the aim for the twin's error. Errors are shares, or days.
    """

    measure: str
    unit: str
    records: float | None
    twin: Interval
    naive: float | None
    error: float
    naive_error: float | None
    aim: float | None
    known_sequence: float | None = None  # error when the planner's sequence is given

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        return None if self.aim is None else abs(self.error) <= self.aim

    @property
    def better(self) -> bool | None:
        """Whether the twin errs less than the naive forecast; None without one."""
        return None if self.naive_error is None else abs(self.error) < abs(self.naive_error)

    def to_json(self) -> dict[str, Any]:
        """The line as plain data."""
        return {
            "measure": self.measure,
            "unit": self.unit,
            "records": self.records,
            "twin": self.twin.to_json(),
            "naive": self.naive,
            "error": self.error,
            "naive_error": self.naive_error,
            "aim": self.aim,
            "met": self.met,
            "better_than_naive": self.better,
            "error_with_known_sequence": self.known_sequence,
        }


@dataclass(frozen=True, slots=True)
class OrderDate:
    """When an order was finished, and when the twin and the naive forecast say."""

    order: str
    product: str
    due: dt.date
    records: dt.date | None
    twin: dt.date | None
    naive: dt.date | None

    @property
    def off(self) -> int | None:
        """Days the twin is late (positive) or early; None where one of the dates is missing."""
        if self.records is None or self.twin is None:
            return None
        return (self.twin - self.records).days

    def to_json(self) -> dict[str, Any]:
        """The order as plain data, dates in ISO form."""
        days = {"due": self.due, "records": self.records, "twin": self.twin, "naive": self.naive}
        return {"order": self.order, "product": self.product, "off_d": self.off} | {
            key: day.isoformat() if day else None for key, day in days.items()
        }


@dataclass(frozen=True)
class Validity:
    """The judgement."""

    scenario: str
    learned_until: dt.date
    judged: tuple[dt.date, dt.date]  # [first, end)
    replications: int
    lines: tuple[Line, ...]
    orders: tuple[OrderDate, ...]
    days: tuple[tuple[dt.date, float, float, float], ...]  # day, records, twin, naive good pieces
    sentences: tuple[str, ...]

    def line(self, measure: str) -> Line:
        """The line of a measure. Raises KeyError."""
        return {line.measure: line for line in self.lines}[measure]

    def to_json(self) -> dict[str, Any]:
        """The judgement as plain data."""
        return {
            "scenario": self.scenario,
            "learned_until": self.learned_until.isoformat(),
            "judged_from": self.judged[0].isoformat(),
            "judged_until": self.judged[1].isoformat(),
            "replications": self.replications,
            "measures": [line.to_json() for line in self.lines],
            "orders": [order.to_json() for order in self.orders],
            "days": [
                {"day": day.isoformat(), "records": a, "twin": b, "naive": c}
                for day, a, b, c in self.days
            ],
            "sentences": list(self.sentences),
        }


def recorded(log: Log, orders: Sequence[str], start: dt.date, end: dt.date) -> Series:
    """What the records say of ``[start, end)``."""
    good: Counter[dt.date] = Counter()
    shots: Counter[dt.date] = Counter()
    pieces = scrapped = 0
    hours = 0.0
    for visit in log.between(start, end):
        good[visit.date] += visit.good
        shots[visit.date] += visit.cycles
        pieces += visit.pieces
        scrapped += visit.pieces - visit.good
        hours += visit.cycles * setting_s(log, visit.tool) / 3600.0
    days = {d: float(n) for d, n in sorted(good.items()) if shots[d] > 0}
    return Series(
        days,
        {d: float(shots[d]) for d in days},
        scrapped / pieces if pieces else 0.0,
        hours,
        {o: d for o, d in completions(log, orders).items() if start <= d < end},
    )


def completions(log: Log, orders: Sequence[str]) -> dict[str, dt.date]:
    """The day on which the good pieces of each order reached its quantity."""
    wanted = set(orders)
    made: Counter[str] = Counter()
    found: dict[str, dt.date] = {}
    for visit in log.visits:
        order = visit.order
        if order is None or order not in wanted or order not in log.orders:
            continue
        made[order] += visit.good
        if order not in found and made[order] >= log.orders[order].quantity:
            found[order] = visit.date
    return found


def simulated(program: Program, tally: Tally, log: Log, start: dt.date, end: dt.date) -> Series:
    """What one replication says of ``[start, end)``; its completion dates go beyond."""
    count = (end - start).days
    good = tally.series_good.sum(axis=0)[:count]
    shots = tally.series_cycles.sum(axis=0)[:count]
    days = [start + dt.timedelta(n) for n in range(count)]
    pieces, scrapped, hours = _made(program, tally, log)
    return Series(
        {d: float(n) for d, n in zip(days, good, strict=True)},
        {d: float(n) for d, n in zip(days, shots, strict=True)},
        scrapped / pieces if pieces else 0.0,
        hours,
        {
            order.name: start + dt.timedelta(days=int((tick - 1) // DAY))
            for order, tick in zip(program.orders, tally.order_done, strict=True)
            if tick >= 0
        },
    )


def with_dates(series: Series, done: Mapping[str, dt.date]) -> Series:
    """The series with the completion dates of a run that went on longer."""
    return replace(series, done=done)


def _made(program: Program, tally: Tally, log: Log) -> tuple[int, int, float]:
    """Pieces, scrapped pieces, and hours of shots at the setting cycle, of a whole run."""
    pieces, scrapped = int(tally.mode_pieces.sum()), int(tally.mode_scrap.sum())
    hours, mode = 0.0, 0
    for operation in program.operations:
        tool = program.tools[operation.tool].name if operation.tool >= 0 else None
        for _ in operation.modes:
            hours += int(tally.mode_cycles[mode]) * setting_s(log, tool) / 3600.0
            mode += 1
    return pieces, scrapped, hours


def mape(truth: Mapping[dt.date, float], forecast: Mapping[dt.date, float]) -> float:
    """Mean absolute error relative to each day, over the days of the truth."""
    return statistics.fmean(abs(forecast.get(d, 0.0) - x) / x for d, x in truth.items() if x > 0)


def date_error(truth: Mapping[str, dt.date], forecast: Mapping[str, dt.date]) -> float | None:
    """Mean absolute error of completion dates in days, over the orders of the truth."""
    off = [abs((forecast[o] - d).days) for o, d in truth.items() if o in forecast]
    return statistics.fmean(off) if off else None


def mean_series(runs: Sequence[Series]) -> Series:
    """The forecast: means over replications; dates are the mean day."""
    days = runs[0].good.keys()
    by_order: dict[str, list[int]] = defaultdict(list)
    for run in runs:
        for order, day in run.done.items():
            by_order[order].append(day.toordinal())
    return Series(
        {d: statistics.fmean(r.good[d] for r in runs) for d in days},
        {d: statistics.fmean(r.shots[d] for r in runs) for d in days},
        statistics.fmean(r.scrap for r in runs),
        statistics.fmean(r.hours for r in runs),
        {
            o: dt.date.fromordinal(round(statistics.fmean(d)))
            for o, d in by_order.items()
            if len(d) == len(runs)
        },
    )


def judge(
    scenario: str,
    log: Log,
    fits: Fits,
    runs: Sequence[Series],
    rests: Mapping[str, int],
    worked: Callable[[dt.date], bool],
    start: dt.date,
    end: dt.date,
) -> Validity:
    """Set the replications against the records of ``[start, end)``.

    ``rests`` are the orders of the twin with what was left of them at ``start``.
    """
    truth = recorded(log, list(rests), start, end)
    if not truth.good:
        raise Refused(Problem("V423", f"the records hold nothing from {start} to {end}"))
    rate = naive_rates(log, start)
    dates = naive_dates(log, rests, rate.good, worked, start)
    flat = dict.fromkeys(truth.good, rate.good)
    flat_shots = dict.fromkeys(truth.good, rate.shots)
    oracle = known_sequence(log, fits, start, end, worked)
    twin = mean_series(runs)
    worked_days = sum(worked(start + dt.timedelta(n)) for n in range((end - start).days))
    lines = [
        _total("good pieces", truth.good, runs, "good", rate.good * worked_days, oracle.good),
        _total("shots", truth.shots, runs, "shots", rate.shots * worked_days, oracle.shots),
        _share("scrap share", truth.scrap, [r.scrap for r in runs], rate.scrap),
        _share("machine hours", truth.hours, [r.hours for r in runs], rate.hours * worked_days),
        _days("good pieces by day", truth.good, runs, twin.good, "good", flat, oracle.good),
        _days("shots by day", truth.shots, runs, twin.shots, "shots", flat_shots, oracle.shots),
        _dates(truth.done, runs, twin.done, dates, oracle.done),
    ]
    orders = tuple(
        OrderDate(
            o,
            log.orders[o].product,
            log.orders[o].due,
            truth.done.get(o),
            twin.done.get(o),
            dates.get(o),
        )
        for o in sorted(rests)
    )
    days = tuple((d, x, twin.good.get(d, 0.0), rate.good) for d, x in truth.good.items())
    return Validity(
        scenario,
        start,
        (start, end),
        len(runs),
        tuple(lines),
        orders,
        days,
        tuple(_sentences(lines, orders, days, end)),
    )


def _total(
    measure: str,
    truth: Mapping[dt.date, float],
    runs: Sequence[Series],
    which: str,
    naive: float,
    oracle: Mapping[dt.date, float],
) -> Line:
    total = sum(truth.values())
    totals = [sum(getattr(run, which).values()) for run in runs]
    twin = interval(totals, "pieces" if which == "good" else "shots")
    return Line(
        measure,
        twin.unit,
        total,
        twin,
        naive,
        statistics.fmean(totals) / total - 1,
        naive / total - 1,
        AIMS["month"],
        sum(oracle.get(d, 0.0) for d in truth) / total - 1,
    )


def _share(measure: str, truth: float, values: Sequence[float], naive: float) -> Line:
    unit = "h" if measure == "machine hours" else "share"
    mean = statistics.fmean(values)
    if unit == "share":  # of a share, the difference in points says more than its ratio
        error, naive_error, aim = mean - truth, naive - truth, None
    else:
        error, naive_error, aim = mean / truth - 1, naive / truth - 1, AIMS["month"]
    return Line(measure, unit, truth, interval(values, unit), naive, error, naive_error, aim)


def _days(
    measure: str,
    truth: Mapping[dt.date, float],
    runs: Sequence[Series],
    twin: Mapping[dt.date, float],
    which: str,
    flat: Mapping[dt.date, float],
    oracle: Mapping[dt.date, float],
) -> Line:
    single = interval([mape(truth, getattr(run, which)) for run in runs], "share")
    error = mape(truth, twin)
    naive_error, known = mape(truth, flat), mape(truth, oracle)
    return Line(measure, "MAPE", None, single, None, error, naive_error, AIMS["days"], known)


def _dates(
    truth: Mapping[str, dt.date],
    runs: Sequence[Series],
    twin: Mapping[str, dt.date],
    naive: Mapping[str, dt.date],
    oracle: Mapping[str, dt.date],
) -> Line:
    single = interval([date_error(truth, run.done) for run in runs], "d")
    return Line(
        "completion dates",
        "days, mean absolute",
        None,
        single,
        None,
        date_error(truth, twin) or 0.0,
        date_error(truth, naive),
        AIMS["dates"],
        date_error(truth, oracle),
    )


def _sentences(
    lines: Sequence[Line],
    orders: Sequence[OrderDate],
    days: Sequence[tuple[dt.date, float, float, float]],
    end: dt.date,
) -> list[str]:
    by = {line.measure: line for line in lines}
    found = [_verdict(line) for line in lines if line.aim is not None]
    dates = by["completion dates"]
    off = sorted((o for o in orders if o.off is not None), key=lambda o: -abs(o.off or 0))
    worst = [o for o in off[:5] if abs(o.off or 0) > 2]
    if worst:
        share = sum(abs(o.off or 0) for o in worst) / max(sum(abs(o.off or 0) for o in off), 1)
        listed = ", ".join(f"{o.order} ({o.off:+d} d)" for o in worst)
        found.append(f"{share:.0%} of all days of error lie in {len(worst)} orders: {listed}.")
    if dates.known_sequence is not None and dates.known_sequence < dates.error:
        found.append(
            f"With the planner's own sequence of orders on each machine the dates would be off by "
            f"{dates.known_sequence:.1f} d instead of {dates.error:.1f} d: the rest of the miss is "
            "the sequence, which the records do not explain."
        )
    unfinished = [o for o in orders if o.records is None and o.twin is not None and o.twin < end]
    if unfinished:
        found.append(
            f"{len(unfinished)} orders are finished in the twin but not in the records: "
            + ", ".join(o.order for o in unfinished)
            + "."
        )
    wrong = sorted(days, key=lambda d: -abs(d[2] - d[1]) / d[1])[:3]
    listed = ", ".join(f"{d[0]} ({d[2] / d[1] - 1:+.0%})" for d in wrong)
    found.append(f"The days furthest off are {listed}.")
    return found


def _verdict(line: Line) -> str:
    figure = f"{line.error:.1f} d" if line.measure == "completion dates" else f"{line.error:+.1%}"
    aim = f"{line.aim:.0f} d" if line.measure == "completion dates" else f"{line.aim:.0%}"
    reached = "within" if line.met else "misses"
    if line.unit == "MAPE":
        figure = f"{line.error:.1%}"
    than = ""
    if line.naive_error is not None:
        value = abs(line.naive_error)
        naive = f"{value:.1f} d" if line.measure == "completion dates" else f"{value:.1%}"
        than = f", {'better' if line.better else 'worse'} than the naive {naive}"
    return f"{line.measure.capitalize()}: off by {figure}, {reached} the aim of {aim}{than}."
