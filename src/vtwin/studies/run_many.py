"""Many replications of one program, wherever they run, with one and the same answer.

A replication is a pure function of (program, replication number), so neither the number of
workers nor the order, retries or chunks can change a result.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event as EventType
from typing import TYPE_CHECKING

from vtwin.base.errors import Problem, Refused
from vtwin.plant.trace import Tally
from vtwin.results.kpi import measure
from vtwin.results.statistics import interval
from vtwin.studies import worker

if TYPE_CHECKING:
    from vtwin.engines.choose import Chosen
    from vtwin.plant.program import Program

OnDone = Callable[[int, Tally], None]
#: Fraction of all the work done, 0..1.
OnProgress = Callable[[float], None]

#: A pool costs about this much wall time to start; less work than that stays in process.
_POOL_WORTH_S = 1.0
#: Sooner than this the first replication says little about the others.
_SOONEST_S = 0.05
#: What the fork server imports once, so that no worker has to.
_PRELOAD = "vtwin.studies.warm"
#: The fork server takes about this long to import it, s.
_WARM_UP_S = 1.0
#: How often a waiting parent looks for a cancellation, s.
_GLANCE_S = 0.1
#: How often a pool that lost a worker is set up again.
_RETRIES = 2


class Stopped(Exception):
    """Raised inside when the caller asked to stop; `run_many` returns what is finished."""


@dataclass
class _Work:
    """The state of one call: what is wanted and what is finished."""

    program: Program
    engine: str
    wanted: tuple[int, ...]
    on_done: OnDone | None
    on_progress: OnProgress | None
    cancelled: Callable[[], bool] | None
    done: dict[int, Tally] = field(default_factory=dict)

    def finish(self, replication: int, tally: Tally) -> None:
        self.done[replication] = tally
        if self.on_done:
            self.on_done(replication, tally)
        self.report(0.0)

    def report(self, partly: float) -> None:
        if self.on_progress:
            self.on_progress(min(1.0, (len(self.done) + partly) / len(self.wanted)))

    def asked_to_stop(self) -> bool:
        return self.cancelled is not None and self.cancelled()

    def left(self) -> list[int]:
        return [r for r in self.wanted if r not in self.done]

    def tallies(self) -> list[Tally]:
        return [self.done[r] for r in self.wanted if r in self.done]


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

    By default the first runs in this process and the others in worker processes, if there is
    enough work to be worth starting any. ``executor`` is anything with ``submit`` (the
    `concurrent.futures` protocol). ``on_done`` is called in this process as each finishes,
    in any order. When ``cancelled`` says so, or at Ctrl-C, what is finished comes back, so
    the list may be shorter than asked; Ctrl-C with nothing finished raises
    KeyboardInterrupt. Raises `Refused` for what the engine cannot run and (V571) when worker
    processes keep dying.
    """
    from vtwin.engines.choose import engine as choose

    work = _Work(program, engine, tuple(replications), on_done, on_progress, cancelled)
    if not work.wanted or work.asked_to_stop():
        return []
    try:
        if executor is not None and not trace_first:
            _through(executor, work)
        else:
            _here_and_in_workers(work, choose(engine, program), trace_first)
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


def _here_and_in_workers(work: _Work, chosen: Chosen, trace_first: bool) -> None:
    """The first replication here, while watching whether workers are worth starting."""
    crew = _Crew(work)
    try:
        first, *_ = work.wanted
        began = time.perf_counter()
        tally = _here(work, chosen, first, trace_first, crew.consider)
        work.finish(first, tally)
        crew.consider(1.0, time.perf_counter() - began)
        if crew.running:
            crew.collect()
        for replication in work.left():
            work.finish(replication, _here(work, chosen, replication, False, None))
    except BaseException:
        crew.close(at_once=True)
        raise
    crew.close(at_once=False)


def _here(
    work: _Work,
    chosen: Chosen,
    replication: int,
    trace: bool,
    consider: Callable[[float, float], None] | None,
) -> Tally:
    from vtwin.engines.reference import Cancelled

    began = time.perf_counter()

    def glance(fraction: float) -> bool:
        if consider:
            consider(fraction, time.perf_counter() - began)
        work.report(fraction)
        return not work.asked_to_stop()

    try:
        return chosen.simulate(work.program, replication, trace=trace, on_progress=glance)
    except Cancelled as cancelled:
        raise Stopped from cancelled


