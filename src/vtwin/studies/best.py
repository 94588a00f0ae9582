"""Which of several alternatives may be the best: multiple comparison with the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vtwin.results.statistics import Interval, paired


@dataclass(frozen=True, slots=True)
class Standing:
    """How an alternative stands beside the best of the others.

    ``low``..``high`` holds (its figure minus the best figure of the others), larger being
    better, for all alternatives at once with the study's confidence. "possible best": above 0
    is not excluded; "best": below 0 is excluded; "rejected": another is better.
    """

    name: str
    mean: float
    low: float
    high: float
    call: Literal["best", "possible best", "rejected", "undefined"]


def with_the_best(
    values: Mapping[str, Sequence[float]], *, higher: bool = True, confidence: float = 0.95
) -> dict[str, Standing]:
    """Multiple comparison with the best for alternatives that share their random numbers.

    ``values``: per alternative one figure per replication, replication i of all with the same
    streams; ``higher``: whether more is better. Intervals are Hsu's constrained ones (Hsu,
    "Constrained simultaneous confidence intervals for multiple comparisons with the best",
    Annals of Statistics 12, 1984) over paired differences, each pair at a level that makes all
    of them hold together (Bonferroni), so that neither equal variances nor independence is
    assumed. With fewer than two replications nothing is rejected.
    """
    names = list(values)
    sign = 1.0 if higher else -1.0
    turned = {name: [sign * v for v in values[name]] for name in names}
    pairs = max(1, len(names) * (len(names) - 1) // 2)
    each = 1.0 - (1.0 - confidence) / pairs
    return {name: _standing(name, turned, each, sign) for name in names}


def _standing(
    name: str, turned: Mapping[str, Sequence[float]], each: float, sign: float
) -> Standing:
    own = turned[name]
    mean = sign * float(np.mean(own)) if len(own) else float("nan")
    if not np.isfinite(own).all() or not len(own):
        return Standing(name, mean, float("nan"), float("nan"), "undefined")
    low, high = float("inf"), float("inf")
    for other, theirs in turned.items():
        if other == name or not np.isfinite(theirs).all():
            continue
        gap: Interval = paired(theirs, own, confidence=each)
        assert gap.mean is not None
        half = float("inf") if gap.half_width is None else gap.half_width
        low, high = min(low, gap.mean - half), min(high, gap.mean + half)
    if low == float("inf"):
        low = high = 0.0  # the only one
    if high < 0.0:
        return Standing(name, mean, low, 0.0, "rejected")
    if low > 0.0:
        return Standing(name, mean, 0.0, high, "best")
    return Standing(name, mean, low, high, "possible best")


def possible(standings: Mapping[str, Standing]) -> tuple[str, ...]:
    """The names not rejected, in their order."""
    return tuple(n for n, one in standings.items() if one.call in ("best", "possible best"))
