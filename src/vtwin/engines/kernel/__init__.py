"""The compiled engine: state machines over flat records, built into one machine-code entry.

Written from ``docs/semantics.md``, whose rule numbers (S-01 …) the code cites, and apart from
the reference engine: the two share the random draws and pure rules, nothing else.
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
