"""What stops a walker off the streets: walls, fences, rivers, railways."""

import geopandas as gpd

from maps.offline import Block
from maps.packing import Origin, pack_table
from maps.words import LAYERS


def barriers(table: gpd.GeoDataFrame, origin: Origin) -> Block:
    """Return the layer of barriers."""
    packed = pack_table(table, ["kind", "name"], origin)
    return Block("layer", {"layer": "barriers", "name": LAYERS["barriers"], **packed})
