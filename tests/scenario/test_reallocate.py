"""The `reallocate:` section: what is read, and what is refused with its line."""

import pytest

from vtwin.base.errors import Refused
from vtwin.scenario import build, load, reallocating
from vtwin.scenario.decisions import Design

PLANT = """\
vtwin: 1
name: small
run: {horizon: 20 h, warmup: 1 h, replications: 3}
currency: KRW
equipment:
  lathes: {cycle: 5 min, count: 3, size: [2 m, 3 m], operator: load}
  mill: {cycle: {exponential: {mean: 2 min}}, dispatch: fifo, size: [2 m, 2 m]}
  wip: {capacity: 20}
  rack: {capacity: 10}
people:
  operator: {count: 2, skills: [load]}
  setter: {count: 2, skills: [setup]}
products:
  flange: {route: [lathes, mill]}
orders:
  - {product: flange, every: {exponential: {mean: 3 min}}}
"""


def section(tmp_path, *lines):
    file = tmp_path / "scenario.yaml"
    file.write_text(PLANT + "reallocate:\n" + "".join(f"  {line}\n" for line in lines))
    return load.load(file)


def test_section_when_read_then_it_is_decisions_limits_and_goals(tmp_path):
    loaded = section(
        tmp_path,
        "move: {people: [operator, setter]}",
        "range: {equipment.lathes.count: 2..5, equipment.mill.dispatch: [fifo, spt]}",
        "limit: {head_count: <= 4, budget: <= 120 MKRW, floor: <= 30 m2, wip: <= 40}",
        "price: {equipment.lathes.count: 85 MKRW, training: {takes: 3 d, cost: 2 MKRW}}",
        "goal: [{maximise: good_per_day, within: 1 %}, {minimise: cost}]",
    )
    found = reallocating.read(loaded)
    kinds = {d.name: (d.kind, len(d.values)) for d in found.decisions}
    assert kinds == {
        "equipment.lathes.count": ("integer", 4),
        "equipment.mill.dispatch": ("category", 2),
        "people.operator.count": ("integer", 3),  # 1..3: what moves, moves among the two
        "people.setter.count": ("integer", 3),
    }
    assert [limit.name for limit in found.limits] == [
        "people that move", "head_count", "budget", "floor"]  # fmt: skip
    assert [(r.kpi, r.high) for r in found.requirements] == [("wip", 40.0)]
    assert [(g.kpi, g.sense, g.within, g.measured) for g in found.goals] == [
        ("good_per_day", "maximise", 0.01, True), ("cost", "minimise", 0.005, False)]  # fmt: skip
    assert (found.training_s, found.training_cost) == (3 * 86400.0, 2e6)
    today = found.today
    assert today == Design.of({
        "equipment.lathes.count": 3, "equipment.mill.dispatch": "fifo",
        "people.operator.count": 2, "people.setter.count": 2})  # fmt: skip
    other = Design.of(today.overrides | {"equipment.lathes.count": 5, "people.operator.count": 3,
                                         "people.setter.count": 1})  # fmt: skip
    amounts = {name: limit.amount(other) for name, limit in found.amounts.items()}
    # two lathes and one trained operator; 5 x 6 m2 and the mill's 4 m2
    assert amounts == {"cost": 172e6, "head_count": 4.0, "floor": 34.0, "changes": 3.0}


def test_today_when_built_as_a_design_then_it_is_the_plant_itself(tmp_path):
    loaded = section(tmp_path, "move: {people: [operator, setter], equipment: [wip, rack]}",
                     "range: {equipment.mill.dispatch: [fifo, spt]}")  # fmt: skip
    found = reallocating.read(loaded)
    assert build.build(loaded, overrides=found.today.overrides).hash == build.build(loaded).hash


def test_moved_when_there_is_a_price_for_more_then_only_what_is_more_costs(tmp_path):
    loaded = section(
        tmp_path,
        "move: {people: [operator, setter]}",
        "range: {people.operator.count: 1..4}",
        "price: {people.operator.count: 10 MKRW}",
    )
    found = reallocating.read(loaded)
    cost = found.amounts["cost"].amount
    assert cost(Design.of({"people.operator.count": 3, "people.setter.count": 1})) == 0.0
    assert cost(Design.of({"people.operator.count": 4, "people.setter.count": 2})) == 20e6


