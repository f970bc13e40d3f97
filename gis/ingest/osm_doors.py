"""
From OSM nodes to gates and entrances: where one may pass, and who.

A gate is a barrier node on a street, a wall or a compound's ring; within 15 m of a ring it is a
gate of that compound, else one across a street.

    barrier nodes       --foot, access, locked--> gates (users, hours, step_free, compound, node)
    nodes on an outline --entrance=*------------> entrances (place, kind)
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.catalogue.osm import OsmRules
from gis.ingest.osm_areas import Areas, table
from gis.ingest.osm_compounds import Surroundings
from gis.ingest.osm_file import OsmFile, Tags
from gis.ingest.osm_streets import StreetPieces
from gis.ingest.tag_rules import RuleIndex

GATE_DISTANCE = 15.0
"""Metres from a compound's ring within which a gate belongs to it (ours)."""
_STEPPED = frozenset({"turnstile", "full-height_turnstile", "stile", "kissing_gate"})


def build_gates(
    file: OsmFile, rules: OsmRules, pieces: StreetPieces, around: Surroundings, metres: Any
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """
    Return the gates on streets, walls and rings, and what was counted.

    ``node`` is the street node where a street passes the gate; else the gate is in a wall only.
    """
    rows = [row for row, tags in enumerate(file.nodes.tags) if tags.get("barrier") in rules.gates]
    numbers = [int(number) for number in file.nodes.ids[rows]]
    nodes = [pieces.renamed.get(number, number) for number in numbers]
    on_street = [node in pieces.nodes for node in nodes]
    on_line = np.isin(numbers, _barrier_refs(file, rules, around.areas))
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
    gates["compound"] = _compound_of(gates, around.areas, metres)
    return gates, {
        "gates": len(gates),
        "gates left out: on no street, wall or compound": len(rows) - len(kept),
    }


def _barrier_refs(file: OsmFile, rules: OsmRules, compounds: Areas) -> NDArray[np.int64]:
    """Return the nodes of walls and of the rings of compounds."""
    kind_of = RuleIndex(rules.barrier_lines).first
    rows = [row for row, tags in enumerate(file.ways.tags) if kind_of(tags) is not None]
    rows += [row for each in compounds.ways for row in each]
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


def _compound_of(gates: gpd.GeoDataFrame, compounds: Areas, metres: Any) -> Any:
    """Return the compound whose ring is nearest and near enough; ties go to the smaller id."""
    shapes = gpd.GeoSeries(compounds.shapes, crs=gates.crs).to_crs(metres)
    points = gates.to_crs(metres).geometry.to_numpy()
    gate, ring = shapely.STRtree(shapely.boundary(shapes.to_numpy())).query_nearest(
        points, max_distance=GATE_DISTANCE
    )
    found: dict[int, str] = {}
    for row, near in zip(gate.tolist(), ring.tolist(), strict=True):
        name = compounds.ids[near]
        found[row] = min(name, found.get(row, name))
    return pd.array([found.get(row) for row in range(len(gates))], dtype="string")


def build_entrances(
    file: OsmFile, rules: OsmRules, buildings: Areas, stations: Areas
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """
    Return the doors on the outlines of buildings and stations.

    A gate on the edge of a station's ground (the gate of a school) is a door of the station,
    unless nobody may pass. The id is the node's; where one node is a door of several places,
    ``n5``, ``n5.2`` …
    """
    doors = {
        int(number): row
        for row, (number, tags) in enumerate(zip(file.nodes.ids, file.nodes.tags, strict=True))
        if _is_door(tags, rules) or _is_way_in(tags, rules)
    }
    of_station = _on_outlines(file, stations, doors)
    of_building = _on_outlines(file, buildings, doors)
    ids, rows, places, kinds = [], [], [], []
    for node, row in doors.items():
        tags = file.nodes.tags[row]
        is_door = _is_door(tags, rules)
        at = of_station.get(node, set()) | (of_building.get(node, set()) if is_door else set())
        for number, place in enumerate(sorted(at), 1):
            ids.append(f"n{node}" if number == 1 else f"n{node}.{number}")
            rows.append(row)
            places.append(place)
            kinds.append(tags["entrance"] if is_door else "gate")
    points = shapely.points(file.nodes.lon[rows], file.nodes.lat[rows])
    loose = [file.nodes.tags[row] for row in {*doors.values()} - {*rows}]
    return table(ids, points, place=places, kind=kinds), {
        "entrances": len(ids),
        "entrances dropped: not on an outline": sum(_is_door(tags, rules) for tags in loose),
    }


def _is_door(tags: Tags, rules: OsmRules) -> bool:
    return tags.get("entrance") in rules.entrances


def _is_way_in(tags: Tags, rules: OsmRules) -> bool:
    return tags.get("barrier") in rules.gates and gate_users(tags, rules) != "nobody"


def _on_outlines(file: OsmFile, areas: Areas, doors: Mapping[int, int]) -> dict[int, set[str]]:
    """Return, for each door, the areas whose outline runs through its node."""
    start, found = file.ways.start, defaultdict(set)
    used = np.isin(file.ways.refs, np.fromiter(doors, dtype=np.int64, count=len(doors)))
    before = np.concatenate([[0], np.cumsum(used)])
    for name, rows in zip(areas.ids, areas.ways, strict=True):
        for row in rows:
            if before[start[row + 1]] > before[start[row]]:
                refs = file.ways.refs[start[row] : start[row + 1]]
                for node in refs[used[start[row] : start[row + 1]]].tolist():
                    found[node].add(name)
    return found
