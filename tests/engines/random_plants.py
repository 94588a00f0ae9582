"""Random plants with lattice times, in which nearly everything ties."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from tests.engines.plants import Plant
from vtwin.base.draws import constant, empirical
from vtwin.plant.primitives import UNLIMITED, CallRule, DispatchRule, MachineState, PartAtFailure
from vtwin.plant.program import GrantRule

TIMES = st.sampled_from(
    [constant(1.0), constant(2.0), constant(3.0), empirical([1.0, 2.0]), empirical([0.0, 2.0, 5.0])]
)
LONG = st.sampled_from([constant(7.0), constant(12.0), empirical([5.0, 10.0, 20.0])])
#: Places, travel and pitch, accumulating; without both travel and pitch a belt is endless.
BELTS = st.tuples(
    st.integers(1, 4),
    st.sampled_from([(0, 1), (0, 2), (3, 0), (3, 1), (4, 2), (5, 1), (5, 2)]),
    st.booleans(),
).map(lambda belt: (belt[0], *belt[1], belt[2]))
CALENDARS = {"day": [(0, 30), (40, 70), (90, 400)], "late": [(10, 55), (70, 400)]}


@st.composite
def plants(draw) -> Plant:
    """A plant with up to four stations, two products and everything else now and then."""
    plant = Plant(horizon=200, warmup=draw(st.sampled_from([0, 35])), seed=draw(st.integers(0, 9)))
    plant.grant = draw(st.sampled_from(list(GrantRule)))
    plant.demand = draw(st.sampled_from([0, 0, 6, 35]))
    if plant.demand and draw(st.booleans()):
        borders = draw(st.sets(st.sampled_from([3, 6, 12, 35, 40, 70, 90, 110, 175])))
        plant.bands = [(at, draw(st.integers(0, 2))) for at in (0, *sorted(borders))]
    calendar = st.sampled_from([None, None, "day", "late"])
    skill = st.sampled_from([None, None, "op", "fit"])
    if draw(st.booleans()):
        plant.calendars = dict(CALENDARS)
    else:
        calendar = st.none()
    keys = ["k1", "k2"]
    plant.setups["table"] = {"keys": keys, "times": {}, "skill": None}
    for a in keys:
        for b in keys:
            if draw(st.booleans()):
                plant.setups["table"]["times"][a, b] = draw(TIMES)
    plant.setups["table"]["skill"] = draw(skill)
    plant.tools = {"t1": 1, "t2": 2}
    for tool, count in (("t1", 1), ("t2", 2)):
        if draw(st.sampled_from([False, False, True])):
            plant.tools[tool] = {
                "count": count,
                "life": draw(st.integers(1, 6)),
                "renew": draw(TIMES),
            }
            if draw(st.booleans()):
                plant.tools[tool]["skill"] = "fit"
    stations = [f"s{n}" for n in range(draw(st.integers(1, 4)))]
    for name in stations:
        belt = draw(st.one_of(st.none(), st.none(), st.none(), BELTS))
        plant.station(
            name,
            count=draw(st.sampled_from([1, 1, 2, 3])),
            input=draw(st.sampled_from([UNLIMITED, UNLIMITED, 0, 1, 3])),
            output=draw(st.sampled_from([0, 0, 1, UNLIMITED])),
            rule=draw(st.sampled_from(list(DispatchRule))),
            calendar=draw(calendar),
            finish=draw(st.booleans()),
            setup=draw(st.sampled_from([None, "table"])) if belt is None else None,
            belt=belt,
            key=draw(st.sampled_from([None, "k1"])),
        )
        for machine in plant.machines.values():
            if machine["station"] == name and machine["setup"] is None:
                machine["key"] = None
            if machine["station"] == name and plant.demand:
                kw = st.sampled_from([0.0, 0.3, 12.0])
                machine["power"] = {state: draw(kw) for state in MachineState}
                machine["surge_kw"] = draw(kw)
                machine["surge"] = draw(st.sampled_from([0, 2, 9]))
    for product in ("p", "q"):
        route = []
        for n in range(draw(st.integers(1, 4))):
            on = draw(st.sampled_from(stations))
            step = {"op": f"o{n}", "on": on, "cycle": draw(TIMES)}
            step["per_cycle"] = draw(st.integers(1, 3))
            step["scrap"] = draw(st.sampled_from([0.0, 0.0, 0.2]))
            tool, wanted = draw(st.sampled_from([None, None, "t1", "t2"])), draw(skill)
            if any(m["station"] == on and m["belt"] for m in plant.machines.values()):
                tool = wanted = None  # S-140
            if tool:
                step["tool"] = tool
            if wanted:
                step["skill"] = wanted
            if not any(m["station"] == on and m["belt"] for m in plant.machines.values()):
                _others_elsewhere(draw, step, plant)
            if any(m["station"] == on and m["setup"] for m in plant.machines.values()):
                step["key"] = draw(st.sampled_from(keys))
            route.append(step)
        _ways(draw, route)
        _shelves(draw, route, plant)
        plant.product(product, *route)
    if draw(st.sampled_from([False, False, True])):
        _transport(draw, plant, stations)
    _releases(draw, plant)
    for part in (_batches, _kits, _carriers):
        if draw(st.sampled_from([False, False, True])):
            part(draw, plant)
    _machines_of_orders(draw, plant)
    _ends(draw, plant)
    _people_and_failures(draw, plant, calendar)
    if draw(st.booleans()):
        _crews_and_ways(draw, plant)
    if draw(st.booleans()):
        _restarts(draw, plant)
    return plant


def _machines_of_orders(draw, plant: Plant) -> None:
    """Orders that may be made on some machines only (S-180)."""
    if draw(st.booleans()):
        return
    for order in plant.orders:
        for step in plant.products[order["product"]]:
            able = [m for m, spec in plant.machines.items() if spec["station"] == step["on"]]
            if len(able) > 1 and "batch" not in step and draw(st.booleans()):
                some = draw(st.sets(st.sampled_from(able), min_size=1))
                order.setdefault("on", {})[step["op"]] = sorted(some)


def _others_elsewhere(draw, step: dict, plant: Plant) -> None:
    """Now and then other people, or nobody, on one machine than on the others (S-38)."""
    if draw(st.integers(0, 3)):
        return
    for machine in sorted(m for m, spec in plant.machines.items() if spec["station"] == step["on"]):
        crew = draw(st.sampled_from([None, {}, {"skill": "op"}, {"skill": "fit", "load": 2.0}]))
        if crew is not None:
            step.setdefault("attended", {})[machine] = crew


def _restarts(draw, plant: Plant) -> None:
    """Machines whose first cycles after standing are scrap, or that are warmed up (S-36, S-37)."""
    for machine in plant.machines.values():
        if not machine.get("belt"):
            cycles = draw(st.sampled_from([0, 1, 1, 2, 5]))
            machine["restart"] = (cycles, draw(st.sampled_from([0, 0, 2, 5, 12])))
            warm_up = draw(st.sampled_from([0, 0, 1, 3, 8]))
            machine["warming"] = (warm_up, draw(st.sampled_from([0, 2, 5, 12])))


def _transport(draw, plant: Plant, stations: list[str]) -> None:
    """One or two fleets between three points; some steps are brought by one of them."""
    nodes = ["n1", "n2", "n3"]
    for name in ("cart", "lift")[: draw(st.integers(1, 2))]:
        way = st.sampled_from([0, 1, 3])
        plant.fleet(
            name,
            {(a, b): draw(way) for a in nodes for b in nodes if a != b},
            {station: draw(st.sampled_from(nodes)) for station in stations},
            draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=3)),
            load=draw(st.sampled_from([0, 0, 1])),
            unload=draw(st.sampled_from([0, 0, 1])),
            rule=draw(st.sampled_from(list(CallRule))),
        )
    if draw(st.booleans()):
        _traffic(draw, plant, nodes)
    for route in plant.products.values():
        for step in route[1:]:
            fleet = draw(st.sampled_from([None, *plant.fleets]))
            if fleet:
                step["fleet"] = fleet


def _traffic(draw, plant: Plant, nodes: list[str]) -> None:
    """One-way aisles between the points, some of them free for all, and batteries (S-154 to
    S-159).
    """
    pairs = [(a, b) for a in nodes for b in nodes if a != b]
    plant.zones = {f"{a}{b}": draw(st.sampled_from([1, 1, 1, 2, 3])) for a, b in pairs}
    aisles = {(a, b): draw(st.sampled_from([None, f"{a}{b}", f"{a}{b}"])) for a, b in pairs}
    for name, fleet in plant.fleets.items():
        if len(plant.fleets) > 1 and draw(st.sampled_from([False, False, True])):
            continue  # this one drives freely
        legs = {}
        for a, b in pairs:
            (via,) = {*nodes} - {a, b}
            stops = [a, via, b] if draw(st.booleans()) else [a, b]
            legs[a, b] = [(aisles[w], draw(st.sampled_from([0, 1, 1, 3]))) for w in pairwise(stops)]
        fleet["legs"] = legs
        fleet["start"] += draw(st.lists(st.sampled_from(nodes), max_size=2))
        if draw(st.booleans()):
            _battery(draw, plant, name, nodes)


@st.composite
def traffic_plants(draw) -> Plant:
    """A few machines with little between them but crowded one-way aisles."""
    plant = Plant(horizon=200, warmup=draw(st.sampled_from([0, 35])), seed=draw(st.integers(0, 9)))
    stations = [f"s{n}" for n in range(draw(st.integers(2, 4)))]
    for name in stations:
        room = st.sampled_from([0, 1, 3, UNLIMITED, UNLIMITED])
        plant.station(name, input=draw(room), output=draw(st.sampled_from([0, 1, UNLIMITED])))
    for product in ("p", "q"):
        on = draw(st.lists(st.sampled_from(stations), min_size=2, max_size=4))
        steps = [{"op": f"o{n}", "on": s, "cycle": draw(TIMES)} for n, s in enumerate(on)]
        plant.product(product, *steps)
        if draw(st.booleans()):
            plant.arrivals(product, draw(LONG), lot=1, due=draw(st.integers(1, 50)))
        else:
            lot, urgency = draw(st.integers(1, 4)), draw(st.integers(0, 2))
            plant.order(product, product, 20, lot=lot, priority=urgency)
    _transport(draw, plant, stations)
    if not plant.zones:
        _traffic(draw, plant, ["n1", "n2", "n3"])
    for route in plant.products.values():
        for step in route[1:]:
            step["fleet"] = draw(st.sampled_from(sorted(plant.fleets)))
    if draw(st.booleans()):
        plant.failure(stations[0], "jam", draw(LONG), draw(TIMES), calendar=draw(st.booleans()))
    return plant


def _battery(draw, plant: Plant, name: str, nodes: list[str]) -> None:
    """A battery that is soon empty, and one or two chargers."""
    fleet, chargers = plant.fleets[name], []
    for n in range(draw(st.integers(1, 2))):
        zone = f"{name}@{n}"
        plant.zones[zone] = draw(st.sampled_from([1, 1, 2]))
        chargers.append((draw(st.sampled_from(nodes)), zone))
    low = draw(st.sampled_from([0, 2, 5]))
    until = low + draw(st.sampled_from([1, 4, 20]))
    content = st.sampled_from([0, low, low + 1, until])
    fleet["battery"] = {
        "driving": draw(st.sampled_from([1, 1, 2])),
        "standing": draw(st.sampled_from([0, 0, 1, 2])),
        "charging": draw(st.sampled_from([1, 3, 5])),
        "low": low,
        "until": until,
        "content": [draw(content) for _ in fleet["start"]],
        "chargers": chargers,
    }


def _ways(draw, route: list[dict]) -> None:
    """Now and then branches, rework, samples and short cuts along the main way."""
    if draw(st.integers(0, 2)):
        return
    names = [step["op"] for step in route]
    for n, step in enumerate(route):
        if n:
            step["sample"] = draw(st.sampled_from([1, 1, 1, 2, 3]))
        ahead = [None, None, None, "out", *names[n + 1 :]]
        step["then"] = draw(st.sampled_from(ahead))
        step["branches"] = [
            (
                draw(st.sampled_from([0.1, 0.25, 0.4])),
                draw(st.sampled_from([*names, "out"])),
                draw(st.sampled_from([UNLIMITED, 0, 1, 2])),
            )
            for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2])))
        ]


def _shelves(draw, route: list[dict], plant: Plant) -> None:
    """Now and then items that may not wait for ever (S-86)."""
    if draw(st.integers(0, 3)):
        return
    belts = {m["station"] for m in plant.machines.values() if m.get("belt")}
    for step in route:
        shelf = draw(st.sampled_from([None, 0, 1, 3, 8, 20]))
        if shelf is not None and step["on"] not in belts:
            step["shelf"] = shelf
            step["stale"] = draw(st.sampled_from(["out", "out", *(s["op"] for s in route)]))


def _ends(draw, plant: Plant) -> None:
    """Now and then a condition that may end the run before its horizon."""
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 2]))):
        pieces = draw(st.sampled_from([3, 10, 30]))
        condition = st.sampled_from(["orders", (None, pieces), ("p", pieces)])
        plant.stop(draw(condition))


def _releases(draw, plant: Plant) -> None:
    lot = st.integers(1, 4)
    for product in ("p", "q"):
        for kind in draw(st.sets(st.sampled_from(["saturated", "arrivals", "conwip", "orders"]))):
            if kind == "saturated":
                plant.saturated(product, lot=draw(lot))
            elif kind == "arrivals":
                every = draw(LONG)
                paces = [(20, [(0, 200), (7, 0), (12, 30)]), (50, [(0, 0), (9, 400)])]
                keys = {"profile": draw(st.sampled_from(paces))} if draw(st.booleans()) else {}
                due = draw(st.integers(1, 50))
                plant.arrivals(product, every, lot=draw(lot), due=due, **keys)
            elif kind == "conwip":
                plant.conwip(product, draw(st.integers(1, 4)), lot=draw(lot))
            else:
                for n in range(draw(st.integers(1, 3))):
                    plant.order(
                        f"{product}{n}",
                        product,
                        draw(st.integers(1, 20)),
                        lot=draw(lot),
                        release=draw(st.sampled_from([0, 0, 40])),
                        due=draw(st.integers(1, 200)),
                        priority=draw(st.integers(0, 2)),
                        replace=draw(st.booleans()),
                    )


def _people_and_failures(draw, plant: Plant, calendar) -> None:
    for n in range(draw(st.integers(1, 3))):
        skills = draw(st.sets(st.sampled_from(["op", "fit"]), min_size=1))
        if n == 0:
            skills = {"op", "fit"}  # nobody is missing for good
        speeds = {s: draw(st.sampled_from([1.0, 0.8, 2.0])) for s in sorted(skills)}
        plant.worker(f"w#{n}", speeds, calendar=draw(calendar), pause=draw(st.booleans()))
    for machine in plant.machines:
        for mode in ("jam", "wear")[: draw(st.sampled_from([0, 0, 1, 2]))]:
            keys = {"skill": "fit"} if draw(st.booleans()) else {}
            keys["planned"] = draw(st.sampled_from([False, False, True]))
            if draw(st.sampled_from([False, False, True])):
                keys["life"] = draw(st.integers(1, 6))
            plant.failure(
                machine,
                mode,
                draw(LONG),
                draw(TIMES),
                calendar=draw(st.booleans()),
                part=draw(st.sampled_from(list(PartAtFailure))),
                **keys,
            )


def _batches(draw, plant: Plant) -> None:
    """Stations whose machines take several items together (S-120 to S-126)."""
    belts = {m["station"] for m in plant.machines.values() if m.get("belt")}
    for name in sorted(plant.stations.keys() - belts):  # S-140
        for recipe in draw(st.sampled_from([(), ("all",), ("all",), ("a", "b")])):
            least = draw(st.integers(1, 3))
            most = least + draw(st.integers(0, 3))
            plant.batch(f"{name}/{recipe}", least, most, draw(st.sampled_from([None, 0, 3, 5, 9])))
    for route in plant.products.values():
        for step in route:
            mine = [b for b in plant.batches if b.split("/")[0] == step["on"]]
            free = "kit" not in step and "takes" not in step  # S-126
            free = free and "shelf" not in step  # S-87
            if mine and free and draw(st.sampled_from([True, True, False])):
                step["batch"] = draw(st.sampled_from(mine))


def _kits(draw, plant: Plant) -> None:
    """Pieces of p, and bought ones, that q is put together from (S-127 to S-133)."""
    plant.stock("p", draw(st.sampled_from([UNLIMITED, 4, 6, 9])))
    plant.stock("bolt", draw(st.sampled_from([UNLIMITED, 4, 6])))
    plant.product("bolt")
    if draw(st.booleans()):
        plant.arrivals("bolt", draw(LONG), lot=draw(st.integers(1, 4)))
    if draw(st.booleans()):
        plant.order("b", "bolt", draw(st.integers(1, 30)), lot=draw(st.integers(1, 4)), release=5)
    for step in plant.products["q"]:
        if "batch" not in step:
            wanted = draw(st.sets(st.sampled_from(["p", "p", "bolt"])))
            step["kit"] = {c: draw(st.integers(1, 2)) for c in sorted(wanted)}


def _carriers(draw, plant: Plant) -> None:
    """Pallets and fixtures in closed loops (S-134 to S-137)."""
    plant.carriers = {"fixture": draw(st.integers(1, 2)), "pallet": draw(st.integers(1, 4))}
    kinds = st.sampled_from([None, None, "fixture", "pallet", "pallet", ["fixture", "pallet"]])
    for route in plant.products.values():
        for step in route:
            if "batch" not in step:
                step["takes"] = draw(kinds)
            step["returns"] = draw(kinds)


def _crews_and_ways(draw, plant: Plant) -> None:
    """Tending, crews, loading, walking, absence, handing over (S-110 to S-118)."""
    heads = st.sampled_from([1, 1, 1, 2])
    for worker in plant.workers.values():
        worker["tends"] = draw(st.sampled_from([1, 1, 2, 3]))
        worker["speed"] = draw(st.sampled_from([0, 0, 500, 1000]))
        worker["absence"] = draw(st.sampled_from([0.0, 0.0, 0.4, 1.0]))
        worker["hand_over"] = draw(st.booleans())
    for machine in plant.machines.values():
        machine["at"] = (draw(st.integers(0, 3)), draw(st.integers(0, 2)))
    for route in plant.products.values():
        for step in route:
            if "skill" in step:
                step["heads"] = draw(heads)
                if draw(st.booleans()):
                    step["load"] = draw(TIMES)
            for crew in step.get("attended", {}).values():
                if crew:
                    crew["heads"] = draw(heads)
    for failure in plant.failures.values():
        failure["heads"] = draw(heads)
    plant.setups["table"]["heads"] = draw(heads)
    if draw(st.booleans()):
        plant.resumes["day"] = [40]
    if draw(st.booleans()):
        _learners(draw, plant)


def _learners(draw, plant: Plant) -> None:
    """Who learns, alone or beside a veteran; overtime and nights (S-56 to S-59)."""
    for name in ("slow", "quick"):
        steps = [(0, draw(st.sampled_from([250, 500, 700])))]
        for units in sorted(draw(st.sets(st.integers(1, 12), max_size=4))):
            steps.append((units, steps[-1][1] + draw(st.sampled_from([50, 125, 250]))))
        alone = draw(st.sampled_from([0, 0, 2, 5]))
        plant.curves[name] = (steps, alone, draw(st.integers(1, 3)))
    for n, worker in enumerate(plant.workers.values()):
        worker["night"] = draw(st.sampled_from([(20, 50), (0, 7), (60, 60)]))
        skills = sorted(worker["skills"])
        if n and draw(st.booleans()):
            curve = draw(st.sampled_from(["slow", "quick"]))
            worker["learns"] = {s: curve for s in skills if draw(st.booleans())}
        else:
            worker["teaches"] = [s for s in skills if n == 0 or draw(st.booleans())]
