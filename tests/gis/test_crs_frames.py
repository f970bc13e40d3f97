"""Declared frames: what is accepted, what is refused and in which words, where points land."""

import re
from contextlib import contextmanager

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon

from gis.crs import check_frame, check_lonlat, to_frame, wgs84_to_bd09, wgs84_to_gcj02
from gis.errors import FrameError, InputError

ZONE = "EPSG:4547"
PLACE = (113.93, 22.53)


def table(*points, crs=None):
    index = pd.Index([f"r{n}" for n in range(len(points))], name="id")
    return gpd.GeoDataFrame(index=index, geometry=[Point(p) for p in points], crs=crs)


def truth():
    return gpd.GeoSeries([Point(PLACE)], crs="EPSG:4326").to_crs(ZONE).iloc[0]


@contextmanager
def refused(text):
    with pytest.raises(FrameError) as caught:
        yield
    assert caught.value.text("en") == text
    # the Chinese message is another text about the same input
    assert re.match(r"[a-z]+\.(xlsx|csv|gpkg)：", str(caught.value))


@pytest.mark.parametrize(
    "frame", ["wgs84", "WGS84", "WGS-84", "cgcs2000", "EPSG:4326", "epsg:4490", "4326"]
)
def test_frames_that_are_not_shifted_put_a_point_where_it_is(frame):
    placed = to_frame(table(PLACE), frame=frame, crs=ZONE)
    assert placed.crs == ZONE
    assert placed.geometry.iloc[0].distance(truth()) < 1e-6


