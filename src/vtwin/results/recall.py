"""The recall radius: how many shipped parts one suspect lot, die life, machine hour or period
on duty would call back, per replication and with intervals over replications.

Only whole units count: those that began after the warm-up, were over before the run was, and
have nothing in the plant any more. Of each the pieces that left with it in them are counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, nan

import numpy as np

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.primitives import NEVER, NONE, FailureClock, Operation
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.elements import Floats
from vtwin.results.genealogy import Genealogy
from vtwin.results.statistics import Interval, interval
from vtwin.results.travellers import History, Visit, Why

HOUR = 3600 * TICKS_PER_SECOND

#: What one suspect of a kind is called.
UNITS = {
    "material": "material lot",
    "tool": "die life",
    "wear": "life between changes",
    "machine": "machine hour",
    "worker": "period on duty",
}
#: A figure without value says why.
NO_UNIT = "none of them was whole within the observed time, with all its parts gone"
NO_RESULT = "no later operation can refuse what it made"

#: Columns of :func:`radius`.
COUNT, MEAN, P90, MOST, SHARE, EXPOSED = range(6)

Unit = tuple[str, int, int, int]  # kind, index, copy, number


@dataclass(frozen=True, slots=True)
class RecallRow:
    """One kind of suspect: pieces per unit (mean, what 9 in 10 do not exceed, largest), the mean
    as a share of all pieces shipped, and for machines the pieces made until a result is known.
    """

    kind: str
    name: str
    units: Interval
    mean: Interval
    p90: Interval
    most: Interval
    share: Interval
    exposed: Interval

    @property
    def unit(self) -> str:
        """What one suspect is: a lot, a die life, an hour, a period on duty (of a shift with
        breaks, one between two of them).
        """
        return UNITS[self.kind]

    def to_json(self) -> dict[str, object]:
        """Figures as in the result JSON; ``exposed`` is "pieces until a result is known"."""
        return {
            "kind": self.kind,
            "name": self.name,
            "per": self.unit,
            "units": self.units.to_json(),
            "pieces_mean": self.mean.to_json(),
            "pieces_p90": self.p90.to_json(),
            "pieces_most": self.most.to_json(),
            "share": self.share.to_json(),
            "pieces_until_result": self.exposed.to_json(),
        }


def is_followed(program: Program) -> bool:
    """Whether every replication is followed piece by piece: there are lots, or causes of scrap."""
    return bool(program.materials) or any(len(op.causes) > 0 for op in program.operations)


def suspects(program: Program) -> tuple[tuple[str, int, str], ...]:
    """Kind, index and name of everything that may be suspect, in the order of the rows."""
    found = [("material", i, material.name) for i, material in enumerate(program.materials)]
    used = {operation.tool for operation in program.operations}
    found += [("tool", i, tool.name) for i, tool in enumerate(program.tools) if i in used]
    found += [
        ("wear", i, failure.name)
        for i, failure in enumerate(program.failures)
        if failure.clock is FailureClock.CYCLES
    ]
    found += [("machine", i, machine.name) for i, machine in enumerate(program.machines)]
    found += [
        ("worker", i, worker.name)
        for i, worker in enumerate(program.workers)
        if worker.calendar != NONE
    ]
    return tuple(found)


def radius(found: Genealogy, tally: Tally) -> Floats:
    """One replication's figures, (suspects, 6); NaN where there is none."""
    program = found.program
    counted = _counted(found, tally)
    exposed = _exposed(found)
    rows = []
    for kind, index, _ in suspects(program):
        pieces = sorted(counted.get((kind, index), ()))
        row = [float(len(pieces)), nan, nan, nan, nan, nan]
        if pieces:
            row[MEAN] = sum(pieces) / len(pieces)
            row[P90] = pieces[ceil(0.9 * len(pieces)) - 1]
            row[MOST] = pieces[-1]
            if found.shipped_pieces:
                row[SHARE] = row[MEAN] / found.shipped_pieces
        if kind == "machine" and index in exposed:
            row[EXPOSED] = exposed[index]
        rows.append(row)
    return np.array(rows, dtype=np.float64).reshape(len(rows), 6)


def recall_rows(program: Program, each: Sequence[Floats]) -> tuple[RecallRow, ...]:
    """Figures with intervals over the replications that were followed, see :func:`radius`; ()
    where none was.
    """
    if not each:
        return ()
    rows = []
    for number, (kind, _, name) in enumerate(suspects(program)):
        values = np.array([one[number] for one in each])
        if kind != "material" and not values[:, COUNT].any() and np.isnan(values[:, EXPOSED]).all():
            continue  # nothing was made with it
        mean, p90, most = (_interval(values[:, c], "pieces", NO_UNIT) for c in (MEAN, P90, MOST))
        rows.append(
            RecallRow(
                kind,
                name,
                _interval(values[:, COUNT], UNITS[kind], NO_UNIT),
                mean,
                p90,
                most,
                _interval(values[:, SHARE], "share", NO_UNIT),
                _interval(values[:, EXPOSED], "pieces", NO_RESULT),
            )
        )
    return tuple(rows)


def _interval(values: Floats, unit: str, why: str) -> Interval:
    known = [float(value) for value in values if not np.isnan(value)]
    return interval(known, unit) if known else Interval(None, None, unit, 0.95, 0, why)


# -- units -----------------------------------------------------------------------------------


