"""The compiled kernel on disk is never older than any of its sources, and never in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vtwin.base import streams
from vtwin.engines.kernel import cache

SOURCE = Path(streams.__file__).parents[1]

INNER = """
from __future__ import annotations

from vtwin.engines.kernel.building import compiled

ANSWER = 41


@compiled
def inner(x: int) -> int:
    return ANSWER + x
"""
PROBE = """
from __future__ import annotations

from vtwin.engines.kernel.building import whole
from vtwin.engines.kernel.inner import inner


@whole
def probe(x: int) -> int:
    return inner(x)
"""
ASK = """
from vtwin.engines.kernel.cache import Entry
probe = Entry("probe.probe", 1)
print(probe.is_warm(), probe(1))
"""


#: Where this process keeps its machine code, for others to find it.
KEPT = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in os.environ}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small kernel in a package of its own: one entry and one inner function."""
    package = tmp_path / "site" / "vtwin"
    kernel = package / "engines" / "kernel"
    kernel.mkdir(parents=True)
    for part in ("base", "plant"):
        shutil.copytree(SOURCE / part, package / part, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (package, package / "engines", kernel):
        (folder / "__init__.py").touch()
    for name in ("access.py", "building.py", "cache.py", "joining.py", "memory.py"):
        shutil.copy(SOURCE / "engines" / "kernel" / name, kernel)
    (kernel / "inner.py").write_text(INNER)
    (kernel / "probe.py").write_text(PROBE)
    return tmp_path / "site"


def start(site: Path, code: str = ASK, **environment: str) -> subprocess.Popen[str]:
    own = {"PYTHONPATH": str(site), "HOME": str(site), "XDG_CACHE_HOME": str(site / "cache")}
    own = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **own, **environment}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out.strip()


def ask(site: Path, code: str = ASK, **environment: str) -> str:
    return finish(start(site, code, **environment))


def replace(path: Path, old: str, new: str) -> None:
    """Change a source so that neither its size nor its time of change tells."""
    before = path.stat()
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def stored(site: Path) -> list[Path]:
    return list(site.rglob("kernel-*.o"))


def test_cache_when_filled_then_the_next_process_finds_it(site: Path) -> None:
    assert ask(site) == "False 42"
    assert len(stored(site)) == 1
    assert ask(site) == "True 42"


def test_cache_when_an_inner_module_was_changed_then_not_used(site: Path) -> None:
    assert ask(site) == "False 42"
    replace(site / "vtwin/engines/kernel/inner.py", "ANSWER = 41", "ANSWER = 51")
    assert ask(site) == "False 52"
    replace(site / "vtwin/engines/kernel/inner.py", "ANSWER = 51", "ANSWER = 41")
    assert ask(site) == "True 42"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "old", "new"),
    [("base/streams.py", "2.0**-53", "2.0**-52"), ("plant/primitives.py", "DOWN = 5", "DOWN = 6")],
)
def test_cache_when_what_is_compiled_in_was_changed_elsewhere_then_not_used(
    site: Path, source: str, old: str, new: str
) -> None:
    assert ask(site) == "False 42"
    replace(site / "vtwin" / source, old, new)
    assert ask(site) == "False 42"


def test_cache_when_a_source_changes_while_the_process_runs_then_nothing_is_kept(
    site: Path,
) -> None:
    change = f"""
from pathlib import Path
import vtwin.engines.kernel.probe
from vtwin.engines.kernel.cache import Entry
probe = Entry("probe.probe", 1)
source = Path({str(site / "vtwin/engines/kernel/inner.py")!r})
source.write_text(source.read_text().replace("41", "51"))
print(probe.is_warm(), probe(1))
"""
    assert ask(site, change) == "False 42"  # what was imported, not what is written there now
    assert not stored(site)
    assert ask(site) == "False 52"


@pytest.mark.slow
def test_cache_when_two_processes_compile_at_once_then_both_are_right(site: Path) -> None:
    both = [start(site), start(site)]
    assert {finish(process).split()[1] for process in both} == {"42"}
    assert ask(site) == "True 42"


@pytest.mark.slow
def test_cache_when_a_file_is_torn_then_compiled_anew(site: Path) -> None:
    assert ask(site) == "False 42"
    for path in stored(site):
        path.write_bytes(path.read_bytes()[:100])
    assert ask(site).split()[1] == "42"


@pytest.mark.slow
def test_cache_when_the_installation_is_read_only_then_in_the_users_cache(site: Path) -> None:
    (site / "vtwin/engines/kernel/__pycache__").touch()  # a file: nobody can make the folder
    assert ask(site) == "False 42"
    assert [p.is_relative_to(site / "cache") for p in stored(site)] == [True]
    assert ask(site) == "True 42"


@pytest.mark.slow
def test_cache_when_nowhere_can_be_written_then_compiled_in_memory(site: Path) -> None:
    (site / "vtwin/engines/kernel/__pycache__").touch()
    (site / "cache").touch()
    assert ask(site) == "False 42"
    assert not stored(site)
    assert ask(site) == "False 42"


def test_cache_when_another_compiler_setting_is_chosen_then_not_used(site: Path) -> None:
    assert ask(site) == "False 42"
    assert ask(site, NUMBA_OPT="1") == "False 42"
    assert ask(site) == "True 42"


@pytest.mark.slow
def test_cache_when_a_folder_is_chosen_then_in_no_other(site: Path) -> None:
    assert ask(site) == "False 42"
    assert ask(site, NUMBA_CACHE_DIR=str(site / "chosen")) == "False 42"
    assert len(stored(site / "chosen")) == 1
    (site / "file").touch()
    assert ask(site, NUMBA_CACHE_DIR=str(site / "file")) == "True 42"


SIMULATE = """
import sys
from vtwin.engines import kernel
from vtwin.scenario import build, load
{warm}
program = build.build(load.load("scenarios/two_mill_cell/scenario.yaml"))
print(kernel.is_warm(), kernel.simulate(program, 0).events > 0, "numba" in sys.modules)
"""


def test_run_when_the_machine_code_is_on_disk_then_numba_is_not_even_imported(
    tmp_path: Path,
) -> None:
    where = {"PYTHONPATH": str(SOURCE.parent), **KEPT}
    assert ask(tmp_path, SIMULATE.format(warm="kernel.prepare()"), **where)[:9] == "True True"
    assert ask(tmp_path, SIMULATE.format(warm=""), **where) == "True True False"


def test_digest_when_asked_twice_then_the_same() -> None:
    first = cache.digest()
    assert first is not None
    assert cache.digest() == first
