"""The network of aisles: which ways there are, and on which of them vehicles follow one another."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final

from vtwin.plant.quantities import COUNT, Reading, inside, refuse
from vtwin.scenario.values import read_names

if TYPE_CHECKING:
    from vtwin.scenario.document import AislesEntry

_HINT: Final = "such as [A, B, C], or {through: [A, B, C], room: 1}"
_MICROMETRES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class OneWay:
    """Points passed in this direction; ``room``: vehicles at a time from one point to the next,
    None: as many as fit.
    """

    points: tuple[str, ...]
    room: int | None = None


def _one_way(value: Any, context: Mapping[str, Any]) -> OneWay:
    if not isinstance(value, Mapping):
        return OneWay(read_names(value, context))
    for key in value:
        if key not in ("through", "room"):
            with inside(key):
                raise refuse("V115", f"unknown key '{key}'", _HINT)
    if "through" not in value:
        raise refuse("V117", "says no points", _HINT)
    with inside("through"):
        points = read_names(value["through"], context)
    with inside("room"):
        return OneWay(points, COUNT.read(value["room"], context) if "room" in value else None)


def _written(way: OneWay) -> Any:
    if way.room is None:
        return list(way.points)
    return {"through": list(way.points), "room": way.room}


_POINTS: Final = {"type": "array", "items": {"type": "string"}, "minItems": 1}
OneWayAisle = Annotated[
    OneWay,
    Reading(
        _one_way,
        OneWay(()),
        {
            "anyOf": [
                _POINTS,
                {
                    "type": "object",
                    "properties": {
                        "through": _POINTS,
                        "room": {"type": ["integer", "string"], "minimum": 1},
                    },
                    "required": ["through"],
                    "additionalProperties": False,
                },
            ],
            "examples": [["A", "B", "C"], {"through": ["A", "B"], "room": 1}],
        },
        _written,
    ),
]

#: A part of a way: m, and the zone it leads through, or None.
Stretch = tuple[float, str | None]


class Network:
    """Ways through the aisles. A zone is the one-way aisle from a point to the next, unless it
    may be passed both ways; its name says which.
    """

    def __init__(self, aisles: AislesEntry) -> None:
        self._at = aisles.points
        self._next: dict[str, dict[str, int]] = {point: {} for point in aisles.points}
        both = {w for way in aisles.ways for a, b in pairwise(way) for w in ((a, b), (b, a))}
        #: Vehicles each zone has room for, by name.
        self.room: dict[str, int] = {}
        for a, b in both:
            self._connect(a, b)
        for way in aisles.one_way:
            for a, b in pairwise(way.points):
                if self._connect(a, b) and (a, b) not in both:
                    fit = max(1, int(self._metres(a, b) / aisles.spacing + 1e-9))
                    self.room[_zone(a, b)] = fit if way.room is None else way.room

    def _connect(self, a: str, b: str) -> bool:
        if a in self._at and b in self._at:
            self._next[a][b] = round(self._metres(a, b) * _MICROMETRES)
            return True
        return False

    def _metres(self, a: str, b: str) -> float:
        return math.dist(self._at[a], self._at[b])

    def ways(self, start: str) -> dict[str, tuple[Stretch, ...]]:
        """The shortest way to every point that can be reached; of equal ones, to the micrometre,
        the first by the names of its points.
        """
        found: dict[str, tuple[str, ...]] = {}
        ahead: list[tuple[int, tuple[str, ...]]] = [(0, (start,))]
        while ahead:
            length, way = heapq.heappop(ahead)
            if way[-1] in found:
                continue
            found[way[-1]] = way
            for there, more in self._next[way[-1]].items():
                if there not in found:
                    heapq.heappush(ahead, (length + more, (*way, there)))
        return {point: self._stretches(way) for point, way in found.items()}

    def _stretches(self, way: Iterable[str]) -> tuple[Stretch, ...]:
        """Its parts; what is passed freely is told together."""
        parts: list[Stretch] = []
        for a, b in pairwise(way):
            zone, metres = _zone(a, b), self._metres(a, b)
            if zone in self.room:
                parts.append((metres, zone))
            elif parts and parts[-1][1] is None:
                parts[-1] = (parts[-1][0] + metres, None)
            else:
                parts.append((metres, None))
        return tuple(parts)


def _zone(a: str, b: str) -> str:
    return f"{a}>{b}"


__all__ = ["Network", "OneWay", "OneWayAisle", "Stretch"]
