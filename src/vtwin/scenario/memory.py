"""What was worked out before, for the next design of the same scenario.

A study builds thousands of plants that differ in a path or two. There is one way of building
them; what is remembered here are answers of pure functions by all their arguments, so that it
changes nothing but the time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

#: Answers kept at most; when there are more, all are forgotten.
MOST = 50_000


@dataclass(eq=False)
class Memory:
    """Answers by (what was asked, all that it depends on)."""

    answers: dict[Hashable, object] = field(default_factory=dict)
    _identities: set[int] = field(default_factory=set)

    def recall(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` answered to the same key before, or answers now. What cannot be a key
        (something in it changes) is not remembered; neither is a refusal.
        """
        try:
            known = key in self.answers
        except TypeError:
            return make()
        if known:
            return self.answers[key]  # type: ignore[return-value]
        made = make()
        if len(self.answers) >= MOST:
            self.answers.clear()
            self._identities.clear()
        self.answers[key] = made
        self._identities.add(id(made))
        return made

    def remembered(self, answer: object) -> bool:
        """Whether this very object is an answer that is kept: as long as it is, its identity
        may be a key.
        """
        return id(answer) in self._identities
