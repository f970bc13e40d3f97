"""Opening hours: what is asked, what is written, what is open."""

import tomllib
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.catalogue import data_root, schema_validator
from gis.errors import InputError
from gis.places.chinese_hours import assumed_words
from gis.places.hours import open_at, osm_hours, parse_when, readable

SATURDAY_TEN = parse_when("周六 10:00")


def is_open(hours, when, **options):
    return open_at(pd.Series([hours], dtype="string"), parse_when(when), **options).iloc[0]


@pytest.mark.parametrize(
    "text",
    ["周六 10:00", "星期六上午10点", "礼拜六 10：00", "Sat 10:00", "Sa 10:00", "saturday, 10:00"],
)
def test_a_weekday_and_a_time_are_read_in_both_languages(text):
    when = parse_when(text)
    assert (when.weekday, when.minute, when.date) == (5, 600, None)
    assert when.label("zh") == "周六 10:00"
    assert when.label("en") == "Sat 10:00"


@pytest.mark.parametrize(
    "given",
    [
        "2026-03-07 15:30",
        "2026-03-07T15:30",
        "2026/3/7 15:30",
        "2026年3月7日 周六 下午3点半",
        datetime.fromisoformat("2026-03-07T15:30"),
    ],
)
def test_a_date_brings_its_own_weekday(given):
    when = parse_when(given)
    assert (when.weekday, when.minute, str(when.date)) == (5, 930, "2026-03-07")
    assert when.moment() == datetime.fromisoformat("2026-03-07T15:30")
    assert parse_when(when) is when


@pytest.mark.parametrize(
    "text",
    ["周六", "10:00", "周六 25:00", "周日 24:00", "2026-02-30 10:00", "2026-03-07 周一 9:00", ""],
)
def test_a_time_that_is_incomplete_or_impossible_is_refused(text):
    with pytest.raises(InputError, match="请写日子和时刻，如 周六 10:00"):
        parse_when(text)


def test_a_time_with_a_zone_is_refused():
    with pytest.raises(InputError, match="请给当地时间，不带时区"):
        parse_when(datetime(2026, 3, 7, 10, tzinfo=UTC))


def test_a_weekday_is_evaluated_in_the_first_whole_week_of_march_2026():
    days = [parse_when(f"{day} 08:00").moment() for day in ("周一", "周日")]
    assert [f"{day:%Y-%m-%d}" for day in days] == ["2026-03-02", "2026-03-08"]


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        ("Mo-Fr 09:00-17:00", "周五 16:59", True),
        ("Mo-Fr 09:00-17:00", "周五 17:00", False),
        ("Mo-Fr 09:00-17:00", "周六 10:00", False),
        ("24/7", "周日 03:00", True),
        ("off", "周日 03:00", False),
        # past midnight the night belongs to the day before
        ("Fr 22:00-02:00", "周六 01:00", True),
        ("Fr 22:00-02:00", "周五 01:00", False),
        ("Su 22:00-02:00", "周一 01:59", True),
        ("晚上10点-次日2点", "周三 01:30", True),
        ("晚上10点-次日2点", "周三 02:00", False),
    ],
)
def test_hours_are_open_up_to_their_end_and_across_midnight(hours, when, expected):
    assert bool(is_open(hours, when)) is expected


@pytest.mark.parametrize(
    ("written", "osm"),
    [
        ("周一至周五 9:00-17:00", "Mo-Fr 09:00-17:00"),
        ("周末 9:00-12:00", "Sa-Su 09:00-12:00"),
        ("全天", "00:00-24:00"),
        ("24小时", "00:00-24:00"),
        ("周一至周五8:30-12:00，14:00-17:30", "Mo-Fr 08:30-12:00,14:00-17:30"),
        ("周一至周五8:30-12:00；14:00-17:30", "Mo-Fr 08:30-12:00,14:00-17:30"),
        ("9:00-12:00；14:00-17:00", "09:00-12:00,14:00-17:00"),
        ("上午8:30-12:00 下午2点-5点半", "08:30-12:00,14:00-17:30"),
        ("每天9:00-17:00（周一闭馆）", "Mo-Su 09:00-17:00; Mo off"),
        ("周一、三、五 9:00—11:00；周六日 全天", "Mo,We,Fr 09:00-11:00; Sa,Su 00:00-24:00"),
        ("星期一到星期日：6:30～22:30", "Mo-Su 06:30-22:30"),
        ("晚上7点-9点", "19:00-21:00"),
        ("中午12点-2点", "12:00-14:00"),
        ("9-17点", "09:00-17:00"),
        ("工作日9点到17点", "Mo-Fr 09:00-17:00; PH off"),
        ("法定节假日休息，周一至周五9:00-17:00", "Mo-Fr 09:00-17:00; PH off"),
        ("周末及节假日 9:00-12:00", "Sa-Su,PH 09:00-12:00"),
        ("周末 白天", "Sa-Su 08:00-18:00"),
        ("每周三下午", "We 14:00-17:30"),
        ("早上8点半到下午5点", "08:30-17:00"),
        ("每周二、四 上午九点至十一点半", "Tu,Th 09:00-11:30"),
        ("上午：8:30-12:00 下午：14:00-17:30", "08:30-12:00,14:00-17:30"),
        ("早九晚五", "09:00-17:00"),
        ("二十四小时", "00:00-24:00"),
        ("全年无休 9:00-21:00", "Mo-Su 09:00-21:00"),
        ("周一至周五8:30-17:30（午休12:00-14:00）", "Mo-Fr 08:30-12:00,14:00-17:30"),
        ("8:30-17:30，12点到2点午休", "08:30-12:00,14:00-17:30"),
        ("周一至周五9:00-17:00，节假日除外", "Mo-Fr 09:00-17:00; PH off"),
        ("周一至周五9:00-17:00，周末照常", "Mo-Fr 09:00-17:00; Sa-Su 09:00-17:00"),
        ("周一至周五9:00-17:00，节假日照常开放", "Mo-Fr 09:00-17:00; PH 09:00-17:00"),
        ("周一休息，每天9:00-17:00", "Mo-Su 09:00-17:00; Mo off"),
        ("夏季8:00-18:00，冬季8:30-17:30", "May-Sep 08:00-18:00; Oct-Apr 08:30-17:30"),
        (
            "周一至周五 夏季8:00-18:00；冬季8:30-17:30；节假日休息",
            "May-Sep Mo-Fr 08:00-18:00; Oct-Apr Mo-Fr 08:30-17:30; PH off",
        ),
        ("5-9月 8:00-18:00", "May-Sep 08:00-18:00"),
        (
            "5月1日至9月30日 8:00-18:00，10月1日至4月30日 9:00-17:00",
            "May 01-Sep 30 08:00-18:00; Oct 01-Apr 30 09:00-17:00",
        ),
        ("Mon-Fri 9:00-17:00", "Mo-Fr 9:00-17:00"),
        ("Mo–Fr 9:00 – 17:00", "Mo-Fr 9:00-17:00"),
    ],
)
def test_what_staff_write_is_put_into_osm_syntax(written, osm):
    assert osm_hours(written) == osm


