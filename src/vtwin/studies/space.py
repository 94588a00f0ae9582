"""Which designs there are: feasible ones, one by one, at random, near another.

One small 0-1 model (a literal per path and value, linear limits) is given to OR-tools' CP-SAT,
or to HiGHS (`scipy.optimize.milp`) where OR-tools is missing. A design is feasible or it is not:
there are no penalties and nothing is repaired. Answers depend on the seed, not on the solver's
threads (it gets one).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vtwin.base.errors import Problem, Refused, Where
from vtwin.scenario.decisions import Decision, Design, Extra, Limit
from vtwin.studies import cp_sat, orders

#: Weights are told to the solver as whole numbers of at most about this size.
_WHOLE = 10**9
#: Spaces smaller than this are listed whole.
SMALL = 20_000

Row = tuple[Mapping[int, float], float, float]  # coefficients of columns, low, high
_INF = float("inf")


@dataclass(frozen=True)
class Space:
    """The designs that ``decisions`` allow and ``limits`` leave."""

    decisions: tuple[Decision, ...]
    limits: tuple[Limit, ...] = ()
    solver: str = "auto"  # "cp_sat", "highs" or the first that is there

    @cached_property
    def slots(self) -> tuple[tuple[str, Decision], ...]:
        """Every path that is decided, with its decision; by path."""
        return tuple(sorted(((p, d) for d in self.decisions for p in d.paths), key=lambda s: s[0]))

    @cached_property
    def columns(self) -> dict[tuple[str, str], int]:
        """(path, value) -> column of the 0-1 model."""
        pairs = [(path, value) for path, decision in self.slots for value in decision.values]
        return {pair: column for column, pair in enumerate(pairs)}

    @property
    def size(self) -> int:
        """Designs before any limit."""
        number = 1
        for decision in self.decisions:
            if decision.kind == "permutation":
                number *= math.perm(len(decision.values), len(decision.paths))
            else:
                number *= len(decision.values) ** len(decision.paths)
        return number

    def kept(self, design: Design) -> bool:
        """Whether a design belongs to the space."""
        return not self.broken(design)

    def broken(self, design: Design) -> list[str]:
        """What a design violates, by name."""
        written = dict(design.settings)
        wrong = [p for p, d in self.slots if written.get(p) not in d.values]
        wrong += [d.name for d in self.decisions if not _counts_kept(d, written)]
        return wrong + [limit.name for limit in self.limits if not limit.kept(design)]

    # --- asking for designs ----------------------------------------------------------------

    def first(self, weights: Mapping[tuple[str, str], float] | None = None) -> Design | None:
        """A feasible design with the largest sum of weights; None if there is none at all."""
        return next(self._solutions(self._rows(), weights or {}, most=1), None)

    def all(self, most: int = SMALL) -> list[Design]:
        """Every feasible design, in a fixed order; at most so many."""
        return sorted(self._solutions(self._rows(), {}, most=most), key=lambda d: d.settings)

    def sample(self, number: int, seed: int) -> list[Design]:
        """Different feasible designs, spread by random weights; fewer where there are fewer."""
        import numpy as np

        lots = np.random.default_rng(seed)
        found: dict[Design, None] = {}
        for _ in range(3 * number):
            weights = {pair: float(lots.random()) for pair in self.columns}
            design = self.first(weights)
            if design is None:
                return []
            found[design] = None
            if len(found) == number:
                break
        return list(found)

    def nearest(self, design: Design) -> Design | None:
        """The feasible design that changes least of ``design``, whether that is feasible or
        not: as few paths as possible, then by as few steps.
        """
        written = dict(design.settings)
        weights = {}
        for path, decision in self.slots:
            here = _position(decision, written.get(path))
            for position, value in enumerate(decision.values):
                far = abs(position - here) if decision.ordered and here is not None else 1
                weights[path, value] = 0.0 if position == here else -1.0 - 1e-3 * far
        return self.first(weights)

    def neighbours(self, design: Design, most: int = 2_000) -> list[Design]:
        """Feasible designs one move away: a value one step up or down (or any other of a
        category), a unit moved from one path to another, two values exchanged; of orders, one
        to another machine or elsewhere in the sequence. In a fixed order.
        """
        found: dict[Design, None] = {}
        written = dict(design.settings)
        for change in orders.neighbours(self.decisions, written):
            near = Design(tuple(sorted((written | change).items())))
            if self.kept(near):
                found[near] = None
        about = [d for d in self.decisions if orders.about_orders(d)]
        if len(about) == len(self.decisions):
            return sorted(found, key=lambda d: d.settings)
        rows = self._rows() + self._as_they_are(about, written)
        for near in self._solutions(rows + self._near(written), {}, most=most):
            if near != design and _one_move(self, written, dict(near.settings)):
                found[near] = None
        return sorted(found, key=lambda d: d.settings)

    def contradiction(self) -> list[str]:
        """Names of limits that cannot be kept together, as few as can be found; [] if there
        is a feasible design.
        """
        if self.first() is not None:
            return []
        kept = list(self.limits)
        for limit in list(kept):
            without = [one for one in kept if one is not limit]
            if Space(self.decisions, tuple(without), self.solver).first() is None:
                kept = without
        return [limit.name for limit in kept]

    # --- the model -------------------------------------------------------------------------

    def linear(self, *further: Limit) -> Linear:
        """The space as rows of a mixed-integer program, with sums that are only reckoned."""
        sums = [_scaled(self, limit) for limit in (*self.limits, *further)]
        return _linear(len(self.columns), self._rows(), sums)

    def cp_model(self) -> tuple[Any, list[Any]]:
        """The space as a model of CP-SAT, and its literals."""
        sums = [_scaled(self, limit) for limit in self.limits]
        return _cp_model(len(self.columns), self._rows(), sums)

    def design(self, chosen: Iterable[int]) -> Design:
        """The design of the columns that are chosen."""
        pairs = list(self.columns)
        return Design(tuple(sorted(pairs[column] for column in chosen)))

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        for path, decision in self.slots:
            rows.append(({self.columns[path, v]: 1.0 for v in decision.values}, 1.0, 1.0))
        for decision in self.decisions:
            for position, value in enumerate(decision.values):
                if decision.most:
                    used = {self.columns[path, value]: 1.0 for path in decision.paths}
                    rows.append(
                        (used, float(decision.least[position]), float(decision.most[position]))
                    )
        return rows

    def _as_they_are(self, about: Sequence[Decision], written: Mapping[str, str]) -> list[Row]:
        """Decisions that stay."""
        pairs = [(path, written.get(path)) for d in about for path in d.paths]
        columns = [self.columns[p, v] for p, v in pairs if v is not None and (p, v) in self.columns]
        return [({column: 1.0}, 1.0, 1.0) for column in columns]

    def _near(self, written: Mapping[str, str]) -> list[Row]:
        """At most two paths change, values in an order by at most one step."""
        stay: dict[int, float] = {}
        rows: list[Row] = []
        for path, decision in self.slots:
            here = _position(decision, written.get(path))
            if here is None:
                continue
            stay[self.columns[path, decision.values[here]]] = 1.0
            if decision.ordered:
                for position, value in enumerate(decision.values):
                    if abs(position - here) > 1:
                        rows.append(({self.columns[path, value]: 1.0}, 0.0, 0.0))
        rows.append((stay, float(len(stay) - 2), float(len(stay))))
        return rows

    def _solutions(
        self, rows: Sequence[Row], weights: Mapping[tuple[str, str], float], most: int
    ) -> Iterator[Design]:
        columns = {self.columns[pair]: value for pair, value in weights.items()}
        limits = [_scaled(self, limit) for limit in self.limits]
        solve = _cp_sat if self.uses_cp_sat() else _highs
        for chosen in solve(len(self.columns), rows, limits, columns, most):
            yield self.design(chosen)

    def uses_cp_sat(self) -> bool:
        """Whether OR-tools solves it; otherwise HiGHS does."""
        if self.solver != "auto":
            return self.solver == "cp_sat"
        from importlib.util import find_spec

        return find_spec("ortools") is not None


@dataclass(frozen=True)
class _Sum:
    """A limit over columns; extras as (price, coefficients, base)."""

    row: Row
    extras: Sequence[tuple[float, Mapping[int, float], float]] = ()


def _scaled(space: Space, limit: Limit) -> _Sum:
    low = -_INF if limit.low is None else limit.low - limit.constant
    high = _INF if limit.high is None else limit.high - limit.constant
    known = {space.columns[p]: w for p, w in limit.weights.items() if p in space.columns}
    extras = [(e.price, _columns_of(space, e), e.base) for e in limit.extras]
    return _Sum((known, low, high), extras)


def _columns_of(space: Space, extra: Extra) -> dict[int, float]:
    return {space.columns[p]: w for p, w in extra.weights.items() if p in space.columns}


def _position(decision: Decision, value: str | None) -> int | None:
    return decision.values.index(value) if value in decision.values else None


def _counts_kept(decision: Decision, written: Mapping[str, str]) -> bool:
    if not decision.most:
        return True
    values = [written.get(path) for path in decision.paths]
    bounds = zip(decision.values, decision.least, decision.most, strict=True)
    return all(least <= values.count(value) <= most for value, least, most in bounds)


def _one_move(space: Space, before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether two designs are one move apart: one path, or a unit from one path to another,
    or two values exchanged.
    """
    changed = [(p, d) for p, d in space.slots if before.get(p) != after[p]]
    if len(changed) < 2:
        return True
    (one, first), (two, second) = changed
    if after[one] == before.get(two) and after[two] == before.get(one):
        return True
    if first.ordered and second.ordered:
        step = _position(first, after[one]), _position(first, before.get(one))
        other = _position(second, after[two]), _position(second, before.get(two))
        if None in step or None in other:
            return True
        return (step[0] > step[1]) != (other[0] > other[1])  # type: ignore[operator]
    alike = one.rpartition(".")[2] == two.rpartition(".")[2]
    names = [_names(before.get(one)), _names(before.get(two))]
    return alike and names == [_names(after[two]), _names(after[one])]


