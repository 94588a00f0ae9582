"""Bad input at the command line: a clear error with a code, exit 1, nothing lost, no traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vtwin import cli

GOOD = """\
vtwin: 1
name: small
run: {horizon: 20 h, warmup: 1 h, replications: 3, seed: 5}
products:
  part:
    route:
      - {op: turn, on: lathe, cycle: {exponential: {mean: 2 min}}, operator: load}
      - {op: mill, on: mill, cycle: 90 s}
orders:
  - {product: part, every: {exponential: {mean: 3 min}}, due: 1 h}
equipment:
  lathe: {input: 5}
  mill: {input: 5}
people:
  load: {count: 1}
"""

WRONG = {
    "machine misspelt in a route": ("on: lathe,", "on: lthe,", "did you mean 'lathe'"),
    "negative time": ("cycle: 90 s", "cycle: -90 s", "V2"),
    "time without a unit": ("cycle: 90 s", "cycle: 90", "unit"),
    "decimal comma": ("cycle: 90 s", "cycle: '1,5 min'", "V2"),
    "nobody on a shift that needs one": ("{count: 1}", "{count: 0}", "load"),
    "triangular with its mode outside": ("{exponential: {mean: 2 min}}", "{triangular: {low: 1 min, mode: 9 min, high: 2 min}}", "low <= mode <= high"),
    "lognormal with a negative mean": ("{exponential: {mean: 2 min}}", "{lognormal: {mean: -2 min, cv: 0.2}}", "mean"),
    "duplicate key": ("  mill: {input: 5}", "  mill: {input: 5}\n  mill: {input: 6}", "mill"),
    "unknown key": ("horizon: 20 h", "horizont: 20 h", "did you mean 'horizon'"),
    "a word that is no part of the language yet": ("name: small", "name: small\ncosts: {wip: 2 %/month}", "wip"),
    "boolean in disguise": ("name: small", "name: no", "no"),
    "nothing in the file": (GOOD, "", "V1"),
    "no mapping": (GOOD, "- a\n- b\n", "V1"),
    "unclosed bracket": ("{count: 1}", "{count: 1", "V1"),
    "another version": ("vtwin: 1", "vtwin: 99", "1"),
    "horizon before warm-up": ("horizon: 20 h", "horizon: 30 min", "V"),
    "no replications": ("replications: 3", "replications: 0", "replications"),
}  # fmt: skip


def _file(tmp_path: Path, text: str) -> str:
    path = tmp_path / "plant.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("VTWIN_STORE", str(tmp_path / "runs.sqlite"))
    monkeypatch.delenv("VTWIN_DEBUG", raising=False)


def test_good_plant_when_checked_then_it_is_in_order(tmp_path, capsys):
    assert cli.run(["check", _file(tmp_path, GOOD)]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(("old", "new", "told"), WRONG.values(), ids=WRONG)
def test_plant_when_it_is_wrong_then_code_place_and_reason_and_exit_1(
    command, old, new, told, tmp_path, capsys
):
    assert old in GOOD
    path = _file(tmp_path, GOOD.replace(old, new))
    assert cli.run([command, path]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error
    assert "V599" not in error
    first = error.splitlines()[0]
    assert first.startswith(path)
    assert not (tmp_path / "runs.sqlite").exists()


def test_plant_when_two_things_are_wrong_then_both_are_told_at_once(tmp_path, capsys):
    text = GOOD.replace("on: lathe,", "on: lthe,").replace("cycle: 90 s", "cycle: -90 s")
    assert cli.run(["check", _file(tmp_path, text)]) == 1
    error = capsys.readouterr().err
    assert "lthe" in error
    assert "-90" in error


@pytest.mark.parametrize("command", ["check", "run"])
def test_yaml_when_it_is_huge_or_a_bomb_or_no_text_then_it_is_refused_quickly(
    command, tmp_path, capsys
):
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
        for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    korean = tmp_path / "cp949.yaml"
    korean.write_bytes("name: 공장".encode("cp949"))
    for path in (str(huge), _file(tmp_path, bomb), str(korean), str(tmp_path)):
        assert cli.run([command, path]) == 1
        error = capsys.readouterr().err
        assert "V599" not in error
        assert " V1" in error or "V652" in error


def test_run_when_more_comes_in_than_can_be_made_then_it_is_said_and_the_figures_stay(
    tmp_path, capsys
):
    text = GOOD.replace("every: {exponential: {mean: 3 min}}", "every: 1 min")
    assert cli.run(["run", _file(tmp_path, text), "--no-store"]) == 0
    told = capsys.readouterr()
    assert "than" in told.err
    assert "warning" in told.err
    assert "Good pieces per day" in told.out


def test_run_when_nothing_is_finished_after_the_warm_up_then_it_is_said(tmp_path, capsys):
    text = GOOD.replace("cycle: 90 s", "cycle: 40 h")
    assert cli.run(["run", _file(tmp_path, text), "--no-store"]) == 0
    assert "V552" in capsys.readouterr().err


def test_check_when_nothing_reaches_a_station_then_it_is_said(tmp_path, capsys):
    text = GOOD.replace("  mill: {input: 5}", "  mill: {input: 5}\n  spare: {input: 5}")
    assert cli.run(["check", _file(tmp_path, text)]) == 0
    told = capsys.readouterr().err
    assert "warning" in told
    assert "spare" in told


CROSSING = """\
vtwin: 1
name: crossing
run: {horizon: 100 h, warmup: 1 h, replications: 2, seed: 5}
products:
  a: {route: [{op: one, on: m1, cycle: {exponential: {mean: 2 min}}}, {op: two, on: m2, cycle: 2 min}]}
  b: {route: [{op: one, on: m2, cycle: {exponential: {mean: 2 min}}}, {op: two, on: m1, cycle: 2 min}]}
