"""Orders that are made in a way of their own: what `on:` and `tool:` at an order say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vtwin.base.errors import did_you_mean
from vtwin.scenario.choices import ANY, EVERY_STEP
from vtwin.scenario.draft import Draft, OrderDraft, StepDraft


def place_orders(draft: Draft) -> None:
    """Find the tools and the machines of every order that names some."""
    draft.orders = [
        replace(order, made=_with_tools(draft, order)) if order.tool else order
        for order in draft.orders
    ]
    draft.orders = [
        replace(order, machines=_machines(draft, order)) if order.on else order
        for order in draft.orders
    ]


def tools_of(draft: Draft, step: StepDraft) -> dict[str, StepDraft]:
    """The tools a step can be made with, that of the route first, each with the step so made;
    none where there is no choice.
    """
    others = draft.others.get(step.operation, ())
    if not others or step.tool is None:
        return {}
    return {step.tool: step} | {other.tool: other for other in others if other.tool}


# --- tools -----------------------------------------------------------------------------------


def _with_tools(draft: Draft, order: OrderDraft) -> dict[str, StepDraft]:
    """Operation -> the step with the tool that the order says, where that is another."""
    route = {s.operation.rpartition("/")[2]: s for s in draft.routes.get(order.product, ())}
    chosen: dict[str, str] = {}
    for name, tool in sorted(order.tool.items()):  # what is said of any step comes first
        if name != EVERY_STEP and name not in route:
            _no_step(draft, order, name, route)
            continue
        steps = route if name == EVERY_STEP else {name: route[name]}
        able = [op for op, step in steps.items() if tool in (tools_of(draft, step) or {step.tool})]
        if not able:
            _unfit(draft, order, tool, steps)
        elif len(able) > 1:
            what = f"order '{order.name}': several steps can be made with '{tool}'"
            hint = f"name the step: `tool: {{{able[0]}: {tool}}}`"
            draft.fault_at("V326", f"{what}: {', '.join(able)}", order.where, hint)
        else:
            chosen[able[0]] = tool
    found = {}
    for name, tool in chosen.items():
        step = route[name]
        if tool == step.tool:
            continue
        if step.operation in draft.batch_of:
            what = f"order '{order.name}': '{name}' is done in batches, which orders share"
            hint = "take the batch away, or let all orders be made with one tool"
            draft.fault_at("V326", what, order.where, hint)
            continue
        found[step.operation] = tools_of(draft, step)[tool]
    return found


def _unfit(draft: Draft, order: OrderDraft, tool: str, steps: Mapping[str, StepDraft]) -> None:
    able = sorted({t for step in steps.values() for t in tools_of(draft, step) or {step.tool} if t})
    op = f"{next(iter(steps))} of " if len(steps) == 1 else ""
    if tool in draft.document.tools:
        what = f"order '{order.name}': {op}'{order.product}' cannot be made with '{tool}'"
    else:
        what = f"order '{order.name}': '{tool}' is no tool of this plant"
    hint = "write `tool:` and `other_tools:` at a step of its route"
    if able:
        hint = did_you_mean(tool, able) or "it can be made with " + ", ".join(able[:12])
    draft.fault_at("V326", what, order.where, hint)


# --- machines --------------------------------------------------------------------------------


def _machines(draft: Draft, order: OrderDraft) -> dict[str, frozenset[str]]:
    """Operation -> machines that may do it for this order."""
    route = {
        s.operation.rpartition("/")[2]: order.made.get(s.operation, s)
        for s in draft.routes.get(order.product, ())
    }
    found: dict[str, frozenset[str]] = {}
    for step, names in sorted(order.on.items()):  # what is said of every step comes first
        if step == EVERY_STEP:
            found |= _wherever(draft, order, route, names)
        elif step not in route:
            _no_step(draft, order, step, route)
        else:
            machines = _at(draft, order, route[step], names)
            found.pop(route[step].operation, None)
            if machines is not None:
                found[route[step].operation] = machines
    return found


def _no_step(draft: Draft, order: OrderDraft, name: str, route: Mapping[str, StepDraft]) -> None:
    hint = did_you_mean(name, route) or "steps of its route: " + ", ".join(list(route)[:12])
    what = f"order '{order.name}': '{name}' is no step of '{order.product}'"
    draft.fault_at("V326", what, order.where, hint)


def _wherever(
    draft: Draft, order: OrderDraft, route: Mapping[str, StepDraft], names: tuple[str, ...]
) -> dict[str, frozenset[str]]:
    """The one step that these machines do and others could."""
    if names == (ANY,):
        return {}
    steps = [s for s in route.values() if any(_able(s, name) for name in names)]
    open_to_others = [s for s in steps if len(s.modes) > 1]
    if len(open_to_others) > 1:
        said = ", ".join(s.operation.rpartition("/")[2] for s in open_to_others)
        what = f"order '{order.name}': {', '.join(names)} could do several steps: {said}"
        first = open_to_others[0].operation.rpartition("/")[2]
        hint = f"name the step: `on: {{{first}: {names[0]}}}`"
        draft.fault_at("V326", what, order.where, hint)
        return {}
    if not steps:
        _nowhere(draft, order, names[0], list(route.values()))
        return {}
    step = (open_to_others or steps)[0]
    machines = _at(draft, order, step, names)
    return {} if machines is None else {step.operation: machines}


def _able(step: StepDraft, name: str) -> list[str]:
    """Machines of a step that a name stands for: an equipment entry, or one of its machines."""
    return [m for m in step.modes if m == name or m.partition("#")[0] == name]


def _at(
    draft: Draft, order: OrderDraft, step: StepDraft, names: tuple[str, ...]
) -> frozenset[str] | None:
    if names == (ANY,):
        return None
    found: set[str] = set()
    for name in names:
        able = _able(step, name)
        if not able:
            _nowhere(draft, order, name, [step])
            return None
        found.update(able)
    if step.operation in draft.batch_of and len(found) < len(step.modes):
        op = step.operation.rpartition("/")[2]
        what = f"order '{order.name}': '{op}' is done in batches, which orders share"
        hint = "let its machines be chosen by the batch, or take the batch away"
        draft.fault_at("V326", what, order.where, hint)
        return None
    return frozenset(found)


def _nowhere(draft: Draft, order: OrderDraft, name: str, steps: list[StepDraft]) -> None:
    able = sorted({m.partition("#")[0] for step in steps for m in step.modes})
    op = f"{steps[0].operation.rpartition('/')[2]} of " if len(steps) == 1 else ""
    if name.partition("#")[0] in draft.document.equipment:
        what = f"order '{order.name}': '{name}' cannot do {op}'{order.product}'"
    else:
        what = f"order '{order.name}': '{name}' is no equipment of this plant"
    hint = did_you_mean(name, able) or "it can be done on " + ", ".join(able[:12])
    draft.fault_at("V326", what, order.where, hint)
