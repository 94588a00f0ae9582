"""Files as rows of cells: CSV in the encodings plants really use, XLSX, XLSB.

Nothing is interpreted here but the text itself; every row keeps its line number, because a
problem that cannot be found in the file cannot be mended.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vtwin.base.errors import Problem, Refused, Where
from vtwin.base.units import counted

Cell = str | float | dt.datetime | None

MAX_BYTES: Final = 500_000_000
#: Empty rows after which a worksheet has ended, though its formatting may go on.
EMPTY_ROWS: Final = 200
DELIMITERS: Final = ",;\t|"
#: Tried in this order. CP949 is what Korean Windows writes; it takes nearly any bytes, so last.
ENCODINGS: Final = ("utf-8-sig", "cp949")
_BOMS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Sheet:
    """One table as it stands in a file: ``rows`` are (line, cells) with line 1 = header."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    warnings: tuple[Problem, ...] = ()


def read(path: Path, sheet: str | None = None) -> Sheet:
    """The first (or named) table of a file; its kind is told by its ending.

    Raises:
        Refused: missing, unreadable, empty or of an unknown kind.
    """
    readers: dict[str, Callable[[Path, str | None], Sheet]] = {
        ".csv": _read_csv,
        ".txt": _read_csv,
        ".tsv": _read_csv,
        ".xlsx": _read_xlsx,
        ".xlsm": _read_xlsx,
        ".xlsb": _read_xlsb,
    }
    where = Where(str(path))
    reader = readers.get(path.suffix.lower())
    if reader is None:
        hint = "save it as one of " + ", ".join(readers)
        raise Refused(Problem("V403", f"'{path.suffix}' files cannot be read", where, hint))
    if path.is_dir():
        raise Refused(Problem("V402", "is a folder, not a file", where))
    if not path.exists():
        raise Refused(Problem("V402", "there is no such file", where, _beside(path)))
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Refused(Problem("V403", f"is too large: {size / 1e6:.0f} MB", where))
        found = reader(path, sheet)
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise Refused(Problem("V402", what, where)) from None
    if not found.rows:
        what = "has a header but no rows" if found.header else "is empty"
        raise Refused(Problem("V404", what, where, "export the table again"))
    return found


def _beside(path: Path) -> str | None:
    from vtwin.base.errors import did_you_mean

    if not path.parent.is_dir():
        return f"the folder {path.parent} is not there either"
    return did_you_mean(path.name, sorted(p.name for p in path.parent.iterdir()))


def decode(raw: bytes) -> tuple[str, str]:
    """Text of a file and the encoding it was in. Raises UnicodeDecodeError."""
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw.decode(encoding), encoding
    failure: UnicodeDecodeError | None = None
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError as error:
            failure = failure or error
    assert failure is not None
    raise failure


def _read_csv(path: Path, _sheet: str | None) -> Sheet:
    raw = path.read_bytes()
    where = Where(str(path))
    if not raw.strip():
        return Sheet(str(path), (), ())
    try:
        text, encoding = decode(raw)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        what = "is neither UTF-8 nor CP949 text"
        hint = "save it as 'CSV UTF-8'"
        raise Refused(Problem("V405", what, Where(str(path), line), hint)) from None
    warnings: list[Problem] = []
    if encoding == "cp949":
        hint = "save it as 'CSV UTF-8' to be certain"
        warnings.append(Problem("V406", "read as CP949 (Korean Windows)", where, hint, "warning"))
    if "\0" in text:
        raise Refused(Problem("V403", "holds binary data, not text", where))
    delimiter = _delimiter(text)
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: tuple[str, ...] = ()
    line = 0
    try:
        for cells in reader:
            first, line = line + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = tuple(cell.strip() for cell in cells)
                continue
            if len(cells) != len(header):
                warnings.append(_ragged(path, first, len(cells), len(header)))
            rows.append((first, tuple(cell.strip() or None for cell in cells)))
    except csv.Error as error:
        raise Refused(Problem("V403", str(error), Where(str(path), line + 1))) from None
    broken = [w for w in warnings if w.severity == "error"]
    if broken:
        raise Refused(broken)
    return Sheet(str(path), header, tuple(rows), tuple(warnings))


def _ragged(path: Path, line: int, cells: int, columns: int) -> Problem:
    hint = "text with the delimiter in it must be in quotation marks"
    what = f"has {counted(cells, 'cell')}, the header has {columns}"
    return Problem("V407", what, Where(str(path), line), hint)


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max(DELIMITERS, key=head.count)


def _read_xlsx(path: Path, sheet: str | None) -> Sheet:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except OSError:
        raise
    except Exception as error:  # openpyxl lets anything through that a broken file makes
        raise _no_workbook(path, error) from None
    try:
        name = _sheet_name(path, sheet, book.sheetnames)
        return _grid(path, book[name].iter_rows(values_only=True))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise _no_workbook(path, error) from None
    finally:
        book.close()


def _read_xlsb(path: Path, sheet: str | None) -> Sheet:
    import pyxlsb

    try:
        with pyxlsb.open_workbook(str(path)) as book:
            name = _sheet_name(path, sheet, list(book.sheets))
            with book.get_sheet(name) as opened:
                return _grid(path, ([cell.v for cell in row] for row in opened.rows()))
    except (OSError, Refused):
        raise
    except Exception as error:  # pyxlsb lets anything through that a broken file makes
        raise _no_workbook(path, error) from None


def _no_workbook(path: Path, error: Exception) -> Refused:
    what = f"is no workbook that can be read ({type(error).__name__})"
    return Refused(Problem("V403", what, Where(str(path)), "open and save it in a spreadsheet"))


def _sheet_name(path: Path, wanted: str | None, names: list[str]) -> str:
    from vtwin.base.errors import did_you_mean

    if wanted is None:
        return names[0]
    if wanted not in names:
        hint = did_you_mean(wanted, names) or "sheets: " + ", ".join(names)
        raise Refused(Problem("V403", f"there is no sheet '{wanted}'", Where(str(path)), hint))
    return wanted


def _grid(path: Path, lines: Iterable[Iterable[Any]]) -> Sheet:
    header: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    empty = 0
    for number, line in enumerate(lines, start=1):
        cells = [_cell(value) for value in line]
        empty = empty + 1 if all(cell is None for cell in cells) else 0
        if empty > EMPTY_ROWS:
            break
        if empty:
            continue
        if not header:
            while cells and cells[-1] is None:
                cells.pop()
            header = tuple("" if cell is None else str(cell) for cell in cells)
            continue
        cells = (cells + [None] * len(header))[: len(header)]
        rows.append((number, tuple(cells)))
    return Sheet(str(path), header, tuple(rows))


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    return str(value).strip() or None


def as_text(cell: Cell) -> str | None:
    """A cell as a person reads it: whole numbers without a point, days without a time."""
    if cell is None:
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    return cell
