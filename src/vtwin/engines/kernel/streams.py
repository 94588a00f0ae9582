"""Random draws one at a time, from the samplers both engines share.

A stream's record holds the distribution, the number of the next word and the draws it has in
stock. Draw by draw the ticks are those of `vtwin.base.draws.times`, the uniforms
those of `vtwin.base.draws.uniforms`.
"""

from __future__ import annotations

import numpy as np

from vtwin.base import draws
from vtwin.base.streams import (
    CONSTANT,
    DRAWN,
    EMPIRICAL,
    EXPONENTIAL,
    PROPOSE,
    attempt,
    chosen,
    is_rejecting,
    log,
    philox_pair,
    prepare,
    quantile,
    unit,
    whole_ticks,
)
from vtwin.engines.kernel.building import apart, compiled, whole
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
    S_NAME,
    S_SIZE,
    S_STOCK,
    S_TICKS,
    S_VALUE_COUNT,
    S_VALUES,
    S_WORD,
    STOCK,
    record,
)
from vtwin.engines.kernel.memory import FIELD, load, load_f, store, store_f

_SPARE = np.uint64(0)
_DOMAIN = np.uint64(draws.SIMULATION)


@apart
def _eight_uniforms(s: int, at: int, block: int, name: int, replication: int, seed: int) -> None:
    """The uniforms of two blocks."""
    a, b, c, d, e, f, g, h = philox_pair(
        np.uint64(block), np.uint64(name), np.uint64(replication), _SPARE, np.uint64(seed), _DOMAIN
    )
    store_f(s, at, unit(a))
    store_f(s, at + 1, unit(b))
    store_f(s, at + 2, unit(c))
    store_f(s, at + 3, unit(d))
    store_f(s, at + 4, unit(e))
    store_f(s, at + 5, unit(f))
    store_f(s, at + 6, unit(g))
    store_f(s, at + 7, unit(h))


@compiled
def _stock_uniforms(m: int, s: int, word: int) -> None:
    """The uniforms of the next words of the stream at ``s``, four at a time."""
    name, replication = load(s, S_NAME), load(m, H_REPLICATION)
    seed = load(m, H_SEED)
    block = (word >> 2) + 1
    for i in range(S_STOCK, S_STOCK + STOCK, 8):
        _eight_uniforms(s, i, block, name, replication, seed)
        block += 2


@apart
def _stock_exponentials(s: int) -> None:
    """Uniforms to times of the commonest kind, by the formula of `quantile`."""
    mean = load_f(s, S_A)
    for i in range(S_STOCK, S_STOCK + STOCK):
        store(s, i, whole_ticks(-mean * log(1.0 - load_f(s, i))))


@compiled
def _stock_values(m: int, s: int) -> None:
    """Uniforms to observed times."""
    first, count = m + load(m, H_VALUES) + load(s, S_VALUES) * FIELD, load(s, S_VALUE_COUNT)
    for i in range(S_STOCK, S_STOCK + STOCK):
        store(s, i, whole_ticks(load_f(first, chosen(load_f(s, i), count))))


@compiled
def _stock_times(s: int, kind: int) -> None:
    """Uniforms to times of any kind that has a formula."""
    a, b, c = load_f(s, S_A), load_f(s, S_B), load_f(s, S_C)
    d, e = load_f(s, S_D), load_f(s, S_E)
    for i in range(S_STOCK, S_STOCK + STOCK):
        store(s, i, whole_ticks(quantile(kind, load_f(s, i), a, b, c, d, e)))


@apart
def _restock(m: int, s: int, word: int) -> None:
    """Make the draws of a stream that uses one word for each, from that word on."""
    _stock_uniforms(m, s, word)
    kind = load(s, S_KIND)
    if kind == EXPONENTIAL:
        _stock_exponentials(s)
    elif kind == EMPIRICAL:
        _stock_values(m, s)
    else:
        _stock_times(s, kind)


@compiled
def _next_unit(m: int, s: int) -> float:
    """The next uniform of the stream of uniforms at ``s``."""
    word = load(s, S_WORD)
    at = word & (STOCK - 1)
    if at == 0:
        _stock_uniforms(m, s, word)
    store(s, S_WORD, word + 1)
    return load_f(s, S_STOCK + at)


@apart
def _by_rejection(m: int, s: int, kind: int) -> int:
    """A duration in ticks of a kind that takes several uniforms."""
    b, d, e = load_f(s, S_B), load_f(s, S_D), load_f(s, S_E)
    step = PROPOSE
    normal = 0.0
    value = 0.0
    while step != DRAWN:
        step, normal, value = attempt(step, normal, _next_unit(m, s), kind, b, d, e)
    return whole_ticks(value)  # type: ignore[no-any-return]


@compiled
def sample(m: int, s: int) -> int:
    """The next duration of the stream whose record is at ``s``, in ticks; -1: no time."""
    kind = load(s, S_KIND)
    if kind == CONSTANT:
        return load(s, S_TICKS)
    if is_rejecting(kind):
        return _by_rejection(m, s, kind)
    word = load(s, S_WORD)
    at = word & (STOCK - 1)
    if at == 0:
        _restock(m, s, word)
    store(s, S_WORD, word + 1)
    return load(s, S_STOCK + at)


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


@whole
def prepared(s: int) -> None:
    """Enter what a sampler needs beside the parameters into the record at ``s``."""
    d, e = prepare(load(s, S_KIND), load_f(s, S_A), load_f(s, S_B))
    store_f(s, S_D, d)
    store_f(s, S_E, e)
