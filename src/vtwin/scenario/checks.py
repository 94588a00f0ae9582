"""Checks of the plant as a whole: what no single line can get wrong alone."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Any

from vtwin.base.errors import Problem
from vtwin.plant.flows import legs, rate, visits
from vtwin.plant.primitives import NEVER, NONE, ReleaseKind
from vtwin.plant.program import Program
from vtwin.scenario import calendars, quality, staffing
from vtwin.scenario.branching import ways
from vtwin.scenario.draft import Draft, StepDraft
from vtwin.scenario.tariffs import Tariff

#: A warning of overload is given from this share on; below it a queue still drains.
FULL = 1.0


def check_plant(draft: Draft) -> None:
    """Note everything that is wrong with the plant as a whole."""
    _check_run(draft)
    _check_calendar_names(draft)
    _check_tools(draft)
    _check_money(draft)
    staffing.check_people(draft)
    _check_reached(draft)
    _check_rings(draft)
    _check_orders_in_time(draft)
    _check_ends(draft)
    _check_endless(draft)
    quality.check_quality(draft)


def _check_run(draft: Draft) -> None:
    run = draft.document.run
    if run.warmup >= run.horizon:
        hint = "the warm-up is a part of the horizon"
        what = "nothing is measured: the warm-up is as long as the horizon"
        draft.fault("V330", what, ("run", "warmup"), hint)
    if "demand" in run.model_fields_set and run.demand and run.horizon / run.demand > 1_000_000:
        draft.fault("V330", "`demand` is too small for this horizon", ("run", "demand"), "15 min")
    if run.bin is not None and run.horizon / run.bin > 100_000:
        draft.fault("V330", "`bin` is too small for this horizon", ("run", "bin"), "such as 1 h")


def _check_calendar_names(draft: Draft) -> None:
    known = {*draft.document.calendars, calendars.ALWAYS}
    for section in ("equipment", "people"):
        entries: dict[str, Any] = getattr(draft.document, section)
        for name, entry in entries.items():
            if entry.calendar is not None and entry.calendar not in known:
                draft.unknown("calendar", entry.calendar, known, (section, name, "calendar"))


def _check_tools(draft: Draft) -> None:
    at: dict[str, str] = {}
    for tool, entry in draft.document.tools.items():
        for position, name in enumerate(entry.on or ()):
            if name not in draft.document.equipment:
                place = ("tools", tool, "on", position)
                draft.unknown("equipment", name, draft.document.equipment, place)
        path = ("tools", tool, "at_start")
        places = entry.at_start or ()
        if len(places) > entry.count:
            what = f"'{tool}' exists {entry.count} times and is mounted {len(places)} times"
            draft.fault("V317", what, path, f"write `count: {len(places)}`")
        for mounted in places:
            _check_mounted(draft, tool, mounted, path, at)


def _check_mounted(
    draft: Draft, tool: str, place: str, path: tuple[Any, ...], at: dict[str, str]
) -> None:
    name = place.partition("#")[0]
    equipment = draft.equipment.get(name)
    fits = draft.document.tools[tool].on
    if equipment is None:
        draft.unknown("equipment", place, draft.document.equipment, path)
    elif place not in (name, *equipment.machines):
        draft.unknown("equipment", place, equipment.machines, path)
    elif fits is not None and name not in fits and place not in fits:
        hint = "it fits " + ", ".join(fits)
        draft.fault("V317", f"'{tool}' is mounted on '{place}', which it does not fit", path, hint)
    elif len(equipment.machines) == 1 and place in at:
        what = f"'{place}' has two tools at the start: '{at[place]}' and '{tool}'"
        draft.fault("V317", what, path, "one tool per machine")
    else:
        at[place] = tool


def _check_money(draft: Draft) -> None:
    document = draft.document
    for name, equipment in document.equipment.items():
        draft.money(equipment.cost, ("equipment", name, "cost"))
        if equipment.power is not None and equipment.power.fuel is not None:
            draft.money(equipment.power.fuel, ("equipment", name, "power", "fuel"))
    for name, people in document.people.items():
        draft.money(people.cost, ("people", name, "cost"))
        if people.training is not None:
            draft.money(people.training.cost, ("people", name, "training", "cost"))
    for name, product in document.products.items():
        if product.material is not None:
            draft.money(product.material.cost, ("products", name, "material"))
    _check_energy(draft)
    draft.money(document.costs.floor, ("costs", "floor"))


def _check_energy(draft: Draft) -> None:
    """The currency of every price of energy, and what a tariff needs of the run."""
    energy, path = draft.document.costs.energy, ("costs", "energy")
    if not isinstance(energy, Tariff):
        draft.money(energy, path)
        return
    for season in energy.seasons:
        own = (*path, "seasons", season.name) if season.name else path
        for band, price in season.prices.items():
            if draft.node(*own, "prices", band) is not None:
                draft.money(price, (*own, "prices", band))
    draft.money(energy.demand, (*path, "demand"))
    run = draft.document.run
    if run.start is None and (energy.dated or energy.holidays):
        what = "the tariff goes by the date, and the run has none"
        draft.fault("V322", what, path, "write `run: {start: 2026-03-01, …}`")
    if energy.demand is not None and not run.demand:
        what = "a peak is to be paid for, and no peaks are measured"
        draft.fault("V354", what, (*path, "demand"), "leave out `run: {demand: 0 s}`")


def _check_reached(draft: Draft) -> None:
    """Equipment no route uses, products nobody orders."""
    used = {name for step in draft.every_step() for name in step.on}
    named = set(used)
    for names in draft.document.line or ():
        named.update(names)
    for entry in draft.document.products.values():
        for step in entry.route or ():
            named.update(step.on or ())
            for one in (step.tool or "", *step.other_tools):
                tool = draft.document.tools.get(one)
                named.update((tool.on or ()) if tool else ())
    for name in sorted(set(draft.equipment) - named - draft.areas):
        what = f"nothing reaches '{name}': it is in no route"
        hint = "name it in a route or in the line, or leave it out"
        draft.fault("V334", what, ("equipment", name), hint, key=True, warning=True)
    ordered = {source.product for source in draft.sources}
    ordered |= {order.product for order in draft.orders}
    if not ordered:
        return
    for product in sorted(set(draft.routes) - ordered - draft.broken - draft.components):
        what = f"'{product}' is made for nobody: no order asks for it"
        draft.fault("V335", what, ("products", product), "see `orders:`", key=True, warning=True)


def _check_rings(draft: Draft) -> None:
    """Routes that come back to a station over places that can all be full."""
    through: dict[tuple[str, str], StepDraft] = {}
    for product, route in draft.routes.items():
        if product in draft.broken:
            continue
        for before, after in ways(route):
            a, b = draft.station_of[before.on[0]], draft.station_of[after.on[0]]
            if draft.stations[b].input is not None:
                through[a, b] = after
    if not _comes_back(through):
        return
    import networkx as nx

    graph: Any = nx.DiGraph(list(through))
    for ring in nx.strongly_connected_components(graph):
        inside = sorted(ring)
        if len(inside) == 1 and not graph.has_edge(inside[0], inside[0]):
            continue
        edges = [through[e] for e in graph.edges(inside) if e[0] in ring and e[1] in ring]
        first = min(edges, key=lambda step: step.operation)
        names = " → ".join([*inside, inside[0]])
        if len(inside) == 1 and draft.stations[inside[0]].input == 0 and _alone(draft, inside[0]):
            what = f"the route leads from '{inside[0]}' to itself and can never drain"
            hint = "its machine waits for itself: give it an `input:` of 1 or more, or one step"
            draft.problems.append(Problem("V336", what, first.where, hint))
            continue
        what = f"the plant can lock up: {names} hand over in a ring of limited places"
        hint = "leave out one `input:` in the ring"
        draft.problems.append(Problem("V337", what, first.where, hint, "warning"))


def _comes_back(edges: Iterable[tuple[str, str]]) -> bool:
    """Whether there is any ring at all."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for a, b in edges:
        sorter.add(b, a)
    try:
        sorter.prepare()
    except CycleError:
        return True
    return False


