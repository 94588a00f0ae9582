"""Belts: conveyors and continuous furnaces, on which items move one behind the other (S-140)."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.floor import Item
from vtwin.engines.instant import Alarm
from vtwin.engines.machines import Machine, Way
from vtwin.plant.order import priority
from vtwin.plant.primitives import Belt as BeltSpec
from vtwin.plant.primitives import Machine as MachineSpec
from vtwin.plant.primitives import MachineState
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.faults import Fault
    from vtwin.engines.floor import Floor
    from vtwin.engines.stations import Station

WORKING, BLOCKED, STARVED = MachineState.WORKING, MachineState.BLOCKED, MachineState.STARVED


class Entrant:
    """An item on a belt and the belt time at which it entered."""

    __slots__ = ("entered", "item", "way")

    def __init__(self, item: Item, way: Way, entered: int) -> None:
        self.item = item
        self.way = way
        self.entered = entered


class Belt(Machine):
    """A machine that is a belt. To its station it looks like one that has something in hand
    (``item``) while its entry is closed (S-141).

    Belt time goes on while ``_ticking``; every change first counts up to now
    (:meth:`_count_up`), then decides anew what moves and what is due next (:meth:`_go_on`).
    """

    __slots__ = (
        "_accumulating", "_clock", "_clock_at", "_closed", "_counted", "_due", "_last_in",
        "_last_out", "_moved", "_pitch", "_places", "_ticking", "_travel", "finished", "items",
    )  # fmt: skip

    def __init__(
        self, floor: Floor, index: int, spec: MachineSpec, station: Station, belt: BeltSpec
    ) -> None:
        super().__init__(floor, index, spec, station, None)
        self._places = belt.places
        self._travel = belt.travel
        self._pitch = belt.pitch
        self._accumulating = belt.accumulating
        self._closed = object.__new__(Item)  # what is in hand while the entry is closed
        self._closed.priority = 0  # (S-145)
        self._alarm = Alarm(floor.env, priority(self.slot), self._ring)
        self._due = -1  # tick its alarm is set for, -1: not set
        self._ticking = True
        self._clock = 0  # belt time at tick `_clock_at`
        self._clock_at = 0
        self._last_in = -belt.pitch
        self._last_out = -belt.pitch
        self._moved = 0  # ticks something moved
        self._counted = 0  # of those, the ones told as processing time
        self.items: deque[Entrant] = deque()
        self.finished = False  # the first item waits at the end

    # -- the state of the belt -------------------------------------------------------------

    @property
    def held(self) -> Item | None:
        """The item that waits at the end."""
        return self.items[0].item if self.finished else None

    def _reach(self) -> int:
        """Belt time at which the first item, if it has not, reaches the end (S-142)."""
        reach = self.items[0].entered + self._travel
        return max(reach, self._last_out + self._pitch) if self._accumulating else reach

    def _stand(self) -> int:
        """Belt time at which everything stands behind the first item at the end (S-143)."""
        behind = (len(self.items) - 1) * self._pitch
        return max(self.items[-1].entered + self._travel - behind, self._last_out + self._pitch)

    def _is_there(self) -> bool:
        """Whether the first item has no way left."""
        return bool(self.items) and (self.finished or self._reach() <= self._clock)

    def _would_move(self) -> bool:
        """Whether an item moves as long as the belt is fit (S-144)."""
        if not self.items:
            return False
        if not self.finished:
            return True
        return self._accumulating and len(self.items) > 1 and self._stand() > self._clock

    def _count_up(self, now: int) -> None:
        """Belt time, and ageing of the machine, up to now."""
        passed = now - self._clock_at
        self._clock_at = now
        if self._ticking:
            self._clock += passed
        if self._running:
            self._moved += passed
            for fault in self.ageing:
                fault.left -= passed
            for fault in self.upkeep:
                fault.worked(passed)

    def _go_on(self, now: int) -> None:
        """Decide what moves, whether the entry is open, and what is due next (S-144)."""
        moves = self._would_move()
        self.doing = WORKING if moves else BLOCKED if self.items else STARVED
        self.begun = len(self.items) > self.finished
        self.floor.changed.append(self)
        self._ticking = self.fit and (self._accumulating or not self.finished)
        self._open_entry()
        self._set_alarm(now)
        self._running = moves and self.fit
        self._expect_strike()

    def _open_entry(self) -> None:
        """Open or close the entry (S-141)."""
        full = len(self.items) >= self._places or self._clock < self._last_in + self._pitch
        if full or not self.open or any(fault.waits for fault in self.upkeep):
            self.item = self._closed
        elif self.item is not None:
            self.item = None
            self.floor.dirty |= self.station.bit

    def _set_alarm(self, now: int) -> None:
        wait = self._wait()
        due = -1 if wait < 0 else now + wait
        if due == self._due:
            return
        if self._due >= 0:
            self.floor.pending -= 1
            self._alarm = self._alarm.replaced()
        self._due = due
        if due >= 0:
            self.floor.pending += 1
            self._alarm.set(wait)

    def _wait(self) -> int:
        """Ticks until the next event of the belt if nothing else changes, -1 if there is none."""
        if not self.finished and self._is_there():
            return 0
        if not self._ticking:
            return -1
        due = []
        if self.items and not self.finished:
            due.append(self._reach())
        elif len(self.items) > 1 and self._stand() > self._clock:
            due.append(self._stand())
        clear = self._last_in + self._pitch
        if clear > self._clock and len(self.items) < self._places:
            due.append(clear)
        return min(due) - self._clock if due else -1

    def _expect_strike(self) -> None:
        """The failure mode that is due first while something moves; the lower slot at a tie."""
        soonest: Fault | None = None
        if self._running:
            for fault in self.ageing:
                if soonest is None or fault.left < soonest.left:
                    soonest = fault
        if soonest is self._striker:
            return  # as long as something moves, it gets due when it always was
        if self._striker is not None:
            self._striker.alarm = self._striker.alarm.replaced()
        self._striker = soonest
        if soonest is not None:
            soonest.alarm.set(soonest.left)

    # -- items -----------------------------------------------------------------------------

    def take(self, item: Item, way: Way, now: int, mates: Sequence[Item] = ()) -> None:
        """An item enters (phase C1, S-141); belts know no batches."""
        floor = self.floor
        self._count_up(now)
        item.machine = self
        if way.step.needs is not None:
            way.step.needs.take(item, now)
        self._last_in = self._clock
        self.items.append(Entrant(item, way, self._clock))
        floor.note(now, Event.START, self.index, item.serial, item.step.index)
        if item.order is not None and item.order.started < 0:
            item.order.started = now
        self._go_on(now)

    def _ring(self, _event: CalendarEvent) -> None:
        """An event of the belt (phase B, S-144)."""
        floor = self.floor
        now = floor.now
        floor.pending -= 1
        floor.other_events += 1
        self._due = -1
        self._count_up(now)
        if not self.finished and self._is_there():
            floor.other_events -= 1  # counted as a visit
            self._at_end(now)
            self._look_after(1)
        self._go_on(now)
        if not self.open:
            self.refresh(now)
        floor.clock.changed = True

    def _look_after(self, cycles: int) -> None:
        """Cycles are over, or items lost: wear and maintenance (S-103)."""
        self.begun = len(self.items) > self.finished
        for fault in self.upkeep:
            fault.look(cycles)

    def hold_back(self, now: int) -> None:
        """Maintenance waits until the belt is empty: its entry is closed (S-103)."""
        self._count_up(now)
        self._go_on(now)

    def _at_end(self, now: int) -> None:
        """The first item reaches the end (S-35, S-142)."""
        first = self.items[0]
        item, way = first.item, first.way
        self.finished = True
        way.visits += 1
        way.cycles += 1
        way.pieces += item.quantity
        way.busy += self._moved - self._counted
        self._counted = self._moved
        self.floor.note(now, Event.FINISH, self.index, item.serial, way.step.index)
        self._send_on(item, way, now)

    def hand_over(self, item: Item, now: int) -> None:
        """The first item has left the belt."""
        self._count_up(now)
        assert item is self.items[0].item
        self.items.popleft()
        item.machine = None
        self.finished = False
        self._last_out = self._clock
        self.floor.dirty |= self.station.bit
        self._go_on(now)

    # -- interruptions (phase B) -----------------------------------------------------------

    def run_or_halt(self, now: int) -> None:
        """Whether it is fit may have changed."""
        self._count_up(now)
        self._go_on(now)

    def break_down(self, fault: Fault, now: int) -> None:
        """A failure mode strikes."""
        self._count_up(now)
        if self._striker is fault:
            self._striker = None  # its alarm has rung
        super().break_down(fault, now)

    @property
    def is_belt(self) -> bool:
        """It is one."""
        return True

    @property
    def in_process(self) -> bool:
        """Whether a failure would find items in work that do not move."""
        return not self._running and len(self.items) > self._is_there()

    def begin_again(self) -> None:
        """The items in work are put on the belt again (S-145)."""
        entered = self._clock
        for n in range(int(self._is_there()), len(self.items)):
            self.items[n].entered = self._last_in = entered
            entered += self._pitch
        self._go_on(self._clock_at)

    def lose_item(self, now: int) -> None:
        """The items in work are scrap (S-145)."""
        lost = []
        while len(self.items) > self._is_there():
            lost.append(self.items.pop().item)
        self._last_in = self._clock - self._pitch
        self._go_on(now)
        self.floor.dirty |= self.station.bit
        for item in reversed(lost):
            item.machine = None
            self.floor.scrap(item, item.quantity, self.index, now)
        self._look_after(0)
        self._go_on(now)
        if not self.open:
            self.refresh(now)


__all__ = ["Belt"]
