"""Failure modes of machines and their repair (S-44 to S-48)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.instant import Alarm
from vtwin.plant import rules
from vtwin.plant.order import priority
from vtwin.plant.primitives import NONE, FailureClock, PartAtFailure
from vtwin.plant.primitives import Failure as FailureSpec
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.machines import Draw, Machine
    from vtwin.engines.staff import Claim, Person


class Fault:
    """One failure mode of one machine: it ages, strikes, is repaired, and ages anew."""

    def __init__(
        self,
        floor: Floor,
        index: int,
        spec: FailureSpec,
        machine: Machine,
        after: Draw,
        repair: Draw,
    ) -> None:
        self._floor = floor
        self.index = index
        self.name = spec.name
        self.machine = machine
        self.slot = floor.slots.failures[index]
        self._skill = spec.skill
        self._part = spec.part
        self._after = after
        self._repair = repair
        self._calendar_clock = spec.clock is FailureClock.CALENDAR
        order = priority(self.slot)
        self.alarm = Alarm(floor.env, order, self._strike)
        self._repair_alarm = Alarm(floor.env, order, self._end)
        self.left = 0  # ticks of its clock until it strikes (operating clock)
        self.worker: Person | None = None
        self.claim: Claim | None = None
        self._running = False
        self._run_from = 0
        self._repair_left = 0
        self.struck = False
        self.since = 0
        self.strikes = 0
        self.down_ticks = 0
        self._age()

    @property
    def may_scrap(self) -> bool:
        """Whether it will strike whatever the machine does, and empty it then."""
        return (
            self._calendar_clock
            and self._part is PartAtFailure.SCRAPPED
            and not self.struck
            and self.machine.in_process
        )

    def _age(self) -> None:
        """Begin to age, as good as new (S-44)."""
        if self._calendar_clock:
            self.alarm.set(self._after())
        else:
            self.left = self._after()

    def _strike(self, _event: CalendarEvent) -> None:
        floor, machine = self._floor, self.machine
        now = floor.now
        floor.other_events += 1
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
        self._repair_left = self._repair()
        if self._skill == NONE:
            self._run(now)
        else:
            priority = 0 if machine.item is None else machine.item.priority
            self.claim = floor.staff.ask(self, self._skill, priority, 0, self.slot, now)
        floor.clock.changed = True

    def staffed(self, person: Person, skill: int, now: int) -> None:
        """The repairer has come (phase C2, S-50)."""
        self.claim = None
        self.worker = person
        self._repair_left = rules.at_speed(self._repair_left, person.speeds[skill])
        self.refresh(now)

    @property
    def helped_at(self) -> int:
        """Machine a worker is sent to."""
        return self.machine.index

    @property
    def on_duty(self) -> bool:
        """A repair goes on whether the machine is on duty or not (S-47)."""
        return True

    def refresh(self, now: int) -> None:
        """The repairer has come, gone home or come back."""
        may = self.worker is not None and self.worker.present
        if may:
            if not self._running:
                self._run(now)
        elif self._running and self._repair_left > now - self._run_from:
            self._running = False
            self._repair_left -= now - self._run_from
            self._floor.pending -= 1
            self._repair_alarm = self._repair_alarm.replaced()

    def _run(self, now: int) -> None:
        self._running = True
        self._run_from = now
        self._floor.pending += 1
        self._repair_alarm.set(self._repair_left)

    def _end(self, _event: CalendarEvent) -> None:
        floor = self._floor
        now = floor.now
        floor.other_events += 1
        floor.pending -= 1
        self._running = False
        self.struck = False
        self.down_ticks += now - self.since
        floor.note(now, Event.REPAIRED, self.index, -1, self.machine.index)
        person, self.worker = self.worker, None
        if person is not None:
            person.done(now)
        self._age()
        self.machine.repaired(now)
        floor.clock.changed = True
