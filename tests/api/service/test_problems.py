"""What the service refuses, in which words, and what it never says."""

import logging
from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api import service

LAYERS = "communities, grids, compounds, gates, barriers, buildings, stations, candidates, streets"
HERE = {"host": "127.0.0.1"}


def assert_problem(answer, status, detail=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"].startswith("urn:minqing:problem:")
    assert told["title"]
    if detail is not None:
        assert told["detail"] == detail
    return told


def test_an_unknown_layer_is_answered_with_those_that_exist(client):
    told = assert_problem(
        client.get("/layers/households"), 404, f"没有图层“households”；可用：{LAYERS}"
    )
    assert told["known"] == LAYERS.split(", ")


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=0", "limit：须不小于 1"),
        ("limit=-5", "limit：须不小于 1"),
        ("limit=many", "limit：须为整数"),
        ("limit=10001", "limit：最多 10,000 个"),
        ("limit=" + "9" * 40, None),
        ("bbox=1,2,3", "bbox：写作 西,南,东,北 四个数"),
        ("bbox=a,b,c,d", "bbox：写作 西,南,东,北 四个数"),
        ("bbox=", "bbox：写作 西,南,东,北 四个数"),
        ("bbox=103,25,102,26", "bbox：顺序是 西,南,东,北，西不大于东，南不大于北"),
        ("bbox=102,26,103,25", "bbox：顺序是 西,南,东,北，西不大于东，南不大于北"),
        ("bbox=25,102,26,103", "bbox：须为经纬度，经度在前，单位是度"),
        ("bbox=nan,25,103,26", "bbox：须为经纬度，经度在前，单位是度"),
        ("bbox=-inf,25,inf,26", "bbox：须为经纬度，经度在前，单位是度"),
        ("box=1,2,3,4", "box：没有这一项"),
    ],
)
def test_a_bad_window_on_a_layer_is_refused(client, query, detail):
    assert_problem(client.get(f"/layers/stations?{query}"), 422, detail)


def test_all_faulty_fields_are_told_at_once(client):
    body = {"limit": -3, "by": "street", "profile": 7, "colour": "red"}
    told = assert_problem(client.post("/coverage", json=body), 422)
    assert [fault["field"] for fault in told["errors"]] == ["limit", "profile", "by", "colour"]
    assert all(fault["in"] == "body" for fault in told["errors"])


@pytest.mark.parametrize("path", ["/coverage", "/gaps"])
@pytest.mark.parametrize(
    ("body", "start"),
    [
        ({}, "请给出 circle"),
        ({"circle": "elder", "service": "meals"}, "请给出 circle"),
        ({"circle": "nowhere"}, "circle"),
        ({"service": "nothing"}, "service"),
        ({"service": "meals", "profile": "horse"}, "profile"),
        ({"service": "meals", "weight": "gold"}, "weight"),
        ({"service": "meals", "when": "someday"}, "at"),
        ({"service": "meals", "limit": "far"}, "limit"),
        ({"service": "meals", "limit": "121min"}, "limit：最多 120分钟"),
        ({"service": "meals", "limit": "11km"}, "limit：最多 10000米"),
        ({"service": "meals", "limit": 1e300}, "limit"),
        ({"service": "meals", "limit": True}, "limit"),
        ({"service": "meals", "limit": ["15min"]}, "limit"),
        ({"service": "meals", "limit": "9" * 80}, "limit：最多 120分钟"),
        ({"service": "m" * 81}, "service：最多 80 个字符"),
        ({"service": ""}, "service：不能为空"),
        ([], "body：须为一个对象"),
    ],
)
def test_a_bad_question_is_refused_and_named(client, path, body, start):
    told = assert_problem(client.post(path, json=body), 422)
    assert told["detail"].startswith(start), told["detail"]


@pytest.mark.parametrize(
    ("word", "name"),
    [("circle", "elder"), ("service", "meals"), ("profile", "walk_60"), ("weight", "elders_60")],
)
def test_an_unknown_name_is_answered_with_those_that_exist(client, word, name):
    body = {"service": "meals"} if word in {"profile", "weight"} else {}
    told = assert_problem(client.post("/coverage", json=body | {word: "unheard-of"}), 422)
    assert "unheard-of" in told["detail"]
    assert name in told["detail"]


