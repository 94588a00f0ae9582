import pytest

from vtwin.base.errors import Refused
from vtwin.plant.nc.program import Source, blocks


def _read(text):
    return blocks(Source("op.nc", text)).blocks


def _problems(text):
    with pytest.raises(Refused) as refused:
        _read(text)
    return [(p.where.line, p.code, p.what) for p in refused.value.problems]


def test_block_when_written_tight_or_wide_then_it_is_the_same():
    tight, wide, small = _read(
        "%\nN10G1X1.5Y-.5F200\nN20 G01 X 1.5 Y-0.50 F200.\ng1x1.5y-.5f200\n%"
    )
    assert tight.codes == wide.codes == small.codes == (10,)
    assert tight.values == wide.values == small.values == {"X": 1.5, "Y": -0.5, "F": 200.0}
    assert (tight.line, wide.line, small.line) == (2, 3, 4)
    assert tight.whole == {"F"}
    assert not wide.whole


def test_comments_when_written_in_any_way_then_they_are_no_words():
    text = "O0001 (PART (A), 1/2 MILL)\n(only this)\nG54.1 P2 ; the rest\r\n/M8\nG0 (here) X1.\n"
    found = _read(text.replace("(A)", "A"))
    assert [block.codes or block.misc for block in found] == [(541,), (80,), (0,)]


def test_programs_when_several_are_in_a_file_then_each_begins_where_it_is_named():
    read = blocks(Source("op.nc", "O1\nM98 P1000\nM30\nO1000\nG1X1.F1.\nM99"))
    assert read.starts == {1: 0, 1000: 2}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("G1 X1,5", "',5' is no word"),
        ("G1 X#100", "variables and jumps"),
        ("IF [#1 GT 2] GOTO 10", "variables and jumps"),
        ("G1 X1. X2.", "the word X is twice"),
        ("G1 (never ends", "not closed"),
        ("G1 X", "'X' is no word"),
        ("hello", "'HELLO' is no word"),
        ("G1 X1e9", "'E9' is no word"),
        ("G1 X" + "9" * 400, "beyond any machine"),
    ],
)
def test_line_when_it_cannot_be_read_then_it_is_named(line, told):
    ((number, code, what),) = _problems(f"G21\n{line}\nM30")
    assert (number, code) == (2, "V708")
    assert told in what


def test_text_when_it_has_no_block_then_refused():
    assert _problems("%\n(nothing)\n%") == [(1, "V708", "the program has no block")]


def test_problems_when_there_are_many_then_twenty_are_told_and_the_rest_counted():
    told = _problems("\n".join(["nonsense"] * 1000))
    assert len(told) == 20
    assert "and 980 more" in told[-1][2]
