"""Districts of real extracts come back as they were read, under any reader."""

import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

import gis
from gis.district import PLACE_TABLES

pytestmark = pytest.mark.real


@pytest.mark.parametrize("file", ["shenzhen-nanshan.osm.xz", "helsinki.osm.pbf"])
def test_an_extract_comes_back_as_it_was_read(file, real_data, tmp_path):
    streets = gis.InputFile(real_data / file)
    read = gis.import_district(gis.Sources(streets=streets), name=file)
    gis.save_district(read, tmp_path)
    back = gis.load_district(tmp_path)
    for name in PLACE_TABLES:
        left, right = read.table(name), back.table(name)
        assert_geodataframe_equal(left, right)
        assert left.geometry.to_wkb().equals(right.geometry.to_wkb())
        assert pyogrio.read_info(tmp_path / "place.gpkg", layer=name)["features"] == len(left)
    assert_frame_equal(read.rejects, back.rejects)
    assert_frame_equal(read.provenance, back.provenance)
    assert back.facts == read.facts

    gis.save_district(back, tmp_path / "again")
    for name in ("place.gpkg", "people.db"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes()
