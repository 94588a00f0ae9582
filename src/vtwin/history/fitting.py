"""Figures out of records: rates, losses, scrap, calendars and releases, each with its interval.

Everything is measured per machine and shift, because that is what the records hold.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from vtwin.base.units import counted
from vtwin.history.checks import closed_days, copies
from vtwin.history.figures import Confidence, Estimate, Fits, Gap, ToolFit
from vtwin.history.log import Log, Visit
from vtwin.history.losses import (
    changes_of,
    fit_times,
    idle_with_work,
    mean_between,
    stop_share,
    stops_of,
)
from vtwin.history.mapping import MappingDocument, order_month
from vtwin.history.rates import (
    MOST,
    STOPPED,
    Z95,
    Campaign,
    Full,
    Spread,
    by_machine,
    by_shift,
    campaigns_of,
    cycle_of,
    full_shifts,
    medians_of,
    share_of,
    spread_of,
)


def fit(log: Log, mapping: MappingDocument, tools: Iterable[str]) -> Fits:
    """Fit everything from the visits of ``log``; ``tools`` are those the twin needs, with or
    without records.
    """
    full = full_shifts(log)
    medians = medians_of(full)
    normal = [f for f in full if share_of(f, medians) >= STOPPED]
    copied = {id(v) for group in copies(log) for v in group[1:]}
    shares = [min(share_of(f, medians), MOST) for f in normal if id(f.visit) not in copied]
    spread = statistics.pstdev(shares) if len(shares) > 2 else 0.0
    pooled_scrap = _pooled_scrap(log)
    campaigns = campaigns_of(log, normal, medians)
    varies, ratio = spread_of(log, campaigns, spread)
    fitted = {
        tool: _tool(log, tool, normal, medians, campaigns.get(tool, ()), varies, pooled_scrap)
        for tool in sorted(set(tools))
    }
    rates = {tool: 1.0 / rate for tool, rate in medians.items()}
    lag, bound = _release(log, mapping)
    idle = idle_with_work(log, mapping, fitted, lag, bound)
    stops, operating_h = stops_of(log, full, rates, idle)
    tool_change, colour_change, material_change = changes_of(log, rates, stop_share(full, medians))
    weekdays, closed = _calendar(log, mapping)
    return Fits(
        tools=fitted,
        spread=spread,
        spread_rows=len(shares),
        stop_every=mean_between("stops.after", operating_h, len(stops)),
        stop_length=fit_times(stops),
        tool_change=tool_change,
        colour_change=colour_change,
        material_change=material_change,
        weekdays=weekdays,
        closed=closed,
        release_lag=lag,
        month_bound=bound,
        by_shift=by_shift(log, normal, medians),
        cycle_ratio=ratio,
        scrap_share=pooled_scrap,
        gaps=_gaps(log, mapping, fitted),
    )


def _tool(
    log: Log,
    tool: str,
    normal: Sequence[Full],
    medians: Mapping[str, float],
    campaigns: Sequence[Campaign],
    spread: Spread,
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
        cycle=cycle_of(tool, campaigns, setting, spread),
        setting_s=setting,
        cavities=used[-1] if used else standard or 1,
        standard=standard,
        scrap=_scrap(tool, visits, pooled_scrap),
        causes=_causes(visits),
        machines=_eligible(log, tool, seen),
        seen_on=seen,
        by_machine=by_machine(mine, medians, spread),
    )


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
        f"scrapped over made pieces, {counted(n, 'record')}, drawn to {pooled.value:.1%}"
        " by one record",
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
                f"{counted(len(unseen), 'tool')} without a full shift: {', '.join(unseen)}",
            )
        )
    dry = [t for t, f in tools.items() if f.scrap.rows == 0]
    if dry:
        found.append(
            Gap(
                "tools.scrap",
                "the share of all tools",
                f"{counted(len(dry), 'tool')} without records: {', '.join(dry)}",
            )
        )
    found += [
        Gap("equipment.failures", "one mode, no repairer", "stops have no reason, start or end;"
            " they show only as missing shots"),
        Gap("people", "nobody is waited for beyond what the change loss holds",
            "the records name no setters, operators or repairers"),
        Gap("costs", "none", "the records hold no prices: machines, energy, people, material"),
        Gap("equipment.power", "as in the library model, typical values",
            "energy is not recorded"),
        Gap("layout", "machines stand in areas by size, illustrative",
            "positions are not recorded"),
        Gap("orders.sequence", "chosen by the dispatching rule",
            "why an order was begun, set aside or taken up again is not recorded"),
    ]  # fmt: skip
    return tuple(found)
