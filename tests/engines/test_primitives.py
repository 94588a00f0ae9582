"""Every primitive, field by field, means something in both engines, and the same in both.

One case for each field and each word of an enumeration: a small plant, and the same plant with
just that field changed. Both engines must give one trace for each of the two plants, and the two
must differ: a field that an engine does not look at, or a primitive without a case, fails here.
"""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engines.plants import Plant, line
from vtwin.base.draws import constant, empirical, exponential
from vtwin.engines.choose import engine as choose
from vtwin.engines.kernel.coverage import unsupported
from vtwin.plant import primitives
from vtwin.plant import program as programs
from vtwin.plant.primitives import (
    NEVER,
    NONE,
    OUT,
    Branch,
    CallRule,
    DispatchRule,
    FailureClock,
    MachineState,
    PartAtFailure,
    Profile,
    ReleaseKind,
    ShiftEnd,
    StopKind,
)
from vtwin.plant.program import GrantRule, Program, Stop

S = 10**9
SEMANTICS = Path(__file__).parents[2] / "docs" / "semantics.md"

#: Names, numbers of other records, and tables: they make up the plant, every case uses them.
STRUCTURE = {
    *("Band.name", "Batch.name", "Belt.name", "Branch.operation", "Calendar.name", "Carrier.name"),
    *("Failure.name", "Fleet.name", "Fleet.nodes", "Kit.stock", "Machine.name"),
    *("Machine.station", "Machine.failures", "Mode.machine", "Operation.name"),
    *("Operation.product", "Operation.step", "Operation.station", "Order.name"),
    *("Order.product", "Product.name", "Profile.name", "SetupTable.name", "SetupTable.keys"),
    *("Source.name", "Source.product", "Station.name", "Station.machines", "Stock.name"),
    *("Stock.product", "Tool.name", "Vehicle.name", "Vehicle.fleet", "Worker.name"),
    *("Worker.group", "Stop.product", "Curve.name", "Zone.name"),
}
#: What people read beside the results; no engine knows them.
BESIDE = {
    *("Band.label", "Band.price", "Band.month", "Band.month_days", "Band.billed"),
    *("Machine.cost_per_h", "Mode.planned_s", "Product.material_cost"),
    *("Product.target_per_day", "Worker.cost_per_h", "RunSpec.replications", "RunSpec.start"),
    *("Worker.overtime_premium", "Worker.night_premium", "Worker.training_cost_per_day"),
    *("Cause.name", "Cause.share", "Material.name", "Material.lot"),
    *("Operation.causes", "Product.material", "Battery.capacity", "Battery.kwh"),
}
#: Only the reference engine has it; the kernel declines it by name.
REFERENCE_ONLY = {"Machine.custom"}

Change = Callable[[Program], Program]


@dataclass(frozen=True)
class Case:
    """A plant, one change, and the rules that say what it does."""

    rules: tuple[str, ...]
    plant: Callable[[], Plant]
    change: Change


def edit(table: str, name: str | int, **changed: Any) -> Change:
    """Change fields of one record: by name, or by number."""

    def change(program: Program) -> Program:
        rows = list(getattr(program, table))
        at = name if isinstance(name, int) else [row.name for row in rows].index(name)
        rows[at] = replace(rows[at], **changed)
        return replace(program, **{table: tuple(rows)})

    return change


def run(**changed: Any) -> Change:
    """Change fields of the run."""
    return lambda program: replace(program, run=replace(program.run, **changed))


def time(table: str, name: str, field: str, value: Any) -> Change:
    """Change a time that is a number of a distribution."""

    def change(program: Program) -> Program:
        more = replace(program, distributions=(*program.distributions, constant(value)))
        return edit(table, name, **{field: len(program.distributions)})(more)

    return change


def mode(operation: str, value: float) -> Change:
    """Change the cycle of an operation's first mode."""

    def change(program: Program) -> Program:
        more = replace(program, distributions=(*program.distributions, constant(value)))
        (op,) = (o for o in program.operations if o.name == operation)
        first = replace(op.modes[0], cycle=len(program.distributions))
        return edit("operations", operation, modes=(first, *op.modes[1:]))(more)

    return change


# -- plants ----------------------------------------------------------------------------------


def two() -> Plant:
    """Two stations, the second slower."""
    return line([2.0, 3.0], 2, 60.0)


def shop(**keys: Any) -> Plant:
    """One machine, two products that come in now and then."""
    plant = Plant(horizon=120.0).station("m", **keys)
    for name, cycle in (("x", 2.0), ("y", 5.0)):
        plant.product(name, {"op": "1", "on": "m", "cycle": cycle})
    return plant.arrivals("x", 6.0, due=30).arrivals("y", 9.0, due=5)


