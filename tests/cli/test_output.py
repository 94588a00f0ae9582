"""Where answers go and what happens when they cannot go there."""

import json
import os
import signal
from pathlib import Path

import pytest

from vtwin import cli
from vtwin.base.errors import Refused
from vtwin.cli import output


def test_json_when_written_to_a_file_then_it_is_whole_and_the_folder_is_made(tmp_path):
    channel = output.Output(str(tmp_path / "new" / "a.json"))
    channel.json({"이름": 1})
    channel.finish()
    assert json.loads((tmp_path / "new" / "a.json").read_text(encoding="utf-8")) == {"이름": 1}
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.json"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_json_when_the_target_is_a_link_then_the_file_it_points_to_is_written(tmp_path):
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    channel = output.Output(str(tmp_path / "link.json"))
    channel.json({"a": 1})
    assert channel.late == []
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text(encoding="utf-8")) == {"a": 1}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_json_when_the_disk_is_full_then_the_problem_is_told_at_the_end(tmp_path):
    channel = output.Output("/dev/full")
    channel.json({"a": 1})
    with pytest.raises(Refused) as caught:
        channel.finish()
    (problem,) = caught.value.problems
    assert problem.code == "V651"
    assert "/dev/full" in problem.what


@pytest.mark.parametrize("target", ["folder", "file/inside"])
def test_json_when_the_target_cannot_be_a_file_then_it_is_v651_and_nothing_is_left(
    tmp_path, target
):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    channel = output.Output(str(tmp_path / target))
    channel.json({"a": 1})
    assert [p.code for p in channel.late] == ["V651"]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "folder"]


def test_file_when_it_is_read_only_then_it_is_not_replaced(tmp_path, monkeypatch):
    target = tmp_path / "kept.json"
    target.write_text("mine")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    channel = output.Output(str(target))
    channel.json({})
    assert [p.code for p in channel.late] == ["V651"]
    assert target.read_text() == "mine"


def test_surprise_when_it_escapes_a_command_then_no_traceback_but_a_code_and_a_file(
    monkeypatch, capsys
):
    def broken(*_):
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("vtwin.app.scenarios.schema", broken)
    monkeypatch.delenv("VTWIN_DEBUG", raising=False)
    assert cli.run(["schema"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "V599" in told.err
    assert "Traceback" not in told.err
    crash = Path(told.err.strip().rsplit(" ", 1)[-1])
    assert "deep inside" in crash.read_text(encoding="utf-8")
    crash.unlink()


def test_surprise_when_debugging_then_the_whole_story_is_shown(monkeypatch, capsys):
    monkeypatch.setattr("vtwin.app.scenarios.schema", lambda: 1 / 0)
    monkeypatch.setenv("VTWIN_DEBUG", "1")
    assert cli.run(["schema"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_signs_when_the_console_has_none_of_them_then_plain_letters_stand_for_them(
    tmp_path, monkeypatch
):
    with (tmp_path / "out").open("w", encoding="ascii") as console:
        monkeypatch.setattr("sys.stdout", console)
        cli.run(["--version"])
        print("5 ± 1 · a → b 공장", file=console)
    assert (tmp_path / "out").read_text("ascii").splitlines()[1] == "5 +/- 1 - a -> b ??"


def test_interrupt_when_it_comes_twice_then_the_second_one_ends_the_work(capsys):
    with output.stoppable() as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert "Stopping" in capsys.readouterr().err


def test_progress_when_nobody_watches_and_it_is_soon_done_then_nothing_is_told(capsys):
    with output.progress() as report:
        for step in range(1001):
            report("baseline", step / 1000)
    assert capsys.readouterr().err == ""


def test_progress_when_nobody_watches_then_lines_are_few_and_the_end_is_told_once(
    capsys, monkeypatch
):
    seconds = iter(range(10_000))
    monkeypatch.setattr(output.time, "monotonic", lambda: next(seconds) / 10)
    with output.progress() as report:
        for what in ("baseline", "faster"):
            for step in range(301):
                report(what, step / 300)
            report(what, 1.0)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "baseline … 10%"
    assert lines.count("baseline … 100%") == 1
    assert lines[-1] == "faster … 100%"
    assert len(lines) <= 9


def test_text_when_piped_then_no_line_ends_in_blanks(capsys):
    from rich.table import Table
    from rich.text import Text

    table = Table("a", "b", box=None)
    table.add_row("long enough", "x")
    table.add_row("1", "")
    console = output.Output().console
    console.print(table)
    console.print(Text("end"), end="")
    told = capsys.readouterr().out
    assert told.splitlines()[-1] == "end"
    assert [line for line in told.split("\n") if line != line.rstrip()] == []
    assert len(told.splitlines()) == 4
