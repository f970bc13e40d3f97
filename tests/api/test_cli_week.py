"""A week on the command line: the same figures in every form, and a map that draws them."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

SCHEMA = Path(__file__).parents[2] / "data" / "schema" / "week.json"
ASKED = ("--service", "meals", "--weight", "elders_60", "--profile", "walk_48")


def cover(minqing, demo, *more):
    return minqing("cover", demo / "out/district", *ASKED, *more)


def test_a_week_in_json_is_under_its_schema_and_agrees_with_one_hour(demo, minqing):
    done = cover(minqing, demo, "--week", "--by", "grid", "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    jsonschema.validate(told, json.loads(SCHEMA.read_text("utf-8")))
    one = json.loads(cover(minqing, demo, "--at", "周六 11:00", "--format", "json").stdout)
    hour = told["hours"][5 * 24 + 11]
    assert (hour["weekday"], hour["hour"]) == (5, 11)
    assert (hour["covered"], hour["share"]) == (one["covered"], one["share"])


def test_a_week_as_table_and_csv_says_the_same(demo, minqing):
    table = cover(minqing, demo, "--week", "--by", "community").stdout
    rows = list(
        csv.DictReader(io.StringIO(cover(minqing, demo, "--week", "--format", "csv").stdout))
    )
    assert len(rows) == 168
    monday = next(line for line in table.splitlines() if line.startswith("周一"))
    percent = [f"{100 * float(row['share']):.0f}" if float(row["share"]) else "·" for row in rows]
    assert monday.split()[1:] == percent[:24]
    assert "一般的一周，不计节假日" in table
    assert "人均每周小时" in table


def test_seven_days_from_a_date_name_the_holidays(demo, minqing):
    done = cover(minqing, demo, "--week-from", "2026-10-07")
    assert "2026-10-07 周三（国庆节）" in done.stdout
    assert "2026-10-10 周六（调休上班）" in done.stdout
    english = cover(minqing, demo, "--week-from", "2027-10-07", "--lang", "en")
    assert "the holidays of a year are unknown" in english.stdout


def test_details_of_a_week_are_hours_per_unit(demo, minqing, tmp_path):
    path = tmp_path / "units.csv"
    done = cover(minqing, demo, "--week", "--detail", path)
    assert f"已写入 {path}" in done.stderr
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert {"id", "grid", "weight", "hours"} <= set(rows[0])
    assert max(int(row["hours"]) for row in rows) <= 168


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--week", "--at", "周六 10:00"), "二者取一"),
        (("--week-from", "国庆"), "请写成 2026-10-01"),
        (("--week", "--capacity"), "不能与 --capacity 同用"),
    ],
)
def test_what_makes_no_week_is_refused(more, message, demo, minqing):
    done = cover(minqing, demo, *more)
    assert done.returncode == 2
    assert message in done.stderr


def test_the_map_draws_the_week(demo, minqing, tmp_path):
    path = tmp_path / "week.html"
    done = minqing("map", demo / "out/district", *ASKED, "--week-from", "2026-10-01", "-o", path)
    assert done.returncode == 0, done.stderr
    text = path.read_text("utf-8")
    assert "2026-10-01 起七天，计法定节假日与调休" in text
    assert "（国庆节）" in text
