"""The closed set of primitives: everything an engine can be asked to simulate.

All times are ticks (1 ns, int). All cross references are indices into the tuples of
:class:`vtwin.plant.program.Program`, whose tuples are sorted by entity name, so that the
order in which a person wrote things never matters; ``NONE`` (-1) means "no such thing".
An *item* is what flows: a part, or a lot of ``quantity`` pieces that moves as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from vtwin.base.draws import Distribution

NONE = -1
UNLIMITED = -1
NEVER = 2**62
#: What follows an operation (`Operation.then`) if it is no operation by name.
NEXT = -1  # the one after it in the product's route
OUT = -2  # nothing: the item is finished


class MachineState(IntEnum):
    """States partition the time of a machine: at every instant it is in exactly one."""

    WORKING = 0
    SETUP = 1
    WAITING_OPERATOR = 2
    BLOCKED = 3
    STARVED = 4
    DOWN = 5
    PLANNED_STOP = 6


class DispatchRule(IntEnum):
    """How an idle machine chooses among the items it may take; ties by queue position."""

    FIFO = 0
    EDD = 1  # earliest due date
    SPT = 2  # shortest (expected) processing time
    LEAST_SETUP = 3  # shortest expected set-up from the present one, then PRIORITY, then EDD
    PRIORITY = 4  # largest order priority, then queue position
    CRITICAL_RATIO = 5  # least (time until due) / (expected work still to do)


class FailureClock(IntEnum):
    """What ages a failure mode: time spent working, all time, or cycles made."""

    OPERATING = 0
    CALENDAR = 1
    CYCLES = 2  # `Failure.life` cycles: wear of a tool, planned maintenance by count


class PartAtFailure(IntEnum):
    """What happens to the item in work when its machine fails."""

    KEPT = 0  # work resumes where it stopped
    REWORKED = 1  # the operation starts again from its beginning, with the same time
    SCRAPPED = 2


class ShiftEnd(IntEnum):
    """What happens to work in progress when a machine's or worker's shift ends."""

    PAUSE = 0  # stop at once, go on at the next shift start
    FINISH = 1  # finish the work in hand first
    HAND_OVER = 2  # people only: leave the work to whoever comes next


class ReleaseKind(IntEnum):
    """How a source lets items into the plant."""

    SATURATED = 0  # always one more item waiting
    ARRIVALS = 1  # one release after each interval
    CONWIP = 2  # a new item for each one that leaves, `level` at the start


class CallRule(IntEnum):
    """Which call a free vehicle answers; calls of urgent orders come first."""

    LONGEST_WAIT = 0
    NEAREST = 1


class StopKind(IntEnum):
    """What ends a run before its horizon."""

    ORDERS_DONE = 0  # every order has its pieces
    GOOD_PIECES = 1  # so many good pieces have been made


@dataclass(frozen=True, slots=True)
class Calendar:
    """When something is on duty: sorted, disjoint, non-touching ``[start, end)`` intervals
    covering ``[0, horizon)``. An empty tuple means never on duty. ``resumes`` are the starts
    that end a break and begin no shift; who misses a shift misses it to its end (S-117).
    """

    name: str
    open: tuple[tuple[int, int], ...]
    resumes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure mode of one machine, or one kind of maintenance of it (``planned``)."""

    name: str  # "<machine>/<mode>"
    after: Distribution  # time to failure on `clock`; not used by CYCLES
    clock: FailureClock
    repair: Distribution
    skill: int = NONE  # skill of the repairer; NONE: repairs itself
    part: PartAtFailure = PartAtFailure.KEPT
    heads: int = 1  # people of that skill it takes
    life: int = 0  # cycles until it strikes (CYCLES)
    planned: bool = False  # waits for the work in hand; its time is PLANNED_STOP, not DOWN


