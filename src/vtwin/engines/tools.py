"""Tools: where the copies are and who may have one (S-41, S-42)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtwin.plant.primitives import NONE
from vtwin.plant.primitives import Tool as ToolSpec
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.machines import Machine


class ToolRack:
    """Copies not mounted anywhere, and the machines that hold the others."""

    def __init__(self, floor: Floor, specs: tuple[ToolSpec, ...]) -> None:
        self._floor = floor
        self._free = [spec.count for spec in specs]
        self._holders: list[list[Machine]] = [[] for _ in specs]  # by machine index
        #: Stations that have an operation with the tool.
        self._users = [0 for _ in specs]

    def used_at(self, tool: int, station_bit: int) -> None:
        """A station has an operation with this tool."""
        self._users[tool] |= station_bit

    def mount_at_start(self, machine: Machine, tool: int) -> None:
        """The tool a machine begins with."""
        self._free[tool] -= 1
        machine.tool = tool
        self._holders[tool].append(machine)

    def can_mount(self, machine: Machine, tool: int) -> bool:
        """Whether the machine has the tool or can get a copy at once (S-41)."""
        return (
            machine.tool == tool
            or self._free[tool] > 0
            or any(self._gives_up(holder, tool) for holder in self._holders[tool])
        )

    def mount(self, machine: Machine, tool: int, now: int) -> None:
        """Mount a copy: a loose one, else that of the first machine that gives it up."""
        # An item that starts no longer keeps other machines' tools where they are (S-42).
        self._floor.dirty |= self._users[tool] & ~machine.station.bit
        if machine.tool == tool:
            return
        holders = self._holders[tool]
        if self._free[tool] > 0:
            self._free[tool] -= 1
        else:
            giver = next(holder for holder in holders if self._gives_up(holder, tool))
            holders.remove(giver)
            giver.tool = NONE
        if machine.tool != NONE:
            self._holders[machine.tool].remove(machine)
            self._free[machine.tool] += 1
            self.loosened(machine.tool)
        machine.tool = tool
        holders.append(machine)
        holders.sort(key=lambda holder: holder.index)
        self._floor.note(now, Event.MOUNT, machine.index, -1, tool)

    def users(self, tool: int) -> int:
        """Bits of the stations that have an operation with the tool."""
        return self._users[tool]

    def loosened(self, tool: int) -> None:
        """A copy may have become available: everybody who could use it looks again."""
        self._floor.dirty |= self._users[tool]

    def holders(self, tool: int) -> list[Machine]:
        """Machines that have a copy mounted."""
        return self._holders[tool]

    @staticmethod
    def _gives_up(holder: Machine, tool: int) -> bool:
        """A machine with nothing in hand gives a tool up unless it could use it now (S-42)."""
        return holder.item is None and not (holder.fit and holder.station.offers(holder, tool))
