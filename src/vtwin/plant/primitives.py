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


class FailureClock(IntEnum):
    """What ages a failure mode: time spent working, or all time."""

    OPERATING = 0
    CALENDAR = 1


class PartAtFailure(IntEnum):
    """What happens to the item in work when its machine fails."""

    KEPT = 0  # work resumes where it stopped
    REWORKED = 1  # the operation starts again from its beginning, with the same time
    SCRAPPED = 2


class ShiftEnd(IntEnum):
    """What happens to work in progress when a machine's or worker's shift ends."""

    PAUSE = 0  # stop at once, go on at the next shift start
    FINISH = 1  # finish the work in hand first


class ReleaseKind(IntEnum):
    """How a source lets items into the plant."""

    SATURATED = 0  # always one more item waiting
    ARRIVALS = 1  # one release after each interval
    CONWIP = 2  # a new item for each one that leaves, `level` at the start


@dataclass(frozen=True, slots=True)
class Calendar:
    """When something is on duty: sorted, disjoint, non-touching ``[start, end)`` intervals
    covering ``[0, horizon)``. An empty tuple means never on duty.
    """

    name: str
    open: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure mode of one machine."""

    name: str  # "<machine>/<mode>"
    after: Distribution  # time to failure on `clock`
    clock: FailureClock
    repair: Distribution
    skill: int = NONE  # skill of the repairer; NONE: repairs itself
    part: PartAtFailure = PartAtFailure.KEPT


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


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that exists `count` times and must be mounted on a machine for an operation:
    mould, die, fixture. It stays mounted until the machine needs another tool or an idle
    machine gives it up to one that needs it.
    """

    name: str
    count: int = 1


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


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do an operation: on this machine, with this time per cycle."""

    machine: int
    cycle: int  # index into Program.distributions
    planned_s: float  # planned run time per cycle (ISO 22400 PRI times pieces per cycle), s


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


@dataclass(frozen=True, slots=True)
class Product:
    """What is made; ``route`` are operation indices in order."""

    name: str
    route: tuple[int, ...]
    material_cost: float = 0.0  # per piece started
    target_per_day: float = 0.0  # 0: no target


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
