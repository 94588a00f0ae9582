"""The calendar: one pending time per slot, and which is due first (S-02, S-04).

A tree of least times: the leaves are the slots in their order (filled up to a power of two), and
every node holds the earlier time of its two children, so node 1 holds when the next event is due.
Which slot that is says the way down, to the left at equal times, for that is the lower slot.
Setting a time mends the nodes on the way up. In a large plant that ends where one stays as it was;
near the root, looking whether it does costs more than the rest of the way.
"""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.layout import H_LEAVES, H_TREE, NEVER
from vtwin.engines.kernel.memory import load, store

#: From this node on up every node is mended.
_NEAR_ROOT = 16


@compiled
def schedule(m: int, slot: int, time: int) -> None:
    """The slot's event is due at ``time``; a time it had before is forgotten."""
    times = m + load(m, H_TREE)
    node = load(m, H_LEAVES) + slot
    store(times, node, time)
    while node >= 2 * _NEAR_ROOT:
        time = min(time, load(times, node ^ 1))
        node >>= 1
        if load(times, node) == time:
            return
        store(times, node, time)
    while node > 1:
        time = min(time, load(times, node ^ 1))
        node >>= 1
        store(times, node, time)


@compiled
def cancel(m: int, slot: int) -> None:
    """The slot has no event."""
    schedule(m, slot, NEVER)


@compiled
def next_time(m: int) -> int:
    """When the next event is due; NEVER without one."""
    return load(m + load(m, H_TREE), 1)


@compiled
def next_slot(m: int) -> int:
    """The slot of the next event: at equal times the lowest."""
    times, leaves = m + load(m, H_TREE), load(m, H_LEAVES)
    time, node = load(times, 1), 1
    while node < leaves:
        node *= 2
        node += int(load(times, node) != time)
    return node - leaves


def leaves(slots: int) -> int:
    """Leaves of the tree for so many slots: a power of two, at least 2."""
    return max(2, 1 << (slots - 1).bit_length()) if slots > 0 else 2


def tree(slots: int) -> list[int]:
    """The fields of an empty calendar: nodes 0 (unused) to 2 * leaves - 1."""
    return [NEVER] * (2 * leaves(slots))
