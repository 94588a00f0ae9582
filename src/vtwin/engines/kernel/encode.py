"""From a Program to the kernel's memory: what lies in an arena before anything has happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vtwin.base.draws import Distribution
from vtwin.engines.kernel import calendar, streams
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.arena import Draft, Fields, Table
from vtwin.engines.kernel.memory import FIELD
from vtwin.plant import rules
from vtwin.plant.order import Slots, copy_name, slots
from vtwin.plant.primitives import (
    NONE,
    OUT,
    UNLIMITED,
    Belt,
    Branch,
    DispatchRule,
    FailureClock,
    Kit,
    MachineState,
    ReleaseKind,
    ShiftEnd,
)
from vtwin.plant.program import Program
from vtwin.plant.trace import VehicleState, lead_bin

#: Places of an unlimited buffer; more than any run can fill.
_ENDLESS = 2**62


@dataclass(frozen=True, slots=True)
class Stream:
    """Who draws what: ``distribution`` is None for uniforms."""

    distribution: Distribution | None
    entity: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Template:
    """A program's arena before its first event, and where everything lies in it."""

    fields: Fields
    addresses: Fields  # numbers of the fields that hold addresses
    streams: tuple[Stream, ...]
    bins: int  # of a lead-time histogram
    machines: Table
    stations: Table
    steps: Table
    ways: Table
    products: Table
    faults: Table
    tasks: Table
    people: Table
    skills: Table
    tools: Table
    copies: Table
    sources: Table
    orders: Table
    shifts: Table
    meters: Table
    batches: Table
    stocks: Table
    carriers: Table
    stored: tuple[int, ...]  # product of each stock
    carrier_counts: tuple[int, ...]
    fleets: Table
    vehicles: Table

    def copy(self, items: int, rows: int) -> Fields:
        """An arena of its own with room for so many items in the plant at a time and so many
        rows of the trace (0: none is written). Its addresses are true as long as it lives.
        """
        used = self.fields.size
        arena = np.zeros(used + items * at.IT_SIZE + rows * at.R_SIZE, dtype=np.int64)
        arena[:used] = self.fields
        m = arena.ctypes.data
        arena[self.addresses] += m
        end = used + items * at.IT_SIZE
        give_items(arena, m + used * FIELD, items)
        arena[at.H_ROWS] = end * FIELD
        arena[at.H_ROW_LIMIT] = rows
        arena[at.H_ROW_MARK] = rows // 2
        return arena


def give_items(arena: Fields, start: int, items: int) -> None:
    """New items come from a block of records at an address from now on; more are asked for
    when half of them were needed.
    """
    size = at.IT_SIZE * FIELD
    arena[at.H_FRESH_ITEM] = start
    arena[at.H_ITEM_MARK] = start + items // 2 * size
    arena[at.H_ITEMS_END] = start + items * size


def bits_of(branch: Branch) -> int:
    """Bits an item needs to count how often it took a branch (S-84)."""
    return 0 if branch.most == UNLIMITED else branch.most.bit_length()


def encode(program: Program) -> Template:
    """Lay a program out."""
    return _Encoding(program).template()


