"""Jobs: repairs and renewals, work on something that stands still meanwhile (S-46, S-54).

A failure mode and a copy of a tool begin with the same fields, so that what is written here is
for either.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.calendar import cancel, schedule
from vtwin.engines.kernel.floor import changed
from vtwin.engines.kernel.layout import (
    H_NOW,
    H_PENDING,
    J_HEADS,
    J_LEFT,
    J_RUN_FROM,
    J_RUNNING,
    J_SKILL,
    J_SLOT,
    J_SPEED,
    J_TASK,
    NOTHING,
    T_PLACE,
)
from vtwin.engines.kernel.memory import add, load, load_f, store, store_f
from vtwin.engines.kernel.rules import at_speed, handed_over
from vtwin.engines.kernel.staff import ask, crew_speed, file_claim, is_complete, release_crew


@compiled
def want(m: int, job: int, priority: int) -> None:
    """The job is to be done: it takes the ticks in J_LEFT, by itself or with people."""
    skill = load(job, J_SKILL)
    if skill == NOTHING:
        run_job(m, job)
    else:
        store_f(job, J_SPEED, 0.0)
        ask(m, load(job, J_TASK), skill, load(job, J_HEADS), 1, priority, 0)


@compiled
def workers_came(m: int, job: int) -> None:
    """The people asked for are there (S-46), or others in their place (S-118)."""
    speed, before = crew_speed(load(job, J_TASK)), load_f(job, J_SPEED)
    left = load(job, J_LEFT)
    if before == 0.0:
        store(job, J_LEFT, at_speed(left, speed))
    else:
        store(job, J_LEFT, handed_over(left, before, speed))
    store_f(job, J_SPEED, speed)
    refresh_job(m, job)


@rare
def leave_job(m: int, job: int) -> None:
    """At the end of a shift the crew leaves the job to others, unless it ends now (S-118)."""
    task = load(job, J_TASK)
    if load(job, J_RUNNING):
        ran = load(m, H_NOW) - load(job, J_RUN_FROM)
        if load(job, J_LEFT) <= ran:
            return
        _halt(m, job, ran)
    release_crew(m, task)
    file_claim(m, task)


@compiled
def refresh_job(m: int, job: int) -> None:
    """Somebody of the crew has come, gone home or come back (S-46)."""
    running = load(job, J_RUNNING)
    if is_complete(load(job, J_TASK)):
        if not running:
            run_job(m, job)
    elif running:
        ran = load(m, H_NOW) - load(job, J_RUN_FROM)
        if load(job, J_LEFT) > ran:  # else it ends in this instant (S-13)
            _halt(m, job, ran)


@compiled
def _halt(m: int, job: int, ran: int) -> None:
    store(job, J_RUNNING, 0)
    add(job, J_LEFT, -ran)
    add(m, H_PENDING, -1)
    cancel(m, load(job, J_SLOT))
    _look_at_place(m, job)


@compiled
def run_job(m: int, job: int) -> None:
    """The job goes on, to its end."""
    now = load(m, H_NOW)
    store(job, J_RUNNING, 1)
    store(job, J_RUN_FROM, now)
    add(m, H_PENDING, 1)
    schedule(m, load(job, J_SLOT), now + load(job, J_LEFT))
    _look_at_place(m, job)


@compiled
def _look_at_place(m: int, job: int) -> None:
    """A machine waits for those who maintain it, or does no longer (S-104)."""
    place = load(load(job, J_TASK), T_PLACE)
    if place != NOTHING:
        changed(m, place)


@compiled
def job_over(m: int, job: int) -> None:
    """It runs no more."""
    add(m, H_PENDING, -1)
    store(job, J_RUNNING, 0)
