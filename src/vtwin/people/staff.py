"""Staff: groups of people become workers with skills, speeds and working hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vtwin.people.learning import Learning
from vtwin.people.levels import Level
from vtwin.plant.primitives import NONE, Curve, ShiftEnd, Worker


@dataclass(frozen=True, slots=True)
class Wages:
    """Premiums in shares of the cost per hour; the night in ticks of the day."""

    overtime: float = 0.0
    night: float = 0.0
    night_from: int = 0
    night_length: int = 0
    training_per_day: float = 0.0  # of one person, worked or not


@dataclass(frozen=True, slots=True)
class Group:
    """People alike: ``skills`` to the speed at each (1: standard), ``cost_per_h`` on duty."""

    name: str
    count: int
    skills: Mapping[str, float]
    calendar: str | None = None  # None: always on duty
    shift_end: ShiftEnd = ShiftEnd.FINISH
    cost_per_h: float = 0.0
    tends: int = 1  # operations one of them attends at once
    absence: float = 0.0  # probability to miss a shift
    speed_mm_s: int = 0  # walking; 0: ways take no time
    levels: Mapping[str, Level] = field(default_factory=dict)  # of skills; others: TRAINED
    learns: Mapping[str, Learning] = field(default_factory=dict)  # by skill
    may: Mapping[str, frozenset[str]] = field(default_factory=dict)  # skill -> equipment
    #: What is wanted of a skill under narrower terms (a level, a machine), to the skill.
    meets: Mapping[str, str] = field(default_factory=dict)
    wages: Wages = Wages()

    def can(self, skill: str) -> bool:
        """Whether the group has a skill. Its own name is a skill too."""
        return self.count > 0 and (
            skill in self.skills or skill == self.name or skill in self.meets
        )

    def speed(self, skill: str) -> float:
        """Speed at a skill the group has."""
        return self.skills.get(self.meets.get(skill, skill), 1.0)

    def level(self, skill: str) -> Level:
        """How far they have come in a skill."""
        return self.levels.get(self.meets.get(skill, skill), Level.TRAINED)

    def curve(self, skill: str) -> str | None:
        """Name of the curve along which they learn a skill, if they do."""
        learned = self.meets.get(skill, skill)
        return f"{self.name}/{learned}" if learned in self.learns else None


def skills_of(groups: Iterable[Group], wanted: Iterable[str]) -> tuple[str, ...]:
    """Every skill somebody has or something needs, sorted; a group's own name counts only
    when it is needed.
    """
    known = {skill for group in groups for skill in group.skills}
    return tuple(sorted(known | set(wanted)))


def curves(groups: Iterable[Group]) -> tuple[Curve, ...]:
    """How those learn who do, sorted by name."""
    found = [
        Curve(f"{group.name}/{skill}", learning.steps(), learning.alone, learning.beside)
        for group in groups
        if group.count
        for skill, learning in group.learns.items()
    ]
    return tuple(sorted(found, key=lambda curve: curve.name))


def hire(
    groups: Iterable[Group], skills: tuple[str, ...], calendars: Mapping[str, int]
) -> tuple[Worker, ...]:
    """The workers of all groups, sorted by name. ``skills`` and ``calendars`` give the
    indices; a calendar that is not among them means always on duty.
    """
    staff = sorted(groups, key=lambda group: group.name)
    known = [curve.name for curve in curves(staff)]
    workers: list[Worker] = []
    for index, group in enumerate(staff):
        held = tuple(i for i, skill in enumerate(skills) if group.can(skill))
        workers += [
            Worker(
                name=f"{group.name}#{number}",
                group=index,
                skills=held,
                speeds=tuple(group.speed(skills[i]) for i in held),
                calendar=calendars.get(group.calendar or "", NONE),
                shift_end=group.shift_end,
                cost_per_h=group.cost_per_h,
                tends=group.tends,
                absence=group.absence,
                speed=group.speed_mm_s,
                learns=_learns(group, [skills[i] for i in held], known),
                teaches=tuple(i for i in held if group.level(skills[i]) is Level.TRAINER),
                night_from=group.wages.night_from,
                night=group.wages.night_length,
                overtime_premium=group.wages.overtime,
                night_premium=group.wages.night,
                training_cost_per_day=group.wages.training_per_day,
            )
            for number in range(1, group.count + 1)
        ]
    return tuple(sorted(workers, key=lambda worker: worker.name))


def _learns(group: Group, skills: Sequence[str], known: Sequence[str]) -> tuple[int, ...]:
    """The curve of each skill, or nothing where none is learned."""
    names = [group.curve(skill) for skill in skills]
    if not any(names):
        return ()
    return tuple(NONE if name is None else known.index(name) for name in names)
