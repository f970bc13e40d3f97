"""A week of answers: each hour is what asking for it alone would say."""

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from towns import households, points, random_town, stations, street_table

import gis
from gis.catalogue import schema_validator
from gis.coverage.searcher import Prices
from gis.district import build_district
from gis.errors import InputError
from gis.week import cover_week

HOURS = ["Mo-Fr 09:00-17:00", "工作日 8:00-20:00", "周末 白天", "Mo-Su 22:00-02:00", "24/7", None]


@pytest.fixture(scope="module")
def street():
    """
    One street, two homes of 3 and 2 elders and two canteens, each home near one.

        h1 s1 ------------------- 2000 m ------------------- s2 h2

    s1 is open on working days from 10:00 to 13:00, s2 at weekends from 10:00 to 13:30.
    """
    return build_district(
        "两头",
        "EPSG:4543",
        streets=street_table({"main": (("a", "z"), [(0, 0), (2000, 0)])}),
        buildings=points({"b1": (10, 5), "b2": (1990, 5)}),
        stations=stations(
            {"s1": (60, 5), "s2": (1940, 5)},
            hours=["工作日 10:00-13:00", "周末 10:00-13:10"],
        ),
        households=households({"h1": "b1", "h2": "b2"}, elders_60=[3, 2]),
    )


def week(district, **options):
    return cover_week(district, service="meals", profile="walk_60", weight="elders_60", **options)


def test_a_week_counted_by_hand(street):
    found = week(street)
    by_day = found.table.pivot(index="day", columns="hour", values="covered")
    assert by_day.loc[0, [9, 10, 12, 13]].to_list() == [0, 3, 3, 0]
    assert by_day.loc[5, [9, 10, 12, 13]].to_list() == [0, 2, 2, 2]
    assert found.units["hours"].to_dict() == {"h1": 5 * 3, "h2": 2 * 4}
    assert found.at_least(9).to_dict() == {"h1": True, "h2": False}
    assert found.at_least(0).all()
    left_out = [when.label() for when in found.hours_left_out("h1")]
    assert len(left_out) == 168 - 15
    assert "周一 09:00" in left_out
    assert "周一 10:00" not in left_out
    assert found.calendar is None
    assert found.table["kind"].isna().all()


def test_the_first_week_of_october_and_the_make_up_day(street):
    found = week(street, date="2026-10-01")
    covered = found.table[found.table["hour"] == 11].set_index("date")["covered"]
    # the canteen of the weekend says nothing of holidays: it keeps its Sunday
    assert covered.to_dict() == {f"2026-10-0{day}": 2 for day in range(1, 8)}
    after = week(street, date=date(2026, 10, 8)).table
    assert after[after["hour"] == 11]["covered"].to_list() == [3, 3, 3, 2, 3, 3, 3]
    assert after[after["hour"] == 11]["kind"].to_list() == [
        *("workday", "workday", "makeup", "weekend", "workday", "workday", "workday")
    ]
    assert found.calendar == "known"
    assert week(street, date="2027-10-01").calendar == "beyond"


def test_an_answer_for_a_date_says_whether_its_holidays_were_known(street):
    for when, calendar in (
        ("2026-10-01 10:00", "known"),
        ("2027-10-01 10:00", "beyond"),
        ("周四 10:00", None),
        (None, None),
    ):
        coverage = gis.cover(street, service="meals", when=when)
        told = coverage.to_dict()
        schema_validator("cover").validate(told)
        assert told["calendar"] == calendar
        assert gis.publish(street, coverage).coverages[0].calendar == calendar


def test_arriving_after_closing_does_not_count(street):
    # 1,930 m are 32 minutes and more at 60 m a minute; at 13:00 the canteen closes in 10
    near = week(street, limit="40min")
    at = {when.label(): covered for when, covered in zip(near.hours, near.covered, strict=True)}
    assert at["周六 12:00"] == 5
    assert at["周六 13:00"] == 2


def test_a_day_that_is_none_and_hours_beyond_the_week_are_refused(street):
    with pytest.raises(InputError, match="请写成 2026-10-01"):
        week(street, date="国庆")
    with pytest.raises(InputError, match="一周有 168 小时"):
        week(street).at_least(169)
    with pytest.raises(InputError, match="没有“block”"):
        week(street).summary("block")


def with_hours(town, stations, gates):
    """Return the town with these hours."""
    texts = {"hours": "string"}
    return town.replace(
        stations=town.stations.assign(hours=stations).astype(texts),
        gates=town.gates.assign(hours=gates).astype(texts),
    )


def assert_same(town, start, hours):
    network = gis.build_network(town)
    asked = {"service": "meals", "profile": "walk_48", "limit": "5min", "network": network}
    found = cover_week(town, date=start, **asked)
    prices = Prices(network)
    for at in hours:
        one = gis.cover(town, when=found.hours[at], prices=prices, **asked)
        assert (one.units["covered"].to_numpy() == found.flags[found.state[at]]).all()


def test_a_week_is_168_separate_answers():
    town = random_town(17)
    rng = np.random.default_rng(0)
    drawn = [rng.choice(np.array(HOURS), len(table)) for table in (town.stations, town.gates)]
    assert_same(with_hours(town, *drawn), date(2026, 9, 30), range(168))


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    start=st.sampled_from([None, date(2026, 9, 30), date(2026, 12, 28)]),
    hours=st.sets(st.integers(0, 167), min_size=8, max_size=8),
    data=st.data(),
)
def test_hours_of_any_week_are_what_asking_for_them_alone_says(seed, start, hours, data):
    town = random_town(seed)
    drawn = [
        data.draw(st.lists(st.sampled_from(HOURS), min_size=len(table), max_size=len(table)))
        for table in (town.stations, town.gates)
    ]
    assert_same(with_hours(town, *drawn), start, hours)


def test_all_requirements_of_a_circle_hold_at_one_hour():
    town = gis.sample("ginkgo")
    network = gis.build_network(town)
    found = cover_week(town, circle="elder", network=network)
    for at in (11, 34, 60, 131, 156):
        one = gis.cover(town, circle="elder", network=network, when=found.hours[at])
        assert (one.units["covered"].to_numpy() == found.flags[found.state[at]]).all()
        assert found.covered[at] == pytest.approx(one.covered)


def test_groups_add_up_to_the_whole_at_every_hour():
    town = gis.sample("ginkgo")
    found = cover_week(town, service="meals", weight="elders_60")
    for by in ("grid", "community"):
        sums = found.summary(by).groupby(["day", "hour"])[["total", "covered"]].sum()
        assert np.allclose(sums["covered"].to_numpy(), found.covered)
        assert np.allclose(sums["total"], found.total)
    schema_validator("week").validate(found.to_dict("grid"))
    assert (found.units["hours"] * found.units["weight"]).sum() == pytest.approx(
        found.covered.sum()
    )


def test_a_place_without_stations_or_homes_has_a_week_too():
    streets = street_table({"main": (("a", "z"), [(0, 0), (100, 0)])})
    empty = build_district("空", "EPSG:4543", streets=streets)
    found = cover_week(empty, service="meals")
    assert found.total == 0
    assert found.table["share"].isna().all()
    schema_validator("week").validate(found.to_dict("grid"))
    alone = build_district(
        "孤", "EPSG:4543", streets=streets, buildings=points({"b": (5, 5)}, households=[2])
    )
    assert cover_week(alone, service="meals", weight="households").covered.tolist() == [0.0] * 168
