"""The desk on a run store: what the web app asks, answered from files and stored runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtwin.app import comparison, overview
from vtwin.app.bookcase import Book, Bookcase, books
from vtwin.app.views import (
    CompareView,
    FamilyRow,
    GanttView,
    JobRow,
    LibraryView,
    ModelRow,
    OverviewView,
    RunRow,
    ScenarioRow,
    WhySlow,
    WipView,
)
from vtwin.base.errors import Problem, Refused

if TYPE_CHECKING:
    from vtwin.results.jobs import Job
    from vtwin.results.record import RunRecord
    from vtwin.results.store import Store

#: So much work may wait or run at once.
MOST_OPEN = 12
#: More replications than this hold up everybody else's work; the command line does more.
MOST_REPLICATIONS = 1000


class LiveDesk:
    """Answers of :class:`vtwin.app.desk.Desk` from scenario files and a run store."""

    def __init__(self, bookcase: Bookcase, store: Store) -> None:
        self.bookcase = bookcase
        self.store = store

    @classmethod
    def open(cls, paths: Sequence[str | Path], store_url: str | None = None) -> LiveDesk:
        """A desk with these scenarios; with none named the shipped ones, the last one run
        first. Raises Refused for a missing file or a bad store.
        """
        from vtwin.results.store import Store

        store = Store(store_url)
        return cls(Bookcase(books(paths) if paths else _shipped(store)), store)

    # --- scenarios and their results ---------------------------------------------------------

    def scenarios(self) -> tuple[ScenarioRow, ...]:
        """The scenarios on this desk, in the order given."""
        return tuple(self.bookcase.row(book) for book in self.bookcase.books)

    def overview(
        self, scenario: str | None, variant: str | None, run: str | None = None
    ) -> OverviewView | None:
        """A run of a variant, the latest where none is named (or none is called that); None
        when there is no such scenario.
        """
        book = self.bookcase.book(scenario)
        if book is None:
            return None
        row = self.bookcase.row(book)
        variant = variant if variant in row.variants else None
        record = None if row.problem else self._record(book, variant, run)
        if record is None or record.summary is None:
            return OverviewView(row, variant, None, (), None, WhySlow(()))
        return self._overview(book, row, variant, record)

    def _record(self, book: Book, variant: str | None, run: str | None) -> RunRecord | None:
        named = self._run(run)
        if named is not None and (named.path, named.variant) == (str(book.path), variant):
            return named
        return self.store.latest(str(book.path), variant)

    def _overview(
        self, book: Book, row: ScenarioRow, variant: str | None, record: RunRecord
    ) -> OverviewView:
        summary = record.summary or {}
        program = self.bookcase.program(book, variant)
        layout = self.bookcase.layout(book, variant)
        traffic = self.store.tallies(record.id)[:1] if overview.has_flows(program, layout) else ()
        stale = program.hash != record.passport.get("program")
        return OverviewView(
            scenario=row,
            variant=variant,
            run=overview.run_row(record, book.key, row.title, stale),
            tiles=overview.tiles(summary, program.targets),
            floor=overview.floor(
                program, layout, summary, record.verdict, () if stale else traffic
            ),
            why_slow=overview.why_slow(record.verdict, self._proof(record), program.labels),
            staff=overview.staff(program, summary),
            vehicles=overview.vehicles(program, summary),
            energy=overview.energy(program, summary),
            tools=overview.tools(program, summary),
            scrap=overview.scrap(summary),
            recall=overview.recall(summary),
            balance=overview.balance(program, layout),
            currency=program.currency,
        )

    def _proof(self, record: RunRecord) -> dict[str, Any] | None:
        """The newest proof made for the very program of this run."""
        for job in self._results("explain", record.path):
            if job.result.get("program") == record.passport.get("program"):
                found: dict[str, Any] | None = job.result.get("proof")
                return found
        return None

    def _results(self, kind: str, path: str | None) -> Iterator[Job]:
        """What studies of a scenario found, newest first; each is read when it is asked for."""
        from vtwin.results.jobs import job, jobs_list

        for listed in jobs_list(self.store, ("done", "cancelled"), results=False):
            if listed.kind == kind and listed.payload.get("path") == path:
                found = job(self.store, listed.id)
                if found is not None and found.result:
                    yield found

    def compare(self, scenario: str | None, variants: Sequence[str]) -> CompareView | None:
        """The newest comparison, of just these variants when some are named."""
        book = self.bookcase.book(scenario)
        if book is None:
            return None
        row = self.bookcase.row(book)
        if row.problem is not None:
            return CompareView(row, None, (), ())
        for job in self._results("compare", str(book.path)):
            named = job.payload.get("variants") or ()
            if not variants or set(variants) == set(named):
                return self._compared(book, row, job.result)
        return CompareView(row, None, (), ())

    def _compared(self, book: Book, row: ScenarioRow, study: dict[str, Any]) -> CompareView:
        records = {label: self._run(run) for label, run in study["runs"].items()}
        base = records.get(study["baseline"])
        shown = None
        if base is not None:
            stale = self._stale(book, records)
            shown = overview.run_row(base, book.key, row.title, stale)
        verdicts = {label: r.verdict if r else None for label, r in records.items()}
        return comparison.view(row, study, verdicts, shown)

    def _stale(self, book: Book, records: dict[str, RunRecord | None]) -> bool:
        """Whether any of the plants compared is written differently now."""
        try:
            return any(
                self.bookcase.program(book, r.variant).hash != r.passport.get("program")
                for r in records.values()
                if r is not None
            )
        except Refused:
            return True

    def _run(self, run: str | None) -> RunRecord | None:
        try:
            return self.store.run(run) if run else None
        except Refused:
            return None

    def gantt(self, run: str) -> GanttView | None:
        """States over time in the traced replication of a run; None when none was traced."""
        record = self._run(run)
        return None if record is None else comparison.gantt(record)

    def wip(self, runs: Sequence[str]) -> WipView | None:
        """WIP over time of runs, the base first; None when there is no such run."""
        return comparison.wip([r for r in map(self._run, runs) if r is not None])

    def runs(self) -> tuple[RunRow, ...]:
        """Stored runs of the scenarios on this desk, newest first."""
        by_path = {str(book.path): book for book in self.bookcase.books}
        rows = []
        for record in self.store.runs(limit=100):
            book = by_path.get(record.path or "")
            if book is None or record.summary is None:
                continue
            stale = self._stale(book, {"": record})
            rows.append(overview.run_row(record, book.key, record.scenario, stale))
        return tuple(rows)

    # --- long work ---------------------------------------------------------------------------

    def library(self) -> LibraryView:
        """The equipment models that are installed, by family."""
        from vtwin.app.scenarios import library

        families, troubles = library()
        return LibraryView(
            tuple(
                FamilyRow(
                    family.name,
                    dict(family.doc),
                    family.package,
                    tuple(
                        ModelRow(
                            model.name,
                            dict(model.doc),
                            tuple((p.name, p.value, p.source) for p in model.parameters),
                        )
                        for model in family.models
                    ),
                )
                for family in families
            ),
            tuple(map(str, troubles)),
        )

    def jobs(self) -> tuple[JobRow, ...]:
        """Long work, newest first: everything open and what ended lately."""
        from vtwin.results.jobs import jobs_list

        return tuple(_job_row(job) for job in jobs_list(self.store, limit=30, results=False))

    def start_run(self, scenario: str | None, variant: str | None, replications: int) -> str:
        """Queue a run; returns the job's id. Raises ``Refused``."""
        return self._queue("run", scenario, (variant,), replications)

    def start_compare(
        self, scenario: str | None, variants: Sequence[str], replications: int
    ) -> str:
        """Queue runs of the base and of these variants; returns the job's id."""
        if not variants:
            raise Refused(Problem("V556", "nothing to compare", hint="choose a variant"))
        return self._queue("compare", scenario, tuple(variants), replications)

    def start_explain(self, scenario: str | None, variant: str | None, replications: int) -> str:
        """Queue the proof of the bottleneck: each suspect 10 % faster; returns the job's id."""
        return self._queue("explain", scenario, (variant,), replications)

    def _queue(
        self, kind: str, scenario: str | None, variants: Sequence[str | None], replications: int
    ) -> str:
        from vtwin.results.jobs import OPEN, jobs_add, jobs_list

        book = self.bookcase.book(scenario)
        row = None if book is None else self.bookcase.row(book)
        if book is None or row is None:
            raise Refused(Problem("V652", f"there is no scenario {scenario}"))
        known = {None, *row.variants}
        if row.problem is not None or not set(variants) <= known:
            raise Refused(Problem("V652", f"{row.title} cannot be run as asked"))
        if not 1 <= replications <= MOST_REPLICATIONS:
            what = f"in the browser replications are a whole number from 1 to {MOST_REPLICATIONS:,}"
            raise Refused(Problem("V551", what, hint="`vtwin run --replications` does more"))
        if len(jobs_list(self.store, OPEN, results=False)) >= MOST_OPEN:
            what = f"{MOST_OPEN} jobs are waiting already"
            raise Refused(Problem("V661", what, hint="wait for one, or cancel one"))
        payload = {
            "path": str(book.path),
            "variants": list(variants),
            "replications": replications,
        }
        return jobs_add(self.store, kind, payload, row.title)

    def cancel(self, job: str) -> None:
        """Stop a job, keeping the replications it finished."""
        from vtwin.results.jobs import job_cancel_request

        job_cancel_request(self.store, job)


def _shipped(store: Store) -> tuple[Book, ...]:
    """The shipped scenarios: the last one run first, then the demonstration, single cells last."""
    from vtwin.app.demo import PLANTS
    from vtwin.app.scenarios import shipped_scenarios

    recent = [record.path for record in store.runs(limit=100)]
    names = sorted(shipped_scenarios(), key=lambda name: (name not in PLANTS, "/" in name, name))

    def age(book: Book) -> int:
        path = str(book.path)
        return recent.index(path) if path in recent else len(recent)

    return tuple(sorted(books(names), key=age))


def _job_row(job: Job) -> JobRow:
    return JobRow(
        id=job.id,
        kind=job.kind,  # type: ignore[arg-type]
        scenario=job.label,
        variants=tuple(job.payload.get("variants") or ()),
        state=job.state,
        progress=job.progress,
        position=job.position,
        error=job.error,
        created=job.created,
        finished=job.finished,
        runs=job.runs,
    )
