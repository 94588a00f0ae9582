"""Finding, checking and starting scenarios."""

import pytest

from vtwin.app import scenarios
from vtwin.base.errors import Refused

BROKEN = """\
vtwin: 1
name: broken
run: {horizon: 10 h, warmup: 1 h, replications: 2, seed: 5}
line: [s1, s2, sx]
equipment:
  s1: {cycle: {exponentia: {mean: 1 min}}}
  s2: {cycle: 55}
variants:
  wild: {set: {equipment.s9.count: 3}}
"""


def test_starter_when_new_then_it_is_in_order_with_its_variants(tmp_path):
    file = scenarios.new(tmp_path / '우리 "공장"')
    checked = scenarios.check(file)
    assert checked.ok, checked.problems
    assert checked.problems == ()
    assert checked.name == '우리 "공장"'
    assert checked.variants == ("third-mill", "more-places")


def test_new_when_the_folder_holds_something_then_nothing_is_touched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="V653"):
        scenarios.new(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [("two_mill_cell", "two_mill_cell"), ("forging", "forging_line"), ("molding", "cells/molding")],
)
def test_new_when_from_a_shipped_one_then_its_whole_folder_is_copied(said, meant, tmp_path):
    file = scenarios.new(tmp_path / "mine", source=said)
    assert scenarios.check(file).ok
    origin = scenarios.find(meant).parent
    copied = {p.name: p.read_bytes() for p in file.parent.iterdir()}
    assert copied == {p.name: p.read_bytes() for p in origin.iterdir() if p.name != "expected.yaml"}


@pytest.mark.parametrize("name", [n for n in scenarios.shipped_scenarios() if "/" not in n])
def test_new_when_from_any_shipped_line_then_the_copy_is_in_order_where_it_lies(name, tmp_path):
    assert scenarios.check(scenarios.new(tmp_path / "mine", source=name)).ok


def test_new_when_from_an_equipment_model_then_its_smallest_plant_is_written(tmp_path):
    file = scenarios.new(tmp_path / "mine", source="forging/induction_heater")
    assert scenarios.check(file).problems == ()
    assert "billet_mass: 9 kg" in file.read_text(encoding="utf-8")


def test_new_when_from_a_misspelt_one_then_the_nearest_is_named_and_nothing_written(tmp_path):
    with pytest.raises(Refused, match="did you mean 'two_mill_cell'"):
        scenarios.new(tmp_path / "other", source="two_mil_cell")
    with pytest.raises(Refused, match="did you mean 'forging'"):
        scenarios.new(tmp_path / "other", source="forgin")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("name", ["three_in_a_row", "cells/molding"])
def test_shipped_scenario_when_named_then_it_is_found_unless_a_file_of_that_name_is_there(
    name, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert scenarios.find(name).is_file()
    (tmp_path / "three_in_a_row").mkdir()
    (tmp_path / "three_in_a_row" / "scenario.yaml").write_text("vtwin: 1")
    assert scenarios.find("three_in_a_row").read_text() == "vtwin: 1"


def test_scenario_when_misspelt_then_the_nearest_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plant.yaml").write_text("")
    with pytest.raises(Refused, match=r"did you mean 'plant\.yaml'"):
        scenarios.find("plnt.yaml")


def test_check_when_much_is_wrong_then_all_of_it_is_told_with_lines_and_without_raising(tmp_path):
    (tmp_path / "b.yaml").write_text(BROKEN, encoding="utf-8")
    checked = scenarios.check(tmp_path / "b.yaml")
    assert not checked.ok
    lines = {p.where.line for p in checked.problems}
    assert {6, 7} <= lines
    assert checked.to_json()["ok"] is False


def test_library_when_listed_then_each_figure_has_its_source():
    families, problems = scenarios.library()
    assert problems == []
    assert {f.name for f in families} >= {"machining", "molding", "storage"}
    for model in [m for f in families for m in f.models]:
        assert model.package is None
        assert model.doc["en"]
        assert model.doc["ko"]
        assert all(p.source for p in model.parameters)
    assert scenarios.model("buffer").name == "storage/buffer"


def test_model_when_shown_then_what_it_leaves_open_is_told_and_nothing_of_other_kinds():
    hammer = scenarios.model("hammer")
    given, more = {p.name: p for p in hammer.parameters}, {w.name: w for w in hammer.more}
    assert given["die_change"].value == "90 min"
    assert given["die_change"].meaning
    assert more["preheated_outside"].default == "false"
    assert not given.keys() & more.keys()
    assert "heating_power" not in more  # a hammer has none
    told = hammer.to_json()
    assert told["parameters"]["blows"]["source"]
    assert told["package"] is None


def test_family_when_shown_then_its_models_are_there_and_an_unknown_one_is_none():
    family = scenarios.family_entry("transport")
    assert "transport/agv" in family.to_json()["models"]
    assert scenarios.family_entry("transprot") is None
    with pytest.raises(Refused, match="did you mean"):
        scenarios.model("transport/agvs")


def test_difference_when_asked_between_two_files_then_it_is_in_words(tmp_path):
    text = scenarios.find("three_in_a_row").read_text()
    (tmp_path / "b.yaml").write_text(text.replace("capacity: 5", "capacity: 9"))
    assert scenarios.diff("three_in_a_row", tmp_path / "b.yaml") == ["b1: capacity 5 → 9"]


def test_schema_when_exported_then_it_is_one_that_editors_take():
    schema = scenarios.schema()
    assert {"equipment", "line", "run"} <= schema["properties"].keys()
