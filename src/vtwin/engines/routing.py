"""Where an item goes after an operation: branches, rework and samples (S-82 to S-85)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vtwin.plant import rules
from vtwin.plant.primitives import OUT, UNLIMITED, Operation
from vtwin.plant.trace import Event

if TYPE_CHECKING:
    from vtwin.engines.floor import Item
    from vtwin.engines.machines import Way
    from vtwin.engines.stations import Step


class Fork:
    """The ways on from one operation that has branches, or that leads to a sample."""

    __slots__ = ("_branches", "_draw", "_then")

    def __init__(
        self, branches: Sequence[tuple[float, int, Step | None]], then: Step | None,
        draw: Callable[[], float],
    ) -> None:  # fmt: skip
        self._branches = branches  # (sum of the shares so far, most, where it leads)
        self._then = then
        self._draw = draw

    def onward(self, item: Item, way: Way, now: int) -> Step | None:
        """Where an item goes that has ended the operation; None: it leaves. An item over its
        rework limit is scrap, and nothing of it is left (S-84).
        """
        target = self._then
        if self._branches:
            u = self._draw()
            if item.quantity == 0:
                return None
            for number, (limit, most, branch) in enumerate(self._branches):
                if u < limit:
                    target = branch
                    if most != UNLIMITED and not self._may_again(item, number, most):
                        machine, floor = way.machine.index, way.machine.floor
                        way.scrapped += item.quantity
                        floor.note(now, Event.LIMIT, machine, item.serial, way.step.index)
                        floor.scrap(item, item.quantity, machine, now)
                        return None
                    break
        return stopping(target) if item.quantity else None

    def _may_again(self, item: Item, number: int, most: int) -> bool:
        """Count one more time on a branch with a limit, unless it is reached."""
        if item.taken is None:
            item.taken = {}
        key = (self, number)
        times = item.taken.get(key, 0)
        item.taken[key] = times + 1
        return times < most


def stopping(step: Step | None) -> Step | None:
    """Where an item that comes to an operation stops: there, or further along (S-85)."""
    while step is not None and step.sample > 1:
        step.came += 1
        if rules.stops_here(step.came, step.sample):
            return step
        step = step.following
    return step


def lay_ways(
    steps: Sequence[Step],
    operations: Sequence[Operation],
    following: Sequence[int],
    draws: Callable[[str, str], Callable[[], float]],
) -> None:
    """Tell every operation what follows it; only those that decide something get a fork.
    Every operation knows its ways on machines already.
    """
    for step, spec, after in zip(steps, operations, following, strict=True):
        step.expected = rules.expected_work([w.expected for w in step.ways.values()], step.sample)
        step.following = None if after < 0 else steps[after]
        step.instead = None if spec.stale == OUT else steps[spec.stale]
        to_sample = step.following is not None and step.following.sample > 1
        if spec.branches or to_sample:
            branches = [
                (limit, branch.most, None if branch.operation == OUT else steps[branch.operation])
                for limit, branch in zip(rules.limits(spec.branches), spec.branches, strict=True)
            ]
            step.fork = Fork(branches, step.following, draws(spec.name, "route"))
