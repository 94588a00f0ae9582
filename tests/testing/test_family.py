"""The exam is worth something: what a careless family does is found."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, Field

from vtwin.base.draws import constant
from vtwin.equipment import storage
from vtwin.plant.family import Lowered, LoweredStep, Step
from vtwin.plant.quantities import Duration, within
from vtwin.testing.family import FamilyContract
from vtwin.testing.values import Slip, slips

CELL = Path(__file__).resolve().parents[2] / "scenarios" / "cells" / "storage" / "scenario.yaml"


class Careless(BaseModel):
    """A family's parameters as a beginner writes them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    time: float = Field(default=3.0)
    cost: Duration = Field(default=0.0, description="a word of the language")


class Nothing(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


SEEN = []


def _lower(name, params, steps):
    SEEN.append(name)
    return Lowered(tuple(LoweredStep(constant(len(SEEN))) for _ in steps))


class _Examined(FamilyContract):
    family = replace(
        storage.FAMILY,
        params=Careless,
        step=Nothing,
        lower=_lower,
        words=lambda name, params: {},
        loops=None,
        signals=tuple(replace(s, ko="") for s in storage.FAMILY.signals),
    )
    scenario = CELL
    params: ClassVar = {"time": 3.0}
    steps = (Step("a/b", None),)


@pytest.mark.parametrize(
    "question",
    [
        "parameters_when_unknown_then_refused",
        "parameters_when_listed_then_each_says_what_it_means",
        "parameters_when_the_language_has_the_word_then_it_is_not_theirs",
        "lowering_when_repeated_then_it_is_the_same",
        "lowering_when_done_then_nothing_outside_has_changed",
        "signals_when_listed_then_each_is_named_typed_and_explained",
    ],
)
def test_family_when_careless_then_the_exam_finds_it(question):
    with pytest.raises(AssertionError):
        getattr(_Examined(), f"test_{question}")()


class _Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    soak: Duration = 0.0
    heat: Annotated[float, within("temperature", "850 °C", "100 °C", "1250 °C")] | None = None
    name: str = "x"


class _Sloppy(BaseModel):
    soak: float = 0.0
    heat: str = ""


def test_slips_when_made_then_every_quantity_has_its_own_and_is_found_to_teach():
    found = list(slips(_Params))
    assert {slip.key for slip in found} == {"soak", "heat"}
    assert [slip.untold(_Params, {}) for slip in found] == [None] * len(found)


def test_slips_when_a_model_takes_or_hardly_explains_them_then_that_is_told():
    assert Slip("heat", "3 kg").untold(_Sloppy, {}) == "heat: 3 kg is taken"
    assert "refused with" in str(Slip("soak", "3 kg", names=("min",)).untold(_Sloppy, {}))