@dataclass(frozen=True, slots=True)
class SetupTable:
    """Sequence-dependent set-ups: ``cell[from][to]`` indexes Program.distributions, NONE = no
    set-up. Rows and columns are set-up keys; a machine starts in ``Machine.initial_key``
    (NONE: any first set-up is free).
    """

    name: str
    keys: tuple[str, ...]
    cell: tuple[tuple[int, ...], ...]
    skill: int = NONE  # who sets up; NONE: nobody is needed
    heads: int = 1  # people of that skill it takes


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that exists `count` times and must be mounted on a machine for an operation:
    mould, die, fixture. It stays mounted until the machine needs another tool or an idle
    machine gives it up to one that needs it.
    """

    name: str
    count: int = 1
    life: int = 0  # cycles a copy lasts until it is renewed; 0: for ever
    renew: int = NONE  # time that takes, index into Program.distributions
    skill: int = NONE  # who renews it; NONE: nobody is needed


@dataclass(frozen=True, slots=True)
class Batch:
    """Items a machine takes and finishes together: those of all operations of one station that
    name the same batch. It begins with ``most`` items at once, or with at least ``least`` when
    the one that has waited longest has waited ``wait`` ticks.
    """

    name: str  # "<station>/<recipe>"
    least: int
    most: int
    wait: int = NEVER


@dataclass(frozen=True, slots=True)
class Belt:
    """A machine through which items move one behind the other: conveyor, continuous furnace.
    ``travel`` ticks from end to end, two items at least ``pitch`` ticks apart, at most
    ``places`` items. Accumulating: items close up behind one that cannot leave; else the whole
    belt stands still until it can.
    """

    name: str  # of its machine
    places: int
    travel: int
    pitch: int = 0
    accumulating: bool = True


@dataclass(frozen=True, slots=True)
class Stock:
    """Finished pieces of one product that wait for an assembly; ``places`` counts pieces."""

    name: str  # of its product
    product: int
    places: int = UNLIMITED


@dataclass(frozen=True, slots=True)
class Kit:
    """Pieces of a stock that one piece of an assembly takes."""

    stock: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """Pallets, fixtures, baskets: ``count`` of them go round in a closed loop."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the aisles on which vehicles follow one another, or the places of a charger:
    ``room`` vehicles at a time.
    """

    name: str
    room: int


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a vehicle's way: through a zone, or free (NONE)."""

    zone: int
    ticks: int


@dataclass(frozen=True, slots=True)
class Charger:
    """Where batteries are charged: at a node, in a zone of its own."""

    node: int
    zone: int


@dataclass(frozen=True, slots=True)
class Battery:
    """The battery of each vehicle of a fleet. Its content is counted in units of which so many
    go in a tick: where a full one drives for an hour and is charged in six minutes, a tick of
    driving takes 1 and a tick of charging brings 10.
    """

    driving: int  # units a tick on the way takes, loading and unloading included
    charging: int  # units a tick at a charger brings
    low: int  # a free vehicle with no more goes to a charger
    until: int  # content with which it leaves the charger
    chargers: tuple[Charger, ...]
    standing: int = 0  # units a tick takes while it stands
    capacity: int = 0  # units of a full one
    kwh: float = 0.0  # that a full one holds; 0: not said


