import datetime as dt
import gzip

import pytest

from vtwin.app import history
from vtwin.app.scenarios import check
from vtwin.base.errors import Refused
from vtwin.history import adapter, runs

DAY = dt.datetime(2017, 2, 1, 9)


def _line(second, *pairs):
    moment = DAY + dt.timedelta(seconds=second)
    return "|".join([moment.isoformat() + ".0000000Z", *pairs])


def _file(folder, name, begin, seconds, *, stops=(), silent=None, knob=None, packed=False, block=7):
    """A run of so many seconds; ``stops``: (second, length, state), ``silent``: likewise."""
    lines = [_line(begin - 5, "Program_Name_Running", "A.NC")]
    if knob is not None:
        lines.append(_line(begin - 4, "Rapid_Override", f"{knob:.6f}"))
    lines.append(_line(begin, "Program_Status", "ACTIVE"))
    counter, still = 0, set()
    for second, length, state in stops:
        lines.append(_line(begin + second, "Program_Status", state))
        lines.append(_line(begin + second + length, "Program_Status", "ACTIVE"))
        still.update(range(second + 1, second + length + 1))
    if silent:
        still.update(range(silent[0] + 1, silent[0] + silent[1] + 1))
    for second in range(1, seconds + 1):
        if second not in still:
            counter += 1
            lines.append(_line(begin + second, "Program_Runtime_Seconds", str(counter)))
    lines.append(
        _line(begin + seconds, "Block_Number", str(block), "Program_Status", "PROGRAM_COMPLETED")
    )
    lines.sort(key=lambda line: line.split("|")[0])
    text = "\n".join(lines) + "\n"
    data = gzip.compress(text.encode()) if packed else text.encode()
    (folder / name).write_bytes(data)


def test_stream_when_packed_or_not_then_the_same_readings(tmp_path):
    _file(tmp_path, "Plate-Op1-M1-01.txt", 0, 30)
    _file(tmp_path, "Plate-Op1-M1-02.txt.gz", 0, 30, packed=True)
    plain, packed = (adapter.read(path) for path in sorted(tmp_path.iterdir()))
    assert plain.readings == packed.readings
    assert plain.numbers("Program_Runtime_Seconds")[-1][1] == 30


def test_stream_when_lines_are_broken_then_their_numbers_are_kept(tmp_path):
    text = _line(0, "A", "1") + "\nnonsense\n2017-02-30T00:00:00Z|A|2\n\n" + _line(1, "B", "x")
    (tmp_path / "s.txt").write_text(text, encoding="utf-8")
    stream = adapter.read(tmp_path / "s.txt")
    assert stream.unreadable == (2, 3)
    assert [reading.value for reading in stream.readings] == ["1", "x"]
    assert stream.numbers("B") == []


@pytest.mark.parametrize(
    ("data", "code"),
    [(None, "V402"), (b"\x1f\x8bdamaged", "V403"), (b"hello\n", "V404"), (b"", "V404")],
)
def test_stream_when_it_is_none_then_refused(tmp_path, data, code):
    if data is not None:
        (tmp_path / "s.gz").write_bytes(data)
    with pytest.raises(Refused) as refused:
        adapter.read(tmp_path / "s.gz")
    assert refused.value.problems[0].code == code


def test_run_when_held_and_silent_then_both_are_stops_and_the_rest_it_ran(tmp_path):
    _file(
        tmp_path, "Plate-Op1-M1-01.txt", 0, 300,
        stops=[(100, 40, "FEED_HOLD")], silent=(200, 60),
    )  # fmt: skip
    (run,) = runs.read_runs(tmp_path)
    assert (run.part, run.operation, run.machine, run.number) == ("plate", 1, "M1", 1)
    assert [(stop.kind, stop.seconds) for stop in run.stops] == [("feed_hold", 40), ("silent", 60)]
    assert (run.span, run.stopped, run.running) == (300, 100, 200)
    assert not run.whole
    assert run.programs == ("A.NC",)
    assert run.last_block == 7


def test_runs_when_nothing_stopped_them_then_they_are_whole(tmp_path):
    _file(tmp_path, "Plate-Op1-M1-01.txt", 0, 300)
    (run,) = runs.read_runs(tmp_path)
    assert run.whole
    assert run.running == 300


