"""A plant between the document and the Program: names and distributions instead of indices,
and everything found wrong on the way, with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from vtwin.base.draws import Distribution
from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.plant.family import Family, Lowered, Step
from vtwin.plant.primitives import Belt, FailureClock, PartAtFailure
from vtwin.plant.quantities import Amount
from vtwin.scenario.choices import Pace
from vtwin.scenario.document import BatchEntry, Document, EquipmentEntry, StepEntry
from vtwin.scenario.load import Resolved
from vtwin.scenario.tree import Node
from vtwin.scenario.values import Crew

#: A path of keys and positions in the document.
Steps = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Equipment:
    """An equipment entry with its family and the machines it stands for."""

    name: str
    entry: EquipmentEntry
    family: Family | None  # None: a plain station or buffer
    params: Any
    is_buffer: bool
    capacity: int | None  # of a buffer; None: unlimited
    machines: tuple[str, ...]  # () for a buffer
    is_area: bool = False  # a buffer in name only: it is over other equipment, and in no route


@dataclass(frozen=True, slots=True)
class BranchDraft:
    """Another way on after a step: to an operation, or out ("")."""

    share: float
    operation: str
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """How long items may wait, s; where older ones go, None: they are scrap; and where that is
    written.
    """

    life: float
    too_old: str | None
    path: Steps


@dataclass(frozen=True, slots=True)
class Attending:
    """Who attends a step at one equipment entry."""

    skill: str | None = None
    heads: int = 1  # people of that skill
    load: Distribution | None = None  # attended only so long


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A route step with what its tool and its equipment say filled in."""

    operation: str  # "<product>/<op>"
    product: str
    position: int
    on: tuple[str, ...]  # equipment entries
    modes: Mapping[str, Distribution]  # machine -> time per cycle
    planned: float | None  # s per cycle
    pieces: int
    scrap: float
    attending: Mapping[str, Attending]  # by equipment entry
    tool: str | None
    setup_keys: Mapping[str, str]  # equipment entry -> set-up key
    attributes: Mapping[str, Mapping[str, Any]]  # family -> its own step keys
    where: Where
    path: Steps = ()
    batch: BatchEntry | None = None
    kit: Mapping[str, int] = field(default_factory=dict)  # component -> pieces per piece
    takes: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    by: str | None = None
    then: str | None = None  # operation that follows; "": none; None: the next of the route
    branches: tuple[BranchDraft, ...] = ()
    sample: int = 1  # every so many-th item stops
    shelf: Shelf | None = None  # how long an item may wait for it
    entry: StepEntry = field(default_factory=StepEntry)  # as written, and as its family says
    causes: tuple[tuple[str, float], ...] = ()  # of its scrap, each with its share


@dataclass(frozen=True, slots=True)
class BatchDraft:
    """Operations done together at one station; the wait in s, None: for ever."""

    name: str  # "<station>/<recipe>"
    least: int
    most: int
    wait: float | None
    steps: tuple[StepDraft, ...]

    @property
    def numbers(self) -> tuple[int, int, float | None]:
        """What all operations of a batch must agree in."""
        return self.least, self.most, self.wait

    def with_step(self, step: StepDraft) -> BatchDraft:
        """The batch with one more operation."""
        return replace(self, steps=(*self.steps, step))


@dataclass(frozen=True, slots=True)
class StationDraft:
    """Equipment entries that share one queue."""

    name: str
    entries: tuple[str, ...]
    input: int | None  # None: unlimited
    output: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class BatteryDraft:
    """Whole numbers of units per tick and of units; ``chargers``: (node, zone)."""

    driving: int
    standing: int
    charging: int
    low: int
    until: int
    capacity: int
    kwh: float
    chargers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class FleetDraft:
    """Vehicles and their ways in ticks; ``at``: station -> node."""

    name: str
    count: int
    nodes: tuple[str, ...]
    travel: tuple[tuple[int, ...], ...]
    load: int
    unload: int
    rule: str
    start: int
    at: Mapping[str, int]
    #: By (from, to): legs of (zone or None, ticks); () where vehicles do not hinder one another.
    ways: tuple[tuple[tuple[tuple[str | None, int], ...], ...], ...] = ()
    zones: Mapping[str, int] = field(default_factory=dict)  # name -> room
    battery: BatteryDraft | None = None


