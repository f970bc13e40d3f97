"""The finished page in a browser that is cut from every network."""

import base64
import dataclasses
import re

import pytest

import maps

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def card(tab) -> str:
    return tab.locator("#mq-card").inner_text()


def click_at(tab, layer: str, row: int) -> None:
    """Click where a row of a layer is drawn."""
    tab.evaluate(
        """([name, row]) => { const s = minqing.layers[name].shapes, b = s.box;
        minqing.map.setView(minqing.toLatLng((b[4*row]+b[4*row+2])/2, (b[4*row+1]+b[4*row+3])/2), 17,
        {animate: false}); }""",
        [layer, row],
    )
    box = tab.locator(".mq-map").bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def build(published, draw=maps.coverage_map, **options):
    return draw(published, **options)


@pytest.mark.parametrize("draw", [maps.coverage_map, maps.conditions_map])
@pytest.mark.parametrize("level", ["planner", "public"])
def test_page_asks_the_network_for_nothing_and_says_nothing(show, draw_town, draw, level):
    opened = show(draw(draw_town(level)))
    opened.page.mouse.move(700, 400)
    opened.page.mouse.wheel(0, -400)
    opened.page.wait_for_timeout(300)
    assert [url.split("/")[0] for url in opened.requests] == ["file:"]
    assert opened.said == []


def test_canvas_shows_more_than_one_colour(show, planner):
    opened = show(maps.coverage_map(planner))
    colours = opened.page.evaluate(
        """() => { const c = document.querySelector('.mq-sheet');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; const seen = new Set();
        for (let i = 0; i < d.length; i += 4 * 97) seen.add(d[i] + ',' + d[i+1] + ',' + d[i+2]);
        return seen.size; }"""
    )
    assert colours > 20


def test_headline_states_the_share_and_both_ends(show, planner):
    text = show(maps.coverage_map(planner)).page.locator("#mq-side").inner_text()
    assert "覆盖 78%" in text
    assert "（若未知小区不对外开放 71%，开放 83%）" in text
    assert "未计时段" in text
    assert "待核" in text
    assert "<5 或已隐藏" in text


def test_badges_name_synthetic_data_level_and_date(show, planner):
    head = show(maps.coverage_map(planner)).page.locator("#mq-head").inner_text()
    assert "合成数据" in head
    assert "规划版" in head
    assert "2026-03-01" in head


def test_a_clicked_building_shows_its_card(show, planner):
    opened = show(maps.coverage_map(planner))
    click_at(opened.page, "buildings", 5)
    assert "6号楼" in card(opened.page)
    assert "银杏里00" in card(opened.page)
    assert "第1网格" in card(opened.page)
    assert "已覆盖" in card(opened.page)


def test_a_clicked_station_shows_its_hours(show, planner):
    opened = show(maps.coverage_map(planner))
    click_at(opened.page, "stations", 0)
    assert "银杏老年食堂" in card(opened.page)
    assert "周一-周五 10:00-13:00" in card(opened.page)
    opened.page.click("#mq-language")
    assert "Mo-Fr 10:00-13:00" in card(opened.page)


def test_escape_closes_the_card(show, planner):
    opened = show(maps.coverage_map(planner))
    click_at(opened.page, "stations", 0)
    opened.page.keyboard.press("Escape")
    assert opened.page.locator("#mq-card").is_hidden()


def test_language_switch_changes_every_label_and_back(show, planner):
    opened = show(maps.coverage_map(planner))
    chinese = opened.page.locator("body").inner_text()
    opened.page.click("#mq-language")
    english = opened.page.locator("#mq-side").inner_text()
    assert "78% covered" in english
    assert "opening hours not considered" in english
    assert opened.page.get_attribute("html", "lang") == "en"
    opened.page.click("#mq-language")
    assert opened.page.locator("body").inner_text() == chinese


def test_page_may_open_in_english(show, planner):
    opened = show(maps.coverage_map(planner, lang="en", title="Ginkgo"))
    assert opened.page.title() == "Ginkgo"
    assert opened.page.locator("#mq-language").inner_text() == "中文"


def test_search_finds_a_station_by_keyboard(show, planner):
    opened = show(maps.coverage_map(planner))
    opened.page.fill("#mq-search", "卫生")
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    assert "学府卫生服务站" in card(opened.page)


def test_search_finds_a_building_by_compound_and_number(show, planner):
    opened = show(maps.coverage_map(planner))
    opened.page.fill("#mq-search", "里21 3号")
    opened.page.keyboard.press("Enter")
    assert "3号楼" in card(opened.page)
    assert "银杏里21" in card(opened.page)


