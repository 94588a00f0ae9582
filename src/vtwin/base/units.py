"""Numbers with units: what a person writes becomes a base value, time becomes whole ticks."""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from vtwin.base.errors import nearest

TICKS_PER_SECOND: Final = 1_000_000_000
#: No time is this many ticks (146 years) or more.
LONGEST: Final = 2**62


class UnitError(ValueError):
    """A text that is not a quantity of the dimension asked for, and what to write instead."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} ({hint})" if hint else message)


_COUNTED: Final = (
    *("pieces", "piece", "pcs", "parts", "part", "items", "item", "lots", "lot"),
    *("strokes", "stroke", "shots", "shot", "cycles", "cycle", "places", "place"),
)
#: dimension -> unit -> factor to the base unit, the one with factor 1, as decimal text.
UNITS: Final[dict[str, dict[str, str]]] = {
    "time": {
        "ns": "1e-9",
        "us": "1e-6",
        "ms": "1e-3",
        "s": "1",
        "min": "60",
        "h": "3600",
        "d": "86400",
        "wk": "604800",
    },
    "length": {"mm": "1e-3", "cm": "1e-2", "m": "1", "km": "1e3"},
    "area": {"mm2": "1e-6", "cm2": "1e-4", "m2": "1"},
    "speed": {"mm/s": "1e-3", "m/s": "1"},
    "power": {"W": "1e-3", "kW": "1", "MW": "1e3"},
    "energy": {"Wh": "1e-3", "kWh": "1", "MWh": "1e3"},
    "mass": {"g": "1e-3", "kg": "1", "t": "1e3"},
    "share": {"%": "1e-2", "ppm": "1e-6"},
    "rate": {"/s": "1", "/min": "60", "/h": "3600", "/d": "86400", "/wk": "604800"},
    "temperature": {"°C": "1", "degC": "1"},
    "temperature rate": {"°C/h": "1", "°C/min": "60", "°C/s": "3600"},
    "volume": {"cm3": "1e-6", "l": "1e-3", "m3": "1"},
    "force": {"N": "1e-3", "kN": "1", "MN": "1e3"},
    "acceleration": {"mm/s2": "1e-3", "m/s2": "1"},
    "count": dict.fromkeys(_COUNTED, "1"),
}
#: Units whose factor divides: 450 /d is 450 / 86400 s.
_INVERSE: Final = frozenset({"rate"})
#: Units of speed that are no decimal multiple of m/s.
_SPEED_PER: Final = {"m/min": ("1", "60"), "km/h": ("1000", "3600")}

#: What is most likely meant by a number without a unit.
_LIKELY: Final = {
    "time": "min",
    "length": "m",
    "area": "m2",
    "speed": "m/s",
    "power": "kW",
    "energy": "kWh",
    "mass": "kg",
    "share": "%",
    "rate": "/h",
    "temperature": "°C",
    "temperature rate": "°C/min",
    "volume": "l",
    "force": "kN",
    "acceleration": "m/s2",
    "count": "pieces",
}
_ARTICLE: Final = {
    "area": "an area",
    "energy": "an energy",
    "acceleration": "an acceleration",
}

#: Other spellings, each with the one this language knows.
_SPELLINGS: Final = {
    "second": "s", "seconds": "s", "sec": "s", "secs": "s", "초": "s",
    "minute": "min", "minutes": "min", "mins": "min", "m.": "min", "분": "min",
    "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "시간": "h",
    "day": "d", "days": "d", "일": "d",
    "w": "wk", "week": "wk", "weeks": "wk", "주": "wk",
    "msec": "ms",
    "meter": "m", "meters": "m", "metre": "m", "metres": "m",
    "sqm": "m2", "m^2": "m2",
    "C": "°C", "℃": "°C", "deg C": "°C", "celsius": "°C",
    "m/s^2": "m/s2", "m/s²": "m/s2",
    "percent": "%", "pct": "%", "퍼센트": "%",
    "kwh": "kWh", "kw": "kW", "kva": "kW",
    "ton": "t", "tons": "t", "tonne": "t", "tonnes": "t",
    "ea": "pieces", "pc": "pieces", "units": "pieces", "개": "pieces",
    "/day": "/d", "/hour": "/h", "/hr": "/h", "/minute": "/min", "/sec": "/s", "/week": "/wk",
}  # fmt: skip

_NUMBER: Final = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY: Final = re.compile(rf"({_NUMBER})\s*(.*)", re.DOTALL)
_THOUSANDS: Final = re.compile(r"([+-]?\d{1,3}(?:[,'_ ]\d{3})+(?:\.\d+)?)(?![\d,])\s*(.*)")
_DECIMAL_COMMA: Final = re.compile(r"([+-]?\d+),(\d+)(?![\d,])\s*(.*)")
_CLOCK: Final = re.compile(r"\d+:\d\d(:\d\d)?")
_NOT_FINITE: Final = re.compile(r"[+-]?(nan|inf|infinity|∞)\b.*", re.IGNORECASE)
_CURRENCY: Final = re.compile(r"([kMG]?)([A-Z]{3})")
_PREFIX: Final = {"": "1", "k": "1e3", "M": "1e6", "G": "1e9"}
_SYMBOLS: Final = {
    "₩": "KRW",
    "won": "KRW",
    "WON": "KRW",
    "원": "KRW",
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "¥": "JPY",
}
#: unit a price may be per -> (normalised unit, how many of the written one it holds)
_PER: Final = {
    "s": ("h", "3600"), "min": ("h", "60"), "h": ("h", "1"),
    "kWh": ("kWh", "1"), "MWh": ("kWh", "1e-3"),
    "kW": ("kW", "1"), "MW": ("kW", "1e-3"),
    "m2": ("m2", "1"),
    "g": ("kg", "1e3"), "kg": ("kg", "1"), "t": ("kg", "1e-3"),
    "piece": ("piece", "1"), "month": ("month", "1"),
    "m2/month": ("m2/month", "1"),
}  # fmt: skip


def ticks(seconds: float) -> int:
    """Whole ticks (1 ns) of a duration in seconds, halves rounded up.

    The decimal a person would write for the float counts, so 0.1 s is exactly 100 000 000
    ticks. Raises ValueError for nan, infinities, negatives and 146 years or more.
    """
    if not math.isfinite(seconds):
        raise ValueError(f"a time must be a finite number of seconds, not {seconds!r}")
    if seconds < 0:
        raise ValueError(f"a time cannot be negative: {seconds!r} s")
    whole = int((Decimal(repr(float(seconds))) * TICKS_PER_SECOND).to_integral_value(ROUND_HALF_UP))
    if whole >= LONGEST:
        raise ValueError(f"{seconds!r} s is longer than the 146 years a clock can count")
    return whole


def seconds(ticks: int) -> float:
    """Seconds of a number of ticks, correctly rounded."""
    return ticks / TICKS_PER_SECOND


@lru_cache(maxsize=4096)
def parse(text: str, dimension: str) -> float:
    """The value of ``"3.2 min"`` in the base unit of its dimension.

    Base units: time s, length m, area m2, speed m/s, power kW, energy kWh, mass kg, share 1
    (``"2 %"`` is 0.02), rate 1/s (``"450 /d"``), temperature °C, temperature rate °C/h,
    volume m3, force kN, acceleration m/s2, count 1 (``"80000 strokes"``). Raises
    UnitError, which says what to write instead, and KeyError for an unknown dimension.
    """
    units = UNITS[dimension]
    number, unit = _split(text, f"{_LIKELY[dimension]}")
    if not unit:
        raise UnitError(
            f"'{_clean(text)}' is a number without a unit",
            f"did you mean '{_likely(number, dimension)}'?",
        )
    if dimension == "rate":
        unit = _rate_unit(unit)
    if dimension == "speed" and unit in _SPEED_PER:
        top, bottom = _SPEED_PER[unit]
        value = float(number * Decimal(top) / Decimal(bottom))
    elif unit not in units:
        raise _unknown_unit(number, unit, dimension)
    elif dimension in _INVERSE:
        value = float(number / Decimal(units[unit]))
    else:
        value = float(number * Decimal(units[unit]))
    return _checked(value, text, _a(dimension))


def written(value: float, dimension: str) -> str:
    """A base value as a person would write it: the shortest text that :func:`parse` reads back
    as exactly this value. Raises KeyError for an unknown dimension.
    """
    number = Decimal(repr(float(value)))
    found: list[str] = []
    for unit, factor in UNITS[dimension].items():
        size = Decimal(factor)
        exact = number * size if dimension in _INVERSE else number / size
        for digits in (exact, Decimal(f"{exact:.15g}")):
            text = f"{_plain(digits)} {unit}"
            if parse(text, dimension) == value:
                found.append(text)
    likely = _LIKELY[dimension]
    return min(found, key=lambda text: (len(text.split()[0]), not text.endswith(f" {likely}")))


def parse_money(text: str) -> tuple[float, str]:
    """``"85 MKRW"`` -> (85000000.0, "KRW"). Prefixes k, M, G; currency by its three ISO
    letters. Raises UnitError.
    """
    number, unit = _split(text, "KRW")
    factor, currency = _currency(number, unit, text)
    return _checked(float(number * factor), text, "an amount of money"), currency


def parse_price(text: str) -> tuple[float, str, str]:
    """``"12.5 KRW/min"`` -> (750.0, "KRW", "h"): amount, currency and what it is per.

    Normalised to per h, kWh, m2, kg, piece, month or m2/month. Raises UnitError.
    """
    number, unit = _split(text, "KRW/h")
    money, slash, per = (part.strip() for part in unit.partition("/"))
    if not slash or not per:
        raise UnitError(
            f"'{_clean(text)}' does not say what the price is per",
            f"write for example '{_plain(number)} {money or 'KRW'}/h' or '/kWh', '/piece'",
        )
    factor, currency = _currency(number, money, text)
    if per not in _PER:
        close = _SPELLINGS.get(per) or nearest(per, _PER)
        hint = f"did you mean '/{close}'?" if close in _PER else "known: /" + ", /".join(_PER)
        raise UnitError(f"a price cannot be per '{per}'", hint)
    normal, holds = _PER[per]
    value = _checked(float(number * factor * Decimal(holds)), text, "a price")
    return value, currency, normal


def format_time(ticks: int) -> str:
    """A duration as people say it: ``"3.2 min"``, ``"1.5 h"``, at most 4 digits."""
    if ticks < 0:
        return "-" + format_time(-ticks)
    if ticks == 0:
        return "0 s"
    text = ""
    for unit, size in _FORMAT_UNITS:
        if ticks < size and unit != "ns":
            continue
        text = f"{format_number(ticks / size)} {unit}"
        break
    return _ROLL_OVER.get(text, text)


def format_number(value: float, digits: int = 4) -> str:
    """A figure with at most ``digits`` significant digits, never in powers of ten."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{value:.{max(places, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_FORMAT_UNITS: Final = (
    ("d", 86_400 * TICKS_PER_SECOND),
    ("h", 3_600 * TICKS_PER_SECOND),
    ("min", 60 * TICKS_PER_SECOND),
    ("s", TICKS_PER_SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
)
_ROLL_OVER: Final = {
    "1000 us": "1 ms", "1000 ms": "1 s", "60 s": "1 min", "60 min": "1 h", "24 h": "1 d",
}  # fmt: skip


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", str(text)).split())


