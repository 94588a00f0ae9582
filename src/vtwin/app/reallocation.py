"""The best reallocation of a scenario, as a plan, and saved as a variant."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtwin.app import runs, wording
from vtwin.app.scenarios import find
from vtwin.app.shelf import Keep, opened
from vtwin.base.errors import Problem, Refused

if TYPE_CHECKING:
    from vtwin.scenario.decisions import Design, OrderChoices, Reallocation
    from vtwin.studies.evaluator import Evaluator
    from vtwin.studies.front import Front
    from vtwin.studies.optimise import Outcome, Row
    from vtwin.studies.orders import Turn
    from vtwin.studies.plan import Move, Plan

#: Called with what is being done, replications spent and the best mean so far, in words.
Progress = Callable[[str, int, str | None], None]
#: The variant a plan is saved as.
PLAN = "plan"
#: Orders that are named one by one.
MOST_NAMED = 12


@dataclass(frozen=True)
class Reallocated:
    """The answer: designs kept, the chosen one as a plan, and where the variant was written."""

    file: Path
    name: str
    reallocation: Reallocation
    outcome: Outcome
    plan: Plan | None
    currency: str | None
    saved: Path | None
    text: str  # of the variant file
    front: Front | None = None
    further: int = 0  # replications for the plan's steps and the front
    recalled: int = 0  # of all these, found in the store
    trouble: tuple[Problem, ...] = ()  # why they are not kept
    turns: tuple[Turn, ...] = ()  # of the orders in the chosen design, at mean times
    start: str | None = None  # date of the run's first day
    seed: int | None = None  # of the search; selection and confirmation have others
    budget: int | None = None  # replications asked for
    progress: tuple[tuple[int, float], ...] = ()  # replications spent, mean of the best so far

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped before the choice was confirmed."""
        return self.outcome.interrupted

    def changes(self, design: Design) -> tuple[str, ...]:
        """What a design changes, in words: "operator 4 → 5"."""
        today = dict(self.reallocation.today.settings)
        written = dict(design.settings)
        changed = design.differs(self.reallocation.today)
        choices = self.reallocation.orders
        about = set() if choices is None else {*choices.paths, *choices.tools}
        found = [
            f"{named(path)} {plain(today.get(path))} → {plain(written[path])}"
            for path in changed
            if path not in about
        ]
        if choices is not None:
            made_with = [order_with(choices, p, written[p]) for p in changed if p in choices.tools]
            found += _named_first(made_with)
            if any(path in choices.priority for path in changed):
                found.append(f"sequence {_line(choices, written)}")
            placed = [order_on(choices, p, written[p]) for p in changed if p in choices.machines]
            found += _named_first(placed)
        return tuple(found)

    def unit(self, name: str) -> str:
        """The unit of a figure shown."""
        from vtwin.results.formulas import unit_of
        from vtwin.scenario.decisions import KNOWN_BEFOREHAND

        goals = [*self.reallocation.goals, *(self.front.goals if self.front else ())]
        known = next((goal.unit for goal in goals if goal.kpi == name), None)
        if known is not None or name in KNOWN_BEFOREHAND:
            return known or ""
        return unit_of(name.rpartition(".")[2], self.currency)

    def verdicts(self, row: Row) -> tuple[str, ...]:
        """What may be said of each requirement of a design: "on_time >= 95 %: likely, …"."""
        from vtwin.studies.requirements import verdict

        return tuple(verdict(one, self.outcome.confidence) for one in row.judged)

    def to_json(self) -> dict[str, Any]:
        """Everything, with stable names."""
        found = self.outcome
        return {
            "scenario": self.name,
            "goal": {"kpi": found.goal.kpi, "sense": found.goal.sense,
                     "within": found.goal.within, "unit": found.goal.unit},
            "today": self._row(found.today),
            "designs": [self._row(row) for row in found.rows],
            "guarantee": found.sentence,
            "confidence": found.confidence,
            "shortfall": found.shortfall,
            "bound_gap": found.gap,
            "estimate": {"method": found.stage0.method, "designs": found.stage0.estimated,
                         "bound": found.stage0.bound, "proven": found.stage0.proven},
            "space": found.size,
            "simulated": found.simulated,
            "replications": found.spent,
            "replications_for_plan_and_front": self.further,
            "interrupted": found.interrupted,
            "notes": list(found.notes),
            "plan": None if self.plan is None else self._plan(self.plan),
            "front": None if self.front is None else self._front(self.front),
            "saved": None if self.saved is None else str(self.saved),
            **({"orders": [asdict(turn) for turn in self.turns]} if self.turns else {}),
        }  # fmt: skip

    def said(self, move: Move) -> str:
        """A move of the plan as an order to somebody."""
        return said(move, self.reallocation.orders)

    def _row(self, row: Row) -> dict[str, Any]:
        return {
            "design": row.design.overrides,
            "hash": row.design.hash,
            "changes": list(self.changes(row.design)),
            "amounts": dict(row.amounts),
            "figures": {name: one.to_json() for name, one in row.figures.items()},
            "gain": None if row.gain is None else row.gain.to_json(),
            "seen_in_search": None if math.isnan(row.seen) else row.seen,
            "replications": row.replications,
            "keeps_requirements": row.keeps,
            "requirements": [
                {
                    "kpi": one.requirement.kpi,
                    "low": one.requirement.low,
                    "high": one.requirement.high,
                    "mean": None if math.isnan(one.mean) else one.mean,
                    "end": None if math.isnan(one.end) else one.end,
                    "confidence": one.confidence,
                    "call": one.call,
                }
                for one in row.judged
            ],
        }

    def _front(self, front: Front) -> dict[str, Any]:
        return {
            "goals": [{"kpi": g.kpi, "sense": g.sense, "unit": g.unit} for g in front.goals],
            "replications": front.replications,
            "confidence": front.confidence,
            "dropped": front.dropped,
            "points": [
                {
                    "design": point.design.overrides,
                    "changes": list(self.changes(point.design)),
                    "figures": {name: one.to_json() for name, one in point.figures.items()},
                    "certain": point.certain,
                    "not_told_apart_from": [index + 1 for index in point.rivals],
                }
                for point in front.points
            ],
        }

    def _plan(self, plan: Plan) -> dict[str, Any]:
        return {
            "steps": [
                {
                    "what": self.said(step.move),
                    "set": step.design.overrides,
                    "cost": step.cost,
                    "people_trained": step.people_trained,
                    "training_s": step.training_s,
                    "machines_moved": step.machines_moved,
                    "moving_s": step.moving_s,
                    "lost_pieces": step.lost,
                    "gain": step.gain.to_json(),
                    "added": step.added.to_json(),
                }
                for step in plan.steps
            ],
            "cost": plan.cost,
            "steps_that_gain": plan.enough,
            "payback_days": plan.payback_days,
            "payback_of": plan.payback_of,
            "why": [{"where": w, "loss": c, "change": d} for w, c, d in plan.why],
        }


