"""Gates: who may pass, and whether somebody knows it or we assumed it."""

import geopandas as gpd

from maps.offline import Block
from maps.packing import Origin, pack_table
from maps.words import LAYERS


def gates(table: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, origin: Origin) -> Block:
    """Return the layer of gates; each names its compound, where it has one."""
    named = table
    if "compound" in table.columns and "name" in compounds.columns:
        names = table["compound"].map(compounds["name"].astype("object"))
        named = table.assign(compound_name=names)
    packed = pack_table(named, ["name", "compound_name", "hours", "users", "source"], origin)
    return Block("layer", {"layer": "gates", "name": LAYERS["gates"], **packed})
