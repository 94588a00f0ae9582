"""Carriers: pallets, fixtures and baskets that go round in a closed loop (S-134 to S-137)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.floor import mark_all
from vtwin.engines.kernel.layout import (
    CA_FREE,
    CA_INDEX,
    CA_MOMENT,
    CA_USER_COUNT,
    CA_USERS,
    H_CARRIER_COUNT,
    H_CARRIERS,
    H_NOW,
    IT_CARRIERS,
)
from vtwin.engines.kernel.memory import add, load, store
from vtwin.engines.kernel.sums import add_wide


@compiled
def is_on(item: int, carrier: int) -> int:
    """Whether an item is on a carrier of this kind."""
    return (load(item, IT_CARRIERS) >> load(carrier, CA_INDEX)) & 1


@compiled
def take_carrier(m: int, item: int, carrier: int) -> None:
    """An item gets a carrier, unless it is on one already."""
    if not is_on(item, carrier):
        store(item, IT_CARRIERS, load(item, IT_CARRIERS) | (1 << load(carrier, CA_INDEX)))
        add(carrier, CA_FREE, -1)
        add_wide(carrier, CA_MOMENT, -1, load(m, H_NOW))


@rare
def give_back(m: int, item: int, carrier: int) -> None:
    """An item is taken off a carrier, if it is on one; whoever needs it looks again."""
    if is_on(item, carrier):
        store(item, IT_CARRIERS, load(item, IT_CARRIERS) ^ (1 << load(carrier, CA_INDEX)))
        add(carrier, CA_FREE, 1)
        add_wide(carrier, CA_MOMENT, 1, load(m, H_NOW))
        mark_all(m, load(carrier, CA_USERS), load(carrier, CA_USER_COUNT))


@rare
def give_all_back(m: int, item: int) -> None:
    """An item leaves the plant, or is gone as scrap."""
    carriers = load(m, H_CARRIERS)
    for n in range(load(m, H_CARRIER_COUNT)):
        give_back(m, item, load(carriers, n))
