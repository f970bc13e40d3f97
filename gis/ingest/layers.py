"""
From named text rows to a table in the district's frame: places, geometry, ids.

    Intake --place--> geometry in metres --check_shapes--> right type, valid --with_ids--> id
"""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crs import check_frame, check_lonlat, guess_frame, to_frame
from gis.errors import FrameError, InputError
from gis.ingest.cells import number_in
from gis.ingest.intake import InputFile, Intake, Why, placed, rows_in_words
from gis.tables import Contract, type_of_geometry

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_KINDS_ZH = {
    "Point": "点",
    "MultiPoint": "多点",
    "LineString": "线",
    "MultiLineString": "多段线",
    "Polygon": "面",
    "MultiPolygon": "多部件面",
    "GeometryCollection": "混合几何",
}

NO_PLACE = Why(
    "没有经纬度",
    "longitude and latitude are missing",
    "补上经度、纬度两列",
    "fill in the longitude and latitude columns",
)
BAD_NUMBER = Why(
    "经纬度不是数字",
    "longitude or latitude is not a number",
    "写成十进制度数，如 113.9301",
    "write decimal degrees, such as 113.9301",
)
ELSEWHERE = Why(
    "位置在地球的另一边",
    "lies on another side of the earth",
    "检查经纬度是否写错（如 0, 0）",
    "check the coordinates (such as 0, 0)",
)
EXCHANGED = Why(
    "经度和纬度写反了",
    "longitude and latitude are exchanged",
    "把这一行的经度、纬度对调",
    "exchange the two numbers of this row",
)
NO_DEGREES = Why(
    "不是以度为单位的经纬度",
    "not degrees of longitude and latitude",
    "写成十进制度数，如 113.9301, 22.5301",
    "write decimal degrees, such as 113.9301, 22.5301",
)
NO_SHAPE = Why(
    "没有几何图形，或图形读不出",
    "has no geometry, or one that cannot be read",
    "在 QGIS 里补画或删除这一要素",
    "draw it in QGIS or delete the feature",
)


def place(
    intake: Intake,
    file: InputFile,
    crs: str,
    *,
    near: Box | None = None,
    mapped: tuple[Any, Any] | None = None,
) -> Intake:
    """
    Give every row its geometry in the district's frame.

    Parameters
    ----------
    near
        West, south, east, north of the streets in degrees: longitude and latitude that fit only
        when exchanged are refused.
    mapped
        Streets and buildings in degrees: points that surely fit them only under another frame
        than the declared one are refused.

    Raises
    ------
    FrameError
        No frame, a wrong one, a missing conversion, swapped coordinates.
    InputError
        A table without coordinate columns.
    """
    if not isinstance(intake.frame, gpd.GeoDataFrame):
        intake = _with_points(intake)
    frame = _frame_of(intake.frame, file)
    # refuse an undeclared frame before looking at any number
    named = check_frame(frame, file.convert, where=intake.source)
    intake = intake.without(_is_missing(intake.frame.geometry), NO_SHAPE).require_rows()
    if intake.frame.crs is None and not named.startswith("EPSG"):
        intake = _without_odd_degrees(intake, near)
    if mapped is not None and not file.trusted:
        _doubt_frame(intake, named, mapped)
    moved = to_frame(intake.frame, frame=frame, crs=crs, convert=file.convert, where=intake.source)
    intake = placed(intake, moved.geometry.array, crs)
    # a projection has no answer, or a senseless one, on the other side of the earth
    lost = ~np.isfinite(intake.frame.geometry.bounds).all(axis=1)
    intake = intake.without(lost, ELSEWHERE, column="geometry").require_rows()
    return intake.replace(frame_name=named, conversion=file.convert)


def _without_odd_degrees(intake: Intake, near: Box | None) -> Intake:
    """
    Turn away a few rows with impossible or exchanged degrees; refuse a table full of them.

    One slip of the hand is a row to mend; when most rows are odd, the columns or the declared
    frame are wrong, and nothing of the table can be trusted.
    """
    bounds = intake.frame.geometry.bounds
    x, y = bounds["minx"], bounds["miny"]
    beyond = (x.abs() > 180.0) | (y.abs() > 90.0)
    exchanged = pd.Series(data=False, index=x.index)
    if near is not None:
        exchanged = _within(y, x, near) & ~_within(x, y, near)
    both = x.map("{:g}".format) + ", " + y.map("{:g}".format)
    for odd, why in ((exchanged, EXCHANGED), (beyond & ~exchanged, NO_DEGREES)):
        if odd.sum() * 2 <= len(x):
            intake = intake.without(odd, why, column="lon", found=both)
    bounds = intake.frame.geometry.bounds
    check_lonlat(bounds["minx"], bounds["miny"], where=intake.source, near=near)
    return intake


