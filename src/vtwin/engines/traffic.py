"""Vehicles that hold one another up on one-way aisles, and their batteries (S-154 to S-159)."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.engines.fleets import Fleet, Vehicle
from vtwin.plant.primitives import NONE, Charger, Leg
from vtwin.plant.primitives import Vehicle as VehicleSpec
from vtwin.plant.primitives import Zone as ZoneSpec
from vtwin.plant.trace import Event, VehicleState

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor, Item

_MOVING = (VehicleState.EMPTY, VehicleState.LOADED)


class Zone:
    """A stretch of the aisles with room for so many vehicles."""

    __slots__ = ("bound", "entries", "held", "index", "inside", "name", "room")

    def __init__(self, index: int, spec: ZoneSpec) -> None:
        self.index = index
        self.name = spec.name
        self.room = spec.room
        self.inside: deque[Driver] = deque()
        self.bound = 0  # vehicles on their way to charge here, or there
        self.entries = 0
        self.held = 0  # ticks vehicles were held up for it


class Roads:
    """All zones, and the vehicles that want on."""

    def __init__(self, floor: Floor, specs: Sequence[ZoneSpec]) -> None:
        self._floor = floor
        self.zones = [Zone(n, spec) for n, spec in enumerate(specs)]
        self.waiting: list[Driver] = []
        self.changed = False  # somebody wants on, or has left a zone

    def settle(self) -> None:
        """Let vehicles drive on, then hold up the others (end of phase C, S-155, S-157)."""
        self.changed = False
        waiting = self.waiting
        waiting.sort(key=lambda driver: (driver.wants, driver.index))
        while True:
            chosen = next((driver for driver in waiting if driver.can_go_on()), None)
            if chosen is None:
                break
            waiting.remove(chosen)
            chosen.go_on()
        self.changed = False
        for driver in sorted(waiting, key=lambda driver: driver.index):
            if driver.state is not VehicleState.HELD:
                driver.halt()

    def recharge(self, fleet: Fleet) -> None:
        """Send free vehicles with little left to be charged (end of phase C, S-158)."""
        battery = fleet.battery
        assert battery is not None
        for vehicle in fleet.vehicles:
            assert isinstance(vehicle, Driver)
            if vehicle.state is VehicleState.IDLE and vehicle.content <= battery.low:
                ways = fleet.travel[vehicle.node]
                _, _, _, charger = min(
                    (zone.bound >= zone.room, ways[charger.node], n, charger)
                    for n, charger in enumerate(battery.chargers)
                    if (zone := self.zones[charger.zone])
                )
                vehicle.recharge(charger)

    def held(self, now: int) -> list[int]:
        """Ticks vehicles were held up for each zone, up to now (S-170)."""
        found = [zone.held for zone in self.zones]
        for driver in self.waiting:
            if driver.state is VehicleState.HELD and driver.obstacle is not None:
                found[driver.obstacle.index] += now - driver.since
        return found


class Driver(Vehicle):
    """A vehicle that drives leg by leg, with or without a battery."""

    def __init__(self, floor: Floor, number: int, spec: VehicleSpec, fleet: Fleet) -> None:
        super().__init__(floor, number, spec, fleet)
        self.wants = 0  # tick from which it wants on
        self.zone: Zone | None = None  # it is in
        self.obstacle: Zone | None = None  # it is held up for
        self._legs: tuple[Leg, ...] = ()  # still to drive
        self._then = 0  # ticks at the goal
        self._on_leg = False
        self._charger: Charger | None = None  # it is on its way to, or at
        self._resumes = VehicleState.IDLE  # when it is HELD no more
        self._content = spec.content
        self._watches = False  # for the tick its content gets low
        self._watch()

    # -- the way (S-155 to S-157) ------------------------------------------------------------

    def _drive(self, goal: int, then: int) -> None:
        self._call_off_watch()
        self._legs = self.fleet.ways[self.node][goal]
        self._then = then
        self._want_on()

    def _want_on(self) -> None:
        roads = self._floor.roads
        self.wants = self._floor.now
        roads.waiting.append(self)
        roads.changed = True

    def _ring(self, event: CalendarEvent) -> None:
        """The ticks of a leg, at the goal, or until the battery is low are over (phase B)."""
        if self._watches:
            self._watches = False
            self._floor.other_events += 1
            self._floor.clock.changed = True
            return
        super()._ring(event)

    def _arrive(self) -> None:
        if self._on_leg:
            self._on_leg = False
            self._want_on()
        elif self._charger is not None:
            self._leave_charger(self._charger)
        else:
            super()._arrive()

    def in_the_way(self) -> tuple[Zone, list[Driver]] | None:
        """The zone that keeps it from going on, and who is there: before it in its own zone, or
        in that of its next leg. None when nothing does.
        """
        zone = self.zone
        at_charger = self._charger is not None and not self._legs
        if zone is not None and zone.inside[0] is not self and not at_charger:
            return zone, list(zone.inside)[: zone.inside.index(self)]
        if self._legs and self._legs[0].zone != NONE:
            zone = self._floor.roads.zones[self._legs[0].zone]
            if len(zone.inside) >= zone.room:
                return zone, list(zone.inside)
        return None

    def can_go_on(self) -> bool:
        """Whether nothing is in the way."""
        return self.in_the_way() is None

    def go_on(self) -> None:
        """Drive the next leg, or be at the goal."""
        if self.state is VehicleState.HELD:
            assert self.obstacle is not None
            self.obstacle.held += self._floor.now - self.since
            self._enters(self._resumes)
            self._note(Event.GO, self.obstacle.index)
            self.obstacle = None
        if self._legs:
            leg, *left = self._legs
            self._legs = tuple(left)
            self._be_in(None if leg.zone == NONE else self._floor.roads.zones[leg.zone])
            self._on_leg = True
            self._wait_for(leg.ticks)
        elif self._charger is not None:
            self._begin_charge(self._charger)
        else:
            self._wait_for(self._then)

    def _wait_for(self, ticks: int) -> None:
        self._floor.pending += 1
        self._alarm.set(ticks)

    def halt(self) -> None:
        """Another vehicle is in the way."""
        found = self.in_the_way()
        assert found is not None
        self.obstacle = found[0]
        self._resumes = self.state
        self._enters(VehicleState.HELD)
        self._note(Event.HALT, self.obstacle.index)

    def _be_in(self, zone: Zone | None) -> None:
        """Leave a zone and enter the next one."""
        if self.zone is None and zone is None:
            return
        if self.zone is not None:
            self.zone.inside.remove(self)
            self._floor.roads.changed = True
        if zone is not None:
            zone.inside.append(self)
            zone.entries += 1
        self.zone = zone
        self._note(Event.ENTER, NONE if zone is None else zone.index)

    def hand_over(self, item: Item) -> None:
        """The item is let in (phase C1); the aisle is free again (S-156)."""
        super().hand_over(item)
        self._be_in(None)
        self._watch()

    # -- the battery (S-158, S-159) ----------------------------------------------------------

    @property
    def content(self) -> int:
        """Units in its battery now."""
        battery = self.fleet.battery
        if battery is None or self.state is VehicleState.CHARGING:
            return self._content
        draw = battery.driving if self.state in _MOVING else battery.standing
        return self._content - draw * (self._floor.now - self.since)

    def _enters(self, state: VehicleState) -> None:
        self._content = self.content
        super()._enters(state)

    def _watch(self) -> None:
        """Ring at the first tick at which little is left."""
        battery = self.fleet.battery
        if battery is not None and battery.standing and self._content > battery.low:
            self._watches = True
            self._alarm.set(-(-(self._content - battery.low) // battery.standing))

    def _call_off_watch(self) -> None:
        if self._watches:
            self._watches = False
            self._alarm = self._alarm.replaced()

    def recharge(self, charger: Charger) -> None:
        """Go to a charger."""
        zone = self._floor.roads.zones[charger.zone]
        zone.bound += 1
        self._charger = charger
        self._enters(VehicleState.EMPTY)
        self._note(Event.RECHARGE, zone.index)
        self._drive(charger.node, 0)
        self._legs = (*self._legs, Leg(charger.zone, 0))

    def _begin_charge(self, charger: Charger) -> None:
        battery = self.fleet.battery
        assert battery is not None
        self._enters(VehicleState.CHARGING)
        self._note(Event.CHARGE, charger.zone)
        self.charges += 1
        self.flat += self._content < 0
        self._wait_for(max(0, -(-(battery.until - self._content) // battery.charging)))

    def _leave_charger(self, charger: Charger) -> None:
        battery = self.fleet.battery
        assert battery is not None
        self._enters(VehicleState.IDLE)
        self._content = battery.until
        self._note(Event.CHARGED, charger.zone)
        self.node = charger.node
        self._charger = None
        self._floor.roads.zones[charger.zone].bound -= 1
        self._be_in(None)
        self._watch()


__all__ = ["Driver", "Roads", "Zone"]
