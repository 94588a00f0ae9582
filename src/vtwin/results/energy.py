"""Energy: time in each state times the power drawn in it; start-ups draw their own."""

from __future__ import annotations

import numpy as np

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.elements import Floats

_WATTS = 1000.0


def has_power(program: Program) -> bool:
    """Whether any machine draws power at all."""
    return any(machine.surge_kw or any(machine.power_kw) for machine in program.machines)


def energy_kwh(program: Program, tally: Tally) -> Floats:
    """Energy per machine and state in kWh, shape (M, 7)."""
    hours = tally.machine_state.astype(np.float64) / (TICKS_PER_SECOND * 3600.0)
    power = np.array([machine.power_kw for machine in program.machines], dtype=np.float64)
    power = power.reshape(hours.shape)
    if not tally.surge_time.any():
        return hours * power
    surge = np.array([machine.surge_kw for machine in program.machines], dtype=np.float64)
    starting = tally.surge_time.astype(np.float64) / (TICKS_PER_SECOND * 3600.0)
    return (hours - starting) * power + starting * surge[:, np.newaxis]


def peak_kw(tally: Tally) -> float | None:
    """Mean power of the busiest demand window; None where no whole one was observed."""
    return tally.peak_w / _WATTS if tally.peak_at >= 0 else None