class _Encoding:
    """Writes the tables one by one; a table's records are known by index before they are full."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.slots: Slots = slots(program)
        self.draft = draft = Draft(at.H_SIZE)
        self.streams: list[Stream] = []
        self._known: dict[Stream, int] = {}
        self.expected = [rules.expected_ticks(d) for d in program.distributions]
        p = program
        self.owned = sorted(f for machine in p.machines for f in machine.failures)
        self.machines = draft.table(len(p.machines), at.M_SIZE)
        self.stations = draft.table(len(p.stations), at.ST_SIZE)
        #: Bought parts have one operation that is done nowhere.
        self.bought = [n for n, product in enumerate(p.products) if not product.route]
        self.steps = draft.table(len(p.operations) + len(self.bought), at.OP_SIZE)
        self.ways = draft.table(sum(len(op.modes) for op in p.operations), at.W_SIZE)
        self.products = draft.table(len(p.products), at.PR_SIZE)
        self.faults = draft.table(len(self.owned), at.F_SIZE)
        worn = sum(map(len, self.slots.copies))
        self.copies = draft.table(worn, at.C_SIZE)
        self.tasks = draft.table(len(p.machines) + len(self.owned) + worn, at.T_SIZE)
        self.people = draft.table(len(p.workers), at.P_SIZE)
        self.skills = draft.table(len(p.skills), at.SK_SIZE)
        self.tools = draft.table(len(p.tools), at.TL_SIZE)
        self.sources = draft.table(len(p.sources), at.SO_SIZE)
        self.orders = draft.table(len(p.orders), at.OR_SIZE)
        self.shifts = draft.table(len(p.calendars), at.SH_SIZE)
        self.fleets = draft.table(len(p.fleets), at.FL_SIZE)
        self.vehicles = draft.table(len(p.vehicles), at.V_SIZE)
        metered = p.run.demand or any(machine.surge for machine in p.machines)
        self.meters = draft.table(len(p.machines) if metered else 0, at.ME_SIZE)
        heads = [spec.heads for spec in p.operations]
        heads += [spec.heads for spec in p.failures] + [spec.heads for spec in p.setups]
        self.most_heads = max(heads, default=1)
        self.batches = draft.table(len(p.batches), at.BA_SIZE)
        self.stocks = draft.table(len(p.stocks), at.STK_SIZE)
        self.carriers = draft.table(len(p.carriers), at.CA_SIZE)
        self.bins = lead_bin(p.run.horizon) + 1
        #: Ways of each operation, (machine, record), by machine.
        self.ways_of: list[list[tuple[int, int]]] = []

    # -- small things ------------------------------------------------------------------------

    def _ref(self, table: Table, index: int) -> int:
        """A record's place; NONE is none."""
        return 0 if index == NONE else table.at(index)

    def _fill(self, start: int, **fields: int) -> None:
        """Write fields of a record, by the names of ``layout``."""
        for name, number in fields.items():
            self.draft.put(start + getattr(at, name), int(number))

    def _link(self, start: int, **fields: int) -> None:
        """Write fields that hold addresses."""
        for name, target in fields.items():
            self.draft.point(start + getattr(at, name), target)

    def _list(self, start: int, field: str, count: str, targets: Sequence[int]) -> None:
        """Write a list of addresses, where it is and how long."""
        self._link(start, **{field: self.draft.pointers(targets)})
        self._fill(start, **{count: len(targets)})

    def _stream(self, distribution: Distribution | None, entity: str, purpose: str) -> int:
        """The number of a stream of a distribution's draws, or of uniforms."""
        stream = Stream(distribution, entity, purpose)
        if stream not in self._known:
            self._known[stream] = len(self.streams)
            self.streams.append(stream)
        return self._known[stream]

    # -- tables ------------------------------------------------------------------------------

    def template(self) -> Template:
        """The whole arena."""
        self._steps()
        self._machines()
        self._stations()
        self._products()
        self._faults()
        self._people()
        self._tools()
        self._releases()
        self._shifts()
        self._meters()
        self._batches()
        self._stocks()
        self._carriers()
        self._transport()
        self._stops()
        self._head()
        fields, addresses = self.draft.done()
        return Template(
            fields,
            addresses,
            tuple(self.streams),
            self.bins,
            self.machines,
            self.stations,
            self.steps,
            self.ways,
            self.products,
            self.faults,
            self.tasks,
            self.people,
            self.skills,
            self.tools,
            self.copies,
            self.sources,
            self.orders,
            self.shifts,
            self.meters,
            self.batches,
            self.stocks,
            self.carriers,
            tuple(stock.product for stock in self.program.stocks),
            tuple(carrier.count for carrier in self.program.carriers),
            self.fleets,
            self.vehicles,
        )

    def _steps(self) -> None:
        p = self.program
        following = rules.followers(p.products, p.operations)
        remaining = rules.remaining(following)
        endless = {s.product for s in p.sources if s.kind is ReleaseKind.SATURATED}
        supplied = {p.products[product].route[0] for product in endless}
        way = 0
        for index, spec in enumerate(p.operations):
            start, first = self.steps.at(index), way
            self._fill(
                start,
                OP_INDEX=index,
                OP_PRODUCT=spec.product,
                # A batch is one cycle, whatever is in it (S-123).
                OP_PER_CYCLE=spec.pieces_per_cycle if spec.batch == NONE else _ENDLESS,
                OP_NEEDS=bool(spec.kit) or spec.takes != NONE,
                OP_KIT_COUNT=len(spec.kit),
                OP_SETUP_KEY=spec.setup_key,
                OP_REMAINING=remaining[index],
                OP_SAMPLE=spec.sample,
                OP_AHEAD=rules.expected_work(
                    [self.expected[mode.cycle] for mode in spec.modes], spec.sample
                ),
                OP_WAY_COUNT=len(spec.modes),
                OP_SUPPLIED=index in supplied,
                OP_WEARS=spec.tool != NONE and p.tools[spec.tool].life > 0,
                OP_HEADS=spec.heads,
            )
            self.draft.put_float(start + at.OP_SCRAP, spec.scrap)
            self._link(
                start,
                OP_STATION=self.stations.at(spec.station),
                OP_TOOL=self._ref(self.tools, spec.tool),
                OP_SKILL=self._ref(self.skills, spec.skill),
                OP_FLEET=self._ref(self.fleets, spec.fleet),
                OP_WAYS=self.ways.at(first),
                OP_RECIPE=self._ref(self.batches, spec.batch),
                OP_KIT=self._kit(spec.kit),
                OP_TAKES=self._ref(self.carriers, spec.takes),
                OP_RETURNS=self._ref(self.carriers, spec.returns),
            )
            self.ways_of.append([])
            for mode in spec.modes:
                here = self.ways.at(way)
                self.ways_of[index].append((mode.machine, here))
                self._way(here, index, mode.machine, mode.cycle)
                way += 1
        for index, after in enumerate(following):
            self._link(self.steps.at(index), OP_FOLLOWING=self._ref(self.steps, after))
        self._branches(following)
        for n, index in enumerate(self.bought, len(p.operations)):
            self._fill(self.steps.at(n), OP_INDEX=NONE, OP_PRODUCT=index)

    def _branches(self, following: Sequence[int]) -> None:
        """Ways on beside the main one; an item counts those with a limit in bits of its own."""
        p = self.program
        bits = [0] * len(p.products)
        for index, spec in enumerate(p.operations):
            after = following[index]
            forks = bool(spec.branches) or (after != NONE and p.operations[after].sample > 1)
            table = self.draft.table(len(spec.branches), at.BR_SIZE)
            start = self.steps.at(index)
            self._fill(start, OP_FORKS=forks, OP_BRANCH_COUNT=len(spec.branches))
            if not spec.branches:
                continue
            self._fill(start, OP_ROUTE_STREAM=self._stream(None, spec.name, "route"))
            self._link(start, OP_BRANCHES=table.start)
            limits = rules.limits(spec.branches)
            for n, (limit, branch) in enumerate(zip(limits, spec.branches, strict=True)):
                here, size = table.at(n), bits_of(branch)
                self.draft.put_float(here + at.BR_LIMIT, limit)
                if branch.operation != OUT:
                    self._link(here, BR_STEP=self.steps.at(branch.operation))
                self._fill(
                    here,
                    BR_MOST=branch.most,
                    BR_SHIFT=bits[spec.product],
                    BR_MASK=(1 << size) - 1,
                )
                bits[spec.product] += size

    def _first_step(self, product: int) -> int:
        """Where items of a product begin."""
        route = self.program.products[product].route
        bought = len(self.program.operations)
        return self.steps.at(route[0] if route else bought + self.bought.index(product))

    def _kit(self, kit: Sequence[Kit]) -> int:
        """The components of a kit; where they begin."""
        table = self.draft.table(len(kit), at.KIT_SIZE)
        for n, part in enumerate(kit):
            self._fill(table.at(n), KIT_PIECES=part.pieces)
            self._link(table.at(n), KIT_STOCK=self.stocks.at(part.stock))
        return table.start

    def _batches(self) -> None:
        p = self.program
        for index, spec in enumerate(p.batches):
            done = [n for n, op in enumerate(p.operations) if op.batch == index]
            start = self.batches.at(index)
            self._fill(
                start,
                BA_SLOT=self.slots.batches[index],
                BA_LEAST=spec.least,
                BA_MOST=spec.most,
                BA_WAIT=spec.wait,
                BA_DUE=at.NEVER,
            )
            self._list(start, "BA_STEPS", "BA_STEP_COUNT", [self.steps.at(n) for n in done])
            if done:
                self._link(start, BA_STATION=self.stations.at(p.operations[done[0]].station))

    def _stocks(self) -> None:
        p = self.program
        for index, spec in enumerate(p.stocks):
            takers = {op.station for op in p.operations for k in op.kit if k.stock == index}
            start = self.stocks.at(index)
            places = _ENDLESS if spec.places == UNLIMITED else spec.places
            self._fill(start, STK_INDEX=index, STK_PLACES=places)
            self._link(start, STK_PRODUCT=self.products.at(spec.product))
            users = [self.stations.at(n) for n in sorted(takers)]
            self._list(start, "STK_USERS", "STK_USER_COUNT", users)

    def _carriers(self) -> None:
        p = self.program
        for index, spec in enumerate(p.carriers):
            takers = {op.station for op in p.operations if op.takes == index}
            start = self.carriers.at(index)
            self._fill(start, CA_INDEX=index, CA_FREE=spec.count)
            users = [self.stations.at(n) for n in sorted(takers)]
            self._list(start, "CA_USERS", "CA_USER_COUNT", users)
        every = [self.carriers.at(n) for n in range(len(p.carriers))]
        self._list(0, "H_CARRIERS", "H_CARRIER_COUNT", every)

    def _way(self, start: int, step: int, machine: int, cycle: int) -> None:
        spec, worked_on = self.program.operations[step], self.program.machines[machine]
        scrap = loading = NONE
        if spec.scrap > 0.0:
            scrap = self._stream(None, worked_on.name, f"scrap/{spec.name}")
        if spec.load != NONE:
            load = self.program.distributions[spec.load]
            loading = self._stream(load, worked_on.name, f"load/{spec.name}")
        self._link(start, W_MACHINE=self.machines.at(machine), W_STEP=self.steps.at(step))
        self._fill(
            start,
            W_STREAM=self._stream(
                self.program.distributions[cycle], worked_on.name, f"cycle/{spec.name}"
            ),
            W_EXPECTED=self.expected[cycle],
            W_SCRAP_STREAM=scrap,
            W_LOAD_STREAM=loading,
            W_PLAIN=spec.tool == NONE
            and spec.skill == NONE
            and worked_on.setup == NONE
            and spec.takes == NONE
            and not spec.kit,
        )

    def _machines(self) -> None:
        p = self.program
        ways: list[list[int]] = [[] for _ in p.machines]
        for found in self.ways_of:
            for machine, way in found:
                ways[machine].append(way)
        for index, spec in enumerate(p.machines):
            start = self.machines.at(index)
            self._fill(
                start,
                M_WORK_KIND=at.WORK_MACHINE,
                M_INDEX=index,
                M_SLOT=self.slots.machines[index],
                M_DOING=MachineState.STARVED,
                M_STATE=MachineState.STARVED,
                M_KEY=spec.initial_key,
                M_OPEN=1,
                M_ON_DUTY=1,
                M_FIT=1,
                M_FINISHES=spec.shift_end is ShiftEnd.FINISH,
                M_CYCLING=NONE,
                M_HANDED=NONE,
                M_X=spec.x,
                M_Y=spec.y,
            )
            self._link(
                start,
                M_STATION=self.stations.at(spec.station),
                M_TASK=self._task(index, start, start, self.slots.machines[index]),
                M_TOOL=self._ref(self.tools, spec.initial_tool),
            )
            self._list(start, "M_WAYS", "M_WAY_COUNT", ways[index])
            self._modes(start, spec.failures)
            if spec.belt != NONE:
                self._belt(start, p.belts[spec.belt])
            if spec.setup != NONE:
                self._cells(start, spec.name, spec.setup)

    def _belt(self, machine: int, spec: Belt) -> None:
        start = self.draft.table(1, at.B_SIZE).start
        self._fill(
            start,
            B_PLACES=spec.places,
            B_TRAVEL=spec.travel,
            B_PITCH=spec.pitch,
            B_ACCUMULATING=spec.accumulating,
            B_TICKING=1,
            B_LAST_IN=-spec.pitch,
            B_LAST_OUT=-spec.pitch,
            B_DUE=-1,
        )
        self._link(start, B_CLOSED=self.draft.table(1, at.IT_SIZE).start)
        self._link(machine, M_BELT=start)

    def _task(self, index: int, work: int, place: int, slot: int) -> int:
        """What a machine or failure mode needs people for."""
        start = self.tasks.at(index)
        crew = self.draft.table(self.most_heads, 1)
        self._link(start, T_WORK=work, T_PLACE=place, T_CREW=crew.start)
        self._fill(start, T_SLOT=slot)
        return start

    def _modes(self, machine: int, failures: tuple[int, ...]) -> None:
        """Modes that strike through the work, and those looked at when it ends, by slot."""
        ageing, upkeep = [], []
        for index in sorted(failures, key=lambda f: self.slots.failures[f]):
            spec, record = self.program.failures[index], self.faults.at(self.owned.index(index))
            if spec.planned or spec.clock is FailureClock.CYCLES:
                upkeep.append(record)
            elif spec.clock is FailureClock.OPERATING:
                ageing.append(record)
        self._list(machine, "M_AGEING", "M_AGEING_COUNT", ageing)
        self._list(machine, "M_UPKEEP", "M_UPKEEP_COUNT", upkeep)

    def _cells(self, machine: int, name: str, setup: int) -> None:
        """The set-up table as one machine uses it; a stream per cell (S-33)."""
        table = self.program.setups[setup]
        cells = self.draft.table(len(table.keys) ** 2, at.CELL_SIZE)
        for n, source in enumerate(table.keys):
            for k, target in enumerate(table.keys):
                cell, start = table.cell[n][k], cells.at(n * len(table.keys) + k)
                self._fill(start, CELL_STREAM=NONE)
                if cell != NONE:
                    stream = self._stream(
                        self.program.distributions[cell], name, f"setup/{source}/{target}"
                    )
                    self._fill(start, CELL_STREAM=stream, CELL_EXPECTED=self.expected[cell])
        self._link(machine, M_SETUPS=cells.start, M_SETUP_SKILL=self._ref(self.skills, table.skill))
        self._fill(machine, M_SETUP_KEYS=len(table.keys), M_SETUP_HEADS=table.heads)

    def _stations(self) -> None:
        p = self.program
        lines: list[list[int]] = [[] for _ in p.stations]
        for index, op in enumerate(p.operations):
            lines[op.station].append(index)
        supplies: list[list[int]] = [[] for _ in p.stations]
        for index, source in enumerate(p.sources):
            if source.kind is ReleaseKind.SATURATED:
                first = p.operations[p.products[source.product].route[0]]
                supplies[first.station].append(self.sources.at(index))
        for index, spec in enumerate(p.stations):
            start = self.stations.at(index)
            self._fill(
                start,
                ST_INDEX=index,
                ST_RULE=spec.rule,
                ST_START=self._how_to_start(index, lines[index]),
                ST_PLACES=_ENDLESS if spec.input == UNLIMITED else spec.input,
                ST_OUTPUT_PLACES=_ENDLESS if spec.output == UNLIMITED else spec.output,
                ST_IS_ENDLESS=spec.input == UNLIMITED,
            )
            if spec.nodes:
                self._link(start, ST_NODES=self.draft.numbers(spec.nodes))
            machines = [n for n, machine in enumerate(p.machines) if machine.station == index]
            self._list(
                start, "ST_MACHINES", "ST_MACHINE_COUNT", [self.machines.at(n) for n in machines]
            )
            self._list(start, "ST_LINES", "ST_LINE_COUNT", [self.steps.at(n) for n in lines[index]])
            self._list(start, "ST_SUPPLIES", "ST_SUPPLY_COUNT", supplies[index])
            tools = {p.operations[n].tool for n in lines[index]} - {NONE}
            mates = {op.station for op in p.operations if op.tool in tools} - {index}
            self._list(
                start, "ST_MATES", "ST_MATE_COUNT", [self.stations.at(n) for n in sorted(mates)]
            )
            recipes = sorted({p.operations[n].batch for n in lines[index]} - {NONE})
            records = [self.batches.at(n) for n in recipes]
            self._list(start, "ST_RECIPES", "ST_RECIPE_COUNT", records)

    def _how_to_start(self, station: int, lines: list[int]) -> int:
        """The shortest way to decide that gives the same decisions (S-25)."""
        p = self.program
        spec = p.stations[station]
        if spec.input == 0:
            return at.START_FROM_DOOR
        machines = [m for m in p.machines if m.station == station]
        if (
            len(lines) == 1
            and spec.rule not in (DispatchRule.SPT, DispatchRule.CRITICAL_RATIO)
            and p.operations[lines[0]].tool == NONE
            and all(m.setup == NONE for m in machines)
            and len(p.operations[lines[0]].modes) == len(machines)
            and p.operations[lines[0]].batch == NONE
            and p.operations[lines[0]].takes == NONE
            and not p.operations[lines[0]].kit
        ):
            return at.START_FIRST
        return at.START_BY_RULE

    def _products(self) -> None:
        for index in range(self.products.count):
            start = self.products.at(index)
            histogram = self.draft.table(self.bins, 1)
            self._fill(start, PR_INDEX=index)
            stock = self._ref(self.stocks, self.program.products[index].stock)
            self._link(start, PR_HISTOGRAM=histogram.start, PR_STOCK=stock)

    def _faults(self) -> None:
        p = self.program
        owner = {f: m for m, machine in enumerate(p.machines) for f in machine.failures}
        for n, index in enumerate(self.owned):
            spec, start = p.failures[index], self.faults.at(n)
            self._fill(
                start,
                J_WORK_KIND=at.WORK_FAULT,
                F_INDEX=index,
                J_SLOT=self.slots.failures[index],
                F_PART=spec.part,
                J_HEADS=spec.heads,
                F_PLANNED=spec.planned,
                F_LIFE=spec.life if spec.clock is FailureClock.CYCLES else 0,
                F_CALENDAR_CLOCK=spec.clock is FailureClock.CALENDAR,
                F_AFTER=self._stream(spec.after, spec.name, "after"),
                F_REPAIR=self._stream(spec.repair, spec.name, "repair"),
            )
            self._link(
                start,
                F_MACHINE=self.machines.at(owner[index]),
                J_SKILL=self._ref(self.skills, spec.skill),
                J_TASK=self._task(
                    len(p.machines) + n,
                    start,
                    self.machines.at(owner[index]),
                    self.slots.failures[index],
                ),
            )

    def _people(self) -> None:
        p = self.program
        for index, spec in enumerate(p.workers):
            start = self.people.at(index)
            # Besides what is attended, the repair of the machine attended (S-116).
            tasks = self.draft.table(max(spec.tends, 1) + 1, 1)
            speeds = self.draft.table(len(p.skills), 1)
            for skill, speed in zip(spec.skills, spec.speeds, strict=True):
                self.draft.put_float(speeds.at(skill), speed)
            self._fill(
                start,
                P_INDEX=index,
                P_SHIFT_END=spec.shift_end,
                P_TENDS=spec.tends,
                P_ON_SHIFT=1,
                P_PRESENT=1,
                P_PACE=spec.speed,
            )
            if spec.absence > 0.0:
                self.draft.put_float(start + at.P_ABSENCE, spec.absence)
                self._fill(start, P_ABSENCE_STREAM=self._stream(None, spec.name, "absence"))
            self._link(start, P_TASKS=tasks.start, P_SPEEDS=speeds.start)
        for skill in range(len(p.skills)):
            order = rules.worker_order(p.workers, skill)
            start = self.skills.at(skill)
            self._fill(start, SK_INDEX=skill)
            self._list(start, "SK_ABLE", "SK_ABLE_COUNT", [self.people.at(n) for n in order])

    def _tools(self) -> None:
        p = self.program
        for index, spec in enumerate(p.tools):
            start = self.tools.at(index)
            holders = [n for n, m in enumerate(p.machines) if m.initial_tool == index]
            records = [self.machines.at(n) for n in holders]
            self._fill(
                start,
                TL_INDEX=index,
                TL_FREE=spec.count - len(holders),
                TL_WEARS=spec.life > 0,
            )
            self._copies(start, index, records)
            self._link(start, TL_FIRST_HOLDER=records[0] if records else 0)
            for here, following in pairwise(records):
                self._link(here, M_NEXT_HOLDER=following)
            users = sorted({op.station for op in p.operations if op.tool == index})
            self._list(start, "TL_USERS", "TL_USER_COUNT", [self.stations.at(n) for n in users])

    def _copies(self, tool: int, index: int, holders: list[int]) -> None:
        """The copies of a tool with a life: the first ones are mounted, the others loose."""
        spec, p = self.program.tools[index], self.program
        first = sum(map(len, self.slots.copies[:index]))
        for number, slot in enumerate(self.slots.copies[index]):
            start = self.copies.at(first + number)
            renew, name = p.distributions[spec.renew], copy_name(spec.name, number)
            self._fill(
                start,
                J_WORK_KIND=at.WORK_COPY,
                J_SLOT=slot,
                J_HEADS=1,
                C_NUMBER=number,
                C_LIFE=spec.life,
                C_RENEW=self._stream(renew, name, "renew"),
            )
            task = len(p.machines) + len(self.owned) + first + number
            self._link(
                start,
                J_SKILL=self._ref(self.skills, spec.skill),
                J_TASK=self._task(task, start, 0, slot),
                C_TOOL=tool,
            )
            if number < len(holders):
                self._link(holders[number], M_COPY=start)
            elif number == len(holders):
                self._link(tool, TL_FIRST_LOOSE=start)
            else:
                self._link(self.copies.at(first + number - 1), C_NEXT=start)

    def _releases(self) -> None:
        p = self.program
        for index, spec in enumerate(p.sources):
            start = self.sources.at(index)
            self._fill(
                start,
                SO_KIND=spec.kind,
                SO_SLOT=self.slots.sources[index],
                SO_LOT=spec.lot,
                SO_LEVEL=spec.level,
                SO_DUE_AFTER=spec.due_after,
            )
            if spec.kind is ReleaseKind.ARRIVALS:
                interval = p.distributions[spec.interval]
                self._fill(start, SO_STREAM=self._stream(interval, spec.name, "interval"))
            self._link(
                start,
                SO_STEP=self._first_step(spec.product),
                SO_PROFILE=self._profile(spec.profile),
            )
        for index, order in enumerate(p.orders):
            start = self.orders.at(index)
            self._fill(
                start,
                E_IS_ORDER=1,
                E_DUE=order.due,
                E_PRIORITY=order.priority,
                OR_INDEX=index,
                OR_QUANTITY=order.quantity,
                OR_LOT=order.lot,
                OR_REPLACE=order.replace_scrap,
                OR_TIME=max(order.release, 0),
                OR_STARTED=-1,
                OR_DONE=-1,
                OR_STANDS=at.NOWHERE,
            )
            self._link(start, E_STEP=self._first_step(order.product))

    def _profile(self, index: int) -> int:
        """When intervals pass how fast (S-88)."""
        if index == NONE:
            return 0
        spec = self.program.profiles[index]
        steps = self.draft.numbers(number for step in spec.steps for number in step)
        start = self.draft.table(1, at.PF_SIZE).start
        whole, rest = rules.passed(spec)
        self._fill(
            start,
            PF_PERIOD=spec.period,
            PF_STEP_COUNT=len(spec.steps),
            PF_PASSED=whole,
            PF_PASSED_REST=rest,
        )
        self._link(start, PF_STEPS=steps)
        return start

    def _stops(self) -> None:
        """What ends the run (S-95)."""
        stops = self.program.run.stop
        table = self.draft.table(len(stops), at.SP_SIZE)
        for n, stop in enumerate(stops):
            self._fill(table.at(n), SP_KIND=stop.kind, SP_PIECES=stop.pieces)
            self._link(table.at(n), SP_PRODUCT=self._ref(self.products, stop.product))
        self._fill(
            0,
            H_STOPS=table.start * FIELD,
            H_STOP_COUNT=len(stops),
            H_OPEN_ORDERS=len(self.program.orders),
        )

    def _shifts(self) -> None:
        p = self.program
        for index, spec in enumerate(p.calendars):
            start = self.shifts.at(index)
            ticks = [tick for interval in spec.open for tick in interval]
            changes = [tick for tick in ticks if 0 < tick < p.run.horizon]
            self._fill(
                start,
                SH_SLOT=self.slots.calendars[index],
                SH_OPEN=bool(spec.open) and spec.open[0][0] <= 0,
                SH_CHANGE_COUNT=len(changes),
            )
            resumes = [int(tick in spec.resumes) for tick in changes]
            self._link(
                start,
                SH_CHANGES=self.draft.numbers(changes),
                SH_RESUMES=self.draft.numbers(resumes),
            )
            machines = [n for n, m in enumerate(p.machines) if m.calendar == index]
            people = [n for n, w in enumerate(p.workers) if w.calendar == index]
            self._list(
                start, "SH_MACHINES", "SH_MACHINE_COUNT", [self.machines.at(n) for n in machines]
            )
            self._list(start, "SH_PEOPLE", "SH_PERSON_COUNT", [self.people.at(n) for n in people])

    def _transport(self) -> None:
        p = self.program
        for index, spec in enumerate(p.fleets):
            start = self.fleets.at(index)
            self._fill(
                start,
                FL_INDEX=index,
                FL_RULE=spec.rule,
                FL_NODES=len(spec.nodes),
                FL_LOAD=spec.load,
                FL_IDLE=sum(vehicle.fleet == index for vehicle in p.vehicles),
                FL_UNLOAD=spec.unload,
            )
            ways = [ticks for row in spec.travel for ticks in row]
            self._link(start, FL_TRAVEL=self.draft.numbers(ways))
            own = [n for n, vehicle in enumerate(p.vehicles) if vehicle.fleet == index]
            self._list(start, "FL_VEHICLES", "FL_VEHICLE_COUNT", [self.vehicles.at(n) for n in own])
        for index, vehicle in enumerate(p.vehicles):
            start = self.vehicles.at(index)
            self._fill(
                start,
                V_INDEX=index,
                V_RANK=len(p.machines) + index,
                V_SLOT=self.slots.vehicles[index],
                V_NODE=vehicle.node,
                V_STATE=VehicleState.IDLE,
            )
            self._link(start, V_FLEET=self.fleets.at(vehicle.fleet))

    def _meters(self) -> None:
        """What each machine draws, and the windows of demand."""
        run = self.program.run
        for index in range(self.meters.count):
            spec, start = self.program.machines[index], self.meters.at(index)
            self._link(start, ME_MACHINE=self.machines.at(index))
            self._fill(start, ME_LENGTH=spec.surge)
            if spec.surge:
                self._link(self.machines.at(index), M_METER=start)
            for state, kw in enumerate(spec.power_kw):
                self.draft.put(start + at.ME_WATTS + state, rules.watts(kw))
                more = rules.watts(spec.surge_kw) - rules.watts(kw)
                self.draft.put(start + at.ME_MORE + state, more)
        self._fill(
            0,
            H_METERS=self.meters.start * FIELD,
            H_METER_COUNT=self.meters.count,
            H_WINDOW=run.demand or at.NEVER,
            H_WINDOW_WIDTH=run.demand,
            H_WARMUP=run.warmup,
            H_PEAK=-1,
            H_PEAK_AT=-1,
        )

    def _head(self) -> None:
        """The head, the calendar, the streams and the lists of the whole plant."""
        p, draft = self.program, self.draft
        names = ("machines", "stations", "products", "faults", "sources", "orders", "shifts")
        for name in (*names, "fleets", "vehicles"):
            table: Table = getattr(self, name)
            head = "H_" + name.upper()
            self._fill(0, **{head: table.start * FIELD, head[:-1] + "_COUNT": table.count})
        words = -(-len(p.stations) // 64)
        self._link(
            0, H_DIRTY=draft.table(words, 1).start, H_LIST=draft.table(len(p.machines), 1).start
        )
        self._fill(
            0,
            H_DIRTY_WORDS=words,
            H_GRANT_RULE=p.grant,
            H_HORIZON=p.run.horizon,
            H_BOOK_SLOT=self.slots.book,
            H_TREE=draft.numbers(calendar.tree(self.slots.count)) * FIELD,
            H_LEAVES=calendar.leaves(self.slots.count),
            H_SLOTS=self._slots() * FIELD,
        )
        self._all_streams()

    def _slots(self) -> int:
        """What each slot belongs to; where the table begins."""
        table = self.draft.table(self.slots.count, at.SL_SIZE)
        failures = [self.slots.failures[f] for f in self.owned]
        kinds: tuple[tuple[int, Sequence[int], Table], ...] = (
            (at.SLOT_SHIFT, self.slots.calendars, self.shifts),
            (at.SLOT_MACHINE, self.slots.machines, self.machines),
            (at.SLOT_FAULT, failures, self.faults),
            (at.SLOT_SOURCE, self.slots.sources, self.sources),
            (at.SLOT_COPY, [n for each in self.slots.copies for n in each], self.copies),
            (at.SLOT_BATCH, self.slots.batches, self.batches),
            (at.SLOT_VEHICLE, self.slots.vehicles, self.vehicles),
        )
        for kind, numbers, owners in kinds:
            for index, slot in enumerate(numbers):
                self._fill(table.at(slot), SL_KIND=kind)
                self._link(table.at(slot), SL_RECORD=owners.at(index))
        self._fill(table.at(self.slots.book), SL_KIND=at.SLOT_BOOK)
        return table.start

    def _all_streams(self) -> None:
        """Records of the streams; observed values are kept once per distribution."""
        table = self.draft.table(len(self.streams), at.S_SIZE)
        values: dict[Distribution, int] = {}
        first = self.draft.numbers(())
        for n, stream in enumerate(self.streams):
            fields = streams.fields(stream.distribution, stream.entity, stream.purpose)
            drawn = stream.distribution
            if drawn is not None and drawn.values:
                if drawn not in values:
                    bits = np.array(drawn.values, dtype=np.float64).view(np.int64)
                    values[drawn] = self.draft.numbers(bits.tolist())
                fields[at.S_VALUES] = values[drawn] - first
            for field, number in enumerate(fields):
                self.draft.put(table.at(n) + field, number)
        self._fill(0, H_STREAMS=table.start * FIELD, H_VALUES=first * FIELD)
