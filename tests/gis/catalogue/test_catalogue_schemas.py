"""The published schemas: they take what the doors print and refuse what would mislead."""

import copy
import json

import pytest

from gis.catalogue import (
    catalogue_dict,
    data_root,
    load_catalogue,
    requirement_dict,
    schema_validator,
)

CATALOGUE = load_catalogue()
QUESTION = {
    "circle": "elder",
    "service": None,
    "requirements": [requirement_dict(each) for each in CATALOGUE.circles["elder"].requirements],
    "when": None,
}
COVER = {
    "district": "银杏街道（合成数据）",
    "unit": "household",
    "weight": "elders_60",
    "when": None,
    "question": QUESTION,
    "total": 100,
    "covered": 78,
    "share": 0.78,
    "share_low": 0.71,
    "share_high": 0.83,
    "reasons": {"meals": {"COVERED": 80, "WALL": 12, "TOO_FAR": 8}},
    "by": {
        "grid": [
            {"id": "990101001001001", "name": "第一网格", "total": 40, "covered": None}
            | dict.fromkeys(("share", "share_low", "share_high"))
        ]
    },
}
GAPS = {
    "district": "银杏街道（合成数据）",
    "unit": "household",
    "weight": "elders_60",
    "when": "周六 10:00",
    "question": QUESTION,
    "gaps": [
        {
            "id": "h1",
            "building": "b1",
            "grid": None,
            "weight": 2,
            "requirement": "meals",
            "reason": "CLOSED",
            "station": "s1",
            "metres": 412.5,
            "minutes": None,
            "estimated": False,
        }
    ],
}


def changed(document, path, value):
    copied = copy.deepcopy(document)
    inner = copied
    for step in path[:-1]:
        inner = inner[step]
    if value is None and path[-1] in inner:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copied


def test_coverage_and_gaps_as_printed_keep_their_schemas():
    schema_validator("cover").validate(COVER)
    schema_validator("gaps").validate(GAPS)


@pytest.mark.parametrize(
    "name",
    [
        "weight",
        "total",
        "covered",
        "share",
        "share_low",
        "share_high",
        "reasons",
        "by",
        "when",
        "question",
    ],
)
def test_coverage_without_one_of_its_parts_is_refused(name):
    assert not schema_validator("cover").is_valid(changed(COVER, [name], None))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["share"], 1.2),
        (["share"], "78%"),
        (["total"], -1),
        (["unit"], "person"),
        (["when"], ""),
        (["reasons", "meals", "LAZY"], 3),
        (["reasons", "meals", "WALL"], -3),
        (["by", "household"], []),
        (["by", "grid"], [{"name": "第一网格"}]),
        (["question", "requirements"], []),
        (["question", "requirements", 0, "limit"], "soon"),
        (["question", "requirements", 0, "measure"], "fly"),
    ],
)
def test_coverage_that_would_mislead_is_refused(path, value):
    assert not schema_validator("cover").is_valid(changed(COVER, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["gaps", 0, "reason"], "COVERED_NOT"),
        (["gaps", 0, "minutes"], -1),
        (["gaps", 0, "metres"], "far"),
        (["gaps", 0, "requirement"], None),
        (["gaps"], {}),
        (["question"], None),
    ],
)
def test_a_gap_that_would_mislead_is_refused(path, value):
    assert not schema_validator("gaps").is_valid(changed(GAPS, path, value))


def test_a_gap_names_a_reason_for_being_left_out():
    assert not schema_validator("gaps").is_valid(changed(GAPS, ["gaps", 0, "reason"], "COVERED"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["digest"], "abc"),
        (["files"], []),
        (["facilities", 0, "confidence"], "sure"),
        (["facilities", 0, "limit_metres"], 0),
        (["facilities", 0, "services"], "meals|day_care"),
        (["circles", 0, "requirements", 0, "at_least"], 0),
        (["profiles", 0, "steps"], "sometimes"),
        (["colours"], []),
    ],
)
def test_a_catalogue_that_would_mislead_is_refused(path, value):
    told = catalogue_dict(CATALOGUE)
    assert schema_validator("catalogue").is_valid(told)
    assert not schema_validator("catalogue").is_valid(changed(told, path, value))


def test_every_kind_of_data_file_has_a_schema():
    schemas = {path.stem for path in (data_root() / "schema").glob("*.json")}
    assert schemas >= {
        *("facilities", "services", "profiles", "circle", "osm", "columns", "left_out"),
        *("cover", "gaps", "catalogue"),
    }


def test_schemas_say_what_they_are_and_end_in_a_line_break():
    for path in (data_root() / "schema").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert json.loads(text)["title"]
        assert text.endswith("}\n")
