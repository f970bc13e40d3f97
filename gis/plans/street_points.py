"""
Points along the public streets, about every d metres, where a station could stand.

    network, metres  --street_points-->  points, and the street (row) each lies on
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.streets.network import Network
from gis.streets.pieces import PUBLIC

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SMALL_PART = 0.05
"""A part with less than this share of the length of all public streets is an island, or a stretch
cut off by the edge of the map, and gets no point; the longest part always does. Ours."""
_APART = 0.75


def street_points(network: Network, metres: float) -> tuple[NDArray[np.object_], Ints]:
    """
    Lay out points about ``metres`` apart on the public streets without steps.

    No two are nearer to each other than three quarters of it in a straight line, and no place on
    these streets is farther than ``metres`` from all of them: candidates every half of it, both
    ends of a street among them, and of these each one that is not too near to an earlier one
    (streets in the order of their table). Cost follows the length of the streets.
    """
    rows = _walkable(network)
    lines, length = network.pieces.lines[rows], shapely.length(network.pieces.lines[rows])
    parts = np.maximum(1, np.ceil(length / (metres / 2))).astype(np.int64)
    piece = np.repeat(np.arange(len(rows)), parts + 1)
    step = np.arange(len(piece)) - np.repeat(np.cumsum(parts + 1) - parts - 1, parts + 1)
    along = step / parts[piece]
    # ends step aside, so that the point lies on this street alone and on no ring
    inside = np.minimum(0.5, 1.0 / np.maximum(length, 1e-9))[piece]
    along = np.clip(along, inside, 1 - inside)
    places = shapely.line_interpolate_point(lines[piece], along, normalized=True)
    kept = _thinned(shapely.get_coordinates(places), _APART * metres)
    street: Ints = network.pieces.table["street"].to_numpy()[rows[piece[kept]]]
    return places[kept], street


def _walkable(network: Network) -> Ints:
    """Rows of public pieces without steps, in the parts that are not small."""
    table = network.pieces.table
    public = (table["zone"].to_numpy() == PUBLIC) & ~network.steps[table["street"].to_numpy()]
    rows = np.flatnonzero(public)
    size = len(network.pieces.node_ids)
    ends = table["u"].to_numpy()[rows], table["v"].to_numpy()[rows]
    graph = coo_array((np.ones(len(rows), dtype=np.int8), ends), shape=(size, size))
    part = connected_components(graph, directed=False)[1][ends[0]] if len(rows) else rows
    length = np.bincount(part, shapely.length(network.pieces.lines[rows]), minlength=1)
    large = length >= min(SMALL_PART * length.sum(), length.max())
    kept: Ints = rows[large[part]]
    return kept


def _thinned(places: Floats, metres: float) -> Ints:
    """Keep each point that is at least ``metres`` from all kept before it."""
    cell = np.floor(places / metres).astype(np.int64)
    near: dict[tuple[int, int], list[int]] = {}
    kept = []
    for number, ((column, row), (x, y)) in enumerate(
        zip(cell.tolist(), places.tolist(), strict=True)
    ):
        around = (
            other
            for i in (column - 1, column, column + 1)
            for j in (row - 1, row, row + 1)
            for other in near.get((i, j), ())
        )
        if all(np.hypot(x - places[k, 0], y - places[k, 1]) >= metres for k in around):
            near.setdefault((column, row), []).append(number)
            kept.append(number)
    return np.array(kept, dtype=np.int64)
