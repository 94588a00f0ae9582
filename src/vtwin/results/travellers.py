"""What happened to every item, read from the rows of one trace (S-75 to S-78).

An engine writes rows in the order things happen; here they become one `History` per item: what
it is made of, every visit to a machine with tool, people and outcome, and where it went.
"""

from __future__ import annotations

import gc
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import accumulate

import numpy as np

from vtwin.base.draws import uniforms
from vtwin.plant.primitives import NEVER, NONE, FailureClock, MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import Event, Trace

#: Why pieces were scrapped where the plant names no causes (S-78).
UNNAMED = "scrap"
LIMIT = "rework limit"
RESTART = "made after standing"
STALE = "too old"


class Fate(IntEnum):
    """Where an item is at the end of the run."""

    INSIDE = 0  # in the plant, not finished
    STOCK = 1  # finished, went into a stock for an assembly
    SHIPPED = 2
    SCRAPPED = 3  # no piece of it is left


class Why(IntEnum):
    """What scrapped pieces."""

    STEP = 0  # the operation's own scrap (S-35)
    LIMIT = 1  # the item was over its rework limit (S-84)
    FAILURE = 2  # the machine failed with it (S-45)
    RESTART = 3  # it was made in the first cycles after the machine stood (S-36)
    STALE = 4  # the item had waited too long for an operation (S-86)


@dataclass(frozen=True, slots=True)
class Loss:
    """Pieces scrapped at one visit: ``cause`` is a name, of a failure mode where that did it."""

    why: Why
    cause: str
    pieces: int


@dataclass(slots=True)
class Visit:
    """One operation on one item; times in ticks, ``end`` -1 while it is not over. Filled in as the
    rows are read, and then never changed.

    ``life`` counts renewals of the copy of its tool, from 1; ``wears`` are the modes of the
    machine that strike by cycles, each with the number of its life, from 1.
    """

    operation: int
    machine: int
    start: int
    end: int
    pieces: int  # that came to it
    setup: int = -1  # tick at which a set-up for it began
    tool: int = NONE
    copy: int = NONE
    life: int = 0
    wears: tuple[tuple[int, int], ...] = ()
    setters: tuple[int, ...] = ()
    operators: tuple[int, ...] = ()
    batch: int = NONE  # serial of the first item of its batch, where there are others
    losses: tuple[Loss, ...] = ()

    @property
    def people(self) -> tuple[int, ...]:
        """Everybody who had a hand in it, each once."""
        return tuple(dict.fromkeys((*self.setters, *self.operators)))

    @property
    def scrapped(self) -> int:
        """Pieces lost here."""
        return sum(loss.pieces for loss in self.losses)


@dataclass(frozen=True, slots=True)
class Move:
    """An item carried by a vehicle from one station to another, ticks."""

    vehicle: int
    origin: int
    goal: int
    picked: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Aged:
    """An item that was too old when a machine took it for an operation (S-86)."""

    operation: int
    machine: int
    tick: int
    pieces: int
    scrapped: bool  # else it went elsewhere


@dataclass(frozen=True, slots=True)
class History:
    """Everything about one item. ``lots``: (number of the material lot, pieces) in order;
    ``parts``: (component item, pieces) in the order taken; ``uses`` the other way round:
    (item it went into, pieces).
    """

    serial: int
    product: int
    pieces: int  # it was made with
    made: int  # tick
    order: int = NONE
    lots: tuple[tuple[int, int], ...] = ()
    parts: tuple[tuple[int, int], ...] = ()
    uses: tuple[tuple[int, int], ...] = ()
    visits: tuple[Visit, ...] = ()
    moves: tuple[Move, ...] = ()
    fate: Fate = Fate.INSIDE
    gone: int = -1  # tick at which it left or its last piece was scrapped
    good: int = 0  # pieces that left
    aged: tuple[Aged, ...] = ()

    @property
    def scrapped(self) -> int:
        """Pieces of it that were lost."""
        lost = sum(aged.pieces for aged in self.aged if aged.scrapped)
        return lost + sum(visit.scrapped for visit in self.visits)


