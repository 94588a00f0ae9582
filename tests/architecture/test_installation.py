"""A bare `pip install .` in a clean environment gives everything: modules, models, scenarios."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANT = """\
vtwin: 1
name: tiny
run: {horizon: 10 h, warmup: 1 h, replications: 2, seed: 5}
line: [s1, b1, s2]
equipment:
  s1: {cycle: {exponential: {mean: 1 min}}}
  s2: {cycle: 55 s}
  b1: {capacity: 5}
"""
WALK = """
import importlib, pkgutil, sys
import vtwin, dash_app
seen = 0
for package in (vtwin, dash_app):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
            seen += 1
print(seen, vtwin.__file__)
"""


def _with_pip() -> str:
    """An interpreter that has pip (the test environment itself may have none)."""
    for python in (
        sys.executable,
        getattr(sys, "_base_executable", ""),
        shutil.which("python3") or "",
    ):
        if (
            python
            and subprocess.run(
                [python, "-m", "pip", "--version"], capture_output=True, check=False
            ).returncode
            == 0
        ):
            return python
    return pytest.fail("no pip found") if os.environ.get("CI") else pytest.skip("no pip found")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The folder of programs of a clean environment with vtwin installed in it, not editable."""
    home = tmp_path_factory.mktemp("clean") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    command = [_with_pip(), "-m", "pip", "--python", str(home), "install", "-q", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and not os.environ.get("CI") and "No matching distribution" in done.stderr:
        pytest.skip("the package index cannot be reached")
    assert done.returncode == 0, done.stderr
    return home / ("Scripts" if os.name == "nt" else "bin")


def _run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    clean["VTWIN_STORE"] = str(cwd / "runs.sqlite")
    return subprocess.run(
        [str(c) for c in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_modules_when_installed_without_extras_then_every_one_imports(installed, tmp_path):
    done = _run(installed / "python", "-c", WALK, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    count, place = done.stdout.split()
    assert int(count) > 60
    assert str(installed.parent) in place


@pytest.mark.slow
def test_run_when_installed_and_started_elsewhere_then_it_simulates_and_keeps(installed, tmp_path):
    (tmp_path / "tiny.yaml").write_text(PLANT, encoding="utf-8")
    done = _run(installed / "vtwin", "run", "tiny.yaml", "--json", "out.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert 50 < answer["kpis"]["throughput_per_h"]["mean"] < 66
    assert (tmp_path / "runs.sqlite").exists()


@pytest.mark.slow
def test_shipped_data_when_installed_then_models_scenarios_and_assets_are_inside(
    installed, tmp_path
):
    done = _run(installed / "vtwin", "library", "--json", "-", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["models"]
    code = "from vtwin.app.scenarios import shipped_scenarios as s, find; print(*s()); print(find(s()[0]))"
    done = _run(installed / "python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names, place = done.stdout.splitlines()
    assert "injection_plant" in names.split()
    assert "_shipped" in place
    code = "import dash_app, pathlib; p = pathlib.Path(dash_app.__file__).parent; print(*(f.relative_to(p).as_posix() for f in p.rglob('*') if f.is_file()))"
    files = _run(installed / "python", "-c", code, cwd=tmp_path).stdout.split()
    assert {"locales/ko.yaml", "locales/en.yaml"} <= set(files)
    assert any(f.endswith(".woff2") for f in files)


OVEN = ROOT / "examples" / "acme_oven"


@pytest.fixture(scope="module")
def stranger(installed) -> Path:
    """The same environment with somebody else's package in it, and pytest for its own tests."""
    pip = [_with_pip(), "-m", "pip", "--python", str(installed.parent), "install", "-q"]
    done = subprocess.run([*pip, str(OVEN), "pytest"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return installed


@pytest.mark.slow
def test_package_when_a_stranger_wrote_it_then_it_is_in_the_library_and_on_both_engines(
    stranger, tmp_path
):
    shutil.copytree(OVEN / "bakery", tmp_path / "bakery")
    done = _run(stranger / "vtwin", "library", "--json", "-", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["problems"] == []
    (oven,) = [family for family in told["families"] if family["package"]]
    assert oven["name"] == "acme-oven"
    assert oven["package"] == "vtwin-acme-oven 1.0"
    assert oven["models"] == ["acme-oven/deck_oven", "acme-oven/rack_oven"]
    answers = []
    for engine in ("reference", "kernel"):
        command = ("run", "bakery", "--engine", engine, "-n", "2", "--no-store", "--json", "-")
        done = _run(stranger / "vtwin", *command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        answers.append(json.loads(done.stdout)["kpis"])
    assert answers[0] == answers[1]
    assert answers[0]["good_per_day"]["mean"] > 100
    done = _run(stranger / "vtwin", "new", "mine", "--from", "acme-oven/rack_oven", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert _run(stranger / "vtwin", "run", "mine", cwd=tmp_path).returncode == 0


@pytest.mark.slow
def test_package_when_a_stranger_wrote_it_then_its_parameters_are_refused_like_ours(
    stranger, tmp_path
):
    text = (OVEN / "bakery" / "scenario.yaml").read_text(encoding="utf-8")
    wrong = text.replace("temperature: 170 °C", "temperature: 900 °C").replace("bake:", "bakr:")
    (tmp_path / "plant.yaml").write_text(wrong, encoding="utf-8")
    done = _run(stranger / "vtwin", "check", "plant.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "outside 80 °C to 320 °C" in done.stderr
    assert "did you mean 'bake'?" in done.stderr


@pytest.mark.slow
def test_package_when_a_stranger_wrote_it_then_it_passes_the_exam_that_vtwin_ships(
    stranger, tmp_path
):
    shutil.copytree(OVEN, tmp_path / "oven", ignore=shutil.ignore_patterns("src", "__pycache__"))
    done = _run(stranger / "python", "-m", "pytest", "-q", "oven/tests", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
