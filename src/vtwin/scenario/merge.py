"""One tree from several: what a file extends, what ``set`` and ``remove`` change, and what a
library model contributes. Nothing is changed in place; nodes keep where they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vtwin.base.errors import Problem, Where, did_you_mean
from vtwin.plant.quantities import DISTRIBUTIONS
from vtwin.scenario.document import Document, OrderEntry
from vtwin.scenario.tree import Node

#: Sections whose keys are ids.
SECTIONS = frozenset(
    {"calendars", "products", "tools", "equipment", "people", "variants", "experiments"}
)


def overlay(base: Node, top: Node) -> Node:
    """``top`` over ``base``: mappings join key by key, anything else is replaced."""
    if not isinstance(base.value, dict) or not isinstance(top.value, dict):
        return top
    if _distribution(base) and _distribution(top) and set(base.value) != set(top.value):
        return top
    joined = dict(base.value)
    for key, child in top.value.items():
        joined[key] = overlay(joined[key], child) if key in joined else child
    return top.copied(joined)


def _distribution(node: Node) -> bool:
    keys = node.entries()
    return len(keys) == 1 and next(iter(keys)) in DISTRIBUTIONS


def apply(
    root: Node, changes: Mapping[str, Node], removals: Iterable[tuple[str, Where]]
) -> tuple[Node, list[Problem]]:
    """The tree after ``set`` (dotted path -> value) and ``remove`` (dotted paths)."""
    problems: list[Problem] = []
    for path, value in changes.items():
        try:
            root = _set(root, path.split("."), value, path, ())
        except _NoPath as lost:
            problems.append(Problem("V120", str(lost), value.key_where(path), lost.hint))
    for path, where in removals:
        try:
            root = _remove(root, path.split("."), path)
        except _NoPath as lost:
            problems.append(Problem("V120", str(lost), where, lost.hint))
    return root, problems


def find(node: Node, path: str) -> list[Node]:
    """What is written at a dotted path; several values where it holds a ``*``, none where
    nothing is written.
    """
    return _found(node, path.split("."))


def _found(node: Node, steps: list[str]) -> list[Node]:
    if not steps:
        return [node]
    if steps[0] == "*" and isinstance(node.value, dict):
        return [one for child in node.value.values() for one in _found(child, steps[1:])]
    found = _match(node, steps)
    if found is None:
        return []
    key, taken = found
    child = node.entries()[str(key)] if isinstance(key, str) else node.items()[key]
    return _found(child, steps[taken:])


class _NoPath(Exception):
    def __init__(self, path: str, step: str, known: Iterable[str]) -> None:
        names = list(known)
        super().__init__(f"'{path}' leads nowhere: there is no '{step}'")
        self.hint = did_you_mean(step, names)
        if self.hint is None and names:
            self.hint = "there are: " + ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def _match(node: Node, steps: list[str]) -> tuple[str | int, int] | None:
    """The child that the first step or steps name (ids may hold dots), and how many steps."""
    if isinstance(node.value, dict):
        for taken in range(len(steps), 0, -1):
            key = ".".join(steps[:taken])
            if key in node.value:
                return key, taken
        return None
    for position, child in enumerate(node.items()):
        for name in ("op", "order", "product", "on"):
            named = child.get(name)
            text = named.value if named is not None else None
            if isinstance(text, str):
                size = text.count(".") + 1
                if ".".join(steps[:size]) == text:
                    return position, size
                break
    if steps[0].isdigit() and int(steps[0]) < len(node.items()):
        return int(steps[0]), 1
    return None


def _known(node: Node) -> list[str]:
    if isinstance(node.value, dict):
        return list(node.value)
    names = []
    for position, child in enumerate(node.items()):
        named = child.get("op") or child.get("order") or child.get("product")
        names.append(str(named.value) if named is not None else str(position))
    return names


def _replaced(node: Node, key: str | int, child: Node) -> Node:
    if isinstance(node.value, dict):
        return node.copied({**node.value, str(key): child})
    items = list(node.items())
    items[int(key)] = child
    return node.copied(items)


def _set(node: Node, steps: list[str], value: Node, path: str, above: tuple[str, ...]) -> Node:
    if not steps:
        return value
    if steps[0] == "*" and isinstance(node.value, dict):
        for name, child in node.value.items():
            node = _replaced(node, name, _set(child, steps[1:], value, path, (*above, name)))
        return node
    found = _match(node, steps)
    if found is not None:
        key, taken = found
        child = node.entries()[str(key)] if isinstance(key, str) else node.items()[key]
        deeper = _set(child, steps[taken:], value, path, (*above, str(key)))
        return _replaced(node, key, deeper)
    if isinstance(node.value, list):
        order = _order_of_a_table(node, steps, above)
        if order is None:
            raise _NoPath(path, steps[0], _known(node))
        fresh = value.copied({"order": value.copied(order)})
        size = order.count(".") + 1
        fresh = _set(fresh, steps[size:], value, path, (*above, order))
        return node.copied([*node.items(), fresh])
    _may_be_new(node, steps, value, path, above)
    fresh = _set(value.copied({}), steps[1:], value, path, (*above, steps[0]))
    entries = node.value if isinstance(node.value, dict) else {}
    return node.copied({**entries, steps[0]: fresh})


def _order_of_a_table(node: Node, steps: list[str], above: tuple[str, ...]) -> str | None:
    """The order that a path names, if it can only be one of a table; ids may hold dots."""
    if above != ("orders",) or all(child.get("table") is None for child in node.items()):
        return None
    for size in range(1, len(steps)):
        if steps[size] in OrderEntry.model_fields:
            return ".".join(steps[:size])
    return None


def _may_be_new(
    node: Node, steps: list[str], value: Node, path: str, above: tuple[str, ...]
) -> None:
    """A new key may be set inside a thing that exists; a new id only as a whole mapping."""
    if not above and steps[0] not in Document.model_fields:
        raise _NoPath(path, steps[0], [*_known(node), *Document.model_fields])
    new_id = len(above) == 1 and above[0] in SECTIONS
    if new_id and (len(steps) > 1 or not isinstance(value.value, dict)):
        raise _NoPath(path, steps[0], _known(node))


def _remove(node: Node, steps: list[str], path: str) -> Node:
    if steps[0] == "*" and len(steps) > 1 and isinstance(node.value, dict):
        for name, child in node.value.items():
            if _match(child, steps[1:]) is not None:
                node = _replaced(node, name, _remove(child, steps[1:], path))
        return node
    found = _match(node, steps)
    if found is None:
        raise _NoPath(path, steps[0], _known(node))
    key, taken = found
    if taken < len(steps):
        child = node.entries()[str(key)] if isinstance(key, str) else node.items()[key]
        return _replaced(node, key, _remove(child, steps[taken:], path))
    if isinstance(key, str):
        return node.copied({k: v for k, v in node.entries().items() if k != key})
    return node.copied([v for i, v in enumerate(node.items()) if i != key])
