"""The run store: one database, embedded SQLite by default, PostgreSQL by URL.

A row per run, a row per finished replication (so that what is finished survives Ctrl-C and
kill, and more replications can be added later), and the queue of long work of the web app.
Every failure of the database is a `Refused` with a V60x code; a caller can go on without.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtwin import __version__
from vtwin.base.errors import Problem, Refused, Where
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.record import (
    Passport,
    RunRecord,
    Status,
    pictures,
    pictures_from_bytes,
    pictures_to_bytes,
    tally_from_bytes,
    tally_to_bytes,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData, Table

#: Version of the tables; a store written by a newer one is refused, an older one migrated.
SCHEMA = 1
#: How long a writer waits for another one, s.
_PATIENCE_S = 10


def default_url() -> str:
    """``VTWIN_STORE`` or an SQLite file in the user's data folder."""
    given = os.environ.get("VTWIN_STORE")
    if given:
        return url_of(given)
    from platformdirs import user_data_dir

    return url_of(str(Path(user_data_dir("vtwin", appauthor=False)) / "runs.sqlite"))


def url_of(place: str) -> str:
    """A database URL as it is, a file name as an SQLite URL; PostgreSQL through psycopg 3."""
    if place.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + place.split("://", 1)[1]
    if "://" in place:
        return place
    return f"sqlite:///{Path(place).expanduser()}"


@dataclass(frozen=True)
class Tables:
    """The tables of the store."""

    all: MetaData
    meta: Table
    runs: Table
    replications: Table
    jobs: Table


