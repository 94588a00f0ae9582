"""Batches: who goes together, when it begins, what is counted; worked out by hand."""

from __future__ import annotations

from tests.engines.plants import Plant, S
from tests.engines.rows import of, seconds, times
from vtwin.plant.primitives import DispatchRule, MachineState, PartAtFailure
from vtwin.plant.trace import Event

BLOCKED, STARVED, WORKING = (
    MachineState.BLOCKED,
    MachineState.STARVED,
    MachineState.WORKING,
)


def oven(least, most, wait=None, horizon=100, cycle=5, **station):
    """One oven with a batch of any product that names it."""
    plant = Plant(horizon=horizon).station("oven", **station).batch("oven/all", least, most, wait)
    return plant.product("p", {"op": "bake", "on": "oven", "cycle": cycle, "batch": "oven/all"})


def begun(tally):
    """[(s, items that began together)]."""
    found = {}
    for time, _, item, _ in of(tally, Event.START):
        found.setdefault(time, []).append(item)
    return list(found.items())


def test_batch_when_it_must_be_full_then_it_waits_for_the_last_item(engine):  # S-120
    tally = engine(oven(3, 3).arrivals("p", 4).program(), 0, trace=True)
    assert begun(tally)[:3] == [(12, [0, 1, 2]), (24, [3, 4, 5]), (36, [6, 7, 8])]
    assert of(tally, Event.FINISH)[:3] == [(17, 0, 0, 0), (17, 0, 1, 0), (17, 0, 2, 0)]
    assert seconds(tally) == {WORKING: 7 * 5 + 4, STARVED: 61}


def test_batch_when_the_wait_is_over_then_it_begins_with_fewer(engine):  # S-120, S-122
    tally = engine(oven(1, 10, wait=9, horizon=40).arrivals("p", 4).program(), 0, trace=True)
    # 4, 8, 12 are there at 13; 16 waits until 25, when the oven is free and 20, 24 are there
    assert begun(tally) == [(13, [0, 1, 2]), (25, [3, 4, 5]), (37, [6, 7, 8])]
    # 9 arrivals before 40, 3 time-outs, the ends of two batches
    assert tally.events == 9 + 3 + 2


def test_batch_when_an_item_comes_as_the_wait_ends_then_it_comes_along(engine):  # S-122
    tally = engine(oven(1, 10, wait=8, horizon=22).arrivals("p", 4).program(), 0, trace=True)
    assert begun(tally) == [(12, [0, 1, 2])]  # 4 + 8 is 12, when the third arrives


def test_batch_when_fewer_than_the_least_wait_then_it_begins_when_enough_do(engine):  # S-120
    tally = engine(oven(3, 10, wait=5, horizon=30).arrivals("p", 4).program(), 0, trace=True)
    assert begun(tally) == [(12, [0, 1, 2]), (24, [3, 4, 5])]
    assert tally.events == 7 + 2  # no time-out: who has waited long enough needs none


def test_batch_when_the_wait_is_zero_then_the_least_is_enough(engine):  # S-120
    tally = engine(oven(2, 4, wait=0, horizon=30).arrivals("p", 2).program(), 0, trace=True)
    assert begun(tally)[:3] == [(4, [0, 1]), (9, [2, 3]), (14, [4, 5, 6])]


def test_batch_when_two_products_share_it_then_they_go_together_by_the_rule(engine):  # S-121
    plant = oven(3, 3, rule=DispatchRule.EDD)
    plant.product("q", {"op": "heat", "on": "oven", "cycle": 9, "batch": "oven/all"})
    plant.order("a", "p", 2, due=50).order("b", "q", 2, due=30)
    tally = engine(plant.program(), 0, trace=True)
    # both of q (operation 1) are due first: the time is drawn for q, and one of p comes along
    assert [v for _, _, _, v in of(tally, Event.START)] == [1, 1, 0]
    assert times(tally, Event.FINISH) == [9, 9, 9]
    assert tally.mode_visits.tolist() == [1, 2]
    assert tally.mode_cycles.tolist() == [0, 1]  # S-123: one cycle, that of the first
    assert tally.mode_busy.tolist() == [0, 9 * S]
    assert tally.stall == (
        "items for 'p/bake' wait at oven, but the batch 'oven/all' wants 3 and only 1 wait",
    )