def _names(value: str | None) -> object:
    """What a value is about: the skills of ``{load: 0.9}`` without how fast, else all of it."""
    found = None if value is None else json.loads(value)
    return sorted(found) if isinstance(found, dict) else found


# --- solvers ---------------------------------------------------------------------------------


def _factor(values: Sequence[float]) -> float:
    """What makes these whole: 1 where they are, else as fine as the solver's numbers allow."""
    sizes = [abs(v) for v in values if v not in (_INF, -_INF)]
    if all(size == int(size) and size < _WHOLE for size in sizes):
        return 1.0
    return _WHOLE / max(max(sizes, default=1.0), 1e-12)


def _cp_model(count: int, rows: Sequence[Row], sums: Sequence[_Sum]) -> tuple[Any, list[Any]]:
    """The model and its literals."""
    from ortools.sat.python import cp_model

    model: Any = cp_model.CpModel()
    x = [model.new_bool_var(f"x{i}") for i in range(count)]

    def bounded(terms: Any, low: float, high: float, factor: float) -> None:
        if low > -_INF:
            model.add(terms >= _floor(low * factor))
        if high < _INF:
            model.add(terms <= _ceil(high * factor))

    for row, low, high in rows:
        bounded(sum(int(w) * x[i] for i, w in row.items()), low, high, 1.0)
    for one in sums:
        row, low, high = one.row
        prices = [price * w for price, e, _ in one.extras for w in e.values()]
        bases = [price * base for price, _, base in one.extras]
        factor = _factor([*row.values(), low, high, *prices, *bases])
        terms: Any = sum(round(w * factor) * x[i] for i, w in row.items())
        for price, extra, base in one.extras:
            over = sum(round(price * w * factor) * x[i] for i, w in extra.items())
            top = sum(abs(round(price * w * factor)) for w in extra.values())
            paid = model.new_int_var(0, max(top, 0), "paid")
            model.add_max_equality(paid, [0, over - round(price * base * factor)])
            terms += paid
        bounded(terms, low, high, factor)
    return model, x


