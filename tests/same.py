"""What tests of what-if share: places in lon-lat, and coverages compared to the bit."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point
from towns import CRS

from gis.streets.search import Ways

NAMES = [each.name for each in dataclasses.fields(Ways)]


def lonlat(x, y):
    point = gpd.GeoSeries([Point(x, y)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    return [point.x, point.y]


def assert_equal_coverage(found, expected):
    """Compare all there is: labels at nodes, ways of buildings, answers of units, tables."""
    for one, two in zip(found.answers, expected.answers, strict=True):
        assert one.asked == two.asked
        for name in ("covered", "low", "high", "reason", "line_metres", "stations"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)
        for name in NAMES:
            np.testing.assert_array_equal(
                getattr(one.ways, name), getattr(two.ways, name), err_msg=name
            )
        for name in ("cost", "covered", "low", "high", "reason"):
            np.testing.assert_array_equal(
                getattr(one.units, name), getattr(two.units, name), err_msg=name
            )
        np.testing.assert_array_equal(one.found.weight, two.found.weight)
        np.testing.assert_array_equal(one.owner, two.owner)
        np.testing.assert_array_equal(one.found.tag, two.found.tag)
    pd.testing.assert_frame_equal(found.units, expected.units)
    pd.testing.assert_frame_equal(found.detail, expected.detail)
    assert found.reasons == expected.reasons
    assert found.measures == expected.measures
    for by in (None, "compound"):
        pd.testing.assert_frame_equal(found.summary(by), expected.summary(by))
