"""Batches, parts and carriers: what the words become."""

from __future__ import annotations

from vtwin.base.units import ticks
from vtwin.plant.primitives import NEVER, NONE, UNLIMITED, Kit
from vtwin.scenario import build, load

PUMPS = """\
vtwin: 1
name: pumps
run: {horizon: 5 d}
carriers:
  pallet: {count: 6, name: Euro pallet}
products:
  flange:
    stock: 40
    route:
      - {op: OP10, on: lathe, cycle: 3 min, takes: pallet}
      - {op: wash, on: washer, batch: {size: 20, wait: 15 min}, cycle: 12 min, returns: pallet}
  housing: {}
  pump:
    parts: {housing: 1, flange: 2}
    route: [{op: join, on: bench, cycle: 5 min}]
orders:
  - {product: flange, saturated: true}
  - {product: housing, every: 6 min}
  - {product: pump, quantity: 9, lot: 3}
equipment: {lathe: {input: 5}, washer: {}, bench: {}}
"""


def program(write, *changes):
    text = PUMPS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return build.build(load.load(write(text)))


def test_parts_when_written_then_components_have_stocks_and_the_first_step_a_kit(write):
    made = program(write)
    assert [(s.name, s.places) for s in made.stocks] == [("flange", 40), ("housing", UNLIMITED)]
    assert {p.name: p.stock for p in made.products} == {"flange": 0, "housing": 1, "pump": NONE}
    operations = {o.name: o for o in made.operations}
    assert operations["pump/join"].kit == (Kit(0, 2), Kit(1, 1))
    assert made.products[1].route == ()


def test_kit_when_a_step_says_it_then_it_is_its_own(write):
    made = program(
        write,
        ("    parts: {housing: 1, flange: 2}\n", ""),
        (
            "cycle: 5 min}]",
            "cycle: 5 min}, {op: close, on: lathe, cycle: 1 min, kit: {flange: 2}}]",
        ),
        ("  - {product: housing, every: 6 min}\n", ""),
        ("  housing: {}\n", ""),
    )
    kits = {o.name: o.kit for o in made.operations if o.product == 1}
    assert kits == {"pump/close": (Kit(0, 2),), "pump/join": ()}


def test_carriers_when_a_step_takes_several_then_they_are_told_by_number(write):
    made = program(
        write,
        ("carriers:\n", "carriers:\n  jig: {count: 2}\n"),
        ("takes: pallet", "takes: [pallet, jig]"),
        ("returns: pallet", "returns: [pallet, jig]"),
    )
    assert [c.name for c in made.carriers] == ["jig", "pallet"]
    assert {o.taken for o in made.operations} == {(), (0, 1)}
    assert {o.returned for o in made.operations} == {(), (0, 1)}


def test_carrier_when_written_then_steps_take_and_return_it(write):
    made = program(write)
    assert [(c.name, c.count) for c in made.carriers] == [("pallet", 6)]
    operations = {o.name: o for o in made.operations}
    assert (operations["flange/OP10"].takes, operations["flange/OP10"].returns) == (0, NONE)
    assert (operations["flange/wash"].takes, operations["flange/wash"].returns) == (NONE, 0)
    assert made.place("carriers.pallet").line == 5
    assert made.labels["carriers.pallet"] == "Euro pallet"


def batch(write, text):
    (made,) = program(write, ("batch: {size: 20, wait: 15 min}", f"batch: {text}")).batches
    return made.least, made.most, made.wait


def test_batch_when_only_some_numbers_are_written_then_the_others_follow(write):
    assert batch(write, "{size: 20}") == (20, 20, NEVER)
    assert batch(write, "{size: 20, wait: 15 min}") == (1, 20, ticks(900))
    assert batch(write, "{size: 20, at_least: 5}") == (5, 20, 0)
    assert batch(write, "{size: 20, at_least: 5, wait: 15 min}") == (5, 20, ticks(900))
    assert batch(write, "{size: 20, at_least: 20}") == (20, 20, NEVER)


def test_batch_when_the_machine_says_it_then_all_products_go_together(write):
    made = program(
        write,
        (", batch: {size: 20, wait: 15 min}", ""),
        ("washer: {}", "washer: {batch: {size: 8}}"),
        ("cycle: 5 min}]", "cycle: 5 min}, {op: rinse, on: washer, cycle: 9 min}]"),
    )
    assert [b.name for b in made.batches] == ["washer/all"]
    assert {o.name: o.batch for o in made.operations} == {
        "flange/OP10": NONE, "flange/wash": 0, "pump/join": NONE, "pump/rinse": 0,
    }  # fmt: skip


def test_batch_when_steps_name_recipes_then_those_of_one_recipe_go_together(write):
    made = program(
        write,
        ("{size: 20, wait: 15 min}", "{recipe: cold}"),
        ("washer: {}", "washer: {batch: {size: 8}}"),
        (
            "cycle: 5 min}]",
            "cycle: 5 min}, {op: rinse, on: washer, cycle: 9 min, batch: {recipe: cold}},"
            " {op: dry, on: washer, cycle: 9 min, batch: {size: 2}}]",
        ),
    )
    assert [(b.name, b.most) for b in made.batches] == [("washer/cold", 8), ("washer/pump/dry", 2)]


def test_run_when_pumps_are_put_together_then_they_leave_and_parts_do_not(write):
    from vtwin.engines.reference import simulate

    tally = simulate(program(write), 0)
    assert tally.product_good.tolist()[2] == 9
    assert tally.stock_taken.tolist() == [18, 9]