def _within(x: pd.Series, y: pd.Series, box: Box) -> pd.Series:
    west, south, east, north = box
    return x.between(west, east) & y.between(south, north)


def _doubt_frame(intake: Intake, named: str, mapped: tuple[Any, Any]) -> None:
    table = intake.frame
    if named.startswith("EPSG"):
        table = table.set_crs(named, allow_override=True).to_crs("EPSG:4326")
    guess = guess_frame(table.geometry.array, *mapped)
    if not guess.contradicts(named):
        return
    best = guess.best
    convert = "" if best == "wgs84" else f" --convert {best}:wgs84"
    raise FrameError(
        f"{intake.source}：声明的坐标系是 {named}，但这些点与街道、建筑对不上，更像是 {best}。"
        f"请核对来源；若确为 {best}，请声明 {best}{convert}。",
        english=f"{intake.source}: declared as {named}, but the points fit streets and buildings "
        f"only as {best}. Check where they come from; if so, declare {best}{convert}.",
    )


def _frame_of(frame: gpd.GeoDataFrame, file: InputFile) -> str | None:
    if file.frame is not None or frame.crs is None:
        return file.frame
    code = frame.crs.to_epsg()
    # a frame without a number is still known to PROJ, which turns it to longitude and latitude
    return f"EPSG:{code}" if code else "wgs84"


def _with_points(intake: Intake) -> Intake:
    missing = [name for name in ("lon", "lat") if name not in intake.frame.columns]
    if missing:
        raise InputError(
            f"{intake.source}：没有经纬度列。请加上“经度”“纬度”两列，或改用带位置的文件"
            "(GeoPackage、GeoJSON、Shapefile)。",
            english=f"{intake.source}: no longitude and latitude columns. Add 'lon' and 'lat', "
            "or use a file with places (GeoPackage, GeoJSON, Shapefile).",
        )
    written = intake.frame[["lon", "lat"]]
    intake = intake.without(written.isna().any(axis=1), NO_PLACE, column="lon")
    numbers = intake.frame[["lon", "lat"]].map(number_in).astype("float64")
    bad = numbers.isna().any(axis=1)
    both = intake.frame["lon"].astype(str) + ", " + intake.frame["lat"].astype(str)
    intake = intake.without(bad, BAD_NUMBER, column="lon", found=both).require_rows()
    numbers = numbers[~bad]
    points = gpd.points_from_xy(numbers["lon"], numbers["lat"])
    return placed(intake.replace(frame=intake.frame.drop(columns=["lon", "lat"])), points, None)


def _is_missing(shapes: gpd.GeoSeries) -> pd.Series:
    return pd.Series(shapes.isna() | shapes.is_empty, index=shapes.index)


def check_shapes(intake: Intake, contract: Contract) -> Intake:
    """
    Turn away geometry of the wrong type and polygons that cross themselves.

    A multi-part of one part counts as that part. Where no row has the right type, or nothing is
    left, the whole input is refused.
    """
    allowed = type_of_geometry[contract.__name__]
    shapes = _single(intake.frame.geometry.array)
    intake = placed(intake, shapes, intake.frame.crs)
    kinds = intake.frame.geometry.geom_type
    wrong = ~kinds.isin(sorted(allowed))
    if len(wrong) and wrong.all():
        _refuse_type(intake, str(kinds.iloc[0]), allowed)
    intake = intake.without(
        wrong,
        Why(
            f"几何类型不对，需要{_types_zh(allowed)}",
            f"wrong geometry type; expected {' or '.join(sorted(allowed))}",
            "删除或改画这一要素",
            "delete the feature or draw it anew",
        ),
        column="geometry",
        found=kinds,
    )
    shapes = intake.frame.geometry
    invalid = pd.Series(~shapely.is_valid(shapes.array), index=shapes.index)
    whys = pd.Series(_why_invalid(shapes[invalid]), index=shapes.index[invalid], dtype=object)
    return intake.without(invalid, whys, column="geometry", found=kinds).require_rows()


