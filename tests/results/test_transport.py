"""What is told of vehicles."""

from __future__ import annotations

import json

import pytest

from tests.engines.plants import Plant
from vtwin.engines.choose import engine as choose
from vtwin.results.formulas import KPIS
from vtwin.results.measures import measure
from vtwin.results.summary import summarise


@pytest.fixture(scope="module")
def plant():
    """One part: called at 4 s, taken up at 8 s, brought at 13 s; of 40 s."""
    plant = Plant(horizon=40).station("a").station("b")
    plant.product("p", {"op": "1", "on": "a", "cycle": 4}, {"op": "2", "on": "b", "cycle": 1, "fleet": "cart"})  # fmt: skip
    plant.fleet("cart", {("a", "b"): 3}, {"a": "a", "b": "b"}, ["b"], load=1, unload=2)
    program = plant.order("x", "p", 1).program()
    return program, choose("reference", program).simulate(program, 0)


def test_vehicles_when_they_are_measured_then_their_shares_are_those_of_the_time(plant):
    figures = measure(*plant).transport["cart"]
    assert figures == pytest.approx(
        {
            "transport_busy": 9 / 40,
            "transport_empty": 4 / 40,
            "transport_loaded": 5 / 40,
            "transport_blocked": 0.0,
            "moves_per_h": 90.0,
            "transport_wait_s": 4.0,
        }
    )
    assert all("transport" in KPIS[key].scopes for key in figures)


def test_result_json_when_there_are_vehicles_then_it_has_their_figures(plant):
    program, tally = plant
    body = summarise(program, [measure(program, tally)]).to_json()
    assert json.loads(json.dumps(body))["transport"]["cart"]["moves_per_h"]["mean"] == 90.0


def test_result_json_when_there_are_no_vehicles_then_it_does_not_speak_of_them():
    plant = Plant(horizon=40).station("a").product("p", {"op": "1", "on": "a", "cycle": 4})
    program = plant.saturated("p").program()
    tally = choose("reference", program).simulate(program, 0)
    assert "transport" not in summarise(program, [measure(program, tally)]).to_json()
