"""The compiled kernel on disk: made once, used until any of its sources changes.

What is kept is an object file, the machine code alone, which calls nothing outside itself. LLVM
loads it in milliseconds; numba, whose import and set-up take longer than many a run, is needed
only to make it. numba's own disk cache would need numba, and watches only the file of the
function that is called. Here the name of the file is a digest of *all* sources that are compiled
in, of the versions of numba and llvmlite, of numba's settings and of the processor. The digest is
taken when this module is imported and once more when the cache is used: if a source was changed
in between, nobody knows which one runs, and the disk is left alone.

The cache is a convenience. Where no folder can be written or a file cannot be read, the kernel
is compiled in memory. Processes that compile at the same time write the same content under
temporary names and put them in place in one step.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, cast

import llvmlite
import llvmlite.binding as llvm

from vtwin.engines.kernel.building import Function, symbol

_HERE = Path(__file__).parent
_SUM = hashlib.sha256().digest_size


def _sources() -> Iterator[Path]:
    """What the machine code is made from: the kernel, the samplers, and the modules whose codes
    it holds as constants.
    """
    yield from sorted(_HERE.rglob("*.py"))
    yield from sorted((_HERE.parents[1] / "plant").glob("*.py"))
    yield _HERE.parents[1] / "base" / "streams.py"


def digest() -> str | None:
    """SHA-256 (hex) of everything the machine code is made from; None where the sources cannot
    be read.
    """
    compiler = f"numba {metadata.version('numba')} llvmlite {llvmlite.__version__}"
    found = hashlib.sha256(compiler.encode())
    try:
        for source in _sources():
            content = source.read_bytes()
            found.update(f"\0{source.name}\0{len(content)}\0".encode() + content)
    except OSError:
        return None
    return found.hexdigest()


_AT_IMPORT = digest()


def _processor() -> str:
    """What code is made for, as numba sees it: this processor, or what its settings say."""
    settings = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith("NUMBA_") and name != "NUMBA_CACHE_DIR"
    )
    features = llvm.get_host_cpu_features().flatten()
    return f"{llvm.get_process_triple()} {llvm.get_host_cpu_name()} {features} {settings}"


def _folders() -> Iterator[Path]:
    """Where the cache may be, best first. A folder that was chosen is the only one, if it can be
    used at all.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen and _takes_files(Path(chosen)):
        yield Path(chosen)
        return
    yield _HERE / "__pycache__"
    import platformdirs

    yield Path(platformdirs.user_cache_dir("vtwin", appauthor=False))


def _takes_files(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _kept(name: str) -> bytes | None:
    """The object file of this name, from the first folder where it is whole."""
    for folder in _folders():
        try:
            content = (folder / name).read_bytes()
        except OSError:
            continue
        code = content[_SUM:]
        if code and hashlib.sha256(code).digest() == content[:_SUM]:
            return code
    return None


def _keep(name: str, code: bytes) -> None:
    """Put an object file into the first folder that takes it, in one step."""
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
        except OSError:
            continue
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            Path(part).chmod(0o644)
            Path(part).replace(folder / name)
        except OSError:  # a full disk, a folder that was taken away
            Path(part).unlink(missing_ok=True)
            continue
        return


def _placed(code: bytes) -> Any:
    """An object file in memory, ready to be called; alive as long as what is returned."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    triple = llvm.get_process_triple()
    machine = llvm.Target.from_triple(triple).create_target_machine(
        codemodel="jitdefault", jit=True
    )
    module = llvm.parse_assembly("")
    module.triple, module.data_layout = triple, str(machine.target_data)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


class Entry:
    """A function that Python calls with whole numbers: machine code from the disk, or made now.

    It is named as ``module.function`` within the package of this module, and imported only when
    it has to be compiled. Other threads run while it does.
    """

    def __init__(self, name: str, arguments: int, *, answers: bool = True) -> None:
        module, _, self._function = name.rpartition(".")
        self._module = f"{__package__}.{module}"
        number = ctypes.c_int64
        self._shape = ctypes.CFUNCTYPE(number if answers else None, *(number,) * arguments)
        self._call: Callable[..., int] | None = None
        self._engine: Any = None  # owns the machine code
        self._lock = threading.Lock()

    def is_warm(self) -> bool:
        """Whether a call begins at once: the machine code is in memory or on disk."""
        with self._lock:
            name = self._file() if self._call is None else None
            code = None if name is None else _kept(name)
            if code is not None:
                self._place(code)
            return self._call is not None

    def prepare(self) -> None:
        """Load the machine code or make it."""
        if self.is_warm():
            return
        with self._lock:
            if self._call is None:
                self._place(self._made())

    def __call__(self, *arguments: int) -> int:
        """Call it."""
        if self._call is None:
            self.prepare()
        return cast(Callable[..., int], self._call)(*arguments)

    def _place(self, code: bytes) -> None:
        self._engine = _placed(code)
        address = self._engine.get_function_address(symbol(self._module, self._function))
        self._call = cast(Any, self._shape(address))

    def _made(self) -> bytes:
        from vtwin.engines.kernel.joining import machine_code

        name = self._file()
        code = machine_code(self.function())
        if name is not None and name == self._file():  # no source was changed in between
            _keep(name, code)
        return code

    def function(self) -> Function:
        """What is compiled."""
        return cast(Function, getattr(import_module(self._module), self._function))

    def _file(self) -> str | None:
        """Name of the file; None where nobody knows which sources run."""
        sources = digest()
        if sources is None or sources != _AT_IMPORT:
            return None
        told = f"{self._module} {self._function} {sources} {_processor()}"
        return f"kernel-{hashlib.sha256(told.encode()).hexdigest()[:32]}.o"
