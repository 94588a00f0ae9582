from itertools import pairwise
from math import exp, log, pi
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import ValidationError

from vtwin.base.draws import constant
from vtwin.base.errors import Refused
from vtwin.base.units import TICKS_PER_SECOND, ticks
from vtwin.engines.reference import simulate
from vtwin.equipment.molding import FAMILY, drying_cycle, purge_shots
from vtwin.plant import plastics
from vtwin.plant.family import Step
from vtwin.plant.primitives import MachineState
from vtwin.scenario.build import build
from vtwin.scenario.library import beside
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
CELL = CELLS / "molding" / "scenario.yaml"


def _machine(**keys):
    return FAMILY.params.model_validate(keys)


def _lowered(params, *steps):
    return FAMILY.lower("press", params, steps)


def _written(operation="cap/mould", tool=None, cycle=None, **keys):
    """A step as it is written."""
    given = FAMILY.step.model_validate(keys).model_dump()
    return Step(operation, cycle, {k: v for k, v in given.items() if v is not None}, tool)


def _shot(params, **keys):
    """Shot time of a step, s."""
    return _lowered(params, _written(**keys)).steps[0].cycle.mean


def _refused(params, **keys):
    with pytest.raises(Refused) as refused:
        _lowered(params, _written(**keys))
    (problem,) = refused.value.problems
    return problem


def _step(product, mould, colour):
    return Step(f"{product}/mould", constant(18.0), {"colour": colour}, tool=mould)


class TestMolding(FamilyContract):
    family = FAMILY
    scenario = CELL
    params: ClassVar = {
        "clamping_force": "130 t",
        "clamp": "1.7 s",
        "open": "1.5 s",
        "eject": "0.8 s",
        "take_out": "2 s",
        "mould_change": "55 min",
        "colour_change": "15 min",
        "colours": ("white", "red"),
        "start_up": "5 min",
        "restart_shots": "8",
        "restart_after": "4 min",
        "drying": "4 h",
        "hopper": "100 kg",
        "working_power": "14 kW",
        "setup_power": "8 kW",
        "idle_power": "5 kW",
        "standby_power": "2 kW",
    }
    steps = (
        _step("red cap", "cap", "red"),
        _step("blue cap", "cap", "blue"),
        _step("crate", "crate", "red"),
    )

    def test_change_when_only_the_colour_differs_then_the_machine_is_purged(self):
        red, blue, _ = (step.setup_key for step in self.lowered().steps)
        assert self.lowered().setup_times[red, blue] == constant(15 * 60)

    def test_change_when_the_mould_differs_then_it_is_changed_and_started_up(self):
        red, _, crate = (step.setup_key for step in self.lowered().steps)
        assert self.lowered().setup_times[red, crate] == constant(60 * 60)
        assert self.lowered().setup_times[crate, red] == constant(60 * 60)

    def test_change_when_the_resin_differs_too_then_it_takes_longer(self):
        params = FAMILY.params.model_validate({**self.params, "material_change": "20 min"})
        steps = tuple(
            Step(f"{product}/m", constant(18.0), {"colour": product, "material": resin}, tool=mould)
            for product, mould, resin in (
                ("a", "cap", "PP"),
                ("b", "cap", "PE"),
                ("c", "lid", "PP"),
            )
        )
        lowered = FAMILY.lower("m", params, steps)
        a, b, c = (step.setup_key for step in lowered.steps)
        assert lowered.setup_times[a, b] == constant((15 + 20) * 60)
        assert lowered.setup_times[a, c] == constant(60 * 60)
        assert lowered.setup_times[b, c] == constant(80 * 60)

    def test_power_when_changing_then_the_barrel_stays_hot(self):
        power = self.lowered().power_kw
        assert power[MachineState.SETUP] == 8
        assert power[MachineState.PLANNED_STOP] == 2

    def test_words_when_the_first_shots_are_scrap_then_the_machine_restarts_with_them(self):
        params = FAMILY.params.model_validate(self.params)
        assert FAMILY.words("m", params) == {
            "restart": {"scrap": "8 shots", "after": "240.000000 s"}
        }
        assert FAMILY.words("m", _machine()) == {}

    def test_shot_time_when_nobody_says_it_then_refused(self):
        params = FAMILY.params.model_validate({})
        with pytest.raises(Refused) as refused:
            FAMILY.lower("press", params, (Step("cap/mould", None),))
        assert refused.value.problems[0].code == "V703"