def _cp_sat(
    count: int, rows: Sequence[Row], sums: Sequence[_Sum], weights: Mapping[int, float], most: int
) -> Iterator[list[int]]:
    from ortools.sat.python import cp_model

    model, x = _cp_model(count, rows, sums)
    if weights:
        factor = _factor(list(weights.values()))
        model.maximize(sum(round(w * min(factor, 10**6)) * x[i] for i, w in weights.items()))
    solver = cp_sat.solver()
    if most == 1:
        if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            yield [i for i in range(count) if solver.value(x[i])]
        return
    found: list[list[int]] = []

    class Listed(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            found.append([i for i in range(count) if self.value(x[i])])
            if len(found) >= most:
                self.stop_search()

    solver.parameters.enumerate_all_solutions = True
    solver.solve(model, Listed())
    yield from found


def _floor(value: float) -> int:
    return int(-(-(value - 1e-6) // 1))  # the least whole number that is not below it


def _ceil(value: float) -> int:
    return int((value + 1e-6) // 1)


@dataclass(frozen=True)
class Linear:
    """The model as rows of a mixed-integer program: ``count`` literals first, then two columns
    for each extra (what is paid, and whether anything is). ``paid`` are those of each sum.
    """

    count: int
    lines: tuple[Row, ...]
    upper: tuple[float, ...]
    whole: tuple[int, ...]
    paid: tuple[tuple[int, ...], ...]


def _linear(count: int, rows: Sequence[Row], sums: Sequence[_Sum]) -> Linear:
    extras = [(s, e) for s in range(len(sums)) for e in range(len(sums[s].extras))]
    lines: list[Row] = [(dict(r), a, b) for r, a, b in rows]
    upper = [1.0] * (count + 2 * len(extras))
    paid_of: list[list[int]] = [[] for _ in sums]
    for number, (s, e) in enumerate(extras):
        price, over, base = sums[s].extras[e]
        paid, any_paid = count + 2 * number, count + 2 * number + 1
        paid_of[s].append(paid)
        top = price * sum(abs(w) for w in over.values()) + 1.0
        upper[paid] = top
        excess = {i: price * w for i, w in over.items()}
        lines.append(({paid: 1.0, **{i: -w for i, w in excess.items()}}, -price * base, _INF))
        # paid <= excess when anything is paid, else nothing
        lines.append(
            (
                {paid: 1.0, any_paid: 2 * top, **{i: -w for i, w in excess.items()}},
                -_INF,
                -price * base + 2 * top,
            )
        )
        lines.append(({paid: 1.0, any_paid: -top}, -_INF, 0.0))
    for one, columns in zip(sums, paid_of, strict=True):
        row, low, high = one.row
        lines.append(({**row, **dict.fromkeys(columns, 1.0)}, low, high))
    whole = [1] * len(upper)
    for column in range(count, len(upper), 2):
        whole[column] = 0
    return Linear(count, tuple(lines), tuple(upper), tuple(whole), tuple(map(tuple, paid_of)))


def _highs(
    count: int, rows: Sequence[Row], sums: Sequence[_Sum], weights: Mapping[int, float], most: int
) -> Iterator[list[int]]:
    """The same by mixed-integer programming, solution after solution with cuts."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    model = _linear(count, rows, sums)
    total = len(model.upper)
    lines = list(model.lines)
    objective = np.zeros(total)
    for column, weight in weights.items():
        objective[column] = -weight
    for _ in range(most):
        matrix = np.zeros((len(lines), total))
        for index, (line, _low, _high) in enumerate(lines):
            for column, weight in line.items():
                matrix[index, column] += weight
        answer = milp(
            objective,
            constraints=LinearConstraint(
                matrix, [line[1] - 1e-7 for line in lines], [line[2] + 1e-7 for line in lines]
            ),
            integrality=np.array(model.whole),
            bounds=Bounds(np.zeros(total), np.array(model.upper)),
        )
        if answer.x is None:
            return
        chosen = [i for i in range(count) if answer.x[i] > 0.5]
        yield chosen
        lines.append((dict.fromkeys(chosen, 1.0), -_INF, len(chosen) - 1.0))


def refuse_contradiction(space: Space, places: Mapping[str, Where] | None = None) -> None:
    """Raise `Refused` (V393) that names the limits that leave no design, at the ``places`` where
    they are written ("": where nothing else is known).
    """
    names = space.contradiction()
    if not names and space.first() is not None:
        return
    told = " and ".join(f"'{name}'" for name in names) or "the counts of an assignment"
    what = f"no design keeps to {told}" + (" at once" if len(names) > 1 else "")
    hint = f"loosen {'one of them' if len(names) > 1 else 'it'}, or widen a range"
    written = [places[name] for name in (*names, "") if name in places] if places else []
    raise Refused(Problem("V393", what, written[0] if written else Where(), hint))
