"""KPIs of hand-made tallies, against figures worked out by hand."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.plants import Plant
from tests.results.hand import H, S, states, tally
from vtwin.plant.trace import lead_bin
from vtwin.results.kpi import KPIS, measure, summarise


def _press(**plant):
    """One press with its operator, 10 h observed, 36 s planned per cycle of 2 pieces."""
    made = (
        Plant(horizon=12 * 3600, warmup=2 * 3600, bin=3600, **plant)
        .station("press")
        .worker("op#1", ["run"])
        .worker("op#2", ["run"])
        .product("cap", {"op": "mould", "on": "press", "cycle": 36, "per_cycle": 2, "skill": "run"})
        .saturated("cap")
    )
    return made.program()


OBSERVED = 10 * H


def _worked(program, **given):
    """7 h working, 1 h set-up, 0.5 h down, 1.5 h planned stop; 630 cycles in 6.9 h."""
    fields = {
        "machine_state": np.array(
            [states(OBSERVED, working=0.7, setup=0.1, down=0.05, planned_stop=0.15)]
        ),
        "mode_visits": np.array([630]),
        "mode_cycles": np.array([630]),
        "mode_pieces": np.array([1260]),
        "mode_scrap": np.array([63]),
        "mode_busy": np.array([int(6.9 * H)]),
        "product_released": np.array([1300]),
        "product_good": np.array([1197]),
        "product_items": np.array([1197]),
        "product_scrap": np.array([63]),
        "product_lead": np.array([1197 * 90.0]),
        "product_wip_area": np.array([3.5 * 36000.0]),
        "lead_hist": ({lead_bin(90 * S): 1197},),
        "station_queue_area": np.array([int(2.5 * 36000 * 1e6)]),
        "worker_busy": np.array([7 * H, 3 * H]),
        "worker_duty": np.array([10 * H, 10 * H]),
        "worker_walk": np.array([1 * H, 0]),
        "skill_claims": np.array([630]),
        "skill_wait": np.array([630 * 4 * S]),
    }
    return tally(program, **(fields | given))


def test_plant_when_worked_out_by_hand_then_rates_and_times_agree():
    program = _press()
    kpis = measure(program, _worked(program)).kpis
    assert kpis["throughput_per_h"] == pytest.approx(119.7)
    assert kpis["good_per_day"] == pytest.approx(119.7 * 24)
    assert kpis["lead_time_s"] == pytest.approx(90.0)
    assert kpis["lead_time_p90_s"] == pytest.approx(90.0, rel=1 / 64)
    assert kpis["wip"] == pytest.approx(3.5)
    assert kpis["scrap_share"] == pytest.approx(63 / 1260)


def test_machine_when_worked_out_by_hand_then_oee_is_the_product_of_its_elements():
    program = _press()
    press = measure(program, _worked(program)).machines["press"]
    assert press["availability"] == pytest.approx(7 / 8.5)
    assert press["effectiveness"] == pytest.approx(630 * 36 / (6.9 * 3600))
    assert press["quality_ratio"] == pytest.approx(1197 / 1260)
    assert press["oee"] == pytest.approx(7 / 8.5 * (6.3 / 6.9) * 0.95)
    assert press["utilisation"] == pytest.approx(8 / 8.5)
    assert press["allocation_efficiency"] == pytest.approx(8.5 / 8.5)
    assert press["setup_share"] == pytest.approx(1 / 8)
    assert press["technical_efficiency"] == pytest.approx(7 / 7.5)
    assert press["mean_input_queue"] == pytest.approx(2.5)


def test_people_when_worked_out_by_hand_then_busy_and_wait_agree():
    program = _press()
    people = measure(program, _worked(program)).people["op"]
    assert people["busy"] == pytest.approx(0.5)
    assert people["walking"] == pytest.approx(0.05)
    assert people["mean_wait_s"] == pytest.approx(4.0)


def test_oee_when_machine_never_worked_then_it_is_zero_not_unknown():
    program = _press()
    assert measure(program, tally(program)).machines["press"]["oee"] == 0.0


def test_oee_when_never_planned_then_it_is_undefined_and_says_why():
    program = _press()
    off = _worked(program, machine_state=np.array([states(OBSERVED, planned_stop=1.0)]))
    found = measure(program, off)
    assert found.machines["press"]["oee"] is None
    shown = summarise(program, [found]).to_json()["kpis"]["oee"]
    assert shown["mean"] is None
    assert "planned" in shown["why"]


def test_plant_oee_when_machines_differ_then_it_is_weighted_with_planned_time():
    made = Plant(horizon=36000, bin=3600).station("a").station("b")
    made.product("x", {"op": "1", "on": "a", "cycle": 10}, {"op": "2", "on": "b", "cycle": 10})
    program = made.saturated("x").program()
    found = tally(
        program,
        machine_state=np.array(
            [states(OBSERVED, working=1.0), states(OBSERVED, working=0.1, planned_stop=0.8)]
        ),
        mode_cycles=np.array([3600, 360]),
        mode_pieces=np.array([3600, 360]),
        mode_busy=np.array([36000 * S, 3600 * S]),
    )
    kpis = measure(program, found).kpis
    assert kpis["oee"] == pytest.approx((10 * 1.0 + 2 * 0.5) / 12)


def test_failures_when_counted_then_mtbf_and_mttr_follow_both_definitions():
    program = Plant(horizon=36000, bin=3600).station("a")
    program.failure("a", "belt", 100, 10)
    program.product("x", {"op": "1", "on": "a", "cycle": 10}).saturated("x")
    built = program.program()
    found = tally(
        built,
        machine_state=np.array([states(OBSERVED, working=0.8, down=0.2)]),
        failures=np.array([4]),
        failure_down=np.array([2 * H]),
    )
    machine = measure(built, found).machines["a"]
    assert machine["mtbf_s"] == pytest.approx(8 * 3600 / 5)
    assert machine["mttr_s"] == pytest.approx(2 * 3600 / 5)
    assert machine["mtbf_plain_s"] == pytest.approx(8 * 3600 / 4)
    assert machine["mttr_plain_s"] == pytest.approx(2 * 3600 / 4)


def test_costs_when_given_then_unit_cost_adds_every_kind():
    program = _press()
    machine = replace(program.machines[0], cost_per_h=10.0, power_kw=(5.0, 2.0, 1, 1, 1, 1, 0.5))
    program = replace(
        program,
        machines=(machine,),
        workers=tuple(replace(w, cost_per_h=20.0) for w in program.workers),
        products=(replace(program.products[0], material_cost=0.1),),
        energy_price=0.2,
        floor_cost_per_day=24.0,
        currency="KRW",
    )
    kwh = 7 * 5 + 1 * 2 + 0.5 * 1 + 1.5 * 0.5
    total = 8.5 * 10 + 20 * 20 + 0.2 * kwh + 1300 * 0.1 + 10.0
    found = measure(program, _worked(program))
    assert found.kpis["energy_kwh"] == pytest.approx(kwh)
    assert found.kpis["energy_per_part_kwh"] == pytest.approx(kwh / 1197)
    assert found.kpis["unit_cost"] == pytest.approx(total / 1197)
    assert summarise(program, [found]).kpis["unit_cost"].unit == "KRW"


def test_costs_when_none_given_then_unit_cost_is_null_and_says_so():
    program = _press()
    shown = summarise(program, [measure(program, _worked(program))]).to_json()["kpis"]
    assert shown["unit_cost"]["mean"] is None
    assert shown["unit_cost"]["why"] == "no costs given"
    assert shown["energy_per_part_kwh"]["why"] == "no power given"
    assert shown["on_time"]["why"] == "no due dates given"


def test_on_time_when_orders_are_due_then_late_and_open_ones_count_as_late():
    made = Plant(horizon=36000, warmup=3600, bin=3600).station("a")
    made.product("x", {"op": "1", "on": "a", "cycle": 10})
    made.order("early", "x", 5, due=1800)  # due before the warm-up ends: not judged
    made.order("kept", "x", 5, due=7200)
    made.order("late", "x", 5, due=7200, release=1)
    made.order("open", "x", 5, due=30000, release=2)
    made.order("beyond", "x", 5, due=40000, release=3)
    program = made.program()
    done = {"early": 1000, "kept": 7200, "late": 9000, "open": -1, "beyond": 20000}
    ticks = [done[o.name] * S if done[o.name] > 0 else -1 for o in program.orders]
    kpis = measure(program, tally(program, order_done=np.array(ticks))).kpis
    assert kpis["on_time"] == pytest.approx(1 / 3)
    assert kpis["tardiness_s"] == pytest.approx((0 + 1800 + 6000) / 3)
    assert kpis["orders_done"] == pytest.approx(4 / 5)


def test_on_time_when_a_source_promises_a_time_then_pieces_within_it_count():
    made = Plant(horizon=36000, bin=3600).station("a")
    made.product("x", {"op": "1", "on": "a", "cycle": 10}).arrivals("x", 20, due=100)
    program = made.program()
    found = tally(program, lead_hist=({lead_bin(50 * S): 30, lead_bin(200 * S): 10},))
    assert measure(program, found).kpis["on_time"] == pytest.approx(0.75)


def test_stall_before_the_warm_up_then_nothing_is_invented():
    program = _press()
    nothing = tally(
        program,
        observed=0,
        ended=H,
        machine_state=np.zeros((1, 7), dtype=np.int64),
        stall=("press waits for op",),
    )
    shown = summarise(program, [measure(program, nothing)]).to_json()
    assert all(figure["mean"] is None for k, figure in shown["kpis"].items() if k != "scrap_share")
    assert "stalled" in shown["notes"][0]


def test_result_json_when_written_then_it_has_exactly_the_promised_shape():
    program = _press()
    shown = summarise(
        program, [measure(program, _worked(program, replication=r)) for r in range(3)], seed=9
    ).to_json()
    assert list(shown) == [
        "scenario", "variant", "engine", "replications", "seed", "horizon_s", "warmup_s",
        "ended", "passport", "kpis", "products", "equipment", "people",
    ]  # fmt: skip
    assert shown["ended"] == {"horizon": 3}
    assert shown["seed"] == 9
    assert shown["horizon_s"] == 43200
    assert shown["warmup_s"] == 7200
    promised = {
        "throughput_per_h", "good_per_day", "lead_time_s", "lead_time_p90_s", "wip", "oee",
        "unit_cost", "energy_per_part_kwh", "on_time", "utilisation",
    }  # fmt: skip
    assert promised <= set(shown["kpis"])
    assert set(shown["kpis"]["wip"]) == {"mean", "half_width", "confidence", "unit"}
    assert shown["kpis"]["throughput_per_h"]["unit"] == "1/h"
    press = shown["equipment"]["press"]
    assert list(press["states"]) == [
        "working", "setup", "waiting_operator", "blocked", "starved", "down", "planned_stop",
    ]  # fmt: skip
    assert math.fsum(press["states"].values()) == pytest.approx(1.0)
    assert {"oee", "mean_input_queue", "utilisation"} <= set(press)
    assert {"busy", "mean_wait_s"} <= set(shown["people"]["op"])
    json.dumps(shown, allow_nan=False)


def test_summary_when_one_replication_then_no_half_width_and_why():
    program = _press()
    figure = summarise(program, [measure(program, _worked(program))]).to_json()["kpis"]["wip"]
    assert figure["half_width"] is None
    assert figure["why"] == "one replication"


def test_equipment_when_an_entry_has_several_machines_then_each_is_shown_too():
    made = Plant(horizon=36000, bin=3600).station("mill", count=2)
    made.product("x", {"op": "1", "on": "mill", "cycle": 10}).saturated("x")
    program = made.program()
    found = tally(
        program,
        machine_state=np.array([states(OBSERVED, working=0.8), states(OBSERVED, working=0.4)]),
    )
    mill = summarise(program, [measure(program, found)]).to_json()["equipment"]["mill"]
    assert mill["states"]["working"] == pytest.approx(0.6)
    assert mill["machines"]["mill#1"]["states"]["working"] == pytest.approx(0.8)
    assert mill["utilisation"]["mean"] == pytest.approx(0.6)


def test_product_when_it_has_a_target_then_the_target_stands_beside_it():
    program = _press()
    program = replace(program, products=(replace(program.products[0], target_per_day=450.0),))
    shown = summarise(program, [measure(program, _worked(program))]).to_json()
    assert shown["products"]["cap"]["target_per_day"] == 450.0


_BOUNDED = ("oee", "availability", "quality_ratio", "utilisation", "allocation_efficiency",
            "setup_share", "technical_efficiency", "scrap_share")  # fmt: skip


@given(
    parts=st.lists(st.integers(0, 10**13), min_size=7, max_size=7),
    cycles=st.integers(0, 10**4),
    scrap=st.floats(0, 1),
    busy=st.integers(0, 10**13),
)
def test_ratios_when_the_tally_is_any_then_those_that_cannot_pass_100_percent_do_not(
    parts, cycles, scrap, busy
):
    program = _press()
    pieces = 2 * cycles
    found = tally(
        program,
        observed=sum(parts),
        machine_state=np.array([parts]),
        mode_cycles=np.array([cycles]),
        mode_pieces=np.array([pieces]),
        mode_scrap=np.array([int(scrap * pieces)]),
        mode_busy=np.array([busy]),
    )
    measured = measure(program, found)
    for key in _BOUNDED:
        value = measured.machines["press"][key]
        assert value is None or 0.0 <= value <= 1.0 + 1e-12
    shares = measured.states["press"]
    assert math.fsum(shares) == pytest.approx(1.0 if sum(parts) else 0.0)


def test_kpi_table_when_read_then_every_figure_measured_has_its_row():
    program = _press()
    found = measure(program, _worked(program))
    for figures, scope in ((found.kpis, "plant"), (found.products["cap"], "product"),
                           (found.machines["press"], "equipment"), (found.people["op"], "people")):  # fmt: skip
        for key in figures:
            assert scope in KPIS[key].scopes, key


def test_result_json_when_times_are_whole_seconds_then_they_have_no_point():
    program = _press()
    shown = summarise(program, [measure(program, _worked(program))])
    told = json.dumps(shown.to_json())
    assert '"horizon_s": 43200, "warmup_s": 7200,' in told
    half = replace(shown, warmup_s=0.5).to_json()
    assert half["warmup_s"] == 0.5
