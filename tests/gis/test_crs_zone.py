"""Zones: the right one for a place, and how true its metres are."""

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import in_china, scale_error_ppm, zone_crs


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ((102.66, 25.04), "EPSG:4543"),  # 昆明
        ((99.58, 22.33), "EPSG:4542"),  # 孟连
        ((103.80, 25.50), "EPSG:4544"),  # 麒麟
        ((105.92, 29.35), "EPSG:4544"),  # 永川
        ((113.30, 40.09), "EPSG:4547"),  # 大同
        ((113.93, 22.53), "EPSG:4547"),  # 南山
        ((103.5, 25.0), "EPSG:4544"),  # on the border: the eastern zone, where rounding jumps
        ((106.5, 29.5), "EPSG:4545"),
        ((73.5, 39.5), "EPSG:4534"),
        ((135.05, 48.3), "EPSG:4554"),
        ((112.3, 16.8), "EPSG:4546"),  # 西沙
    ],
)
def test_china_has_the_gauss_krueger_zone_of_its_nearest_meridian(place, zone):
    assert zone_crs(*place) == zone


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ((24.94, 60.17), "EPSG:32635"),  # Helsinki
        ((-51.23, -30.03), "EPSG:32722"),  # Porto Alegre
        ((8.68, 49.41), "EPSG:32632"),  # Heidelberg
        ((126.98, 37.57), "EPSG:32652"),  # Seoul
        ((100.5, 13.75), "EPSG:32647"),  # Bangkok
        ((77.2, 28.6), "EPSG:32643"),  # Delhi
        ((180.0, 0.0), "EPSG:32660"),
        ((-180.0, -1.0), "EPSG:32701"),
    ],
)
def test_elsewhere_it_is_the_utm_zone(place, zone):
    assert zone_crs(*place) == zone


@given(st.floats(73.5, 135.0), st.floats(31.0, 49.0))
def test_a_chinese_zone_is_centred_at_most_a_degree_and_a_half_away(lon, lat):
    if in_china(lon, lat):
        params = pyproj.CRS(zone_crs(lon, lat)).coordinate_operation.params
        meridian = next(p.value for p in params if p.name == "Longitude of natural origin")
        assert abs(lon - meridian) <= 1.5 + 1e-9


@pytest.mark.parametrize("place", [(200.0, 0.0), (0.0, 91.0), (float("nan"), 0.0)])
def test_a_point_off_the_globe_has_no_zone(place):
    with pytest.raises(ValueError, match="no zone for longitude"):
        zone_crs(*place)


def test_scale_error_is_nothing_on_the_meridian_and_largest_at_the_edge():
    assert scale_error_ppm("EPSG:4547", 114.0, 22.5) == pytest.approx(0.0, abs=0.01)
    edge = scale_error_ppm("EPSG:4547", 112.5, 22.5)
    # (1.5 degrees x cos latitude)^2 / 2, in millionths
    assert edge == pytest.approx(292, rel=0.02)
    assert scale_error_ppm("EPSG:32632", 9.0, 49.4) == pytest.approx(-400, abs=1)


def test_missing_points_are_not_in_china():
    assert in_china([113.9, float("nan")], [22.5, 22.5]).tolist() == [True, False]
