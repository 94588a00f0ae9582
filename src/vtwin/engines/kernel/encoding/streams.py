"""Records of the streams of draws, and the address of a run's numbers."""

from __future__ import annotations

import numpy as np

from vtwin.base import draws
from vtwin.base.draws import Distribution
from vtwin.base.units import ticks
from vtwin.engines.kernel.entries import prepared
from vtwin.engines.kernel.layout import (
    S_A,
    S_B,
    S_C,
    S_KIND,
    S_NAME,
    S_SIZE,
    S_TICKS,
    S_VALUE_COUNT,
)

#: S_KIND by the name of a kind: as in :mod:`vtwin.base.streams`, which cannot be imported without
#: numba.
KINDS = {
    "exponential": 0,
    "uniform": 1,
    "triangular": 2,
    "lognormal": 3,
    "normal": 4,
    "weibull": 5,
    "gamma": 6,
    "erlang": 7,
    "empirical": 8,
}
CONSTANT = -1


def name(entity: str, purpose: str) -> int:
    """S_NAME of a stream's record."""
    return _signed(draws.hash64(entity, purpose))


def fields(distribution: Distribution | None, entity: str, purpose: str) -> list[int]:
    """The fields of a stream's record, without its values; None for a stream of uniforms.

    Seed and replication are in the head: a record is the same for all of them.
    """
    found = nameless(distribution)
    found[S_NAME] = name(entity, purpose)
    return found


def nameless(distribution: Distribution | None) -> list[int]:
    """The fields of a stream's record that follow from what is drawn from."""
    found = [0] * S_SIZE
    if distribution is None:
        return found
    if draws.never_varies(distribution):
        found[S_KIND] = CONSTANT
        found[S_TICKS] = ticks(distribution.mean)
        return found
    a, b, c = (*distribution.parameters, 0.0, 0.0, 0.0)[:3]
    record = np.zeros(S_SIZE, dtype=np.int64)
    record[[S_A, S_B, S_C]] = np.array((a, b, c)).view(np.int64)
    record[S_KIND] = KINDS[distribution.kind]
    record[S_VALUE_COUNT] = len(distribution.values)
    prepared(record.ctypes.data)
    return [int(value) for value in record]


def _signed(word: int) -> int:
    """The whole number of the same 64 bits."""
    return word - 2**64 if word >= 2**63 else word


def address(seed: int, replication: int) -> tuple[int, int]:
    """H_SEED and H_REPLICATION of a run."""
    return _signed(seed % 2**64), _signed(replication % 2**64)
