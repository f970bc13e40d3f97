"""
Straight lines inside compounds, where inner streets do not lead from a gate to a door.

    arcs so far, buildings, stations, gates of a ring  ->  LINE arcs, marked estimated
"""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.streets.inside import inside_mm
from gis.streets.joins import STATION, Joins, rows_by
from gis.streets.layout import LINE, PLACE, H, Keys, S, make_arcs
from gis.streets.pieces import PUBLIC, Pieces

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


def inside_lines(
    arcs: pd.DataFrame,
    keys: Keys,
    pieces: Pieces,
    gates: pd.DataFrame,
    joins: Joins,
    barriers: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Draw a line wherever no inner street joins a gate, or a station inside, with a building."""
    tail, head = arcs["tail"].to_numpy(), arcs["head"].to_numpy()
    part = Parts(tail, head, keys.side(tail), keys.side(head))
    walls = barriers.geometry.to_numpy()
    tree = shapely.STRtree(walls)
    found = [make_arcs(np.empty(0, np.int64), np.empty(0, np.int64), LINE)]
    rooms = _rooms(part, keys, pieces, gates, joins)
    for room in rooms:
        near = walls[tree.query(room.polygon, predicate="intersects")]
        found += _of_room(room, near)
    return pd.concat(found)


@dataclass(frozen=True, eq=False)
class End:
    """
    Places of one kind in a ring: the names of their nodes, their points, and the part of the inner
    streets they join.
    """

    node: Ints
    point: Shapes
    part: Ints


@dataclass(frozen=True, eq=False)
class _Room:
    """A ring with its homes, stations and gates; gates once on each side they are used on."""

    polygon: object
    homes: End
    stations: End
    entered: End
    left: End


def _rooms(
    part: "Parts", keys: Keys, pieces: Pieces, gates: pd.DataFrame, joins: Joins
) -> Iterator[_Room]:
    homes, stations = rows_by(joins.building_zone), rows_by(joins.station_zone)
    ring = np.where(gates["kind"] == "ring", gates["zone"], PUBLIC).astype(np.int64)
    doors, none = rows_by(ring), np.empty(0, dtype=np.int64)
    door_points = shapely.points(gates[["x", "y"]].to_numpy(dtype=float))
    station_part = _station_parts(joins, part, keys)
    for zone in sorted({*homes, *stations} - {PUBLIC}):
        home, station, door = (rows.get(zone, none) for rows in (homes, stations, doors))
        home_key, entered = keys.building(home), keys.of(H, zone, keys.gate[door])
        yield _Room(
            polygon=pieces.rings.polygons[zone],
            homes=End(home_key, joins.buildings[home], part.of(home_key)),
            stations=End(
                keys.station(station), _station_points(joins, station), station_part[station]
            ),
            entered=End(entered, door_points[door], part.of(entered)),
            left=End(keys.of(S, zone, keys.gate[door]), door_points[door], part.of(entered)),
        )


class Parts:
    """Which connected part of the inner streets a node lies on; -1 for none."""

    def __init__(
        self, tail: Ints, head: Ints, tail_side: NDArray[np.int8], head_side: NDArray[np.int8]
    ) -> None:
        inner = (tail_side == H) & np.isin(head_side, [H, PLACE])
        self._nodes, flat = np.unique(np.r_[tail[inner], head[inner]], return_inverse=True)
        half, size = int(inner.sum()), len(self._nodes)
        graph = coo_array((np.ones(half), (flat[:half], flat[half:])), shape=(size, size))
        _, self._part = connected_components(graph, directed=False)

    def of(self, node: Ints) -> Ints:
        """Return the part of each node."""
        if not len(self._nodes):
            return np.full(len(node), -1)
        at = np.minimum(np.searchsorted(self._nodes, node), len(self._nodes) - 1)
        return np.where(self._nodes[at] == node, self._part[at], -1)


def _of_room(room: _Room, walls: Shapes) -> list[pd.DataFrame]:
    pairs = ((room.entered, room.homes), (room.stations, room.homes), (room.stations, room.left))
    return [draw_lines(room.polygon, walls, start, end) for start, end in pairs]


def draw_lines(polygon: object, walls: Shapes, start: End, end: End) -> pd.DataFrame:
    """Draw lines between all starts and ends that no inner street joins."""
    apart = (start.part[:, None] != end.part[None, :]) | (start.part[:, None] < 0)
    rows, columns = np.flatnonzero(apart.any(axis=1)), np.flatnonzero(apart.any(axis=0))
    mm = np.full(apart.shape, -1, dtype=np.int64)
    mm[np.ix_(rows, columns)] = inside_mm(polygon, walls, start.point[rows], end.point[columns])
    a, b = np.nonzero(apart & (mm >= 0))
    return make_arcs(start.node[a], end.node[b], LINE, mm=mm[a, b])


def _station_points(joins: Joins, station: Ints) -> Shapes:
    """Lines to a station lead to its first door."""
    first = np.searchsorted(joins.station_row, station)
    points: Shapes = shapely.point_on_surface(joins.station_doors[first])
    return points


def _station_parts(joins: Joins, part: Parts, keys: Keys) -> Ints:
    """Part of the inner streets each station joins; of several doors the first that joins any."""
    table = joins.table
    mine = (table["owner"] == STATION).to_numpy() & ~table["bare"].to_numpy()
    row = table["row"].to_numpy()[mine]
    parts = part.of(keys.of(H, joins.station_zone[row], keys.join[mine]))
    found = np.full(len(joins.station_zone), -1, dtype=np.int64)
    joined = parts >= 0
    found[row[joined][::-1]] = parts[joined][::-1]  # written last, the first door stays
    return found
