from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import ValidationError

from vtwin.base.draws import constant, lognormal
from vtwin.base.errors import Refused
from vtwin.base.shipped import shipped
from vtwin.base.units import TICKS_PER_SECOND
from vtwin.engines.reference import simulate
from vtwin.equipment.machining import FAMILY, grinding_time, nc_time, parts_per_bar
from vtwin.plant.family import Step
from vtwin.plant.nc.program import Source
from vtwin.plant.primitives import MachineState
from vtwin.scenario.build import build
from vtwin.scenario.library import Library
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
CELL = CELLS / "machining" / "scenario.yaml"
BRACKET = Source("bracket.nc", (CELL.parent / "bracket.nc").read_text(encoding="utf-8"))


def _machine(**keys):
    return FAMILY.params.model_validate(keys)


def _step(**attributes):
    return Step("a/b", None, attributes)


class TestMachining(FamilyContract):
    family = FAMILY
    scenario = CELL
    params: ClassVar = {
        "cycle": {"lognormal": {"mean": "3 min", "cv": "0.2"}},
        "loading": "20 s",
        "changeover": "30 min",
        "probing": "5 s",
        "probe_every": "10",
        "edge_parts": "50",
        "edge_change": "2 min",
        "sister_tools": "1",
        "warm_up": "15 min",
        "warm_up_by": "setter",
        "first_parts": "1",
        "rapid": "24 m/min",
        "codes": {"M08": "1.5 s"},
        "working_power": "9 kW",
        "idle_power": "2 kW",
        "setup_power": "3 kW",
    }
    steps = (
        Step("shaft/turn", constant(180.0), {"program": "O100"}),
        Step("pin/turn", constant(60.0), {"program": "O100"}),
        Step("hub/turn", None),
        Step("bracket/mill", None, {"nc": BRACKET, "per_cycle": 2}),
    )

    def test_cycle_when_the_part_is_loaded_then_it_is_longer_by_it(self):
        assert self.lowered().steps[0].cycle == constant(200)
        assert self.lowered().steps[2].cycle == lognormal(200.0, 0.2)

    def test_change_when_two_parts_share_a_program_then_none_is_needed(self):
        shaft, pin, hub, bracket = (step.setup_key for step in self.lowered().steps)
        assert shaft == pin
        assert bracket == "bracket.nc"
        keys = (shaft, hub, bracket)
        assert set(self.lowered().setup_times) == {(a, b) for a in keys for b in keys if a != b}

    def test_cycle_when_an_nc_program_is_named_then_it_is_its_time(self):
        bracket = self.lowered().steps[3]
        expected = nc_time(_machine(**self.params), BRACKET).total + 20
        assert bracket.cycle == constant(expected)
        assert bracket.pieces_per_cycle == 2

    def test_power_when_it_is_set_up_then_as_said(self):
        assert self.lowered().power_kw[MachineState.SETUP] == 3
        assert self.lowered().power_kw[MachineState.STARVED] == 2

    def test_words_when_edges_wear_by_parts_then_the_machine_stops_for_all_sister_tools(self):
        words = FAMILY.words("m", _machine(**self.params))
        assert words["tool"] == {"life": "100 pieces", "change": constant(240.0)}
        assert words["maintenance"]["probing"] == {"every": "10 pieces", "takes": constant(5.0)}
        assert words["maintenance"]["warm-up"]["by"] == "setter"
        assert words["restart"] == {"scrap": "1 pieces", "after": 3600.0}

    def test_words_when_edges_wear_by_time_then_on_the_working_clock(self):
        words = FAMILY.words(
            "m", _machine(edge_time="45 min", sister_tools="2", edge_change="60 s")
        )
        assert words["maintenance"]["edges"] == {
            "every": constant(8100.0),
            "clock": "operating",
            "takes": constant(180.0),
        }

    def test_bar_when_cut_into_parts_then_whole_ones_out_of_what_is_not_remnant(self):
        # (3000 - 200) / (45 + 4) = 57.1
        bar = {"kind": "turning_center", "bar_length": "3 m", "part_length": "45 mm"}
        lathe = _machine(**bar, cut_off="4 mm", remnant="200 mm", bar_change="60 s")
        assert parts_per_bar(lathe) == 57
        words = FAMILY.words("m", lathe)
        assert words["maintenance"]["bar"] == {"every": "57 pieces", "takes": constant(60.0)}
        assert parts_per_bar(_machine(**bar, cut_off="5 mm", remnant="0 mm")) == 60

    def test_grinding_when_plunging_then_stock_by_infeed_and_spark_out(self):
        # 0.1 mm / 0.01 mm/s = 10 s, 5 s spark-out, 8 s approach and retract
        grinder = _machine(
            kind="grinding_machine", infeed="0.01 mm/s", spark_out="5 s", handling="8 s",
            loading="15 s", dress_every="20", dressing="45 s", wheel_dressings="600",
            wheel_change="60 min", wheel_by="setter",
        )  # fmt: skip
        assert grinding_time(grinder, 0.0001) == pytest.approx(23)
        (step,) = FAMILY.lower("g", grinder, (_step(stock=0.0001),)).steps
        assert step.cycle == constant(38.0)
        words = FAMILY.words("g", grinder)
        assert words["maintenance"]["dressing"]["every"] == "20 pieces"
        assert words["tool"]["life"] == "12000 pieces"

    def test_pallet_when_changed_then_loading_is_no_part_of_the_cycle(self):
        cell = _machine(kind="pallet_cell", pallet_change="15 s")
        made = FAMILY.lower("m", cell, (Step("a/mill", constant(300.0)),)).steps[0]
        assert made.cycle == constant(315.0)
        station = _machine(kind="load_station", loading="4 min", unloading="2 min")
        steps = FAMILY.lower("s", station, (_step(), _step(unload="true"))).steps
        assert [step.cycle.mean for step in steps] == [240, 120]

    def test_program_when_turned_then_feed_is_per_revolution_and_x_a_diameter(self):
        lathe = _machine(kind="turning_center", rapid="30 m/min", acceleration="5 m/s2",
                         cut_acceleration="5 m/s2", home="200 mm")  # fmt: skip
        text = "T0101\nG97 S1200 M3\nG0 X40. Z2.\nG95 G1 Z-58. F0.2\nG0 X44.\nG28 U0. W0.\nM30"
        split = nc_time(lathe, Source("shaft.nc", text))
        # 60 mm at 0.2 mm a turn and 20 turns a second: 15 s, and the ramps of 4 mm/s
        assert split.cutting == pytest.approx(15 + 4 / 5000)
        # 198 mm there with 180 mm of X beside them, 2 mm off, 258 mm back; 0.5 m/s and 5 m/s2
        ways = (0.198 / 0.5 + 0.1, 2 * (0.002 / 5) ** 0.5, 0.258 / 0.5 + 0.1)
        assert split.rapid == pytest.approx(sum(ways))
        assert split.by_tool.keys() == {1}

    def test_program_when_it_takes_years_then_refused(self):
        endless = Source("op.nc", "G21\nG1X10.F0.0000001\nM30")
        with pytest.raises(Refused, match="takes 69,444 days") as refused:
            nc_time(_machine(rapid="24 m/min"), endless)
        assert refused.value.problems[0].code == "V710"

    def test_cycle_when_nobody_says_it_then_refused(self):
        with pytest.raises(Refused) as refused:
            FAMILY.lower("mill", _machine(), (Step("a/b", None),))
        assert refused.value.problems[0].code == "V703"

    def test_program_when_the_drives_are_unknown_then_refused(self):
        with pytest.raises(Refused, match="drives") as refused:
            FAMILY.lower("mill", _machine(), (_step(nc=BRACKET),))
        assert refused.value.problems[0].code == "V703"

    @pytest.mark.parametrize(
        ("keys", "told"),
        [
            ({"rapid": "400 m/min"}, r"0.5 m/min to 150 m/min"),
            ({"acceleration": "4 mm/s2"}, r"0.05 m/s2 to 50 m/s2"),
            ({"rapid_override": "0 %"}, r"1 % to 200 %"),
            ({"codes": {"X8": "1 s"}}, "no G or M code"),
            ({"codes": {"M8": "1.5"}}, "without a unit"),
            ({"edge_parts": "10", "edge_time": "5 min"}, "twice"),
            ({"bar_length": "3 m"}, "a machining center has no `bar_length`"),
            ({"kind": "turning_center", "bar_length": "3 m"}, "length of bar and part"),
            ({"kind": "turning_center", "bar_length": "1 m", "part_length": "0.9 m"}, "not one"),
            ({"kind": "pallet_cell"}, "needs its `pallet_change`"),
            ({"kind": "load_station", "rapid": "24 m/min"}, "a load station has no `rapid`"),
        ],
    )
    def test_parameters_when_they_cannot_be_then_refused_with_range_or_reason(self, keys, told):
        with pytest.raises(ValidationError, match=told):
            _machine(**keys)


