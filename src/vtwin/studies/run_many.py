"""Many replications of one program, wherever they run, with one and the same answer.

A replication is a pure function of (program, replication number), so neither the number of
workers nor the order, retries or chunks can change a result. The compiled kernel runs in
threads of this process, the reference engine in worker processes, either on an executor of the
caller's: a cluster, for instance.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from vtwin.plant.trace import Tally
from vtwin.results.kpi import measure
from vtwin.results.statistics import interval
from vtwin.studies.crew import Crew
from vtwin.studies.elsewhere import through
from vtwin.studies.threads import in_threads
from vtwin.studies.work import OnDone, OnProgress, Stopped, Work

if TYPE_CHECKING:
    from vtwin.engines.choose import Chosen
    from vtwin.plant.program import Program

#: A pool costs about this much wall time to start; less work than that stays in process.
_POOL_WORTH_S = 1.0
#: Threads cost next to nothing.
_THREADS_WORTH_S = 0.02
#: Sooner than this the first replication says little about the others.
_SOONEST_S = 0.05
#: The fork server takes about this long to import what workers need, s.
_WARM_UP_S = 1.0


def run_many(
    program: Program,
    replications: Sequence[int] | range,
    *,
    engine: str = "auto",
    executor: Executor | None = None,
    trace_first: bool = False,
    on_done: OnDone | None = None,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Tally]:
    """Simulate the replications with these numbers; tallies come back in that order.

    By default the first runs here and the others in threads (compiled engines) or in processes
    (reference engine), if there is enough work to be worth starting any. ``executor`` is
    anything with ``submit`` (the `concurrent.futures` protocol), a cluster for instance.
    ``on_done`` is called in this thread as each finishes, in any order. When ``cancelled``
    says so, or at Ctrl-C, what is finished comes back, so the list may be shorter than asked;
    Ctrl-C with nothing finished raises KeyboardInterrupt. Raises `Refused` for what the engine
    cannot run and (V571) when workers keep dying.
    """
    from vtwin.engines.choose import engine as choose

    work = Work(program, engine, tuple(replications), on_done, on_progress, cancelled)
    if not work.wanted or work.asked_to_stop():
        return []
    try:
        chosen = choose(engine, program)
        if executor is not None:
            if trace_first:
                work.finish(_here(work, chosen, work.wanted[0], trace=True))
            through(executor, work)
        elif chosen.name == "reference":
            _here_and_in_workers(work, chosen, trace_first)
        else:
            _here_and_in_threads(work, chosen, trace_first)
    except Stopped:
        pass
    except KeyboardInterrupt:
        if not work.done:
            raise
    return work.tallies()


def run_auto(
    program: Program,
    *,
    relative: float = 0.02,
    confidence: float = 0.95,
    kpi: str = "good_per_day",
    fewest: int = 5,
    most: int = 100,
    engine: str = "auto",
    executor: Executor | None = None,
    trace_first: bool = False,
    on_done: OnDone | None = None,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Tally]:
    """Replications until the half width of ``kpi`` is within ``relative`` of its mean.

    Starts with ``fewest``, then grows by what the spread seen so far calls for, at most
    doubling each time, up to ``most`` (`run.replications: auto`).
    """
    from vtwin.results.statistics import replications_needed

    tallies: list[Tally] = []
    target = fewest
    while True:
        count = len(tallies)
        goal = target
        batch = run_many(
            program,
            range(count, goal),
            engine=engine,
            executor=executor,
            trace_first=trace_first and count == 0,
            on_done=on_done,
            on_progress=_scaled(on_progress, count / goal, (goal - count) / goal),
            cancelled=cancelled,
        )
        tallies += batch
        if len(batch) < goal - count or len(tallies) >= most:
            return tallies
        values = [measure(program, tally).kpis[kpi] for tally in tallies]
        reached = interval(values, confidence=confidence)
        if reached.mean is None or reached.half_width is None:
            return tallies
        if reached.half_width <= relative * abs(reached.mean):
            return tallies
        needed = replications_needed(values, None, confidence, relative=relative) or most
        target = min(most, 2 * len(tallies), max(needed, len(tallies) + 1))


def _scaled(on_progress: OnProgress | None, start: float, span: float) -> OnProgress | None:
    if on_progress is None:
        return None
    return lambda fraction: on_progress(start + span * fraction)


def cores() -> int:
    """Processors this process may use."""
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _here_and_in_threads(work: Work, chosen: Chosen, trace_first: bool) -> None:
    """The first replication here; the others as well, unless threads are worth it."""
    began = time.perf_counter()
    work.finish(_here(work, chosen, work.wanted[0], trace=trace_first))
    each = time.perf_counter() - began
    saved = each * len(work.left()) * (1.0 - 1.0 / cores())
    if saved > _THREADS_WORTH_S:
        in_threads(work, chosen, min(cores(), len(work.left())))
    for replication in work.left():
        work.finish(_here(work, chosen, replication))


def _here_and_in_workers(work: Work, chosen: Chosen, trace_first: bool) -> None:
    """The first replication here, while watching whether workers are worth starting."""
    crew = Crew(work, work.wanted[1:], cores())
    watch = _Watch(crew, len(work.wanted))
    try:
        work.finish(_here(work, chosen, work.wanted[0], trace=trace_first, glance=watch.glance))
        watch.glance(1.0)
        if crew.running:
            crew.collect()
        for replication in work.left():
            work.finish(_here(work, chosen, replication))
    except BaseException:
        crew.close(at_once=True)
        raise
    crew.close(at_once=False)


def _here(
    work: Work,
    chosen: Chosen,
    replication: int,
    *,
    trace: bool = False,
    glance: Callable[[float], None] | None = None,
) -> Tally:
    from vtwin.engines.choose import Cancelled

    def look(fraction: float) -> bool:
        if glance:
            glance(fraction)
        work.partly[replication] = fraction
        work.report()
        return not work.asked_to_stop()

    try:
        return chosen.simulate(work.program, replication, trace=trace, on_progress=look)
    except Cancelled as cancelled:
        raise Stopped from cancelled


class _Watch:
    """Looks at the first replication and starts workers for the others when they are worth it."""

    def __init__(self, crew: Crew, count: int) -> None:
        self._crew = crew
        self._count = count
        self._began = time.perf_counter()
        self._summoned: float | None = None

    def glance(self, fraction: float) -> None:
        """Start the workers once the time seen so far says that they save more than they cost."""
        crew, elapsed = self._crew, time.perf_counter() - self._began
        if crew.running or crew.refused or self._count <= 2 or cores() == 1:
            return
        if fraction <= 0.0 or elapsed < _SOONEST_S:
            return
        if elapsed / fraction * (self._count - 1) * (1.0 - 1.0 / cores()) <= _POOL_WORTH_S:
            return
        if self._summoned is None:
            crew.summon()
            self._summoned = elapsed
        if fraction >= 1.0 or elapsed - self._summoned > _WARM_UP_S:
            crew.start()
