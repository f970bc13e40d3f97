"""What is read from files of all packings, and what is said about files that cannot be read."""

import bz2
import gzip
import lzma

import osmium
import pytest
from osm_drawing import osm_text

from gis.errors import InputError
from gis.ingest.osm import read_osm

NODES = {1: (0, 0), 2: (100, 0), 3: (50, 0, {"barrier": "gate", "name": "东门"})}
WAYS = {1: ([1, 3, 2], {"highway": "footway", "name": "学府路"})}
META = '<meta osm_base="2021-03-17T09:57:28Z"/>'


def packed(folder, name):
    """Write the drawing in the packing that the name asks for."""
    path = folder / name
    text = osm_text(NODES, WAYS, head=META).encode()
    if name.endswith(".pbf"):
        plain = folder / "plain.osm"
        plain.write_bytes(text)
        header = osmium.io.Header()
        header.set("osmosis_replication_timestamp", "2021-03-17T09:57:28Z")
        with osmium.SimpleWriter(str(path), header=header) as writer:
            osmium.apply(str(plain), writer)
        return path
    pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
    path.write_bytes(pack.get(name.rpartition(".")[2], bytes)(text))
    return path


PACKINGS = ["a.osm", "a.osm.gz", "a.osm.bz2", "a.osm.xz", "a.osm.pbf", "a.pbf", "A.OSM"]


@pytest.mark.parametrize("name", PACKINGS)
def test_every_packing_reads_alike(tmp_path, catalogue, name):
    layers = read_osm(packed(tmp_path, name), catalogue=catalogue)
    assert list(layers.streets["u"] + layers.streets["v"]) == ["n1n3", "n3n2"]
    assert layers.gates["name"].tolist() == ["东门"]
    assert layers.data_date == "2021-03-17"
    assert layers.attribution == "© OpenStreetMap contributors, ODbL 1.0"
    assert layers.streets.crs == "EPSG:4326"


def test_file_without_a_date_has_none(tmp_path, catalogue):
    path = tmp_path / "a.osm"
    path.write_text(osm_text(NODES, WAYS), encoding="utf-8")
    assert read_osm(path, catalogue=catalogue).data_date is None


def refusal(path, catalogue):
    with pytest.raises(InputError) as caught:
        read_osm(path, catalogue=catalogue)
    assert str(path) in str(caught.value)
    assert str(path) in caught.value.english
    return caught.value


def test_missing_file_is_named(tmp_path, catalogue):
    error = refusal(tmp_path / "none.osm.pbf", catalogue)
    assert error.english.endswith("no such file; check the name")


@pytest.mark.parametrize("name", PACKINGS)
def test_empty_file_is_named_as_empty(tmp_path, catalogue, name):
    (tmp_path / name).write_bytes(b"")
    error = refusal(tmp_path / name, catalogue)
    assert error.english.endswith("the file is empty (0 bytes); download or export it again")
    assert "是空文件(0 字节)" in str(error)


@pytest.mark.parametrize("name", PACKINGS)
def test_truncated_file_is_named_as_cut_short(tmp_path, catalogue, name):
    path = packed(tmp_path, name)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    error = refusal(path, catalogue)
    assert "it is cut short or not OpenStreetMap data" in error.english
    assert "文件不完整" in str(error)


@pytest.mark.parametrize("name", PACKINGS)
def test_file_of_something_else_is_refused(tmp_path, catalogue, name):
    (tmp_path / name).write_bytes(b"street,length\nxuefu,200\n" * 40)
    assert "not OpenStreetMap data" in refusal(tmp_path / name, catalogue).english


def test_other_kinds_of_files_are_refused_by_name(tmp_path, catalogue):
    (tmp_path / "streets.csv").write_text("a,b\n", encoding="utf-8")
    assert "names end in .osm" in refusal(tmp_path / "streets.csv", catalogue).english


def test_file_with_nothing_of_use_is_refused(tmp_path, catalogue):
    path = tmp_path / "a.osm"
    path.write_text('<osm version="0.6"><node id="1" lat="1" lon="1"/></osm>', encoding="utf-8")
    assert "holds no streets, buildings or places" in refusal(path, catalogue).english


def test_text_with_signs_of_all_kinds_comes_through(tmp_path, catalogue):
    name = 'a,b=c %20% "q" <x> & 𠮷 \\ @'
    path = tmp_path / "a.osm"
    text = osm_text(NODES, {1: ([1, 2], {"highway": "path", "name": name})})
    path.write_text(text, encoding="utf-8")
    assert read_osm(path, catalogue=catalogue).streets["name"].tolist() == [name]


def test_deleted_objects_are_left_out(tmp_path, catalogue):
    path = tmp_path / "a.osm"
    gone = '<node id="9" version="2" visible="false"><tag k="barrier" v="gate"/></node>'
    path.write_text(osm_text(NODES, WAYS, head=gone), encoding="utf-8")
    assert list(read_osm(path, catalogue=catalogue).gates.index) == ["n3"]


def test_progress_goes_from_nothing_to_all(tmp_path, catalogue):
    told = []
    path = packed(tmp_path, "a.osm.pbf")
    read_osm(path, catalogue=catalogue, progress=lambda text, part: told.append((text, part)))
    parts = [part for _, part in told]
    assert parts == sorted(parts)
    assert parts[0] == 0.0
    assert parts[-1] == 1.0
    assert all(text for text, _ in told)


def test_reading_twice_gives_the_same_tables(tmp_path, catalogue):
    path = packed(tmp_path, "a.osm.pbf")
    once, twice = (read_osm(path, catalogue=catalogue) for _ in range(2))
    assert once.streets.equals(twice.streets)
    assert once.gates.equals(twice.gates)


def test_file_of_places_only_gives_empty_streets(tmp_path, catalogue):
    path = tmp_path / "a.osm"
    path.write_text(osm_text({1: (0, 0, {"amenity": "bank"})}, {}), encoding="utf-8")
    layers = read_osm(path, catalogue=catalogue)
    assert layers.streets.empty
    assert list(layers.stations.index) == ["n1"]
    assert layers.gates.empty
    assert layers.streets.crs == layers.compounds.crs == "EPSG:4326"


def test_new_objects_of_an_editor_have_negative_ids(tmp_path, catalogue):
    path = tmp_path / "a.osm"
    nodes = {-1: (0, 0), -2: (100, 0, {"barrier": "gate"}), -3: (100, 90), -4: (0, 90)}
    ways = {-7: ([-1, -2], {"highway": "path"}), -8: ([-1, -2, -3], {}), -9: ([-3, -4, -1], {})}
    area = {"type": "multipolygon", "landuse": "residential"}
    relations = {-5: ([("w", -8, "outer"), ("w", -9, "outer")], area)}
    path.write_text(osm_text(nodes, ways, relations), encoding="utf-8")
    layers = read_osm(path, catalogue=catalogue)
    assert list(layers.streets.index) == ["w-7"]
    assert layers.gates["node"].tolist() == ["n-2"]
    assert list(layers.compounds.index) == ["r-5"]


def test_file_without_nodes_gives_empty_tables(tmp_path, catalogue):
    path = tmp_path / "a.osm"
    path.write_text(osm_text({}, WAYS), encoding="utf-8")
    layers = read_osm(path, catalogue=catalogue)
    assert layers.streets.empty
    assert layers.counts["street nodes missing from the file"] == 3