# -- the cycle -------------------------------------------------------------------------------


def test_cooling_when_the_wall_is_twice_as_thick_then_it_takes_four_times_as_long():
    thin, thick = (plastics.cooling_time(s, 0.08e-6, 230, 60, 90) for s in (1e-3, 2e-3))
    assert thick == pytest.approx(4 * thin)
    # 2 mm of ABS: 4 / (9.8696 x 0.08) x ln(1.2732 x 170 / 30) = 5.066 x 1.976
    assert thick == pytest.approx(10.01, abs=0.005)


def test_cooling_when_its_series_is_summed_then_the_middle_has_the_temperature_of_ejection():
    """The formula is the first term; the whole series for the middle of a plate at that time
    gives nearly the same temperature.
    """
    for resin in plastics.RESINS.values():
        t = plastics.cooling_time(0.002, resin.diffusivity, resin.melt, resin.mould, resin.ejection)
        left = sum(
            4 / pi * (-1) ** n / (2 * n + 1)
            * exp(-((2 * n + 1) ** 2) * pi**2 * resin.diffusivity * t / 0.002**2)
            for n in range(50)
        )  # fmt: skip
        middle = resin.mould + left * (resin.melt - resin.mould)
        assert middle == pytest.approx(resin.ejection, abs=0.2)


PHASES = {"clamp": "2 s", "open": "1.5 s", "eject": "1 s"}


def test_cycle_when_phases_are_said_then_it_is_their_sum_with_packing_within_the_cooling():
    keys = {"inject": "1 s", "pack": "4 s", "recovery": "5 s", "cooling": "12 s"}
    # 2 + 1 + 4 + max(12 - 4, 5) + 1.5 + 1
    assert _shot(_machine(**PHASES), **keys) == 17.5


def test_cycle_when_the_screw_takes_longer_than_the_cooling_then_it_decides():
    keys = {"inject": "1 s", "pack": "4 s", "recovery": "9.5 s", "cooling": "12 s"}
    assert _shot(_machine(**PHASES), **keys) == 2 + 1 + 4 + 9.5 + 2.5


def test_cycle_when_a_robot_takes_out_or_the_mould_turns_then_the_mould_stands_open_as_long():
    plain = _shot(_machine(**PHASES), cooling="10 s")
    assert _shot(_machine(**PHASES, take_out="2.5 s"), cooling="10 s") == plain + 2.5
    assert _shot(_machine(**PHASES, rotation="2 s"), cooling="10 s") == plain + 2


def test_cycle_when_the_step_says_nothing_then_the_machine_s_phases_hold():
    machine = _machine(**PHASES, inject="1 s", pack="2 s")
    assert _shot(machine, cooling="10 s") == 4.5 + 1 + 10
    assert _shot(machine, cooling="10 s", inject="3 s") == 4.5 + 3 + 10


def test_cycle_when_wall_and_resin_are_said_then_it_follows_and_written_temperatures_go_first():
    machine = _machine(**PHASES)
    typical = _shot(machine, wall="2.5 mm", material="ABS")
    assert typical == pytest.approx(4.5 + 2.5**2 / (pi**2 * 0.08) * log(4 / pi * 170 / 30))
    colder = _shot(machine, wall="2.5 mm", material="ABS", mould="40 °C")
    assert colder == pytest.approx(4.5 + 2.5**2 / (pi**2 * 0.08) * log(4 / pi * 190 / 50))


def test_cycle_when_the_dryer_gives_too_little_then_shots_wait_for_resin():
    # 100 kg in 4 h are 6.94 g/s: a shot of 208 g every 30 s
    machine = _machine(**PHASES, drying="4 h", hopper="100 kg")
    assert drying_cycle(machine, 0.208) == pytest.approx(29.952)
    assert _shot(machine, cooling="15 s", shot_mass="208 g") == pytest.approx(29.952)
    assert _shot(machine, cooling="15 s", shot_mass="100 g") == 19.5
    assert _shot(_machine(**PHASES), cooling="15 s", shot_mass="208 g") == 19.5


def test_cycle_when_the_mould_says_it_then_phases_do_not_matter():
    step = _written(cycle=constant(18.9), cooling="99 s")
    assert _lowered(_machine(**PHASES), step).steps[0].cycle == constant(18.9)


