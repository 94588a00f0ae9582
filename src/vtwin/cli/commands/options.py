"""Options that several commands have, and the value in which a study's are handed over."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

if TYPE_CHECKING:
    from vtwin.app.runs import Replications
    from vtwin.app.shelf import Keep

F = TypeVar("F", bound=Callable[..., Any])


class Simulated(TypedDict):
    """What every app call that simulates is told."""

    seed: int | None
    engine: str
    cluster: str | None
    store: Keep


@dataclass(frozen=True, slots=True)
class Study:
    """What was said about one study: how it is simulated, where its answer goes. None (False,
    where a switch was not set): nothing was said. ``precision`` is a share of the mean.
    """

    variant: str | None = None
    replications: Replications = None
    precision: float | None = None
    seed: int | None = None
    engine: str = "auto"
    cluster: str | None = None
    workers: int | None = None
    store: Keep = None
    json_to: str | None = None
    html: Path | None = None
    out: Path | None = None

    @classmethod
    def said(cls, words: Mapping[str, Any]) -> Study:
        """The value, filled from click's parameters; those of other names are left alone.

        Raises:
            Refused: V551, no number of replications, or no precision.
        """
        told = {field.name: words[field.name] for field in fields(cls) if field.name in words}
        if told.get("replications") is not None:
            from vtwin.app.runs import replications_asked

            told["replications"] = replications_asked(told["replications"])
        if told.get("precision") is not None:
            from vtwin.app.sweeps import precision_asked

            told["precision"] = precision_asked(told["precision"])
        if words.get("no_store"):
            told["store"] = False
        return cls(**told)

    @property
    def fixed_replications(self) -> int | None:
        """The number that was said; None for ``auto``, which means nothing here."""
        return self.replications if isinstance(self.replications, int) else None

    @property
    def simulated(self) -> Simulated:
        """Keyword arguments of the app call."""
        return {
            "seed": self.seed,
            "engine": self.engine,
            "cluster": self.cluster,
            "store": self.store,
        }


def takes_study(function: F) -> F:
    """Hand a command its study options as one value, ``study``; the rest one by one."""
    names = {field.name for field in fields(Study)} | {"no_store"}

    @functools.wraps(function)
    def filled(**words: Any) -> Any:
        others = {name: value for name, value in words.items() if name not in names}
        return function(Study.said(words), **others)

    return filled  # type: ignore[return-value]


def names(text: str | None) -> tuple[str, ...] | None:
    """``a,b`` as names; None where nothing was said."""
    return None if text is None else tuple(n.strip() for n in text.split(",") if n.strip())


def json_option(function: F) -> F:
    """``--json OUT``."""
    return click.option(
        "--json", "json_to", metavar="OUT", help="Also write the answer as JSON ('-': to stdout)."
    )(function)


def html_option(function: F) -> F:
    """``--html OUT``."""
    return click.option(
        "--html",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="OUT",
        help="Write a self-contained report with pictures.",
    )(function)


def store_options(function: F) -> F:
    """``--store URL`` and ``--no-store``."""
    function = click.option(
        "--store", metavar="URL", help="Where runs are kept (SQLite file or database URL)."
    )(function)
    return click.option("--no-store", is_flag=True, help="Keep nothing.")(function)


def variant_option(function: F) -> F:
    """``--variant NAME``."""
    return click.option("--variant", metavar="NAME", help="A named what-if of the file.")(function)


def replications_option(
    what: str = "How often it is repeated.", metavar: str = "N"
) -> Callable[[F], F]:
    """``--replications N``."""
    return click.option("--replications", "-n", metavar=metavar, help=what)


def engine_option(what: str = "Which engine runs it.") -> Callable[[F], F]:
    """``--engine NAME``."""
    return click.option("--engine", default="auto", show_default=True, metavar="NAME", help=what)


def cluster_option(function: F) -> F:
    """``--cluster ADDRESS``."""
    return click.option(
        "--cluster", metavar="ADDRESS", help="Run on a dask cluster (tcp://host:port, or local)."
    )(function)


def seed_option(function: F) -> F:
    """``--seed N``."""
    return click.option("--seed", type=click.IntRange(0, 10**15), help="Seed of the random draws.")(
        function
    )


def study_options(function: F) -> F:
    """How often, by which engine, from which seed."""
    function = replications_option(metavar="N|auto")(function)
    return seed_option(cluster_option(engine_option()(function)))
