"""Where everything stands on the floor, for the map."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from vtwin.scenario.document import AislesEntry, Document, EquipmentEntry

if TYPE_CHECKING:
    from vtwin.scenario.load import Loaded

_GAP: Final = 1.5
_PLAIN: Final = (2.0, 2.0)


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on the floor, m, from its left top corner."""

    x: float
    y: float
    w: float
    d: float
    family: str
    area: str | None


#: Two points of the floor, m.
Line = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Layout:
    """The floor: ``floor`` (width, depth) in m; ``equipment`` by machine or buffer name as
    (x, y, w, d, family, area); ``areas`` by name as (x, y, w, d, label). ``illustrative``:
    positions are not measured, or some were not written and have been chosen here.
    """

    floor: tuple[float, float]
    equipment: Mapping[str, tuple[float, float, float, float, str, str | None]]
    areas: Mapping[str, tuple[float, float, float, float, str]]
    illustrative: bool
    image: str | None = None
    aisles: tuple[Line, ...] = ()  # ways of vehicles, from point to point
    one_way: tuple[Line, ...] = ()  # those passed in this direction only


def layout(loaded: Loaded, variant: str | None = None) -> Layout:
    """The layout of a scenario or variant; whatever has no position is set in rows, in the
    order of the routes. Raises Refused if the document has problems.
    """
    from vtwin.scenario.load import required

    document = required(loaded.resolve(variant))
    placed: dict[str, Place] = {}
    loose: list[tuple[str, tuple[float, float], str, str | None]] = []
    for name in _in_route_order(document):
        entry = document.equipment[name]
        family, size = _family_and_size(entry)
        names = _machines(name, entry)
        if entry.at is None:
            loose += [(machine, size, family, entry.area) for machine in names]
            continue
        for number, machine in enumerate(names):
            x = entry.at[0] + number * (size[0] + _GAP)
            placed[machine] = Place(x, entry.at[1], *size, family, entry.area)
    written = document.layout
    bottom = max((p.y + p.d for p in placed.values()), default=0.0)
    width = written.floor[0] if written and written.floor else _width(placed, loose)
    _in_rows(placed, loose, width, bottom)
    aisles = _aisles(written.aisles if written else None)
    floor = written.floor if written and written.floor else _floor(placed, aisles, width)
    areas = {
        name: (*area.at, *area.size, area.name or name)
        for name, area in (written.areas.items() if written else ())
    }
    return Layout(
        floor=floor,
        equipment={n: (p.x, p.y, p.w, p.d, p.family, p.area) for n, p in sorted(placed.items())},
        areas=areas,
        illustrative=bool(loose) or (written is not None and written.illustrative),
        image=written.image if written else None,
        aisles=aisles,
        one_way=_one_way(written.aisles if written else None),
    )


def floor_places(document: Document) -> dict[str, tuple[int, int]]:
    """The middle of every machine whose place was written (`at:`), mm: where people go."""
    found: dict[str, tuple[int, int]] = {}
    for name, entry in document.equipment.items():
        if entry.at is None:
            continue
        _, (w, d) = _family_and_size(entry)
        for number, machine in enumerate(_machines(name, entry)):
            x = entry.at[0] + number * (w + _GAP)
            found[machine] = (round(1000 * (x + w / 2)), round(1000 * (entry.at[1] + d / 2)))
    return found


def _machines(name: str, entry: EquipmentEntry) -> list[str]:
    if entry.count == 1:
        return [name]
    return [f"{name}#{number}" for number in range(1, entry.count + 1)]


def _family_and_size(entry: EquipmentEntry) -> tuple[str, tuple[float, float]]:
    from vtwin.equipment import catalog

    if entry.model is None:
        family = "buffer" if "capacity" in entry.model_fields_set else "station"
        return family, entry.size or _PLAIN
    found = catalog.family(entry.model.partition("/")[0])
    return found.name, entry.size or (found.shape.width, found.shape.depth)


def _in_route_order(document: Document) -> list[str]:
    order: dict[str, None] = {}
    for names in document.line or ():
        order.update(dict.fromkeys(names))
    for product in document.products.values():
        for step in product.route or ():
            tool = document.tools.get(step.tool or "")
            order.update(dict.fromkeys(step.on or (tool.on if tool else None) or ()))
    order.update(dict.fromkeys(document.equipment))
    return [name for name in order if name in document.equipment]


Loose = list[tuple[str, tuple[float, float], str, str | None]]


def _width(placed: Mapping[str, Place], loose: Loose) -> float:
    """A floor about 1.6 times as wide as deep."""
    area = sum((w + _GAP) * (d + _GAP) for _, (w, d), _, _ in loose)
    widest = max((w for _, (w, _), _, _ in loose), default=0.0) + 2 * _GAP
    reach = max((p.x + p.w + _GAP for p in placed.values()), default=0.0)
    return math.ceil(max(math.sqrt(1.6 * area) + _GAP, widest, reach))


def _in_rows(placed: dict[str, Place], loose: Loose, width: float, top: float) -> None:
    x, y, row = _GAP, top + _GAP, 0.0
    for name, (w, d), family, area in loose:
        if x > _GAP and x + w + _GAP > width:
            x, y, row = _GAP, y + row + _GAP, 0.0
        placed[name] = Place(x, y, w, d, family, area)
        x, row = x + w + _GAP, max(row, d)


def _floor(
    placed: Mapping[str, Place], aisles: tuple[Line, ...], width: float
) -> tuple[float, float]:
    points = [point for line in aisles for point in line]
    rights = [p.x + p.w + _GAP for p in placed.values()] + [x + _GAP for x, _ in points]
    depths = [p.y + p.d + _GAP for p in placed.values()] + [y + _GAP for _, y in points]
    right, deep = max(rights, default=width), max(depths, default=1.0)
    return float(math.ceil(max(width, right))), float(math.ceil(deep))


def _aisles(written: AislesEntry | None) -> tuple[Line, ...]:
    """The lines of the network, each once."""
    if written is None:
        return ()
    at = written.points
    lines = {
        tuple(sorted((at[a], at[b])))
        for way in (*written.ways, *(aisle.points for aisle in written.one_way))
        for a, b in pairwise(way)
        if a in at and b in at
    }
    return tuple((a, b) for a, b in sorted(lines))


def _one_way(written: AislesEntry | None) -> tuple[Line, ...]:
    """The lines that vehicles pass in one direction, and in no way in the other."""
    if written is None:
        return ()
    at = written.points
    passed = [pair for aisle in written.one_way for pair in pairwise(aisle.points)]
    both = {pair for way in written.ways for pair in pairwise(way)}
    back = {(b, a) for a, b in (*passed, *both)} | both
    return tuple(
        sorted({(at[a], at[b]) for a, b in passed if (a, b) not in back and a in at and b in at})
    )
