"""What replications say: confidence intervals, paired differences, warm-up and run counts.

Every figure of a study passes through here, so that none is shown without its interval or
without the reason why it has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

#: More replications than this are never asked for: the answer is "cannot be told".
MOST_REPLICATIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the half width of its confidence interval, both in ``unit``.

    ``n`` is the number of replications it rests on; ``why`` says why there is no half width.
    """

    mean: float | None
    half_width: float | None
    unit: str
    confidence: float = 0.95
    n: int = 0
    why: str | None = None

    @property
    def low(self) -> float | None:
        """Lower end, None without an interval."""
        if self.mean is None or self.half_width is None:
            return None
        return self.mean - self.half_width

    @property
    def high(self) -> float | None:
        """Upper end, None without an interval."""
        if self.mean is None or self.half_width is None:
            return None
        return self.mean + self.half_width

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval says that the figure is not zero."""
        low, high = self.low, self.high
        return low is not None and high is not None and (low > 0.0 or high < 0.0)

    def to_json(self) -> dict[str, float | str | None]:
        """``{"mean", "half_width", "confidence", "unit"}`` and ``"why"`` where there is no
        half width.
        """
        body: dict[str, float | str | None] = {
            "mean": self.mean,
            "half_width": self.half_width,
            "confidence": self.confidence,
            "unit": self.unit,
        }
        if self.half_width is None:
            body["why"] = self.why
        return body


def t_quantile(probability: float, freedom: float) -> float:
    """Quantile of Student's t with ``freedom`` degrees of freedom.

    Raises ValueError unless ``0 < probability < 1`` and ``freedom > 0``.
    """
    if not 0.0 < probability < 1.0:
        raise ValueError(f"a probability lies between 0 and 1, not {probability!r}")
    if not freedom > 0.0:
        raise ValueError(f"degrees of freedom must be > 0, not {freedom!r}")
    if 1e-6 < probability < 1.0 - 1e-6:
        if freedom > _MANY:
            return _t_near_normal(probability, freedom)
        if freedom == int(freedom):
            return _t_of_share(abs(2.0 * probability - 1.0), int(freedom), probability < 0.5)
    from scipy.special import stdtrit  # takes longer to import than most runs take

    return float(stdtrit(freedom, probability))


#: Degrees of freedom from which on Student's t is told by how little it differs from the normal.
_MANY = 1_000


def _t_near_normal(probability: float, freedom: float) -> float:
    """Abramowitz and Stegun, 26.7.5; what is left out is of the order of ``freedom ** -5``."""
    z = NormalDist().inv_cdf(probability)
    s = z * z
    terms = (
        (s + 1.0) / 4.0,
        ((5.0 * s + 16.0) * s + 3.0) / 96.0,
        (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0,
        ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92160.0,
    )
    return z + z * sum(term / freedom**k for k, term in enumerate(terms, 1))


@lru_cache(maxsize=256)
def _t_of_share(share: float, freedom: int, negative: bool) -> float:
    """The t that Student's t lies within, either way, with this probability: Newton's method,
    or halving where that would leave the bracket.
    """
    if share == 0.0:
        return 0.0
    log_peak = math.lgamma((freedom + 1) / 2.0) - math.lgamma(freedom / 2.0)
    peak = 2.0 * math.exp(log_peak) / math.sqrt(math.pi)
    low, high, angle = 0.0, math.pi / 2.0, share * math.pi / 2.0
    for _ in range(200):
        miss = _share_within(angle, freedom) - share
        low, high = (low, angle) if miss > 0.0 else (angle, high)
        slope = peak * math.cos(angle) ** (freedom - 1)
        step = angle - miss / slope if slope > 0.0 else low
        following = step if low < step < high else (low + high) / 2.0
        if abs(following - angle) <= 1e-16 * angle:
            break
        angle = following
    t = math.sqrt(freedom) * math.tan(angle)
    return -t if negative else t


def _share_within(angle: float, freedom: int) -> float:
    """The probability that Student's t lies within ``sqrt(freedom) tan(angle)``, either way.

    Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, 26.7.3 and 26.7.4.
    """
    cosine = math.cos(angle)
    term = cosine if freedom % 2 else 1.0
    total = 0.0
    for k in range(2 + freedom % 2, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (k - 1) / k
    if freedom % 2 == 0:
        return math.sin(angle) * total
    return 2.0 / math.pi * (angle + math.sin(angle) * total)


def interval(values: Sequence[float | None], unit: str = "", confidence: float = 0.95) -> Interval:
    """Mean of independent replications with its two-sided Student-t interval.

    ``values`` holds one figure per replication, None where the figure is undefined there;
    those are left out and ``n`` counts the others.
    """
    _check_confidence(confidence)
    known = _finite(v for v in values if v is not None)
    n = len(known)
    if n == 0:
        why = "undefined in every replication" if len(values) else "no replications"
        return Interval(None, None, unit, confidence, 0, why)
    if n == 1:
        why = "one replication" if len(values) == 1 else "defined in one replication only"
        return Interval(known[0], None, unit, confidence, 1, why)
    mean, deviation = _mean_and_deviation(known)
    half = t_quantile(0.5 + confidence / 2.0, n - 1) * deviation / math.sqrt(n)
    return Interval(mean, half, unit, confidence, n)


def paired(
    a: Sequence[float | None],
    b: Sequence[float | None],
    unit: str = "",
    confidence: float = 0.95,
) -> Interval:
    """How much larger ``b`` is than ``a``: the interval of ``b[i] - a[i]``.

    Replication i of both must have used the same random streams. Pairs in which either figure
    is undefined are left out. Raises ValueError when the lengths differ.
    """
    if len(a) != len(b):
        raise ValueError(f"paired figures need equal numbers: {len(a)} and {len(b)}")
    return interval(
        [None if x is None or y is None else y - x for x, y in zip(a, b, strict=True)],
        unit,
        confidence,
    )


def paired_against_baseline(
    values: Mapping[str, Sequence[float | None]],
    baseline: str,
    unit: str = "",
    confidence: float = 0.95,
) -> dict[str, Interval]:
    """Differences of every other alternative from the baseline that hold *together* with at
    least the given confidence (Bonferroni: each at ``1 - (1 - confidence) / k``).

    Keys come back in the order given, without the baseline; the confidence of each interval
    is the adjusted one. Raises KeyError for an unknown baseline.
    """
    _check_confidence(confidence)
    base = values[baseline]
    others = [name for name in values if name != baseline]
    each = 1.0 - (1.0 - confidence) / max(len(others), 1)
    return {name: paired(base, values[name], unit, each) for name in others}


def mser5(series: Sequence[float]) -> int:
    """Warm-up length by MSER-5, as a number of leading observations to leave out.

    Means of 5 are formed and the cut ``d`` minimises ``sum((Y_i - mean_d)^2) / (n - d)^2``
    over the first half (White, Cobb and Spratt, "A comparison of five steady-state truncation
    heuristics for simulation", Winter Simulation Conference 2000). Fewer than 10 observations:
    0. A cut at the very half means the series is too short to tell.
    """
    import numpy as np

    size = len(series) // 5
    if size < 2:
        return 0
    batches = np.asarray(series[: size * 5], dtype=np.float64).reshape(size, 5).mean(axis=1)
    # Centred sums, so that squares of a large common level do not drown the differences.
    centred = batches - batches.mean()
    left = size - np.arange(size)
    tail = np.cumsum(centred[::-1])[::-1]
    tail_squares = np.cumsum((centred**2)[::-1])[::-1]
    score = np.maximum(tail_squares - tail**2 / left, 0.0) / left.astype(np.float64) ** 2
    return 5 * int(np.argmin(score[: size // 2 + 1]))


def replications_needed(
    values: Sequence[float | None],
    half_width: float | None = None,
    confidence: float = 0.95,
    *,
    relative: float | None = None,
) -> int | None:
    """How many replications give an interval no wider than asked, judged by these.

    Ask either for a ``half_width`` in the figure's unit or for a half width ``relative`` to
    the mean. It is the smallest n >= 2 with ``t(n-1) * s / sqrt(n) <= half_width`` (Law,
    Simulation Modeling and Analysis, section 9.4.1), counted in all, not on top. None when
    fewer than two figures are known, the mean is zero for a relative one, or over a million
    would be needed. Raises ValueError unless exactly one width > 0 is given.
    """
    _check_confidence(confidence)
    if (half_width is None) == (relative is None):
        raise ValueError("give either half_width or relative")
    known = _finite(v for v in values if v is not None)
    if len(known) < 2:
        return None
    mean, deviation = _mean_and_deviation(known)
    asked = half_width if half_width is not None else (relative or 0.0) * abs(mean)
    if (half_width if half_width is not None else relative or 0.0) <= 0.0:
        raise ValueError("the width asked for must be > 0")
    if asked == 0.0:
        return None

    def enough(n: int) -> bool:
        return t_quantile(0.5 + confidence / 2.0, n - 1) * deviation <= asked * math.sqrt(n)

    if not enough(MOST_REPLICATIONS):
        return None
    low, high = 1, 2
    while not enough(high):
        low, high = high, min(2 * high, MOST_REPLICATIONS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check_confidence(confidence: float) -> None:
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence lies between 0 and 1, not {confidence!r}")


def _finite(values: Iterable[float]) -> list[float]:
    known = [float(v) for v in values]
    if not all(map(math.isfinite, known)):
        raise ValueError("a figure must be finite; an undefined one is None")
    return known


def _mean_and_deviation(values: Sequence[float]) -> tuple[float, float]:
    """Mean and sample standard deviation (n - 1), by exactly rounded sums."""
    n = len(values)
    mean = math.fsum(values) / n
    return mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1))
