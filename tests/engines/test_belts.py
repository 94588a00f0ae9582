"""Conveyors and continuous furnaces: small plants worked out by hand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.plants import Plant, S
from tests.engines.rows import of, rows, seconds, states, times
from vtwin.base.draws import empirical
from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import MachineState, PartAtFailure
from vtwin.plant.trace import Event

BLOCKED, STARVED, WORKING, DOWN, PLANNED_STOP = (
    MachineState.BLOCKED,
    MachineState.STARVED,
    MachineState.WORKING,
    MachineState.DOWN,
    MachineState.PLANNED_STOP,
)


def conveyor(places, travel, pitch, accumulating, then, horizon, **machine):
    """A belt that always finds an item, before a machine that takes ``then`` s (0: none)."""
    plant = Plant(horizon=horizon).station("a", belt=(places, travel, pitch, accumulating), **machine)  # fmt: skip
    route = [{"op": "1", "on": "a", "cycle": travel}]
    if then:
        plant.station("b", input=0)
        route.append({"op": "2", "on": "b", "cycle": then})
    return plant.product("p", *route).saturated("p")


def test_belt_when_nothing_holds_it_up_then_items_come_one_pitch_apart(engine):  # S-141, S-142
    tally = engine(conveyor(9, 10, 3, False, 0, 20).program(), 0, trace=True)
    assert times(tally, Event.START) == [0, 3, 6, 9, 12, 15, 18]
    assert times(tally, Event.LEAVE) == [10, 13, 16, 19]
    assert seconds(tally) == {WORKING: 20}
    assert tally.mode_busy.tolist() == [19 * S]  # S-146


def test_belt_when_its_places_are_taken_then_the_next_one_enters_when_one_leaves(engine):  # S-141
    tally = engine(conveyor(2, 10, 3, True, 0, 32).program(), 0, trace=True)
    assert times(tally, Event.START) == [0, 3, 10, 13, 20, 23, 30]
    assert times(tally, Event.LEAVE) == [10, 13, 20, 23, 30]


def test_accumulating_belt_when_the_next_machine_is_slow_then_items_close_up(
    engine,
):  # S-142, S-143
    tally = engine(conveyor(3, 6, 2, True, 10, 50).program(), 0, trace=True)
    # In at 0, 2, 4; the first is at b from 6 on, the second at the end at 8 and waits until 16.
    # The third stands behind it at 8 (4 + 6 - 2), the fourth, in at 6, at 6 + 6 - 4 = 8.
    assert times(tally, Event.START, 1) == [6, 16, 26, 36, 46]
    assert times(tally, Event.FINISH, 0) == [6, 8, 18, 28, 38, 48]
    assert times(tally, Event.START, 0) == [0, 2, 4, 6, 16, 26, 36, 46]
    # A new one in at 16 has to go 6 - 4 = 2 until it stands behind the two others.
    assert states(tally, 0)[:5] == [
        (0, WORKING), (8, BLOCKED), (16, WORKING), (18, BLOCKED), (26, WORKING),
    ]  # fmt: skip


def test_accumulating_belt_when_the_way_is_longer_than_its_places_then_the_rest_is_walked(engine):
    # S-143
    tally = engine(conveyor(2, 10, 1, True, 100, 60).program(), 0, trace=True)
    # In at 0 and 1; b takes the first at 10, the third enters; the second is at the end at 11,
    # the third stands behind it at 10 + 10 - 1 = 19.
    assert times(tally, Event.START, 0) == [0, 1, 10]
    assert states(tally, 0) == [(0, WORKING), (19, BLOCKED)]


def test_standing_belt_when_the_first_item_cannot_leave_then_everything_stands(engine):  # S-140
    tally = engine(conveyor(9, 6, 2, False, 5, 30).program(), 0, trace=True)
    # Belt time stands from 8 to 11, from 13 to 16, …: two ticks of travel for each five.
    assert times(tally, Event.FINISH, 0) == [6, 8, 13, 18, 23, 28]
    assert times(tally, Event.START, 0) == [0, 2, 4, 6, 8, 13, 18, 23, 28]
    assert states(tally, 0)[:4] == [(0, WORKING), (8, BLOCKED), (11, WORKING), (13, BLOCKED)]


def test_belt_when_it_is_empty_then_it_is_starved(engine):  # S-144
    plant = Plant(horizon=20).station("a", belt=(5, 4, 1, True))
    plant.product("p", {"op": "1", "on": "a", "cycle": 4}).arrivals("p", 8)
    tally = engine(plant.program(), 0, trace=True)
    assert states(tally, 0) == [(8, WORKING), (12, STARVED), (16, WORKING)]
    assert times(tally, Event.LEAVE) == [12]


def test_belt_when_it_pauses_at_the_shift_end_then_what_is_on_it_ages_nothing(engine):  # S-140
    plant = conveyor(9, 10, 4, False, 0, 40, calendar="day")
    plant.calendars["day"] = [(0, 11), (21, 40)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.LEAVE) == [10, 24, 28, 32, 36]
    assert times(tally, Event.START) == [0, 4, 8, 22, 26, 30, 34, 38]
    assert seconds(tally) == {WORKING: 30, PLANNED_STOP: 10}


def test_belt_when_it_finishes_at_the_shift_end_then_it_runs_empty(engine):  # S-141, S-144
    plant = conveyor(9, 10, 4, False, 0, 40, calendar="day", finish=True)
    plant.calendars["day"] = [(0, 11), (31, 40)]
    tally = engine(plant.program(), 0, trace=True)
    assert times(tally, Event.START) == [0, 4, 8, 31, 35, 39]
    assert times(tally, Event.LEAVE) == [10, 14, 18]
    assert states(tally, 0) == [(0, WORKING), (18, PLANNED_STOP), (31, WORKING)]


def test_belt_when_an_item_is_at_the_end_as_the_shift_ends_then_it_leaves(engine):  # S-13
    plant = conveyor(9, 10, 4, False, 0, 40, calendar="day")
    plant.calendars["day"] = [(0, 10), (30, 40)]
    assert times(engine(plant.program(), 0, trace=True), Event.LEAVE) == [10, 34, 38]


def failing(part, accumulating=False, **keys):
    plant = conveyor(9, 10, 4, accumulating, 0, 40)
    return plant.failure("a", "jam", 9, 5, part=part, **keys)


def test_belt_when_it_fails_and_items_are_kept_then_they_go_on_where_they_stopped(engine):  # S-145
    tally = engine(failing(PartAtFailure.KEPT).program(), 0, trace=True)
    # Down from 9 to 14 and from 23 to 28; who is at the end at 23 is there in time (S-43).
    assert times(tally, Event.FAIL) == [9, 23, 37]
    assert times(tally, Event.LEAVE) == [15, 19, 23, 32, 36]
    assert seconds(tally)[DOWN] == 13


def test_belt_when_it_fails_and_items_are_reworked_then_they_are_put_on_again(engine):  # S-145
    tally = engine(failing(PartAtFailure.REWORKED).program(), 0, trace=True)
    # The three in at 0, 4 and 8 begin again at 14, 18 and 22; all that is on it again at 28 …
    assert times(tally, Event.LEAVE) == []
    assert times(tally, Event.START) == [0, 4, 8]
    plant = failing(PartAtFailure.REWORKED)
    plant.failures["a/jam"]["after"] = 13
    tally = engine(plant.program(), 0, trace=True)
    # One leaves at 10. At 13 those in at 4, 8 and 12 begin again: 18, 22, 26; 28 is next.
    assert times(tally, Event.START)[:4] == [0, 4, 8, 12]
    assert times(tally, Event.LEAVE)[:3] == [10, 28]


def test_belt_when_it_fails_and_items_are_scrapped_then_the_entry_is_free(engine):  # S-145
    tally = engine(failing(PartAtFailure.SCRAPPED).program(), 0, trace=True)
    assert of(tally, Event.SCRAP)[:3] == [(9, 0, 0, 1), (9, 0, 1, 1), (9, 0, 2, 1)]
    assert times(tally, Event.START) == [0, 4, 8, 14, 18, 22, 28, 32, 36]
    assert int(tally.mode_visits[0]) == 0


def test_belt_when_it_is_blocked_then_the_operating_clock_stands(engine):  # S-145
    plant = conveyor(9, 6, 2, False, 5, 40).failure("a", "jam", 10, 1)
    tally = engine(plant.program(), 0, trace=True)
    # It moves 0-8, 11-13 and so on: ten ticks of movement at 13, together with the end of an
    # item, which goes first; the mode strikes when the belt moves again at 16.
    assert times(tally, Event.FAIL)[0] == 16


def test_belt_when_items_may_enter_at_one_tick_then_they_reach_the_end_one_by_one(engine):
    # S-141, S-144
    plant = Plant(horizon=20).station("a", belt=(3, 5, 0, True)).station("b", input=0)
    plant.product("p", {"op": "1", "on": "a", "cycle": 5}, {"op": "2", "on": "b", "cycle": 2})
    tally = engine(plant.order("x", "p", 5).program(), 0, trace=True)
    assert times(tally, Event.START, 0) == [0, 0, 0, 5, 7]
    assert times(tally, Event.START, 1) == [5, 7, 9, 11, 13]
    assert [t for t, k, e, _, _ in rows(tally) if k is Event.FINISH and e == 0] == [5, 5, 7, 10, 12]


def test_belt_when_it_waits_for_ever_then_the_stall_says_for_what(engine):  # S-80
    plant = Plant(horizon=100).station("a", belt=(2, 5, 1, True)).station("b", input=0)
    plant.product("p", {"op": "1", "on": "a", "cycle": 5}, {"op": "2", "on": "b", "cycle": 2, "skill": "x"})  # fmt: skip
    tally = engine(plant.order("x", "p", 5).program(), 0, trace=True)
    assert any("a holds a part of 'p' and waits for room at b" in told for told in tally.stall)


def test_results_when_an_unrelated_belt_is_added_then_they_stay(engine):  # S-07
    plant = conveyor(3, 6, 2, True, 10, 50)
    before = times(choose("reference", None).simulate(plant.program(), 0, trace=True), Event.LEAVE)
    plant.station("0", belt=(5, 4, 1, True)).product("q", {"op": "1", "on": "0", "cycle": 4})
    tally = engine(plant.arrivals("q", 3).program(), 0, trace=True)
    assert [t for t, e, _, _ in of(tally, Event.LEAVE) if e == 0] == before


# -- against a belt that is moved second by second -------------------------------------------


def second_by_second(places, travel, pitch, accumulating, works, horizon):
    """When items enter the belt, reach its end and go to the next machine, whose operations take
    ``works`` s: positions along the belt, moved by 1 every second. The belt always finds items.
    """
    belt: list[int] = []  # how far each item has come, the foremost first
    waits = False  # the foremost is at the end
    clear = pitch  # seconds the belt moved since the last item entered
    free_at, works = 0, iter(works)
    entered, reached, taken = [], [], []
    for now in range(horizon):
        if now and (accumulating or not waits):
            clear += 1
            ahead = travel + pitch
            for n, place in enumerate(belt):
                belt[n] = ahead = min(place + 1, ahead - pitch)
        moved = True
        while moved:
            moved = False
            if belt and belt[0] == travel and not waits:
                waits = moved = True
                reached.append(now)
            if waits and now >= free_at:
                free_at = now + next(works)
                taken.append(now)
                belt.pop(0)
                waits, moved = False, True
            if len(belt) < places and clear >= pitch:
                belt.append(0)
                entered.append(now)
                clear, moved = 0, True
    return entered, reached, taken


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 9),
    st.booleans(),
    st.lists(st.integers(1, 12), min_size=3, max_size=8),
    st.integers(0, 5),
)
def test_belt_when_it_is_moved_second_by_second_then_every_time_is_the_same(
    places, pitch, more, accumulating, times_of_b, seed
):  # S-141 to S-143
    travel = max(places - 1, 1) * pitch + more  # at least a pitch: longer than an item
    plant = conveyor(places, travel, pitch, accumulating, empirical(times_of_b), 80)
    plant.seed = seed
    tally = choose("reference", None).simulate(plant.program(), 0, trace=True)
    starts = times(tally, Event.START, 1)
    ends = times(tally, Event.FINISH, 1)
    works = [int(b - a) for a, b in zip(starts, [*ends, 1000], strict=False)]
    entered, reached, taken = second_by_second(
        places, travel, pitch, accumulating, [*works, 1000], 80
    )
    assert times(tally, Event.START, 0) == entered
    assert times(tally, Event.FINISH, 0) == reached
    assert starts == taken
