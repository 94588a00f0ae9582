"""The last step: a plant without problems becomes a Program, everything numbered by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from vtwin.base.draws import Distribution
from vtwin.base.errors import Where
from vtwin.base.units import TICKS_PER_SECOND, ticks
from vtwin.people.staff import curves, hire, skills_of
from vtwin.plant.assigning import assigned
from vtwin.plant.primitives import (
    NEVER,
    NEXT,
    NONE,
    OUT,
    UNLIMITED,
    Attendance,
    Batch,
    Battery,
    Branch,
    Calendar,
    CallRule,
    Carrier,
    Cause,
    Charger,
    DispatchRule,
    Failure,
    Fleet,
    Kit,
    Leg,
    Machine,
    MachineState,
    Mode,
    Operation,
    Order,
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
    Zone,
)
from vtwin.plant.program import GrantRule, Program, RunSpec, Stop
from vtwin.plant.quantities import Amount
from vtwin.scenario import belts, calendars, quality, setups, tariffs
from vtwin.scenario.authority import groups
from vtwin.scenario.branching import GONE
from vtwin.scenario.document import Document, EquipmentEntry
from vtwin.scenario.draft import (
    Attending,
    BatchDraft,
    BatteryDraft,
    Draft,
    Equipment,
    FleetDraft,
    StepDraft,
)
from vtwin.scenario.layout import floor_places
from vtwin.scenario.stations import machine_names
from vtwin.scenario.tariffs import Tariff
from vtwin.scenario.values import DAY_S

#: Runs of `replications: auto` where nobody decides better.
AUTO_REPLICATIONS: Final = 10
Cells = tuple[tuple[int, ...], ...]

_MONTHS_PER_DAY: Final = 12 / 365.25


def run_spec(document: Document) -> RunSpec:
    """The run in ticks."""
    run = document.run
    horizon = ticks(run.horizon)
    day = DAY_S * TICKS_PER_SECOND
    width = ticks(run.bin) if run.bin else day if horizon >= 5 * day else max(horizon // 200, 1)
    repeats = AUTO_REPLICATIONS if run.replications == "auto" else run.replications
    start = run.start.isoformat() if run.start else None
    return RunSpec(horizon, ticks(run.warmup), repeats, run.seed, width, start)


def used_calendars(document: Document, horizon: int) -> tuple[Calendar, ...]:
    """Every calendar something follows, expanded, sorted by name."""
    followed = {e.calendar for e in document.equipment.values()}
    followed |= {p.calendar for p in document.people.values()}
    missed = {p.calendar for p in document.people.values() if p.absence}
    return tuple(
        calendars.expand(
            name, document.calendars[name], document.run.start, horizon, shifts=name in missed
        )
        for name in sorted(name for name in followed if name in document.calendars)
    )


def program(draft: Draft) -> Program:
    """The program of a draft that has no errors."""
    lowering = _Lowering(draft)
    made = lowering.program()
    operations = {operation.name: n for n, operation in enumerate(made.operations)}
    machines = {machine.name: n for n, machine in enumerate(made.machines)}
    wanted = {
        order.name: {
            operations[operation]: frozenset(machines[name] for name in names)
            for operation, names in order.machines.items()
        }
        for order in draft.orders
        if order.machines
    }
    tooled = {
        order.name: {
            operations[operation]: lowering.made_with(step)
            for operation, step in order.made.items()
        }
        for order in draft.orders
        if order.made
    }
    return assigned(made, wanted, tooled) if wanted or tooled else made


class _Lowering:
    """Indices by name while the program is made."""

    def __init__(self, draft: Draft) -> None:
        document = draft.document
        self.draft = draft
        self.document = document
        self.run = run_spec(document)
        self.calendars = used_calendars(document, self.run.horizon)
        energy, start = document.costs.energy, document.run.start
        self.tariff = (
            tariffs.expand(energy, start, self.run.horizon)
            if isinstance(energy, Tariff)
            else tariffs.InForce((), ())
        )
        self.calendar_index = {c.name: i for i, c in enumerate(self.calendars)}
        self.groups = groups(draft)
        self.skills = skills_of(self.groups, draft.skills)
        self.skill_index = {name: i for i, name in enumerate(self.skills)}
        self.stations = sorted(draft.stations)
        self.station_index = {name: i for i, name in enumerate(self.stations)}
        self.machine_of = {
            machine: equipment
            for equipment in draft.equipment.values()
            for machine in equipment.machines
        }
        self.machines = sorted(self.machine_of)
        self.machine_index = {name: i for i, name in enumerate(self.machines)}
        self.steps = sorted(
            (step for route in draft.routes.values() for step in route),
            key=lambda step: step.operation,
        )
        self.operation_index = {step.operation: i for i, step in enumerate(self.steps)}
        self.products = sorted(draft.routes)
        self.product_index = {name: i for i, name in enumerate(self.products)}
        # Those of other tools are no operations: orders get theirs, and the plant has the tools.
        self.others = [
            other for step in self.steps for other in draft.others.get(step.operation, ())
        ]
        used = {step.tool for step in (*self.steps, *self.others) if step.tool}
        self.tools = sorted(used)
        self.tool_index = {name: i for i, name in enumerate(self.tools)}
        self.batch_index = {name: i for i, name in enumerate(sorted(draft.batches))}
        self.stock_index = {name: i for i, name in enumerate(sorted(draft.components))}
        self.fleets = [draft.fleets[name] for name in sorted(draft.fleets)]
        self.zones = {name: n for fleet in self.fleets for name, n in fleet.zones.items()}
        self.zone_index = {name: n for n, name in enumerate(sorted(self.zones))}
        self.fleet_index = {fleet.name: i for i, fleet in enumerate(self.fleets)}
        moving = (name for name in self.machines if self.machine_of[name].name in draft.belts)
        self.belt_index = {name: i for i, name in enumerate(moving)}
        self.carrier_index = {name: i for i, name in enumerate(sorted(document.carriers))}
        self.materials = quality.materials(draft)
        self.material_index = {
            product: i
            for i, (_, products) in enumerate(self.materials.values())
            for product in products
        }
        self.keys = self._keys()
        self.changes = {name: self._changes(name) for name in draft.setups}
        self.distribution_index = self._distributions()
        self.setup_index: dict[str, int] = {}
        paced = sorted(source.name for source in draft.sources if source.pace is not None)
        self.profile_index = {name: i for i, name in enumerate(paced)}

    def _keys(self) -> dict[str, dict[str, dict[str, str]]]:
        """Station -> set-up key -> equipment -> what the equipment itself calls it. One list
        of keys for all machines of a station, so that an operation has one column whatever
        machine it is done on.
        """
        found: dict[str, dict[str, dict[str, str]]] = {}
        with_setups = {self.draft.station_of[name] for name in self.draft.setups}
        for step in (*self.steps, *self.others):
            station = self.draft.station_of[step.on[0]]
            if station in with_setups:
                own = found.setdefault(station, {}).setdefault(_column(step), {})
                own.update(step.setup_keys)
        return {name: dict(sorted(keys.items())) for name, keys in found.items()}

    def _changes(self, name: str) -> setups.Changes:
        """Set-up times of an equipment entry in the order of its station's keys."""
        columns = self.keys.get(self.draft.station_of[name], {})
        own = tuple(names.get(name, "") for names in columns.values())
        return setups.changes(self.draft, name, own)

    def _distributions(self) -> dict[Distribution, int]:
        draft = self.draft
        every: set[Distribution] = set()
        for step in (*self.steps, *self.others):
            every.update(step.modes.values())
            every.update(a.load for a in step.attending.values() if a.load is not None)
        for setup in self.changes.values():
            every.update(setup.times)
        tools = (self.document.tools[name] for name in self.tools)
        every.update(t.renew for t in tools if t.renew is not None)
        every.update(s.interval for s in draft.sources if s.interval is not None)
        ordered = sorted(every, key=lambda d: (d.kind, d.parameters, d.values))
        return {distribution: i for i, distribution in enumerate(ordered)}

    def program(self) -> Program:
        draft, document = self.draft, self.document
        tables = self._setups()
        failures, modes = self._failures()
        machines = tuple(self._machines(modes))
        energy = document.costs.energy
        run = replace(self._run(), bands=self.tariff.steps)
        return Program(
            name=document.name,
            run=_measured(run, machines, document.run.demand),
            distributions=tuple(self.distribution_index),
            calendars=self.calendars,
            skills=self.skills,
            groups=tuple(sorted(group.name for group in self.groups)),
            workers=hire(self.groups, self.skills, self.calendar_index),
            tools=tuple(self._tool(name) for name in self.tools),
            setups=tables,
            failures=failures,
            stations=tuple(self._station(name) for name in self.stations),
            machines=machines,
            operations=tuple(self._operation(step) for step in self.steps),
            products=tuple(self._product(name) for name in self.products),
            sources=tuple(self._sources()),
            orders=tuple(self._orders()),
            profiles=tuple(self._profiles()),
            batches=tuple(self._batch(draft.batches[name]) for name in self.batch_index),
            stocks=tuple(self._stock(name) for name in self.stock_index),
            belts=tuple(
                replace(draft.belts[self.machine_of[name].name], name=name)
                for name in self.belt_index
            ),
            curves=curves(self.groups),
            fleets=tuple(self._fleet(fleet) for fleet in self.fleets),
            vehicles=tuple(self._vehicles()),
            zones=tuple(Zone(name, self.zones[name]) for name in sorted(self.zones)),
            carriers=tuple(
                Carrier(name, document.carriers[name].count) for name in self.carrier_index
            ),
            grant=GrantRule[document.run.grant.upper()],
            currency=document.currency,
            energy_price=energy.value if isinstance(energy, Amount) else 0.0,
            bands=self.tariff.bands,
            demand_price=energy.demand.value
            if isinstance(energy, Tariff) and energy.demand is not None
            else 0.0,
            floor_cost_per_day=self._floor_cost(),
            sources_map=self._places(failures),
            labels=self._labels(),
            targets=self._targets(),
            materials=tuple(material for material, _ in self.materials.values()),
            templates={
                name: entry.template
                for name, entry in document.products.items()
                if entry.template is not None and name in self.product_index
            },
        )

    def _run(self) -> RunSpec:
        """The run with what ends it."""
        ends = tuple(
            Stop(StopKind.ORDERS_DONE)
            if end.pieces is None
            else Stop(
                StopKind.GOOD_PIECES,
                NONE if end.product is None else self.product_index[end.product],
                end.pieces,
            )
            for end in self.document.run.stop
        )
        return replace(self.run, stop=ends)

    def _setups(self) -> tuple[SetupTable, ...]:
        """One table per different content, named after the first equipment that has it."""
        made: dict[tuple[tuple[str, ...], Cells, int, int], list[str]] = {}
        for name in sorted(self.draft.setups):
            setup = self.draft.setups[name]
            columns = self.keys.get(self.draft.station_of[name])
            if columns is None:
                continue
            found = self.changes[name]
            number = [*(self.distribution_index[time] for time in found.times), NONE]
            rows = tuple(tuple(map(number.__getitem__, row)) for row in found.rows)
            skill = self.skill_index[setup.skill] if setup.skill else NONE
            content = (tuple(columns), rows, skill, setup.heads)
            made.setdefault(content, []).append(name)
        tables: list[SetupTable] = []
        for content, names in sorted(made.items(), key=lambda item: item[1][0]):
            self.setup_index.update(dict.fromkeys(names, len(tables)))
            tables.append(SetupTable(names[0], *content))
        return tuple(tables)

    def _failures(self) -> tuple[tuple[Failure, ...], dict[str, list[str]]]:
        """Failure modes written and those of the family, by machine."""
        found: dict[str, Failure] = {}
        modes: dict[str, list[str]] = {}
        for machine, equipment in self.machine_of.items():
            for failure in self._modes_of(machine, equipment):
                found[failure.name] = failure
                modes.setdefault(machine, []).append(failure.name)
        return tuple(found[name] for name in sorted(found)), modes

    def _modes_of(self, machine: str, equipment: Equipment) -> Iterable[Failure]:
        for mode in self.draft.modes[equipment.name]:
            yield Failure(
                name=f"{machine}/{mode.name}",
                after=mode.after,
                clock=mode.clock,
                repair=mode.repair,
                skill=self.skill_index[mode.skill] if mode.skill else NONE,
                part=mode.part,
                heads=mode.heads,
                life=mode.life,
                planned=mode.planned,
            )

    def _tool(self, name: str) -> Tool:
        entry = self.document.tools[name]
        if entry.life is None or entry.renew is None:
            return Tool(name, entry.count)
        return Tool(
            name,
            entry.count,
            life=self.draft.lives[name],
            renew=self.distribution_index[entry.renew],
            skill=self.skill_index[entry.by] if entry.by else NONE,
        )

    def _station(self, name: str) -> Station:
        station = self.draft.stations[name]
        machines = [m for e in station.entries for m in self.draft.equipment[e].machines]
        return Station(
            name=name,
            machines=tuple(sorted(self.machine_index[m] for m in machines)),
            input=UNLIMITED if station.input is None else station.input,
            output=UNLIMITED if station.output is None else station.output,
            rule=DispatchRule[station.rule.upper()],
            nodes=tuple(fleet.at.get(name, NONE) for fleet in self.fleets),
        )

    def _machines(self, modes: Mapping[str, list[str]]) -> Iterable[Machine]:
        failure_index = {
            name: i for i, name in enumerate(sorted(n for m in modes.values() for n in m))
        }
        tool_at = self._tools_at_start()
        # Where nobody walks, places are for the map alone and decide nothing.
        walking = any(group.speed_mm_s for group in self.groups)
        places = floor_places(self.document) if walking else {}
        for name in self.machines:
            equipment = self.machine_of[name]
            entry = equipment.entry
            tool = tool_at.get(name)
            yield Machine(
                name=name,
                station=self.station_index[self.draft.station_of[equipment.name]],
                calendar=self.calendar_index.get(entry.calendar or "", NONE),
                shift_end=ShiftEnd[entry.shift_end.upper()],
                failures=tuple(sorted(failure_index[m] for m in modes.get(name, ()))),
                setup=self.setup_index.get(equipment.name, NONE),
                initial_key=self._initial_key(equipment, tool),
                initial_tool=self.tool_index.get(tool or "", NONE),
                power_kw=_power(entry, self.draft.lowered[equipment.name].power_kw),
                surge_kw=entry.power.start.kw if entry.power and entry.power.start else 0.0,
                surge=ticks(entry.power.start.seconds) if entry.power and entry.power.start else 0,
                custom=self.draft.lowered[equipment.name].custom,
                restart=self.draft.restarts.get(equipment.name, 0),
                patience=ticks(entry.restart.after) if entry.restart else 0,
                warm_up=ticks(entry.warming.takes) if entry.warming else 0,
                cools=ticks(entry.warming.after) if entry.warming else 0,
                cost_per_h=entry.cost.value if entry.cost else 0.0,
                fuel_price=entry.power.fuel.value if entry.power and entry.power.fuel else -1.0,
                x=places.get(name, (0, 0))[0],
                y=places.get(name, (0, 0))[1],
                belt=self.belt_index.get(name, NONE),
            )

    def _tools_at_start(self) -> dict[str, str]:
        """Machine -> tool mounted on it at the start."""
        found: dict[str, str] = {}
        for tool in self.tools:
            for place in self.document.tools[tool].at_start or ():
                name, _, number = place.partition("#")
                machines = machine_names(name, self.document.equipment[name].count)
                wanted = [place] if number else machines
                free = [m for m in wanted if m not in found]
                if free:
                    found[free[0]] = tool
        return found

    def _initial_key(self, equipment: Equipment, tool: str | None) -> int:
        """What the machine is set up for at first: as written, else for the first operation
        (by name) of the tool that is on it.
        """
        setup = self.draft.setups.get(equipment.name)
        columns = self.keys.get(self.draft.station_of[equipment.name])
        if setup is None or columns is None:
            return NONE
        if setup.at_start is not None:
            own = [names.get(equipment.name) for names in columns.values()]
            return own.index(setup.at_start)
        for step in (*self.steps, *self.others):
            if tool is not None and step.tool == tool and equipment.name in step.setup_keys:
                return list(columns).index(_column(step))
        return NONE

    def made_with(self, other: StepDraft) -> Operation:
        """The operation of a route as it is made with another tool."""
        step = self.steps[self.operation_index[other.operation]]
        return self._operation(
            replace(
                step,
                on=other.on,
                modes=other.modes,
                planned=other.planned,
                pieces=other.pieces,
                scrap=other.scrap,
                causes=other.causes,
                attending=other.attending,
                tool=other.tool,
                setup_keys=other.setup_keys,
            )
        )

    def _operation(self, step: StepDraft) -> Operation:
        draft = self.draft
        station = self.draft.station_of[step.on[0]]
        columns = self.keys.get(station)
        modes = []
        attended = self._attendance(step.attending[step.on[0]])
        taken, returned = self._carriers(step.takes), self._carriers(step.returns)
        for machine in sorted(step.modes):
            cycle = step.modes[machine]
            planned = step.planned if step.planned is not None else self._planned(machine, cycle)
            index = self.distribution_index[cycle]
            here = self._attendance(step.attending[self.machine_of[machine].name])
            other = None if here == attended else here
            modes.append(Mode(self.machine_index[machine], index, planned, other))
        return Operation(
            name=step.operation,
            product=self.product_index[step.product],
            step=step.position,
            station=self.station_index[station],
            modes=tuple(modes),
            pieces_per_cycle=step.pieces,
            setup_key=list(columns).index(_column(step)) if columns else NONE,
            tool=self.tool_index[step.tool] if step.tool else NONE,
            skill=attended.skill,
            scrap=step.scrap,
            heads=attended.heads,
            load=attended.load,
            batch=self.batch_index[draft.batch_of[step.operation]]
            if step.operation in draft.batch_of
            else NONE,
            kit=tuple(Kit(self.stock_index[part], n) for part, n in step.kit.items()),
            fleet=self.fleet_index.get(draft.fleet_of.get(step.operation, ""), NONE),
            takes=taken[0] if taken else NONE,
            takes_too=taken[1:],
            returns=returned[0] if returned else NONE,
            returns_too=returned[1:],
            then=NEXT if step.then is None else self._target(step.then),
            branches=tuple(
                Branch(
                    branch.share,
                    self._target(branch.operation),
                    UNLIMITED if branch.most is None else branch.most,
                )
                for branch in step.branches
            ),
            sample=step.sample,
            shelf=NEVER if step.shelf is None else ticks(step.shelf.life),
            stale=OUT
            if step.shelf is None or step.shelf.too_old is None
            else self.operation_index[step.shelf.too_old],
            causes=tuple(Cause(name, share) for name, share in step.causes),
        )

    def _carriers(self, names: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted({self.carrier_index[name] for name in names}))

    def _attendance(self, attending: Attending) -> Attendance:
        return Attendance(
            skill=self.skill_index[attending.skill] if attending.skill else NONE,
            heads=attending.heads,
            load=self.distribution_index[attending.load] if attending.load else NONE,
        )

    def _planned(self, machine: str, cycle: Distribution) -> float:
        """Planned seconds per cycle: of a belt those from one item to the next."""
        belt = self.draft.belts.get(self.machine_of[machine].name)
        return cycle.mean if belt is None else belts.seconds_apart(belt)

    def _fleet(self, made: FleetDraft) -> Fleet:
        rule = CallRule[made.rule.upper()]
        ways = tuple(
            tuple(tuple(Leg(self._zone(z), ticks) for z, ticks in way) for way in row)
            for row in made.ways
        )
        return Fleet(
            made.name, made.nodes, made.travel, made.load, made.unload, rule, ways,
            self._battery(made.battery),
        )  # fmt: skip

    def _zone(self, name: str | None) -> int:
        return NONE if name is None else self.zone_index[name]

    def _battery(self, made: BatteryDraft | None) -> Battery | None:
        if made is None:
            return None
        chargers = tuple(Charger(node, self._zone(zone)) for node, zone in made.chargers)
        return Battery(
            made.driving, made.charging, made.low, made.until, chargers, made.standing,
            made.capacity, made.kwh,
        )  # fmt: skip

    def _vehicles(self) -> Iterable[Vehicle]:
        names = {n: made for made in self.fleets for n in machine_names(made.name, made.count)}
        for name in sorted(names):
            made = names[name]
            content = 0
            if made.battery is not None:  # of n vehicles not all are empty at once
                number = machine_names(made.name, made.count).index(name)
                spread = made.battery.until - made.battery.low
                content = made.battery.until - number * spread // made.count
            yield Vehicle(name, self.fleet_index[made.name], made.start, content)

    def _target(self, operation: str) -> int:
        """Where a way on leads."""
        return OUT if operation == GONE else self.operation_index[operation]

    def _batch(self, made: BatchDraft) -> Batch:
        return Batch(made.name, made.least, made.most, _due(made.wait))

    def _stock(self, product: str) -> Stock:
        entry = self.document.products.get(product)
        places = entry.stock if entry is not None else None
        index = self.product_index[product]
        return Stock(product, index, UNLIMITED if places is None else places)

    def _product(self, name: str) -> Product:
        entry = self.document.products.get(name)
        route = tuple(self.operation_index[step.operation] for step in self.draft.routes[name])
        if entry is None:
            return Product(name, route)
        stuff = entry.material
        cost = stuff.cost.value if stuff is not None and stuff.cost is not None else 0.0
        return Product(
            name,
            route,
            cost,
            (entry.target or 0.0) * DAY_S,
            self.stock_index.get(name, NONE),
            self.material_index.get(name, NONE),
        )

    def _sources(self) -> Iterable[Source]:
        kinds = {
            "saturated": ReleaseKind.SATURATED,
            "arrivals": ReleaseKind.ARRIVALS,
            "conwip": ReleaseKind.CONWIP,
        }
        for source in sorted(self.draft.sources, key=lambda source: source.name):
            yield Source(
                name=source.name,
                product=self.product_index[source.product],
                kind=kinds[source.kind],
                interval=self.distribution_index[source.interval] if source.interval else NONE,
                level=source.level,
                lot=source.lot,
                due_after=NEVER if source.due_after is None else ticks(source.due_after),
                profile=self.profile_index.get(source.name, NONE),
            )

    def _profiles(self) -> Iterable[Profile]:
        """Busy times by source; a weekly one is turned so that it begins on the run's first day."""
        start = self.document.run.start
        for source in sorted(self.draft.sources, key=lambda source: source.name):
            if source.pace is None:
                continue
            pace, period = source.pace, ticks(source.pace.period)
            shift = ticks(DAY_S * start.weekday()) if start and pace.weekly else 0
            steps = sorted(((ticks(at) - shift) % period, percent) for at, percent in pace.steps)
            if steps[0][0] > 0:
                steps.insert(0, (0, steps[-1][1]))
            yield Profile(source.name, period, tuple(steps))

    def _orders(self) -> Iterable[Order]:
        made = [
            Order(
                name=order.name,
                product=self.product_index[order.product],
                quantity=order.quantity,
                lot=min(order.lot, order.quantity),
                release=ticks(max(order.release, 0.0)),
                due=_due(order.due),
                priority=order.priority,
                replace_scrap=order.replace_scrap,
            )
            for order in self.draft.orders
        ]
        return sorted(made, key=lambda order: (order.release, order.name))

    def _floor_cost(self) -> float:
        price, layout = self.document.costs.floor, self.document.layout
        if price is None or layout is None or layout.floor is None:
            return 0.0
        width, depth = layout.floor
        return price.value * width * depth * _MONTHS_PER_DAY

    def _places(self, failures: tuple[Failure, ...]) -> dict[str, Where]:
        draft = self.draft
        places: dict[str, Where] = {}
        sections = ("calendars", "tools", "carriers", "products", "equipment", "people")
        for section in (*sections, "transport"):
            node = draft.resolved.tree.get(section)
            for name, child in node.entries().items() if node else ():
                places[f"{section}.{name}"] = child.key_where(f"{section}.{name}")
        for machine, equipment in self.machine_of.items():
            places[f"equipment.{machine}"] = places[f"equipment.{equipment.name}"]
        for name, station in draft.stations.items():
            places[f"stations.{name}"] = places[f"equipment.{station.entries[0]}"]
        for group in self.groups:
            # Equipment that attends other equipment is a group of people, too.
            if f"people.{group.name}" not in places:
                places[f"people.{group.name}"] = places[f"equipment.{group.name}"]
            for worker in machine_names(group.name, group.count):
                places[f"people.{worker}"] = places[f"people.{group.name}"]
            places[f"people.{group.name}#1"] = places[f"people.{group.name}"]
        for failure in failures:
            machine = failure.name.rpartition("/")[0]
            places[f"failures.{failure.name}"] = places[f"equipment.{machine}"]
        places.update((f"operations.{step.operation}", step.where) for step in self.steps)
        places.update((f"batches.{b.name}", b.steps[0].where) for b in draft.batches.values())
        places.update((f"orders.{order.name}", order.where) for order in draft.orders)
        places.update((f"orders.{source.name}", source.where) for source in draft.sources)
        places.update((f"skills.{skill}", where) for skill, where in draft.skills.items())
        return places

    def _targets(self) -> dict[str, float]:
        """Written targets in the unit of their KPI."""
        written = self.document.targets
        products = self.document.products.items()
        each = [e.target for name, e in products if name not in self.draft.components]
        # Targets of some products only are no target for the sum of all.
        by_product = sum(t for t in each if t) if all(each) else 0.0
        wanted = {
            "good_per_day": (written.good_per_day or by_product) * DAY_S,
            "on_time": written.on_time,
            "oee": written.oee,
            "lead_time_s": written.lead_time,
            "wip": written.wip,
            "unit_cost": written.unit_cost.value if written.unit_cost else None,
        }
        return {key: float(value) for key, value in wanted.items() if value}

    def _labels(self) -> dict[str, str]:
        document = self.document
        return {
            f"{section}.{name}": entry.name
            for section, entries in (
                ("equipment", document.equipment),
                ("people", document.people),
                ("transport", document.transport),
                ("products", document.products),
                ("tools", document.tools),
                ("carriers", document.carriers),
            )
            for name, entry in entries.items()
            if entry.name
        }


def _measured(run: RunSpec, machines: Iterable[Machine], window: float) -> RunSpec:
    """The run with its demand window, where anything draws power."""
    draws = any(machine.surge_kw or any(machine.power_kw) for machine in machines)
    return replace(run, demand=ticks(window)) if draws and window else run


def _column(step: StepDraft) -> str:
    """The set-up key of an operation; what its machines call it, joined where they differ."""
    return " | ".join(sorted(set(step.setup_keys.values())))


def _due(due: float | None) -> int:
    """A due time in ticks; what was due before the run began keeps its place in the past."""
    if due is None:
        return NEVER
    return ticks(due) if due >= 0 else -ticks(-due)


def _power(entry: EquipmentEntry, lowered: Mapping[MachineState, float]) -> tuple[float, ...]:
    """Power by state: written ones first, `idle` for the others on shift, then the family's."""
    found = []
    for state in MachineState:
        written = getattr(entry.power, state.name.lower()) if entry.power else None
        if written is None and entry.power is not None and entry.power.idle is not None:
            on_shift = state not in (MachineState.WORKING, MachineState.PLANNED_STOP)
            written = entry.power.idle if on_shift else None
        found.append(written if written is not None else lowered.get(state, 0.0))
    return tuple(found)
