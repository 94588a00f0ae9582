"""Calendars: who goes on and off duty when (S-05, S-12, S-54)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.instant import Alarm
from vtwin.plant.order import priority
from vtwin.plant.primitives import Calendar
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.machines import Machine
    from vtwin.engines.staff import Person


class Shift:
    """One calendar and everything that keeps it."""

    def __init__(self, floor: Floor, spec: Calendar, slot: int, horizon: int) -> None:
        self._floor = floor
        self.machines: list[Machine] = []
        self.people: list[Person] = []
        self.is_open = bool(spec.open) and spec.open[0][0] <= 0
        changes = [tick for interval in spec.open for tick in interval]
        self._changes = [tick for tick in changes if 0 < tick < horizon]
        self._resumes = frozenset(spec.resumes)
        self._next = 0
        self._alarm = Alarm(floor.env, priority(slot), self._change)
        self._set(0)

    @property
    def keeps_waiting(self) -> bool:
        """Whether somebody is off duty now: that may change, if only after the horizon."""
        if self.is_open:
            return any(person.missing for person in self.people)
        return bool(self.machines or self.people)

    def begin(self) -> None:
        """Everything that keeps this calendar starts as it says for tick 0."""
        for person in self.people:
            person.start(self.is_open)
        if self.is_open:
            return
        for machine in self.machines:
            machine.open = machine.on_duty = machine.fit = False
            machine.state = machine.present_state()
            self._floor.note(0, Event.STATE, machine.index, -1, machine.state)

    def _set(self, now: int) -> None:
        if self._next < len(self._changes):
            self._alarm.set(self._changes[self._next] - now)

    def _change(self, _event: CalendarEvent) -> None:
        floor = self._floor
        now = floor.now
        floor.other_events += 1
        self._next += 1
        self.is_open = not self.is_open
        for machine in self.machines:
            machine.open = self.is_open
            machine.refresh(now)
        resumes = now in self._resumes
        for person in self.people:
            person.shift(self.is_open, resumes, now)
        self._set(now)
        floor.clock.changed = True