@dataclass(frozen=True, slots=True)
class Fleet:
    """Vehicles that carry items from station to station. ``travel[from][to]`` are ticks between
    the nodes at which stations lie (`Station.nodes`), empty or loaded. With ``ways`` they drive
    leg by leg: ``ways[from][to]``, the ticks of which sum to ``travel``.
    """

    name: str
    nodes: tuple[str, ...]
    travel: tuple[tuple[int, ...], ...]
    load: int = 0  # ticks to take an item up
    unload: int = 0  # ticks to put it down
    rule: CallRule = CallRule.LONGEST_WAIT
    ways: tuple[tuple[tuple[Leg, ...], ...], ...] = ()
    battery: Battery | None = None  # only with ways


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle of a fleet."""

    name: str  # "<fleet>#<n>"
    fleet: int
    node: int  # where it begins
    content: int = 0  # units in its battery then


@dataclass(frozen=True, slots=True)
class Profile:
    """How busy a source is over time, repeated every ``period`` ticks: from each start on its
    intervals pass at that percentage of their speed. Starts begin with 0.
    """

    name: str
    period: int
    steps: tuple[tuple[int, int], ...]  # (start tick, percent)


@dataclass(frozen=True, slots=True)
class Band:
    """Hours of a tariff in one month: what energy costs in them, per kWh. ``billed``: peaks in
    them count for the demand charge.
    """

    name: str  # "<month> <label>"
    label: str
    price: float
    month: str = ""
    month_days: float = 0.0
    billed: bool = True


@dataclass(frozen=True, slots=True)
class Machine:
    """One server of a station. ``power_kw`` follows MachineState."""

    name: str
    station: int
    calendar: int = NONE  # NONE: always on duty
    shift_end: ShiftEnd = ShiftEnd.PAUSE
    failures: tuple[int, ...] = ()
    setup: int = NONE
    initial_key: int = NONE
    initial_tool: int = NONE
    power_kw: tuple[float, ...] = (0.0,) * 7
    cost_per_h: float = 0.0
    belt: int = NONE
    x: int = 0  # where people go to attend it, mm
    y: int = 0
    surge_kw: float = 0.0  # power while it starts up, instead of that of its state
    surge: int = 0  # ticks that lasts after each PLANNED_STOP
    custom: str = ""  # "package.module:function", a behaviour of its own (reference engine only)
    fuel_price: float = -1.0  # per kWh of what it burns instead of drawing power; below 0: nothing
    restart: int = 0  # cycles that are scrap when it works again after standing (S-36)
    patience: int = 0  # ticks it may stand without that
    warm_up: int = 0  # ticks it is warmed up before it works, when it is cold (S-37)
    cools: int = 0  # ticks it may stand and stays warm


@dataclass(frozen=True, slots=True)
class Station:
    """One queue and the machines that serve it. Capacities count places between machines,
    never the place in a machine, in items; 0 input places means a part enters only when a
    machine is free for it, 0 output places means it waits in the machine (blocking after
    service).
    """

    name: str
    machines: tuple[int, ...]
    input: int = UNLIMITED
    output: int = 0
    rule: DispatchRule = DispatchRule.FIFO
    nodes: tuple[int, ...] = ()  # by fleet: where its vehicles stop for this station, or NONE


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who attends an operation on a machine; as the same fields of an operation."""

    skill: int = NONE
    heads: int = 1
    load: int = NONE


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do an operation: on this machine, with this time per cycle."""

    machine: int
    cycle: int  # index into Program.distributions
    planned_s: float  # planned run time per cycle (ISO 22400 PRI times pieces per cycle), s
    attended: Attendance | None = None  # None: as the operation says


@dataclass(frozen=True, slots=True)
class Branch:
    """Another way on after an operation: to that one with probability ``share``. An item that
    has taken it ``most`` times and should once more is scrap (rework that never ends well).
    """

    share: float
    operation: int  # or OUT
    most: int = UNLIMITED


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an operation scraps pieces: a share of all pieces that come to it (S-78)."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Material:
    """What pieces are made of, in lots of so many pieces (S-76)."""

    name: str
    lot: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of one product's route. An item of ``quantity`` pieces needs
    ``ceil(quantity / pieces_per_cycle)`` cycles; its time is one draw times that count.
    """

    name: str  # "<product>/<op>"
    product: int
    step: int  # position in the route, 0-based
    station: int
    modes: tuple[Mode, ...]  # at least one; sorted by machine
    pieces_per_cycle: int = 1
    setup_key: int = NONE  # column in the machine's SetupTable
    tool: int = NONE
    skill: int = NONE  # attended for the whole operation; NONE: unattended
    scrap: float = 0.0  # probability per piece
    then: int = NEXT  # what follows: NEXT, OUT or an operation of the same product
    branches: tuple[Branch, ...] = ()  # tried before `then`; their shares add up to at most 1
    sample: int = 1  # only every so many-th item stops here, the others pass
    heads: int = 1  # people of that skill it takes
    load: int = NONE  # index into distributions: attended only so long, at the beginning
    batch: int = NONE
    kit: tuple[Kit, ...] = ()  # what an assembly takes beside its own item, per piece
    takes: int = NONE  # carrier an item gets when this begins
    returns: int = NONE  # carrier it gives back when this ends
    fleet: int = NONE  # that brings the item here from the station before
    shelf: int = NEVER  # ticks an item may wait for it; an older one is not worked on
    stale: int = OUT  # where such an item goes instead; OUT: it is scrap
    causes: tuple[Cause, ...] = ()  # of its scrap; their shares add up to it
    stands_for: int = NONE  # operation of the route that this one is for certain orders (S-181)
    takes_too: tuple[int, ...] = ()  # further kinds of carriers beside `takes`
    returns_too: tuple[int, ...] = ()

    @property
    def taken(self) -> tuple[int, ...]:
        """Every kind of carrier an item gets when it begins."""
        return (() if self.takes == NONE else (self.takes,)) + self.takes_too

    @property
    def returned(self) -> tuple[int, ...]:
        """Every kind of carrier an item gives back when it ends."""
        return (() if self.returns == NONE else (self.returns,)) + self.returns_too

    def attended(self, mode: Mode) -> Attendance:
        """Who attends it on the machine of one of its modes."""
        return mode.attended or Attendance(self.skill, self.heads, self.load)


