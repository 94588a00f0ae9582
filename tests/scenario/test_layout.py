from itertools import combinations
from pathlib import Path

import pytest

from vtwin.scenario import load

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def test_layout_when_positions_are_written_then_they_hold_and_groups_stand_in_a_row():
    layout = load.load(SCENARIOS / "two_mill_cell").layout()
    assert layout.floor == (24, 11)
    assert layout.equipment["lathes#1"] == (2, 2, 3.0, 2.2, "machining", None)
    assert layout.equipment["lathes#3"][0] == 2 + 2 * 4.5
    assert layout.illustrative


def test_layout_when_a_variant_has_more_then_they_are_there():
    assert "lathes#4" in load.load(SCENARIOS / "two_mill_cell").layout("one-more-lathe").equipment


@pytest.mark.parametrize(
    "name", ["five_in_a_row", "two_mill_cell", "cells/molding", "cells/storage"]
)
def test_layout_when_drawn_then_nothing_overlaps_or_leaves_the_floor(name):
    layout = load.load(SCENARIOS / name).layout()
    boxes = [(x, y, x + w, y + d) for x, y, w, d, *_ in layout.equipment.values()]
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= layout.floor[0]
        assert 0 <= top < bottom <= layout.floor[1]
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_layout_when_nothing_is_written_then_it_is_illustrative_and_in_route_order():
    layout = load.load(SCENARIOS / "five_in_a_row").layout()
    assert layout.illustrative
    first, second = layout.equipment["s1"], layout.equipment["b1"]
    assert (first[1], first[0]) < (second[1], second[0])


def test_layout_when_all_positions_are_measured_then_not_illustrative(write):
    text = (
        "vtwin: 1\nname: x\nrun: {horizon: 1 d}\nline: [a]\nequipment: {a: {cycle: 1 s, at: [1 m, 2 m], size: [3 m, 400 cm], area: hall}}\n"
        "layout: {floor: [20 m, 10 m], areas: {hall: {name: Hall 2, at: [0 m, 0 m], size: [20 m, 10 m]}}}\n"
    )
    layout = load.load(write(text)).layout()
    assert not layout.illustrative
    assert layout.equipment == {"a": (1, 2, 3, 4, "station", "hall")}
    assert layout.areas == {"hall": (0, 0, 20, 10, "Hall 2")}


@pytest.mark.parametrize(
    "file", sorted(SCENARIOS.rglob("scenario.yaml")), ids=lambda f: f.parent.name
)
def test_layout_when_shipped_then_no_machine_stands_on_another_or_off_the_floor(file):
    loaded = load.load(file)
    for variant in (None, *load.variants(loaded)):
        layout = loaded.layout(variant)
        places = [place[:4] for place in layout.equipment.values()]
        for (x1, y1, w1, d1), (x2, y2, w2, d2) in combinations(places, 2):
            assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + d1 <= y2 or y2 + d2 <= y1, variant
        for x, y, width, depth in places:
            assert 0 <= x <= x + width <= layout.floor[0]
            assert 0 <= y <= y + depth <= layout.floor[1]


def test_layout_when_vehicles_have_aisles_then_each_line_is_there_once():
    found = load.load(SCENARIOS / "heat_treatment").layout().aisles
    a, b, c, d, e = (3.0, 6.0), (12.0, 6.0), (22.0, 6.0), (22.0, 12.0), (3.0, 12.0)
    assert found == ((a, e), (a, b), (e, d), (b, c), (c, d))


def test_layout_when_an_aisle_is_one_way_then_its_direction_is_known(tmp_path):
    found = load.load(SCENARIOS / "heat_treatment").layout()
    d, e, a = (22.0, 12.0), (3.0, 12.0), (3.0, 6.0)
    assert found.one_way == ((e, a), (d, e))
    text = (SCENARIOS / "heat_treatment" / "scenario.yaml").read_text()
    file = tmp_path / "scenario.yaml"
    file.write_text(text.replace("one_way: [[D, E, A]]", "one_way: [[D, E, A], [E, D]]"))
    assert load.load(file).layout().one_way == ((e, a),)  # both ways once more
