"""Replications followed piece by piece, where the plant has material lots or causes of scrap.

A replication is simulated anew with its events, which changes nothing. Reading them takes longer
than simulating, so only the first few are followed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtwin.plant.trace import Ints, Tally
from vtwin.results.elements import Floats
from vtwin.results.genealogy import genealogy
from vtwin.results.recall import is_followed, radius
from vtwin.results.scrap import counts

if TYPE_CHECKING:
    from vtwin.engines.choose import Chosen
    from vtwin.plant.program import Program

#: So many replications are followed: each has many lots, hours and shifts in it.
FOLLOWED = 5
#: No further one is once so many rows were read, but two are always: for an interval.
ENOUGH_ROWS = 1_000_000
FEWEST = 2


@dataclass(frozen=True)
class Followed:
    """What was seen of one replication: see `results.scrap.counts` and `results.recall.radius`."""

    scrap: Ints
    recall: Floats


def follow(
    chosen: Chosen,
    program: Program,
    tallies: Sequence[Tally],
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Followed]:
    """Follow the first replications of a run, in order; [] where the plant asks for nothing."""
    if not is_followed(program):
        return []
    found: list[Followed] = []
    first = tallies[:FOLLOWED]
    read = 0
    for tally in first:
        enough = read > ENOUGH_ROWS and len(found) >= FEWEST
        if enough or (cancelled is not None and cancelled()):
            break
        traced = tally
        if tally.trace is None:
            traced = chosen.simulate(program, tally.replication, trace=True)
        if traced.trace is None:
            raise ValueError("an engine gave no trace")
        read += len(traced.trace.time)
        made = genealogy(program, traced.trace, tally.replication)
        found.append(Followed(counts(made), radius(made, traced)))
        if on_progress is not None:
            on_progress(len(found) / len(first))
    return found
