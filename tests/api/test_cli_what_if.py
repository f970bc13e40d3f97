"""minqing what-if: the text, the JSON under its schema, the details, and what is refused."""

import json
from pathlib import Path

import jsonschema
import pandas as pd

SCHEMAS = Path(__file__).parents[2] / "data" / "schema"
ASKED = ("out/district", "out/scenario.json", "--circle", "elder", "--weight", "elders_60")


def test_text_tells_before_and_after(demo, minqing):
    done = minqing("what-if", *ASKED, "--by", "community", cwd=demo)
    assert done.returncode == 0, done.stderr
    assert "河湾加一处食堂，开一道门（2 项改动）" in done.stdout
    assert "新覆盖" in done.stdout
    english = minqing("what-if", *ASKED, "--lang", "en", cwd=demo).stdout
    assert "locked gate" in english


def test_json_follows_its_schema_and_agrees_with_cover(demo, minqing):
    done = minqing("what-if", *ASKED, "--by", "community", "--format", "json", cwd=demo)
    told = json.loads(done.stdout)
    schema = json.loads((SCHEMAS / "what_if.json").read_text(encoding="utf-8"))
    jsonschema.validate(told, schema)
    cover = minqing("cover", ASKED[0], *ASKED[2:], "--format", "json", cwd=demo)
    assert told["before"]["covered"] == json.loads(cover.stdout)["covered"]
    gained = told["outcomes"]["gained"] - told["outcomes"]["lost"]
    assert told["after"]["covered"] - told["before"]["covered"] == gained
    assert sum(row["gained"] for row in told["by"]["community"]) == told["outcomes"]["gained"]


def test_details_and_csv(demo, minqing, tmp_path):
    detail = tmp_path / "changed.csv"
    done = minqing("what-if", *ASKED, "--format", "csv", "--detail", detail, cwd=demo)
    assert done.stdout.startswith("id,name,total,covered_before,covered_after,share_before")
    rows = pd.read_csv(detail, dtype={"id": str})
    gained = rows[rows["outcome"] == "gained"]
    assert len(gained)
    assert gained["covered_after"].all()
    assert not gained["covered_before"].any()


def refused(demo, minqing, tmp_path, content, *more):
    file = tmp_path / "idea.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    done = minqing("what-if", ASKED[0], file, *ASKED[2:], *more, cwd=demo)
    assert done.returncode == 2
    assert done.stdout == ""
    return done.stderr


def test_faults_are_told_at_once_with_what_is_possible(demo, minqing, tmp_path):
    changes = [
        {"do": "open_gate", "gate": "990101001005009"},
        {"do": "add_station", "id": "x", "at": [25.0, 102.7], "kind": "canteen"},
        {"do": "set_hours", "station": "s2", "hours": "always"},
    ]
    told = refused(demo, minqing, tmp_path, {"name": "i", "changes": changes}, "--lang", "en")
    assert "change 1, gate: found no gate '990101001005009'; there is: 990101001005003" in told
    assert "change 2, at: found [25.0, 102.7], which is not near the district" in told
    assert "change 2, kind: found no kind 'canteen'; there is: elder_canteen" in told
    assert "change 3, hours: found 'always'" in told


def test_a_file_that_breaks_the_schema_is_refused(demo, minqing, tmp_path):
    changes = [{"do": "set_places", "station": "s2", "capacity": -3}, {"do": "fly"}]
    told = refused(demo, minqing, tmp_path, {"name": "i", "changes": changes})
    assert "changes[1].capacity：现为“-3”；请写不小于 0 的数" in told
    assert "changes[2].do：现为“fly”；请用其中之一：add_station" in told


def test_what_is_no_json_is_refused(demo, minqing, tmp_path):
    assert "第 1 行第 2 列不是 JSON" in refused(demo, minqing, tmp_path, "{nothing}")
    missing = minqing("what-if", ASKED[0], "no.json", "--circle", "elder", cwd=demo)
    assert missing.returncode == 2
    assert "no.json" in missing.stderr
