"""Importers: a plant's own tables, read through a mapping document, become the canonical log.

Every problem of every file is collected and told at once, at its line; nothing is guessed
silently. What is only odd (a second date format, an old encoding) is a warning in the report.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from vtwin.base import units
from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.history import sheets
from vtwin.history.log import (
    DayNote,
    Log,
    MachineLine,
    MaterialLine,
    OrderLine,
    ProductLine,
    Shift,
    ToolLine,
    Visit,
)
from vtwin.history.mapping import TABLES, Column, MappingDocument, Meaning, Table, window

#: Ways to write a day; the last two cannot be told apart below the 13th.
DATE_FORMATS: Final = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%Y년 %m월 %d일",
    "%d/%m/%Y", "%m/%d/%Y",
)  # fmt: skip
_AMBIGUOUS: Final = frozenset({"%d/%m/%Y", "%m/%d/%Y"})
_TIME_OF_DAY: Final = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\Z")
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?\Z")
_DECIMAL_COMMA: Final = re.compile(r"[+-]?\d+,\d+\Z")
#: What a spreadsheet writes where a formula failed; read as nothing and told.
BROKEN: Final = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
_EXCEL_ZERO: Final = dt.date(1899, 12, 30)
MOST_TOLD: Final = 20  # problems of one kind told per column


@dataclass(frozen=True)
class Imported:
    """The log, what was odd about the files, and the raw tables for later comparison."""

    log: Log
    warnings: tuple[Problem, ...]
    raw: Mapping[str, tuple[sheets.Sheet, ...]]
    broken_cells: tuple[tuple[str, Where], ...]  # (table.column, place)


@dataclass
class _Desk:
    """What is collected while reading."""

    problems: list[Problem] = field(default_factory=list)
    broken: list[tuple[str, Where]] = field(default_factory=list)
    told: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def tell(self, code: str, what: str, where: Where, hint: str | None, column: str) -> None:
        key = (code, where.file or "", column)
        self.told[key] = self.told.get(key, 0) + 1
        if self.told[key] <= MOST_TOLD:
            self.problems.append(Problem(code, what, where, hint))

    def finish(self) -> None:
        for (code, file, column), count in self.told.items():
            if count > MOST_TOLD:
                what = f"'{column}': {count - MOST_TOLD} more of the same"
                self.problems.append(Problem(code, what, Where(file)))


def read_log(folder: Path, mapping: MappingDocument) -> Imported:
    """Read every table the mapping names from ``folder``.

    Raises:
        Refused: all problems of all tables (V402 to V415).
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "there is no such folder"
        raise Refused(Problem("V402", what, Where(str(folder))))
    desk = _Desk()
    warnings: list[Problem] = []
    raw: dict[str, tuple[sheets.Sheet, ...]] = {}
    rows: dict[str, list[_Row]] = {}
    shifts = _shifts(mapping)
    for name, table in mapping.tables.items():
        found = _sheets(folder, table, desk)
        raw[name] = found
        warnings += [w for sheet in found for w in sheet.warnings]
        rows[name] = [row for sheet in found for row in _rows(name, table, sheet, desk, warnings)]
    desk.finish()
    if desk.problems:
        raise Refused(desk.problems)
    log = _log(mapping, shifts, rows, desk, warnings)
    desk.finish()
    if desk.problems:
        raise Refused(desk.problems)
    return Imported(log, tuple(warnings), raw, tuple(desk.broken))


def _shifts(mapping: MappingDocument) -> tuple[Shift, ...]:
    windows = ((name, window(hours)) for name, hours in mapping.shifts.items())
    return tuple(Shift(name, *hours) for name, hours in windows if hours is not None)


def _sheets(folder: Path, table: Table, desk: _Desk) -> tuple[sheets.Sheet, ...]:
    found = []
    for file in table.file:
        try:
            found.append(sheets.read(folder / file, table.sheet))
        except Refused as refused:
            desk.problems += refused.problems
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Row:
    where: Where
    values: Mapping[str, Any]
    scrap: tuple[tuple[str, int], ...] = ()

    def get(self, key: str) -> Any:
        return self.values.get(key)


def _rows(
    name: str, table: Table, sheet: sheets.Sheet, desk: _Desk, warnings: list[Problem]
) -> list[_Row]:
    at = _positions(name, table, sheet, desk)
    formats = {
        key: _date_format(sheet, at[key], column, table, desk, warnings)
        for key, column in table.columns.items()
        if key in at and TABLES[name][key].kind == "date"
    }
    found = []
    for line, cells in sheet.rows:
        where = Where(sheet.file, line)
        values: dict[str, Any] = {}
        for key, column in table.columns.items():
            if key not in at:
                continue
            cell = cells[at[key]] if at[key] < len(cells) else None
            if isinstance(cell, str) and cell in BROKEN:
                desk.broken.append((f"{name}.{key}", where))
                cell = None
            values[key] = _value(
                cell, TABLES[name][key], column, table, formats.get(key), where, desk
            )
        scrap = tuple(
            (cause, count)
            for cause, header in table.scrap.items()
            if header in sheet.header
            and (count := _whole(cells[sheet.header.index(header)], header, table, where, desk))
        )
        found.append(_Row(where, values, scrap))
    return found


