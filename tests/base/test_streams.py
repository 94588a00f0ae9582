"""The compiled ground: exact arithmetic against mpmath, golden ticks, and the disk cache."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from vtwin.base import draws, streams
from vtwin.base.draws import Distribution

SOURCE = Path(streams.__file__).parents[1]


def worst(
    ours: Callable[..., float], exact: Callable[..., Any], arguments: Iterable[tuple[float, ...]]
) -> float:
    """Largest error in units in the last place of the exact result."""
    errors = []
    with mpmath.workprec(160):
        for argument in arguments:
            true = exact(*map(mpmath.mpf, argument))
            error = abs(mpmath.mpf(ours(*argument)) - true)
            errors.append(float(error / float(np.spacing(abs(float(true))))))
    return max(errors)


def _sample(low: float, high: float, count: int = 1500) -> list[tuple[float, ...]]:
    return [(float(x),) for x in np.random.default_rng(1).uniform(low, high, count)]


@pytest.mark.parametrize(
    "arguments",
    [
        _sample(1e-300, 1e-290),
        _sample(0.5, 2.0),
        _sample(0.999, 1.001),
        _sample(0.0, 1.0),
        _sample(1.0, 1e300),
        [(5e-324,), (2.2e-308,), (1.0,), (0.7071067811865475,), (0.7071067811865477,), (1e308,)],
    ],
)
def test_log_when_compared_with_mpmath_then_within_an_ulp(
    arguments: list[tuple[float, ...]],
) -> None:
    assert worst(streams.log, mpmath.log, arguments) < 1.0


def test_log1p_when_compared_with_mpmath_then_within_two_ulp() -> None:
    tiny = [(10.0 ** x[0],) for x in _sample(-300, 3)]
    assert worst(streams.log1p, mpmath.log1p, tiny + _sample(0.0, 1.0)) < 2.0


@pytest.mark.parametrize("bound", [1e-9, 1.0, 30.0, 700.0])
def test_exp_when_compared_with_mpmath_then_within_an_ulp(bound: float) -> None:
    assert worst(streams.exp, mpmath.exp, _sample(-bound, bound)) < 1.0


def test_power_when_compared_with_mpmath_then_within_two_ulp() -> None:
    rng = np.random.default_rng(2)
    x, y = 10 ** rng.uniform(-16, 1.6, 3000), rng.uniform(0.05, 20, 3000)
    kept = np.abs(y * np.log(x)) < 700
    pairs = [(float(a), float(b)) for a, b in zip(x[kept], y[kept], strict=True)]
    assert worst(streams.power, mpmath.power, pairs) < 2.0


def test_elementary_functions_when_at_their_edges_then_as_ieee() -> None:
    assert streams.log(0.0) == -np.inf
    assert np.isnan(streams.log(-1.0))
    assert streams.log(np.inf) == np.inf
    assert streams.log(1.0) == 0.0
    assert streams.exp(0.0) == 1.0
    assert streams.exp(-np.inf) == streams.exp(-800.0) == 0.0
    assert streams.exp(np.inf) == streams.exp(711.0) == np.inf
    assert np.isnan(streams.exp(np.nan))
    assert streams.exp(-745.0) == 5e-324
    assert streams.exp(709.7) == pytest.approx(float(np.exp(709.7)), rel=1e-15)
    assert streams.power(3.0, 1.0) == 3.0
    assert streams.power(2.0, -3.0) == 0.125


def _exact_quantile(p: Any) -> Any:
    z = mpmath.mpf(float(ndtri(float(p))))
    for _ in range(2):
        z -= (mpmath.ncdf(z) - p) / mpmath.npdf(z)
    return z


def test_normal_quantile_when_compared_with_mpmath_then_within_six_ulp() -> None:
    tails = [(10.0 ** x[0],) for x in _sample(-16, -1, 300)]
    assert worst(streams.normal_quantile, _exact_quantile, tails) < 6.0
    assert worst(streams.normal_quantile, _exact_quantile, _sample(0.0, 1.0, 600)) < 6.0


def test_normal_cdf_when_compared_with_mpmath_then_within_twelve_ulp() -> None:
    assert worst(streams.normal_cdf, mpmath.ncdf, _sample(0.0, 9.0)) < 12.0
    assert streams.normal_cdf(np.inf) == 1.0


def test_unit_when_at_its_ends_then_inside_and_exactly_mirrored() -> None:
    lowest = streams.unit(np.uint64(0))
    highest = streams.unit(np.uint64(2**64 - 1))
    assert (lowest, highest) == (2.0**-53, 1.0 - 2.0**-53)
    assert 1.0 - highest == lowest


INVERTIBLE = [
    draws.exponential(90.0),
    draws.uniform(20.0, 50.0),
    draws.triangular(2.0, 3.0, 10.0),
    draws.lognormal(18.9, 0.3),
    draws.normal(30.0, 40.0),
    draws.weibull(0.6, 3600.0),
    draws.empirical([3.0, 4.0, 9.0]),
]
inner = st.integers(0, 2**52 - 1).map(lambda i: (2 * i + 1) / 2**53)
ends = st.sampled_from([2.0**-53, 3 * 2.0**-53, 0.5, 1 - 3 * 2.0**-53, 1 - 2.0**-53])


def quantile(distribution: Distribution, u: float) -> float:
    a, b, c = (*distribution.parameters, 0.0, 0.0, 0.0)[:3]
    kind = streams.KINDS[distribution.kind]
    d, e = streams.prepare(kind, a, b)
    values = np.array(distribution.values, dtype=np.float64)
    return float(streams.inverse(kind, u, a, b, c, d, e, values))


@pytest.mark.parametrize("distribution", INVERTIBLE, ids=str)
@given(u=inner | ends, v=inner | ends)
def test_inverse_when_u_grows_then_never_falls(
    distribution: Distribution, u: float, v: float
) -> None:
    low, high = (quantile(distribution, x) for x in sorted((u, v)))
    # Neighbouring u may differ by the rounding of the formula, far below one tick.
    assert low <= high + 4e-16 * high
    assert np.floor(low * 1e9 + 0.5) >= 0


@given(st.floats(-0.9, 0.9).filter(lambda t: abs(t) > 1e-12))
def test_gamma_acceptance_when_compared_with_its_definition_then_equal(t: float) -> None:
    with mpmath.workprec(400):
        x = mpmath.mpf(t)
        exact = 4.5 * x * x + 1 - (1 + x) ** 3 + 3 * mpmath.log1p(x)
        assert abs(mpmath.mpf(streams.acceptance(t)) - exact) <= abs(exact) * 1e-9


#: SHA-256 of the first 1000 ticks (8 bytes each, little endian) of seed 1, replication 0,
#: entity "M1", purpose "cycle": the same on every machine, for ever.
GOLDEN: dict[str, tuple[Distribution, str]] = {
    "exponential": (draws.exponential(90.0), "f9a5ac8302ecf849"),
    "uniform": (draws.uniform(20.0, 50.0), "3df4a25db5e0487f"),
    "triangular": (draws.triangular(2.0, 3.0, 10.0), "f0e1d95d5b46bdb9"),
    "lognormal": (draws.lognormal(18.9, 0.3), "1b38e481d27e2479"),
    "normal": (draws.normal(30.0, 40.0), "35b53dceb0d1e57d"),
    "weibull": (draws.weibull(1.7, 3600.0), "02cccf56f4cbfa57"),
    "weibull early": (draws.weibull(0.6, 3600.0), "e9c44206cbd9957f"),
    "gamma": (draws.gamma(45.0, 0.4), "3bb76e57e17f9611"),
    "gamma wide": (draws.gamma(45.0, 1.6), "8c4f6bc8eb3b3354"),
    "erlang": (draws.erlang(4, 100.0), "aec2741f89b53095"),
    "empirical": (draws.empirical([3.0, 4.5, 9.0, 27.0, 81.0]), "cb3dd7ee9a2fa106"),
}


def digest(distribution: Distribution) -> str:
    draw = draws.times(distribution, 1, 0, "M1", "cycle")
    ticks = np.array([draw() for _ in range(1000)], dtype="<i8")
    return hashlib.sha256(ticks.tobytes()).hexdigest()[:16]


@pytest.mark.parametrize("name", list(GOLDEN))
def test_draws_when_repeated_anywhere_then_the_golden_ticks(name: str) -> None:
    distribution, golden = GOLDEN[name]
    assert digest(distribution) == golden


@pytest.mark.parametrize(
    ("distribution", "exact"),
    [
        (draws.exponential(90.0), lambda u: -90 * mpmath.log(1 - u)),
        (
            draws.weibull(0.6, 3600.0),
            lambda u: 3600 * (-mpmath.log(1 - u)) ** (1 / mpmath.mpf(0.6)),
        ),
        (draws.triangular(2.0, 2.0, 10.0), lambda u: 10 - mpmath.sqrt((1 - u) * 64)),
        (draws.uniform(20.0, 50.0), lambda u: 20 + 30 * u),
    ],
)
def test_draws_when_the_inverse_is_worked_out_by_hand_then_equal_to_the_tick(
    distribution: Distribution, exact: Callable[[Any], Any]
) -> None:
    draw = draws.times(distribution, 1, 0, "M1", "cycle")
    unit = draws.uniforms(1, 0, "M1", "cycle")
    with mpmath.workprec(120):
        expected = [exact(mpmath.mpf(unit())) * 10**9 for _ in range(300)]
    # Half a tick of rounding, and the rounding of a double: a draw of 10 h has 17 digits.
    assert all(abs(draw() - x) <= 0.5 + x * 2.0**-50 for x in expected)


def test_draws_when_read_one_by_one_then_these_ticks() -> None:
    draw = draws.times(draws.exponential(90.0), 1, 0, "M1", "cycle")
    assert [draw() for _ in range(3)] == [131225120781, 136749256732, 157618101890]


def _python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_import_when_nothing_is_drawn_then_numba_stays_out() -> None:
    assert _python("import sys, vtwin.base.draws; print('numba' in sys.modules)") == "False"


DRAW = "from vtwin.base import draws; print(draws.words(1, 1, 0, 'M1', 'cycle')[0])"


def _installed(folder: Path) -> Path:
    """The package where its __pycache__ cannot be made: a file stands in its place, which
    stops even an administrator.
    """
    base = folder / "site" / "vtwin" / "base"
    base.mkdir(parents=True)
    (base.parent / "__init__.py").touch()
    for module in (SOURCE / "base").glob("*.py"):
        (base / module.name).write_bytes(module.read_bytes())
    (base / "__pycache__").touch()
    return folder / "site"


def test_cache_when_the_installation_is_read_only_then_in_the_users_cache(tmp_path: Path) -> None:
    site, cache = _installed(tmp_path), tmp_path / "cache"
    word = _python(DRAW, PYTHONPATH=str(site), XDG_CACHE_HOME=str(cache), HOME=str(tmp_path))
    assert int(word) == draws.words(1, 1, 0, "M1", "cycle")[0]
    assert list(tmp_path.rglob("*.nbi"))


def test_cache_when_nowhere_can_be_written_then_still_draws(tmp_path: Path) -> None:
    site, blocked = _installed(tmp_path), tmp_path / "file"
    blocked.touch()
    word = _python(DRAW, PYTHONPATH=str(site), XDG_CACHE_HOME=str(blocked), HOME=str(blocked))
    assert int(word) == draws.words(1, 1, 0, "M1", "cycle")[0]
    assert not list(tmp_path.rglob("*.nbi"))
