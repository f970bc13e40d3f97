"""Open for what is asked, how long still, and the states of a week."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import InputError
from gis.places.hours import open_at, parse_when
from gis.places.opening import hour_groups, opening, week_hours, week_states
from gis.places.schedule import states_at

TEXTS = [
    "Mo-Fr 09:00-17:00",
    "Mo-Fr 09:00-12:00,14:00-17:00; PH off",
    "工作日20:00-02:00",
    "周末 白天",
    "24/7",
    "Sa 22:00-06:00; Su 06:00-08:00",
    "Mo-Su 00:00-24:00; We off",
    "off",
    "看门上的通知",
    'Mo-Fr 10:00-12:00 unknown "call"',
    "Fr 12:00-36:00",
]
DAYS = st.dates(date(2026, 1, 1), date(2027, 2, 1))


def places(hours, service_hours=None, services=None):
    count = len(hours)
    return pd.DataFrame(
        {
            "hours": hours,
            "service_hours": service_hours or [None] * count,
            "services": services or ["meals"] * count,
        },
        dtype="string",
    )


def test_minutes_left_until_closing():
    found = opening(places(["Mo-Fr 09:00-17:00", "24/7", None, "off"]), {"meals"},
                    parse_when("周五 16:48"))  # fmt: skip
    assert found.open.tolist() == [True, True, True, False]
    assert found.left.tolist() == [12, np.inf, np.inf, 0]
    assert found.known.tolist() == [True, True, False, True]


@pytest.mark.parametrize(
    ("hours", "when", "left"),
    [
        ("22:00-02:00", "周三 23:30", 150),
        ("22:00-02:00", "周三 01:59", 1),
        # Sunday's night ends on Monday
        ("Su 22:00-02:00", "周日 23:00", 180),
        # two spans that touch at midnight are one
        ("Sa 20:00-24:00; Su 00:00-03:00", "周六 23:00", 240),
        ("09:00-12:00,12:00-17:00", "周一 11:00", 360),
        ("Mo-Su 00:00-24:00; We off", "周二 23:00", 60),
    ],
)
def test_closing_across_midnight(hours, when, left):
    assert opening(places([hours]), {"meals"}, parse_when(when)).left.tolist() == [left]


def test_closing_further_off_than_asked_is_no_closing():
    left = [opening(places(["09:00-17:00"]), {"meals"}, parse_when("周一 16:30"), ahead=ahead).left[0]
            for ahead in (29, 30)]  # fmt: skip
    assert left == [np.inf, 30]


@settings(max_examples=60)
@given(
    text=st.sampled_from(TEXTS),
    day=DAYS,
    minute=st.integers(0, 1439),
    country=st.sampled_from([None, "CN"]),
)
def test_minutes_left_agree_with_asking_minute_by_minute(text, day, minute, country):
    when = parse_when(f"{day} {minute // 60:02d}:{minute % 60:02d}")
    found = opening(places([text]), {"meals"}, when, country=country, ahead=180)
    is_open = []
    for later in range(181):
        at = minute + later
        asked = parse_when(f"{day + timedelta(days=at // 1440)} {at // 60 % 24:02d}:{at % 60:02d}")
        is_open.append(open_at(pd.Series([text]), asked, country=country).iloc[0])
    if is_open[0] is pd.NA:
        assert (found.open[0], found.known[0], found.left[0]) == (True, False, np.inf)
        return
    shut = [later for later, state in enumerate(is_open) if state is pd.NA or not state]
    assert bool(found.open[0]) is bool(is_open[0])
    assert found.left[0] == (shut[0] if shut else np.inf)


@given(st.integers(1, 30), st.integers(0, 47), DAYS)
def test_a_night_belongs_to_the_day_it_begins_on(hours, start, day):
    # second method: count the half hours of one weekday's span
    end = start + min(hours, 48)
    name = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"][day.weekday()]
    clock = [f"{half // 2:02d}:{half % 2 * 30:02d}" for half in (start, end)]
    halves = np.arange(-48, 96)
    state, _ = states_at(f"{name} {clock[0]}-{clock[1]}", day, halves * 30, None)
    assert ((state == 1) == ((start <= halves) & (halves < end))).all()


def test_a_service_with_hours_of_its_own_follows_them():
    table = places(
        ["Mo-Fr 08:00-18:00", "Mo-Fr 08:00-18:00", "Mo-Fr 08:00-18:00"],
        ["meals=Mo-Fr 10:00-13:00|reading=周末 9:00-17:00", None, "reading=off"],
        ["meals|reading|day_care", "meals", "reading|meals"],
    )

    def asked(services, when):
        return opening(table, services, parse_when(when)).open.tolist()

    assert asked({"meals"}, "周一 09:00") == [False, True, True]
    assert asked({"day_care"}, "周一 09:00") == [True, True, True]
    assert asked({"reading"}, "周六 10:00") == [True, False, False]
    # either will do; the second offers only meals
    assert asked({"meals", "reading"}, "周六 10:00") == [True, False, False]
    # gates have no services
    assert opening(table[["hours"]], (), parse_when("周一 09:00")).open.all()


def test_of_several_services_the_one_open_longest_counts():
    table = places(["off"], ["meals=10:00-13:00|reading=10:00-12:00"], ["meals|reading"])
    found = opening(table, {"meals", "reading"}, parse_when("周一 11:00"))
    assert found.left.tolist() == [120]


def test_without_a_time_everything_is_open_and_an_unknown_country_is_refused():
    found = opening(places(["off", None]), {"meals"}, None)
    assert found.open.all()
    assert found.known.all()
    assert np.isinf(found.left).all()
    with pytest.raises(InputError, match="请写 ISO 代码"):
        opening(places(["off"]), {"meals"}, parse_when("2026-10-01 10:00"), country="XX1")
    empty = opening(places([]), {"meals"}, parse_when("周一 9:00"))
    assert len(empty.open) == len(empty.left) == 0


@settings(max_examples=25)
@given(st.lists(st.sampled_from([*TEXTS, None]), max_size=6), st.one_of(st.none(), DAYS))
def test_a_week_is_168_openings(hours, start):
    table = places(hours)
    week = week_states(table, {"meals"}, start, country="CN", ahead=60)
    for at, when in enumerate(week_hours(start)):
        one = opening(table, {"meals"}, when, country="CN", ahead=60)
        assert (week.open[:, at] == one.open).all()
        assert (week.left[:, at] == one.left).all()
        assert (week.known[:, at] == one.known).all()
    group, first = hour_groups([week.open, week.left])
    assert (first[group] <= np.arange(168)).all()
    assert (week.open == week.open[:, first[group]]).all()
    assert (week.left == week.left[:, first[group]]).all()
    assert len(first) == len({tuple(column) for column in np.r_[week.open, week.left].T})


def test_the_hours_of_a_week_name_themselves():
    plain, october = week_hours(), week_hours(date(2026, 10, 1))
    assert [plain[at].label() for at in (0, 25, 167)] == ["周一 00:00", "周二 01:00", "周日 23:00"]
    assert october[24].label(country="CN") == "2026-10-02 周五 00:00（国庆节）"
    assert parse_when(october[30].text) == october[30]
