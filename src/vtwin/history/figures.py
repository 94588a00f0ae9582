"""What is fitted: figures with their rows, intervals and confidence, and the gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Confidence = Literal["high", "fair", "low", "assumed"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure: its 95 % interval where there is one, the rows it rests on, and how."""

    name: str
    value: float
    unit: str
    low: float | None
    high: float | None
    rows: int
    how: str
    confidence: Confidence

    def to_json(self) -> dict[str, Any]:
        """The estimate as plain data."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "rows": self.rows,
            "how": self.how,
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """A parameter the records say nothing about, and what is used instead."""

    name: str
    used: str
    why: str

    def to_json(self) -> dict[str, str]:
        """The gap as plain data."""
        return {"name": self.name, "used": self.used, "why": self.why}


@dataclass(frozen=True, slots=True)
class Fit:
    """A distribution of times against the data: mean in s, coefficient of variation, the
    Kolmogorov-Smirnov distance and the distance a true model exceeds in 5 % of cases.
    """

    kind: Literal["exponential", "lognormal", "gamma"]
    mean: float
    cv: float
    distance: float
    limit: float
    n: int

    @property
    def passes(self) -> bool:
        """Whether the data do not speak against it."""
        return self.distance <= self.limit


@dataclass(frozen=True, slots=True)
class ToolFit:
    """What the records say of a tool."""

    tool: str
    cycle: Estimate  # s per shot while nothing is wrong
    setting_s: float | None
    cavities: int
    standard: int | None
    scrap: Estimate
    causes: tuple[tuple[str, float], ...]  # share of the scrap, largest first
    machines: tuple[str, ...]  # where it may run, by name
    seen_on: tuple[str, ...]
    by_machine: tuple[tuple[str, float], ...]  # cycle relative to the tool's where it differs


@dataclass(frozen=True)
class Fits:
    """All that was fitted."""

    tools: Mapping[str, ToolFit]
    spread: float  # coefficient of variation of shots per full shift without a stop
    spread_rows: int
    stop_every: Estimate  # operating hours between stops
    stop_length: Fit
    tool_change: Estimate  # h
    colour_change: Estimate  # h
    material_change: Estimate  # h, on top of either
    weekdays: tuple[int, ...]  # 0 = Monday
    closed: tuple[dt.date, ...]
    release_lag: int  # working days from receipt to the first possible shift
    month_bound: bool  # orders wait for the month their number names
    by_shift: tuple[tuple[str, float, int], ...]  # shift, rate relative to all, rows
    cycle_ratio: Estimate  # actual cycle over setting, all tools
    scrap_share: Estimate
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def estimates(self) -> list[Estimate]:
        """Every figure, general ones first."""
        return [
            self.cycle_ratio,
            self.scrap_share,
            self.tool_change,
            self.colour_change,
            self.material_change,
            self.stop_every,
            *(e for tool in self.tools.values() for e in (tool.cycle, tool.scrap)),
        ]
