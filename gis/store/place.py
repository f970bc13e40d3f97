"""
``place.gpkg``: the places of a district as a GeoPackage that QGIS and ogrinfo open as it is.

    District --write_place--> place.gpkg --read_place--> Place

One layer per table of places, empty ones included, then ``rejects``, ``provenance`` and ``facts``
without geometry. Nothing about people is in it: counts that a ledger may have given and rejected
rows of people's tables stay in ``people.db``.

The file is the same for the same district, byte for byte: the times GDAL notes are set to a fixed
day, and the whole is copied into a fresh file, because SQLite counts the transactions of a file,
and how many GDAL makes depends on the clock.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from gis.district import PLACE_TABLES, District
from gis.errors import InputError
from gis.store.files import ARROW_TYPES, PEOPLE_LAYERS, SCHEMA, broken, too_new
from gis.tables import COUNTS, Contract, type_of_geometry

_FIXED_TIME = "1970-01-01T00:00:00.000Z"
# read by every GDAL since 2.1; later versions warn in ogrinfo and QGIS as shipped in 2022
_GPKG_VERSION = "1.2"


@dataclass(frozen=True, eq=False)
class Place:
    """What ``place.gpkg`` holds: tables by name, its own settings, and the district's facts."""

    tables: dict[str, Any]
    settings: dict[str, str]
    facts: dict[str, str]


def write_place(district: District, path: Path, settings: dict[str, str]) -> None:
    """
    Write the places of a district into a new file; ``settings`` are the store's own notes.

    It is whole when this returns, and on the disk only after the caller's fsync.
    """
    draft = path.with_name(f"draft-{path.name}")
    with _unsynced():
        _write_layers(district, draft, settings)
    _copy_steady(draft, path)
    draft.unlink()


def _write_layers(district: District, path: Path, settings: dict[str, str]) -> None:
    for name, contract in PLACE_TABLES.items():
        frame = district.table(name)
        if name == "buildings" and len(district.households):
            # may have been counted from the ledger
            frame = frame.assign(**dict.fromkeys(COUNTS, pd.array([pd.NA] * len(frame), "Int64")))
        _write_layer(frame, path, name, _geometry_type(frame, contract))
    of_people = district.rejects["layer"].isin(PEOPLE_LAYERS)
    _write_layer(district.rejects[~of_people], path, "rejects")
    _write_layer(district.provenance, path, "provenance")
    notes = [("store", key, value) for key, value in settings.items()]
    notes += [("place", key, value) for key, value in district.facts.items()]
    _write_layer(pd.DataFrame(notes, columns=["part", "key", "value"]), path, "facts")


def read_place(path: Path) -> Place:
    """
    Read a GeoPackage written by ``write_place``, be it edited since.

    Raises
    ------
    InputError
        The file is broken, a layer is missing, or a row has no id.
    """
    notes = _read_layer(path, "facts")
    parts = dict(list(notes.groupby("part")))
    settings, facts = (_as_dict(parts.get(part)) for part in ("store", "place"))
    if int(settings.get("schema", "0")) > SCHEMA:
        raise too_new(path)
    names = [*PLACE_TABLES, "rejects", "provenance"]
    return Place(
        {name: _with_id(_read_layer(path, name), path, name) for name in names}, settings, facts
    )


def _write_layer(frame: Any, path: Path, name: str, geometry_type: str | None = None) -> None:
    frame = frame.reset_index() if frame.index.name == "id" else frame
    _check_text(frame, name)
    pyogrio.write_dataframe(
        frame,
        path,
        layer=name,
        driver="GPKG",
        geometry_type=geometry_type,
        promote_to_multi=False,
        use_arrow=True,
        dataset_options=None if path.exists() else {"VERSION": _GPKG_VERSION},
    )


def _check_text(frame: Any, name: str) -> None:
    for column in frame.columns[frame.dtypes == "string"]:
        if frame[column].str.contains("\0", regex=False).any():
            # both file formats would cut the text there without a word
            raise InputError(
                f"{name}: “{column}” 列含有空字符（NUL），无法保存；请删去",
                english=f"{name}: column '{column}' holds a NUL character and cannot be saved",
            )


def _geometry_type(frame: gpd.GeoDataFrame, contract: Contract) -> str:
    """Return the type to declare: that of all rows, or of any row to come."""
    allowed = type_of_geometry[contract.__name__]
    kinds = set(frame.geom_type) or allowed
    if len(kinds) == 1:
        return next(iter(kinds)) + (" Z" if frame.has_z.any() else "")
    if len(frame) == 0 and len({kind.removeprefix("Multi") for kind in kinds}) == 1:
        return "Multi" + min(kinds, key=len)
    return "Unknown"


@contextmanager
def _unsynced() -> Iterator[None]:
    """
    Let GDAL skip its fsync after every layer, of which only our last one counts.

    GDAL knows this setting for the whole process only. Nothing but speed depends on it, so that
    two threads that save at once do no harm.
    """
    before = pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS")
    pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": before})


def _copy_steady(draft: Path, path: Path) -> None:
    with closing(sqlite3.connect(draft)) as base:
        base.execute("PRAGMA synchronous=OFF")
        base.execute("UPDATE gpkg_contents SET last_change = ?", (_FIXED_TIME,))
        base.commit()
        base.execute("VACUUM INTO ?", (str(path),))


def _read_layer(path: Path, name: str) -> Any:
    try:
        # through Arrow: the plain way trusts a stored count of rows and can stop short of the end
        return pyogrio.read_dataframe(
            path,
            layer=name,
            use_arrow=True,
            arrow_to_pandas_kwargs={"types_mapper": ARROW_TYPES.get},
        )
    except DataLayerError:
        raise InputError(
            f"{path}：缺少图层 {name}；请用保存时的文件，或重新导入",
            english=f"{path}: layer {name} is missing; use the file as saved, or import again",
        ) from None
    except DataSourceError as error:
        raise broken(path, error) from None


def _with_id(frame: Any, path: Path, name: str) -> Any:
    nameless = int(frame["id"].isna().sum()) if "id" in frame else len(frame)
    if nameless:
        raise InputError(
            f"{path}：图层 {name} 有 {nameless} 行没有 id；请在 QGIS 中补上，每行不同",
            english=f"{path}: {nameless} row(s) of layer {name} have no id; "
            "give each its own in QGIS",
        )
    return frame.set_index("id")


def _as_dict(rows: pd.DataFrame | None) -> dict[str, str]:
    return {} if rows is None else dict(zip(rows["key"], rows["value"], strict=True))
