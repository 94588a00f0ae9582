"""Levels of a skills matrix: how far somebody has come, and how fast that usually is.

Four levels as in the matrices that hang in factories: works under supervision, works alone,
masters it, trains others. The speeds are typical, not measured: a scenario says its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class Level(IntEnum):
    """How far somebody has come in a skill."""

    NOVICE = 1
    TRAINED = 2
    EXPERT = 3
    TRAINER = 4

    @property
    def word(self) -> str:
        """As a scenario says it."""
        return self.name.lower()


#: Speed at each level, 1 being what cycle and set-up times are written for.
SPEEDS: Final[Mapping[Level, float]] = {
    Level.NOVICE: 0.7,
    Level.TRAINED: 1.0,
    Level.EXPERT: 1.1,
    Level.TRAINER: 1.1,
}
WORDS: Final = tuple(level.word for level in Level)
