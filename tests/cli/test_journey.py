"""The journeys of the command line, from a page of YAML to a verdict."""

import json
import re

import pytest

from vtwin import cli


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VTWIN_STORE", str(tmp_path / "runs.sqlite"))
    monkeypatch.delenv("VTWIN_DEBUG", raising=False)


def test_demo_when_shown_then_figures_limit_verdict_report_and_next_steps(tmp_path, capsys):
    assert cli.run(["demo", "--out", "out", "-n", "3", "--json", "demo.json"]) == 0
    told = capsys.readouterr().out
    for part in (
        "Good pieces per day",
        "What limits it",
        "Which is better",
        "Report with pictures",
        "vtwin serve",
        "vtwin learn",
    ):
        assert part in told, part
    answer = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
    assert len(answer["comparison"]["results"]) == 3
    assert answer["run"]["replications"] == 3
    sentence = answer["comparison"]["verdict"]["sentence"]
    assert sentence.split(";")[0].split()[0] in told
    page = (tmp_path / "out" / "demo.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 5
    assert "<script" not in page


def test_demo_when_its_folder_cannot_be_written_then_the_figures_are_shown_all_the_same(
    tmp_path, capsys
):
    (tmp_path / "file").write_text("")
    assert cli.run(["demo", "--out", "file/inside", "-n", "2"]) == 1
    told = capsys.readouterr()
    assert "Which is better" in told.out
    assert "V651" in told.err
    assert "Report with pictures" not in told.out


def test_new_plant_when_run_compared_and_explained_then_every_step_works(tmp_path, capsys):
    assert cli.run(["new", "mine"]) == 0
    assert cli.run(["check", "mine"]) == 0
    assert cli.run(["run", "mine", "-n", "2", "--html", "r.html", "--trace", "t.csv"]) == 0
    assert (
        cli.run(["compare", "mine", "--variants", "third-mill", "-n", "3", "--json", "c.json"]) == 0
    )
    assert cli.run(["explain", "mine", "-n", "2", "--json", "e.json"]) == 0
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").startswith("time_s,event")
    compared = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert compared["changes"] == {"third-mill": ["mills 2 → 3"]}
    assert compared["replications"] == 3
    explained = json.loads((tmp_path / "e.json").read_text(encoding="utf-8"))
    assert explained["constraint"] == "mills"
    assert explained["jury"]["sentence"]


def test_variant_when_run_alone_then_it_is_named_in_the_answer(capsys):
    assert cli.run(["run", "two_mill_cell", "--variant", "smed", "-n", "2", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["variant"] == "smed"


def test_two_files_when_compared_then_the_second_is_judged_against_the_first(capsys):
    assert cli.run(["compare", "three_in_a_row", "five_in_a_row", "-n", "2", "--json", "-"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer["differences"]) == ["five_in_a_row"]
    assert answer["seed"] == 5


def test_comparison_when_there_is_nothing_to_compare_with_then_v556(capsys):
    assert cli.run(["compare", "cells/storage", "--variants", ""]) == 1
    assert capsys.readouterr().err.startswith("V556")


def test_seed_when_given_then_other_luck_under_the_same_plant(capsys):
    answers = []
    for words in ([], ["--seed", "99"], ["--seed", "99", "--fresh"]):
        assert cli.run(["run", "cells/pressing", "-n", "2", "--json", "-", *words]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[1]["seed"] == 99
    assert answers[0]["kpis"] != answers[1]["kpis"]
    assert answers[1]["kpis"] == answers[2]["kpis"]


def test_auto_replications_when_asked_then_the_interval_is_narrow_enough(capsys):
    assert cli.run(["run", "cells/pressing", "--replications", "auto", "--json", "-"]) == 0
    answer = json.loads(capsys.readouterr().out)
    figure = answer["kpis"]["good_per_day"]
    assert answer["replications"] >= 5
    assert figure["half_width"] <= 0.02 * figure["mean"]


def test_schema_when_written_then_editors_can_use_it(tmp_path):
    assert cli.run(["schema", "--json", "vtwin.schema.json"]) == 0
    assert "properties" in json.loads((tmp_path / "vtwin.schema.json").read_text(encoding="utf-8"))


def test_library_when_a_model_is_shown_then_each_figure_has_its_source(capsys):
    assert cli.run(["library", "injection_50t"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"mould_change +40 min +typical", told)


def test_serve_when_it_would_answer_other_computers_then_it_is_refused(capsys):
    assert cli.run(["serve", "--host", "0.0.0.0", "--no-open"]) == 1
    assert "V663" in capsys.readouterr().err


def test_serve_when_a_scenario_is_broken_then_it_says_so_and_serves_all_the_same(
    tmp_path, capsys, monkeypatch
):
    from dash_app import app

    served = []
    monkeypatch.setattr(app, "serve", lambda files, *_, **__: served.extend(files))
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        "vtwin: 1\nname: x\nrun: {horizon: 1 d}\nline: [a]\nequipment: {a: {cycel: 1 s}}\n"
    )
    assert cli.run(["serve", str(broken), str(tmp_path / "nowhere.yaml"), "--no-open"]) == 0
    told = capsys.readouterr().err
    assert "warning: " in told
    assert "cycel" in told
    assert "nowhere.yaml" in told
    assert [path.name for path in served] == ["broken.yaml"]
    assert cli.run(["serve", str(tmp_path / "nowhere.yaml"), "--no-open"]) == 1
    assert "V652" in capsys.readouterr().err
