"""How some two hundred small functions become one piece of machine code in seconds.

Left to itself, numba compiles every function that another one calls to the end: optimised, with
wrappers for Python and C, and as machine code, which its caller then copies and optimises once
more. Here a function marked `compiled` tells its types by its annotations, so that a caller can
be typed without it. Its intermediate code is made when it is first called from something that is
compiled, straight into the caller's library, and everything is optimised once, together.

``int`` stands for int64, ``float`` for float64, ``None`` for nothing; there are no defaults and no
exceptions. A function with any other type in its annotations is left to numba.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.core import cgutils, compiler, types
from numba.extending import intrinsic

from vtwin.engines.kernel.memory import options

Compiled = TypeVar("Compiled", bound=Callable[..., Any])

_TYPES = {"int": types.int64, "float": types.float64, "None": types.none}


class _Kind(Enum):
    """How the code of a function is placed."""

    COMMON = "common"
    WHOLE = "whole"
    RARE = "rare"
    APART = "apart"


#: What LLVM is told of the code. (Not values of the enumeration: Python 3.11.2 loses an empty one.)
_PLACED: dict[_Kind, tuple[str, ...]] = {
    _Kind.COMMON: ("inlinehint",),
    _Kind.WHOLE: (),
    _Kind.RARE: ("noinline", "cold"),
    _Kind.APART: ("noinline", '"prefer-vector-width"="512"'),
}


class _Function:
    """A function of the kernel: its source, its types, its name in the machine code."""

    def __init__(self, function: Callable[..., Any], kind: _Kind) -> None:
        self.source = function
        self.kind = kind
        self.name = f"vtwin.{function.__module__}.{function.__qualname__}"
        told = function.__annotations__
        names = list(inspect.signature(function).parameters)
        self.arguments = tuple(_TYPES[told[name]] for name in names)
        self.answer = _TYPES[told["return"]]
        parameters = [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            for name in ("_context", *names)
        ]
        self.parameters = inspect.Signature(parameters)

    def suits(self, given: tuple[Any, ...]) -> bool:
        """Whether a call has arguments of the right types; a truth is 0 or 1."""
        if len(given) != len(self.arguments):
            return False
        whole = types.Integer | types.Boolean
        return all(
            isinstance(kind, types.Float if wanted is types.float64 else whole)
            for kind, wanted in zip(given, self.arguments, strict=True)
        )


class _Yard:
    """The functions that go into one library."""

    def __init__(self, target: Any, library: Any) -> None:
        self._target = target
        self._library = library
        self._known: set[str] = set()
        self._waiting: list[_Function] = []
        self._building = False

    def want(self, function: _Function) -> None:
        """See that a function will be in the library, and all that it calls."""
        if function.name not in self._known:
            self._known.add(function.name)
            self._waiting.append(function)
        if self._building:
            return
        self._building = True
        try:
            while self._waiting:
                self._make(self._waiting.pop())
        finally:
            self._building = False
        if function.kind is _Kind.WHOLE:
            self._close(function)

    def _make(self, function: _Function) -> None:
        """Add a function's code, and its name, by which callers know it already."""
        flags = cast(Any, compiler.Flags)()
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        flags.error_model = "numpy"
        flags.nrt = False
        target = self._target
        made = cast(Any, compiler).compile_internal(
            target.typing_context,
            target,
            self._library,
            function.source,
            function.arguments,
            function.answer,
            flags,
            {},
        )
        module = self._library.create_ir_module(function.name)
        inner = target.call_conv.get_function_type(function.answer, function.arguments)
        code = ir.Function(module, inner, made.fndesc.llvm_func_name)
        known = ir.Function(module, _shape(target, function), function.name)
        for attribute in _PLACED[function.kind]:
            set.add(known.attributes, attribute)  # llvmlite knows only some of them
        builder = ir.IRBuilder(known.append_basic_block())
        # numba hands answers and errors over in memory. Seen from here, where the code has its
        # only caller and becomes a part of it, answers come in registers; there are no errors.
        places = [builder.alloca(kind.pointee) for kind in inner.args[:2]]
        builder.call(code, [*places, *known.args])
        if function.answer is types.none:
            builder.ret_void()
        else:
            builder.ret(builder.load(places[0]))
        self._library.add_ir_module(module)

    def _close(self, root: _Function) -> None:
        """Nobody outside calls anything but the root: what is inlined everywhere can go."""
        for function in self._library._final_module.functions:
            if not function.is_declaration and function.name != root.name:
                function.linkage = "internal"


def _shape(target: Any, function: _Function) -> Any:
    """The type of a function in the machine code."""
    kinds = [target.get_value_type(kind) for kind in function.arguments]
    if function.answer is types.none:
        return ir.FunctionType(ir.VoidType(), kinds)
    return ir.FunctionType(target.get_value_type(function.answer), kinds)


def _yard(target: Any) -> _Yard:
    """The yard of the library that is being made."""
    library = target.active_code_library
    if not hasattr(library, "_vtwin_yard"):
        library._vtwin_yard = _Yard(target, library)
    return cast(_Yard, library._vtwin_yard)


def _callable(made: _Function) -> Any:
    def typed(_context: Any, *given: Any) -> Any:
        def code(target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            _yard(target).want(made)
            shape = _shape(target, made)
            callee = cast(Any, cgutils).get_or_insert_function(builder.module, shape, made.name)
            answer = builder.call(callee, arguments)
            return target.get_dummy_value() if made.answer is types.none else answer

        return (made.answer(*made.arguments), code) if made.suits(given) else None

    typed.__name__ = made.source.__name__
    typed.__signature__ = made.parameters  # type: ignore[attr-defined]
    return intrinsic(typed)


def compiled(function: Compiled) -> Compiled:
    """An inner function of the kernel."""
    if not set(function.__annotations__.values()) <= _TYPES.keys():
        return cast(Compiled, numba.njit(**options())(function))
    return cast(Compiled, _callable(_Function(function, _Kind.COMMON)))


def rare(function: Compiled) -> Compiled:
    """An inner function that is seldom called: its code stays out of its callers'."""
    return cast(Compiled, _callable(_Function(function, _Kind.RARE)))


def apart(function: Compiled) -> Compiled:
    """An inner function that does much at a time: its code stays by itself, and loops over
    numbers may use the widest registers.
    """
    return cast(Compiled, _callable(_Function(function, _Kind.APART)))


def whole(function: Compiled) -> Compiled:
    """The function all others are reached from; a library that calls it calls nothing else."""
    return cast(Compiled, _callable(_Function(function, _Kind.WHOLE)))
