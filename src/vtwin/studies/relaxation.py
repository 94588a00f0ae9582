"""Which order on which machine, and when, if everything took its mean time: a flexible flow or job
shop with release and due dates, sequence-dependent set-ups, tools and crews, solved by CP-SAT.

What is left out: failures are longer cycles, lots of an order follow one another on one machine,
rework is work more at the step it goes back to, buffers are unlimited, vehicles are not there. The
machines' hours are exact where all of them have the same; otherwise times are longer by the share
of the hours that each is open. So the answer is where a search begins, never what it ends with.

CP-SAT works with one thread, a fixed seed and a limit of deterministic time: the same answer on
every computer. Where OR-tools is missing, or as a first schedule for it, orders are listed by
usual rules, each on the machine that ends it first, and single orders are inserted elsewhere
(Nawaz, Enscore and Ham, Omega 11(1), 1983) as long as that helps.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.assigning import Tooled, restricted, retooled
from vtwin.plant.flows import visits
from vtwin.plant.primitives import NEVER, NONE, Operation, Order
from vtwin.plant.program import Program
from vtwin.plant.rules import followers
from vtwin.scenario.decisions import OrderChoices
from vtwin.studies import cp_sat

Objective = Literal["makespan", "tardiness", "late", "flow"]

#: Deterministic seconds CP-SAT may take; about as many on the clock.
EFFORT: Final = 2.0
#: Longest schedule in units of time; shorter ones are told to the second.
_UNITS: Final = 200_000
#: A machine that is open less than this share of the time is not there.
_THERE: Final = 0.02
#: Tasks placed while insertions are tried for a listed schedule.
_PLACED: Final = 250_000
#: More arcs than this between set-ups of one machine are not told to CP-SAT.
_MOST_ARCS: Final = 40_000


@dataclass(frozen=True)
class Task:
    """One step of one order: where it can be done and how long that takes, in units; ``lag`` and
    ``tail`` are the time of its first and last lot. ``key`` is what machines are set up for.
    """

    order: int
    operation: int
    lengths: Mapping[int, int]  # by machine
    lag: int
    tail: int
    key: int
    tool: int
    crew: int  # skill that attends all of it, or NONE
    heads: int


@dataclass(frozen=True)
class Shop:
    """Orders as chains of tasks. Times in ``unit`` seconds of the machines' hours."""

    program: Program
    unit: float
    orders: tuple[str, ...]
    release: tuple[int, ...]
    due: tuple[int | None, ...]
    weight: tuple[int, ...]  # pieces
    chains: tuple[tuple[Task, ...], ...]
    latest: int

    def setup(self, machine: int, before: int, after: int) -> int:
        """Units it takes to set a machine up from one key to another; NONE: as it is at first."""
        spec = self.program.machines[machine]
        here = spec.initial_key if before == NONE else before
        if spec.setup == NONE or NONE in (here, after):
            return 0
        index = self.program.setups[spec.setup].cell[here][after]
        seconds = 0.0 if index == NONE else self.program.distributions[index].mean
        return round(seconds / self.unit)


@dataclass(frozen=True)
class Schedule:
    """Machine and start of every task, by order and step; and what that is worth: less is
    better.
    """

    machine: tuple[tuple[int, ...], ...]
    start: tuple[tuple[int, ...], ...]
    value: tuple[int, ...]
    method: str = ""
    proven: bool = False  # no schedule of the relaxation is better

    def sequence(self, shop: Shop, by: Callable[[int], int]) -> tuple[str, ...]:
        """Orders by a number of each."""
        listed = [n for n in range(len(shop.orders)) if shop.chains[n]]
        return tuple(shop.orders[n] for n in sorted(listed, key=lambda n: (by(n), n)))


def objective_of(kpi: str) -> Objective:
    """What a schedule should make small for a figure of the plant."""
    figure = kpi.rpartition(".")[2]
    if figure == "on_time":
        return "late"
    if figure == "tardiness_s":
        return "tardiness"
    return "flow" if figure in ("lead_time_s", "lead_time_p90_s", "wip") else "makespan"


