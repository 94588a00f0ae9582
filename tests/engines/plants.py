"""Small plants for tests, written with names; the builder sorts and numbers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vtwin.base.draws import Distribution, constant, exponential
from vtwin.base.errors import Where
from vtwin.base.units import ticks
from vtwin.plant.assigning import assigned
from vtwin.plant.primitives import (
    NEVER,
    NEXT,
    NONE,
    OUT,
    UNLIMITED,
    Attendance,
    Band,
    Batch,
    Battery,
    Belt,
    Branch,
    Calendar,
    CallRule,
    Carrier,
    Charger,
    Curve,
    DispatchRule,
    Failure,
    FailureClock,
    Fleet,
    Kit,
    Leg,
    Machine,
    MachineState,
    Mode,
    Operation,
    Order,
    PartAtFailure,
    Product,
    Profile,
    ReleaseKind,
    SetupTable,
    ShiftEnd,
    Source,
    Station,
    Stock,
    StopKind,
    Tool,
    Vehicle,
    Worker,
    Zone,
)
from vtwin.plant.program import GrantRule, Program, RunSpec, Stop

S = 1_000_000_000  # ticks per second


@dataclass
class Plant:
    """Everything by name, times in seconds; ``program()`` is the frozen, numbered result."""

    horizon: float = 1000.0
    warmup: float = 0.0
    seed: int = 7
    bin: float | None = None
    grant: GrantRule = GrantRule.CLOSEST_TO_DONE
    stations: dict[str, dict[str, Any]] = field(default_factory=dict)
    machines: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: dict[str, dict[str, Any]] = field(default_factory=dict)
    calendars: dict[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    resumes: dict[str, Sequence[float]] = field(default_factory=dict)  # calendar -> ends of breaks
    products: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: list[dict[str, Any]] = field(default_factory=list)
    #: Copies, or {count, life (cycles), renew, skill}.
    tools: dict[str, int | dict[str, Any]] = field(default_factory=dict)
    setups: dict[str, dict[str, Any]] = field(default_factory=dict)
    workers: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Of those who learn: steps (units, thousandths), units alone, what a unit counts beside.
    curves: dict[str, tuple[list[tuple[int, int]], int, int]] = field(default_factory=dict)
    batches: dict[str, tuple[int, int, float | None]] = field(default_factory=dict)
    fleets: dict[str, dict[str, Any]] = field(default_factory=dict)
    zones: dict[str, int] = field(default_factory=dict)  # of the aisles: vehicles at a time
    stocks: dict[str, int] = field(default_factory=dict)  # component -> places
    carriers: dict[str, int] = field(default_factory=dict)
    demand: float = 0.0  # width of the demand window, s
    bands: list[tuple[float, int]] = field(default_factory=list)  # (from s on, band of a tariff)
    places: dict[str, int] = field(default_factory=dict)  # path -> line, for stall sentences
    stops: list[tuple[str | None, int] | str] = field(default_factory=list)  # or "orders"

    def station(self, name: str, count: int = 1, **keys: Any) -> Plant:
        """A station with its machines: ``name`` alone or ``name#1`` …; machine keys:
        calendar, finish, setup, key, tool, at (m, m), belt (places, travel and pitch in s,
        accumulating), power (kW by state), surge_kw, surge, restart (cycles, patience in s),
        warming (time, how long it stays warm, s).
        Station keys: input, output, rule.
        """
        own = {k: keys.pop(k) for k in ("input", "output", "rule") if k in keys}
        self.stations[name] = own
        names = [name] if count == 1 else [f"{name}#{n + 1}" for n in range(count)]
        for machine in names:
            self.machines[machine] = {"station": name, **keys}
        return self

    def product(self, name: str, *route: dict[str, Any]) -> Plant:
        """Steps: op, on (station), cycle (s, Distribution or per machine), per_cycle, key, tool,
        skill, heads, load, scrap, batch, kit ({component: pieces}), takes, returns (carriers),
        then (an op or "out"), branches [(share, op or "out", most)], sample, shelf (s) with
        stale (an op or "out").
        """
        self.products[name] = list(route)
        return self

    def batch(self, name: str, least: int, most: int, wait: float | None = None) -> Plant:
        """A batch "<station>/<recipe>"; ``wait`` in seconds, None: for ever."""
        self.batches[name] = (least, most, wait)
        return self

    def stock(self, product: str, places: int = UNLIMITED) -> Plant:
        """Finished pieces of a product wait for assemblies."""
        self.stocks[product] = places
        return self

    def fleet(self, name: str, ways: dict[tuple[str, str], float], at: dict[str, str], start: Sequence[str], **keys: Any) -> Plant:  # fmt: skip
        """Ways in s between nodes (both ways unless both are written), the node of each station,
        the node each vehicle starts at; keys: load, unload (s), rule. Steps name it as ``fleet``.
        With ``legs`` {(from, to): [(zone or None, s)]} instead of ways it drives leg by leg (what is
        not written takes no leg), with a battery (driving, standing, charging: units per tick;
        low, until, capacity: units, s; chargers: [(node, zone)], content: of each vehicle at first).
        """
        self.fleets[name] = {"ways": ways, "at": at, "start": list(start), **keys}
        return self

    def failure(self, machine: str, mode: str, after: Any, repair: Any, **keys: Any) -> Plant:
        """Keys: calendar, skill, part, planned; life (cycles, then ``after`` is None)."""
        self.failures[f"{machine}/{mode}"] = {
            "machine": machine, "after": after, "repair": repair, **keys,
        }  # fmt: skip
        return self

    def worker(self, name: str, skills: Any, **keys: Any) -> Plant:
        """Keys: calendar, pause, hand_over, tends, absence, speed (mm/s), teaches (skills),
        night (from, to in s of the day), learns: skill -> a curve's name.
        """
        self.workers[name] = {"skills": skills, **keys}
        return self

    def saturated(self, product: str, **keys: Any) -> Plant:
        self.sources[f"{product}:saturated"] = {"product": product, "kind": "saturated", **keys}
        return self

    def arrivals(self, product: str, every: Any, **keys: Any) -> Plant:
        self.sources[f"{product}:arrivals"] = {
            "product": product, "kind": "arrivals", "every": every, **keys,
        }  # fmt: skip
        return self

    def stop(self, condition: tuple[str | None, int] | str) -> Plant:
        """End the run: "orders", or (product or None, good pieces)."""
        self.stops.append(condition)
        return self

    def conwip(self, product: str, level: int, **keys: Any) -> Plant:
        self.sources[f"{product}:conwip"] = {
            "product": product, "kind": "conwip", "level": level, **keys,
        }  # fmt: skip
        return self

    def order(self, name: str, product: str, quantity: int, **keys: Any) -> Plant:
        """Keys: lot, release, due (s), priority, replace, on (op -> machines it may be made on)."""
        self.orders.append({"name": name, "product": product, "quantity": quantity, **keys})
        return self

    def program(self) -> Program:
        """Number everything by sorted name."""
        made = _Numbering(self).program()
        ops = {operation.name: n for n, operation in enumerate(made.operations)}
        machines = {machine.name: n for n, machine in enumerate(made.machines)}
        wanted = {
            order["name"]: {
                ops[f"{order['product']}/{op}"]: frozenset(machines[m] for m in names)
                for op, names in order.get("on", {}).items()
            }
            for order in self.orders
        }
        return assigned(made, wanted)


def _time(value: Any) -> Distribution:
    return value if isinstance(value, Distribution) else constant(float(value))


def _at(value: float) -> int:
    return ticks(value)


def _content(spec: Mapping[str, Any], n: int) -> int:
    """Units in a vehicle's battery at first: full unless written."""
    battery = spec.get("battery")
    if battery is None:
        return 0
    return _at(battery["content"][n] if "content" in battery else battery["until"])


