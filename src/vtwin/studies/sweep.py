"""Experiments: the points of a design, simulated under common random numbers.

Points are run replication by replication, so that whatever stops a sweep leaves every point
with the same replications, which is what comparing them needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from vtwin.base.errors import Problem, Refused
from vtwin.results.formulas import KPIS
from vtwin.results.statistics import Interval, interval, replications_needed
from vtwin.scenario.decisions import Design
from vtwin.scenario.experiments import Experiment, Factor, overrides
from vtwin.studies import designs
from vtwin.studies.designs import Point
from vtwin.studies.effects import Effects, Sensitivity, effects, sensitivity
from vtwin.studies.evaluator import Evaluator
from vtwin.studies.selection import with_the_best

Floats = npt.NDArray[np.float64]
#: How a point stands beside the best of the others.
Call = Literal["best", "possible best", "rejected"]

#: `replications: auto` begins with so many, and ends with so many at most.
FEWEST, MOST = 5, 100
#: So many replications of points are handed over at once, so that each round is worth a look.
_ROUND = 16
#: More alternatives than this are not compared pair by pair.
MOST_COMPARED = 200


@dataclass(frozen=True)
class Plan:
    """The points of an experiment: ``today`` is the point that changes nothing, where it is one
    of them or (sensitivity) stands beside them.
    """

    factors: tuple[Factor, ...]
    points: tuple[Point, ...]
    kind: str
    fraction: designs.Fraction | None = None


def plan(experiment: Experiment, seed: int) -> Plan:
    """Which points an experiment asks for.

    Raises:
        Refused: V584, too many points, or a kind of design that does not suit the factors.
    """
    entry, factors = experiment.entry, experiment.factors
    kind = entry.design
    if kind == "sensitivity":
        return Plan(factors, (), kind)
    if kind == "full":
        size = designs.size_of_full(factors)
        if size > designs.MOST_POINTS:
            hint = "fewer levels, or `design: fractional`, `latin_hypercube` or `sobol`"
            raise Refused(_unsuited(f"all combinations are {size:,} points", hint))
        return Plan(factors, tuple(designs.full(factors)), kind)
    if kind == "fractional":
        if len(factors) > designs.MOST_FACTORS:
            most = designs.MOST_FACTORS
            hint = f"at most {most}, or `design: latin_hypercube`"
            raise Refused(_unsuited(f"a fractional design of {len(factors)} factors", hint))
        resolution = int(entry.resolution)
        found = designs.fraction(len(factors), resolution)
        return Plan(factors, tuple(designs.fractional(factors, resolution)), kind, found)
    if not 2 <= entry.points <= designs.MOST_POINTS:
        hint = f"from 2 to {designs.MOST_POINTS:,}, such as `points: 32`"
        raise Refused(_unsuited(f"{entry.points:,} points", hint))
    fill = designs.sobol if kind == "sobol" else designs.latin_hypercube
    return Plan(factors, tuple(fill(factors, entry.points, seed)), kind)


def _unsuited(what: str, hint: str) -> Problem:
    return Problem("V584", f"{what}: no such sweep", hint=hint)


def written(plan: Plan) -> list[tuple[Point, dict[str, Any]]]:
    """Every point with what it writes: path -> value. Those of a sensitivity are named
    (path, level), and leave all else as it is.
    """
    if plan.kind == "sensitivity":
        return [
            ((factor.path, level), overrides([factor], [level]))
            for factor in plan.factors
            for level in factor.ends
        ]
    return [(point, overrides(plan.factors, point)) for point in plan.points]


@dataclass(frozen=True)
class Sweep:
    """What an experiment found.

    ``values`` has shape (points, replications, figures), NaN where a figure is undefined; a
    sensitivity has two points per factor. ``impossible``: points that are no plant that can
    run, and why; they have no row in ``points``. ``calls``: which of them may be the best,
    none where neither more nor less of the first figure is better.
    """

    plan: Plan
    points: tuple[Point, ...]
    figures: tuple[str, ...]
    units: tuple[str, ...]
    values: Floats
    asked: int | Literal["auto"]
    confidence: float = 0.95
    impossible: Mapping[Point, str] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def replications(self) -> int:
        """Replications every point has."""
        return int(self.values.shape[1])

    def figure(self, point: int, number: int) -> Interval:
        """One figure of one point."""
        return interval(
            [None if math.isnan(v) else float(v) for v in self.values[point, :, number]],
            self.units[number],
            self.confidence,
        )

    @property
    def better(self) -> str:
        """Which way the first figure is better: "higher", "lower" or ""."""
        return KPIS[self.figures[0].rpartition(".")[2]].better

    def calls(self) -> dict[int, Call]:
        """Which points may be the best on the first figure, by row; without those for which it
        is undefined.
        """
        if not self.better or self.plan.kind == "sensitivity" or len(self.points) > MOST_COMPARED:
            return {}
        first = self.values[:, :, 0] * (1.0 if self.better == "higher" else -1.0)
        rows = [row for row in range(len(first)) if np.isfinite(first[row]).all()]
        if not rows:
            return {}
        found = with_the_best(first[rows], self.confidence)
        return {
            row: "best" if at == found.best else "possible best"
            if at in found.possible else "rejected"
            for at, row in enumerate(rows)
        }  # fmt: skip

    def effects(self) -> tuple[Effects, ...]:
        """What the factors do to each figure; none for a sensitivity, too few points or a
        figure that is undefined somewhere.
        """
        if self.plan.kind == "sensitivity" or len(self.points) < 2:
            return ()
        return tuple(
            effects(
                self.plan.factors,
                self.points,
                self.values[:, :, number],
                name,
                self.units[number],
                self.confidence,
            )
            for number, name in enumerate(self.figures)
            if np.isfinite(self.values[:, :, number]).all()
        )

    def sensitivities(self) -> dict[str, tuple[Sensitivity, ...]]:
        """Figure -> how it answers to each factor, the strongest first."""
        if self.plan.kind != "sensitivity":
            return {}
        found: dict[str, tuple[Sensitivity, ...]] = {}
        where = {point: row for row, point in enumerate(self.points)}
        for number, name in enumerate(self.figures):
            rows = []
            for factor in self.plan.factors:
                ends = [where.get((factor.path, level)) for level in factor.ends]
                if None in ends:
                    continue
                below, above = (self.values[end, :, number] for end in ends)
                if np.isfinite(below).all() and np.isfinite(above).all():
                    rows.append(
                        sensitivity(factor, below, above, self.units[number], self.confidence)
                    )
            rows.sort(key=lambda one: -abs(one.change.mean or 0.0))
            found[name] = tuple(rows)
        return found


@dataclass
class Runner:
    """Carries a plan out.

    ``write`` makes a design of what a point writes; ``kept`` is called with what every round
    has finished, as {(point, replication): figures}, and ``known`` holds such rounds of before.
    """

    plan: Plan
    evaluator: Evaluator
    write: Callable[[Mapping[str, Any]], Design]
    units: tuple[str, ...]
    known: Mapping[tuple[Point, int], tuple[float, ...]] = field(default_factory=dict)
    kept: Callable[[Mapping[tuple[Point, int], tuple[float, ...]]], None] | None = None
    on_progress: Callable[[float], None] | None = None

    def run(
        self, replications: int | Literal["auto"], precision: float = 0.02, confidence: float = 0.95
    ) -> Sweep:
        """All points; with ``auto`` until every point's first figure is as precise as asked.

        Raises:
            Refused: no point at all is a plant that can run (the first one's reasons).
            KeyboardInterrupt: stopped before every point had one replication.
        """
        made, impossible = self._designs()
        points = list(made)
        self._recall(made)
        target = FEWEST if replications == "auto" else replications
        done, stopped = 0, False
        values = np.empty((len(points), 0, len(self.evaluator.figures)))
        while done < target and not stopped:
            until = min(target, done + max(1, _ROUND // max(len(points), 1)))
            try:
                fresh = self._round(made, range(done, until))
            except KeyboardInterrupt:
                if done == 0:
                    raise
                stopped = True
                break
            values, done = np.concatenate((values, fresh), axis=1), until
            if replications == "auto" and done == target:
                target = _wanted(values[:, :, 0], precision, confidence)
            if self.on_progress is not None:
                self.on_progress(done / target)
        return Sweep(
            plan=self.plan,
            points=tuple(points),
            figures=self.evaluator.figures,
            units=self.units,
            values=values,
            asked=replications,
            confidence=confidence,
            impossible=impossible,
            interrupted=stopped,
        )

    def _designs(self) -> tuple[dict[Point, Design], dict[Point, str]]:
        """The design of every point that is a plant; why the others are none."""
        made: dict[Point, Design] = {}
        wrong: dict[Point, str] = {}
        refused: Refused | None = None
        for point, settings in written(self.plan):
            design = self.write(settings)
            try:
                self.evaluator.program(design)
            except Refused as told:
                refused = refused or told
                wrong[point] = "; ".join(str(problem.what) for problem in told.problems[:2])
            else:
                made[point] = design
        if refused is not None and not made:
            raise refused
        return made, wrong

    def _recall(self, made: Mapping[Point, Design]) -> None:
        for (point, replication), figures in self.known.items():
            if point in made:
                self.evaluator.found[made[point], replication] = figures

    def _round(self, made: Mapping[Point, Design], numbers: range) -> Floats:
        found = self.evaluator.values([(design, numbers) for design in made.values()])
        if self.kept is not None:
            self.kept(
                {
                    (point, r): tuple(float(v) for v in rows[i])
                    for point, rows in zip(made, found, strict=True)
                    for i, r in enumerate(numbers)
                    if (point, r) not in self.known
                }
            )
        return np.stack(found)


def _wanted(values: Floats, precision: float, confidence: float) -> int:
    """How many replications the least precise point calls for; at most twice those there are."""
    done = int(values.shape[1])
    needed = done
    for row in values:
        known = [float(v) for v in row if not math.isnan(v)]
        found = interval(known, confidence=confidence)
        if found.mean is None or found.half_width is None:
            continue
        if found.half_width > precision * abs(found.mean):
            asked = replications_needed(known, None, confidence, relative=precision)
            needed = max(needed, asked or MOST, done + 1)
    return min(needed, 2 * done, MOST) if needed > done else done
