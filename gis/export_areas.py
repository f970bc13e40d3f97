"""
Service areas as files for other programs, such as QGIS.

    service_areas  --write_areas-->  areas.geojson or areas.gpkg

Places only: stations are told by id and name, nothing is told about persons. The same areas give
the same file.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
import shapely.geometry

from gis.district import District
from gis.errors import InputError
from gis.export import write_whole

_LON_LAT = "EPSG:4326"
_CENTIMETRE = 1e-7
"""In degrees, about."""
_NO_TIME = "2000-01-01T00:00:00Z"


def write_areas(path: str | Path, district: District, areas: gpd.GeoDataFrame) -> Path:
    """
    Write service areas for other programs: places only, nothing about persons.

    Parameters
    ----------
    path
        ``.geojson`` (RFC 7946: longitude and latitude, to about a centimetre) or ``.gpkg`` (in the
        district's frame).
    areas
        From ``gis.service_areas``; stations are told by id and name.

    Raises
    ------
    InputError
        The ending is another one, or the file cannot be written there.
    """
    path = Path(path)
    names = areas["station"].map(district.stations["name"].dropna().to_dict())
    named = areas.copy()
    named.insert(2, "station_name", names.astype("string"))
    if path.suffix.lower() == ".geojson":
        lonlat = shapely.make_valid(named.to_crs(_LON_LAT).geometry.to_numpy())
        shapes = shapely.set_precision(lonlat, _CENTIMETRE)
        return write_whole(path, _geojson(named.drop(columns="geometry"), shapes))
    if path.suffix.lower() == ".gpkg":
        return write_whole(path, _geopackage(named))
    raise InputError(
        f"{path}：区域文件的后缀应为 .geojson 或 .gpkg",
        english=f"{path}: a file of areas ends in .geojson or .gpkg",
    )


def _geojson(facts: pd.DataFrame, shapes: Any) -> bytes:
    cells = facts.astype(object).where(facts.notna(), None).to_dict("records")
    drawn = [shapely.geometry.mapping(each) for each in shapely.orient_polygons(shapes)]
    features = [
        {"type": "Feature", "properties": told, "geometry": shape}
        for told, shape in zip(cells, drawn, strict=True)
    ]
    whole = {"type": "FeatureCollection", "features": features}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _geopackage(areas: gpd.GeoDataFrame) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "areas.gpkg"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _NO_TIME})
        try:
            areas.to_file(draft, layer="areas", driver="GPKG", engine="pyogrio")
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return draft.read_bytes()
