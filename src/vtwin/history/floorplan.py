"""An illustrative floor for a plant whose records know no positions: machines of one size
class stand together, one area a class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_MACHINE: Final = (5.0, 1.8)  # m: about an injection machine of 100 t
_GAP: Final = 1.6  # between machines in a column
_PAD: Final = 1.2  # inside an area
_HEAD: Final = 2.4  # room for the area's name, and for the flag of a bottleneck under it
_AISLE: Final = 2.0  # between areas and along the walls
_COLUMN: Final = 6  # machines in a column at the most

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the floor, m, from its left top corner."""

    label: str
    at: Corner
    size: Corner


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """Where machines are shown. ``places``: machine -> (left, top), m; ``area_of``: machine ->
    key of its area.
    """

    floor: Corner
    places: Mapping[str, Corner]
    area_of: Mapping[str, str]
    areas: Mapping[str, Area]


def floor_plan(sizes: Sequence[tuple[str, str | None]]) -> FloorPlan:
    """Place machines, given as (name, size class), column by column in the order given."""
    classes: dict[str, list[str]] = {}
    for name, size in sizes:
        classes.setdefault(size or "machines", []).append(name)
    tallest = max((min(len(names), _COLUMN) for names in classes.values()), default=0)
    depth = _HEAD + tallest * (_MACHINE[1] + _GAP) - _GAP + _PAD
    left = _AISLE
    places: dict[str, Corner] = {}
    area_of: dict[str, str] = {}
    areas: dict[str, Area] = {}
    for label, names in classes.items():
        columns = -(-len(names) // _COLUMN)
        width = columns * (_MACHINE[0] + 2 * _PAD)
        key = label.replace(" ", "-")
        areas[key] = Area(label, (left, _AISLE), (width, depth))
        for n, name in enumerate(names):
            column, row = divmod(n, _COLUMN)
            x = left + _PAD + column * (_MACHINE[0] + 2 * _PAD)
            y = _AISLE + _HEAD + row * (_MACHINE[1] + _GAP)
            places[name] = (round(x, 1), round(y, 1))
            area_of[name] = key
        left += width + _AISLE
    return FloorPlan((round(left, 1), round(depth + 2 * _AISLE, 1)), places, area_of, areas)


#: Footprint of every machine on the plan, m.
FOOTPRINT: Final = _MACHINE

__all__ = ["FOOTPRINT", "Area", "FloorPlan", "floor_plan"]
