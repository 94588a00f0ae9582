"""What holds for wear, maintenance, renewals and power on every plant."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.engines.random_plants import plants
from tests.engines.rows import rows
from vtwin.engines.kernel import simulate
from vtwin.plant import rules
from vtwin.plant.primitives import NONE
from vtwin.plant.trace import Event

many = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])


@many
@given(plants())
def test_any_plant_then_maintenance_never_strikes_in_a_begun_operation(plant):  # S-101, S-103
    program = plant.program()
    tally = simulate(program, 0, trace=True)
    machine_of = {mode: n for n, m in enumerate(program.machines) for mode in m.failures}
    begun: set[tuple[int, int]] = set()  # (machine, item)
    for _, kind, entity, item, value in rows(tally):
        if kind is Event.START:
            begun.add((entity, item))
        elif kind is Event.FINISH:
            begun.discard((entity, item))
        elif kind is Event.SCRAP:
            begun = {(m, i) for m, i in begun if i != item}
        elif kind is Event.FAIL and program.failures[entity].planned:
            assert machine_of[entity] not in {m for m, _ in begun}, (entity, value)


@many
@given(plants())
def test_any_plant_then_a_copy_is_worn_renewed_and_worn_in_turn(plant):  # S-105, S-106
    program = plant.program()
    tally = simulate(program, 0, trace=True)
    away: set[tuple[int, int]] = set()
    for _, kind, entity, _, value in rows(tally):
        if kind is Event.WORN:
            assert (entity, value) not in away
            assert value < program.tools[entity].count
            away.add((entity, value))
            assert sum(tool == entity for tool, _ in away) <= program.tools[entity].count
        elif kind is Event.RENEWED:
            away.remove((entity, value))
        elif kind is Event.MOUNT:
            gone = sum(tool == value for tool, _ in away)
            assert gone < program.tools[value].count  # one was to be had
    for tool, count in enumerate(tally.tool_renewals.tolist()):
        worn = len([1 for _, kind, e, *_ in rows(tally) if kind is Event.RENEWED and e == tool])
        assert count <= worn  # those before the end of the warm-up are not observed


@many
@given(plants())
def test_any_plant_then_worn_copies_have_made_at_least_their_life(plant):  # S-106
    plant.warmup = 0
    program = plant.program()
    tally = simulate(program, 0, trace=True)
    made = [0] * len(program.tools)
    way = 0
    for operation in program.operations:
        for _ in operation.modes:
            if operation.tool != NONE:
                made[operation.tool] += int(tally.mode_cycles[way])
            way += 1
    worn = [0] * len(program.tools)
    for _, kind, entity, *_ in rows(tally):
        if kind is Event.WORN:
            worn[entity] += 1
    for tool, spec in enumerate(program.tools):
        if spec.life:
            assert worn[tool] * spec.life <= made[tool]
        else:
            assert worn[tool] == 0


@many
@given(plants())
def test_any_plant_then_power_stays_within_what_its_machines_can_draw(plant):  # S-160 to S-163
    program = plant.program()
    tally = simulate(program, 0)
    assert (tally.surge_time >= 0).all()
    assert (tally.surge_time <= tally.machine_state).all()
    for machine, spec in enumerate(program.machines):
        longest = spec.surge * (int(tally.machine_starts[machine]) + 1)
        assert int(tally.surge_time[machine].sum()) <= longest
    most = sum(rules.watts(max(*m.power_kw, m.surge_kw)) for m in program.machines)
    assert 0 <= tally.peak_w <= most
    if tally.peak_at >= 0:
        assert tally.peak_at % program.run.demand == 0
        assert program.run.warmup <= tally.peak_at <= tally.ended - program.run.demand
