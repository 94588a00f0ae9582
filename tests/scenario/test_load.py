"""Files on top of files: extends, set, remove, variants, library models."""

import pytest

from vtwin.base.errors import Refused
from vtwin.scenario import build, load

BASE = """\
vtwin: 1
name: base
run: {horizon: 1 d}
line: [a, b, c]
equipment:
  a: {cycle: {exponential: {mean: 1 min}}}
  b: {capacity: 3}
  c: {cycle: 55 s}
  NO.01: {cycle: 1 s}
"""


def _problems(loaded, variant=None):
    return [(p.code, p.where.line, p.hint) for p in loaded.resolve(variant).problems]


def _plain(loaded, variant=None):
    return loaded.resolve(variant).tree.plain()


def test_extends_when_named_then_this_file_lies_over_the_other(write):
    over = "extends: base.yaml\nname: over\nequipment: {a: {count: 2}, c: {cycle: {exponential: {mean: 9 s}}}}\n"
    loaded = load.load(write(over, {"base.yaml": BASE}))
    equipment = _plain(loaded)["equipment"]
    assert loaded.document.name == "over"
    assert equipment["a"] == {"cycle": {"exponential": {"mean": "1 min"}}, "count": "2"}
    assert equipment["c"] == {"cycle": {"exponential": {"mean": "9 s"}}}
    assert len(loaded.files) == 2


def test_extends_when_another_distribution_is_written_then_it_replaces(write):
    over = "extends: base.yaml\nequipment: {a: {cycle: {gamma: {mean: 9 s, cv: 1}}}}\n"
    loaded = load.load(write(over, {"base.yaml": BASE}))
    assert _plain(loaded)["equipment"]["a"] == {"cycle": {"gamma": {"mean": "9 s", "cv": "1"}}}


def test_extends_when_in_another_folder_then_relative_and_errors_point_there(write):
    over = "extends: plants/base.yaml\nname: over\n"
    wrong = BASE.replace("55 s", "55")
    loaded = load.load(write(over, {"plants/base.yaml": wrong}))
    (problem,) = loaded.problems
    assert problem.where.file.endswith("plants/base.yaml")
    assert problem.where.line == 8


def test_extends_when_missing_then_told_where_it_is_written(write):
    loaded = load.load(write("vtwin: 1\nextends: bsae.yaml\n", {"base.yaml": BASE}))
    (problem,) = build.check(loaded.path)
    assert (problem.code, problem.where.line) == ("V118", 2)
    assert "base.yaml" in problem.hint


def test_extends_when_in_a_circle_then_told(write):
    files = {"b.yaml": "extends: c.yaml\n", "c.yaml": "extends: s.yaml\n"}
    loaded = load.load(write("extends: b.yaml\n", files))
    assert [p.code for p in loaded.found] == ["V119"]
    assert "s.yaml → " in loaded.found[0].what


def test_extends_when_a_file_extends_itself_then_told(write):
    assert [p.code for p in load.load(write("extends: s.yaml\n")).found] == ["V119"]


def test_set_and_remove_when_on_a_base_then_applied(write):
    over = "extends: base.yaml\nset: {equipment.b.capacity: 9, equipment.NO.01.count: 4}\nremove: [equipment.a]\n"
    loaded = load.load(write(over, {"base.yaml": BASE}))
    equipment = _plain(loaded)["equipment"]
    assert equipment["b"]["capacity"] == "9"
    assert equipment["NO.01"] == {"cycle": "1 s", "count": "4"}
    assert "a" not in equipment


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("set: {equipment.bb.capacity: 3}", "did you mean 'b'?"),
        ("set: {equipmnt.b.capacity: 3}", "did you mean 'equipment'?"),
        ("set: {equipment.d: 3 s}", "there are: a, b, c, NO.01"),
        ("remove: [equipment.b.capcity]", "did you mean 'capacity'?"),
        ("remove: [orders]", "there are: "),
    ],
)
def test_path_when_it_leads_nowhere_then_told_at_its_line(write, change, hint):
    loaded = load.load(write(BASE + change + "\n"))
    ((code, line, said),) = _problems(loaded)
    assert (code, line) == ("V120", 10)
    assert hint in said


def test_path_when_its_key_is_new_but_unknown_then_told_as_unknown_key(write):
    found = build.check(write(BASE + "set: {equipment.b.capcity: 3}\n"))
    told = [(p.code, p.where.line, p.hint) for p in found if p.severity == "error"]
    assert told == [("V115", 10, "did you mean 'capacity'?")]


def test_path_when_inside_something_not_yet_written_then_made(write):
    loaded = load.load(
        write(BASE + "set: {equipment.a.setup.time: 3 min, costs.energy: 9 KRW/kWh}\n")
    )
    assert _plain(loaded)["equipment"]["a"]["setup"] == {"time": "3 min"}
    assert loaded.document.costs.energy.value == 9


def test_path_when_it_has_a_star_then_every_id(write):
    loaded = load.load(
        write(BASE + "set: {equipment.*.area: hall}\nremove: [equipment.*.capacity]\n")
    )
    equipment = _plain(loaded)["equipment"]
    assert {entry["area"] for entry in equipment.values()} == {"hall"}
    assert "capacity" not in equipment["b"]


