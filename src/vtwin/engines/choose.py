"""Which engine runs a program, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vtwin.base.errors import Problem, Refused, did_you_mean
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally

NAMES = ("auto", "reference", "kernel")


class Cancelled(Exception):
    """A run was given up because its ``on_progress`` said so."""


class Simulate(Protocol):
    """How every engine is called; see :func:`vtwin.engines.reference.simulate`."""

    def __call__(
        self,
        program: Program,
        replication: int,
        *,
        seed: int | None = None,
        trace: bool = False,
        on_progress: Callable[[float], bool] | None = None,
    ) -> Tally:
        """Run one replication."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An engine and a sentence that says why it was taken."""

    name: str
    simulate: Simulate
    why: str


def engine(name: str, program: Program) -> Chosen:
    """The engine called ``name`` for this program; ``auto`` takes the fastest that covers it.

    Raises Refused (V502) for an engine that does not exist or is not built in.
    """
    if name not in NAMES:
        raise Refused(
            Problem(
                "V502",
                f"there is no engine '{name}'",
                hint=did_you_mean(name, NAMES) or f"one of {', '.join(NAMES)}",
            )
        )
    if name == "kernel":
        raise Refused(
            Problem(
                "V502",
                "this version has no compiled kernel",
                hint="use --engine auto or --engine reference",
            )
        )
    from vtwin.engines.reference import simulate

    why = (
        "the reference engine was asked for"
        if name == "reference"
        else "the reference engine covers every program, and this version has no compiled one"
    )
    return Chosen("reference", simulate, why)