def _positions(name: str, table: Table, sheet: sheets.Sheet, desk: _Desk) -> dict[str, int]:
    found = {}
    wanted = [(key, column.column) for key, column in table.columns.items()]
    for key, header in [*wanted, *((f"scrap {c}", h) for c, h in table.scrap.items())]:
        count = sheet.header.count(header)
        where = Where(sheet.file, 1)
        if count == 0:
            free = [h for h in sheet.header if h]
            hint = did_you_mean(header, free) or "columns: " + ", ".join(free[:12])
            what = f"has no column '{header}' ({name}.{key})"
            desk.problems.append(Problem("V408", what, where, hint))
        elif count > 1:
            what = f"has {count} columns '{header}'"
            desk.problems.append(Problem("V408", what, where, "rename all but one"))
        else:
            found[key] = sheet.header.index(header)
    return found


def _date_format(
    sheet: sheets.Sheet,
    position: int,
    column: Column,
    table: Table,
    desk: _Desk,
    warnings: list[Problem],
) -> tuple[str, ...]:
    """Formats in which the texts of a date column are read, the most frequent first."""
    if table.dates is not None:
        return (table.dates,)
    texts = [
        (line, _TIME_OF_DAY.sub("", cell))
        for line, cells in sheet.rows
        if position < len(cells) and isinstance(cell := cells[position], str)
    ]
    fits: dict[str, list[int]] = {}
    for line, text in texts:
        for pattern in DATE_FORMATS:
            if _day(text, pattern) is not None:
                fits.setdefault(pattern, []).append(line)
    both = set(fits) & _AMBIGUOUS
    if len(both) == 2:
        first, second = sorted(both, key=lambda p: -len(fits[p]))
        where = Where(sheet.file, fits[second][0])
        if len(fits[first]) > len(fits[second]) and set(fits[second]) < set(fits[first]):
            del fits[second]  # only the first format explains every such row
        else:
            what = f"'{column.column}' mixes or leaves open day/month and month/day"
            hint = 'say which in the mapping: dates: "%d/%m/%Y"'
            desk.problems.append(Problem("V410", what, where, hint))
            return tuple(fits)  # told once, not again at every cell
    ranked = sorted(fits, key=lambda p: -len(fits[p]))
    if len(ranked) > 1:
        line = fits[ranked[1]][0]
        what = f"'{column.column}' is written in {len(ranked)} formats; each was read as it stands"
        warnings.append(Problem("V411", what, Where(sheet.file, line), None, "warning"))
    return tuple(ranked)


def _day(text: str, pattern: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, pattern).date()
    except ValueError:
        return None


def _value(
    cell: sheets.Cell,
    meaning: Meaning,
    column: Column,
    table: Table,
    formats: tuple[str, ...] | None,
    where: Where,
    desk: _Desk,
) -> Any:
    if cell is None:
        return None
    if meaning.kind == "date":
        return _date(cell, formats or (), column.column, where, desk)
    if meaning.kind == "whole":
        return _whole(cell, column.column, table, where, desk)
    if meaning.kind == "number":
        number = _number(cell, column.column, table, where, desk)
        if number is None or meaning.unit is None:
            return number
        dimension, unit = meaning.unit
        return units.parse(f"{number!r} {column.unit or unit}", dimension) / column.per
    text = sheets.as_text(cell)
    if meaning.kind == "list":
        return tuple(part.strip() for part in (text or "").split(column.split or "/") if part)
    return text


def _date(
    cell: sheets.Cell, formats: tuple[str, ...], header: str, where: Where, desk: _Desk
) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, float):
        if 20_000 < cell < 80_000:  # days since 1899-12-30, as spreadsheets count them
            return _EXCEL_ZERO + dt.timedelta(days=int(cell))
    elif isinstance(cell, str):
        text = _TIME_OF_DAY.sub("", cell)
        for pattern in formats:
            day = _day(text, pattern)
            if day is not None:
                return day
    hint = 'write year-month-day, or give the format in the mapping: dates: "%d.%m.%Y"'
    desk.tell("V409", f"'{sheets.as_text(cell)}' in '{header}' is not a date", where, hint, header)
    return None


def _number(
    cell: sheets.Cell, header: str, table: Table, where: Where, desk: _Desk
) -> float | None:
    if cell is None or isinstance(cell, float):
        return cell
    text = str(cell)
    hint = None
    if table.decimal == ",":
        text = text.replace(".", "").replace(",", ".")
    elif _THOUSANDS.match(text):
        text = text.replace(",", "")
    elif _DECIMAL_COMMA.match(text):
        hint = 'a decimal comma? say so in the mapping: decimal: ","'
    try:
        number = float(text)
    except ValueError:
        desk.tell("V412", f"'{cell}' in '{header}' is not a number", where, hint, header)
        return None
    if number != number or number in (float("inf"), float("-inf")):
        desk.tell("V412", f"'{cell}' in '{header}' is not a finite number", where, None, header)
        return None
    return number


