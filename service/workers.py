"""The processes that answer queries, so that a runaway query can be ended.

The engine can't cancel a query, but the system can end a process. Each worker holds the current
generation's store open and does one job after the other; a job past its time or its memory, or one
that nobody waits for any more, is ended together with its worker. Between jobs a worker moves to a
newer generation by itself.

A job is a module-level function ``job(session, **arguments) -> Reply`` (see
:mod:`essaim.service.jobs`). Replies are bytes, made in the worker; a long one is written in parts.

Workers come from a process that has imported everything and opened nothing, so that a new one is
there in some hundredths of a second.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import resource
import signal
import socket
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn, cast

from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Generation, Workspace
from essaim.ontology.errors import EssaimError, QueryTimeout, WorkspaceError
from essaim.service.compression import Compressor, compressor
from essaim.service.following import Following
from essaim.service.frames import Frame, FrameReader, pack, receive
from essaim.service.policy import page_policy

__all__ = [
    "Call",
    "Failure",
    "Job",
    "QueryEnded",
    "Reply",
    "Session",
    "Unexpected",
    "Worker",
    "WorkerProcess",
    "run_once",
    "start_server",
]

_START_SECONDS = 60.0
_PRELOAD: Final = (
    "essaim.service.jobs",
    "essaim.service.page_jobs",
    "essaim.graph.answers",
    "essaim.viz.graph_page",
)
_WHOLE: Final = 1 << 18
"""Bytes up to which a reply goes in one message."""
_PART: Final = 1 << 16
_KEPT: Final = 2
"""How many generations a worker keeps open."""

Stream = Callable[[BinaryIO], bool]
"""Writes a body, and tells whether rows were left out."""


@dataclass(frozen=True)
class Reply:
    """What a job gives.

    Args:
        body: the answer, encoded.
        media_type: its media type.
        generation: the number of the generation it was computed on.
        truncated: whether rows were left out.
        headers: HTTP headers that belong to it.
        status: its HTTP status.
        stream: in the worker, what writes the body where it may be long.
        encoding: how the body is compressed, ``""`` when it is not.
    """

    body: bytes
    media_type: str
    generation: int
    truncated: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    stream: Stream | None = None
    encoding: str = ""


@dataclass(frozen=True)
class Call:
    """A job for a worker.

    Args:
        job: a module-level function.
        arguments: its keyword arguments.
        generation: the number of the generation to do it on; the current one when ``None``.
        encoding: how to compress the reply, ``""`` for not at all.
        memory: MiB it may take; what the worker began with when 0.
    """

    job: Job
    arguments: Mapping[str, Any]
    generation: int | None = None
    encoding: str = ""
    memory: int = 0


class QueryEnded(EssaimError):
    """A worker that came to its end during a job, mostly for want of memory."""

    status = 503
    title = "Query ended"


class Unexpected(EssaimError):
    """A defect: a job raised something it should not.

    Args:
        message: what is said to the user.
        trace: what happened in the worker, for the log.
    """

    def __init__(self, message: str, trace: str) -> None:
        super().__init__(message, "Try something else, and report this.")
        self.trace = trace


class Session:
    """What a worker keeps between jobs: the current generation and its open store.

    Args:
        workspace: where the generations are.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._following = Following(workspace)
        self._kept: OrderedDict[int, tuple[Generation, EmbeddedStore]] = OrderedDict()
        self.generation: Generation
        self.store: EmbeddedStore
        self.turn_to(None)

    def turn_to(self, number: int | None) -> None:
        """Move to a generation: the current one, or one that is kept.

        Raises:
            WorkspaceError: it is not kept, or damaged.
        """
        if number is None:
            number = self._following.generation.number
        if self._kept and number == self.generation.number:
            return
        if number not in self._kept:
            self._kept[number] = self._open(self.workspace.generation(number))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(number)
        self.generation, self.store = self._kept[number]

    def _open(self, generation: Generation) -> tuple[Generation, EmbeddedStore]:
        return generation, self.workspace.store(generation)

    def streamed(self, stream: Stream, media_type: str) -> Reply:
        """An answer that may be long: its body is written by a function."""
        return Reply(b"", media_type, self.generation.number, stream=stream)

    def reply(self, body: bytes, media_type: str, *, truncated: bool = False) -> Reply:
        """An answer computed on this session's generation."""
        return Reply(body, media_type, self.generation.number, truncated)

    def page(self, html: str, status: int = 200) -> Reply:
        """A page, with the policy that lets its own scripts and styles run and no others."""
        return Reply(
            html.encode(),
            "text/html",
            self.generation.number,
            headers={"Content-Security-Policy": page_policy(html)},
            status=status,
        )