@pytest.mark.parametrize(
    ("keys", "code", "told"),
    [
        ({"wall": "2 mm", "material": "wax"}, "V703", "cooling: 12 s"),
        ({"wall": "2 mm"}, "V703", "`material:` ABS"),
        ({"wall": "2 mm", "material": "PP", "mould": "90 °C"}, "V707", "above the mould"),
        ({"cooling": "9 s", "needs_force": "131 t"}, "V706", "larger machine"),
    ],
)
def test_step_when_the_machine_cannot_know_or_do_it_then_refused(keys, code, told):
    problem = _refused(_machine(clamping_force="130 t"), **keys)
    assert problem.code == code
    assert told in (problem.hint or "")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"clamp": "20 min"}, "outside 0 s to 10 min"),
        ({"drying": "30 h"}, "outside 0 s to 24 h"),
        ({"hopper": "1 g", "drying": "4 h"}, "outside 1 kg to 5 t"),
        ({"hopper": "50 kg"}, "without the time of drying"),
        ({"colours": ("red", "red")}, "twice"),
        ({"restart_shots": "-1"}, "restart_shots"),
    ],
)
def test_parameters_when_they_cannot_be_then_refused_with_the_range(keys, told):
    with pytest.raises(ValidationError, match=told):
        _machine(**keys)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"wall": "50 mm"}, "outside 0.2 mm to 30 mm"),
        ({"shot_mass": "1 t"}, "outside 0.01 g to 100 kg"),
        ({"melt": "900 °C"}, "outside 0 °C to 450 °C"),
    ],
)
def test_step_when_it_cannot_be_then_refused_with_the_range(keys, told):
    with pytest.raises(ValidationError, match=told):
        FAMILY.step.model_validate(keys)


# -- changes ---------------------------------------------------------------------------------

PURGING = {
    "mould_change": "60 min",
    "colour_change": "15 min",
    "purge_shots": "20",
    "purge_to_lighter": "45",
    "purge_time": "12 s",
    "colours": ("white", "yellow", "red", "black"),
}


def _changes(machine, *steps):
    """Lengths of all changes, s, by the positions of two steps."""
    lowered = _lowered(machine, *steps)
    keys = [step.setup_key for step in lowered.steps]
    place = {key: n for n, key in enumerate(keys)}
    times = lowered.setup_times.items()
    return {(place[a], place[b]): time.mean for (a, b), time in times}


def test_purging_when_to_a_lighter_colour_then_it_takes_more_shots():
    machine = _machine(**PURGING)
    assert purge_shots(machine, "white", "black") == 20
    assert purge_shots(machine, "black", "white") == 45
    assert purge_shots(machine, "black", "green") == 20  # nobody says how light green is
    assert purge_shots(machine, "red", "red") == 0


def test_change_when_the_colour_differs_then_purge_shots_come_on_top():
    red, white, crate = (
        _written(op, tool, constant(18.0), colour=colour)
        for op, tool, colour in (("r", "cap", "red"), ("w", "cap", "white"), ("c", "crate", "red"))
    )
    changes = _changes(_machine(**PURGING), red, white, crate)
    assert changes[0, 1] == 900 + 45 * 12
    assert changes[1, 0] == 900 + 20 * 12
    assert changes[0, 2] == changes[2, 0] == 3600
    assert changes[1, 2] == 3600 + 20 * 12


def test_change_when_the_mould_has_a_hot_runner_then_it_warms_up_unless_outside():
    cold, hot = (
        _written(op, op, constant(18.0), hot_runner=time)
        for op, time in (("a", None), ("b", "25 min"))
    )
    machine = {"mould_change": "60 min", "hot_runner": "10 min"}
    changes = _changes(_machine(**machine), cold, hot)
    assert changes == {(0, 1): 3600 + 1500, (1, 0): 3600 + 600}
    changes = _changes(_machine(**machine, preheated=True), cold, hot)
    assert changes == {(0, 1): 3600, (1, 0): 3600}


