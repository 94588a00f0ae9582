"""Unbuffered exponential lines whose stations share operators, as exact chains. Nothing here
knows the simulator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.truth.chains import Chain

IDLE, ASKING, WORKING, BLOCKED = range(4)


def attended_rate(rates: Sequence[float], operators: int, rule: str) -> float:
    """Parts per unit of time of a line that never lacks parts, blocking after service, in which
    every operation needs one of ``operators``.

    What one completion sets in motion happens at one instant, so several stations may ask at
    once. ``rule`` says who is first: "closest": the longest wait, of one instant the furthest
    down the line; "longest": the longest wait, of one instant the furthest up; "downstream":
    the furthest down the line.
    """
    n = len(rates)

    def settled(stations: list[int], asking: tuple[int, ...]):
        """Parts move on, then who asks is served."""
        new: list[int] = []
        for i in reversed(range(n)):
            # From the end of the line: station i is free by now if it ever will be.
            if stations[i] == IDLE and (i == 0 or stations[i - 1] == BLOCKED):
                stations[i] = ASKING
                new.append(i)
                if i:
                    stations[i - 1] = IDLE
        order = [*asking, *sorted(new, reverse=rule != "longest")]
        if rule == "downstream":
            order.sort(reverse=True)
        idle = operators - stations.count(WORKING)
        for i in order[:idle]:
            stations[i] = WORKING
        return tuple(stations), tuple(order[idle:])

    def moves(state) -> Iterator[tuple]:
        stations, asking = state
        for i in range(n):
            if stations[i] == WORKING:
                after = list(stations)
                last = i == n - 1
                after[i] = IDLE if last else BLOCKED
                yield rates[i], settled(after, asking), "out" if last else None

    return Chain(settled([IDLE] * n, ()), moves).rate("out")


def crew_rates(rates: Sequence[float], heads: Sequence[int], people: int) -> list[float]:
    """Parts per unit of time of each of several machines that never lack work and need
    ``heads[i]`` of ``people`` for the whole of each part. Who asks is served in the order of
    asking; one that needs more than are free keeps nobody behind it back.
    """

    def served(working: frozenset[int], asking: list[int]):
        free = people - sum(heads[i] for i in working)
        left = []
        for i in asking:
            if heads[i] <= free:
                working |= {i}
                free -= heads[i]
            else:
                left.append(i)
        return working, tuple(left)

    def moves(state) -> Iterator[tuple]:
        working, asking = state
        for i in working:
            yield rates[i], served(working - {i}, [*asking, i]), i

    made = Chain(served(frozenset(), list(range(len(rates)))), moves).rates()
    return [made[i] for i in range(len(rates))]
