"""What the observed window cost, by kind. Interest, overheads and prices are not in it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.elements import Floats, machine_elements
from vtwin.results.tariff import demand_charge, energy_cost, has_energy_price

_TICKS_PER_HOUR = TICKS_PER_SECOND * 3600.0
_HOURS_PER_DAY = 24.0


@dataclass(frozen=True)
class Costs:
    """Money in the plant's currency over the observed window."""

    machine: float  # cost per hour x planned busy time
    labour: float  # cost per hour x time on duty, and premiums
    training: float  # per person and day, all day
    energy: float  # price x kWh, by the bands of a tariff
    demand: float  # charge for the peaks of months
    material: float  # per piece x pieces started
    floor: float  # per day, all day

    @property
    def total(self) -> float:
        """The sum of all kinds."""
        return float(sum(getattr(self, part.name) for part in fields(self)))


def has_costs(program: Program) -> bool:
    """Whether the scenario gives any cost at all."""
    return bool(
        has_energy_price(program)
        or program.floor_cost_per_day
        or any(machine.cost_per_h for machine in program.machines)
        or has_wages(program)
        or any(product.material_cost for product in program.products)
    )


def has_wages(program: Program) -> bool:
    """Whether any person costs anything."""
    return any(worker.cost_per_h or worker.training_cost_per_day for worker in program.workers)


def wages(program: Program, tally: Tally) -> Floats:
    """What each worker costs, (W,): cost per hour × (time on duty + premium × overtime +
    premium × night). Overtime at night is paid both premiums.
    """
    workers = program.workers
    hours = tally.worker_duty / _TICKS_PER_HOUR
    for ticks, premium in (
        (tally.worker_overtime, [w.overtime_premium for w in workers]),
        (tally.worker_night, [w.night_premium for w in workers]),
    ):
        if len(ticks):  # a tally kept by an older version has none
            hours = hours + ticks / _TICKS_PER_HOUR * np.array(premium)
    paid: Floats = hours * np.array([w.cost_per_h for w in workers])
    return paid


def labour(program: Program, tally: Tally, members: list[int]) -> float:
    """Wages and training of these workers over the observed window."""
    days = tally.observed / _TICKS_PER_HOUR / _HOURS_PER_DAY
    training = sum(program.workers[i].training_cost_per_day for i in members) * days
    return float(wages(program, tally)[members].sum()) + training


def costs(program: Program, tally: Tally) -> Costs | None:
    """Costs of the observed window; None where the scenario gives none."""
    if not has_costs(program):
        return None
    planned_h = machine_elements(program, tally).pbt / 3600.0
    days = tally.observed / _TICKS_PER_HOUR / _HOURS_PER_DAY
    return Costs(
        machine=float(np.dot([m.cost_per_h for m in program.machines], planned_h)),
        labour=float(wages(program, tally).sum()),
        training=sum(w.training_cost_per_day for w in program.workers) * days,
        energy=energy_cost(program, tally),
        demand=demand_charge(program, tally),
        material=float(np.dot([p.material_cost for p in program.products], tally.product_released)),
        floor=program.floor_cost_per_day * days,
    )
