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
from gis.streets.sight import Choice, Sight, join

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


def join_places(district: District, gates: pd.DataFrame, joiner: "Joiner") -> Joins:
    """
    Join buildings, stations and free gates to the streets they see within 100 m.

    A building joins from its entrance where one is known, else from its point; a station from
    each entrance, else from its point or outline. Inside a ring only inner streets are joined,
    outside only outer ones.
    """
    buildings = _building_doors(district)
    building_zone = joiner.zone_of(buildings)
    stations, station_row, doors = join_stations(district, joiner)
    tables = [
        joiner.places(BUILDING, np.arange(len(buildings)), buildings, building_zone),
        stations,
        *joiner.free_gates(gates),
    ]
    table = pd.concat(tables, ignore_index=True).astype({"bare": bool})
    station_zone = joiner.zone_of(building_points(district.stations).to_numpy())
    return Joins(table, buildings, doors, station_row, building_zone, station_zone)


def join_stations(district: District, joiner: "Joiner") -> tuple[pd.DataFrame, Ints, Shapes]:
    """Join the stations from each of their doors; return the joins and the doors by row."""
    station_row, doors = _station_doors(district)
    zone = joiner.zone_of(_points(doors))
    return joiner.places(STATION, station_row, doors, zone), station_row, doors


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


_ALL, _OUTER = "all", "outer"


class Joiner:
    """Joins places to pieces of one zone at a time, under one sight; keeps the search trees."""

    def __init__(self, pieces: Pieces, sight: Sight) -> None:
        self._table, self._lines, self.sight = pieces.table, pieces.lines, sight
        self._polygons = pieces.rings.polygons
        self._rings = shapely.STRtree(self._polygons)
        zone = pieces.table["zone"].to_numpy()
        self._members: dict[int | str, Ints] = {z: rows for z, rows in rows_by(zone).items()}  # noqa: C416 - its keys are wider
        self._members[_ALL] = np.arange(len(zone))
        # private streets outside rings may be somebody's own way
        self._members[_OUTER] = np.flatnonzero((zone == PUBLIC) | (zone >= len(self._polygons)))
        self._choices: dict[int | str, Choice] = {}

    def zone_of(self, points: Shapes) -> Ints:
        """Return the ring each point lies within, or -1."""
        return smallest_holder(points, self._polygons, self._rings)

    def places(self, owner: int, row: Ints, shapes: Shapes, zone: Ints) -> pd.DataFrame:
        """
        Join each place within its zone, and once more with walls thought away.

        Without walls a place joins the nearest street of all, and from inside a ring the nearest
        public one too: that is the way a wall bars.
        """
        nothing = Sight(np.empty(0, dtype=object))
        bare = self._joined(owner, row, shapes, _ALL, nothing)
        walled = zone != PUBLIC
        beyond = self._joined(owner, row[walled], shapes[walled], PUBLIC, nothing)
        bare = pd.concat([bare, beyond]).drop_duplicates()
        seen = self._zonewise(owner, row, shapes, zone)
        return pd.concat([*seen, bare.assign(bare=True)])

    def _zonewise(self, owner: int, row: Ints, shapes: Shapes, zone: Ints) -> list[pd.DataFrame]:
        parts = []
        for wanted, members in rows_by(zone).items():
            streets = _OUTER if wanted == PUBLIC else wanted
            parts.append(self._joined(owner, row[members], shapes[members], streets, self.sight))
        return parts

    def to_piece(
        self, owner: int, row: Ints, shapes: Shapes, piece: int, *, bare: bool
    ) -> pd.DataFrame:
        """Join places to one piece only: where they may and see it, or (``bare``) all in reach."""
        zone = int(self._table["zone"].to_numpy()[piece])
        sight = Sight(np.empty(0, dtype=object)) if bare else self.sight
        some = np.ones(len(row), dtype=bool)
        if not bare:
            own = PUBLIC if zone >= len(self._polygons) else zone
            some = self.zone_of(_points(shapes)) == own
        one = slice(piece, piece + 1)
        found = join(shapes[some], Choice(self._table.iloc[one], self._lines[one]), sight)
        found["row"] = row[some][found.pop("place").to_numpy(dtype=np.int64)]
        return found.assign(owner=owner, bare=bare)

    def _choice(self, streets: int | str) -> Choice:
        if streets not in self._choices:
            rows = self._members.get(streets, np.empty(0, dtype=np.int64))
            self._choices[streets] = Choice(self._table.iloc[rows], self._lines[rows])
        return self._choices[streets]

    def _joined(
        self, owner: int, row: Ints, shapes: Shapes, streets: int | str, sight: Sight
    ) -> pd.DataFrame:
        found = join(shapes, self._choice(streets), sight)
        found["row"] = row[found.pop("place").to_numpy(dtype=np.int64)]
        return found.assign(owner=owner, bare=False)

    def free_gates(self, gates: pd.DataFrame) -> list[pd.DataFrame]:
        """Join gates that stand on no crossing: outward to public streets, inward to their zone."""
        row = np.flatnonzero((gates["node"] < 0).to_numpy())
        points = shapely.points(gates[["x", "y"]].to_numpy(dtype=float)[row])
        zone = gates["zone"].to_numpy()[row]
        outward = self._joined(GATE_OUT, row, points, PUBLIC, self.sight)
        return [outward, *self._zonewise(GATE_IN, row, points, zone)]


def rows_by(zone: Ints) -> dict[int, Ints]:
    """Return the positions of each zone's members, zones in order."""
    order = np.argsort(zone, kind="stable")
    zones, start = np.unique(zone[order], return_index=True)
    return dict(zip(zones.tolist(), np.split(order, start[1:]), strict=True)) if len(zone) else {}