@pytest.mark.parametrize("body", [b"{bad", b"", b"\xff\xfe", b'{"service": "meals",}'])
def test_a_body_that_is_no_json_is_refused(client, body):
    answer = client.post("/coverage", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert_problem(answer, answer.status_code)


def test_numbers_that_are_none_are_refused(client):
    for number in ("NaN", "Infinity", "-Infinity", "-0"):
        body = f'{{"service": "meals", "limit": {number}}}'
        answer = client.post(
            "/coverage", content=body, headers={"content-type": "application/json"}
        )
        assert_problem(answer, 422, "limit：时间写作 15min 或 15分钟，距离写作 500m 或 500米")


def test_another_content_type_is_refused(client):
    answer = client.post("/coverage", content=b"{}", headers={"content-type": "text/plain"})
    assert_problem(answer, 415, "请以 content-type: application/json 发送")


def test_a_long_body_is_refused_announced_or_not(client):
    body = b'{"service": "' + b"m" * 20_000 + b'"}'
    kind = {"content-type": "application/json"}
    assert_problem(client.post("/coverage", content=body, headers=kind), 413, "最多 16,384 字节")
    pieces = iter([body[:9_000], body[9_000:]])
    assert_problem(client.post("/coverage", content=pieces, headers=kind), 413, "最多 16,384 字节")


def test_unknown_addresses_and_methods_are_problems_too(client):
    assert_problem(client.get("/nowhere"), 404)
    assert_problem(client.get("/layers/"), 404)
    answer = client.put("/coverage", json={})
    assert_problem(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_a_client_that_asks_in_english_is_answered_in_english(client):
    english = {"accept-language": "en-GB,en;q=0.9"}
    assert_problem(
        client.get("/layers/households", headers=english),
        404,
        f"there is no layer 'households'; there are: {LAYERS}",
    )
    told = assert_problem(client.post("/gaps", json={"circle": "nowhere"}, headers=english), 422)
    assert told["detail"].startswith("circle: 'nowhere' is unknown; known are:")
    told = assert_problem(client.get("/layers/stations?bbox=1", headers=english), 422)
    assert told["detail"] == "bbox: write four numbers: west,south,east,north"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8760", "127.0.0.1.evil.example", ""]
)
def test_a_page_elsewhere_cannot_borrow_the_service_under_its_own_name(client, host):
    assert_problem(client.get("/layers", headers={"host": host}), 421)


@pytest.mark.parametrize("host", ["localhost:8760", "127.0.0.1", "[::1]:8760", "LOCALHOST"])
def test_this_machine_answers_to_its_own_names(client, host):
    assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/health", "/layers", "/layers/stations", "/nowhere", "/openapi.json"]
)
def test_every_answer_forbids_sniffing_framing_and_keeping(client, path):
    headers = client.get(path, headers={"origin": "https://evil.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


def test_our_own_fault_is_told_and_logged_without_the_data_in_it(client, monkeypatch, caplog):
    def fail(*_args, **_words):
        raise RuntimeError("张三 13800000000")

    monkeypatch.setattr(service, "cover", fail)
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/coverage", json={"service": "meals"})
    assert_problem(answer, 500, "程序出了意外，已记录位置")
    assert "RuntimeError" in caplog.text
    assert "test_problems.py:" in caplog.text
    assert "张三" not in answer.text + caplog.text


def test_random_requests_never_find_a_fault_of_ours(app):
    description = schemathesis.openapi.from_asgi("/openapi.json", app, headers=HERE)
    statuses = Counter()
    for operation in description.get_all_operations():
        statuses += _tried(operation.ok())
    assert statuses[200] > 10
    assert {404, 422} <= set(statuses) <= {200, 400, 404, 409, 413, 422}


def _tried(operation):
    """Send one operation random requests; all checks of schemathesis hold, but one."""
    # random words are valid by the schema, yet name nothing: refusing them is right
    left_out = [schemathesis.checks.CHECKS.get_one("positive_data_acceptance")]
    statuses = Counter()

    @settings(
        max_examples=16,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=operation.as_strategy(), grounded=st.booleans())
    def each(case, grounded):
        if grounded:
            _name_what_exists(case)
        answer = case.call_and_validate(excluded_checks=left_out, headers=HERE)
        statuses[answer.status_code] += 1

    each()
    return statuses


def _name_what_exists(case):
    if "name" in case.path_parameters:
        case.path_parameters["name"] = "stations"
        case.query.pop("bbox", None)
    if case.operation.path == "/sites":
        case.body = {"service": "meals", "profile": "walk_48", "count": 1, "limit": "10min"}
    if case.operation.path in {"/coverage", "/gaps"}:
        by = case.body.get("by") if isinstance(case.body, dict) else None
        case.body = {"service": "meals", "limit": "10min"} | ({"by": by} if by else {})
