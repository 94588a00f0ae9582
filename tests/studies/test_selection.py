"""Procedures that choose the best: on known means, they keep what they promise."""

import numpy as np
import pytest

from vtwin.scenario.decisions import Design, Goal
from vtwin.studies.search import Book
from vtwin.studies.selection import kim_nelson, ocba, screen, shortfall, with_the_best


def _right(means, delta, correlation, repetitions, seed, n0=10, deviations=None):
    """How often KN finds the largest mean, and the replications that took."""
    spread = np.ones(len(means)) if deviations is None else np.array(deviations)
    hits = spent = 0
    for repetition in range(repetitions):
        lots = np.random.default_rng([seed, repetition])

        def sample(designs, _, lots=lots):
            shared, own = lots.standard_normal(), lots.standard_normal(len(means))
            noise = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
            return (means + spread * noise)[list(designs)]

        found = kim_nelson(sample, len(means), delta, 0.05, n0)
        hits += found.best == int(np.argmax(means))
        spent += found.replications
    return hits / repetitions, spent / repetitions


SLIPPAGE = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
MONOTONE = np.array([4.0, 3.0, 2.0, 1.0, 0.0])


@pytest.mark.parametrize("correlation", [0.0, 0.5])
@pytest.mark.parametrize("means", [SLIPPAGE, MONOTONE], ids=["slippage", "monotone"])
def test_kim_nelson_when_the_best_is_delta_better_then_it_is_found_as_promised(means, correlation):
    # promised 0.95; 0.933 leaves the chance of a thousand repetitions
    share, _ = _right(means, 1.0, correlation, repetitions=1000, seed=7)
    assert share >= 0.933


def test_kim_nelson_when_variances_differ_then_it_still_finds_the_best():
    share, _ = _right(SLIPPAGE, 1.0, 0.0, 100, seed=3, deviations=[2.0, 1.5, 1.0, 0.7, 0.5])
    assert share >= 0.9


def test_kim_nelson_when_random_numbers_are_common_then_it_needs_fewer():
    _, alone = _right(SLIPPAGE, 1.0, 0.0, 60, seed=5, deviations=[4.0] * 5)
    share, together = _right(SLIPPAGE, 1.0, 0.9, 60, seed=5, deviations=[4.0] * 5)
    assert share >= 0.9
    assert together < 0.6 * alone


def test_screen_when_calculated_by_hand_then_its_constants_agree():
    # k = 2, n0 = 3, alpha = 0.05: eta = ((0.1)^-1 - 1) / 2 = 4.5, h2 = 18
    first = np.array([[3.0, 5.0, 4.0], [1.0, 1.0, 4.0]])
    rule = screen(first, 2.0, 0.05)
    assert rule.h2 == pytest.approx(18.0)
    assert rule.variances[0, 1] == pytest.approx(4.0)  # of 2, 4, 0
    # after 3: slack = (18 * 4 / 2 - 2 * 3) / 6 = 5; after 10: (36 - 20) / 20 = 0.8
    both = np.array([True, True])
    assert rule.survivors(np.array([4.0, 2.0]), 3, both).tolist() == [True, True]
    assert rule.survivors(np.array([4.0, 2.0]), 10, both).tolist() == [True, False]
    assert rule.enough() == 19


def test_ocba_when_calculated_by_hand_then_the_shares_agree():
    # distances 1 and 2, equal deviations: N2 : N3 = 4 : 1, N1 = sqrt(16 + 1) in their unit
    found = ocba(np.array([3.0, 2.0, 1.0]), np.ones(3), 1000)
    unit = 1000 / (4 + 1 + np.sqrt(17))
    assert sum(found) == 1000
    assert found == pytest.approx([np.sqrt(17) * unit, 4 * unit, unit], abs=1)


def test_ocba_when_two_are_equal_then_it_still_divides_all():
    assert sum(ocba(np.array([1.0, 1.0, 0.0]), np.array([0.1, 0.0, 0.2]), 77)) == 77


def test_with_the_best_when_means_are_known_then_intervals_cover_them_together():
    lots = np.random.default_rng(11)
    means = np.array([0.0, 0.3, 0.3, -1.0])
    best_of_others = np.array([0.3, 0.3, 0.3, 0.3])
    covered = right = 0
    for _ in range(200):
        values = means[:, None] + lots.standard_normal((4, 30)) + lots.standard_normal(30)
        found = with_the_best(values)
        truth = means - best_of_others
        covered += bool(np.all((found.low <= truth) & (truth <= found.high)))
        right += 3 not in found.possible and {1, 2} <= set(found.possible)
    assert covered >= 0.93 * 200
    assert right >= 0.9 * 200


def test_with_the_best_when_designs_are_alike_then_neither_is_called_the_best():
    lots = np.random.default_rng(3)
    shared = lots.standard_normal(8)
    found = with_the_best(np.stack([shared, shared, shared - 1.0]))
    assert found.possible == (0, 1)
    assert found.best is None


def test_with_the_best_when_one_replication_then_nothing_is_rejected():
    found = with_the_best(np.array([[1.0], [5.0]]))
    assert found.possible == (0, 1)
    assert found.best is None


def test_shortfall_when_repeated_then_it_covers_the_true_one():
    lots = np.random.default_rng(13)
    means = np.array([0.0, 0.2, -0.1])
    held = 0
    for _ in range(300):
        values = means[:, None] + 0.5 * lots.standard_normal((3, 20))
        held += shortfall(values, 0, 0.95) >= 0.2
    assert held >= 0.93 * 300
    assert shortfall(np.array([[2.0, 2.1], [1.0, 1.1]]), 0) == 0.0


def test_book_when_designs_have_unequal_replications_then_easy_ones_do_not_flatter():
    # the first ten replications are easy for everybody: the worse design has no others
    lots = np.random.default_rng(5)
    common = np.concatenate([np.full(10, 5.0), np.zeros(40)]) + lots.normal(size=50)
    better = common + 100.0 + 0.01 * lots.normal(size=50)
    worse = (common + 99.0 + 0.01 * lots.normal(size=50))[:10]
    one, other = (Design.of({"p": value}) for value in "ab")
    book = Book(("x",), Goal("x"), rows={one: better[:, None], other: worse[:, None]})
    assert worse.mean() > better.mean() + 2
    assert book.best() == [one, other]
    assert book.level(other) == pytest.approx(better.mean() - 1.0, abs=0.05)
    assert book.level(one) == better.mean()
    alone = Book(("x",), Goal("x"), rows={one: better[:, None], other: lots.normal(size=(10, 1))})
    assert alone.level(other) == alone.objective(other).mean()  # they do not go together
