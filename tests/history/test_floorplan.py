"""Machines without recorded positions."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from vtwin.history.floorplan import FOOTPRINT, floor_plan

CLASSES = st.sampled_from(["50 t", "100 t", "130 t", None])


@given(st.lists(CLASSES, min_size=1, max_size=40))
def test_floor_plan_when_drawn_then_no_machine_overlaps_and_all_stand_in_their_area(classes):
    plan = floor_plan([(f"M{n}", size) for n, size in enumerate(classes)])
    width, depth = FOOTPRINT
    for (_, (x1, y1)), (_, (x2, y2)) in combinations(plan.places.items(), 2):
        assert abs(x1 - x2) >= width or abs(y1 - y2) >= depth
    for name, (x, y) in plan.places.items():
        area = plan.areas[plan.area_of[name]]
        assert area.at[0] <= x
        assert x + width <= area.at[0] + area.size[0] + 0.05
        assert area.at[1] <= y
        assert y + depth <= area.at[1] + area.size[1] + 0.05
        assert area.at[0] + area.size[0] <= plan.floor[0]
        assert area.at[1] + area.size[1] <= plan.floor[1]


def test_floor_plan_when_two_classes_then_each_has_its_area():
    plan = floor_plan([("A", "50 t"), ("B", "100 t"), ("C", "50 t")])
    assert plan.area_of == {"A": "50-t", "B": "100-t", "C": "50-t"}
    assert [area.label for area in plan.areas.values()] == ["50 t", "100 t"]
