"""Orders that are made with another tool than the one their route names."""

import pytest

from vtwin.base.errors import Refused
from vtwin.base.units import TICKS_PER_SECOND
from vtwin.engines.choose import engine
from vtwin.plant.trace import Event
from vtwin.results.kpi import measure
from vtwin.scenario import build, diff, load

PLANT = """\
vtwin: 1
name: presses
run: {horizon: 40 h, replications: 1, stop: orders_done}
equipment:
  press-1: {setup: {time: 30 min}}
  press-2: {setup: {time: 30 min}}
  pack: {cycle: 1 s}
tools:
  one: {on: [press-1, press-2], cycle: 30 s, cavities: 1, at_start: press-1}
  four: {on: press-2, cycle: 40 s, cavities: 4}
  lid: {on: [press-1, press-2], cycle: 20 s, cavities: 2}
products:
  box:
    lot: 20
    route: [{op: mould, tool: %s, other_tools: [%s]}, {op: pack, on: pack}]
  cap: {lot: 20, route: [{op: mould, tool: lid}, {op: pack, on: pack}]}
orders:
"""


def written(tmp_path, *orders, tool="one", other="four", change=("", "")):
    text = PLANT % (tool, other) + "".join(f"  - {order}\n" for order in orders)
    file = tmp_path / "scenario.yaml"
    file.write_text(text.replace(*change) if change[0] else text)
    return load.load(file)


def box(more="", name="A"):
    return f"{{order: {name}, product: box, quantity: 200{more}}}"


CAP = "{order: C, product: cap, quantity: 100, on: press-2}"


def times(program, runner):
    """The times of the trace without its numbers, which follow the names of operations."""
    trace = runner.simulate(program, 0, trace=True).trace
    return list(zip(trace.time.tolist(), trace.kind.tolist(), trace.item.tolist(), strict=True))


@pytest.mark.parametrize("name", ["reference", "auto"])
def test_order_when_it_names_a_tool_then_it_runs_as_if_its_route_named_that(tmp_path, name):
    ordered = build.build(written(tmp_path, box(", tool: four"), CAP))
    routed = build.build(written(tmp_path, box(), CAP, tool="four", other="one"))
    found = [times(p, engine(name, p)) for p in (ordered, routed)]
    assert len(found[0]) > 50
    assert found[0] == found[1]  # set-up of the press from lid to four included
    tallies = [engine("auto", p).simulate(p, 0) for p in (ordered, routed)]
    kpis = [measure(p, t).kpis for p, t in zip((ordered, routed), tallies, strict=True)]
    assert kpis[0].keys() == kpis[1].keys()
    told = [k for k, value in kpis[0].items() if value is not None]
    assert len(told) > 10
    assert [kpis[0][k] for k in told] == pytest.approx([kpis[1][k] for k in told], nan_ok=True)


def test_operation_when_made_with_another_tool_then_it_has_the_figures_of_that(tmp_path):
    program = build.build(written(tmp_path, box(", tool: {mould: four}"), box(name="B")))
    names = [operation.name for operation in program.operations]
    base, other = (
        program.operations[names.index(n)] for n in ("box/mould", "box/mould@mould=press-2+four")
    )
    assert program.operations[other.stands_for] is base
    assert (base.pieces_per_cycle, other.pieces_per_cycle) == (1, 4)
    assert [program.tools[o.tool].name for o in (base, other)] == ["one", "four"]
    assert [program.machines[m.machine].name for m in other.modes] == ["press-2"]
    assert [m.planned_s for m in other.modes] == [40.0]
    assert base.setup_key != other.setup_key
    tally = engine("auto", program).simulate(program, 0)
    flat = [(o.name, m) for o in program.operations for m in o.modes]
    made = {}
    for (name, _), pieces in zip(flat, tally.mode_pieces, strict=True):
        if pieces:
            made[name] = made.get(name, 0) + int(pieces)
    assert made == {"box/mould": 200, "box/mould@mould=press-2+four": 200, "box/pack": 400}


def test_tool_when_it_is_that_of_the_route_or_nobody_asks_then_the_program_is_the_same(tmp_path):
    plain = build.build(written(tmp_path, box()))
    assert build.build(written(tmp_path, box(", tool: one"))).hash == plain.hash
    assert all(o.stands_for < 0 for o in plain.operations)


