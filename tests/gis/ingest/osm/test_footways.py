"""The pedestrian filter, tag by tag."""

import math

import pytest

from gis.ingest.footways import grade, judge, judged_keys, layer

WALKED = [
    "primary",
    "primary_link",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "pedestrian",
    "footway",
    "path",
    "track",
    "steps",
    "corridor",
    "elevator",
    "platform",
    "road",
]
NEVER = [
    "construction",
    "proposed",
    "planned",
    "raceway",
    "escape",
    "abandoned",
    "razed",
    "rest_area",
    "services",
    "bus_stop",
    "no",
]
ONLY_WITH_FOOT = [
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "cycleway",
    "bridleway",
    "busway",
    "bus_guideway",
]


@pytest.fixture
def verdict(catalogue):
    """Return ``everyone``, ``residents``, or why a way is dropped."""

    def of(**tags):
        found = judge({key.replace("__", ":"): value for key, value in tags.items()}, catalogue.osm)
        return None if found is None else found.users or found.dropped

    return of


@pytest.mark.parametrize("highway", WALKED)
def test_ordinary_streets_and_paths_are_walked_by_everyone(verdict, highway):
    assert verdict(highway=highway) == "everyone"


@pytest.mark.parametrize("highway", NEVER)
def test_nothing_opens_what_is_not_there_or_never_for_walkers(verdict, highway):
    assert verdict(highway=highway) == "class"
    assert verdict(highway=highway, foot="yes") == "class"


@pytest.mark.parametrize("highway", ONLY_WITH_FOOT)
def test_expressways_and_cycleways_are_walked_only_where_foot_says_so(verdict, highway):
    assert verdict(highway=highway) == "class"
    assert verdict(highway=highway, access="yes") == "class"
    assert verdict(highway=highway, foot="yes") == "everyone"
    assert verdict(highway=highway, foot="designated") == "everyone"


@pytest.mark.parametrize(
    "side", ["sidewalk", "sidewalk__left", "sidewalk__right", "sidewalk__both"]
)
def test_sidewalk_opens_a_trunk_road(verdict, side):
    assert verdict(highway="trunk", **{side: "yes"}) == "everyone"
    assert verdict(highway="trunk", **{side: "no"}) == "class"


def test_sidewalk_opens_a_cycleway(verdict):
    assert verdict(highway="cycleway", sidewalk="right") == "everyone"
    assert verdict(highway="cycleway", foot="designated", segregated="yes") == "everyone"


def test_sidewalk_does_not_open_a_motorway(verdict):
    assert verdict(highway="motorway", sidewalk="both") == "class"


def test_sidewalk_drawn_apart_leaves_the_trunk_road_closed(verdict):
    assert verdict(highway="trunk", sidewalk="separate") == "class"


def test_primary_road_without_sidewalk_is_still_walked(verdict):
    assert verdict(highway="primary", sidewalk="no") == "everyone"
    assert verdict(highway="primary", sidewalk="separate") == "everyone"


@pytest.mark.parametrize("foot", ["no", "use_sidepath"])
def test_foot_no_closes_any_way(verdict, foot):
    assert verdict(highway="footway", foot=foot) == "foot"
    assert verdict(highway="residential", foot=foot, access="yes") == "foot"


@pytest.mark.parametrize("foot", ["private", "residents"])
def test_private_foot_keeps_the_way_for_residents(verdict, foot):
    assert verdict(highway="footway", foot=foot) == "residents"
    assert verdict(highway="footway", foot=foot, access="yes") == "residents"


@pytest.mark.parametrize("access", ["no", "military", "bus", "emergency"])
def test_access_no_closes_and_foot_yes_opens_again(verdict, access):
    assert verdict(highway="service", access=access) == "access"
    for foot in ("yes", "designated", "permissive"):
        assert verdict(highway="service", access=access, foot=foot) == "everyone"


@pytest.mark.parametrize("access", ["private", "residents", "permit"])
def test_private_access_keeps_the_way_for_residents(verdict, access):
    assert verdict(highway="service", access=access) == "residents"
    assert verdict(highway="service", access=access, foot="yes") == "everyone"
    assert verdict(highway="service", access=access, foot="no") == "foot"


@pytest.mark.parametrize("access", ["yes", "permissive", "destination", "customers", "designated"])
def test_open_access_changes_nothing(verdict, access):
    assert verdict(highway="service", access=access) == "everyone"


@pytest.mark.parametrize(
    "motor",
    [{"vehicle": "no"}, {"motor_vehicle": "no"}, {"motorcar": "private"}, {"oneway": "yes"}],
)
def test_tags_for_vehicles_do_not_matter(verdict, motor):
    assert verdict(highway="residential", **motor) == "everyone"


def test_motorroad_closes_a_primary_road_unless_foot_says_otherwise(verdict):
    assert verdict(highway="primary", motorroad="yes") == "motor_only"
    assert verdict(highway="primary", motorroad="yes", foot="yes") == "everyone"


@pytest.mark.parametrize("service", ["driveway", "parking_aisle", "alley"])
def test_service_roads_of_all_kinds_are_walked(verdict, service):
    assert verdict(highway="service", service=service) == "everyone"


@pytest.mark.parametrize("footway", ["sidewalk", "crossing"])
def test_sidewalks_and_crossings_are_walked(verdict, footway):
    assert verdict(highway="footway", footway=footway) == "everyone"


def test_escalators_are_walked(verdict):
    assert verdict(highway="steps", conveying="yes") == "everyone"


@pytest.mark.parametrize("key", ["railway", "public_transport"])
def test_platforms_without_a_highway_tag_are_walked(verdict, key):
    assert verdict(**{key: "platform"}) == "everyone"
    assert verdict(**{key: "platform"}, foot="no") == "foot"


def test_ferries_and_railways_are_no_streets(verdict):
    assert verdict(route="ferry") is None
    assert verdict(railway="rail") is None


def test_verdict_depends_on_the_judged_keys_only(catalogue):
    assert {"highway", "foot", "access", "sidewalk", "motorroad", "railway"} <= judged_keys(
        catalogue.osm
    )


@pytest.mark.parametrize(
    ("incline", "slope"),
    [("10%", 0.1), ("-5.5 %", -0.055), ("+4%", 0.04), ("45°", 1.0), ("0%", 0.0)],
)
def test_numeric_incline_is_rise_over_run(incline, slope):
    assert grade(incline) == pytest.approx(slope)


@pytest.mark.parametrize(
    "incline", [None, "", "up", "down", "steep", "10", "300%", "80°", "1:5", "5%-8%"]
)
def test_incline_without_a_believable_number_is_unknown(incline):
    assert math.isnan(grade(incline))


@pytest.mark.parametrize(("given", "expected"), [("1", 1), ("-2", -2), ("0;1", None), ("x", None)])
def test_layer_is_one_whole_number_or_unknown(given, expected):
    assert layer({"layer": given}) == expected
    assert layer({}) is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"bridge": "yes"}, 1),
        ({"bridge": "viaduct"}, 1),
        ({"tunnel": "yes"}, -1),
        ({"bridge": "no"}, None),
        ({"tunnel": "building_passage"}, None),
        ({"bridge": "yes", "layer": "2"}, 2),
        ({"bridge": "yes", "layer": "0"}, 0),
    ],
)
def test_bridge_or_tunnel_without_a_layer_is_off_the_ground(tags, expected):
    assert layer(tags) == expected