def named(path: str) -> str:
    """A path as a person says it: "operator", "wip-1 capacity", "mill-1 dispatch"."""
    section, _, rest = path.partition(".")
    if section not in ("people", "equipment", "products", "transport", "tools", "orders"):
        return path
    owner, _, key = rest.rpartition(".")
    return owner if key == "count" else f"{owner} {key.replace('_', ' ')}"


def plain(value: str | None) -> str:
    """A setting (canonical JSON) as text."""
    if value is None:
        return "not given"
    found = json.loads(value)
    return (
        found if isinstance(found, str) else json.dumps(found, ensure_ascii=False).replace('"', "")
    )


def said(move: Move, choices: OrderChoices | None = None) -> str:
    """A move as an order to somebody; what must be done at once is one order."""
    if move.also:
        return "; at once ".join(said(part, choices) for part in move.parts)
    told = None if choices is None else _told_of_orders(move, choices)
    if told is not None:
        return told
    taker, giver = named(move.taker or ""), named(move.giver or "")
    if move.sort == "change":
        return f"change {taker}: {plain(move.before)} → {plain(move.after)}"
    people = str(move.taker or move.giver).startswith("people.")
    if move.sort == "move":
        what = f"retrain {move.number}" if people else f"move {move.number}"
        return f"{what} from {giver} to {taker}"
    if move.sort == "more":
        return f"{'hire' if people else 'add'} {move.number} {taker}"
    return f"{'release' if people else 'take away'} {move.number} {giver}"


def order_on(choices: OrderChoices, path: str, value: str | None) -> str:
    """A choice of machines as a person says it: "A on mill-1"."""
    order, operation = choices.machines[path]
    name = "any" if value is None else plain(value)
    several = sum(other == order for other, _ in choices.machines.values()) > 1
    step = f" ({operation.rpartition('/')[2]})" if several else ""
    return f"{order}{step} on {'any machine' if name == 'any' else name}"


