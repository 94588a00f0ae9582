"""The ground the kernel stands on: fields of records in one flat arena, and compilation.

The whole plant is one numpy int64 array owned by Python, the *arena*. Compiled code gets the
address of its first byte as an int64 and reaches every record by address: five intrinsics read
and write the 8-byte field number ``field`` of the record at ``address``. A field holds a whole
number or, through the ``_f`` pair, a double. Nothing is checked: whoever computes an address
from a record's table (``layout.record``) with an index in range is safe, nobody else is.

Functions marked `compiled` (see ``building``) take and return int64 or float64 only. There are no
arrays in them, so numba's reference counting has nothing to do and is switched off altogether.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.cpu import CPUTargetOptions
from numba.extending import intrinsic

#: Bytes of a field.
FIELD = 8

_I64 = ir.IntType(64)
_F64 = ir.DoubleType()


def options() -> dict[str, Any]:
    """How the functions of the kernel that Python calls are compiled; no fused or reordered
    arithmetic.
    """
    chosen: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    if hasattr(CPUTargetOptions, "_nrt"):  # not in every version of numba
        chosen["_nrt"] = False
    return chosen


def _place(builder: Any, address: Any, field: Any, kind: Any) -> Any:
    """Pointer to a field of a record."""
    return builder.gep(builder.inttoptr(address, kind.as_pointer()), [field])


def _are_whole(*kinds: Any) -> bool:
    return all(isinstance(kind, types.Integer) for kind in kinds)


def _load(_context: Any, address: Any, field: Any) -> Any:
    def code(_target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.load(_place(builder, given[0], given[1], _I64))

    return (types.int64(types.int64, types.int64), code) if _are_whole(address, field) else None


def _store(_context: Any, address: Any, field: Any, value: Any) -> Any:
    def code(target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        builder.store(given[2], _place(builder, given[0], given[1], _I64))
        return target.get_dummy_value()

    fits = _are_whole(address, field) and isinstance(value, types.Integer | types.Boolean)
    return (types.void(types.int64, types.int64, types.int64), code) if fits else None


def _add(_context: Any, address: Any, field: Any, delta: Any) -> Any:
    def code(target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        place = _place(builder, given[0], given[1], _I64)
        builder.store(builder.add(builder.load(place), given[2]), place)
        return target.get_dummy_value()

    fits = _are_whole(address, field) and isinstance(delta, types.Integer | types.Boolean)
    return (types.void(types.int64, types.int64, types.int64), code) if fits else None


def _load_f(_context: Any, address: Any, field: Any) -> Any:
    def code(_target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.load(_place(builder, given[0], given[1], _F64))

    return (types.float64(types.int64, types.int64), code) if _are_whole(address, field) else None


def _store_f(_context: Any, address: Any, field: Any, value: Any) -> Any:
    def code(target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        builder.store(given[2], _place(builder, given[0], given[1], _F64))
        return target.get_dummy_value()

    fits = _are_whole(address, field) and isinstance(value, types.Float)
    return (types.void(types.int64, types.int64, types.float64), code) if fits else None


#: ``load(address, field)``: the whole number in a field.
load = cast(Callable[[int, int], int], intrinsic(_load))
#: ``store(address, field, value)``: put a whole number, or a truth as 0 or 1, into a field.
store = cast(Callable[[int, int, int | np.int64], None], intrinsic(_store))
#: ``add(address, field, delta)``: add a whole number to a field.
add = cast(Callable[[int, int, int], None], intrinsic(_add))
#: ``load_f(address, field)``: the double in a field.
load_f = cast(Callable[[int, int], float], intrinsic(_load_f))
#: ``store_f(address, field, value)``: put a double into a field.
store_f = cast(Callable[[int, int, float], None], intrinsic(_store_f))
