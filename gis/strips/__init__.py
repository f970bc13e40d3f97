"""
Strips: the ground within some metres of street parts, as polygons.

    lines, parts  --cut_lines-->  Segments  --strips / split_strips-->  polygons, one per group

Pure geometry: arrays in, shapely out; nothing here knows a district.
"""

from gis.strips.cuts import Lines, Segments, build_lines, cut_lines, straight_segments
from gis.strips.outlines import SLIVER_SQUARE_METRES, whole
from gis.strips.strips import (
    CELL_METRES,
    INSIDE_METRES,
    OUTSIDE_METRES,
    STRIP_METRES,
    split_strips,
    strips,
    warm,
)

__all__ = [
    "CELL_METRES",
    "INSIDE_METRES",
    "OUTSIDE_METRES",
    "SLIVER_SQUARE_METRES",
    "STRIP_METRES",
    "Lines",
    "Segments",
    "build_lines",
    "cut_lines",
    "split_strips",
    "straight_segments",
    "strips",
    "warm",
    "whole",
]