def ordered(**keys: Any) -> Plant:
    """Orders that wait in one queue."""
    plant = shop(**keys)
    plant.sources.clear()
    plant.order("A", "x", 8, lot=4, due=90, priority=0)
    plant.order("B", "y", 6, lot=2, due=20, priority=2)
    return plant.order("C", "x", 3, due=60, priority=1, release=4)


def set_up() -> Plant:
    plant = ordered(setup="t", key="a")
    times = {("a", "b"): 3.0, ("b", "a"): 1.0}
    plant.setups["t"] = {"keys": ["a", "b"], "times": times, "skill": "set"}
    for product, key in (("x", "a"), ("y", "b")):
        plant.products[product][0]["key"] = key
    for n in (1, 2):
        plant.worker(f"w#{n}", ["set"], calendar="day")
    plant.calendars["day"] = [(0, 20), (30, 120)]
    return plant


def failing(**keys: Any) -> Plant:
    plant = with_day(two()).failure("s1", "jam", 7.0, 4.0, **{"skill": "fix", **keys})
    plant.worker("w#1", {"fix": 1.0})
    return plant.worker("w#2", {"fix": 0.5}, calendar="day").failure("s2", "b", 11.0, 2.0)


def with_day(plant: Plant) -> Plant:
    plant.calendars.setdefault("day", [(0, 20), (30, 55), (70, 120)])
    return plant


def manned(**worker: Any) -> Plant:
    """Three machines far from one another, two people."""
    plant = with_day(Plant(horizon=120.0))
    for n, name in enumerate("abc"):
        plant.station(name, input=2, at=(5 * n, n))
    steps = [
        {"op": n, "on": n, "cycle": c, "skill": "run"}
        for n, c in zip("abc", (3, 2, 4), strict=True)
    ]
    plant.product("x", *steps).saturated("x")
    plant.worker("w#1", {"run": 1.0}, **worker)
    return plant.worker("w#2", {"run": 1.0, "more": 1.0})


def learning() -> Plant:
    """One who learns beside another, who is there longer than his shift."""
    plant = manned(calendar="day", learns={"run": "w/run"}).worker("v", ["run"])
    plant.workers["w#2"] |= {"teaches": ["run"], "calendar": "day", "night": (5, 41)}
    plant.curves["w/run"] = ([(0, 500), (2, 750), (5, 1000)], 4, 2)
    return plant


def tooled(**tool: Any) -> Plant:
    plant = ordered().station("n")
    plant.tools["die"] = {"count": 2, "life": 3, "renew": 6.0, **tool}
    plant.tools["jig"] = 1
    plant.machines["m"]["tool"] = "jig"
    plant.products["x"] += [{"op": "2", "on": "n", "cycle": 3.0, "tool": "die"}]
    for product in ("x", "y"):
        plant.products[product][0]["tool"] = "die" if product == "x" else "jig"
    return plant.worker("w", ["fix"])


def batched() -> Plant:
    plant = Plant(horizon=120.0).station("oven", count=2, input=6).station("out", input=1)
    bake = {"op": "bake", "on": "oven", "cycle": 7.0, "batch": "oven/r"}
    plant.product("x", bake, {"op": "out", "on": "out", "cycle": 1.0})
    plant.batch("oven/r", 2, 4, 5.0)
    return plant.arrivals("x", empirical([1.0, 2.0, 6.0]))


def belted() -> Plant:
    plant = Plant(horizon=120.0).station("in").station("belt", input=1, belt=(3, 5, 1, True))
    plant.station("out", input=0)
    steps = [("in", 1.0), ("belt", 5.0), ("out", empirical([1.0, 2.0, 9.0]))]
    plant.product("x", *({"op": n, "on": n, "cycle": c} for n, c in steps))
    return plant.saturated("x")


def joined() -> Plant:
    plant = Plant(horizon=120.0).station("part").station("join")
    plant.product("c", {"op": "make", "on": "part", "cycle": 1.0}).stock("c", 4)
    plant.product("x", {"op": "join", "on": "join", "cycle": 3.0, "kit": {"c": 2}})
    return plant.saturated("c").saturated("x")


def looped() -> Plant:
    plant = line([2.0, 3.0, 2.0], 5, 120.0)
    plant.carriers["pallet"] = 2
    plant.products["part"][0]["takes"] = "pallet"
    plant.products["part"][2]["returns"] = "pallet"
    return plant


def paired() -> Plant:
    """Two kinds of carriers, both taken and given back at once."""
    plant = looped()
    plant.carriers["jig"] = 1
    plant.products["part"][0]["takes"] = ["jig", "pallet"]
    plant.products["part"][1]["returns"] = ["jig", "pallet"]
    plant.products["part"][2].pop("returns")
    return plant


def driven() -> Plant:
    plant = line([2.0, 2.0, 2.0], 1, 120.0)
    at = {"s1": "p", "s2": "q", "s3": "r"}
    ways = {("p", "q"): 3.0, ("q", "r"): 4.0, ("p", "r"): 6.0}
    plant.fleet("cart", ways, at, ["p", "r"], load=1, unload=1)
    for step in plant.products["part"][1:]:
        step["fleet"] = "cart"
    return plant


