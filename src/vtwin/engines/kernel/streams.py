"""Random draws one at a time, from the samplers both engines share.

A stream's record holds the distribution, the number of the next word and the four words of the
Philox block it is in. Draw by draw the ticks are those of `vtwin.base.draws.times`, the uniforms
those of `vtwin.base.draws.uniforms`.
"""

from __future__ import annotations

import numpy as np

from vtwin.base import draws, streams
from vtwin.base.streams import (
    CONSTANT,
    DRAWN,
    EMPIRICAL,
    PROPOSE,
    attempt,
    chosen,
    is_rejecting,
    philox,
    quantile,
    unit,
    whole_ticks,
)
from vtwin.base.units import ticks
from vtwin.engines.kernel.building import compiled
from vtwin.engines.kernel.layout import (
    H_ERROR,
    H_REPLICATION,
    H_SEED,
    H_STATUS,
    H_STREAMS,
    H_VALUES,
    NO_TIME,
    S_A,
    S_B,
    S_C,
    S_D,
    S_E,
    S_KIND,
    S_LANES,
    S_NAME,
    S_SIZE,
    S_TICKS,
    S_VALUE_COUNT,
    S_VALUES,
    S_WORD,
    record,
)
from vtwin.engines.kernel.memory import FIELD, load, load_f, store

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

_SPARE = np.uint64(0)
_DOMAIN = np.uint64(draws.SIMULATION)


@compiled
def words(m: int, s: int, word: int) -> Words:
    """The block of four words that number ``word`` is the first of."""
    return philox(  # type: ignore[no-any-return]
        np.uint64((word >> 2) + 1),
        np.uint64(load(s, S_NAME)),
        np.uint64(load(m, H_REPLICATION)),
        _SPARE,
        np.uint64(load(m, H_SEED)),
        _DOMAIN,
    )


@compiled
def _refill(m: int, s: int, word: int) -> None:
    """Stock up with the block of four words that number ``word`` is the first of."""
    w0, w1, w2, w3 = words(m, s, word)
    store(s, S_LANES, np.int64(w0))
    store(s, S_LANES + 1, np.int64(w1))
    store(s, S_LANES + 2, np.int64(w2))
    store(s, S_LANES + 3, np.int64(w3))


@compiled
def _next_unit(m: int, s: int) -> float:
    """The next uniform of the stream whose record is at ``s``."""
    word = load(s, S_WORD)
    lane = word & 3
    if lane == 0:
        _refill(m, s, word)
    store(s, S_WORD, word + 1)
    return unit(np.uint64(load(s, S_LANES + lane)))  # type: ignore[no-any-return]


@compiled
def _by_rejection(m: int, s: int, kind: int) -> float:
    """A duration in s of a kind that takes several uniforms."""
    b, d, e = load_f(s, S_B), load_f(s, S_D), load_f(s, S_E)
    step = PROPOSE
    normal = 0.0
    value = 0.0
    while step != DRAWN:
        step, normal, value = attempt(step, normal, _next_unit(m, s), kind, b, d, e)
    return value


@compiled
def sample(m: int, s: int) -> int:
    """The next duration of the stream whose record is at ``s``, in ticks; -1: no time."""
    kind = load(s, S_KIND)
    if kind == CONSTANT:
        return load(s, S_TICKS)
    if is_rejecting(kind):
        value = _by_rejection(m, s, kind)
    else:
        u = _next_unit(m, s)
        if kind == EMPIRICAL:
            first = m + load(m, H_VALUES) + load(s, S_VALUES) * FIELD
            value = load_f(first, chosen(u, load(s, S_VALUE_COUNT)))
        else:
            a, b, c = load_f(s, S_A), load_f(s, S_B), load_f(s, S_C)
            value = quantile(kind, u, a, b, c, load_f(s, S_D), load_f(s, S_E))
    return whole_ticks(value)  # type: ignore[no-any-return]


@compiled
def draw(m: int, stream: int) -> int:
    """The next duration of a stream in ticks. -1 when it is no time: then the run is over, with
    H_STATUS and the stream's number + 1 in H_ERROR.
    """
    found = sample(m, record(m, H_STREAMS, S_SIZE, stream))
    if found < 0:
        store(m, H_ERROR, stream + 1)
        store(m, H_STATUS, NO_TIME)
    return found


@compiled
def uniform(m: int, stream: int) -> float:
    """The next uniform of a stream, in (0, 1)."""
    return _next_unit(m, record(m, H_STREAMS, S_SIZE, stream))


def fields(distribution: draws.Distribution | None, entity: str, purpose: str) -> list[int]:
    """The fields of a stream's record, without its values; None for a stream of uniforms.

    Seed and replication are in the head: a record is the same for all of them.
    """
    found = [0] * S_SIZE
    found[S_NAME] = _signed(draws.hash64(entity, purpose))
    if distribution is None:
        return found
    if draws.never_varies(distribution):
        found[S_KIND] = CONSTANT
        found[S_TICKS] = ticks(distribution.mean)
        return found
    a, b, c = (*distribution.parameters, 0.0, 0.0, 0.0)[:3]
    kind = streams.KINDS[distribution.kind]
    d, e = streams.prepare(kind, a, b)
    found[S_KIND] = kind
    for field, value in zip((S_A, S_B, S_C, S_D, S_E), (a, b, c, d, e), strict=True):
        found[field] = int(np.float64(value).view(np.int64))
    found[S_VALUE_COUNT] = len(distribution.values)
    return found


def _signed(word: int) -> int:
    """The whole number of the same 64 bits."""
    return word - 2**64 if word >= 2**63 else word


def address(seed: int, replication: int) -> tuple[int, int]:
    """H_SEED and H_REPLICATION of a run."""
    return _signed(seed % 2**64), _signed(replication % 2**64)
