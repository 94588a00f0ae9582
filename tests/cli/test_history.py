"""From a plant's records to a judged twin, at the command line."""

import json
import os
from pathlib import Path

import pytest

from vtwin import cli

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT.parent / "shared" / "data" / "injection_plant"


@pytest.fixture(scope="module")
def records() -> Path:
    """The raw records beside the clone."""
    if not RECORDS.is_dir():
        reason = f"no plant records at {RECORDS}"
        return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return RECORDS


@pytest.mark.records
@pytest.mark.slow
def test_records_when_learned_then_the_twin_is_in_order_and_can_be_judged(
    records, tmp_path, capsys
):
    mapping = ROOT / "scenarios" / "injection_plant" / "mapping.yaml"
    out = tmp_path / "twin"
    words = [
        "learn",
        str(records),
        "--map",
        str(mapping),
        "--out",
        str(out),
        "--until",
        "2018-12-01",
    ]
    assert cli.run([*words, "--json", str(tmp_path / "learned.json")]) == 0, capsys.readouterr().err
    assert "Data quality" in capsys.readouterr().out
    learned = json.loads((tmp_path / "learned.json").read_text(encoding="utf-8"))
    assert learned["records"] > 600
    assert cli.run(["check", str(out)]) == 0
    assert cli.run(["validate", str(out), "-n", "2", "--json", str(tmp_path / "judged.json")]) == 0
    told = capsys.readouterr().out
    assert "naive" in told
    assert "Completion dates" in told


def test_learn_when_there_are_no_records_then_it_says_so_and_writes_nothing(tmp_path, capsys):
    mapping = ROOT / "scenarios" / "injection_plant" / "mapping.yaml"
    words = [
        "learn",
        str(tmp_path / "nowhere"),
        "--map",
        str(mapping),
        "--out",
        str(tmp_path / "out"),
    ]
    assert cli.run(words) == 1
    told = capsys.readouterr().err
    assert "V4" in told
    assert "V599" not in told
    assert not (tmp_path / "out").exists()


def test_validate_when_the_scenario_names_no_history_then_it_says_what_is_missing(capsys):
    assert cli.run(["validate", "three_in_a_row"]) == 1
    assert "V422" in capsys.readouterr().err


def test_learn_when_the_day_is_no_day_then_it_is_a_usage_error(tmp_path, capsys):
    words = ["learn", str(tmp_path), "--map", "m.yaml", "--out", "o", "--until", "1.12.2018"]
    assert cli.run(words) == 2
