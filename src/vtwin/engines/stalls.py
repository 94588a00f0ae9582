"""What to say about a plant in which nothing can happen any more (S-80, S-81)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from vtwin.plant.primitives import NONE, MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import VehicleState

if TYPE_CHECKING:
    from vtwin.engines.belts import Belt
    from vtwin.engines.faults import Fault
    from vtwin.engines.fleets import Fleet, Vehicle
    from vtwin.engines.floor import Floor, Item
    from vtwin.engines.machines import Machine
    from vtwin.engines.releases import OrderFile, Supply
    from vtwin.engines.staff import Person, Task
    from vtwin.engines.stations import Station, Step
    from vtwin.engines.stocks import Stock
    from vtwin.engines.traffic import Driver

Member: TypeAlias = "Machine | Vehicle"


@dataclass(frozen=True, slots=True)
class Wait:
    """What a machine or vehicle waits for, in words. Any of those ``on`` might end the wait by
    moving; those ``holding`` are the ones in the way now. ``ends`` says that a calendar may end
    it as well.
    """

    words: str
    holding: tuple[Member, ...] = ()
    on: tuple[Member, ...] = ()
    ends: bool = False


def stalled(program: Program, floor: Floor, faults: list[Fault]) -> tuple[str, ...]:
    """A plant in which nothing is under way (S-80): one sentence per member of the wait-for
    cycle; if it is no cycle but a dead end, per machine and queue that waits.
    """
    teller = _Teller(program, floor, faults)
    waits = teller.waits()
    cycle = _cycle(waits)
    if cycle:
        return tuple(waits[index].words for index in cycle)
    queues = (teller.queue(station) for station in floor.stations)
    return tuple(w.words for w in waits.values()) + tuple(q for q in queues if q)


def locked(program: Program, floor: Floor, faults: list[Fault]) -> tuple[str, ...]:
    """Machines that can never move again although others can (S-81): one sentence per member of
    their wait-for cycle, or per machine where it is a dead end.
    """
    waits = _Teller(program, floor, faults).waits()
    dead = {index for index, wait in waits.items() if not wait.ends}
    while True:
        freed = {n for n in dead if any(m.index not in dead for m in waits[n].on)}
        if not freed:
            break
        dead -= freed
    waits = {index: waits[index] for index in sorted(dead)}
    return tuple(waits[index].words for index in _cycle(waits) or waits)


def _cycle(waits: dict[int, Wait]) -> list[int]:
    """Machines that wait for one another in a ring: the first found from the lowest index."""
    done: set[int] = set()
    for start in waits:
        path: list[int] = []
        # Depth first with an explicit stack of (machine, those still to look at).
        stack = [(start, iter(waits[start].holding))]
        path.append(start)
        while stack:
            here, ahead = stack[-1]
            step = next(ahead, None)
            if step is None:
                done.add(here)
                stack.pop()
                path.pop()
            elif step.index in path:
                return path[path.index(step.index) :]
            elif step.index in waits and step.index not in done:
                path.append(step.index)
                stack.append((step.index, iter(waits[step.index].holding)))
    return []


class _Teller:
    """Finds out what each machine and queue waits for, and says it."""

    def __init__(self, program: Program, floor: Floor, faults: list[Fault]) -> None:
        self._program = program
        self._floor = floor
        self._faults: dict[int, list[Fault]] = {machine.index: [] for machine in floor.machines}
        for fault in faults:
            self._faults[fault.machine.index].append(fault)

    def waits(self) -> dict[int, Wait]:
        """What every machine and vehicle that waits waits for, by index."""
        found: list[tuple[int, Wait | None]]
        found = [(m.index, self._machine(m)) for m in self._floor.machines]
        found += [(v.index, self._vehicle(v)) for v in self._floor.vehicles]
        return {index: wait for index, wait in found if wait is not None}

    def _vehicle(self, vehicle: Vehicle) -> Wait | None:
        """What a vehicle at a door, or held up on its way, waits for."""
        name = self._place(vehicle.name, "transport", vehicle.name)
        if vehicle.state is VehicleState.HELD:
            return _held_up(name, cast("Driver", vehicle))
        if vehicle.state is not VehicleState.BLOCKED or vehicle.call is None:
            return None
        item = vehicle.call.item
        return self._room(f"{name} holds {self._item(item)}", None, item)

    def _carried(self, holds: str, fleet: Fleet) -> Wait:
        """Waiting for a vehicle."""
        name = self._place(fleet.name, "transport", fleet.name)
        holding = tuple(v for v in fleet.vehicles if v.state is not VehicleState.IDLE)
        return Wait(f"{holds} and waits for a vehicle of {name}", holding, tuple(fleet.vehicles))

    def _machine(self, machine: Machine) -> Wait | None:
        """What a machine waits for; None when it is at work or has nothing in hand."""
        name = self._place(machine.name, "equipment", machine.name)
        faults = self._faults[machine.index]
        if any(fault.may_scrap for fault in faults):
            return None  # the next failure ends it
        for fault in faults:
            if fault.task.claim is not None:
                words = "is stopped" if fault.planned else "is down"
                return self._people(f"{name} {words} ('{fault.name}')", fault.task)
        if machine.is_belt and not machine.is_running:
            return self._belt(cast("Belt", machine), name)
        if machine.item is None or machine.is_running or machine.down:
            return None
        holds = f"{name} holds {self._item(machine.item)}"
        if machine.doing is MachineState.BLOCKED:
            return self._room(holds, machine, machine.item)
        if not machine.on_duty:
            return Wait(f"{holds} and is off duty", ends=True)
        if machine.task.claim is not None:
            return self._people(holds, machine.task)
        away = [person.name for person in machine.task.crew if not person.present]
        if away:
            return Wait(f"{holds} and waits for {away[0]}, off duty", ends=True)
        return None

    def _belt(self, belt: Belt, name: str) -> Wait | None:
        """What a belt on which nothing moves waits for: the way of its first item."""
        first = belt.held
        if first is not None:
            return self._room(f"{name} holds {self._item(first)}", belt, first)
        if belt.items and not belt.on_duty:
            return Wait(f"{name} holds {self._item(belt.items[0].item)} and is off duty", ends=True)
        return None

    def queue(self, station: Station) -> str | None:
        """Why items wait at a station whose machines have nothing in hand."""
        idle = [m for m in station.machines if m.item is None]
        waiting: list[Item | OrderFile | Supply]
        waiting = [line.queue[0][2] for line in station.lines if line.queue]
        waiting += [entry[2] for entry in station.door]
        waiting += station.outside
        waiting += station.supplies
        if not idle or not waiting:
            return None
        step = waiting[0].step
        name = self._place(station.name, "equipment", station.name)
        return f"items for '{step.name}' wait at {name}, {self._why_not(waiting[0], idle)}"

    def _why_not(self, first: Item | OrderFile | Supply, idle: list[Machine]) -> str:
        step = first.step
        able = [m for m in idle if m.index in step.ways]
        if not able:
            return "but none of its free machines can make it"
        if not any(m.fit for m in able):
            return "but every machine that can make it is down or off duty"
        return self._lacking(step, first) or self._too_few(step) or self._no_tool(step)

    def _lacking(self, step: Step, first: Item | OrderFile | Supply) -> str | None:
        """A kit or carrier that is not there."""
        if step.needs is None:
            return None
        kits = [
            f"{pieces} of '{stock.name}' and {stock.level or 'none'} in stock"
            for stock, pieces in step.needs.lacking(first)
        ]
        if kits:
            return "which takes " + ", ".join(kits)
        for carrier in step.needs.lacking_carriers(first):
            pools = self._floor.pools
            name = self._place(pools.names[carrier], "carriers", pools.names[carrier])
            if pools.count[carrier] == 1:
                return f"but the only {name} holds another item"
            return f"but all {pools.count[carrier]} of {name} hold other items"
        return None

    def _too_few(self, step: Step) -> str | None:
        """A batch that has not enough items and never will."""
        if step.recipe is None or step.recipe.ready(self._floor.now):
            return None
        recipe = step.recipe
        wanted = f"at least {recipe.least}" if recipe.least < recipe.most else str(recipe.most)
        return f"but the batch '{recipe.name}' wants {wanted} and only {recipe.waiting()[0]} wait"

    def _no_tool(self, step: Step) -> str:
        tool = self._program.tools[step.tool].name if step.tool != NONE else "its tool"
        for renewal in self._floor.tools.renewals[step.tool] if step.tool != NONE else ():
            if renewal.task.claim is not None:
                skill = self._program.skills[renewal.task.skill]
                return f"but a worn '{tool}' waits for somebody with skill '{skill}'"
        return f"but no copy of '{tool}' can be had"

    def _people(self, words: str, task: Task) -> Wait:
        """Waiting for people with a skill: what those who have it are bound to."""
        able = self._floor.staff.able(task.skill)
        whom = "somebody" if task.heads == 1 else f"{task.heads} people"
        words = f"{words} and waits for {whom} with skill '{self._program.skills[task.skill]}'"
        if len(able) < task.heads:
            have = (
                f"only {len(able)} {'has' if len(able) == 1 else 'have'}" if able else "nobody has"
            )
            return Wait(f"{words}, which {have}")
        # Who repairs will be free some day, and so will who is off duty.
        held = [(p, _held_by(p, task)) for p in able]
        told = ", ".join(
            f"{self._place(person.name, 'people', person.name)} is bound to {machines[0].name}"
            for person, machines in held
            if machines
        )
        machines = tuple(dict.fromkeys(m for _, found in held for m in found))
        new = ", ".join(p.name for p in able if p.present and p.is_new_to(task.skill))
        if new and not told:
            told = f"{new} may not come without somebody free who teaches it"
        return Wait(
            f"{words}: {told or 'all are off duty or repairing'}",
            machines,
            machines,
            ends=sum(not found for _, found in held) >= task.heads,
        )

    def _room(self, holds: str, machine: Machine | None, item: Item) -> Wait:
        """Waiting for room at the next station, or in the own output buffer."""
        stock = self._floor.products[item.product].stock
        if stock is not None and any(entry[2] is item for entry in stock.door):
            return self._stock(holds, stock)
        station, fleet = item.step.station, item.step.fleet
        if fleet is not None and any(call.item is item for call in fleet.calls):
            return self._carried(holds, fleet)
        words = (
            f"{holds} and waits for room at {self._place(station.name, 'equipment', station.name)}"
        )
        on: list[Member] = list(station.machines)
        if machine is not None and machine.station.output_places:
            for other in self._floor.stations:
                if any(entry[2].output is machine.station for entry in other.door):
                    on += other.machines
        holding = [m for m in station.machines if m.item is not None or m.down]
        for tool in sorted({line.step.tool for line in station.lines if line.queue} - {NONE}):
            holding += [m for m in self._floor.tools.holders(tool) if m not in holding]
        return Wait(words, tuple(holding), (*on, *holding))

    def _stock(self, holds: str, stock: Stock) -> Wait:
        """Waiting for room among the finished pieces of a component."""
        words = f"{holds} and waits for room in the stock of '{stock.name}'"
        takers = [m for m in self._floor.machines if stock.users & m.station.bit]
        holding = tuple(m for m in takers if m.item is not None or m.down)
        return Wait(words, holding, tuple(takers))

    def _item(self, item: Item) -> str:
        product = self._program.products[item.product].name
        part = "a part" if item.quantity == 1 else f"a lot of {item.quantity}"
        return f"{part} of '{product}'"

    def _place(self, name: str, section: str, of: str) -> str:
        """A name and where it was written, as far as that is known."""
        place = self._program.place(f"{section}.{of.split('#')[0]}")
        return f"{name} ({place})" if place.file is not None else name


def _held_up(name: str, vehicle: Driver) -> Wait | None:
    """Waiting for the vehicles that are in the way (S-157)."""
    found = vehicle.in_the_way()
    if found is None:
        return None
    zone, others = found
    told = ", ".join(other.name for other in others)
    return Wait(f"{name} is held up for {zone.name} by {told}", tuple(others), tuple(others))


def _held_by(person: Person, task: Task) -> list[Machine]:
    """Machines whose work keeps somebody from a task: all for one that takes him alone, none
    while he may tend one more (S-110), not the one to be repaired (S-116).
    """
    # The work of a machine itself is done at it; what else is done there is a repair.
    bound = [
        (cast("Machine", o.work), o.alone or o.taught)
        for o in person.tasks
        if cast(object, o.work) is o.place
    ]
    alone = [machine for machine, alone in bound if alone and machine is not task.place]
    if not task.alone and len(bound) < person.tends and not alone:
        return []
    if any(machine is task.place for machine, _ in bound):
        return alone
    return [machine for machine, _ in bound]