def _alone(draft: Draft, station: str) -> bool:
    entries = draft.stations[station].entries
    return sum(len(draft.equipment[name].machines) for name in entries) == 1


def _check_orders_in_time(draft: Draft) -> None:
    horizon = draft.document.run.horizon
    late = [order for order in draft.orders if order.release >= horizon]
    early = [order for order in draft.orders if order.release < 0]
    for found, said in (
        (late, "released after the end of the run and never start"),
        (early, "released before the run: they wait at its start"),
    ):
        if found:
            first = min(found, key=lambda order: (order.where.line or 0, order.name))
            names = ", ".join(sorted(order.name for order in found)[:5])
            more = " …" if len(found) > 5 else ""
            number = f"{len(found)} order is" if len(found) == 1 else f"{len(found)} orders are"
            what = f"{number} {said}: {names}{more}"
            hint = "compare `run:` with the dates of the orders"
            draft.problems.append(Problem("V338", what, first.where, hint, "warning"))


def _check_ends(draft: Draft) -> None:
    """Whether what ends the run is in the plant."""
    for end in draft.document.run.stop:
        path = ("run", "stop")
        if end.pieces is None and not draft.orders and not draft.wrong_already("orders"):
            what = "the run ends when the orders are done, and there are none"
            hint = "endless release is never done: write `{good: 500 pieces}`, or leave it out"
            draft.fault("V386", what, path, hint)
        if end.product is not None and end.product not in draft.routes:
            draft.unknown("product", end.product, draft.document.products, path)


