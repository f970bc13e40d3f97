"""How a question may be put: there, back or round, and with the places there are."""

import json
from pathlib import Path

import jsonschema
import pytest

SCHEMA = Path(__file__).parents[2] / "data" / "schema" / "cover.json"
ASKED = ("--service", "meals", "--profile", "walk_48", "--weight", "elders_60")


@pytest.fixture
def cover(demo, minqing):
    def answer(*more):
        done = minqing("cover", demo / "out/district", *ASKED, *more, "--format", "json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
        return told

    return answer


def test_places_can_be_counted_and_who_gets_none_is_full(cover):
    free, shared = cover(), cover("--capacity", "--priority", "elders_80")
    assert shared["question"]["capacity"]
    assert shared["question"]["priority"] == "elders_80"
    reasons = shared["reasons"]["meals"]
    assert reasons["FULL"] + reasons["COVERED"] == free["reasons"]["meals"]["COVERED"]
    assert shared["total"] == free["total"] == sum(reasons.values())


def test_a_round_trip_is_told_as_such(cover):
    told = cover("--direction", "round")
    assert told["question"]["direction"] == "round"
    assert abs(told["share"] - cover()["share"]) < 0.05


def test_an_unknown_direction_names_the_known_ones(demo, minqing):
    done = minqing("cover", demo / "out/district", *ASKED, "--direction", "up")
    assert done.returncode == 2
    assert "round" in done.stderr
