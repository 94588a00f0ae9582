"""Copies of tools that wear out and are renewed: small plants worked out by hand."""

from __future__ import annotations

from tests.engines.plants import Plant, S
from tests.engines.rows import of, rows, states, times
from vtwin.plant.order import slots
from vtwin.plant.primitives import MachineState
from vtwin.plant.trace import Event

WORKING, SETUP, WAITING, BLOCKED, STARVED, DOWN, STOP = MachineState


def press(tool, horizon=40, cycle=4, count=1, **machine):
    """Presses that need die ``d`` for everything they do."""
    plant = Plant(horizon=horizon).station("m", count=count, **machine)
    plant.tools = {"d": tool}
    return plant.product("p", {"op": "o", "on": "m", "cycle": cycle, "tool": "d"}).saturated("p")


def test_die_when_its_only_copy_is_worn_then_the_press_waits_for_it(engine):  # S-106, S-107
    tally = engine(press({"life": 2, "renew": 6}).program(), 0, trace=True)
    assert times(tally, Event.WORN) == [8, 22, 36]
    assert times(tally, Event.RENEWED) == [14, 28]
    assert states(tally, 0)[:4] == [(0, WORKING), (8, STARVED), (14, WORKING), (22, STARVED)]
    assert tally.tool_renewals.tolist() == [2]
    assert tally.tool_away.tolist() == [16 * S]
    assert tally.events == 6 + 2


def test_die_when_another_copy_is_loose_then_the_press_goes_on_with_it(engine):  # S-105, S-106
    tally = engine(press({"count": 2, "life": 2, "renew": 10}, horizon=30).program(), 0, trace=True)
    assert of(tally, Event.WORN) == [(8, 0, -1, 0), (16, 0, -1, 1), (26, 0, -1, 0)]
    assert times(tally, Event.RENEWED) == [18, 26]
    # both are away from 16 to 18; of those loose at 18 there is only the first
    assert states(tally, 0) == [(0, WORKING), (16, STARVED), (18, WORKING)]


def test_copies_when_several_are_loose_then_the_lowest_number_is_mounted(engine):  # S-105
    tally = engine(press({"count": 3, "life": 1, "renew": 3}, horizon=30).program(), 0, trace=True)
    # at 8 the first is back (since 7) and the third loose all the time: the first it is
    assert [copy for _, _, _, copy in of(tally, Event.WORN)] == [0, 1, 0, 1, 0, 1, 0]


def test_lot_when_it_passes_the_life_then_it_is_finished_and_nothing_carried_over(engine):  # S-106
    plant = press({"life": 3, "renew": 1}, horizon=14, cycle=1)
    plant.sources["p:saturated"]["lot"] = 4
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.WORN) == [4, 9]
    assert tally.mode_cycles.tolist() == [8]


def test_renewal_when_it_needs_a_toolmaker_then_it_is_done_like_a_repair(
    engine,
):  # S-46, S-54, S-106
    plant = press({"life": 1, "renew": 6, "skill": "die"}, horizon=40)
    plant.worker("w#1", {"die": 2.0}, calendar="day", pause=True).calendars = {
        "day": [(10, 12), (30, 40)]
    }
    tally = engine(plant.program(), 0, trace=True)
    # asked for at 4, there from 10, gone from 12 to 30: 3 s of work at double speed
    assert times(tally, Event.RENEWED) == [31, 38]
    assert of(tally, Event.GRANT) == [(10, 0, -1, -1), (35, 0, -1, -1)]
    assert tally.skill_claims.tolist() == [2]
    assert tally.skill_wait.tolist() == [6 * S]
    assert tally.worker_busy.tolist() == [3 * S + 3 * S]


def test_worn_die_when_the_finished_part_is_blocked_then_it_leaves_all_the_same(engine):  # S-106
    plant = press({"life": 1, "renew": 2}, horizon=20)
    plant.station("n", input=0)
    plant.product("p", {"op": "o", "on": "m", "cycle": 4, "tool": "d"}, {"op": "q", "on": "n", "cycle": 9})  # fmt: skip
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.RENEWED)[:2] == [6, 12]
    assert states(tally, 0) == [
        (0, WORKING), (4, STARVED), (6, WORKING), (10, BLOCKED), (13, WORKING), (17, BLOCKED),
    ]  # fmt: skip


def test_machines_when_they_take_turns_with_one_die_then_its_count_goes_with_it(engine):  # S-105
    plant = Plant(horizon=40).station("a").station("b")
    plant.tools = {"d": {"life": 3, "renew": 5}}
    plant.product("p", {"op": "o", "on": "a", "cycle": 4, "tool": "d"}, {"op": "q", "on": "b", "cycle": 2, "tool": "d"})  # fmt: skip
    plant.order("x", "p", 2)
    tally = engine(plant.program(), 0, trace=True)
    # two on a (4, 8) and one on b (10) use it up; renewed at 15, the second one is made on b
    assert [(t, e) for t, e, _, _ in of(tally, Event.FINISH)] == [(4, 0), (8, 0), (10, 1), (17, 1)]
    assert times(tally, Event.WORN) == [10]


def test_renewal_when_nobody_can_do_it_then_the_stall_says_so(engine):  # S-80
    plant = press({"life": 1, "renew": 6, "skill": "die"}, horizon=40)
    tally = engine(plant.program(), 0)
    assert tally.ended == 4 * S
    assert "but a worn 'd' waits for somebody with skill 'die'" in tally.stall[0]


def test_slots_when_a_tool_lasts_for_ever_then_it_has_none():  # S-04
    plant = press({"count": 2, "life": 1, "renew": 6})
    plant.tools["e"] = 3
    found = slots(plant.program())
    assert found.copies == ((0, 1), ())
    assert (found.machines, found.sources, found.book) == ((2,), (3,), 4)


def test_trace_when_a_die_wears_out_then_its_rows_come_after_the_finish(engine):  # S-106
    tally = engine(press({"life": 1, "renew": 6}, horizon=5).program(), 0, trace=True)
    assert [kind for t, kind, *_ in rows(tally) if t == 4] == [
        Event.FINISH, Event.LEAVE, Event.WORN, Event.STATE,
    ]  # fmt: skip
