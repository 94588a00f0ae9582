"""What is let into the plant: endless release, single orders and tables of orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.scenario import placing, tables
from vtwin.scenario.choices import EVERY_STEP
from vtwin.scenario.document import OrderEntry
from vtwin.scenario.draft import Draft, OrderDraft, SourceDraft
from vtwin.scenario.values import DAY_S, Moment


def read_orders(draft: Draft) -> None:
    """Every source and order; a line without any is saturated."""
    changes = _changes(draft)
    for index, entry in enumerate(draft.document.orders):
        path = ("orders", index)
        kinds = _kinds(entry)
        if entry.order in changes and path == changes[entry.order].path:
            continue
        if draft.wrong_already(*path) and (entry.product is None or len(kinds) != 1):
            continue
        if entry.table is not None:
            _read_table(draft, entry, path, kinds, changes)
        elif entry.product is None:
            draft.fault("V320", "the order names no product", path, "write `product:`")
        elif len(kinds) != 1:
            _wrong_kind(draft, kinds, path)
        elif entry.product not in draft.routes:
            _unknown_product(draft, entry.product, (*path, "product"))
        elif kinds == ["quantity"]:
            _add_order(draft, entry, path)
        else:
            _add_source(draft, entry, kinds[0], path)
    if not draft.document.orders:
        _saturate_line(draft)
    for change in changes.values():
        if not change.met:
            name = change.entry.order or ""
            what = f"the order names no product, and no table has an order '{name}'"
            known = [order.name for order in draft.orders]
            draft.fault("V320", what, change.path, did_you_mean(name, known) or "write `product:`")
    _no_twice(draft)
    placing.place_orders(draft)


@dataclass
class _Change:
    """An entry that changes an order of a table."""

    entry: OrderEntry
    path: tuple[Any, ...]
    met: bool = False

    def of(self, row: tables.OrderRow) -> tables.OrderRow:
        """The row as it is changed."""
        self.met = True
        words = {"quantity", "release", "due", "priority", "lot"} & self.entry.model_fields_set
        changed = {word: getattr(self.entry, word) for word in words}
        if self.entry.on is not None:
            whole = EVERY_STEP in self.entry.on
            changed["on"] = self.entry.on if whole else {**row.on, **self.entry.on}
        if self.entry.tool is not None:
            whole = EVERY_STEP in self.entry.tool
            changed["tool"] = self.entry.tool if whole else {**row.tool, **self.entry.tool}
        return replace(row, **changed)


def _changes(draft: Draft) -> dict[str, _Change]:
    """Entries that name an order and no product: they change that order of a table."""
    if not any(entry.table for entry in draft.document.orders):
        return {}
    found: dict[str, _Change] = {}
    for index, entry in enumerate(draft.document.orders):
        alone = entry.product is None and entry.table is None
        if entry.order is None or not alone or set(_kinds(entry)) - {"quantity"}:
            continue
        if entry.order in found:
            first = found[entry.order].path[-1] + 1
            what = f"order '{entry.order}' is changed twice, first by entry {first}"
            draft.fault("V324", what, ("orders", index), "write both changes in one entry")
        else:
            found[entry.order] = _Change(entry, ("orders", index))
    return found


def _kinds(entry: OrderEntry) -> list[str]:
    given = {
        "every": entry.every is not None,
        "saturated": entry.saturated,
        "conwip": entry.conwip is not None,
        "quantity": entry.quantity is not None,
    }
    return [name for name, present in given.items() if present]


def _wrong_kind(draft: Draft, kinds: list[str], path: tuple[Any, ...]) -> None:
    hint = "one of `every:`, `saturated: true`, `conwip:`, `quantity:`"
    what = "says in two ways how it comes in: " + ", ".join(kinds)
    if not kinds:
        what = "does not say how it comes in"
    draft.fault("V320", f"the order {what}", path, hint)


def _unknown_product(draft: Draft, product: str, path: tuple[Any, ...]) -> None:
    if product not in draft.broken:
        draft.unknown("product", product, draft.document.products, path)


def _saturate_line(draft: Draft) -> None:
    if draft.document.line is None:
        if draft.wrong_already("orders") or draft.wrong_already("products"):
            return
        if draft.document.products:
            hint = "write `orders:`, such as `- {product: …, every: 10 min}`"
            draft.fault("V321", "nothing is ordered: no part will ever be made", (), hint)
        elif "products" not in draft.resolved.tree.entries():
            hint = "write a `line:` of stations, or `products:` with a `route:` and `orders:`"
            draft.fault("V310", "nothing is made: there are no products", (), hint)
        return
    for product in draft.routes:
        entry = draft.document.products.get(product)
        if entry is not None and entry.route is not None:
            continue
        lot = entry.lot if entry else 1
        where = draft.where(("line",), key=True)
        draft.sources.append(SourceDraft(product, product, "saturated", None, 0, lot, None, where))


def _lot(draft: Draft, product: str, written: int | None) -> int:
    entry = draft.document.products.get(product)
    return written or (entry.lot if entry else 1)


def _add_source(draft: Draft, entry: OrderEntry, kind: str, path: tuple[Any, ...]) -> None:
    product = entry.product or ""
    for key in ("release", "priority", "replace_scrap", "on", "tool"):
        if key in entry.model_fields_set:
            what = f"`{key}` belongs to a single order with a `quantity:`"
            draft.fault("V320", what, (*path, key), "leave it out")
    due = None
    if entry.due is not None:
        due = entry.due.after
        if due is None:
            hint = "write how long after its release, such as `due: 2 d`"
            draft.fault("V320", "endless release cannot be due on one date", (*path, "due"), hint)
    if entry.profile is not None and kind != "every":
        what = "`profile` belongs to arrivals: nothing comes `every:` so often here"
        draft.fault("V320", what, (*path, "profile"), "leave it out, or write `every:`")
    names = {"every": "arrivals", "saturated": "saturated", "conwip": "conwip"}
    if entry.every is not None and entry.every.mean <= 0:
        draft.fault("V203", "every: a time between arrivals must be more than zero", path)
    draft.sources.append(
        SourceDraft(
            name=entry.order or product,
            product=product,
            kind=names[kind],  # type: ignore[arg-type]
            interval=entry.every,
            level=entry.conwip or 0,
            lot=_lot(draft, product, entry.lot),
            due_after=due,
            where=draft.where(path),
            pace=entry.profile,
        )
    )


def _add_order(draft: Draft, entry: OrderEntry, path: tuple[Any, ...]) -> None:
    product = entry.product or ""
    where = draft.where(path)
    name = entry.order or f"{product}-{path[-1] + 1}"
    release = _seconds(draft, entry.release, where, "release")
    due = _seconds(draft, entry.due, where, "due")
    lot = _lot(draft, product, entry.lot)
    made = OrderDraft(name, product, entry.quantity or 1, lot, release or 0.0, due,
                      entry.priority, entry.replace_scrap, where,
                      on=entry.on or {}, tool=entry.tool or {},
                      key=entry.order or str(path[-1]))  # fmt: skip
    _take(draft, made)


def _read_table(
    draft: Draft,
    entry: OrderEntry,
    path: tuple[Any, ...],
    kinds: list[str],
    changes: Mapping[str, _Change],
) -> None:
    if kinds or entry.product is not None:
        what = "an order is either a `table:` or written here"
        draft.fault("V320", what, path, "write two list entries")
        return
    place = (*path, "table")
    try:
        file = draft.file_beside(place, entry.table or "")
        table = draft.resolved.data.table(file, draft.where(place))
    except Refused as refused:
        draft.problems += refused.problems
        return
    key = ("orders", str(file))  # a file is read once
    rows, problems = draft.resolved.memory.recall(key, lambda: tables.orders(table))
    draft.problems += problems
    for number, row in enumerate(rows, start=1):
        if row.product not in draft.routes:
            _unknown_in_table(draft, row)
            continue
        name = row.order or f"{row.product}-{number}"
        row = changes[name].of(row) if name in changes else row
        release = _seconds(draft, row.release, row.where, "release")
        due = _seconds(draft, row.due, row.where, "due")
        made = OrderDraft(
            name=name,
            product=row.product,
            quantity=row.quantity,
            lot=_lot(draft, row.product, row.lot or entry.lot),
            release=release or 0.0,
            due=due,
            priority=row.priority,
            replace_scrap=entry.replace_scrap,
            where=row.where,
            on={**(entry.on or {}), **row.on},
            tool={**(entry.tool or {}), **row.tool},
            key=name,
        )
        _take(draft, made)


def _unknown_in_table(draft: Draft, row: tables.OrderRow) -> None:
    if row.product in draft.broken:
        return
    before = len(draft.problems)
    draft.unknown("product", row.product, draft.document.products, ())
    for index in range(before, len(draft.problems)):
        told = draft.problems[index]
        draft.problems[index] = Problem(told.code, told.what, row.where, told.hint)


def _seconds(draft: Draft, moment: Moment | None, where: Where, word: str) -> float | None:
    """Seconds from the start of the run; a day alone means its end where something is due,
    its beginning where something is released.
    """
    if moment is None:
        return None
    if moment.date is None:
        return moment.after
    start = draft.document.run.start
    if start is None:
        hint = "write `run: {start: 2026-03-01, …}`, or a duration such as `3 d`"
        what = f"{word} is a date, and the run has none"
        known = any(p.code == "V322" and p.where.file == where.file for p in draft.problems)
        if not known:
            draft.problems.append(Problem("V322", what, where, hint))
        return None
    seconds = (moment.date - dt.datetime.combine(start, dt.time())).total_seconds()
    return seconds + DAY_S if word == "due" and moment.whole_day else seconds


def _take(draft: Draft, order: OrderDraft) -> None:
    if order.due is not None and order.due < order.release:
        what = f"order '{order.name}' is due before it is released"
        hint = "exchange the dates, or correct one"
        draft.problems.append(Problem("V323", what, order.where, hint))
    draft.orders.append(order)


def _no_twice(draft: Draft) -> None:
    """Names of orders and of sources are their own."""
    first: dict[str, Where] = {}
    for order in draft.orders:
        if order.name in first:
            place = first[order.name]
            what = f"order '{order.name}' is there twice, first in line {place.line}"
            hint = "each order needs a name of its own"
            draft.problems.append(Problem("V324", what, order.where, hint))
        first.setdefault(order.name, order.where)
    taken: dict[str, int] = {}
    for index, source in enumerate(draft.sources):
        count = taken[source.name] = taken.get(source.name, 0) + 1
        if count > 1:
            what = f"'{source.name}' comes in by two entries"
            hint = "give one of them a name: `order: …`"
            draft.problems.append(Problem("V324", what, draft.sources[index].where, hint))
