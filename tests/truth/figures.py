"""What a case is: a plant, and figures of it that are known exactly.

A case is run for ``horizon`` seconds `REPLICATIONS` times; that makes the 99 % intervals of all
its figures at most 1 % wide on either side. Its first figure also joins the test of all cases
at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.engines.plants import Plant
from vtwin.plant.primitives import MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally

S = 1e9
US = 1e6
REPLICATIONS = 16

Measure = Callable[[Tally], float]


@dataclass(frozen=True)
class Figure:
    """What is measured in a run, and what it must be."""

    name: str
    of: Measure
    truth: float


@dataclass(frozen=True)
class Case:
    """A plant and its figures; ``figures`` is called when they are needed."""

    name: str
    plant: Callable[[], Plant]
    figures: Callable[[], list[Figure]]
    horizon: float
    warmup: float = 200.0

    def program(self, share: float = 1.0) -> Program:
        """The plant for this share of the horizon after the warm-up."""
        plant = self.plant()
        plant.horizon, plant.warmup = (
            self.warmup + share * (self.horizon - self.warmup),
            self.warmup,
        )
        return plant.program()


def rate(*products: int) -> Measure:
    """Good pieces per s of some products, none named: of all."""
    chosen = list(products) if products else slice(None)
    return lambda t: t.product_good[chosen].sum() * S / t.observed


def lead(product: int = 0) -> Measure:
    return lambda t: t.product_lead[product] / t.product_good[product]


def wip(t: Tally) -> float:
    return float(t.product_wip_area.sum() * S / t.observed)


def wait(station: int = 0) -> Measure:
    return lambda t: t.station_wait[station] / t.station_arrivals[station] / US


def state(wanted: MachineState, *machines: int) -> Measure:
    """Mean number of machines in a state, of those named or all."""
    chosen = list(machines) if machines else slice(None)
    return lambda t: t.machine_state[chosen, wanted].sum() / t.observed


WORKING, BLOCKED, DOWN = MachineState.WORKING, MachineState.BLOCKED, MachineState.DOWN
SETUP, WAITING = MachineState.SETUP, MachineState.WAITING_OPERATOR
