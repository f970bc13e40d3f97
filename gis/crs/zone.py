"""
Which projected frame a place is measured in, and how true its metres are.

In China the 3-degree Gauss-Krüger zone of CGCS2000 (EPSG:4534 for 75°E … EPSG:4554 for 135°E),
elsewhere the UTM zone of WGS-84. A metre on the map differs from a metre on the ground by the
scale error: up to 300 ppm (30 cm in a kilometre) at the edge of a 3-degree zone in the south of
China, up to 1,000 ppm in UTM.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

CHINA_BOXES = (
    (73.4, 30.0, 82.0, 49.5),
    (82.0, 26.5, 97.5, 49.5),
    (97.5, 21.1, 107.5, 53.6),
    (107.5, 18.0, 124.0, 53.6),
    (124.0, 39.6, 135.1, 53.6),
    (108.0, 3.8, 118.5, 18.0),
)
"""
West, south, east, north of boxes that together hold China.

Generous: strips of neighbouring countries lie inside too. That costs nothing, since the boxes
only choose between two projections that are both right there.
"""

_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135
_FIRST_ZONE = 4534


def in_china(lon: Any, lat: Any) -> npt.NDArray[np.bool_]:
    """Tell, point by point, whether longitude and latitude lie in ``CHINA_BOXES``; NaN does not."""
    lon, lat = np.asarray(lon, dtype="float64"), np.asarray(lat, dtype="float64")
    inside = np.zeros(np.broadcast(lon, lat).shape, dtype=bool)
    for west, south, east, north in CHINA_BOXES:
        inside |= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return np.asarray(inside)


def zone_crs(lon: float, lat: float) -> str:
    """
    Return the projected frame for a place, as ``EPSG:n``.

    A point on the border of two zones belongs to the eastern one. The exceptions of UTM around
    Norway are not followed: a neighbouring zone serves there as well.
    """
    if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
        msg = f"no zone for longitude {lon}, latitude {lat}"
        raise ValueError(msg)
    if in_china(lon, lat):
        # floor, not round: Python rounds half to even, which jumps at 103.5 and 106.5
        meridian = math.floor((lon + 1.5) / 3) * 3
        meridian = min(max(meridian, _FIRST_MERIDIAN), _LAST_MERIDIAN)
        return f"EPSG:{_FIRST_ZONE + (meridian - _FIRST_MERIDIAN) // 3}"
    zone = min(math.floor((lon + 180.0) / 6.0) + 1, 60)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def scale_error_ppm(crs: str, lon: float, lat: float) -> float:
    """
    Return by how many millionths a length in ``crs`` is too long at this point.

    Negative where it is too short, as near the central meridian of UTM (-400).
    """
    factors = pyproj.Proj(crs).get_factors(lon, lat)
    return float((factors.meridional_scale - 1.0) * 1e6)
