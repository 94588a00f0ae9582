"""Staff: groups of people become workers with skills, speeds and working hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vtwin.plant.primitives import NONE, ShiftEnd, Worker


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

    def can(self, skill: str) -> bool:
        """Whether the group has a skill. Its own name is a skill too."""
        return self.count > 0 and (skill in self.skills or skill == self.name)

    def speed(self, skill: str) -> float:
        """Speed at a skill the group has."""
        return self.skills.get(skill, 1.0)


def skills_of(groups: Iterable[Group], wanted: Iterable[str]) -> tuple[str, ...]:
    """Every skill somebody has or something needs, sorted; a group's own name counts only
    when it is needed.
    """
    known = {skill for group in groups for skill in group.skills}
    return tuple(sorted(known | set(wanted)))


def hire(
    groups: Iterable[Group], skills: tuple[str, ...], calendars: Mapping[str, int]
) -> tuple[Worker, ...]:
    """The workers of all groups, sorted by name. ``skills`` and ``calendars`` give the
    indices; a calendar that is not among them means always on duty.
    """
    staff = sorted(groups, key=lambda group: group.name)
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
            )
            for number in range(1, group.count + 1)
        ]
    return tuple(sorted(workers, key=lambda worker: worker.name))
