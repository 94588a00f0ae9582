"""Equipment of every family is on the screen: where it stands, its states, what it is."""

from pathlib import Path

import pytest

from dash_app.pages.overview import figures, layout
from dash_app.words import load
from tests.dash_app.test_figures import text
from vtwin.app.live import LiveDesk
from vtwin.app.runs import run
from vtwin.app.views import STATES
from vtwin.equipment import catalog

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
#: Who attends machines is among the people, not on the floor.
HELPERS = {"handling": ("robot",)}
WORDS = {language: load(language) for language in ("en", "ko")}


@pytest.mark.parametrize("name", sorted(catalog.BUILT_IN))
def test_cell_when_it_was_run_then_its_equipment_is_drawn_and_explained(name, tmp_path):
    store = f"sqlite:///{tmp_path / 'runs.sqlite'}"
    cell = CELLS / name / "scenario.yaml"
    result = run(cell, replications=2, store=store)
    view = LiveDesk.open([cell], store).overview(None, None)
    assert {m.id for m in view.floor.machines} == {m.name for m in result.program.machines}
    mine = [machine for machine in view.floor.machines if machine.family == name]
    for language, words in WORDS.items():
        told = text(layout.page(view, words, {}))
        for helper in HELPERS.get(name, ()):
            assert helper in told
        assert mine or name in HELPERS
        for machine in mine:
            chosen = text(figures.selected(view.floor, machine.id, words))
            assert catalog.family(name).doc[language] in chosen
            for state, share in zip(STATES, machine.states, strict=True):
                assert share < 0.0005 or words(f"state.{state}") in chosen