def test_change_when_the_resin_is_not_dried_ahead_then_the_machine_waits_for_it():
    pp, pa = (
        _written(op, op, constant(18.0), material=resin)
        for op, resin in (("a", "PP"), ("b", "PA6"))
    )
    machine = {"mould_change": "60 min", "material_change": "15 min", "drying": "4 h"}
    assert _changes(_machine(**machine), pp, pa)[0, 1] == 4500
    assert _changes(_machine(**machine, dried_ahead=False), pp, pa)[0, 1] == 4 * 3600
    same = _written("c", "c", constant(18.0), material="PP")
    assert _changes(_machine(**machine, dried_ahead=False), pp, same)[0, 1] == 3600


def test_setter_when_named_then_changes_need_the_skill():
    lowered = _lowered(_machine(setter="setter"), _written(cycle=constant(9.0)))
    assert lowered.setup_skill == "setter"


# -- the library -----------------------------------------------------------------------------


def test_models_when_of_one_kind_then_larger_ones_are_slower_and_draw_more():
    library = beside(CELL)
    models = [
        _machine(**{k: v.value for k, v in library.model(f"molding/{name}").parameters.items()})
        for name in ("injection_50t", "injection_100t", "injection_130t", "injection_180t",
                     "injection_350t", "injection_650t")
    ]  # fmt: skip
    for smaller, larger in pairwise(models):
        assert smaller.clamping_force < larger.clamping_force
        assert smaller.clamp + smaller.open < larger.clamp + larger.open
        assert smaller.working_power < larger.working_power
        assert larger.idle_power < larger.setup_power < larger.working_power


# -- the cell --------------------------------------------------------------------------------

QUIET = {"tools.cap.scrap": "0 %", "tools.crate.scrap": "0 %"}
#: 180 t, electric: clamp 1.2, open 1.1, eject 0.5.
MOVING = 2.8
#: PP between 225 and 40 °C, out at 85: 1.5 and 2.5 mm; cooling is longer than packing, but the
#: screw needs 3 s after packing the cap.
COOLED = {s: s**2 / (pi**2 * 0.07) * log(4 / pi * 185 / 45) for s in (1.5, 2.5)}
CAP = MOVING + 0.6 + 2.5 + max(COOLED[1.5] - 2.5, 3.0)
CRATE = MOVING + 1.8 + 4.0 + max(COOLED[2.5] - 4.0, 6.0)
DAYS = 10


def test_cell_when_nothing_happens_by_chance_then_its_days_are_the_ones_calculated():
    program = build(load(CELL), overrides=QUIET)
    tally = simulate(program, 0)
    blue, white, crate = range(3)  # operations and products by name
    # 7 of 8 cavities: 6300 caps are 900 shots; 5 shots after each change and each night are scrap
    assert tally.mode_cycles.tolist() == [DAYS * 900, DAYS * 900, DAYS * 1200]
    assert tally.mode_restart.tolist() == [DAYS * 35, DAYS * 35, DAYS * 5]
    assert tally.product_good[[blue, white, crate]].tolist() == [62_650, 62_650, 11_950]
    # One day blue, white, crate, the next crate, white, blue: two changes a day.
    other_mould = 2400 + 900  # change and hot runner
    to_white, to_blue = 900 + 40 * 8, 900 + 20 * 8
    assert tally.setups.tolist() == [DAYS * 2]
    changes = DAYS / 2 * (to_white + other_mould + other_mould + to_blue)
    assert tally.setup_time.tolist() == [changes * TICKS_PER_SECOND]
    work = DAYS * (1800 * ticks(CAP) + 1200 * ticks(CRATE))
    assert tally.machine_state[0, MachineState.WORKING] == work


def test_cell_when_a_blocked_cavity_works_again_then_an_eighth_of_the_shots_is_saved():
    overrides = QUIET | {"tools.cap.blocked": "0"}
    tally = simulate(build(load(CELL), overrides=overrides), 0)
    assert tally.mode_cycles.tolist() == [DAYS * 788, DAYS * 788, DAYS * 1200]  # 6300 / 8, up
    assert tally.mode_restart.tolist() == [DAYS * 40, DAYS * 40, DAYS * 5]


def test_cell_when_the_nozzle_clogs_then_each_stop_costs_its_start_up_shots():
    failure = {"nozzle": {"after": "2 h", "repair": "10 min"}}
    overrides = QUIET | {"equipment.press.failures": failure}
    tally = simulate(build(load(CELL), overrides=overrides), 0)
    quiet = simulate(build(load(CELL), overrides=QUIET), 0)
    more = (tally.mode_restart - quiet.mode_restart) // [7, 7, 1]  # shots
    assert tally.failures.sum() > 20
    assert more.sum() == 5 * tally.failures.sum()


