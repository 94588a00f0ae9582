"""Batteries of vehicles: from hours and shares to whole numbers of units and ticks (S-158)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm

from vtwin.base.units import TICKS_PER_SECOND, ticks
from vtwin.scenario.document import BatteryEntry, TransportEntry
from vtwin.scenario.draft import BatteryDraft, Draft

#: Rates are told in fractions of at most this denominator, so that units stay few.
_FINE = 100

Ticks = Sequence[Sequence[int]]  # by node and node


def read_battery(
    draft: Draft, name: str, entry: TransportEntry, index: Mapping[str, int]
) -> BatteryDraft | None:
    """The battery of a transport's vehicles, with its chargers at nodes; None without one, or with
    the problems noted.
    """
    path = ("transport", name)
    if entry.battery is None:
        for word in ("charge_at", "chargers"):
            if word in entry.model_fields_set:
                what = f"'{name}' has a place to charge and no battery"
                draft.fault("V365", what, (*path, word), "write `battery:`, or leave it out")
        return None
    written, where = entry.battery, (*path, "battery")
    for word in ("lasts", "charge"):
        if getattr(written, word) is None:
            what = f"'{word}' is missing in transport.{name}.battery"
            draft.fault("V117", what, where, f"such as `{word}: 2 h`", key=True)
    if written.lasts is None or written.charge is None:
        return None
    if written.low >= written.until:
        what = f"'{name}' leaves the charger with no more than sends it there"
        draft.fault("V365", what, where, "write a `low` below `until`")
        return None
    made = _units(written, written.lasts, written.charge)
    if made.charging == 0:
        what = f"a battery of '{name}' takes more than {_FINE} times as long to charge as it lasts"
        draft.fault("V365", what, where, "look at `charge` and `lasts`")
        return None
    points = entry.charge_at or (entry.start or min(index, key=lambda node: index[node]),)
    chargers = tuple((index[point], charger(name, point)) for point in dict.fromkeys(points))
    return BatteryDraft(
        made.driving, made.standing, made.charging, made.low, made.until, made.capacity, made.kwh,
        chargers,
    )  # fmt: skip


def charger(name: str, point: str) -> str:
    """The zone of the chargers of a transport at a point."""
    return f"{name}@{point}"


def _units(written: BatteryEntry, lasts: float, charge: float) -> BatteryDraft:
    """Units such that every rate is a whole number of them per tick, and no more of them."""
    pace = Fraction(lasts / charge).limit_denominator(_FINE)
    standing = Fraction(written.standing).limit_denominator(_FINE)
    driving = lcm(pace.denominator, standing.denominator)
    full = ticks(lasts) * driving
    return BatteryDraft(
        driving=driving,
        standing=int(standing * driving),
        charging=int(pace * driving),
        low=round(Fraction(str(written.low)) * full),
        until=round(Fraction(str(written.until)) * full),
        capacity=full,
        kwh=written.capacity or 0.0,
        chargers=(),
    )


def check_reach(
    draft: Draft,
    name: str,
    battery: BatteryDraft,
    travel: Ticks,
    pairs: Iterable[tuple[int, int]],
    handling: int,
) -> None:
    """Whether a vehicle that was not sent to charge just yet comes through its next move, from
    wherever it stands, and on to a charger; ``pairs``: (from, to) of the items it brings,
    ``handling``: ticks to load and unload. Waiting on the way is not foreseen.
    """
    nodes = range(len(travel))
    longest = max(
        (
            max(travel[node][home] for node in nodes)
            + travel[home][goal]
            + min(travel[goal][node] for node, _ in battery.chargers)
            for home, goal in pairs
        ),
        default=0,
    )
    needed = (longest + handling) * battery.driving
    where = ("transport", name, "battery")
    told = f"its longest move and the way to a charger take {_span(longest + handling)}"
    if needed > battery.until:
        what = f"a charged battery of '{name}' is not enough for a move: {told}"
        draft.fault("V365", what, where, "a larger `lasts`, or a nearer `charge_at`", key=True)
    elif needed > battery.low:
        left = _span(battery.low // battery.driving)
        what = (
            f"'{name}' may run flat: with {left} of driving left it still answers calls, and {told}"
        )
        hint = f"write `low: {-(-100 * needed // battery.capacity)} %` or more"
        draft.fault("V366", what, where, hint, key=True, warning=True)


def _span(span: int) -> str:
    """A time in words."""
    seconds = span / TICKS_PER_SECOND
    return f"{seconds / 60:.3g} min" if seconds >= 90 else f"{seconds:.3g} s"


__all__ = ["charger", "check_reach", "read_battery"]
