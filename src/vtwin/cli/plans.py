"""A reallocation as text: the designs kept, the plan, why it wins, what is guaranteed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from vtwin.app import plan_wording, wording
from vtwin.cli.text import heading, indented, plain_table

if TYPE_CHECKING:
    from vtwin.app.reallocation import Reallocated
    from vtwin.results.statistics import Interval
    from vtwin.studies.front import Front
    from vtwin.studies.optimise import Row
    from vtwin.studies.plan import Plan


def reallocated(found: Reallocated) -> RenderableType:
    """The whole answer."""
    outcome = found.outcome
    title = Text(f"\n{found.name}: what to reallocate\n", style="bold")
    title.append(" · ".join(plan_wording.facts(found)), style="not bold dim")
    parts: list[RenderableType] = [title]
    if outcome.interrupted:
        parts.append(Text("stopped; the same command goes on from what is kept", style="yellow"))
    parts += [heading("Best designs"), indented(_designs(found))]
    if found.plan is not None:
        parts += _plan(found, found.plan)
    if found.turns:
        parts += _turns(found)
    if found.front is not None:
        parts += _front(found, found.front)
    parts += [heading("How sure that is"), indented(Text(f"{outcome.sentence}."))]
    method = f"before any run: {outcome.stage0.method}, {outcome.stage0.estimated} designs"
    parts.append(indented(Text(method, style="dim")))
    parts += [indented(Text(note, style="dim")) for note in outcome.notes]
    if found.saved is not None:
        parts += [
            heading("Saved"),
            indented(Text(f"{found.saved}\nNext: vtwin compare {found.saved} --seed 12345")),
        ]
    return Group(*parts)


def interval(
    one: Interval | None, unit: str = "", *, like: float | None = None, gain: bool = False
) -> str:
    """``412.3 ± 1.2``; shares as ``92.4 ± 1.1 %``, their gains in points, durations in the
    unit of ``like`` (s).
    """
    if one is None or one.mean is None:
        return "-"
    if unit not in ("share", "s"):
        unit = ""
    value, margin, shown = wording.split(one.mean, one.half_width, unit or "1", like=like)
    if gain and one.mean > 0:
        value = f"+{value}"
    shown = {"1": "", "%": "points" if gain else "%"}.get(shown, shown)
    return " ".join(part for part in (value, margin, shown) if part)


def _bracketed(unit: str) -> str:
    """A unit at the head of a column; shares and durations have theirs beside each figure."""
    return f" ({unit})" if unit and unit not in ("share", "s") else ""


def _gain_size(row: Row) -> float | None:
    return None if row.gain is None else row.gain.mean


def _designs(found: Reallocated) -> RenderableType:
    outcome = found.outcome
    names = list(outcome.best.figures)
    priced = any(row.amounts.get("cost") for row in outcome.rows)
    units = {name: found.unit(name) for name in names}
    sizes = {name: one.mean for name, one in outcome.today.figures.items()}
    goal = outcome.goal.kpi
    columns = ["", *(f">{name}" for name in names), f">gain{_bracketed(outcome.goal.unit)}"]
    table = plain_table(*columns, *([">cost"] if priced else []), "changes")
    table.columns[-1].no_wrap = False

    def add(label: str, row: Row, changes: str) -> None:
        cells = [label]
        cells += [interval(row.figures.get(n), units[n], like=sizes[n]) for n in names]
        cells.append(interval(row.gain, units.get(goal, ""), like=_gain_size(row), gain=True))
        cells += [f"{row.amounts['cost']:,.0f}"] if priced else []
        calls = found.verdicts(row)
        told = f" ({'; '.join(calls)})" if calls else ""
        table.add_row(*cells, (changes + told).strip())

    add("today", outcome.today, "")
    for number, row in enumerate(outcome.rows, start=1):
        add(str(number), row, ", ".join(found.changes(row.design)) or "as today")
    return table


def _front(found: Reallocated, front: Front) -> list[RenderableType]:
    names = [goal.kpi for goal in front.goals]
    table = plain_table("", *(f">{name}" for name in names), "not told apart from", "changes")
    table.columns[-1].no_wrap = False
    for number, point in enumerate(front.points, start=1):
        cells = [interval(point.figures[name], found.unit(name)) for name in names]
        rivals = ", ".join(str(index + 1) for index in point.rivals)
        changes = ", ".join(found.changes(point.design)) or "as today"
        table.add_row(str(number), *cells, rivals, changes)
    return [
        heading("What can be had"),
        indented(table),
        indented(Text(plan_wording.FRONT, style="dim")),
    ]


#: Rows of the timetable that are printed; --json has all of them.
_MOST_TURNS = 60


def _turns(found: Reallocated) -> list[RenderableType]:
    """Which order is where, and when, machine by machine."""
    table = plain_table("machine", "order", "step", ">from", ">until")
    before = ""
    for turn in found.turns[:_MOST_TURNS]:
        machine = "" if turn.machine == before else turn.machine
        before = turn.machine
        begun, ended = (wording.moment(s, found.start) for s in (turn.start, turn.end))
        table.add_row(machine, turn.order, turn.operation, begun, ended)
    told = plan_wording.MEAN_TIMES
    if len(found.turns) > _MOST_TURNS:
        told += f" The first {_MOST_TURNS} of {len(found.turns)}; --json has all of them."
    title = heading("Which order where and when")
    return [title, indented(table), indented(Text(told, style="dim"))]


def _plan(found: Reallocated, plan: Plan) -> list[RenderableType]:
    if not plan.steps:
        return [heading("The plan"), indented(Text("Leave everything as it is."))]
    unit = found.outcome.goal.unit
    heads = [">cost", "meanwhile", f">this step{_bracketed(unit)}", ">gain so far"]
    table = plain_table("", "do this", *heads)
    table.columns[1].no_wrap = table.columns[3].no_wrap = False
    for number, step in enumerate(plan.steps, start=1):
        size = step.gain.mean
        added = interval(step.added, unit, like=size, gain=True)
        gained = interval(step.gain, unit, like=size, gain=True)
        alike = "" if step.added.excludes_zero else "≈ "
        cells = [plan_wording.meanwhile(step), f"{alike}{added}", gained]
        cost = plan_wording.money(step.cost, found.currency)
        table.add_row(str(number), found.said(step.move), cost, *cells)
    parts: list[RenderableType] = [heading("The plan"), indented(table)]
    told = plan_wording.beyond(plan, found.outcome.goal)
    parts += [indented(Text(told))] if told else []
    parts.append(indented(Text(plan_wording.payback(plan))))
    if plan.why:
        parts.append(heading("Why it wins"))
        parts += [indented(Text(plan_wording.why(*one))) for one in plan.why]
    return parts
