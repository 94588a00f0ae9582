"""Inner functions of the kernel, called from a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def called(function: Any, arguments: int) -> Callable[..., Any]:
    """A function that Python can call and that calls this one with so many arguments."""
    calls = {
        1: lambda a: function(a),
        2: lambda a, b: function(a, b),
        3: lambda a, b, c: function(a, b, c),
        4: lambda a, b, c, d: function(a, b, c, d),
        5: lambda a, b, c, d, e: function(a, b, c, d, e),
    }
    made = numba.njit(calls[arguments])
    return lambda *given: made(*(int(a) if isinstance(a, int) else a for a in given))
