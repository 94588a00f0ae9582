"""The tables of the run store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table

#: Version of the tables; a store written by a newer one is refused, an older one migrated.
SCHEMA = 1


@dataclass(frozen=True)
class Tables:
    """The tables of the store."""

    all: MetaData
    meta: Table
    runs: Table
    replications: Table
    jobs: Table
    figures: Table


def tables() -> Tables:
    """Declare the tables (SQLAlchemy is imported only when a store is used)."""
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
    # Figures alone, of the many plants a study tries and nobody looks at again.
    figures = sa.Table(
        "figures",
        everything,
        sa.Column("key", sa.String(64), primary_key=True),  # of the passport
        sa.Column("replication", sa.Integer, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),  # JSON: name -> value
    )
    return Tables(everything, meta, runs, replications, jobs, figures)