BAD = {
    "nothing in it": (["move: {}"], "V396", 17, "nothing that may be changed"),
    "one value": (["range: {equipment.lathes.count: 3..3}"], "V392", 18, "one value"),
    "one value in a list": (["range: {equipment.lathes.count: [3]}"], "V392", 18, "one value"),
    "backwards": (["range: {equipment.lathes.count: 5..2}"], "V392", 18, "write 2..5"),
    "no range": (["range: {equipment.lathes.count: some}"], "V392", 18, "10..30 by 5"),
    "unknown path": (["range: {equipment.lahtes.count: 2..5}"], "V391", 18, "lathes"),
    "unknown key": (["range: {equipment.lathes.cuont: 2..5}"], "V391", 18, "'count'"),
    "what cannot be written there": (
        ["range: {equipment.mill.dispatch: [fifo, loudest]}"], "V392", 18, "loudest"),
    "nobody of this name": (["move: {people: [operater, setter]}"], "V391", 18, "'operator'"),
    "price of what cannot change": (
        ["range: {equipment.lathes.count: 2..5}", "price: {equipment.mill.count: 5 MKRW}"],
        "V395", 19, "which cannot be changed"),
    "price in another currency": (
        ["range: {equipment.lathes.count: 2..5}", "price: {equipment.lathes.count: 5 EUR}"],
        "V307", 19, "counts in KRW"),
    "limit of nothing known": (
        ["range: {equipment.lathes.count: 2..5}", "limit: {hed_count: <= 3}"], "V394", 19, "'head_count'"),
    "limit without a sign": (
        ["range: {equipment.lathes.count: 2..5}", "limit: {head_count: 3}"], "V395", 19, "<= 8"),
    "on time without due dates": (
        ["range: {equipment.lathes.count: 2..5}", 'limit: {on_time: ">= 95 %"}'], "V394", 19, "due:"),
    "goal that is no figure": (
        ["range: {equipment.lathes.count: 2..5}", "goal: [{maximise: god_per_day}]"],
        "V394", 19, "'good_per_day'"),
    "goal of a product that is not there": (
        ["range: {equipment.lathes.count: 2..5}", "goal: {minimise: products.flnage.lead_time_s}"],
        "V394", 19, "'flange'"),
    "unit cost without prices": (
        ["range: {equipment.lathes.count: 2..5}", "goal: {minimise: unit_cost}"], "V394", 19, "cost:"),
    "both ways at once": (
        ["range: {equipment.lathes.count: 2..5}", "goal: {maximise: wip, minimise: wip}"],
        "V395", 19, "one figure"),
    "cost without any price": (
        ["range: {equipment.lathes.count: 2..5}", "goal: {minimise: cost}"], "V394", 19, "`price:`"),
    "heads that are not decided": (
        ["range: {equipment.lathes.count: 2..5}", "goal: {minimise: head_count}"],
        "V394", 19, "people"),
    "every difference matters": (
        ["range: {equipment.lathes.count: 2..5}", "goal: {maximise: wip, within: 0 %}"],
        "V395", 19, "0.5 %"),
    "nobody at all": (
        ["move: {people: [operators]}"], "V391", 18, "'operator'"),
    "a price below nothing": (
        ["range: {equipment.lathes.count: 2..5}", "price: {equipment.lathes.count: -5 MKRW}"],
        "V395", 19, "negative"),
    "too few values to share": (
        ["assign: {crew: {of: [people.operator.skills, people.setter.skills], to: [[load]]}}"],
        "V392", 18, "cannot share"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_section_when_wrong_then_the_line_and_the_fix_are_told(tmp_path, case):
    lines, code, line, told = BAD[case]
    loaded = section(tmp_path, *lines)
    with pytest.raises(Refused) as refused:
        reallocating.read(loaded)
    problem = refused.value.problems[0]
    assert problem.code == code
    assert problem.where.line == line
    assert told in str(problem)
    errors = [p for p in build.check(loaded.path) if p.severity == "error"]
    assert errors == list(refused.value.problems)
