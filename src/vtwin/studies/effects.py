"""What each factor of an experiment does, and which factors act together.

Under common random numbers a replication is a block: it runs every point with the same luck.
Effects are therefore reckoned within each replication, and their intervals come from how they
differ between replications, so that the luck all points share does not widen them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from vtwin.results.statistics import Interval, interval
from vtwin.scenario.experiments import Factor
from vtwin.studies.designs import Point, coded

Floats = npt.NDArray[np.float64]

#: Columns this alike cannot be told apart.
_SAME = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Effect:
    """How a figure changes when ``factors`` (one path, or two acting together) go from their
    lowest to their highest level.

    Of two factors: half the difference between one's effect at the other's highest and at its
    lowest level. ``beside`` names effects that the design cannot tell from this one.
    """

    factors: tuple[str, ...]
    change: Interval
    beside: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """The mean figure over all points that have this level of a factor."""

    factor: str
    level: str
    mean: Interval


@dataclass(frozen=True)
class Effects:
    """What an experiment says of one figure.

    ``explained`` is the share of the spread between the points' means that main effects and
    the interactions listed account for (R squared of a straight-line model); None where the
    design leaves nothing over to judge it by.
    """

    figure: str
    mean: Interval
    main: tuple[Effect, ...]
    interactions: tuple[Effect, ...]
    levels: tuple[Level, ...]
    explained: float | None


def effects(
    factors: Sequence[Factor],
    points: Sequence[Point],
    values: Floats,
    figure: str,
    unit: str = "",
    confidence: float = 0.95,
) -> Effects:
    """Main effects and two-factor interactions with their intervals.

    ``values`` has shape (points, replications), finite. Effects are least-squares slopes on
    the scale -1..+1, times two; on a two-level factorial that is the difference of the means
    (Box, Hunter and Hunter, Statistics for Experimenters, chapter 5). Interactions are left
    out where the points are too few for them. Raises ValueError where points and values do
    not match or fewer than two points are given.
    """
    if values.ndim != 2 or len(values) != len(points) or len(points) < 2:
        raise ValueError("an experiment has at least two points, each with its replications")
    scale = coded(factors, points)
    terms: list[tuple[int, ...]] = [(i,) for i in range(len(factors))]
    terms += combinations(range(len(factors)), 2)
    columns = [np.prod(scale[:, list(term)], axis=1) for term in terms]
    kept, beside = _told_apart(terms, columns)
    if 1 + len(kept) > len(points):
        kept = [t for t in kept if len(terms[t]) == 1]
    matrix = np.column_stack([np.ones(len(points)), *(columns[t] for t in kept)])
    if 1 + len(kept) > len(points) or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        kept, matrix = [], np.ones((len(points), 1))
    slopes, *_ = np.linalg.lstsq(matrix, values, rcond=None)  # (terms, replications)
    found = [
        Effect(
            tuple(factors[i].path for i in terms[t]),
            interval([float(v) for v in 2 * slopes[1 + row]], unit, confidence),
            tuple(tuple(factors[i].path for i in terms[o]) for o in beside.get(t, ())),
        )
        for row, t in enumerate(kept)
    ]
    return Effects(
        figure,
        interval([float(v) for v in values.mean(axis=0)], unit, confidence),
        tuple(e for e in found if len(e.factors) == 1),
        tuple(e for e in found if len(e.factors) == 2),
        tuple(_levels(factors, points, values, unit, confidence)),
        _explained(matrix, values.mean(axis=1)),
    )


def _told_apart(
    terms: Sequence[tuple[int, ...]], columns: Sequence[Floats]
) -> tuple[list[int], dict[int, list[int]]]:
    """Terms of which no two are the same (up to sign), and the others each stands for."""
    kept: list[int] = []
    beside: dict[int, list[int]] = {}
    for number, column in enumerate(columns):
        length = float(np.linalg.norm(column - column.mean()))
        if length == 0.0:
            continue  # constant in this design: part of the mean
        twin = next((k for k in kept if _alike(columns[k], column)), None)
        if twin is None:
            kept.append(number)
        else:
            beside.setdefault(twin, []).append(number)
    return kept, beside


def _alike(a: Floats, b: Floats) -> bool:
    x, y = a - a.mean(), b - b.mean()
    return abs(float(x @ y)) >= _SAME * float(np.linalg.norm(x) * np.linalg.norm(y))


def _levels(
    factors: Sequence[Factor],
    points: Sequence[Point],
    values: Floats,
    unit: str,
    confidence: float,
) -> list[Level]:
    found = []
    for position, factor in enumerate(factors):
        here = [point[position] for point in points]
        for level in factor.levels:
            rows = [row for row, text in enumerate(here) if text == level]
            if rows and len(set(here)) <= len(factor.levels):
                means = [float(v) for v in values[rows].mean(axis=0)]
                found.append(Level(factor.path, level, interval(means, unit, confidence)))
    return found


def _explained(matrix: Floats, means: Floats) -> float | None:
    if matrix.shape[0] <= matrix.shape[1]:
        return None
    spread = float(((means - means.mean()) ** 2).sum())
    if spread == 0.0:
        return None
    slopes, *_ = np.linalg.lstsq(matrix, means, rcond=None)
    rest = float(((means - matrix @ slopes) ** 2).sum())
    return max(0.0, 1.0 - rest / spread)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How a figure answers to a small change of one factor.

    ``change`` is the figure at ``above`` minus that at ``below``, ``elasticity`` the change of
    the figure in per cent for one per cent more of the factor, None where the factor or the
    figure is no number to take a per cent of.
    """

    factor: str
    below: str
    above: str
    change: Interval
    elasticity: Interval | None


def sensitivity(
    factor: Factor, below: Floats, above: Floats, unit: str = "", confidence: float = 0.95
) -> Sensitivity:
    """Central finite difference under common random numbers (Glasserman and Yao, "Some
    guidelines and guarantees for common random numbers", Management Science 38, 1992).

    ``below`` and ``above``: one figure per replication, at the factor's first and last level.
    """
    change = interval([float(v) for v in above - below], unit, confidence)
    elasticity = None
    middle = float(above.mean() + below.mean()) / 2
    if factor.numbers is not None and middle != 0.0:
        low, high = factor.numbers[0], factor.numbers[-1]
        share = 2 * (high - low) / (high + low)
        elasticity = interval([float(v) for v in (above - below) / middle / share], "", confidence)
    return Sensitivity(factor.path, *factor.ends, change, elasticity)
