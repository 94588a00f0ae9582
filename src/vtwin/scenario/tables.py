"""CSV files a scenario names: orders, set-up matrices, columns of times.

UTF-8, one header line, separated by comma, semicolon or tab; decimal points; dates as
year-month-day. Whatever else a spreadsheet writes is refused with file, line and remedy.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic_core import PydanticCustomError

from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.base.units import counted
from vtwin.plant.quantities import random_time, refuse
from vtwin.scenario.choices import read_machines, read_tools
from vtwin.scenario.tree import read_text
from vtwin.scenario.values import Moment, read_moment

MAX_BYTES: Final = 50_000_000
_WHOLE = re.compile(r"\d{1,15}\Z")
_COMMA_NUMBER = re.compile(r"\d{1,3}(,\d{3})+\Z|\d+,\d+\Z")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_OTHER_DATE = re.compile(r"\d{1,4}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{1,4}\.?")


@dataclass(frozen=True, slots=True)
class Table:
    """Header and rows of text; ``lines`` are the line numbers of the rows."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def where(self, row: int) -> Where:
        """Where a row is written."""
        return Where(self.file, self.lines[row])


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of a table; what the table does not say is None."""

    order: str | None
    product: str
    quantity: int
    release: Moment | None
    due: Moment | None
    priority: int
    lot: int | None
    where: Where
    on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tool: Mapping[str, str] = field(default_factory=dict)


class Data:
    """The CSV files (and NC programs) read so far, each once."""

    def __init__(self) -> None:
        self._tables: dict[str, Table | Refused] = {}
        self._texts: dict[str, str | Refused] = {}

    @property
    def read(self) -> list[str]:
        """Names of the files read."""
        return sorted({*self._tables, *self._texts})

    def text(self, path: Path, limit: int) -> str:
        """The text of a file of a machine's control, up to ``limit`` bytes; raises Refused. What
        is no UTF-8 in it can only be a comment, and is read as Latin-1.
        """
        name = str(path)
        if name not in self._texts:
            try:
                self._texts[name] = read_text(path, limit=limit, kind="program")
            except Refused as refused:
                self._texts[name] = refused
        found = self._texts[name]
        if isinstance(found, Refused):
            raise found
        return found

    def table(self, path: Path, where: Where | None = None) -> Table:
        """The table in a file; raises Refused."""
        name = str(path)
        if name not in self._tables:
            try:
                self._tables[name] = _read(path)
            except Refused as refused:
                self._tables[name] = refused
        found = self._tables[name]
        if isinstance(found, Refused):
            first = found.problems[0]
            if where is not None and first.code in ("V101", "V102"):
                what = f"'{path.name}': {first.what}"
                raise Refused(Problem(first.code, what, where, first.hint))
            raise found
        return found

    def column(self, path: Path, column: str) -> list[str]:
        """The cells of one column; empty cells are left out. Raises Refused."""
        table = self.table(path)
        if column not in table.header:
            hint = did_you_mean(column, table.header) or "there are: " + ", ".join(table.header)
            where = Where(table.file, 1)
            raise Refused(Problem("V132", f"there is no column '{column}'", where, hint))
        at = table.header.index(column)
        cells = [row[at] for row in table.rows if row[at]]
        comma = next((i for i, row in enumerate(table.rows) if _COMMA_NUMBER.match(row[at])), None)
        if comma is not None:
            raise Refused(_decimal_comma(table, comma, table.rows[comma][at]))
        return cells


def _read(path: Path) -> Table:
    text = read_text(path, limit=MAX_BYTES, kind="CSV")
    where = Where(str(path), 1)
    first = text.split("\n", 1)[0]
    if not text.strip():
        hint = "the first line names the columns"
        raise Refused(Problem("V131", "the file is empty", where, hint))
    separator = max(",;\t", key=first.count)
    read = 0  # lines
    try:
        reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        header: tuple[str, ...] = ()
        rows: list[tuple[str, ...]] = []
        lines: list[int] = []
        for cells in reader:
            read = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            row = tuple(cell.strip() for cell in cells)
            if not header:
                header = row
                continue
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        place = Where(str(path), read + 1)
        fix = 'is a quotation mark (") closed?' if "end of data" in str(error) else None
        raise Refused(Problem("V133", f"this is not CSV: {error}", place, fix)) from None
    table = Table(str(path), header, tuple(rows), tuple(lines))
    problems = [_uneven(table, index) for index, row in enumerate(rows) if len(row) != len(header)]
    if not rows:
        problems.append(Problem("V131", "the file has a header and no rows", where))
    if problems:
        raise Refused(problems[:20])
    return table


def _uneven(table: Table, index: int) -> Problem:
    cells, columns = len(table.rows[index]), len(table.header)
    what = f"the row has {counted(cells, 'cell')}, the header {columns}"
    hint = "decimal commas split a number in two: use points" if cells > columns else None
    return Problem("V133", what, table.where(index), hint)


def _decimal_comma(table: Table, row: int, cell: str) -> Problem:
    point, plain = cell.replace(",", "."), cell.replace(",", "")
    hint = f"write {point} or {plain}: the point is the decimal sign, thousands have none"
    return Problem("V134", f"'{cell}' has a comma in a number", table.where(row), hint)


ORDER_COLUMNS: Final = (
    "order", "product", "quantity", "release", "due", "priority", "lot", "on", "tool",
)  # fmt: skip


def orders(table: Table) -> tuple[list[OrderRow], list[Problem]]:
    """The orders of a table (columns order, product, quantity; release, due, priority, lot,
    on and tool are optional) and what is wrong with it.
    """
    missing = [name for name in ("product", "quantity") if name not in table.header]
    if missing:
        hint = did_you_mean(missing[0], table.header)
        hint = hint or "columns: " + ", ".join(ORDER_COLUMNS)
        what = "columns are missing: " + ", ".join(missing)
        return [], [Problem("V132", what, Where(table.file, 1), hint)]
    unknown = [name for name in table.header if name not in ORDER_COLUMNS]
    problems = [
        Problem("V115", f"unknown column '{name}'", Where(table.file, 1),
                did_you_mean(name, ORDER_COLUMNS) or "columns: " + ", ".join(ORDER_COLUMNS))
        for name in unknown
    ]  # fmt: skip
    if unknown:
        return [], problems
    reader = _OrderReader(table)
    rows = [row for index in range(len(table.rows)) if (row := reader.row(index)) is not None]
    return rows, reader.problems


class _OrderReader:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.problems: list[Problem] = []
        self._first_date: dict[str, tuple[str, int]] = {}

    def row(self, index: int) -> OrderRow | None:
        cells = dict(zip(self.table.header, self.table.rows[index], strict=True))
        before = len(self.problems)
        quantity = self._whole(index, cells, "quantity", least=1)
        if not cells["product"]:
            self._wrong(index, "V133", "the product is missing")
        if quantity is None and len(self.problems) == before:
            self._wrong(index, "V133", "the quantity is missing")
        release = self._moment(index, cells, "release")
        due = self._moment(index, cells, "due")
        priority = self._whole(index, cells, "priority", least=0)
        lot = self._whole(index, cells, "lot", least=1)
        if len(self.problems) > before:
            return None
        name = cells.get("order") or None
        where = self.table.where(index)
        return OrderRow(
            name, cells["product"], quantity or 1, release, due, priority or 0, lot, where,
            read_machines(cells.get("on", "")), read_tools(cells.get("tool", "")),
        )  # fmt: skip

    def _wrong(self, index: int, code: str, what: str, hint: str | None = None) -> None:
        self.problems.append(Problem(code, what, self.table.where(index), hint))

    def _whole(self, index: int, cells: dict[str, str], column: str, least: int) -> int | None:
        cell = cells.get(column, "")
        if not cell:
            return None
        if _WHOLE.match(cell) and int(cell) >= least:
            return int(cell)
        if cell.isdigit() and len(cell) > 15:
            self._wrong(index, "V133", f"{column} '{cell}' is more than 15 digits")
        elif _COMMA_NUMBER.match(cell):
            self.problems.append(_decimal_comma(self.table, index, cell))
        else:
            what = f"{column} '{cell}' is not a whole number of at least {least}"
            self._wrong(index, "V133", what)
        return None

    def _moment(self, index: int, cells: dict[str, str], column: str) -> Moment | None:
        cell = cells.get(column, "")
        if not cell:
            return None
        moment = read_moment(cell)
        if moment is not None:
            self._first_date.setdefault(column, (cell, self.table.lines[index]))
            return moment
        if _OTHER_DATE.match(cell):
            first = self._first_date.get(column)
            hint = "write year-month-day: 2026-03-31"
            if _ISO_DATE.match(cell):
                self._wrong(index, "V205", f"{column} '{cell}' is no day of the calendar", hint)
            elif first:
                what = f"{column} '{cell}' is written unlike {first[0]} in line {first[1]}"
                self._wrong(index, "V135", what, hint)
            else:
                self._wrong(index, "V205", f"{column} '{cell}' is not a date vtwin reads", hint)
            return None
        try:
            return Moment(after=random_time(cell).mean)
        except PydanticCustomError as error:
            told: dict[str, Any] = dict(error.context or {})
            self._wrong(index, error.type, f"{column}: {told['what']}", told.get("hint"))
            return None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Set-up times in s by (from, to); a pair that is not there needs no set-up."""

    keys: tuple[str, ...]
    seconds: dict[tuple[str, str], float]


