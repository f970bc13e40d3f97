"""Coverage where stations run out of places."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import points, random_town, stations, street_table, walled_town

import gis
from gis.district import build_district
from gis.errors import InputError

CRS = "EPSG:4543"


def row_of_homes(capacity, *, people=(2, 1, 1), second=None, **more):
    """
    One street, homes b1, b2, b3 at 10, 20, 30 m, station s1 at 0 m, perhaps s2 at 100 m.

        s1 - b1 - b2 - b3 ------- s2
    """
    homes = {f"b{k}": (10.0 * k, 0.0) for k in (1, 2, 3)}
    posts = {"s1": (0.0, 0.0)} | ({"s2": (100.0, 0.0)} if second is not None else {})
    places = [capacity] + ([second] if second is not None else [])
    tables = {
        "streets": street_table({"main": (("a", "z"), [(0, 0), (200, 0)])}),
        "buildings": points(homes, people=list(people)),
        "stations": stations(posts, capacity=places),
    }
    return build_district("row", CRS, **(tables | more))


def asked(town, **more):
    return gis.cover(town, service="meals", weight="people", capacity=True, **more)


def test_the_nearest_get_the_places_and_the_rest_are_full():
    units = asked(row_of_homes(3)).units
    assert units["reason"].tolist() == ["COVERED", "COVERED", "FULL"]


def test_a_home_given_too_few_places_is_full():
    """The one place goes to the nearest person, of a home of two."""
    coverage = asked(row_of_homes(1))
    assert coverage.units["reason"].tolist() == ["FULL", "FULL", "FULL"]
    assert coverage.answers[0].assignment.table["unit"].tolist() == ["b1"]


def test_places_elsewhere_are_used_before_anybody_is_full():
    coverage = asked(row_of_homes(3, second=1))
    assert coverage.units["covered"].all()
    told = coverage.answers[0].assignment.table
    assert told["people"].sum() == 4


def test_unknown_capacity_is_enough_for_everybody():
    assert asked(row_of_homes(None)).units["covered"].all()


def test_without_asking_for_it_places_do_not_count():
    town = row_of_homes(0)
    assert gis.cover(town, service="meals", weight="people").share == 1.0
    assert asked(town).share == 0.0


def test_priority_goes_before_nearness():
    town = row_of_homes(1, people=(1, 1, 1))
    town = town.replace(buildings=town.buildings.assign(elders_80=pd.array([0, 0, 1], "Int64")))
    assert asked(town).units["covered"].tolist() == [True, False, False]
    first = asked(town, priority="elders_80").units["covered"]
    assert first.tolist() == [False, False, True]


def test_the_places_named_close_the_gaps():
    town = row_of_homes(2, people=(1, 1, 3))
    gaps = gis.explain(town, asked(town))
    assert gaps["fix"].tolist() == ["add_places"]
    assert gaps["fix_subject"].tolist() == ["s1"]
    assert "3 个名额" in gaps["fix_zh"][0]
    assert asked(row_of_homes(5, people=(1, 1, 3))).share == 1.0
    assert asked(row_of_homes(4, people=(1, 1, 3))).share < 1.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 6))
def test_reasons_add_up_and_one_more_place_serves_nobody_less(seed, capacity):
    town = random_town(seed)
    network = gis.build_network(town)

    def served(places):
        some = town.replace(stations=town.stations.assign(capacity=float(places)))
        coverage = gis.cover(some, service="meals", capacity=True, network=network)
        counts = coverage.reasons["meals"]
        assert sum(counts.values()) == coverage.total
        assert counts.get("FULL", 0) + counts.get("COVERED", 0) == free.reasons["meals"].get(
            "COVERED", 0
        )
        return coverage.answers[0].assignment.served

    free = gis.cover(town, service="meals", network=network)
    assert served(capacity) <= served(capacity + 1)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"weight": "residential_area"}, "weight"),
        ({"priority": "elders_90"}, "elders_90"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(more, said):
    with pytest.raises(InputError, match=said):
        gis.cover(walled_town(), **({"service": "meals", "capacity": True} | more))
