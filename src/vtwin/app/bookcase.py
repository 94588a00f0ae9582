"""Scenario files as the web app keeps them at hand: read and built again when they change."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vtwin.app.scenarios import FILE, find
from vtwin.app.views import ScenarioRow
from vtwin.base.errors import Refused

if TYPE_CHECKING:
    from vtwin.plant.program import Program
    from vtwin.scenario.layout import Layout
    from vtwin.scenario.load import Loaded

#: Replications offered where the scenario leaves their number to the precision wanted.
_AUTO = 20


@dataclass(frozen=True)
class Book:
    """One scenario file on the shelf, under a key that is short enough for an address."""

    key: str
    path: Path


@dataclass
class _Read:
    """A file as last read; ``stamps`` tell whether that is still what is on the disk."""

    loaded: Loaded
    stamps: dict[str, int]
    programs: dict[str | None, Program] = field(default_factory=dict)


def books(paths: Sequence[str | Path]) -> tuple[Book, ...]:
    """The scenarios asked for under distinct keys. Raises Refused for what is not there."""
    found: list[Book] = []
    for path in paths:
        file = find(path).resolve()
        if any(book.path == file for book in found):
            continue
        stem = file.parent.name if file.name == FILE else file.stem
        key, number = stem, 2
        while any(book.key == key for book in found):
            key, number = f"{stem}-{number}", number + 1
        found.append(Book(key, file))
    return tuple(found)


class Bookcase:
    """Reads scenarios, and reads them anew when one of their files has changed."""

    def __init__(self, rows: Sequence[Book]) -> None:
        self.books = tuple(rows)
        self._read: dict[Path, _Read] = {}
        self._lock = threading.Lock()

    def book(self, key: str | None) -> Book | None:
        """The scenario of this key; the first when none is named; None for an unknown one."""
        if key is None:
            return self.books[0] if self.books else None
        return next((book for book in self.books if book.key == key), None)

    def loaded(self, book: Book) -> Loaded:
        """The scenario as it is on the disk now. Raises Refused."""
        with self._lock:
            return self._fresh(book).loaded

    def program(self, book: Book, variant: str | None) -> Program:
        """The program of a variant as it is on the disk now. Raises Refused."""
        from vtwin.scenario.build import build

        with self._lock:
            read = self._fresh(book)
            if variant not in read.programs:
                read.programs[variant] = build(read.loaded, variant)
            return read.programs[variant]

    def layout(self, book: Book, variant: str | None) -> Layout:
        """Where everything stands. Raises Refused."""
        return self.loaded(book).layout(variant)

    def row(self, book: Book) -> ScenarioRow:
        """The scenario's line in the choice of scenarios, with the problem if it has one."""
        from vtwin.scenario.load import variants

        try:
            loaded = self.loaded(book)
            document = loaded.document
            self.program(book, None)
        except Refused as refused:
            return ScenarioRow(book.key, book.path.name, problem=str(refused))
        wanted = document.run.replications
        return ScenarioRow(
            key=book.key,
            title=document.name,
            variants=tuple(variants(loaded)),
            descriptions=tuple(
                (name, entry.description)
                for name, entry in document.variants.items()
                if entry.description
            ),
            replications=wanted if isinstance(wanted, int) else _AUTO,
        )

    def _fresh(self, book: Book) -> _Read:
        from vtwin.scenario.load import load

        kept = self._read.get(book.path)
        if kept is None or kept.stamps != _stamps(kept.stamps):
            loaded = load(book.path)
            self._read.pop(book.path, None)
            loaded.resolve()
            kept = _Read(loaded, _stamps(_files(loaded)))
            self._read[book.path] = kept
        return kept


def _files(loaded: Loaded) -> list[str]:
    return [*loaded.files, *(str(path) for path in loaded.library.used()), *loaded.data.read]


def _stamps(names: Sequence[str] | dict[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        try:
            found[name] = Path(name).stat().st_mtime_ns
        except OSError:
            found[name] = 0
    return found
