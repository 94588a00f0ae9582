"""Tariffs: what energy costs at which hours of which days, and what a kW of the peak costs.

Read from ``costs: {energy: {…}}`` and expanded to when which band is in force in one run.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from vtwin.base.errors import did_you_mean
from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.primitives import Band
from vtwin.plant.quantities import PRICE_PER_KW, PRICE_PER_KWH, Amount, Reading, inside, refuse
from vtwin.scenario.values import DATE, DAY_S, WINDOWS
from vtwin.scenario.weekdays import DAYS, ring, weekdays

MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
#: Months of a run without a date all have this length, d.
MEAN_MONTH: Final = 365.25 / 12
_SUNDAY: Final = 6
_KEYS: Final = ("prices", "hours", "otherwise", "seasons", "holidays", "demand")
_SEASON_KEYS: Final = ("months", "prices", "hours", "otherwise")
_SAMPLE: Final = "such as {prices: {night: 90 KRW/kWh, day: 150 KRW/kWh}, hours: …}"

#: (from, to, band) of one day in s, one after another from midnight to midnight.
Hours = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Season:
    """Months with the same prices and hours; hours by day of the week, Monday first."""

    name: str
    months: tuple[int, ...]  # 0: January
    prices: Mapping[str, Amount]
    days: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Tariff:
    """A whole tariff: every month belongs to one season; the first has no months of its own and
    is that of all the others.
    """

    seasons: tuple[Season, ...]
    holidays: tuple[dt.date, ...] = ()
    demand: Amount | None = None  # per kW of a month's peak
    billed: tuple[str, ...] = ()  # bands whose peaks count for it

    @property
    def dated(self) -> bool:
        """Whether it needs to know the date."""
        return len(self.seasons) > 1

    def season(self, month: int) -> Season:
        """The one a month (0: January) is in."""
        return next((s for s in self.seasons[1:] if month in s.months), self.seasons[0])


EnergyPrice = Amount | Tariff


def _read(value: Any, context: Mapping[str, Any]) -> EnergyPrice:
    """One price, or a tariff."""
    if isinstance(value, Tariff | Amount):
        return value
    if not isinstance(value, Mapping):
        price: Amount = PRICE_PER_KWH.read(value, context)
        return price
    _only(value, _KEYS)
    base = _season("", value, None, context)
    seasons = [base]
    for name, written in _mapping(value, "seasons").items():
        with inside("seasons", name):
            if not isinstance(written, Mapping):
                raise refuse(
                    "V124", "a season is a mapping", "such as {months: jun-aug, prices: …}"
                )
            _only(written, _SEASON_KEYS)
            seasons.append(_season(str(name), written, base, context))
    _check_months(seasons)
    holidays = _holidays(value.get("holidays", ()), context)
    charge, billed = _demand(value.get("demand"), seasons, context)
    return Tariff(tuple(seasons), holidays, charge, billed)


def _only(value: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in value:
        if key not in known:
            with inside(key):
                hint = did_you_mean(str(key), known) or "known: " + ", ".join(known)
                raise refuse("V115", f"unknown key '{key}' of a tariff", hint)


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key, {})
    if not isinstance(found, Mapping):
        with inside(key):
            raise refuse("V124", "a mapping is due here", _SAMPLE)
    return found


def _season(
    name: str, value: Mapping[str, Any], base: Season | None, context: Mapping[str, Any]
) -> Season:
    """A season with what it does not say itself taken from the tariff."""
    prices = dict(base.prices) if base else {}
    for band, written in _mapping(value, "prices").items():
        with inside("prices", band):
            prices[str(band)] = PRICE_PER_KWH.read(written, context)
    months: tuple[int, ...] = ()
    if base is not None:
        with inside("months"):
            months = _months(value.get("months"))
    if base is not None and not {"hours", "otherwise"} & value.keys():
        days = base.days
    elif base is None and not prices and "seasons" in value:
        days = ()  # every season says everything itself
    else:
        days = _days(value, prices, context)
    if base is not None and not days:
        raise refuse("V354", f"season '{name}' does not say its hours", "write `hours:`")
    for hours in days:
        for _, _, band in hours:
            if band not in prices:
                raise refuse("V354", f"'{band}' has no price", "write it under `prices:`")
    return Season(name, months, prices, days)


def _months(written: Any) -> tuple[int, ...]:
    found = ring(written, MONTHS) if isinstance(written, str) else None
    if not found:
        what = f"'{written}' names no months" if written else "says no months"
        raise refuse("V354", what, "such as jun-aug, nov-feb, or jan,jul")
    return found


def _check_months(seasons: list[Season]) -> None:
    taken: dict[int, str] = {}
    for season in seasons[1:]:
        for month in season.months:
            if month in taken:
                what = f"{MONTHS[month]} is in '{taken[month]}' and in '{season.name}'"
                with inside("seasons", season.name, "months"):
                    raise refuse("V354", what, "each month once")
            taken[month] = season.name
    left = [MONTHS[month] for month in range(12) if month not in taken]
    if left and not seasons[0].days:
        what = f"nothing says what energy costs in {', '.join(left)}"
        raise refuse("V354", what, "write `prices:` and `hours:` of the other months, too")


def _days(
    value: Mapping[str, Any], prices: Mapping[str, Amount], context: Mapping[str, Any]
) -> tuple[Hours, ...]:
    """The hours of every day of the week, from midnight to midnight."""
    if not prices:
        raise refuse("V117", "says no prices", _SAMPLE)
    otherwise = value.get("otherwise")
    if otherwise is None and len(prices) == 1 and "hours" not in value:
        otherwise = next(iter(prices))  # one price at all hours
    if otherwise is not None and otherwise not in prices:
        with inside("otherwise"):
            raise refuse("V354", f"'{otherwise}' has no price", _priced(str(otherwise), prices))
    given: dict[int, str] = {}
    found: list[dict[str, Any]] = [{} for _ in DAYS]
    for key, bands in _mapping(value, "hours").items():
        with inside("hours", key):
            days = weekdays(str(key))
            if days is None:
                hint = did_you_mean(str(key), ("daily", *DAYS)) or "such as mon-fri, sat, daily"
                raise refuse("V115", f"'{key}' names no day of the week", hint)
            for day in days:
                if day in given:
                    what = f"{DAYS[day]} is given by '{given[day]}' and by '{key}'"
                    raise refuse("V354", what, "each day once")
                given[day] = str(key)
                found[day] = _bands(bands, prices)
    return tuple(
        _hours(day, bands, otherwise, given.get(day), context) for day, bands in enumerate(found)
    )


def _bands(written: Any, prices: Mapping[str, Amount]) -> dict[str, Any]:
    if not isinstance(written, Mapping):
        hint = 'such as {day: "08:00-22:00", night: "22:00-08:00"}'
        raise refuse("V124", "the hours of a day are a mapping: band and times", hint)
    for band in written:
        if band not in prices:
            with inside(band):
                raise refuse("V354", f"'{band}' has no price", _priced(str(band), prices))
    return dict(written)


def _priced(band: str, prices: Mapping[str, Amount]) -> str:
    return did_you_mean(band, prices) or "there are prices of: " + ", ".join(prices)


def _hours(
    day: int,
    bands: Mapping[str, Any],
    otherwise: str | None,
    key: str | None,
    context: Mapping[str, Any],
) -> Hours:
    """One day without gaps and overlaps. Hours past midnight are those of the same day."""
    found: list[tuple[int, int, str]] = []
    steps = ("hours", key) if key is not None else ("hours",)
    for band, written in bands.items():
        with inside(*steps, band):
            for start, end in WINDOWS.read(written, context):
                found.append((start, min(end, DAY_S), band))
                if end > DAY_S:
                    found.append((0, end - DAY_S, band))
    whole: list[tuple[int, int, str]] = []
    at, last = 0, ""
    for start, end, band in [*sorted(found), (DAY_S, DAY_S, "")]:
        if start < at:
            what = f"on {DAYS[day]} '{last}' and '{band}' overlap from {_clock(start)} to "
            with inside(*steps):
                raise refuse("V354", what + _clock(min(at, end)), "every hour has one price")
        if start > at and otherwise is None:
            what = f"nothing says what energy costs on {DAYS[day]} from {_clock(at)} to "
            with inside(*steps):
                hint = "write `otherwise:` and the band of all other hours"
                raise refuse("V354", what + _clock(start), hint)
        if start > at and otherwise is not None:
            whole.append((at, start, otherwise))
        if end > start:
            whole.append((start, end, band))
        at, last = end, band
    return tuple(whole)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


def _holidays(written: Any, context: Mapping[str, Any]) -> tuple[dt.date, ...]:
    with inside("holidays"):
        if not isinstance(written, list | tuple):
            raise refuse("V124", "a list of dates is due here", "such as [2026-01-01]")
        found = []
        for place, date in enumerate(written):
            with inside(place):
                found.append(date if isinstance(date, dt.date) else DATE.read(date, context))
    return tuple(found)


def _demand(
    written: Any, seasons: list[Season], context: Mapping[str, Any]
) -> tuple[Amount | None, tuple[str, ...]]:
    """What a kW of a month's peak costs, and in which bands it counts."""
    bands = tuple(dict.fromkeys(band for season in seasons for band in season.prices))
    if written is None:
        return None, bands
    with inside("demand"):
        if not isinstance(written, Mapping):
            return PRICE_PER_KW.read(written, context), bands
        _only(written, ("price", "in"))
        with inside("price"):
            price: Amount = PRICE_PER_KW.read(written.get("price"), context)
        counted = written.get("in", bands)
        counted = (counted,) if isinstance(counted, str) else tuple(counted)
        for band in counted:
            if band not in bands:
                with inside("in"):
                    known = did_you_mean(str(band), bands) or "known: " + ", ".join(bands)
                    raise refuse("V354", f"'{band}' is no band of the tariff", known)
    return price, counted


