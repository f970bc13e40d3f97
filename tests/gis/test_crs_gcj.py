"""GCJ-02 and BD-09: the published vectors, and there and back under a millimetre."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

METRES_PER_DEGREE = 111_320.0

# WGS-84 -> GCJ-02 as measured with other people's code, to six decimals
VECTORS = [
    ((102.66, 25.04), (102.661319, 25.036936)),
    ((105.92, 29.35), (105.923479, 29.347000)),
    ((113.30, 40.09), (113.307018, 40.091200)),
    ((99.58, 22.33), (99.580789, 22.326873)),
    ((116.4, 39.9), (116.406243, 39.901404)),
]

chinese_lon = st.floats(73.5, 135.0)
chinese_lat = st.floats(18.0, 53.5)

ROUND_TRIPS = [
    (wgs84_to_gcj02, gcj02_to_wgs84),
    (gcj02_to_bd09, bd09_to_gcj02),
    (wgs84_to_bd09, bd09_to_wgs84),
]


def metres_apart(a, b):
    east = (np.asarray(a[0]) - b[0]) * METRES_PER_DEGREE * np.cos(np.radians(b[1]))
    north = (np.asarray(a[1]) - b[1]) * METRES_PER_DEGREE
    return np.hypot(east, north)


def written_out(lon, lat):
    """Return the formula as it stands in public sources, one number at a time."""
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    common = (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += common
    north += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * pi) + 320.0 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += common
    east += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    a, ee, angle = 6378245.0, 0.00669342162296594323, lat / 180.0 * pi
    magic = 1 - ee * math.sin(angle) ** 2
    root = math.sqrt(magic)
    north = (north * 180.0) / ((a * (1 - ee)) / (magic * root) * pi)
    east = (east * 180.0) / (a / root * math.cos(angle) * pi)
    return lon + east, lat + north


@pytest.mark.parametrize(("wgs", "gcj"), VECTORS)
def test_forward_gives_the_published_vectors(wgs, gcj):
    assert wgs84_to_gcj02(*wgs) == pytest.approx(gcj, abs=6e-7)


@given(chinese_lon, chinese_lat)
def test_forward_equals_the_formula_written_out(lon, lat):
    assert wgs84_to_gcj02(lon, lat) == pytest.approx(written_out(lon, lat), abs=1e-12)


@pytest.mark.parametrize(("there", "back"), ROUND_TRIPS)
@given(lon=chinese_lon, lat=chinese_lat)
def test_there_and_back_is_under_a_millimetre(there, back, lon, lat):
    assert metres_apart(back(*there(lon, lat)), (lon, lat)) < 0.001


@pytest.mark.parametrize(("there", "back"), ROUND_TRIPS)
def test_there_and_back_holds_for_a_million_points_in_one_call(there, back):
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(73.5, 135.0, 1_000_000), rng.uniform(18.0, 53.5, 1_000_000)
    assert metres_apart(back(*there(lon, lat)), (lon, lat)).max() < 1e-6


def test_the_shift_has_the_size_measured_over_china():
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(75.0, 134.0, 20_000), rng.uniform(18.0, 53.0, 20_000)
    shift = metres_apart(wgs84_to_gcj02(lon, lat), (lon, lat))
    assert 10 < shift.min() < 60
    assert 350 < shift.mean() < 450
    assert 650 < shift.max() < 750
    second = metres_apart(gcj02_to_bd09(lon, lat), (lon, lat))
    assert 800 < second.mean() < 950


@pytest.mark.parametrize("convert", [pair for trip in ROUND_TRIPS for pair in trip])
@pytest.mark.parametrize("place", [(24.94, 60.17), (-51.23, -30.03), (8.7, 49.4), (-122.4, 37.8)])
def test_outside_the_box_nothing_moves(convert, place):
    assert convert(*place) == place


@pytest.mark.parametrize("convert", [pair for trip in ROUND_TRIPS for pair in trip])
def test_missing_numbers_stay_missing_and_disturb_nobody(convert):
    lon, lat = convert([113.9, np.nan, 113.9, np.inf], [22.5, 22.5, np.nan, 22.5])
    assert np.isnan(lon[1:]).tolist() == [True, True, True]
    assert np.isnan(lat[1:]).tolist() == [True, True, True]
    assert (lon[0], lat[0]) == convert(113.9, 22.5)


def test_shape_is_kept_for_numbers_lists_series_and_no_points():
    assert np.ndim(wgs84_to_gcj02(113.9, 22.5)[0]) == 0
    grid = wgs84_to_gcj02(np.full((2, 3), 113.9), np.full((2, 3), 22.5))
    assert grid[0].shape == grid[1].shape == (2, 3)
    column = wgs84_to_gcj02(pd.Series([113.9, 114.0]), pd.Series([22.5, 22.6]))
    assert column[0].shape == (2,)
    assert bd09_to_wgs84([], [])[0].shape == (0,)


def test_the_given_arrays_are_not_changed():
    lon, lat = np.array([113.9]), np.array([22.5])
    gcj02_to_wgs84(lon, lat)
    assert (lon[0], lat[0]) == (113.9, 22.5)
