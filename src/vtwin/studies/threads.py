"""Replications in threads of this process, for an engine that lets go of Python's lock."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from vtwin.plant.trace import Tally
from vtwin.studies.work import Task, Work, gather

if TYPE_CHECKING:
    from vtwin.engines.choose import Chosen


def in_threads(work: Work, chosen: Chosen, threads: int) -> None:
    """Finish what is left of the work with so many threads.

    Raises:
        Stopped: the caller asked to stop; replications under way are given up.
        Refused: what the engine refused.
    """
    stop = threading.Event()
    program = work.program

    def simulate(task: Task) -> list[Tally]:
        (replication,) = task

        def glance(fraction: float) -> bool:
            work.partly[replication] = fraction
            return not stop.is_set()

        return [chosen.simulate(program, replication, on_progress=glance)]

    with ThreadPoolExecutor(threads, thread_name_prefix="replication") as pool:

        def submit(task: Task) -> Future[list[Tally]]:
            return pool.submit(simulate, task)

        try:
            gather(work, ((r,) for r in work.left()), submit, window=2 * threads, gone=())
        finally:
            stop.set()
