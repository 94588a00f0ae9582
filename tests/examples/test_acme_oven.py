"""A stranger's package beside vtwin: found, refused, run and shown like vtwin's own equipment.

The package is put on the path as an installer would leave it. That it can really be installed
is tested in tests/architecture/test_installation.py.
"""

import ast
import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from dash_app.pages.library import layout as shown
from dash_app.pages.overview import figures
from dash_app.words import load
from tests.dash_app.test_figures import text
from vtwin import cli
from vtwin.app import scenarios
from vtwin.app.live import LiveDesk
from vtwin.app.runs import run
from vtwin.app.studies import compare
from vtwin.equipment import catalog
from vtwin.scenario.build import build
from vtwin.scenario.load import load as load_scenario
from vtwin.testing.engines import assert_same
from vtwin.testing.family import FamilyContract

OVEN = Path(__file__).resolve().parents[2] / "examples" / "acme_oven"
BAKERY = OVEN / "bakery" / "scenario.yaml"
PUBLIC = {
    "vtwin.base.draws",
    "vtwin.base.errors",
    "vtwin.plant.family",
    "vtwin.plant.quantities",
}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package on the path, with what an installer writes about it."""
    about = tmp_path / "site" / "vtwin_acme_oven-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: vtwin-acme-oven\nVersion: 1.0\n")
    points = f"[{catalog.GROUP}]\nacme-oven = acme_oven:FAMILY\n"
    (about / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(OVEN / "src")
    monkeypatch.syspath_prepend(about.parent)
    yield
    sys.modules.pop("acme_oven", None)


@pytest.fixture
def exam(installed):
    """The package's own test class."""
    spec = importlib.util.spec_from_file_location("acme_test", OVEN / "tests" / "test_oven.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.TestOven()


def test_package_when_read_then_it_imports_four_public_modules_of_vtwin_and_no_other():
    tree = ast.parse((OVEN / "src" / "acme_oven" / "__init__.py").read_text(encoding="utf-8"))
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    plain = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    assert {name for name in named | plain if name.startswith("vtwin")} == PUBLIC


@pytest.mark.parametrize("question", [n for n in dir(FamilyContract) if n.startswith("test_")])
def test_family_when_examined_like_ours_then_it_passes(exam, question):
    getattr(exam, question)()


def test_library_when_the_package_is_there_then_it_is_shown_with_its_name(installed, capsys):
    assert cli.run(["library"]) == 0
    told = capsys.readouterr().out
    assert "acme-oven  from the package vtwin-acme-oven 1.0" in told
    assert "acme-oven/deck_oven" in told
    assert cli.run(["library", "rack_oven"]) == 0
    told = capsys.readouterr().out
    assert "Acme data sheet R18" in told
    assert "vtwin new try-it --from acme-oven/rack_oven" in told


def test_bakery_when_run_by_both_engines_then_every_event_is_the_same(installed):
    for variant in (None, "rack-oven", "two-ovens"):
        assert_same(build(load_scenario(BAKERY), variant))


def test_bakery_when_compared_then_a_second_oven_shortens_the_lead_time(installed):
    study = compare(BAKERY, ["two-ovens"], replications=3, store=False)
    gain = study.comparison.differences["two-ovens"]["lead_time_s"].gain
    assert gain.mean + gain.half_width < 0


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("temperature: 170 °C", "temperature: 500 °C", "outside 80 °C to 320 °C"),
        ("temperature: 170 °C", "temperature: 170", "did you mean '170 °C'?"),
        ("bake: 50 min", "bake: 50 kg", "a mass where a time is due"),
        ("fill_wait: 40 min", "fil_wait: 40 min", "did you mean 'fill_wait'?"),
        ("temperature: 170 °C", "temperature: 170 °C, trays: 13", "takes 13 trays"),
    ],
)
def test_bakery_when_a_parameter_is_wrong_then_it_is_refused_and_explained(
    installed, tmp_path, right, wrong, told
):
    text = BAKERY.read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "plant.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    problems = [p for p in scenarios.check(tmp_path / "plant.yaml").problems if told in str(p)]
    assert problems
    assert problems[0].where.line


def test_bakery_when_the_package_is_missing_then_that_is_said():
    (problem,) = [p for p in scenarios.check(BAKERY).problems if "deck_oven" in p.what]
    assert problem.code == "V701"
    assert "is the package that brings the family 'acme-oven' installed?" in problem.hint


def test_model_when_the_package_wrote_it_badly_then_the_others_are_still_there(
    installed, tmp_path, monkeypatch
):
    copy = tmp_path / "copy"
    shutil.copytree(OVEN / "src", copy)
    bad = copy / "acme_oven" / "library" / "acme-oven" / "deck_oven.yaml"
    bad.write_text("doc: {en: x, ko: x}\nparameters:\n  decks: 3\n", encoding="utf-8")
    monkeypatch.syspath_prepend(copy)
    families, problems = scenarios.library()
    (oven,) = [family for family in families if family.package]
    assert [model.name for model in oven.models] == ["acme-oven/rack_oven"]
    assert [p.code for p in problems] == ["V704"]
    assert problems[0].severity == "warning"
    assert len(families) == len(catalog.BUILT_IN) + 1


def test_screen_when_the_bakery_was_run_then_the_oven_is_drawn_and_explained(installed, tmp_path):
    store = f"sqlite:///{tmp_path / 'runs.sqlite'}"
    run(BAKERY, replications=2, store=store)
    desk = LiveDesk.open([BAKERY], store)
    view = desk.overview(None, None)
    (oven,) = [machine for machine in view.floor.machines if machine.id == "oven"]
    assert (oven.width, oven.depth) == (2.4, 1.8)
    assert oven.states[0] > 0.3
    words = load("ko")
    assert "애크미 데크 오븐" in text(figures.selected(view.floor, "oven", words))
    told = text(shown.page(desk.library(), words, {"model": "acme-oven/deck_oven"}))
    assert "Acme data sheet D3" in told
    assert words("library.package", package="vtwin-acme-oven 1.0") in told


def test_bakery_when_equipment_and_step_are_wrong_then_both_are_told_at_once(installed, tmp_path):
    wrong = BAKERY.read_text(encoding="utf-8").replace("fill_wait: 40 min", "fill_wait: 40 kg")
    wrong = wrong.replace("temperature: 170 °C", "temperature: 500 °C")
    (tmp_path / "plant.yaml").write_text(wrong, encoding="utf-8")
    told = [str(p) for p in scenarios.check(tmp_path / "plant.yaml").problems]
    assert any("a mass where a time is due" in line for line in told)
    assert any("outside 80 °C to 320 °C" in line for line in told)
