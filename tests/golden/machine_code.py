"""``python -m tests.golden.machine_code [kernel]``: which arithmetic code is compiled to, for this
processor and, by translating the same intermediate code, for arm64. Run it with an empty
NUMBA_CACHE_DIR: numba shows nothing of code from its cache.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numba

from vtwin.base import streams
from vtwin.engines.kernel.entries import advance
from vtwin.engines.kernel.joining import library

ARM = "aarch64-unknown-linux-gnu"
#: Flags and functions of the intermediate code that let a compiler round otherwise.
LOOSE = r"\b(?:fast|contract|reassoc|afn|arcp|nsz|nnan|ninf|llvm\.fmuladd\S*|llvm\.fma\.\S*)\b"
#: Multiply-adds of x86-64 and arm64 that round once instead of twice.
FUSED = r"^\s+(?:vfn?m(?:add|sub)\w*|fn?m(?:add|sub)|fml[as])\b"
#: Functions outside that a C library may compute otherwise than another.
LIBRARY = r"@\"?((?:llvm\.)?(?:sin|cos|tan|a?sinh?|a?cosh?|tgamma|lgamma|gamma|erfc?|exp|exp2|expm1|log|log2|log10|log1p|pow|powi|cbrt|hypot)(?:\.\w+)?)\"?\("  # fmt: skip


def compiled(function: Callable[..., Any], kinds: tuple[Any, ...]) -> dict[str, list[str]]:
    """What was found in the code of one function."""
    function.compile(kinds)
    signature = function.signatures[0]
    return found(function.inspect_llvm(signature), function.inspect_asm(signature))


def found(code: str, here: str) -> dict[str, list[str]]:
    """What is in intermediate code and its assembly for this processor."""
    return {
        "loose": re.findall(LOOSE, code),
        "library": sorted(set(re.findall(LIBRARY, code))),
        "fused here": re.findall(FUSED, here, re.M),
        "fused on arm": re.findall(FUSED, on_arm(code), re.M),
        "plain": re.findall(r"= (fmul|fadd) double", code)[:1],
    }


def on_arm(code: str) -> str:
    """Assembly of the intermediate code for arm64."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    code = re.sub(r"^target (triple|datalayout) = .*$", "", code, flags=re.M)
    target = llvm.Target.from_triple(ARM).create_target_machine(opt=3)
    return target.emit_assembly(llvm.parse_assembly(code))


def product(a, b, c):
    return a * b + c


def main() -> dict[str, dict[str, list[str]]]:
    """Findings by name: of the samplers, of a control, and with an argument of the kernel."""
    f, i = numba.float64, numba.int64
    if sys.argv[1:]:
        # In one piece, with the samplers in it.
        made = library(advance.function())
        return {"kernel": found(made.get_llvm_str(), made.get_asm_str())}
    return {
        "quantile": compiled(streams.quantile, (i, f, f, f, f, f, f)),
        "attempt": compiled(streams.attempt, (i, f, f, i, f, f, f)),
        "prepare": compiled(streams.prepare, (i, f, f)),
        "whole_ticks": compiled(streams.whole_ticks, (f,)),
        "binomial": compiled(streams.binomial, (i, f, f)),
        "allowed to fuse": compiled(numba.njit(fastmath=True)(product), (f, f, f)),
    }


if __name__ == "__main__":
    print(json.dumps(main()))
