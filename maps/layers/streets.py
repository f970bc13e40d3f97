"""Streets, drawn by rank: arterials wide, lanes narrow, paths dotted, steps ticked."""

import geopandas as gpd

from maps.offline import Block
from maps.packing import Origin, pack_table
from maps.words import LAYERS


def streets(table: gpd.GeoDataFrame, origin: Origin) -> Block:
    """Return the layer of streets; ``kind`` is the OSM highway class."""
    packed = pack_table(table, ["kind", "steps", "users", "name"], origin)
    return Block("layer", {"layer": "streets", "name": LAYERS["streets"], **packed})
