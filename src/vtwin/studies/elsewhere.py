"""Replications on an executor of the caller's: anything that has ``submit``.

Tasks are pure functions of (program, engine, replications), so it does not matter which worker
does which, how often one is tried or in which order they come back. How many replications make
a task is set by the time the first one took.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future

from vtwin.plant.trace import Tally
from vtwin.studies import worker
from vtwin.studies.crew import died
from vtwin.studies.work import Lost, Task, Work, gather

#: A task should take about this long: short against the study, long against sending it.
_TASK_S = 1.5
#: Tasks given out at a time: enough for a large cluster, few enough to stop soon.
_WINDOW = 256
#: How often the work of a worker that died is given to another.
_RETRIES = 3


def through(executor: Executor, work: Work) -> None:
    """Finish what is left of the work on an executor.

    Raises:
        Stopped: the caller asked to stop.
        Refused: whatever the engine refused; V571 when workers die again and again.
    """
    gone = (BrokenExecutor, CancelledError, OSError, *getattr(executor, "worker_died", ()))

    def submit(task: Task) -> Future[list[Tally]]:
        return executor.submit(worker.replicate_of, work.program, work.engine, task)

    size = 1
    for attempt in range(_RETRIES + 1):
        try:
            if not work.done:
                began = time.perf_counter()
                gather(work, [(work.left()[0],)], submit, window=1, gone=gone)
                size = max(1, int(_TASK_S / max(time.perf_counter() - began, 1e-3)))
            gather(work, chunks(work.left(), size), submit, window=_WINDOW, gone=gone)
            return
        except Lost as lost:
            size = max(1, size // 4)  # a task that kills its worker takes fewer others with it
            reason = lost.reason
            if attempt == _RETRIES:
                raise died(work, _RETRIES + 1) from reason


def chunks(numbers: Sequence[int], size: int) -> Iterator[Task]:
    """The numbers in their order, ``size`` at a time."""
    for start in range(0, len(numbers), size):
        yield tuple(numbers[start : start + size])