def test_knob_when_it_was_set_in_an_earlier_run_then_it_stands_there(tmp_path):
    _file(tmp_path, "Plate-Op1-M1-01.txt", 0, 100, knob=70)
    _file(tmp_path, "Plate-Op1-M1-02.txt", 200, 100)
    _file(tmp_path, "Plate-Op1-M2-01.txt", 200, 100)
    assert [run.rapid for run in runs.read_runs(tmp_path)] == [0.7, 0.7, None]


def test_fit_when_made_then_it_counts_changes_absences_and_set_ups(tmp_path):
    begin = 0
    for number, gap in enumerate((0, 100, 200, 300, 1200), start=1):
        begin += gap
        stops = [(50, 30, "STOPPED")] if number == 2 else []
        _file(tmp_path, f"Plate-Op1-M1-{number:02}.txt", begin, 360, stops=stops)
        begin += 360
    _file(tmp_path, "Plate-Op2-M1-01.txt", begin + 900, 100)
    found = runs.fit(runs.read_runs(tmp_path))
    one, two = found.operations
    assert (one.runs, one.whole, one.run_time) == (5, 4, 360)
    assert one.change.mean == pytest.approx(200)
    assert (two.runs, two.run_time) == (1, 100)
    assert (found.stops, found.stop_length.mean) == (1, pytest.approx(30))
    assert (found.away, found.away_length.mean) == (1, pytest.approx(1200 - 200))
    assert found.set_ups == (900,)
    # five runs with a change each; of that before the second operation nothing is known
    hours = (5 * 360 - 30 + 100 + 5 * 200) / 3600
    assert found.stop_every.value == pytest.approx(hours)
    assert found.stop_every.how == f"1 stop in {hours:.1f} h of work"


def test_fit_when_a_run_ended_at_another_block_then_its_time_is_not_used(tmp_path):
    for number, seconds in enumerate((300, 300, 80), start=1):
        block = 3 if seconds == 80 else 7
        _file(tmp_path, f"Plate-Op1-M1-{number:02}.txt", 1000 * number, seconds, block=block)
    (made,) = runs.fit(runs.read_runs(tmp_path)).operations
    assert (made.runs, made.whole, made.others, made.run_time) == (3, 3, (3,), 300)


def test_runs_when_files_hold_none_then_each_is_told(tmp_path):
    (tmp_path / "Plate-Op1-M1-01.txt").write_text(_line(0, "A", "1"), encoding="utf-8")
    (tmp_path / "Plate-Op1-M1-02.txt").write_text("nothing", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        runs.read_runs(tmp_path)
    assert [problem.code for problem in refused.value.problems] == ["V415", "V404"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(Refused) as refused:
        runs.read_runs(tmp_path / "empty")
    assert refused.value.problems[0].code == "V402"


def test_cell_when_learned_from_streams_then_its_scenario_plays_what_was_recorded(tmp_path):
    streams = tmp_path / "streams"
    streams.mkdir()
    for number, begin in enumerate((0, 500, 1100, 3000), start=1):
        _file(streams, f"Plate-Op1-M1-{number:02}.txt", begin, 360, stops=[(9, 30, "STOPPED")])
    _file(streams, "Plate-Op2-M1-01.txt", 4500, 100)
    _file(streams, "Box-Op1-M2-01.txt", 90_000, 200)
    learned = history.learn_runs(streams, tmp_path / "cell")
    assert [file.name for file in learned.files] == ["scenario.yaml", "parameters.md"]
    assert check(tmp_path / "cell").problems == ()
    text = (tmp_path / "cell" / "scenario.yaml").read_text(encoding="utf-8")
    assert '2017-02-01: ["09:00-10:16"]' in text
    assert "{product: plate, quantity: 4}" in text
    assert "setup: {time: 1140 s, by: operator}" in text
    assert "cycle: 330 s" in text
    told = history.report_lines(learned)
    assert told[0] == "Learned from 6 runs, 2 without a stop"
    page = (tmp_path / "cell" / "parameters.md").read_text(encoding="utf-8")
    assert "plate OP1 no. 3: 0.5 min in 1 (stopped)" in page
    again = history.learn_runs(streams, tmp_path / "cell")
    assert again.to_json() == learned.to_json()


def test_cell_when_somebody_wrote_the_scenario_then_it_is_left_alone(tmp_path):
    _file(tmp_path, "Plate-Op1-M1-01.txt", 0, 100)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "scenario.yaml").write_text("vtwin: 1\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        history.learn_runs(tmp_path, tmp_path / "mine")
    assert refused.value.problems[0].code == "V421"
