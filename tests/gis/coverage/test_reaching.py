"""All pairs within a limit, and law 4: parts joined are the whole."""

from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import box
from towns import points, random_town, stations, walled_town

import gis
from gis.district import building_points

LIMIT = 150
"""Metres, the horizon of the tiles below."""


def pairs(town, **asked):
    return gis.reach(town, service="meals", **({"limit": f"{LIMIT}m"} | asked))


def test_every_station_in_reach_is_listed_with_its_way():
    town = walled_town(
        compounds=None,
        buildings=points({"b1": (100, 10), "b2": (390, 0)}),
        stations=stations({"s2": (150, 0), "s1": (0, 5)}),
    )
    table = pairs(town, profile="walk_60", limit="2min")
    assert table.to_dict("list") == {
        "building": ["b1", "b1"],
        "station": ["s1", "s2"],
        "metres": [115.0, 60.0],
        "minutes": [1.917, 1.0],
    }


def test_nobody_in_reach_gives_no_rows():
    assert len(pairs(walled_town(stations=stations({})))) == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_nearest_of_all_pairs_is_what_coverage_tells(seed):
    town = random_town(seed)
    network = gis.build_network(town)
    table = pairs(town, network=network)
    detail = gis.cover(town, service="meals", limit=f"{LIMIT}m", network=network).detail
    near = table.sort_values(["metres", "station"]).drop_duplicates("building")
    inside = detail[detail["reason"] == "COVERED"].set_index("id")
    told = near.set_index("building").loc[inside.index]
    assert len(told) == len(near)
    assert (told["metres"] == inside["metres"]).all()
    assert (told["station"] == inside["station"]).all()
    pd.testing.assert_frame_equal(table, pairs(town, network=network, threads=1))


def tile(town, west, east):
    """What lies in a strip of the town, with a halo as wide as the horizon and a leg's reach."""
    halo = box(west - LIMIT - 100, -1e4, east + LIMIT + 100, 1e4)
    at = building_points(town.buildings).x
    return town.replace(
        streets=town.streets[town.streets.intersects(halo)],
        stations=town.stations[town.stations.intersects(halo)],
        buildings=town.buildings[(at >= west) & (at < east)],
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_tiles_with_a_halo_as_wide_as_the_horizon_join_to_the_whole(seed, count):
    town = random_town(seed, compounds=False)
    at = building_points(town.buildings).x
    cuts = np.linspace(at.min(), at.max() + 1, count + 1)
    tiles = [tile(town, *ends) for ends in pairwise(cuts)]
    assume(all(len(each.buildings) and len(each.streets) for each in tiles))
    joined = pd.concat([pairs(each) for each in tiles])
    keys = ["building", "station"]
    pd.testing.assert_frame_equal(
        joined.sort_values(keys, ignore_index=True),
        pairs(town).sort_values(keys, ignore_index=True),
    )
