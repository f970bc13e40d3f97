"""
How a place joins the streets: the nearest street it sees.

Off the mapped streets a walker goes straight, and walls, rivers and rings stand in the way.

    places (n), pieces (p)  --join-->  (<= n rows: place, piece, offset_mm, leg_mm)
"""

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

ACCESS_METRES = 100.0
"""Farther than this from every street a place is off the streets. Ours; editable by callers."""

_EASE_METRES = 0.05
"""Both ends of a sight line may touch a wall: gates stand on rings, streets run along walls."""

Shapes = NDArray[np.object_]


class Sight:
    """What stands in the way of straight lines; asked in bulk."""

    def __init__(self, obstacles: Shapes) -> None:
        self._tree = shapely.STRtree(obstacles)

    def clear(self, lines: Shapes) -> NDArray[np.bool_]:
        """Tell for each straight line whether nothing stands in its way."""
        seen = np.ones(len(lines), dtype=bool)
        if len(lines) and len(self._tree):
            crossed, _ = self._tree.query(_eased(lines), predicate="intersects")
            seen[crossed] = False
        return seen


def _eased(lines: Shapes) -> Shapes:
    """Shorten two-point lines a little at both ends; what is too short becomes empty."""
    length = shapely.length(lines)
    long = length > 2 * _EASE_METRES
    eased = np.full(len(lines), shapely.from_wkt("LINESTRING EMPTY"), dtype=object)
    start = shapely.line_interpolate_point(lines[long], _EASE_METRES)
    end = shapely.line_interpolate_point(lines[long], length[long] - _EASE_METRES)
    ends = np.stack([shapely.get_coordinates(start), shapely.get_coordinates(end)], axis=1)
    eased[long] = shapely.linestrings(ends)
    return eased


class Choice:
    """The pieces that may be joined (``from_mm``, ``to_mm``) and their lines, in one order."""

    def __init__(self, pieces: pd.DataFrame, lines: Shapes) -> None:
        self.pieces, self.lines, self.tree = pieces, lines, shapely.STRtree(lines)


def join(
    places: Shapes, choice: Choice, sight: Sight, *, within: float = ACCESS_METRES
) -> pd.DataFrame:
    """
    Find for each place the nearest street piece it sees.

    Parameters
    ----------
    places
        Points or polygons; a polygon joins from its edge.
    within
        Metres; a piece farther away is not joined.

    Returns
    -------
    DataFrame
        ``place`` (position), ``piece`` (index label of the pieces), ``offset_mm`` (from the start
        of the street), ``leg_mm``. Ties go to the earlier piece. A place that sees no piece has
        no row; nearly n log p for places whose nearest street is in sight.
    """
    pieces, lines, tree = choice.pieces, choice.lines, choice.tree
    if not len(places) or not len(lines):
        return _rows(places[:0], lines[:0], pieces.iloc[:0], np.empty(0, dtype=np.int64))
    place, piece = tree.query_nearest(places, max_distance=within)
    order = np.lexsort((piece, place))
    place, first = np.unique(place[order], return_index=True)
    piece = piece[order][first]
    seen = sight.clear(shapely.shortest_line(places[place], lines[piece]))
    for k in np.flatnonzero(~seen):
        piece[k] = _next_in_sight(places[place[k]], tree, lines, sight, within)
    found = piece >= 0
    return _rows(places[place[found]], lines[piece[found]], pieces.iloc[piece[found]], place[found])


class Outlook:
    """Streets looked at from places that are not joined yet, such as rings without a gate."""

    def __init__(self, lines: Shapes, sight: Sight) -> None:
        self._tree, self._lines, self._sight = shapely.STRtree(lines), lines, sight

    def nearest(self, place: Any) -> Any:
        """Return the nearest line in sight within reach, else the nearest of all, else None."""
        if not len(self._lines):
            return None
        seen = _next_in_sight(place, self._tree, self._lines, self._sight, ACCESS_METRES)
        return self._lines[seen if seen >= 0 else min(self._tree.query_nearest(place))]


def _next_in_sight(
    place: Any, tree: shapely.STRtree, lines: Shapes, sight: Sight, within: float
) -> int:
    near = np.sort(tree.query(place, predicate="dwithin", distance=within))
    near = near[np.argsort(shapely.distance(place, lines[near]), kind="stable")]
    seen = sight.clear(shapely.shortest_line(np.full(len(near), place), lines[near]))
    return int(near[np.argmax(seen)]) if seen.any() else -1


def _rows(
    places: Shapes, lines: Shapes, pieces: pd.DataFrame, place: NDArray[np.int64]
) -> pd.DataFrame:
    legs = shapely.shortest_line(places, lines)
    foot = shapely.get_point(legs, -1)
    offset = np.rint(shapely.line_locate_point(lines, foot) * 1000).astype(np.int64)
    start, stop = pieces["from_mm"].to_numpy(), pieces["to_mm"].to_numpy()
    return pd.DataFrame(
        {
            "place": place,
            "piece": pieces.index.to_numpy(),
            "offset_mm": np.minimum(start + offset, stop),
            "leg_mm": np.rint(shapely.length(legs) * 1000).astype(np.int64),
        }
    )
