"""Assembly and batches as exact chains. Nothing here knows the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.truth.chains import Chain


def assembly_rate(
    suppliers: Sequence[float], places: Sequence[int], pieces: Sequence[int], join: float
) -> float:
    """Assemblies per unit of time: component i is made one by one at rate ``suppliers[i]`` by a
    machine that never lacks work and is blocked while its finished piece finds none of
    ``places[i]`` free; the assembly takes ``pieces[i]`` of each at its beginning.
    """
    parts = range(len(suppliers))

    def settled(stock: list[int], blocked: list[bool], busy: bool):
        while not busy and all(stock[i] >= pieces[i] for i in parts):
            busy = True
            for i in parts:
                stock[i] -= pieces[i]
        for i in parts:
            if blocked[i] and stock[i] < places[i]:
                stock[i] += 1
                blocked[i] = False
        if not busy and all(stock[i] >= pieces[i] for i in parts):
            return settled(stock, blocked, busy)
        return tuple(stock), tuple(blocked), busy

    def moves(state) -> Iterator[tuple]:
        stock, blocked, busy = state
        for i in parts:
            if blocked[i]:
                continue
            more, held = list(stock), list(blocked)
            if stock[i] < places[i]:
                more[i] += 1
            else:
                held[i] = True
            yield suppliers[i], settled(more, held, busy)
        if busy:
            yield join, settled(list(stock), list(blocked), False), "out"

    first = (tuple(0 for _ in parts), tuple(False for _ in parts), False)
    return Chain(first, moves).rate("out")


def batch_number(arrival: float, service: float, least: int, most: int, top: int = 400) -> float:
    """Mean number there, M/M[least, most]/1 (Neuts 1967): a free server takes at most ``most``
    of those waiting as soon as there are ``least``. At most ``top`` wait.
    """

    def begun(waiting: int) -> tuple[int, int]:
        taken = min(waiting, most) if waiting >= least else 0
        return waiting - taken, taken

    def moves(state) -> Iterator[tuple]:
        waiting, inside = state
        if waiting < top:
            yield arrival, (waiting + 1, inside) if inside else begun(waiting + 1)
        if inside:
            yield service, begun(waiting)

    return Chain((0, 0), moves).mean(sum)


def batch_server_number(arrival: float, service: float, most: int) -> float:
    """The same for least = 1, by the root of its characteristic equation (Gross, Harris,
    Fundamentals of Queueing Theory, section 3.2.2): while the server is busy the number
    waiting is geometric with the root r in (0, 1) of ``service r^(most + 1) - (arrival +
    service) r + arrival = 0``. Returns the mean number *waiting*.
    """
    r = 0.5
    for _ in range(100_000):
        r = (arrival + service * r ** (most + 1)) / (arrival + service)
    # Idle share p, busy with n waiting p' r^n where p arrival = p' service.
    busy_empty = 1.0 / (1.0 / (1.0 - r) + service / arrival)
    return busy_empty * r / (1.0 - r) ** 2
