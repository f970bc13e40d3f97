"""What a published district holds, and what it must not."""

import pickle

import numpy as np
import pandas as pd
import pytest
from towns import households, points, walled_town

import gis
from gis.errors import InputError
from gis.privacy.places import WHITE_LIST


@pytest.fixture(scope="module")
def town():
    return gis.sample("ginkgo")


@pytest.fixture(scope="module")
def elders(town):
    return gis.cover(town, circle="elder", weight="elders_60")


@pytest.mark.parametrize("level", ["public", "planner"])
def test_places_carry_the_white_listed_columns_and_no_others(town, level):
    published = gis.publish(town, level=level)
    for name, frame in published.places.items():
        assert [*WHITE_LIST[name], "geometry"] == list(frame.columns)
        assert frame.crs == "EPSG:4326"


@pytest.mark.parametrize("level", ["public", "planner"])
def test_no_household_id_is_in_what_is_published(town, elders, level):
    published = gis.publish(town, elders, level=level)
    buildings = set(town.buildings.index)
    blob = pickle.dumps(
        (published.counts, published.needs, published.coverages, dict(published.places))
    )
    for household in town.households.index[::97]:
        assert household not in buildings
        assert household.encode() not in blob


def test_public_has_no_answers_by_building(town, elders):
    assert gis.publish(town, elders, level="public").coverages[0].buildings is None


def test_buildings_of_fewer_than_k_households_are_not_told():
    homes = {f"h{n}": "few" if n < 4 else "many" for n in range(9)}
    place = walled_town(
        buildings=points({"few": (0, 20), "many": (20, 20)}), households=households(homes)
    )
    coverage = gis.cover(place, service="meals", limit="300m")
    told = gis.publish(place, coverage, level="planner").coverages[0].buildings
    assert pd.isna(told.loc["few", "covered"])
    assert pd.isna(told.loc["few", "minutes"])
    assert told.loc["many", "covered"]


def test_figures_of_the_whole_equal_the_coverage(town, elders):
    totals = gis.publish(town, elders, level="public").coverages[0].totals
    assert totals["total"] == elders.total
    assert totals["covered"] == elders.covered


def test_shown_grids_equal_the_summary(town, elders):
    shown = gis.publish(town, elders, level="public").coverages[0].by["grid"]
    summary = elders.summary("grid")
    known = shown["covered"].notna()
    assert known.any()
    assert (shown.loc[known, "covered"] == summary["covered"].reindex(shown.index)[known]).all()


def test_small_counts_of_a_grid_are_hidden(town):
    counts = gis.publish(town, level="public").counts
    for name in ("elders_60", "children_0_12", "low_income", "dual_earner_children"):
        shown = counts[name].dropna()
        assert ((shown == 0) | (shown >= 5)).all()


def test_total_of_a_coverage_and_the_count_of_its_weight_hide_the_same_grids(town):
    children = gis.cover(town, service="meals", weight="dual_earner_children")
    published = gis.publish(town, children, level="planner", k=20)
    by_grid = published.coverages[0].by["grid"]
    hidden = published.counts["dual_earner_children"].isna()
    assert hidden.any()
    assert (by_grid["total"].isna() == hidden).all()
    assert by_grid["covered"][hidden].isna().all()


def test_small_total_hides_every_figure_made_of_it():
    place = walled_town(
        buildings=points({"b1": (0, 20)}), households=households({"h1": "b1", "h2": "b1"})
    )
    coverage = gis.cover(place, service="meals", limit="300m")
    published = gis.publish(place, coverage, level="public").coverages[0]
    assert set(published.totals.values()) == {None}
    assert set(published.reasons["meals"].values()) == {None}


def test_floor_area_is_nobodys_secret():
    place = walled_town()
    coverage = gis.cover(place, service="meals", limit="300m", weight="residential_area")
    totals = gis.publish(place, coverage, level="public").coverages[0].totals
    assert totals["total"] == 0  # a point has no footprint


def test_the_same_district_publishes_the_same(town, elders):
    one, two = (gis.publish(town, elders, level="planner") for _ in range(2))
    pd.testing.assert_frame_equal(one.counts, two.counts)
    pd.testing.assert_frame_equal(one.coverages[0].buildings, two.coverages[0].buildings)


def test_title_date_and_synthetic_come_from_the_district_or_the_caller(town):
    told = gis.publish(town, level="public")
    assert (told.synthetic, told.date) == (True, town.facts["data_date"])
    assert gis.publish(town, level="public", date="2026-04-01").date == "2026-04-01"


@pytest.mark.parametrize(("options", "found"), [({"level": "staff"}, "staff"), ({"k": 1}, "1")])
def test_unknown_levels_and_tiny_k_are_refused(town, options, found):
    with pytest.raises(InputError, match=found):
        gis.publish(town, **({"level": "public"} | options))


def test_hidden_flags_never_become_numbers(town, elders):
    by = gis.publish(town, elders, level="public").coverages[0].by
    for table in by.values():
        numbers = table[["total", "covered", "share"]].to_numpy(dtype=float, na_value=np.nan)
        assert (np.isnan(numbers) | (numbers >= 0)).all()
