"""What `reallocate: {orders: …}` lets be decided: the sequence of orders, their machines, tools.

A sequence is a permutation of order priorities: `dispatch: priority` takes the largest first. The
machines of an order are what `on:` at the order says, step by step; `any` is as the route says. Its
tool is what `tool:` says, of those that the step of its route names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vtwin.base.errors import did_you_mean
from vtwin.scenario.choices import ANY, EVERY_STEP
from vtwin.scenario.decisions import Decision, OrderChoices, canonical
from vtwin.scenario.draft import Draft, OrderDraft, StepDraft
from vtwin.scenario.placing import tools_of
from vtwin.scenario.questions import OrdersEntry

#: Every order there is.
ALL: Final = "all"
SEQUENCE: Final = "sequence of orders"
#: Rules that look at an order's priority.
_LOOKING: Final = ("priority", "least_setup")

Fault = Callable[[str, str, Sequence[Any], str | None], None]


@dataclass
class Found:
    """Decisions about orders, what is written now, and what the paths are about."""

    decisions: list[Decision] = field(default_factory=list)
    today: dict[str, str] = field(default_factory=dict)
    priority: dict[str, str] = field(default_factory=dict)
    machines: dict[str, tuple[str, str]] = field(default_factory=dict)
    able: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    tools: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def choices(self) -> OrderChoices | None:
        """What the paths are about; None where no order is decided."""
        if not self.decisions:
            return None
        return OrderChoices(self.priority, self.machines, self.able, self.tools)


def read(draft: Draft, entry: OrdersEntry, ranges: Iterable[str], fault: Fault) -> Found:
    """The decisions that the section asks for; ``ranges`` are paths decided elsewhere."""
    found = Found()
    decided = set(ranges)
    if entry.sequence is not None:
        _read_sequence(draft, entry.sequence, decided, fault, found)
    if entry.on is not None:
        _read_machines(draft, entry.on, fault, found, tools=_tooled(draft, entry.tool))
    if entry.tool is not None:
        _read_tools(draft, entry.tool, fault, found)
    for path in sorted(set(found.today) & decided):
        fault("V391", f"'{path}' is decided twice", ("orders",), "leave it out of `range:`")
    return found


def _named(
    draft: Draft, names: Sequence[str], place: Sequence[Any], fault: Fault
) -> list[OrderDraft] | None:
    """The orders of these names, or all; None with what is wrong told."""
    known = {order.name: order for order in draft.orders}
    if not known:
        what = "there are no single orders: what comes without end has no sequence"
        fault("V392", what, place, "write orders with a `quantity:`, or a `table:`")
        return None
    if tuple(names) == (ALL,):
        return list(known.values())
    wrong = [name for name in names if name not in known]
    for name in wrong:
        hint = did_you_mean(name, known) or "there are: " + ", ".join(list(known)[:12])
        fault("V391", f"there is no order '{name}'", place, hint)
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        fault("V391", f"order '{twice[0]}' is named twice", place, None)
    return None if wrong or twice else [known[name] for name in names]


# --- the sequence ----------------------------------------------------------------------------


def _read_sequence(
    draft: Draft, names: Sequence[str], decided: set[str], fault: Fault, found: Found
) -> None:
    place = ("orders", "sequence")
    orders = _named(draft, names, place, fault)
    if orders is None:
        return
    if len(orders) < 2:
        hint = "name at least two, or leave it out"
        fault("V392", f"one order alone ('{orders[0].name}') has no sequence", place, hint)
        return
    if not _matters(draft, orders, decided, fault):
        return
    written = [order.priority for order in orders]
    distinct = len(set(written)) == len(written)
    ranks = sorted(written) if distinct else range(1, len(written) + 1)
    values = tuple(canonical(rank) for rank in ranks)
    paths = tuple(f"orders.{order.key}.priority" for order in orders)
    today = [canonical(priority) for priority in written]
    found.decisions.append(
        Decision(
            SEQUENCE,
            "permutation",
            paths,
            values,
            tuple(values.index(value) for value in today) if distinct else None,
            (1,) * len(values),
            (1,) * len(values),
        )
    )
    found.today |= dict(zip(paths, today, strict=True))
    found.priority = {path: order.name for path, order in zip(paths, orders, strict=True)}


def _matters(draft: Draft, orders: Sequence[OrderDraft], decided: set[str], fault: Fault) -> bool:
    """Whether two of the orders ever meet where priorities are looked at."""
    visitors: dict[str, int] = {}
    for order in orders:
        route = draft.routes.get(order.product, ())
        for station in {draft.station_of[step.on[0]] for step in route}:
            visitors[station] = visitors.get(station, 0) + 1
    met = sorted(name for name, number in visitors.items() if number > 1)
    if any(_looks(draft, name, decided) for name in met):
        return True
    place = ("orders", "sequence")
    if not met:
        what = "no two of these orders are ever at one station: their sequence cannot matter"
        fault("V392", what, place, "name orders that wait for the same machines")
        return False
    said = ", ".join(f"'{n}' by {draft.stations[n].rule}" for n in met[:6])
    ruled = [n for n in met if draft.stations[n].rule in _LOOKING]
    if ruled:
        what = f"'{ruled[0]}' lets orders in as they were released: their sequence cannot matter"
        hint = f"write `input: unlimited` at '{ruled[0]}'"
    else:
        what = f"their sequence cannot matter: nobody looks at it ({said})"
        entry = draft.stations[met[0]].entries[0]
        hint = (
            f"write `dispatch: priority` at '{entry}', or let it be decided: "
            f"`range: {{equipment.{entry}.dispatch: [{draft.stations[met[0]].rule}, priority]}}`"
        )
    fault("V392", what, place, hint)
    return False


def _looks(draft: Draft, station: str, decided: set[str]) -> bool:
    spec = draft.stations[station]
    if spec.input is not None and spec.input < 2:
        return False
    paths = {"equipment.*.dispatch", *(f"equipment.{name}.dispatch" for name in spec.entries)}
    return spec.rule in _LOOKING or bool(paths & decided)


# --- machines --------------------------------------------------------------------------------


def _read_machines(
    draft: Draft,
    written: Mapping[str, tuple[str, ...]],
    fault: Fault,
    found: Found,
    *,
    tools: frozenset[str],
) -> None:
    place = ("orders", "on")
    alone = written.get(EVERY_STEP)
    names = tuple(written) if alone is None else alone
    orders = _named(draft, names, place, fault)
    if orders is None:
        return
    open_to = {order.name: list(_open(draft, order, order.name in tools)) for order in orders}
    if not any(open_to.values()):
        what = "none of these orders has a choice of machines"
        hint = "name several in the route, such as `on: [mill-1, mill-2]`"
        fault("V392", what, place, hint)
        return
    for order in orders:
        only = written.get(order.name) if alone is None else None
        if not open_to[order.name] and names != (ALL,):
            what = f"order '{order.name}' can be made in one way only"
            fault("V392", what, place, "leave it out, or name several machines in its route")
        elif only is not None:
            _choose_among(order, open_to[order.name], only, fault, found)
        else:
            for step, able in open_to[order.name]:
                _decide(order, step, able, found)


def _open(
    draft: Draft, order: OrderDraft, retooled: bool
) -> Iterable[tuple[StepDraft, dict[str, list[str]]]]:
    """Steps that several machines can do, with the tool of the order or with any where that is
    decided, too; each with what may be chosen: equipment entries, or the machines of the only one.
    """
    for routed in draft.routes.get(order.product, ()):
        step = order.made.get(routed.operation, routed)
        ways = tools_of(draft, routed).values() if retooled else ()
        machines = sorted({machine for way in (step, *ways) for machine in way.modes})
        if step.operation in draft.batch_of or len(machines) < 2:
            continue
        able: dict[str, list[str]] = {}
        for machine in machines:
            able.setdefault(machine.partition("#")[0], []).append(machine)
        yield step, able if len(able) > 1 else {m: [m] for m in machines}


def _choose_among(
    order: OrderDraft,
    steps: Sequence[tuple[StepDraft, dict[str, list[str]]]],
    only: Sequence[str],
    fault: Fault,
    found: Found,
) -> None:
    """One of the machines that are named for this order."""
    place = ("orders", "on", order.name)
    left = set(only) - {ANY}
    for step, able in steps:
        machines = {m: [m] for names in able.values() for m in names}
        chosen = {name: (machines | able)[name] for name in only if name in machines | able}
        left -= set(chosen)
        if len(chosen) + (ANY in only) > 1:
            _decide(order, step, chosen, found, free=ANY in only)
        elif chosen:
            what = f"order '{order.name}' would have one machine to choose from"
            fault("V392", what, place, "name two, `any` among them, or write `on:` at the order")
    for name in sorted(left):
        can = ", ".join(sorted({n for _, able in steps for n in able}))
        what = f"order '{order.name}' cannot be made on '{name}'"
        fault("V392", what, place, did_you_mean(name, can.split(", ")) or f"it can on {can}")


def _decide(
    order: OrderDraft,
    step: StepDraft,
    able: Mapping[str, Sequence[str]],
    found: Found,
    *,
    free: bool = True,
) -> None:
    path = f"orders.{order.key}.on.{step.operation.rpartition('/')[2]}"
    now = order.machines.get(step.operation, frozenset(step.modes))
    listed = {ANY: sorted(step.modes)} if free else {}
    listed |= {name: sorted(machines) for name, machines in able.items()}
    values = tuple(canonical(name) for name in listed)
    here = next((n for n, machines in listed.items() if frozenset(machines) == now), None)
    found.today[path] = canonical(sorted(now) if here is None else here)
    today = None if here is None else (values.index(canonical(here)),)
    found.decisions.append(Decision(path, "category", (path,), values, today))
    found.machines[path] = (order.name, step.operation)
    for value in values:
        name = json.loads(value)
        found.able[path, value] = () if name == ANY else tuple(listed[name])
    found.able[path, canonical(ANY)] = ()  # what a plant is built with, whatever is decided


# --- tools -----------------------------------------------------------------------------------


def _tooled(draft: Draft, names: Sequence[str] | None) -> frozenset[str]:
    """Orders whose tools are decided."""
    every = (order.name for order in draft.orders)
    return frozenset(every if names is not None and tuple(names) == (ALL,) else names or ())


def _read_tools(draft: Draft, names: Sequence[str], fault: Fault, found: Found) -> None:
    place = ("orders", "tool")
    orders = _named(draft, names, place, fault)
    if orders is None:
        return
    choices = {order.name: _with_choice(draft, order) for order in orders}
    if not any(choices.values()):
        what = "none of these orders has a choice of tools"
        fault("V392", what, place, "name others in the route: `other_tools: [mould-2]`")
        return
    for order in orders:
        if not choices[order.name] and tuple(names) != (ALL,):
            what = f"order '{order.name}' can be made with one tool only"
            fault("V392", what, place, "leave it out, or write `other_tools:` in its route")
        for step, tools in choices[order.name]:
            path = f"orders.{order.key}.tool"
            if len(choices[order.name]) > 1:
                path = f"{path}.{step.operation.rpartition('/')[2]}"
            made = order.made.get(step.operation, step)
            values = tuple(canonical(tool) for tool in tools)
            here = canonical(made.tool)
            found.today[path] = here
            found.decisions.append(
                Decision(path, "category", (path,), values, (values.index(here),))
            )
            found.tools[path] = (order.name, step.operation)


def _with_choice(draft: Draft, order: OrderDraft) -> list[tuple[StepDraft, tuple[str, ...]]]:
    """Steps that can be made with several tools, each with these."""
    return [
        (step, tuple(tools))
        for step in draft.routes.get(order.product, ())
        if step.operation not in draft.batch_of and (tools := tools_of(draft, step))
    ]
