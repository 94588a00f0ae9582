"""What marks a function of the kernel. Nothing here needs numba: a process that finds the machine
code on disk (``cache``) imports these modules for their constants and never compiles.

A function marked `compiled` tells its types by its annotations: ``int`` stands for int64, ``float``
for float64, ``None`` for nothing; there are no defaults and no exceptions. When numba first meets
its name, in something that is compiled, it asks for ``_numba_type_``; only then is the function
turned into what numba can type and call (``joining``).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from importlib import import_module
from typing import Any, TypeVar, cast

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


class Kind(Enum):
    """How the code of a function is placed."""

    COMMON = "common"
    WHOLE = "whole"
    RARE = "rare"
    APART = "apart"


class Callee:
    """What compiled code may call by this name; made when numba first asks what it is."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._type: Any = None

    @property
    def _numba_type_(self) -> Any:
        if self._type is None:
            from numba.core.registry import cpu_target

            made = self._make()
            typing: Any = cpu_target.typing_context
            typing.refresh()  # what was made just now
            self._type = typing.resolve_value_type(made)
        return self._type


class Function(Callee):
    """A function of the kernel: its source, how it is placed, its name in the machine code."""

    def __init__(self, source: Callable[..., Any], kind: Kind) -> None:
        super().__init__(self._joined)
        self.source = source
        self.kind = kind
        self.name = symbol(source.__module__, source.__qualname__)

    def _joined(self) -> Any:
        from vtwin.engines.kernel.joining import joined

        return joined(self)


def symbol(module: str, name: str) -> str:
    """What a function is called in the machine code."""
    return f"vtwin.{module}.{name}"


def later(module: str, name: str) -> Any:
    """An intrinsic of another module, which is imported when numba asks for it."""
    return Callee(lambda: getattr(import_module(module), name))


def compiled(function: Compiled) -> Compiled:
    """An inner function of the kernel."""
    return cast(Compiled, Function(function, Kind.COMMON))


def rare(function: Compiled) -> Compiled:
    """An inner function that is seldom called: its code stays out of its callers'."""
    return cast(Compiled, Function(function, Kind.RARE))


def apart(function: Compiled) -> Compiled:
    """An inner function that does much at a time: its code stays by itself, and loops over
    numbers may use the widest registers.
    """
    return cast(Compiled, Function(function, Kind.APART))


def whole(function: Compiled) -> Compiled:
    """A function that Python calls, through :mod:`vtwin.engines.kernel.entries`."""
    return cast(Compiled, Function(function, Kind.WHOLE))
