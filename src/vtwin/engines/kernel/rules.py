"""The rules of ``vtwin.plant.rules`` in machine code; a test holds them against each other.

Keys that are tuples or long whole numbers there are several whole numbers here, compared one
after the other.
"""

from __future__ import annotations

from typing import Final

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.codes import (
    CRITICAL_RATIO,
    DOWNSTREAM_FIRST,
    EDD,
    FIFO,
    LEAST_SETUP,
    LONGEST_WAIT,
    SPT,
)
from vtwin.plant.primitives import NEVER
from vtwin.plant.rules import MOST_WORK

#: No work lasts longer: it is beyond every horizon, and the clock can still add it to the present.
LONGEST_WORK: Final = 2**62


@compiled
def shares(quantity: int, size: int) -> int:
    """``ceil(quantity / size)``: cycles of an item (S-31), lots of an order (S-61)."""
    return (quantity + size - 1) // size if quantity > 0 else 0


@compiled
def repeated(ticks: int, cycles: int) -> int:
    """Ticks of so many cycles (S-31)."""
    if cycles == 1:
        return ticks
    if ticks > LONGEST_WORK // cycles:
        return LONGEST_WORK
    return ticks * cycles


@compiled
def at_speed(ticks: int, speed: float) -> int:
    """Ticks of work at a worker's speed (S-52)."""
    if speed == 1.0:
        return ticks
    taken = ticks / speed + 0.5
    return int(taken) if taken < LONGEST_WORK else LONGEST_WORK


@compiled
def handed_over(left: int, before: float, after: float) -> int:
    """Ticks left of work at the speed of those who take it over (S-118)."""
    if before == after:
        return left
    taken = left * before / after + 0.5
    return int(taken) if taken < LONGEST_WORK else LONGEST_WORK


_SECOND: Final = 1_000_000_000


@compiled
def walk(from_x: int, from_y: int, to_x: int, to_y: int, speed: int) -> int:
    """Ticks of a way along the axes of the floor (S-114)."""
    if speed == 0:
        return 0
    distance = abs(to_x - from_x) + abs(to_y - from_y)
    return (distance * _SECOND + speed // 2) // speed


_DAY: Final = 86_400 * _SECOND


@compiled
def night_ticks(now: int, start: int, length: int) -> int:
    """Ticks of night up to now (S-59)."""
    today = now % _DAY
    before_midnight = max(min(today - start, length), 0)
    after_midnight = max(min(today, start + length - _DAY), 0)
    return now // _DAY * length + before_midnight + after_midnight


@compiled
def queue_key(rule: int, due: int, priority: int, work: int) -> int:
    """First part of where an item stands among those of the same operation (S-25)."""
    if rule == FIFO:
        return 0
    if rule == SPT:
        return work
    return due if rule in (EDD, CRITICAL_RATIO) else -priority


@compiled
def queue_key_low(rule: int, due: int) -> int:
    """Second part of the key: only LEAST_SETUP looks at two things."""
    return due if rule == LEAST_SETUP else 0


_MOST_WORK: Final = MOST_WORK
#: What has no due date (`vtwin.plant.primitives.NEVER`).
_NO_DUE: Final = NEVER


@compiled
def work_ahead(total: int, count: int, expected: int) -> int:
    """So many cycles more of work to do, in microseconds (S-91)."""
    if expected > 0 and count > _MOST_WORK // expected:
        return _MOST_WORK
    return min(total + count * expected, _MOST_WORK)


@compiled
def critical_ratio(due: int, now: int, work: int) -> int:
    """Thousandths of the time until the due tick over the work still to do (S-91)."""
    return _NO_DUE if due == _NO_DUE else (due - now) // 1000 * 1000 // work


@compiled
def claim_key_2(rule: int, since: int, remaining: int) -> int:
    """Second part of a claim's key (S-51); the first is minus its priority."""
    return remaining if rule == DOWNSTREAM_FIRST else since


@compiled
def claim_key_3(rule: int, since: int, remaining: int, slot: int) -> int:
    """Third part of a claim's key."""
    if rule == LONGEST_WAIT:
        return slot
    return since if rule == DOWNSTREAM_FIRST else remaining


@compiled
def claim_key_4(rule: int, slot: int) -> int:
    """Fourth part of a claim's key."""
    return 0 if rule == LONGEST_WAIT else slot
