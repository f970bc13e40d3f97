"""The review names what is assumed and doubtful, and how many depend on it."""

import pandas as pd
from shapely import box
from towns import frame, gate, households, points, stations, street_table, walled_town

import gis
from gis.district import build_district


def kinds(town):
    return set(gis.review(town).issues["kind"])


def test_guessed_gates_name_the_compound_the_street_and_how_many_depend():
    lines = {
        "main1": (("a", "m"), [(0, 0), (150, 0)]),
        "main2": (("m", "z"), [(150, 0), (400, 0)]),
        "lane": (("m", "n"), [(150, 0), (150, 100)]),
    }
    town = walled_town(streets=street_table(lines, name=["学府路", "学府路", None]))
    issues = gis.review(town).issues.set_index("kind")
    assert issues.loc["assumed_gates", "people"] == 3
    assert issues.loc["assumed_gates", "text_zh"] == "请标注杏园在学府路的出入口：3 户依赖这一推测"


def test_a_known_gate_ends_the_doubt():
    assert "assumed_gates" not in kinds(walled_town(gates=gate()))


def test_whether_it_is_gated_is_asked_where_nobody_knows():
    assert "gated_unknown" in kinds(walled_town(gated="unknown"))
    assert "gated_unknown" not in kinds(walled_town(gated="yes"))


def test_homes_far_from_streets_and_households_without_a_place_are_errors():
    town = walled_town(
        buildings=points({"b1": (160, 60), "far": (300, 500)}, households=[3, 4]),
        households=households({"h1": "b1", "h2": "far", "h3": None}),
    )
    issues = gis.review(town).issues.set_index("kind")
    assert issues.loc["off_street", ["severity", "people"]].tolist() == ["error", 1.0]
    assert issues.loc["unplaced", ["severity", "people"]].tolist() == ["error", 1.0]


def test_stations_that_cannot_serve_are_named():
    posts = stations(
        {"s1": (0, 5), "s2": (0, 900), "s3": (5, 5)},
        services=["meals", "meals", None],
        hours=["不定期", None, None],
    )
    issues = gis.review(walled_town(stations=posts)).issues
    told = dict(zip(issues["subject"], issues["kind"], strict=True))
    assert (told["s1"], told["s2"], told["s3"]) == (
        "hours_unread",
        "station_off_street",
        "no_service",
    )


def test_hours_of_services_and_gates_are_read_too_and_assumed_times_are_named():
    posts = stations(
        {"s1": (0, 5), "s2": (20, 5), "s3": (40, 5)},
        hours=["9:00-17:00", "周末 白天", None],
        service_hours=["meals=隔周周六", None, "meals=周三下午"],
    )
    town = walled_town(stations=posts, gates=gate(hours=["看情况"]))
    issues = gis.review(town).issues
    told = issues[issues["kind"].str.startswith("hours")]
    assert sorted(zip(told["kind"], told["subject"], strict=True)) == [
        ("hours_assumed", "s2"),
        ("hours_assumed", "s3"),
        ("hours_unread", "g1"),
        ("hours_unread", "s1"),
    ]
    text = told.set_index("subject").loc["s3", "text_zh"]
    assert text == "站点 s3 的开放时间没有写明“下午”是几点，按约定计"


def test_a_district_without_stations_is_told_what_to_do_and_covers_nobody():
    town = walled_town(stations=None)
    told = gis.review(town).issues.set_index("kind").loc["no_stations"]
    assert told["text_zh"] == "没有任何站点，谁也不会被覆盖：导入时用 --stations 给出站点清单"
    assert told["text_en"].startswith("there are no stations, so nobody is covered")
    coverage = gis.cover(town, service="meals")
    assert coverage.reasons["meals"] == {"NO_STATION": 3.0}


def test_islands_with_homes_are_listed_and_parts_counted():
    lines = {f"m{k}": ((f"n{k}", f"n{k + 1}"), [(k * 10, 0), (k * 10 + 10, 0)]) for k in range(150)}
    lines["apart"] = (("p", "q"), [(0, 300), (50, 300)])
    town = build_district(
        "岛",
        "EPSG:4543",
        streets=street_table(lines),
        buildings=points({"b1": (10, 5), "b2": (20, 310)}, people=[5, 7]),
        stations=stations({"s1": (100, 5)}),
    )
    review = gis.review(town)
    island = review.issues[review.issues["kind"] == "island"]
    assert list(island["people"]) == [7.0]
    assert review.figures["parts"] == 2
    assert review.weight == "people"


def test_an_area_of_compounds_is_taken_as_open_and_said():
    both = frame(
        ["c1", "c2"],
        [box(100, 10, 200, 110), box(90, 5, 400, 300)],
        name=["杏园", "片"],
        gated=["yes", "yes"],
    )
    issues = gis.review(walled_town(compounds=both)).issues
    assert list(issues.loc[issues["kind"] == "holds_compounds", "subject"]) == ["c2"]


def test_issues_come_by_severity_and_then_by_how_many_depend():
    issues = gis.review(gis.sample("ginkgo")).issues
    rank = issues["severity"].map({"error": 0, "doubt": 1, "note": 2})
    assert rank.is_monotonic_increasing
    for _, group in issues.groupby("severity"):
        assert group["people"].is_monotonic_decreasing


def test_both_measures_and_the_detour_are_told():
    told = gis.cover(walled_town(), service="meals", limit="300m").measures["meals"]
    assert (told["walk"], told["line"]) == (3.0, 3.0)
    straight = (160**2 + 55**2) ** 0.5
    assert told["detour"] == round(225 / round(straight, 3), 3)


def test_gaps_name_reason_nearest_station_and_fix():
    town = walled_town(gates=gate(users="nobody"))
    gaps = gis.explain(town, gis.cover(town, service="meals", limit="300m"))
    row = gaps.iloc[0]
    assert (row["reason_zh"], row["weight"]) == ("门禁阻隔", 3.0)
    assert pd.isna(row["minutes"])
    assert row["fix_zh"] == "对外开放杏园南门"
    assert len(gis.explain(town, gis.cover(walled_town(), service="meals", limit="300m"))) == 0
