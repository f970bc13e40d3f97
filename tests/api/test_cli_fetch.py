"""``minqing fetch`` against a small server on this machine that answers as the real ones do."""

import json
import shlex
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from api.cli.words import EXAMPLES

WEST, SOUTH, EAST, NORTH = 114.0, 30.0, 114.01, 30.01
PLACE = {
    "place_id": 1,
    "osm_type": "relation",
    "osm_id": 7,
    "lat": "30.005",
    "lon": "114.005",
    "boundingbox": [str(SOUTH), str(NORTH), str(WEST), str(EAST)],
    "class": "boundary",
    "type": "administrative",
    "importance": 0.1,
    "display_name": "银杏街道",
    "name": "银杏街道",
    "geojson": {
        "type": "Polygon",
        "coordinates": [
            [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
        ],
    },
}
ELEMENTS = [
    {"type": "node", "id": 1, "lat": 30.001, "lon": 114.001},
    {"type": "node", "id": 2, "lat": 30.001, "lon": 114.006},
    {"type": "way", "id": 5, "nodes": [1, 2], "tags": {"highway": "footway", "name": "学府路"}},
]


class _Answers(BaseHTTPRequestHandler):
    def _answer(self):
        known = self.path.startswith("/search")
        answer = [PLACE] if known else {"version": 0.6, "elements": ELEMENTS}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - the names the server calls

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_example_of_fetch_writes_a_file_that_import_reads(server, minqing, tmp_path):
    servers = ["--nominatim", f"{server}/", "--overpass", server]
    fetched = minqing(*shlex.split(EXAMPLES["fetch"])[1:], *servers, cwd=tmp_path)
    assert fetched.returncode == 0, fetched.stderr
    taken = minqing("import", "--streets", "place.osm", "-o", "mine", cwd=tmp_path)
    assert taken.returncode == 0, taken.stderr


def test_servers_out_of_reach_are_no_fault_of_the_input(minqing, tmp_path):
    closed = "http://127.0.0.1:9"
    servers = ["--nominatim", f"{closed}/", "--overpass", closed]
    done = minqing("fetch", "银杏街道", *servers, "--lang", "en", "-o", "place.osm", cwd=tmp_path)
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert not (tmp_path / "place.osm").exists()
