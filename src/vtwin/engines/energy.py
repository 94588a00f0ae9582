"""What machines draw: start-ups, the busiest window of the plant, tariffs (S-160 to S-164).

Everything is whole watts and ticks, so that every engine comes to the same numbers.
"""

from __future__ import annotations

from bisect import bisect_right
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
    """Electric power drawn in each state, from the Program; what machines burn is none."""

    def __init__(self, program: Program) -> None:
        drawn = [m.power_kw if m.fuel_price < 0 else (0.0,) * _STATES for m in program.machines]
        self._watts = [rules.watts(kw) for each in drawn for kw in each]
        self._more = [
            rules.watts(m.surge_kw) - rules.watts(kw) if m.fuel_price < 0 else 0
            for m in program.machines
            for kw in m.power_kw
        ]

    def energies(self, times: Sequence[int], surges: Sequence[int]) -> list[int]:
        """Watt-ticks by machine, drawn in so many ticks, and ticks of start-up, by machine, then
        state.
        """
        drawn = [w * t for w, t in zip(self._watts, times, strict=True)]
        for place, (watts, ticks) in enumerate(zip(self._more, surges, strict=True)):
            drawn[place] += watts * ticks
        return [sum(drawn[n : n + _STATES]) for n in range(0, len(drawn), _STATES)]


class Demand:
    """The busiest of the windows that are observed from beginning to end (S-163), of all and of
    each band of the tariff (S-164).
    """

    def __init__(self, program: Program) -> None:
        self._width = program.run.demand
        self._warmup = program.run.warmup
        self._force = InForce(program.run.bands)
        self._start = 0
        self._energies = [0] * len(program.machines)
        self._most = -1
        self._most_of_band = [-1] * len(program.bands)
        self._machines: list[int] = []
        self.at = -1  # tick at which the busiest window began

    @property
    def watts(self) -> int:
        """Its mean power, whole watts; 0 where there is no such window."""
        return max(self._most, 0) // self._width

    @property
    def machines(self) -> tuple[int, ...]:
        """What each machine drew in it on the mean, whole watts."""
        return tuple(energy // self._width for energy in self._machines)

    @property
    def bands(self) -> tuple[int, ...]:
        """The same of the busiest window of each band, -1 where it has none."""
        return tuple(e if e < 0 else e // self._width for e in self._most_of_band)

    def close(self, now: int, energies: Sequence[int]) -> None:
        """A window ends; so many watt-ticks have machines drawn since tick 0."""
        if now == self._start:
            return
        each = [b - a for a, b in zip(self._energies, energies, strict=True)]
        drawn = sum(each)
        if self._start >= self._warmup:
            if drawn > self._most:
                self._most, self.at, self._machines = drawn, self._start, each
            if self._most_of_band:
                band = self._force.at(now - 1)
                self._most_of_band[band] = max(self._most_of_band[band], drawn)
        self._start, self._energies = now, list(energies)


class InForce:
    """Which band of a tariff is in force when."""

    def __init__(self, steps: Sequence[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in steps]
        self._bands = [band for _, band in steps]

    def at(self, tick: int) -> int:
        """The band in force at a tick."""
        return self._bands[bisect_right(self._starts, tick) - 1]

    def borders(self, horizon: int) -> list[int]:
        """Ticks at which another one comes into force."""
        return [start for start in self._starts if 0 < start < horizon]


class BandSums:
    """Energy by band over the observed time (S-164): whoever runs the plant reads what was drawn
    since tick 0 at every border, at the end of the warm-up and at the end.
    """

    def __init__(self, program: Program) -> None:
        self.sums = [0] * len(program.bands)
        self._force = InForce(program.run.bands)
        self.borders = self._force.borders(program.run.horizon)
        self._before = 0

    def close(self, now: int, drawn: int) -> None:
        """So many watt-ticks have been drawn up to now."""
        self.sums[self._force.at(max(now - 1, 0))] += drawn - self._before
        self._before = drawn

    def begin(self, drawn: int) -> None:
        """The warm-up is over."""
        self.sums = [0] * len(self.sums)
        self._before = drawn
