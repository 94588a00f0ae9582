"""Machines with a behaviour of their own (S-165 to S-168)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.base.draws import Distribution
from vtwin.engines.instant import Alarm
from vtwin.engines.machines import Draw, Machine, SetupTimes, Way
from vtwin.plant import rules
from vtwin.plant.behaviour import (
    Command,
    HandOver,
    Part,
    Take,
    Wait,
    Work,
    behaviour,
    misbehaved,
)
from vtwin.plant.order import priority
from vtwin.plant.primitives import Machine as MachineSpec
from vtwin.plant.primitives import MachineState

if TYPE_CHECKING:
    from vtwin.engines.floor import Floor
    from vtwin.engines.stations import Station

#: What a machine may be about while it waits (S-166).
_SHOWN = (
    MachineState.WORKING,
    MachineState.SETUP,
    MachineState.WAITING_OPERATOR,
    MachineState.BLOCKED,
    MachineState.STARVED,
)


class BehavingMachine(Machine):
    """A machine whose operation goes as its behaviour says; all before and after it is as on
    any other.
    """

    __slots__ = (
        "_behaviour", "_draws", "_generator", "_held", "_stream", "_wait_alarm", "_waiting",
    )  # fmt: skip

    def __init__(
        self,
        floor: Floor,
        index: int,
        spec: MachineSpec,
        station: Station,
        setups: SetupTimes | None,
        stream: Callable[[Distribution, str, str], Draw],
    ) -> None:
        super().__init__(floor, index, spec, station, setups)
        self._stream = stream
        self._draws: dict[str, tuple[Distribution, Draw]] = {}
        self._wait_alarm = Alarm(floor.env, priority(self.slot), self._waited)
        self._waiting = False
        self._held: Command | None = None  # asked for, and not yet possible
        self._behaviour = behaviour(spec.custom)
        self._begin_anew()

    # -- what a behaviour sees ---------------------------------------------------------------

    @property
    def machine(self) -> str:
        """Name of the machine."""
        return self.name

    @property
    def now(self) -> int:
        """The present tick."""
        return self.floor.now

    def draw(self, purpose: str, distribution: Distribution) -> int:
        """The next ticks of the machine's stream of that purpose (S-168)."""
        if purpose not in self._draws:
            draw = self._stream(distribution, self.name, f"custom/{purpose}")
            self._draws[purpose] = (distribution, draw)
        known, draw = self._draws[purpose]
        if known != distribution:
            raise misbehaved(self.name, f"draws '{purpose}' from two distributions")
        return draw()

    # -- what it asks for --------------------------------------------------------------------

    def _begin_anew(self) -> None:
        self._generator = self._behaviour(self)
        self._wants_item()

    def _tell(self, part: Part | None) -> Command:
        """Go on with the behaviour; what it asks for next."""
        try:
            return self._generator.send(part)
        except StopIteration:
            raise misbehaved(self.name, "has come to its end") from None

    def _wants_item(self) -> None:
        if not isinstance(self._tell(None), Take):
            raise misbehaved(self.name, "has no item and does not take one")

    def _begin_attended(self, way: Way, speed: float, now: int) -> None:
        self._begin(rules.at_speed(way.draw() * self.cycles, speed), now)

    def _begin(self, work: int, now: int) -> None:
        """Begin the operation; how it goes says the behaviour."""
        item = self._item_in_hand()
        self.work = self._left = self._whole = 0
        self.begun = True
        self._started(item, now)
        command = self._tell(Part(item.serial, item.quantity, self.cycles, item.step.name, work))
        if isinstance(command, HandOver):
            # An operation ends in phase B, so one without any time does in the next round.
            self._held, command = command, Work(0)
        self._do(command, now)

    def _do(self, command: Command, now: int) -> None:
        self.floor.changed.append(self)
        if isinstance(command, Work):
            if command.ticks < 0:
                raise misbehaved(self.name, f"works {command.ticks} ticks")
            self._left = self._whole = command.ticks
            self.work += command.ticks
            self.doing = MachineState.WORKING
            self.run_or_halt(now)
        elif isinstance(command, Wait):
            if command.ticks < 0 or command.shown not in _SHOWN:
                raise misbehaved(self.name, f"waits {command.ticks} ticks as {command.shown!r}")
            self.doing = command.shown
            self._waiting = True
            self.floor.pending += 1
            self._wait_alarm.set(command.ticks)
        else:
            raise misbehaved(self.name, f"asks for {command!r} with an item in hand")

    # -- what happens to it --------------------------------------------------------------------

    def _waited(self, event: CalendarEvent) -> None:
        """A wait is over (phase B)."""
        self._waiting = False
        self.floor.pending -= 1
        self._run_from = self.floor.now
        self._go_on(event)

    def _finish(self, event: CalendarEvent) -> None:
        """A piece of work is over (phase B)."""
        now = self.floor.now
        ran = now - self._run_from
        for fault in self.ageing:
            fault.left -= ran
        for fault in self.upkeep:
            fault.worked(ran)
        if self._restart is not None:
            self._restart.rest(now)
        self._run_from = now
        self._running = False
        self.floor.pending -= 1
        self._go_on(event)

    def _go_on(self, event: CalendarEvent) -> None:
        floor = self.floor
        command, self._held = self._held or self._tell(None), None
        if isinstance(command, HandOver):
            floor.pending += 1  # the end of the operation counts it off, as of any other
            super()._finish(event)
            self._wants_item()
        else:
            floor.other_events += 1
            self._do(command, floor.now)
            floor.clock.changed = True

    def run_or_halt(self, now: int) -> None:
        """A wait goes on whatever happens; else as any machine."""
        if not self._waiting:
            super().run_or_halt(now)

    @property
    def is_running(self) -> bool:
        """Whether something of the operation is under way."""
        return self._running or self._waiting

    @property
    def in_process(self) -> bool:
        """Whether an item is in an operation that has begun, and no work is running."""
        return self._waiting or super().in_process

    def begin_again(self) -> None:
        """The piece of work under way is lost; a wait is not."""
        if not self._waiting:
            super().begin_again()

    def lose_item(self, now: int) -> None:
        """The item is scrap, and the behaviour begins anew (S-167)."""
        if self._waiting:
            self._waiting = False
            self.floor.pending -= 1
            self._wait_alarm = self._wait_alarm.replaced()
        self._held = None
        self._generator.close()
        super().lose_item(now)
        self._begin_anew()
