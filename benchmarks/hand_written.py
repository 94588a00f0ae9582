"""Plants as a SimPy user would write them: a process per machine or part, no statistics at all
but the number of finished parts. The unit both engines are measured in.
"""

from __future__ import annotations

import random

import simpy


def serial_line(stations: int, places: int, mean: float, horizon: float, seed: int) -> int:
    """Finished parts of a saturated line with a ``Store`` per buffer."""
    env = simpy.Environment()
    draw = random.Random(seed)
    buffers = [simpy.Store(env, places) for _ in range(stations - 1)]
    made = 0

    def machine(index: int):  # type: ignore[no-untyped-def]
        nonlocal made
        while True:
            part = object() if index == 0 else (yield buffers[index - 1].get())
            yield env.timeout(draw.expovariate(1 / mean))
            if index < stations - 1:
                yield buffers[index].put(part)
            else:
                made += 1

    for index in range(stations):
        env.process(machine(index))
    env.run(until=horizon)
    return made


def unreliable_line(
    stations: int,
    places: int,
    mean: float,
    up: float,
    down: float,
    repairers: int,
    horizon: float,
    seed: int,
) -> int:
    """Finished parts of a line whose machines fail while they work and wait for a repairer."""
    env = simpy.Environment()
    draw = random.Random(seed)
    crew = simpy.Resource(env, repairers)
    buffers = [simpy.Store(env, places) for _ in range(stations - 1)]
    made = 0

    def machine(index: int):  # type: ignore[no-untyped-def]
        nonlocal made
        fit = draw.expovariate(1 / up)
        while True:
            part = object() if index == 0 else (yield buffers[index - 1].get())
            work = draw.expovariate(1 / mean)
            while work > fit:
                yield env.timeout(fit)
                work -= fit
                with crew.request() as repairer:
                    yield repairer
                    yield env.timeout(draw.expovariate(1 / down))
                fit = draw.expovariate(1 / up)
            yield env.timeout(work)
            fit -= work
            if index < stations - 1:
                yield buffers[index].put(part)
            else:
                made += 1

    for index in range(stations):
        env.process(machine(index))
    env.run(until=horizon)
    return made


class _Mill:
    """A machine that remembers what it is set up for."""

    def __init__(self) -> None:
        self.setup = -1


def job_shop(
    groups: tuple[int, ...],
    routes: tuple[tuple[int, ...], ...],
    mean: float,
    setup: float,
    operators: int,
    every: float,
    horizon: float,
    seed: int,
) -> int:
    """Finished parts of a job shop: parts arrive per product and go through their groups of
    machines, each sets up when the product changes and needs an operator while it works.
    """
    env = simpy.Environment()
    draw = random.Random(seed)
    pools = [simpy.Store(env) for _ in groups]
    for pool, size in zip(pools, groups, strict=True):
        pool.items.extend(_Mill() for _ in range(size))
    crew = simpy.Resource(env, operators)
    made = 0

    def part(product: int):  # type: ignore[no-untyped-def]
        nonlocal made
        for group in routes[product]:
            mill = yield pools[group].get()
            if mill.setup != product:
                yield env.timeout(setup)
                mill.setup = product
            with crew.request() as operator:
                yield operator
                yield env.timeout(draw.expovariate(1 / mean))
            yield pools[group].put(mill)
        made += 1

    def arrivals(product: int):  # type: ignore[no-untyped-def]
        while True:
            yield env.timeout(draw.expovariate(1 / every))
            env.process(part(product))

    for product in range(len(routes)):
        env.process(arrivals(product))
    env.run(until=horizon)
    return made
