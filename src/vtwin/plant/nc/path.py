"""What an NC program makes a machine do: strokes of the tool, and pauses between them.

Modal state, units, coordinates, arcs, canned cycles and subprograms are followed as on a common
mill (Fanuc; Hurco in its ISO mode). Every code is either followed, known to take no time of its
own, or refused with its line: none is passed over in silence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, Literal

from vtwin.base.errors import Problem, Refused
from vtwin.plant.nc import arcs, cycles
from vtwin.plant.nc.arcs import Vector
from vtwin.plant.nc.program import (
    Block,
    Blocks,
    Source,
    Unfollowed,
    blocks,
    code_name,
    shortened,
)

INCH: Final = 25.4  # mm
#: A program that runs through more blocks than this, or does more, does not end.
MOST_BLOCKS: Final = 1_000_000
#: Subprograms inside one another, as on a Fanuc control.
_DEEPEST: Final = 10


@dataclass(frozen=True, slots=True)
class Stroke:
    """One movement of the tool, mm: straight (radius 0) or on an arc or helix. ``feed`` in mm/s,
    0 in rapid traverse; ``begin`` and ``end`` are the directions at its ends. ``stops``: the tool
    is brought to a stand at the end (exact stop). ``turn``: degrees of a rotary axis with it.
    """

    line: int
    delta: Vector
    length: float
    feed: float
    begin: Vector
    end: Vector
    radius: float = 0.0
    stops: bool = False
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Something that takes time and is no movement. ``value``: s of a dwell, speed of the spindle
    from now on in 1/min, number of a tool; ``name`` of a code whose time the machine says.
    ``beside``: it goes on during the strokes of the same block.
    """

    line: int
    kind: Literal["tool", "spindle", "dwell", "code"]
    value: float = 0.0
    beside: bool = False
    name: str = ""


Deed = Stroke | Pause


@dataclass(frozen=True, slots=True)
class Frame:
    """What a machine adds to a program: where the reference point is above the work zero, mm
    (G28, tool change), whether it is a lathe (X is a diameter, T changes the tool), and the codes
    whose time it says, such as M8 or those of its builder.
    """

    home: Vector = (0.0, 0.0, 400.0)
    lathe: bool = False
    codes: frozenset[str] = frozenset()


def path(source: Source, frame: Frame) -> tuple[Deed, ...]:
    """What a program does, in order.

    Raises:
        Refused: V708, V709, V710, V711 with every line found wrong.
    """
    walker = _Walker(source, blocks(source), frame)
    walker.run()
    if walker.problems:
        raise Refused(shortened(walker.problems))
    return tuple(walker.deeds)


_PLANES: Final = {170: (0, 1, 2), 180: (2, 0, 1), 190: (1, 2, 0)}
_MOTIONS: Final = frozenset({0, 10, 20, 30})
#: Codes that are followed, by what they set.
_SETTINGS: Final = frozenset(
    {170, 180, 190, 200, 210, 900, 910, 930, 940, 950, 980, 990, 610, 640, 960, 970, 800}
)
#: Codes that take no time of their own: cutter and length compensation (the programmed path is
#: what is timed), work offsets, scaling and rotation off, arcs by increments, and their like.
_QUIET: Final = frozenset(
    {400, 410, 420, 430, 440, 490, 500, 541, 690, 150, 911, 50, 51, 80}
    | {540, 550, 560, 570, 580, 590}
)
_ONCE: Final = frozenset({40, 90, 100, 280, 300, 520, 530, 920})
_MISC: Final = frozenset(
    {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 130, 140, 190, 290, 300, 480, 490, 980, 990}
)
_STARTS_SPINDLE: Final = frozenset({30, 40, 130, 140})


@dataclass
class _State:
    """What stays from block to block."""

    at: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])  # mm
    shift: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])  # G52, G92
    angle: dict[str, float] = field(default_factory=dict)
    motion: int = 0
    plane: int = 170
    unit: float = 1.0  # mm
    absolute: bool = True
    feed_mode: int = 940
    feed: float = 0.0  # as written
    speed: float = 0.0  # as written
    surface: bool = False
    top_speed: float = math.inf
    turning: float = 0.0  # 1/min
    exact: bool = False
    to_start: bool = True  # G98
    start_level: float = 0.0
    cycle: dict[str, float] = field(default_factory=dict)
    cycle_dwell: float = 0.0
    tool: float = 0.0


