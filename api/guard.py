"""
What every request passes on its way in and every answer on its way out.

    request -> host name known? -> body short enough? -> app -> security headers -> answer

A page on another site must not read a planner's district through the planner's browser, so only
this machine's names are answered to, nothing is shared across origins, and no answer is kept.
"""

from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import language, our_fault, problem
from api.settings import Settings

_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
# the map brings its own, stricter policy for scripts inside the page
_POLICY = {"text/html": "frame-ancestors 'none'; form-action 'none'"}
_POLICY_OF_DATA = "default-src 'none'; frame-ancestors 'none'"


class Guard:
    """The ASGI layer around the app."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        lang = language(headers, self.settings.lang)
        guarded = _Sender(send)
        if _host_name(headers.get("host", "")) not in self.settings.hosts:
            answer = problem(421, None, lang)
            await answer(scope, receive, guarded)
            return
        body = await self._body(headers, receive)
        if body is None:
            answer = problem(413, self._too_large(lang), lang, headers={"connection": "close"})
            await answer(scope, receive, guarded)
            return
        try:
            await self.app(scope, _replay(body, receive), guarded)
        except Exception as error:  # noqa: BLE001 - told and logged without the data in it
            if not guarded.started:
                await our_fault(error, lang)(scope, receive, guarded)

    async def _body(self, headers: Headers, receive: Receive) -> bytes | None:
        """Return the whole body, None when it is too long."""
        most = self.settings.body_bytes
        announced = headers.get("content-length", "0")
        if announced.isascii() and announced.isdecimal() and int(announced) > most:
            return None
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                break
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                return None
        return body

    def _too_large(self, lang: str) -> str:
        most = self.settings.body_bytes
        return f"at most {most:,} bytes" if lang == "en" else f"最多 {most:,} 字节"


class _Sender:
    """Sends answers on with the security headers."""

    def __init__(self, send: Send) -> None:
        self.send, self.started = send, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            kind = headers.get("content-type", "").split(";")[0]
            headers["content-security-policy"] = _POLICY.get(kind, _POLICY_OF_DATA)
        await self.send(message)


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replayed() -> dict[str, Any]:
        nonlocal told
        if told:
            return dict(await receive())
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _host_name(host: str) -> str:
    """Return the name without the port; ``[::1]:80`` is ``::1``."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
