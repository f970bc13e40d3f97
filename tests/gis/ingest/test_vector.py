"""Vector files of every kind give the same rows."""

import sqlite3
from contextlib import closing

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis.errors import InputError
from gis.ingest.vector import read_vector


@pytest.fixture
def places():
    return gpd.GeoDataFrame(
        {"名称": ["甲", None, "丙"], "人口": [3, 4, 5], "电梯": [True, False, True]},
        geometry=gpd.points_from_xy([113.1, 113.2, 113.3], [22.1, 22.2, 22.3]),
        crs="EPSG:4490",
    )


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.parquet"])
def test_every_format_gives_text_points_and_its_frame(tmp_path, places, name):
    path = tmp_path / name
    if name.endswith("parquet"):
        places.to_parquet(path)
    else:
        places.to_file(path)
    rows = read_vector(path)
    assert list(rows.index) == [1, 2, 3]
    assert [None if pd.isna(text) else text for text in rows["名称"]] == ["甲", None, "丙"]
    assert list(rows["人口"]) == ["3", "4", "5"]
    assert list(rows["电梯"]) == ["true", "false", "true"]
    assert rows.crs.to_epsg() == 4490
    assert shapely.equals(rows.geometry.array, places.geometry.array).all()


def test_shapefile_in_gbk_without_a_cpg_file_is_read_as_chinese(tmp_path, places):
    places[["名称", "geometry"]].to_file(tmp_path / "a.shp", encoding="GBK")
    (tmp_path / "a.cpg").unlink()
    assert read_vector(tmp_path / "a.shp")["名称"][3] == "丙"


def test_geojson_in_gbk_is_read_as_chinese(tmp_path, places):
    places.to_file(tmp_path / "a.geojson")
    text = (tmp_path / "a.geojson").read_text(encoding="utf-8")
    (tmp_path / "b.geojson").write_text(text, encoding="gb18030")
    assert read_vector(tmp_path / "b.geojson")["名称"][3] == "丙"
    (tmp_path / "c.geojson").write_bytes(
        text.encode("gb18030").replace("丙".encode("gb18030"), b"\xff\xff")
    )
    with pytest.raises(InputError, match=r"c\.geojson：打不开"):
        read_vector(tmp_path / "c.geojson")


def test_layer_is_chosen_by_name_or_by_title(tmp_path, places):
    places.to_file(tmp_path / "a.gpkg", layer="服务站点")
    places.head(1).to_file(tmp_path / "a.gpkg", layer="小区")
    assert len(read_vector(tmp_path / "a.gpkg", layer="小区")) == 1
    assert len(read_vector(tmp_path / "a.gpkg", titles=("服务站点", "stations"))) == 3
    with pytest.raises(InputError) as caught:
        read_vector(tmp_path / "a.gpkg")
    assert str(caught.value) == "a.gpkg：有 2 个图层（服务站点、小区），请指明用哪一个。"
    with pytest.raises(InputError) as caught:
        read_vector(tmp_path / "a.gpkg", layer="甲")
    assert str(caught.value) == "a.gpkg：没有名为“甲”的图层；有：服务站点、小区。"


def test_rows_beyond_a_stored_count_that_is_too_low_are_not_lost(tmp_path, places):
    path = tmp_path / "a.gpkg"
    places.to_file(path)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE gpkg_ogr_contents SET feature_count = 1")
    assert len(read_vector(path)) == 3


def test_heights_are_dropped(tmp_path):
    table = gpd.GeoDataFrame(geometry=[shapely.Point(113.1, 22.1, 7)], crs="EPSG:4326")
    table.to_file(tmp_path / "a.gpkg")
    assert not read_vector(tmp_path / "a.gpkg").geometry.has_z.any()


def test_geometry_that_cannot_be_read_is_missing(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":[1,2]},'
        '"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}}]}'
    )
    assert read_vector(path).geometry.isna().all()


def test_broken_file_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"FeatureCollection","features":[{"type":"Fea')
    with pytest.raises(InputError) as caught:
        read_vector(path)
    assert str(caught.value).startswith("a.geojson：打不开，文件已损坏或不是矢量数据（")
    assert str(caught.value).endswith("）。请在 QGIS 里打开并另存为 GeoPackage。")
    assert str(tmp_path) not in str(caught.value)


def test_table_without_geometry_is_refused(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet：打不开"):
        read_vector(tmp_path / "a.parquet")
