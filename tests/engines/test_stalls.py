"""What is said when nothing can happen any more (S-80, S-81)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.engines.plants import Plant, S
from tests.engines.random_plants import plants
from tests.engines.rows import rows
from vtwin.engines.choose import engine as choose
from vtwin.plant.trace import Event


def loop(horizon=1000):
    """Two products that pass two unbuffered stations in opposite directions."""
    plant = Plant(horizon=horizon, places={"equipment.s1": 12, "equipment.s2": 14})
    plant.station("s1", input=0).station("s2", input=0)
    plant.product("a", *({"op": f"a{n}", "on": f"s{n}", "cycle": 5} for n in (1, 2)))
    return plant.product("b", *({"op": f"b{n}", "on": f"s{n}", "cycle": 5} for n in (2, 1)))


def test_stall_when_two_machines_wait_for_each_other_then_both_are_named_with_their_lines(engine):
    tally = engine(loop().saturated("a").saturated("b").program(), 0)
    assert tally.stall == (
        "s1 (plant.yaml:12) holds a part of 'a' and waits for room at s2 (plant.yaml:14)",
        "s2 (plant.yaml:14) holds a part of 'b' and waits for room at s1 (plant.yaml:12)",
    )
    assert tally.ended == tally.observed == 5 * S
    assert (tally.machine_state.sum(axis=1) == 5 * S).all()


def test_stall_when_it_comes_within_the_warm_up_then_nothing_was_observed(engine):
    plant = loop().saturated("a").saturated("b")
    plant.warmup = 100
    tally = engine(plant.program(), 0)
    assert tally.stall
    assert (tally.ended, tally.observed) == (5 * S, 0)
    assert not tally.machine_state.any()
    assert not tally.product_released.any()


def test_lock_when_arrivals_go_on_then_it_is_told_at_the_horizon(engine):  # S-81
    tally = engine(loop().arrivals("a", 7).arrivals("b", 7).program(), 0)
    assert len(tally.stall) == 2
    assert tally.ended == tally.observed == 1000 * S


def test_stall_when_operators_can_only_repair_each_others_machines_then_they_are_named(engine):
    plant = Plant(horizon=1000, places={"people.anna": 31})
    for m, op, fix in (("m", "op", "mend"), ("n", "run", "fix")):
        plant.station(m).product(m, {"op": "o", "on": m, "cycle": 50, "skill": op}).saturated(m)
        plant.failure(m, "jam", 7, 3, skill=fix)
    plant.worker("anna#1", ["op", "fix"]).worker("ben#1", ["run", "mend"])
    tally = engine(plant.program(), 0)
    assert tally.stall == (
        "m is down ('m/jam') and waits for somebody with skill 'mend': ben#1 is bound to n",
        "n is down ('n/jam') and waits for somebody with skill 'fix': "
        "anna#1 (plant.yaml:31) is bound to m",
    )


def test_stall_when_a_crew_is_larger_than_all_who_can_then_it_says_so(engine):  # S-111
    plant = Plant(horizon=1000).station("m").worker("anna#1", ["op"])
    plant.product("p", {"op": "o", "on": "m", "cycle": 5, "skill": "op", "heads": 3}).saturated("p")
    told = engine(plant.program(), 0).stall
    assert told == (
        "m holds a part of 'p' and waits for 3 people with skill 'op', which only 1 has",
    )


def test_stall_when_nobody_has_the_skill_then_it_says_so(engine):
    plant = Plant(horizon=1000).station("m")
    plant.product("p", {"op": "o", "on": "m", "cycle": 5, "skill": "op"}).saturated("p")
    (sentence,) = engine(plant.program(), 0).stall
    assert sentence.endswith("waits for somebody with skill 'op', which nobody has")


def test_stall_when_a_tool_does_not_exist_then_the_queue_says_so(engine):
    plant = Plant(horizon=1000, tools={"die": 0}).station("m")
    plant.product("p", {"op": "o", "on": "m", "cycle": 5, "tool": "die"}).order("1", "p", 3)
    assert engine(plant.program(), 0).stall == (
        "items for 'p/o' wait at m, but no copy of 'die' can be had",
    )


def test_end_when_everybody_has_gone_home_then_that_is_no_stall(engine):
    plant = Plant(horizon=100, calendars={"day": [(0, 50)]}).station("m", calendar="day")
    plant.product("p", {"op": "o", "on": "m", "cycle": 7}).saturated("p")
    tally = engine(plant.program(), 0)
    assert tally.stall == ()
    assert tally.ended == 100 * S


def test_end_when_all_orders_are_done_then_that_is_no_stall(engine):
    plant = Plant(horizon=100).station("m").product("p", {"op": "o", "on": "m", "cycle": 7})
    tally = engine(plant.order("1", "p", 2).program(), 0)
    assert (tally.stall, tally.observed) == ((), 100 * S)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(plants())
def test_any_plant_when_told_to_be_locked_then_those_machines_never_work_again(plant):
    simulate = choose("reference", None).simulate
    plant.warmup, plant.horizon = 0, 100
    short = simulate(plant.program(), 0)
    if not short.stall:
        return
    plant.horizon = 395
    program = plant.program()
    longer = simulate(program, 0, trace=True)
    if short.ended < 100 * S:
        assert (longer.ended, longer.stall) == (short.ended, short.stall)
    names = {machine.name: n for n, machine in enumerate(program.machines)}
    told = {names[s.split()[0]] for s in short.stall if s.split()[0] in names}
    late = [r for r in rows(longer) if r[0] >= 100 and r[2] in told]
    assert not [r for r in late if r[1] in (Event.START, Event.FINISH, Event.SETUP)]


def test_stall_when_a_learner_has_no_trainer_then_it_says_so(engine):  # S-57, S-80
    plant = Plant(horizon=50).station("m").worker("joe", ["op"], learns={"op": "c"})
    plant.curves["c"] = ([(0, 500)], 5, 1)
    plant.product("p", {"op": "o", "on": "m", "cycle": 3, "skill": "op"}).saturated("p")
    tally = engine(plant.program(), 0)
    assert tally.ended == 0
    (sentence,) = tally.stall
    assert "joe may not come without somebody free who teaches it" in sentence
