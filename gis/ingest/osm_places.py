"""
From OSM objects to buildings, and to what stops a walker off the streets.

    closed ways, multipolygons --building=*--> buildings (floors, use, name, address)
    lines and rings            --rules-------> barriers (kind)
"""

import re
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.catalogue.osm import OsmRules
from gis.ingest.osm_areas import Areas, find_areas, table, way_lines
from gis.ingest.osm_file import OsmFile, Tags
from gis.ingest.tag_rules import RuleIndex

_WHOLE = re.compile(r"^\+?(\d{1,3})(?:\.0+)?$")
_MOST_FLOORS = 300


def build_buildings(
    file: OsmFile, rules: OsmRules
) -> tuple[gpd.GeoDataFrame, Areas, dict[str, int]]:
    """
    Return the buildings with their outlines, and what was counted.

    ``building:levels`` that is no whole number (``6;7``, ``5.5``) leaves ``floors`` missing.
    """
    found = find_areas(file, lambda tags: tags.get("building", "no") not in rules.building_none)
    floors = [read_floors(tags.get("building:levels")) for tags in found.tags]
    buildings = table(
        found.ids,
        found.shapes,
        name=[tags.get("name") for tags in found.tags],
        address=[_address(tags) for tags in found.tags],
        use=[rules.building_use(tags) for tags in found.tags],
        floors=pd.array(floors, dtype="Int64"),
    )
    unread = sum("building:levels" in tags for tags in found.tags) - len(
        [each for each in floors if each is not None]
    )
    return (
        buildings,
        found,
        {
            "buildings": len(buildings),
            "buildings dropped: outline does not close": found.broken,
            "buildings with a mended outline": found.mended,
            "buildings with unreadable building:levels": unread,
        },
    )


def read_floors(levels: str | None) -> int | None:
    """Read ``building:levels`` where it is one whole number of storeys."""
    whole = _WHOLE.match((levels or "").strip())
    return int(whole[1]) if whole and int(whole[1]) <= _MOST_FLOORS else None


def _address(tags: Tags) -> str | None:
    if "addr:full" in tags:
        return tags["addr:full"]
    if "addr:housenumber" not in tags:
        return None
    return " ".join(filter(None, [tags.get("addr:street"), tags["addr:housenumber"]]))


def build_barriers(file: OsmFile, rules: OsmRules) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Return what stops a walker off the streets: lines, and the edges of areas."""
    kind_of = RuleIndex(rules.barrier_lines).first
    kinds = [kind_of(tags) for tags in file.ways.tags]
    rows = np.array([row for row, kind in enumerate(kinds) if kind], dtype=np.int64)
    lines = way_lines(file.ways, rows)
    drawn = shapely.length(lines) > 0
    rows, lines = rows[drawn], lines[drawn]
    areas = _relations_only(find_areas(file, lambda tags: kind_of(tags) is not None))
    tags = [file.ways.tags[row] for row in rows] + [each for _, each, _ in areas]
    barriers = table(
        [f"w{file.ways.ids[row]}" for row in rows] + [name for name, _, _ in areas],
        [*lines, *(shapely.boundary(shape) for _, _, shape in areas)],
        kind=[kind_of(each) for each in tags],
        name=[each.get("name") for each in tags],
    )
    return barriers, {"barriers": len(barriers), "barriers dropped: no line": int((~drawn).sum())}


def _relations_only(found: Areas) -> list[tuple[str, Tags, Any]]:
    rows = zip(found.ids, found.tags, found.shapes, strict=True)
    return [row for row in rows if row[0].startswith("r")]
