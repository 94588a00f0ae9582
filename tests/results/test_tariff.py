"""Energy by tariff, per product and at the peak, against hand calculations."""

from __future__ import annotations

import pytest

from vtwin.engines.choose import engine
from vtwin.results.kpi import measure, summarise
from vtwin.results.tariff import bands, demand_charge, energy_cost
from vtwin.scenario import build, load

KEPCO_LIKE = """
    prices: {night: 100 KRW/kWh, day: 200 KRW/kWh, peak: 300 KRW/kWh}
    hours:
      mon-fri: {day: ["08:00-11:00", "12:00-22:00"], peak: "11:00-12:00"}
      sat: {day: "08:00-22:00"}
    otherwise: night
    demand: {price: 9000 KRW/kW, in: [day, peak]}
"""


def _program(write, energy, run="horizon: 7 d", equipment="", products="", orders=""):
    return build.build(
        load.load(
            write(
                f"vtwin: 1\nname: s\ncurrency: KRW\nrun: {{{run}, replications: 2}}\n"
                "products:\n  p: {route: [{op: a, on: m, cycle: 30 min}]}\n"
                f"{products}orders: [{{product: p, every: 1 h}}{orders}]\n"
                "equipment:\n  m: {power: {working: 40 kW, idle: 10 kW}}\n"
                f"{equipment}costs:\n  energy:{energy}"
            )
        )
    )


@pytest.fixture
def write(tmp_path):
    """Text of a scenario -> the file it is in."""

    def put(text):
        path = tmp_path / "s.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return put


both = pytest.mark.parametrize("name", ["reference", "kernel"])


@both
def test_tariff_when_a_machine_works_half_of_every_hour_then_each_band_costs_its_hours(write, name):
    """A part at 01:00, 02:00 … takes 30 min: 40 kW for half an hour, 10 kW for the other, so
    25 kWh an hour; but nothing comes at tick 0: the first hour is 10 kWh. In a week 5 × (3 + 10) + 14 = 79 hours are day, 5 are peak and
    168 - 84 = 84 are night, the first hour of them without work.
    """
    program = _program(write, KEPCO_LIKE)
    tally = engine(name, program).simulate(program, 0)
    found = bands(program, tally)
    assert {label: band.kwh for label, band in found.items()} == {
        "night": 84 * 25 - 15,
        "day": 79 * 25,
        "peak": 5 * 25,
    }
    assert found["day"].cost == 79 * 25 * 200
    assert energy_cost(program, tally) == (84 * 25 - 15) * 100 + 79 * 25 * 200 + 5 * 25 * 300
    assert found["peak"].peak_kw == 40.0
    # A week of a month of 365.25 / 12 days.
    assert demand_charge(program, tally) == pytest.approx(9000 * 40 * 7 / (365.25 / 12))


@both
def test_tariff_when_a_band_begins_in_the_middle_of_work_then_each_pays_its_part(write, name):
    """To the second: work from 01:00:00 to 01:30:00, the price changes at 01:10."""
    energy = """
    prices: {a: 100 KRW/kWh, b: 200 KRW/kWh}
    hours: {daily: {b: "01:10-01:20"}}
    otherwise: a
"""
    program = _program(write, energy, run="horizon: 2 h")
    tally = engine(name, program).simulate(program, 0)
    # b: 10 min at 40 kW. a: 20 min at 40 kW and 90 min at 10 kW.
    assert tally.band_energy == (
        (20 * 40_000 + 90 * 10_000) * 60 * 10**9,
        10 * 40_000 * 60 * 10**9,
    )
    assert energy_cost(program, tally) == pytest.approx(
        100 * (20 * 40 + 90 * 10) / 60 + 200 * 10 * 40 / 60
    )


def test_tariff_when_the_warm_up_ends_within_a_month_then_its_part_is_charged(write):
    """From 29 June on a week, of which two days are warm-up: all observed days are in July."""
    program = _program(write, KEPCO_LIKE, run="horizon: 7 d, warmup: 2 d, start: 2026-06-29")
    tally = engine("kernel", program).simulate(program, 0)
    assert demand_charge(program, tally) == pytest.approx(9000 * 40 * 5 / 31)
    months = {band.month for band in program.bands}
    assert months == {"2026-06", "2026-07"}


