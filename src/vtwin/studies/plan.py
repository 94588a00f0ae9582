"""From a design to what a production manager does: moves in an order, each with its price, what
is lost meanwhile and what the plant gains after it.

A move is the least that makes sense alone: somebody goes from one group to another, a machine is
bought, a rule is changed. The order is greedy: next comes the move that gains most of those left,
measured under common random numbers on the seeds of the confirmation, so that gains of steps are
paired with today's plant.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from vtwin.base.errors import Refused
from vtwin.results.elements import entry_of
from vtwin.results.losses import CAUSES, ledger
from vtwin.results.statistics import Interval, paired
from vtwin.scenario.decisions import Design, Goal, OrderChoices, Reallocation
from vtwin.studies.evaluator import Evaluator
from vtwin.studies.space import Space

#: More moves than this are not tried in every order; the rest follows by name.
MOST_ORDERED = 7
_DAY_S = 86_400.0

Sort = Literal["move", "more", "fewer", "change", "sequence", "machines", "tools"]


@dataclass(frozen=True)
class Move:
    """One thing to do. ``number`` units go from ``giver`` to ``taker`` (paths); "more" has no
    giver, "fewer" no taker; a "change" writes ``after`` at ``taker``. "sequence", "machines" and
    "tools" write ``settings`` of many orders at once where ``earlier`` were written.
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
    also: tuple[Move, ...] = ()  # what must be done with it, or nothing would run meanwhile

    @property
    def parts(self) -> tuple[Move, ...]:
        """Everything that is done together."""
        return (replace(self, also=()), *self.also)


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
    added: Interval  # of the goal, by this step alone


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
    sign: float = 1.0  # of the goal: 1 where more is better

    @property
    def enough(self) -> int:
        """So many steps bring everything of the gain that can be told from chance."""
        shown = [
            number
            for number, step in enumerate(self.steps, start=1)
            if step.added.excludes_zero and self.sign * (step.added.mean or 0.0) > 0.0
        ]
        return max(shown, default=0)


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
    """The sequence as one move, the machines of many orders as another, and their tools."""
    found = []
    sequence = [path for path in changed if path in choices.priority]
    machines = [path for path in changed if path in choices.machines]
    tools = [path for path in changed if path in choices.tools]
    sorts: tuple[tuple[Sort, list[str]], ...] = (
        ("sequence", sequence), ("machines", machines), ("tools", tools),
    )  # fmt: skip
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
    for part in move.also:
        design = after(design, part)
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
        running = _next_moves(left, here, space, evaluator)
        move, here_next = _most_gained(running, evaluator, replications, goal, reallocation)
        steps.append(_step(reallocation, evaluator, replications, here, here_next, move, goal))
        left = [one for one in left if one not in move.parts]
        here = here_next
    cost = reallocation.amounts["cost"].amount(design)
    output = _output(reallocation, design, evaluator, replications)
    days, of = _payback(steps, cost, worth, output)
    reasons = why(reallocation, design, evaluator, replications)
    return Plan(tuple(steps), cost, days, of, reasons, goal.sign)


def _next_moves(
    left: Sequence[Move], here: Design, space: Space, evaluator: Evaluator
) -> list[tuple[Move, Design]]:
    """Moves after which the plant runs and keeps to its limits; where no single one does (two
    people exchange their work, two machines their places), those that do together; where none
    do, whatever runs, and at last all at once.
    """
    first = left[:MOST_ORDERED]

    def good(move: Move) -> bool:
        there = after(here, move)
        return space.kept(there) and evaluator.possible(there)

    for size in range(1, len(first) + 1):
        joined = [replace(one, also=rest) for one, *more in itertools.combinations(first, size)
                  for rest in [tuple(more)]]  # fmt: skip
        found = [(move, after(here, move)) for move in joined if good(move)]
        if found:
            return found
    single = [(move, after(here, move)) for move in first]
    whole = replace(left[0], also=tuple(left[1:]))
    running = [pair for pair in single if evaluator.possible(pair[1])]
    return running or [(whole, after(here, whole))]


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
    efforts = [_effort(reallocation, evaluator, before, part) for part in move.parts]
    today = _values(evaluator, reallocation.today, n, goal, reallocation)
    gained = _values(evaluator, design, n, goal, reallocation)
    known = _values(evaluator, before, n, goal, reallocation)
    lost = _lost(evaluator, n, before, efforts)
    return Step(
        move,
        design,
        cost.amount(design) - cost.amount(before),
        sum(e.number for e in efforts if e.trains),
        sum(e.number * e.takes_s for e in efforts if e.trains),
        sum(e.number for e in efforts if not e.trains),
        sum(e.number * e.takes_s for e in efforts if not e.trains),
        lost,
        paired(today, gained, goal.unit),
        paired(known, gained, goal.unit),
    )


