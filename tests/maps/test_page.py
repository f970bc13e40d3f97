"""The page as a text: what it may hold, and that equal input gives equal bytes."""

import dataclasses
import re
from importlib import resources

import pandas as pd
import pytest

import maps
from gis.errors import InputError
from maps.layers.counts import class_breaks
from maps.offline import SCRIPTS
from maps.texts import count_line, headline, limit_words, percent, reason_tables, when_line


@pytest.mark.parametrize("draw", [maps.coverage_map, maps.conditions_map])
def test_same_input_gives_same_bytes(draw_town, draw):
    assert draw(draw_town("planner")).html == draw(draw_town("planner")).html


@pytest.mark.parametrize("draw", [maps.coverage_map, maps.conditions_map])
@pytest.mark.parametrize("other", [None, "district", object(), pd.DataFrame()])
def test_only_published_results_are_drawn(draw, other):
    with pytest.raises(TypeError, match=r"gis\.publish"):
        draw(other)


def test_page_names_no_address(planner):
    html = maps.coverage_map(planner).html
    addresses = set(re.findall(r"https?://[\w./-]+", html))
    # credits in Leaflet's comments and the name of its SVG elements; none is asked for
    leaflet = {
        "https://leafletjs.com",
        "http://www.w3.org/2000/svg",
        "https://bugzilla.mozilla.org/show_bug.cgi",
    }
    assert addresses <= leaflet
    assert not re.search(
        r"<(link|iframe|object|embed|img)\b",
        re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL),
    )


def test_policy_forbids_every_request(planner):
    policy = re.search(
        r'Content-Security-Policy" content="([^"]*)"', maps.coverage_map(planner).html
    )[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "img-src data:;" in policy


def test_tiles_add_their_host_and_stay_off(planner):
    tiles = maps.Tiles(url="http://10.0.0.8:8080/t/{z}/{x}/{y}.png", attribution="单位内网")
    html = maps.coverage_map(planner, tiles=tiles).html
    assert "img-src data: http://10.0.0.8:8080;" in html
    assert "http://10.0.0.8:8080/t/{z}/{x}/{y}.png" in html
    assert ".addTo(map_" not in html


def test_tianditu_needs_only_the_key(planner):
    html = maps.coverage_map(planner, tiles=maps.Tiles(tianditu_key="abc123")).html
    assert "https://t0.tianditu.gov.cn" in html
    assert "vec_w/wmts?SERVICE=WMTS" in html
    assert "tk=abc123" in html


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/{z}/{x}/{y}.png",
        "http://host/tiles",
        "javascript:{z}{x}{y}",
        "http://a b/{z}/{x}/{y}",
        "http://host/{z}/{x}/{y}/{{7*7}}",
        "http://h'; script-src *;/{z}/{x}/{y}",
        "/{z}/{x}/{y}",
    ],
)
def test_what_is_no_address_of_tiles_is_refused(url):
    with pytest.raises(InputError, match="tiles："):
        maps.Tiles(url=url).hosts  # noqa: B018


def test_a_key_that_is_no_key_is_refused():
    with pytest.raises(InputError, match="只含字母和数字"):
        maps.Tiles(tianditu_key="a&b")


def test_an_unknown_language_is_refused(planner):
    with pytest.raises(InputError, match="应为 zh 或 en"):
        maps.coverage_map(planner, lang="fr")


def test_a_place_without_geometry_is_refused(planner):
    with pytest.raises(InputError, match="没有可画的图形"):
        maps.coverage_map(dataclasses.replace(planner, places={}))


def test_a_place_without_results_is_still_drawn(planner):
    assert maps.coverage_map(dataclasses.replace(planner, coverages=())).html
    assert maps.conditions_map(dataclasses.replace(planner, coverages=(), needs=None)).html


def test_saving_replaces_the_older_page_whole(tmp_path):
    path = maps.Page("old").save(tmp_path / "deep" / "page.html")
    maps.Page("新").save(path)
    assert path.read_bytes() == "新".encode()
    assert [one.name for one in path.parent.iterdir()] == ["page.html"]


def test_notebook_shows_the_page_in_a_frame_of_its_own():
    assert (
        maps.Page('<p class="a">')._repr_html_().startswith('<iframe srcdoc="&lt;p class=&quot;a')
    )


def test_headline_without_unknown_compounds_has_no_brackets():
    assert headline({"share": 0.5, "share_low": 0.5, "share_high": 0.5}) == (
        "覆盖 50%",
        "50% covered",
    )


def test_a_hidden_total_is_said_to_be_hidden():
    zh, en = count_line({"total": 12, "covered": None}, "elders_60", 5)
    assert zh == "12 名60岁及以上老人中，<5 或已隐藏 名在服务圈内"
    assert en == "<5 or suppressed of 12 people aged 60 and over inside"


@pytest.mark.parametrize(
    ("share", "text"), [(1, "100%"), (0.7864, "78.6%"), (None, "–"), (pd.NA, "–"), (0, "0%")]
)
def test_shares_are_written_with_one_decimal_at_most(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("limit", "zh"), [("15min", "15 分钟"), ("500m", "500 米"), ("7.5min", "7.5 分钟")]
)
def test_limits_are_written_in_words(limit, zh):
    assert limit_words(limit)[0] == zh


def test_an_hour_is_repeated_or_said_to_be_missing():
    assert when_line("周六 10:00") == ("时段：周六 10:00", "At 周六 10:00")
    assert when_line(None) == ("未计时段", "opening hours not considered")


def test_reasons_stand_covered_first_and_zero_is_left_out():
    table = reason_tables(
        {"meals": {"TOO_FAR": 3, "WALL": 0, "COVERED": 9, "LOCKED_IN": None}}, {}
    )[0]
    assert [row["code"] for row in table["rows"]] == ["COVERED", "LOCKED_IN", "TOO_FAR"]
    assert table["rows"][1]["count"] is None


def test_classes_part_what_is_known():
    assert class_breaks(pd.Series([1, 2, 3, 4, 5, None]).to_numpy(float)).tolist() == [
        1.8,
        2.6,
        3.4,
        4.2,
    ]


@pytest.mark.parametrize("values", [[], [None], [4.0], [4.0, 4.0]])
def test_one_value_makes_one_class(values):
    assert len(class_breaks(pd.Series(values, dtype=float).to_numpy())) <= 1


def test_a_public_page_holds_no_result_of_a_single_building(public):
    html = maps.coverage_map(public).html
    assert '"layer":"covered"' not in html
    assert '"results"' not in html.split("<script>")[0]


NEWER = [
    "structuredClone",
    "?.",
    "??",
    ".replaceAll(",
    ".findLast",
    ".toSorted",
    "Object.groupBy",
    "#private",
]


@pytest.mark.parametrize("token", NEWER)
def test_scripts_keep_to_what_chromium_90_knows(token):
    for name in SCRIPTS:
        code = resources.files("maps").joinpath("assets", name).read_text("utf-8")
        assert token not in re.sub(r"/\*.*?\*/|//.*", "", code, flags=re.DOTALL), name


@pytest.mark.parametrize(
    "token", [":has(", "@container", "@layer", "color-mix", "inset:", "dvh", ":is(", "&:"]
)
def test_styles_keep_to_what_chromium_90_knows(token):
    assert token not in resources.files("maps").joinpath("assets", "page.css").read_text("utf-8")


def test_a_page_that_cannot_be_written_says_so_and_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "page.html"
    folder.mkdir()
    with pytest.raises(InputError, match=r"page\.html"):
        maps.Page("new").save(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