def test_search_says_when_nothing_is_found(show, planner):
    opened = show(maps.coverage_map(planner))
    opened.page.fill("#mq-search", "不存在的地方")
    assert "没有找到" in opened.page.locator("#mq-hits").inner_text()


def test_keyboard_reaches_every_control(show, planner):
    opened = show(maps.coverage_map(planner))
    seen = set()
    for _ in range(80):
        opened.page.keyboard.press("Tab")
        seen.add(
            opened.page.evaluate(
                "document.activeElement.id || document.activeElement.dataset.layer || document.activeElement.className"
            )
        )
    assert {
        "mq-language",
        "mq-search",
        "stations",
        "areas",
        "labels",
        "mq-link",
        "mq-scroll",
    } <= seen
    assert any("leaflet-control-zoom-in" in name for name in seen)
    assert any("mq-home" in name for name in seen)


def test_a_layer_is_switched_by_the_space_bar(show, planner):
    opened = show(maps.coverage_map(planner))
    opened.page.focus('[data-layer="stations"]')
    opened.page.keyboard.press("Space")
    assert opened.page.evaluate("minqing.layers.stations.shown") is False
    assert opened.page.evaluate("document.activeElement.dataset.layer") == "stations"


def test_a_grid_in_the_table_opens_its_card(show, public):
    opened = show(maps.coverage_map(public))
    opened.page.click("text=第20网格")
    assert "20%" in card(opened.page)


def test_conditions_show_counts_and_hide_small_ones(show, public):
    opened = show(maps.conditions_map(public))
    click_at(opened.page, "grids", 0)
    assert "人口\n200" in card(opened.page)
    assert re.search(r"低收入\n<5 或已隐藏", card(opened.page))


@pytest.mark.parametrize("place", range(6))
def test_text_from_a_file_stays_text(show, draw_town, hostile, place):
    published = draw_town("planner", 2, 2)
    bad = hostile[place]
    places = {
        name: table.assign(
            **{c: bad for c in ("name", "kind", "hours", "use", "state") if c in table.columns}
        )
        for name, table in published.places.items()
    }
    one = published.coverages[0]
    rows = [
        {**row, "name_zh": bad, "name_en": bad, "source": bad, "profile": bad}
        for row in one.question["requirements"]
    ]
    changed = dataclasses.replace(
        one, title_zh=bad, title_en=bad, question={"requirements": rows}, when=bad
    )
    opened = show(
        maps.coverage_map(
            dataclasses.replace(
                published,
                title=bad,
                date=bad,
                attribution=(bad,),
                places=places,
                coverages=(changed,),
            )
        )
    )
    assert opened.page.title() == bad
    assert opened.page.locator("h1").inner_text() == bad
    click_at(opened.page, "buildings", 1)
    assert bad in card(opened.page)
    opened.page.fill("#mq-search", bad.split(" ")[0][:6])
    opened.page.wait_for_timeout(100)
    assert opened.page.evaluate("window.hurt") is None
    assert opened.page.locator("#mq-page img").count() == 0
    assert opened.said == []


def test_phone_shows_map_and_words_without_sideways_scroll(show, planner):
    opened = show(maps.coverage_map(planner), width=360, height=740)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert opened.page.locator(".mq-map").bounding_box()["height"] > 300


def test_printed_page_keeps_map_numbers_and_legend(show, planner):
    opened = show(maps.coverage_map(planner))
    opened.page.emulate_media(media="print")
    assert opened.page.locator("#mq-language").is_hidden()
    assert opened.page.locator(".mq-headline").is_visible()


def test_paper_gets_the_view_of_the_screen_and_the_screen_keeps_it(show, planner):
    opened = show(maps.coverage_map(planner))
    opened.page.evaluate(
        """() => { window.drawn = []; const old = minqing.sheet._draw;
        minqing.sheet._draw = function () { old.call(this); drawn.push([matchMedia('print').matches,
        minqing.map.getSize().x, this._ratio]); };
        minqing.map.setZoom(17, {animate: false}); drawn.length = 0; }"""
    )
    before = opened.page.evaluate("[minqing.map.getZoom(), minqing.map.getCenter().lat]")
    assert opened.page.pdf(format="A4")[:5] == b"%PDF-"
    drawn = opened.page.evaluate("drawn")
    width = opened.page.evaluate("minqing.map.getSize().x")
    assert any(on_paper and size < width and ratio == 3 for on_paper, size, ratio in drawn)
    assert opened.page.evaluate("[minqing.map.getZoom(), minqing.map.getCenter().lat]") == before


