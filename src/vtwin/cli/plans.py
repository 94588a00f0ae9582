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


def interval(one: Interval | None) -> str:
    """``412.3 ± 1.2``."""
    if one is None or one.mean is None:
        return "-"
    digits = wording.decimals(one.mean, one.half_width)
    if one.half_width is None:
        return f"{one.mean:,.{digits}f}"
    return f"{one.mean:,.{digits}f} ± {one.half_width:,.{digits}f}"


def _designs(found: Reallocated) -> RenderableType:
    outcome = found.outcome
    names = list(outcome.today.figures)
    priced = any(row.amounts.get("cost") for row in outcome.rows)
    unit = f" ({outcome.goal.unit})" if outcome.goal.unit else ""
    columns = ["", *(f">{name}" for name in names), f">gain{unit}"]
    table = plain_table(*columns, *([">cost"] if priced else []), "changes")
    table.columns[-1].no_wrap = False

    def add(label: str, row: Row, changes: str) -> None:
        cells = [label, *(interval(row.figures.get(name)) for name in names), interval(row.gain)]
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
        cells = [interval(point.figures[name]) for name in names]
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
    table = plain_table("", "do this", ">cost", "meanwhile", f">gain so far ({unit})")
    table.columns[1].no_wrap = table.columns[3].no_wrap = False
    for number, step in enumerate(plan.steps, start=1):
        meanwhile = []
        if step.people_trained and step.training_s:
            days = wording.duration(step.training_s / step.people_trained)
            meanwhile.append(f"{counted(step.people_trained, 'person')} in training for {days}")
        if step.machines_moved and step.moving_s:
            stands = wording.duration(step.moving_s / step.machines_moved)
            meanwhile.append(f"{counted(step.machines_moved, 'machine')} stands still for {stands}")
        if step.lost:
            meanwhile.append(f"about {step.lost:,.0f} good pieces less")
        cost = f"{step.cost:,.0f} {currency}".strip() if step.cost else "0"
        table.add_row(
            str(number),
            found.said(step.move),
            cost,
            ", ".join(meanwhile) or "-",
            interval(step.gain),
        )
    parts: list[RenderableType] = [heading("The plan"), indented(table)]
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
