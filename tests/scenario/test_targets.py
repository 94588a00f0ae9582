"""Targets: shown beside figures, no part of what is simulated."""

from __future__ import annotations

import pytest

from vtwin.base.errors import Refused
from vtwin.scenario.build import build
from vtwin.scenario.load import load

PLANT = """vtwin: 1
name: t
run: {horizon: 10 h}
currency: KRW
line: [a]
equipment: {a: {cycle: 1 min}}
"""


def _built(tmp_path, targets):
    path = tmp_path / "t.yaml"
    path.write_text(PLANT + targets, encoding="utf-8")
    return build(load(path))


def test_targets_when_written_then_they_are_in_the_unit_of_their_figure(tmp_path):
    program = _built(
        tmp_path,
        "targets: {good_per_day: 60 /h, on_time: 95 %, lead_time: 2 h, unit_cost: 1200 KRW}\n",
    )
    assert program.targets == pytest.approx(
        {"good_per_day": 1440.0, "on_time": 0.95, "lead_time_s": 7200.0, "unit_cost": 1200.0}
    )


def test_targets_when_changed_then_the_program_stays_the_same(tmp_path):
    assert _built(tmp_path, "targets: {oee: 80 %}\n").hash == _built(tmp_path, "").hash


def test_targets_when_they_cannot_be_then_every_one_is_refused(tmp_path):
    with pytest.raises(Refused) as refused:
        _built(tmp_path, "targets: {on_time: 120 %, oeee: 80 %, lead_time: 3}\n")
    told = "\n".join(map(str, refused.value.problems))
    assert "on_time" in told
    assert "did you mean 'oee'" in told
    assert "'3 min'" in told


@pytest.mark.parametrize(("cover", "expected"), [("{target: 40 /d, ", 140.0), ("{", None)])
def test_targets_when_not_every_product_has_one_then_the_plant_has_none(tmp_path, cover, expected):
    path = tmp_path / "t.yaml"
    path.write_text(
        "vtwin: 1\nname: t\nrun: {horizon: 10 h}\nequipment: {a: {cycle: 1 min}}\nproducts:\n"
        "  flange: {target: 100 /d, route: [a]}\n"
        f"  cover: {cover}route: [a]}}\n"
        "orders: [{product: flange, every: 5 min}, {product: cover, every: 9 min}]\n",
        encoding="utf-8",
    )
    assert build(load(path)).targets.get("good_per_day") == pytest.approx(expected)
