"""
Gates and entrances.

    4 --------- 3      a compound of 200 m; its gate, node 5, in the middle of the south side
    |           |
    1 --- 5 --- 2      a street from 6, south of the gate, through it to 7
          |
          6
"""

import pytest
from osm_drawing import square

from gis.ingest.osm_doors import gate_users

STREET = {"highway": "service"}
AREA = {"landuse": "residential", "name": "银杏里"}


def town(gate, ring_tags=None, street=None):
    """Draw the town with these tags on its gate."""
    nodes = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200)}
    nodes |= {5: (100, 0, gate), 6: (100, -50), 7: (100, 100)}
    ring = [1, 5, 2, 3, 4, 1]
    return nodes, {1: (ring, ring_tags or AREA), 2: ([6, 5, 7], street or STREET)}


def gate_with(read, **tags):
    return read(*town({"barrier": "gate"} | tags)).gates.loc["n5"]


@pytest.mark.parametrize(
    ("tags", "users"),
    [
        ({}, "unknown"),
        ({"access": "yes"}, "everyone"),
        ({"access": "permissive"}, "everyone"),
        ({"access": "private"}, "residents"),
        ({"access": "residents"}, "residents"),
        ({"access": "no"}, "nobody"),
        ({"foot": "no"}, "nobody"),
        ({"foot": "yes"}, "everyone"),
        ({"foot": "private"}, "residents"),
        ({"access": "private", "foot": "yes"}, "everyone"),
        ({"access": "yes", "foot": "no"}, "nobody"),
        ({"locked": "yes"}, "nobody"),
        ({"locked": "no"}, "unknown"),
        ({"locked": "yes", "access": "yes"}, "nobody"),
        ({"locked": "yes", "access": "private"}, "residents"),
        ({"motor_vehicle": "no"}, "unknown"),
    ],
)
def test_who_may_pass_a_gate_follows_from_its_tags(catalogue, tags, users):
    assert gate_users({"barrier": "gate"} | tags, catalogue.osm) == users


def row_of_gates(tags):
    """Draw one gate per entry along a street."""
    nodes = {i: (20 * i, 0, each) for i, each in enumerate(tags, 1)}
    return nodes, {1: (list(nodes), STREET)}


def test_whether_a_gate_is_step_free(read):
    cases = [
        ({"barrier": "gate"}, None),
        ({"barrier": "turnstile"}, False),
        ({"barrier": "kissing_gate"}, False),
        ({"barrier": "turnstile", "wheelchair": "yes"}, True),
        ({"barrier": "gate", "wheelchair": "yes"}, True),
        ({"barrier": "gate", "wheelchair": "no"}, False),
        ({"barrier": "gate", "wheelchair": "limited"}, None),
    ]
    gates = read(*row_of_gates([tags for tags, _ in cases])).gates
    found = [
        None if missing else bool(value)
        for value, missing in zip(
            gates["step_free"].fillna(False), gates["step_free"].isna(), strict=True
        )
    ]
    assert found == [expected for _, expected in cases]


def test_gate_knows_its_street_node_its_compound_and_hours(read):
    gate = gate_with(read, name="南门", opening_hours="06:00-23:00")
    assert (gate["node"], gate["compound"], gate["source"]) == ("n5", "w1", "osm")
    assert (gate["name"], gate["hours"]) == ("南门", "06:00-23:00")


def test_gates_of_all_kinds_are_gates(read):
    kinds = ["gate", "lift_gate", "swing_gate", "sliding_gate", "turnstile"]
    assert len(read(*row_of_gates([{"barrier": kind} for kind in kinds])).gates) == len(kinds)


def test_what_walkers_pass_by_is_no_gate(read):
    kinds = ["bollard", "block", "cycle_barrier", "kerb"]
    assert read(*row_of_gates([{"barrier": kind} for kind in kinds])).gates.empty


def test_gate_in_a_wall_without_a_street_has_no_node(read):
    nodes, ways = town({"barrier": "gate"})
    ways[2] = ([6, 7], STREET)
    gate = read(nodes, ways).gates.loc["n5"]
    assert gate["compound"] == "w1"
    assert gate[["node"]].isna().all()


