"""Ways on after steps: branches, rework and samples, and whether every item comes to an end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from vtwin.base.errors import did_you_mean
from vtwin.scenario.choices import OUT
from vtwin.scenario.document import ReworkEntry, StepEntry
from vtwin.scenario.draft import BranchDraft, Draft, StepDraft

#: Operation of a draft that stands for leaving.
GONE = ""


def read_ways(draft: Draft) -> None:
    """Where every step leads, and the checks of what leads where."""
    for product, route in draft.routes.items():
        written = {step.operation: step.entry for step in route}
        if not any(e.next or e.rework or e.sample > 1 for e in written.values()):
            continue
        before = len(draft.problems)
        names = {step.operation.partition("/")[2]: step for step in route}
        draft.routes[product] = [
            _with_ways(draft, names, step, written[step.operation]) for step in route
        ]
        if len(draft.problems) == before and product not in draft.broken:
            _check_ways(draft, product)


def _with_ways(
    draft: Draft, names: Mapping[str, StepDraft], step: StepDraft, entry: StepEntry
) -> StepDraft:
    """The step with what follows it: of several, the one furthest along the route is the main
    way, the others are branches.
    """
    branches: list[BranchDraft] = []
    rest = 1.0
    if entry.rework is not None:
        back = _rework(draft, names, step, entry.rework)
        rest -= entry.rework.chance
        branches += [back] if back is not None else []
    then: str | None = None
    if entry.next:
        found = [
            (_named(draft, names, step, name), share)
            for name, share in entry.next.items()
            if share > 0
        ]
        known = [(target, share) for target, share in found if target is not None]
        if known:
            place = {s.operation: s.position for s in names.values()} | {GONE: len(names)}
            then = max((target for target, _ in known), key=lambda target: place[target])
            branches += sorted(
                (BranchDraft(rest * share, target) for target, share in known if target != then),
                key=lambda branch: branch.operation,
            )
    return replace(step, then=then, branches=tuple(branches))


def _rework(
    draft: Draft, names: Mapping[str, StepDraft], step: StepDraft, rework: ReworkEntry
) -> BranchDraft | None:
    path = (*step.path, "rework", "to")
    if rework.to not in names:
        _nowhere(draft, names, rework.to, path)
        return None
    if rework.chance == 1.0 and rework.most is None:
        what = "every item goes back, again and again"
        draft.fault("V383", what, (*step.path, "rework"), "write `most: 2`, or a smaller chance")
    if rework.chance == 0.0:
        return None
    return BranchDraft(rework.chance, names[rework.to].operation, rework.most)


def _named(draft: Draft, names: Mapping[str, StepDraft], step: StepDraft, name: str) -> str | None:
    if name in names:
        return names[name].operation
    if name == OUT:
        return GONE
    _nowhere(draft, names, name, (*step.path, "next"))
    return None


def _nowhere(
    draft: Draft, names: Mapping[str, StepDraft], name: str, path: tuple[object, ...]
) -> None:
    known = [*names, OUT]
    hint = did_you_mean(name, known) or "steps of this route: " + ", ".join(known[:12])
    draft.fault("V381", f"'{name}' is no step of this route", path, hint)


def following(route: list[StepDraft]) -> dict[str, str]:
    """The main way: operation -> the one that follows it, or GONE."""
    found = {}
    for number, step in enumerate(route):
        after = route[number + 1].operation if number + 1 < len(route) else GONE
        found[step.operation] = after if step.then is None else step.then
    return found


def ways(route: list[StepDraft]) -> Iterable[tuple[StepDraft, StepDraft]]:
    """Every pair of steps one after the other on some item's way, those passed by items that a
    sample leaves out included.
    """
    steps = {step.operation: step for step in route}
    after = following(route)
    for step in route:
        old = [step.shelf.too_old] if step.shelf and step.shelf.too_old else []
        turns = [branch.operation for branch in step.branches]
        targets = dict.fromkeys([after[step.operation], *turns, *old])
        seen: set[str] = set()
        while targets:
            target = next(iter(targets))
            del targets[target]
            if target == GONE or target in seen:
                continue
            seen.add(target)
            yield step, steps[target]
            if steps[target].sample > 1:
                targets[after[target]] = None


def _check_ways(draft: Draft, product: str) -> None:
    route = draft.routes[product]
    if route[0].sample > 1:
        what = "the first step of a route takes every item"
        hint = "let a step that all items go through come first, if only the store they come from"
        draft.fault("V385", what, (*route[0].path, "sample"), hint)
    _check_reached(draft, route)
    circle = _circle(following(route))
    if circle:
        names = " → ".join(name.partition("/")[2] for name in [*circle, circle[0]])
        what = f"items go round and never come to an end: {names}"
        hint = "let a share of them go on: `next: {…: 10 %, …: 90 %}`, or write `rework:`"
        step = next(s for s in route if s.operation == circle[-1])
        draft.fault("V383", what, step.path, hint)


def _check_reached(draft: Draft, route: list[StepDraft]) -> None:
    ahead: dict[str, list[StepDraft]] = {}
    for before, after in ways(route):
        ahead.setdefault(before.operation, []).append(after)
    reached, todo = {route[0].operation}, [route[0]]
    while todo:
        for step in ahead.get(todo.pop().operation, ()):
            if step.operation not in reached:
                reached.add(step.operation)
                todo.append(step)
    for step in route:
        if step.operation not in reached:
            name = step.operation.partition("/")[2]
            what = f"no way leads to '{name}'"
            hint = "the step before it goes elsewhere: name it in a `next:`, or leave it out"
            draft.fault("V384", what, step.path, hint)


def _circle(after: Mapping[str, str]) -> list[str]:
    """Operations that follow one another round and round; [] when every way ends."""
    for start in after:
        path: list[str] = []
        here = start
        while here != GONE and here not in path:
            path.append(here)
            here = after[here]
        if here != GONE:
            return path[path.index(here) :]
    return []
