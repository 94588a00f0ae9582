"""Orders on machines of their own: a Program in which certain orders go certain ways (S-180).

An order that may be made on some machines only gets operations of its own that stand for those of
the route (S-181), from the first one on as long as one of them can still come. Products, orders,
tools and set-ups stay what they are.
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
_Key: TypeAlias = tuple[int, tuple[tuple[int, tuple[int, ...]], ...]]


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
    todo, seen = [order.begins], {NONE, OUT}
    while todo:
        here = todo.pop()
        if here in seen or program.operations[here].stands_for == NONE:
            continue
        seen.add(here)
        spec = program.operations[here]
        own = frozenset(mode.machine for mode in spec.modes)
        if len(own) < len(program.operations[spec.stands_for].modes):
            found[spec.stands_for] = own
        todo += [spec.then, spec.stale, *(branch.operation for branch in spec.branches)]
    return found


def assigned(program: Program, wanted: Mapping[str, Choice]) -> Program:
    """The program with each order named on the machines wanted for it; the others stay.

    Args:
        program: any.
        wanted: order -> operation of its product's route -> machines that may do it, at least
            one of those that can. What is no restriction changes nothing.

    Raises:
        ValueError: machines that cannot do the operation, or an operation in a batch.
    """
    named = [order for order in program.orders if order.name in wanted]
    keys = {order.name: _key(program, order, wanted[order.name]) for order in named}
    after = followers(program.products, program.operations)
    there = {operation.name for operation in program.operations}
    own: dict[tuple[_Key, int], str] = {}
    made: dict[str, tuple[Operation, _Key]] = {}
    for key in sorted({key for key in keys.values() if key[1]}):
        leading = _leading_to(program, after, {o for o, _ in key[1]})
        if program.products[key[0]].route[0] not in leading:
            continue  # no item ever comes there
        for operation in leading:
            name = f"{program.operations[operation].name}@{_label(program, key)}"
            own[key, operation] = name
            if name not in there:
                made[name] = (_copy(program, operation, key, name), key)
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


def _key(program: Program, order: Order, choice: Choice) -> _Key:
    """What an order is restricted to; what every machine may do is left out."""
    kept = []
    for operation, machines in sorted(choice.items()):
        spec = program.operations[operation]
        able = {mode.machine for mode in spec.modes}
        if not machines or not machines <= able or spec.product != order.product:
            raise ValueError(f"{spec.name} of order {order.name} cannot be done there")
        if machines < able:
            if spec.batch != NONE:
                raise ValueError(f"{spec.name} is done in a batch")
            kept.append((operation, tuple(sorted(machines))))
    return order.product, tuple(kept)


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
    """Machines, with the operation where the product has several that machines differ in."""
    product, choice = key
    several = len(choices(program, product)) > 1
    parts = []
    for operation, machines in choice:
        names = [program.machines[m].name for m in machines]
        entry = names[0].partition("#")[0]
        whole = [n for n in (m.name for m in program.machines) if n.partition("#")[0] == entry]
        said = entry if names == whole else "|".join(names)
        step = program.operations[operation].name.rpartition("/")[2]
        parts.append(f"{step}={said}" if several else said)
    return ",".join(parts)


def _copy(program: Program, operation: int, key: _Key, name: str) -> Operation:
    spec = program.operations[operation]
    machines = dict(key[1]).get(operation)
    modes = tuple(m for m in spec.modes if machines is None or m.machine in machines)
    return replace(spec, name=name, modes=modes, stands_for=operation)


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
