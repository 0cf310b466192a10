"""``/sparql``: the SPARQL 1.1 Protocol, queries and updates, and what describes the service.

Most requests are short and many, so this is an ASGI application of its own: the framework's part of
a request would take longer than the query.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, Final

from fastapi import Request
from starlette.types import Receive, Scope, Send

from essaim.ontology.errors import BadInput, EssaimError
from essaim.service import sparql_jobs, write_jobs
from essaim.service.access import Caller
from essaim.service.compression import choose_encoding
from essaim.service.description import iter_description
from essaim.service.front import VARY, Front, read_etags, with_charset
from essaim.service.gate import PayloadTooLarge
from essaim.service.negotiation import NotAcceptable, negotiate
from essaim.service.pool import Answer
from essaim.service.problems import MethodNotAllowed, answer_error
from essaim.service.protocol import FORM, FORMATS, QUERY, UPDATE, Operation, read_operation
from essaim.service.results import GRAPH_TYPES, RESULT_TYPES, write_document
from essaim.service.settings import Language
from essaim.service.sparql_jobs import SparqlQuery
from essaim.service.sparql_page import sparql_form
from essaim.service.workers import Call, Reply
from essaim.service.write_jobs import SparqlUpdate

__all__ = ["METHODS", "OPENAPI", "PATH", "Sparql"]

PATH: Final = "/sparql"
METHODS: Final = "GET, HEAD, POST, OPTIONS"
_VOLATILE: Final = re.compile(r"(?i)(?:NOW|RAND|UUID|BNODE)\s*\(|SERVICE")
"""What gives another answer each time."""


class Sparql:
    """The endpoint.

    Args:
        front: the running service.
    """

    def __init__(self, front: Front) -> None:
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one exchange."""
        try:
            await self._handle(scope, receive, send)
        except EssaimError as error:
            await answer_error(Request(scope, receive), error)(scope, receive, send)

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method not in ("GET", "POST"):
            raise MethodNotAllowed(PATH, method, METHODS)
        headers = _read(scope)
        most = self._front.settings.max_query_bytes
        try:
            body = await _body(receive, 3 * most) if method == "POST" else ""
            operation = read_operation(
                method,
                scope["query_string"].decode("ascii"),
                headers.get(b"content-type", "").partition(";")[0].strip().lower(),
                body,
            )
        except UnicodeDecodeError:
            raise BadInput("The request is not UTF-8.", "Send the query as UTF-8.") from None
        if len(operation.text) > most and len(operation.text.encode(errors="replace")) > most:
            raise PayloadTooLarge(f"The query is longer than {most} bytes.", "Send a shorter one.")
        caller = scope["state"]["caller"]
        if operation.kind == "query":
            await self._query(operation, caller, method, headers, receive, send)
        elif operation.kind == "update":
            await self._update(operation, caller, send)
        else:
            await self._describe(operation, Request(scope), headers, send)

    async def _query(
        self,
        operation: Operation,
        caller: Caller,
        method: str,
        headers: dict[bytes, str],
        receive: Receive,
        send: Send,
    ) -> None:
        front = self._front
        accept = operation.accept or headers.get(b"accept", "")
        encoding = choose_encoding(headers.get(b"accept-encoding"))
        if operation.generation is None:
            generation = front.generation
        else:
            generation = front.workspace.generation(operation.generation)
        tag = front.etag(generation, accept)
        if method == "GET" and tag in read_etags(headers.get(b"if-none-match", "")):
            await send_start(send, 304, [(b"etag", tag.encode()), (b"vary", VARY.encode())])
            await send({"type": "http.response.body"})
            return
        share = front.share(caller)
        asked = SparqlQuery(
            operation.text,
            accept or None,
            share.rows,
            operation.default,
            operation.named,
            front.settings.services,
        )
        key: object = None
        if (
            caller.token is None
            and front.settings.cache_bytes
            and not _VOLATILE.search(operation.text)
        ):
            key = (
                generation.number, operation.text, accept, encoding,
                tuple(operation.default or ()), tuple(operation.named or ()),
                operation.default is None and operation.named is None,
            )  # fmt: skip
            if (kept := front.cache.get(key)) is not None:
                await _send_reply(send, kept, tag, method)
                return
        arguments = {"asked": asked}
        ask = front.pool.ask(
            Call(sparql_jobs.sparql, arguments, generation.number, encoding, share.memory),
            seconds=share.seconds,
            text=operation.text,
        )
        answer = await front.settled(receive, ask)
        if answer.reply.generation != generation.number:
            tag = front.etag(front.workspace.generation(answer.reply.generation), accept)
            key = None
        if answer.spool is None:
            if key is not None:
                front.cache.put(key, answer.reply)
            await _send_reply(send, answer.reply, tag, method)
        else:
            await _send_long(send, answer, tag, method)

    async def _update(self, operation: Operation, caller: Caller, send: Send) -> None:
        caller.require("update")
        asked = SparqlUpdate(
            operation.text, operation.default, operation.named, self._front.settings.services
        )
        reply = await self._front.write(caller, "update", write_jobs.update_graphs, asked)
        await _send_reply(send, reply, "", "POST")

    async def _describe(
        self, operation: Operation, request: Request, headers: dict[bytes, str], send: Send
    ) -> None:
        """The service's description; the form, for a browser."""
        accept = operation.accept or headers.get(b"accept")
        chosen = negotiate(accept, [*GRAPH_TYPES, "text/html"])
        if chosen is None:
            raise NotAcceptable(accept or "", [*GRAPH_TYPES, "text/html"])
        if chosen == "text/html":
            language: Language = (
                "en"
                if request.query_params.get("lang", self._front.settings.lang) == "en"
                else "fr"
            )
            body = sparql_form(language, list(FORMATS)).encode()
        else:
            endpoint = str(request.url.replace(query=""))
            triples = iter_description(endpoint, self._front.generation, self._front.workspace)
            body = write_document(triples, chosen)
        await _send_reply(send, Reply(body, chosen, self._front.generation.number), "", "GET")


