"""The run store as one run sees it: it may be missing or fail without costing the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from vtwin.base.errors import Problem, Refused

if TYPE_CHECKING:
    from vtwin.app.runs import Plant, RunResult
    from vtwin.plant.trace import Tally
    from vtwin.results.record import Passport, RunRecord
    from vtwin.results.store import Store

#: Where runs are kept: a database URL, None for the default place, False for nowhere.
Keep = str | Literal[False] | None
#: Ids of stored runs; None for one that was not kept.
Runs: TypeAlias = Iterable[str | None]


class Shelf:
    """The store as one run sees it: it may be missing or fail without costing the result."""

    def __init__(self, keep: Keep) -> None:
        self._named = isinstance(keep, str)
        self._store: Store | None = None
        self._run: str | None = None
        self._kept: RunRecord | None = None
        self.trouble: list[Problem] = []
        if keep is False:
            return
        from vtwin.results.store import Store

        try:
            self._store = Store(keep)
        except Refused as refused:
            if self._named:
                raise
            self._lose(refused)

    def open(
        self,
        passport: Passport,
        plant: Plant,
        asked: int | Literal["auto"],
        *,
        trace: bool,
        fresh: bool,
    ) -> dict[int, Tally]:
        """The replications kept already; begins a run unless all of it is kept."""
        if self._store is None:
            return {}
        done: dict[int, Tally] = {}
        try:
            if not fresh:
                done = self._store.finished(passport)
            if isinstance(asked, int) and not fresh and not trace:
                self._kept = self._store.find(passport, asked)
            if self._kept is None or not all(r in done for r in range(int(asked))):
                self._run = self._store.begin(
                    passport,
                    plant.program.name,
                    asked if isinstance(asked, int) else 0,
                    path=str(plant.file.resolve()),
                    variant=plant.variant,
                )
        except Refused as refused:
            self._lose(refused)
        return done

    def add(self, replication: int, tally: Tally) -> None:
        """Keep one finished replication at once."""
        if self._store is None or self._run is None:
            return
        try:
            self._store.keep(self._run, tally)
        except Refused as refused:
            self._lose(refused)

    def keep(self, result: RunResult, *, reused: bool) -> RunResult:
        """Close the run in the store; the result as it is told."""
        store = self._store
        if store is not None and self._run is None and self._kept is not None and reused:
            kept = self._kept
            result = replace(result, run_id=kept.id, from_store=True, kept_at=_local(kept.created))
        elif store is not None and self._run is not None:
            try:
                store.complete(
                    self._run,
                    result.program,
                    result.tallies,
                    result.summary.to_json() | result.quality(),
                    verdict=None if result.jury is None else result.jury.to_json(),
                    notes=[str(note) for note in result.notes],
                    status="stopped" if result.interrupted else "done",
                )
                result = replace(result, run_id=self._run)
            except Refused as refused:
                self._lose(refused)
        if store is not None:
            store.close()
        return replace(result, notes=(*result.notes, *self.trouble))

    def abandon(self) -> None:
        """Nothing was finished; a store that cannot even hear that changes nothing about it."""
        if self._store is None:
            return
        if self._run is not None:
            with suppress(Refused):
                self._store.close_run(self._run, "stopped")
        self._store.close()

    def _lose(self, refused: Refused) -> None:
        """Go on without a store, and say so once."""
        self._store = None
        self._run = None
        if not self.trouble:
            self.trouble = [
                replace(p, severity="warning", what=f"this run is not kept: {p.what}")
                for p in refused.problems
            ]


@contextmanager
def opened(keep: Keep, trouble: list[Problem]) -> Iterator[Store | None]:
    """The store for the figures of many plants; None where none is wanted, or where the default
    one cannot be opened, which ``trouble`` then says. One that was named is refused.
    """
    if keep is False:
        yield None
        return
    from vtwin.results.store import Store

    try:
        store = Store(keep)
    except Refused as refused:
        if isinstance(keep, str):
            raise
        from vtwin.studies.evaluator import not_kept

        trouble += not_kept(refused)
        yield None
        return
    with closing(store):
        yield store


def remember(
    keep: Keep, kind: str, plant: Plant, variants: Sequence[str | None], body: Any, runs: Runs
) -> None:
    """Keep what a study over stored runs found, so that the web app shows it, too.

    The answer itself has been given: a store that fails here costs nothing but that.
    """
    made = [run for run in runs if run]
    if keep is False or not made:
        return
    from vtwin.results.jobs import job_record
    from vtwin.results.store import Store

    payload = {"path": str(plant.file.resolve()), "variants": list(variants)}
    with suppress(Refused), closing(Store(keep)) as store:
        job_record(store, kind, payload, plant.program.name, result=body, runs=made)


def _local(moment: str) -> str:
    """An ISO moment in UTC as local date and time, to the minute."""
    from datetime import datetime

    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"
