"""
What is published of a plan tells of no few people, whatever is added or subtracted.

The attacker is a linear programme of its own (scipy), who knows every region by the map: which
units each figure sums up, which cells are empty, and all that is told, exact or rounded.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import gis
from gis.privacy.figures import Figures, curve_regions, regions_of
from gis.privacy.regions import COARSE, EXACT, HIDDEN, ROUNDED, rounded, tellable

K = 5


def ranges(cells, mass, low, high):
    """Least and greatest value of every cell in all worlds that fit."""
    rows = np.vstack([cells, -cells])
    limits = np.r_[high, -low]
    known = np.isfinite(limits)
    found = []
    for cell in range(len(mass)):
        ends = []
        for sign in (1.0, -1.0):
            cost = sign * np.eye(len(mass))[cell]
            answer = linprog(cost, A_ub=rows[known], b_ub=limits[known] + 1e-7)
            ends.append(np.inf if answer.status == 3 else sign * answer.fun)
        found.append(tuple(ends))
    return found


def bounds_of(sums, ways):
    half = np.select([ways == EXACT, ways == ROUNDED, ways == COARSE], [0.0, K, 5 * K], np.inf)
    near = np.where(ways == HIDDEN, 0.0, np.nan_to_num(rounded(sums, ways, K)))
    return np.where(ways == HIDDEN, 0.0, near - half), near + half


@st.composite
def overlapping(draw):
    """Units with weights, and figures over any of them; the first is the whole."""
    units = draw(st.integers(1, 7))
    weights = draw(st.lists(st.integers(0, 20), min_size=units, max_size=units))
    flags = st.lists(st.booleans(), min_size=units, max_size=units)
    regions = draw(st.lists(flags, min_size=1, max_size=6))
    whole = [True] * units
    return np.array([whole, *regions]), np.array(weights, dtype=float)


@settings(max_examples=150, deadline=None)
@given(overlapping(), st.booleans())
def test_no_cell_of_a_few_is_narrowed_below_k_values(place, may_round):
    regions, weights = place
    told = np.zeros(len(regions), dtype=bool)
    told[0] = True
    never = (regions @ weights > 0) & (regions @ weights < K)
    never[0] = False
    roundable = np.full(len(regions), may_round)
    ways = tellable(regions, weights, told, K, roundable=roundable, never=never)
    assert ways[0] == EXACT
    assert not ways[never].any()
    counted = weights > 0
    unique, cell = np.unique(regions[:, counted].T, axis=0, return_inverse=True)
    mass = np.bincount(cell.ravel(), weights[counted], len(unique))
    cells = unique.T.astype(float)
    sums = cells @ mass
    before = ranges(cells, mass, *bounds_of(sums, np.where(told, EXACT, HIDDEN)))
    after = ranges(cells, mass, *bounds_of(sums, ways))
    for count, (low, high), (first, last) in zip(mass, after, before, strict=True):
        if 0 < count < K and last - first >= K:
            assert high - low >= K - 1e-5


def test_what_two_large_figures_differ_by_is_not_given_away():
    weights = np.array([40.0, 3.0, 30.0])
    regions = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0]], dtype=bool)
    told = np.array([True, False, False])
    ways = tellable(regions, weights, told, K)
    assert ways.tolist() == [EXACT, EXACT, HIDDEN]
    near = tellable(regions, weights, told, K, roundable=np.ones(3, dtype=bool))
    assert near.tolist() == [EXACT, EXACT, ROUNDED]
    assert rounded(regions @ weights, near, K).tolist() == [73.0, 43.0, 40.0]


def test_where_nobody_is_few_everything_is_told():
    regions = np.array([[1, 1], [1, 0]], dtype=bool)
    told = np.array([True, False])
    assert tellable(regions, np.array([40.0, 30.0]), told, K).all()


@pytest.fixture(scope="module")
def town():
    return gis.sample("ginkgo")


@pytest.fixture(scope="module")
def plans(town):
    asked = {"service": "meals", "profile": "walk_48", "weight": "elders_60"}
    return [gis.choose_sites(town, count=count, **asked) for count in (2, 3)]


@pytest.fixture(scope="module")
def published(town, plans):
    return gis.publish(town, *plans, level="planner", areas=False)


def figures_told(published, plans):  # noqa: C901 - one loop a table
    """All that is told of plans, as regions over units and intervals, from the tables alone."""
    rows, low, high = [], [], []
    units = plans[0].before.units
    figures = Figures(plans[0].asking.services, units["weight"].to_numpy(dtype=float))
    grid = units["grid"].fillna("").to_numpy()

    def tell(region, value, half=0.0):
        if not pd.isna(value):
            rows.append(np.asarray(region, dtype=float))
            low.append(float(value) - half)
            high.append(float(value) + half)

    def about(value, names, name):
        """How far from a rounded value the true one may be, as far as a reader knows."""
        if name not in str(names).split("|"):
            return 0.0
        return 5 * K if value % (10 * K) == 0 else K

    for plan, told in zip(plans, published.plans, strict=True):
        regions = regions_of(plan, figures)
        for coverage, part in zip(
            (plan.before, plan.after), (told.before[0], told.after[0]), strict=True
        ):
            covered = coverage.units["covered"].to_numpy()
            tell(covered, part.totals["covered"])
            tell(np.ones(len(units)), part.totals["total"])
            for name, row in part.by["grid"].iterrows():
                tell(grid == name, row["total"])
                tell((grid == name) & covered, row["covered"])
            for reason, value in part.reasons["meals"].items():
                tell(
                    coverage.units["reason"].to_numpy() == reason,
                    np.nan if value is None else value,
                )
        for place, row in enumerate(told.sites.itertuples()):
            for name, column in (
                ("gain", "gain"),
                ("serves", "serves"),
                ("only", "only"),
                ("only", "lost"),
                ("runner_up", "runner_up_gain"),
            ):
                value = getattr(row, column)
                half = 0.0 if pd.isna(value) else about(value, row.rounded, column)
                tell(getattr(regions, name)[place], value, half)
        for region, (_, row) in zip(
            curve_regions(plan, figures, told.curve), told.curve.iterrows(), strict=True
        ):
            half = 5 * K if row["rounded"] and row["covered"] % (10 * K) == 0 else K
            tell(region, row["covered"], half if row["rounded"] else 0.0)
    return np.array(rows), np.array(low), np.array(high), figures.weights


def test_every_figure_told_is_true_or_near(plans, published):
    regions, low, high, weights = figures_told(published, plans)
    sums = regions @ weights
    assert ((low <= sums + 1e-6) & (sums <= high + 1e-6)).all()
    assert len(regions) > 60


def test_nobody_can_work_out_a_few_people_from_a_published_plan(plans, published):
    regions, low, high, weights = figures_told(published, plans)
    counted = weights > 0
    unique, cell = np.unique(regions[:, counted].T, axis=0, return_inverse=True)
    mass = np.bincount(cell.ravel(), weights[counted], len(unique))
    after = ranges(unique.T, mass, low, high)
    small = (mass > 0) & (mass < K)
    assert small.any()
    narrow = [
        place for place in np.flatnonzero(small) if after[place][1] - after[place][0] < K - 1e-5
    ]
    # what the coverage before tells by itself is not the plan's doing: a few without a position
    of_before = [place for place in narrow if regions[:, cell.ravel() == place].size]
    told_before = gis_only_before(plans, published, unique, cell, mass, counted)
    assert set(of_before) <= told_before


def gis_only_before(plans, published, unique, cell, mass, counted):
    """Cells that are narrow already from the coverage before, in the same cells."""
    bare = [
        replace(
            plan,
            after=plan.before,
            sites=plan.sites.iloc[:0],
            curve=plan.curve.iloc[:0],
        )
        for plan in published.plans
    ]
    only = replace(published, plans=tuple(bare))
    fake = [replace(plan, coverages_after=plan.coverages_before) for plan in plans]
    regions, low, high, _ = figures_told(only, fake)
    first = [np.flatnonzero(cell.ravel() == place)[0] for place in range(len(mass))]
    cells = regions[:, np.flatnonzero(counted)][:, first]
    return {
        place
        for place, (least, most) in enumerate(ranges(cells, mass, low, high))
        if most - least < K - 1e-5
    }


def test_no_small_figure_stands_in_any_table(published):
    for plan in published.plans:
        tables = [plan.sites[["gain", "serves", "only", "lost", "runner_up_gain"]]]
        tables += [
            part.by[name][["total", "covered"]]
            for part in (*plan.before, *plan.after)
            for name in part.by
        ]
        for table in tables:
            numbers = table.to_numpy(dtype=float, na_value=0.0)
            assert not ((numbers > 0) & (numbers < K)).any()
        for part in plan.after:
            rest = (part.by["grid"]["total"] - part.by["grid"]["covered"]).dropna()
            assert not ((rest > 0) & (rest < K)).any()
        for value in (*plan.unreached["reasons"].values(), *plan.unreached["grids"].values()):
            assert value is None or value == 0 or value >= K


def test_buildings_are_for_planners_alone_and_of_k_households(town, plans, published):
    public = gis.publish(town, plans[0], level="public", areas=False, curve=False).plans[0]
    assert public.before[0].buildings is public.after[0].buildings is None
    assert public.curve is None
    told = published.plans[0].after[0].buildings
    few = town.households["building"].value_counts().reindex(told.index, fill_value=0) < K
    assert told.loc[few, "covered"].isna().all()


def test_sites_are_places_and_public(town, plans):
    public = gis.publish(town, plans[0], level="public", areas=True, curve=False).plans[0]
    assert public.sites.index.tolist() == plans[0].sites.index.tolist()
    assert public.sites["lon"].tolist() == plans[0].sites["lon"].tolist()
    assert set(public.areas["site"]) == set(public.sites.index)
    assert public.status == "proved optimal"


def test_at_an_hour_each_new_site_still_has_its_area(town):
    plan = gis.choose_sites(town, service="meals", count=2, profile="walk_48", when="周六 11:30")
    told = gis.publish(town, plan, level="public", curve=False).plans[0]
    assert set(told.areas["site"]) == set(plan.sites.index)
    assert not told.areas.geometry.is_empty.any()


def test_minutes_and_twice_covered_are_told_only_where_no_few_follow(town):
    asked = {"service": "meals", "count": 2, "profile": "walk_48", "weight": "elders_60"}
    minutes = gis.choose_sites(town, goal="minutes", **asked)
    backup = gis.choose_sites(town, goal="backup", **asked)
    told = gis.publish(town, minutes, backup, level="public", areas=False, curve=False).plans
    assert told[0].objective == minutes.objective
    assert told[0].measure == "weight_minutes"
    assert told[1].objective in {None, backup.objective}
    # what a site adds to those covered twice is no sum that was looked at
    assert told[1].sites["gain"].isna().all()


def test_floor_area_is_nobodys_secret():
    town = gis.sample("ginkgo")
    plan = gis.choose_sites(
        town, service="meals", count=2, profile="walk_48", weight="residential_area"
    )
    told = gis.publish(town, plan, level="public", areas=False).plans[0]
    assert told.covered_after == pytest.approx(plan.covered_after, abs=0.1)
    assert (told.sites["rounded"] == "").all()
    assert np.allclose(told.sites["gain"].astype(float), plan.sites["gain"], atol=0.1)


def test_the_same_plans_publish_the_same(town, plans, published):
    again = gis.publish(town, *plans, level="planner", areas=False)
    for one, two in zip(published.plans, again.plans, strict=True):
        pd.testing.assert_frame_equal(one.sites, two.sites)
        pd.testing.assert_frame_equal(one.curve, two.curve)
