"""The house keeps its order: who may import whom, what is quick to import, names, prints."""

import ast
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "vtwin"
MODULES = sorted(SOURCE.rglob("*.py"))

HEAVY = (
    "numba",
    "numpy",
    "scipy",
    "simpy",
    "dash",
    "plotly",
    "matplotlib",
    "sqlalchemy",
    "polars",
    "pandas",
    "pydantic",
    "networkx",
    "yaml",
)
VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "core",
    "base_class",
}


def _imported_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(' '.join({{m.split('.')[0] for m in sys.modules}}))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(out.stdout.split())


def test_rooms_when_imports_are_checked_then_every_contract_is_kept():
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize(
    "statement", ["import vtwin", "import vtwin.cli", "import vtwin.cli.commands"]
)
def test_front_door_when_imported_then_no_heavy_library_is_loaded(statement):
    assert not _imported_after(statement) & set(HEAVY)


def test_draws_when_imported_then_numba_waits_for_its_first_use():
    assert "numba" not in _imported_after("import vtwin.base.draws")


def test_front_door_when_an_unknown_name_is_asked_then_it_is_an_attribute_error():
    import vtwin

    with pytest.raises(AttributeError, match="nonsense"):
        _ = vtwin.nonsense
    assert all(getattr(vtwin, name) is not None for name in vtwin.__all__)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_module_when_read_then_it_has_a_trade_noun_a_docstring_and_no_print(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert path.stem not in VAGUE
    assert ast.get_docstring(tree), "a module says what it is"
    if path.is_relative_to(SOURCE / "cli"):
        return
    prints = [
        n.lineno
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and getattr(n.func, "id", None) == "print"
    ]
    assert not prints, f"print() on lines {prints}: only the command line speaks to people"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_public_function_when_read_then_it_has_a_docstring(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    silent = [
        n.name
        for n in tree.body
        if isinstance(n, kinds) and not n.name.startswith("_") and not ast.get_docstring(n)
    ]
    assert not silent


GLOBAL = {
    "seed",
    "rand",
    "randn",
    "random",
    "randint",
    "choice",
    "shuffle",
    "normal",
    "uniform",
    "exponential",
}


def _random_without_a_seed(tree: ast.AST) -> bool:
    """Whether numbers come from a global generator, or from one seeded by the clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(a.name == "random" for a in node.names):
            return True
        if (
            isinstance(node, ast.Attribute)
            and ast.unparse(node.value) == "np.random"
            and node.attr in GLOBAL
        ):
            return True
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) == "np.random.default_rng"
            and not node.args
        ):
            return True
    return False


def test_global_random_state_when_sources_are_searched_then_nobody_uses_it():
    assert _random_without_a_seed(ast.parse("import random"))
    assert _random_without_a_seed(ast.parse("np.random.seed(1)"))
    assert _random_without_a_seed(ast.parse("np.random.default_rng()"))
    assert not _random_without_a_seed(ast.parse("np.random.default_rng(7)"))
    guilty = [
        p for p in MODULES if _random_without_a_seed(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert not guilty


def test_every_module_when_walked_then_it_imports():
    import vtwin

    for module in pkgutil.walk_packages(vtwin.__path__, "vtwin."):
        if module.name != "vtwin.__main__":
            assert importlib.util.find_spec(module.name) is not None
            importlib.import_module(module.name)


#: What a run that finds its machine code on disk has no use for.
UNUSED = {"numba", "scipy", "networkx", "simpy", "matplotlib", "dash", "plotly", "ortools"}


@pytest.mark.parametrize("command", ["check", "run", "explain"])
def test_command_when_the_machine_code_is_on_disk_then_it_loads_what_it_uses(command):
    from vtwin.engines.kernel import prepare

    prepare()
    words = [command, str(ROOT / "scenarios/two_mill_cell")]
    more = [] if command == "check" else ["--no-store", "-n", "3"]
    code = f"from vtwin.cli import run; assert run({words + more}) == 0"
    assert not _imported_after(code) & UNUSED
