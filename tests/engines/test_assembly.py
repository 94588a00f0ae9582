"""Assembly: stocks of components and the kits taken from them; worked out by hand."""

from __future__ import annotations

from tests.engines.plants import Plant
from tests.engines.rows import of, seconds, times
from vtwin.plant.primitives import MachineState, PartAtFailure
from vtwin.plant.trace import Event

BLOCKED, STARVED, WORKING = MachineState.BLOCKED, MachineState.STARVED, MachineState.WORKING


def bench(places=-1, pieces=2, horizon=40, cycle=3, **station):
    """A lathe makes flanges, a bench joins them; machines: bench 0, lathe 1."""
    plant = Plant(horizon=horizon).station("bench", **station).station("lathe", input=0)
    plant.product("flange", {"op": "cut", "on": "lathe", "cycle": 2})
    plant.product("pump", {"op": "join", "on": "bench", "cycle": cycle, "kit": {"flange": pieces}})
    return plant.stock("flange", places)


def test_kit_when_pieces_are_missing_then_the_assembly_waits_for_them(engine):  # S-129
    plant = bench().saturated("flange").saturated("pump")
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START, 0)[:4] == [4, 8, 12, 16]
    assert of(tally, Event.KIT)[:2] == [(4, 0, 2, 2), (8, 0, 5, 2)]
    assert seconds(tally) == {STARVED: 4 + 9, WORKING: 27}
    assert tally.product_good.tolist() == [19, 9]
    assert tally.stock_taken.tolist() == [18]
    # 19 finished, 18 taken: 1 in stock, 1 in the lathe, none on the bench
    assert tally.in_plant_at_end == 1 + 1


def test_stock_when_it_is_full_then_the_machine_is_blocked_until_there_is_room(engine):  # S-127
    plant = bench(places=3, pieces=2, cycle=9, horizon=40).saturated("flange").saturated("pump")
    tally = engine(plant.program(), 0, trace=True)
    # 2, 4: the first kit is taken at 4; 6, 8, 10: three in stock; 12: blocked until 13
    assert times(tally, Event.LEAVE, 0)[:6] == [2, 4, 6, 8, 10, 13]
    assert times(tally, Event.START, 0) == [4, 13, 22, 31]
    # at 13: 3 - 2 + 1 = 2 in stock; 15 third, 17 blocked until 22 ...
    assert seconds(tally, 1)[BLOCKED] == 1 + 5 + 5 + 5
    assert tally.stall == ()


def test_stock_when_the_lathe_has_an_output_place_then_it_goes_on(engine):  # S-127, S-24
    plant = bench(places=2, pieces=2, cycle=9, horizon=14).saturated("flange").saturated("pump")
    plant.stations["lathe"]["output"] = 1
    tally = engine(plant.program(), 0, trace=True)
    # 6, 8 fill the stock, 10 is in the output buffer, 12 blocks the lathe; 13 lets both in
    assert times(tally, Event.LEAVE, 0) == [2, 4, 6, 8, 13, 13]
    assert seconds(tally, 1) == {WORKING: 12 + 1, BLOCKED: 1}


def test_component_when_it_is_in_stock_then_it_is_work_in_process(engine):  # S-128
    plant = bench(pieces=2, cycle=1, horizon=10).order("f", "flange", 3)
    plant.order("p", "pump", 1)
    tally = engine(plant.program(), 0)
    assert tally.product_lead.tolist() == [2 + 4 + 6, 5]
    # flanges: 3 till 2, 4, 6 in work; 2 of them used at 4, one stays in stock
    assert tally.product_wip_area.tolist() == [3 * 4 + 1 * 6, 5]
    assert tally.stock_area.tolist() == [2_000_000 + 4_000_000]
    assert tally.order_done.tolist() == [6 * 10**9, 5 * 10**9]
    assert tally.in_plant_at_end == 1
    assert tally.stall == ()  # S-133


