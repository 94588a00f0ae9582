"""Experiments as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from vtwin.app import wording
from vtwin.base.units import counted
from vtwin.cli.text import heading, indented, plain_table

if TYPE_CHECKING:
    from vtwin.app.sweeps import SweepResult
    from vtwin.results.statistics import Interval
    from vtwin.studies.effects import Effect, Effects

#: Points, and effects of one figure, that are worth reading; all of them are in JSON and table.
MOST_POINTS, MOST_EFFECTS = 20, 12


def sweep(answer: SweepResult) -> RenderableType:
    """Points, what the factors do, the warm-up."""
    parts: list[RenderableType] = [_title(answer)]
    if answer.sweep.plan.kind == "sensitivity":
        parts += _sensitivities(answer)
    else:
        parts += [heading("Factors"), indented(_factors(answer))]
        parts += _points(answer)
        for one in answer.sweep.effects():
            parts += _effects(answer, one)
    parts += _warmup(answer)
    return Group(*parts)


def _title(answer: SweepResult) -> Text:
    sweep = answer.sweep
    name = f"{answer.scenario} · {answer.variant}" if answer.variant else answer.scenario
    title = Text(f"\n{name}: {answer.name or 'experiment'}\n", style="bold")
    facts = [
        f"{sweep.plan.kind.replace('_', ' ')} design",
        counted(len(sweep.points), "point"),
        f"{counted(sweep.replications, 'replication')} each",
        f"{sweep.confidence:.0%} intervals",
        f"engine {answer.engine}",
        f"seed {answer.seed}",
    ]
    title.append(" · ".join(facts), style="not bold dim")
    if answer.known:
        told = f"\n{counted(answer.known, 'replication')} were in the file already"
        title.append(told, style="not bold dim")
    if sweep.interrupted:
        told = f"\nstopped after {sweep.replications} of {sweep.asked} replications"
        title.append(told, style="not bold yellow")
    return title


def _said(interval: Interval, *, sign: bool = False, like: float | None = None) -> str:
    return wording.said(interval.to_json(), sign=sign, like=like)


def _letters(answer: SweepResult) -> dict[str, str]:
    """Path -> a letter that stands for it, as tables of experiments have it."""
    paths = [factor.path for factor in answer.sweep.plan.factors]
    return {path: chr(65 + i) if i < 26 else f"F{i + 1}" for i, path in enumerate(paths)}


def _factors(answer: SweepResult) -> RenderableType:
    table = plain_table("", "", "")
    table.show_header = False
    letters = _letters(answer)
    for factor in answer.sweep.plan.factors:
        between = ".." if factor.span is not None else ", "
        few = len(factor.levels) <= 6 and not (factor.span is not None)
        levels = between.join(factor.levels if few else factor.ends)
        table.add_row(letters[factor.path], factor.path, levels)
    return table


def _points(answer: SweepResult) -> list[RenderableType]:
    sweep = answer.sweep
    calls = sweep.calls()
    figures_named = (f">{_figure(name)}" for name in sweep.figures)
    table = plain_table(*_letters(answer).values(), *figures_named, "")
    like = [_largest(sweep.figure(r, i) for r in answer.order) for i in range(len(sweep.figures))]
    for row in answer.order[:MOST_POINTS]:
        figures = [_said(sweep.figure(row, i), like=like[i]) for i in range(len(sweep.figures))]
        call: str = calls.get(row, "")
        style = "dim" if call == "rejected" else ""
        table.add_row(*sweep.points[row], *figures, call, style=style)
    parts: list[RenderableType] = [heading("Points"), indented(table)]
    left = len(sweep.points) - MOST_POINTS
    if left > 0:
        parts.append(indented(Text(f"… and {left} more (--json or --out has all)", style="dim")))
    if calls:
        possible = [r for r in answer.order if calls.get(r) != "rejected"]
        parts.append(indented(Text(_verdict(answer, possible))))
    for point, why in list(sweep.impossible.items())[:3]:
        told = f"{', '.join(point)} is no plant that can run: {why}"
        parts.append(indented(Text(told, style="yellow")))
    return parts


def _verdict(answer: SweepResult, possible: list[int]) -> str:
    sweep = answer.sweep
    if len(possible) == 1:
        told = " · ".join(sweep.points[possible[0]])
        return f"\n{told} is the best of these points, with {sweep.confidence:.0%} confidence."
    all_in = len(possible) == len(sweep.points)
    rest = "none is rejected yet" if all_in else "the others are rejected"
    return (
        f"\n{len(possible)} points are possibly the best ({rest}, with {sweep.confidence:.0%} "
        "confidence); more replications may tell."
    )


def _largest(intervals: Iterable[Interval]) -> float:
    """What one unit should suit: the largest figure of a column."""
    return max((abs(one.mean) for one in intervals if one.mean is not None), default=0.0)


def _figure(name: str) -> str:
    return wording.TITLES.get(name, name)


def _effects(answer: SweepResult, found: Effects) -> list[RenderableType]:
    shown = sorted((*found.main, *found.interactions), key=lambda e: -abs(e.change.mean or 0.0))
    if not shown:
        return []
    factors = {factor.path: factor for factor in answer.sweep.plan.factors}
    letters = _letters(answer)
    like = _largest(effect.change for effect in shown)
    table = plain_table("", "", "", ">", "")
    table.show_header = False
    for effect in shown[:MOST_EFFECTS]:
        clear = effect.change.excludes_zero
        path, ends = "", ""
        if len(effect.factors) == 1:
            path = effect.factors[0]
            ends = " → ".join(factors[path].ends)
        remark = "" if clear else "cannot be told from 0"
        if effect.beside:
            remark += (", " if remark else "") + "or " + _beside(effect, letters)
        name = " × ".join(letters[factor] for factor in effect.factors)
        change = _said(effect.change, sign=True, like=like)
        table.add_row(name, path, ends, change, remark, style="" if clear else "dim")
    parts: list[RenderableType] = [
        heading(f"What changes {_figure(found.figure).lower()}"),
        indented(table),
    ]
    if found.explained is not None and found.explained < 0.9:
        told = (
            f"These straight lines explain {found.explained:.0%} of the spread between the points: "
            "look at the levels too (--html)."
        )
        parts.append(indented(Text(told, style="dim")))
    return parts


def _beside(effect: Effect, letters: Mapping[str, str]) -> str:
    named = (" × ".join(letters[factor] for factor in other) for other in effect.beside[:3])
    return " or ".join(named)


def _sensitivities(answer: SweepResult) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for name, rows in answer.sweep.sensitivities().items():
        table = plain_table("", "", ">change", ">% per %", "")
        like = _largest(one.change for one in rows)
        for one in rows:
            per = "–" if one.elasticity is None else _plain(one.elasticity)
            clear = one.change.excludes_zero
            remark = "" if clear else "cannot be told from 0"
            change = _said(one.change, sign=True, like=like)
            ends = f"{one.below} → {one.above}"
            table.add_row(one.factor, ends, change, per, remark, style="" if clear else "dim")
        parts += [heading(f"What {_figure(name).lower()} answers to"), indented(table)]
    return parts


def _plain(interval: Interval) -> str:
    if interval.mean is None:
        return "–"
    margin = "" if interval.half_width is None else f" ± {interval.half_width:.2f}"
    return f"{interval.mean:+.2f}{margin}".replace("-", "−")


def _warmup(answer: SweepResult) -> list[RenderableType]:
    found = answer.warmup
    if found is None:
        return []
    cuts = ", ".join(
        f"{c.name} {'never settle' if c.cut_s is None else wording.duration(c.cut_s)}"
        for c in found.courses
    )
    if found.found_s is None:
        told = (
            f"MSER-5 on {found.pilots} pilot runs finds no end of the warm-up ({cuts}): the run "
            f"is too short, or the plant does not settle. {wording.duration(answer.warmup_s)} "
            "are left out, as the scenario says."
        )
    else:
        told = (
            f"MSER-5 on {found.pilots} pilot runs: {wording.duration(found.found_s)} left out "
            f"({cuts}); the scenario says {wording.duration(found.written_s)}."
        )
    return [heading("Warm-up"), indented(Text(told))]