def order_with(choices: OrderChoices, path: str, value: str | None) -> str:
    """A choice of tool as a person says it: "A with mould-2"."""
    order, operation = choices.tools[path]
    several = sum(other == order for other, _ in choices.tools.values()) > 1
    step = f" ({operation.rpartition('/')[2]})" if several else ""
    return f"{order}{step} with {plain(value)}"


def _line(choices: OrderChoices, settings: Mapping[str, str]) -> str:
    """Orders in their sequence, the first ones where they are many."""
    from vtwin.studies.orders import sequence_of

    return ", ".join(_named_first(sequence_of(choices, settings)))


def _named_first(names: Sequence[str]) -> list[str]:
    """The first ones where there are many, and how many there are."""
    if len(names) <= MOST_NAMED:
        return list(names)
    return [*names[:MOST_NAMED], f"… ({len(names)} in all)"]


def _told_of_orders(move: Move, choices: OrderChoices) -> str | None:
    """A move that is about single orders, in words; None for others."""
    if move.sort == "sequence":
        return f"take orders in this sequence: {_line(choices, dict(move.whole))}"
    if move.sort == "machines":
        said = [order_on(choices, path, value) for path, value in move.settings]
        return f"make {', '.join(_named_first(said))}"
    if move.sort == "tools":
        said = [order_with(choices, path, value) for path, value in move.settings]
        return f"make {', '.join(_named_first(said))}"
    if move.sort == "change" and move.taker in choices.tools:
        return (
            f"make {order_with(choices, str(move.taker), move.after)} (today: {plain(move.before)})"
        )
    if move.sort == "change" and move.taker in choices.machines:
        today = order_on(choices, str(move.taker), move.before).partition(" on ")[2]
        return f"make {order_on(choices, str(move.taker), move.after)} (today: {today})"
    return None


