"""Plants that between them use every distribution and every feature, and hashes of what happens
in them: ``python -m tests.golden.traces`` writes ``traces.yaml`` anew. Look at the difference
before you commit it: a hash that changed means that plants do something else than before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.engines.plants import Plant, line
from vtwin.base.draws import (
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
from vtwin.engines.choose import engine
from vtwin.plant.primitives import CallRule, DispatchRule, PartAtFailure
from vtwin.plant.program import GrantRule
from vtwin.plant.trace import Trace

FILE = Path(__file__).with_name("traces.yaml")
COLUMNS = ("time", "kind", "entity", "item", "value")
DISTRIBUTIONS = (
    constant(1.1), exponential(0.9), uniform(0.3, 1.7), triangular(0.2, 0.9, 1.9),
    lognormal(1.0, 0.7), normal(1.0, 0.4), weibull(1.7, 1.1), gamma(1.0, 0.6), gamma(0.8, 1.4),
    erlang(3, 1.0), empirical([0.4, 0.7, 0.7, 1.3, 2.9]),
)  # fmt: skip
#: Two shifts a day of 1000 s, pauses in both.
SHIFTS = [(d + a, d + b) for d in range(0, 5000, 1000) for a, b in ((0, 180), (200, 400), (500, 900))]  # fmt: skip


def digest(trace: Trace) -> str:
    """SHA-256 of the columns one after another, as little-endian 64-bit integers."""
    made = hashlib.sha256()
    for column in COLUMNS:
        made.update(getattr(trace, column).astype("<i8").tobytes())
    return made.hexdigest()


def distributions() -> Plant:
    """A machine for each kind of distribution, one after another."""
    return line(list(DISTRIBUTIONS), 2, 2000.0)


def arrivals() -> Plant:
    """A source for each kind of distribution, at one station of two machines."""
    plant = Plant(horizon=4000.0).station("m", 2)
    for n, every in enumerate(DISTRIBUTIONS):
        name = f"p{n:02}"
        plant.product(name, {"op": "o", "on": "m", "cycle": DISTRIBUTIONS[-n].scaled(1.5)})
        plant.arrivals(name, every.scaled(10.0), due=5.0 + n)
    return plant


def failing() -> Plant:
    """Both clocks, all fates of the part in work, repairers with shifts and unequal speeds."""
    plant = line([gamma(1.0, 0.5), exponential(0.8), 1.0, uniform(0.5, 1.5)], [1, 0, 3], 5000.0)
    plant.calendars["day"] = SHIFTS
    plant.failure("s1", "jam", exponential(30), lognormal(4, 0.8))
    plant.failure("s1", "check", 97.0, 3.0, calendar=True)
    plant.failure(
        "s2", "jam", weibull(1.5, 50), gamma(5, 1.2), skill="fix", part=PartAtFailure.SCRAPPED
    )
    plant.failure(
        "s3", "wear", erlang(4, 60), normal(6, 2), skill="fix", part=PartAtFailure.REWORKED
    )
    plant.failure("s4", "power", exponential(200), 10.0, calendar=True, skill="electric")
    plant.worker("fitter#1", {"fix": 0.7}, calendar="day", pause=True)
    return plant.worker("fitter#2", {"fix": 1.3, "electric": 0.9}, calendar="day")  # fmt: skip


def jobs() -> Plant:
    """A job shop with set-ups, setters, operators and dispatch rules."""
    plant = Plant(horizon=4000.0, grant=GrantRule.DOWNSTREAM_FIRST)
    plant.setups["t"] = {
        "keys": ["a", "b", "c"],
        "times": {
            ("a", "b"): uniform(2, 4),
            ("b", "a"): 3.0,
            ("b", "c"): exponential(2),
            ("c", "a"): 5.0,
        },
        "skill": "set",
    }
    plant.station("cut", 3, rule=DispatchRule.LEAST_SETUP, setup="t", key="a")
    plant.station("mill", 2, rule=DispatchRule.SPT, input=4)
    plant.station("wash", rule=DispatchRule.EDD, output=2)
    for n, name in enumerate("abc"):
        plant.product(
            name,
            {"op": "1", "on": "cut", "cycle": exponential(1.0 + n), "key": name, "skill": "run"},
            {"op": "2", "on": "mill", "cycle": {"mill#1": 1.0 + n, "mill#2": gamma(2, 0.7)}},
            {"op": "3", "on": "wash", "cycle": uniform(0.2, 0.8), "scrap": 0.1},
            {"op": "4", "on": "mill", "cycle": triangular(0.1, 0.2, 1.0), "skill": "run"},
        ).arrivals(name, exponential(6.0), due=20.0 + 10 * n, lot=n + 1)
    plant.worker("crew#1", {"run": 1.0, "set": 0.8}).worker("crew#2", {"run": 0.85})
    return plant


def orders() -> Plant:
    """Orders in lots with priorities, due dates and replacement of scrap, and shared tools."""
    plant = Plant(horizon=3000.0)
    plant.tools.update({"die": 1, "mould": 2})
    plant.station("press", 3, rule=DispatchRule.PRIORITY, tool="mould").station("trim", input=0)
    plant.machines["press#3"]["tool"] = "die"
    for n, (name, tool) in enumerate((("x", "die"), ("y", "mould"), ("z", "mould"))):
        plant.product(
            name,
            {
                "op": "1",
                "on": "press",
                "cycle": weibull(2.0, 1.0),
                "tool": tool,
                "per_cycle": 2,
                "scrap": 0.15,
            },
            {"op": "2", "on": "trim", "cycle": 0.5, "scrap": 0.05},
        )
        for k in range(6):
            plant.order(
                f"{name}{k}",
                name,
                17 + 5 * k,
                lot=4,
                release=90.0 * k + n,
                due=400.0 + 60 * k,
                priority=k % 3,
                replace=bool(k % 2),
            )
    return plant  # fmt: skip


def loops() -> Plant:
    """Two closed loops that share people with breaks, machines that pause and that finish."""
    plant = Plant(horizon=5000.0, grant=GrantRule.LONGEST_WAIT)
    plant.calendars.update(day=SHIFTS, late=[(300, 1300), (1600, 4000)])
    plant.station("load", calendar="day").station("oven", 2, calendar="late", finish=True, input=2)
    plant.station("unload", output=1, input=3)
    for name, level in (("a", 5), ("b", 3)):
        plant.product(
            name,
            {"op": "1", "on": "load", "cycle": lognormal(1.0, 0.4), "skill": "hand"},
            {"op": "2", "on": "oven", "cycle": normal(2.0, 0.5)},
            {"op": "3", "on": "unload", "cycle": uniform(0.5, 1.0), "skill": "hand"},
        ).conwip(name, level)
    plant.worker("p#1", {"hand": 1.1}, calendar="day")
    return plant.worker("p#2", {"hand": 0.9}, calendar="late", pause=True)


def lattice() -> Plant:
    """Whole seconds everywhere, so that nearly everything ties."""
    plant = Plant(horizon=3000.0)
    plant.calendars["day"] = SHIFTS
    plant.station("a", 2, input=1).station("b", 2, input=0, calendar="day").station(
        "c", input=2, output=1
    )
    for name in "pq":
        plant.product(
            name,
            *(
                {"op": s, "on": s, "cycle": empirical([0.0, 1.0, 2.0, 3.0]), "skill": "run"}
                for s in "abc"
            ),
        )
        plant.arrivals(name, empirical([1.0, 2.0, 5.0]))
    plant.failure("a#1", "jam", empirical([5.0, 10.0]), empirical([1.0, 2.0]), skill="run")
    plant.failure("c", "jam", 20.0, 2.0, calendar=True)
    return plant.worker("w#1", ["run"]).worker("w#2", ["run"], calendar="day").worker("w#3", ["run"])  # fmt: skip


def stalling() -> Plant:
    """Two products that cross each other's way until neither can go on."""
    plant = Plant(horizon=1000.0).station("a", input=0).station("b", input=0)
    for name, way in (("p", "ab"), ("q", "ba")):
        plant.product(name, *({"op": s, "on": s, "cycle": exponential(1.0)} for s in way))
        plant.arrivals(name, exponential(3.0))
    return plant


