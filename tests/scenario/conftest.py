"""A small shop to spoil, and a way to see what is said about it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from vtwin.base.errors import Problem
from vtwin.scenario import build

SHOP = """\
vtwin: 1
name: shop
run: {horizon: 20 d, warmup: 2 d}
currency: KRW
products:
  flange:
    route:
      - {op: turn, on: lathes, cycle: 3 min, operator: load}
      - {op: wash, on: washer, cycle: 1 min}
orders:
  - {product: flange, every: {exponential: {mean: 5 min}}}
equipment:
  lathes: {count: 3}
  washer: {input: 5}
people:
  operator: {count: 4, skills: [load]}
"""


def spoiled(*edits: tuple[str, str]) -> str:
    """The shop with texts replaced, each of which must be there."""
    text = SHOP
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def write(tmp_path) -> Callable[..., Path]:
    """Write a scenario and files beside it; the scenario's path."""

    def write(text: str | bytes, files: Mapping[str, str | bytes] | None = None) -> Path:
        for name, content in {"s.yaml": text, **(files or {})}.items():
            raw = content.encode() if isinstance(content, str) else content
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(raw)
        return tmp_path / "s.yaml"

    return write


@pytest.fixture
def told(write) -> Callable[..., list[Problem]]:
    """Every problem of the spoiled shop."""

    def told(
        *edits: tuple[str, str], extra: str = "", files: Mapping[str, str | bytes] | None = None
    ) -> list[Problem]:
        return build.check(write(spoiled(*edits) + extra, files))

    return told
