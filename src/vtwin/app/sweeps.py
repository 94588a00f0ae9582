"""Experiments over a scenario: what is varied, what came of it, and the file that keeps it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vtwin import __version__
from vtwin.app import runs
from vtwin.app.runs import Progress, Replications
from vtwin.app.shelf import Keep, opened
from vtwin.base.errors import Problem, Refused

if TYPE_CHECKING:
    from vtwin.scenario.experiments import Experiment
    from vtwin.scenario.load import Loaded
    from vtwin.studies.designs import Point
    from vtwin.studies.sweep import Plan, Sweep
    from vtwin.studies.warmup import WarmUp

Kept = Mapping[tuple["Point", int], tuple[float, ...]]
#: First line of a sweep's file; a later layout gets another number.
_FORMAT = "# vtwin sweep 1"


@dataclass(frozen=True)
class Wishes:
    """What is asked of a sweep on top of what the experiment itself says; None: as written."""

    vary: tuple[str, ...] = ()
    design: str | None = None
    points: int | None = None
    resolution: int | None = None
    figures: tuple[str, ...] | None = None
    replications: Replications = None
    precision: float | None = None
    warmup: str | None = None  # "auto" or a duration


@dataclass(frozen=True)
class SweepResult:
    """A sweep with everything that may be said about it."""

    file: Path
    variant: str | None
    scenario: str
    name: str  # of the experiment; "" when it was said on the command line
    sweep: Sweep
    engine: str
    seed: int
    warmup: WarmUp | None
    warmup_s: float  # left out of every figure
    known: int  # replications found in the file
    warnings: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = field(default=())

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Rows of ``sweep.points``, the best first where one way is better."""
        sweep = self.sweep
        rows = range(len(sweep.points))
        if sweep.plan.kind == "sensitivity" or not sweep.better:
            return tuple(rows)
        sign = -1.0 if sweep.better == "higher" else 1.0
        means = [sweep.figure(row, 0).mean for row in rows]
        worst = float("inf")
        return tuple(
            sorted(rows, key=lambda r: (worst if (m := means[r]) is None else sign * m, r))
        )

    def to_json(self) -> dict[str, Any]:
        """Points with their figures, effects, sensitivities, the warm-up."""
        sweep = self.sweep
        paths = [factor.path for factor in sweep.plan.factors]
        calls = sweep.calls()
        return {
            "scenario": self.scenario,
            "variant": self.variant,
            "experiment": self.name or None,
            "design": sweep.plan.kind,
            "engine": self.engine,
            "seed": self.seed,
            "replications": sweep.replications,
            "confidence": sweep.confidence,
            "warmup_s": self.warmup_s,
            "factors": [{"path": f.path, "levels": list(f.levels)} for f in sweep.plan.factors],
            "points": [
                {
                    "set": {point[0]: point[1]}
                    if sweep.plan.kind == "sensitivity"
                    else dict(zip(paths, point, strict=True)),
                    "figures": {
                        name: sweep.figure(row, number).to_json()
                        for number, name in enumerate(sweep.figures)
                    },
                    "call": calls.get(row),
                }
                for row, point in enumerate(sweep.points)
            ],
            "impossible": [
                {"set": list(point), "why": why} for point, why in sweep.impossible.items()
            ],
            "effects": {
                one.figure: {
                    "main": [_effect(e) for e in one.main],
                    "interactions": [_effect(e) for e in one.interactions],
                    "levels": [
                        {"factor": v.factor, "level": v.level, "mean": v.mean.to_json()}
                        for v in one.levels
                    ],
                    "explained": one.explained,
                }
                for one in sweep.effects()
            },
            "sensitivities": {
                name: [
                    {
                        "factor": one.factor,
                        "below": one.below,
                        "above": one.above,
                        "change": one.change.to_json(),
                        "elasticity": None if one.elasticity is None else one.elasticity.to_json(),
                    }
                    for one in rows
                ]
                for name, rows in sweep.sensitivities().items()
            },
            "warmup": None if self.warmup is None else _warmup(self.warmup),
            "interrupted": sweep.interrupted,
            "warnings": [
                {"code": p.code, "what": p.what, "hint": p.hint}
                for p in (*self.warnings, *self.notes)
            ],
        }


def _effect(effect: Any) -> dict[str, Any]:
    return {
        "factors": list(effect.factors),
        "change": effect.change.to_json(),
        "together_with": [list(other) for other in effect.beside],
    }


def _warmup(found: WarmUp) -> dict[str, Any]:
    return {
        "method": "MSER-5",
        "found_s": found.found_s,
        "written_s": found.written_s,
        "pilots": found.pilots,
        "courses": {course.name: course.cut_s for course in found.courses},
    }


