"""The verdict as an English sentence. Other languages build theirs from the same data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vtwin.results.statistics import Interval

if TYPE_CHECKING:
    from vtwin.studies.compare import Difference, Verdict

_HOUR = 3600.0
_DAY = 86400.0
#: A half-width below this share of the mean is rounding.
_ROUNDING = 1e-12


def sentence(verdict: Verdict) -> str:
    """One clause per alternative, the decided ones first, in the verdict's order; alternatives
    of which the same cannot be told share one.
    """
    order = {"better": 0, "differs": 1, "worse": 2, "cannot_tell": 3, "undefined": 4}
    ranked = sorted(verdict.outcomes.items(), key=lambda item: order[item[1].call])
    clauses: dict[tuple[str, str], list[str]] = {}  # what is said (and of whom alone) -> of whom
    for label, one in ranked:
        alone = "" if one.call in ("cannot_tell", "undefined") else label
        clauses.setdefault((_clause(one), alone), []).append(label)
    return "; ".join(f"{_listed(labels)} {said}" for (said, _), labels in clauses.items()) + "."


def together(verdict: Verdict) -> str:
    """Why the verdict's intervals are wider than those of the KPIs one by one, if they are."""
    number = len(verdict.outcomes)
    if number < 2:
        return ""
    all_of_them = "both" if number == 2 else f"all {number}"
    held = f"hold for {all_of_them} together with {100 * verdict.confidence:.3g} %"
    return f"the verdict's intervals {held}, so they are wider than those beside each figure"


def _listed(labels: list[str]) -> str:
    if len(labels) == 1:
        return labels[0]
    return f"{', '.join(labels[:-1])} and {labels[-1]}"


def _clause(one: Difference) -> str:
    if one.call == "undefined":
        return f"cannot be compared: {one.alternative.why or one.baseline.why}"
    if one.call == "cannot_tell":
        return f"cannot be told from the baseline{_remedy(one)}"
    return _effect(one)


def _remedy(one: Difference) -> str:
    if one.identical:
        return " (not the least difference in any replication)"
    if one.gain.half_width is None:
        return " with one replication; run at least 5"
    if one.more is None:
        return ""
    return f", about {one.more} more replications needed"


def _effect(one: Difference) -> str:
    more = (one.gain.mean or 0.0) > 0.0
    if one.kpi == "good_per_day":
        return f"makes {amount(one.gain)} {'more' if more else 'fewer'} good parts per day"
    if one.kpi == "throughput_per_h":
        return f"makes {amount(one.gain)} {'more' if more else 'fewer'} good parts per hour"
    if one.kpi == "on_time":
        text = amount(one.gain, 100.0)
        return f"delivers {text} percentage points {'more' if more else 'less'} on time"
    name, factor, unit = _NAMES.get(one.kpi, (one.kpi.removesuffix("_s"), 1.0, one.unit))
    if one.unit == "s" and factor == 1.0:
        factor, unit = _time_unit(abs(one.gain.mean or 0.0))
    if one.unit == "share":
        factor, unit = 100.0, "percentage points"
    size = f"{amount(one.gain, factor)} {unit or one.unit}"
    return f"has {size} {'more' if more else 'less'} {name}"


_NAMES = {
    "lead_time_s": ("lead time", 1.0, "s"),
    "lead_time_p90_s": ("lead time (90 % of pieces)", 1.0, "s"),
    "tardiness_s": ("tardiness", 1.0, "s"),
    "wip": ("work in process", 1.0, "pieces"),
    "energy_per_part_kwh": ("energy per good piece", 1.0, "kWh"),
    "energy_cost_per_part": ("energy cost per good piece", 1.0, ""),
    "peak_kw": ("peak power", 1.0, "kW"),
    "unit_cost": ("cost per good piece", 1.0, ""),
}


def _time_unit(seconds: float) -> tuple[float, str]:
    if seconds >= 2 * _DAY:
        return 1.0 / _DAY, "d"
    if seconds >= 2 * _HOUR:
        return 1.0 / _HOUR, "h"
    if seconds >= 120.0:
        return 1.0 / 60.0, "min"
    return 1.0, "s"


def amount(gain: Interval, factor: float = 1.0) -> str:
    """``4.1 ± 1.2``: the size without sign, rounded to two digits of its half width, to four
    of its own where nothing varies.
    """
    mean = abs(gain.mean or 0.0) * factor
    if gain.half_width is None:
        return f"{mean:.3g}"
    half = gain.half_width * factor
    if half <= _ROUNDING * mean:
        digits = 0 if mean.is_integer() else max(0, 3 - math.floor(math.log10(mean)))
        return f"{mean:,.{digits}f} ± 0"
    digits = max(0, 1 - math.floor(math.log10(half)))
    return f"{mean:,.{digits}f} ± {half:,.{digits}f}"


def difference(size: float, unit: str) -> str:
    """A difference in words: shares in percentage points, times in a unit a person would use."""
    if unit == "share":
        return f"{100.0 * size:.4g} percentage points"
    if unit == "s":
        factor, unit = _time_unit(size)
        size *= factor
    return f"{size:.4g} {unit}".strip()