def surging() -> Plant:
    plant = with_day(line([3.0, 2.0], 2, 120.0))
    plant.demand = 10.0
    power = {MachineState.WORKING: 5.0, MachineState.STARVED: 1.0}
    plant.machines["s1"] |= {"calendar": "day", "power": power, "surge_kw": 20.0, "surge": 3.0}
    return plant


def banded() -> Plant:
    plant = surging()
    plant.bands = [(0, 0), (20, 1), (35, 0), (80, 1)]
    return plant


def scrapping() -> Plant:
    plant = ordered()
    plant.products["x"][0]["scrap"] = 0.3
    return plant


def restarting() -> Plant:
    """Scrap after each set-up and each stop of more than two seconds."""
    plant = set_up().failure("m", "jam", 7.0, 4.0)
    plant.machines["m"]["restart"] = (1, 2)
    return plant


def warming() -> Plant:
    """A warm-up after each stop of more than two seconds."""
    plant = restarting()
    plant.machines["m"]["warming"] = (2, 2)
    return plant


def fanned() -> Plant:
    """More claims than people, some old and far from done, some young and nearly done."""
    plant = Plant(horizon=120.0)
    for name in "abc":
        plant.station(name, count=2, input=3)
    steps = [
        {"op": n, "on": n, "cycle": c, "skill": "run"}
        for n, c in zip("abc", (2, 3, 2), strict=True)
    ]
    plant.product("x", *steps).arrivals("x", empirical([1.0, 2.0, 5.0]))
    return plant.worker("w#1", {"run": 1.0}).worker("w#2", {"run": 0.7})


def told_apart() -> Plant:
    """Two orders of one product, the second only on the second machine."""
    plant = Plant(horizon=120.0).station("m", count=2).station("n")
    plant.product("x", {"op": "1", "on": "m", "cycle": {"m#1": 3.0, "m#2": 5.0}},
                  {"op": "2", "on": "n", "cycle": 2.0})  # fmt: skip
    return plant.order("A", "x", 7).order("B", "x", 4, on={"1": ["m#2"]})


def ageing() -> Plant:
    """Parts that wait longer and longer, and may not wait for ever."""
    plant = line([1.0, 3.0, 1.0], 5, 120.0)
    plant.products["part"][1] |= {"shelf": 7.0}
    return plant


def calling() -> Plant:
    plant = driven()
    plant.fleets["cart"]["start"] = ["r"]
    return plant


def congested(chargers: int = 1) -> Plant:
    """Three vehicles in a ring of one-way aisles, with batteries."""
    plant = driven()
    plant.zones = {"pq": 1, "qr": 2, "rp": 1, "c1": 1, "c2": 1}
    p_q, q_r, r_p = ("pq", 3), ("qr", 4), ("rp", 2)
    legs = {
        ("p", "q"): [p_q], ("q", "r"): [q_r], ("r", "p"): [r_p], ("p", "r"): [p_q, q_r],
        ("q", "p"): [q_r, r_p], ("r", "q"): [r_p, p_q],
    }  # fmt: skip
    battery = {"driving": 1, "standing": 1, "charging": 4, "low": 5, "until": 20, "content": [9, 20, 14]}  # fmt: skip
    battery["chargers"] = [("r", "c1"), ("p", "c2")][:chargers]
    plant.fleets["cart"] |= {"ways": {}, "legs": legs, "start": ["p", "r", "p"], "battery": battery}
    return plant


def battery(**changed: Any) -> Change:
    """Change fields of the first fleet's battery."""

    def change(program: Program) -> Program:
        made = program.fleets[0].battery
        assert made is not None
        return edit("fleets", 0, battery=replace(made, **changed))(program)

    return change


def leg(**changed: Any) -> Change:
    """Change fields of the first leg from the first node to the second."""

    def change(program: Program) -> Program:
        ways = [list(row) for row in program.fleets[0].ways]
        first, *others = ways[0][1]
        ways[0][1] = (replace(first, **changed), *others)
        return edit("fleets", 0, ways=tuple(tuple(row) for row in ways))(program)

    return change


def _shares(program: Program) -> Program:
    return edit("operations", "part/op1", branches=(Branch(0.5, 2),))(program)


def reworked() -> Plant:
    return line([2.0, 3.0, 2.0], 5, 120.0)


def back(most: int = -1, share: float = 0.4) -> Change:
    return edit("operations", "part/op3", branches=(Branch(share, 0, most),))


def profiled(program: Program) -> Program:
    added = Profile("p", 40 * S, ((0, 100), (20 * S, 300)))
    more = replace(program, profiles=(added,))
    return edit("sources", "x:arrivals", profile=0)(more)


