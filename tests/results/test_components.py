"""What goes into an assembly is no product that leaves."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant
from vtwin.engines.reference import simulate
from vtwin.results.measures import measure
from vtwin.results.record import pictures


def test_plant_figures_when_parts_go_into_an_assembly_then_only_what_leaves_counts():
    plant = Plant(horizon=3600).station("bench").station("lathe", input=0)
    plant.product("flange", {"op": "cut", "on": "lathe", "cycle": 2}).stock("flange")
    plant.product("pump", {"op": "join", "on": "bench", "cycle": 3, "kit": {"flange": 2}})
    program = plant.saturated("flange").saturated("pump").program()
    tally = simulate(program, 0)
    found = measure(program, tally)
    pumps = int(tally.product_good[1])
    assert found.kpis["throughput_per_h"] == pumps
    assert found.products["flange"]["throughput_per_h"] == int(tally.product_good[0]) > pumps
    assert found.kpis["lead_time_s"] == pytest.approx(3.0)
    assert pictures(program, [tally]).series_total.sum() == pumps


def test_stock_and_carriers_when_worked_out_by_hand_then_their_means_agree():
    plant = Plant(horizon=10).station("bench").station("lathe", input=0)
    plant.carriers["pallet"] = 4
    plant.product("flange", {"op": "cut", "on": "lathe", "cycle": 2, "takes": "pallet"})
    plant.product("pump", {"op": "join", "on": "bench", "cycle": 3, "kit": {"flange": 2}})
    plant.stock("flange").order("f", "flange", 3).order("p", "pump", 1)
    program = plant.program()
    found = measure(program, simulate(program, 0))
    # one piece from 2 to 4, one from 6 to the end
    assert found.products["flange"]["in_stock"] == pytest.approx((2 + 4) / 10)
    assert "in_stock" not in found.products["pump"]
    # one item after the other on a pallet till 6
    assert found.carriers["pallet"]["in_use"] == pytest.approx(6 / 10 / 4)
