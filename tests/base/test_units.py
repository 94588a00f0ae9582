"""Quantities with units: exact, and errors that show the fix."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtwin.base import units
from vtwin.base.units import UnitError

numerals = st.decimals(min_value=0, max_value=7_000, places=4, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("3.2 min", "time", 192.0),
        ("3.2min", "time", 192.0),
        (" 45  s ", "time", 45.0),
        ("500 ns", "time", 5e-7),
        ("20 us", "time", 2e-5),
        ("20 µs", "time", 2e-5),
        ("1.5 ms", "time", 0.0015),
        ("1.5 h", "time", 5400.0),
        ("2 d", "time", 172800.0),
        ("1 wk", "time", 604800.0),
        ("1e3 s", "time", 1000.0),
        (".5 s", "time", 0.5),
        ("2 mm", "length", 0.002),
        ("35 cm", "length", 0.35),
        ("0.4 km", "length", 400.0),
        ("1200 m2", "area", 1200.0),
        ("3 ㎡", "area", 3.0),
        ("0.4 m/s", "speed", 0.4),
        ("30 m/min", "speed", 0.5),
        ("36 km/h", "speed", 10.0),
        ("750 W", "power", 0.75),
        ("1.2 kWh", "energy", 1.2),
        ("2 MWh", "energy", 2000.0),
        ("250 g", "mass", 0.25),
        ("1.5 t", "mass", 1500.0),
        ("2 %", "share", 0.02),
        ("350 ppm", "share", 0.00035),
        ("450 /d", "rate", 450 / 86400),
        ("20/h", "rate", 20 / 3600),
        ("20 pieces/h", "rate", 20 / 3600),
        ("20 per h", "rate", 20 / 3600),
        ("80000 strokes", "count", 80000.0),
        ("120 pieces", "count", 120.0),
        ("３．２ min", "time", 192.0),
    ],
)
def test_parse_when_well_written_then_base_unit(text: str, dimension: str, value: float) -> None:
    assert units.parse(text, dimension) == value


@pytest.mark.parametrize(
    ("text", "dimension", "message", "hint"),
    [
        ("3.2", "time", "number without a unit", "'3.2 min'"),
        ("0.02", "share", "number without a unit", "'2 %'"),
        ("80000", "count", "number without a unit", "'80000 pieces'"),
        ("1.2", "energy", "number without a unit", "'1.2 kWh'"),
        ("20", "rate", "number without a unit", "'20 /h'"),
        ("3,2 min", "time", "decimal comma", "'3.2 min'"),
        ("3,25", "time", "decimal comma", "'3.25 min'"),
        ("80,000 strokes", "count", "thousands separator", "'80000 strokes'"),
        ("1,280,000 strokes", "count", "thousands separator", "'1280000 strokes'"),
        ("80 000 strokes", "count", "thousands separator", "'80000 strokes'"),
        ("80'000 strokes", "count", "thousands separator", "'80000 strokes'"),
        ("1_000 s", "time", "thousands separator", "'1000 s'"),
        ("1,234.5 s", "time", "thousands separator", "'1234.5 s'"),
        ("5 minutes", "time", "not a unit of time", "'5 min'"),
        ("5 mni", "time", "not a unit of time", "'5 min'"),
        ("3 Min", "time", "not a unit of time", "'3 min'"),
        ("3 분", "time", "not a unit of time", "'3 min'"),
        ("2 kwh", "energy", "not a unit of energy", "'2 kWh'"),
        ("2 parsec", "time", "not a unit of time", "known: ns, us"),
        ("3 kg", "time", "is a mass where a time is due", "'3 min'"),
        ("3 min", "mass", "is a time where a mass is due", "'3 kg'"),
        ("5 kW", "energy", "is a power where an energy is due", "'5 kWh'"),
        ("90 km/h", "time", "is a speed where a time is due", "'90 min'"),
        ("12 KRW", "time", "is money where a time is due", "'12 min'"),
        ("-3 s", "time", "a time cannot be negative", "minus"),
        ("-2 %", "share", "a share cannot be negative", "minus"),
        ("nan s", "time", "not a finite number", None),
        ("inf", "time", "not a finite number", None),
        ("-Infinity s", "time", "not a finite number", None),
        ("1e999 s", "time", "too large", None),
        ("1 h 30 min", "time", "more than one number", "'90 min'"),
        ("1:30", "time", "clock time", "'90 min'"),
        ("", "time", "does not start with a number", "'1.5 min'"),
        ("min", "time", "does not start with a number", "'1.5 min'"),
    ],
)
def test_parse_when_a_slip_then_the_error_shows_the_fix(
    text: str, dimension: str, message: str, hint: str | None
) -> None:
    with pytest.raises(UnitError) as caught:
        units.parse(text, dimension)
    assert message in caught.value.message
    if hint is not None:
        assert hint in (caught.value.hint or "")


def test_every_hint_that_quotes_a_quantity_when_typed_in_then_is_understood() -> None:
    for dimension, known in units.UNITS.items():
        for slip in ("3.2", "3,25", "x", *(f"7 {unit.upper()}x" for unit in known)):
            with pytest.raises(UnitError) as caught:
                units.parse(slip, dimension)
            quoted = (caught.value.hint or "").split("'")[1:2]
            assert all(units.parse(text, dimension) >= 0 for text in quoted), (slip, quoted)


@pytest.mark.parametrize("dimension", list(units.UNITS))
def test_units_when_listed_then_belong_to_one_dimension(dimension: str) -> None:
    others = [u for d, known in units.UNITS.items() if d != dimension for u in known]
    assert not set(units.UNITS[dimension]) & set(others)


@given(numerals, st.sampled_from(sorted(units.UNITS["time"])))
def test_times_when_written_in_decimals_then_ticks_are_exact(number: Decimal, unit: str) -> None:
    exact = number * Decimal(units.UNITS["time"][unit]) * units.TICKS_PER_SECOND
    written = units.ticks(units.parse(f"{number} {unit}", "time"))
    # A double holds 15 decimal digits of seconds: exact to the tick below 11 days.
    if exact < 10**15:
        assert written == int(exact.to_integral_value(ROUND_HALF_UP))
    else:
        # Half a unit in the last place when read, and half when its shortest decimal is taken.
        assert abs(written - exact) <= exact * 2 / 2**53 + 1


@given(st.text(max_size=12), st.sampled_from(sorted(units.UNITS)))
def test_parse_when_given_anything_then_a_finite_value_or_a_unit_error(
    text: str, dimension: str
) -> None:
    try:
        value = units.parse(text, dimension)
    except UnitError:
        return
    assert math.isfinite(value)
    assert value >= 0


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, 0),
        (0.1, 100_000_000),
        (0.3, 300_000_000),
        (5e-10, 1),
        (4.9e-10, 0),
        (1.5e-9, 2),
        (2.5e-9, 3),
        (86400.1, 86_400_100_000_000),
        (1e9, 10**18),
    ],
)
def test_ticks_when_rounding_then_halves_go_up(seconds: float, expected: int) -> None:
    assert units.ticks(seconds) == expected


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -1e-9, 4.7e9])
def test_ticks_when_no_time_then_value_error(bad: float) -> None:
    with pytest.raises(ValueError, match=r"time|longer"):
        units.ticks(bad)


@given(st.integers(min_value=0, max_value=10**15))
def test_ticks_when_there_and_back_within_15_digits_then_the_same(ticks: int) -> None:
    assert units.ticks(units.seconds(ticks)) == ticks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("85 MKRW", (85e6, "KRW")),
        ("32000 KRW", (32000.0, "KRW")),
        ("1.5 kEUR", (1500.0, "EUR")),
        ("12USD", (12.0, "USD")),
    ],
)
def test_money_when_well_written_then_amount_and_currency(
    text: str, expected: tuple[float, str]
) -> None:
    assert units.parse_money(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("32000 KRW/h", (32000.0, "KRW", "h")),
        ("12.5 KRW/min", (750.0, "KRW", "h")),
        ("145 KRW/kWh", (145.0, "KRW", "kWh")),
        ("120 kKRW/MWh", (120.0, "KRW", "kWh")),
        ("9000 KRW / m2", (9000.0, "KRW", "m2")),
        ("2.1 EUR/kg", (2.1, "EUR", "kg")),
        ("900 EUR/t", (0.9, "EUR", "kg")),
        ("15 KRW/piece", (15.0, "KRW", "piece")),
        ("4 MKRW/month", (4e6, "KRW", "month")),
        ("5000 KRW/m2/month", (5000.0, "KRW", "m2/month")),
    ],
)
def test_price_when_well_written_then_normalised(
    text: str, expected: tuple[float, str, str]
) -> None:
    assert units.parse_price(text) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("32000", "'32000 KRW'"),
        ("₩32000", "'32000 KRW'"),
        ("32000 원", "'32000 KRW'"),
        ("32000 won", "'32000 KRW'"),
        ("32000 krw", "'32000 KRW'"),
        ("32,000 KRW", "'32000 KRW'"),
        ("-5 KRW", "minus"),
    ],
)
def test_money_when_a_slip_then_the_error_shows_the_fix(text: str, hint: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.parse_money(text)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("12 KRW", "'12 KRW/h'"),
        ("12 KRW/hour", "'/h'"),
        ("12 KRW/shift", "known: /s"),
        ("12 /h", "'12 KRW'"),
    ],
)
def test_price_when_a_slip_then_the_error_shows_the_fix(text: str, hint: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.parse_price(text)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("ticks", "text"),
    [
        (0, "0 s"),
        (1, "1 ns"),
        (1_500, "1.5 us"),
        (250_000_000, "250 ms"),
        (45 * 10**9, "45 s"),
        (192 * 10**9, "3.2 min"),
        (5_400 * 10**9, "1.5 h"),
        (129_600 * 10**9, "1.5 d"),
        (12_345 * 86_400 * 10**9, "12345 d"),
        (59_999_999_999, "1 min"),
        (3_599_999_999_999, "1 h"),
        (-192 * 10**9, "-3.2 min"),
    ],
)
def test_format_time_when_shown_then_as_people_say_it(ticks: int, text: str) -> None:
    assert units.format_time(ticks) == text


@given(st.integers(min_value=1, max_value=2**61))
def test_format_time_when_read_back_then_within_its_digits(ticks: int) -> None:
    again = units.ticks(units.parse(units.format_time(ticks), "time"))
    assert abs(again - ticks) <= ticks * 0.0005 + 1


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 pieces"), (1, "1 piece"), (1.2, "1 piece"), (2, "2 pieces"), (1200, "1,200 pieces")],
)
def test_counted_when_one_then_the_noun_has_no_plural(number, said):
    assert units.counted(number, "piece") == said
