"""Tariffs as they are written: when which band is in force, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from vtwin.base.errors import Refused
from vtwin.scenario import build, load
from vtwin.scenario.tariffs import expand

H = 3_600 * 1_000_000_000
PRICES = "prices: {low: 100 KRW/kWh, high: 200 KRW/kWh}"


def _loaded(write, *lines, run="horizon: 7 d"):
    energy = "".join(f"    {line}\n" for line in lines)
    return load.load(
        write(
            f"vtwin: 1\nname: s\ncurrency: KRW\nrun: {{{run}}}\nline: [m]\n"
            "equipment: {m: {cycle: 1 min, power: {working: 4 kW}}}\n"
            f"costs:\n  energy:\n{energy}"
        )
    )


def _program(write, *lines, **keys):
    return build.build(_loaded(write, *lines, **keys))


def _problems(write, *lines, **keys):
    with pytest.raises(Refused) as refused:
        _program(write, *lines, **keys)
    return [(p.code, p.what, p.where.line) for p in refused.value.problems]


def test_hours_when_they_go_past_midnight_then_they_are_of_the_same_day(write):
    program = _program(
        write, PRICES, 'hours: {mon: {low: "22:00-06:00", high: "06:00-22:00"}}', "otherwise: high"
    )
    assert [band.label for band in program.bands] == ["low", "high"]
    assert program.run.bands == ((0, 0), (6 * H, 1), (22 * H, 0), (24 * H, 1))


def test_bands_when_the_month_ends_then_the_new_one_has_its_own(write):
    program = _program(write, PRICES, "otherwise: low", run="horizon: 4 d, start: 2026-06-29")
    assert [(b.name, b.month_days) for b in program.bands] == [
        ("2026-06 low", 30.0),
        ("2026-07 low", 31.0),
    ]
    assert program.run.bands == ((0, 0), (48 * H, 1))


def test_holidays_when_they_are_named_then_they_have_the_hours_of_a_sunday(write):
    program = _program(
        write,
        PRICES,
        "hours: {mon-fri: {high: always}, sat: {high: always}}",
        "otherwise: low",
        "holidays: [2026-07-08]",
        run="horizon: 7 d, start: 2026-07-06",
    )
    assert [b.label for b in program.bands] == ["high", "low"]
    # Wednesday the 8th and Sunday the 12th.
    assert program.run.bands == ((0, 0), (48 * H, 1), (72 * H, 0), (144 * H, 1))


def test_seasons_when_they_say_only_prices_then_hours_are_those_of_the_tariff(write):
    program = _program(
        write,
        PRICES,
        'hours: {daily: {high: "08:00-20:00"}}',
        "otherwise: low",
        "seasons: {summer: {months: jun-aug, prices: {high: 300 KRW/kWh}}}",
        run="horizon: 2 d, start: 2026-05-31",
    )
    assert [(b.name, b.price) for b in program.bands] == [
        ("2026-05 low", 100.0),
        ("2026-05 high", 200.0),
        ("2026-06 low", 100.0),
        ("2026-06 high", 300.0),
    ]


def test_tariff_when_the_year_goes_round_then_winter_is_before_and_after_it(write):
    tariff = _loaded(
        write,
        PRICES,
        "otherwise: low",
        "seasons: {winter: {months: nov-feb, otherwise: high}}",
        run="horizon: 7 d, start: 2026-01-01",
    ).document.costs.energy
    made = expand(tariff, dt.date(2026, 1, 1), 365 * 24 * H)
    high = {band.month for band in made.bands if band.label == "high"}
    assert high == {"2026-01", "2026-02", "2026-11", "2026-12"}
    assert len(made.steps) == 12


@pytest.mark.parametrize(
    ("lines", "code", "told", "line"),
    [
        (
            (PRICES, 'hours: {daily: {high: "08:00-12:00", low: ["00:00-09:00", "12:00-24:00"]}}'),
            "V354",
            "on mon 'low' and 'high' overlap from 08:00 to 09:00",
            10,
        ),
        (
            (PRICES, 'hours: {daily: {high: "08:00-12:00", low: "13:00-24:00"}}'),
            "V354",
            "nothing says what energy costs on mon from 00:00 to 08:00",
            10,
        ),
        (
            (PRICES, "hours: {mon-fri: {low: always}}"),
            "V354",
            "nothing says what energy costs on sat from 00:00 to 24:00",
            10,
        ),
        ((PRICES, "hours: {mondy: {low: always}}"), "V115", "'mondy' names no day", 10),
        (
            (PRICES, "hours: {mon-wed: {low: always}, wed: {high: always}}", "otherwise: low"),
            "V354",
            "wed is given by 'mon-wed' and by 'wed'",
            10,
        ),
        ((PRICES, "hours: {daily: {hihg: always}}"), "V354", "'hihg' has no price", 10),
        ((PRICES, "otherwise: lo"), "V354", "'lo' has no price", 10),
        ((PRICES, "hours: {daily: {low: 8 to 9}}"), "V206", "'8 to 9' is not a time window", 10),
        (("prices: {low: 100 KRW/h}", "otherwise: low"), "V201", "is not a price per kWh", 9),
        ((PRICES, "otherwise: low", "demand: 9000 KRW/kWh"), "V201", "not a price per kW", 11),
        (
            (PRICES, "otherwise: low", "demand: {price: 9000 KRW/kW, in: [hi]}"),
            "V354",
            "'hi' is no band of the tariff",
            11,
        ),
        (
            (PRICES, "otherwise: low", "seasons: {warm: {months: juni}}"),
            "V354",
            "'juni' names no months",
            11,
        ),
        (
            (PRICES, "otherwise: low", "seasons: {a: {months: jun-aug}, b: {months: aug}}"),
            "V354",
            "aug is in 'a' and in 'b'",
            11,
        ),
        ((PRICES, "otherwise: low", "season: {}"), "V115", "unknown key 'season' of a tariff", 11),
        ((PRICES, "otherwise: low", "holidays: [someday]"), "V205", "'someday' is not a date", 11),
        (("prices: {low: 1 EUR/kWh}",), "V307", "a price in EUR", 9),
        ((PRICES, "otherwise: low", "holidays: [2026-01-01]"), "V322", "goes by the date", 9),
    ],
)
def test_tariff_when_it_cannot_be_then_refused_with_place_and_reason(
    write, lines, code, told, line
):
    (problem,) = _problems(write, *lines)
    assert problem[0] == code
    assert told in problem[1]
    assert problem[2] == line


def test_tariff_when_no_peaks_are_measured_then_a_demand_charge_is_refused(write):
    (problem,) = _problems(
        write, PRICES, "otherwise: low", "demand: 9000 KRW/kW", run="horizon: 7 d, demand: 0 s"
    )
    assert problem[:2] == ("V354", "a peak is to be paid for, and no peaks are measured")


def test_tariff_when_nothing_draws_power_then_the_program_is_that_without_it(write):
    text = (
        "vtwin: 1\nname: s\ncurrency: KRW\nrun: {horizon: 7 d}\nline: [m]\n"
        "equipment: {m: {cycle: 1 min}}\ncosts: {energy: {prices: {a: 1 KRW/kWh}}}\n"
    )
    program = build.build(load.load(write(text)))
    assert program.run.demand == 0
