"""Stocks: finished pieces of a component that wait for an assembly."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from vtwin.engines.stations import ENDLESS, fetch, put_in_line
from vtwin.plant.primitives import UNLIMITED
from vtwin.plant.primitives import Stock as StockSpec
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor, Item, ProductCount
    from vtwin.engines.machines import Machine


class Stock:
    """The finished pieces of one product (S-127 to S-131)."""

    def __init__(self, floor: Floor, index: int, spec: StockSpec, product: ProductCount) -> None:
        self._floor = floor
        self.index = index
        self.name = spec.name
        self.places = ENDLESS if spec.places == UNLIMITED else spec.places
        self.level = 0
        self.taken = 0
        #: See ProductCount.moment: of pieces in stock.
        self.moment = 0
        self._product = product
        self.users = 0  # bits of the stations with an assembly that takes from it
        #: Finished items that want in: (since, machine, item), sorted.
        self.door: deque[tuple[int, int, Item]] = deque()
        #: Bought items and deliveries that want in, in the order of release.
        self.outside: deque[Item] = deque()

    def used_at(self, station_bit: int) -> None:
        """A station has an assembly that takes from it."""
        self.users |= station_bit

    def has_room(self, pieces: int) -> bool:
        """Whether an item that is finished now may go in at once (S-127)."""
        return not self.door and not self.outside and self.level + pieces <= self.places

    def expect(self, item: Item, machine: Machine, now: int) -> None:
        """A finished item waits for room (S-127)."""
        entry = (now, machine.index, item)
        put_in_line(self.door, entry)
        machine.station.hold(entry)

    def deliver(self, item: Item, now: int) -> None:
        """A bought item arrives (S-132)."""
        if self.has_room(item.quantity):
            self._floor.leave(item, now)
        else:
            self.outside.append(item)

    def add(self, pieces: int, now: int) -> None:
        """Good pieces come in; assemblies that take them look again."""
        self.level += pieces
        self.moment -= pieces * now
        self._floor.dirty |= self.users

    def take(self, pieces: int, item: Item, now: int) -> None:
        """An assembly takes its kit; who waits for the room comes in (S-129)."""
        floor = self._floor
        self.level -= pieces
        self.taken += pieces
        self.moment += pieces * now
        self._product.moment += pieces * now
        floor.note(now, Event.KIT, self.index, item.serial, pieces)
        while self.door and self.level + self.door[0][2].quantity <= self.places:
            finished = self.door.popleft()[2]
            fetch(finished, now)
            floor.leave(finished, now)
        while (
            not self.door and self.outside and self.level + self.outside[0].quantity <= self.places
        ):
            floor.leave(self.outside.popleft(), now)
