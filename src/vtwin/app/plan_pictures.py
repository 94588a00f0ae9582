"""Pictures of a plan: today and after it, step by step, what it wins, the search, the front.

Every function returns one ``<svg>`` element as text, or "" where there is nothing to draw.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from vtwin.app import drawing
from vtwin.app.drawing import ACCENT, ALARM, INK, LINE, SOFT

#: Letters in a line of a step's name, and lines; the table beside says all of it.
_LETTERS, _LINES = 40, 3
#: Points nearer than this share of the picture share a label.
_NEAR = 0.04
_MOST_MACHINES = 24
_DAY_S = 86_400.0


@dataclass(frozen=True)
class Panel:
    """One figure, today and after the plan: ``(name, mean, half-width)``, in ``label``'s unit;
    ``bounds`` are what it is required to keep to.
    """

    label: str
    rows: Sequence[tuple[str, float, float]]
    bounds: Sequence[float] = ()


def before_after(panels: Sequence[Panel]) -> str:
    """Each figure today and after the plan with its interval; requirements as dashed lines."""
    from matplotlib.figure import Figure

    if not panels:
        return ""
    across = min(2, len(panels))
    down = -(-len(panels) // across)
    figure = Figure(figsize=(drawing.WIDTH, 1.3 * down), layout="constrained")
    grid = figure.subplots(down, across, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(panels):
            axes.set_visible(False)
            continue
        panel = panels[place]
        drawing.plain_frame(axes, "x")
        for row, (_, mean, half) in enumerate(panel.rows):
            ink = INK if row == 0 else ACCENT
            axes.plot([mean - half, mean + half], [row, row], color=ink, linewidth=2)
            axes.plot([mean], [row], "o", color=ink, markersize=7)
        for bound in panel.bounds:
            axes.axvline(bound, color=ALARM, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.set_yticks(range(len(panel.rows)), [name for name, *_ in panel.rows])
        axes.set_ylim(len(panel.rows) - 0.5, -0.5)
        axes.margins(x=0.12)
        axes.set_xlabel(panel.label)
    return drawing.svg(figure, "Today and after the plan")


def steps(rows: Sequence[tuple[str, float, float, bool, str]], label: str) -> str:
    """What is gained so far after each step: ``(what, gain, half-width, whether this step's own
    gain can be told from chance, the gain in words)``; each bar begins where the last one ended.
    """
    if not rows:
        return ""
    names = [_wrapped(f"{n}  {what}") for n, (what, *_) in enumerate(rows, start=1)]
    lines = sum(max(2, name.count("\n") + 1) for name in names)
    figure, axes = drawing.frame(0.8 + 0.2 * lines)
    axes.axvline(0, color=INK, linewidth=0.8)
    before = 0.0
    for row, (_, gain, half, clear, said) in enumerate(rows):
        ink = ACCENT if clear else SOFT
        axes.barh([row], [gain - before], left=before, color=ink, height=0.56)
        axes.plot([gain - half, gain + half], [row, row], color=INK, linewidth=1.4)
        face = INK if clear else "none"
        axes.plot([gain], [row], "o", color=INK, markerfacecolor=face, markersize=5)
        told = said if clear else f"{said}\n≈ this step alone"
        axes.text(1.01, row, told, color=INK, va="center",
                  transform=axes.get_yaxis_transform())  # fmt: skip
        before = gain
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(label)
    return drawing.svg(figure, "What is gained so far after each step")


def _wrapped(text: str) -> str:
    lines = textwrap.wrap(text, _LETTERS)
    return "\n".join([*lines[: _LINES - 1], lines[_LINES - 1] + " …"]
                     if len(lines) > _LINES else lines)  # fmt: skip


def losses(rows: Sequence[tuple[str, float, bool]], label: str) -> str:
    """Changes of shares of time: ``(name, change in percentage points, whether that is for the
    better)``; these are in full colour.
    """
    if not rows:
        return ""
    figure, axes = drawing.frame(0.6 + 0.27 * len(rows))
    axes.axvline(0, color=INK, linewidth=0.8)
    inks = [ACCENT if won else SOFT for *_, won in rows]
    axes.barh(range(len(rows)), [change for _, change, _ in rows], color=inks, height=0.62)
    axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(label)
    return drawing.svg(figure, "Why it wins")


def search(
    course: Sequence[tuple[int, float]],
    confirmed: tuple[int, float, float] | None,
    today: float | None,
    label: str,
) -> str:
    """The best so far by replications spent, as the search saw it; then the confirmation
    ``(replications, mean, half-width)``; today's plant as a dashed line.
    """
    if len(course) < 2:
        return ""
    figure, axes = drawing.frame(2.4)
    drawing.plain_frame(axes, "y")
    spent = [count for count, _ in course]
    axes.plot(spent, [mean for _, mean in course], color=ACCENT, drawstyle="steps-post",
              linewidth=1.6, label="best so far, as the search saw it")  # fmt: skip
    if confirmed is not None:
        count, mean, half = confirmed
        axes.errorbar([count], [mean], yerr=[half], fmt="o", color=INK, markersize=6,
                      label="the choice, on fresh seeds")  # fmt: skip
    if today is not None:
        axes.axhline(today, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label="today's plant")
    axes.set_xlim(left=0)
    axes.margins(y=0.15)
    axes.set_xlabel("replications spent")
    axes.set_ylabel(label)
    axes.legend(loc="best", frameon=False, labelcolor=INK)
    return drawing.svg(figure, "Progress of the search")


@dataclass(frozen=True)
class Dot:
    """A point of a front: middle and half-width along x and y; ``certain``: told apart from all
    others.
    """

    name: str
    x: tuple[float, float]
    y: tuple[float, float]
    certain: bool


def front(dots: Sequence[Dot], across: str, up: str) -> str:
    """Two goals against each other with intervals; an open marker: not told apart from some."""
    if not dots:
        return ""
    figure, axes = drawing.frame(4.2)
    drawing.plain_frame(axes, "y")
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    for dot in dots:
        (x, half_x), (y, half_y) = dot.x, dot.y
        axes.plot([x - half_x, x + half_x], [y, y], color=ACCENT, linewidth=1.4)
        axes.plot([x, x], [y - half_y, y + half_y], color=ACCENT, linewidth=1.4)
        face = ACCENT if dot.certain else "none"
        axes.plot([x], [y], "o", color=ACCENT, markerfacecolor=face, markersize=8)
    for name, x, y in _labels(dots):
        axes.annotate(name, (x, y), xytext=(7, 6), textcoords="offset points", color=INK)
    axes.margins(0.1)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    return drawing.svg(figure, "What can be had")


def _labels(dots: Sequence[Dot]) -> list[tuple[str, float, float]]:
    """Names and where they stand; points that lie on each other have one label."""
    width = (max(d.x[0] for d in dots) - min(d.x[0] for d in dots)) or 1.0
    height = (max(d.y[0] + d.y[1] for d in dots) - min(d.y[0] - d.y[1] for d in dots)) or 1.0
    found: list[tuple[str, float, float]] = []
    for dot in sorted(dots, key=lambda dot: (dot.x[0], -dot.y[0])):
        x, y = dot.x[0], dot.y[0]
        if found:
            names, left, above = found[-1]
            if x - left < _NEAR * width and abs(above - y) < 2.0 * _NEAR * height:
                found[-1] = (f"{names}, {dot.name}", left, above)
                continue
        found.append((dot.name, x, y))
    return found


def timetable(turns: Sequence[tuple[str, str, float, float]], label: str) -> str:
    """Which order is where and when: ``(machine, order, from, until)`` in s since the start."""
    machines = list(dict.fromkeys(machine for machine, *_ in turns))[:_MOST_MACHINES]
    if not machines:
        return ""
    figure, axes = drawing.frame(0.7 + 0.34 * len(machines))
    last = max(end for *_, end in turns)
    for machine, order, begun, ended in turns:
        if machine not in machines:
            continue
        row = machines.index(machine)
        width = (ended - begun) / _DAY_S
        axes.broken_barh([(begun / _DAY_S, width)], (row - 0.34, 0.68), facecolors=SOFT,
                         edgecolor=ACCENT, linewidth=0.8)  # fmt: skip
        if width * _DAY_S > 0.012 * last * len(order):
            axes.text(begun / _DAY_S + width / 2, row, order, ha="center", va="center",
                      color=INK, fontsize=8)  # fmt: skip
    axes.set_yticks(range(len(machines)), machines)
    axes.set_ylim(len(machines) - 0.5, -0.5)
    axes.set_xlim(0, last / _DAY_S)
    axes.set_xlabel(label)
    return drawing.svg(figure, "Which order where and when")
