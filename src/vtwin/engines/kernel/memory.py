"""The ground the kernel stands on: fields of records in one flat arena.

The whole plant is one numpy int64 array owned by Python, the *arena*. Compiled code gets the
address of its first byte as an int64 and reaches every record by address: five intrinsics read
and write the 8-byte field number ``field`` of the record at ``address`` (their code is in
``access``). A field holds a whole number or, through the ``_f`` pair, a double. Nothing is checked:
whoever computes an address from a record's table (``layout.record``) with an index in range is
safe, nobody else is.

Functions marked `compiled` (see ``building``) take and return int64 or float64 only. There are no
arrays in them, so numba's reference counting has nothing to do and is switched off altogether.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from vtwin.engines.kernel.building import later

#: Bytes of a field.
FIELD = 8

_CODE = "vtwin.engines.kernel.access"

#: ``load(address, field)``: the whole number in a field.
load = cast(Callable[[int, int], int], later(_CODE, "load"))
#: ``store(address, field, value)``: put a whole number, or a truth as 0 or 1, into a field.
store = cast(Callable[[int, int, int | np.int64], None], later(_CODE, "store"))
#: ``add(address, field, delta)``: add a whole number to a field.
add = cast(Callable[[int, int, int], None], later(_CODE, "add"))
#: ``load_f(address, field)``: the double in a field.
load_f = cast(Callable[[int, int], float], later(_CODE, "load_f"))
#: ``store_f(address, field, value)``: put a double into a field.
store_f = cast(Callable[[int, int, float], None], later(_CODE, "store_f"))
