"""One self-contained HTML page about a reallocation: what to do, what it brings, how sure it is."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from vtwin.app import plan_pictures, plan_wording, wording
from vtwin.app.report import grid, page, passport, section
from vtwin.base.units import counted

if TYPE_CHECKING:
    from vtwin.app.reallocation import Reallocated
    from vtwin.results.statistics import Interval
    from vtwin.scenario.decisions import Goal
    from vtwin.studies.front import Front, Point
    from vtwin.studies.optimise import Row
    from vtwin.studies.plan import Plan, Step

#: Rows of the timetable on the page; --json has all of them.
MOST_TURNS = 100
_MILLION = 1e6


def plan_html(found: Reallocated) -> str:
    """The page."""
    title = f"{found.name}: what to reallocate"
    facts = [*plan_wording.facts(found), f"{found.outcome.confidence:.0%} intervals"]
    parts = [
        f'<h1>{escape(title)}</h1><p class="dim">{escape(" · ".join(facts))}</p>',
        _tiles(found),
        section("In short", f'<p class="verdict">{escape(_short(found))}</p>'),
        _before_after(found),
        *([_steps(found, found.plan), _why(found.plan)] if found.plan is not None else []),
        _turns(found),
        _designs(found),
        *([_front(found, found.front)] if found.front is not None else []),
        _search(found),
        _sure(found),
        _passport(found),
    ]
    return page(title, "\n".join(part for part in parts if part))


# --- figures in words --------------------------------------------------------------------------


def figure_said(one: Interval | None, unit: str) -> str:
    """A figure with its interval and unit: ``448.2 ± 5.1 /d``, ``16.92 ± 0.68 h``."""
    if one is None:
        return "–"
    return wording.said({**one.to_json(), "unit": unit or "1"}).removesuffix(" 1")


def gain_said(one: Interval | None, unit: str, like: float | None = None) -> str:
    """A difference with its sign, durations in the unit of ``like`` (s); of shares in percentage
    points.
    """
    if one is None or one.mean is None:
        return "–"
    body = {**one.to_json(), "unit": unit or "1"}
    told = wording.said(body, sign=True, like=like).removesuffix(" 1")
    return told.removesuffix("%") + "percentage points" if unit == "share" else told


def _title(kpi: str) -> str:
    known = wording.TITLES.get(kpi)
    if known is not None or "." in kpi:
        return known or kpi
    return f"{kpi[:1].upper()}{kpi[1:]}".removesuffix("_s").replace("_", " ")


def _gain_told(found: Reallocated, row: Row) -> str:
    """What may be said of a gain in the goal."""
    gain, goal = row.gain, found.outcome.goal
    if gain is None or gain.mean is None:
        return ""
    if found.interrupted:
        return "not confirmed"
    if goal.measured and not gain.excludes_zero:
        return "cannot be told from today's plant"
    if gain.mean == 0.0:
        return "as today"
    better = "better" if gain.mean * goal.sign > 0 else "worse"
    if not goal.measured:
        return f"{better} than today, known before any run"
    if gain.half_width == 0.0:
        return f"{better} than today in all {row.replications} replications, which do not differ"
    return f"{better} than today, shown with {100 * found.outcome.confidence:.3g} %"


def _gained(found: Reallocated, one: Interval | None, like: float | None = None) -> str:
    """A difference in the goal; where it is known before any run without an interval."""
    goal = found.outcome.goal
    if one is not None and not goal.measured:
        one = replace(one, half_width=None)
    return gain_said(one, found.unit(goal.kpi), like)


def _short(found: Reallocated) -> str:
    """The answer in one or two sentences."""
    outcome, plan = found.outcome, found.plan
    if plan is None:
        return f"{outcome.sentence[:1].upper()}{outcome.sentence[1:]}."
    if not plan.steps:
        return "Leave everything as it is."
    goal = outcome.goal
    best = outcome.best
    told = f"{_title(goal.kpi)} {_gained(found, best.gain)} in {counted(len(plan.steps), 'step')}"
    told += f": {_gain_told(found, best) or 'as today'}."
    parts = (told, plan_wording.beyond(plan, found.outcome.goal), plan_wording.payback(plan))
    return " ".join(part for part in parts if part)


def _value(found: Reallocated, row: Row, kpi: str) -> str:
    """A goal of a design, measured or known beforehand."""
    if kpi in row.figures:
        return figure_said(row.figures[kpi], found.unit(kpi))
    return _amount(found, kpi, row.amounts[kpi]) if kpi in row.amounts else "–"


def _amount(found: Reallocated, name: str, value: float) -> str:
    if name == "cost":
        return plan_wording.money(value, found.currency)
    return f"{value:,.6g}"


def _tiles(found: Reallocated) -> str:
    outcome, plan = found.outcome, found.plan
    kpi = outcome.goal.kpi
    tiles = [
        (_title(kpi), _value(found, outcome.best, kpi),
         f"today {_value(found, outcome.today, kpi)}"),
    ]  # fmt: skip
    if outcome.best.gain is not None:
        gained = _gained(found, outcome.best.gain)
        tiles.append(("Difference", gained, _gain_told(found, outcome.best)))
    if plan is not None and plan.steps:
        cost = plan_wording.money(plan.cost, found.currency)
        if kpi != "cost":
            tiles.append(("Cost", cost, f"in {counted(len(plan.steps), 'step')}"))  # fmt: skip
        if plan.payback_days is not None:
            days = f"{plan.payback_days:,.1f} d"
            tiles.append(("Payback", days, f"of production, for its {plan.payback_of}"))
    return '<div class="tiles">' + "".join(_tile(*tile) for tile in tiles) + "</div>"


def _tile(title: str, said: str, below: str) -> str:
    value, _, rest = said.partition(" ")
    beside = f' <span class="unit">{escape(rest)}</span>' if rest else ""
    return (
        f'<div class="tile"><span>{escape(title)}</span><br><b>{escape(value)}</b>{beside}'
        f"<br><span>{escape(below)}</span></div>"
    )


# --- today and after the plan ------------------------------------------------------------------


def _before_after(found: Reallocated) -> str:
    outcome = found.outcome
    today, best = outcome.today, outcome.best
    verdicts = dict(zip((one.requirement.kpi for one in best.judged), found.verdicts(best),
                        strict=True))  # fmt: skip
    goals = {goal.kpi: goal for goal in found.reallocation.goals}
    amounts = [name for name, value in best.amounts.items()
               if name not in goals and (value or today.amounts.get(name))]  # fmt: skip
    rows = []
    for kpi in [*goals, *(name for name in best.figures if name not in goals), *amounts]:
        gain, told = "", []
        if kpi == outcome.goal.kpi:
            gain, told = _gained(found, best.gain), [_gain_told(found, best)]
        if kpi in verdicts:
            told.append("not confirmed" if found.interrupted else verdicts[kpi])
        aim = f" ({goals[kpi].sense})" if kpi in goals else ""
        cells = [_value(found, today, kpi), _value(found, best, kpi), gain]
        rows.append([_title(kpi) + aim, *cells, "; ".join(part for part in told if part)])
    after = "Best seen" if found.interrupted else "After the plan"
    return section(
        f"Today and {after.lower()}",
        plan_pictures.before_after(_panels(found)),
        grid(["", "Today", after, "Difference", "What may be said"], rows, [4]),
        '<p class="why">The difference is measured pair by pair under the same luck, so it is '
        "known better than the two intervals look."
        f"{' Dashed: what is required.' if found.reallocation.requirements else ''}</p>",
    )


def _panels(found: Reallocated) -> list[plan_pictures.Panel]:
    today, best = found.outcome.today.figures, found.outcome.best.figures
    bounds = {one.kpi: [bound for bound in (one.low, one.high) if bound is not None]
              for one in found.reallocation.requirements}  # fmt: skip
    name_after = "best seen" if found.interrupted else "after"
    panels = []
    for kpi, after in best.items():
        before = today.get(kpi)
        if before is None or before.mean is None or after.mean is None:
            continue
        length, label = _axis(kpi, found.unit(kpi), max(abs(before.mean), abs(after.mean)))
        rows = [(name, mean, half)
                for name, one in (("today", before), (name_after, after))
                for mean, half in [_scaled(one, length)]]  # fmt: skip
        limits = [bound / length for bound in bounds.get(kpi, [])]
        panels.append(plan_pictures.Panel(label, rows, limits))
    return panels


def _scaled(one: Interval, length: float) -> tuple[float, float]:
    return (one.mean or 0.0) / length, (one.half_width or 0.0) / length


def _axis(kpi: str, unit: str, largest: float) -> tuple[float, str]:
    """What a figure is divided by for an axis a person would read, and the axis's label."""
    title, length = _title(kpi), 1.0
    if unit == "s":
        unit, length = wording.time_unit(largest)
    elif unit == "share":
        unit, length = "%", 0.01
    elif largest >= _MILLION:
        unit, length = f"million {unit}".strip(), _MILLION
    if unit.startswith("1/"):
        unit = "" if " per " in title else unit[1:]
    return length, ", ".join(part for part in (title, unit) if part)


