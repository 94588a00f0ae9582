"""How some two hundred small functions become one piece of machine code in seconds.

Left to itself, numba compiles every function that another one calls to the end: optimised, with
wrappers for Python and C, and as machine code, which its caller then copies and optimises once
more. Here a function marked `compiled` tells its types by its annotations, so that a caller can
be typed without it. Its intermediate code is made when it is first called from something that is
compiled, straight into the caller's library, and everything is optimised once, together.
"""

from __future__ import annotations

import inspect
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, compiler, types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from vtwin.engines.kernel.building import Function, Kind

_TYPES = {"int": types.int64, "float": types.float64, "None": types.none}

#: What may be called outside: of the C library, the same on every computer.
_OUTSIDE = {"sqrt"}
#: What LLVM is told of the code. (Not values of the enumeration: Python 3.11.2 loses an empty one.)
_PLACED: dict[Kind, tuple[str, ...]] = {
    Kind.COMMON: ("inlinehint",),
    Kind.WHOLE: (),
    Kind.RARE: ("noinline", "cold"),
    Kind.APART: ("noinline", '"prefer-vector-width"="512"'),
}


class _Joined:
    """A function of the kernel with the types of its arguments and of its answer."""

    def __init__(self, function: Function) -> None:
        self.source, self.kind, self.name = function.source, function.kind, function.name
        told = self.source.__annotations__
        names = list(inspect.signature(self.source).parameters)
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


#: Passes of numba's for what no function of the kernel has: closures, contexts, inlined or
#: unrolled calls, literals asked for, exceptions, arrays. The machine code is the same without.
_NEEDLESS = {
    *("WithLifting", "InlineClosureLikes", "MakeFunctionToJitFunction", "RewriteDynamicRaises"),
    *("InlineInlinables", "InlineOverloads", "FindLiterallyCalls", "LiteralUnroll"),
    *("LiteralPropagationSubPipelinePass", "RewriteSemanticConstants", "DeadBranchPrune"),
    *("GenericRewrites", "NopythonRewrites", "NoPythonSupportedFeatureValidation"),
    "DumpParforDiagnostics",
}


class _Pipeline(compiler.CompilerBase):
    """numba's way from source to intermediate code, without the detours."""

    def define_pipelines(self) -> list[Any]:
        """One list of passes."""
        usual = cast(Any, compiler).DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes = cast(Any, compiler).PassManager("kernel")
        for kind, what in usual.passes:
            if kind.__name__ not in _NEEDLESS:
                passes.add_pass(kind, what)
        passes.finalize()
        return [passes]


class _Yard:
    """The functions that go into one library."""

    def __init__(self, target: Any, library: Any) -> None:
        self._target = target
        self._library = library
        self._known: set[str] = set()
        self._waiting: list[_Joined] = []
        self._building = False

    def want(self, function: _Joined) -> None:
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

    def _make(self, function: _Joined) -> None:
        """Add a function's code, and its name, by which callers know it already."""
        flags = cast(Any, compiler.Flags)()
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        flags.error_model = "numpy"
        flags.nrt = False
        target = self._target
        pipeline = cast(Any, _Pipeline)(
            target.typing_context,
            target,
            self._library,
            function.arguments,
            function.answer,
            flags,
            {},
        )
        made = pipeline.compile_extra(function.source)
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


def _shape(target: Any, function: _Joined) -> Any:
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


def joined(function: Function) -> Any:
    """What numba types and calls in the place of a function of the kernel."""
    made = _Joined(function)

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


def library(root: Function) -> Any:
    """A finished library of a function and all it calls. The function is a C function of 64-bit
    numbers, called by its name; nothing else can be called.
    """
    target: Any = cpu_target.target_context
    with cast(Any, global_compiler_lock):
        target.refresh()
        cast(Any, cpu_target.typing_context).refresh()
        made = target.codegen().create_library(root.name)
        made.enable_object_caching()
        with target.push_code_library(made):
            _yard(target).want(_Joined(root))
        for function in made._final_module.functions:
            if not function.is_declaration and function.name != root.name:
                function.linkage = "internal"  # what is inlined everywhere can go
        made.finalize()
    called = {f.name for f in made._final_module.functions if f.is_declaration}
    outside = {name for name in called if not name.startswith("llvm.")} - _OUTSIDE
    if outside:
        raise AssertionError(f"the kernel calls what may not be there: {sorted(outside)}")
    return made


def machine_code(root: Function) -> bytes:
    """The same as an object file for this processor."""
    return bytes(library(root)._get_compiled_object())
