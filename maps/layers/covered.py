"""Buildings by result: covered plain, not covered hatched, unknown dotted."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from maps.offline import Block
from maps.packing import pack_column
from maps.words import LAYERS

COLUMNS = ("covered", "was", "reason", "minutes", "station", "requirement")


def covered(tables: Sequence[pd.DataFrame | None], buildings: gpd.GeoDataFrame) -> Block | None:
    """
    Return the results per building of all coverages, or none when none has any.

    Parameters
    ----------
    tables
        Per coverage, by building id: ``covered`` (true, false, or missing where it may not be
        shown), ``was`` (the same without a plan, where there is one) and what explains it; none
        where the level gives no buildings.
    buildings
        The layer of buildings, whose geometry and order this layer shares. About one whose use
        is not residential nothing is said.
    """
    if all(table is None for table in tables):
        return None
    homes = _homes(buildings)
    results = [_columns(table, homes) for table in tables]
    return Block("layer", {"layer": "covered", "name": LAYERS["covered"], "results": results})


def _homes(buildings: gpd.GeoDataFrame) -> pd.Series:
    if "use" not in buildings.columns:
        return pd.Series(data=True, index=buildings.index)
    return (buildings["use"] != "other").fillna(value=True).astype(bool)


def _columns(table: pd.DataFrame | None, homes: pd.Series) -> dict[str, Any] | None:
    if table is None:
        return None
    rows = table.reindex(homes.index)
    rows = rows.assign(asked=homes | rows["covered"].notna())
    return {name: pack_column(rows[name]) for name in ("asked", *COLUMNS) if name in rows.columns}
