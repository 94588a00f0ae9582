"""What an experiment varies: factors, as the ``experiments:`` section or a command says them.

A factor is a path of a scenario with what may be written there. Every level is tried where it
belongs before anything runs, so that a mistake is told here and with its line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vtwin.base import units
from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.scenario import merge
from vtwin.scenario.decisions import KNOWN_BEFOREHAND, canonical
from vtwin.scenario.diff import UNWRITTEN
from vtwin.scenario.figures import unmeasurable
from vtwin.scenario.load import Loaded, in_order, required
from vtwin.scenario.questions import ExperimentEntry
from vtwin.scenario.tree import Node

#: More levels than this of one factor are a mistyped range.
MOST_LEVELS: Final = 1_000
#: How much a small change is, unless it is said.
STEP: Final = 0.1
_SPAN = re.compile(r"\s*(.+?)\s*\.\.\s*(.+?)(?:\s+by\s+(.+?))?\s*\Z")
_NUMBER = re.compile(r"([+-]?\d[\d_]*(?:\.\d+)?)\s*(\S.*)?\Z")


@dataclass(frozen=True, slots=True)
class Span:
    """All numbers from ``low`` to ``high``, written with ``unit`` ("" for none); ``whole``:
    whole numbers only.
    """

    low: float
    high: float
    unit: str = ""
    whole: bool = False

    def written(self, share: float) -> str:
        """The number at ``share`` (0..1) of the way, as a person writes it: six figures."""
        if self.whole:
            # Equal shares for every whole number, both ends included.
            number = int(self.low + share * (self.high - self.low + 1))
            return str(min(number, int(self.high)))
        value = f"{self.low + share * (self.high - self.low):.6g}"
        return f"{value} {self.unit}" if self.unit else value


@dataclass(frozen=True, slots=True)
class Factor:
    """What is varied: ``levels`` as they are written, from low to high where they have an
    order; a span may be given beside them for designs that fill the space between.

    ``numbers`` are the levels in one unit, None where they are words.
    """

    path: str
    levels: tuple[str, ...]
    numbers: tuple[float, ...] | None = None
    span: Span | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last level."""
        return self.levels[0], self.levels[-1]

    def at(self, share: float) -> str:
        """What is written at ``share`` (0..1) of the way."""
        if self.span is not None:
            return self.span.written(share)
        return self.levels[min(int(share * len(self.levels)), len(self.levels) - 1)]


@dataclass(frozen=True, slots=True)
class Experiment:
    """A named experiment of a scenario, read: what is varied and how it is gone about."""

    name: str
    factors: tuple[Factor, ...]
    entry: ExperimentEntry


def names(loaded: Loaded, variant: str | None = None) -> list[str]:
    """The experiments a scenario holds, as written."""
    return list(required(loaded.resolve(variant)).experiments)


def read(
    loaded: Loaded,
    name: str,
    variant: str | None = None,
    said: Mapping[str, Any] | None = None,
) -> Experiment:
    """An experiment of the scenario; ``said``: keys of it that are wanted otherwise.

    Raises:
        Refused: everything that is wrong with it (V397, V398) or that it makes of the plant.
    """
    resolved = loaded.resolve(variant)
    entry = required(resolved).experiments.get(name)
    if entry is None:
        known = names(loaded, variant)
        hint = did_you_mean(name, known) or ("there are: " + ", ".join(known) if known else None)
        told = hint or "write `experiments:`, or name what varies: --vary PATH=2..5"
        raise Refused(Problem("V397", f"there is no experiment '{name}'", hint=told))
    entry = entry.model_copy(update=dict(said or {}))
    node = resolved.tree.at(("experiments", name, "vary"))
    reading = _Reading(loaded, variant, entry)
    reading.figures(resolved.tree.at(("experiments", name, "figures")).key_where("figures"))
    written = {path: (value, _where(node, path)) for path, value in entry.vary.items()}
    return Experiment(name, reading.factors(written, node.key_where("experiments")), entry)


def spoken(
    loaded: Loaded, vary: Sequence[str], entry: ExperimentEntry, variant: str | None = None
) -> Experiment:
    """An experiment said on the command line: ``path=2..5``, ``path=a,b,c``; a path alone for
    a small change of it. Raises as :func:`read` does.
    """
    required(loaded.resolve(variant))
    written: dict[str, tuple[Any, Where]] = {}
    for text in vary:
        path, equals, values = text.partition("=")
        given: Any = values.strip() if equals else None
        if given is not None and ("," in given or ".." not in given):
            given = [part.strip() for part in given.strip("[]").split(",") if part.strip()]
        written[path.strip()] = (given, Where(f"--vary {text}"))
    reading = _Reading(loaded, variant, entry)
    reading.figures(Where("--figures"))
    return Experiment("", reading.factors(written, Where("--vary")), entry)


