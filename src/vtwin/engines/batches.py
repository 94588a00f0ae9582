"""Batches: which items a machine takes together, and how long they wait for one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.floor import Item
from vtwin.engines.instant import Alarm
from vtwin.plant import rules
from vtwin.plant.order import priority
from vtwin.plant.primitives import NEVER
from vtwin.plant.primitives import Batch as BatchSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtwin.engines.floor import Floor
    from vtwin.engines.releases import OrderFile
    from vtwin.engines.stations import Station, Step


class Recipe:
    """One batch of a station: the operations that share it and its clock (S-120 to S-126)."""

    def __init__(self, floor: Floor, spec: BatchSpec, slot: int) -> None:
        self._floor = floor
        self.name = spec.name
        self.least = spec.least
        self.most = spec.most
        self._wait = spec.wait
        self.steps: list[Step] = []
        self._alarm = Alarm(floor.env, priority(slot), self._ring)
        self._due = NEVER

    @property
    def station(self) -> Station:
        """Where it is done."""
        return self.steps[0].station

    @property
    def clock_runs(self) -> bool:
        """Whether its clock is set."""
        return self._due != NEVER

    def waiting(self) -> tuple[int, int]:
        """How many items wait for it, counted to ``most`` at the utmost, and since when the
        one of them that has waited longest.
        """
        return rules.gathered(self._who(), self.most)

    def ready(self, now: int) -> bool:
        """Whether enough wait, or long enough (S-120)."""
        count, oldest = self.waiting()
        return rules.may_start(count, now - oldest, self.least, self.most, self._wait)

    def _who(self) -> Iterator[tuple[int, int]]:
        """(items, since when) of those who count: in the queue, or before it if it has no
        places (S-124).
        """
        station, steps = self.station, self.steps
        if station.places:
            for step in steps:
                for _, _, first in step.line.queue:
                    yield _lots(first), first.joined
            return
        for since, _, item in station.door:
            if item.step in steps:
                yield 1, since
        for first in station.outside:
            if first.step in steps:
                yield _lots(first), _released(first)

    def set_clock(self, now: int) -> None:
        """Ring when the wait is over of a batch that may begin then and may not yet (S-122)."""
        due = NEVER
        if self._wait < NEVER:
            count, oldest = self.waiting()
            if self.least <= count < self.most and oldest + self._wait > now:
                due = oldest + self._wait
        if due == self._due:
            return
        if self._due != NEVER:
            self._alarm = self._alarm.replaced()
            self._floor.pending -= 1
        self._due = due
        if due != NEVER:
            self._alarm.set(due - now)
            self._floor.pending += 1

    def _ring(self, _event: CalendarEvent) -> None:
        floor = self._floor
        floor.other_events += 1
        floor.pending -= 1
        self._due = NEVER
        floor.dirty |= self.station.bit
        floor.clock.changed = True


def _released(first: Item | OrderFile) -> int:
    return first.release if isinstance(first, Item) else first.released


def _lots(first: Item | OrderFile) -> int:
    return 1 if isinstance(first, Item) else rules.lots(first.remaining, first.lot)
