"""One plant on every engine that has all it uses: the same to the tick."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from vtwin.engines import kernel, reference
from vtwin.engines.kernel.coverage import unsupported
from vtwin.plant.program import Program
from vtwin.plant.trace import Tally, Trace


def simulated(program: Program, replication: int = 0) -> Tally:
    """What the reference engine makes of a program."""
    return reference.simulate(program, replication)


def assert_same(program: Program, replication: int = 0) -> None:
    """Tally and trace of the compiled kernel are those of the reference engine. A program with a
    behaviour of its own runs on the reference engine alone; everything else must run on both.
    """
    missing = unsupported(program)
    if missing:
        assert any(machine.custom for machine in program.machines), missing
        return
    expected = reference.simulate(program, replication, trace=True)
    found = kernel.simulate(program, replication, trace=True)
    assert expected.trace is not None
    assert found.trace is not None
    for column in fields(Trace):
        a, b = getattr(expected.trace, column.name), getattr(found.trace, column.name)
        assert np.array_equal(a, b), f"{program.name}: traces differ in {column.name}"
    for field in fields(Tally):
        if field.name != "trace":
            a, b = getattr(expected, field.name), getattr(found, field.name)
            same = np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
            assert same, f"{program.name}, {field.name}: reference {a}, kernel {b}"


def assert_conserved(program: Program, tally: Tally) -> None:
    """Of a run without warm-up: what was let in is good, scrap or still inside, pieces in stock
    with it; the states of every machine fill the time exactly.
    """
    assert program.run.warmup == 0
    released = int(tally.product_released.sum())
    gone = int(tally.product_good.sum() + tally.product_scrap.sum())
    came = sum(int(tally.product_good[stock.product]) for stock in program.stocks)
    in_stock = came - int(tally.stock_taken.sum())
    assert released == gone - in_stock + tally.in_plant_at_end
    assert (tally.machine_state.sum(axis=1) == tally.observed).all()


__all__ = ["assert_conserved", "assert_same", "simulated"]
