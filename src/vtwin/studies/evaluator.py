"""Figures of designs, replication by replication: the one place where studies pay for them.

A replication is a pure function of (design, number, seed). Under common random numbers every
design sees the same seed, so replication r of two designs differs by the designs and not by
luck. What was paid for once is remembered, in memory and in the run store; neither the number
of workers nor what was in the store changes an answer, or the count of what was spent.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vtwin.base.errors import Problem, Refused
from vtwin.results.kpi import Measures, measure
from vtwin.scenario.decisions import Design

if TYPE_CHECKING:
    from vtwin.engines.choose import Chosen
    from vtwin.plant.program import Program
    from vtwin.plant.trace import Tally
    from vtwin.results.store import Store

Floats = npt.NDArray[np.float64]
#: (design, replication)
Task = tuple[Design, int]
_GLANCE_S = 0.1


def figure(measures: Measures, name: str) -> float:
    """One figure of a replication: ``good_per_day``, ``products.flange.lead_time_s``,
    ``people.setter.busy``; NaN where it is undefined.
    """
    section, dot, rest = name.partition(".")
    if not dot:
        value = measures.kpis.get(name)
    else:
        owner, _, key = rest.rpartition(".")
        value = getattr(measures, section).get(owner, {}).get(key)
    return math.nan if value is None else float(value)


@dataclass
class Evaluator:
    """Runs designs and gives their figures.

    Args:
        build: the program of a design; raises `Refused` where a design is no plant.
        figures: names as :func:`figure` takes them.
        seed: of all designs; without ``common`` every design has a seed of its own, made of
            this one and its hash.
        workers: threads of the compiled engine at most; None: one per processor.
        store: where figures are kept and found again; None: nowhere.
    """

    build: Callable[[Design], Program]
    figures: tuple[str, ...]
    seed: int
    common: bool = True
    workers: int | None = None
    engine: str = "auto"
    executor: Executor | None = None
    store: Store | None = None
    on_done: Callable[[int], None] | None = None  # replications spent so far
    cancelled: Callable[[], bool] | None = None
    found: dict[Task, tuple[float, ...]] = field(default_factory=dict)
    asked: set[Task] = field(default_factory=set)
    programs: dict[Design, Program | Refused] = field(default_factory=dict)
    keys: dict[Design, str] = field(default_factory=dict)  # of the store
    trouble: list[Problem] = field(default_factory=list)  # why figures are not kept
    recalled: int = 0  # replications found in the store, not simulated here

    @property
    def spent(self) -> int:
        """Replications asked for so far, wherever they came from."""
        return len(self.asked)

    def fresh(self, seed: int) -> Evaluator:
        """The same plants under another seed, with a count of its own."""
        return replace(self, seed=seed, found={}, asked=set(), keys={}, recalled=0)

    def program(self, design: Design) -> Program:
        """The program of a design; raises `Refused` where it is no plant that can run."""
        known = self.programs.get(design)
        if known is None:
            try:
                known = self.build(design)
            except Refused as refused:
                known = refused
            self.programs[design] = known
        if isinstance(known, Refused):
            raise known
        return known

    def possible(self, design: Design) -> bool:
        """Whether a design is a plant that can run."""
        try:
            self.program(design)
        except Refused:
            return False
        return True

    def values(
        self, wanted: Mapping[Design, range] | Sequence[tuple[Design, range]]
    ) -> list[Floats]:
        """Figures per replication of every design wanted, in that order: arrays
        (replications, figures), NaN where a figure is undefined.

        Raises:
            KeyboardInterrupt: cancelled; what was finished is kept.
            Refused: a design is no plant, or the engine cannot run it.
        """
        listed = list(wanted.items()) if isinstance(wanted, Mapping) else list(wanted)
        tasks = [(design, r) for design, numbers in listed for r in numbers]
        self.asked.update(tasks)
        missing = [task for task in dict.fromkeys(tasks) if task not in self.found]
        if missing:
            missing = self._recall(missing)
        if missing:
            self._run(missing)
        if self.on_done is not None:
            self.on_done(self.spent)
        return [
            np.array([self.found[design, r] for r in numbers], dtype=np.float64).reshape(
                len(numbers), len(self.figures)
            )
            for design, numbers in listed
        ]

    # --- running ---------------------------------------------------------------------------

    def seeded(self, design: Design) -> Program:
        """The program of a design under the seed it runs with here."""
        program = self.program(design)
        return replace(program, run=replace(program.run, seed=self._seed(design)))

    def _seed(self, design: Design) -> int:
        if self.common:
            return self.seed
        text = f"{self.seed} {design.hash}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")

    def _run(self, tasks: Sequence[Task]) -> None:
        from vtwin.engines.choose import Cancelled
        from vtwin.engines.choose import engine as choose

        plants = {design: self.program(design) for design, _ in tasks}
        chosen = {design: choose(self.engine, program) for design, program in plants.items()}
        compiled = self.executor is None and all(c.name != "reference" for c in chosen.values())
        try:
            if compiled:
                self._in_threads(tasks, plants, chosen)
            else:
                self._one_by_one(tasks)
        except Cancelled:
            raise KeyboardInterrupt("stopped") from None
        finally:
            self._keep(task for task in tasks if task in self.found)

    def _in_threads(
        self,
        tasks: Sequence[Task],
        plants: Mapping[Design, Program],
        chosen: Mapping[Design, Chosen],
    ) -> None:
        from vtwin.studies.run_many import cores

        seeds = {design: self._seed(design) for design in plants}

        def simulate(task: Task) -> None:
            design, replication = task
            program = plants[design]
            # One program under every seed: engines lay a program out once.
            tally = chosen[design].simulate(
                program,
                replication,
                seed=seeds[design],
                on_progress=lambda _: not self._stopped(),
            )
            self.found[task] = self._read(program, tally)

        threads = min(self.workers or cores(), len(tasks))
        if threads == 1:
            for task in tasks:
                self._look()
                simulate(task)
            return
        with ThreadPoolExecutor(threads, thread_name_prefix="design") as pool:
            under_way = [pool.submit(simulate, task) for task in tasks]
            left = set(under_way)
            try:
                while left:
                    self._look()
                    done, left = wait(left, timeout=_GLANCE_S)
                    for future in done:
                        future.result()
            finally:
                for future in under_way:
                    future.cancel()

    def _one_by_one(self, tasks: Sequence[Task]) -> None:
        from vtwin.studies.run_many import run_many

        for design in dict.fromkeys(design for design, _ in tasks):
            self._look()
            program = self.seeded(design)
            numbers = [r for d, r in tasks if d == design]
            tallies = run_many(
                program,
                numbers,
                engine=self.engine,
                executor=self.executor,
                cancelled=self.cancelled,
            )
            for tally in tallies:
                self.found[design, tally.replication] = self._read(program, tally)
            if len(tallies) < len(numbers):
                raise KeyboardInterrupt("stopped")

    def _read(self, program: Program, tally: Tally) -> tuple[float, ...]:
        measures = measure(program, tally)
        return tuple(figure(measures, name) for name in self.figures)

    def _stopped(self) -> bool:
        return self.cancelled is not None and self.cancelled()

    def _look(self) -> None:
        if self._stopped():
            raise KeyboardInterrupt("stopped")

    # --- the store -------------------------------------------------------------------------

    def _key(self, design: Design) -> str:
        from vtwin.engines.choose import engine as choose
        from vtwin.results.record import passport_of

        if design not in self.keys:
            program = self.seeded(design)
            self.keys[design] = passport_of(program, choose(self.engine, program).name).key
        return self.keys[design]

    def _recall(self, tasks: Sequence[Task]) -> list[Task]:
        """Take what the store has; what is left to run."""
        if self.store is None:
            return list(tasks)
        keys = {design: self._key(design) for design, _ in tasks}
        try:
            kept = self.store.figures(keys.values())
        except Refused as refused:
            self._lose(refused)
            return list(tasks)
        left = []
        for design, replication in tasks:
            body = kept.get((keys[design], replication))
            if body is None or not all(name in body for name in self.figures):
                left.append((design, replication))
                continue
            self.found[design, replication] = tuple(_number(body[n]) for n in self.figures)
            self.recalled += 1
        return left

    def _keep(self, tasks: Iterable[Task]) -> None:
        if self.store is None:
            return
        rows: dict[tuple[str, int], dict[str, Any]] = {}
        for task in tasks:
            design, replication = task
            values = zip(self.figures, self.found[task], strict=True)
            rows[self._key(design), replication] = {
                n: None if math.isnan(v) else v for n, v in values
            }
        try:
            self.store.keep_figures(rows)
        except Refused as refused:
            self._lose(refused)

    def _lose(self, refused: Refused) -> None:
        """Go on without a store, and say so once."""
        self.store = None
        if not self.trouble:
            self.trouble += not_kept(refused)


def not_kept(refused: Refused) -> list[Problem]:
    """What a store refused, as a warning beside an answer that is complete without it."""
    return [
        replace(p, severity="warning", what=f"figures are not kept: {p.what}")
        for p in refused.problems
    ]


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
