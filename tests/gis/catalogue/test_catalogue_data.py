"""What the shipped data says, held against the sources it names and against itself."""

import csv
import json
import tomllib

import jsonschema
import pytest

from gis.catalogue import (
    CONFIDENCE,
    Limit,
    catalogue_dict,
    catalogue_tables,
    data_root,
    load_catalogue,
    plain_header,
    schema_validator,
)

CATALOGUE = load_catalogue()

# code -> (metres, minutes, floor area), read off the table of standards by hand
FROM_THE_STANDARDS = {
    "community_service_station": (300, 5, 600),
    "elder_daycare": (300, 5, 350),
    "home_care_station": (500, 15, None),
    "elder_canteen": (500, 15, 50),
    "meal_point": (500, 15, 20),
    "nursing_home": (None, 15, 3500),
    "health_center": (1000, 15, 1000),
    "health_station": (300, 5, 150),
    "nursery_0_3": (300, 5, 200),
    "kindergarten": (300, 5, 3150),
    "primary_school": (500, 10, None),
    "junior_school": (1000, 15, None),
    "culture_center": (1000, 15, 3000),
    "culture_station": (500, None, 250),
    "reading_space": (1000, 15, 100),
    "food_market": (500, 10, 750),
    "convenience_store": (300, 5, 50),
    "parcel_point": (None, 5, 15),
    "street_service_center": (1000, 15, 700),
    "police_station": (800, None, 1000),
    "bus_stop": (500, None, None),
    "waste_point": (70, None, None),
    "parking": (500, None, None),
    "bicycle_parking": (100, None, None),
}


@pytest.mark.parametrize("code", FROM_THE_STANDARDS)
def test_figures_of_the_standards_stand_in_the_table(code):
    row = CATALOGUE.facilities.loc[code]
    metres, minutes, area = FROM_THE_STANDARDS[code]
    found = [row["limit_metres"], row["limit_minutes"], row["floor_area"]]
    assert [None if value != value else value for value in found] == [metres, minutes, area]  # noqa: PLR0124 - NaN


