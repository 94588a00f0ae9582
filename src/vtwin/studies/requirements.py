"""Whether a design keeps to what is required of it in the long run, from replications.

Two uses, two rules. While designs are chosen among: the fully sequential feasibility check of
Andradóttir and Kim ("Fully sequential procedures for comparing constrained systems via
simulation", Naval Research Logistics 57, 2010, 403-421; F with c = 1), which tells designs that
are right by a tolerance from those that are wrong by it with probability at least ``1 - alpha``.
What is reported: a one-sided t interval of the mean on seeds nobody has looked at, so that a
design that breaks a requirement is said to meet it with probability at most ``alpha``, however
little it breaks it (means of replications taken as normal).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from vtwin.results.formulas import KPIS
from vtwin.results.statistics import t_quantile
from vtwin.scenario.decisions import Requirement

Floats = npt.NDArray[np.float64]
#: ``meets``: shown; ``always``: in every replication, none of which differs from another;
#: ``likely``: the mean does; ``not_shown``: the mean does not; ``breaks``: shown that it does not.
Call = Literal["meets", "always", "likely", "not_shown", "breaks"]
#: A requirement is told apart from its bound by this share of it, where nobody says otherwise.
TOLERANCE: Final = 0.005


@dataclass(frozen=True)
class Judged:
    """What replications say of a requirement: the mean, the end of its one-sided interval on the
    side that matters, and with what confidence.
    """

    requirement: Requirement
    mean: float
    end: float
    confidence: float
    replications: int
    call: Call

    @property
    def kept(self) -> bool:
        """Whether the mean keeps to it."""
        return self.call in ("meets", "always", "likely")


def margins(requirement: Requirement, values: Floats) -> list[Floats]:
    """By how much each replication is on the right side, for each side there is."""
    found = []
    if requirement.low is not None:
        found.append(values - requirement.low)
    if requirement.high is not None:
        found.append(requirement.high - values)
    return found


def judged(requirement: Requirement, values: Floats, alpha: float) -> Judged:
    """The verdict on one requirement of one design, from ``n >= 2`` independent replications.
    With probability at most ``alpha`` it says "meets" of a design whose mean does not.
    """
    n = len(values)
    mean = float(values.mean())
    if math.isnan(mean) or n < 2:
        return Judged(requirement, mean, math.nan, 1.0 - alpha, n, "not_shown")
    sides = margins(requirement, values)
    half = t_quantile(1.0 - alpha / len(sides), n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    least = min(float(side.mean()) for side in sides)
    size = max(abs(mean), 1e-300)
    end = mean - half if requirement.low is not None else mean + half
    call: Call
    if half <= 1e-12 * size:
        call = "always" if least >= -1e-12 * size else "breaks"
    elif least >= half:
        call = "meets"
    elif least >= 0.0:
        call = "likely"
    else:
        call = "breaks" if least < -half else "not_shown"
    return Judged(requirement, mean, end, 1.0 - alpha, n, call)


@dataclass(frozen=True)
class Check:
    """The sequential check of one requirement of one design after its first replications."""

    variance: float
    h2: float
    tolerance: float

    def decided(self, total: float, replications: int) -> bool | None:
        """What the sum of so many margins says: kept, not kept, or nothing yet."""
        r = float(replications)
        away = self.h2 * self.variance / self.tolerance - self.tolerance * r / 2.0
        if total >= max(0.0, away):
            return True
        return False if total <= -max(0.0, away) else None


def check(first: Floats, tolerance: float, alpha: float) -> Check:
    """Begin with the first ``n0 >= 2`` margins. ``h2 = 2 eta (n0 - 1)`` with ``eta = ((2
    alpha)^(-2 / (n0 - 1)) - 1) / 2``. Raises ValueError for anything else.
    """
    n0 = len(first)
    if n0 < 2 or tolerance <= 0.0 or not 0.0 < alpha < 0.5:
        raise ValueError("a check needs two replications, a tolerance above 0 and alpha < 1/2")
    eta = ((2.0 * alpha) ** (-2.0 / (n0 - 1)) - 1.0) / 2.0
    return Check(float(first.var(ddof=1)), 2.0 * eta * (n0 - 1), tolerance)


def tolerance(requirement: Requirement, within: float) -> float:
    """How near a bound counts as on it, in the figure's unit."""
    bound = requirement.low if requirement.low is not None else requirement.high
    return max(TOLERANCE, within) * max(abs(bound or 0.0), 1e-9)


def passes(
    requirements: list[tuple[Requirement, Floats]], within: float, alpha: float, n0: int
) -> bool | None:
    """Whether a design keeps to all of these, from all its replications so far; None: not
    decided. Each gets an equal part of ``alpha``. Asked again with more replications, it goes
    through them in their order, so that an early decision stands.
    """
    parts = [(r, m) for r, values in requirements for m in margins(r, values)]
    calls = []
    for requirement, values in parts:
        if np.isnan(values).any():
            return False
        rule = check(values[:n0], tolerance(requirement, within), alpha / len(parts))
        sums = np.cumsum(values)
        decided = (rule.decided(float(sums[r - 1]), r) for r in range(n0, len(values) + 1))
        calls.append(next((call for call in decided if call is not None), None))
    if False in calls:
        return False
    return None if None in calls else True


def verdict(one: Judged, confidence: float) -> str:
    """What may be said of a requirement: "on_time >= 95 %: meets it with 95 %"."""
    name = required(one.requirement)
    told = {
        "meets": f"meets it with {100 * confidence:.3g} %",
        "always": f"met in all {one.replications} replications, which do not differ",
        "likely": f"likely, not shown with {100 * confidence:.3g} %",
        "not_shown": "not shown",
        "breaks": f"does not meet it with {100 * confidence:.3g} %",
    }
    return f"{name}: {told[one.call]}"


def required(one: Requirement) -> str:
    """A requirement as it is written: "on_time >= 95 %", "lead_time_s <= 510"."""
    share = KPIS[one.kpi.rpartition(".")[2]].unit == "share"
    factor, unit = (100.0, " %") if share else (1.0, "")
    sides = [f"{sign} {factor * bound:.6g}{unit}"
             for sign, bound in ((">=", one.low), ("<=", one.high))
             if bound is not None]  # fmt: skip
    if one.low is not None and one.low == one.high:
        sides = [f"= {factor * one.low:.6g}{unit}"]
    return f"{one.kpi} {' and '.join(sides)}"
