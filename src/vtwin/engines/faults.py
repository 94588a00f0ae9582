"""Failure modes of machines, their repair, and planned maintenance (S-44 to S-48, S-100 to
S-102).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.instant import Alarm
from vtwin.engines.jobs import Job
from vtwin.plant.order import priority
from vtwin.plant.primitives import Failure as FailureSpec
from vtwin.plant.primitives import FailureClock, PartAtFailure
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.machines import Draw, Machine


class Fault(Job):
    """One failure mode of one machine: it ages, strikes, is repaired, and ages anew. A planned
    one waits until nothing is begun on the machine.
    """

    def __init__(
        self,
        floor: Floor,
        index: int,
        spec: FailureSpec,
        machine: Machine,
        after: Draw,
        repair: Draw,
    ) -> None:
        super().__init__(floor, floor.slots.failures[index], spec.skill, spec.heads, machine)
        self.index = index
        self.name = spec.name
        self.machine = machine
        self._part = spec.part
        self._after = after
        self._repair = repair
        self._clock = spec.clock
        self._life = spec.life
        self.planned = spec.planned
        ring = self._due if spec.planned else self._strike
        self.alarm = Alarm(floor.env, priority(self.slot), ring)
        self.left = 0  # until it strikes: ticks of work (operating clock) or cycles
        self.waits = False  # planned, due, and something is begun on the machine
        self._called = False  # it strikes in this tick's B
        self.struck = False
        self.since = 0
        self.strikes = 0
        self.down_ticks = 0
        self._age()

    @property
    def is_looked_at(self) -> bool:
        """Whether an end of an operation may be the moment it strikes (S-100, S-101)."""
        return self.planned or self._clock is FailureClock.CYCLES

    @property
    def may_scrap(self) -> bool:
        """Whether it will strike whatever the machine does, and empty it then."""
        return (
            self._clock is FailureClock.CALENDAR
            and self._part is PartAtFailure.SCRAPPED
            and not self.planned
            and not self.struck
            and self.machine.in_process
        )

    def _age(self) -> None:
        """Begin to age, as good as new (S-44, S-100)."""
        if self._clock is FailureClock.CYCLES:
            self.left = self._life
        elif self._clock is FailureClock.CALENDAR:
            self.alarm.set(self._after())
        else:
            self.left = self._after()

    def worked(self, ticks: int) -> None:
        """An operation ran so long on the machine, without striking through it (S-101)."""
        if self._clock is FailureClock.OPERATING:
            self.left -= ticks

    def look(self, cycles: int) -> None:
        """So many cycles have been finished, or what was begun is lost: what is due strikes, in
        this tick's B (S-100); maintenance of a belt when nothing on it moves on (S-103).
        """
        if self._clock is FailureClock.CYCLES:
            self.left -= cycles
        if self.struck or self._called:
            return
        if self.waits or (self._clock is not FailureClock.CALENDAR and self.left <= 0):
            self.waits = self.planned and self.machine.begun
            if not self.waits:
                self._called = True
                self.alarm.set(0)

    def _due(self, event: CalendarEvent) -> None:
        """A planned mode is due: it begins unless something is begun on the machine (S-101)."""
        if self.machine.begun:
            self._floor.other_events += 1
            self.waits = True
            self.machine.hold_back(self._floor.now)
        else:
            self._strike(event)

    def _strike(self, _event: CalendarEvent) -> None:
        floor, machine = self._floor, self.machine
        now = floor.now
        floor.other_events += 1
        self.waits = self._called = False
        self.struck = True
        self.since = now
        self.strikes += 1
        floor.note(now, Event.FAIL, self.index, -1, machine.index)
        machine.break_down(self, now)
        if machine.in_process:
            if self._part is PartAtFailure.REWORKED:
                machine.begin_again()
            elif self._part is PartAtFailure.SCRAPPED:
                machine.lose_item(now)
        self.ask_for(self._repair(), 0 if machine.item is None else machine.item.priority, now)
        floor.clock.changed = True

    def went_on_or_halted(self) -> None:
        """A machine waits for those who maintain it, or does no longer (S-104)."""
        if self.planned:
            self._floor.changed.append(self.machine)

    def over(self, now: int) -> None:
        """The repair is done."""
        self.struck = False
        self.down_ticks += now - self.since
        self._floor.note(now, Event.REPAIRED, self.index, -1, self.machine.index)

    def back(self, now: int) -> None:
        """The machine is as good as new."""
        self._age()
        self.machine.repaired(self, now)
