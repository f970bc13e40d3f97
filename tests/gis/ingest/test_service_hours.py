"""Hours of single services in one cell: what is read, and what is said of the rest."""

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.catalogue import load_catalogue
from gis.ingest import InputFile, write_template
from gis.ingest.service_hours import read_service_hours
from gis.ingest.stations import service_spellings
from gis.privacy import publish
from gis.store import load_district, save_district
from gis.tables import join_service_hours, split_service_hours

KNOWN = service_spellings(load_catalogue())
HEAD = ["编号", "名称", "类型", "错时服务", "开放时间", "经度", "纬度"]


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        (
            "meals=Mo-Fr 10:00-13:00|after_school_care=周末 9:00-17:00",
            {"meals": "Mo-Fr 10:00-13:00", "after_school_care": "周末 9:00-17:00"},
        ),
        (
            "助餐：周一至周五 10:00-13:00；课后托管：周末 9:00-17:00",
            {"meals": "周一至周五 10:00-13:00", "after_school_care": "周末 9:00-17:00"},
        ),
        # a day or a half of it before a colon is no service
        (
            "助餐：上午：8:30-12:00，下午：14:00-17:30\n阅览=白天",
            {"meals": "上午：8:30-12:00，下午：14:00-17:30", "reading": "白天"},
        ),
        ("日间照料 = 工作日 8点到17点，周末：9:00-12:00", {"day_care": "工作日 8点到17点，周末：9:00-12:00"}),
        ("助餐=周一 9:00-10:00|助餐=周二 9:00-10:00", {"meals": "周一 9:00-10:00; 周二 9:00-10:00"}),
        (
            'meals=Mo 10:00-12:00 || "call"|reading=24/7',
            {"meals": 'Mo 10:00-12:00 || "call"', "reading": "24/7"},
        ),
    ],
)  # fmt: skip
def test_services_and_their_hours_are_read_as_people_write_them(cell, hours):
    found, unread = read_service_hours(cell, KNOWN)
    assert split_service_hours(found) == hours
    assert unread == ()


@pytest.mark.parametrize(
    ("cell", "hours", "unread"),
    [
        ("理发店的活动：周六 9:00-11:00；助餐=10:00-13:00", "meals=10:00-13:00", ("理发店的活动",)),
        ("9:00-17:00", None, ("9:00-17:00",)),
        ("助餐=", None, ("助餐",)),
        ("", None, ()),
    ],
)
def test_parts_that_name_no_service_are_told_and_left_out(cell, hours, unread):
    assert read_service_hours(cell, KNOWN) == (hours, unread)


@given(
    st.dictionaries(
        st.sampled_from(sorted(load_catalogue().services.index)),
        st.sampled_from(["Mo-Fr 09:00-12:00", "周末 白天", "工作日9点到17点", "Mo || Tu", "24/7"]),
    )
)
def test_hours_of_services_survive_their_cell(hours):
    assert split_service_hours(join_service_hours(hours)) == hours
    assert read_service_hours(join_service_hours(hours), KNOWN)[0] == (
        join_service_hours(hours) or None
    )


def test_a_service_with_hours_of_its_own_is_offered_and_the_rest_is_noted(town, at):
    rows = [
        HEAD,
        ["S1", "食堂", "老年食堂", "课后托管=周末 白天", "9:00-17:00", *at(0, 9)],
        ["S2", "站", "老年食堂", "摸鱼：周六；阅读：周日 9:00-10:00", "", *at(0, 9)],
        ["S3", "点", "老年食堂", "无", "", *at(0, 9)],
    ]
    district = town.read(stations=town.csv("s.csv", rows, frame="wgs84"))
    stations = district.stations
    assert stations["service_hours"].fillna("").to_list() == [
        "after_school_care=周末 白天",
        "reading=周日 9:00-10:00",
        "",
    ]
    assert stations["services"].to_list() == ["meals|after_school_care", "meals|reading", "meals"]
    note = district.provenance.loc["stations:s.csv", "note"]
    assert "列“service_hours”有读不出的部分，未采用：摸鱼（第 3 行）" in note


def test_hours_of_services_stay_in_the_folder_and_are_published(town, at, tmp_path):
    rows = [HEAD, ["S1", "食堂", "老年食堂", "助餐=周末 白天", "9:00-17:00", *at(0, 9)]]
    district = town.read(stations=town.csv("s.csv", rows, frame="wgs84"))
    save_district(district, tmp_path / "d")
    again = load_district(tmp_path / "d")
    assert again.stations["service_hours"].to_list() == ["meals=周末 白天"]
    assert publish(again).places["stations"]["service_hours"].to_list() == ["meals=周末 白天"]


@pytest.mark.parametrize(
    ("lang", "sheet", "heads", "cells"),
    [
        ("zh", "服务站点", ("分时服务", "编号", "类型", "经度", "纬度"), ("助餐=周末 白天", "老年食堂")),
        (
            "en",
            "stations",
            ("service hours", "id", "kind", "longitude", "latitude"),
            ("meals=周末 白天", "elder canteen"),
        ),
    ],
)  # fmt: skip
def test_the_template_asks_for_them_in_both_languages(town, at, lang, sheet, heads, cells):
    path = write_template(town.folder / "t.xlsx", lang)
    book = openpyxl.load_workbook(path)
    head = [cell.value for cell in book[sheet][1]]
    for name, value in zip(heads, [cells[0], "S1", cells[1], *at(0, 9)], strict=True):
        book[sheet].cell(4, head.index(name) + 1, value)
    book.save(path)
    district = town.read(stations=InputFile(path, frame="wgs84"))
    assert district.stations.loc["S1", "service_hours"] == "meals=周末 白天"
