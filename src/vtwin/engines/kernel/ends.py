"""What ends a run before its horizon (S-95)."""

from __future__ import annotations

from vtwin.engines.kernel.building import compiled, rare
from vtwin.engines.kernel.codes import ORDERS_DONE
from vtwin.engines.kernel.layout import (
    H_OPEN_ORDERS,
    H_ORDER_COUNT,
    H_PRODUCT_COUNT,
    H_PRODUCTS,
    H_STATUS,
    H_STOP_COUNT,
    H_STOPPED,
    H_STOPS,
    NOTHING,
    PR_GOOD,
    PR_SIZE,
    PR_STOCK,
    SP_KIND,
    SP_PIECES,
    SP_PRODUCT,
    SP_SIZE,
    STOPPED,
    record,
)
from vtwin.engines.kernel.memory import load, store


@rare
def look_for_end(m: int) -> None:
    """The first condition that holds ends the run."""
    for n in range(load(m, H_STOP_COUNT)):
        if _holds(m, record(m, H_STOPS, SP_SIZE, n)):
            store(m, H_STATUS, STOPPED)
            store(m, H_STOPPED, n)
            return


@compiled
def _holds(m: int, stop: int) -> int:
    if load(stop, SP_KIND) == ORDERS_DONE:
        return load(m, H_ORDER_COUNT) > 0 and load(m, H_OPEN_ORDERS) == 0
    product, good = load(stop, SP_PRODUCT), 0
    if product != NOTHING:
        good = load(product, PR_GOOD)
    else:
        for n in range(load(m, H_PRODUCT_COUNT)):
            product = record(m, H_PRODUCTS, PR_SIZE, n)
            if load(product, PR_STOCK) == NOTHING:
                good += load(product, PR_GOOD)
    return good >= load(stop, SP_PIECES)
