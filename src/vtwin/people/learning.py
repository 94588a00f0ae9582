"""Learning by doing: how fast somebody is after so many units of work.

Two curves, both from the speed at the beginning up to a goal:

- *half*: the gap to the goal halves every so many units, ``goal - (goal - start) 2^(-n/half)``:
  the time-constant model of Bevis, Finniear and Towill, "Prediction of operator performance
  during learning of repetitive tasks", Int. J. Production Research 8 (1970), written with a
  half-value instead of a time constant.
- *rate*: each doubling of the units takes the time per unit to that share,
  ``start (n + 1)^(-log2 rate)``, until the goal is reached: T. P. Wright, "Factors affecting the
  cost of airplanes", J. Aeronautical Sciences 3 (1936), in its form for single units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Learning:
    """From ``start`` to ``goal`` (1: standard) by one of ``half`` (units) or ``rate`` (share).

    Up to ``alone`` units the learner works beside somebody who teaches only; a unit done so
    counts as ``beside`` of them.
    """

    start: float
    goal: float
    half: int | None = None
    rate: float | None = None
    alone: int = 0
    beside: int = 1

    def speed(self, units: int) -> float:
        """Speed after so many units of work."""
        if self.half is not None:
            return self.goal - (self.goal - self.start) * math.pow(2.0, -units / self.half)
        assert self.rate is not None
        return min(self.start * math.pow(units + 1, -math.log2(self.rate)), self.goal)

    @cache  # noqa: B019 - frozen, and few: a study builds the same people thousands of times
    def steps(self) -> tuple[tuple[int, int], ...]:
        """``(units, thousandths)`` from 0 units on, wherever the rounded speed changes.

        Rounded to thousandths it is the same on every computer, whatever its mathematical
        library makes of the last digits.
        """
        found = [(0, self._thousandths(0))]
        goal = round(1000 * self.goal)
        while found[-1][1] < goal:
            units = self._first_at(found[-1][1] + 1, found[-1][0] + 1)
            found.append((units, self._thousandths(units)))
        return tuple(found)

    def _thousandths(self, units: int) -> int:
        return math.floor(1000 * self.speed(units) + 0.5)

    def _first_at(self, thousandths: int, least: int) -> int:
        """The first number of units, from ``least`` on, with at least such a rounded speed."""
        low, high = least, least
        while self._thousandths(high) < thousandths:
            low, high = high + 1, 2 * high
        while low < high:
            middle = (low + high) // 2
            if self._thousandths(middle) < thousandths:
                low = middle + 1
            else:
                high = middle
        return low
