"""Process templates: what a product is made of, how it is made and what it shall be like.

Declared figures that travel with every lot; nothing is computed from them. A figure is a number
with a unit: one of the language's own, or one that only says how something is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vtwin.base.errors import nearest
from vtwin.base.units import UNITS, UnitError, parse

#: Units of settings and properties that nothing is reckoned with: unit -> what it measures.
PLAIN_UNITS: Final[dict[str, str]] = {
    **dict.fromkeys(("Pa", "kPa", "MPa", "GPa", "bar", "mbar"), "pressure"),
    **dict.fromkeys(("HRC", "HRA", "HV", "HB", "HBW", "ShoreA", "ShoreD"), "hardness"),
    **dict.fromkeys(("K", "°C/mm"), "temperature"),
    **dict.fromkeys(("rpm", "1/min", "Hz", "kHz"), "frequency"),
    **dict.fromkeys(("A", "kA", "mA", "V", "kV"), "electricity"),
    **dict.fromkeys(("J", "kJ", "J/cm2"), "energy"),
    **dict.fromkeys(("Nm", "kNm"), "torque"),
    **dict.fromkeys(("um", "µm"), "length"),
    **dict.fromkeys(("g/cm3", "kg/m3"), "density"),
    **dict.fromkeys(("g/10min", "l/min", "m3/h", "kg/h"), "flow"),
    **dict.fromkeys(("mm/rev", "mm/min", "m/min"), "feed"),
    **dict.fromkeys(("mPas", "Pas"), "viscosity"),
    **dict.fromkeys(("°", "deg"), "angle"),
    **dict.fromkeys(("J/K", "W/mK"), "conduction"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A declared figure as it was written; ``value`` is the number before ``unit``."""

    text: str
    value: float
    unit: str

    def to_json(self) -> dict[str, object]:
        """``{"value": 1150.0, "unit": "°C"}``."""
        return {"value": self.value, "unit": self.unit}


Figures = tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True)
class Template:
    """The template of one product: settings by operation (its name within the route)."""

    material: str | None = None
    composition: Figures = ()
    settings: tuple[tuple[str, Figures], ...] = ()
    properties: Figures = ()

    def settings_of(self, operation: str) -> Figures:
        """What is set at an operation, by its name in the Program or within the route."""
        return dict(self.settings).get(operation.rpartition("/")[2], ())

    def to_json(self) -> dict[str, object]:
        """``{"material", "composition", "settings", "property"}``, those that were declared."""
        body: dict[str, object] = {"material": self.material} if self.material else {}
        for key, figures in (("composition", self.composition), ("property", self.properties)):
            if figures:
                body[key] = {name: figure.to_json() for name, figure in figures}
        if self.settings:
            body["settings"] = {
                operation: {name: figure.to_json() for name, figure in figures}
                for operation, figures in self.settings
            }
        return body


def figure(text: str) -> Figure:
    """``"1150 °C"`` as a figure. Raises UnitError, which says what to write instead."""
    clean = " ".join(text.split())
    number, _, unit = clean.partition(" ")
    if not unit:  # 45HRC: the unit begins behind the number
        end = next((i for i, c in enumerate(clean) if c not in "+-.0123456789eE"), len(clean))
        number, unit = clean[:end], clean[end:]
    for dimension, units in UNITS.items():
        if unit in units:
            parse(clean.lstrip("-") if dimension == "temperature" else clean, dimension)
            return Figure(clean, float(number), unit)
    try:
        value = float(number.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        hint = "write for example '45 HRC'"
        raise UnitError(f"'{clean}' does not start with a number", hint) from None
    if not unit:
        hint = f"say its unit: '{clean} °C', '{clean} MPa', '{clean} %'"
        raise UnitError(f"'{clean}' is a number without a unit", hint)
    if unit not in PLAIN_UNITS:
        known = [*(u for units in UNITS.values() for u in units), *PLAIN_UNITS]
        close = nearest(unit, known)
        hint = f"did you mean '{number} {close}'?" if close else "such as °C, %, MPa, HRC, rpm"
        raise UnitError(f"'{unit}' is not a unit vtwin knows", hint)
    return Figure(clean, value, unit)
