"""What is kept of a run: passport, figures and the arrays its pictures need. No pickles: JSON
and numpy's own format, so that a stored run can be read by anything and cannot run code.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from vtwin import __version__
from vtwin.plant.primitives import NEVER, MachineState
from vtwin.plant.program import Program
from vtwin.plant.trace import Event, Ints, Tally, Trace, VehicleState, lead_bin_bounds
from vtwin.results.statistics import t_quantile

Floats = npt.NDArray[np.float64]
Status = Literal["running", "done", "stopped", "failed"]

_TICKS = 1e9
#: More state changes than this are not kept for the Gantt picture; it then ends earlier.
MOST_SEGMENTS = 200_000


@dataclass(frozen=True)
class Passport:
    """What makes a run repeatable event for event. Equal passports give equal replications."""

    program: str  # content hash
    seed: int
    engine: str
    vtwin: str = __version__
    data: Mapping[str, str] = field(default_factory=dict)  # file -> hash

    def to_json(self) -> dict[str, object]:
        """All fields."""
        return {
            "program": self.program,
            "vtwin": self.vtwin,
            "engine": self.engine,
            "seed": self.seed,
            "data": dict(self.data),
        }

    @property
    def key(self) -> str:
        """One hash of everything in it."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def passport_of(
    program: Program, engine: str, seed: int | None = None, data: Mapping[str, str] | None = None
) -> Passport:
    """The passport of a program on an engine."""
    return Passport(
        program=program.hash,
        seed=program.run.seed if seed is None else seed,
        engine=engine,
        data=data or {},
    )


@dataclass(frozen=True)
class Pictures:
    """Arrays ready to draw. Shapes: P products, M machines, B bins, R orders, G segments.

    Series are means over replications with the half width of a 95 % interval (NaN for one
    replication). The Gantt holds state changes of replication 0, sorted by machine then
    time; empty unless that one was traced. Lead times are good pieces of all replications.
    """

    bin_s: float
    start: str | None  # ISO date of second 0
    products: tuple[str, ...]
    machines: tuple[str, ...]
    orders: tuple[str, ...]
    series_good: Floats  # (P, B) good pieces per bin
    series_good_half: Floats
    series_total: Floats  # (B,) good pieces of all products
    series_total_half: Floats
    series_wip: Floats  # (B,) pieces
    series_wip_half: Floats
    series_cycles: Floats  # (M, B) cycles per bin
    states: Floats  # (M, 7) mean share of the observed time
    lead_low_s: Floats  # lower and upper edges of the lead-time bins, s
    lead_high_s: Floats
    lead_pieces: Floats
    order_due_s: Floats  # (R,) NaN: no due date
    order_done_s: Floats  # (R,) mean over the replications that finished it, NaN: none did
    order_done_share: Floats  # (R,) share of replications that finished it
    gantt_machine: Ints  # (G,)
    gantt_state: Ints  # (G,)
    gantt_start_s: Floats  # (G,) each lasts until the next of the same machine or `gantt_end_s`
    gantt_end_s: float

    @property
    def traced(self) -> bool:
        """Whether there is a Gantt to draw."""
        return len(self.gantt_machine) > 0


@dataclass(frozen=True)
class RunRecord:
    """A run as it is kept. ``summary`` is the result JSON, ``verdict`` the jury's, ``pictures``
    is None in lists. ``reused`` says that it came out of the store instead of being run.
    """

    id: str
    scenario: str
    path: str | None
    variant: str | None
    engine: str
    seed: int
    asked: int  # replications asked for
    finished: int  # replications finished
    status: Status
    created: str  # ISO 8601, UTC
    changed: str  # ISO 8601, UTC
    who: str
    passport: Mapping[str, Any]
    versions: Mapping[str, str]
    summary: Mapping[str, Any] | None = None
    verdict: Mapping[str, Any] | None = None
    ledger: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    pictures: Pictures | None = field(default=None, repr=False, compare=False)
    reused: bool = False


