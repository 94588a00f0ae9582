"""The canonical log: what a plant did, whatever tables it kept.

One record per visit of an order at a machine in one shift, with the master data it refers to.
Every record knows the file and line it came from, so that each figure of the twin can be
followed back to the rows behind it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from vtwin.base.errors import NOWHERE, Where


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of the working day: ``name`` as in the records, hours of the day as written."""

    name: str
    start_s: int
    end_s: int  # beyond 86400 when the shift ends on the next day

    @property
    def length_s(self) -> int:
        """Length, s."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Visit:
    """What one machine did for one order in one shift. A visit without a product is a record
    that only says that the machine stood there. Quantities are pieces, ``cycles`` shots.
    """

    where: Where
    date: dt.date
    shift: int  # index into Log.shifts
    machine: str
    order: str | None = None
    product: str | None = None
    tool: str | None = None
    cycles: int = 0
    cavities: int | None = None
    pieces: int = 0
    good: int = 0
    scrap: tuple[tuple[str, int], ...] = ()  # cause -> pieces, only those above zero
    colour_change: str | None = None
    tool_change: str | None = None
    machine_change: str | None = None
    material: str | None = None
    colour: str | None = None
    lot: str | None = None

    @property
    def scrapped(self) -> int:
        """Pieces scrapped, all causes."""
        return sum(count for _, count in self.scrap)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A purchase order: a quantity of good pieces of one product, received and due on days."""

    where: Where
    order: str
    product: str
    quantity: int
    received: dt.date
    due: dt.date
    material: str | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class ToolLine:
    """A mould, die or fixture as its master data say: ``cycle_s`` the setting, ``fits`` the
    classes of machine it goes on.
    """

    where: Where
    tool: str
    name: str | None = None
    cavities: int | None = None
    cycle_s: float | None = None
    fits: tuple[str, ...] = ()
    piece_g: float | None = None
    waste_g: float | None = None  # runner per shot


@dataclass(frozen=True, slots=True)
class MachineLine:
    """A machine as its master data say: ``size`` is the class tools refer to."""

    where: Where
    machine: str
    model: str | None = None
    maker: str | None = None
    size: str | None = None
    since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product and the tools that make it."""

    where: Where
    product: str
    name: str | None = None
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """Materials of a product, kg per piece."""

    where: Where
    product: str
    material: str | None = None
    kg: float | None = None
    colour: str | None = None
    colour_kg: float | None = None


@dataclass(frozen=True, slots=True)
class DayNote:
    """A day somebody noted in the plant's calendar."""

    where: Where
    date: dt.date
    note: str | None = None


@dataclass(frozen=True)
class Log:
    """Everything read, in one vocabulary. Visits are sorted by (date, shift, machine, line)."""

    source: str
    licence: str | None
    shifts: tuple[Shift, ...]
    visits: tuple[Visit, ...]
    orders: Mapping[str, OrderLine] = field(default_factory=dict)
    tools: Mapping[str, ToolLine] = field(default_factory=dict)
    machines: Mapping[str, MachineLine] = field(default_factory=dict)
    products: Mapping[str, ProductLine] = field(default_factory=dict)
    materials: Mapping[str, MaterialLine] = field(default_factory=dict)
    notes: tuple[DayNote, ...] = ()

    def before(self, day: dt.date | None) -> Log:
        """What was known of production when ``day`` began: later visits are left out; orders
        are kept, each says itself when it was received.
        """
        if day is None:
            return self
        return Log(
            self.source,
            self.licence,
            self.shifts,
            tuple(v for v in self.visits if v.date < day),
            self.orders,
            self.tools,
            self.machines,
            self.products,
            self.materials,
            self.notes,
        )

    def between(self, first: dt.date, end: dt.date) -> tuple[Visit, ...]:
        """Visits with ``first <= date < end``."""
        return tuple(v for v in self.visits if first <= v.date < end)

    def working(self) -> tuple[Visit, ...]:
        """Visits that belong to an order's product (the others only say a machine stood)."""
        return tuple(v for v in self.visits if v.product is not None)

    def tools_of(self, product: str) -> tuple[str, ...]:
        """Tools that make a product: those listed, else those seen making it."""
        line = self.products.get(product)
        if line is not None and line.tools:
            return line.tools
        return tuple(sorted({v.tool for v in self.visits if v.product == product and v.tool}))


def line_of(where: Where) -> str:
    """``file:line`` without the folder, for examples in reports."""
    if where is NOWHERE or where.file is None:
        return ""
    name = where.file.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name}:{where.line}" if where.line is not None else name


def in_sequence(visits: tuple[Visit, ...]) -> dict[str, tuple[Visit, ...]]:
    """Each machine's visits in the order they were made.

    Within a shift the records have no time: what went on from the shift before comes first,
    what goes on in the next shift comes last, otherwise the written change ("A>B") or the
    line decides.
    """
    slots: dict[str, dict[tuple[dt.date, int], list[Visit]]] = {}
    for visit in visits:
        slots.setdefault(visit.machine, {}).setdefault((visit.date, visit.shift), []).append(visit)
    found = {}
    for machine, by_shift in sorted(slots.items()):
        ordered: list[Visit] = []
        keys = sorted(by_shift)
        for position, key in enumerate(keys):
            here = by_shift[key]
            if len(here) > 1:
                following = keys[position + 1] if position + 1 < len(keys) else None
                after = {v.order for v in by_shift[following]} if following else set()
                before = ordered[-1].order if ordered else None
                here = sorted(here, key=lambda v: _turn(v, before, after))
            ordered += here
        found[machine] = tuple(ordered)
    return found


def _turn(visit: Visit, before: str | None, after: set[str | None]) -> tuple[int, int, int]:
    change = visit.tool_change or ""
    written = 0
    if ">" in change and visit.tool:
        written = 1 if change.rsplit(">", 1)[1].strip() == visit.tool else -1
    if before is not None and visit.order == before:
        return (-1, written, visit.where.line or 0)
    return (1 if visit.order in after else 0, written, visit.where.line or 0)
