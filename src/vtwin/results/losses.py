"""The loss ledger: every tick of every machine booked to one cause, to the last one.

State times are exact. Time in state `working` is divided further: slow cycles (longer than
planned), time spent on pieces that became scrap, and the rest, which made good pieces.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vtwin.plant.primitives import MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.elements import machine_elements, modes_of
from vtwin.results.statistics import Interval, interval, paired

#: Causes in the order a ledger lists them; "good" is what is left after all losses.
CAUSES = (
    "good",
    "scrap",
    "slow",
    "setup",
    "waiting_operator",
    "blocked",
    "starved",
    "down",
    "planned_stop",
)
_OF_STATE = {
    "setup": MachineState.SETUP,
    "waiting_operator": MachineState.WAITING_OPERATOR,
    "blocked": MachineState.BLOCKED,
    "starved": MachineState.STARVED,
    "down": MachineState.DOWN,
    "planned_stop": MachineState.PLANNED_STOP,
}


@dataclass(frozen=True)
class MachineLedger:
    """Where one machine's time went. ``ticks`` are summed over replications and add up to all
    the time observed; ``shares`` of it add up to exactly 1; ``intervals`` are shares per
    replication.
    """

    ticks: Mapping[str, int]
    shares: Mapping[str, float]
    intervals: Mapping[str, Interval]

    @property
    def largest(self) -> str | None:
        """The cause that costs most planned time; None where nothing is lost."""
        losses = {c: self.ticks[c] for c in CAUSES if c not in ("good", "planned_stop")}
        worst = max(losses, key=lambda cause: losses[cause])
        return worst if losses[worst] > 0 else None


@dataclass(frozen=True)
class Ledger:
    """Ledgers by machine name."""

    machines: Mapping[str, MachineLedger]

    def to_json(self) -> dict[str, object]:
        """``{machine: {cause: share}}``."""
        return {name: dict(one.shares) for name, one in self.machines.items()}


def booked(program: Program, tally: Tally, slow: Sequence[float]) -> list[dict[str, int]]:
    """Ticks by cause for every machine in one replication; they sum to its state times.

    ``slow`` is the share of each machine's working time that went into slow cycles.
    """
    scrapped = _scrap_share(program, tally)
    books = []
    for index in range(len(program.machines)):
        states = tally.machine_state[index]
        working = int(states[MachineState.WORKING])
        lost = round(working * slow[index])
        scrap = round((working - lost) * float(scrapped[index]))
        book = {"good": working - lost - scrap, "scrap": scrap, "slow": lost}
        book |= {cause: int(states[state]) for cause, state in _OF_STATE.items()}
        books.append(book)
    return books


def slow_shares(program: Program, tallies: Sequence[Tally], confidence: float) -> list[float]:
    """Per machine, the share of production time beyond what its cycles were planned to take.

    Cycles that vary about their planned time lose nothing on average, so a share is booked
    only where the interval over replications shows one (one replication: as it is).
    """
    each = [machine_elements(program, tally) for tally in tallies]
    shares = []
    for index in range(len(program.machines)):
        excess = [
            1.0 - float(e.standard[index]) / float(e.production[index])
            for e in each
            if e.production[index] > 0
        ]
        seen = interval(excess, "share", confidence)
        shown = seen.half_width is None or seen.mean is None or seen.mean > seen.half_width
        shares.append(min(max(seen.mean or 0.0, 0.0), 1.0) if shown else 0.0)
    return shares


def _scrap_share(program: Program, tally: Tally) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Share of each machine's production time that went into pieces scrapped there, (M,)."""
    modes = modes_of(program)
    pieces = tally.mode_pieces.astype(np.float64)
    share = np.divide(tally.mode_scrap, pieces, out=np.zeros(len(pieces)), where=pieces > 0)
    count = len(program.machines)
    busy = np.bincount(modes.machine, weights=tally.mode_busy, minlength=count)
    lost = np.bincount(modes.machine, weights=share * tally.mode_busy, minlength=count)
    return np.divide(lost, busy, out=np.zeros(count), where=busy > 0)


def exact_shares(ticks: Mapping[str, int]) -> dict[str, float]:
    """Shares that sum to exactly 1 (by `math.fsum`).

    The rounding of the others is put on the largest. All zeros when there is no time at all.
    """
    total = sum(ticks.values())
    if total <= 0:
        return dict.fromkeys(ticks, 0.0)
    shares = {cause: count / total for cause, count in ticks.items()}
    largest = max(ticks, key=lambda cause: ticks[cause])
    others = [-share for cause, share in shares.items() if cause != largest]
    shares[largest] = math.fsum([1.0, *others])
    return shares


def ledger(program: Program, tallies: Sequence[Tally], confidence: float = 0.95) -> Ledger:
    """The loss ledger of every machine over these replications (at least one)."""
    slow = slow_shares(program, tallies, confidence)
    each = [booked(program, tally, slow) for tally in tallies]
    found = {}
    for index, machine in enumerate(program.machines):
        books = [replication[index] for replication in each]
        ticks = {cause: sum(book[cause] for book in books) for cause in CAUSES}
        per_run = [exact_shares(book) for book in books]
        found[machine.name] = MachineLedger(
            ticks=ticks,
            shares=exact_shares(ticks),
            intervals={
                cause: interval([shares[cause] for shares in per_run], "share", confidence)
                for cause in CAUSES
            },
        )
    return Ledger(found)


def waterfall(
    before: tuple[Program, Sequence[Tally]],
    after: tuple[Program, Sequence[Tally]],
    machine: str,
    confidence: float = 0.95,
) -> dict[str, Interval]:
    """How the shares of one machine's time changed, cause by cause, with paired intervals.

    Both sides hold the same replications under common random numbers; the means sum to zero.
    """
    sides = []
    for program, tallies in (before, after):
        index = [m.name for m in program.machines].index(machine)
        slow = slow_shares(program, tallies, confidence)
        sides.append([exact_shares(booked(program, tally, slow)[index]) for tally in tallies])
    return {
        cause: paired(
            [shares[cause] for shares in sides[0]],
            [shares[cause] for shares in sides[1]],
            "share",
            confidence,
        )
        for cause in CAUSES
    }
