"""The tree-structured Parzen estimator of optuna as a search. (The only file that knows optuna.)"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vtwin.scenario.decisions import Design
from vtwin.studies.outside import FRUITLESS, Door
from vtwin.studies.search import Search

if TYPE_CHECKING:
    from vtwin.studies.optimise import Optimiser


def tpe(study: Optimiser, starts: Sequence[Design]) -> Search:
    """Ask optuna, tell it means; what is not allowed is told as a violated constraint."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    door = Door.of(study)
    sampler = optuna.samplers.TPESampler(seed=study.wish.seed % 2**32, multivariate=True)
    trials: Any = optuna.create_study(direction="maximize", sampler=sampler)
    names = [path for path, _ in door.space.slots]
    for start in starts:
        positions = door.positions(start)
        if positions is not None:
            trials.enqueue_trial(dict(zip(names, positions, strict=True)))
    fruitless = 0
    while not door.over() and fruitless < FRUITLESS:
        trial = trials.ask()
        positions = [_suggested(trial, path, decision) for path, decision in door.space.slots]
        design = door.design(positions)
        amiss = door.violation(design)
        trial.set_constraint("allowed", amiss)
        known = door.book.count(design) >= door.replications
        fruitless = fruitless + 1 if amiss or known else 0
        if not amiss:
            yield from door.ask([design])
        trials.tell(trial, 0.0 if amiss else door.value(design))
    return door.best()


def _suggested(trial: Any, path: str, decision: Any) -> int:
    last = len(decision.values) - 1
    if decision.ordered:
        return int(trial.suggest_int(path, 0, last))
    return int(trial.suggest_categorical(path, list(range(last + 1))))
