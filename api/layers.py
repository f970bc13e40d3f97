"""
Layers of places as GeoJSON.

    published table  --features(bbox, limit)-->  FeatureCollection, longitude and latitude
"""

import json
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import shapely

from gis.coverage.told import plain
from gis.privacy import Published

Box: TypeAlias = tuple[float, float, float, float]
_DECIMALS = 7  # of a degree: a centimetre


def features(table: gpd.GeoDataFrame, box: Box | None, limit: int) -> dict[str, Any]:
    """
    Return the first ``limit`` features of a layer that touch the box, in order of the table.

    ``numberMatched`` counts all that touch it.
    """
    rows = np.arange(len(table))
    if box is not None:
        rows = np.sort(table.sindex.query(shapely.box(*box), predicate="intersects"))
    shown = table.iloc[rows[:limit]]
    columns = [name for name in table.columns if name != "geometry"]
    records = shown[columns].astype(object).to_dict("records")
    return {
        "type": "FeatureCollection",
        "numberMatched": len(rows),
        "numberReturned": len(shown),
        "features": [
            {
                "type": "Feature",
                "id": str(name),
                "geometry": geometry,
                "properties": {key: plain(value) for key, value in record.items()},
            }
            for name, geometry, record in zip(shown.index, _geometries(shown), records, strict=True)
        ],
    }


def list_layers(published: Published) -> list[dict[str, Any]]:
    """Describe every layer: name, number of features, columns, extent (None when empty)."""
    return [
        {
            "name": name,
            "href": f"/layers/{name}",
            "features": len(table),
            "columns": [column for column in table.columns if column != "geometry"],
            "bbox": [round(float(edge), _DECIMALS) for edge in table.total_bounds]
            if len(table)
            else None,
        }
        for name, table in published.places.items()
    ]


def _geometries(table: gpd.GeoDataFrame) -> list[Any]:
    rounded = shapely.transform(table.geometry.to_numpy(), lambda xy: np.round(xy, _DECIMALS))
    return [json.loads(text) if text else None for text in shapely.to_geojson(rounded)]
