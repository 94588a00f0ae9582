"""What the values of decisions do to the resources of a plant: times, hours, heads and tools, by
names that all designs share. Each is read from a program built with it.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from vtwin.base.errors import Refused
from vtwin.plant.flows import visits
from vtwin.plant.primitives import NONE
from vtwin.results.elements import entry_of
from vtwin.scenario.decisions import Decision, Design, Limit
from vtwin.studies.estimates import Times, demands
from vtwin.studies.space import Space

if TYPE_CHECKING:
    from vtwin.plant.program import Program

#: Last words of paths that change nothing of what there is time for: of orders, of any piece of
#: equipment (written right at it), of buffers.
HARMLESS_ORDERS: Final = ("priority", "due", "conwip")
HARMLESS_PLACES: Final = ("dispatch", "at", "size")
#: Programs that are built at most; large plants get fewer.
MOST_BUILDS: Final = 1_200
#: Values written together of decisions that touch one another.
MOST_JOINT: Final = 150
#: Designs tried to find a plant in which somebody has a skill.
MOST_TRIED: Final = 48

#: A figure of a resource: ("work", operation, entry), ("open", entry), ("skill", name, group) …
Key = tuple[Any, ...]
#: Values written together: ((path, value), …).
Joint = tuple[tuple[str, str], ...]


class Unknown(Exception):
    """Why there is no bound."""


def speeds_of(program: Program) -> dict[str, float]:
    """The fastest at each skill, by name."""
    times = Times(program)
    return {name: times.fastest(index) for index, name in enumerate(program.skills)}


def figures_of(program: Program, speeds: Mapping[str, float]) -> dict[Key, tuple[float, ...]]:
    """Every figure the bottleneck problem is made of, by names that all designs share."""
    times = Times(program, speeds)
    found: dict[Key, tuple[float, ...]] = {}
    passes = visits(program)
    for index, operation in enumerate(program.operations):
        if operation.stands_for == NONE:
            found["passes", index] = (passes[index],)
            kit = tuple(float(v) for k in operation.kit for v in (k.stock, k.pieces))
            found["kit", index] = kit
        pieces = times.pieces(operation)
        # what stands in for a step, for certain orders, is one more way to do it
        step = operation.stands_for if operation.stands_for != NONE else index
        for number, mode in enumerate(operation.modes):
            entry = entry_of(program.machines[mode.machine].name)
            skill = operation.attended(mode).skill
            work = times.cycle(operation, number) / pieces
            heads = times.attended(operation, number) / pieces if skill != NONE else 0.0
            mounted = program.distributions[mode.cycle].mean / pieces
            new = (
                work,
                heads,
                # with another tool than the route's, none of the time of that
                mounted if operation.tool == program.operations[step].tool != NONE else 0.0,
                times.passing(operation, number),
            )
            who = program.skills[skill] if skill != NONE else ""
            known = found.get(("work", step, entry, who), new)
            found["work", step, entry, who] = tuple(map(min, known, new))
    for machine in program.machines:
        key: Key = ("open", entry_of(machine.name))
        found[key] = (found.get(key, (0.0,))[0] + times.there(machine),)
    for tool in program.tools:
        found["tool", tool.name] = (float(tool.count),)
    for worker in program.workers:
        group = program.groups[worker.group]
        duty = times.duty(worker)
        for key in (("crew", group), *(("skill", program.skills[s], group) for s in worker.skills)):
            found[key] = (found.get(key, (0.0,))[0] + duty,)
    for product, asked in enumerate(demands(program)):
        found["asked", product] = (math.inf if asked is None else asked,)
    return found


def _shape(program: Program) -> tuple[Any, ...]:
    """What must be the same in all designs for their figures to be set beside one another."""
    operations = tuple(
        (index, o.name, o.product, program.tools[o.tool].name if o.tool != NONE else "")
        for index, o in enumerate(program.operations)
        if o.stands_for == NONE
    )  # fmt: skip
    return operations, program.leaving, tuple(s.product for s in program.stocks)


@dataclass
class Effects:
    """What every value does to the figures: ``groups`` are paths that are tried together,
    ``joints`` the values of each, ``changed`` a figure's values where a group changes it.
    """

    space: Space
    today: Design
    build: Callable[[Design], Program]
    base: Program
    speeds: dict[str, float]
    groups: list[tuple[str, ...]] = field(default_factory=list)
    joints: list[list[Joint]] = field(default_factory=list)
    figures: dict[Key, tuple[float, ...]] = field(default_factory=dict)
    changed: dict[Key, tuple[int, list[tuple[float, ...]]]] = field(default_factory=dict)
    built: dict[Joint, Program | None] = field(default_factory=dict)

    def read(self) -> None:
        """Fill everything in; raises `Unknown` where that cannot be done."""
        paths = {path: decision for path, decision in self.space.slots if self._matters(path)}
        groups = _akin(list(paths))
        for _ in range(len(paths) + 1):
            self._try(groups, paths)
            again = self._touching(groups)
            if again is None:
                break
            groups = again

    def _matters(self, path: str) -> bool:
        owner, _, key = path.rpartition(".")
        section, _, name = owner.partition(".")
        if section == "transport":
            return False
        if section == "orders":
            return key not in HARMLESS_ORDERS
        machines = {entry_of(machine.name) for machine in self.base.machines}
        if section == "equipment" and key == "capacity":
            return name in machines  # not a buffer
        if section == "equipment" and name in machines:
            return key not in HARMLESS_PLACES
        return True

    def holds(self, path: str) -> bool:
        """Whether a path is the places of a buffer."""
        return path.endswith(".capacity") and not self._matters(path)

    def _try(self, groups: list[tuple[str, ...]], paths: Mapping[str, Decision]) -> None:
        joints = []
        for group in groups:
            number = math.prod(len(paths[path].values) for path in group)
            if number > MOST_JOINT:
                raise Unknown(
                    f"{number:,} values of {' and '.join(group)} together are too many to try"
                )
            joints.append([
                tuple(zip(group, values, strict=True))
                for values in itertools.product(*(paths[path].values for path in group))
            ])  # fmt: skip
        most = max(60, MOST_BUILDS // (1 + len(self.base.operations) // 5))
        if sum(map(len, joints)) > most:
            raise Unknown(f"more than {most} values would have to be tried in a plant this large")
        self.groups = groups
        self.joints = [[j for j in listed if self._plant(j) is not None] for listed in joints]
        plants = [[p for j in listed if (p := self._plant(j)) is not None] for listed in joints]
        for plant in itertools.chain([self.base], *plants):
            if _shape(plant) != _shape(self.base):
                raise Unknown("a decision changes what is made, or where")
            for name, speed in speeds_of(plant).items():
                self.speeds[name] = max(self.speeds.get(name, 0.0), speed)
        self.figures = figures_of(self.base, self.speeds)
        seen = [[figures_of(plant, self.speeds) for plant in listed] for listed in plants]
        self._compare(seen)

    def _compare(self, seen: list[list[dict[Key, tuple[float, ...]]]]) -> None:
        self.changed = {}
        self.clashes: list[tuple[int, int]] = []
        for number, listed in enumerate(seen):
            crew = self._people(number)
            keys = dict.fromkeys(key for figures in listed for key in figures)
            for key in (*keys, *self.figures):
                if crew is not None and key[0] in ("skill", "crew") and key[-1] not in crew:
                    continue
                none = self.figures.get(key, ())
                values = [figures.get(key, ()) for figures in listed]
                if all(_same(value, none) for value in values):
                    continue
                known = self.changed.get(key)
                if known is not None and known[0] != number:
                    self.clashes.append((known[0], number))
                self.changed[key] = (number, values)

    def _people(self, number: int) -> set[str] | None:
        """Groups of people that all paths of a group speak of; None where others are, too."""
        paths = self.groups[number]
        if not all(path.startswith("people.") for path in paths):
            return None
        return {g for g in self.base.groups if any(p.startswith(f"people.{g}.") for p in paths)}

    def _touching(self, groups: list[tuple[str, ...]]) -> list[tuple[str, ...]] | None:
        """Groups joined that change the same figure; None where there are none."""
        if not self.clashes:
            return None
        one, two = self.clashes[0]
        rest = [group for number, group in enumerate(groups) if number not in (one, two)]
        return [*rest, tuple(sorted(groups[one] + groups[two]))]

    def _plant(self, joint: Joint) -> Program | None:
        """A program in which these are written, and nothing else but what they call for; None
        where no design with them is a plant.
        """
        if joint not in self.built:
            self.built[joint] = self._build(joint)
        return self.built[joint]

    def _build(self, joint: Joint) -> Program | None:
        written = {**dict(self.today.settings), **dict(joint)}
        told = ""
        try:
            return self.build(Design(tuple(sorted(written.items()))))
        except Refused as refused:
            told = refused.problems[0].what
        # Somebody who gives up the only skill of its kind: another one must take it up.
        if all(path.startswith("people.") for path, _ in joint):
            pinned = Limit("pinned", dict.fromkeys(joint, 1.0), float(len(joint)), None)
            inside = Space(self.space.decisions, (*self.space.limits, pinned), self.space.solver)
            designs = inside.all(most=MOST_TRIED)
            for design in designs:
                try:
                    return self.build(design)
                except Refused as refused:
                    told = refused.problems[0].what
            if len(designs) < MOST_TRIED:
                return None
        values = ", ".join(f"{path}: {json.loads(value)}" for path, value in joint)
        raise Unknown(f"with {values} alone there is no plant to read its times from ({told})")

    def alternatives(self, key: Key) -> tuple[int | None, list[tuple[float, ...]]]:
        """The group that decides a figure and its values, or None and what it always is."""
        known = self.changed.get(key)
        return (None, [self.figures.get(key, ())]) if known is None else known


def _same(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    if len(one) != len(two):
        return False
    return all(a == b or abs(a - b) <= 1e-12 * abs(a) for a, b in zip(one, two, strict=True))


def _akin(paths: list[str]) -> list[tuple[str, ...]]:
    """Paths by what they belong to: those of one piece of equipment are tried together."""
    groups: list[list[str]] = []
    for path in sorted(paths, key=len):
        owner = path.rpartition(".")[0] + "."
        for group in groups:
            first = group[0].rpartition(".")[0] + "."
            if owner.startswith(first) and first.count(".") > 1:
                group.append(path)
                break
        else:
            groups.append([path])
    return [tuple(sorted(group)) for group in groups]
