"""The exam of an equipment family. A family's test subclasses it and names the family and a
smallest runnable scenario::

    class TestOven(FamilyContract):
        family = FAMILY
        scenario = Path("scenarios/cells/oven/scenario.yaml")
        params = {"chambers": "2"}
        steps = (Step("loaf/bake", constant(1200.0)),)

The names of the tests are those pytest finds; nothing here needs pytest itself. The models of the
library are examined with the family: each in the smallest plant that shows it at work.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar
from xml.etree import ElementTree

import yaml
from pydantic import BaseModel

from vtwin.plant.behaviour import behaviour
from vtwin.plant.family import Family, Lowered, Step
from vtwin.plant.primitives import MachineState
from vtwin.plant.program import Program
from vtwin.scenario import reference as pages
from vtwin.scenario import statechart
from vtwin.scenario.build import build, check
from vtwin.scenario.document import EquipmentEntry
from vtwin.scenario.library import Model, installed
from vtwin.scenario.load import load
from vtwin.scenario.smallest import parameters, plant
from vtwin.scenario.tree import parse
from vtwin.testing.engines import assert_conserved, assert_same, simulated
from vtwin.testing.values import slips

#: Types a controller's signal may have.
SIGNAL_TYPES = frozenset({"bool", "int", "float"})
#: Words of an equipment entry that a family may have as parameters of its own.
SHARED = frozenset({"capacity", "cycle"})


def _korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


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

    def models(self) -> list[Model]:
        """The models of the family that are installed."""
        library = installed()
        mine = [name for name in library.names() if name.startswith(f"{self.family.name}/")]
        return [library.model(name) for name in mine]

    def written(self) -> list[Mapping[str, Any]]:
        """The example's parameters and those of every model, as people write them."""
        return [self.params, *(parameters(self.family, model) for model in self.models())]

    # --- what is written ----------------------------------------------------------------------

    def test_parameters_when_validated_again_then_nothing_changes(self) -> None:
        """A validated parameter set is its own text."""
        once = self.family.params.model_validate(self.params)
        again = self.family.params.model_validate(dict(once))
        assert once == again

    def test_parameters_when_written_out_then_they_are_read_back_the_same(self) -> None:
        """Text to model to text to model, as YAML and as JSON, loses nothing."""
        model = self.family.params
        for written in self.written():
            once = model.model_validate(written)
            tree, problems = parse(_yaml(once), "written.yaml")
            assert not problems
            assert model.model_validate(tree.plain()) == once
            assert model.model_validate_json(once.model_dump_json()) == once
        for step in self.steps:
            own = self.family.step.model_validate(dict(step.attributes))
            assert self.family.step.model_validate_json(own.model_dump_json()) == own

    def test_parameters_when_unknown_then_refused(self) -> None:
        """Neither entry nor step swallows a misspelt key."""
        for model in (self.family.params, self.family.step):
            assert model.model_config.get("extra") == "forbid"
            assert model.model_config.get("frozen") is True

    def test_parameters_when_wrong_then_the_refusal_names_unit_and_range(self) -> None:
        """Another quantity's unit, no unit, and out of range: every quantity refuses and
        teaches.
        """
        models = [(self.family.params, self.params), (self.family.step, {})]
        told = [
            untold
            for model, others in models
            for slip in slips(model)
            if (untold := slip.untold(model, others)) is not None
        ]
        assert not told, "\n".join(told)

    def test_parameters_when_listed_then_each_says_what_it_means(self) -> None:
        """Every key of entry and step has a description."""
        for model in (self.family.params, self.family.step):
            silent = [n for n, field in model.model_fields.items() if not field.description]
            assert not silent

    def test_parameters_when_the_language_has_the_word_then_it_is_not_theirs(self) -> None:
        """A parameter named like a key of any equipment would never reach the family."""
        taken = set(EquipmentEntry.model_fields) & set(self.family.params.model_fields)
        assert taken <= SHARED, f"the language has {sorted(taken - SHARED)} itself"

    # --- what it becomes ----------------------------------------------------------------------

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
        """Lowering keeps no state: neither what it did before nor the order it was asked in
        shows.
        """
        first = self.lowered()
        for written in self.written():
            self.family.lower("other", self.family.params.model_validate(written), ())
        assert self.lowered() == first

    def test_lowering_when_done_then_nothing_outside_has_changed(self) -> None:
        """Lowering is pure: what it is given stays as it is."""
        params = self.family.params.model_validate(self.params)
        kept = params.model_copy(deep=True)
        attributes = [dict(step.attributes) for step in self.steps]
        guarded = tuple(
            replace(step, attributes=MappingProxyType(own))
            for step, own in zip(self.steps, attributes, strict=True)
        )
        self.family.words("m", params)
        for step in guarded:
            self.family.step_words(params, step.attributes)
        assert self.family.lower("m", params, guarded) == self.lowered()
        assert params == kept
        assert attributes == [dict(step.attributes) for step in self.steps]

    def test_setups_when_lowered_then_they_are_between_keys_of_its_steps(self) -> None:
        """No set-up leads to where no step is. One from a key to itself is between two
        operations alike, such as two loads that a crane takes out one after the other.
        """
        lowered = self.lowered()
        keys = {step.setup_key for step in lowered.steps}
        for before, after in lowered.setup_times:
            assert before in keys
            assert after in keys

    def test_power_when_lowered_then_no_state_takes_less_than_nothing(self) -> None:
        """Power by named states, never negative."""
        for state, power in self.lowered().power_kw.items():
            assert isinstance(state, MachineState)
            assert power >= 0

    def test_behaviour_when_it_has_one_then_it_can_be_loaded(self) -> None:
        """A behaviour of its own is where the family says."""
        custom = self.lowered().custom
        assert not custom or callable(behaviour(custom))

    # --- what is told -------------------------------------------------------------------------

    def test_signals_when_listed_then_each_is_named_typed_and_explained(self) -> None:
        """Names are their own; direction and type are known words; the meaning is told in
        English and Korean.
        """
        names = [signal.name for signal in self.family.signals]
        assert names
        assert len(set(names)) == len(names)
        for signal in self.family.signals:
            assert signal.direction in ("in", "out")
            assert signal.type in SIGNAL_TYPES
            assert signal.meaning
            assert _korean(signal.ko), f"signal {signal.name} has no meaning in Korean"

    def test_states_when_asked_for_then_each_is_explained_in_english_and_korean(self) -> None:
        """Whatever state the equipment is in can be told in both languages."""
        for state in MachineState:
            assert self.family.state(state, "en")
            assert _korean(self.family.state(state, "ko"))

    def test_description_when_read_then_it_is_in_english_and_korean(self) -> None:
        """One line in each language for the family and every model, and a footprint."""
        for doc in (self.family.doc, *(model.doc for model in self.models())):
            assert doc["en"]
            assert _korean(doc["ko"])
        assert self.family.shape.width > 0
        assert self.family.shape.depth > 0

    def test_page_when_made_then_it_shows_everything_about_the_family(self) -> None:
        """The page has every parameter, signal, state and model; its picture is one."""
        page = pages.equipment_page(self.family, self.models())
        params, step = self.family.params.model_fields, self.family.step.model_fields
        signals = [signal.name for signal in self.family.signals]
        names = [model.name for model in self.models()]
        for name in (*params, *step, *signals, *names):
            assert name in page, f"the page of {self.family.name} does not show {name}"
        picture = ElementTree.fromstring(statechart.picture(self.family, self.models()))
        drawn = "".join(picture.itertext())
        for role in statechart.roles(self.family, self.models()):
            for state in statechart.states(role):
                assert state.en in drawn
                assert state.ko in drawn

    # --- what it does -------------------------------------------------------------------------

    def test_cell_when_run_then_parts_are_conserved_and_time_adds_up(self) -> None:
        """What was let in is good, scrap or still inside, pieces in stock with it; states fill
        the time exactly; both engines tell the same.
        """
        program = build(load(self.scenario))
        program = replace(program, run=replace(program.run, warmup=0))
        assert_same(program)
        tally = simulated(program)
        assert int(tally.product_good.sum() + tally.product_scrap.sum()) > 0
        assert_conserved(program, tally)

    def test_models_when_run_in_their_smallest_plants_then_both_engines_tell_the_same(
        self,
    ) -> None:
        """Every model makes something in the plant that shows it at work, event for event the
        same on every engine.
        """
        assert self.models(), "a family has at least one model in a library"
        for model in self.models():
            program = smallest(self.family, model)
            assert_same(program)
            tally = simulated(program)
            assert tally.product_good.sum() > 0, f"{model.name} makes nothing"
            assert_conserved(program, tally)


def smallest(family: Family, model: Model) -> Program:
    """The program of the smallest plant with a model; it has no problems, not even warnings."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(plant(family, model), encoding="utf-8")
        problems = check(file)
        assert not problems, f"{model.name}: " + "\n".join(map(str, problems))
        first, second = build(load(file)), build(load(file))
    assert first.hash == second.hash
    return first


def _yaml(model: BaseModel) -> str:
    """A validated model as a person would write it."""
    return yaml.safe_dump(json.loads(model.model_dump_json()), allow_unicode=True)


__all__ = ["SIGNAL_TYPES", "FamilyContract", "smallest"]
