"""Where new stations would stand: sites by number, other candidates, gates to open, areas."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from gis.privacy import PublishedPlan
from maps.offline import Block
from maps.packing import Origin, pack_table
from maps.words import LAYERS

_LON_LAT = "EPSG:4326"


def sites(plans: Sequence[PublishedPlan], origin: Origin) -> Block:
    """Return the layer of chosen sites of all plans; ``number`` is their order of contribution."""
    parts = []
    for place, plan in enumerate(plans):
        points = gpd.points_from_xy(plan.sites["lon"], plan.sites["lat"])
        table = plan.sites[["name"]].assign(plan=place, number=range(1, len(plan.sites) + 1))
        parts.append(gpd.GeoDataFrame(table, geometry=points, crs=_LON_LAT))
    return _block("sites", parts, ["name", "plan", "number"], origin)


def candidates(plans: Sequence[PublishedPlan], origin: Origin) -> Block:
    """Return the layer of candidates that a plan does not choose."""
    parts = [
        plan.candidates[~plan.candidates["chosen"]].assign(plan=place)
        for place, plan in enumerate(plans)
    ]
    columns = ["name", "plan", "kind", "source", "cost", "forbidden"]
    return _block("candidates", parts, columns, origin)


def opened_gates(plans: Sequence[PublishedPlan], origin: Origin) -> Block:
    """Return the layer of gates that a plan would open."""
    parts = []
    for place, plan in enumerate(plans):
        gates = plan.opened_gates
        points = gpd.points_from_xy(gates["lon"], gates["lat"])
        table = pd.DataFrame({"name": gates["compound"], "plan": place}, index=gates.index)
        parts.append(gpd.GeoDataFrame(table, geometry=points, crs=_LON_LAT))
    return _block("opened", parts, ["name", "plan"], origin)


def site_areas(plans: Sequence[PublishedPlan], origin: Origin) -> Block:
    """Return the layer of what each new site reaches by itself."""
    parts = []
    for place, plan in enumerate(plans):
        number = {str(site): n for n, site in enumerate(plan.sites.index, 1)}
        parts.append(plan.areas.assign(plan=place, number=plan.areas["site"].map(number)))
    return _block("reached", parts, ["plan", "number", "requirement"], origin)


def _block(
    layer: str, parts: Sequence[gpd.GeoDataFrame], columns: list[str], origin: Origin
) -> Block:
    full = [part for part in parts if len(part)]
    whole = gpd.GeoDataFrame(pd.concat(full or list(parts[:1])), crs=_LON_LAT)
    packed = pack_table(whole, columns, origin)
    return Block("layer", {"layer": layer, "name": LAYERS[layer], **packed})
