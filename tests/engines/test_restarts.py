"""Warm-up (S-37) and scrap (S-36) after a machine stood, on both engines, worked out by hand."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant, S
from tests.engines.rows import states, times
from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import MachineState, PartAtFailure
from vtwin.plant.trace import Event

WORKING, SETUP, WAITING, BLOCKED, STARVED, DOWN, STOP = MachineState


@pytest.fixture(params=["reference", "kernel"])
def run(request):
    """Tally of a plant on each engine."""

    def tally(plant: Plant):
        program = plant.program()
        return choose(request.param, program).simulate(program, 0, trace=True)

    return tally


def starting(tally) -> list[int]:
    """Serial numbers of what lost pieces for standing, as the rows RESTART tell."""
    trace = tally.trace
    return trace.item[trace.kind == Event.RESTART].tolist()


def one(restart, **keys) -> Plant:
    plant = Plant(horizon=60.0).station("m", restart=restart, **keys)
    return plant.product("x", {"op": "1", "on": "m", "cycle": 2.0})


def scrapped(tally) -> list[tuple[int, int]]:
    """(second, pieces) of everything that was scrap."""
    trace = tally.trace
    rows = zip(trace.time, trace.kind, trace.value, strict=True)
    return [(int(t) // S, int(v)) for t, kind, v in rows if kind == Event.SCRAP]


def test_restart_when_the_machine_never_stands_then_nothing_is_thrown_away(run):  # S-36
    tally = run(one((3, 0)).saturated("x"))
    assert scrapped(tally) == []
    assert tally.mode_restart.tolist() == [0]


def test_restart_when_a_failure_is_over_then_the_next_cycles_are_scrap(run):  # S-36
    # Struck after 5 s of work, in the third cycle; it goes on at 9 s. Cycles end at 10, 12, …
    plant = one((2, 3)).failure("m", "jam", 5.0, 4.0).saturated("x")
    tally = run(plant)
    assert scrapped(tally)[:2] == [(10, 1), (12, 1)]
    assert starting(tally)[:2] == [2, 3]
    assert tally.mode_restart.tolist() == tally.mode_scrap.tolist()


def test_restart_when_it_stands_no_longer_than_its_patience_then_all_is_good(run):  # S-36
    assert scrapped(run(one((2, 4)).failure("m", "jam", 5.0, 4.0).saturated("x"))) == []


def test_restart_when_nothing_comes_for_longer_than_that_then_the_next_is_scrap(run):  # S-36
    # Arrivals every 7 s take 2 s: 5 s between two of them, 7 s before the first.
    plant = one((1, 5)).arrivals("x", 7.0)
    assert scrapped(run(plant)) == [(9, 1)]
    assert [t for t, _ in scrapped(run(one((1, 4)).arrivals("x", 7.0)))] == [*range(9, 60, 7)]


def test_restart_when_a_lot_takes_many_cycles_then_only_the_first_are_lost(run):  # S-36
    plant = one((2, 0))
    plant.products["x"][0]["per_cycle"] = 4
    plant.order("A", "x", 19, lot=19, release=3, replace=False)  # five cycles, 8 pieces of two
    tally = run(plant)
    assert scrapped(tally) == [(13, 8)]
    assert tally.product_good.tolist() == [11]


def test_restart_when_a_lot_is_smaller_than_what_is_owed_then_the_next_pays_the_rest(run):
    plant = one((3, 0))  # S-36: lots of two pieces, one cycle each
    plant.order("A", "x", 8, lot=2, release=3, replace=False)
    tally = run(plant)
    assert scrapped(tally) == [(7, 2), (11, 1)]
    assert tally.product_good.tolist() == [5]


def test_restart_when_the_order_replaces_scrap_then_more_is_made(run):  # S-36, S-65
    plant = one((3, 0)).order("A", "x", 8, lot=8, release=3)
    tally = run(plant)
    assert scrapped(tally) == [(19, 3)]  # 8 cycles from 3 s on, 5 good; 3 more
    assert tally.order_done.tolist() == [25 * S]


def test_restart_when_it_was_set_up_then_it_counts_however_short_that_was(run):  # S-36
    plant = Plant(horizon=60.0).station("m", restart=(1, 30), setup="t", key="a")
    times = {("a", "b"): 3.0, ("b", "a"): 1.0}
    plant.setups["t"] = {"keys": ["a", "b"], "times": times, "skill": None}
    for name, key in (("x", "a"), ("y", "b")):
        plant.product(name, {"op": "1", "on": "m", "cycle": 2.0, "key": key})
    plant.order("A", "x", 2, replace=False).order("B", "y", 2, replace=False)
    plant.order("C", "x", 2, replace=False)
    # A: 2, 4; set-up to 7; B: 9 (scrap), 11; set-up to 12; C: 14 (scrap), 16.
    assert scrapped(run(plant)) == [(9, 1), (14, 1)]


def test_restart_when_the_item_is_lost_then_what_is_owed_stays_owed(run):  # S-36, S-45
    plant = one((1, 0)).failure("m", "jam", 5.0, 4.0, part=PartAtFailure.SCRAPPED)
    plant.order("A", "x", 4, replace=False)
    # 2, 4 good; struck at 5 and the third lost; from 9 on again: the fourth pays.
    assert scrapped(run(plant)) == [(5, 1), (11, 1)]


def test_restart_when_struck_twice_within_it_then_at_most_n_stay_owed(run):  # S-36
    # x runs 0 to 1.5, 2.5 to 4 and 5 to 6: two stops, four cycles owed, one paid, two stay owed.
    # y ends at 6.1, 6.2 … 6.5 (S-43): the first two pay.
    plant = one((2, 0)).failure("m", "jam", 1.5, 1.0)
    plant.product("x", {"op": "1", "on": "m", "cycle": 4.0})
    plant.product("y", {"op": "1", "on": "m", "cycle": 0.1})
    plant.order("A", "x", 1, replace=False).order("B", "y", 5, replace=False)
    tally = run(plant)
    assert scrapped(tally) == [(6, 1), (6, 1), (6, 1)]
    assert tally.product_good.tolist() == [0, 3]


def test_restart_when_the_operation_also_scraps_then_the_draw_is_over_what_is_left(run):
    plant = one((1, 0))  # S-35, S-36
    plant.products["x"][0] |= {"scrap": 0.999999, "per_cycle": 3}
    plant.order("A", "x", 12, lot=12, release=3, replace=False)
    tally = run(plant)
    assert scrapped(tally) == [(11, 3), (11, 9)]
    assert starting(tally) == [0]
    assert tally.mode_restart.tolist() == [3]
    assert tally.mode_scrap.tolist() == [12]


def test_restart_when_a_batch_ends_then_all_of_it_is_scrap(run):  # S-36, S-123
    plant = one((1, 0)).batch("m/r", 3, 3)
    plant.products["x"][0]["batch"] = "m/r"
    plant.order("A", "x", 6, lot=1, release=1, replace=False)
    assert scrapped(run(plant)) == [(3, 1), (3, 1), (3, 1)]


# -- warming up --------------------------------------------------------------------------------


def cold(warming, **keys) -> Plant:
    plant = Plant(horizon=60.0).station("m", warming=warming, **keys)
    return plant.product("x", {"op": "1", "on": "m", "cycle": 2.0})


def test_warm_up_when_the_machine_stood_too_long_then_it_takes_time_and_no_pieces(run):  # S-37
    # Arrivals at 7, 14, …: cold at 7 (7 s), warm from 10 on; done at 12; then 2 s of standing.
    tally = run(cold((3, 4)).arrivals("x", 7.0))
    assert states(tally, 0)[:4] == [(7, SETUP), (10, WORKING), (12, STARVED), (14, WORKING)]
    # from 16 on it stands 5 s at a time
    assert states(tally, 0)[4:8] == [(16, STARVED), (21, SETUP), (24, WORKING), (26, STARVED)]
    assert scrapped(tally) == []
    assert tally.setups.tolist() == [0]
    assert tally.mode_busy.tolist() == [2 * S * tally.mode_cycles[0]]


def test_warm_up_when_it_stood_as_long_as_it_stays_warm_then_none_is_needed(run):  # S-37
    tally = run(cold((3, 5)).arrivals("x", 7.0))
    assert [t for t, s in states(tally, 0) if s is SETUP] == [7]


def test_warm_up_when_the_work_in_hand_rested_over_night_then_it_comes_before_it_goes_on(run):
    plant = cold((3, 4), calendar="day").saturated("x")  # S-37, S-12
    plant.products["x"][0]["cycle"] = 7.0
    plant.calendars["day"] = [(0, 10), (20, 60)]
    tally = run(plant)
    assert states(tally, 0)[:4] == [(0, WORKING), (10, STOP), (20, SETUP), (23, WORKING)]
    assert times(tally, Event.FINISH)[:3] == [7, 27, 34]  # 3 of 7 s before the night
    assert tally.mode_busy[0] == len(times(tally, Event.FINISH)) * 7 * S


def test_warm_up_when_it_is_interrupted_then_it_was_in_vain(run):  # S-37
    plant = cold((6, 4)).failure("m", "jam", 10.0, 1.0, calendar=True).arrivals("x", 7.0)
    tally = run(plant)
    # from 7 on; struck at 10, whole again from 11 to 17
    assert states(tally, 0)[:4] == [(7, SETUP), (10, DOWN), (11, SETUP), (17, WORKING)]
    assert times(tally, Event.FINISH)[0] == 19


def test_warm_up_when_a_failure_scraps_the_work_then_the_item_is_lost(run):  # S-37, S-45
    plant = cold((6, 4)).arrivals("x", 7.0)
    plant.failure("m", "jam", 10.0, 1.0, calendar=True, part=PartAtFailure.SCRAPPED)
    assert scrapped(run(plant))[0] == (10, 1)


def test_warm_up_when_the_operator_is_there_then_he_waits_with_the_machine(run):  # S-37
    plant = cold((3, 4)).arrivals("x", 7.0).worker("w", ["op"])
    plant.products["x"][0] |= {"skill": "op", "load": 1.0}
    tally = run(plant)
    # warm from 7 to 10, loaded to 11, done at 13
    assert times(tally, Event.GRANT)[0] == 7
    assert times(tally, Event.FREE)[0] == 11
    assert times(tally, Event.FINISH)[0] == 13


def test_warm_up_when_the_first_pieces_are_scrap_too_then_both(run):  # S-36, S-37
    tally = run(cold((3, 4), restart=(1, 1)).arrivals("x", 7.0))
    assert scrapped(tally)[:2] == [(12, 1), (16, 1)]  # the second: it stood 2 s, and is warm


def test_warm_up_when_it_ends_with_the_shift_then_the_work_waits_for_the_next(run):  # S-37, S-13
    plant = cold((3, 20), calendar="day").arrivals("x", 22.0)
    plant.calendars["day"] = [(0, 25), (30, 60)]
    tally = run(plant)
    # cold at 22, warm at 25 when the shift is over; five seconds later it is still warm
    assert states(tally, 0)[:3] == [(22, SETUP), (25, STOP), (30, WORKING)]
