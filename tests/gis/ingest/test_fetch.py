"""Fetching a place from servers that answer as Nominatim and Overpass do; no network is used."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import osmnx
import pytest

from gis.catalogue import load_catalogue
from gis.errors import InputError, ResultError
from gis.ingest.fetch import fetch_place, osm_text
from gis.ingest.osm import read_osm

WEST, SOUTH, EAST, NORTH = 113.94, 22.52, 113.96, 22.54
OUTLINE = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
PLACE = {
    "place_id": 1,
    "osm_type": "relation",
    "osm_id": 5,
    "lat": "22.53",
    "lon": "113.95",
    "class": "boundary",
    "type": "administrative",
    "place_rank": 12,
    "importance": 0.5,
    "addresstype": "suburb",
    "name": "粤海街道",
    "display_name": "粤海街道, 南山区, 深圳市, 广东省, 中国",
    "boundingbox": [str(SOUTH), str(NORTH), str(WEST), str(EAST)],
    "geojson": {"type": "Polygon", "coordinates": [OUTLINE]},
}
ELEMENTS = [
    {
        "type": "way",
        "id": 7,
        "nodes": [1, 2, 3],
        "tags": {"highway": "footway", "name": 'A&B "路"'},
    },
    {"type": "node", "id": 1, "lat": 22.53, "lon": 113.95},
    {"type": "node", "id": 2, "lat": 22.53, "lon": 113.951, "tags": {"barrier": "gate"}},
    {"type": "node", "id": 3, "lat": 22.53, "lon": 113.952},
    {"type": "node", "id": 4, "lat": 22.531, "lon": 113.952},
    {"type": "way", "id": 8, "nodes": [1, 2, 4, 1]},
    {
        "type": "relation",
        "id": 9,
        "members": [{"type": "way", "ref": 8, "role": "outer"}],
        "tags": {"type": "multipolygon", "landuse": "residential", "name": "银杏里"},
    },
]


class Server:
    """What the two services answer, and what they were asked."""

    def __init__(self):
        self.places = [PLACE]
        self.answer = {
            "version": 0.6,
            "osm3s": {"timestamp_osm_base": "2026-03-01T00:00:00Z"},
            "elements": ELEMENTS,
        }
        self.status = 200
        self.asked, self.queries = [], []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def _handler(self):
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked = parse_qs(urlparse(self.path).query)
                service.asked.append((urlparse(self.path).path, asked))
                self.reply(200, service.places)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                service.queries.append(parse_qs(body)["data"][0])
                self.reply(service.status, service.answer)

            def reply(self, status, content):
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_args):
                pass

        return Handler


@pytest.fixture
def server(monkeypatch):
    # osmnx waits a second before asking Nominatim, out of politeness that we do not need here
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _seconds: None)
    service = Server()
    thread = threading.Thread(target=service.http.serve_forever, daemon=True)
    thread.start()
    yield service
    service.http.shutdown()
    service.http.server_close()
    thread.join()


@pytest.fixture
def fetch(server, tmp_path):
    def fetched(name="粤海街道, 深圳", out="place.osm", **options):
        return fetch_place(
            name,
            tmp_path / out,
            nominatim=server.url,
            overpass=server.url + "/api",
            timeout=10,
            **options,
        )

    return fetched


def test_fetched_place_reads_like_any_extract(fetch):
    layers = read_osm(fetch(), catalogue=load_catalogue())
    assert layers.streets["name"].tolist() == ['A&B "路"', 'A&B "路"']
    assert list(layers.gates.index) == ["n2"]
    assert layers.compounds["name"].tolist() == ["银杏里"]
    assert layers.data_date == "2026-03-01"


def test_servers_are_asked_for_the_name_and_all_wanted_keys(fetch, server):
    fetch()
    path, asked = server.asked[0]
    assert path == "/search"
    assert asked["q"] == ["粤海街道, 深圳"]
    for key in ("highway", "building", "barrier", "landuse", "amenity", "entrance"):
        assert f"way['{key}']" in server.queries[0]


def test_place_is_fetched_with_a_margin_for_walks_across_its_edge(fetch, server):
    fetch()
    polygon = server.queries[0].split("poly:'")[1].split("'")[0]
    numbers = [float(number) for number in polygon.split()]
    south, west = min(numbers[::2]), min(numbers[1::2])
    assert (SOUTH - south) * 110_750 == pytest.approx(1200, rel=0.02)
    assert (WEST - west) * 102_860 == pytest.approx(1200, rel=0.02)


def test_settings_of_osmnx_and_name_lookup_are_as_before(fetch, server):
    before = {key: value for key, value in vars(osmnx.settings).items() if key[0] != "_"}
    resolve = socket.getaddrinfo
    fetch()
    server.answer = {"elements": []}
    with pytest.raises(ResultError):
        fetch()
    assert {key: vars(osmnx.settings)[key] for key in before} == before
    assert socket.getaddrinfo is resolve


def test_nothing_is_left_beside_the_file(fetch, tmp_path):
    fetch()
    assert [file.name for file in tmp_path.iterdir()] == ["place.osm"]


def test_progress_is_told(fetch):
    told = []
    fetch(progress=lambda text, part: told.append((text, part)))
    assert told[0] == ("查询“粤海街道, 深圳”的范围", 0.0)
    assert [part for _, part in told] == sorted(part for _, part in told)


def test_unknown_place_is_refused(fetch, server):
    server.places = []
    with pytest.raises(InputError) as caught:
        fetch("哪儿也不是")
    assert "找不到“哪儿也不是”的范围" in str(caught.value)
    assert "no place of this name has an outline" in caught.value.english


def test_place_that_is_only_a_point_is_refused(fetch, server):
    point = {"type": "Point", "coordinates": [113.95, 22.53]}
    server.places = [PLACE | {"geojson": point}]
    with pytest.raises(InputError) as caught:
        fetch()
    assert "has an outline" in caught.value.english


def test_half_an_answer_is_no_answer(fetch, server, tmp_path):
    server.answer["remark"] = (
        "runtime error: Query timed out in 'query' at line 1 after 10 seconds."
    )
    with pytest.raises(ResultError) as caught:
        fetch()
    assert "only part of the data (runtime error: Query timed out" in caught.value.english
    assert not (tmp_path / "place.osm").exists()


def test_place_without_data_is_told(fetch, server):
    server.answer["elements"] = []
    with pytest.raises(ResultError) as caught:
        fetch()
    assert "no map data inside" in caught.value.english


@pytest.mark.parametrize("answer", [b"<html>busy</html>", [1]])
def test_answer_that_cannot_be_read_is_told(fetch, server, answer):
    server.answer = answer
    with pytest.raises(ResultError) as caught:
        fetch()
    assert "cannot be read" in caught.value.english


def test_server_error_is_told(fetch, server):
    server.status, server.answer = 500, b"<html>error</html>"
    with pytest.raises(ResultError) as caught:
        fetch()
    assert "use an extract file instead" in caught.value.english


def test_without_a_network_the_way_out_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _seconds: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ResultError) as caught:
            fetch_place("南山", tmp_path / "p.osm", nominatim=closed, overpass=closed, timeout=2)
    assert str(caught.value) == (
        "连不上 Nominatim(ConnectionError)。请检查网络,或改用下载好的 .osm.pbf 文件:"
        "minqing import --streets 文件.osm.pbf"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("out", ["place.graphml", "place", "place.pbf"])
def test_only_osm_files_are_written(tmp_path, out):
    with pytest.raises(InputError) as caught:
        fetch_place("南山", tmp_path / out)
    assert caught.value.english.endswith("the file to write must end in .osm")


def test_written_text_is_sorted_and_escaped():
    text = osm_text([ELEMENTS[0]], None)
    assert '<tag k="name" v=\'A&amp;B "路"\'/>' in text
    assert "osm_base" not in text
