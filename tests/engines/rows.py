"""Reading traces in tests: times in seconds, names instead of indices."""

from __future__ import annotations

from tests.engines.plants import S
from vtwin.plant.primitives import MachineState
from vtwin.plant.trace import Event


def rows(tally):
    """(time in s, kind, entity, item, value) in the order things happened."""
    trace = tally.trace
    columns = (getattr(trace, c).tolist() for c in ("time", "kind", "entity", "item", "value"))
    return [(t / S, Event(k), e, i, v) for t, k, e, i, v in zip(*columns, strict=True)]


def of(tally, kind):
    """Those rows of one kind, without it."""
    return [(t, e, i, v) for t, k, e, i, v in rows(tally) if k is kind]


def times(tally, kind, entity=None):
    """When rows of a kind (of one entity) were written, s."""
    return [t for t, e, _, _ in of(tally, kind) if entity is None or e == entity]


def states(tally, machine):
    """[(s, state)] of one machine."""
    return [(t, MachineState(v)) for t, e, _, v in of(tally, Event.STATE) if e == machine]


def seconds(tally, machine=0):
    """{state: s} of one machine, those it was in."""
    return {
        MachineState(n): t / S for n, t in enumerate(tally.machine_state[machine].tolist()) if t
    }
