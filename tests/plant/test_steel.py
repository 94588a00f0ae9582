"""Heat in steel, against the standard's own formula and against known figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtwin.plant import steel


def specific_heat(t: float) -> float:
    """EN 1993-1-2, 3.4.1.2, J/(kg K)."""
    if t < 600:
        return 425 + 0.773 * t - 1.69e-3 * t**2 + 2.22e-6 * t**3
    if t < 735:
        return 666 + 13002 / (738 - t)
    if t < 900:
        return 545 + 17820 / (t - 731)
    return 650


@given(st.floats(20, 1250))
def test_enthalpy_when_differentiated_then_it_is_the_specific_heat(t):
    rise = (steel.enthalpy(t + 0.01) - steel.enthalpy(t - 0.01)) / 0.02
    border = min(abs(t - edge) for edge in (600, 735, 900)) < 0.02
    assert border or rise == pytest.approx(specific_heat(t) / 1000, rel=1e-3)


def test_enthalpy_when_at_forging_heat_then_it_is_what_forges_reckon_with():
    """About 0.23 to 0.25 kWh/kg for steel at 1200 to 1250 °C."""
    assert 0.22 < steel.enthalpy(1200) / 3600 < 0.24
    assert 0.23 < steel.enthalpy(1250) / 3600 < 0.25
    assert steel.enthalpy(20) == 0


def test_heating_time_when_the_power_doubles_then_it_halves():
    one = steel.heating_time(9.0, 1220, 300)
    assert one == pytest.approx(9.0 * 840.06 / 300, rel=1e-4)
    assert steel.heating_time(9.0, 1220, 600) == pytest.approx(one / 2)


@given(st.floats(0.02, 0.3), st.floats(900, 1250), st.floats(1, 300))
def test_cooling_time_when_stepped_through_then_it_is_the_same(diameter, hot, fall):
    """A thousand small steps of radiation give the integral."""
    t, seconds = hot, 0.0
    for _ in range(1000):
        kelvin = t - fall / 2000 + 273.15
        flux = 0.8 * 5.670374419e-11 * kelvin**4  # kW/m2
        seconds += fall / 1000 * 7850 * diameter / 4 * 0.650 / flux
        t -= fall / 1000
    assert steel.cooling_time(diameter, hot, hot - fall) == pytest.approx(seconds, rel=1e-3)


def test_cooling_time_when_the_limit_is_not_below_then_there_is_none():
    assert steel.cooling_time(0.08, 1100, 1200) == 0
