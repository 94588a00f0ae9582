"""Quantiles and shares from the lead-time histogram, against numpy on the raw values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtwin.plant.trace import lead_bin
from vtwin.results.leadtime import merged, quantile_s, share_within

S = 1_000_000_000


def _histogram(ticks):
    found = {}
    for value in ticks:
        found[lead_bin(value)] = found.get(lead_bin(value), 0) + 1
    return found


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=200), st.floats(0.05, 1.0))
def test_quantile_when_read_from_the_histogram_then_it_is_within_a_bin(ticks, share):
    exact = np.quantile(np.array(ticks), share, method="inverted_cdf")
    found = quantile_s(_histogram(ticks), share) * S
    assert abs(found - exact) <= exact / 64 + 1


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=200), st.integers(0, 10**12))
def test_share_within_when_read_from_the_histogram_then_only_the_split_bin_is_uncertain(
    ticks, limit
):
    histogram = _histogram(ticks)
    exact = sum(value <= limit for value in ticks) / len(ticks)
    unsure = histogram.get(lead_bin(limit), 0) / len(ticks)
    assert abs(share_within(histogram, limit) - exact) <= unsure + 1e-12


def test_empty_histogram_then_nothing_is_told():
    assert quantile_s({}, 0.9) is None
    assert share_within({}, 5) is None


def test_quantile_when_histograms_are_merged_then_all_pieces_count():
    both = merged([{lead_bin(10 * S): 9}, {lead_bin(1000 * S): 1}])
    assert quantile_s(both, 0.9) == pytest.approx(10.0, rel=1 / 64)
    assert quantile_s(both, 1.0) == pytest.approx(1000.0, rel=1 / 64)
