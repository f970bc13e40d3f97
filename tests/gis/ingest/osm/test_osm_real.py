"""The real extracts, read a second time by other means."""

import lzma
from collections import Counter
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
import shapely

from gis.ingest.footways import judge
from gis.ingest.osm import read_osm

pytestmark = pytest.mark.real

NANSHAN = "shenzhen-nanshan.osm.xz"
EXTRACTS = [
    NANSHAN,
    "helsinki.osm.pbf",
    "porto-alegre/poa_osm.pbf",
    "heidelberg.osm.pbf",
]


@pytest.fixture(scope="module")
def nanshan(real_data, catalogue):
    return read_osm(real_data / NANSHAN, catalogue=catalogue)


def tags_of(element):
    return {tag.get("k"): tag.get("v") for tag in element.iter("tag")}


def naive_pieces(path, rules):
    """
    Read the streets in the plainest way: one object after the other, no arrays.

    Returns pieces ``(u, v, all nodes)``, without the lines across squares.
    """
    root = ET.fromstring(lzma.decompress(path.read_bytes()))  # noqa: S314 - our own file
    stops = {
        int(node.get("id"))
        for node in root.iter("node")
        if "barrier" in tags_of(node) or tags_of(node).get("entrance") in rules.entrances
    }
    refs = {
        int(way.get("id")): [int(nd.get("ref")) for nd in way.iter("nd")]
        for way in root.iter("way")
    }
    walked = set()
    for element in [*root.iter("way"), *root.iter("relation")]:
        tags = tags_of(element)
        verdict = judge(tags, rules)
        if verdict is None or not verdict.users:
            continue
        if element.tag == "way":
            walked.add(int(element.get("id")))
        elif tags.get("type") == "multipolygon" and tags.get("highway") in rules.areas:
            members = element.iter("member")
            walked |= {int(m.get("ref")) for m in members if int(m.get("ref")) in refs}
    used = Counter(node for way in walked for node in refs[way])
    for way in walked:
        used.update([refs[way][0], refs[way][-1]])
    pieces = set()
    for way in walked:
        piece = [refs[way][0]]
        for node in refs[way][1:]:
            piece.append(node)
            if used[node] > 1 or node in stops:
                pieces.add(min(tuple(piece), tuple(piece[::-1])))
                piece = [node]
    return pieces


def test_streets_equal_a_second_plain_reading(real_data, catalogue, nanshan):
    pieces = naive_pieces(real_data / NANSHAN, catalogue.osm)
    streets = nanshan.streets[~nanshan.streets.index.str.contains(r"\.s")]
    expected = Counter(frozenset((f"n{piece[0]}", f"n{piece[-1]}")) for piece in pieces)
    found = Counter(frozenset(ends) for ends in zip(streets["u"], streets["v"], strict=True))
    assert found == expected
    inner = sum(len(piece) for piece in pieces)
    assert int(shapely.get_num_coordinates(streets.geometry).sum()) == inner


def test_streets_of_nanshan_hang_together(nanshan):
    graph = nx.MultiGraph()
    graph.add_edges_from(zip(nanshan.streets["u"], nanshan.streets["v"], strict=True))
    largest = max(map(len, nx.connected_components(graph)))
    assert largest > 0.9 * len(graph)


def test_nanshan_holds_what_its_tags_say(nanshan):
    assert nanshan.data_date == "2021-03-17"
    assert len(nanshan.compounds) == 40
    assert nanshan.counts["highways read"] == 1253
    kept = nanshan.counts["highways kept"]
    dropped = sum(n for what, n in nanshan.counts.items() if what.startswith("highways dropped"))
    assert kept + dropped == 1253


@pytest.mark.parametrize("name", EXTRACTS)
def test_counts_add_up_and_tables_fit_together(real_data, catalogue, name):
    layers = read_osm(real_data / name, catalogue=catalogue)
    counts = layers.counts
    dropped = sum(n for what, n in counts.items() if what.startswith("highways dropped"))
    assert counts["highways kept"] + dropped == counts["highways read"]
    nodes = {*layers.streets["u"], *layers.streets["v"]}
    assert set(layers.gates["node"].dropna()) <= nodes
    assert set(layers.gates["compound"].dropna()) <= set(layers.compounds.index)
    assert set(layers.buildings["compound"].dropna()) <= set(layers.compounds.index)
    assert layers.stations["services"].notna().all()
    assert layers.streets.geometry.is_valid.all()
    assert layers.buildings.geometry.is_valid.all()
    assert (shapely.length(layers.streets.geometry.to_numpy()) > 0).all()
