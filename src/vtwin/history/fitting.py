"""Figures out of records: rates, losses, scrap, stops and calendars, each with its interval.

Everything is measured per machine and shift, because that is what the records hold. A *full*
shift has one order on the machine from its first to its last minute: the visits before and
after it belong to the same order. Only full shifts tell how fast a tool runs; shifts with a
change tell what a change costs. Shares of a shift are relative to its length.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from vtwin.history.log import Log, OrderLine, Visit, in_sequence
from vtwin.history.mapping import MappingDocument
from vtwin.history.quality import closed_days, copies

#: A full shift with fewer shots than this share of its tool's median had a stop.
STOPPED: Final = 0.7
#: Shots above this share of the median are cut to it: two shifts booked as one.
MOST: Final = 1.25
#: Shots per shift are never known to vary less: equal counts are copied, not made.
LEAST_SPREAD: Final = 0.01
Z95: Final = 1.959963984540054
_BOOTSTRAP: Final = 500

Confidence = Literal["high", "fair", "low", "assumed"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure: its 95 % interval where there is one, the rows it rests on, and how."""

    name: str
    value: float
    unit: str
    low: float | None
    high: float | None
    rows: int
    how: str
    confidence: Confidence

    def to_json(self) -> dict[str, Any]:
        """The estimate as plain data."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "rows": self.rows,
            "how": self.how,
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """A parameter the records say nothing about, and what is used instead."""

    name: str
    used: str
    why: str

    def to_json(self) -> dict[str, str]:
        """The gap as plain data."""
        return {"name": self.name, "used": self.used, "why": self.why}


@dataclass(frozen=True, slots=True)
class Fit:
    """A distribution of times against the data: mean in s, coefficient of variation, the
    Kolmogorov-Smirnov distance and the distance a true model exceeds in 5 % of cases.
    """

    kind: Literal["exponential", "lognormal", "gamma"]
    mean: float
    cv: float
    distance: float
    limit: float
    n: int

    @property
    def passes(self) -> bool:
        """Whether the data do not speak against it."""
        return self.distance <= self.limit


@dataclass(frozen=True, slots=True)
class ToolFit:
    """What the records say of a tool."""

    tool: str
    cycle: Estimate  # s per shot while nothing is wrong
    setting_s: float | None
    cavities: int
    standard: int | None
    scrap: Estimate
    causes: tuple[tuple[str, float], ...]  # share of the scrap, largest first
    machines: tuple[str, ...]  # where it may run, by name
    seen_on: tuple[str, ...]
    by_machine: tuple[tuple[str, float], ...]  # cycle relative to the tool's where it differs


@dataclass(frozen=True)
class Fits:
    """All that was fitted."""

    tools: Mapping[str, ToolFit]
    spread: float  # coefficient of variation of shots per full shift without a stop
    spread_rows: int
    stop_every: Estimate  # operating hours between stops
    stop_length: Fit
    tool_change: Estimate  # h
    colour_change: Estimate  # h
    material_change: Estimate  # h, on top of either
    weekdays: tuple[int, ...]  # 0 = Monday
    closed: tuple[dt.date, ...]
    release_lag: int  # working days from receipt to the first possible shift
    month_bound: bool  # orders wait for the month their number names
    by_shift: tuple[tuple[str, float, int], ...]  # shift, rate relative to all, rows
    cycle_ratio: Estimate  # actual cycle over setting, all tools
    scrap_share: Estimate
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def estimates(self) -> list[Estimate]:
        """Every figure, general ones first."""
        return [
            self.cycle_ratio,
            self.scrap_share,
            self.tool_change,
            self.colour_change,
            self.material_change,
            self.stop_every,
            *(e for tool in self.tools.values() for e in (tool.cycle, tool.scrap)),
        ]


@dataclass(frozen=True, slots=True)
class _Full:
    visit: Visit
    length: int


def fit(log: Log, mapping: MappingDocument, tools: Iterable[str]) -> Fits:
    """Fit everything from the visits of ``log``; ``tools`` are those the twin needs, with or
    without records.
    """
    full = full_shifts(log)
    medians = _medians(full)
    normal = [f for f in full if _share(f, medians) >= STOPPED]
    copied = {id(v) for group in copies(log) for v in group[1:]}
    shares = [min(_share(f, medians), MOST) for f in normal if id(f.visit) not in copied]
    spread = statistics.pstdev(shares) if len(shares) > 2 else 0.0
    pooled_scrap = _pooled_scrap(log)
    campaigns = _campaigns(log, normal, medians)
    varies, ratio = _spread_of(log, campaigns, spread)
    fitted = {
        tool: _tool(log, tool, normal, medians, campaigns.get(tool, ()), varies, pooled_scrap)
        for tool in sorted(set(tools))
    }
    rates = {tool: 1.0 / rate for tool, rate in medians.items()}
    lag, bound = _release(log, mapping)
    idle = _idle_with_work(log, mapping, fitted, lag, bound)
    stops, operating_h = _stops(log, full, rates, idle)
    tool_change, colour_change, material_change = _changes(log, rates, _stop_share(full, medians))
    weekdays, closed = _calendar(log, mapping)
    return Fits(
        tools=fitted,
        spread=spread,
        spread_rows=len(shares),
        stop_every=_every("stops.after", operating_h, len(stops)),
        stop_length=fit_times(stops),
        tool_change=tool_change,
        colour_change=colour_change,
        material_change=material_change,
        weekdays=weekdays,
        closed=closed,
        release_lag=lag,
        month_bound=bound,
        by_shift=_by_shift(log, normal, medians),
        cycle_ratio=ratio,
        scrap_share=pooled_scrap,
        gaps=_gaps(log, mapping, fitted),
    )


def full_shifts(log: Log) -> list[_Full]:
    """Visits that fill their shift: alone in it, between two visits of the same order on the
    same machine (or at the edge of the records), not the shift in which the order ended.
    """
    found = []
    for visits in in_sequence(log.visits).values():
        alone = Counter((v.date, v.shift) for v in visits if v.product)
        for position, visit in enumerate(visits):
            if visit.product is None or alone[visit.date, visit.shift] > 1:
                continue
            before = visits[position - 1] if position else None
            after = visits[position + 1] if position + 1 < len(visits) else None
            starts = before is not None and before.order != visit.order
            ends = after is not None and after.order != visit.order
            if not starts and not ends and visit.tool:
                found.append(_Full(visit, log.shifts[visit.shift].length_s))
    return found


def _medians(full: Sequence[_Full]) -> dict[str, float]:
    """Shots per second of shift, per tool."""
    by: dict[str, list[float]] = defaultdict(list)
    for f in full:
        if f.visit.cycles and f.visit.tool:
            by[f.visit.tool].append(f.visit.cycles / f.length)
    return {tool: statistics.median(rates) for tool, rates in by.items()}


def _share(f: _Full, medians: Mapping[str, float]) -> float:
    usual = medians.get(f.visit.tool or "")
    return f.visit.cycles / f.length / usual if usual else 0.0


@dataclass(frozen=True, slots=True)
class _Campaign:
    """One go at one order: full shifts in a row of one tool on one machine. Mean of the
    logarithm of seconds per shot, and shifts.
    """

    machine: str
    mean: float
    n: int


@dataclass(frozen=True, slots=True)
class _Spread:
    """Where seconds per shot (their logarithms) vary: about the setting between tools, between
    campaigns of a tool, between shifts of a campaign; and the mean ratio to the setting.
    """

    ratio: float
    tools: float
    campaigns: float
    shifts: float

    def weight(self, campaign: _Campaign) -> float:
        """Precision of one campaign as a sample of its tool."""
        return 1.0 / (self.campaigns**2 + max(self.shifts, LEAST_SPREAD) ** 2 / campaign.n)


def _campaigns(
    log: Log, normal: Sequence[_Full], medians: Mapping[str, float]
) -> dict[str, list[_Campaign]]:
    inside = {id(f.visit): f for f in normal}
    found: dict[str, list[_Campaign]] = defaultdict(list)
    for machine, visits in in_sequence(log.working()).items():
        for (tool, _), run in itertools.groupby(visits, lambda v: (v.tool, v.order)):
            logs = []
            for visit in run:
                f = inside.get(id(visit))
                if f is not None and tool is not None:
                    shots = min(_share(f, medians), MOST) * medians[tool]
                    logs.append(-math.log(shots))
            if logs and tool is not None:
                found[tool].append(_Campaign(machine, statistics.fmean(logs), len(logs)))
    return dict(found)


def _spread_of(
    log: Log, campaigns: Mapping[str, Sequence[_Campaign]], shifts: float
) -> tuple[_Spread, Estimate]:
    """Components of variance by moments, and the ratio of actual to setting cycle."""
    square, freedom, expected = 0.0, 0, 0.0
    for own in campaigns.values():
        if len(own) < 2:
            continue
        middle = statistics.fmean(c.mean for c in own)
        square += sum((c.mean - middle) ** 2 for c in own)
        freedom += len(own) - 1
        expected += shifts**2 * statistics.fmean(1 / c.n for c in own) * (len(own) - 1)
    between = math.sqrt(max(square - expected, 0.0) / freedom) if freedom else shifts
    logs = [
        statistics.fmean(c.mean for c in own) - math.log(line.cycle_s)
        for tool, own in campaigns.items()
        if (line := log.tools.get(tool)) is not None and line.cycle_s
    ]
    if not logs:
        how = "no tool has a setting cycle and full shifts"
        ratio = Estimate("tools.cycle_ratio", 1.0, "", None, None, 0, how, "assumed")
        return _Spread(1.0, 0.5, between, shifts), ratio
    middle = statistics.fmean(logs)
    total = statistics.stdev(logs) if len(logs) > 1 else 0.5
    tools = math.sqrt(max(total**2 - between**2 - shifts**2 / 5, 0.05**2))
    half = Z95 * total / math.sqrt(len(logs))
    ratio = Estimate(
        "tools.cycle_ratio",
        math.exp(middle),
        "",
        math.exp(middle - half),
        math.exp(middle + half),
        len(logs),
        f"actual over setting cycle, geometric mean over tools; varies by {tools:.0%} between "
        f"tools, {between:.0%} between orders of a tool, {shifts:.0%} between shifts",
        "high" if len(logs) >= 20 else "fair",
    )
    return _Spread(math.exp(middle), tools, between, shifts), ratio


def _tool(
    log: Log,
    tool: str,
    normal: Sequence[_Full],
    medians: Mapping[str, float],
    campaigns: Sequence[_Campaign],
    spread: _Spread,
    pooled_scrap: Estimate,
) -> ToolFit:
    line = log.tools.get(tool)
    setting = line.cycle_s if line is not None else None
    standard = line.cavities if line is not None else None
    mine = [f for f in normal if f.visit.tool == tool]
    visits = [v for v in log.working() if v.tool == tool]
    used = [v.cavities for v in visits if v.cavities and v.cycles]
    seen = tuple(sorted({v.machine for v in visits if v.cycles}))
    return ToolFit(
        tool=tool,
        cycle=_cycle(tool, campaigns, setting, spread),
        setting_s=setting,
        cavities=used[-1] if used else standard or 1,
        standard=standard,
        scrap=_scrap(tool, visits, pooled_scrap),
        causes=_causes(visits),
        machines=_eligible(log, tool, seen),
        seen_on=seen,
        by_machine=_by_machine(mine, medians, spread),
    )


def _cycle(
    tool: str,
    campaigns: Sequence[_Campaign],
    setting: float | None,
    spread: _Spread,
) -> Estimate:
    """Seconds per shot: the mean over campaigns, drawn towards the setting times the usual
    ratio as far as campaigns of one tool differ and there are few of them.
    """
    name = f"tools.{tool}.cycle"
    prior = None if setting is None else math.log(setting * spread.ratio)
    if not campaigns:
        if prior is None:
            how = "neither shots nor a setting"
            return Estimate(name, 30.0, "s", None, None, 0, how, "assumed")
        how = f"no full shift; setting {setting:g} s x {spread.ratio:.2f}"
        half = Z95 * math.hypot(spread.tools, spread.campaigns)
        low, high = math.exp(prior - half), math.exp(prior + half)
        return Estimate(name, math.exp(prior), "s", low, high, 0, how, "assumed")
    weights = [spread.weight(c) for c in campaigns]
    precision = sum(weights)
    middle = sum(w * c.mean for w, c in zip(weights, campaigns, strict=True)) / precision
    n = sum(c.n for c in campaigns)
    goes = f"{len(campaigns)} orders" if len(campaigns) > 1 else "one order"
    how = f"shift length over shots, {n} full shifts of {goes}"
    if prior is not None:
        before = 1.0 / spread.tools**2
        middle = (precision * middle + before * prior) / (precision + before)
        precision += before
        how += f"; drawn towards the setting {setting:g} s x {spread.ratio:.2f}"
    half = Z95 / math.sqrt(precision)
    confidence: Confidence = (
        "high" if n >= 10 and len(campaigns) > 1 else "fair" if n >= 5 else "low"
    )
    low, high = math.exp(middle - half), math.exp(middle + half)
    return Estimate(name, math.exp(middle), "s", low, high, n, how, confidence)


def _pooled_scrap(log: Log) -> Estimate:
    return _ratio_estimate("scrap", [v for v in log.working() if v.pieces], "all records")


def _ratio_estimate(name: str, visits: Sequence[Visit], how: str) -> Estimate:
    """Scrapped over made pieces, with the spread between shifts (not between pieces: scrap
    comes in shifts, so a binomial interval would be far too narrow).
    """
    pieces = sum(v.pieces for v in visits)
    if pieces == 0:
        return Estimate(name, 0.0, "share", None, None, 0, "no pieces", "assumed")
    share = sum(v.pieces - v.good for v in visits) / pieces
    n = len(visits)
    mean = pieces / n
    residual = sum((v.pieces - v.good - share * v.pieces) ** 2 for v in visits)
    half = Z95 * math.sqrt(residual / max(n - 1, 1) / n) / mean
    confidence: Confidence = "high" if n >= 20 else "fair" if n >= 5 else "low"
    return Estimate(
        name, share, "share", max(share - half, 0.0), min(share + half, 1.0), n, how, confidence
    )


def _scrap(tool: str, visits: Sequence[Visit], pooled: Estimate) -> Estimate:
    name = f"tools.{tool}.scrap"
    made = [v for v in visits if v.pieces]
    if not made:
        how = "no records of this tool: the share of all tools"
        return Estimate(name, pooled.value, "share", None, None, 0, how, "assumed")
    own = _ratio_estimate(name, made, "")
    n = len(made)
    value = (n * own.value + pooled.value) / (n + 1)
    shift = value - own.value
    return Estimate(
        name,
        value,
        "share",
        None if n < 3 or own.low is None else max(own.low + shift, 0.0),
        None if n < 3 or own.high is None else own.high + shift,
        n,
        f"scrapped over made pieces, {n} records, drawn to {pooled.value:.1%} by one record",
        own.confidence,
    )


def _causes(visits: Iterable[Visit]) -> tuple[tuple[str, float], ...]:
    total: Counter[str] = Counter()
    for visit in visits:
        for cause, count in visit.scrap:
            total[cause] += count
    everything = sum(total.values())
    return tuple((cause, count / everything) for cause, count in total.most_common())


def _eligible(log: Log, tool: str, seen: tuple[str, ...]) -> tuple[str, ...]:
    """Machines of the classes the tool fits, and those it ran on."""
    there = {v.machine for v in log.visits}
    line = log.tools.get(tool)
    fits = set(line.fits) if line is not None else set()
    by_size = {m for m in there if m in log.machines and log.machines[m].size in fits}
    return tuple(sorted((by_size | set(seen)) or there))


def _by_machine(
    mine: Sequence[_Full], medians: Mapping[str, float], spread: _Spread
) -> tuple[tuple[str, float], ...]:
    """Cycle on one machine relative to the tool's, where two or more machines have at least
    five full shifts each and differ by more than campaigns of one tool do anyway (95 %).
    """
    by: dict[str, list[float]] = defaultdict(list)
    for f in mine:
        by[f.visit.machine].append(min(_share(f, medians), MOST))
    known = {m: statistics.fmean(shares) for m, shares in by.items() if len(shares) >= 5}
    if len(known) < 2:
        return ()
    middle = statistics.fmean(known.values())
    usual = Z95 * math.hypot(spread.campaigns, spread.shifts / math.sqrt(5))
    return tuple((m, middle / x) for m, x in sorted(known.items()) if abs(x - middle) > usual)


def _by_shift(
    log: Log, normal: Sequence[_Full], medians: Mapping[str, float]
) -> tuple[tuple[str, float, int], ...]:
    by: dict[int, list[float]] = defaultdict(list)
    for f in normal:
        by[f.visit.shift].append(min(_share(f, medians), MOST))
    if not by:
        return ()
    everything = statistics.fmean(x for shares in by.values() for x in shares)
    return tuple(
        (log.shifts[s].name, statistics.fmean(by[s]) / everything, len(by[s])) for s in sorted(by)
    )


def _stop_share(full: Sequence[_Full], medians: Mapping[str, float]) -> float:
    """Mean share of a full shift lost to stops."""
    known = [f for f in full if f.visit.tool in medians]
    if not known:
        return 0.0
    return sum(1 - s for f in known if (s := _share(f, medians)) < STOPPED) / len(known)


def _idle_with_work(
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


def _stops(
    log: Log, full: Sequence[_Full], rates: Mapping[str, float], idle: set[int]
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


def _every(name: str, hours: float, count: int) -> Estimate:
    """Mean time between events, with the exact interval of a Poisson count."""
    if count == 0:
        how = "no stop in the full shifts"
        return Estimate(name, max(hours, 1.0) * 2, "h", None, None, 0, how, "assumed")
    from scipy.stats import chi2

    low = 2 * hours / float(chi2.ppf(0.975, 2 * count + 2))
    high = 2 * hours / float(chi2.ppf(0.025, 2 * count))
    confidence: Confidence = "high" if count >= 30 else "fair" if count >= 8 else "low"
    how = f"{count} stops in {hours:.0f} h of full shifts"
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


def _changes(
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
    how = (
        f"time lost in the shifts around {n} changes, waits for the setter and the next shift in it"
    )
    if name == "material_change":
        how = f"what {n} changes with another material lost on top"
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


def _calendar(log: Log, mapping: MappingDocument) -> tuple[tuple[int, ...], tuple[dt.date, ...]]:
    """Worked days of the week, and the dates closed beside them: noted, or without shots."""
    days = {v.date for v in log.visits if v.cycles}
    if not days:
        return tuple(range(7)), ()
    first, last = min(days), max(days)
    span = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
    per = Counter(day.weekday() for day in days)
    of = Counter(day.weekday() for day in span)
    weekdays = tuple(d for d in range(7) if of[d] == 0 or per[d] >= 0.5 * of[d])
    silent = {day for day in span if day not in days}
    noted = set(closed_days(log, mapping)) - days
    return weekdays, tuple(sorted(d for d in silent | noted if d.weekday() in weekdays))


def _release(log: Log, mapping: MappingDocument) -> tuple[int, bool]:
    """Days from receipt to the earliest first shot seen, and whether orders waited for the
    month their number names though they were there before.
    """
    first: dict[str, dt.date] = {}
    for visit in log.working():
        if visit.order and visit.cycles:
            first.setdefault(visit.order, visit.date)
    days = sorted({v.date for v in log.visits if v.cycles})
    lags = []
    for order, start in first.items():
        line = log.orders.get(order)
        if line is not None and days and line.received >= days[0]:
            lags.append(sum(line.received < day <= start for day in days))
    lag = min(lags) if lags else 0
    waited = [
        o for o, line in log.orders.items()
        if (month := order_month(o, mapping)) and days and line.received < month <= days[-1]
        and o in first and first[o] < month
    ]  # fmt: skip
    return lag, mapping.order_month is not None and not waited


def order_month(order: str, mapping: MappingDocument) -> dt.date | None:
    """First day of the month an order's number names, or None."""
    import re

    if mapping.order_month is None:
        return None
    match = re.match(mapping.order_month, order)
    if match is None:
        return None
    if not (match["year"].isdecimal() and match["month"].isdecimal()):
        return None
    year, month = int(match["year"]), int(match["month"])
    if not 1 <= month <= 12 or year > 9000:
        return None
    return dt.date(year if year >= 1000 else 2000 + year, month, 1)