def _check_endless(draft: Draft) -> None:
    """Endless release into steps that take no time: endlessly many parts at one instant."""
    for source in draft.sources:
        route = draft.routes.get(source.product, [])
        if source.product in draft.broken or source.kind == "arrivals":
            continue
        for number, step in enumerate(route):
            limited = number > 0 and draft.stations[draft.station_of[step.on[0]]].input is not None
            takes_time = min(cycle.mean for cycle in step.modes.values()) > 0
            if takes_time and (limited or number == 0 or source.kind == "conwip"):
                break
            if takes_time or number == len(route) - 1:
                what = f"'{source.product}' would be made without end in no time at all"
                hint = (
                    "give the first step a time per cycle, or let it be ordered `every:` so often"
                )
                draft.problems.append(Problem("V341", what, source.where, hint))
                break


def load_warnings(draft: Draft, program: Program) -> list[Problem]:
    """Stations that get more work than they have time for, said plainly; a saturated product
    is no overload.
    """
    items, end = _demand(program)
    work: dict[int, float] = {}
    for operation, times in zip(program.operations, visits(program), strict=True):
        pieces, lots = items.get(operation.product, (0.0, 0.0))
        if lots == 0:
            continue
        per_lot = pieces / lots
        cycles = -(-per_lot // operation.pieces_per_cycle)
        means = [
            cycles * program.distributions[m.cycle].mean
            if program.machines[m.machine].belt == NONE
            else m.planned_s  # one item, and the next follows before it is through
            for m in operation.modes
        ]
        if operation.batch != NONE:  # at best all of its batches are full
            most = program.batches[operation.batch].most
            means = [program.distributions[m.cycle].mean / most for m in operation.modes]
        load = lots * times * min(means)
        work[operation.station] = work.get(operation.station, 0.0) + load
    found = []
    for index, seconds in sorted(work.items()):
        station = program.stations[index]
        hours = sum(_open_s(program, m, end) for m in station.machines)
        share = seconds / hours if hours else float("inf")
        if share > FULL + 1e-9:
            what = _overload(station.name, share, hours)
            entry = draft.stations[station.name].entries[0]
            hint = "its queue only grows; add a machine, hours, or order less"
            where = draft.where(("equipment", entry), key=True)
            found.append(Problem("V340", what, where, hint, "warning"))
    return [*found, *_vehicle_warnings(draft, program, items, end)]


def _vehicle_warnings(
    draft: Draft, program: Program, items: dict[int, tuple[float, float]], end: int
) -> list[Problem]:
    """Vehicles that have more to bring than they have time for, even without empty travel."""
    work = [0.0] * len(program.fleets)
    passes = visits(program)
    for before, here, part in legs(program):
        operation = program.operations[here]
        station, other = operation.station, program.operations[before].station
        if operation.fleet == NONE or station == other:
            continue
        fleet = program.fleets[operation.fleet]
        a, b = (program.stations[n].nodes[operation.fleet] for n in (other, station))
        _, lots = items.get(operation.product, (0.0, 0.0))
        ticks = fleet.travel[a][b] + fleet.load + fleet.unload
        work[operation.fleet] += lots * passes[before] * part * ticks
    found = []
    for index, fleet in enumerate(program.fleets):
        count = sum(vehicle.fleet == index for vehicle in program.vehicles)
        drain = 0.0  # each tick with an item has to be charged for
        if fleet.battery is not None:
            drain = fleet.battery.driving / fleet.battery.charging
        share = work[index] * (1.0 + drain) / (count * end)
        if share > FULL + 1e-9:
            what = f"'{fleet.name}' would be loaded {share:.0%} of the time to bring all ordered"
            hint = "items pile up before it: add a vehicle, or order less"
            where = draft.where(("transport", fleet.name), key=True)
            found.append(Problem("V364", what, where, hint, "warning"))
    return found


def _overload(station: str, share: float, hours: float) -> str:
    if hours == 0:
        return f"'{station}' has work and no working hours"
    return f"'{station}' needs {share:.0%} of its working hours for what is ordered"


def _demand(program: Program) -> tuple[dict[int, tuple[float, float]], int]:
    """Pieces and items per product until the horizon from arrivals and orders."""
    found: dict[int, tuple[float, float]] = {}
    horizon = program.run.horizon
    saturated = {s.product for s in program.sources if s.kind is not ReleaseKind.ARRIVALS}
    for index, source in enumerate(program.sources):
        if source.interval == NONE or source.product in saturated:
            continue
        lots = horizon / 1e9 * rate(program, index)
        _add(found, source.product, lots * source.lot, lots)
    for order in program.orders:
        if order.release < horizon and order.due != NEVER and order.due <= horizon:
            _add(found, order.product, order.quantity, -(-order.quantity // order.lot))
    return found, horizon


def _add(found: dict[int, tuple[float, float]], product: int, pieces: float, items: float) -> None:
    known = found.get(product, (0.0, 0.0))
    found[product] = (known[0] + pieces, known[1] + items)


def _open_s(program: Program, machine: int, end: int) -> float:
    calendar = program.machines[machine].calendar
    if calendar == NONE:
        return end / 1e9
    return sum(b - a for a, b in program.calendars[calendar].open) / 1e9
