"""The memory of one run: written once per program, copied for every replication.

Everything is placed in a *template*. Fields that hold addresses are written as places in the
template and noted; a copy adds its own address to them, which is one vector operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vtwin.engines.kernel.memory import FIELD

if TYPE_CHECKING:
    from vtwin.plant.program import Program

Fields = npt.NDArray[np.int64]


class Same:
    """A program as a key: the same object, not an equal one (which takes long to compare)."""

    __slots__ = ("program",)

    def __init__(self, program: Program) -> None:
        self.program = program

    def __hash__(self) -> int:
        return id(self.program)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.program is self.program


@dataclass(frozen=True, slots=True)
class Table:
    """``count`` records of ``size`` fields; the first begins at field ``start``."""

    start: int
    count: int
    size: int

    def at(self, index: int) -> int:
        """The field at which a record begins."""
        return self.start + index * self.size

    def column(self, arena: Fields, field: int) -> Fields:
        """One field of every record, as a view of an arena."""
        rows = arena[self.start : self.start + self.count * self.size]
        return rows.reshape(self.count, self.size)[:, field]

    def columns(self, arena: Fields, field: int, width: int) -> Fields:
        """``width`` fields of every record (count, width), as a view of an arena."""
        rows = arena[self.start : self.start + self.count * self.size]
        return rows.reshape(self.count, self.size)[:, field : field + width]


class Draft:
    """An arena while it is written. Places are numbers of fields; 0, the head, stands for none."""

    def __init__(self, head: int) -> None:
        self._end = head
        self._numbers: dict[int, int] = {}
        self._blocks: list[tuple[int, Fields]] = []
        self._addresses: list[int] = []

    def table(self, count: int, size: int) -> Table:
        """Room for records, all zero."""
        made = Table(self._end, count, size)
        self._end += count * size
        return made

    def put(self, place: int, number: int) -> None:
        """Write a whole number into a field."""
        self._numbers[place] = number

    def write(self, place: int, numbers: Fields) -> None:
        """Write whole numbers into the fields from a place on, all at once."""
        self._blocks.append((place, numbers.reshape(-1)))

    def put_float(self, place: int, number: float) -> None:
        """Write a double into a field."""
        self.put(place, int(np.float64(number).view(np.int64)))

    def point(self, place: int, target: int) -> None:
        """Write the address of a record or list into a field; 0 is none."""
        if target:
            self.put(place, target * FIELD)
            self._addresses.append(place)

    def numbers(self, values: Iterable[int]) -> int:
        """Place a list of whole numbers; where it begins."""
        start = self._end
        for value in values:
            self.put(self._end, value)
            self._end += 1
        return start

    def pointers(self, targets: Sequence[int]) -> int:
        """Place a list of addresses; where it begins."""
        start = self.table(len(targets), 1).start
        for n, target in enumerate(targets):
            self.point(start + n, target)
        return start

    def done(self) -> tuple[Fields, Fields]:
        """All fields, and the numbers of those that hold addresses."""
        fields = np.zeros(self._end, dtype=np.int64)
        fields[list(self._numbers)] = list(self._numbers.values())
        for place, numbers in self._blocks:
            fields[place : place + numbers.size] = numbers
        return fields, np.array(self._addresses, dtype=np.int64)


def whole(high: int, low: int) -> int:
    """The sum in the two fields of a wide one, of any size."""
    return (high << 64) + low % (1 << 64)
