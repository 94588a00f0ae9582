"""Factors of experiments: what is read, and what is refused with its reason."""

import pytest

from vtwin.base.errors import Refused
from vtwin.scenario import experiments
from vtwin.scenario.build import check
from vtwin.scenario.load import load
from vtwin.scenario.questions import ExperimentEntry

PLANT = """\
vtwin: 1
name: small
run: {horizon: 20 h}
line: [a, b1, b]
equipment:
  a: {cycle: {exponential: {mean: 1 min}}}
  b: {cycle: 55 s}
  b1: {capacity: 5}
"""


@pytest.fixture
def plant(tmp_path):
    def made(tail=""):
        file = tmp_path / "plant.yaml"
        file.write_text(PLANT + tail, encoding="utf-8")
        return file

    return made


def factor(file, said, design="full"):
    return experiments.spoken(load(file), [said], ExperimentEntry(design=design)).factors[0]


@pytest.mark.parametrize(
    ("said", "levels", "numbers", "span"),
    [
        ("equipment.b1.capacity=2..5", ("2", "3", "4", "5"), (2, 3, 4, 5), (2, 5, "", True)),
        ("equipment.b1.capacity=10..30 by 10", ("10", "20", "30"), (10, 20, 30), None),
        ("equipment.b1.capacity=9,1,5", ("1", "5", "9"), (1, 5, 9), None),
        ("equipment.b.cycle=30 s..2 min", ("30 s", "120 s"), (30, 120), (30, 120, "s", False)),
        ("equipment.b.cycle=1 min..2 min by 30 s", ("1 min", "1.5 min", "2 min"), (60, 90, 120), None),
        ("equipment.b.cycle=90 s,1 min", ("1 min", "90 s"), (60, 90), None),
    ],
)  # fmt: skip
def test_range_when_written_then_levels_in_order(plant, said, levels, numbers, span):
    found = factor(plant(), said)
    assert found.levels == levels
    assert found.numbers == pytest.approx(numbers)
    shown = None if found.span is None else (
        found.span.low, found.span.high, found.span.unit, found.span.whole
    )  # fmt: skip
    assert shown == span


def test_span_when_written_then_numbers_with_their_unit(plant):
    span = factor(plant(), "equipment.b.cycle=30 s..90 s").span
    assert [span.written(share) for share in (0, 0.5, 1)] == ["30 s", "60 s", "90 s"]
    whole = factor(plant(), "equipment.b1.capacity=2..5").span
    assert [whole.written(share) for share in (0, 0.26, 0.5, 0.99)] == ["2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("equipment.b9.capacity=1..2", "there is no 'b9'"),
        ("equipment.b1.capacity=5..2", "runs backwards"),
        ("equipment.b1.capacity=5", "one level of"),
        ("equipment.b1.capacity=1..100000", "cannot be stepped through"),
        ("equipment.b.cycle=30 s..5", "is no range"),
        ("equipment.b.cycle=30 kg..40 kg", "kg"),
        ("equipment.b1.capacity", "has no range"),
        ("equipment.b1.capasity=1..2", "capasity"),
    ],
)
def test_range_when_wrong_then_the_reason(plant, said, told):
    with pytest.raises(Refused) as refused:
        factor(plant(), said)
    (problem,) = refused.value.problems
    assert problem.code == "V398"
    assert told in str(problem)
    assert problem.hint


@pytest.mark.parametrize(
    ("path", "levels"),
    [
        ("equipment.b1.capacity", ("4", "6")),
        ("equipment.b.cycle", ("49.5 s", "60.5 s")),
        ("equipment.a.cycle.exponential.mean", ("0.9 min", "1.1 min")),
        ("equipment.a.count", ("1", "2")),
    ],
)
def test_small_change_when_asked_for_then_around_today(plant, path, levels):
    assert factor(plant(), path, "sensitivity").levels == levels


def test_small_change_when_of_a_distribution_then_names_what_is_in_it(plant):
    with pytest.raises(Refused, match=r"equipment\.a\.cycle\.exponential"):
        factor(plant(), "equipment.a.cycle", "sensitivity")


def test_section_when_wrong_then_every_problem_with_its_line(plant):
    file = plant(
        "experiments:\n"
        "  one:\n"
        "    vary: {equipment.b1.capacity: 2..1, equipment.c.cycle: [1 s, 2 s]}\n"
        "    figures: [good_per_dai]\n"
        "  two: {}\n"
    )
    told = [str(p) for p in check(file)]
    assert [text.split("  ")[1] for text in told] == ["V398", "V398", "V394", "V397"]
    assert f"{file}:11:12" in told[0]
    assert "good_per_day" in told[2]
    assert "nothing is varied" in told[3]


def test_section_when_right_then_read_and_no_part_of_the_plant(plant):
    from vtwin.scenario.build import build

    bare = build(load(plant())).hash
    file = plant(
        "experiments: {e: {vary: {equipment.b1.capacity: 0..3}, design: sobol, points: 8}}\n"
    )
    assert check(file) == []
    assert build(load(file)).hash == bare
    found = experiments.read(load(file), "e")
    assert (found.entry.design, found.entry.points) == ("sobol", 8)


def test_experiment_when_its_name_is_misspelt_then_the_nearest(plant):
    file = plant("experiments: {places: {vary: {equipment.b1.capacity: 0..3}}}\n")
    with pytest.raises(Refused, match="places"):
        experiments.read(load(file), "plaecs")
