"""
Which place joins which street: buildings, stations and free gates, with their access legs.

    buildings, stations, gates, pieces  ->  Joins (rows: owner, piece, offset_mm, leg_mm, bare)
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.district import District, building_points
from gis.streets.pieces import PUBLIC, Pieces, smallest_holder
from gis.streets.sight import Sight, join

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

BUILDING, STATION, GATE_OUT, GATE_IN = range(4)
"""Whose join a row is. A free gate joins the public streets outside and its zone's inside."""


@dataclass(frozen=True, eq=False)
class Joins:
    """
    Where places meet the streets.

    Parameters
    ----------
    table
        ``owner`` (BUILDING …), ``row`` (position in the owner's table), ``piece``, ``offset_mm``,
        ``leg_mm``, ``bare`` (seen only with walls thought away).
    buildings, stations
        The point of each building; of each station its doors as (row, shape) pairs.
    building_zone, station_zone
        The ring each lies within, or -1.
    """

    table: pd.DataFrame
    buildings: Shapes
    station_doors: Shapes
    station_row: Ints
    building_zone: Ints
    station_zone: Ints


def look_around(district: District, pieces: Pieces) -> Sight:
    """Let walls, rivers and rings stand in the way of straight lines."""
    rings = shapely.boundary(pieces.rings.polygons)
    return Sight(np.concatenate([district.barriers.geometry.to_numpy(), rings]))


def join_places(district: District, pieces: Pieces, gates: pd.DataFrame, sight: Sight) -> Joins:
    """
    Join buildings, stations and free gates to the streets they see within 100 m.

    A building joins from its entrance where one is known, else from its point; a station from
    each entrance, else from its point or outline. Inside a ring only inner streets are joined,
    outside only outer ones.
    """
    buildings = _building_doors(district)
    station_row, doors = _station_doors(district)
    polygons = pieces.rings.polygons
    building_zone = smallest_holder(buildings, polygons)
    door_zone = smallest_holder(_points(doors), polygons)
    joiner = _Joiner(pieces, sight)
    tables = [
        joiner.places(BUILDING, np.arange(len(buildings)), buildings, building_zone),
        joiner.places(STATION, station_row, doors, door_zone),
        *joiner.free_gates(gates),
    ]
    table = pd.concat(tables, ignore_index=True).astype({"bare": bool})
    station_zone = smallest_holder(building_points(district.stations).to_numpy(), polygons)
    return Joins(table, buildings, doors, station_row, building_zone, station_zone)


def _building_doors(district: District) -> Shapes:
    """Return one point per building: its first main entrance where known, else its own point."""
    points = building_points(district.buildings)
    entrances = _entrances(district, district.buildings.index)
    first = entrances[~entrances["place"].duplicated()]
    points[first["place"]] = first.geometry.to_numpy()
    doors: Shapes = points.to_numpy()
    return doors


def _entrances(district: District, places: pd.Index) -> gpd.GeoDataFrame:
    found = district.entrances[district.entrances["place"].isin(places)].sort_index()
    minor = (found["kind"] != "main").fillna(value=True)
    return found.iloc[np.argsort(minor.to_numpy(), kind="stable")]


def _station_doors(district: District) -> tuple[Ints, Shapes]:
    stations = district.stations
    entrances = _entrances(district, stations.index)
    with_doors = stations.index.isin(entrances["place"])
    row = np.r_[stations.index.get_indexer(entrances["place"]), np.flatnonzero(~with_doors)]
    doors = np.r_[entrances.geometry.to_numpy(), stations.geometry.to_numpy()[~with_doors]]
    order = np.argsort(row, kind="stable")
    return row[order].astype(np.int64), doors[order]


def _points(shapes: Shapes) -> Shapes:
    points: Shapes = building_points(gpd.GeoDataFrame(geometry=shapes)).to_numpy()
    return points


class _Joiner:
    """Joins places to pieces of one zone at a time, under one sight."""

    def __init__(self, pieces: Pieces, sight: Sight) -> None:
        self._table, self._lines, self._sight = pieces.table, pieces.lines, sight
        zone = pieces.table["zone"].to_numpy()
        self._all = np.arange(len(zone))
        self._of_zone = rows_by(zone)
        # private streets outside rings may be somebody's own way
        self._outer = np.flatnonzero((zone == PUBLIC) | (zone >= len(pieces.rings.ids)))

    def places(self, owner: int, row: Ints, shapes: Shapes, zone: Ints) -> pd.DataFrame:
        """
        Join each place within its zone, and once more with walls thought away.

        Without walls a place joins the nearest street of all, and from inside a ring the nearest
        public one too: that is the way a wall bars.
        """
        nothing = Sight(np.empty(0, dtype=object))
        bare = self._joined(owner, row, shapes, self._all, nothing)
        walled = zone != PUBLIC
        beyond = self._joined(owner, row[walled], shapes[walled], self._pieces(PUBLIC), nothing)
        bare = pd.concat([bare, beyond]).drop_duplicates()
        seen = self._zonewise(owner, row, shapes, zone)
        return pd.concat([*seen, bare.assign(bare=True)])

    def _zonewise(self, owner: int, row: Ints, shapes: Shapes, zone: Ints) -> list[pd.DataFrame]:
        parts = []
        for wanted, members in rows_by(zone).items():
            pieces = self._outer if wanted == PUBLIC else self._pieces(wanted)
            parts.append(self._joined(owner, row[members], shapes[members], pieces, self._sight))
        return parts

    def _pieces(self, zone: int) -> Ints:
        return self._of_zone.get(zone, self._all[:0])

    def _joined(
        self, owner: int, row: Ints, shapes: Shapes, pieces: Ints, sight: Sight
    ) -> pd.DataFrame:
        found = join(shapes, self._table.iloc[pieces], self._lines[pieces], sight)
        found["row"] = row[found.pop("place").to_numpy(dtype=np.int64)]
        return found.assign(owner=owner, bare=False)

    def free_gates(self, gates: pd.DataFrame) -> list[pd.DataFrame]:
        """Join gates that stand on no crossing: outward to public streets, inward to their zone."""
        row = np.flatnonzero((gates["node"] < 0).to_numpy())
        points = shapely.points(gates[["x", "y"]].to_numpy(dtype=float)[row])
        zone = gates["zone"].to_numpy()[row]
        outward = self._joined(GATE_OUT, row, points, self._pieces(PUBLIC), self._sight)
        return [outward, *self._zonewise(GATE_IN, row, points, zone)]


def rows_by(zone: Ints) -> dict[int, Ints]:
    """Return the positions of each zone's members, zones in order."""
    order = np.argsort(zone, kind="stable")
    zones, start = np.unique(zone[order], return_index=True)
    return dict(zip(zones.tolist(), np.split(order, start[1:]), strict=True)) if len(zone) else {}