# --- the plan ----------------------------------------------------------------------------------


def _steps(found: Reallocated, plan: Plan) -> str:
    if not plan.steps:
        return ""
    goal = found.outcome.goal
    unit = found.unit(goal.kpi)
    largest = max(abs(step.gain.mean or 0.0) for step in plan.steps)
    length, label = _axis(goal.kpi, unit, largest)
    if unit == "share":
        label = label.removesuffix("%") + "percentage points"
    drawn = [
        (found.said(step.move), *_scaled(step.gain, length), _told_apart(found, step),
         _gained(found, step.gain))
        for step in plan.steps
    ]  # fmt: skip
    rows = [_step(found, number, step) for number, step in enumerate(plan.steps, start=1)]
    beyond = plan_wording.beyond(plan, found.outcome.goal)
    return section(
        "The plan, step by step",
        plan_pictures.steps(drawn, f"gained so far: {label[:1].lower()}{label[1:]}"),
        '<p class="why">Pale bars and open markers (≈): what this step adds cannot be told from '
        "chance.</p>",
        grid(["", "Do this", "Cost", "Meanwhile", "This step", "Gain so far"], rows, [1, 3]),
        f"<p>{escape(beyond)}</p>" if beyond else "",
        f"<p>{escape(plan_wording.payback(plan))}</p>",
    )


