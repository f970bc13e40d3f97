"""Buildings, walls, compounds and stations."""

import pytest
import shapely
from osm_drawing import lonlat, square

from gis.ingest.osm_places import read_floors

STREET = {"highway": "residential"}


def block(tags, **options):
    """Return a drawing of one 50 m square with these tags."""
    nodes, ring = square(1, 0, 0, 50)
    return nodes, {1: (ring, tags)}, options


@pytest.mark.parametrize(
    ("levels", "floors"),
    [
        *[("6", 6), (" 12 ", 12), ("3.0", 3), ("0", 0)],
        *[(bad, None) for bad in ("6;7", "5.5", "-1", "many", "301", "", None)],
    ],
)
def test_floors_are_one_whole_number_or_unknown(levels, floors):
    assert read_floors(levels) == floors


def test_building_keeps_its_words(read):
    tags = {
        "building": "apartments",
        "building:levels": "18",
        "name": "3栋",
        "addr:street": "学府路",
        "addr:housenumber": "71号",
    }
    row = read(*block(tags)[:2]).buildings.loc["w1"]
    assert (row["use"], row["floors"], row["name"]) == ("residential", 18, "3栋")
    assert row["address"] == "学府路 71号"
    assert row["lift"] is not True


def row_of_squares(tags):
    """Draw one 10 m square per entry, ways 1, 2, 3 …"""
    nodes, ways = {}, {}
    for number, each in enumerate(tags, 1):
        corners, ring = square(10 * number, 20 * number, 0, 10)
        nodes |= corners
        ways[number] = (ring, each)
    return nodes, ways


def test_use_of_a_building_follows_its_kind(read):
    kinds = ["apartments", "dormitory", "school", "retail"]
    found = read(*row_of_squares([{"building": kind} for kind in kinds])).buildings["use"]
    assert found.tolist() == ["residential", "residential", "other", "other"]


def test_use_of_a_building_that_is_only_a_building_is_unknown(read):
    assert read(*row_of_squares([{"building": "yes"}])).buildings["use"].isna().all()


def test_building_that_is_not_there_is_left_out(read):
    tags = [{"building": kind} for kind in ("no", "construction", "demolished", "house")]
    assert list(read(*row_of_squares(tags)).buildings.index) == ["w4"]


def test_unreadable_levels_are_counted(read):
    layers = read(*block({"building": "yes", "building:levels": "6;7"})[:2])
    assert layers.buildings["floors"].isna().all()
    assert layers.counts["buildings with unreadable building:levels"] == 1


def test_building_with_a_courtyard_has_a_hole(read):
    outer, ring = square(1, 0, 0, 60)
    inner, hole = square(5, 20, 20, 20)
    members = [("w", 1, "outer"), ("w", 2, "inner")]
    house = {"type": "multipolygon", "building": "apartments"}
    layers = read(outer | inner, {1: (ring, {}), 2: (hole, {})}, {9: (members, house)})
    shape = layers.buildings.geometry["r9"]
    assert len(shape.interiors) == 1
    metres = layers.buildings.to_crs("EPSG:32649").area
    assert metres.iloc[0] == pytest.approx(3600 - 400, rel=0.01)


def test_outline_in_several_ways_closes_whatever_their_direction(read):
    nodes = {1: (0, 0), 2: (50, 0), 3: (50, 50), 4: (0, 50)}
    ways = {1: ([1, 2, 3], {}), 2: ([1, 4, 3], {})}
    house = {"type": "multipolygon", "building": "yes"}
    layers = read(nodes, ways, {9: ([("w", 1, "outer"), ("w", 2, "")], house)})
    assert layers.buildings.geometry["r9"].is_valid
    assert list(layers.buildings.index) == ["r9"]


def test_outline_cut_by_the_border_of_the_extract_is_counted(read):
    nodes = {1: (0, 0), 2: (50, 0), 3: (50, 50)}
    house = {"type": "multipolygon", "building": "yes"}
    members = [("w", 1, "outer"), ("w", 77, "outer")]
    layers = read(nodes, {1: ([1, 2, 3], {}), 2: ([1, 2], STREET)}, {9: (members, house)})
    assert layers.buildings.empty
    assert layers.counts["buildings dropped: outline does not close"] == 1


@pytest.mark.parametrize("ring", [[1, 2, 3, 77, 1], [1, 2, 3]])
@pytest.mark.parametrize(
    ("tags", "layer"),
    [
        ({"building": "yes"}, "buildings"),
        ({"landuse": "residential"}, "compounds"),
        ({"amenity": "school"}, "stations"),
    ],
)
def test_ring_that_does_not_close_is_counted(read, ring, tags, layer):
    nodes = {1: (0, 0), 2: (50, 0), 3: (50, 50)}
    layers = read(nodes, {1: (ring, tags), 2: ([1, 2], STREET)})
    assert getattr(layers, layer).empty
    assert layers.counts[f"{layer} dropped: outline does not close"] == 1


