"""Comparisons and explanations: several runs, one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtwin.app import runs
from vtwin.app.runs import Plant, Progress, Replications, RunResult
from vtwin.app.shelf import Keep, remember
from vtwin.base.errors import Problem, Refused

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from vtwin.results.losses import Ledger
    from vtwin.studies.compare import Comparison
    from vtwin.studies.proof import Proof

BASELINE = "baseline"
#: So many suspects are put to the proof.
SUSPECTS = 3
#: Cause in the loss ledger -> words.
CAUSES = {
    "scrap": "making scrap",
    "slow": "slower than planned",
    "setup": "set-up",
    "waiting_operator": "waits for operator",
    "blocked": "blocked",
    "starved": "starved",
    "down": "down",
}


@dataclass(frozen=True)
class Gain:
    """What one suspect made 10 % faster would bring."""

    suspect: str
    mean: float | None
    half_width: float | None
    unit: str
    clear: bool  # the interval does not hold 0


@dataclass(frozen=True)
class Explanation:
    """Why a plant is slow: what the jury says, the proof, where the time is lost."""

    run: RunResult
    proof: Proof | None
    ledger: Ledger
    constraint: str  # the machine or group of machines most likely to limit the plant
    lost: tuple[tuple[str, float], ...]  # cause in words, share of the time lost there

    @property
    def gains(self) -> tuple[Gain, ...]:
        """The proof, suspect by suspect."""
        if self.proof is None:
            return ()
        return tuple(
            Gain(name, one.gain.mean, one.gain.half_width, one.unit, one.gain.excludes_zero)
            for name, one in self.proof.gains.items()
        )

    @property
    def conclusion(self) -> str:
        """What the proof says."""
        if self.proof is None:
            return ""
        if self.proof.bottleneck is not None:
            return f"Proved: {self.proof.bottleneck} is the bottleneck."
        if not any(gain.clear for gain in self.gains):
            return "None of them alone, 10 % faster, makes a difference that can be told."
        return "Which of them limits the plant most cannot be told; more replications may tell."

    def to_json(self) -> dict[str, Any]:
        """Jury, proof, ledger and notes."""
        return {
            "scenario": self.run.summary.scenario,
            "variant": self.run.variant,
            "replications": len(self.run.tallies),
            "jury": None if self.run.jury is None else self.run.jury.to_json(),
            "proof": None if self.proof is None else self.proof.to_json(),
            "constraint": self.constraint,
            "lost": dict(self.lost),
            "ledger": self.ledger.to_json(),
            "stall": next((list(t.stall) for t in self.run.tallies if t.stall), []),
            "warnings": [
                {"code": p.code, "what": p.what, "hint": p.hint}
                for p in (*self.run.warnings, *self.run.notes)
            ],
        }


@dataclass(frozen=True)
class Study:
    """Plants compared with a baseline under common random numbers."""

    results: Mapping[str, RunResult]  # label -> run, the baseline first
    comparison: Comparison
    changes: Mapping[str, tuple[str, ...]]  # label -> what is different, in words
    cut_short: bool = False  # cancelled before every plant had its turn

    @property
    def baseline(self) -> RunResult:
        """The run everything is compared with."""
        return self.results[self.comparison.baseline]

    @property
    def interrupted(self) -> bool:
        """Whether some replications asked for are missing."""
        return self.cut_short or any(r.interrupted for r in self.results.values())

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What the checks warn of, each once."""
        return tuple(dict.fromkeys(p for r in self.results.values() for p in r.warnings))

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What must be said about single runs, with the label of the run."""
        return _labelled_notes(self.results)

    def to_json(self) -> dict[str, Any]:
        """The comparison, what was changed, and what was told beside it."""
        body: dict[str, Any] = dict(self.comparison.to_json())
        body["changes"] = {label: list(words) for label, words in self.changes.items()}
        body["interrupted"] = self.interrupted
        body["runs"] = {label: result.run_id for label, result in self.results.items()}
        body["warnings"] = [
            {"code": p.code, "what": p.what, "hint": p.hint} for p in (*self.warnings, *self.notes)
        ]
        return body


def _labelled_notes(results: Mapping[str, RunResult]) -> tuple[Problem, ...]:
    from dataclasses import replace

    noted = [
        replace(p, what=f"{label}: {p.what}") if p.code.startswith("V55") else p
        for label, result in results.items()
        for p in result.notes
    ]
    return tuple(dict.fromkeys(noted))


def compare(
    paths: str | Path | Sequence[str | Path],
    variants: Sequence[str] | None = None,
    *,
    replications: Replications = None,
    engine: str = "auto",
    seed: int | None = None,
    goal: str | None = None,
    store: Keep = None,
    trace: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    cluster: str | None = None,
) -> Study:
    """Which plant is better, by how much, with what certainty.

    One path: the scenario against its ``variants`` (None: all of them). Several: the first is
    the baseline; ``variants`` then are those of the first. All run the same replications with
    the baseline's seed. ``goal``: the KPI that decides (None: chosen, and the answer says why).

    Raises:
        Refused: what is wrong with any of them, all at once; V556, nothing to compare.
        KeyboardInterrupt: cancelled before each had one replication in common.
    """
    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    plants = _plants(listed, variants, seed)
    with runs.workers(cluster) as executor:
        study = compare_plants(
            plants,
            replications=replications,
            engine=engine,
            goal=goal,
            store=store,
            trace=trace,
            progress=progress,
            cancelled=cancelled,
            executor=executor,
        )
    if len(listed) == 1:
        remember_study(study, plants, store)
    return study


def remember_study(study: Study, plants: Mapping[str, Plant], store: Keep) -> None:
    """Let the web app show a comparison of a scenario with its variants."""
    if study.interrupted:
        return
    body = study.to_json()
    variants = [plant.variant for plant in plants.values() if plant.variant]
    base = plants[next(iter(plants))]
    remember(store, "compare", base, variants, body, body["runs"].values())


def compare_plants(
    plants: Mapping[str, Plant],
    *,
    replications: Replications = None,
    engine: str = "auto",
    goal: str | None = None,
    store: Keep = None,
    trace: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    done: Mapping[str, RunResult] | None = None,
    executor: Executor | None = None,
) -> Study:
    """Compare plants that are ready, the first being the baseline; ``done``: runs made
    already, by label, with the replications wanted.
    """
    from vtwin.studies.compare import compare_tallies

    results: dict[str, RunResult] = {}
    wanted = replications
    for label, plant in plants.items():
        result = (done or {}).get(label)
        try:
            results[label] = result or runs.execute(
                plant,
                replications=wanted,
                engine=engine,
                store=store,
                trace=trace,
                progress=_named(progress, label),
                cancelled=cancelled,
                executor=executor,
            )
        except KeyboardInterrupt:
            if len(results) < 2:
                raise
            break  # what is finished can be compared
        if len(results) == 1:
            wanted = len(results[label].tallies)
    baseline = next(iter(results))
    comparison = compare_tallies(
        {label: result.program for label, result in results.items()},
        {label: result.tallies for label, result in results.items()},
        baseline,
        goal=goal,
        engine=results[baseline].summary.engine,
        passports={label: dict(r.summary.passport) for label, r in results.items()},
        variants={label: result.variant for label, result in results.items()},
    )
    changes = {
        label: changed(plants[baseline], plant)
        for label, plant in plants.items()
        if label in results and label != baseline
    }
    return Study(results, comparison, changes, cut_short=len(results) < len(plants))


def _named(progress: Progress | None, label: str) -> Progress | None:
    if progress is None:
        return None
    return lambda _, share: progress(label, share)


def _plants(
    paths: Sequence[str | Path], variants: Sequence[str] | None, seed: int | None
) -> dict[str, Plant]:
    """Every plant to compare by its label; problems of all of them at once."""
    from vtwin.app.scenarios import find

    first = find(paths[0])
    from vtwin.scenario import load

    wanted: list[tuple[str | Path, str | None]] = [(first, None)]
    if variants is None:
        variants = load.variants(load.load(first)) if len(paths) == 1 else []
    wanted += [(first, name) for name in variants]
    wanted += [(path, None) for path in paths[1:]]
    if len(wanted) < 2:
        what = f"nothing to compare: {paths[0]} has no variants and no second file is named"
        raise Refused(Problem("V556", what, hint="add `variants:` to it, or name another file"))
    plants: dict[str, Plant] = {}
    problems: list[Problem] = []
    for path, variant in wanted:
        try:
            plant = runs.ready(path, variant, seed=seed)
        except Refused as refused:
            problems += [p for p in refused.problems if p not in problems]
            continue
        if seed is None:
            seed = plant.program.run.seed
        plants[_label(plant, plants)] = plant
    if problems:
        raise Refused(problems)
    return plants


def _label(plant: Plant, taken: Mapping[str, Plant]) -> str:
    """``baseline``, the variant's name, or for another file its name, made unique."""
    if not taken:
        return BASELINE
    stem = plant.file.parent.name if plant.file.stem == "scenario" else plant.file.stem
    label = plant.variant or stem
    number = 2
    while label in taken:
        label = f"{plant.variant or stem} ({number})"
        number += 1
    return label


