"""Figures of start-ups, demand windows, renewals and maintenance, from small runs."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant
from vtwin.engines.reference import simulate
from vtwin.plant.primitives import MachineState
from vtwin.results.kpi import measure, summarise

WORKING, STARVED = MachineState.WORKING, MachineState.STARVED


def _measured(plant: Plant):
    program = plant.program()
    return program, measure(program, simulate(program, 0))


def _one(**machine) -> Plant:
    plant = Plant(horizon=3600, **machine.pop("run", {})).station("m", **machine)
    return plant.product("p", {"op": "o", "on": "m", "cycle": 60})


def test_energy_when_a_machine_starts_up_then_the_start_has_its_own_power():  # S-161
    plant = _one(power={WORKING: 6.0}, surge_kw=36.0, surge=100, calendar="late")
    plant.calendars = {"late": [(1800, 3600)]}
    plant.saturated("p").demand = 900
    _, found = _measured(plant)
    # 1800 s of work, 100 s of it at 36 kW: (1700 · 6 + 100 · 36) kW s
    assert found.kpis["energy_kwh"] == pytest.approx((1700 * 6 + 100 * 36) / 3600)
    assert found.kpis["peak_kw"] == pytest.approx((800 * 6 + 100 * 36) / 900, abs=1e-3)


def test_peak_when_no_window_is_whole_then_it_is_null_and_says_why():  # S-163
    plant = _one(power={WORKING: 6.0}).saturated("p")
    plant.demand = 4000
    program, found = _measured(plant)
    assert found.kpis["peak_kw"] is None
    told = summarise(program, [found]).to_json()["kpis"]["peak_kw"]
    assert told["mean"] is None
    assert "demand window" in told["why"]


def test_peak_when_no_power_is_given_then_it_says_so():
    program, found = _measured(_one().saturated("p"))
    assert summarise(program, [found]).to_json()["kpis"]["peak_kw"]["why"] == "no power given"


def test_tool_when_it_wears_out_then_its_renewals_are_told():  # S-107
    plant = _one().saturated("p")
    plant.products["p"][0]["tool"] = "d"
    plant.tools = {"d": {"count": 2, "life": 10, "renew": 300}, "e": 1}
    program, found = _measured(plant)
    # worn every 600 s, from 600 to 3000 s; the last of these renewals is over at 3300 s
    assert found.tools == {
        "d": {
            "renewals_per_day": pytest.approx(5 * 24),
            "away": pytest.approx(5 * 300 / (2 * 3600)),
        }
    }
    assert set(summarise(program, [found]).to_json()["tools"]) == {"d"}


def test_maintenance_then_it_is_no_failure_and_no_planned_busy_time():  # S-102
    plant = _one().saturated("p").failure("m", "grease", None, 600, life=10, planned=True)
    _, found = _measured(plant)
    assert found.machines["m"]["mtbf_plain_s"] is None
    assert found.machines["m"]["availability"] == 1.0
    assert found.states["m"][MachineState.PLANNED_STOP] == pytest.approx(0.5)