@pytest.mark.parametrize(("metres", "belongs"), [(0, True), (10, True), (20, False)])
def test_gate_belongs_to_the_compound_whose_ring_is_near(read, metres, belongs):
    nodes, ring = square(1, 0, 0, 200)
    gate = {"barrier": "gate"}
    nodes |= {5: (100, -metres, gate), 6: (100, -50), 7: (100, 100)}
    gates = read(nodes, {1: (ring, AREA), 2: ([6, 5, 7], STREET)}).gates
    assert gates["compound"].notna().tolist() == [belongs]


def test_gate_of_two_compounds_belongs_to_the_nearer(read):
    nodes, ring = square(1, 0, 0, 100)
    more, other = square(5, 110, 0, 100)
    nodes |= more | {9: (107, 50, {"barrier": "gate"}), 10: (107, -50), 11: (107, 150)}
    gates = read(nodes, {1: (ring, AREA), 2: (other, AREA), 3: ([10, 9, 11], STREET)}).gates
    assert gates["compound"].tolist() == ["w2"]


def test_gate_on_nothing_is_left_out_and_counted(read):
    nodes, ways = town({})
    nodes[8] = (500, 500, {"barrier": "gate"})
    layers = read(nodes, ways)
    assert layers.gates.empty
    assert layers.counts["gates left out: on no street, wall or compound"] == 1


def test_gate_on_a_street_nobody_walks_and_no_wall_is_left_out(read):
    nodes = {5: (0, 0, {"barrier": "lift_gate"}), 6: (50, 0), 7: (90, 0), 8: (99, 9)}
    ways = {1: ([5, 6], {"highway": "service", "foot": "no"}), 2: ([7, 8], STREET)}
    assert read(nodes, ways).gates.empty


# entrances


def house(kind, building=None):
    nodes, ring = square(1, 0, 0, 40)
    nodes[5] = (20, 0, {"entrance": kind})
    ring = [1, 5, *ring[1:]]
    return nodes, {1: (ring, building or {"building": "apartments"})}


def test_doors_on_an_outline_belong_to_the_building(read):
    kinds = ["main", "yes", "staircase", "no", "exit", "emergency", "garage"]
    nodes = {i: (10 * i, 0, {"entrance": kind}) for i, kind in enumerate(kinds, 1)}
    nodes |= {90: (100, 50), 91: (0, 50)}
    ring = [*range(1, len(kinds) + 1), 90, 91, 1]
    entrances = read(nodes, {1: (ring, {"building": "apartments"})}).entrances
    assert entrances["kind"].tolist() == ["main", "yes", "staircase"]
    assert set(entrances["place"]) == {"w1"}


def test_door_on_nothing_is_counted(read):
    nodes, ways = house("main")
    nodes[9] = (300, 300, {"entrance": "yes"})
    layers = read(nodes, ways)
    assert list(layers.entrances.index) == ["n5"]
    assert layers.counts["entrances dropped: not on an outline"] == 1


def test_door_between_two_houses_is_a_door_of_both(read):
    nodes, ways = house("yes")
    nodes |= {6: (0, -40), 7: (40, -40)}
    ways[2] = ([1, 6, 7, 2, 5, 1], {"building": "yes"})
    entrances = read(nodes, ways).entrances
    assert dict(entrances["place"]) == {"n5": "w1", "n5.2": "w2"}


def test_door_of_a_house_in_a_relation_is_found(read):
    nodes, ways = house("main", {"source": "survey"})
    building = {"type": "multipolygon", "building": "yes"}
    entrances = read(nodes, ways, {9: ([("w", 1, "outer")], building)}).entrances
    assert entrances["place"].tolist() == ["r9"]


SCHOOL = {"amenity": "school", "name": "学府小学"}


def test_gate_on_the_ground_of_a_school_is_a_door_of_it(read):
    entrances = read(*town({"barrier": "gate"}, SCHOOL)).entrances
    assert dict(entrances["place"]) == {"n5": "w1"}
    assert entrances["kind"].tolist() == ["gate"]


def test_locked_gate_is_no_way_into_a_school(read):
    assert read(*town({"barrier": "gate", "foot": "no"}, SCHOOL)).entrances.empty


def test_gate_in_the_wall_of_a_plain_house_is_no_door(read):
    assert read(*town({"barrier": "gate"}, {"building": "yes"})).entrances.empty
