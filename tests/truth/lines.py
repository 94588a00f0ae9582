"""Serial lines of exponential stations as exact Markov chains. Nothing here knows the simulator.

The first station never lacks parts, the last one is never blocked; blocking is after service.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.truth.chains import Chain


@dataclass(frozen=True)
class Line:
    """``rates[i]`` per server of station i; ``places[i]`` before station i + 1; ``outputs[i]``
    behind station i; ``fail[i]`` per unit of work and ``mend[i]`` of single servers, mended in
    the order of failing by ``repairers`` (None: each by itself).
    """

    rates: Sequence[float]
    places: Sequence[int]
    servers: Sequence[int] = ()
    outputs: Sequence[int] = ()
    fail: Sequence[float] = ()
    mend: Sequence[float] = ()
    repairers: int | None = None
    chain: Chain = field(init=False)

    def __post_init__(self) -> None:
        n = len(self.rates)
        for name, default in (("servers", 1), ("outputs", 0), ("fail", 0.0), ("mend", 0.0)):
            if not getattr(self, name):
                object.__setattr__(self, name, (default,) * n)
        # Per station: queue, in work, finished and not yet gone on; then who is down, in order.
        first = self._settled([[0, 0, 0] for _ in range(n)])
        object.__setattr__(self, "chain", Chain((first, ()), self._moves))

    @property
    def rate(self) -> float:
        """Parts per unit of time."""
        return self.chain.rate("out")

    def _held(self, i: int, finished: int) -> int:
        """Servers of station i that hold a finished part."""
        return max(0, finished - self.outputs[i])

    def _settled(self, stations: list[list[int]]) -> tuple[tuple[int, ...], ...]:
        """Every part moves on for which there is room, until none can."""
        moved = True
        while moved:
            moved = False
            for i in reversed(range(len(stations))):
                here = stations[i]
                free = self.servers[i] - here[1] - self._held(i, here[2])
                if free and here[0]:
                    here[0] -= 1
                    here[1] += 1
                    moved = True
                elif free and i == 0:
                    here[1] += 1
                    moved = True
                elif i and stations[i - 1][2] and here[0] < self.places[i - 1]:
                    stations[i - 1][2] -= 1
                    here[0] += 1
                    moved = True
                elif i and stations[i - 1][2] and not self.places[i - 1] and free:
                    stations[i - 1][2] -= 1
                    here[1] += 1
                    moved = True
        return tuple(map(tuple, stations))

    def _moves(self, state) -> Iterator[tuple]:
        stations, down = state
        for i, (_, working, _) in enumerate(stations):
            if not working or i in down:
                continue
            after = [list(s) for s in stations]
            after[i][1] -= 1
            last = i == len(stations) - 1
            if not last:
                after[i][2] += 1
            yield self.rates[i] * working, (self._settled(after), down), "out" if last else None
            if self.fail[i]:
                yield self.fail[i], (stations, (*down, i)), "fail"
        mended = down if self.repairers is None else down[: self.repairers]
        for i in mended:
            yield self.mend[i], (stations, tuple(d for d in down if d != i)), "mended"

    def blocked(self, i: int) -> float:
        """Mean number of servers of station i that hold a finished part, single servers that
        are down counted as down.
        """
        return self.chain.mean(lambda s: self._held(i, s[0][i][2]) * (i not in s[1]))

    def down(self) -> float:
        """Mean number of servers down."""
        return self.chain.mean(lambda s: len(s[1]))
