"""Comparisons and explanations through the app."""

import json

import pytest

from tests.app.made import line
from vtwin.app import studies


@pytest.fixture(scope="module")
def study(plant):
    words = pytest.MonkeyPatch()
    words.setattr(studies, "changed", lambda a, b: ("changed",))
    yield studies.compare_plants(
        {"baseline": plant, "faster": line(cycle_s=45.0), "same": line()},
        replications=4,
        store=False,
    )
    words.undo()


def test_comparison_when_one_is_better_and_one_the_same_then_the_verdict_says_both(study):
    verdict = study.comparison.verdict
    assert verdict.outcomes["faster"].call == "better"
    assert verdict.outcomes["same"].identical
    assert "faster makes" in verdict.sentence()
    assert "same cannot be told from the baseline" in verdict.sentence()


def test_comparison_when_told_as_json_then_it_has_verdict_changes_and_results(study):
    answer = json.loads(json.dumps(study.to_json(), allow_nan=False))
    assert answer["verdict"]["sentence"] == study.comparison.verdict.sentence()
    assert answer["changes"] == {"faster": ["changed"], "same": ["changed"]}
    assert answer["results"].keys() == {"baseline", "faster", "same"}
    assert answer["interrupted"] is False


def test_explanation_when_a_station_is_slow_then_it_is_named_proved_and_its_losses_sum_to_one(
    plant, result
):
    explained = studies.explain_run(plant, result)
    assert explained.constraint in {"m0", "m1", "m2"}
    assert sum(share for _, share in explained.lost) == pytest.approx(1)
    assert len(explained.gains) == 3
    assert (
        json.loads(json.dumps(explained.to_json(), allow_nan=False))["proof"]["goal"]
        == "good_per_day"
    )


def test_explanation_when_cancelled_then_it_comes_without_the_proof(plant, result):
    explained = studies.explain_run(plant, result, cancelled=lambda: True)
    assert explained.proof is None
    assert explained.conclusion == ""
    assert explained.lost


def test_comparison_when_cancelled_in_the_last_plant_then_those_before_are_compared(
    plant, monkeypatch
):
    monkeypatch.setattr(studies, "changed", lambda a, b: ())
    seen = []
    study = studies.compare_plants(
        {"baseline": plant, "faster": line(cycle_s=45.0), "never": line(cycle_s=30.0)},
        replications=2,
        store=False,
        progress=lambda label, share: seen.append(label),
        cancelled=lambda: "never" in seen,
    )
    assert study.interrupted
    assert list(study.results) == ["baseline", "faster"]


def test_comparison_when_cancelled_in_the_first_plant_then_keyboard_interrupt(plant):
    with pytest.raises(KeyboardInterrupt):
        studies.compare_plants(
            {"baseline": plant, "same": line()}, replications=2, store=False, cancelled=lambda: True
        )
