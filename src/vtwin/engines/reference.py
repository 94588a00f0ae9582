"""The reference engine: discrete-event simulation of a Program on SimPy.

Written to be read beside ``docs/semantics.md``, whose rule numbers (S-01 …) the code cites.
The parts of the plant live in modules of their own: ``stations`` (queues and who is next),
``routing``, ``machines``, ``faults``, ``staff``, ``shifts``, ``tools``, ``releases``, ``ends``;
``instant`` turns SimPy's calendar into the three-phase instant, ``counting`` reads what was
counted. This module puts a plant together from a Program, runs it and ends it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from simpy import Event

from vtwin.base import draws
from vtwin.base.draws import Distribution
from vtwin.engines.batches import Recipe
from vtwin.engines.behaving import BehavingMachine
from vtwin.engines.belts import Belt
from vtwin.engines.carriers import CarrierPools
from vtwin.engines.choose import Cancelled
from vtwin.engines.counting import Counted
from vtwin.engines.ends import StopWatch
from vtwin.engines.energy import BandSums, Demand, Meter
from vtwin.engines.faults import Fault
from vtwin.engines.fleets import Fleet, Vehicle
from vtwin.engines.floor import Floor
from vtwin.engines.instant import Alarm
from vtwin.engines.machines import Draw, Machine, SetupTimes, Way
from vtwin.engines.needs import Needs
from vtwin.engines.purchases import Delivery, Purchases
from vtwin.engines.reading import Reading, Series
from vtwin.engines.releases import Arrivals, Conwip, OrderBook, OrderFile, Supply, at_pace
from vtwin.engines.routing import lay_ways
from vtwin.engines.shifts import Shift
from vtwin.engines.staff import Staff
from vtwin.engines.stalls import locked, stalled
from vtwin.engines.stations import Station, Step
from vtwin.engines.stocks import Stock
from vtwin.engines.tools import Renewal, ToolRack
from vtwin.engines.traffic import Driver, Roads
from vtwin.plant import rules
from vtwin.plant.order import HOUSEKEEPING, copy_name, slots
from vtwin.plant.primitives import NONE, FailureClock, Order, ReleaseKind
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally

Progress: TypeAlias = Callable[[float], bool]

#: How often a run reports progress, at equal distances in simulated time.
_REPORTS = 400


def simulate(
    program: Program,
    replication: int,
    *,
    seed: int | None = None,
    trace: bool = False,
    on_progress: Progress | None = None,
) -> Tally:
    """Run one replication from tick 0 to the horizon, to a stop condition or to a stall.

    Args:
        program: the plant.
        replication: number of the replication, part of the address of every random draw.
        seed: of the random draws; None takes the program's.
        trace: also keep every happening; otherwise memory does not grow with the horizon.
        on_progress: called now and then with the fraction of the horizon that is done;
            returning False cancels the run.

    Raises:
        Cancelled: when ``on_progress`` returned False.
        Refused: when a random draw is no time (V501).
    """
    run = Run(program, replication, program.run.seed if seed is None else seed, trace=trace)
    return run.to_the_end(on_progress)


class Run:
    """One plant in one replication."""

    def __init__(self, program: Program, replication: int, seed: int, *, trace: bool) -> None:
        self._program = program
        self._replication = replication
        self._seed = seed
        self._expected = [rules.expected_ticks(d) for d in program.distributions]
        self.floor = floor = Floor(slots(program), len(program.products), trace=trace)
        floor.tools = ToolRack(floor, program.tools)
        floor.pools = CarrierPools(floor, program.carriers)
        self._add_stocks()
        absence = partial(self._units, purpose="absence")
        floor.staff = Staff(
            floor,
            program.workers,
            len(program.skills),
            program.grant,
            absence,
            program.curves,
        )
        floor.stations = [Station(floor, n, s) for n, s in enumerate(program.stations)]
        self._add_renewals()
        self._add_machines()
        self._add_fleets()
        self._following = rules.followers(program.products, program.operations)
        self.steps = self._add_steps()
        self.ways = self._add_ways()
        lay_ways(self.steps, program.operations, self._following, self._units)
        self.faults = self._add_faults()
        self._add_releases()
        self.shifts = self._add_shifts()
        for station in floor.stations:
            station.prepare()
        floor.on_idle = self._perhaps_stalled
        self._stalled = False
        self._watch = StopWatch(floor, program.run.stop, self.orders)
        self._counted = Counted(floor, self.steps, self.ways, self.faults, self.orders)
        self._start: Reading = self._counted.read(0)
        spec = program.run
        self._meter = Meter(program)
        self._demand = Demand(program) if spec.demand else None
        self._bands = BandSums(program) if spec.bands else None
        self._series = Series(
            len(program.products), len(program.machines), program.run.bin, program.run.horizon
        )

    # -- random times ----------------------------------------------------------------------

    def _draws(self, distribution: Distribution, entity: str, purpose: str) -> Draw:
        """Successive ticks of a distribution, addressed by names (S-07)."""
        return draws.times(distribution, self._seed, self._replication, entity, purpose)

    def _setup_draws(self, machine: str, distribution: int, purpose: str) -> Draw:
        return self._draws(self._program.distributions[distribution], machine, purpose)

    def _units(self, entity: str, purpose: str) -> Callable[[], float]:
        return draws.uniforms(self._seed, self._replication, entity, purpose)

    # -- putting the plant together --------------------------------------------------------

    def _add_stocks(self) -> None:
        floor = self.floor
        for index, spec in enumerate(self._program.stocks):
            floor.stocks.append(Stock(floor, index, spec, floor.products[spec.product]))
        for product, made in zip(floor.products, self._program.products, strict=True):
            if made.stock != NONE:
                product.stock = floor.stocks[made.stock]

    def _add_machines(self) -> None:
        floor, program = self.floor, self._program
        for index, spec in enumerate(program.machines):
            setups = None
            if spec.setup != NONE:
                stream = partial(self._setup_draws, spec.name)
                setups = SetupTimes(program.setups[spec.setup], self._expected, stream)
            station = floor.stations[spec.station]
            if spec.custom:
                machine: Machine = BehavingMachine(floor, index, spec, station, setups, self._draws)
            elif spec.belt == NONE:
                machine = Machine(floor, index, spec, station, setups)
            else:
                machine = Belt(floor, index, spec, station, program.belts[spec.belt])
            floor.machines.append(machine)
            machine.station.machines.append(machine)
            if spec.initial_tool != NONE:
                floor.tools.mount_at_start(machine, spec.initial_tool)

    def _add_renewals(self) -> None:
        """Copies of tools that wear out (S-105)."""
        floor, program = self.floor, self._program
        for tool, spec in enumerate(program.tools):
            for copy, slot in enumerate(floor.slots.copies[tool]):
                name = copy_name(spec.name, copy)
                draw = self._draws(program.distributions[spec.renew], name, "renew")
                floor.tools.renewals[tool].append(Renewal(floor, slot, copy, tool, spec, draw))

    def _add_fleets(self) -> None:
        floor, program = self.floor, self._program
        floor.roads = Roads(floor, program.zones)
        floor.fleets = [Fleet(floor, n, spec) for n, spec in enumerate(program.fleets)]
        for number, spec in enumerate(program.vehicles):
            fleet = floor.fleets[spec.fleet]
            kind = Driver if fleet.ways else Vehicle
            vehicle = kind(floor, number, spec, fleet)
            fleet.vehicles.append(vehicle)
            floor.vehicles.append(vehicle)

    def _add_steps(self) -> list[Step]:
        floor, program = self.floor, self._program
        remaining = rules.remaining(self._following)
        steps = []
        for index, spec in enumerate(program.operations):
            station = floor.stations[spec.station]
            step = Step(index, spec, station, remaining[index])
            station.lines.append(step.line)
            if spec.fleet != NONE:
                step.fleet = floor.fleets[spec.fleet]
            if spec.tool != NONE:
                floor.tools.used_at(spec.tool, station.bit)
                step.wears = program.tools[spec.tool].life > 0
            if spec.kit or spec.taken:
                step.needs = Needs(floor, spec, station.bit)
            steps.append(step)
        self._add_recipes(steps)
        return steps

    def _add_recipes(self, steps: list[Step]) -> None:
        floor, program = self.floor, self._program
        recipes = [
            Recipe(floor, spec, floor.slots.batches[n]) for n, spec in enumerate(program.batches)
        ]
        for step, spec in zip(steps, program.operations, strict=True):
            if spec.batch != NONE:
                step.recipe = recipe = recipes[spec.batch]
                recipe.steps.append(step)
        for recipe in recipes:
            if recipe.steps:
                recipe.station.recipes.append(recipe)

    def _add_ways(self) -> list[Way]:
        floor, times = self.floor, self._program.distributions
        ways = []
        for step, spec in zip(self.steps, self._program.operations, strict=True):
            for mode in spec.modes:
                machine, attended = floor.machines[mode.machine], spec.attended(mode)
                way = Way(
                    machine,
                    step,
                    self._draws(times[mode.cycle], machine.name, f"cycle/{spec.name}"),
                    self._expected[mode.cycle],
                    self._units(machine.name, f"scrap/{spec.name}"),
                    attended,
                )
                if attended.load != NONE:
                    load = times[attended.load]
                    way.load_draw = self._draws(load, machine.name, f"load/{spec.name}")
                step.ways[machine.index] = way
                machine.ways.append(way)
                ways.append(way)
        return ways

    def _add_faults(self) -> list[Fault]:
        floor, program = self.floor, self._program
        faults: dict[int, Fault] = {}
        for machine, spec in zip(floor.machines, program.machines, strict=True):
            for index in sorted(spec.failures, key=lambda i: floor.slots.failures[i]):
                failure = program.failures[index]
                after = self._draws(failure.after, failure.name, "after")
                repair = self._draws(failure.repair, failure.name, "repair")
                fault = Fault(floor, index, failure, machine, after, repair)
                faults[index] = fault
                if fault.is_looked_at:
                    machine.upkeep.append(fault)
                elif failure.clock is FailureClock.OPERATING:
                    machine.ageing.append(fault)
        return [faults[index] for index in sorted(faults)]

    def _add_releases(self) -> None:
        floor, program, steps = self.floor, self._program, self.steps
        for index, spec in enumerate(program.sources):
            slot = floor.slots.sources[index]
            route = program.products[spec.product].route
            if not route:
                interval = self._draws(program.distributions[spec.interval], spec.name, "interval")
                Purchases(floor, spec, floor.stock_of(spec.product), slot, interval)
                continue
            step = steps[route[0]]
            if spec.kind is ReleaseKind.SATURATED:
                step.station.supplies.append(Supply(floor, spec, step))
            elif spec.kind is ReleaseKind.CONWIP:
                Conwip(floor, spec, step, slot)
            else:
                interval = self._draws(program.distributions[spec.interval], spec.name, "interval")
                if spec.profile != NONE:
                    profile = program.profiles[spec.profile]
                    interval = at_pace(floor, interval, profile, program.run.horizon)
                Arrivals(floor, spec, step, slot, interval)
        self.orders = [self._order(index, spec) for index, spec in enumerate(program.orders)]
        times = [max(spec.release, 0) for spec in program.orders]
        OrderBook(floor, self.orders, times, floor.slots.book)

    def _order(self, index: int, spec: Order) -> OrderFile:
        floor, route = self.floor, self._program.products[spec.product].route
        if not route:
            return Delivery(floor, index, spec, floor.stock_of(spec.product))
        first = route[0] if spec.begins == NONE else spec.begins
        return OrderFile(floor, index, spec, self.steps[first])

    def _add_shifts(self) -> list[Shift]:
        floor, program = self.floor, self._program
        shifts = [
            Shift(floor, spec, floor.slots.calendars[n], program.run.horizon)
            for n, spec in enumerate(program.calendars)
        ]
        for machine, spec in zip(floor.machines, program.machines, strict=True):
            if spec.calendar != NONE:
                shifts[spec.calendar].machines.append(machine)
        for person, worker in zip(floor.staff.people, program.workers, strict=True):
            if worker.calendar != NONE:
                shifts[worker.calendar].people.append(person)
        for shift in shifts:
            shift.begin()
        return shifts

    # -- running ---------------------------------------------------------------------------

    def to_the_end(self, on_progress: Progress | None) -> Tally:
        """Run to the horizon, to a stop condition or to a stall, and report."""
        floor, spec = self.floor, self._program.run
        if spec.warmup:
            self._housekeeping(spec.warmup, spec.horizon, self._warm)
        self._housekeeping(spec.bin, spec.bin, self._close_bin)
        if spec.demand:
            self._housekeeping(spec.demand, spec.demand, self._close_window)
        if self._bands is not None:
            self._look_at_borders(self._bands)
        if on_progress is not None:
            self._housekeeping(
                spec.horizon // _REPORTS,
                spec.horizon // _REPORTS,
                partial(self._report, on_progress),
            )
        floor.dirty = (1 << len(floor.stations)) - 1
        floor.changed.extend(floor.machines)
        floor.clock.changed = True
        Alarm(floor.env, HOUSEKEEPING, self._end).set(spec.horizon)
        floor.clock.run()
        ended = floor.now
        if ended < spec.warmup:
            self._warm(ended)  # a stall within the warm-up: nothing was observed
        if spec.demand and ended % spec.demand == 0:
            self._close_window(ended)
        if self._bands is not None:
            self._bands.close(ended, sum(self._counted.energies(self._meter, ended)))
        told = stalled if self._stalled else locked
        return self._counted.tally(
            self._start,
            self._series,
            replication=self._replication,
            warmup=spec.warmup,
            ended=ended,
            stopped=self._watch.stopped,
            stall=told(self._program, floor, self.faults),
            demand=self._demand,
            band_energy=tuple(self._bands.sums) if self._bands is not None else (),
        )

    def _end(self, _event: Event) -> None:
        """The horizon: what is due at it is no part of the run (S-01)."""
        self.floor.clock.stop()

    def _housekeeping(self, first: int, every: int, look: Callable[[int], None]) -> None:
        """Look at the plant before anything happens at that tick, and again (S-06)."""
        floor, horizon = self.floor, self._program.run.horizon

        def ring(_event: Event) -> None:
            now = floor.now
            look(now)
            if now + every < horizon:
                alarm.set(every)

        alarm = Alarm(floor.env, HOUSEKEEPING, ring)
        if 0 < first < horizon:
            alarm.set(first)

    def _look_at_borders(self, bands: BandSums) -> None:
        """Look at what was drawn whenever another band comes into force (S-06, S-164)."""
        floor, left = self.floor, iter(bands.borders)

        def ring(_event: Event) -> None:
            now = floor.now
            bands.close(now, sum(self._counted.energies(self._meter, now)))
            following = next(left, None)
            if following is not None:
                alarm.set(following - now)

        alarm = Alarm(floor.env, HOUSEKEEPING, ring)
        first = next(left, None)
        if first is not None:
            alarm.set(first)

    def _warm(self, now: int) -> None:
        self._start = self._counted.read(now)
        if self._bands is not None:
            self._bands.begin(sum(self._counted.energies(self._meter, now)))
        for product in self.floor.products:
            product.histogram.clear()

    def _close_bin(self, now: int) -> None:
        self._series.close_bin(now, self._counted.glance(now))

    def _close_window(self, now: int) -> None:
        assert self._demand is not None
        self._demand.close(now, self._counted.energies(self._meter, now))

    def _report(self, on_progress: Progress, now: int) -> None:
        if on_progress(now / self._program.run.horizon) is False:
            raise Cancelled

    def _perhaps_stalled(self) -> None:
        """Nothing timed is under way: is that for ever (S-80)?"""
        floor = self.floor
        if any(shift.keeps_waiting for shift in self.shifts):
            return
        if any(fault.may_scrap for fault in self.faults):
            return
        inside = any(product.on_the_way for product in floor.products)
        if inside or any(station.supplies for station in floor.stations):
            self._stalled = True
            floor.clock.stop()


__all__ = ["Cancelled", "Run", "simulate"]
