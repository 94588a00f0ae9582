"""Energy: time in each state times the power drawn in it."""

from __future__ import annotations

import numpy as np

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.elements import Floats


def has_power(program: Program) -> bool:
    """Whether any machine draws power at all."""
    return any(any(machine.power_kw) for machine in program.machines)


def energy_kwh(program: Program, tally: Tally) -> Floats:
    """Energy per machine and state in kWh, shape (M, 7)."""
    hours = tally.machine_state.astype(np.float64) / (TICKS_PER_SECOND * 3600.0)
    power = np.array([machine.power_kw for machine in program.machines], dtype=np.float64)
    return hours * power.reshape(hours.shape)
