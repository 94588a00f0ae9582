"""Catalogues: keys to words in one language, numbers as that language writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("ko", "en")
_HERE = Path(__file__).parent / "locales"


@dataclass(frozen=True)
class Words:
    """One language. ``words("tile.target", value="450")`` fills ``{value}``."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key; raises KeyError for a key nobody wrote."""
        return self.texts[key].format(**values) if values else self.texts[key]

    def has(self, key: str) -> bool:
        """Whether the catalogue knows this key."""
        return key in self.texts


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested mappings to dotted keys."""
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


def load(language: str) -> Words:
    """Read one catalogue from ``locales/``."""
    text = (_HERE / f"{language}.yaml").read_text(encoding="utf-8")
    return Words(language, flatten(yaml.safe_load(text)))


def preferred(cookie: str | None, accept: str | None) -> str:
    """The language to speak: the cookie's, else the best of Accept-Language, else Korean."""
    if cookie in LANGUAGES:
        return str(cookie)
    offers: list[tuple[float, str]] = []
    for part in (accept or "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            offers.append((-float(quality or 1), tag[:2].lower()))
        except ValueError:
            continue
    ranked = [tag for _, tag in sorted(offers, key=lambda offer: offer[0]) if tag in LANGUAGES]
    return ranked[0] if ranked else "ko"


def decimals(value: float, half_width: float | None) -> int:
    """Decimals that show the interval's first digit (two when it starts with 1), or three
    significant digits where there is no interval; never more than four significant digits.
    """
    size = math.floor(math.log10(abs(value))) if value else 0
    if half_width:
        exponent = math.floor(math.log10(half_width))
        wanted = -exponent + (half_width / 10**exponent < 1.95)
        return max(0, min(int(wanted), max(3 - size, -exponent if size < exponent else 0)))
    return max(0, min(2 - size, 6)) if value else 0


def number(value: float, places: int, sign: bool = False) -> str:
    """``1,234.5``; with ``sign`` always ``+`` or a true minus."""
    text = f"{abs(value):,.{places}f}"
    if float(text.replace(",", "")) == 0:
        return f"±{text}" if sign else text
    if value < 0:
        return "\u2212" + text
    return f"+{text}" if sign else text


@dataclass(frozen=True, slots=True)
class Scale:
    """How a KPI is shown: multiply by ``factor`` and write ``unit``."""

    factor: float
    unit: str


_TIMES = ((172_800.0, 86_400.0, "d"), (7_200.0, 3_600.0, "h"), (120.0, 60.0, "min"))
MONEY = frozenset({"unit_cost", "energy_cost_per_part"})
SHARES = frozenset({"on_time", "oee", "utilisation"})


def scale(key: str, size: float | None, words: Words, currency: str | None) -> Scale:
    """The unit a KPI of about this size is best read in."""
    if key in SHARES:
        return Scale(100.0, "%")
    if key.endswith("_s"):
        for least, one, unit in _TIMES:
            if size is not None and abs(size) >= least:
                return Scale(1 / one, words(f"unit.{unit}"))
        return Scale(1.0, words("unit.s"))
    if key in MONEY:
        known = f"currency.{currency}"
        money = words(known) if words.has(known) else currency or words("unit.money")
        if size is not None and abs(size) >= 100_000:
            return Scale(1e-3, words("unit.per_piece", unit=words("unit.thousand", unit=money)))
        return Scale(1.0, words("unit.per_piece", unit=money))
    unit = words(f"unit.{key}")
    if size is not None and abs(size) >= 1_000_000:
        return Scale(1 / float(words("unit.large_size")), words("unit.large", unit=unit))
    return Scale(1.0, unit)


def duration(seconds: float, words: Words) -> str:
    """``14 d``, ``24 h``, ``3.2 min``: the largest unit that keeps it short."""
    for one, unit in ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")):
        if seconds >= 2 * one or unit == "s" or (seconds >= one and seconds % one == 0):
            value = seconds / one
            places = 0 if abs(value - round(value)) < 0.005 else 1
            return words("duration." + unit, value=number(value, places))
    return ""
