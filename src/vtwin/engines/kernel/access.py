"""How compiled code reads and writes the fields of records: what ``memory`` names."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

_I64 = ir.IntType(64)
_F64 = ir.DoubleType()


def _place(builder: Any, address: Any, field: Any, kind: Any) -> Any:
    """Pointer to a field of a record."""
    return builder.gep(builder.inttoptr(address, kind.as_pointer()), [field])


def _tell_apart(builder: Any, access: Any, field: Any) -> None:
    """Tell LLVM that fields of different numbers never lie at the same place, where the number is
    a constant (type-based alias analysis): what was read of one stays known when another one is
    written.
    """
    if isinstance(field, types.IntegerLiteral):
        module = builder.module
        root = module.add_metadata(["vtwin fields"])
        kind = module.add_metadata([f"field {field.literal_value}", root])
        access.set_metadata("tbaa", module.add_metadata([kind, kind, _I64(0)]))


def _are_whole(*kinds: Any) -> bool:
    return all(isinstance(kind, types.Integer) for kind in kinds)


def number(field: Any) -> Any:
    """The type of a field's number: a constant is a type of its own, with code of its own."""
    return field if isinstance(field, types.IntegerLiteral) else types.int64


def read(builder: Any, address: Any, place: Any, field: Any, kind: Any) -> Any:
    """Code that reads a field; ``field`` is the type of its number, ``place`` the number."""
    found = builder.load(_place(builder, address, place, kind))
    _tell_apart(builder, found, field)
    return found


def write(builder: Any, address: Any, place: Any, field: Any, value: Any, kind: Any) -> None:
    """Code that writes a field."""
    _tell_apart(builder, builder.store(value, _place(builder, address, place, kind)), field)


def _load(_context: Any, address: Any, field: Any) -> Any:
    def code(_target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return read(builder, given[0], given[1], field, _I64)

    return (types.int64(types.int64, number(field)), code) if _are_whole(address, field) else None


def _store(_context: Any, address: Any, field: Any, value: Any) -> Any:
    def code(target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        write(builder, given[0], given[1], field, given[2], _I64)
        return target.get_dummy_value()

    fits = _are_whole(address, field) and isinstance(value, types.Integer | types.Boolean)
    return (types.void(types.int64, number(field), types.int64), code) if fits else None


def _add(_context: Any, address: Any, field: Any, delta: Any) -> Any:
    def code(target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        before = read(builder, given[0], given[1], field, _I64)
        write(builder, given[0], given[1], field, builder.add(before, given[2]), _I64)
        return target.get_dummy_value()

    fits = _are_whole(address, field) and isinstance(delta, types.Integer | types.Boolean)
    return (types.void(types.int64, number(field), types.int64), code) if fits else None


def _load_f(_context: Any, address: Any, field: Any) -> Any:
    def code(_target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return read(builder, given[0], given[1], field, _F64)

    return (types.float64(types.int64, number(field)), code) if _are_whole(address, field) else None


def _store_f(_context: Any, address: Any, field: Any, value: Any) -> Any:
    def code(target: Any, builder: Any, _signature: Any, given: Any) -> Any:
        write(builder, given[0], given[1], field, given[2], _F64)
        return target.get_dummy_value()

    fits = _are_whole(address, field) and isinstance(value, types.Float)
    return (types.void(types.int64, number(field), types.float64), code) if fits else None


def told(made: Any) -> Any:
    """An intrinsic that sees the constants among its arguments."""
    return intrinsic(prefer_literal=True)(made)


load, store, add = told(_load), told(_store), told(_add)
load_f, store_f = told(_load_f), told(_store_f)
