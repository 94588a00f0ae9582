"""Single queues."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import stats

from tests.engines.plants import Plant
from tests.truth import queues
from tests.truth.figures import (
    WORKING,
    Case,
    Figure,
    lead,
    state,
    wip,
)
from vtwin.base.draws import (
    Distribution,
    constant,
    empirical,
    erlang,
    exponential,
    gamma,
    lognormal,
    normal,
    triangular,
    uniform,
    weibull,
)
from vtwin.plant.primitives import DispatchRule


def queue(service: Distribution, every: Distribution, servers: int = 1) -> Callable[[], Plant]:
    def plant() -> Plant:
        made = Plant().station("m", count=servers)
        return made.product("p", {"op": "o", "on": "m", "cycle": service}).arrivals("p", every)

    return plant


def markov(servers: int, rho: float, horizon: float) -> Case:
    arrival = rho * servers

    def figures() -> list[Figure]:
        stay = queues.markov_wait(servers, arrival, 1.0) + 1.0
        return [
            Figure("lead", lead(), stay),
            Figure("wip", wip, arrival * stay),
            Figure("busy", state(WORKING), arrival),
        ]

    return Case(
        f"M/M/{servers} at {rho}", queue(exponential(1.0), exponential(1 / arrival), servers),
        figures, horizon,
    )  # fmt: skip


def general(service: Distribution, mean: float, variance: float, horizon: float) -> Case:
    """Half loaded; mean and variance of the service are another library's."""
    arrival = 0.5 / mean
    waits = queues.general_wait(arrival, mean, variance)
    return Case(
        f"M/G/1 {service}",
        queue(service, exponential(1 / arrival)),
        lambda: [
            Figure("lead", lead(), waits + mean),
            Figure("waiting", lambda t: t.station_queue_area[0] * 1e3 / t.observed, arrival * waits),
        ][: 1 if variance > 0.8 * mean**2 else 2],
        horizon,
    )  # fmt: skip


def renewal(every: Distribution, transform: Callable[[float], float], horizon: float) -> Case:
    return Case(
        f"GI/M/1 {every}",
        queue(exponential(1.0), every),
        lambda: [Figure("lead", lead(), queues.renewal_wait(transform, 1.0) + 1.0)],
        horizon,
    )


def infinite_servers(service: Distribution, horizon: float) -> Case:
    # M/G/infinity: enough servers that the loss is none in a lifetime; insensitive to G.
    return Case(
        f"M/G/inf {service}",
        queue(service, exponential(0.5), 24),
        lambda: [Figure("wip", wip, 2 * service.mean)],
        horizon,
    )


def _priority_plant(rule: DispatchRule, servers: int, first, second) -> Callable[[], Plant]:
    """Two classes (interval, service) of which the first is always served first."""

    def plant() -> Plant:
        made = Plant().station("m", count=servers, rule=rule)
        for name, (every, service), due in (("a", first, 0.0), ("b", second, 1e9)):
            made.product(name, {"op": "o", "on": "m", "cycle": service})
            made.arrivals(name, exponential(every), due=due)
        return made

    return plant


def priority(rule: DispatchRule, first, second, horizon: float) -> Case:
    """EDD: the second class is due a lifetime later; SPT: the first is expected to be shorter."""
    services = [first[1], second[1]]

    def figures() -> list[Figure]:
        waits = queues.priority_waits(
            [1 / first[0], 1 / second[0]],
            [s.mean for s in services],
            [s.variance + s.mean**2 for s in services],
        )
        return [
            Figure(f"lead {n}", lead(n), waits[n] + services[n].mean) for n in (1, 0)
        ]  # fmt: skip

    return Case(
        f"two classes, {rule.name}, {services[0]}, {services[1]}",
        _priority_plant(rule, 1, first, second), figures, horizon,
    )  # fmt: skip


def markov_priority(servers: int, horizon: float) -> Case:
    arrivals = [0.3 * servers, 0.35 * servers]
    one, other = ((1 / a, exponential(1.0)) for a in arrivals)

    def figures() -> list[Figure]:
        waits = queues.markov_priority_waits(servers, arrivals, 1.0)
        return [Figure(f"lead {n}", lead(n), waits[n] + 1.0) for n in (1, 0)]

    return Case(
        f"two classes, {servers} servers", _priority_plant(DispatchRule.EDD, servers, one, other),
        figures, horizon,
    )  # fmt: skip


OBSERVED = [0.2, 0.5, 0.5, 2.0, 4.0]


QUEUES = [
    markov(1, 0.5, 280_000),
    markov(2, 0.6, 110_000),
    markov(4, 0.7, 80_000),
    markov(1, 0.7, 700_000),
    *(
        general(service, float(law.mean()), float(law.var()), 560_000)
        for service, law in (
            (constant(1.0), np.array([1.0])),
            (uniform(0.2, 1.8), stats.uniform(0.2, 1.6)),
            (triangular(0.2, 0.5, 2.3), stats.triang(0.3 / 2.1, 0.2, 2.1)),
            (gamma(1.0, 0.5), stats.gamma(4, scale=0.25)),
            (gamma(1.0, 1.3), stats.gamma(1 / 1.69, scale=1.69)),
            (lognormal(1.0, 1.0), stats.lognorm(math.sqrt(math.log(2)), scale=math.sqrt(0.5))),
            (normal(1.0, 0.6), stats.truncnorm(-1 / 0.6, math.inf, 1.0, 0.6)),
            (weibull(1.5, 1.0), stats.weibull_min(1.5)),
            (erlang(3, 1.0), stats.erlang(3, scale=1 / 3)),
            (empirical(OBSERVED), np.array(OBSERVED)),
        )
    ),
    renewal(constant(2.0), lambda s: math.exp(-2.0 * s), 90_000),
    renewal(erlang(2, 5 / 3), lambda s: (1.2 / (1.2 + s)) ** 2, 175_000),
    renewal(uniform(0.5, 3.0), lambda s: (math.exp(-0.5 * s) - math.exp(-3 * s)) / (2.5 * s), 185_000),
    infinite_servers(uniform(0.0, 4.0), 8_000),
    priority(DispatchRule.EDD, (4.0, exponential(1.0)), (3.0, constant(1.0)), 260_000),
    priority(DispatchRule.SPT, (2.0, exponential(0.5)), (6.0, exponential(1.5)), 400_000),
    markov_priority(2, 185_000),
]  # fmt: skip
