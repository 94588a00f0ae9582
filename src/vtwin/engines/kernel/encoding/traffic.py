"""Zones of the aisles, the legs of ways, and batteries."""

from __future__ import annotations

from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.encoding.tables import Tables
from vtwin.plant.primitives import Battery, Fleet


def zones(t: Tables) -> None:
    """The zones."""
    for index, spec in enumerate(t.program.zones):
        t.fill(t.zones.at(index), Z_INDEX=index, Z_ROOM=spec.room)


def roads(t: Tables, start: int, spec: Fleet) -> None:
    """The legs of a fleet's ways, and its battery."""
    if not spec.ways:
        return
    ways = [way for row in spec.ways for way in row]
    table = t.draft.table(len(ways), at.WY_SIZE)
    t.link(start, FL_WAYS=table.start)
    for n, way in enumerate(ways):
        legs = t.draft.table(len(way), at.LG_SIZE)
        t.link(table.at(n), WY_LEGS=legs.start)
        t.fill(table.at(n), WY_COUNT=len(way))
        for place, leg in enumerate(way):
            _leg(t, legs.at(place), leg.zone, leg.ticks)
    if spec.battery is not None:
        t.link(start, FL_BATTERY=_battery(t, spec.battery))


def _leg(t: Tables, start: int, zone: int, ticks: int) -> None:
    t.fill(start, LG_TICKS=ticks)
    t.link(start, LG_ZONE=t.ref(t.zones, zone))


def _battery(t: Tables, spec: Battery) -> int:
    """A fleet's battery; where it begins."""
    start = t.draft.table(1, at.BY_SIZE).start
    chargers = t.draft.table(len(spec.chargers), at.CG_SIZE)
    t.fill(
        start,
        BY_DRIVING=spec.driving,
        BY_STANDING=spec.standing,
        BY_CHARGING=spec.charging,
        BY_LOW=spec.low,
        BY_UNTIL=spec.until,
        BY_CHARGER_COUNT=len(spec.chargers),
    )
    t.link(start, BY_CHARGERS=chargers.start)
    for n, charger in enumerate(spec.chargers):
        _leg(t, chargers.at(n), charger.zone, 0)
        t.fill(chargers.at(n), CG_NODE=charger.node)
    return start
