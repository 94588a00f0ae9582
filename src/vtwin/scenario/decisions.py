"""What a study may decide about a plant: the vocabulary shared by sweeps and the optimiser.

A *decision* says which paths of a scenario may be written anew, and with what. A *design* is
one complete choice: a generated variant, canonical and hashed, so that the same plant is the
same design however it was found. *Limits* are linear and known beforehand, *requirements* and
measured *goals* need replications.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from vtwin.base.errors import Where

Kind = Literal["integer", "level", "category", "assignment", "permutation"]
Sense = Literal["maximise", "minimise"]

#: Figures that follow from a design alone: no replication is needed to know them.
KNOWN_BEFOREHAND = ("cost", "head_count", "floor", "changes")


def canonical(value: Any) -> str:
    """Canonical JSON of what is written at a path; numbers become the text a person writes."""
    return json.dumps(_text(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _text(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_text(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be written at ``paths``: one of ``values`` (canonical JSON) each.

    Whole numbers (integer) and quantities (level) are in their order, so that one up or down is
    a small step; a category has none. An assignment gives every path a value, each value
    ``least[i]`` to ``most[i]`` times; a permutation gives every path another one. ``today`` are
    the positions of what is written now, None where that is not among the values.
    """

    name: str
    kind: Kind
    paths: tuple[str, ...]
    values: tuple[str, ...]
    today: tuple[int, ...] | None = None
    least: tuple[int, ...] = ()
    most: tuple[int, ...] = ()

    @property
    def ordered(self) -> bool:
        """Whether neighbouring values are alike."""
        return self.kind in ("integer", "level")

    @property
    def counts(self) -> bool:
        """Whether the values are whole numbers that may be added up."""
        return self.kind == "integer"


@dataclass(frozen=True, slots=True)
class Design:
    """A choice for every decision: (path, canonical JSON of what is written there), by path."""

    settings: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, overrides: Mapping[str, Any]) -> Design:
        """The design that writes these values at these paths."""
        return cls(tuple(sorted((path, canonical(v)) for path, v in overrides.items())))

    @property
    def hash(self) -> str:
        """``sha256:…`` of the settings."""
        text = json.dumps(self.settings, separators=(",", ":"), ensure_ascii=False)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    @property
    def overrides(self) -> dict[str, Any]:
        """Path -> value, as `build` takes them and a variant's ``set:`` holds them."""
        return {path: json.loads(value) for path, value in self.settings}

    def differs(self, other: Design) -> tuple[str, ...]:
        """Paths at which this writes something else than ``other``, in their order."""
        there = dict(other.settings)
        return tuple(path for path, value in self.settings if there.get(path) != value)


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to be made large or small. ``within`` is the relative difference that does not
    matter (the indifference zone), ``unit`` the figure's. Measured per replication, unless it
    is one of `KNOWN_BEFOREHAND`.
    """

    kpi: str
    sense: Sense = "maximise"
    within: float = 0.005
    unit: str = ""

    @property
    def measured(self) -> bool:
        """Whether replications are needed to know it."""
        return self.kpi not in KNOWN_BEFOREHAND

    @property
    def sign(self) -> float:
        """Factor that makes larger better."""
        return 1.0 if self.sense == "maximise" else -1.0


@dataclass(frozen=True, slots=True)
class Requirement:
    """A measured figure that must keep to a bound in the long run (on time at least 95 %)."""

    kpi: str
    low: float | None = None
    high: float | None = None

    def excess(self, value: float) -> float:
        """How far a value is on the wrong side; 0 where it is kept."""
        below = 0.0 if self.low is None else self.low - value
        above = 0.0 if self.high is None else value - self.high
        return max(0.0, below, above)


@dataclass(frozen=True, slots=True)
class Extra:
    """What is in excess of ``base``: ``price`` for each unit by which the sum of ``weights``
    ((path, value) -> units) passes it. Units moved within the sum cost nothing.
    """

    price: float
    base: float
    weights: Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Limit:
    """A sum over what is written, known before any run: ``weights`` of (path, value), each
    counted where that value is written there, ``constant`` and extras; within [low, high].
    """

    name: str
    weights: Mapping[tuple[str, str], float]
    low: float | None = None
    high: float | None = None
    unit: str = ""
    constant: float = 0.0
    extras: tuple[Extra, ...] = ()

    def amount(self, design: Design) -> float:
        """The sum for a design."""
        total = self.constant + _sum(self.weights, design.settings)
        for extra in self.extras:
            over = _sum(extra.weights, design.settings) - extra.base
            total += extra.price * max(0.0, over)
        return total

    def kept(self, design: Design) -> bool:
        """Whether a design keeps to it, up to rounding."""
        amount = self.amount(design)
        slack = 1e-9 * max(1.0, abs(amount))
        low = self.low is None or amount >= self.low - slack
        return low and (self.high is None or amount <= self.high + slack)


def _sum(weights: Mapping[tuple[str, str], float], settings: Iterable[tuple[str, str]]) -> float:
    return sum(weights.get(setting, 0.0) for setting in settings)


@dataclass(frozen=True)
class OrderChoices:
    """What decisions about single orders are about: path -> order whose priority it is, path ->
    (order, operation) whose machines it says, and the machines that each value there means; ()
    are all that can. ``tools``: path -> (order, operation) whose tool it says; a plant with other
    tools is built anew, so they are not among the ``paths``.
    """

    priority: Mapping[str, str]
    machines: Mapping[str, tuple[str, str]]
    able: Mapping[tuple[str, str], tuple[str, ...]]
    tools: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """Those that need no other plant: priorities and machines."""
        return (*self.priority, *self.machines)


@dataclass(frozen=True)
class Reallocation:
    """A scenario's ``reallocate:`` section, read and checked.

    ``amounts`` are the sums that goals and plans speak of (cost, head_count, floor, changes),
    whether they are limited or not. ``today`` is the design that changes nothing.
    """

    decisions: tuple[Decision, ...]
    limits: tuple[Limit, ...]
    requirements: tuple[Requirement, ...]
    goals: tuple[Goal, ...]
    today: Design
    amounts: Mapping[str, Limit] = field(default_factory=dict)
    training_s: float = 0.0  # per person retrained
    training_cost: float = 0.0
    moving_s: float = 0.0  # per machine moved
    moving_cost: float = 0.0
    worth: float = 0.0  # of one more good piece
    pooled: Mapping[str, Sequence[str]] = field(default_factory=dict)  # section -> paths moved
    #: Where limits are written, by name; "" is the section itself.
    places: Mapping[str, Where] = field(default_factory=dict)
    orders: OrderChoices | None = None  # None: no single order is decided
