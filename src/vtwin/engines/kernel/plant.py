"""What the instant asks of the plant: its beginning, its timed events, its movements."""

from __future__ import annotations

from vtwin.engines.kernel.memory import compiled


@compiled
def begin(m: int) -> None:
    """Set everything going at tick 0: first failures, first arrivals, all stations dirty."""


@compiled
def happen(m: int, slot: int, now: int) -> None:
    """Phase B: the event of a slot, which is no longer in the calendar."""


@compiled
def settle(m: int, now: int) -> None:
    """Phase C: movements and grants until nothing more can happen at this tick."""