def _gaps(log: Log, mapping: MappingDocument, tools: Mapping[str, ToolFit]) -> tuple[Gap, ...]:
    found = []
    if not mapping.shift_hours_known:
        hours = ", ".join(f"shift {n} {h}" for n, h in mapping.shifts.items())
        found.append(Gap("calendars", hours, "the records name shifts but not when they begin"))
    unseen = [t for t, f in tools.items() if f.cycle.rows == 0]
    if unseen:
        found.append(
            Gap(
                "tools.cycle",
                "setting cycle times the usual ratio of actual to setting",
                f"{len(unseen)} tools without a full shift: {', '.join(unseen)}",
            )
        )
    dry = [t for t, f in tools.items() if f.scrap.rows == 0]
    if dry:
        found.append(
            Gap("tools.scrap", "the share of all tools", f"{len(dry)} tools without records: "
                f"{', '.join(dry)}")
        )  # fmt: skip
    found += [
        Gap("equipment.failures", "one mode, no repairer", "stops have no reason, start or end;"
            " they show only as missing shots"),
        Gap("people", "nobody is waited for beyond what the change loss holds",
            "the records name no setters, operators or repairers"),
        Gap("costs", "none", "the records hold no prices: machines, energy, people, material"),
        Gap("equipment.power", "as in the library model, typical values",
            "energy is not recorded"),
        Gap("layout", "two rows of machines, illustrative", "positions are not recorded"),
        Gap("orders.sequence", "chosen by the dispatching rule",
            "why an order was begun, set aside or taken up again is not recorded"),
    ]  # fmt: skip
    return tuple(found)