def batches() -> Plant:
    """An oven that takes batches of two recipes, and supplies that fill them at once."""
    plant = Plant(horizon=4000.0).station("form").station("oven", 2, input=9, output=2)
    plant.station("pack", input=0).batch("oven/hot", 3, 6, 8.0).batch("oven/mild", 2, 4)
    for name, recipe, every in (("a", "hot", 2.0), ("b", "hot", 5.0), ("c", "mild", 3.0)):
        plant.product(
            name,
            {"op": "1", "on": "form", "cycle": exponential(0.7)},
            {
                "op": "2",
                "on": "oven",
                "cycle": gamma(9.0, 0.3),
                "batch": f"oven/{recipe}",
                "scrap": 0.05,
            },
            {"op": "3", "on": "pack", "cycle": uniform(0.3, 0.6)},
        ).arrivals(name, exponential(every))
    return plant.failure(
        "oven#1", "jam", exponential(80), lognormal(6, 0.5), part=PartAtFailure.SCRAPPED
    )


def assembly() -> Plant:
    """Two components made and one bought into a kit, on pallets that go round."""
    plant = Plant(horizon=4000.0).station("a", 2).station("b").station("join", 2, input=2)
    plant.station("test", input=1)
    plant.product("axle", {"op": "1", "on": "a", "cycle": lognormal(1.0, 0.5)}).saturated("axle")
    plant.product("body", {"op": "1", "on": "b", "cycle": weibull(2.0, 1.2), "scrap": 0.1})
    plant.saturated("body", lot=2).product("bolt").arrivals("bolt", 5.0, lot=30)
    plant.stock("axle", 4).stock("body", 3).stock("bolt", 60)
    plant.carriers["pallet"] = 4
    return plant.product(
        "cart",
        {
            "op": "1",
            "on": "join",
            "cycle": exponential(2.0),
            "kit": {"axle": 2, "body": 1, "bolt": 4},
            "takes": "pallet",
        },
        {
            "op": "2",
            "on": "test",
            "cycle": triangular(0.5, 1.0, 1.5),
            "scrap": 0.1,
            "returns": "pallet",
        },
    ).arrivals("cart", exponential(1.6))


