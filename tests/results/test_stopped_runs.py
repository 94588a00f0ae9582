"""What the figures of a run mean that a condition ended before its horizon."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant, S
from vtwin.engines.reference import simulate
from vtwin.results.measures import measure
from vtwin.results.record import pictures
from vtwin.results.summary import summarise


def _plant(**keys):
    return Plant(horizon=1000, bin=10, **keys).station("m").product(
        "p", {"op": "o", "on": "m", "cycle": 3}
    )  # fmt: skip


def _measured(plant):
    program = plant.program()
    tally = simulate(program, 0)
    return program, tally, measure(program, tally)


def test_rates_when_a_run_is_stopped_then_they_are_of_the_time_it_ran():  # S-96
    _, _, found = _measured(_plant(warmup=9).saturated("p").stop((None, 13)))
    # Eleven pieces left from 9 s to 39 s, the one that ended the run included.
    assert found.kpis["throughput_per_h"] == pytest.approx(1320)
    assert found.kpis["wip"] == pytest.approx(1)
    assert found.kpis["makespan_s"] == 39
    assert found.ended == "good_pieces"
    assert sum(found.states["m"]) == pytest.approx(1)


def test_orders_when_all_are_done_before_they_are_due_then_all_are_on_time():  # S-96
    plant = _plant().order("a", "p", 2, due=900).order("b", "p", 2, due=10).stop("orders")
    _, tally, found = _measured(plant)
    assert tally.ended == 12 * S
    assert found.kpis["on_time"] == 0.5
    assert found.kpis["tardiness_s"] == 1.0
    assert found.kpis["orders_done"] == 1.0
    assert found.ended == "orders_done"


def test_orders_when_one_is_not_done_and_not_due_yet_then_it_is_left_out():  # S-96
    plant = _plant().order("a", "p", 2, due=20).order("b", "p", 9, due=900).stop((None, 5))
    _, _, found = _measured(plant)
    assert found.kpis["on_time"] == 1.0


def test_makespan_when_nothing_can_end_the_run_then_it_is_no_figure():
    _, _, found = _measured(_plant().saturated("p"))
    assert "makespan_s" not in found.kpis
    assert found.ended == "horizon"


def test_summary_when_some_runs_reach_the_horizon_then_it_counts_what_ended_them():
    plant = _plant().product("q", {"op": "o", "on": "m", "cycle": 3}).order("a", "p", 2).stop(("p", 2))  # fmt: skip
    program, tally, found = _measured(plant)
    plant.orders[0]["release"] = 2000
    never = measure(plant.program(), simulate(plant.program(), 0))
    summary = summarise(program, [found, found, never])
    assert summary.to_json()["ended"] == {"good_pieces of p": 2, "horizon": 1}
    assert summary.kpis["makespan_s"].mean == 6.0
    assert len(pictures(program, [tally]).series_wip) == 1


def test_stalled_run_when_it_is_told_why_it_ended_then_by_the_stall():
    plant = Plant(horizon=1000).station("m", input=0).product(
        "p", {"op": "a", "on": "m", "cycle": 3}, {"op": "b", "on": "m", "cycle": 3}
    )  # fmt: skip
    _, _, found = _measured(plant.saturated("p").stop((None, 5)))
    assert found.ended == "stall"
    assert found.kpis["makespan_s"] is None
