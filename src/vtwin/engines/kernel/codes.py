"""Codes of the primitives as plain whole numbers, which compiled code holds as constants."""

from __future__ import annotations

from typing import Final

from vtwin.plant.primitives import (
    CallRule,
    DispatchRule,
    MachineState,
    PartAtFailure,
    ReleaseKind,
    ShiftEnd,
    StopKind,
)
from vtwin.plant.program import GrantRule
from vtwin.plant.trace import Event, VehicleState

WORKING: Final = int(MachineState.WORKING)
SETUP: Final = int(MachineState.SETUP)
WAITING_OPERATOR: Final = int(MachineState.WAITING_OPERATOR)
BLOCKED: Final = int(MachineState.BLOCKED)
STARVED: Final = int(MachineState.STARVED)
DOWN: Final = int(MachineState.DOWN)
PLANNED_STOP: Final = int(MachineState.PLANNED_STOP)

FIFO: Final = int(DispatchRule.FIFO)
EDD: Final = int(DispatchRule.EDD)
SPT: Final = int(DispatchRule.SPT)
LEAST_SETUP: Final = int(DispatchRule.LEAST_SETUP)
PRIORITY: Final = int(DispatchRule.PRIORITY)

CRITICAL_RATIO: Final = int(DispatchRule.CRITICAL_RATIO)

ORDERS_DONE: Final = int(StopKind.ORDERS_DONE)

CLOSEST_TO_DONE: Final = int(GrantRule.CLOSEST_TO_DONE)
LONGEST_WAIT: Final = int(GrantRule.LONGEST_WAIT)
DOWNSTREAM_FIRST: Final = int(GrantRule.DOWNSTREAM_FIRST)

KEPT: Final = int(PartAtFailure.KEPT)
REWORKED: Final = int(PartAtFailure.REWORKED)
SCRAPPED: Final = int(PartAtFailure.SCRAPPED)

SATURATED: Final = int(ReleaseKind.SATURATED)
ARRIVALS: Final = int(ReleaseKind.ARRIVALS)
CONWIP: Final = int(ReleaseKind.CONWIP)

PAUSE: Final = int(ShiftEnd.PAUSE)
FINISH: Final = int(ShiftEnd.FINISH)
HAND_OVER: Final = int(ShiftEnd.HAND_OVER)

NEAREST: Final = int(CallRule.NEAREST)

VEHICLE_IDLE: Final = int(VehicleState.IDLE)
VEHICLE_EMPTY: Final = int(VehicleState.EMPTY)
VEHICLE_LOADED: Final = int(VehicleState.LOADED)
VEHICLE_BLOCKED: Final = int(VehicleState.BLOCKED)
VEHICLE_HELD: Final = int(VehicleState.HELD)
VEHICLE_CHARGING: Final = int(VehicleState.CHARGING)

ROW_STATE: Final = int(Event.STATE)
ROW_RELEASE: Final = int(Event.RELEASE)
ROW_ARRIVE: Final = int(Event.ARRIVE)
ROW_START: Final = int(Event.START)
ROW_FINISH: Final = int(Event.FINISH)
ROW_LEAVE: Final = int(Event.LEAVE)
ROW_SCRAP: Final = int(Event.SCRAP)
ROW_GRANT: Final = int(Event.GRANT)
ROW_FREE: Final = int(Event.FREE)
ROW_FAIL: Final = int(Event.FAIL)
ROW_REPAIRED: Final = int(Event.REPAIRED)
ROW_SETUP: Final = int(Event.SETUP)
ROW_ORDER_DONE: Final = int(Event.ORDER_DONE)
ROW_MOUNT: Final = int(Event.MOUNT)
ROW_WORN: Final = int(Event.WORN)
ROW_RENEWED: Final = int(Event.RENEWED)
ROW_KIT: Final = int(Event.KIT)
ROW_RESTART: Final = int(Event.RESTART)
ROW_LOT: Final = int(Event.LOT)
ROW_UNMOUNT: Final = int(Event.UNMOUNT)
ROW_LIMIT: Final = int(Event.LIMIT)
ROW_STALE: Final = int(Event.STALE)
ROW_SEND: Final = int(Event.SEND)
ROW_PICK: Final = int(Event.PICK)
ROW_REACH: Final = int(Event.REACH)
ROW_DROP: Final = int(Event.DROP)
ROW_ENTER: Final = int(Event.ENTER)
ROW_HALT: Final = int(Event.HALT)
ROW_GO: Final = int(Event.GO)
ROW_RECHARGE: Final = int(Event.RECHARGE)
ROW_CHARGE: Final = int(Event.CHARGE)
ROW_CHARGED: Final = int(Event.CHARGED)
