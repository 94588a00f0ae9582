"""Days of the week as they are named in calendars and tariffs."""

from __future__ import annotations

from typing import Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def weekdays(key: str) -> tuple[int, ...] | None:
    """The days a key names: ``sat``, ``mon-fri``, ``mon,wed,fri``, ``daily``; None if none."""
    if key == "daily":
        return tuple(range(7))
    return ring(key, DAYS)


def ring(key: str, names: tuple[str, ...]) -> tuple[int, ...] | None:
    """Positions in a ring of names: ``sat``, ``fri-mon``, ``mon,wed``; None for another word."""
    found: list[int] = []
    size = len(names)
    for part in key.split(","):
        ends = [end.strip().lower() for end in part.split("-")]
        if len(ends) > 2 or any(end not in names for end in ends):
            return None
        first, last = names.index(ends[0]), names.index(ends[-1])
        found += [n % size for n in range(first, last + 1 + (size if last < first else 0))]
    return tuple(found)
