"""
Walking across squares: from every street that meets the edge of a square straight to the others.

A square (``highway=pedestrian`` with ``area=yes``, or as a multipolygon) is drawn by its edge
only. Its edge is walked, and between any two junctions on it runs a straight line where that
line stays inside the square and meets no wall and no building on the way.

    squares, junctions on their edges --pairs inside--> lines --walls, buildings--> free lines
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis.catalogue.osm import OsmRules
from gis.ingest.footways import Footway, judge
from gis.ingest.osm_areas import Areas, find_areas
from gis.ingest.osm_file import OsmFile, Tags

KIND = "square"
_ROOFS = frozenset({"roof", "canopy", "carport", "bridge"})
MOST_JUNCTIONS = 60
"""A square with more junctions keeps its edge only: pairs grow with the square of their number."""


@dataclass(frozen=True, eq=False)
class Squares:
    """k squares: polygons, verdicts, and the ways that draw their edges."""

    ids: list[str]
    shapes: Any
    verdicts: list[Footway]
    ways: list[list[int]]


def find_squares(file: OsmFile, rules: OsmRules) -> Squares:
    """Return the areas that people may walk across."""
    found = find_areas(file, lambda tags: _is_square(tags, rules))
    verdicts = [judge(tags, rules) or Footway("") for tags in found.tags]
    return Squares(found.ids, found.shapes, verdicts, found.ways)


def _is_square(tags: Tags, rules: OsmRules) -> bool:
    if tags.get("highway") not in rules.areas:
        return False
    if tags.get("area") != "yes" and tags.get("type") != "multipolygon":
        return False
    verdict = judge(tags, rules)
    return verdict is not None and bool(verdict.users)


def chords(
    squares: Squares,
    file: OsmFile,
    ends: dict[int, tuple[float, float]],
    others: dict[int, set[int]],
) -> list[tuple[int, int, int, Any]]:
    """
    Return the lines across the squares.

    Parameters
    ----------
    ends
        Place (lon, lat) of every node where street pieces end.
    others
        The ways (positions in ``file.ways``) that end a piece at each of these nodes.

    Returns
    -------
    list
        Number of the square, node, node, line; shorter node id first.
    """
    lines = []
    for number, rows in enumerate(squares.ways):
        refs = {int(ref) for row in rows for ref in _refs(file, row)}
        junctions = sorted(ref for ref in refs if others.get(ref, set()) - set(rows))
        pairs = [(a, b) for a, b in combinations(junctions, 2) if ends[a] != ends[b]]
        if pairs and len(junctions) <= MOST_JUNCTIONS:
            across = shapely.linestrings([[ends[a], ends[b]] for a, b in pairs])
            inside = _runs_inside(squares.shapes[number], np.atleast_1d(across))
            lines += [(number, *pairs[i], across[i]) for i in np.flatnonzero(inside)]
    return lines


def _refs(file: OsmFile, row: int) -> Any:
    return file.ways.refs[file.ways.start[row] : file.ways.start[row + 1]]


def _runs_inside(square: Any, lines: Any) -> Any:
    """Keep lines inside the square that are not a stretch of its edge, which is walked anyway."""
    shapely.prepare(square)
    return shapely.covers(square, lines) & ~shapely.covers(square.boundary, lines)


def free_lines(across: gpd.GeoDataFrame, walls: Any, buildings: Areas) -> gpd.GeoDataFrame:
    """Leave out lines that cross a wall, or a building one cannot walk under."""
    lines = across.geometry.to_numpy()
    solid = [_stands_on_the_ground(tags) for tags in buildings.tags]
    met = [
        shapely.STRtree(np.asarray(shapes)).query(lines, predicate=predicate)[0]
        for shapes, predicate in (
            (walls, "crosses"),
            (buildings.shapes[solid], "crosses"),
            (buildings.shapes[solid], "within"),
        )
    ]
    return across[~np.isin(np.arange(len(across)), np.concatenate(met))]


def _stands_on_the_ground(tags: Tags) -> bool:
    return tags.get("building") not in _ROOFS and tags.get("layer", "0") == "0"
