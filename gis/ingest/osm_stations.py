"""
From OSM objects to service stations: what a place is, and what it offers.

The rules in ``data/osm`` give the kind, the facility catalogue the services of that kind.

    nodes, closed ways, multipolygons --first rule that holds--> kind --catalogue--> services
        --a point inside the polygon of the same kind and name--> one station
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.catalogue import Catalogue
from gis.ingest.osm_areas import Areas, find_areas, table
from gis.ingest.osm_file import OsmFile
from gis.ingest.tag_rules import RuleIndex


def build_stations(
    file: OsmFile, catalogue: Catalogue
) -> tuple[gpd.GeoDataFrame, Areas, dict[str, int]]:
    """
    Return the stations, the areas among them with their outlines, and what was counted.

    A place drawn twice (a point and a polygon around it, of one kind and name) is one station:
    the polygon, with the hours of the point where it has none of its own.
    """
    kind_of = RuleIndex(catalogue.osm.stations).first
    areas = find_areas(file, lambda tags: kind_of(tags) is not None)
    at_nodes = [kind_of(tags) for tags in file.nodes.tags]
    rows = [row for row, kind in enumerate(at_nodes) if kind]
    points = shapely.points(file.nodes.lon[rows], file.nodes.lat[rows])
    tags = areas.tags + [file.nodes.tags[row] for row in rows]
    kinds = pd.Series([kind_of(each) for each in tags], dtype="string")
    drawn = table(
        areas.ids + [f"n{file.nodes.ids[row]}" for row in rows],
        [*areas.shapes, *points],
        name=pd.array([each.get("name") for each in tags], dtype="string"),
        kind=kinds.array,
        services=kinds.map(catalogue.facilities["services"]).astype("string").array,
        hours=pd.array([each.get("opening_hours") for each in tags], dtype="string"),
        state="open",
    )
    stations = _merged(drawn)
    return (
        stations,
        areas,
        {
            "stations": len(stations),
            "stations dropped: outline does not close": areas.broken,
            "stations merged: drawn as point and area": len(drawn) - len(stations),
        },
    )


def _merged(drawn: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave out a place inside another of the same kind and name; its hours are kept."""
    inner, outer = _inside_another(drawn)
    stations = drawn.copy()
    for a, b in zip(inner, outer, strict=True):
        if pd.isna(stations["hours"].iloc[b]):
            stations.iloc[b, stations.columns.get_loc("hours")] = stations["hours"].iloc[a]
    keep = np.ones(len(drawn), dtype=np.bool_)
    keep[inner] = False
    return stations[keep]


def _inside_another(drawn: gpd.GeoDataFrame) -> tuple[list[int], list[int]]:
    """Return pairs (place, the largest place that it repeats)."""
    shapes = drawn.geometry.to_numpy()
    size = shapely.area(shapes)
    alike = drawn.groupby(["name", "kind"]).ngroup().to_numpy()  # -1 where the name is missing
    inner, outer = shapely.STRtree(shapes).query(
        shapely.point_on_surface(shapes), predicate="within"
    )
    same = (alike[inner] >= 0) & (alike[inner] == alike[outer]) & (size[outer] > size[inner])
    largest: dict[int, int] = {}
    for a, b in zip(inner[same].tolist(), outer[same].tolist(), strict=True):
        largest[a] = max(b, largest.get(a, b), key=lambda row: (size[row], -row))
    return list(largest), list(largest.values())
