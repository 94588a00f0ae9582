"""Machines that share people."""

from __future__ import annotations

from tests.engines.plants import Plant
from tests.truth import networks, operators, queues
from tests.truth.figures import (
    DOWN,
    WORKING,
    Case,
    Figure,
    rate,
    state,
)
from vtwin.base.draws import (
    exponential,
    gamma,
    lognormal,
)
from vtwin.plant.program import GrantRule


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


PEOPLE = [
    loaded(4, 1, 60_000),
    loaded(6, 2, 40_000),
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
    crews(25_000),
    tending(5_000),
    loading(6, 1, 2, 8_000),
]
