"""
The area really reached: a strip along every street part within the limit, cut by walls.

A strip never leaves its zone through a ring, and a wall or river cuts off what lies behind it.

    weight at nodes  ->  reached street parts  ->  strips  ->  one area per requirement
"""

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from gis.district import District
from gis.streets.access import Access, passable
from gis.streets.layout import STREET
from gis.streets.network import Network
from gis.streets.pieces import PUBLIC
from gis.streets.search import arc_costs, cost_of_weight, limit_weight

if TYPE_CHECKING:
    from gis.coverage.result import Answer

STRIP_METRES = 25.0
"""Half the width of the strip drawn along a reached street. Ours, as the peers' recipe has it."""
_WALL_METRES = 0.2

Shapes = NDArray[np.object_]


def reached_area(district: District, network: Network, answer: "Answer") -> Any:
    """
    Return the area within the limit of (the k-th of) the stations, as a valid (multi)polygon.

    Measured by line it is the union of discs. Empty where nothing is reached.
    """
    if answer.asked.requirement.measure == "line":
        return _discs(district, answer)
    parts = _reached_parts(network, answer)
    lines, zone = _lines_of(district.streets, parts)
    inner, ring = _inside_lines(network, answer)
    lines, zone = np.concatenate([lines, inner]), np.concatenate([zone, ring])
    strips = shapely.buffer(lines, STRIP_METRES, quad_segs=4)
    area = _within_zones(strips, zone, network.pieces.rings.polygons)
    return _behind_walls_removed(area, lines, district.barriers.geometry.to_numpy())


def _discs(district: District, answer: "Answer") -> Any:
    shapes = district.stations.geometry.to_numpy()[answer.stations]
    return shapely.union_all(shapely.buffer(shapes, answer.asked.limit_metres, quad_segs=16))


def _reached_parts(network: Network, answer: "Answer") -> pd.DataFrame:
    """Street parts within the limit: ``street``, ``zone``, ``from_mm``, ``to_mm``, each once."""
    arcs, limit = network.arcs, answer.asked.limit_cost
    tail = arcs["tail"].to_numpy()
    here = (arcs["kind"] == STREET).to_numpy() & (answer.weight[tail] <= limit_weight(limit))
    walker, access = answer.asked.walker, Access()
    here &= passable(network, walker, access)
    left = limit - cost_of_weight(answer.weight[tail[here]])
    cost = np.maximum(arc_costs(network, walker, access)[here], 1)
    start, stop = arcs["from_mm"].to_numpy()[here], arcs["to_mm"].to_numpy()[here]
    end = start + np.rint((stop - start) * np.clip(left / cost, 0.0, 1.0)).astype(np.int64)
    parts = arcs.loc[here, ["street", "zone"]]
    parts = parts.assign(from_mm=np.minimum(start, end), to_mm=np.maximum(start, end))
    return parts.drop_duplicates(ignore_index=True)


def _lines_of(streets: gpd.GeoDataFrame, parts: pd.DataFrame) -> tuple[Shapes, NDArray[np.int64]]:
    whole = streets.geometry.to_numpy()[parts["street"]]
    ends = zip(whole, parts["from_mm"] / 1000, parts["to_mm"] / 1000, strict=True)
    lines = np.array([substring(line, a, b) for line, a, b in ends], dtype=object)
    return lines, parts["zone"].to_numpy()


def _inside_lines(network: Network, answer: "Answer") -> tuple[Shapes, NDArray[np.int64]]:
    """Lines from the gate to covered homes in rings, where inner streets may be missing."""
    gate, zone = answer.ways.gate, network.joins.building_zone
    rows = np.flatnonzero(answer.covered & answer.ways.estimated & (gate >= 0) & (zone >= 0))
    gates = network.gates[["x", "y"]].to_numpy(dtype=float)[gate[rows]]
    homes = shapely.get_coordinates(network.joins.buildings[rows])
    lines: Shapes = shapely.linestrings(np.stack([gates, homes], axis=1))
    return lines, zone[rows]


def _within_zones(strips: Shapes, zone: NDArray[np.int64], rings: Shapes) -> Any:
    """Join strips of a ring inside it, and all others outside every ring."""
    inner = (zone != PUBLIC) & (zone < len(rings))
    outside = shapely.union_all(strips[~inner])
    near = rings[shapely.STRtree(rings).query(outside, predicate="intersects")]
    outside = shapely.difference(outside, shapely.union_all(near))
    inside = [
        shapely.intersection(shapely.union_all(strips[inner & (zone == z)]), rings[z])
        for z in np.unique(zone[inner])
    ]
    return shapely.union_all([outside, *inside])


def _behind_walls_removed(area: Any, lines: Shapes, walls: Shapes) -> Any:
    """Cut along walls and drop the parts that no reached street touches."""
    near = walls[shapely.STRtree(walls).query(area, predicate="intersects")]
    cut = shapely.difference(area, shapely.union_all(shapely.buffer(near, _WALL_METRES)))
    parts = shapely.get_parts(cut)
    touched = np.unique(shapely.STRtree(lines).query(parts, predicate="intersects")[0])
    return shapely.union_all(parts[touched])
