"""
From a field on a grid to polygons: the outline where the field is 0, by linear interpolation.

The tracing is contourpy's marching squares; it gives each outer ring with its holes.

    field (rows x columns)  --trace-->  Rings  --polygons-->  shapely  --whole-->  one valid area
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from numpy.typing import NDArray

from gis.strips.kernels import thin

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

SLIVER_SQUARE_METRES = 1.0
"""Parts smaller than this are left out of an area; holes stay whatever their size."""
THIN_METRES = 0.0001
"""Corners this near to a straight run are left out, about half of them. Outlines are at least
three times as far from each other (see ``HAIR``), so what is left stays valid."""
_JOINT_METRES = 0.001
_FINE = 2.0**20
"""Corners lie on this many parts of a cell, so that two windows agree on them to the bit."""


@dataclass(frozen=True, eq=False)
class Rings:
    """Polygons taken apart: corners ``xy``, the first of each ``ring``, each ``outer`` ring."""

    xy: Floats
    ring: Ints
    outer: Ints

    def polygons(self) -> Shapes:
        """Put the polygons together."""
        kind = shapely.GeometryType.POLYGON
        shapes: Shapes = shapely.from_ragged_array(kind, self.xy, (self.ring, self.outer))
        return shapes

    def thinned(self) -> "Rings":
        """Leave out corners on straight runs."""
        kept = thin(self.xy, self.ring, THIN_METRES)
        return Rings(self.xy[kept], np.r_[0, np.cumsum(kept)][self.ring], self.outer)


def trace(field: Floats, row: int, column: int, cell: float) -> Rings:
    """
    Return the polygons where the field is below 0, holes kept.

    ``row`` and ``column`` are the grid numbers of the window's corner. Equal values on a line
    shared by two windows give equal corners.
    """
    kind = FillType.ChunkCombinedOffsetOffset
    drawn: Any = contour_generator(z=field, fill_type=kind).filled(-np.inf, 0.0)
    (xy,), (ring,), (outer,) = drawn  # one chunk: the whole window
    if xy is None:
        return Rings(np.empty((0, 2)), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    xy = (np.rint(xy * _FINE) / _FINE + (column, row)) * cell
    return Rings(xy, ring.astype(np.int64), outer.astype(np.int64))


def draw_area(drawn: list[Rings]) -> Any:
    """Return what was traced in one window, or in several that lie side by side, as one area."""
    rings = drawn[0] if len(drawn) == 1 else _joined(drawn)
    polygons = rings.thinned().polygons()
    if not len(polygons):
        return shapely.Polygon()
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _joined(drawn: list[Rings]) -> Rings:
    """Join the polygons of neighbouring windows along the edges they share."""
    polygons = np.concatenate([each.polygons() for each in drawn])
    try:
        joined = shapely.coverage_union_all(polygons)
    except shapely.GEOSException:  # a corner came to lie on two sides of the last bit
        joined = shapely.union_all(polygons, grid_size=_JOINT_METRES)
    parts = shapely.get_parts(joined)
    if not len(parts):
        return drawn[0]
    _, xy, (ring, outer) = shapely.to_ragged_array(parts)
    return Rings(xy, np.asarray(ring, dtype=np.int64), np.asarray(outer, dtype=np.int64))


def whole(shape: Any) -> Any:
    """
    Return a shape (or an array of polygons that do not overlap) as one valid (multi)polygon.

    Lines, points and slivers are left out; nothing left is an empty polygon.
    """
    parts = shapely.get_parts(shapely.get_parts(shape))  # collections may hold multipolygons
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    parts = parts[shapely.area(parts) >= SLIVER_SQUARE_METRES]
    if not len(parts):
        return shapely.Polygon()
    one = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return one if shapely.is_valid(one) else whole(shapely.make_valid(one))
