"""Run a plant: load, build, simulate, measure, judge, keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vtwin.base.errors import Problem, Refused

if TYPE_CHECKING:
    from vtwin.plant.program import Program
    from vtwin.plant.trace import Tally
    from vtwin.results.bottleneck import Verdict
    from vtwin.results.kpi import Summary

#: How many replications: a number, "auto" (until precise enough) or None (the scenario's own).
Replications = int | Literal["auto"] | None
#: Where runs are kept: a database URL, None for the default place, False for nowhere.
Keep = str | Literal[False] | None
#: Called with what is being done and the share of it that is done, 0..1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class RunResult:
    """A run and everything that may be said about it."""

    file: Path
    variant: str | None
    program: Program
    tallies: tuple[Tally, ...]
    summary: Summary
    jury: Verdict | None
    why_engine: str
    asked: int  # replications asked for
    warnings: tuple[Problem, ...] = ()  # from the check, before the run
    notes: tuple[Problem, ...] = ()  # from the run
    interrupted: bool = False
    run_id: str | None = None  # in the store
    from_store: bool = False
    kept_at: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)  # KPI key -> "target 400"

    @property
    def name(self) -> str:
        """The scenario, with its variant."""
        title = self.summary.scenario
        return f"{title} · {self.variant}" if self.variant else title

    @property
    def limit(self) -> str:
        """What limits the plant, as a sentence."""
        return "" if self.jury is None else self.jury.sentence

    def to_json(self) -> dict[str, Any]:
        """The stable result JSON, with what was told beside the figures."""
        body: dict[str, Any] = dict(self.summary.to_json())
        body["interrupted"] = self.interrupted
        body["run"] = self.run_id
        body["from_store"] = self.from_store
        body["warnings"] = [
            {"code": p.code, "what": p.what, "hint": p.hint} for p in (*self.warnings, *self.notes)
        ]
        if self.jury is not None:
            body["bottleneck"] = self.jury.to_json()
        return body


def replications_asked(text: str | None) -> Replications:
    """``--replications`` as written.

    Raises:
        Refused: V551, not a whole number of at least 1, nor ``auto``.
    """
    if text is None or text == "auto":
        return text  # type: ignore[return-value]
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        what = f"replications must be a whole number of at least 1, or auto, not '{text}'"
        raise Refused(Problem("V551", what, hint="5 give a first idea, 20 a narrow interval"))
    return number