def check(loaded: Loaded, variant: str | None = None) -> list[Problem]:
    """What is wrong with the experiments; nothing where there are none or the rest is wrong."""
    resolved = loaded.resolve(variant)
    if resolved.document is None or not resolved.ok:
        return []
    problems: list[Problem] = []
    for name in resolved.document.experiments:
        try:
            read(loaded, name, variant)
        except Refused as refused:
            problems += refused.problems
    return problems


def _where(node: Node, path: str) -> Where:
    return (node.get(path) or node).key_where(path)


class _Reading:
    """Reads factors and figures; notes every problem."""

    def __init__(self, loaded: Loaded, variant: str | None, entry: ExperimentEntry) -> None:
        self._loaded = loaded
        self._variant = variant
        self._entry = entry
        self._small = float(entry.step) if entry.design == "sensitivity" else None
        self._tree = loaded.resolve(variant).tree
        self._problems: list[Problem] = []

    def figures(self, place: Where) -> None:
        document = required(self._loaded.resolve(self._variant))
        for name in self._entry.figures:
            why = "it needs no run" if name in KNOWN_BEFOREHAND else unmeasurable(document, name)
            if why is not None:
                what = f"'{name}' is no figure of this plant"
                self._problems.append(Problem("V394", what, place, why))

    def factors(self, written: Mapping[str, tuple[Any, Where]], place: Where) -> tuple[Factor, ...]:
        found = [self._factor(path, value, at) for path, (value, at) in written.items()]
        if not written:
            hint = "such as `vary: {equipment.lathes.count: 2..5}`"
            self._problems.append(Problem("V397", "nothing is varied", place, hint))
        for factor, (_, at) in zip(found, written.values(), strict=True):
            if factor is not None:
                self._try(factor, at)
        if self._problems:
            raise Refused(in_order(dict.fromkeys(self._problems)))
        return tuple(factor for factor in found if factor is not None)

    def _fault(self, what: str, at: Where, hint: str) -> None:
        self._problems.append(Problem("V398", what, at, hint))

    def _factor(self, path: str, written: Any, at: Where) -> Factor | None:
        if written is None:
            return self._around_today(path, at)
        if isinstance(written, str) and (span := _SPAN.match(written)):
            return self._span(path, written, span, at)
        if not isinstance(written, list | tuple):
            self._fault(f"'{written}' is no range", at, "write 2..5, 30 s..90 s or [5, 10, 20]")
            return None
        levels = tuple(dict.fromkeys(_as_text(value) for value in written))
        if len(levels) < 2:
            hint = "give at least two levels, or leave the path out"
            self._fault(f"one level of '{path}' varies nothing", at, hint)
            return None
        numbers = _numbers(levels)
        if numbers is None:
            return Factor(path, levels)
        pairs = sorted(zip(numbers, levels, strict=True))
        return Factor(path, tuple(level for _, level in pairs), tuple(n for n, _ in pairs))

    def _span(self, path: str, written: str, span: re.Match[str], at: Where) -> Factor | None:
        low, high = _NUMBER.match(span[1]), _NUMBER.match(span[2])
        ends = _numbers((span[1], span[2]))
        if low is None or high is None or ends is None:
            hint = "both ends are numbers in one kind of unit: 2..5, 30 s..2 min"
            self._fault(f"'{written}' is no range", at, hint)
            return None
        unit = low[2] or ""
        first = float(low[1].replace("_", ""))
        scale = ends[0] / first if first else _scale(unit)
        last = float(high[1].replace("_", "")) if (high[2] or "") == unit else ends[1] / scale
        if last <= first:
            self._fault(f"'{written}' runs backwards", at, f"write {span[2]}..{span[1]}")
            return None
        whole = not unit and "." not in low[1] + high[1]
        step = _step(span[3], unit, scale) if span[3] else (1.0 if whole else last - first)
        if step is None or step <= 0 or (last - first) / step >= MOST_LEVELS:
            by = f"{(last - first) / 4:g} {unit}".strip()
            hint = f"at most {MOST_LEVELS} levels, such as {span[1]}..{span[2]} by {by}"
            self._fault(f"'{written}' cannot be stepped through", at, hint)
            return None
        count = int((last - first) / step + 1e-9) + 1
        values = [first + step * i for i in range(count)]
        levels = tuple(f"{value:.6g} {unit}".strip() for value in values)
        if len(levels) < 2:
            self._fault(f"'{written}' leaves one level", at, "make the step smaller")
            return None
        filled = Span(first, last, unit, whole) if span[3] is None else None
        return Factor(path, levels, tuple(value * scale for value in values), filled)

    def _around_today(self, path: str, at: Where) -> Factor | None:
        """The factor a little below and above what is written now."""
        if self._small is None:
            hint = f"write {path}=2..5, or ask for `design: sensitivity`"
            self._fault(f"'{path}' has no range", at, hint)
            return None
        found = [node.plain() for node in merge.find(self._tree, path)]
        today = found[0] if found else UNWRITTEN.get(path.rpartition(".")[2])
        number = _NUMBER.match(today) if isinstance(today, str) else None
        if number is None:
            inner = list(found[0]) if found and isinstance(found[0], dict) else []
            hint = f"name a number in it, such as {path}.{inner[0]}" if inner else "give a range"
            self._fault(f"'{path}' is no number to change a little", at, hint)
            return None
        value, unit = float(number[1].replace("_", "")), number[2] or ""
        if not unit and value.is_integer():
            ends = (max(value - 1, 1.0 if value else 0.0), value + 1)
        else:
            ends = (value * (1 - self._small), value * (1 + self._small))
        if ends[0] == ends[1]:
            self._fault(f"'{path}' is 0: no share of it can be changed", at, "give a range")
            return None
        levels = tuple(f"{end:.6g} {unit}".strip() for end in ends)
        return Factor(path, levels, _numbers(levels) or ends)

    def _try(self, factor: Factor, at: Where) -> None:
        """Write the levels where they belong and see what is wrong with them."""
        tried = factor.ends if factor.numbers else factor.levels
        for level in tried:
            wrong = self._wrong(factor.path, level)
            if wrong is not None:
                told = f"'{level}' at '{factor.path}': {wrong.what}"
                if wrong.code == "V120":
                    told = wrong.what
                self._problems.append(Problem("V398", told, at, wrong.hint))
                return

    def _wrong(self, path: str, level: str) -> Problem | None:
        """What cannot be written there. Whether the plant as a whole can run is another matter:
        it may with other levels of the other factors.
        """
        from vtwin.scenario.build import build

        try:
            build(self._loaded, self._variant, overrides={path: _value(level)})
        except Refused as refused:
            return next((p for p in refused.problems if p.code < "V3"), None)
        return None


