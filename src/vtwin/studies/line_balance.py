"""Takt and line balance: how evenly the work of what leaves the plant is spread over stations.

Standard times only: the mean of a cycle with its loading, per piece, as often as a piece comes
(rework, samples). Scrap, set-ups, failures, speeds of people and waiting are left out; a run
tells what they cost. Moving belts carry and do no work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from vtwin.base.errors import Problem, Refused, did_you_mean
from vtwin.equipment.assembly import Balance, balance, takt
from vtwin.plant.flows import visits
from vtwin.plant.primitives import NONE, Operation
from vtwin.plant.program import Program
from vtwin.studies.estimates import Times, demands

_DAY_S = 86_400.0


@dataclass(frozen=True)
class StationLoad:
    """What one station does of a piece. ``work`` is the time of one machine per piece that
    leaves, s; ``machines`` counts them by the share of the line's hours they are there.
    """

    station: str
    operations: tuple[str, ...]
    work: float
    machines: float

    @property
    def cycle(self) -> float:
        """Time per piece of the whole station, s."""
        return self.work / self.machines


@dataclass(frozen=True)
class LineBalance:
    """A line in the order of its route. ``hours`` are worked on the mean day of the run,
    ``wanted`` pieces asked for on it; None: no rate is asked for.
    """

    products: tuple[str, ...]
    stations: tuple[StationLoad, ...]
    hours: float
    wanted: float | None

    @property
    def takt(self) -> float | None:
        """Time per piece that meets what is wanted, s; None where nothing is said."""
        return None if self.wanted is None else takt(self.hours * 3600.0, self.wanted)

    @cached_property
    def figures(self) -> Balance:
        """Efficiency, smoothness and what is too slow."""
        return balance(
            [one.cycle for one in self.stations],
            self.takt or 0.0,
            [one.machines for one in self.stations],
        )


def line_balance(program: Program, product: str | None = None) -> LineBalance:
    """The balance of the line of a product, or of the mix of all that leave the plant.

    Raises:
        Refused: there is no such product, or it passes fewer than two stations (V587).
    """
    mix = _mix(program, product)
    times = Times(program)
    passes = visits(program)
    work: dict[int, float] = {}
    names: dict[int, list[str]] = {}
    order: dict[int, float] = {}
    able: dict[int, set[int]] = {}
    for index, operation in enumerate(program.operations):
        share = mix.get(operation.product, 0.0)
        carried = [program.machines[mode.machine].belt != NONE for mode in operation.modes]
        if share == 0.0 or passes[index] == 0.0 or all(carried):
            continue
        station = operation.station
        work[station] = work.get(station, 0.0) + share * passes[index] * _piece(times, operation)
        names.setdefault(station, []).append(operation.name)
        order.setdefault(station, float(operation.step))
        able.setdefault(station, set()).update(mode.machine for mode in operation.modes)
    if sum(seconds > 0 for seconds in work.values()) < 2:
        what = "a line is balanced over two stations or more, and this one has not so many"
        hint = f"products with a route of their own: {', '.join(_leaving(program))}"
        raise Refused(Problem("V587", what, hint=hint))
    hours = {m: _open(program, m) for machines in able.values() for m in machines}
    there = {s: sum(hours[m] for m in able[s]) for s in work}
    line = max(hours.values())
    if min(there[s] for s in work if work[s] > 0) <= 0.0:
        raise Refused(Problem("V587", "a station of the line is never on duty"))
    stations = tuple(
        StationLoad(
            program.stations[s].name,
            tuple(names[s]),
            work[s],
            there[s] / line,
        )
        for s in sorted(work, key=lambda s: (order[s], program.stations[s].name))
        if work[s] > 0
    )
    named = tuple(program.products[p].name for p in sorted(mix))
    return LineBalance(named, stations, 24.0 * line, _wanted(program, mix, product))


def _open(program: Program, machine: int) -> float:
    """Share of the observed time in which a machine is on duty."""
    calendar, run = program.machines[machine].calendar, program.run
    if calendar == NONE:
        return 1.0
    windows = program.calendars[calendar].open
    opened = sum(max(b - max(a, run.warmup), 0) for a, b in windows)
    return opened / (run.horizon - run.warmup)


def _leaving(program: Program) -> list[str]:
    return [program.products[p].name for p in program.leaving if program.products[p].route]


def _mix(program: Program, product: str | None) -> Mapping[int, float]:
    """Shares of the products in what leaves: as wanted, as ordered, or alike."""
    leaving = [p for p in program.leaving if program.products[p].route]
    if product is not None:
        known = [program.products[p].name for p in leaving]
        if product not in known:
            what = f"'{product}' is no product that leaves this plant"
            hint = did_you_mean(product, known) or "those are: " + ", ".join(known)
            raise Refused(Problem("V587", what, hint=hint))
        return {leaving[known.index(product)]: 1.0}
    for rates in (
        _targets(program),
        [rate or 0.0 for rate in demands(program)],
        _ordered(program),
        [1.0] * len(program.products),
    ):
        whole = sum(rates[p] for p in leaving)
        if whole > 0:
            return {p: rates[p] / whole for p in leaving if rates[p] > 0}
    return {}


def _targets(program: Program) -> list[float]:
    return [product.target_per_day for product in program.products]


def _ordered(program: Program) -> list[float]:
    found = [0.0] * len(program.products)
    for order in program.orders:
        found[order.product] += order.quantity
    return found


def _wanted(program: Program, mix: Mapping[int, float], product: str | None) -> float | None:
    """Pieces a day: the target of the products or of the plant, else what is ordered."""
    targets: Sequence[float] = _targets(program)
    wanted = sum(targets[p] for p in mix)
    if wanted > 0:
        return wanted
    everything = program.targets.get("good_per_day", 0.0)
    if everything > 0 and (product is None or len(program.leaving) == 1):
        return everything
    asked = demands(program)
    rates = [asked[p] for p in mix]
    total = sum(rate for rate in rates if rate is not None)
    return None if None in rates or total == 0.0 else total * _DAY_S


def _piece(times: Times, operation: Operation) -> float:
    """Seconds a piece takes of a machine, on the mean of those that can do it: its share of a
    cycle, and of the loading of its lot.
    """
    program = times.program
    seconds = 0.0
    for mode in operation.modes:
        load = operation.attended(mode).load
        seconds += program.distributions[mode.cycle].mean / times.pieces(operation)
        if load != NONE:
            seconds += program.distributions[load].mean / _lot(program, operation.product)
    return seconds / len(operation.modes)


def _lot(program: Program, product: int) -> float:
    """Pieces that are made at a time, on average."""
    lots = [source.lot for source in program.sources if source.product == product]
    lots += [min(o.lot, o.quantity) for o in program.orders if o.product == product]
    return sum(lots) / len(lots) if lots else 1.0