def test_every_facility_and_profile_names_source_and_confidence():
    for name in ("facilities.csv", "profiles.csv", "assumptions.csv"):
        with (data_root() / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert row["source"], row
                assert row["confidence"] in CONFIDENCE, row


def test_every_requirement_names_source_and_confidence():
    for circle in CATALOGUE.circles.values():
        assert circle.source
        assert circle.confidence in CONFIDENCE
        for each in circle.requirements:
            assert each.source
            assert each.confidence in CONFIDENCE


def test_a_proposal_of_the_project_is_marked_as_one():
    ours = CATALOGUE.facilities[CATALOGUE.facilities["source"].str.contains("本项目")]
    assert (ours["confidence"] == "K-low").all()
    assert (ours["place"] == "project proposal").all()


def test_services_of_facilities_and_circles_exist_and_every_service_has_a_kind():
    offered = {each for row in CATALOGUE.facilities["services"] for each in row.split("|")}
    asked = {
        service
        for circle in CATALOGUE.circles.values()
        for requirement in circle.requirements
        for service in requirement.services
    }
    assert offered <= set(CATALOGUE.services.index)
    assert asked <= offered
    unanswered = set(CATALOGUE.services.index) - offered
    assert not unanswered


def test_elder_circle_asks_meals_day_care_and_health_within_fifteen_minutes_of_slow_walking():
    circle = CATALOGUE.circles["elder"]
    asked = {
        each.id: (each.services, str(each.limit), each.profile) for each in circle.requirements
    }
    assert asked == {
        service: ((service,), "15min", "walk_48") for service in ("meals", "day_care", "health")
    }
    assert CATALOGUE.profiles["walk_48"].metres_within(Limit(15, "min")) == 720
    assert circle.pending


def test_culture_circle_asks_a_venue_two_spaces_and_three_in_all():
    asked = {
        each.id: (each.services, each.at_least)
        for each in CATALOGUE.circles["culture"].requirements
    }
    assert asked == {
        "venue": (("culture_venue",), 1),
        "space": (("culture_space",), 2),
        "total": (("culture_venue", "culture_space"), 3),
    }


@pytest.mark.parametrize(("level", "metres"), [("5", 300), ("10", 500), ("15", 1000)])
def test_levels_of_the_national_standard_keep_their_own_distance(level, metres):
    circle = CATALOGUE.circles[f"gb50180_{level}"]
    assert {str(each.limit) for each in circle.requirements} == {f"{metres}m"}
    assert {each.profile for each in circle.requirements} == {"gb50180"}
    assert CATALOGUE.profiles["gb50180"].metres_within(Limit(float(level), "min")) == metres


def test_the_standard_as_a_whole_is_its_three_levels_none_standing_for_another():
    whole = CATALOGUE.circles["gb50180"].requirements
    parts = [CATALOGUE.circles[f"gb50180_{level}"].requirements for level in (5, 10, 15)]
    assert whole == tuple(each for part in parts for each in part)
    health = {each.id: each.services for each in whole if "health" in each.id}
    assert health == {
        "health_station_5": ("health_station",),
        "health_centre_15": ("health_centre",),
    }


def test_every_kind_an_osm_rule_gives_is_a_facility():
    assert {rule.kind for rule in CATALOGUE.osm.stations} <= set(CATALOGUE.facilities.index)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "bank"}, "bank"),
        ({"amenity": "atm"}, "atm"),
        ({"amenity": "school", "name": "南山实验小学"}, "primary_school"),
        ({"amenity": "school", "isced:level": "1"}, "primary_school"),
        ({"amenity": "school", "name": "外国语学校"}, "school"),
        ({"amenity": "school", "name": "第二初级中学"}, "junior_school"),
        ({"amenity": "clinic", "name": "粤海社区健康服务中心"}, "health_center"),
        ({"amenity": "clinic"}, "clinic"),
        ({"amenity": "hospital"}, "hospital"),
        ({"amenity": "restaurant"}, "restaurant"),
        ({"amenity": "restaurant", "name": "银杏里长者食堂"}, "elder_canteen"),
        ({"shop": "convenience"}, "convenience_store"),
        ({"shop": "supermarket"}, "supermarket"),
        ({"shop": "supermarket", "name": "惠民生鲜超市"}, "food_market"),
        ({"shop": "clothes"}, "shop"),
        ({"shop": "vacant"}, None),
        (
            {
                "amenity": "social_facility",
                "social_facility": "day_care",
                "social_facility:for": "senior;disabled",
            },
            "elder_daycare",
        ),
        ({"amenity": "social_facility", "social_facility": "nursing_home"}, "nursing_home"),
        ({"amenity": "library"}, "library"),
        ({"amenity": "library", "name": "转角书房"}, "reading_space"),
        ({"amenity": "community_centre"}, "community_centre"),
        ({"amenity": "community_centre", "name": "登良社区党群服务中心"}, "party_service_center"),
        ({"leisure": "park", "name": "荔香公园"}, "park"),
        ({"leisure": "pitch", "access": "private"}, None),
        ({"highway": "bus_stop"}, "bus_stop"),
        ({"amenity": "toilets"}, "public_toilet"),
        ({"amenity": "post_office"}, "post_office"),
        ({"amenity": "parcel_locker"}, "parcel_point"),
        ({"amenity": "pharmacy"}, "pharmacy"),
        ({"disused:amenity": "bank"}, None),
        ({"building": "yes"}, None),
    ],
)
def test_osm_tags_give_the_kind_of_the_first_rule_that_holds(tags, kind):
    assert CATALOGUE.osm.station_kind(tags) == kind


def test_lists_of_osm_values_do_not_contradict_each_other():
    osm = CATALOGUE.osm
    for one, other in [
        (osm.walkable, osm.walkable_with_foot),
        (osm.foot_yes, osm.foot_no | osm.foot_private),
        (osm.foot_no, osm.foot_private),
        (osm.access_no, osm.access_private),
        (osm.gates, osm.passable),
        (osm.gate_closed | osm.gate_residents, osm.gate_everyone),
        (osm.building_residential, osm.building_other | osm.building_none),
        (osm.building_other, osm.building_none),
    ]:
        assert not one & other
    assert osm.steps <= osm.walkable
    assert osm.sidewalk_needed <= osm.walkable


