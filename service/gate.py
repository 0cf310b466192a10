"""The gate that every request passes: who is it, is it too much, is it too long.

It is ASGI middleware, so it decides before a route is chosen and before a body is read.
"""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from essaim.ontology.errors import EssaimError
from essaim.service.access import Caller, identify
from essaim.service.exchange import current
from essaim.service.limits import Limits
from essaim.service.problems import problem
from essaim.service.settings import Settings
from essaim.service.tokens import Tokens

__all__ = ["Gate", "PayloadTooLarge"]

_UNCOUNTED: Final = ("/health", "/metrics")
"""What those who run the service ask for, again and again."""


class PayloadTooLarge(EssaimError):
    """A body beyond what is read."""

    status = 413
    title = "Content too large"


class Gate:
    """ASGI middleware that identifies the caller, counts what it asks for, and bounds the body.

    Args:
        app: what is behind the gate.
        settings: the limits, and whose ``X-Forwarded-For`` is believed.
        tokens: the workspace's.
    """

    def __init__(self, app: ASGIApp, settings: Settings, tokens: Tokens) -> None:
        self._app = app
        self._settings = settings
        self._tokens = tokens
        self._limits = Limits(
            requests=settings.rate_requests,
            work=settings.rate_work,
            running=settings.rate_running,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            caller = self._identify(scope)
            most = self._longest(caller)
            _refuse_announced(Headers(scope=scope), most)
            if scope["path"].startswith(_UNCOUNTED):
                await self._app(scope, receive, send)
                return
            self._limits.begin(caller)
        except EssaimError as error:
            await problem(Request(scope), error)(scope, receive, send)
            return
        try:
            await self._app(scope, _bounded(receive, most), send)
        finally:
            self._limits.end(caller, current().work)

    def _identify(self, scope: Scope) -> Caller:
        peer = scope["client"][0] if scope.get("client") else None
        caller = identify(peer, Headers(scope=scope), self._tokens, self._settings.trusted_proxies)
        scope.setdefault("state", {})["caller"] = caller
        return caller

    def _longest(self, caller: Caller) -> int:
        """How many bytes the body may have: writers may send files."""
        if caller.may("load") or caller.may("update"):
            return self._settings.max_upload_bytes
        return 3 * self._settings.max_query_bytes  # a form writes a character as %XX


def _refuse_announced(headers: Headers, most: int) -> None:
    announced = headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > most:
        raise _too_large(most)


def _bounded(receive: Receive, most: int) -> Receive:
    """The same body, that stops with an error where it becomes too long."""
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        if message["type"] == "http.request":
            read += len(message.get("body", b""))
            if read > most:
                raise _too_large(most)
        return message

    return bounded


def _too_large(most: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is longer than {most} bytes.", "Send a shorter one.")
