"""People who tend several machines, work in crews, load, walk, are absent, hand over."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant
from tests.engines.rows import of, seconds, states, times
from vtwin.plant.primitives import MachineState, PartAtFailure
from vtwin.plant.trace import Event

WORKING, SETUP, WAITING, BLOCKED, STARVED, DOWN, OFF = MachineState


def machines(count=2, cycle=4, horizon=40, **step):
    """Machines a, b, … each with an endless product of its own and an operator."""
    plant = Plant(horizon=horizon)
    for m in "abc"[:count]:
        plant.station(m)
        plant.product(m, {"op": "o", "on": m, "cycle": cycle, "skill": "op", **step}).saturated(m)
    return plant


def grants(tally):
    """(s, worker, machine) of every grant."""
    return [(t, e, v) for t, e, _, v in of(tally, Event.GRANT)]


def whole(ticks):
    return (ticks // 10**9).tolist()


# -- tending ---------------------------------------------------------------------------------


def test_tending_when_one_may_tend_two_then_the_third_machine_waits(engine):  # S-110
    plant = machines(3, horizon=9).worker("w#1", ["op"], tends=2)
    tally = engine(plant.program(), 0, trace=True)
    # all have one operation to go and asked at 0; then the one who has waited longest
    assert grants(tally) == [(0, 0, 0), (0, 0, 1), (4, 0, 2), (4, 0, 0), (8, 0, 1), (8, 0, 0)]
    assert seconds(tally, 2) == {WAITING: 4 + 1, WORKING: 4}
    assert whole(tally.worker_busy) == [9]  # however many tasks


def test_tending_when_two_could_come_then_the_one_with_fewer_tasks(engine):  # S-110
    plant = machines(3, horizon=3).worker("w#1", ["op"], tends=3).worker("w#2", ["op"], tends=3)
    tally = engine(plant.program(), 0, trace=True)
    assert grants(tally) == [(0, 0, 0), (0, 1, 1), (0, 0, 2)]


def test_tending_when_he_repairs_then_he_attends_nothing_new(engine):  # S-110
    plant = machines(2, horizon=20).worker("w#1", ["op", "fix"], tends=2)
    plant.saturated("a").order("x", "b", 1)
    del plant.sources["b:saturated"]
    plant.orders[0]["release"] = 11
    plant.failure("a", "jam", 10, 5, skill="fix")
    tally = engine(plant.program(), 0, trace=True)
    # a runs 0-4, 4-8, 8-10; the repair takes him 10-15, so b waits from 11
    assert grants(tally) == [(0, 0, 0), (4, 0, 0), (8, 0, 0), (10, 0, 0), (15, 0, 1), (17, 0, 0)]
    assert times(tally, Event.START, 1) == [15]


def test_setup_when_the_setter_tends_another_machine_then_it_waits_for_him_alone(engine):  # S-110
    plant = machines(1, cycle=6, horizon=20).worker("w#1", ["op"], tends=2)
    plant.setups["s"] = {"keys": ["k", "l"], "times": {("k", "l"): 2}, "skill": "op"}
    plant.station("z", setup="s", key="k")
    plant.product("p", {"op": "o", "on": "z", "cycle": 1, "key": "l"}).order("x", "p", 1, release=1)
    tally = engine(plant.program(), 0, trace=True)
    # claims at 6: the setter's from 1 goes before the operator's from 6
    assert grants(tally) == [(0, 0, 0), (6, 0, 1), (8, 0, 0), (14, 0, 0)]


# -- crews -----------------------------------------------------------------------------------


def test_crew_when_one_is_missing_then_nobody_is_sent_and_others_go_ahead(engine):  # S-111
    plant = machines(2, cycle=4, horizon=20)
    plant.products["a"][0]["heads"] = 2
    plant.worker("w#1", ["op"]).worker("w#2", {"op": 0.5}, calendar="late")
    plant.calendars["late"] = [(6, 40)]
    tally = engine(plant.program(), 0, trace=True)
    # w1 is with b until 8, then both are free and a has waited longest; at 16 b has
    assert grants(tally) == [(0, 0, 1), (4, 0, 1), (8, 0, 0), (8, 1, 0), (16, 0, 1)]
    assert seconds(tally, 0) == {WAITING: 8 + 4, WORKING: 8}


def test_crew_when_complete_then_it_works_at_the_speed_of_the_slowest(engine):  # S-111
    plant = machines(1, cycle=4, horizon=17, heads=2)
    plant.worker("w#1", {"op": 2.0}).worker("w#2", {"op": 0.5}).worker("w#3", {"x": 1.0})
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [8, 16]
    assert grants(tally) == [(t, w, 0) for t in (0, 8, 16) for w in (0, 1)]
    assert [(t, e) for t, e, _, _ in of(tally, Event.FREE)] == [(8, 0), (8, 1), (16, 0), (16, 1)]
    assert tally.skill_claims.tolist()[0] == 3  # one claim, whatever its heads


def test_crew_when_one_goes_home_then_all_wait_for_him(engine):  # S-111, S-54
    plant = machines(1, cycle=8, horizon=20, heads=2)
    plant.worker("w#1", ["op"]).worker("w#2", ["op"], calendar="day", pause=True)
    plant.calendars["day"] = [(0, 5), (9, 40)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [12]
    assert states(tally, 0) == [(0, WORKING), (5, WAITING), (9, WORKING)]
    assert whole(tally.worker_busy) == [20, 16]


def test_repair_when_it_takes_two_then_it_waits_for_both(engine):  # S-111
    plant = Plant(horizon=20).station("m").product("p", {"op": "o", "on": "m", "cycle": 50})
    plant.saturated("p").failure("m", "jam", 3, 4, skill="fix", heads=2)
    plant.worker("w#1", ["fix"]).worker("w#2", ["fix"], calendar="late")
    plant.calendars["late"] = [(6, 40)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.REPAIRED) == [10, 17]
    assert whole(tally.skill_wait) == [3]


# -- loading ---------------------------------------------------------------------------------


def test_loading_when_done_then_the_operator_is_free_and_the_machine_goes_on(engine):  # S-113
    plant = machines(2, cycle=10, load=2, horizon=30).worker("w#1", {"op": 0.5})
    tally = engine(plant.program(), 0, trace=True)
    # loading takes 4 at half speed, the cycle 10 at any
    assert grants(tally) == [(0, 0, 0), (4, 0, 1), (14, 0, 0), (18, 0, 1), (28, 0, 0)]
    assert times(tally, Event.FINISH, 0) == [14, 28]
    assert times(tally, Event.FINISH, 1) == [18]
    assert seconds(tally, 0) == {WORKING: 30}
    assert whole(tally.mode_busy) == [28, 14]


def test_machines_of_other_people_when_they_do_one_step_then_each_waits_for_its_own(engine):  # S-38
    plant = Plant(horizon=30)
    plant.station("s", count=3)
    step = {"op": "o", "on": "s", "cycle": 4, "skill": "op"}
    step["attended"] = {"s#2": {"skill": "fit", "heads": 2, "load": 1}, "s#3": {}}
    plant.product("p", step).saturated("p").worker("u#1", {"op": 0.5})
    plant.worker("v#1", ["fit"]).worker("v#2", {"fit": 0.25}, calendar="late")
    plant.calendars["late"] = [(10, 30)]
    tally = engine(plant.program(), 0, trace=True)
    # s#1: the operator at half speed; s#2: both fitters from 10 on, loading in 4; s#3: nobody
    assert times(tally, Event.FINISH, 0) == [8, 16, 24]
    assert times(tally, Event.FINISH, 1) == [18, 26]
    assert times(tally, Event.FINISH, 2) == [4, 8, 12, 16, 20, 24, 28]
    assert states(tally, 1)[:2] == [(0, WAITING), (10, WORKING)]
    assert seconds(tally, 2) == {WORKING: 30}


def test_loading_when_it_ties_with_a_failure_then_it_is_over_first(engine):  # S-113, S-43
    plant = machines(1, cycle=10, load=3, horizon=20).worker("w#1", ["op"])
    plant.failure("a", "jam", 3, 2, part=PartAtFailure.REWORKED)
    tally = engine(plant.program(), 0, trace=True)
    assert [t for t, *_ in of(tally, Event.FREE)][:1] == [3]
    assert times(tally, Event.FAIL)[0] == 3


def test_loading_when_the_part_is_reworked_then_what_is_loaded_stays_loaded(engine):  # S-113
    plant = machines(1, cycle=10, load=3, horizon=27).worker("w#1", ["op"])
    plant.failure("a", "jam", 8, 1, part=PartAtFailure.REWORKED, calendar=True)
    plant.failures["a/jam"]["after"] = 8
    tally = engine(plant.program(), 0, trace=True)
    # struck at 8 (5 of 10 done), again at 17: the cycle begins again at 9 and at 18
    assert times(tally, Event.FAIL) == [8, 17, 26]
    assert len(grants(tally)) == 1


def test_loading_when_zero_then_the_operator_only_starts_it(engine):  # S-113
    plant = machines(2, cycle=5, load=0, horizon=9).worker("w#1", ["op"])
    tally = engine(plant.program(), 0, trace=True)
    assert grants(tally) == [(0, 0, 0), (0, 0, 1), (5, 0, 0), (5, 0, 1)]
    assert whole(tally.worker_busy) == [0]


# -- walking ---------------------------------------------------------------------------------


def placed(**worker):
    """Machines a at (0, 0) and b at (3, 4) m; walking from one to the other takes 7 s."""
    plant = machines(2, cycle=4, horizon=40).worker("w#1", ["op"], speed=1000, **worker)
    plant.machines["b"]["at"] = (3, 4)
    return plant


def test_walking_when_he_is_sent_elsewhere_then_the_machine_waits_for_him(engine):  # S-114
    tally = engine(placed().program(), 0, trace=True)
    # a 0-4, walk 4-11, b 11-15, walk 15-22, a 22-26, walk, b 33-37, walk
    assert grants(tally) == [(0, 0, 0), (4, 0, 1), (15, 0, 0), (26, 0, 1), (37, 0, 0)]
    assert times(tally, Event.START) == [0, 11, 22, 33]
    assert seconds(tally, 0) == {WORKING: 8, WAITING: 32}
    assert whole(tally.worker_busy) == [40]
    assert whole(tally.worker_walk) == [7 + 7 + 7 + 3]
    assert whole(tally.skill_wait) == [4 + 11 + 11 + 11]


def test_walking_when_the_machine_fails_then_he_turns_to_something_else(engine):  # S-115
    plant = placed().failure("b", "jam", 6, 3, calendar=True)
    plant.failures["b/jam"]["after"] = 6
    tally = engine(plant.program(), 0, trace=True)
    # on his way to b he hears at 6 that it is down; a has asked since 4, and he is taken to be
    # at b; his claim at b counts anew from 9
    assert grants(tally)[:3] == [(0, 0, 0), (4, 0, 1), (6, 0, 0)]
    assert times(tally, Event.START)[:2] == [0, 13]
    assert states(tally, 1)[:3] == [(0, WAITING), (6, DOWN), (9, WAITING)]


def test_walking_when_his_shift_ends_then_he_goes_on_next_morning(engine):  # S-114, S-54
    plant = placed(calendar="day", pause=True)
    plant.calendars["day"] = [(0, 6), (20, 40)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START) == [0, 25, 36]
    assert whole(tally.worker_walk) == [2 + 5 + 7]


def test_walking_when_his_shift_ends_as_he_arrives_then_he_has_arrived(engine):  # S-114, S-13
    plant = placed(calendar="day", pause=True)
    plant.calendars["day"] = [(0, 11), (20, 40)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START) == [0, 11, 31]
    assert times(tally, Event.FINISH) == [4, 24, 35]


def test_walking_crew_when_one_has_farther_then_both_begin_when_he_is_there(engine):  # S-114
    plant = machines(2, cycle=4, horizon=20, heads=2).worker("w#1", ["op"], speed=1000)
    plant.machines["b"]["at"] = (1, 1)
    plant.worker("w#2", ["op"], speed=500)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START) == [0, 8, 16]
    assert whole(tally.worker_walk) == [8, 8]


def test_walking_repairer_when_he_is_on_his_way_then_the_machine_is_down(engine):  # S-114
    plant = machines(2, cycle=100, horizon=30).worker("w#1", ["op"], tends=2)
    plant.machines["b"]["at"] = (3, 4)
    plant.failure("a", "jam", 5, 2, skill="fix").failure("b", "jam", 6, 2, skill="fix")
    plant.worker("r#1", ["fix"], speed=1000)
    tally = engine(plant.program(), 0, trace=True)
    # a 5-7; called to b at 7, there at 14, done at 16; a strikes at 12, he is back at 23
    assert times(tally, Event.REPAIRED) == [7, 16, 25]
    assert whole(tally.failure_down) == [2 + 13, 10 + 8]


# -- absence ---------------------------------------------------------------------------------


def test_absence_when_certain_then_he_never_comes_and_that_is_no_stall(engine):  # S-117, S-80
    plant = machines(1, horizon=30).worker("w#1", ["op"], calendar="day", absence=1.0)
    plant.calendars["day"] = [(0, 10), (20, 30)]
    tally = engine(plant.program(), 0)
    assert tally.ended == 30 * 10**9
    assert tally.product_good.tolist() == [0]
    assert whole(tally.worker_duty) == [0]


@pytest.mark.parametrize("resumes", [(), (5,)])
def test_absence_when_a_break_ends_then_the_same_people_are_away(engine, resumes):  # S-117
    plant = Plant(horizon=4000).station("m").product("p", {"op": "o", "on": "m", "cycle": 1})
    plant.saturated("p").worker("w#1", ["op"], calendar="day", absence=0.5)
    plant.calendars["day"] = [(10 * n + a, 10 * n + a + 4) for n in range(400) for a in (0, 5)]
    plant.resumes["day"] = [10 * n + a for n in range(400) for a in resumes]
    tally = engine(plant.program(), 0, trace=True)
    share = tally.worker_duty[0] / (3200 * 10**9)
    assert share == pytest.approx(0.5, abs=0.1)
    halves = tally.worker_duty[0] // 10**9 % 8
    assert resumes == () or halves == 0  # whole shifts or nothing


def test_absence_when_somebody_else_gets_absent_then_his_days_are_the_same(engine):  # S-07
    plant = machines(1, horizon=400).worker("w#1", ["op"], calendar="day", absence=0.4)
    plant.calendars["day"] = [(20 * n, 20 * n + 10) for n in range(20)]
    alone = engine(plant.program(), 0)
    plant.worker("v#1", ["x"], calendar="day", absence=0.7)
    assert engine(plant.program(), 0).worker_duty[1] == alone.worker_duty[0]


def test_absence_when_he_is_still_at_work_then_he_is_there(engine):  # S-117
    plant = machines(1, cycle=25, horizon=30).worker("w#1", ["op"], calendar="day", absence=0.5)
    plant.calendars["day"] = [(0, 10), (20, 30)]
    for seed in range(12):
        tally = engine(plant.program(), 0, seed=seed)
        came = tally.worker_duty[0] > 15 * 10**9
        assert whole(tally.worker_busy) == ([30] if came else whole(tally.worker_busy))
        assert whole(tally.worker_duty) in ([30], [10], [0])


# -- handing over ----------------------------------------------------------------------------


def test_hand_over_when_his_shift_ends_then_the_next_goes_on_at_his_own_speed(engine):  # S-118
    plant = machines(1, cycle=10, horizon=40)
    plant.worker("v#1", {"op": 0.5}, calendar="day", hand_over=True)
    plant.worker("w#1", {"op": 2.0}, calendar="late")
    plant.calendars.update(day=[(0, 12)], late=[(15, 40)])
    tally = engine(plant.program(), 0, trace=True)
    # 12 of 20 done at 12; 8 left at half speed are 2 at double speed
    assert grants(tally)[:3] == [(0, 0, 0), (15, 1, 0), (17, 1, 0)]
    assert times(tally, Event.FINISH)[:2] == [17, 22]
    assert states(tally, 0)[:3] == [(0, WORKING), (12, WAITING), (15, WORKING)]
    assert whole(tally.mode_busy) == [14 + 4 * 5]
    assert whole(tally.skill_wait) == [3]
    assert times(tally, Event.START)[:2] == [0, 17]  # begun once


def test_hand_over_when_nothing_is_left_then_he_finishes(engine):  # S-118, S-13
    plant = machines(1, cycle=10, horizon=40)
    plant.worker("v#1", ["op"], calendar="day", hand_over=True).worker("w#1", ["op", "x"])
    plant.calendars["day"] = [(0, 10)]
    tally = engine(plant.program(), 0, trace=True)
    assert grants(tally)[:2] == [(0, 0, 0), (10, 1, 0)]
    assert times(tally, Event.FINISH) == [10, 20, 30]


def test_hand_over_when_another_is_free_then_nothing_is_lost(engine):  # S-118
    plant = machines(2, cycle=10, horizon=24)
    plant.worker("v#1", ["op"], calendar="day", hand_over=True, tends=2).worker("w#1", ["op", "x"], calendar="late", tends=2)  # fmt: skip
    plant.calendars.update(day=[(0, 6)], late=[(6, 24)])
    tally = engine(plant.program(), 0, trace=True)
    assert grants(tally)[:4] == [(0, 0, 0), (0, 0, 1), (6, 1, 0), (6, 1, 1)]
    assert seconds(tally, 0) == seconds(tally, 1) == {WORKING: 24}


def test_hand_over_of_a_repair_then_the_next_repairer_ends_it(engine):  # S-118
    plant = Plant(horizon=40).station("m").product("p", {"op": "o", "on": "m", "cycle": 50})
    plant.saturated("p").failure("m", "jam", 5, 10, skill="fix")
    plant.worker("v#1", ["fix"], calendar="day", hand_over=True)
    plant.worker("w#1", {"fix": 0.5}, calendar="late")
    plant.calendars.update(day=[(0, 9)], late=[(10, 40)])
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.REPAIRED) == [22]  # 4 done, 6 left are 12
    assert seconds(tally) == {WORKING: 5 + 5, DOWN: 17 + 13}


def test_hand_over_of_a_setup_and_a_loading_then_both_go_on(engine):  # S-118, S-113
    plant = Plant(horizon=60)
    plant.setups["s"] = {"keys": ["k", "l"], "times": {("k", "l"): 6}, "skill": "op"}
    plant.station("m", setup="s", key="k")
    step = {"op": "o", "on": "m", "cycle": 9, "key": "l", "skill": "op", "load": 6}
    plant.product("p", step).order("x", "p", 1)
    plant.worker("w#1", ["op"], calendar="day", hand_over=True)
    plant.calendars["day"] = [(0, 4), (10, 14), (20, 60)]
    tally = engine(plant.program(), 0, trace=True)
    # set-up 0-4, 10-12; loading 12-14, 20-24; cycle 24-33
    assert times(tally, Event.FINISH) == [33]
    assert states(tally, 0)[:6] == [
        (0, SETUP), (4, WAITING), (10, SETUP), (12, WORKING), (14, WAITING), (20, WORKING),
    ]  # fmt: skip
    assert whole(tally.setup_time) == [6]
    assert whole(tally.mode_busy) == [15]


def test_hand_over_when_the_item_is_lost_meanwhile_then_nobody_comes_for_it(engine):  # S-118
    plant = Plant(horizon=40).station("m")
    plant.product("p", {"op": "o", "on": "m", "cycle": 9, "skill": "op"}).order("x", "p", 1, replace=False)  # fmt: skip
    plant.failure("m", "jam", 6, 2, calendar=True, part=PartAtFailure.SCRAPPED)
    plant.worker("w#1", ["op"], calendar="day", hand_over=True)
    plant.calendars["day"] = [(0, 4), (10, 40)]
    tally = engine(plant.program(), 0, trace=True)
    assert tally.product_scrap.tolist() == [1]
    assert len(grants(tally)) == 1
    assert states(tally, 0)[:4] == [(0, WORKING), (4, WAITING), (6, DOWN), (8, STARVED)]


# -- who attends repairs ---------------------------------------------------------------------


def test_repair_when_the_operator_can_then_he_does_it_and_goes_on(engine):  # S-116
    plant = machines(1, cycle=10, horizon=30).worker("w#1", {"op": 1.0, "fix": 0.5})
    plant.failure("a", "jam", 5, 2, skill="fix")
    tally = engine(plant.program(), 0, trace=True)
    # 0-5, repaired 5-9, 9-14, and so on
    assert times(tally, Event.REPAIRED) == [9, 18, 27]
    assert times(tally, Event.FINISH) == [14]
    assert tally.stall == ()
    assert tally.skill_claims.tolist() == [3, 2]  # repairs, operations
    assert tally.skill_wait.tolist() == [0, 0]
    assert whole(tally.worker_busy) == [30]


def test_repair_when_another_repairer_is_free_then_who_attends_goes_first(engine):  # S-116
    plant = machines(1, cycle=10, horizon=12).worker("a#1", ["fix"]).worker("w#1", ["op", "fix"])
    plant.failure("a", "jam", 5, 2, skill="fix")
    tally = engine(plant.program(), 0, trace=True)
    assert grants(tally) == [(0, 1, 0), (5, 1, 0)]


def test_repair_when_the_operator_tends_another_machine_then_that_goes_on(engine):  # S-116
    plant = machines(2, cycle=10, horizon=20).worker("w#1", ["op", "fix"], tends=2)
    plant.failure("a", "jam", 5, 2, skill="fix")
    tally = engine(plant.program(), 0, trace=True)
    # a 0-5, 7-12, 14-19 …; b 0-10, then it asks while nothing is repaired
    assert times(tally, Event.REPAIRED) == [7, 14]
    assert times(tally, Event.FINISH, 1) == [10, 20][:1]


def test_repair_when_he_tends_two_that_fail_then_he_repairs_both(engine):  # S-116
    plant = machines(2, cycle=10, horizon=16).worker("w#1", ["op", "fix"], tends=2)
    plant.failure("a", "jam", 5, 2, skill="fix").failure("b", "jam", 6, 3, skill="fix")
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, e) for t, e, _, _ in of(tally, Event.REPAIRED)] == [(7, 0), (10, 1), (14, 0)]
    assert tally.stall == ()


def test_repair_when_two_modes_strike_then_he_repairs_one_after_the_other(engine):  # S-116, S-48
    plant = machines(1, cycle=10, horizon=16).worker("w#1", ["op", "fix"])
    plant.failure("a", "i", 5, 2, skill="fix", calendar=True)
    plant.failure("a", "j", 5, 3, skill="fix", calendar=True)
    tally = engine(plant.program(), 0, trace=True)
    assert [(t, e) for t, e, _, _ in of(tally, Event.REPAIRED)][:2] == [(7, 0), (10, 1)]
    assert states(tally, 0)[:3] == [(0, WORKING), (5, DOWN), (10, WORKING)]


def test_people_when_a_calendar_has_breaks_then_they_rest_and_go_on(engine):  # S-54
    plant = machines(1, cycle=6, horizon=24)
    plant.worker("w#1", ["op"], calendar="day", pause=True)
    plant.calendars["day"] = [(0, 10), (12, 24)]
    plant.machines["a"]["calendar"] = "day"
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [6, 14, 20]
    assert seconds(tally) == {WORKING: 22, OFF: 2}
    assert whole(tally.worker_busy) == [22]


# -- learning --------------------------------------------------------------------------------


def test_learning_when_alone_then_each_piece_takes_the_time_of_its_step(engine):  # S-56
    plant = machines(1, cycle=3, horizon=40).worker("w#1", ["op"], learns={"op": "c"})
    plant.curves["c"] = ([(0, 500), (2, 750), (3, 1000)], 0, 1)
    tally = engine(plant.program(), 0, trace=True)
    # two pieces at half speed take 6 s each, one at 3/4 takes 4 s, then 3 s each
    ends = [6, 12, 16, 19, 22, 25, 28, 31, 34, 37]
    assert times(tally, Event.FINISH, 0) == ends


def test_learning_when_a_lot_is_made_then_its_speed_is_that_of_its_beginning(engine):  # S-56
    plant = machines(1, cycle=3, horizon=30).worker("w#1", ["op"], learns={"op": "c"})
    plant.sources["a:saturated"]["lot"] = 2
    plant.curves["c"] = ([(0, 500), (1, 750), (2, 1000)], 0, 1)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH, 0) == [12, 18, 24]


def test_learning_when_beside_a_veteran_then_units_count_more_until_he_works_alone(engine):  # S-57
    plant = machines(2, cycle=3, horizon=31)
    plant.worker("a#1", ["op"], learns={"op": "c"}).worker("v#1", ["op", "z"], teaches=["op"])
    plant.curves["c"] = ([(0, 500), (2, 750), (4, 1000)], 4, 2)
    tally = engine(plant.program(), 0, trace=True)
    # together at a (6 s), then at b (4 s), then 4 units are done: each at a machine of his own
    assert grants(tally)[:6] == [
        *[(0, 0, 0), (0, 1, 0)],
        *[(6, 0, 1), (6, 1, 1)],
        *[(10, 0, 0), (10, 1, 1)],
    ]
    assert times(tally, Event.FINISH, 0) == [6, 13, 16, 19, 22, 25, 28]
    assert times(tally, Event.FINISH, 1) == [10, 13, 16, 19, 22, 25, 28]
    assert whole(tally.worker_teach) == [0, 10]
    assert whole(tally.worker_busy) == [31, 31]


def test_learner_when_the_veteran_is_away_then_he_waits_and_others_work(engine):  # S-57
    plant = machines(1, cycle=3, horizon=22)
    plant.worker("a#1", ["op"], learns={"op": "c"})
    plant.worker("v#1", ["op", "z"], teaches=["op"], calendar="late")
    plant.calendars["late"] = [(10, 40)]
    plant.curves["c"] = ([(0, 500), (2, 750)], 2, 1)
    tally = engine(plant.program(), 0, trace=True)
    assert grants(tally)[:4] == [(10, 0, 0), (10, 1, 0), (16, 0, 0), (16, 1, 0)]
    # 22: the third piece would begin, alone


def test_learner_when_the_veteran_teaches_another_then_who_is_not_new_is_sent(engine):  # S-57
    plant = machines(2, cycle=4, horizon=7)
    plant.worker("a#1", ["op"], learns={"op": "c"}).worker("b#1", ["op"], learns={"op": "c"})
    plant.worker("v#1", ["op", "z"], teaches=["op"]).worker("y#1", ["op", "x", "z"])
    plant.curves["c"] = ([(0, 500)], 9, 1)
    tally = engine(plant.program(), 0, trace=True)
    assert grants(tally) == [(0, 0, 0), (0, 2, 0), (0, 3, 1), (4, 3, 1)]


def test_setup_when_it_is_interrupted_or_lost_then_only_what_ends_is_learned(engine):  # S-56
    plant = machines(1, cycle=4, horizon=40).worker("w#1", ["op"], learns={"op": "c"})
    plant.failure("a", "jam", 6, 2, part=PartAtFailure.SCRAPPED)
    plant.curves["c"] = ([(0, 500), (1, 1000)], 0, 1)
    tally = engine(plant.program(), 0, trace=True)
    # 8 s are never reached within 6 s of work: every piece is lost, nothing is learned
    assert times(tally, Event.START, 0) == [0, 8, 16, 24, 32]


def test_overtime_and_night_when_he_stays_then_both_are_counted(engine):  # S-59
    plant = machines(1, cycle=7, horizon=40)
    plant.worker("w#1", ["op"], calendar="day", night=(12, 30))
    plant.calendars["day"] = [(0, 10), (20, 25)]
    tally = engine(plant.program(), 0, trace=True)
    # pieces 0-7, 7-14 (4 s over), 20-27 (2 s over)
    assert whole(tally.worker_duty) == [14 + 7]
    assert whole(tally.worker_overtime) == [4 + 2]
    assert whole(tally.worker_night) == [2 + 7]
