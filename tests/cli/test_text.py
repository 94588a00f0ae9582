"""What a person reads in the terminal."""

import io

import pytest
from rich.console import Console

from tests.app.made import line
from vtwin.app import runs, studies
from vtwin.cli import text


def _shown(renderable, width=110):
    console = Console(file=io.StringIO(), width=width)
    console.print(renderable)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def plant():
    return line()


@pytest.fixture(scope="module")
def result(plant):
    return runs.execute(plant, replications=3, store=False)


def test_run_when_shown_then_every_figure_has_a_unit_and_an_interval(result):
    shown = _shown(text.result(result))
    assert "3 replications · 20 h, of which 1 h warm-up · engine kernel · seed 1" in shown
    for row in ("Good pieces per day", "Lead time, mean", "Work in process"):
        (found,) = [x for x in shown.splitlines() if row in x]
        assert "±" in found
    assert "limits this plant" in shown
    assert "Not known: orders on time (no due dates given)" in shown


def test_run_when_it_was_kept_then_it_says_from_when(plant, tmp_path):
    url = str(tmp_path / "s.sqlite")
    runs.execute(plant, replications=2, store=url)
    assert "--fresh runs it again" in _shown(
        text.result(runs.execute(plant, replications=2, store=url))
    )


def test_comparison_when_shown_then_verdict_and_marks_are_there(plant, monkeypatch):
    monkeypatch.setattr(studies, "changed", lambda a, b: ("cycle 60 s → 50 s",))
    study = studies.compare_plants(
        {"baseline": plant, "faster": line(cycle_s=50.0), "same": line()},
        replications=4,
        store=False,
    )
    shown = _shown(text.comparison(study))
    assert "faster makes" in shown
    assert "cycle 60 s → 50 s" in shown
    assert " same" in shown.split("Good pieces per day")[1]


@pytest.mark.parametrize("width", [60, 80, 110])
def test_comparison_when_the_terminal_is_narrow_then_nothing_is_cut(plant, width, monkeypatch):
    monkeypatch.setattr(studies, "changed", lambda a, b: ("cycle 60 s → 50 s",))
    labels = ["a-larger-buffer-between", "one-more-lathe", "half-the-stops", "faster"]
    study = studies.compare_plants(
        {"baseline": plant, **{label: line(cycle_s=50.0) for label in labels}},
        replications=2,
        store=False,
    )
    shown = _shown(text.comparison(study), width=width)
    differences = shown.split("\n\n", 1)[1]
    assert "…" not in shown
    assert all(f" {label} " in differences for label in labels)
    assert max(map(len, shown.splitlines())) <= width
    assert differences.count("Lead time, mean") >= (1 if width > 100 else 2)


def test_explanation_when_shown_then_gains_have_a_sign_and_losses_a_share(plant, result):
    shown = _shown(text.explanation(studies.explain_run(plant, result)))
    assert "10 % faster" in shown
    assert "+" in shown
    assert "% of the lost time" in shown


def test_tables_when_the_terminal_is_narrow_then_nothing_fails(result):
    assert "Good pieces per day" in _shown(text.result(result), width=60)


def test_run_when_equal_queues_are_not_one_queue_then_each_machine_shows_its_own(tmp_path):
    file = tmp_path / "even.yaml"
    file.write_text(
        "vtwin: 1\nname: even\nrun: {horizon: 2 h, replications: 2}\nline: [a, b]\n"
        "equipment: {a: {cycle: 1 min}, b: {cycle: 1 min}}\n",
        encoding="utf-8",
    )
    shown = _shown(text.result(runs.run(file, store=False)))
    assert "one queue" not in shown
    assert "queue" in shown
