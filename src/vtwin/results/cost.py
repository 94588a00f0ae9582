"""What the observed window cost, by kind. Interest, overheads and prices are not in it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.elements import machine_elements
from vtwin.results.energy import energy_kwh

_TICKS_PER_HOUR = TICKS_PER_SECOND * 3600.0
_HOURS_PER_DAY = 24.0


@dataclass(frozen=True)
class Costs:
    """Money in the plant's currency over the observed window."""

    machine: float  # cost per hour x planned busy time
    labour: float  # cost per hour x time on duty
    energy: float  # price x kWh
    material: float  # per piece x pieces started
    floor: float  # per day, all day

    @property
    def total(self) -> float:
        """The sum of all kinds."""
        return float(sum(getattr(self, part.name) for part in fields(self)))


def has_costs(program: Program) -> bool:
    """Whether the scenario gives any cost at all."""
    return bool(
        program.energy_price
        or program.floor_cost_per_day
        or any(machine.cost_per_h for machine in program.machines)
        or any(worker.cost_per_h for worker in program.workers)
        or any(product.material_cost for product in program.products)
    )


def costs(program: Program, tally: Tally) -> Costs | None:
    """Costs of the observed window; None where the scenario gives none."""
    if not has_costs(program):
        return None
    planned_h = machine_elements(program, tally).pbt / 3600.0
    duty_h = tally.worker_duty / _TICKS_PER_HOUR
    days = tally.observed / _TICKS_PER_HOUR / _HOURS_PER_DAY
    return Costs(
        machine=float(np.dot([m.cost_per_h for m in program.machines], planned_h)),
        labour=float(np.dot([w.cost_per_h for w in program.workers], duty_h)),
        energy=float(program.energy_price * energy_kwh(program, tally).sum()),
        material=float(np.dot([p.material_cost for p in program.products], tally.product_released)),
        floor=program.floor_cost_per_day * days,
    )
