"""How figures are said: rounded to what they can bear, in a unit a person would use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtwin.app import wording


@pytest.mark.parametrize(
    ("mean", "half_width", "unit", "said"),
    [
        (448.231, 5.1234, "1/d", ("448.2", "± 5.1", "/d")),
        (12345.6, 210.9, "1/d", ("12,346", "± 211", "/d")),
        (7_200.0, 360.0, "s", ("2.00", "± 0.10", "h")),
        (200_000.0, 86_400.0, "s", ("2.3", "± 1.0", "d")),
        (0.71234, 0.0123, "share", ("71.2", "± 1.2", "%")),
        (0.0102, 0.00009, "kWh", ("10.200", "± 0.090", "Wh")),
        (3.0, None, "pieces", ("3", "", "pieces")),
        (3.14159, None, "pieces", ("3.142", "", "pieces")),
        (0.0, 0.0, "share", ("0", "± 0", "%")),
        (198_720.0, 0.0, "s", ("2.300", "± 0", "d")),
        (None, None, "s", ("–", "", "")),
    ],
)
def test_figure_when_split_then_digits_follow_its_interval(mean, half_width, unit, said):
    assert wording.split(mean, half_width, unit) == said


def test_difference_when_said_with_sign_then_plus_and_a_true_minus():
    up = {"mean": 4.1, "half_width": 1.2, "unit": "1/h"}
    assert wording.said(up, sign=True) == "+4.1 ± 1.2 /h"
    assert wording.said(up | {"mean": -4.1}, sign=True) == "−4.1 ± 1.2 /h"


@given(st.floats(-1e5, 1e5), st.floats(1e-6, 1e6))
def test_rounded_figure_when_read_back_then_it_is_within_a_tenth_of_its_half_width(mean, half):
    value, margin, _ = wording.split(mean, half, "pieces")
    assert abs(float(value.replace(",", "")) - mean) <= 0.0501 * half + 5e-7
    assert float(margin.replace(",", "").removeprefix("± ")) == pytest.approx(
        half, rel=0.051, abs=6e-7
    )


@pytest.mark.parametrize(("share", "said"), [(0.0, "·"), (0.001, "<1"), (0.5, "50"), (1.0, "100")])
def test_share_when_tiny_then_it_is_not_said_to_be_nothing(share, said):
    assert wording.percent(share) == said


def test_states_when_listed_then_each_machine_state_has_a_word():
    from vtwin.plant.primitives import MachineState

    assert list(wording.STATES) == [state.name.lower() for state in MachineState]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (86_400, "1 d"),
        (110 * 3600, "110 h"),
        (20 * 86_400, "20 d"),
        (5400, "1.5 h"),
        (90, "1.5 min"),
        (0, "0 s"),
        (1234.5678, "20.58 min"),
    ],
)
def test_duration_when_said_then_in_the_longest_unit_that_says_it_shortly(seconds, said):
    assert wording.duration(seconds) == said


def test_half_width_when_it_is_only_rounding_then_it_asks_for_no_digits():
    assert wording.split(3548.387, 1e-12, "1/d") == ("3,548", "± 0", "/d")
