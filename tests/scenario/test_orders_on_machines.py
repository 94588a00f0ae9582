"""Orders that are made on machines of their own, in a file and in a table."""

import pytest

from vtwin.base.errors import Refused
from vtwin.engines.choose import engine
from vtwin.plant.primitives import NONE
from vtwin.results.kpi import measure
from vtwin.results.scrap import scrap_rows
from vtwin.scenario import build, diff, load

PLANT = """\
vtwin: 1
name: shop
run: {horizon: 20 h, replications: 2}
equipment:
  mill-1: {cycle: 5 min}
  mill-2: {cycle: 7 min}
  saw: {cycle: 5 min, count: 2}
  wash: {cycle: 1 min}
products:
  flange: {route: [{op: cut, on: [mill-1, mill-2]}, {op: clean, on: wash}]}
  shaft:
    route:
      - {op: cut, on: [mill-1, mill-2], rework: {to: cut, chance: 10 %}}
      - {op: saw, on: [mill-2, saw]}
"""
TABLE = (
    "order,product,quantity,on\nA.1,flange,5,\nB,flange,4,mill-2\nC,shaft,3,cut=mill-1;saw=saw#2\n"
)


@pytest.fixture
def table(tmp_path):
    (tmp_path / "orders.csv").write_text(TABLE)
    file = tmp_path / "scenario.yaml"
    file.write_text(PLANT + "orders: [{table: orders.csv}]\n")
    return load.load(file)


def written(tmp_path, *orders):
    file = tmp_path / "scenario.yaml"
    file.write_text(PLANT + "orders:\n" + "".join(f"  - {order}\n" for order in orders))
    return load.load(file)


def ways(program):
    """By order: the machines of each operation on its main way."""
    found = {}
    for order in program.orders:
        route = program.products[order.product].route
        here = route[0] if order.begins == NONE else order.begins
        machines = []
        while here >= 0:
            spec = program.operations[here]
            machines.append([program.machines[m.machine].name for m in spec.modes])
            if spec.stands_for == NONE:
                position = route.index(here)
                here = route[position + 1] if position + 1 < len(route) else -2
            else:
                here = spec.then
        found[order.name] = machines
    return found


def test_orders_when_they_name_machines_then_they_go_there_and_join_the_route_again(table):
    program = build.build(table)
    assert ways(program) == {
        "A.1": [["mill-1", "mill-2"], ["wash"]],
        "B": [["mill-2"], ["wash"]],
        "C": [["mill-1"], ["saw#2"]],
    }
    names = {operation.name for operation in program.operations}
    assert {"flange/cut@mill-2", "shaft/cut@cut=mill-1,saw=saw#2"} <= names
    assert "flange/clean@mill-2" not in names  # nothing is different from there on
    spec = next(o for o in program.operations if o.name == "shaft/cut@cut=mill-1,saw=saw#2")
    again = program.operations[spec.branches[0].operation]
    assert again is spec  # rework of the order stays on its machine


def test_orders_when_run_then_their_pieces_are_the_product_and_the_machine_theirs(table):
    program = build.build(table, overrides={"orders.A.1.on": "mill-1"})
    tally = engine("auto", program).simulate(program, 0, trace=True)
    figures = measure(program, tally)
    assert figures.products["flange"]["good_per_day"] * 20 / 24 == pytest.approx(9)
    made = dict.fromkeys(("mill-1", "mill-2"), 0)
    flat = [(m.machine, o) for o in program.operations for m in o.modes]
    for (machine, operation), pieces in zip(flat, tally.mode_pieces, strict=True):
        name = program.machines[machine].name
        if name in made and operation.name.startswith("flange"):
            made[name] += int(pieces)
    assert made == {"mill-1": 5, "mill-2": 4}


def test_order_of_a_table_when_set_by_path_then_it_is_changed(table):
    one = {"orders.A.1.on.cut": "mill-2", "orders.A.1.priority": "3", "orders.B.on": "any"}
    program = build.build(table, overrides=one)
    assert ways(program)["A.1"][0] == ["mill-2"]
    assert ways(program)["B"][0] == ["mill-1", "mill-2"]
    assert {o.name: o.priority for o in program.orders} == {"A.1": 3, "B": 0, "C": 0}


def test_entry_without_product_when_it_names_an_order_of_a_table_then_it_changes_that(tmp_path):
    (tmp_path / "orders.csv").write_text(TABLE)
    text = ("{table: orders.csv}", "{order: C, quantity: 7, due: 9 h, on: {saw: mill-2}}")
    program = build.build(written(tmp_path, *text))
    order = next(o for o in program.orders if o.name == "C")
    assert (order.quantity, order.due) == (7, 9 * 3600 * 10**9)
    assert ways(program)["C"] == [["mill-1"], ["mill-2"]]


def test_restriction_when_it_names_all_machines_then_the_program_is_that_without(tmp_path):
    plain = build.build(written(tmp_path, "{order: A, product: flange, quantity: 2}"))
    text = "{order: A, product: flange, quantity: 2, on: [mill-1, mill-2]}"
    assert build.build(written(tmp_path, text)).hash == plain.hash


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("product: flange, on: saw", "V326  order 'A': 'saw' cannot do 'flange'"),
        ("product: flange, on: {cut: saw}", "'saw' cannot do cut of 'flange'"),
        ("product: flange, on: {cut: mill-3}", "no equipment of this plant.*did you mean"),
        ("product: flange, on: {cat: mill-1}", "'cat' is no step of 'flange'.*did you mean 'cut'"),
        ("product: shaft, on: mill-2", "mill-2 could do several steps: cut, saw"),
        ("product: flange, on: {}", "V117.*names no step"),
    ],
)
def test_order_when_it_cannot_be_made_there_then_it_is_refused_with_its_line(tmp_path, order, said):
    with pytest.raises(Refused, match=said) as refused:
        build.build(written(tmp_path, f"{{order: A, quantity: 2, {order}}}"))
    assert "scenario.yaml:16" in str(refused.value)


def test_path_when_no_table_has_that_order_then_it_is_refused(table):
    with pytest.raises(Refused, match=r"V320.*no table has an order 'AA'"):
        build.build(table, overrides={"orders.AA.priority": "3"})


def test_scrap_when_orders_have_their_own_machines_then_it_is_told_by_step_once(table):
    program = build.build(table, overrides={"products.flange.route.cut.scrap": "30 %"})
    tally = engine("auto", program).simulate(program, 0)
    rows = scrap_rows(program, [tally])
    assert rows
    assert {(row.product, row.operation) for row in rows} == {("flange", "cut")}
    assert len({row.machine for row in rows}) == len(rows)  # one row each, whoever's order it was
    assert sum(row.pieces.mean for row in rows) == sum(tally.mode_scrap)


def test_difference_when_orders_move_then_it_says_where_to(table, tmp_path):
    one = {"orders.A.1.on.cut": "mill-2", "orders.B.priority": "3"}
    words = diff.describe(table.resolve(), table.resolve(None, one))
    assert words == ["order A.1 on mill-2", "order B priority 3"]
    own = written(tmp_path, "{order: A, product: flange, quantity: 2, on: mill-1}")
    words = diff.describe(own.resolve(), own.resolve(None, {"orders.A.on": "mill-2"}))
    assert words == ["order A on mill-1 → mill-2"]
    more = diff.describe(own.resolve(), own.resolve(None, {"orders.A.priority": "4"}))
    assert more == ["orders A priority not given → 4"]
