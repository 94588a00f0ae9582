"""Intervals, paired differences, warm-up and replication counts, against outside answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from vtwin.results.statistics import (
    Interval,
    interval,
    mser5,
    paired,
    paired_against_baseline,
    replications_needed,
    t_quantile,
)

figures = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("probability", "freedom", "table"),
    # Student's t, printed tables (four digits).
    [(0.975, 1, 12.7062), (0.975, 4, 2.7764), (0.975, 9, 2.2622), (0.95, 30, 1.6973)],
)
def test_t_quantile_when_tabulated_then_the_table(
    probability: float, freedom: int, table: float
) -> None:
    assert round(t_quantile(probability, freedom), 4) == table
    assert round(t_quantile(1 - probability, freedom), 4) == -table


@pytest.mark.parametrize(("probability", "freedom"), [(0.0, 3), (1.0, 3), (0.5, 0), (0.5, -1)])
def test_t_quantile_when_out_of_range_then_refused(probability: float, freedom: int) -> None:
    with pytest.raises(ValueError, match=r"between|> 0"):
        t_quantile(probability, freedom)


@given(figures, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_interval_when_computed_then_equals_scipy(values: list[float], level: float) -> None:
    ours = interval(values, "s", level)
    error = stats.sem(values)
    low, high = values[0], values[0]
    if error:
        low, high = stats.t.interval(level, len(values) - 1, np.mean(values), error)
    assert ours.n == len(values)
    assert ours.mean == pytest.approx(np.mean(values), rel=1e-12, abs=1e-9)
    assert ours.low == pytest.approx(low, rel=1e-9, abs=1e-6)
    assert ours.high == pytest.approx(high, rel=1e-9, abs=1e-6)


def test_interval_when_all_equal_then_no_width() -> None:
    assert interval([0.1] * 10, "h") == Interval(0.1, 0.0, "h", 0.95, 10)


@pytest.mark.parametrize(
    ("values", "mean", "why"),
    [
        ([], None, "no replications"),
        ([None, None], None, "undefined in every replication"),
        ([3.0], 3.0, "one replication"),
        ([None, 3.0], 3.0, "defined in one replication only"),
    ],
)
def test_interval_when_it_cannot_be_told_then_says_why(
    values: list[float | None], mean: float | None, why: str
) -> None:
    got = interval(values, "h")
    assert (got.mean, got.half_width, got.low, got.high) == (mean, None, None, None)
    assert got.to_json() == {
        "mean": mean,
        "half_width": None,
        "confidence": 0.95,
        "unit": "h",
        "why": why,
    }


def test_interval_when_known_then_json_has_no_why() -> None:
    body = interval([1.0, 2.0], "s").to_json()
    assert list(body) == ["mean", "half_width", "confidence", "unit"]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_interval_when_a_figure_is_not_finite_then_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        interval([1.0, bad])


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_interval_when_confidence_is_no_probability_then_refused(level: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        interval([1.0, 2.0], "", level)


def _coverage(covered: int, experiments: int, level: float) -> None:
    """Within what a fair binomial count does 999 times of 1000."""
    low, high = stats.binom.interval(0.999, experiments, level)
    assert low <= covered <= high


@pytest.mark.parametrize(("n", "level"), [(3, 0.95), (10, 0.95), (10, 0.8)])
def test_interval_when_repeated_then_covers_the_truth_as_often_as_it_says(
    n: int, level: float
) -> None:
    sample = np.random.default_rng(20240501).normal(50.0, 8.0, (2000, n))
    got = [interval(row.tolist(), "", level) for row in sample]
    _coverage(sum((g.low or 0) <= 50.0 <= (g.high or 0) for g in got), 2000, level)


def test_paired_when_streams_are_shared_then_covers_and_is_narrower() -> None:
    rng = np.random.default_rng(7)
    covered = narrower = 0
    for _ in range(2000):
        common = rng.normal(100.0, 10.0, 10)
        a, b = common + rng.normal(0, 1, 10), common + 2.0 + rng.normal(0, 1, 10)
        got = paired(a.tolist(), b.tolist(), "1/h")
        covered += (got.low or 0) <= 2.0 <= (got.high or 0)
        narrower += (got.half_width or 0) < (interval(b.tolist()).half_width or 0)
    _coverage(covered, 2000, 0.95)
    assert narrower == 2000


def test_paired_when_b_is_larger_then_positive_and_excludes_zero() -> None:
    got = paired([1.0, 2.0, 3.0], [2.0, 3.0, 4.5])
    assert got.mean == pytest.approx(3.5 / 3)
    assert got.excludes_zero
    assert not paired([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]).excludes_zero


def test_paired_when_a_pair_is_undefined_then_left_out() -> None:
    got = paired([1.0, None, 3.0, 4.0], [2.0, 5.0, None, 6.0])
    assert (got.mean, got.n) == (1.5, 2)


def test_paired_when_lengths_differ_then_refused() -> None:
    with pytest.raises(ValueError, match="equal numbers"):
        paired([1.0], [1.0, 2.0])


def test_paired_against_baseline_when_repeated_then_all_hold_together() -> None:
    rng = np.random.default_rng(11)
    truth = {"b": 0.0, "c": 1.0, "d": -2.0, "e": 0.5}
    together = 0
    for _ in range(2000):
        values = {"a": rng.normal(0, 3, 8)} | {k: rng.normal(m, 3, 8) for k, m in truth.items()}
        got = paired_against_baseline({k: v.tolist() for k, v in values.items()}, "a")
        together += all((got[k].low or 0) <= m <= (got[k].high or 0) for k, m in truth.items())
    # Bonferroni promises at least 95 %.
    assert together >= stats.binom.ppf(0.001, 2000, 0.95)


def test_paired_against_baseline_when_asked_then_adjusted_and_in_order() -> None:
    values = {"z": [1.0, 2.0, 4.0], "a": [1.0, 1.0, 2.0], "m": [3.0, 1.0, 1.0]}
    got = paired_against_baseline(values, "a", "s", 0.9)
    assert list(got) == ["z", "m"]
    assert all(i.confidence == pytest.approx(0.95) for i in got.values())
    assert got["z"] == paired(values["a"], values["z"], "s", got["z"].confidence)


def _mser5_by_definition(series: list[float]) -> int:
    batches = [sum(series[i : i + 5]) / 5 for i in range(0, len(series) - 4, 5)]
    scores = []
    for cut in range(len(batches) // 2 + 1):
        rest = batches[cut:]
        mean = sum(rest) / len(rest)
        scores.append(sum((y - mean) ** 2 for y in rest) / len(rest) ** 2)
    return 5 * scores.index(min(scores))


@given(st.lists(st.integers(-1000, 1000), min_size=10, max_size=200))
def test_mser5_when_compared_with_its_definition_then_as_good_a_cut(series: list[int]) -> None:
    values = [float(v) for v in series]
    cut = mser5(values)
    assert cut % 5 == 0
    assert cut <= len(series) // 2 + 5

    def score(at: int) -> float:
        rest = np.reshape(values[at : len(values) // 5 * 5], (-1, 5)).mean(axis=1)
        return float(((rest - rest.mean()) ** 2).sum() / len(rest) ** 2)

    assert score(cut) == pytest.approx(score(_mser5_by_definition(values)), rel=1e-6, abs=1e-6)


def test_mser5_when_a_start_up_ramp_then_about_its_length() -> None:
    rng = np.random.default_rng(3)
    ramp = np.concatenate([np.linspace(100.0, 0.0, 200), np.zeros(1800)])
    assert 150 <= mser5((ramp + rng.normal(0, 1, 2000)).tolist()) <= 220


@pytest.mark.parametrize("series", [[], [1.0] * 9, [5.0] * 100])
def test_mser5_when_short_or_constant_then_nothing_is_cut(series: list[float]) -> None:
    assert mser5(series) == 0


def test_mser5_when_the_level_is_large_then_the_same_cut() -> None:
    rng = np.random.default_rng(5)
    series = rng.normal(0, 1, 500) + np.where(np.arange(500) < 100, 5.0, 0.0)
    assert mser5((series + 1e7).tolist()) == mser5(series.tolist())


@given(
    st.lists(st.floats(0, 100), min_size=2, max_size=20),
    st.floats(0.5, 50),
    st.sampled_from([0.9, 0.95]),
)
def test_replications_needed_when_told_then_the_smallest_that_suffices(
    values: list[float], asked: float, level: float
) -> None:
    n = replications_needed(values, asked, level)
    deviation = float(np.std(values, ddof=1))

    def half(count: int) -> float:
        return t_quantile(0.5 + level / 2, count - 1) * deviation / math.sqrt(count)

    assert n is not None
    assert half(n) <= asked * (1 + 1e-9)
    assert n == 2 or half(n - 1) >= asked * (1 - 1e-9)


def test_replications_needed_when_relative_then_of_the_mean() -> None:
    values = [90.0, 100.0, 110.0]
    assert replications_needed(values, relative=0.05) == replications_needed(values, 5.0)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, None]])
def test_replications_needed_when_fewer_than_two_then_unknown(values: list[float | None]) -> None:
    assert replications_needed(values, 1.0) is None


def test_replications_needed_when_hopeless_then_unknown() -> None:
    assert replications_needed([0.0, 1e6], 1e-3) is None
    assert replications_needed([-1.0, 1.0], relative=0.1) is None


@pytest.mark.parametrize(("width", "relative"), [(None, None), (1.0, 0.1), (0.0, None), (-1, None)])
def test_replications_needed_when_asked_wrongly_then_refused(
    width: float | None, relative: float | None
) -> None:
    with pytest.raises(ValueError, match=r"either|> 0"):
        replications_needed([1.0, 2.0], width, relative=relative)


@pytest.mark.parametrize("freedom", [*range(1, 40), 99, 100, 500, 999, 1000, 1001, 1e4, 1e7, 2.5])
def test_t_quantile_when_computed_then_equals_scipy(freedom: float) -> None:
    for probability in (0.5, 0.6, 0.9, 0.95, 0.975, 0.99, 0.995, 0.99999, 1e-5, 1e-7, 0.3):
        expected = float(special.stdtrit(freedom, probability))
        assert t_quantile(probability, freedom) == pytest.approx(expected, rel=1e-10, abs=1e-14)
