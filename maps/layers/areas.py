"""Service areas: what can really be reached, one polygon per requirement."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from maps.offline import Block
from maps.packing import Origin, pack_table
from maps.words import LAYERS


def areas(tables: Sequence[gpd.GeoDataFrame], origin: Origin) -> Block | None:
    """
    Return the layer of areas of all coverages, or none when there is no area.

    Each table holds ``requirement`` and the area in longitude and latitude.
    """
    parts = [table.assign(coverage=place) for place, table in enumerate(tables) if len(table)]
    if not parts:
        return None
    whole = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)
    packed = pack_table(whole, ["coverage", "requirement"], origin)
    return Block("layer", {"layer": "areas", "name": LAYERS["areas"], **packed})
