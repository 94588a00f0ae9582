import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtwin.base.errors import Refused
from vtwin.plant.nc.clock import Drives, program_time, trapezoid
from vtwin.plant.nc.path import Frame
from vtwin.plant.nc.program import Source

HOME = Frame(home=(0.0, 0.0, 0.0))
#: Without anything that lasts but strokes: 500 mm/s in X and Y, 250 in Z, 1 m/s2 everywhere.
PLAIN = Drives(
    rapid=(500.0, 500.0, 250.0), acceleration=(1000.0, 1000.0, 1000.0), cut_acceleration=1000.0,
    corner=0.0,
)  # fmt: skip


def _time(text, drives=PLAIN, frame=HOME):
    return program_time(Source("op.nc", text), frame, drives)


def test_rapid_when_long_and_short_then_trapezoid_and_triangle():
    # 500 mm at 500 mm/s with 1 m/s2: 1 s and 0.5 s for the ramps; 40 mm: 2 sqrt(40 / 1000)
    assert _time("G0X500.").rapid == pytest.approx(1.5)
    assert _time("G0X40.").rapid == pytest.approx(0.4)


def test_rapid_when_diagonal_then_no_axis_is_faster_than_it_can():
    # X and Y together: sqrt(2) x 500 mm/s over sqrt(2) x 500 mm
    assert _time("G0X500.Y500.").rapid == pytest.approx(1.5)
    # Z is slower: 500 mm at 250 mm/s, X goes with it
    assert _time("G0X500.Z500.").rapid == pytest.approx(2.25)


def test_rapid_when_the_knob_stands_at_half_then_the_top_speed_is_half():
    half = replace(PLAIN, rapid_override=0.5)
    assert _time("G0X500.", half).rapid == pytest.approx(500 / 250 + 0.25)


def test_cut_when_the_feed_knob_stands_at_half_then_the_feed_is_half():
    half = replace(PLAIN, feed_override=0.5)
    assert _time("G1X100.F3000.", half).cutting == pytest.approx(100 / 25 + 0.025)


def test_cut_when_straight_on_then_blocks_are_run_through_without_a_stop():
    one, ten = _time("G1X100.F3000."), _time("G91G1F3000." + "\nX10." * 10)
    assert one.cutting == pytest.approx(100 / 50 + 0.05)
    assert ten.cutting == pytest.approx(one.cutting)


def test_corner_when_square_and_no_tolerance_then_the_tool_stops_in_it():
    assert _time("G1X100.F3000.\nY100.").cutting == pytest.approx(2 * (2 + 0.05))


def test_corner_when_a_tolerance_is_allowed_then_it_is_an_arc_that_misses_it_by_that():
    # sin 45° / (1 - sin 45°) x 0.1 mm = 0.2414 mm; v = sqrt(1000 x 0.2414) = 15.54 mm/s
    loose = replace(PLAIN, corner=0.1)
    speed = math.sqrt(1000 * 0.1 * math.sqrt(0.5) / (1 - math.sqrt(0.5)))
    side = 100 / 50 + (50 / 2) / 1000 + (50 - speed) ** 2 / 2 / 1000 / 50
    assert _time("G1X100.F3000.\nY100.", loose).cutting == pytest.approx(2 * side)


def test_arc_when_tight_then_as_fast_as_the_acceleration_keeps_it_on():
    # v = sqrt(1000 x 2.5) = 50 mm/s and not the 100 mm/s of the feed
    assert _time("G3I2.5F6000.").cutting == pytest.approx(5 * math.pi / 50 + 0.05)


def test_exact_stop_when_asked_for_then_every_block_ends_at_a_stand():
    through, stopping = _time("G1X10.F600.\nX20."), _time("G61G1X10.F600.\nX20.")
    assert stopping.cutting - through.cutting == pytest.approx(0.01)


def test_block_when_very_short_then_it_takes_at_least_what_the_control_needs():
    slow = replace(PLAIN, block=0.01)
    tiny = "G91G1F6000." + "\nX0.01" * 100
    assert _time(tiny, slow).cutting == pytest.approx(1.0)


def test_settling_when_given_then_it_comes_with_every_stand():
    settling = replace(PLAIN, settle=0.1)
    text = "G0X10.\nG0X20.\nG1X30.F600.\nX40.\nG0X0."
    assert _time(text, settling).total - _time(text).total == pytest.approx(4 * 0.1)