def _run(variant=None, **overrides):
    program = build(load(CELL), variant, overrides=overrides)
    tally = simulate(program, 0)
    by_name = {machine.name: n for n, machine in enumerate(program.machines)}
    return tally, by_name, program


def _spent(tally, machine, state):
    return int(tally.machine_state[machine][state]) / TICKS_PER_SECOND


def test_cell_when_run_then_bars_edges_and_dressings_are_the_ones_calculated():
    tally, machines, _ = _run()
    lathe, grinder = machines["lathe"], machines["grinder"]
    # 400 pins in tens. Inserts after 150 and 300 pins, a bar of 57 after each 60, a touch of the
    # probe for 25 after each 30. What falls together is done together: the bar after 300 pins
    # with the inserts; the probe after 150 with them, and after each 60 with the bar.
    assert _spent(tally, lathe, MachineState.WORKING) == 400 * 40
    assert _spent(tally, lathe, MachineState.DOWN) == 2 * 120
    assert _spent(tally, lathe, MachineState.PLANNED_STOP) == 5 * 60 + 6 * 20
    # 10 s of infeed, 5 s spark-out, 8 s approach, 15 s loading; dressed every second ten,
    # which the end of the run spares it after the last
    assert _spent(tally, grinder, MachineState.WORKING) == 400 * 38
    assert _spent(tally, grinder, MachineState.PLANNED_STOP) == 19 * 45