def _single(shapes: Any) -> Any:
    parts = shapely.get_num_geometries(shapes)
    kinds = shapely.get_type_id(shapes)
    # 4 to 6 are the multi types; a multipolygon of one part is left as it is allowed anyway
    lone = (parts == 1) & np.isin(kinds, [4, 5])
    return np.where(lone, shapely.get_geometry(shapes, 0), np.asarray(shapes))


def _refuse_type(intake: Intake, found: str, allowed: frozenset[str]) -> None:
    raise InputError(
        f"{intake.source}：需要{_types_zh(allowed)}，文件里却是{_KINDS_ZH.get(found, found)}。"
        "请检查是否选错了文件或图层。",
        english=f"{intake.source}: expected {' or '.join(sorted(allowed))}, found {found}. "
        "Check whether this is the right file or layer.",
    )


def _types_zh(allowed: frozenset[str]) -> str:
    return "或".join(_KINDS_ZH[kind] for kind in sorted(allowed) if not kind.startswith("Multi"))


def _why_invalid(shapes: gpd.GeoSeries) -> list[Why]:
    said = [
        str(text).removesuffix("]").partition("[") for text in shapely.is_valid_reason(shapes.array)
    ]
    spots = [
        shapely.Point(*map(float, where.split()[:2])) if where else None for _, _, where in said
    ]
    lonlat = gpd.GeoSeries(spots, crs=shapes.crs).to_crs("EPSG:4326")
    return [_invalid(reason, spot) for (reason, _, _), spot in zip(said, lonlat, strict=True)]


def _invalid(reason: str, spot: Any) -> Why:
    zh, en = _INVALID.get(reason, (f"图形无效：{reason}", f"invalid shape: {reason}"))
    where = f"({spot.x:.6f}, {spot.y:.6f})" if spot is not None else ""
    return Why(
        f"{zh} {where}".strip(),
        f"{en} {where}".strip(),
        "在 QGIS 里用“修复几何图形”改好后重新导入",
        "repair it with 'Fix geometries' in QGIS and import again",
    )


_INVALID = {
    "Self-intersection": ("面自相交", "the polygon crosses itself"),
    "Ring Self-intersection": ("面的边界自相交", "the ring of the polygon touches itself"),
}


def with_ids(intake: Intake) -> Intake:
    """
    Give every row its id: the ``id`` column, else ``code``, else the row number.

    Raises
    ------
    InputError
        An id stands in several rows.
    """
    frame = intake.frame
    given = next(
        (frame[name] for name in ("id", "code") if name in frame and frame[name].notna().all()),
        frame.get("id"),
    )
    made = pd.Series([f"{intake.layer}-{row}" for row in frame.index], index=frame.index)
    ids = made if given is None else given.where(given.notna(), made).astype(str).str.strip()
    refuse_duplicates(intake.source, ids)
    named = frame.drop(columns="id", errors="ignore").assign(id=ids, row=frame.index)
    return intake.replace(frame=named)


def refuse_duplicates(source: str, ids: pd.Series) -> None:
    """Refuse ids (by row) that stand more than once, naming them and their rows."""
    twice = ids[ids.duplicated(keep=False)]
    if twice.empty:
        return
    groups = [(name, list(rows.index)) for name, rows in twice.groupby(twice, sort=False)]
    shown = [f"{name} ({rows_in_words(rows)})" for name, rows in groups[:5]]
    raise InputError(
        f"{source}：有 {len(groups)} 个编号重复：{'、'.join(shown)}{' …' * (len(groups) > 5)}"
        "（括号内为行号）。每行的编号必须不同。",
        english=f"{source}: {len(groups)} id(s) stand in several rows: {', '.join(shown)}"
        f"{' …' * (len(groups) > 5)} (row numbers in brackets). Ids must differ.",
        problems=[f"{name}: {', '.join(map(str, rows))}" for name, rows in groups],
    )


Step = Callable[[Intake], Intake]


def indexed(intake: Intake) -> gpd.GeoDataFrame:
    """Return the rows under their ids, ready for the contract."""
    return intake.frame.set_index("id").drop(columns="row")
