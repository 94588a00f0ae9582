"""Pictures are well-formed SVG that takes its colours from the page."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tests.app.made import H, program, tally, trace
from vtwin.app import drawing, pictures


@pytest.fixture(scope="module")
def drawn():
    plant = program()
    tallies = [tally(plant, 0), tally(plant, 1, series_wip=np.full(55, 7.0))]
    return {
        "states": pictures.states(plant, tallies),
        "gantt": pictures.gantt(plant, trace(plant), plant.run.horizon),
        "wip": pictures.wip(plant, tallies),
        "lead": pictures.lead_times(tallies),
        "differences": pictures.differences(
            [("<b>", 1.0, 0.5, True), ("b", 0.1, 0.5, False)], "1/d"
        ),
        "shares": pictures.shares([("starved", 0.4), ("down", 0.0)], "%", "Lost time"),
    }


def test_picture_when_drawn_then_it_is_one_svg_element_without_outside_references(drawn):
    for svg in drawn.values():
        root = ET.fromstring(svg)
        assert root.tag.endswith("svg")
        assert root.attrib["role"] == "img"
        assert not re.search(r"(href|url)\W+https?:", svg)


def test_picture_when_drawn_then_no_stand_in_colour_is_left(drawn):
    for svg in drawn.values():
        assert not re.search(r"#0[1-5]0[1-5][01]", svg)
        assert "var(--ink)" in svg


def test_picture_when_drawn_twice_then_it_is_the_same(drawn):
    plant = program()
    assert pictures.states(plant, [tally(plant, 0), tally(plant, 1)]) == drawn["states"]


def test_dominant_state_when_columns_are_coarse_then_the_longest_state_wins():
    plant = program()
    grid = pictures.dominant(plant, trace(plant), plant.run.horizon, 11)
    assert grid[0].tolist() == [0] * 11
    assert grid[1].tolist() == [0] * 6 + [5] * 5 or grid[1].tolist() == [0] * 5 + [5] * 6
    assert grid[2].tolist() == [-1] * 11


def test_nothing_to_draw_when_a_run_is_empty_then_the_picture_is_empty():
    plant = program()
    assert pictures.states(plant, []) == ""
    assert pictures.gantt(plant, None, H) == ""
    assert pictures.wip(plant, []) == ""
    assert pictures.lead_times([]) == ""
    assert pictures.differences([], "1/d") == ""


@pytest.mark.parametrize(
    ("value", "said"), [(4e6, "4,000,000"), (0.25, "0.25"), (-20_000, "−20,000"), (0, "0")]
)
def test_axis_when_numbers_are_large_then_they_are_spelt_out(value, said):
    assert drawing.spelt(value) == said


def test_picture_when_names_are_korean_then_nobody_is_bothered_by_fonts_missing_here(recwarn):
    drawn = pictures.shares([("황삭 챔버 균열", 0.4)], "% of pieces", "Scrap")
    assert "황삭 챔버 균열" in drawn
    assert not [w for w in recwarn.list if "Glyph" in str(w.message)]
