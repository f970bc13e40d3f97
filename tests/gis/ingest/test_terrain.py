"""
Heights from rasters: analytic ground first (a plane, a dome), then real ground.

A raster here is 40 x 30 cells; streets lie well inside unless the test is about its edge.
"""

import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import gis
from gis import tables
from gis.errors import InputError
from gis.ingest.terrain import STEP, with_heights
from gis.streets.pace import build_slopes

CRS = "EPSG:4543"
WEST, NORTH = 570_000.0, 2_766_000.0


def write_raster(path, ground, *, cell=30.0, crs=CRS, shape=(30, 40), nodata=None, dtype="float64"):
    """Write a raster whose cell centres have the height ``ground(x, y)``."""
    transform = rasterio.Affine(cell, 0, WEST, 0, -cell, NORTH)
    column, row = np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5)
    heights = ground(WEST + column * cell, NORTH - row * cell)
    options = {"crs": crs, "transform": transform, "nodata": nodata, "dtype": dtype}
    with rasterio.open(
        path, "w", "GTiff", width=shape[1], height=shape[0], count=1, **options
    ) as raster:
        raster.write(heights.astype(dtype), 1)
    return path


def plane(x, y):
    """Rise 8 % to the east, fall 3 % to the north."""
    return 100 + 0.08 * (x - WEST) - 0.03 * (y - NORTH)


def streets(*lines, layer=None, crs=CRS):
    shapes = [shapely.LineString([(WEST + x, NORTH + y) for x, y in line]) for line in lines]
    given = {
        "u": "a",
        "v": "b",
        "steps": False,
        "users": "everyone",
        "layer": pd.array(layer or [None] * len(lines), dtype="Int64"),
    }
    index = [f"w{k}" for k in range(len(lines))]
    return tables.conform(
        gpd.GeoDataFrame(given, index=index, geometry=shapes, crs=crs), tables.Streets
    )


def heights_of(table, row=0):
    return [float(part) if part else None for part in table["heights"].iloc[row].split("|")]


EAST = [(200, -300), (400, -300)]
NORTHWARD = [(300, -500), (300, -450)]
SLANT = [(200, -300), (230, -340)]
SHORT = [(500, -500), (506, -500)]


@pytest.mark.parametrize("cell", [1.0, 7.0, 10.0, 30.0])
def test_the_grades_of_a_plane_are_exact(tmp_path, cell):
    shape = (int(700 / cell), int(700 / cell))
    path = write_raster(tmp_path / "plane.tif", plane, cell=cell, shape=shape)
    found = with_heights(streets(EAST, NORTHWARD, SLANT, SHORT), path)
    slopes = build_slopes(found)
    expected = np.array([0.08, -0.03, (30 * 0.08 + 40 * 0.03) / 50, 0.08])[slopes.street]
    # heights are written in millimetres: half of one over the shortest run of 6 m
    np.testing.assert_allclose(slopes.grade, expected, atol=2e-4)
    assert heights_of(found)[0] == pytest.approx(plane(WEST + 200, NORTH - 300), abs=0.001)


@pytest.mark.parametrize(("metres", "parts"), [(10, 1), (25, 1), (25.5, 2), (200, 8), (201, 9)])
def test_heights_stand_at_equal_steps_of_at_most_25_metres(tmp_path, metres, parts):
    path = write_raster(tmp_path / "plane.tif", plane)
    found = with_heights(streets([(200, -300), (200 + metres, -300)]), path)
    assert STEP == 25
    assert len(heights_of(found)) == parts + 1


def test_streets_that_meet_agree_in_height(tmp_path):
    rng = np.random.default_rng(0)
    path = write_raster(tmp_path / "rough.tif", lambda x, _: rng.normal(50, 5, x.shape))
    found = with_heights(streets([(200, -300), (333, -321)], [(333, -321), (350, -500)]), path)
    assert heights_of(found, 0)[-1] == heights_of(found, 1)[0]


def test_a_bridge_runs_straight_between_its_ends(tmp_path):
    valley = write_raster(tmp_path / "valley.tif", lambda x, _: np.abs(x - WEST - 300) * 0.2)
    found = with_heights(streets(EAST, EAST, EAST, layer=[1, -1, 0]), valley)
    bridge, tunnel, ground = (build_slopes(found.iloc[[k]]).grade for k in range(3))
    np.testing.assert_allclose([*bridge, *tunnel], 0, atol=1e-4)
    assert np.abs(ground).max() == pytest.approx(0.2, abs=1e-4)


def test_the_frame_of_the_raster_does_not_matter(tmp_path):
    degrees = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    west, north = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(
        WEST, NORTH
    )
    cell = 1 / 3600
    column, row = np.meshgrid(np.arange(40) + 0.5, np.arange(30) + 0.5)
    heights = plane(*degrees.transform(west + column * cell, north - row * cell))
    transform = rasterio.Affine(cell, 0, west, 0, -cell, north)
    path = tmp_path / "degrees.tif"
    options = {"crs": "EPSG:4326", "transform": transform, "dtype": "float64"}
    with rasterio.open(path, "w", "GTiff", width=40, height=30, count=1, **options) as raster:
        raster.write(heights, 1)
    grade = build_slopes(with_heights(streets(EAST), path)).grade
    np.testing.assert_allclose(grade, 0.08, atol=3e-4)


def test_scale_and_offset_of_the_band_are_used(tmp_path):
    path = write_raster(
        tmp_path / "whole.tif", lambda x, _: np.round((x - WEST) / 10), dtype="int16", cell=10
    )
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.5,), (100.0,)
    found = heights_of(with_heights(streets([(100, -100), (120, -100)]), path))
    assert found == pytest.approx([105, 106], abs=0.3)