def changed(before: Plant, after: Plant) -> tuple[str, ...]:
    """What is different in ``after``, in words."""
    from vtwin.scenario import diff, load

    return tuple(
        diff.describe(
            load.load(before.file).resolve(before.variant),
            load.load(after.file).resolve(after.variant),
        )
    )


def explain(
    path: str | Path,
    *,
    variant: str | None = None,
    replications: Replications = None,
    engine: str = "auto",
    seed: int | None = None,
    store: Keep = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    cluster: str | None = None,
) -> Explanation:
    """Why a plant is slow; runs it and, for the proof, each suspect 10 % faster.

    Raises:
        Refused: what is wrong with the scenario.
        KeyboardInterrupt: cancelled before the first replication was finished.
    """
    plant = runs.ready(path, variant, seed=seed)
    with runs.workers(cluster) as executor:
        result = runs.execute(
            plant,
            replications=replications,
            engine=engine,
            store=store,
            trace=True,
            progress=progress,
            cancelled=cancelled,
            executor=executor,
        )
        found = explain_run(
            plant, result, progress=progress, cancelled=cancelled, executor=executor
        )
    remember_explanation(found, plant, store)
    return found


def proof_body(plant: Plant, found: Explanation) -> dict[str, Any]:
    """What is kept of a proof: for which program it holds, and what it says."""
    proof = None if found.proof is None else found.proof.to_json()
    return {"program": plant.program.hash, "proof": proof}


