"""The run store: one database, embedded SQLite by default, PostgreSQL by URL.

A row per run, a row per finished replication (so that what is finished survives Ctrl-C and
kill, and more replications can be added later), and the queue of long work of the web app.
Every failure of the database is a `Refused` with a V60x code; a caller can go on without.
"""

from __future__ import annotations

import getpass
import json
import platform
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from vtwin import __version__
from vtwin.base.errors import Problem, Refused, Where
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.database import damaged, default_url, open_engine, problem_of, shown, url_of
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
from vtwin.results.schema import SCHEMA, tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


#: A run that has kept nothing for this long is taken for killed.
_LOST_AFTER = timedelta(days=1)


def _iso(ago: timedelta) -> str:
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds")


def _now() -> str:
    return _iso(timedelta(0))


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
        self.engine: Engine = open_engine(self.url)
        with self.told():
            self._open()
            self._close_lost()

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
        return shown(self.url)

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

    def _close_lost(self) -> None:
        """Mark runs whose process was killed as stopped. One that only was slow is marked again
        when it completes.
        """
        import sqlalchemy as sa

        runs = self.tables.runs
        lost = (runs.c.status == "running") & (runs.c.changed < _iso(_LOST_AFTER))
        with self.engine.connect() as connection:
            if connection.scalar(sa.select(runs.c.id).where(lost).limit(1)) is None:
                return
        with suppress(sa.exc.OperationalError), self.engine.begin() as connection:
            connection.execute(sa.update(runs).where(lost).values(status="stopped"))

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn a failure of the database into a `Refused` that says what to do."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            raise Refused(problem_of(error, self.place)) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection; what cannot be read back the way it was written is a `Refused`."""
        with self.told(), self.engine.connect() as connection:
            try:
                yield connection
            except (ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
                raise Refused(damaged(self.place)) from error

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

    def keep_figures(self, rows: Mapping[tuple[str, int], Mapping[str, float | None]]) -> None:
        """Keep figures by (passport key, replication); those kept already are joined."""
        import sqlalchemy as sa

        if not rows:
            return
        figures = self.tables.figures
        there = self.figures({key for key, _ in rows})
        fresh = [
            {"key": key, "replication": number, "body": json.dumps(dict(body), allow_nan=False)}
            for (key, number), body in rows.items()
            if (key, number) not in there
        ]
        with self.told(), self.engine.begin() as connection:
            if fresh:
                connection.execute(sa.insert(figures), fresh)
            for (key, number), body in rows.items():
                known = there.get((key, number))
                if known is not None and not body.keys() <= known.keys():
                    text = json.dumps({**known, **body}, allow_nan=False)
                    same = (figures.c.key == key) & (figures.c.replication == number)
                    connection.execute(sa.update(figures).where(same).values(body=text))

    # --- reading ---------------------------------------------------------------------------

    def figures(self, keys: Iterable[str]) -> dict[tuple[str, int], dict[str, float | None]]:
        """Figures kept under these passport keys, by (key, replication)."""
        import sqlalchemy as sa

        figures = self.tables.figures
        wanted = sorted(set(keys))
        found: dict[tuple[str, int], dict[str, float | None]] = {}
        with self._reading() as connection:
            for start in range(0, len(wanted), 500):
                query = sa.select(figures).where(figures.c.key.in_(wanted[start : start + 500]))
                for row in connection.execute(query).mappings():
                    found[row["key"], int(row["replication"])] = json.loads(row["body"])
        return found

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
        with self._reading() as connection:
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
        with self._reading() as connection:
            rows = connection.execute(query).all()
            bodies = {int(number): body for number, body in sorted(rows)}  # one of each
            return {number: tally_from_bytes(body) for number, body in bodies.items()}

    def tallies(self, run: str) -> list[Tally]:
        """The replications of one run in order, without traces."""
        import sqlalchemy as sa

        kept = self.tables.replications
        query = sa.select(kept.c.tally).where(kept.c.run == run).order_by(kept.c.replication)
        with self._reading() as connection:
            return [tally_from_bytes(body) for body in connection.scalars(query)]

    def run(self, run: str) -> RunRecord:
        """One run with its pictures. Raises `Refused` (V607) when there is none."""
        import sqlalchemy as sa

        runs = self.tables.runs
        with self._reading() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == run)).mappings().first()
            if row is None:
                what = f"the store has no run {run!r}"
                raise Refused(Problem("V607", what, Where(path=self.place)))
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
        with self._reading() as connection:
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
        with self._reading() as connection:
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
