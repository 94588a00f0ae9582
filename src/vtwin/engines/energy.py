"""What machines draw: start-ups, and the busiest window of the plant (S-160 to S-163).

Everything is whole watts and ticks, so that every engine comes to the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from vtwin.plant import rules
from vtwin.plant.primitives import Machine, MachineState
from vtwin.plant.program import Program

_STATES = len(MachineState)
_STOP = MachineState.PLANNED_STOP


class StartUps:
    """The start-ups of one machine, and its states meanwhile (S-161)."""

    __slots__ = ("_length", "_ticks", "_until", "starts")

    def __init__(self, spec: Machine) -> None:
        self._length = spec.surge
        self._until = 0
        self._ticks = [0] * _STATES
        self.starts = 0

    def change(self, before: MachineState, after: MachineState, since: int, now: int) -> None:
        """The machine was in a state since some tick and is in another one from now on."""
        if before is _STOP:
            self.starts += 1
            self._until = now + self._length
            return
        self._ticks[before] += max(min(now, self._until) - since, 0)
        if after is _STOP:
            self._until = now

    def ticks(self, state: MachineState, since: int, now: int) -> list[int]:
        """Ticks of start-ups in each state, the present one up to now."""
        found = list(self._ticks)
        found[state] += max(min(now, self._until) - since, 0)
        return found


class Meter:
    """Power drawn in each state, from the Program."""

    def __init__(self, program: Program) -> None:
        self._watts = [rules.watts(kw) for m in program.machines for kw in m.power_kw]
        self._more = [
            rules.watts(m.surge_kw) - rules.watts(kw) for m in program.machines for kw in m.power_kw
        ]

    def energy(self, times: Sequence[int], surges: Sequence[int]) -> int:
        """Watt-ticks drawn in so many ticks, and ticks of start-up, by machine, then state."""
        drawn = sum(w * t for w, t in zip(self._watts, times, strict=True) if w)
        return drawn + sum(w * t for w, t in zip(self._more, surges, strict=True) if t)


class Demand:
    """The busiest of the windows that are observed from beginning to end (S-163)."""

    def __init__(self, width: int, warmup: int) -> None:
        self._width = width
        self._warmup = warmup
        self._start = 0
        self._energy = 0
        self._most = -1
        self.at = -1  # tick at which the busiest window began

    @property
    def watts(self) -> int:
        """Its mean power, whole watts; 0 where there is no such window."""
        return max(self._most, 0) // self._width

    def close(self, now: int, energy: int) -> None:
        """A window ends; so many watt-ticks have been drawn since tick 0."""
        if now == self._start:
            return
        drawn = energy - self._energy
        if self._start >= self._warmup and drawn > self._most:
            self._most, self.at = drawn, self._start
        self._start, self._energy = now, energy