# --- from a program --------------------------------------------------------------------------


def shop(program: Program, choices: OrderChoices, names: Sequence[str] = ()) -> Shop:
    """The relaxation of a program of mean times; orders may be made on any machine that a
    decision leaves them, with the tool that the program gives them. ``names``: those orders
    alone; () are all.
    """
    clock = _Clock.of(program)
    wanted = set(names)
    able = _able(program, choices)
    often = visits(replace(program, orders=tuple(replace(o, begins=NONE) for o in program.orders)))
    after = followers(program.products, program.operations)
    chosen = [o for o in program.orders if not wanted or o.name in wanted]
    work = [
        [_task(program, clock, o, step, able, often[step]) for step in _chain(program, after, o)]
        for o in chosen
    ]
    total = sum(max(t[1].values()) + _longest_setup(program) for chain in work for t in chain)
    last = max((clock.at(o.release / TICKS_PER_SECOND) for o in chosen), default=0.0)
    unit = max(1.0, math.ceil((total + last) / _UNITS))

    def units(seconds: float) -> int:
        return round(seconds / unit)

    chains = []
    for number, (order, chain) in enumerate(zip(chosen, work, strict=True)):
        tasks = []
        tooled = retooled(program, order)
        for operation, lengths, lots in chain:
            spec = tooled.get(operation, program.operations[operation])
            whole = {m: max(units(s), 1) for m, s in lengths.items()}
            one = min(whole.values()) // max(lots, 1)
            attended = spec.skill != NONE and spec.load == NONE
            tasks.append(
                Task(number, operation, whole, one, one, spec.setup_key, spec.tool,
                     spec.skill if attended else NONE, spec.heads)
            )  # fmt: skip
        chains.append(tuple(tasks))
    dues = [None if o.due == NEVER else units(clock.at(o.due / TICKS_PER_SECOND)) for o in chosen]
    return Shop(
        program,
        unit,
        tuple(o.name for o in chosen),
        tuple(units(clock.at(max(o.release, 0) / TICKS_PER_SECOND)) for o in chosen),
        tuple(dues),
        tuple(o.quantity for o in chosen),
        tuple(chains),
        units(total + last) + sum(map(len, chains)) + 1,
    )


@dataclass(frozen=True)
class _Clock:
    """Seconds of the run as seconds of the machines' hours."""

    opened: tuple[tuple[float, float], ...] | None  # None: always, or not all of them alike
    shares: tuple[float, ...]  # by machine, of the time on that clock

    @classmethod
    def of(cls, program: Program) -> _Clock:
        horizon = max(program.run.horizon, 1)
        shares = tuple(
            1.0
            if machine.calendar == NONE
            else sum(b - a for a, b in program.calendars[machine.calendar].open) / horizon
            for machine in program.machines
        )
        used = {m.machine for o in program.operations for m in o.modes}
        calendars = {program.machines[m].calendar for m in used if shares[m] >= _THERE}
        if len(calendars) == 1 and (only := calendars.pop()) != NONE:
            hours = program.calendars[only].open
            seconds = tuple((a / TICKS_PER_SECOND, b / TICKS_PER_SECOND) for a, b in hours)
            return cls(seconds, tuple(float(share >= _THERE) for share in shares))
        return cls(None, shares)

    def at(self, seconds: float) -> float:
        if self.opened is None:
            return seconds
        starts = [start for start, _ in self.opened]
        upto = bisect_right(starts, seconds)
        return sum(min(end, seconds) - start for start, end in self.opened[:upto])


