"""Compiled number streams: Philox4x64-10, elementary functions and samplers.

Imported only where numbers are drawn, for it needs numba. The same machine code must come out
the same on every CPU, so nothing here calls the C library: log, exp and pow are made of
+ - * / and views of the bits of a double, square roots are exact by IEEE 754. numba does not
contract ``a * b + c`` into a fused multiply-add nor reorder sums unless ``fastmath`` is set,
which it never is here. All in one file, because numba's disk cache watches only the file of
the function that is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

#: Codes of the kinds of distribution, by name.
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
EXPONENTIAL, UNIFORM, TRIANGULAR, LOGNORMAL, NORMAL, WEIBULL, GAMMA, ERLANG, EMPIRICAL = range(9)
#: Not a kind of its own: a distribution whose draws are all the same tick.
CONSTANT = -1


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Machine code of a function, kept on disk where any cache directory can be written."""
    try:
        made: Callable[..., Any] = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # neither __pycache__ nor the user's cache directory is writable
        made = numba.njit(nogil=True, error_model="numpy")(function)
    return made


# Philox4x64-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
# SC11). Constants of the paper.
_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_1 = np.uint64(1)
_2 = np.uint64(2)
_3 = np.uint64(3)


def _product(_context, _a, _b):  # type: ignore[no-untyped-def]

    def code(_target, builder, _signature, given):  # type: ignore[no-untyped-def]
        wide = ir.IntType(128)
        whole = builder.mul(*(builder.zext(word, wide) for word in given))
        high = builder.lshr(whole, ir.Constant(wide, 64))
        halves = [builder.trunc(half, ir.IntType(64)) for half in (high, whole)]
        return cast(Any, cgutils).pack_array(builder, halves)

    return cast(Any, types).UniTuple(types.uint64, 2)(types.uint64, types.uint64), code


#: ``product(a, b)``: upper and lower half of the 128-bit product of two words.
product: Any = intrinsic(_product)


