"""People and needs by grid: density in five classes, counts as numbers, hidden ones hatched."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from maps.offline import Block
from maps.words import INDICATORS, LAYERS, Both, both

CLASSES = 5
EQUAL_AREA = "EPSG:6933"
_NOT_FIGURES = {"name", "code", "community", "geometry"}


def counts(
    grids: gpd.GeoDataFrame,
    people: pd.DataFrame,
    needs: pd.DataFrame | None,
    services: Mapping[str, Both],
) -> Block:
    """
    Return the layer of counts, in the order of the layer of grids.

    Parameters
    ----------
    grids
        Areas in longitude and latitude.
    people, needs
        By grid id, one column per indicator; a missing count is one that may not be shown. The
        empty id stands for those in no grid.
    services
        Names of needs: a need is a service somebody asks for.
    """
    hectares = (grids.to_crs(EQUAL_AREA).area / 10_000).to_numpy()
    tables = [("people", people), ("need", needs)]
    names = {**INDICATORS, **services}
    indicators = [
        {
            "group": group,
            "code": str(name),
            "name": both(names, str(name)),
            **_indicator(table[name], grids.index, hectares),
        }
        for group, table in tables
        if table is not None
        for name in table.columns
        if name not in _NOT_FIGURES
    ]
    return Block("layer", {"layer": "counts", "name": LAYERS["counts"], "indicators": indicators})


def _indicator(
    values: pd.Series, grids: pd.Index, hectares: np.ndarray[Any, Any]
) -> dict[str, Any]:
    figures = values.reindex(grids).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    density = figures / hectares
    breaks = class_breaks(density)
    classes = np.searchsorted(breaks, density, side="right")
    return {
        "values": _json(figures),
        "outside": _outside(values),
        "density": _json(np.round(density, 2)),
        "classes": [
            None if np.isnan(one) else int(place)
            for one, place in zip(density, classes, strict=True)
        ],
        "breaks": [float(one) for one in breaks],
    }


def _outside(values: pd.Series) -> dict[str, float | None] | None:
    if "" not in values.index:
        return None
    value = values[""]
    return {"value": None if pd.isna(value) else float(value)}


def class_breaks(density: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the inner borders of up to five classes: quantiles at two significant figures."""
    known = density[~np.isnan(density)]
    if not len(known):
        return np.zeros(0)
    borders = np.quantile(known, np.arange(1, CLASSES) / CLASSES)
    rounded = np.unique([float(f"{border:.2g}") for border in borders])
    inner: np.ndarray[Any, Any] = rounded[(rounded > known.min()) & (rounded <= known.max())]
    return inner


def _json(figures: np.ndarray[Any, Any]) -> list[float | None]:
    return [None if np.isnan(one) else float(one) for one in figures]
