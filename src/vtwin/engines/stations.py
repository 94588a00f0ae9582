"""Stations: the queue before the machines, the output buffer behind them, and who is next."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from vtwin.engines.floor import Item
from vtwin.engines.releases import OrderFile, Stands
from vtwin.plant import rules
from vtwin.plant.primitives import NONE, UNLIMITED, DispatchRule
from vtwin.plant.primitives import Operation as OperationSpec
from vtwin.plant.primitives import Station as StationSpec
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.batches import Recipe
    from vtwin.engines.fleets import Fleet
    from vtwin.engines.floor import Floor
    from vtwin.engines.machines import Machine, Way
    from vtwin.engines.needs import Needs
    from vtwin.engines.releases import Supply
    from vtwin.engines.routing import Fork

#: Places of an unlimited buffer; more than any run can fill.
ENDLESS = 2**62

Rank: TypeAlias = tuple[int, int, int, int, int]
Waiting: TypeAlias = "tuple[int, int, Item | OrderFile]"


class Step:
    """One operation of a product's route, with the line of those who wait for it."""

    __slots__ = (
        "came", "expected", "fleet", "following", "fork", "index", "instead", "line",
        "name", "needs", "per_cycle", "product", "recipe", "remaining", "returns", "sample",
        "scrap", "setup_key", "shelf", "stale", "station", "tool", "ways", "wears",
    )  # fmt: skip

    def __init__(self, index: int, spec: OperationSpec, station: Station, remaining: int) -> None:
        self.index = index
        self.name = spec.name
        self.product = spec.product
        self.station = station
        # A batch is one cycle, whatever is in it (S-123).
        self.per_cycle = spec.pieces_per_cycle if spec.batch == NONE else ENDLESS
        self.setup_key = spec.setup_key
        self.tool = spec.tool
        self.wears = False  # its tool has a life (S-105)
        self.scrap = spec.scrap
        self.remaining = remaining  # operations still to finish, this one included
        self.following: Step | None = None  # along `then` (S-82)
        self.fork: Fork | None = None  # where items go that do not simply go on
        self.sample = spec.sample
        self.came = 0  # items that came to it so far, counted where it is a sample
        self.line = Line(self, station.rule)
        self.ways: dict[int, Way] = {}  # by machine index
        self.recipe: Recipe | None = None  # of the batch it is done in
        self.fleet: Fleet | None = None  # that brings items here
        self.needs: Needs | None = None  # kit and carrier it takes
        self.returns = sum(1 << carrier for carrier in {*spec.returned})  # bits of carriers
        self.expected = 0  # microseconds per cycle, see rules.expected_work
        self.shelf = spec.shelf  # ticks an item may have waited for it (S-86)
        self.instead: Step | None = None  # where an older one goes; None: it is scrap
        self.stale = 0  # pieces of such items so far

    def work_ahead(self, quantity: int) -> int:
        """Microseconds of work still to do on an item that waits here, at least 1 (S-91)."""
        total, step = 0, self
        while True:
            count = rules.cycles(quantity, step.per_cycle)
            total = rules.work_ahead(total, count, step.expected)
            if step.following is None:
                return max(total, 1)
            step = step.following


class Line:
    """Those who wait for one operation, as (key within the operation, queue position, item or
    order). Only the head is ever looked at, so the length does not matter; but for critical
    ratios, which change with time: there the head is found when it is needed.
    """

    __slots__ = ("pop", "push", "queue", "step")

    queue: deque[Waiting] | list[Waiting]
    push: Callable[[Waiting], None]
    pop: Callable[[], Waiting]

    def __init__(self, step: Step, rule: DispatchRule) -> None:
        self.step = step
        if rule is DispatchRule.FIFO or rule is DispatchRule.CRITICAL_RATIO:
            first_in = deque[Waiting]()  # FIFO: everybody's key is the same
            self.queue, self.push, self.pop = first_in, first_in.append, first_in.popleft
        else:
            heap: list[Waiting] = []
            self.queue, self.push, self.pop = heap, partial(heappush, heap), partial(heappop, heap)

    def most_urgent_first(self, now: int) -> None:
        """Bring the one with the least (critical ratio, due tick, position) to the head."""
        queue = self.queue
        if len(queue) > 1:
            first = min(queue, key=lambda w: (rules.critical_ratio(w[0], now, w[2].work), *w[:2]))
            if first is not queue[0]:
                queue.remove(first)
                queue.insert(0, first)


