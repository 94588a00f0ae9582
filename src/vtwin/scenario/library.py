"""Equipment models: typical parameters with their source, found by ``family/name``.

Models lie in vtwin's own library, in the packages that bring families of their own, and in a
``library/`` folder beside the scenario; the nearest one wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.base.shipped import shipped
from vtwin.equipment import catalog
from vtwin.scenario.tree import Node, parse, read_text


@dataclass(frozen=True)
class Model:
    """An equipment model: ``parameters`` as written, each with the source of its figure.
    ``example``: what else it needs at work, see :func:`vtwin.scenario.smallest.plant`.
    """

    name: str  # "family/model"
    path: Path
    doc: dict[str, str]
    parameters: dict[str, Node]
    sources: dict[str, str]
    example: Node = field(default_factory=lambda: Node({}))

    @property
    def family(self) -> str:
        """The family the model belongs to."""
        return self.name.partition("/")[0]


class Library:
    """The models in some folders (``<family>/<model>.yaml``), the first folder that has a model
    winning, and those of ``families``, each in a folder of its own.
    """

    def __init__(self, folders: Iterable[Path], families: Mapping[str, Path] | None = None) -> None:
        self.folders = tuple(folders)
        self.families = dict(families or {})
        self._read: dict[str, Model] = {}

    @cached_property
    def _paths(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for folder in self.folders:
            for path in sorted(folder.glob("*/*.yaml")):
                found.setdefault(f"{path.parent.name}/{path.stem}", path)
        for family, folder in self.families.items():
            for path in sorted(folder.glob("*.yaml")):
                found.setdefault(f"{family}/{path.stem}", path)
        return found

    def names(self) -> list[str]:
        """Every model, sorted."""
        return sorted(self._paths)

    def model(self, name: str, where: Where | None = None) -> Model:
        """The model of this name; raises Refused (V701 unknown, V704 badly written)."""
        if name not in self._paths:
            family = name.partition("/")[0]
            known = "see `vtwin library`"
            if family not in catalog.names():
                known = f"is the package that brings the family '{family}' installed?"
            hint = did_you_mean(name, self.names()) or known
            what = f"there is no equipment model '{name}'"
            raise Refused(Problem("V701", what, where or Where(), hint))
        if name not in self._read:
            self._read[name] = _read(name, self._paths[name])
        return self._read[name]

    def used(self) -> list[Path]:
        """The files read so far."""
        return [model.path for model in self._read.values()]


def beside(scenario: Path) -> Library:
    """The models a scenario can name: those in ``library/`` beside it, then those installed."""
    own = scenario.parent / "library"
    return Library([*([own] if own.is_dir() else []), shipped("library")], catalog.brought())


def installed() -> Library:
    """The models that come with vtwin and with other packages."""
    return Library([shipped("library")], catalog.brought())


def _read(name: str, path: Path) -> Model:
    root, problems = parse(read_text(path), str(path))
    parameters: dict[str, Node] = {}
    sources: dict[str, str] = {}
    for key in root.entries():
        if key not in ("doc", "parameters", "example"):
            hint = "a model has `doc`, `parameters` and perhaps an `example`"
            place = root.entries()[key].key_where()
            problems.append(Problem("V704", f"unknown key '{key}' in a model", place, hint))
    for key, node in (root.get("parameters") or Node({})).entries().items():
        value, source = node.get("value"), node.get("source")
        if value is None or source is None or not isinstance(source.value, str):
            hint = f"write {key}: {{value: …, source: where the figure comes from}}"
            what = f"'{key}' needs a value and its source"
            problems.append(Problem("V704", what, node.key_where(), hint))
            continue
        value.key_line, value.key_column = node.key_line, node.key_column
        parameters[key] = value
        sources[key] = source.value
    doc = (root.get("doc") or Node({})).plain() or {}
    if problems:
        raise Refused(problems)
    return Model(name, path, doc, parameters, sources, root.get("example") or Node({}))
