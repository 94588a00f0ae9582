"""Random draws addressed by (seed, name, purpose, replication), and distributions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Distribution:
    """A random duration: ``kind`` and its canonical parameters in seconds."""

    kind: str
    parameters: tuple[float, ...]
    values: tuple[float, ...] = ()
