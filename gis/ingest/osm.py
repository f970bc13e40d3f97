"""
Reading a place from OpenStreetMap: streets, buildings, gates, walls, compounds, stations.

    file --osm_file--> tagged nodes, ways, relations
         --osm_streets--> streets      --osm_places--> buildings, barriers
         --osm_compounds--> compounds  --osm_stations--> stations
         --osm_doors--> gates, entrances

OpenStreetMap is always in WGS 84; so are the tables here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis import tables
from gis.catalogue import Catalogue
from gis.catalogue.osm import OsmRules
from gis.ingest.osm_compounds import (
    Surroundings,
    build_compounds,
    find_compounds,
    within_compound,
)
from gis.ingest.osm_doors import build_entrances, build_gates
from gis.ingest.osm_file import OsmFile, Progress, read_osm_file
from gis.ingest.osm_places import build_barriers, build_buildings
from gis.ingest.osm_stations import build_stations
from gis.ingest.osm_streets import build_streets
from gis.ingest.squares import free_lines
from gis.ingest.tag_rules import RuleIndex

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, eq=False)
class OsmLayers:
    """
    The tables of one extract, in WGS 84 under their contracts.

    Parameters
    ----------
    counts
        What was read, kept and dropped, with the reason, in words.
    data_date
        The day the data stands for (ISO), where the file says so.
    """

    streets: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    counts: dict[str, int]
    data_date: str | None
    attribution: str = ATTRIBUTION


def read_osm(
    path: str | Path, *, catalogue: Catalogue, progress: Progress | None = None
) -> OsmLayers:
    """
    Read everything the product needs from one OpenStreetMap file.

    Parameters
    ----------
    path
        ``.osm`` (plain, ``.gz``, ``.bz2``, ``.xz``) or ``.osm.pbf``.
    catalogue
        ``catalogue.osm`` says what tags mean, ``catalogue.facilities`` what a kind offers.
    progress
        Called with a message and the part done (0 to 1).

    Raises
    ------
    InputError
        The file is missing, empty, cut short, or not OpenStreetMap data.
    """
    tell = _part(progress, 0.0, 0.6)
    file = read_osm_file(
        path, node_keys=_node_keys(catalogue.osm), way_keys=_way_keys(catalogue.osm), progress=tell
    )
    return build_layers(file, catalogue, progress=_part(progress, 0.6, 1.0))


def build_layers(file: OsmFile, catalogue: Catalogue, *, progress: Progress) -> OsmLayers:
    """Build the tables from objects already read."""
    rules = catalogue.osm
    progress("街道", 0.0)
    pieces = build_streets(file, rules)
    progress("建筑、围墙", 0.4)
    buildings, outlines, of_buildings = build_buildings(file, rules)
    barriers, of_barriers = build_barriers(file, rules)
    across = free_lines(pieces.across, barriers.geometry.to_numpy(), outlines)
    streets = pd.concat([pieces.streets, across]) if len(across) else pieces.streets
    progress("站点", 0.7)
    stations, grounds, of_stations = build_stations(file, catalogue)
    entrances, of_entrances = build_entrances(file, rules, outlines, grounds)
    progress("小区、出入口", 0.8)
    metres = _metres(file)
    around = Surroundings(find_compounds(file, rules), pieces.streets, barriers)
    compounds = build_compounds(around, rules, metres)
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    buildings["compound"] = within_compound(compounds, points)
    gates, of_gates = build_gates(file, rules, pieces, around, metres)
    progress("地图读完", 1.0)
    read = {"tagged nodes": len(file.nodes.ids), "ways": len(file.ways.ids)}
    read["relations"] = len(file.relations.ids)
    return OsmLayers(
        streets=tables.conform(streets, tables.Streets),
        buildings=tables.conform(buildings, tables.Buildings),
        gates=tables.conform(gates, tables.Gates),
        entrances=tables.conform(entrances, tables.Entrances),
        barriers=tables.conform(barriers, tables.Barriers),
        compounds=tables.conform(compounds, tables.Compounds),
        stations=tables.conform(stations, tables.Stations),
        counts=read
        | pieces.counts
        | {"lines across squares": len(across)}
        | of_buildings
        | of_barriers
        | of_entrances
        | {"compounds": len(compounds)}
        | {"compounds dropped: outline does not close": around.areas.broken}
        | of_gates
        | of_stations,
        data_date=file.data_date,
    )


def wanted_keys(catalogue: Catalogue) -> frozenset[str]:
    """Return the keys of all objects that ``read_osm`` looks at."""
    return _node_keys(catalogue.osm) | _way_keys(catalogue.osm)


def _part(progress: Progress | None, low: float, high: float) -> Progress:
    """Return a teller whose 0 to 1 is a stretch of the whole way."""

    def tell(message: str, fraction: float | None) -> None:
        if progress is not None:
            progress(message, None if fraction is None else low + fraction * (high - low))

    return tell


def _node_keys(rules: OsmRules) -> frozenset[str]:
    return RuleIndex(rules.stations).keys | {"barrier", "entrance"}


def _way_keys(rules: OsmRules) -> frozenset[str]:
    asked = (rules.platforms, rules.barrier_lines, rules.compounds, rules.stations)
    return frozenset({"highway", "building"}).union(*(RuleIndex(each).keys for each in asked))


def _metres(file: OsmFile) -> Any:
    """Return the UTM zone of the middle of the file: good to 0.1 % for lengths of metres."""
    known = ~np.isnan(file.ways.lon)
    all_lon = np.concatenate([file.ways.lon[known], file.nodes.lon])
    all_lat = np.concatenate([file.ways.lat[known], file.nodes.lat])
    lon, lat = (np.median(all_lon), np.median(all_lat)) if len(all_lon) else (0.0, 0.0)
    zone = int(np.clip((lon + 180) // 6 + 1, 1, 60))
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)
