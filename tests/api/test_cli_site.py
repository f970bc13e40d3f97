"""minqing site: the text, the JSON under its schema, files beside it, and what is refused."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from api.cli.site import read_part

SCHEMAS = Path(__file__).parents[2] / "data" / "schema"
PROGRAM = str(Path(sys.executable).parent / "minqing")
ASKED = ("out/district", "--service", "meals", "--profile", "walk_48", "--weight", "elders_60")


@pytest.fixture
def site(demo, minqing):
    def asked(*more):
        return minqing("site", *ASKED, *more, cwd=demo)

    return asked


def told(done):
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    schema = json.loads((SCHEMAS / "site.json").read_text(encoding="utf-8"))
    jsonschema.validate(plan, schema)
    return plan


def test_text_tells_the_proof_the_sites_and_who_is_left(site):
    text = site("--count", 2).stdout
    assert "已证明最优" in text
    assert "次选" in text
    assert "仍在圈外" in text
    assert "任何候选点和现有站点都够不着" in text
    english = site("--count", 2, "--lang", "en").stdout
    assert "Proved optimal" in english
    assert "still left out" in english
    assert "out of reach of every candidate" in english


def test_json_follows_its_schema_and_agrees_with_cover_and_the_text(site, demo, minqing):
    plan = told(site("--count", 2, "--format", "json"))
    cover = minqing("cover", *ASKED, "--format", "json", cwd=demo)
    assert plan["covered_before"] == json.loads(cover.stdout)["covered"]
    gains = sum(each["gain"] for each in plan["sites"])
    assert plan["covered_after"] - plan["covered_before"] == pytest.approx(gains)
    assert plan["gap"] == 0
    assert plan["objective"] == plan["bound"] == plan["covered_after"]
    printed = minqing("catalogue", "--schema", "site").stdout
    assert json.loads(printed) == json.loads((SCHEMAS / "site.json").read_text(encoding="utf-8"))


def test_more_sites_never_cover_fewer_and_csv_lists_them(site):
    one, two = (told(site("--count", n, "--format", "json")) for n in (1, 2))
    assert two["covered_after"] >= one["covered_after"]
    csv = site("--count", 2, "--format", "csv").stdout.splitlines()
    assert csv[0].startswith("id,name,kind,source,services,cost,lon,lat,gain")
    assert [line.split(",")[0] for line in csv[1:]] == [each["id"] for each in two["sites"]]


def test_options_reach_the_plan(site):
    plan = told(site("--count", 2, "--forbid", "c5", "--require", "c6", "--format", "json"))
    chosen = {each["id"] for each in plan["sites"]}
    assert "c6" in chosen
    assert "c5" not in chosen
    share = told(site("--share", "75%", "--format", "json"))
    assert share["measure"] == "sites"
    assert share["share_after"] >= 0.75
    mixed = ("--candidates", "table", "--candidates", "streets:300", "--goal", "minutes")
    assert told(site("--count", 2, *mixed, "--format", "json"))["measure"] == "weight_minutes"


def test_files_beside_the_answer(site, tmp_path):
    files = {name: tmp_path / name for name in ("plan.html", "curve.csv", "units.csv")}
    done = site("--count", 2, "--map", files["plan.html"], "--curve", files["curve.csv"],
                "--detail", files["units.csv"])  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert all(str(path) in done.stderr for path in files.values())
    curve = pd.read_csv(files["curve.csv"])
    assert curve["stations"].tolist() == [0, 1, 2]
    assert set(curve["status"]) == {"proved optimal"}
    assert curve["covered"].is_monotonic_increasing
    units = pd.read_csv(files["units.csv"], dtype={"id": str, "grid": str})
    gained = units[units["covered_after"] & ~units["covered_before"]]
    assert len(gained)
    assert "Content-Security-Policy" in files["plan.html"].read_text(encoding="utf-8")


def test_the_curve_as_a_picture_is_svg(site, tmp_path):
    picture = tmp_path / "curve.svg"
    assert site("--count", 2, "--curve", picture, "--lang", "en").returncode == 0
    text = picture.read_text(encoding="utf-8")
    assert text.startswith("<svg xmlns=")
    assert "share covered" in text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "count"),
        (("--count", "2", "--share", "80%"), "share"),
        (("--count", "99"), "count"),
        (("--share", "80"), "--share"),
        (("--count", "2", "--gap", "much"), "--gap"),
        (("--count", "2", "--time-limit", "soon"), "--time-limit"),
        (("--count", "2", "--floor", "grid"), "--floor"),
        (("--count", "2", "--candidates", "moon"), "candidates"),
        (("--count", "2", "--require", "nowhere"), "required"),
        (("--count", "2", "--curve", "curve.png"), "--curve"),
        (("--count", "2", "--goal", "fame"), "--goal"),
    ],
)
def test_bad_input_is_exit_2_and_names_the_option(site, more, said):
    done = site(*more)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_no_service_and_an_unknown_one_are_refused(demo, minqing):
    assert minqing("site", "out/district", "--count", 1, cwd=demo).returncode == 2
    done = minqing("site", "out/district", "--service", "tea", "--count", 1, cwd=demo)
    assert done.returncode == 2
    assert "tea" in done.stderr


def test_no_plan_is_exit_1_and_says_what_would_do(site):
    done = site("--share", "100%", "--lang", "en")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "share='reachable'" in done.stderr


def test_a_part_of_the_whole_is_read_both_ways():
    assert read_part("--gap", "1%") == read_part("--gap", "0.01") == 0.01


def test_ctrl_c_gives_the_best_found_or_stops_without_a_trace(demo):
    command = [PROGRAM, "site", *ASKED, "--candidates", "streets:40", "--count", "9"]
    program = subprocess.Popen(
        [*command, "--apart", "250", "--open-gates", "--format", "json"],
        cwd=demo,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    said = ""
    while "求解" not in said and program.poll() is None:
        said += program.stderr.readline()
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=120)
    assert "Traceback" not in err
    assert program.returncode == 0
    plan = json.loads(out)
    # it may have been quicker than the signal
    assert plan["status"] in {"best found", "proved optimal"}
    assert plan["bound"] >= plan["objective"] > 0
    assert (plan["status"] == "best found") == ("best found" in err or "目前最好" in err)
