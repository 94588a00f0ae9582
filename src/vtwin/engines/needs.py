"""What an operation takes beside its item before it can start: pieces of a kit, carriers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtwin.engines.floor import Item
from vtwin.plant.primitives import Operation as OperationSpec

if TYPE_CHECKING:
    from vtwin.engines.carriers import CarrierPools
    from vtwin.engines.floor import Floor
    from vtwin.engines.releases import OrderFile, Supply
    from vtwin.engines.stocks import Stock


class Needs:
    """Kit and carriers of one operation; all of it is there, or nothing is taken (S-129, S-134)."""

    def __init__(self, floor: Floor, spec: OperationSpec, station_bit: int) -> None:
        self._pools: CarrierPools = floor.pools
        self.kit: list[tuple[Stock, int]] = [(floor.stocks[k.stock], k.pieces) for k in spec.kit]
        self._carriers = spec.taken
        for stock, _ in self.kit:
            stock.used_at(station_bit)
        for carrier in self._carriers:
            self._pools.used_at(carrier, station_bit)

    def met(self, first: Item | OrderFile | Supply) -> bool:
        """Whether the first who waits for the operation could begin it."""
        return not self.lacking(first) and not self.lacking_carriers(first)

    def lacking(self, first: Item | OrderFile | Supply) -> list[tuple[Stock, int]]:
        """Stocks without enough pieces, with the pieces wanted."""
        pieces = first.next_quantity
        return [(stock, each * pieces) for stock, each in self.kit if stock.level < each * pieces]

    def lacking_carriers(self, first: Item | OrderFile | Supply) -> list[int]:
        """Carriers that are wanted and of which none is free (S-134, S-138)."""
        on = first.carriers if isinstance(first, Item) else 0
        free = self._pools.free
        return [one for one in self._carriers if not free[one] and not on >> one & 1]

    def take(self, item: Item, now: int) -> None:
        """The operation is started: everything is taken at once."""
        for stock, each in self.kit:
            stock.take(each * item.quantity, item, now)
        for carrier in self._carriers:
            self._pools.take(item, carrier, now)
