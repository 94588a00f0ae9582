"""OR-tools' CP-SAT as every study uses it: the same answer on every computer, however many cores
it has, and Ctrl-C left to whoever asked for the study.
"""

from __future__ import annotations

from typing import Any


def solver() -> Any:
    """A solver that takes one thread and one seed.

    Left to itself it takes Ctrl-C over and, when it is done, gives it back to the operating
    system, so that the next one would end the process without keeping anything.
    """
    from ortools.sat.python import cp_model

    made: Any = cp_model.CpSolver()
    made.parameters.num_workers = 1
    made.parameters.random_seed = 1
    made.parameters.catch_sigint_signal = False
    return made
