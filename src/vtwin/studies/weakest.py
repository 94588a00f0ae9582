"""The two-station bound over all designs of a serial line at once, by CP-SAT.

Proven for serial lines of single machines with exponential times, blocking after service and
finite buffers: without the rest of the line a pair of neighbours is starved and blocked by
nobody else and so makes no less. Nothing is said of any other plant.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vtwin.base.errors import Refused
from vtwin.scenario.decisions import Decision, Design
from vtwin.studies import cp_sat
from vtwin.studies.estimates import Stage, line, two_station
from vtwin.studies.resources import Effects
from vtwin.studies.space import Space

#: Combinations of two stations and what lies between them.
MOST_PAIRS: Final = 60_000
_DAY_S: Final = 86_400.0


def two_stations(space: Space, effects: Effects) -> tuple[float, list[Design]] | None:
    """Pieces a day that no design's weakest pair of neighbours exceeds, and designs that reach
    it; None where it is not proven: no serial line of single machines with exponential times.
    """
    stages = line(effects.base)
    if isinstance(stages, str) or not space.uses_cp_sat():
        return None
    known = _Stages(space, effects, stages)
    if not known.read():
        return None
    tables = [t for i in range(len(stages) - 1) if (t := known.table(i)) is not None]
    if not tables:
        return None
    return _weakest(space, known, tables)


@dataclass
class _Stages:
    """Rates and places of a serial line, by what is written."""

    space: Space
    effects: Effects
    base: tuple[Stage, ...]
    rates: dict[int, tuple[int, list[Stage]]] = field(default_factory=dict)
    rooms: dict[int, list[tuple[str, list[float]]]] = field(default_factory=dict)  # path, places
    unproven: set[int] = field(default_factory=set)

    def read(self) -> bool:
        """Whether every design is such a line."""
        n = len(self.base)
        for number, joints in enumerate(self.effects.joints):
            plants = [self.effects.built[joint] for joint in joints]
            lines = [line(plant) for plant in plants if plant is not None]
            if any(isinstance(one, str) or len(one) != n for one in lines):
                return False
            for i in range(n):
                here = [one[i] for one in lines]
                if any(s.places != self.base[i].places for s in here):  # type: ignore[union-attr]
                    return False
                if any(s != self.base[i] for s in here):
                    if i in self.rates:
                        return False
                    self.rates[i] = (number, here)  # type: ignore[assignment]
        return all(
            self._places(path, d) for path, d in self.space.slots if self.effects.holds(path)
        )

    def _places(self, path: str, decision: Decision) -> bool:
        """Reads what the ends of a range of places do: one buffer gets as much larger."""
        if not decision.counts:
            return False
        numbers = [float(json.loads(value)) for value in decision.values]
        ends = []
        for value in (decision.values[0], decision.values[-1]):
            written = {**dict(self.effects.today.settings), path: value}
            try:
                found = line(self.effects.build(Design(tuple(sorted(written.items())))))
            except Refused:
                return False
            if isinstance(found, str) or len(found) != len(self.base):
                return False
            ends.append(found)
        low, high = ends
        moved = [i for i in range(len(low)) if low[i].places != high[i].places]
        if len(moved) != 1 or high[moved[0]].places - low[moved[0]].places != (
            numbers[-1] - numbers[0]
        ):
            return False
        own = [low[moved[0]].places + number - numbers[0] for number in numbers]
        self.rooms.setdefault(moved[0], []).append((path, own))
        return True

    def stage(self, i: int) -> tuple[int | None, list[Stage]]:
        """The group that decides a stage, and what it may be."""
        return self.rates.get(i, (None, [self.base[i]]))

    def table(self, i: int) -> tuple[list[Any], list[tuple[int, ...]], list[float]] | None:
        """Of the pair (i, i + 1): who decides it, rows of positions, the bound of each (pieces a
        second); None where it is not proven.
        """
        rooms = self.rooms.get(i + 1, [])
        first, second = self.stage(i), self.stage(i + 1)
        both = [*first[1], *second[1]]
        if any(s.machines != 1 or abs(s.scv - 1.0) > 1e-9 for s in both) or len(rooms) > 1:
            return None
        if first[0] is not None and first[0] == second[0]:
            return None
        places = rooms[0][1] if rooms else [self.base[i + 1].places]
        if len(first[1]) * len(second[1]) * len(places) > MOST_PAIRS:
            return None
        who = [first[0], second[0], rooms[0][0] if rooms else None]
        positions: list[tuple[int, ...]] = []
        bounds = []
        spans = (enumerate(first[1]), enumerate(places), enumerate(second[1]))
        for (a, one), (p, room), (b, two) in itertools.product(*spans):
            positions.append((a, b, p))
            bounds.append(two_station(one.rate, two.rate, room + 2.0))
        return who, positions, bounds


def _weakest(
    space: Space, known: _Stages, tables: Sequence[tuple[list[Any], list[Any], list[float]]]
) -> tuple[float, list[Design]] | None:
    """The largest rate that all pairs reach together in some design, by bisection over the
    rates there are; CP-SAT says whether there is such a design. Where it cannot tell, the rate
    counts as reached.
    """
    rates = sorted({bound for _, _, bounds in tables for bound in bounds})
    low, high = 0, len(rates) - 1
    found: Design | None = None
    while low < high:
        middle = (low + high + 1) // 2
        reached, design = _reached(space, known, tables, rates[middle])
        found = design or found
        low, high = (middle, high) if reached else (low, middle - 1)
    if found is None:
        _, found = _reached(space, known, tables, rates[low])
    return rates[low] * _DAY_S, [found] if found else []


def _reached(
    space: Space, known: _Stages, tables: Sequence[tuple[list[Any], list[Any], list[float]]],
    rate: float,
) -> tuple[bool, Design | None]:  # fmt: skip
    """Whether there is a design in which every pair's bound is at least so much."""
    from ortools.sat.python import cp_model

    model, x = space.cp_model()
    for who, positions, bounds in tables:
        literals = [_literals_of(model, x, space, known, one) for one in who]
        allowed: dict[tuple[int, int], list[int]] = {}
        for (a, b, p), bound in zip(positions, bounds, strict=True):
            second = allowed.setdefault((a, p), [])
            if bound >= rate * (1 - 1e-12):
                second.append(b)
        for (a, p), second in allowed.items():
            if len(second) == len(literals[1]):
                continue
            given = [literals[0][a].Not(), literals[2][p].Not()]
            model.add_bool_or([*given, *(literals[1][b] for b in second)])
    solver = cp_sat.solver()
    solver.parameters.max_deterministic_time = 2.0
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return True, space.design(i for i in range(len(x)) if solver.value(x[i]))
    return status == cp_model.UNKNOWN, None


def _literals_of(model: Any, x: Sequence[Any], space: Space, known: _Stages, who: Any) -> list[Any]:
    """A literal for each value of a group, of a path, or the one that is always true."""
    if who is None:
        return [model.new_constant(1)]
    if isinstance(who, str):
        return [x[space.columns[who, value]] for value in dict(space.slots)[who].values]
    found = []
    for joint in known.effects.joints[who]:
        parts = [x[space.columns[pair]] for pair in joint]
        if len(parts) == 1:
            found.append(parts[0])
            continue
        both = model.new_bool_var("")
        model.add_bool_and(parts).only_enforce_if(both)
        model.add_bool_or([both, *(part.Not() for part in parts)])
        found.append(both)
    return found
