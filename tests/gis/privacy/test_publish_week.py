"""A published week tells no small count, neither by itself nor by differences."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from towns import households, points, stations, street_table

import gis
from gis.district import build_district
from gis.privacy import publish
from gis.privacy.week import apart
from gis.week import cover_week


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=30),
    st.integers(60, 70),
    st.lists(st.integers(10, 50), max_size=2),
)
def test_figures_that_are_shown_lie_kapart(values, total, told):
    values = np.array(values, dtype=float)
    told = [one for one in told if all(abs(one - other) >= 5 or one == other for other in told)]
    shown = apart(values, [0.0, float(total), *told], 5)
    kept = np.array(sorted({0.0, float(total), *map(float, told), *values[shown]}))
    steps = np.diff(np.array(sorted({*values[shown], 0.0, float(total)})))
    assert (steps >= 5).all()
    assert len(kept) == 1 or (np.diff(kept)[np.isin(kept[1:], values[shown])] >= 5).all()
    # nothing is hidden without need
    for value in values[~shown]:
        assert (np.abs(kept - value) < 5).any()


def town(counts):
    """Canteens at homes far from each other; those of home n are open from 10:00 + n hours."""
    names = [f"b{n}" for n in range(len(counts))]
    places = {name: (1500.0 * n, 5.0) for n, name in enumerate(names)}
    return build_district(
        "散户",
        "EPSG:4543",
        streets=street_table({"main": (("a", "z"), [(-100, 0), (1500 * len(counts), 0)])}),
        buildings=points(places),
        stations=stations(
            {f"s{name}": (x + 20, 5) for name, (x, _) in places.items()},
            hours=[f"{10 + n}:00-{11 + n}:00" for n in range(len(counts))],
        ),
        households=households({f"h{name}": name for name in names}, elders_60=counts),
    )


def shares(counts, **options):
    place = town(counts)
    week = cover_week(place, service="meals", weight="elders_60", profile="walk_60", **options)
    return publish(place, week).weeks[0]


def test_hours_at_which_few_are_covered_are_hidden():
    found = shares([3, 20, 23, 40])
    at = found.hours[found.hours["day"] == 0]["share"]
    # 3 are too few; 23 would tell that 3 more are covered than by 20
    assert at.isna().to_list() == [hour in {10, 12} for hour in range(24)]
    assert at[11] == pytest.approx(20 / 86, abs=1e-4)
    assert at[13] == pytest.approx(40 / 86, abs=1e-4)
    assert found.total == 86


def test_a_place_of_few_tells_nothing():
    found = shares([2, 1])
    assert found.total is None
    assert found.hours["share"].isna().all()


def test_a_week_beside_a_coverage_keepsapart_from_it():
    place = town([20, 40])
    week = cover_week(place, service="meals", weight="elders_60", profile="walk_60")
    whole = gis.cover(place, service="meals", weight="elders_60", profile="walk_60")
    # as if 22 were covered without hours: 20 at 10:00 would tell the two
    units = whole.units.assign(covered=[True, False])
    units["weight"] = [22.0, 40.0]
    whole = replace(whole)
    whole.__dict__["units"] = units
    published = publish(place, whole, week)
    assert len(published.coverages) == len(published.weeks) == 1
    at = published.weeks[0].hours["share"]
    assert at[10] is not None
    assert bool(at.isna()[10])
    assert not at.isna()[11]


def test_holidays_are_named_and_the_calendar_is_marked():
    place = town([20, 40])
    week = cover_week(place, service="meals", weight="elders_60", date="2026-10-07")
    found = publish(place, week).weeks[0]
    first = found.hours.groupby("day").first()
    assert first["name_zh"].to_list() == ["国庆节", "", "", "调休上班", "", "", ""]
    assert (found.start, found.calendar) == ("2026-10-07", "known")
    plain = publish(place, cover_week(place, service="meals")).weeks[0]
    assert (plain.start, plain.calendar) == (None, None)
    assert (plain.hours["name_zh"] == "").all()
