"""Cycle times of stacker cranes and other trucks that serve a rack of so much length and height.

The cycles are those of FEM 9.851 ("Performance data of storage and retrieval machines, cycle
times"): two representative places, P1 at 1/5 of the length and 2/3 of the height and P2 at 2/3 of
the length and 1/5 of the height, seen from the transfer point in the lower corner of the rack. A
single cycle is the mean of those to P1 and to P2 and back, a double one goes to P1, on to P2 and
back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

#: Shares of length and height at which the representative places lie.
_P1: Final = (1 / 5, 2 / 3)
_P2: Final = (2 / 3, 1 / 5)
_CORNER: Final = (0.0, 0.0)


def run_time(distance: float, speed: float, acceleration: float) -> float:
    """Seconds for a way in m from rest to rest: v/a longer than at full speed; a way too short to
    reach it takes 2 √(d/a).
    """
    if distance <= 0:
        return 0.0
    if distance * acceleration < speed * speed:
        return 2.0 * math.sqrt(distance / acceleration)
    return distance / speed + speed / acceleration


@dataclass(frozen=True, slots=True)
class Stacker:
    """What serves a rack: m, m/s and m/s2. ``together``: it travels while it lifts, as a crane
    does; a truck drives first and lifts then.
    """

    length: float
    height: float
    speed: float
    lift_speed: float
    acceleration: float
    lift_acceleration: float
    together: bool = True

    def way(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        """Seconds between two places given as shares of length and height."""
        along = run_time(abs(end[0] - start[0]) * self.length, self.speed, self.acceleration)
        rise = abs(end[1] - start[1]) * self.height
        up = run_time(rise, self.lift_speed, self.lift_acceleration)
        return max(along, up) if self.together else along + up

    @property
    def single(self) -> float:
        """Travel of a single cycle, s: one load put away, or one taken out."""
        return self.way(_CORNER, _P1) + self.way(_CORNER, _P2)

    @property
    def double(self) -> float:
        """Travel of a double cycle, s: one load put away and another taken out."""
        return self.way(_CORNER, _P1) + self.way(_P1, _P2) + self.way(_P2, _CORNER)


__all__ = ["Stacker", "run_time"]