def test_cell_when_stops_are_shorter_than_the_melt_bears_then_nothing_more_is_lost():
    failure = {"nozzle": {"after": "2 h", "repair": "4 min"}}  # restart_after of the model
    overrides = QUIET | {"equipment.press.failures": failure}
    tally = simulate(build(load(CELL), overrides=overrides), 0)
    assert tally.failures.sum() > 20
    assert tally.mode_restart.tolist() == [DAYS * 35, DAYS * 35, DAYS * 5]


WEEKEND = """
vtwin: 1
name: weekend
run: {horizon: 12 d, start: 2026-03-02}
calendars: {two: {mon-fri: ["06:00-22:00"]}}
products: {cap: {route: [{op: mould, on: press, cycle: 30 s}]}}
orders: [{product: cap, saturated: "true"}]
equipment:
  press: {model: molding/injection_80t, calendar: two, restart_shots: 0}
"""


def test_machine_when_it_went_cold_over_the_weekend_then_it_is_heated_up_first(tmp_path):
    """Ten days of 16 h are 1920 shots each; a night of 8 h is shorter than the 12 h it stays hot,
    the weekend of 56 h is not: 40 min, which is 80 shots, on the second Monday.
    """
    file = tmp_path / "scenario.yaml"
    file.write_text(WEEKEND, encoding="utf-8")
    tally = simulate(build(load(file)), 0)
    assert tally.mode_cycles.tolist() == [10 * 1920 - 80]
    assert tally.machine_state[0, MachineState.SETUP] == ticks(40 * 60)
    assert tally.setups.tolist() == [0]
    kept_hot = build(load(file), overrides={"equipment.press.heat_up": "0 s"})
    assert simulate(kept_hot, 0).mode_cycles.tolist() == [10 * 1920]


# -- the line --------------------------------------------------------------------------------

LINE = CELLS.parent / "injection_assembly" / "scenario.yaml"


def test_line_when_its_moulds_are_compared_with_the_plant_s_then_they_are_the_same():
    """The line rests on what was learned from the plant's records."""
    line, plant = (
        build(load(CELLS.parent / name / "scenario.yaml"))
        for name in ("injection_assembly", "injection_plant")
    )
    moulds = [
        {
            program.tools[op.tool].name: (
                program.distributions[op.modes[0].cycle],
                op.pieces_per_cycle,
                op.scrap,
            )
            for op in program.operations
            if op.tool >= 0
        }
        for program in (line, plant)
    ]
    assert len(moulds[0]) == 6
    assert moulds[0].items() <= moulds[1].items()


def test_line_when_nothing_stops_then_a_campaign_takes_the_hours_calculated():
    """One machine, two moulds with 7 of 8 cavities, a change between them; then 10 shots scrap."""
    stops = {f"equipment.IM-{n}.failures": {} for n in range(1, 5)}
    exact = {f"tools.{tool}.cycle": f"{seconds} s" for tool, seconds in (
        ("15000CBR-M-001", 19.07), ("16500CBR-M-001", 19.67))}  # fmt: skip
    overrides = stops | exact | {"run.horizon": "3 d", "run.warmup": "0 h", "run.bin": "3 d"}
    # Nor does the machine stand while the vehicle that fetches its boxes charges.
    overrides |= {"equipment.IM-4.load": "0 s", "transport.amr.running_time": "0 s"}
    program = build(load(LINE), overrides=overrides)
    tally = simulate(program, 0)
    names = [op.name for op in program.operations]
    reel, button = names.index("reel/mould"), names.index("button/mould")
    quantity = {program.products[o.product].name: o.quantity for o in program.orders[:8]}
    # Boxes of 504 are 72 shots each.
    shots = [quantity[name] // 7 for name in ("reel", "button")]
    assert tally.mode_cycles[[reel, button]].tolist() == shots
    assert tally.mode_restart[[reel, button]].tolist() == [0, 70]
    machine = [m.name for m in program.machines].index("IM-4")
    work = shots[0] * ticks(19.07) + shots[1] * ticks(19.67)
    assert tally.machine_state[machine, MachineState.WORKING] == work
    assert tally.setup_time[machine] == ticks(3.29 * 3600)
