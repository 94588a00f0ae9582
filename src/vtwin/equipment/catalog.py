"""Family by name: the built-in ones and those other packages bring, loaded on demand.

Another package names its family under the entry point group ``vtwin.equipment`` and lays its
models beside its module, in ``library/<family>/<model>.yaml``. Whatever is wrong with such a
package is told by the package's name and stops only who asks for its equipment.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache, wraps
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from vtwin.base.errors import Problem, Refused, did_you_mean
from vtwin.plant.family import Family

#: name -> module that holds ``FAMILY``.
BUILT_IN: Final = {
    "assembly": "vtwin.equipment.assembly",
    "forging": "vtwin.equipment.forging",
    "handling": "vtwin.equipment.handling",
    "heat_treatment": "vtwin.equipment.heat_treatment",
    "inspection": "vtwin.equipment.inspection",
    "machining": "vtwin.equipment.machining",
    "molding": "vtwin.equipment.molding",
    "pressing": "vtwin.equipment.pressing",
    "storage": "vtwin.equipment.storage",
    "transport": "vtwin.equipment.transport",
}
GROUP: Final = "vtwin.equipment"


def names() -> list[str]:
    """Every family that can be named, sorted."""
    return sorted({*BUILT_IN, *(point.name for point in _others())})


def family(name: str) -> Family:
    """The family of this name.

    Raises:
        Refused: V701 there is none; V702 another package's family cannot be used.
    """
    if name in BUILT_IN:
        found: Family = importlib.import_module(BUILT_IN[name]).FAMILY
        return found
    points = _points(name)
    if len(points) > 1:
        told = " and ".join(package_of(point) for point in points)
        what = f"the equipment family '{name}' comes from two packages, {told}"
        raise Refused(Problem("V702", what, hint="uninstall one of them"))
    if points:
        return _foreign(points[0])
    hint = did_you_mean(name, names()) or "there are: " + ", ".join(names())
    raise Refused(Problem("V701", f"there is no equipment family '{name}'", hint=hint))


def package(name: str) -> str | None:
    """Name and version of the package that brings a family; None for vtwin's own."""
    points = [] if name in BUILT_IN else _points(name)
    return package_of(points[0]) if points else None


def package_of(point: EntryPoint) -> str:
    """Name and version of the package of an entry point, its module if nobody knows."""
    if point.dist is None:
        return point.value.partition(":")[0]
    return f"{point.dist.name} {point.dist.version}"


def brought() -> dict[str, Path]:
    """Family -> folder with its models, of every other package that has some. Nothing of these
    packages is imported.
    """
    found: dict[str, Path] = {}
    for point in _others():
        folder = None if point.name in BUILT_IN else _models_of(point)
        if folder is not None:
            found.setdefault(point.name, folder)
    return found


def troubles() -> list[Problem]:
    """What is wrong with the families of other packages, as warnings: one that is broken must
    not keep anybody from the others.
    """
    problems: list[Problem] = []
    for point in _others():
        if point.name in BUILT_IN:
            what = f"{package_of(point)} brings an equipment family '{point.name}', which vtwin has"
            hint = "its own is used; the package must give it another name"
            problems.append(Problem("V702", what, hint=hint))
            continue
        try:
            family(point.name)
        except Refused as refused:
            problems += refused.problems
    return [replace(p, severity="warning") for p in dict.fromkeys(problems)]


def _others() -> tuple[EntryPoint, ...]:
    return _found(tuple(sys.path), entry_points)


@lru_cache(maxsize=4)
def _found(
    path: tuple[str, ...], search: Callable[..., Iterable[EntryPoint]]
) -> tuple[EntryPoint, ...]:
    """What is installed: reading all packages' metadata takes tens of ms, and every piece of
    equipment asks.
    """
    return tuple(search(group=GROUP))


def _points(name: str) -> list[EntryPoint]:
    """Who brings a family; the same package found twice (installed and beside) counts once."""
    points = {package_of(p): p for p in _others() if p.name == name}
    return list(points.values())


def _models_of(point: EntryPoint) -> Path | None:
    """``library/<family>`` in the package of an entry point, or in a package within it."""
    top, *inner = point.value.partition(":")[0].split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return None  # told when the family is asked for
    for place in (spec.submodule_search_locations if spec else None) or ():
        for depth in range(len(inner) + 1):
            folder = Path(place, *inner[:depth], "library", point.name)
            if folder.is_dir():
                return folder
    return None


def _foreign(point: EntryPoint) -> Family:
    """Another package's family, checked and guarded."""
    name, told = point.name, package_of(point)
    subject = f"the equipment family '{name}' of {told}"
    try:
        loaded = point.load()
    except Exception as error:  # whatever another package does wrong must not end in a traceback
        what = f"{subject} cannot be loaded: {type(error).__name__}: {error}"
        raise Refused(Problem("V702", what, hint=f"update or uninstall {told}")) from None
    if not isinstance(loaded, Family):
        what = f"{subject} is no vtwin family"
        raise Refused(Problem("V702", what, hint="its entry point must name a Family"))
    if loaded.name != name:
        what = f"{subject} calls itself '{loaded.name}'"
        raise Refused(Problem("V702", what, hint="entry point and family must have one name"))

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*given: Any) -> Any:
            try:
                return function(*given)
            except Refused:
                raise
            except Exception as error:
                told = f"{subject} failed: {type(error).__name__}: {error}"
                hint = "check the parameters, or tell who made the package"
                raise Refused(Problem("V702", told, hint=hint)) from error

        return call

    return replace(
        loaded,
        lower=guarded(loaded.lower),
        words=guarded(loaded.words),
        step_words=guarded(loaded.step_words),
        helper=None if loaded.helper is None else guarded(loaded.helper),
    )
