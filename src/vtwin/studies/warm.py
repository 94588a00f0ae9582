"""Imported by the fork server alone, before it makes workers: it loads the engine and draws once
from every compiled sampler, so that no worker has to load machine code again (which takes
longer than most replications).
"""

from __future__ import annotations

from vtwin.base import draws
from vtwin.engines import choose, reference
from vtwin.studies import worker

draws.times(draws.exponential(1.0), 0, 0, "warm", "up")()
draws.uniforms(0, 0, "warm", "up")()
draws.binomial(3, 0.5, 0.5)

__all__ = ["choose", "reference", "worker"]
