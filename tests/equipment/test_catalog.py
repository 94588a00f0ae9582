import os
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from dash_app.words import load
from vtwin.base.errors import Refused
from vtwin.equipment import catalog, forging, molding
from vtwin.plant.primitives import MachineState
from vtwin.scenario import smallest, statechart
from vtwin.scenario.build import check
from vtwin.scenario.library import installed

ROOT = Path(__file__).resolve().parents[2]


def test_family_when_misspelt_then_the_nearest_is_named():
    with pytest.raises(Refused) as refused:
        catalog.family("moulding")
    (problem,) = refused.value.problems
    assert problem.code == "V701"
    assert "molding" in problem.hint


def _point(monkeypatch, *targets, name="acme-oven"):
    points = [EntryPoint(name, target, catalog.GROUP) for target in targets]
    monkeypatch.setattr(catalog, "entry_points", lambda group: points)


def _refused(call, *given):
    with pytest.raises(Refused) as refused:
        call(*given)
    (problem,) = refused.value.problems
    return problem


#: What strangers write, as attributes of this module.
OVEN = replace(molding.FAMILY, name="acme-oven")
OTHER = replace(molding.FAMILY, name="toaster")
BROKEN = replace(OVEN, lower=lambda name, params, steps: 1 / 0)
HERE = __name__


@pytest.fixture
def strange(monkeypatch):
    """This module under a name that can be imported."""
    monkeypatch.setitem(sys.modules, "strange_oven", sys.modules[HERE])


def test_family_when_another_package_brings_it_then_it_is_found(monkeypatch, strange):
    _point(monkeypatch, "strange_oven:OVEN")
    assert catalog.family("acme-oven").params is molding.FAMILY.params
    assert "acme-oven" in catalog.names()
    assert catalog.package("acme-oven") == "strange_oven"
    assert catalog.package("molding") is None


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("vtwin.equipment.nowhere:FAMILY", "ModuleNotFoundError"),
        ("vtwin.equipment.catalog:names", "no vtwin family"),
        ("strange_oven:OTHER", "calls itself 'toaster'"),
    ],
)
def test_family_when_another_package_is_broken_then_it_is_refused_by_name(
    monkeypatch, strange, target, told
):
    _point(monkeypatch, target)
    problem = _refused(catalog.family, "acme-oven")
    assert problem.code == "V702"
    assert f"'acme-oven' of {target.partition(':')[0]}" in problem.what
    assert told in problem.what
    (warning,) = catalog.troubles()
    assert warning == replace(problem, severity="warning")


def test_family_when_two_packages_bring_it_then_both_are_named(monkeypatch, strange):
    _point(monkeypatch, "strange_oven:OVEN", "vtwin.equipment.molding:FAMILY")
    problem = _refused(catalog.family, "acme-oven")
    assert problem.code == "V702"
    assert "strange_oven and vtwin.equipment.molding" in problem.what


def test_family_when_a_package_takes_a_name_of_vtwin_then_it_is_told_and_ours_is_used(
    monkeypatch, strange
):
    _point(monkeypatch, "strange_oven:OVEN", name="forging")
    assert catalog.family("forging") is forging.FAMILY
    (warning,) = catalog.troubles()
    assert "strange_oven brings an equipment family 'forging'" in warning.what


def test_family_when_its_lowering_fails_then_the_package_is_named(monkeypatch, strange):
    _point(monkeypatch, "strange_oven:BROKEN")
    found = catalog.family("acme-oven")
    problem = _refused(found.lower, "oven", None, ())
    assert problem.code == "V702"
    assert "'acme-oven' of strange_oven failed: ZeroDivisionError" in problem.what


def test_scenario_when_a_package_is_broken_then_the_place_is_told(monkeypatch, strange, tmp_path):
    _point(monkeypatch, "strange_oven:BROKEN")
    (tmp_path / "plant.yaml").write_text(
        "vtwin: 1\nname: p\nrun: {horizon: 8 h, replications: 1, seed: 1}\nline: [oven]\n"
        "equipment:\n  oven: {model: acme-oven, cycle: 3 min}\n"
    )
    (problem,) = check(tmp_path / "plant.yaml")
    assert problem.code == "V702"
    assert problem.where.line == 6


def test_families_when_counted_then_at_most_two_need_a_behaviour_of_their_own():
    library = installed()
    own = set()
    for name in library.names():
        model = library.model(name)
        family = catalog.family(model.family)
        params = family.params.model_validate(smallest.parameters(family, model))
        if family.lower("it", params, ()).custom:
            own.add(family.name)
    assert len(own) <= 2


def test_states_when_drawn_then_names_and_colours_are_those_of_the_web_app():
    css = (ROOT / "dash_app" / "assets" / "10-colours.css").read_text(encoding="utf-8")
    words = {language: load(language) for language in ("en", "ko")}
    for state, (en, ko, colour) in statechart.NAMES.items():
        key = state.name.lower()
        assert words["en"](f"state.{key}") == en
        assert words["ko"](f"state.{key}") == ko
        assert f"--state-{key}: {colour};" in css
    assert set(statechart.NAMES) == set(MachineState)


HASHES = """
import tempfile, pathlib
from vtwin.equipment import catalog
from vtwin.scenario.library import installed
from vtwin.testing.family import smallest
library = installed()
for name in library.names():
    model = library.model(name)
    print(name, smallest(catalog.family(model.family), model).hash)
"""


def test_lowering_when_repeated_in_another_process_then_every_program_is_the_same():
    told = set()
    for seed in ("1", "2"):  # of Python's own hashes, which decide the order of sets
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", HASHES], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        told.add(done.stdout)
    (only,) = told
    assert len(only.splitlines()) >= len(catalog.BUILT_IN)