def test_cell_when_pallets_wait_then_the_mill_never_does_and_the_spindle_stands_for_the_exchange():
    tally, machines, program = _run(
        **{"equipment.mill.edge_time": "0 s", "run.stop": "orders_done"},
        orders=[{"order": "B1", "product": "bracket", "quantity": "80"}],
    )
    cycle = next(d.mean for d in program.distributions if 110 < d.mean < 160)
    # the program, 15 s of exchange, 20 s of probing
    assert cycle == pytest.approx(nc_time(_mill(), BRACKET).total + 35)
    # one pallet is loaded before the first cycle, one unloaded after the last
    assert tally.ended == pytest.approx((70 + 80 * cycle + 30) * TICKS_PER_SECOND, abs=100)
    assert _spent(tally, machines["mill"], MachineState.STARVED) == pytest.approx(100, abs=1e-6)


def test_cell_when_there_is_one_pallet_then_loading_is_done_while_the_spindle_stands():
    orders = [{"order": "B1", "product": "bracket", "quantity": "80"}]
    tally, *_ = _run("one-pallet", **{"equipment.mill.edge_time": "0 s"}, orders=orders)
    cycle = nc_time(_mill(), BRACKET).total + 35
    assert tally.ended == pytest.approx(80 * (70 + cycle + 30) * TICKS_PER_SECOND, abs=10_000)


def _mill():
    model = Library([shipped("library")]).model("machining/pallet_cell")
    return _machine(**{key: node.plain() for key, node in model.parameters.items()})


LINE = """
vtwin: 1
name: warm-up
run: {{horizon: 5 d, start: 2026-03-02}}
calendars: {{day: {{mon-fri: ["06:00-14:00"]}}}}
products: {{part: {{route: [{{op: mill, on: mill, cycle: 10 min}}]}}}}
orders: [{{product: part, saturated: "true"}}]
equipment:
  mill: {{model: machining/machining_center, calendar: day, loading: 0 s, {more}}}
people: {{setter: {{count: 1, skills: [setter], calendar: day}}}}
"""


def _week(tmp_path, more):
    file = tmp_path / "scenario.yaml"
    file.write_text(LINE.format(more=more), encoding="utf-8")
    return simulate(build(load(file)), 0)


def test_warm_up_when_the_shift_begins_then_each_day_but_the_first_is_shorter_by_it(tmp_path):
    tally = _week(tmp_path, "warm_up: 20 min, warm_up_by: setter")
    # 48 parts in the first shift (the machine is warm), 46 in each of the four others
    assert tally.product_good.tolist() == [48 + 4 * 46]
    assert tally.product_scrap.tolist() == [0]


