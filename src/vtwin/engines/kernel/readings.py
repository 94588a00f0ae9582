"""What the counters in an arena say at an instant (S-70 to S-72), read without changing them."""

from __future__ import annotations

import numpy as np

from vtwin.engines.energy import Meter
from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.arena import Fields, Table, whole
from vtwin.engines.kernel.encoding.template import Template
from vtwin.engines.kernel.memory import FIELD
from vtwin.engines.reading import Glance, Reading
from vtwin.plant import rules
from vtwin.plant.primitives import MachineState
from vtwin.plant.trace import VehicleState


class Counters:
    """The counters of one running arena."""

    def __init__(self, template: Template, arena: Fields) -> None:
        self._at = template
        self._arena = arena
        records = template.machines.start + template.machines.size * np.arange(
            template.machines.count
        )
        owners = self._column(template.ways, at.W_MACHINE) - arena.ctypes.data
        self._machine_of_way = np.searchsorted(records, owners // FIELD)

    def _column(self, table: Table, field: int) -> Fields:
        return table.column(self._arena, field)

    def _wide(self, table: Table, field: int) -> list[int]:
        """A sum of any size per record."""
        columns = table.columns(self._arena, field, 2).tolist()
        return [whole(high, low) for high, low in columns]

    def read(self, now: int) -> Reading:
        """Read every counter as of now."""
        t = self._at
        ways, stations, products = t.ways, t.stations, t.products
        busy, duty, walked, taught = self._attendance(now)
        return Reading(
            {
                "machine_state": self._states(now),
                "machine_starts": self._starts(),
                "surge_time": self._surges(now),
                "mode_visits": self._column(ways, at.W_VISITS).tolist(),
                "mode_cycles": self._column(ways, at.W_CYCLES).tolist(),
                "mode_pieces": self._column(ways, at.W_PIECES).tolist(),
                "mode_scrap": self._column(ways, at.W_SCRAPPED).tolist(),
                "mode_busy": self._column(ways, at.W_BUSY).tolist(),
                "mode_restart": self._column(ways, at.W_RESTART).tolist(),
                "setups": self._column(t.machines, at.M_SETUP_COUNT).tolist(),
                "setup_time": self._column(t.machines, at.M_SETUP_TICKS).tolist(),
                "station_arrivals": self._column(stations, at.ST_ARRIVALS).tolist(),
                "station_wait": self._wide(stations, at.ST_WAITED),
                "station_queue_area": self._area(stations, at.ST_MOMENT, at.ST_QUEUED, now),
                "station_output_area": self._area(stations, at.ST_HELD_MOMENT, at.ST_HELD, now),
                "product_released": self._column(products, at.PR_RELEASED).tolist(),
                "product_good": self._column(products, at.PR_GOOD).tolist(),
                "product_items": self._column(products, at.PR_ITEMS).tolist(),
                "product_scrap": self._column(products, at.PR_SCRAPPED).tolist(),
                "product_lead": self._wide(products, at.PR_LEAD),
                "product_wip_area": self._pieces_area(now),
                "stale": self._column(t.steps, at.OP_STALE)[list(t.shelved)].tolist(),
                "stock_taken": self._column(t.stocks, at.STK_TAKEN).tolist(),
                "stock_area": self._area(t.stocks, at.STK_MOMENT, at.STK_LEVEL, now),
                "carrier_area": self._carrier_area(now),
                "worker_busy": busy,
                "worker_duty": duty,
                "worker_walk": walked,
                "worker_teach": taught,
                "worker_overtime": self._overtime(now),
                "worker_night": self._nights(now),
                "skill_claims": self._column(t.skills, at.SK_GRANTED).tolist(),
                "skill_wait": self._column(t.skills, at.SK_WAITED).tolist(),
                "tool_renewals": self._by_tool(self._column(t.copies, at.C_RENEWALS)),
                "tool_away": self._by_tool(self._away(now)),
                "vehicle_state": self._vehicle_states(now),
                "vehicle_moves": self._column(t.vehicles, at.V_MOVES).tolist(),
                "vehicle_charges": self._column(t.vehicles, at.V_CHARGES).tolist(),
                "vehicle_flat": self._column(t.vehicles, at.V_FLAT).tolist(),
                "zone_entries": self._column(t.zones, at.Z_ENTRIES).tolist(),
                "zone_held": self._held(now),
                "fleet_calls": self._column(t.fleets, at.FL_ANSWERED).tolist(),
                "fleet_wait": self._column(t.fleets, at.FL_WAITED).tolist(),
                "failures": self._column(t.faults, at.F_STRIKES).tolist(),
                "failure_down": self._down(now),
            }
        )

    def _states(self, now: int) -> list[int]:
        machines = self._at.machines
        times = machines.columns(self._arena, at.M_TIMES, len(MachineState)).copy()
        present = self._column(machines, at.M_STATE)
        times[np.arange(machines.count), present] += now - self._column(machines, at.M_SINCE)
        return list(times.ravel().tolist())

    def _vehicle_states(self, now: int) -> list[int]:
        vehicles = self._at.vehicles
        times = vehicles.columns(self._arena, at.V_TIMES, len(VehicleState)).copy()
        present = self._column(vehicles, at.V_STATE)
        times[np.arange(vehicles.count), present] += now - self._column(vehicles, at.V_SINCE)
        return list(times.ravel().tolist())

    def _held(self, now: int) -> list[int]:
        """Ticks vehicles were held up for each zone (S-170)."""
        zones, vehicles = self._at.zones, self._at.vehicles
        found = self._column(zones, at.Z_HELD).copy()
        held = self._column(vehicles, at.V_STATE) == VehicleState.HELD
        place = (self._column(vehicles, at.V_OBSTACLE)[held] - self._arena.ctypes.data) // FIELD
        since = now - self._column(vehicles, at.V_SINCE)[held]
        np.add.at(found, (place - zones.start) // max(zones.size, 1), since)
        return list(found.tolist())

    def _starts(self) -> list[int]:
        meters = self._at.meters
        if not meters.count:
            return [0] * self._at.machines.count
        return list(self._column(meters, at.ME_STARTS).tolist())

    def _surges(self, now: int) -> list[int]:
        """Ticks of start-ups by machine, then state (S-162)."""
        meters, machines = self._at.meters, self._at.machines
        if not meters.count:
            return [0] * machines.count * len(MachineState)
        ticks = meters.columns(self._arena, at.ME_SURGED, len(MachineState)).copy()
        until = np.minimum(self._column(meters, at.ME_UNTIL), now)
        present = self._column(machines, at.M_STATE)
        since = self._column(machines, at.M_SINCE)
        ticks[np.arange(machines.count), present] += np.maximum(until - since, 0)
        return list(ticks.ravel().tolist())

    def peak(self) -> tuple[int, int]:
        """Watt-ticks of the busiest window of demand, and the tick at which it began, or −1."""
        arena = self._arena
        most = whole(int(arena[at.H_PEAK]), int(arena[at.H_PEAK_LOW]))
        return max(most, 0), int(arena[at.H_PEAK_AT])

    def energies(self, meter: Meter, now: int) -> list[int]:
        """Watt-ticks drawn since tick 0, by machine."""
        return meter.energies(self._states(now), self._surges(now))

    def peak_machines(self) -> list[int]:
        """Watt-ticks of each machine in the busiest window of demand."""
        return self._wide(self._at.meters, at.ME_PEAK)

    def band_peaks(self) -> list[int]:
        """Watt-ticks of the busiest window of each band, −1 where it has none."""
        columns = self._at.bands.columns(self._arena, at.BD_PEAK, 2).tolist()
        return [-1 if high < 0 else whole(high, low) for high, low in columns]

    def _away(self, now: int) -> Fields:
        """Ticks each copy has been away (S-107)."""
        copies = self._at.copies
        gone = self._column(copies, at.C_AWAY) * (now - self._column(copies, at.J_SINCE))
        return self._column(copies, at.C_AWAY_TICKS) + gone

    def _by_tool(self, values: Fields) -> list[int]:
        """Sums over the copies of each tool."""
        tools, copies = self._at.tools, self._at.copies
        found = np.zeros(tools.count, dtype=np.int64)
        place = (self._column(copies, at.C_TOOL) - self._arena.ctypes.data) // FIELD
        np.add.at(found, (place - tools.start) // max(tools.size, 1), values)
        return list(found.tolist())

    def _area(self, table: Table, moment: int, inside: int, now: int) -> list[int]:
        """Integrals of what is inside up to now, in item-ticks."""
        held = self._column(table, inside).tolist()
        return [m + n * now for m, n in zip(self._wide(table, moment), held, strict=True)]

    def inside(self) -> list[int]:
        """Pieces in the plant, by product: finished ones in stock are (S-128)."""
        products, stocks = self._at.products, self._at.stocks
        gone = self._column(products, at.PR_GOOD) + self._column(products, at.PR_SCRAPPED)
        inside = self._column(products, at.PR_RELEASED) - gone
        inside[list(self._at.stored)] += self._column(stocks, at.STK_LEVEL)
        return list(inside.tolist())

    def _carrier_area(self, now: int) -> list[int]:
        """Carriers in use, in carrier-ticks (S-137)."""
        carriers = self._at.carriers
        used = [n - free for n, free in zip(
            self._at.carrier_counts, self._column(carriers, at.CA_FREE).tolist(), strict=True
        )]  # fmt: skip
        moments = self._wide(carriers, at.CA_MOMENT)
        return [moment + n * now for moment, n in zip(moments, used, strict=True)]

    def _pieces_area(self, now: int) -> list[int]:
        moments = self._wide(self._at.products, at.PR_MOMENT)
        return [m + n * now for m, n in zip(moments, self.inside(), strict=True)]

    def _attendance(self, now: int) -> tuple[list[int], list[int], list[int], list[int]]:
        """Ticks each worker was busy, present, on the way, and beside a learner (S-55, S-57)."""
        people = self._at.people
        since = now - self._column(people, at.P_SINCE)
        present = self._column(people, at.P_PRESENT) != 0
        at_work = present & (self._column(people, at.P_TASK_COUNT) != 0)
        walks = at_work & (self._column(people, at.P_COMING) != 0)
        busy = self._column(people, at.P_BUSY) + since * at_work
        duty = self._column(people, at.P_DUTY) + since * present
        walked = self._column(people, at.P_WALKED) + since * walks
        one_task = self._column(people, at.P_TASK_COUNT) == 1
        beside = at_work & ~walks & one_task & (self._column(people, at.P_TEACHING) != 0)
        taught = self._column(people, at.P_TAUGHT) + since * beside
        return busy.tolist(), duty.tolist(), walked.tolist(), taught.tolist()

    def _overtime(self, now: int) -> list[int]:
        """Ticks each worker was present off shift (S-59)."""
        people = self._at.people
        late = self._column(people, at.P_PRESENT) > self._column(people, at.P_ON_SHIFT)
        since = now - self._column(people, at.P_SINCE)
        return list((self._column(people, at.P_OVERTIME) + since * late).tolist())

    def _nights(self, now: int) -> list[int]:
        """Ticks each worker was present at night (S-59)."""
        people, found = self._at.people, []
        for fields in people.columns(self._arena, 0, at.P_SIZE).tolist():
            night, start = fields[at.P_NIGHT], fields[at.P_NIGHT_FROM]
            length = fields[at.P_NIGHT_LENGTH]
            if length and fields[at.P_PRESENT]:
                night += rules.night_ticks(now, start, length)
                night -= rules.night_ticks(fields[at.P_SINCE], start, length)
            found.append(night)
        return found

    def _down(self, now: int) -> list[int]:
        faults = self._at.faults
        struck = self._column(faults, at.F_STRUCK) != 0
        open_ends = struck * (now - self._column(faults, at.J_SINCE))
        return list((self._column(faults, at.F_DOWN_TICKS) + open_ends).tolist())

    def glance(self, now: int) -> Glance:
        """Read what the series show (S-72)."""
        t = self._at
        cycles = np.zeros(t.machines.count, dtype=np.int64)
        np.add.at(cycles, self._machine_of_way, self._column(t.ways, at.W_CYCLES))
        good = self._column(t.products, at.PR_GOOD).tolist()
        return Glance(good, cycles.tolist(), sum(self._pieces_area(now)))

    def histograms(self) -> tuple[dict[int, int], ...]:
        """Good pieces by lead_bin since they were last cleared, by product."""
        return tuple(_bins(row) for row in self._histograms())

    def clear_histograms(self) -> None:
        """The warm-up is over."""
        for row in self._histograms():
            row[:] = 0

    def _histograms(self) -> list[Fields]:
        first = self._column(self._at.products, at.PR_HISTOGRAM) - self._arena.ctypes.data
        starts = (first // FIELD).tolist()
        return [self._arena[start : start + self._at.bins] for start in starts]


def _bins(row: Fields) -> dict[int, int]:
    filled = np.flatnonzero(row)
    return dict(zip(filled.tolist(), row[filled].tolist(), strict=True))