def _told_apart(found: Reallocated, step: Step) -> bool:
    """Whether what a step adds can be told from chance, or chance has no part in it."""
    return step.added.excludes_zero or not found.outcome.goal.measured


def _step(found: Reallocated, number: int, step: Step) -> list[str]:
    alike = "" if _told_apart(found, step) else "≈ "
    return [
        str(number),
        found.said(step.move),
        plan_wording.money(step.cost, found.currency),
        plan_wording.meanwhile(step),
        f"{alike}{_gained(found, step.added, step.gain.mean)}",
        _gained(found, step.gain),
    ]


def _why(plan: Plan) -> str:
    rows = [
        (plan_wording.why(where, cause, change), 100 * change, (change > 0) == (cause == "good"))
        for where, cause, change in plan.why
    ]
    label = "change of the share of its time, percentage points; full colour: less lost, more made"
    return section("Why it wins", plan_pictures.losses(rows, label))


def _turns(found: Reallocated) -> str:
    if not found.turns:
        return ""
    drawn = [(turn.machine, turn.order, turn.start, turn.end) for turn in found.turns]
    since = f"d since {found.start}" if found.start else "d since the start"
    rows = [
        [turn.machine, turn.order, turn.operation,
         *(wording.moment(s, found.start) for s in (turn.start, turn.end))]
        for turn in found.turns[:MOST_TURNS]
    ]  # fmt: skip
    told = plan_wording.MEAN_TIMES
    if len(found.turns) > MOST_TURNS:
        told += f" The first {MOST_TURNS} of {len(found.turns)}; --json has all of them."
    return section(
        "Which order where and when",
        plan_pictures.timetable(drawn, since),
        grid(["Machine", "Order", "Step", "From", "Until"], rows, [1, 2]),
        f'<p class="why">{escape(told)}</p>',
    )


# --- designs, the front, the search ------------------------------------------------------------


def _designs(found: Reallocated) -> str:
    outcome = found.outcome
    names = list(outcome.best.figures)
    priced = any(row.amounts.get("cost") for row in outcome.rows)
    heads = ["", *map(_title, names), "Difference", *(["Cost"] if priced else []), "Changes"]
    rows = []
    for number, row in enumerate((outcome.today, *outcome.rows)):
        verdicts = () if found.interrupted else found.verdicts(row)
        cost = [_amount(found, "cost", row.amounts.get("cost", 0.0))] if priced else []
        changes = ", ".join(found.changes(row.design)) or ("" if number == 0 else "as today")
        rows.append([
            str(number) if number else "today",
            *(figure_said(row.figures.get(n), found.unit(n)) for n in names),
            _gained(found, row.gain) if row.gain is not None else "",
            *cost,
            "; ".join(part for part in (changes, *verdicts) if part),
        ])  # fmt: skip
    return section(
        "The designs that were kept, the chosen one first", grid(heads, rows, [len(heads) - 1])
    )


