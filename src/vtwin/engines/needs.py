"""What an operation takes beside its item before it can start: pieces of a kit, a carrier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtwin.engines.floor import Item
from vtwin.plant.primitives import NONE
from vtwin.plant.primitives import Operation as OperationSpec

if TYPE_CHECKING:
    from vtwin.engines.carriers import CarrierPools
    from vtwin.engines.floor import Floor
    from vtwin.engines.releases import OrderFile, Supply
    from vtwin.engines.stocks import Stock


class Needs:
    """Kit and carrier of one operation; all of it is there, or nothing is taken (S-129, S-134)."""

    def __init__(self, floor: Floor, spec: OperationSpec, station_bit: int) -> None:
        self._pools: CarrierPools = floor.pools
        self.kit: list[tuple[Stock, int]] = [(floor.stocks[k.stock], k.pieces) for k in spec.kit]
        self.carrier = spec.takes
        for stock, _ in self.kit:
            stock.used_at(station_bit)
        if self.carrier != NONE:
            self._pools.used_at(self.carrier, station_bit)

    def met(self, first: Item | OrderFile | Supply) -> bool:
        """Whether the first who waits for the operation could begin it."""
        return not self.lacking(first) and not self.lacks_carrier(first)

    def lacking(self, first: Item | OrderFile | Supply) -> list[tuple[Stock, int]]:
        """Stocks without enough pieces, with the pieces wanted."""
        pieces = first.next_quantity
        return [(stock, each * pieces) for stock, each in self.kit if stock.level < each * pieces]

    def lacks_carrier(self, first: Item | OrderFile | Supply) -> bool:
        """Whether a carrier is wanted and none is free."""
        if self.carrier == NONE or self._pools.free[self.carrier]:
            return False
        return not (isinstance(first, Item) and first.carriers >> self.carrier & 1)

    def take(self, item: Item, now: int) -> None:
        """The operation is started: everything is taken at once."""
        for stock, each in self.kit:
            stock.take(each * item.quantity, item, now)
        if self.carrier != NONE:
            self._pools.take(item, self.carrier, now)