class Station:
    """One station. ``settle`` is its share of phase C1; everything else here serves it."""

    def __init__(self, floor: Floor, index: int, spec: StationSpec) -> None:
        self.floor = floor
        self.index = index
        self.bit = 1 << index
        self.name = spec.name
        self.rule = spec.rule
        self.nodes = spec.nodes
        self.places = ENDLESS if spec.input == UNLIMITED else spec.input
        self.output_places = ENDLESS if spec.output == UNLIMITED else spec.output
        self.machines: list[Machine] = []
        self.lines: list[Line] = []
        self.supplies: list[Supply] = []
        self.turn = 0  # which supply is next
        #: Finished items elsewhere in the plant that want in: (since, machine, item), sorted.
        self.door: deque[tuple[int, int, Item]] = deque()
        #: Released items and orders that want in, in the order of release.
        self.outside: deque[Item | OrderFile] = deque()
        #: Finished items in this station's machines that want into its output buffer.
        self.stuck: list[tuple[int, int, Item]] = []
        self.position = 0  # of the last one who joined the queue
        self.queued = 0
        self.moment = 0  # see ProductCount.moment
        self.arrivals = 0
        self.waited = 0
        self.held = 0  # items in the output buffer
        self.held_moment = 0
        self._start_one = self._start_by_rule
        self.recipes: list[Recipe] = []
        self._tool_mates = 0  # bits of other stations that use the same tools

    def prepare(self) -> None:
        """Choose the shortest way to decide that gives the same decisions (S-25)."""
        for line in self.lines:
            if line.step.tool != NONE:
                self._tool_mates |= self.floor.tools.users(line.step.tool) & ~self.bit
        if self.places == 0:
            self._start_one = self._start_from_door
        elif (
            len(self.lines) == 1
            and self.rule not in (DispatchRule.SPT, DispatchRule.CRITICAL_RATIO)
            and self.lines[0].step.tool == NONE
            and all(m.setups is None for m in self.machines)
            and len(self.lines[0].step.ways) == len(self.machines)
            and self.lines[0].step.needs is None
            and not self.recipes
        ):
            self._start_one = self._start_first

    # -- what happens elsewhere ------------------------------------------------------------

    def expect(self, item: Item, machine: Machine, now: int) -> None:
        """A machine has finished an item whose next operation is here (S-22), or is to be
        brought here (S-150).
        """
        fleet = item.step.fleet
        if fleet is not None and machine.station is not self:
            fleet.expect(item, machine, now)
            return
        item.since = now
        entry = (now, machine.index, item)
        put_in_line(self.door, entry)
        machine.station.hold(entry)
        self.floor.dirty |= self.bit

    def hold(self, entry: tuple[int, int, Item]) -> None:
        """One of its machines has finished an item that may wait behind it (S-24)."""
        if self.output_places:
            put_in_line(self.stuck, entry)
            self.floor.dirty |= self.bit

    # -- phase C1 --------------------------------------------------------------------------

    def settle(self, now: int) -> None:
        """Let in, start, and let in again until nothing more can move (S-20)."""
        if self.stuck:
            self._fill_output(now)
        while True:
            if self.queued < self.places and (self.door or self.outside):
                self._admit(now)
            if not self._start_one(now):
                break
        for recipe in self.recipes:
            recipe.set_clock(now)

    def _admit(self, now: int) -> None:
        """Everything there is room for joins the queue: who is inside first (S-22, S-23)."""
        before = self.position
        while self.door and self.queued < self.places:
            item = self.door.popleft()[2]
            fetch(item, now)
            self._join(item, now)
        while self.outside and self.queued < self.places:
            first = self.outside[0]
            if isinstance(first, Item):
                self.outside.popleft()
                self._join(first, now)
            elif self.places == ENDLESS:
                self.outside.popleft()
                self._join_order(first, now)
            else:
                item = first.next_lot(now)
                if not first.remaining:
                    first.stands = Stands.NOWHERE
                    self.outside.popleft()
                self._join(item, now)
        if self.position != before:
            self.floor.dirty |= self._tool_mates

    def _fill_output(self, now: int) -> None:
        """Finished items leave their machines for free output places (S-24)."""
        while self.stuck and self.held < self.output_places:
            item = self.stuck.pop(0)[2]
            assert item.machine is not None
            item.machine.hand_over(item, now)
            item.output = self
            self.held += 1
            self.held_moment -= now

    def _join(self, item: Item, now: int) -> None:
        step = item.step
        self.position += 1
        item.joined = now
        self.queued += 1
        self.moment -= now
        self.arrivals += 1
        key = 0
        if self.rule is not DispatchRule.FIFO:
            work = rules.cycles(item.quantity, step.per_cycle)
            key = rules.queue_key(self.rule, item.due, item.priority, work)
            if self.rule is DispatchRule.CRITICAL_RATIO:
                item.work = step.work_ahead(item.quantity)
        step.line.push((key, self.position, item))
        rows = self.floor.rows
        if rows is not None:
            rows.append((now, Event.ARRIVE, self.index, item.serial, item.quantity))

    def _join_order(self, order: OrderFile, now: int) -> None:
        """All lots of an order join as one entry (S-61)."""
        self.position += 1
        order.joined = now
        order.stands = Stands.IN_QUEUE
        step = order.step
        work = rules.cycles(min(order.lot, order.quantity), step.per_cycle)
        key = rules.queue_key(self.rule, order.due, order.priority, work)
        if self.rule is DispatchRule.CRITICAL_RATIO:
            order.work = step.work_ahead(min(order.lot, order.quantity))
        step.line.push((key, self.position, order))
        self.count_lots(rules.lots(order.remaining, order.lot), now)
        self.floor.note(now, Event.ARRIVE, self.index, -1, order.remaining)

    def count_lots(self, lots: int, now: int) -> None:
        """That many lots more wait in the queue."""
        self.queued += lots
        self.moment -= lots * now
        self.arrivals += lots

    def _head(self, line: Line, now: int) -> Item:
        """Take the head of a line out of the queue."""
        first = line.queue[0][2]
        self.queued -= 1
        self.moment += now
        self.waited += now - first.joined
        if isinstance(first, Item):
            line.pop()
            return first
        item = first.next_lot(now)
        if not first.remaining:
            line.pop()
            first.stands = Stands.NOWHERE
        return item

    # -- who is next -----------------------------------------------------------------------

    def _start_first(self, now: int) -> bool:
        """One line that every machine serves alike: its head, on the first free machine."""
        line = self.lines[0]
        if line.queue or self.supplies:
            for machine in self.machines:
                if machine.item is None and machine.fit:
                    if not line.queue:
                        return self._start_supply(now)
                    machine.take(self._head(line, now), line.step.ways[machine.index], now)
                    return True
        return False

    def _start_by_rule(self, now: int) -> bool:
        """The best pair of a free machine and a head of line by the station's rule (S-25)."""
        best: Way | None = None
        least: Rank | None = None
        rule, tools = self.rule, self.floor.tools
        if rule is DispatchRule.CRITICAL_RATIO and any(
            machine.item is None and machine.fit for machine in self.machines
        ):
            for line in self.lines:
                line.most_urgent_first(now)
        for machine in self.machines:
            if machine.item is not None or not machine.fit:
                continue
            for way in machine.ways:
                step = way.step
                queue = step.line.queue
                if not queue:
                    continue
                if step.tool != NONE and not tools.can_mount(machine, step.tool):
                    continue
                key, position, head = queue[0]
                if step.needs is not None and not step.needs.met(head):
                    continue
                if step.recipe is not None and not step.recipe.ready(now):
                    continue
                first, second = self._choice(way, key, head, now)
                rank = (first, second, position, machine.mismatch(step), machine.index)
                if least is None or rank < least:
                    best, least = way, rank
        if best is None:
            return bool(self.supplies) and self._start_supply(now)
        if best.step.recipe is None:
            best.machine.take(self._head(best.step.line, now), best, now)
        else:
            mates = self._mates(best, now)
            best.machine.take(mates.pop(0), best, now, mates)
        return True

    def _choice(self, way: Way, key: int, head: Item | OrderFile, now: int) -> tuple[int, int]:
        """Where the first of a line stands for a machine (S-25)."""
        rule = self.rule
        if rule is DispatchRule.CRITICAL_RATIO:
            return (rules.critical_ratio(head.due, now, head.work), key)
        setup = way.machine.expected_setup(way.step) if rule is DispatchRule.LEAST_SETUP else 0
        return rules.choice_key(rule, key, way.expected, setup)

    def _mates(self, best: Way, now: int) -> list[Item]:
        """The items of a batch, beginning with the one that starts it (S-121)."""
        machine, recipe = best.machine, best.step.recipe
        assert recipe is not None
        items = [self._head(best.step.line, now)]
        while len(items) < recipe.most:
            ranked = []
            for step in recipe.steps:
                if step.line.queue:
                    if self.rule is DispatchRule.CRITICAL_RATIO:
                        step.line.most_urgent_first(now)
                    key, position, head = step.line.queue[0]
                    choice = self._choice(step.ways[machine.index], key, head, now)
                    ranked.append((choice, position, step))
            if not ranked:
                break
            items.append(self._head(min(ranked, key=lambda r: r[:2])[2].line, now))
        return items

    def _start_from_door(self, now: int) -> bool:
        """Without input places: the first of those waiting whom a free machine may take, from
        inside the plant, then from outside, then from a supply (S-26).
        """
        if not any(machine.item is None and machine.fit for machine in self.machines):
            return False
        refused: set[Step] = set()
        for n, (_, _, item) in enumerate(self.door):
            way = None if item.step in refused else self._way_for(item, now)
            if way is not None:
                del self.door[n]
                fetch(item, now)
                self._enter(item, way, now)
                return True
            refused.add(item.step)
        for n, first in enumerate(self.outside):
            way = None if first.step in refused else self._way_for(first, now)
            if way is not None:
                if isinstance(first, Item):
                    del self.outside[n]
                    self._enter(first, way, now)
                    return True
                item = first.next_lot(now)
                if not first.remaining:
                    first.stands = Stands.NOWHERE
                    del self.outside[n]
                self._enter(item, way, now)
                return True
            refused.add(first.step)
        return bool(self.supplies) and self._start_supply(now)

    def _way_for(self, first: Item | OrderFile, now: int) -> Way | None:
        """The machine on which one that stands at the door or outside may start."""
        step = first.step
        if step.needs is not None and not step.needs.met(first):
            return None
        if step.recipe is not None and not step.recipe.ready(now):
            return None
        return self.free_way(step)

    def _company(self, recipe: Recipe, now: int) -> list[Item]:
        """Who else at the door and outside comes along in a batch (S-124)."""
        most, items = recipe.most - 1, list[Item]()
        for entry in [entry for entry in self.door if entry[2].step in recipe.steps][:most]:
            self.door.remove(entry)
            fetch(entry[2], now)
            items.append(entry[2])
        for first in [first for first in self.outside if first.step in recipe.steps]:
            if len(items) == most:
                break
            if isinstance(first, Item):
                self.outside.remove(first)
                items.append(first)
                continue
            while first.remaining and len(items) < most:
                items.append(first.next_lot(now))
            if not first.remaining:
                first.stands = Stands.NOWHERE
                self.outside.remove(first)
        return items

    def _start_supply(self, now: int) -> bool:
        """Endless supplies take turns, and only where nothing else waits (S-63)."""
        supplies = self.supplies
        turns = rules.in_turn(len(supplies), self.turn) if len(supplies) > 1 else (0,)
        for n in turns:
            supply = supplies[n]
            needs, recipe = supply.step.needs, supply.step.recipe
            if needs is not None and not needs.met(supply):
                continue
            way = self.free_way(supply.step)
            if way is not None:
                self.turn = (n + 1) % len(supplies)
                more = 0 if recipe is None else recipe.most - 1
                first = supply.next_item(now)
                self._enter(first, way, now, [supply.next_item(now) for _ in range(more)])
                return True
        return False

    def _enter(self, item: Item, way: Way, now: int, mates: Sequence[Item] = ()) -> None:
        """Go straight to a machine, without a place in the queue."""
        recipe = item.step.recipe
        if recipe is not None and not mates:
            mates = self._company(recipe, now)
        self.arrivals += 1 + len(mates)
        rows = self.floor.rows
        if rows is not None:
            rows.append((now, Event.ARRIVE, self.index, item.serial, item.quantity))
            for mate in mates:
                rows.append((now, Event.ARRIVE, self.index, mate.serial, mate.quantity))
        way.machine.take(item, way, now, mates)

    def free_way(self, step: Step) -> Way | None:
        """The free machine that may take this operation: least to change, then first (S-25)."""
        found: Way | None = None
        for machine in self.machines:
            if machine.item is not None or not machine.fit:
                continue
            way = step.ways.get(machine.index)
            if way is None:
                continue
            if step.tool != NONE and not self.floor.tools.can_mount(machine, step.tool):
                continue
            if not machine.mismatch(step):
                return way
            found = found or way
        return found

    def offers(self, machine: Machine, tool: int) -> bool:
        """Whether something waits here that this machine could do with this tool (S-42)."""
        for way in machine.ways:
            step = way.step
            if step.tool == tool and (
                step.line.queue
                or any(supply.step is step for supply in self.supplies)
                or ((not self.places or self.queued < self.places) and self._at_door(step))
            ):
                return True
        return False

    def _at_door(self, step: Step) -> bool:
        return any(entry[2].step is step for entry in self.door) or any(
            first.step is step for first in self.outside
        )


def fetch(item: Item, now: int) -> None:
    """Take an item from the machine, output buffer or vehicle that holds it."""
    machine = item.machine
    if machine is not None:
        home = machine.station
        if home.stuck:
            home.stuck = [entry for entry in home.stuck if entry[2] is not item]
        machine.hand_over(item, now)
    elif item.output is not None:
        home, item.output = item.output, None
        home.held -= 1
        home.held_moment += now
        home.floor.dirty |= home.bit
    elif item.vehicle is not None:
        item.vehicle.hand_over(item)


def put_in_line(
    waiting: deque[tuple[int, int, Item]] | list[tuple[int, int, Item]],
    entry: tuple[int, int, Item],
) -> None:
    """File by (since, machine): nearly always at the end, but for later rounds (S-22)."""
    if waiting and waiting[-1][0] == entry[0] and waiting[-1][1] > entry[1]:
        insort(waiting, entry, key=lambda filed: (filed[0], filed[1]))
    else:
        waiting.append(entry)
