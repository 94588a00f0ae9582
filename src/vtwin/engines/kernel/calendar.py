"""The calendar: one pending time per slot, and which is due first (S-02, S-04).

A tournament tree: the leaves are the slots in their order (filled up to a power of two), and
every node holds the time and the slot of the better of its two children, so node 1 holds the
next event. At equal times the left child wins, which is the lower slot. Setting a time replays
the matches on the way up. In a large plant that ends where one comes out as before; near the
root, looking whether it does costs more than the matches.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.layout import H_LEAVES, H_TREE, N_SIZE, N_SLOT, N_TIME, NEVER
from vtwin.engines.kernel.memory import FIELD, load, store

_NODE = N_SIZE * FIELD


#: From this node on up every match is played.
_NEAR_ROOT = 16


@compiled
def schedule(m: int, slot: int, time: int) -> None:
    """The slot's event is due at ``time``; a time it had before is forgotten."""
    tree = m + load(m, H_TREE)
    node = load(m, H_LEAVES) + slot
    store(tree + node * _NODE, N_TIME, time)
    while node >= 2 * _NEAR_ROOT:
        best = _better(tree, node)
        node >>= 1
        winner, due, here = load(best, N_SLOT), load(best, N_TIME), tree + node * _NODE
        if winner != slot and load(here, N_SLOT) == winner and load(here, N_TIME) == due:
            return
        store(here, N_TIME, due)
        store(here, N_SLOT, winner)
    while node > 1:
        best = _better(tree, node)
        node >>= 1
        here = tree + node * _NODE
        store(here, N_TIME, load(best, N_TIME))
        store(here, N_SLOT, load(best, N_SLOT))


@compiled
def _better(tree: int, node: int) -> int:
    """The better of a node and its sibling; by arithmetic, since who wins cannot be guessed."""
    left = tree + (node & -2) * _NODE
    right = left + _NODE
    return left + _NODE * int(load(right, N_TIME) < load(left, N_TIME))


@compiled
def cancel(m: int, slot: int) -> None:
    """The slot has no event."""
    schedule(m, slot, NEVER)


@compiled
def next_time(m: int) -> int:
    """When the next event is due; NEVER without one."""
    return load(m + load(m, H_TREE) + _NODE, N_TIME)


@compiled
def next_slot(m: int) -> int:
    """The slot of the next event: at equal times the lowest."""
    return load(m + load(m, H_TREE) + _NODE, N_SLOT)


def leaves(slots: int) -> int:
    """Leaves of the tree for so many slots: a power of two, at least 2."""
    return max(2, 1 << (slots - 1).bit_length()) if slots > 0 else 2


def tree(slots: int) -> list[int]:
    """The fields of an empty calendar: nodes 0 (unused) to 2 * leaves - 1."""
    count = leaves(slots)
    fields: list[int] = []
    for node in range(2 * count):
        first = node
        while 0 < first < count:
            first *= 2
        fields += [NEVER, max(first - count, 0)]
    return fields
