"""How much any design of a space can make: the bottleneck problem over all designs at once.

The fluid plant (:mod:`vtwin.studies.estimates`) of one design is a linear program. Here the
design is decided in it, too: a mixed-integer program in which a literal for every value written
at a path opens the time that its machines, tools and people then have. Its best design has the
widest bottleneck that the limits allow, a start for the search; its bound is one for every
design, those never simulated among them, because waiting, blocking, set-ups and scrap are left
out of it.

What a value does to a resource is read from a program built with it. That is proven to be enough
only where no two decisions change the same figure of a resource unless they are tried together;
where they are too many for that, or change what is made, there is no bound and the reason is
said.

For serial lines of single machines with exponential times and finite buffers, the two-station
bound (:func:`vtwin.studies.estimates.two_station`) of every pair of neighbours is put over the
space as well, by CP-SAT.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from vtwin.base.errors import Refused
from vtwin.plant.primitives import NONE
from vtwin.scenario.decisions import Design, Limit
from vtwin.studies.estimates import workload
from vtwin.studies.resources import Effects, Joint, Key, Unknown, speeds_of
from vtwin.studies.space import Space
from vtwin.studies.weakest import two_stations

if TYPE_CHECKING:
    from vtwin.plant.program import Program

_NODES: Final = 3_000
_HOUR: Final = 3600.0
_FREE: Final = 1e6  # pieces an hour that nothing limits


@dataclass(frozen=True)
class Ceiling:
    """``most``: good pieces a day no design of the space exceeds in the long run, None where that
    is not known for ``reason``; ``designs`` are feasible, with the widest bottleneck; ``method``
    says how it was found. ``raw_s``: seconds of work, by product that leaves, that a piece goes
    through in any design at least.
    """

    most: float | None
    designs: tuple[Design, ...]
    method: str
    reason: str = ""
    raw_s: Mapping[str, float] = field(default_factory=dict)


def ceiling(space: Space, today: Design, program: Callable[[Design], Program]) -> Ceiling:
    """The ceiling of a space; ``program`` builds a design or raises `Refused`."""
    try:
        base = program(today)
        speeds = speeds_of(base)
        effects = Effects(space, today, program, base, speeds)
        effects.read()
        fluid, design = _widest(space, effects)
    except Unknown as unknown:
        return Ceiling(None, (), "", str(unknown))
    if design is None:
        return Ceiling(None, (), "", "the linear program of the plant was not solved")
    raw = _raw(effects)
    if fluid is None:
        why = "nothing that is needed takes time"
        return Ceiling(None, (design,), "bottleneck program", why, raw)
    wrong = _exceeded(fluid, [today, design, *space.sample(3, 1)], program)
    if wrong:
        why = "decisions change the same resource in ways that were not tried together"
        return Ceiling(None, (design,), "bottleneck program", why)
    pairs = two_stations(space, effects)
    if pairs is None:
        return Ceiling(fluid, (design,), "bottleneck program over all designs", raw_s=raw)
    most, starts = pairs
    return Ceiling(
        min(fluid, most),
        tuple(dict.fromkeys([*starts, design])),
        "bottleneck program and two-station bound over all designs",
        raw_s=raw,
    )


def _raw(effects: Effects) -> dict[str, float]:
    """The least work on a piece: the fastest way to do each step that no piece leaves out."""
    program = effects.base
    total = dict.fromkeys(program.leaving, 0.0)
    for o, operation in enumerate(program.operations):
        passes = effects.figures.get(("passes", o), (0.0,))[0]
        if operation.product not in total or passes < 1.0 - 1e-9:
            continue
        ways = [
            value[3]
            for key in dict.fromkeys([*effects.figures, *effects.changed])
            if key[:2] == ("work", o)
            for value in effects.alternatives(key)[1]
            if value
        ]
        total[operation.product] += min(ways, default=0.0)
    return {program.products[p].name: seconds for p, seconds in total.items()}


def _exceeded(most: float, designs: Sequence[Design], program: Callable[[Design], Program]) -> bool:
    """Whether the fluid plant of one of these designs makes more than the bound says."""
    for design in designs:
        try:
            found = workload(program(design)).most
        except Refused:
            continue
        if found > most * (1 + 1e-6):
            return True
    return False


# --- the bottleneck program ------------------------------------------------------------------


class _Rows:
    """A mixed-integer program under construction; columns are asked for by name."""

    def __init__(self, space: Space) -> None:
        self.linear = space.linear()
        self.width = len(self.linear.upper)
        self.columns: dict[Any, int] = {}
        self.upper = list(self.linear.upper)
        self.whole = list(self.linear.whole)
        self.lines = list(self.linear.lines)

    def column(self, name: Any, upper: float = math.inf) -> int:
        if name not in self.columns:
            self.columns[name] = len(self.upper)
            self.upper.append(upper)
            self.whole.append(0)
        return self.columns[name]

    def line(self, row: Mapping[int, float], low: float, high: float) -> None:
        self.lines.append((row, low, high))

    def maximise(self, objective: Mapping[int, float]) -> tuple[float | None, Any]:
        """Upper bound of the objective and the best point found."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        entries = [(i, j, w) for i, (row, _, _) in enumerate(self.lines) for j, w in row.items()]
        rows, columns, values = zip(*entries, strict=True)
        total = len(self.upper)
        matrix = coo_array((values, (rows, columns)), shape=(len(self.lines), total)).tocsr()
        weights = np.zeros(total)
        for column, weight in objective.items():
            weights[column] = -weight
        answer = milp(
            weights,
            constraints=LinearConstraint(
                matrix,
                np.array([low for _, low, _ in self.lines]) - 1e-9,
                np.array([high for _, _, high in self.lines]) + 1e-9,
            ),
            integrality=np.array(self.whole),
            bounds=Bounds(np.zeros(total), np.array(self.upper)),
            options={"node_limit": _NODES, "mip_rel_gap": 1e-6},
        )
        if answer.x is None or answer.mip_dual_bound is None:
            return None, answer.x
        return -float(answer.mip_dual_bound), answer.x