def histories(
    program: Program, trace: Trace, replication: int, seed: int | None = None
) -> tuple[History, ...]:
    """The history of every item, by serial number. ``seed`` is the run's, unless another was
    given to the engine: causes of scrap are drawn from it (S-78).
    """
    reader = _Reader(program, replication, program.run.seed if seed is None else seed)
    with _uncollected():
        reader.read(trace)
        return tuple(_frozen(item) for item in reader.items)


@contextmanager
def _uncollected() -> Iterator[None]:
    """While inside, nothing is looked for that refers to itself: hundreds of thousands of small
    objects are made here, none of them does, and looking took as long as making them.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


@dataclass(slots=True)
class _Crew:
    """People sent to a machine together; ``worked`` if they did anything there."""

    tick: int
    people: list[int]
    worked: bool = False


@dataclass(slots=True)
class _Run:
    """What the items of one run of a machine have in common; ``first``: serial of the first."""

    setup: int
    tool: int
    copy: int
    life: int
    wears: tuple[tuple[int, int], ...]
    setters: tuple[int, ...]
    first: int
    visits: list[Visit] = field(default_factory=list)


@dataclass(slots=True)
class _Item:
    serial: int
    product: int
    pieces: int
    made: int
    order: int
    lots: tuple[tuple[int, int], ...]
    left: int
    parts: dict[int, int] = field(default_factory=dict)
    uses: dict[int, int] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    aged: list[Aged] = field(default_factory=list)
    picked: tuple[int, int] = (-1, -1)
    fate: Fate = Fate.INSIDE
    gone: int = -1
    good: int = 0


def _frozen(item: _Item) -> History:
    return History(
        serial=item.serial,
        product=item.product,
        pieces=item.pieces,
        made=item.made,
        order=item.order,
        lots=item.lots,
        parts=tuple(item.parts.items()),
        uses=tuple(item.uses.items()),
        visits=tuple(item.visits),
        moves=tuple(item.moves),
        fate=item.fate,
        gone=item.gone,
        good=item.good,
        aged=tuple(item.aged),
    )


#: What the row directly before a SCRAP says of it (S-74).
_WHY = {int(kind): Why[kind.name] for kind in (Event.LIMIT, Event.RESTART, Event.STALE)}


#: Names of causes, the sums of their shares, and the next draw.
_Drawing = tuple[tuple[str, ...], tuple[float, ...], Callable[[], float]]


class _Reader:
    """One pass over the rows."""

    def __init__(self, program: Program, replication: int, seed: int) -> None:
        self._program = program
        self._address = (seed, replication)
        machines = len(program.machines)
        self.items: list[_Item] = []
        self._material = [0] * len(program.materials)  # pieces made so far
        self._stocks: list[deque[list[int]]] = [deque() for _ in program.stocks]
        # Machines: what runs, who is there, in which state since when.
        self._belt = [machine.belt != NONE for machine in program.machines]
        self._attended = {
            (index, mode.machine)
            for index, operation in enumerate(program.operations)
            for mode in operation.modes
            if operation.attended(mode).skill != NONE
        }
        self._tool = [operation.tool for operation in program.operations]
        self._runs: list[_Run | None] = [None] * machines
        self._crews: list[list[_Crew]] = [[] for _ in range(machines)]
        self._setup = [-1] * machines
        self._state = [MachineState.STARVED] * machines
        self._since = [0] * machines
        self._down = [0] * machines
        self._struck = [NONE] * machines  # the failure mode that struck last
        self._wearing = [
            tuple(f for f in m.failures if program.failures[f].clock is FailureClock.CYCLES)
            for m in program.machines
        ]
        self._worn = [1] * len(program.failures)
        # Tools: copies loose and mounted, and which life each is in (S-41, S-105).
        self._loose = [list(range(tool.count)) for tool in program.tools]
        self._lives = [[1] * tool.count for tool in program.tools]
        self._held: list[tuple[int, int]] = [(NONE, NONE)] * machines
        self._given = NONE
        for index, machine in enumerate(program.machines):
            if machine.initial_tool != NONE:
                copy = self._loose[machine.initial_tool].pop(0)
                self._held[index] = (machine.initial_tool, copy)
        self._draws: dict[tuple[int, int], _Drawing] = {}
        self._before = (NONE, NONE)  # kind and machine of the row before

    def read(self, trace: Trace) -> None:
        """Read all rows."""
        handlers: dict[int, Callable[[int, int, int, int], None]] = {
            Event.STATE: self._on_state,
            Event.RELEASE: self._on_release,
            Event.START: self._on_start,
            Event.FINISH: self._on_finish,
            Event.LEAVE: self._on_leave,
            Event.SCRAP: self._on_scrap,
            Event.GRANT: self._on_grant,
            Event.FAIL: self._on_fail,
            Event.REPAIRED: self._on_repaired,
            Event.SETUP: self._on_setup,
            Event.MOUNT: self._on_mount,
            Event.WORN: self._on_worn,
            Event.RENEWED: self._on_renewed,
            Event.PICK: self._on_pick,
            Event.DROP: self._on_drop,
            Event.KIT: self._on_kit,
            Event.LOT: self._on_lot,
            Event.UNMOUNT: self._on_unmount,
            Event.STALE: self._on_stale,
            Event.LIMIT: self._on_word,
            Event.RESTART: self._on_word,
        }
        wanted = np.isin(trace.kind, list(handlers))
        if not self._program.workers:
            wanted &= trace.kind != Event.STATE
        numbers = np.flatnonzero(wanted)
        columns = (trace.time, trace.kind, trace.entity, trace.item, trace.value)
        rows = zip(numbers.tolist(), *(c[numbers].tolist() for c in columns), strict=True)
        last, grant = -1, int(Event.GRANT)
        for number, time, kind, entity, item, value in rows:
            if number != last + 1:
                self._before = (NONE, NONE)
            handlers[kind](time, entity, item, value)
            last, self._before = number, (kind, value if kind == grant else entity)
        for machine in range(len(self._runs)):
            self._end_run(machine, NEVER)  # what the end of the run interrupts

    # -- items -----------------------------------------------------------------------------

    def _on_release(self, time: int, product: int, item: int, pieces: int) -> None:
        if item >= 0:
            self._make(time, product, item, pieces, NONE)

    def _on_lot(self, time: int, order: int, item: int, pieces: int) -> None:
        self._make(time, self._program.orders[order].product, item, pieces, order)

    def _make(self, time: int, product: int, item: int, pieces: int, order: int) -> None:
        """Items are made in the order of their numbers, and take material in it (S-76)."""
        lots: list[tuple[int, int]] = []
        material = self._program.products[product].material
        if material != NONE:
            size, made = self._program.materials[material].lot, self._material[material]
            self._material[material] = made + pieces
            end = made + pieces
            while made < end:
                number = made // size
                taken = min((number + 1) * size, end) - made
                lots.append((number + 1, taken))
                made += taken
        self.items.append(_Item(item, product, pieces, time, order, tuple(lots), pieces))

    def _on_kit(self, _time: int, stock: int, item: int, pieces: int) -> None:
        """Pieces of a stock are taken in the order in which they came (S-77)."""
        waiting, taker = self._stocks[stock], self.items[item]
        while pieces:
            first = waiting[0]
            taken = min(first[1], pieces)
            pieces -= taken
            first[1] -= taken
            if not first[1]:
                waiting.popleft()
            taker.parts[first[0]] = taker.parts.get(first[0], 0) + taken
            uses = self.items[first[0]].uses
            uses[item] = uses.get(item, 0) + taken

    def _on_leave(self, time: int, product: int, item: int, pieces: int) -> None:
        one = self.items[item]
        one.gone, one.good = time, pieces
        stock = self._program.products[product].stock
        one.fate = Fate.SHIPPED if stock == NONE else Fate.STOCK
        if stock != NONE:
            self._stocks[stock].append([item, pieces])

    def _on_word(self, _time: int, _machine: int, _item: int, _operation: int) -> None:
        """It is the row before a SCRAP, which looks back at it."""

    def _on_stale(self, time: int, machine: int, item: int, operation: int) -> None:
        one = self.items[item]
        one.aged.append(Aged(operation, machine, time, one.left, scrapped=False))

    def _on_scrap(self, time: int, machine: int, item: int, pieces: int) -> None:
        one = self.items[item]
        why = _WHY.get(self._before[0], Why.STEP)
        one.left -= pieces
        if one.left == 0:
            one.fate, one.gone = Fate.SCRAPPED, time
        if why is Why.STALE:
            one.aged[-1] = replace(one.aged[-1], scrapped=True)
            return
        visit = one.visits[-1]
        if visit.end < 0:
            self._end_run(machine, time)
            visit.end = time
            failure = self._program.failures[self._struck[machine]].name.rpartition("/")[2]
            self._lose(visit, Why.FAILURE, failure, pieces)
        elif why is not Why.STEP:
            self._lose(visit, why, LIMIT if why is Why.LIMIT else RESTART, pieces)
        else:
            for cause, number in self._causes(visit.operation, machine, pieces).items():
                self._lose(visit, Why.STEP, cause, number)

    @staticmethod
    def _lose(visit: Visit, why: Why, cause: str, pieces: int) -> None:
        for number, loss in enumerate(visit.losses):
            if (loss.why, loss.cause) == (why, cause):
                more = Loss(why, cause, loss.pieces + pieces)
                visit.losses = (*visit.losses[:number], more, *visit.losses[number + 1 :])
                return
        visit.losses = (*visit.losses, Loss(why, cause, pieces))

    def _causes(self, operation: int, machine: int, pieces: int) -> dict[str, int]:
        """Causes of the next pieces an operation scraps on a machine (S-78), in the order in
        which they come up.
        """
        known = self._draws.get((operation, machine))
        if known is None:
            known = self._draws[operation, machine] = self._drawing(operation, machine)
        names, reached, draw = known
        if len(names) == 1:
            return {names[0]: pieces}
        total, last = reached[-1], len(names) - 1
        found: dict[str, int] = {}
        for _ in range(pieces):
            name = names[min(bisect_right(reached, draw() * total), last)]
            found[name] = found.get(name, 0) + 1
        return found

    def _drawing(self, operation: int, machine: int) -> _Drawing:
        """Causes of an operation's scrap, the sums of their shares, and the draws."""
        spec = self._program.operations[operation]
        names = tuple(cause.name for cause in spec.causes) or (UNNAMED,)
        reached = tuple(accumulate(cause.share for cause in spec.causes))
        entity = self._program.machines[machine].name
        return names, reached, uniforms(*self._address, entity, f"cause/{spec.name}")

    # -- operations ------------------------------------------------------------------------

    def _on_start(self, time: int, machine: int, item: int, operation: int) -> None:
        run = self._runs[machine]
        if run is None or self._belt[machine] or self._before != (Event.START, machine):
            run = self._begin_run(time, machine, item, operation)
        one = self.items[item]  # another of the same batch, where the row before was one (S-123)
        visit = Visit(
            operation, machine, time, -1, one.left, run.setup, run.tool, run.copy, run.life,
            run.wears, run.setters,
        )  # fmt: skip
        one.visits.append(visit)
        run.visits.append(visit)

    def _begin_run(self, time: int, machine: int, item: int, operation: int) -> _Run:
        crews = self._crews[machine]
        setters: tuple[int, ...] = ()
        if crews:
            self._look(machine, time)
            operating: list[_Crew] = []
            if (operation, machine) in self._attended:
                operating = [crews.pop()]
                operating[0].worked = True
            setters = tuple(p for crew in crews if crew.worked for p in crew.people)
            self._crews[machine] = operating
        tool, copy, life = self._tool[operation], NONE, 0
        if tool != NONE:
            copy = self._held[machine][1]
            life = self._lives[tool][copy]
        wears = tuple((f, self._worn[f]) for f in self._wearing[machine])
        run = _Run(self._setup[machine], tool, copy, life, wears, setters, item)
        self._setup[machine] = -1
        self._runs[machine] = run
        return run

    def _on_finish(self, time: int, machine: int, item: int, _operation: int) -> None:
        self._end_run(machine, time)
        self.items[item].visits[-1].end = time

    def _end_run(self, machine: int, time: int) -> None:
        """The first of a batch, or a loss, ends the run for all of them."""
        run = self._runs[machine]
        if run is None:
            return
        crews = self._crews[machine]
        if crews:
            self._look(machine, time)
            people = dict.fromkeys(p for crew in crews if crew.worked for p in crew.people)
            for visit in run.visits:
                visit.operators = tuple(people)
            self._crews[machine] = []
        if len(run.visits) > 1:
            for visit in run.visits:
                visit.batch = run.first
        self._runs[machine] = None

    def _on_setup(self, time: int, machine: int, _item: int, _key: int) -> None:
        self._setup[machine] = time
        crews = self._crews[machine]
        if crews:
            crews[-1].worked = True

    # -- people ----------------------------------------------------------------------------

    def _on_grant(self, time: int, worker: int, _item: int, machine: int) -> None:
        if machine == NONE or self._down[machine]:
            return  # for a tool or a repair: work on a machine that is not fit waits (S-53)
        if self._before == (Event.GRANT, machine):
            self._crews[machine][-1].people.append(worker)
            return
        self._look(machine, time)
        self._crews[machine].append(_Crew(time, [worker]))

    def _on_state(self, time: int, machine: int, _item: int, state: int) -> None:
        self._look(machine, time)
        self._state[machine] = MachineState(state)
        self._since[machine] = time

    def _look(self, machine: int, time: int) -> None:
        """Whether the people sent last have done anything: the machine ran since then."""
        crews = self._crews[machine]
        if crews and self._state[machine] in (MachineState.WORKING, MachineState.SETUP):
            crews[-1].worked |= time > max(self._since[machine], crews[-1].tick)

    # -- failures and tools ----------------------------------------------------------------

    def _on_fail(self, _time: int, failure: int, _item: int, machine: int) -> None:
        self._down[machine] += 1
        self._struck[machine] = failure

    def _on_repaired(self, _time: int, failure: int, _item: int, machine: int) -> None:
        self._down[machine] -= 1
        self._worn[failure] += 1

    def _on_unmount(self, _time: int, machine: int, _item: int, _tool: int) -> None:
        self._given = self._held[machine][1]
        self._held[machine] = (NONE, NONE)

    def _on_mount(self, _time: int, machine: int, _item: int, tool: int) -> None:
        before, old = self._held[machine]
        copy, self._given = self._given, NONE
        if copy == NONE:
            copy = self._loose[tool].pop(0)
        if before != NONE:
            insort(self._loose[before], old)
        self._held[machine] = (tool, copy)

    def _on_worn(self, _time: int, tool: int, _item: int, copy: int) -> None:
        for machine, held in enumerate(self._held):
            if held == (tool, copy):
                self._held[machine] = (NONE, NONE)

    def _on_renewed(self, _time: int, tool: int, _item: int, copy: int) -> None:
        self._lives[tool][copy] += 1
        insort(self._loose[tool], copy)

    # -- transport -------------------------------------------------------------------------

    def _on_pick(self, time: int, _vehicle: int, item: int, station: int) -> None:
        self.items[item].picked = (station, time)

    def _on_drop(self, time: int, vehicle: int, item: int, station: int) -> None:
        one = self.items[item]
        one.moves.append(Move(vehicle, one.picked[0], station, one.picked[1], time))
