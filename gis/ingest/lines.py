"""
From plain street lines, as a survey or a GIS layer has them, to street pieces that join.

Lines carry no node ids, so they are cut where they cross or touch at the same level, and pieces
join where their ends have the same coordinates. Lines at different levels (a footbridge over a
road) join only where both of them end.

    lines --crossings, touching ends, per level--> pieces --rounded ends--> streets (u, v)
"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import tables
from gis.errors import InputError
from gis.ingest.cutting import cut, repeated

GRID = 0.001
"""Metres to which coordinates are rounded; ends that agree after it are one node."""
TOUCH = 0.01
"""Metres within which the end of a line touches another line (ours: drawing slips, no more)."""

_PER_METRE = round(1 / GRID)
_ABOVE = frozenset({"yes", "1", "true", "viaduct"})


def node_lines(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Cut street lines where they cross at the same level, and name the ends of the pieces.

    Parameters
    ----------
    lines
        LineStrings or MultiLineStrings with a frame; the index is the id. Columns of
        ``tables.Streets`` are kept; ``layer``, else ``level``, else ``bridge`` and ``tunnel``
        give the level, which is 0 without them.

    Returns
    -------
    GeoDataFrame
        Under ``tables.Streets`` in the frame of ``lines``. ``u`` and ``v`` are made of the
        coordinates in millimetres (``x512345678_2491234567``), with the level where lines of
        different levels pass there. Lines without length, and repetitions of a piece, are left
        out. A piece of line ``a`` has the id ``a``, or ``a.2`` where there are several; these
        lose the ``heights`` of the whole line.

    Raises
    ------
    InputError
        The lines declare no frame.
    """
    if lines.crs is None:
        raise InputError(
            "街道线没有声明坐标系。请在读取时说明(例如 --streets-frame wgs84)",
            english="the street lines declare no coordinate frame; name it when reading them "
            "(for example --streets-frame wgs84)",
        )
    if lines.empty:
        return tables.empty(tables.Streets, str(lines.crs))
    single = _single(lines)
    if not lines.crs.is_geographic:
        return _noded(single)
    metres = single.estimate_utm_crs()
    return _noded(single.to_crs(metres)).to_crs(lines.crs)


