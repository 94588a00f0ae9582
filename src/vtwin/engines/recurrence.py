r"""The departure recurrence: serial lines without an event calendar.

In a line of single machines with blocking after service, the n-th item (n = 0, 1, …) arrives at
machine j at ``A``, begins at ``S``, is finished at ``C`` and leaves the machine at ``D``::

    S_j(n) = max(A_j(n), D_j(n-1))          C_j(n) = S_j(n) + X_j(n)
    D_j(n) = max(C_j(n), S_{j+1}(n-b))      b places before machine j+1
           = max(C_j(n), D_{j+1}(n-1))      no places there
    A_{j+1}(n) = D_j(n)

(Dallery and Gershwin, "Manufacturing flow line systems", Queueing Systems 12, 1992, section 5;
Altiok, "Performance Analysis of Manufacturing Systems", 1997.) With the draws ``X`` of the
kernel's streams these are the kernel's very ticks, and what it counts follows from them item by
item. No trace: there are no happenings in time order here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from vtwin.base.draws import never_varies, no_time
from vtwin.engines.choose import Cancelled
from vtwin.engines.kernel.arena import Draft, Same, whole
from vtwin.engines.kernel.encoding.streams import address, fields
from vtwin.engines.kernel.entries import pass_items
from vtwin.engines.kernel.layout import (
    H_ERROR,
    H_REPLICATION,
    H_SEED,
    H_STREAMS,
    H_VALUES,
    PAUSED,
    REACHED,
    S_SIZE,
    S_VALUES,
)
from vtwin.engines.kernel.memory import FIELD
from vtwin.engines.kernel.tandem_layout import (
    BLOCKED,
    G_ARRIVALS,
    G_BIN_END,
    G_BLOCKED,
    G_BUSY,
    G_CYCLES,
    G_PLACES,
    G_QUEUED,
    G_RING,
    G_SERIES,
    G_SIZE,
    G_STATE,
    G_VISITS,
    G_WAITED,
    G_WORKED,
    L_ARRIVED,
    L_BIN,
    L_DEPARTURE_END,
    L_DEPARTURES,
    L_END,
    L_HISTOGRAM,
    L_HORIZON,
    L_INSIDE,
    L_KIND,
    L_LEAD,
    L_LEFT,
    L_LEFT_ALL,
    L_LEVEL,
    L_MACHINES,
    L_RELEASE,
    L_RELEASE_END,
    L_RELEASED,
    L_RELEASED_ALL,
    L_RELEASES,
    L_RINGS,
    L_WARMUP,
    STARVED,
    WORKING,
)
from vtwin.engines.reading import Ending, Glance, Reading, Series, tally
from vtwin.plant import rules
from vtwin.plant.primitives import (
    NONE,
    UNLIMITED,
    DispatchRule,
    Machine,
    MachineState,
    Operation,
    Product,
    ReleaseKind,
    Source,
    Station,
)
from vtwin.plant.program import Program
from vtwin.plant.trace import Ints, Tally, lead_bin

if TYPE_CHECKING:
    from vtwin.base.draws import Distribution
    from vtwin.base.errors import Refused

#: Items between two looks at the progress: some ten milliseconds.
_GLANCE = 100_000


# -- which lines -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A program seen as a serial line: everything in the order of the route."""

    machines: tuple[int, ...]
    stations: tuple[int, ...]
    operations: tuple[int, ...]
    source: int


def line(program: Program) -> Line | str:
    """The line a program is, or why it is none the recurrence can run."""
    found = _line(program)
    if isinstance(found, str):
        return found
    for reason, there in _strangers(program, found):
        if there:
            return reason
    return found


def _line(program: Program) -> Line | str:
    if len(program.products) != 1 or len(program.sources) != 1 or program.orders:
        return "it has not one product of one source"
    route = program.products[0].route
    stations = tuple(program.operations[o].station for o in route)
    if len(set(stations)) != len(program.stations) or len(stations) != len(set(stations)):
        return "its route does not pass every station once"
    if any(len(station.machines) != 1 for station in program.stations):
        return "stations have several machines"
    machines = tuple(program.stations[s].machines[0] for s in stations)
    return Line(machines, stations, route, 0)


