import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtwin.base.errors import Refused
from vtwin.plant.nc.path import Frame, Pause, Stroke, path
from vtwin.plant.nc.program import Source

HOME = Frame(home=(0.0, 0.0, 100.0))


def _deeds(text, frame=HOME):
    return path(Source("op.nc", text), frame)


def _strokes(text, frame=HOME):
    return [deed for deed in _deeds(text, frame) if isinstance(deed, Stroke)]


def _problem(text, frame=HOME):
    with pytest.raises(Refused) as refused:
        _deeds(text, frame)
    (problem,) = refused.value.problems
    return problem.where.line, problem.code, problem.what


def test_words_when_modal_then_they_stay_until_changed():
    first, second, third = _strokes("G21G90G1F600.Z100.\nX10.\nY5.\nG91X-10.F1200.")
    assert first.delta == (10, 0, 0)
    assert second.delta == (0, 5, 0)
    assert third.delta == (-10, 0, 0)
    assert [stroke.feed for stroke in (first, second, third)] == [10, 10, 20]


def test_units_when_inches_then_lengths_and_feeds_are_so():
    (stroke,) = _strokes("G20G1X1.F60.")
    assert stroke.length == pytest.approx(25.4)
    assert stroke.feed == pytest.approx(25.4)


def test_feed_when_per_revolution_or_inverse_time_then_mm_per_second_follow():
    turn, inverse = _strokes("G95S1200M3\nG1X12.F0.1\nG93X24.F6.")
    assert turn.feed == pytest.approx(0.1 * 1200 / 60)
    assert inverse.feed == pytest.approx(12 * 6 / 60)  # six of these in a minute


def test_arc_when_a_quarter_then_its_length_and_directions_are_those_of_the_circle():
    quarter, back = _strokes("G1Z100.F600.\nG3X10.Y10.I0.J10.\nG2X0.Y0.R10.")
    assert quarter.length == pytest.approx(5 * math.pi)
    assert quarter.begin == pytest.approx((1, 0, 0))
    assert quarter.end == pytest.approx((0, 1, 0))
    assert quarter.radius == pytest.approx(10)
    assert back.length == pytest.approx(5 * math.pi)
    assert back.begin == pytest.approx((0, -1, 0))


def test_arc_when_radius_is_negative_then_the_longer_way():
    (stroke,) = _strokes("G3X10.Y10.R-10.F600.")
    assert stroke.length == pytest.approx(15 * math.pi)


def test_circle_when_it_ends_where_it_began_then_it_is_whole_and_a_helix_longer():
    flat, helix = _strokes("G3I5.F600.\nG3I5.Z94.")
    assert flat.length == pytest.approx(10 * math.pi)
    assert helix.length == pytest.approx(math.hypot(10 * math.pi, 6))
    assert helix.delta == (0, 0, -6)
    assert helix.radius > 5


def test_plane_when_another_then_arcs_lie_in_it():
    (stroke,) = _strokes("G18G3X10.Z110.I10.K0.F600.")
    assert stroke.length == pytest.approx(5 * math.pi)
    assert stroke.begin == pytest.approx((0, 0, 1))


@given(
    start=st.floats(0, math.tau), turn=st.floats(0.01, 6.2), radius=st.floats(1, 500),
    left=st.booleans(),
)  # fmt: skip
def test_arc_when_its_centre_or_its_radius_is_given_then_it_is_the_same(start, turn, radius, left):
    over = start + (turn if left else -turn)
    here = (radius * math.cos(start), radius * math.sin(start))
    there = (radius * math.cos(over), radius * math.sin(over))
    code = "G3" if left else "G2"
    begin = f"G1F600.X{here[0]:.9f}Y{here[1]:.9f}\n{code}X{there[0]:.9f}Y{there[1]:.9f}"
    by_centre = _strokes(f"{begin}I{-here[0]:.9f}J{-here[1]:.9f}")[-1]
    assert by_centre.length == pytest.approx(radius * turn, rel=1e-5)
    if abs(turn - math.pi) > 0.01:  # half circles have two centres of the same radius
        by_radius = _strokes(f"{begin}R{radius if turn < math.pi else -radius:.9f}")[-1]
        assert by_radius.length == pytest.approx(by_centre.length, rel=1e-4)


def test_drilling_when_three_holes_then_each_is_fed_once_and_left_in_rapid():
    made = _strokes("G0X0.Y0.Z20.\nG99G81X10.Y0.Z-5.R2.F60.\nX20.\nX30.\nG80\nX40.")
    fed = [stroke for stroke in made if stroke.feed > 0]
    assert [stroke.delta[2] for stroke in fed] == [-7, -7, -7]
    assert [stroke.delta for stroke in made[2:6]] == [
        (0, 0, -18),
        (0, 0, -7),
        (0, 0, 7),
        (10, 0, 0),
    ]
    assert made[-1].delta == (10, 0, 0)  # G80: no hole any more


def test_drilling_when_back_to_the_start_level_then_every_hole_begins_there():
    made = _strokes("G0X0.Y0.Z20.\nG98G81X10.Y0.Z-5.R2.F60.\nX20.")
    assert [stroke.delta[2] for stroke in made[1:]] == [0, -18, -7, 7, 18, 0, -18, -7, 7, 18]


