"""How long a machine takes for an NC program: strokes with acceleration, and what is between them.

Every stroke runs through a trapezoid of speed: as fast as feed, axes and curvature allow, and no
faster at its ends than the next stroke can be met and the corner between them taken. A corner is
taken as fast as an arc that misses it by a tolerance; rapid strokes, and whatever is between two
strokes, bring the tool to a stand. Look-ahead is over all strokes between two stands, as on
controls that read hundreds of blocks ahead.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from vtwin.plant.nc.path import Deed, Frame, Pause, Stroke, Vector, path
from vtwin.plant.nc.program import Source

_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Drives:
    """What decides the times of a machine, in mm, s and degrees. ``rapid`` and ``acceleration``
    are by axis (X, Y, Z), ``cut_acceleration`` is along the path at feed rate, ``corner`` by how
    much a corner may be missed, ``block`` the least time of a block at feed rate, ``settle`` what
    every stroke that brings the tool to a stand takes longer. ``tool_change`` is with the tool at
    the reference point, ``spindle_start`` from a stand to ``spindle_top`` (1/min), in proportion
    for less, likewise its stop; ``codes`` what codes take, by name; ``start`` is from the key to
    the first block.
    """

    rapid: Vector
    acceleration: Vector
    cut_acceleration: float
    corner: float
    block: float = 0.0
    settle: float = 0.0
    tool_change: float = 0.0
    spindle_start: float = 0.0
    spindle_top: float = 10_000.0
    rotary: float = 90.0  # degrees per s
    codes: tuple[tuple[str, float], ...] = ()
    start: float = 0.0
    rapid_override: float = 1.0
    feed_override: float = 1.0


@dataclass(frozen=True, slots=True)
class Split:
    """Time of a program by what the machine does, s; ``changes`` of the tool, ``by_tool``: time
    at feed rate by number of the tool.
    """

    cutting: float
    rapid: float
    tool_change: float
    spindle: float
    dwell: float
    other: float
    changes: int
    by_tool: Mapping[int, float]

    @property
    def total(self) -> float:
        """From the start key to the end of the program, s."""
        parts = (self.cutting, self.rapid, self.tool_change, self.spindle, self.dwell, self.other)
        return math.fsum(parts)


@lru_cache(maxsize=64)
def program_time(source: Source, frame: Frame, drives: Drives) -> Split:
    """Where the time of a program goes. Raises Refused as :func:`vtwin.plant.nc.path.path`."""
    return split(path(source, frame), drives)


def split(deeds: Sequence[Deed], drives: Drives) -> Split:
    """Where the time of what a program does goes."""
    found = dict.fromkeys(("cut", "rapid", "tool", "spindle", "dwell", "code"), 0.0)
    found["code"] = drives.start
    by_tool: dict[int, float] = {}
    tool = changes = 0
    for deed, kind, seconds in timed(deeds, drives):
        found[kind] += seconds
        if isinstance(deed, Pause) and kind == "tool":
            tool, changes = int(deed.value), changes + 1
        elif kind == "cut":
            by_tool[tool] = by_tool.get(tool, 0.0) + seconds
    return Split(
        found["cut"], found["rapid"], found["tool"], found["spindle"], found["dwell"],
        found["code"], changes, by_tool,
    )  # fmt: skip


def timed(deeds: Sequence[Deed], drives: Drives) -> Iterable[tuple[Deed, str, float]]:
    """Every deed with what it is (cut, rapid, tool, spindle, dwell, code) and its s. What goes on
    beside the strokes of its block counts only as far as it lasts longer than they do.
    """
    chain: list[Stroke] = []
    beside: list[tuple[Pause, float]] = []
    moved = 0.0  # s of strokes in the block of what goes on beside them
    speed = 0.0
    for deed in deeds:
        if beside and deed.line != beside[0][0].line:
            yield from _rest(beside, moved)
            beside, moved = [], 0.0
        if isinstance(deed, Stroke) and deed.feed > 0:
            if chain and not chain[-1].stops and not beside:
                chain.append(deed)
                continue
            yield from _cut(chain, drives)
            chain = [deed]
            if beside:  # the stroke waits for nothing, what follows it waits for both
                made = list(_cut(chain, drives))
                moved += sum(seconds for _, _, seconds in made)
                yield from made
                chain = []
            continue
        yield from _cut(chain, drives)
        chain = []
        if isinstance(deed, Stroke):
            seconds = rapid_time(deed, drives)
            moved += seconds if beside else 0.0
            yield deed, "rapid", seconds
            continue
        seconds, speed = _pause(deed, drives, speed)
        if deed.beside:
            beside.append((deed, seconds))
        else:
            yield deed, deed.kind, seconds
    yield from _cut(chain, drives)
    yield from _rest(beside, moved)


def _rest(beside: list[tuple[Pause, float]], moved: float) -> Iterable[tuple[Deed, str, float]]:
    """The part of pauses that outlasts the strokes they go on beside."""
    if beside:
        deed, longest = max(beside, key=lambda found: found[1])
        yield deed, deed.kind, max(longest - moved, 0.0)


def _pause(deed: Pause, drives: Drives, speed: float) -> tuple[float, float]:
    """Seconds of a pause, and the speed of the spindle after it."""
    if deed.kind == "tool":
        return drives.tool_change, 0.0
    if deed.kind == "spindle":
        wanted = min(deed.value, drives.spindle_top)
        return drives.spindle_start * abs(wanted - speed) / drives.spindle_top, wanted
    if deed.kind == "dwell":
        return deed.value, speed
    return dict(drives.codes).get(deed.name, 0.0), speed


def rapid_time(stroke: Stroke, drives: Drives) -> float:
    """A rapid stroke from stand to stand: the axes start and end together."""
    seconds = stroke.turn / drives.rotary
    if stroke.length > 0:
        top = _limit(stroke.delta, stroke.length, drives.rapid) * drives.rapid_override
        rate = _limit(stroke.delta, stroke.length, drives.acceleration)
        seconds = max(seconds, trapezoid(stroke.length, 0.0, 0.0, top, rate))
    return seconds + drives.settle


def _limit(delta: Vector, length: float, of_axes: Vector) -> float:
    """Greatest speed (or acceleration) along a line at which no axis goes over its own."""
    return min(
        most * length / abs(part)
        for part, most in zip(delta, of_axes, strict=True)
        if abs(part) > _TINY * length
    )


def trapezoid(length: float, begin: float, end: float, top: float, rate: float) -> float:
    """Seconds for a stroke with given speeds at its ends: v² = v0² + 2 a s both ways, and the top
    speed between, if it is reached. The speeds must be possible over this length.
    """
    peak = math.sqrt(max((begin * begin + end * end) / 2 + rate * length, 0.0))
    if peak <= top:
        return (2 * peak - begin - end) / rate
    ramps = (top - begin) / rate + (top - end) / rate
    ramped = (2 * top * top - begin * begin - end * end) / (2 * rate)
    return ramps + max(length - ramped, 0.0) / top


def _cut(chain: list[Stroke], drives: Drives) -> Iterable[tuple[Deed, str, float]]:
    """Strokes at feed rate from stand to stand, with look-ahead over all of them."""
    if not chain:
        return
    tops = [_top(stroke, drives) for stroke in chain]
    speeds = [0.0, *(_corner(a, b, drives) for a, b in pairwise(chain)), 0.0]
    rate = drives.cut_acceleration
    for n in range(1, len(chain)):
        speeds[n] = min(speeds[n], tops[n - 1], tops[n])
    for n in range(len(chain) - 1, 0, -1):  # what can still be braked for what comes
        reached = math.sqrt(speeds[n + 1] ** 2 + 2 * rate * chain[n].length)
        speeds[n] = min(speeds[n], reached)
    for n, stroke in enumerate(chain):
        reached = math.sqrt(speeds[n] ** 2 + 2 * rate * stroke.length)
        speeds[n + 1] = min(speeds[n + 1], reached)
        seconds = trapezoid(stroke.length, speeds[n], speeds[n + 1], tops[n], rate)
        last = drives.settle if n == len(chain) - 1 else 0.0
        yield stroke, "cut", max(seconds, drives.block) + last


def _top(stroke: Stroke, drives: Drives) -> float:
    """Feed, unless the axes or the curve (v² = a r) do not allow it."""
    top = min(stroke.feed * drives.feed_override, *(max(drives.rapid),))
    if stroke.radius > 0:
        top = min(top, math.sqrt(drives.cut_acceleration * stroke.radius))
    return max(top, _TINY)


def _corner(before: Stroke, after: Stroke, drives: Drives) -> float:
    """Speed in a corner: that of an arc at the acceleration allowed which touches both strokes
    and misses the corner by the tolerance. With half the angle between them h, its radius is
    tolerance · sin h / (1 - sin h).
    """
    straight = -sum(a * b for a, b in zip(before.end, after.begin, strict=True))
    half = math.sqrt(max(1.0 - straight, 0.0) / 2)
    if half >= 1.0 - _TINY:
        return math.inf
    radius = drives.corner * half / (1.0 - half)
    return math.sqrt(drives.cut_acceleration * radius)


__all__ = ["Drives", "Split", "program_time", "rapid_time", "split", "timed", "trapezoid"]