def _strangers(program: Program, found: Line) -> list[tuple[str, bool]]:
    """What a recurrence knows nothing of, and whether it is there: records are compared with
    plain ones, so that whatever a primitive learns is a stranger until it is dealt with here.
    """
    source = program.sources[0]
    plain_source = Source(
        source.name, 0, source.kind, source.interval, source.level, source.lot, source.due_after
    )
    spread = {_places(program, s) for s in found.stations[1:]} - {UNLIMITED}
    return [
        ("its energy is counted by the bands of a tariff", bool(program.bands)),
        ("it has people, tools, calendars or other things beside machines", _has_more(program)),
        ("machines fail, are set up, or keep calendars", any(map(_is_special, program.machines))),
        ("stations have output buffers or rules", any(map(_has_rules, program.stations))),
        ("operations scrap, branch or need somebody", any(map(_is_rich, program.operations))),
        ("its product is a component", _stored(program.products[0])),
        ("its source has a profile", source != plain_source),
        ("its run stops before the horizon", bool(program.run.stop)),
        ("its peaks of power are wanted (`demand: 0 s` does without)", program.run.demand > 0),
        ("its horizon is too long to add up queues", _is_endless(program, max(spread, default=0))),
    ]


def _has_more(program: Program) -> bool:
    """Whether anything is there that a bare line has not."""
    bare = replace(
        Program(program.name, program.run, program.distributions),
        stations=program.stations,
        machines=program.machines,
        operations=program.operations,
        products=program.products,
        sources=program.sources,
        grant=program.grant,
        currency=program.currency,
        energy_price=program.energy_price,
        floor_cost_per_day=program.floor_cost_per_day,
        sources_map=program.sources_map,
        labels=program.labels,
        targets=program.targets,
    )
    return bool(bare != replace(program, calendars=(), skills=(), groups=())) or any(
        operation.attended(mode).skill != NONE
        for operation in program.operations
        for mode in operation.modes
    )


def _is_special(machine: Machine) -> bool:
    plain = Machine(machine.name, machine.station)
    kept = {
        "power_kw": machine.power_kw,
        "cost_per_h": machine.cost_per_h,
        "fuel_price": machine.fuel_price,
    }
    return machine != replace(plain, x=machine.x, y=machine.y, **kept)  # type: ignore[arg-type]


def _has_rules(station: Station) -> bool:
    plain = Station(station.name, station.machines, station.input)
    return station != plain or station.rule is not DispatchRule.FIFO


def _is_rich(operation: Operation) -> bool:
    o = operation
    plain = Operation(o.name, o.product, o.step, o.station, o.modes, o.pieces_per_cycle)
    return o != plain


def _stored(product: Product) -> bool:
    return product != Product(
        product.name, product.route, product.material_cost, product.target_per_day
    )


def _places(program: Program, station: int) -> int:
    return program.stations[station].input


def _is_endless(program: Program, most: int) -> bool:
    """Whether items x ticks of a limited queue could pass 2^62."""
    return (most + 1) * program.run.horizon >= 2**62


# -- running ---------------------------------------------------------------------------------


def simulate(
    program: Program,
    replication: int,
    *,
    seed: int | None = None,
    trace: bool = False,
    on_progress: Callable[[float], bool] | None = None,
) -> Tally:
    """One replication, as :func:`vtwin.engines.reference.simulate`, with the same answer. A
    trace has to be made from event to event: the kernel makes it.

    Raises:
        ValueError: the program is no line of this kind.
        Refused: when a random draw is no time (V501).
        Cancelled: when ``on_progress`` returned False.
    """
    plan = _planned(Same(program))
    if isinstance(plan, str):
        raise ValueError(plan)
    if trace:
        from vtwin.engines import kernel

        return kernel.simulate(program, replication, seed=seed, trace=True, on_progress=on_progress)
    arena = plan.arena.copy()
    at = int(arena.ctypes.data)
    arena[H_SEED], arena[H_REPLICATION] = address(
        program.run.seed if seed is None else seed, replication
    )
    horizon = program.run.horizon
    while (answer := pass_items(at, _GLANCE)) == PAUSED:
        if on_progress is not None and on_progress(min(arena[L_RELEASE] / horizon, 1.0)) is False:
            raise Cancelled
    if answer != REACHED:
        raise plan.no_time(int(arena[H_ERROR]) - 1)
    return _tally(program, plan, arena, replication)


@dataclass(frozen=True)
class _Plan:
    """The arena of a line before it runs, and the streams in it."""

    line: Line
    arena: Ints
    streams: tuple[tuple[Distribution, str, str], ...]  # distribution, entity, purpose

    def no_time(self, stream: int) -> Refused:
        """What to say of a draw that is no time."""
        return no_time(*self.streams[stream])