def test_set_up_when_orders_change_the_tool_on_a_press_then_it_takes_its_time(tmp_path):
    """One press: 5 lots of one (20 x 30 s), 30 min, 5 lots of four (5 x 40 s); then 20 s of pack."""
    orders = (
        "{order: A, product: box, quantity: 100, on: press-2, tool: one}",
        "{order: B, product: box, quantity: 100, on: press-2, tool: four, release: 1 min}",
    )
    change = ("at_start: press-1", "at_start: press-2")
    program = build.build(written(tmp_path, *orders, change=change))
    for name in ("reference", "auto"):
        trace = engine(name, program).simulate(program, 0, trace=True).trace
        end = 5 * 600 + 1800 + 5 * 200 + 20
        assert max(trace.time[trace.kind == Event.LEAVE]) == end * TICKS_PER_SECOND


def test_order_of_a_table_when_its_tool_is_set_by_path_or_column_then_it_is_made_with_it(tmp_path):
    (tmp_path / "orders.csv").write_text("order,product,quantity,tool\nA,box,20,four\nB,box,20,\n")
    loaded = written(tmp_path, "{table: orders.csv}")
    program = build.build(loaded)
    begins = {o.name: o.begins for o in program.orders}
    assert begins["A"] >= 0 > begins["B"]
    one = {"orders.A.tool": "one", "orders.B.tool": "four"}
    program = build.build(loaded, overrides=one)
    begins = {o.name: o.begins for o in program.orders}
    assert begins["B"] >= 0 > begins["A"]
    words = diff.describe(loaded.resolve(), loaded.resolve(None, one))
    assert words == ["order A with one", "order B with four"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (", tool: fuor", "V326  order 'A': 'fuor' is no tool.*did you mean 'four'"),
        (", tool: lid", "'box' cannot be made with 'lid'.*four, one"),
        (", tool: {mold: four}", "'mold' is no step of 'box'.*did you mean 'mould'"),
        (", tool: {pack: four}", "pack of 'box' cannot be made with 'four'"),
        (", tool: four, on: press-1", "'press-1' cannot do mould of 'box'"),
        (", tool: {}", "V117.*names no step"),
        (", tool: [four]", "V124.*a tool is due here"),
    ],
)
def test_order_when_its_tool_cannot_make_it_then_it_is_refused_with_its_line(tmp_path, more, said):
    more = more.replace("on: press-1", "on: {mould: press-1}")
    with pytest.raises(Refused, match=f"(?s){said}") as refused:
        build.build(written(tmp_path, box(more)))
    assert "scenario.yaml:18" in str(refused.value)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("for", "V306.*'for' is no tool.*did you mean"),
        ("one", "V317.*'one' is a tool of this step already"),
        ("four, four", "V317.*'four' is a tool of this step already"),
    ],
)
def test_other_tools_when_they_are_none_then_they_are_refused_with_their_line(
    tmp_path, other, said
):
    with pytest.raises(Refused, match=f"(?s){said}") as refused:
        build.build(written(tmp_path, box(), other=other))
    assert "scenario.yaml:15" in str(refused.value)


def test_other_tools_when_they_fit_no_machine_of_the_step_then_that_is_refused(tmp_path):
    change = ("{op: mould, tool: one,", "{op: mould, tool: one, on: press-1,")
    with pytest.raises(Refused, match=r"(?s)V317.*with 'four'.*fits none of press-1"):
        build.build(written(tmp_path, box(), change=change))
    change = ("{op: mould, tool: one,", "{op: mould, on: press-1, cycle: 3 s,")
    with pytest.raises(Refused, match=r"(?s)V317.*other tools, and none of its own"):
        build.build(written(tmp_path, box(), change=change))


def test_order_when_its_step_is_a_batch_then_no_other_tool_is_for_it_alone(tmp_path):
    change = ("other_tools: [four]", "other_tools: [four], batch: {size: 2, wait: 1 h}")
    with pytest.raises(Refused, match=r"V326.*'mould' is done in batches"):
        build.build(written(tmp_path, box(", tool: four"), change=change))


def test_rework_when_an_order_has_its_tool_then_what_is_sent_back_stays_with_it(tmp_path):
    change = (
        "{op: pack, on: pack}]\n  cap",
        "{op: pack, on: pack, rework: {to: mould, chance: 20 %}}]\n  cap",
    )
    program = build.build(written(tmp_path, box(", tool: four"), change=change))
    order = program.orders[0]
    begin = program.operations[order.begins]
    last = program.operations[begin.then]
    assert last.branches[0].operation == order.begins
