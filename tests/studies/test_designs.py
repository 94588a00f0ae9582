"""Experimental designs against the published tables and their defining properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtwin.scenario.experiments import Factor, Span
from vtwin.studies.designs import (
    coded,
    confounded,
    fraction,
    fractional,
    full,
    latin_hypercube,
    size_of_full,
    sobol,
)


def numbers(path, *levels):
    return Factor(path, tuple(map(str, levels)), tuple(map(float, levels)))


def test_full_when_three_factors_then_every_combination_once():
    factors = [numbers("a", 1, 2), numbers("b", 5, 10, 20), Factor("c", ("fifo", "spt"))]
    points = full(factors)
    assert len(points) == size_of_full(factors) == 12
    assert len(set(points)) == 12
    assert points[0] == ("1", "5", "fifo")
    assert points[-1] == ("2", "20", "spt")


# Box, Hunter and Hunter, Statistics for Experimenters, table 6.22: factors, resolution, points.
TABLE = [
    (3, 3, 4), (4, 4, 8), (5, 3, 8), (5, 5, 16), (6, 3, 8), (6, 4, 16), (7, 3, 8), (7, 4, 16),
    (8, 4, 16), (9, 3, 16), (9, 4, 32), (10, 3, 16), (10, 4, 32), (11, 3, 16), (11, 4, 32),
    (6, 5, 32), (7, 5, 64), (8, 5, 64), (15, 3, 16),
]  # fmt: skip


@pytest.mark.parametrize(("factors", "resolution", "points"), TABLE)
def test_fraction_when_in_the_published_table_then_as_small(factors, resolution, points):
    found = fraction(factors, resolution)
    assert found.signs.shape == (points, factors)
    assert found.resolution >= resolution


@given(st.integers(1, 9), st.sampled_from([3, 4, 5]))
def test_fraction_when_any_then_balanced_orthogonal_and_its_words_constant(factors, resolution):
    found = fraction(factors, resolution)
    signs = found.signs.astype(int)
    assert set(np.unique(signs)) == {-1, 1}
    products = signs.T @ signs
    assert (products == np.diag(np.diag(products))).all()
    assert (signs.sum(axis=0) == 0).all()
    for word in found.words:
        assert len(set(np.prod(signs[:, sorted(word)], axis=1).tolist())) == 1
    assert len(found.words) + 1 == 2**factors // len(signs)


def test_confounded_when_half_fraction_of_four_then_pairs_share_their_effect():
    together = confounded(4, fraction(4, 4))
    assert together[frozenset({0})] == []
    assert together[frozenset({0, 1})] == [frozenset({2, 3})]


def test_fractional_when_levels_are_many_then_their_ends():
    factors = [numbers(name, 1, 2, 3) for name in "abc"]
    assert {text for point in fractional(factors, 3) for text in point} == {"1", "3"}


def test_fraction_when_asked_for_nonsense_then_refused():
    with pytest.raises(ValueError, match="1 to 15"):
        fraction(16, 3)
    with pytest.raises(ValueError, match="3, 4 or 5"):
        fraction(4, 6)


@given(st.integers(2, 40), st.integers(0, 2**31))
def test_latin_hypercube_when_drawn_then_every_stratum_of_every_factor_once(points, seed):
    factors = [Factor("a", ("0 s", "1 s"), (0.0, 1.0), Span(0.0, 1.0, "s")), numbers("b", 1, 2)]
    drawn = latin_hypercube([factors[0], factors[0]], points, seed)
    for column in range(2):
        shares = sorted(float(point[column].split()[0]) for point in drawn)
        assert [int(share * points * (1 - 1e-5)) for share in shares] == list(range(points))


def test_sobol_when_a_power_of_two_then_even_in_every_projection():
    span = Factor("a", ("10 s", "50 s"), (10.0, 50.0), Span(10.0, 50.0, "s"))
    whole = Factor("b", ("1", "4"), (1.0, 4.0), Span(1, 4, whole=True))
    words = Factor("c", ("fifo", "edd"))
    points = sobol([span, whole, words], 16, 7)
    assert points == sobol([span, whole, words], 16, 7)
    assert len(points) == 16
    assert sorted(p[1] for p in points) == sorted("1234" * 4)
    assert sorted(p[2] for p in points) == ["edd"] * 8 + ["fifo"] * 8
    quarters = [int((float(p[0].split()[0]) - 10) / 10) for p in points]
    assert [quarters.count(q) for q in range(4)] == [4, 4, 4, 4]
    assert all(p[0].endswith(" s") for p in points)


def test_coded_when_numbers_words_and_spans_then_minus_one_to_one():
    factors = [
        numbers("a", 2, 3, 6),
        Factor("b", ("fifo", "edd")),
        Factor("c", ("10 s", "20 s"), (10.0, 20.0), Span(10.0, 20.0, "s")),
    ]
    scale = coded(factors, [("2", "fifo", "10 s"), ("3", "edd", "15 s"), ("6", "fifo", "20 s")])
    assert scale.tolist() == [[-1.0, -1.0, -1.0], [-0.5, 1.0, 0.0], [1.0, -1.0, 1.0]]


def test_design_when_points_coincide_then_each_once():
    assert len(latin_hypercube([Factor("a", ("x", "y"))], 10, 1)) == 2
