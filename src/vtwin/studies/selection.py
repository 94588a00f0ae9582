"""Which of several plants is best, from replications: procedures as pure functions.

Larger is better throughout. Arrays are (designs, replications); under common random numbers
column r of every design is the same replication, and every procedure here uses differences.

Sources:

- Kim and Nelson, "A fully sequential procedure for indifference-zone selection in simulation",
  ACM TOMACS 11 (2001) 251-273 (KN, with c = 1); valid under common random numbers.
- Chen, Lin, Yücesan and Chick, "Simulation budget allocation for further enhancing the
  efficiency of ordinal optimization", Discrete Event Dynamic Systems 10 (2000) 251-270 (OCBA).
- Hsu, "Constrained simultaneous confidence intervals for multiple comparisons with the best",
  Annals of Statistics 12 (1984) 1136-1144 (MCB), here with paired differences and Bonferroni's
  inequality, so that neither equal variances nor independence is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vtwin.results.statistics import t_quantile

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
#: sample(designs, replication) -> one figure for each of these designs
Sample = Callable[[Sequence[int], int], Floats]


@dataclass(frozen=True)
class Screen:
    """What KN needs after its first ``n0`` replications: variances of differences, constants."""

    variances: Floats  # (k, k) of the differences in the first n0 replications
    h2: float
    delta: float

    def survivors(self, means: Floats, replications: int, alive: Mask) -> Mask:
        """Those of ``alive`` that are not beaten after so many replications of each: i stays
        while its mean is at least every other's minus ``max(0, (h2 S_ij² / delta - delta r)
        / 2 r)``.
        """
        r = float(replications)
        slack = np.maximum(
            0.0, (self.h2 * self.variances / self.delta - self.delta * r) / (2.0 * r)
        )
        kept = means[:, None] >= means[None, :] - slack
        others = alive[None, :] & ~np.eye(len(means), dtype=np.bool_)
        found: Mask = alive & np.all(kept | ~others, axis=1)
        return found

    def enough(self) -> int:
        """After so many replications of each only the best by mean is left."""
        return math.floor(self.h2 * float(self.variances.max()) / self.delta**2) + 1


def screen(first: Floats, delta: float, alpha: float = 0.05) -> Screen:
    """Begin KN with the first ``n0 >= 2`` replications of ``k >= 2`` designs.

    ``h2 = 2 eta (n0 - 1)`` with ``eta = ((2 alpha / (k - 1))^(-2 / (n0 - 1)) - 1) / 2``. With
    probability at least ``1 - alpha`` the design left is the best whenever that is better than
    the others by at least ``delta > 0``. Raises ValueError for anything else.
    """
    k, n0 = first.shape
    if k < 2 or n0 < 2 or delta <= 0.0 or not 0.0 < alpha < 1.0 - 1.0 / k:
        raise ValueError("KN needs two designs, two replications, delta > 0 and alpha < 1 - 1/k")
    eta = ((2.0 * alpha / (k - 1)) ** (-2.0 / (n0 - 1)) - 1.0) / 2.0
    differences = first[:, None, :] - first[None, :, :]
    return Screen(differences.var(axis=2, ddof=1), 2.0 * eta * (n0 - 1), delta)


@dataclass(frozen=True)
class Selected:
    """What a procedure chose, and what that took."""

    best: int
    replications: int  # of all designs together
    stages: int  # replications of the one chosen


def kim_nelson(
    sample: Sample, k: int, delta: float, alpha: float = 0.05, n0: int = 10, most: int = 10**6
) -> Selected:
    """KN from beginning to end; stops at ``most`` stages with the best mean of those left."""
    first = np.stack([sample(range(k), r) for r in range(n0)], axis=1)
    rule = screen(first, delta, alpha)
    sums = first.sum(axis=1)
    alive = np.ones(k, dtype=np.bool_)
    spent, r = k * n0, n0
    while True:
        alive = rule.survivors(sums / r, r, alive)
        if alive.sum() == 1 or r >= most:
            break
        listed = np.flatnonzero(alive).tolist()
        sums[alive] += sample(listed, r)
        spent += len(listed)
        r += 1
    best = int(np.argmax(np.where(alive, sums, -np.inf)))
    return Selected(best, spent, r)


def ocba(means: Floats, deviations: Floats, total: int) -> list[int]:
    """How to divide ``total`` replications (those made included) among the designs.

    ``N_i / N_j = (s_i / d_i)² / (s_j / d_j)²`` with ``d_i`` the distance of i from the best
    mean, and ``N_b = s_b sqrt(sum N_i² / s_i²)``. Designs that equal the best count as a hair
    away from it. Answers are whole and add up to ``total``.
    """
    k = len(means)
    if k == 1:
        return [total]
    best = int(np.argmax(means))
    spread = np.maximum(deviations, 1e-12 * max(1.0, float(np.abs(means).max())))
    away = means[best] - means
    others = np.arange(k) != best
    hair = max(float(away[others].max()) * 1e-3, float(spread.min()) * 1e-3, 1e-300)
    ratio = np.zeros(k)
    ratio[others] = (spread[others] / np.maximum(away[others], hair)) ** 2
    ratio[best] = spread[best] * math.sqrt(float(((ratio[others] / spread[others]) ** 2).sum()))
    share = ratio / ratio.sum() * total
    whole = np.floor(share).astype(int)
    for index in np.argsort(-(share - whole), kind="stable")[: total - int(whole.sum())]:
        whole[index] += 1
    return [int(n) for n in whole]


@dataclass(frozen=True)
class WithTheBest:
    """Each design against the best of the others: intervals of its mean minus theirs, which hold
    together; ``possible`` are those that may be the best, ``best`` the one shown to be.
    """

    low: Floats
    high: Floats
    possible: tuple[int, ...]
    best: int | None


def with_the_best(values: Floats, confidence: float = 0.95) -> WithTheBest:
    """Multiple comparisons with the best of (designs, replications) paired figures. One
    replication rejects nothing; designs that are equally good are possible together.
    """
    k, n = values.shape
    if k == 1:
        return WithTheBest(np.zeros(1), np.zeros(1), (0,), 0)
    if n == 1:
        wide = np.full(k, np.inf)
        return WithTheBest(-wide, wide, tuple(range(k)), None)
    one_sided = (1.0 - confidence) / (k * (k - 1))
    differences = values[:, None, :] - values[None, :, :]
    mean = differences.mean(axis=2)
    half = t_quantile(1.0 - one_sided, n - 1) * differences.std(axis=2, ddof=1) / math.sqrt(n)
    apart = ~np.eye(k, dtype=np.bool_)
    upper = np.min(np.where(apart, mean + half, np.inf), axis=1)
    high = np.maximum(0.0, upper)
    low = np.minimum(0.0, np.min(np.where(apart, mean - half, np.inf), axis=1))
    possible = tuple(int(i) for i in np.flatnonzero(upper >= 0.0))
    return WithTheBest(low, high, possible, possible[0] if len(possible) == 1 else None)


def shortfall(values: Floats, chosen: int, confidence: float = 0.95) -> float:
    """By how much at most the best of these designs is better than the one chosen, with this
    confidence; it must have been chosen without looking at these replications.

    Upper ends of one-sided paired intervals that hold together (Bonferroni); at least 0.
    """
    k, n = values.shape
    if k == 1:
        return 0.0
    differences = np.delete(values, chosen, axis=0) - values[chosen]
    half = t_quantile(1.0 - (1.0 - confidence) / (k - 1), n - 1) / math.sqrt(n)
    upper = differences.mean(axis=1) + half * differences.std(axis=1, ddof=1)
    return max(0.0, float(upper.max()))
