"""How runs are judged against a truth."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tests.truth.figures import REPLICATIONS, Case, Figure
from vtwin.engines.choose import Simulate
from vtwin.plant.trace import Tally


def seed(case: Case, number: int) -> int:
    """Seed ``number`` of a case. It comes from the case's name, for two plants that name a
    source alike would else see the same arrivals, and their figures err together.
    """
    return zlib.crc32(case.name.encode()) * 1000 + number


def runs(simulate: Simulate, case: Case, number: int, share: float = 1.0) -> list[Tally]:
    """The replications of a case with one of its seeds."""
    program = case.program(share)

    def one(replication: int) -> Tally:
        return simulate(program, replication, seed=seed(case, number))

    first = one(0)  # alone: what has to be compiled is compiled once
    with ThreadPoolExecutor(2) as pool:
        return [first, *pool.map(one, range(1, REPLICATIONS))]


@dataclass(frozen=True)
class Judgement:
    """Mean of independent replications of a figure, and the half-width of its 99 % interval."""

    figure: Figure
    mean: float
    half_width: float
    z: float  # standard normal if the truth is the mean of what the replications draw from

    @property
    def relative(self) -> float:
        return self.half_width / abs(self.figure.truth)

    @property
    def covers(self) -> bool:
        return abs(self.mean - self.figure.truth) <= self.half_width

    def __str__(self) -> str:
        return (
            f"{self.figure.name}: {self.mean:.6g} +- {self.half_width:.2g} "
            f"({self.relative:.2%}), truth {self.figure.truth:.6g}, z {self.z:+.2f}"
        )


def judged(figure: Figure, tallies: Sequence[Tally]) -> Judgement:
    """The t interval of the replications, and the z of Student's t by their shares."""
    values = np.array([figure.of(t) for t in tallies])
    n = len(values)
    error = float(values.std(ddof=1)) / math.sqrt(n)
    t = (float(values.mean()) - figure.truth) / error
    half = float(stats.t.ppf(0.995, n - 1)) * error
    return Judgement(figure, float(values.mean()), half, _z(t, n - 1))


def _z(t: float, freedom: int) -> float:
    """From the nearer tail, so that a far value keeps its distance."""
    return math.copysign(float(stats.norm.isf(stats.t.sf(abs(t), freedom))), t)


def judgements(simulate: Simulate, case: Case, number: int, share: float = 1.0) -> Iterator[Judgement]:  # fmt: skip
    """Of every figure of a case."""
    tallies = runs(simulate, case, number, share)
    for figure in case.figures():
        yield judged(figure, tallies)
