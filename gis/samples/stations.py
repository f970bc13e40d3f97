"""Stations, their doors, and rooms that stand empty."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.catalogue import load_catalogue
from gis.samples.buildings import rectangles
from gis.samples.ground import Ground
from gis.samples.spec import Spec


def build_stations(spec: Spec, ground: Ground) -> gpd.GeoDataFrame:
    """One row per station; services are what the catalogue says of its kind."""
    services = load_catalogue().facilities["services"]
    rows = [
        {
            "code": f"{spec.place['code']}S{number:03d}",
            "name": one.name,
            "kind": one.kind,
            "services": services[one.kind],
            "hours": one.hours,
            "capacity": one.capacity,
            "audience": one.audience,
            "state": one.state,
        }
        for number, one in enumerate(spec.stations, start=1)
    ]
    frame = pd.DataFrame(rows, index=_ids("s", len(rows)))
    return gpd.GeoDataFrame(frame, geometry=_shapes(spec, ground), crs=spec.place["crs"])


def build_entrances(spec: Spec, ground: Ground) -> gpd.GeoDataFrame:
    """A door in the middle of the south side of every station with a building of its own."""
    number = [row for row, one in enumerate(spec.stations) if one.box is not None]
    corners = shapely.get_coordinates(_houses(spec, ground)).reshape(-1, 5, 2)
    points = shapely.points((corners[:, 0] + corners[:, 1]) / 2)
    frame = pd.DataFrame(
        {"place": _ids("s", len(spec.stations))[number], "kind": "main"},
        index=_ids("e", len(number)),
    )
    return gpd.GeoDataFrame(frame, geometry=points, crs=spec.place["crs"])


def build_candidates(spec: Spec, ground: Ground) -> gpd.GeoDataFrame:
    """One row per room that stands empty."""
    rows = [
        {
            "name": one.name,
            "premises_source": one.premises_source,
            "cost": one.cost,
            "area": one.area,
            "services": one.services,
        }
        for one in spec.candidates
    ]
    at = np.array([one.at for one in spec.candidates]).reshape(-1, 2)
    frame = pd.DataFrame(rows, index=_ids("c", len(rows)))
    points = shapely.points(ground.place(at))
    return gpd.GeoDataFrame(frame, geometry=points, crs=spec.place["crs"])


def _shapes(spec: Spec, ground: Ground) -> np.ndarray:
    """Points, and for stations with a building of their own its outline."""
    has_house = np.array([one.box is not None for one in spec.stations], dtype=bool)
    at = np.array([one.at or (0.0, 0.0) for one in spec.stations]).reshape(-1, 2)
    shapes = np.asarray(shapely.points(ground.place(at)), dtype=object)
    shapes[has_house] = _houses(spec, ground)
    return shapes


def _houses(spec: Spec, ground: Ground) -> np.ndarray:
    boxes = np.array([one.box for one in spec.stations if one.box]).reshape(-1, 4)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    sizes = boxes[:, 2:] - boxes[:, :2]
    return rectangles(ground.place(centres), sizes, ground.turn(centres))


def _ids(letter: str, count: int) -> pd.Index:
    return pd.Index([f"{letter}{row + 1}" for row in range(count)], name="id")
