"""Behaviours for tests, named by their path as an equipment family would."""

from __future__ import annotations

from vtwin.base.draws import constant, empirical
from vtwin.plant.behaviour import HandOver, Take, Wait, Work
from vtwin.plant.primitives import MachineState

S = 1_000_000_000


def ordinary(context):
    """An ordinary machine."""
    while True:
        part = yield Take()
        yield Work(part.time)
        yield HandOver()


def oven(context):
    """Heats up for 3 s, works, and lets the part cool for 5 s or 7 s, which needs no machine."""
    while True:
        part = yield Take()
        yield Wait(3 * S, MachineState.SETUP)
        yield Work(part.time)
        yield Wait(context.draw("cooling", empirical([5.0, 7.0])), MachineState.BLOCKED)
        yield HandOver()


def gate(context):
    """Takes no time at all."""
    while True:
        yield Take()
        yield HandOver()


def idler(context):
    yield Wait(S)


def ender(context):
    yield Take()
    yield HandOver()


def grabber(context):
    yield Take()
    yield Take()


def gambler(context):
    yield Take()
    context.draw("x", constant(1.0))
    context.draw("x", constant(2.0))
