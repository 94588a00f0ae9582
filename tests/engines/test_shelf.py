"""Items that may not wait for ever (S-86, S-87): to the tick, on both engines."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant
from vtwin.engines.choose import engine
from vtwin.plant.primitives import MachineState
from vtwin.plant.trace import Event

S = 10**9
both = pytest.mark.parametrize("name", ["reference", "kernel"])


def two(shelf: float, stale: str = "out", **keys) -> Plant:
    """Parts every second, used every three seconds; the queue grows by two parts in three."""
    plant = Plant(horizon=60.0).station("a").station("b", **keys)
    made = {"op": "a", "on": "a", "cycle": 1.0}
    plant.product("p", made, {"op": "b", "on": "b", "cycle": 3.0, "shelf": shelf, "stale": stale})
    return plant.saturated("p")


def rows(tally, kind: Event, entity: int | None = None) -> list[tuple[int, int]]:
    """(tick in s, item) of all rows of a kind."""
    trace = tally.trace
    own = trace.kind == kind
    if entity is not None:
        own &= trace.entity == entity
    return [(int(t) // S, int(i)) for t, i in zip(trace.time[own], trace.item[own], strict=True)]


@both
def test_shelf_life_when_items_grow_old_in_a_queue_then_only_fresh_ones_are_used(name):
    """S-86. Item n is at the door of b at n + 1. Begun at 1 (item 0), 4 (item 1, waited 2), 7
    (item 2, waited 4) and 10 (item 3, waited 6): too old for 5 s is 3 at 10, so item 4, which
    has waited 5, is begun; at 13 items 5 and 6 have waited 7 and 6, item 7 is begun, and so on:
    of every three items one is used.
    """
    program = two(5.0).program()
    tally = engine(name, program).simulate(program, 0, trace=True)
    begun = rows(tally, Event.START, 1)
    assert begun[:6] == [(1, 0), (4, 1), (7, 2), (10, 4), (13, 7), (16, 10)]
    assert rows(tally, Event.SCRAP)[:3] == [(10, 3), (13, 5), (13, 6)]
    # From 10 on two are thrown away per use but at the first; the last use begins at 58.
    assert tally.stale.tolist() == [1 + 2 * 16]
    assert tally.product_scrap.tolist() == [33]
    assert tally.mode_scrap.tolist() == [0, 0]
    assert tally.product_good.tolist() == [19]


@both
def test_shelf_life_when_an_item_waited_exactly_so_long_then_it_is_used(name):
    program = two(2.0).program()
    tally = engine(name, program).simulate(program, 0, trace=True)
    assert (4, 1) in rows(tally, Event.START, 1)
    assert rows(tally, Event.SCRAP)[0] == (7, 2)


@both
def test_shelf_life_when_items_are_thrown_away_then_no_state_is_seen(name):
    """S-10: what a machine goes through within an instant leaves no trace in its states."""
    program = two(5.0).program()
    tally = engine(name, program).simulate(program, 0, trace=True)
    (_, b) = tally.machine_state
    assert b[MachineState.WORKING] == 59 * S
    assert b[MachineState.STARVED] == 1 * S
    assert b.sum() == 60 * S


@both
def test_shelf_life_when_there_is_a_way_for_old_items_then_they_go_it(name):
    """They are made fresh at `a` again, before it makes new ones, and wait anew for b. Item 3 is
    too old at 10, when a has just begun item 10, which takes until 11.
    """
    program = two(5.0, stale="a").program()
    tally = engine(name, program).simulate(program, 0, trace=True)
    assert rows(tally, Event.SCRAP) == []
    assert (11, 3) in rows(tally, Event.START, 0)
    assert (10, 4) in rows(tally, Event.START, 1)
    assert tally.stale[0] > 0
    assert tally.product_scrap[0] == 0


@both
def test_shelf_life_when_the_old_have_no_room_elsewhere_then_the_machine_holds_them(name):
    """S-22: the way for old items is a way like any other, with blocking."""
    plant = Plant(horizon=30.0).station("a").station("b").station("again", input=0)
    plant.product(
        "p",
        {"op": "a", "on": "a", "cycle": 1.0},
        {"op": "b", "on": "b", "cycle": 3.0, "shelf": 5.0, "stale": "dry", "then": "out"},
        {"op": "dry", "on": "again", "cycle": 10.0},
    ).saturated("p")
    program = plant.program()
    tally = engine(name, program).simulate(program, 0, trace=True)
    # Item 3 is dried from 10 to 20; item 5, too old at 13, holds machine b until then, and item 6,
    # too old at 20, to the end.
    assert [machine.name for machine in program.machines] == ["a", "again", "b"]
    assert (10, 3) in rows(tally, Event.START, 1)
    assert tally.machine_state[2, MachineState.BLOCKED] == (7 + 10) * S


@both
def test_shelf_life_when_items_come_from_outside_then_they_are_never_too_old(name):
    """S-87."""
    plant = Plant(horizon=60.0).station("b")
    plant.product("p", {"op": "b", "on": "b", "cycle": 3.0, "shelf": 1.0}).arrivals("p", 1.0)
    program = plant.program()
    tally = engine(name, program).simulate(program, 0)
    assert tally.stale.tolist() == [0]
    assert tally.product_good.tolist() == [19]


@both
def test_shelf_life_when_an_item_is_on_a_pallet_then_the_pallet_is_free_again(name):
    """S-135: three pallets; what gets too old on one gives it back."""
    plant = two(1.0)
    plant.carriers["pallet"] = 3
    plant.products["p"][0]["takes"] = "pallet"
    plant.products["p"][1]["returns"] = "pallet"
    program = plant.program()
    tally = engine(name, program).simulate(program, 0, trace=True)
    # At 4 the pallets of item 0, which is done, and of item 1, which is too old, are free; item 2
    # has waited 1 s and is used. Item 3 is finished at 5 and too old at 7, item 4 is not.
    assert rows(tally, Event.SCRAP)[:2] == [(4, 1), (7, 3)]
    assert {(4, 3), (5, 4)} <= set(rows(tally, Event.START, 0))


@both
def test_shelf_life_when_carried_then_it_counts_from_the_arrival(name):
    """S-86: from standing at the door, which is after transport (S-152)."""
    plant = two(2.0)
    plant.fleet("cart", {("x", "y"): 4.0}, {"a": "x", "b": "y"}, ["x"])
    plant.products["p"][1]["fleet"] = "cart"
    program = plant.program()
    tally = engine(name, program).simulate(program, 0)
    assert tally.stale.tolist() == [0]
    assert tally.product_good[0] > 5
