"""
Lists without a place: what an office knows about compounds and buildings already on the map.

    rows (no geometry) + mapped table --add_attributes--> mapped table, filled in by name
"""

from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from gis.ingest.intake import Intake, Why, column_of

_NOUN = {"compounds": ("小区", "compound"), "buildings": ("楼栋", "building")}


def add_attributes(
    intake: Intake, mapped: gpd.GeoDataFrame, find: Callable[[Mapping[Any, Any]], str | None]
) -> tuple[Intake, gpd.GeoDataFrame]:
    """
    Fill the cells of a list into the mapped rows they speak of.

    Parameters
    ----------
    find
        From a row of the list to the id of the mapped row, or nothing.

    Returns
    -------
    Intake
        Without rows that fit nothing on the map, or repeat a row.
    GeoDataFrame
        The mapped table; a cell that is empty in the list keeps what the map had.
    """
    frame = intake.frame
    rows = frame.drop(columns="geometry", errors="ignore").to_dict("records")
    ids = pd.Series([find(row) for row in rows], index=frame.index, dtype=object)
    intake = intake.without(ids.isna(), _not_mapped(intake.layer))
    repeated = ids[intake.frame.index].duplicated()
    intake = intake.without(repeated, _repeated(intake.layer))
    told = intake.frame.drop(columns=["id", "geometry"], errors="ignore")
    told = told.set_axis(pd.Index(ids[intake.frame.index], name="id"))
    filled = mapped.copy()
    for name in told.columns:
        given = told[name].dropna()
        column = column_of(filled, name)
        column.loc[given.index] = given
        filled[name] = column
    return intake, filled


def _not_mapped(layer: str) -> Why:
    zh, en = _NOUN[layer]
    return Why(
        f"地图上没有这个{zh}，或同名的不止一个",
        f"there is no such {en} on the map, or several of that name",
        f"核对名称；地图上没有的，请用带图形的文件导入{zh}",
        f"check the name; what is not mapped is imported from a file with shapes of {en}s",
    )


def _repeated(layer: str) -> Why:
    zh, en = _NOUN[layer]
    return Why(
        f"同一个{zh}在表里出现了不止一次",
        f"the same {en} stands in the list more than once",
        "删去重复行",
        "delete the repeated row",
    )
