"""Assembly and carriers: what an operation takes beside its item, and where that comes from."""

from __future__ import annotations

from typing import Any

from vtwin.base.errors import Problem, Where
from vtwin.scenario.document import Document
from vtwin.scenario.draft import Draft, OrderDraft, SourceDraft, Steps


def components(document: Document) -> dict[str, tuple[Any, ...]]:
    """Every product that something is put together from, and where that is said first."""
    found: dict[str, tuple[Any, ...]] = {}
    for product, entry in document.products.items():
        for part in entry.parts:
            found.setdefault(part, ("products", product, "parts", part))
        for number, step in enumerate(entry.route or ()):
            for part in step.kit:
                found.setdefault(part, ("products", product, "route", number, "kit", part))
    return found


def read_kits(draft: Draft) -> None:
    """Which products are components, and the carriers of the plant."""
    known = components(draft.document)
    for part, path in known.items():
        if part not in draft.routes:
            if part not in draft.broken:
                draft.unknown("product", part, draft.document.products, path)
        else:
            draft.components.add(part)
    for product, entry in draft.document.products.items():
        route = draft.routes.get(product)
        if entry.parts and route and draft.node(*route[0].path, "kit") is not None:
            what = f"'{product}' says its first parts twice, as `parts:` and as `kit:` of a step"
            hint = "`parts:` is the kit of the first step: write one of them"
            draft.fault("V351", what, ("products", product, "parts"), hint)
        if "stock" in entry.model_fields_set and product not in known:
            what = f"'{product}' goes into a stock, and nothing is put together from it"
            hint = f"leave out `stock:`, or write `parts: {{{product}: 1}}` at a product"
            draft.fault("V351", what, ("products", product, "stock"), hint)
    _check_circles(draft)
    _check_carriers(draft)


def _check_circles(draft: Draft) -> None:
    """A product cannot be a part of itself, however many steps are between."""
    takes = {
        product: {part for step in route for part in step.kit}
        for product, route in draft.routes.items()
    }
    for product in sorted(takes):
        below, ahead = set[str](), list(takes[product])
        while ahead:
            part = ahead.pop()
            if part not in below:
                below.add(part)
                ahead += takes.get(part, ())
        if product in below:
            what = f"'{product}' is put together from itself"
            draft.fault(
                "V351", what, ("products", product), "look at `parts:` and `kit:`", key=True
            )
            return


def _check_carriers(draft: Draft) -> None:
    known = draft.document.carriers
    taken = {name for route in draft.routes.values() for step in route for name in step.takes}
    for name in known:
        if "#" in name or "/" in name:
            what = f"an id cannot contain '#' or '/': '{name}'"
            draft.fault("V308", what, ("carriers", name), key=True)
        if name not in taken:
            what = f"no step takes '{name}'"
            hint = f"write `takes: {name}` at a step, or leave it out"
            draft.fault("V352", what, ("carriers", name), hint, key=True, warning=True)
    for route in draft.routes.values():
        for step in route:
            for word, names in (("takes", step.takes), ("returns", step.returns)):
                for position, name in enumerate(names):
                    if name not in known:
                        ways: list[Steps] = [(word, position), (word,), ()]
                        path = next(w for w in ways if draft.node(*step.path, *w))
                        draft.unknown("carrier", name, known, (*step.path, *path))


def check_supply(draft: Draft) -> None:
    """Whether kits can ever be complete: what brings components in, and room for them."""
    ordered = {s.product for s in draft.sources} | {o.product for o in draft.orders}
    for part in sorted(draft.components - ordered - draft.broken):
        what = f"nothing brings in '{part}', from which something is put together"
        hint = f"write an order, such as `- {{product: {part}, every: 10 min}}`"
        draft.fault("V351", what, ("products", part), hint, key=True)
    for source in draft.sources:
        bought = source.product in draft.components and not draft.routes[source.product]
        if bought and source.kind != "arrivals":
            what = f"'{source.product}' is bought and would come without end"
            hint = "write `every: 10 min`; what is always there need not be a part"
            draft.problems.append(Problem("V351", what, source.where, hint))
    entries: list[SourceDraft | OrderDraft] = [*draft.sources, *draft.orders]
    for order in entries:
        if order.product in draft.components:
            _check_room(draft, order.product, order.lot, f"a lot of {order.lot}", order.where)
        for step in draft.routes[order.product]:
            for part, pieces in step.kit.items():
                wanted = pieces * order.lot
                said = f"'{step.operation}', which takes {wanted} of them at once"
                _check_room(draft, part, wanted, said, order.where)


def _check_room(draft: Draft, part: str, pieces: int, said: str, where: Where) -> None:
    entry = draft.document.products.get(part)
    places = entry.stock if entry is not None else None
    if places is not None and pieces > places:
        what = f"the stock of '{part}' has {places} places, too few for {said}"
        draft.problems.append(Problem("V351", what, where, f"write `stock: {pieces}` or more"))


__all__ = ["check_supply", "components", "read_kits"]
