"""One self-contained HTML page about an experiment, and its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from vtwin.app import pictures, wording
from vtwin.app.report import grid, page, section
from vtwin.base.units import counted

if TYPE_CHECKING:
    from vtwin.app.sweeps import SweepResult
    from vtwin.results.statistics import Interval
    from vtwin.studies.effects import Effects
    from vtwin.studies.warmup import WarmUp

#: More points than this are a file, not a table to read.
MOST_POINTS = 100
MOST_EFFECTS = 16


def sweep_html(result: SweepResult) -> str:
    """The page: points, effects with pictures, the warm-up."""
    sweep = result.sweep
    facts = [
        f"{sweep.plan.kind.replace('_', ' ')} design",
        counted(len(sweep.points), "point"),
        f"{counted(sweep.replications, 'replication')} each",
        f"{sweep.confidence:.0%} intervals",
        f"seed {result.seed}",
    ]
    title = f"{result.scenario}: {result.name or 'experiment'}"
    head = f'<h1>{escape(title)}</h1><p class="dim">{escape(" · ".join(facts))}</p>'
    parts = [head]
    parts += [
        section(
            f"What changes {_named(found.figure).lower()}",
            effects_picture(found),
            levels_picture(found),
        )
        for found in sweep.effects()
    ]
    for name, rows in sweep.sensitivities().items():
        shown = [(one.factor, one.change) for one in rows]
        parts.append(
            section(f"What {_named(name).lower()} answers to", bars(shown, "Change of the figure"))
        )
    parts.append(section("Points", _points(result)))
    if result.warmup is not None:
        parts.append(section("Warm-up (MSER-5)", warmup_picture(result.warmup)))
    return page(title, "\n".join(part for part in parts if part))


def _named(name: str) -> str:
    return wording.TITLES.get(name, name)


def _points(result: SweepResult) -> str:
    sweep = result.sweep
    calls = sweep.calls()
    alone = sweep.plan.kind == "sensitivity"
    heads = ["changed", "to"] if alone else [factor.path for factor in sweep.plan.factors]
    heads += [_named(name) for name in sweep.figures] + [""]
    rows = [
        [
            *sweep.points[row],
            *(wording.said(sweep.figure(row, i).to_json()) for i in range(len(sweep.figures))),
            calls.get(row, ""),
        ]
        for row in result.order[:MOST_POINTS]
    ]
    return grid(heads, rows)


def effects_picture(found: Effects) -> str:
    """Main effects and interactions with their intervals, the strongest on top."""
    every = sorted((*found.main, *found.interactions), key=lambda e: -abs(e.change.mean or 0.0))
    rows = [(" × ".join(e.factors), e.change) for e in every[:MOST_EFFECTS]]
    return bars(rows, "Effects with their intervals")


def bars(rows: Sequence[tuple[str, Interval]], title: str) -> str:
    """Intervals of changes; an open marker where 0 is not excluded."""
    if not rows:
        return ""
    unit = rows[0][1].unit
    largest = max((abs(c.mean) for _, c in rows if c.mean is not None), default=0.0)
    unit, length = wording.time_unit(largest) if unit == "s" else (unit, 1.0)
    shown = [
        (
            name,
            (change.mean or 0.0) / length,
            None if change.half_width is None else change.half_width / length,
            change.excludes_zero,
        )
        for name, change in rows
    ]
    return pictures.changes(shown, f"change from lowest to highest, {unit}", title)


def levels_picture(found: Effects) -> str:
    """The mean figure at every level of every factor, with intervals: one panel per factor."""
    factors = list(dict.fromkeys(level.factor for level in found.levels))
    if not factors:
        return ""
    panels = [
        (
            name,
            [
                (level.level, level.mean.mean or 0.0, level.mean.half_width or 0.0)
                for level in found.levels
                if level.factor == name
            ],
        )
        for name in factors
    ]
    unit = found.mean.unit
    if unit == "s":
        unit, length = wording.time_unit(found.mean.mean or 0.0)
        panels = [(n, [(t, m / length, h / length) for t, m, h in rows]) for n, rows in panels]
    return pictures.levels(panels, f"{_named(found.figure)}, {unit}")


def warmup_picture(found: WarmUp) -> str:
    """The courses of the pilot runs and where each is cut."""
    hours = found.bin_s / 3600.0
    parts = []
    for course in found.courses:
        time = (np.arange(len(course.mean)) + 0.5) * hours
        cut = None if course.cut_s is None else course.cut_s / 3600.0
        parts.append(
            pictures.course(
                time.tolist(), course.mean.tolist(), cut, f"{course.name}, {course.unit}"
            )
        )
    return "\n".join(parts)
