"""What the parts of the plant have counted, read at an instant (S-70 to S-73)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtwin.engines.energy import Demand, Meter
from vtwin.engines.reading import Ending, Glance, Reading, Series, tally, traced
from vtwin.plant.primitives import NEVER, MachineState
from vtwin.plant.trace import Tally

if TYPE_CHECKING:
    from vtwin.engines.faults import Fault
    from vtwin.engines.floor import Floor
    from vtwin.engines.machines import Way
    from vtwin.engines.releases import OrderFile
    from vtwin.engines.stations import Step

NONE_YET = (0,) * len(MachineState)


@dataclass(frozen=True, slots=True)
class Counted:
    """The parts of the plant that count, in the order of the Program."""

    floor: Floor
    steps: list[Step]
    ways: list[Way]  # by operation, then mode
    faults: list[Fault]
    orders: list[OrderFile]

    def read(self, now: int) -> Reading:
        """Read every counter as of now."""
        floor, ways = self.floor, self.ways
        stations, products, staff = floor.stations, floor.products, floor.staff
        pools = floor.pools
        for person in staff.people:
            person.mark(now)
        return Reading(
            {
                "machine_state": self._times(now),
                "machine_starts": [
                    m.start_ups.starts if m.start_ups else 0 for m in floor.machines
                ],
                "surge_time": self._surges(now),
                "mode_visits": [w.visits for w in ways],
                "mode_cycles": [w.cycles for w in ways],
                "mode_pieces": [w.pieces for w in ways],
                "mode_scrap": [w.scrapped for w in ways],
                "mode_busy": [w.busy for w in ways],
                "mode_restart": [w.thrown for w in ways],
                "setups": [m.setup_count for m in floor.machines],
                "setup_time": [m.setup_ticks for m in floor.machines],
                "station_arrivals": [s.arrivals for s in stations],
                "station_wait": [s.waited for s in stations],
                "station_queue_area": [s.moment + s.queued * now for s in stations],
                "station_output_area": [s.held_moment + s.held * now for s in stations],
                "product_released": [p.released for p in products],
                "product_good": [p.good for p in products],
                "product_items": [p.items for p in products],
                "product_scrap": [p.scrapped for p in products],
                "product_lead": [p.lead for p in products],
                "product_wip_area": [p.moment + p.inside * now for p in products],
                "stale": [step.stale for step in self.steps if step.shelf != NEVER],
                "stock_taken": [s.taken for s in floor.stocks],
                "stock_area": [s.moment + s.level * now for s in floor.stocks],
                "carrier_area": [pools.area(c, now) for c in range(len(pools.free))],
                "worker_busy": [w.busy for w in staff.people],
                "worker_duty": [w.duty for w in staff.people],
                "worker_walk": [w.walked for w in staff.people],
                "worker_teach": [w.taught for w in staff.people],
                "worker_overtime": [w.overtime for w in staff.people],
                "worker_night": [w.night for w in staff.people],
                "skill_claims": list(staff.granted),
                "skill_wait": list(staff.waited),
                "tool_renewals": [sum(c.renewals for c in r) for r in floor.tools.renewals],
                "tool_away": [sum(c.away(now) for c in r) for r in floor.tools.renewals],
                "vehicle_state": [
                    ticks + (now - v.since if state == v.state else 0)
                    for v in floor.vehicles
                    for state, ticks in enumerate(v.times)
                ],
                "vehicle_moves": [v.moves for v in floor.vehicles],
                "vehicle_charges": [v.charges for v in floor.vehicles],
                "vehicle_flat": [v.flat for v in floor.vehicles],
                "zone_entries": [zone.entries for zone in floor.roads.zones],
                "zone_held": floor.roads.held(now),
                "fleet_calls": [f.answered for f in floor.fleets],
                "fleet_wait": [f.waited for f in floor.fleets],
                "failures": [f.strikes for f in self.faults],
                "failure_down": [
                    f.down_ticks + (now - f.since if f.struck else 0) for f in self.faults
                ],
            }
        )

    def _times(self, now: int) -> list[int]:
        """Ticks by machine, then state."""
        return [
            ticks + (now - m.since if state == m.state else 0)
            for m in self.floor.machines
            for state, ticks in enumerate(m.times)
        ]

    def _surges(self, now: int) -> list[int]:
        """Ticks of start-ups by machine, then state."""
        return [
            ticks
            for m in self.floor.machines
            for ticks in (m.start_ups.ticks(m.state, m.since, now) if m.start_ups else NONE_YET)
        ]

    def energies(self, meter: Meter, now: int) -> list[int]:
        """Watt-ticks drawn so far, by machine (S-160)."""
        return meter.energies(self._times(now), self._surges(now))

    def glance(self, now: int) -> Glance:
        """Read what the series show (S-72)."""
        cycles = [0] * len(self.floor.machines)
        for way in self.ways:
            cycles[way.machine.index] += way.cycles
        products = self.floor.products
        area = sum(p.moment + p.inside * now for p in products)
        return Glance([p.good for p in products], cycles, area)

    def tally(
        self,
        start: Reading,
        series: Series,
        *,
        replication: int,
        warmup: int,
        ended: int,
        stopped: int,
        stall: tuple[str, ...],
        demand: Demand | None,
        band_energy: tuple[int, ...],
    ) -> Tally:
        """The tally of a run that ended at a tick, observed from ``start`` (the warm-up)."""
        floor, orders = self.floor, self.orders
        series.close_bin(ended, self.glance(ended))
        ending = Ending(
            replication=replication,
            warmup=warmup,
            ended=ended,
            events=floor.other_events + sum(w.visits for w in self.ways),
            histograms=tuple(p.histogram for p in floor.products),
            order_start=[o.started for o in orders],
            order_done=[o.done for o in orders],
            order_good=[o.good for o in orders],
            state_at_end=[m.state for m in floor.machines],
            in_plant=sum(p.inside for p in floor.products),
            stopped=stopped,
            stall=stall,
            peak_w=demand.watts if demand else 0,
            peak_at=demand.at if demand else -1,
            peak_machines=demand.machines if demand else (),
            band_energy=band_energy,
            band_peak_w=demand.bands if demand else (),
            trace=None if floor.rows is None else traced(floor.rows),
        )
        return tally(start, self.read(ended), series, ending)
