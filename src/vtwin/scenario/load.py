"""From a scenario file to a validated document, for the scenario and each of its variants."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.scenario import merge, tables, wording
from vtwin.scenario.document import Document
from vtwin.scenario.library import Library, beside
from vtwin.scenario.memory import Memory
from vtwin.scenario.tree import Node, node_of, parse, parse_value, read_text

if TYPE_CHECKING:
    from vtwin.scenario.layout import Layout

#: Keys about files, gone once a tree is put together.
_ABOUT_FILES = ("extends", "set", "remove")


@dataclass(frozen=True)
class Resolved:
    """A document and the tree it was read from. With ``problems`` the document is a second,
    forgiving reading (or None): good for finding what else is wrong, not for running.
    """

    document: Document | None
    tree: Node
    problems: tuple[Problem, ...]
    library: Library
    data: tables.Data
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)

    @property
    def ok(self) -> bool:
        """Whether it was read without any problem."""
        return self.document is not None and not self.problems


@dataclass(frozen=True)
class Loaded:
    """A scenario file as read: ``tree`` with lines, ``text`` as written, ``problems`` that
    were found on the way (raised by ``document`` and by ``build``).
    """

    path: Path
    text: str
    tree: Node
    library: Library
    data: tables.Data
    files: tuple[str, ...]  # the scenario and what it extends
    found: tuple[Problem, ...] = ()
    cache: dict[Any, Resolved] = field(default_factory=dict, compare=False, repr=False)
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)

    @property
    def document(self) -> Document:
        """The scenario itself, without a variant. Raises Refused with all problems."""
        return required(self.resolve())

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the scenario itself as a text."""
        return self.resolve().problems

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What the whole-scenario checks warn of."""
        from vtwin.scenario.build import warnings

        return tuple(warnings(self))

    @property
    def hashes(self) -> dict[str, str]:
        """``sha256:…`` of every file that was read, by its name."""
        names = [*self.files, *(str(p) for p in self.library.used()), *self.data.read]
        return {name: "sha256:" + _sha256(name) for name in sorted(set(names))}

    def resolve(
        self, variant: str | None = None, overrides: Mapping[str, object] | None = None
    ) -> Resolved:
        """The scenario with a variant's changes, then with overrides by dotted path."""
        if overrides:
            return _resolve(self, variant, overrides)
        if variant not in self.cache:
            self.cache[variant] = _resolve(self, variant, {})
        return self.cache[variant]

    def layout(self, variant: str | None = None) -> Layout:
        """Where everything stands, for the map."""
        from vtwin.scenario.layout import layout

        return layout(self, variant)


def _sha256(name: str) -> str:
    try:
        return hashlib.sha256(Path(name).read_bytes()).hexdigest()
    except OSError:
        return ""


def load(path: str | os.PathLike[str], *, set: Mapping[str, str] | None = None) -> Loaded:
    """Read a scenario file, or the ``scenario.yaml`` of a folder. ``set``: dotted path ->
    YAML value, on top.

    Raises:
        Refused: where there is nothing to go on with (no file, no YAML); anything else wrong
            is kept and raised by ``Loaded.document`` and ``build``, all at once.
    """
    place = Path(path)
    if place.is_dir() and (place / "scenario.yaml").is_file():
        place = place / "scenario.yaml"
    elif place.is_dir():
        hint = "name the YAML file in it"
        raise Refused(
            Problem("V102", "is a folder without a scenario.yaml", Where(str(path)), hint)
        )
    problems: list[Problem] = []
    files: list[str] = []
    tree, text = _read(place, str(place), files, problems)
    changes = {p: parse_value(value, f"--set {p}") for p, value in (set or {}).items()}
    tree, lost = merge.apply(tree, changes, ())
    problems += lost
    library = beside(place)
    data = tables.Data()
    return Loaded(place, text, tree, library, data, tuple(files), tuple(problems))


def variants(loaded: Loaded) -> list[str]:
    """The names of the scenario's variants, as written."""
    found = loaded.tree.get("variants")
    return list(found.entries()) if found else []


def required(resolved: Resolved) -> Document:
    """The document of something resolved; raises Refused if it has problems."""
    if resolved.document is None or not resolved.ok:
        raise Refused(in_order(resolved.problems))
    return resolved.document


def in_order(problems: Any) -> list[Problem]:
    """Problems by file and line, each once."""
    unique = list(dict.fromkeys(problems))
    return sorted(
        unique, key=lambda p: (p.where.file or "", p.where.line or 0, p.where.column or 0)
    )


def _read(path: Path, shown: str, files: list[str], problems: list[Problem]) -> tuple[Node, str]:
    """The tree of a file over the trees of what it extends."""
    text = read_text(path, name=shown)
    files.append(shown)
    root, found = parse(text, shown)
    problems += found
    entries = dict(root.entries())
    extends = entries.pop("extends", None)
    changes, removals = _changes(entries, problems)
    tree = root.copied(entries)
    if extends is not None:
        base = _base(extends, path, files, problems)
        if base is not None:
            tree = merge.overlay(base, tree)
    tree, lost = merge.apply(tree, changes, removals)
    problems += lost
    return tree, text


