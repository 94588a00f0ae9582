"""Heat in steel: what it takes to bring a mass to a temperature, and how fast it cools in air.

Pure formulas for the hot trades (forging, heat treatment); figures are those of plain carbon
steel, from which low-alloy steels differ by a few percent.
"""

from __future__ import annotations

from math import log
from typing import Final

#: Temperature of a piece that comes from the yard or the shop floor, °C.
COLD: Final = 20.0
#: Density, kg/m3 (EN 1991-1-1 and EN 1993-1-2: 7850, whatever the temperature).
DENSITY: Final = 7850.0
#: Specific heat from 900 °C on, kJ/(kg K), as :func:`enthalpy` has it.
HOT_SPECIFIC_HEAT: Final = 0.650
#: Stefan and Boltzmann's constant, kW/(m2 K4).
_RADIATION: Final = 5.670374419e-11
#: Emissivity of a scaled surface: 0.8 is a usual figure of heat-transfer handbooks.
_EMISSIVITY: Final = 0.8
_KELVIN: Final = 273.15


def enthalpy(celsius: float) -> float:
    """Heat in steel of this temperature above that at 20 °C, kJ/kg.

    The specific heat of EN 1993-1-2, 3.4.1.2 (carbon steel, transformation at 735 °C included),
    integrated piece by piece; above 1200 °C, where the standard ends, its last value goes on.
    335 kJ/kg at 600 °C, 599 at 850 °C, 827 at 1200 °C. Below 20 °C the result is negative.
    """
    return (_sensible(celsius) - _sensible(COLD)) / 1000.0


def _sensible(celsius: float) -> float:
    """Integral of the specific heat from 0 °C, J/kg."""
    t = min(celsius, 600.0)
    heat = 425.0 * t + 0.773 / 2 * t**2 - 1.69e-3 / 3 * t**3 + 2.22e-6 / 4 * t**4
    if celsius > 600.0:
        t = min(celsius, 735.0)
        heat += 666.0 * (t - 600.0) + 13_002.0 * log((738.0 - 600.0) / (738.0 - t))
    if celsius > 735.0:
        t = min(celsius, 900.0)
        heat += 545.0 * (t - 735.0) + 17_820.0 * log((t - 731.0) / (735.0 - 731.0))
    if celsius > 900.0:
        heat += 650.0 * (celsius - 900.0)
    return heat


def heat(mass: float, to: float, start: float = COLD) -> float:
    """Heat that ``mass`` kg of steel takes from ``start`` to ``to`` °C, kJ."""
    return mass * (enthalpy(to) - enthalpy(start))


def heating_time(mass: float, to: float, power: float, start: float = COLD) -> float:
    """Time to bring ``mass`` kg from ``start`` to ``to`` °C with ``power`` kW that all goes into
    the steel, s: ``mass × (h(to) - h(start)) / power``.
    """
    return heat(mass, to, start) / power


def cooling_time(diameter: float, hot: float, limit: float) -> float:
    """Time a long round bar of ``diameter`` m takes in still air from ``hot`` to ``limit`` °C, s.

    Radiation to cold surroundings from a body of one temperature:
    ``t = m c / (3 A ε σ) × (1/T_limit³ - 1/T_hot³)`` with m/A = density × diameter / 4, ε = 0.8
    and temperatures in kelvin. Convection (some 5 % at forging heat) and the colder skin are left
    out, so a real surface is there somewhat earlier. Zero if ``limit`` is not below ``hot``.
    """
    if limit >= hot:
        return 0.0
    mass_per_area = DENSITY * diameter / 4
    late, early = (limit + _KELVIN) ** -3, (hot + _KELVIN) ** -3
    return mass_per_area * HOT_SPECIFIC_HEAT / (3 * _EMISSIVITY * _RADIATION) * (late - early)


__all__ = [
    "COLD",
    "DENSITY",
    "HOT_SPECIFIC_HEAT",
    "cooling_time",
    "enthalpy",
    "heat",
    "heating_time",
]