@pytest.mark.parametrize(("frame", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_a_named_conversion_brings_shifted_points_home(frame, shift):
    placed = to_frame(table(shift(*PLACE)), frame=frame, convert=f"{frame}:wgs84", crs=ZONE)
    assert placed.geometry.iloc[0].distance(truth()) < 0.001


def test_lines_and_areas_are_converted_vertex_by_vertex():
    ring = np.array([(113.93, 22.53), (113.94, 22.53), (113.94, 22.54), (113.93, 22.53)])
    shifted = np.column_stack(wgs84_to_gcj02(ring[:, 0], ring[:, 1]))
    given = gpd.GeoDataFrame(geometry=[Polygon(shifted), LineString(shifted[:2])])
    placed = to_frame(given, frame="gcj02", convert="gcj02:wgs84", crs=ZONE)
    wanted = gpd.GeoSeries([Polygon(ring), LineString(ring[:2])], crs="EPSG:4326").to_crs(ZONE)
    gap = shapely.get_coordinates(placed.geometry) - shapely.get_coordinates(wanted)
    assert np.abs(gap).max() < 0.001


def test_a_web_mercator_file_of_shifted_points_is_unrolled_first():
    file = table(wgs84_to_gcj02(*PLACE), crs="EPSG:4326").to_crs("EPSG:3857")
    placed = to_frame(file, frame="gcj02", convert="gcj02:wgs84", crs=ZONE)
    assert placed.geometry.iloc[0].distance(truth()) < 0.001


def test_projected_metres_are_read_under_their_code():
    metres = table((truth().x, truth().y))
    assert to_frame(metres, frame=ZONE, crs=ZONE).geometry.iloc[0].distance(truth()) < 1e-6


def test_geojson_that_says_nothing_may_hold_declared_metres():
    metres = table((truth().x, truth().y), crs="EPSG:4326")
    assert to_frame(metres, frame=ZONE, crs=ZONE).geometry.iloc[0].distance(truth()) < 1e-6


def test_rows_keep_their_order_ids_and_missing_points_and_the_given_table_is_untouched():
    given = table(PLACE, (np.nan, np.nan), PLACE)
    given.geometry = [Point(PLACE), None, Point(*PLACE, 8.0)]
    before = given.copy()
    placed = to_frame(given, frame="gcj02", convert="gcj02:wgs84", crs=ZONE)
    assert placed.index.tolist() == ["r0", "r1", "r2"]
    assert placed.geometry.isna().tolist() == [False, True, False]
    assert not placed.has_z.any()
    assert given.geom_equals(before).tolist()[::2] == [True, True]
    assert given.crs is None


@pytest.mark.parametrize("frame", ["wgs84", "EPSG:4547", "EPSG:4490"])
def test_an_empty_table_stays_empty(frame):
    placed = to_frame(table(), frame=frame, crs=ZONE)
    assert len(placed) == 0
    assert placed.crs == ZONE


@pytest.mark.parametrize("frame", [None, "", "  "])
def test_no_frame_is_refused(frame):
    with refused(
        "stations.xlsx: no coordinate frame is declared; "
        "say which it is: wgs84, cgcs2000, gcj02, bd09 or EPSG:n"
    ):
        to_frame(table(PLACE), frame=frame, crs=ZONE, where="stations.xlsx")


@pytest.mark.parametrize("frame", ["gcj02", "bd09"])
def test_a_shifted_frame_without_conversion_is_refused(frame):
    with refused(
        f"stations.xlsx: {frame} coordinates are shifted by hundreds of metres and are not used "
        f"as they are; name the conversion: --convert {frame}:wgs84"
    ):
        to_frame(table(PLACE), frame=frame, crs=ZONE, where="stations.xlsx")


def test_an_unknown_frame_is_refused():
    with refused(
        "a.csv: unknown coordinate frame 'mars'; say wgs84, cgcs2000, gcj02, bd09 or EPSG:n"
    ):
        check_frame("mars", where="a.csv")
    with refused("a.csv: there is no frame EPSG:99999"):
        check_frame("EPSG:99999", where="a.csv")


def test_a_conversion_that_does_not_fit_is_refused():
    with refused("a.csv: conversion gcj02:wgs84 does not fit the declared frame bd09"):
        check_frame("bd09", "gcj02:wgs84", where="a.csv")
    with refused("a.csv: conversion gcj02:wgs84 does not fit the declared frame wgs84"):
        check_frame("wgs84", "gcj02:wgs84", where="a.csv")
    with refused("a.csv: unknown conversion 'gcj02'; there is gcj02:wgs84 and bd09:wgs84"):
        check_frame("gcj02", "gcj02", where="a.csv")


def test_a_frame_that_contradicts_the_file_is_refused():
    with refused(
        "a.gpkg: declared EPSG:4543, but the file itself says EPSG:4547; let the two agree"
    ):
        to_frame(table((5e5, 2.5e6), crs=ZONE), frame="EPSG:4543", crs=ZONE, where="a.gpkg")


def test_swapped_columns_are_refused_and_named():
    with refused(
        "stations.xlsx: row r1: longitude 22.53, latitude 113.93: "
        "looks like latitude and longitude are swapped (1 of 2 rows)"
    ):
        to_frame(table(PLACE, PLACE[::-1]), frame="wgs84", crs=ZONE, where="stations.xlsx")


def test_swapped_columns_in_the_west_of_china_are_found_though_both_are_degrees():
    with pytest.raises(FrameError, match="经度和纬度似乎写反了"):
        check_lonlat([43.8], [87.6], where="乌鲁木齐.csv")
    check_lonlat([87.6], [43.8], where="乌鲁木齐.csv")


def test_swapped_columns_are_found_by_the_place_they_should_be_at():
    helsinki = (24.8, 60.1, 25.0, 60.3)
    check_lonlat([60.2, np.nan], [24.9, 24.9], where="a.csv")
    with pytest.raises(FrameError, match=r"第 0 行.*写反了.共 1 行.其中 1 行.$"):
        check_lonlat([60.2, np.nan], [24.9, 24.9], where="a.csv", near=helsinki)
    check_lonlat([24.9, 30.0], [60.2, 50.0], where="a.csv", near=helsinki)


def test_metres_declared_as_degrees_are_refused():
    with refused(
        "a.csv: row 7: longitude 492796, latitude 2.49278e+06: not degrees of longitude and "
        "latitude; declare the projected frame as EPSG:n (1 of 1 rows)"
    ):
        check_lonlat(pd.Series([492796.0], index=[7]), pd.Series([2492780.0]), where="a.csv")


def test_a_frame_error_is_an_input_error():
    assert issubclass(FrameError, InputError)
