"""Whatever is done to a scenario, it is checked without a traceback, and what is told has a
known code and a place.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtwin.base.errors import CODES, Refused
from vtwin.scenario import build, load, tree

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
WORDS = [
    "", "-", "0", "null", "[]", "{}", "3", "3 min", "-3", "true", "'x'", "a: 1", "[1, 2]", "{a: b}",
    "always", "1e3", "2018-01-01", "%", "#", "/", "unlimited", "9" * 25, "\t", ":", "\n", "&a", "*a",
    "{exponential: {mean: 0 s}}", "{empirical: {values: [1 s]}}", "0 s", "500 %", "extends: s.yaml",
]  # fmt: skip


@pytest.mark.parametrize("name", ["two_mill_cell", "cells/molding", "five_in_a_row"])
@settings(max_examples=25)
@given(data=st.data())
def test_scenario_when_spoiled_anyhow_then_problems_and_no_traceback(name, data, tmp_path_factory):
    text = (SCENARIOS / name / "scenario.yaml").read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text) - 1))
        length = data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(st.sampled_from(WORDS)) + text[start + length :]
    path = tmp_path_factory.mktemp("spoiled") / "s.yaml"
    path.write_text(text, encoding="utf-8")
    for problem in build.check(path):
        assert problem.code in CODES
        assert problem.where.file or problem.severity == "warning"


def _read(read, *arguments):
    """What is read and no problem, or nothing and what was refused."""
    try:
        return read(*arguments), ()
    except Refused as refused:
        return None, refused.problems


@given(text=st.text(max_size=200))
def test_text_when_arbitrary_then_a_tree_or_a_refusal(text):
    read, problems = _read(tree.parse, text, "x.yaml")
    assert all(problem.code in CODES for problem in problems)
    assert problems or isinstance(read[0].plain(), dict)


VALUES = st.recursive(
    st.text("abcdefgh ,:'\"#{}[]-", min_size=1, max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc.-", min_size=1, max_size=4), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(
    value=st.dictionaries(st.text("abcdef", min_size=1, max_size=4), VALUES, min_size=1, max_size=4)
)
def test_values_when_written_as_yaml_then_read_back_as_text(value):
    import yaml

    text = yaml.safe_dump(value, allow_unicode=True)
    root, problems = tree.parse(text, "x.yaml")
    assert problems == []
    assert root.plain() == value


@given(raw=st.binary(max_size=200))
def test_table_when_arbitrary_bytes_then_rows_or_a_refusal(raw, tmp_path_factory):
    from vtwin.scenario import tables

    path = tmp_path_factory.mktemp("bytes") / "o.csv"
    path.write_bytes(raw)
    table, problems = _read(tables.Data().table, path)
    assert all(problem.code in CODES for problem in problems)
    if table is not None:
        rows, problems = tables.orders(table)
        assert len(rows) <= len(table.rows)
        assert rows or problems


def test_scenario_when_loaded_then_its_lines_are_those_of_the_file():
    loaded = load.load(SCENARIOS / "three_in_a_row")
    cycle = loaded.tree.at(("equipment", "s3", "cycle"))
    assert (cycle.value, cycle.line) == ("55 s", 8)
    assert loaded.text.splitlines()[cycle.line - 1][cycle.column - 1 :].startswith("55 s")
    assert (cycle.key_line, cycle.key_column) == (8, 8)
