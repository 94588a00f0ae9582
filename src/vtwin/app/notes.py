"""What must be said about a run beside its figures: nothing finished, a queue that only grows,
a stall, machines without work. Each is a warning with a code; the figures stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vtwin.app.wording import duration
from vtwin.base.errors import Problem
from vtwin.base.units import counted
from vtwin.plant.primitives import MachineState, ReleaseKind
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally
from vtwin.results.demand import keeps_up

TICKS_PER_S = 1e9
#: A queue grows when this share of all that came in was added to it while it was watched.
GROWTH = 0.05
#: A tool is told about when its copies are away so much of the time, and its machines starve.
AWAY, STARVING = 0.25, 0.1


def after_run(program: Program, tallies: Sequence[Tally]) -> tuple[Problem, ...]:
    """Every note on these replications, the gravest first."""
    if not tallies:
        return ()
    found = _stalled(tallies) or _nothing_finished(program, tallies) or _growing(program, tallies)
    return (*found, *_away(program, tallies), *_idle(program, tallies))


def _stalled(tallies: Sequence[Tally]) -> list[Problem]:
    stalled = [t for t in tallies if t.stall]
    if not stalled:
        return []
    first = stalled[0]
    when = duration(first.ended / TICKS_PER_S)
    what = (
        f"the plant stalled in {len(stalled)} of {len(tallies)} replications (replication "
        f"{first.replication} after {when}): {'; '.join(first.stall)}"
    )
    hint = "give one of them more places, or let another machine take its work"
    return [Problem("V554", what, hint=hint, severity="warning")]


def _nothing_finished(program: Program, tallies: Sequence[Tally]) -> list[Problem]:
    if any(int(t.product_good[list(program.leaving)].sum()) for t in tallies):
        return []
    released = sum(int(t.product_released.sum()) for t in tallies)
    scrapped = sum(int(t.product_scrap.sum()) for t in tallies)
    inside = sum(t.in_plant_at_end for t in tallies)
    window = duration(max(tally.observed for tally in tallies) / TICKS_PER_S)
    if scrapped and not inside:
        reason = "every piece was scrapped"
    elif not released and not inside:
        reason = "no piece was let in"
    else:
        left = counted(inside / len(tallies), "piece")
        reason = f"{left} {'was' if left == '1 piece' else 'were'} still inside at the end"
    what = f"no good piece left the plant in the {window} after the warm-up: {reason}"
    hint = "a longer run.horizon, a shorter run.warmup, or look at what blocks with vtwin explain"
    return [Problem("V552", what, hint=hint, severity="warning")]


def _growing(program: Program, tallies: Sequence[Tally]) -> list[Problem]:
    """Work in process that ends higher than it began by a good share of all that came in."""
    if not any(s.kind == ReleaseKind.ARRIVALS for s in program.sources):
        return []
    if keeps_up(program, tallies):  # it only ended with its doors full, as before a Monday
        return []
    shortest = min(t.bins_run(program.run.bin) for t in tallies)
    begin = -(-program.run.warmup // program.run.bin)
    series = np.array([t.series_wip[begin:shortest] for t in tallies], dtype=float)
    if series.shape[1] < 10:
        return []
    fifth = series.shape[1] // 5
    first, last = series[:, :fifth].mean(axis=1), series[:, -fifth:].mean(axis=1)
    days = float(np.mean([t.observed for t in tallies])) / TICKS_PER_S / 86_400
    released = float(np.mean([t.product_released.sum() for t in tallies]))
    left = float(np.mean([(t.product_good + t.product_scrap).sum() for t in tallies]))
    grown = float((last - first).mean())
    steady = (last <= first).any() or last.mean() < 1.5 * first.mean()
    if steady or grown < GROWTH * released:
        return []
    what = (
        f"more comes in than the plant can make: {released / days:,.4g} pieces a day come in, "
        f"{left / days:,.4g} leave, work in process grew from {first.mean():,.0f} to "
        f"{counted(last.mean(), 'piece')}"
    )
    hint = "lead time and work in process depend on how long you simulate; see vtwin explain"
    return [Problem("V553", what, hint=hint, severity="warning")]


def _away(program: Program, tallies: Sequence[Tally]) -> list[Problem]:
    """Tools that are away for renewal so much that machines wait for them."""
    state = np.sum([t.machine_state for t in tallies], axis=0).astype(np.float64)
    planned = state.sum(axis=1) - state[:, MachineState.PLANNED_STOP]
    observed = float(sum(t.observed for t in tallies))
    found = []
    for index, tool in enumerate(program.tools):
        if not tool.life or observed == 0:
            continue
        away = sum(float(t.tool_away[index]) for t in tallies) / (observed * tool.count)
        users = sorted({m.machine for o in program.operations if o.tool == index for m in o.modes})
        idle = state[users, MachineState.STARVED].sum() / max(planned[users].sum(), 1.0)
        if away < AWAY or idle < STARVING:
            continue
        copies = "its only copy" if tool.count == 1 else f"its {tool.count} copies"
        names = ", ".join(program.machines[m].name for m in users[:3])
        more = " and others" if len(users) > 3 else ""
        what = (
            f"'{tool.name}' is away for renewal: {copies} {away:.0%} of the time, while "
            f"{names}{more} had nothing to do for {idle:.0%} of theirs"
        )
        hint = "another copy (`count`), a shorter `renew`, or somebody sooner there for it"
        found.append(Problem("V557", what, hint=hint, severity="warning"))
    return found


def _idle(program: Program, tallies: Sequence[Tally]) -> list[Problem]:
    """Machines that could have worked but never did, in any replication."""
    owner = [mode.machine for operation in program.operations for mode in operation.modes]
    visits = np.sum([t.mode_visits for t in tallies], axis=0)
    total = np.sum([t.machine_state for t in tallies], axis=0)
    busy = total[:, MachineState.WORKING]
    on_duty = total.sum(axis=1) > total[:, MachineState.PLANNED_STOP]
    never = sorted(
        {
            program.machines[m].name
            for m in set(owner)
            if on_duty[m]
            and busy[m] == 0
            and not any(visits[i] for i, o in enumerate(owner) if o == m)
        }
    )
    if not never or len(never) == len(program.machines):
        return []
    shown = ", ".join(never[:6]) + (f" and {len(never) - 6} more" if len(never) > 6 else "")
    what = f"nothing was made on {shown} in any replication"
    return [Problem("V555", what, hint="is it meant to be a spare?", severity="warning")]