def _widest(space: Space, effects: Effects) -> tuple[float | None, Design | None]:
    """Good pieces a day at best (None: nothing limits them), and the design with the widest
    bottleneck: of as much of what is asked for as possible, where that is known.
    """
    program = effects.base
    asked = [effects.alternatives(("asked", p))[1] for p in range(len(program.products))]
    finite = all(math.isfinite(v[0]) for values in asked for v in values if v)
    rows, products = _model(space, effects)
    goal = {products[p]: 1.0 for p in program.leaving}
    most, point = rows.maximise(goal)
    if most is None or point is None:
        return None, None
    if finite and any(v[0] > 0 for values in asked for v in values):
        wider, shares = _model(space, effects, demanded=False)
        factor = wider.column("factor")
        for p in program.leaving:
            share = min(v[0] for v in asked[p]) * _HOUR
            wider.line({shares[p]: 1.0, factor: -share}, 0.0, 0.0)
        _, spread = wider.maximise({factor: 1.0})
        point = point if spread is None else spread
    chosen = [i for i in range(rows.linear.count) if point[i] > 0.5]
    design = space.design(chosen)
    free = most >= _FREE * 0.5
    return (None if free else most * 24.0), (design if space.kept(design) else None)


def _model(space: Space, effects: Effects, demanded: bool = True) -> tuple[_Rows, list[int]]:
    """Rows in pieces an hour; the columns of products made."""
    rows = _Rows(space)
    program = effects.base
    literals = [_literals(rows, space, n, joints) for n, joints in enumerate(effects.joints)]
    products = [rows.column(("product", p), _FREE) for p in range(len(program.products))]
    if demanded:
        for p, column in enumerate(products):
            _at_most(rows, {column: 1.0}, effects, ("asked", p), literals, _HOUR)
    spent = _work(rows, effects, literals, products)
    for stock_index, stock in enumerate(program.stocks):
        row: dict[int, float] = {products[stock.product]: -1.0}
        for o, operation in enumerate(program.operations):
            for kit in operation.kit if ("passes", o) in effects.figures else ():
                if kit.stock == stock_index:
                    used = products[operation.product]
                    row[used] = row.get(used, 0.0) + effects.figures["passes", o][0] * kit.pieces
        rows.line(row, -math.inf, 0.0)
    for key, row in spent.items():
        _at_most(rows, row, effects, key, literals, 1.0)
    return rows, products