def after(first: Change, then: Change) -> Change:
    return lambda program: then(first(program))


def handed(program: Program) -> Program:
    return edit("workers", "w#1", shift_end=ShiftEnd.HAND_OVER)(program)


def dispatch(rule: DispatchRule) -> Change:
    return edit("stations", "m", rule=rule)


def _speeds(program: Program) -> Program:
    return edit("workers", "w#1", speeds=(0.5,))(program)


def _conwip() -> Plant:
    plant = two()
    plant.sources.clear()
    return plant.conwip("part", 3)


def _cells(program: Program) -> Program:
    (table,) = program.setups
    return edit("setups", "t", cell=((NONE, NONE), table.cell[1]))(program)


def _pair() -> Plant:
    """Two machines that two people run; one of them may do more."""
    plant = Plant(horizon=60.0).station("s", count=2)
    plant.product("x", {"op": "1", "on": "s", "cycle": 2.0, "skill": "a run"}).saturated("x")
    plant.failure("s#1", "jam", 20.0, 1.0, skill="b fix", calendar=True)
    return plant.worker("w#1", {"a run": 1.0}).worker("w#2", {"a run": 0.5, "b fix": 0.7})


def attended(**keys: Any) -> Change:
    """Other people on the first machine than on the second."""

    def change(program: Program) -> Program:
        first, *others = program.operations[0].modes
        here = replace(first, attended=primitives.Attendance(**keys))
        return edit("operations", "x/1", modes=(here, *others))(program)

    return change


