"""The front door: who may speak to the app at all, and what every answer says to the browser.

Unknown Host headers (DNS rebinding), requests from other sites and oversized bodies are refused before any
page is looked at. Source: OWASP's cheat sheets on CSRF and on HTTP headers.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
LARGEST_BODY = 40_000_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'"
)
"""For the frame that shows a stranger's HTML: nothing is loaded, nothing runs, nothing is sent."""
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
    "cache-control": "no-store",
}


class Guard:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, listen: str, hosts: Iterable[str]) -> None:
        self._app = app
        own = listen.rpartition(":")[0].lower()
        self._hosts = (
            LOOPBACK | {host.lower() for host in hosts} | ({own} if own not in ("0.0.0.0", "[::]") else set())
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_guarded)
            return
        await self._app(scope, _bounded(receive), send_guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if host_name(host) not in self._hosts:
            return PlainTextResponse("400: unknown Host; see web.hosts in the configuration\n", 400)
        if scope["method"] in _SAFE:
            return None
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return PlainTextResponse(f"413: more than {LARGEST_BODY // 1_000_000} MB\n", 413)
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and urlsplit(origin).netloc.lower() != host:
            return PlainTextResponse("403: the request comes from another site\n", 403)
        if site not in (None, "same-origin", "none"):
            return PlainTextResponse("403: the request comes from another site\n", 403)
        return None


def host_name(host: str) -> str:
    """The name in a Host header, without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _bounded(receive: Receive) -> Receive:
    """Chunked bodies have no declared length: they are counted."""
    taken = 0

    async def receive_bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > LARGEST_BODY else message

    return receive_bounded