class _Walker:
    def __init__(self, source: Source, read: Blocks, frame: Frame) -> None:
        self.source, self.read, self.frame = source, read, frame
        self.state = _State(at=list(frame.home))
        self.deeds: list[Deed] = []
        self.problems: list[Problem] = []
        self.done = 0
        self._told: set[int] = set()

    def run(self) -> None:
        """Every block from the first on, subprograms where they are called."""
        self._program(0, 0)

    def _program(self, at: int, depth: int) -> bool:
        """Blocks from a position to M30, M99 or the end; whether the whole program ended."""
        while at < len(self.read.blocks):
            block = self.read.blocks[at]
            self.done += 1
            if self.done > MOST_BLOCKS or len(self.deeds) > MOST_BLOCKS:
                what = f"the program runs through more than {MOST_BLOCKS:,} blocks or strokes"
                self._tell(block, "V711", what, "fewer repeats, or only the part that repeats")
                return True
            try:
                self._block(block)
            except Unfollowed as wrong:
                self._tell(block, wrong.code, str(wrong), wrong.hint)
            if 980 in block.misc and self._call(block, depth):
                return True
            if {20, 300} & set(block.misc):
                return True
            if 990 in block.misc:
                return depth == 0
            at += 1
        return True

    def _call(self, block: Block, depth: int) -> bool:
        number, times = int(block.values.get("P", 0)), int(block.values.get("L", 1))
        if number > 9999 and "L" not in block.values:
            times, number = divmod(number, 10_000)
        start = self.read.starts.get(number)
        if start is None:
            there = ", ".join(f"O{known}" for known in sorted(self.read.starts)) or "none"
            what = f"there is no subprogram O{number} in this file"
            self._tell(block, "V711", what, f"put it into the same file; there is {there}")
            return False
        if depth >= _DEEPEST:
            what = f"subprograms inside one another more than {_DEEPEST} deep"
            self._tell(block, "V711", what, "does a subprogram call itself?")
            return True
        return any(self._program(start, depth + 1) for _ in range(times))

    def _tell(self, block: Block, code: str, what: str, hint: str | None) -> None:
        if block.line not in self._told:  # a subprogram is run again, its fault told once
            self._told.add(block.line)
            self.problems.append(Problem(code, what, self.source.where(block.line), hint))

    # One block: settings first, then what happens, then what happens once it is over.

    def _block(self, block: Block) -> None:
        state = self.state
        once = [code for code in block.codes if code in _ONCE]
        for code in block.codes:
            self._set(code)
        self._numbers(block)
        self._spindle_and_tool(block)
        if 100 in once:
            return  # data input: its words are no movement
        for code in once:
            self._single(code, block)
        if not {40, 280, 300, 520, 920} & set(once):
            if state.motion in _MOTIONS:
                self._move(block, exact=90 in once, machine=530 in once)
            elif state.motion in cycles.CODES:
                self._cycle(block)
        self._after(block)

    def _set(self, code: int) -> None:
        state = self.state
        if code in _MOTIONS or code in cycles.CODES:
            if code in cycles.CODES and state.motion not in cycles.CODES:
                state.start_level, state.cycle = state.at[self._plane()[2]], {}
                state.cycle_dwell = 0.0
            state.motion = code
        elif code in _PLANES:
            state.plane = code
        elif code in (200, 210):
            state.unit = INCH if code == 200 else 1.0
        elif code in (900, 910):
            state.absolute = code == 900
        elif code in (930, 940, 950):
            state.feed_mode = code
        elif code in (980, 990):
            state.to_start = code == 980
        elif code in (610, 640):
            state.exact = code == 610
        elif code in (960, 970):
            state.surface = code == 960
        elif code == 800:
            state.motion = 0
        elif code not in _QUIET and code not in _ONCE:
            name = code_name("G", code)
            if name not in self.frame.codes:
                hint = f"if it moves nothing, write `codes: {{{name}: 0 s}}` at the machine"
                raise Unfollowed("V709", f"{name} is not followed", hint)

    def _numbers(self, block: Block) -> None:
        state, values = self.state, block.values
        if "F" in values and 40 not in block.codes:
            state.feed = values["F"]
        if "S" in values:
            if self.frame.lathe and (500 in block.codes or 920 in block.codes):
                state.top_speed = values["S"]
            else:
                state.speed = values["S"]
        if "T" in values:
            number = values["T"]
            state.tool = number // 100 if self.frame.lathe and number >= 100 else number

    def _spindle_and_tool(self, block: Block) -> None:
        """What begins with the block: a tool change, the spindle and the builder's own codes."""
        state = self.state
        for code in block.misc:
            name = code_name("M", code)
            if code not in _MISC and name not in self.frame.codes:
                hint = f"write how long it takes at the machine: `codes: {{{name}: 2 s}}`"
                raise Unfollowed("V709", f"{name} is not known", hint)
        if 60 in block.misc or (self.frame.lathe and "T" in block.values):
            self.deeds.append(Pause(block.line, "tool", state.tool))
            if not self.frame.lathe:
                state.at[2] = self.frame.home[2]  # the change is made at the reference point
            state.turning = 0.0
        for code in block.misc:
            if code in _STARTS_SPINDLE:
                speed = self._speed()
                self.deeds.append(Pause(block.line, "spindle", speed, beside=True))
                state.turning = speed
        names = [code_name("G", code) for code in block.codes]
        for name in (*names, *(code_name("M", code) for code in block.misc)):
            if name in self.frame.codes:
                self.deeds.append(Pause(block.line, "code", beside=True, name=name))

    def _after(self, block: Block) -> None:
        """The spindle stops when the strokes of its block are over."""
        if 50 in block.misc and self.state.turning:
            self.state.turning = 0.0
            self.deeds.append(Pause(block.line, "spindle", 0.0))

    def _single(self, code: int, block: Block) -> None:
        state, values = self.state, block.values
        if code == 40:
            self.deeds.append(Pause(block.line, "dwell", _dwell(block)))
        elif code in (280, 300):
            named = [axis for axis, letter in enumerate("XYZ") if letter in values]
            named = named or [0, 1, 2]
            between = self._target(block)
            self._straight(block.line, between, 0.0, stops=True)
            target = [self.frame.home[n] if n in named else state.at[n] for n in range(3)]
            self._straight(block.line, target, 0.0, stops=True)
        elif code == 520 or (code == 920 and not (self.frame.lathe and "S" in values)):
            for axis, letter in enumerate("XYZ"):
                if letter not in values:
                    continue
                value = values[letter] * state.unit
                # G92 says what the place is called, G52 where zero is.
                state.shift[axis] = state.at[axis] - value if code == 920 else value

    # Strokes

    def _plane(self) -> tuple[int, int, int]:
        return _PLANES[self.state.plane]

    def _target(self, block: Block, machine: bool = False) -> list[float]:
        """Where the block leads, mm."""
        state, values = self.state, block.values
        target = list(state.at)
        for axis, letter in enumerate("XYZ"):
            if letter in values:
                value = values[letter] * state.unit
                if self.frame.lathe and axis == 0:
                    value /= 2
                if machine:
                    target[axis] = self.frame.home[axis] + value
                elif state.absolute:
                    target[axis] = state.shift[axis] + value
                else:
                    target[axis] += value
            relative = values.get("UVW"[axis]) if self.frame.lathe else None
            if relative is not None:
                target[axis] += relative * state.unit / (2 if axis == 0 else 1)
        return target

    def _turn(self, block: Block) -> float:
        """Degrees the farthest rotary axis goes."""
        most = 0.0
        for letter in "ABC":
            if letter in block.values:
                value, old = block.values[letter], self.state.angle.get(letter, 0.0)
                new = value if self.state.absolute else old + value
                most = max(most, abs(new - old))
                self.state.angle[letter] = new
        return most

    def _move(self, block: Block, *, exact: bool, machine: bool) -> None:
        state = self.state
        turn = self._turn(block)
        if not turn and not set(block.values) & set("XYZUVWIJKR"):
            return
        target = self._target(block, machine)
        stops = exact or state.exact
        if state.motion == 0:
            self._straight(block.line, target, 0.0, stops=True, turn=turn)
            return
        if turn:
            what = "a rotary axis moves at feed rate, which is not followed"
            raise Unfollowed("V710", what, "only rapid moves of A, B and C are")
        if state.motion == 10:
            length = math.dist(state.at, target)
            if length > 0:
                self._straight(block.line, target, self._feed(block, length), stops=stops)
        else:
            self._arc(block, target, stops)

    def _straight(
        self, line: int, target: list[float], feed: float, *, stops: bool, turn: float = 0.0
    ) -> None:
        state = self.state
        delta = _way(state.at, target)
        state.at = list(target)
        length = math.hypot(*delta)
        if length == 0 and turn == 0:
            return
        scale = 1 / length if length else 0.0
        way = (delta[0] * scale, delta[1] * scale, delta[2] * scale)
        self.deeds.append(Stroke(line, delta, length, feed, way, way, 0.0, stops, turn))

    def _arc(self, block: Block, target: list[float], stops: bool) -> None:
        state, values = self.state, block.values
        plane = _PLANES[state.plane]
        left = state.motion == 30
        if "R" in values:
            centre = arcs.by_radius(state.at, target, plane, values["R"] * state.unit, left)
        else:
            names = ["IJK"[plane[0]], "IJK"[plane[1]]]
            if not set(names) & set(values):
                what = "an arc has neither centre nor radius"
                raise Unfollowed("V710", what, f"write {names[0]} and {names[1]}, or R")
            along, across = (values.get(name, 0.0) * state.unit for name in names)
            centre = state.at[plane[0]] + along, state.at[plane[1]] + across
        arc = arcs.arc(state.at, target, plane, centre, left)
        delta = _way(state.at, target)
        state.at = list(target)
        feed = self._feed(block, arc.length)
        made = Stroke(block.line, delta, arc.length, feed, arc.begin, arc.end, arc.bend, stops)
        self.deeds.append(made)

    def _speed(self) -> float:
        """Speed of the spindle now, 1/min."""
        state = self.state
        if not state.surface:
            return state.speed
        across = 2 * abs(state.at[0]) / 1000  # m
        speed = state.speed * (0.3048 if state.unit == INCH else 1.0)  # m/min, or feet
        return min(speed / (math.pi * across) if across > 0 else math.inf, state.top_speed)

    def _feed(self, block: Block, length: float) -> float:
        """Feed in mm/s."""
        state = self.state
        if state.feed <= 0:
            what = "a movement at feed rate before any feed (F)"
            raise Unfollowed("V710", what, "write F in the first G1 block")
        if state.feed_mode == 930:
            if "F" not in block.values:
                raise Unfollowed("V710", "G93 needs F in every block", "G94 is feed per minute")
            return length * state.feed / 60
        if state.feed_mode == 950:
            speed = self._speed()
            if not 0 < speed < math.inf:
                what = "feed per revolution (G95) and the spindle has no speed"
                raise Unfollowed("V710", what, "write S, and with G96 its limit: G50 S3000")
            return state.feed * state.unit * speed / 60
        return state.feed * state.unit / 60

    # Canned cycles

    def _cycle(self, block: Block) -> None:
        state, values = self.state, block.values
        third = self._plane()[2]
        for letter in "RQ":
            if letter in values:
                state.cycle[letter] = values[letter] * state.unit
        if "XYZ"[third] in values:
            state.cycle["Z"] = values["XYZ"[third]] * state.unit
        if "P" in values:
            state.cycle_dwell = _pause(block)
        if not set(values) & set("XYZR"):
            return
        for letter in "RZ":
            if letter not in state.cycle:
                name = code_name("G", state.motion)
                what = f"the cycle {name} has no {letter}"
                raise Unfollowed("V710", what, f"such as {name} Z-10. R2. F100.")
        place = {name: value for name, value in values.items() if name != "XYZ"[third]}
        flat = Block(block.line, (), (), place, block.whole)
        for _ in range(int(values.get("L", values.get("K", 1.0)))):
            self._hole(flat)
            if len(self.deeds) > MOST_BLOCKS:  # told with the next block
                return

    def _hole(self, block: Block) -> None:
        state = self.state
        third = self._plane()[2]
        level = state.cycle["R"] + (state.shift[third] if state.absolute else state.start_level)
        bottom = state.cycle["Z"] + (state.shift[third] if state.absolute else level)
        self._straight(block.line, self._target(block), 0.0, stops=True)
        self._to(block, level)
        feed = self._feed(block, abs(level - bottom) or 1.0)
        peck = abs(state.cycle.get("Q", 0.0))
        hole = cycles.Hole(state.motion, level, bottom, feed, peck, state.cycle_dwell)
        for deed in cycles.strokes(hole):
            if isinstance(deed, cycles.Wait):
                self.deeds.append(Pause(block.line, "dwell", deed.seconds))
            else:
                self._to(block, deed.level, deed.feed)
        if state.to_start:
            self._to(block, max(state.start_level, level))

    def _to(self, block: Block, level: float, feed: float = 0.0) -> None:
        target = list(self.state.at)
        target[self._plane()[2]] = level
        self._straight(block.line, target, feed, stops=True)


def _way(start: list[float], end: list[float]) -> Vector:
    return end[0] - start[0], end[1] - start[1], end[2] - start[2]


def _dwell(block: Block) -> float:
    """Seconds of G4: X and U in s, P as below."""
    for letter in "XU":
        if letter in block.values:
            return block.values[letter]
    return _pause(block)


def _pause(block: Block) -> float:
    """Seconds of P: in ms if it is a whole number, else in s."""
    value = block.values.get("P", 0.0)
    return value / 1000 if "P" in block.whole else value


__all__ = ["Deed", "Frame", "Pause", "Stroke", "Vector", "path"]
