"""What a design costs, how many people and how much floor it needs, how many things it changes:
sums over what is written, known before any run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vtwin.base.errors import Refused
from vtwin.scenario import merge
from vtwin.scenario.decisions import Decision, Extra, Limit
from vtwin.scenario.diff import UNWRITTEN
from vtwin.scenario.document import Document
from vtwin.scenario.load import Resolved

#: A path and the canonical JSON of what is written there.
Pair = tuple[str, str]


def written_today(resolved: Resolved, path: str) -> Any:
    """What is written at a path now, or what leaving it out means; None: cannot be said."""
    values = [node.plain() for node in merge.find(resolved.tree, path)]
    if not values:
        return UNWRITTEN.get(path.rpartition(".")[2])
    return values[0] if all(value == values[0] for value in values) else None


def number_today(resolved: Resolved, path: str) -> int:
    """The whole number that is written at a path now; 0 where it is none."""
    try:
        return int(str(written_today(resolved, path)))
    except (TypeError, ValueError):
        return 0


def numbers(decision: Decision) -> dict[Pair, float]:
    """What each value of a number that may be changed adds to a sum of such numbers."""
    if not decision.counts:
        return {}
    return {(path, v): float(json.loads(v)) for path in decision.paths for v in decision.values}


@dataclass(frozen=True)
class Sums:
    """The sums of one ``reallocate:`` section.

    ``decisions`` are those of single paths, by path, ``groups`` the assignments. ``pools`` hold
    the paths between which people, places or machines move, ``today`` is canonical JSON by path,
    ``prices`` are money per unit, or per value, by path, and ``fees`` money per effort.
    """

    resolved: Resolved
    document: Document
    decisions: Mapping[str, Decision]
    groups: Sequence[Decision]
    pools: Mapping[str, Sequence[str]]
    today: Mapping[str, str]
    prices: Mapping[str, Any]
    fees: Mapping[str, float]

    def amounts(self) -> dict[str, Limit]:
        """What goals and plans speak of: cost, head_count, floor and changes, without bounds."""
        changes = {(p, v): float(v != self.today.get(p)) for p, v in self._pairs()}
        extras = (*self._bought(), *self._efforts())
        unit = self.document.currency or ""
        return {
            "cost": Limit("budget", self._costs(), unit=unit, extras=extras),
            "head_count": self._heads(),
            "floor": self._floor(),
            "changes": Limit("changes", changes, unit="changes"),
        }

    def kept(self) -> list[Limit]:
        """Limits nobody has to write: somebody for each skill that is asked for, and what moves
        stays the same in all where it cannot be bought.
        """
        limits = self._somebody()
        for pool, paths in self._moving():
            if not any(path in self.prices for path in paths):
                limits.append(Limit(f"{pool} that move", self._counts(paths), None,
                                    self._base(paths)))  # fmt: skip
        return limits

    # --- what it costs ---------------------------------------------------------------------

    def _costs(self) -> dict[Pair, float]:
        """Of what does not move: per unit more than today, or per value."""
        pooled = {path for paths in self.pools.values() for path in paths}
        weights: dict[Pair, float] = {}
        for path, price in self.prices.items():
            if path in pooled:
                continue
            decision = self.decisions[path]
            here = self.today.get(path)
            now = number_today(self.resolved, path)
            for value in decision.values:
                if isinstance(price, Mapping):
                    weights[path, value] = 0.0 if value == here else price.get(value, 0.0)
                elif decision.counts:
                    weights[path, value] = price * max(0, int(json.loads(value)) - now)
                else:
                    weights[path, value] = 0.0 if value == here else price
        return weights

    def _bought(self) -> list[Extra]:
        """What moves, and more of it may be bought: what is in excess of today's sum."""
        found = []
        for _, paths in self._moving():
            prices = [self.prices[path] for path in paths if path in self.prices]
            if prices and not any(isinstance(price, Mapping) for price in prices):
                found.append(Extra(max(prices), self._base(paths), self._counts(paths)))
        return found

    def _efforts(self) -> list[Extra]:
        """Who joins a group is trained, a machine that joins an entry is moved: for a fee."""
        found = []
        for pool, paths in self._moving():
            fee = self.fees.get("training" if pool == "people" else "moving", 0.0)
            if fee and pool != "places":
                found += [Extra(fee, self._base([p]), self._counts([p])) for p in paths]
        return found

    # --- who and what is there -------------------------------------------------------------

    def _moving(self) -> Iterable[tuple[str, list[str]]]:
        for pool, paths in self.pools.items():
            yield pool, [path for path in paths if path in self.decisions]

    def _base(self, paths: Sequence[str]) -> float:
        return float(sum(number_today(self.resolved, path) for path in paths))

    def _counts(self, paths: Sequence[str]) -> dict[Pair, float]:
        return {pair: n for p in paths for pair, n in numbers(self.decisions[p]).items()}

    def _pairs(self) -> Iterable[Pair]:
        for decision in (*self.decisions.values(), *self.groups):
            for path in decision.paths:
                for value in decision.values:
                    yield path, value

    def _somebody(self) -> list[Limit]:
        """Where skills are decided: somebody for each that the plant asks for."""
        decided = {
            path: decision
            for decision in (*self.decisions.values(), *self.groups)
            for path in decision.paths
            if path.startswith("people.") and path.endswith(".skills")
        }
        if not decided:
            return []
        found = []
        for skill in sorted(self._asked_for()):
            always = sum(
                skill == name or skill in group.skills
                for name, group in self.document.people.items()
                if f"people.{name}.skills" not in decided or skill == name
            )
            weights = {
                (path, value): float(skill in json.loads(value))
                for path, decision in decided.items()
                for value in decision.values
            }
            found.append(Limit(f"somebody for {skill}", weights, 1.0, None, constant=always))
        return found

    def _asked_for(self) -> set[str]:
        """Skills that the plant as it is today asks for."""
        from vtwin.scenario.build import built

        try:
            program = built(self.resolved).program
        except Refused:
            return set()
        asked = [o.attended(mode).skill for o in program.operations for mode in o.modes]
        asked += [failure.skill for failure in program.failures]
        asked += [table.skill for table in program.setups] + [t.skill for t in program.tools]
        return {program.skills[skill] for skill in asked if skill >= 0}

    def _heads(self) -> Limit:
        weights: dict[Pair, float] = {}
        fixed = 0.0
        for name, group in self.document.people.items():
            path = f"people.{name}.count"
            if path in self.decisions:
                weights |= numbers(self.decisions[path])
            else:
                fixed += group.count
        return Limit("head_count", weights, unit="people", constant=fixed)

    def _floor(self) -> Limit:
        weights: dict[Pair, float] = {}
        fixed = 0.0
        for name, entry in self.document.equipment.items():
            if entry.size is None:
                continue
            area = float(entry.size[0] * entry.size[1])
            path = f"equipment.{name}.count"
            if path in self.decisions:
                each = numbers(self.decisions[path])
                weights |= {pair: n * area for pair, n in each.items()}
            else:
                fixed += entry.count * area
        return Limit("floor", weights, unit="m2", constant=fixed)
