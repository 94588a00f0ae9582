from pathlib import Path

import pytest

from vtwin.scenario import diff, load

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
BASE = """\
vtwin: 1
name: base
run: {horizon: 1 d}
line: [a, b, c, d, e, f]
equipment: {a: {cycle: 1 min}, b: {cycle: 1 min}, c: {cycle: 1 min}, d: {cycle: 1 min}, e: {cycle: 1 min}, f: {cycle: {exponential: {mean: 1 min}}}}
"""


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ("one-more-lathe", ["lathes 3 → 4"]),
        ("second-setter", ["setter 1 → 2"]),
        ("smed", ["mill-1, mill-2: setup scale 100 % → 40 %"]),
    ],
)
def test_variant_when_described_then_in_words(variant, words):
    loaded = load.load(SCENARIOS / "two_mill_cell")
    assert diff.describe(loaded.resolve(), loaded.resolve(variant)) == words


def test_aisles_and_batteries_when_described_then_in_words():
    loaded = load.load(SCENARIOS / "heat_treatment")
    told = {
        v: diff.describe(loaded.resolve(), loaded.resolve(v))
        for v in loaded.resolve().tree.plain()["variants"]
    }
    assert told["nearest-first"] == ["agv: dispatch longest_wait → nearest"]
    assert told["one-way-loop"] == [
        "layout aisles ways A–B–C, C–D → nothing",
        "layout aisles one way D–E–A → A–B–C–D–E–A",
    ]
    assert told["charged"] == [
        "agv: battery none → (lasts 8 h, charge 1.5 h, standing 20 %, capacity 5 kWh)"
    ]


def test_same_when_described_then_nothing():
    loaded = load.load(SCENARIOS / "two_mill_cell")
    assert diff.describe(loaded, load.load(SCENARIOS / "two_mill_cell")) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"equipment.a.count": "3"}, ["a 1 → 3"]),
        ({"equipment.a.calendar": "day"}, ["a: calendar always → day"]),
        ({"equipment.f.cycle": "3 s"}, ["f: cycle exponential (mean 1 min) → 3 s"]),
        ({"equipment.g": "{cycle: 3 s}"}, ["g: added"]),
        ({"run.horizon": "2 d"}, ["run horizon 1 d → 2 d"]),
        ({"line": "[a, b]"}, ["line a, b, c, d, e, f → a, b"]),
        ({"equipment.*.scrap": "1 %"}, ["a, b, c and 3 more: scrap 0 % → 1 %"]),
        ({"equipment.a.mould_change": "36 min"}, ["a: mould change not given → 36 min"]),
    ],
)
def test_change_when_described_then_old_and_new_are_told(write, change, words):
    path = write(BASE)
    assert diff.describe(load.load(path), load.load(path, set=change)) == words


def test_removed_when_described_then_said(write):
    path = write(BASE)
    other = path.with_name("other.yaml")
    other.write_text("extends: s.yaml\nremove: [equipment.f]\n", encoding="utf-8")
    assert diff.describe(load.load(path), load.load(other)) == ["f: removed"]
