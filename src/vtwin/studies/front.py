"""Several goals at once: the designs of which none is better in everything, and how sure that is.

Candidates come from the epsilon-constraint method (Haimes, Lasdon and Wismer, IEEE Transactions
on Systems, Man and Cybernetics 1, 1971): the first goal is improved while each further goal is
held to several levels. Candidates that no other dominates by what the search saw are simulated
anew under common random numbers; goals known beforehand (cost) need no replications.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vtwin.results.statistics import Interval, interval, t_quantile
from vtwin.scenario.decisions import Design, Goal, Limit, Reallocation, Requirement
from vtwin.studies.evaluator import Evaluator, Floats
from vtwin.studies.search import Book, Effort, Score, neighbourhood
from vtwin.studies.selection import Mask
from vtwin.studies.space import Space

#: So many levels of each further goal between what is known of it.
LEVELS = 4
#: Designs that are simulated anew at most.
MOST_POINTS = 12


@dataclass(frozen=True)
class Point:
    """A design of the front. ``figures`` are intervals by goal; ``certain``: shown better than
    every other point in at least one goal, so none of them can dominate it; ``rivals`` are the
    points for which that could not be shown.
    """

    design: Design
    figures: Mapping[str, Interval]
    certain: bool
    rivals: tuple[int, ...]


@dataclass(frozen=True)
class Front:
    """Points by the first goal, best first; ``dropped`` were dominated by what was seen anew."""

    goals: tuple[Goal, ...]
    points: tuple[Point, ...]
    dropped: int
    replications: int  # of each point
    confidence: float


def undominated(means: Floats) -> list[int]:
    """Rows of (points, goals; larger is better) that no other row is at least as good as in all
    and better in one; of equal rows the first.
    """
    found = []
    for i, row in enumerate(means):
        better = np.all(means >= row, axis=1) & np.any(means > row, axis=1)
        twin = np.all(means[:i] == row, axis=1).any() if i else False
        if not better.any() and not twin:
            found.append(i)
    return found


def shown_better(values: Floats, confidence: float) -> Mask:
    """Whether i is shown to be better than j in at least one goal: [i, j], of (points,
    replications, goals; larger is better). One-sided paired intervals that all hold together
    (Bonferroni); a goal that does not vary is compared as it is.
    """
    k, n, goals = values.shape
    comparisons = max(1, k * (k - 1) * goals)
    quantile = t_quantile(1.0 - (1.0 - confidence) / comparisons, max(n - 1, 1))
    differences = values[:, None] - values[None, :]
    mean = differences.mean(axis=2)
    deviation = differences.std(axis=2, ddof=1) if n > 1 else np.full_like(mean, np.inf)
    size = np.maximum(np.abs(values).max(axis=(0, 1)), 1e-300)
    steady = deviation <= 1e-12 * size
    half = quantile * deviation / math.sqrt(n)
    better = np.where(steady, mean > 1e-12 * size, mean > half)
    found: Mask = better.any(axis=2)
    return found


def judge(
    designs: Sequence[Design], values: Floats, goals: Sequence[Goal], confidence: float = 0.95
) -> Front:
    """The front of designs measured together; ``values`` (designs, replications, goals) are in
    the goals' own direction.
    """
    signs = np.array([goal.sign for goal in goals])
    kept = undominated((values * signs).mean(axis=1))
    order = sorted(kept, key=lambda i: (-float(values[i, :, 0].mean()) * goals[0].sign,
                                        designs[i].settings))  # fmt: skip
    chosen = values[order]
    shown = shown_better(chosen * signs, confidence)
    points = []
    for row, index in enumerate(order):
        rivals = tuple(j for j in range(len(order)) if j != row and not shown[row, j])
        figures = {
            goal.kpi: interval([float(v) for v in chosen[row, :, g]], goal.unit, confidence)
            for g, goal in enumerate(goals)
        }
        points.append(Point(designs[index], figures, not rivals, rivals))
    return Front(tuple(goals), tuple(points), len(designs) - len(order),
                 values.shape[1], confidence)  # fmt: skip


@dataclass
class FrontSearch:
    """Looks for candidates with an evaluator, and measures the front with another."""

    reallocation: Reallocation
    evaluator: Evaluator
    budget: float = math.inf  # replications the search may still ask for
    score: Score | None = None
    seen: tuple[Design, ...] = ()

    def run(self, confirming: Evaluator, replications: int, confidence: float = 0.95) -> Front:
        """Candidates by levels of each further goal, then the front on fresh seeds."""
        real = self.reallocation
        end = self.evaluator.spent + self.budget
        books = {goal.kpi: self._book(goal, real.requirements) for goal in real.goals}
        first = real.goals[0]
        for goal in real.goals[1:]:
            for requirement, limit in self._levels(goal, books):
                book = self._book(first, (*real.requirements, *requirement))
                self._search((*real.limits, *limit), book, end)
                self._share(book, books)
        candidates = self._candidates(books)
        values = self._measured(confirming, candidates, replications)
        defined = [i for i in range(len(candidates)) if not np.isnan(values[i]).any()]
        return judge([candidates[i] for i in defined], values[defined], real.goals, confidence)

    def _book(self, goal: Goal, requirements: Sequence[Requirement]) -> Book:
        book = Book(self.evaluator.figures, goal, tuple(requirements), self.reallocation.amounts)
        counts: dict[Design, int] = {}
        for design, replication in self.evaluator.found:
            counts[design] = max(counts.get(design, 0), replication + 1)
        for design, count in counts.items():
            if all((design, r) in self.evaluator.found for r in range(count)):
                (book.rows[design],) = self.evaluator.values([(design, range(count))])
        return book

    def _share(self, book: Book, books: Mapping[str, Book]) -> None:
        for other in books.values():
            other.rows.update(book.rows)

    def _levels(
        self, goal: Goal, books: Mapping[str, Book]
    ) -> list[tuple[tuple[Requirement, ...], tuple[Limit, ...]]]:
        """Levels to hold a goal to, between the best and the worst seen of it."""
        book = books[goal.kpi]
        seen = [goal.sign * float(book.objective(d).mean()) for d in book.rows]
        seen = [value for value in seen if not math.isnan(value)]
        if goal.kpi == "cost":  # nothing spent is always a level
            seen.append(0.0)
        if not seen or min(seen) == max(seen):
            return []
        found: list[tuple[tuple[Requirement, ...], tuple[Limit, ...]]] = []
        for level in np.linspace(min(seen), max(seen), LEVELS + 2)[1:-1].tolist():
            low, high = (level, None) if goal.sign > 0 else (None, level)
            if goal.measured:
                found.append(((Requirement(goal.kpi, low, high),), ()))
            else:
                base = self.reallocation.amounts[goal.kpi]
                limit = replace(base, name=f"{goal.kpi} level", low=low, high=high)
                found.append(((), (limit,)))
        return found

    def _search(self, limits: Sequence[Limit], book: Book, end: float) -> None:
        space = Space(self.reallocation.decisions, tuple(limits))
        inside = [d for d in book.best() if space.kept(d)][:3]
        near = space.nearest(inside[0] if inside else self.reallocation.today)
        starts = list(dict.fromkeys([*inside, *([near] if near else [])]))
        if not starts:
            return
        effort = Effort(n0=5, most=15, width=6, starts=1, delta=book.goal.within)
        search = neighbourhood(
            space, book, starts, effort, score=self.score, possible=self.evaluator.possible
        )
        told: list[Floats] | None = None
        while True:
            try:
                asked = search.send(told) if told is not None else next(search)
            except StopIteration:
                return
            fresh = sum((d, r) not in self.evaluator.asked for d, rs in asked for r in rs)
            if self.evaluator.spent + fresh > end:
                search.close()
                return
            told = self.evaluator.values(asked)
            book.enter(asked, told)

    def _candidates(self, books: Mapping[str, Book]) -> list[Design]:
        """Designs that none dominates by the means seen; spread over the first goal where there
        are too many.
        """
        goals = self.reallocation.goals
        book = books[goals[0].kpi]
        space = Space(self.reallocation.decisions, self.reallocation.limits)
        known = [d for d in book.best() if book.excess(d) == 0.0 and space.kept(d)]
        means = np.array([
            [float(books[g.kpi].objective(d).mean()) for g in goals] for d in known
        ]).reshape(len(known), len(goals))  # fmt: skip
        known = [d for d, row in zip(known, means, strict=True) if not np.isnan(row).any()]
        means = means[~np.isnan(means).any(axis=1)]
        front = [known[i] for i in undominated(means)]
        listed = list(dict.fromkeys([*front, *(d for d in self.seen if d in known)]))
        if len(listed) > MOST_POINTS:
            picks = np.linspace(0, len(listed) - 1, MOST_POINTS).round().astype(int)
            listed = [listed[i] for i in dict.fromkeys(picks.tolist())]
        if self.reallocation.today not in listed:
            listed.append(self.reallocation.today)
        return listed

    def _measured(
        self, confirming: Evaluator, designs: Sequence[Design], replications: int
    ) -> Floats:
        told = confirming.values([(d, range(replications)) for d in designs])
        goals = self.reallocation.goals
        values = np.empty((len(designs), replications, len(goals)))
        for g, goal in enumerate(goals):
            for i, (design, rows) in enumerate(zip(designs, told, strict=True)):
                if goal.measured:
                    values[i, :, g] = rows[:, confirming.figures.index(goal.kpi)]
                else:
                    values[i, :, g] = self.reallocation.amounts[goal.kpi].amount(design)
        return values
