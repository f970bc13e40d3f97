"""Compounds (小区): gated ones ringed by a wall line, unknown ones dashed, open ones faint."""

import geopandas as gpd

from maps.offline import Block
from maps.packing import Origin, pack_table
from maps.words import LAYERS


def compounds(table: gpd.GeoDataFrame, origin: Origin) -> Block:
    """Return the layer of compounds with their names."""
    packed = pack_table(table, ["name", "gated"], origin, anchors=True)
    return Block("layer", {"layer": "compounds", "name": LAYERS["compounds"], **packed})
