"""The three-phase instant on SimPy's calendar (S-02, S-03).

SimPy takes the event with the smallest (time, priority) next, and the priority of a timed event
is made of its slot, so phase B needs nothing but SimPy. Phase C comes when the calendar has
nothing left for the present tick. What C schedules for the same tick is due at once: that is
the next round, and C follows it again.
"""

from __future__ import annotations

from collections.abc import Callable

from simpy import Environment, Event
from simpy.events import EventPriority

Action = Callable[[Event], None]


class Clock:
    """The run's SimPy environment, taken from event to event and from phase to phase."""

    __slots__ = ("_over", "_settle", "changed", "env")

    def __init__(self, settle: Callable[[int], None]) -> None:
        self.env = Environment(initial_time=0)
        #: A timed event of this tick has changed something: phase C has to follow.
        self.changed = False
        self._settle = settle
        self._over = False

    def run(self) -> None:
        """Phase B, phase C, round by round and tick by tick, until :meth:`stop`."""
        env = self.env
        step, next_time, settle = env.step, env.peek, self._settle
        while not self._over:
            if self.changed and next_time() > env.now:
                self.changed = False
                settle(env.now)  # type: ignore[arg-type]  # whole ticks, always
            else:
                step()

    def stop(self) -> None:
        """Nothing happens after the present event or phase."""
        self.changed = False
        self._over = True


class Alarm(Event):
    """A calendar entry that belongs to one slot and can be set again after it rang."""

    def __init__(self, env: Environment, priority: int, action: Action) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        self._priority = EventPriority(priority)
        self._actions: list[Action] = [action]
        self._schedule = env.schedule

    def set(self, delay: int) -> None:
        """Ring after ``delay`` ticks. An alarm that is set must ring or be replaced first."""
        self.callbacks = self._actions
        self._schedule(self, self._priority, delay)

    def replaced(self) -> Alarm:
        """Call this alarm off (it stays in the calendar, deaf) and return a fresh one."""
        self.callbacks = []
        return Alarm(self.env, self._priority, self._actions[0])
