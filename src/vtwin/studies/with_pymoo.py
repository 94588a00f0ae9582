"""Populations of pymoo as searches. (The only file that knows pymoo.)"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from vtwin.scenario.decisions import Design
from vtwin.studies.outside import FRUITLESS, POPULATION, Door, lots
from vtwin.studies.search import Search

if TYPE_CHECKING:
    from vtwin.studies.optimise import Optimiser


def genetic(study: Optimiser, starts: Sequence[Design]) -> Search:
    """A genetic algorithm on whole numbers: the position of every path's value."""
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair

    return _populations(
        study,
        starts,
        lambda first: GA(
            pop_size=len(first),
            sampling=first,
            crossover=SBX(prob=0.9, eta=3.0, vtype=float, repair=RoundingRepair()),
            mutation=PM(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair()),
            eliminate_duplicates=True,
        ),
    )


def differential(study: Optimiser, starts: Sequence[Design]) -> Search:
    """Differential evolution; its numbers are rounded to positions."""
    from pymoo.algorithms.soo.nonconvex.de import DE

    return _populations(
        study,
        starts,
        lambda first: DE(pop_size=len(first), sampling=first, variant="DE/rand/1/bin", CR=0.7),
    )


def _populations(study: Optimiser, starts: Sequence[Design], make: Any) -> Search:
    from pymoo.core.evaluator import Evaluator
    from pymoo.core.problem import Problem
    from pymoo.problems.static import StaticProblem

    door = Door.of(study)
    problem = Problem(
        n_var=len(door.sizes),
        n_obj=1,
        n_ieq_constr=1,
        xl=np.zeros(len(door.sizes)),
        xu=np.array(door.sizes, dtype=np.float64) - 1.0,
    )
    algorithm = make(_first(door, starts, study.wish.seed))
    algorithm.setup(problem, termination=("n_gen", 10**9), seed=study.wish.seed % 2**32)
    fruitless = 0
    while not door.over() and fruitless < FRUITLESS:
        infills = algorithm.ask()
        if infills is None or len(infills) == 0:
            break
        rows = np.rint(infills.get("X")).astype(int)
        designs = [door.design(row.tolist()) for row in rows]
        amiss = [door.violation(design) for design in designs]
        allowed = [d for d, wrong in zip(designs, amiss, strict=True) if not wrong]
        before = len(door.book.rows)
        for design in allowed:  # one by one, so that a budget ends between two of them
            yield from door.ask([design])
        fruitless = 0 if len(door.book.rows) > before else fruitless + len(designs)
        values = [
            [0.0 if wrong else -door.value(design)]
            for design, wrong in zip(designs, amiss, strict=True)
        ]
        told = StaticProblem(problem, F=np.array(values), G=np.array(amiss)[:, None])
        Evaluator().eval(told, infills)
        algorithm.tell(infills=infills)
    return door.best()


def _first(door: Door, starts: Sequence[Design], seed: int) -> Any:
    """The first population: the starts, filled up with feasible designs at random."""
    known = [d for d in starts if door.positions(d) is not None][:POPULATION]
    drawn = islice((d for d in lots(door, seed) if d not in known), POPULATION - len(known))
    return np.array([door.positions(d) for d in (*known, *drawn)], dtype=np.float64)