def matrix(table: Table) -> tuple[Matrix, list[Problem]]:
    """A set-up matrix: the header names what is set up to, each row starts with what from;
    cells are times with units, an empty cell or `-` is no set-up.
    """
    problems: list[Problem] = []
    seconds: dict[tuple[str, str], float] = {}
    targets = table.header[1:]
    for index, row in enumerate(table.rows):
        for target, cell in zip(targets, row[1:], strict=True):
            if cell in ("", "-", "0"):
                continue
            try:
                seconds[row[0], target] = random_time(cell).mean
            except PydanticCustomError as error:
                told: dict[str, Any] = dict(error.context or {})
                what = f"set-up from {row[0]} to {target}: {told['what']}"
                problems.append(Problem(error.type, what, table.where(index), told.get("hint")))
    keys = tuple(sorted({*targets, *(row[0] for row in table.rows)}))
    return Matrix(keys, seconds), problems


def context(data: Data, file: str) -> dict[str, Any]:
    """What validation must know of the scenario ``file``: columns and texts beside it."""

    def column(name: str, column: str) -> list[str]:
        try:
            return data.column(Path(os.path.normpath(Path(file).parent / name)), column)
        except Refused as refused:
            first = refused.problems[0]
            line = f":{first.where.line}" if first.where.line else ""
            raise refuse(first.code, f"{name}{line}: {first.what}", first.hint) from None

    def text(name: str, limit: int) -> tuple[str, str]:
        path = Path(os.path.normpath(Path(file).parent / name))
        try:
            return str(path), data.text(path, limit)
        except Refused as refused:
            first = refused.problems[0]
            raise refuse(first.code, f"{name}: {first.what}", first.hint) from None

    return {"column": column, "text": text}
