"""How fast tools run: shots of full shifts, the mean over orders, and what varies.

A *full* shift has one order on the machine from its first to its last minute: the visits before
and after it belong to the same order. Only full shifts tell how fast a tool runs.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vtwin.history.figures import Confidence, Estimate
from vtwin.history.log import Log, Visit, in_sequence

#: A full shift with fewer shots than this share of its tool's median had a stop.
STOPPED: Final = 0.7


#: Shots above this share of the median are cut to it: two shifts booked as one.
MOST: Final = 1.25


#: Shots per shift are never known to vary less: equal counts are copied, not made.
LEAST_SPREAD: Final = 0.01


Z95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Full:
    """A full shift; ``length`` in s."""

    visit: Visit
    length: int


def full_shifts(log: Log) -> list[Full]:
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
                found.append(Full(visit, log.shifts[visit.shift].length_s))
    return found


def medians_of(full: Sequence[Full]) -> dict[str, float]:
    """Shots per second of shift, per tool."""
    by: dict[str, list[float]] = defaultdict(list)
    for f in full:
        if f.visit.cycles and f.visit.tool:
            by[f.visit.tool].append(f.visit.cycles / f.length)
    return {tool: statistics.median(rates) for tool, rates in by.items()}


def share_of(f: Full, medians: Mapping[str, float]) -> float:
    """Shots of a full shift over the median of its tool; 0 without one."""
    usual = medians.get(f.visit.tool or "")
    return f.visit.cycles / f.length / usual if usual else 0.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """One go at one order: full shifts in a row of one tool on one machine. Mean of the
    logarithm of seconds per shot, and shifts.
    """

    machine: str
    mean: float
    n: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Where seconds per shot (their logarithms) vary: about the setting between tools, between
    campaigns of a tool, between shifts of a campaign; and the mean ratio to the setting.
    """

    ratio: float
    tools: float
    campaigns: float
    shifts: float

    def weight(self, campaign: Campaign) -> float:
        """Precision of one campaign as a sample of its tool."""
        return 1.0 / (self.campaigns**2 + max(self.shifts, LEAST_SPREAD) ** 2 / campaign.n)


def campaigns_of(
    log: Log, normal: Sequence[Full], medians: Mapping[str, float]
) -> dict[str, list[Campaign]]:
    """The goes at orders of each tool, from full shifts without a stop."""
    inside = {id(f.visit): f for f in normal}
    found: dict[str, list[Campaign]] = defaultdict(list)
    for machine, visits in in_sequence(log.working()).items():
        for (tool, _), run in itertools.groupby(visits, lambda v: (v.tool, v.order)):
            logs = []
            for visit in run:
                f = inside.get(id(visit))
                if f is not None and tool is not None:
                    shots = min(share_of(f, medians), MOST) * medians[tool]
                    logs.append(-math.log(shots))
            if logs and tool is not None:
                found[tool].append(Campaign(machine, statistics.fmean(logs), len(logs)))
    return dict(found)


def spread_of(
    log: Log, campaigns: Mapping[str, Sequence[Campaign]], shifts: float
) -> tuple[Spread, Estimate]:
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
        return Spread(1.0, 0.5, between, shifts), ratio
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
    return Spread(math.exp(middle), tools, between, shifts), ratio


def cycle_of(
    tool: str,
    campaigns: Sequence[Campaign],
    setting: float | None,
    spread: Spread,
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


def by_machine(
    mine: Sequence[Full], medians: Mapping[str, float], spread: Spread
) -> tuple[tuple[str, float], ...]:
    """Cycle on one machine relative to the tool's, where two or more machines have at least
    five full shifts each and differ by more than campaigns of one tool do anyway (95 %).
    """
    by: dict[str, list[float]] = defaultdict(list)
    for f in mine:
        by[f.visit.machine].append(min(share_of(f, medians), MOST))
    known = {m: statistics.fmean(shares) for m, shares in by.items() if len(shares) >= 5}
    if len(known) < 2:
        return ()
    middle = statistics.fmean(known.values())
    usual = Z95 * math.hypot(spread.campaigns, spread.shifts / math.sqrt(5))
    return tuple((m, middle / x) for m, x in sorted(known.items()) if abs(x - middle) > usual)


def by_shift(
    log: Log, normal: Sequence[Full], medians: Mapping[str, float]
) -> tuple[tuple[str, float, int], ...]:
    """Each shift's rate relative to all of them, with its number of full shifts."""
    by: dict[int, list[float]] = defaultdict(list)
    for f in normal:
        by[f.visit.shift].append(min(share_of(f, medians), MOST))
    if not by:
        return ()
    everything = statistics.fmean(x for shares in by.values() for x in shares)
    return tuple(
        (log.shifts[s].name, statistics.fmean(by[s]) / everything, len(by[s])) for s in sorted(by)
    )
