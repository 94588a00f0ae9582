"""Queueing formulas. Nothing here knows the simulator.

Rates and times are in one unit of time; ``load`` is arrival rate x mean service, in servers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence


def erlang_b(servers: int, load: float) -> float:
    """Share of arrivals that find all servers busy, M/G/c/c (Erlang 1917), by its recursion."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Probability of waiting, M/M/c."""
    blocked = erlang_b(servers, load)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def markov_wait(servers: int, arrival: float, service: float) -> float:
    """Mean wait, M/M/c."""
    return erlang_c(servers, arrival / service) / (servers * service - arrival)


def general_wait(arrival: float, mean: float, variance: float) -> float:
    """Mean wait, M/G/1 (Pollaczek 1930, Khinchine 1932)."""
    return arrival * (variance + mean**2) / (2.0 * (1.0 - arrival * mean))


def renewal_wait(transform: Callable[[float], float], service: float) -> float:
    """Mean wait, GI/M/1: ``sigma / (service (1 - sigma))`` with ``sigma`` the root in (0, 1) of
    ``sigma = A*(service (1 - sigma))``, A* the Laplace transform of the interval (Kendall 1953).
    """
    sigma = 0.5
    for _ in range(100_000):
        following = transform(service * (1.0 - sigma))
        if abs(following - sigma) < 1e-15:
            break
        sigma = following
    return sigma / (service * (1.0 - sigma))


def priority_waits(
    arrivals: Sequence[float], means: Sequence[float], seconds: Sequence[float]
) -> list[float]:
    """Mean waits of the classes, most urgent first, M/G/1 without pre-emption (Cobham 1954).
    ``seconds`` are second moments of the service times.
    """
    residual = sum(a * s for a, s in zip(arrivals, seconds, strict=True)) / 2.0
    waits, below = [], 0.0
    for arrival, mean in zip(arrivals, means, strict=True):
        upto = below + arrival * mean
        waits.append(residual / ((1.0 - below) * (1.0 - upto)))
        below = upto
    return waits


def markov_priority_waits(servers: int, arrivals: Sequence[float], service: float) -> list[float]:
    """Mean waits of the classes, most urgent first, M/M/c without pre-emption, one service
    rate (Cobham 1954).
    """
    total = servers * service
    residual = erlang_c(servers, sum(arrivals) / service) / total
    waits, below = [], 0.0
    for arrival in arrivals:
        upto = below + arrival / total
        waits.append(residual / ((1.0 - below) * (1.0 - upto)))
        below = upto
    return waits


def birth_death(births: Sequence[float], deaths: Sequence[float]) -> list[float]:
    """Shares of states 0 ... n; ``births[k]`` leads from k to k + 1, ``deaths[k]`` back."""
    weights = [1.0]
    for up, down in zip(births, deaths, strict=True):
        weights.append(weights[-1] * up / down)
    total = math.fsum(weights)
    return [w / total for w in weights]


def interference(machines: int, repairers: int, fail: float, mend: float) -> tuple[float, float]:
    """Mean numbers of machines down and of repairers busy, M/M/c//N (Palm 1947)."""
    share = birth_death(
        [(machines - n) * fail for n in range(machines)],
        [min(n + 1, repairers) * mend for n in range(machines)],
    )
    down = sum(n * p for n, p in enumerate(share))
    return down, sum(min(n, repairers) * p for n, p in enumerate(share))


def busy_numbers(rates: Sequence[float], width: float, service: float) -> list[float]:
    """Mean number in M_t/D/infinity over each stretch of ``width`` with its arrival rate,
    repeated for ever; ``service`` at most ``width``. At any moment those are there that came in
    the last ``service`` (Eick, Massey, Whitt 1993).
    """
    found = []
    for n, rate in enumerate(rates):
        # While the stretch is younger than the service some came in the one before.
        young = (rates[n - 1] + rate) * service**2 / 2.0
        found.append((young + rate * service * (width - service)) / width)
    return found
