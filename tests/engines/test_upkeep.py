"""Wear by cycles and planned maintenance: small plants worked out by hand."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant, S
from tests.engines.rows import of, states, times
from vtwin.plant.primitives import MachineState, PartAtFailure
from vtwin.plant.trace import Event

WORKING, SETUP, WAITING, BLOCKED, STARVED, DOWN, STOP = MachineState


def one(cycle=4, horizon=40, **machine):
    plant = Plant(horizon=horizon).station("m", **machine)
    return plant.product("p", {"op": "o", "on": "m", "cycle": cycle}).saturated("p")


def test_wear_when_the_count_is_reached_then_it_strikes_at_the_end_of_the_cycle(engine):  # S-100
    plant = one(horizon=40).failure("m", "wear", None, 3, life=2)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FINISH) == [4, 8, 15, 19, 26, 30, 37]
    assert times(tally, Event.FAIL) == [8, 19, 30]
    assert times(tally, Event.REPAIRED) == [11, 22, 33]
    assert tally.machine_state[0, DOWN] == tally.failure_down[0] == 9 * S
    assert tally.events == 7 + 3 + 3


def test_wear_when_a_lot_passes_the_life_then_it_is_made_whole_and_nothing_carried_over(engine):
    plant = Plant(horizon=40).station("m")
    plant.product("p", {"op": "o", "on": "m", "cycle": 1, "per_cycle": 2}).saturated("p", lot=7)
    plant.failure("m", "wear", None, 1, life=6)
    tally = engine(plant.program(), 0, trace=True)
    # four cycles a lot: the count is 8 after two lots, and 0 again after the repair  # S-100
    assert times(tally, Event.FAIL) == [8, 17, 26, 35]
    assert tally.mode_cycles.tolist() == [4 * 8]


def test_wear_of_two_tools_when_one_cycle_uses_both_up_then_both_are_changed_at_once(engine):
    plant = one(horizon=12).failure("m", "a", None, 2, life=2).failure("m", "b", None, 3, life=2)
    tally = engine(plant.program(), 0, trace=True)
    assert [r[:2] for r in of(tally, Event.FAIL)] == [(8, 0), (8, 1)]
    assert states(tally, 0) == [(0, WORKING), (8, DOWN), (11, WORKING)]


def test_maintenance_when_due_in_a_cycle_then_it_waits_for_its_end(engine):  # S-101
    plant = one(horizon=30).failure("m", "grease", 10, 5, calendar=True, planned=True)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FAIL) == [12, 29]  # due at 10, and 10 after its end at 17
    assert times(tally, Event.FINISH) == [4, 8, 12, 21, 25, 29]
    assert states(tally, 0) == [(0, WORKING), (12, STOP), (17, WORKING), (29, STOP)]
    assert tally.machine_state[0, DOWN] == 0
    assert tally.events == 6 + 2 * 2 + 1  # operations, due and struck, over


def test_maintenance_when_the_machine_is_idle_then_it_begins_when_due(engine):  # S-101
    plant = Plant(horizon=20).station("m").product("p", {"op": "o", "on": "m", "cycle": 4})
    plant.order("a", "p", 1, release=11).failure("m", "grease", 10, 5, calendar=True, planned=True)
    tally = engine(plant.program(), 0, trace=True)
    assert states(tally, 0) == [(10, STOP), (15, WORKING), (19, STARVED)]


@pytest.mark.parametrize(("after", "strikes"), [(8, [8]), (8.5, [12]), (3, [4, 9])])
def test_maintenance_by_operating_time_then_work_in_hand_is_finished_first(engine, after, strikes):
    plant = one(horizon=13).failure("m", "grease", after, 1, planned=True)
    assert times(engine(plant.program(), 0, trace=True), Event.FAIL) == strikes  # S-101


def test_maintenance_by_cycles_then_its_time_is_a_planned_stop(engine):  # S-100, S-102
    plant = one(horizon=20).failure("m", "grease", None, 5, life=2, planned=True)
    tally = engine(plant.program(), 0, trace=True)
    assert states(tally, 0) == [(0, WORKING), (8, STOP), (13, WORKING)]


def test_maintenance_when_its_mechanic_is_elsewhere_then_the_machine_waits_for_people(engine):
    plant = Plant(horizon=40)
    for name, cycle in (("a", 4), ("b", 5)):
        plant.station(name).product(f"p{name}", {"op": "o", "on": name, "cycle": cycle})
        plant.saturated(f"p{name}")
        plant.failure(name, "grease", None, 6, life=2, planned=True, skill="fit")
    tally = engine(plant.worker("w", ["fit"]).program(), 0, trace=True)
    # a is stopped at 8, b at 10 waits until a is done at 14; a again from 22 on with nobody waiting
    assert states(tally, 0) == [(0, WORKING), (8, STOP), (14, WORKING), (22, STOP), (28, WORKING), (36, STOP)]  # S-104  # fmt: skip
    assert states(tally, 1) == [(0, WORKING), (10, WAITING), (14, STOP), (20, WORKING), (30, STOP), (36, WORKING)]  # fmt: skip
    assert tally.machine_state[1, [WAITING, STOP]].tolist() == [4 * S, 12 * S]
    assert tally.failure_down.tolist() == [16 * S, 16 * S]


def test_maintenance_when_its_mechanic_walks_or_rests_then_the_machine_waits(engine):
    plant = Plant(horizon=50).station("a", at=(0, 0)).station("b", at=(0, 3))
    for name, after in (("a", 2), ("b", 5)):
        plant.failure(name, "grease", after, 10, calendar=True, planned=True, skill="fit")
    plant.product("p", {"op": "o", "on": "a", "cycle": 1})
    plant.calendars = {"day": [(0, 20), (30, 50)]}
    plant.worker("w", ["fit"], calendar="day", pause=True, speed=1000)
    tally = engine(plant.program(), 0, trace=True)
    assert states(tally, 0)[:2] == [(2, STOP), (12, STARVED)]
    # asked for at 5, sent at 12, there at 15; at home from 20 to 30; five seconds are left
    assert states(tally, 1)[:4] == [(5, WAITING), (15, STOP), (20, WAITING), (30, STOP)]  # S-104
    assert states(tally, 1)[4] == (35, STARVED)


def test_maintenance_when_one_of_two_is_done_then_the_machine_is_stopped(engine):
    plant = one(cycle=4, horizon=40).worker("w", ["fit"], calendar="late")
    plant.calendars = {"late": [(20, 40)]}
    plant.failure("m", "grease", 3, 3, calendar=True, planned=True, skill="fit")
    plant.failure("m", "self", 3, 9, planned=True)
    tally = engine(plant.program(), 0, trace=True)
    assert states(tally, 0)[:5] == [(0, WORKING), (4, STOP), (13, WAITING), (20, STOP), (23, WORKING)]  # S-104  # fmt: skip


def test_maintenance_when_due_between_setup_and_work_then_both_are_finished_first(engine):  # S-101
    plant = Plant(horizon=40).station("m", setup="t", key="a")
    plant.setups["t"] = {"keys": ["a", "b"], "times": {("a", "b"): 4}}
    plant.product("p", {"op": "o", "on": "m", "cycle": 4, "skill": "op", "key": "b"})
    plant.worker("w#1", ["op"], calendar="late").calendars = {"late": [(10, 40)]}
    plant.order("x", "p", 1).failure("m", "grease", 5, 3, calendar=True, planned=True)
    tally = engine(plant.program(), 0, trace=True)
    assert states(tally, 0)[:4] == [(0, SETUP), (4, WAITING), (10, WORKING), (14, STOP)]


def test_maintenance_when_the_item_only_waits_then_it_begins_and_the_claim_rests(engine):  # S-102
    plant = one(cycle=4, horizon=30).worker("w#1", ["op"], calendar="late")
    plant.products["p"][0]["skill"] = "op"
    plant.calendars = {"late": [(7, 30)]}
    plant.failure("m", "grease", 5, 3, calendar=True, planned=True)
    tally = engine(plant.program(), 0, trace=True)
    assert states(tally, 0)[:3] == [(0, WAITING), (5, STOP), (8, WORKING)]
    assert tally.skill_wait.tolist()[0] == 5 * S


def test_maintenance_off_duty_when_due_then_it_is_done_at_night(engine):  # S-102
    plant = one(cycle=4, horizon=30, calendar="day", finish=True)
    plant.calendars = {"day": [(0, 10), (20, 30)]}
    plant.failure("m", "grease", 11, 5, calendar=True, planned=True)
    tally = engine(plant.program(), 0, trace=True)
    # the cycle begun at 8 is finished at 12, after the shift; then the maintenance begins
    assert times(tally, Event.FAIL) == [12, 28]
    assert times(tally, Event.REPAIRED) == [17]
    assert states(tally, 0) == [(0, WORKING), (12, STOP), (20, WORKING), (28, STOP)]


def test_maintenance_when_a_failure_scraps_the_work_then_it_begins_at_once(engine):  # S-101
    plant = one(cycle=20, horizon=30).failure("m", "grease", 5, 4, calendar=True, planned=True)
    plant.failure("m", "jam", 7, 2, calendar=True, part=PartAtFailure.SCRAPPED)
    tally = engine(plant.program(), 0, trace=True)
    assert [r[:2] for r in of(tally, Event.FAIL)][:2] == [(7, 1), (7, 0)]
    assert states(tally, 0)[:4] == [(0, WORKING), (7, DOWN), (9, STOP), (11, WORKING)]


def test_maintenance_when_its_mechanic_never_comes_then_the_stall_says_so(engine):  # S-80
    plant = one(cycle=4, horizon=30).failure("m", "grease", None, 4, life=1, planned=True, skill="fit")  # fmt: skip
    tally = engine(plant.program(), 0)
    assert tally.ended == 4 * S
    assert "m is stopped ('m/grease') and waits for somebody with skill 'fit'" in tally.stall[0]


# -- belts (S-103) ----------------------------------------------------------------------------


def belt(*modes, horizon=40, **keys):
    """A belt of three places, 6 s long, onto which something comes every 2 s."""
    plant = Plant(horizon=horizon).station("b", belt=(3, 6, 2, True), **keys)
    plant.product("p", {"op": "o", "on": "b", "cycle": 6}).arrivals("p", 2)
    for name, after, repair, more in modes:
        plant.failure("b", name, after, repair, **more)
    return plant


def test_maintenance_of_a_belt_when_due_then_the_belt_runs_empty_first(engine):  # S-103
    plant = belt(("grease", 9, 4, {"calendar": True, "planned": True}), horizon=23)
    tally = engine(plant.program(), 0, trace=True)
    # due at 9: nothing enters any more; the last item on the belt entered at 8
    assert times(tally, Event.START) == [2, 4, 6, 8, 18, 20, 22]
    assert times(tally, Event.FAIL) == [14]
    assert times(tally, Event.REPAIRED) == [18]
    assert states(tally, 0) == [(2, WORKING), (14, STOP), (18, WORKING)]


def test_maintenance_of_an_empty_belt_when_due_then_it_begins_at_once(engine):  # S-103
    plant = belt(("grease", 1, 3, {"calendar": True, "planned": True}), horizon=6)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FAIL) == [1]  # due again at 5, with an item on the belt
    assert times(tally, Event.START) == [4]


@pytest.mark.parametrize(
    ("part", "finished"),
    [(PartAtFailure.KEPT, [8, 10, 15, 17]), (PartAtFailure.SCRAPPED, [8, 10, 19])],
)
def test_wear_of_a_belt_when_the_count_is_reached_then_it_stops_with_what_is_on_it(engine, part, finished):  # S-103  # fmt: skip
    plant = belt(("wear", None, 3, {"life": 2, "part": part}), horizon=20)
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.FAIL)[0] == 10
    assert [t for t in times(tally, Event.FINISH) if t < 20] == finished


def test_maintenance_of_a_belt_by_cycles_then_items_on_it_are_brought_to_its_end(engine):  # S-103
    plant = belt(("grease", None, 5, {"life": 2, "planned": True}), horizon=24)
    tally = engine(plant.program(), 0, trace=True)
    # the second cycle ends at 10, with items of 6 and 8 on the belt; they leave at 12 and 14
    assert times(tally, Event.FINISH)[:4] == [8, 10, 12, 14]
    assert times(tally, Event.FAIL) == [14]