def test_path_when_into_a_list_then_by_operation_product_or_position(write):
    text = (
        "vtwin: 1\nname: x\nrun: {horizon: 1 d}\nequipment: {a: {}}\n"
        "products: {p: {route: [{op: one, on: a, cycle: 1 s}, {op: two, on: a, cycle: 1 s}]}}\n"
        "orders: [{product: p, every: 5 s}, {product: p, order: B, every: 6 s}]\n"
        "set: {products.p.route.two.cycle: 7 s, orders.p.every: 8 s, orders.1.lot: 3}\n"
    )
    document = load.load(write(text)).document
    assert [step.cycle.mean for step in document.products["p"].route] == [1, 7]
    assert [order.every.mean for order in document.orders] == [8, 6]
    assert document.orders[1].lot == 3


def test_variants_when_named_then_each_is_its_own_plant(write):
    variants = "variants:\n  wide: {set: {equipment.b.capacity: 8}}\n  short: {description: x, remove: [equipment.NO.01]}\n"
    loaded = load.load(write(BASE + variants))
    assert load.variants(loaded) == ["wide", "short"]
    assert _plain(loaded, "wide")["equipment"]["b"]["capacity"] == "8"
    assert _plain(loaded)["equipment"]["b"]["capacity"] == "3"
    assert build.build(loaded, "wide").hash != build.build(loaded).hash


def test_variant_when_unknown_then_the_nearest_is_told(write):
    loaded = load.load(write(BASE + "variants: {wide: {set: {equipment.b.capacity: 8}}}\n"))
    with pytest.raises(Refused) as refused:
        build.build(loaded, "wied")
    assert refused.value.problems[0].code == "V121"
    assert refused.value.problems[0].hint == "did you mean 'wide'?"


def test_set_on_the_command_line_when_a_mapping_then_read_as_yaml(write):
    loaded = load.load(write(BASE), set={"equipment.a.cycle": "{constant: {value: 3 s}}"})
    assert loaded.document.equipment["a"].cycle.mean == 3


def test_set_on_the_command_line_when_wrong_then_told_by_its_path(write):
    loaded = load.load(write(BASE), set={"equipment.a.cycle": "3"})
    (problem,) = loaded.problems
    assert problem.code == "V201"
    assert "--set equipment.a.cycle" in str(problem)


def test_model_when_named_then_its_parameters_lie_under_the_written_ones(write):
    loaded = load.load(
        write(
            BASE.replace(
                "{cycle: 55 s}", "{model: molding/injection_50t, cycle: 9 s, start_up: 1 min}"
            )
        )
    )
    entry = _plain(loaded)["equipment"]["c"]
    assert entry["mould_change"] == "40 min"
    assert entry["start_up"] == "1 min"


OVEN = "doc: {en: x, ko: 가}\nparameters: {changeover: {value: 7 min, source: measured}}\n"


def test_model_when_beside_the_scenario_then_it_wins(write):
    files = {"library/machining/turning_center.yaml": OVEN, "library/machining/own.yaml": OVEN}
    text = BASE.replace("55 s", "55 s, model: machining/own").replace(
        "1 s", "1 s, model: machining/turning_center"
    )
    equipment = _plain(load.load(write(text, files)))["equipment"]
    assert equipment["c"]["changeover"] == "7 min"
    assert equipment["NO.01"]["changeover"] == "7 min"
    assert "loading" not in equipment["NO.01"]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (OVEN.replace(", source: measured", ""), "source"),
        (OVEN + "extra: 1\n", "'extra'"),
    ],
)
def test_model_when_badly_written_then_told_in_its_own_file(write, model, said):
    text = BASE.replace("55 s", "55 s, model: machining/own")
    loaded = load.load(write(text, {"library/machining/own.yaml": model}))
    (problem,) = loaded.problems
    assert problem.code == "V704"
    assert said in problem.what
    assert problem.where.file.endswith("own.yaml")


def test_model_when_a_value_of_it_is_wrong_then_told_in_the_library_file(write):
    text = BASE.replace("55 s", "55 s, model: machining/own")
    path = write(text, {"library/machining/own.yaml": OVEN.replace("7 min", "7")})
    with pytest.raises(Refused) as refused:
        build.build(load.load(path))
    (problem,) = refused.value.problems
    assert problem.code == "V201"
    assert problem.where.file.endswith("own.yaml")


def test_hashes_when_asked_then_every_file_read_is_there(write):
    text = BASE.replace("55 s", "{trace: {file: t.csv, column: c, unit: s}}")
    loaded = load.load(write("extends: base.yaml\n", {"base.yaml": text, "t.csv": "c\n3\n4\n"}))
    build.build(loaded)
    names = {name.rsplit("/", 1)[-1] for name in loaded.hashes}
    assert names == {"s.yaml", "base.yaml", "t.csv"}
    assert all(value.startswith("sha256:") and len(value) == 71 for value in loaded.hashes.values())


def test_warnings_when_there_are_any_then_loaded_tells_them(write):
    loaded = load.load(write(BASE))
    assert [p.code for p in loaded.warnings] == ["V334"]
