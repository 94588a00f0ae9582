"""Where the warm-up ends: MSER-5 on the course of a few pilot runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vtwin.base.units import TICKS_PER_SECOND
from vtwin.results.statistics import mser5

if TYPE_CHECKING:
    from vtwin.plant.program import Program

Floats = npt.NDArray[np.float64]

#: Pilot runs, and the pieces their course is cut into.
PILOTS, BINS = 5, 500


@dataclass(frozen=True)
class Course:
    """One figure over time, mean over the pilot runs, and where MSER-5 cuts it.

    ``cut_s`` is None where the course never settles within its first half: the run is too
    short to tell, or the plant never settles.
    """

    name: str
    unit: str
    mean: Floats  # (bins,)
    cut_s: float | None


@dataclass(frozen=True)
class WarmUp:
    """What the pilots say: ``found_s`` is the longest cut of all courses, None where one never
    settles; ``written_s`` is what the scenario leaves out.
    """

    courses: tuple[Course, ...]
    bin_s: float
    pilots: int
    written_s: float
    found_s: float | None


def find(
    program: Program,
    *,
    engine: str = "auto",
    pilots: int = PILOTS,
    cancelled: Callable[[], bool] | None = None,
) -> WarmUp:
    """Run pilots without a warm-up and cut their courses of output and work in process.

    The mean over replications goes through MSER-5 (`vtwin.results.statistics.mser5`), which
    takes less luck for warm-up than a single run would (Hoad, Robinson and Davies, "Automating
    warm-up length estimation", Journal of the Operational Research Society 61, 2010).
    Raises KeyboardInterrupt when stopped before a pilot was finished.
    """
    from vtwin.studies.run_many import run_many

    run = program.run
    width = max(1, run.horizon // BINS)
    pilot = replace(program, run=replace(run, warmup=0, bin=width))
    tallies = run_many(pilot, range(pilots), engine=engine, cancelled=cancelled)
    if not tallies:
        raise KeyboardInterrupt("stopped before the first pilot run was finished")
    bin_s = width / TICKS_PER_SECOND
    whole = min(t.ended for t in tallies) // width
    output = [t.series_good.sum(axis=0)[:whole] / bin_s * 3600.0 for t in tallies]
    inside = [t.series_wip[:whole] for t in tallies]
    courses = (
        _course("good pieces", "1/h", output, bin_s),
        _course("work in process", "pieces", inside, bin_s),
    )
    cuts = [course.cut_s for course in courses]
    known = [cut for cut in cuts if cut is not None]
    found = max(known, default=0.0) if len(known) == len(cuts) else None
    return WarmUp(courses, bin_s, len(tallies), run.warmup / TICKS_PER_SECOND, found)


def _course(name: str, unit: str, runs: Sequence[Floats], bin_s: float) -> Course:
    mean = np.mean(np.array(runs, dtype=np.float64), axis=0)
    cut = mser5([float(v) for v in mean])
    settled = cut < 5 * (len(mean) // 5 // 2)
    return Course(name, unit, mean, cut * bin_s if settled else None)