def _whole(cell: sheets.Cell, header: str, table: Table, where: Where, desk: _Desk) -> int | None:
    number = _number(cell, header, table, where, desk)
    if number is None:
        return None
    if number < 0 or number != int(number):
        what = f"'{sheets.as_text(cell)}' in '{header}' must be a whole number, zero or more"
        desk.tell("V413", what, where, None, header)
        return None
    return int(number)


def _log(
    mapping: MappingDocument,
    shifts: tuple[Shift, ...],
    rows: dict[str, list[_Row]],
    desk: _Desk,
    warnings: list[Problem],
) -> Log:
    def keyed(table: str, key: str, make: Callable[[_Row], Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for row in rows.get(table, []):
            name = row.get(key)
            if name is None:
                continue
            if name in found:
                where = found[name].where
                what = f"'{name}' is in {table} twice; the first (line {where.line}) was taken"
                warnings.append(Problem("V414", what, row.where, "keep one", "warning"))
                continue
            for column, meaning in TABLES[table].items():
                if meaning.needed and row.get(column) is None:
                    what = f"'{name}' has no '{column}'"
                    desk.tell("V415", what, row.where, None, column)
                    break
            else:
                found[name] = make(row)
        return dict(sorted(found.items()))

    return Log(
        source=mapping.source,
        licence=mapping.licence,
        shifts=shifts,
        visits=_visits(rows["visits"], shifts, desk),
        orders=keyed("orders", "order", _order),
        tools=keyed("tools", "tool", _tool),
        machines=keyed("machines", "machine", _machine),
        products=keyed("products", "product", _product),
        materials=keyed("materials", "product", _material),
        notes=tuple(
            DayNote(r.where, r.get("date"), r.get("note"))
            for r in rows.get("notes", [])
            if r.get("date") is not None
        ),
    )


def _visits(rows: list[_Row], shifts: tuple[Shift, ...], desk: _Desk) -> tuple[Visit, ...]:
    names = [shift.name for shift in shifts]
    found = []
    for row in rows:
        missing = [key for key in ("date", "shift", "machine") if row.get(key) is None]
        if missing:
            desk.tell("V415", f"has no {' and no '.join(missing)}", row.where, None, missing[0])
            continue
        if row.get("shift") not in names:
            what = f"there is no shift '{row.get('shift')}'"
            desk.tell("V415", what, row.where, "shifts: " + ", ".join(names), "shift")
            continue
        found.append(_visit(row, names.index(row.get("shift"))))
    if not found and not desk.problems:
        desk.problems.append(Problem("V404", "no record of production could be used"))
    found.sort(key=lambda v: (v.date, v.shift, v.machine, v.where.file or "", v.where.line or 0))
    return tuple(found)


def _visit(row: _Row, shift: int) -> Visit:
    cycles, cavities = row.get("cycles") or 0, row.get("cavities")
    pieces = row.get("pieces")
    return Visit(
        where=row.where,
        date=row.get("date"),
        shift=shift,
        machine=row.get("machine"),
        order=row.get("order"),
        product=row.get("product"),
        tool=row.get("tool"),
        cycles=cycles,
        cavities=cavities,
        pieces=cycles * (cavities or 0) if pieces is None else pieces,
        good=row.get("good") or 0,
        scrap=row.scrap,
        colour_change=row.get("colour_change"),
        tool_change=row.get("tool_change"),
        machine_change=row.get("machine_change"),
        material=row.get("material"),
        colour=row.get("colour"),
        lot=row.get("lot"),
    )


def _order(row: _Row) -> OrderLine:
    return OrderLine(
        row.where,
        row.get("order"),
        row.get("product"),
        row.get("quantity"),
        row.get("received"),
        row.get("due"),
        row.get("material"),
        row.get("colour"),
    )


def _tool(row: _Row) -> ToolLine:
    piece, waste = row.get("piece_weight"), row.get("waste_weight")
    return ToolLine(
        row.where,
        row.get("tool"),
        row.get("name"),
        row.get("cavities"),
        row.get("cycle"),
        row.get("fits") or (),
        None if piece is None else piece * 1000.0,
        None if waste is None else waste * 1000.0,
    )


def _machine(row: _Row) -> MachineLine:
    return MachineLine(
        row.where,
        row.get("machine"),
        row.get("model"),
        row.get("maker"),
        row.get("size"),
        row.get("since"),
    )


def _product(row: _Row) -> ProductLine:
    return ProductLine(row.where, row.get("product"), row.get("name"), row.get("tools") or ())


def _material(row: _Row) -> MaterialLine:
    return MaterialLine(
        row.where,
        row.get("product"),
        row.get("material"),
        row.get("amount"),
        row.get("colour"),
        row.get("colour_amount"),
    )
