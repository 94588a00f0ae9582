"""A way up from a poor start where no estimate applies: large steps where the plant is tight.

A neighbourhood search goes one step at a time and does not get far from a poor start. Here some
designs spread over the space are looked at first; from the best of them the values of the
busiest machines and people are moved by large steps, several busy ones together where they are
busy alike. What that takes of the limits is given up where there is least to do. A step that
no design wins is halved. Every move is decided by a contest under common random numbers, so
that the guide may be wrong: it says what to try and not what is good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from vtwin.scenario.decisions import Decision, Design, Limit
from vtwin.studies.search import Book, Effort, Search, contest
from vtwin.studies.space import Space

#: Designs looked at before the first step, and replications of each contest on the way.
LOOK: Final = 8
FEW: Final = 4
#: Designs beside the one that is held, at most, in a contest.
WIDTH: Final = 6
#: Busy alike: within this share of the busiest.
ALIKE: Final = 0.93
#: How busy something is of which nothing is measured (a buffer).
_UNKNOWN: Final = 0.5


@dataclass
class Guide:
    """How busy what a path belongs to was: columns of the figures, by path."""

    space: Space
    book: Book
    owners: Mapping[str, str]  # path -> figure
    prices: Limit | None = None
    wins: dict[str, int] = field(default_factory=dict)  # path -> direction that won last

    def busy(self, design: Design) -> dict[str, float]:
        """How busy each owner was in the replications of a design, by path."""
        rows = self.book.rows[design]
        found = {}
        for path, name in self.owners.items():
            value = float(np.nanmean(rows[:, self.book.figures.index(name)]))
            found[path] = _UNKNOWN if np.isnan(value) else min(1.0, value)
        return found

    def directions(self, path: str, decision: Decision) -> tuple[int, ...]:
        """Up, down or both: the one that won, the dearer one, more of what is counted."""
        if path in self.wins:
            return (self.wins[path],)
        if self.prices is not None:
            ends = [self.prices.weights.get((path, v), 0.0) for v in decision.values]
            if ends[0] != ends[-1]:
                return (1,) if ends[-1] > ends[0] else (-1,)
        return (1,) if path.endswith(".count") else (1, -1)

    def jumps(self, design: Design, step: int) -> list[Design]:
        """Designs a step away at what is busiest, with what that takes given up elsewhere."""
        busy = self.busy(design)
        ordered = [(p, d) for p, d in self.space.slots if d.ordered]
        tight = sorted((p for p, _ in ordered if p in busy), key=lambda p: (-busy[p], p))
        decisions = dict(ordered)
        top = busy[tight[0]] if tight else 0.0
        alike = [p for p in tight if busy[p] >= ALIKE * top]
        sets: list[dict[str, int]] = []
        if len(alike) > 1:
            sets.append({p: self.directions(p, decisions[p])[0] for p in alike})
        for path in tight[:3]:
            sets += [{path: sign} for sign in self.directions(path, decisions[path])]
        for path, decision in ordered:  # places between them, and what else is not measured
            if path not in busy:
                sets += [{path: sign} for sign in self.directions(path, decision)]
        found: dict[Design, None] = {}
        for wanted in sets:
            there = self._moved(design, wanted, step, busy)
            if there is not None and there != design:
                found[there] = None
        return list(found)[:WIDTH]

    def _moved(
        self, design: Design, wanted: Mapping[str, int], step: int, busy: Mapping[str, float]
    ) -> Design | None:
        """The feasible design with these paths a step further and the rest changed least, most
        readily where there is least to do.
        """
        written = dict(design.settings)
        pins: dict[tuple[str, str], float] = {}
        weights: dict[tuple[str, str], float] = {}
        for path, decision in self.space.slots:
            if written[path] not in decision.values:
                continue
            here = decision.values.index(written[path])
            if path in wanted:
                there = min(max(here + wanted[path] * step, 0), len(decision.values) - 1)
                pins[path, decision.values[there]] = 1.0
                continue
            dear = 0.05 + busy.get(path, _UNKNOWN) ** 4
            for position, value in enumerate(decision.values):
                far = abs(position - here) if decision.ordered else 3 * (position != here)
                weights[path, value] = -dear * far
        pinned = Limit("pinned", pins, float(len(pins)), None)
        space = replace(self.space, limits=(*self.space.limits, pinned))
        return space.first(weights)


def ascend(
    guide: Guide,
    starts: Sequence[Design],
    effort: Effort,
    possible: Callable[[Design], bool],
    seed: int,
) -> Search:
    """The design that large steps lead to from the best of some that are spread."""
    space, book = guide.space, guide.book
    few = replace(effort, n0=min(FEW, effort.n0), most=2 * FEW)
    looked = [*starts, *space.sample(LOOK, seed)]
    centre = yield from contest(book, [d for d in dict.fromkeys(looked) if possible(d)], few)
    if centre is None:
        return None
    longest = max((len(d.values) for _, d in space.slots if d.ordered), default=1)
    step = max(1, (longest + 2) // 4)
    tried: set[Design] = set()
    while step >= 1:
        near = [d for d in guide.jumps(centre, step) if d not in tried and possible(d)]
        tried.update(near)
        winner = yield from contest(book, [centre, *near], few)
        if winner is None or winner == centre:
            step //= 2
            continue
        _learn(guide, centre, winner)
        centre = winner
    return centre


def _learn(guide: Guide, before: Design, winner: Design) -> None:
    """Remember which way what is busiest was moved."""
    busy = guide.busy(before)
    old, new = dict(before.settings), dict(winner.settings)
    moved = [(p, d) for p, d in guide.space.slots if d.ordered and p in busy and old[p] != new[p]]
    if moved:
        path, decision = max(moved, key=lambda pair: (busy[pair[0]], pair[0]))
        way = decision.values.index(new[path]) - decision.values.index(old[path])
        guide.wins[path] = 1 if way > 0 else -1
