"""Heat in plastics: how long a moulded wall takes to become stiff.

Pure formulas for injection moulding. The figures of resins are rounded typical ones of unfilled
general-purpose grades, of the order that textbooks of injection moulding and data sheets give;
a mould whose cooling time is known says it itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Final


@dataclass(frozen=True, slots=True)
class Resin:
    """What decides how fast a wall cools; temperatures in °C."""

    diffusivity: float  # effective, between melt and ejection, m2/s
    melt: float
    mould: float  # surface of the cavity
    ejection: float  # of the middle of the wall when it can be taken out


#: Rounded typical figures of unfilled grades, by the abbreviation of ISO 1043.
RESINS: Final = {
    "ABS": Resin(0.080e-6, 230.0, 60.0, 90.0),
    "PA6": Resin(0.085e-6, 250.0, 80.0, 120.0),
    "PA66": Resin(0.085e-6, 280.0, 80.0, 130.0),
    "PBT": Resin(0.090e-6, 250.0, 80.0, 130.0),
    "PC": Resin(0.105e-6, 300.0, 90.0, 125.0),
    "PE-HD": Resin(0.090e-6, 220.0, 40.0, 85.0),
    "PE-LD": Resin(0.090e-6, 210.0, 40.0, 75.0),
    "PMMA": Resin(0.075e-6, 240.0, 65.0, 95.0),
    "POM": Resin(0.060e-6, 205.0, 90.0, 120.0),
    "PP": Resin(0.070e-6, 225.0, 40.0, 85.0),
    "PS": Resin(0.085e-6, 220.0, 40.0, 80.0),
}


def cooling_time(
    wall: float, diffusivity: float, melt: float, mould: float, ejection: float
) -> float:
    """Time from the end of filling until the middle of a plane wall is as cold as ``ejection``, s.

    ``t = s² / (π² a) × ln(4/π × (T_melt − T_mould) / (T_ejection − T_mould))``, wall s in m,
    effective diffusivity a in m2/s, temperatures in °C: the first term of the series for a plate
    between walls of one temperature (Ballman and Shusman 1959; Menges, Michaeli and Mohren, *How
    to Make Injection Molds*). The holding pressure acts within this time.

    Raises:
        ValueError: unless mould < ejection < melt and the rest is above zero.
    """
    if not (mould < ejection < melt and wall > 0 and diffusivity > 0):
        raise ValueError("a wall cools from the melt to the ejection, which is above the mould")
    ratio = 4.0 / pi * (melt - mould) / (ejection - mould)
    return wall**2 / (pi**2 * diffusivity) * log(ratio)


__all__ = ["RESINS", "Resin", "cooling_time"]
