"""Which engine runs a program, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vtwin.base.errors import Problem, Refused, did_you_mean
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally

NAMES = ("auto", "reference", "kernel", "recurrence")


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

    Raises Refused for an engine that does not exist (V502), and for one that does not have what
    the program uses (V503).
    """
    if name not in NAMES:
        raise Refused(
            Problem(
                "V502",
                f"there is no engine '{name}'",
                hint=did_you_mean(name, NAMES) or f"one of {', '.join(NAMES)}",
            )
        )
    if name == "reference":
        return _reference("the reference engine was asked for")
    if name == "recurrence":
        return _recurrence(program)
    from vtwin.engines.kernel.coverage import unsupported

    missing = unsupported(program)
    if not missing:
        why = "was asked for" if name == "kernel" else "has all this plant uses"
        return _kernel(f"the compiled kernel {why}")
    if name == "kernel":
        hint = "use --engine auto or --engine reference"
        told = (f"the compiled kernel has no {what}" for what in missing)
        raise Refused([Problem("V503", what, hint=hint) for what in told])
    return _reference(f"the compiled kernel has no {', '.join(missing)}")


def _recurrence(program: Program) -> Chosen:
    from vtwin.engines.recurrence import line, simulate

    found = line(program)
    if isinstance(found, str):
        hint = "use --engine auto, or kernel for plants of any kind"
        raise Refused(Problem("V503", f"there is no recurrence for this plant: {found}", hint=hint))
    return Chosen("recurrence", simulate, "the departure recurrence was asked for")


def _reference(why: str) -> Chosen:
    from vtwin.engines.reference import simulate

    return Chosen("reference", simulate, why)


def _kernel(why: str) -> Chosen:
    from vtwin.engines.kernel import simulate

    return Chosen("kernel", simulate, why)
