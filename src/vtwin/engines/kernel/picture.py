"""A stopped arena as the things the sentences about a stall are made of (S-80, S-81).

``vtwin.engines.stalls`` asks machines, queues and people who holds and who waits. Here they
answer from the arena (``views``). Nothing is copied, nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from vtwin.engines import stalls
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.arena import Fields, Table
from vtwin.engines.kernel.encoding.template import Template
from vtwin.engines.kernel.memory import FIELD
from vtwin.engines.kernel.views import (
    AnyView,
    CopyView,
    FaultView,
    MachineView,
    PersonView,
    ProductView,
    StationView,
    VehicleView,
    View,
)
from vtwin.plant.primitives import NONE
from vtwin.plant.program import Program


def stalled(program: Program, template: Template, arena: Fields) -> tuple[str, ...]:
    """Who waits for whom in a plant in which nothing is under way (S-80)."""
    seen = Picture(program, template, arena)
    return stalls.stalled(program, cast(Any, seen), cast(Any, seen.faults))


def locked(program: Program, template: Template, arena: Fields) -> tuple[str, ...]:
    """Machines that can never move again although others can (S-81)."""
    seen = Picture(program, template, arena)
    return stalls.locked(program, cast(Any, seen), cast(Any, seen.faults))


class Picture:
    """The whole plant."""

    def __init__(self, program: Program, template: Template, arena: Fields) -> None:
        self.program = program
        self._at = template
        self._base = int(arena.ctypes.data)
        self._views: dict[tuple[type[View], int], View] = {}
        self.machines = self._all(template.machines, MachineView)
        self.faults = self._all(template.faults, FaultView)
        self.vehicles = self._all(template.vehicles, VehicleView)
        self.now = int(arena[at.H_NOW])
        self.staff = self
        self.tools = self
        self.pools = self

    def _all(self, table: Table, kind: type[AnyView]) -> list[AnyView]:
        return [self.view(kind, self._base + table.at(n) * FIELD) for n in range(table.count)]

    def view(self, kind: type[AnyView], address: int) -> AnyView:
        """The one view of its kind of a record."""
        key = (kind, address)
        if key not in self._views:
            self._views[key] = kind(self, address)
        return cast(AnyView, self._views[key])

    def index(self, table: Callable[[Template], Table], address: int) -> int:
        """The number of a record in its table, NONE for none."""
        if address == at.NOTHING:
            return NONE
        found = table(self._at)
        return ((address - self._base) // FIELD - found.start) // found.size

    @cached_property
    def stations(self) -> list[StationView]:
        """All stations, by index."""
        return self._all(self._at.stations, StationView)

    @cached_property
    def products(self) -> list[ProductView]:
        """All products, by index."""
        return self._all(self._at.products, ProductView)

    def able(self, skill: int) -> list[PersonView]:
        """Those with a skill, in the order they are chosen."""
        found = self._all(self._at.skills, View)[skill]
        return found.views(PersonView, at.SK_ABLE, at.SK_ABLE_COUNT)

    def holders(self, tool: int) -> list[MachineView]:
        """Machines that have a copy of a tool mounted, by index."""
        return [machine for machine in self.machines if machine.tool == tool]

    @cached_property
    def names(self) -> list[str]:
        """Of carriers."""
        return [carrier.name for carrier in self.program.carriers]

    @cached_property
    def count(self) -> list[int]:
        """How many there are of each carrier."""
        return [carrier.count for carrier in self.program.carriers]

    @cached_property
    def renewals(self) -> list[list[CopyView]]:
        """The copies of each tool that wears out."""
        copies = self._all(self._at.copies, CopyView)
        of = [self.index(lambda t: t.tools, copy[at.C_TOOL]) for copy in copies]
        tools = range(len(self.program.tools))
        return [[c for c, n in zip(copies, of, strict=True) if n == tool] for tool in tools]
