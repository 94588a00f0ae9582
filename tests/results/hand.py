"""Tallies written by hand: zeros everywhere but where a test says otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from vtwin.plant.primitives import MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally

S = 1_000_000_000
H = 3600 * S


def tally(program: Program, replication: int = 0, **given: Any) -> Tally:
    """A tally of ``program`` whose machines starved all the time, unless told otherwise."""
    observed = program.run.horizon - program.run.warmup
    machines, products = len(program.machines), len(program.products)
    modes = sum(len(op.modes) for op in program.operations)
    bins = -(-program.run.horizon // program.run.bin)
    state = np.zeros((machines, 7), dtype=np.int64)
    state[:, MachineState.STARVED] = observed

    def zeros(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.int64)

    fields: dict[str, Any] = {
        "replication": replication,
        "observed": observed,
        "ended": program.run.horizon,
        "events": 0,
        "machine_state": state,
        "mode_visits": zeros(modes),
        "mode_cycles": zeros(modes),
        "mode_pieces": zeros(modes),
        "mode_scrap": zeros(modes),
        "mode_busy": zeros(modes),
        "setups": zeros(machines),
        "setup_time": zeros(machines),
        "station_arrivals": zeros(len(program.stations)),
        "station_wait": zeros(len(program.stations)),
        "station_queue_area": zeros(len(program.stations)),
        "station_output_area": zeros(len(program.stations)),
        "product_released": zeros(products),
        "product_good": zeros(products),
        "product_items": zeros(products),
        "product_scrap": zeros(products),
        "product_lead": np.zeros(products),
        "product_wip_area": np.zeros(products),
        "lead_hist": tuple({} for _ in range(products)),
        "worker_busy": zeros(len(program.workers)),
        "worker_duty": zeros(len(program.workers)),
        "worker_walk": zeros(len(program.workers)),
        "skill_claims": zeros(len(program.skills)),
        "skill_wait": zeros(len(program.skills)),
        "failures": zeros(len(program.failures)),
        "failure_down": zeros(len(program.failures)),
        "order_start": zeros(len(program.orders)) - 1,
        "order_done": zeros(len(program.orders)) - 1,
        "order_good": zeros(len(program.orders)),
        "series_good": zeros(products, bins),
        "series_cycles": zeros(machines, bins),
        "series_wip": np.zeros(bins),
        "state_at_end": zeros(machines),
        "in_plant_at_end": 0,
    }
    return Tally(**(fields | given))


def states(observed: int, **shares: float) -> list[int]:
    """One row of ``machine_state``: ticks per state by share; starved takes the rest."""
    row = [0] * 7
    for name, share in shares.items():
        row[MachineState[name.upper()]] = round(share * observed)
    row[MachineState.STARVED] += observed - sum(row)
    return row
