"""Batches, stocks, carriers and vehicles."""

from __future__ import annotations

from vtwin.engines.kernel import layout as at
from vtwin.engines.kernel.encoding import traffic
from vtwin.engines.kernel.encoding.tables import ENDLESS, Tables
from vtwin.plant.primitives import (
    UNLIMITED,
)
from vtwin.plant.trace import VehicleState


def batches(t: Tables) -> None:
    """Items that are taken together."""
    p = t.program
    for index, spec in enumerate(p.batches):
        done = [n for n, op in enumerate(p.operations) if op.batch == index]
        start = t.batches.at(index)
        t.fill(
            start,
            BA_SLOT=t.slots.batches[index],
            BA_LEAST=spec.least,
            BA_MOST=spec.most,
            BA_WAIT=spec.wait,
            BA_DUE=at.NEVER,
        )
        t.list_of(start, "BA_STEPS", "BA_STEP_COUNT", [t.steps.at(n) for n in done])
        if done:
            t.link(start, BA_STATION=t.stations.at(p.operations[done[0]].station))


def stocks(t: Tables) -> None:
    """Finished pieces that wait for assemblies."""
    p = t.program
    for index, spec in enumerate(p.stocks):
        takers = {op.station for op in p.operations for k in op.kit if k.stock == index}
        start = t.stocks.at(index)
        places = ENDLESS if spec.places == UNLIMITED else spec.places
        t.fill(start, STK_INDEX=index, STK_PLACES=places)
        t.link(start, STK_PRODUCT=t.products.at(spec.product))
        users = [t.stations.at(n) for n in sorted(takers)]
        t.list_of(start, "STK_USERS", "STK_USER_COUNT", users)


def carriers(t: Tables) -> None:
    """Pallets, fixtures and baskets in closed loops."""
    p = t.program
    for index, spec in enumerate(p.carriers):
        takers = {op.station for op in p.operations if index in op.taken}
        start = t.carriers.at(index)
        t.fill(start, CA_INDEX=index, CA_FREE=spec.count)
        users = [t.stations.at(n) for n in sorted(takers)]
        t.list_of(start, "CA_USERS", "CA_USER_COUNT", users)
    every = [t.carriers.at(n) for n in range(len(p.carriers))]
    t.list_of(0, "H_CARRIERS", "H_CARRIER_COUNT", every)


def transport(t: Tables) -> None:
    """Fleets and their vehicles."""
    p = t.program
    for index, spec in enumerate(p.fleets):
        start = t.fleets.at(index)
        t.fill(
            start,
            FL_INDEX=index,
            FL_RULE=spec.rule,
            FL_NODES=len(spec.nodes),
            FL_LOAD=spec.load,
            FL_IDLE=sum(vehicle.fleet == index for vehicle in p.vehicles),
            FL_UNLOAD=spec.unload,
        )
        ways = [ticks for row in spec.travel for ticks in row]
        t.link(start, FL_TRAVEL=t.draft.numbers(ways))
        traffic.roads(t, start, spec)
        own = [n for n, vehicle in enumerate(p.vehicles) if vehicle.fleet == index]
        t.list_of(start, "FL_VEHICLES", "FL_VEHICLE_COUNT", [t.vehicles.at(n) for n in own])
    for index, vehicle in enumerate(p.vehicles):
        start = t.vehicles.at(index)
        t.fill(
            start,
            V_INDEX=index,
            V_RANK=len(p.machines) + index,
            V_SLOT=t.slots.vehicles[index],
            V_NODE=vehicle.node,
            V_STATE=VehicleState.IDLE,
            V_CONTENT=vehicle.content,
        )
        t.link(start, V_FLEET=t.fleets.at(vehicle.fleet))