Job = Callable[..., Reply]


class WorkerProcess:
    """One worker process and the socket to it.

    Args:
        workspace: the workspace's directory.
        memory: MiB it may take.
    """

    def __init__(self, workspace: Path, memory: int) -> None:
        context = multiprocessing.get_context("forkserver")
        ours, theirs = context.Pipe()
        self.memory = memory
        self.channel = socket.socket(fileno=os.dup(ours.fileno()))
        ours.close()
        self._is_ended = False
        self._ending = threading.Lock()
        self._process = context.Process(
            target=_main,
            args=(theirs, workspace, memory),
            daemon=True,
            name="essaim-worker",
        )
        with _interrupt_blocked():
            self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        """Whether it can take another job."""
        return not self._is_ended and self._process.is_alive()

    def cpu_seconds(self) -> float:
        """Seconds of processor time it has used."""
        try:
            return time.clock_gettime((~(self._process.pid or 0) << 3) | 2)  # its clock, on Linux
        except OSError:
            return 0.0

    def make_nice(self, increment: int) -> None:
        """Let the service and its other workers go first from now on; there is no way back."""
        with contextlib.suppress(OSError):
            nice = min(19, os.getpriority(os.PRIO_PROCESS, 0) + increment)
            os.setpriority(os.PRIO_PROCESS, self._process.pid or 0, nice)

    def kill(self) -> None:
        """End it now, whatever it is doing; any thread may."""
        self._is_ended = True  # first: while another thread waits for the process, it looks alive
        with self._ending:
            self._process.kill()
            self._process.join()

    def close(self) -> None:
        """End it and let go of the socket."""
        self.kill()
        self.channel.close()

    def lost(self, memory: int) -> QueryEnded:
        """The error for a job whose worker came to its end, with the MiB it was allowed."""
        return QueryEnded(
            f"The query was ended: it may have needed more than {memory} MiB of memory.",
            "Ask for less, or raise ESSAIM_QUERY_MEMORY.",
        )


def too_slow(what: str, timeout: float) -> QueryTimeout:
    """The error for a job that took too long."""
    return QueryTimeout(
        f"The {what} took longer than {timeout:g} s and was ended.",
        "Ask for less, or raise ESSAIM_QUERY_TIMEOUT or ESSAIM_ANSWER_TIMEOUT.",
    )