@dataclass(frozen=True, slots=True)
class SetupDraft:
    """Set-up times of one machine by (from, to) and who does them."""

    times: Mapping[tuple[str, str], Distribution]
    skill: str | None
    at_start: str | None
    heads: int = 1


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """One order; times in s from the start of the run."""

    name: str
    product: str
    quantity: int
    lot: int
    release: float
    due: float | None
    priority: int
    replace_scrap: bool
    where: Where
    on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # as written
    machines: Mapping[str, frozenset[str]] = field(default_factory=dict)  # operation -> names
    tool: Mapping[str, str] = field(default_factory=dict)  # as written
    made: Mapping[str, StepDraft] = field(default_factory=dict)  # operation -> with another tool
    key: str = ""  # what a path names it by


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """Endless release of one product; times in s."""

    name: str
    product: str
    kind: Literal["saturated", "arrivals", "conwip"]
    interval: Distribution | None
    level: int
    lot: int
    due_after: float | None
    where: Where
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class ModeDraft:
    """One way equipment fails, or one maintenance of it (``planned``)."""

    name: str
    after: Distribution
    clock: FailureClock
    repair: Distribution
    skill: str | None
    part: PartAtFailure
    life: int  # cycles
    planned: bool
    path: Steps
    heads: int = 1  # people with that skill


