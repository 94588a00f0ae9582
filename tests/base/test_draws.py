"""Distributions and their addressed streams, against scipy and numpy's Philox."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from vtwin.base import draws, streams
from vtwin.base.draws import Distribution
from vtwin.base.errors import CODES, Refused


def take(draw: Callable[[], int], count: int) -> npt.NDArray[np.int64]:
    return np.fromiter(itertools.islice(iter(draw, None), count), dtype=np.int64, count=count)


def drawn(distribution: Distribution, count: int, *, seed: int = 1, name: str = "M1") -> list[int]:
    return take(draws.times(distribution, seed, 0, name, "cycle"), count).tolist()


def _truncated(mean: float, sd: float) -> object:
    return stats.truncnorm(-mean / sd, np.inf, loc=mean, scale=sd)


def _lognormal(mean: float, cv: float) -> object:
    sigma = math.sqrt(math.log1p(cv * cv))
    return stats.lognorm(sigma, scale=mean / math.sqrt(1 + cv * cv))


#: Every kind with the scipy distribution it must be.
PAIRS: dict[str, tuple[Distribution, object]] = {
    "exponential": (draws.exponential(90.0), stats.expon(scale=90.0)),
    "uniform": (draws.uniform(20.0, 50.0), stats.uniform(20.0, 30.0)),
    "triangular": (draws.triangular(2.0, 3.0, 10.0), stats.triang(1 / 8, 2.0, 8.0)),
    "triangular, mode low": (draws.triangular(2.0, 2.0, 10.0), stats.triang(0, 2.0, 8.0)),
    "triangular, mode high": (draws.triangular(2.0, 10.0, 10.0), stats.triang(1, 2.0, 8.0)),
    "lognormal": (draws.lognormal(18.9, 0.3), _lognormal(18.9, 0.3)),
    "lognormal, wide": (draws.lognormal(600.0, 2.0), _lognormal(600.0, 2.0)),
    "normal": (draws.normal(30.0, 3.0), _truncated(30.0, 3.0)),
    "normal, cut": (draws.normal(30.0, 40.0), _truncated(30.0, 40.0)),
    "weibull": (draws.weibull(1.7, 3600.0), stats.weibull_min(1.7, scale=3600.0)),
    "weibull, early": (draws.weibull(0.6, 3600.0), stats.weibull_min(0.6, scale=3600.0)),
    "gamma": (draws.gamma(45.0, 0.4), stats.gamma(1 / 0.16, scale=45.0 * 0.16)),
    "gamma, wide": (draws.gamma(45.0, 1.6), stats.gamma(1 / 2.56, scale=45.0 * 2.56)),
    "gamma, exponential": (draws.gamma(45.0, 1.0), stats.expon(scale=45.0)),
    "erlang": (draws.erlang(4, 100.0), stats.gamma(4, scale=25.0)),
}
KINDS = pytest.mark.parametrize("name", list(PAIRS))


@KINDS
def test_draws_when_many_then_distributed_as_said(name: str) -> None:
    distribution, reference = PAIRS[name]
    sample = np.array(drawn(distribution, 20_000)) / 1e9
    # The seed is fixed, so this is one experiment; a wrong sampler gives p far below.
    assert stats.kstest(sample, reference.cdf).pvalue > 1e-3  # type: ignore[attr-defined]


@KINDS
def test_moments_when_reported_then_those_of_the_reference(name: str) -> None:
    distribution, reference = PAIRS[name]
    mean, variance = reference.stats("mv")  # type: ignore[attr-defined]
    assert distribution.mean == pytest.approx(float(mean), rel=1e-9)
    assert distribution.variance == pytest.approx(float(variance), rel=1e-9)


@KINDS
def test_moments_when_drawn_then_those_reported(name: str) -> None:
    distribution, _ = PAIRS[name]
    sample = np.array(drawn(distribution, 40_000, seed=5)) / 1e9
    error = math.sqrt(distribution.variance / sample.size)
    assert abs(sample.mean() - distribution.mean) < 4 * error


@KINDS
def test_scaled_when_doubled_then_every_draw_doubles(name: str) -> None:
    distribution, _ = PAIRS[name]
    twice = distribution.scaled(2.0)
    assert twice.mean == pytest.approx(2 * distribution.mean, rel=1e-11)
    pairs = zip(drawn(distribution, 500), drawn(twice, 500), strict=True)
    assert all(abs(b - 2 * a) <= 1 + 1e-14 * b for a, b in pairs)


@pytest.mark.parametrize("shape", [0.5, 3.0, 49.9, 50.1, 1e3, 1e6, 1e9])
def test_weibull_moments_when_the_shape_is_large_then_do_not_cancel(shape: float) -> None:
    with mpmath.workprec(300):
        e = 1 / mpmath.mpf(shape)
        first = mpmath.gamma(1 + e)
        spread = float(mpmath.gamma(1 + 2 * e) - first**2)
    distribution = draws.weibull(shape, 3600.0)
    assert distribution.mean == pytest.approx(3600.0 * float(first), rel=1e-11)
    assert distribution.variance == pytest.approx(3600.0**2 * spread, rel=1e-9)
    sample = np.array(drawn(distribution, 20_000)) / 1e9
    assert sample.std() == pytest.approx(math.sqrt(distribution.variance), rel=0.1)


def test_normal_when_cut_then_reports_the_mean_it_really_has() -> None:
    distribution = draws.normal(10.0, 10.0)
    sample = np.array(drawn(distribution, 200_000)) / 1e9
    assert distribution.mean == pytest.approx(12.8760, abs=1e-4)
    assert sample.mean() == pytest.approx(distribution.mean, abs=0.07)
    assert sample.min() >= 0


def test_empirical_when_drawn_then_each_value_equally_often() -> None:
    values = [7.0, 3.0, 3.0, 11.5]
    distribution = draws.empirical(values)
    counts = dict(zip(*np.unique(drawn(distribution, 40_000), return_counts=True), strict=True))
    assert set(counts) == {3 * 10**9, 7 * 10**9, 11_500_000_000}
    observed = [counts[t] for t in sorted(counts)]
    assert stats.chisquare(observed, [20_000, 10_000, 10_000]).pvalue > 1e-3
    assert distribution.mean == 6.125
    assert distribution.variance == pytest.approx(np.var(values))


def test_empirical_when_the_table_is_reordered_then_the_same() -> None:
    assert draws.empirical([3.0, 1.0, 2.0]) == draws.empirical([2.0, 3.0, 1.0])


@pytest.mark.parametrize(
    "distribution",
    [
        draws.constant(12.5),
        draws.uniform(12.5, 12.5),
        draws.triangular(12.5, 12.5, 12.5),
        draws.lognormal(12.5, 0.0),
        draws.normal(12.5, 0.0),
        draws.gamma(12.5, 0.0),
        draws.lognormal(12.5, 1e-160),
        draws.gamma(12.5, 1e-160),
        draws.empirical([12.5, 12.5]),
    ],
    ids=str,
)
def test_draws_when_nothing_varies_then_exactly_constant(distribution: Distribution) -> None:
    assert set(drawn(distribution, 300)) == {12_500_000_000}
    assert distribution.mean == 12.5
    assert distribution.variance <= 1e-300


@pytest.mark.parametrize("cv", [1e-3, 1e-6, 1e-8])
@pytest.mark.parametrize("make", [draws.lognormal, draws.gamma])
def test_draws_when_the_spread_is_tiny_then_still_right(
    make: Callable[[float, float], Distribution], cv: float
) -> None:
    scaled = (np.array(drawn(make(1e6, cv), 20_000)) / 1e15 - 1.0) / cv
    assert stats.kstest(scaled, "norm").pvalue > 1e-3


@pytest.mark.parametrize("k", [1, 2, 1000, 10**9])
def test_erlang_when_few_or_many_phases_then_right(k: int) -> None:
    sample = np.array(drawn(draws.erlang(k, 1e5), 20_000)) / 1e9
    assert stats.kstest(sample, stats.gamma(k, scale=1e5 / k).cdf).pvalue > 1e-3


def test_gamma_when_the_shape_is_far_below_one_then_right() -> None:
    distribution = draws.gamma(1000.0, 10.0)
    sample = np.array(drawn(distribution, 20_000)) / 1e9
    shape = 1 / 100.0
    zero = stats.gamma(shape, scale=1000 / shape).cdf(0.5e-9)
    assert np.mean(sample == 0) == pytest.approx(zero, abs=4 * math.sqrt(zero * (1 - zero) / 2e4))
    positive = stats.gamma(shape, scale=1000 / shape)
    uniform = (positive.cdf(sample[sample > 1e-6]) - positive.cdf(1e-6)) / positive.sf(1e-6)
    assert stats.kstest(uniform, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: draws.constant(-1.0), "constant time must be >= 0"),
        (lambda: draws.constant(math.inf), "constant time must be >= 0"),
        (lambda: draws.exponential(0.0), "exponential mean must be > 0"),
        (lambda: draws.exponential(math.nan), "exponential mean must be > 0"),
        (lambda: draws.uniform(3.0, 2.0), "uniform needs 0 <= low <= high"),
        (lambda: draws.uniform(-3.0, 2.0), "uniform needs 0 <= low <= high"),
        (lambda: draws.uniform(math.nan, 2.0), "uniform needs 0 <= low <= high"),
        (lambda: draws.triangular(1.0, 5.0, 3.0), "triangular needs 0 <= low <= mode <= high"),
        (lambda: draws.lognormal(0.0, 1.0), "lognormal mean must be > 0"),
        (lambda: draws.lognormal(1.0, -0.1), "lognormal cv must be >= 0"),
        (lambda: draws.normal(-1.0, 1.0), "normal mean must be > 0"),
        (lambda: draws.normal(1.0, math.inf), "normal sd must be >= 0"),
        (lambda: draws.weibull(0.0, 1.0), "weibull shape must be > 0"),
        (lambda: draws.weibull(1.0, 0.0), "weibull scale must be > 0"),
        (lambda: draws.gamma(1.0, -1.0), "gamma cv must be >= 0"),
        (lambda: draws.erlang(2.5, 1.0), "erlang k must be a whole number >= 1"),  # type: ignore[arg-type]
        (lambda: draws.erlang(0, 1.0), "erlang k must be a whole number >= 1"),
        (lambda: draws.empirical([]), "at least one value"),
        (lambda: draws.empirical([1.0, -2.0]), "finite times >= 0"),
        (lambda: draws.constant(1e10), "146 years"),
        (lambda: draws.weibull(0.01, 1.0), "146 years"),
    ],
)
def test_constructor_when_parameters_are_wrong_then_teaches(
    make: Callable[[], Distribution], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("factor", [0.0, -1.0, math.nan, math.inf])
def test_scaled_when_the_factor_is_wrong_then_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="factor > 0"):
        draws.constant(1.0).scaled(factor)


def test_draws_when_one_is_no_time_then_names_entity_and_purpose() -> None:
    assert "V501" in CODES
    draw = draws.times(Distribution("uniform", (-1.0, 100.0)), 1, 0, "lathe-1", "repair")
    with pytest.raises(Refused, match=r"lathe-1: a draw of 'repair' from uniform\(-1, 100\)"):
        take(draw, 100_000)
    with pytest.raises(Refused):  # at once when the first one is bad
        draws.times(Distribution("normal", (math.nan, 1.0)), 1, 0, "lathe-1", "repair")()


def test_distribution_when_shown_then_readable() -> None:
    assert str(draws.lognormal(18.9, 0.3)) == "lognormal(18.9, 0.3)"
    assert str(draws.empirical([1.0, 2.0])) == "empirical(2 values)"


# --- streams -----------------------------------------------------------------------------


def _oracle(seed: int, entity: str, purpose: str, replication: int) -> np.random.Philox:
    digest = hashlib.blake2b(f"{entity}\0{purpose}".encode(), digest_size=8).digest()
    name = int.from_bytes(digest, "little")
    return np.random.Philox(
        key=np.array([seed, 0], dtype=np.uint64),
        counter=np.array([0, name, replication, 0], dtype=np.uint64),
    )


@given(
    st.integers(0, 2**64 - 1),
    st.text(max_size=8),
    st.text(max_size=8),
    st.integers(0, 2**64 - 1),
    st.integers(0, 70),
)
def test_words_when_compared_with_numpy_philox_then_the_same_word_for_word(
    seed: int, entity: str, purpose: str, replication: int, first: int
) -> None:
    assume(entity.isprintable() and purpose.isprintable())
    theirs = _oracle(seed, entity, purpose, replication).random_raw(first + 41)[first:]
    ours = draws.words(41, seed, replication, entity, purpose, first)
    assert ours.tolist() == theirs.tolist()


def test_uniforms_when_drawn_then_the_words_of_the_stream_in_order() -> None:
    words = [int(w) for w in _oracle(9, "M1", "scrap", 2).random_raw(700)]
    draw = draws.uniforms(9, 2, "M1", "scrap")
    assert [draw() for _ in words] == [((w >> 12) * 2 + 1) / 2**53 for w in words]


def test_times_when_the_inverse_is_simple_then_the_same_words_as_uniforms() -> None:
    draw = draws.uniforms(9, 2, "M1", "x")
    ticks = draws.times(draws.uniform(0.0, 8.0), 9, 2, "M1", "x")
    assert [ticks() for _ in range(700)] == [
        math.floor(8.0 * draw() * 1e9 + 0.5) for _ in range(700)
    ]


@KINDS
def test_times_when_prefetched_then_the_same_whatever_the_block(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution, _ = PAIRS[name]
    usual = drawn(distribution, 300)
    monkeypatch.setattr(draws, "_FIRST_BLOCK", 7)
    monkeypatch.setattr(draws, "_BLOCK", 13)
    again = drawn(distribution, 300)
    if distribution.kind in ("gamma", "erlang"):
        assert again[:7] == usual[:7]
    assert again == usual


def test_streams_when_names_differ_then_unrelated() -> None:
    addresses = [
        (seed, replication, entity, purpose)
        for seed in (1, 2)
        for replication in (0, 1)
        for entity in ("M1", "M2", "M1#1")
        for purpose in ("cycle", "scrap")
    ]
    rows = []
    for address in addresses:
        draw = draws.uniforms(*address)
        rows.append([draw() for _ in range(4000)])
    assert len({row[0] for row in rows}) == len(rows)
    off = np.corrcoef(np.array(rows))[np.triu_indices(len(rows), 1)]
    assert np.abs(off).max() < 5 / math.sqrt(4000)


def test_streams_when_name_and_purpose_share_letters_then_still_apart() -> None:
    assert draws.hash64("M1", "2cycle") != draws.hash64("M12", "cycle")


def test_streams_when_another_machine_is_added_then_nobody_is_disturbed() -> None:
    alone = draws.times(draws.exponential(5.0), 1, 0, "M1", "cycle")
    expected = [alone() for _ in range(600)]
    mine = draws.times(draws.exponential(5.0), 1, 0, "M1", "cycle")
    other = draws.times(draws.gamma(5.0, 2.0), 1, 0, "M0", "cycle")
    got = []
    for _ in range(600):
        other()
        got.append(mine())
        other()
    assert got == expected


def test_common_random_numbers_when_the_mean_changes_then_draws_keep_their_order() -> None:
    slow = drawn(draws.lognormal(20.0, 0.3), 2000)
    fast = drawn(draws.lognormal(18.0, 0.3), 2000)
    assert all(f < s for f, s in zip(fast, slow, strict=True))


# --- binomial ----------------------------------------------------------------------------

shares = st.floats(1e-9, 1 - 1e-9)
inner = st.integers(0, 2**52 - 1).map(lambda i: (2 * i + 1) / 2**53)


@given(st.integers(0, 2000), shares, inner)
def test_binomial_when_compared_with_exact_sums_then_the_inverse(
    n: int, p: float, u: float
) -> None:
    k = draws.binomial(n, p, u)
    assert 0 <= k <= n
    # The smallest k with P(X <= k) >= u, up to the rounding of the sums on either side.
    assert stats.binom.cdf(k, n, p) >= u - 1e-11
    assert k == 0 or stats.binom.cdf(k - 1, n, p) <= u + 1e-11


@pytest.mark.parametrize(("n", "p"), [(10**6, 0.5), (10**6, 1e-6), (10**6, 0.031), (10**6, 0.999)])
@pytest.mark.parametrize("u", [2**-53, 1e-9, 0.1, 0.5, 0.9, 1 - 1e-9, 1 - 2**-53])
def test_binomial_when_a_million_trials_then_as_scipy(n: int, p: float, u: float) -> None:
    k = draws.binomial(n, p, u)
    tail = min(u, 1 - u)
    slack = 1e-9 * tail + 2e-16
    assert stats.binom.cdf(k, n, p) >= u - slack
    assert k == 0 or stats.binom.cdf(k - 1, n, p) <= u + slack


@given(st.integers(1, 500), shares, inner, inner)
def test_binomial_when_u_grows_then_never_falls(n: int, p: float, u: float, v: float) -> None:
    low, high = sorted((u, v))
    assert draws.binomial(n, p, low) <= draws.binomial(n, p, high)


@given(st.integers(1, 500), shares, shares, inner)
def test_binomial_when_p_grows_then_never_falls(n: int, p: float, q: float, u: float) -> None:
    low, high = sorted((p, q))
    assume(high - low > 1e-6)
    assert draws.binomial(n, low, u) <= draws.binomial(n, high, u)


@given(st.integers(0, 10**6), inner)
def test_binomial_when_certain_then_none_or_all(n: int, u: float) -> None:
    assert draws.binomial(n, 0.0, u) == 0
    assert draws.binomial(n, 1.0, u) == n


@pytest.mark.parametrize("binomial", [draws.binomial, streams.binomial])
def test_binomial_when_one_trial_then_the_threshold_is_exact(
    binomial: Callable[[int, float, float], int],
) -> None:
    assert binomial(1, 0.25, 0.75) == 0
    assert binomial(1, 0.25, 0.75 + 2**-53) == 1


def test_binomial_when_drawn_often_then_binomial() -> None:
    draw = draws.uniforms(3, 0, "M1", "scrap")
    got = np.bincount([draws.binomial(8, 0.3, draw()) for _ in range(20_000)], minlength=9)
    expected = stats.binom.pmf(range(9), 8, 0.3) * 20_000
    assert stats.chisquare(got, expected).pvalue > 1e-3


@pytest.mark.parametrize(
    ("n", "p", "u"), [(-1, 0.5, 0.5), (1, -0.1, 0.5), (1, 1.1, 0.5), (1, 0.5, 0.0), (1, 0.5, 1.0)]
)
def test_binomial_when_out_of_range_then_refused(n: int, p: float, u: float) -> None:
    with pytest.raises(ValueError, match="binomial needs"):
        draws.binomial(n, p, u)
