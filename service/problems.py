"""Every error as RFC 9457 problem details, with a hint and nothing of the program's inside."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from essaim.ontology.errors import EssaimError, nearest
from essaim.service.negotiation import NotAcceptable, negotiate
from essaim.service.policy import page_policy
from essaim.service.texts import reason
from essaim.service.workers import Unexpected
from essaim.viz.pages import render
from essaim.viz.texts import LANGUAGES

__all__ = ["PROBLEM", "PROBLEM_SCHEMA", "install", "problem"]

PROBLEM = "application/problem+json"

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457) and what to do about it.",
    "required": ["type", "title", "status", "detail", "hint", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The kind of problem."},
        "title": {"type": "string", "description": "The kind of problem in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What is wrong, in one sentence."},
        "hint": {"type": "string", "description": "What to do next; empty when nothing helps."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "supported": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The media types there are, where none fitted (406).",
        },
    },
}

_LOG = logging.getLogger("essaim")
_FOR_PROGRAMS = ("/api/", "/sparql", "/openapi.json", "/health")
_TYPES = "https://w3id.org/essaim/problem/"


def problem(
    request: Request, error: EssaimError, headers: Mapping[str, str] | None = None
) -> Response:
    """An error as a response.

    Args:
        request: what was asked for.
        error: what is wrong.
        headers: headers to send with it.
    """
    content: dict[str, Any] = {
        "type": _TYPES + _slug(error.title),
        "title": error.title,
        "status": error.status,
        "detail": str(error),
        "hint": error.hint,
        "instance": request.url.path,
    }
    if isinstance(error, NotAcceptable):
        content["supported"] = error.offered
    sent = dict(headers or {})
    sent.update(error.headers)
    sent["Vary"] = "Accept"
    if _wants_page(request):
        language = request.query_params.get("lang", "")
        chosen = language if language in LANGUAGES else request.app.state.front.settings.lang
        html = render("error.html", problem=content, language=chosen)
        sent["Content-Security-Policy"] = page_policy(html)
        return Response(html, error.status, sent, "text/html")
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, error.status, sent, PROBLEM)


def _wants_page(request: Request) -> bool:
    """Whether a person is looking: what asks the API or SPARQL gets problem details always."""
    if request.url.path.startswith(_FOR_PROGRAMS):
        return False
    return negotiate(request.headers.get("accept"), [PROBLEM, "text/html"]) == "text/html"


def install(app: FastAPI, paths: Sequence[str]) -> None:
    """Answer every error of an application with problem details.

    Args:
        app: the application.
        paths: the paths there are, to offer the nearest where one is mistyped.
    """

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, EssaimError)  # noqa: S101 - that is what it is registered for
        if isinstance(error, Unexpected):
            _LOG.error("%s %s\n%s", request.method, request.url.path, error.trace)
            return problem(request, _unexpected())
        return problem(request, error)

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - that is what it is registered for
        return problem(request, _from_http(request, error, paths), error.headers)

    async def of_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        return problem(request, _from_validation(error))

    async def unknown(request: Request, error: Exception) -> Response:
        _LOG.error("%s %s", request.method, request.url.path, exc_info=error)
        return problem(request, _unexpected())

    app.add_exception_handler(EssaimError, known)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_validation)
    app.add_exception_handler(Exception, unknown)


class _HttpError(EssaimError):
    """An error of the protocol rather than of the project."""

    def __init__(self, status: int, message: str, hint: str) -> None:
        self.status = status
        self.title = HTTPStatus(status).phrase
        super().__init__(message, hint)


def _unexpected() -> EssaimError:
    return _HttpError(
        500, "Something went wrong here; it was written to the log.", "Report it, with the time."
    )


def _from_http(request: Request, error: HTTPException, paths: Sequence[str]) -> EssaimError:
    path = request.url.path
    if error.status_code == 404:
        near = nearest(path, [known for known in paths if "{" not in known])
        hint = f"Did you mean {' or '.join(near)}?" if near else "See / for what there is."
        return _HttpError(404, f"There is nothing at {path}.", hint)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("allow") or (error.headers or {}).get("Allow", "GET")
        return _HttpError(405, f"{path} can't be asked with {request.method}.", f"Use {allowed}.")
    return _HttpError(error.status_code, str(error.detail), "")


def _from_validation(error: RequestValidationError) -> EssaimError:
    first = error.errors()[0]
    name = str(first["loc"][-1])
    if first["type"] == "missing":
        return _HttpError(400, f'The parameter "{name}" is missing.', "Give it a value.")
    shown = str(first.get("input"))[:100]
    return _HttpError(
        400, f'The parameter "{name}" is "{shown}": it {reason(first["msg"])}.', "Correct it."
    )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
