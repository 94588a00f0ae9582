"""Rules of choice and of arithmetic, written once and used by every engine.

Everything here is a pure function of whole numbers (and of a worker's speed), so that a
compiled engine can repeat it word for word. Rule numbers are those of ``docs/semantics.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

from vtwin.base.draws import Distribution
from vtwin.base.units import ticks
from vtwin.plant.primitives import NONE, CallRule, DispatchRule, SetupTable, Worker
from vtwin.plant.program import GrantRule


def cycles(quantity: int, pieces_per_cycle: int) -> int:
    """Cycles an item of ``quantity`` pieces needs: whole ones, the last may be short (S-31)."""
    return -(-quantity // pieces_per_cycle)


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
