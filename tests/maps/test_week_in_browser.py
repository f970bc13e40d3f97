"""The week on the page: a cell per hour that mouse, keys and screen readers can read."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import maps
from gis.privacy import PublishedWeek
from maps.weeks import week_model


def week(*, dated=False, circle=False, name="助餐", shares=None):
    at = np.arange(168)
    days = pd.date_range("2026-10-07", periods=7).strftime("%Y-%m-%d")
    names = ["国庆节", "", "", "调休上班", "", "", ""]
    kinds = ["holiday", "workday", "workday", "makeup", "weekend", "workday", "workday"]
    if shares is None:
        shares = np.where((at % 24 >= 10) & (at % 24 < 13), 0.625 + at // 24 / 100, 0.0)
    hours = pd.DataFrame(
        {
            "day": at // 24,
            "date": pd.array(np.repeat(days, 24) if dated else [None] * 168, dtype="string"),
            "weekday": (at // 24 + (2 if dated else 0)) % 7,
            "hour": at % 24,
            "kind": pd.array(np.repeat(kinds, 24) if dated else [None] * 168, dtype="string"),
            "name_zh": np.repeat(names, 24) if dated else [""] * 168,
            "name_en": np.repeat(["Holiday" if one else "" for one in names], 24),
            "share": pd.array(shares, dtype="Float64"),
        }
    )
    hours.loc[26, "share"] = pd.NA
    row = {"id": "meals"}
    return PublishedWeek(
        title_zh=name,
        title_en="Meals",
        question={"requirements": [row, row] if circle else [row]},
        unit="household",
        weight="elders_60",
        start="2026-10-07" if dated else None,
        calendar="known" if dated else None,
        total=2249,
        hours=hours,
    )


@pytest.fixture
def shown(show, planner):
    """Open a page with the town and these weeks."""

    def opened(*weeks, **options):
        published = dataclasses.replace(planner, weeks=weeks)
        return show(maps.coverage_map(published), **options)

    return opened


def cell(tab, hour):
    return tab.locator(f'.mq-week [data-hour="{hour}"]')


def test_there_are_168_cells_as_high_as_their_shares(shown):
    opened = shown(week())
    assert opened.page.locator(".mq-week td").count() == 168
    assert opened.said == []
    assert [url.split("/")[0] for url in opened.requests] == ["file:"]
    heights = opened.page.evaluate(
        "[10, 9, 34].map(hour => document.querySelector(`[data-hour='${hour}'] span`).style.height)"
    )
    assert heights == ["62.5%", "0%", "63.5%"]


def test_every_cell_says_its_day_hour_and_share(shown):
    opened = shown(week(dated=True))
    label = cell(opened.page, 10).get_attribute("aria-label")
    assert label == "2026-10-07 周三（国庆节） 10:00 · 覆盖率 62.5%"
    assert "<5 或已隐藏" in cell(opened.page, 26).get_attribute("aria-label")
    assert "调休上班" in cell(opened.page, 80).get_attribute("aria-label")
    rows = opened.page.locator(".mq-week tbody th").all_inner_texts()
    assert rows[:4] == ["10/7 休", "10/8 周四", "10/9 周五", "10/10 班"]
    assert "2026-10-07 起七天，计法定节假日与调休" in opened.page.locator("#mq-side").inner_text()


def test_arrow_keys_walk_from_hour_to_hour_and_stay_inside(shown):
    opened = shown(week())
    keys = opened.page.keyboard
    opened.page.focus('.mq-week td[tabindex="0"]')
    for key in ("ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight", "ArrowRight"):
        keys.press(key)
    assert opened.page.evaluate("document.activeElement.dataset.hour") == "26"
    assert "周二 02:00" in opened.page.locator(".mq-week-said").inner_text()
    keys.press("End")
    assert opened.page.evaluate("document.activeElement.dataset.hour") == "47"
    keys.press("Home")
    assert opened.page.evaluate("document.activeElement.dataset.hour") == "24"
    # one stop of the tab key, wherever one has walked to
    assert opened.page.locator('.mq-week td[tabindex="0"]').count() == 1


def test_the_mouse_reads_a_cell_and_the_language_follows(shown):
    opened = shown(week())
    cell(opened.page, 35).hover()
    assert opened.page.locator(".mq-week-said").inner_text() == "周二 11:00 · 覆盖率 63.5%"
    opened.page.click("#mq-language")
    cell(opened.page, 35).hover()
    assert opened.page.locator(".mq-week-said").inner_text() == "Tue 11:00 · Share 63.5%"
    assert "A week as any other" in opened.page.locator("#mq-side").inner_text()


def test_of_several_weeks_one_is_chosen(shown):
    opened = shown(week(), week(dated=True, circle=True, name="为老服务圈"))
    opened.page.select_option("#mq-week", "1")
    assert "各项要求须在同一小时满足" in opened.page.locator(".mq-part-week").inner_text()
    assert opened.page.evaluate("document.activeElement.id") == "mq-week"


def test_a_narrow_page_has_the_whole_week_within_its_width(shown):
    opened = shown(week(dated=True), width=360, height=740)
    box = opened.page.locator(".mq-week").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_a_page_without_a_week_has_no_cells(show, planner):
    assert show(maps.coverage_map(planner)).page.locator(".mq-week").count() == 0


def test_a_week_says_its_best_hour_or_that_there_is_none():
    assert week_model(week())["best"] == (
        "最高 68.5%：周日 10:00；146 小时无人在圈内",
        "At most 68.5%: Sun 10:00; nobody inside at 146 hours",
    )
    nobody = week(shares=np.zeros(168))
    # one hour is hidden, so it cannot be said of all
    assert week_model(nobody)["best"] is None
    nobody.hours["share"] = 0.0
    assert week_model(nobody)["best"][0] == "没有一个小时有人在圈内"
    nobody.hours["share"] = pd.array([pd.NA] * 168, dtype="Float64")
    assert week_model(nobody)["best"] is None


def test_the_same_week_gives_the_same_page(planner):
    published = dataclasses.replace(planner, weeks=(week(),))
    assert maps.coverage_map(published).html == maps.coverage_map(published).html
