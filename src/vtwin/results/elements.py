"""ISO 22400-2 elements of every machine, read from a tally: what each KPI is made of.

The names follow ISO 22400-2; no conformity is claimed. Times are seconds within the observed
window ``[warmup, end)``, quantities are pieces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.primitives import MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Element:
    """One row of the element table."""

    key: str
    name: str
    unit: str
    meaning: str


#: The elements in the order in which the formulas need them.
ELEMENTS: tuple[Element, ...] = (
    Element("AOET", "observed time", "s", "the whole window that is evaluated"),
    Element("PBT", "planned busy time", "s", "observed time less planned stops"),
    Element("APT", "actual production time", "s", "time in state `working`"),
    Element("AUST", "actual set-up time", "s", "time in state `setup`"),
    Element("AUPT", "actual unit processing time", "s", "APT + AUST"),
    Element(
        "ADET", "actual delay time", "s", "time in states `down`, `blocked`, `waiting_operator`"
    ),
    Element("AUBT", "actual unit busy time", "s", "AUPT + ADET; what remains of PBT is idle"),
    Element("PRI·PQ", "standard time", "s", "planned run time of all cycles finished"),
    Element("PT", "production time of finished operations", "s", "what those cycles really took"),
    Element("PQ", "produced quantity", "pieces", "pieces through finished operations"),
    Element("SQ", "scrap quantity", "pieces", "pieces of these that were scrapped"),
    Element("GQ", "good quantity", "pieces", "PQ - SQ"),
    Element("FE", "failure events", "failures", "times a failure mode struck; not maintenance"),
    Element("ΣTBF", "time between failures", "s", "production time, in which failures strike"),
    Element("ΣTTR", "time to repair", "s", "time down, waiting for the repairer included"),
    Element("APWT", "actual personnel work time", "s", "time workers were on a task"),
    Element("APAT", "actual personnel attendance time", "s", "time workers were on duty"),
)


@dataclass(frozen=True)
class Modes:
    """The operation modes of a program in the order of ``Tally.mode_*``; arrays of shape (D,)."""

    machine: npt.NDArray[np.int64]
    operation: npt.NDArray[np.int64]
    product: npt.NDArray[np.int64]
    planned_s: Floats  # per cycle


def modes_of(program: Program) -> Modes:
    """Flatten ``program.operations[*].modes`` as the tally does."""
    rows = [
        (mode.machine, number, operation.product, mode.planned_s)
        for number, operation in enumerate(program.operations)
        for mode in operation.modes
    ]
    return Modes(
        machine=np.array([r[0] for r in rows], dtype=np.int64),
        operation=np.array([r[1] for r in rows], dtype=np.int64),
        product=np.array([r[2] for r in rows], dtype=np.int64),
        planned_s=np.array([r[3] for r in rows], dtype=np.float64),
    )


@dataclass(frozen=True)
class MachineElements:
    """Elements per machine, each of shape (M,)."""

    observed: float  # AOET, s
    state: Floats  # (M, 7), s
    pbt: Floats
    apt: Floats
    aust: Floats
    adet: Floats
    standard: Floats  # PRI·PQ
    production: Floats  # PT
    pq: Floats
    sq: Floats
    fe: Floats
    ttr: Floats

    @property
    def aupt(self) -> Floats:
        """APT + AUST, s."""
        return self.apt + self.aust

    @property
    def aubt(self) -> Floats:
        """AUPT + ADET, s."""
        return self.aupt + self.adet


def machine_elements(program: Program, tally: Tally) -> MachineElements:
    """Read the elements of every machine from one replication."""
    machines = len(program.machines)
    modes = modes_of(program)
    state = tally.machine_state.astype(np.float64) / TICKS_PER_SECOND

    def per_machine(values: npt.NDArray[np.generic]) -> Floats:
        return np.bincount(
            modes.machine, weights=values.astype(np.float64), minlength=machines
        ).astype(np.float64)

    fe = np.zeros(machines)
    ttr = np.zeros(machines)
    for index, machine in enumerate(program.machines):
        for failure in machine.failures:
            if program.failures[failure].planned:
                continue  # maintenance is no failure: its time is a planned stop
            fe[index] += tally.failures[failure]
            ttr[index] += tally.failure_down[failure] / TICKS_PER_SECOND
    return MachineElements(
        observed=tally.observed / TICKS_PER_SECOND,
        state=state,
        # Not the whole less the stop: that would round a short rest away.
        pbt=np.delete(state, MachineState.PLANNED_STOP, axis=1).sum(axis=1),
        apt=state[:, MachineState.WORKING],
        aust=state[:, MachineState.SETUP],
        adet=state[:, MachineState.DOWN]
        + state[:, MachineState.BLOCKED]
        + state[:, MachineState.WAITING_OPERATOR],
        standard=per_machine(modes.planned_s * tally.mode_cycles),
        production=per_machine(tally.mode_busy) / TICKS_PER_SECOND,
        pq=per_machine(tally.mode_pieces),
        sq=per_machine(tally.mode_scrap),
        fe=fe,
        ttr=ttr,
    )


def entry_of(name: str) -> str:
    """The equipment entry or crew a machine or worker belongs to: ``lathes#2`` -> ``lathes``."""
    return name.split("#", 1)[0]


def entries(names: tuple[str, ...]) -> dict[str, list[int]]:
    """Indices of ``names`` grouped by entry, entries in sorted order."""
    found: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        found.setdefault(entry_of(name), []).append(index)
    return dict(sorted(found.items()))
