"""Operations, their ways and branches, and products."""

from __future__ import annotations

from collections.abc import Sequence

from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.encoding.tables import ENDLESS, Tables
from vtwin.plant import rules
from vtwin.plant.primitives import (
    NEVER,
    NONE,
    OUT,
    UNLIMITED,
    Branch,
    DispatchRule,
    FailureClock,
    Kit,
    Mode,
    ReleaseKind,
)


def steps(t: Tables) -> None:
    """Operations and their ways."""
    p = t.program
    following = rules.followers(p.products, p.operations)
    remaining = rules.remaining(following)
    endless = {s.product for s in p.sources if s.kind is ReleaseKind.SATURATED}
    supplied = {p.products[product].route[0] for product in endless}
    way = 0
    for index, spec in enumerate(p.operations):
        start, first = t.steps.at(index), way
        t.fill(
            start,
            OP_INDEX=index,
            OP_PRODUCT=spec.product,
            # A batch is one cycle, whatever is in it (S-123).
            OP_PER_CYCLE=spec.pieces_per_cycle if spec.batch == NONE else ENDLESS,
            OP_NEEDS=bool(spec.kit) or bool(spec.taken),
            OP_KIT_COUNT=len(spec.kit),
            OP_SETUP_KEY=spec.setup_key,
            OP_REMAINING=remaining[index],
            OP_SAMPLE=spec.sample,
            OP_AHEAD=rules.expected_work(
                [t.expected[mode.cycle] for mode in spec.modes], spec.sample
            ),
            OP_WAY_COUNT=len(spec.modes),
            OP_SUPPLIED=index in supplied,
            OP_WEARS=spec.tool != NONE and p.tools[spec.tool].life > 0,
            OP_SHELF=spec.shelf,
        )
        t.draft.put_float(start + at.OP_SCRAP, spec.scrap)
        t.link(
            start,
            OP_STATION=t.stations.at(spec.station),
            OP_TOOL=t.ref(t.tools, spec.tool),
            OP_FLEET=t.ref(t.fleets, spec.fleet),
            OP_WAYS=t.ways.at(first),
            OP_RECIPE=t.ref(t.batches, spec.batch),
            OP_KIT=_kit(t, spec.kit),
            OP_INSTEAD=t.ref(t.steps, NONE if spec.stale == OUT else spec.stale),
        )
        taken, returned = ([t.carriers.at(n) for n in one] for one in (spec.taken, spec.returned))
        t.list_of(start, "OP_TAKES", "OP_TAKES_COUNT", taken)
        t.list_of(start, "OP_RETURNS", "OP_RETURNS_COUNT", returned)
        t.ways_of.append([])
        for mode in spec.modes:
            here = t.ways.at(way)
            t.ways_of[index].append((mode.machine, here))
            _way(t, here, index, mode)
            smooth = _is_smooth(t, index, mode, following[index])
            t.fill(here, W_SMOOTH=smooth)
            way += 1
    for index, after in enumerate(following):
        t.link(t.steps.at(index), OP_FOLLOWING=t.ref(t.steps, after))
    _branches(t, following)
    for n, index in enumerate(t.bought, len(p.operations)):
        t.fill(t.steps.at(n), OP_INDEX=NONE, OP_PRODUCT=index)


def _branches(t: Tables, following: Sequence[int]) -> None:
    """Ways on beside the main one; an item counts those with a limit in bits of its own."""
    p = t.program
    bits = [0] * len(p.products)
    for index, spec in enumerate(p.operations):
        after = following[index]
        forks = bool(spec.branches) or (after != NONE and p.operations[after].sample > 1)
        table = t.draft.table(len(spec.branches), at.BR_SIZE)
        start = t.steps.at(index)
        t.fill(start, OP_FORKS=forks, OP_BRANCH_COUNT=len(spec.branches))
        if not spec.branches:
            continue
        t.fill(start, OP_ROUTE_STREAM=t.stream(None, spec.name, "route"))
        t.link(start, OP_BRANCHES=table.start)
        limits = rules.limits(spec.branches)
        for n, (limit, branch) in enumerate(zip(limits, spec.branches, strict=True)):
            here, size = table.at(n), bits_of(branch)
            t.draft.put_float(here + at.BR_LIMIT, limit)
            if branch.operation != OUT:
                t.link(here, BR_STEP=t.steps.at(branch.operation))
            t.fill(
                here,
                BR_MOST=branch.most,
                BR_SHIFT=bits[spec.product],
                BR_MASK=(1 << size) - 1,
            )
            bits[spec.product] += size


def bits_of(branch: Branch) -> int:
    """Bits an item needs to count how often it took a branch (S-84)."""
    return 0 if branch.most == UNLIMITED else branch.most.bit_length()