def _plain(number: Decimal) -> str:
    """A decimal as a person writes it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _split(text: str, likely: str) -> tuple[Decimal, str]:
    """Number and unit as written; the commonest slips get an error that shows the fix."""
    clean = _clean(text).replace("\u03bc", "u")  # micro
    if _NOT_FINITE.fullmatch(clean):
        raise UnitError(f"'{clean}' is not a finite number", "leave it out, or write a number")
    if found := _THOUSANDS.fullmatch(clean):
        digits = re.sub(r"[,'_ ]", "", found[1])
        fixed = f"{digits} {found[2] or likely}"
        hint = f"write '{fixed}'"
        if found[1].count(",") == 1 and "." not in found[1]:
            hint += f", or '{found[1].replace(',', '.')} {found[2] or likely}' for a decimal"
        raise UnitError(f"'{clean}' has a thousands separator", hint)
    if found := _DECIMAL_COMMA.fullmatch(clean):
        fixed = f"{found[1]}.{found[2]} {found[3] or likely}"
        raise UnitError(f"'{clean}' has a decimal comma", f"write '{fixed}'")
    if _CLOCK.fullmatch(clean):
        raise UnitError(f"'{clean}' looks like a clock time", "write '90 min' or '1.5 h'")
    if clean[:1] in _SYMBOLS:
        amount = clean[1:].strip()
        raise UnitError(f"'{clean}' starts with a sign", f"write '{amount} {_SYMBOLS[clean[0]]}'")
    found = _QUANTITY.fullmatch(clean)
    if not found:
        raise UnitError(f"'{clean}' does not start with a number", f"write '1.5 {likely}'")
    return Decimal(found[1]), found[2].strip()


def _likely(number: Decimal, dimension: str) -> str:
    if dimension == "share" and abs(number) <= 1:
        number *= 100
    unit = _LIKELY[dimension]
    return f"{_plain(number)} {unit}"


def _a(dimension: str) -> str:
    return _ARTICLE.get(dimension, f"a {dimension}")


def _rate_unit(unit: str) -> str:
    """``pieces/d`` and ``per d`` are ``/d``."""
    noun, slash, per = (part.strip() for part in unit.replace("per ", "/").partition("/"))
    return "/" + per if slash and (not noun or noun in UNITS["count"]) else unit


def _unknown_unit(number: Decimal, unit: str, dimension: str) -> UnitError:
    written = f"{_plain(number)} {unit}"
    for other, units in UNITS.items():
        if unit in units or (other == "speed" and unit in _SPEED_PER):
            return UnitError(
                f"'{written}' is {_a(other)} where {_a(dimension)} is due",
                f"write for example '{_plain(number)} {_LIKELY[dimension]}'",
            )
    if _CURRENCY.match(unit) and unit not in _SPELLINGS:
        return UnitError(
            f"'{written}' is money where {_a(dimension)} is due",
            f"write for example '{_plain(number)} {_LIKELY[dimension]}'",
        )
    if re.search(r"\d", unit) and dimension == "time":
        return UnitError(
            f"'{written}' is more than one number and one unit", "write '90 min' or '1.5 h'"
        )
    known = UNITS[dimension]
    close = _SPELLINGS.get(unit) or _SPELLINGS.get(unit.lower())
    if close not in known:
        same = [name for name in known if name.lower() == unit.lower()]
        close = same[0] if same else nearest(unit, known)
    hint = f"did you mean '{_plain(number)} {close}'?" if close else "known: " + ", ".join(known)
    return UnitError(f"'{unit}' is not a unit of {dimension}", hint)


def _currency(number: Decimal, unit: str, text: str) -> tuple[Decimal, str]:
    found = _CURRENCY.fullmatch(unit)
    if found:
        return Decimal(_PREFIX[found[1]]), found[2]
    if not unit:
        raise UnitError(
            f"'{_clean(text)}' is an amount without a currency",
            f"did you mean '{_plain(number)} KRW'?",
        )
    if unit in _SYMBOLS:
        hint = f"write '{_plain(number)} {_SYMBOLS[unit]}'"
    elif _CURRENCY.fullmatch(unit.upper()):
        hint = f"did you mean '{_plain(number)} {unit.upper()}'?"
    else:
        hint = "write the three letters of the currency, such as KRW or MKRW for millions"
    raise UnitError(f"'{unit}' is not a currency", hint)


def _checked(value: float, text: str, what: str) -> float:
    if not math.isfinite(value):
        raise UnitError(f"'{_clean(text)}' is too large", "check the exponent")
    if value < 0:
        raise UnitError(f"{what} cannot be negative: '{_clean(text)}'", "leave out the minus sign")
    return value + 0.0  # never a negative zero


def counted(number: float, noun: str) -> str:
    """``1 machine``, ``3 machines``, ``1,200 pieces``; ``noun`` takes a plain s."""
    said = f"{number:,.0f}"
    return f"{said} {noun}{'' if said == '1' else 's'}"
