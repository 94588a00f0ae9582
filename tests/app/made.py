"""A small program and tallies made by hand, for tests of what is shown."""

import dataclasses
from pathlib import Path

import numpy as np

from vtwin.app.runs import Plant
from vtwin.base.draws import Distribution
from vtwin.plant.primitives import Machine, Mode, Operation, Product, ReleaseKind, Source, Station
from vtwin.plant.program import Program, RunSpec
from vtwin.plant.trace import Event, Tally, Trace, lead_bin

S = 1_000_000_000
H = 3600 * S


def program(machines: int = 3, kind: ReleaseKind = ReleaseKind.ARRIVALS) -> Program:
    """A serial line of ``machines`` stations observed for 100 h after 10 h."""
    return Program(
        name="made by hand",
        run=RunSpec(horizon=110 * H, warmup=10 * H, replications=2, seed=1, bin=2 * H),
        distributions=(Distribution("constant", (60.0,)),),
        stations=tuple(Station(f"m{i}", (i,)) for i in range(machines)),
        machines=tuple(Machine(f"m{i}", station=i) for i in range(machines)),
        operations=tuple(
            Operation(f"p/op{i}", 0, i, i, (Mode(i, 0, 60.0),)) for i in range(machines)
        ),
        products=(Product("p", tuple(range(machines))),),
        sources=(Source("p", 0, kind, interval=0),),
    )


def tally(plant: Program, replication: int = 0, **changes: object) -> Tally:
    """A run in which machine i worked 90, 60, 30 … % of the time."""
    machines, bins = len(plant.machines), plant.run.horizon // plant.run.bin
    observed = plant.run.horizon - plant.run.warmup
    state = np.zeros((machines, 7), dtype=np.int64)
    state[:, 0] = [max(9 - 3 * i, 0) * observed // 10 for i in range(machines)]
    state[:, 4] = observed - state[:, 0]
    values: dict[str, object] = {}
    lengths = {"mode": machines, "station": machines, "setup": machines, "product": 1}
    for item in dataclasses.fields(Tally):
        length = next((n for k, n in lengths.items() if item.name.startswith(k)), 0)
        values[item.name] = np.zeros(length, dtype=np.int64)
    values |= {
        "replication": replication, "observed": observed, "ended": plant.run.horizon, "events": 9,
        "machine_state": state, "mode_visits": np.full(machines, 500),
        "product_released": np.array([510]), "product_good": np.array([500]),
        "product_items": np.array([500]), "lead_hist": ({lead_bin(300 * S): 400, lead_bin(900 * S): 100},),
        "series_good": np.zeros((1, bins), dtype=np.int64),
        "series_cycles": np.zeros((machines, bins), dtype=np.int64),
        "series_wip": np.full(bins, 5.0), "state_at_end": np.zeros(machines, dtype=np.int64),
        "in_plant_at_end": 10, "stall": (), "trace": None,
    } | changes  # fmt: skip
    return Tally(**values)


def trace(plant: Program) -> Trace:
    """Machine 0 works all the time, machine 1 works in the first half and is down in the second."""
    half = plant.run.horizon // 2
    rows = [(0, 0, 0), (0, 1, 0), (half, 1, 5)]
    time, entity, value = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Trace(time, np.full(3, Event.STATE), entity, np.full(3, -1), value)


def line(hours: int = 20, cycle_s: float = 60.0, name: str = "made by hand") -> Plant:
    """A saturated line of three stations with five places between them, ready to run."""
    serial = program(3, ReleaseKind.SATURATED)
    stations = tuple(
        dataclasses.replace(s, input=5 if i else -1) for i, s in enumerate(serial.stations)
    )
    spec = RunSpec(horizon=hours * H, warmup=H, replications=2, seed=1, bin=H // 2)
    serial = dataclasses.replace(
        serial,
        name=name,
        run=spec,
        stations=stations,
        distributions=(Distribution("exponential", (cycle_s,)),),
    )
    return Plant(Path("made.yaml"), None, serial, (), {})
