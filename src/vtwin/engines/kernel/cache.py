"""The compiled kernel on disk: made once, used until any of its sources changes.

numba's own disk cache watches only the file of the function that is called, so a change in a
module the kernel is made of would go unseen. Here the name of the cached file and its stamp are
a digest of *all* sources that are compiled in, of the versions of numba and llvmlite, and of the
processor. The digest is taken when the package is imported and once more when
the cache is used: if a source was changed in between, nobody knows which one runs, and the disk
is left alone.

The cache is a convenience. Where no folder can be written or a file cannot be read, the kernel
is compiled in memory. Processes that compile at the same time write the same content under
temporary names and put them in place in one step.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import llvmlite
import numba
from numba.core import config, types
from numba.core.caching import Cache, CompileResultCacheImpl, IndexDataCacheFile

from vtwin.base import streams
from vtwin.engines.kernel.building import whole
from vtwin.engines.kernel.memory import options

_HERE = Path(__file__).parent


def _sources() -> Iterator[Path]:
    """What the machine code is made from: the kernel, the samplers, and the modules whose codes
    it holds as constants.
    """
    yield from sorted(_HERE.rglob("*.py"))
    yield from sorted((_HERE.parents[1] / "plant").glob("*.py"))
    yield Path(streams.__file__)


def digest() -> str | None:
    """SHA-256 (hex) of everything the machine code is made from; None where the sources cannot
    be read.
    """
    found = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__}".encode())
    try:
        for source in _sources():
            content = source.read_bytes()
            found.update(f"\0{source.name}\0{len(content)}\0".encode() + content)
    except OSError:
        return None
    return found.hexdigest()


_AT_IMPORT = digest()


def _folders() -> Iterator[Path]:
    """Where the cache may be, best first."""
    import platformdirs

    chosen = getattr(config, "CACHE_DIR", "")  # NUMBA_CACHE_DIR
    if chosen:
        yield Path(chosen)
    yield _HERE / "__pycache__"
    yield Path(platformdirs.user_cache_dir("vtwin", appauthor=False))


def _writable() -> Path | None:
    """The first folder that takes a file."""
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError:
            continue
        return folder
    return None


class _Place:
    """What numba asks of a cache's place."""

    def __init__(self, folder: Path, stamp: str, file: str) -> None:
        self._folder = folder
        self._stamp = stamp
        self._py_file = file

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        return self._stamp

    def ensure_cache_path(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)


class _Form(CompileResultCacheImpl):
    """How numba puts machine code into a file and gets it out again."""

    def __init__(self, function: Any, place: _Place) -> None:
        self._lineno = function.__code__.co_firstlineno
        self._locator = place
        version = "".join(str(n) for n in sys.version_info[:2])
        self._filename_base = f"kernel-{place.get_source_stamp()[:24]}.py{version}"


class _DiskCache(Cache):
    """numba's cache of one function with the stamp of many; failures to read or write are
    misses.
    """

    def __init__(self, function: Any, folder: Path, stamp: str) -> None:
        self._name = repr(function)
        self._py_func = function
        self._impl = _Form(function, _Place(folder, stamp, function.__code__.co_filename))
        self._cache_path = str(folder)
        self._cache_file: Any = cast(Any, IndexDataCacheFile)(
            self._cache_path, self._impl.filename_base, stamp
        )
        self._enabled = True

    def load_overload(self, signature: Any, target: Any) -> Any:
        try:
            return cast(Any, super()).load_overload(signature, target)
        except Exception:  # a torn or foreign file may fail in any way
            return None

    def save_overload(self, signature: Any, result: Any) -> None:
        try:
            cast(Any, super()).save_overload(signature, result)
        except OSError:  # a full disk, a folder that was taken away
            return

    def _index_key(self, signature: Any, codegen: Any) -> Any:
        """The stamp says all about the sources."""
        return signature, codegen.magic_tuple()

    def holds(self, signature: Any, target: Any) -> bool:
        """Whether the machine code for this signature and processor is there."""
        try:
            index = self._cache_file._load_index()
            name = index.get(self._index_key(signature, target.codegen()))
            return name is not None and (Path(self._cache_path) / name).is_file()
        except Exception:
            return False


class Entry:
    """A compiled function called from Python: machine code from the disk, or made now."""

    def __init__(self, function: Callable[..., int], arguments: int) -> None:
        self._name = function.__name__
        self._dispatcher: Any = numba.njit(**options())(_call(function, arguments))
        self._signature = (types.int64,) * arguments
        self._disk: _DiskCache | None = None
        self._sought = False

    def _cache(self) -> _DiskCache | None:
        """The cache on disk, if there can be one; looked for at the first use."""
        if not self._sought:
            self._sought = True
            sources = digest()
            folder = _writable() if sources is not None and sources == _AT_IMPORT else None
            if folder is not None:
                machine = self._dispatcher.targetctx.codegen().magic_tuple()
                told = f"{self._name} {sources} {machine}"
                stamp = hashlib.sha256(told.encode()).hexdigest()
                self._disk = _DiskCache(self._dispatcher.py_func, folder, stamp)
                self._dispatcher._cache = self._disk
        return self._disk

    def is_warm(self) -> bool:
        """Whether a call begins at once: machine code is in memory or on disk."""
        if self._dispatcher.signatures:
            return True
        cache = self._cache()
        return cache is not None and cache.holds(self._signature, self._dispatcher.targetctx)

    def prepare(self) -> None:
        """Load the machine code or make it."""
        if not self._dispatcher.signatures:
            self._cache()
            self._dispatcher.compile(self._signature)

    def __call__(self, *arguments: int) -> int:
        """Call it with whole numbers."""
        self.prepare()
        return int(self._dispatcher(*arguments))


def _call(function: Callable[..., int], arguments: int) -> Callable[..., int]:
    """A function that does nothing but call another one, which holds all of the kernel."""
    inside = whole(function)
    calls: dict[int, Callable[..., int]] = {
        1: lambda a: inside(a),
        2: lambda a, b: inside(a, b),
        3: lambda a, b, c: inside(a, b, c),
    }
    return calls[arguments]


def entry(arguments: int) -> Callable[[Callable[..., int]], Entry]:
    """Make a function of so many whole numbers one that Python calls."""
    return lambda function: Entry(function, arguments)
