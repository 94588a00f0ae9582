"""One replication: simulated, and followed piece by piece where the plant asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from vtwin.plant.trace import Tally
from vtwin.results.recall import is_followed

if TYPE_CHECKING:
    from vtwin.engines.choose import Chosen
    from vtwin.plant.program import Program


def simulate(
    chosen: Chosen,
    program: Program,
    replication: int,
    *,
    trace: bool = False,
    on_progress: Callable[[float], bool] | None = None,
) -> Tally:
    """Run one replication. A plant with material lots or causes of scrap is traced to count what
    only a trace can tell; the rows are kept only if ``trace`` says so.
    """
    followed = is_followed(program)
    tally = chosen.simulate(program, replication, trace=trace or followed, on_progress=on_progress)
    if not followed or tally.trace is None:
        return tally
    from vtwin.results.genealogy import genealogy
    from vtwin.results.recall import radius
    from vtwin.results.scrap import counts

    found = genealogy(program, tally.trace, replication)
    return replace(
        tally,
        scrap_causes=counts(found),
        recall=radius(found, tally),
        trace=tally.trace if trace else None,
    )