def sweep(
    path: str | Path,
    name: str | None = None,
    wishes: Wishes | None = None,
    *,
    variant: str | None = None,
    seed: int | None = None,
    engine: str = "auto",
    workers: int | None = None,
    out: Path | None = None,
    store: Keep = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    cluster: str | None = None,
) -> SweepResult:
    """Carry out an experiment: one of the scenario's ``experiments:`` by name (its only one
    without), or what ``wishes.vary`` says.

    Every finished replication is kept, in the store and in ``out``, a table that a later call
    goes on from. The answer depends neither on that nor on the number of workers.

    Raises:
        Refused: whatever is wrong with the scenario, the experiment (V397, V398, V584) or the
            file (V585, V651).
        KeyboardInterrupt: cancelled before every point had one replication.
    """
    from vtwin.engines.choose import engine as choose
    from vtwin.scenario import load
    from vtwin.studies import sweep as studies

    wishes = wishes or Wishes()
    plant = runs.ready(path, variant, seed=seed)
    loaded = load.load(plant.file)
    experiment = _experiment(loaded, name, wishes, variant)
    seed = plant.program.run.seed
    figures = tuple(experiment.entry.figures)
    units = _units(plant.program, figures)
    chosen = choose(engine, plant.program)
    found = _found_warmup(plant, wishes, chosen.name, progress, cancelled)
    always = _always(wishes, found)
    plan = studies.plan(experiment, seed)
    trouble: list[Problem] = []
    with runs.workers(cluster) as executor, opened(store, trouble) as kept:
        evaluator = _evaluator(loaded, variant, always, figures, seed, engine)
        evaluator.trouble = trouble
        evaluator.workers, evaluator.executor = workers, executor
        evaluator.cancelled, evaluator.store = cancelled, kept
        file = None if out is None else SweepFile(out, plan, figures, _key(evaluator, plan))
        runner = studies.Runner(
            plan,
            evaluator,
            _design,
            units,
            known={} if file is None else file.read(),
            kept=None if file is None else file.add,
            on_progress=None if progress is None else lambda f: progress(plant.name, f),
        )
        result = runner.run(
            _replications(wishes, experiment),
            wishes.precision or float(experiment.entry.precision),
        )
    return SweepResult(
        file=plant.file,
        variant=variant,
        scenario=plant.program.name,
        name=experiment.name,
        sweep=result,
        engine=chosen.name,
        seed=seed,
        warmup=found,
        warmup_s=_left_out(plant.program.run.warmup, evaluator, result),
        known=len(runner.known),
        warnings=plant.warnings,
        notes=(*trouble, *(() if file is None else file.trouble)),
    )


def precision_asked(text: str | None) -> float | None:
    """``--precision`` as written.

    Raises:
        Refused: V551, no share above 0 % and at most 100 %.
    """
    from vtwin.base import units

    if text is None:
        return None
    try:
        share = units.parse(text, "share")
    except units.UnitError as error:
        raise Refused(Problem("V551", f"--precision: {error.message}", hint=error.hint)) from None
    if not 0 < share <= 1:
        what = f"a precision lies above 0 % and up to 100 %, not {text}"
        raise Refused(Problem("V551", what, hint="such as --precision '2 %'"))
    return share


# --- what is asked -----------------------------------------------------------------------------


def _experiment(
    loaded: Loaded, name: str | None, wishes: Wishes, variant: str | None
) -> Experiment:
    from vtwin.scenario import experiments
    from vtwin.scenario.questions import ExperimentEntry

    said: dict[str, Any] = {
        key: value
        for key, value in (
            ("design", wishes.design),
            ("points", wishes.points),
            ("resolution", None if wishes.resolution is None else str(wishes.resolution)),
            ("figures", wishes.figures),
        )
        if value is not None
    }
    if wishes.vary:
        return experiments.spoken(loaded, wishes.vary, ExperimentEntry(**said), variant)
    known = experiments.names(loaded, variant)
    if name is None and len(known) != 1:
        hint = "name one: " + ", ".join(known) if known else "name what varies: --vary PATH=2..5"
        what = "the scenario has several experiments" if known else "the scenario has no experiment"
        raise Refused(Problem("V397", what, hint=hint))
    return experiments.read(loaded, name or known[0], variant, said)


def _units(program: Any, figures: Sequence[str]) -> tuple[str, ...]:
    from vtwin.results.kpi import unit_of

    return tuple(unit_of(name.rpartition(".")[2], program.currency) for name in figures)


