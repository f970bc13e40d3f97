"""
From OSM objects to compounds, and whether a wall stops walkers there.

A compound is gated where its tags say so or a wall follows its ring; it is open where a public
street runs through it; else nobody knows.

    residential areas --tags, walls, streets--> compounds (gated, gated_source)
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.catalogue.osm import OsmRules, first_match
from gis.ingest.osm_areas import Areas, find_areas, table
from gis.ingest.osm_file import OsmFile
from gis.ingest.tag_rules import RuleIndex

EDGE_WIDTH = 10.0
"""Metres along the ring in which a street is the street outside: rings are drawn to its axis."""
INSIDE_LENGTH = 20.0
"""Metres of a public street beyond that edge that make a compound open (ours)."""
WALL_DISTANCE = 3.0
"""Metres between a wall and a ring that are one line on the ground (ours)."""
WALLED_SHARE = 0.8
"""Share of the ring along which a wall must run for the compound to be gated (ours)."""

_WALLS = frozenset({"wall", "fence", "hedge"})


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What stands around the compounds: their areas, the streets and the barriers, as read."""

    areas: Areas
    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame


def find_compounds(file: OsmFile, rules: OsmRules) -> Areas:
    """Return the residential areas of the file."""
    kind_of = RuleIndex(rules.compounds).first
    return find_areas(file, lambda tags: kind_of(tags) is not None)


def build_compounds(around: Surroundings, rules: OsmRules, metres: Any) -> gpd.GeoDataFrame:
    """
    Return the compounds, each with what is known about its walls.

    Parameters
    ----------
    metres
        The projected frame in which lengths are measured.

    Returns
    -------
    GeoDataFrame
        ``gated`` is yes or no with ``gated_source`` ``osm`` (tags, a wall along the ring) or
        ``assumed`` (a public street runs inside); else unknown.
    """
    tags = around.areas.tags
    compounds = table(
        around.areas.ids,
        around.areas.shapes,
        name=[each.get("name") for each in tags],
        kind=[first_match(rules.compounds, each) for each in tags],
    )
    told = [first_match(rules.compound_gated, each) for each in tags]
    shapes = compounds.to_crs(metres).geometry
    walled = _walled(shapes, around.barriers, metres)
    public = _public_inside(shapes, around.streets, rules, metres)
    gated = pd.Series(told, index=compounds.index, dtype="object")
    gated[gated.isna() & walled] = "yes"
    source = gated.where(gated.isna(), "osm")
    source[gated.isna() & public] = "assumed"
    gated[gated.isna() & public] = "no"
    return compounds.assign(gated=gated.fillna("unknown"), gated_source=source)


def _walled(shapes: gpd.GeoSeries, barriers: gpd.GeoDataFrame, metres: Any) -> NDArray[np.bool_]:
    walls = barriers[barriers["kind"].isin(_WALLS)].to_crs(metres).geometry.to_numpy()
    rings = shapely.boundary(shapes.to_numpy())
    return _length_within(
        rings, shapely.buffer(walls, WALL_DISTANCE)
    ) >= WALLED_SHARE * shapely.length(rings)


def _length_within(lines: Any, areas: Any) -> NDArray[np.float64]:
    """Return how many metres of each line lie in the union of the areas."""
    near, area = shapely.STRtree(areas).query(lines, predicate="intersects")
    metres = np.zeros(len(lines))
    for row in np.unique(near):
        whole = shapely.union_all(areas[area[near == row]])
        metres[row] = shapely.length(shapely.intersection(lines[row], whole))
    return metres


def _public_inside(
    shapes: gpd.GeoSeries, streets: gpd.GeoDataFrame, rules: OsmRules, metres: Any
) -> NDArray[np.bool_]:
    """Tell in which compounds a public street at ground level runs, or which it crosses."""
    kind, ground = streets["kind"], streets["layer"].fillna(0) == 0
    named = kind.isin(rules.open_streets_if_named) & streets["name"].notna()
    public = (kind.isin(rules.open_streets) | named) & ground & (streets["users"] == "everyone")
    # only streets that touch a compound are worth measuring
    degrees = shapes.to_crs(streets.crs).to_numpy()
    near = shapely.STRtree(streets.geometry.to_numpy()).query(degrees, predicate="intersects")[1]
    public &= np.isin(np.arange(len(streets)), near)
    lines = streets[public].to_crs(metres).geometry.to_numpy()
    cores = shapely.buffer(shapes.to_numpy(), -EDGE_WIDTH)
    core, line = shapely.STRtree(lines).query(cores, predicate="intersects")
    inside = shapely.length(shapely.intersection(cores[core], lines[line]))
    return np.bincount(core, weights=inside, minlength=len(shapes)) > INSIDE_LENGTH


def within_compound(compounds: gpd.GeoDataFrame, points: Any) -> Any:
    """Return the id of the smallest compound around each point, or NA."""
    order = np.lexsort([compounds.index, shapely.area(compounds.geometry.to_numpy())])
    point, area = shapely.STRtree(compounds.geometry.to_numpy()[order]).query(
        points, predicate="within"
    )
    first = np.full(len(points), len(order))
    np.minimum.at(first, point, area)
    ids = [*compounds.index[order], None]
    return pd.array([ids[row] for row in first], dtype="string")
