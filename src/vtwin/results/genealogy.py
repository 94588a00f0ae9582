"""Which lot, machine, die, shift and person went into which shipped part, in both directions.

Backward, from a part to all it is made of and everybody who had a hand in it; forward, from a
suspect to every part that left the plant with it. Both walk the same links, so that one is the
inverse of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from vtwin.plant.program import Program
from vtwin.plant.trace import Trace
from vtwin.results.travellers import Fate, History, Visit, histories


@dataclass(frozen=True, slots=True)
class MaterialLot:
    """A lot of raw material, numbered from 1."""

    material: int
    number: int


@dataclass(frozen=True, slots=True)
class DieLife:
    """A copy of a tool (from 0) between two renewals; None stands for all copies, all lives."""

    tool: int
    copy: int | None = None
    life: int | None = None


@dataclass(frozen=True, slots=True)
class WearLife:
    """A machine between two changes of what wears out by cycles; None: all its lives."""

    failure: int
    life: int | None = None


@dataclass(frozen=True, slots=True)
class MachineTime:
    """A machine between two ticks, ``[start, end)``."""

    machine: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WorkerTime:
    """A worker between two ticks, ``[start, end)``."""

    worker: int
    start: int
    end: int


Suspect = MaterialLot | DieLife | WearLife | MachineTime | WorkerTime


@dataclass(frozen=True, slots=True)
class Recall:
    """What would be called back: items that left the plant, their pieces and the share of all
    pieces that left; and what is still held: pieces in the plant, in stock, scrapped already.
    """

    suspect: Suspect
    touched: tuple[int, ...]  # items it had to do with itself
    shipped: tuple[int, ...]  # items that left with it in them
    pieces: int
    share: float | None  # None: nothing left at all
    inside: int
    scrapped: int


class Genealogy:
    """The histories of one run, and the links between them."""

    def __init__(self, program: Program, items: tuple[History, ...]) -> None:
        self.program = program
        self.items = items
        self.shipped = tuple(h.serial for h in items if h.fate is Fate.SHIPPED)
        self.shipped_pieces = sum(items[s].good for s in self.shipped)

    def origins(self, *serials: int) -> tuple[int, ...]:
        """The items and all that went into them, components of components included; sorted."""
        return self._closure(serials, lambda h: h.parts)

    def reached(self, serials: Iterable[int]) -> tuple[int, ...]:
        """The items and all they went into; sorted."""
        return self._closure(serials, lambda h: h.uses)

    def _closure(
        self, serials: Iterable[int], links: Callable[[History], tuple[tuple[int, int], ...]]
    ) -> tuple[int, ...]:
        found: set[int] = set()
        ahead = list(serials)
        while ahead:
            serial = ahead.pop()
            if serial not in found:
                found.add(serial)
                ahead += [other for other, _ in links(self.items[serial])]
        return tuple(sorted(found))

    def touches(self, suspect: Suspect, history: History) -> bool:
        """Whether an item itself had to do with a suspect."""
        if isinstance(suspect, MaterialLot):
            same = self.program.products[history.product].material == suspect.material
            return same and any(number == suspect.number for number, _ in history.lots)
        return any(_at(suspect, visit) for visit in history.visits)

    def touched(self, suspect: Suspect) -> tuple[int, ...]:
        """Items that had to do with a suspect themselves."""
        return tuple(h.serial for h in self.items if self.touches(suspect, h))

    def recall(self, suspect: Suspect) -> Recall:
        """Forward: all that a suspect went into."""
        touched = self.touched(suspect)
        reached = [self.items[s] for s in self.reached(touched)]
        shipped = [h for h in reached if h.fate is Fate.SHIPPED]
        pieces = sum(h.good for h in shipped)
        held = [h for h in reached if h.fate in (Fate.INSIDE, Fate.STOCK)]
        return Recall(
            suspect,
            touched,
            tuple(h.serial for h in shipped),
            pieces,
            pieces / self.shipped_pieces if self.shipped_pieces else None,
            inside=sum(self.left(h) for h in held),
            scrapped=sum(h.scrapped for h in reached),
        )

    @staticmethod
    def left(history: History) -> int:
        """Pieces of an item that are still in the plant: unfinished, or in stock."""
        if history.fate is Fate.INSIDE:
            return history.pieces - history.scrapped
        if history.fate is Fate.STOCK:
            return history.good - sum(pieces for _, pieces in history.uses)
        return 0

    def suspects(self, serial: int) -> tuple[Suspect, ...]:
        """Backward: every material lot, die life and wear life in a part, and every machine and
        person with the time they worked on it; each once, sorted as they came.
        """
        found: dict[Suspect, None] = {}
        for origin in self.origins(serial):
            history = self.items[origin]
            material = self.program.products[history.product].material
            found |= dict.fromkeys(MaterialLot(material, number) for number, _ in history.lots)
            for visit in history.visits:
                found |= dict.fromkeys(_suspects(visit))
        return tuple(found)


def genealogy(
    program: Program, trace: Trace, replication: int, seed: int | None = None
) -> Genealogy:
    """The genealogy of one run from its trace; see :func:`vtwin.results.travellers.histories`."""
    return Genealogy(program, histories(program, trace, replication, seed))


def _span(visit: Visit) -> tuple[int, int]:
    """The ticks ``[start, end)`` of a visit, its set-up included; one without time is a tick."""
    start = visit.start if visit.setup < 0 else visit.setup
    last = max(visit.end, visit.start)
    return start, max(last, start + 1)


def _overlap(visit: Visit, start: int, end: int) -> bool:
    first, last = _span(visit)
    return first < end and start < last


def _at(suspect: Suspect, visit: Visit) -> bool:
    if isinstance(suspect, MachineTime):
        here = visit.machine == suspect.machine
        return here and _overlap(visit, suspect.start, suspect.end)
    if isinstance(suspect, WorkerTime):
        there = suspect.worker in visit.people
        return there and _overlap(visit, suspect.start, suspect.end)
    if isinstance(suspect, DieLife):
        return (
            visit.tool == suspect.tool
            and suspect.copy in (None, visit.copy)
            and suspect.life in (None, visit.life)
        )
    if isinstance(suspect, WearLife):
        return any(
            failure == suspect.failure and suspect.life in (None, life)
            for failure, life in visit.wears
        )
    return False


def _suspects(visit: Visit) -> Iterable[Suspect]:
    start, end = _span(visit)
    yield MachineTime(visit.machine, start, end)
    for worker in visit.people:
        yield WorkerTime(worker, start, end)
    if visit.copy >= 0:
        yield DieLife(visit.tool, visit.copy, visit.life)
    for failure, life in visit.wears:
        yield WearLife(failure, life)
