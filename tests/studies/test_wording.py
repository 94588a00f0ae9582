"""The verdict in words."""

import pytest

from vtwin.results.statistics import Interval
from vtwin.studies.compare import Difference, Verdict
from vtwin.studies.wording import amount, together


def _difference(kpi, mean, half, call, unit="1/d", **given):
    side = Interval(100.0, 1.0, unit)
    return Difference(kpi, unit, "higher", side, side, Interval(mean, half, unit), call, **given)


def _verdict(**outcomes):
    return Verdict("good_per_day", "", "base", 0.95, 20, outcomes, None, tuple(outcomes))


def test_sentence_when_one_is_better_and_one_cannot_be_told_then_both_are_said():
    verdict = _verdict(
        C=_difference("good_per_day", 0.4, 1.0, "cannot_tell", more=18),
        B=_difference("good_per_day", 4.1, 1.2, "better"),
    )
    assert verdict.sentence() == (
        "B makes 4.1 ± 1.2 more good parts per day; "
        "C cannot be told from the baseline, about 18 more replications needed."
    )


def test_intervals_when_they_hold_for_several_together_then_it_is_said_why_they_are_wider():
    one = _difference("good_per_day", 4.1, 1.2, "better")
    assert together(_verdict(B=one)) == ""
    assert "both together with 95 %" in together(_verdict(B=one, C=one))
    assert "all 3 together with 95 %" in together(_verdict(B=one, C=one, D=one))


def test_sentence_when_the_same_cannot_be_told_of_several_then_it_is_said_once():
    one = _difference("good_per_day", 1.0, None, "cannot_tell")
    assert _verdict(A=one, B=one, C=one).sentence() == (
        "A, B and C cannot be told from the baseline with one replication; run at least 5."
    )


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (_difference("good_per_day", -31.0, 4.0, "worse"), "makes 31.0 ± 4.0 fewer good parts"),
        (_difference("on_time", 0.052, 0.01, "better", "share"), "5.2 ± 1.0 percentage points more"),
        (_difference("lead_time_s", -9000.0, 1800.0, "better", "s"), "2.50 ± 0.50 h less lead time"),
        (_difference("unit_cost", 12.0, 3.0, "worse", "KRW"), "12.0 ± 3.0 KRW more cost per good"),
        (_difference("wip", -4.0, 0.5, "better", "pieces"), "4.00 ± 0.50 pieces less work in process"),
    ],
)  # fmt: skip
def test_clause_when_the_goal_differs_then_it_is_said_in_its_own_unit(one, said):
    assert said in _verdict(B=one).sentence()


@pytest.mark.parametrize(
    ("mean", "half", "said"),
    [(4.123, 1.234, "4.1 ± 1.2"), (1234.5, 56.7, "1,234 ± 57"), (0.01234, 0.00056, "0.01234 ± 0.00056"),
     (5.0, 0.0, "5 ± 0"), (3548.387097, 1e-12, "3,548 ± 0"), (-3.0, 0.5, "3.00 ± 0.50")],
)  # fmt: skip
def test_amount_then_two_digits_of_the_half_width_are_shown(mean, half, said):
    assert amount(Interval(mean, half, "")) == said
