"""The compiled engine: state machines over flat records, built into one machine-code entry.

Written from ``docs/semantics.md``, whose rule numbers (S-01 …) the code cites, and apart from
the reference engine: the two share the random draws and pure rules, nothing else.

==================  =====================================================================
memory              fields of records by address: load, store, add (their code: ``access``)
building            what marks a function of the kernel; ``joining`` makes many of them into one
                    piece of machine code
cache               that piece on disk, keyed by all its sources; ``entries`` what Python calls
layout              which field is what: the head and the tables
calendar, streams   one pending time per slot, the earliest first; random draws
instant, plant      phases B and C (``advance`` is the one entry); what happens at a slot
floor, states       dirty stations, items and products; what machines are accounted as
stations            letting in; ``lines`` the queue, ``starting`` who is next,
                    ``gathering`` who goes along in a batch
machines            taking an item and beginning; ``running`` what halts it, ``finishing``
                    where the item goes, ``ways`` what a machine can do
staff, grants       people and claims; who is sent where (phase C2)
faults, jobs, ...   failures, releases, routes, tools, belts, vehicles: a module each
arena, encoding     from a Program to the memory a run begins with
readings, run       counters, and a replication as Python sees it
picture, views      a stopped arena as what the sentences about a stall are made of
coverage            what the kernel cannot do
==================  =====================================================================

How a feature gets in: its fields go into a block of ``layout`` (and a table of its own, if it
has records, into ``encoding``, which fills it from the Program); what it does goes into a module of
small `compiled` functions whose arguments and answers are ``int`` or ``float``; if it has timed
events, its slots get a kind that ``plant.happen`` knows; what it counts is read in ``readings``,
what a stall says of it is seen through ``views``;
its line in ``coverage`` goes, and with it the feature is part of every random plant on which
``tests/engines/test_conformance.py`` holds both engines against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vtwin.plant.program import Program
    from vtwin.plant.trace import Tally


def simulate(
    program: Program,
    replication: int,
    *,
    seed: int | None = None,
    trace: bool = False,
    on_progress: Callable[[float], bool] | None = None,
) -> Tally:
    """Run one replication; as :func:`vtwin.engines.reference.simulate`, with the same answer.

    Several threads may run replications of one program at once. The first run of all compiles
    the engine, unless that was done before on this computer.
    """
    from vtwin.engines.kernel.run import simulate as run

    return run(program, replication, seed=seed, trace=trace, on_progress=on_progress)


def is_warm() -> bool:
    """Whether a run begins at once; otherwise the engine has to be compiled first."""
    from vtwin.engines.kernel.entries import advance, prepared

    return prepared.is_warm() and advance.is_warm()


def prepare() -> None:
    """Load or compile the engine now."""
    from vtwin.engines.kernel.entries import advance, prepared

    prepared.prepare()
    advance.prepare()
