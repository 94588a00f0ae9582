"""Failures, shifts and people: small plants worked out by hand."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant, line
from tests.engines.rows import of, seconds, states, times
from vtwin.plant.primitives import MachineState, PartAtFailure
from vtwin.plant.program import GrantRule
from vtwin.plant.trace import Event

WORKING, SETUP, WAITING, BLOCKED, STARVED, DOWN, OFF = MachineState


def one(cycle=4, horizon=40, **machine):
    plant = Plant(horizon=horizon).station("m", **machine)
    return plant.product("p", {"op": "o", "on": "m", "cycle": cycle}).saturated("p")


# -- failures --------------------------------------------------------------------------------


def test_failure_when_it_ties_with_a_completion_then_the_part_is_finished_first(engine):  # S-43
    plant = one(cycle=4, horizon=30).failure("m", "jam", 8, 3)
    tally = engine(plant.program(), 0, trace=True)
    # after two parts (8 s of work) the mode strikes at once when the third begins
    assert times(tally, Event.FINISH) == [4, 8, 15, 19, 26]
    assert times(tally, Event.FAIL) == [8, 19]
    assert times(tally, Event.REPAIRED) == [11, 22]
    assert tally.failures.tolist() == [2]
    assert tally.failure_down.tolist() == [6_000_000_000]


def test_failure_on_the_calendar_when_it_ties_with_a_completion_then_the_same(engine):  # S-43
    plant = one(cycle=4, horizon=12).failure("m", "jam", 8, 3, calendar=True, part=PartAtFailure.SCRAPPED)  # fmt: skip
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [4, 8]
    assert of(tally, Event.SCRAP) == []  # the machine was empty when the mode struck
    assert states(tally, 0) == [(0, WORKING), (8, DOWN), (11, WORKING)]


@pytest.mark.parametrize(
    ("part", "finished"),
    [(PartAtFailure.KEPT, [6, 14]), (PartAtFailure.REWORKED, [6, 18]), (PartAtFailure.SCRAPPED, [6, 18])],
)  # fmt: skip
def test_failure_in_the_middle_of_work_then_the_part_is_treated_as_said(engine, part, finished):
    plant = one(cycle=6, horizon=19).failure("m", "jam", 10, 2, part=part)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FAIL) == [10]
    assert times(tally, Event.FINISH) == finished
    assert tally.product_scrap.tolist() == [int(part is PartAtFailure.SCRAPPED)]
    assert tally.mode_scrap.tolist() == [0]  # lost, but in no finished operation (S-45)


def test_failure_clock_when_a_machine_is_idle_then_only_the_calendar_ages(engine):  # S-44
    for calendar, strikes in ((True, [5.0, 11.0, 17.0]), (False, [])):
        plant = Plant(horizon=20).station("m").product("p", {"op": "o", "on": "m", "cycle": 4})
        plant.order("a", "p", 1).failure("m", "jam", 5, 1, calendar=calendar)
        assert times(engine(plant.program(), 0, trace=True), Event.FAIL) == strikes


def test_failures_when_two_overlap_then_the_machine_is_down_until_both_are_over(engine):  # S-48
    plant = one(cycle=100, horizon=30)
    plant.failure("m", "a", 5, 10, calendar=True).failure("m", "b", 8, 4, calendar=True)
    tally = engine(plant.program(), 0, trace=True)
    assert states(tally, 0) == [(0, WORKING), (5, DOWN), (15, WORKING), (20, DOWN)]
    # a: 5-15, 20-30; b: 8-12, 20-24
    assert (tally.failure_down // 10**9).tolist() == [20, 8]


def test_operating_failures_when_two_are_due_at_once_then_one_strikes_after_the_other(engine):
    plant = one(cycle=100, horizon=20).failure("m", "a", 5, 2).failure("m", "b", 5, 3)
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, e) for t, e, _, _ in of(tally, Event.FAIL)] == [(5, 0), (7, 1), (15, 0), (17, 1)]
    assert states(tally, 0) == [(0, WORKING), (5, DOWN), (10, WORKING), (15, DOWN)]


def test_repair_when_nobody_is_there_then_the_wait_is_down_time(engine):  # S-47
    plant = one(cycle=4, horizon=30).failure("m", "jam", 6, 2, skill="fix")
    plant.calendars["night"] = [(15, 30)]
    plant.worker("joe#1", {"fix": 0.5}, calendar="night")
    tally = engine(plant.program(), 0, trace=True)
    assert seconds(tally) == {WORKING: 6 + 6 + 1, DOWN: 9 + 4 + 4}  # 6-15-19, 25-29
    assert (tally.skill_wait // 10**9).tolist() == [9]


def test_repairs_when_one_repairer_serves_two_machines_then_one_waits(engine):  # S-51
    plant = Plant(horizon=20).worker("joe#1", ["fix"])
    for m in ("a", "b"):
        plant.station(m).product(f"p{m}", {"op": "o", "on": m, "cycle": 100}).saturated(f"p{m}")
        plant.failure(m, "jam", 5, 4, skill="fix")
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, v) for t, _, _, v in of(tally, Event.GRANT)] == [(5, 0), (9, 1), (14, 0), (18, 1)]
    assert (tally.failure_down // 10**9).tolist() == [8, 10]
    assert (tally.worker_busy // 10**9).tolist() == [14]


# -- shifts ----------------------------------------------------------------------------------


def test_shift_end_when_the_machine_pauses_then_it_goes_on_next_morning(engine):  # S-12
    plant = one(cycle=4, horizon=30, calendar="day")
    plant.calendars["day"] = [(0, 10), (20, 30)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [4, 8, 22, 26]
    assert seconds(tally) == {WORKING: 20, OFF: 10}


def test_shift_end_when_the_machine_finishes_then_it_stops_with_the_part(engine):  # S-12
    plant = one(cycle=4, horizon=30, calendar="day", finish=True)
    plant.calendars["day"] = [(0, 10), (20, 30)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [4, 8, 12, 24, 28]
    assert seconds(tally) == {WORKING: 22, OFF: 8}


def test_shift_end_when_a_part_is_done_that_very_tick_then_it_counts_today(engine):  # S-13
    plant = one(cycle=5, horizon=30, calendar="day")
    plant.calendars["day"] = [(0, 10), (20, 30)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [5, 10, 25]
    assert states(tally, 0) == [(0, WORKING), (10, OFF), (20, WORKING)]


def test_shift_end_when_the_machine_is_blocked_then_the_part_may_still_leave(engine):  # S-12
    plant = line([1, 8], 0, 40)
    plant.calendars["day"] = [(0, 5), (30, 40)]
    plant.machines["s1"]["calendar"] = "day"
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START, 1) == [1, 9, 31, 39]
    assert seconds(tally, 0) == {WORKING: 5, BLOCKED: 3 + 7, OFF: 25}


def test_calendar_when_it_opens_with_a_release_then_the_machine_is_there_first(engine):  # S-05
    plant = Plant(horizon=20, calendars={"day": [(5, 20)]}).station("m", calendar="day")
    plant.product("p", {"op": "o", "on": "m", "cycle": 2}).order("a", "p", 1, release=5)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START) == [5]
    assert seconds(tally) == {WORKING: 2, STARVED: 13, OFF: 5}


# -- people ----------------------------------------------------------------------------------


def attended(horizon=40, **step):
    plant = Plant(horizon=horizon).station("m", finish=step.pop("finish", False))
    plant.product("p", {"op": "o", "on": "m", "cycle": 4, "skill": "op", **step})
    return plant.saturated("p")


def test_operator_when_slow_then_the_work_takes_longer(engine):  # S-52
    tally = engine(attended().worker("a#1", {"op": 0.8}).program(), 0, trace=True)
    assert times(tally, Event.FINISH)[:3] == [5, 10, 15]
    assert tally.worker_busy.tolist() == [40 * 10**9]


def test_operator_when_one_serves_three_machines_then_the_part_nearest_its_end_is_first(engine):
    # Three unbuffered-after-each-other stations, all ask at 2 (S-51).
    plant = line([2, 2, 2], 1, 30)
    for step in plant.products["part"][1:]:
        step["skill"] = "op"
    plant.worker("a#1", ["op"])
    for rule, first in ((GrantRule.CLOSEST_TO_DONE, 2), (GrantRule.LONGEST_WAIT, 1)):
        plant.grant = rule
        tally = engine(plant.program(), 0, trace=True)
        grants = [(t, v) for t, _, _, v in of(tally, Event.GRANT)]
        assert grants[:2] == [(2, 1), (4, first)]


def test_worker_when_several_could_go_then_the_least_versatile_goes(engine):  # S-51
    plant = attended(horizon=3).worker("a#1", ["op", "fix"]).worker("b#1", ["op"])
    tally = engine(plant.program(), 0, trace=True)
    assert of(tally, Event.GRANT) == [(0, 1, -1, 0)]


def test_operator_when_his_shift_ends_then_he_finishes_the_part(engine):  # S-54
    plant = attended().worker("a#1", ["op"], calendar="day")
    plant.calendars["day"] = [(0, 10), (20, 40)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [4, 8, 12, 24, 28, 32, 36]
    assert seconds(tally) == {WORKING: 32, WAITING: 8}
    assert (tally.worker_duty // 10**9).tolist() == [32]
    assert (tally.worker_busy // 10**9).tolist() == [32]
    assert (tally.skill_wait // 10**9).tolist() == [8]


def test_operator_when_he_pauses_then_the_machine_waits_for_him(engine):  # S-54
    plant = attended().worker("a#1", ["op"], calendar="day", pause=True)
    plant.calendars["day"] = [(0, 10), (20, 40)]
    plant.worker("b#1", ["op", "other"], calendar="late")
    plant.calendars["late"] = [(12, 13)]  # b could come, but the part is a's
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [4, 8, 22, 26, 30, 34, 38]
    assert states(tally, 0) == [(0, WORKING), (10, WAITING), (20, WORKING)]


def test_operator_when_the_machine_stops_for_the_night_then_he_goes_home_and_comes_back(engine):
    plant = attended().worker("a#1", ["op"], calendar="day")
    plant.calendars["day"] = [(0, 10), (20, 40)]
    plant.machines["m"]["calendar"] = "day"
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [4, 8, 22, 26, 30, 34, 38]
    assert seconds(tally) == {WORKING: 30, OFF: 10}
    assert (tally.worker_duty // 10**9).tolist() == [30]
    assert (tally.worker_busy // 10**9).tolist() == [30]


def test_claim_when_its_machine_goes_off_duty_then_nobody_is_sent_and_no_wait_counted(engine):
    plant = attended(horizon=30).worker("a#1", ["op"], calendar="late")
    plant.calendars.update(day=[(0, 5), (20, 30)], late=[(10, 30)])
    plant.machines["m"]["calendar"] = "day"
    tally = engine(plant.program(), 0, trace=True)
    assert next(t for t, *_ in of(tally, Event.GRANT)) == 20  # S-53
    assert (tally.skill_wait // 10**9).tolist() == [5]
    assert seconds(tally) == {WAITING: 5, OFF: 15, WORKING: 10}


def test_staff_when_nobody_is_on_duty_then_everyone_waits(engine):
    plant = attended(horizon=30).worker("a#1", ["op"], calendar="never")
    plant.calendars["never"] = []
    tally = engine(plant.program(), 0)
    assert seconds(tally) == {WAITING: 30}
    assert tally.worker_duty.tolist() == [0]
    assert tally.stall == ()  # he may come after the horizon


def test_setup_when_setter_and_operator_are_needed_then_one_after_the_other(engine):  # S-33
    plant = Plant(horizon=20)
    plant.setups["t"] = {"keys": ["k1", "k2"], "times": {("k1", "k2"): 6}, "skill": "set"}
    plant.station("m", setup="t", key="k1")
    plant.product("p", {"op": "o", "on": "m", "cycle": 4, "key": "k2", "skill": "op"})
    plant.worker("o#1", ["op"]).worker("s#1", {"set": 2.0}).order("1", "p", 1)
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, e) for t, e, _, _ in of(tally, Event.GRANT)] == [(0, 1), (3, 0)]
    assert states(tally, 0) == [(0, SETUP), (3, WORKING), (7, STARVED)]
    assert tally.setup_time.tolist() == [3_000_000_000]


def test_setup_when_the_only_person_does_both_then_he_is_asked_twice(engine):  # S-33
    plant = Plant(horizon=20)
    plant.setups["t"] = {"keys": ["k1", "k2"], "times": {("k1", "k2"): 6}, "skill": "op"}
    plant.station("m", setup="t", key="k1").station("n")
    plant.product("p", {"op": "o", "on": "m", "cycle": 4, "key": "k2", "skill": "op"})
    plant.product("q", {"op": "o", "on": "n", "cycle": 1, "skill": "op"})
    plant.worker("a#1", ["op"]).order("1", "p", 1).order("2", "q", 1, release=1)
    tally = engine(plant.program(), 0, trace=True)
    # n has waited since 1 when the set-up ends at 6 and m asks for its operator
    assert [(t, v) for t, _, _, v in of(tally, Event.GRANT)] == [(0, 0), (6, 1), (7, 0)]
    assert states(tally, 0) == [(0, SETUP), (6, WAITING), (7, WORKING), (11, STARVED)]


def test_order_when_urgent_then_its_machine_gets_the_operator_first(engine):  # S-51
    plant = Plant(horizon=20).worker("a#1", ["op"])
    for m, priority in (("x", 0), ("y", 5)):
        plant.station(m).product(m, {"op": "o", "on": m, "cycle": 3, "skill": "op"})
        plant.order(m, m, 1, priority=priority)
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, v) for t, _, _, v in of(tally, Event.GRANT)] == [(0, 1), (3, 0)]


def test_shift_when_it_begins_closed_then_the_trace_says_so_at_once(engine):  # S-73
    plant = one(cycle=4, horizon=20, calendar="late")
    plant.calendars["late"] = [(6, 20)]
    tally = engine(plant.program(), 0, trace=True)
    assert states(tally, 0)[:2] == [(0, OFF), (6, WORKING)]
    assert tally.machine_state[0][MachineState.PLANNED_STOP] == 6 * 1_000_000_000
