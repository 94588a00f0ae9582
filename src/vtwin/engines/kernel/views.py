"""Records of a stopped arena as the things the sentences about a stall are made of.

A view has the names that ``vtwin.engines.stalls`` asks for and looks into the arena when it is
asked, so that a run without a stall pays for little. Views of one record are one object.
"""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import c_int64
from itertools import takewhile
from typing import TYPE_CHECKING, TypeVar

from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.memory import FIELD
from vtwin.plant import rules
from vtwin.plant.primitives import MachineState, PartAtFailure
from vtwin.plant.trace import VehicleState

if TYPE_CHECKING:
    from vtwin.engines.kernel.picture import Picture

AnyView = TypeVar("AnyView", bound="View")


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

    def chain(self, kind: type[AnyView], first: int, link: int) -> Iterator[AnyView]:
        """The records of a list linked through them."""
        found = self.to(kind, first)
        while found is not None:
            yield found
            found = found.to(kind, link)


class ProductView(View):
    """A product."""

    @property
    def stock(self) -> StockView | None:
        """Where its finished pieces wait for assemblies."""
        return self.to(StockView, at.PR_STOCK)


class StockView(View):
    """The finished pieces of a component."""

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.stocks[self[at.STK_INDEX]].name

    @property
    def level(self) -> int:
        """Pieces in stock."""
        return self[at.STK_LEVEL]

    @property
    def users(self) -> int:
        """Bits of the stations that take from it."""
        stations = self.views(StationView, at.STK_USERS, at.STK_USER_COUNT)
        return sum(station.bit for station in stations)

    @property
    def door(self) -> list[tuple[int, int, EntryView]]:
        """Finished items that want in."""
        return [(0, 0, item) for item in self.chain(EntryView, at.STK_DOOR_FIRST, at.E_NEXT)]


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

    def is_new_to(self, skill: int) -> bool:
        """Whether he does not work alone at a skill yet (S-57)."""
        learning = View(self._picture, self[at.P_LEARNS])[skill]
        if learning == at.NOTHING:
            return False
        record = View(self._picture, learning)
        return record[at.L_UNITS] < record[at.L_ALONE]

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

    @property
    def taught(self) -> bool:
        """Whether somebody of the crew works beside a veteran (S-57)."""
        return self[at.T_TAUGHT] != 0


class NeedsView(View):
    """What an operation takes beside its item: a kit, carriers."""

    def lacking(self, first: EntryView) -> list[tuple[StockView, int]]:
        """Stocks without enough pieces, with the pieces wanted (S-129)."""
        short = []
        for n in range(self[at.OP_KIT_COUNT]):
            kit = View(self._picture, self[at.OP_KIT] + n * at.KIT_SIZE * FIELD)
            stock = self._picture.view(StockView, kit[at.KIT_STOCK])
            wanted = kit[at.KIT_PIECES] * first.next_quantity
            if stock.level < wanted:
                short.append((stock, wanted))
        return short

    def lacking_carriers(self, first: EntryView) -> list[int]:
        """Carriers that are wanted and of which none is free (S-134, S-138)."""
        wanted = self.views(View, at.OP_TAKES, at.OP_TAKES_COUNT)
        scarce = [carrier[at.CA_INDEX] for carrier in wanted if not carrier[at.CA_FREE]]
        return [carrier for carrier in scarce if not first.carriers >> carrier & 1]


class RecipeView(View):
    """A batch."""

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.batches[
            self._picture.index(lambda t: t.batches, self._address)
        ].name

    @property
    def least(self) -> int:
        """Items that may start."""
        return self[at.BA_LEAST]

    @property
    def most(self) -> int:
        """Items that fit."""
        return self[at.BA_MOST]

    def waiting(self) -> tuple[int, int]:
        """How many items wait for it, counted to ``most`` at the utmost, and since when."""
        return rules.gathered(self._who(), self.most)

    def ready(self, now: int) -> bool:
        """Whether enough wait, or long enough (S-120)."""
        count, oldest = self.waiting()
        return rules.may_start(count, now - oldest, self.least, self.most, self[at.BA_WAIT])

    def _who(self) -> Iterator[tuple[int, int]]:
        """(items, since when) of those who count (S-124)."""
        station = self._picture.view(StationView, self[at.BA_STATION])
        if station[at.ST_PLACES]:
            for entry in self.chain(EntryView, at.BA_FIRST, at.E_KIN_NEXT):
                yield entry.lots, entry[at.E_JOINED]
            return
        steps = self.views(StepView, at.BA_STEPS, at.BA_STEP_COUNT)
        for _, _, item in station.door:
            if item.step in steps:
                yield 1, item[at.IT_FINISHED]
        for entry in station.outside:
            if entry.step in steps:
                yield entry.lots, entry[at.E_RELEASE]


class FleetView(View):
    """Vehicles of one kind and the calls for them."""

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.fleets[self[at.FL_INDEX]].name

    @property
    def vehicles(self) -> list[VehicleView]:
        """Its vehicles, by name."""
        return self.views(VehicleView, at.FL_VEHICLES, at.FL_VEHICLE_COUNT)

    @property
    def calls(self) -> list[CallView]:
        """Items that want to be carried."""
        return [CallView(item) for item in self.chain(EntryView, at.FL_FIRST, at.E_NEXT)]


class CallView:
    """An item that wants to be carried or is, or moves on a belt."""

    def __init__(self, item: EntryView) -> None:
        self.item = item


