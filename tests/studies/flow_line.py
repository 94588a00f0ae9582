"""The three-stage flow line of the stochastic-optimisation test libraries, as a scenario.

Service rates of three exponential stations add up to at most 20 (each 1..20), places before the
second and third to exactly 20, each counted with the place in the machine. 21,660 designs; the
best are (6, 7, 7 | 12, 8) and its mirror (Pichitlamken and Nelson, ACM TOMACS 13, 2003, 155-179;
Buzacott and Shanthikumar, Stochastic Models of Manufacturing Systems, 1993, p. 185-187).
"""

from __future__ import annotations

from tests.truth.lines import Line
from vtwin.scenario.decisions import Design

BEST = 5.776122  # pieces per minute
DESIGNS = 21_660


def scenario(minutes: int = 1000, warmup: int = 100) -> str:
    """The file: a rate is a level at a price of its own, so that the budget limits their sum."""
    levels = ", ".join(f"{60 / rate!r} s" for rate in range(1, 21))
    prices = ", ".join(f"{rate - 1} KRW" for rate in range(1, 21))
    path = "equipment.s{}.cycle.exponential.mean"
    ranges = "".join(f"    {path.format(i)}: [{levels}]\n" for i in (1, 2, 3))
    costs = "".join(f"    {path.format(i)}: [{prices}]\n" for i in (1, 2, 3))
    return f"""\
vtwin: 1
name: flow line
run: {{horizon: {minutes} min, warmup: {warmup} min, replications: 20, seed: 1}}
currency: KRW
line: [s1, b1, s2, b2, s3]
equipment:
  s1: {{cycle: {{exponential: {{mean: 60.0 s}}}}}}
  s2: {{cycle: {{exponential: {{mean: 60.0 s}}}}}}
  s3: {{cycle: {{exponential: {{mean: 60.0 s}}}}}}
  b1: {{capacity: 9}}
  b2: {{capacity: 9}}
reallocate:
  range:
{ranges}    equipment.b1.capacity: 0..18
    equipment.b2.capacity: 0..18
  price:
{costs}  limit:
    budget: <= 17 KRW
    equipment.b1.capacity + equipment.b2.capacity: = 18
  goal: {{maximise: throughput_per_h, within: 0.2 %}}
"""


def numbers(design: Design) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rates and places (with the machine's own) of a design."""
    written = design.overrides
    means = [written[f"equipment.s{i}.cycle.exponential.mean"] for i in (1, 2, 3)]
    rates = tuple(round(60 / float(mean.split()[0])) for mean in means)
    places = tuple(int(written[f"equipment.b{i}.capacity"]) + 1 for i in (1, 2))
    return rates, places


def truth(design: Design) -> float:
    """Pieces per minute of a design, by its Markov chain."""
    rates, places = numbers(design)
    return Line(rates, [p - 1 for p in places]).rate
