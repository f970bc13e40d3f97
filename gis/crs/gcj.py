"""
The shifted frames of Chinese web maps: GCJ-02 (高德, 腾讯) and BD-09 (百度).

Neither is published by its owners. The forward formulas are the ones everybody uses, written
here with the same constants; they put a point 20-700 m (GCJ-02) or about 900 m further (BD-09)
from where it is. There is no closed inverse, so the inverse finds by iteration the point whose
forward image is the given one, to less than a micrometre.

    wgs84  --wgs84_to_gcj02-->  gcj02  --gcj02_to_bd09-->  bd09
           <--gcj02_to_wgs84--         <--bd09_to_gcj02--

Every function takes longitude and latitude in degrees, in this order, as numbers or arrays of
one shape, and returns the pair in that shape. NaN stays NaN. Outside the box in which the
formula is defined (``SHIFTED_BOX``) nothing is shifted, in either frame.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Degrees: TypeAlias = Any
"""A number, or numbers: list, array, Series."""

_Array: TypeAlias = npt.NDArray[np.float64]
_Pair: TypeAlias = tuple[_Array, _Array]

SHIFTED_BOX = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the box inside which the public formula shifts."""

# Krasovsky 1940, as in the public formula
_AXIS = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323

_BD_TURN = np.pi * 3000.0 / 180.0
_BD_EAST = 0.0065
_BD_NORTH = 0.006

# each step divides the error by 60 (BD-09) or more, from 0.01 degrees
_STEPS = 12
_SETTLED = 1e-13  # degrees; 0.01 micrometres


def wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> _Pair:
    """Shift WGS-84 (or CGCS2000) to GCJ-02."""
    return _forward(_gcj, lon, lat)


def gcj02_to_wgs84(lon: Degrees, lat: Degrees) -> _Pair:
    """Take the shift of GCJ-02 away; exact to less than a micrometre."""
    return _inverse(_gcj, lon, lat)


def gcj02_to_bd09(lon: Degrees, lat: Degrees) -> _Pair:
    """Shift GCJ-02 to BD-09."""
    return _forward(_bd, lon, lat)


def bd09_to_gcj02(lon: Degrees, lat: Degrees) -> _Pair:
    """Take the second shift of BD-09 away, leaving GCJ-02."""
    return _inverse(_bd, lon, lat)


def wgs84_to_bd09(lon: Degrees, lat: Degrees) -> _Pair:
    """Shift WGS-84 to BD-09, by way of GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: Degrees, lat: Degrees) -> _Pair:
    """Take both shifts away."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _forward(shift: Callable[[_Array, _Array], _Pair], lon: Degrees, lat: Degrees) -> _Pair:
    lon, lat = _as_arrays(lon, lat)
    inside = _in_box(lon, lat)
    lon_shifted, lat_shifted = shift(lon, lat)
    return _pick(inside, lon_shifted, lon), _pick(inside, lat_shifted, lat)


def _inverse(shift: Callable[[_Array, _Array], _Pair], lon: Degrees, lat: Degrees) -> _Pair:
    # Fixed point of p = given - (shift(p) - p). On a strip one shift wide along the box's edge
    # a point may come from inside or outside; it is taken as coming from inside.
    lon, lat = _as_arrays(lon, lat)
    lon_found, lat_found = lon, lat
    for _ in range(_STEPS):
        lon_image, lat_image = shift(lon_found, lat_found)
        lon_off, lat_off = lon_image - lon, lat_image - lat
        lon_found, lat_found = lon_found - lon_off, lat_found - lat_off
        largest = np.fmax(np.abs(lon_off), np.abs(lat_off))
        if not (largest > _SETTLED).any():
            break
    inside = _in_box(lon_found, lat_found)
    return _pick(inside, lon_found, lon), _pick(inside, lat_found, lat)


def _as_arrays(lon: Degrees, lat: Degrees) -> _Pair:
    lon_array, lat_array = np.broadcast_arrays(
        np.asarray(lon, dtype="float64"), np.asarray(lat, dtype="float64")
    )
    # infinities would only raise warnings further down
    unreal = ~(np.isfinite(lon_array) & np.isfinite(lat_array))
    return np.where(unreal, np.nan, lon_array), np.where(unreal, np.nan, lat_array)


def _pick(inside: npt.NDArray[np.bool_], shifted: _Array, given: _Array) -> _Array:
    chosen: _Array = np.where(inside, shifted, given)
    return chosen[()]  # a number in gives a number out


def _in_box(lon: _Array, lat: _Array) -> npt.NDArray[np.bool_]:
    west, south, east, north = SHIFTED_BOX
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return np.asarray(inside)


def _gcj(lon: _Array, lat: _Array) -> _Pair:
    x, y = lon - 105.0, lat - 35.0
    ripple = _waves(x, (20.0, 6.0), (20.0, 2.0))
    root = np.sqrt(np.abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += _waves(x, (20.0, 1.0), (40.0, 1 / 3)) + _waves(x, (150.0, 1 / 12), (300.0, 1 / 30))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += _waves(y, (20.0, 1.0), (40.0, 1 / 3)) + _waves(y, (160.0, 1 / 12), (320.0, 1 / 30))
    # metres to degrees on the ellipsoid
    angle = np.radians(lat)
    flat = 1.0 - _ECCENTRICITY_2 * np.sin(angle) ** 2
    across = _AXIS / np.sqrt(flat) * np.cos(angle)
    along = _AXIS * (1.0 - _ECCENTRICITY_2) / flat**1.5
    return lon + np.degrees(east / across), lat + np.degrees(north / along)


def _waves(value: _Array, *terms: tuple[float, float]) -> _Array:
    total = np.zeros_like(value)
    for height, turns in terms:
        total += height * np.sin(value * turns * np.pi)
    return total * 2.0 / 3.0


def _bd(lon: _Array, lat: _Array) -> _Pair:
    length = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return length * np.cos(angle) + _BD_EAST, length * np.sin(angle) + _BD_NORTH
