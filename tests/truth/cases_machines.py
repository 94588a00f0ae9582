"""Single machines that fail, are set up, wear, are maintained, or scrap what they make."""

from __future__ import annotations

import math

from tests.engines.plants import Plant
from tests.truth import networks, queues
from tests.truth.figures import (
    DOWN,
    SETUP,
    WORKING,
    Case,
    Figure,
    lead,
    rate,
    state,
    wip,
)
from vtwin.base.draws import (
    constant,
    exponential,
    gamma,
    lognormal,
    uniform,
    weibull,
)
from vtwin.plant.primitives import PartAtFailure


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


MACHINES = [
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
    wearing(2, 8_000),
    wearing(3, 8_000),
    long_life(20_000),
    maintained("hours", 40_000),
    maintained("calendar", 40_000),
    maintained("cycles", 40_000),
    reworking(12_000),
]
