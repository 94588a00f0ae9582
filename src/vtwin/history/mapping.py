"""The mapping document: which file and column of a plant's records means what.

Written by a person, once per plant::

    vtwin_map: 1
    source: Moulding shop, manufacturing execution system, export of March
    shifts: {1: "06:00-14:00", 2: "14:00-22:00", 3: "22:00-06:00"}
    tables:
      visits:
        file: production.csv
        columns: {date: Day, shift: Shift, machine: Press, order: Order, product: Item,
                  tool: Mould, cycles: Shots, cavities: Cavities, pieces: Made, good: Good}
        scrap: {black spot: NG1, short shot: NG2}
      tools:
        file: moulds.xlsx
        columns: {tool: Mould, cavities: Cavities, cycle: {column: Cycle, unit: s},
                  fits: {column: Tonnage, split: /}}

``TABLES`` lists what each table may hold. A column is named by its header; a mapping with
``unit`` says what a number is in, ``split`` how a cell holds several values.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from vtwin.base import units
from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.scenario import tree

Kind = Literal["text", "whole", "number", "date", "list"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a canonical column holds, and whether a table is useless without it."""

    kind: Kind
    needed: bool = False
    unit: tuple[str, str] | None = None  # dimension, unit taken when the mapping names none


#: table -> canonical column -> meaning.
TABLES: Final[dict[str, dict[str, Meaning]]] = {
    "visits": {
        "date": Meaning("date", True),
        "shift": Meaning("text", True),
        "machine": Meaning("text", True),
        "order": Meaning("text"),
        "product": Meaning("text", True),
        "product_name": Meaning("text"),
        "tool": Meaning("text", True),
        "cycles": Meaning("whole", True),
        "cavities": Meaning("whole"),
        "pieces": Meaning("whole"),
        "good": Meaning("whole", True),
        "colour_change": Meaning("text"),
        "tool_change": Meaning("text"),
        "machine_change": Meaning("text"),
        "material": Meaning("text"),
        "colour": Meaning("text"),
        "lot": Meaning("text"),
    },
    "orders": {
        "order": Meaning("text", True),
        "product": Meaning("text", True),
        "quantity": Meaning("whole", True),
        "received": Meaning("date", True),
        "due": Meaning("date", True),
        "material": Meaning("text"),
        "colour": Meaning("text"),
    },
    "tools": {
        "tool": Meaning("text", True),
        "name": Meaning("text"),
        "cavities": Meaning("whole"),
        "cycle": Meaning("number", True, ("time", "s")),
        "fits": Meaning("list"),
        "piece_weight": Meaning("number", False, ("mass", "g")),
        "waste_weight": Meaning("number", False, ("mass", "g")),
    },
    "machines": {
        "machine": Meaning("text", True),
        "model": Meaning("text"),
        "maker": Meaning("text"),
        "size": Meaning("text"),
        "since": Meaning("date"),
    },
    "products": {
        "product": Meaning("text", True),
        "name": Meaning("text"),
        "tools": Meaning("list"),
    },
    "materials": {
        "product": Meaning("text", True),
        "material": Meaning("text"),
        "amount": Meaning("number", False, ("mass", "kg")),
        "colour": Meaning("text"),
        "colour_amount": Meaning("number", False, ("mass", "kg")),
    },
    "notes": {"date": Meaning("date", True), "note": Meaning("text")},
}


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Written):
    """One column of a file."""

    column: str
    unit: str | None = None
    per: int = Field(1, description="the figure is for so many pieces", gt=0)
    split: str | None = None


