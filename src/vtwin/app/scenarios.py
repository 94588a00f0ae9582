"""What a person may ask about scenarios: find, check, start a new one, models, changes in words."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtwin.base.errors import Problem, Refused, did_you_mean
from vtwin.base.shipped import shipped

if TYPE_CHECKING:
    from vtwin.scenario.library import Library

FILE = "scenario.yaml"
_GOLDEN = "expected.yaml"  # figures the tests of vtwin hold its own scenarios to

STARTER = """\
# A plant in a page. `vtwin check` tells what is wrong with it, `vtwin run` simulates it,
# `vtwin compare` judges the what-ifs at the end. Every quantity carries its unit.
vtwin: 1
name: {name}
description: Two mills share one queue, then everything is washed

run: {{horizon: 10 d, warmup: 1 d, replications: 10, seed: 1}}
currency: KRW

products:
  bracket:
    target: 400 /d
    route:
      - {{op: mill, on: mills, cycle: {{lognormal: {{mean: 5.5 min, cv: 0.3}}}}}}
      - {{op: wash, on: washer, cycle: 2.5 min, scrap: 1 %}}

orders:            # one bracket arrives every 3.5 min on average and is due two hours later
  - {{product: bracket, every: {{exponential: {{mean: 3.5 min}}}}, due: 2 h}}

equipment:
  mills:
    count: 2       # machines that serve one queue
    failures:
      spindle:     # breaks after 20 h of work on average; an hour's repair
        after: {{exponential: {{mean: 20 h}}}}
        clock: operating
        repair: {{lognormal: {{mean: 1 h, cv: 0.8}}}}
  washer: {{input: 10}}   # ten places before it; when they are full the mills wait

variants:          # what-ifs: what would change, by the dotted path of the value
  third-mill:   {{set: {{equipment.mills.count: 3}}}}
  more-places:  {{set: {{equipment.washer.input: 30}}}}
"""


_TRIED = """\
# The smallest plant with this model: `vtwin run` simulates it. What the model assumes, and where
# each figure comes from: `vtwin library {name}`. What is written here goes first.
"""


@dataclass(frozen=True)
class Checked:
    """What `check` found: every problem of the file and of each of its variants."""

    path: Path
    name: str | None
    variants: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """No error (warnings do not stop a run)."""
        return not any(p.severity == "error" for p in self.problems)

    def to_json(self) -> dict[str, Any]:
        """``ok``, the name and the variants; the problems are added by who shows them."""
        return {
            "file": str(self.path),
            "ok": self.ok,
            "name": self.name,
            "variants": list(self.variants),
        }


@dataclass(frozen=True)
class Parameter:
    """A typical value of a model and where it comes from; what the parameter means."""

    name: str
    value: str
    source: str
    meaning: str = ""


@dataclass(frozen=True)
class Word:
    """A parameter a model leaves open: how it would be written, what it means, its default."""

    name: str
    written: str
    meaning: str
    default: str


@dataclass(frozen=True)
class Model:
    """An equipment model of the library. ``package`` is None for vtwin's own."""

    name: str  # "<family>/<model>"
    family: str
    doc: Mapping[str, str]  # language -> one line
    parameters: tuple[Parameter, ...]
    path: Path
    package: str | None = None
    more: tuple[Word, ...] = ()  # what could be said besides

    def to_json(self) -> dict[str, Any]:
        """Name, family, description, each value with its source, what could be said besides."""
        return {
            "name": self.name,
            "family": self.family,
            "package": self.package,
            "doc": dict(self.doc),
            "parameters": {
                p.name: {"value": p.value, "source": p.source, "meaning": p.meaning}
                for p in self.parameters
            },
            "more": {
                w.name: {"written": w.written, "default": w.default, "meaning": w.meaning}
                for w in self.more
            },
        }


