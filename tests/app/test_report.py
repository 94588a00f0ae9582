"""The report: one page, nothing fetched, nothing unescaped."""

import dataclasses
import html.parser
import re

import pytest

from tests.app.made import line
from vtwin.app import report, runs, studies
from vtwin.base.errors import Problem


class _Balance(html.parser.HTMLParser):
    VOID = frozenset({"meta", "br", "path", "use", "rect", "line", "circle"})

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(plant, result):
    explained = studies.explain_run(plant, result)
    return report.study_html(result, explained)


def test_report_when_written_then_its_tags_are_balanced_and_it_has_its_pictures(page):
    balance = _Balance()
    balance.feed(page)
    assert balance.open == []
    titles = [a.get("aria-label") for tag, a in balance.seen if tag == "svg"]
    assert len(titles) >= 5
    assert "Work in process over time" in titles


def test_report_when_opened_without_a_network_then_nothing_is_missing(page):
    assert not re.search(r"""(src|href)=["'](?!#)""", page)
    assert "url(http" not in page
    assert "<script" not in page
    assert "@import" not in page


def test_report_when_read_in_the_dark_then_every_colour_has_its_dark_value():
    assert report.LIGHT.keys() == report.DARK.keys()
    used = set(re.findall(r"var\(--([\w-]+)\)", report.STYLE))
    assert used <= report.LIGHT.keys()


def test_report_when_names_hold_markup_then_it_is_shown_not_obeyed(result):
    evil = "<img src=x onerror=alert(1)>"
    program = dataclasses.replace(
        result.program,
        machines=tuple(
            dataclasses.replace(m, name=f"{evil}{i}") for i, m in enumerate(result.program.machines)
        ),
    )
    note = Problem("V552", evil, hint=evil, severity="warning")
    shown = dataclasses.replace(
        result,
        program=program,
        notes=(note,),
        remarks={"good_per_day": evil},
        summary=dataclasses.replace(result.summary, scenario=evil),
    )
    page = report.study_html(shown)
    assert "<img" not in page
    assert "&lt;img" in page


def test_report_when_plants_are_compared_then_the_verdict_and_the_intervals_are_in_it(
    plant, monkeypatch
):
    monkeypatch.setattr(studies, "changed", lambda a, b: ("cycle 60 s → 50 s",))
    study = studies.compare_plants(
        {"baseline": plant, "faster": line(cycle_s=50.0)}, replications=3, store=False
    )
    page = report.study_html(None, None, study)
    assert "faster makes" in page
    assert "cycle 60 s → 50 s" in page
    assert "Differences to the baseline" in page


def test_report_when_there_is_nothing_to_show_then_it_is_refused():
    with pytest.raises(ValueError, match="needs a run"):
        report.study_html(None)


def test_report_when_no_replication_was_traced_then_it_comes_without_a_gantt(plant):
    page = report.study_html(runs.execute(plant, replications=1, store=False))
    assert "What each machine did" not in page


def test_difference_when_of_shares_then_it_is_in_points_not_in_percent():
    from vtwin.results.statistics import Interval
    from vtwin.studies.compare import Difference

    gain = Interval(-0.072, 0.071, "share", n=2)
    cell = report._difference(Difference("oee", "share", "higher", gain, gain, gain, "worse"), 0.8)
    assert ">−7.2 <span" in cell
    assert ">± 7.1 %-points</span>" in cell
