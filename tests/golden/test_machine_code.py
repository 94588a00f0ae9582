"""The same sources come out the same on every processor: no fused or reordered arithmetic, and
nothing from a C library.
"""

import json
import os
import subprocess
import sys

import pytest


def findings(tmp_path_factory, *what):
    done = subprocess.run(
        [sys.executable, "-m", "tests.golden.machine_code", *what],
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return findings(tmp_path_factory)


def test_arithmetic_that_may_be_fused_then_it_is_found_out(report):
    control = report["allowed to fuse"]
    assert control["loose"]
    assert control["fused on arm"]


def is_exact(found):
    assert found["plain"], "no arithmetic was found at all"
    assert found["loose"] == found["library"] == []
    assert found["fused here"] == found["fused on arm"] == []


@pytest.mark.parametrize("name", ["quantile", "attempt", "prepare", "whole_ticks", "binomial"])
def test_sampler_when_compiled_then_every_operation_rounds_by_itself(report, name):
    is_exact(report[name])


@pytest.mark.slow
def test_whole_kernel_when_compiled_then_every_operation_rounds_by_itself(tmp_path_factory):
    is_exact(findings(tmp_path_factory, "kernel")["kernel"])