class VehicleView(View):
    """A vehicle."""

    @property
    def index(self) -> int:
        """Its rank among machines and vehicles."""
        return self[at.V_RANK]

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.vehicles[self[at.V_INDEX]].name

    @property
    def state(self) -> VehicleState:
        """What it is about."""
        return VehicleState(self[at.V_STATE])

    @property
    def call(self) -> CallView | None:
        """What it is on the way for, or carries."""
        item = self.to(EntryView, at.V_ITEM)
        return None if item is None else CallView(item)

    def in_the_way(self) -> tuple[ZoneView, list[VehicleView]] | None:
        """The zone that keeps it from going on, and who is there (S-155)."""
        zone = self.to(ZoneView, at.V_ZONE)
        at_charger = self[at.V_CHARGER] != at.NOTHING and not self[at.V_CHARGER_AHEAD]
        if zone is not None and zone[at.Z_FIRST] != self._address and not at_charger:
            return zone, list(takewhile(lambda other: other is not self, zone.inside))
        leg = self[at.V_LEG] if self[at.V_LEGS] else 0
        if not leg and self[at.V_CHARGER_AHEAD]:
            leg = self[at.V_CHARGER]
        zone = View(self._picture, leg).to(ZoneView, at.LG_ZONE) if leg else None
        if zone is not None and zone[at.Z_COUNT] >= zone[at.Z_ROOM]:
            return zone, zone.inside
        return None


class ZoneView(View):
    """A zone of the aisles."""

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.zones[self[at.Z_INDEX]].name

    @property
    def inside(self) -> list[VehicleView]:
        """Its vehicles, as they entered."""
        return list(self.chain(VehicleView, at.Z_FIRST, at.V_NEXT))


class StepView(View):
    """An operation."""

    @property
    def needs(self) -> NeedsView | None:
        """What it takes beside its item."""
        return self._picture.view(NeedsView, self._address) if self[at.OP_NEEDS] else None

    @property
    def recipe(self) -> RecipeView | None:
        """The batch it is done in."""
        return self.to(RecipeView, at.OP_RECIPE)

    @property
    def fleet(self) -> FleetView | None:
        """The vehicles that bring items to it."""
        return self.to(FleetView, at.OP_FLEET)

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
    def carriers(self) -> int:
        """Bits of the carriers an item is on."""
        return 0 if self[at.E_IS_ORDER] else self[at.IT_CARRIERS]

    @property
    def lots(self) -> int:
        """Items it stands for: an order for all of its lots."""
        if self[at.E_IS_ORDER]:
            return rules.lots(self[at.OR_REMAINING], self[at.OR_LOT])
        return 1

    @property
    def next_quantity(self) -> int:
        """Pieces that start when it does."""
        if self[at.E_IS_ORDER]:
            return min(self[at.OR_LOT], self[at.OR_REMAINING])
        return self.quantity

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

    @property
    def carriers(self) -> int:
        """A new item is on none."""
        return 0

    @property
    def next_quantity(self) -> int:
        """Pieces of the next item."""
        return self[at.SO_LOT]


class StationView(View):
    """A station."""

    @property
    def name(self) -> str:
        """As written."""
        return self._picture.program.stations[self[at.ST_INDEX]].name

    @property
    def bit(self) -> int:
        """A bit of its own."""
        return 1 << self[at.ST_INDEX]

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
        return [(0, 0, item) for item in self.chain(EntryView, at.ST_DOOR_FIRST, at.E_NEXT)]

    @property
    def outside(self) -> list[EntryView]:
        """Items and orders outside."""
        return list(self.chain(EntryView, at.ST_OUTSIDE_FIRST, at.E_NEXT))


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
    def is_belt(self) -> bool:
        """Whether items move through it one behind the other."""
        return self[at.M_BELT] != at.NOTHING

    @property
    def held(self) -> EntryView | None:
        """The item that waits at the end of a belt."""
        return self._belt.to(EntryView, at.B_HELD)

    @property
    def items(self) -> list[CallView]:
        """What is on a belt, the foremost first."""
        moving = list(self._belt.chain(EntryView, at.B_FIRST, at.E_NEXT))
        first = self.held
        return [CallView(item) for item in ([] if first is None else [first]) + moving]

    @property
    def _belt(self) -> View:
        return View(self._picture, self[at.M_BELT])

    @property
    def in_process(self) -> bool:
        """Whether a failure would find an item in work that is halted (S-45, S-145)."""
        if self.is_running:
            return False
        if not self.is_belt:
            return MachineState.WORKING in (self[at.M_DOING], self[at.M_HANDED])
        belt = self._belt
        moving = list(belt.chain(EntryView, at.B_FIRST, at.E_NEXT))
        if not moving or self.held is not None:
            return bool(moving)
        reach = moving[0][at.IT_ENTERED] + belt[at.B_TRAVEL]
        if belt[at.B_ACCUMULATING]:
            reach = max(reach, belt[at.B_LAST_OUT] + belt[at.B_PITCH])
        return len(moving) > (reach <= belt[at.B_CLOCK])

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


class CopyView(View):
    """A copy of a tool that wears out."""

    @property
    def task(self) -> TaskView:
        """What its renewal needs people for."""
        return self._picture.view(TaskView, self[at.J_TASK])


class FaultView(View):
    """A failure mode."""

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
        return self._picture.view(TaskView, self[at.J_TASK])

    @property
    def may_scrap(self) -> bool:
        """Whether it will strike whatever the machine does, and empty it then (S-45)."""
        return (
            self[at.F_CALENDAR_CLOCK] != 0
            and self[at.F_PART] == PartAtFailure.SCRAPPED
            and not self.planned
            and not self[at.F_STRUCK]
            and self.machine.in_process
        )

    @property
    def planned(self) -> bool:
        """Whether it is maintenance (S-101)."""
        return self[at.F_PLANNED] != 0
