"""Borders of grids (网格) and communities (社区), with their names."""

import geopandas as gpd

from maps.offline import Block
from maps.packing import Origin, pack_table
from maps.words import LAYERS


def borders(layer: str, table: gpd.GeoDataFrame, origin: Origin) -> Block:
    """Return the borders of ``grids`` or ``communities``."""
    packed = pack_table(table, ["name", "code"], origin, anchors=True)
    packed["ids"] = [str(row) for row in table.index]
    return Block("layer", {"layer": layer, "name": LAYERS[layer], **packed})
