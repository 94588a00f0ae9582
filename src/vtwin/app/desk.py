"""The desk a planner sits at: every question the web app asks, and the work it may start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vtwin.app.views import (
    CompareView,
    GanttView,
    JobRow,
    LibraryView,
    OverviewView,
    RunRow,
    ScenarioRow,
    WipView,
)
from vtwin.base.errors import Problem, Refused

__all__ = ["Desk", "Problem", "Refused"]


class Desk(Protocol):
    """What a screen may ask. Implementations keep no state but the store's."""

    def scenarios(self) -> tuple[ScenarioRow, ...]:
        """The scenarios on this desk, in the order given."""

    def overview(
        self, scenario: str | None, variant: str | None, run: str | None = None
    ) -> OverviewView | None:
        """A run of a variant, the latest where none is named (or none is called that); None
        when there is no such scenario.
        """

    def compare(self, scenario: str | None, variants: Sequence[str]) -> CompareView | None:
        """The latest runs of these variants (none named: all that were run) beside the base."""

    def gantt(self, run: str) -> GanttView | None:
        """States over time in the traced replication of a run; None when none was traced."""

    def wip(self, runs: Sequence[str]) -> WipView | None:
        """WIP over time of runs, the base first; None when there is no such run."""

    def runs(self) -> tuple[RunRow, ...]:
        """Stored runs, newest first."""

    def library(self) -> LibraryView:
        """The equipment models there are, by family."""

    def jobs(self) -> tuple[JobRow, ...]:
        """Long work, newest first: everything open and what ended lately."""

    def start_run(self, scenario: str | None, variant: str | None, replications: int) -> str:
        """Queue a run; returns the job's id. Raises ``Refused``."""

    def start_compare(
        self, scenario: str | None, variants: Sequence[str], replications: int
    ) -> str:
        """Queue runs of the base and of these variants; returns the job's id."""

    def start_explain(self, scenario: str | None, variant: str | None, replications: int) -> str:
        """Queue the proof of the bottleneck: each suspect 10 % faster; returns the job's id."""

    def cancel(self, job: str) -> None:
        """Stop a job, keeping the replications it finished."""