def belts() -> Plant:
    """A furnace that stands still with its end, an accumulating conveyor, both with failures."""
    plant = Plant(horizon=4000.0).station("s", input=2)
    plant.station("furnace", belt=(12, 20.0, 1.5, False), input=1)
    plant.station("conveyor", belt=(8, 10.0, 0.5, True), input=0).station("t", 2, input=1)
    plant.product(
        "p",
        {"op": "1", "on": "s", "cycle": gamma(1.4, 0.7)},
        {"op": "2", "on": "furnace", "cycle": 20.0, "scrap": 0.02},
        {"op": "3", "on": "conveyor", "cycle": 10.0},
        {"op": "4", "on": "t", "cycle": exponential(3.2)},
    ).arrivals("p", exponential(2.0))
    plant.failure("furnace", "fire", exponential(200), uniform(5, 20), part=PartAtFailure.SCRAPPED)
    return plant.failure("conveyor", "jam", exponential(90), lognormal(4, 0.6), calendar=True)


def wear() -> Plant:
    """Dies that wear and are renewed, maintenance by cycles, by hours and by the calendar."""
    plant = Plant(horizon=4000.0)
    plant.tools["die"] = {"count": 2, "life": 37, "renew": lognormal(15, 0.4), "skill": "fit"}
    plant.tools["punch"] = {"count": 3, "life": 50, "renew": 9.0}
    plant.station("press", 3)
    for name, tool in (("x", "die"), ("y", "punch")):
        plant.product(
            name,
            {"op": "1", "on": "press", "cycle": weibull(3.0, 1.0), "tool": tool, "per_cycle": 2},
        )
        plant.arrivals(name, exponential(1.9), lot=3)
    plant.failure("press#1", "clean", None, uniform(2, 4), life=90, planned=True, skill="fit")
    plant.failure("press#2", "check", 120.0, 5.0, calendar=True, planned=True)
    plant.failure("press#3", "grease", 60.0, 3.0, planned=True)
    return plant.failure("press#3", "break", exponential(150), gamma(8, 1.1), skill="fit").worker(
        "f#1", {"fit": 0.9}
    )


def crews() -> Plant:
    """People who tend several machines, load, walk, miss shifts, hand over, and work in crews."""
    plant = Plant(horizon=5000.0)
    plant.calendars.update(
        day=[(d, d + 600) for d in range(0, 5000, 1000)],
        late=[(d + 500, d + 1000) for d in range(0, 5000, 1000)],
    )
    for n in range(3):
        plant.station(f"m{n}", input=3, at=(7.5 * n, 2.0 * n))
    plant.product(
        "p",
        {"op": "1", "on": "m0", "cycle": gamma(2.0, 0.4), "skill": "run", "heads": 2},
        {
            "op": "2",
            "on": "m1",
            "cycle": exponential(1.5),
            "skill": "run",
            "load": uniform(0.1, 0.4),
        },
        {"op": "3", "on": "m2", "cycle": erlang(2, 1.5), "skill": "run"},
    ).arrivals("p", exponential(3.0))
    plant.failure("m2", "jam", exponential(60), normal(5, 1), skill="run")
    plant.worker("w#1", {"run": 1.1}, calendar="day", tends=2, speed=1200, hand_over=True)
    plant.worker("w#2", {"run": 0.9}, calendar="late", tends=3, absence=0.3)
    plant.worker("w#3", {"run": 1.0}, calendar="day", pause=True, speed=900, absence=0.1)
    return plant.worker("w#4", ["run"], tends=2)


