"""
From OSM objects to compounds and gates, and whether a wall stops walkers there.

A compound is gated where its tags say so or a wall follows its ring; it is open where a public
street runs through it; else nobody knows. A gate is a barrier node on a street, a wall or a
compound's ring; within 15 m of a ring it is a gate of that compound, else one across a street.

    residential areas --tags, walls, streets--> compounds (gated, gated_source)
    barrier nodes     --foot, access, locked--> gates (users, hours, step_free, compound, node)
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.catalogue.osm import OsmRules, first_match
from gis.ingest.osm_areas import Areas, find_areas
from gis.ingest.osm_file import OsmFile, Tags
from gis.ingest.osm_places import table
from gis.ingest.osm_streets import StreetPieces
from gis.ingest.tag_rules import RuleIndex

GATE_DISTANCE = 15.0
"""Metres from a compound's ring within which a gate belongs to it (ours)."""
EDGE_WIDTH = 10.0
"""Metres along the ring in which a street is the street outside: rings are drawn to its axis."""
INSIDE_LENGTH = 20.0
"""Metres of a public street beyond that edge that make a compound open (ours)."""
WALL_DISTANCE = 3.0
"""Metres between a wall and a ring that are one line on the ground (ours)."""
WALLED_SHARE = 0.8
"""Share of the ring along which a wall must run for the compound to be gated (ours)."""

_WALLS = frozenset({"wall", "fence", "hedge"})
_STEPPED = frozenset({"turnstile", "full-height_turnstile", "stile", "kissing_gate"})


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


def build_gates(
    file: OsmFile, rules: OsmRules, pieces: StreetPieces, compounds: gpd.GeoDataFrame, metres: Any
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """
    Return the gates on streets, walls and rings, and what was counted.

    ``node`` is the street node where a street passes the gate; else the gate is in a wall only.
    """
    rows = [row for row, tags in enumerate(file.nodes.tags) if tags.get("barrier") in rules.gates]
    numbers = [int(number) for number in file.nodes.ids[rows]]
    nodes = [pieces.renamed.get(number, number) for number in numbers]
    on_street = [node in pieces.nodes for node in nodes]
    on_line = np.isin(numbers, _barrier_refs(file, rules))
    kept = [i for i in range(len(rows)) if on_street[i] or on_line[i]]
    tags = [file.nodes.tags[rows[i]] for i in kept]
    chosen = np.array([rows[i] for i in kept], dtype=np.int64)
    gates = table(
        [f"n{numbers[i]}" for i in kept],
        shapely.points(file.nodes.lon[chosen], file.nodes.lat[chosen]),
        name=[each.get("name") for each in tags],
        hours=[_first(each, rules.gate_hours) for each in tags],
        users=[gate_users(each, rules) for each in tags],
        step_free=pd.array([_step_free(each) for each in tags], dtype="boolean"),
        source="osm",
        node=pd.array([f"n{nodes[i]}" if on_street[i] else None for i in kept], dtype="string"),
    )
    gates["compound"] = _compound_of(gates, compounds, metres)
    return gates, {
        "gates": len(gates),
        "gates dropped: on no street or wall": len(rows) - len(kept),
    }


def _barrier_refs(file: OsmFile, rules: OsmRules) -> NDArray[np.int64]:
    """Return the nodes of walls and of the rings of compounds."""
    kind_of = RuleIndex((*rules.barrier_lines, *rules.compounds)).first
    rows = [row for row, tags in enumerate(file.ways.tags) if kind_of(tags) is not None]
    areas = find_compounds(file, rules)
    rows += [row for each in areas.ways for row in each]
    return np.unique(file.ways.take(np.array(rows, dtype=np.int64)).refs)


def gate_users(tags: Tags, rules: OsmRules) -> str:
    """
    Tell who may pass a gate; ``foot`` beats ``access``.

    A locked private gate is the residents': they have the key. Any other locked gate is shut.
    """
    value = tags.get("foot") or tags.get("access")
    if value in rules.gate_residents:
        return "residents"
    if value in rules.gate_closed or tags.get("locked") in rules.gate_locked:
        return "nobody"
    return "everyone" if value in rules.gate_everyone else "unknown"


def _first(tags: Tags, keys: tuple[str, ...]) -> str | None:
    return next((tags[key] for key in keys if key in tags), None)


def _step_free(tags: Tags) -> bool | None:
    if tags.get("wheelchair") in {"yes", "no"}:
        return tags["wheelchair"] == "yes"
    return False if tags.get("barrier") in _STEPPED else None


def _compound_of(gates: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, metres: Any) -> Any:
    rings = shapely.boundary(compounds.to_crs(metres).geometry.to_numpy())
    points = gates.to_crs(metres).geometry.to_numpy()
    gate, ring = shapely.STRtree(rings).query_nearest(points, max_distance=GATE_DISTANCE)
    found: dict[int, str] = {}
    for row, near in zip(gate.tolist(), compounds.index[ring], strict=True):
        found[row] = min(near, found.get(row, near))
    return pd.array([found.get(row) for row in range(len(gates))], dtype="string")
