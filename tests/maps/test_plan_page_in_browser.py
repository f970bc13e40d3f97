"""The page of plans: opened with the network cut, by mouse, keys, on a phone and on paper."""

from dataclasses import replace

import pytest

import gis
import maps
from gis.errors import InputError
from maps.curve import curve_points, draw_curve, to_svg

ASKED = {"service": "meals", "profile": "walk_48", "weight": "elders_60"}


@pytest.fixture(scope="module")
def town():
    return gis.sample("ginkgo")


@pytest.fixture(scope="module")
def plans(town):
    gates = {"open_gates": True, "candidates": ["table", "streets:400"]}
    return gis.choose_sites(town, count=3, **ASKED), gis.choose_sites(
        town, count=2, **gates, **ASKED
    )


@pytest.fixture(scope="module")
def published(town, plans):
    return gis.publish(town, *plans, level="planner")


@pytest.fixture(scope="module")
def single(published):
    return replace(published, plans=published.plans[:1])


def side(tab):
    return tab.locator("#mq-side").inner_text()


def test_page_asks_nothing_and_says_nothing(show, single):
    opened = show(maps.plan_map(single))
    assert [url.split("/")[0] for url in opened.requests] == ["file:"]
    assert opened.said == []


def test_panel_tells_shares_proof_sites_curve_and_who_is_out_of_reach(show, single, plans):
    text = side(show(maps.plan_map(single)).page)
    assert "64.6% → 80%" in text
    assert "已证明最优：覆盖量 5,997，没有更好的选法" in text
    for name in plans[0].sites["name"]:
        assert name in text
    assert "次选" in text
    assert "新增几处，覆盖多少" in text
    assert "够不着" in text
    assert "方案比较" not in text


def test_a_site_is_reached_by_keyboard_and_its_card_opens(show, single, plans):
    tab = show(maps.plan_map(single)).page
    tab.focus("[data-site='2']")
    tab.keyboard.press("Enter")
    card = tab.locator("#mq-card")
    assert plans[0].sites["name"].iloc[1] in card.inner_text()
    assert "唯一可及" in card.inner_text()
    tab.keyboard.press("Escape")
    assert card.is_hidden()


def test_a_click_on_the_map_opens_the_site(show, single, plans):
    tab = show(maps.plan_map(single)).page
    place = plans[0].sites.iloc[0]
    at = tab.evaluate(
        "([lat, lon]) => { const p = minqing.map.latLngToContainerPoint([lat, lon]);"
        "const b = minqing.map.getContainer().getBoundingClientRect();"
        "return [p.x + b.left, p.y + b.top]; }",
        [place["lat"], place["lon"]],
    )
    tab.mouse.click(*at)
    assert place["name"] in tab.locator("#mq-card").inner_text()


def test_buildings_are_covered_before_newly_or_left_out(show, single):
    tab = show(maps.plan_map(single)).page
    states = tab.evaluate(
        "() => { const n = {}; for (let i = 0; i < minqing.layers.buildings.shapes.count; i += 1) {"
        "const s = minqing.buildingState(i); n[s] = (n[s] || 0) + 1; } return n; }"
    )
    part = single.plans[0]
    before, after = part.before[0].buildings["covered"], part.after[0].buildings["covered"]
    assert states["newly"] == int((after & ~before).sum()) > 0
    assert states["covered"] == int(before.sum())
    assert states["uncovered"] == int((~after).sum())
    assert "新覆盖" in side(tab)


def test_two_plans_are_switched_and_compared(show, published, plans):
    tab = show(maps.plan_map(published)).page
    assert "方案比较" in side(tab)
    first, second = plans
    options = tab.locator("#mq-coverage option").all_inner_texts()
    assert [each[:4] for each in options] == ["方案一：", "方案二："]
    tab.select_option("#mq-coverage", "1")
    shown = tab.locator(".mq-part-sites").inner_text()
    assert len(tab.locator(".mq-sites li").all()) == second.count
    assert tab.locator(".mq-part-result strong").inner_text().endswith("%")
    if len(second.opened_gates):
        assert "要开放的出入口" in shown
    tab.select_option("#mq-coverage", "0")
    assert len(tab.locator(".mq-sites li").all()) == first.count


def test_english_and_back(show, single):
    tab = show(maps.plan_map(single, lang="en")).page
    text = side(tab)
    assert "Proved optimal: weight covered 5,997; no other choice does better" in text
    assert "Chosen sites, in order of contribution" in text
    assert "new stations" in tab.locator(".mq-curve").inner_text()
    tab.click("#mq-language")
    assert "选中的站点" in side(tab)


def test_phone_and_paper(show, single):
    opened = show(maps.plan_map(single), width=360, height=740)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
    opened.page.emulate_media(media="print")
    assert opened.page.locator(".mq-curve svg").is_visible()
    assert len(opened.page.pdf()) > 20_000


def test_names_from_files_are_inert(show, single, hostile):
    plan = single.plans[0]
    sites = plan.sites.assign(name=hostile[:3], source=hostile[1:4])
    evil = replace(single, plans=(replace(plan, sites=sites, notes=((hostile[0], hostile[1]),)),))
    opened = show(maps.plan_map(evil, title=hostile[3]))
    assert opened.said == []
    assert opened.page.evaluate("window.hurt") is None
    assert hostile[0] in side(opened.page)


def test_a_point_that_is_not_proved_is_hollow_with_a_bar_to_its_bound(single):
    plan = single.plans[0]
    curve = plan.curve.copy()
    last = curve.index[-1]
    curve.loc[last, ["status", "gap"]] = ["best found", 0.05]
    curve.loc[last, "bound"] = float(curve["covered"][last]) * 1.05
    points = curve_points(replace(plan, curve=curve))
    assert [each["proved"] for each in points] == [True] * (len(points) - 1) + [False]
    assert points[-1]["most"] > points[-1]["share"]
    assert "差距 5.0 %" in points[-1]["status"][0]
    picture = to_svg(draw_curve(points), "zh")
    assert picture.count('fill="#ffffff"') == 1
    assert sum(each["here"] for each in points) == 1


def test_suppressed_points_are_left_out_and_nothing_at_all_is_refused(single, published):
    plan = single.plans[0]
    hidden = plan.curve.assign(share=None, covered=None)
    assert draw_curve(curve_points(replace(plan, curve=hidden))) is None
    with pytest.raises(InputError, match="曲线"):
        maps.curve_picture(replace(single, plans=()))
    with pytest.raises(InputError, match="方案"):
        maps.plan_map(replace(published, plans=()))
    with pytest.raises(TypeError):
        maps.plan_map(plan)


def test_the_same_plan_gives_the_same_page(single):
    assert maps.plan_map(single).html == maps.plan_map(single).html


def test_the_public_page_holds_no_buildings_answers(town, plans, show):
    page = maps.plan_map(gis.publish(town, plans[0], level="public"))
    assert '"was"' not in page.html
    assert show(page).said == []
