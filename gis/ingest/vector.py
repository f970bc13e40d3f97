"""
What stands in a vector file: GeoPackage, GeoJSON, Shapefile, GeoParquet.

Everything is read through Arrow: a plain GDAL read of a GeoPackage trusts the feature count
written in the file, and where two programs had appended to it rows were lost without a word.

    file --read_vector--> GeoDataFrame (columns as text, geometry, the file's own frame)
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from gis.errors import InputError
from gis.ingest.sheets import as_text, check_readable

VECTOR_SUFFIXES = frozenset(
    {".gpkg", ".geojson", ".json", ".shp", ".zip", ".parquet", ".geoparquet", ".fgb"}
)
_PARQUET = frozenset({".parquet", ".geoparquet"})
_JSON = frozenset({".geojson", ".json"})
_BROKEN = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
    pyogrio.errors.FeatureError,
    pa.ArrowException,
    shapely.errors.ShapelyError,
    OSError,
    ValueError,
    KeyError,
)


def read_vector(
    path: str | Path, *, layer: str | None = None, titles: Sequence[str] = ()
) -> gpd.GeoDataFrame:
    """
    Read one layer of a vector file.

    Parameters
    ----------
    layer
        Name of the layer; needed only where the file holds several and none of them, or more
        than one, is called as in ``titles``.

    Returns
    -------
    GeoDataFrame
        Index ``row``: the position of the feature, from 1. Columns are text or missing, heights
        are dropped, a geometry that cannot be read is missing. ``crs`` is what the file says,
        which may be nothing.

    Raises
    ------
    InputError
        The file is missing, empty, broken, or of another kind; the layer cannot be chosen.
    """
    path = Path(path)
    check_readable(path)
    try:
        with warnings.catch_warnings():
            # GDAL warns about measures and odd rings; what matters of it is checked row by row
            warnings.simplefilter("ignore")
            if path.suffix.lower() in _PARQUET:
                return _as_rows(path, gpd.read_parquet(path))
            name = _chosen_layer(path, layer, titles)
            frame = pyogrio.read_dataframe(
                _content(path), layer=name, use_arrow=True, on_invalid="ignore", **_encoding(path)
            )
            return _as_rows(path, frame)
    except _BROKEN as error:
        found = _in_short(error, path)
        raise InputError(
            f"{path.name}：打不开，文件已损坏或不是矢量数据（{found}）。"
            "请在 QGIS 里打开并另存为 GeoPackage。",
            english=f"{path.name}: cannot be opened, broken or not vector data ({found}). "
            "Open it in QGIS and save it as GeoPackage.",
        ) from None


def _content(path: Path) -> Path | bytes:
    """Return the file, or its bytes in UTF-8 where GeoJSON was saved in GB18030."""
    if path.suffix.lower() not in _JSON:
        return path
    data = path.read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030").encode("utf-8")
    return path


def _chosen_layer(path: Path, layer: str | None, titles: Sequence[str]) -> str | None:
    present = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if layer is not None and layer not in present:
        raise InputError(
            f"{path.name}：没有名为“{layer}”的图层；有：{'、'.join(present)}。",
            english=f"{path.name}: no layer named '{layer}'; there are: {', '.join(present)}.",
        )
    fitting = [name for name in present if name in titles]
    if layer is not None or len(present) == 1:
        return layer or present[0]
    if len(fitting) == 1:
        return fitting[0]
    raise InputError(
        f"{path.name}：有 {len(present)} 个图层（{'、'.join(present)}），请指明用哪一个。",
        english=f"{path.name}: {len(present)} layers ({', '.join(present)}); say which to use.",
    )


def _encoding(path: Path) -> dict[str, str]:
    # without a .cpg file GDAL takes a Shapefile's texts for Latin-1; here they are UTF-8 or GBK
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists() or not table.exists():
        return {}
    data = table.read_bytes()
    records = data[int.from_bytes(data[8:10], "little") :]
    try:
        records.decode("utf-8")
    except UnicodeDecodeError:
        return {"ENCODING": "GB18030"}
    return {"ENCODING": "UTF-8"}


def _in_short(error: BaseException, path: Path) -> str:
    text = str(error).replace(f"{path.parent}/", "").splitlines()
    return text[0].split(";")[0].strip("'\". ")[:120] if text else type(error).__name__


def _as_rows(path: Path, frame: Any) -> gpd.GeoDataFrame:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(
            f"{path.name}：里面没有几何图形。请导出带位置的图层，或把表格存为 .csv/.xlsx。",
            english=f"{path.name}: holds no geometry. Export a layer with places, "
            "or save the table as .csv or .xlsx.",
        )
    shapes = shapely.force_2d(frame.geometry.array)
    texts = frame.drop(columns=frame.geometry.name)
    texts.columns = texts.columns.astype(str)
    # a column called geometry beside the active one would be taken for it
    texts = texts.drop(columns="geometry", errors="ignore")
    rows = pd.RangeIndex(1, len(frame) + 1, name="row")
    plain = {name: [as_text(value) for value in texts[name]] for name in texts.columns}
    return gpd.GeoDataFrame(
        pd.DataFrame(plain, index=rows, dtype=object), geometry=shapes, crs=frame.crs
    )