def _base(extends: Node, path: Path, files: list[str], problems: list[Problem]) -> Node | None:
    if not isinstance(extends.value, str):
        problems.append(Problem("V118", "`extends` must name one file", extends.where()))
        return None
    parent = Path(os.path.normpath(path.parent / extends.value))
    same = [f for f in files if os.path.realpath(f) == os.path.realpath(parent)]
    if same:
        ring = " → ".join([*files[files.index(same[0]) :], str(parent)])
        problems.append(Problem("V119", f"files extend each other: {ring}", extends.where()))
        return None
    try:
        return _read(parent, str(parent), files, problems)[0]
    except Refused as refused:
        first = refused.problems[0]
        if first.code in ("V101", "V102"):
            what = f"extends '{extends.value}': {first.what}"
            problems.append(Problem("V118", what, extends.where(), first.hint))
            return None
        raise


def _changes(
    entries: dict[str, Node], problems: list[Problem]
) -> tuple[dict[str, Node], list[tuple[str, Where]]]:
    changes = entries.pop("set", None) or Node({})
    removals = entries.pop("remove", None) or Node([])
    if not isinstance(changes.value, dict):
        hint = "such as `set: {equipment.lathes.count: 4}`"
        problems.append(Problem("V124", "`set` must be a mapping", changes.where(), hint))
    if not isinstance(removals.value, list):
        hint = "such as `remove: [equipment.wip-1]`"
        problems.append(Problem("V124", "`remove` must be a list of paths", removals.where(), hint))
    paths = [(str(item.value), item.where()) for item in removals.items()]
    return dict(changes.entries()), paths


def _resolve(loaded: Loaded, variant: str | None, overrides: Mapping[str, object]) -> Resolved:
    problems = list(loaded.found)
    tree = loaded.tree
    if variant is not None:
        known = variants(loaded)
        if variant not in known:
            hint = did_you_mean(variant, known) or (
                "there are: " + ", ".join(known) if known else "the scenario has no variants"
            )
            where = Where(str(loaded.path))
            raise Refused(Problem("V121", f"there is no variant '{variant}'", where, hint))
        entries = dict(tree.entries()["variants"].entries()[variant].entries())
        changes, removals = _changes(entries, problems)
        tree, lost = merge.apply(tree, changes, removals)
        problems += lost
    if overrides:
        given = {path: node_of(value, f"--set {path}") for path, value in overrides.items()}
        tree, lost = merge.apply(tree, given, ())
        problems += lost
    tree = tree.copied({k: v for k, v in tree.entries().items() if k not in _ABOUT_FILES})
    tree, lost = _with_models(tree, loaded.library)
    problems += lost
    data = loaded.data
    document, wrong = _validated(tree, data)
    trapped = {(p.where.file, p.where.line, p.where.column) for p in problems}
    wrong = [p for p in wrong if (p.where.file, p.where.line, p.where.column) not in trapped]
    if any(p.code in ("V118", "V119") for p in loaded.found):  # the base would have said it
        wrong = [p for p in wrong if p.code != "V117"]
    found = tuple(problems + wrong)
    return Resolved(document, tree, found, loaded.library, data, loaded.memory)


def _with_models(tree: Node, library: Library) -> tuple[Node, list[Problem]]:
    """Every piece of equipment and transport over the library model it names."""
    problems: list[Problem] = []
    sections = dict(tree.entries())
    for kind in ("equipment", "transport"):
        section = sections.get(kind)
        if section is None or not section.entries():
            continue
        entries = dict(section.entries())
        for name, entry in entries.items():
            model = entry.get("model")
            if model is None or not isinstance(model.value, str) or "/" not in model.value:
                continue
            try:
                found = library.model(model.value, model.where(f"{kind}.{name}.model"))
            except Refused as refused:
                problems += refused.problems
                continue
            entries[name] = merge.overlay(entry.copied(dict(found.parameters)), entry)
        sections[kind] = section.copied(entries)
    return tree.copied(sections), problems


def _validated(tree: Node, data: tables.Data) -> tuple[Document | None, list[Problem]]:
    plain = tree.plain()
    context = tables.context(data, tree.file or "")
    try:
        return Document.model_validate(plain, context=context), []
    except ValidationError as error:
        problems = wording.problems_of(error, tree, Document)
        return _forgiving(plain, context), problems


def _forgiving(plain: Any, context: dict[str, Any]) -> Document | None:
    """A second reading without what is wrong, so that the plant can be checked all the same."""
    context = {**context, "patch": True}
    for _ in range(6):
        try:
            return Document.model_validate(plain, context=context)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                loc = list(problem["loc"])
                if problem["type"] == "missing":
                    loc.pop()
                _prune(plain, loc)
    return None


def _prune(plain: Any, loc: list[Any]) -> None:
    """Take out the value at a path (validation adds steps of its own; those are skipped)."""
    here, parent, last = plain, None, None
    for step in loc:
        in_list = isinstance(here, list) and isinstance(step, int) and step < len(here)
        if in_list or (isinstance(here, dict) and step in here):
            parent, last, here = here, step, here[step]
    if isinstance(parent, dict):
        parent.pop(last, None)
    elif isinstance(parent, list) and isinstance(last, int):
        parent[last] = None
