"""What is said to a command line that was not meant that way."""

import re

import pytest

from vtwin import cli
from vtwin.cli.commands import vtwin

COMMANDS = list(vtwin.commands)


def test_unknown_command_when_close_to_one_then_it_is_named_and_exit_is_2(capsys):
    assert cli.run(["chek", "plant.yaml"]) == 2
    assert "Did you mean 'check'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["check"],
        ["run", "--nonsense", "x"],
        ["new"],
        ["compare"],
        ["serve", "--port", "99999"],
        ["run", "x", "--seed=-1"],
    ],
)
def test_usage_when_something_is_missing_or_unknown_then_exit_is_2(words, capsys):
    assert cli.run(words) == 2
    assert "Usage" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_command_when_asked_for_help_then_it_explains_itself_and_offers_json(command, capsys):
    assert cli.run([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert re.search(rf"Usage: vtwin {command}", text)
    assert "--json" in text


def test_help_when_shown_then_no_summary_is_cut_off(capsys):
    assert cli.run(["--help"]) == 0
    text = capsys.readouterr().out
    assert "..." not in text.split("Commands:")[1]
    assert all(re.search(rf"^  {name} ", text, re.MULTILINE) for name in COMMANDS)


@pytest.mark.parametrize(
    "words",
    [
        ["run", "nowhere.yaml"],
        ["check", "nowhere.yaml"],
        ["compare", "nowhere.yaml"],
        ["explain", "nowhere.yaml"],
    ],
)
def test_scenario_when_it_does_not_exist_then_v652_and_exit_1(words, capsys):
    assert cli.run(words) == 1
    told = capsys.readouterr()
    assert told.err.startswith("V652  there is no file nowhere.yaml")
    assert "Traceback" not in told.err


@pytest.mark.parametrize("number", ["0", "-3", "2.5", "many"])
def test_replications_when_not_a_count_then_v551_before_anything_runs(number, capsys):
    assert cli.run(["run", "nowhere.yaml", f"--replications={number}"]) == 1
    assert capsys.readouterr().err.startswith("V551")


def test_model_when_unknown_then_v654(capsys):
    assert cli.run(["library", "no-such-model"]) == 1
    assert capsys.readouterr().err.startswith("V654")