def tables() -> Tables:
    """Declare the tables (SQLAlchemy is imported only here and below)."""
    import sqlalchemy as sa

    everything = sa.MetaData()
    meta = sa.Table(
        "meta",
        everything,
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    runs = sa.Table(
        "runs",
        everything,
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, index=True),
        sa.Column("scenario", sa.Text, nullable=False, index=True),
        sa.Column("path", sa.Text),
        sa.Column("variant", sa.Text),
        sa.Column("engine", sa.String(40), nullable=False),
        sa.Column("seed", sa.Numeric(24, 0, asdecimal=True), nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("created", sa.String(40), nullable=False, index=True),
        sa.Column("changed", sa.String(40), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("passport", sa.Text, nullable=False),
        sa.Column("versions", sa.Text, nullable=False),
        sa.Column("finished", sa.Integer, nullable=False),
        sa.Column("summary", sa.Text),
        sa.Column("verdict", sa.Text),
        sa.Column("ledger", sa.Text),
        sa.Column("notes", sa.Text),
        sa.Column("pictures", sa.LargeBinary),
    )
    replications = sa.Table(
        "replications",
        everything,
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("replication", sa.Integer, primary_key=True),
        sa.Column("tally", sa.LargeBinary, nullable=False),
    )
    jobs = sa.Table(
        "jobs",
        everything,
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False, index=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False, index=True),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("created", sa.String(40), nullable=False),
        sa.Column("started", sa.String(40)),
        sa.Column("finished", sa.String(40)),
        sa.Column("heartbeat", sa.Float),
        sa.Column("worker", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("cancel", sa.Boolean, nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("runs", sa.Text, nullable=False),
    )
    return Tables(everything, meta, runs, replications, jobs)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in the password file
        return ""


def versions() -> dict[str, str]:
    """What a run was made with."""
    import numpy as np

    return {
        "vtwin": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(terse=True),
    }


class Store:
    """An open store. Raises `Refused` (V601-V606) when it cannot be opened or written.

    Threads may share one; processes open their own. ``url`` is a database URL or a file
    name; None takes `default_url`.
    """

    def __init__(self, url: str | None = None) -> None:
        self.url = default_url() if url is None else url_of(url)
        self.tables = tables()
        self.engine: Engine = _engine(self.url)
        with self.told():
            self._open()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @property
    def place(self) -> str:
        """Where the store is, without a password."""
        return _shown(self.url)

    def _open(self) -> None:
        """Make the tables, unless another program is making them at this very moment."""
        from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

        for last in (False, False, False, True):
            try:
                with self.engine.begin() as connection:
                    self._prepare(connection)
                return
            except (IntegrityError, OperationalError, ProgrammingError) as error:
                together = isinstance(error, IntegrityError) or "already exists" in str(error)
                if last or not together:
                    raise

    def _prepare(self, connection: Connection) -> None:
        import sqlalchemy as sa

        self.tables.all.create_all(connection)
        meta = self.tables.meta
        found = connection.scalar(sa.select(meta.c.value).where(meta.c.name == "schema"))
        if found is None:
            connection.execute(sa.insert(meta).values(name="schema", value=str(SCHEMA)))
        elif int(found) > SCHEMA:
            raise Refused(
                Problem(
                    "V605",
                    f"the run store has schema {found}, this vtwin knows {SCHEMA}",
                    Where(path=self.place),
                    hint="update vtwin, or name another store in VTWIN_STORE",
                )
            )

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn a failure of the database into a `Refused` that says what to do."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            raise Refused(_problem(error, self.place)) from error

    # --- writing a run ---------------------------------------------------------------------

    def begin(
        self,
        passport: Passport,
        scenario: str,
        replications: int,
        *,
        path: str | None = None,
        variant: str | None = None,
    ) -> str:
        """Open a run and return its id."""
        import sqlalchemy as sa

        run = uuid.uuid4().hex
        now = _now()
        with self.told(), self.engine.begin() as connection:
            connection.execute(
                sa.insert(self.tables.runs).values(
                    id=run,
                    key=passport.key,
                    scenario=scenario,
                    path=path,
                    variant=variant,
                    engine=passport.engine,
                    seed=passport.seed,
                    asked=replications,
                    finished=0,
                    status="running",
                    created=now,
                    changed=now,
                    who=_who(),
                    passport=json.dumps(passport.to_json()),
                    versions=json.dumps(versions()),
                )
            )
        return run

    def keep(self, run: str, tally: Tally) -> None:
        """Keep one finished replication; keeping it twice changes nothing."""
        import sqlalchemy as sa

        runs, kept = self.tables.runs, self.tables.replications
        row = {"run": run, "replication": tally.replication, "tally": tally_to_bytes(tally)}
        with self.told():
            try:
                with self.engine.begin() as connection:
                    connection.execute(sa.insert(kept).values(**row))
                    connection.execute(
                        sa.update(runs)
                        .where(runs.c.id == run)
                        .values(finished=runs.c.finished + 1, changed=_now())
                    )
            except sa.exc.IntegrityError:
                return

    def complete(
        self,
        run: str,
        program: Program,
        tallies: Sequence[Tally],
        summary: Mapping[str, Any],
        *,
        verdict: Mapping[str, Any] | None = None,
        ledger: Mapping[str, Any] | None = None,
        notes: Sequence[str] = (),
        status: Status = "done",
    ) -> RunRecord:
        """Close a run with its figures and pictures; ``summary`` is the result JSON."""
        import sqlalchemy as sa

        runs, kept = self.tables.runs, self.tables.replications
        with self.told(), self.engine.connect() as connection:
            there = set(connection.scalars(sa.select(kept.c.replication).where(kept.c.run == run)))
        for tally in tallies:
            if tally.replication not in there:
                self.keep(run, tally)
        with self.told(), self.engine.begin() as connection:
            connection.execute(
                sa.update(runs)
                .where(runs.c.id == run)
                .values(
                    status=status,
                    changed=_now(),
                    finished=len(tallies),
                    summary=_text(summary),
                    verdict=_text(verdict),
                    ledger=_text(ledger),
                    notes=_text(list(notes)),
                    pictures=pictures_to_bytes(pictures(program, tallies)) if tallies else None,
                )
            )
        return self.run(run)

    def close_run(self, run: str, status: Status) -> None:
        """Mark a run that came to nothing as "stopped" or "failed"."""
        import sqlalchemy as sa

        runs = self.tables.runs
        with self.told(), self.engine.begin() as connection:
            connection.execute(
                sa.update(runs).where(runs.c.id == run).values(status=status, changed=_now())
            )

    def delete(self, run: str) -> None:
        """Forget a run and its replications."""
        import sqlalchemy as sa

        runs, kept = self.tables.runs, self.tables.replications
        with self.told(), self.engine.begin() as connection:
            connection.execute(sa.delete(kept).where(kept.c.run == run))
            connection.execute(sa.delete(runs).where(runs.c.id == run))

    # --- reading ---------------------------------------------------------------------------

    def find(self, passport: Passport, replications: int | None = None) -> RunRecord | None:
        """The newest finished run with this passport and number of replications (None: any)."""
        import sqlalchemy as sa

        runs = self.tables.runs
        query = (
            sa.select(runs)
            .where(runs.c.key == passport.key, runs.c.status == "done")
            .order_by(runs.c.created.desc())
            .limit(1)
        )
        if replications is not None:
            query = query.where(runs.c.finished == replications)
        with self.told(), self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else replace(_record(row), reused=True)

    def finished(self, passport: Passport) -> dict[int, Tally]:
        """Every replication kept under this passport, whichever run it was made for.

        With them a stopped study resumes and a longer one starts from what is there.
        """
        import sqlalchemy as sa

        runs, kept = self.tables.runs, self.tables.replications
        query = (
            sa.select(kept.c.replication, kept.c.tally)
            .join(runs, runs.c.id == kept.c.run)
            .where(runs.c.key == passport.key)
        )
        with self.told(), self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return {int(number): tally_from_bytes(body) for number, body in sorted(rows)}

    def tallies(self, run: str) -> list[Tally]:
        """The replications of one run in order, without traces."""
        import sqlalchemy as sa

        kept = self.tables.replications
        query = sa.select(kept.c.tally).where(kept.c.run == run).order_by(kept.c.replication)
        with self.told(), self.engine.connect() as connection:
            return [tally_from_bytes(body) for body in connection.scalars(query)]

    def run(self, run: str) -> RunRecord:
        """One run with its pictures. Raises `Refused` (V607) when there is none."""
        import sqlalchemy as sa

        runs = self.tables.runs
        with self.told(), self.engine.connect() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == run)).mappings().first()
        if row is None:
            raise Refused(Problem("V607", f"the store has no run {run!r}", Where(path=self.place)))
        return _record(row)

    def latest(self, path: str, variant: str | None) -> RunRecord | None:
        """The newest run of a scenario's variant that has figures, with its pictures."""
        import sqlalchemy as sa

        runs = self.tables.runs
        same = runs.c.variant.is_(None) if variant is None else runs.c.variant == variant
        query = (
            sa.select(runs)
            .where(runs.c.path == path, same, runs.c.summary.is_not(None))
            .order_by(runs.c.created.desc(), runs.c.id)
            .limit(1)
        )
        with self.told(), self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _record(row)

    def runs(
        self,
        *,
        scenario: str | None = None,
        path: str | None = None,
        status: Status | None = None,
        limit: int = 200,
    ) -> list[RunRecord]:
        """Runs, newest first, without pictures."""
        import sqlalchemy as sa

        runs = self.tables.runs
        query = sa.select(*(c for c in runs.c if c.name != "pictures"))
        if scenario is not None:
            query = query.where(runs.c.scenario == scenario)
        if path is not None:
            query = query.where(runs.c.path == path)
        if status is not None:
            query = query.where(runs.c.status == status)
        query = query.order_by(runs.c.created.desc(), runs.c.id).limit(limit)
        with self.told(), self.engine.connect() as connection:
            return [_record(row) for row in connection.execute(query).mappings()]


def _text(value: object) -> str | None:
    return None if value is None else json.dumps(value, allow_nan=False)


def _json(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _record(row: Any) -> RunRecord:
    body = row.get("pictures")
    return RunRecord(
        id=row["id"],
        scenario=row["scenario"],
        path=row["path"],
        variant=row["variant"],
        engine=row["engine"],
        seed=int(row["seed"]),
        asked=row["asked"],
        finished=row["finished"],
        status=row["status"],
        created=row["created"],
        changed=row["changed"],
        who=row["who"],
        passport=_json(row["passport"]),
        versions=_json(row["versions"]),
        summary=_json(row["summary"]),
        verdict=_json(row["verdict"]),
        ledger=_json(row["ledger"]),
        notes=tuple(_json(row["notes"]) or ()),
        pictures=None if body is None else pictures_from_bytes(body),
    )


def _shown(url: str) -> str:
    """A URL without its password; a plain file name for SQLite."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        made = make_url(url)
    except ArgumentError:
        return url.split("@")[-1]
    if made.drivername.startswith("sqlite"):
        return made.database or "memory"
    return made.render_as_string(hide_password=True)


def _engine(url: str) -> Engine:
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    try:
        made = sa.make_url(url)
        if made.get_backend_name() != "sqlite":
            return sa.create_engine(made, pool_pre_ping=True)
        if made.database and made.database != ":memory:":
            Path(made.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(made, connect_args={"timeout": _PATIENCE_S})
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise Refused(_problem(error, _shown(url))) from error
    sa.event.listen(engine, "connect", _settle)
    return engine


def _settle(connection: Any, _record: object) -> None:
    """Readers beside a writer (WAL), and no commit that survives a crash only by luck."""
    import sqlite3

    cursor = connection.cursor()
    try:
        # A store that may only be read, or that another opens right now, stays as it is.
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
    finally:
        cursor.close()


#: What the database says -> code, what it means, what helps. The first match counts.
_TROUBLE: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (
        (
            "readonly",
            "read-only",
            "permission denied",
            "unable to open",
            "not a directory",
            "file exists",
        ),
        "V601",
        "the run store cannot be opened for writing",
        "name a place that can be written in VTWIN_STORE, or run without keeping",
    ),
    (
        ("disk is full", "no space", "disk i/o", "quota"),
        "V602",
        "the disk of the run store is full or failing",
        "free some space; nothing stored before is lost",
    ),
    (
        ("locked", "busy"),
        "V603",
        "another program holds the run store",
        "wait until it is done, or name another store in VTWIN_STORE",
    ),
    (
        ("malformed", "not a database", "file is encrypted", "badzipfile", "no such column"),
        "V604",
        "the run store is damaged or no run store",
        "move the file away (a new one is made), or name another store in VTWIN_STORE",
    ),
    (
        ("no module named", "can't load plugin", "could not parse"),
        "V606",
        "this kind of run store is not supported here",
        "PostgreSQL needs `pip install vtwin[postgres]`; SQLite needs nothing",
    ),
)


def _problem(error: Exception, place: str) -> Problem:
    """What went wrong, in the words of the table above."""
    text = f"{type(error).__name__}: {getattr(error, 'orig', None) or error}"
    first = text.strip().splitlines()[0]
    for marks, code, what, hint in _TROUBLE:
        if any(mark in text.lower() for mark in marks):
            return Problem(code, f"{what}: {first}", Where(path=place), hint)
    return Problem(
        "V608",
        f"the run store failed: {first}",
        Where(path=place),
        "name another store in VTWIN_STORE, or run without keeping",
    )
