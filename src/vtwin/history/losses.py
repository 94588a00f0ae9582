"""What is lost: stops of machines and changes of tool, colour and material."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from vtwin.base.units import counted
from vtwin.history.figures import Confidence, Estimate, Fit, ToolFit
from vtwin.history.log import Log, OrderLine, Visit, in_sequence
from vtwin.history.mapping import MappingDocument, order_month
from vtwin.history.rates import STOPPED, Full, share_of

_BOOTSTRAP: Final = 500


def stop_share(full: Sequence[Full], medians: Mapping[str, float]) -> float:
    """Mean share of a full shift lost to stops."""
    known = [f for f in full if f.visit.tool in medians]
    if not known:
        return 0.0
    return sum(1 - s for f in known if (s := share_of(f, medians)) < STOPPED) / len(known)


def idle_with_work(
    log: Log, mapping: MappingDocument, tools: Mapping[str, ToolFit], lag: int, bound: bool
) -> set[int]:
    """Visits (by id) of machines that stood without an order while one they could have made
    was released and its tool was free: stops, whatever the reason.
    """
    days = sorted({v.date for v in log.visits if v.cycles})
    busy: dict[tuple[dt.date, int], set[str | None]] = defaultdict(set)
    for visit in log.working():
        busy[visit.date, visit.shift].add(visit.tool)
    made: Counter[str | None] = Counter()
    found: set[int] = set()
    for slot, group in itertools.groupby(log.visits, _slot):
        here = list(group)
        for visit in here:
            if visit.product is None and any(
                made[order] < line.quantity
                and _released(line, slot[0], days, mapping, lag, bound)
                and any(
                    tool in tools
                    and tool not in busy[slot]
                    and visit.machine in tools[tool].machines
                    for tool in log.tools_of(line.product)
                )
                for order, line in log.orders.items()
            ):
                found.add(id(visit))
        for visit in here:
            made[visit.order] += visit.good
    return found


def _released(
    line: OrderLine,
    day: dt.date,
    days: Sequence[dt.date],
    mapping: MappingDocument,
    lag: int,
    bound: bool,
) -> bool:
    month = order_month(line.order, mapping) if bound else None
    if line.received > day or (month is not None and month > day):
        return False
    return lag == 0 or line.received < days[0] or sum(line.received < d <= day for d in days) >= lag


def stops_of(
    log: Log, full: Sequence[Full], rates: Mapping[str, float], idle: set[int]
) -> tuple[list[float], float]:
    """Lengths of stops in s, and hours worked. Stopped shifts that follow one another on a
    machine (in its records) are one stop.
    """
    inside = {id(f.visit): f for f in full}
    found: list[float] = []
    worked = 0.0
    for visits in in_sequence(log.visits).values():
        running = 0.0
        for visit in visits:
            f = inside.get(id(visit))
            share = 0.0 if id(visit) in idle else None
            if f is not None and visit.tool in rates:
                share = min(visit.cycles * rates[visit.tool or ""] / f.length, 1.0)
                worked += share * f.length / 3600.0
            if share is not None and share < STOPPED:
                running += (1 - share) * log.shifts[visit.shift].length_s
            elif running:
                found.append(running)
                running = 0.0
        if running:
            found.append(running)
    return found, worked


def mean_between(name: str, hours: float, count: int) -> Estimate:
    """Mean time between events, with the exact interval of a Poisson count."""
    if count == 0:
        how = "no stop in the full shifts"
        return Estimate(name, max(hours, 1.0) * 2, "h", None, None, 0, how, "assumed")
    from scipy.stats import chi2

    low = 2 * hours / float(chi2.ppf(0.975, 2 * count + 2))
    high = 2 * hours / float(chi2.ppf(0.025, 2 * count))
    confidence: Confidence = "high" if count >= 30 else "fair" if count >= 8 else "low"
    how = f"{counted(count, 'stop')} in {hours:.0f} h of full shifts"
    return Estimate(name, hours / count, "h", low, high, count, how, confidence)


def fit_times(values: Sequence[float]) -> Fit:
    """The distribution of times (s) that lies closest to the data among exponential,
    lognormal and gamma, each with the mean of the data (so that totals are right).
    """
    if not values:
        return Fit("exponential", 3600.0, 1.0, 1.0, 1.0, 0)
    from scipy import stats

    mean = statistics.fmean(values)
    cv = statistics.stdev(values) / mean if len(values) > 1 else 1.0
    cv = min(max(cv, 0.05), 5.0)
    sigma2 = math.log1p(cv * cv)
    candidates: dict[Literal["exponential", "lognormal", "gamma"], Any] = {
        "exponential": stats.expon(scale=mean),
        "lognormal": stats.lognorm(s=math.sqrt(sigma2), scale=mean / math.exp(sigma2 / 2)),
        "gamma": stats.gamma(a=1 / cv**2, scale=mean * cv**2),
    }
    limit = 1.358 / math.sqrt(len(values))
    fits = [
        Fit(
            kind,
            mean,
            1.0 if kind == "exponential" else cv,
            float(stats.kstest(values, model.cdf).statistic),
            limit,
            len(values),
        )
        for kind, model in candidates.items()
    ]
    return min(fits, key=lambda f: f.distance)


@dataclass
class _Group:
    """Shifts of one machine tied together by changes: what was lost in them, of how much."""

    lost: float = 0.0  # shifts
    shifts: int = 0
    tools: int = 0
    colours: int = 0
    materials: int = 0


def changes_of(
    log: Log, rates: Mapping[str, float], stop_share: float
) -> tuple[Estimate, Estimate, Estimate]:
    """Hours lost per change of tool, per change of colour on the same tool, and on top of
    either per change of material.

    Shifts that a change falls in, or lies between, are grouped; what a group lost beyond the
    usual stops is explained by its changes (least squares), intervals by resampling groups.
    """
    groups = _change_groups(log, rates)
    length_h = statistics.fmean(s.length_s for s in log.shifts) / 3600.0
    solved = _solve(groups, stop_share)
    rng = np.random.default_rng(20181101)
    drawn = []
    if len(groups) >= 5:
        for _ in range(_BOOTSTRAP):
            picked = [groups[i] for i in rng.integers(0, len(groups), len(groups))]
            drawn.append(_solve(picked, stop_share))
    counts = {
        "tool_change": sum(g.tools for g in groups),
        "colour_change": sum(g.colours for g in groups),
        "material_change": sum(g.materials for g in groups),
    }
    found = [
        _change_estimate(
            name, n, solved[index] * length_h, sorted(d[index] * length_h for d in drawn)
        )
        for index, (name, n) in enumerate(counts.items())
    ]
    return found[0], found[1], found[2]


def _change_estimate(name: str, n: int, value: float, drawn: Sequence[float]) -> Estimate:
    if n == 0:
        assumed = 0.0 if name == "material_change" else 0.5
        return Estimate(name, assumed, "h", None, None, 0, "no such change", "assumed")
    enough = len(drawn) > 20 and n >= 3
    how = f"time lost in the shifts around {counted(n, 'change')}, waits for the setter and the"
    how += " next shift in it"
    if name == "material_change":
        how = f"what {counted(n, 'change')} with another material lost on top"
    low = drawn[int(0.025 * len(drawn))] if enough else None
    high = drawn[int(0.975 * len(drawn))] if enough else None
    confidence: Confidence = "high" if n >= 30 else "fair" if n >= 8 else "low"
    if enough and low is not None and low < 0:
        confidence = "low"
    return Estimate(name, max(value, 0.0), "h", low, high, n, how, confidence)


def _solve(groups: Sequence[_Group], stop_share: float) -> tuple[float, float, float]:
    if not groups:
        return 0.0, 0.0, 0.0
    a = np.array([(g.tools, g.colours, g.materials) for g in groups], dtype=float)
    b = np.array([g.lost - stop_share * g.shifts for g in groups])
    solution = np.linalg.lstsq(a, b, rcond=None)[0]
    return float(solution[0]), float(solution[1]), float(solution[2])


def _change_groups(log: Log, rates: Mapping[str, float]) -> list[_Group]:
    slots = sorted({(v.date, v.shift) for v in log.visits})
    index = {slot: i for i, slot in enumerate(slots)}
    found = []
    for visits in in_sequence(log.visits).values():
        by_slot = [(index[k], list(g)) for k, g in itertools.groupby(visits, _slot)]
        group: _Group | None = None
        tied = False  # whether the group reaches into the next shift
        before: Visit | None = None
        at_before = -2
        for at, here in by_slot:
            share = sum(_shift_share(v, log, rates) for v in here)
            changes = [_change(a, b) for a, b in itertools.pairwise(here)]
            entering = _change(before if at == at_before + 1 else None, here[0])
            known = all(v.product and v.tool in rates and v.cycles for v in here)
            if any(entering) and known:
                if group is None:
                    group = _Group()
                    last = by_slot[[a for a, _ in by_slot].index(at) - 1][1]
                    group.lost += 1 - sum(_shift_share(v, log, rates) for v in last)
                    group.shifts += 1
                _count(group, [entering])
                tied = True
            if group is not None and not (tied and known):
                found.append(group)
                group, tied = None, False
            if any(map(any, changes)) and known and group is None:
                group = _Group()
            if group is not None:
                group.lost += 1 - share
                group.shifts += 1
                _count(group, changes)
            tied = False
            before, at_before = (here[-1] if known else None), at
        if group is not None:
            found.append(group)
    return [g for g in found if g.tools or g.colours]


def _slot(visit: Visit) -> tuple[dt.date, int]:
    return visit.date, visit.shift


def _shift_share(visit: Visit, log: Log, rates: Mapping[str, float]) -> float:
    rate = rates.get(visit.tool or "")
    return visit.cycles * rate / log.shifts[visit.shift].length_s if rate else 0.0


def _change(before: Visit | None, after: Visit) -> tuple[int, int, int]:
    """Whether tool, colour (on the same tool) and material are others."""
    if before is None or before.product is None or after.product is None:
        return 0, 0, 0
    material = int(before.material != after.material)
    if before.tool != after.tool:
        return 1, 0, material
    return 0, int(before.colour != after.colour or bool(material)), material


def _count(group: _Group, changes: Iterable[tuple[int, int, int]]) -> None:
    for tool, colour, material in changes:
        group.tools += tool
        group.colours += colour
        group.materials += material
