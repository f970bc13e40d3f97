"""The verbs, run as a user runs them: what they print, where, and with which exit code."""

import csv
import io
import json
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import jsonschema
import openpyxl
import pyogrio
import pytest

from api.cli.words import EXAMPLES

SCHEMAS = Path(__file__).parents[2] / "data" / "schema"
SERVED_ELSEWHERE = {"serve", "fetch", "minqing", "demo"}
"""Examples that need a server, or are the demo itself; they have tests of their own."""

TOWN = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="minqing tests">
  <node id="1" lat="30.0000" lon="114.0000"/>
  <node id="2" lat="30.0000" lon="114.0050"/>
  <node id="3" lat="30.0050" lon="114.0050"/>
  <node id="11" lat="30.0002" lon="114.0010"/>
  <node id="12" lat="30.0002" lon="114.0012"/>
  <node id="13" lat="30.0004" lon="114.0012"/>
  <node id="14" lat="30.0004" lon="114.0010"/>
  <way id="100">
    <nd ref="1"/><nd ref="2"/><nd ref="3"/>
    <tag k="highway" v="residential"/><tag k="name" v="学府路"/>
  </way>
  <way id="200">
    <nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="11"/>
    <tag k="building" v="apartments"/><tag k="building:levels" v="6"/>
  </way>
