"""How items get into the plant: arrivals, CONWIP, endless supplies and the order book."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.floor import Item
from vtwin.engines.instant import Alarm
from vtwin.plant import rules
from vtwin.plant.order import priority
from vtwin.plant.primitives import NEVER, Profile
from vtwin.plant.primitives import Order as OrderSpec
from vtwin.plant.primitives import Source as SourceSpec
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.stations import Step


def _due(spec: SourceSpec, now: int) -> int:
    return NEVER if spec.due_after == NEVER else now + spec.due_after


class Supply:
    """A saturated source: the machine that takes from it always finds an item (S-63)."""

    __slots__ = ("_floor", "_spec", "name", "step")

    def __init__(self, floor: Floor, spec: SourceSpec, step: Step) -> None:
        self._floor = floor
        self._spec = spec
        self.name = spec.name
        self.step = step

    @property
    def next_quantity(self) -> int:
        """Pieces of the next item."""
        return self._spec.lot

    def next_item(self, now: int) -> Item:
        """An item enters the plant because a machine takes it."""
        floor, spec = self._floor, self._spec
        item = Item(floor.next_serial(), self.step, spec.lot, now, _due(spec, now))
        floor.release(spec.product, spec.lot, item.serial, now)
        return item


class Arrivals:
    """One release after each interval, the first after the first interval (S-62)."""

    def __init__(
        self, floor: Floor, spec: SourceSpec, step: Step, slot: int, interval: Callable[[], int]
    ) -> None:
        self._floor = floor
        self._spec = spec
        self._step = step
        self._interval = interval
        self._alarm = Alarm(floor.env, priority(slot), self._arrive)
        floor.pending += 1
        self._alarm.set(interval())

    def _arrive(self, _event: CalendarEvent) -> None:
        floor, spec, step = self._floor, self._spec, self._step
        now = floor.now
        floor.other_events += 1
        item = Item(floor.next_serial(), step, spec.lot, now, _due(spec, now))
        floor.release(spec.product, spec.lot, item.serial, now)
        step.station.outside.append(item)
        floor.dirty |= step.station.bit
        floor.clock.changed = True
        self._alarm.set(self._interval())


def at_pace(
    floor: Floor, interval: Callable[[], int], profile: Profile, horizon: int
) -> Callable[[], int]:
    """Intervals that pass faster at busy times and slower at quiet ones (S-88)."""

    def stretched() -> int:
        return rules.elapsed(profile, floor.now, interval(), horizon) - floor.now

    return stretched


class Conwip:
    """``level`` items at the start, then a new one for each that leaves (S-62)."""

    def __init__(self, floor: Floor, spec: SourceSpec, step: Step, slot: int) -> None:
        self._floor = floor
        self._spec = spec
        self._step = step
        self._alarm = Alarm(floor.env, priority(slot), self._begin)
        floor.pending += 1
        self._alarm.set(0)

    def _begin(self, _event: CalendarEvent) -> None:
        floor = self._floor
        floor.pending -= 1
        floor.other_events += 1
        for _ in range(self._spec.level):
            self._release(floor.now)
        floor.clock.changed = True

    def one_left(self, now: int) -> None:
        """An item of this source has left, finished or as scrap."""
        self._release(now)

    def _release(self, now: int) -> None:
        floor, spec, step = self._floor, self._spec, self._step
        item = Item(floor.next_serial(), step, spec.lot, now, _due(spec, now), source=self)
        floor.release(spec.product, spec.lot, item.serial, now)
        step.station.outside.append(item)
        floor.dirty |= step.station.bit


class Stands(Enum):
    """Where the lots of an order that are not made yet stand."""

    NOWHERE = 0  # there are none
    OUTSIDE = 1
    IN_QUEUE = 2


class OrderFile:
    """An order while it is worked on: one entry in a queue, however many its lots (S-61)."""

    __slots__ = (
        "_floor", "_replace", "done", "due", "good", "index", "joined", "lot", "name",
        "outstanding", "priority", "product", "quantity", "released", "remaining", "stands",
        "started", "step", "work",
    )  # fmt: skip

    def __init__(self, floor: Floor, index: int, spec: OrderSpec, step: Step | None) -> None:
        self._floor = floor
        self._replace = spec.replace_scrap
        self.index = index
        self.name = spec.name
        self.product = spec.product
        self.quantity = spec.quantity
        self.lot = spec.lot
        self.due = spec.due
        self.priority = spec.priority
        if step is not None:  # bought parts have none
            self.step = step  # its first operation
        self.remaining = 0  # pieces no lot was made of yet
        self.outstanding = 0  # pieces in the plant, those included
        self.good = 0
        self.released = -1
        self.joined = 0
        self.started = -1
        self.done = -1
        self.work = 1  # of one lot, see Item.work
        self.stands = Stands.NOWHERE

    def release(self, now: int) -> None:
        """All its pieces enter the plant."""
        self.released = now
        self._add(self.quantity, now)

    def _add(self, pieces: int, now: int) -> None:
        floor, station = self._floor, self.step.station
        floor.release(self.product, pieces, -1, now)
        before = -(-self.remaining // self.lot)
        self.remaining += pieces
        self.outstanding += pieces
        if self.stands is Stands.IN_QUEUE:
            station.count_lots(-(-self.remaining // self.lot) - before, now)
        elif self.stands is Stands.NOWHERE:
            self.stands = Stands.OUTSIDE
            station.outside.append(self)
        floor.dirty |= station.bit

    @property
    def next_quantity(self) -> int:
        """Pieces of the next lot."""
        return min(self.lot, self.remaining)

    def next_lot(self, now: int) -> Item:
        """The next lot becomes an item."""
        pieces = self.next_quantity
        self.remaining -= pieces
        item = Item(
            self._floor.next_serial(), self.step, pieces, self.released, self.due, order=self
        )
        item.joined = self.joined
        self._floor.note(now, Event.LOT, self.index, item.serial, pieces)
        return item

    def delivered(self, pieces: int, now: int) -> None:
        """Good pieces have left the plant."""
        self.good += pieces
        self._gone(pieces, now)

    def lost(self, pieces: int, now: int) -> None:
        """Pieces became scrap; as many are made again if the order wants it (S-65)."""
        self._gone(pieces, now)
        if self._replace:
            self._add(pieces, now)

    def _gone(self, pieces: int, now: int) -> None:
        self.outstanding -= pieces
        complete = self.good >= self.quantity or (not self._replace and self.outstanding == 0)
        if complete and self.done < 0:
            self.done = now
            self._floor.note(now, Event.ORDER_DONE, self.index, -1, self.good)


class OrderBook:
    """Releases orders at their time, in the order of the book (S-61)."""

    def __init__(self, floor: Floor, files: list[OrderFile], times: list[int], slot: int) -> None:
        self._floor = floor
        self._files = files
        self._times = times
        self._next = 0
        self._alarm = Alarm(floor.env, priority(slot), self._release)
        if times:
            floor.pending += 1
            self._alarm.set(times[0])

    def _release(self, _event: CalendarEvent) -> None:
        floor = self._floor
        now = floor.now
        floor.other_events += 1
        floor.pending -= 1
        times = self._times
        while self._next < len(times) and times[self._next] <= now:
            self._files[self._next].release(now)
            self._next += 1
        if self._next < len(times):
            floor.pending += 1
            self._alarm.set(times[self._next] - now)
        floor.clock.changed = True