def _front(found: Reallocated, front: Front) -> str:
    goals = front.goals
    heads = ["", *(_title(goal.kpi) for goal in goals), "Not told apart from", "Changes"]
    rows = [
        [
            str(number),
            *(_point(found, point, goal) for goal in goals),
            ", ".join(str(index + 1) for index in point.rivals),
            ", ".join(found.changes(point.design)) or "as today",
        ]
        for number, point in enumerate(front.points, start=1)
    ]
    drawn = goals[:2]
    what = " and ".join(_title(goal.kpi).lower() for goal in drawn)
    left_out = ", ".join(_title(goal.kpi).lower() for goal in goals[2:])
    told = f"Drawn: {what}, each with its interval. Open markers: points that others may beat."
    told += f" In the table alone: {left_out}." if left_out else ""
    return section(
        "What can be had",
        _front_picture(found, front),
        f'<p class="why">{escape(told)}</p>',
        grid(heads, rows, [len(heads) - 2, len(heads) - 1]),
        f'<p class="why">{escape(plan_wording.FRONT)} {counted(front.replications, "replication")}'
        f" of each point on fresh seeds, {front.confidence:.0%} intervals.</p>",
    )


def _point(found: Reallocated, point: Point, goal: Goal) -> str:
    one = point.figures[goal.kpi]
    if goal.measured or one.mean is None:
        return figure_said(one, found.unit(goal.kpi))
    return _amount(found, goal.kpi, one.mean)


def _front_picture(found: Reallocated, front: Front) -> str:
    if len(front.goals) < 2:
        return ""
    up, across = front.goals[:2]
    axes = {}
    for goal in (up, across):
        largest = max((abs(p.figures[goal.kpi].mean or 0.0) for p in front.points), default=0.0)
        length, label = _axis(goal.kpi, found.unit(goal.kpi), largest)
        axes[goal.kpi] = length, f"{label} ({'more' if goal.sign > 0 else 'less'} is better)"
    known = {found.reallocation.today: "today", found.outcome.best.design: "the plan"}
    dots = []
    for number, point in enumerate(front.points, start=1):
        name = known.get(point.design)
        dots.append(plan_pictures.Dot(
            f"{number} ({name})" if name else str(number),
            _scaled(point.figures[across.kpi], axes[across.kpi][0]),
            _scaled(point.figures[up.kpi], axes[up.kpi][0]),
            point.certain,
        ))  # fmt: skip
    return plan_pictures.front(dots, axes[across.kpi][1], axes[up.kpi][1])


def _search(found: Reallocated) -> str:
    outcome = found.outcome
    kpi = outcome.goal.kpi
    means = [mean for _, mean in found.progress]
    if len(means) < 2 or not outcome.goal.measured:
        return ""
    unit = found.unit(kpi)
    best, today = outcome.best.figures.get(kpi), outcome.today.figures.get(kpi)
    shown = [one.mean for one in (best, today) if one is not None and one.mean is not None]
    length, label = _axis(kpi, unit, max(map(abs, [*means, *shown])))
    course = [(spent, mean / length) for spent, mean in found.progress]
    confirmed = None
    if best is not None and best.mean is not None and not found.interrupted:
        confirmed = (outcome.spent, *_scaled(best, length))
    level = None if today is None or today.mean is None else today.mean / length
    return section(
        "Progress of the search",
        plan_pictures.search(course, confirmed, level, label),
        '<p class="why">Best is first who keeps to the requirements. What a search sees of its '
        "own best flatters; only the figure on fresh seeds counts.</p>",
    )


# --- how sure that is --------------------------------------------------------------------------


def _sure(found: Reallocated) -> str:
    outcome = found.outcome
    method = f"before any run: {outcome.stage0.method}, {outcome.stage0.estimated} designs"
    return section(
        "How sure that is",
        f"<p>{escape(outcome.sentence)}.</p>",
        *(f'<p class="why">{escape(note)}</p>' for note in (method, *outcome.notes)),
    )


def _passport(found: Reallocated) -> str:
    from vtwin.studies.optimise import CONFIRMATION, SELECTION

    outcome = found.outcome
    facts = {}
    if found.seed is not None:
        facts["Seeds"] = (
            f"{found.seed} (search), {found.seed + SELECTION} (selection), "
            f"{found.seed + CONFIRMATION} (confirmation, plan and front)"
        )
    spent = f"{outcome.spent:,} spent"
    spent += f", {found.further:,} more for the plan and the front" if found.further else ""
    asked = "until a guarantee" if found.budget is None else f"{found.budget:,} replications"
    facts["Budget"] = f"{asked}; {spent}"
    seeds = "the seeds of the search" if found.interrupted else "fresh seeds"
    facts["Replications"] = f"{outcome.best.replications} of the chosen design on {seeds}"
    facts["Design"] = outcome.best.design.hash
    facts["Scenario"] = str(found.file)
    if found.saved is not None:
        facts["Plan saved as"] = f"{found.saved} (vtwin compare {found.saved} --seed 12345)"
    return section("Passport", passport(facts))