@dataclass(frozen=True, slots=True)
class Need:
    """A skill that is wanted: at a level at least, and at certain equipment."""

    skill: str
    level: str | None = None
    at: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As it is told."""
        level = f" ({self.level})" if self.level else ""
        return f"{self.skill}{level}{' at ' if self.at else ''}{', '.join(self.at)}"


@dataclass
class Draft:
    """The plant while it is put together."""

    resolved: Resolved
    document: Document
    problems: list[Problem] = field(default_factory=list)
    equipment: dict[str, Equipment] = field(default_factory=dict)
    routes: dict[str, list[StepDraft]] = field(default_factory=dict)
    # operation -> the step with each other tool it can be made with
    others: dict[str, tuple[StepDraft, ...]] = field(default_factory=dict)
    stations: dict[str, StationDraft] = field(default_factory=dict)
    station_of: dict[str, str] = field(default_factory=dict)  # entry -> station
    lowered: dict[str, Lowered] = field(default_factory=dict)  # entry -> its own losses
    modes: dict[str, tuple[ModeDraft, ...]] = field(default_factory=dict)  # entry
    restarts: dict[str, int] = field(default_factory=dict)  # entry -> cycles thrown away
    lives: dict[str, int] = field(default_factory=dict)  # tool that wears out -> cycles
    setups: dict[str, SetupDraft] = field(default_factory=dict)  # entry
    orders: list[OrderDraft] = field(default_factory=list)
    sources: list[SourceDraft] = field(default_factory=list)
    skills: dict[str, Where] = field(default_factory=dict)  # wanted -> where first
    needs: dict[str, Need] = field(default_factory=dict)  # the same
    batches: dict[str, BatchDraft] = field(default_factory=dict)
    batch_of: dict[str, str] = field(default_factory=dict)  # operation -> batch
    belts: dict[str, Belt] = field(default_factory=dict)  # entry
    fleets: dict[str, FleetDraft] = field(default_factory=dict)
    fleet_of: dict[str, str] = field(default_factory=dict)  # operation -> fleet
    components: set[str] = field(default_factory=set)  # products that go into a stock
    areas: set[str] = field(default_factory=set)  # equipment that is over other equipment
    heads: dict[str, int] = field(default_factory=dict)  # skill -> largest crew wanted
    line_places: dict[str, int | None] = field(default_factory=dict)  # entry -> buffers before
    broken: set[str] = field(default_factory=set)  # products whose route cannot be used
    machines: dict[str, object] = field(default_factory=dict)  # entry -> what stands for it

    def every_step(self) -> Iterator[StepDraft]:
        """The steps of all routes, and those with other tools."""
        for route in self.routes.values():
            for step in route:
                yield step
                yield from self.others.get(step.operation, ())

    def fault(
        self,
        code: str,
        what: str,
        path: Steps = (),
        hint: str | None = None,
        *,
        key: bool = False,
        warning: bool = False,
    ) -> None:
        """Note a problem at a path of the document."""
        where = self.where(path, key=key)
        severity: Literal["error", "warning"] = "warning" if warning else "error"
        self.problems.append(Problem(code, what, where, hint, severity))

    def where(self, path: Steps, *, key: bool = False) -> Where:
        """Where a path of the document was written."""
        node = self.resolved.tree.at(path)
        name = ".".join(str(step) for step in path)
        return node.key_where(name) if key else node.where(name)

    def wrong_already(self, *path: Any) -> bool:
        """Whether something at or below a path was refused as a text."""
        name = ".".join(str(step) for step in path)
        found = (problem.where.path or "" for problem in self.resolved.problems)
        return any(told == name or told.startswith(name + ".") for told in found)

    def fault_at(self, code: str, what: str, where: Where, hint: str | None) -> None:
        """Note a problem at a place that is known."""
        self.problems.append(Problem(code, what, where, hint))

    def unknown(self, sort: str, name: str, known: Iterable[str], path: Steps) -> None:
        """Note a name that leads nowhere, unless its own entry was refused already."""
        sections = {"equipment": "equipment", "product": "products", "calendar": "calendars",
                    "tool": "tools", "carrier": "carriers", "transport": "transport",
                    "point": "layout"}  # fmt: skip
        if self.node(sections[sort], name) is not None:
            return
        names = sorted(known)
        hint = did_you_mean(name, names)
        if hint is None and names:
            hint = "there are: " + ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
        codes = {"equipment": "V303", "product": "V304", "calendar": "V305", "tool": "V306",
                 "carrier": "V319", "transport": "V361", "point": "V361"}  # fmt: skip
        article = "is no equipment" if sort == "equipment" else f"is no {sort}"
        self.fault(codes[sort], f"'{name}' {article} of this plant", path, hint)

    def refused(self, refused: Refused, path: Steps) -> None:
        """Take over what a lower room refused, placed at a path if it knows no place."""
        for problem in refused.problems:
            where = problem.where if problem.where.file else self.where(path)
            self.problems.append(
                Problem(problem.code, problem.what, where, problem.hint, problem.severity)
            )

    def lower(self, equipment: Equipment, steps: tuple[Step, ...]) -> Lowered:
        """What the family of a piece of equipment makes of it and these steps. Raises Refused."""
        family, memory = equipment.family, self.resolved.memory
        assert family is not None
        name, params = equipment.name, equipment.params
        machine = self.machines.get(name)
        if machine is None:  # long to compare, and asked for at every step
            machine = memory.recall(("machine", family.name, name, params), object)
            self.machines[name] = machine
        if not memory.remembered(machine):  # it has something that can change
            return family.lower(name, params, steps)
        told = tuple((s.operation, s.cycle, s.tool, *s.attributes.items()) for s in steps)
        return memory.recall(("lower", machine, told), lambda: family.lower(name, params, steps))

    def wants(self, crew: Crew, where: Where) -> None:
        """Note who is needed, and where that was said first."""
        self.want(Need(crew.of, crew.level), crew.people, where)

    def want(self, need: Need, people: int, where: Where) -> None:
        """Note what is wanted of so many people."""
        self.needs.setdefault(need.name, need)
        if people > self.heads.get(need.name, 0):
            self.heads[need.name] = people
            self.skills[need.name] = where

    def money(self, amount: Amount | None, path: Steps) -> float:
        """The value of an amount in the plant's one currency; 0 for None."""
        if amount is None:
            return 0.0
        currency = self.document.currency
        if currency is None:
            hint = f"write `currency: {amount.currency}` at the top"
            self.fault("V307", "the plant has prices and no currency", path, hint)
        elif amount.currency != currency:
            what = f"a price in {amount.currency} in a plant that counts in {currency}"
            self.fault("V307", what, path, f"write it in {currency}")
        return amount.value

    def file_beside(self, path: Steps, name: str) -> Path:
        """A file named in the document, relative to the file it is named in."""
        node = self.resolved.tree.at(path)
        folder = Path(node.file).parent if node.file and not node.file.startswith("--") else None
        folder = folder or Path(self.resolved.tree.file or "").parent
        return folder / name

    def node(self, *path: Any) -> Node | None:
        """The node at exactly this path, or None."""
        here: Node | None = self.resolved.tree
        for step in path:
            if here is None:
                return None
            if isinstance(step, int):
                items = here.items()
                here = items[step] if step < len(items) else None
            else:
                here = here.get(step)
        return here
