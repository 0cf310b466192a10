"""What the routes share: running a job for a request, and answering with what it gives."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from starlette.types import Receive

from essaim.graph.workspace import Generation, Workspace
from essaim.ontology.errors import BadInput, EssaimError, nearest
from essaim.service.access import Caller
from essaim.service.audit import Actor, AuditLog
from essaim.service.cache import Cache
from essaim.service.compression import choose_encoding
from essaim.service.following import Following
from essaim.service.pool import Answer, Ask, Pool
from essaim.service.settings import Settings
from essaim.service.workers import Call, Job, Reply
from essaim.service.writer import Writer

__all__ = [
    "VARY",
    "Front",
    "FrontDependency",
    "Share",
    "read_etags",
    "refuse_unknown",
    "with_charset",
]

VARY: Final = "Accept, Accept-Encoding"


class ClientGone(EssaimError):
    """The client stopped waiting."""

    status = 499
    title = "Client closed request"


@dataclass(frozen=True)
class Share:
    """What one query of a caller may take.

    Args:
        seconds: how long.
        memory: MiB.
        rows: rows or triples in the answer.
    """

    seconds: float
    memory: int
    rows: int


class Front:
    """The running service, as the routes see it.

    Args:
        settings: what was chosen.
        workspace: what is served.
    """

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self.settings = settings
        self.workspace = workspace
        self.pool = Pool(settings)
        self.writer = Writer(settings)
        self.cache = Cache(settings.cache_bytes)
        self._following = Following(workspace)
        self._audit = AuditLog(workspace.path)
        self._public = Share(settings.query_timeout, settings.query_memory, settings.max_rows)
        self._trusted = Share(
            settings.token_query_timeout, settings.token_query_memory, settings.token_max_rows
        )

    @property
    def generation(self) -> Generation:
        """The current generation, as everybody sees it."""
        return self._following.generation

    def share(self, caller: Caller) -> Share:
        """What one query of a caller may take."""
        return self._public if caller.token is None else self._trusted

    async def start(self) -> None:
        """Start the workers.

        Raises:
            EssaimError: they can't start.
        """
        await self.pool.start()

    async def close(self) -> None:
        """End the workers."""
        await self.pool.close()
        self.writer.close()

    async def answer(
        self,
        request: Request,
        job: Job,
        *,
        timeout: float | None = None,
        **arguments: object,
    ) -> Response:
        """Do a job for a request and answer with its reply, or say that nothing has changed.

        Args:
            request: the request; the job is ended when its client goes.
            job: a function of :mod:`essaim.service.jobs`.
            timeout: seconds; the setting for queries by default.
            **arguments: the job's keyword arguments.
        """
        is_get = request.method == "GET"
        accept = request.headers.get("accept", "")
        if is_get:
            current = self.etag(self.generation, accept)
            if current in read_etags(request.headers.get("if-none-match", "")):
                return Response(status_code=304, headers={"ETag": current, "Vary": VARY})
        encoding = choose_encoding(request.headers.get("accept-encoding"))
        call = Call(job, arguments, None, encoding, self.settings.query_memory)
        seconds = timeout or self.settings.query_timeout
        ask = self.pool.ask(call, seconds=seconds)
        answer = await self.settled(request.receive, ask)
        reply = answer.reply
        headers = {"Essaim-Generation": str(reply.generation), "Vary": VARY, **reply.headers}
        if reply.truncated:
            headers["Essaim-Truncated"] = "true"
        if reply.encoding:
            headers["Content-Encoding"] = reply.encoding
        if is_get and reply.status == 200:
            headers["ETag"] = self.etag(self.workspace.generation(reply.generation), accept)
            headers["Cache-Control"] = "no-cache"
        content_type = with_charset(reply.media_type)
        if answer.spool is None:
            return Response(reply.body, reply.status, headers, content_type)
        return StreamingResponse(answer.spool.read(), reply.status, headers, content_type)

    async def write(self, caller: Caller, action: str, job: Job, asked: object) -> Reply:
        """Do a write for a caller, and note it in the audit log.

        Args:
            caller: who asks; whether they may was decided before.
            action: what it is, for the audit log.
            job: a function of :mod:`essaim.service.write_jobs`.
            asked: its argument.

        Raises:
            EssaimError: what went wrong; then nothing is written.
        """
        before = self.generation.number
        actor = Actor.of_caller(caller)
        try:
            reply = await self.writer.run(job, {"asked": asked})
        except EssaimError as error:
            self._audit.record(actor, action, "refused", before=before, reason=error.title)
            raise
        self._audit.record(actor, action, "published", before=before, after=reply.generation)
        return reply

    async def settled(self, receive: Receive, ask: Ask) -> Answer:
        """The answer to a request of which the body has been read; none if its client goes.

        Only for what is long is the client watched: the rest is done sooner than it can go.

        Raises:
            ClientGone: the client did not wait.
            EssaimError: what went wrong.
        """
        if not ask.long.done():
            await ask.long
        if ask.settled.done():
            return await self.pool.settled(ask)
        work = asyncio.ensure_future(self.pool.settled(ask))
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            raise ClientGone("The client stopped waiting.")
        finally:
            for task in (work, gone):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, EssaimError):
                    await task

    def etag(self, generation: Generation, accept: str) -> str:
        """A tag for what a request gives on a generation; it changes with either."""
        return _etag(generation.number, generation.content_hash, accept, self.settings.max_rows)


@lru_cache(maxsize=4096)
def _etag(number: int, content_hash: str, accept: str, max_rows: int) -> str:
    about = (version("essaim"), content_hash, number, max_rows, accept)
    return f'W/"{number}-{hashlib.sha256(repr(about).encode()).hexdigest()[:16]}"'


def front_of(request: Request) -> Front:
    """The service that a request came to."""
    front = request.app.state.front
    assert isinstance(front, Front)  # noqa: S101 - put there when the service starts
    return front


FrontDependency = Annotated[Front, Depends(front_of)]
"""How a route asks for the :class:`Front`."""


def refuse_unknown(request: Request) -> None:
    """Refuse query parameters that the route does not know, rather than ignore them.

    Raises:
        BadInput: there is one; the nearest that exists is offered.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = _query_parameters(route.dependant)
    for name in request.query_params:
        if name not in known:
            near = nearest(name, known)
            hint = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(known)}."
            raise BadInput(f'Unknown parameter "{name}".', hint)


def _query_parameters(dependant: Dependant) -> list[str]:
    nested = [name for inner in dependant.dependencies for name in _query_parameters(inner)]
    return [*(field.alias for field in dependant.query_params), *nested]


async def _disconnected(receive: Receive) -> None:
    """Wait until the client has gone; the body must have been read before."""
    while (await receive())["type"] != "http.disconnect":
        pass


def read_etags(header: str) -> list[str]:
    """The tags of an ``If-None-Match`` header."""
    return [tag.strip() for tag in header.split(",") if tag.strip()]


def with_charset(media_type: str) -> str:
    """The content type; texts that are no RDF say their encoding."""
    if media_type in ("text/html", "text/csv", "text/tab-separated-values", "text/turtle"):
        return f"{media_type}; charset=utf-8"
    return media_type