def _read(scope: Scope) -> dict[bytes, str]:
    """The headers that matter; where one comes twice, both are taken."""
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _HEADERS:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    return found


_HEADERS: Final = {b"accept", b"accept-encoding", b"content-type", b"if-none-match"}


async def _body(receive: Receive, most: int) -> str:
    """The body as text, read no further than it may be long."""
    read = bytearray()
    while True:
        message = await receive()
        read += message.get("body", b"")
        if len(read) > most:
            raise PayloadTooLarge(f"The body is longer than {most} bytes.", "Send a shorter one.")
        if not message.get("more_body", False):
            return read.decode()


async def send_start(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    """Begin a response."""
    await send({"type": "http.response.start", "status": status, "headers": headers})


def _headers(reply: Reply, tag: str, method: str) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", with_charset(reply.media_type).encode()),
        (b"vary", VARY.encode()),
        (b"essaim-generation", str(reply.generation).encode()),
    ]
    if reply.truncated:
        headers.append((b"essaim-truncated", b"true"))
    if reply.encoding:
        headers.append((b"content-encoding", reply.encoding.encode()))
    if tag and method == "GET":
        headers += [(b"etag", tag.encode()), (b"cache-control", b"no-cache")]
    return headers


async def _send_reply(send: Send, reply: Reply, tag: str, method: str) -> None:
    headers = _headers(reply, tag, method)
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send_start(send, reply.status, headers)
    await send({"type": "http.response.body", "body": reply.body})


async def _send_long(send: Send, answer: Answer, tag: str, method: str) -> None:
    """A long answer, as it comes; one that ends before its time ends the connection with it."""
    spool = answer.spool
    assert spool is not None  # noqa: S101 - that is what long means
    headers = _headers(answer.reply, tag, method)
    if spool.is_complete:
        headers.append((b"content-length", str(spool.size).encode()))
    await send_start(send, answer.reply.status, headers)
    async with contextlib.aclosing(spool.read()) as parts:
        async for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body"})


_ANSWER: dict[str, Any] = {
    "200": {
        "description": "The answer: results of a SELECT or an ASK, a graph of the other forms; "
        "without a query, the service's description.",
        "content": {media_type: {} for media_type in (*RESULT_TYPES, *GRAPH_TYPES)},
    },
    "304": {"description": "Nothing has changed since the ETag that was sent."},
}


def _parameter(name: str, description: str, *, is_list: bool = False) -> dict[str, Any]:
    text = {"type": "string"}
    schema = {"type": "array", "items": text} if is_list else text
    return {"name": name, "in": "query", "description": description, "schema": schema}


_DATASET = (
    _parameter("default-graph-uri", "A graph of the default graph.", is_list=True),
    _parameter("named-graph-uri", "A named graph.", is_list=True),
)
_OTHERS = (
    _parameter("format", f"Instead of Accept: {', '.join(FORMATS)}."),
    _parameter("generation", "The number of a generation that is kept, instead of the current."),
)
OPENAPI: Final[dict[str, Any]] = {
    "get": {
        "tags": ["SPARQL"],
        "summary": "Run a query, or describe the service",
        "operationId": "sparql_get",
        "parameters": [_parameter("query", "The query."), *_DATASET, *_OTHERS],
        "responses": _ANSWER,
    },
    "post": {
        "tags": ["SPARQL"],
        "summary": "Run a query or an update",
        "description": "An update needs a token with the scope update.",
        "operationId": "sparql_post",
        "parameters": [*_DATASET, *_OTHERS],
        "requestBody": {
            "required": True,
            "content": {
                QUERY: {"schema": {"type": "string"}},
                UPDATE: {"schema": {"type": "string"}},
                FORM: {
                    "schema": {
                        "type": "object",
                        "properties": {
                            name: {"type": "string"} for name in ("query", "update", "format")
                        },
                    }
                },
            },
        },
        "responses": _ANSWER,
    },
}
"""What the OpenAPI document says of the endpoint."""
