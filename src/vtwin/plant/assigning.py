"""Orders on machines of their own: a Program in which certain orders go certain ways (S-180).

An order that may be made on some machines only, or with another tool, gets operations of its own
that stand for those of the route (S-181), from the first one on as long as one of them can still
come. Products, orders, tools and set-ups stay what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from vtwin.base.errors import Where
from vtwin.plant.primitives import NEXT, NONE, OUT, Operation, Order
from vtwin.plant.program import Program
from vtwin.plant.rules import followers

#: Operation -> machines, both indices.
Choice: TypeAlias = Mapping[int, frozenset[int]]
#: Operation of a route -> how another tool does it.
Tooled: TypeAlias = Mapping[int, Operation]
#: An operation, its machines, and its tool where that is another than the route's.
_Part: TypeAlias = tuple[int, tuple[int, ...], int]
_Key: TypeAlias = tuple[int, tuple[_Part, ...]]


def base(program: Program, operation: int) -> int:
    """The operation of the route that one stands for; itself where it is one."""
    other = program.operations[operation].stands_for
    return operation if other == NONE else other


def choices(program: Program, product: int) -> tuple[int, ...]:
    """Operations of a product's route that several machines can do, and in no batch."""
    return tuple(
        o
        for o in program.products[product].route
        if len(program.operations[o].modes) > 1 and program.operations[o].batch == NONE
    )


def restricted(program: Program, order: Order) -> Choice:
    """What an order is restricted to: operations that only some of their machines do for it."""
    found: dict[int, frozenset[int]] = {}
    for spec in _own(program, order):
        own = frozenset(mode.machine for mode in spec.modes)
        if len(own) < len(program.operations[spec.stands_for].modes):
            found[spec.stands_for] = own
    return found


def retooled(program: Program, order: Order) -> Tooled:
    """What an order is made with other tools: operation of the route -> how it is done."""
    return {
        spec.stands_for: spec
        for spec in _own(program, order)
        if spec.tool != program.operations[spec.stands_for].tool
    }


def _own(program: Program, order: Order) -> list[Operation]:
    """The operations that stand in for those of the route for an order."""
    found = []
    todo, seen = [order.begins], {NONE, OUT}
    while todo:
        here = todo.pop()
        if here in seen or program.operations[here].stands_for == NONE:
            continue
        seen.add(here)
        spec = program.operations[here]
        found.append(spec)
        todo += [spec.then, spec.stale, *(branch.operation for branch in spec.branches)]
    return found


def assigned(
    program: Program, wanted: Mapping[str, Choice], tooled: Mapping[str, Tooled] | None = None
) -> Program:
    """The program with each order named on the machines wanted for it; the others stay.

    Args:
        program: any.
        wanted: order -> operation of its product's route -> machines that may do it, at least
            one of those that can. What is no restriction changes nothing.
        tooled: order -> operation of its product's route -> how it is done with another tool
            (machines, times, pieces per cycle, scrap, set-up). An order that is not named here
            keeps its tools.

    Raises:
        ValueError: machines that cannot do the operation, or an operation in a batch.
    """
    given = tooled or {}
    named = [order for order in program.orders if order.name in wanted or order.name in given]
    keys: dict[str, _Key] = {}
    specs: dict[_Part, Operation] = {}
    for order in named:
        own_tools = given.get(order.name) or retooled(program, order)
        key, found = _key(program, order, wanted.get(order.name, {}), own_tools)
        keys[order.name] = key
        specs |= found
    after = followers(program.products, program.operations)
    there = {operation.name for operation in program.operations}
    own: dict[tuple[_Key, int], str] = {}
    made: dict[str, tuple[Operation, _Key]] = {}
    for key in sorted({key for key in keys.values() if key[1]}):
        leading = _leading_to(program, after, {o for o, _, _ in key[1]})
        if program.products[key[0]].route[0] not in leading:
            continue  # no item ever comes there
        for operation in leading:
            name = f"{program.operations[operation].name}@{_label(program, key)}"
            own[key, operation] = name
            if name not in there:
                made[name] = (_copy(program, operation, key, name, specs), key)
    place = {name: n for n, name in enumerate(sorted([*there, *made]))}
    number = [place[o.name] for o in program.operations]
    operations = {place[o.name]: _renumbered(o, lambda n: number[n]) for o in program.operations}
    for name, (copy, key) in made.items():
        then = after[copy.stands_for]
        spec = replace(copy, then=OUT if then == NONE else then)

        def target(o: int, key: _Key = key) -> int:
            return place[own[key, o]] if (key, o) in own else number[o]

        operations[place[name]] = replace(
            _renumbered(spec, target), stands_for=number[spec.stands_for]
        )
    begins = {}
    for order in program.orders:
        if order.name in keys:
            way = own.get((keys[order.name], (program.products[order.product].route or (NONE,))[0]))
            begins[order.name] = NONE if way is None else place[way]
        else:
            begins[order.name] = NONE if order.begins == NONE else number[order.begins]
    made_so = replace(
        program,
        operations=tuple(operations[n] for n in range(len(place))),
        products=tuple(
            replace(p, route=tuple(number[o] for o in p.route)) for p in program.products
        ),
        orders=tuple(replace(o, begins=begins[o.name]) for o in program.orders),
        sources_map=_places(program, made),
    )
    return _without_idle(made_so)


