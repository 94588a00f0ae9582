"""Which order with which mould: a search whose best is known from every assignment there is."""

from itertools import product

import pytest

from vtwin.app.reallocation import optimise
from vtwin.base.errors import Refused
from vtwin.engines.choose import engine
from vtwin.results.kpi import measure
from vtwin.scenario import build, load, reallocating
from vtwin.scenario.decisions import Design
from vtwin.studies.orders import Builder, Twin, mean_times, neighbours
from vtwin.studies.relaxation import shop
from vtwin.studies.space import Space

LOTS = {"A": 7, "B": 5, "C": 3, "D": 2, "E": 6}
#: Seconds per lot of 20: 20 shots of 30 s, 7 shots (3 cavities) of 40 s.
SECONDS = {"one": 600, "three": 280}

PLANT = """\
vtwin: 1
name: two moulds
run: {horizon: 60 h, replications: 3, seed: 5, stop: orders_done}
equipment: {press-1: {dispatch: priority}, press-2: {dispatch: priority}, pack: {cycle: 1 ms}}
tools:
  one: {on: %s, cycle: 30 s, cavities: 1}
  three: {on: press-2, cycle: 40 s, cavities: 3}
products:
  box: {lot: 20, route: [{op: mould, tool: one, other_tools: [three]}, {op: pack, on: pack}]}
orders:
"""


def file_of(tmp_path, section, fits="press-1", lots=LOTS):
    text = PLANT % fits
    for order, number in lots.items():
        text += f"  - {{order: {order}, product: box, quantity: {20 * number}}}\n"
    text += f"reallocate:\n  orders: {section}\n  goal: {{minimise: makespan_s, within: 0.1 %}}\n"
    file = tmp_path / "plant.yaml"
    file.write_text(text)
    return file


def longest(tools):
    """Each mould is on a press of its own and works without a break."""
    made = [sum(LOTS[o] * SECONDS[t] for o, t in tools.items() if t == tool) for tool in SECONDS]
    return float(max(made))


def test_moulds_when_every_assignment_is_known_then_the_best_is_found(tmp_path):
    every = [dict(zip(LOTS, tools, strict=True)) for tools in product(SECONDS, repeat=len(LOTS))]
    best = min(map(longest, every))
    assert best < longest(dict.fromkeys(LOTS, "three")) < longest(dict.fromkeys(LOTS, "one"))
    file = file_of(tmp_path, "{tool: all}")
    found = optimise(file, store=False, out=tmp_path / "plan.yaml")
    settings = dict(found.outcome.best.design.settings)
    tools = {order: settings[f"orders.{order}.tool"].strip('"') for order in LOTS}
    assert longest(tools) == best
    words = [found.said(step.move) for step in found.plan.steps]
    told = {f"make {o} with three (today: one)" for o, t in tools.items() if t == "three"}
    assert set(words) == told
    assert set(found.changes(found.outcome.best.design)) == {
        f"{o} with three" for o, t in tools.items() if t == "three"
    }
    (tmp_path / "plan.yaml").write_text(found.text)
    saved = build.build(load.load(tmp_path / "plan.yaml"), "plan")
    written = build.build(load.load(file), overrides=found.outcome.best.design.overrides)
    assert saved.hash == written.hash
    figures = measure(saved, engine("auto", saved).simulate(saved, 0))
    assert figures.kpis["makespan_s"] == pytest.approx(best, abs=1.0)


def test_designs_of_tools_when_made_from_another_then_they_are_those_that_are_built(tmp_path):
    lots = {"A": 2, "B": 1}
    file = file_of(tmp_path, "{sequence: all, on: all, tool: all}", "[press-1, press-2]", lots)
    loaded = load.load(file)
    real = reallocating.read(loaded)
    made = Builder(lambda written: build.build(loaded, overrides=written), real.orders)
    twin = Twin(made, real.goals[0], real.orders)
    refused = 0
    designs = Space(real.decisions, real.limits).all(most=100)
    assert len(designs) == 2 * 9 * 4
    for design in designs:
        try:
            expected = build.build(loaded, overrides=design.overrides)
        except Refused:
            refused += 1
            with pytest.raises(Refused, match="V326"):
                made(design)
            continue
        assert made(design).hash == expected.hash
        exact = measure(expected, engine("auto", expected).simulate(expected, 0))
        assert twin.estimate(design).score == pytest.approx(-exact.kpis["makespan_s"])
    assert refused == 2 * (36 - 25)  # the mould for press-2 alone, and press-1 alone, of an order
    assert len(made.known) == 4


def test_schedule_when_all_orders_have_another_tool_then_its_times_are_those_of_that(tmp_path):
    loaded = load.load(file_of(tmp_path, "{sequence: all}", lots={"A": 2, "B": 3}))
    real = reallocating.read(loaded)
    others = {"orders.A.tool": "three", "orders.B.tool": "three"}
    for overrides, each in (({}, SECONDS["one"]), (others, SECONDS["three"])):
        program = mean_times(build.build(loaded, overrides=overrides))
        made = shop(program, real.orders)
        moulding = [chain[0] for chain in made.chains]
        assert [max(t.lengths.values()) * made.unit for t in moulding] == [2 * each, 3 * each]
        used = {program.tools[t.tool].name for t in moulding}
        assert used == ({"three"} if overrides else {"one"})


def test_neighbours_when_a_tool_is_on_other_machines_then_an_order_takes_both_at_once(tmp_path):
    file = file_of(tmp_path, "{on: all, tool: all}", "[press-1, press-2]", {"A": 1, "B": 1})
    real = reallocating.read(load.load(file))
    tool, on = "orders.A.tool", "orders.A.on.mould"
    today = dict(real.today.settings)
    today[on] = '"press-1"'
    near = neighbours(real.decisions, today)
    assert {tool: '"three"'} in near
    assert {tool: '"three"', on: '"press-2"'} in near
    assert Design(tuple(sorted(real.today.settings))) == real.today


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{tool: [A, F]}", "V391.*there is no order 'F'"),
        ("{tool: [A, A]}", "V391.*order 'A' is named twice"),
    ],
)
def test_tools_of_orders_when_they_cannot_be_decided_then_it_says_why(tmp_path, section, said):
    with pytest.raises(Refused, match=f"(?s){said}"):
        reallocating.read(load.load(file_of(tmp_path, section)))


def test_tools_of_orders_when_there_is_one_only_then_it_says_how_to_name_others(tmp_path):
    file = file_of(tmp_path, "{tool: all}")
    file.write_text(file.read_text().replace(", other_tools: [three]", ""))
    with pytest.raises(Refused, match=r"V392.*no.* choice of tools.*other_tools"):
        reallocating.read(load.load(file))
