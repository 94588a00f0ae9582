"""Effects against models whose coefficients are known, and intervals that cover them."""

import numpy as np
import pytest

from vtwin.scenario.experiments import Factor, Span
from vtwin.studies.designs import fractional, full, latin_hypercube
from vtwin.studies.effects import effects, sensitivity


def two(path):
    return Factor(path, ("1", "2"), (1.0, 2.0))


def responses(points, model, replications=1, noise=None, common=None):
    """One figure per point and replication: model + luck of the replication + luck of its own."""
    base = np.array([model(*point) for point in points])[:, None]
    shape = (len(points), replications)
    values = np.broadcast_to(base, shape).astype(float)
    if common is not None:
        values = values + common[None, :]
    return values if noise is None else values + noise


def test_effects_when_model_is_known_then_hand_calculated():
    # y = 10 + 3a + 5b - 2ab with a, b in {0, 1}: effect of a is 3 - 2/2 = 2, of b 5 - 1 = 4,
    # and the interaction half the difference of a's effects, (1 - 3) / 2 = -1.
    points = full([two("a"), two("b")])
    values = responses(
        points, lambda a, b: 10 + 3 * (a == "2") + 5 * (b == "2") - 2 * (a == b == "2"), 3
    )
    found = effects([two("a"), two("b")], points, values, "y")
    assert [round(e.change.mean, 9) for e in found.main] == [2.0, 4.0]
    assert round(found.interactions[0].change.mean, 9) == -1.0
    assert found.explained is None  # as many terms as points
    assert found.mean.mean == pytest.approx(13.5)
    assert [(lv.level, round(lv.mean.mean, 9)) for lv in found.levels if lv.factor == "b"] == [
        ("1", 11.5),
        ("2", 15.5),
    ]


def test_effects_when_luck_is_shared_then_it_does_not_widen_them():
    points = full([two("a"), two("b")])
    luck = np.random.default_rng(3)
    shared = luck.normal(0, 100, 8)
    values = responses(
        points, lambda a, b: 2.0 * (a == "2"), 8, luck.normal(0, 0.1, (4, 8)), shared
    )
    found = effects([two("a"), two("b")], points, values, "y")
    assert found.main[0].change.half_width < 0.3
    assert found.mean.half_width > 20
    assert found.main[0].change.excludes_zero
    assert not found.main[1].change.excludes_zero


def test_effects_when_noise_is_known_then_the_interval_covers_at_its_rate():
    points = full([two("a"), two("b"), two("c")])
    luck = np.random.default_rng(11)
    hits = 0
    for _ in range(400):
        values = responses(points, lambda a, b, c: 1.0 * (c == "2"), 5, luck.normal(0, 1, (8, 5)))
        change = (
            effects([two(n) for n in "abc"], points, values, "y", confidence=0.9).main[2].change
        )
        hits += change.low <= 1.0 <= change.high
    assert 0.9 - 3.3 * (0.09 / 400) ** 0.5 < hits / 400 < 0.9 + 3.3 * (0.09 / 400) ** 0.5


def test_effects_when_fraction_then_says_what_it_cannot_tell_apart():
    factors = [two(name) for name in "abcd"]
    points = fractional(factors, 4)
    values = responses(points, lambda a, b, c, d: (a == "2") + 4 * (c == d), 2)
    found = effects(factors, points, values, "y")
    assert [round(e.change.mean, 9) for e in found.main] == [1, 0, 0, 0]
    pair = next(e for e in found.interactions if e.factors == ("a", "b"))
    assert pair.beside == (("c", "d"),)
    assert round(pair.change.mean, 9) == 4.0  # it is c with d in truth: the design cannot know


def test_effects_when_levels_have_no_straight_line_then_means_show_it():
    factor = Factor("a", ("1", "2", "3"), (1.0, 2.0, 3.0))
    points = full([factor])
    values = responses(points, lambda a: {"1": 0.0, "2": 9.0, "3": 0.0}[a], 2)
    found = effects([factor], points, values, "y")
    assert found.main[0].change.mean == pytest.approx(0.0)
    assert [level.mean.mean for level in found.levels] == [0.0, 9.0, 0.0]
    assert found.explained == pytest.approx(0.0)


def test_effects_when_space_is_filled_then_slopes_are_recovered():
    factors = [Factor(n, ("0 s", "10 s"), (0.0, 10.0), Span(0.0, 10.0, "s")) for n in "ab"]
    points = latin_hypercube(factors, 20, 5)
    values = responses(points, lambda a, b: 3 * float(a[:-2]) - float(b[:-2]), 2)
    found = effects(factors, points, values, "y")
    assert [round(e.change.mean, 3) for e in found.main] == [30.0, -10.0]
    assert found.explained == pytest.approx(1.0)
    assert found.levels == ()


def test_effects_when_points_are_too_few_then_only_what_they_carry():
    factors = [two(name) for name in "abcde"]
    points = fractional(factors, 3)
    found = effects(factors, points, responses(points, lambda *p: float(p[0]), 2), "y")
    assert len(found.main) == 5
    assert len(found.interactions) == 2  # eight points, five main effects: two columns are left


def test_effects_when_shapes_differ_then_refused():
    with pytest.raises(ValueError, match="at least two points"):
        effects([two("a")], [("1",)], np.zeros((1, 3)), "y")


def test_sensitivity_when_a_power_law_then_its_exponent():
    # y = x^2 around 10: (11^2 - 9^2) / 101 per 20 % is 1.98.
    factor = Factor("x", ("9", "11"), (9.0, 11.0))
    found = sensitivity(factor, np.array([81.0, 81.0]), np.array([121.0, 121.0]))
    assert found.change.mean == 40.0
    assert found.elasticity.mean == pytest.approx(40 / 101 / 0.2)
    assert sensitivity(Factor("r", ("fifo", "spt")), np.ones(2), np.ones(2) * 2).elasticity is None
