"""Run a plant: load, build, simulate, measure, judge, keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vtwin.app import notes as said
from vtwin.app import wording
from vtwin.app.scenarios import find
from vtwin.app.shelf import Keep, Shelf
from vtwin.base.errors import Problem, Refused

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from vtwin.engines.choose import Chosen
    from vtwin.plant.program import Program
    from vtwin.plant.trace import Tally
    from vtwin.results.bottleneck import Verdict
    from vtwin.results.kpi import Summary
    from vtwin.results.recall import RecallRow
    from vtwin.results.scrap import ScrapRow

#: How many replications: a number, "auto" (until precise enough) or None (the scenario's own).
Replications = int | Literal["auto"] | None
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
    scrap: tuple[ScrapRow, ...] = ()  # by cause, most pieces first
    recall: tuple[RecallRow, ...] = ()  # what one suspect calls back

    @property
    def name(self) -> str:
        """The scenario, with its variant."""
        title = self.summary.scenario
        return f"{title} · {self.variant}" if self.variant else title

    @property
    def limit(self) -> str:
        """What limits the plant, as a sentence."""
        stall = next((tally.stall for tally in self.tallies if tally.stall), ())
        if stall:
            return f"The plant stalls: {'; '.join(stall)}."
        return "" if self.jury is None else self.jury.sentence

    def quality(self) -> dict[str, Any]:
        """Scrap by cause and what a suspect calls back, for the result JSON and the store."""
        body: dict[str, Any] = {}
        if self.scrap:
            body["scrap"] = [row.to_json() for row in self.scrap]
        if self.recall:
            body["recall"] = [row.to_json() for row in self.recall]
        return body

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
        body |= self.quality()
        if self.program.templates:
            body["templates"] = {
                name: template.to_json() for name, template in self.program.templates.items()
            }
        return body


def replications_asked(text: str | None) -> Replications:
    """``--replications`` as written.

    Raises:
        Refused: V551, not a whole number from 1 to `MOST_REPLICATIONS`, nor ``auto``.
    """
    from vtwin.plant.quantities import MOST_REPLICATIONS

    if text is None or text == "auto":
        return text  # type: ignore[return-value]
    try:
        number = int(text) if len(text) < 20 else MOST_REPLICATIONS + 1
    except ValueError:
        number = 0
    if not 1 <= number <= MOST_REPLICATIONS:
        least = f"at least 1 and at most {MOST_REPLICATIONS:,}"
        what = f"replications must be a whole number of {least}, or auto, not '{text}'"
        raise Refused(Problem("V551", what, hint="5 give a first idea, 20 a narrow interval"))
    return number


def run(
    path: str | Path,
    *,
    variant: str | None = None,
    replications: Replications = None,
    engine: str = "auto",
    seed: int | None = None,
    store: Keep = None,
    trace: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    overrides: Mapping[str, object] | None = None,
    cluster: str | None = None,
) -> RunResult:
    """Simulate a scenario, or one of its variants, and judge it.

    Replications kept under the same passport are not run again, unless ``fresh``; every
    finished one is kept at once. ``trace``: the first replication comes with its events.
    ``cancelled`` is asked now and then; what is finished then is the result. A default store
    that cannot be written is a warning; one that was named is refused. ``cluster``: address of
    a dask scheduler whose workers run the replications.

    Raises:
        Refused: whatever is wrong with the scenario, the engine or a store that was named.
        KeyboardInterrupt: cancelled before the first replication was finished.
    """
    plant = ready(path, variant, seed=seed, overrides=overrides)
    with workers(cluster) as executor:
        return execute(
            plant,
            replications=replications,
            engine=engine,
            store=store,
            trace=trace,
            fresh=fresh,
            progress=progress,
            cancelled=cancelled,
            executor=executor,
        )


@contextmanager
def workers(cluster: str | None) -> Iterator[Executor | None]:
    """The workers of a cluster, or None: this computer.

    Raises:
        Refused: V572-V574, the cluster cannot be used.
    """
    if cluster is None:
        yield None
        return
    from vtwin.studies.cluster import cluster as connected

    with connected(cluster) as executor:
        yield executor


@dataclass(frozen=True)
class Plant:
    """A scenario that was read, checked and built: ready to run."""

    file: Path
    variant: str | None
    program: Program
    warnings: tuple[Problem, ...]
    data: Mapping[str, str]  # data file -> hash

    @property
    def name(self) -> str:
        """The scenario, with its variant."""
        return f"{self.program.name} · {self.variant}" if self.variant else self.program.name


def ready(
    path: str | Path,
    variant: str | None = None,
    *,
    seed: int | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Plant:
    """Read, check and build a scenario.

    Raises:
        Refused: everything that is wrong with it.
    """
    file = find(path)
    from vtwin.scenario import build, load

    loaded = load.load(file)
    program = build.build(loaded, variant, overrides=overrides or {})
    if seed is not None:
        program = replace(program, run=replace(program.run, seed=seed))
    read = {Path(name).name: hashed for name, hashed in loaded.hashes.items() if name != str(file)}
    return Plant(file, variant, program, tuple(loaded.warnings), read)


def execute(
    plant: Plant,
    *,
    replications: Replications = None,
    engine: str = "auto",
    store: Keep = None,
    trace: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    executor: Executor | None = None,
) -> RunResult:
    """Simulate a plant that is ready; see :func:`run`."""
    from vtwin.engines.choose import engine as choose
    from vtwin.results.record import passport_of

    program = plant.program
    chosen = choose(engine, program)
    shelf = Shelf(store)
    passport = passport_of(program, chosen.name, data=plant.data)
    asked = program.run.replications if replications is None else replications
    work = _Work(plant, chosen.name, asked, trace, progress, cancelled, executor)
    work.done = shelf.open(passport, plant, asked, trace=trace, fresh=fresh)
    tallies = work.carry_out(shelf)
    if not tallies:
        shelf.abandon()
        raise KeyboardInterrupt("stopped before the first replication was finished")
    interrupted = isinstance(asked, int) and len(tallies) < asked
    result = judged(plant, tallies, chosen.name, passport.to_json())
    result = replace(
        result,
        why_engine=chosen.why,
        asked=asked if isinstance(asked, int) else len(tallies),
        interrupted=interrupted or bool(cancelled and cancelled()),
    )
    result = _followed(result, chosen, progress, cancelled)
    return shelf.keep(result, reused=work.reused)


def _followed(
    result: RunResult,
    chosen: Chosen,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> RunResult:
    """The result with what following its first replications piece by piece tells."""
    from vtwin.results.recall import recall_rows
    from vtwin.results.scrap import scrap_rows
    from vtwin.studies.following import follow

    def report(share: float) -> None:
        if progress is not None:
            progress(f"{result.name}, piece by piece", share)

    program = result.program
    seen = follow(chosen, program, result.tallies, report, cancelled)
    if not seen:
        return result
    return replace(
        result,
        scrap=scrap_rows(program, result.tallies, [one.scrap for one in seen]),
        recall=recall_rows(program, [one.recall for one in seen]),
    )


def judged(
    plant: Plant, tallies: Sequence[Tally], engine: str, passport: Mapping[str, object]
) -> RunResult:
    """What these replications say: figures, notes, the jury."""
    from vtwin.results.bottleneck import jury
    from vtwin.results.kpi import measure, summarise
    from vtwin.results.scrap import scrap_rows

    program = plant.program
    summary = summarise(
        program,
        [measure(program, tally) for tally in tallies],
        variant=plant.variant,
        engine=engine,
        passport=passport,
    )
    return RunResult(
        file=plant.file,
        variant=plant.variant,
        program=program,
        tallies=tuple(tallies),
        summary=summary,
        jury=jury(program, tallies),
        why_engine="",
        asked=len(tallies),
        warnings=plant.warnings,
        notes=said.after_run(program, tallies),
        remarks=_remarks(program),
        scrap=scrap_rows(program, tallies),
    )


#: Unit of the figures that may have a target; money is in the scenario's currency.
_TARGET_UNITS = {"on_time": "share", "oee": "share", "lead_time_s": "s"}


def _remarks(program: Program) -> dict[str, str]:
    """What the plant wants of its figures, said beside them."""
    told = {}
    for key, wanted in program.targets.items():
        value, _, unit = wording.split(wanted, None, _TARGET_UNITS.get(key, "pieces"))
        told[key] = f"target {value} {unit}" if key in _TARGET_UNITS else f"target {value}"
    return told


@dataclass
class _Work:
    """One call's wishes, and what is done of them."""

    plant: Plant
    engine: str
    asked: int | Literal["auto"]
    trace: bool
    progress: Progress | None
    cancelled: Callable[[], bool] | None
    executor: Executor | None
    done: dict[int, Tally] = field(default_factory=dict)
    reused: bool = False  # nothing had to be run

    def carry_out(self, shelf: Shelf) -> list[Tally]:
        """Every replication asked for and not done before; in their order."""
        from vtwin.studies.run_many import run_auto, run_many

        program = self.plant.program
        if self.asked == "auto":
            self._make_ready()
            return run_auto(
                program,
                engine=self.engine,
                executor=self.executor,
                trace_first=self.trace,
                on_done=shelf.add,
                on_progress=self._report,
                cancelled=self.cancelled,
            )
        done = {r: t for r, t in self.done.items() if r < self.asked}
        if self.trace and 0 in done and done[0].trace is None:
            del done[0]
        missing = [r for r in range(self.asked) if r not in done]
        self.reused = not missing
        if missing:
            self._make_ready()
            ran = run_many(
                program,
                missing,
                engine=self.engine,
                executor=self.executor,
                trace_first=self.trace and missing[0] == 0,
                on_done=shelf.add,
                on_progress=self._report,
                cancelled=self.cancelled,
            )
            done |= {tally.replication: tally for tally in ran}
        return [done[r] for r in sorted(done)]

    def _make_ready(self) -> None:
        """Compile the kernel if it has to be, and say so."""
        from vtwin.engines import kernel

        if self.engine != "kernel" or self.executor is not None or kernel.is_warm():
            return
        if self.progress is not None:
            self.progress(wording.COMPILING, 0.0)
        kernel.prepare()
        if self.progress is not None:
            self.progress(wording.COMPILING, 1.0)

    def _report(self, share: float) -> None:
        if self.progress is not None:
            self.progress(self.plant.name, share)