def test_outline_that_crosses_itself_is_mended_and_counted(read):
    nodes = {1: (0, 0), 2: (50, 50), 3: (50, 0), 4: (0, 50)}
    layers = read(nodes, {1: ([1, 2, 3, 4, 1], {"building": "yes"})})
    assert layers.buildings.geometry.is_valid.all()
    assert layers.counts["buildings with a mended outline"] == 1


def row_of_lines(tags):
    """Draw one line per entry, ways 1, 2, 3 …"""
    nodes = {2 * i + end: (10 * i, 10 * end) for i in range(len(tags)) for end in (0, 1)}
    return nodes, {i + 1: ([2 * i, 2 * i + 1], each) for i, each in enumerate(tags)}


def test_lines_that_stop_a_walker_are_barriers(read):
    cases = [
        ({"barrier": "wall"}, "wall"),
        ({"barrier": "fence"}, "fence"),
        ({"barrier": "hedge"}, "hedge"),
        ({"barrier": "retaining_wall"}, "wall"),
        ({"barrier": "city_wall"}, "wall"),
        ({"barrier": "guard_rail"}, "fence"),
        ({"railway": "rail"}, "rail"),
        ({"waterway": "river"}, "river"),
        ({"waterway": "canal"}, "river"),
        ({"highway": "motorway"}, "expressway"),
    ]
    barriers = read(*row_of_lines([tags for tags, _ in cases])).barriers
    assert barriers["kind"].tolist() == [kind for _, kind in cases]


def test_what_one_walks_over_or_under_is_no_barrier(read):
    tags = [
        {"railway": "rail", "tunnel": "yes"},
        {"railway": "rail", "bridge": "yes"},
        {"waterway": "river", "tunnel": "culvert"},
        {"waterway": "stream"},
        {"railway": "abandoned"},
    ]
    assert read(*row_of_lines(tags)).barriers.empty


def test_edge_of_a_river_is_a_barrier_as_ring_and_as_multipolygon(read):
    water = {"natural": "water", "water": "river"}
    nodes, ring = square(1, 0, 0, 50)
    assert read(nodes, {1: (ring, water)}).barriers.geometry.geom_type.tolist() == ["LineString"]
    island, inner = square(5, 20, 20, 10)
    members = [("w", 1, "outer"), ("w", 2, "inner")]
    river = {9: (members, water | {"type": "multipolygon"})}
    banks = read(nodes | island, {1: (ring, {}), 2: (inner, {})}, river).barriers
    assert list(banks.index) == ["r9"]
    assert banks.geometry.iloc[0].geom_type == "MultiLineString"


# compounds: 200 m squares at the origin


def compound(tags=None, ways=None, nodes=None, **options):
    corners, ring = square(1, 0, 0, 200)
    area = {"landuse": "residential", "name": "银杏里"} | (tags or {})
    return corners | (nodes or {}), {1: (ring, area)} | (ways or {}), options


def gated(layers):
    row = layers.compounds.loc["w1"]
    source = row["gated_source"]
    return row["gated"], source if isinstance(source, str) else None


def test_plain_compound_is_unknown(read):
    layers = read(*compound()[:2])
    assert gated(layers) == ("unknown", None)
    assert layers.compounds["name"].tolist() == ["银杏里"]


@pytest.mark.parametrize(
    ("tags", "answer"),
    [
        ({"gated": "yes"}, "yes"),
        ({"residential": "gated"}, "yes"),
        ({"barrier": "wall"}, "yes"),
        ({"access": "private"}, "yes"),
        ({"gated": "no"}, "no"),
        ({"access": "yes"}, "no"),
    ],
)
def test_tags_of_a_compound_tell_whether_it_is_gated(read, tags, answer):
    assert gated(read(*compound(tags)[:2])) == (answer, "osm")


@pytest.mark.parametrize("walled", [True, False])
def test_wall_along_most_of_the_ring_makes_a_compound_gated(read, walled):
    nodes = {5: (200, 100)}
    wall = [1, 2, 3, 4, 5] if not walled else [5, 3, 4, 1, 2]
    # from the middle of the east side round to its lower corner: seven eighths of the ring
    refs = wall if walled else wall[:2]
    layers = read(*compound(None, {2: (refs, {"barrier": "fence"})}, nodes)[:2])
    assert gated(layers) == (("yes", "osm") if walled else ("unknown", None))


def crossing(street, *, y=100, extra=None):
    """Draw a street from west to east through the compound, at height y."""
    nodes = {11: (-50, y), 12: (100, y), 13: (250, y)}
    return compound(None, {2: ([11, 12, 13], street)}, nodes | (extra or {}))[:2]


@pytest.mark.parametrize("highway", ["primary", "secondary", "tertiary", "unclassified"])
def test_public_street_through_a_compound_makes_it_open(read, highway):
    assert gated(read(*crossing({"highway": highway}))) == ("no", "assumed")


@pytest.mark.parametrize("highway", ["residential", "living_street", "pedestrian"])
def test_only_a_named_small_street_makes_it_open(read, highway):
    assert gated(read(*crossing({"highway": highway, "name": "兴华街"}))) == ("no", "assumed")
    assert gated(read(*crossing({"highway": highway}))) == ("unknown", None)


