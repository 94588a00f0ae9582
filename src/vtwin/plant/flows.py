"""How much comes where in the long run: visits of operations and the pace of sources."""

from __future__ import annotations

from vtwin.plant.primitives import NONE, OUT, UNLIMITED, Branch, Profile
from vtwin.plant.program import Program
from vtwin.plant.rules import followers

#: Rounds after which what still goes round is left out of account.
_ROUNDS = 1000
_NOTHING = 1e-9


def visits(program: Program) -> tuple[float, ...]:
    """How often an item of its product is worked on at each operation, on average; scrap is left
    out of account, and a limit of rework is met as often as if each time round were a new item.
    """
    after = followers(program.products, program.operations)
    found = [0.0] * len(program.operations)
    for product, begins in zip(program.products, _beginnings(program), strict=True):
        coming = dict(begins) if product.route else {}
        for _ in range(_ROUNDS):
            onward: dict[int, float] = {}
            for operation, items in coming.items():
                spec = program.operations[operation]
                stopping = items / spec.sample
                found[operation] += stopping
                left = items
                for branch in spec.branches:
                    share = stopping * _taken(branch)
                    left -= stopping * branch.share
                    _add(onward, branch.operation, share)
                _add(onward, after[operation], left)
            coming = {o: items for o, items in onward.items() if items > _NOTHING}
            if not coming:
                break
    return tuple(found)


def _beginnings(program: Program) -> tuple[dict[int, float], ...]:
    """By product: operations its items begin with and their shares; with orders that begin
    elsewhere (S-180) the shares of what is ordered, else all of them the first of the route.
    """
    found: list[dict[int, float]] = [{} for _ in program.products]
    if any(order.begins != NONE for order in program.orders):
        for order in program.orders:
            route = program.products[order.product].route
            if route:
                first = route[0] if order.begins == NONE else order.begins
                _add(found[order.product], first, float(order.quantity))
    for number, product in enumerate(program.products):
        whole = sum(found[number].values())
        if product.route and not whole:
            found[number] = {product.route[0]: 1.0}
        elif whole:
            found[number] = {o: pieces / whole for o, pieces in found[number].items()}
    return tuple(found)


def legs(program: Program) -> tuple[tuple[int, int, float], ...]:
    """Ways from operation to operation with the share of the items ending the first that are
    worked on at the second next; those that leave are in none.
    """
    after = followers(program.products, program.operations)
    found = []
    for here, spec in enumerate(program.operations):
        shares: dict[int, float] = {}
        rest = 1.0
        for branch in spec.branches:
            _come(program, after, shares, branch.operation, branch.share)
            rest -= branch.share
        _come(program, after, shares, after[here], rest)
        found += [(here, there, share) for there, share in sorted(shares.items())]
    return tuple(found)


def _come(
    program: Program, after: tuple[int, ...], shares: dict[int, float], there: int, share: float
) -> None:
    """A share comes to an operation; what a sample leaves out goes on along the main way."""
    while there not in (NONE, OUT) and share > _NOTHING:
        stopping = share / program.operations[there].sample
        _add(shares, there, stopping)
        share -= stopping
        there = after[there]


def _add(onward: dict[int, float], operation: int, items: float) -> None:
    if operation not in (NONE, OUT):
        onward[operation] = onward.get(operation, 0.0) + items


def _taken(branch: Branch) -> float:
    """The share that takes a branch, those over its limit not counted: of an item that comes
    back each time, as many take it as with this share and no limit.
    """
    if branch.most == UNLIMITED or branch.share == 0.0:
        return branch.share
    times = sum(branch.share**n for n in range(1, min(branch.most, _ROUNDS) + 1))
    return times / (1.0 + times)


def mean_speed(profile: Profile) -> float:
    """How fast intervals pass on average under a profile; 1 is as written."""
    ends = [*(begin for begin, _ in profile.steps[1:]), profile.period]
    passed = sum((end - begin) * p for (begin, p), end in zip(profile.steps, ends, strict=True))
    return passed / 100 / profile.period


def rate(program: Program, source: int) -> float:
    """Items per second a source of arrivals lets in, on average; 0 for other sources."""
    spec = program.sources[source]
    if spec.interval == NONE:
        return 0.0
    speed = 1.0 if spec.profile == NONE else mean_speed(program.profiles[spec.profile])
    mean = program.distributions[spec.interval].mean
    return speed / mean if mean else 0.0
