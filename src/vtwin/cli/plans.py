"""A reallocation as text: the designs kept, the plan, why it wins, what is guaranteed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from vtwin.app import wording
from vtwin.base.units import counted
from vtwin.cli.text import heading, indented, plain_table

if TYPE_CHECKING:
    from vtwin.app.reallocation import Reallocated
    from vtwin.results.statistics import Interval
    from vtwin.studies.front import Front
    from vtwin.studies.optimise import Row
    from vtwin.studies.plan import Plan

_LOSSES = {
    "good": "making good pieces",
    "scrap": "making scrap",
    "slow": "slow cycles",
    "setup": "set-up",
    "waiting_operator": "waiting for people",
    "blocked": "blocked",
    "starved": "starved",
    "down": "down",
    "planned_stop": "planned stops",
}


def reallocated(found: Reallocated) -> RenderableType:
    """The whole answer."""
    outcome = found.outcome
    of_all = f"of {_many(outcome.size)} (before limits)"
    facts = [
        f"{counted(outcome.simulated, 'design')} simulated {of_all}",
        counted(outcome.spent, "replication"),
        *([f"{found.further} more for what follows from it"] if found.further else []),
    ]
    title = Text(f"\n{found.name}: what to reallocate\n", style="bold")
    title.append(" · ".join(facts), style="not bold dim")
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


def _many(number: int) -> str:
    """A number of designs; of a long one how many digits it has."""
    return f"{number:,}" if number < 10**12 else f"10^{len(str(number)) - 1}"


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
    told = (
        "No point is better in all of these than another, in the means. Where numbers stand under "
        "'not told apart from', those points may be better in all: the difference is not "
        "significant."
    )
    return [heading("What can be had"), indented(table), indented(Text(told, style="dim"))]


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
    told = "As it would be if everything took its mean time and nothing failed unforeseen."
    if len(found.turns) > _MOST_TURNS:
        told += f" The first {_MOST_TURNS} of {len(found.turns)}; --json has all of them."
    title = heading("Which order where and when")
    return [title, indented(table), indented(Text(told, style="dim"))]


def _plan(found: Reallocated, plan: Plan) -> list[RenderableType]:
    if not plan.steps:
        return [heading("The plan"), indented(Text("Leave everything as it is."))]
    currency = found.currency or ""
    unit = found.outcome.goal.unit
    heads = [">cost", "meanwhile", f">this step{_bracketed(unit)}", ">gain so far"]
    table = plain_table("", "do this", *heads)
    table.columns[1].no_wrap = table.columns[3].no_wrap = False
    for number, step in enumerate(plan.steps, start=1):
        meanwhile = []
        if step.people_trained and step.training_s:
            days = wording.duration(step.training_s / step.people_trained)
            meanwhile.append(f"{counted(step.people_trained, 'person')} in training for {days}")
        if step.machines_moved and step.moving_s:
            stands = wording.duration(step.moving_s / step.machines_moved)
            stand = "stands" if step.machines_moved == 1 else "stand"
            machines = counted(step.machines_moved, "machine")
            meanwhile.append(f"{machines} {stand} still for {stands}")
        if step.lost:
            meanwhile.append(f"about {step.lost:,.0f} good pieces less")
        cost = f"{step.cost:,.0f} {currency}".strip() if step.cost else "0"
        size = step.gain.mean
        added = interval(step.added, unit, like=size, gain=True)
        gained = interval(step.gain, unit, like=size, gain=True)
        alike = "" if step.added.excludes_zero else "≈ "
        cells = [", ".join(meanwhile) or "-", f"{alike}{added}", gained]
        table.add_row(str(number), found.said(step.move), cost, *cells)
    parts: list[RenderableType] = [heading("The plan"), indented(table)]
    if len(plan.steps) > 1 and plan.enough < len(plan.steps):
        parts.append(indented(Text(_beyond(plan))))
    if plan.payback_days is not None:
        told = f"Pays back its {plan.payback_of} in {plan.payback_days:,.1f} days of production."
    else:
        told = f"Payback: {plan.payback_of}."
    parts.append(indented(Text(told)))
    if plan.why:
        parts.append(heading("Why it wins"))
        for where, cause, change in plan.why:
            word = "more" if change > 0 else "less"
            share = f"{100 * abs(change):.1f} % of its time {word} {_LOSSES.get(cause, cause)}"
            parts.append(indented(Text(f"{where}: {share}")))
    return parts


def _beyond(plan: Plan) -> str:
    """Which steps bring nothing that can be told from chance."""
    if plan.enough == 0:
        return "No single step gains what can be told from chance; together see the last line."
    last = len(plan.steps)
    alone = plan.enough == last - 1
    rest = f"Step {last} adds" if alone else f"Steps {plan.enough + 1} to {last} add"
    return (
        f"≈ {rest} nothing that can be told from chance in so many replications; the variant "
        f"step-{plan.enough} is the plant without that."
    )
