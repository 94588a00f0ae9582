"""Lines and networks of queues."""

from __future__ import annotations

from tests.engines.plants import Plant, exponential_line, line
from tests.truth import networks, queues
from tests.truth.figures import (
    BLOCKED,
    DOWN,
    WORKING,
    Case,
    Figure,
    lead,
    rate,
    state,
    wip,
)
from tests.truth.lines import Line
from vtwin.base.draws import (
    Distribution,
    constant,
    exponential,
    uniform,
)


def serial(name: str, horizon: float, **keys) -> Case:
    """A saturated line as `Line` describes it, built for the simulator and for the chain."""

    def plant() -> Plant:
        rates, places = keys["rates"], keys["places"]
        servers, outputs = keys.get("servers", [1] * 9), keys.get("outputs", [0] * 9)
        made = Plant()
        for i in range(len(rates)):
            made.station(f"s{i}", servers[i], input=places[i - 1] if i else 0, output=outputs[i])
        made.product("p", *(
            {"op": f"o{i}", "on": f"s{i}", "cycle": exponential(1 / mu)} for i, mu in enumerate(rates)
        ))  # fmt: skip
        skill = {} if keys.get("repairers") is None else {"skill": "fix"}
        for i, fail in enumerate(keys.get("fail", ())):
            made.failure(f"s{i}", "jam", exponential(1 / fail), exponential(1 / keys["mend"][i]), **skill)  # fmt: skip
        for n in range(keys.get("repairers") or 0):
            made.worker(f"w#{n}", ["fix"])
        return made.saturated("p")

    def figures() -> list[Figure]:
        truth = Line(**keys)
        found = [Figure("rate", rate(), truth.rate)]
        first = keys.get("servers", [1])[0]
        if truth.blocked(0) > 0.05:
            found.append(Figure("blocked", state(BLOCKED, *range(first)), truth.blocked(0)))
        if keys.get("fail"):
            found.append(Figure("down", state(DOWN), truth.down()))
        return found

    return Case(name, plant, figures, horizon)


def unbuffered(stations: int, truth: float) -> Case:
    # Hunt, "Sequential arrays of waiting lines", Operations Research 4 (1956), by global balance
    return Case(
        f"{stations} unbuffered stations",
        lambda: exponential_line(stations, 0, 1.0),
        lambda: [Figure("rate", rate(), truth)],
        13_000,
    )


def two_of_any(first: Distribution, second: Distribution) -> Case:
    # Unbuffered, of any two service times: a part takes max(first, second) per cycle.
    # E max of two uniform(0, 2) is 4/3, of a uniform(0, 2) and a constant 1: 5/4.
    truth = 4 / 3 if second.variance else 5 / 4
    return Case(
        f"two unbuffered stations {first}, {second}",
        lambda: line([first, second], 0, 1.0),
        lambda: [Figure("rate", rate(), 1 / truth)],
        5_000,
    )


LINES = [
    unbuffered(2, 2 / 3),
    unbuffered(3, 22 / 39),
    unbuffered(4, 0.5148),
    unbuffered(5, 0.4858),
    two_of_any(uniform(0.0, 2.0), uniform(0.0, 2.0)),
    two_of_any(uniform(0.0, 2.0), constant(1.0)),
    serial("buffer of 4", 265_000, rates=[1.0, 1.0], places=[4]),
    serial("buffers of 2 and 1", 75_000, rates=[1.0, 0.8, 1.2], places=[2, 1]),
    serial("four stations, buffers of 1", 52_000, rates=[1.0, 1.1, 0.9, 1.0], places=[1, 1, 1]),
    serial("output and input places", 65_000, rates=[1.0, 0.9, 1.0], places=[0, 1], outputs=[1, 1, 0]),
    serial("parallel servers", 75_000, rates=[1.0, 0.5, 0.7], places=[0, 1], servers=[1, 2, 2]),
    serial("parallel servers that block", 125_000, rates=[0.5, 1.2, 0.4], places=[1, 0], servers=[2, 1, 3]),
    serial(
        "two machines that fail", 280_000, rates=[1.0, 1.0], places=[3],
        fail=[0.1, 0.05], mend=[0.5, 0.3],
    ),
    serial(
        "two machines, no buffer, one repairer", 190_000, rates=[1.0, 1.2], places=[0],
        fail=[0.1, 0.1], mend=[0.4, 0.5], repairers=1,
    ),
    serial(
        "three machines, one repairer", 220_000, rates=[1.0, 1.0, 1.0], places=[2, 2],
        fail=[0.1, 0.1, 0.05], mend=[0.5, 0.5, 0.4], repairers=1,
    ),
]  # fmt: skip


