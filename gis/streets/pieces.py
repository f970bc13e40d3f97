"""
Street pieces: streets cut where they pass a compound's ring, each piece knowing what it lies in.

A *zone* is a part of the network that not everybody may walk through: the inside of a gated
compound (or one of which it is unknown), or a cluster of private streets. Everything else is
public (zone -1).

    streets (s rows), rings (r polygons)  ->  pieces (p >= s: street, from_mm, to_mm, zone, u, v)

Lengths are integer millimetres, fixed here once; a place on a street is its offset in mm from u.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.ops import substring

PUBLIC = -1
CLIP_METRES = 5.0
"""A street that enters a ring and leaves it again no deeper than this only brushes the outline:
outlines are drawn along kerbs and centre lines. Ours; see docs/method.md."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rings:
    """
    The compounds whose outline stops walkers, in the order of their ids.

    Compounds said to be open are left out, and so is an outline that holds another whole
    compound: it is an area of compounds, not a wall.
    """

    ids: NDArray[np.object_]
    polygons: NDArray[np.object_]
    complete: NDArray[np.bool_]
    left_out: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Pieces:
    """
    Pieces in the order of streets and offsets.

    ``table`` has ``street`` (row of the streets table), ``from_mm``, ``to_mm``, ``zone``, ``u`` and
    ``v`` (node numbers); ``lines`` their geometries; ``node_ids`` the text id of each node, empty
    for a node made by a cut. ``zones`` counts rings and private clusters together.
    """

    table: pd.DataFrame
    lines: NDArray[np.object_]
    node_ids: NDArray[np.object_]
    street_mm: Ints
    rings: Rings
    zones: int


def read_rings(compounds: gpd.GeoDataFrame) -> Rings:
    """Pick the compounds with a ring: gated ``yes`` or ``unknown``, holding no other one."""
    walled = compounds[compounds["gated"].isin(["yes", "unknown"])].sort_index()
    polygons = walled.geometry.to_numpy()
    outer = _holders(polygons)
    kept = walled[~outer]
    return Rings(
        ids=kept.index.to_numpy(dtype=object),
        polygons=kept.geometry.to_numpy(),
        complete=kept["gates_complete"].fillna(value=False).to_numpy(dtype=bool),
        left_out=tuple(walled.index[outer]),
    )


