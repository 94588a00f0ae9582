"""From a design to what a production manager does: moves in an order, each with its price, what
is lost meanwhile and what the plant gains after it.

A move is the least that makes sense alone: somebody goes from one group to another, a machine is
bought, a rule is changed. The order is greedy: next comes the move that gains most of those left,
measured under common random numbers on the seeds of the confirmation, so that gains of steps are
paired with today's plant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from vtwin.base.errors import Refused
from vtwin.results.losses import CAUSES, ledger
from vtwin.results.statistics import Interval, paired
from vtwin.scenario.decisions import Design, Goal, OrderChoices, Reallocation
from vtwin.studies.evaluator import Evaluator
from vtwin.studies.space import Space

#: More moves than this are not tried in every order; the rest follows by name.
MOST_ORDERED = 7
_DAY_S = 86_400.0

Sort = Literal["move", "more", "fewer", "change", "sequence", "machines"]


@dataclass(frozen=True)
class Move:
    """One thing to do. ``number`` units go from ``giver`` to ``taker`` (paths); "more" has no
    giver, "fewer" no taker; a "change" writes ``after`` at ``taker``. "sequence" and "machines"
    write ``settings`` of many orders at once where ``earlier`` were written.
    """

    sort: Sort
    taker: str | None
    giver: str | None = None
    number: int = 0
    before: str = ""
    after: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    earlier: tuple[tuple[str, str], ...] = ()
    whole: tuple[tuple[str, str], ...] = ()  # priorities of all orders of the sequence, after it


@dataclass(frozen=True)
class Step:
    """A move in its place: what it costs, whom it trains, how long and how much is lost, and
    what the plant has gained after it over today. Times in s, amounts in the plant's units.
    """

    move: Move
    design: Design  # after it
    cost: float
    people_trained: int
    training_s: float  # of person time
    machines_moved: int
    moving_s: float  # a machine stands still
    lost: float | None  # good pieces lost meanwhile; None: not measured
    gain: Interval  # of the goal, after this step, over today


@dataclass(frozen=True)
class Plan:
    """The moves in order. ``payback_days``: until the money, or where nothing costs money the
    pieces lost, come back; None where nothing can be said.
    """

    steps: tuple[Step, ...]
    cost: float
    payback_days: float | None
    payback_of: str  # "cost", "lost output" or why there is none
    why: tuple[tuple[str, str, float], ...]  # machine or entry, cause, change of its share


def moves(reallocation: Reallocation, design: Design) -> list[Move]:
    """What there is to do to get from today to a design, by name."""
    before, after = dict(reallocation.today.settings), dict(design.settings)
    numbers: dict[str, int] = {}
    found: list[Move] = []
    changed = list(design.differs(reallocation.today))
    if reallocation.orders is not None:
        together = _of_orders(reallocation.orders, changed, before, after)
        found += together
        taken = {path for move in together for path, _ in move.settings}
        changed = [path for path in changed if path not in taken]
    for path in changed:
        old, new = _whole(before.get(path)), _whole(after[path])
        if old is None or new is None or not path.endswith((".count", ".capacity")):
            found.append(Move("change", path, None, 0, before.get(path, "null"), after[path]))
        else:
            numbers[path] = new - old
    for paths in reallocation.pooled.values():
        found += _exchanged([p for p in paths if p in numbers], numbers)
    for path, number in sorted(numbers.items()):
        for _ in range(abs(number)):
            sort: Sort = "more" if number > 0 else "fewer"
            found.append(
                Move("more", path, None, 1) if sort == "more" else Move("fewer", None, path, 1)
            )
    return _joined(found)


def _of_orders(
    choices: OrderChoices,
    changed: Sequence[str],
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> list[Move]:
    """The sequence as one move, and the machines of many orders as another."""
    found = []
    sequence = [path for path in changed if path in choices.priority]
    machines = [path for path in changed if path in choices.machines]
    sorts: tuple[tuple[Sort, list[str]], ...] = (("sequence", sequence), ("machines", machines))
    for sort, paths in sorts:
        if paths and (sort == "sequence" or len(paths) > MOST_ORDERED):
            settings = tuple((path, after[path]) for path in paths)
            earlier = tuple((path, before[path]) for path in paths if path in before)
            line = tuple((p, after[p]) for p in choices.priority) if sort == "sequence" else ()
            move = Move(sort, "orders", settings=settings, earlier=earlier, whole=line)
            found.append(move)
    return found


def _exchanged(paths: Sequence[str], numbers: dict[str, int]) -> list[Move]:
    """Units that go from one path of a pool to another; ``numbers`` keeps what is left over."""
    found = []
    takers = [p for p in sorted(paths) if numbers[p] > 0]
    givers = [p for p in sorted(paths) if numbers[p] < 0]
    for taker in takers:
        for giver in givers:
            units = min(numbers[taker], -numbers[giver])
            if units > 0:
                found.append(Move("move", taker, giver, units))
                numbers[taker] -= units
                numbers[giver] += units
    return found


def _joined(found: Sequence[Move]) -> list[Move]:
    """Equal single units as one move where there are many: places of a buffer by tens."""
    joined: dict[tuple[str, str | None, str | None], Move] = {}
    rest = []
    for move in found:
        key = (move.sort, move.taker, move.giver)
        if move.sort in ("more", "fewer") and key in joined:
            known = joined[key]
            joined[key] = Move(known.sort, known.taker, known.giver, known.number + 1)
        elif move.sort in ("more", "fewer"):
            joined[key] = move
        else:
            rest.append(move)
    return [*rest, *joined.values()]


def _whole(value: str | None) -> int | None:
    text = None if value is None else json.loads(value)
    return int(text) if isinstance(text, str) and text.isdigit() else None


def after(design: Design, move: Move) -> Design:
    """The design once a move is made."""
    written = dict(design.settings)
    if move.settings:
        written |= dict(move.settings)
    elif move.sort == "change":
        written[str(move.taker)] = move.after
    else:
        for path, sign in ((move.taker, 1), (move.giver, -1)):
            if path is not None:
                number = (_whole(written.get(path)) or 0) + sign * move.number
                written[path] = json.dumps(str(number))
    return Design(tuple(sorted(written.items())))


def undone(design: Design, move: Move) -> Design:
    """The design without a move that leads to it."""
    if move.settings:
        return after(design, replace(move, settings=move.earlier, earlier=move.settings))
    if move.sort == "change":
        return after(design, Move("change", move.taker, None, 0, move.after, move.before))
    back = {"move": "move", "more": "fewer", "fewer": "more"}
    return after(design, Move(back[move.sort], move.giver, move.taker, move.number))  # type: ignore[arg-type]


def plan(
    reallocation: Reallocation,
    design: Design,
    evaluator: Evaluator,
    replications: int,
    *,
    worth: float = 0.0,
) -> Plan:
    """The moves that lead from today to ``design``, in the order that gains soonest.

    ``worth`` is what one more good piece brings, in the plant's currency; 0: not said.
    ``evaluator`` measures under the seed of the confirmation.
    """
    goal = reallocation.goals[0]
    space = Space(reallocation.decisions, reallocation.limits)
    left = moves(reallocation, design)
    here = reallocation.today
    steps: list[Step] = []
    while left:
        tried = [(move, after(here, move)) for move in left[:MOST_ORDERED]]
        allowed = [pair for pair in tried if space.kept(pair[1])] or tried
        running = [pair for pair in allowed if evaluator.possible(pair[1])] or allowed[:1]
        move, here_next = _most_gained(running, evaluator, replications, goal, reallocation)
        steps.append(_step(reallocation, evaluator, replications, here, here_next, move, goal))
        left.remove(move)
        here = here_next
    cost = reallocation.amounts["cost"].amount(design)
    days, of = _payback(steps, cost, worth, goal)
    return Plan(tuple(steps), cost, days, of, why(reallocation, design, evaluator, replications))


def _values(
    evaluator: Evaluator, design: Design, n: int, goal: Goal, reallocation: Reallocation
) -> list[float | None]:
    if not goal.measured:
        return [reallocation.amounts[goal.kpi].amount(design)] * n
    (rows,) = evaluator.values([(design, range(n))])
    column = rows[:, evaluator.figures.index(goal.kpi)]
    return [None if value != value else float(value) for value in column]


def _most_gained(
    running: Sequence[tuple[Move, Design]],
    evaluator: Evaluator,
    n: int,
    goal: Goal,
    reallocation: Reallocation,
) -> tuple[Move, Design]:
    if len(running) == 1:
        return running[0]
    scored = []
    for index, (_, design) in enumerate(running):
        values = [v for v in _values(evaluator, design, n, goal, reallocation) if v is not None]
        mean = goal.sign * sum(values) / len(values) if values else float("-inf")
        scored.append((-mean, index))
    return running[min(scored)[1]]


def _step(
    reallocation: Reallocation,
    evaluator: Evaluator,
    n: int,
    before: Design,
    design: Design,
    move: Move,
    goal: Goal,
) -> Step:
    cost = reallocation.amounts["cost"]
    people = move.taker is not None and move.taker.startswith("people.") and move.sort == "move"
    machines = move.sort == "move" and str(move.taker).endswith(".count") and not people
    trained = move.number if people else 0
    moved = move.number if machines else int(str(move.taker).endswith(".at"))
    training, moving = trained * reallocation.training_s, moved * reallocation.moving_s
    today = _values(evaluator, reallocation.today, n, goal, reallocation)
    gained = _values(evaluator, design, n, goal, reallocation)
    lasts = reallocation.training_s if trained else reallocation.moving_s if moved else 0.0
    return Step(
        move,
        design,
        cost.amount(design) - cost.amount(before),
        trained,
        training,
        moved,
        moving,
        _lost(evaluator, n, before, move, lasts),
        paired(today, gained, goal.unit),
    )


def _lost(evaluator: Evaluator, n: int, before: Design, move: Move, lasts: float) -> float | None:
    """Good pieces not made while whoever or whatever moves is nowhere: simulated as the plant
    without them, for as long as it lasts. None where that plant cannot run or is not measured.
    """
    if lasts <= 0.0 or move.giver is None:
        return 0.0
    if "good_per_day" not in evaluator.figures:
        return None
    meanwhile = after(before, Move("fewer", None, move.giver, move.number))
    index = evaluator.figures.index("good_per_day")
    (now,) = evaluator.values([(before, range(n))])
    made = 0.0
    try:
        (rows,) = evaluator.values([(meanwhile, range(n))])
        made = float(rows[:, index].mean())
    except Refused:  # nothing runs meanwhile
        made = 0.0
    return max(0.0, float(now[:, index].mean()) - made) * lasts / _DAY_S


def _payback(
    steps: Sequence[Step], cost: float, worth: float, goal: Goal
) -> tuple[float | None, str]:
    """Days of the final gain that pay for the money and the pieces lost."""
    if not steps:
        return None, "nothing changes"
    gain = steps[-1].gain
    per_day = {"good_per_day": 1.0, "throughput_per_h": 24.0}.get(goal.kpi)
    if per_day is None or gain.mean is None or not gain.excludes_zero or gain.mean <= 0.0:
        return None, "no gain in good pieces that could pay for it"
    lost = sum(step.lost or 0.0 for step in steps)
    pieces = gain.mean * per_day
    if cost > 0.0 and worth <= 0.0:
        return None, "say what a good piece is worth: `price: {piece: 500 KRW}`"
    if cost == 0.0 and lost == 0.0:
        return None, "nothing that was declared costs or loses anything"
    if cost > 0.0:
        return (cost + lost * worth) / (pieces * worth), "cost"
    return lost / pieces, "lost output"


def why(
    reallocation: Reallocation, design: Design, evaluator: Evaluator, replications: int
) -> tuple[tuple[str, str, float], ...]:
    """Which losses went, from the ledgers of today's plant and the new one: (machine, cause,
    change of its share of time), the largest changes first. Machines that only one of them has
    are left out.
    """
    from vtwin.studies.run_many import run_many

    books = []
    for one in (reallocation.today, design):
        program = evaluator.seeded(one)
        tallies = run_many(
            program, range(min(replications, 10)), engine=evaluator.engine,
            executor=evaluator.executor, cancelled=evaluator.cancelled,
        )  # fmt: skip
        books.append(_by_entry(ledger(program, tallies).to_json()))
    changes = [
        (entry, cause, books[1][entry][cause] - share)
        for entry, shares in books[0].items()
        if entry in books[1]
        for cause, share in shares.items()
        if cause in CAUSES
    ]
    ranked = sorted(changes, key=lambda one: (-abs(one[2]), one[0], one[1]))
    return tuple(one for one in ranked[:6] if abs(one[2]) >= 0.005)


def _by_entry(books: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Mean shares of the machines of each entry."""
    members: dict[str, list[Mapping[str, float]]] = {}
    for machine, shares in books.items():
        members.setdefault(machine.partition("#")[0], []).append(shares)
    return {
        entry: {cause: sum(m[cause] for m in listed) / len(listed) for cause in listed[0]}
        for entry, listed in members.items()
    }