@dataclass(frozen=True)
class FamilyEntry:
    """A family of equipment and its models, by name. ``package`` is None for vtwin's own."""

    name: str
    doc: Mapping[str, str]
    package: str | None
    models: tuple[Model, ...]

    def to_json(self) -> dict[str, Any]:
        """Name, package and description; the models by name alone."""
        return {
            "name": self.name,
            "package": self.package,
            "doc": dict(self.doc),
            "models": [model.name for model in self.models],
        }


def find(path: str | Path) -> Path:
    """The scenario file meant by a file, a folder with a ``scenario.yaml`` or the name of a
    shipped scenario.

    Raises:
        Refused: V652, nothing of that name.
    """
    given = Path(path)
    if given.exists():
        return given / FILE if (given / FILE).is_file() else given
    names = shipped_scenarios()
    if given.as_posix() in names:
        return shipped("scenarios") / given / FILE
    hint = did_you_mean(str(given), [*names, *_beside(given)])
    raise Refused(Problem("V652", f"there is no file {given}", hint=hint))


def _beside(given: Path) -> list[str]:
    """Scenario files near a path that does not exist, for the hint."""
    try:
        return [str(p) for p in sorted(given.parent.glob("*.y*ml"))[:200]]
    except OSError:
        return []


def shipped_scenarios() -> list[str]:
    """Names of the scenarios that come with vtwin."""
    folder = shipped("scenarios")
    return sorted(p.parent.relative_to(folder).as_posix() for p in folder.rglob(FILE))


def check(path: str | Path) -> Checked:
    """Everything that is wrong with a scenario and its variants."""
    file = find(path)
    from vtwin.scenario import build, load

    problems = tuple(build.check(file))
    try:
        loaded = load.load(file)
        name = loaded.document.name
    except Refused:
        return Checked(file, None, (), problems)
    return Checked(file, name, tuple(load.variants(loaded)), problems)


def servable(paths: Sequence[str | Path]) -> tuple[list[Path], list[Problem]]:
    """The scenario files among these that are there, and as warnings whatever is wrong with any
    of them: one with mistakes is shown, too, and can be put right while it is looked at.

    Raises:
        Refused: V652, none of them is there.
    """
    from vtwin.scenario.build import check as checked

    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            file = find(path)
        except Refused as refused:
            problems += refused.problems
            continue
        files.append(file)
        problems += checked(file)
    if problems and not files:
        raise Refused(problems)
    return files, [replace(problem, severity="warning") for problem in problems]