def _holders(polygons: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which polygons hold at least nine tenths of another, smaller one."""
    held = np.zeros(len(polygons), dtype=bool)
    if len(polygons) < 2:
        return held
    one, two = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    area = shapely.area(polygons)
    larger = (one != two) & ((area[two] > area[one]) | ((area[two] == area[one]) & (two > one)))
    one, two = one[larger], two[larger]
    common = shapely.area(shapely.intersection(polygons[one], polygons[two]))
    held[two[common >= 0.9 * area[one]]] = True
    return held


def cut_streets(streets: gpd.GeoDataFrame, rings: Rings) -> Pieces:
    """
    Cut streets at the rings and tell each piece's zone.

    Cost grows with the streets plus the crossings; only crossing streets are looped over.
    """
    lines = streets.geometry.to_numpy()
    street_mm = np.maximum(1, np.rint(shapely.length(lines) * 1000)).astype(np.int64)
    cuts = _ring_cuts(lines, street_mm, rings)
    table, geometry = _cut(lines, street_mm, cuts)
    table["zone"] = _zones(geometry, rings)
    table = _forgive_brushes(table, geometry, rings)
    node_ids = _number_nodes(table, streets, street_mm)
    private = (streets["users"] == "residents").to_numpy()[table["street"]]
    zones = _private_clusters(table, private, len(rings.ids))
    return Pieces(table, geometry, node_ids, street_mm, rings, zones)


def _ring_cuts(lines: NDArray[np.object_], street_mm: Ints, rings: Rings) -> dict[int, set[int]]:
    cuts: dict[int, set[int]] = {}
    if not len(rings.ids) or not len(lines):
        return cuts
    outlines = shapely.boundary(rings.polygons)
    ring, street = shapely.STRtree(lines).query(outlines, predicate="intersects")
    for r, s in zip(ring, street, strict=True):
        common = shapely.intersection(lines[s], outlines[r])
        for place in shapely.points(shapely.get_coordinates(common)):
            offset = round(shapely.line_locate_point(lines[s], place) * 1000)
            if 0 < offset < street_mm[s]:
                cuts.setdefault(int(s), set()).add(offset)
    return cuts


def _cut(
    lines: NDArray[np.object_], street_mm: Ints, cuts: dict[int, set[int]]
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    whole = np.array([s not in cuts for s in range(len(lines))], dtype=bool)
    number = np.flatnonzero(whole)
    rows = [pd.DataFrame({"street": number, "from_mm": 0, "to_mm": street_mm[number]})]
    shapes = [lines[number]]
    for s, offsets in cuts.items():
        stops = [0, *sorted(offsets), int(street_mm[s])]
        rows.append(pd.DataFrame({"street": s, "from_mm": stops[:-1], "to_mm": stops[1:]}))
        shapes.append(_parts(lines[s], stops))
    table = pd.concat(rows, ignore_index=True).astype(np.int64)
    geometry = np.concatenate(shapes) if shapes else np.empty(0, dtype=object)
    order = np.lexsort((table["from_mm"], table["street"]))
    return table.iloc[order].reset_index(drop=True), geometry[order]


def _parts(line: Any, stops: list[int]) -> NDArray[np.object_]:
    parts = np.empty(len(stops) - 1, dtype=object)
    for k, (start, end) in enumerate(pairwise(stops)):
        part = substring(line, start / 1000, end / 1000)
        if part.geom_type == "Point":  # shorter than the arithmetic can tell apart
            part = shapely.linestrings([part.coords[0], part.coords[0]])
        parts[k] = part
    return parts


def _middles(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    return shapely.line_interpolate_point(lines, 0.5, normalized=True)


def _zones(lines: NDArray[np.object_], rings: Rings) -> Ints:
    return smallest_holder(_middles(lines), rings.polygons)


def smallest_holder(
    points: NDArray[np.object_],
    polygons: NDArray[np.object_],
    tree: shapely.STRtree | None = None,
) -> Ints:
    """
    Return for each point the smallest polygon it lies within (ties: the first), or -1.

    ``tree`` is that of the polygons, where it has been made already.
    """
    holder = np.full(len(points), PUBLIC, dtype=np.int64)
    if not len(points) or not len(polygons):
        return holder
    point, polygon = (tree or shapely.STRtree(polygons)).query(points, predicate="within")
    order = np.lexsort((-polygon, -shapely.area(polygons[polygon])))
    holder[point[order]] = polygon[order]
    return holder


def _forgive_brushes(table: pd.DataFrame, lines: NDArray[np.object_], rings: Rings) -> pd.DataFrame:
    """Make public again what merely brushes a ring between two cuts."""
    street, zone = table["street"].to_numpy(), table["zone"].to_numpy().copy()
    inner = zone != PUBLIC
    before, after = np.zeros_like(inner), np.zeros_like(inner)
    before[1:] = street[1:] == street[:-1]
    after[:-1] = before[1:]
    for k in np.flatnonzero(inner & before & after):
        outline = shapely.boundary(rings.polygons[zone[k]])
        inside = shapely.line_interpolate_point(lines[k], [0.25, 0.5, 0.75], normalized=True)
        if shapely.distance(inside, outline).max() < CLIP_METRES:
            zone[k] = PUBLIC
    return table.assign(zone=zone)


def _number_nodes(
    table: pd.DataFrame, streets: gpd.GeoDataFrame, street_mm: Ints
) -> NDArray[np.object_]:
    """Give every piece its end nodes ``u`` and ``v``; return the ids of the nodes."""
    ends = pd.concat([streets["u"], streets["v"]]).to_numpy(dtype=object)
    number, ids = pd.factorize(ends, sort=True)
    first, last = number[: len(streets)], number[len(streets) :]
    street = table["street"].to_numpy()
    starts = table["from_mm"].to_numpy() == 0
    stops = table["to_mm"].to_numpy() == street_mm[street]
    inner = np.cumsum(~stops) - 1 + len(ids)
    table["v"] = np.where(stops, last[street], inner)
    table["u"] = np.where(starts, first[street], np.r_[[0], inner[:-1]] if len(inner) else inner)
    return np.r_[np.asarray(ids, dtype=object), np.full(int((~stops).sum()), "", dtype=object)]


def _private_clusters(table: pd.DataFrame, private: NDArray[np.bool_], rings: int) -> int:
    """Give connected private streets outside rings a zone of their own."""
    members = np.flatnonzero(private & (table["zone"].to_numpy() == PUBLIC))
    if not len(members):
        return rings
    u, v = table["u"].to_numpy()[members], table["v"].to_numpy()[members]
    nodes, flat = np.unique(np.r_[u, v], return_inverse=True)
    half = len(members)
    graph = coo_array((np.ones(half), (flat[:half], flat[half:])), shape=(len(nodes), len(nodes)))
    count, cluster = connected_components(graph, directed=False)
    zone = table["zone"].to_numpy().copy()
    zone[members] = rings + cluster[flat[:half]]
    table["zone"] = zone
    return rings + int(count)
