"""The database behind the run store: where it is, how it is opened, what its failures mean."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtwin.base.errors import Problem, Refused, Where

if TYPE_CHECKING:
    from sqlalchemy import Engine

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


def shown(url: str) -> str:
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


def open_engine(url: str) -> Engine:
    """An SQLAlchemy engine for a URL; makes the folder of an SQLite file. Raises `Refused`."""
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    try:
        made = sa.make_url(url)
        if made.get_backend_name() != "sqlite":
            return sa.create_engine(made, pool_pre_ping=True)
        if made.database and not made.database.startswith((":memory:", "file:")):
            Path(made.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(made, connect_args={"timeout": _PATIENCE_S})
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise Refused(problem_of(error, shown(url))) from error
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


def damaged(place: str) -> Problem:
    """What the database holds cannot be read back."""
    _, code, what, hint = next(one for one in _TROUBLE if one[1] == "V604")
    return Problem(code, f"{what}: a run in it cannot be read back", Where(path=place), hint)


def problem_of(error: Exception, place: str) -> Problem:
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