def _counted(found: Genealogy, tally: Tally) -> dict[tuple[str, int], list[int]]:
    """Pieces shipped per whole unit, by suspect."""
    program, warmup = found.program, found.program.run.warmup
    own: list[set[Unit]] = []
    early: set[Unit] = set()
    for history in found.items:
        units = dict(_units(program, history))
        own.append(set(units))
        if history.made < warmup:
            early.update(unit for unit, began in units.items() if began < warmup)
    pieces = dict.fromkeys(set().union(*own), 0)
    for serial in found.shipped:
        good = found.items[serial].good
        parts = found.items[serial].parts
        inside = set().union(*(own[o] for o in found.origins(serial))) if parts else own[serial]
        for unit in inside:
            pieces[unit] += good
    held = found.origins(*(h.serial for h in found.items if found.left(h)))
    unfinished = {unit for serial in held for unit in own[serial]}
    over = _Over(found, tally)
    counted: dict[tuple[str, int], list[int]] = {}
    for unit, number in pieces.items():
        if unit not in early and unit not in unfinished and over.has(unit):
            counted.setdefault((unit[0], unit[1]), []).append(number)
    return counted


def _units(program: Program, history: History) -> Iterable[tuple[Unit, int]]:
    """Units an item had to do with itself, and the tick at which it did first; latest first."""
    for visit in reversed(history.visits):
        began = visit.start if visit.setup < 0 else visit.setup
        if visit.copy >= 0:
            yield ("tool", visit.tool, visit.copy, visit.life), began
        for failure, life in visit.wears:
            yield ("wear", failure, 0, life), began
        last = _last(visit, began)
        for hour in range(last // HOUR, began // HOUR - 1, -1):
            yield ("machine", visit.machine, 0, hour), max(began, hour * HOUR)
        for worker in visit.people:
            for start in _shifts(program, worker, began, last):
                yield ("worker", worker, 0, start), max(began, start)
    material = program.products[history.product].material
    for number, _ in history.lots:
        yield ("material", material, 0, number), history.made


def _last(visit: Visit, began: int) -> int:
    """The last tick of a visit: what ends on the border of two hours is of the first."""
    return max(visit.end - 1, visit.start, began)


def _shifts(program: Program, worker: int, began: int, last: int) -> Iterable[int]:
    """Beginnings of the worker's shifts between two ticks."""
    calendar = program.workers[worker].calendar
    if calendar == NONE:
        return
    periods = program.calendars[calendar].open
    for number in range(max(bisect_right(periods, (began, NEVER)) - 1, 0), len(periods)):
        start, end = periods[number]
        if start > last:
            return
        if end > began:
            yield start


class _Over:
    """Which units were over before the run was."""

    def __init__(self, found: Genealogy, tally: Tally) -> None:
        program = found.program
        self._program = program
        self._ended = tally.ended
        self._made = [0] * len(program.materials)
        self._lives: dict[tuple[str, int, int], int] = {}  # the last one seen
        for history in found.items:
            material = program.products[history.product].material
            if material != NONE:
                self._made[material] += history.pieces
            for visit in history.visits:
                if visit.copy >= 0:
                    self._see("tool", visit.tool, visit.copy, visit.life)
                for failure, life in visit.wears:
                    self._see("wear", failure, 0, life)

    def _see(self, kind: str, index: int, copy: int, life: int) -> None:
        key = (kind, index, copy)
        self._lives[key] = max(self._lives.get(key, 0), life)

    def has(self, unit: Unit) -> bool:
        """Whether it was."""
        kind, index, copy, number = unit
        if kind == "material":
            return number * self._program.materials[index].lot <= self._made[index]
        if kind in ("tool", "wear"):
            return number < self._lives[kind, index, copy]
        warmup = self._program.run.warmup
        if kind == "machine":
            return number * HOUR >= warmup and (number + 1) * HOUR <= self._ended
        calendar = self._program.calendars[self._program.workers[index].calendar]
        end = dict(calendar.open)[number]
        return number >= warmup and end <= self._ended


# -- until a result is known -----------------------------------------------------------------


def _refuses(operation: Operation) -> bool:
    """Whether the outcome of an operation says anything about what was done before."""
    return operation.scrap > 0 or bool(operation.branches)


def _exposed(found: Genealogy) -> Mapping[int, float]:
    """Mean pieces a machine has finished from a visit's end, its own included, until the first
    operation that may refuse them is over; by machine.
    """
    program = found.program
    refusing = [_refuses(operation) for operation in program.operations]
    ends: dict[int, list[tuple[int, int]]] = {}
    waits: dict[int, list[tuple[int, int]]] = {}
    for history in found.items:
        known = -1
        for visit in reversed(history.visits):
            if visit.end < 0 or any(loss.why is Why.FAILURE for loss in visit.losses):
                continue
            if refusing[visit.operation]:
                known = visit.end
            ends.setdefault(visit.machine, []).append((visit.end, visit.pieces))
            if known >= 0 and visit.end >= program.run.warmup:
                waits.setdefault(visit.machine, []).append((visit.end, known))
    return {machine: _mean_made(ends[machine], each) for machine, each in waits.items()}


def _mean_made(ends: list[tuple[int, int]], waits: list[tuple[int, int]]) -> float:
    ends.sort()
    times = [end for end, _ in ends]
    made = np.concatenate(([0], np.cumsum([pieces for _, pieces in ends])))
    total = 0
    for end, known in waits:
        # Those finished at the same tick count once each: from the first of them on.
        first = bisect_right(times, end - 1)
        total += int(made[bisect_right(times, known)] - made[first])
    return total / len(waits)


__all__ = ["RecallRow", "is_followed", "radius", "recall_rows", "suspects"]
