"""How a study looks for good designs: an ask/tell door, and what stands behind it.

A search is a generator: it *asks* for figures by yielding ``[(design, replications), ...]`` and
is *told* them by ``send`` (arrays of replications x figures, in that order). It never runs
anything itself, so what it asks for depends on figures alone: not on workers, not on time, not
on what a store held. Whoever drives it may stop at any moment; the `Book` keeps what was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vtwin.scenario.decisions import Design, Goal, Limit, Requirement
from vtwin.studies.selection import screen
from vtwin.studies.space import Space

Floats = npt.NDArray[np.float64]
Asked = list[tuple[Design, range]]
#: What a search is; its value at the end is the design it would take.
Search = Generator[Asked, list[Floats], Design | None]
Score = Callable[[Design], float | None]


#: Replications from which on two designs may be said to go together, and how much they must:
#: squared correlation times their number.
_LEAST_PAIRS, _ALIKE = 8, 8.0


@dataclass
class Book:
    """Every figure seen, by design; larger objectives are better. ``figures`` are the columns."""

    figures: tuple[str, ...]
    goal: Goal
    requirements: tuple[Requirement, ...] = ()
    amounts: Mapping[str, Limit] = field(default_factory=dict)
    rows: dict[Design, Floats] = field(default_factory=dict)

    def enter(self, asked: Asked, told: Sequence[Floats]) -> None:
        """Keep what was told, if it is more than what was known."""
        for (design, _), rows in zip(asked, told, strict=True):
            if design not in self.rows or len(rows) > len(self.rows[design]):
                self.rows[design] = rows

    def count(self, design: Design) -> int:
        """Replications seen of a design."""
        return len(self.rows[design]) if design in self.rows else 0

    def objective(self, design: Design, replications: int | None = None) -> Floats:
        """The goal per replication, signed so that larger is better."""
        rows = self.rows[design][:replications]
        if not self.goal.measured:
            amount = self.amounts[self.goal.kpi].amount(design)
            return np.full(len(rows), self.goal.sign * amount)
        column: Floats = rows[:, self.figures.index(self.goal.kpi)]
        return self.goal.sign * column

    def excess(self, design: Design, replications: int | None = None) -> float:
        """How far the means are on the wrong side of the requirements, each relative to its
        bound, added up; infinite where a figure was undefined.
        """
        rows = self.rows[design][:replications]
        total = 0.0
        for requirement in self.requirements:
            mean = float(rows[:, self.figures.index(requirement.kpi)].mean())
            if np.isnan(mean):
                return np.inf
            bound = requirement.low if requirement.low is not None else requirement.high
            total += requirement.excess(mean) / max(abs(bound or 0.0), 1e-12)
        return total

    def level(self, design: Design) -> float:
        """The goal of a design, comparable with designs that have more replications: under common
        random numbers its replications may have been easier ones than those the others have,
        too. The design with most replications tells, as a control variate (Lavenberg and Welch,
        Management Science 27(3), 1981), where the two go together.
        """
        own = self.objective(design)
        n, mean = len(own), float(own.mean())
        longest = max(self.rows, key=lambda d: (len(self.rows[d]), d.settings))
        if n < _LEAST_PAIRS or n >= self.count(longest):
            return mean
        other = self.objective(longest)
        spread = float(other[:n].var(ddof=1))
        if not np.isfinite(mean) or not np.isfinite(other).all() or spread <= 0.0:
            return mean
        together = float(np.cov(own, other[:n])[0, 1])
        if together <= 0.0 or together**2 < _ALIKE / n * spread * float(own.var(ddof=1)):
            return mean
        return mean + together / spread * float(other.mean() - other[:n].mean())

    def rank(self, design: Design) -> tuple[float, float]:
        """Sorts better designs first: those that keep to the requirements, then by mean."""
        mean = self.level(design)
        return (self.excess(design), np.inf if np.isnan(mean) else -mean)

    def best(self, least: int = 1) -> list[Design]:
        """Designs with so many replications, best first; ties in the order of settings."""
        known = [d for d in self.rows if self.count(d) >= least]
        return sorted(known, key=lambda d: (self.rank(d), d.settings))


@dataclass(frozen=True)
class Effort:
    """How a neighbourhood search spends: replications at first and at most per design in one
    contest, designs in a contest, starts that are followed to their end.
    """

    n0: int = 8
    most: int = 40
    width: int = 8
    starts: int = 3
    delta: float = 0.005


def contest(book: Book, designs: Sequence[Design], effort: Effort, alpha: float = 0.05) -> Search:
    """The best of a few designs by KN under common random numbers: all get ``n0``
    replications, then those left two more each, until one is left or ``effort.most`` are made.
    What is in the book already costs nothing.

    A design whose mean breaks a requirement loses against one that keeps to them all.
    """
    listed = list(dict.fromkeys(designs))
    if not listed:
        return None
    n0 = effort.n0
    yield from _ask(book, listed, n0)
    alive = [d for d in listed if not np.isnan(book.objective(d)).any()]
    alive = _keeping(book, alive, n0)
    if len(alive) < 2:
        return alive[0] if alive else None
    first = np.stack([book.objective(d, n0) for d in alive])
    means = first.mean(axis=1)
    size = max(abs(float(means.max())), 1e-9 * float(np.abs(means).max()), 1e-300)
    rule = screen(first, effort.delta * size, min(alpha, 0.9 * (1.0 - 1.0 / len(alive))))
    left = np.ones(len(alive), dtype=np.bool_)
    r = n0
    while True:
        means = np.array([float(book.objective(d, r).mean()) if keep else -np.inf
                          for d, keep in zip(alive, left, strict=True)])  # fmt: skip
        left = rule.survivors(means, r, left)
        if left.sum() <= 1 or r >= effort.most:
            break
        r = min(effort.most, r + 2)
        yield from _ask(book, [d for d, keep in zip(alive, left, strict=True) if keep], r)
    remaining = [d for d, keep in zip(alive, left, strict=True) if keep]
    remaining = _keeping(book, remaining, r) or alive
    return min(remaining, key=lambda d: (book.rank(d), d.settings))


def _ask(book: Book, designs: Iterable[Design], replications: int) -> Search:
    asked = [(d, range(replications)) for d in designs if book.count(d) < replications]
    if asked:
        told = yield asked
        book.enter(asked, told)
    return None


def _keeping(book: Book, designs: Sequence[Design], r: int) -> list[Design]:
    """Those that keep to the requirements; where none does, the one that is nearest to it."""
    if not designs or not book.requirements:
        return list(designs)
    excess = {d: book.excess(d, r) for d in designs}
    least = min(excess.values())
    return [d for d in designs if excess[d] <= max(0.0, least)]


def neighbourhood(
    space: Space,
    book: Book,
    starts: Sequence[Design],
    effort: Effort,
    *,
    score: Score | None = None,
    possible: Callable[[Design], bool] = lambda _: True,
) -> Search:
    """Multi-start neighbourhood search, every neighbourhood screened by a contest.

    The starts are screened first. From the best of them, neighbours (`Space.neighbours`) are
    tried a few at a time, those first that ``score`` thinks most of; where one wins, the search
    goes there. Where none does it goes on from the next start not met on the way.
    """
    met: set[Design] = set()
    found: Design | None = None
    waiting = [d for d in dict.fromkeys(starts) if possible(d)]
    champion = yield from contest(book, waiting, effort)
    for _ in range(effort.starts):
        if champion is None:
            return found
        centre: Design = champion
        met.add(centre)
        while True:
            near = [d for d in space.neighbours(centre) if d not in met]
            if score is not None:
                near = _ordered([d for d in near if possible(d)], score)
            winner = yield from _leave(book, centre, near, met, effort, possible)
            if winner == centre:
                break
            centre = winner
        rivals = [centre] if found is None else [found, centre]
        found = yield from contest(book, rivals, effort)
        left = [d for d in waiting if d not in met]
        champion = min(left, key=lambda d: (book.rank(d), d.settings)) if left else None
    return found


def _leave(
    book: Book,
    centre: Design,
    near: Sequence[Design],
    met: set[Design],
    effort: Effort,
    possible: Callable[[Design], bool],
) -> Generator[Asked, list[Floats], Design]:
    """The first winner over the centre among its neighbours, a few at a time; else the centre."""
    for start in range(0, len(near), effort.width):
        few = [d for d in near[start : start + effort.width] if possible(d)]
        met.update(few)
        winner = yield from contest(book, [centre, *few], effort)
        if winner is not None and winner != centre:
            return winner
    return centre


def _ordered(designs: Sequence[Design], score: Score | None) -> list[Design]:
    """Most promising first; what has no score keeps its order behind them."""
    if score is None:
        return list(designs)
    scored = [(score(d), d) for d in designs]
    known = [(s, d) for s, d in scored if s is not None]
    rest = [d for s, d in scored if s is None]
    return [d for _, d in sorted(known, key=lambda pair: (-pair[0], pair[1].settings))] + rest


def climb(
    space: Space,
    score: Score,
    start: Design,
    possible: Callable[[Design], bool],
    enough: Callable[[], bool],
) -> Design:
    """The best design by ``score`` that single moves lead to from ``start``, without any
    replication; ``enough`` says when to look no further.
    """
    centre, height = start, score(start)
    while not enough():
        near = [d for d in space.neighbours(centre) if possible(d)]
        scored = [(s, d) for d in near if (s := score(d)) is not None]
        if not scored:
            return centre
        top, design = max(scored, key=lambda pair: (pair[0], pair[1].settings))
        if height is not None and top - height <= 1e-9 * abs(height):
            return centre
        centre, height = design, top
    return centre
