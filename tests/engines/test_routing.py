"""Branches, rework and samples: small plants worked out by hand."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant, S
from tests.engines.rows import of, times
from vtwin.base.draws import uniforms
from vtwin.plant import rules
from vtwin.plant.primitives import NONE, Branch
from vtwin.plant.trace import Event


def inspected(share, most=-1, **keys):
    """Work of 2 s, then a test of 1 s from which a share goes back to work."""
    plant = Plant(horizon=60).station("w").station("t")
    return plant.product(
        "p",
        {"op": "work", "on": "w", "cycle": 2},
        {"op": "test", "on": "t", "cycle": 1, "branches": [(share, "work", most)], **keys},
    )


def test_branch_when_its_share_is_all_then_every_item_takes_it_up_to_the_limit(engine):  # S-84
    plant = inspected(1.0, 2).order("a", "p", 1, replace=False)
    tally = engine(plant.program(), 0, trace=True)
    # Work 0-2, test 2-3, and again 3-6 and 6-9; the third time back is one too many.
    assert times(tally, Event.FINISH, 0) == [3, 6, 9]
    assert times(tally, Event.FINISH, 1) == [2, 5, 8]
    assert of(tally, Event.SCRAP) == [(9, 0, 0, 1)]
    assert tally.mode_scrap.tolist() == [1, 0]  # p/test, p/work
    assert tally.product_scrap.tolist() == [1]
    assert tally.in_plant_at_end == 0


def test_branch_when_the_limit_is_none_then_an_item_goes_round_for_ever(engine):
    tally = engine(inspected(1.0).order("a", "p", 1).program(), 0)
    assert tally.product_good.tolist() == [0]
    assert tally.mode_visits.tolist() == [19, 20]  # a round is 3 s; what ends at 60 is outside


def test_branch_when_the_draw_is_below_the_sum_of_shares_then_the_first_such_is_taken(engine):
    plant = Plant(horizon=200).station("a").station("b").station("c").station("d")
    plant.product(
        "p",
        {"op": "1", "on": "a", "cycle": 1, "branches": [(0.3, "3"), (0.2, "out"), (0.3, "2")],
         "then": "4"},
        {"op": "2", "on": "b", "cycle": 1},
        {"op": "3", "on": "c", "cycle": 1, "then": "out"},
        {"op": "4", "on": "d", "cycle": 1},
    )  # fmt: skip
    tally = engine(plant.order("o", "p", 150).program(), 0, trace=True)
    draw = uniforms(7, 0, "p/1", "route")
    taken = [draw() for _ in range(150)]  # S-07, S-83
    ways = {"3": 0, "out": 0, "2": 0, "4": 0}
    for u in taken:
        ways["3" if u < 0.3 else "out" if u < 0.5 else "2" if u < 0.8 else "4"] += 1
    assert min(ways.values()) > 10
    # After 2 the route goes on to 3, which is the end for all.
    assert tally.mode_visits.tolist() == [150, ways["2"], ways["2"] + ways["3"], ways["4"]]
    assert tally.product_good.tolist() == [150]


def test_branch_when_another_machine_is_added_then_items_go_the_same_ways(engine):  # S-07
    one, two = (
        Plant(horizon=500).station("a", count=n).station("b").product(
            "p",
            {"op": "1", "on": "a", "cycle": 1, "branches": [(0.3, "2")], "then": "out"},
            {"op": "2", "on": "b", "cycle": 1},
        ).order("o", "p", 200)
        for n in (1, 2)
    )  # fmt: skip
    visits = [engine(plant.program(), 0).mode_visits.tolist() for plant in (one, two)]
    assert visits[0] == [200, visits[1][2]]


def test_branch_when_all_pieces_are_scrap_then_the_draw_is_made_all_the_same(engine):  # S-83
    plant = Plant(horizon=100).station("a").station("b").product(
        "p",
        {"op": "1", "on": "a", "cycle": 1, "scrap": 1.0, "branches": [(0.5, "2")], "then": "out"},
        {"op": "2", "on": "b", "cycle": 1},
    ).order("o", "p", 50, replace=False)  # fmt: skip
    tally = engine(plant.program(), 0)
    assert tally.product_scrap.tolist() == [50]
    assert tally.mode_visits.tolist() == [50, 0]


def test_branch_when_the_item_is_a_lot_then_all_pieces_take_it(engine):
    plant = inspected(1.0, 1).order("a", "p", 6, lot=6, replace=False)
    tally = engine(plant.program(), 0, trace=True)
    # Six cycles of 2 s, six of 1 s, and all again.
    assert of(tally, Event.SCRAP) == [(36, 0, 0, 6)]
    assert tally.mode_pieces.tolist() == [12, 12]


def test_rework_when_pieces_are_replaced_then_the_order_is_made_all_the_same(engine):  # S-65
    plant = inspected(0.5, 0).order("a", "p", 5)
    tally = engine(plant.program(), 0, trace=True)
    draw = uniforms(7, 0, "p/test", "route")
    good = scrap = 0
    while good < 5:
        good, scrap = (good, scrap + 1) if draw() < 0.5 else (good + 1, scrap)
    assert tally.order_good.tolist() == [5]
    assert tally.product_scrap.tolist() == [scrap]


def test_rework_when_its_item_was_of_a_closed_loop_then_scrap_lets_a_new_one_in(engine):  # S-62
    tally = engine(inspected(1.0, 0).conwip("p", 1).program(), 0, trace=True)
    assert times(tally, Event.SCRAP) == [3.0 * n for n in range(1, 20)]
    assert tally.in_plant_at_end == 1


def test_rework_into_a_full_station_when_nobody_moves_then_it_is_told_as_a_stall(engine):  # S-80
    plant = Plant(horizon=60).station("m", input=0).product(
        "p", {"op": "o", "on": "m", "cycle": 2, "branches": [(1.0, "o")]}
    )  # fmt: skip
    tally = engine(plant.saturated("p").program(), 0)
    assert tally.ended == 2 * S
    assert len(tally.stall) == 1


def test_sample_when_it_is_one_in_three_then_the_third_and_the_sixth_stop(engine):  # S-85
    plant = Plant(horizon=20).station("a").station("t").station("z").product(
        "p",
        {"op": "1", "on": "a", "cycle": 2},
        {"op": "2", "on": "t", "cycle": 1, "sample": 3},
        {"op": "3", "on": "z", "cycle": 1},
    ).order("o", "p", 7)  # fmt: skip
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START, 1) == [6, 12]
    assert times(tally, Event.START, 2) == [2, 4, 7, 8, 10, 13, 14]
    assert tally.station_arrivals.tolist() == [7, 2, 7]


def test_sample_when_it_is_the_last_operation_then_the_others_leave_before_it(engine):
    plant = inspected(1.0, 0, sample=2).order("o", "p", 4, replace=False)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.LEAVE) == [2, 6]
    assert times(tally, Event.SCRAP) == [5, 9]  # the branch is for those who stop


def test_sample_when_one_follows_the_other_then_each_counts_those_that_come_to_it(engine):
    plant = Plant(horizon=40).station("a").station("t").station("z").product(
        "p",
        {"op": "1", "on": "a", "cycle": 2},
        {"op": "2", "on": "t", "cycle": 1, "sample": 2},
        {"op": "3", "on": "z", "cycle": 1, "sample": 3},
    ).order("o", "p", 12)  # fmt: skip
    tally = engine(plant.program(), 0, trace=True)
    # To 2 come all twelve, and six of them stop. All twelve come to 3, in the order of coming:
    # 0 at 2 s passes 2; 1 stops at 2 and comes at 5; 2 at 6, 3 at 9 …: every third stops.
    assert tally.mode_visits.tolist() == [12, 6, 4]
    assert times(tally, Event.START, 2) == [6, 13, 18, 25]


def test_remaining_when_ways_jump_then_it_follows_the_main_way():  # S-82
    assert rules.remaining((1, 3, NONE, NONE)) == (3, 2, 1, 1)
    with pytest.raises(ValueError, match="circle"):
        rules.remaining((1, 0))


def test_limits_when_shares_are_added_then_in_their_order():  # S-83
    shares = (0.1, 0.2, 0.3)
    assert rules.limits([Branch(s, 0) for s in shares]) == (0.1, 0.1 + 0.2, 0.1 + 0.2 + 0.3)


def test_claims_when_branches_wait_then_operations_to_finish_go_along_the_main_way(engine):
    """S-51, S-82: of two who asked at once, the one nearer to its end is served first."""
    plant = Plant(horizon=40).station("a").station("b").station("z").worker("w#1", ["s"])
    plant.product("p", {"op": "1", "on": "a", "cycle": 3, "skill": "s"},
                  {"op": "2", "on": "z", "cycle": 1}, {"op": "3", "on": "z", "cycle": 1})  # fmt: skip
    plant.product("q", {"op": "1", "on": "b", "cycle": 3, "skill": "s", "then": "3"},
                  {"op": "2", "on": "z", "cycle": 1}, {"op": "3", "on": "z", "cycle": 1})  # fmt: skip
    tally = engine(plant.order("x", "p", 1).order("y", "q", 1).program(), 0, trace=True)
    assert [(t, v) for t, _, _, v in of(tally, Event.GRANT)] == [(0, 1), (3, 0)]
