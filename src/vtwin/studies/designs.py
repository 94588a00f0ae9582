"""Experimental designs: which settings of several factors are worth simulating together.

Designs are lists of points, a text per factor, each point once and in a fixed order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

import numpy as np
import numpy.typing as npt

from vtwin.scenario.experiments import Factor

#: More points than this are a mistake, and a study of them is refused.
MOST_POINTS: Final = 20_000
#: Two-level designs of more factors than this are not looked for.
MOST_FACTORS: Final = 15

#: Sets of factors as bit masks.
Masks = tuple[int, ...]
#: What is written at every factor's path, in the order of the factors.
Point = tuple[str, ...]


def full(factors: Sequence[Factor]) -> list[Point]:
    """Every level of every factor with every level of the others."""
    return list(product(*(factor.levels for factor in factors)))


def size_of_full(factors: Sequence[Factor]) -> int:
    """Points of the full design."""
    size = 1
    for factor in factors:
        size *= len(factor.levels)
    return size


@dataclass(frozen=True, slots=True)
class Fraction:
    """A two-level fractional factorial of ``2**(k - p)`` points, signs -1 and +1.

    ``signs`` has shape (points, factors); ``words`` are the products of factors that are
    constant (the defining relation), as sets of factor positions; ``resolution`` is the length
    of the shortest, infinite for a full design.
    """

    signs: npt.NDArray[np.int8]
    words: tuple[frozenset[int], ...]
    resolution: float


def fraction(factors: int, resolution: int) -> Fraction:
    """The smallest two-level design of ``factors`` factors with at least this resolution.

    III keeps main effects apart from one another, IV also from two-factor interactions, V
    two-factor interactions from one another as well (Box and Hunter, "The 2^(k-p) fractional
    factorial designs", Technometrics 3, 1961). Generators are searched for in the order of the
    numbers of points; a design found is the first in a fixed order. Raises ValueError outside
    1..`MOST_FACTORS` factors or resolution 3..5.
    """
    if not 1 <= factors <= MOST_FACTORS:
        raise ValueError(f"two-level designs have 1 to {MOST_FACTORS} factors, not {factors}")
    if resolution not in (3, 4, 5):
        raise ValueError(f"the resolution is 3, 4 or 5, not {resolution}")
    for base in range(1, factors + 1):
        generators = _generators(base, factors - base, resolution)
        if generators is not None:
            return _fraction(base, generators)
    raise AssertionError("the full design has every resolution")


def _generators(base: int, extra: int, resolution: int) -> Masks | None:
    """Products of base factors (as bit masks) that the extra factors are set to; None if there
    are none: depth first, long products first.
    """
    if extra == 0:
        return ()
    # Factor i is bit i; extra factor j gets bit base + j in the words of the defining relation.
    candidates = sorted(
        (mask for mask in range(1, 1 << base) if mask.bit_count() >= resolution - 1),
        key=lambda mask: (-mask.bit_count(), mask),
    )
    budget = [20_000]

    def search(start: int, chosen: Masks, words: Masks) -> Masks | None:
        if len(chosen) == extra:
            return chosen
        for number in range(start, len(candidates)):
            if budget[0] == 0 or len(candidates) - number < extra - len(chosen):
                return None
            budget[0] -= 1
            word = candidates[number] | 1 << (base + len(chosen))
            fresh = (word, *(word ^ other for other in words))
            if all(one.bit_count() >= resolution for one in fresh):
                found = search(number + 1, (*chosen, candidates[number]), words + fresh)
                if found is not None:
                    return found
        return None

    return search(0, (), ())


def _fraction(base: int, generators: tuple[int, ...]) -> Fraction:
    rows = np.arange(1 << base)
    columns = [np.where(rows >> i & 1, 1, -1) for i in range(base)]
    for mask in generators:
        column = np.ones(1 << base, dtype=np.int64)
        for i in range(base):
            if mask >> i & 1:
                column = column * columns[i]
        columns.append(column)
    words: tuple[int, ...] = ()
    for j, mask in enumerate(generators):
        word = mask | 1 << (base + j)
        words += (word, *(word ^ other for other in words))
    sets = sorted((_positions(word) for word in words), key=lambda s: (len(s), sorted(s)))
    shortest = min((len(word) for word in sets), default=np.inf)
    return Fraction(np.stack(columns, axis=1).astype(np.int8), tuple(sets), float(shortest))


def _positions(mask: int) -> frozenset[int]:
    return frozenset(i for i in range(mask.bit_length()) if mask >> i & 1)


def fractional(factors: Sequence[Factor], resolution: int) -> list[Point]:
    """The points of :func:`fraction`, -1 being a factor's first level and +1 its last."""
    signs = fraction(len(factors), resolution).signs
    return [
        tuple(factor.ends[int(sign > 0)] for factor, sign in zip(factors, row, strict=True))
        for row in signs
    ]


def latin_hypercube(factors: Sequence[Factor], points: int, seed: int) -> list[Point]:
    """So many points of which each factor takes every part of its range once."""
    from scipy.stats import qmc

    return _filled(factors, qmc.LatinHypercube(len(factors), rng=seed).random(points))


def sobol(factors: Sequence[Factor], points: int, seed: int) -> list[Point]:
    """The first points of a scrambled Sobol sequence: even in every projection, and the first
    half of them is as even as the whole. A power of two is best.
    """
    from scipy.stats import qmc

    sequence = qmc.Sobol(len(factors), scramble=True, rng=seed)
    exponent = max(0, (points - 1).bit_length())
    return _filled(factors, sequence.random_base2(exponent)[:points])


def _filled(factors: Sequence[Factor], shares: npt.NDArray[np.float64]) -> list[Point]:
    rows = (
        tuple(factor.at(float(share)) for factor, share in zip(factors, row, strict=True))
        for row in shares
    )
    return list(dict.fromkeys(rows))


def coded(factors: Sequence[Factor], points: Sequence[Point]) -> npt.NDArray[np.float64]:
    """Points on the scale -1 (lowest) to +1 (highest); shape (points, factors). Levels that are
    words are spaced evenly in the order they are written.
    """
    columns = [list(_coded(factor, [p[i] for p in points])) for i, factor in enumerate(factors)]
    return np.array(columns, dtype=np.float64).T.reshape(len(points), len(factors))


def _coded(factor: Factor, written: Sequence[str]) -> Iterator[float]:
    if factor.span is not None:
        middle = (factor.span.low + factor.span.high) / 2
        half = (factor.span.high - factor.span.low) / 2
        for text in written:
            yield (float(text.split()[0]) - middle) / half
        return
    places = factor.numbers or tuple(float(i) for i in range(len(factor.levels)))
    low, high = min(places), max(places)
    for text in written:
        yield 2 * (places[factor.levels.index(text)] - low) / (high - low) - 1


def confounded(factors: int, fraction: Fraction) -> dict[frozenset[int], list[frozenset[int]]]:
    """Main effects and two-factor interactions that a fraction cannot tell apart: effect ->
    the others of one or two factors that it is measured together with.
    """
    effects = [frozenset([i]) for i in range(factors)]
    effects += [frozenset(pair) for pair in combinations(range(factors), 2)]
    known = set(effects)
    return {
        effect: sorted(
            ({effect ^ word for word in fraction.words} & known) - {effect},
            key=lambda one: (len(one), sorted(one)),
        )
        for effect in effects
    }