def test_tools_when_changed_then_their_time_and_cutting_is_counted_by_tool():
    drives = replace(PLAIN, tool_change=4.0, spindle_start=2.0, spindle_top=10_000.0)
    made = _time("T1M6\nS5000M3\nG1X100.F3000.\nM5\nT7M6\nS10000M3\nX200.\nM5", drives)
    assert made.tool_change == pytest.approx(8.0)
    assert made.changes == 2
    assert made.spindle == pytest.approx(1 + 1 + 2 + 2)
    assert made.by_tool == pytest.approx({1: 2.05, 7: 2.05})
    assert made.total == pytest.approx(8 + 6 + 4.1)


def test_spindle_when_started_with_a_stroke_then_only_what_outlasts_it_counts():
    drives = replace(PLAIN, spindle_start=2.0, spindle_top=10_000.0)
    assert _time("G0X500.S10000M3\nG1X510.F600.", drives).spindle == pytest.approx(0.5)
    assert _time("G0X500.S5000M3\nG1X510.F600.", drives).spindle == 0


def test_spindle_when_asked_for_more_than_it_has_then_it_runs_up_to_what_it_has():
    drives = replace(PLAIN, spindle_start=2.0, spindle_top=10_000.0)
    assert _time("S90000M3", drives).spindle == pytest.approx(2)
    # constant surface speed in the centre of a lathe, and no limit
    assert _time("G96S100M3", drives).spindle == pytest.approx(2)


#: Words of programs, whole ones and nonsense.
WORDS = (
    *("G0", "G1", "G2", "G3", "G4", "G10", "G17", "G18", "G19", "G20", "G21", "G28", "G53", "G61"),
    *("G73", "G80", "G81", "G83", "G84", "G90", "G91", "G92", "G93", "G94", "G95", "G96", "G98"),
    *(
        "G99",
        "M3",
        "M5",
        "M6",
        "M8",
        "M30",
        "M98",
        "M99",
        "X1.",
        "X-3",
        "Y2.5",
        "Z-1",
        "R1",
        "R-2.",
    ),
    *("I1", "J0", "K2", "F100", "F0", "S1000", "S0", "P100", "P1", "Q1.", "Q0", "L2", "A90", "O1"),
)


@given(
    lines=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), max_size=12),
    lathe=st.booleans(),
)
def test_program_when_it_is_any_heap_of_words_then_it_has_a_time_or_is_refused(lines, lathe):
    text = "G1F100\n" + "\n".join(" ".join(line) for line in lines)
    problems, total = (), 0.0
    try:
        total = _time(text, frame=replace(HOME, lathe=lathe)).total
    except Refused as refused:
        problems = refused.problems
    assert all(problem.code.startswith("V7") and problem.where.line for problem in problems)
    assert math.isfinite(total)
    assert total >= 0


def test_codes_and_dwells_when_written_then_they_take_their_time():
    drives = replace(PLAIN, codes=(("M8", 1.5),), start=3.0)
    frame = replace(HOME, codes=frozenset({"M8"}))
    made = _time("M8\nG4P500\nM9", drives, frame)
    assert (made.dwell, made.other) == (0.5, 4.5)


def test_rotary_axis_when_turned_then_the_slower_of_both_counts():
    turning = replace(PLAIN, rotary=90.0)
    assert _time("G0A180.", turning).rapid == pytest.approx(2)
    assert _time("G0X500.A45.", turning).rapid == pytest.approx(1.5)


@given(
    length=st.floats(0.01, 1000), top=st.floats(1, 500), rate=st.floats(100, 10_000),
    parts=st.integers(1, 20),
)  # fmt: skip
def test_line_when_cut_in_pieces_then_it_takes_the_same(length, top, rate, parts):
    drives = replace(PLAIN, cut_acceleration=rate)
    steps = [f"X{length * n / parts:.6f}" for n in range(1, parts + 1)]
    pieces = _time(f"G1F{top * 60:.6f}\n" + "\n".join(steps), drives).cutting
    expected = trapezoid(length, 0.0, 0.0, top, rate)
    assert pieces == pytest.approx(expected, rel=1e-3, abs=1e-4)


@given(
    points=st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=2, max_size=12),
    feed=st.floats(100, 6000), corner=st.floats(0, 0.5),
)  # fmt: skip
def test_path_when_followed_then_never_faster_than_its_feed_nor_slower_than_stop_and_go(
    points, feed, corner
):
    text = f"G1F{feed:.3f}\n" + "\n".join(f"X{x:.3f}Y{y:.3f}" for x, y in points)
    made = _time(text, replace(PLAIN, corner=corner)).cutting
    stop_and_go = _time("G61" + text).cutting
    places = [(0.0, 0.0), *((round(x, 3), round(y, 3)) for x, y in points)]
    way = sum(math.dist(a, b) for a, b in pairwise(places))
    assert way / (feed / 60) <= made * (1 + 1e-9) + 1e-9
    assert made <= stop_and_go * (1 + 1e-9) + 1e-9
