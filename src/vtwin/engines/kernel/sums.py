"""Sums that may pass 2^63, kept exactly in two fields: a whole number of 128 bits, its upper half
in the first field and its lower half, without a sign, in the second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import types

from vtwin.engines.kernel.access import number, read, told, write
from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.memory import load, store

_HALF = 64
_I64, _I128 = ir.IntType(_HALF), ir.IntType(2 * _HALF)


def _get(builder: Any, record: Any, field: Any, kind: Any) -> Any:
    """The sum in a field and the one after it."""
    high = builder.sext(read(builder, record, field, kind, _I64), _I128)
    after = builder.add(field, _I64(1))
    low = builder.zext(read(builder, record, after, _next(kind), _I64), _I128)
    return builder.or_(builder.shl(high, _I128(_HALF)), low)


def _put(builder: Any, record: Any, field: Any, kind: Any, total: Any) -> None:
    high = builder.trunc(builder.ashr(total, _I128(_HALF)), _I64)
    write(builder, record, field, kind, high, _I64)
    after = builder.add(field, _I64(1))
    write(builder, record, after, _next(kind), builder.trunc(total, _I64), _I64)


def _next(kind: Any) -> Any:
    """The type of the number of the field after one."""
    if not isinstance(kind, types.Literal):
        return kind
    return cast(Any, types).literal(kind.literal_value + 1)


def _add_wide(_context: Any, _record: Any, field: Any, _count: Any, _ticks: Any) -> Any:
    def code(target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        record, place, *factors = given
        more = builder.mul(*(builder.sext(factor, _I128) for factor in factors))
        _put(builder, record, place, field, builder.add(_get(builder, record, place, field), more))
        return target.get_dummy_value()

    return types.void(types.int64, number(field), types.int64, types.int64), code


def _with_another(operation: str) -> Any:
    """A sum becomes that of itself and another one, or their difference."""

    def typed(_context: Any, _record: Any, field: Any, _other: Any, place: Any) -> Any:
        def code(target: Any, builder: Any, _signature: Any, given: Any) -> Any:
            record, here, other, there = given
            one, two = _get(builder, record, here, field), _get(builder, other, there, place)
            _put(builder, record, here, field, getattr(builder, operation)(one, two))
            return target.get_dummy_value()

        return types.void(types.int64, number(field), types.int64, number(place)), code

    return typed


def _is_wider(_context: Any, _record: Any, field: Any, _other: Any, place: Any) -> Any:
    def code(_target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        record, here, other, there = given
        one, two = _get(builder, record, here, field), _get(builder, other, there, place)
        return builder.icmp_signed(">", one, two)

    return types.boolean(types.int64, number(field), types.int64, number(place)), code


#: ``add_wide(record, field, count, ticks)``: add ``count * ticks`` to the sum in ``field``.
add_wide = cast(Callable[[int, int, int, int], None], told(_add_wide))
#: ``join_wide(record, field, other, place)``: add the sum in ``place`` of another record.
join_wide = cast(Callable[[int, int, int, int], None], told(_with_another("add")))
#: ``subtract_wide(record, field, other, place)``: take it away.
subtract_wide = cast(Callable[[int, int, int, int], None], told(_with_another("sub")))
#: ``is_wider(record, field, other, place)``: whether the sum in ``field`` is more than that one.
is_wider = cast(Callable[[int, int, int, int], bool], told(_is_wider))


@compiled
def copy_wide(record: int, field: int, other: int, place: int) -> None:
    """Put the sum in ``place`` of another record into ``field``."""
    store(record, field, load(other, place))
    store(record, field + 1, load(other, place + 1))
