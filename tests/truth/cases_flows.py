"""Batches, assembly, pallets, belts, vehicles and arrivals that come and go."""

from __future__ import annotations

from tests.engines.plants import Plant
from tests.truth import joins, networks, queues
from tests.truth.figures import (
    Case,
    Figure,
    Measure,
    lead,
    rate,
    wait,
    wip,
)
from vtwin.base.draws import (
    exponential,
)


def batching(least: int, most: int, arrival: float, horizon: float) -> Case:
    def plant() -> Plant:
        # A part that has waited at all has waited the 0 s after which so few are enough.
        made = Plant().station("m").batch("m/b", least, most, 0.0)
        made.product("p", {"op": "o", "on": "m", "cycle": exponential(1.0), "batch": "m/b"})
        return made.arrivals("p", exponential(1 / arrival))

    def figures() -> list[Figure]:
        number = joins.batch_number(arrival, 1.0, least, most)
        return [Figure("lead", lead(), number / arrival), Figure("wip", wip, number)]

    return Case(f"batches of {least} to {most}", plant, figures, horizon)


def assembling(name: str, rates, places, pieces, join: float, horizon: float) -> Case:
    def plant() -> Plant:
        made = Plant().station("join", input=0)
        for i, mu in enumerate(rates):
            made.station(f"s{i}").stock(f"c{i}", places[i]).saturated(f"c{i}")
            made.product(f"c{i}", {"op": "o", "on": f"s{i}", "cycle": exponential(1 / mu)})
        kit = {f"c{i}": n for i, n in enumerate(pieces)}
        made.product("p", {"op": "o", "on": "join", "cycle": exponential(1 / join), "kit": kit})
        return made.saturated("p")

    def figures() -> list[Figure]:
        return [Figure("rate", rate(len(rates)), joins.assembly_rate(rates, places, pieces, join))]

    return Case(name, plant, figures, horizon)


def pallets(horizon: float) -> Case:
    # Saturated, each part on a pallet from its first operation to its last: so many parts go
    # round as there are pallets.
    service, servers = [1.0, 0.6, 1.1], [1, 2, 1]

    def plant() -> Plant:
        made = Plant()
        for i, count in enumerate(servers):
            made.station(f"s{i}", count)
        made.carriers["pallet"] = 5
        steps = [
            {"op": f"o{i}", "on": f"s{i}", "cycle": exponential(1 / mu)}
            for i, mu in enumerate(service)
        ]
        steps[0]["takes"] = steps[2]["returns"] = "pallet"
        return made.product("p", *steps).saturated("p")

    return Case(
        "parts on pallets", plant,
        lambda: [Figure("rate", rate(), networks.closed_rate(5, [1, 1, 1], service, servers))],
        horizon,
    )  # fmt: skip


def conveying(accumulating: bool, horizon: float) -> Case:
    # The entry of a belt is an M/D/1 server whose time is the pitch; then comes the way.
    pitch, travel, every = 1.0, 30.0, 2.0

    def plant() -> Plant:
        made = Plant().station("belt", belt=(40, travel, pitch, accumulating))
        made.product("p", {"op": "o", "on": "belt", "cycle": travel})
        return made.arrivals("p", exponential(every))

    def figures() -> list[Figure]:
        waits = queues.general_wait(1 / every, pitch, 0.0)
        return [
            Figure("wait", wait(), waits),
            Figure("lead", lead(), waits + travel),
        ]

    return Case(f"{'accumulating' if accumulating else 'rigid'} belt", plant, figures, horizon)


def carrying(horizon: float) -> Case:
    # M/M/1 and then, by Burke's theorem, M/D/1: the one vehicle is always at the far end when a
    # part calls, so a move is the way back, loading, the way there and unloading.
    back, there, load, unload = 0.5, 0.7, 0.2, 0.1

    def plant() -> Plant:
        made = Plant().station("a", output=-1).station("b", 24)
        made.fleet(
            "v",
            {("x", "y"): there, ("y", "x"): back},
            {"a": "x", "b": "y"},
            ["y"],
            load=load,
            unload=unload,
        )
        made.product(
            "p",
            {"op": "1", "on": "a", "cycle": exponential(1.0)},
            {"op": "2", "on": "b", "cycle": exponential(1.0), "fleet": "v"},
        )  # fmt: skip
        return made.arrivals("p", exponential(2.5))

    def figures() -> list[Figure]:
        move = back + load + there + unload
        first = queues.markov_wait(1, 0.4, 1.0) + 1.0
        return [Figure("lead", lead(), first + queues.general_wait(0.4, move, 0.0) + move + 1.0)]

    return Case("one vehicle", plant, figures, horizon)


def busy_times(horizon: float) -> Case:
    # M_t/D/infinity, a belt without pitch: 40 per s at 160 %, 40 % and 100 % for 2 s each.
    percents = [160, 40, 100]

    def plant() -> Plant:
        made = Plant(bin=2.0).station("m", belt=(10_000, 1.5, 0.0, True))
        made.product("p", {"op": "o", "on": "m", "cycle": 1.5})
        profile = (6.0, [(2.0 * n, p) for n, p in enumerate(percents)])
        return made.arrivals("p", exponential(1 / 40), profile=profile)

    def figures() -> list[Figure]:
        numbers = queues.busy_numbers([40 * p / 100 for p in percents], 2.0, 1.5)

        def within(step: int) -> Measure:
            # Without the last bin, which may be cut short.
            return lambda t: float(t.series_wip[99 + step : -1 : 3].mean())

        return [Figure(f"bin {n}", within(n), numbers[n]) for n in (0, 1, 2)]

    return Case("busy and quiet times", plant, figures, horizon, warmup=198)


FLOWS = [
    batching(1, 3, 1.5, 90_000),
    batching(2, 4, 2.0, 70_000),
    batching(3, 3, 1.8, 115_000),
    assembling("assembly of two", [1.0, 0.9], [2, 2], [1, 1], 1.1, 10_000),
    assembling("assembly of two and one", [2.2, 0.8, 1.0], [4, 1, 3], [2, 1, 1], 1.5, 10_000),
    pallets(10_000),
    conveying(True, 280_000),
    conveying(False, 280_000),
    carrying(80_000),
    busy_times(2_000),
]
