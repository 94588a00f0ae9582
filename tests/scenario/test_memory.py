"""Building one design after another remembers, and differs in nothing from building afresh."""

import random

import pytest

from vtwin.base.errors import Refused
from vtwin.scenario import build, load, reallocating
from vtwin.scenario import memory as memories
from vtwin.scenario.decisions import Design
from vtwin.scenario.memory import Memory
from vtwin.studies.space import Space


def _program(loaded, variant=None, overrides=None):
    """The program as text, or what refused it."""
    try:
        return build.build(loaded, variant, overrides=overrides).to_json()
    except Refused as refused:
        return [str(problem) for problem in refused.problems]


@pytest.mark.parametrize("name", ["injection_plant", "mixed_plant", "two_mill_cell"])
def test_design_when_others_were_built_before_then_it_is_what_a_fresh_reading_builds(name):
    file = f"scenarios/{name}/scenario.yaml"
    kept = load.load(file)
    slots = Space(reallocating.read(kept).decisions).slots
    lots = random.Random(3)
    drawn = [tuple((path, lots.choice(d.values)) for path, d in slots) for _ in range(4)]
    texts = set()
    for settings in [*drawn, drawn[0]]:  # the last was seen before: all of it is remembered
        overrides = Design(settings).overrides
        text = _program(kept, overrides=overrides)
        assert text == _program(load.load(file), overrides=overrides)
        texts.add(str(text))
    assert len(texts) > 1
    assert kept.memory.answers or name == "two_mill_cell"  # nothing in it is worth remembering


@pytest.mark.parametrize("name", ["press_line", "forging_line", "injection_assembly", "cnc_cell"])
def test_variant_when_others_were_built_before_then_it_is_what_a_fresh_reading_builds(name):
    file = f"scenarios/{name}/scenario.yaml"
    kept = load.load(file)
    for variant in [*load.variants(kept), None]:
        assert _program(kept, variant) == _program(load.load(file), variant)


def test_memory_when_asked_again_then_it_answers_the_same_object_and_refusals_are_not_kept():
    memory = Memory()
    first = memory.recall(("a", 1), list)
    assert memory.recall(("a", 1), list) is first
    assert memory.recall(("a", 2), list) is not first
    assert memory.remembered(first)
    assert not memory.remembered([])

    def refuse():
        raise Refused([])

    with pytest.raises(Refused):
        memory.recall("b", refuse)
    assert memory.recall("b", lambda: 3) == 3


def test_memory_when_a_key_can_change_then_nothing_is_kept():
    memory = Memory()
    assert memory.recall(("a", {}), lambda: 1) == 1
    assert memory.recall(("a", {}), lambda: 2) == 2
    assert not memory.answers


def test_memory_when_it_is_full_then_it_begins_anew(monkeypatch):
    monkeypatch.setattr(memories, "MOST", 2)
    memory = Memory()
    old = memory.recall(1, object)
    memory.recall(2, object)
    new = memory.recall(3, object)
    assert list(memory.answers) == [3]
    assert memory.remembered(new)
    assert not memory.remembered(old)
