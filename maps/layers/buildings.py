"""Buildings, the quiet ground of the map; polygons or points."""

import geopandas as gpd

from maps.offline import Block
from maps.packing import Origin, pack_table
from maps.words import LAYERS


def buildings(table: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, origin: Origin) -> Block:
    """Return the layer of buildings; each names the compound it stands in, where known."""
    named = table.assign(compound_name=_names(table, compounds))
    packed = pack_table(named, ["name", "compound_name", "floors", "use"], origin)
    return Block("layer", {"layer": "buildings", "name": LAYERS["buildings"], **packed})


def _names(table: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> object:
    if "compound" not in table.columns or "name" not in compounds.columns:
        return None
    return table["compound"].map(compounds["name"].astype("object"))
