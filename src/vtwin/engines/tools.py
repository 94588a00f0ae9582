"""Tools: where the copies are, who may have one (S-41, S-42), and their lives (S-105 to S-107)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import TYPE_CHECKING

from vtwin.engines.jobs import Job
from vtwin.plant.primitives import NONE
from vtwin.plant.primitives import Tool as ToolSpec
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.machines import Machine


class Renewal(Job):
    """What a copy with a life goes through: it is used, leaves when it is worn, is renewed."""

    def __init__(
        self, floor: Floor, slot: int, copy: int, tool: int, spec: ToolSpec, draw: Callable[[], int]
    ) -> None:
        super().__init__(floor, slot, spec.skill, 1, None)
        self.copy = copy
        self._tool = tool
        self._life = spec.life
        self._draw = draw
        self._used = 0
        self._since = 0
        self._away = False
        self._away_ticks = 0
        self.renewals = 0

    def wears_out(self, cycles: int) -> bool:
        """Whether these cycles use the copy up (S-106)."""
        self._used += cycles
        return self._used >= self._life

    def away(self, now: int) -> int:
        """Ticks the copy has been away so far."""
        return self._away_ticks + (now - self._since if self._away else 0)

    def begin(self, now: int) -> None:
        """The copy has left its machine."""
        self._away = True
        self._since = now
        self._floor.note(now, Event.WORN, self._tool, -1, self.copy)
        self.ask_for(self._draw(), 0, now)

    def over(self, now: int) -> None:
        """The copy is as good as new."""
        self._used = 0
        self._away = False
        self._away_ticks += now - self._since
        self.renewals += 1
        self._floor.note(now, Event.RENEWED, self._tool, -1, self.copy)

    def back(self, now: int) -> None:
        """The copy is loose again."""
        self._floor.tools.returned(self._tool, self.copy)


class ToolRack:
    """Copies not mounted anywhere, and the machines that hold the others. Copies are numbered
    from 0; of the loose ones the lowest is taken.
    """

    def __init__(self, floor: Floor, specs: tuple[ToolSpec, ...]) -> None:
        self._floor = floor
        self._free = [list(range(spec.count)) for spec in specs]
        self._holders: list[list[Machine]] = [[] for _ in specs]  # by machine index
        #: Stations that have an operation with the tool.
        self._users = [0 for _ in specs]
        #: By tool, then copy; () for a tool that lasts for ever.
        self.renewals: list[list[Renewal]] = [[] for _ in specs]

    def used_at(self, tool: int, station_bit: int) -> None:
        """A station has an operation with this tool."""
        self._users[tool] |= station_bit

    def mount_at_start(self, machine: Machine, tool: int) -> None:
        """The tool a machine begins with."""
        machine.copy = self._free[tool].pop(0)
        machine.tool = tool
        self._holders[tool].append(machine)

    def can_mount(self, machine: Machine, tool: int) -> bool:
        """Whether the machine has the tool or can get a copy at once (S-41)."""
        return (
            machine.tool == tool
            or bool(self._free[tool])
            or any(self._gives_up(holder, tool) for holder in self._holders[tool])
        )

    def mount(self, machine: Machine, tool: int, now: int) -> None:
        """Mount a copy: the first loose one, else that of the first machine that gives it up."""
        # An item that starts no longer keeps other machines' tools where they are (S-42).
        self._floor.dirty |= self._users[tool] & ~machine.station.bit
        if machine.tool == tool:
            return
        holders = self._holders[tool]
        if self._free[tool]:
            copy = self._free[tool].pop(0)
        else:
            willing = (holder for holder in holders if self._gives_up(holder, tool))
            # The place the item has left may let in what another could use the tool for.
            giver = next(willing, None) or next(h for h in holders if h.item is None)
            holders.remove(giver)
            giver.tool = NONE
            self._floor.note(now, Event.UNMOUNT, giver.index, -1, tool)
            copy = giver.copy
        if machine.tool != NONE:
            self._holders[machine.tool].remove(machine)
            self.returned(machine.tool, machine.copy)
        machine.tool = tool
        machine.copy = copy
        holders.append(machine)
        holders.sort(key=lambda holder: holder.index)
        self._floor.note(now, Event.MOUNT, machine.index, -1, tool)

    def wear(self, machine: Machine, cycles: int, now: int) -> None:
        """The machine has finished cycles with its tool; a worn copy leaves (S-106)."""
        tool = machine.tool
        renewal = self.renewals[tool][machine.copy]
        if renewal.wears_out(cycles):
            self._holders[tool].remove(machine)
            machine.tool = NONE
            renewal.begin(now)

    def users(self, tool: int) -> int:
        """Bits of the stations that have an operation with the tool."""
        return self._users[tool]

    def loosened(self, tool: int) -> None:
        """A copy may have become available: everybody who could use it looks again."""
        self._floor.dirty |= self._users[tool]

    def returned(self, tool: int, copy: int) -> None:
        """A copy is loose."""
        insort(self._free[tool], copy)
        self.loosened(tool)

    def holders(self, tool: int) -> list[Machine]:
        """Machines that have a copy mounted."""
        return self._holders[tool]

    @staticmethod
    def _gives_up(holder: Machine, tool: int) -> bool:
        """A machine with nothing in hand gives a tool up unless it could use it now (S-42)."""
        return holder.item is None and not (holder.fit and holder.station.offers(holder, tool))
