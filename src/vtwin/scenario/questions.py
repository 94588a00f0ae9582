"""What a scenario file asks about its plant: experiments, and what may be reallocated."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from vtwin.plant.quantities import COUNT, Share
from vtwin.scenario.choices import MadeOn
from vtwin.scenario.values import Names, Replications
from vtwin.scenario.written import Written


class ExperimentEntry(Written):
    """What is varied together, and how: `vtwin sweep`."""

    description: str | None = Field(default=None, description="what it is about")
    vary: dict[str, Any] = Field(
        default={},
        description="path: 2..5, 10..30 by 5, 30 s..90 s, or a list of what may be written there; "
        "empty for a small change (sensitivity)",
    )
    design: Literal["full", "fractional", "latin_hypercube", "sobol", "sensitivity"] = Field(
        default="full", description="which settings are simulated"
    )
    resolution: Literal["3", "4", "5"] = Field(
        default="4", description="fractional: what stays apart (3 main effects, 5 also pairs)"
    )
    points: Annotated[int, COUNT] = Field(
        default=32, description="how many settings a latin hypercube or Sobol sequence has"
    )
    step: Share = Field(default=0.1, description="sensitivity: how much is a small change")
    figures: Names = Field(
        default=("good_per_day", "lead_time_s", "wip"),
        description="what is looked at; first: judged",
    )
    replications: Replications = Field(default=10, description="of every setting, or auto")
    precision: Share = Field(
        default=0.02, description="auto: half-width relative to the mean of the first figure"
    )


class MoveEntry(Written):
    """What changes places: people between these groups, places between these buffers, machines
    between these entries of one model. Their sum stays, unless there is a price for more.
    """

    equipment: Names = Field(default=(), description="buffers, and groups of machines")
    people: Names = Field(default=(), description="groups of people")


class AssignEntry(Written):
    """Each of these paths gets one of these values."""

    of: Names = Field(description="paths, such as people.kim.skills or equipment.mill-1.at")
    to: tuple[Any, ...] = Field(description="what may be written there")
    each: str = Field(
        default="0..1", description="how often a value is used: 1 (each once), 0..1, 1..3"
    )


class OrdersEntry(Written):
    """What may be decided about single orders, those of tables included."""

    sequence: Names | None = Field(
        default=None, description="all, or the orders that may change places; decides `priority:`"
    )
    on: MadeOn | None = Field(
        default=None,
        description="all, orders, or order: machines to choose from; decides `on:` of orders",
    )
    tool: Names | None = Field(
        default=None,
        description="all, or orders that may be made with other tools; decides `tool:` of orders",
    )


class GoalEntry(Written):
    """A figure to be made large or small."""

    maximise: str | None = Field(default=None, description="such as good_per_day")
    minimise: str | None = Field(
        default=None, description="such as lead_time_s, unit_cost, or cost: what the plan costs"
    )
    within: Share = Field(default=0.005, description="a relative difference that does not matter")


def _listed_goals(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class ReallocateEntry(Written):
    """What the optimiser may change, within which limits, at what price, to what end."""

    move: MoveEntry = MoveEntry()
    range: dict[str, Any] = Field(
        default={}, description="path: 2..5, 10..30 by 5, or a list of what may be written there"
    )
    assign: dict[str, AssignEntry] = Field(
        default={}, description="who gets what: skills to people, places to machines"
    )
    orders: OrdersEntry = OrdersEntry()
    limit: dict[str, Any] = Field(
        default={},
        description="head_count, budget, floor, changes, a sum of paths, or a figure: '<= 8'",
    )
    price: dict[str, Any] = Field(
        default={}, description="path: price of one more, or of each value; training, moving, piece"
    )
    goal: Annotated[tuple[GoalEntry, ...], BeforeValidator(_listed_goals)] = Field(
        default=(GoalEntry(maximise="good_per_day"),), description="what for; the first decides"
    )
