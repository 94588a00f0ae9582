"""Draws of the kernel are those of `vtwin.base.draws`, one by one (S-07)."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from vtwin.base import draws
from vtwin.base import streams as samplers
from vtwin.base.draws import Distribution
from vtwin.engines.kernel import streams
from vtwin.engines.kernel.encoding import streams as encoded
from vtwin.engines.kernel.layout import (
    H_ERROR,
    H_REPLICATION,
    H_SEED,
    H_SIZE,
    H_STATUS,
    H_STREAMS,
    H_VALUES,
    NO_TIME,
    S_SIZE,
    S_VALUES,
)
from vtwin.engines.kernel.memory import FIELD

DRAWS = 4000
KINDS = [
    draws.constant(4.0),
    draws.constant(0.0),
    draws.exponential(90.0),
    draws.uniform(20.0, 50.0),
    draws.uniform(20.0, 20.0),
    draws.triangular(2.0, 3.0, 10.0),
    draws.lognormal(18.9, 0.3),
    draws.lognormal(18.9, 0.0),
    draws.normal(30.0, 40.0),
    draws.weibull(1.7, 3600.0),
    draws.weibull(0.6, 3600.0),
    draws.gamma(45.0, 0.4),
    draws.gamma(45.0, 1.6),
    draws.erlang(4, 100.0),
    draws.erlang(1, 100.0),
    draws.empirical([3.0, 4.5, 9.0, 27.0, 81.0]),
    draws.empirical([3.0, 3.0]),
]


@numba.njit
def draw_many(m, stream, out):
    for n in range(out.size):
        out[n] = streams.draw(m, stream)


@numba.njit
def draw_units(m, stream, out):
    for n in range(out.size):
        out[n] = streams.uniform(m, stream)


def arena(
    distributions: list[Distribution | None], seed: int = 1, replication: int = 0
) -> np.ndarray:
    """A head, the streams "M1/cycle<n>" and their values."""
    head = [0] * H_SIZE
    head[H_STREAMS] = H_SIZE * FIELD
    head[H_VALUES] = (H_SIZE + S_SIZE * len(distributions)) * FIELD
    head[H_SEED], head[H_REPLICATION] = encoded.address(seed, replication)
    records: list[int] = []
    values: list[float] = []
    for n, distribution in enumerate(distributions):
        fields = encoded.fields(distribution, "M1", f"cycle{n}")
        if distribution is not None:
            fields[S_VALUES] = len(values)
            values += distribution.values
        records += fields
    doubles = np.array(values, dtype=np.float64).view(np.int64)
    return np.concatenate([np.array(head + records, dtype=np.int64), doubles])


@pytest.mark.parametrize(("seed", "replication"), [(1, 0), (10**15, 99_999), (2**64 - 1, 7)])
def test_draw_when_any_kind_is_drawn_then_the_ticks_of_draws_times(
    seed: int, replication: int
) -> None:
    memory = arena(KINDS, seed, replication)
    for n, distribution in enumerate(KINDS):
        out = np.empty(DRAWS, dtype=np.int64)
        draw_many(memory.ctypes.data, n, out)
        draw = draws.times(distribution, seed, replication, "M1", f"cycle{n}")
        assert out.tolist() == [draw() for _ in range(DRAWS)], str(distribution)
    assert memory[H_STATUS] == 0


def test_uniform_when_drawn_then_the_numbers_of_draws_uniforms() -> None:
    memory = arena([None], seed=3, replication=5)
    out = np.empty(DRAWS)
    draw_units(memory.ctypes.data, 0, out)
    draw = draws.uniforms(3, 5, "M1", "cycle0")
    assert out.tolist() == [draw() for _ in range(DRAWS)]


def test_draw_when_streams_take_turns_then_none_disturbs_another() -> None:
    memory = arena([KINDS[2], KINDS[11]])
    out = np.empty(1, dtype=np.int64)
    found: dict[int, list[int]] = {0: [], 1: []}
    for n in (0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1):
        draw_many(memory.ctypes.data, n, out)
        found[n].append(int(out[0]))
    for n, kind in ((0, KINDS[2]), (1, KINDS[11])):
        draw = draws.times(kind, 1, 0, "M1", f"cycle{n}")
        assert found[n] == [draw() for _ in found[n]]


def test_draw_when_it_is_no_time_then_the_stream_is_named_and_the_run_is_over() -> None:
    beyond = Distribution("weibull", (0.05, 1e3))  # now and then more than a clock can count
    memory = arena([KINDS[0], beyond])
    out = np.empty(2000, dtype=np.int64)
    draw_many(memory.ctypes.data, 1, out)
    assert -1 in out.tolist()
    assert memory[H_STATUS] == NO_TIME
    assert memory[H_ERROR] == 2


def test_kinds_when_told_without_numba_then_those_of_the_samplers():
    assert encoded.KINDS == samplers.KINDS
    assert encoded.CONSTANT == samplers.CONSTANT