def test_tariff_when_only_some_bands_count_then_their_peak_is_charged(write):
    """The machine works on Sundays only, which are night: on other days it draws its 10 kW."""
    program = _program(
        write,
        KEPCO_LIKE,
        run="horizon: 14 d, start: 2026-07-06",
        orders="",
        equipment="",
        products="",
    )
    sundays = build.build(
        load.load(program.place("equipment.m").file),
        overrides={
            "orders": [
                {
                    "product": "p",
                    "every": "1 h",
                    "profile": {"mon 00:00": "0 %", "sun 00:00": "100 %"},
                }
            ],
        },
    )
    tally = engine("kernel", sundays).simulate(sundays, 0)
    found = bands(sundays, tally)
    assert (found["night"].peak_kw, found["day"].peak_kw) == (40.0, 10.0)
    assert demand_charge(sundays, tally) == pytest.approx(9000 * 10 * 14 / 31)


def test_products_when_two_share_a_machine_then_energy_goes_by_their_processing_time(write):
    """q takes 15 min an hour of the same machine: 30 : 15, so two thirds of all energy are p's,
    idle time included.
    """
    program = _program(
        write,
        KEPCO_LIKE,
        run="horizon: 10 d, warmup: 1 d",
        products="  q: {route: [{op: b, on: m, cycle: 15 min}]}\n",
        orders=", {product: q, every: 1 h}",
    )
    tally = engine("kernel", program).simulate(program, 0)
    found = measure(program, tally)
    hour = 40 * 0.75 + 10 * 0.25
    assert found.products["p"]["energy_per_part_kwh"] == pytest.approx(hour * 2 / 3, rel=0.005)
    assert found.products["q"]["energy_per_part_kwh"] == pytest.approx(hour / 3, rel=0.005)
    assert found.kpis["energy_per_part_kwh"] == pytest.approx(hour / 2, rel=0.005)


def test_peak_when_machines_work_together_then_it_says_when_and_who(write):
    """n works the first 30 min of every fourth hour at 7 kW, beside m."""
    program = _program(
        write,
        KEPCO_LIKE,
        run="horizon: 2 d, start: 2026-07-06",
        equipment="  n: {power: {working: 7 kW}}\n",
        products="  q: {route: [{op: b, on: n, cycle: 30 min}]}\n",
        orders=", {product: q, every: 4 h}",
    )
    summary = summarise(
        program, [measure(program, engine("kernel", program).simulate(program, n)) for n in (0, 1)]
    )
    assert summary.peak.at_s == 4 * 3600
    assert summary.peak.kw == 47.0
    assert summary.peak.machines == {"m": 40.0, "n": 7.0}
    body = summary.to_json()
    assert body["peak"] == {"at_s": 14400, "kw": 47.0, "equipment_kw": {"m": 40.0, "n": 7.0}}
    assert body["equipment"]["n"]["at_peak_kw"]["mean"] == 7.0
    assert list(body["bands"]) == ["night", "day", "peak"]
    assert body["bands"]["peak"]["energy_cost_per_day"]["unit"] == "KRW/d"


def test_price_when_it_is_one_for_all_hours_then_it_costs_what_it_did(write):
    program = _program(write, KEPCO_LIKE)
    flat = build.build(
        load.load(program.place("equipment.m").file), overrides={"costs.energy": "150 KRW/kWh"}
    )
    tally = engine("kernel", flat).simulate(flat, 0)
    assert tally.band_energy == ()
    found = measure(flat, tally)
    assert found.bands == {}
    assert found.kpis["energy_cost_per_day"] == pytest.approx(150 * (168 * 25 - 15) / 7)
    assert found.kpis["unit_cost"] == found.kpis["energy_cost_per_part"]


@both
def test_fuel_when_a_machine_burns_gas_then_it_has_its_price_and_no_peak(write, name):
    """n burns 7 kW for 30 min of every fourth hour: 11 parts in two days, 3.5 kWh each."""
    program = _program(
        write,
        KEPCO_LIKE,
        run="horizon: 2 d",
        equipment="  n: {power: {working: 7 kW, fuel: 60 KRW/kWh}}\n",
        products="  q: {route: [{op: b, on: n, cycle: 30 min}]}\n",
        orders=", {product: q, every: 4 h}",
    )
    tally = engine(name, program).simulate(program, 0)
    found = measure(program, tally)
    electric = 48 * 25 - 15
    assert found.kpis["energy_kwh"] == pytest.approx(electric + 11 * 3.5)
    assert found.kpis["peak_kw"] == 40.0
    assert found.equipment["n"]["at_peak_kw"] == 0.0
    assert sum(band["energy_kwh"] for band in found.bands.values()) == pytest.approx(electric)
    assert sum(band["energy_share"] for band in found.bands.values()) == pytest.approx(1.0)
    assert found.kpis["fuel_cost_per_day"] == pytest.approx(11 * 3.5 * 60 / 2)
    bands_cost = sum(band["energy_cost_per_day"] for band in found.bands.values())
    assert found.kpis["energy_cost_per_day"] == pytest.approx(bands_cost + 11 * 3.5 * 30)
