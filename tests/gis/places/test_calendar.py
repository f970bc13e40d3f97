"""Holidays and make-up working days of China, and whose hours hold on them."""

from datetime import date, timedelta

import chinese_calendar
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.places.calendar import KNOWN_YEARS, country_of, day_kind
from gis.places.hours import open_at, parse_when

NOTICES = {
    # from the yearly notices of the State Council: weekends worked, first and last days off
    "makeup": [
        *("2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11"),
        *("2024-09-14", "2024-09-29", "2024-10-12", "2025-01-26", "2025-02-08"),
        *("2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14"),
        *("2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
    ],
    "holiday": [
        *("2024-02-10", "2024-02-17", "2024-10-07", "2025-01-28", "2025-02-04", "2025-10-08"),
        *("2026-01-01", "2026-01-03", "2026-02-15", "2026-02-23", "2026-10-01", "2026-10-07"),
    ],
    "workday": ["2024-02-19", "2025-02-05", "2026-02-24", "2026-10-08"],
    "weekend": ["2024-03-02", "2025-03-01", "2026-02-07", "2026-10-11"],
}


def is_open(hours, when, country="CN"):
    return open_at(pd.Series([hours], dtype="string"), parse_when(when), country=country).iloc[0]


@pytest.mark.parametrize(
    ("kind", "day"), [(kind, day) for kind in NOTICES for day in NOTICES[kind]]
)
def test_days_are_what_the_notices_say(kind, day):
    found = day_kind(date.fromisoformat(day))
    assert (found.kind, found.known) == (kind, True)


@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)))
def test_who_works_agrees_with_the_library_on_every_day(day):
    works = day_kind(day).kind in {"workday", "makeup"}
    assert works == chinese_calendar.is_workday(day)
    assert chinese_calendar.is_holiday(day) is not works


@given(st.dates(date(2027, 1, 1), date(2100, 1, 1)))
def test_years_beyond_are_marked_and_follow_the_weekday(day):
    if day.year in KNOWN_YEARS:
        return
    found = day_kind(day)
    assert (found.kind, found.known) == ("weekend" if day.weekday() > 4 else "workday", False)
    when = parse_when(f"{day} 10:00")
    assert when.calendar("CN") == "beyond"
    assert "节假日安排未知" in when.label(country="CN")
    assert bool(is_open("Mo-Fr 09:00-17:00; PH off", str(when.text))) is (day.weekday() < 5)


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        # all seven days of a holiday, not only the first
        ("Mo-Su 09:00-17:00; PH off", "2026-10-01 10:00", False),
        ("Mo-Su 09:00-17:00; PH off", "2026-10-07 10:00", False),
        ("Mo-Su 09:00-17:00; PH off", "2026-10-08 10:00", True),
        ("工作日9:00-17:00", "2026-10-06 10:00", False),
        ("Sa,Su,PH 10:00-12:00", "2026-10-06 11:00", True),
        ("周一至周五9:00-17:00，节假日照常", "2026-10-01 10:00", True),
        # who says nothing of holidays keeps the hours of a Sunday
        ("周一至周五 9:00-17:00", "2026-10-01 10:00", False),
        ("每天 9:00-17:00", "2026-10-01 10:00", True),
        ("Tu-Su 09:00-17:00", "2026-10-05 10:00", True),
        ("Mo-Fr 15:30-19:00; Sa,Su 09:00-17:00", "2026-10-01 10:00", True),
        # and on a make-up day those of a weekday
        ("周一至周五 9:00-17:00", "2026-10-10 10:00", True),
        ("工作日9:00-17:00", "2026-09-20 10:00", True),
        ("周末 9:00-17:00", "2026-10-10 10:00", False),
        ("Tu-Su 09:00-17:00", "2026-10-10 10:00", True),
        # in the season of the day itself, and a rule for the very date stands
        ("May-Sep Mo-Fr 08:00-12:00; Oct-Apr Mo-Fr 09:00-12:00", "2026-10-10 08:30", False),
        ("May-Sep Mo-Fr 08:00-12:00; Oct-Apr Mo-Fr 09:00-12:00", "2026-09-20 08:30", True),
        ("Mo-Fr 09:00-17:00; 2026 Oct 10 off", "2026-10-10 10:00", False),
        # a plain day is a plain day
        ("周一至周五 9:00-17:00", "2026-10-11 10:00", False),
        ("周一至周五 9:00-17:00", "2026-10-12 10:00", True),
        # a night that begins before a holiday goes on into it
        ("工作日 20:00-02:00", "2026-10-01 01:30", True),
        ("工作日 20:00-02:00", "2026-10-08 01:30", False),
        ("Th 22:00-02:00; Fr off", "2026-03-06 01:00", True),
    ],
)
def test_hours_on_holidays_and_make_up_days(hours, when, expected):
    assert bool(is_open(hours, when)) is expected


def test_without_a_date_or_a_country_there_are_no_holidays():
    assert is_open("周一至周五 9:00-17:00", "周四 10:00")
    assert is_open("周一至周五 9:00-17:00", "2026-10-01 10:00", country=None)
    assert parse_when("周四 10:00").calendar("CN") is None
    assert parse_when("2026-10-01 10:00").calendar(None) is None


def test_another_country_keeps_its_own_holidays():
    assert not is_open("Mo-Fr 09:00-17:00; PH off", "2026-07-14 10:00", country="FR")
    assert is_open("Mo-Fr 09:00-17:00", "2026-07-14 10:00", country="FR")


def test_labels_name_the_holiday_and_the_make_up_day():
    october = parse_when("2026-10-01 10:00")
    assert october.label(country="CN") == "2026-10-01 周四 10:00（国庆节）"
    assert october.label("en", country="CN") == "2026-10-01 Thu 10:00 (National Day)"
    assert october.label() == "2026-10-01 周四 10:00"
    assert parse_when("2026-10-10 9:00").label(country="CN") == "2026-10-10 周六 09:00（调休上班）"
    assert october.calendar("CN") == "known"


def test_a_chinese_zone_means_the_chinese_calendar():
    assert [country_of(each) for each in ("EPSG:4543", "EPSG:32648")] == ["CN", None]


def test_every_weekend_day_off_of_a_holiday_belongs_to_it():
    week = [date(2026, 10, 1) + timedelta(days=at) for at in range(7)]
    assert {day_kind(day).name_zh for day in week} == {"国庆节"}