@pytest.mark.parametrize(
    "written",
    [
        "午休12:00-14:00",
        "电话预约",
        "周一至周五",
        "上午9:00-5:00",
        "周六 25:00-26:00",
        "9-17",
        "以通知为准",
        "周一休息9:00-10:00",
        "单双周周六 9:00-12:00",
        "周六9:00-12:00（单周）",
        "暑假 9:00-17:00",
        "周五下午休息",
        "法定节假日休息",
        "13-15月 9:00-17:00",
        "4月31日-5月2日 9:00-17:00",
        "24小时预约",
    ],
)
def test_a_phrase_not_wholly_understood_is_not_half_read(written):
    assert osm_hours(written) is None


def test_words_without_a_clock_are_named():
    assert assumed_words("周末 白天，周三下午") == ["白天", "下午"]
    assert assumed_words("夏季８：００-18:00") == ["夏季"]
    assert assumed_words("每天 下午2点-5点，全天") == []
    assert assumed_words("白天，电话预约") == []


def test_the_words_of_hours_are_under_their_schema_and_are_read():
    told = tomllib.loads((data_root() / "words" / "hours.toml").read_text("utf-8"))
    schema_validator("hours").validate(told)
    for word, days in told["days"].items():
        written = osm_hours(f"{word} 9:00-17:00")
        assert written.startswith(f"{days} 09:00-17:00"), word
    for group in ("times", "assumed_times"):
        for word, times in told[group].items():
            assert osm_hours(f"周六 {word}") == f"Sa {times}", word
    for word, months in told["assumed_seasons"].items():
        assert osm_hours(f"{word} 9:00-17:00") == f"{months} 09:00-17:00", word


@given(
    days=st.sets(st.integers(0, 6), min_size=1),
    start=st.integers(0, 95),
    length=st.integers(1, 95),
    asked=st.integers(0, 7 * 96 - 1),
)
def test_a_phrase_opens_exactly_the_quarter_hours_it_names(days, start, length, asked):
    # second method: the open quarter hours of the week, counted out; the night runs on to Monday
    end = start + length
    is_wanted = any((asked - day * 96 - start) % (7 * 96) < length for day in days)
    clock = [f"{quarter % 96 // 4}点{quarter % 4 * 15:02d}分" for quarter in (start, end)]
    names = "、".join("周" + "一二三四五六日"[day] for day in sorted(days))
    weekday, minute = asked // 96, asked % 96 * 15
    when = f"周{'一二三四五六日'[weekday]} {minute // 60:02d}:{minute % 60:02d}"
    assert bool(is_open(f"{names} {clock[0]}至{clock[1]}", when)) is is_wanted


def test_unknown_hours_stay_unknown_in_a_boolean_column_on_the_same_index():
    hours = pd.Series(
        ["Sa 09:00-12:00", None, "凭预约", "Mo 09:00-12:00", "24/7 unknown"],
        index=list("abcde"),
        dtype="string",
    )
    found = open_at(hours, SATURDAY_TEN)
    assert found.dtype == "boolean"
    assert found.index.equals(hours.index)
    assert found.fillna(value=False).tolist() == [True, False, False, False, False]
    assert found.isna().tolist() == [False, True, True, False, True]
    assert readable(hours).isna().tolist() == [False, True, False, False, False]
    assert readable(hours).fillna(value=False).tolist() == [True, False, False, True, True]


def test_no_hours_at_all_keep_the_boolean_type():
    empty = open_at(pd.Series([], dtype="string"), SATURDAY_TEN)
    assert empty.dtype == "boolean"
    assert open_at(pd.Series([None, None], dtype="object"), SATURDAY_TEN).dtype == "boolean"


def test_public_holidays_count_only_with_a_date_and_a_country():
    hours = "Mo-Su 09:00-17:00; PH off"
    assert is_open(hours, "2026-10-01 10:00")
    assert not is_open(hours, "2026-10-01 10:00", country="CN")
    assert is_open(hours, "周四 10:00", country="CN")
    with pytest.raises(InputError, match="请写 ISO 代码，如 CN"):
        is_open(hours, "2026-10-01 10:00", country="Nirgendwo")
