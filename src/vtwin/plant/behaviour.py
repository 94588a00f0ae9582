"""Behaviours of their own: what a machine does with an item, as a Python generator (S-165).

An equipment family may lower its equipment to a behaviour where no primitive fits. It is
written against this module alone and never sees an engine::

    def soak(context):
        while True:
            part = yield Take()
            yield Work(part.time)                                  # the operation as planned
            yield Wait(context.draw("cooling", constant(30.0)))    # goes on whatever happens
            yield HandOver()

Only the reference engine runs behaviours: compiled code cannot call Python.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, TypeAlias

from vtwin.base.draws import Distribution
from vtwin.base.errors import Problem, Refused
from vtwin.plant.primitives import MachineState


@dataclass(frozen=True, slots=True)
class Part:
    """The item a machine has taken. Times are ticks."""

    serial: int
    pieces: int
    cycles: int  # whole cycles it needs here (S-31)
    operation: str  # "<product>/<op>"
    time: int  # what the operation would take on an ordinary machine, drawn as there


@dataclass(frozen=True, slots=True)
class Take:
    """Wait for the next item; gives a :class:`Part`."""


@dataclass(frozen=True, slots=True)
class Work:
    """Work so many ticks: halts while the machine is not fit or its operator not present."""

    ticks: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many ticks pass, whatever happens to the machine. ``shown`` is what it is about."""

    ticks: int
    shown: MachineState = MachineState.WORKING


@dataclass(frozen=True, slots=True)
class HandOver:
    """The operation is done, the item may go on."""


Command: TypeAlias = Take | Work | Wait | HandOver


class Context(Protocol):
    """What a behaviour may know and ask without time passing."""

    @property
    def machine(self) -> str:
        """Name of the machine."""

    @property
    def now(self) -> int:
        """The present tick."""

    def draw(self, purpose: str, distribution: Distribution) -> int:
        """The next ticks of a distribution, from the machine's stream of that purpose. A
        purpose has one distribution for the whole run.
        """


Behaviour: TypeAlias = Callable[[Context], Generator[Command, Part | None, None]]


def behaviour(path: str) -> Behaviour:
    """The behaviour at ``package.module:function``. Raises Refused (V504)."""
    module, _, name = path.partition(":")
    try:
        found: Behaviour = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        what = f"the behaviour '{path}' cannot be loaded: {error}"
        hint = "an equipment family names it as package.module:function"
        raise Refused(Problem("V504", what, hint=hint)) from None
    return found


def misbehaved(machine: str, what: str) -> Refused:
    """A refusal of what the behaviour of a machine did (V504)."""
    hint = "it takes an item, works and waits as often as it likes, hands over, and begins again"
    return Refused(Problem("V504", f"the behaviour of '{machine}' {what}", hint=hint))
