"""How figures and states are said to people: names, units, rounding. One place for the
terminal and the report.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vtwin.base.units import TICKS_PER_SECOND

if TYPE_CHECKING:
    from vtwin.plant.program import RunSpec
    from vtwin.results.tariff import Peak

#: Said once on a computer, before its first run of all.
COMPILING = "compiling the engine, once, about 20 s"

#: KPI key -> title, in the order people ask for them.
TITLES: dict[str, str] = {
    "good_per_day": "Good pieces per day",
    "throughput_per_h": "Throughput",
    "on_time": "Orders on time",
    "lead_time_s": "Lead time, mean",
    "lead_time_p90_s": "Lead time, 9 in 10 within",
    "wip": "Work in process",
    "oee": "OEE",
    "utilisation": "Utilisation",
    "unit_cost": "Cost per good piece",
    "labour_cost_per_part": "Labour cost per good piece",
    "energy_per_part_kwh": "Energy per good piece",
    "energy_cost_per_part": "Energy cost per good piece",
    "peak_kw": "Peak power",
    "makespan_s": "Time until the run ended",
}

#: State key -> word, in the order they are drawn.
STATES: dict[str, str] = {
    "working": "working",
    "setup": "set-up",
    "waiting_operator": "waits for operator",
    "blocked": "blocked",
    "starved": "starved",
    "down": "down",
    "planned_stop": "planned stop",
}

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TIMES = (("d", 86_400.0, 2.0), ("h", 3_600.0, 2.0), ("min", 60.0, 2.0), ("s", 1.0, 0.0))
#: A half-width below this share of the mean is rounding.
_ROUNDING = 1e-12
_SHARES = ("share", "fraction", "ratio", "")


def time_unit(seconds: float) -> tuple[str, float]:
    """The unit a person would use for a duration of this size, and its length in seconds."""
    size = abs(seconds)
    for name, length, least in _TIMES:
        if size >= least * length:
            return name, length
    return "s", 1.0


def decimals(mean: float, half_width: float | None) -> int:
    """Digits after the point: two significant ones of the half-width, else four of the mean."""
    if half_width and half_width > _ROUNDING * abs(mean):
        return min(max(1 - math.floor(math.log10(half_width)), 0), 6)
    if mean == 0 or float(mean).is_integer():
        return 0
    return min(max(3 - math.floor(math.log10(abs(mean))), 0), 6)


def split(
    mean: float | None, half_width: float | None, unit: str, *, like: float | None = None
) -> tuple[str, str, str]:
    """A figure as ``(value, ± half-width, unit)``: rounded to what it can bear, in a unit a
    person would use (for a duration ``like`` this many seconds). An absent value is a dash.
    """
    if mean is None:
        return "–", "", ""
    if unit == "s":
        unit, length = time_unit(mean if like is None else like)
        mean, half_width = mean / length, None if half_width is None else half_width / length
    elif unit == "kWh" and 0 < abs(mean if like is None else like) < 0.1:
        unit, mean = "Wh", 1000 * mean
        half_width = None if half_width is None else 1000 * half_width
    elif unit in _SHARES:
        unit, mean = "%", 100 * mean
        half_width = None if half_width is None else 100 * half_width
    elif unit.startswith("1/"):  # "33,391 1/d" reads like a fraction
        unit = unit[1:]
    digits = decimals(mean, half_width)
    value = f"{mean:,.{digits}f}"
    if half_width is None:
        margin = ""
    elif half_width <= _ROUNDING * abs(mean):
        margin = "± 0"
    else:
        margin = f"± {half_width:,.{digits}f}"
    return value, margin, unit


def said(interval: Mapping[str, Any], *, sign: bool = False, like: float | None = None) -> str:
    """An interval in its JSON form as one phrase, ``448.2 ± 5.1 1/d``; see :func:`split`."""
    value, margin, unit = split(
        interval.get("mean"),
        interval.get("half_width"),
        str(interval.get("unit") or ""),
        like=like,
    )
    if sign and value[:1] not in "-–":
        value = f"+{value}"
    return " ".join(part for part in (value.replace("-", "−"), margin, unit) if part)


def moment(seconds: float, start: str | None) -> str:
    """A tick of a run as people say it: ``Tue 2026-07-07, 13:15``, or ``day 3, 13:15``."""
    whole = int(seconds)
    clock = f"{whole % 86_400 // 3600:02}:{whole % 3600 // 60:02}"
    if start is None:
        return f"day {whole // 86_400 + 1}, {clock}"
    date = dt.date.fromisoformat(start) + dt.timedelta(days=whole // 86_400)
    return f"{_WEEKDAYS[date.weekday()]} {date.isoformat()}, {clock}"


def peak(found: Peak, run: RunSpec) -> str:
    """When the highest peak was and who drew it, most first, in one sentence."""
    parts = [f"{entry} {kw:,.4g} kW" for entry, kw in list(found.machines.items())[:4]]
    if len(found.machines) > len(parts):
        parts.append(f"and {len(found.machines) - len(parts)} more")
    window = duration(run.demand / TICKS_PER_SECOND)
    return (
        f"Highest peak {found.kw:,.4g} kW over {window} from {moment(found.at_s, run.start)}: "
        f"{', '.join(parts)}"
    )


def percent(share: float) -> str:
    """A share of time: whole percent, ``<1`` where something happened but rounds to nothing."""
    if share <= 0:
        return "·"
    return "<1" if share < 0.005 else f"{100 * share:.0f}"


def duration(seconds: float) -> str:
    """A duration as ``20 d``, ``110 h``, ``3.5 min``: the longest unit that says it shortly."""
    for name, length, _ in _TIMES:
        value = seconds / length
        if value >= 1 and abs(10 * value - round(10 * value)) < 1e-6:
            return f"{value:,.1f}".removesuffix(".0") + f" {name}"
    name, length = time_unit(seconds)
    return f"{seconds / length:.4g} {name}"
