"""What runs inside a worker process: one program, many replications of it.

Kept apart from :mod:`vtwin.studies.run_many` so that a fork server can import exactly this
once for all workers.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from multiprocessing.synchronize import Event as EventType
from typing import TYPE_CHECKING

from vtwin.plant.trace import Tally
from vtwin.studies.work import Task

if TYPE_CHECKING:
    from vtwin.engines.choose import Chosen
    from vtwin.plant.program import Program


@dataclass(frozen=True)
class _Post:
    """What a worker process is here for; set once when it starts."""

    program: Program
    chosen: Chosen
    stop: EventType


# A process pool hands nothing but module state from its initialiser to its tasks.
_post: _Post | None = None


def start(program: Program, engine: str, stop: EventType) -> None:
    """Prepare this process: it leaves Ctrl-C to its parent and never outlives it."""
    global _post
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    from vtwin.engines.choose import engine as choose

    _post = _Post(program, choose(engine, program), stop)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def replicate(replications: Task) -> list[Tally]:
    """Replications of the program this process was started with."""
    post = _post
    if post is None:
        raise RuntimeError("a worker process was given work before it was started")
    return [
        post.chosen.simulate(post.program, r, on_progress=lambda _: not post.stop.is_set())
        for r in replications
    ]


def replicate_of(program: Program, engine: str, replications: Task) -> list[Tally]:
    """Replications of a given program, for executors that share no start-up."""
    from vtwin.engines.choose import engine as choose

    chosen = choose(engine, program)
    return [chosen.simulate(program, r) for r in replications]