class Table(_Written):
    """One table: its file or files (stacked), its columns, how to read it."""

    file: Annotated[
        tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)
    ] = Field(description="file, or files stacked on one another, beside the mapping's data folder")
    sheet: str | None = None
    columns: dict[str, Column]
    scrap: dict[str, str] = Field({}, description="cause of scrap: column of pieces")
    dates: str | None = Field(None, description="how dates are written, as in %d.%m.%Y")
    decimal: Literal[".", ","] = "."

    @field_validator("dates")
    @classmethod
    def _pattern(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            day = dt.datetime.strptime(dt.date(2024, 3, 9).strftime(value), value).date()
        except ValueError:
            day = None
        if day != dt.date(2024, 3, 9):
            raise ValueError(f"'{value}' does not name a day: write as in %d.%m.%Y")
        return value

    @field_validator("columns", mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {k: {"column": v} if isinstance(v, str) else v for k, v in value.items()}


class Comparison(_Written):
    """Another copy of a table that should say the same: files, and headers named otherwise."""

    table: str
    file: Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]
    sheet: str | None = None
    headers: dict[str, str] = Field({}, description="header in the table: header in the copy")


class MappingDocument(_Written):
    """The document."""

    vtwin_map: Literal["1"]
    source: str
    licence: str | None = None
    shifts: dict[str, str]
    shift_hours_known: bool = Field(
        True, description="false: the records name shifts but not their hours"
    )
    order_month: str | None = Field(
        None,
        description="pattern of order names whose groups year and month say when it may start",
    )
    plant: str = Field("Learned plant", description="name of the scenario")
    equipment_model: str | None = Field(
        None, description="library model of a machine; {size} is its class, as in injection_{size}t"
    )
    day_off: tuple[str, ...] = Field(
        ("",), description="notes that mark a day as closed ('' is a day without a note)"
    )
    tables: dict[str, Table]
    compare: tuple[Comparison, ...] = ()

    @field_validator("shifts")
    @classmethod
    def _hours(cls, value: dict[str, str]) -> dict[str, str]:
        for name, hours in value.items():
            if window(hours) is None:
                raise ValueError(f"shift {name}: '{hours}' is not a time window: \"06:00-14:00\"")
        return value

    @field_validator("order_month")
    @classmethod
    def _month(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            groups = re.compile(value).groupindex
        except re.error as error:
            raise ValueError(f"'{value}' is not a pattern: {error}") from None
        if not {"year", "month"} <= set(groups):
            raise ValueError(r"needs groups year and month: 'IM(?P<year>\d\d)(?P<month>\d\d)'")
        return value

    @field_validator("equipment_model")
    @classmethod
    def _model(cls, value: str | None) -> str | None:
        try:
            return value if value is None or value.format(size="1") else None
        except (KeyError, IndexError, ValueError):
            raise ValueError(
                "only {size} can be filled in, as in molding/injection_{size}t"
            ) from None


_HOURS: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\Z")


def window(hours: str) -> tuple[int, int] | None:
    """Start and end in s from midnight of ``"22:00-06:00"``, the end after the start."""
    match = _HOURS.match(hours.strip())
    if match is None:
        return None
    h1, m1, h2, m2 = (int(part) for part in match.groups())
    start, end = h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60
    if max(m1, m2) > 59 or start >= 86400 or end > 86400 or start == end:
        return None
    return start, end if end > start else end + 86400


def load(path: Path) -> MappingDocument:
    """Read and check a mapping document.

    Raises:
        Refused: with every problem found, each at its line.
    """
    text = tree.read_text(path)
    node, problems = tree.parse(text, str(path))
    if problems:
        raise Refused(problems)
    try:
        mapping = MappingDocument.model_validate(node.plain())
    except ValidationError as error:
        raise Refused([_problem(node, item) for item in error.errors()]) from None
    found = [*_unknown(node, mapping), *_incomplete(node, mapping)]
    if found:
        raise Refused(found)
    return mapping


def _problem(node: tree.Node, error: Any) -> Problem:
    steps = [str(step) for step in error["loc"]]
    known: list[str] = []
    if error["type"] == "extra_forbidden":
        model: type[BaseModel] = MappingDocument if len(steps) == 1 else Table
        known = list(model.model_fields)
        what = f"unknown key '{steps[-1]}'"
        return Problem("V401", what, place(node, steps), did_you_mean(steps[-1], known))
    what = "is missing" if error["type"] == "missing" else str(error["msg"])
    what = what.removeprefix("Value error, ")
    return Problem("V401", f"'{'.'.join(steps)}' {what}", place(node, steps))


def place(node: tree.Node, steps: list[str]) -> Where:
    """Where the innermost step of a dotted path is written, as far as it is."""
    for step in steps:
        value = node.value
        if isinstance(value, dict) and step in value:
            node = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            node = value[int(step)]
        else:
            break
    return node.key_where(".".join(steps))


def _unknown(node: tree.Node, mapping: MappingDocument) -> list[Problem]:
    found = []
    for name, table in mapping.tables.items():
        if name not in TABLES:
            where = place(node, ["tables", name])
            hint = did_you_mean(name, TABLES) or "known: " + ", ".join(TABLES)
            found.append(Problem("V401", f"there is no table '{name}'", where, hint))
            continue
        for key, column in table.columns.items():
            where = place(node, ["tables", name, "columns", key])
            if key not in TABLES[name]:
                hint = did_you_mean(key, TABLES[name]) or "known: " + ", ".join(TABLES[name])
                found.append(Problem("V401", f"{name} have no '{key}'", where, hint))
            elif column.unit is not None:
                found += _unit_problems(name, key, column.unit, where)
    for comparison in mapping.compare:
        if comparison.table not in mapping.tables:
            what = f"nothing to compare with: '{comparison.table}' is not among the tables"
            found.append(Problem("V401", what, place(node, ["compare"])))
    return found


def _unit_problems(table: str, key: str, unit: str, where: Where) -> list[Problem]:
    meaning = TABLES[table][key].unit
    if meaning is None:
        return [Problem("V401", f"'{key}' of {table} has no unit", where)]
    try:
        units.parse(f"1 {unit}", meaning[0])
    except units.UnitError as error:
        return [Problem("V401", error.message, where, error.hint)]
    return []


def _incomplete(node: tree.Node, mapping: MappingDocument) -> list[Problem]:
    found = []
    if "visits" not in mapping.tables:
        what = "the table 'visits' (who made what, when, where) is missing"
        found.append(Problem("V401", what, place(node, ["tables"])))
    for name, table in mapping.tables.items():
        for key, meaning in TABLES.get(name, {}).items():
            if meaning.needed and key not in table.columns:
                where = place(node, ["tables", name, "columns"])
                found.append(Problem("V401", f"{name}: no column is given for '{key}'", where))
    return found


def order_month(order: str, mapping: MappingDocument) -> dt.date | None:
    """First day of the month an order's number names, or None."""
    if mapping.order_month is None:
        return None
    match = re.match(mapping.order_month, order)
    if match is None:
        return None
    if not (match["year"].isdecimal() and match["month"].isdecimal()):
        return None
    year, month = int(match["year"]), int(match["month"])
    if not 1 <= month <= 12 or year > 9000:
        return None
    return dt.date(year if year >= 1000 else 2000 + year, month, 1)
