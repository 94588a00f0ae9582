"""The ``reallocate:`` section: what is written there, as decisions, limits and goals.

Every path is tried with the ends of its range, so that whatever cannot be written there is
told here, with its line, and not after an hour of search.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic_core import PydanticCustomError

from vtwin.base import units
from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.plant.quantities import DURATION, SHARE, money
from vtwin.results.formulas import KPIS
from vtwin.scenario import sequencing
from vtwin.scenario.amounts import Pair, Sums, number_today, numbers, written_today
from vtwin.scenario.decisions import (
    KNOWN_BEFOREHAND,
    Decision,
    Design,
    Goal,
    Kind,
    Limit,
    Reallocation,
    Requirement,
    canonical,
)
from vtwin.scenario.document import Document
from vtwin.scenario.figures import unmeasurable
from vtwin.scenario.load import Loaded, Resolved, in_order, required
from vtwin.scenario.questions import GoalEntry, ReallocateEntry

#: More values than this at one path are a mistyped range.
MOST_VALUES: Final = 1_000
_SPAN = re.compile(r"\s*(\d+)\s*\.\.\s*(\d+)(?:\s+by\s+(\d+))?\s*\Z")
_BOUND = re.compile(r"\s*(<=|>=|=|≤|≥)\s*(.+?)\s*\Z")
_PER_PERSON: Final = ("training", "moving")
_AMOUNTS: Final = {"head_count": "people", "floor": "m2", "changes": "changes", "budget": ""}


def read(loaded: Loaded, variant: str | None = None) -> Reallocation:
    """The section of a scenario or of a variant of it.

    Raises:
        Refused: with everything that is wrong, in the order of the file (V391-V396), and V582
            where there is no such section.
    """
    resolved = loaded.resolve(variant)
    document = required(resolved)
    entry = document.reallocate
    if entry is None:
        hint = "such as `reallocate: {range: {people.operator.count: 2..5}}`"
        what = "the scenario does not say what may be changed"
        raise Refused(Problem("V582", what, Where(str(loaded.path)), hint))
    reading = _Reading(loaded, variant, resolved, document, entry)
    found = reading.all()
    if reading.problems:
        raise Refused(in_order(reading.problems))
    return found


def check(loaded: Loaded, variant: str | None = None) -> list[Problem]:
    """What is wrong with the section; nothing where there is none or the rest is wrong."""
    resolved = loaded.resolve(variant)
    if resolved.document is None or not resolved.ok or resolved.document.reallocate is None:
        return []
    try:
        read(loaded, variant)
    except Refused as refused:
        return list(refused.problems)
    return []


#: Why a sum known beforehand may not depend on anything.
_NOTHING_COUNTED = {
    "cost": "write what it costs under `price:`, or leave the goal out",
    "head_count": "give a `range:` to the `count:` of people, or leave the goal out",
    "floor": "write `size: [2 m, 3 m]` at the equipment that is changed, or leave the goal out",
    "changes": "leave the goal out",
}


@dataclass
class _Reading:
    loaded: Loaded
    variant: str | None
    resolved: Resolved
    document: Document
    entry: ReallocateEntry
    problems: list[Problem] = field(default_factory=list)
    decisions: dict[str, Decision] = field(default_factory=dict)  # by path
    groups: list[Decision] = field(default_factory=list)  # assignments
    ranges: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    today: dict[str, str] = field(default_factory=dict)
    prices: dict[str, Any] = field(default_factory=dict)
    ordered: sequencing.Found = field(default_factory=sequencing.Found)
    times: dict[str, float] = field(default_factory=dict)
    fees: dict[str, float] = field(default_factory=dict)

    def fault(self, code: str, what: str, path: Sequence[Any], hint: str | None = None) -> None:
        self.problems.append(Problem(code, what, self._where(*path), hint))

    def all(self) -> Reallocation:
        """Everything in its order."""
        pools = self._moved()
        self._read_ranges()
        self._read_assignments()
        self._read_orders()
        if not (self.decisions or self.groups or self.ordered.decisions or self.problems):
            hint = "such as `range: {equipment.lathes.count: 2..5}`"
            self.fault("V396", "says nothing that may be changed", (), hint)
        self._try_values()
        self._read_prices(pools)
        sums = Sums(
            self.resolved, self.document, self.decisions,
            [*self.groups, *self.ordered.decisions], pools, self.today, self.prices, self.fees,
        )  # fmt: skip
        amounts, limits = sums.amounts(), sums.kept()
        requirements = self._read_limits(amounts, limits)
        every = [*self.decisions.values(), *self.groups, *self.ordered.decisions]
        listed = sorted(every, key=lambda d: d.name)
        return Reallocation(
            decisions=tuple(listed),
            limits=tuple(limits),
            requirements=tuple(requirements),
            goals=tuple(self._read_goals(amounts)),
            today=Design(tuple(sorted(self.today.items()))),
            amounts=amounts,
            training_s=self.times.get("training", 0.0),
            training_cost=self.fees.get("training", 0.0),
            moving_s=self.times.get("moving", 0.0),
            moving_cost=self.fees.get("moving", 0.0),
            worth=self.fees.get("piece", 0.0),
            pooled=pools,
            orders=self.ordered.choices,
            places={name: self._where("limit", name) for name in self.entry.limit}
            | {"": self._where()},
        )

    def _where(self, *path: Any) -> Where:
        node = self.resolved.tree.at(("reallocate", *path))
        return node.key_where(".".join(str(step) for step in ("reallocate", *path)))

    # --- what may change -------------------------------------------------------------------

    def _moved(self) -> dict[str, list[str]]:
        """Paths whose sum stays, by pool; adds their default ranges."""
        pools: dict[str, list[str]] = {}
        for position, name in enumerate(self.entry.move.people):
            if self._there("people", name, self.document.people, position):
                pools.setdefault("people", []).append(f"people.{name}.count")
        for position, name in enumerate(self.entry.move.equipment):
            if not self._there("equipment", name, self.document.equipment, position):
                continue
            entry = self.document.equipment[name]
            if entry.capacity is not None:
                pools.setdefault("places", []).append(f"equipment.{name}.capacity")
            else:
                pool = f"machines of {entry.model}" if entry.model else "plain machines"
                pools.setdefault(pool, []).append(f"equipment.{name}.count")
        for paths in pools.values():
            total = sum(number_today(self.resolved, path) for path in paths)
            for path in paths:
                if path not in self.entry.range and len(paths) > 1:
                    least = 0 if path.endswith(".capacity") else 1
                    most = total - (len(paths) - 1) * least
                    self.ranges[path] = tuple(range(least, most + 1))
        for section, names in (("equipment", self.entry.move.equipment),
                               ("people", self.entry.move.people)):  # fmt: skip
            for position, name in enumerate(names):
                alone = [p for p in pools.values() if len(p) == 1 and f".{name}." in p[0]]
                if alone and alone[0][0] not in self.entry.range:
                    what = f"'{name}' has nothing to exchange with, and no range"
                    hint = f"write `range: {{{alone[0][0]}: 1..3}}`, or name more of its kind"
                    self.fault("V392", what, ("move", section, position), hint)
        return pools

    def _there(self, section: str, name: str, known: Mapping[str, Any], position: int) -> bool:
        if name in known:
            return True
        hint = did_you_mean(name, known) or (
            "there are: " + ", ".join(list(known)[:12])
            if known
            else f"the scenario has no `{section}:`"
        )
        self.fault("V391", f"there is no '{name}' in {section}", ("move", section, position), hint)
        return False

    def _read_ranges(self) -> None:
        for path, written in self.entry.range.items():
            values = self._values(written, ("range", path))
            if values is not None:
                self.ranges[path] = values
        for path, values in self.ranges.items():
            now = written_today(self.resolved, path)
            if now is not None:
                self.today[path] = canonical(now)
            texts = tuple(dict.fromkeys(canonical(v) for v in values))
            kind = _kind(texts)
            if kind == "integer":
                texts = tuple(sorted(texts, key=lambda t: int(json.loads(t))))
            here = self.today.get(path)
            self.decisions[path] = Decision(
                path,
                kind,
                (path,),
                texts,
                (texts.index(here),) if here in texts else None,
            )

    def _values(self, written: Any, path: Sequence[Any]) -> tuple[Any, ...] | None:
        """What may be written: a span of whole numbers or a list."""
        if isinstance(written, list | tuple):
            values = tuple(written)
        elif isinstance(written, str) and (span := _SPAN.match(written)):
            low, high, step = int(span[1]), int(span[2]), int(span[3] or 1)
            if high < low:
                self.fault("V392", f"'{written}' runs backwards", path, f"write {high}..{low}")
                return None
            if step == 0 or (high - low) // step >= MOST_VALUES:
                hint = f"at most {MOST_VALUES} values, such as {low}..{low + 9}"
                self.fault("V392", f"'{written}' is no range to search", path, hint)
                return None
            values = tuple(range(low, high + 1, step))
        else:
            hint = "write 2..5, 10..30 by 5 or a list such as [10, 20, 30]"
            self.fault("V392", f"'{written}' is no range", path, hint)
            return None
        if len({canonical(value) for value in values}) < 2:
            hint = "give at least two, or leave it out: what is not named stays as it is"
            self.fault("V392", "a range of one value leaves no choice", path, hint)
            return None
        return values

    def _read_assignments(self) -> None:
        for name, entry in self.entry.assign.items():
            twice = [p for p in entry.of if p in self.decisions]
            if twice or len(set(entry.of)) < len(entry.of):
                path = twice[0] if twice else entry.of[0]
                self.fault("V391", f"'{path}' is decided twice", ("assign", name, "of"))
                continue
            texts = tuple(dict.fromkeys(canonical(value) for value in entry.to))
            span = self._often(entry.each, ("assign", name, "each"))
            if span is None:
                continue
            least, most = span
            if len(texts) < 2 or len(texts) * most < len(entry.of):
                what = f"{len(entry.of)} paths cannot share {len(texts)} values {entry.each} times"
                hint = "give more values under `to:`, or let them be used more often: `each: 1..2`"
                self.fault("V392", what, ("assign", name), hint)
                continue
            if len(texts) * least > len(entry.of):
                what = f"{len(texts)} values cannot each be used {entry.each} times"
                self.fault("V392", what, ("assign", name), "`each: 0..1` leaves some unused")
                continue
            now = [canonical(written_today(self.resolved, path)) for path in entry.of]
            self.today |= {p: v for p, v in zip(entry.of, now, strict=True) if v != "null"}
            whole = all(value in texts for value in now)
            once = least == most == 1
            self.groups.append(
                Decision(
                    name,
                    "permutation" if once else "assignment",
                    tuple(entry.of),
                    texts,
                    tuple(texts.index(v) for v in now) if whole else None,
                    (least,) * len(texts),
                    (most,) * len(texts),
                )
            )

    def _read_orders(self) -> None:
        """Decisions about single orders."""
        from vtwin.scenario.build import drafted

        entry = self.entry.orders
        if entry.sequence is None and entry.on is None and entry.tool is None:
            return
        draft = drafted(self.resolved)
        if draft is None or any(p.severity == "error" for p in draft.problems):
            return  # the plant itself is refused
        decided = [*self.decisions, *(path for group in self.groups for path in group.paths)]
        self.ordered = sequencing.read(draft, entry, decided, self.fault)
        self.today |= self.ordered.today

    def _often(self, each: str, path: Sequence[Any]) -> tuple[int, int] | None:
        if each.strip().isdigit() and int(each) > 0:
            return int(each), int(each)
        span = _SPAN.match(each)
        if span is None or int(span[2]) < max(1, int(span[1])):
            self.fault("V392", f"'{each}' is no number of uses", path, "write 1, 0..1 or 1..3")
            return None
        return int(span[1]), int(span[2])

    def _try_values(self) -> None:
        """Write the ends of every range where they belong and see what is wrong with them."""
        tried = [(d, ("range", d.name), d.paths) for d in self.decisions.values()]
        tried += [(d, ("assign", d.name), d.paths) for d in self.groups]
        for decision, place, paths in tried:
            several = decision.values if len(decision.values) <= 12 else decision.values[::11]
            tests = (decision.values[0], decision.values[-1]) if decision.ordered else several
            for path in paths:
                wrong = next(filter(None, (self._wrong(path, value) for value in tests)), None)
                wrong = wrong or self._meaningless(path, tests[-1])
                if wrong is not None:
                    where = self.resolved.tree.at(("reallocate", *place)).key_where(path)
                    self.problems.append(wrong_place(wrong, path, where))

    def _wrong(self, path: str, value: str) -> Problem | None:
        tried = self.loaded.resolve(self.variant, {path: json.loads(value)})
        known = set(self.resolved.problems)
        return next((p for p in tried.problems if p not in known), None)

    def _meaningless(self, path: str, value: str) -> Problem | None:
        """A key that the equipment does not know. Other refusals of a whole plant only say
        that this design is none, not that the path is wrong.
        """
        from vtwin.scenario.build import built

        try:
            built(self.loaded.resolve(self.variant, {path: json.loads(value)}))
        except Refused as refused:
            return next((p for p in refused.problems if p.code in ("V115", "V705")), None)
        return None

    # --- prices -------------------------------------------------------------------

    def _read_prices(self, pools: Mapping[str, Sequence[str]]) -> None:
        for path, written in self.entry.price.items():
            place = ("price", path)
            if path in _PER_PERSON:
                self._read_effort(path, written)
            elif path == "piece":
                self.fees[path] = self._money(written, place)
            elif path in self.decisions:
                self.prices[path] = self._price(path, written, place)
            else:
                known = [*self.decisions, *_PER_PERSON, "piece"]
                hint = did_you_mean(path, known) or "it needs a `range:`, or leave the price out"
                self.fault("V395", f"a price of '{path}', which cannot be changed", place, hint)
        for paths in pools.values():
            if any(isinstance(self.prices.get(path), Mapping) for path in paths):
                what = "what moves has one price for each more, not one for each value"
                self.fault("V395", what, ("price",), "such as 85 MKRW")

    def _read_effort(self, word: str, written: Any) -> None:
        """``training: 3 d`` or ``training: {takes: 3 d, cost: 500000 KRW}``."""
        given = written if isinstance(written, Mapping) else {"takes": written}
        unknown = [key for key in given if key not in ("takes", "cost")]
        if unknown:
            hint = f"such as `{word}: {{takes: 3 d, cost: 500000 KRW}}`"
            self.fault("V395", f"'{unknown[0]}' is unknown here", ("price", word), hint)
        if "takes" in given:
            took = self._quantity(DURATION.read, given["takes"], ("price", word), "such as 3 d")
            self.times[word] = 0.0 if took is None else float(took)
        if "cost" in given:
            self.fees[word] = self._money(given["cost"], ("price", word))

    def _quantity(
        self, reader: Callable[[Any, Mapping[str, Any]], Any], written: Any,
        path: Sequence[Any], hint: str,
    ) -> Any:  # fmt: skip
        try:
            return reader(written, {})
        except PydanticCustomError as error:
            told = error.context or {}
            self.fault("V395", str(told.get("what", error)), path, told.get("hint") or hint)
            return None

    def _money(self, written: Any, path: Sequence[Any]) -> float:
        amount = self._quantity(money, written, path, "such as 85 MKRW")
        if amount is None:
            return 0.0
        currency = self.document.currency
        if currency is None:
            self.fault("V307", "the plant has prices and no currency", path,
                       f"write `currency: {amount.currency}` at the top")  # fmt: skip
        elif amount.currency != currency:
            what = f"a price in {amount.currency} in a plant that counts in {currency}"
            self.fault("V307", what, path, f"write it in {currency}")
        return float(amount.value)

    def _price(self, path: str, written: Any, place: Sequence[Any]) -> Any:
        """A price per unit (number), or of every value (mapping)."""
        decision = self.decisions[path]
        if isinstance(written, Mapping):
            found = {}
            for value, price in written.items():
                key = canonical(value)
                if key not in decision.values:
                    hint = "there are: " + ", ".join(json.loads(v) if v[0] == '"' else v
                                                     for v in decision.values)  # fmt: skip
                    self.fault(
                        "V395", f"a price of '{value}', which is not in the range", place, hint
                    )
                found[key] = self._money(price, place)
            return found
        if isinstance(written, list | tuple):
            if len(written) != len(decision.values):
                what = f"{len(written)} prices of {len(decision.values)} values"
                self.fault(
                    "V395", what, place, "give one for each value of the range, in its order"
                )
                return 0.0
            order = [canonical(v) for v in self.ranges[path]]
            return {v: self._money(p, place) for v, p in zip(order, written, strict=True)}
        return self._money(written, place)

    # --- limits and goals ------------------------------------------------------------------

    def _read_limits(self, amounts: Mapping[str, Limit], limits: list[Limit]) -> list[Requirement]:
        requirements = []
        for name, written in self.entry.limit.items():
            place = ("limit", name)
            found = _BOUND.match(written) if isinstance(written, str) else None
            if found is None:
                hint = 'write `<= 8`, `= 18` or, in quotes, ">= 95 %"'
                self.fault("V395", f"'{written}' is no limit", place, hint)
                continue
            sign = found[1].replace("≤", "<=").replace("≥", ">=")
            number = self._bound(name, found[2], place)
            if number is None:
                continue
            low = number if sign in (">=", "=") else None
            high = number if sign in ("<=", "=") else None
            if name in _AMOUNTS:
                base = amounts["cost" if name == "budget" else name]
                limits.append(_bounded(base, name, low, high))
                if name == "floor" and not base.weights and not base.constant:
                    what = "no equipment has a `size:`, so no floor can be counted"
                    self.fault("V395", what, place, "write `size: [2 m, 3 m]` at the equipment")
            elif name in self.decisions or "+" in name:
                self._sum_of_paths(name, low, high, limits, place)
            else:
                requirements.append(Requirement(name, low, high))
        return requirements

    def _sum_of_paths(
        self, name: str, low: float | None, high: float | None, limits: list[Limit],
        place: Sequence[Any],
    ) -> None:  # fmt: skip
        weights: dict[Pair, float] = {}
        for path in (part.strip() for part in name.split(" + ")):
            decision = self.decisions.get(path)
            if decision is None or not decision.counts:
                hint = did_you_mean(path, [p for p, d in self.decisions.items() if d.counts])
                what = f"'{path}' is no number that may be changed"
                self.fault("V395", what, place, hint or "give it a `range:` of whole numbers")
                return
            weights |= numbers(decision)
        limits.append(Limit(name, weights, low, high))

    def _bound(self, name: str, text: str, place: Sequence[Any]) -> float | None:
        if name == "budget":
            return self._money(text, place)
        if name == "floor":
            return self._unit(text, "area", place, "such as 400 m2")
        if name in _AMOUNTS or name in self.decisions or "+" in name:
            number = text.split()[0]
            if not number.isdigit():
                self.fault("V395", f"'{text}' is no whole number", place, "such as <= 8")
                return None
            return float(number)
        why = unmeasurable(self.document, name)
        if why is not None:
            self.fault("V394", f"'{name}' cannot be limited: it is no figure here", place, why)
            return None
        return self._figure_bound(KPIS[name.rpartition(".")[2] if "." in name else name].unit,
                                  text, place)  # fmt: skip

    def _figure_bound(self, unit: str, text: str, place: Sequence[Any]) -> float | None:
        if unit == "share":
            found = self._quantity(SHARE.read, text, place, "such as 95 %")
            return None if found is None else float(found)
        if unit == "s":
            return self._unit(text, "time", place, "such as 2 d")
        try:
            return float(text.split()[0])
        except ValueError:
            self.fault("V395", f"'{text}' is no number", place, f"such as 450 (in {unit})")
            return None

    def _unit(self, text: str, dimension: str, place: Sequence[Any], hint: str) -> float | None:
        try:
            return units.parse(text, dimension)
        except units.UnitError as error:
            self.fault("V395", error.message, place, error.hint or hint)
            return None

    def _read_goals(self, amounts: Mapping[str, Limit]) -> list[Goal]:
        goals = []
        for position, entry in enumerate(self.entry.goal):
            place = ("goal", position)
            named = entry.maximise or entry.minimise
            if named is None or (entry.maximise and entry.minimise):
                hint = "such as `- {maximise: good_per_day}`"
                self.fault("V395", "a goal is one figure to maximise or to minimise", place, hint)
                continue
            why = None if named in KNOWN_BEFOREHAND else unmeasurable(self.document, named)
            if why is not None:
                self.fault("V394", f"'{named}' is no figure of this plant", place, why)
                continue
            if named in KNOWN_BEFOREHAND and _always_the_same(amounts[named]):
                what = f"'{named}' is the same whatever is changed"
                self.fault("V394", what, place, _NOTHING_COUNTED[named])
            if entry.within == 0.0:
                what = "where every difference matters, no number of runs is enough"
                self.fault("V395", what, (*place, "within"), "such as `within: 0.5 %`")
            goals.append(_goal(entry, named, self.document.currency))
        if not self.entry.goal:
            self.fault("V395", "there is no goal", ("goal",), "such as `{maximise: good_per_day}`")
        return goals


def _kind(texts: Sequence[str]) -> Kind:
    """Whole numbers, quantities of one unit that only rise or only fall, or neither."""
    if all(re.fullmatch(r'"\d+"', text) for text in texts):
        return "integer"
    found = [re.fullmatch(r'"(\d+(?:\.\d+)?)\s*(\S*)"', text) for text in texts]
    if not all(found) or len({one[2] for one in found if one}) > 1:
        return "category"
    numbers = [float(one[1]) for one in found if one]
    return "level" if numbers in (sorted(numbers), sorted(numbers)[::-1]) else "category"


def wrong_place(problem: Problem, path: str, where: Where) -> Problem:
    """A problem of a value that was tried, told at the place that asked for it."""
    code = "V391" if problem.code in ("V120", "V115") else "V392"
    return Problem(code, f"{path}: {problem.what}", where, problem.hint)


def _always_the_same(limit: Limit) -> bool:
    priced = any(extra.price for extra in limit.extras)
    return not priced and not any(limit.weights.values())


def _bounded(limit: Limit, name: str, low: float | None, high: float | None) -> Limit:
    return Limit(name, limit.weights, low, high, limit.unit, limit.constant, limit.extras)


def _goal(entry: GoalEntry, named: str, currency: str | None) -> Goal:
    key = named.rpartition(".")[2] if "." in named else named
    unit = {"cost": currency or "", "head_count": "people", "floor": "m2", "changes": "changes"}
    shown = unit[named] if named in KNOWN_BEFOREHAND else KPIS[key].unit
    return Goal(
        named,
        "maximise" if entry.maximise else "minimise",
        entry.within,
        shown.replace("{currency}", currency or ""),
    )
