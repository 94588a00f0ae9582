"""What holds for the histories of every plant, on plants in which nearly everything ties."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.random_plants import plants
from tests.results.lots import with_lots
from vtwin.engines import machines
from vtwin.engines.belts import Belt
from vtwin.engines.choose import engine as choose
from vtwin.plant.primitives import NONE, Cause
from vtwin.results.genealogy import genealogy
from vtwin.results.recall import radius, suspects
from vtwin.results.scrap import counts
from vtwin.results.travellers import Fate

some = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
CAUSES = (Cause("a", 0.15), Cause("b", 0.05))
LOTS = st.fixed_dictionaries({"p": st.integers(1, 9), "q": st.integers(1, 9)})


def followed(engine, plant, lots):
    plant.warmup = 0
    program = with_lots(plant.program(), CAUSES, **lots)
    tally = choose(engine, program).simulate(program, 0, trace=True)
    return tally, genealogy(program, tally.trace, 0)


@pytest.mark.parametrize("engine", ["reference", "kernel"])
@some
@given(plant=plants(), lots=LOTS)
def test_any_plant_when_followed_then_every_piece_has_exactly_one_history(engine, plant, lots):
    tally, found = followed(engine, plant, lots)
    program = found.program
    good = np.zeros(len(program.products), dtype=np.int64)
    scrapped, taken = good.copy(), np.zeros(len(program.stocks), dtype=np.int64)
    assert [h.serial for h in found.items] == list(range(len(found.items)))
    for history in found.items:
        used = sum(pieces for _, pieces in history.uses)
        shipped = history.good if history.fate is Fate.SHIPPED else 0
        assert shipped + used + found.left(history) + history.scrapped == history.pieces
        good[history.product] += history.good
        scrapped[history.product] += history.scrapped
        for part, pieces in history.parts:
            taken[program.products[found.items[part].product].stock] += pieces
    assert (good == tally.product_good).all()
    assert (scrapped == tally.product_scrap).all()
    assert (taken == tally.stock_taken).all() if len(taken) else True
    assert counts(found).sum() == tally.product_scrap.sum()


@pytest.mark.parametrize("engine", ["reference", "kernel"])
@some
@given(plant=plants(), lots=LOTS)
def test_any_plant_when_followed_then_visits_are_the_operations_counted(engine, plant, lots):
    tally, found = followed(engine, plant, lots)
    program = found.program
    modes = [(o, mode.machine) for o, op in enumerate(program.operations) for mode in op.modes]
    visits, pieces = dict.fromkeys(modes, 0), dict.fromkeys(modes, 0)
    for history in found.items:
        for visit in history.visits:
            assert program.operations[visit.operation].product == history.product
            lost = any(loss.why.name == "FAILURE" for loss in visit.losses)
            if visit.end >= 0 and not lost:
                visits[visit.operation, visit.machine] += 1
                pieces[visit.operation, visit.machine] += visit.pieces
    assert list(visits.values()) == tally.mode_visits.tolist()
    assert list(pieces.values()) == tally.mode_pieces.tolist()


@pytest.mark.parametrize("engine", ["reference", "kernel"])
@some
@given(plant=plants(), lots=LOTS)
def test_any_plant_when_asked_both_ways_then_one_is_the_inverse_of_the_other(engine, plant, lots):
    tally, found = followed(engine, plant, lots)
    for suspect in {s: None for part in found.shipped[-3:] for s in found.suspects(part)}:
        with_it = tuple(
            part
            for part in found.shipped
            if any(found.touches(suspect, found.items[o]) for o in found.origins(part))
        )
        assert found.recall(suspect).shipped == with_it
    for part in found.shipped[-3:]:
        assert all(part in found.recall(s).shipped for s in found.suspects(part))
        for origin in found.origins(part):
            assert part in found.reached((origin,))
    made = dict.fromkeys(range(len(found.program.materials)), 0)
    for history in found.items:  # S-76: lots are filled one after another
        material = found.program.products[history.product].material
        for number, pieces in history.lots:
            assert (number - 1) * found.program.materials[material].lot <= made[material]
            made[material] += pieces
            assert made[material] <= number * found.program.materials[material].lot
    figures = radius(found, tally)
    assert figures.shape == (len(suspects(found.program)), 6)
    assert not (figures[:, 4] > 1.0).any()


class Witness:
    """Sees in the reference engine who really does what, with which copy of a tool."""

    def __init__(self, monkeypatch):
        self.begun = {}  # item -> visits begun
        self.people = {}  # (item, visit, role) -> workers
        self.copies = {}  # (item, visit) -> copy
        staffed, started, take = (
            machines.Machine.staffed, machines.Machine._started, Belt.take,
        )  # fmt: skip

        def on_staffed(machine, speed, now):
            handed, items = machine._handed, [machine.item, *machine.mates]
            setting = handed is machines.SETUP or (
                handed is not machines.WORKING and machine._setup_next
            )
            for item in items:
                number = self.begun.get(item.serial, 0) - (handed is machines.WORKING)
                key = (item.serial, number, "setters" if setting else "operators")
                self.people.setdefault(key, []).extend(p.index for p in machine.task.crew)
            staffed(machine, speed, now)

        def on_started(machine, item, now):
            for one in [item, *machine.mates]:
                number = self._begins(one)
                if one.step.tool != NONE or item.step.tool != NONE:
                    self.copies[one.serial, number] = machine.copy
            started(machine, item, now)

        def on_take(belt, item, *rest, **more):
            self._begins(item)
            take(belt, item, *rest, **more)

        monkeypatch.setattr(machines.Machine, "staffed", on_staffed)
        monkeypatch.setattr(machines.Machine, "_started", on_started)
        monkeypatch.setattr(Belt, "take", on_take)

    def _begins(self, item):
        number = self.begun.get(item.serial, 0)
        self.begun[item.serial] = number + 1
        return number

    def forget(self):
        self.begun.clear()
        self.people.clear()
        self.copies.clear()


@settings(some, max_examples=50)
@given(plant=plants())
def test_any_plant_when_followed_then_people_and_tools_are_those_the_engine_saw(
    monkeypatch, plant
):  # S-75
    with monkeypatch.context() as patch:
        witness = Witness(patch)
        program = plant.program()
        tally = choose("reference", program).simulate(program, 0, trace=True)
    found = genealogy(program, tally.trace, 0)
    for history in found.items:
        assert len(history.visits) == witness.begun.get(history.serial, 0)
        for number, visit in enumerate(history.visits):
            for role in ("setters", "operators"):
                seen = witness.people.get((history.serial, number, role), ())
                assert getattr(visit, role) == tuple(dict.fromkeys(seen))
            if visit.tool != NONE:
                assert visit.copy == witness.copies[history.serial, number]


@settings(some, max_examples=25)
@given(plant=plants(), lots=LOTS)
def test_any_plant_when_lots_and_causes_are_named_then_events_stay_as_they_were(plant, lots):
    program = plant.program()
    named = with_lots(program, CAUSES, **lots)
    plain, other = (
        choose("kernel", one).simulate(one, 0, trace=True).trace for one in (program, named)
    )
    for column in ("time", "kind", "entity", "item", "value"):
        assert (getattr(plain, column) == getattr(other, column)).all()
    assert replace(named, materials=()).hash != named.hash
