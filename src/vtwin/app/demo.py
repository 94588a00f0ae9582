"""The main job on the shipped plant: run it, say what limits it, judge two changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from vtwin.app import runs, studies
from vtwin.app.runs import Plant, Progress, Replications, RunResult
from vtwin.app.scenarios import shipped_scenarios
from vtwin.app.shelf import Keep
from vtwin.app.studies import BASELINE, Explanation, Study
from vtwin.base.shipped import shipped

#: The plant shown, the first of these that is shipped.
PLANTS = ("injection_plant", "two_mill_cell", "three_in_a_row")
WHAT_IFS = 2
REPLICATIONS = 10


class Demo:
    """The steps of the demonstration, each done when it is asked for."""

    def __init__(
        self,
        *,
        store: Keep = None,
        progress: Progress | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self.name = next(name for name in PLANTS if name in shipped_scenarios())
        self.explanation: Explanation | None = None
        self.study: Study | None = None
        self._store = store
        self._progress = progress
        self._stop = stop
        self._plant: Plant | None = None
        self._baseline: RunResult | None = None

    @property
    def path(self) -> Path:
        """The shipped scenario file."""
        return shipped("scenarios") / self.name / "scenario.yaml"

    def plant(self) -> Plant:
        """Read and check the plant."""
        if self._plant is None:
            self._plant = runs.ready(self.path)
        return self._plant

    def baseline(self, replications: Replications = None) -> RunResult:
        """Simulate it as it is."""
        if self._baseline is None:
            self._baseline = runs.execute(
                self.plant(),
                replications=replications or REPLICATIONS,
                store=self._store,
                trace=True,
                progress=self._progress,
                cancelled=self._stop,
            )
        return self._baseline

    def explain(self) -> Explanation:
        """What limits it, with proof."""
        if self.explanation is None:
            self.explanation = studies.explain_run(
                self.plant(), self.baseline(), progress=self._progress, cancelled=self._stop
            )
            studies.remember_explanation(self.explanation, self.plant(), self._store)
        return self.explanation

    def what_ifs(self) -> list[str]:
        """The first variants of the plant."""
        from vtwin.scenario import load

        return load.variants(load.load(self.path))[:WHAT_IFS]

    def compare(self) -> Study:
        """Two what-ifs against the plant as it is, under common random numbers."""
        if self.study is None:
            base = self.baseline()
            plants = {BASELINE: self.plant()}
            plants |= {name: runs.ready(self.path, name) for name in self.what_ifs()}
            self.study = studies.compare_plants(
                plants,
                replications=len(base.tallies),
                store=self._store,
                trace=True,
                progress=self._progress,
                cancelled=self._stop,
                done={BASELINE: base},
            )
            studies.remember_study(self.study, plants, self._store)
        return self.study

    def to_json(self) -> dict[str, Any]:
        """Whatever was done so far."""
        body: dict[str, Any] = {"scenario": self.name}
        if self._baseline is not None:
            body["run"] = self._baseline.to_json()
        if self.explanation is not None:
            body["explanation"] = self.explanation.to_json()
        if self.study is not None:
            body["comparison"] = self.study.to_json()
        return body
