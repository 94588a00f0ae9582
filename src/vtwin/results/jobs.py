"""The queue of long work in the run store: what the web app asks for and a worker does."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from vtwin.results.store import Store

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: tuple[JobState, ...] = ("queued", "running")

#: A worker that has not reported for this long is taken for dead, s.
LOST_AFTER_S = 60.0
#: How often work is handed out again after its worker died.
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Job:
    """One piece of long work. Times are ISO 8601 in UTC, ``heartbeat`` seconds since 1970."""

    id: str
    kind: str
    label: str
    payload: Mapping[str, Any]
    state: JobState
    progress: float  # 0..1
    message: str
    created: str
    started: str | None
    finished: str | None
    heartbeat: float | None
    worker: str | None
    attempts: int
    cancel_requested: bool
    result: Any = None
    error: str | None = None
    runs: tuple[str, ...] = field(default=())  # ids of the runs it produced
    position: int = 0  # place in the queue, 1 = next; 0 when not queued


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def jobs_add(store: Store, kind: str, payload: Mapping[str, Any], label: str = "") -> str:
    """Queue work and return its id."""
    return _insert(store, kind, payload, label, state="queued", progress=0.0, attempts=0, runs="[]")


def _insert(
    store: Store, kind: str, payload: Mapping[str, Any], label: str, **values: object
) -> str:
    import sqlalchemy as sa

    job = uuid.uuid4().hex
    row = {
        "id": job,
        "number": time.time_ns(),
        "kind": kind,
        "label": label,
        "payload": json.dumps(payload, allow_nan=False),
        "message": "",
        "created": _now(),
        "cancel": False,
    }
    with store.told(), store.engine.begin() as connection:
        connection.execute(sa.insert(store.tables.jobs).values(**row | values))
    return job


def job_record(
    store: Store,
    kind: str,
    payload: Mapping[str, Any],
    label: str = "",
    *,
    result: Any = None,
    runs: Sequence[str] = (),
) -> str:
    """Keep work that is done already, as if a worker had done it, and return its id."""
    now = _now()
    return _insert(
        store,
        kind,
        payload,
        label,
        state="done",
        progress=1.0,
        created=now,
        started=now,
        finished=now,
        attempts=1,
        result=None if result is None else json.dumps(result, allow_nan=False),
        runs=json.dumps(list(runs)),
    )


def jobs_claim(store: Store, worker: str, *, lost_after_s: float = LOST_AFTER_S) -> Job | None:
    """Take the oldest queued job for this worker; no two workers ever get the same one.

    Work whose worker died is queued again first (failed after three attempts).
    """
    import sqlalchemy as sa

    jobs = store.tables.jobs
    with store.told():
        while True:
            with store.engine.begin() as connection:
                _release_lost(store, connection, lost_after_s)
                query = sa.select(jobs.c.id).where(jobs.c.state == "queued")
                found = connection.scalar(query.order_by(jobs.c.number, jobs.c.id).limit(1))
                if found is None:
                    return None
                taken = connection.execute(
                    sa.update(jobs)
                    .where(jobs.c.id == found, jobs.c.state == "queued")
                    .values(
                        state="running",
                        worker=worker,
                        started=_now(),
                        heartbeat=time.time(),
                        attempts=jobs.c.attempts + 1,
                    )
                )
            if taken.rowcount == 1:
                return job(store, found)


def _release_lost(store: Store, connection: Connection, lost_after_s: float) -> None:
    import sqlalchemy as sa

    jobs = store.tables.jobs
    lost = (jobs.c.state == "running") & (jobs.c.heartbeat < time.time() - lost_after_s)
    given_up = lost & (jobs.c.attempts >= MOST_ATTEMPTS)
    if connection.scalar(sa.select(jobs.c.id).where(lost).limit(1)) is None:
        return
    connection.execute(
        sa.update(jobs)
        .where(given_up)
        .values(state="failed", finished=_now(), error="its worker died three times")
    )
    connection.execute(
        sa.update(jobs).where(lost & jobs.c.cancel).values(state="cancelled", finished=_now())
    )
    connection.execute(sa.update(jobs).where(lost).values(state="queued", worker=None))


def job_progress(store: Store, job: str, fraction: float, message: str = "") -> bool:
    """Report how far a running job is, and that its worker lives. Returns False when the job
    should stop: it was cancelled, or handed to another worker.
    """
    import sqlalchemy as sa

    jobs = store.tables.jobs
    with store.told(), store.engine.begin() as connection:
        changed = connection.execute(
            sa.update(jobs)
            .where(jobs.c.id == job, jobs.c.state == "running")
            .values(progress=min(max(fraction, 0.0), 1.0), message=message, heartbeat=time.time())
        )
        if changed.rowcount == 0:
            return False
        return not connection.scalar(sa.select(jobs.c.cancel).where(jobs.c.id == job))


def job_cancel_request(store: Store, job: str) -> None:
    """Ask a job to stop; one that still waits is cancelled at once."""
    import sqlalchemy as sa

    jobs = store.tables.jobs
    with store.told(), store.engine.begin() as connection:
        connection.execute(
            sa.update(jobs).where(jobs.c.id == job, jobs.c.state.in_(OPEN)).values(cancel=True)
        )
        connection.execute(
            sa.update(jobs)
            .where(jobs.c.id == job, jobs.c.state == "queued")
            .values(state="cancelled", finished=_now())
        )


def job_finish(
    store: Store,
    job: str,
    state: JobState = "done",
    *,
    result: Any = None,
    error: str | None = None,
    runs: Sequence[str] = (),
) -> None:
    """Close a running job: "done", "failed" (with ``error``) or "cancelled"."""
    import sqlalchemy as sa

    jobs = store.tables.jobs
    values: dict[str, Any] = {
        "state": state,
        "finished": _now(),
        "heartbeat": time.time(),
        "result": None if result is None else json.dumps(result, allow_nan=False),
        "error": error,
        "runs": json.dumps(list(runs)),
    }
    if state == "done":
        values["progress"] = 1.0
    with store.told(), store.engine.begin() as connection:
        connection.execute(
            sa.update(jobs).where(jobs.c.id == job, jobs.c.state.in_(OPEN)).values(**values)
        )


def job(store: Store, job: str) -> Job | None:
    """One job, None when there is none of that id."""
    found = _select(store, store.tables.jobs.c.id == job, 1)
    return found[0] if found else None


def jobs_list(
    store: Store,
    states: Sequence[JobState] | None = None,
    *,
    limit: int = 100,
    results: bool = True,
) -> list[Job]:
    """Jobs, newest first; ``states`` keeps only those. Without ``results`` each is None: they
    can be large, and a list on a screen does not show them.
    """
    jobs = store.tables.jobs
    where = None if states is None else jobs.c.state.in_(list(states))
    return _select(store, where, limit, results)


def _select(
    store: Store, where: ColumnElement[bool] | None, limit: int, results: bool = True
) -> list[Job]:
    import sqlalchemy as sa

    jobs = store.tables.jobs
    columns = [c for c in jobs.c if results or c.name != "result"]
    query = sa.select(*columns).order_by(jobs.c.number.desc(), jobs.c.id.desc()).limit(limit)
    if where is not None:
        query = query.where(where)
    queue = sa.select(jobs.c.id).where(jobs.c.state == "queued")
    with store.told(), store.engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
        waiting = list(connection.scalars(queue.order_by(jobs.c.number, jobs.c.id)))
    position = {name: place for place, name in enumerate(waiting, start=1)}
    return [
        Job(
            id=row["id"],
            kind=row["kind"],
            label=row["label"],
            payload=json.loads(row["payload"]),
            state=row["state"],
            progress=row["progress"],
            message=row["message"],
            created=row["created"],
            started=row["started"],
            finished=row["finished"],
            heartbeat=row["heartbeat"],
            worker=row["worker"],
            attempts=row["attempts"],
            cancel_requested=bool(row["cancel"]),
            result=None if row.get("result") is None else json.loads(row["result"]),
            error=row["error"],
            runs=tuple(json.loads(row["runs"])),
            position=position.get(row["id"], 0),
        )
        for row in rows
    ]
