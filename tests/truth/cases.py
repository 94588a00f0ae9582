"""Plants whose long-run figures are known exactly, and those figures.

A case is run for ``horizon`` seconds `REPLICATIONS` times; that makes the 99 % intervals of all
its figures at most 1 % wide on either side. Its first figure also joins the test of all cases
at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tests.engines.plants import Plant, exponential_line, line
from tests.truth import joins, networks, operators, queues
from tests.truth.lines import Line
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
from vtwin.plant.primitives import DispatchRule, MachineState, PartAtFailure
from vtwin.plant.program import GrantRule, Program
from vtwin.plant.trace import Tally

S = 1e9
REPLICATIONS = 16

Measure = Callable[[Tally], float]


@dataclass(frozen=True)
class Figure:
    """What is measured in a run, and what it must be."""

    name: str
    of: Measure
    truth: float


@dataclass(frozen=True)
class Case:
    """A plant and its figures; ``figures`` is called when they are needed."""

    name: str
    plant: Callable[[], Plant]
    figures: Callable[[], list[Figure]]
    horizon: float
    warmup: float = 200.0

    def program(self, share: float = 1.0) -> Program:
        """The plant for this share of the horizon after the warm-up."""
        plant = self.plant()
        plant.horizon, plant.warmup = (
            self.warmup + share * (self.horizon - self.warmup),
            self.warmup,
        )
        return plant.program()


def rate(*products: int) -> Measure:
    """Good pieces per s of some products, none named: of all."""
    chosen = list(products) if products else slice(None)
    return lambda t: t.product_good[chosen].sum() * S / t.observed


def lead(product: int = 0) -> Measure:
    return lambda t: t.product_lead[product] / t.product_good[product]


def wip(t: Tally) -> float:
    return float(t.product_wip_area.sum() * S / t.observed)


def wait(station: int = 0) -> Measure:
    return lambda t: t.station_wait[station] / t.station_arrivals[station] / S


def state(wanted: MachineState, *machines: int) -> Measure:
    """Mean number of machines in a state, of those named or all."""
    chosen = list(machines) if machines else slice(None)
    return lambda t: t.machine_state[chosen, wanted].sum() / t.observed


WORKING, BLOCKED, DOWN = MachineState.WORKING, MachineState.BLOCKED, MachineState.DOWN
SETUP, WAITING = MachineState.SETUP, MachineState.WAITING_OPERATOR


# --- one queue -------------------------------------------------------------------------------


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

# --- lines -----------------------------------------------------------------------------------


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

# --- networks --------------------------------------------------------------------------------


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


NETWORKS = [
    open_line(190_000),
    closed_line("CONWIP of 5", 5, [1.0, 1.0, 1.0], [1, 1, 1], [0, 1, 2], 10_000),
    closed_line("CONWIP of 6, parallel servers", 6, [1.0, 0.4, 0.9], [1, 3, 1], [0, 1, 2], 10_000),
    closed_line("CONWIP of 4, re-entrant", 4, [1.0, 1.5, 0.8], [1, 1, 1], [0, 1, 2, 1], 10_000),
]

# --- people ----------------------------------------------------------------------------------


def interference(machines: int, repairers: int, horizon: float) -> Case:
    def plant() -> Plant:
        made = Plant()
        for n in range(machines):
            made.station(f"m{n}").product(f"p{n}", {"op": "o", "on": f"m{n}", "cycle": 10.0})
            made.saturated(f"p{n}")
            made.failure(f"m{n}", "jam", exponential(20), exponential(5), skill="fix")
        for n in range(repairers):
            made.worker(f"w#{n}", ["fix"])
        return made

    def figures() -> list[Figure]:
        down, busy = queues.interference(machines, repairers, 1 / 20, 1 / 5)
        return [
            Figure("down", state(DOWN), down),
            Figure("busy", lambda t: t.worker_busy.sum() / t.observed, busy),
            Figure("working", state(WORKING), machines - down),
        ]

    return Case(f"{machines} machines, {repairers} repairers", plant, figures, horizon)


def attended(rule: GrantRule, name: str, rates: list[float], crew: int) -> Case:
    def plant() -> Plant:
        made = Plant(grant=rule)
        for i in range(len(rates)):
            made.station(f"s{i}", input=0)
        made.product("p", *(
            {"op": f"o{i}", "on": f"s{i}", "cycle": exponential(1 / mu), "skill": "run"}
            for i, mu in enumerate(rates)
        ))  # fmt: skip
        for n in range(crew):
            made.worker(f"w#{n}", ["run"])
        return made.saturated("p")

    return Case(
        f"{len(rates)} stations, {crew} operators, {name}",
        plant,
        lambda: [Figure("rate", rate(), operators.attended_rate(rates, crew, name))],
        10_000,
    )


def cells(horizon: float) -> Case:
    # Four cells, two operators for the manual half of each cycle (exponential 1), an unattended
    # half (exponential 1): a closed network of an infinite server and a queue of 2 servers.
    def plant() -> Plant:
        made = Plant().worker("w#1", ["run"]).worker("w#2", ["run"])
        for n in range(4):
            # One pallet per cell goes round between the two halves.
            made.station(f"a{n}").station(f"b{n}")
            made.product(
                f"p{n}",
                {"op": "1", "on": f"a{n}", "cycle": exponential(1.0), "skill": "run"},
                {"op": "2", "on": f"b{n}", "cycle": exponential(1.0)},
            ).conwip(f"p{n}", 1)
        return made

    def figures() -> list[Figure]:
        truth = networks.closed_rate(4, [1, 1], [1.0, 1.0], [4, 2])
        return [Figure("rate", rate(), truth)]

    return Case("cells that share operators", plant, figures, horizon)


def speeds(horizon: float) -> Case:
    # One worker at 0.8 on one machine: 1 / 0.8 per part, whatever the distribution.
    def plant() -> Plant:
        made = Plant().station("m").worker("w#1", {"run": 0.8})
        made.product("p", {"op": "o", "on": "m", "cycle": gamma(1.0, 0.6), "skill": "run"})
        return made.saturated("p")

    return Case("slow worker", plant, lambda: [Figure("rate", rate(), 0.8)], horizon)


def loaded(machines: int, loaders: int, horizon: float) -> Case:
    """Machines that are loaded by hand and then work alone: those that wait or are loaded are
    the ones down in machine interference.
    """

    def plant() -> Plant:
        made = Plant()
        step = {"op": "o", "cycle": exponential(5), "skill": "run", "load": exponential(1)}
        for n in range(machines):
            made.station(f"m{n}").product(f"p{n}", {**step, "on": f"m{n}"}).saturated(f"p{n}")
        for n in range(loaders):
            made.worker(f"w#{n}", ["run"])
        return made

    def figures() -> list[Figure]:
        down, busy = queues.interference(machines, loaders, 1 / 5, 1)
        return [
            Figure("rate", rate(), (machines - down) / 5),
            Figure("busy", lambda t: t.worker_busy.sum() / t.observed, busy),
        ]

    return Case(f"{machines} machines, {loaders} loaders", plant, figures, horizon)


def pair(horizon: float) -> Plant:
    """Machines a and b, each always with work for an operator."""
    made = Plant(horizon=horizon)
    for name, mean in (("a", 1.0), ("b", 2.0)):
        made.station(name)
        made.product(name, {"op": "o", "on": name, "cycle": exponential(mean), "skill": "run"})
        made.saturated(name)
    return made


def crew_in_turn(horizon: float) -> Case:
    # The one that needs both people and the one that needs one of them take turns: whoever has
    # just finished has waited less long.
    def plant() -> Plant:
        made = pair(horizon).worker("w#1", ["run"]).worker("w#2", ["run"])
        made.products["a"][0]["heads"] = 2
        return made

    truth = 2 / (1.0 + 2.0)
    return Case("crew of two", plant, lambda: [Figure("rate", rate(), truth)], horizon)


def tended(horizon: float) -> Case:
    # Who may attend two of three machines always does.
    def plant() -> Plant:
        made = Plant().worker("w#1", ["run"], tends=2)
        for name in "abc":
            made.station(name).saturated(name)
            made.product(name, {"op": "o", "on": name, "cycle": gamma(1.0, 0.6), "skill": "run"})
        return made

    return Case("tends two of three", plant, lambda: [Figure("rate", rate(), 2.0)], horizon)


def walked(horizon: float) -> Case:
    # To and fro between two machines, 7 s each way and 1.5 s of work on average at its end.
    def plant() -> Plant:
        made = pair(horizon).worker("w#1", ["run"], speed=1000)
        made.machines["b"]["at"] = (3, 4)
        return made

    figures = [
        Figure("rate", rate(), 1 / 8.5),
        Figure("walked", lambda t: t.worker_walk[0] / t.observed, 7 / 8.5),
    ]
    return Case("walks to and fro", plant, lambda: figures, horizon)


def missed(horizon: float) -> Case:
    # Half of the time is shift, a fifth of the shifts is missed; who comes goes on.
    def plant() -> Plant:
        made = Plant().station("m").saturated("p")
        made.product("p", {"op": "o", "on": "m", "cycle": exponential(1.0), "skill": "run"})
        made.calendars["day"] = [(t, t + 10) for t in range(0, int(horizon), 20)]
        return made.worker("w#1", ["run"], calendar="day", absence=0.2, hand_over=True)

    figures = [
        Figure("rate", rate(), 0.4),
        Figure("duty", lambda t: t.worker_duty[0] / t.observed, 0.4),
    ]
    return Case("misses a fifth of the shifts", plant, lambda: figures, horizon)


def taken_over(horizon: float) -> Case:
    # Two take turns and leave the work in hand to each other: each half goes at its own speed.
    def plant() -> Plant:
        made = Plant().station("m").saturated("p")
        made.product("p", {"op": "o", "on": "m", "cycle": gamma(3.0, 0.5), "skill": "run"})
        for name, speed, start in (("v#1", 1.0, 0), ("w#1", 0.5, 4)):
            calendar = [(t + start, t + start + 4) for t in range(0, int(horizon), 8)]
            made.calendars[name] = calendar
            made.worker(name, {"run": speed}, calendar=name, hand_over=True)
        return made

    return Case("work handed over", plant, lambda: [Figure("rate", rate(), 0.25)], horizon)


def own_repairer(horizon: float) -> Case:
    # The operator repairs what holds him: up and down as if a repairer stood by.
    def plant() -> Plant:
        made = Plant().station("m").saturated("p").worker("w#1", ["run", "fix"])
        made.product("p", {"op": "o", "on": "m", "cycle": exponential(90), "skill": "run"})
        return made.failure("m", "jam", gamma(40, 0.5), lognormal(10, 0.8), skill="fix")

    figures = [Figure("working", state(WORKING), 0.8)]
    return Case("operator who repairs", plant, lambda: figures, horizon)


PEOPLE = [
    loaded(4, 1, 60_000),
    loaded(6, 2, 40_000),
    crew_in_turn(15_000),
    tended(8_000),
    walked(6_000),
    missed(40_000),
    taken_over(15_000),
    own_repairer(20_000),
    interference(4, 1, 165_000),
    interference(6, 2, 110_000),
    attended(GrantRule.CLOSEST_TO_DONE, "closest", [1.0, 1.0, 1.0], 2),
    attended(GrantRule.LONGEST_WAIT, "longest", [1.0, 1.0, 1.0], 2),
    attended(GrantRule.DOWNSTREAM_FIRST, "downstream", [1.0, 1.3, 0.8, 1.0, 1.2], 3),
    attended(GrantRule.CLOSEST_TO_DONE, "closest", [1.0, 1.3, 0.8, 1.0, 1.2], 3),
    attended(GrantRule.LONGEST_WAIT, "longest", [1.0, 1.3, 0.8, 1.0, 1.2], 3),
    cells(10_000),
    speeds(10_000),
]

# --- failures, set-ups, scrap ----------------------------------------------------------------


def renewing(clock: str, horizon: float) -> Case:
    """A saturated machine is up its mean time between failures of that plus a repair."""

    def plant() -> Plant:
        made = Plant().station("m")
        made.product("p", {"op": "o", "on": "m", "cycle": 3.0}).saturated("p")
        return made.failure("m", "jam", gamma(40, 0.5), lognormal(10, 0.8), calendar=clock == "calendar")  # fmt: skip

    return Case(
        f"fails on the {clock} clock",
        plant,
        lambda: [Figure("working", state(WORKING), 0.8), Figure("rate", rate(), 0.8 / 3)],
        horizon,
        warmup=1000,
    )


def several_modes(horizon: float) -> Case:
    # Modes on the operating clock never overlap: up 1, down the sum of repair per work.
    def plant() -> Plant:
        made = Plant().station("m")
        made.product("p", {"op": "o", "on": "m", "cycle": 2.0}).saturated("p")
        made.failure("m", "jam", exponential(30), uniform(1, 5))
        return made.failure("m", "wear", weibull(2.0, 80.0), exponential(12))

    def figures() -> list[Figure]:
        wear = 80.0 * math.gamma(1.5)
        return [Figure("working", state(WORKING), 1 / (1 + 3 / 30 + 12 / wear))]

    return Case("two modes", plant, figures, horizon, warmup=1000)


def two_clocks(horizon: float) -> Case:
    # Two modes on the calendar clock, independent of each other: both are over at once.
    def plant() -> Plant:
        made = Plant().station("m")
        made.product("p", {"op": "o", "on": "m", "cycle": 2.0}).saturated("p")
        made.failure("m", "a", exponential(30), uniform(1, 5), calendar=True)
        return made.failure("m", "b", gamma(70.0, 0.7), exponential(10), calendar=True)

    return Case(
        "two independent modes", plant,
        lambda: [Figure("working", state(WORKING), 30 / 33 * 70 / 80)], horizon, warmup=1000,
    )  # fmt: skip


def half_load(horizon: float) -> Case:
    # On the operating clock the down share of a machine that works a share u is u repair / after.
    def plant() -> Plant:
        made = Plant().station("m")
        made.product("p", {"op": "o", "on": "m", "cycle": 1.0}).arrivals("p", exponential(2.0))
        return made.failure("m", "jam", exponential(10), exponential(2))

    return Case(
        "fails at half load", plant,
        lambda: [Figure("down", state(DOWN), 0.1), Figure("working", state(WORKING), 0.5)], horizon,
    )  # fmt: skip


def completion_time(horizon: float) -> Case:
    # M/G/1 with failures at work: a part takes its work and the repairs within, mean
    # w (1 + p/r), variance 2 w p / r^2 (Poisson strikes, exponential repairs; Gaver 1962).
    work, fail, mend, arrival = 1.0, 0.1, 0.5, 0.5

    def plant() -> Plant:
        made = Plant().station("m")
        made.product("p", {"op": "o", "on": "m", "cycle": work})
        made.arrivals("p", exponential(1 / arrival))
        return made.failure("m", "jam", exponential(1 / fail), exponential(1 / mend))

    def figures() -> list[Figure]:
        mean = work * (1 + fail / mend)
        variance = 2 * work * fail / mend**2
        return [Figure("lead", lead(), queues.general_wait(arrival, mean, variance) + mean)]

    return Case("queue at a machine that fails", plant, figures, horizon)


def lost_parts(part: PartAtFailure, horizon: float) -> Case:
    # A cycle c survives an exponential time to failure with s = exp(-c p). Scrapped: the good
    # share is s. Reworked: 1/s begins of mean time (1 - s) / p in all, 1/s - 1 repairs.
    cycle, fail, repair = 10.0, 1 / 40, 4.0
    survive = math.exp(-cycle * fail)

    def plant() -> Plant:
        made = Plant().station("m")
        made.product("p", {"op": "o", "on": "m", "cycle": cycle}).saturated("p")
        return made.failure("m", "jam", exponential(1 / fail), exponential(repair), part=part)

    def figures() -> list[Figure]:
        work = (1 - survive) / fail
        if part is PartAtFailure.SCRAPPED:
            per_begin = work + (1 - survive) * repair
            return [
                Figure("rate", rate(), survive / per_begin),
                Figure("good", lambda t: t.product_good[0] / (t.product_good[0] + t.product_scrap[0]), survive),
            ]  # fmt: skip
        return [Figure("rate", rate(), survive / (work + (1 - survive) * repair))]

    return Case(f"parts {part.name.lower()}", plant, figures, horizon, warmup=1000)


def setups(horizon: float) -> Case:
    # Three products in turn: per round their times and the three set-ups, all at random.
    times = {("a", "b"): exponential(2.0), ("b", "c"): gamma(1.0, 0.5), ("c", "a"): constant(3.0), ("a", "a"): constant(99.0)}  # fmt: skip

    def plant() -> Plant:
        made = Plant().station("m", setup="t")
        made.setups["t"] = {"keys": ["a", "b", "c"], "times": times}
        for name in "abc":
            made.product(name, {"op": "o", "on": "m", "cycle": exponential(2.0), "key": name})
            made.saturated(name)
        return made

    return Case(
        "set-ups in turn", plant,
        lambda: [Figure("rate", rate(), 3 / 12), Figure("set-up", state(SETUP), 0.5)], horizon,
    )  # fmt: skip


def switching(horizon: float) -> Case:
    # Two Poisson streams at one machine, served in order: a set-up before a part comes whenever
    # it is of the other kind than the one before, independent of all else: M/G/1 whose service
    # is work, plus a set-up with probability 1/2. It depends on the kind before, but kinds are
    # independent, and so are services of successive parts given symmetry between the kinds.
    arrival, work, setup = 0.4, 1.0, 0.8

    def plant() -> Plant:
        made = Plant().station("m", setup="t", key="a")
        made.setups["t"] = {"keys": ["a", "b"], "times": {("a", "b"): setup, ("b", "a"): setup}}
        for name in "ab":
            made.product(name, {"op": "o", "on": "m", "cycle": work, "key": name})
            made.arrivals(name, exponential(2 / arrival))
        return made

    def figures() -> list[Figure]:
        mean, variance = work + setup / 2, setup**2 / 4
        stay = queues.general_wait(arrival, mean, variance) + mean
        return [Figure("wip", wip, arrival * stay)]

    return Case("set-ups by the order of arrival", plant, figures, horizon)


def scrapping(horizon: float) -> Case:
    # Lots of 10 pieces through two machines that scrap 10 % and 20 %; a lot with nothing left
    # is gone. A cycle makes 4 pieces at the second: ceil(X / 4) cycles of X ~ binomial(10, 0.9).
    chance = [math.comb(10, k) * 0.9**k * 0.1 ** (10 - k) for k in range(11)]
    cycles = sum(p * math.ceil(k / 4) for k, p in enumerate(chance))

    def plant() -> Plant:
        made = Plant().station("a").station("b", input=0)
        made.product(
            "p",
            {"op": "1", "on": "a", "cycle": 0.01, "scrap": 0.1},
            {"op": "2", "on": "b", "cycle": exponential(1.0), "per_cycle": 4, "scrap": 0.2},
        )
        return made.saturated("p", lot=10)

    return Case(
        "scrap in lots", plant,
        lambda: [
            Figure("cycles per good", lambda t: t.mode_cycles[1] / t.product_good[0], cycles / 7.2),
            Figure("scrap at b", lambda t: t.mode_scrap[1] / t.mode_pieces[1], 0.2),
        ],
        horizon,
    )  # fmt: skip


SINGLE = [
    renewing("operating", 20_000),
    renewing("calendar", 20_000),
    several_modes(34_000),
    two_clocks(27_000),
    half_load(370_000),
    completion_time(370_000),
    lost_parts(PartAtFailure.SCRAPPED, 42_000),
    lost_parts(PartAtFailure.REWORKED, 32_000),
    setups(24_000),
    switching(260_000),
    scrapping(15_000),
]

# --- batches, assembly, carriers, belts, vehicles --------------------------------------------


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


# --- crews, loading, wear --------------------------------------------------------------------


def crews(horizon: float) -> Case:
    rates, heads = [1.0, 0.6, 0.8, 0.5], [2, 1, 2, 1]

    def plant() -> Plant:
        made = Plant()
        for i, mu in enumerate(rates):
            made.station(f"m{i}").saturated(f"p{i}")
            made.product(f"p{i}", {"op": "o", "on": f"m{i}", "cycle": exponential(1 / mu), "skill": "run", "heads": heads[i]})  # fmt: skip
        for n in range(3):
            made.worker(f"w#{n}", ["run"])
        return made

    def figures() -> list[Figure]:
        truth = operators.crew_rates(rates, heads, 3)
        return [Figure(f"rate {i}", rate(i), truth[i]) for i in (0, 1, 2, 3)]

    return Case("crews of several sizes", plant, figures, horizon)


def loading(machines: int, people: int, tends: int, horizon: float) -> Case:
    # Machines loaded by operators who then leave them alone: machine interference, where a
    # machine at work is "up" and one that is loaded or waits for it "down". Who tends two at
    # once is two operators.
    def plant() -> Plant:
        made = Plant()
        for n in range(machines):
            made.station(f"m{n}").saturated(f"p{n}")
            made.product(f"p{n}", {"op": "o", "on": f"m{n}", "cycle": exponential(4.0), "skill": "run", "load": exponential(1.0)})  # fmt: skip
        for n in range(people):
            made.worker(f"w#{n}", ["run"], tends=tends)
        return made

    def figures() -> list[Figure]:
        _, busy = queues.interference(machines, people * tends, 1 / 4, 1.0)
        return [Figure("rate", rate(), busy)]

    return Case(f"{people} operators load {machines} machines, {tends} at once", plant, figures, horizon)  # fmt: skip


def tending(horizon: float) -> Case:
    # One operator for up to three of five machines, present all the time: three servers.
    def plant() -> Plant:
        made = Plant().worker("w#1", ["run"], tends=3)
        for n in range(5):
            made.station(f"a{n}").station(f"b{n}").conwip(f"p{n}", 1)
            made.product(
                f"p{n}",
                {"op": "1", "on": f"a{n}", "cycle": exponential(1.0), "skill": "run"},
                {"op": "2", "on": f"b{n}", "cycle": exponential(0.5)},
            )
        return made

    return Case(
        "one operator tends three", plant,
        lambda: [Figure("rate", rate(), networks.closed_rate(5, [1, 1], [1.0, 2.0], [3, 5]))], horizon,
    )  # fmt: skip


def wearing(copies: int, horizon: float) -> Case:
    # A tool is renewed after each operation: one closed loop of copies through the machine and
    # as many renewers as there are copies.
    def plant() -> Plant:
        made = Plant().station("m")
        made.tools["die"] = {"count": copies, "life": 1, "renew": exponential(2.0)}
        made.product("p", {"op": "o", "on": "m", "cycle": exponential(1.0), "tool": "die"})
        return made.saturated("p")

    return Case(
        f"{copies} tools that wear", plant,
        lambda: [Figure("rate", rate(), networks.closed_rate(copies, [1, 1], [1.0, 0.5], [1, copies]))],
        horizon,
    )  # fmt: skip


def long_life(horizon: float) -> Case:
    # One copy: a renewal cycle of 25 operations and a renewal.
    def plant() -> Plant:
        made = Plant().station("m")
        made.tools["die"] = {"count": 1, "life": 25, "renew": gamma(10.0, 0.5)}
        made.product("p", {"op": "o", "on": "m", "cycle": exponential(1.0), "tool": "die"})
        return made.saturated("p")

    return Case("a tool that lasts", plant, lambda: [Figure("rate", rate(), 25 / 35)], horizon)


def maintained(clock: str, horizon: float) -> Case:
    # Maintenance waits for the part in work, of constant time c: by hours of work it comes after
    # the first N with N c >= X, so P(N > n) = exp(-n c / m) and E N = 1 / (1 - exp(-c / m)); by
    # the calendar the same, as the machine never rests; by cycles after so many.
    cycle, mean, service = 2.0, 40.0, 6.0
    expected = 20.0 if clock == "cycles" else 1.0 / (1.0 - math.exp(-cycle / mean))

    def plant() -> Plant:
        made = Plant().station("m")
        made.product("p", {"op": "o", "on": "m", "cycle": cycle}).saturated("p")
        if clock == "cycles":
            return made.failure("m", "care", None, exponential(service), life=20, planned=True)
        return made.failure("m", "care", exponential(mean), exponential(service), planned=True, calendar=clock == "calendar")  # fmt: skip

    def figures() -> list[Figure]:
        return [Figure("rate", rate(), expected / (expected * cycle + service))]

    return Case(f"maintained by {clock}", plant, figures, horizon)


# --- ways, busy times, shifts ----------------------------------------------------------------


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


def reworking(horizon: float) -> Case:
    # Fails with probability f and is done again, twice at most: 1 + f + f^2 times each.
    f = 0.3

    def plant() -> Plant:
        made = Plant().station("m")
        made.product("p", {"op": "o", "on": "m", "cycle": gamma(1.0, 0.5), "branches": [(f, "o", 2)], "then": "out"})  # fmt: skip
        return made.saturated("p")

    def figures() -> list[Figure]:
        times = 1 + f + f**2
        return [
            Figure("rate", rate(), (1 - f**3) / times),
            Figure("visits", lambda t: t.mode_visits[0] / (t.product_good[0] + t.product_scrap[0]), times),
        ]  # fmt: skip

    return Case("rework with a limit", plant, figures, horizon)


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
            return lambda t: float(t.series_wip[99 + step :: 3].mean())

        return [Figure(f"bin {n}", within(n), numbers[n]) for n in (0, 1, 2)]

    return Case("busy and quiet times", plant, figures, horizon, warmup=198)


def walking(horizon: float) -> Case:
    # One operator, two machines that always want him: he goes from one to the other after each
    # part, 3 m + 4 m at 2 m/s.
    def plant() -> Plant:
        made = Plant().station("a", at=(0.0, 0.0)).station("b", at=(3.0, 4.0))
        for name in "ab":
            made.product(name, {"op": "o", "on": name, "cycle": exponential(2.0), "skill": "run"})
            made.saturated(name)
        return made.worker("w#1", ["run"], speed=2000)

    return Case(
        "an operator on his way", plant,
        lambda: [Figure("rate", rate(), 2 / 11), Figure("waiting", state(WAITING), 2 - 4 / 11)], horizon,
    )  # fmt: skip


def _days(horizon: float, *hours: tuple[float, float]) -> list[tuple[float, float]]:
    """The same hours every 20 s."""
    return [(day + a, day + b) for day in range(0, int(horizon), 20) for a, b in hours]


def missing(horizon: float) -> Case:
    def plant() -> Plant:
        made = Plant().station("m").worker("w#1", ["run"], calendar="day", absence=0.3, pause=True)
        made.calendars["day"] = _days(horizon, (0, 12))
        made.product("p", {"op": "o", "on": "m", "cycle": exponential(1.0), "skill": "run"})
        return made.saturated("p")

    return Case(
        "an operator who misses shifts", plant,
        lambda: [Figure("rate", rate(), 0.7 * 0.6), Figure("working", state(WORKING), 0.42)], horizon,
    )  # fmt: skip


def relieving(horizon: float) -> Case:
    # Work is handed over as it is: so much per hour as the one present can.
    def plant() -> Plant:
        made = Plant().station("m")
        made.calendars.update(early=_days(horizon, (0, 12)), late=_days(horizon, (12, 20)))
        made.worker("w#1", {"run": 1.0}, calendar="early", hand_over=True)
        made.worker("w#2", {"run": 0.7}, calendar="late", hand_over=True)
        made.product("p", {"op": "o", "on": "m", "cycle": exponential(3.0), "skill": "run"})
        return made.saturated("p")

    return Case(
        "operators who relieve each other", plant,
        lambda: [Figure("rate", rate(), (0.6 * 1.0 + 0.4 * 0.7) / 3)], horizon,
    )  # fmt: skip


ADVANCED = [
    batching(1, 3, 1.5, 90_000),
    batching(2, 4, 2.0, 70_000),
    batching(3, 3, 1.8, 115_000),
    assembling("assembly of two", [1.0, 0.9], [2, 2], [1, 1], 1.1, 10_000),
    assembling("assembly of two and one", [2.2, 0.8, 1.0], [4, 1, 3], [2, 1, 1], 1.5, 10_000),
    pallets(10_000),
    conveying(True, 280_000),
    conveying(False, 280_000),
    carrying(80_000),
    crews(25_000),
    loading(5, 1, 1, 8_000),
    loading(6, 1, 2, 8_000),
    tending(5_000),
    wearing(2, 8_000),
    wearing(3, 8_000),
    long_life(20_000),
    maintained("hours", 40_000),
    maintained("calendar", 40_000),
    maintained("cycles", 40_000),
    jackson(120_000),
    reworking(12_000),
    sampling(300_000),
    busy_times(2_000),
    walking(20_000),
    missing(90_000),
    relieving(40_000),
]

CASES = [*QUEUES, *LINES, *NETWORKS, *PEOPLE, *SINGLE, *ADVANCED]