class Worker:
    """One worker, used by a thread that waits for it.

    Args:
        workspace: the workspace's directory.
        memory: MiB it may take.
    """

    def __init__(self, workspace: Path, memory: int) -> None:
        self._process = WorkerProcess(workspace, memory)
        self._reader = FrameReader()

    def wait_ready(self) -> None:
        """Wait until it has opened the store.

        Raises:
            EssaimError: it can't; the workspace is damaged, for instance.
        """
        self._receive(_START_SECONDS, "starting")

    def call(
        self,
        job: Job,
        timeout: float,
        arguments: Mapping[str, Any],
        generation: int | None = None,
    ) -> Reply:
        """Do a job and wait for its reply; blocks.

        Args:
            job: a module-level function.
            timeout: seconds; the worker is ended after them.
            arguments: the job's keyword arguments.
            generation: the generation to do it on; the current one when ``None``.

        Raises:
            QueryTimeout: it took longer.
            QueryEnded: the worker came to its end.
            EssaimError: what the job raised.
        """
        try:
            self._process.channel.sendall(pack(Frame.JOB, Call(job, arguments, generation)))
        except OSError:
            self._lost()
        return self._receive(timeout, "query")

    @property
    def alive(self) -> bool:
        """Whether it can take another job."""
        return self._process.alive

    def kill(self) -> None:
        """End it now, whatever it is doing."""
        self._process.close()

    def _receive(self, timeout: float, what: str) -> Reply:
        deadline = time.monotonic() + timeout
        reply, parts = _READY, []
        try:
            while True:
                self._process.channel.settimeout(max(0.001, deadline - time.monotonic()))
                for frame, content in receive(self._process.channel, self._reader):
                    if frame is Frame.FAILED:
                        raise content.error()
                    if frame is Frame.DONE:
                        return content  # type: ignore[no-any-return]
                    if frame is Frame.HEAD:
                        reply = content
                    elif frame is Frame.PART:
                        parts.append(content)
                    elif frame is Frame.END:
                        return replace(reply, body=b"".join(parts), truncated=content)
        except TimeoutError:
            self.kill()
            raise too_slow(what, timeout) from None
        except (EOFError, OSError):
            self._lost()

    def _lost(self) -> NoReturn:
        self.kill()
        raise self._process.lost(self._process.memory) from None


def start_server() -> None:
    """Start the process that workers come from, with everything imported; does not wait."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(_PRELOAD))


def run_once(
    workspace: Path,
    memory: int,
    job: Job,
    timeout: float,
    generation: int | None = None,
    **arguments: Any,  # noqa: ANN401
) -> Reply:
    """Do one job in a worker of its own: the command line's way.

    Args:
        workspace: the workspace's directory.
        memory: MiB the worker may take.
        job: a module-level function.
        timeout: seconds it may take.
        generation: the generation to do it on; the current one when ``None``.
        **arguments: the job's keyword arguments.

    Raises:
        EssaimError: what the job raised, or that it took too long.
    """
    worker = Worker(workspace, memory)
    try:
        worker.wait_ready()
        return worker.call(job, timeout, arguments, generation)
    finally:
        worker.kill()


@dataclass(frozen=True)
class Failure:
    """An error on its way from a worker: errors with a constructor of their own don't pickle."""

    kind: type[EssaimError]
    message: str
    state: dict[str, Any]

    def error(self) -> EssaimError:
        """The error itself again."""
        error = self.kind.__new__(self.kind)
        error.args = (self.message,)
        error.__dict__.update(self.state)
        return error


@contextmanager
def _interrupt_blocked() -> Iterator[None]:
    """Let what is started here inherit a blocked Ctrl-C: ending workers is the parent's work."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_READY = Reply(b"", "", 0)


# in the worker


def _main(connection: Connection, path: Path, memory: int) -> None:
    """A worker's life: open the store, then jobs until the parent closes the socket."""
    _end_with_parent()
    _hide_last_words()
    _limit_memory(memory << 20)
    channel = socket.socket(fileno=os.dup(connection.fileno()))
    connection.close()
    try:
        session = Session(Workspace.open(path))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent has to know
        channel.sendall(pack(Frame.FAILED, _failure(_as_known(error, f"The workspace {path}"))))
        return
    channel.sendall(pack(Frame.DONE, _READY))
    reader = FrameReader()
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            outbox = _Outbox(channel)
            for _, call in receive(channel, reader):
                _do(session, call, outbox)
            outbox.flush()


