"""POST /sites on the sample street: the plan of the library, as planners may see it."""

import json

import jsonschema
import pytest

import gis
from gis.catalogue import data_root

ASKED = {"service": "meals", "profile": "walk_48", "count": 2, "weight": "elders_60"}


def sites(client, **asked):
    return client.post("/sites", json={**ASKED, **asked})


def test_the_plan_follows_its_schema_and_equals_the_library(client, district):
    answer = sites(client)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    schema = json.loads((data_root() / "schema/site.json").read_text(encoding="utf-8"))
    jsonschema.validate(told, schema)
    plan = gis.choose_sites(district, **ASKED)
    assert told["status"] == "proved optimal"
    assert [site["id"] for site in told["sites"]] == list(plan.sites.index)
    assert told["covered_after"] in {None, plan.covered_after}
    assert told["level"] == "planner"


def test_no_figure_of_people_is_small(client):
    for more in ({}, {"count": 3, "weight": "children_0_12"}, {"candidates": ["streets:300"]}):
        told = sites(client, **more).json()
        figures = [told[name] for name in ("total", "covered_before", "covered_after")]
        for site in told["sites"]:
            figures += [site[name] for name in ("gain", "serves", "only", "lost", "runner_up_gain")]
        figures += [*told["unreached"]["reasons"].values(), *told["unreached"]["grids"].values()]
        assert not [each for each in figures if each is not None and 0 < each < 5]


def test_notes_follow_the_language_of_the_client(client):
    body = {**ASKED, "apart": 300}
    answer = client.post("/sites", json=body, headers={"accept-language": "en"})
    assert any("straight line" in note for note in answer.json()["notes"])
    assert any("直线" in note for note in client.post("/sites", json=body).json()["notes"])


@pytest.mark.parametrize(
    ("asked", "start"),
    [
        ({"count": None}, "请给出 count"),
        ({"service": "nothing"}, "service"),
        ({"service": []}, "service"),
        ({"goal": "fame"}, "goal"),
        ({"count": 101}, "count：最多 100 处"),
        ({"count": -1}, "count"),
        ({"count": 99}, "count"),
        ({"time_limit": 31}, "time_limit：最多 30 秒"),
        ({"time_limit": 0}, "time_limit"),
        ({"candidates": ["streets:49"]}, "candidates：街边候选点至少相隔 50 米"),
        ({"candidates": ["moon"]}, "candidates"),
        ({"limit": "121min"}, "limit：最多 120分钟"),
        ({"required": ["nowhere"]}, "required"),
        ({"floors": {"grid": 2}}, "floors.grid"),
        ({"floors": {"gold": 0.5}}, "floors"),
        ({"share": 0.5}, "share"),
        ({"colour": "red"}, "colour：没有这一项"),
    ],
)
def test_a_bad_question_is_refused_and_its_field_named(client, asked, start):
    answer = sites(client, **asked)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"].startswith(start), answer.json()["detail"]


def test_no_plan_is_a_conflict_that_tells_what_would_do_and_nobody(client, district):
    body = {"service": "meals", "profile": "walk_48", "share": 1.0}
    answer = client.post("/sites", json=body)
    assert answer.status_code == 409
    told = answer.json()
    assert told["type"] == "urn:minqing:problem:no-answer"
    assert told["detail"].startswith("没有一组站点做得到")
    assert not [name for name in district.buildings.index if name in answer.text]