_SCHEMA: Final = {
    "anyOf": [
        {"type": "string", "examples": ["145 KRW/kWh"]},
        {
            "type": "object",
            "properties": {key: {} for key in _KEYS},
            "additionalProperties": False,
        },
    ],
    "description": "a price per kWh, or a tariff",
    "examples": [
        {
            "prices": {"night": "90 KRW/kWh", "day": "150 KRW/kWh"},
            "hours": {"mon-fri": {"day": "08:00-22:00"}},
            "otherwise": "night",
            "demand": "8300 KRW/kW",
        }
    ],
}
EnergyCost = Annotated[EnergyPrice, Reading(_read, Amount(0.0, "KRW", "kWh"), _SCHEMA)]


# -- in force ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InForce:
    """The bands of a run and from which tick on which of them is in force."""

    bands: tuple[Band, ...]
    steps: tuple[tuple[int, int], ...]


def expand(tariff: Tariff, start: dt.date | None, horizon: int) -> InForce:
    """Day by day over ``[0, horizon)`` ticks. Tick 0 is midnight of ``start``, of a Monday when
    there is none; months are then 30.4 days from tick 0. Bands are those of each month, so that
    each has its own peak.
    """
    numbers: dict[Band, int] = {}
    steps: list[tuple[int, int]] = []
    for day in range(-(-horizon // (DAY_S * TICKS_PER_SECOND))):
        season, hours, month, length = _of_day(tariff, start, day)
        for begin, _, label in hours:
            billed = tariff.demand is not None and label in tariff.billed
            price = season.prices[label].value
            band = Band(f"{month} {label}", label, price, month, length, billed)
            number = numbers.setdefault(band, len(numbers))
            tick = (day * DAY_S + begin) * TICKS_PER_SECOND
            if tick < horizon and (not steps or steps[-1][1] != number):
                steps.append((tick, number))
    return InForce(tuple(numbers), tuple(steps))


def _of_day(tariff: Tariff, start: dt.date | None, day: int) -> tuple[Season, Hours, str, float]:
    """Season, hours, month and its length in days."""
    if start is None:
        season = tariff.season(0)
        month = f"month {int(day / MEAN_MONTH) + 1}"
        return season, season.days[day % 7], month, MEAN_MONTH
    date = start + dt.timedelta(days=day)
    season = tariff.season(date.month - 1)
    weekday = _SUNDAY if date in tariff.holidays else date.weekday()
    length = float(calendar.monthrange(date.year, date.month)[1])
    return season, season.days[weekday], f"{date:%Y-%m}", length


__all__ = ["EnergyCost", "InForce", "Tariff", "expand"]
