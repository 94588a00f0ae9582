"""Material lots, causes of scrap and process templates in the language."""

import pytest

from tests.scenario.conftest import spoiled
from vtwin.plant.primitives import Cause, Material
from vtwin.plant.template import figure
from vtwin.scenario import build, load

ROUTE = "  flange:\n    route:\n"
WASH = "{op: wash, on: washer, cycle: 1 min}"


def program(write, *edits, files=None, extra=""):
    return build.build(load.load(write(spoiled(*edits) + extra, files)))


def test_scrap_when_written_by_cause_then_the_total_is_scrap_and_causes_keep_their_shares(write):
    named = program(
        write, (WASH, "{op: wash, on: washer, cycle: 1 min, scrap: {cracks: 1.2 %, laps: 0.8 %}}")
    )
    (wash,) = (op for op in named.operations if op.name == "flange/wash")
    assert wash.scrap == 0.02
    assert wash.causes == (Cause("cracks", 0.012), Cause("laps", 0.008))
    plain = program(write, (WASH, "{op: wash, on: washer, cycle: 1 min, scrap: 2 %}"))
    (same,) = (op for op in plain.operations if op.name == "flange/wash")
    assert (same.scrap, same.causes) == (0.02, ())


def test_scrap_by_cause_when_written_at_tool_or_machine_then_it_holds_there(write):
    made = program(write, ("washer: {input: 5}", "washer: {input: 5, scrap: {rust: 3 %}}"))
    (wash,) = (op for op in made.operations if op.name == "flange/wash")
    assert wash.causes == (Cause("rust", 0.03),)


def test_material_when_in_lots_then_products_of_one_name_share_them(write):
    two = ROUTE.replace("flange", "hub") + "      - {op: turn, on: lathes, cycle: 2 min}\n"
    made = program(
        write,
        (
            ROUTE,
            "  flange:\n    material: {cost: 900 KRW, lot: 500 pieces, name: bar}\n    route:\n",
        ),
        (
            "orders:",
            two.replace("hub:", "hub:\n    material: {name: bar, cost: 700 KRW}") + "orders:",
        ),
        ("5 min}}}\n", "5 min}}}\n  - {product: hub, every: 9 min}\n"),
    )
    assert made.materials == (Material("bar", 500),)
    assert [(p.name, p.material, p.material_cost) for p in made.products] == [
        ("flange", 0, 900.0), ("hub", 0, 700.0),
    ]  # fmt: skip


def test_material_when_only_a_price_then_there_are_no_lots(write):
    made = program(write, (ROUTE, "  flange:\n    material: 900 KRW\n    route:\n"))
    assert (made.materials, made.products[0].material_cost) == ((), 900.0)


TEMPLATE = """\
  flange:
    template:
      material: 42CrMo4
      composition: {C: 0.42 %, Cr: 1.05 %}
      settings: {turn: {speed: 900 rpm, feed: 0.2 mm/rev}}
      property: {hardness: 45 HRC}
    route:
"""


def test_template_when_written_then_it_is_carried_beside_the_program(write):
    made = program(write, (ROUTE, TEMPLATE))
    template = made.templates["flange"]
    assert template.settings_of("flange/turn") == (
        ("speed", figure("900 rpm")), ("feed", figure("0.2 mm/rev")),
    )  # fmt: skip
    assert template.to_json()["composition"] == {
        "C": {"value": 0.42, "unit": "%"}, "Cr": {"value": 1.05, "unit": "%"},
    }  # fmt: skip
    assert made.hash == program(write).hash  # it decides no result


def test_template_when_a_file_extends_another_then_it_is_inherited_and_changed(write, tmp_path):
    write(spoiled((ROUTE, TEMPLATE)))
    child = tmp_path / "child.yaml"
    child.write_text(
        "vtwin: 1\nextends: s.yaml\nproducts: {flange: {template: {property: {hardness: 48 HRC}}}}\n"
    )
    template = build.build(load.load(child)).templates["flange"]
    assert template.material == "42CrMo4"
    assert template.properties == (("hardness", figure("48 HRC")),)


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("scrap: {}", "V117", "names no cause"),
        ("scrap: {a: 60 %, b: 50 %}", "V203", "add up to 110 %"),
        ("scrap: {a: 3}", "V201", "without a unit"),
        ("scrap: [3 %]", "V124", "where one value is due"),
    ],
)
def test_scrap_when_wrong_then_told_where(told, written, code, said):
    (problem,) = told((WASH, WASH.replace("}", f", {written}}}")))
    assert (problem.code, problem.where.line) == (code, 9)
    assert said in problem.what


@pytest.mark.parametrize(
    ("written", "code", "said", "hint"),
    [
        ("material: {lots: 500}", "V115", "unknown key 'lots'", "lot"),
        ("material: {lot: 0 pieces}", "V203", "less than 1", "3"),
        ("material: {lot: 500 kg}", "V201", "a mass where a count is due", "pieces"),
        ("template: {composition: {C: 0.4}}", "V201", "without a unit", "%"),
        ("template: {composition: {C: 40 HRC}}", "V201", "is no share", "0.42 %"),
        ("template: {composition: {C: 60 %, Fe: 50 %}}", "V388", "adds up to 110 %", "balance"),
        ("template: {settings: {trun: {speed: 900 rpm}}}", "V388", "no operation", "turn"),
        ("template: {property: {hardness: 45 HRX}}", "V201", "is not a unit", "HRC"),
        ("template: {propertys: {hardness: 45 HRC}}", "V115", "unknown key", "property"),
    ],
)
def test_material_or_template_when_wrong_then_told_with_what_to_write(
    told, written, code, said, hint
):
    (problem,) = told((ROUTE, f"  flange:\n    {written}\n    route:\n"))
    assert problem.code == code, problem
    assert said in problem.what
    assert hint in problem.hint
    assert problem.where.line == 7


def test_lots_when_products_of_one_material_differ_then_told(told):
    two = "  hub:\n    material: {name: bar, lot: 300}\n    route:\n      - {op: turn, on: lathes, cycle: 2 min}\n"
    (problem,) = told(
        (ROUTE, "  flange:\n    material: {lot: 500, name: bar}\n    route:\n"),
        ("orders:", two + "orders:"),
        ("5 min}}}\n", "5 min}}}\n  - {product: hub, every: 9 min}\n"),
    )
    assert (problem.code, problem.where.line) == ("V389", 12)
    assert "lots of 500 for 'flange' and 300 here" in problem.what