CASES: dict[str, Case] = {
    "Batch.least": Case(("S-120",), batched, edit("batches", 0, least=3)),
    "Batch.most": Case(("S-120", "S-121"), batched, edit("batches", 0, most=3)),
    "Batch.wait": Case(("S-120", "S-122"), batched, edit("batches", 0, wait=1 * S)),
    "Belt.places": Case(("S-141",), belted, edit("belts", 0, places=2)),
    "Belt.travel": Case(("S-140", "S-142"), belted, edit("belts", 0, travel=8 * S)),
    "Belt.pitch": Case(("S-141", "S-143"), belted, edit("belts", 0, pitch=3 * S)),
    "Belt.accumulating": Case(("S-140", "S-142"), belted, edit("belts", 0, accumulating=False)),
    "Branch.share": Case(("S-83",), reworked, back(share=0.9)),
    "Branch.most": Case(("S-84",), reworked, back(most=1)),
    "CallRule.LONGEST_WAIT": Case(
        ("S-151",),
        lambda: _ruled(calling(), CallRule.NEAREST),
        edit("fleets", 0, rule=CallRule.LONGEST_WAIT),
    ),
    "CallRule.NEAREST": Case(("S-151",), calling, edit("fleets", 0, rule=CallRule.NEAREST)),
    "Calendar.open": Case(("S-12",), surging, edit("calendars", "day", open=((0, 50 * S),))),
    "Calendar.resumes": Case(
        ("S-117",),
        lambda: _seeded(3, manned(calendar="day", absence=0.5)),
        edit("calendars", "day", resumes=(30 * S, 70 * S)),
    ),
    "Carrier.count": Case(("S-134",), looped, edit("carriers", 0, count=1)),
    "Failure.after": Case(("S-44",), failing, edit("failures", "s1/jam", after=constant(5.0))),
    "Failure.clock": Case(
        ("S-44",), failing, edit("failures", "s1/jam", clock=FailureClock.CALENDAR)
    ),
    "Failure.repair": Case(("S-46",), failing, edit("failures", "s1/jam", repair=constant(9.0))),
    "Failure.skill": Case(("S-46",), failing, edit("failures", "s1/jam", skill=NONE)),
    "Failure.part": Case(
        ("S-45",), failing, edit("failures", "s1/jam", part=PartAtFailure.SCRAPPED)
    ),
    "Failure.heads": Case(("S-111",), failing, edit("failures", 0, heads=2)),
    "Failure.life": Case(("S-100",), lambda: failing(life=4), edit("failures", 0, life=6)),
    "Failure.planned": Case(("S-101",), failing, edit("failures", "s1/jam", planned=True)),
    "FailureClock.OPERATING": Case(
        ("S-44",),
        lambda: failing(calendar=True),
        edit("failures", 0, clock=FailureClock.OPERATING),
    ),
    "FailureClock.CALENDAR": Case(
        ("S-44",), failing, edit("failures", 0, clock=FailureClock.CALENDAR)
    ),
    "FailureClock.CYCLES": Case(
        ("S-100",), failing, edit("failures", 0, clock=FailureClock.CYCLES, life=2)
    ),
    "Fleet.travel": Case(("S-152",), driven, edit("fleets", 0, travel=((0, 9 * S, 9 * S),) * 3)),
    "Fleet.load": Case(("S-152",), driven, edit("fleets", 0, load=2 * S)),
    "Fleet.unload": Case(("S-152",), driven, edit("fleets", 0, unload=3 * S)),
    "Fleet.rule": Case(("S-151",), calling, edit("fleets", 0, rule=CallRule.NEAREST)),
    "Fleet.ways": Case(("S-154", "S-155"), congested, edit("fleets", 0, ways=(), battery=None)),
    "Fleet.battery": Case(("S-158",), congested, edit("fleets", 0, battery=None)),
    "Zone.room": Case(("S-154",), congested, edit("zones", "pq", room=2)),
    "Leg.zone": Case(("S-155",), congested, leg(zone=NONE)),
    "Leg.ticks": Case(("S-155",), congested, leg(ticks=9 * S)),
    "Battery.driving": Case(("S-158",), congested, battery(driving=2)),
    "Battery.standing": Case(("S-158",), congested, battery(standing=0)),
    "Battery.charging": Case(("S-159",), congested, battery(charging=1)),
    "Battery.low": Case(("S-158",), congested, battery(low=9 * S)),
    "Battery.until": Case(("S-159",), congested, battery(until=40 * S)),
    "Battery.chargers": Case(
        ("S-158",),
        lambda: congested(2),
        lambda p: battery(chargers=p.fleets[0].battery.chargers[:1])(p),
    ),
    "Charger.node": Case(("S-159",), congested, battery(chargers=(primitives.Charger(0, 0),))),
    "Charger.zone": Case(("S-159",), congested, battery(chargers=(primitives.Charger(2, 2),))),
    "Vehicle.content": Case(("S-158",), congested, edit("vehicles", 0, content=20 * S)),
    "Kit.pieces": Case(
        ("S-129",), joined, edit("operations", "x/join", kit=(primitives.Kit(0, 3),))
    ),
    "Machine.calendar": Case(("S-12",), surging, edit("machines", "s2", calendar=0)),
    "Machine.shift_end": Case(
        ("S-12",), surging, edit("machines", "s1", shift_end=ShiftEnd.FINISH)
    ),
    "Machine.setup": Case(("S-33",), set_up, edit("machines", "m", setup=NONE)),
    "Machine.initial_key": Case(("S-33",), set_up, edit("machines", "m", initial_key=1)),
    "Machine.initial_tool": Case(("S-41",), tooled, edit("machines", "n", initial_tool=0)),
    "Machine.power_kw": Case(("S-160",), surging, edit("machines", "s1", power_kw=(9.0,) * 7)),
    "Machine.belt": Case(("S-140",), belted, edit("machines", "belt", belt=NONE)),
    "Machine.x": Case(("S-114",), lambda: manned(speed=1000), edit("machines", "c", x=30_000)),
    "Machine.y": Case(("S-114",), lambda: manned(speed=1000), edit("machines", "c", y=30_000)),
    "Machine.surge_kw": Case(("S-161",), surging, edit("machines", "s1", surge_kw=90.0)),
    "Machine.fuel_price": Case(("S-160",), surging, edit("machines", "s1", fuel_price=65.0)),
    "Machine.surge": Case(("S-161",), surging, edit("machines", "s1", surge=5 * S)),
    "Machine.restart": Case(("S-36",), restarting, edit("machines", "m", restart=3)),
    "Machine.patience": Case(("S-36",), restarting, edit("machines", "m", patience=9 * S)),
    "Machine.warm_up": Case(("S-37",), warming, edit("machines", "m", warm_up=3 * S)),
    "Machine.cools": Case(("S-37",), warming, edit("machines", "m", cools=12 * S)),
    "Mode.attended": Case(("S-38",), _pair, attended()),
    "Attendance.skill": Case(("S-38",), _pair, attended(skill=1)),
    "Attendance.heads": Case(("S-38", "S-111"), _pair, attended(skill=0, heads=2)),
    "Attendance.load": Case(("S-38", "S-113"), _pair, attended(skill=0, load=0)),
    "Mode.cycle": Case(("S-31",), two, mode("part/op2", 5.0)),
    "Operation.modes": Case(
        ("S-25",),
        lambda: _parallel(),
        lambda p: edit("operations", "part/op1", modes=p.operations[0].modes[1:])(p),
    ),
    "Operation.pieces_per_cycle": Case(
        ("S-31",), ordered, edit("operations", "x/1", pieces_per_cycle=2)
    ),
    "Operation.setup_key": Case(("S-33",), set_up, edit("operations", "y/1", setup_key=0)),
    "Operation.tool": Case(("S-41",), tooled, edit("operations", "x/2", tool=NONE)),
    "Operation.skill": Case(("S-34",), manned, edit("operations", "x/b", skill=NONE)),
    "Operation.scrap": Case(("S-35",), scrapping, edit("operations", "x/1", scrap=0.9)),
    "Operation.then": Case(("S-82",), reworked, edit("operations", "part/op2", then=OUT)),
    "Operation.branches": Case(("S-83",), reworked, _shares),
    "Operation.sample": Case(("S-85",), reworked, edit("operations", "part/op2", sample=3)),
    "Operation.heads": Case(("S-111",), manned, edit("operations", "x/b", heads=2)),
    "Operation.load": Case(("S-113",), manned, time("operations", "x/b", "load", 1.0)),
    "Operation.batch": Case(("S-120",), batched, edit("operations", "x/bake", batch=NONE)),
    "Operation.kit": Case(("S-129",), joined, edit("operations", "x/join", kit=())),
    "Operation.takes": Case(("S-134",), looped, edit("operations", "part/op1", takes=NONE)),
    "Operation.returns": Case(("S-135",), looped, edit("operations", "part/op2", returns=0)),
    "Operation.takes_too": Case(("S-138",), paired, edit("operations", "part/op1", takes_too=())),
    "Operation.returns_too": Case(
        ("S-135", "S-138"), paired, edit("operations", "part/op2", returns_too=())
    ),
    "Operation.shelf": Case(("S-86",), ageing, edit("operations", "part/op2", shelf=9 * S)),
    "Operation.stale": Case(("S-86",), ageing, edit("operations", "part/op2", stale=0)),
    "Operation.fleet": Case(("S-150",), driven, edit("operations", "part/op2", fleet=NONE)),
    "Order.quantity": Case(("S-61",), ordered, edit("orders", "A", quantity=9)),
    "Order.lot": Case(("S-61",), ordered, edit("orders", "A", lot=2)),
    "Order.release": Case(("S-61",), ordered, edit("orders", "C", release=9 * S)),
    "Order.due": Case(
        ("S-25",), lambda: ordered(rule=DispatchRule.EDD), edit("orders", "A", due=1)
    ),
    "Order.priority": Case(
        ("S-25",), lambda: ordered(rule=DispatchRule.PRIORITY), edit("orders", "A", priority=9)
    ),
    "Order.begins": Case(("S-180",), told_apart, edit("orders", "A", begins=1)),
    "Operation.stands_for": Case(
        ("S-181",), told_apart, edit("operations", "x/1@m#2", stands_for=NONE)
    ),
    "Order.replace_scrap": Case(("S-65",), scrapping, edit("orders", "A", replace_scrap=False)),
    "Product.route": Case(("S-64",), two, edit("products", 0, route=(0,))),
    "Product.stock": Case(
        ("S-127",),
        joined,
        after(edit("operations", "x/join", kit=()), edit("products", "c", stock=NONE)),
    ),
    "Profile.period": Case(
        ("S-88",),
        lambda: shop(),
        after(profiled, edit("profiles", 0, period=30 * S)),
    ),
    "Profile.steps": Case(
        ("S-88",), lambda: shop(), after(profiled, edit("profiles", 0, steps=((0, 200),)))
    ),
    "SetupTable.cell": Case(("S-33",), set_up, _cells),
    "SetupTable.skill": Case(("S-33",), set_up, edit("setups", "t", skill=NONE)),
    "SetupTable.heads": Case(("S-111",), set_up, edit("setups", "t", heads=2)),
    "ShiftEnd.PAUSE": Case(
        ("S-54",),
        lambda: manned(calendar="day"),
        edit("workers", "w#1", shift_end=ShiftEnd.PAUSE),
    ),
    "ShiftEnd.FINISH": Case(
        ("S-54",),
        lambda: manned(calendar="day", pause=True),
        edit("workers", "w#1", shift_end=ShiftEnd.FINISH),
    ),
    "ShiftEnd.HAND_OVER": Case(("S-118",), lambda: manned(calendar="day"), handed),
    "Source.kind": Case(("S-62", "S-63"), _conwip, edit("sources", 0, kind=ReleaseKind.SATURATED)),
    "Source.interval": Case(("S-62",), shop, time("sources", "x:arrivals", "interval", 7.0)),
    "Source.level": Case(("S-62",), _conwip, edit("sources", 0, level=1)),
    "Source.lot": Case(("S-62",), shop, edit("sources", "x:arrivals", lot=2)),
    "Source.due_after": Case(
        ("S-25",),
        lambda: shop(rule=DispatchRule.EDD),
        edit("sources", "y:arrivals", due_after=NEVER),
    ),
    "Source.profile": Case(("S-88",), shop, profiled),
    "Station.input": Case(("S-21", "S-22"), two, edit("stations", "s2", input=0)),
    "Station.output": Case(("S-24",), two, edit("stations", "s1", output=2)),
    "Station.rule": Case(("S-25",), ordered, dispatch(DispatchRule.EDD)),
    "Station.nodes": Case(("S-152",), driven, edit("stations", "s2", nodes=(2,))),
    "Stock.places": Case(("S-127",), joined, edit("stocks", 0, places=3)),
    "Stop.kind": Case(
        ("S-95",),
        ordered,
        run(stop=(Stop(StopKind.ORDERS_DONE),)),
    ),
    "Stop.pieces": Case(("S-95",), two, run(stop=(Stop(StopKind.GOOD_PIECES, NONE, 5),))),
    "Tool.count": Case(("S-41",), tooled, edit("tools", "die", count=1)),
    "Tool.life": Case(("S-106",), tooled, edit("tools", "die", life=5)),
    "Tool.renew": Case(("S-106",), tooled, time("tools", "die", "renew", 30.0)),
    "Tool.skill": Case(("S-106",), tooled, edit("tools", "die", skill=0)),
    "Vehicle.node": Case(("S-152",), driven, edit("vehicles", 0, node=2)),
    "Worker.skills": Case(("S-51",), manned, edit("workers", "w#2", skills=(0,), speeds=(1.0,))),
    "Worker.speeds": Case(("S-52",), manned, _speeds),
    "Worker.calendar": Case(("S-54",), manned, edit("workers", "w#1", calendar=0)),
    "Worker.shift_end": Case(("S-118",), lambda: manned(calendar="day"), handed),
    "Worker.tends": Case(("S-110",), manned, edit("workers", "w#1", tends=2)),
    "Worker.absence": Case(
        ("S-117",), lambda: manned(calendar="day"), edit("workers", "w#1", absence=0.999)
    ),
    "Worker.learns": Case(("S-56",), learning, edit("workers", "w#1", learns=())),
    "Worker.teaches": Case(("S-56", "S-57"), learning, edit("workers", "w#2", teaches=())),
    "Worker.night_from": Case(("S-59",), learning, edit("workers", "w#2", night_from=60 * S)),
    "Worker.night": Case(("S-59",), learning, edit("workers", "w#2", night=0)),
    "Curve.steps": Case(("S-56",), learning, edit("curves", 0, steps=((0, 400), (3, 900)))),
    "Curve.alone": Case(("S-57",), learning, edit("curves", 0, alone=0)),
    "Curve.beside": Case(("S-56",), learning, edit("curves", 0, beside=1)),
    "Worker.speed": Case(("S-114",), manned, edit("workers", "w#1", speed=500)),
    "GrantRule.CLOSEST_TO_DONE": Case(
        ("S-51",),
        lambda: _granting(GrantRule.LONGEST_WAIT),
        lambda p: replace(p, grant=GrantRule.CLOSEST_TO_DONE),
    ),
    "GrantRule.LONGEST_WAIT": Case(
        ("S-51",), fanned, lambda p: replace(p, grant=GrantRule.LONGEST_WAIT)
    ),
    "GrantRule.DOWNSTREAM_FIRST": Case(
        ("S-51",), fanned, lambda p: replace(p, grant=GrantRule.DOWNSTREAM_FIRST)
    ),
    "PartAtFailure.KEPT": Case(
        ("S-45",),
        lambda: failing(part=PartAtFailure.REWORKED),
        edit("failures", 0, part=PartAtFailure.KEPT),
    ),
    "PartAtFailure.REWORKED": Case(
        ("S-45",), failing, edit("failures", 0, part=PartAtFailure.REWORKED)
    ),
    "PartAtFailure.SCRAPPED": Case(
        ("S-45",), failing, edit("failures", 0, part=PartAtFailure.SCRAPPED)
    ),
    "ReleaseKind.SATURATED": Case(
        ("S-63",), _conwip, edit("sources", 0, kind=ReleaseKind.SATURATED)
    ),
    "ReleaseKind.ARRIVALS": Case(
        ("S-62",), two, edit("sources", 0, kind=ReleaseKind.ARRIVALS, interval=0)
    ),
    "ReleaseKind.CONWIP": Case(
        ("S-62",), two, edit("sources", 0, kind=ReleaseKind.CONWIP, level=1)
    ),
    "StopKind.ORDERS_DONE": Case(("S-95",), ordered, run(stop=(Stop(StopKind.ORDERS_DONE),))),
    "StopKind.GOOD_PIECES": Case(("S-95",), two, run(stop=(Stop(StopKind.GOOD_PIECES, 0, 3),))),
    "RunSpec.horizon": Case(("S-01",), two, run(horizon=70 * S)),
    "RunSpec.warmup": Case(("S-70",), two, run(warmup=11 * S)),
    "RunSpec.seed": Case(("S-07",), batched, run(seed=8)),
    "RunSpec.bin": Case(("S-72",), two, run(bin=7 * S)),
    "RunSpec.stop": Case(("S-95",), two, run(stop=(Stop(StopKind.GOOD_PIECES, NONE, 5),))),
    "RunSpec.bands": Case(("S-164",), banded, run(bands=((0, 1), (35 * S, 0)))),
    "RunSpec.demand": Case(("S-163",), surging, run(demand=15 * S)),
    **{
        f"DispatchRule.{rule.name}": Case(
            ("S-25",),
            lambda rule=rule: _queue(
                DispatchRule.EDD if rule is DispatchRule.FIFO else DispatchRule.FIFO
            ),
            edit("stations", "m", rule=rule),
        )
        for rule in DispatchRule
    },
}