@lru_cache(maxsize=16)
def _planned(same: Same) -> _Plan | str:
    """The arena of a line, made once per program, or why it is none."""
    program = same.program
    found = line(program)
    if isinstance(found, str):
        return found
    run, source = program.run, program.sources[found.source]
    drawn = _streams(program, found)
    count = len(found.machines)
    draft = Draft(L_END + count * G_SIZE)
    bins = -(-run.horizon // run.bin)

    def put(values: dict[int, int]) -> None:
        for field, value in values.items():
            draft.put(field, int(value))

    def room(fields: dict[int, int]) -> None:
        """So many zeros, their place in a field."""
        for field, size in fields.items():
            draft.put(field, draft.table(size, 1).start * FIELD)

    _put_streams(draft, drawn)
    put({L_MACHINES: count, L_WARMUP: run.warmup, L_HORIZON: run.horizon, L_BIN: run.bin})
    put({L_RELEASE_END: run.bin, L_DEPARTURE_END: run.bin})
    put({L_KIND: source.kind, L_LEVEL: source.level})
    room({L_RINGS: source.level, L_HISTOGRAM: lead_bin(run.horizon) + 1})
    room({L_RELEASES: 3 * bins, L_DEPARTURES: 3 * bins})
    for n, (station, op) in enumerate(zip(found.stations, found.operations, strict=True)):
        first = L_END + n * G_SIZE
        places = program.stations[station].input
        cycles = rules.cycles(source.lot, program.operations[op].pieces_per_cycle)
        put({first + G_PLACES: places, first + G_CYCLES: cycles})
        put({first + G_STATE: STARVED, first + G_BIN_END: run.bin})
        room({first + G_RING: max(places, 0), first + G_SERIES: bins})
    return _Plan(found, draft.done()[0], drawn)


def _put_streams(draft: Draft, drawn: Sequence[tuple[Distribution, str, str]]) -> None:
    """The records of the streams, and the observed values some of them draw from."""
    table = draft.table(len(drawn), S_SIZE)
    observed: list[float] = []
    for n, stream in enumerate(drawn):
        for field, value in enumerate(fields(*stream)):
            draft.put(table.at(n) + field, value)
        draft.put(table.at(n) + S_VALUES, len(observed))
        if not never_varies(stream[0]):
            observed += stream[0].values
    values = draft.numbers(np.array(observed, dtype=np.float64).view(np.int64).tolist())
    draft.put(H_STREAMS, table.start * FIELD)
    draft.put(H_VALUES, values * FIELD)


def _streams(program: Program, found: Line) -> tuple[tuple[Distribution, str, str], ...]:
    """Distribution, entity and purpose of each machine's cycles, then of the arrivals (S-07)."""
    drawn = []
    for o, m in zip(found.operations, found.machines, strict=True):
        operation = program.operations[o]
        (mode,) = operation.modes
        times = program.distributions[mode.cycle]
        drawn.append((times, program.machines[m].name, f"cycle/{operation.name}"))
    source = program.sources[found.source]
    if source.kind is ReleaseKind.ARRIVALS:
        drawn.append((program.distributions[source.interval], source.name, "interval"))
    return tuple(drawn)


# -- what is counted -------------------------------------------------------------------------


def _tally(program: Program, plan: _Plan, arena: Ints, replication: int) -> Tally:
    run, found, source = program.run, plan.line, program.sources[plan.line.source]
    lot = source.lot
    machines = [
        [int(v) for v in arena[L_END + n * G_SIZE : L_END + (n + 1) * G_SIZE]]
        for n in range(len(found.machines))
    ]
    observed = run.horizon - run.warmup
    counters = _per_machine(program, found, machines, observed, lot)
    counters |= {
        "product_released": [int(arena[L_RELEASED]) * lot],
        "product_good": [int(arena[L_LEFT]) * lot],
        "product_items": [int(arena[L_LEFT])],
        "product_scrap": [0],
        "product_lead": [_wide(arena, L_LEAD) * lot],
        "product_wip_area": [_wide(arena, L_INSIDE) * lot],
    }
    start = Reading({name: [0] * len(values) for name, values in counters.items()})
    bins = _table(arena, L_HISTOGRAM, lead_bin(run.horizon) + 1)
    finished = _finished(program, plan, arena)
    events = int(finished.sum())
    events += int(arena[L_ARRIVED]) + (source.kind is ReleaseKind.CONWIP)
    states = [STARVED] * len(program.machines)
    for m, machine in zip(found.machines, machines, strict=True):
        states[m] = machine[G_STATE]
    ending = Ending(
        replication=replication,
        warmup=run.warmup,
        ended=run.horizon,
        events=events,
        histograms=({int(b): int(bins[b]) * lot for b in np.flatnonzero(bins)},),
        order_start=(),
        order_done=(),
        order_good=(),
        state_at_end=states,
        in_plant=int(arena[L_RELEASED_ALL] - arena[L_LEFT_ALL]) * lot,
        stall=(),
        trace=None,
    )
    return tally(start, Reading(counters), _series(program, plan, arena, finished), ending)


def _per_machine(
    program: Program, found: Line, machines: list[list[int]], observed: int, lot: int
) -> dict[str, list[int]]:
    """Counters of machines, modes (one per operation) and stations, in the Program's order."""
    made = {n: [0] * (len(MachineState) * len(machines)) for n in ("machine_state", "surge_time")}
    for name in ("visits", "cycles", "pieces", "scrap", "busy", "restart"):
        made[f"mode_{name}"] = [0] * len(machines)
    for name in ("setups", "setup_time", "machine_starts"):
        made[name] = [0] * len(machines)
    for name in ("arrivals", "wait", "queue_area", "output_area"):
        made[f"station_{name}"] = [0] * len(machines)
    places = zip(found.machines, found.stations, found.operations, machines, strict=True)
    for m, s, o, machine in places:
        states = len(MachineState) * m
        made["machine_state"][states + WORKING] = machine[G_WORKED]
        made["machine_state"][states + BLOCKED] = machine[G_BLOCKED]
        idle = observed - machine[G_WORKED] - machine[G_BLOCKED]
        made["machine_state"][states + STARVED] = idle
        visits = machine[G_ARRIVALS] + machine[G_VISITS]
        made["mode_visits"][o] = visits
        made["mode_cycles"][o] = visits * machine[G_CYCLES]
        made["mode_pieces"][o] = visits * lot
        made["mode_busy"][o] = machine[G_WORKED] + machine[G_BUSY]
        made["station_arrivals"][s] = machine[G_ARRIVALS]
        made["station_wait"][s] = machine[G_WAITED]
        made["station_queue_area"][s] = machine[G_WAITED] + machine[G_QUEUED]
    return made


def _finished(program: Program, plan: _Plan, arena: Ints) -> Ints:
    """Operations finished by machine and bin, (M, B)."""
    bins = -(-program.run.horizon // program.run.bin)
    made = np.zeros((len(program.machines), bins), dtype=np.int64)
    for n, m in enumerate(plan.line.machines):
        first = int(plan.arena[L_END + n * G_SIZE + G_SERIES]) // FIELD
        made[m] = arena[first : first + bins]
    return made


def _series(program: Program, plan: _Plan, arena: Ints, finished: Ints) -> Series:
    """The series from the counts per bin."""
    run, lot = program.run, program.sources[plan.line.source].lot
    series = Series(1, len(finished), run.bin, run.horizon)
    cycles = np.ones((len(finished), 1), dtype=np.int64)
    for n, m in enumerate(plan.line.machines):
        cycles[m] = arena[L_END + n * G_SIZE + G_CYCLES]
    so_far = (finished * cycles).cumsum(axis=1)
    releases = _table(arena, L_RELEASES, 3 * series.bins).reshape(-1, 3)
    departures = _table(arena, L_DEPARTURES, 3 * series.bins).reshape(-1, 3)
    good = area = inside = 0
    for b in range(series.bins):
        start = b * run.bin
        end = min(start + run.bin, run.horizon)
        came, went = int(releases[b, 0]), int(departures[b, 0])
        area += inside * (end - start)
        area += came * (end - start) - _wide(releases[b], 1)
        area -= went * (end - start) - _wide(departures[b], 1)
        inside += came - went
        good += went
        series.close_bin(end, Glance([good * lot], so_far[:, b].tolist(), area * lot))
    return series


def _wide(array: Ints, field: int) -> int:
    """A sum in two fields."""
    return whole(int(array[field]), int(array[field + 1]))


def _table(arena: Ints, field: int, count: int) -> Ints:
    first = int(arena[field]) // FIELD
    return arena[first : first + count]
