"""Small shops whose best sequence and assignment of orders is known exactly: by Johnson's rule, or
from every schedule there is. Minutes; everything is there at the start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations, product


@dataclass(frozen=True)
class Instance:
    """A scenario, and the exact goal (s) of a design: orders in sequence, machine by order."""

    name: str
    text: str
    truth: Callable[[Sequence[str], dict[str, str]], float]
    best: float
    setups: str = ""  # of setups.csv


def _head(kpi: str, orders: str, section: str) -> str:
    return (
        "vtwin: 1\nname: small shop\n"
        "run: {horizon: 200 h, replications: 5, seed: 3, stop: orders_done}\n"
        f"orders:\n{orders}"
        f"reallocate:\n  orders: {section}\n  goal: {{minimise: {kpi}, within: 0.1 %}}\n"
    )


def flow_shop(times: dict[str, tuple[int, ...]], name: str) -> Instance:
    """Orders of one lot each through machines in a row; makespan."""
    machines = [f"m{n + 1}" for n in range(len(next(iter(times.values()))))]
    orders = "".join(f"  - {{order: {o}, product: {o}, quantity: 1}}\n" for o in times)
    text = _head("makespan_s", orders, "{sequence: all}") + "products:\n"
    for order, minutes in times.items():
        steps = ", ".join(
            f"{{op: {m}, on: {m}, cycle: {t} min}}" for m, t in zip(machines, minutes, strict=True)
        )
        text += f"  {order}: {{route: [{steps}]}}\n"
    text += "equipment:\n" + "".join(f"  {m}: {{dispatch: priority}}\n" for m in machines)

    def truth(sequence: Sequence[str], _: dict[str, str]) -> float:
        free = [0] * len(machines)
        for order in sequence:
            end = 0
            for m, minutes in enumerate(times[order]):
                end = free[m] = max(free[m], end) + minutes
        return 60.0 * free[-1]

    return Instance(name, text, truth, min(truth(s, {}) for s in permutations(times)))


def johnson(times: dict[str, tuple[int, int]]) -> list[str]:
    """Johnson's sequence (Naval Research Logistics Quarterly 1, 1954): those faster on the first
    machine by that time, then the others, those fastest on the second last.
    """
    first = sorted((o for o, (a, b) in times.items() if a <= b), key=lambda o: times[o][0])
    last = sorted((o for o, (a, b) in times.items() if a > b), key=lambda o: -times[o][1])
    return [*first, *last]


def parallel(
    lengths: dict[str, tuple[int, int]],
    kinds: dict[str, str],
    setups: dict[tuple[str, str], int],
    due: dict[str, int],
    kpi: str,
    name: str,
) -> Instance:
    """Two unlike machines with sequence-dependent set-ups; machines begin in kind "a"."""
    orders = "".join(
        f"  - {{order: {o}, product: {o}, quantity: 1, due: {due[o]} min}}\n" for o in lengths
    )
    text = _head(kpi, orders, "{sequence: all, on: all}") + "products:\n"
    for o, (one, two) in lengths.items():
        text += (
            f"  {o}: {{route: [{{op: make, on: [m1, m2], setup: {kinds[o]}, "
            f"cycle: {{m1: {one} min, m2: {two} min}}}}]}}\n"
        )
    text += "equipment:\n"
    for m in ("m1", "m2"):
        text += f"  {m}: {{dispatch: priority, setup: {{matrix: setups.csv, at_start: a}}}}\n"
    known = sorted(set(kinds.values()))
    matrix = ",".join(["from", *known]) + "\n"
    for a in known:
        cells = [f"{setups[a, b]} min" if (a, b) in setups else "" for b in known]
        matrix += ",".join([a, *cells]) + "\n"

    def ends(sequence: Sequence[str], on: dict[str, str]) -> dict[str, int]:
        free, kind, found = {"m1": 0, "m2": 0}, {"m1": "a", "m2": "a"}, {}
        for o in sequence:
            m = on[o]
            change = setups.get((kind[m], kinds[o]), 0)
            free[m] += change + lengths[o][m == "m2"]
            kind[m] = kinds[o]
            found[o] = free[m]
        return found

    def truth(sequence: Sequence[str], on: dict[str, str]) -> float:
        done = ends(sequence, on)
        if kpi == "makespan_s":
            return 60.0 * max(done.values())
        return 60.0 * sum(max(0, done[o] - due[o]) for o in done) / len(done)

    every = [
        dict(zip(lengths, ms, strict=True)) for ms in product(("m1", "m2"), repeat=len(lengths))
    ]
    best = min(truth(s, on) for s in permutations(lengths) for on in every)
    return Instance(name, text, truth, best, matrix)