class _Crew:
    """Worker processes for the replications after the first, started when worth it."""

    def __init__(self, work: _Work) -> None:
        self.work = work
        self.pool: ProcessPoolExecutor | None = None
        self.futures: dict[Future[Tally], int] = {}
        self.context = multiprocessing.get_context(
            "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        )
        self.stop: EventType | None = None
        self.summoned: float | None = None
        self.refused = False  # by the operating system

    @property
    def running(self) -> bool:
        return self.pool is not None

    def _may_help(self) -> bool:
        return len(self.work.wanted) > 2 and cores() > 1 and not self.refused

    def consider(self, fraction: float, elapsed: float) -> None:
        """Start the workers once the time seen so far says that they save more than they cost."""
        if self.running or not self._may_help() or fraction <= 0.0 or elapsed < _SOONEST_S:
            return
        each = elapsed / fraction
        others = len(self.work.wanted) - 1
        if each * others * (1.0 - 1.0 / cores()) <= _POOL_WORTH_S:
            return
        if self.summoned is None:
            self._summon()
            self.summoned = elapsed
        if fraction >= 1.0 or elapsed - self.summoned > _WARM_UP_S:
            self._start(list(self.work.wanted[1:]))

    def _summon(self) -> None:
        """Let the fork server import what workers need while this process goes on working."""
        if self.context.get_start_method() != "forkserver":
            return
        from multiprocessing import forkserver, resource_tracker

        resource_tracker.ensure_running()  # or the fork server would, which lets Ctrl-C in again
        self.context.set_forkserver_preload([_PRELOAD])
        with suppress(OSError), _interrupts_held(), _main_left_alone():
            forkserver.ensure_running()

    def _start(self, replications: list[int]) -> None:
        """Start workers; where none can be started, the work goes on in this process."""
        try:
            self._start_pool(replications)
        except (OSError, EOFError):
            self._abandon()
            self.pool, self.futures, self.refused = None, {}, True

    def _start_pool(self, replications: list[int]) -> None:
        self.stop = self.stop or self.context.Event()
        with _interrupts_held(), _main_left_alone():
            self.pool = ProcessPoolExecutor(
                max_workers=min(cores(), len(replications)),
                mp_context=self.context,
                initializer=worker.start,
                initargs=(self.work.program, self.work.engine, self.stop),
            )
            self.futures = {self.pool.submit(worker.replicate, r): r for r in replications}

    def collect(self) -> None:
        """Wait for all; start again what a dead worker left."""
        for attempt in range(_RETRIES + 1):
            try:
                _gather(self.futures, self.work)
                return
            except BrokenProcessPool:
                self._abandon()
                if attempt < _RETRIES:
                    self._start(self.work.left())
        left = ", ".join(str(r) for r in self.work.left()[:5])
        raise Refused(
            Problem(
                "V571",
                f"worker processes died {_RETRIES + 1} times; replications {left} not finished",
                hint="is the memory full? fewer replications at once or a shorter horizon help",
            )
        )

    def _abandon(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(wait=False, cancel_futures=True)

    def close(self, *, at_once: bool) -> None:
        """Stop the workers; ``at_once`` does not wait for replications in progress."""
        if self.pool is None:
            return
        if at_once and self.stop is not None:
            self.stop.set()
        self.pool.shutdown(wait=True, cancel_futures=at_once)


def _gather(futures: dict[Future[Tally], int], work: _Work) -> None:
    """Hand over every future as it finishes; leave when asked to stop."""
    waiting = set(futures)
    while waiting:
        finished, waiting = wait(waiting, _GLANCE_S, FIRST_COMPLETED)
        broken: BrokenProcessPool | None = None
        for future in finished:
            try:
                work.finish(futures[future], future.result())
            except BrokenProcessPool as error:
                broken = error
        if broken is not None:
            raise broken
        if work.asked_to_stop():
            raise Stopped


def _through(executor: Executor, work: _Work) -> None:
    """All replications through an executor of the caller's."""
    futures = {
        executor.submit(worker.replicate_of, work.program, work.engine, r): r for r in work.wanted
    }
    try:
        _gather(futures, work)
    finally:
        for future in futures:
            future.cancel()


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Processes started inside do not run the caller's script again: they need nothing of it,
    and a script of three lines must not need an ``if __name__ == "__main__"``.
    """
    main = sys.modules["__main__"]
    hidden = {n: vars(main)[n] for n in ("__file__", "__spec__") if n in vars(main)}
    for name in hidden:
        setattr(main, name, None)
    try:
        yield
    finally:
        for name, value in hidden.items():
            setattr(main, name, value)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes started inside inherit a mask that keeps Ctrl-C from them from the first instant;
    an interrupt of this process is delivered at the end.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
