"""The report of a reallocation: its pictures, and the figures of the JSON in it."""

import dataclasses
import html
import json
import xml.etree.ElementTree as ET

import pytest

from tests.app.test_reallocation import LINE
from vtwin.app import plan_pictures, wording
from vtwin.app.plan_report import figure_said, gain_said, plan_html
from vtwin.app.reallocation import optimise
from vtwin.cli import run as command
from vtwin.results.statistics import Interval

ODD = "a <b>&</b> $x_ \" '"


def _svgs(page):
    return ["<svg" + part.split("</svg>")[0] + "</svg>" for part in page.split("<svg")[1:]]


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """Exit code, page and JSON of one optimisation with a front and a requirement."""
    folder = tmp_path_factory.mktemp("report")
    file = folder / "line.yaml"
    text = LINE.replace("name: three in a row", f"name: {json.dumps(ODD)}")
    file.write_text(text.replace("limit: {budget: <= 80 MKRW}",
                                 "limit: {budget: <= 80 MKRW, wip: <= 30}"))  # fmt: skip
    page, body = folder / "r.html", folder / "r.json"
    code = command([
        "optimise", str(file), "--budget", "160", "--front", "--no-store",
        "--out", str(folder / "plan.yaml"), "--html", str(page), "--json", str(body),
    ])  # fmt: skip
    return code, page.read_text(), json.loads(body.read_text())


def test_report_when_written_then_it_is_whole_and_fetches_nothing(reported):
    code, page, _ = reported
    assert code == 0
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "")
    # today and after, steps, losses, front, progress
    assert len(_svgs(page)) == 5
    for picture in _svgs(page):
        ET.fromstring(picture)


def test_report_when_names_have_signs_of_html_then_they_are_escaped(reported):
    _, page, _ = reported
    assert "<b>&</b>" not in page
    assert html.escape(ODD) in page


def test_report_when_written_then_its_figures_are_those_of_the_json(reported):
    _, page, body = reported
    unit = body["goal"]["unit"]
    (kpi,) = {body["goal"]["kpi"]} & {"good_per_day"}
    for row in (body["today"], *body["designs"]):
        assert f">{wording.said({**row['figures'][kpi], 'unit': unit})}<" in page
        assert f">{wording.said({**row['figures']['wip'], 'unit': 'pieces'})}<" in page
    assert body["plan"]["steps"]
    for step in body["plan"]["steps"]:
        assert f">{wording.said(step['gain'], sign=True)}<" in page
        assert f"{wording.said(step['added'], sign=True, like=step['gain']['mean'])}<" in page
        assert html.escape(step["what"]) in page
    for point in body["front"]["points"]:
        assert f">{wording.said({**point['figures'][kpi], 'unit': unit})}<" in page
    assert html.escape(body["guarantee"]) in page
    assert f"{100 * body['bound_gap']:.3g} %" in page
    for one in body["plan"]["why"]:
        assert f"{one['where']}: {100 * abs(one['change']):.1f} % of its time" in page
    assert "wip &lt;= 30: " in page
    assert "5 (search), 6 (selection), 7 (confirmation, plan and front)" in page
    assert "160 replications" in page


def test_report_when_the_front_has_three_goals_then_two_are_drawn_and_all_are_told(reported):
    _, page, body = reported
    assert [goal["kpi"] for goal in body["front"]["goals"]] == ["good_per_day", "cost", "wip"]
    picture = next(p for p in _svgs(page) if "What can be had" in p)
    assert "million KRW (less is better)" in picture
    assert "Good pieces per day (more is better)" in picture
    assert "(the plan)" in picture
    assert "In the table alone: work in process." in page
    for point in body["front"]["points"]:
        assert wording.said({**point["figures"]["wip"], "unit": "pieces"}) in page


def test_report_when_there_is_nothing_to_do_or_it_was_stopped_then_that_is_said(tmp_path):
    file = tmp_path / "line.yaml"
    file.write_text(LINE)
    whole = optimise(file, budget=60, store=False)
    as_it_is = dataclasses.replace(
        whole, plan=dataclasses.replace(whole.plan, steps=(), why=(), cost=0.0)
    )
    assert "Leave everything as it is." in plan_html(as_it_is)
    outcome = dataclasses.replace(
        whole.outcome, interrupted=True, sentence="stopped; nothing is guaranteed"
    )
    stopped = plan_html(dataclasses.replace(whole, plan=None, outcome=outcome))
    assert "Stopped; nothing is guaranteed." in stopped
    assert "The plan, step by step" not in stopped
    assert "shown with" in plan_html(whole)
    assert "shown with" not in stopped  # its figures are those that chose it
    assert "not confirmed" in stopped
    assert "on the seeds of the search" in stopped


def test_report_when_the_goal_is_known_before_any_run_then_no_interval_is_claimed(tmp_path):
    file = tmp_path / "line.yaml"
    text = LINE.replace("limit: {budget: <= 80 MKRW}", "limit: {good_per_day: '>= 1300'}")
    file.write_text(text.replace("{maximise: good_per_day, within: 1 %}", "{minimise: cost}"))
    found = optimise(file, budget=120, store=False)
    page = plan_html(found)
    cost = found.outcome.best.amounts["cost"]
    assert cost > 0
    assert f">+{cost:,.0f} KRW<" in page
    assert "worse than today, known before any run" in page
    assert "0 ± 0 KRW" not in page
    assert "≈ +0" not in page
    assert "Progress of the search" not in page


def test_steps_picture_when_a_step_adds_nothing_then_it_is_marked():
    rows = [("first", 4.0, 1.0, True, "+4 ± 1"), (ODD * 4, 4.1, 1.2, False, "+4.1 ± 1.2")]
    picture = plan_pictures.steps(rows, "gain")
    ET.fromstring(picture)
    assert picture.count("≈ this step alone") == 1
    assert "var(--soft)" in picture  # the pale bar
    assert "≈" not in plan_pictures.steps(rows[:1], "gain")


def test_front_picture_when_points_lie_on_each_other_then_they_share_a_label():
    dots = [
        plan_pictures.Dot("1", (10.0, 0.0), (5.0, 0.1), True),
        plan_pictures.Dot("2", (10.0, 0.0), (5.01, 0.1), False),
        plan_pictures.Dot("3", (0.0, 0.0), (1.0, 0.1), True),
    ]
    picture = plan_pictures.front(dots, "cost", "good")
    ET.fromstring(picture)
    assert ">2, 1<" in picture
    assert ">3<" in picture


@pytest.mark.parametrize(
    ("unit", "mean", "half", "figure", "gain"),
    [
        ("share", 0.5, 0.01, "50.0 ± 1.0 %", "+50.0 ± 1.0 percentage points"),
        ("s", 7200.0, 360.0, "2.00 ± 0.10 h", "+2.00 ± 0.10 h"),
        ("", 12.0, 1.0, "12.0 ± 1.0", "+12.0 ± 1.0"),
        ("1/d", 40.0, 2.0, "40.0 ± 2.0 /d", "+40.0 ± 2.0 /d"),
    ],
)
def test_figure_when_said_then_in_the_unit_of_its_kind(unit, mean, half, figure, gain):
    one = Interval(mean, half, "", 0.95, 5)
    assert (figure_said(one, unit), gain_said(one, unit)) == (figure, gain)


def test_figure_when_there_is_none_then_a_dash():
    assert figure_said(None, "s") == gain_said(None, "s") == "–"