def remember_explanation(found: Explanation, plant: Plant, store: Keep) -> None:
    """Let the web app show the proof of a bottleneck."""
    if found.proof is not None:
        run = found.run.run_id
        remember(store, "explain", plant, [plant.variant], proof_body(plant, found), [run])


def explain_run(
    plant: Plant,
    result: RunResult,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> Explanation:
    """Why the plant of this run is slow; cancelled, the answer comes without the proof."""
    from vtwin.results.losses import ledger

    books = ledger(result.program, result.tallies)
    constraint = _constraint(result)
    return Explanation(
        result,
        _prove(plant, result, progress, cancelled, executor),
        books,
        constraint,
        _lost(books, constraint),
    )


def _prove(
    plant: Plant,
    result: RunResult,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
    executor: Executor | None,
) -> Proof | None:
    from vtwin.studies.proof import proof

    suspects = [s.name for s in result.jury.suspects[:SUSPECTS]] if result.jury else []
    stalled = any(tally.stall for tally in result.tallies)
    if not suspects or stalled or (cancelled and cancelled()):
        return None
    try:
        return proof(
            plant.program,
            suspects,
            len(result.tallies),
            goal=_goal(result),
            base=result.tallies,
            engine=result.summary.engine,
            executor=executor,
            on_progress=None if progress is None else lambda f: progress("proof", f),
            cancelled=cancelled,
        )
    except KeyboardInterrupt:
        return None


def _goal(result: RunResult) -> str:
    """Output, unless the plant keeps up with demand: then what demand asks for."""
    if result.jury is None or result.jury.limit is None:
        return "good_per_day"
    on_time = result.summary.kpis.get("on_time")
    late = on_time is not None and on_time.mean is not None and on_time.mean < 1
    return "on_time" if late else "lead_time_s"


def _constraint(result: RunResult) -> str:
    """The first suspect that is equipment, else the busiest equipment."""
    if result.jury is not None:
        for suspect in result.jury.suspects:
            if suspect.kind == "equipment":
                return suspect.name
    equipment = result.summary.equipment
    return max(equipment, key=lambda name: equipment[name].states["working"], default="")


def _lost(books: Ledger, constraint: str) -> tuple[tuple[str, float], ...]:
    """Shares of the lost time (planned stops are none) of one equipment entry, largest first."""
    ticks = dict.fromkeys(CAUSES, 0)
    for name, book in books.machines.items():
        if name == constraint or name.startswith(f"{constraint}#"):
            for cause in CAUSES:
                ticks[cause] += book.ticks[cause]
    total = sum(ticks.values())
    if total == 0:
        return ()
    found = [(CAUSES[cause], count / total) for cause, count in ticks.items() if count]
    return tuple(sorted(found, key=lambda pair: -pair[1]))
