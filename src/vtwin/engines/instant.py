"""The three-phase instant on SimPy's calendar (S-02, S-03).

SimPy takes the event with the smallest (time, priority) next. Priorities are made so that at
one time first every timed event comes, by slot (phase B), and then one event in which all
movements and grants that follow are settled (phase C). What phase C schedules for the same
time gets priorities one span higher: the next round.
"""

from __future__ import annotations

from collections.abc import Callable

from simpy import Environment, Event
from simpy.events import EventPriority

from vtwin.plant.order import Phases

Action = Callable[[Event], None]


class Clock:
    """The run's SimPy environment and the bookkeeping of rounds."""

    __slots__ = ("_again", "_movements", "_priority", "_settle", "asked", "env", "offset",
                 "phases", "rounds")  # fmt: skip

    def __init__(self, slots: int, settle: Callable[[int], None]) -> None:
        self.env = Environment(initial_time=0)
        self.phases = Phases(slots)
        #: What is scheduled for this very instant gets this added to its priority.
        self.offset = 0
        #: Phases C so far.
        self.rounds = 0
        #: Whether phase C is going to follow in this round.
        self.asked = False
        self._settle = settle
        self._priority = self.phases.movements
        self._movements = Alarm(self, self._priority, self._phase_c)
        self._again = False

    def ask(self) -> None:
        """Have phase C follow in this round, because a timed event changed something."""
        if not self.asked:
            self.asked = True
            movements = self._movements
            movements.callbacks = movements.actions
            self.env.schedule(movements, EventPriority(self._priority + self.offset), 0)

    def schedule_now(self, alarm: Alarm) -> None:
        """Set an alarm for this very instant: the same B, or the next round from phase C."""
        self._again = True
        self.env.schedule(alarm, EventPriority(alarm.priority + self.offset), 0)

    def _phase_c(self, _event: Event) -> None:
        self.asked = self._again = False
        self.rounds += 1
        self.offset += self.phases.span
        self._settle(self.env.now)  # type: ignore[arg-type]  # whole ticks, always
        if self._again:
            self.ask()
        else:
            self.offset = 0


class Alarm(Event):
    """A calendar entry that belongs to one slot and can be set again after it rang."""

    def __init__(self, clock: Clock, priority: int, action: Action) -> None:
        super().__init__(clock.env)
        self._ok = True
        self._value = None
        self.clock = clock
        self.priority = EventPriority(priority)
        self.actions: list[Action] = [action]
        self._schedule = clock.env.schedule

    def set(self, delay: int) -> None:
        """Ring after ``delay`` ticks. An alarm that is set must ring or be replaced first."""
        self.callbacks = self.actions
        if delay:
            self._schedule(self, self.priority, delay)
        else:
            self.clock.schedule_now(self)

    def replaced(self) -> Alarm:
        """Call this alarm off (it stays in the calendar, deaf) and return a fresh one."""
        self.callbacks = []
        return Alarm(self.clock, self.priority, self.actions[0])
