"""Vehicles that carry items from station to station (S-150 to S-153)."""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING, TypeAlias

from simpy import Event as CalendarEvent

from vtwin.engines.instant import Alarm
from vtwin.engines.stations import fetch, put_in_line
from vtwin.plant import rules
from vtwin.plant.order import priority
from vtwin.plant.primitives import NONE
from vtwin.plant.primitives import Fleet as FleetSpec
from vtwin.plant.primitives import Vehicle as VehicleSpec
from vtwin.plant.trace import Event, VehicleState

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor, Item
    from vtwin.engines.machines import Machine
    from vtwin.engines.stations import Station


class Call:
    """An item that wants to be carried from one station to another."""

    __slots__ = ("goal", "home", "item", "since")

    def __init__(self, item: Item, machine: Machine, since: int) -> None:
        self.item = item
        self.home = machine.station
        self.goal = item.step.station
        self.since = since


#: (− order priority, tick of the call, machine, number in the order of calling, call)
Waiting: TypeAlias = tuple[int, int, int, int, Call]


class Vehicle:
    """One vehicle. ``index`` is its rank among machines and vehicles, ``number`` that among
    vehicles.
    """

    def __init__(self, floor: Floor, number: int, spec: VehicleSpec, fleet: Fleet) -> None:
        self._floor = floor
        self.number = number
        self.index = len(floor.machines) + number
        self.name = spec.name
        self.fleet = fleet
        self.node = spec.node
        self._alarm = Alarm(floor.env, priority(floor.slots.vehicles[number]), self._ring)
        self.call: Call | None = None  # it is on the way for
        self.state = VehicleState.IDLE
        self.since = 0
        self.times = [0] * len(VehicleState)
        self.moves = 0
        self.charges = 0
        self.flat = 0  # of those, with less than nothing in its battery

    def _enters(self, state: VehicleState) -> None:
        """Account for the state it was in."""
        now = self._floor.now
        self.times[self.state] += now - self.since
        self.state = state
        self.since = now

    def _note(self, kind: Event, value: int) -> None:
        serial = NONE if self.call is None else self.call.item.serial
        self._floor.note(self._floor.now, kind, self.number, serial, value)

    def send(self, call: Call) -> None:
        """Go and take an item up (phase C, S-151)."""
        self.call = call
        self._enters(VehicleState.EMPTY)
        self._note(Event.SEND, call.home.index)
        self._drive(self.fleet.node(call.home), self.fleet.load)

    def _drive(self, goal: int, then: int) -> None:
        """Drive to a node, and load or unload there."""
        self._floor.pending += 1
        self._alarm.set(self.fleet.travel[self.node][goal] + then)

    def _ring(self, _event: CalendarEvent) -> None:
        """The end of a move (phase B, S-152)."""
        self._floor.other_events += 1
        self._floor.clock.changed = True
        self._floor.pending -= 1
        self._arrive()

    def _arrive(self) -> None:
        """It has loaded or unloaded."""
        assert self.call is not None
        if self.state is VehicleState.EMPTY:
            self._take_up(self.call)
        else:
            self._stand_at_door(self.call)

    def _take_up(self, call: Call) -> None:
        now, fleet = self._floor.now, self.fleet
        fleet.answered += 1
        fleet.waited += now - call.since
        fetch(call.item, now)
        call.item.vehicle = self
        self._enters(VehicleState.LOADED)
        self._note(Event.PICK, call.home.index)
        self.node = fleet.node(call.home)
        self._drive(fleet.node(call.goal), fleet.unload)

    def _stand_at_door(self, call: Call) -> None:
        now, goal = self._floor.now, call.goal
        self._enters(VehicleState.BLOCKED)
        self._note(Event.REACH, goal.index)
        self.node = self.fleet.node(goal)
        call.item.since = now
        put_in_line(goal.door, (now, self.index, call.item))
        self._floor.dirty |= goal.bit

    def hand_over(self, item: Item) -> None:
        """The item is let in (phase C1)."""
        assert self.call is not None
        item.vehicle = None
        self._enters(VehicleState.IDLE)
        self._note(Event.DROP, self.call.goal.index)
        self.call = None
        self.moves += 1


class Fleet:
    """All vehicles of one kind and the calls for them."""

    def __init__(self, floor: Floor, index: int, spec: FleetSpec) -> None:
        self._floor = floor
        self.index = index
        self.name = spec.name
        self.load = spec.load
        self.unload = spec.unload
        self.travel = spec.travel
        self.ways = spec.ways
        self.battery = spec.battery
        self._rule = spec.rule
        self.vehicles: list[Vehicle] = []
        self.open = 0  # calls
        self._waiting: dict[int, list[Waiting]] = {}  # by station, who is first by S-151 first
        self._called = 0
        self.answered = 0
        self.waited = 0

    def node(self, station: Station) -> int:
        """Where its vehicles stop for a station."""
        return station.nodes[self.index]

    def ticks(self, node: int, station: Station) -> int:
        """Ticks from a node to a station."""
        return self.travel[node][station.nodes[self.index]]

    @property
    def calls(self) -> list[Call]:
        """Open ones."""
        return [entry[-1] for waiting in self._waiting.values() for entry in waiting]

    def expect(self, item: Item, machine: Machine, now: int) -> None:
        """A machine has finished an item that is to be carried (S-150)."""
        self._called += 1
        self.open += 1
        call = Call(item, machine, now)
        waiting = self._waiting.setdefault(call.home.index, [])
        insort(waiting, (-item.priority, now, machine.index, self._called, call))
        machine.station.hold((now, machine.index, item))

    def answer(self) -> None:
        """Send free vehicles to open calls, best pair first (end of phase C, S-151). Of the
        calls from one station only the first can be next, wherever the vehicles are.
        """
        free = [v for v in self.vehicles if v.state is VehicleState.IDLE]
        while free and self.open:
            _, vehicle, home = min(
                (self._key(waiting[0], vehicle), vehicle, home)
                for home, waiting in self._waiting.items()
                if waiting
                for vehicle in free
            )
            call = self._waiting[home].pop(0)[-1]
            self.open -= 1
            free.remove(vehicle)
            vehicle.send(call)

    def _key(self, first: Waiting, vehicle: Vehicle) -> tuple[int, ...]:
        urgency, since, machine, number, call = first
        way = self.ticks(vehicle.node, call.home)
        order = (since, machine, number)
        return rules.call_key(self._rule, -urgency, order, way, vehicle.number)


__all__ = ["Fleet", "Vehicle"]
