"""Start-ups and demand windows: small plants worked out by hand."""

from __future__ import annotations

import pytest

from tests.engines.plants import Plant, S
from vtwin.engines.energy import Demand
from vtwin.plant import rules
from vtwin.plant.primitives import MachineState

WORKING, SETUP, WAITING, BLOCKED, STARVED, DOWN, STOP = MachineState


def one(cycle=4, horizon=40, **machine):
    """A machine that works 10 kW, stands idle 2 kW, and starts up with 30 kW for 3 s."""
    keys = {"power": {WORKING: 10.0, STARVED: 2.0}, "surge_kw": 30.0, "surge": 3} | machine
    plant = Plant(horizon=horizon).station("m", **keys)
    return plant.product("p", {"op": "o", "on": "m", "cycle": cycle})


def test_start_up_when_a_shift_begins_then_it_is_counted_with_the_state_meanwhile(engine):  # S-161
    plant = one(calendar="day", horizon=40)
    plant.calendars = {"day": [(0, 10), (20, 40)]}
    tally = engine(plant.order("a", "p", 1, release=22).program(), 0)
    assert tally.machine_starts.tolist() == [1]  # at 20; at tick 0 it has been running
    surge = dict(zip(MachineState, tally.surge_time[0].tolist(), strict=True))
    assert {state: t // S for state, t in surge.items() if t} == {STARVED: 2, WORKING: 1}


def test_start_up_when_the_stop_comes_back_then_it_is_over(engine):  # S-161
    plant = one(calendar="day", horizon=40)
    plant.calendars = {"day": [(5, 6), (20, 40)]}
    tally = engine(plant.saturated("p").program(), 0)
    assert tally.machine_starts.tolist() == [2]  # closed at tick 0, so at 5 as well
    assert tally.surge_time[0].tolist() == [4 * S, 0, 0, 0, 0, 0, 0]


def test_start_up_after_maintenance_then_it_is_one_too(engine):  # S-102, S-161
    plant = one(horizon=20).saturated("p").failure("m", "grease", None, 5, life=2, planned=True)
    tally = engine(plant.program(), 0)
    assert tally.machine_starts.tolist() == [1]  # at 13
    assert tally.surge_time[0, WORKING] == 3 * S


def test_start_up_when_the_end_of_the_run_cuts_it_then_it_counts_up_to_there(engine):  # S-162
    plant = one(horizon=20, calendar="day").saturated("p")
    plant.calendars = {"day": [(18, 20)]}
    assert engine(plant.program(), 0).surge_time[0, WORKING] == 2 * S
    plant.warmup = 19
    tally = engine(plant.program(), 0)
    assert tally.surge_time[0, WORKING] == 1 * S
    assert tally.machine_starts.tolist() == [0]  # it began before


def test_start_ups_when_a_machine_has_no_surge_then_none_are_counted(engine):  # S-162
    plant = one(horizon=20, calendar="day", surge=0).saturated("p")
    plant.calendars = {"day": [(5, 20)]}
    tally = engine(plant.program(), 0)
    assert tally.machine_starts.tolist() == [0]
    assert not tally.surge_time.any()


def test_demand_then_the_busiest_window_counts(engine):  # S-160, S-163
    plant = one(horizon=40, calendar="day")
    plant.demand, plant.calendars = 10, {"day": [(0, 10), (20, 40)]}
    plant.order("a", "p", 2, lot=2).order("b", "p", 1, lot=1, release=20)
    tally = engine(plant.program(), 0)
    # [0, 10): 4 s of work and 6 s idle; [20, 30): 3 s start-up, 1 s work, 6 s idle
    assert (tally.peak_w, tally.peak_at) == ((3 * 30_000 + 10_000 + 6 * 2_000) // 10, 20 * S)


def test_demand_when_windows_are_equal_then_the_first(engine):  # S-163
    plant = one(horizon=40).saturated("p")
    plant.demand = 10
    tally = engine(plant.program(), 0)
    assert (tally.peak_w, tally.peak_at) == (10_000, 0)


def test_demand_when_the_warm_up_cuts_a_window_then_it_does_not_count(engine):  # S-163
    plant = one(horizon=25).order("a", "p", 1)
    plant.demand, plant.warmup = 10, 3
    tally = engine(plant.program(), 0)
    assert (tally.peak_w, tally.peak_at) == (2_000, 10 * S)


@pytest.mark.parametrize(("demand", "horizon"), [(0, 25), (30, 25)])
def test_demand_when_no_window_is_whole_then_there_is_no_peak(engine, demand, horizon):  # S-163
    plant = one(horizon=horizon).saturated("p")
    plant.demand = demand
    tally = engine(plant.program(), 0)
    assert (tally.peak_w, tally.peak_at) == (0, -1)


def test_demand_when_the_end_is_a_border_then_the_last_window_counts(engine):  # S-163
    plant = one(horizon=20).order("a", "p", 2, lot=2, release=16)
    plant.demand = 10
    tally = engine(plant.program(), 0)
    assert (tally.peak_w, tally.peak_at) == ((6 * 2_000 + 4 * 10_000) // 10, 10 * S)


def test_demand_when_a_window_has_no_length_then_it_is_none():  # S-163
    plant = one(horizon=20)
    plant.demand = 10e-9
    demand = Demand(plant.program())
    for tick, energy in ((10, 55), (10, 55), (20, 100)):
        demand.close(tick, [energy])
    assert (demand.watts, demand.at) == (5, 0)


@pytest.mark.parametrize(("kw", "watts"), [(0.0, 0), (1.2345, 1235), (0.0004, 0), (30.0, 30_000)])
def test_watts_then_halves_are_rounded_up(kw, watts):  # S-160
    assert rules.watts(kw) == watts


def banded(horizon=40, warmup=0):
    """10 kW while it works (2 s of every 5), 2 kW while it waits; the tariff changes at 13 and 20."""
    plant = one(cycle=2, horizon=horizon)
    plant.warmup = warmup
    plant.arrivals("p", 5.0)
    plant.bands = [(0, 0), (13, 1), (20, 0), (33, 2)]
    return plant


def test_bands_when_work_crosses_a_border_then_each_gets_what_was_drawn_in_it(engine):  # S-164
    """Parts come at 5, 10, … 35 and take 2 s each. Band 0 is in force for 13 + 13 s, with 2 parts
    in the first (4 s of work) and 3 in the second; band 1 for 7 s with one; band 2 for 7 s, one.
    """
    tally = engine(banded().program(), 0)
    kw = {0: (26 - 10) * 2 + 10 * 10, 1: (7 - 2) * 2 + 2 * 10, 2: (7 - 2) * 2 + 2 * 10}
    assert tally.band_energy == tuple(1000 * S * energy for energy in kw.values())
    assert sum(tally.band_energy) == 1000 * S * (2 * 26 + 10 * 14)


def test_bands_when_there_is_a_warm_up_then_they_sum_up_to_the_observed_energy(engine):  # S-164
    tally = engine(banded(warmup=16).program(), 0)
    # 4 s of band 1 without work (16 to 17 of the part at 15), 13 of band 0, 7 of band 2.
    assert tally.band_energy[1] == 1000 * S * (1 * 10 + 3 * 2)
    watts = [[1000 * kw for kw in m.power_kw] for m in banded().program().machines]
    drawn = sum(
        int(ticks) * int(w)
        for row, each in zip(tally.machine_state, watts, strict=True)
        for ticks, w in zip(row, each, strict=True)
    )
    assert sum(tally.band_energy) == drawn


def test_bands_when_a_window_ends_at_a_border_then_it_is_of_the_band_before(engine):  # S-164
    """Windows of 10 s; those that end at 10 and 20 have their last tick in bands 0 and 1."""
    plant = banded()
    plant.demand = 10
    tally = engine(plant.program(), 0)
    # 5 to 7: 2 s of work in [0, 10); [10, 20) and [20, 30) have parts at 10, 15 and 20, 25;
    # [30, 40) those at 30 and 35, and its last tick is in band 2.
    first, others = (8 * 2_000 + 2 * 10_000) // 10, (6 * 2_000 + 4 * 10_000) // 10
    assert first < others
    assert tally.band_peak_w == (others, others, others)
    assert (tally.peak_w, tally.peak_at) == (others, 10 * S)
    assert tally.peak_machines == (others,)


def test_bands_when_no_window_is_theirs_then_they_have_no_peak(engine):  # S-164
    plant = banded(warmup=21)
    plant.demand = 10
    tally = engine(plant.program(), 0)
    assert tally.band_peak_w == (-1, -1, (6 * 2_000 + 4 * 10_000) // 10)


def test_bands_when_the_run_ends_early_then_the_later_ones_have_nothing(engine):  # S-164
    plant = banded()
    plant.stop(("p", 2))
    tally = engine(plant.program(), 0)
    assert tally.ended == 12 * S
    assert tally.band_energy == (1000 * S * (8 * 2 + 4 * 10), 0, 0)