def optimise(
    path: str | Path,
    *,
    budget: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    engine: str = "auto",
    search: str = "neighbourhood",
    cluster: str | None = None,
    store: Keep = None,
    out: Path | None = None,
    front: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Reallocated:
    """Find the best reallocation that a scenario's ``reallocate:`` section allows.

    ``budget``: replications in all (None: until a guarantee can be given); ``replications``: of
    the confirmation, on seeds the search has not seen; ``out``: where the variant is written
    (None: ``<name>-plan.yaml`` here); ``search``: whose proposals are simulated
    (:data:`vtwin.studies.outside.KNOWN`).

    Raises:
        Refused: what is wrong with the scenario, its section or the budget.
        KeyboardInterrupt: stopped before there was anything to show.
    """
    from vtwin.scenario import load, reallocating
    from vtwin.studies import outside
    from vtwin.studies.evaluator import Evaluator
    from vtwin.studies.optimise import Optimiser, Wish

    made_search = outside.search(search)

    plant = runs.ready(find(path))
    loaded = load.load(plant.file)
    real = reallocating.read(loaded)
    if workers is not None and workers < 1:
        raise Refused(Problem("V581", "at least one worker is needed", hint="--workers 2"))
    base = plant.program.run
    wish = Wish(
        seed=base.seed if seed is None else seed,
        budget=budget if budget is None or not front else budget - budget // 3,
        confirm=base.replications if replications is None else replications,
    )
    wide = _all_goals(real) if front else real
    figures = _figures(wide)
    trouble: list[Problem] = []
    with runs.workers(cluster) as executor, opened(store, trouble) as kept:
        evaluator = Evaluator(
            build=_builder(loaded, real),
            figures=figures,
            seed=wish.seed,
            workers=workers,
            engine=engine,
            executor=executor,
            store=kept,
            cancelled=cancelled,
            trouble=trouble,
        )

        course: list[tuple[int, float]] = []

        def tell(what: str, spent: int, best: Design | None, mean: float | None) -> None:
            if what == "searching" and mean is not None:
                course.append((spent, mean))
            if progress is not None:
                progress(what, spent, None if mean is None else _mean(mean, real.goals[0].unit))

        study = Optimiser(real, evaluator, wish, on_progress=tell, search=made_search)
        outcome = study.run()
        plan = points = None
        if not outcome.interrupted:
            with suppress(KeyboardInterrupt):
                fresh = study.third
                if front:
                    more = math.inf if budget is None else budget - outcome.spent
                    points = _points(wide, evaluator, fresh, more, outcome)
                from vtwin.studies.plan import plan as made

                number = outcome.best.replications
                plan = made(real, outcome.best.design, fresh, number, worth=real.worth)
    text = variant_file(plant.file, out or _default(plant.file), real, outcome, plan)
    return Reallocated(
        plant.file, plant.program.name, real, outcome, plan, plant.program.currency, None, text,
        points, study.total() - outcome.spent, study.recalled(), tuple(trouble),
        _turns(real, evaluator, outcome), base.start, wish.seed, budget, tuple(course),
    )  # fmt: skip


def _mean(mean: float, unit: str) -> str:
    value, _, shown = wording.split(mean, None, unit or "1")
    return f"{value} {shown}".removesuffix(" 1")


def _turns(real: Reallocation, evaluator: Evaluator, outcome: Outcome) -> tuple[Turn, ...]:
    """When which order is where, if single orders are decided."""
    if real.orders is None:
        return ()
    from vtwin.studies.orders import timetable

    return timetable(evaluator.program(outcome.best.design))


def _all_goals(real: Reallocation) -> Reallocation:
    """With one goal, what it costs and what lies in the plant are goals, too."""
    from dataclasses import replace

    from vtwin.scenario.decisions import Goal

    if len(real.goals) > 1:
        return real
    more = [Goal("wip", "minimise", unit="pieces")]
    if real.amounts["cost"].weights or real.amounts["cost"].extras:
        more.insert(0, Goal("cost", "minimise", unit=real.amounts["cost"].unit))
    return replace(real, goals=(*real.goals, *(g for g in more if g.kpi != real.goals[0].kpi)))


def _points(
    real: Reallocation, evaluator: Evaluator, fresh: Evaluator, more: float, outcome: Outcome
) -> Front:
    """The front, with what is left of the replications: a point gets as many as the plan's."""
    from vtwin.studies.front import MOST_POINTS, FrontSearch

    number = outcome.best.replications
    held_back = 0 if math.isinf(more) else number * MOST_POINTS
    seen = tuple(row.design for row in outcome.rows)
    budget = more if math.isinf(more) else max(0.0, more - held_back)
    search = FrontSearch(real, evaluator, budget, seen=seen)
    return search.run(fresh, number, outcome.confidence)


def _builder(loaded: Any, real: Reallocation) -> Callable[[Design], Any]:
    from vtwin.scenario.build import build

    if real.orders is not None:
        from vtwin.studies.orders import Builder

        return Builder(lambda written: build(loaded, overrides=written), real.orders)
    return lambda design: build(loaded, overrides=design.overrides)


def _figures(real: Reallocation) -> tuple[str, ...]:
    """Everything to be measured, goals first; good pieces always, for what a move loses."""
    names = [goal.kpi for goal in real.goals if goal.measured]
    names += [requirement.kpi for requirement in real.requirements]
    return tuple(dict.fromkeys([*names, "good_per_day"]))


def _default(file: Path) -> Path:
    stem = file.parent.resolve().name if file.stem == "scenario" else file.stem
    return Path(f"{stem}-plan.yaml")


def default_file(result: Reallocated) -> Path:
    """Where a plan is written if nobody says otherwise."""
    return _default(result.file)


def variant_file(
    base: Path, out: Path, real: Reallocation, outcome: Outcome, plan: Plan | None
) -> str:
    """A scenario file that extends ``base`` with the plan as a variant, and each step of it.

    The base's own variants are taken out, so that `vtwin compare` compares the plan alone.
    """
    from vtwin.scenario import load

    extends = os.path.relpath(base.resolve(), out.resolve().parent)
    lines = [
        "# Written by `vtwin optimise`.",
        "vtwin: 1",
        f"extends: {json.dumps(extends, ensure_ascii=False)}",
    ]
    taken = [f"variants.{name}" for name in load.variants(load.load(base))]
    if taken:
        lines.append(f"remove: {json.dumps(taken, ensure_ascii=False)}")
    lines.append("variants:")
    lines += _variant(PLAN, outcome.best.design, real, "the design that vtwin optimise chose")
    for number, step in enumerate(plan.steps[:-1] if plan else (), start=1):
        done = "; ".join(said(s.move, real.orders) for s in plan.steps[:number]) if plan else ""
        text = f"after {done}" if done else ""
        lines += _variant(f"step-{number}", step.design, real, text)
    return "\n".join(lines) + "\n"


def _variant(name: str, design: Design, real: Reallocation, described: str) -> list[str]:
    changed: Mapping[str, Any] = design.overrides
    paths = design.differs(real.today)
    lines = [f"  {name}:", f"    description: {json.dumps(described, ensure_ascii=False)}"]
    if not paths:
        return [*lines, "    set: {}"]
    lines.append("    set:")
    return lines + [
        f"      {json.dumps(p, ensure_ascii=False)}: {json.dumps(changed[p], ensure_ascii=False)}"
        for p in paths
    ]