def test_noise_of_single_cells_makes_less_slope_than_the_cells_themselves(tmp_path):
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 2, (30, 40))
    path = write_raster(tmp_path / "noise.tif", lambda *_: noise)
    lines = [[(100, -y), (1000, -y)] for y in range(100, 800, 50)]
    grade = build_slopes(with_heights(streets(*lines), path)).grade
    raw = np.abs(np.diff(noise, axis=1) / 30)
    # 1-2-1 both ways leaves 0.22 of the noise between neighbours: sqrt(1/4 / 2 * 6/16)
    assert np.abs(grade).mean() < 0.3 * raw.mean()


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(-0.1, 0.1), st.floats(0, 2 * np.pi), st.floats(2, 300))
def test_any_line_on_any_plane_has_the_grade_of_its_direction(
    tmp_path_factory, east, north, turn, metres
):
    ground = lambda x, y: 500 + east * (x - WEST) + north * (y - NORTH)  # noqa: E731
    path = write_raster(tmp_path_factory.mktemp("dem") / "plane.tif", ground)
    end = (600 + metres * np.cos(turn), -450 + metres * np.sin(turn))
    grade = build_slopes(with_heights(streets([(600, -450), end]), path)).grade
    expected = np.clip(east * np.cos(turn) + north * np.sin(turn), -0.35, 0.35)
    np.testing.assert_allclose(grade, expected, atol=6e-4)


def test_off_the_raster_and_on_nodata_heights_are_unknown(tmp_path):
    def holed(x, y):
        return np.where(x > WEST + 900, -9999, plane(x, y))

    path = write_raster(tmp_path / "holes.tif", holed, nodata=-9999)
    table = streets([(800, -300), (1000, -300)], [(5000, 0), (5100, 0)], EAST)
    found = with_heights(table, path)
    along = heights_of(found)
    assert None not in along[:4]
    assert along[-3:] == [None] * 3
    assert pd.isna(found["heights"].iloc[1])
    assert len(heights_of(found, 2)) == 9
    assert table["heights"].isna().all()


def test_heights_already_known_stay_where_the_raster_has_none(tmp_path):
    path = write_raster(tmp_path / "plane.tif", plane)
    table = streets([(5000, 0), (5100, 0)], EAST).assign(
        heights=pd.array(["1|2", "1|2"], dtype="string")
    )
    found = with_heights(table, path)["heights"].tolist()
    assert found[0] == "1|2"
    assert found[1] != "1|2"


def test_no_streets_need_no_heights(tmp_path):
    path = write_raster(tmp_path / "plane.tif", plane)
    assert not len(with_heights(tables.empty(tables.Streets, CRS), path))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path, "no raster that can be read"),
        (lambda path: path.write_text("x") and path, "no raster that can be read"),
        (lambda path: write_raster(path, plane, crs=None), "names no frame"),
    ],
)
def test_a_file_that_is_no_raster_is_named(tmp_path, make, words):
    with pytest.raises(InputError) as caught:
        with_heights(streets(EAST), make(tmp_path / "dem.tif"))
    assert words in caught.value.english
    assert "dem.tif" in str(caught.value)


def test_without_rasterio_the_message_tells_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(InputError, match=r'pip install "minqing\[terrain\]"'):
        with_heights(streets(EAST), tmp_path / "dem.tif")


def test_an_import_tells_how_many_streets_got_heights_and_keeps_them(tmp_path):
    write_raster(tmp_path / "dem.tif", plane)
    lines = streets(EAST, [(400, -300), (400, -400)], [(9000, 0), (9100, 0)])
    lines[["geometry"]].to_file(tmp_path / "lines.gpkg")
    file = gis.InputFile(tmp_path / "lines.gpkg")
    read = gis.import_district(gis.Sources(file, heights=tmp_path / "dem.tif"))
    note = read.provenance.set_index("layer").loc["streets"]
    assert "2 of 3 streets got heights from dem.tif" in note["note_en"]
    assert "3 条街道中 2 条由 dem.tif 得到高程" in note["note"]
    gis.save_district(read, tmp_path / "kept")
    back = gis.load_district(tmp_path / "kept").streets
    assert back["heights"].equals(read.streets["heights"])
    assert back["heights"].notna().sum() == 2


def test_an_import_refuses_a_raster_of_another_place(tmp_path):
    write_raster(tmp_path / "dem.tif", plane)
    streets([(9000, 0), (9100, 0)])[["geometry"]].to_file(tmp_path / "lines.gpkg")
    sources = gis.Sources(gis.InputFile(tmp_path / "lines.gpkg"), heights=tmp_path / "dem.tif")
    with pytest.raises(InputError) as caught:
        gis.import_district(sources)
    assert "none of the 1 streets" in caught.value.english


@pytest.mark.real
def test_the_hills_of_porto_alegre_are_hills(real_data):
    folder = real_data / "porto-alegre"
    sources = gis.Sources(
        gis.InputFile(folder / "poa_osm.pbf"), heights=folder / "poa_elevation.tif"
    )
    found = gis.import_district(sources).streets
    told = found["heights"].notna()
    assert told.mean() > 0.95
    slopes = build_slopes(found)
    grade = np.abs(slopes.grade[~np.isnan(slopes.grade)])
    # a hilly city by a river: half of it under 5 %, some streets over 15 %
    assert np.median(grade) < 0.05
    assert np.quantile(grade, 0.99) > 0.15
    # smoothing never goes beyond the cells themselves
    ends = found["heights"][told].str.split("|")
    low, high = (pd.to_numeric(ends.str[k]) for k in (0, -1))
    with rasterio.open(folder / "poa_elevation.tif") as raster:
        cells = raster.read(1)
    both = pd.concat([low, high]).dropna()
    assert both.between(cells.min(), cells.max()).all()
