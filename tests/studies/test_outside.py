"""Searches from elsewhere: the same door, budget, selection and honesty as our own."""

import pytest

from vtwin.base.errors import Refused
from vtwin.cli import run as command
from vtwin.scenario import build, load, reallocating
from vtwin.studies import outside
from vtwin.studies.evaluator import Evaluator
from vtwin.studies.optimise import Optimiser, Wish
from vtwin.studies.outside import Door


# Two of the three stations are slow; places belong where the slow ones meet.
def plant(hours=25, most=6):
    """``most`` places in all; the fewer, the fewer designs there are."""
    return f"""\
vtwin: 1
name: places
run: {{horizon: {hours} h, warmup: 1 h, seed: 1}}
line: [a, b1, b, b2, c]
equipment:
  a: {{cycle: {{exponential: {{mean: 40 s}}}}}}
  b: {{cycle: {{exponential: {{mean: 60 s}}}}}}
  c: {{cycle: {{exponential: {{mean: 60 s}}}}}}
  b1: {{capacity: {most - 2}}}
  b2: {{capacity: 0}}
reallocate:
  range: {{equipment.b1.capacity: 0..{most}, equipment.b2.capacity: 0..{most}}}
  limit: {{equipment.b1.capacity + equipment.b2.capacity: <= {most}}}
"""


OTHERS = [name for name in outside.KNOWN if name != "neighbourhood"]


@pytest.fixture
def study(tmp_path):
    file = tmp_path / "plant.yaml"

    def made(name, budget=200, workers=None, **smaller):
        file.write_text(plant(**smaller), encoding="utf-8")
        loaded = load.load(file)
        real = reallocating.read(loaded)
        evaluator = Evaluator(
            lambda design: build.build(loaded, overrides=design.overrides),
            ("good_per_day",), 1, workers=workers,
        )  # fmt: skip
        wish = Wish(seed=1, budget=budget)
        return Optimiser(real, evaluator, wish, search=outside.search(name))

    return made


def places(row):
    written = row.design.overrides
    return tuple(int(written[f"equipment.{name}.capacity"]) for name in ("b1", "b2"))


@pytest.mark.parametrize("name", OTHERS)
def test_search_when_it_comes_from_elsewhere_then_a_good_design_within_budget(study, name):
    made = study(name)
    found = made.run()
    assert found.spent <= 200
    first, second = places(found.best)
    assert first + second <= 6
    assert second >= 2, "the places are worth most between the two slow stations"
    assert found.best.gain.low > 0
    assert "the chosen design is within" in found.sentence


@pytest.mark.parametrize("name", OTHERS)
def test_search_when_run_again_or_by_one_worker_then_the_same(study, name):
    # Equality asks for no long runs.
    first = study(name, 100, hours=5).run()
    second = study(name, 100, workers=1, hours=5).run()
    assert first.rows == second.rows
    assert first.spent == second.spent


@pytest.mark.parametrize("name", OTHERS)
def test_search_when_no_budget_ends_it_then_it_ends_by_itself(study, name):
    made = study(name, None, most=3)
    found = made.run()
    assert found.simulated <= 10  # all the designs there are: (4 * 5) / 2
    assert sum(places(found.best)) >= 2


def test_door_when_a_design_breaks_limits_then_by_how_much(study):
    door = Door.of(study("random"))
    assert door.violation(door.design([3, 3])) == 0.0
    assert door.violation(door.design([6, 3])) == pytest.approx(3 / 6)
    assert door.violation(door.design([6, 6])) == pytest.approx(6 / 6)
    assert door.positions(door.design([2, 5])) == [2, 5]


def test_search_when_unknown_or_not_installed_then_what_to_do(monkeypatch):
    with pytest.raises(Refused, match="neighbourhood, tpe, ga, de, random"):
        outside.search("annealing")
    monkeypatch.setattr(outside, "find_spec", lambda _: None)
    with pytest.raises(Refused, match=r"pip install 'vtwin\[optuna\]'"):
        outside.search("tpe")


def test_command_when_a_search_is_named_then_it_is_used(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plant.yaml").write_text(plant(), encoding="utf-8")
    words = ["optimise", "plant.yaml", "--budget", "80", "--no-store", "--search"]
    assert command([*words, "random"]) == 0
    assert command([*words, "annealing"]) == 1
    assert "V586" in capsys.readouterr().err
