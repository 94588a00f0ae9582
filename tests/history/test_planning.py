"""The order book on a day, and the rule behind the choices."""

import datetime as dt

import pytest

from tests.history import made
from vtwin.history import fitting, planning
from vtwin.history.mapping import load


@pytest.fixture(scope="module")
def mapping(tmp_path_factory):
    file = tmp_path_factory.mktemp("map") / "m.yaml"
    named = "order_month: '[A-Z](?P<year>\\d\\d)(?P<month>\\d\\d)'\n"
    file.write_text(made.MAPPING.replace("tables:", f"{named}tables:", 1), encoding="utf-8")
    return load(file)


def fitted(log, mapping):
    return fitting.fit(log, mapping, list(log.tools))


def test_book_when_part_of_an_order_is_made_then_the_rest_is_left(mapping):
    log = made.log([made.visit(n, good=3000) for n in range(6)], [made.order(quantity=20_000)])
    (found,) = planning.open_orders(
        log, mapping, fitted(log, mapping), made.DAY + dt.timedelta(2), made.DAY + dt.timedelta(9)
    )
    assert found.rest == 2000
    assert not found.set_aside


def test_order_when_the_machine_turned_to_another_then_it_is_set_aside(mapping):
    visits = [made.visit(n) for n in range(3)]
    visits += [made.visit(n, order="B1", product="B", tool="T2") for n in range(3, 6)]
    log = made.log(visits, [made.order(), made.order("B1", "B")])
    book = planning.open_orders(
        log, mapping, fitted(log, mapping), made.DAY + dt.timedelta(2), made.DAY + dt.timedelta(9)
    )
    assert {o.line.order: o.set_aside for o in book} == {"A1": True, "B1": False}
    last = planning.priorities(book, planning.USUAL)
    assert last["A1"] < last["B1"]


def test_order_when_its_number_names_a_month_then_it_waits_for_it(mapping):
    log = made.log([made.visit(n) for n in range(6)], [made.order("A2404001", received=-1)])
    line = log.orders["A2404001"]
    assert planning.release_day(line, mapping, fitted(log, mapping)) == dt.date(2024, 4, 1)


def test_tools_when_the_day_begins_then_each_is_where_it_was_used_last(mapping):
    visits = [made.visit(0), made.visit(1, "M2", tool="T1"), made.visit(2, "M1", tool="T2")]
    log = made.log(visits)
    assert planning.mounted(log, made.DAY + dt.timedelta(1)) == {"M1": "T2", "M2": "T1"}


def choices(log, mapping):
    return planning.choices(log, mapping, fitted(log, mapping))


def test_choice_when_a_tool_is_busy_elsewhere_then_its_orders_are_no_options(mapping):
    book = [made.order(n, p) for n, p in (("A1", "A"), ("B1", "B"), ("C1", "C"), ("C2", "C"))]
    visits = [made.visit(0)]
    visits += [made.visit(1, order="C1", product="C", tool="T3")]
    visits += [made.visit(n, "M2", "B1", "B", "T2") for n in range(2)]
    (found,) = choices(made.log(visits, book), mapping)
    assert found.taken == "C1"
    assert {o.line.order for o in found.options} == {"A1", "C1", "C2"}


def test_rule_when_the_planner_follows_it_then_it_explains_every_choice(mapping):
    """A planner who always takes the order due first, out of many on one machine."""
    names = [f"X{n:02d}" for n in range(24)]
    book = [
        made.order(name, "ABC"[n % 3], 4000, due=100 + (n * 7) % 24) for n, name in enumerate(names)
    ]
    by_due = sorted(book, key=lambda o: o.due)
    tools = {"A": "T1", "B": "T2", "C": "T3"}
    visits = [
        made.visit(at, "M1", o.order, o.product, tools[o.product], 1000)
        for at, o in enumerate(by_due)
    ]
    found = planning.trials(choices(made.log(visits, book), mapping))
    assert found[0].place == 0.0
    assert found[0].way.sequence.name.startswith("due")
    assert found[0].way.dispatch == "priority"
    assert found[-1].place > 0.3


def test_rules_when_there_are_few_choices_then_none_is_preferred(mapping):
    log = made.log([made.visit(n) for n in range(6)], [made.order()])
    assert planning.trials(choices(log, mapping)) == ()