def pictures(program: Program, tallies: Sequence[Tally]) -> Pictures:
    """The arrays of a run's pictures; ``tallies`` holds at least one replication."""
    bins = min(len(tally.series_wip) for tally in tallies)
    if program.run.stop:  # nothing is to be seen after the last of them has ended
        bins = min(bins, max(tally.bins_run(program.run.bin) for tally in tallies))
    good = np.array([tally.series_good[:, :bins] for tally in tallies], dtype=np.float64)
    total = good[:, list(program.leaving)].sum(axis=1)
    wip = np.array([tally.series_wip[:bins] for tally in tallies], dtype=np.float64)
    cycles = np.array([tally.series_cycles[:, :bins] for tally in tallies], dtype=np.float64)
    low, high, pieces = _lead(tallies)
    done, done_share = _orders_done(program, tallies)
    trace = next((t.trace for t in tallies if t.trace is not None), None)
    ended = next((t.ended for t in tallies if t.trace is not None), program.run.horizon)
    machine, state, start, end = _gantt(trace, ended)
    return Pictures(
        bin_s=program.run.bin / _TICKS,
        start=program.run.start,
        products=tuple(p.name for p in program.products),
        machines=tuple(m.name for m in program.machines),
        orders=tuple(o.name for o in program.orders),
        series_good=good.mean(axis=0),
        series_good_half=_half(good),
        series_total=total.mean(axis=0),
        series_total_half=_half(total),
        series_wip=wip.mean(axis=0),
        series_wip_half=_half(wip),
        series_cycles=cycles.mean(axis=0),
        states=_state_shares(tallies),
        lead_low_s=low,
        lead_high_s=high,
        lead_pieces=pieces,
        order_due_s=np.array(
            [o.due / _TICKS if o.due < NEVER else np.nan for o in program.orders], dtype=np.float64
        ),
        order_done_s=done,
        order_done_share=done_share,
        gantt_machine=machine,
        gantt_state=state,
        gantt_start_s=start,
        gantt_end_s=end,
    )


def _half(values: Floats) -> Floats:
    """Half width of the 95 % interval over the first axis."""
    n = len(values)
    if n < 2:
        return np.full(values.shape[1:], np.nan)
    half: Floats = t_quantile(0.975, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return half


def _state_shares(tallies: Sequence[Tally]) -> Floats:
    shape = tallies[0].machine_state.shape
    shares = np.zeros(shape)
    for tally in tallies:
        state = tally.machine_state.astype(np.float64)
        whole = state.sum(axis=1, keepdims=True)
        shares += np.divide(state, whole, out=np.zeros(shape), where=whole > 0)
    return shares / len(tallies)


def _lead(tallies: Sequence[Tally]) -> tuple[Floats, Floats, Floats]:
    counts: dict[int, int] = {}
    for tally in tallies:
        for histogram in tally.lead_hist:
            for index, pieces in histogram.items():
                counts[index] = counts.get(index, 0) + pieces
    order = sorted(counts)
    bounds = np.array([lead_bin_bounds(index) for index in order], dtype=np.float64)
    bounds = bounds.reshape(len(order), 2) / _TICKS
    return bounds[:, 0], bounds[:, 1], np.array([counts[i] for i in order], dtype=np.float64)


def _orders_done(program: Program, tallies: Sequence[Tally]) -> tuple[Floats, Floats]:
    each = np.array([tally.order_done for tally in tallies], dtype=np.float64)
    each = each.reshape(len(tallies), len(program.orders))
    finished = each >= 0
    count = finished.sum(axis=0)
    total = np.where(finished, each, 0.0).sum(axis=0) / _TICKS
    mean = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return mean, count / len(tallies)


def _gantt(trace: Trace | None, ended: int) -> tuple[Ints, Ints, Floats, float]:
    """State changes sorted by machine, then time; cut where there are too many."""
    if trace is None:
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0), 0.0
    rows = np.flatnonzero(trace.kind == Event.STATE)
    end = ended
    if len(rows) > MOST_SEGMENTS:
        end = int(trace.time[rows[MOST_SEGMENTS]])
        rows = rows[:MOST_SEGMENTS]
    machine, time, state = trace.entity[rows], trace.time[rows], trace.value[rows]
    # Of several changes of one machine at one instant only the last ever lasted.
    order = np.lexsort((np.arange(len(rows)), time, machine))
    machine, time, state = machine[order], time[order], state[order]
    lasts = np.ones(len(machine), dtype=np.bool_)
    if len(machine) > 1:
        lasts[:-1] = (machine[1:] != machine[:-1]) | (time[1:] != time[:-1])
    return machine[lasts], state[lasts], time[lasts] / _TICKS, end / _TICKS


