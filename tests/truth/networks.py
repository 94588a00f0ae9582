"""Product-form networks. Nothing here knows the simulator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.truth.queues import markov_wait


def jackson_rates(outside: Sequence[float], routing: Sequence[Sequence[float]]) -> list[float]:
    """Arrival rates of an open network: ``rate = outside + rate R`` (Jackson 1957).
    ``routing[i][j]`` is the probability of going from i to j.
    """
    matrix = np.eye(len(outside)) - np.asarray(routing, float).T
    return np.linalg.solve(matrix, np.asarray(outside, float)).tolist()


def jackson_number(
    rates: Sequence[float], service: Sequence[float], servers: Sequence[int]
) -> float:
    """Mean number in an open network: each station is an M/M/c of its own (Jackson 1957)."""
    return sum(
        rate * (markov_wait(c, rate, mu) + 1.0 / mu)
        for rate, mu, c in zip(rates, service, servers, strict=True)
    )


def closed_rate(jobs: int, visits: Sequence[float], service: Sequence[float], servers: Sequence[int]) -> float:  # fmt: skip
    """Cycles per unit of time of a closed network with ``jobs`` jobs: exact mean value analysis
    (Reiser, Lavenberg 1980), stations with several servers by their marginal shares.
    """
    stations = range(len(visits))
    marginal = [[1.0] + [0.0] * jobs for _ in stations]  # share of j jobs there
    rate = 0.0
    for n in range(1, jobs + 1):
        stay = [
            sum((j + 1) / (service[i] * min(j + 1, servers[i])) * marginal[i][j] for j in range(n))
            for i in stations
        ]
        rate = n / sum(v * s for v, s in zip(visits, stay, strict=True))
        for i in stations:
            before = marginal[i]
            after = [0.0] * (jobs + 1)
            for j in range(1, n + 1):
                after[j] = rate * visits[i] / (service[i] * min(j, servers[i])) * before[j - 1]
            after[0] = max(0.0, 1.0 - sum(after))
            marginal[i] = after
    return rate


def convolution_rate(jobs: int, visits: Sequence[float], service: Sequence[float], servers: Sequence[int]) -> float:  # fmt: skip
    """The same by Buzen's normalising constants (1973): G(N - 1) / G(N)."""
    constants = [1.0] + [0.0] * jobs
    for visit, mu, c in zip(visits, service, servers, strict=True):
        weights = [1.0]
        for j in range(1, jobs + 1):
            weights.append(weights[-1] * visit / (mu * min(j, c)))
        constants = [
            sum(weights[j] * constants[n - j] for j in range(n + 1)) for n in range(jobs + 1)
        ]
    return constants[jobs - 1] / constants[jobs]
