r"""Random draws addressed by (seed, name, purpose, replication), and distributions.

Stream of a name: Philox4x64-10 with key (seed, domain) and counter (block, hash64(entity +
"\0" + purpose), replication, spare). A hash of the name, never an index: adding a machine
disturbs nobody else's draws, so plants are compared under common random numbers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final

from vtwin.base.errors import Problem, Refused, Where
from vtwin.base.units import LONGEST, TICKS_PER_SECOND, ticks

if TYPE_CHECKING:
    from vtwin.base.streams import Words

#: Second word of the key: draws of simulation runs. Others keep apart by another one.
SIMULATION: Final = 0
_WORD: Final = 2**64 - 1
_FIRST_BLOCK: Final = 16
_BLOCK: Final = 256


@dataclass(frozen=True, slots=True)
class Distribution:
    """A random duration: ``kind`` and its canonical parameters in seconds.

    Made by the functions of this module, which check the parameters: `constant`,
    `exponential`, `uniform`, `triangular`, `lognormal`, `normal`, `weibull`, `gamma`,
    `erlang`, `empirical`.
    """

    kind: str
    parameters: tuple[float, ...]
    values: tuple[float, ...] = ()

    def __str__(self) -> str:
        inside = [f"{p:g}" for p in self.parameters]
        if self.values:
            inside.append(f"{len(self.values)} values")
        return f"{self.kind}({', '.join(inside)})"

    @property
    def mean(self) -> float:
        """Mean in s of what is drawn, truncation included."""
        return _moments(self)[0]

    @property
    def variance(self) -> float:
        """Variance in s^2 of what is drawn, truncation included."""
        return _moments(self)[1]

    def scaled(self, factor: float) -> Distribution:
        """The distribution of ``factor`` times the duration. Raises ValueError unless
        ``factor`` is finite and > 0.
        """
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError(f"a time is scaled by a factor > 0, not {factor!r}")
        times_factor = _SCALED_PARAMETERS[self.kind]
        parameters = tuple(
            p * factor if i in times_factor else p for i, p in enumerate(self.parameters)
        )
        return Distribution(self.kind, parameters, tuple(v * factor for v in self.values))


#: Riemann's zeta function at 2, 3, …
_ZETA: Final = (
    *(1.6449340668482264, 1.2020569031595942, 1.0823232337111382, 1.0369277551433699),
    *(1.0173430619844491, 1.0083492773819228, 1.0040773561979443, 1.0020083928260822),
    *(1.0009945751278181, 1.0004941886041195, 1.0002460865533080),
)
#: Which parameters of a kind are times; the others are pure numbers.
_SCALED_PARAMETERS: Final[dict[str, tuple[int, ...]]] = {
    "constant": (0,),
    "exponential": (0,),
    "uniform": (0, 1),
    "triangular": (0, 1, 2),
    "lognormal": (0,),
    "normal": (0, 1),
    "weibull": (1,),
    "gamma": (0,),
    "erlang": (1,),
    "empirical": (),
}


def constant(s: float) -> Distribution:
    """Always ``s`` seconds. Raises ValueError for a negative time."""
    if not (math.isfinite(s) and s >= 0):
        raise ValueError(f"a constant time must be >= 0 s, not {s!r}")
    return _made("constant", float(s))


def exponential(mean: float) -> Distribution:
    """Exponential with a mean in s. Raises ValueError unless mean > 0."""
    _positive("exponential", "mean", mean)
    return _made("exponential", float(mean))


def uniform(low: float, high: float) -> Distribution:
    """Uniform between two times in s. Raises ValueError unless 0 <= low <= high."""
    if not (math.isfinite(high) and 0 <= low <= high):
        raise ValueError(f"uniform needs 0 <= low <= high, not low {low!r}, high {high!r}")
    return _made("uniform", float(low), float(high))


def triangular(low: float, mode: float, high: float) -> Distribution:
    """Triangular, times in s. Raises ValueError unless 0 <= low <= mode <= high."""
    if not (math.isfinite(high) and 0 <= low <= mode <= high):
        raise ValueError(
            "triangular needs 0 <= low <= mode <= high, "
            f"not low {low!r}, mode {mode!r}, high {high!r}"
        )
    return _made("triangular", float(low), float(mode), float(high))


def lognormal(mean: float, cv: float) -> Distribution:
    """Lognormal with the mean in s and the coefficient of variation of the time itself (not
    of its logarithm). Raises ValueError unless mean > 0 and cv >= 0.
    """
    _positive("lognormal", "mean", mean)
    _not_negative("lognormal", "cv", cv)
    return _made("lognormal", float(mean), float(cv))


def normal(mean: float, sd: float) -> Distribution:
    """Normal cut off below 0, times in s: ``mean`` and ``sd`` are those before the cut; what
    is left has the mean that `Distribution.mean` says. Raises ValueError unless mean > 0 and
    sd >= 0.
    """
    _positive("normal", "mean", mean)
    _not_negative("normal", "sd", sd)
    return _made("normal", float(mean), float(sd))


def weibull(shape: float, scale: float) -> Distribution:
    """Weibull, scale in s. Raises ValueError unless both are > 0."""
    _positive("weibull", "shape", shape)
    _positive("weibull", "scale", scale)
    return _made("weibull", float(shape), float(scale))


def gamma(mean: float, cv: float) -> Distribution:
    """Gamma with a mean in s and a coefficient of variation (shape 1 / cv^2). Raises
    ValueError unless mean > 0 and cv >= 0.
    """
    _positive("gamma", "mean", mean)
    _not_negative("gamma", "cv", cv)
    return _made("gamma", float(mean), float(cv))


def erlang(k: int, mean: float) -> Distribution:
    """Sum of ``k`` equal exponential phases with the given mean in s of the whole. Raises
    ValueError unless k is a whole number >= 1 and mean > 0.
    """
    if not (math.isfinite(k) and k >= 1 and k == int(k)):
        raise ValueError(f"erlang k must be a whole number >= 1, not {k!r}")
    _positive("erlang", "mean", mean)
    return _made("erlang", float(k), float(mean))


def empirical(values: Iterable[float]) -> Distribution:
    """One of the observed times in s, each with equal probability. Kept sorted, so that the
    order of a table is irrelevant and a draw grows with its uniform. Raises ValueError for no
    or negative values.
    """
    known = tuple(sorted(float(v) for v in values))
    if not known:
        raise ValueError("empirical needs at least one value")
    if not all(math.isfinite(v) and v >= 0 for v in known):
        raise ValueError("empirical values must be finite times >= 0 s")
    return _made("empirical", values=known)


def _made(kind: str, *parameters: float, values: tuple[float, ...] = ()) -> Distribution:
    """The distribution, refused when a clock cannot count its mean."""
    made = Distribution(kind, parameters, values)
    if not made.mean * TICKS_PER_SECOND < LONGEST:
        raise ValueError(f"the mean of {made} is beyond the 146 years a clock can count")
    return made


def _positive(kind: str, name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{kind} {name} must be > 0, not {value!r}")


def _not_negative(kind: str, name: str, value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{kind} {name} must be >= 0, not {value!r}")


def _portable(value: float, digits: int = 12) -> float:
    """Rounded to digits in which the C libraries of all machines agree."""
    return float(f"{value:.{digits}g}")


def _moments(distribution: Distribution) -> tuple[float, float]:
    """Mean and variance, s and s^2."""
    p = distribution.parameters
    match distribution.kind:
        case "constant":
            return p[0], 0.0
        case "exponential":
            return p[0], p[0] * p[0]
        case "uniform":
            return (p[0] + p[1]) / 2.0, (p[1] - p[0]) ** 2 / 12.0
        case "triangular":
            low, mode, high = p
            legs = (mode - low) ** 2 + (high - low) * (high - mode)
            return (low + mode + high) / 3.0, legs / 18.0
        case "lognormal" | "gamma":
            deviation = p[0] * p[1]
            return p[0], deviation * deviation
        case "normal":
            return _truncated_moments(*p)
        case "weibull":
            return _weibull_moments(*p)
        case "erlang":
            return p[1], p[1] ** 2 / p[0]
        case "empirical":
            values = distribution.values
            mean = math.fsum(values) / len(values)
            return mean, math.fsum((v - mean) ** 2 for v in values) / len(values)
    raise ValueError(f"there is no distribution '{distribution.kind}'")


def _weibull_moments(shape: float, scale: float) -> tuple[float, float]:
    """``scale * G(1 + e)`` and ``scale^2 * (G(1 + 2e) - G(1 + e)^2)`` with ``e = 1 / shape``."""
    if shape < 0.02:  # the gamma function of a double ends at 171
        return math.inf, math.inf
    e = 1.0 / shape
    first = math.gamma(1.0 + e)
    if shape > 50.0:  # where the difference would cancel: by the series of log G(1 + e)
        terms = (z * (2.0**k - 2.0) / k * (-e) ** k for k, z in enumerate(_ZETA, start=2))
        spread = first * first * math.expm1(math.fsum(terms))
    else:
        spread = math.gamma(1.0 + 2.0 * e) - first * first
    return _portable(scale * first), _portable(scale * scale * spread, 10)


def _truncated_moments(mean: float, sd: float) -> tuple[float, float]:
    """Of a normal cut off below 0 (Johnson, Kotz, Balakrishnan, Continuous Univariate
    Distributions 1, section 13.10.1).
    """
    if sd == 0.0:
        return mean, 0.0
    cut = -mean / sd
    above = 0.5 * math.erfc(cut / math.sqrt(2.0))
    hazard = math.exp(-0.5 * cut * cut) / math.sqrt(2.0 * math.pi) / above
    variance = sd**2 * (1.0 + cut * hazard - hazard**2)
    return _portable(mean + sd * hazard), _portable(variance, 10)


def hash64(entity: str, purpose: str) -> int:
    r"""The stream's word for a name: the first 8 bytes, little endian, of the BLAKE2b digest of
    ``entity + "\0" + purpose`` in UTF-8.
    """
    digest = hashlib.blake2b(f"{entity}\0{purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def times(
    distribution: Distribution, seed: int, replication: int, entity: str, purpose: str
) -> Callable[[], int]:
    """Successive draws of a duration in ticks, one at each call.

    Raises Refused (V501) when a draw is no time: negative, not a number or beyond 146 years.
    """
    if never_varies(distribution):
        return repeat(ticks(distribution.mean)).__next__
    blocks = _tick_blocks(distribution, seed, replication, entity, purpose)
    return chain.from_iterable(blocks).__next__


def never_varies(distribution: Distribution) -> bool:
    """Whether every draw is the same tick, or differs by less than a millionth of one."""
    if distribution.kind == "empirical":
        return distribution.values[0] == distribution.values[-1]
    return distribution.variance < 1e-30


def uniforms(seed: int, replication: int, entity: str, purpose: str) -> Callable[[], float]:
    """Successive uniform draws in (0, 1), one at each call: odd multiples of 2^-53."""
    return chain.from_iterable(_unit_blocks(seed, replication, entity, purpose)).__next__


def words(
    count: int, seed: int, replication: int, entity: str, purpose: str, first: int = 0
) -> Words:
    """``count`` words (uint64) of a stream from number ``first`` on: those of
    ``numpy.random.Philox(key=[seed, 0], counter=[0, hash64(...), replication, 0])``.
    """
    import numpy as np

    from vtwin.base import streams

    out = np.empty(count, dtype=np.uint64)
    address = _address(seed, replication, entity, purpose)
    streams.fill_words(out, np.uint64(first), *address)
    return out


def binomial(n: int, p: float, u: float) -> int:
    """The number of successes of ``n`` trials with probability ``p`` that ``u`` in (0, 1)
    stands for: the smallest k with ``P(X <= k) >= u``. Raises ValueError outside the range.
    """
    if n < 0 or not 0.0 <= p <= 1.0 or not 0.0 < u < 1.0:
        raise ValueError(f"binomial needs n >= 0, 0 <= p <= 1, 0 < u < 1, not {n}, {p}, {u}")
    if n == 0 or p == 0.0:
        return 0
    if p == 1.0:
        return n
    if n == 1:  # the commonest lot, without the way into machine code
        return int(u > 1.0 - p)
    return _compiled_binomial()(n, p, u)


@cache
def _compiled_binomial() -> Callable[[int, float, float], int]:
    from vtwin.base import streams

    return streams.binomial


def _address(seed: int, replication: int, entity: str, purpose: str) -> tuple[Words, ...]:
    """Name, replication, spare, seed and domain as words."""
    import numpy as np

    numbers = (hash64(entity, purpose), replication, 0, seed, SIMULATION)
    return tuple(np.uint64(n & _WORD) for n in numbers)  # type: ignore[misc]


def _unit_blocks(seed: int, replication: int, entity: str, purpose: str) -> Iterator[list[float]]:
    first, size = 0, _FIRST_BLOCK
    while True:
        drawn = words(size, seed, replication, entity, purpose, first)
        # The same numbers as streams.unit, by exact arithmetic.
        yield (((drawn >> 12) * 2 + 1) * 2.0**-53).tolist()
        first, size = first + size, _BLOCK


def _tick_blocks(
    distribution: Distribution, seed: int, replication: int, entity: str, purpose: str
) -> Iterator[list[int]]:
    import numpy as np

    from vtwin.base import streams

    a, b, c = (*distribution.parameters, 0.0, 0.0, 0.0)[:3]
    kind = streams.KINDS[distribution.kind]
    values = np.array(distribution.values, dtype=np.float64)
    address = _address(seed, replication, entity, purpose)
    word, size = 0, _FIRST_BLOCK
    while True:
        out = np.empty(size, dtype=np.int64)
        made, word = streams.fill_ticks(out, np.uint64(word), kind, a, b, c, values, *address)
        yield out[:made].tolist()
        if made < size:
            raise no_time(distribution, entity, purpose)
        size = _BLOCK


def no_time(distribution: Distribution, entity: str, purpose: str) -> Refused:
    """What is said of a draw that is no time (V501)."""
    return Refused(
        Problem(
            "V501",
            f"{entity}: a draw of '{purpose}' from {distribution} is no time",
            Where(path=entity),
            "it is negative, not a number or beyond 146 years: check the parameters",
        )
    )