# --- bytes -----------------------------------------------------------------------------------


def to_bytes(arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]) -> bytes:
    """Named arrays and one JSON object, compressed (numpy's ``.npz``)."""
    out = io.BytesIO()
    text = json.dumps(meta, allow_nan=False).encode()
    packed: dict[str, Any] = {**arrays, "__meta__": np.frombuffer(text, dtype=np.uint8)}
    np.savez_compressed(out, **packed)
    return out.getvalue()


def from_bytes(body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inverse of `to_bytes`; refuses anything that would need unpickling (ValueError)."""
    with np.load(io.BytesIO(body), allow_pickle=False) as found:
        arrays: dict[str, Any] = {name: found[name] for name in found.files}
    meta = json.loads(arrays.pop("__meta__").tobytes())
    return arrays, meta


def tally_to_bytes(tally: Tally) -> bytes:
    """A tally without its trace."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    meta: dict[str, Any] = {}
    for one in fields(Tally):
        value = getattr(tally, one.name)
        if one.name == "trace":
            continue
        if one.name == "lead_hist":
            rows = [(p, b, n) for p, h in enumerate(value) for b, n in sorted(h.items())]
            arrays["lead_hist"] = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
            meta["products"] = len(value)
        elif isinstance(value, np.ndarray):
            arrays[one.name] = value
        else:
            meta[one.name] = list(value) if isinstance(value, tuple) else value
    return to_bytes(arrays, meta)


def tally_from_bytes(body: bytes) -> Tally:
    """The inverse of `tally_to_bytes`."""
    arrays, meta = from_bytes(body)
    lead: tuple[dict[int, int], ...] = tuple({} for _ in range(meta.pop("products")))
    for product, index, pieces in arrays.pop("lead_hist").tolist():
        lead[product][index] = pieces
    meta = {name: tuple(v) if isinstance(v, list) else v for name, v in meta.items()}
    # One kept before there were so many states was never in those that came later.
    states = arrays["vehicle_state"] if "vehicle_state" in arrays else np.zeros((0, 0), np.int64)
    arrays["vehicle_state"] = np.pad(states, ((0, 0), (0, len(VehicleState) - states.shape[1])))
    return Tally(lead_hist=lead, **arrays, **meta)


def pictures_to_bytes(shown: Pictures) -> bytes:
    """All arrays of a run's pictures."""
    values = {one.name: getattr(shown, one.name) for one in fields(Pictures)}
    arrays = {name: v for name, v in values.items() if isinstance(v, np.ndarray)}
    meta = {name: v for name, v in values.items() if name not in arrays}
    return to_bytes(arrays, meta)


def pictures_from_bytes(body: bytes) -> Pictures:
    """The inverse of `pictures_to_bytes`."""
    arrays, meta = from_bytes(body)
    for name, value in meta.items():
        arrays[name] = tuple(value) if isinstance(value, list) else value
    return Pictures(**arrays)


#: The order of the columns of ``Pictures.states``.
STATE_NAMES = tuple(state.name.lower() for state in MachineState)
