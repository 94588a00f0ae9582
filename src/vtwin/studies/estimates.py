"""What can be told of a plant without running it: how much work its resources have time for, and
for serial lines what the buffers between them cost.

Three answers, each with a name and with what it leaves out:

- **workload bound**: no plant makes more than its machines, tools and people have time for. A
  linear program over who does what (the "fluid" plant); waiting, blocking and set-ups are left
  out, so in the long run it is an upper bound.
- **two-station bound**: a serial line of exponential single machines makes no more than any two
  neighbours alone with the buffer between them (Dallery and Gershwin, "Manufacturing flow line
  systems", Queueing Systems 12, 1992). A bound only there, and used as one only there.
- **decomposition**: the throughput of a serial line from its two-station pieces (Dallery and
  Frein, "On decomposition methods for tandem queueing networks with blocking", Operations
  Research 41, 1993, blocking after service); times that are not exponential enter by their
  squared coefficient of variation, failures by the completion time (Hopp and Spearman, Factory
  Physics, section 8.4). An estimate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.flows import rate, visits
from vtwin.plant.primitives import NEXT, NONE, UNLIMITED, FailureClock, ReleaseKind, ShiftEnd

if TYPE_CHECKING:
    from vtwin.plant.primitives import Machine, Operation, Worker
    from vtwin.plant.program import Program

Floats = npt.NDArray[np.float64]

_DAY_S = 86_400.0
#: How sharply the most loaded resource decides in the softened workload.
_SHARPNESS = 10.0
#: Goals that more output serves; under demand, less congestion serves the others.
OUTPUT = ("good_per_day", "throughput_per_h")
CONGESTION = ("lead_time_s", "lead_time_p90_s", "wip", "tardiness_s", "on_time")


@dataclass(frozen=True)
class Workload:
    """The fluid plant: ``most`` good pieces a day at best, and how busy each resource then is."""

    most: float
    busy: tuple[float, ...]


@dataclass(frozen=True)
class Stage:
    """One station of a serial line: pieces per second of all its machines, the squared
    coefficient of variation of a piece's time, machines, places in front.
    """

    rate: float
    scv: float
    machines: int
    places: float  # before it; infinite: unlimited


# --- the fluid plant -------------------------------------------------------------------------


def workload(program: Program) -> Workload:
    """The workload bound; infinite where nothing that is needed takes time."""
    from scipy.optimize import linprog

    times = Times(program)
    modes = [(o, m) for o, op in enumerate(program.operations) for m in range(len(op.modes))]
    products = len(program.products)
    width = products + len(modes)
    rows, right, groups = times.resources(modes, products)
    equal = np.zeros((len(program.operations), width))
    passes = visits(program)
    for o, operation in enumerate(program.operations):
        equal[o, operation.product] = -passes[o]
        for column, (there, _) in enumerate(modes):
            if there == o:
                equal[o, products + column] = times.pieces(operation)
    components, none = _components(program, passes, width)
    gain = np.zeros(width)
    gain[list(program.leaving)] = -1.0
    answer = linprog(
        gain,
        A_ub=np.vstack([rows, components]),
        b_ub=np.concatenate([right, none]),
        A_eq=equal,
        b_eq=np.zeros(len(program.operations)),
        bounds=[(0.0, top) for top in demands(program)] + [(0.0, None)] * len(modes),
        method="highs",
    )
    if answer.x is None:
        return Workload(math.inf, ())
    # Which of a station's machines works is the program's whim; how busy the station is, is not.
    used: list[float] = np.bincount(groups, weights=rows @ answer.x).tolist()
    offered: list[float] = np.bincount(groups, weights=right).tolist()
    busy = tuple(u / t if t > 0 else 1.0 for u, t in zip(used, offered, strict=True))
    return Workload(-float(answer.fun or 0.0) * _DAY_S, busy)


def demands(program: Program) -> list[float | None]:
    """Pieces per second asked of each product while it is observed; None: as many as can be
    made, or a run that ends with its orders.
    """
    found: list[float | None] = [0.0] * len(program.products)

    def more(product: int, pieces: float) -> None:
        known = found[product]
        found[product] = None if known is None else known + pieces

    for index, source in enumerate(program.sources):
        if source.kind is ReleaseKind.ARRIVALS:
            more(source.product, rate(program, index) * source.lot)
        else:
            found[source.product] = None
    observed = (program.run.horizon - program.run.warmup) / TICKS_PER_SECOND
    for order in program.orders:
        if program.run.stop:
            found[order.product] = None
        more(order.product, order.quantity / observed)
    return found


def demand(program: Program) -> float:
    """Good pieces a day that are asked for; infinite where a release has no end."""
    asked = [demands(program)[product] for product in program.leaving]
    return math.inf if None in asked else sum(a for a in asked if a is not None) * _DAY_S


def _components(program: Program, passes: Sequence[float], width: int) -> tuple[Floats, Floats]:
    """What assemblies take must have been made."""
    rows = []
    for index, stock in enumerate(program.stocks):
        row = np.zeros(width)
        row[stock.product] = -1.0
        for o, operation in enumerate(program.operations):
            for kit in operation.kit:
                if kit.stock == index:
                    row[operation.product] += passes[o] * kit.pieces
        rows.append(row)
    return np.array(rows).reshape(len(rows), width), np.zeros(len(rows))


class Times:
    """Means in seconds, and shares of the observed time that resources are there. ``speeds``
    are the fastest by skill where people other than the program's are to be thought of, too.
    """

    def __init__(self, program: Program, speeds: Mapping[str, float] | None = None) -> None:
        self.program = program
        self.speeds = speeds or {}
        self.horizon = (program.run.horizon - program.run.warmup) / TICKS_PER_SECOND
        sizes = [source.lot for source in program.sources] + [o.lot for o in program.orders]
        self.lot = max(sizes, default=1)

    def pieces(self, operation: Operation) -> float:
        """Pieces of a cycle at best."""
        if operation.batch != NONE:
            return float(self.program.batches[operation.batch].most * self.lot)
        return float(operation.pieces_per_cycle)

    def cycle(self, operation: Operation, mode: int) -> float:
        """Seconds of the machine a cycle takes, its failures included."""
        spec = operation.modes[mode]
        machine = self.program.machines[spec.machine]
        mean = self.program.distributions[spec.cycle].mean
        if machine.belt != NONE:
            belt = self.program.belts[machine.belt]
            return max(belt.pitch, belt.travel / belt.places) / TICKS_PER_SECOND
        skill = operation.attended(spec).skill
        if skill != NONE:
            mean /= max(1.0, self.fastest(skill))
        stops = 0.0
        for index in machine.failures:
            failure = self.program.failures[index]
            repair = failure.repair.mean
            if failure.clock is FailureClock.OPERATING:
                stops += mean * repair / failure.after.mean
            elif failure.clock is FailureClock.CYCLES and failure.life:
                stops += repair / failure.life
        return mean + stops

    def passing(self, operation: Operation, mode: int) -> float:
        """Seconds an item is under way in a cycle at least, without stops."""
        spec = operation.modes[mode]
        machine = self.program.machines[spec.machine]
        if machine.belt != NONE:
            return self.program.belts[machine.belt].travel / TICKS_PER_SECOND
        mean = self.program.distributions[spec.cycle].mean
        skill = operation.attended(spec).skill
        return mean / max(1.0, self.fastest(skill)) if skill != NONE else mean

    def there(self, machine: Machine) -> float:
        """Share of the time a machine is on duty and not down by the calendar clock."""
        share = 1.0
        if machine.calendar != NONE:
            share = self._open(machine.calendar, machine.shift_end)
        for index in machine.failures:
            failure = self.program.failures[index]
            if failure.clock is FailureClock.CALENDAR:
                up = failure.after.mean
                share *= up / (up + failure.repair.mean)
        return share

    def _open(self, calendar: int, end: ShiftEnd) -> float:
        """Share of the observed time; work begun in a shift may be finished after it."""
        run = self.program.run
        opened = self.program.calendars[calendar].open
        seen = [(max(a, run.warmup), min(b, run.horizon)) for a, b in opened]
        seen = [(a, b) for a, b in seen if b > a]
        seconds = sum(b - a for a, b in seen) / TICKS_PER_SECOND
        if end is ShiftEnd.FINISH:
            seconds += len(seen) * self._longest
        return min(1.0, seconds / self.horizon)

    @cached_property
    def _longest(self) -> float:
        """Mean length of the cycle that the end of a shift falls into, at most."""
        program = self.program
        used = {mode.cycle for operation in program.operations for mode in operation.modes}
        specs = [program.distributions[cycle] for cycle in used]
        return max((s.mean + s.variance / s.mean for s in specs if s.mean > 0), default=0.0)

    def fastest(self, skill: int) -> float:
        """The greatest speed at a skill, of those who have it or may learn it."""
        found = [self.speeds.get(self.program.skills[skill], 0.0)]
        for worker in self.program.workers:
            if skill not in worker.skills:
                continue
            index = worker.skills.index(skill)
            found.append(worker.speeds[index])
            if worker.learns and worker.learns[index] != NONE:
                steps = self.program.curves[worker.learns[index]].steps
                found.append(max(speed for _, speed in steps) / 1000)
        return max(found) or 1.0

    def duty(self, worker: Worker) -> float:
        """Share of the time somebody is there, times what can be attended at once."""
        share = 1.0
        if worker.calendar != NONE:
            share = self._open(worker.calendar, worker.shift_end)
        return share * (1.0 - worker.absence) * worker.tends

    def attended(self, operation: Operation, mode: int) -> float:
        """Seconds of people a cycle takes at least."""
        spec = operation.modes[mode]
        attended = operation.attended(spec)
        time = spec.cycle if attended.load == NONE else attended.load
        mean = self.program.distributions[time].mean
        return mean * attended.heads / max(1.0, self.fastest(attended.skill))

    def resources(
        self, modes: Sequence[tuple[int, int]], before: int
    ) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
        """Rows (seconds of a resource per second) and what there is of it: machines, tools,
        skills, everybody together; and a number for each that machines of one station share.
        """
        program = self.program
        skills = range(len(program.skills))
        machines, tools = len(program.machines), len(program.tools)
        count = machines + tools + len(skills) + 1
        rows = np.zeros((count, before + len(modes)))
        right = np.zeros(count)
        for m, machine in enumerate(program.machines):
            right[m] = self.there(machine)
        for t, tool in enumerate(program.tools):
            right[machines + t] = float(tool.count)
        for worker in program.workers:
            share = self.duty(worker)
            for skill in worker.skills:
                right[machines + tools + skill] += share
            right[-1] += share
        for column, (o, mode) in enumerate(modes, start=before):
            operation = program.operations[o]
            rows[operation.modes[mode].machine, column] = self.cycle(operation, mode)
            if operation.tool != NONE:
                mean = program.distributions[operation.modes[mode].cycle].mean
                rows[machines + operation.tool, column] = mean
            skill = operation.attended(operation.modes[mode]).skill
            if skill != NONE:
                seconds = self.attended(operation, mode)
                rows[machines + tools + skill, column] = seconds
                rows[-1, column] = seconds
        needed = rows.any(axis=1)
        stations = [machine.station for machine in program.machines]
        first = len(program.stations)
        owner = np.array(stations + list(range(first, first + count - machines)))[needed]
        groups: npt.NDArray[np.int64] = np.unique(owner, return_inverse=True)[1]
        return rows[needed], right[needed], groups


# --- serial lines ----------------------------------------------------------------------------


def line(program: Program) -> tuple[Stage, ...] | str:
    """The stages of a serial line, or why the plant is none."""
    if len(program.products) != 1 or program.orders or len(program.sources) != 1:
        return "more than one product or kind of release"
    if program.sources[0].kind is not ReleaseKind.SATURATED:
        return "its release is limited"
    stages = []
    last: Operation | None = None
    for index in program.products[0].route:
        operation = program.operations[index]
        station = program.stations[operation.station]
        fault = _not_serial(program, operation)
        if fault:
            return fault
        each = [_completion(program, mode.machine, mode.cycle) for mode in operation.modes]
        mean = sum(t for t, _ in each) / len(each)
        scv = sum(c for _, c in each) / len(each)
        if mean <= 0.0:
            return "a step takes no time"
        places = math.inf if station.input == UNLIMITED else float(station.input)
        if last is not None:
            output = program.stations[last.station].output
            places += math.inf if output == UNLIMITED else output
        stages.append(Stage(len(each) * operation.pieces_per_cycle / mean, scv, len(each), places))
        last = operation
    return tuple(stages) if len(stages) > 1 else "it has one step"


def _not_serial(program: Program, operation: Operation) -> str:
    if operation.then != NEXT or operation.branches or operation.sample != 1:
        return "items branch"
    if any(operation.attended(mode).skill != NONE for mode in operation.modes):
        return "people attend"
    if operation.batch != NONE or operation.kit or operation.tool != NONE:
        return "batches, assembly or tools"
    if operation.fleet != NONE or operation.taken or operation.returned:
        return "carriers or vehicles"
    station = program.stations[operation.station]
    machines = [program.machines[m] for m in station.machines]
    if any(m.calendar != NONE or m.belt != NONE for m in machines):
        return "working hours or belts"
    if len(operation.modes) != len(machines):
        return "machines shared with others"
    users = sum(o.station == operation.station for o in program.operations)
    return "" if users == 1 else "a station is visited twice"


def _completion(program: Program, machine: int, cycle: int) -> tuple[float, float]:
    """Mean and squared coefficient of variation of a cycle with the stops that befall it."""
    spec = program.distributions[cycle]
    mean, variance = spec.mean, spec.variance
    for index in program.machines[machine].failures:
        failure = program.failures[index]
        repair = failure.repair
        every = failure.after.mean
        if failure.clock is FailureClock.CYCLES:
            every = max(failure.life, 1) * mean
        stops = mean / every
        second = repair.variance + repair.mean**2
        variance = variance * (1.0 + repair.mean / every) ** 2 + stops * second
        mean *= 1.0 + repair.mean / every
    return mean, variance / mean**2 if mean > 0 else 0.0


def exponential(stages: Sequence[Stage]) -> bool:
    """Whether the two-station bound is proven: single machines, exponential times."""
    return all(abs(s.scv - 1.0) < 1e-9 and s.machines == 1 for s in stages)


def two_station(first: float, second: float, room: float) -> float:
    """Throughput of two exponential servers with ``room`` states between "the second starves"
    and "the first is blocked" (places + 2): ``second (1 - p(0))``.
    """
    return second * (1.0 - _ends(first, second, room)[0])


def _ends(first: float, second: float, room: float) -> tuple[float, float]:
    """Probabilities that there is nothing between the two, and that there is no more room."""
    ratio = first / second
    if math.isinf(room):
        return (max(0.0, 1.0 - ratio), max(0.0, 1.0 - 1.0 / ratio))
    if abs(ratio - 1.0) < 1e-9:
        return 1.0 / (room + 1.0), 1.0 / (room + 1.0)
    if ratio > 1.0:  # the mirrored line, so that no power overflows
        full, empty = _ends(second, first, room)
        return empty, full
    bottom = 1.0 - ratio ** (room + 1.0)
    empty = (1.0 - ratio) / bottom
    return empty, empty * ratio**room


def _room(stages: Sequence[Stage], i: int) -> float:
    """States between stage i and the next; more variable times use a buffer up faster."""
    here, after = stages[i], stages[i + 1]
    least = float(here.machines + after.machines)
    mixed = max(0.05, (here.scv + after.scv) / 2.0)
    return (after.places + least) / mixed if not math.isinf(after.places) else math.inf


def two_station_bound(stages: Sequence[Stage]) -> float:
    """Pieces per second no exponential line of single machines exceeds."""
    pairs = range(len(stages) - 1)
    return min(two_station(stages[i].rate, stages[i + 1].rate, _room(stages, i)) for i in pairs)


def decomposition(stages: Sequence[Stage], rounds: int = 200) -> float:
    """Pieces per second of a serial line, estimated.

    Upstream of buffer i stands a server that needs its own time and, when its predecessor left
    it nothing, the predecessor's; downstream one that needs its own time and, when blocked,
    its successor's. Iterated until the throughput of all pieces agrees.
    """
    n = len(stages) - 1
    up = [s.rate for s in stages[:-1]]
    down = [s.rate for s in stages[1:]]
    rooms = [_room(stages, i) for i in range(n)]
    found = 0.0
    for _ in range(rounds):
        for i in range(1, n):
            starved = _starved(up[i - 1], down[i - 1], rooms[i - 1])
            up[i] = 1.0 / (1.0 / stages[i].rate + starved / up[i - 1])
        for i in reversed(range(n - 1)):
            blocked = _starved(down[i + 1], up[i + 1], rooms[i + 1])
            down[i] = 1.0 / (1.0 / stages[i + 1].rate + blocked / down[i + 1])
        before, found = found, two_station(up[0], down[0], rooms[0])
        if abs(found - before) <= 1e-12 * found:
            break
    return found


def _starved(first: float, second: float, room: float) -> float:
    """Share of the departures from the second that leave it nothing: the rate of moves from one
    item to none over the throughput. With the servers exchanged: the share of arrivals that
    block the first.
    """
    empty, _ = _ends(first, second, room)
    through = second * (1.0 - empty)
    return min(1.0, empty * first / through) if through > 0 else 1.0


# --- what a study asks -----------------------------------------------------------------------


@dataclass(frozen=True)
class Estimate:
    """``score``: larger is likely better for the goal; None where nothing can be told.
    ``most``: good pieces a day at best, proven; None where there is no bound.
    """

    score: float | None
    most: float | None
    method: str


def estimate(program: Program, kpi: str) -> Estimate:
    """What can be said of a plant for a goal without running it."""
    figure = kpi.rpartition(".")[2]
    fluid = workload(program)
    bound = fluid.most if math.isfinite(fluid.most) else None
    if figure in OUTPUT:
        stages = line(program)
        if not isinstance(stages, str):
            if exponential(stages):
                proven = two_station_bound(stages) * _DAY_S
                bound = proven if bound is None else min(bound, proven)
            return Estimate(decomposition(stages) * _DAY_S, bound, "decomposition of the line")
        return Estimate(_softened(fluid), bound, f"workload ({stages}: no line)")
    if figure in CONGESTION:
        return Estimate(-_congestion(fluid), bound, "congestion of the busiest resources")
    return Estimate(None, bound, f"nothing is known of {figure} before a run")


def _softened(fluid: Workload) -> float | None:
    """The workload bound less what several busy resources cost one another."""
    if not math.isfinite(fluid.most) or not fluid.busy:
        return None
    busy = np.minimum(np.array(fluid.busy), 1.0)
    together = float((busy**_SHARPNESS).sum())
    return fluid.most / max(1.0, math.pow(together, 1.0 / _SHARPNESS))


def _congestion(fluid: Workload) -> float:
    busy = np.minimum(np.array(fluid.busy), 0.999)
    return float((busy / (1.0 - busy)).sum())
