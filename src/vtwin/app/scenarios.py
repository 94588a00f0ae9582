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
    """A typical value of a model and where it comes from."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Model:
    """An equipment model of the library."""

    name: str  # "<family>/<model>"
    family: str
    doc: Mapping[str, str]  # language -> one line
    parameters: tuple[Parameter, ...]
    path: Path

    def to_json(self) -> dict[str, Any]:
        """Name, family, description and each value with its source."""
        return {
            "name": self.name,
            "family": self.family,
            "doc": dict(self.doc),
            "parameters": {p.name: {"value": p.value, "source": p.source} for p in self.parameters},
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
    may be called without its ending (``forging`` is ``forging_line``), a cell by its family.

    Raises:
        Refused: V653, the folder exists and is not empty; V652, no scenario ``source`` comes with
            vtwin; V651, it cannot be written.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(Problem("V653", f"{target} exists already", hint="choose another name"))
    origin = None if source is None else _shipped_folder(source)
    try:
        if origin is None:
            target.mkdir(parents=True, exist_ok=True)
            text = STARTER.format(name=_yaml_name(target.name))
            (target / FILE).write_text(text, encoding="utf-8")
        else:
            left_out = shutil.ignore_patterns(_GOLDEN)
            shutil.copytree(origin, target, dirs_exist_ok=True, ignore=left_out)
    except OSError as error:
        what = f"cannot write {target}: {error.strerror or error}"
        raise Refused(Problem("V651", what)) from error
    return target / FILE


def _yaml_name(name: str) -> str:
    """A folder name as a YAML text, whatever it holds."""
    import json

    return json.dumps(name, ensure_ascii=False)


def _shipped_folder(name: str) -> Path:
    """The folder of a shipped scenario, by its name or what it is called in short."""
    names = shipped_scenarios()
    short = _short_names(names)
    wanted = name if name in names else short.get(name)
    if wanted is None:
        what = f"no scenario '{name}' comes with vtwin"
        known = [n for n in names if not n.startswith("cells/")]
        hint = did_you_mean(name, [*names, *short]) or f"there are: {', '.join(known)}"
        raise Refused(Problem("V652", what, hint=hint))
    return shipped("scenarios") / wanted


def _short_names(names: Sequence[str]) -> dict[str, str]:
    """What a line or a cell may be called in short; a line goes before a cell."""
    cells = {n.removeprefix("cells/"): n for n in names if n.startswith("cells/")}
    lines = {n.removesuffix("_line"): n for n in names if n.endswith("_line")}
    return cells | lines


def library() -> list[Model]:
    """Every equipment model that comes with vtwin, by name."""
    known = _shipped_library()
    return [_model(known, name) for name in known.names()]


def model(name: str) -> Model:
    """One equipment model, ``<family>/<model>`` or the model's name alone.

    Raises:
        Refused: V654, unknown.
    """
    known = _shipped_library()
    names = known.names()
    short = [full for full in names if full.split("/", 1)[-1] == name]
    if name in names:
        return _model(known, name)
    if len(short) == 1:
        return _model(known, short[0])
    alike = did_you_mean(name, [*names, *(full.split("/", 1)[-1] for full in names)])
    hint = alike or "'vtwin library' lists them"
    raise Refused(Problem("V654", f"the library has no model '{name}'", hint=hint))


def _shipped_library() -> Library:
    from vtwin.scenario.library import Library

    return Library([shipped("library")])


def _model(known: Library, name: str) -> Model:
    found = known.model(name)
    parameters = tuple(
        Parameter(key, _as_text(node.plain()), found.sources[key])
        for key, node in found.parameters.items()
    )
    return Model(name, found.family, found.doc, parameters, found.path)


def _as_text(value: Any) -> str:
    """A written value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_as_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_as_text(v) for v in value) + "]"
    return str(value)


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