def _single(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    parts = lines.explode(index_parts=False)
    number = parts.groupby(level=0).cumcount()
    if "heights" in parts:
        parts["heights"] = parts["heights"].mask(parts.index.duplicated(keep=False))
    ids = [f"{i}.{n + 1}" if n else str(i) for i, n in zip(parts.index, number, strict=True)]
    return parts.set_axis(pd.Index(ids, dtype="str", name="id"))


def _noded(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut LineStrings in metres; see ``node_lines``."""
    shapes = shapely.transform(shapely.force_2d(lines.geometry.to_numpy()), _rounded)
    kept = shapely.length(shapes) > 0
    lines, shapes = _untied(lines[kept], shapes[kept])
    level = _levels(lines)
    row, x, y, split = _vertices(shapes, *_splits(shapes, level))
    pieces = cut(row, split)
    grid = np.column_stack([np.rint(x * _PER_METRE), np.rint(y * _PER_METRE)]).astype(np.int64)
    first, last = pieces.vertices[pieces.start[:-1]], pieces.vertices[pieces.start[1:] - 1]
    line = row[first]
    ends = np.diff(row, prepend=-1).astype(np.bool_) | np.diff(row, append=-1).astype(np.bool_)
    names = _node_names(grid, level[row], ends)
    codes = pd.factorize(names)[0]
    places = np.column_stack([x, y])[pieces.vertices]
    again = repeated(codes[first], codes[last], pieces.start, grid[pieces.vertices])
    table = lines.iloc[line].drop(columns=lines.geometry.name).assign(u=names[first], v=names[last])
    if "heights" in table:
        # they stand at equal steps along the line as it was drawn, which is no more
        table["heights"] = table["heights"].mask(table.index.duplicated(keep=False))
    streets = gpd.GeoDataFrame(
        _with_defaults(table).set_axis(_piece_ids(lines.index[line])),
        geometry=shapely.linestrings(places, indices=pieces.owner),
        crs=lines.crs,
    )
    streets["layer"] = pd.array(level[line], dtype="Int64")
    return tables.conform(streets[~again], tables.Streets)


def _untied(lines: gpd.GeoDataFrame, shapes: Any) -> tuple[gpd.GeoDataFrame, Any]:
    """Break lines that cross themselves into their segments: a point then lies on each once."""
    knotted = ~shapely.is_simple(shapes)
    times = np.where(knotted, shapely.get_num_coordinates(shapes) - 1, 1)
    row = np.repeat(np.arange(len(shapes)), times)
    single = shapes[row]
    places, owner = shapely.get_coordinates(shapes[knotted], return_index=True)
    inside = np.diff(owner) == 0
    pairs = np.stack([places[:-1], places[1:]], axis=1)[inside]
    single[knotted[row]] = shapely.linestrings(pairs) if len(pairs) else None
    moved = shapely.length(single) > 0
    return lines.iloc[row[moved]], single[moved]


def _rounded(places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.rint(places * _PER_METRE) / _PER_METRE)


def _levels(lines: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return the level of each line."""
    level = pd.Series(np.nan, index=lines.index)
    for column in ("layer", "level"):
        if column in lines:
            level = level.fillna(pd.to_numeric(lines[column], errors="coerce"))
    for column, height in (("bridge", 1), ("tunnel", -1)):
        if column in lines:
            said = lines[column].astype("string").str.lower().isin(_ABOVE)
            level = level.mask(level.isna() & said, height)
    return level.fillna(0).round().astype("int64").to_numpy()


def _splits(shapes: Any, level: NDArray[np.int64]) -> tuple[NDArray[np.int64], Any]:
    """Return pairs (line, point) at which a line is to be cut."""
    tree = shapely.STRtree(shapes)
    a, b = tree.query(shapes, predicate="intersects")
    same = (a != b) & (level[a] == level[b])
    a, b = a[same], b[same]
    crossing = shapely.intersection(shapes[a], shapes[b])
    rows, points = _end_points(a, crossing)
    # an end that misses another line by less than TOUCH still touches it
    ends = np.concatenate([shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)])
    owner = np.tile(np.arange(len(shapes)), 2)
    end, line = tree.query(ends, predicate="dwithin", distance=TOUCH)
    touch = (owner[end] != line) & (level[owner[end]] == level[line])
    return np.concatenate([rows, line[touch]]), np.concatenate([points, ends[end[touch]]])


def _end_points(rows: NDArray[np.int64], shapes: Any) -> tuple[NDArray[np.int64], Any]:
    """Return the points, and the ends of the lines, that make up each shape."""
    parts, index = shapely.get_parts(shapes, return_index=True)
    inner, again = shapely.get_parts(parts, return_index=True)  # a collection may hold multi-parts
    index, is_line = index[again], shapely.get_type_id(inner) == 1
    points = np.concatenate(
        [
            inner[~is_line],
            shapely.get_point(inner[is_line], 0),
            shapely.get_point(inner[is_line], -1),
        ]
    )
    return rows[np.concatenate([index[~is_line], index[is_line], index[is_line]])], points


def _vertices(shapes: Any, rows: NDArray[np.int64], points: Any) -> tuple[Any, Any, Any, Any]:
    """Return line, x, y and whether to cut there, for all vertices and split points in order."""
    places, row = shapely.get_coordinates(shapes, return_index=True)
    step = np.hypot(*np.diff(places, axis=0, prepend=places[:1]).T)
    step[np.diff(row, prepend=-1) != 0] = 0
    walked = np.cumsum(step)
    along = walked - walked[np.searchsorted(row, np.arange(len(shapes)))][row]
    at = _rounded(shapely.get_coordinates(points))
    where = shapely.line_locate_point(shapes[rows], points)
    row = np.concatenate([row, rows])
    order = np.lexsort([np.concatenate([along, where]), row])
    row, places = row[order], np.concatenate([places, at])[order]
    split = np.concatenate([np.zeros(len(along), np.bool_), np.ones(len(where), np.bool_)])[order]
    fresh = np.diff(row, prepend=-1).astype(np.bool_)
    fresh |= (np.diff(places, axis=0, prepend=places[:1] - 1) != 0).any(axis=1)
    group = np.cumsum(fresh) - 1
    cuts = np.zeros(group[-1] + 1, dtype=np.bool_)
    np.logical_or.at(cuts, group, split)
    return row[fresh], places[fresh, 0], places[fresh, 1], cuts


def _node_names(
    grid: NDArray[np.int64], level: NDArray[np.int64], ends: NDArray[np.bool_]
) -> NDArray[Any]:
    """Name the vertices: one name per place and level, shared by levels whose lines end there."""
    table = pd.DataFrame({"x": grid[:, 0], "y": grid[:, 1], "level": level, "end": ends})
    place = ["x", "y"]
    table["joins"] = table.groupby([*place, "level"])["end"].transform("any")
    lowest = table[table["joins"]].groupby(place)["level"].min().rename("lowest")
    table = table.join(lowest, on=place)
    shown = table["level"].where(~table["joins"], table["lowest"]).astype("int64")
    name = "x" + table["x"].astype("str") + "_" + table["y"].astype("str")
    return (name + np.where(shown == 0, "", "_L" + shown.astype("str"))).to_numpy()


def _with_defaults(table: pd.DataFrame) -> pd.DataFrame:
    nothing = pd.Series(None, index=table.index, dtype="object")
    kind = table.get("kind", nothing)
    steps = table.get("steps", kind == "steps")
    users = table.get("users", nothing)
    return table.assign(steps=steps, users=pd.Series(users).fillna("everyone"))


def _piece_ids(ids: pd.Index) -> pd.Index:
    rows = pd.Series(ids)
    number = rows.groupby(rows).cumcount()
    several = rows.map(rows.value_counts()) > 1
    return pd.Index(rows.where(~several, rows + "." + (number + 1).astype("str")), name="id")