def test_tiles_are_asked_for_only_when_switched_on_and_only_there(show, planner):
    tiles = maps.Tiles(url="http://10.0.0.8/t/{z}/{x}/{y}.png", attribution="单位内网 审图号 <b>")
    opened = show(maps.coverage_map(planner, tiles=tiles))
    opened.page.route(
        "http://10.0.0.8/**", lambda route: route.fulfill(body=PIXEL, content_type="image/png")
    )
    assert [url for url in opened.requests if not url.startswith("file:")] == []
    opened.page.click('label:has([data-layer="tiles-0"])')
    opened.page.wait_for_selector(".leaflet-tile-loaded", state="attached")
    asked = [url for url in opened.requests if not url.startswith("file:")]
    assert asked
    assert all(url.startswith("http://10.0.0.8/t/") for url in asked)
    assert "单位内网 审图号 <b>" in opened.page.locator("#mq-credit").inner_text()
    assert opened.said == []


def test_policy_stops_a_request_that_somebody_adds(show, planner):
    opened = show(maps.coverage_map(planner))
    opened.page.evaluate("new Image().src = 'http://192.0.2.1/x.png'")
    opened.page.wait_for_timeout(200)
    assert any("Content Security Policy" in said for said in opened.said)


def test_a_place_without_grids_says_so(show, draw_town):
    published = draw_town("public", 2, 2)
    places = {name: table for name, table in published.places.items() if name != "grids"}
    bare = dataclasses.replace(published, places=places, coverages=())
    opened = show(maps.conditions_map(bare))
    assert "没有可按网格汇总的人数或需求" in opened.page.locator("#mq-side").inner_text()
    assert opened.said == []


def test_phone_folds_the_legend_and_paper_opens_it(show, planner):
    opened = show(maps.coverage_map(planner), width=360, height=740)
    legend = opened.page.locator(".mq-legend >> nth=0")
    assert not legend.is_visible()
    opened.page.emulate_media(media="print")
    legend.wait_for(state="visible", timeout=5000)
    opened.page.emulate_media(media="screen")
    legend.wait_for(state="hidden", timeout=5000)


def test_stations_in_one_house_name_each_other(show, draw_town):
    published = draw_town("planner", 2, 2)
    table = published.places["stations"].copy()
    table.geometry = [table.geometry.iloc[0]] * len(table)
    shared = dataclasses.replace(published, places={**published.places, "stations": table})
    opened = show(maps.coverage_map(shared))
    click_at(opened.page, "stations", 0)
    opened.page.click("#mq-card >> text=蓝天幼儿园")
    assert "幼儿园\n" in card(opened.page)


def test_page_opened_in_a_hidden_frame_is_whole_once_shown(show, planner):
    opened = show(maps.coverage_map(planner), width=12, height=12)
    opened.page.set_viewport_size({"width": 1200, "height": 800})
    opened.page.wait_for_function("minqing.map.getSize().x > 600")
    opened.page.wait_for_timeout(400)
    west, south, east, north = opened.page.evaluate("minqing.frameOf.bounds")
    assert opened.page.evaluate(
        f"minqing.map.getBounds().contains([[{south}, {west}], [{north}, {east}]])"
    )
    assert opened.said == []


def test_one_reason_can_be_pointed_out(show, planner):
    opened = show(maps.coverage_map(planner))
    told = opened.page.locator("#mq-reason option").all_inner_texts()
    detail = planner.coverages[0].buildings
    walls = int((detail["reason"] == "WALL").sum())
    assert f"围墙阻隔 · {walls} 栋" in told
    opened.page.select_option("#mq-reason", "WALL")
    assert opened.page.evaluate("minqing.state.reason") == "WALL"


def test_planner_page_is_marked_as_internal_on_the_map_itself(show, draw_town):
    texts = {}
    for level in ("planner", "public"):
        opened = show(maps.coverage_map(draw_town(level)))
        texts[level] = opened.page.evaluate(
            """() => { const seen = []; const ctx = minqing.sheet._ctx; const old = ctx.fillText;
            ctx.fillText = function (t) { seen.push(t); old.apply(ctx, arguments); };
            minqing.sheet.redraw(); ctx.fillText = old; return seen.join(' '); }"""
        )
    assert "内部资料" in texts["planner"]
    assert "内部资料" not in texts["public"]
