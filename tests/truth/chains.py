"""Exact Markov chains from their moves. Nothing here knows the simulator.

A chain is written as a first state and a function from a state to its moves ``(rate, state)``
or ``(rate, state, label)``; the states that can be reached are found, and the balance equations
``pi Q = 0, sum pi = 1`` are solved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

State = Hashable


class Chain:
    """A continuous-time chain in balance: ``share`` maps each recurrent state to its long-run
    share of time.
    """

    def __init__(self, first: State, moves: Callable[[State], Iterable[tuple]]) -> None:
        self.number = {first: 0}
        states = [first]
        rows, columns, rates, labels = [], [], [], []
        for state in states:
            for rate, following, *label in moves(state):
                if following not in self.number:
                    self.number[following] = len(states)
                    states.append(following)
                rows.append(self.number[state])
                columns.append(self.number[following])
                rates.append(rate)
                labels.append(label[0] if label else None)
        self.states, self._labels = states, labels
        self._from, self._rates = np.array(rows), np.array(rates, float)
        pi = _balance(self._from, np.array(columns), self._rates, len(states))
        self._pi = pi
        self.share = dict(zip(states, pi.tolist(), strict=True))

    def mean(self, value: Callable[[State], float]) -> float:
        """Long-run mean of a function of the state."""
        return float(sum(p * value(state) for state, p in self.share.items()))

    def rate(self, label: Hashable) -> float:
        """Moves with this label per unit of time."""
        return self.rates().get(label, 0.0)

    def rates(self) -> dict[Hashable, float]:
        """Moves per unit of time, by label."""
        found: defaultdict[Hashable, float] = defaultdict(float)
        for origin, rate, label in zip(self._from, self._rates, self._labels, strict=True):
            found[label] += float(self._pi[origin] * rate)
        return dict(found)


def _balance(rows, columns, rates, n):
    """The stationary vector of a chain with one recurrent class."""
    # The equation of state 0 is replaced by "all shares sum to 1".
    keep = columns != 0
    out = rows != 0
    matrix = coo_matrix(
        (
            np.concatenate([rates[keep], -rates[out], np.ones(n)]),
            (
                np.concatenate([columns[keep], rows[out], np.zeros(n, int)]),
                np.concatenate([rows[keep], rows[out], np.arange(n)]),
            ),
        ),
        shape=(n, n),
    )
    right = np.zeros(n)
    right[0] = 1.0
    pi = spsolve(matrix.tocsc(), right)
    assert np.isfinite(pi).all()
    assert pi.min() > -1e-10
    return np.maximum(pi, 0.0)
