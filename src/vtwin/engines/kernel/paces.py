"""Intervals that pass faster at busy times and slower at quiet ones (S-88)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.layout import (
    H_HORIZON,
    H_NOW,
    NEVER,
    NOTHING,
    PF_PASSED,
    PF_PASSED_REST,
    PF_PERIOD,
    PF_STEP_COUNT,
    PF_STEPS,
    SO_PROFILE,
    SO_STREAM,
)
from vtwin.engines.kernel.memory import load
from vtwin.engines.kernel.streams import draw


@compiled
def next_arrival(m: int, source: int) -> int:
    """The tick at which the interval drawn now is over."""
    interval, profile = draw(m, load(source, SO_STREAM)), load(source, SO_PROFILE)
    if profile == NOTHING or interval <= 0:
        return load(m, H_NOW) + interval
    return elapsed(profile, load(m, H_NOW), interval, load(m, H_HORIZON))


@compiled
def elapsed(profile: int, start: int, left: int, horizon: int) -> int:
    """The tick at which ``left`` ticks have passed from ``start`` on; NEVER if that is not before
    the horizon. What is left is counted in ticks and hundredths (``over``), so that no number
    here gets larger than the time itself.
    """
    period, over = load(profile, PF_PERIOD), 0
    first = start % period
    base = start - first
    while base < horizon:
        steps, count = load(profile, PF_STEPS), load(profile, PF_STEP_COUNT)
        for n in range(count):
            begin = max(load(steps, 2 * n), first)
            end = load(steps, 2 * n + 2) if n + 1 < count else period
            if begin >= end:
                continue
            percent = load(steps, 2 * n + 1)
            passed, rest = _whole(end - begin, percent), _rest(end - begin, percent)
            if left < passed or (left == passed and over <= rest):
                done = base + begin + _needed(left, over, percent)
                return done if done < horizon else NEVER
            left, over = _less(left, over, passed, rest), (over - rest) % 100
        base += period
        first = 0
        passed, rest = load(profile, PF_PASSED), load(profile, PF_PASSED_REST)
        if base < horizon:
            # Whole periods at once; some too few, because of the hundredths, come one by one.
            jump = min(left // (passed + 1), (horizon - base) // period + 1)
            base += jump * period
            passed, rest = jump * passed + jump * rest // 100, jump * rest % 100
            left, over = _less(left, over, passed, rest), (over - rest) % 100
    return NEVER


@compiled
def _whole(length: int, percent: int) -> int:
    """Whole ticks that pass in so many at a percentage of speed."""
    return length // 100 * percent + length % 100 * percent // 100


@compiled
def _rest(length: int, percent: int) -> int:
    """And hundredths of one."""
    return length % 100 * percent % 100


@compiled
def _less(left: int, over: int, passed: int, rest: int) -> int:
    """Ticks left when so much more has passed; the hundredths are the caller's."""
    return left - passed - (1 if over < rest else 0)


@compiled
def _needed(left: int, over: int, percent: int) -> int:
    """Ticks at a percentage of speed, not 0, in which so much passes."""
    return left // percent * 100 + (left % percent * 100 + over + percent - 1) // percent
