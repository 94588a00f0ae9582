"""Quantiles and shares from the lead-time histogram of a tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.trace import lead_bin_bounds


def merged(histograms: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """One histogram of all pieces."""
    total: Counter[int] = Counter()
    for histogram in histograms:
        total.update(histogram)
    return dict(total)


def quantile_s(histogram: Mapping[int, int], share: float) -> float | None:
    """The lead time in seconds that ``share`` (0..1) of the pieces do not exceed.

    Linear within a bin, whose relative width is 1/64; None for an empty histogram.
    """
    pieces = sum(histogram.values())
    if pieces <= 0:
        return None
    wanted = share * pieces
    below = 0
    last = max(histogram)
    for index in sorted(histogram):
        count = histogram[index]
        if count and (below + count >= wanted or index == last):
            low, high = lead_bin_bounds(index)
            within = min((wanted - below) / count, 1.0)
            return (low + within * (high - low)) / TICKS_PER_SECOND
        below += count
    return None


def share_within(histogram: Mapping[int, int], limit: int) -> float | None:
    """The share of pieces whose lead time is at most ``limit`` ticks; None when there are none."""
    pieces = sum(histogram.values())
    if pieces <= 0:
        return None
    inside = 0.0
    for index, count in histogram.items():
        low, high = lead_bin_bounds(index)
        if high - 1 <= limit:
            inside += count
        elif low <= limit:
            inside += count * (limit - low) / (high - low)
    return inside / pieces
