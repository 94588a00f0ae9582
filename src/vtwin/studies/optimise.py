"""Which reallocation of equipment and staff is best, how sure that is, and what it costs.

Stages: (0) free estimates give starts and, where one is proven, a bound; (1) a neighbourhood
search screened by KN under common random numbers; (2) selection among the designs kept: OCBA
where replications are budgeted, KN on fresh seeds where a guarantee is wanted; (3) confirmation
on seeds nobody has looked at. What is reported of a design was measured in (3) and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vtwin.base.errors import Problem, Refused
from vtwin.results.elements import entry_of
from vtwin.results.statistics import Interval, interval, paired
from vtwin.scenario.decisions import Design, Goal, Reallocation
from vtwin.studies.ascent import Guide, ascend
from vtwin.studies.ceiling import Ceiling, ceiling
from vtwin.studies.estimates import OUTPUT, Estimate, demand, estimate
from vtwin.studies.evaluator import Evaluator, Floats
from vtwin.studies.plan import moves, undone
from vtwin.studies.requirements import Judged, judged, margins, passes, verdict
from vtwin.studies.search import Book, Effort, Search, climb, neighbourhood
from vtwin.studies.selection import ocba, screen, shortfall
from vtwin.studies.sequencing import Advice
from vtwin.studies.space import Space, refuse_contradiction
from vtwin.studies.wording import difference

#: Fewer replications than this tell nothing.
LEAST_BUDGET = 40
#: Seeds of selection and of confirmation, counted from that of the search.
SELECTION, CONFIRMATION = 1, 2
_MOST_ESTIMATES = 1_500
_RANDOM_STARTS = 6
_BEST_STARTS = 6
#: Without a budget the search follows this many starts to their end.
_STARTS = 3
_MOST_STAGES = 400
#: Shares that cannot be more than all.
SHARES_TO_RAISE = ("on_time", "availability", "quality_ratio", "oee")
#: What is nothing at best.
_NOT_NEGATIVE = ("tardiness_s",)

#: What is being done, and the best so far with its mean.
OnProgress = Callable[[str, int, "Design | None", float | None], None]


@dataclass(frozen=True)
class Wish:
    """What is asked of a study. ``budget``: replications in all, None for a guarantee;
    ``confirm``: replications on fresh seeds; ``kept``: designs that reach the selection.
    """

    seed: int
    budget: int | None = None
    confirm: int = 20
    kept: int = 5
    confidence: float = 0.95


@dataclass(frozen=True)
class Row:
    """A design kept: what it changes, known beforehand and measured on fresh seeds.

    ``gain`` is the paired difference of the goal from today's plant; ``figures`` are intervals
    of goals and requirements; ``seen`` the mean of the search, which chose and so flatters.
    """

    design: Design
    amounts: Mapping[str, float]
    figures: Mapping[str, Interval]
    gain: Interval | None
    seen: float
    replications: int
    keeps: bool  # the means keep to the requirements
    judged: tuple[Judged, ...] = ()  # each requirement, from the same replications


@dataclass(frozen=True)
class Stage0:
    """What was known before any replication."""

    method: str
    starts: tuple[Design, ...]
    estimated: int
    bound: float | None  # of the goal, over designs that were estimated
    proven: bool  # holds for every design of the space
    reason: str = ""  # why there is no bound


@dataclass(frozen=True)
class Outcome:
    """The answer. ``rows`` are the designs kept, the chosen one first; ``shortfall`` by how much
    the best of them is better at most.
    """

    goal: Goal
    today: Row
    rows: tuple[Row, ...]
    sentence: str
    stage0: Stage0
    size: int
    simulated: int  # designs
    spent: int  # replications, in all stages
    shortfall: float | None
    gap: float | None  # relative, between the chosen one and the bound
    confidence: float
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> Row:
        """The design chosen."""
        return self.rows[0]


@dataclass
class Optimiser:
    """One study: drives a search with an evaluator until the answer or the budget is there."""

    reallocation: Reallocation
    evaluator: Evaluator
    wish: Wish
    on_progress: OnProgress | None = None
    search: Callable[[Optimiser, Sequence[Design]], Search] | None = None  # None: neighbourhood
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        real = self.reallocation
        self.space = Space(real.decisions, real.limits)
        self.goal = real.goals[0]
        self.book = Book(self.evaluator.figures, self.goal, real.requirements, real.amounts)
        self.advice: Advice | None = None
        if real.orders is not None:
            self.advice = Advice(real, real.orders, self.space, self.evaluator.program)
        self.scores: dict[Design, Estimate] = {}
        self.pruned: Design | None = None
        self.floor = -math.inf  # of the goal: what is proven to be below is not simulated
        self.ruled_out: set[Design] = set()
        self.doubtful: list[Design] = []  # shown beside, never chosen
        self.second = self.evaluator.fresh(self.wish.seed + SELECTION)
        self.third = self.evaluator.fresh(self.wish.seed + CONFIRMATION)

    @property
    def replications_at_first(self) -> int:
        """Replications a design gets before anything is said of it."""
        return self._effort().n0

    # --- the study -------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Search, select, confirm. Interrupted, the best so far is the answer.

        Raises:
            Refused: V393 no feasible design; V581 no budget; V583 nothing that can run.
            KeyboardInterrupt: stopped before any design was simulated.
        """
        budget = self.wish.budget
        if budget is not None and budget < LEAST_BUDGET:
            what = f"a budget of {budget} replications tells nothing"
            raise Refused(Problem("V581", what, hint=f"give at least {LEAST_BUDGET}"))
        refuse_contradiction(self.space, self.reallocation.places)
        self._check_today()
        stage0 = self._stage0()
        try:
            self._drive(self._start_search(stage0))
            if self.ruled_out:
                self.notes.append(
                    f"{len(self.ruled_out)} designs were not simulated: what they can make at "
                    "most is proven to be less than the best seen makes"
                )
            self._prune()
            kept = self._cheapest_first(self._select())
            return self._confirm(kept, stage0)
        except KeyboardInterrupt:
            if not self.book.rows:
                raise
            return self._unconfirmed(stage0)

    def _check_today(self) -> None:
        try:
            self.evaluator.program(self.reallocation.today)
        except Refused as refused:
            told = Problem("V583", "today's plant cannot run")
            raise Refused([told, *refused.problems]) from refused

    def total(self) -> int:
        """Replications spent in all stages."""
        return self.evaluator.spent + self.second.spent + self.third.spent

    def recalled(self) -> int:
        """How many of them were found in the store."""
        evaluators = (self.evaluator, self.second, self.third)
        return sum(e.recalled for e in evaluators)

    # --- stage 0 ---------------------------------------------------------------------------

    def _estimate(self, design: Design) -> Estimate:
        known = self.scores.get(design)
        if known is None:
            if self.advice is not None and self.goal.measured:
                known = self.advice.estimate(design)
            else:
                known = estimate(self.evaluator.program(design), self.goal.kpi)
            self.scores[design] = known
        return known

    def _score(self, design: Design) -> float | None:
        found = self._estimate(design).score
        return None if found is None else found * self._direction()

    def _direction(self) -> float:
        """Estimates say how good output is; a goal to make little of it turns them round."""
        output = self.goal.kpi.rpartition(".")[2] in ("good_per_day", "throughput_per_h")
        return self.goal.sign if output else 1.0

    def _stage0(self) -> Stage0:
        self._tell("estimating", None)
        today = self.reallocation.today
        near = self.space.nearest(today)
        if self.advice is None:
            top = ceiling(self.space, today, self.evaluator.program)
        else:
            begun = tuple(self.advice.starts())
            why = "what orders in another sequence could make is not bounded"
            top = Ceiling(None, begun, self.advice.method, why)
            near = self.advice.as_today() or near
            self.notes += self.advice.notes
        lots = self.space.sample(_RANDOM_STARTS, self.wish.seed)
        first = self._estimate(today)
        useful = first.score is not None and self.goal.measured
        found = [near, *lots, *top.designs] if useful else [near, *top.designs, *lots]
        if self.advice is not None:
            found = [*top.designs[:1], near, *top.designs[1:], *lots]
        starts = [d for d in dict.fromkeys(found) if d is not None and self.evaluator.possible(d)]
        if useful:
            operations = len(self.evaluator.program(today).operations)
            runs = 1 if self.advice is None else len(self.advice.twin.paces)
            most = max(60, _MOST_ESTIMATES // (1 + operations // 5) // runs)
            starts = self._climbed(starts, most)
        if not starts:
            raise Refused(Problem("V583", "no design tried can run", hint="widen a range"))
        bound, why = self._bound(top)
        method = "; ".join(part for part in (top.method, first.method) if part)
        return Stage0(method, tuple(starts), len(self.scores), bound, bound is not None, why)

    def _climbed(self, starts: Sequence[Design], most: int) -> list[Design]:
        """Tops that single moves lead to, and the best designs seen on the way; then the
        starts themselves.
        """

        def enough() -> bool:
            return len(self.scores) >= most

        for start in starts:
            climb(self.space, self._score, start, self.evaluator.possible, enough)
        kept = [d for d in self.scores if self.space.kept(d)]
        scored = [(s, d) for d in kept if (s := self._score(d)) is not None]
        ranked = [d for _, d in sorted(scored, key=lambda p: (-p[0], p[1].settings))]
        return list(dict.fromkeys([starts[0], *ranked[:_BEST_STARTS], *starts[1:3]]))

    def _bound(self, top: Ceiling) -> tuple[float | None, str]:
        """What no design is better than in the long run, in the goal's unit, or None and why."""
        goal = self.goal
        figure = goal.kpi.rpartition(".")[2]
        if not goal.measured:
            return self._known_bound(top)
        if goal.kpi in OUTPUT and goal.sign > 0:
            return self._output_bound(top)
        if figure == "lead_time_s" and goal.sign < 0:
            owner = goal.kpi.split(".", 1)[1].rpartition(".")[0] if "." in goal.kpi else None
            raw = [s for name, s in top.raw_s.items() if owner in (None, name)]
            if raw and min(raw) > 0.0:
                return min(raw), ""
            return None, top.reason or "no time of work that every piece needs is known"
        if figure in SHARES_TO_RAISE and goal.sign > 0:
            return 1.0, ""
        if figure in _NOT_NEGATIVE and goal.sign < 0:
            return 0.0, ""
        return None, f"what {goal.kpi} could be at best is not known of any plant before a run"

    def _output_bound(self, top: Ceiling) -> tuple[float | None, str]:
        """What is asked for, where that is not decided, and what there is time for."""
        paths = [path for path, _ in self.space.slots]
        asked = math.inf
        if not any(path.startswith(("orders", "products", "run")) for path in paths):
            asked = demand(self.evaluator.program(self.reallocation.today))
        found = min(asked, math.inf if top.most is None else top.most)
        if not math.isfinite(found):
            return None, top.reason
        return (found if self.goal.kpi == "good_per_day" else found / 24.0), ""

    def _known_bound(self, top: Ceiling) -> tuple[float | None, str]:
        """The least that is to be paid, or changed, by any design."""
        from vtwin.studies.ceiling import least

        if self.goal.sign > 0:
            return None, f"the most {self.goal.kpi} can be is not reckoned"
        found = least(self.space, self.reallocation.amounts[self.goal.kpi])
        return found, "" if found is not None else "its least sum was not solved"

    def _proven(self, design: Design) -> float | None:
        """What a design makes at most in the long run; None where that is not proven, or not
        what is looked for.
        """
        if self.goal.kpi not in OUTPUT or self.goal.sign < 0:
            return None
        most = self._estimate(design).most
        if most is None:
            return None
        return most if self.goal.kpi == "good_per_day" else most / 24.0

    def _worth_a_run(self, design: Design) -> bool:
        """Whether a design is a plant, and not proven to be worse than the best seen."""
        if not self.evaluator.possible(design):
            return False
        if self.floor == -math.inf:
            return True
        most = self._proven(design)
        if most is None or most >= self.floor:
            return True
        self.ruled_out.add(design)
        return False

    def _raise_floor(self) -> None:
        """What the best seen reaches at least, four standard errors and a difference that does
        not matter below its mean.
        """
        if self.goal.kpi not in OUTPUT or self.goal.sign < 0:
            return
        for design in self.book.best(least=self.replications_at_first)[:1]:
            if self.book.excess(design) > 0.0:
                return
            values = self.book.objective(design)
            mean = float(values.mean())
            error = float(values.std(ddof=1)) / math.sqrt(len(values))
            self.floor = max(self.floor, mean - 4.0 * error - self.goal.within * abs(mean))

    # --- stage 1 ---------------------------------------------------------------------------

    def _start_search(self, stage0: Stage0) -> Search:
        if self.search is not None:
            return self.search(self, stage0.starts)
        useful = self._estimate(self.reallocation.today).score is not None and self.goal.measured
        effort = self._effort()
        few = len(stage0.starts)
        if self.wish.budget is not None:  # half of it must be left for what the starts lead to
            few = max(2, int(0.8 * self._left()) // (2 * effort.n0))
        starts = stage0.starts[:few]
        return self.guided(starts) if not useful else self.scored(starts)

    def scored(self, starts: Sequence[Design]) -> Search:
        """The neighbourhood search in the order of the estimates."""
        effort, possible = self._effort(), self._worth_a_run
        return neighbourhood(
            self.space, self.book, starts, effort, score=self._score, possible=possible
        )

    def guided(self, starts: Sequence[Design]) -> Search:
        """Large steps where the plant is busiest, then the neighbourhood search from there."""
        effort, possible = self._effort(), self._worth_a_run
        guide = self._guide()
        top = yield from ascend(guide, starts, effort, possible, self.wish.seed)
        further = sorted(starts, key=lambda d: (self.book.rank(d), d.settings))
        begun = further if top is None else [top, *further[:1]]
        return (yield from neighbourhood(self.space, self.book, begun, effort, possible=possible))

    def _guide(self) -> Guide:
        """What says how busy the owner of a path is; measured from here on."""
        program = self.evaluator.program(self.reallocation.today)
        busy = {f"equipment.{e}.": f"equipment.{e}.utilisation"
                for e in dict.fromkeys(entry_of(m.name) for m in program.machines)}  # fmt: skip
        busy |= {f"people.{g}.": f"people.{g}.busy" for g in program.groups}
        owners = {
            path: name
            for path, _ in self.space.slots
            for prefix, name in busy.items()
            if path.startswith(prefix)
        }
        figures = tuple(dict.fromkeys([*self.evaluator.figures, *owners.values()]))
        self.evaluator.figures = self.book.figures = figures
        return Guide(self.space, self.book, owners, self.reallocation.amounts.get("cost"))

    def _effort(self) -> Effort:
        budget = self.wish.budget
        within = self.goal.within
        if budget is None:
            return Effort(n0=10, most=60, width=10, starts=_STARTS, delta=within)
        n0 = 8 if budget >= 200 else 5 if budget >= 80 else 4
        return Effort(n0=n0, most=3 * n0, width=6, starts=_STARTS, delta=within)

    def _reserve(self) -> int:
        """Replications held back for confirmation."""
        return self._confirming() * (self._keeping() + 1)

    def _confirming(self) -> int:
        budget = self.wish.budget
        if budget is None:
            return self.wish.confirm
        return max(5, min(self.wish.confirm, budget // (4 * (self._keeping() + 1))))

    def _keeping(self) -> int:
        budget = self.wish.budget
        return self.wish.kept if budget is None or budget >= 300 else min(3, self.wish.kept)

    def _left(self) -> float:
        """Replications the search and the selection may still spend."""
        if self.wish.budget is None:
            return math.inf
        return self.wish.budget - self._reserve() - self.evaluator.spent - self.second.spent

    @property
    def _alpha_each(self) -> float:
        """Probability of error of the verdict on one requirement of one design."""
        number = max(1, len(self.reallocation.requirements))
        return (1.0 - self.wish.confidence) / 2.0 / number

    @property
    def _alpha(self) -> float:
        """Probability of error that the choice may have; the requirements take the other half."""
        whole = 1.0 - self.wish.confidence
        return whole / 2.0 if self.reallocation.requirements else whole

    def _drive(self, search: Search) -> None:
        """Give the search what it asks for, until it ends or 70 % of its budget is gone."""
        budget = self.wish.budget
        for_selection = 0 if budget is None else round(0.2 * (budget - self._reserve()))
        told: list[Floats] | None = None
        while True:
            try:
                asked = search.send(told) if told is not None else next(search)
            except StopIteration:
                return
            fresh = sum((design, r) not in self.evaluator.asked for design, rs in asked for r in rs)
            if fresh > self._left() - for_selection:
                search.close()
                return
            told = self.evaluator.values(asked)
            for (design, _), rows in zip(asked, told, strict=True):
                if self.book.count(design) < len(rows):
                    self.book.rows[design] = rows
            self._raise_floor()
            self._tell("searching", self.book)

    # --- stage 2 ---------------------------------------------------------------------------

    def _prune(self) -> None:
        """Take moves out of the best design that bring nothing: what is left costs less to do
        and comes first as long as the difference does not matter.
        """
        ranked = self.book.best()
        if not ranked or not self.goal.measured or self.book.excess(ranked[0]) > 0.0:
            return
        full = ranked[0]
        n = min(10, self.book.count(full))
        size = float(self.book.objective(full, n).mean())
        floor = size - self.goal.within * abs(size)
        here = full
        for move in moves(self.reallocation, full):
            without = undone(here, move)
            if not self.space.kept(without) or not self.evaluator.possible(without):
                continue
            asked = [(without, range(n))]
            fresh = sum((without, r) not in self.evaluator.asked for r in range(n))
            if fresh > self._left() - self._keeping():
                return
            self.book.enter(asked, self.evaluator.values(asked))
            kept = self.book.excess(without) == 0.0
            if kept and float(self.book.objective(without)[:n].mean()) >= floor:
                here = without
        if here != full:
            self.pruned = here

    def _select(self) -> list[Design]:
        """The designs kept, the chosen one first."""
        ranked = self.book.best()
        keeping = [d for d in ranked if self.book.excess(d) == 0.0] or ranked[:1]
        kept = keeping[: self._keeping()]
        if self.pruned is not None and self.pruned not in kept:
            kept = [*kept[: self._keeping() - 1], self.pruned]
        if self.reallocation.requirements:
            kept = self._with_a_safe_one(kept, keeping)
            kept = self._passing(kept)
        if len(kept) < 2:
            return kept
        return self._by_ocba(kept) if self.wish.budget is not None else self._by_kn(kept)

    def _with_a_safe_one(self, kept: list[Design], keeping: Sequence[Design]) -> list[Design]:
        """Where every design kept is at the edge of a requirement, the best of those that are
        not takes the last place.
        """

        def safe(design: Design) -> bool:
            rows = self.book.rows[design]
            return all(
                judged(r, rows[:, self.book.figures.index(r.kpi)], 0.05).call in ("meets", "always")
                for r in self.reallocation.requirements
            )

        if any(safe(design) for design in kept):
            return kept
        one = next((d for d in keeping[len(kept) :] if safe(d)), None)
        return kept if one is None else [*kept[: self._keeping() - 1], one]

    def _passing(self, kept: list[Design]) -> list[Design]:
        """Those that keep to the requirements by the sequential check on fresh seeds; where none
        does, the one whose means are nearest. Undecided ones stay as long as their means do.
        """
        book = Book(self.second.figures, self.goal, self.book.requirements, self.book.amounts)
        calls: dict[Design, bool | None] = dict.fromkeys(kept)
        allowed = math.inf if self.wish.budget is None else 0.6 * self._left()
        n0 = 10 if allowed >= 10 * len(kept) else 5
        begun, r = self.second.spent, n0
        alpha = (1.0 - self.wish.confidence) / 2.0 / len(kept)
        while True:
            open_ = [d for d in kept if calls[d] is None]
            fresh = sum(r - book.count(d) for d in open_)
            if not open_ or r > _MOST_STAGES // 2:
                break
            if self.second.spent - begun + fresh > allowed:
                break
            asked = [(d, range(r)) for d in open_]
            book.enter(asked, self.second.values(asked))
            self._tell("checking requirements", book)
            for design in open_:
                rows = book.rows[design]
                pairs = [
                    (q, rows[:, book.figures.index(q.kpi)]) for q in self.reallocation.requirements
                ]
                calls[design] = passes(pairs, self.goal.within, alpha, n0)
            r += 5
        right = [d for d in kept if calls[d]]
        likely = [d for d in kept if calls[d] is None and (
            d not in book.rows or book.excess(d) == 0.0)]  # fmt: skip
        if len(likely) + len(right) < len(kept):
            wrong = len(kept) - len(likely) - len(right)
            self.notes.append(
                f"{wrong} of {len(kept)} designs kept did not keep to the requirements on fresh "
                "seeds and were left out"
            )
        if right or likely:
            # what was shown is chosen from; what was not, only where nothing was
            self.doubtful = likely if right else []
            return right or likely
        nearest = min(kept, key=lambda d: (book.excess(d) if d in book.rows else 0.0,
                                           kept.index(d)))  # fmt: skip
        return [nearest]

    def _cheapest_first(self, kept: list[Design]) -> list[Design]:
        """Of those whose difference from the best does not matter, the one that is best by the
        further goals known beforehand; where none is declared, the cheaper, then the one that
        changes less.
        """
        further = [goal for goal in self.reallocation.goals[1:] if not goal.measured]
        if not kept or not self.goal.measured:
            return kept
        further = further or [Goal("cost", "minimise"), Goal("changes", "minimise")]
        means = {d: self.book.level(d) for d in kept}
        floor = means[kept[0]] - self.goal.within * abs(means[kept[0]])
        alike = [d for d in kept if means[d] >= floor]

        def price(design: Design) -> tuple[float, ...]:
            amounts = self.reallocation.amounts
            return tuple(-goal.sign * amounts[goal.kpi].amount(design) for goal in further)

        chosen = min(alike, key=lambda d: (price(d), kept.index(d)))
        return [chosen, *(d for d in kept if d is not chosen)]

    def _by_ocba(self, kept: list[Design]) -> list[Design]:
        """Spend what is left where it tells most; deviations are of differences from the best,
        which is what common random numbers make small.
        """
        while self._left() >= len(kept):
            least = min(self.book.count(d) for d in kept)
            rows = np.stack([self.book.objective(d, least) for d in kept])
            means = np.array([self.book.level(d) for d in kept])
            best = int(np.argmax(means))
            apart = (rows - rows[best]).std(axis=1, ddof=1)
            apart[best] = max(float(np.delete(apart, best).max()), 1e-12)
            made = sum(self.book.count(d) for d in kept)
            step = int(min(self._left(), max(2 * len(kept), 0.25 * self._left())))
            wanted = ocba(means, apart, made + step)
            asked = []
            room = step
            for design, number in zip(kept, wanted, strict=True):
                more = min(room, max(0, number - self.book.count(design)))
                if more:
                    asked.append((design, range(self.book.count(design) + more)))
                    room -= more
            if not asked:
                return sorted(kept, key=lambda d: (self.book.rank(d), d.settings))
            self.book.enter(asked, self.evaluator.values(asked))
            self._tell("selecting", self.book)
        return sorted(kept, key=lambda d: (self.book.rank(d), d.settings))

    def _by_kn(self, kept: list[Design]) -> list[Design]:
        """KN on fresh seeds, so that what the search saw does not count twice."""
        book = Book(self.second.figures, self.goal, self.book.requirements, self.book.amounts)
        n0 = 10

        def run(designs: Sequence[Design], r: int) -> None:
            asked = [(d, range(r)) for d in designs]
            book.enter(asked, self.second.values(asked))
            self._tell("selecting", book)

        run(kept, n0)
        first = np.stack([book.objective(d, n0) for d in kept])
        means = first.mean(axis=1)
        size = max(abs(float(means.max())), 1e-9 * float(np.abs(means).max()), 1e-300)
        rule = screen(first, self.goal.within * size, self._alpha)
        left = np.ones(len(kept), dtype=np.bool_)
        r = n0
        while True:
            means = np.array([float(book.objective(d).mean()) for d in kept])
            left = rule.survivors(np.where(left, means, -np.inf), r, left)
            if left.sum() == 1 or r >= min(_MOST_STAGES, rule.enough()):
                break
            r = min(_MOST_STAGES, r + max(1, r // 10))  # fewer looks err less often
            run([d for d, keep in zip(kept, left, strict=True) if keep], r)
        if left.sum() > 1 and r < rule.enough():
            self.notes.append(
                f"after {r} fresh replications each, {int(left.sum())} designs could not be told "
                "apart; the one with the best mean is shown"
            )
        best = max(range(len(kept)), key=lambda i: (left[i], means[i]))
        rest = [d for i, d in enumerate(kept) if i != best]
        return [kept[best], *rest]

    # --- stage 3 ---------------------------------------------------------------------------

    def _confirm(self, kept: list[Design], stage0: Stage0) -> Outcome:
        """Measure the chosen one, its rivals and today's plant on seeds not looked at yet."""
        number = self._confirmations(kept)
        today = self.reallocation.today
        listed = [*kept, *self.doubtful]
        asked = [(d, range(number)) for d in dict.fromkeys([today, *listed])]
        book = Book(self.third.figures, self.goal, self.book.requirements, self.book.amounts)
        book.enter(asked, self.third.values(asked))
        self._tell("confirming", book)
        rows = tuple(self._row(d, book, today) for d in listed)
        values = np.stack([book.objective(d) for d in kept])
        short = shortfall(values, 0, 1.0 - self._alpha)
        return self._outcome(rows, self._row(today, book, today), stage0, short)

    def _confirmations(self, kept: Sequence[Design]) -> int:
        """Replications of the confirmation. Where something is required, as many as the seeds of
        the selection say are needed to show it, up to five times what was wished for.
        """
        number = self._confirming()
        rows = [self.second.found[d, r] for d, r in self.second.asked if kept and d == kept[0]]
        if not self.reallocation.requirements or len(rows) < 5:
            return number
        wanted = number
        values = np.array(rows)
        for one in self.reallocation.requirements:
            column = values[:, self.second.figures.index(one.kpi)]
            for margin in margins(one, column):
                mean, spread = float(margin.mean()), float(margin.std(ddof=1))
                if mean > 0.0:
                    wanted = max(wanted, math.ceil((3.3 * spread / mean) ** 2))
        most = 5 * number
        if self.wish.budget is not None:
            most = max(
                number, (self.wish.budget - self.total()) // (len(kept) + len(self.doubtful) + 1)
            )
        return min(wanted, most)

    def _unconfirmed(self, stage0: Stage0) -> Outcome:
        today = self.reallocation.today
        kept = self.book.best()[: self._keeping()]
        rows = tuple(self._row(d, self.book, today) for d in kept)
        if today in self.book.rows:
            shown = self._row(today, self.book, today)
        else:  # stopped before it was simulated
            shown = Row(today, self._amounts(today), {}, None, math.nan, 0, True)
        return self._outcome(rows, shown, stage0, None)

    def _amounts(self, design: Design) -> dict[str, float]:
        """What is known of a design without any run."""
        return {name: limit.amount(design) for name, limit in self.reallocation.amounts.items()}

    def _row(self, design: Design, book: Book, today: Design) -> Row:
        own = book.rows[design]
        names = {goal.kpi for goal in self.reallocation.goals if goal.measured}
        names |= {requirement.kpi for requirement in self.reallocation.requirements}
        confidence = self.wish.confidence
        figures = {
            name: interval(_plain(own[:, index]), "", confidence)
            for index, name in enumerate(book.figures)
            if name in names
        }
        gain = None
        if today in book.rows and design != today:
            n = min(len(own), book.count(today))
            a, b = (self.goal.sign * book.objective(d, n) for d in (today, design))
            gain = paired(_plain(a), _plain(b), self.goal.unit, confidence)
        searched = self.book.rows.get(design)
        seen = math.nan if searched is None else float(self.book.objective(design).mean())
        return Row(
            design,
            self._amounts(design),
            figures,
            gain,
            seen * self.goal.sign,
            len(own),
            book.excess(design) == 0.0,
            tuple(
                judged(r, own[:, book.figures.index(r.kpi)], self._alpha_each)
                for r in self.reallocation.requirements
            ),
        )

    def _outcome(
        self, rows: tuple[Row, ...], today: Row, stage0: Stage0, short: float | None
    ) -> Outcome:
        best = rows[0].figures.get(self.goal.kpi)
        gap = self._gap(stage0, rows[0], None if best is None else best.mean)
        return Outcome(
            goal=self.goal,
            today=today,
            rows=rows,
            sentence=self._sentence(rows, short, gap, stage0),
            stage0=stage0,
            size=self.space.size,
            simulated=len(self.book.rows),
            spent=self.total(),
            shortfall=short,
            gap=gap,
            confidence=self.wish.confidence,
            interrupted=short is None,
            notes=tuple(self.notes),
        )

    def _gap(self, stage0: Stage0, row: Row, mean: float | None) -> float | None:
        """How much better than the chosen design any may be at most, relative to it."""
        found = row.amounts[self.goal.kpi] if not self.goal.measured else mean
        if stage0.bound is None or found is None:
            return None
        if found == stage0.bound:
            return 0.0
        if found == 0.0:
            return None
        return max(0.0, self.goal.sign * (stage0.bound - found) / abs(found))

    def _sentence(
        self, rows: Sequence[Row], short: float | None, gap: float | None, stage0: Stage0
    ) -> str:
        """What is guaranteed, and what is not."""
        if short is None:
            return (
                "stopped before the choice was confirmed: the best seen so far, whose figures are "
                "those that chose it and so flatter; nothing is guaranteed"
            )
        sure = self.wish.confidence
        kept = len(rows) - len(self.doubtful)
        said = guarantee(sure, short, self.goal.unit, kept, gap, stage0.reason)
        return "; ".join([said, *(verdict(one, sure) for one in rows[0].judged)])

    def _tell(self, what: str, book: Book | None) -> None:
        if self.on_progress is None:
            return
        best = next(iter(book.best()), None) if book is not None and book.rows else None
        mean = None
        if book is not None and best is not None:
            mean = float(book.objective(best).mean()) * self.goal.sign + 0.0
        spent = self.total()
        self.on_progress(what, spent, best, mean)


def guarantee(
    confidence: float, delta: float, unit: str, kept: int, gap: float | None, why: str = ""
) -> str:
    """What may be said of a choice, and no more."""
    within = difference(delta, unit)
    said = (
        f"with at least {100 * confidence:.3g} % the chosen design is within {within} of the best "
        f"of the {kept} designs kept; against designs never simulated only the bound gap is known"
    )
    if gap is None:
        return f"{said} (here: no bound{f', {why}' if why else ''})"
    return f"{said} (here: {100 * gap:.3g} %)"


def _plain(values: Floats) -> list[float | None]:
    return [None if math.isnan(v) else float(v) for v in values]