def open_line(horizon: float) -> Case:
    # Burke: an M/M/c tandem; the second station is visited twice, with one and the same rate.
    servers = [1, 2, 1]
    service = [1.0, 0.8, 1.2]

    def plant() -> Plant:
        made = Plant()
        for i, count in enumerate(servers):
            made.station(f"s{i}", count)
        steps = [0, 1, 2, 1]
        made.product("p", *(
            {"op": f"o{n}", "on": f"s{i}", "cycle": exponential(1 / service[i])}
            for n, i in enumerate(steps)
        ))  # fmt: skip
        return made.arrivals("p", exponential(2.0))

    def figures() -> list[Figure]:
        # 0 -> 1 -> 2 -> 1 -> out: the rates are those of half of station 1 going on to 2.
        routing = [[0, 1, 0], [0, 0, 0.5], [0, 1, 0]]
        rates = networks.jackson_rates([0.5, 0, 0], routing)
        number = networks.jackson_number(rates, service, servers)
        return [Figure("lead", lead(), number / 0.5), Figure("wip", wip, number)]

    return Case("open line, re-entrant", plant, figures, horizon)


def closed_line(name: str, jobs: int, service, servers, steps, horizon: float) -> Case:
    def plant() -> Plant:
        made = Plant()
        for i, count in enumerate(servers):
            made.station(f"s{i}", count)
        made.product("p", *(
            {"op": f"o{n}", "on": f"s{i}", "cycle": exponential(1 / service[i])}
            for n, i in enumerate(steps)
        ))  # fmt: skip
        return made.conwip("p", jobs)

    def figures() -> list[Figure]:
        visits = [steps.count(i) for i in range(len(service))]
        truth = networks.closed_rate(jobs, visits, service, servers)
        return [Figure("rate", rate(), truth), Figure("lead", lead(), jobs / truth)]

    return Case(name, plant, figures, horizon)


def jackson(horizon: float) -> Case:
    service, servers = [1.4, 0.6, 1.0], [1, 2, 1]
    routing = [[0, 0.7, 0.3], [0.25, 0, 0], [0, 0.4, 0]]

    def plant() -> Plant:
        made = Plant()
        for i, count in enumerate(servers):
            made.station(f"s{i}", count)
        ways = [
            {"branches": [(0.3, "o2")], "then": "o1"},
            {"branches": [(0.25, "o0")], "then": "out"},
            {"branches": [(0.4, "o1")], "then": "out"},
        ]
        made.product("p", *(
            {"op": f"o{i}", "on": f"s{i}", "cycle": exponential(1 / service[i]), **ways[i]}
            for i in range(3)
        ))  # fmt: skip
        return made.arrivals("p", exponential(2.0))

    def figures() -> list[Figure]:
        rates = networks.jackson_rates([0.5, 0, 0], routing)
        number = networks.jackson_number(rates, service, servers)
        busy = sum(r / mu for r, mu in zip(rates, service, strict=True))
        return [
            Figure("lead", lead(), number / 0.5),
            Figure("wip", wip, number),
            Figure("busy", state(WORKING), busy),
        ]

    return Case("items that branch", plant, figures, horizon)


def sampling(horizon: float) -> Case:
    # Departures of M/M/1 are Poisson (Burke), every third of them an Erlang stream of order 3.
    def plant() -> Plant:
        made = Plant().station("a").station("b")
        made.product(
            "p",
            {"op": "1", "on": "a", "cycle": exponential(1.0)},
            {"op": "2", "on": "b", "cycle": exponential(3.0), "sample": 3},
        )
        return made.arrivals("p", exponential(2.0))

    def figures() -> list[Figure]:
        def transform(s: float) -> float:
            return (0.5 / (0.5 + s)) ** 3

        return [
            Figure("lead", lead(), 2.0 + (queues.renewal_wait(transform, 1 / 3) + 3.0) / 3),
        ]

    return Case("every third is looked at", plant, figures, horizon, warmup=500)


NETWORKS = [
    open_line(190_000),
    closed_line("CONWIP of 5", 5, [1.0, 1.0, 1.0], [1, 1, 1], [0, 1, 2], 10_000),
    closed_line("CONWIP of 6, parallel servers", 6, [1.0, 0.4, 0.9], [1, 3, 1], [0, 1, 2], 10_000),
    closed_line("CONWIP of 4, re-entrant", 4, [1.0, 1.5, 0.8], [1, 1, 1], [0, 1, 2, 1], 10_000),
    jackson(120_000),
    sampling(300_000),
]
