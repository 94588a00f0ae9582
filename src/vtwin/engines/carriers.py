"""Carriers: pallets, fixtures and baskets that go round in a closed loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtwin.plant.primitives import Carrier as CarrierSpec

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor, Item


class CarrierPools:
    """How many of each are free, and who waits for one (S-134 to S-137)."""

    def __init__(self, floor: Floor, specs: tuple[CarrierSpec, ...]) -> None:
        self._floor = floor
        self.names = [spec.name for spec in specs]
        self.count = [spec.count for spec in specs]
        self.free = [spec.count for spec in specs]
        #: See ProductCount.moment: of carriers in use.
        self.moment = [0 for _ in specs]
        self._users = [0 for _ in specs]

    def used_at(self, carrier: int, station_bit: int) -> None:
        """A station has an operation that takes it."""
        self._users[carrier] |= station_bit

    def take(self, item: Item, carrier: int, now: int) -> None:
        """An item gets one, unless it is on one already."""
        if not item.carriers >> carrier & 1:
            item.carriers |= 1 << carrier
            self.free[carrier] -= 1
            self.moment[carrier] -= now

    def give_back(self, item: Item, bits: int, now: int) -> None:
        """An item is taken off the carriers of these bits; whoever needs them looks again."""
        item.carriers &= ~bits
        for carrier in range(len(self.free)):
            if bits >> carrier & 1:
                self.free[carrier] += 1
                self.moment[carrier] += now
                self._floor.dirty |= self._users[carrier]

    def area(self, carrier: int, now: int) -> int:
        """Carriers in use x ticks since tick 0."""
        in_use = self.count[carrier] - self.free[carrier]
        return self.moment[carrier] + in_use * now
