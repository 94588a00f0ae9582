"""Jobs: work on something that stands still meanwhile, with somebody or by itself (S-46)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.instant import Alarm
from vtwin.plant import rules
from vtwin.plant.order import priority
from vtwin.plant.primitives import NONE

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.staff import Claim, Person


class Job:
    """One kind of such work, done now and then: it waits for somebody if it needs him, runs
    while he is present, and ends.
    """

    def __init__(self, floor: Floor, slot: int, skill: int) -> None:
        self._floor = floor
        self.slot = slot
        self._skill = skill
        self._job_alarm = Alarm(floor.env, priority(slot), self._end)
        self.worker: Person | None = None
        self.claim: Claim | None = None
        self._running = False
        self._run_from = 0
        self._job_left = 0

    @property
    def helped_at(self) -> int:
        """Machine a worker is sent to."""
        raise NotImplementedError

    @property
    def on_duty(self) -> bool:
        """It goes on whether anything else is on duty or not (S-47)."""
        return True

    def over(self, now: int) -> None:
        """It is done: what that means, before whoever did it is free."""
        raise NotImplementedError

    def back(self, now: int) -> None:
        """It is done, and whoever did it is free."""
        raise NotImplementedError

    def ask_for(self, work: int, urgency: int, now: int) -> None:
        """Work of so many ticks is to be done; ``urgency`` is the priority of its claim."""
        self._job_left = work
        if self._skill == NONE:
            self._run(now)
        else:
            self.claim = self._floor.staff.ask(self, self._skill, urgency, 0, self.slot, now)

    def staffed(self, person: Person, skill: int, now: int) -> None:
        """The worker has come (phase C2, S-50)."""
        self.claim = None
        self.worker = person
        self._job_left = rules.at_speed(self._job_left, person.speeds[skill])
        self.refresh(now)

    def refresh(self, now: int) -> None:
        """The worker has come, gone home or come back."""
        may = self.worker is not None and self.worker.present
        if may:
            if not self._running:
                self._run(now)
        elif self._running and self._job_left > now - self._run_from:
            self._running = False
            self._job_left -= now - self._run_from
            self._floor.pending -= 1
            self._job_alarm = self._job_alarm.replaced()

    def _run(self, now: int) -> None:
        self._running = True
        self._run_from = now
        self._floor.pending += 1
        self._job_alarm.set(self._job_left)

    def _end(self, _event: CalendarEvent) -> None:
        floor = self._floor
        now = floor.now
        floor.other_events += 1
        floor.pending -= 1
        self._running = False
        self.over(now)
        person, self.worker = self.worker, None
        if person is not None:
            person.done(now)
        self.back(now)
        floor.clock.changed = True
