"""Arcs and helices of NC programs (G2, G3): centre, length, directions at the ends. All in mm;
``plane`` are the numbers of the two axes of the circle and of the one across it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vtwin.plant.nc.program import Unfollowed

Vector = tuple[float, float, float]
Plane = tuple[int, int, int]
Centre = tuple[float, float]
#: Rounded ends of an arc may be off its circle by this, mm or share of the radius.
_OFF: Final = 0.05
_OFF_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Arc:
    """Length, directions at the ends, and radius of the curve (of a helix more than its
    circle's).
    """

    length: float
    begin: Vector
    end: Vector
    bend: float


def arc(
    start: Sequence[float], end: Sequence[float], plane: Plane, centre: Centre, left: bool
) -> Arc:
    """The arc round a centre, ``left``: anticlockwise (G3). Ends on the same place make a whole
    circle. Raises Unfollowed (V710) if they are not on one circle.
    """
    first, second, third = plane
    radius = math.hypot(start[first] - centre[0], start[second] - centre[1])
    closing = math.hypot(end[first] - centre[0], end[second] - centre[1])
    if radius == 0 or abs(radius - closing) > max(_OFF, _OFF_SHARE * radius):
        what = f"the ends of the arc are {radius:.3f} and {closing:.3f} mm from its centre"
        raise Unfollowed("V710", what, "check I, J, K and the units (G20, G21)")
    begin = math.atan2(start[second] - centre[1], start[first] - centre[0])
    over = math.atan2(end[second] - centre[1], end[first] - centre[0])
    angle = (over - begin) % math.tau if left else (begin - over) % math.tau
    if math.hypot(end[first] - start[first], end[second] - start[second]) < 1e-6:
        angle = math.tau
    rise = end[third] - start[third]
    flat = radius * angle
    length = math.hypot(flat, rise)
    ways: list[Vector] = []
    for at in (begin, over):
        way = [0.0, 0.0, 0.0]
        turn = (1.0 if left else -1.0) * flat / length
        way[first], way[second] = -math.sin(at) * turn, math.cos(at) * turn
        way[third] = rise / length
        ways.append((way[0], way[1], way[2]))
    return Arc(length, ways[0], ways[1], radius * (length / flat) ** 2)


def by_radius(
    start: Sequence[float], end: Sequence[float], plane: Plane, radius: float, left: bool
) -> Centre:
    """The centre from the radius (R): the shorter way round, the longer if it is negative.
    Raises Unfollowed (V710) if it cannot reach from end to end.
    """
    first, second, _ = plane
    along, across = end[first] - start[first], end[second] - start[second]
    chord = math.hypot(along, across)
    if chord == 0 or abs(radius) < chord / 2 - _OFF:
        what = f"an arc of R {abs(radius):g} mm between ends {chord:.3f} mm apart"
        raise Unfollowed("V710", what, "a whole circle needs its centre (I, J, K)")
    height = math.sqrt(max(radius * radius - chord * chord / 4, 0.0))
    side = height if left == (radius > 0) else -height
    return (
        start[first] + along / 2 - side * across / chord,
        start[second] + across / 2 + side * along / chord,
    )
