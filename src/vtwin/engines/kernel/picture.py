"""A stopped arena as the things the sentences about a stall are made of (S-80, S-81).

``vtwin.engines.stalls`` asks machines, queues and people who holds and who waits. Here they
answer from the arena: each view knows its record and looks when it is asked, so that a run
without a stall pays for little. Views of one record are one object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ctypes import c_int64
from functools import cached_property
from typing import Any, TypeVar, cast

from vtwin.engines import stalls
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.arena import Fields, Table
from vtwin.engines.kernel.encode import Template
from vtwin.engines.kernel.memory import FIELD
from vtwin.plant.primitives import NONE, FailureClock, MachineState, PartAtFailure
from vtwin.plant.program import Program

AnyView = TypeVar("AnyView", bound="View")


def stalled(program: Program, template: Template, arena: Fields) -> tuple[str, ...]:
    """Who waits for whom in a plant in which nothing is under way (S-80)."""
    seen = Picture(program, template, arena)
    return stalls.stalled(program, cast(Any, seen), cast(Any, seen.faults))


def locked(program: Program, template: Template, arena: Fields) -> tuple[str, ...]:
    """Machines that can never move again although others can (S-81)."""
    seen = Picture(program, template, arena)
    return stalls.locked(program, cast(Any, seen), cast(Any, seen.faults))


class Picture:
    """The whole plant."""

    def __init__(self, program: Program, template: Template, arena: Fields) -> None:
        self.program = program
        self._at = template
        self._base = int(arena.ctypes.data)
        self._views: dict[tuple[type[View], int], View] = {}
        self.machines = self._all(template.machines, MachineView)
        self.faults = self._all(template.faults, FaultView)
        self.vehicles: tuple[()] = ()
        self.staff = self
        self.tools = self

    def _all(self, table: Table, kind: type[AnyView]) -> list[AnyView]:
        return [self.view(kind, self._base + table.at(n) * FIELD) for n in range(table.count)]

    def view(self, kind: type[AnyView], address: int) -> AnyView:
        """The one view of its kind of a record."""
        key = (kind, address)
        if key not in self._views:
            self._views[key] = kind(self, address)
        return cast(AnyView, self._views[key])

    def index(self, table: Callable[[Template], Table], address: int) -> int:
        """The number of a record in its table, NONE for none."""
        if address == at.NOTHING:
            return NONE
        found = table(self._at)
        return ((address - self._base) // FIELD - found.start) // found.size

    @cached_property
    def stations(self) -> list[StationView]:
        """All stations, by index."""
        return self._all(self._at.stations, StationView)

    @cached_property
    def products(self) -> list[ProductView]:
        """All products, by index."""
        return self._all(self._at.products, ProductView)

    def able(self, skill: int) -> list[PersonView]:
        """Those with a skill, in the order they are chosen."""
        found = self._all(self._at.skills, View)[skill]
        return found.views(PersonView, at.SK_ABLE, at.SK_ABLE_COUNT)

    def holders(self, tool: int) -> list[MachineView]:
        """Machines that have a copy of a tool mounted, by index."""
        return [machine for machine in self.machines if machine.tool == tool]

    @cached_property
    def renewals(self) -> list[tuple[()]]:
        """No tool of the kernel wears."""
        return [()] * len(self.program.tools)


class View:
    """A record."""

    def __init__(self, picture: Picture, address: int) -> None:
        self._picture = picture
        self._address = address

    def __getitem__(self, field: int) -> int:
        return c_int64.from_address(self._address + field * FIELD).value

    def to(self, kind: type[AnyView], field: int) -> AnyView | None:
        """The record a field leads to."""
        address = self[field]
        return None if address == at.NOTHING else self._picture.view(kind, address)

    def views(self, kind: type[AnyView], start: int, count: int) -> list[AnyView]:
        """The records of a list of addresses."""
        first = View(self._picture, self[start])
        return [self._picture.view(kind, first[n]) for n in range(self[count])]


class ProductView(View):
    """A product."""

    stock = None


class PersonView(View):
    """A worker."""

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.workers[self[at.P_INDEX]].name

    @property
    def present(self) -> bool:
        """Whether he is there (S-54)."""
        return self[at.P_PRESENT] != 0

    @property
    def tends(self) -> int:
        """Operations he may attend at a time."""
        return self[at.P_TENDS]

    @property
    def tasks(self) -> list[TaskView]:
        """What he is bound to."""
        return self.views(TaskView, at.P_TASKS, at.P_TASK_COUNT)


class TaskView(View):
    """What a machine or failure mode needs people for."""

    @property
    def work(self) -> MachineView | FaultView:
        """Machine or failure mode."""
        if View(self._picture, self[at.T_WORK])[at.M_WORK_KIND] == at.WORK_MACHINE:
            return self._picture.view(MachineView, self[at.T_WORK])
        return self._picture.view(FaultView, self[at.T_WORK])

    @property
    def place(self) -> MachineView | None:
        """Where the work is done."""
        return self.to(MachineView, at.T_PLACE)

    @property
    def claim(self) -> TaskView | None:
        """Itself while nobody has come."""
        return self if self[at.T_CLAIMED] else None

    @property
    def crew(self) -> list[PersonView]:
        """Those who were sent."""
        return self.views(PersonView, at.T_CREW, at.T_CREW_COUNT)

    @property
    def skill(self) -> int:
        """What they must be able to do."""
        return self._picture.index(lambda t: t.skills, self[at.T_SKILL])

    @property
    def heads(self) -> int:
        """How many are wanted."""
        return self[at.T_HEADS]

    @property
    def alone(self) -> bool:
        """Whether who does it does nothing else (S-110)."""
        return self[at.T_ALONE] != 0


class StepView(View):
    """An operation."""

    needs = None
    recipe = None
    fleet = None

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.operations[self[at.OP_INDEX]].name

    @property
    def station(self) -> StationView:
        """Where it is done."""
        return self._picture.view(StationView, self[at.OP_STATION])

    @property
    def tool(self) -> int:
        """The tool it takes, or NONE."""
        return self._picture.index(lambda t: t.tools, self[at.OP_TOOL])

    @property
    def ways(self) -> set[int]:
        """Machines that can do it."""
        return {mode.machine for mode in self._picture.program.operations[self[at.OP_INDEX]].modes}

    @property
    def line(self) -> LineView:
        """Those who wait for it."""
        return self._picture.view(LineView, self._address)


class LineView(View):
    """The line of an operation; only its first matters."""

    @property
    def step(self) -> StepView:
        """The operation."""
        return self._picture.view(StepView, self._address)

    @property
    def queue(self) -> list[tuple[int, int, EntryView]]:
        """The first who waits, if there is one."""
        first = self.to(EntryView, at.OP_FIRST)
        return [] if first is None else [(0, 0, first)]


class EntryView(View):
    """An item or order that waits, or an item in a machine; a source that has one more."""

    @property
    def step(self) -> StepView:
        """The operation it waits for."""
        return self._picture.view(StepView, self[at.E_STEP])

    @property
    def product(self) -> int:
        """What it is."""
        return self.step[at.OP_PRODUCT]

    @property
    def quantity(self) -> int:
        """Pieces of an item."""
        return self[at.IT_QUANTITY]

    @property
    def output(self) -> StationView | None:
        """The station whose output buffer holds the item."""
        return self.to(StationView, at.IT_OUTPUT)


class SupplyView(EntryView):
    """A saturated source."""

    @property
    def step(self) -> StepView:
        """Its first operation."""
        return self._picture.view(StepView, self[at.SO_STEP])


class StationView(View):
    """A station."""

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.stations[self[at.ST_INDEX]].name

    @property
    def machines(self) -> list[MachineView]:
        """Its machines, by index."""
        return self.views(MachineView, at.ST_MACHINES, at.ST_MACHINE_COUNT)

    @property
    def lines(self) -> list[LineView]:
        """Its lines, by operation."""
        return [step.line for step in self.views(StepView, at.ST_LINES, at.ST_LINE_COUNT)]

    @property
    def supplies(self) -> list[SupplyView]:
        """Sources that never end."""
        return self.views(SupplyView, at.ST_SUPPLIES, at.ST_SUPPLY_COUNT)

    @property
    def output_places(self) -> int:
        """Places of the output buffer."""
        return self[at.ST_OUTPUT_PLACES]

    @property
    def door(self) -> list[tuple[int, int, EntryView]]:
        """Items at the door in their order."""
        return [(0, 0, item) for item in self._entries(at.ST_DOOR_FIRST)]

    @property
    def outside(self) -> list[EntryView]:
        """Items and orders outside."""
        return list(self._entries(at.ST_OUTSIDE_FIRST))

    def _entries(self, first: int) -> Iterator[EntryView]:
        entry = self.to(EntryView, first)
        while entry is not None:
            yield entry
            entry = entry.to(EntryView, at.E_NEXT)


class MachineView(View):
    """A machine."""

    @property
    def index(self) -> int:
        """Its number."""
        return self[at.M_INDEX]

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.machines[self.index].name

    @property
    def station(self) -> StationView:
        """Whose server it is."""
        return self._picture.view(StationView, self[at.M_STATION])

    @property
    def item(self) -> EntryView | None:
        """What it holds."""
        return self.to(EntryView, at.M_ITEM)

    @property
    def tool(self) -> int:
        """The tool that is mounted, or NONE."""
        return self._picture.index(lambda t: t.tools, self[at.M_TOOL])

    @property
    def doing(self) -> MachineState:
        """What it is about."""
        return MachineState(self[at.M_DOING])

    @property
    def is_running(self) -> bool:
        """Whether a set-up or operation is under way."""
        return self[at.M_RUNNING] != 0

    @property
    def down(self) -> int:
        """Failure modes it suffers from."""
        return self[at.M_DOWN]

    @property
    def on_duty(self) -> bool:
        """By its calendar, or for what it has begun (S-12)."""
        return self[at.M_ON_DUTY] != 0

    @property
    def fit(self) -> bool:
        """On duty and not down."""
        return self[at.M_FIT] != 0

    @property
    def task(self) -> TaskView:
        """What it needs people for."""
        return self._picture.view(TaskView, self[at.M_TASK])


class FaultView(View):
    """A failure mode."""

    planned = False

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.failures[self[at.F_INDEX]].name

    @property
    def machine(self) -> MachineView:
        """Whose it is."""
        return self._picture.view(MachineView, self[at.F_MACHINE])

    @property
    def task(self) -> TaskView:
        """What its repair needs people for."""
        return self._picture.view(TaskView, self[at.F_TASK])

    @property
    def may_scrap(self) -> bool:
        """Whether it will strike whatever the machine does, and empty it then (S-45)."""
        spec = self._picture.program.failures[self[at.F_INDEX]]
        return (
            spec.clock is FailureClock.CALENDAR
            and spec.part is PartAtFailure.SCRAPPED
            and not self[at.F_STRUCK]
            and self.machine.doing is MachineState.WORKING
            and not self.machine.is_running
        )
