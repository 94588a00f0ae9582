"""NC programs as text: blocks of words (ISO 6983, as Fanuc and Hurco write it) with their lines.

Only the letters and numbers are read here; what they mean is :mod:`vtwin.plant.nc.path`. Numbers
are read as a calculator shows them (``X10`` is ten units, not ten increments).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Annotated, Any, Final

from vtwin.base import units
from vtwin.base.errors import Problem, Refused, Where, did_you_mean
from vtwin.plant.quantities import DURATION, Reading, refuse

#: Longer programs are a mistake, or are to be cut into the part that repeats.
MAX_BYTES: Final = 10_000_000
#: More problems than this are the same one again.
_MOST_PROBLEMS: Final = 20
#: Of a word, in its unit.
_LARGEST: Final = 1e8
_WORD = re.compile(r"\s*([A-DF-Z])\s*([-+]?(?:\d+\.?\d*|\.\d+))")
_COMMENT = re.compile(r"\([^()]*\)|;.*")
_MACRO = re.compile(r"[#\[\]]|\b(IF|WHILE|GOTO|DO\d|END\d)\b")


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a program. ``codes`` are its G codes, ``misc`` its M codes, both in tenths
    (G54.1 is 541) and in the order written; ``values`` the other words by letter; ``whole`` the
    letters whose number has no decimal point (a dwell ``P500`` is in ms, ``P0.5`` in s).
    """

    line: int
    codes: tuple[int, ...]
    misc: tuple[int, ...]
    values: dict[str, float]
    whole: frozenset[str]


class Unfollowed(Exception):
    """A block that cannot be followed: code, what, hint of its problem."""

    def __init__(self, code: str, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.code, self.hint = code, hint


@dataclass(frozen=True, slots=True)
class Source:
    """The text of an NC program and the file it came from."""

    file: str
    text: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return PurePath(self.file).name

    def where(self, line: int) -> Where:
        """A line of it."""
        return Where(self.file, line)


@dataclass(frozen=True, slots=True)
class Blocks:
    """A program read: the main blocks in order, and where each program (`O1000`) begins."""

    blocks: tuple[Block, ...]
    starts: dict[int, int]  # number of a program -> position of its first block


def blocks(source: Source) -> Blocks:
    """The blocks of a program.

    Raises:
        Refused: V708 with every line that cannot be read (the first twenty).
    """
    found: list[Block] = []
    starts: dict[int, int] = {}
    problems: list[Problem] = []
    for line, text in _lines(source.text):
        read = _block(source, line, text)
        if isinstance(read, Problem):
            problems.append(read)
            continue
        number = read.values.pop("O", None)
        if number is not None:
            starts[int(number)] = len(found)
        if read.codes or read.misc or read.values:
            found.append(read)
    if not found and not problems:
        hint = "an NC program has blocks such as `G1 X10. F500.`"
        problems.append(Problem("V708", "the program has no block", source.where(1), hint))
    if problems:
        raise Refused(shortened(problems))
    return Blocks(tuple(found), starts)


def shortened(problems: list[Problem]) -> list[Problem]:
    """The first of many problems of one program, and how many more there are."""
    rest = len(problems) - _MOST_PROBLEMS
    if rest <= 0:
        return problems
    last = problems[_MOST_PROBLEMS - 1]
    more = Problem(last.code, f"{last.what}; and {rest} more like these", last.where, last.hint)
    return [*problems[: _MOST_PROBLEMS - 1], more]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for line, raw in enumerate(text.split("\n"), start=1):
        bare = raw.strip().upper()
        if bare and bare != "%":
            yield line, bare


def _block(source: Source, line: int, text: str) -> Block | Problem:
    bare = _COMMENT.sub(" ", text).strip()
    bare = bare.lstrip("/%").strip()  # blocks that may be skipped are run
    if "(" in bare or ")" in bare:
        what = "a comment is not closed" if "(" in bare else "a ')' without its '('"
        return Problem("V708", what, source.where(line), "write (comment) on one line")
    if macro := _MACRO.search(bare):
        what = f"'{macro.group()}': variables and jumps are not read"
        return Problem("V708", what, source.where(line), "let the CAM system write plain moves")
    codes: list[int] = []
    misc: list[int] = []
    values: dict[str, float] = {}
    whole: set[str] = set()
    at = 0
    while at < len(bare):
        word = _WORD.match(bare, at)
        if word is None:
            what = f"'{bare[at:].strip()[:12]}' is no word of an NC program"
            return Problem("V708", what, source.where(line), _help_with(bare[at:].strip()))
        letter, number = word.group(1), word.group(2)
        if letter == "G":
            codes.append(round(float(number) * 10))
        elif letter == "M":
            misc.append(round(float(number) * 10))
        elif letter in values:
            what = f"the word {letter} is twice in a block"
            return Problem("V708", what, source.where(line), "one block says each word once")
        elif letter != "N":
            values[letter] = float(number)
            if abs(values[letter]) > _LARGEST:
                what = f"{letter}{number[:12]} is beyond any machine"
                return Problem("V708", what, source.where(line), "is a point missing?")
            if "." not in number:
                whole.add(letter)
        at = word.end()
    return Block(line, tuple(codes), tuple(misc), values, frozenset(whole))


def _help_with(rest: str) -> str:
    """What is likely meant by something that is no word."""
    if "," in rest:
        return "decimals have a point: X1.5"
    return did_you_mean(rest[:4], ("M30", "G0", "G1")) or "a word is a letter and a number: X1.5"


def code_name(letter: str, tenths: int) -> str:
    """A code as people write it: G1, G54.1."""
    whole, part = divmod(tenths, 10)
    return f"{letter}{whole}.{part}" if part else f"{letter}{whole}"


def _nc_file(value: Any, context: Mapping[str, Any]) -> Source:
    if isinstance(value, Source):
        return value
    if isinstance(value, Mapping):  # as written out below
        return Source(str(value.get("file", "")), str(value.get("text", "")))
    if not isinstance(value, str):
        raise refuse("V124", "the name of one file is due", "such as nc: op10.nc")
    read = context.get("text")
    if read is None:
        raise refuse("V708", "an NC program can only be named in a scenario file")
    file, text = read(value, MAX_BYTES)
    return Source(file, text)


_NC_SCHEMA: Final = {
    "type": "string",
    "description": "a file beside the scenario",
    "examples": ["op10.nc"],
}
#: The name of a file beside the scenario; its text becomes a Source.
NcFile = Annotated[Source, Reading(_nc_file, Source("", "M30"), _NC_SCHEMA, asdict)]

_CODE: Final = re.compile(r"([GM])0*(\d+(?:\.\d)?)\Z")


def _code_times(value: Any, context: Mapping[str, Any]) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise refuse("V124", "a mapping from code to time is due", "such as {M8: 1.5 s}")
    found: dict[str, float] = {}
    for code, seconds in value.items():
        named = _CODE.match(str(code).upper())
        if named is None:
            raise refuse("V203", f"'{code}' is no G or M code", "such as {M8: 1.5 s}")
        found[named[1] + named[2]] = float(DURATION.read(seconds, context))
    return found


def _written_code_times(value: Mapping[str, float]) -> dict[str, str]:
    return {code: units.written(seconds, "time") for code, seconds in value.items()}


_TIMES_SCHEMA: Final = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "code: its time with unit",
    "examples": [{"M8": "1.5 s"}],
}
#: Times of G and M codes in s, by name: {"M8": 1.5}.
CodeTimes = Annotated[
    dict[str, float], Reading(_code_times, {}, _TIMES_SCHEMA, _written_code_times)
]
