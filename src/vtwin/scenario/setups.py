"""Set-up times of each machine: written ones, a matrix from a file, or those of its family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vtwin.base.draws import Distribution, constant
from vtwin.base.errors import Problem, Refused, did_you_mean
from vtwin.scenario import tables
from vtwin.scenario.document import SetupEntry
from vtwin.scenario.draft import Draft, SetupDraft
from vtwin.scenario.values import Crew

Times = Mapping[tuple[str, str], Distribution]


def read_setups(draft: Draft) -> None:
    """The set-up times of every equipment entry that has any."""
    keys: dict[str, set[str]] = {}
    for step in draft.every_step():
        for name, key in step.setup_keys.items():
            keys.setdefault(name, set()).add(key)
    for name, equipment in draft.equipment.items():
        if equipment.is_buffer:
            continue
        written = equipment.entry.setup
        path = ("equipment", name, "setup")
        own = keys.get(name, set())
        if written is None:
            lowered = draft.lowered[name]
            times: Times = lowered.setup_times
            crew = Crew(lowered.setup_skill) if lowered.setup_skill else None
        else:
            times = _written(draft, name, written, own)
            own_skill = draft.lowered[name].setup_skill
            crew = written.by or (Crew(own_skill) if own_skill else None)
        if crew is not None:
            by = written is not None and written.by is not None
            draft.wants(crew, draft.where((*path, "by") if by else ("equipment", name)))
        at_start = written.at_start if written else None
        if at_start is not None and at_start not in own:
            hint = did_you_mean(at_start, own) or "it is set up for: " + ", ".join(sorted(own)[:12])
            what = f"'{name}' is never set up for '{at_start}'"
            draft.fault("V325", what, (*path, "at_start"), hint)
        if times:
            skill, heads = (crew.skill, crew.people) if crew else (None, 1)
            draft.setups[name] = SetupDraft(times, skill, at_start, heads)


@dataclass(frozen=True, slots=True)
class Changes:
    """Set-up times in the order of keys: ``rows[from][to]`` is the position in ``times``, -1
    where none is needed.
    """

    times: tuple[Distribution, ...]
    rows: tuple[tuple[int, ...], ...]


def changes(draft: Draft, name: str, keys: tuple[str, ...]) -> Changes:
    """The set-up times of an equipment entry between these of its keys."""
    lowered, times, memory = draft.lowered[name], draft.setups[name].times, draft.resolved.memory
    if times is not lowered.setup_times or not memory.remembered(lowered):
        return _changes(times, keys)
    return memory.recall(("changes", id(lowered), keys), lambda: _changes(times, keys))


def _changes(times: Times, keys: tuple[str, ...]) -> Changes:
    distinct = list({id(time): time for time in times.values()}.values())  # of thousands, few
    at = {id(time): n for n, time in enumerate(distinct)}
    position = {pair: at[id(time)] for pair, time in times.items()}
    rows = tuple(tuple(position.get((a, b), -1) for b in keys) for a in keys)
    return Changes(tuple(distinct), rows)


def _written(draft: Draft, name: str, entry: SetupEntry, keys: set[str]) -> Times:
    path = ("equipment", name, "setup")
    if entry.time is not None and entry.matrix is not None:
        draft.fault("V325", "set-ups have either a `time` or a `matrix`", path, "remove one")
    if entry.matrix is not None:
        times = _matrix(draft, name, entry.matrix, keys)
    elif entry.time is not None:
        times = {(a, b): entry.time for a in keys for b in keys if a != b}
    else:
        times = draft.lowered[name].setup_times
        if not times and (entry.by is not None or entry.scale != 1.0) and keys:
            hint = "write `time:` or `matrix:`"
            draft.fault("V325", f"'{name}' has set-ups without any time", path, hint)
    if entry.scale == 1.0:
        return times
    if entry.scale == 0.0:
        return {}
    scaled: dict[Distribution, Distribution] = {}
    for time in times.values():
        if time not in scaled:
            scaled[time] = time if time.mean == 0 else time.scaled(entry.scale)
    return {pair: scaled[time] for pair, time in times.items()}


def _matrix(draft: Draft, name: str, file: str, keys: set[str]) -> Times:
    path = ("equipment", name, "setup", "matrix")
    try:
        table = draft.resolved.data.table(draft.file_beside(path, file), draft.where(path))
    except Refused as refused:
        draft.problems += refused.problems
        return {}
    matrix, problems = tables.matrix(table)
    draft.problems += problems
    for key in sorted(keys - set(matrix.keys)):
        hint = did_you_mean(key, matrix.keys) or "add a row and a column for it"
        what = f"the set-ups of '{name}' do not know '{key}'"
        draft.problems.append(Problem("V325", what, draft.where(path), hint))
    return {
        pair: constant(seconds)
        for pair, seconds in matrix.seconds.items()
        if pair[0] in keys and pair[1] in keys
    }