def test_pecking_when_six_deep_in_pecks_of_two_then_three_pecks_out_of_the_hole():
    made = _strokes("G0X0.Y0.Z10.\nG99G83Z-6.R0.Q2.F60.X0.")
    fed = [stroke.delta[2] for stroke in made if stroke.feed > 0]
    assert fed == pytest.approx([-2, -2.5, -2.5])  # each begins half a mm above the last
    chip = _strokes("G0X0.Y0.Z10.\nG99G73Z-6.R0.Q2.F60.X0.")
    assert sum(abs(s.delta[2]) for s in chip) < sum(abs(s.delta[2]) for s in made)


def test_cycle_when_it_taps_or_dwells_then_back_at_feed_and_with_its_pause():
    deeds = _deeds("G0X0.Y0.Z10.\nG99G84Z-6.R0.F60.X0.\nG82Z-6.R0.P500X5.")
    fed = [deed.delta[2] for deed in deeds if isinstance(deed, Stroke) and deed.feed > 0]
    assert fed == [-6, 6, -6]
    assert [deed.value for deed in deeds if isinstance(deed, Pause)] == [0.5]


def test_dwell_when_whole_then_ms_and_with_a_point_then_seconds():
    pauses = _deeds("G4P1500\nG4P1.5\nG4X2.")
    assert [pause.value for pause in pauses] == [1.5, 1.5, 2.0]


def test_reference_when_sought_then_the_tool_goes_home_and_is_changed_there():
    deeds = _deeds("G0Z5.\nG91G28Z0.\nT3M6\nG90G0Z5.")
    assert [deed.delta[2] for deed in deeds if isinstance(deed, Stroke)] == [-95, 95, -95]
    assert [deed.value for deed in deeds if isinstance(deed, Pause)] == [3]


def test_subprogram_when_called_three_times_then_its_strokes_are_there_three_times():
    text = "O1\nG91G1F600.\nM98 P1000 L3\nM98 P21000\nM30\nO1000\nX1.\nM99"
    assert len(_strokes(text)) == 5  # P21000: O1000 twice, as older controls write it


def test_lathe_when_x_is_a_diameter_then_the_tool_goes_half_of_it():
    lathe = Frame(home=(0, 0, 0), lathe=True)
    deeds = _deeds("T0101\nG50S3000\nG96S120M3\nG0X40.Z2.\nG95G1Z-10.F0.2\nU4.", lathe)
    strokes = [deed for deed in deeds if isinstance(deed, Stroke)]
    assert strokes[0].delta == (20, 0, 2)
    assert strokes[1].feed == pytest.approx(0.2 * 120_000 / (math.pi * 40) / 60)
    assert strokes[2].delta == (2, 0, 0)
    assert next(deed.value for deed in deeds if isinstance(deed, Pause)) == 1


def test_codes_when_the_machine_says_their_time_then_they_are_pauses():
    frame = Frame(codes=frozenset({"M130", "G187"}))
    assert [deed.name for deed in _deeds("G187 M130", frame)] == ["G187", "M130"]


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("G187", "V709", "G187 is not followed"),
        ("G68 X0. Y0. R45.", "V709", "G68 is not followed"),
        ("M130", "V709", "M130 is not known"),
        ("G1 X5.", "V710", "before any feed"),
        ("G1 A90. F100.", "V710", "rotary axis moves at feed rate"),
        ("G2 X5. F100.", "V710", "neither centre nor radius"),
        ("G2 X5. I40. F100.", "V710", "from its centre"),
        ("G2 X5. R1. F100.", "V710", "R 1 mm between ends 5.000 mm apart"),
        ("G81 Z-5. X1. F100.", "V710", "the cycle G81 has no R"),
        ("G83 Z-5. R1. X1. F100.", "V710", "needs its peck Q"),
        ("G95 G1 X1. F0.1", "V710", "the spindle has no speed"),
        ("M98 P77", "V711", "no subprogram O77"),
    ],
)
def test_block_when_it_cannot_be_followed_then_its_line_is_told(line, code, told):
    number, found, what = _problem(f"G21\n{line}\nM30")
    assert (number, found) == (2, code)
    assert told in what


def test_subprogram_when_it_calls_itself_then_refused_and_not_run_for_ever():
    assert _problem("O1\nM98P1\nM30")[1] == "V711"


@pytest.mark.parametrize("hole", ["G81Z-1.R1.F100.L90000000", "G83Z-9999.R1.Q1.F100.L90000000"])
def test_cycle_when_repeated_beyond_reason_then_refused_and_not_run_for_ever(hole, monkeypatch):
    monkeypatch.setattr("vtwin.plant.nc.path.MOST_BLOCKS", 1000)
    assert _problem(f"G91\n{hole}X1.\nM30")[:2] == (3, "V711")


def test_faults_when_in_a_repeated_subprogram_then_told_once():
    assert _problem("O1\nM98P1000L50\nM30\nO1000\nG187\nM99")[:2] == (5, "V709")