def _able(program: Program, choices: OrderChoices) -> dict[tuple[str, int], frozenset[int]]:
    """Machines each order may be on, by operation: those of any value where it is decided."""
    place = {operation.name: n for n, operation in enumerate(program.operations)}
    machine = {spec.name: n for n, spec in enumerate(program.machines)}
    found: dict[tuple[str, int], frozenset[int]] = {
        (order.name, operation): machines
        for order in program.orders
        for operation, machines in restricted(program, order).items()
    }
    decided: dict[tuple[str, int], set[int]] = {}
    for (path, _), names in choices.able.items():
        order, operation = choices.machines[path]
        decided.setdefault((order, place[operation]), set()).update(machine[n] for n in names)
    return found | {key: frozenset(machines) for key, machines in decided.items() if machines}


def _chain(program: Program, after: Sequence[int], order: Order) -> list[int]:
    """Operations of the main way, those of the route."""
    route = program.products[order.product].route
    found, here = [], route[0] if route else NONE
    while here != NONE:
        found.append(here)
        here = after[here]
    return found


def _task(
    program: Program,
    clock: _Clock,
    order: Order,
    operation: int,
    able: Mapping[tuple[str, int], frozenset[int]],
    often: float,
) -> tuple[int, dict[int, float], int]:
    """Operation, seconds by machine and lots."""
    tooled = retooled(program, order)
    spec = tooled.get(operation, program.operations[operation])
    pieces = _pieces(program, order, operation, tooled)
    lots = max(1, -(-pieces // order.lot))
    every = {mode.machine for mode in spec.modes}
    machines = able.get((order.name, operation), every) & every or every
    there = {m for m in machines if clock.shares[m] >= _THERE} or machines
    lengths = {
        mode.machine: _cycles(program, spec, order, pieces)
        * max(often, 0.0)
        * (program.distributions[mode.cycle].mean + _load(program, spec))
        / max(clock.shares[mode.machine], _THERE)
        for mode in spec.modes
        if mode.machine in there
    }
    return operation, lengths, lots


def _load(program: Program, spec: Operation) -> float:
    return 0.0 if spec.load == NONE else float(program.distributions[spec.load].mean)


def _pieces(program: Program, order: Order, operation: int, tooled: Tooled) -> int:
    """Pieces that come to a step: enough of them, or what is left of them."""
    route = program.products[order.product].route
    at = route.index(operation) if operation in route else 0
    steps = route[at:] if order.replace_scrap else route[:at]
    kept = math.prod(1.0 - tooled.get(o, program.operations[o]).scrap for o in steps)
    pieces = order.quantity / max(kept, 0.05) if order.replace_scrap else order.quantity * kept
    return max(1, round(pieces))


def _cycles(program: Program, spec: Operation, order: Order, pieces: int) -> float:
    full, rest = divmod(pieces, order.lot)
    if spec.batch != NONE:
        return (full + bool(rest)) / program.batches[spec.batch].most
    each = -(-order.lot // spec.pieces_per_cycle)
    return float(full * each + -(-rest // spec.pieces_per_cycle))


def _longest_setup(program: Program) -> float:
    means = [
        program.distributions[i].mean
        for table in program.setups
        for row in table.cell
        for i in row
        if i != NONE
    ]
    return max(means, default=0.0)


# --- what a schedule is worth ----------------------------------------------------------------


def worth(shop: Shop, ends: Sequence[int], objective: Objective) -> tuple[int, ...]:
    """What is made small first, and what then."""
    late = [max(0, e - d) for e, d in zip(ends, shop.due, strict=True) if d is not None]
    span, flow = max(ends, default=0), sum(ends)
    if objective == "late":
        return sum(lateness > 0 for lateness in late), sum(late), span
    if objective == "tardiness":
        return sum(late), span
    if objective == "flow":
        return sum(w * e for w, e in zip(shop.weight, ends, strict=True)), span
    return span, flow


def at_least(shop: Shop, objective: Objective) -> int:
    """No schedule is worth less: orders that wait for nobody, and machines that never wait."""
    alone = [_alone(shop, n) for n in range(len(shop.orders))]
    if objective != "makespan":
        return worth(shop, alone, objective)[0]
    busy: dict[int, int] = {}
    for task in (task for chain in shop.chains for task in chain):
        if len(task.lengths) == 1:
            ((machine, length),) = task.lengths.items()
            busy[machine] = busy.get(machine, 0) + length
    return max([*alone, *busy.values()], default=0)


def _alone(shop: Shop, order: int) -> int:
    """When an order would end if the plant were its own."""
    begun = end = shop.release[order]
    for number, task in enumerate(shop.chains[order]):
        length = min(task.lengths.values())
        if number and task.lag < length:
            begun += shop.chains[order][number - 1].lag
            end = max(end + task.tail, begun + length)
        else:
            begun, end = end, end + length
    return end


# --- listed ----------------------------------------------------------------------------------


def listed(shop: Shop, objective: Objective, sequence: Sequence[int]) -> Schedule:
    """Every order in its turn, each step on the machine that ends it first."""
    free = dict.fromkeys(range(len(shop.program.machines)), 0)
    key = dict.fromkeys(free, NONE)
    tools: dict[int, list[int]] = {n: [0] * tool.count for n, tool in enumerate(shop.program.tools)}
    machine: list[tuple[int, ...]] = [()] * len(shop.orders)
    start: list[tuple[int, ...]] = [()] * len(shop.orders)
    ends = [0] * len(shop.orders)
    for order in sequence:
        at, earliest, before_end = [], shop.release[order], 0
        when = []
        for task in shop.chains[order]:
            tool = min(tools[task.tool]) if task.tool != NONE else 0
            best: tuple[int, int, int] | None = None
            for m, length in task.lengths.items():
                ready = max(free[m] + shop.setup(m, key[m], task.key), earliest, tool)
                ready = max(ready, before_end + task.tail - length)
                if best is None or (ready + length, m) < best[:2]:
                    best = (ready + length, m, ready)
            assert best is not None
            end, m, begun = best
            at.append(m)
            when.append(begun)
            free[m], key[m] = end, task.key
            if task.tool != NONE:
                copies = tools[task.tool]
                copies[copies.index(min(copies))] = end
            one_lot = task.lag >= max(task.lengths.values())
            earliest = end if one_lot else begun + task.lag
            before_end = end
        machine[order], start[order] = tuple(at), tuple(when)
        ends[order] = before_end
    return Schedule(tuple(machine), tuple(start), worth(shop, ends, objective), "listed")


def by_rules(shop: Shop, objective: Objective) -> Schedule:
    """The best listed schedule of usual rules, and what insertions make of it."""
    numbers = list(range(len(shop.orders)))
    length = [sum(min(t.lengths.values()) for t in chain) for chain in shop.chains]
    due = [shop.latest if d is None else d for d in shop.due]
    rules: list[Callable[[int], tuple[int, ...]]] = [
        lambda n: (due[n], length[n]),
        lambda n: (length[n],),
        lambda n: (-length[n],),
        lambda n: (due[n] - length[n],),
        lambda n: (shop.release[n], due[n]),
        lambda n: (shop.chains[n][0].key if shop.chains[n] else NONE, due[n]),
    ]
    tried = [sorted(numbers, key=lambda n, rule=rule: (rule(n), n)) for rule in rules]  # type: ignore[misc]
    scored = [(listed(shop, objective, line), line) for line in tried]
    best, line = min(scored, key=lambda pair: pair[0].value)
    tasks = max(1, sum(map(len, shop.chains)))
    left, better = max(_PLACED // tasks, 1), True
    while better and left > 0:
        better = False
        for order in numbers:
            rest = [n for n in line if n != order]
            for place in range(len(line)):
                left -= 1
                other = [*rest[:place], order, *rest[place:]]
                found = listed(shop, objective, other)
                if found.value < best.value:
                    best, line, better = found, other, True
            if left <= 0:
                break
    return Schedule(best.machine, best.start, best.value, "orders listed by rules and inserted")


# --- CP-SAT ----------------------------------------------------------------------------------


@dataclass
class _Model:
    """The relaxation as CP-SAT sees it."""

    shop: Shop
    objective: Objective
    model: Any
    start: dict[tuple[int, int], Any] = field(default_factory=dict)
    end: dict[tuple[int, int], Any] = field(default_factory=dict)
    on: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    whole: dict[tuple[int, int], Any] = field(default_factory=dict)  # intervals

    def all(self) -> None:
        for order, chain in enumerate(self.shop.chains):
            for step, task in enumerate(chain):
                self._task(order, step, task)
            self._in_turn(order, chain)
        self._machines()
        self._shared()
        self._goal()

    def _task(self, order: int, step: int, task: Task) -> None:
        model, latest = self.model, self.shop.latest
        here = (order, step)
        self.start[here] = model.new_int_var(self.shop.release[order], latest, "s")
        self.end[here] = model.new_int_var(0, 2 * latest, "e")
        lengths = sorted(task.lengths.values())
        size = model.new_int_var(lengths[0], lengths[-1], "d")
        self.whole[here] = model.new_interval_var(self.start[here], size, self.end[here], "i")
        for machine, length in task.lengths.items():
            chosen = model.new_bool_var("m")
            self.on[(*here, machine)] = chosen
            model.add(size == length).only_enforce_if(chosen)
        model.add_exactly_one(self.on[(*here, machine)] for machine in task.lengths)

    def _in_turn(self, order: int, chain: Sequence[Task]) -> None:
        for step in range(1, len(chain)):
            before, task = chain[step - 1], chain[step]
            one_lot = before.lag >= max(before.lengths.values())
            if one_lot:
                self.model.add(self.start[order, step] >= self.end[order, step - 1])
            else:
                self.model.add(self.start[order, step] >= self.start[order, step - 1] + before.lag)
                self.model.add(self.end[order, step] >= self.end[order, step - 1] + task.tail)

    def _machines(self) -> None:
        """One task at a time, with set-ups between them."""
        able: dict[int, list[tuple[int, int]]] = {}
        for order, step, machine in self.on:
            able.setdefault(machine, []).append((order, step))
        for machine, tasks in sorted(able.items()):
            intervals = [
                self.model.new_optional_interval_var(
                    self.start[t], self.shop.chains[t[0]][t[1]].lengths[machine], self.end[t],
                    self.on[(*t, machine)], "o",
                )
                for t in tasks
            ]  # fmt: skip
            self.model.add_no_overlap(intervals)
            if len(tasks) ** 2 <= _MOST_ARCS and self._sets_up(machine, tasks):
                self._circuit(machine, tasks)

    def _key(self, task: tuple[int, int]) -> int:
        return self.shop.chains[task[0]][task[1]].key

    def _sets_up(self, machine: int, tasks: Sequence[tuple[int, int]]) -> bool:
        keys = {self._key(task) for task in tasks}
        befores = {NONE, *keys}
        return any(self.shop.setup(machine, a, b) for a in befores for b in keys)

    def _circuit(self, machine: int, tasks: Sequence[tuple[int, int]]) -> None:
        model = self.model
        arcs = [(0, 0, model.new_bool_var("idle"))]
        for n, task in enumerate(tasks, start=1):
            there = self.on[(*task, machine)]
            arcs.append((n, n, there.negated()))
            first, last = model.new_bool_var("f"), model.new_bool_var("l")
            arcs += [(0, n, first), (n, 0, last)]
            begin = self.shop.setup(machine, NONE, self._key(task))
            model.add(self.start[task] >= begin).only_enforce_if(first)
            for k, other in enumerate(tasks, start=1):
                if k == n:
                    continue
                follows = model.new_bool_var("a")
                arcs.append((n, k, follows))
                change = self.shop.setup(machine, self._key(task), self._key(other))
                model.add(self.start[other] >= self.end[task] + change).only_enforce_if(follows)
        model.add_circuit(arcs)

    def _shared(self) -> None:
        """Tools and crews that several machines need."""
        program = self.shop.program
        tools: dict[int, list[Any]] = {}
        crews: dict[int, list[tuple[Any, int]]] = {}
        for (order, step), interval in self.whole.items():
            task = self.shop.chains[order][step]
            if task.tool != NONE:
                tools.setdefault(task.tool, []).append(interval)
            if task.crew != NONE:
                crews.setdefault(task.crew, []).append((interval, task.heads))
        for tool, intervals in sorted(tools.items()):
            count = program.tools[tool].count
            if count == 1:
                self.model.add_no_overlap(intervals)
            else:
                self.model.add_cumulative(intervals, [1] * len(intervals), count)
        for skill, wanted in sorted(crews.items()):
            there = sum(w.tends for w in program.workers if skill in w.skills)
            if there:
                heads = [min(h, there) for _, h in wanted]
                self.model.add_cumulative([i for i, _ in wanted], heads, there)

    def _goal(self) -> None:
        model, shop = self.model, self.shop
        ends = {n: self.end[n, len(c) - 1] for n, c in enumerate(shop.chains) if c}
        span = model.new_int_var(0, 2 * shop.latest, "span")
        model.add_max_equality(span, list(ends.values()))
        lateness, late = [], []
        for n, end in ends.items():
            due = shop.due[n]
            if due is None or self.objective not in ("late", "tardiness"):
                continue
            over = model.new_int_var(0, 2 * shop.latest, "late")
            model.add(over >= end - due)
            lateness.append(over)
            is_late = model.new_bool_var("t")
            model.add(over == 0).only_enforce_if(is_late.negated())
            late.append(is_late)
        if self.objective == "makespan":
            model.minimize(span * max(1, len(ends)) * 4 + sum(ends.values()))
        elif self.objective == "flow":
            model.minimize(sum(shop.weight[n] * end for n, end in ends.items()))
        elif self.objective == "tardiness":
            model.minimize(sum(lateness) * 16 + span)
        else:
            model.minimize(sum(late) * (4 * shop.latest) + sum(lateness))

    def hint(self, known: Schedule) -> None:
        for (order, step), variable in self.start.items():
            self.model.add_hint(variable, known.start[order][step])
        for (order, step, machine), chosen in self.on.items():
            self.model.add_hint(chosen, known.machine[order][step] == machine)


def by_cp_sat(shop: Shop, objective: Objective, known: Schedule, effort: float) -> Schedule:
    """The best schedule CP-SAT finds within its deterministic time, from a known one on."""
    from ortools.sat.python import cp_model

    made = _Model(shop, objective, cp_model.CpModel())
    made.all()
    made.hint(known)
    solver = cp_sat.solver()
    solver.parameters.interleave_search = True  # neighbourhoods, too, one after the other
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(made.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return known
    machine, start, ends = [], [], []
    for order, chain in enumerate(shop.chains):
        at = [
            next(m for m in task.lengths if solver.value(made.on[order, step, m]))
            for step, task in enumerate(chain)
        ]
        machine.append(tuple(at))
        start.append(tuple(int(solver.value(made.start[order, s])) for s in range(len(chain))))
        ends.append(int(solver.value(made.end[order, len(chain) - 1])) if chain else 0)
    proven = status == cp_model.OPTIMAL
    value = worth(shop, ends, objective)
    return Schedule(tuple(machine), tuple(start), value, "CP-SAT", proven)


def solve(
    shop: Shop, objective: Objective, *, solver: str = "auto", effort: float = EFFORT
) -> Schedule:
    """A good schedule: CP-SAT's from the listed one on, or that where OR-tools is missing."""
    from importlib.util import find_spec

    known = by_rules(shop, objective)
    if known.value[0] <= at_least(shop, objective):
        return replace(known, method=f"{known.method}: none is better", proven=True)
    if solver == "rules" or (solver == "auto" and find_spec("ortools") is None):
        return known
    found = by_cp_sat(shop, objective, known, effort)
    if found.value <= known.value or found.proven:
        return found
    return replace(known, method=f"{known.method}; CP-SAT found nothing better in its time")