@pytest.mark.parametrize("highway", ["service", "footway", "path"])
def test_inner_ways_tell_nothing(read, highway):
    assert gated(read(*crossing({"highway": highway, "name": "内部路"}))) == ("unknown", None)


@pytest.mark.parametrize("y", [0, 5, 195])
def test_street_along_the_ring_is_the_street_outside(read, y):
    assert gated(read(*crossing({"highway": "primary"}, y=y))) == ("unknown", None)


@pytest.mark.parametrize("layer", ["1", "-1"])
def test_street_above_or_below_tells_nothing(read, layer):
    assert gated(read(*crossing({"highway": "primary", "layer": layer}))) == ("unknown", None)


def test_private_street_tells_nothing(read):
    street = {"highway": "tertiary", "access": "private"}
    assert gated(read(*crossing(street))) == ("unknown", None)


def test_tags_beat_streets(read):
    nodes, ways = crossing({"highway": "primary"})
    ways[1][1]["gated"] = "yes"
    assert gated(read(nodes, ways)) == ("yes", "osm")


def test_compound_drawn_as_multipolygon_is_one(read):
    nodes = {1: (0, 0), 2: (50, 0), 3: (50, 50), 4: (0, 50)}
    ways = {1: ([1, 2, 3], {}), 2: ([3, 4, 1], {})}
    area = {"type": "multipolygon", "landuse": "residential"}
    layers = read(nodes, ways, {9: ([("w", 1, "outer"), ("w", 2, "outer")], area)})
    assert list(layers.compounds.index) == ["r9"]


def test_building_belongs_to_the_smallest_compound_around_it(read):
    nodes, ring = square(1, 0, 0, 200)
    more, inner = square(5, 10, 10, 80)
    inside, house = square(9, 20, 20, 20)
    outside, other = square(13, 120, 120, 20)
    away, third = square(17, 300, 300, 20)
    area, building = {"landuse": "residential"}, {"building": "yes"}
    ways = {1: (ring, area), 2: (inner, area), 3: (house, building), 4: (other, building)}
    layers = read(nodes | more | inside | outside | away, ways | {5: (third, building)})
    found = layers.buildings["compound"]
    assert found["w3"] == "w2"
    assert found["w4"] == "w1"
    assert found.isna()["w5"]


# stations


def test_station_has_its_kind_services_and_hours(read, catalogue):
    shop = {"amenity": "pharmacy", "name": "大药房", "opening_hours": "Mo-Su 08:00-22:00"}
    layers = read({1: (0, 0, shop), 2: (9, 9), 3: (20, 20)}, {1: ([2, 3], STREET)})
    row = layers.stations.loc["n1"]
    assert (row["kind"], row["name"], row["state"]) == ("pharmacy", "大药房", "open")
    assert row["services"] == catalogue.facilities["services"]["pharmacy"]
    assert row["hours"] == "Mo-Su 08:00-22:00"
    assert row.geometry.geom_type == "Point"


@pytest.mark.parametrize("key", ["disused:amenity", "abandoned:amenity", "was:amenity"])
def test_station_that_is_gone_is_left_out(read, key):
    nodes = {1: (0, 0, {key: "school"}), 2: (9, 9), 3: (20, 20)}
    assert read(nodes, {1: ([2, 3], STREET)}).stations.empty


def school(name="学府小学", **extra):
    return {"amenity": "school", "name": name} | extra


def test_school_drawn_as_point_and_ground_is_one_station(read):
    nodes, ring = square(1, 0, 0, 100)
    nodes[9] = (50, 50, school(opening_hours="Mo-Fr 07:00-18:00"))
    layers = read(nodes, {1: (ring, school())})
    assert list(layers.stations.index) == ["w1"]
    assert layers.stations["hours"].tolist() == ["Mo-Fr 07:00-18:00"]
    assert layers.counts["stations merged: drawn as point and area"] == 1


@pytest.mark.parametrize("other", [school("另一所小学"), {"amenity": "bank", "name": "学府小学"}])
def test_another_place_inside_the_ground_stays(read, other):
    nodes, ring = square(1, 0, 0, 100)
    nodes[9] = (50, 50, other)
    assert len(read(nodes, {1: (ring, school())}).stations) == 2


def test_places_without_a_name_are_never_merged(read):
    nodes, ring = square(1, 0, 0, 100)
    nodes[9] = (50, 50, {"amenity": "school"})
    assert len(read(nodes, {1: (ring, {"amenity": "school"})}).stations) == 2


def test_station_in_a_relation_keeps_its_ground(read):
    nodes = {1: (0, 0), 2: (50, 0), 3: (50, 50), 4: (0, 50)}
    ways = {1: ([1, 2, 3], {}), 2: ([3, 4, 1], {})}
    tags = school() | {"type": "multipolygon"}
    layers = read(nodes, ways, {9: ([("w", 1, "outer"), ("w", 2, "outer")], tags)})
    assert layers.stations.geometry["r9"].covers(shapely.Point(lonlat(25, 25)))