def _do(session: Session, call: Call, outbox: _Outbox) -> None:
    """Do one job; its reply, or what went wrong, goes to the outbox."""
    body = None
    try:
        if call.memory:
            _limit_memory(call.memory << 20)
        session.turn_to(call.generation)
        reply = call.job(session, **call.arguments)
        body = _Body(reply, call.encoding, outbox)
        truncated = reply.truncated
        if reply.stream is not None:
            truncated = reply.stream(cast("BinaryIO", body))
        else:
            body.write(reply.body)
        body.finish(truncated=truncated)
    except (EOFError, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001 - the parent is told, and the worker lives on
        known = _as_known(error, f"Generation {session.generation.number}")
        outbox.send(pack(Frame.FAILED, _failure(known)))


class _Outbox:
    """Small messages on their way, sent together."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._waiting: list[bytes] = []
        self._size = 0

    def send(self, message: bytes) -> None:
        self._waiting.append(message)
        self._size += len(message)
        if self._size > _PART:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._channel.sendall(b"".join(self._waiting))
            self._waiting, self._size = [], 0


class _Body(io.RawIOBase):
    """The body of a reply while it is written: whole when it is short, in parts when it is long."""

    def __init__(self, reply: Reply, encoding: str, outbox: _Outbox) -> None:
        self._reply = reply
        self._encoding = encoding
        self._outbox = outbox
        self._held = bytearray()
        self._is_begun = False
        self._compress: Compressor | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - whatever is like bytes
        held = self._held
        held += data
        if len(held) >= (_PART if self._is_begun else _WHOLE):
            if not self._is_begun:
                self._is_begun = True
                self._compress = compressor(self._encoding)
                self._outbox.send(pack(Frame.HEAD, self._told(b"", self._encoding)))
            self._part(bytes(held))
            held.clear()
        return len(data)

    def finish(self, *, truncated: bool) -> None:
        if not self._is_begun:
            self._outbox.send(pack(Frame.DONE, self._whole(truncated=truncated)))
            return
        self._part(bytes(self._held))
        if self._compress is not None:
            self._outbox.send(pack(Frame.PART, self._compress.flush()))
        self._outbox.send(pack(Frame.END, truncated))

    def _whole(self, *, truncated: bool) -> Reply:
        body, encoding = bytes(self._held), self._encoding
        compress = compressor(encoding) if len(body) >= _WORTH_COMPRESSING else None
        if compress is None:
            return self._told(body, "", truncated=truncated)
        return self._told(compress.compress(body) + compress.flush(), encoding, truncated=truncated)

    def _told(self, body: bytes, encoding: str, *, truncated: bool = False) -> Reply:
        of = self._reply
        return Reply(
            body, of.media_type, of.generation, truncated, of.headers, of.status, None, encoding
        )

    def _part(self, data: bytes) -> None:
        if self._compress is not None:
            data = self._compress.compress(data)
        if data:
            self._outbox.send(pack(Frame.PART, data))


_WORTH_COMPRESSING: Final = 1_000


def _as_known(error: Exception, what: str) -> EssaimError:
    """An error of the project: itself, a damaged store, or a defect."""
    if isinstance(error, EssaimError):
        return error
    if isinstance(error, OSError) or str(error).startswith("Corruption"):
        return WorkspaceError(f"{what} can't be read: {_one_line(error)}.", "Restore a backup.")
    trace = "".join(traceback.format_exception(error))
    return Unexpected(f"Something went wrong: {_one_line(error)}.", trace)


def _failure(error: EssaimError) -> Failure:
    return Failure(type(error), str(error), dict(vars(error)))


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__} {error}".split()).rstrip(".")[:300]


def _end_with_parent() -> None:
    """End this process when its parent is gone, even during a query: it would never end itself."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            wait([sentinel])
            os._exit(0)

        threading.Thread(target=watch, daemon=True).start()


def _limit_memory(limit: int) -> None:
    """Let this process take no more than some bytes of memory from now on."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def _hide_last_words() -> None:
    """Drop what the engine prints when its memory is refused; the parent says it in a sentence."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