def new(folder: str | Path, *, source: str | None = None) -> Path:
    """Write a scenario folder to start from; the path of its ``scenario.yaml``. ``source``: a
    scenario that comes with vtwin, of which everything is copied but its golden figures; a line
    may be called without its ending (``forging`` is ``forging_line``), a cell by its family. An
    equipment model gives the smallest plant that shows it at work.

    Raises:
        Refused: V653, the folder exists and is not empty; V652, no scenario or model ``source``
            is there; V651, it cannot be written.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(Problem("V653", f"{target} exists already", hint="choose another name"))
    origin = STARTER.format(name=_yaml_name(target.name)) if source is None else _origin(source)
    try:
        if isinstance(origin, Path):
            left_out = shutil.ignore_patterns(_GOLDEN)
            shutil.copytree(origin, target, dirs_exist_ok=True, ignore=left_out)
        else:
            target.mkdir(parents=True, exist_ok=True)
            (target / FILE).write_text(origin, encoding="utf-8")
    except OSError as error:
        what = f"cannot write {target}: {error.strerror or error}"
        raise Refused(Problem("V651", what)) from error
    return target / FILE


def _yaml_name(name: str) -> str:
    """A folder name as a YAML text, whatever it holds."""
    import json

    return json.dumps(name, ensure_ascii=False)


def _origin(name: str) -> Path | str:
    """The folder of a shipped scenario, by its name or what it is called in short, or the text of
    an equipment model's smallest plant.
    """
    names = shipped_scenarios()
    short = _short_names(names)
    wanted = name if name in names else short.get(name)
    if wanted is not None:
        return shipped("scenarios") / wanted
    known = _library()
    if name in known.names():
        from vtwin.equipment import catalog
        from vtwin.scenario import smallest

        found = known.model(name)
        return _TRIED.format(name=name) + smallest.plant(catalog.family(found.family), found)
    what = f"no scenario '{name}' comes with vtwin"
    lines = [n for n in names if not n.startswith("cells/")]
    alike = did_you_mean(name, [*names, *short, *known.names()])
    raise Refused(Problem("V652", what, hint=alike or f"there are: {', '.join(lines)}"))


def _short_names(names: Sequence[str]) -> dict[str, str]:
    """What a line or a cell may be called in short; a line goes before a cell."""
    cells = {n.removeprefix("cells/"): n for n in names if n.startswith("cells/")}
    lines = {n.removesuffix("_line"): n for n in names if n.endswith("_line")}
    return cells | lines


def library() -> tuple[list[FamilyEntry], list[Problem]]:
    """Every equipment family with its models, vtwin's own first; and as warnings what is wrong
    with those of other packages, which are left out.
    """
    from vtwin.equipment import catalog

    known = _library()
    problems = catalog.troubles()
    found: list[FamilyEntry] = []
    for name in sorted(catalog.names(), key=lambda name: (name not in catalog.BUILT_IN, name)):
        try:
            family = catalog.family(name)
        except Refused:
            continue  # among the troubles
        models: list[Model] = []
        for full in known.names():
            if full.partition("/")[0] != name:
                continue
            try:
                models.append(_model(known, full))
            except Refused as refused:
                problems += [replace(p, severity="warning") for p in refused.problems]
        found.append(FamilyEntry(name, family.doc, catalog.package(name), tuple(models)))
    return found, problems


def model(name: str) -> Model:
    """One equipment model, ``<family>/<model>`` or the model's name alone.

    Raises:
        Refused: V654, unknown; V702 or V704, another package's model that cannot be used.
    """
    known = _library()
    names = known.names()
    short = [full for full in names if full.split("/", 1)[-1] == name]
    if name in names:
        return _model(known, name)
    if len(short) == 1:
        return _model(known, short[0])
    if short:
        what = f"the library has several models '{name}'"
        raise Refused(Problem("V654", what, hint=f"say which: {', '.join(short)}"))
    alike = did_you_mean(name, [*names, *(full.split("/", 1)[-1] for full in names)])
    hint = alike or "'vtwin library' lists them"
    raise Refused(Problem("V654", f"the library has no model '{name}'", hint=hint))


def family_entry(name: str) -> FamilyEntry | None:
    """The family of this name with its models; None if there is none.

    Raises:
        Refused: V702 or V704, another package's family or model that cannot be used.
    """
    from vtwin.equipment import catalog

    if name not in catalog.names():
        return None
    family, known = catalog.family(name), _library()
    names = [full for full in known.names() if full.partition("/")[0] == name]
    models = tuple(_model(known, full) for full in names)
    return FamilyEntry(name, family.doc, catalog.package(name), models)


def _library() -> Library:
    from vtwin.scenario.library import installed

    return installed()


def _model(known: Library, name: str) -> Model:
    from vtwin.equipment import catalog
    from vtwin.scenario.reference import as_text, words

    found = known.model(name)
    told = words(catalog.family(found.family).params, found.parameters)
    parameters = tuple(
        Parameter(
            key,
            as_text(node.plain()),
            found.sources[key],
            told[key].meaning if key in told else "",
        )
        for key, node in found.parameters.items()
    )
    more = tuple(
        Word(key, word.written, word.meaning, word.default)
        for key, word in told.items()
        if key not in found.parameters
    )
    package = catalog.package(found.family)
    return Model(name, found.family, found.doc, parameters, found.path, package, more)


def schema() -> dict[str, Any]:
    """The scenario language as JSON Schema."""
    from vtwin.scenario import document

    return document.json_schema()


def diff(before: str | Path, after: str | Path) -> list[str]:
    """What changed from one scenario file to another, in words."""
    first, second = find(before), find(after)
    from vtwin.scenario import diff as differences
    from vtwin.scenario import load

    return differences.describe(load.load(first), load.load(second))
