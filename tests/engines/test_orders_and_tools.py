"""Orders on machines of their own, where the machines share one tool (S-42, S-181)."""

from __future__ import annotations

from tests.engines.plants import Plant
from tests.engines.test_conformance import assert_same


def test_tool_when_the_place_that_gets_free_makes_another_want_it_then_it_goes_on_all_the_same():
    plant = Plant(horizon=200)
    plant.tools = {"t1": 1}
    plant.station("s1", count=2, belt=(1, 0, 1, False))
    plant.station("s2", count=3, input=1)
    plant.product(
        "p",
        {"op": "o0", "on": "s1", "cycle": 1.0},
        {"op": "o1", "on": "s2", "cycle": 1.0, "tool": "t1"},
    )
    plant.saturated("p").arrivals("p", 7.0)
    for n in range(2):
        plant.order(f"p{n}", "p", 1, lot=1, due=1, replace=False)
    plant.order("p2", "p", 1, lot=1, due=1, replace=False, on={"o1": ["s2#2"]})
    assert_same(plant.program())
