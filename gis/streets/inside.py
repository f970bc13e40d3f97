"""
The shortest line inside a compound, where no inner street is mapped.

Inside a polygon the shortest way bends only at corners that point inward, and at the ends of
walls; so a graph of those corners that see each other is enough (Lozano-Pérez & Wesley 1979,
"An algorithm for planning collision-free paths among polyhedral obstacles", CACM 22(10)).

    polygon, walls, from (a points), to (b points)  ->  millimetres (a x b), -1 where no way
"""

from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

_SLACK_METRES = 0.05
"""Gates stand on the outline up to rounding, so the polygon is widened by this."""
_CORNERS = 200
"""Outlines with more inward corners are simplified until they have no more than this."""

Shapes = NDArray[np.object_]


def inside_mm(polygon: Any, walls: Shapes, start: Shapes, end: Shapes) -> NDArray[np.int64]:
    """
    Return the shortest way inside ``polygon`` between every start and end, in millimetres.

    Straight where they see each other; else around corners. Cost grows with a x b for straight
    lines and with (corners + a + b) squared where something stands in the way.
    """
    room = polygon.buffer(_SLACK_METRES)
    shapely.prepare(room)
    found = np.full((len(start), len(end)), -1, dtype=np.int64)
    if not found.size:
        return found
    here, there = np.repeat(start, len(end)), np.tile(end, len(start))
    seen = _sees(room, walls, here, there).reshape(found.shape)
    straight = np.rint(shapely.distance(here, there) * 1000).astype(np.int64)
    found[seen] = straight.reshape(found.shape)[seen]
    if not seen.all():
        _around_corners(found, room, walls, polygon, start, end)
    return found


def _sees(room: Any, walls: Shapes, here: Shapes, there: Shapes) -> NDArray[np.bool_]:
    pairs = np.stack([shapely.get_coordinates(here), shapely.get_coordinates(there)], axis=1)
    lines = shapely.linestrings(pairs)
    seen = shapely.covers(room, lines)
    for wall in walls:
        seen &= ~shapely.crosses(lines, wall)
    return seen


def _around_corners(
    found: NDArray[np.int64], room: Any, walls: Shapes, polygon: Any, start: Shapes, end: Shapes
) -> None:
    corners = _inward_corners(polygon, walls)
    points = np.concatenate([start, end, corners])
    one, two = np.triu_indices(len(points), k=1)
    seen = _sees(room, walls, points[one], points[two])
    one, two = one[seen], two[seen]
    metres = shapely.distance(points[one], points[two])
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(one.tolist(), two.tolist(), metres.tolist(), strict=True))
    for a in range(len(start)):
        if (found[a] >= 0).all() or a not in graph:
            continue
        away = nx.single_source_dijkstra_path_length(graph, a)
        for b in np.flatnonzero(found[a] < 0):
            if len(start) + b in away:
                found[a, b] = round(away[len(start) + b] * 1000)


def _inward_corners(polygon: Any, walls: Shapes) -> Shapes:
    tolerance = 0.0
    corners = _corners(polygon)
    while len(corners) > _CORNERS:
        tolerance = 2 * tolerance or 0.5
        corners = _corners(polygon.simplify(tolerance))
    ends = [shapely.points(shapely.get_coordinates(wall)) for wall in walls]
    return np.concatenate([corners, *[_beside(points) for points in ends]])


def _corners(polygon: Any) -> Shapes:
    """Corners of the outline and of holes where a way inside the polygon may bend."""
    parts = []
    for part in shapely.get_parts(shapely.orient_polygons(polygon)):
        rings = [part.exterior, *part.interiors]
        parts += [_turning(shapely.get_coordinates(ring)[:-1]) for ring in rings]
    return np.concatenate(parts)


def _turning(ring: NDArray[np.float64]) -> Shapes:
    """Vertices where a ring turns right: with the inside on the left these point inward."""
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    points: Shapes = shapely.points(ring[turn < 0])
    return points


def _beside(points: Shapes) -> Shapes:
    """Four places a hand's breadth around each point of a wall, to walk around its ends."""
    xy = shapely.get_coordinates(points)
    steps = np.array([[0.1, 0.1], [0.1, -0.1], [-0.1, 0.1], [-0.1, -0.1]])
    around: Shapes = shapely.points((xy[:, None, :] + steps).reshape(-1, 2))
    return around
