"""The offset test: it finds shifted tables, leaves right ones alone, and says when it cannot tell."""

import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.crs import guess_frame, wgs84_to_bd09, wgs84_to_gcj02

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "frame_guess.py"
bench = runpy.run_path(str(BENCHMARK), run_name="frame_guess")
SHIFTS = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}


@pytest.fixture(scope="module")
def town():
    return bench["invented"](np.random.default_rng(0))


def points_of(town, count, seed=0):
    rng = np.random.default_rng(seed)
    return bench["drawn_table"](town, "stations", count, rng)


def guess(town, lonlat, shift=None):
    moved = lonlat if shift is None else np.column_stack(shift(*lonlat.T))
    return guess_frame(shapely.points(moved), town.streets, town.buildings)


def assert_finds_and_does_not_cry_wolf(place, rng, **options):
    tally = bench["tally"](place, rng, tables=200, **options)
    assert tally.found / tally.shifted >= 0.95, tally
    assert tally.misnamed == 0, tally
    assert tally.alarms / tally.unshifted <= 0.01, tally


def test_of_200_shifted_tables_in_an_invented_town_95_percent_are_found_and_alarms_are_rare(town):
    assert_finds_and_does_not_cry_wolf(town, np.random.default_rng(1))


@pytest.mark.real
@pytest.mark.parametrize("name", ["Nanshan", "Helsinki"])
def test_of_200_shifted_tables_of_a_real_place_95_percent_are_found_and_alarms_are_rare(
    name, real_data
):
    assert_finds_and_does_not_cry_wolf(bench["real"](name, real_data), np.random.default_rng(2))


@pytest.mark.parametrize("frame", SHIFTS)
def test_a_shifted_table_contradicts_the_frame_it_was_declared_in(town, frame):
    found = guess(town, points_of(town, 40), SHIFTS[frame])
    assert (found.best, found.confident) == (frame, True)
    assert found.contradicts("wgs84")
    assert found.contradicts("cgcs2000")
    assert found.contradicts("EPSG:4490")
    assert not found.contradicts(frame)
    assert found.beside[frame] > found.beside["wgs84"] + 0.3


def test_a_right_table_contradicts_only_wrong_declarations(town):
    found = guess(town, points_of(town, 40))
    assert (found.best, found.confident) == ("wgs84", True)
    assert not found.contradicts("wgs84")
    assert found.contradicts("gcj02")


def test_few_points_are_never_judged(town):
    found = guess(town, points_of(town, 11), wgs84_to_gcj02)
    assert found.points == 11
    assert not found.confident
    assert not found.contradicts("wgs84")


def test_many_homes_in_few_buildings_are_few_points(town):
    homes = np.repeat(points_of(town, 6), 50, axis=0)
    found = guess(town, homes, wgs84_to_gcj02)
    assert found.points <= 6
    assert not found.confident


def test_points_that_follow_nothing_are_not_judged(town):
    rng = np.random.default_rng(3)
    alarms = sum(
        guess(town, bench["drawn_table"](town, "anywhere", 40, rng)).contradicts("wgs84")
        for _ in range(50)
    )
    assert alarms <= 1


@pytest.mark.parametrize("nothing", [[], [None], [shapely.Point()], [shapely.Point(np.nan, 1.0)]])
def test_a_table_without_points_is_not_judged(town, nothing):
    found = guess_frame(nothing, town.streets, town.buildings)
    assert (found.best, found.points, found.confident) == ("wgs84", 0, False)


def test_an_empty_map_tells_nothing(town):
    found = guess_frame(shapely.points(points_of(town, 40)), [], [])
    assert (found.best, found.confident) == ("wgs84", False)


def test_outside_china_frames_do_not_differ_and_nothing_is_judged(town):
    away = np.array([60.0, 10.0])
    moved = [
        shapely.transform(shapes, lambda xy: xy - away) for shapes in (town.streets, town.buildings)
    ]
    found = guess_frame(shapely.points(points_of(town, 40) - away), *moved)
    assert found.best == "wgs84"
    assert not found.confident


def test_tables_areas_and_arrays_give_the_same_answer_every_time(town):
    lonlat = points_of(town, 40)
    areas = gpd.GeoDataFrame(geometry=shapely.buffer(shapely.points(lonlat), 1e-5))
    streets, buildings = gpd.GeoSeries(town.streets), gpd.GeoDataFrame(geometry=town.buildings)
    first = guess_frame(areas, streets, buildings)
    assert first == guess_frame(areas, streets, buildings)
    assert first.best == guess(town, lonlat).best


def test_a_long_table_is_judged_by_some_of_its_points(town):
    rng = np.random.default_rng(4)
    lonlat = bench["drawn_table"](town, "buildings", 1000, rng)
    found = guess(town, lonlat, wgs84_to_bd09)
    assert found.points == 400
    assert found.best == "bd09"
