"""The mixed plant: who may set up what, and what moving people does there."""

from __future__ import annotations

import pytest

from vtwin.app.scenarios import find
from vtwin.engines.choose import engine as choose
from vtwin.plant.trace import Event
from vtwin.results.measures import measure
from vtwin.scenario.build import build
from vtwin.scenario.load import load


@pytest.fixture(scope="module")
def runs():
    """Variant -> program and two tallies of it."""
    loaded, found = load(find("mixed_plant")), {}
    for variant in (None, "lee-late", "cross-train", "furnace-nearer", "together"):
        program = build(loaded, variant)
        simulate = choose("kernel", program).simulate
        found[variant] = program, [simulate(program, n, trace=variant is None) for n in range(4)]
    return found


def mean(runs, variant, key):
    program, tallies = runs[variant]
    return sum(measure(program, tally).kpis[key] for tally in tallies) / len(tallies)


def test_set_ups_when_traced_then_nobody_touches_what_he_may_not(runs):
    program, (tally, *_) = runs[None]
    trace = tally.trace
    assert trace is not None
    granted = trace.kind == Event.GRANT
    at: dict[str, set[str]] = {}
    for worker, machine in zip(trace.entity[granted], trace.value[granted], strict=True):
        name = program.machines[machine].name.split("#")[0]
        at.setdefault(program.workers[worker].name, set()).add(name)
    assert "forge" in at["kim#1"]
    assert at["apprentice#1"] == {"lathes", "moulding", "press"}
    assert "forge" not in at["lee#1"]


def test_variants_when_compared_then_moving_people_and_the_furnace_both_matter(runs):
    on_time = {variant: mean(runs, variant, "on_time") for variant in runs}
    assert on_time["cross-train"] > on_time[None] + 0.15
    assert on_time["together"] > on_time[None] + 0.2
    lead = {variant: mean(runs, variant, "lead_time_s") for variant in runs}
    assert lead["together"] < lead["cross-train"] < lead["lee-late"] < lead[None]
    vehicle = {
        v: sum(measure(p, t).transport["forklift"]["transport_wait_s"] for t in tallies)
        for v, (p, tallies) in runs.items()
    }
    assert vehicle["furnace-nearer"] < 0.8 * vehicle[None]


def test_teaching_when_the_trainer_works_beside_the_apprentice_then_it_is_told(runs):
    def teaching(variant):
        program, tallies = runs[variant]
        return sum(measure(program, tally).people["lee"]["teaching"] for tally in tallies)

    assert teaching(None) == 0
    assert teaching("lee-late") > 0.02


def test_plan_when_run_then_nearly_all_of_it_is_made(runs):
    for variant in runs:
        assert mean(runs, variant, "good_per_day") == pytest.approx(12_500, rel=0.02)
