"""The ginkgo street has people behind every kind of hindrance, so that each can be seen."""

import pytest

from gis.coverage import cover
from gis.district import District
from gis.samples import sample

LEAST = 0.02
"""Share of elders that each of at least three reasons holds (the issue's figure)."""


@pytest.fixture(scope="module", params=[0, 1])
def street(request: pytest.FixtureRequest) -> District:
    return sample("ginkgo", seed=request.param)


def test_four_reasons_hold_two_percent_of_the_elders_each(street: District) -> None:
    units = cover(street, circle="elder", weight="elders_60").units
    shares = units.groupby("reason")["weight"].sum() / units["weight"].sum()
    held = set(shares[shares >= LEAST].index) - {"COVERED"}
    assert held >= {"LOCKED_IN", "WALL", "STEPS", "TOO_FAR"}
    assert shares["OFF_STREET"] > 0
    assert 0 < shares["BAD_POSITION"] < 0.01


def test_unknown_gates_matter_both_ways(street: District) -> None:
    elders = cover(street, circle="elder", weight="elders_60")
    assert elders.share_low < elders.share < elders.share_high


def test_first_community_of_a_fifth_of_a_square_kilometre_has_gaps_too(street: District) -> None:
    elders = cover(street, circle="elder", profile="walk_36", limit="10min", weight="elders_60")
    inside = elders.units.loc[elders.units["community"] == "990101001001", "covered"]
    assert 0 < inside.mean() < 1


def test_some_stations_are_shut_at_night(street: District) -> None:
    by_day = cover(street, service="meals", when="周三 11:30", weight="elders_60")
    at_night = cover(street, service="meals", when="周三 23:30", weight="elders_60")
    assert at_night.covered < by_day.covered


def test_a_quarter_of_the_elders_could_not_leave_home_in_a_wheelchair(street: District) -> None:
    units = cover(street, circle="elder", profile="wheelchair", weight="elders_60").units
    shares = units.groupby("reason")["weight"].sum() / units["weight"].sum()
    assert shares["FLOOR"] > 0.25
