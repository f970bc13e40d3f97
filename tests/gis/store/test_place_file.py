"""``place.gpkg`` as other programs see it, and the message for every folder that is no district."""

import shutil
import sqlite3
import subprocess
import warnings
from contextlib import closing

import geopandas as gpd
import pyogrio
import pytest
from shapely.geometry import Point, box

from gis.district import PLACE_TABLES, build_district
from gis.errors import InputError
from gis.store import append_changes, load_district, read_changes, save_district

LAYERS = [*PLACE_TABLES, "rejects", "provenance", "facts"]


@pytest.fixture
def folder(street, tmp_path):
    save_district(street, tmp_path)
    return tmp_path


def read_with_pyogrio(path):
    """Tell type, rows and CRS of every layer; a warning fails the test."""
    infos = {name: pyogrio.read_info(path, layer=name) for name, _ in pyogrio.list_layers(path)}
    return {
        name: (info["geometry_type"], info["features"], info["crs"]) for name, info in infos.items()
    }


def test_every_table_is_a_layer_with_its_type_its_rows_and_the_frame(folder):
    found = read_with_pyogrio(folder / "place.gpkg")
    assert list(found) == LAYERS
    assert found["streets"] == ("LineString", 2, "EPSG:4543")
    assert found["buildings"] == ("Unknown", 2, "EPSG:4543")  # a polygon and a multipolygon
    assert found["gates"] == ("Point", 0, "EPSG:4543")
    assert found["communities"] == ("MultiPolygon", 0, "EPSG:4543")
    assert found["barriers"] == ("MultiLineString", 0, "EPSG:4543")
    assert found["rejects"] == (None, 1, None)


def test_points_and_polygons_in_one_layer_are_declared_as_any_geometry(tmp_path):
    stations = gpd.GeoDataFrame(
        {"state": ["open", "open"]},
        index=["s0", "s1"],
        geometry=[Point(500_000, 4_420_000), box(500_000, 4_420_000, 500_010, 4_420_010)],
        crs="EPSG:4543",
    )
    save_district(build_district("甲", "EPSG:4543", stations=stations), tmp_path)
    with closing(sqlite3.connect(tmp_path / "place.gpkg")) as base:
        declared = dict(
            base.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns")
        )
    assert declared["stations"] == "GEOMETRY"
    assert read_with_pyogrio(tmp_path / "place.gpkg")["stations"][0] == "Unknown"


def test_heights_are_kept_and_declared(tmp_path):
    doors = gpd.GeoDataFrame(
        {"place": ["b0", "b1"]},
        index=["d0", "d1"],
        geometry=[Point(500_000, 4_420_000, 5), Point(500_000, 4_420_000)],
        crs="EPSG:4543",
    )
    save_district(build_district("甲", "EPSG:4543", entrances=doors), tmp_path)
    assert read_with_pyogrio(tmp_path / "place.gpkg")["entrances"][0] == "Point Z"
    assert list(load_district(tmp_path).entrances.has_z) == [True, False]


def test_the_file_keeps_the_rules_of_a_geopackage(folder):
    with closing(sqlite3.connect(folder / "place.gpkg")) as base:
        assert base.execute("PRAGMA application_id").fetchone() == (0x47504B47,)  # "GPKG"
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        assert base.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        days = base.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
        counts = dict(base.execute("SELECT table_name, feature_count FROM gpkg_ogr_contents"))
        count = "SELECT count(*) FROM {}".format
        real = {name: base.execute(count(name)).fetchone()[0] for name in LAYERS}
    assert days == [("1970-01-01T00:00:00.000Z",)]
    assert counts == real


def test_ogrinfo_reads_the_file_without_a_word_of_warning(folder):
    path = folder / "place.gpkg"
    if ogrinfo := shutil.which("ogrinfo"):
        told = subprocess.run(
            [ogrinfo, "-al", "-so", path], capture_output=True, text=True, check=True
        )
        assert told.stderr == ""
        assert told.stdout.count("Layer name: ") == len(LAYERS)
        assert "Warning" not in told.stdout
    with warnings.catch_warnings():  # the same library reads it here, old ogrinfo or none
        warnings.simplefilter("error")
        for name in LAYERS:
            pyogrio.read_dataframe(path, layer=name)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputError) as error:
        load_district(tmp_path / "nowhere")
    assert error.value.english == (
        f"no such folder: {tmp_path / 'nowhere'}; make it with `minqing import` first"
    )


def test_a_folder_without_places_is_no_district_and_stays_untouched(tmp_path):
    with pytest.raises(InputError) as error:
        load_district(tmp_path)
    assert error.value.english == f"{tmp_path} is no district: place.gpkg is missing"
    assert str(error.value) == f"{tmp_path} 不是 minqing 的片区文件夹：缺少 place.gpkg"
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_the_folder_is_told(street, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as error:
        save_district(street, tmp_path / "file")
    assert error.value.english == f"cannot make the folder {tmp_path / 'file'}: File exists"


@pytest.mark.parametrize("content", [b"", b"no database, but long enough to be taken for one"])
@pytest.mark.parametrize("name", ["place.gpkg", "people.db"])
def test_a_damaged_file_is_told(folder, name, content):
    (folder / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        load_district(folder)
    assert error.value.english.startswith(f"{folder / name} ")
    assert "it may be damaged" in error.value.english


def test_a_truncated_place_file_is_told(folder):
    whole = (folder / "place.gpkg").read_bytes()
    (folder / "place.gpkg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError):
        load_district(folder)


def test_a_place_file_of_another_program_is_told(folder, street):
    (folder / "place.gpkg").unlink()
    street.streets.to_file(folder / "place.gpkg", layer="roads")
    with pytest.raises(InputError) as error:
        load_district(folder)
    assert error.value.english == (
        f"{folder / 'place.gpkg'}: layer facts is missing; use the file as saved, or import again"
    )


def test_files_of_a_newer_version_ask_for_an_upgrade(folder):
    with closing(sqlite3.connect(folder / "people.db")) as base:
        base.execute("PRAGMA user_version=99")
    for ask in (load_district, read_changes, lambda folder: append_changes(folder, [])):
        with pytest.raises(InputError) as error:
            ask(folder)
        assert error.value.english == (
            f"{folder / 'people.db'} was saved by a newer minqing; "
            "upgrade first: pip install -U minqing"
        )
    with closing(sqlite3.connect(folder / "place.gpkg")) as base, base:
        base.execute("UPDATE facts SET value = '99' WHERE key = 'schema'")
    with pytest.raises(InputError, match=r"place\.gpkg 由更新版本的 minqing 保存"):
        load_district(folder)


def test_files_of_two_saves_are_not_read_as_one_district(folder, draw_street, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    save_district(draw_street(houses=5), other)
    shutil.copy(other / "place.gpkg", folder)
    with pytest.raises(InputError) as error:
        load_district(folder)
    assert error.value.english == (
        f"{folder}: place.gpkg and people.db come from different saves; "
        "put the old pair back, or import again"
    )


def test_a_row_drawn_in_qgis_without_an_id_is_told(folder):
    drawn = gpd.GeoDataFrame({"name": ["新站"]}, geometry=[Point(500_000, 4_420_000)], crs=4543)
    pyogrio.write_dataframe(drawn, folder / "place.gpkg", layer="stations", append=True)
    with pytest.raises(InputError) as error:
        load_district(folder)
    assert error.value.english == (
        f"{folder / 'place.gpkg'}: 1 row(s) of layer stations have no id; give each its own in QGIS"
    )
