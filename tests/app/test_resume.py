"""A study that was killed goes on where it was, and its answer is that of one that was not."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLANT = """
vtwin: 1
name: two in a row
run: {horizon: 500 h, warmup: 10 h, replications: 12, seed: 5}
line: [s1, b1, s2]
equipment:
  s1: {cycle: {exponential: {mean: 1 min}}}
  s2: {cycle: {exponential: {mean: 1 min}}}
  b1: {capacity: 5}
"""


def _start(file: Path, store: Path, out: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    command = ["run", str(file), "--store", str(store), "--json", str(out)]
    return subprocess.Popen(
        [sys.executable, "-m", "vtwin", *command, "--engine", "reference"],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _kept(store: Path) -> int:
    """Replications in the store so far."""
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as there:
            return int(there.execute("select count(*) from replications").fetchone()[0])
    except sqlite3.Error:
        return 0


def _answer(file: Path, store: Path, out: Path) -> tuple[object, bool]:
    process = _start(file, store, out)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    body = json.loads(out.read_text())
    return {k: body[k] for k in ("kpis", "products", "equipment", "replications")}, body[
        "from_store"
    ]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_study_when_killed_and_begun_again_then_it_goes_on_and_the_answer_is_the_same(tmp_path):
    file, store = tmp_path / "plant.yaml", tmp_path / "runs.sqlite"
    file.write_text(PLANT)
    process = _start(file, store, tmp_path / "killed.json")
    patience = time.monotonic() + 120
    while _kept(store) < 3 and time.monotonic() < patience:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = _kept(store)
    assert 3 <= before < 12
    resumed, _ = _answer(file, store, tmp_path / "resumed.json")
    whole, _ = _answer(file, tmp_path / "other.sqlite", tmp_path / "whole.json")
    assert resumed == whole
