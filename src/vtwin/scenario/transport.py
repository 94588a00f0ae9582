"""Transport: which steps vehicles bring their items to, and how long their ways are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from vtwin.base.units import ticks
from vtwin.scenario import models
from vtwin.scenario.aisles import Network
from vtwin.scenario.batteries import check_reach, read_battery
from vtwin.scenario.document import AislesEntry, TransportEntry
from vtwin.scenario.draft import Draft, FleetDraft, StepDraft
from vtwin.scenario.layout import floor_places

#: The one network of ways a layout has.
AISLES = "aisles"


def read_transport(draft: Draft) -> None:
    """The fleet of every transport that carries something, and of every step it brings to."""
    written = draft.document.transport.items()
    unread = {name for name, entry in written if not models.read_vehicle(draft, name, entry)}
    for name in draft.document.transport:
        if "#" in name or "/" in name:
            what = f"an id cannot contain '#' or '/': '{name}'"
            draft.fault("V308", what, ("transport", name), key=True)
    _check_aisles(draft)
    carried: dict[str, list[StepDraft]] = {name: [] for name in draft.document.transport}
    for step in (step for route in draft.routes.values() for step in route):
        carrier = _carrier(draft, step)
        if carrier is not None:
            carried[carrier].append(step)
            draft.fleet_of[step.operation] = carrier
    for name, steps in carried.items():
        if name in unread:
            continue
        if steps:
            made = _fleet(draft, name, draft.document.transport[name], steps)
            if made is not None:
                draft.fleets[name] = made
        else:
            what = f"'{name}' brings nothing anywhere"
            hint = f"write `by: {name}` at steps, or `serves: [...]` at '{name}'"
            draft.fault("V363", what, ("transport", name), hint, key=True, warning=True)


def _carrier(draft: Draft, step: StepDraft) -> str | None:
    """The transport that brings items to a step: the step's own, else the one that serves it."""
    known = draft.document.transport
    if step.by is not None:
        path = (*step.path, "by")
        if step.by not in known:
            draft.unknown("transport", step.by, known, path)
            return None
        if step.position == 0:
            what = f"nothing is brought to the first step of '{step.product}'"
            hint = "what is released is there; write `by:` at later steps"
            draft.fault("V363", what, path, hint, warning=True)
            return None
        return step.by
    if step.position == 0:
        return None
    serving = [name for name, entry in known.items() if set(entry.serves or ()) & set(step.on)]
    if len(serving) > 1:
        what = f"both '{serving[0]}' and '{serving[1]}' serve '{step.on[0]}'"
        path = ("transport", serving[1], "serves")
        draft.fault("V362", what, path, "write `by:` at the steps, or leave it out at one of them")
    return serving[0] if serving else None


def _check_aisles(draft: Draft) -> None:
    """Every name in the network and at equipment is a point of it."""
    aisles = draft.document.layout.aisles if draft.document.layout else None
    known = aisles.points if aisles else {}
    if aisles:
        directed = tuple(aisle.points for aisle in aisles.one_way)
        for word, ways in (("ways", aisles.ways), ("one_way", directed)):
            for number, way in enumerate(ways):
                for point in way:
                    if point not in known:
                        _no_point(draft, point, known, ("layout", AISLES, word, number))
                if len(way) == 1:  # none at all was told when it was read
                    what = "a way leads from one point to another"
                    draft.fault("V362", what, ("layout", AISLES, word, number), "such as [A, B]")
    for name, entry in draft.document.equipment.items():
        if entry.stop is not None and entry.stop not in known:
            _no_point(draft, entry.stop, known, ("equipment", name, "stop"))
    for name, transport in draft.document.transport.items():
        for number, served in enumerate(transport.serves or ()):
            if served not in draft.document.equipment:
                path = ("transport", name, "serves", number)
                draft.unknown("equipment", served, draft.document.equipment, path)


def _no_point(draft: Draft, point: str, known: Mapping[str, Any], path: tuple[Any, ...]) -> None:
    draft.unknown("point", point, known, path)


