"""Pallets and fixtures in a closed loop; worked out by hand."""

from __future__ import annotations

from tests.engines.plants import Plant
from tests.engines.rows import seconds, times
from vtwin.plant.primitives import MachineState
from vtwin.plant.trace import Event

BLOCKED, STARVED, WORKING = MachineState.BLOCKED, MachineState.STARVED, MachineState.WORKING


def loop(count, horizon=40, returns="pallet", buffer=-1):
    """a (1 s) puts on a pallet, b (2 s), c (3 s) takes it off."""
    plant = Plant(horizon=horizon)
    plant.station("a", input=0).station("b", input=buffer).station("c", input=buffer)
    plant.carriers["pallet"] = count
    return plant.product(
        "p",
        {"op": "on", "on": "a", "cycle": 1, "takes": "pallet"},
        {"op": "work", "on": "b", "cycle": 2},
        {"op": "off", "on": "c", "cycle": 3, "returns": returns},
    )


def test_carrier_when_there_is_one_then_one_item_is_on_its_way(engine):  # S-134
    tally = engine(loop(1).saturated("p").program(), 0, trace=True)
    assert times(tally, Event.START, 0)[:3] == [0, 6, 12]
    assert tally.carrier_area.tolist() == [40_000_000]


def test_carrier_when_there_are_two_then_the_last_machine_is_the_bottleneck(engine):  # S-135
    tally = engine(loop(2).saturated("p").program(), 0, trace=True)
    assert times(tally, Event.START, 0)[:5] == [0, 1, 6, 9, 12]
    assert times(tally, Event.LEAVE)[:3] == [6, 9, 12]
    assert tally.carrier_area.tolist() == [79_000_000]


def test_carriers_when_a_step_takes_two_kinds_then_it_begins_with_both_or_not(engine):  # S-138
    plant = loop(2)
    plant.carriers["fixture"] = 1
    plant.products["p"][0]["takes"] = ["fixture", "pallet"]
    plant.products["p"][1]["returns"] = "fixture"
    tally = engine(plant.saturated("p").program(), 0, trace=True)
    # the fixture is back after 3 s, a pallet after 6; two are on their way from 3 on
    assert times(tally, Event.START, 0)[:5] == [0, 3, 6, 9, 12]
    assert tally.carrier_area.tolist() == [40_000_000, (3 + 2 * 37) * 1_000_000]
    plant.products["p"][1]["returns"] = None
    plant.products["p"][2]["returns"] = ["pallet", "fixture"]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START, 0)[:3] == [0, 6, 12]
    assert tally.carrier_area.tolist() == [40_000_000, 40_000_000]


def test_carriers_when_two_items_hold_what_the_other_wants_then_the_stall_says_so(engine):  # S-80
    plant = Plant(horizon=20).station("a", count=2).station("b", input=4)
    plant.carriers |= {"fixture": 1, "pallet": 1}
    steps = {"p": ("fixture", ["fixture", "pallet"]), "q": ("pallet", ["pallet", "fixture"])}
    for name, (first, then) in steps.items():
        one = {"op": "1", "on": "a", "cycle": 1, "takes": first}
        plant.product(name, one, {"op": "2", "on": "b", "cycle": 1, "takes": then})
        plant.order(name, name, 1)
    tally = engine(plant.program(), 0)
    assert tally.ended == 1_000_000_000
    assert tally.stall == (
        "items for 'p/2' wait at b, but the only pallet holds another item",
    )  # fmt: skip


def test_carrier_when_nobody_returns_it_then_it_is_free_as_the_item_leaves(engine):  # S-135
    a = engine(loop(2).saturated("p").program(), 0, trace=True)
    b = engine(loop(2, returns=None).saturated("p").program(), 0, trace=True)
    assert times(a, Event.START) == times(b, Event.START)


def test_carrier_when_the_item_is_scrap_then_it_is_free(engine):  # S-135
    plant = loop(1, horizon=10).order("o", "p", 2)
    plant.products["p"][0]["scrap"] = 1.0
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START, 0) == list(range(10))


def test_carrier_when_the_item_is_on_one_then_it_takes_no_other(engine):  # S-134
    plant = loop(1, horizon=20)
    plant.products["p"][1]["takes"] = "pallet"
    tally = engine(plant.saturated("p").program(), 0, trace=True)
    assert times(tally, Event.START, 0) == [0, 6, 12, 18]


def test_carrier_when_it_comes_back_earlier_then_the_next_may_start(engine):  # S-135
    plant = loop(1, horizon=20, returns=None)
    plant.products["p"][1]["returns"] = "pallet"
    tally = engine(plant.saturated("p").program(), 0, trace=True)
    assert times(tally, Event.START, 0)[:4] == [0, 3, 6, 9]


def test_stall_when_every_carrier_is_below_then_it_is_named(engine):  # S-80
    plant = Plant(horizon=100, places={"carriers.pallet": 5})
    plant.station("a", input=0).station("b")
    plant.carriers["pallet"] = 1
    plant.product(
        "p",
        {"op": "one", "on": "a", "cycle": 1, "takes": "pallet"},
        {"op": "two", "on": "b", "cycle": 1, "kit": {"q": 1}},
    )
    plant.product("q", {"op": "three", "on": "a", "cycle": 1, "takes": "pallet"}).stock("q")
    tally = engine(plant.order("1", "p", 1).order("2", "q", 1).program(), 0)
    assert tally.stall == (
        "items for 'q/three' wait at a, but the only pallet (plant.yaml:5) holds another item",
        "items for 'p/two' wait at b, which takes 1 of 'q' and none in stock",
    )


def test_carrier_when_a_batch_returns_it_then_every_item_does(engine):  # S-126
    plant = Plant(horizon=30).station("a", count=2, input=0).station("oven")
    plant.carriers["tray"] = 2
    plant.batch("oven/all", 2, 2)
    plant.product(
        "p",
        {"op": "load", "on": "a", "cycle": 1, "takes": "tray"},
        {"op": "bake", "on": "oven", "cycle": 5, "batch": "oven/all", "returns": "tray"},
    )
    tally = engine(plant.saturated("p").program(), 0, trace=True)
    assert times(tally, Event.START, 0) == [0, 6, 12, 18, 24]
    assert seconds(tally, 2) == {STARVED: 5, WORKING: 25}