def _ruled(plant: Plant, rule: CallRule) -> Plant:
    plant.fleets["cart"]["rule"] = rule
    return plant


def _seeded(seed: int, plant: Plant) -> Plant:
    plant.seed = seed
    return plant


def _parallel() -> Plant:
    plant = Plant(horizon=60.0).station("s1", count=2)
    return plant.product("part", {"op": "op1", "on": "s1", "cycle": 2.0}).saturated("part")


def _granting(rule: GrantRule) -> Plant:
    plant = fanned()
    plant.grant = rule
    return plant


def _queue(rule: DispatchRule) -> Plant:
    """A queue every rule empties in its own order."""
    plant = set_up()
    plant.stations["m"]["rule"] = rule
    return plant.order("D", "y", 2, due=40, priority=3, release=1)


# -- the tests -------------------------------------------------------------------------------


def members() -> set[str]:
    """Every field of every record and every word of every enumeration of the primitives."""
    found = set()
    for module in (primitives, programs):
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ != module.__name__ or kind in (Program, MachineState):
                continue
            if is_dataclass(kind):
                found |= {f"{name}.{field.name}" for field in fields(kind)}
            elif issubclass(kind, enum.Enum):
                found |= {f"{name}.{member.name}" for member in kind}
    return found


def test_primitives_when_enumerated_then_each_has_a_case():
    told = set(CASES) | STRUCTURE | BESIDE | REFERENCE_ONLY
    assert members() - told == set()
    assert told - members() == set()