orders:
  - {product: a, conwip: 2}
  - {product: b, conwip: 2}
equipment:
  m1: {input: 1}
  m2: {input: 1}
"""


@pytest.mark.parametrize("command", ["run", "explain"])
def test_plant_when_it_stalls_then_who_waits_for_whom_is_told_with_lines(command, tmp_path, capsys):
    path = _file(tmp_path, CROSSING)
    assert cli.run([command, path, "--no-store"]) == 0
    told = capsys.readouterr()
    assert "V554" in told.err
    assert "plant.yaml:11:3" in told.err
    assert "The plant stalls: m1" in told.out
    assert "V552" not in told.err


def test_json_when_its_folder_cannot_be_written_then_the_result_is_shown_and_kept(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    path = _file(tmp_path, GOOD)
    assert (
        cli.run(["run", path, "--json", str(tmp_path / "file" / "o.json"), "--html", "/dev/full"])
        == 1
    )
    told = capsys.readouterr()
    assert told.err.count("V651") == (2 if Path("/dev/full").exists() else 1)
    assert "Good pieces per day" in told.out
    assert cli.run(["run", path]) == 0
    assert "--fresh runs it again" in capsys.readouterr().out


def test_json_when_written_to_standard_output_then_it_is_all_there_is(tmp_path, capsys):
    assert cli.run(["run", "--json", "-", _file(tmp_path, GOOD), "-n", "2"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["replications"] == 2
    assert "Good pieces per day" in told.err


def test_check_when_asked_for_json_then_problems_have_code_line_and_hint(tmp_path, capsys):
    path = _file(tmp_path, GOOD.replace("on: lathe,", "on: lthe,"))
    assert cli.run(["check", path, "--json", "-"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    (found,) = [p for p in answer["problems"] if "lthe" in p["what"]]
    assert found["line"] == 7
    assert found["code"].startswith("V3")
    assert "lathe" in found["hint"]


def test_variant_when_unknown_then_the_nearest_is_named(tmp_path, capsys):
    assert cli.run(["run", "two_mill_cell", "--variant", "smd"]) == 1
    assert "did you mean 'smed'" in capsys.readouterr().err


def test_engine_when_unknown_then_it_is_refused(tmp_path, capsys):
    assert cli.run(["run", _file(tmp_path, GOOD), "--engine", "kernl"]) == 1
    told = capsys.readouterr().err
    assert "kernl" in told
    assert "V599" not in told


@pytest.mark.skipif(os.name == "nt", reason="signals to another process work differently there")
def test_interrupt_when_it_comes_during_a_run_then_what_is_finished_is_shown_and_kept(tmp_path):
    long = GOOD.replace("horizon: 20 h", "horizon: 3000 h").replace(
        "replications: 3", "replications: 200"
    )
    command = [sys.executable, "-m", "vtwin", "run", _file(tmp_path, long), "--json", "o.json"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 120
    while time.monotonic() < until and not _kept(tmp_path):
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "stopped after" in out
    answer = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    assert answer["interrupted"] is True
    assert 1 <= answer["replications"] < 200
    assert answer["kpis"]["good_per_day"]["mean"] > 0
    assert _kept(tmp_path) >= answer["replications"]


def _kept(folder: Path) -> int:
    import sqlite3

    if not (folder / "runs.sqlite").exists():
        return 0
    try:
        with sqlite3.connect(f"file:{folder / 'runs.sqlite'}?mode=ro", uri=True) as base:
            return int(base.execute("select count(*) from replications").fetchone()[0])
    except sqlite3.OperationalError:  # the tables are being made
        return 0
