"""Sums that may pass 2^63, kept exactly in two fields: ``high * 2^31 + low``, 0 <= low < 2^31."""

from __future__ import annotations

from typing import Final

from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.memory import add, load, store

_SHIFT: Final = 31
_LOW: Final = 2**31 - 1


@compiled
def add_wide(record: int, field: int, count: int, ticks: int) -> None:
    """Add ``count * ticks`` to the wide sum in ``field`` and the one after it, for
    ``|count| < 2^31`` and ``0 <= ticks < 2^62``.
    """
    low = load(record, field + 1) + count * (ticks & _LOW)
    add(record, field, count * (ticks >> _SHIFT) + (low >> _SHIFT))
    store(record, field + 1, low & _LOW)


def whole(high: int, low: int) -> int:
    """The sum in two fields, of any size."""
    return (high << _SHIFT) + low
