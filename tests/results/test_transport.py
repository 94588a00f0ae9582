"""What is told of vehicles."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.engines.plants import Plant
from vtwin.engines.choose import engine as choose
from vtwin.results.bottleneck import jury
from vtwin.results.formulas import KPIS
from vtwin.results.measures import measure
from vtwin.results.summary import summarise
from vtwin.studies.proof import faster, proof


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
            "transport_held": 0.0,
            "transport_held_s": 0.0,
            "transport_charging": 0.0,
            "transport_flat_per_day": 0.0,
            "charging_kwh_per_day": None,
            "moves_per_h": 90.0,
            "transport_wait_s": 4.0,
        }
    )
    assert all("transport" in KPIS[key].scopes for key in figures)


def test_result_json_when_there_are_vehicles_then_it_has_their_figures(plant):
    program, tally = plant
    body = summarise(program, [measure(program, tally)]).to_json()
    assert json.loads(json.dumps(body))["transport"]["cart"]["moves_per_h"]["mean"] == 90.0


def congested():
    """Two vehicles, the second held up for 6 s; each charges 4 s at first."""
    legs = {("a", "b"): [("ab", 4)], ("b", "a"): [("ba", 4)]}
    plant = Plant(horizon=40, zones={"ab": 1, "ba": 1, "charger": 2}).station("a", output=9)
    plant.station("b")
    plant.product("p", {"op": "1", "on": "a", "cycle": 5}, {"op": "2", "on": "b", "cycle": 1, "fleet": "cart"})  # fmt: skip
    battery = {"charging": 5, "low": 0, "until": 20, "capacity": 40, "content": [0, 0], "chargers": [("a", "charger")]}  # fmt: skip
    plant.fleet("cart", {}, {"a": "a", "b": "b"}, ["a", "a"], legs=legs, unload=7, battery=battery)
    program = plant.order("x", "p", 2).program()
    battery = replace(program.fleets[0].battery, kwh=3.0)
    return replace(program, fleets=(replace(program.fleets[0], battery=battery),))


def test_vehicles_when_they_hinder_one_another_and_charge_then_both_are_told():  # S-170
    program = congested()
    tally = choose("reference", program).simulate(program, 0)
    figures = measure(program, tally)
    # Called at 5 and 10; the first unloads in the aisle until 16, the second then drives.
    expected = {
        "transport_held": 6 / 80, "transport_held_s": 3.0, "transport_charging": 8 / 80,
        "transport_busy": (11 + 17) / 80, "transport_flat_per_day": 0.0,
        "charging_kwh_per_day": 8 * 5 / 40 * 3.0 * 86400 / 40,
    }  # fmt: skip
    cart = figures.transport["cart"]
    assert {key: cart[key] for key in expected} == pytest.approx(expected)
    assert figures.aisles["ab"] == {"aisle_held_s": 3.0, "aisle_entries_per_h": 180.0}
    assert figures.aisles["ba"] == {"aisle_held_s": None, "aisle_entries_per_h": 0.0}
    body = json.loads(json.dumps(summarise(program, [figures]).to_json()))
    assert body["aisles"]["ab"]["aisle_held_s"]["mean"] == 3.0


def test_result_json_when_there_are_no_vehicles_then_it_does_not_speak_of_them():
    plant = Plant(horizon=40).station("a").product("p", {"op": "1", "on": "a", "cycle": 4})
    program = plant.saturated("p").program()
    tally = choose("reference", program).simulate(program, 0)
    assert "transport" not in summarise(program, [measure(program, tally)]).to_json()


def carried(speed_up=1):
    """A fast machine, one cart that brings its parts 3 s away and back, a fast machine."""
    plant = Plant(horizon=400).station("a").station("b")
    plant.product("p", {"op": "1", "on": "a", "cycle": 4}, {"op": "2", "on": "b", "cycle": 1, "fleet": "cart"})  # fmt: skip
    plant.fleet("cart", {("a", "b"): 3 / speed_up}, {"a": "a", "b": "b"}, ["b"])
    return plant.saturated("p").program()


def test_jury_when_vehicles_are_always_under_way_then_they_are_the_suspect():
    program = carried()
    tallies = [choose("reference", program).simulate(program, n, trace=n == 0) for n in range(2)]
    verdict = jury(program, tallies)
    assert verdict.prime is not None
    assert (verdict.prime.name, verdict.prime.kind) == ("cart", "transport")
    assert {vote.measure for vote in verdict.votes if vote.suspect is None} >= {"turning_point", "arrow"}  # fmt: skip


def test_jury_when_vehicles_charge_then_they_are_as_busy_as_the_rest_of_their_time():
    """Always driving or charging: 40 s and 10 s by turns."""
    plant = Plant(horizon=400, zones={"charger": 1}).station("a", output=9).station("b")
    plant.product("p", {"op": "1", "on": "a", "cycle": 4}, {"op": "2", "on": "b", "cycle": 1, "fleet": "cart"})  # fmt: skip
    battery = {"charging": 4, "low": 10, "until": 50, "chargers": [("b", "charger")]}
    legs = {("a", "b"): [(None, 4)], ("b", "a"): [(None, 4)]}
    plant.fleet("cart", {}, {"a": "a", "b": "b"}, ["a"], legs=legs, battery=battery)
    program = plant.saturated("p").program()
    tally = choose("reference", program).simulate(program, 0, trace=True)
    busy = {s.name: s.busy.mean for s in jury(program, [tally]).suspects}
    assert busy["cart"] == pytest.approx(1.0, abs=0.02)  # but for the first 4 s


def test_proof_when_ways_are_told_in_legs_then_these_are_faster():
    quick = faster(congested(), "cart", 2.0).fleets[0]
    assert quick.ways[0][1][0].ticks == quick.travel[0][1] == 2 * 10**9


def test_proof_when_vehicles_are_the_bottleneck_then_faster_ones_bring_more():
    quick = faster(carried(), "cart", 2.0)
    assert quick.fleets == carried(speed_up=2).fleets
    told = proof(carried(), ["cart", "b"], 2, engine="reference")
    assert told.bottleneck == "cart"


def test_jury_when_a_belt_always_moves_something_then_it_is_as_busy_as_it_is_full():
    plant = Plant(horizon=4000).station("a", belt=(10, 20, 2, True)).station("b")
    plant.product("p", {"op": "1", "on": "a", "cycle": 20}, {"op": "2", "on": "b", "cycle": 9})
    program = plant.arrivals("p", 10).program()
    operations = tuple(
        replace(o, modes=(replace(o.modes[0], planned_s=2.0),)) if o.name == "p/1" else o
        for o in program.operations
    )
    program = replace(program, operations=operations)
    tally = choose("reference", program).simulate(program, 0, trace=True)
    busy = {s.name: s.busy.mean for s in jury(program, [tally]).suspects}
    assert busy["a"] == pytest.approx(0.2, abs=0.01)
    assert busy["b"] == pytest.approx(0.9, abs=0.01)
    assert jury(program, [tally]).prime.name == "b"


def test_proof_when_a_belt_is_made_faster_then_its_way_and_pitch_are():
    plant = Plant(horizon=400).station("a", count=2, belt=(10, 20, 2, True))
    program = plant.product("p", {"op": "1", "on": "a", "cycle": 20}).saturated("p").program()
    quick = faster(program, "a", 2.0)
    assert [(b.travel, b.pitch) for b in quick.belts] == [(10**10, 10**9)] * 2