@compiled
def _mixed(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """One round."""
    h0, l0 = product(_M0, c0)
    h1, l1 = product(_M1, c2)
    return h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0


@compiled
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Four words for a counter of four words and a key of two."""
    for _ in range(10):
        c0, c1, c2, c3 = _mixed(c0, c1, c2, c3, k0, k1)
        k0 += _W0
        k1 += _W1
    return c0, c1, c2, c3


@compiled
def philox_pair(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """The eight words for a counter and the one after it: `philox` twice, round by round in turn,
    since a processor that looks ahead does not look far enough to do two of them at once.
    """
    d0, d1, d2, d3 = c0 + _1, c1, c2, c3
    for _ in range(10):
        c0, c1, c2, c3 = _mixed(c0, c1, c2, c3, k0, k1)
        d0, d1, d2, d3 = _mixed(d0, d1, d2, d3, k0, k1)
        k0 += _W0
        k1 += _W1
    return c0, c1, c2, c3, d0, d1, d2, d3


@compiled
def fill_words(out, first, name, replication, spare, seed, domain):  # type: ignore[no-untyped-def]
    """Words ``first, first + 1, …`` of one stream into ``out`` (n, uint64); all arguments but
    ``out`` are uint64. Word w is lane ``w % 4`` of block ``w // 4 + 1``: blocks count from 1,
    as ``numpy.random.Philox`` increments its counter before it makes a block.
    """
    lanes = (_1, _1, _1, _1)
    ready = False
    for i in range(out.size):
        word = first + np.uint64(i)
        lane = word & _3
        if lane == 0 or not ready:
            lanes = philox((word >> _2) + _1, name, replication, spare, seed, domain)
            ready = True
        out[i] = lanes[np.int64(lane)]


_12 = np.uint64(12)
_ULP = 2.0**-53


@compiled
def unit(word):  # type: ignore[no-untyped-def]
    """The word as a number in (0, 1): an odd multiple of 2^-53, so that neither end is ever
    met and ``1 - u`` is exact.
    """
    return np.float64((word >> _12) * _2 + _1) * _ULP


_LN2_HIGH = 6.93147180369123816490e-01  # the leading 32 bits of ln 2: k * this is exact
_LN2_LOW = 1.90821492927058770002e-10
_SQRT_HALF = 0.7071067811865476
_MANTISSA = np.int64(0x000FFFFFFFFFFFFF)
_ONE_BITS = np.int64(0x3FF0000000000000)
_52 = np.int64(52)


@compiled
def bits(x):  # type: ignore[no-untyped-def]
    """The 64 bits of a double as an integer."""
    return np.float64(x).view(np.int64)


@compiled
def power_of_two(k):  # type: ignore[no-untyped-def]
    """``2.0**k`` for -1022 <= k <= 1023."""
    return np.int64((np.int64(k) + 1023) << _52).view(np.float64)


@compiled
def series(z):  # type: ignore[no-untyped-def]
    """``2/3 + 2 z/5 + 2 z^2/7 + …``, the tail of 2 atanh(s) with z = s^2 < 0.03."""
    r = 2.0 / 23.0
    r = r * z + 2.0 / 21.0
    r = r * z + 2.0 / 19.0
    r = r * z + 2.0 / 17.0
    r = r * z + 2.0 / 15.0
    r = r * z + 2.0 / 13.0
    r = r * z + 2.0 / 11.0
    r = r * z + 2.0 / 9.0
    r = r * z + 2.0 / 7.0
    r = r * z + 2.0 / 5.0
    return r * z + 2.0 / 3.0


@compiled
def log_near_one(f):  # type: ignore[no-untyped-def]
    """``log(1 + f)`` for ``-0.3 < f < 0.42`` as ``(h, t)`` with log(1 + f) = f - (h - t): with
    s = f / (2 + f) it is 2 atanh(s) = f - (f^2/2 - s (f^2/2 + 2 s^2/3 + 2 s^4/5 + …)).
    """
    s = f / (2.0 + f)
    z = s * s
    r = series(z)
    half = 0.5 * f * f
    return half, s * (half + r * z)


@compiled
def log1p(x):  # type: ignore[no-untyped-def]
    """Natural logarithm of ``1 + x``, x >= 0."""
    if x < 0.4:
        half, rest = log_near_one(x)
        return x - (half - rest)
    y = 1.0 + x
    return log(y) + (x - (y - 1.0)) / y


@compiled
def log(x):  # type: ignore[no-untyped-def]
    """Natural logarithm; nan below 0, -inf at 0."""
    if not x > 0.0:
        return -np.inf if x == 0.0 else np.nan
    if x == np.inf:
        return x
    k = 0
    if x < 2.2250738585072014e-308:
        x *= 18014398509481984.0  # 2^54
        k = -54
    image = bits(x)
    k += (image >> _52) - 1023
    m = np.int64((image & _MANTISSA) | _ONE_BITS).view(np.float64)
    if m > 1.4142135623730951:
        m *= 0.5
        k += 1
    f = m - 1.0
    half, rest = log_near_one(f)
    return k * _LN2_HIGH - ((half - (rest + k * _LN2_LOW)) - f)


@compiled
def exp_of_sum(x, tail):  # type: ignore[no-untyped-def]
    """``exp(x + tail)`` with ``|tail|`` tiny against 1."""
    if not x > -746.0:
        return x if x != x else 0.0
    if x > 710.0:
        return np.inf
    k = np.int64(np.floor(x * 1.4426950408889634 + 0.5))
    r = (x - k * _LN2_HIGH) - (k * _LN2_LOW - tail)
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    e = 1.0 + (r + r * r * p)
    first = k >> 1  # in two factors: 2^k alone may be out of range where the result is not
    return e * power_of_two(first) * power_of_two(k - first)


@compiled
def exp(x):  # type: ignore[no-untyped-def]
    """The exponential function."""
    return exp_of_sum(x, 0.0)


@compiled
def two_product(a, b):  # type: ignore[no-untyped-def]
    """``a * b`` as a rounded product and its exact error (Dekker 1971), for |a|, |b| < 1e150."""
    t = 134217729.0 * a
    a1 = t - (t - a)
    a2 = a - a1
    t = 134217729.0 * b
    b1 = t - (t - b)
    b2 = b - b1
    p = a * b
    return p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2


@compiled
def log_in_two(x):  # type: ignore[no-untyped-def]
    """Natural logarithm of a normal x > 0 as a sum of two doubles, relative error about 2^-59.

    The quotient s = (m - 1) / (m + 1) and the leading term 2 s are held in two parts; what
    follows of the series is at most a hundredth of it.
    """
    image = bits(x)
    k = (image >> _52) - 1023
    m = np.int64((image & _MANTISSA) | _ONE_BITS).view(np.float64)
    if m > 1.4142135623730951:
        m *= 0.5
        k += 1
    f = m - 1.0
    below = m + 1.0
    lost = m - (below - 1.0)
    s = f / below
    product, error = two_product(s, below)
    s_low = ((f - product) - error - s * lost) / below
    z = s * s
    lead = k * _LN2_HIGH
    total = lead + 2.0 * s
    back = total - lead
    rounding = (lead - (total - back)) + (2.0 * s - back)
    low = rounding + (2.0 * s_low + (s * (z * series(z)) + k * _LN2_LOW))
    high = total + low
    return high, low - (high - total)


@compiled
def power(x, y):  # type: ignore[no-untyped-def]
    """``x ** y`` for normal x > 0, with the logarithm held in two doubles."""
    high, low = log_in_two(x)
    product, error = two_product(y, high)
    return exp_of_sum(product, error + y * low)


@compiled
def normal_cdf(x):  # type: ignore[no-untyped-def]
    """Distribution function of the standard normal for x >= 0, by the series of Marsaglia,
    "Evaluating the normal distribution", J. Stat. Software 11(4), 2004: all terms positive.
    """
    if x > 8.5:
        return 1.0
    term = x
    total = x
    square = x * x
    i = 1.0
    while term > total * 1e-17:
        i += 2.0
        term *= square / i
        total += term
    return 0.5 + total * 0.3989422804014327 * exp(-0.5 * square)


@compiled
def normal_quantile(p):  # type: ignore[no-untyped-def]
    """Inverse of the standard normal distribution function: algorithm AS 241 (PPND16) of
    Wichura, Applied Statistics 37, 1988; relative accuracy about 1e-16.
    """
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2.5090809287301226727e3
        top = top * r + 3.3430575583588128105e4
        top = top * r + 6.7265770927008700853e4
        top = top * r + 4.5921953931549871457e4
        top = top * r + 1.3731693765509461125e4
        top = top * r + 1.9715909503065514427e3
        top = top * r + 1.3314166789178437745e2
        top = top * r + 3.3871328727963666080e0
        low = 5.2264952788528545610e3
        low = low * r + 2.8729085735721942674e4
        low = low * r + 3.9307895800092710610e4
        low = low * r + 2.1213794301586595867e4
        low = low * r + 5.3941960214247511077e3
        low = low * r + 6.8718700749205790830e2
        low = low * r + 4.2313330701600911252e1
        low = low * r + 1.0
        return q * top / low
    r = np.sqrt(-log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        top = 7.74545014278341407640e-4
        top = top * r + 2.27238449892691845833e-2
        top = top * r + 2.41780725177450611770e-1
        top = top * r + 1.27045825245236838258e0
        top = top * r + 3.64784832476320460504e0
        top = top * r + 5.76949722146069140550e0
        top = top * r + 4.63033784615654529590e0
        top = top * r + 1.42343711074968357734e0
        low = 1.05075007164441684324e-9
        low = low * r + 5.47593808499534494600e-4
        low = low * r + 1.51986665636164571966e-2
        low = low * r + 1.48103976427480074590e-1
        low = low * r + 6.89767334985100004550e-1
        low = low * r + 1.67638483018380384940e0
        low = low * r + 2.05319162663775882187e0
        low = low * r + 1.0
    else:
        r -= 5.0
        top = 2.01033439929228813265e-7
        top = top * r + 2.71155556874348757815e-5
        top = top * r + 1.24266094738807843860e-3
        top = top * r + 2.65321895265761230930e-2
        top = top * r + 2.96560571828504891230e-1
        top = top * r + 1.78482653991729133580e0
        top = top * r + 5.46378491116411436990e0
        top = top * r + 6.65790464350110377720e0
        low = 2.04426310338993978564e-15
        low = low * r + 1.42151175831644588870e-7
        low = low * r + 1.84631831751005468180e-5
        low = low * r + 7.86869131145613259100e-4
        low = low * r + 1.48753612908506148525e-2
        low = low * r + 1.36929880922735805310e-1
        low = low * r + 5.99832206555887937690e-1
        low = low * r + 1.0
    return -top / low if q < 0.0 else top / low


@compiled
def prepare(kind, a, b):  # type: ignore[no-untyped-def]
    """What a sampler needs beside the parameters, as two numbers, from the first two."""
    if kind == LOGNORMAL:  # mean, cv -> half the variance and the sigma of the logarithm
        variance = log1p(b * b)
        return 0.5 * variance, np.sqrt(variance)
    if kind == NORMAL:  # mean, sd -> share of the normal above 0
        return normal_cdf(a / b), 0.0
    if kind == WEIBULL:
        return 1.0 / a, 0.0
    if kind in (GAMMA, ERLANG):  # -> Marsaglia and Tsang's d, and the scale
        shape = 1.0 / (b * b) if kind == GAMMA else a
        scale = a * b * b if kind == GAMMA else b / a
        return (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0, scale
    return 0.0, 0.0


@compiled
def quantile(kind, u, a, b, c, d, e):  # type: ignore[no-untyped-def]
    """The duration in s below which a share ``u`` of a distribution lies that has a formula for
    it; a, b, c are its parameters, d, e come from `prepare`. Increasing in ``u``.
    """
    if kind == EXPONENTIAL:
        return -a * log(1.0 - u)
    if kind == LOGNORMAL:
        return a * exp(e * normal_quantile(u) - d)
    if kind == NORMAL:
        return a - b * normal_quantile((1.0 - u) * d)
    if kind == UNIFORM:
        return a + u * (b - a)
    if kind == TRIANGULAR:
        if u * (c - a) < b - a:
            return a + np.sqrt(u * (c - a) * (b - a))
        return c - np.sqrt((1.0 - u) * (c - a) * (c - b))
    if kind == WEIBULL:
        return b * power(-log(1.0 - u), d)
    return np.nan


@compiled
def chosen(u, count):  # type: ignore[no-untyped-def]
    """Which of ``count`` values, each as probable, ``u`` stands for."""
    return min(np.int64(u * count), count - 1)


@compiled
def inverse(kind, u, a, b, c, d, e, values):  # type: ignore[no-untyped-def]
    """`quantile`, or one of the ``values`` of an empirical distribution."""
    if kind == EMPIRICAL:
        return values[chosen(u, values.size)]
    return quantile(kind, u, a, b, c, d, e)


@compiled
def acceptance(t):  # type: ignore[no-untyped-def]
    """``9 t^2/2 + 1 - v + log v`` with ``v = (1 + t)^3``, t > -1: the logarithm of Marsaglia and
    Tsang's bound per unit of d. Its series ``-3 (t^4/4 - t^5/5 + …)`` where terms would cancel.
    """
    if abs(t) > 0.03:
        v = (1.0 + t) * (1.0 + t) * (1.0 + t)
        return 4.5 * t * t + 1.0 - v + log(v)
    r = 1.0 / 11.0
    r = 1.0 / 10.0 - r * t
    r = 1.0 / 9.0 - r * t
    r = 1.0 / 8.0 - r * t
    r = 1.0 / 7.0 - r * t
    r = 1.0 / 6.0 - r * t
    r = 1.0 / 5.0 - r * t
    r = 1.0 / 4.0 - r * t
    return -3.0 * r * t * t * t * t


@compiled
def is_rejecting(kind):  # type: ignore[no-untyped-def]
    """Whether a draw of this kind may take several uniforms (`attempt`)."""
    return kind in (GAMMA, ERLANG)


#: Steps of a rejection: what the next uniform is for.
PROPOSE, ACCEPT, BOOST, DRAWN = range(4)


@compiled
def attempt(step, normal, u, kind, b, d, e):  # type: ignore[no-untyped-def]
    """One uniform more for a draw by rejection: ``(step, normal, value)``.

    Begin with step PROPOSE; at DRAWN ``value`` is the duration in s, before that nothing.
    Marsaglia and Tsang, "A simple method for generating gamma variables", ACM Trans. Math.
    Software 26, 2000, with the normal by inversion. ``b``, ``d``, ``e`` as in `prepare`.
    """
    spread = 1.0 / np.sqrt(9.0 * d)
    if step == PROPOSE:
        normal = normal_quantile(u)
        return (ACCEPT if normal * spread > -1.0 else PROPOSE), normal, 0.0
    t = spread * normal
    cube = (1.0 + t) * (1.0 + t) * (1.0 + t)
    if step == ACCEPT:
        if not log(u) < d * acceptance(t):
            return PROPOSE, normal, 0.0
        if kind == GAMMA and b > 1.0:
            return BOOST, normal, 0.0
        return DRAWN, normal, d * cube * e
    return DRAWN, normal, d * cube * e * power(u, b * b)  # b^2 is 1 / shape


@compiled
def whole_ticks(seconds):  # type: ignore[no-untyped-def]
    """A duration in s as ticks, or -1 where it is no time."""
    ticks = np.floor(seconds * 1e9 + 0.5)
    if not 0.0 <= ticks < 4611686018427387904.0:
        return np.int64(-1)
    return np.int64(ticks)


@compiled
def fill_ticks(  # type: ignore[no-untyped-def]
    out, first, kind, a, b, c, values, name, replication, spare, seed, domain
):
    """Successive draws in ticks into ``out`` (n, int64), from word ``first`` of the stream on.

    Returns ``(made, next)``: how many draws are valid before the first that is not a time
    (``out.size`` if all are) and the number of the next unused word.
    """
    d, e = prepare(kind, a, b)
    rejecting = is_rejecting(kind)
    lanes = (_1, _1, _1, _1)
    ready = False
    word = first
    normal = 0.0
    step = PROPOSE
    count = 0
    while count < out.size:
        lane = word & _3
        if lane == 0 or not ready:
            lanes = philox((word >> _2) + _1, name, replication, spare, seed, domain)
            ready = True
        u = unit(lanes[np.int64(lane)])
        word += _1
        if rejecting:
            step, normal, value = attempt(step, normal, u, kind, b, d, e)
            if step != DRAWN:
                continue
            step = PROPOSE
        else:
            value = inverse(kind, u, a, b, c, d, e, values)
        ticks = whole_ticks(value)
        if ticks < 0:
            return count, word
        out[count] = ticks
        count += 1
    return count, word


@compiled
def binomial(n, p, u):  # type: ignore[no-untyped-def]
    """Smallest k with ``P(X <= k) >= u`` for X binomial (n, p).

    Weights are taken relative to that of the mode by the exact recurrence
    ``w(k+1) / w(k) = (n-k) / (k+1) * p / (1-p)`` out to where they no longer count, so nothing
    under- or overflows for any n; from the nearer end they are summed up to ``u``.
    """
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if n == 1:
        return np.int64(u > 1.0 - p)
    odds = p / (1.0 - p)
    mode = min(np.int64(np.floor((n + 1) * p)), n)
    below = 0.0
    w = 1.0
    low = mode
    while low > 0 and w > 1e-25:
        w *= low / ((n - low + 1) * odds)
        low -= 1
        below += w
    lowest = w
    above = 0.0
    w = 1.0
    high = mode
    while high < n and w > 1e-25:
        w *= (n - high) * odds / (high + 1)
        high += 1
        above += w
    total = below + 1.0 + above
    target = u * total
    if target <= below + 1.0:
        k, w, summed = low, lowest, lowest
        while summed < target and k < mode:
            w *= (n - k) * odds / (k + 1)
            k += 1
            summed += w
        return k
    target = (1.0 - u) * total
    k = high
    summed = w
    while summed <= target and k > mode + 1:
        w *= k / ((n - k + 1) * odds)
        k -= 1
        summed += w
    return k
