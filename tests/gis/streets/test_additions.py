"""Places added later: the same answers as a network built anew, and nothing moves."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point
from towns import CRS, random_town, stations, walled_town

from gis.district import build_district
from gis.streets import Access, Unknown, Walker, build_network
from gis.streets.access import Lift
from gis.streets.additions import with_stations
from gis.streets.search import connected, kth_nearest, price

HORIZON = 10**8
WALKERS = [Walker(None), Walker(60.0, 2.0), Walker(48.0, None)]
ACCESSES = [
    *(Access(unknown) for unknown in Unknown),
    *(Access(lifts=frozenset({lift})) for lift in Lift),
    Access(Unknown.OPEN, frozenset(Lift)),
]


def with_more(town, places):
    """Return the town with more stations, ``{id: (x, y)}``, at the end of the table."""
    more = stations(places)
    table = pd.concat([town.stations, more.reindex(columns=town.stations.columns)])
    changed = build_district(town.name, CRS, stations=table)
    return town.replace(stations=changed.stations)


def moved(town, station, place):
    """Return the town with one station elsewhere."""
    shapes = town.stations.geometry.copy()
    shapes[station] = Point(place)
    return town.replace(stations=town.stations.set_geometry(shapes))


def told(network, walker, access, k=1):
    priced = price(network, walker, access)
    rows = np.arange(len(network.station))
    ways, _ = kth_nearest(priced, rows, HORIZON, k)
    held = connected(network, priced.parts, rows, k) if len(rows) >= k else []
    return [ways.cost, ways.mm, ways.station, ways.gate, ways.estimated, np.asarray(held)]


def assert_same_answers(one, two, walkers=WALKERS):
    for walker in walkers:
        for access in ACCESSES:
            for a, b in zip(told(one, walker, access), told(two, walker, access), strict=True):
                np.testing.assert_array_equal(a, b)


places = st.tuples(st.floats(-30, 300), st.floats(-30, 300))


@settings(max_examples=40)
@given(st.integers(0, 100_000), st.lists(places, min_size=1, max_size=3), st.sampled_from(WALKERS))
def test_stations_added_later_answer_as_if_built_in(seed, where, walker):
    town = random_town(seed)
    after = with_more(town, {f"x{k}": place for k, place in enumerate(where)})
    rows = np.arange(len(town.stations), len(after.stations))
    grown = with_stations(build_network(town), after, rows)
    assert_same_answers(grown, build_network(after), [walker])


@settings(max_examples=30)
@given(st.integers(0, 100_000), places, places)
def test_stations_added_one_after_the_other_answer_as_if_built_in(seed, one, two):
    town = random_town(seed)
    first = with_more(town, {"x1": one})
    # the second stands near the first, often on the same stretch of street
    second = with_more(first, {"x2": (one[0] + two[0] / 20, one[1] + two[1] / 20)})
    count = len(town.stations)
    grown = with_stations(build_network(town), first, np.array([count]))
    grown = with_stations(grown, second, np.array([count + 1]))
    assert_same_answers(grown, build_network(second), [WALKERS[1]])


@settings(max_examples=40)
@given(st.integers(0, 100_000), places)
def test_a_station_moved_answers_as_if_it_had_always_stood_there(seed, where):
    town = random_town(seed)
    after = moved(town, town.stations.index[0], where)
    grown = with_stations(build_network(town), after, np.array([0]))
    assert_same_answers(grown, build_network(after), [WALKERS[1]])


@settings(max_examples=30)
@given(st.integers(0, 100_000), places)
def test_nothing_that_was_there_moves(seed, where):
    town = random_town(seed)
    before = build_network(town)
    after = with_more(town, {"x": where})
    grown = with_stations(before, after, np.array([len(town.stations)]))
    count = len(before.arcs)
    pd.testing.assert_frame_equal(grown.arcs.iloc[:count], before.arcs)
    np.testing.assert_array_equal(grown.side[: before.size], before.side)
    np.testing.assert_array_equal(grown.building, before.building)
    np.testing.assert_array_equal(grown.station[:-1], before.station)


def test_adding_no_station_changes_nothing():
    town = walled_town()
    before = build_network(town)
    grown = with_stations(before, town, np.array([], dtype=np.int64))
    assert_same_answers(grown, before)
    assert len(grown.arcs) == len(before.arcs)
