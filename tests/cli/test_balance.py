"""`vtwin balance`: stations against the takt."""

import json

from vtwin import cli


def test_balance_when_asked_then_bars_takt_and_figures_are_shown(capsys, tmp_path):
    page = tmp_path / "line.html"
    assert cli.run(["balance", "cells/assembly", "--html", str(page)]) == 0
    shown = capsys.readouterr().out
    for said in ("kitting", "█", "│", "a takt of 45.0 s", "efficiency 75%", "index 21.2 s"):
        assert said in shown
    written = page.read_text(encoding="utf-8")
    assert "takt 45.0 s" in written
    assert "<svg" in written


def test_balance_when_a_station_is_too_slow_then_it_says_so(capsys, tmp_path):
    file = tmp_path / "line.yaml"
    file.write_text(
        "vtwin: 1\nname: l\nrun: {horizon: 1 d}\nproducts: {x: {target: 2000 /d, route: "
        "[{op: a, on: a, cycle: 50 s}, {op: b, on: b, cycle: 20 s}]}}\n"
        "orders: [{product: x, saturated: true}]\nequipment: {a: {}, b: {}}\n",
        encoding="utf-8",
    )
    assert cli.run(["balance", str(file), "--json", "-"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert [one["late"] for one in told["stations"]] == [True, False]
    assert told["takt_s"] == 43.2
    assert "a is slower than the takt." in err


def test_balance_when_there_is_no_line_then_it_is_a_problem(capsys):
    assert cli.run(["balance", "cells/assembly", "--product", "hing"]) == 1
    assert "V587" in capsys.readouterr().err
