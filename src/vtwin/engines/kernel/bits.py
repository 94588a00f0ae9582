"""Two questions about the bits of a word that a CPU answers in one instruction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

_NOT_ZERO = ir.Constant(ir.IntType(1), 1)
_ZERO_TOO = ir.Constant(ir.IntType(1), 0)


def _lowest_bit(_context: Any, _word: Any) -> Any:
    def code(_target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], _NOT_ZERO)

    return types.int64(types.int64), code


def _bit_length(_context: Any, _word: Any) -> Any:
    def code(_target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        zeros = builder.ctlz(given[0], _ZERO_TOO)
        return builder.sub(ir.Constant(ir.IntType(64), 64), zeros)

    return types.int64(types.int64), code


#: ``lowest_bit(word)``: number of the lowest bit set in a word that is not 0.
lowest_bit = cast(Callable[[int], int], intrinsic(_lowest_bit))
#: ``bit_length(word)``: digits of a whole number >= 0 in binary, 0 for 0.
bit_length = cast(Callable[[int], int], intrinsic(_bit_length))
