"""Rules of choice and of arithmetic, written once and used by every engine.

Everything here is a pure function of whole numbers (and of a worker's speed), so that a
compiled engine can repeat it word for word. Rule numbers are those of ``docs/semantics.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vtwin.base.draws import Distribution
from vtwin.base.units import ticks
from vtwin.plant.primitives import (
    NEVER,
    NEXT,
    NONE,
    OUT,
    Branch,
    CallRule,
    DispatchRule,
    Operation,
    Product,
    Profile,
    SetupTable,
    Worker,
)
from vtwin.plant.program import GrantRule


def cycles(quantity: int, pieces_per_cycle: int) -> int:
    """Cycles an item of ``quantity`` pieces needs: whole ones, the last may be short (S-31)."""
    return -(-quantity // pieces_per_cycle)


def gathered(who: Iterable[tuple[int, int]], most: int) -> tuple[int, int]:
    """Of those who wait for a batch, as (items, since when): how many, counted to ``most`` at the
    utmost, and since when the one that has waited longest (S-120).
    """
    count, oldest = 0, NEVER
    for items, since in who:
        count += items
        oldest = min(oldest, since)
        if count >= most:
            return most, oldest
    return count, oldest


def may_start(count: int, waited: int, least: int, most: int, patience: int) -> bool:
    """Whether enough wait for a batch, or long enough (S-120)."""
    return count >= most or (count >= least and waited >= patience)


def lots(quantity: int, lot: int) -> int:
    """Lots that ``quantity`` pieces make, the last may be small (S-61)."""
    return -(-quantity // lot)


def at_speed(duration: int, speed: float) -> int:
    """Ticks of work that takes ``duration`` at standard speed 1 (S-52): ``duration / speed``
    in double precision, half a tick rounded up.
    """
    return duration if speed == 1.0 else int(duration / speed + 0.5)


def handed_over(left: int, before: float, after: float) -> int:
    """Ticks left of work that took ``left`` ticks more at one speed, at the speed of those who
    take it over (S-118): ``left * before / after`` in double precision, half a tick rounded up.
    """
    return left if before == after else int(left * before / after + 0.5)


#: Ticks per millimetre at 1 mm/s.
_SECOND = 1_000_000_000


def walk(from_x: int, from_y: int, to_x: int, to_y: int, speed: int) -> int:
    """Ticks of a way along the axes of the floor (S-114), mm at ``speed`` mm/s, half a tick
    rounded up; 0 for those whose ways take no time (``speed`` 0).
    """
    if speed == 0:
        return 0
    distance = abs(to_x - from_x) + abs(to_y - from_y)
    return (distance * _SECOND + speed // 2) // speed


def watts(kw: float) -> int:
    """Power in whole watts, half a watt rounded up (S-160)."""
    return int(kw * 1000.0 + 0.5)


def expected_ticks(distribution: Distribution) -> int:
    """What a rule may know beforehand of a random time: its mean in ticks (S-25)."""
    return ticks(distribution.mean)


def setup_cell(table: SetupTable | None, present: int, wanted: int) -> int:
    """Distribution of the set-up from the key a machine is in to the wanted one, or NONE
    (S-33). The first set-up of a machine without an initial key is free.
    """
    if table is None or present == NONE or wanted == NONE:
        return NONE
    return table.cell[present][wanted]


#: One point of priority outweighs any two due ticks: -priority first, then due, in one number.
_ABOVE_ANY_DUE = 2**63


def queue_key(rule: DispatchRule, due: int, priority: int, work: int) -> int:
    """Where an item stands among those of the *same* operation, smallest first, before ties
    are broken by queue position (S-25). ``work`` is its number of cycles.
    """
    if rule is DispatchRule.FIFO:
        return 0
    if rule is DispatchRule.SPT:
        return work
    if rule is DispatchRule.PRIORITY:
        return -priority
    if rule is DispatchRule.LEAST_SETUP:
        return due - priority * _ABOVE_ANY_DUE
    return due


def choice_key(
    rule: DispatchRule, key: int, expected_cycle: int, expected_setup: int
) -> tuple[int, int]:
    """Where the first item of an operation stands for one machine, smallest first (S-25).

    Args:
        rule: the station's rule.
        key: the item's :func:`queue_key`.
        expected_cycle: expected ticks per cycle of this operation on this machine.
        expected_setup: expected ticks of the set-up it would need there, 0 for none.
    """
    if rule is DispatchRule.SPT:
        return (key * expected_cycle, 0)
    if rule is DispatchRule.LEAST_SETUP:
        return (expected_setup, key)
    return (key, 0)


def claim_key(
    rule: GrantRule, priority: int, since: int, remaining: int, slot: int
) -> tuple[int, int, int, int]:
    """Which claim for a worker is met first, smallest first (S-51).

    Args:
        rule: the program's rule.
        priority: the item's order priority, larger is more urgent.
        since: tick of the request.
        remaining: operations the item still has to finish, this one included; 0 for a repair.
        slot: who asks.
    """
    if rule is GrantRule.LONGEST_WAIT:
        return (-priority, since, slot, 0)
    if rule is GrantRule.DOWNSTREAM_FIRST:
        return (-priority, remaining, since, slot)
    return (-priority, since, remaining, slot)


def worker_order(workers: Sequence[Worker], skill: int) -> tuple[int, ...]:
    """Workers who have a skill in the order they are chosen: the least versatile first, so
    that the others stay free for what only they can do; then by name (S-51).
    """
    able = (i for i, worker in enumerate(workers) if skill in worker.skills)
    return tuple(sorted(able, key=lambda i: (len(workers[i].skills), workers[i].name)))


def call_key(
    rule: CallRule, priority: int, order: tuple[int, int, int], way: int, vehicle: int
) -> tuple[int, ...]:
    """Which pair of an open call and a free vehicle is taken first, smallest first (S-151).

    Args:
        rule: the fleet's rule.
        priority: the item's order priority, larger is more urgent.
        order: tick of the call, machine index, number in the order of calling.
        way: ticks from the vehicle to the item.
        vehicle: index of the vehicle.
    """
    if rule is CallRule.NEAREST:
        return (-priority, way, *order, vehicle)
    return (-priority, *order, way, vehicle)


def in_turn(count: int, turn: int) -> Sequence[int]:
    """Round robin: all of ``count`` supplies beginning with the one whose turn it is (S-63)."""
    return [*range(turn, count), *range(turn)]


def followers(products: Sequence[Product], operations: Sequence[Operation]) -> tuple[int, ...]:
    """What follows each operation along ``then``: an operation or NONE (S-82)."""
    found = [NONE] * len(operations)
    for product in products:
        for here, after in zip(product.route, (*product.route[1:], NONE), strict=False):
            then = operations[here].then
            found[here] = after if then == NEXT else NONE if then == OUT else then
    for here, operation in enumerate(operations):
        if operation.stands_for != NONE:  # it is in no route (S-181)
            found[here] = NONE if operation.then in (NEXT, OUT) else operation.then
    return tuple(found)


def remaining(following: Sequence[int]) -> tuple[int, ...]:
    """Operations to finish from each one on, itself included (S-82), from what follows each.

    Raises ValueError when going along ``then`` comes back to an operation.
    """
    found = []
    for start in range(len(following)):
        here, count = start, 0
        while here != NONE:
            here, count = following[here], count + 1
            if count > len(following):
                raise ValueError(f"operation {start} leads round in a circle")
        found.append(count)
    return tuple(found)


def limits(branches: Sequence[Branch]) -> tuple[float, ...]:
    """The sums of the shares of branches, one after the other (S-83)."""
    found, total = [], 0.0
    for branch in branches:
        total += branch.share
        found.append(total)
    return tuple(found)


def stops_here(number: int, sample: int) -> bool:
    """Whether the item that comes as number 1, 2, … is one of every ``sample`` (S-85)."""
    return number % sample == 0


#: Work still to do is counted up to here, in microseconds: 35 years.
MOST_WORK = 2**50


def expected_work(expected: Sequence[int], sample: int) -> int:
    """Expected microseconds per cycle of an operation, from the expected ticks per cycle of its
    modes: what a critical ratio divides by (S-91).
    """
    return min(sum(expected) // len(expected) // sample // 1000, MOST_WORK)


def work_ahead(total: int, count: int, expected: int) -> int:
    """``total`` and ``count`` cycles of ``expected`` microseconds more, up to MOST_WORK (S-91)."""
    if expected and count > MOST_WORK // expected:
        return MOST_WORK
    return min(total + count * expected, MOST_WORK)


def critical_ratio(due: int, now: int, work: int) -> int:
    """Thousandths of the time until the due tick over ``work``, microseconds >= 1 (S-91)."""
    return NEVER if due == NEVER else (due - now) // 1000 * 1000 // work


def elapsed(profile: Profile, start: int, duration: int, horizon: int) -> int:
    """The tick at which ``duration`` ticks have passed from ``start`` on at the speeds of a
    profile (S-88); NEVER if that is not before the horizon. No number here is larger than
    2^62, however long and slow it is.
    """
    period, steps = profile.period, profile.steps
    ends = [*(begin for begin, _ in steps[1:]), period]
    base, now = start - start % period, start % period
    left, over = duration, 0  # ticks at full speed to go, and hundredths of one
    while base < horizon:
        for (begin, percent), end in zip(steps, ends, strict=True):
            first = max(begin, now)
            if first >= end:
                continue
            ticks_passed, hundredths = _share(end - first, percent)
            if (left, over) <= (ticks_passed, hundredths):
                done = base + first + _needed(left, over, percent)
                return done if done < horizon else NEVER
            left, over = _less(left, over, ticks_passed, hundredths)
        base, now = base + period, 0
        whole, rest = passed(profile)
        if whole == rest == 0:
            return NEVER
        # Whole periods at once; some too few, because of the hundredths, come one by one.
        jump = min(left // (whole + 1), (horizon - base) // period + 1 if base < horizon else 0)
        base += jump * period
        left, over = _less(left, over, jump * whole + jump * rest // 100, jump * rest % 100)
    return NEVER


def passed(profile: Profile) -> tuple[int, int]:
    """Ticks and hundredths of one that pass in a whole period of a profile (S-88)."""
    ends = [*(begin for begin, _ in profile.steps[1:]), profile.period]
    ticks_passed = hundredths = 0
    for (begin, percent), end in zip(profile.steps, ends, strict=True):
        more, over = _share(end - begin, percent)
        ticks_passed += more + (hundredths + over) // 100
        hundredths = (hundredths + over) % 100
    return ticks_passed, hundredths


def _share(length: int, percent: int) -> tuple[int, int]:
    """Ticks and hundredths of one that pass in ``length`` ticks at a percentage of speed."""
    rest = length % 100 * percent
    return length // 100 * percent + rest // 100, rest % 100


def _less(left: int, over: int, ticks_passed: int, hundredths: int) -> tuple[int, int]:
    borrow = 1 if over < hundredths else 0
    return left - ticks_passed - borrow, over - hundredths + 100 * borrow


def _needed(left: int, over: int, percent: int) -> int:
    """Ticks at a percentage of speed in which ``left`` and ``over`` hundredths pass."""
    if left == 0 and over == 0:
        return 0
    return left // percent * 100 + -(-(left % percent * 100 + over) // percent)


_DAY = 86_400 * _SECOND


def night_ticks(now: int, start: int, length: int) -> int:
    """Ticks of night in ``[0, now)``, where every night begins at tick ``start`` of the day and
    lasts ``length`` ticks, at most a day (S-59).
    """
    days, today = divmod(now, _DAY)
    before_midnight = max(min(today - start, length), 0)
    after_midnight = max(min(today, start + length - _DAY), 0)
    return days * length + before_midnight + after_midnight
