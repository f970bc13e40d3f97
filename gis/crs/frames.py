"""
From the frame an input declares to the one frame of the district.

    table in a declared frame  --to_frame-->  table in metres, in the district's frame

A declared frame is one of ``FRAMES`` or any ``EPSG:n``. ``wgs84`` and ``cgcs2000`` are the same
to well under a metre and are taken as equal. GCJ-02 and BD-09 are refused until the caller
names the conversion, because a shift applied twice, or not at all, is as long as a five-minute
walk and nothing later would show it.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from gis.crs.gcj import bd09_to_wgs84, gcj02_to_wgs84
from gis.crs.zone import in_china
from gis.errors import FrameError

FRAMES = ("wgs84", "cgcs2000", "gcj02", "bd09")
"""The frames known by name; ``EPSG:n`` is accepted as well."""

CONVERSIONS = {"gcj02:wgs84": gcj02_to_wgs84, "bd09:wgs84": bd09_to_wgs84}
"""The conversions a caller may name."""

_LONLAT = "EPSG:4326"
_KNOWN = f"{', '.join(FRAMES)} or EPSG:n"
_KNOWN_ZH = f"{'、'.join(FRAMES)} 或 EPSG:n"
_SWAPPED = ("经度和纬度似乎写反了", "looks like latitude and longitude are swapped")
_NOT_DEGREES = (
    "不是以度为单位的经纬度；如为投影坐标，请声明 EPSG:n",
    "not degrees of longitude and latitude; declare the projected frame as EPSG:n",
)
_Flags = npt.NDArray[np.bool_]


def to_frame(
    table: gpd.GeoDataFrame,
    *,
    frame: str | None,
    crs: str,
    convert: str | None = None,
    where: str = "input",
) -> gpd.GeoDataFrame:
    """
    Return a copy of the table in the district's frame.

    Parameters
    ----------
    table
        Any geometry. A frame written in the file (``table.crs``) says how to read its numbers;
        a table without one is read as longitude, latitude. Heights are dropped.
    frame
        What the caller declares the coordinates to be: one of ``FRAMES``, or ``EPSG:n``.
    crs
        The frame to bring the table to.
    convert
        ``gcj02:wgs84`` or ``bd09:wgs84``; needed for those frames and refused for others.
    where
        What to call the input in messages, such as ``stations.xlsx``.

    Raises
    ------
    FrameError
        No frame or an unknown one, a missing or unfitting conversion, a frame that contradicts
        the file, or coordinates that cannot be longitude and latitude.
    """
    name = check_frame(frame, convert, where=where)
    flat = table.set_geometry(shapely.force_2d(table.geometry.array), crs=table.crs)
    if name not in FRAMES:
        return _under_epsg(flat, name, where).to_crs(crs)
    lonlat = _as_lonlat(flat, where)
    if convert is not None:
        unshift = CONVERSIONS[convert]
        moved = shapely.transform(
            lonlat.geometry.array, lambda xy: np.column_stack(unshift(xy[:, 0], xy[:, 1]))
        )
        lonlat = lonlat.set_geometry(moved, crs=_LONLAT)
    return lonlat.to_crs(crs)


def check_frame(frame: str | None, convert: str | None = None, *, where: str = "input") -> str:
    """
    Return the declared frame in its usual spelling, or refuse it; looks at no coordinates.

    Raises
    ------
    FrameError
        As for ``to_frame``.
    """
    if frame is None or not frame.strip():
        raise FrameError(
            f"{where}：没有声明坐标系；请说明是哪一种：{_KNOWN_ZH}",
            english=f"{where}: no coordinate frame is declared; say which it is: {_KNOWN}",
        )
    name = _spelled(frame, where)
    shifted = f"{name}:wgs84" in CONVERSIONS
    if shifted and convert is None:
        raise FrameError(
            f"{where}：{name} 坐标偏移数百米，不能直接使用；请写明转换：--convert {name}:wgs84",
            english=f"{where}: {name} coordinates are shifted by hundreds of metres and are not "
            f"used as they are; name the conversion: --convert {name}:wgs84",
        )
    if convert is not None and convert not in CONVERSIONS:
        raise FrameError(
            f"{where}：没有转换“{convert}”；可用的是 {' 和 '.join(CONVERSIONS)}",
            english=f"{where}: unknown conversion '{convert}'; "
            f"there is {' and '.join(CONVERSIONS)}",
        )
    if convert is not None and convert != f"{name}:wgs84":
        raise FrameError(
            f"{where}：转换 {convert} 与声明的坐标系 {name} 不符",
            english=f"{where}: conversion {convert} does not fit the declared frame {name}",
        )
    return name


def check_lonlat(
    lon: Any,
    lat: Any,
    *,
    where: str,
    near: tuple[float, float, float, float] | None = None,
) -> None:
    """
    Refuse numbers that cannot be longitude and latitude in degrees; NaN is passed over.

    Parameters
    ----------
    lon, lat
        Columns or arrays; the index of a Series names the rows in the message, otherwise they
        are counted from 0.
    near
        West, south, east, north of a place the points should be at. When most of them lie there
        only after exchanging the two columns, they are taken as swapped.

    Raises
    ------
    FrameError
        With the row of the first fault.
    """
    rows = lon.index if isinstance(lon, pd.Series) else None
    x, y = np.asarray(lon, dtype="float64"), np.asarray(lat, dtype="float64")
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    swapped = _swapped(x, y, near)
    if swapped.any():
        _refuse(where, x, y, rows, swapped, _SWAPPED)
    outside = (np.abs(x) > 180.0) | (np.abs(y) > 90.0)
    if outside.any():
        _refuse(where, x, y, rows, outside, _NOT_DEGREES)


def _swapped(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    near: tuple[float, float, float, float] | None,
) -> _Flags:
    beyond_pole = (np.abs(y) > 90.0) & (np.abs(y) <= 180.0) & (np.abs(x) <= 90.0)
    # no Chinese place is still Chinese when swapped: the boxes' ranges do not overlap there
    chinese = in_china(y, x) & ~in_china(x, y)
    swapped = beyond_pole | chinese
    if near is not None:
        elsewhere = ~_in_box(x, y, near) & _in_box(y, x, near)
        if elsewhere.sum() * 2 > np.isfinite(x).sum():
            swapped |= elsewhere
    return np.asarray(swapped)


def _in_box(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    box: tuple[float, float, float, float],
) -> _Flags:
    west, south, east, north = box
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def _refuse(where: str, x: Any, y: Any, rows: Any, wrong: _Flags, advice: tuple[str, str]) -> None:
    first = int(np.flatnonzero(wrong)[0])
    row = first if rows is None else rows[first]
    many, of = f"{wrong.sum():,}", f"{np.isfinite(x).sum():,}"
    zh, english = advice
    raise FrameError(
        f"{where}：第 {row} 行：经度 {x[first]:g}，纬度 {y[first]:g}：{zh}"
        f"（共 {of} 行，其中 {many} 行）",
        english=f"{where}: row {row}: longitude {x[first]:g}, latitude {y[first]:g}: {english} "
        f"({many} of {of} rows)",
    )


def _spelled(frame: str, where: str) -> str:
    name = frame.strip().lower().replace("-", "")
    if name in FRAMES:
        return name
    code = name.removeprefix("epsg:")
    if not code.isdecimal() or not code.isascii():
        raise FrameError(
            f"{where}：不认识坐标系“{frame}”；可写 {_KNOWN_ZH}",
            english=f"{where}: unknown coordinate frame '{frame}'; say {_KNOWN}",
        )
    try:
        pyproj.CRS.from_epsg(int(code))
    except pyproj.exceptions.CRSError:
        raise FrameError(
            f"{where}：没有坐标系 EPSG:{code}", english=f"{where}: there is no frame EPSG:{code}"
        ) from None
    return f"EPSG:{int(code)}"


def _as_lonlat(table: gpd.GeoDataFrame, where: str) -> gpd.GeoDataFrame:
    if table.crs is not None and not table.crs.is_geographic:
        return table.to_crs(_LONLAT)
    bounds = table.geometry.bounds
    check_lonlat(bounds["minx"], bounds["miny"], where=where)
    check_lonlat(bounds["maxx"], bounds["maxy"], where=where)
    # WGS-84 and CGCS2000 are equal here; an older datum in the file is turned by PROJ
    return table.set_crs(_LONLAT) if table.crs is None else table.to_crs(_LONLAT)


def _under_epsg(table: gpd.GeoDataFrame, name: str, where: str) -> gpd.GeoDataFrame:
    declared = pyproj.CRS(name)
    if table.crs is not None and table.crs != declared and not _degrees_in_name_only(table):
        written = table.crs.to_string()
        raise FrameError(
            f"{where}：声明的是 {name}，文件里写的却是 {written}；请统一",
            english=f"{where}: declared {name}, but the file itself says {written}; "
            "let the two agree",
        )
    table = table.set_crs(declared, allow_override=True)
    return gpd.GeoDataFrame(_as_lonlat(table, where) if declared.is_geographic else table)


def _degrees_in_name_only(table: gpd.GeoDataFrame) -> bool:
    # GeoJSON without a frame is read as WGS-84 whatever its numbers are
    if table.crs is None or not table.crs.is_geographic:
        return False
    bounds = table.total_bounds
    return bool(np.nanmax(np.abs(bounds), initial=0.0) > 360.0)
