"""Bought parts: products without a route, which come in from outside straight into their stock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.floor import Item
from vtwin.engines.instant import Alarm
from vtwin.engines.releases import OrderFile
from vtwin.plant.order import priority
from vtwin.plant.primitives import NEVER
from vtwin.plant.primitives import Order as OrderSpec
from vtwin.plant.primitives import Source as SourceSpec
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.stocks import Stock


class Bought(Item):
    """An item nothing is done on: it has no operation."""

    __slots__ = ()

    def __init__(self, serial: int, product: int, quantity: int, release: int) -> None:
        self.serial = serial
        self.product = product
        self.quantity = quantity
        self.release = release
        self.due = NEVER
        self.priority = 0
        self.order = self.source = self.machine = self.output = None
        self.carriers = 0


class Purchases:
    """One delivery after each interval, the first after the first interval (S-132)."""

    def __init__(
        self, floor: Floor, spec: SourceSpec, stock: Stock, slot: int, interval: Callable[[], int]
    ) -> None:
        self._floor = floor
        self._spec = spec
        self._stock = stock
        self._interval = interval
        self._alarm = Alarm(floor.env, priority(slot), self._arrive)
        floor.pending += 1
        self._alarm.set(interval())

    def _arrive(self, _event: CalendarEvent) -> None:
        floor, spec = self._floor, self._spec
        now = floor.now
        floor.other_events += 1
        item = Bought(floor.next_serial(), spec.product, spec.lot, now)
        floor.release(spec.product, spec.lot, item.serial, now)
        self._stock.deliver(item, now)
        floor.clock.changed = True
        self._alarm.set(self._interval())


class Delivery(OrderFile):
    """An order of bought parts: all of its lots are delivered at its release (S-132)."""

    def __init__(self, floor: Floor, index: int, spec: OrderSpec, stock: Stock) -> None:
        super().__init__(floor, index, spec, None)
        self._stock = stock

    def _add(self, pieces: int, now: int) -> None:
        floor = self._floor
        floor.release(self.product, pieces, -1, now)
        self.outstanding += pieces
        while pieces:
            item = Bought(floor.next_serial(), self.product, min(self.lot, pieces), now)
            item.order = self
            floor.note(now, Event.LOT, self.index, item.serial, item.quantity)
            pieces -= item.quantity
            self._stock.deliver(item, now)
