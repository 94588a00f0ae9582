"""A trace as a table with names instead of indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vtwin.app.runs import RunResult
    from vtwin.plant.program import Program

#: What vehicles do at a station, and on one-way aisles and at chargers.
_AT_STATIONS = ("SEND", "PICK", "REACH", "DROP")
_IN_ZONES = ("ENTER", "HALT", "GO", "RECHARGE", "CHARGE", "CHARGED")


def trace_csv(result: RunResult) -> str:
    """The events of the first replication as CSV with names instead of indices."""
    from vtwin.plant.trace import Event

    trace = next((t.trace for t in result.tallies if t.trace is not None), None)
    if trace is None:
        return ""
    program = result.program
    vehicles = [v.name for v in program.vehicles]
    machines = [machine.name for machine in program.machines]
    names: dict[Event, Sequence[str]] = {
        Event.RELEASE: [p.name for p in program.products],
        Event.LEAVE: [p.name for p in program.products],
        Event.ARRIVE: [s.name for s in program.stations],
        Event.GRANT: [w.name for w in program.workers],
        Event.FREE: [w.name for w in program.workers],
        Event.FAIL: [f.name for f in program.failures],
        Event.REPAIRED: [f.name for f in program.failures],
        Event.WORN: [t.name for t in program.tools],
        Event.RENEWED: [t.name for t in program.tools],
        Event.ORDER_DONE: [o.name for o in program.orders],
        Event.LOT: [o.name for o in program.orders],
        Event.KIT: [s.name for s in program.stocks],
        **{Event[name]: vehicles for name in (*_AT_STATIONS, *_IN_ZONES)},
    }
    lines = ["time_s,event,entity,item,value"]
    columns = (trace.time, trace.kind, trace.entity, trace.item, trace.value)
    for time, kind, entity, item, value in zip(*(c.tolist() for c in columns), strict=True):
        event = Event(kind)
        known = names.get(event, machines)
        name = known[entity] if 0 <= entity < len(known) else ""
        shown = _value(program, event, value)
        whole, part = divmod(time, 10**9)
        lines.append(f"{whole}.{part:09d},{event.name.lower()},{name},{item},{shown}")
    return "\n".join(lines) + "\n"


def _value(program: Program, event: Any, value: int) -> str:
    """The value column in words where it is an index."""
    from vtwin.plant.assigning import base
    from vtwin.plant.primitives import MachineState
    from vtwin.plant.trace import Event

    of_operations = (Event.START, Event.FINISH, Event.LIMIT, Event.RESTART, Event.STALE)
    if event.name in _AT_STATIONS:
        return program.stations[value].name
    if event.name in _IN_ZONES:
        return program.zones[value].name if value >= 0 else ""
    if event is Event.STATE:
        return MachineState(value).name.lower()
    if event in of_operations and 0 <= value < len(program.operations):
        return program.operations[base(program, value)].name
    if event is Event.GRANT and 0 <= value < len(program.machines):
        return program.machines[value].name
    if event in (Event.MOUNT, Event.UNMOUNT) and 0 <= value < len(program.tools):
        return program.tools[value].name
    if event in (Event.WORN, Event.RENEWED):
        return str(value + 1)  # copies are counted from 1 (S-105)
    return str(value)