def _kit(t: Tables, kit: Sequence[Kit]) -> int:
    """The components of a kit; where they begin."""
    table = t.draft.table(len(kit), at.KIT_SIZE)
    for n, part in enumerate(kit):
        t.fill(table.at(n), KIT_PIECES=part.pieces)
        t.link(table.at(n), KIT_STOCK=t.stocks.at(part.stock))
    return table.start


def _way(t: Tables, start: int, step: int, mode: Mode) -> None:
    spec, worked_on = t.program.operations[step], t.program.machines[mode.machine]
    attended = spec.attended(mode)
    scrap = loading = NONE
    if spec.scrap > 0.0:
        scrap = t.stream(None, worked_on.name, f"scrap/{spec.name}")
    if attended.load != NONE:
        load = t.program.distributions[attended.load]
        loading = t.stream(load, worked_on.name, f"load/{spec.name}")
    t.link(
        start,
        W_MACHINE=t.machines.at(mode.machine),
        W_STEP=t.steps.at(step),
        W_SKILL=t.ref(t.skills, attended.skill),
    )
    t.fill(
        start,
        W_STREAM=t.stream(
            t.program.distributions[mode.cycle], worked_on.name, f"cycle/{spec.name}"
        ),
        W_EXPECTED=t.expected[mode.cycle],
        W_HEADS=attended.heads,
        W_SCRAP_STREAM=scrap,
        W_LOAD_STREAM=loading,
        W_PLAIN=_is_plain(t, step, mode),
    )


def _is_plain(t: Tables, step: int, mode: Mode) -> bool:
    """Whether an item that is taken is worked on at once."""
    spec, worked_on = t.program.operations[step], t.program.machines[mode.machine]
    return (
        spec.tool == NONE
        and spec.attended(mode).skill == NONE
        and worked_on.setup == NONE
        and not spec.taken
        and not spec.kit
        and spec.shelf == NEVER
    )


def _is_smooth(t: Tables, step: int, mode: Mode, following: int) -> bool:
    """Whether an item that is done does nothing but go on (`finishing.machine_due`)."""
    p = t.program
    spec, worked_on = p.operations[step], p.machines[mode.machine]
    route = p.products[spec.product]
    upkeep = [
        f for f in worked_on.failures
        if p.failures[f].planned or p.failures[f].clock is FailureClock.CYCLES
    ]  # fmt: skip
    if following == NONE:
        leads_on = route.stock == NONE
    else:
        leads_on = p.operations[following].fleet == NONE and p.operations[following].sample <= 1
    return (
        leads_on
        and not upkeep
        and worked_on.belt == NONE
        and worked_on.restart == worked_on.warm_up == 0
        and p.stations[worked_on.station].output == 0
        and spec.batch == spec.attended(mode).load == NONE
        and not spec.returned
        and spec.scrap == 0.0
        and not spec.branches
        and (spec.tool == NONE or p.tools[spec.tool].life == 0)
    )


def straight(t: Tables) -> None:
    """Which ways are the only one at their station, and lead on to such a way or out of the plant
    (`straight.go_straight`).
    """
    following = rules.followers(t.program.products, t.program.operations)
    for index, after in enumerate(following):
        if not _is_only(t, index):
            continue
        way = t.ways_of[index][0][1]
        if _is_smooth(t, index, t.program.operations[index].modes[0], after):
            if after == NONE:
                t.fill(way, W_STRAIGHT=True)
            elif _is_only(t, after):
                t.fill(way, W_STRAIGHT=True)
                t.link(way, W_ONWARD=t.ways_of[after][0][1])


def _is_only(t: Tables, step: int) -> bool:
    """Whether an operation is all its station does, on one machine that begins at once."""
    spec = t.program.operations[step]
    worked_on = t.program.machines[spec.modes[0].machine]
    return (
        t.alike[spec.station]
        # The head of a line is the next one, but where that changes with time (S-92).
        and t.program.stations[spec.station].rule is not DispatchRule.CRITICAL_RATIO
        and len(spec.modes) == 1
        and _is_plain(t, step, spec.modes[0])
        and worked_on.belt == NONE
        and worked_on.initial_tool == NONE
    )


def products(t: Tables) -> None:
    """Products and the lead times of their pieces."""
    for index in range(t.products.count):
        start = t.products.at(index)
        histogram = t.draft.table(t.bins, 1)
        t.fill(start, PR_INDEX=index)
        stock = t.ref(t.stocks, t.program.products[index].stock)
        t.link(start, PR_HISTOGRAM=histogram.start, PR_STOCK=stock)
