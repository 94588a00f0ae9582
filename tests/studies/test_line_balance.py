"""Takt and balance of a line, against hand calculation."""

import pytest

from vtwin.app.balancing import balance
from vtwin.base.errors import Refused
from vtwin.base.shipped import shipped
from vtwin.scenario.build import build
from vtwin.scenario.load import load
from vtwin.studies.line_balance import line_balance

LINE = """
vtwin: 1
name: two products
run: {horizon: 7 d, start: 2026-03-02}
calendars: {day: {mon-fri: ["06:00-14:00"]}, half: {mon-fri: ["06:00-10:00"]}}
products:
  x: {target: 300 /d, route: [{op: a, on: a, cycle: 20 s}, {op: b, on: b, cycle: 50 s}, {op: c, on: c, cycle: 6 s}]}
  y: {target: 100 /d, route: [{op: a, on: a, cycle: 40 s}, {op: c, on: c, cycle: {c: 10 s}, cavities: 2}]}
orders: [{product: x, saturated: true}, {product: y, saturated: true}]
equipment:
  a: {calendar: day}
  b: {calendar: day, count: 2}
  c: {calendar: half}
"""


def _line(tmp_path, product=None, **overrides):
    file = tmp_path / "line.yaml"
    file.write_text(LINE, encoding="utf-8")
    keys = {path.replace("__", "."): value for path, value in overrides.items()}
    return line_balance(build(load(file), overrides=keys), product)


def test_mix_when_two_products_share_a_line_then_each_counts_by_what_is_wanted(tmp_path):
    line = _line(tmp_path)
    # three x to one y: a 25 s, b 37.5 s on two machines, c (6 × 3 + 5) / 4 in half of the hours
    assert [s.station for s in line.stations] == ["a", "b", "c"]
    assert [s.work for s in line.stations] == pytest.approx([25, 37.5, 5.75])
    assert [s.machines for s in line.stations] == pytest.approx([1, 2, 0.5])
    assert [s.cycle for s in line.stations] == pytest.approx([25, 18.75, 11.5])
    # five of seven days of 8 h for 400 pieces a day
    assert line.hours == pytest.approx(40 / 7)
    assert line.takt == pytest.approx(40 / 7 * 3600 / 400)
    found = line.figures
    assert found.cycle == line.takt
    assert found.efficiency == pytest.approx((25 + 37.5 + 5.75) / (3.5 * line.takt))
    assert found.smoothness == pytest.approx((6.25**2 + 13.5**2) ** 0.5)
    assert (found.least, found.over) == (2, ())


def test_product_when_named_then_only_its_line_counts(tmp_path):
    line = _line(tmp_path, "y", products__y__target="700 /d")
    assert [s.station for s in line.stations] == ["a", "c"]
    assert line.takt == pytest.approx(40 / 7 * 3600 / 700)  # 29.4 s
    assert line.figures.over == (0,)  # 40 s
    assert line.figures.cycle == 40


def test_rework_and_loading_when_in_the_route_then_they_are_work(tmp_path):
    """The cell's screwing station does a hinge 1 + 0.04 + 0.04² times, its bench as often."""
    line = line_balance(build(load(shipped("scenarios") / "cells/assembly/scenario.yaml")))
    turns = 1 + 0.04 + 0.04**2
    assert [s.cycle for s in line.stations] == pytest.approx([21, 41, 37 * turns, 33 * turns])
    assert line.takt == 45.0
    loaded = _line(tmp_path, "x", equipment__a__operator="run", equipment__a__load="10 s",
                   people={"run": {}}, orders=[{"product": "x", "quantity": 20, "lot": 5}])  # fmt: skip
    assert loaded.stations[0].cycle == pytest.approx(20 + 10 / 5)


def test_takt_when_no_rate_is_wanted_then_the_slowest_station_sets_the_pace():
    found = balance("three_in_a_row").balance
    assert found.takt_s is None
    assert found.cycle_s == 60
    assert found.efficiency == pytest.approx(175 / 180)


def test_line_when_there_is_none_then_refused(tmp_path):
    with pytest.raises(Refused, match="V587"):
        _line(tmp_path, "z")
    with pytest.raises(Refused, match="V587"):
        _line(tmp_path, "y", products__y__route=[{"op": "a", "on": "a", "cycle": "3 s"}])