def test_kit_when_the_item_is_a_lot_then_it_takes_so_many_times_as_much(engine):  # S-129
    plant = bench(pieces=2, horizon=30).saturated("flange").order("p", "pump", 4, lot=3)
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, v) for t, _, _, v in of(tally, Event.KIT)] == [(12, 6), (21, 2)]
    assert times(tally, Event.FINISH, 0) == [21, 24]


def test_kit_when_it_is_missing_then_the_other_operation_goes_first(engine):  # S-129
    plant = bench(horizon=12).saturated("flange").order("p", "pump", 1)
    plant.product("lid", {"op": "trim", "on": "bench", "cycle": 3}).order("q", "lid", 1)
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, v) for t, _, _, v in of(tally, Event.START) if v != 0] == [(0, 1), (4, 2)]


def test_kit_when_two_stations_want_it_then_the_first_gets_it(engine):  # S-130
    plant = Plant(horizon=9).station("a").station("b").station("lathe", input=0)
    plant.product("flange", {"op": "cut", "on": "lathe", "cycle": 2}).stock("flange")
    plant.product("p", {"op": "join", "on": "a", "cycle": 3, "kit": {"flange": 1}})
    plant.product("q", {"op": "join", "on": "b", "cycle": 3, "kit": {"flange": 1}})
    for product in ("flange", "p", "q"):
        plant.saturated(product)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START, 0) == [2, 6]
    assert times(tally, Event.START, 1) == [4, 8]


def test_assembly_when_it_is_lost_then_its_components_are(engine):  # S-131
    plant = bench(pieces=1, cycle=5, horizon=30).order("f", "flange", 3)
    plant.order("p", "pump", 2, replace=True)
    plant.failure("bench", "jam", 8, 1, part=PartAtFailure.SCRAPPED)
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, i) for t, _, i, _ in of(tally, Event.KIT)] == [(2, 1), (7, 4), (11, 5)]
    assert tally.stock_taken.tolist() == [3]
    assert tally.product_scrap.tolist() == [0, 1]


def test_bought_parts_when_they_arrive_then_they_go_into_the_stock(engine):  # S-132
    plant = Plant(horizon=20).station("bench")
    plant.product("bolt").stock("bolt", 4)
    plant.product("pump", {"op": "join", "on": "bench", "cycle": 3, "kit": {"bolt": 2}})
    plant.arrivals("bolt", 5, lot=3).order("p", "pump", 3)
    tally = engine(plant.program(), 0, trace=True)
    # 5: 3 in, 2 used; 10: 1 + 3 in, 2 used; 13: 2 used; 15: 3 in
    assert times(tally, Event.START) == [5, 10, 13]
    assert times(tally, Event.LEAVE, 0) == [5, 10, 15]
    assert tally.in_plant_at_end == 3


def test_bought_parts_when_they_are_ordered_then_lots_wait_for_room(engine):  # S-132
    plant = Plant(horizon=20).station("bench")
    plant.product("bolt").stock("bolt", 3)
    plant.product("pump", {"op": "join", "on": "bench", "cycle": 3, "kit": {"bolt": 2}})
    plant.order("b", "bolt", 8, lot=3, release=1).order("p", "pump", 4)
    tally = engine(plant.program(), 0, trace=True)
    # 1: 3 in, 2 used, 1 left: no room for the next 3; 4: nothing to take 2 from
    assert times(tally, Event.START) == [1]
    assert tally.stall == (
        "items for 'pump/join' wait at bench, which takes 2 of 'bolt' and 1 in stock",
    )


def test_stall_when_a_component_is_ordered_for_nobody_then_the_stock_is_named(engine):  # S-80
    plant = bench(places=1).saturated("flange").order("p", "pump", 1)
    tally = engine(plant.program(), 0)
    assert tally.stall == (
        "lathe holds a part of 'flange' and waits for room in the stock of 'flange'",
        "items for 'pump/join' wait at bench, which takes 2 of 'flange' and 1 in stock",
    )
