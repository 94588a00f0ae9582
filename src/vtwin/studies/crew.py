"""Worker processes for replications, for an engine that keeps Python's lock."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.synchronize import Event as EventType

from vtwin.base.errors import Problem, Refused
from vtwin.plant.trace import Tally
from vtwin.studies import worker
from vtwin.studies.work import Lost, Task, Work, gather

#: What the fork server imports once, so that no worker has to.
_PRELOAD = "vtwin.studies.warm"
#: How often a pool that lost a worker is set up again.
_RETRIES = 2


class Crew:
    """A pool of worker processes for the replications ``wanted`` of one call."""

    def __init__(self, work: Work, wanted: Sequence[int], processes: int) -> None:
        self.work = work
        self.wanted = wanted
        self.processes = processes
        self.pool: ProcessPoolExecutor | None = None
        self.context = multiprocessing.get_context(
            "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        )
        self.stop: EventType | None = None
        self.refused = False  # by the operating system
        self._first: list[Future[list[Tally]]] = []

    @property
    def running(self) -> bool:
        """Whether there are workers."""
        return self.pool is not None

    def summon(self) -> None:
        """Let the fork server import what workers need while this process goes on working."""
        if self.context.get_start_method() != "forkserver":
            return
        from multiprocessing import forkserver, resource_tracker

        resource_tracker.ensure_running()  # or the fork server would, which lets Ctrl-C in again
        self.context.set_forkserver_preload([_PRELOAD])
        with suppress(OSError), _interrupts_held(), _main_left_alone():
            forkserver.ensure_running()

    def start(self) -> None:
        """Start workers; where none can be started, `refused` says so."""
        try:
            self._start_pool()
        except (OSError, EOFError):
            self._abandon()
            self.refused = True

    def _left(self) -> list[Task]:
        return [(r,) for r in self.wanted if r not in self.work.done]

    def _start_pool(self) -> None:
        tasks = self._left()
        self.stop = self.stop or self.context.Event()
        with _interrupts_held(), _main_left_alone():
            self.pool = ProcessPoolExecutor(
                max_workers=min(self.processes, len(tasks)),
                mp_context=self.context,
                initializer=worker.start,
                initargs=(self.work.program, self.work.engine, self.stop),
            )
            # The first tasks start the processes: while interrupts are held.
            self._first = [self._submit(task) for task in tasks[: 2 * self.processes]]

    def _submit(self, task: Task) -> Future[list[Tally]]:
        assert self.pool is not None
        return self.pool.submit(worker.replicate, task)

    def collect(self) -> None:
        """Finish what is left of the work; start again what a dead worker left.

        Raises:
            Stopped: the caller asked to stop.
            Refused: V571, workers died again and again.
        """
        for attempt in range(_RETRIES + 1):
            try:
                self._collect()
                return
            except Lost:
                self._abandon()
                if attempt < _RETRIES:
                    self.start()
                    if self.refused:
                        return
        raise died(self.work, _RETRIES + 1)

    def _collect(self) -> None:
        ready = iter(self._first)

        def submit(task: Task) -> Future[list[Tally]]:
            return next(ready, None) or self._submit(task)

        window = 2 * self.processes
        gather(self.work, self._left(), submit, window=window, gone=(BrokenProcessPool,))

    def _abandon(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(wait=False, cancel_futures=True)
        self.pool, self._first = None, []

    def close(self, *, at_once: bool) -> None:
        """Stop the workers; ``at_once`` does not wait for replications in progress."""
        if self.pool is None:
            return
        if at_once and self.stop is not None:
            self.stop.set()
        self.pool.shutdown(wait=True, cancel_futures=at_once)


def died(work: Work, times: int) -> Refused:
    """What to say when workers keep dying."""
    left = ", ".join(str(r) for r in work.left()[:5])
    return Refused(
        Problem(
            "V571",
            f"workers died {times} times; replications {left} not finished",
            hint="is the memory full? fewer replications at once or a shorter horizon help",
        )
    )


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
