"""
What the service says when it cannot answer: RFC 9457 problems, each error in one place.

    InputError, and below      422  the question or the data asked about is at fault
    ResultError                409  the question is right, yet no answer exists
    Problem                    its own
    a field of the request     422  all faulty fields are listed
    a body that is no JSON     400, or 415 when it does not claim to be
    anything else              500  says nothing of the data, in the answer or in the log

A problem speaks Chinese unless the client's ``Accept-Language`` begins with English.
"""

import logging
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from gis.errors import GisError, InputError, ResultError

PROBLEM_JSON = "application/problem+json"
STATUS: dict[type[GisError], int] = {ResultError: 409, InputError: 422, GisError: 422}

_log = logging.getLogger(__name__)

_TITLES = {
    400: ("bad-request", "请求有误", "Bad request"),
    404: ("not-found", "没有找到", "Not found"),
    405: ("method", "不支持这种请求方法", "Method not allowed"),
    409: ("no-answer", "没有答案", "No answer exists"),
    413: ("too-large", "请求太大", "Request too large"),
    415: ("media-type", "不支持这种内容类型", "Unsupported media type"),
    421: ("host", "主机名不对", "Wrong host name"),
    422: ("invalid", "内容有误", "Invalid content"),
    500: ("our-fault", "服务出错", "Our fault"),
}

_NOT_JSON = (
    "请以 content-type: application/json 发送",
    "send it as content-type: application/json",
)

# pydantic's own English is kept; these are its commonest messages in Chinese
_CHINESE = {
    "extra_forbidden": "没有这一项",
    "finite_number": "须为有限的数",
    "float_type": "须为数字",
    "greater_than": "须大于 {gt}",
    "greater_than_equal": "须不小于 {ge}",
    "int_from_float": "须为整数",
    "int_parsing": "须为整数",
    "int_type": "须为整数",
    "json_invalid": "不是有效的 JSON",
    "less_than_equal": "须不大于 {le}",
    "literal_error": "须为以下之一：{expected}",
    "missing": "缺少这一项",
    "model_attributes_type": "须为一个对象",
    "string_too_long": "最多 {max_length} 个字符",
    "string_too_short": "不能为空",
    "string_type": "须为文字",
}


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A fault of the request that only the service knows."""

    def __init__(self, status: int, chinese: str, english: str, **more: Any) -> None:
        super().__init__(chinese)
        self.status, self.english, self.more = status, english, more

    def text(self, lang: str) -> str:
        """Return what is wrong, in ``zh`` or ``en``."""
        return self.english if lang == "en" else str(self)


def install_handlers(app: FastAPI, lang: str) -> None:
    """Make the app answer every error with a problem; ``lang`` is for clients that name none."""

    def on_problem(request: Request, error: Any) -> JSONResponse:
        spoken = language(request.headers, lang)
        return problem(error.status, error.text(spoken), spoken, **error.more)

    def on_gis_error(request: Request, error: Any) -> JSONResponse:
        spoken = language(request.headers, lang)
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        faults = [{"detail": each} for each in error.problems]
        return problem(status, error.text(spoken), spoken, errors=faults)

    def on_invalid(request: Request, error: Any) -> JSONResponse:
        spoken = language(request.headers, lang)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method == "POST" and kind != "application/json":
            return problem(415, _NOT_JSON[spoken == "en"], spoken)
        return _invalid(error.errors(), spoken)

    def on_http(request: Request, error: Any) -> JSONResponse:
        spoken = language(request.headers, lang)
        return problem(error.status_code, None, spoken, headers=error.headers)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(GisError, on_gis_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)


def language(headers: Mapping[str, str], otherwise: str) -> str:
    """Return ``zh`` or ``en``, the first that the client names."""
    for part in headers.get("accept-language", "").lower().split(","):
        if part.strip()[:2] in {"zh", "en"}:
            return part.strip()[:2]
    return otherwise


def problem(
    status: int,
    detail: str | None,
    lang: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """Return the answer of RFC 9457; members of ``more`` that are empty are left out."""
    plain = HTTPStatus(status).phrase
    name, *titles = _TITLES.get(status, (f"status-{status}", plain, plain))
    body = {
        "type": f"urn:minqing:problem:{name}",
        "title": titles[lang == "en"],
        "status": status,
        "detail": detail,
        **more,
    }
    body = {key: value for key, value in body.items() if value not in (None, [], ())}
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=PROBLEM_JSON)


def our_fault(error: Exception, lang: str) -> JSONResponse:
    """Answer an error nobody expected, and log where it rose, without its message."""
    # messages and values may hold data of people; the place in the program never does
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    _log.error("unexpected %s at %s", type(error).__name__, where)
    english = lang == "en"
    detail = "unexpected fault, logged by its place only" if english else "程序出了意外，已记录位置"
    return problem(500, detail, lang)


def _invalid(faults: Sequence[Any], lang: str) -> JSONResponse:
    told = [_fault(fault, lang) for fault in faults]
    not_json = any(fault["type"] == "json_invalid" for fault in faults)
    joined = "；".join if lang == "zh" else "; ".join
    colon = "：" if lang == "zh" else ": "
    detail = joined(f"{fault['field']}{colon}{fault['detail']}" for fault in told)
    return problem(400 if not_json else 422, detail, lang, errors=told)


def _fault(fault: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Name the field and what is wrong; what was sent is not repeated."""
    place, *path = (str(step) for step in fault["loc"])
    if fault["type"] == "json_invalid":
        path = []
    context = fault.get("ctx", {})
    text = str(fault["msg"])
    if lang == "zh":
        chinese = context.get("chinese") or _CHINESE.get(fault["type"])
        text = chinese.format(**context) if chinese else text
    return {"field": ".".join(path) or place, "in": place, "detail": text}