def _without_idle(program: Program) -> Program:
    """The program without operations that stand for others and that no order leads to."""
    used: set[int] = set()
    todo = [order.begins for order in program.orders]
    while todo:
        here = todo.pop()
        if here not in used and here >= 0 and program.operations[here].stands_for != NONE:
            used.add(here)
            spec = program.operations[here]
            todo += [spec.then, spec.stale, *(branch.operation for branch in spec.branches)]
    kept = [o for o, spec in enumerate(program.operations) if spec.stands_for == NONE or o in used]
    if len(kept) == len(program.operations):
        return program
    number = {o: n for n, o in enumerate(kept)}
    gone = {
        f"operations.{spec.name}" for o, spec in enumerate(program.operations) if o not in number
    }
    return replace(
        program,
        operations=tuple(_renumbered(program.operations[o], number.__getitem__) for o in kept),
        products=tuple(
            replace(p, route=tuple(number[o] for o in p.route)) for p in program.products
        ),
        orders=tuple(
            replace(o, begins=NONE if o.begins == NONE else number[o.begins])
            for o in program.orders
        ),
        sources_map={path: w for path, w in program.sources_map.items() if path not in gone},
    )


def _places(program: Program, made: Mapping[str, tuple[Operation, _Key]]) -> Mapping[str, Where]:
    """Where things were written: what stands for an operation, where that was."""
    places = dict(program.sources_map)
    for name, (operation, _) in made.items():
        known = places.get(f"operations.{program.operations[operation.stands_for].name}")
        if known is not None:
            places[f"operations.{name}"] = known
    return places


def _key(
    program: Program, order: Order, choice: Choice, tooled: Tooled
) -> tuple[_Key, dict[_Part, Operation]]:
    """What is particular about an order, and how other tools do it; what every machine may do
    with the tool of the route is left out.
    """
    kept: list[_Part] = []
    specs: dict[_Part, Operation] = {}
    for operation in sorted({*choice, *tooled}):
        spec = program.operations[operation]
        done = tooled.get(operation, spec)
        able = {mode.machine for mode in done.modes}
        machines = choice.get(operation, able)
        if not machines or not machines <= able or spec.product != order.product:
            raise ValueError(f"{spec.name} of order {order.name} cannot be done there")
        other = done.tool != spec.tool
        if machines < able or other:
            if spec.batch != NONE:
                raise ValueError(f"{spec.name} is done in a batch")
            part = (operation, tuple(sorted(machines)), done.tool if other else NONE)
            kept.append(part)
            specs[part] = done
    return (order.product, tuple(kept)), specs


def _leading_to(program: Program, after: Sequence[int], ends: set[int]) -> list[int]:
    """Operations from which one of ``ends`` can still come, those themselves included."""
    found = set(ends)
    product = program.operations[next(iter(ends))].product
    own = [
        o
        for o, spec in enumerate(program.operations)
        if spec.product == product and spec.stands_for == NONE
    ]
    while True:
        more = {o for o in own if o not in found and found & _next(program, after, o)}
        if not more:
            return sorted(found)
        found |= more


def _next(program: Program, after: Sequence[int], operation: int) -> set[int]:
    spec = program.operations[operation]
    return {after[operation], spec.stale, *(branch.operation for branch in spec.branches)}


def _label(program: Program, key: _Key) -> str:
    """Machines, with the operation where the product has several that machines differ in; tools
    behind a plus sign.
    """
    product, choice = key
    route = program.products[product].route
    several = len(choices(program, product)) > 1
    parts = []
    for operation, machines, tool in choice:
        spec = program.operations[operation]
        names = [program.machines[m].name for m in machines]
        entry = names[0].partition("#")[0]
        whole = [n for n in (m.name for m in program.machines) if n.partition("#")[0] == entry]
        said = entry if names == whole else "|".join(names)
        if tool != NONE:
            everywhere = list(machines) == sorted(mode.machine for mode in spec.modes)
            said = f"{'' if everywhere else said}+{program.tools[tool].name}"
        step = spec.name.rpartition("/")[2]
        parts.append(f"{step}={said}" if several or (tool != NONE and len(route) > 1) else said)
    return ",".join(parts)


def _copy(
    program: Program, operation: int, key: _Key, name: str, specs: Mapping[_Part, Operation]
) -> Operation:
    spec = program.operations[operation]
    part = next((part for part in key[1] if part[0] == operation), None)
    if part is None:
        return replace(spec, name=name, stands_for=operation)
    done = specs[part]
    return replace(
        done,
        name=name,
        step=spec.step,
        modes=tuple(mode for mode in done.modes if mode.machine in part[1]),
        then=spec.then,
        branches=spec.branches,
        stale=spec.stale,
        stands_for=operation,
    )


def _renumbered(spec: Operation, at: Callable[[int], int]) -> Operation:
    return replace(
        spec,
        then=spec.then if spec.then in (NEXT, OUT) else at(spec.then),
        stands_for=NONE if spec.stands_for == NONE else at(spec.stands_for),
        branches=tuple(
            b if b.operation == OUT else replace(b, operation=at(b.operation))
            for b in spec.branches
        ),
        stale=spec.stale if spec.stale == OUT else at(spec.stale),
    )