def _found_warmup(
    plant: runs.Plant,
    wishes: Wishes,
    engine: str,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> WarmUp | None:
    from vtwin.studies import warmup

    if wishes.warmup != "auto":
        return None
    if progress is not None:
        progress("warm-up", 0.0)
    found = warmup.find(plant.program, engine=engine, cancelled=cancelled)
    if progress is not None:
        progress("warm-up", 1.0)
    return found


def _always(wishes: Wishes, found: WarmUp | None) -> dict[str, Any]:
    """What every point writes beside its own settings."""
    if found is not None:
        return {} if found.found_s is None else {"run.warmup": f"{found.found_s:.3f} s"}
    return {} if wishes.warmup is None else {"run.warmup": wishes.warmup}


def _evaluator(
    loaded: Loaded,
    variant: str | None,
    always: Mapping[str, Any],
    figures: tuple[str, ...],
    seed: int,
    engine: str,
) -> Any:
    from vtwin.scenario import build
    from vtwin.studies.evaluator import Evaluator

    return Evaluator(
        build=lambda design: build.build(loaded, variant, overrides={**always, **design.overrides}),
        figures=figures,
        seed=seed,
        engine=engine,
    )


def _design(written: Mapping[str, Any]) -> Any:
    from vtwin.scenario.decisions import Design

    return Design.of(written)


def _replications(wishes: Wishes, experiment: Experiment) -> int | Literal["auto"]:
    if wishes.replications is not None:
        return wishes.replications
    wanted: int | Literal["auto"] = experiment.entry.replications
    return wanted


def _left_out(warmup: int, evaluator: Any, sweep: Sweep) -> float:
    from vtwin.base.units import TICKS_PER_SECOND

    built = [p for p in evaluator.programs.values() if not isinstance(p, Refused)]
    return (built[0].run.warmup if built else warmup) / TICKS_PER_SECOND


# --- the file ----------------------------------------------------------------------------------


def _key(evaluator: Any, plan: Plan) -> str:
    """What a file's rows belong to: the plants, the points, the figures, seed and version."""
    from vtwin.studies.sweep import written

    parts: list[Any] = [__version__, evaluator.seed, list(evaluator.figures)]
    for point, settings in written(plan):
        try:
            parts.append([list(point), evaluator.program(_design(settings)).hash])
        except Refused:
            parts.append([list(point), None])
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class SweepFile:
    """A sweep as a table that a person keeps and a later call goes on from: a row per point and
    replication, what was written and the figures, each row on the disk before the next round.
    """

    def __init__(self, path: Path, plan: Plan, figures: Sequence[str], key: str) -> None:
        self.path = path
        self.trouble: list[Problem] = []
        self._key = key
        alone = plan.kind == "sensitivity"
        paths = ["changed", "to"] if alone else [factor.path for factor in plan.factors]
        self._columns = [*paths, "replication", *figures]
        self._settings = len(paths)

    def read(self) -> dict[tuple[Point, int], tuple[float, ...]]:
        """The rows of before; begins the file where there is none.

        Raises:
            Refused: V585, it holds something else; V651, it cannot be written.
        """
        if not self.path.exists() or self.path.stat().st_size == 0:
            self._begin()
            return {}
        try:
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(self._other(f"cannot be read: {error}")) from None
        lines = text.split("\n")
        if not lines[0].startswith(_FORMAT):
            raise Refused(self._other("is no table of a sweep"))
        if lines[1:2] != [f"# {self._key}"]:
            raise Refused(self._other("holds a sweep of another plant, design or version"))
        # A last line without its end was being written when something stopped it.
        whole = text[: text.rfind("\n") + 1]
        if len(whole) < len(text):
            os.truncate(self.path, len(whole.encode("utf-8")))
        found = {}
        for row in csv.reader(lines[3 : whole.count("\n")]):
            if len(row) == len(self._columns):
                *settings, number = row[: self._settings + 1]
                figures = tuple(float(v) if v else float("nan") for v in row[self._settings + 1 :])
                found[tuple(settings), int(number)] = figures
        return found

    def _other(self, what: str) -> Problem:
        hint = "name another file, or remove this one to begin anew"
        return Problem("V585", f"{self.path} {what}", hint=hint)

    def _begin(self) -> None:
        head = io.StringIO(newline="")
        head.write(f"{_FORMAT} (vtwin {__version__})\n# {self._key}\n")
        csv.writer(head, lineterminator="\n").writerow(self._columns)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._append(head.getvalue())
        except OSError as error:
            what = f"cannot write {self.path}: {error.strerror or error}"
            raise Refused(Problem("V651", what, hint="choose another folder")) from None

    def add(self, rows: Kept) -> None:
        """Append rows; a disk that is full is told once and costs nothing else."""
        if self.trouble or not rows:
            return
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        for (point, replication), figures in rows.items():
            shown = ["" if value != value else repr(value) for value in figures]
            writer.writerow([*point, replication, *shown])
        size = self.path.stat().st_size if self.path.exists() else 0
        try:
            self._append(text.getvalue())
        except OSError as error:
            with suppress(OSError):
                os.truncate(self.path, size)
            what = f"cannot write {self.path}: {error.strerror or error}"
            hint = "the result is complete; the store has every replication, too"
            self.trouble.append(Problem("V651", what, hint=hint, severity="warning"))

    def _append(self, text: str) -> None:
        with self.path.open("a", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
