"""
Straight lines inside compounds, where inner streets do not lead from a gate to a door.

    arcs so far, buildings, stations, gates of a ring  ->  LINE arcs, marked estimated
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.streets.inside import inside_mm
from gis.streets.joins import STATION, Joins
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
    part = _Parts(arcs, keys)
    walls = barriers.geometry.to_numpy()
    tree = shapely.STRtree(walls)
    found = [make_arcs(np.empty(0, np.int64), np.empty(0, np.int64), LINE)]
    busy = np.union1d(joins.building_zone, joins.station_zone)
    for zone in busy[busy != PUBLIC]:
        polygon = pieces.rings.polygons[zone]
        near = walls[tree.query(polygon, predicate="intersects")]
        found += _of_zone(int(zone), polygon, near, part, keys, gates, joins)
    return pd.concat(found)


class _Parts:
    """Which connected part of the inner streets a key lies on; -1 for none."""

    def __init__(self, arcs: pd.DataFrame, keys: Keys) -> None:
        tail, head = arcs["tail"].to_numpy(), arcs["head"].to_numpy()
        inner = (keys.side(tail) == H) & np.isin(keys.side(head), [H, PLACE])
        self._keys, flat = np.unique(np.r_[tail[inner], head[inner]], return_inverse=True)
        half, size = int(inner.sum()), len(self._keys)
        graph = coo_array((np.ones(half), (flat[:half], flat[half:])), shape=(size, size))
        _, self._part = connected_components(graph, directed=False)

    def of(self, key: Ints) -> Ints:
        """Return the part of each key."""
        at = np.searchsorted(self._keys, key)
        at[at == len(self._keys)] = 0
        known = self._keys[at] == key if len(self._keys) else np.zeros(len(key), dtype=bool)
        return np.where(known, self._part[at] if len(self._keys) else -1, -1)


def _of_zone(
    zone: int,
    polygon: object,
    walls: Shapes,
    part: _Parts,
    keys: Keys,
    gates: pd.DataFrame,
    joins: Joins,
) -> list[pd.DataFrame]:
    home = np.flatnonzero(joins.building_zone == zone)
    station = np.flatnonzero(joins.station_zone == zone)
    gate = np.flatnonzero(((gates["zone"] == zone) & (gates["kind"] == "ring")).to_numpy())
    gate_at = shapely.points(gates[["x", "y"]].to_numpy(dtype=float)[gate])
    home_at, station_at = joins.buildings[home], _station_points(joins, station)
    home_part = part.of(keys.building(home))
    entered = keys.of(H, zone, keys.gate[gate])
    gate_part = part.of(entered)
    station_part = _station_parts(joins, part, keys, station)
    left = keys.of(S, zone, keys.gate[gate])
    return [
        _lines(
            polygon, walls, (entered, gate_at, gate_part), (keys.building(home), home_at, home_part)
        ),
        _lines(
            polygon,
            walls,
            (keys.station(station), station_at, station_part),
            (keys.building(home), home_at, home_part),
        ),
        _lines(
            polygon,
            walls,
            (keys.station(station), station_at, station_part),
            (left, gate_at, gate_part),
        ),
    ]


End = tuple[Ints, Shapes, Ints]


def _lines(polygon: object, walls: Shapes, start: End, end: End) -> pd.DataFrame:
    """Draw lines between all starts and ends that no inner street joins."""
    (tail, here, part), (head, there, other) = start, end
    apart = (part[:, None] != other[None, :]) | (part[:, None] < 0)
    rows, columns = np.flatnonzero(apart.any(axis=1)), np.flatnonzero(apart.any(axis=0))
    mm = np.full(apart.shape, -1, dtype=np.int64)
    mm[np.ix_(rows, columns)] = inside_mm(polygon, walls, here[rows], there[columns])
    a, b = np.nonzero(apart & (mm >= 0))
    return make_arcs(tail[a], head[b], LINE, mm=mm[a, b])


def _station_points(joins: Joins, station: Ints) -> Shapes:
    first = np.searchsorted(joins.station_row, station)
    points: Shapes = shapely.point_on_surface(joins.station_doors[first])
    return points


def _station_parts(joins: Joins, part: _Parts, keys: Keys, station: Ints) -> Ints:
    """Part of the inner streets a station joins; of several doors the first that joins any."""
    table = joins.table
    mine = (table["owner"] == STATION).to_numpy() & ~table["bare"].to_numpy()
    row = table["row"].to_numpy()[mine]
    zone = joins.station_zone[row]
    parts = part.of(keys.of(H, zone, keys.join[mine]))
    best = pd.Series(parts[parts >= 0], index=row[parts >= 0]).groupby(level=0).first()
    return best.reindex(station, fill_value=-1).to_numpy(dtype=np.int64)
