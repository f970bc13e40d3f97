"""``minqing areas`` on the sample street."""

import geopandas as gpd
import pytest

import gis


def test_areas_of_each_limit_and_station_are_those_of_python(demo, minqing, tmp_path):
    done = minqing(
        "areas", "out/district", "--service", "meals", "--limit", "10min", "--limit", "5min",
        "--profile", "walk_60", "--how", "nearest", "-o", tmp_path / "areas.gpkg", cwd=demo,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert f"已写入 {tmp_path / 'areas.gpkg'}" in done.stderr
    read = gpd.read_file(tmp_path / "areas.gpkg")
    drawn = gis.service_areas(
        gis.load_district(demo / "out/district"),
        service="meals",
        limits=["5min", "10min"],
        profile="walk_60",
        how="nearest",
    )
    assert list(read["station"]) == list(drawn["station"])
    assert list(read["limit"]) == list(drawn["limit"])
    assert read.area.to_numpy() == pytest.approx(drawn.area.to_numpy())


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--service", "meals", "-o", "areas.shp"], "areas.shp"),
        (["--service", "meals", "--limit", "-3min", "-o", "areas.gpkg"], "-3min"),
        (["--service", "tea", "-o", "areas.gpkg"], "tea"),
        (["-o", "areas.gpkg"], "circle"),
        (["--service", "meals", "--how", "voronoi", "-o", "areas.gpkg"], "voronoi"),
    ],
)
def test_what_cannot_be_drawn_is_said(words, named, demo, minqing):
    done = minqing("areas", "out/district", *words, cwd=demo)
    assert done.returncode == 2
    assert named in done.stderr
    assert not (demo / "areas.gpkg").exists()