@dataclass(frozen=True)
class _Effort:
    """Who or what is away while a move is made: ``number`` units, each ``takes_s``. ``away``
    of them are gone at a time, from ``owner`` ("people.kim") whose count is ``path``.
    """

    number: int
    takes_s: float
    trains: bool
    owner: str = ""
    away: int = 0
    at_once: int = 1  # rounds in which all are through


def _effort(
    reallocation: Reallocation, evaluator: Evaluator, before: Design, move: Move
) -> _Effort:
    """Whoever joins another group, or gets a skill he had not, is in training; a machine that
    goes to another entry or place stands still.
    """
    path = str(move.taker or move.giver)
    owner, _, key = path.rpartition(".")
    training, moving = reallocation.training_s, reallocation.moving_s
    present = _present(evaluator, before, owner)
    if move.sort == "move" and path.endswith(".count"):
        giver = str(move.giver).rpartition(".")[0]
        trains = path.startswith("people.")
        takes = training if trains else moving
        return _Effort(move.number, takes, trains, giver, move.number)
    if move.sort == "change" and path.startswith("people.") and key == "skills":
        learned = _skills(move.after) - _skills(move.before)
        heads = present if learned else 0
        # one after the other, so that the others go on working
        return _Effort(heads, training, True, owner, 1, heads)
    if move.sort == "change" and path.startswith("equipment.") and key == "at":
        return _Effort(present, moving, False, owner, present)
    return _Effort(0, 0.0, False)


def _skills(value: str) -> set[str]:
    found = json.loads(value) if value else None
    return set(found) if isinstance(found, dict | list) else set()


#: A calendar that is closed every day, for whoever is away.
_AWAY = "away-meanwhile"


def without(design: Design, owner: str, away: int, there: int) -> Design:
    """The plant while so many of an entry or group are away; all of them: it is closed."""
    written = dict(design.settings)
    if there > away:
        written[f"{owner}.count"] = json.dumps(str(there - away))
    else:
        written[f"calendars.{_AWAY}"] = json.dumps({"daily": []})
        written[f"{owner}.calendar"] = json.dumps(_AWAY)
    return Design(tuple(sorted(written.items())))


def _lost(evaluator: Evaluator, n: int, before: Design, efforts: Sequence[_Effort]) -> float | None:
    """Good pieces not made while whoever or whatever moves is nowhere: simulated as the plant
    without them, for as long as it lasts; what is done at once is away at once. None where that
    is not measured.
    """
    away = [effort for effort in efforts if effort.takes_s > 0.0 and effort.number > 0]
    if not away:
        return 0.0
    if "good_per_day" not in evaluator.figures:
        return None
    meanwhile = before
    for effort in away:
        there = _present(evaluator, before, effort.owner)
        meanwhile = without(meanwhile, effort.owner, effort.away, there)
    index = evaluator.figures.index("good_per_day")
    (now,) = evaluator.values([(before, range(n))])
    made = 0.0
    try:
        (rows,) = evaluator.values([(meanwhile, range(n))])
        made = float(rows[:, index].mean())
    except Refused:  # nothing runs meanwhile
        made = 0.0
    lasts = max(effort.takes_s * effort.at_once for effort in away)
    return max(0.0, float(now[:, index].mean()) - made) * lasts / _DAY_S


def _present(evaluator: Evaluator, design: Design, owner: str) -> int:
    """How many machines an entry, or heads a group, has."""
    program = evaluator.program(design)
    section, _, name = owner.partition(".")
    if section == "people":
        return sum(program.groups[worker.group] == name for worker in program.workers)
    return sum(entry_of(machine.name) == name for machine in program.machines)


def _output(
    reallocation: Reallocation, design: Design, evaluator: Evaluator, n: int
) -> Interval | None:
    """Good pieces a day that the plant gains in all, whatever the goal is."""
    if "good_per_day" not in evaluator.figures:
        return None
    index = evaluator.figures.index("good_per_day")
    (now, then) = evaluator.values([(d, range(n)) for d in (reallocation.today, design)])
    return paired([float(v) for v in now[:, index]], [float(v) for v in then[:, index]], "1/d")


def _payback(
    steps: Sequence[Step], cost: float, worth: float, gain: Interval | None
) -> tuple[float | None, str]:
    """Days of the final gain that pay for the money and the pieces lost."""
    if not steps:
        return None, "nothing changes"
    if gain is None or gain.mean is None or not gain.excludes_zero or gain.mean <= 0.0:
        return None, "no gain in good pieces that could pay for it"
    lost = sum(step.lost or 0.0 for step in steps)
    pieces = gain.mean
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