def _literals(rows: _Rows, space: Space, number: int, joints: Sequence[Joint]) -> list[int]:
    """A column for each joint value of a group: one of them is 1, and only if all its parts are
    written.
    """
    if all(len(joint) == 1 for joint in joints):
        columns = [space.columns[joint[0]] for joint in joints]
        rows.line(dict.fromkeys(columns, 1.0), 1.0, 1.0)
        return columns
    columns = [rows.column(("joint", number, v), 1.0) for v in range(len(joints))]
    by_pair: dict[tuple[str, str], list[int]] = {}
    for column, joint in zip(columns, joints, strict=True):
        for pair in joint:
            by_pair.setdefault(pair, []).append(column)
    for pair, inside in by_pair.items():
        rows.line({**dict.fromkeys(inside, 1.0), space.columns[pair]: -1.0}, 0.0, 0.0)
    return columns


def _work(
    rows: _Rows, effects: Effects, literals: Sequence[Sequence[int]], products: Sequence[int]
) -> dict[Key, dict[int, float]]:
    """What is done where, and the time that takes of machines, tools, skills and everybody."""
    program = effects.base
    spent: dict[Key, dict[int, float]] = {}
    made: dict[int, dict[int, float]] = {}
    keys = dict.fromkeys([*effects.figures, *effects.changed])
    for key in keys:
        if key[0] in ("passes", "kit") and key in effects.changed:
            raise Unknown("a decision changes how often steps are gone through")
        if key[0] != "work":
            continue
        _, o, entry, who = key
        operation = program.operations[o]
        group, values = effects.alternatives(key)
        for v, value in enumerate(values):
            if not value:
                continue
            column = rows.column((key, v), _FREE)
            made.setdefault(o, {})[column] = 1.0
            uses: list[tuple[Key, float]] = [(("open", entry), value[0])]
            if operation.tool != NONE:
                uses.append((("tool", program.tools[operation.tool].name), value[2]))
            if who:
                uses.append((("skill", who), value[1]))
                uses.append((("crew",), value[1]))
            for used, seconds in uses:
                spent.setdefault(used, {})[column] = seconds / _HOUR
            if group is not None:  # only where it is written; as much as one resource allows
                top = _top(effects, entry) * _HOUR / value[0] if value[0] > 0 else _FREE
                switch = literals[group][v]
                rows.line({column: 1.0, switch: -min(top, _FREE)}, -math.inf, 0.0)
    for o, row in made.items():
        product = products[program.operations[o].product]
        rows.line({**row, product: -effects.figures["passes", o][0]}, 0.0, 0.0)
    return spent


def _top(effects: Effects, entry: str) -> float:
    _, values = effects.alternatives(("open", entry))
    return max((value[0] for value in values if value), default=0.0)


def _at_most(
    rows: _Rows, row: Mapping[int, float], effects: Effects, key: Key,
    literals: Sequence[Sequence[int]], scale: float,
) -> None:  # fmt: skip
    """The sum of a row is at most the figure, or the figures, that it is named after."""
    right = 0.0
    line = dict(row)
    keys = [k for k in dict.fromkeys([*effects.figures, *effects.changed])
            if k == key or (key[0] in ("skill", "crew") and k[: len(key)] == key)]  # fmt: skip
    for one in keys:
        group, values = effects.alternatives(one)
        amounts = [value[0] * scale if value else 0.0 for value in values]
        if any(math.isinf(amount) for amount in amounts):
            return
        if group is None:
            right += amounts[0]
            continue
        for column, amount in zip(literals[group], amounts, strict=True):
            line[column] = line.get(column, 0.0) - amount
    rows.line(line, -math.inf, right)


def least(space: Space, amount: Limit) -> float | None:
    """The least a sum known beforehand can be over the space; None where it is not solved."""
    linear = space.linear(Limit(amount.name, amount.weights, extras=amount.extras))
    rows = _Rows(space)
    rows.linear = linear
    rows.lines = [line for line in linear.lines if math.isfinite(line[1]) or math.isfinite(line[2])]
    rows.upper, rows.whole = list(linear.upper), list(linear.whole)
    objective = {space.columns[p]: -w for p, w in amount.weights.items() if p in space.columns}
    objective |= dict.fromkeys(linear.paid[-1], -1.0)
    most, _ = rows.maximise(objective)
    return None if most is None else amount.constant - most
