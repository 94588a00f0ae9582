"""Behaviours of their own, on the reference engine, which alone runs them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.engines.plants import Plant, S
from tests.engines.random_plants import plants
from tests.engines.rows import of, states, times
from tests.engines.test_properties import digest, same
from vtwin.base.errors import Refused
from vtwin.engines.reference import simulate
from vtwin.plant.behaviour import behaviour
from vtwin.plant.primitives import MachineState, PartAtFailure
from vtwin.plant.trace import Event

WORKING, SETUP, WAITING, BLOCKED, STARVED, DOWN, STOP = MachineState
PATH = "tests.engines.behaviours:"


def one(custom, cycle=4, horizon=40, **machine):
    plant = Plant(horizon=horizon).station("m", custom=PATH + custom, **machine)
    return plant.product("p", {"op": "o", "on": "m", "cycle": cycle}).saturated("p")


def unloaded(program):
    """The same program, attended for whole operations: behaviours know no loading (S-165)."""
    from dataclasses import replace

    def attended_throughout(mode):
        crew = mode.attended
        return mode if crew is None else replace(mode, attended=replace(crew, load=-1))

    operations = (
        replace(o, load=-1, modes=tuple(map(attended_throughout, o.modes)))
        for o in program.operations
    )
    return replace(program, operations=tuple(operations))


def ordinary(program):
    """The same program, its machines ordinary by a behaviour."""
    from dataclasses import replace

    machines = (
        m if m.belt >= 0 else replace(m, custom=PATH + "ordinary") for m in program.machines
    )
    return replace(unloaded(program), machines=tuple(machines))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(plants())
def test_any_plant_when_its_machines_behave_ordinarily_then_every_event_is_the_same(plant):  # S-165
    program = plant.program()
    expected = simulate(unloaded(program), 0, trace=True)
    found = simulate(ordinary(program), 0, trace=True)
    assert digest(found) == digest(expected)
    same(found, expected)


def test_oven_then_waits_are_no_work_and_show_what_they_say():  # S-166
    tally = simulate(one("oven", horizon=26).program(), 0, trace=True)
    cooled = tally.trace.time[tally.trace.kind == Event.FINISH] // S - 7
    assert set(cooled.tolist()) <= {5, 7, 17, 19, 21}  # each 5 or 7 s after its work
    assert states(tally, 0)[:3] == [(0, SETUP), (3, WORKING), (7, BLOCKED)]
    assert tally.mode_busy[0] == 4 * S * tally.mode_visits[0]
    assert tally.events == 3 * tally.mode_visits[0] + _begun_pieces(tally)


def _begun_pieces(tally):
    """Waits and work that are over of the item still in the machine."""
    last = tally.trace.time[tally.trace.kind == Event.START].max()
    inside = tally.ended - last
    return sum(inside > t * S for t in (3, 7))


def test_wait_when_the_machine_fails_then_it_goes_on():  # S-166
    plant = one("oven", horizon=30).failure("m", "jam", 8, 20, calendar=True)
    tally = simulate(plant.program(), 0, trace=True)
    # work is over at 7; cooling to 12 or 14 although the machine is down from 8 to 28
    assert times(tally, Event.FINISH)[0] in (12, 14)
    assert states(tally, 0)[:4] == [(0, SETUP), (3, WORKING), (7, BLOCKED), (8, DOWN)]


@pytest.mark.parametrize(
    ("part", "begins"),
    [(PartAtFailure.KEPT, 1), (PartAtFailure.REWORKED, 1), (PartAtFailure.SCRAPPED, 2)],
)
def test_part_when_the_machine_fails_in_a_wait_then_it_is_treated_as_said(part, begins):  # S-167
    plant = one("oven", horizon=11).failure("m", "jam", 8, 2, calendar=True, part=part)
    tally = simulate(plant.program(), 0, trace=True)
    assert len(of(tally, Event.START)) == begins
    assert tally.product_scrap.tolist() == [begins - 1]


def test_part_when_the_machine_fails_in_work_then_the_work_begins_again():  # S-167
    plant = one("oven", horizon=30).failure("m", "jam", 5, 1, calendar=True, part=PartAtFailure.REWORKED)  # fmt: skip
    tally = simulate(plant.program(), 0, trace=True)
    assert states(tally, 0)[:5] == [(0, SETUP), (3, WORKING), (5, DOWN), (6, WORKING), (10, BLOCKED)]  # fmt: skip


def test_hand_over_at_once_then_the_operation_takes_no_time():  # S-166
    plant = one("gate", horizon=10).station("n", input=0)
    plant.product("p", {"op": "o", "on": "m", "cycle": 4}, {"op": "q", "on": "n", "cycle": 3})
    tally = simulate(plant.program(), 0, trace=True)
    assert times(tally, Event.LEAVE) == [3, 6, 9]
    assert tally.mode_busy[0] == 0


@pytest.mark.parametrize(
    ("custom", "said"),
    [
        ("idler", "does not take one"),
        ("ender", "has come to its end"),
        ("grabber", "asks for Take()"),
        ("gambler", "'x' from two distributions"),
    ],
)
def test_behaviour_when_it_asks_for_the_impossible_then_it_is_refused(custom, said):  # S-165
    with pytest.raises(Refused, match="V504") as refused:
        simulate(one(custom).program(), 0)
    assert said in refused.value.problems[0].what


@pytest.mark.parametrize("path", ["nowhere:f", "tests.engines.behaviours:f", "x", ""])
def test_behaviour_when_it_cannot_be_loaded_then_it_is_refused(path):
    with pytest.raises(Refused, match="V504"):
        behaviour(path)
