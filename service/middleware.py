"""What is done to every exchange: a number, headers that protect the reader, and HEAD."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from essaim.service import exchange
from essaim.service.policy import BASE_POLICY

__all__ = ["SECURITY_HEADERS", "Cors", "Direct", "HeadAsGet", "RequestIds", "SecurityHeaders"]

SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": BASE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
"""Sent with every response, unless it brings its own."""


_SECURITY: Final = [(n.lower().encode(), v.encode()) for n, v in SECURITY_HEADERS.items()]


class SecurityHeaders:
    """ASGI middleware that adds :data:`SECURITY_HEADERS`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one exchange."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                own = {name for name, _ in headers}
                message["headers"] = [*headers, *(h for h in _SECURITY if h[0] not in own)]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class HeadAsGet:
    """ASGI middleware that lets every GET be asked with HEAD; the server leaves out the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one exchange."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


class RequestIds:
    """ASGI middleware that opens the account of each exchange and tells its number."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        account = exchange.Exchange()
        exchange.begin(account)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = account.id
            await send(message)

        await self._app(scope, receive, send_with_id)


class Cors:
    """ASGI middleware that lets pages of any site read what is here, and says what can be asked.

    Nothing here depends on cookies, so a page can get no more than its reader could without it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
            await send({"type": "http.response.body"})
            return

        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_OPEN]
            await send(message)

        await self._app(scope, receive, send_open)


_OPEN: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Essaim-Generation, Essaim-Truncated, Location"),
)
_METHODS: Final = b"GET, HEAD, POST, PUT, DELETE, OPTIONS"
_PREFLIGHT: Final = [
    (b"allow", _METHODS),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", _METHODS),
    (b"access-control-allow-headers", b"Accept, Authorization, Content-Type, If-None-Match"),
    (b"access-control-max-age", b"86400"),
]


class Direct:
    """ASGI middleware that hands one path to an application, past the framework's routes.

    Args:
        app: what answers on every other path.
        path: the path.
        direct: what answers there.
    """

    def __init__(self, app: ASGIApp, path: str, direct: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._direct = direct

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one exchange."""
        if scope["type"] == "http" and scope["path"] == self._path:
            await self._direct(scope, receive, send)
        else:
            await self._app(scope, receive, send)
