"""Working hours by weekday, expanded to the on-duty intervals of one run."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from typing import Final

from vtwin.base.errors import Problem, did_you_mean
from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.primitives import Calendar
from vtwin.scenario.document import CalendarEntry, Document
from vtwin.scenario.tree import Node
from vtwin.scenario.values import DAY_S
from vtwin.scenario.weekdays import DAYS, weekdays

ALWAYS: Final = "always"
Windows = tuple[tuple[int, int], ...]


def check(document: Document, tree: Node) -> list[Problem]:
    """What is wrong with the calendars: unknown days, a day given twice, undated holidays."""
    problems: list[Problem] = []
    section = tree.get("calendars") or Node({})
    for name, entry in document.calendars.items():
        node = section.get(name) or Node({})
        if name == ALWAYS:
            what = "'always' is built in and cannot be written"
            problems.append(Problem("V301", what, node.key_where(), "give it another name"))
        given: dict[int, str] = {}
        for key in entry.model_extra or {}:
            child = node.get(key) or node
            days = weekdays(key)
            if days is None:
                hint = did_you_mean(key, ("breaks", "holidays", "days", "daily", *DAYS))
                what = f"'{key}' names no day of the week"
                hint = hint or "such as mon-fri, sat, daily, breaks, holidays, days"
                problems.append(Problem("V115", what, child.key_where(), hint))
                continue
            for day in days:
                if day in given:
                    what = f"{DAYS[day]} is given by '{given[day]}' and by '{key}'"
                    problems.append(Problem("V301", what, child.key_where(), "each day once"))
                    break
                given[day] = key
        if document.run.start is None and (entry.holidays or entry.days):
            child = node.get("holidays") or node.get("days") or node
            what = f"the dates of calendar '{name}' have no effect: the run has no date"
            hint = "write `run: {start: 2026-03-01, …}`"
            problems.append(Problem("V302", what, child.where(), hint, "warning"))
    return problems


def expand(
    name: str,
    entry: CalendarEntry,
    start: dt.date | None,
    horizon: int,
    *,
    shifts: bool = False,
) -> Calendar:
    """On-duty intervals in ticks over ``[0, horizon)``. Tick 0 is midnight of ``start``, of a
    Monday when there is none. A shift past midnight belongs to the day it starts on. With
    ``shifts`` the calendar also says which intervals follow a break (S-117).
    """
    pattern: list[Windows] = [()] * 7
    for key, windows in (entry.model_extra or {}).items():
        for day in weekdays(key) or ():
            pattern[day] = windows
    first = start.weekday() if start else 0
    dated = _dated(entry, start)
    days = -(-horizon // (DAY_S * TICKS_PER_SECOND))
    open_s: list[tuple[int, int]] = []
    breaks: list[tuple[int, int]] = []
    for day in range(-1, days + 1):  # the night shift of the day before, breaks past midnight
        windows = dated.get(day, pattern[(first + day) % 7])
        open_s += [(day * DAY_S + a, day * DAY_S + b) for a, b in windows]
        breaks += [(day * DAY_S + a, day * DAY_S + b) for a, b in entry.breaks]
    duty = without(_joined(open_s), _joined(breaks))
    ticks = [(max(a * TICKS_PER_SECOND, 0), min(b * TICKS_PER_SECOND, horizon)) for a, b in duty]
    hours = tuple((a, b) for a, b in ticks if a < b)
    return Calendar(name, hours, _after_breaks(hours, _joined(open_s)) if shifts else ())


def _after_breaks(
    hours: tuple[tuple[int, int], ...], windows: list[tuple[int, int]]
) -> tuple[int, ...]:
    """Where hours go on in the window (s) the ones before them were in."""
    ends = [end * TICKS_PER_SECOND for _, end in windows]
    window = [bisect_right(ends, start) for start, _ in hours]
    return tuple(
        here[0] for here, a, b in zip(hours[1:], window, window[1:], strict=False) if a == b
    )


def _dated(entry: CalendarEntry, start: dt.date | None) -> Mapping[int, Windows]:
    if start is None:
        return {}
    found: dict[int, Windows] = {(date - start).days: () for date in entry.holidays}
    found.update({(date - start).days: windows for date, windows in entry.days.items()})
    return found


def _joined(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted, disjoint and non-touching."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def without(windows: list[tuple[int, int]], holes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of sorted, disjoint windows when sorted, disjoint holes are cut out."""
    left: list[tuple[int, int]] = []
    at = 0
    for start, end in windows:
        while at < len(holes) and holes[at][1] <= start:
            at += 1
        here = at
        while here < len(holes) and holes[here][0] < end:
            if start < holes[here][0]:
                left.append((start, holes[here][0]))
            start = max(start, holes[here][1])
            here += 1
        if start < end:
            left.append((start, end))
    return left


def share_open(calendar: Calendar | None, horizon: int) -> float:
    """Share of the horizon on duty; None: always."""
    if calendar is None:
        return 1.0
    return sum(end - start for start, end in calendar.open) / horizon