def _after_shift(spec: Mapping[str, Any]) -> ShiftEnd:
    if spec.get("hand_over"):
        return ShiftEnd.HAND_OVER
    return ShiftEnd.PAUSE if spec.get("pause") else ShiftEnd.FINISH


class _Numbering:
    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.distributions: list[Distribution] = []
        self.belts = sorted(n for n, m in plant.machines.items() if m.get("belt"))
        self.names = {
            kind: {name: n for n, name in enumerate(sorted(found))}
            for kind, found in {
                "station": plant.stations,
                "machine": plant.machines,
                "failure": plant.failures,
                "calendar": plant.calendars,
                "product": plant.products,
                "tool": plant.tools,
                "setup": plant.setups,
                "batch": plant.batches,
                "stock": plant.stocks,
                "fleet": plant.fleets,
                "carrier": plant.carriers,
                "skill": self._skills(),
                "op": [f"{p}/{s['op']}" for p, route in plant.products.items() for s in route],
            }.items()
        }

    def _skills(self) -> set[str]:
        plant = self.plant
        return (
            {skill for worker in plant.workers.values() for skill in worker["skills"]}
            | {s["skill"] for route in plant.products.values() for s in route if "skill" in s}
            | {
                a["skill"]
                for route in plant.products.values()
                for step in route
                for a in step.get("attended", {}).values()
                if "skill" in a
            }
            | {f["skill"] for f in plant.failures.values() if "skill" in f}
            | {t["skill"] for t in plant.setups.values() if t.get("skill")}
            | {t["skill"] for t in plant.tools.values() if isinstance(t, dict) and "skill" in t}
        )

    def _of(self, kind: str, name: str | None) -> int:
        return NONE if name is None else self.names[kind][name]

    def _distribution(self, value: Any) -> int:
        made = _time(value)
        if made not in self.distributions:
            self.distributions.append(made)
        return self.distributions.index(made)

    def program(self) -> Program:
        plant = self.plant
        horizon = _at(plant.horizon)
        run = RunSpec(
            horizon=horizon,
            warmup=_at(plant.warmup),
            replications=1,
            seed=plant.seed,
            bin=_at(plant.bin) if plant.bin else max(horizon // 10, 1),
            demand=_at(plant.demand),
            bands=tuple((_at(start), band) for start, band in plant.bands),
            stop=tuple(self._stop(condition) for condition in plant.stops),
        )
        setups = tuple(self._setup(name, plant.setups[name]) for name in sorted(plant.setups))
        operations = self._operations(setups)
        machines = tuple(
            self._machine(n, plant.machines[n], setups) for n in sorted(plant.machines)
        )
        return Program(
            name="test",
            run=run,
            calendars=tuple(
                Calendar(
                    n,
                    tuple((_at(a), _at(b)) for a, b in plant.calendars[n]),
                    tuple(_at(a) for a in plant.resumes.get(n, ())),
                )
                for n in sorted(plant.calendars)
            ),
            skills=tuple(sorted(self.names["skill"])),
            groups=tuple(sorted({w.split("#")[0] for w in plant.workers})),
            workers=tuple(self._worker(n, plant.workers[n]) for n in sorted(plant.workers)),
            tools=tuple(self._tool(n, plant.tools[n]) for n in sorted(plant.tools)),
            setups=setups,
            failures=tuple(self._failure(n, plant.failures[n]) for n in sorted(plant.failures)),
            stations=tuple(self._station(n, plant.stations[n]) for n in sorted(plant.stations)),
            machines=machines,
            belts=tuple(self._belt(name) for name in self.belts),
            operations=operations,
            products=tuple(
                Product(
                    p,
                    tuple(self._of("op", f"{p}/{s['op']}") for s in plant.products[p]),
                    stock=self._of("stock", p if p in plant.stocks else None),
                )
                for p in sorted(plant.products)
            ),
            sources=tuple(self._source(n, plant.sources[n]) for n in sorted(plant.sources)),
            orders=tuple(sorted(map(self._order, plant.orders), key=lambda o: (o.release, o.name))),
            batches=tuple(self._batch(n) for n in sorted(plant.batches)),
            fleets=tuple(self._fleet(n, plant.fleets[n]) for n in sorted(plant.fleets)),
            vehicles=self._vehicles(),
            zones=tuple(Zone(name, self.plant.zones[name]) for name in sorted(self.plant.zones)),
            stocks=tuple(
                Stock(n, self._of("product", n), plant.stocks[n]) for n in sorted(plant.stocks)
            ),
            carriers=tuple(Carrier(n, plant.carriers[n]) for n in sorted(plant.carriers)),
            profiles=tuple(
                Profile(n, _at(period), tuple((_at(t), percent) for t, percent in steps))
                for n, (period, steps) in sorted(self._profiles().items())
            ),
            curves=tuple(
                Curve(name, tuple(steps), alone, beside)
                for name, (steps, alone, beside) in sorted(plant.curves.items())
            ),
            grant=plant.grant,
            bands=tuple(
                Band(f"band {n}", f"band {n}", 1.0)
                for n in range(max((band for _, band in plant.bands), default=-1) + 1)
            ),
            sources_map={p: Where("plant.yaml", n, None, p) for p, n in plant.places.items()},
            distributions=tuple(self.distributions),
        )

    @staticmethod
    def _nodes(spec: Mapping[str, Any]) -> list[str]:
        named = (n for way in (*spec["ways"], *spec.get("legs", ())) for n in way)
        return sorted({*spec["at"].values(), *spec["start"], *named})

    def _legs(self, spec: Mapping[str, Any]) -> tuple[tuple[tuple[Leg, ...], ...], ...]:
        nodes, written = self._nodes(spec), spec.get("legs")
        if written is None:
            return ()
        zones = sorted(self.plant.zones)
        return tuple(
            tuple(
                tuple(
                    Leg(NONE if zone is None else zones.index(zone), _at(time))
                    for zone, time in written.get((a, b), ())
                )
                for b in nodes
            )
            for a in nodes
        )

    def _battery(self, spec: Mapping[str, Any]) -> Battery | None:
        made, zones = spec.get("battery"), sorted(self.plant.zones)
        if made is None:
            return None
        chargers = [
            Charger(self._nodes(spec).index(node), zones.index(zone))
            for node, zone in made["chargers"]
        ]
        return Battery(
            made.get("driving", 1), made["charging"], _at(made["low"]), _at(made["until"]),
            tuple(chargers), made.get("standing", 0), _at(made.get("capacity", made["until"])),
        )  # fmt: skip

    def _fleet(self, name: str, spec: Mapping[str, Any]) -> Fleet:
        ways, nodes, legs = spec["ways"], self._nodes(spec), self._legs(spec)
        if legs:
            travel = tuple(tuple(sum(leg.ticks for leg in way) for way in row) for row in legs)
        else:
            travel = tuple(
                tuple(
                    0 if a == b else _at(ways[a, b] if (a, b) in ways else ways[b, a])
                    for b in nodes
                )
                for a in nodes
            )
        load, unload = _at(spec.get("load", 0)), _at(spec.get("unload", 0))
        rule = spec.get("rule", CallRule.LONGEST_WAIT)
        battery = self._battery(spec)
        return Fleet(name, tuple(nodes), travel, load, unload, rule, legs, battery)

    def _vehicles(self) -> tuple[Vehicle, ...]:
        made = [
            Vehicle(f"{name}#{n + 1}", number, self._nodes(spec).index(node), _content(spec, n))
            for number, (name, spec) in enumerate(sorted(self.plant.fleets.items()))
            for n, node in enumerate(spec["start"])
        ]
        return tuple(sorted(made, key=lambda vehicle: vehicle.name))

    def _tool(self, name: str, spec: int | Mapping[str, Any]) -> Tool:
        if isinstance(spec, int):
            return Tool(name, spec)
        return Tool(
            name,
            spec.get("count", 1),
            life=spec.get("life", 0),
            renew=self._distribution(spec["renew"]) if "life" in spec else NONE,
            skill=self._of("skill", spec.get("skill")),
        )

    def _profiles(self) -> dict[str, Any]:
        """By source: (period, [(start, percent)])."""
        return {n: s["profile"] for n, s in self.plant.sources.items() if "profile" in s}

    def _stop(self, condition: tuple[str | None, int] | str) -> Stop:
        if isinstance(condition, str):
            return Stop(StopKind.ORDERS_DONE)
        product, pieces = condition
        return Stop(StopKind.GOOD_PIECES, self._of("product", product), pieces)

    def _then(self, product: str, name: str | None) -> int:
        if name is None:
            return NEXT
        return OUT if name == "out" else self._of("op", f"{product}/{name}")

    def _setup(self, name: str, spec: Mapping[str, Any]) -> SetupTable:
        keys = tuple(spec["keys"])
        times = spec["times"]  # {(from, to): time}
        cell = tuple(
            tuple(self._distribution(times[a, b]) if (a, b) in times else NONE for b in keys)
            for a in keys
        )
        skill = self._of("skill", spec.get("skill"))
        return SetupTable(name, keys, cell, skill, spec.get("heads", 1))

    def _operations(self, setups: tuple[SetupTable, ...]) -> tuple[Operation, ...]:
        made = {}
        for product, route in self.plant.products.items():
            for n, step in enumerate(route):
                name = f"{product}/{step['op']}"
                made[name] = self._operation(name, product, n, step, setups)
        return tuple(made[name] for name in sorted(made))

    def _operation(
        self, name: str, product: str, n: int, step: Mapping[str, Any],
        setups: tuple[SetupTable, ...],
    ) -> Operation:  # fmt: skip
        plant = self.plant
        on = step["on"]
        cycle = step["cycle"]
        able = sorted(m for m, spec in plant.machines.items() if spec["station"] == on)
        if isinstance(cycle, dict):
            able = [m for m in able if m in cycle]
        modes = []
        for machine in able:
            time = cycle[machine] if isinstance(cycle, dict) else cycle
            attended = step.get("attended", {}).get(machine)
            modes.append(
                Mode(
                    self._of("machine", machine),
                    self._distribution(time),
                    _time(time).mean,
                    None if attended is None else self._attendance(attended),
                )
            )
        taken, returned = (self._carriers(step.get(word)) for word in ("takes", "returns"))
        key = NONE
        if "key" in step:
            tables = {plant.machines[m].get("setup") for m in able} - {None}
            key = setups[self._of("setup", tables.pop())].keys.index(step["key"])
        return Operation(
            name,
            self._of("product", product),
            n,
            self._of("station", on),
            tuple(modes),
            pieces_per_cycle=step.get("per_cycle", 1),
            setup_key=key,
            tool=self._of("tool", step.get("tool")),
            skill=self._of("skill", step.get("skill")),
            scrap=step.get("scrap", 0.0),
            heads=step.get("heads", 1),
            load=self._distribution(step["load"]) if "load" in step else NONE,
            batch=self._of("batch", step.get("batch")),
            fleet=self._of("fleet", step.get("fleet")),
            kit=tuple(Kit(self._of("stock", c), n) for c, n in sorted(step.get("kit", {}).items())),
            takes=next(iter(taken), NONE),
            returns=next(iter(returned), NONE),
            takes_too=taken[1:],
            returns_too=returned[1:],
            then=self._then(product, step.get("then")),
            branches=tuple(
                Branch(share, self._then(product, to), *most)
                for share, to, *most in step.get("branches", ())
            ),
            sample=step.get("sample", 1),
            shelf=_at(step["shelf"]) if "shelf" in step else NEVER,
            stale=self._then(product, step.get("stale", "out")),
        )

    def _carriers(self, names: str | list[str] | None) -> tuple[int, ...]:
        given = [names] if isinstance(names, str) else names or []
        return tuple(sorted(self._of("carrier", name) for name in given))

    def _attendance(self, attended: Mapping[str, Any]) -> Attendance:
        return Attendance(
            self._of("skill", attended.get("skill")),
            attended.get("heads", 1),
            self._distribution(attended["load"]) if "load" in attended else NONE,
        )

    def _batch(self, name: str) -> Batch:
        least, most, wait = self.plant.batches[name]
        return Batch(name, least, most, NEVER if wait is None else _at(wait))

    def _machine(
        self, name: str, spec: Mapping[str, Any], setups: tuple[SetupTable, ...]
    ) -> Machine:
        setup = self._of("setup", spec.get("setup"))
        key = setups[setup].keys.index(spec["key"]) if spec.get("key") else NONE
        return Machine(
            name,
            self._of("station", spec["station"]),
            calendar=self._of("calendar", spec.get("calendar")),
            shift_end=ShiftEnd.FINISH if spec.get("finish") else ShiftEnd.PAUSE,
            failures=tuple(
                self._of("failure", f)
                for f in sorted(self.plant.failures)
                if self.plant.failures[f]["machine"] == name
            ),
            setup=setup,
            initial_key=key,
            initial_tool=self._of("tool", spec.get("tool")),
            x=round(1000 * spec.get("at", (0, 0))[0]),
            y=round(1000 * spec.get("at", (0, 0))[1]),
            power_kw=tuple(spec.get("power", {}).get(state, 0.0) for state in MachineState),
            surge_kw=spec.get("surge_kw", 0.0),
            surge=_at(spec.get("surge", 0)),
            custom=spec.get("custom", ""),
            restart=spec.get("restart", (0, 0))[0],
            patience=_at(spec.get("restart", (0, 0))[1]),
            warm_up=_at(spec.get("warming", (0, 0))[0]),
            cools=_at(spec.get("warming", (0, 0))[1]),
            belt=self.belts.index(name) if name in self.belts else NONE,
        )

    def _belt(self, name: str) -> Belt:
        places, travel, pitch, accumulating = self.plant.machines[name]["belt"]
        return Belt(name, places, _at(travel), _at(pitch), accumulating)

    def _station(self, name: str, spec: Mapping[str, Any]) -> Station:
        return Station(
            name,
            tuple(
                n for n, m in enumerate(sorted(self.plant.machines))
                if self.plant.machines[m]["station"] == name
            ),
            input=spec.get("input", UNLIMITED),
            output=spec.get("output", 0),
            rule=spec.get("rule", DispatchRule.FIFO),
            nodes=tuple(
                self._nodes(fleet).index(fleet["at"][name]) if name in fleet["at"] else NONE
                for _, fleet in sorted(self.plant.fleets.items())
            ),
        )  # fmt: skip

    def _failure(self, name: str, spec: Mapping[str, Any]) -> Failure:
        clock = FailureClock.CALENDAR if spec.get("calendar") else FailureClock.OPERATING
        return Failure(
            name,
            _time(spec["after"] or 0),
            FailureClock.CYCLES if "life" in spec else clock,
            _time(spec["repair"]),
            skill=self._of("skill", spec.get("skill")),
            part=spec.get("part", PartAtFailure.KEPT),
            life=spec.get("life", 0),
            planned=spec.get("planned", False),
            heads=spec.get("heads", 1),
        )

    def _worker(self, name: str, spec: Mapping[str, Any]) -> Worker:
        skills = spec["skills"]
        speeds = skills if isinstance(skills, dict) else dict.fromkeys(skills, 1.0)
        numbered = sorted((self._of("skill", s), v) for s, v in speeds.items())
        return Worker(
            name,
            group=sorted({w.split("#")[0] for w in self.plant.workers}).index(name.split("#")[0]),
            skills=tuple(s for s, _ in numbered),
            speeds=tuple(v for _, v in numbered),
            calendar=self._of("calendar", spec.get("calendar")),
            shift_end=_after_shift(spec),
            tends=spec.get("tends", 1),
            absence=spec.get("absence", 0.0),
            speed=spec.get("speed", 0),
            learns=tuple(
                sorted(self.plant.curves).index(learns[skill]) if skill in learns else NONE
                for skill in sorted(speeds)
            )
            if (learns := spec.get("learns", {}))
            else (),
            teaches=tuple(sorted(self._of("skill", s) for s in spec.get("teaches", ()))),
            night_from=_at(spec["night"][0]) if "night" in spec else 0,
            night=_at(spec["night"][1] - spec["night"][0]) if "night" in spec else 0,
        )

    def _source(self, name: str, spec: Mapping[str, Any]) -> Source:
        kind = {
            "saturated": ReleaseKind.SATURATED,
            "arrivals": ReleaseKind.ARRIVALS,
            "conwip": ReleaseKind.CONWIP,
        }[spec["kind"]]
        return Source(
            name,
            self._of("product", spec["product"]),
            kind,
            interval=self._distribution(spec["every"]) if "every" in spec else NONE,
            level=spec.get("level", 0),
            lot=spec.get("lot", 1),
            due_after=_at(spec["due"]) if "due" in spec else NEVER,
            profile=sorted(self._profiles()).index(name) if "profile" in spec else NONE,
        )

    def _order(self, spec: Mapping[str, Any]) -> Order:
        return Order(
            spec["name"],
            self._of("product", spec["product"]),
            spec["quantity"],
            spec.get("lot", 1),
            _at(spec.get("release", 0)),
            due=_at(spec["due"]) if "due" in spec else NEVER,
            priority=spec.get("priority", 0),
            replace_scrap=spec.get("replace", True),
        )


def line(cycles: Sequence[Any], buffers: Sequence[int] | int, horizon: float, **keys: Any) -> Plant:
    """A saturated serial line ``s1 … sn`` of one product; ``buffers[i]`` places before s(i+2)."""
    n = len(cycles)
    places = [buffers] * (n - 1) if isinstance(buffers, int) else list(buffers)
    plant = Plant(horizon=horizon, **keys)
    for i in range(n):
        plant.station(f"s{i + 1}", input=0 if i == 0 else places[i - 1])
    plant.product(
        "part", *({"op": f"op{i + 1}", "on": f"s{i + 1}", "cycle": cycles[i]} for i in range(n))
    )
    return plant.saturated("part")


def exponential_line(n: int, buffers: Sequence[int] | int, horizon: float, **keys: Any) -> Plant:
    """A line of ``n`` stations with exponential cycles of mean 1 s."""
    return line([exponential(1.0)] * n, buffers, horizon, **keys)
