"""What ends a run before its horizon (S-95)."""

from __future__ import annotations

from collections.abc import Sequence

from vtwin.engines.floor import Floor
from vtwin.engines.releases import OrderFile
from vtwin.plant.primitives import NONE, StopKind
from vtwin.plant.program import Stop


class StopWatch:
    """Looks at the stop conditions when C of a round is over, and stops the clock."""

    def __init__(self, floor: Floor, stops: tuple[Stop, ...], orders: Sequence[OrderFile]) -> None:
        self._floor = floor
        self._stops = stops
        self._open = list(orders)  # those not done, and perhaps some that are
        self._any = bool(orders)
        self.stopped = NONE  # the condition that ended the run
        if stops:
            floor.is_enough = self._look

    def _look(self) -> bool:
        """Whether a condition holds; the first in the list is remembered."""
        for index, stop in enumerate(self._stops):
            if self._holds(stop):
                self.stopped = index
                self._floor.clock.stop()
                return True
        return False

    def _holds(self, stop: Stop) -> bool:
        if stop.kind is StopKind.ORDERS_DONE:
            while self._open and self._open[-1].done >= 0:
                self._open.pop()
            return self._any and not self._open
        products = self._floor.products
        if stop.product == NONE:
            return sum(p.good for p in products if p.stock is None) >= stop.pieces
        return products[stop.product].good >= stop.pieces