def vehicles() -> Plant:
    """Two fleets, one that answers the longest wait and one the nearest call, with little room."""
    plant = Plant(horizon=3000.0).station("a", 2, output=2).station("b", 2, input=1, output=1)
    plant.station("c")
    plant.fleet(
        "lift",
        {("n1", "n2"): 1.3, ("n2", "n3"): 0.7, ("n1", "n3"): 1.9, ("n3", "n1"): 2.2},
        {"a": "n1", "b": "n2", "c": "n3"},
        ["n1", "n3"],
        load=0.2,
        unload=0.3,
        rule=CallRule.NEAREST,
    )
    plant.fleet("cart", {("x", "y"): 2.5}, {"b": "x", "c": "y"}, ["y"], load=0.1)
    for name, way in (("p", "abc"), ("q", "acb")):
        plant.product(
            name,
            *(
                {
                    "op": s,
                    "on": s,
                    "cycle": gamma(1.8, 0.6),
                    **(
                        {} if s == "a" else {"fleet": "cart" if (name, s) == ("p", "c") else "lift"}
                    ),
                }
                for s in way
            ),
        ).arrivals(name, exponential(4.0))
    return plant.failure("b#1", "jam", exponential(50), lognormal(5, 0.5))


def traffic() -> Plant:
    """Two fleets that follow one another on one-way aisles, one of them with batteries."""
    plant = Plant(horizon=4000.0).station("a", 2, output=4).station("b", 2, output=9)
    plant.station("c", output=9)
    plant.zones = {"ab": 2, "bc": 1, "ca": 3, "plug": 1, "socket": 1}
    ab, bc, ca = ("ab", 1.1), ("bc", 0.8), ("ca", 2.3)
    legs = {
        ("a", "b"): [ab], ("b", "c"): [bc], ("c", "a"): [ca], ("a", "c"): [ab, bc],
        ("b", "a"): [bc, ca], ("c", "b"): [ca, (None, 0.2), ab],
    }  # fmt: skip
    at = {name: name for name in "abc"}
    chargers = [("a", "plug"), ("c", "socket")]
    battery = {"driving": 3, "standing": 1, "charging": 20, "low": 40, "until": 160, "content": [50, 90, 130, 160], "chargers": chargers}  # fmt: skip
    plant.fleet("agv", {}, at, ["a", "a", "b", "c"], legs=legs, load=0.3, unload=0.4, battery=battery)  # fmt: skip
    plant.fleet("cart", {}, at, ["c"], legs=legs, load=0.2, rule=CallRule.NEAREST)
    for name, way in (("p", "abc"), ("q", "acb")):
        cycle, fleet = gamma(1.9, 0.6), "agv" if name == "p" else "cart"
        steps = ({"op": s, "on": s, "cycle": cycle, "fleet": fleet} for s in way)
        plant.product(name, *steps).arrivals(name, exponential(7.0))
    return plant.failure("b#1", "jam", exponential(90), lognormal(5, 0.5))


def ways() -> Plant:
    """Branches, rework with a limit, samples, busy times, critical ratios and a stop."""
    plant = (
        Plant(horizon=6000.0)
        .station("a", 2, rule=DispatchRule.CRITICAL_RATIO)
        .station("b", input=4)
    )
    plant.station("lab", rule=DispatchRule.CRITICAL_RATIO)
    for n, name in enumerate(("p", "q")):
        plant.product(
            name,
            {"op": "1", "on": "a", "cycle": weibull(1.5, 1.0), "branches": [(0.15, "3")]},
            {
                "op": "2",
                "on": "b",
                "cycle": uniform(0.2, 0.9),
                "branches": [(0.2, "1", 2), (0.05, "out")],
            },
            {"op": "3", "on": "lab", "cycle": lognormal(1.0, 0.3), "sample": 4, "scrap": 0.02},
            {"op": "4", "on": "a", "cycle": exponential(0.5), "then": "out"},
        )
        plant.arrivals(
            name,
            exponential(2.4),
            due=12.0 + 9 * n,
            lot=1 + n,
            profile=(400.0, [(0.0, 130), (150.0, 40), (300.0, 0), (320.0, 110)]),
        )
    return plant.stop((None, 5500))


PLANTS: dict[str, Callable[[], Plant]] = {
    made.__name__: made
    for made in (
        distributions, arrivals, failing, jobs, orders, loops, lattice, stalling, batches, assembly,
        belts, wear, crews, vehicles, traffic, ways,
    )
}  # fmt: skip


def measured(name: str, plant: Plant) -> dict[str, object]:
    """Rows and hash of the trace of a plant's replication 0 on the engine called ``name``."""
    program = plant.program()
    trace = engine(name, program).simulate(program, 0, trace=True).trace
    assert trace is not None
    return {"rows": len(trace.time), "sha256": digest(trace)}


if __name__ == "__main__":
    found = {name: measured("reference", make()) for name, make in PLANTS.items()}
    head = (
        "# Hashes of traces, written by `python -m tests.golden.traces`; equal on every machine.\n"
    )
    FILE.write_text(head + yaml.safe_dump(found, sort_keys=False), encoding="utf-8")