@pytest.mark.parametrize(
    "path", sorted((data_root() / "columns").glob("*.toml")), ids=lambda p: p.stem
)
def test_a_header_means_one_column_and_a_value_one_value(path):
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    if "table" not in content:
        return
    seen: dict[str, str] = {}
    for column in content["column"]:
        for spelling in {
            plain_header(each)
            for each in (column["name"], column["zh"], column["en"], *column.get("also", []))
        }:
            assert seen.setdefault(spelling, column["name"]) == column["name"], spelling
    for column, values in content.get("values", {}).items():
        told: dict[str, str] = {}
        for value, spellings in values.items():
            for spelling in {plain_header(each) for each in (value, *spellings)}:
                assert told.setdefault(spelling, value) == value, (column, spelling)


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("households", "小区名称", "compound"),
        ("households", "幢", "building"),
        ("households", "楼栋号", "building"),
        ("households", "单元", "unit"),
        ("households", "室", "room"),
        ("households", "总人口（人）", "people"),
        ("households", "60岁以上", "elders_60"),
        ("households", "８０岁以上", "elders_80"),
        ("households", "0-12岁", "children_0_12"),
        ("households", " 低收入 ", "low_income"),
        ("households", "人员类别", "flags"),
        ("households", "最近走访日期", "last_visit"),
        ("stations", "类型", "kind"),
        ("stations", "名称", "name"),
        ("stations", "服务内容", "services"),
        ("stations", "开放时间", "hours"),
        ("stations", "LNG", "lon"),
        ("stations", "纬度", "lat"),
        ("demand", "population", "people"),
        ("gates", "通行", "users"),
        ("candidates", "房屋来源", "premises_source"),
        ("stations", "颜色", None),
    ],
)
def test_headers_as_they_are_met_find_their_column(table, header, column):
    assert CATALOGUE.columns.find(table, header) == column


def test_kinds_and_services_are_understood_by_their_chinese_names():
    kinds = CATALOGUE.columns.values("stations", "kind")
    for code, name in CATALOGUE.facilities["name_zh"].items():
        assert kinds[plain_header(name)] == code
    services = CATALOGUE.columns.values("stations", "services")
    for code, name in CATALOGUE.services["name_zh"].items():
        assert services[plain_header(name)] == code
    assert set(kinds.values()) == set(CATALOGUE.facilities.index)


def test_policing_columns_are_left_out_and_care_columns_stay():
    columns = CATALOGUE.columns
    for header in (
        "重点人员",
        "是否重点人员",
        "特殊人员",
        "政治面貌",
        "党员",
        "是否党员",
        "重点户/重点人员",
    ):
        assert columns.left_out(header) == "policing"
        assert columns.find("households", header) is None
    for header in ("重点户", "重点人群", "人员类别"):
        assert columns.left_out(header) is None
    assert columns.left_out("户主姓名") == columns.left_out("身份证号") == "personal"
    assert columns.left_out("name", "stations") is None


def test_every_schema_is_itself_valid():
    for path in (data_root() / "schema").glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_the_catalogue_as_json_keeps_its_published_schema():
    told = catalogue_dict(CATALOGUE)
    schema_validator("catalogue").validate(json.loads(json.dumps(told)))
    assert len(told["facilities"]) == len(CATALOGUE.facilities)


@pytest.mark.parametrize(("lang", "mark"), [("zh", "待核"), ("en", "to be verified")])
def test_rows_resting_on_general_knowledge_say_so_in_print(lang, mark):
    tables = catalogue_tables(CATALOGUE, lang)
    assert list(tables) == ["facilities", "services", "circles", "profiles", "assumptions"]
    confidence = tables["facilities"].iloc[:, -2]
    general = CATALOGUE.facilities["confidence"].str.startswith("K").tolist()
    assert confidence.str.contains(mark).tolist() == general
    assert not any(table.isna().any().any() for table in tables.values())


def test_a_requirement_is_pending_when_its_profile_is():
    elder = next(each for each in catalogue_dict(CATALOGUE)["circles"] if each["id"] == "elder")
    assert elder["requirements"][0]["confidence"] == "F"
    assert elder["requirements"][0]["pending"]
