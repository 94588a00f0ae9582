"""What energy costs: by the bands of a tariff and by the peaks of months; and who used it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.elements import Floats, entry_of, modes_of
from vtwin.results.energy import energy_kwh

_WATT_TICKS_PER_KWH = 3_600_000 * TICKS_PER_SECOND
_TICKS_PER_DAY = 86_400 * TICKS_PER_SECOND
_WATTS = 1000.0


@dataclass(frozen=True)
class BandUse:
    """One band of the tariff over the observed time, all months together."""

    kwh: float
    cost: float  # of the energy, without the demand charge
    peak_kw: float | None  # of its busiest demand window; None: it has none


@dataclass(frozen=True)
class Peak:
    """The busiest demand window: when it began, s, its mean power, and that of each equipment
    entry in it, kW, most first.
    """

    at_s: float
    kw: float
    machines: Mapping[str, float] = field(default_factory=dict)


def has_energy_price(program: Program) -> bool:
    """Whether energy costs anything."""
    return bool(program.energy_price or program.bands) or has_fuel(program)


def has_fuel(program: Program) -> bool:
    """Whether any machine burns something instead of drawing power."""
    return any(machine.fuel_price >= 0 for machine in program.machines)


def fuel_cost(program: Program, tally: Tally) -> float:
    """Cost of what machines burn over the observed time."""
    prices = np.array([max(machine.fuel_price, 0.0) for machine in program.machines])
    return float(energy_kwh(program, tally).sum(axis=1) @ prices)


def bands(program: Program, tally: Tally) -> dict[str, BandUse]:
    """Energy, its cost and the peak by band, in the order of the tariff; {} without one."""
    found: dict[str, BandUse] = {}
    for number, band in enumerate(program.bands):
        kwh = tally.band_energy[number] / _WATT_TICKS_PER_KWH
        before = found.get(band.label, BandUse(0.0, 0.0, None))
        watts = tally.band_peak_w[number] if tally.band_peak_w else -1
        known = [
            kw for kw in (before.peak_kw, watts / _WATTS if watts >= 0 else None) if kw is not None
        ]
        found[band.label] = BandUse(
            before.kwh + kwh, before.cost + band.price * kwh, max(known, default=None)
        )
    return found


def energy_cost(program: Program, tally: Tally) -> float:
    """Cost of the energy of the observed time, fuel with it, without the demand charge."""
    fuel = fuel_cost(program, tally)
    if program.bands:
        return fuel + sum(band.cost for band in bands(program, tally).values())
    electric = [machine.fuel_price < 0 for machine in program.machines]
    return fuel + float(program.energy_price * energy_kwh(program, tally)[electric].sum())


def demand_charge(program: Program, tally: Tally) -> float:
    """What peaks cost: of every month the price × its highest peak in the bands that count × the
    part of the month that was observed.
    """
    if not program.demand_price or not tally.band_peak_w:
        return 0.0
    peaks: dict[str, float] = {}
    for band, watts in zip(program.bands, tally.band_peak_w, strict=True):
        if band.billed and watts >= 0:
            peaks[band.month] = max(peaks.get(band.month, 0.0), watts / _WATTS)
    part = _observed_part(program, tally)
    return program.demand_price * sum(kw * part.get(month, 0.0) for month, kw in peaks.items())


def _observed_part(program: Program, tally: Tally) -> dict[str, float]:
    """How much of every month was observed, as a share of the month."""
    part: dict[str, float] = {}
    begin = tally.ended - tally.observed
    starts = [start for start, _ in program.run.bands]
    for (start, number), end in zip(program.run.bands, [*starts[1:], tally.ended], strict=True):
        ticks = max(min(end, tally.ended) - max(start, begin), 0)
        band = program.bands[number]
        share = ticks / _TICKS_PER_DAY / band.month_days if band.month_days else 0.0
        part[band.month] = part.get(band.month, 0.0) + share
    return part


def product_kwh(program: Program, tally: Tally) -> Floats:
    """Energy by product, (P,): that of every machine goes to the products by the processing time
    of their finished operations there; that of machines that finished nothing to none.
    """
    modes = modes_of(program)
    busy = np.zeros((len(program.machines), len(program.products)))
    np.add.at(busy, (modes.machine, modes.product), tally.mode_busy.astype(np.float64))
    whole = busy.sum(axis=1, keepdims=True)
    shares = np.divide(busy, whole, out=np.zeros_like(busy), where=whole > 0)
    found: Floats = energy_kwh(program, tally).sum(axis=1) @ shares
    return found


def peak(program: Program, tally: Tally) -> Peak | None:
    """The busiest demand window and what drew power in it; None where none was observed."""
    if tally.peak_at < 0:
        return None
    by_entry: dict[str, float] = {}
    for machine, watts in zip(program.machines, tally.peak_machines, strict=False):
        entry = entry_of(machine.name)
        by_entry[entry] = by_entry.get(entry, 0.0) + watts / _WATTS
    ranked = sorted(by_entry.items(), key=lambda pair: (-pair[1], pair[0]))
    return Peak(
        tally.peak_at / TICKS_PER_SECOND,
        tally.peak_w / _WATTS,
        {entry: kw for entry, kw in ranked if kw > 0},
    )


__all__ = [
    "BandUse",
    "Peak",
    "bands",
    "demand_charge",
    "energy_cost",
    "fuel_cost",
    "has_energy_price",
    "has_fuel",
    "peak",
    "product_kwh",
]
