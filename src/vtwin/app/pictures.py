"""Pictures of a run as inline SVG: they take their colours from the page (light or dark)
through CSS variables and their fonts from the reader's machine.

Every function returns one ``<svg>`` element as text, or "" where there is nothing to draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vtwin.app import drawing
from vtwin.app.drawing import ACCENT, ALARM, INK, LINE, SOFT, STATE_INK
from vtwin.plant.primitives import MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import Event, Tally, Trace, lead_bin_bounds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vtwin.app.views import BalanceView

TICKS_PER_S = 1e9
GANTT_COLUMNS = 720
MOST_ROWS = 24
MOST_PANELS = 9


def states(program: Program, tallies: Sequence[Tally]) -> str:
    """Share of time per state and machine, the busiest on top; mean over replications."""
    if not tallies:
        return ""
    total = np.sum([t.machine_state for t in tallies], axis=0).astype(float)
    observed = total.sum(axis=1, keepdims=True)
    share = np.divide(total, observed, out=np.zeros_like(total), where=observed > 0)
    order = busiest(share)[:MOST_ROWS]
    figure, axes = drawing.frame(0.6 + 0.26 * len(order))
    left = np.zeros(len(order))
    for state in MachineState:
        width = 100 * share[order, state]
        if width.any():
            height = _height(state)
            axes.barh(range(len(order)), width, left=left, color=STATE_INK[state], height=height)
        left += width
    axes.set_yticks(range(len(order)), [program.machines[i].name for i in order])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("% of the observed time")
    return drawing.svg(figure, "How each machine spends its time")


def balance(told: BalanceView) -> str:
    """Cycle of each station along the route against the takt; those slower than it stand out."""
    stations = told.stations[:MOST_ROWS]
    figure, axes = drawing.frame(0.9 + 0.26 * len(stations))
    colours = [ALARM if one.late else ACCENT for one in stations]
    axes.barh(range(len(stations)), [s.cycle_s for s in stations], color=colours, height=0.62)
    axes.set_yticks(range(len(stations)), [one.id for one in stations])
    axes.invert_yaxis()
    if told.takt_s is not None:
        axes.axvline(told.takt_s, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.text(
            told.takt_s, -0.62, f"takt {told.takt_s:.1f} s", color=INK, ha="center", va="bottom"
        )
    axes.set_xlabel("s per piece")
    return drawing.svg(figure, "Cycle of each station against the takt")


def _height(state: int) -> float:
    """Planned stops are a thin line: nothing is lost there, so nothing should catch the eye."""
    return 0.08 if state == MachineState.PLANNED_STOP else 0.72


def busiest(share: npt.NDArray[np.float64]) -> list[int]:
    """Machine indices by share of time working or in set-up, largest first."""
    busy = share[:, MachineState.WORKING] + share[:, MachineState.SETUP]
    return [int(i) for i in np.lexsort((np.arange(len(busy)), -busy))]


def gantt(program: Program, trace: Trace | None, ended: int) -> str:
    """States over time in one replication: the dominant state per column of the picture."""
    if trace is None or ended <= 0:
        return ""
    grid = dominant(program, trace, ended, GANTT_COLUMNS)
    order = _most_varied(grid)[:MOST_ROWS]
    figure, axes = drawing.frame(0.6 + 0.26 * len(order))
    factor, label = _clock(program, ended)
    step = ended / TICKS_PER_S / factor / GANTT_COLUMNS
    for row, machine in enumerate(order):
        for begin, end, state in _stretches(grid[machine]):
            axes.broken_barh(
                [(begin * step, (end - begin) * step)],
                (row - _height(state) / 2, _height(state)),
                facecolors=STATE_INK[MachineState(state)],
                linewidth=0,
            )
    axes.set_yticks(range(len(order)), [program.machines[i].name for i in order])
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_xlim(0, ended / TICKS_PER_S / factor)
    axes.set_xlabel(label)
    _shade_warmup(program, axes, factor)
    return drawing.svg(figure, "What each machine did, first replication")


def dominant(program: Program, trace: Trace, ended: int, columns: int) -> npt.NDArray[np.int8]:
    """The state each machine is in longest within each of ``columns`` equal stretches of
    ``[0, ended)``; shape (machines, columns), -1 where nothing is known yet.
    """
    grid = np.full((len(program.machines), columns), -1, dtype=np.int8)
    rows = trace.kind == Event.STATE
    edges = np.arange(columns + 1) * (ended / columns)
    for machine in range(len(program.machines)):
        own = rows & (trace.entity == machine)
        times = np.append(trace.time[own], ended).astype(float)
        if len(times) < 2:
            continue
        values = trace.value[own]
        best = np.zeros(columns)
        for state in np.unique(values):
            inside = np.concatenate(([0.0], np.cumsum(np.diff(times) * (values == state))))
            spent = np.diff(np.interp(edges, times, inside))
            wins = spent > best
            grid[machine, wins] = state
            best[wins] = spent[wins]
    return grid


def _most_varied(grid: npt.NDArray[np.int8]) -> list[int]:
    """Machines with the most working columns first."""
    working = (grid == MachineState.WORKING).sum(axis=1)
    return [int(i) for i in np.lexsort((np.arange(len(working)), -working))]


def _stretches(row: npt.NDArray[np.int8]) -> list[tuple[int, int, int]]:
    """Runs of equal values ``(begin, end, value)``, unknown ones left out."""
    cuts = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
    return [(a, b, int(row[a])) for a, b in pairwise(cuts) if row[a] >= 0]


def wip(program: Program, tallies: Sequence[Tally]) -> str:
    """Pieces in the plant over time: mean, and the span over replications; warm-up shaded."""
    if not tallies:
        return ""
    shortest = min(len(t.series_wip) for t in tallies)
    series = np.array([t.series_wip[:shortest] for t in tallies], dtype=float)
    if shortest < 2:
        return ""
    figure, axes = drawing.frame(2.6)
    factor, label = _clock(program, program.run.horizon)
    time = (np.arange(shortest) + 0.5) * program.run.bin / TICKS_PER_S / factor
    if len(series) > 1:
        axes.fill_between(time, series.min(axis=0), series.max(axis=0), color=SOFT, linewidth=0)
    axes.plot(time, series.mean(axis=0), color=ACCENT, linewidth=1.6)
    axes.set_xlim(0, program.run.horizon / TICKS_PER_S / factor)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(label)
    axes.set_ylabel("pieces in the plant")
    _shade_warmup(program, axes, factor)
    return drawing.svg(figure, "Work in process over time")


def lead_times(tallies: Sequence[Tally]) -> str:
    """Histogram of the lead times of all good pieces of all replications."""
    counts: dict[int, int] = {}
    for tally in tallies:
        for histogram in tally.lead_hist:
            for index, pieces in histogram.items():
                counts[index] = counts.get(index, 0) + pieces
    if not counts:
        return ""
    middles = np.array([sum(lead_bin_bounds(i)) / 2 / TICKS_PER_S for i in counts])
    weights = np.array(list(counts.values()), dtype=float)
    reach = _quantile(middles, weights, 0.99)
    factor, unit = _unit(reach)
    figure, axes = drawing.frame(2.2)
    edges = np.linspace(0, max(reach, middles.min() * 1.01) / factor, 41)
    share = 100 * weights / weights.sum()
    axes.hist(middles / factor, bins=edges.tolist(), weights=share, color=ACCENT, rwidth=0.92)
    axes.set_xlim(0, edges[-1])
    axes.set_xlabel(f"lead time, {unit} (the longest 1 % not shown)")
    axes.set_ylabel("% of good pieces")
    return drawing.svg(figure, "Lead times")


def _quantile(
    values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], share: float
) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, share)), len(values) - 1)])


def differences(rows: Sequence[tuple[str, float, float | None, bool]], unit: str) -> str:
    """Interval plot of differences to the baseline: ``(name, mean, half-width, is better when
    above 0 clear?)``; an open marker where the interval holds 0 (cannot be told apart).
    """
    label = f"difference to the baseline, {unit} \N{MIDDLE DOT} open marker: cannot be told apart"
    return _intervals(rows, label, "Differences to the baseline with their intervals")


def changes(rows: Sequence[tuple[str, float, float | None, bool]], label: str, title: str) -> str:
    """Intervals about 0: ``(name, mean, half-width, excludes 0)``; open markers hold 0."""
    return _intervals(rows, f"{label} \N{MIDDLE DOT} open marker: cannot be told from 0", title)


def _intervals(
    rows: Sequence[tuple[str, float, float | None, bool]], label: str, title: str
) -> str:
    if not rows:
        return ""
    figure, axes = drawing.frame(0.75 + 0.32 * len(rows))
    axes.axvline(0, color=INK, linewidth=0.8)
    for row, (_, mean, half_width, clear) in enumerate(rows):
        margin = half_width or 0.0
        axes.plot([mean - margin, mean + margin], [row, row], color=ACCENT, linewidth=2)
        face = ACCENT if clear else "none"
        axes.plot([mean], [row], "o", color=ACCENT, markerfacecolor=face, markersize=7)
    axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(label)
    return drawing.svg(figure, title)


def levels(panels: Sequence[tuple[str, Sequence[tuple[str, float, float]]]], label: str) -> str:
    """A panel per factor: the mean at each level with its interval, on one common scale."""
    from matplotlib.figure import Figure

    shown = panels[:MOST_PANELS]
    across = min(3, len(shown))
    down = -(-len(shown) // across)
    figure = Figure(figsize=(drawing.WIDTH, 2.3 * down), layout="constrained")
    grid = figure.subplots(down, across, sharey=True, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(shown):
            axes.set_visible(False)
            continue
        name, points = shown[place]
        at = range(len(points))
        middles = [mean for _, mean, _ in points]
        axes.plot(at, middles, "-o", color=ACCENT, linewidth=1.4, markersize=5)
        axes.errorbar(at, middles, yerr=[half for *_, half in points], fmt="none", ecolor=ACCENT)
        axes.set_xticks(at, [text for text, *_ in points])
        axes.margins(x=0.15)
        axes.set_xlabel(name)
        drawing.plain_frame(axes, "y")
        if place % across == 0:
            axes.set_ylabel(label)
    return drawing.svg(figure, f"Means at every level: {label}")


def course(time: Sequence[float], mean: Sequence[float], cut: float | None, label: str) -> str:
    """A figure over time (h), mean over pilot runs; what is left out as warm-up is shaded."""
    figure, axes = drawing.frame(2.2)
    axes.plot(time, mean, color=ACCENT, linewidth=1.2)
    axes.set_xlim(0, time[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("h since the start")
    axes.set_ylabel(label)
    if cut:
        axes.axvspan(0, cut, color=LINE, alpha=0.45, linewidth=0, zorder=5)
        axes.text(cut / 2, 1.0, "warm-up", transform=axes.get_xaxis_transform(), va="bottom",
                  ha="center", fontsize=8, color=INK)  # fmt: skip
    told = "never settles" if cut is None else f"warm-up {cut:.4g} h"
    return drawing.svg(figure, f"{label}: {told}")


def shares(rows: Sequence[tuple[str, float]], label: str, title: str) -> str:
    """Horizontal bars of shares (0..1), largest first."""
    rows = sorted((r for r in rows if r[1] > 0), key=lambda r: -r[1])[:MOST_ROWS]
    if not rows:
        return ""
    figure, axes = drawing.frame(0.6 + 0.27 * len(rows))
    axes.barh(range(len(rows)), [100 * share for _, share in rows], color=ACCENT, height=0.66)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.invert_yaxis()
    axes.set_xlabel(label)
    return drawing.svg(figure, title)


def pareto(rows: Sequence[tuple[str, float]], label: str, title: str) -> str:
    """Bars of shares (0..1), largest first, and the line of their sum up to 100 %."""
    whole = sum(share for _, share in rows)
    rows = sorted((r for r in rows if r[1] > 0), key=lambda r: -r[1])[:MOST_ROWS]
    if not rows:
        return ""
    figure, axes = drawing.frame(0.6 + 0.27 * len(rows))
    each = [100 * share / whole for _, share in rows]
    places = range(len(rows))
    axes.barh(places, each, color=ACCENT, height=0.66)
    axes.plot(np.cumsum(each), places, "o-", color=INK, linewidth=1.2, markersize=4)
    axes.set_yticks(places, [name for name, _ in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 103)
    axes.set_xlabel(f"{label} · line: added up")
    return drawing.svg(figure, title)


def _unit(seconds: float) -> tuple[float, str]:
    """Factor and name of the unit in which a picture shows this duration."""
    for factor, name in ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min")):
        if seconds >= 2 * factor:
            return factor, name
    return 1.0, "s"


def _clock(program: Program, until: int) -> tuple[float, str]:
    factor, name = _unit(until / TICKS_PER_S)
    since = f" since {program.run.start}" if program.run.start else ""
    return factor, f"{name}{since}"


def _shade_warmup(program: Program, axes: Axes, factor: float) -> None:
    if program.run.warmup > 0:
        end = program.run.warmup / TICKS_PER_S / factor
        axes.axvspan(0, end, color=LINE, alpha=0.45, linewidth=0, zorder=5)
        axes.text(end / 2, 1.0, "warm-up", transform=axes.get_xaxis_transform(), va="bottom",
                  ha="center", fontsize=8, color=INK)  # fmt: skip
