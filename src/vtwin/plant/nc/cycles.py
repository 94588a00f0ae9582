"""Canned cycles of NC programs (G73 to G89): what the tool does in one hole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vtwin.plant.nc.program import Unfollowed, code_name

#: Codes of the cycles that are followed, in tenths: G73 and G83 peck, G74 and G84 tap, G81 and
#: G82 drill, G85 and G89 bore back at feed, G76 and G86 bore and come back in rapid.
CODES: Final = frozenset({730, 740, 760, 810, 820, 830, 840, 850, 860, 890})
_PECKING: Final = frozenset({730, 830})
_BACK_AT_FEED: Final = frozenset({740, 840, 850, 890})
#: A peck begins this far above where the last one ended, mm (a usual setting of controls).
CLEARANCE: Final = 0.5
_MOST_PECKS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Hole:
    """One hole: the level where feed begins (R), the bottom (Z), mm; feed in mm/s; depth of a
    peck (Q) in mm, dwell at the bottom (P) in s.
    """

    code: int
    top: float
    bottom: float
    feed: float
    peck: float
    dwell: float


@dataclass(frozen=True, slots=True)
class To:
    """A movement to a level; feed 0: in rapid traverse."""

    level: float
    feed: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait:
    """A dwell."""

    seconds: float


def strokes(hole: Hole) -> Iterator[To | Wait]:
    """From the top to the bottom and back to the top. Raises Unfollowed (V710)."""
    if hole.code in _PECKING:
        yield from _pecks(hole)
    else:
        yield To(hole.bottom, hole.feed)
    if hole.dwell > 0:
        yield Wait(hole.dwell)
    yield To(hole.top, hole.feed if hole.code in _BACK_AT_FEED else 0.0)


def _pecks(hole: Hole) -> Iterator[To]:
    """Peck by peck: G83 goes out of the hole between two, G73 only breaks the chip."""
    total = abs(hole.top - hole.bottom)
    if hole.peck == 0 or total / hole.peck > _MOST_PECKS:
        raise Unfollowed("V710", f"{code_name('G', hole.code)} needs its peck Q", "such as Q2.")
    down = -1.0 if hole.bottom < hole.top else 1.0
    depth = 0.0
    while total - depth > 1e-9:
        if depth > 0:
            if hole.code == 830:
                yield To(hole.top)
            yield To(hole.top + down * max(depth - CLEARANCE, 0.0))
        depth = min(depth + hole.peck, total)
        yield To(hole.top + down * depth, hole.feed)
