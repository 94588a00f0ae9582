"""Schedules and cycles without chance, worked out by recursions. Nothing here knows the
simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def flow_shop(times: Sequence[Sequence[int]], places: Sequence[int | None]) -> list[list[int]]:
    """``leave[k][j]``: when job k leaves machine j of a permutation flow shop with blocking, all
    jobs there at 0. ``times[k][j]``; ``places[j]`` before machine j + 1, None: without limit.
    A max-plus recursion: leave = max(begin + time, begin of the job whose place it takes).
    """
    machines = len(times[0])
    begin = [[0] * machines for _ in times]
    leave = [[0] * machines for _ in times]
    for k, job in enumerate(times):
        for j in range(machines):
            arrived = leave[k][j - 1] if j else 0
            begin[k][j] = max(arrived, leave[k - 1][j] if k else 0)
            room = 0
            if j + 1 < machines and places[j] is not None:
                taken = leave if places[j] == 0 else begin
                ahead = k - 1 if places[j] == 0 else k - places[j]
                room = taken[ahead][j + 1] if ahead >= 0 else 0
            leave[k][j] = max(begin[k][j] + job[j], room)
    return leave


Job = tuple[int, int, int]  # release, time, due


def one_by_one(jobs: Mapping[str, Job], urgency: Callable[[Job, int], Any]) -> dict[str, int]:
    """When each job is done on one machine that, whenever it is free, takes of the jobs there
    the one with the least ``urgency`` of the job at that time; no two are equal.
    """
    done: dict[str, int] = {}
    now = 0
    while len(done) < len(jobs):
        left = {name: job for name, job in jobs.items() if name not in done}
        there = {name: job for name, job in left.items() if job[0] <= now}
        if not there:
            now = min(job[0] for job in left.values())
            continue
        first = min(there, key=lambda name: urgency(there[name], now))
        now += there[first][1]
        done[first] = now
    return done


def earliest_due(jobs: Mapping[str, Job]) -> dict[str, int]:
    """The schedule in which the job due first is next."""
    return one_by_one(jobs, lambda job, _: job[2])


def critical_ratio(jobs: Mapping[str, Job]) -> dict[str, int]:
    """The schedule in which the job with the least time until it is due per work is next, in
    whole thousandths, of equal ones the one due first.
    """
    return one_by_one(jobs, lambda job, now: ((job[2] - now) * 1000 // job[1], job[2]))


def finished_when_paused(open_hours: Sequence[tuple[int, int]], time: int) -> list[int]:
    """Completions of a machine with endless work that stops with its shift and goes on where it
    stopped.
    """
    done, left = [], time
    for start, end in open_hours:
        now = start
        while left <= end - now:
            now += left
            done.append(now)
            left = time
        left -= end - now
    return done


def finished_when_completed(open_hours: Sequence[tuple[int, int]], time: int) -> list[int]:
    """The same of a machine that begins nothing after its shift but finishes what it began."""
    done: list[int] = []
    for start, end in open_hours:
        now = max(start, done[-1] if done else 0)
        while now < end:
            now += time
            done.append(now)
    return done


def in_turn_with_setups(times: Sequence[int], setups: Sequence[Sequence[int]], horizon: int) -> list[int]:  # fmt: skip
    """Completions per product of a machine that makes products 0, 1, …, 0, 1, … with set-ups
    ``setups[from][to]``, the first one free, up to ``horizon``.
    """
    made = [0] * len(times)
    now = at = 0
    while True:
        now += times[at]
        if now >= horizon:
            return made
        made[at] += 1
        following = (at + 1) % len(times)
        now += setups[at][following]
        at = following
