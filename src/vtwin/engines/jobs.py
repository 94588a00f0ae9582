"""Jobs: work on something that stands still meanwhile, with somebody or by itself (S-46)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.instant import Alarm
from vtwin.engines.staff import Task
from vtwin.plant import rules
from vtwin.plant.order import priority
from vtwin.plant.primitives import NONE

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.staff import Place


class Job:
    """One kind of such work, done now and then: it waits for people if it needs them, runs
    while they are present, and ends. ``place`` is the machine they go to, if they go to one.
    """

    def __init__(
        self, floor: Floor, slot: int, skill: int, heads: int, place: Place | None
    ) -> None:
        self._floor = floor
        self.slot = slot
        self._skill = skill
        self._heads = heads
        self._job_alarm = Alarm(floor.env, priority(slot), self._end)
        self.task = Task(floor, self, place, slot)
        self._speed = 0.0  # of those who do it; 0: nobody has begun
        self._running = False
        self._run_from = 0
        self._job_left = 0

    @property
    def on_duty(self) -> bool:
        """It goes on whether anything else is on duty or not (S-47)."""
        return True

    @property
    def fit(self) -> bool:
        """Somebody may always come."""
        return True

    @property
    def is_under_way(self) -> bool:
        """Whether it is worked on, not only wanted."""
        return self._running

    def over(self, now: int) -> None:
        """It is done: what that means, before whoever did it is free."""
        raise NotImplementedError

    def back(self, now: int) -> None:
        """It is done, and whoever did it is free."""
        raise NotImplementedError

    def went_on_or_halted(self) -> None:
        """It has begun, halted or been taken up again."""

    def ask_for(self, work: int, urgency: int, now: int) -> None:
        """Work of so many ticks is to be done; ``urgency`` is the priority of its claim."""
        self._job_left = work
        if self._skill == NONE:
            self._run(now)
        else:
            self._speed = 0.0
            self.task.ask(self._skill, self._heads, True, urgency, 0, now)

    def staffed(self, speed: float, now: int) -> None:
        """The people have come (S-46), or others in their place (S-118)."""
        if self._speed == 0.0:
            self._job_left = rules.at_speed(self._job_left, speed)
        else:
            self._job_left = rules.handed_over(self._job_left, self._speed, speed)
        self._speed = speed
        self.refresh(now)

    def ends_now(self, now: int) -> bool:
        """Whether nothing of it is left to do (S-13)."""
        return self._running and self._job_left <= now - self._run_from

    def let_go(self, now: int) -> None:
        """The crew leaves it to others (S-118)."""
        if self._running:
            self._halt(now)
        self.task.give_back(now)

    def refresh(self, now: int) -> None:
        """Somebody of the crew has come, gone home or come back."""
        if self.task.complete:
            if not self._running:
                self._run(now)
        elif self._running and not self.ends_now(now):
            self._halt(now)

    def _run(self, now: int) -> None:
        self._running = True
        self._run_from = now
        self._floor.pending += 1
        self._job_alarm.set(self._job_left)
        self.went_on_or_halted()

    def _halt(self, now: int) -> None:
        self._running = False
        self._job_left -= now - self._run_from
        self._floor.pending -= 1
        self._job_alarm = self._job_alarm.replaced()
        self.went_on_or_halted()

    def _end(self, _event: CalendarEvent) -> None:
        floor = self._floor
        now = floor.now
        floor.other_events += 1
        floor.pending -= 1
        self._running = False
        self.over(now)
        self.task.done(1)
        self.task.free(now)
        self.back(now)
        floor.clock.changed = True
