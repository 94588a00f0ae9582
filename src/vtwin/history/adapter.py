"""State streams of machine tools: the lines an MTConnect adapter writes (SHDR), one file a run.

A line is ``moment|key|value``, with more pairs after it if there are any. Only what changes is
written, so a value holds until the next line with its key.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vtwin.base.errors import Problem, Refused, Where

#: Longer streams are no run of a part.
MAX_BYTES: Final = 200_000_000
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?\Z")


@dataclass(frozen=True, slots=True)
class Reading:
    """One value at one moment."""

    moment: dt.datetime
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Stream:
    """The readings of a file in their order, and the numbers of the lines that are none."""

    file: str
    readings: tuple[Reading, ...]
    unreadable: tuple[int, ...]

    def of(self, key: str) -> Iterator[Reading]:
        """The readings of one key that say something."""
        return (reading for reading in self.readings if reading.key == key and reading.value)

    def numbers(self, key: str) -> list[tuple[dt.datetime, float]]:
        """Those of a key that are numbers."""
        found = []
        for reading in self.of(key):
            try:
                found.append((reading.moment, float(reading.value)))
            except ValueError:
                continue
        return found


def read(path: Path) -> Stream:
    """The stream in a text file, gzipped or not.

    Raises:
        Refused: V402, it cannot be read; V403, it is damaged or too long; V404, nothing in it is
            a reading.
    """
    where = Where(str(path))
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise Refused(Problem("V402", what, where, "is the name right?")) from None
    if raw[:2] == b"\x1f\x8b":
        raw = _unpacked(raw, where)
    readings: list[Reading] = []
    unreadable: list[int] = []
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), start=1):
        cells = line.strip().split("|")
        moment = moment_of(cells[0])
        if moment is None or len(cells) < 3:
            if line.strip():
                unreadable.append(number)
            continue
        pairs = zip(cells[1::2], cells[2::2], strict=False)
        readings += [Reading(moment, key, value.strip()) for key, value in pairs]
    if not readings:
        hint = "a line is moment|key|value, such as 2017-02-01T17:42:34.25Z|Program_Status|ACTIVE"
        raise Refused(Problem("V404", "no line is a reading of an adapter", where, hint))
    return Stream(str(path), tuple(readings), tuple(unreadable))


def moment_of(text: str) -> dt.datetime | None:
    """A moment to the microsecond, in the clock of the stream; None if it is none."""
    found = _MOMENT.match(text)
    if found is None:
        return None
    try:
        whole = dt.datetime.fromisoformat(found[1])
    except ValueError:
        return None
    part = (found[2] or "0")[:6].ljust(6, "0")
    return whole.replace(microsecond=int(part))


def _unpacked(raw: bytes, where: Where) -> bytes:
    try:
        unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(raw, MAX_BYTES + 1)
    except (zlib.error, gzip.BadGzipFile):
        raise Refused(Problem("V403", "the gzip file is damaged", where, "copy it anew")) from None
    if len(unpacked) > MAX_BYTES:
        what = f"unpacked it has more than {MAX_BYTES // 1_000_000} MB"
        raise Refused(Problem("V403", what, where, "one file holds one run"))
    return unpacked
