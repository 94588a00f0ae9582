"""Several goals: what is on the front, and what only may be."""

import numpy as np
import pytest

from vtwin.scenario.decisions import Design, Goal
from vtwin.studies.front import judge, shown_better, undominated

GOALS = (Goal("throughput_per_h", "maximise"), Goal("cost", "minimise"))


def test_undominated_when_points_are_known_then_only_those_remain():
    means = np.array([[3.0, 1.0], [2.0, 2.0], [1.0, 3.0], [2.0, 1.0], [2.0, 2.0]])
    assert undominated(means) == [0, 1, 2]


def _values(means, costs, noise, n=20, seed=1):
    """Points with common noise and a little of their own."""
    lots = np.random.default_rng(seed)
    shared = lots.standard_normal(n)
    rates = np.array(means)[:, None] + shared + noise * lots.standard_normal((len(means), n))
    return np.stack([rates, np.repeat(np.array(costs)[:, None], n, axis=1)], axis=2)


def test_front_when_differences_are_clear_then_every_point_is_certain():
    designs = [Design.of({"a": i}) for i in range(4)]
    values = _values([10.0, 12.0, 14.0, 11.0], [0.0, 1.0, 2.0, 3.0], noise=0.1)
    found = judge(designs, values, GOALS)
    assert [p.design for p in found.points] == [designs[2], designs[1], designs[0]]
    assert all(p.certain for p in found.points)
    assert found.dropped == 1
    assert found.points[0].figures["cost"].mean == 2.0


def test_front_when_the_dearer_is_hardly_better_then_it_is_marked():
    designs = [Design.of({"a": i}) for i in range(3)]
    values = _values([10.0, 12.0, 12.02], [0.0, 1.0, 2.0], noise=0.5, seed=1)
    means = values[:, :, 0].mean(axis=1)
    assert means[2] > means[1], "with this seed the dearer one looks better"
    found = judge(designs, values, GOALS)
    doubtful = [p.design for p in found.points if not p.certain]
    assert doubtful == [designs[2]]
    assert found.points[0].rivals == (1,)


def test_shown_better_when_repeated_then_a_point_that_is_not_is_rarely_shown():
    wrong = 0
    for seed in range(300):
        values = _values([10.0, 10.0, 9.0], [1.0, 1.0, 1.0], noise=0.4, seed=seed)
        shown = shown_better(values, 0.95)
        wrong += bool(shown[2, 0] or shown[2, 1] or shown[0, 1] or shown[1, 0])
    assert wrong <= 0.07 * 300


def test_judge_when_there_is_one_design_then_it_is_the_front():
    found = judge([Design.of({"a": 1})], _values([1.0], [0.0], 0.1), GOALS)
    assert len(found.points) == 1
    assert found.points[0].certain
    assert found.points[0].figures["throughput_per_h"].mean == pytest.approx(1.0, abs=1.0)
