"""What is said beside the figures."""

import numpy as np
import pytest

from tests.app.made import program, tally
from tests.engines.plants import Plant
from vtwin.app.notes import after_run
from vtwin.engines.reference import simulate


def _codes(plant, tallies):
    return [note.code for note in after_run(plant, tallies)]


def test_run_when_nothing_is_wrong_then_nothing_is_said():
    plant = program()
    assert _codes(plant, [tally(plant)]) == []


def test_run_when_no_good_piece_left_then_it_says_so_and_why():
    plant = program()
    empty = tally(plant, product_good=np.array([0]), lead_hist=({},))
    (note,) = after_run(plant, [empty])
    assert note.code == "V552"
    assert "10 pieces were still inside" in note.what
    scrapped = tally(
        plant, product_good=np.array([0]), product_scrap=np.array([9]), in_plant_at_end=0
    )
    assert "every piece was scrapped" in after_run(plant, [scrapped])[0].what


def test_run_when_work_in_process_only_grows_then_the_overload_is_told_in_pieces_a_day():
    plant = program()
    growing = tally(
        plant,
        series_wip=np.linspace(1, 400, plant.run.horizon // plant.run.bin),
        product_released=np.array([900]),
    )
    (note,) = after_run(plant, [growing])
    assert note.code == "V553"
    assert "216 pieces a day come in, 120 leave" in note.what


def test_run_when_it_ends_behind_closed_doors_then_that_is_no_overload():
    plant = program()
    bins = plant.run.horizon // plant.run.bin
    closed = np.where(np.arange(bins) >= 0.8 * bins, 400.0, 5.0)  # the last fifth: a weekend
    ended = tally(plant, series_wip=closed, product_released=np.array([900]))
    assert _codes(plant, [ended]) == []
    growing = tally(plant, series_wip=np.linspace(1, 400, bins), product_released=np.array([900]))
    assert _codes(plant, [growing]) == ["V553"]


def test_run_when_stalled_in_one_replication_then_the_cycle_is_told():
    plant = program()
    stalled = tally(
        plant, 1, stall=("m0 holds a part and waits for m1", "m1 holds a part and waits for m0")
    )
    (note,) = after_run(plant, [tally(plant), stalled])
    assert note.code == "V554"
    assert "1 of 2 replications" in note.what
    assert "m1 holds a part" in note.what


def test_machine_when_it_never_worked_then_it_is_named():
    plant = program(4)
    idle = tally(plant, mode_visits=np.array([5, 5, 5, 0]))
    (note,) = after_run(plant, [idle])
    assert (note.code, "m3" in note.what) == ("V555", True)


def test_machine_when_it_was_never_on_duty_then_its_idleness_is_no_surprise():
    plant = program(4)
    state = tally(plant).machine_state.copy()
    state[3] = [0, 0, 0, 0, 0, 0, state[3].sum()]
    assert (
        _codes(plant, [tally(plant, mode_visits=np.array([5, 5, 5, 0]), machine_state=state)]) == []
    )


@pytest.mark.parametrize(("copies", "told"), [(1, True), (6, False)])
def test_tool_when_machines_wait_for_its_renewal_then_a_note_says_so(copies, told):  # S-107
    plant = Plant(horizon=3600).station("m").product("p", {"op": "o", "on": "m", "cycle": 10, "tool": "d"})  # fmt: skip
    plant.tools = {"d": {"count": copies, "life": 10, "renew": 400}}
    made = plant.saturated("p").program()
    found = after_run(made, [simulate(made, 0)])
    assert [problem.code for problem in found] == (["V557"] if told else [])
    assert all("its only copy" in p.what and "m had nothing to do" in p.what for p in found)
