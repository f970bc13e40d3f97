"""Coordinate frames: the shifted Chinese ones, the zone a place is measured in, and conversion."""

from gis.crs.frames import CONVERSIONS, FRAMES, check_frame, check_lonlat, to_frame
from gis.crs.gcj import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from gis.crs.guess import FrameGuess, guess_frame
from gis.crs.zone import in_china, scale_error_ppm, zone_crs

__all__ = [
    "CONVERSIONS",
    "FRAMES",
    "FrameGuess",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "check_frame",
    "check_lonlat",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "guess_frame",
    "in_china",
    "scale_error_ppm",
    "to_frame",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
    "zone_crs",
]