@dataclass(frozen=True, slots=True)
class Product:
    """What is made; ``route`` are operation indices in order. Finished items leave the plant,
    or go into a stock for an assembly.
    """

    name: str
    route: tuple[int, ...]
    material_cost: float = 0.0  # per piece started
    target_per_day: float = 0.0  # 0: no target
    stock: int = NONE
    material: int = NONE  # what lots of it are told apart; NONE: none are


@dataclass(frozen=True, slots=True)
class Order:
    """A quantity of good pieces of one product due at a time, made in lots. When pieces are
    scrapped and ``replace_scrap`` holds, further lots follow until enough are good.
    """

    name: str
    product: int
    quantity: int
    lot: int
    release: int
    due: int = NEVER
    priority: int = 0
    replace_scrap: bool = True
    begins: int = NONE  # operation its items begin with (S-180); NONE: the first of the route


@dataclass(frozen=True, slots=True)
class Source:
    """Endless release of one product."""

    name: str
    product: int
    kind: ReleaseKind
    interval: int = NONE  # ARRIVALS: index into Program.distributions
    level: int = 0  # CONWIP
    lot: int = 1  # pieces per item
    due_after: int = NEVER  # ticks from release
    profile: int = NONE  # ARRIVALS: when intervals pass how fast


@dataclass(frozen=True, slots=True)
class Curve:
    """How somebody gets faster at a skill: from so many units of work on, the speed in
    thousandths of the standard. A unit is a cycle, a set-up, a repair; beside somebody who
    teaches it counts as ``beside`` of them, and up to ``alone`` of them he works only so.
    """

    name: str  # "<group>/<skill>"
    steps: tuple[tuple[int, int], ...]  # (units, thousandths); the first from 0 units on
    alone: int = 0
    beside: int = 1


@dataclass(frozen=True, slots=True)
class Worker:
    """One person. ``skills`` are sorted skill indices, ``speeds`` the rate at each (1 =
    standard; 0.8 takes 1/0.8 of the time).
    """

    name: str  # "<group>#<n>"
    group: int
    skills: tuple[int, ...]
    speeds: tuple[float, ...]
    calendar: int = NONE
    shift_end: ShiftEnd = ShiftEnd.FINISH
    cost_per_h: float = 0.0
    tends: int = 1  # operations attended at once; a set-up or repair takes a person alone
    absence: float = 0.0  # probability to miss a shift
    speed: int = 0  # walking, mm/s; 0: walking takes no time
    learns: tuple[int, ...] = ()  # the curve of each of `skills`, or NONE; () learns nothing
    teaches: tuple[int, ...] = ()  # those of `skills` in which learners may work beside him
    night_from: int = 0  # tick of the day at which the hours begin that are counted as night
    night: int = 0  # ticks they last; 0: none are counted
    overtime_premium: float = 0.0  # share of the cost per hour more, beyond the shift
    night_premium: float = 0.0  # the same at night
    training_cost_per_day: float = 0.0
