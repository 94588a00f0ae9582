"""Machines: what one does with the item it has taken, and what can interrupt it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from simpy import Event as CalendarEvent

from vtwin.base.draws import binomial
from vtwin.engines.energy import StartUps
from vtwin.engines.instant import Alarm
from vtwin.engines.staff import Task
from vtwin.plant import rules
from vtwin.plant.order import priority
from vtwin.plant.primitives import NEVER, NONE, Attendance, MachineState, SetupTable, ShiftEnd
from vtwin.plant.primitives import Machine as MachineSpec
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.faults import Fault
    from vtwin.engines.floor import Floor, Item
    from vtwin.engines.stations import Station, Step

Draw = Callable[[], int]

WORKING, SETUP, WAITING_OPERATOR, BLOCKED, STARVED, DOWN, PLANNED_STOP = MachineState


class Way:
    """One operation on one machine: its times, and what has come of it since tick 0."""

    __slots__ = (
        "busy", "cycles", "draw", "expected", "heads", "load_draw", "machine", "pieces", "plain",
        "scrap_draw", "scrapped", "skill", "step", "thrown", "visits",
    )  # fmt: skip

    def __init__(
        self,
        machine: Machine,
        step: Step,
        draw: Draw,
        expected: int,
        scrap_draw: Callable[[], float],
        attended: Attendance,
    ) -> None:
        self.machine = machine
        self.step = step
        self.draw = draw
        self.expected = expected
        self.scrap_draw = scrap_draw
        self.skill = attended.skill
        self.heads = attended.heads
        self.load_draw: Draw | None = None  # how long it is attended, if not all the time
        #: Nothing to mount, to set up or to wait for: work begins at once.
        self.plain = (
            step.tool == NONE
            and attended.skill == NONE
            and step.needs is None
            and machine.setups is None
            and step.shelf == NEVER
        )
        self.visits = 0
        self.cycles = 0
        self.pieces = 0
        self.scrapped = 0
        self.thrown = 0  # of those, for standing before (S-36)
        self.busy = 0


class SetupTimes:
    """The set-up table as one machine uses it; a stream of draws per pair of keys (S-33)."""

    __slots__ = ("_draws", "_expected", "_stream", "heads", "skill", "table")

    def __init__(
        self,
        table: SetupTable,
        expected: Sequence[int],
        stream: Callable[[int, str], Draw],
    ) -> None:
        self.table = table
        self.skill = table.skill
        self.heads = table.heads
        self._expected = expected  # ticks, by distribution
        self._stream = stream  # (distribution, purpose) -> draws
        self._draws: dict[tuple[int, int], Draw] = {}

    def needed(self, present: int, wanted: int) -> bool:
        """Whether going from one key to the other takes a set-up."""
        return rules.setup_cell(self.table, present, wanted) != NONE

    def expected(self, present: int, wanted: int) -> int:
        """Expected ticks of that set-up, 0 for none."""
        cell = rules.setup_cell(self.table, present, wanted)
        return 0 if cell == NONE else self._expected[cell]

    def draw(self, present: int, wanted: int) -> int:
        """Ticks of the next set-up from one key to the other."""
        pair = (present, wanted)
        if pair not in self._draws:
            keys = self.table.keys
            cell = self.table.cell[present][wanted]
            self._draws[pair] = self._stream(cell, f"setup/{keys[present]}/{keys[wanted]}")
        return self._draws[pair]()


class Restart:
    """What it takes to work again after standing: a warm-up (S-37), and cycles that are thrown
    away (S-36).
    """

    __slots__ = (
        "_cold", "_cools", "_cycles", "_owed", "_patience", "_ran", "_warmed", "thrown", "warm_up",
    )  # fmt: skip

    def __init__(self, spec: MachineSpec) -> None:
        self._cycles = spec.restart
        self._patience = spec.patience
        self.warm_up = spec.warm_up
        self._cools = spec.cools
        self._ran = 0  # tick at which an operation ran last
        self._warmed = 0  # tick at which it was warmed up last
        self._cold = False  # set up since
        self._owed = 0
        self.thrown = 0  # cycles of the operation that ends

    def set_up(self) -> None:
        """A set-up is done."""
        self._cold = True

    def is_cold(self, now: int) -> bool:
        """Whether it must be warmed up before an operation runs."""
        return self.warm_up > 0 and now - max(self._ran, self._warmed) > self._cools

    def warmed(self, now: int) -> None:
        """It is warm."""
        self._warmed = now

    def run(self, now: int) -> None:
        """An operation begins to run, or goes on."""
        if self._cold or now - self._ran > self._patience:
            self._owed += self._cycles
            self._cold = False

    def rest(self, now: int) -> None:
        """An operation does not run on."""
        self._ran = now

    def end(self, cycles: int, now: int) -> None:
        """An operation of so many cycles is done."""
        self._ran = now
        self.thrown = min(self._owed, cycles)
        self._owed = min(self._owed - self.thrown, self._cycles)

    def lost(self, quantity: int, cycles: int, per_cycle: int) -> int:
        """Pieces of an item of the operation that are thrown away."""
        return quantity if self.thrown == cycles else self.thrown * per_cycle


class Machine:
    """One server of a station.

    ``doing`` is what it is about (STARVED: nothing in hand; BLOCKED: finished, not handed
    over), ``state`` the accounted one of the seven (S-10). ``fit`` says that it may work: on
    duty and not down.
    """

    __slots__ = (
        "_alarm",
        "_cycling",
        "_finishes",
        "_handed",
        "_left",
        "_load_alarm",
        "_restart",
        "_run_from",
        "_running",
        "_setup_alarm",
        "_setup_next",
        "_speed",
        "_striker",
        "_warm_alarm",
        "_warming",
        "_whole",
        "ageing",
        "at",
        "begun",
        "copy",
        "cycles",
        "doing",
        "down",
        "fit",
        "floor",
        "index",
        "item",
        "key",
        "mates",
        "name",
        "on_duty",
        "open",
        "serviced",
        "setup_count",
        "setup_ticks",
        "setups",
        "since",
        "slot",
        "start_ups",
        "state",
        "station",
        "task",
        "times",
        "tool",
        "upkeep",
        "way",
        "ways",
        "work",
    )  # fmt: skip

    def __init__(
        self,
        floor: Floor,
        index: int,
        spec: MachineSpec,
        station: Station,
        setups: SetupTimes | None,
    ) -> None:
        self.floor = floor
        self.index = index
        self.slot = floor.slots.machines[index]
        self.name = spec.name
        self.at = (spec.x, spec.y)
        self.station = station
        self.setups = setups
        self.ways: list[Way] = []
        self.ageing: list[Fault] = []  # failure modes on the operating clock, by slot
        self.upkeep: list[Fault] = []  # modes looked at when an operation ends (S-100, S-101)
        # What is in hand
        self.item: Item | None = None
        self.mates: list[Item] = []  # the others of its batch (S-121)
        self.way: Way | None = None
        self.cycles = 0
        self.work = 0  # ticks the operation takes here
        self.doing = STARVED
        self.begun = False  # a set-up or the operation has begun and is not finished
        self.task = Task(floor, self, self, self.slot)
        self.key = spec.initial_key
        self.tool = NONE
        self.copy = 0  # number of the copy of its tool
        # Whether it may work
        self.open = True  # by its calendar
        self._finishes = spec.shift_end is ShiftEnd.FINISH
        self.on_duty = True
        self.down = 0  # failure modes it suffers from
        self.serviced = 0  # those of them that are planned
        self.fit = True
        # The set-up or operation under way
        self._running = False
        self._run_from = 0
        self._left = 0
        self._whole = 0  # ticks the part of it under way takes
        self._cycling: int | None = None  # ticks of the cycle that follows the loading (S-113)
        self._setup_next = False  # the crew comes for the set-up, not the operation
        self._handed = STARVED  # SETUP or WORKING: work a crew has left to another (S-118)
        self._speed = 1.0  # of the crew
        self._alarm = Alarm(floor.env, priority(self.slot), self._finish)
        self._setup_alarm = Alarm(floor.env, priority(self.slot), self._finish_setup)
        self._load_alarm = Alarm(floor.env, priority(self.slot), self._finish_loading)
        self._striker: Fault | None = None
        self._restart = Restart(spec) if spec.restart or spec.warm_up else None
        self._warm_alarm = Alarm(floor.env, priority(self.slot), self._finish_warming)
        self._warming = False  # before the operation runs (S-37)
        # What has been
        self.state = STARVED
        self.since = 0
        self.times = [0] * len(MachineState)
        self.start_ups = StartUps(spec) if spec.surge else None
        self.setup_count = 0
        self.setup_ticks = 0

    def account(self, now: int) -> None:
        """Close the interval of the accounted state if the present one differs (S-10)."""
        state = self.present_state()
        if state is not self.state:
            if self.start_ups is not None:
                self.start_ups.change(self.state, state, self.since, now)
            self.times[self.state] += now - self.since
            self.since = now
            self.state = state
            rows = self.floor.rows
            if rows is not None:
                rows.append((now, Event.STATE, self.index, -1, state))

    def present_state(self) -> MachineState:
        """The one of the seven states it is in now (S-11)."""
        if not self.on_duty:
            return PLANNED_STOP
        if self.down:
            return DOWN if self.down > self.serviced else self._in_upkeep()
        if self.task.crew and not self.task.complete:
            return WAITING_OPERATOR
        return SETUP if self._warming else self.doing

    def _in_upkeep(self) -> MachineState:
        """Maintained, or waiting for those who do it (S-104)."""
        serviced = any(fault.planned and fault.is_under_way for fault in self.upkeep)
        return PLANNED_STOP if serviced else WAITING_OPERATOR

    # -- taking an item (phase C1) ---------------------------------------------------------

    def take(self, item: Item, way: Way, now: int, mates: Sequence[Item] = ()) -> None:
        """An item comes into the machine (S-30), with the others of its batch (S-121)."""
        self.item = item
        self.way = way
        item.machine = self
        if mates:
            self.mates.extend(mates)
            for mate in mates:
                mate.machine = self
        per_cycle = way.step.per_cycle
        self.cycles = 1 if item.quantity <= per_cycle else rules.cycles(item.quantity, per_cycle)
        if way.plain:
            self._begin(way.draw() * self.cycles, now)
        else:
            self._prepare(way.step, now)

    def mismatch(self, step: Step) -> int:
        """0 when an operation needs neither another tool nor a set-up here, else 1 (S-25)."""
        if step.tool != NONE and step.tool != self.tool:
            return 1
        if self.setups is None:
            return 0
        return int(self.setups.needed(self.key, step.setup_key))

    def expected_setup(self, step: Step) -> int:
        """Expected ticks of the set-up an operation would need now (S-25)."""
        return 0 if self.setups is None else self.setups.expected(self.key, step.setup_key)

    def _prepare(self, step: Step, now: int) -> None:
        """Mount, then set up, then work (S-32, S-33, S-34), unless it has waited too long."""
        if now - self._item_in_hand().since > step.shelf:
            self.floor.pending += 1
            Alarm(self.floor.env, priority(self.slot), self._put_aside).set(0)
            return
        if step.tool != NONE:
            self.floor.tools.mount(self, step.tool, now)
        if step.needs is not None:
            step.needs.take(self._item_in_hand(), now)
        present, setups = self.key, self.setups
        if step.setup_key != NONE:
            self.key = step.setup_key
        if setups is None or not setups.needed(present, step.setup_key):
            self._staff_operation(now)
            return
        self._left = setups.draw(present, step.setup_key)
        if setups.skill == NONE:
            self._begin_setup(now)
        else:
            self._setup_next = True
            self._wait_for(setups.skill, setups.heads, now)

    def _staff_operation(self, now: int) -> None:
        """Nothing but the operation is left to do: with its operators, or at once."""
        way = self._way_in_hand()
        if way.skill != NONE:
            self._wait_for(way.skill, way.heads, now)
        else:
            self._begin(way.draw() * self.cycles, now)

    def _wait_for(self, skill: int, heads: int, now: int) -> None:
        item = self._item_in_hand()
        self.doing = WAITING_OPERATOR
        self.floor.changed.append(self)
        alone = self._setup_next
        self.task.ask(skill, heads, alone, item.priority, item.step.remaining, now)

    def staffed(self, speed: float, now: int) -> None:
        """The people asked for are there (S-50, S-114)."""
        self.floor.changed.append(self)
        before, self._speed = self._speed, speed
        if self._handed is not STARVED:
            self._take_over(before, speed, now)
        elif self._setup_next:
            self._setup_next = False
            self._left = rules.at_speed(self._left, speed)
            self._begin_setup(now)
        else:
            self._begin_attended(self._way_in_hand(), speed, now)

    def _begin_attended(self, way: Way, speed: float, now: int) -> None:
        """All of it at the crew's speed, or only the loading (S-113)."""
        if way.load_draw is None:
            self._begin(rules.at_speed(way.draw() * self.cycles, speed), now)
            return
        loading = rules.at_speed(way.load_draw(), speed)
        self._cycling = way.draw() * self.cycles
        self._begin(loading, now)
        self.work += self._cycling

    def _take_over(self, before: float, after: float, now: int) -> None:
        """Go on with what others have left (S-118)."""
        left = rules.handed_over(self._left, before, after)
        self.work += left - self._left
        self._whole += left - self._left
        self._left = left
        self.doing, self._handed = self._handed, STARVED
        self.run_or_halt(now)

    # -- set-up and operation --------------------------------------------------------------

    def _begin_setup(self, now: int) -> None:
        self.doing = SETUP
        self.begun = True
        self.floor.changed.append(self)
        self.floor.note(now, Event.SETUP, self.index, self._item_in_hand().serial, self.key)
        self.work = self._whole = self._left
        self.run_or_halt(now)

    def _finish_setup(self, _event: CalendarEvent) -> None:
        floor = self.floor
        now = floor.now
        floor.other_events += 1
        floor.pending -= 1
        self._running = False
        self.setup_count += 1
        self.setup_ticks += self.work
        if self._restart is not None:
            self._restart.set_up()
        self.task.done(1)
        self.task.free(now)
        self._staff_operation(now)
        floor.clock.changed = True

    def _begin(self, work: int, now: int) -> None:
        """Begin the operation, which takes ``work`` ticks here."""
        item, floor = self.item, self.floor
        assert item is not None
        self.work = self._whole = self._left = work
        self.doing = WORKING
        self.begun = True
        if self.state is not WORKING:
            floor.changed.append(self)
        self._started(item, now)
        if self.fit and not self.task.crew:
            self._run(now)
        else:
            self.run_or_halt(now)

    def _started(self, item: Item, now: int) -> None:
        """The operation has begun."""
        floor = self.floor
        if floor.rows is not None:
            floor.rows.append((now, Event.START, self.index, item.serial, item.step.index))
        if item.order is not None and item.order.started < 0:
            item.order.started = now
        for mate in self.mates:
            floor.note(now, Event.START, self.index, mate.serial, mate.step.index)
            if mate.order is not None and mate.order.started < 0:
                mate.order.started = now

    def _finish_loading(self, _event: CalendarEvent) -> None:
        """The crew is free, the machine goes on without it (phase B, S-113)."""
        floor = self.floor
        now = floor.now
        floor.other_events += 1
        floor.pending -= 1
        self._running = False
        if self._restart is not None:
            self._restart.rest(now)
        for fault in self.ageing:
            fault.left -= now - self._run_from
        for fault in self.upkeep:
            fault.worked(now - self._run_from)
        self.task.done(1)
        self.task.free(now)
        assert self._cycling is not None
        self._left = self._whole = self._cycling
        self._cycling = None
        floor.changed.append(self)
        self.run_or_halt(now)
        floor.clock.changed = True

    def _finish(self, _event: CalendarEvent) -> None:
        """The operation is done (phase B, S-35)."""
        floor, item, way = self.floor, self.item, self.way
        assert item is not None
        assert way is not None
        now, step = floor.now, way.step
        floor.pending -= 1
        self._running = self.begun = False
        if self._restart is not None:
            self._restart.end(self.cycles, now)
        for fault in self.ageing:
            fault.left -= now - self._run_from
        way.visits += 1
        way.cycles += self.cycles
        way.pieces += item.quantity
        way.busy += self.work
        if floor.rows is not None:
            floor.rows.append((now, Event.FINISH, self.index, item.serial, step.index))
        mates = tuple(self.mates)
        for mate in mates:
            self._count(mate, now)
            floor.other_events -= 1  # its visit is no event of its own
        if self.task.crew:
            self.task.done(self.cycles)
            self.task.free(now)
        self._send_on(item, way, now)
        for mate in mates:
            self._send_on(mate, mate.step.ways[self.index], now)
        if step.wears:
            floor.tools.wear(self, self.cycles, now)
        if self.upkeep:
            self._look(now - self._run_from, self.cycles)
        if not self.open:
            self.refresh(now)  # what it finished after its shift is finished now
        floor.clock.changed = True

    def _count(self, mate: Item, now: int) -> None:
        """Another item of a batch: the cycle and its time are those of the first (S-123)."""
        way = mate.step.ways[self.index]
        way.visits += 1
        way.pieces += mate.quantity
        self.floor.note(now, Event.FINISH, self.index, mate.serial, mate.step.index)

    def _send_on(self, item: Item, way: Way, now: int) -> None:
        """Where a finished item goes from here (S-35)."""
        step, floor = way.step, self.floor
        if step.returns:
            floor.pools.give_back(item, item.carriers & step.returns, now)
        if self._restart is not None and self._restart.thrown:
            self._throw_away(item, way, self._restart, now)
        if step.scrap:
            self._inspect(item, way, now)
        following = step.following if step.fork is None else step.fork.onward(item, way, now)
        if item.quantity == 0:
            self.hand_over(item, now)
        elif following is not None:
            self._pass_on(item, following, now)
        else:
            stock = floor.products[item.product].stock
            if stock is None or stock.has_room(item.quantity):
                self.hand_over(item, now)
                floor.leave(item, now)
            else:
                self.doing = BLOCKED
                floor.changed.append(self)
                stock.expect(item, self, now)

    def _throw_away(self, item: Item, way: Way, restart: Restart, now: int) -> None:
        """What was made in the first cycles after standing is scrap (S-36)."""
        lost = restart.lost(item.quantity, self.cycles, way.step.per_cycle)
        way.scrapped += lost
        way.thrown += lost
        self.floor.note(now, Event.RESTART, self.index, item.serial, way.step.index)
        self.floor.scrap(item, lost, self.index, now)

    def _pass_on(self, item: Item, following: Step, now: int) -> None:
        """The item in hand goes on to another operation as soon as there is room (S-22)."""
        self.doing = BLOCKED
        item.step = following
        self.floor.changed.append(self)
        following.station.expect(item, self, now)

    def _put_aside(self, _event: CalendarEvent) -> None:
        """The item in hand had waited too long: it is scrap, or goes elsewhere (S-86)."""
        floor, item = self.floor, self._item_in_hand()
        now, step = floor.now, item.step
        floor.other_events += 1
        floor.pending -= 1
        step.stale += item.quantity
        floor.note(now, Event.STALE, self.index, item.serial, step.index)
        if step.instead is None:
            self.hand_over(item, now)
            floor.scrap(item, item.quantity, self.index, now)
        else:
            self._pass_on(item, step.instead, now)
        floor.clock.changed = True

    def _inspect(self, item: Item, way: Way, now: int) -> None:
        """Some of the pieces may be scrap (S-35)."""
        lost = binomial(item.quantity, way.step.scrap, way.scrap_draw())
        if lost:
            way.scrapped += lost
            self.floor.scrap(item, lost, self.index, now)

    def hand_over(self, item: Item, now: int) -> None:
        """An item has left the machine, which is free when it was the last one."""
        floor = self.floor
        item.machine = None
        if self.mates:
            if item is self.item:
                self.item = self.mates.pop(0)
            else:
                self.mates.remove(item)
            return
        self.item = self.way = None
        self.doing = STARVED
        floor.changed.append(self)
        floor.dirty |= self.station.bit
        if self.tool != NONE:
            floor.tools.loosened(self.tool)

    def _look(self, ran: int, cycles: int) -> None:
        """Nothing is begun any more: what waited for that, or has worn out, strikes now."""
        for fault in self.upkeep:
            fault.worked(ran)
            fault.look(cycles)

    # -- interruptions (phase B) -----------------------------------------------------------

    def refresh(self, now: int) -> None:
        """Something that decides whether it may work has changed (S-12)."""
        floor = self.floor
        on_duty = self.open or (self._finishes and self.begun)
        went = self.on_duty and not on_duty
        self.on_duty = on_duty
        fit = on_duty and not self.down
        if fit is not self.fit:
            self.fit = fit
            task = self.task
            if task.claim is not None:
                task.claim.resume(now) if fit else task.claim.suspend(now)
            elif task.coming:
                task.give_back(now)  # nobody comes to a machine that cannot work (S-115)
            if self.item is None:
                floor.dirty |= self.station.bit
                if self.tool != NONE:
                    floor.tools.loosened(self.tool)
        if went and self.task.crew:
            self.task.may_go_home(now)
        floor.changed.append(self)
        self.run_or_halt(now)

    def ends_now(self, now: int) -> bool:
        """Whether nothing is left of the set-up, loading or operation under way (S-13)."""
        left = self._left
        if self._warming and self._restart is not None:
            left = self._restart.warm_up
        return self._running and left <= now - self._run_from

    def let_go(self, now: int) -> None:
        """The crew leaves the work to whoever comes next (S-118)."""
        if self._running:
            self._call_off()
            self._halt(now)
        if self.doing is WORKING or self.doing is SETUP:
            self._handed = self.doing
            self.doing = WAITING_OPERATOR
        self.task.give_back(now)
        self.floor.changed.append(self)

    def run_or_halt(self, now: int) -> None:
        """Let the set-up or operation in hand run if it may, halt it if it may not."""
        may = self.fit and (self.doing is WORKING or self.doing is SETUP) and self.task.complete
        if may:
            if not self._running:
                self._run(now)
        elif self._running and not self.ends_now(now):
            # Work with nothing left is not interrupted: it ends in this instant (S-43).
            self._call_off()
            self._halt(now)

    def _run(self, now: int) -> None:
        self._running = True
        self._run_from = now
        self.floor.pending += 1
        if self.doing is SETUP:
            self._setup_alarm.set(self._left)
            return
        if self._restart is not None:
            if self._restart.is_cold(now):
                self._warming = True
                self.floor.changed.append(self)
                self._warm_alarm.set(self._restart.warm_up)
                return
            self._restart.run(now)
        alarm = self._alarm if self._cycling is None else self._load_alarm
        if self.ageing:
            soonest = self._left
            for fault in self.ageing:  # at a tie the work is finished first (S-43)
                if fault.left < soonest:
                    soonest, self._striker = fault.left, fault
            if self._striker is not None:
                self._striker.alarm.set(soonest)
                return
        alarm.set(self._left)

    def _finish_warming(self, _event: CalendarEvent) -> None:
        """The machine is warm, the operation may run (phase B, S-37)."""
        floor = self.floor
        now = floor.now
        floor.other_events += 1
        floor.pending -= 1
        self._running = self._warming = False
        assert self._restart is not None
        self._restart.warmed(now)
        floor.changed.append(self)
        self.run_or_halt(now)
        floor.clock.changed = True

    def _halt(self, now: int) -> None:
        ran = now - self._run_from
        self._running = False
        self.floor.pending -= 1
        if self._warming:
            self._warming = False  # in vain
            self.floor.changed.append(self)
            return
        self._left -= ran
        if self.doing is WORKING:
            if self._restart is not None:
                self._restart.rest(now)
            for fault in self.ageing:
                fault.left -= ran
            for fault in self.upkeep:
                fault.worked(ran)

    def _call_off(self) -> None:
        if self._striker is not None:
            self._striker.alarm = self._striker.alarm.replaced()
            self._striker = None
        elif self._warming:
            self._warm_alarm = self._warm_alarm.replaced()
        elif self.doing is SETUP:
            self._setup_alarm = self._setup_alarm.replaced()
        elif self._cycling is not None:
            self._load_alarm = self._load_alarm.replaced()
        else:
            self._alarm = self._alarm.replaced()

    def break_down(self, fault: Fault, now: int) -> None:
        """A failure mode strikes; one on the operating clock does so through the work."""
        self.down += 1
        self.serviced += fault.planned
        if self._striker is fault:
            self._striker = None  # its alarm has rung
            self._halt(now)
        self.refresh(now)

    def hold_back(self, now: int) -> None:
        """Maintenance waits: nothing new is begun. That is so with something in hand."""

    def repaired(self, fault: Fault, now: int) -> None:
        """A failure mode is over."""
        self.down -= 1
        self.serviced -= fault.planned
        self.refresh(now)

    @property
    def is_belt(self) -> bool:
        """Whether items move through it one behind the other."""
        return False

    @property
    def is_running(self) -> bool:
        """Whether a set-up or an operation is under way."""
        return self._running

    @property
    def in_process(self) -> bool:
        """Whether an item is in an operation that has begun, and is halted."""
        return not self._running and (self.doing is WORKING or self._handed is WORKING)

    def begin_again(self) -> None:
        """The work done on the item so far is lost, but not its loading (S-45, S-113)."""
        self._left = self._whole

    def lose_item(self, now: int) -> None:
        """The items in work are scrap (S-45)."""
        items = [self._item_in_hand(), *self.mates]
        self.begun = False
        self._handed = STARVED
        self._cycling = None
        self.task.cancel()
        self.task.free(now)
        for item in items:
            self.hand_over(item, now)
            self.floor.scrap(item, item.quantity, self.index, now)
        if self.upkeep:
            self._look(0, 0)
        if not self.open:
            self.refresh(now)

    # -- in hand ---------------------------------------------------------------------------

    def _item_in_hand(self) -> Item:
        assert self.item is not None
        return self.item

    def _way_in_hand(self) -> Way:
        assert self.way is not None
        return self.way


__all__ = ["Machine", "SetupTimes", "Way"]
