"""The exam of an equipment family. A family's test subclasses it and names the family and a
smallest runnable scenario::

    class TestOven(FamilyContract):
        family = FAMILY
        scenario = Path("scenarios/cells/oven/scenario.yaml")
        params = {"chambers": "2"}
        step = Step("loaf/bake", constant(1200.0))

The names of the tests are those pytest finds; nothing here needs pytest itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from vtwin.plant.behaviour import behaviour
from vtwin.plant.family import Family, Lowered, Step
from vtwin.plant.primitives import MachineState

#: Types a controller's signal may have.
SIGNAL_TYPES = frozenset({"bool", "int", "float"})


class FamilyContract:
    """What every family must keep. ``params`` are written keys (text with units) of one piece
    of equipment, ``steps`` steps that may be made on it.
    """

    family: ClassVar[Family]
    scenario: ClassVar[Path]
    params: ClassVar[Mapping[str, Any]] = {}
    steps: ClassVar[tuple[Step, ...]] = ()

    def lowered(self) -> Lowered:
        """The example equipment and its steps as primitives."""
        return self.family.lower("m", self.family.params.model_validate(self.params), self.steps)

    def test_parameters_when_validated_again_then_nothing_changes(self) -> None:
        """A validated parameter set is its own text."""
        once = self.family.params.model_validate(self.params)
        again = self.family.params.model_validate(dict(once))
        assert once == again

    def test_parameters_when_unknown_then_refused(self) -> None:
        """Neither entry nor step swallows a misspelt key."""
        for model in (self.family.params, self.family.step):
            assert model.model_config.get("extra") == "forbid"
            assert model.model_config.get("frozen") is True

    def test_parameters_when_listed_then_each_says_what_it_means(self) -> None:
        """Every key of entry and step has a description."""
        for model in (self.family.params, self.family.step):
            silent = [n for n, field in model.model_fields.items() if not field.description]
            assert not silent

    def test_lowering_when_given_steps_then_each_becomes_one(self) -> None:
        """Same order, same number, every time and share possible; a buffer makes nothing."""
        lowered = self.lowered()
        if lowered.is_buffer:
            assert lowered.steps == ()
            assert lowered.capacity >= 0
            return
        assert len(lowered.steps) == len(self.steps)
        for step in lowered.steps:
            assert step.cycle.mean >= 0
            assert step.pieces_per_cycle >= 1
            assert 0 <= step.scrap <= 1

    def test_lowering_when_repeated_then_it_is_the_same(self) -> None:
        """Lowering keeps no state."""
        assert self.lowered() == self.lowered()

    def test_setups_when_lowered_then_they_are_between_keys_of_its_steps(self) -> None:
        """No set-up leads to where no step is."""
        lowered = self.lowered()
        keys = {step.setup_key for step in lowered.steps}
        for before, after in lowered.setup_times:
            assert before in keys
            assert after in keys
            assert before != after

    def test_power_when_lowered_then_no_state_takes_less_than_nothing(self) -> None:
        """Power by named states, never negative."""
        for state, power in self.lowered().power_kw.items():
            assert isinstance(state, MachineState)
            assert power >= 0

    def test_behaviour_when_it_has_one_then_it_can_be_loaded(self) -> None:
        """A behaviour of its own is where the family says."""
        custom = self.lowered().custom
        assert not custom or callable(behaviour(custom))

    def test_signals_when_listed_then_each_is_named_typed_and_explained(self) -> None:
        """Names are their own; direction and type are known words."""
        names = [signal.name for signal in self.family.signals]
        assert names
        assert len(set(names)) == len(names)
        for signal in self.family.signals:
            assert signal.direction in ("in", "out")
            assert signal.type in SIGNAL_TYPES
            assert signal.meaning

    def test_description_when_read_then_it_is_in_english_and_korean(self) -> None:
        """One line in each language, and a footprint."""
        assert self.family.doc["en"]
        assert any("가" <= letter <= "힣" for letter in self.family.doc["ko"])
        assert self.family.shape.width > 0
        assert self.family.shape.depth > 0

    def test_cell_when_run_then_parts_are_conserved_and_time_adds_up(self) -> None:
        """What was let in is good, scrap or still inside, pieces in stock with it; states fill
        the time exactly.
        """
        from dataclasses import replace

        from vtwin.engines.reference import simulate
        from vtwin.scenario.build import build
        from vtwin.scenario.load import load

        program = build(load(self.scenario))
        program = replace(program, run=replace(program.run, warmup=0))
        tally = simulate(program, 0)
        released = int(tally.product_released.sum())
        gone = int(tally.product_good.sum() + tally.product_scrap.sum())
        assert gone > 0
        came = sum(int(tally.product_good[stock.product]) for stock in program.stocks)
        in_stock = came - int(tally.stock_taken.sum())
        assert released == gone - in_stock + tally.in_plant_at_end
        assert (tally.machine_state.sum(axis=1) == tally.observed).all()
