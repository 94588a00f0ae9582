"""Vehicles and conveyors against hand calculations."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import ValidationError

from vtwin.engines.choose import engine
from vtwin.equipment.transport import FAMILY, places
from vtwin.plant.family import Step
from vtwin.plant.trace import VehicleState
from vtwin.scenario.build import build
from vtwin.scenario.load import load
from vtwin.testing.family import FamilyContract

CELLS = Path(__file__).resolve().parents[2] / "scenarios" / "cells"
CELL = CELLS / "transport" / "scenario.yaml"
CART = {"kind": "vehicle", "top_speed": "0.8 m/s", "pick_up": "15 s"}
BELT = {
    "kind": "conveyor", "length": "6 m", "belt_speed": "0.25 m/s", "item_length": "40 cm",
    "gap": "10 cm", "accumulating": False, "driving_power": "0.37 kW",
}  # fmt: skip


def params(written, **changes):
    return FAMILY.params.model_validate({**written, **changes})


class TestTransport(FamilyContract):
    family = FAMILY
    scenario = CELL
    params: ClassVar = BELT
    steps = (Step("box/move", None),)

    def test_conveyor_when_reckoned_by_hand_then_travel_pitch_and_places(self):
        belt = FAMILY.words("c", params(BELT))["belt"]
        assert belt["travel"] == "24 s"  # 6 m at 0.25 m/s
        assert belt["pitch"] == "2 s"  # 40 cm + 10 cm
        assert belt["places"] == 12  # 1 + floor(5.6 m / 0.5 m)

    def test_conveyor_when_it_is_as_long_as_an_item_then_one_fits(self):
        assert places(params(BELT, length="40 cm")) == 1

    def test_vehicle_when_it_has_a_battery_then_the_battery_is_told_and_nothing_is_slower(self):
        agv = params(CART, running_time="8 h", charging_time="2 h", standing_draw="20 %")
        words = FAMILY.words("agv", agv)
        assert words == {
            "speed": "0.8 m/s", "load": "15 s", "unload": "15 s",
            "battery": {"lasts": "28800 s", "charge": "7200 s", "standing": "20 %"},
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("written", "changes", "told"),
        [
            (CART, {"length": "6 m"}, "a vehicle has no `length`"),
            (BELT, {"pick_up": "15 s"}, "a conveyor has no `pick_up`"),
            ({"kind": "vehicle"}, {}, "a vehicle needs its `top_speed`"),
            ({"kind": "conveyor", "length": "6 m"}, {}, "a conveyor needs its `belt_speed`"),
            (CART, {"top_speed": "30 m/s"}, "outside 0.05 m/s to 6 m/s"),
            (BELT, {"length": "6 kW"}, "length"),
        ],
    )
    def test_parameter_when_wrong_then_refused_with_what_is_expected(self, written, changes, told):
        with pytest.raises(ValidationError) as error:
            params(written, **changes)
        assert told in str(error.value)


@pytest.mark.parametrize("name", ["reference", "kernel"])
def test_cell_when_run_then_the_cart_is_what_the_hand_says(name):
    """The cart drives 40 m there and 40 m back at 0.8 m/s, 15 s to take up, 15 s to put down:
    130 s for a box, more than the saw's 120 s. So it limits the cell, and never rests.
    """
    program = build(load(CELL))
    tally = engine(name, program).simulate(program, 0)
    assert tally.vehicle_moves.tolist() == [tally.observed // (130 * 10**9)]
    idle = tally.vehicle_state[0][0]
    assert idle == 0
    assert tally.product_good[0] == pytest.approx(tally.vehicle_moves[0], abs=1)


def test_cell_when_there_are_two_carts_then_the_saw_limits_it():
    program = build(load(CELL), overrides={"transport.cart.count": 2})
    program = replace(program, run=replace(program.run, warmup=0))
    tally = engine("kernel", program).simulate(program, 0)
    made = 36_000 // 120
    assert made - 3 <= tally.product_good[0] <= made


@pytest.mark.parametrize("name", ["reference", "kernel"])
def test_cell_when_its_cart_has_a_battery_then_it_is_away_as_long_as_the_hand_says(name):
    """A full battery drives for 80 min, down to 20 % for 64: the 30th move of 130 s is done after
    65 min. What they took is charged in 65 / 4 min. In 40 h that is 29 times, and 43.75 min more,
    of which the cart waits 2 min for the first box.
    """
    words = {
        "transport.cart.battery": {"lasts": "80 min", "charge": "20 min"},
        "run.warmup": "0 h", "run.horizon": "40 h",
    }  # fmt: skip
    tally = engine(name, program := build(load(CELL), overrides=words)).simulate(program, 0)
    assert tally.vehicle_charges.tolist() == [29]
    assert tally.vehicle_state[0][VehicleState.CHARGING] == 29 * 975 * 10**9
    assert tally.vehicle_moves[0] == 29 * 30 + int(41.75 * 60 / 130)


def test_fleet_when_it_has_a_model_then_what_is_written_goes_first():
    program = build(load(CELL), overrides={"transport.cart.speed": "1.6 m/s"})
    slow, fast = build(load(CELL)).fleets[0], program.fleets[0]
    assert fast.travel[0][1] * 2 == slow.travel[0][1]
    assert (fast.load, slow.load) == (15 * 10**9, 15 * 10**9)