def test_batch_when_the_next_station_has_no_room_then_the_oven_is_blocked_till_the_last(engine):
    plant = Plant(horizon=40).station("oven", input=0).station("pack", input=0)
    plant.batch("oven/all", 3, 3)
    plant.product(
        "p",
        {"op": "bake", "on": "oven", "cycle": 5, "batch": "oven/all"},
        {"op": "pack", "on": "pack", "cycle": 2},
    )
    tally = engine(plant.saturated("p").program(), 0, trace=True)
    # 5: the first goes on, 7 the second, 9 the third; then the oven is filled again (S-125)
    assert times(tally, Event.START, 0)[:6] == [0, 0, 0, 9, 9, 9]
    assert times(tally, Event.START, 1)[:4] == [5, 7, 9, 14]
    assert seconds(tally)[BLOCKED] == 4 * 4


def test_batch_when_there_are_no_places_then_those_before_the_station_count(engine):  # S-124
    plant = Plant(horizon=30).station("a", count=2).station("oven", input=0)
    plant.batch("oven/all", 2, 2)
    plant.product(
        "p",
        {"op": "cut", "on": "a", "cycle": {"a#1": 3, "a#2": 4}},
        {"op": "bake", "on": "oven", "cycle": 5, "batch": "oven/all"},
    )
    tally = engine(plant.order("o", "p", 4).program(), 0, trace=True)
    assert times(tally, Event.START, 2) == [4, 4, 9, 9]
    assert seconds(tally, 0)[BLOCKED] == 1 + 2


def test_batch_when_two_machines_are_free_then_both_are_filled(engine):  # S-121
    tally = engine(oven(2, 3, count=2, wait=0).order("o", "p", 5).program(), 0, trace=True)
    assert [(t, e) for t, e, _, _ in of(tally, Event.START)] == [(0, 0)] * 3 + [(0, 1)] * 2


def test_batch_when_it_fails_and_is_lost_then_every_item_is_scrap(engine):  # S-125
    plant = oven(2, 2, cycle=5, horizon=20).order("o", "p", 6, lot=3, replace=False)
    plant.failure("oven", "jam", 3, 1, part=PartAtFailure.SCRAPPED)
    tally = engine(plant.program(), 0, trace=True)
    assert of(tally, Event.SCRAP) == [(3, 0, 0, 3), (3, 0, 1, 3)]
    assert tally.product_scrap.tolist() == [6]
    assert tally.in_plant_at_end == 0


def test_batch_when_somebody_attends_it_then_he_comes_once(engine):  # S-121
    plant = oven(2, 2, horizon=20).worker("anna#1", ["op"])
    plant.products["p"][0]["skill"] = "op"
    tally = engine(plant.saturated("p").program(), 0, trace=True)
    assert times(tally, Event.GRANT) == [0, 5, 10, 15]
    assert tally.skill_claims.tolist() == [4]


def test_batch_when_lots_have_several_pieces_then_it_is_one_cycle(engine):  # S-123
    tally = engine(oven(2, 2, horizon=20).order("o", "p", 20, lot=5).program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [5, 5, 10, 10]
    assert tally.mode_cycles.tolist() == [2]
    assert tally.mode_pieces.tolist() == [20]


def test_batch_when_the_first_at_the_door_cannot_start_then_it_comes_along(engine):  # S-124
    plant = Plant(horizon=30, tools={"mould": 1}).station("oven", input=0).station("press")
    plant.batch("oven/all", 2, 2)
    plant.product("a", {"op": "x", "on": "press", "cycle": 9, "tool": "mould"})
    plant.product("b", {"op": "y", "on": "oven", "cycle": 5, "tool": "mould", "batch": "oven/all"})
    plant.product("c", {"op": "z", "on": "oven", "cycle": 4, "batch": "oven/all"})
    plant.order("1", "a", 1).arrivals("b", 2).arrivals("c", 3)
    tally = engine(plant.program(), 0, trace=True)
    # the mould is in the press till 9: z of 3 s starts the batch, y of 2 s is its second item
    assert of(tally, Event.START)[1:3] == [(3, 0, 2, 2), (3, 0, 1, 1)]
    assert times(tally, Event.FINISH, 0)[:2] == [7, 7]
