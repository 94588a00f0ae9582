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
    for variant in (None, "lee-late", "both", "second-forklift"):
        program = build(loaded, variant)
        simulate = choose("kernel", program).simulate
        found[variant] = program, [simulate(program, n, trace=variant is None) for n in range(3)]
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


def test_variants_when_compared_then_people_matter_and_a_forklift_does_not(runs):
    on_time = {variant: mean(runs, variant, "on_time") for variant in runs}
    assert on_time["both"] > on_time[None] + 0.2
    assert abs(on_time["second-forklift"] - on_time[None]) < 0.1
    lead = {variant: mean(runs, variant, "lead_time_s") for variant in runs}
    assert lead["both"] < lead["lee-late"] < 0.9 * lead[None]


def test_teaching_when_the_trainer_works_beside_the_apprentice_then_it_is_told(runs):
    def teaching(variant):
        program, tallies = runs[variant]
        return sum(measure(program, tally).people["lee"]["teaching"] for tally in tallies)

    assert teaching(None) == 0
    assert teaching("lee-late") > 0.02


def test_plan_when_run_then_nearly_all_of_it_is_made(runs):
    for variant in runs:
        assert mean(runs, variant, "good_per_day") == pytest.approx(12_500, rel=0.02)
