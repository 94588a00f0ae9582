"""Scrap by cause: how many pieces, of which product, at which machine, why, and what they cost.

Where the plant names causes, or tells lots apart, every replication is followed piece by piece and
each scrapped piece has its cause. Elsewhere the counters of the run tell the operation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.plant.assigning import base
from vtwin.plant.primitives import NEVER, NONE, OUT, UNLIMITED, Operation, PartAtFailure
from vtwin.plant.program import Program
from vtwin.plant.trace import Ints, Tally
from vtwin.results.elements import Floats, modes_of
from vtwin.results.genealogy import Genealogy
from vtwin.results.statistics import Interval, interval
from vtwin.results.travellers import LIMIT, RESTART, STALE, UNNAMED, Why

_HOURS = 3600.0 * TICKS_PER_SECOND
FAILURE = "failure of a machine"
NO_COST = "the scenario gives no costs of material or machines"


@dataclass(frozen=True, slots=True)
class Category:
    """Pieces of one product scrapped at one machine for one cause; indices or NONE."""

    product: int
    machine: int
    operation: int
    why: Why
    cause: str


@dataclass(frozen=True, slots=True)
class ScrapRow:
    """One cause with its figures over replications; names are "" where nobody knows them."""

    product: str
    operation: str
    machine: str
    cause: str
    pieces: Interval  # in the observed time
    share: Interval  # of all pieces scrapped
    cost: Interval

    def to_json(self) -> dict[str, object]:
        """As in the result JSON."""
        return {
            "product": self.product,
            "operation": self.operation,
            "machine": self.machine,
            "cause": self.cause,
            "pieces": self.pieces.to_json(),
            "share": self.share.to_json(),
            "cost": self.cost.to_json(),
        }


def categories(program: Program) -> tuple[Category, ...]:
    """Everything that can scrap anything, in a fixed order."""
    found = []
    for number, operation in enumerate(program.operations):
        for mode in operation.modes:
            here = (operation.product, mode.machine, number)
            if operation.scrap > 0:
                names = [cause.name for cause in operation.causes] or [UNNAMED]
                found += [Category(*here, Why.STEP, name) for name in names]
            if _limited(operation):
                found.append(Category(*here, Why.LIMIT, LIMIT))
            if program.machines[mode.machine].restart:
                found.append(Category(*here, Why.RESTART, RESTART))
            if operation.shelf != NEVER and operation.stale == OUT:
                found.append(Category(*here, Why.STALE, STALE))
            found += [
                Category(*here, Why.FAILURE, program.failures[f].name.rpartition("/")[2])
                for f in program.machines[mode.machine].failures
                if _scraps(program, f)
            ]
    return tuple(found)


def _limited(operation: Operation) -> bool:
    return any(branch.most != UNLIMITED for branch in operation.branches)


def _scraps(program: Program, failure: int) -> bool:
    spec = program.failures[failure]
    return spec.part is PartAtFailure.SCRAPPED and not spec.planned


def counts(found: Genealogy) -> Ints:
    """Pieces scrapped in the observed time by category, from one followed replication."""
    program = found.program
    index = {category: i for i, category in enumerate(categories(program))}
    pieces = np.zeros(len(index), dtype=np.int64)
    for history in found.items:
        for visit in history.visits:
            if visit.end < program.run.warmup:
                continue
            for loss in visit.losses:
                here = (history.product, visit.machine, visit.operation)
                pieces[index[Category(*here, loss.why, loss.cause)]] += loss.pieces
        for aged in history.aged:
            if aged.scrapped and aged.tick >= program.run.warmup:
                here = (history.product, aged.machine, aged.operation)
                pieces[index[Category(*here, Why.STALE, STALE)]] += aged.pieces
    return pieces


def scrap_rows(
    program: Program, tallies: Sequence[Tally], counted: Sequence[Ints] = ()
) -> tuple[ScrapRow, ...]:
    """Scrap by cause over replications, most pieces first; () where nothing was scrapped.
    ``counted`` are the pieces by category of the first replications, where they were followed.
    """
    if counted:
        named, tallies = categories(program), tallies[: len(counted)]
        each = [pieces.astype(float) for pieces in counted]
    else:
        named = _plain(program)
        each = [_plain_counts(program, tally) for tally in tallies]
    if not each or not np.sum(each):
        return ()
    named, each = _told(program, named, each)
    costs = [_piece_costs(program, tally) for tally in tallies]
    rows = []
    for number, category in enumerate(named):
        pieces = [float(one[number]) for one in each]
        if not any(pieces):
            continue
        shares = [float(one[number] / one.sum()) if one.sum() else 0.0 for one in each]
        rows.append(_row(program, category, pieces, shares, costs))
    return tuple(sorted(rows, key=lambda row: -(row.pieces.mean or 0.0)))


def _told(
    program: Program, named: Sequence[Category], each: Sequence[Floats]
) -> tuple[tuple[Category, ...], list[Floats]]:
    """The same counts with operations of certain orders under those they stand for (S-181)."""
    place: dict[Category, int] = {}
    into = []
    for category in named:
        real = NONE if category.operation == NONE else base(program, category.operation)
        into.append(place.setdefault(replace(category, operation=real), len(place)))

    def summed(pieces: Floats) -> Floats:
        return np.bincount(into, weights=pieces, minlength=len(place)).astype(np.float64)

    return tuple(place), [summed(one) for one in each]


def _row(
    program: Program,
    category: Category,
    pieces: Sequence[float],
    shares: Sequence[float],
    costs: Sequence[Mapping[int, float]],
) -> ScrapRow:
    unit = program.currency or ""
    cost = Interval(None, None, unit, 0.95, 0, NO_COST)
    if category.operation != NONE and any(costs):
        spent = [n * one[category.operation] for n, one in zip(pieces, costs, strict=True)]
        cost = interval(spent, unit)
    operation = "" if category.operation == NONE else program.operations[category.operation].name
    return ScrapRow(
        program.products[category.product].name,
        operation.rpartition("/")[2],
        "" if category.machine == NONE else program.machines[category.machine].name,
        category.cause,
        interval(pieces, "pieces"),
        interval(shares, "share"),
        cost,
    )


def _plain(program: Program) -> tuple[Category, ...]:
    """What counters alone can tell: by mode, and by product what failures took."""
    modes = [
        Category(operation.product, mode.machine, number, Why.STEP, _plain_cause(operation))
        for number, operation in enumerate(program.operations)
        for mode in operation.modes
    ]
    return tuple(modes) + tuple(
        Category(product, NONE, NONE, Why.FAILURE, FAILURE)
        for product in range(len(program.products))
    )


def _plain_cause(operation: Operation) -> str:
    if not _limited(operation):
        return operation.causes[0].name if len(operation.causes) == 1 else UNNAMED
    return f"{UNNAMED} or {LIMIT}" if operation.scrap > 0 else LIMIT


def _plain_counts(program: Program, tally: Tally) -> Floats:
    at_steps = np.bincount(
        modes_of(program).product,
        weights=tally.mode_scrap.astype(float),
        minlength=len(program.products),
    )
    lost = tally.product_scrap.astype(float) - at_steps
    return np.concatenate([tally.mode_scrap.astype(float), lost])


def _piece_costs(program: Program, tally: Tally) -> Mapping[int, float]:
    """Money in one piece when an operation on it ends: its material, that of the parts it took,
    and machine hours of the steps so far at the mean times of this replication. {} without prices.
    """
    if not any(p.material_cost for p in program.products) and not any(
        m.cost_per_h for m in program.machines
    ):
        return {}
    modes = modes_of(program)
    rate = np.array([m.cost_per_h for m in program.machines])[modes.machine]
    operations = len(program.operations)
    real = np.array([base(program, o) for o in modes.operation.tolist()], dtype=np.int64)
    spent = np.bincount(real, weights=rate * tally.mode_busy / _HOURS, minlength=operations)
    made = np.bincount(real, weights=tally.mode_pieces.astype(float), minlength=operations)
    each = np.divide(spent, made, out=np.zeros(operations), where=made > 0)
    found: dict[int, float] = {}
    whole: dict[int, float] = {}

    def of_product(product: int) -> float:
        """Money in a finished piece; components come before what is made of them."""
        if product not in whole:
            value = program.products[product].material_cost
            for operation in program.products[product].route:
                for part in program.operations[operation].kit:
                    value += part.pieces * of_product(program.stocks[part.stock].product)
                value += float(each[operation])
                found[operation] = value
            whole[product] = value
        return whole[product]

    for product in range(len(program.products)):
        of_product(product)
    return found


def by_cause(rows: Sequence[ScrapRow]) -> tuple[tuple[str, float], ...]:
    """Share of all scrapped pieces by cause and operation, largest first: the Pareto picture."""
    total: dict[str, float] = {}
    for row in rows:
        name = " · ".join(part for part in (row.operation, row.cause) if part)
        total[name] = total.get(name, 0.0) + (row.pieces.mean or 0.0)
    whole = sum(total.values())
    return tuple(sorted(((n, v / whole) for n, v in total.items()), key=lambda pair: -pair[1]))
