"""Service areas as files: valid, in their frame, the same each time."""

import json

import geopandas as gpd
import pytest
import shapely
from towns import random_town

import gis
from gis.errors import InputError
from gis.export_areas import write_areas


@pytest.fixture(scope="module")
def drawn():
    town = gis.sample("ginkgo")
    return town, gis.service_areas(town, service="meals", limits=["300m", "600m"], how="nearest")


def test_geojson_is_in_longitude_and_latitude_and_valid(drawn, tmp_path):
    town, areas = drawn
    path = write_areas(tmp_path / "new" / "areas.geojson", town, areas)
    read = gpd.read_file(path)
    assert read.crs.to_epsg() == 4326
    assert read.is_valid.all()
    assert list(read["limit"]) == list(areas["limit"])
    assert list(read["station"]) == list(areas["station"])
    assert list(read["station_name"]) == list(town.stations["name"].loc[areas["station"]])
    back = read.to_crs(town.crs)
    assert back.area.to_numpy() == pytest.approx(areas.area.to_numpy(), rel=1e-4)
    for shape in read.geometry:
        for part in shapely.get_parts(shape):
            assert part.exterior.is_ccw  # RFC 7946


def test_geopackage_is_in_the_frame_of_the_district(drawn, tmp_path):
    town, areas = drawn
    read = gpd.read_file(write_areas(tmp_path / "areas.gpkg", town, areas))
    assert read.crs == town.crs
    assert list(read.columns) == ["requirement", "station", "station_name", "limit", "geometry"]
    assert read.area.to_numpy() == pytest.approx(areas.area.to_numpy())


@pytest.mark.parametrize("ending", ["geojson", "gpkg"])
def test_the_same_areas_give_the_same_file(drawn, tmp_path, ending):
    one, two = (write_areas(tmp_path / f"{n}.{ending}", *drawn) for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("ending", ["geojson", "gpkg"])
def test_no_areas_and_merged_ones_are_written_too(tmp_path, ending):
    town = random_town(3)
    for how in ("merged", "nearest"):
        areas = gis.service_areas(town, service="meals", limits="100m", how=how)
        read = gpd.read_file(write_areas(tmp_path / f"{how}.{ending}", town, areas))
        assert len(read) == len(areas)
    none = gis.service_areas(town, service="dining", how="nearest")
    path = write_areas(tmp_path / f"none.{ending}", town, none)
    if ending == "geojson":
        assert json.loads(path.read_text("utf-8"))["features"] == []


def test_another_ending_is_refused(drawn, tmp_path):
    with pytest.raises(InputError, match="geojson"):
        write_areas(tmp_path / "areas.kml", *drawn)