def test_tables_of_a_program_when_enumerated_then_each_is_made_of_primitives_with_cases():
    kinds = {name.split(".")[0] for name in CASES}
    singular = {
        "batches": "Batch", "belts": "Belt", "calendars": "Calendar", "carriers": "Carrier",
        "curves": "Curve",
        "failures": "Failure", "fleets": "Fleet", "machines": "Machine",
        "operations": "Operation", "orders": "Order", "products": "Product",
        "profiles": "Profile", "setups": "SetupTable", "sources": "Source",
        "stations": "Station", "stocks": "Stock", "tools": "Tool", "vehicles": "Vehicle",
        "workers": "Worker", "run": "RunSpec", "grant": "GrantRule", "zones": "Zone",
    }  # fmt: skip
    assert set(singular.values()) <= kinds
    beside = {
        "name", "distributions", "skills", "groups", "currency", "energy_price",
        "floor_cost_per_day", "sources_map", "labels", "targets", "materials", "templates",
        "bands", "demand_price",
    }  # fmt: skip
    assert {field.name for field in fields(Program)} == set(singular) | beside


@cache
def told_rules() -> frozenset[str]:
    """Numbers of the rules that are written down."""
    text = SEMANTICS.read_text(encoding="utf-8")
    return frozenset(re.findall(r"^\*\*(S-\d+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", sorted(CASES))
def test_primitive_when_it_has_a_case_then_its_rules_are_written_down(name):
    assert set(CASES[name].rules) <= told_rules()


def told(tally) -> dict[str, Any]:
    """Everything a tally says, in values that compare."""
    found: dict[str, Any] = {}
    for field in fields(tally):
        value = getattr(tally, field.name)
        if field.name == "trace":
            value = [getattr(value, column.name).tolist() for column in fields(value)]
        found[field.name] = value.tolist() if isinstance(value, np.ndarray) else value
    return found


@pytest.mark.parametrize("name", sorted(CASES))
def test_primitive_when_changed_then_both_engines_tell_the_same_difference(name):
    case = CASES[name]
    before = case.plant().program()
    after_it = case.change(before)
    assert before.hash != after_it.hash or name == "RunSpec.seed"
    assert not unsupported(before) + unsupported(after_it)
    runs = {}
    for engine in ("reference", "kernel"):
        runs[engine] = [
            told(choose(engine, program).simulate(program, 0, trace=True))
            for program in (before, after_it)
        ]
    assert runs["reference"] == runs["kernel"]
    assert runs["reference"][0] != runs["reference"][1]


def test_exponential_when_drawn_then_both_engines_draw_it():
    program = line([exponential(1.0), 1.0], 2, 60.0).program()
    one, other = (choose(e, program).simulate(program, 0) for e in ("reference", "kernel"))
    assert told(replace(one, trace=_empty())) == told(replace(other, trace=_empty()))


def _empty() -> Any:
    from vtwin.plant.trace import Trace

    nothing = np.zeros(0, dtype=np.int64)
    return Trace(nothing, nothing, nothing, nothing, nothing)