def _fleet(
    draft: Draft, name: str, entry: TransportEntry, steps: list[StepDraft]
) -> FleetDraft | None:
    """The ways of a fleet between all stations it may be sent to."""
    path = ("transport", name)
    if entry.speed is None:
        hint = "such as `speed: 1.2 m/s`"
        draft.fault("V117", f"'speed' is missing in transport.{name}", path, hint, key=True)
        return None
    products = {step.product for step in steps}
    stations = sorted({s for product in products for s in _visited(draft, product)})
    aisles = draft.document.layout.aisles if draft.document.layout else None
    if aisles is None and entry.network is not None:
        what = f"'{name}' moves on the network '{entry.network}', which the layout does not have"
        hint = "write `layout: {aisles: {points: {A: [2 m, 3 m], …}, ways: [[A, B], …]}}`"
        draft.fault("V362", what, (*path, "network"), hint)
        return None
    stops = {station: _stop(draft, station, aisles, path) for station in stations}
    if None in stops.values():
        return None
    nodes = sorted({stop for stop in stops.values() if stop is not None})
    known: Iterable[str] = nodes if aisles is None else aisles.points
    start = nodes[0] if entry.start is None else entry.start
    written: dict[tuple[str | int, ...], str] = {}
    if entry.start is not None:
        written[("start",)] = entry.start
    if entry.battery is not None:
        written |= {("charge_at", n): point for n, point in enumerate(entry.charge_at or ())}
    unknown = {place: point for place, point in written.items() if point not in known}
    for place, point in unknown.items():
        _no_point(draft, point, dict.fromkeys(known), (*path, *place))
    if unknown:
        return None
    nodes = sorted({*nodes, *written.values()})
    lengths = _straight(draft, nodes) if aisles is None else _through(draft, aisles, nodes, path)
    if lengths is None:
        return None
    index = {node: n for n, node in enumerate(nodes)}
    at = {station: index[stop] for station, stop in stops.items() if stop is not None}
    unload = entry.load if entry.unload is None else entry.unload
    speed = entry.speed
    travel = tuple(tuple(ticks(lengths[a, b] / speed) for b in nodes) for a in nodes)
    made = FleetDraft(
        name, entry.count, tuple(nodes), travel, ticks(entry.load), ticks(unload),
        entry.dispatch, index[start], at,
    )  # fmt: skip
    return _in_legs(draft, made, entry, speed, _brought(draft, steps, at))


def _brought(draft: Draft, steps: list[StepDraft], at: Mapping[str, int]) -> set[tuple[int, int]]:
    """From which node to which items of these steps are brought along their routes."""
    found = set()
    for step in steps:
        before = draft.routes[step.product][step.position - 1]
        home, goal = (draft.station_of[one.on[0]] for one in (before, step))
        if home != goal:
            found.add((at[home], at[goal]))
    return found


def _in_legs(
    draft: Draft,
    made: FleetDraft,
    entry: TransportEntry,
    speed: float,
    pairs: set[tuple[int, int]],
) -> FleetDraft:
    """The fleet with its ways leg by leg, if its vehicles meet others on one-way aisles or have
    a battery; else as it is.
    """
    index = {node: n for n, node in enumerate(made.nodes)}
    battery = read_battery(draft, made.name, entry, index)
    aisles = draft.document.layout.aisles if draft.document.layout else None
    network = Network(aisles) if aisles is not None else None
    meets = sum(other.count for other in draft.document.transport.values()) > 1
    zones = dict(network.room) if network is not None and meets else {}
    ways = _legs(made, network, zones, speed)
    used = {zone for row in ways for way in row for zone, _ in way if zone is not None}
    if battery is None and not used:
        return made
    travel = tuple(tuple(sum(t for _, t in way) for way in row) for row in ways)
    room = {zone: zones[zone] for zone in used}
    if battery is not None:
        room |= {zone: entry.chargers for _, zone in battery.chargers}
        check_reach(draft, made.name, battery, travel, pairs, made.load + made.unload)
    return replace(made, travel=travel, ways=ways, zones=room, battery=battery)


