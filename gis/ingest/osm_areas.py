"""
From OSM ways and relations to lines and polygons.

A polygon is a closed way, or a relation of type multipolygon or boundary whose member ways close
to rings; holes follow from which ring lies in which, whatever the roles say, as libosmium does.

    ways ------------------> lines (n), missing nodes left out
    ways, relations, wanted -> areas (k): id, tags, polygon
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.ingest.osm_file import OsmFile, OsmWays, Tags

Geometries = NDArray[Any]
_AREA_TYPES = frozenset({"multipolygon", "boundary"})
_POLYGON, _MULTIPOLYGON = 3, 6
WGS84 = "EPSG:4326"


@dataclass(frozen=True, eq=False)
class Areas:
    """
    k polygons: ``ids`` (``w5``, ``r7``), ``tags``, ``shapes`` and the ``ways`` of their rings.

    ``broken`` counts wanted objects that do not close to an area, ``mended`` rings that crossed
    themselves and were made valid.
    """

    ids: list[str]
    tags: list[Tags]
    shapes: Geometries
    ways: list[list[int]]
    broken: int
    mended: int


def way_lines(ways: OsmWays, rows: NDArray[np.int64] | None = None) -> Geometries:
    """Return one line per way; None where fewer than two of its nodes are in the file."""
    chosen = ways if rows is None else ways.take(rows)
    owner = chosen.owner()
    known = ~np.isnan(chosen.lon)
    sizes = np.bincount(owner[known], minlength=len(chosen.ids))
    whole = known & (sizes >= 2)[owner]
    lines = np.full(len(chosen.ids), None, dtype=object)
    if whole.any():
        places = np.column_stack([chosen.lon[whole], chosen.lat[whole]])
        numbers = np.cumsum(sizes >= 2) - 1
        lines[sizes >= 2] = shapely.linestrings(places, indices=numbers[owner[whole]])
    return lines


def closed(ways: OsmWays) -> NDArray[np.bool_]:
    """Tell which ways end where they began, with no node missing between."""
    sizes = np.diff(ways.start)
    gaps = np.bincount(ways.owner(), weights=np.isnan(ways.lon), minlength=len(ways.ids))
    rings = (sizes >= 4) & (gaps == 0)
    rings[rings] = ways.refs[ways.start[:-1][rings]] == ways.refs[ways.start[1:][rings] - 1]
    return rings


def find_areas(file: OsmFile, wanted: Callable[[Tags], bool]) -> Areas:
    """
    Return the polygons of all closed ways and multipolygon relations whose tags are wanted.

    A relation counts by its own tags, not those of its outline, as OSM has it since 2017.
    """
    ways = file.ways
    asked = np.array([bool(tags) and wanted(tags) for tags in ways.tags], dtype=np.bool_)
    is_ring = closed(ways)
    rows, open_ways = np.flatnonzero(asked & is_ring), int((asked & ~is_ring).sum())
    rings = _ring_polygons(ways, rows)
    relations = [
        index
        for index, tags in enumerate(file.relations.tags)
        if tags.get("type") in _AREA_TYPES and wanted(tags)
    ]
    members = member_ways(file, relations)
    shapes, mended = _valid(np.concatenate([rings, _from_members(ways, members)]))
    ids = [f"w{ways.ids[row]}" for row in rows]
    ids += [f"r{file.relations.ids[index]}" for index in relations]
    tags = [ways.tags[row] for row in rows] + [file.relations.tags[i] for i in relations]
    drawn = [[int(row)] for row in rows] + members
    whole = [i for i, shape in enumerate(shapes) if shape is not None and not shape.is_empty]
    return Areas(
        [ids[i] for i in whole],
        [tags[i] for i in whole],
        shapes[whole],
        [drawn[i] for i in whole],
        len(shapes) - len(whole) + open_ways,
        mended,
    )


def member_ways(file: OsmFile, relations: Sequence[int]) -> list[list[int]]:
    """Return, for each relation, the positions of its member ways that the file holds."""
    rows = {int(number): row for row, number in enumerate(file.ways.ids)}
    return [
        [rows[ref] for kind, ref, _ in file.relations.members[index] if kind == "w" and ref in rows]
        for index in relations
    ]


def _ring_polygons(ways: OsmWays, rows: NDArray[np.int64]) -> Geometries:
    if not len(rows):
        return np.empty(0, dtype=object)
    chosen = ways.take(rows)
    places = np.column_stack([chosen.lon, chosen.lat])
    return np.asarray(shapely.polygons(shapely.linearrings(places, indices=chosen.owner())))


def _from_members(ways: OsmWays, members: list[list[int]]) -> Geometries:
    """Close the lines of each list of ways to an area; None or empty where they do not close."""
    areas = np.full(len(members), None, dtype=object)
    rows = np.array([row for each in members for row in each], dtype=np.int64)
    owner = np.repeat(np.arange(len(members)), [len(each) for each in members])
    lines = way_lines(ways, rows)
    drawn = ~shapely.is_missing(lines)
    if drawn.any():
        filled, number = np.unique(owner[drawn], return_inverse=True)
        areas[filled] = shapely.build_area(shapely.multilinestrings(lines[drawn], indices=number))
    return areas


def _valid(shapes: Geometries) -> tuple[Geometries, int]:
    crossed = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    mended = shapes.copy()
    mended[crossed] = [polygonal(shape) for shape in shapely.make_valid(shapes[crossed])]
    return mended, int(crossed.sum())


def polygonal(shape: Any) -> Any:
    """Keep the polygons of a geometry, as one; None where it has none."""
    parts = shapely.get_parts(shape)
    parts = parts[np.isin(shapely.get_type_id(parts), (_POLYGON, _MULTIPOLYGON))]
    return shapely.union_all(parts) if len(parts) else None


def table(ids: Sequence[str], geometry: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Return a table in WGS 84 with this index; columns may be empty."""
    index = pd.Index(ids, dtype="str", name="id")
    return gpd.GeoDataFrame(columns, index=index, geometry=list(geometry), crs=WGS84)