</osm>
"""
STATIONS = "名称,类型,经度,纬度\n学府食堂,elder_canteen,114.0049,30.0010\n"


@pytest.fixture
def town(tmp_path):
    r"""
    One street with a corner, one house, one canteen.

             3
             |
             |  学府食堂
        [house]
        1----2
    """
    (tmp_path / "streets.osm").write_text(TOWN, encoding="utf-8")
    (tmp_path / "stations.csv").write_text(STATIONS, encoding="utf-8")
    return tmp_path


def validate(name, document):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)


def test_demo_leaves_district_maps_and_gap_list_and_prints_the_summary(demo):
    made = {each.name for each in (demo / "out").iterdir()}
    assert {"district", "coverage.html", "conditions.html", "gaps.xlsx"} <= made
    assert {"place.gpkg", "people.db"} <= {each.name for each in (demo / "out/district").iterdir()}
    summary = (demo / "stdout.txt").read_text(encoding="utf-8")
    assert "银杏街道" in summary
    assert "圈内" in summary
    assert "已写入" not in summary
    assert "已写入 out/gaps.xlsx" in (demo / "stderr.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", [each for each in EXAMPLES if each not in SERVED_ELSEWHERE])
def test_example_of_each_help_runs(verb, demo, town, minqing):
    for given in ("streets.osm", "stations.csv"):
        (demo / given).write_bytes((town / given).read_bytes())
    done = minqing(*shlex.split(EXAMPLES[verb])[1:], cwd=demo)
    assert done.returncode == 0, done.stderr


def test_cover_answers_in_json_under_its_schema(demo, minqing):
    done = minqing(
        "cover", "out/district", "--circle", "elder", "--weight", "elders_60", "--by", "grid",
        "--format", "json", "--detail", "detail.csv", cwd=demo,
    )  # fmt: skip
    told = json.loads(done.stdout)
    validate("cover", told)
    assert told["weight"] == "elders_60"
    assert sum(each["total"] for each in told["by"]["grid"]) == told["total"]
    for reasons in told["reasons"].values():
        assert sum(reasons.values()) == told["total"]
    detail = (demo / "detail.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(detail)))
    assert list(rows[0])[:8] == [
        "id", "requirement", "reason", "station", "metres", "minutes", "gate", "estimated",
    ]  # fmt: skip
    assert len(rows) % len(told["question"]["requirements"]) == 0


def test_cover_gives_the_same_numbers_as_table_csv_and_json(demo, minqing):
    asked = ["cover", "out/district", "--service", "meals", "--by", "community"]
    told = json.loads(minqing(*asked, "--format", "json", cwd=demo).stdout)["by"]["community"]
    rows = list(csv.DictReader(io.StringIO(minqing(*asked, "--format", "csv", cwd=demo).stdout)))
    table = minqing(*asked, cwd=demo).stdout
    assert [row["name"] for row in rows] == [each["name"] or "" for each in told]
    assert [float(row["covered"]) for row in rows] == [each["covered"] for each in told]
    for each in told:
        assert f"{each['covered']:,}" in table


def test_same_command_gives_the_same_bytes(demo, minqing):
    asked = ["cover", "out/district", "--circle", "elder", "--format", "json"]
    assert minqing(*asked, cwd=demo).stdout == minqing(*asked, cwd=demo).stdout


def test_gaps_answer_in_json_under_their_schema_and_in_excel(demo, minqing, tmp_path):
    done = minqing(
        "gaps", "out/district", "--service", "meals", "--format", "json",
        "-o", tmp_path / "gaps.xlsx", cwd=demo,
    )  # fmt: skip
    told = json.loads(done.stdout)
    validate("gaps", told)
    assert told["gaps"]
    sheet = openpyxl.load_workbook(tmp_path / "gaps.xlsx").worksheets[0]
    first = " ".join(str(cell.value) for cell in sheet[1] if cell.value)
    assert "工作人员" in first or "staff" in first


def test_check_lists_what_is_doubtful(demo, minqing):
    table = minqing("check", "out/district", cwd=demo)
    assert table.returncode == 0
    assert table.stdout.strip()
    told = json.loads(minqing("check", "out/district", "--format", "json", cwd=demo).stdout)
    assert {"severity", "kind", "subject", "people"} <= set(told["issues"][0])
    assert told["parts"][0]["nodes"] > 0


def test_map_holds_no_tiles_unless_asked(demo, minqing, tmp_path):
    done = minqing("map", "out/district", "-o", tmp_path / "a.html", cwd=demo)
    assert done.returncode == 0
    assert done.stdout == ""
    assert "tianditu" not in (tmp_path / "a.html").read_text(encoding="utf-8")
    url = "http://10.0.0.8/tiles/{z}/{x}/{y}.png"
    minqing("map", "out/district", "--tiles", url, "-o", tmp_path / "b.html", cwd=demo)
    assert "10.0.0.8" in (tmp_path / "b.html").read_text(encoding="utf-8")


def test_catalogue_as_json_follows_its_schema(minqing):
    told = json.loads(minqing("catalogue", "--format", "json").stdout)
    validate("catalogue", told)


def test_catalogue_takes_the_users_own_file(minqing, tmp_path):
    own = tmp_path / "services.csv"
    own.write_text("code,name_zh,name_en\nmeals,吃饭,eating\n", encoding="utf-8")
    done = minqing("catalogue", "--table", "services", "--catalogue", own)
    assert done.returncode == 0, done.stderr
    assert "吃饭" in done.stdout


def test_every_schema_can_be_printed(minqing):
    for path in SCHEMAS.glob("*.json"):
        assert json.loads(minqing("catalogue", "--schema", path.stem).stdout)["$schema"]


def test_template_opens_in_excel(minqing, tmp_path):
    assert minqing("template", "-o", tmp_path / "blank.xlsx").returncode == 0
    assert len(openpyxl.load_workbook(tmp_path / "blank.xlsx").worksheets) >= 2


def test_import_reports_each_layer_and_writes_a_district(town, minqing):
    done = minqing(
        "import", "--streets", "streets.osm", "--stations", "stations.csv",
        "--stations-frame", "wgs84", "--name", "学府", "-o", "mine", "--format", "json", cwd=town,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    layers = {each["layer"]: each for each in json.loads(done.stdout)}
    assert layers["stations"]["kept"] == 1
    assert all(each["rows_read"] == each["kept"] + each["rejected"] for each in layers.values())
    assert len(pyogrio.read_dataframe(town / "mine/place.gpkg", layer="stations")) == 1
    told = json.loads(
        minqing("cover", "mine", "--service", "meals", "--format", "json", cwd=town).stdout
    )
    assert told["district"] == "学府"
    assert told["unit"] == "building"


def test_import_in_gcj02_needs_a_named_conversion(town, minqing):
    asked = [
        "import", "--streets", "streets.osm", "--stations", "stations.csv",
        "--stations-frame", "gcj02", "-o", "mine",
    ]  # fmt: skip
    refused = minqing(*asked, cwd=town)
    assert refused.returncode == 2
    assert "--convert gcj02:wgs84" in refused.stderr
    assert refused.stdout == ""
    assert not (town / "mine").exists()
    taken = minqing(*asked, "--convert", "gcj02:wgs84", "--format", "json", cwd=town)
    assert taken.returncode == 0, taken.stderr
    (stations,) = [row for row in json.loads(taken.stdout) if row["layer"] == "stations"]
    assert stations["conversion"] == "gcj02:wgs84"


def test_conversion_that_no_file_needs_is_refused(town, minqing):
    done = minqing(
        "import", "--streets", "streets.osm", "--convert", "bd09:wgs84", "-o", "mine", cwd=town
    )
    assert done.returncode == 2
    assert done.stderr.endswith(
        "--convert bd09:wgs84：没有文件声明坐标系 bd09；请给出，如 --stations-frame bd09\n"
    )


def test_import_without_a_frame_says_which_option_is_missing(town, minqing):
    done = minqing(
        "import", "--streets", "streets.osm", "--stations", "stations.csv", "-o", "mine", cwd=town
    )
    assert done.returncode == 2
    assert "--stations-frame" in done.stderr


def test_rejected_rows_land_in_a_workbook(town, minqing):
    with (town / "stations.csv").open("a", encoding="utf-8") as file:
        file.write("远方食堂,elder_canteen,114.2,30.2\n")
    done = minqing(
        "import", "--streets", "streets.osm", "--stations", "stations.csv", "--frame", "wgs84",
        "-o", "mine", "--lang", "en", cwd=town,
    )  # fmt: skip
    if (town / "mine/rejects.xlsx").exists():
        assert "rows were not kept" in done.stderr
        assert openpyxl.load_workbook(town / "mine/rejects.xlsx").active.max_row > 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cover", "nowhere", "--circle", "elder"], "nowhere"),
        (["cover", "out/district", "--circle", "oval"], "oval"),
        (["cover", "out/district", "--service", "tea"], "tea"),
        (["cover", "out/district"], "circle"),
        (["cover", "out/district", "--service", "meals", "--limit", "soon"], "soon"),
        (["cover", "out/district", "--service", "meals", "--profile", "run"], "run"),
        (["cover", "out/district", "--service", "meals", "--weight", "cats"], "cats"),
        (["gaps", "out/district", "--service", "meals", "--at", "昨天"], "昨天"),
        (["map", "out/district", "--tiles", "nonsense"], "nonsense"),
        (["import", "--streets", "missing.osm", "-o", "mine"], "missing.osm"),
        (["check", "nowhere"], "nowhere"),
        (["catalogue", "--table", "colours"], "colours"),
        (["cover", "out/district", "--service", "meals", "--detail", "no/x.csv"], "no/x.csv"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_exits_2_with_a_message_and_no_traceback(arguments, message, demo, minqing):
    done = minqing(*arguments, cwd=demo)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_messages_come_in_english_when_asked(demo, minqing):
    done = minqing("--lang", "en", "cover", "out/district", "--circle", "oval", cwd=demo)
    assert "circle: 'oval' is unknown; known are:" in done.stderr


def test_reader_who_leaves_early_sees_no_error(demo):
    program = Path(sys.executable).parent / "minqing"
    line = f"{program} gaps out/district --circle elder --format csv | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], cwd=demo, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("id,")
    assert "Error" not in done.stderr
    assert "意外" not in done.stderr


def test_serve_answers_on_this_machine_and_stops_when_told(demo):
    program = Path(sys.executable).parent / "minqing"
    example = shlex.split(EXAMPLES["serve"])[1:]
    port = example[-1]
    server = subprocess.Popen([program, *example], cwd=demo, stderr=subprocess.PIPE, text=True)
    try:
        page = _page(f"http://127.0.0.1:{port}/", server)
    finally:
        server.send_signal(signal.SIGINT)
        talk = server.communicate(timeout=30)[1]
    assert "银杏街道" in page
    assert f"http://127.0.0.1:{port}" in talk
    assert "Traceback" not in talk


def test_port_in_use_is_told_at_once(demo, minqing):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = minqing("serve", "out/district", "--port", port, "--lang", "en", cwd=demo)
    assert done.returncode == 2
    assert done.stderr.startswith(f"port {port} cannot be used")


def _page(url, server):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own server
                return answer.read().decode()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer from {url}")
