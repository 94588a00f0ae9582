"""One call's replications: what is wanted, what is finished, and how finished ones come in.

Whoever works hands in futures; they are taken as they finish, in the thread of the caller, so
that nothing a caller is told about has to be safe for threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from vtwin.plant.trace import Tally

if TYPE_CHECKING:
    from vtwin.plant.program import Program

OnDone = Callable[[int, Tally], None]
#: Fraction of all the work done, 0..1.
OnProgress = Callable[[float], None]
#: The numbers of the replications one task makes.
Task = tuple[int, ...]
Submit = Callable[[Task], "Future[list[Tally]]"]

#: How often somebody who waits looks for a cancellation, s.
GLANCE_S = 0.1


class Stopped(Exception):
    """Raised inside when the caller asked to stop; `run_many` returns what is finished."""


@dataclass
class Work:
    """The state of one call."""

    program: Program
    engine: str
    wanted: tuple[int, ...]
    on_done: OnDone | None = None
    on_progress: OnProgress | None = None
    cancelled: Callable[[], bool] | None = None
    done: dict[int, Tally] = field(default_factory=dict)
    #: Replication -> fraction done, of those under way in this process.
    partly: dict[int, float] = field(default_factory=dict)

    def finish(self, tally: Tally) -> None:
        """One more is finished; a second copy of it changes nothing."""
        replication = tally.replication
        if replication in self.done:
            return
        self.partly.pop(replication, None)
        self.done[replication] = tally
        if self.on_done:
            self.on_done(replication, tally)
        self.report()

    def report(self) -> None:
        """Tell the caller how far the work is."""
        if self.on_progress:
            under_way = sum(list(self.partly.values()))
            self.on_progress(min(1.0, (len(self.done) + under_way) / len(self.wanted)))

    def asked_to_stop(self) -> bool:
        """Whether the caller wants no more."""
        return self.cancelled is not None and self.cancelled()

    def left(self) -> list[int]:
        """Numbers not finished, in their order."""
        return [r for r in self.wanted if r not in self.done]

    def tallies(self) -> list[Tally]:
        """What is finished, in the order asked for."""
        return [self.done[r] for r in self.wanted if r in self.done]


@dataclass
class Lost(Exception):
    """Tasks whose worker went away, and why the first of them did."""

    tasks: list[Task]
    reason: BaseException


def gather(
    work: Work,
    tasks: Iterable[Task],
    submit: Submit,
    *,
    window: int,
    gone: tuple[type[BaseException], ...],
) -> None:
    """Keep ``window`` tasks submitted and take in what finishes until there is no more.

    Args:
        work: whose replications they are.
        tasks: what to submit, in this order.
        submit: gives a task to a worker.
        window: so many tasks are with workers at a time: few enough to stop soon.
        gone: exceptions that mean "the worker died", not "the task cannot be done".

    Raises:
        Stopped: the caller asked to stop.
        Lost: workers died; everything else is finished.
        Refused: whatever a task refused.
    """
    waiting = iter(tasks)
    under_way: dict[Future[list[Tally]], Task] = {}
    finished: SimpleQueue[Future[list[Tally]]] = SimpleQueue()
    lost: list[Task] = []
    reason: BaseException | None = None

    def more(count: int) -> None:
        nonlocal reason
        for task in islice(waiting, count):
            if reason is not None:  # the pool is broken: it takes nothing any more
                lost.append(task)
                continue
            try:
                future = submit(task)
            except gone as error:
                reason = error
                lost.append(task)
                continue
            under_way[future] = task
            future.add_done_callback(finished.put)

    more(window)
    try:
        while under_way:
            for future in _arrivals(finished):
                task = under_way.pop(future)
                try:
                    for tally in future.result():
                        work.finish(tally)
                except gone as error:
                    reason = reason or error
                    lost.append(task)
                if work.asked_to_stop():  # short replications arrive faster than one can look
                    raise Stopped
                more(1)
            work.report()
            if work.asked_to_stop():
                raise Stopped
    finally:
        for future in under_way:
            future.cancel()
    if reason is not None:
        more(len(work.wanted))
        raise Lost(lost, reason)


def _arrivals(
    finished: SimpleQueue[Future[list[Tally]]],
) -> Iterator[Future[list[Tally]]]:
    """Those finished by now, after a glance's patience for the first."""
    try:
        yield finished.get(timeout=GLANCE_S)
        while True:
            yield finished.get_nowait()
    except Empty:
        return
