"""`vtwin nc`: where the time of an NC program goes."""

import json

import pytest

from vtwin import cli
from vtwin.app import programs

PLATE = "G21 G90\nT1 M6\nS3000 M3\nG0 X0. Y0. Z2.\nG1 Z-2. F300.\nX100. F1200.\nM5\nG28 Z0.\nM30\n"


@pytest.fixture
def plate(tmp_path):
    (tmp_path / "plate.nc").write_text(PLATE, encoding="utf-8")
    return str(tmp_path / "plate.nc")


def test_nc_when_asked_then_the_parts_of_the_time_are_shown(plate, capsys):
    assert cli.run(["nc", plate]) == 0
    shown = capsys.readouterr().out
    assert "plate.nc on machining/machining_center" in shown
    for part in ("At feed rate", "Rapid moves", "1 tool change ", "Spindle", "Together", "T1"):
        assert part in shown


def test_nc_when_json_is_asked_for_then_the_parts_add_up(plate, capsys):
    assert cli.run(["nc", plate, "--on", "vertical_mill_measured", "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "machining/vertical_mill_measured"
    assert sum(told["parts_s"].values()) == pytest.approx(told["total_s"])
    assert told["tool_changes"] == 1
    assert sum(told["cutting_by_tool_s"].values()) == pytest.approx(told["parts_s"]["cutting"])


def test_nc_when_the_knob_is_turned_down_then_rapid_moves_take_longer(plate):
    from pathlib import Path

    full = programs.nc_time(Path(plate))
    half = programs.nc_time(Path(plate), changed={"rapid_override": "50 %"})
    assert half.parts["rapid"] > full.parts["rapid"]
    assert half.parts["cutting"] == full.parts["cutting"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--on", "load_station"], "V703"),
        (["--on", "nothing"], "V654"),
        (["--on", "forging/hammer"], "V654"),
        (["--set", "rapid=3"], "V201"),
        (["--set", "rapid=900 m/min"], "V203"),
        (["--set", "rapd=3 m/min"], "V115"),
    ],
)
def test_nc_when_the_machine_cannot_be_then_coded_and_exit_1(plate, words, code, capsys):
    assert cli.run(["nc", plate, *words]) == 1
    assert code in capsys.readouterr().err


def test_nc_when_set_has_no_value_then_usage(plate, capsys):
    assert cli.run(["nc", plate, "--set", "rapid"]) == 2
    assert "KEY=VALUE" in capsys.readouterr().err


def test_nc_when_the_program_is_broken_then_file_and_line_are_told(tmp_path, capsys):
    (tmp_path / "bad.nc").write_text("G21\nG187\nG1 X#5\n", encoding="utf-8")
    assert cli.run(["nc", str(tmp_path / "bad.nc")]) == 1
    assert "bad.nc:3  V708" in capsys.readouterr().err
    assert cli.run(["nc", str(tmp_path / "none.nc")]) == 1
    assert "V101" in capsys.readouterr().err
