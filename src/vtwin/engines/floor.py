"""What every part of a running plant shares: clock, dirty stations, products, trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vtwin.engines.instant import Clock
from vtwin.plant.order import Slots
from vtwin.plant.primitives import NEVER
from vtwin.plant.trace import Event, lead_bin

if TYPE_CHECKING:
    from vtwin.engines.carriers import CarrierPools
    from vtwin.engines.fleets import Fleet, Vehicle
    from vtwin.engines.machines import Machine
    from vtwin.engines.releases import Conwip, OrderFile
    from vtwin.engines.routing import Fork
    from vtwin.engines.staff import Staff
    from vtwin.engines.stations import Station, Step
    from vtwin.engines.stocks import Stock
    from vtwin.engines.tools import ToolRack
    from vtwin.engines.traffic import Roads

Row = tuple[int, int, int, int, int]


class Item:
    """What flows: one part, or a lot of ``quantity`` pieces that moves as one."""

    __slots__ = (
        "carriers", "due", "joined", "machine", "order", "output", "priority", "product",
        "quantity", "release", "serial", "since", "source", "step", "taken", "vehicle", "work",
    )  # fmt: skip

    def __init__(
        self,
        serial: int,
        step: Step,
        quantity: int,
        release: int,
        due: int,
        *,
        order: OrderFile | None = None,
        source: Conwip | None = None,
    ) -> None:
        self.serial = serial
        self.step = step  # the operation it waits for or is in
        self.product = step.product
        self.quantity = quantity
        self.release = release
        self.due = due
        self.priority = 0 if order is None else order.priority
        self.order = order
        self.source = source
        self.joined = release
        self.since = NEVER  # tick from which it stood at the door of its operation
        self.machine: Machine | None = None  # that holds it
        self.output: Station | None = None  # whose output buffer holds it
        self.vehicle: Vehicle | None = None  # that carries it
        self.carriers = 0  # bits of the carriers it is on
        self.taken: dict[tuple[Fork, int], int] | None = None  # limited branches (S-84)
        self.work = 1  # microseconds still to do, where a queue goes by critical ratio (S-91)

    @property
    def next_quantity(self) -> int:
        """Pieces that start when it does."""
        return self.quantity


class ProductCount:
    """What has happened to one product since tick 0, in pieces and ticks."""

    __slots__ = (
        "good", "histogram", "index", "items", "lead", "moment", "released", "scrapped", "stock",
    )  # fmt: skip

    def __init__(self, index: int) -> None:
        self.index = index
        self.released = 0
        self.good = 0
        self.items = 0
        self.scrapped = 0
        self.lead = 0
        #: Sum of (time out - time in) so far with "in" counted at once: the integral of the
        #: pieces inside up to t is ``moment + inside * t``, so nothing is added up in between.
        self.moment = 0
        self.histogram: dict[int, int] = {}
        self.stock: Stock | None = None  # where its finished pieces wait for assemblies

    @property
    def on_the_way(self) -> int:
        """Pieces that are neither finished nor scrap."""
        return self.released - self.good - self.scrapped

    @property
    def inside(self) -> int:
        """Pieces in the plant: finished ones that wait for an assembly are (S-128)."""
        stored = 0 if self.stock is None else self.stock.level
        return self.on_the_way + stored


class Floor:
    """The running plant."""

    def __init__(self, slots: Slots, products: int, *, trace: bool) -> None:
        self.slots = slots
        self.clock = Clock(self._settle)
        self.env = self.clock.env
        self.stations: list[Station] = []
        self.machines: list[Machine] = []
        self.staff: Staff
        self.tools: ToolRack
        self.pools: CarrierPools
        self.stocks: list[Stock] = []
        self.fleets: list[Fleet] = []
        self.vehicles: list[Vehicle] = []
        self.roads: Roads
        self.products = [ProductCount(p) for p in range(products)]
        #: Bit s is set while station s may have something to move or to start.
        self.dirty = 0
        #: Machines whose state may differ from the one accounted.
        self.changed: list[Machine] = []
        #: Timed events under way that can let something go on; none and parts inside: a stall.
        self.pending = 0
        #: Called when nothing timed is under way after phase C.
        self.on_idle: Callable[[], None] = _nothing
        #: Asked when C of a round is over whether that ends the run (S-95); None: nothing does.
        self.is_enough: Callable[[], bool] | None = None
        self.serial = 0
        #: Timed events that are not the end of an operation (those are counted per mode).
        self.other_events = 0
        self.rows: list[Row] | None = [] if trace else None

    @property
    def now(self) -> int:
        """The present tick; SimPy keeps whole numbers whole."""
        return self.env.now  # type: ignore[return-value]

    def _settle(self, now: int) -> None:
        """Phase C: movements and grants until nothing more can happen now (S-20, S-50)."""
        stations, staff = self.stations, self.staff
        while True:
            while self.dirty:
                lowest = self.dirty & -self.dirty
                self.dirty ^= lowest
                stations[lowest.bit_length() - 1].settle(now)
            if not staff.dirty:
                break
            staff.grant(now)
        for fleet in self.fleets:
            if fleet.battery is not None:
                self.roads.recharge(fleet)
            if fleet.open:
                fleet.answer()
        if self.roads.changed:
            self.roads.settle()
        changed = self.changed
        if len(changed) > 1 and self.rows is not None:
            changed.sort(key=lambda machine: machine.index)
        for machine in changed:
            if machine.doing is not machine.state or not machine.fit or machine.task.crew:
                machine.account(now)
        changed.clear()
        if self.is_enough is not None and self.is_enough():
            return
        if not self.pending:
            self.on_idle()

    def note(self, now: int, kind: Event, entity: int, item: int, value: int) -> None:
        """Write a trace row if a trace was asked for."""
        if self.rows is not None:
            self.rows.append((now, kind, entity, item, value))

    def stock_of(self, product: int) -> Stock:
        """The stock a component goes into."""
        stock = self.products[product].stock
        assert stock is not None
        return stock

    def next_serial(self) -> int:
        """Serial number of the next item."""
        self.serial += 1
        return self.serial - 1

    def release(self, product: int, quantity: int, serial: int, now: int) -> None:
        """Pieces enter the plant (S-60)."""
        count = self.products[product]
        count.released += quantity
        count.moment -= quantity * now
        self.note(now, Event.RELEASE, product, serial, quantity)

    def leave(self, item: Item, now: int) -> None:
        """A finished item leaves the plant with its good pieces (S-64)."""
        count = self.products[item.product]
        quantity = item.quantity
        lead = now - item.release
        count.good += quantity
        count.items += 1
        count.lead += quantity * lead
        index = lead_bin(lead)
        count.histogram[index] = count.histogram.get(index, 0) + quantity
        if self.rows is not None:
            self.rows.append((now, Event.LEAVE, item.product, item.serial, quantity))
        if count.stock is None:
            count.moment += quantity * now
        else:
            count.stock.add(quantity, now)
        if item.carriers:
            self.pools.give_back(item, item.carriers, now)
        if item.order is not None:
            item.order.delivered(quantity, now)
        if item.source is not None:
            item.source.one_left(now)

    def scrap(self, item: Item, pieces: int, machine: int, now: int) -> None:
        """Pieces of an item become scrap; an item without any piece left is gone (S-35)."""
        count = self.products[item.product]
        count.scrapped += pieces
        count.moment += pieces * now
        item.quantity -= pieces
        self.note(now, Event.SCRAP, machine, item.serial, pieces)
        if item.order is not None:
            item.order.lost(pieces, now)
        if item.quantity:
            return
        if item.carriers:
            self.pools.give_back(item, item.carriers, now)
        if item.source is not None:
            item.source.one_left(now)


def _nothing() -> None:
    """Until a run says what to do."""
