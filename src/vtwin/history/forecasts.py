"""Forecasts a twin is set beside: the plainest there is, and one that knows the sequence.

The naive forecast is last period's mean rate per worked day, and for completion dates the order
book worked through at that rate in the order of receipt.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vtwin.base.errors import Problem, Refused
from vtwin.history.figures import Fits
from vtwin.history.log import Log, in_sequence


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of a stretch of days: good pieces and shots by day, totals, completion days."""

    good: Mapping[dt.date, float]
    shots: Mapping[dt.date, float]
    scrap: float  # share of pieces
    hours: float  # shots times setting cycle, h
    done: Mapping[str, dt.date]


def setting_s(log: Log, tool: str | None) -> float:
    """The setting cycle of a tool, s; 0 where it is not known."""
    line = log.tools.get(tool or "")
    return line.cycle_s or 0.0 if line is not None else 0.0


@dataclass(frozen=True, slots=True)
class Naive:
    """The plainest forecast: rates per worked day of the time before."""

    good: float
    shots: float
    hours: float
    scrap: float


def naive_rates(log: Log, before: dt.date) -> Naive:
    """Means over the worked days before a day. Raises Refused when there is none."""
    visits = [v for v in log.visits if v.date < before]
    days = {v.date for v in visits if v.cycles}
    if not days:
        raise Refused(Problem("V420", f"the records hold no production before {before}"))
    pieces = sum(v.pieces for v in visits)
    hours = sum(v.cycles * setting_s(log, v.tool) for v in visits) / 3600.0
    return Naive(
        sum(v.good for v in visits) / len(days),
        sum(v.cycles for v in visits) / len(days),
        hours / len(days),
        sum(v.pieces - v.good for v in visits) / pieces if pieces else 0.0,
    )


def naive_dates(
    log: Log,
    rests: Mapping[str, int],
    rate: float,
    worked: Callable[[dt.date], bool],
    start: dt.date,
) -> dict[str, dt.date]:
    """Completion days when the book is worked through at one rate in order of receipt."""
    found: dict[str, dt.date] = {}
    day, left = start, rate
    while not worked(day):
        day += dt.timedelta(1)
    for order in sorted(rests, key=lambda o: (log.orders[o].received, o)):
        rest = float(rests[order])
        while rest > left:
            rest -= left
            day += dt.timedelta(1)
            while not worked(day):
                day += dt.timedelta(1)
            left = rate
        left -= rest
        found[order] = day
    return found


def known_sequence(
    log: Log, fits: Fits, start: dt.date, end: dt.date, worked: Callable[[dt.date], bool]
) -> Series:
    """What the learned rates and losses say when every machine works the orders it really did,
    in that order: the part of the miss that is not the planner's sequence.
    """
    good: defaultdict[dt.date, float] = defaultdict(float)
    shots: defaultdict[dt.date, float] = defaultdict(float)
    last: dict[str, dt.date] = {}
    up = fits.stop_every.value / (fits.stop_every.value + fits.stop_length.mean / 3600.0)
    for visits in in_sequence(log.between(start, end)).values():
        clock = _Clock(start, worked)
        before: tuple[str | None, str | None] | None = None
        for visit in visits:
            fit = fits.tools.get(visit.tool or "")
            if visit.product is None or fit is None or not visit.good:
                continue
            now = (visit.tool, visit.product)
            if before is not None and before != now:
                tool = before[0] != visit.tool
                clock.pass_h(fits.tool_change.value if tool else fits.colour_change.value)
            before = now
            per_shot = fit.cavities * (1 - fit.scrap.value)
            per_h = 3600.0 / fit.cycle.value * up
            for day, hours in clock.work(visit.good / per_shot / per_h):
                good[day] += hours * per_h * per_shot
                shots[day] += hours * per_h
            if visit.order:
                last[visit.order] = max(last.get(visit.order, start), clock.day)
    return Series(dict(good), dict(shots), 0.0, 0.0, last)


class _Clock:
    """Hours of worked days, one after another."""

    def __init__(self, start: dt.date, worked: Callable[[dt.date], bool]) -> None:
        self._worked = worked
        self.day = start
        self._left = 0.0
        self._skip()

    def _skip(self) -> None:
        while not self._worked(self.day):
            self.day += dt.timedelta(1)
        self._left = 24.0

    def work(self, hours: float) -> list[tuple[dt.date, float]]:
        """Hours by day from now on."""
        found = []
        while hours > 1e-9:
            if self._left <= 1e-9:
                self.day += dt.timedelta(1)
                self._skip()
            spent = min(hours, self._left)
            found.append((self.day, spent))
            self._left -= spent
            hours -= spent
        return found

    def pass_h(self, hours: float) -> None:
        """Let hours go by."""
        self.work(hours)