def test_warm_up_when_nobody_starts_it_then_it_comes_before_the_first_part_after_standing(tmp_path):
    tally = _week(tmp_path, "warm_up: 20 min, cooled_after: 2 h")
    # every shift, the first as well, begins cold: 20 min, then 46 parts
    assert tally.product_good.tolist() == [5 * 46]
    assert tally.machine_state[0, MachineState.SETUP] == 6000 * 10**9
    assert _week(tmp_path, "warm_up: 20 min, cooled_after: 30 h").product_good.tolist() == [5 * 48]


def test_first_parts_when_the_machine_stood_overnight_then_they_are_scrap(tmp_path):
    tally = _week(tmp_path, "first_parts: 2, cooled_after: 2 h")
    assert tally.product_good.tolist() == [5 * 46]
    assert tally.product_scrap.tolist() == [5 * 2]


def test_edges_when_worn_by_time_then_the_shift_has_one_stop_in_every_life(tmp_path):
    tally = _week(tmp_path, "edge_time: 60 min, edge_change: 10 min, edge_by: setter")
    # of 2400 min of shifts, 6 parts and a change are 70 min: 34 times, and 2 parts more
    assert tally.product_good.tolist() == [34 * 6 + 2]


def test_program_when_broken_then_its_file_and_line_are_told(tmp_path):
    (tmp_path / "op.nc").write_text("G21\nG1 X10.\nG187\nM30\n", encoding="utf-8")
    file = tmp_path / "scenario.yaml"
    text = LINE.format(more="").replace("cycle: 10 min", "nc: op.nc")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        build(load(file))
    told = [(Path(p.where.file).name, p.where.line, p.code) for p in refused.value.problems]
    assert told == [("op.nc", 2, "V710"), ("op.nc", 3, "V709")]


@pytest.mark.parametrize(
    ("write", "code"), [(None, "V101"), (b"\xff\xfeG\x001\x00", "V104"), (b"", "V708")]
)
def test_program_when_it_cannot_be_read_then_the_step_says_so(tmp_path, write, code):
    if write is not None:
        (tmp_path / "op.nc").write_bytes(write)
    file = tmp_path / "scenario.yaml"
    file.write_text(LINE.format(more="").replace("cycle: 10 min", "nc: op.nc"), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        build(load(file))
    assert {problem.code for problem in refused.value.problems} == {code}


def test_program_when_several_are_named_then_one_is_due(tmp_path):
    file = tmp_path / "scenario.yaml"
    text = LINE.format(more="").replace("cycle: 10 min", "nc: [a.nc, b.nc]")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        build(load(file))
    assert [problem.code for problem in refused.value.problems] == ["V124"]


def test_program_when_its_comments_are_of_an_old_code_page_then_it_is_read(tmp_path):
    text = "(부품)\nG21\nG1X100.F600.\nM30\n".encode("cp949")
    (tmp_path / "op.nc").write_bytes(text)
    file = tmp_path / "scenario.yaml"
    file.write_text(LINE.format(more="").replace("cycle: 10 min", "nc: op.nc"), encoding="utf-8")
    assert build(load(file)).distributions[0].mean > 10


def test_program_when_the_scenario_is_extended_elsewhere_then_it_is_read_beside_the_base(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "op.nc").write_text("G21\nG1X100.F600.\nM30\n", encoding="utf-8")
    text = LINE.format(more="").replace("cycle: 10 min", "nc: op.nc")
    (tmp_path / "base" / "scenario.yaml").write_text(text, encoding="utf-8")
    other = tmp_path / "scenario.yaml"
    other.write_text("vtwin: 1\nextends: base/scenario.yaml\nset: {run.horizon: 1 d}\n")
    assert build(load(other)).distributions[0].mean > 10


def test_fixture_when_it_holds_four_then_a_lot_of_ten_needs_three_cycles(tmp_path):
    file = tmp_path / "scenario.yaml"
    text = LINE.format(more="").replace("cycle: 10 min", "cycle: 10 min, per_cycle: 4")
    text = text.replace("{part: {route", "{part: {lot: 10, route").replace(
        "horizon: 5 d", "horizon: 1 d"
    )
    file.write_text(text, encoding="utf-8")
    # a shift of 480 min: sixteen lots of three cycles
    assert simulate(build(load(file)), 0).product_good.tolist() == [160]