def overrides(factors: Sequence[Factor], point: Sequence[str]) -> dict[str, Any]:
    """What a point writes: path -> value."""
    return {factor.path: _value(text) for factor, text in zip(factors, point, strict=True)}


def _value(level: str) -> Any:
    """A level as it stands in a scenario; lists and mappings are levels, too."""
    import json

    return json.loads(level) if level[:1] in "[{" else level


def _as_text(value: Any) -> str:
    return canonical(value) if isinstance(value, dict | list | tuple) else str(value)


def _numbers(levels: Sequence[str]) -> tuple[float, ...] | None:
    """Levels as numbers in one unit; None where they are words or of different kinds."""
    found = [_NUMBER.match(level) for level in levels]
    if not all(found):
        return None
    suffixes = {match[2] or "" for match in found if match}
    if len(suffixes) == 1:
        scale = _scale(suffixes.pop())
        return tuple(scale * float(m[1].replace("_", "")) for m in found if m)
    for dimension in units.UNITS:
        try:
            return tuple(units.parse(level, dimension) for level in levels)
        except units.UnitError:
            continue
    return None


def _scale(unit: str) -> float:
    """What one of a unit is in its dimension's base unit; 1 for an unknown one or none."""
    for dimension in units.UNITS:
        if unit:
            try:
                return units.parse(f"1 {unit}", dimension)
            except units.UnitError:
                continue
    return 1.0


def _step(text: str, unit: str, scale: float) -> float | None:
    number = _NUMBER.match(text)
    if number is None:
        return None
    if (number[2] or "") in (unit, ""):
        return float(number[1].replace("_", ""))
    found = _numbers((text, f"1 {unit}"))
    return None if found is None else found[0] / scale