def _legs(
    made: FleetDraft, network: Network | None, zones: Mapping[str, int], speed: float
) -> tuple[tuple[tuple[tuple[str | None, int], ...], ...], ...]:
    """Ways from node to node; those that lead through no zone are one leg."""
    rows = []
    for a, start in enumerate(made.nodes):
        parts = network.ways(start) if network is not None else {}
        row: list[tuple[tuple[str | None, int], ...]] = []
        for b, end in enumerate(made.nodes):
            way = parts.get(end, ())
            if a == b:
                row.append(())
            elif any(zone in zones for _, zone in way):
                row.append(tuple((zone, ticks(metres / speed)) for metres, zone in way))
            else:
                row.append(((None, made.travel[a][b]),))
        rows.append(tuple(row))
    return tuple(rows)


def _visited(draft: Draft, product: str) -> set[str]:
    return {draft.station_of[step.on[0]] for step in draft.routes[product]}


def _stop(
    draft: Draft, station: str, aisles: AislesEntry | None, path: tuple[Any, ...]
) -> str | None:
    """Where vehicles stop for a station: the point that is written, else the one nearest to its
    middle; without a network the place of its first machine itself, by the machine's name.
    """
    entries = draft.stations[station].entries
    written = sorted({e.stop for n in entries if (e := draft.document.equipment[n]).stop})
    if len(written) > 1:
        what = f"{', '.join(entries)} share one queue and differ in `stop`"
        draft.fault("V313", what, ("equipment", entries[-1]), "write the same at each", key=True)
    if written:
        return written[0]
    places = floor_places(draft.document)
    machines = [m for n in entries for m in draft.equipment[n].machines if m in places]
    if not machines:
        what = f"where '{entries[0]}' stands is not said, and vehicles are to go there"
        hint = "write `at: [4 m, 2 m]`" + (" or `stop:`, a point of the aisles" if aisles else "")
        draft.fault("V362", what, ("equipment", entries[0]), hint, key=True)
        return None
    if aisles is None:
        return machines[0]
    x, y = (mm / 1000 for mm in places[machines[0]])
    return min(aisles.points, key=lambda p: (math.dist(aisles.points[p], (x, y)), p), default=None)


Lengths = dict[tuple[str, str], float]


def _straight(draft: Draft, machines: list[str]) -> Lengths:
    """Ways along the walls of the floor, m."""
    places = floor_places(draft.document)
    return {
        (a, b): (abs(places[a][0] - places[b][0]) + abs(places[a][1] - places[b][1])) / 1000
        for a in machines
        for b in machines
    }


def _through(
    draft: Draft, aisles: AislesEntry, nodes: list[str], path: tuple[Any, ...]
) -> Lengths | None:
    """The shortest ways through the network, m; every node must be reached from every other."""
    import networkx as nx

    graph: Any = nx.DiGraph()
    graph.add_nodes_from(aisles.points)
    directed = (aisle.points for aisle in aisles.one_way)
    there = [edge for way in (*aisles.ways, *directed) for edge in pairwise(way)]
    back = [(b, a) for way in aisles.ways for a, b in pairwise(way)]
    for a, b in [*there, *back]:
        if a in aisles.points and b in aisles.points:
            graph.add_edge(a, b, m=math.dist(aisles.points[a], aisles.points[b]))
    found: Lengths = {}
    for a in nodes:
        reached = nx.single_source_dijkstra_path_length(graph, a, weight="m")
        for b in nodes:
            if b not in reached:
                what = f"there is no way from '{a}' to '{b}' for '{path[1]}'"
                hint = "vehicles must come from every stop to every other: look at `aisles`"
                draft.fault("V362", what, path, hint, key=True)
                return None
            found[a, b] = reached[b]
    return found


__all__ = ["read_transport"]
