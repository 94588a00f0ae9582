"""Searches that come from elsewhere, behind the same ask/tell door as our own.

Each is a generator (:mod:`vtwin.studies.search`): it asks for figures of designs, is told them,
and is stopped, selected from and confirmed like the neighbourhood search. Proposals that no
limit allows cost nothing: the optimiser behind the door is told that they are not feasible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from vtwin.base.errors import Problem, Refused
from vtwin.scenario.decisions import Design
from vtwin.studies.search import Book, Search
from vtwin.studies.space import SMALL, Space

if TYPE_CHECKING:
    from vtwin.studies.optimise import Optimiser

#: Name -> (package that it needs, what it is).
KNOWN: Final = {
    "neighbourhood": (None, "neighbourhood search, every neighbourhood screened by KN"),
    "tpe": ("optuna", "tree-structured Parzen estimator of optuna"),
    "ga": ("pymoo", "genetic algorithm of pymoo"),
    "de": ("pymoo", "differential evolution of pymoo"),
    "random": (None, "feasible designs at random"),
}
#: Without a budget a search ends after so many designs that were no better.
PATIENCE: Final = 60
#: So many proposals without one that can be simulated end a search.
FRUITLESS: Final = 300
POPULATION: Final = 20

Make = Callable[["Optimiser", Sequence[Design]], Search]


def search(name: str) -> Make | None:
    """The search of this name as `Optimiser` takes it; None is the neighbourhood search.

    Raises:
        Refused: V586, there is no such search, or its package is not installed.
    """
    if name not in KNOWN:
        hint = "there are: " + ", ".join(KNOWN)
        raise Refused(Problem("V586", f"there is no search '{name}'", hint=hint))
    package, _ = KNOWN[name]
    if package is not None and find_spec(package) is None:
        what = f"the search '{name}' needs {package}, which is not installed"
        raise Refused(Problem("V586", what, hint=f"pip install 'vtwin[{package}]'"))
    if name == "tpe":
        from vtwin.studies.with_optuna import tpe

        return tpe
    if name in ("ga", "de"):
        from vtwin.studies import with_pymoo

        return with_pymoo.genetic if name == "ga" else with_pymoo.differential
    return at_random if name == "random" else None


@dataclass
class Door:
    """What a search from elsewhere needs to know of a study: designs as rows of positions, how
    far a design is from what is allowed, and when to end.
    """

    space: Space
    book: Book
    possible: Callable[[Design], bool]
    replications: int
    patience: int | None  # None: the budget ends it

    @classmethod
    def of(cls, study: Optimiser) -> Door:
        """The door of a study."""
        return cls(
            study.space,
            study.book,
            study.evaluator.possible,
            study.replications_at_first,
            PATIENCE if study.wish.budget is None else None,
        )

    @property
    def sizes(self) -> list[int]:
        """Number of values of every path."""
        return [len(decision.values) for _, decision in self.space.slots]

    def design(self, positions: Sequence[int]) -> Design:
        """The design that takes these values."""
        pairs = zip(self.space.slots, positions, strict=True)
        return Design(tuple((path, decision.values[int(at)]) for (path, decision), at in pairs))

    def positions(self, design: Design) -> list[int] | None:
        """Where a design's values are; None where one of them is none."""
        written = dict(design.settings)
        found = []
        for path, decision in self.space.slots:
            if written.get(path) not in decision.values:
                return None
            found.append(decision.values.index(written[path]))
        return found

    def violation(self, design: Design) -> float:
        """0 where a design is allowed and can run, else how much is amiss: a share of each
        limit by which it is passed, one for anything else.
        """
        total = 0.0
        for limit in self.space.limits:
            if not limit.kept(design):
                amount = limit.amount(design)
                bound = limit.high if limit.high is not None and amount > limit.high else limit.low
                total += abs(amount - (bound or 0.0)) / max(abs(bound or 0.0), 1.0)
        names = {limit.name for limit in self.space.limits}
        total += sum(name not in names for name in self.space.broken(design))
        return total if total or self.possible(design) else 1.0

    def value(self, design: Design) -> float:
        """Larger is better; a design that breaks a requirement is behind all that keep to it."""
        excess, minus = self.book.rank(design)
        if np.isinf(excess) or np.isinf(minus):
            return -1e300
        scale = max((abs(self.book.rank(d)[1]) for d in self.book.rows), default=1.0)
        finite = scale if np.isfinite(scale) else 1.0
        return -minus - 10.0 * finite * excess

    @cached_property
    def number(self) -> int:
        """Designs there are; of a space too large to list, those before any limit."""
        return self.space.size if self.space.size > SMALL else len(self.space.all())

    def ask(self, designs: Sequence[Design]) -> Search:
        """Have designs simulated that are not yet."""
        fresh = [d for d in dict.fromkeys(designs) if self.book.count(d) < self.replications]
        if fresh:
            asked = [(d, range(self.replications)) for d in fresh]
            told = yield asked
            self.book.enter(asked, told)
        return None

    def over(self) -> bool:
        """Whether so many designs after the best one were no better that it is time to end."""
        if len(self.book.rows) >= self.number:
            return True
        if self.patience is None or not self.book.rows:
            return False
        best = self.book.best()[0]
        return len(self.book.rows) - list(self.book.rows).index(best) > self.patience

    def best(self) -> Design | None:
        """The best so far."""
        return next(iter(self.book.best()), None)


def at_random(study: Optimiser, starts: Sequence[Design]) -> Search:
    """Feasible designs, each as likely as any other, without looking at what came of them."""
    door = Door.of(study)
    for design in lots(door, study.wish.seed):
        if door.over():
            break
        yield from door.ask([design])
    return door.best()


def lots(door: Door, seed: int) -> Iterator[Design]:
    """Different feasible designs drawn at random, until they get rare."""
    random = np.random.default_rng([seed, 17])
    met: set[Design] = set()
    fruitless = 0
    while fruitless < 50 * FRUITLESS:
        positions: npt.NDArray[Any] = random.integers(0, door.sizes)
        design = door.design(positions.tolist())
        if design in met or not door.space.kept(design) or not door.possible(design):
            fruitless += 1
            continue
        met.add(design)
        fruitless = 0
        yield design
