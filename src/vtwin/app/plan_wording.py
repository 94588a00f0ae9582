"""How a plan is said to people, in the terminal and in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtwin.app import wording
from vtwin.base.units import counted

if TYPE_CHECKING:
    from vtwin.app.reallocation import Reallocated
    from vtwin.scenario.decisions import Goal
    from vtwin.studies.plan import Plan, Step

LOSSES = {
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

FRONT = (
    "No point is better in all of these than another, in the means. Where numbers stand under "
    "'not told apart from', those points may be better in all: the difference is not "
    "significant."
)
MEAN_TIMES = "As it would be if everything took its mean time and nothing failed unforeseen."


def facts(found: Reallocated) -> list[str]:
    """How much was looked at."""
    outcome = found.outcome
    more = [f"{found.further} more for what follows from it"] if found.further else []
    return [
        f"{counted(outcome.simulated, 'design')} simulated of {_many(outcome.size)} "
        "(before limits)",
        counted(outcome.spent, "replication"),
        *more,
    ]


def _many(number: int) -> str:
    """A number of designs; of a long one how many digits it has."""
    return f"{number:,}" if number < 10**12 else f"10^{len(str(number)) - 1}"


def money(cost: float, currency: str | None) -> str:
    """What a step costs: ``85,000,000 KRW``, ``0``."""
    return f"{cost:,.0f} {currency or ''}".strip() if cost else "0"


def meanwhile(step: Step) -> str:
    """What a step takes away while it is done; a dash where that is nothing."""
    told = []
    if step.people_trained and step.training_s:
        days = wording.duration(step.training_s / step.people_trained)
        told.append(f"{counted(step.people_trained, 'person')} in training for {days}")
    if step.machines_moved and step.moving_s:
        stands = wording.duration(step.moving_s / step.machines_moved)
        stand = "stands" if step.machines_moved == 1 else "stand"
        machines = counted(step.machines_moved, "machine")
        told.append(f"{machines} {stand} still for {stands}")
    if step.lost:
        told.append(f"about {step.lost:,.0f} good pieces less")
    return ", ".join(told) or "-"


def beyond(plan: Plan, goal: Goal) -> str:
    """Which steps bring nothing that can be told from chance; "" where there are none, and where
    chance has no part in the goal.
    """
    last = len(plan.steps)
    if last < 2 or plan.enough == last or not goal.measured:
        return ""
    if plan.enough == 0:
        return "No single step gains what can be told from chance; together see the last line."
    alone = plan.enough == last - 1
    rest = f"Step {last} adds" if alone else f"Steps {plan.enough + 1} to {last} add"
    return (
        f"≈ {rest} nothing that can be told from chance in so many replications; the variant "
        f"step-{plan.enough} is the plant without that."
    )


def payback(plan: Plan) -> str:
    """When the plan has paid for itself, or why that is not said."""
    if plan.payback_days is None:
        return f"Payback: {plan.payback_of}."
    return f"Pays back its {plan.payback_of} in {plan.payback_days:,.1f} days of production."


def why(where: str, cause: str, change: float) -> str:
    """A change of a machine's losses: "mill-2: 4.5 % of its time less set-up"."""
    word = "more" if change > 0 else "less"
    return f"{where}: {100 * abs(change):.1f} % of its time {word} {LOSSES.get(cause, cause)}"
